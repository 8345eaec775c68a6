//! The forms of a change's own page.

use maud::{Markup, html};

use crate::calendar::editor::names;
use crate::calendar::model::{NAMED, Things};
use crate::changes::rules::{Outcome, QUESTIONS, Type};
use crate::changes::store::{self, Record, ordered};
use crate::changes::words;
use crate::error::Result;
use crate::i18n::t;
use crate::incidents::page::Sheet;
use crate::people;
use crate::policy;
use crate::ui::button::{Button, button};
use crate::ui::choice::{Opt, checks, choices, select};
use crate::ui::field::{Field, date, text, textarea, two};
use crate::web::Me;
use crate::web::input::Posted;
use crate::work::Item;

fn form(item: &Item, step: &str, r: &Record, fields: Markup, save: &str) -> Markup {
    html! {
        form method="post" action={ "/work/" (item.number) "/change/" (step) } class="stack" data-guard {
            input type="hidden" name="version" value=(r.version);
            (fields)
            div { (button(Button { label: save, ..Button::default() })) }
        }
    }
}

/// Routine, checked or urgent.
pub async fn kind(me: &Me, item: &Item, r: &Record, sheet: &Sheet) -> Result<Markup> {
    let lang = me.lang();
    let service = store::type_of_service(&me.app.db, &item.service_id).await?;
    let chosen = sheet.value("type", r.kind.key()).to_owned();
    let options: Vec<Opt<'_>> = Type::ALL
        .into_iter()
        .filter(|k| *k != Type::Standard || service == Type::Standard || r.kind == *k)
        .filter(|k| r.kind != Type::Emergency || *k == r.kind || policy::shapes_catalog(&me.actor))
        .map(|k| Opt {
            value: k.key(),
            label: words::kind(lang, k),
            hint: match k {
                Type::Standard => t!(lang, "Approved beforehand, made by written steps"),
                Type::Normal => t!(lang, "Somebody looks at it before it is made"),
                Type::Emergency => t!(
                    lang,
                    "Waiting does more harm than a mistake; looked at afterwards"
                ),
            },
            chosen: k.key() == chosen,
        })
        .collect();
    Ok(form(
        item,
        "type",
        r,
        html! {
            (choices(lang, &Field { name: "type", label: t!(lang, "Kind of change"), error: sheet.error("type"), ..Field::default() }, &options, false))
            @if service != Type::Standard { p class="hint" { (t!(lang, "Routine is not offered: no lead has approved this service beforehand.")) } }
            (text(lang, &Field { name: "reason", label: t!(lang, "Why it cannot wait"), hint: t!(lang, "Only for urgent changes: what does each hour cost?"),
                value: sheet.value("reason", &r.reason), error: sheet.error("reason"), optional: true, max_length: Some(1_000), ..Field::default() }))
        },
        t!(lang, "Save the kind"),
    ))
}

/// The questionnaire, with what the order says filled in.
pub fn questions(me: &Me, item: &Item, r: &Record, sheet: &Sheet) -> Markup {
    let lang = me.lang();
    let all = r.all_answers(item);
    let from_order = ordered(item);
    form(
        item,
        "assess",
        r,
        html! {
            @for q in &QUESTIONS {
                @let name = format!("q_{}", q.key);
                @let given = |key: &str| match &sheet.typed {
                    Some(Posted(map)) if map.contains_key(&name) => map[&name].iter().any(|v| v == key),
                    _ => all.get(q.key).is_some_and(|g| g.contains(key)),
                };
                @let options: Vec<Opt<'_>> = q.answers.iter().map(|(key, _)| Opt {
                    value: key, label: words::answer(lang, q.key, key), chosen: given(key), ..Opt::default() }).collect();
                @let taken = from_order.contains_key(q.key) && !r.answers.contains_key(q.key);
                (checks(lang, &Field { name: &name, label: words::question(lang, q.key),
                    hint: if taken { t!(lang, "From the order; change it if you know better.") } else { "" },
                    ..Field::default() }, &options, q.many))
            }
        },
        t!(lang, "Save the answers"),
    )
}

/// What it touches: the same things as its calendar entry.
pub fn touches(me: &Me, item: &Item, r: &Record, things: &Things, sheet: &Sheet) -> Markup {
    let lang = me.lang();
    let mut rest: Vec<_> = things
        .iter()
        .filter(|(k, _)| k.starts_with("department:") || k.starts_with("service:"))
        .collect();
    rest.sort_by(|a, b| {
        (a.0.split(':').next(), &a.1.name).cmp(&(b.0.split(':').next(), &b.1.name))
    });
    let label = |kind: &str| match kind {
        "tool" => t!(lang, "Tools and sites"),
        "campaign" => t!(lang, "Campaigns"),
        _ => t!(lang, "Who receives it"),
    };
    form(
        item,
        "touches",
        r,
        html! {
            p class="hint" { (t!(lang, "Its window in the calendar touches the same. With a comma between names.")) }
            @for (kind, _) in NAMED {
                @let present = names(&r.touches, things, kind);
                (text(lang, &Field { name: kind, label: label(kind), value: sheet.value(kind, &present), optional: true,
                    error: if kind == "tool" { sheet.error("touches") } else { "" }, ..Field::default() }))
            }
            details open[r.touches.iter().any(|k| k.starts_with("service:") || k.starts_with("department:"))] {
                summary { (t!(lang, "Services and departments that notice")) }
                div class="todo mt-2" { @for (key, thing) in &rest {
                    label class="check" { input type="checkbox" name="touches" value=(key) checked[r.touches.contains(key)]; span { (thing.name) } }
                } }
            }
        },
        t!(lang, "Save what it touches"),
    )
}

