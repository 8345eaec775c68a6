//! Buttons do, links go. One primary button a region; the verb comes first.

use super::icon::{icon, icon_s};
use maud::{Markup, html};

/// How loud a button is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// A bordered button.
    #[default]
    Plain,
    /// The one next action of a region.
    Primary,
    /// Text only, for the least important of several.
    Quiet,
    /// Destroys something; only inside a dialog that confirms it.
    Danger,
    /// A lighter border, for toolbars.
    Line,
}

/// How tall a button is. Phones make all of them 44 px.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Size {
    Small,
    #[default]
    Default,
    Large,
}

/// A button or a link that looks like one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Button<'a> {
    pub label: &'a str,
    pub kind: Kind,
    pub size: Size,
    /// Before the label; `icon_end` stands after it.
    pub icon: &'a str,
    pub icon_end: &'a str,
    /// Shows the icon alone; the label is still read out.
    pub icon_only: bool,
    pub id: &'a str,
    /// What a submit button posts.
    pub name: &'a str,
    pub value: &'a str,
    /// Posts elsewhere than the form says.
    pub formaction: &'a str,
    /// The id of the form, if the button stands outside of it.
    pub form: &'a str,
    /// Why it cannot be used now. It stays focusable and tells the reason.
    pub disabled: &'a str,
    pub busy: bool,
    /// Does not submit; for scripts and popovers.
    pub plain_type: bool,
    /// The id of the menu or dialog that this button opens.
    pub opens: &'a str,
    /// The single key that presses it, such as "a". See the map of hooks in `ui`.
    pub key: &'a str,
}

/// A `<button>`; it submits its form unless `plain_type` is set.
pub fn button(b: Button<'_>) -> Markup {
    let some = super::field::some;
    let menu = some(b.opens).filter(|id| !id.starts_with("d-"));
    let dialog = some(b.opens).filter(|id| id.starts_with("d-"));
    html! {
        button type=(if b.plain_type || !b.opens.is_empty() || !b.disabled.is_empty() { "button" } else { "submit" })
            class=(class(&b)) id=[some(b.id)] name=[some(b.name)] value=[some(b.name).map(|_| b.value)]
            formaction=[some(b.formaction)] form=[some(b.form)] popovertarget=[menu] data-dialog=[dialog]
            aria-haspopup=[menu.map(|_| "menu").or(dialog.map(|_| "dialog"))]
            aria-disabled=[some(b.disabled).map(|_| "true")] title=[some(b.disabled)]
            aria-busy=[b.busy.then_some("true")] aria-label=[b.icon_only.then_some(b.label)]
            aria-keyshortcuts=[some(b.key)] data-key=[some(b.key)] { (inner(&b)) }
    }
}

/// An `<a>` that looks like a button.
pub fn link_button(href: &str, b: Button<'_>) -> Markup {
    let off = !b.disabled.is_empty();
    html! {
        a class=(class(&b)) href=[(!off).then_some(href)] aria-disabled=[off.then_some("true")]
            title=[off.then_some(b.disabled)] aria-label=[b.icon_only.then_some(b.label)]
            aria-keyshortcuts=[(!b.key.is_empty()).then_some(b.key)]
            data-key=[(!b.key.is_empty()).then_some(b.key)] { (inner(&b)) }
    }
}

/// Two to five views or modes: label, address, and whether it is the present one.
pub fn seg(name: &str, items: &[Seg<'_>]) -> Markup {
    html! {
        nav class="row" aria-label=(name) {
            span class="seg" {
                @for item in items {
                    a href=(item.href) aria-current=[item.current.then_some("page")] {
                        @if !item.icon.is_empty() { (icon_s(item.icon)) }
                        (item.label)
                        @if !item.count.is_empty() { " " span class="faint" { (item.count) } }
                    }
                }
            }
        }
    }
}

/// One view in a [`seg`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Seg<'a> {
    pub label: &'a str,
    pub href: &'a str,
    pub current: bool,
    pub icon: &'a str,
    pub count: &'a str,
}

fn class(b: &Button<'_>) -> String {
    let kind = match b.kind {
        Kind::Plain => "",
        Kind::Primary => " btn-primary",
        Kind::Quiet => " btn-quiet",
        Kind::Danger => " btn-danger",
        Kind::Line => " btn-line",
    };
    let size = match b.size {
        Size::Small => " btn-s",
        Size::Default => "",
        Size::Large => " btn-l",
    };
    format!(
        "btn{kind}{size}{}",
        if b.icon_only { " btn-icon" } else { "" }
    )
}

fn inner(b: &Button<'_>) -> Markup {
    let draw = |name: &str| {
        if b.size == Size::Small {
            icon_s(name)
        } else {
            icon(name)
        }
    };
    html! {
        @if !b.icon.is_empty() { (draw(b.icon)) }
        @if !b.icon_only { (b.label) }
        @if !b.icon_end.is_empty() { (draw(b.icon_end)) }
    }
}
