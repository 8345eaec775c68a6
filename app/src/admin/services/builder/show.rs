//! The page of the form builder.

use maud::{Markup, html};
use mil_process::form::{Kind, limits};

use crate::Result;
use crate::admin::services::builder::line::{KEEP, KINDS, Line};
use crate::admin::services::builder::{Draft, build};
use crate::admin::services::{frame, preview as trial};
use crate::catalog::Service;
use crate::i18n::{Lang, t};
use crate::ui::button::{Button, Kind as Loud, Size, button};
use crate::ui::choice::{Opt, check, select};
use crate::ui::field::{self, Field, Number};
use crate::web::{Me, Wrong};

/// The name of a kind.
fn kind_word<'a>(lang: Lang, kind: &str) -> &'a str {
    match kind {
        "long_text" => t!(lang, "Long text"),
        "choice" => t!(lang, "One of several"),
        "multi" => t!(lang, "Several of several"),
        "date" => t!(lang, "Date"),
        "number" => t!(lang, "Number"),
        "person" => t!(lang, "Person"),
        "url" => t!(lang, "Web address"),
        "file" => t!(lang, "Files"),
        "yes_no" => t!(lang, "Yes or no"),
        "section" => t!(lang, "Heading"),
        "note" => t!(lang, "Note"),
        _ => t!(lang, "Line of text"),
    }
}

/// The builder with its preview.
pub async fn page(me: &Me, service: &Service, draft: &Draft, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let action = format!("/admin/services/{}/form", service.id);
    let save = |label| {
        button(Button {
            label,
            kind: Loud::Primary,
            name: "_do",
            value: "save",
            ..Button::default()
        })
    };
    let body = html! {
        div class="cols builder" {
            form class="stack" id="builder" method="post" action=(action) data-guard novalidate {
                // Enter in a field does what the first button does.
                button class="vh" name="_do" value="save" tabindex="-1" aria-hidden="true" {}
                input type="hidden" name="version" value=(draft.version.unwrap_or(service.version));
                (wrong.summary(lang))
                @if draft.lines.is_empty() {
                    p class="muted" { (t!(lang, "Nothing is asked yet but a name for the request. Add the first question below.")) }
                }
                @for at in 0..draft.lines.len() { (question(lang, draft, at, wrong)) }
                fieldset class="fs" {
                    legend { (t!(lang, "Add a question")) }
                    div class="row" {
                        @for kind in KINDS {
                            (button(Button { label: kind_word(lang, kind), icon: "plus", size: Size::Small, name: "_do", value: &format!("add:{kind}"), ..Button::default() }))
                        }
                    }
                }
                div class="row" {
                    (save(t!(lang, "Save form")))
                    (button(Button { label: t!(lang, "Show preview"), kind: Loud::Quiet, name: "_do", value: "show", ..Button::default() }))
                }
                p class="hint" { (t!(lang, "Requests that run keep the form they were ordered with.")) }
            }
            aside aria-label=(t!(lang, "Preview")) { (preview(me, &service.id, draft).await?) }
        }
    };
    frame::page(me, service, "form", body).await
}

/// The form as far as it can be read. Asks for itself anew while somebody writes.
pub async fn preview(me: &Me, id: &str, draft: &Draft) -> Result<Markup> {
    let (form, _) = build::form(&draft.lines);
    Ok(html! {
        section class="card stack" id="preview" aria-labelledby="h-preview"
            hx-post={ "/admin/services/" (id) "/form/preview" } hx-include="#builder" hx-target="this" hx-swap="outerHTML"
            hx-trigger="input from:#builder delay:600ms" {
            h2 class="rail-h" id="h-preview" { (t!(me.lang(), "Preview")) }
            (trial::form(me, &form).await?)
        }
    })
}