/// How it is made, the way back, how it is tested.
pub fn plans(me: &Me, item: &Item, r: &Record, sheet: &Sheet) -> Markup {
    let lang = me.lang();
    let area = |name: &'static str, label: &'static str, hint: &'static str, present: String| {
        let f = Field {
            name,
            label,
            hint,
            value: sheet.value(name, &present),
            error: sheet.error(name),
            optional: true,
            ..Field::default()
        };
        textarea(lang, &f, 5)
    };
    form(
        item,
        "plans",
        r,
        html! {
            (area("plan", t!(lang, "How it is made"), t!(lang, "Step by step, with who and when."), r.steps(item)))
            (area("back_out", t!(lang, "The way back"), t!(lang, "Step by step. At what time, or seeing what, do you turn back?"), r.way_back(item)))
            (area("test", t!(lang, "How it is tested"), t!(lang, "On what, by whom, and what one should see."), r.tests(item)))
        },
        t!(lang, "Save the plans"),
    )
}

/// How it went.
pub async fn review(me: &Me, item: &Item, r: &Record, sheet: &Sheet) -> Result<Markup> {
    let lang = me.lang();
    let known = store::incidents(&me.app.db, &item.id).await?;
    let numbers: Vec<String> = known.iter().map(|(_, n, _)| n.to_string()).collect();
    let outcome = sheet
        .value("outcome", r.outcome.map_or("", Outcome::key))
        .to_owned();
    let outcomes = Outcome::ALL.map(|o| Opt {
        value: o.key(),
        label: words::outcome(lang, o),
        chosen: o.key() == outcome,
        ..Opt::default()
    });
    let followed = sheet
        .value("followed", r.followed.as_deref().unwrap_or_default())
        .to_owned();
    let answers = [
        ("yes", t!(lang, "Yes")),
        ("partly", t!(lang, "In parts")),
        ("no", t!(lang, "No")),
    ]
    .map(|(value, label)| Opt {
        value,
        label,
        chosen: value == followed,
        ..Opt::default()
    });
    Ok(form(
        item,
        "review",
        r,
        html! {
            @if r.review_due(item) { p { (t!(lang, "Needed before it is closed.")) } }
            @else if r.reviewed_at.is_none() { p class="muted" { (t!(lang, "Worth two minutes: the next one of this kind becomes easier.")) } }
            (choices(lang, &Field { name: "outcome", label: t!(lang, "How did it go?"), error: sheet.error("outcome"), ..Field::default() }, &outcomes, false))
            (textarea(lang, &Field { name: "happened", label: t!(lang, "What happened"), value: sheet.value("happened", &r.happened),
                error: sheet.error("happened"), ..Field::default() }, 4))
            (checks(lang, &Field { name: "followed", label: t!(lang, "Was the plan followed?"), error: sheet.error("followed"), ..Field::default() }, &answers, false))
            (text(lang, &Field { name: "incidents", label: t!(lang, "Incidents that it caused"), hint: t!(lang, "Numbers with a comma between."), optional: true,
                value: sheet.value("incidents", &numbers.join(", ")), error: sheet.error("incidents"), ..Field::default() }))
            @if !known.is_empty() { ul class="plain" { @for (_, number, title) in &known { li { a href={ "/work/" (number) } { (number) " " (title) } } } } }
        },
        t!(lang, "Save the review"),
    ))
}

/// Work to make of what was learned.
pub async fn action(me: &Me, item: &Item, sheet: &Sheet) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let people = people::store::agents(&me.app.db).await?;
    let owner = sheet.value("owner", &me.actor.id).to_owned();
    let people: Vec<Opt<'_>> = people
        .iter()
        .map(|p| Opt {
            value: &p.id,
            label: &p.name,
            chosen: p.id == owner,
            ..Opt::default()
        })
        .collect();
    let service = sheet.value("service", "").to_owned();
    let services: Vec<Opt<'_>> = catalog
        .offered_to(&me.actor)
        .map(|s| Opt {
            value: &s.id,
            label: &s.name,
            chosen: s.id == service,
            ..Opt::default()
        })
        .collect();
    Ok(html! {
        form method="post" action={ "/work/" (item.number) "/change/actions" } class="stack mt-4" {
            (text(lang, &Field { name: "title", label: t!(lang, "What is to be done"), value: sheet.value("title", ""),
                error: sheet.error("title"), max_length: Some(160), ..Field::default() }))
            (two(html! {
                (select(lang, &Field { name: "service", label: t!(lang, "Service that does it"), error: sheet.error("service"), ..Field::default() },
                    &services, Some(t!(lang, "Choose one"))))
                (select(lang, &Field { name: "owner", label: t!(lang, "Owner"), error: sheet.error("owner"), ..Field::default() }, &people, None))
            }))
            (date(lang, &Field { name: "due_on", label: t!(lang, "By when"), optional: true, value: sheet.value("due_on", ""),
                error: sheet.error("due_on"), ..Field::default() }))
            div { (button(Button { label: t!(lang, "Make it work"), ..Button::default() })) }
        }
    })
}
