//! Fields to choose in: cards, lists, selects, people, files.

use super::field::{Field, field, group, some};
use super::icon::{icon_l, icon_s};
use crate::i18n::{Lang, t};
use maud::{Markup, html};

/// Something to choose.
#[derive(Debug, Clone, Copy, Default)]
pub struct Opt<'a> {
    pub value: &'a str,
    pub label: &'a str,
    /// A fact that helps to decide; shown on cards and in lists.
    pub hint: &'a str,
    pub chosen: bool,
}

/// Two to five options with a fact each. `many` allows more than one.
pub fn choices(lang: Lang, f: &Field<'_>, options: &[Opt<'_>], many: bool) -> Markup {
    let cards = html! {
        div class="choices" {
            @for (at, option) in options.iter().enumerate() {
                label class="choice check" {
                    (tick(f, option, at, many))
                    span { span class="strong" { (option.label) }
                        @if !option.hint.is_empty() { span class="hint" { (option.hint) } } }
                }
            }
        }
    };
    group(lang, f, cards)
}

/// A list of ticks, when cards would be too much. `many` as in [`choices`].
pub fn checks(lang: Lang, f: &Field<'_>, options: &[Opt<'_>], many: bool) -> Markup {
    let list = html! {
        div class="todo" {
            @for (at, option) in options.iter().enumerate() {
                label class="check" {
                    (tick(f, option, at, many))
                    span { (option.label) @if !option.hint.is_empty() { " " span class="hint" { (option.hint) } } }
                }
            }
        }
    };
    group(lang, f, list)
}

/// One tick with its label; posts `yes` when set.
pub fn check(f: &Field<'_>, chosen: bool) -> Markup {
    html! {
        div class={ "field" @if !f.error.is_empty() { " invalid" } } data-field=(f.name)
            data-show-if=[some(f.show_if)] data-yes-no {
            label class="check" {
                input type="checkbox" id=(f.id()) name=(f.name) value="yes" checked[chosen]
                    aria-describedby=[f.described()] aria-invalid=[f.invalid()];
                span { (f.label) }
            }
            @if !f.hint.is_empty() { span class="hint" id={ (f.id()) "-hint" } { (f.hint) } }
            @if !f.error.is_empty() { p class="error" id={ (f.id()) "-error" } { (icon_s("alert")) (f.error) } }
        }
    }
}

fn tick(f: &Field<'_>, option: &Opt<'_>, at: usize, many: bool) -> Markup {
    let id = if at == 0 {
        f.id()
    } else {
        format!("{}-{at}", f.id())
    };
    html! {
        input type=(if many { "checkbox" } else { "radio" }) id=(id) name=(f.name) value=(option.value)
            checked[option.chosen] aria-invalid=[f.invalid().filter(|_| at == 0)];
    }
}

/// Six to fifteen fixed options. `empty` is the first line, which chooses
/// nothing; leave it out where one is always chosen.
pub fn select(lang: Lang, f: &Field<'_>, options: &[Opt<'_>], empty: Option<&str>) -> Markup {
    field(lang, f, select_control(f, options, empty))
}

/// More than fifteen options, known to the page: a select that a script turns
/// into a box to type in.
pub fn combobox(lang: Lang, f: &Field<'_>, options: &[Opt<'_>], empty: Option<&str>) -> Markup {
    field(
        lang,
        f,
        html! { div class="combo" data-combo { (select_control(f, options, empty)) } },
    )
}

fn select_control(f: &Field<'_>, options: &[Opt<'_>], empty: Option<&str>) -> Markup {
    html! {
        select class="select" id=(f.id()) name=(f.name) aria-describedby=[f.described()] aria-invalid=[f.invalid()] {
            @if let Some(empty) = empty { option value="" { (empty) } }
            @for option in options { option value=(option.value) selected[option.chosen] { (option.label) } }
        }
    }
}