fn question(lang: Lang, draft: &Draft, at: usize, wrong: &Wrong) -> Markup {
    let line = &draft.lines[at];
    let name = |part: &str| format!("f{at}.{part}");
    let word = kind_word(lang, &line.kind);
    let n = at + 1;
    let asks = !matches!(&*line.kind, "section" | "note");
    let tool = |verb: &str, icon: &str, label: &str| {
        button(Button {
            label,
            icon,
            icon_only: true,
            kind: Loud::Quiet,
            size: Size::Small,
            name: "_do",
            value: &format!("{verb}:{at}"),
            ..Button::default()
        })
    };
    let inside = ["key", "help", "half", "if_field", "if_op", "if_value"];
    let open = inside.iter().any(|part| !wrong.at(&name(part)).is_empty());
    let kinds: Vec<Opt<'_>> = KINDS
        .iter()
        .map(|kind| Opt {
            value: kind,
            label: kind_word(lang, kind),
            chosen: *kind == line.kind,
            ..Opt::default()
        })
        .collect();
    let part = Part {
        lang,
        at,
        line,
        wrong,
    };
    html! {
        section class="card stack" id={ "q" (at) } aria-labelledby={ "h-q" (at) } style="--gap:.75rem" {
            div class="row" {
                h2 class="rail-h grow" id={ "h-q" (at) } { (t!(lang, "{n}: {kind}", n = n, kind = word)) }
                @if at > 0 { (tool("up", "up", &t!(lang, "Move {n} up", n = n))) }
                @if n < draft.lines.len() { (tool("down", "dn", &t!(lang, "Move {n} down", n = n))) }
                (tool("remove", "trash", &t!(lang, "Remove {n}", n = n)))
            }
            (part.label(draft.at == Some(at)))
            (properties(&part))
            @if asks { (part.tick("required", t!(lang, "Must be answered"))) }
            details open[open] {
                summary { (t!(lang, "Help, condition and more")) }
                div class="stack mt-2" style="--gap:.75rem" {
                    (part.text("help", t!(lang, "Help"), t!(lang, "A line between question and input."), true))
                    (condition(&part, &draft.lines[..at]))
                    (part.tick("half", t!(lang, "Takes half the width, beside another half")))
                    (select(lang, &Field { name: &name("type"), label: t!(lang, "Kind"), ..Field::default() }, &kinds, None))
                    (part.text("key", t!(lang, "Key"), t!(lang, "Its name in the API and for processes. Made from the question if you leave it empty."), true))
                }
            }
        }
    }
}

/// The inputs of one question.
struct Part<'a> {
    lang: Lang,
    at: usize,
    line: &'a Line,
    wrong: &'a Wrong,
}

