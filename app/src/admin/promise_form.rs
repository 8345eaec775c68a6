//! The form of a promise: what is typed, read and printed.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::admin::promises::day;
use crate::admin::{frame, span};
use crate::catalog::Catalog;
use crate::catalog::model::{ClockKind, Escalation, Priority, PromiseDef, Target, Tell};
use crate::catalog::snapshot::PromiseEntry;
use crate::catalog::terms::promise::PromiseInput;
use crate::error::{Error, FieldError, Result};
use crate::i18n::{Lang, t};
use crate::ui::choice::{Opt, select};
use crate::ui::field::{self, Field, fieldset};
use crate::web::Wrong;

/// A line of "who is told when", as typed.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct LineDraft {
    pub clock: String,
    pub share: String,
    pub tell: String,
}

/// The form as typed.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Draft {
    pub name: String,
    pub calendar_id: String,
    /// Text of both targets, by priority.
    pub targets: BTreeMap<&'static str, (String, String)>,
    pub lines: Vec<LineDraft>,
    pub version: Option<i64>,
    version_text: String,
    pub action: String,
}

impl Draft {
    /// A new promise: the usual one.
    pub fn fresh(lang: Lang, catalog: &Catalog) -> Draft {
        let calendar = catalog
            .calendars
            .values()
            .filter(|c| !c.archived)
            .min_by_key(|c| c.name.clone());
        let calendar_id = calendar.map(|c| c.id.clone()).unwrap_or_default();
        Draft::from_def(
            lang,
            catalog,
            "",
            &calendar_id,
            &crate::starter::usual_promise(),
        )
    }

    /// A stored one.
    pub fn of(lang: Lang, catalog: &Catalog, entry: &PromiseEntry) -> Draft {
        Draft {
            version: Some(entry.version),
            version_text: entry.version.to_string(),
            ..Draft::from_def(lang, catalog, &entry.name, &entry.calendar_id, &entry.def)
        }
    }

    fn from_def(
        lang: Lang,
        catalog: &Catalog,
        name: &str,
        calendar_id: &str,
        def: &PromiseDef,
    ) -> Draft {
        let day = day(catalog, calendar_id);
        let text = |minutes| span::print(lang, minutes, day);
        let targets = Priority::ALL.map(|p| {
            let target = def.targets.get(&p);
            let of = |get: fn(&Target) -> i64| target.map(|t| text(get(t))).unwrap_or_default();
            (
                p.key(),
                (of(|t| t.response_minutes), of(|t| t.delivery_minutes)),
            )
        });
        let lines = def.escalations.iter().map(|e| LineDraft {
            clock: e.clock.key().to_owned(),
            share: e.share.to_string(),
            tell: tell_key(e.tell).to_owned(),
        });
        Draft {
            name: name.to_owned(),
            calendar_id: calendar_id.to_owned(),
            targets: targets.into(),
            lines: lines.collect(),
            ..Draft::default()
        }
    }

    /// As posted.
    pub fn posted(mut map: BTreeMap<String, Vec<String>>) -> Draft {
        let mut all = |key: &str| map.remove(key).unwrap_or_default();
        let mut one = |key: &str| all(key).into_iter().next().unwrap_or_default();
        let mut draft = Draft {
            name: one("name"),
            calendar_id: one("calendar_id"),
            version_text: one("version"),
            action: one("action"),
            ..Draft::default()
        };
        draft.version = draft.version_text.parse().ok();
        for p in Priority::ALL {
            let pair = (
                one(&format!("response_{}", p.key())),
                one(&format!("delivery_{}", p.key())),
            );
            draft.targets.insert(p.key(), pair);
        }
        let (clocks, shares, tells) = (all("clock"), all("share"), all("tell"));
        draft.lines = shares
            .into_iter()
            .enumerate()
            .map(|(i, share)| LineDraft {
                clock: clocks.get(i).cloned().unwrap_or_default(),
                tell: tells.get(i).cloned().unwrap_or_default(),
                share,
            })
            .collect();
        draft
    }

    /// Everything typed, as hidden fields.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        let mut out = vec![
            ("name", self.name.as_str()),
            ("calendar_id", &self.calendar_id),
            ("version", &self.version_text),
        ];
        for (key, (response, delivery)) in &self.targets {
            out.push((RESPONSE[index(key)], response));
            out.push((DELIVERY[index(key)], delivery));
        }
        for line in &self.lines {
            out.push(("clock", &line.clock));
            out.push(("share", &line.share));
            out.push(("tell", &line.tell));
        }
        out
    }

    /// What it means.
    ///
    /// # Errors
    /// Every field that cannot be read.
    pub fn read(&self, catalog: &Catalog) -> Result<PromiseInput> {
        let mut wrong = Vec::new();
        let day = day(catalog, &self.calendar_id);
        let mut targets = BTreeMap::new();
        for p in Priority::ALL {
            let Some((response, delivery)) = self.targets.get(p.key()) else {
                continue;
            };
            if response.trim().is_empty() && delivery.trim().is_empty() {
                continue;
            }
            let mut minutes = |field: &str, text: &str| {
                span::parse(text, day).unwrap_or_else(|msg| {
                    wrong.push(FieldError::new(format!("{field}_{}", p.key()), msg));
                    1
                })
            };
            let target = Target {
                response_minutes: minutes("response", response),
                delivery_minutes: minutes("delivery", delivery),
            };
            targets.insert(p, target);
        }
        let mut escalations = Vec::new();
        for line in self.lines.iter().filter(|l| !l.share.trim().is_empty()) {
            let at = escalations.len();
            let share = line.share.trim().trim_end_matches('%').trim_end().parse();
            if share.is_err() {
                wrong.push(FieldError::new(
                    format!("escalations[{at}].share"),
                    "The share lies between 1 and 500 percent.",
                ));
            }
            escalations.push(Escalation {
                clock: if line.clock == "response" {
                    ClockKind::Response
                } else {
                    ClockKind::Delivery
                },
                share: share.unwrap_or(1),
                tell: if line.tell == "team_leads" {
                    Tell::TeamLeads
                } else {
                    Tell::Owner
                },
            });
        }
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        Ok(PromiseInput {
            name: self.name.clone(),
            calendar_id: self.calendar_id.clone(),
            definition: PromiseDef {
                targets,
                escalations,
            },
        })
    }
}