/// A person, a unit, a tag: options come from the server while typing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Remote<'a> {
    /// `GET {src}?q=…` answers `[{"value","label","hint"}]`.
    pub src: &'a str,
    /// What the chosen value is called; the field's `value` is the value itself.
    pub shown: &'a str,
    /// Names for the browser's own list, used when no script runs.
    pub known: &'a [&'a str],
}

/// A box to type in with options from the server. Posts the chosen value as
/// `name` and the typed text as `name-text`; without a script only the text
/// comes, and the handler must look it up.
pub fn remote(lang: Lang, f: &Field<'_>, r: &Remote<'_>) -> Markup {
    let control = html! {
        div class="combo" data-combo data-src=(r.src) {
            input type="hidden" name=(f.name) value=(f.value);
            input class="input" id=(f.id()) name={ (f.name) "-text" } value=(r.shown) autocomplete="off"
                list=[(!r.known.is_empty()).then(|| format!("{}-list", f.id()))]
                placeholder=[some(f.placeholder)] aria-describedby=[f.described()] aria-invalid=[f.invalid()];
            @if !r.known.is_empty() {
                datalist id={ (f.id()) "-list" } { @for name in r.known { option value=(name) {} } }
            }
        }
    };
    field(lang, f, control)
}

/// A file that is already there, or failed to get there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Upload<'a> {
    pub name: &'a str,
    pub size: &'a str,
    /// A fact about it, such as "Sharp enough for A2".
    pub note: &'a str,
    pub error: &'a str,
    /// Posted to take the file away again, as `_remove`.
    pub remove: &'a str,
}

/// Where files are dropped or chosen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Drop<'a> {
    /// Each file is posted here at once as `file`; empty: with the whole form.
    /// Answers `{"id","name","size","note"}` or a problem with `detail`.
    pub upload_url: &'a str,
    /// "JPG, PNG, PDF or SVG, up to 200 MB each".
    pub limits: &'a str,
    /// For the file dialog, such as "image/*,.pdf".
    pub accept: &'a str,
    pub many: bool,
    pub files: &'a [Upload<'a>],
}

/// Drop or choose files. The form needs `enctype="multipart/form-data"`, so that
/// it works without a script.
pub fn files(lang: Lang, f: &Field<'_>, d: &Drop<'_>) -> Markup {
    let control = html! {
        div data-upload=[some(d.upload_url)] data-name=(f.name) {
            div class="drop" {
                (icon_l("upl"))
                div class="grow" {
                    strong class="strong" { (t!(lang, "Drop files here")) } br;
                    span class="hint" id={ (f.id()) "-limits" } { (d.limits) }
                }
                input class="file-in" type="file" id=(f.id()) name=(f.name) multiple[d.many] accept=[some(d.accept)]
                    aria-describedby={ (f.id()) "-limits" @if let Some(ids) = f.described() { " " (ids) } }
                    aria-invalid=[f.invalid()];
            }
            ul class="stack uploads mt-2" {
                @for file in d.files { li { (upload(lang, file)) } }
            }
        }
    };
    field(lang, f, control)
}

/// One file with its kind, name, size and state.
pub fn upload(lang: Lang, u: &Upload<'_>) -> Markup {
    let kind = u.name.rsplit_once('.').map_or("", |(_, ext)| ext);
    let kind: String = kind.chars().take(4).collect::<String>().to_uppercase();
    html! {
        div class="upload" {
            span class="th" aria-hidden="true" { (kind) }
            span class="clip" title=(u.name) { (u.name) }
            @if u.error.is_empty() {
                span class="row ok small" { (icon_s("check")) span class="vh" { (t!(lang, "Uploaded")) } (u.size) }
            } @else { span class="small muted" { (u.size) } }
            span class={ "hint small" @if !u.error.is_empty() { " bad" } } {
                @if u.error.is_empty() { (u.note) } @else { (u.error) }
            }
            @if !u.remove.is_empty() {
                button class="btn btn-quiet btn-s" name="_remove" value=(u.remove)
                    aria-label=(t!(lang, "Remove {name}", name = u.name)) { (t!(lang, "Remove")) }
            }
        }
    }
}
