//! The form in which a version of a policy is written.

use maud::{Markup, html};

use crate::error::Result;
use crate::i18n::t;
use crate::incidents::page::Sheet;
use crate::people::store as people;
use crate::policies::model::{Question, Version};
use crate::policies::store::Policy;
use crate::policies::verbs::here;
use crate::ui::button::{Button, button};
use crate::ui::choice::{Opt, checks, combobox};
use crate::ui::field::{Field, Number, date, fieldset, number, text, textarea, two};
use crate::web::Me;

/// How many questions the form has room for.
pub const SLOTS: usize = 5;

/// The form of the draft, of the next version, or of a new policy.
pub async fn form(me: &Me, policy: Option<&Policy>, sheet: &Sheet) -> Result<Markup> {
    let lang = me.lang();
    let from = policy.and_then(|p| p.draft().or(p.newest()));
    let drafted = policy.is_some_and(|p| p.draft().is_some());
    let action = policy.map_or_else(
        || "/work/policies/new".to_owned(),
        |p| format!("/work/policies/{}", p.id),
    );
    let field = |name: &'static str, label: &'static str, value: &'static str| Field {
        name,
        label,
        value,
        ..Field::default()
    };
    let area = |name: &'static str, label, hint, present: &str, rows, optional| {
        textarea(
            lang,
            &Field {
                hint,
                optional,
                value: sheet.value(name, present),
                error: sheet.error(name),
                ..field(name, label, "")
            },
            rows,
        )
    };
    let on = |name: &'static str, label, hint, present: Option<jiff::civil::Date>| {
        let present = present.map_or_else(String::new, |d| d.to_string());
        date(
            lang,
            &Field {
                hint,
                optional: true,
                value: sheet.value(name, &present),
                error: sheet.error(name),
                ..field(name, label, "")
            },
        )
    };
    let days = from.map_or(14, |v| v.deadline_days).to_string();
    let of = |get: fn(&Version) -> &str| from.map_or("", get);
    // The next version says anew what changed and since when.
    let effective = from
        .filter(|_| drafted)
        .map_or(here(me), |v| v.effective_on);
    let note = if drafted { of(|v| &v.change_note) } else { "" };
    let owner = policy.map_or(me.actor.id.as_str(), |p| p.owner_id.as_str());
    let owner = sheet.value("owner", owner);
    let agents = people::agents(&me.app.db).await?;
    let owners: Vec<Opt<'_>> = agents
        .iter()
        .map(|p| Opt {
            value: &p.id,
            label: &p.name,
            chosen: p.id == owner,
            ..Opt::default()
        })
        .collect();
    Ok(html! {
        form method="post" action=(action) class="stack" data-guard {
            @if let Some(p) = policy { input type="hidden" name="version" value=(p.version); }
            (text(lang, &Field { value: sheet.value("title", of(|v| &v.title)), error: sheet.error("title"), max_length: Some(120), ..field("title", t!(lang, "Name"), "") }))
            (area("for_you", t!(lang, "What it means for you"), t!(lang, "Two or three sentences in plain words, for somebody in a hurry."), of(|v| &v.for_you), 3, true))
            (area("body", t!(lang, "The policy"), t!(lang, "Markdown: headings with ##, lists with -."), of(|v| &v.body), 14, false))
            @if policy.is_some_and(|p| p.newest().is_some()) {
                (area("change_note", t!(lang, "What is new"), t!(lang, "Readers see it above the text."), note, 2, true))
            }
            (audience(me, from, sheet).await?)
            (two(html! {
                (combobox(lang, &Field { error: sheet.error("owner"), ..field("owner", t!(lang, "Who answers for it"), "") }, &owners, None))
                (number(lang, &Field { value: sheet.value("deadline_days", &days), error: sheet.error("deadline_days"), ..field("deadline_days", t!(lang, "Time to confirm it"), "") },
                    &Number { min: "1", max: "365", unit: t!(lang, "days"), ..Number::default() }))
            }))
            (two(html! {
                (on("effective_on", t!(lang, "Holds from"), t!(lang, "Empty: from today."), Some(effective)))
                (on("until_on", t!(lang, "Last day"), t!(lang, "Empty: until it is given up."), from.and_then(|v| v.until_on)))
            }))
            (on("review_on", t!(lang, "To be reviewed"), t!(lang, "When somebody should look whether it is still right."), from.and_then(|v| v.review_on)))
            (quiz(me, from, sheet))
            div { (button(Button { label: t!(lang, "Save the draft"), ..Button::default() })) }
        }
    })
}

