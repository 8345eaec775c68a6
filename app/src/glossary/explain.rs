//! Terms in a text that is shown: the first time a term stands in it, it can be
//! opened where it stands. A button with a popover needs no script and works by
//! keyboard, by touch and with a screen reader.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::book::Book;
use super::model::Term;
use crate::error::Result;
use crate::i18n::{Lang, t};
use crate::search::snippet::text_of;
use crate::web::Me;
use crate::web::markdown::markdown_with;

/// The terms that a text has explained already, and a word that keeps the ids
/// of its popovers apart from those of other texts on the page.
pub struct Explain<'a> {
    book: &'a Book,
    lang: Lang,
    scope: String,
    seen: BTreeSet<String>,
}

impl<'a> Explain<'a> {
    /// For one text. `scope` differs from text to text on a page.
    pub fn new(book: &'a Book, lang: Lang, scope: &str) -> Explain<'a> {
        let plain = scope
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-');
        Explain {
            book,
            lang,
            scope: plain.collect(),
            seen: BTreeSet::new(),
        }
    }

    /// Plain text as HTML, with its terms explained; `None` when it has none.
    pub fn text(&mut self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut at = 0;
        for place in self.book.places(text) {
            if !self.seen.insert(place.term.id.clone()) {
                continue;
            }
            let word = &text[place.start..place.end];
            let id = format!("gl-{}-{}", self.scope, place.term.id);
            let part = html! { (text[at..place.start]) (button(self.lang, place.term, word, &id)) };
            out.push_str(&part.into_string());
            at = place.end;
        }
        if at == 0 {
            return None;
        }
        out.push_str(&html! { (text[at..]) }.into_string());
        Some(out)
    }
}

/// A word that opens its explanation.
fn button(lang: Lang, term: &Term, word: &str, id: &str) -> Markup {
    html! {
        button type="button" class="term" popovertarget=(id) title=(t!(lang, "Explain this word")) { (word) }
        span popover class="menu term-pop" id=(id) lang=(term.language) {
            strong { (term.term) } " "
            span class="term-means" { (text_of(&term.means)) }
            @if !term.it_term.is_empty() {
                span class="term-it" lang=(lang.code()) { (t!(lang, "IT says:")) " "
                    strong lang=(term.language) { (term.it_term) } " "
                    span lang=(term.language) { (text_of(&term.it_means)) } }
            }
            a href={ "/glossary/" (term.id) } lang=(lang.code()) { (t!(lang, "More in the glossary")) }
        }
    }
}

/// Markdown that somebody typed, as safe HTML with its terms explained. `scope`
/// differs from text to text on a page.
pub async fn explained(me: &Me, scope: &str, text: &str) -> Result<Markup> {
    let book = me.app.glossary().await?;
    let mut explain = Explain::new(&book, me.lang(), scope);
    Ok(markdown_with(text, &mut |plain| explain.text(plain)))
}
