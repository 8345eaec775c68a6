//! Words for what an administrator chooses from.

use crate::catalog::model::State;
use crate::i18n::{Lang, t};
use crate::ui::choice::Opt;

/// The icons that stand for something one can order, with their words.
const ICONS: &[(&str, &str)] = &[
    ("grid", "Tiles"),
    ("globe", "Globe"),
    ("art", "Paint palette"),
    ("image", "Picture"),
    ("cam", "Camera"),
    ("video", "Film"),
    ("file", "Document"),
    ("book", "Book"),
    ("card", "Business card"),
    ("edit", "Pencil"),
    ("mail", "Letter"),
    ("msg", "Speech bubble"),
    ("horn", "Megaphone"),
    ("users", "People"),
    ("cal", "Calendar"),
    ("chart", "Chart"),
    ("tag", "Label"),
    ("flag", "Flag"),
    ("home", "House"),
    ("inbox", "Tray"),
    ("layers", "Layers"),
    ("link", "Chain link"),
    ("bolt", "Lightning"),
    ("star", "Star"),
    ("search", "Magnifying glass"),
    ("lock", "Padlock"),
];

/// The icons to choose from; one that is in use stays in the list.
pub fn icons<'a>(lang: Lang, chosen: &'a str) -> Vec<Opt<'a>> {
    let mut list: Vec<Opt<'a>> = ICONS
        .iter()
        .map(|(name, word)| Opt {
            value: name,
            label: lang.t(word),
            chosen: *name == chosen,
            ..Opt::default()
        })
        .collect();
    if !chosen.is_empty() && !list.iter().any(|o| o.chosen) {
        list.push(Opt {
            value: chosen,
            label: chosen,
            chosen: true,
            ..Opt::default()
        });
    }
    list
}

/// Where a service stands, as a word.
pub fn state(lang: Lang, state: State) -> &'static str {
    match state {
        State::Draft => t!(lang, "Not published"),
        State::Offered => t!(lang, "On offer"),
        State::Retired => t!(lang, "Retired"),
    }
}