const RESPONSE: [&str; 4] = [
    "response_low",
    "response_normal",
    "response_high",
    "response_urgent",
];
const DELIVERY: [&str; 4] = [
    "delivery_low",
    "delivery_normal",
    "delivery_high",
    "delivery_urgent",
];

fn index(key: &str) -> usize {
    Priority::ALL
        .iter()
        .position(|p| p.key() == key)
        .unwrap_or_default()
}

fn tell_key(tell: Tell) -> &'static str {
    match tell {
        Tell::Owner => "owner",
        Tell::TeamLeads => "team_leads",
    }
}

/// Errors of the definition at the fields of this form.
pub fn renamed(error: Error) -> Error {
    let Error::Invalid(fields) = error else {
        return error;
    };
    let name = |field: String| match field.strip_prefix("targets.") {
        Some(key) => format!("delivery_{key}"),
        None if field == "targets" => "response_normal".to_owned(),
        None => field,
    };
    Error::Invalid(
        fields
            .into_iter()
            .map(|f| FieldError {
                field: name(f.field),
                msg: f.msg,
            })
            .collect(),
    )
}

/// The fields.
pub fn fields(lang: Lang, catalog: &Catalog, draft: &Draft, wrong: &Wrong) -> Markup {
    let mut calendars: Vec<_> = catalog
        .calendars
        .values()
        .filter(|c| !c.archived || c.id == draft.calendar_id)
        .collect();
    calendars.sort_by_key(|c| c.name.to_lowercase());
    let calendars: Vec<Opt<'_>> = calendars
        .iter()
        .map(|c| Opt {
            value: &c.id,
            label: &c.name,
            chosen: c.id == draft.calendar_id,
            ..Opt::default()
        })
        .collect();
    html! {
        input type="hidden" name="version" value=(draft.version_text);
        (field::two(html! {
            (field::text(lang, &Field { name: "name", label: t!(lang, "Name"), value: &draft.name, error: wrong.at("name"), ..Field::default() }))
            (select(lang, &Field { name: "calendar_id", label: t!(lang, "Calendar"), error: wrong.at("calendar_id"), ..Field::default() }, &calendars, None))
        }))
        (fieldset(t!(lang, "Targets"), html! {
            p class="hint" { (t!(lang, "Working time, such as 2 days, 4 hours or 90 minutes. A priority without its own targets takes those of normal.")) }
            @for p in Priority::ALL {
                @let (response, delivery) = draft.targets.get(p.key()).cloned().unwrap_or_default();
                @let (r, d) = (RESPONSE[index(p.key())], DELIVERY[index(p.key())]);
                @let word = lang.t(p.label());
                (field::two(html! {
                    (field::text(lang, &Field { name: r, label: &t!(lang, "{priority}: first answer", priority = word), value: &response, error: wrong.at(r), optional: p != Priority::Normal, ..Field::default() }))
                    (field::text(lang, &Field { name: d, label: &t!(lang, "{priority}: delivery", priority = word), value: &delivery, error: wrong.at(d), optional: p != Priority::Normal, ..Field::default() }))
                }))
            }
        }))
        (fieldset(t!(lang, "Who is told when"), html! {
            p class="hint" { (t!(lang, "At these shares of the promised time somebody is told, in working hours and once. Clear the percent to remove a line.")) }
            @for (i, line) in draft.lines.iter().chain(std::iter::once(&LineDraft::default())).enumerate() { (told(lang, i, line, wrong)) }
            div { (frame::action(t!(lang, "Add a line"), "plus", "add")) }
        }))
    }
}

fn told(lang: Lang, i: usize, line: &LineDraft, wrong: &Wrong) -> Markup {
    let error = wrong.at(&format!("escalations[{i}].share")).to_owned();
    let option = |value: &'static str, label: &'static str, chosen: &str| {
        html! { option value=(value) selected[chosen == value] { (label) } }
    };
    html! {
        div class={ "row told" @if !error.is_empty() { " invalid field" } } role="group" aria-label=(t!(lang, "Line {n}", n = i + 1)) {
            span { (t!(lang, "At")) }
            input class="input" name="share" inputmode="numeric" value=(line.share) id={ "f-escalations[" (i) "].share" }
                aria-label=(t!(lang, "Percent of the time")) aria-invalid=[(!error.is_empty()).then_some("true")];
            span { (t!(lang, "% of the time to")) }
            select class="select" name="clock" aria-label=(t!(lang, "Which promise")) {
                (option("delivery", t!(lang, "delivery"), &line.clock)) (option("response", t!(lang, "the first answer"), &line.clock))
            }
            span { (t!(lang, "tell")) }
            select class="select" name="tell" aria-label=(t!(lang, "Whom")) {
                (option("owner", t!(lang, "whoever works on it"), &line.tell)) (option("team_leads", t!(lang, "the leads of the team"), &line.tell))
            }
            @if !error.is_empty() { p class="error" { (error) } }
        }
    }
}
