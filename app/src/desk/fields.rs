//! Agents' fields of the stages so far, as a form in the rail.

use std::collections::BTreeMap;

use maud::{Markup, html};
use mil_process::form::{self, Field as Asked, Kind, Raw};

use crate::desk::load::Desk;
use crate::i18n::{Lang, t};
use crate::ui::block::rail_block;
use crate::ui::choice::{Opt, checks, select};
use crate::ui::field::{self, Field, Number};

/// The fields, with what was typed where a form came back.
pub fn block(d: &Desk) -> Markup {
    with(d, &form::to_raw(&d.item.fields), &BTreeMap::new())
}

/// [`block`] with other values and with errors by field key.
pub fn with(d: &Desk, raw: &Raw, errors: &BTreeMap<String, String>) -> Markup {
    let lang = d.me.lang();
    let here = d.process.index(&d.item.stage).unwrap_or(0);
    let asked: Vec<&Asked> = d.process.stages[..=here]
        .iter()
        .flat_map(|s| &s.fields)
        .collect();
    if asked.is_empty() {
        return html! {};
    }
    let works = d.may_work() && d.item.is_open();
    rail_block(
        t!(lang, "Fields"),
        "",
        html! {
            form class="rail-form" method="post" action=(d.path("/fields")) data-guard {
                input type="hidden" name="version" value=(d.item.version);
                input type="hidden" name="seen" value=(d.seen);
                @for one in asked {
                    (control(lang, d, one, raw.get(&one.key).map_or(&[][..], Vec::as_slice),
                        errors.get(&one.key).map_or("", String::as_str)))
                }
                @if works { button class="btn btn-s mt-2" { (t!(lang, "Save fields")) } }
            }
        },
    )
}

/// One field of a form of the process, posted under `f.` and its key.
fn control(lang: Lang, d: &Desk, asked: &Asked, values: &[String], error: &str) -> Markup {
    let name = format!("f.{}", asked.key);
    let first = values.first().map_or("", String::as_str);
    let f = Field {
        name: &name,
        label: &asked.label,
        hint: asked.help.as_deref().unwrap_or_default(),
        error,
        optional: !asked.required,
        value: first,
        ..Field::default()
    };
    let chosen = |key: &str| values.iter().any(|v| v == key);
    match &asked.kind {
        Kind::Section => html! { p class="strong mt-3" { (asked.label) } },
        Kind::Note { text } => html! { p class="small muted" { (text) } },
        Kind::Text { .. } => field::text(lang, &f),
        Kind::LongText { .. } => field::textarea(lang, &f, 3),
        Kind::Url => field::url(lang, &f),
        Kind::Date { .. } => field::date(lang, &f),
        Kind::Number {
            min,
            max,
            step,
            unit,
            ..
        } => {
            let text =
                |n: &Option<mil_process::Decimal>| n.map_or_else(String::new, |n| n.to_string());
            let (min, max, step) = (text(min), text(max), text(step));
            let step = if step.is_empty() { "any" } else { &step };
            field::number(
                lang,
                &f,
                &Number {
                    min: &min,
                    max: &max,
                    step,
                    unit: unit.as_deref().unwrap_or_default(),
                },
            )
        }
        Kind::Choice { options, .. } => {
            let options: Vec<Opt<'_>> = options
                .iter()
                .map(|o| Opt {
                    value: &o.key,
                    label: &o.label,
                    chosen: chosen(&o.key),
                    ..Opt::default()
                })
                .collect();
            select(lang, &f, &options, Some("–"))
        }
        Kind::Multi { options, .. } => {
            let options: Vec<Opt<'_>> = options
                .iter()
                .map(|o| Opt {
                    value: &o.key,
                    label: &o.label,
                    chosen: chosen(&o.key),
                    ..Opt::default()
                })
                .collect();
            // A list without a tick posts nothing; this says that it was there.
            html! { input type="hidden" name=(name) value=""; (checks(lang, &f, &options, true)) }
        }
        Kind::YesNo => {
            let options = [("yes", t!(lang, "Yes")), ("no", t!(lang, "No"))];
            let options: Vec<Opt<'_>> = options
                .iter()
                .map(|(value, label)| Opt {
                    value,
                    label,
                    chosen: chosen(value),
                    ..Opt::default()
                })
                .collect();
            select(lang, &f, &options, Some("–"))
        }
        Kind::Person => {
            let options: Vec<Opt<'_>> = d
                .agents
                .iter()
                .map(|p| Opt {
                    value: &p.id,
                    label: &p.name,
                    chosen: chosen(&p.id),
                    ..Opt::default()
                })
                .collect();
            select(lang, &f, &options, Some("–"))
        }
        // Files of a stage go with a comment, where everybody sees them.
        Kind::File { .. } => html! {
            div class="field" {
                p class="label" { (asked.label) }
                @for value in values { input type="hidden" name=(name) value=(value); }
                p class="hint" { (t!(lang, "Attach it to an answer or a note.")) }
            }
        },
    }
}
