//! Conversation: feed, messages, events, files, editor.

use super::block::{Tone, avatar, avatar_l, pill};
use super::button::{Button, Kind, Size, button};
use super::field::some;
use super::icon::{icon, icon_s};
use crate::i18n::{Lang, t};
use maud::{Markup, html};

/// A list of [`say`] and [`event`] parts. `live` is the topic and the address
/// that it fetches itself from; new messages are offered by a button.
pub fn feed(id: &str, live: Option<(&str, &str)>, items: Markup) -> Markup {
    html! {
        ul class="feed" id=(id) data-live=[live.map(|live| live.0)] data-src=[live.map(|live| live.1)]
            data-live-mode=[live.map(|_| "offer")] { (items) }
    }
}

/// Somebody's message.
#[derive(Debug, Clone, Default)]
pub struct Say<'a> {
    pub id: &'a str,
    pub who: &'a str,
    /// "designer", "requester".
    pub role: &'a str,
    /// "today, 10:02", and the same for machines.
    pub time: &'a str,
    pub datetime: &'a str,
    /// Seen by the team only: dashed, yellow, and the word.
    pub internal: bool,
    pub body: Markup,
    pub files: &'a [FileLink<'a>],
}

/// One message of a [`feed`].
pub fn say(lang: Lang, s: &Say<'_>) -> Markup {
    html! {
        li id=[some(s.id)] {
            (avatar_l(s.who))
            article class={ "say" @if s.internal { " say-note" } } {
                header {
                    @if s.internal { (pill(Tone::Warn, "lock", t!(lang, "Internal"))) }
                    b { (s.who) } " "
                    @if !s.role.is_empty() { (s.role) " · " } @else { "· " }
                    time datetime=[some(s.datetime)] { (s.time) }
                }
                (s.body)
                @if !s.files.is_empty() { div class="files" { @for file in s.files { (file_link(file)) } } }
            }
        }
    }
}

/// Something that happened, in one line.
pub fn event(icon_name: &str, text: Markup) -> Markup {
    html! { li { p class="ev" { (icon_s(icon_name)) span { (text) } } } }
}

/// A file to open or load.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileLink<'a> {
    pub href: &'a str,
    pub name: &'a str,
    /// "Approved text, 38 KB".
    pub note: &'a str,
    /// A small picture of it, if there is one.
    pub thumb: &'a str,
}

/// A file with picture or icon, name and note.
pub fn file_link(f: &FileLink<'_>) -> Markup {
    html! {
        a class="file" href=(f.href) hx-boost="false" {
            span class="th" { @if f.thumb.is_empty() { (icon("file")) } @else { img src=(f.thumb) alt="" loading="lazy"; } }
            span class="grow" { b class="clip" { (f.name) } small { (f.note) } }
        }
    }
}

/// Where one writes. The text is posted as `body`; with `note_label` the writer
/// chooses, and `visibility` is posted as `reply` or `note`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Editor<'a> {
    /// Unique in the page.
    pub id: &'a str,
    pub action: &'a str,
    /// "Reply to Birte"; read out as the label of the box.
    pub label: &'a str,
    pub placeholder: &'a str,
    /// "Send", "Send reply".
    pub send: &'a str,
    /// "Internal note", if notes may be written.
    pub note_label: &'a str,
    /// "Save note".
    pub note_send: &'a str,
    pub note: bool,
    pub value: &'a str,
    pub error: &'a str,
    /// Where the draft is kept: the form is posted here every ten seconds.
    pub draft_url: &'a str,
    /// "Saved as draft at 10:14".
    pub draft_state: &'a str,
    /// Lets files go with the text, as `file`.
    pub files: bool,
    /// Quiet where something else is the primary action.
    pub primary: bool,
    /// Id of the newest event that the writer has seen; posted as `seen`.
    pub seen: &'a str,
    /// `GET {mentions}?q=` answers people to name after an `@`.
    pub mentions: &'a str,
}

/// The comment editor, a whole form.
pub fn editor(lang: Lang, e: &Editor<'_>) -> Markup {
    let error_id = format!("{}-error", e.id);
    let notes = !e.note_label.is_empty();
    html! {
        form class="editor" id=(e.id) method="post" action=(e.action) enctype="multipart/form-data"
            data-draft-url=[some(e.draft_url)] data-guard {
            @if !e.seen.is_empty() { input type="hidden" name="seen" value=(e.seen); }
            @if notes {
                fieldset class="bar2 top" {
                    legend class="vh" { (t!(lang, "Who can read this")) }
                    span class="seg" {
                        label { input class="vh" type="radio" name="visibility" value="reply" checked[!e.note] data-key="r";
                            (icon_s("msg")) (e.label) }
                        label { input class="vh" type="radio" name="visibility" value="note" checked[e.note] data-key="n";
                            (icon_s("lock")) (e.note_label) }
                    }
                }
            }
            label class="vh" for={ (e.id) "-body" } { (e.label) }
            textarea id={ (e.id) "-body" } name="body" placeholder=[some(e.placeholder)] data-send
                data-mentions=[some(e.mentions)]
                aria-invalid=[(!e.error.is_empty()).then_some("true")]
                aria-describedby=[(!e.error.is_empty()).then_some(&error_id)] { "\n" (e.value) }
            @if !e.error.is_empty() { p class="error" id=(error_id) { (icon_s("alert")) (e.error) } }
            div class="bar2" {
                @if e.files {
                    label class="btn btn-quiet btn-s attach" { (icon_s("clip")) (t!(lang, "Attach file"))
                        input class="vh" type="file" name="file" multiple; }
                    output class="small muted attached" {}
                }
                span class="small faint draft-state" { (e.draft_state) }
                @if !e.draft_url.is_empty() {
                    (button(Button { label: t!(lang, "Save draft"), kind: Kind::Quiet, size: Size::Small, formaction: e.draft_url, ..Default::default() }))
                }
                span class="end" {
                    kbd class="hide-phone" aria-hidden="true" { "Ctrl ↵" }
                    button class={ "btn btn-s" @if e.primary { " btn-primary" } } {
                        @if notes { span class="if-reply" { (e.send) } span class="if-note" { (e.note_send) } }
                        @else { (e.send) }
                    }
                }
            }
        }
    }
}

/// A person's name with the avatar before it.
pub fn who(name: &str) -> Markup {
    html! { span class="who" { (avatar(name, true)) (name) } }
}