async fn audience(me: &Me, from: Option<&Version>, sheet: &Sheet) -> Result<Markup> {
    let lang = me.lang();
    let of = from.map(|v| v.audience.clone()).unwrap_or_default();
    let chosen = |name: &str, value: &str, present: bool| match &sheet.typed {
        Some(posted) => posted
            .0
            .get(name)
            .is_some_and(|list| list.iter().any(|v| v == value)),
        None => present,
    };
    let departments = people::departments(&me.app.db).await?;
    let teams = people::teams(&me.app.db).await?;
    let who = [
        Opt {
            value: "everyone",
            label: t!(lang, "Everybody who works here"),
            chosen: chosen("audience", "everyone", of.everyone),
            ..Opt::default()
        },
        Opt {
            value: "partners",
            label: t!(lang, "Outside partners"),
            chosen: chosen("audience", "partners", of.partners),
            ..Opt::default()
        },
    ];
    let departments: Vec<Opt<'_>> = departments
        .iter()
        .filter(|d| !d.archived || of.departments.contains(&d.id))
        .map(|d| Opt {
            value: &d.id,
            label: &d.name,
            chosen: chosen("departments", &d.id, of.departments.contains(&d.id)),
            ..Opt::default()
        })
        .collect();
    let groups: Vec<Opt<'_>> = teams
        .iter()
        .filter(|g| !g.archived || of.groups.contains(&g.id))
        .map(|g| Opt {
            value: &g.id,
            label: &g.name,
            chosen: chosen("groups", &g.id, of.groups.contains(&g.id)),
            ..Opt::default()
        })
        .collect();
    let part = |name: &'static str, label| Field {
        name,
        label,
        optional: true,
        ..Field::default()
    };
    Ok(fieldset(
        t!(lang, "For whom it holds"),
        html! {
            (checks(lang, &Field { optional: false, error: sheet.error("audience"), ..part("audience", t!(lang, "Who")) }, &who, true))
            @if !departments.is_empty() { (checks(lang, &part("departments", t!(lang, "Departments")), &departments, true)) }
            @if !groups.is_empty() { (checks(lang, &part("groups", t!(lang, "Teams and groups")), &groups, true)) }
        },
    ))
}

fn quiz(me: &Me, from: Option<&Version>, sheet: &Sheet) -> Markup {
    let lang = me.lang();
    let quiz = from.map(|v| v.quiz.clone()).unwrap_or_default();
    let pass = if quiz.questions.is_empty() {
        100
    } else {
        quiz.pass_percent
    }
    .to_string();
    let none = Question {
        text: String::new(),
        choices: Vec::new(),
        why: String::new(),
    };
    let opened = !quiz.questions.is_empty()
        || sheet
            .errors
            .iter()
            .any(|(f, _)| f.starts_with("question-") || f.starts_with("choices-"));
    html! {
        details open[opened] {
            summary { (t!(lang, "Questions before one can confirm")) }
            p class="small muted mt-2" { (t!(lang, "One answer a line; put a * before each right one. Questions without text are left out.")) }
            @for at in 1..=SLOTS {
                @let q = quiz.questions.get(at - 1).unwrap_or(&none);
                @let lines = q.choices.iter().map(|c| format!("{}{}", if c.right { "* " } else { "" }, c.text)).collect::<Vec<_>>().join("\n");
                @let names = ["question", "choices", "why"].map(|n| format!("{n}-{at}"));
                (fieldset(&t!(lang, "Question {n}", n = at), html! {
                    (text(lang, &Field { name: &names[0], label: t!(lang, "Question"), optional: true, value: sheet.value(&names[0], &q.text), error: sheet.error(&names[0]), ..Field::default() }))
                    (textarea(lang, &Field { name: &names[1], label: t!(lang, "Answers"), optional: true, value: sheet.value(&names[1], &lines), error: sheet.error(&names[1]), ..Field::default() }, 3))
                    (text(lang, &Field { name: &names[2], label: t!(lang, "Why"), optional: true, value: sheet.value(&names[2], &q.why), ..Field::default() }))
                }))
            }
            (number(lang, &Field { name: "pass_percent", label: t!(lang, "How much has to be right"), value: sheet.value("pass_percent", &pass), error: sheet.error("pass_percent"), ..Field::default() },
                &Number { min: "0", max: "100", unit: "%", ..Number::default() }))
        }
    }
}
