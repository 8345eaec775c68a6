//! Fields: label above, hint between, error below the hint and before the input.
//! The optional ones are marked, not the required ones. What was typed is kept.

use super::icon::icon_s;
use crate::i18n::{Lang, t};
use maud::{Markup, html};

/// What every kind of field needs. The input's id is `f-` and the name, which
/// is what [`error_summary`] links to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Field<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub hint: &'a str,
    /// How to mend it; empty if it is fine.
    pub error: &'a str,
    pub optional: bool,
    pub value: &'a str,
    pub placeholder: &'a str,
    /// For the browser's memory, such as "email" or "current-password".
    pub autocomplete: &'a str,
    pub max_length: Option<u32>,
    /// JSON of a condition; the field is shown only while it holds.
    pub show_if: &'a str,
    /// The answer is yes or no, which conditions must know.
    pub yes_no: bool,
}

impl Field<'_> {
    pub(super) fn id(&self) -> String {
        format!("f-{}", self.name)
    }

    /// The ids of hint and error, for `aria-describedby`.
    pub(super) fn described(&self) -> Option<String> {
        let hint = (!self.hint.is_empty()).then(|| format!("f-{}-hint", self.name));
        let error = (!self.error.is_empty()).then(|| format!("f-{}-error", self.name));
        let ids: Vec<_> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    pub(super) fn invalid(&self) -> Option<&'static str> {
        (!self.error.is_empty()).then_some("true")
    }
}

/// A field with a control of your own: `control` must use the id and the
/// `aria-describedby` of the field. The functions below are built on it.
pub fn field(lang: Lang, f: &Field<'_>, control: Markup) -> Markup {
    html! {
        div class={ "field" @if !f.error.is_empty() { " invalid" } } data-field=(f.name)
            data-show-if=[some(f.show_if)] data-yes-no[f.yes_no] {
            label class="label" for=(f.id()) { (f.label) (optional(lang, f)) }
            (notes(f))
            (control)
        }
    }
}

/// Several controls under one label: a `<fieldset>`.
pub(super) fn group(lang: Lang, f: &Field<'_>, controls: Markup) -> Markup {
    html! {
        fieldset class={ "field" @if !f.error.is_empty() { " invalid" } } data-field=(f.name)
            data-show-if=[some(f.show_if)] data-yes-no[f.yes_no]
            aria-describedby=[f.described()] {
            legend class="legend" { (f.label) (optional(lang, f)) }
            (notes(f))
            (controls)
        }
    }
}

/// One line of text.
pub fn text(lang: Lang, f: &Field<'_>) -> Markup {
    typed(lang, f, "text")
}

/// An email address.
pub fn email(lang: Lang, f: &Field<'_>) -> Markup {
    typed(lang, f, "email")
}

/// A secret; its value is never printed.
pub fn password(lang: Lang, f: &Field<'_>) -> Markup {
    typed(lang, &Field { value: "", ..*f }, "password")
}

/// A web address.
pub fn url(lang: Lang, f: &Field<'_>) -> Markup {
    typed(lang, f, "url")
}

/// A day; value as 2026-11-26.
pub fn date(lang: Lang, f: &Field<'_>) -> Markup {
    typed(lang, f, "date")
}

/// A time of day; value as 16:30.
pub fn time(lang: Lang, f: &Field<'_>) -> Markup {
    typed(lang, f, "time")
}

fn typed(lang: Lang, f: &Field<'_>, kind: &str) -> Markup {
    field(lang, f, input(f, kind, &Number::default()))
}

/// The limits of a number, and what stands behind it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Number<'a> {
    pub min: &'a str,
    pub max: &'a str,
    pub step: &'a str,
    /// "pieces", "€2.40 each".
    pub unit: &'a str,
}

/// A number with its unit.
pub fn number(lang: Lang, f: &Field<'_>, number: &Number<'_>) -> Markup {
    let control = html! {
        div class="row number" {
            (input(f, "number", number))
            @if !number.unit.is_empty() { span class="hint" id={ (f.id()) "-unit" } { (number.unit) } }
        }
    };
    field(lang, f, control)
}

fn input(f: &Field<'_>, kind: &str, number: &Number<'_>) -> Markup {
    let described = match (f.described(), number.unit.is_empty()) {
        (Some(ids), false) => Some(format!("{ids} {}-unit", f.id())),
        (None, false) => Some(format!("{}-unit", f.id())),
        (ids, true) => ids,
    };
    html! {
        input class="input" id=(f.id()) name=(f.name) type=(kind) value=(f.value)
            placeholder=[some(f.placeholder)] autocomplete=[some(f.autocomplete)] maxlength=[f.max_length]
            min=[some(number.min)] max=[some(number.max)] step=[some(number.step)]
            aria-describedby=[described] aria-invalid=[f.invalid()];
    }
}

/// Several lines of text.
pub fn textarea(lang: Lang, f: &Field<'_>, rows: u32) -> Markup {
    let control = html! {
        // A leading line break is dropped by the parser, so one is added.
        textarea class="textarea" id=(f.id()) name=(f.name) rows=(rows) placeholder=[some(f.placeholder)]
            maxlength=[f.max_length] aria-describedby=[f.described()] aria-invalid=[f.invalid()] { "\n" (f.value) }
    };
    field(lang, f, control)
}

/// What went wrong, on top of a form that was sent back: it takes the focus and
/// links to each field. Pass the name and the error of each.
pub fn error_summary(lang: Lang, errors: &[(&str, &str)]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div class="notice notice-bad" id="errors" role="alert" tabindex="-1" autofocus {
                (super::icon::icon("alert"))
                div {
                    p class="strong" {
                        @if errors.len() == 1 { (t!(lang, "One answer needs a change")) }
                        @else { (t!(lang, "{n} answers need a change", n = errors.len())) }
                    }
                    ul class="plain" {
                        @for (name, error) in errors {
                            li { @if name.is_empty() { (error) } @else { a href={ "#f-" (name) } { (error) } } }
                        }
                    }
                }
            }
        }
    }
}

/// A part of a form under a heading.
pub fn fieldset(legend: &str, fields: Markup) -> Markup {
    html! { fieldset class="fs" { legend { (legend) } (fields) } }
}

/// Two fields side by side; below each other on a phone.
pub fn two(fields: Markup) -> Markup {
    html! { div class="two" { (fields) } }
}

/// An optional text as an optional attribute.
pub(super) fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn optional(lang: Lang, f: &Field<'_>) -> Markup {
    html! { @if f.optional { " " span class="opt" { (t!(lang, "(optional)")) } } }
}

fn notes(f: &Field<'_>) -> Markup {
    html! {
        @if !f.hint.is_empty() { span class="hint" id={ (f.id()) "-hint" } { (f.hint) } }
        @if !f.error.is_empty() { p class="error" id={ (f.id()) "-error" } { (icon_s("alert")) (f.error) } }
    }
}