impl Part<'_> {
    fn field<R>(
        &self,
        part: &str,
        label: &str,
        hint: &str,
        optional: bool,
        show: impl Fn(&Field<'_>) -> R,
    ) -> R {
        let name = format!("f{}.{part}", self.at);
        show(&Field {
            name: &name,
            label,
            hint,
            optional,
            value: self.line.get(part),
            error: self.wrong.at(&name),
            ..Field::default()
        })
    }

    fn text(&self, part: &str, label: &str, hint: &str, optional: bool) -> Markup {
        self.field(part, label, hint, optional, |f| field::text(self.lang, f))
    }

    /// A number as text: what is wrong with it is said by the server, in words.
    fn number(&self, part: &str, label: &str, hint: &str) -> Markup {
        self.field(part, label, hint, true, |f| {
            let any = Number {
                step: "any",
                ..Number::default()
            };
            field::number(self.lang, f, &any)
        })
    }

    fn area(&self, part: &str, label: &str, hint: &str, rows: u32) -> Markup {
        self.field(part, label, hint, false, |f| {
            field::textarea(self.lang, f, rows)
        })
    }

    fn tick(&self, part: &str, label: &str) -> Markup {
        let ticked = self.line.ticked(part);
        self.field(part, label, "", false, |f| check(f, ticked))
    }

    fn choose(&self, part: &str, label: &str, options: &[Opt<'_>], empty: Option<&str>) -> Markup {
        self.field(part, label, "", empty.is_some(), |f| {
            select(self.lang, f, options, empty)
        })
    }

    /// The question itself, where the cursor stands after it was added or moved.
    fn label(&self, focus: bool) -> Markup {
        let label = match &*self.line.kind {
            "section" => t!(self.lang, "Heading"),
            "note" => t!(self.lang, "Title of the note"),
            _ => t!(self.lang, "Question"),
        };
        self.field("label", label, "", false, |f| {
            let control = html! {
                input class="input" id={ "f-" (f.name) } name=(f.name) type="text" value=(f.value) maxlength="200" autofocus[focus]
                    aria-describedby=[(!f.error.is_empty()).then(|| format!("f-{}-error", f.name))]
                    aria-invalid=[(!f.error.is_empty()).then_some("true")];
            };
            field::field(self.lang, f, control)
        })
    }
}

fn properties(p: &Part<'_>) -> Markup {
    let lang = p.lang;
    let opt = |value, label| Opt {
        value,
        label,
        chosen: p.line.get("pattern") == value,
        ..Opt::default()
    };
    match &*p.line.kind {
        "note" => p.area(
            "text",
            t!(lang, "Text"),
            t!(lang, "Markdown is understood."),
            4,
        ),
        "long_text" => p.number("max", t!(lang, "Most characters"), ""),
        "choice" => html! {
            (options(p))
            (p.tick("cards", t!(lang, "Show up to five options as cards")))
        },
        "multi" => html! {
            (options(p))
            (field::two(html! {
                (p.number("min", t!(lang, "At least"), ""))
                (p.number("max", t!(lang, "At most"), ""))
            }))
        },
        "date" => field::two(html! {
            (p.number("earliest_days", t!(lang, "Earliest, in days from today"), t!(lang, "0 is today.")))
            (p.number("latest_days", t!(lang, "Latest, in days from today"), ""))
        }),
        "number" => html! {
            (field::two(html! {
                (p.number("min", t!(lang, "At least"), ""))
                (p.number("max", t!(lang, "At most"), ""))
            }))
            (field::two(html! {
                (p.text("unit", t!(lang, "Unit"), t!(lang, "Such as: copies, cm."), true))
                (p.number("decimals", t!(lang, "Decimals"), ""))
            }))
            (p.number("step", t!(lang, "Step"), ""))
        },
        "file" => html! {
            (field::two(html! {
                (p.number("max_files", t!(lang, "Most files"), ""))
                (p.number("max_mb", t!(lang, "Most MB each"), ""))
            }))
            (p.text("types", t!(lang, "File types"), t!(lang, "Such as: pdf, png. Empty takes any."), true))
        },
        "text" => html! {
            (field::two(html! {
                (p.number("min", t!(lang, "Least characters"), ""))
                (p.number("max", t!(lang, "Most characters"), ""))
            }))
            (p.choose("pattern", t!(lang, "What it looks like"), &[
                opt("email", t!(lang, "Email address")),
                opt("phone", t!(lang, "Telephone number")),
                opt("cost_centre", t!(lang, "Cost centre")),
                opt("digits", t!(lang, "Digits only")),
            ], Some(t!(lang, "Any text"))))
        },
        _ => html! {},
    }
}

fn options(p: &Part<'_>) -> Markup {
    let hint = t!(
        p.lang,
        "One a line, at most {n}: the label alone, or key | label | fact.",
        n = limits::OPTIONS
    );
    p.area("options", t!(p.lang, "Options"), &hint, 5)
}

fn condition(p: &Part<'_>, earlier: &[Line]) -> Markup {
    let lang = p.lang;
    let chosen = p.line.get("if_field");
    let mut fields: Vec<Opt<'_>> = earlier
        .iter()
        .filter(|l| !matches!(&*l.kind, "section" | "note") && !l.get("key").is_empty())
        .map(|l| Opt {
            value: l.get("key"),
            label: l.get("label"),
            chosen: l.get("key") == chosen,
            ..Opt::default()
        })
        .collect();
    if !chosen.is_empty() && !fields.iter().any(|o| o.chosen) {
        fields.push(Opt {
            value: chosen,
            label: chosen,
            chosen: true,
            ..Opt::default()
        });
    }
    let kept = p.line.get("if_json");
    if fields.is_empty() && kept.is_empty() {
        return html! {};
    }
    let op = |value, label| Opt {
        value,
        label,
        chosen: p.line.get("if_op") == value,
        ..Opt::default()
    };
    let mut ops = vec![
        op("is", t!(lang, "is")),
        op("is_not", t!(lang, "is not")),
        op("includes", t!(lang, "contains")),
        op("filled", t!(lang, "is filled")),
        op("at_least", t!(lang, "is at least")),
    ];
    if !kept.is_empty() {
        ops.push(op(
            KEEP,
            t!(lang, "as it was, by several questions together"),
        ));
    }
    let values = values_of(p, earlier);
    let hint = if values.is_empty() {
        String::new()
    } else {
        t!(lang, "One of: {list}.", list = values.join(", "))
    };
    html! {
        fieldset class="fs" {
            legend { (t!(lang, "Show only if")) }
            (p.choose("if_field", t!(lang, "Answer to"), &fields, Some(t!(lang, "Always shown"))))
            (field::two(html! {
                (p.choose("if_op", t!(lang, "Test"), &ops, None))
                (p.text("if_value", t!(lang, "Value"), &hint, true))
            }))
            @if !kept.is_empty() { input type="hidden" name={ "f" (p.at) ".if_json" } value=(kept); }
        }
    }
}

/// What the question can be answered with that the condition asks about.
fn values_of(p: &Part<'_>, earlier: &[Line]) -> Vec<String> {
    let asked = earlier
        .iter()
        .find(|l| l.get("key") == p.line.get("if_field") && !l.get("key").is_empty());
    let Some(asked) = asked else {
        return Vec::new();
    };
    let (form, _) = build::form(std::slice::from_ref(asked));
    match form.fields.first().map(|f| &f.kind) {
        Some(Kind::YesNo) => ["yes", "no"].map(str::to_owned).into(),
        Some(kind) => kind.options().iter().map(|o| o.key.clone()).collect(),
        None => Vec::new(),
    }
}
