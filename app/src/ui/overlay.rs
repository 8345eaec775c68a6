//! What lies over a page: dialogs, menus, toasts.

use super::button::{Button, Kind, button};
use super::icon::{icon, icon_s};
use crate::i18n::{Lang, t};
use maud::{Markup, html};

/// A question that must be answered, or one to three fields. The title is the
/// question and the button the verb.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dialog<'a> {
    /// Begins with `d-`, so that a button with `opens` knows it is a dialog.
    pub id: &'a str,
    pub title: &'a str,
    pub action: &'a str,
    pub verb: &'a str,
    pub danger: bool,
}

/// A `<dialog>` with a form. Without a script the buttons that open it do
/// nothing, so give them a `formaction` to a page that asks the same.
pub fn dialog(lang: Lang, d: &Dialog<'_>, body: Markup) -> Markup {
    html! {
        dialog class="dialog" id=(d.id) aria-labelledby={ (d.id) "-t" } {
            form method="post" action=(d.action) {
                h2 id={ (d.id) "-t" } { (d.title) }
                div class="stack" { (body) }
                div class="acts" {
                    button class="btn" type="button" data-close { (t!(lang, "Cancel")) }
                    (button(Button { label: d.verb, kind: if d.danger { Kind::Danger } else { Kind::Primary }, ..Default::default() }))
                }
            }
        }
    }
}

/// One thing in a menu: a link with `href`, or a submit button with `name`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Item<'a> {
    pub label: &'a str,
    pub icon: &'a str,
    pub href: &'a str,
    pub name: &'a str,
    pub value: &'a str,
    pub danger: bool,
    pub hint: &'a str,
}

/// At most eight things, the dangerous one last. The button that opens it has
/// `opens: id`. Buttons in it post to `action`.
pub fn menu(id: &str, action: &str, items: &[Item<'_>]) -> Markup {
    let inner = |item: &Item<'_>| {
        html! {
            @if !item.icon.is_empty() { (icon_s(item.icon)) }
            (item.label)
            @if !item.hint.is_empty() { span class="end" { (item.hint) } }
        }
    };
    html! {
        form class="menu" id=(id) popover method="post" action=(action) data-menu {
            @for item in items {
                @if item.href.is_empty() {
                    button class={ "mi" @if item.danger { " bad" } } name=(item.name) value=(item.value) { (inner(item)) }
                } @else {
                    a class={ "mi" @if item.danger { " bad" } } href=(item.href) { (inner(item)) }
                }
            }
        }
    }
}

/// A confirmed result, and the address that takes it back.
#[derive(Debug, Clone, Copy, Default)]
pub struct Toast<'a> {
    pub text: &'a str,
    /// Posted by the Undo button; empty if there is no way back.
    pub undo: &'a str,
}

/// Shown for ten seconds, longer while it is pointed at or holds the focus.
/// A handler may also send it in the header `HX-Trigger`, see [`super`].
pub fn toast(lang: Lang, toast: &Toast<'_>) -> Markup {
    html! {
        div class="toast" data-toast {
            (icon("check"))
            span class="grow" { (toast.text) }
            @if !toast.undo.is_empty() {
                form method="post" action=(toast.undo) { button class="btn btn-s" { (t!(lang, "Undo")) } }
            }
            button class="btn btn-s btn-icon js" type="button" data-dismiss aria-label=(t!(lang, "Close")) { (icon_s("x")) }
        }
    }
}
