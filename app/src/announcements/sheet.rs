//! What the editor shows of one announcement: how readers will see it, what one does
//! before they do, and while they do.

use maud::{Markup, html};

use crate::announcements::model::{Announcement, Effect, Kind, State};
use crate::announcements::read::look;
use crate::announcements::wordings::{self, Wording};
use crate::announcements::{forms, store, view, words};
use crate::error::Result;
use crate::i18n::t;
use crate::incidents::page::Sheet;
use crate::status::components;
use crate::ui::block::{card, notice};
use crate::ui::button::{Button, Kind as Loud, Size, button};
use crate::ui::field::{Field, text};
use crate::web::Me;

/// How readers will see it.
pub async fn previewed(me: &Me, a: &Announcement) -> Result<Markup> {
    let all = components::list(&me.app.db, Some(&me.actor)).await?;
    let hits: Vec<(&str, Effect)> = all
        .iter()
        .filter_map(|c| {
            let hit = a.hits.iter().find(|(id, _)| *id == c.id)?;
            Some((c.name.as_str(), hit.1))
        })
        .collect();
    let lang = me.lang();
    let (tone, icon) = words::tone(a);
    let look = view::Look {
        authors: false,
        ..look(me)
    };
    Ok(html! {
        section id="preview" aria-labelledby="h-preview" class="st-preview" {
            h2 id="h-preview" tabindex="-1" { (t!(lang, "Preview")) }
            @if a.banner { div class="mt-3" { (notice(tone, icon, &format!("{}.", a.title), html! { (a.state.map_or("", |s| words::state(lang, s))) })) } }
            article class="card st-card mt-3" {
                p class="row mb-2" { (view::pills(lang, a)) }
                h3 { (a.title) }
                (view::facts(look, a, &hits))
                (view::told(look, a, &[]))
            }
        }
    })
}

/// What one does before others read it.
pub async fn before(me: &Me, a: &Announcement, sheet: &Sheet, preview: bool) -> Result<Markup> {
    let lang = me.lang();
    let base = format!("/work/announcements/{}", a.id);
    let at = (!a.is_draft()).then_some(a.published_at());
    Ok(html! {
        (previewed(me, a).await?)
        @if preview { p class="hint" { (t!(lang, "Not saved yet.")) } }
        (card(t!(lang, "Publish"), html! {
            div class="row" style="align-items:end" {
                form method="post" action={ (base) "/publish" } { input type="hidden" name="version" value=(a.version);
                    (button(Button { label: t!(lang, "Publish now"), kind: Loud::Primary, ..Button::default() })) }
                @if !a.is_draft() { form method="post" action={ (base) "/hold" } {
                    (button(Button { label: t!(lang, "Do not publish it"), ..Button::default() })) } }
            }
            form method="post" action={ (base) "/publish" } class="stack mt-4" {
                input type="hidden" name="version" value=(a.version); input type="hidden" name="later" value="yes";
                (forms::moment(me, sheet, ("publish_at", "publish_time"), t!(lang, "Or on"), "", at))
                div { (button(Button { label: t!(lang, "Publish at that time"), size: Size::Small, ..Button::default() })) }
            }
        }))
        form method="post" action=(base) class="stack card" data-guard {
            h2 { (t!(lang, "Text and readers")) }
            input type="hidden" name="version" value=(a.version);
            (forms::fields(me, a, sheet).await?)
            div class="row" {
                (button(Button { label: t!(lang, "Save"), name: "_do", value: "save", ..Button::default() }))
                (button(Button { label: t!(lang, "Preview"), name: "_do", value: "preview", ..Button::default() }))
            }
        }
        (aside(me, a, sheet))
    })
}

/// What one does while others read it.
pub async fn going_on(
    me: &Me,
    a: &Announcement,
    sheet: &Sheet,
    begin: Option<(State, String)>,
) -> Result<Markup> {
    let lang = me.lang();
    let base = format!("/work/announcements/{}", a.id);
    let updates = store::updates(&me.app.db, &[&a.id]).await?;
    let all = components::list(&me.app.db, Some(&me.actor)).await?;
    let hits: Vec<(&str, Effect)> = all
        .iter()
        .filter_map(|c| {
            let hit = a.hits.iter().find(|(id, _)| *id == c.id)?;
            Some((c.name.as_str(), hit.1))
        })
        .collect();
    let (chosen, text) = match begin {
        Some((state, said)) => (Some(state), said),
        None => (a.state, String::new()),
    };
    let texts: Vec<(&Wording, State)> = wordings::shipped(lang)
        .iter()
        .filter(|w| w.kind == a.kind)
        .flat_map(|w| a.kind.states().iter().map(move |s| (w, *s)))
        .filter(|(w, s)| {
            !w.update(*s).is_empty() && Some(*s) != a.state && a.kind.may_become(a.state, Some(*s))
        })
        .collect();
    Ok(html! {
        (card(t!(lang, "Post an update"), html! {
            form method="post" action={ (base) "/update" } class="stack" data-guard {
                (forms::update(me, a, chosen, sheet, &text).await?)
                div { (button(Button { label: t!(lang, "Post update"), kind: Loud::Primary, ..Button::default() })) }
            }
            @if !texts.is_empty() {
                details class="st-more mt-4" {
                    summary { (t!(lang, "Texts to begin with")) }
                    ul class="mt-2" { @for (w, s) in &texts {
                        li { a href={ (base) "?text=" (w.key) ":" (s.key()) } { (words::state(lang, *s)) ": " (w.name) } } } }
                }
            }
        }))
        section aria-labelledby="h-told" { h2 id="h-told" { (t!(lang, "What was said")) }
            div class="card st-card mt-3" { (view::facts(look(me), a, &hits)) (view::told(look(me), a, &updates)) } }
        form method="post" action={ (base) "/ways" } class="stack card" {
            h2 { (t!(lang, "Ways")) }
            input type="hidden" name="version" value=(a.version);
            @if a.kind == Kind::Maintenance && a.is_open() {
                (forms::moment(me, sheet, ("to_at", "to_time"), t!(lang, "Out of use until"), "", a.to_at)) }
            (forms::ways(me, a, sheet))
            div { (button(Button { label: t!(lang, "Save"), ..Button::default() })) }
        }
        (aside(me, a, sheet))
    })
}

/// Save its text, or take it back.
fn aside(me: &Me, a: &Announcement, sheet: &Sheet) -> Markup {
    let lang = me.lang();
    let base = format!("/work/announcements/{}", a.id);
    html! {
        form method="post" action={ (base) "/wording" } class="card stack" {
            h2 { (t!(lang, "Use the text again")) }
            (text(lang, &Field { name: "name", label: t!(lang, "Name of the text"), hint: t!(lang, "It is offered to all who write announcements."),
                value: sheet.value("name", ""), error: sheet.error("name"), max_length: Some(100), ..Field::default() }))
            div { (button(Button { label: t!(lang, "Save the text"), size: Size::Small, ..Button::default() })) }
        }
        details class="st-more" {
            summary { (t!(lang, "Withdraw it")) }
            form method="post" action={ (base) "/withdraw" } class="stack mt-2" {
                p { (t!(lang, "It disappears for everybody, also from the history of the status page. An outage that is over is resolved, not withdrawn.")) }
                div { (button(Button { label: t!(lang, "Withdraw"), kind: Loud::Danger, size: Size::Small, ..Button::default() })) }
            }
        }
    }
}
