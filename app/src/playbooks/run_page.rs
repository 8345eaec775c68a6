//! A run as a checklist, and the list of runs.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desk::change::say;
use crate::desk::load::names;
use crate::error::{Error, Result};
use crate::i18n::{fmt, t};
use crate::incidents::page::{Sheet, one};
use crate::people;
use crate::playbooks::model::{Run, State, Step, Tick};
use crate::playbooks::page::{teams, who};
use crate::playbooks::{page, rules, runs};
use crate::ui::block::{Tone, card, empty, notice, pill};
use crate::ui::button::{Button, Kind, Seg, Size, button, seg};
use crate::ui::choice::{Opt, select};
use crate::ui::field::{Field, text};
use crate::ui::shell::{bar, bar_back};
use crate::web::input::Posted;
use crate::web::{Flash, Me, Query, markdown, see_other, shell};

/// How many a page shows.
pub const PAGE: i64 = 25;

/// Which runs.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "PlaybookRunFilter")]
pub struct Asked {
    /// `mine`, `open` or `ended`; the page shows `open`, the API all.
    pub view: Option<String>,
    /// Id of a playbook.
    pub playbook: Option<String>,
    /// The cursor of the page before.
    pub after: Option<String>,
}

/// A page of runs, and the cursor of the next.
pub async fn find(me: &Me, asked: &Asked) -> Result<(Vec<Run>, Option<String>)> {
    let view = asked.view.as_deref().unwrap_or_default();
    let wanted = runs::Wanted {
        open: match view {
            "mine" | "open" => Some(true),
            "ended" => Some(false),
            _ => None,
        },
        mine: view == "mine",
        playbook: asked.playbook.as_deref(),
        after: asked.after.as_deref(),
        item: None,
    };
    let mut found = runs::list(&me.app.db, &me.actor, &wanted, PAGE + 1).await?;
    let more = i64::try_from(found.len()).unwrap_or(0) > PAGE;
    if more {
        found.pop();
    }
    let next = found.last().filter(|_| more).map(|r| r.id.clone());
    Ok((found, next))
}

/// One run in a list.
pub fn row(me: &Me, run: &Run) -> Markup {
    let lang = me.lang();
    let p = rules::progress(run);
    let ready = p.done + p.skipped;
    html! {
        li {
            a href={ "/playbook-runs/" (run.id) } { (run.title) }
            @if run.title != run.definition.name { " " span class="muted small" { (run.definition.name) } }
            p class="small muted" {
                @match (run.ended_at, &run.abandoned) {
                    (None, _) => (t!(lang, "{n} of {all} steps", n = ready, all = p.all)),
                    (Some(at), None) => (t!(lang, "Finished {when}", when = fmt::when(lang, at, me.now, &me.prefs.zone))),
                    (Some(at), Some(_)) => (t!(lang, "Given up {when}", when = fmt::when(lang, at, me.now, &me.prefs.zone))),
                }
                @if let Some((_, number, _)) = &run.item { " · " a href={ "/work/" (number) } { (number) } }
            }
            @if run.is_open() && p.all > 0 { div class="meter mt-2" aria-hidden="true" { i style={ "inline-size:" (ready * 100 / p.all) "%" } {} } }
        }
    }
}

/// GET /playbook-runs
pub async fn list(me: Me, Query(mut asked): Query<Asked>) -> Result<Markup> {
    let lang = me.lang();
    let view = asked.view.get_or_insert_with(|| "mine".to_owned()).clone();
    let (found, next) = find(&me, &asked).await?;
    let views = [
        ("mine", t!(lang, "Mine"), "/playbook-runs?view=mine"),
        ("open", t!(lang, "All open"), "/playbook-runs?view=open"),
        ("ended", t!(lang, "Ended"), "/playbook-runs?view=ended"),
    ]
    .map(|(key, label, href)| Seg {
        label,
        href,
        current: key == view,
        ..Seg::default()
    });
    let body = html! {
        (bar(t!(lang, "Runs of playbooks"), seg(t!(lang, "Views"), &views), html! {}))
        div class="panel-body stack measure" {
            @if found.is_empty() {
                (empty("book", t!(lang, "No runs here"), t!(lang, "Start one on the page of a playbook or beside a request."), html! { a href="/playbooks" { (t!(lang, "Playbooks")) } }))
            }
            ul class="stack plain-list" { @for run in &found { (row(&me, run)) } }
            @if let Some(next) = next { p { a class="btn btn-line" href={ "/playbook-runs?view=" (view) "&after=" (next) } { (t!(lang, "Older")) } } }
        }
    };
    shell::workspace(&me, "/playbooks", t!(lang, "Runs of playbooks"), body).await
}

/// GET /playbook-runs/{run}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    render(&me, &id, "", &Sheet::default()).await
}

/// The page; `at` is the step whose form was refused.
async fn render(me: &Me, id: &str, at: &str, sheet: &Sheet) -> Result<Response> {
    let lang = me.lang();
    let run = runs::find(&me.app.db, &me.actor, id).await?;
    let may = run.is_open() && runs::may_work(&me.app.db, &me.actor, &run).await?;
    let mut ids: BTreeSet<String> = [run.started_by.clone()].into();
    ids.extend(run.ended_by.clone());
    ids.extend(
        run.ticks
            .values()
            .flat_map(|t| t.by_id.clone().into_iter().chain(t.assignee_id.clone())),
    );
    let names = names(me, ids).await?;
    let teams = teams(me).await?;
    let agents = people::store::agents(&me.app.db).await?;
    let name = |id: &str| names.get(id).cloned().unwrap_or_default();
    let p = rules::progress(&run);
    let base = format!("/playbook-runs/{}", run.id);
    let when = |at| fmt::when(lang, at, me.now, &me.prefs.zone);
    let (back, href) = match &run.item {
        Some((_, number, title)) => (format!("{number} {title}"), format!("/work/{number}")),
        None => (
            run.definition.name.clone(),
            format!("/playbooks/{}", run.playbook_id),
        ),
    };
    let body = html! {
        (bar_back(&back, &href, "", html! {}))
        div class="panel-body stack measure" {
            div {
                h1 { (run.title) }
                p class="muted mt-2" {
                    @if let (Some(at), by) = (run.ended_at, run.ended_by.as_deref().unwrap_or_default()) {
                        @match &run.abandoned {
                            None => (t!(lang, "{name} finished it {when}.", name = name(by), when = when(at))),
                            Some(why) => (t!(lang, "{name} gave it up {when}: {why}", name = name(by), when = when(at), why = why)),
                        }
                    } @else { (t!(lang, "{name} started it {when}. {done} of {all} steps are done.", name = name(&run.started_by), when = when(run.started_at), done = p.done + p.skipped, all = p.all)) }
                }
                p class="small mt-2" { a href={ "/playbooks/" (run.playbook_id) "/versions/" (run.number) } { (run.definition.name) ", " (t!(lang, "Version {n}", n = run.number)) } }
            }
            (sheet.summary(lang))
            @if run.is_open() && !may { (notice(Tone::Info, "info", t!(lang, "You may look."), html! { (t!(lang, "Those who work on the request tick the steps.")) })) }
            ol class="stack plain-list" { @for (n, step) in run.definition.steps.iter().enumerate() {
                li id={ "s-" (step.key) } { (step_card(me, &Shown { run: &run, step, n: n + 1, tick: run.tick(&step.key), who: who(step, &teams), names: &names, agents: &agents, may, sheet: if at == step.key { Some(sheet) } else { None } })) }
            } }
            @if may { (card(t!(lang, "End this run"), html! { div class="stack" {
                @if p.missing > 0 { p class="muted" { (t!(lang, "Required steps are still open: {n}.", n = p.missing)) } }
                form method="post" action={ (base) "/end" } { (button(Button { label: t!(lang, "Finish"), kind: Kind::Primary, ..Button::default() })) }
                details open[!sheet.error("reason").is_empty()] { summary { (t!(lang, "Give it up")) }
                    form method="post" action={ (base) "/end" } class="stack mt-2" {
                        input type="hidden" name="abandon" value="yes";
                        (text(lang, &Field { name: "reason", label: t!(lang, "Why"), value: sheet.value("reason", ""), error: sheet.error("reason"), ..Field::default() }))
                        div { (button(Button { label: t!(lang, "Give the run up"), ..Button::default() })) }
                    } }
            } })) }
        }
    };
    let page = shell::workspace(me, "/playbooks", &run.title, body).await?;
    Ok((sheet.status(), page).into_response())
}

struct Shown<'a> {
    run: &'a Run,
    step: &'a Step,
    n: usize,
    tick: Tick,
    who: String,
    names: &'a BTreeMap<String, String>,
    agents: &'a [people::Person],
    may: bool,
    sheet: Option<&'a Sheet>,
}

fn step_card(me: &Me, s: &Shown<'_>) -> Markup {
    let lang = me.lang();
    let action = format!("/playbook-runs/{}/steps/{}", s.run.id, s.step.key);
    let name = |id: &Option<String>| {
        id.as_ref()
            .and_then(|id| s.names.get(id))
            .cloned()
            .unwrap_or_default()
    };
    let (note, assignee) = (format!("note-{}", s.n), format!("assignee-{}", s.n));
    let deed = |label: &str, state: &str, kind| {
        button(Button {
            label,
            name: "state",
            value: state,
            size: Size::Small,
            kind,
            ..Button::default()
        })
    };
    let error = s.sheet.map_or("", |sheet| sheet.error("note"));
    let value = s.sheet.map_or(s.tick.note.as_str(), |sheet| {
        sheet.value("note", &s.tick.note)
    });
    let people: Vec<Opt<'_>> = s
        .agents
        .iter()
        .map(|p| Opt {
            value: &p.id,
            label: &p.name,
            chosen: s.tick.assignee_id.as_ref() == Some(&p.id),
            ..Opt::default()
        })
        .collect();
    card(
        "",
        html! {
            div class="row" {
                h2 style="font-size:var(--t-16)" { (s.n) ". " (s.step.title) }
                @match s.tick.state {
                    State::Done => (pill(Tone::Ok, "check", t!(lang, "done"))),
                    State::Skipped => (pill(Tone::Warn, "", t!(lang, "skipped"))),
                    State::Open => @if !s.step.required { span class="opt" { (t!(lang, "(optional)")) } },
                }
            }
            p class="small muted" {
                @if let Some(at) = s.tick.at { (name(&s.tick.by_id)) ", " (fmt::when(lang, at, me.now, &me.prefs.zone)) }
                @else if s.tick.assignee_id.is_some() { (t!(lang, "{name} does it", name = name(&s.tick.assignee_id))) }
                @else { (s.who) }
            }
            @if !s.tick.note.is_empty() { p class="mt-2" { "“" (s.tick.note) "”" } }
            @if s.tick.state == State::Open { div class="prose s14 mt-2" { (markdown(&s.step.how)) } }
            @if s.may {
                form method="post" action=(action) class="row mt-3" {
                    @if s.tick.state == State::Open { (deed(&t!(lang, "Done: step {n}", n = s.n), "done", Kind::Plain)) }
                    @else { (deed(&t!(lang, "Open step {n} again", n = s.n), "open", Kind::Line)) }
                }
                details class="mt-2" open[!error.is_empty()] { summary class="small" { (t!(lang, "Note, skip or give step {n} away", n = s.n)) }
                    form method="post" action=(action) class="stack mt-2" {
                        div class={ "field" @if !error.is_empty() { " invalid" } } {
                            label class="label" for=(note) { (t!(lang, "Note, or why it is skipped")) }
                            @if !error.is_empty() { p class="error" id={ (note) "-error" } { (error) } }
                            input class="input" id=(note) name="note" maxlength="1000" value=(value) aria-invalid=[(!error.is_empty()).then_some("true")]
                                aria-describedby=[(!error.is_empty()).then(|| format!("{note}-error"))];
                        }
                        (select(lang, &Field { name: &assignee, label: t!(lang, "Who does it"), optional: true, ..Field::default() }, &people, Some(t!(lang, "nobody in particular"))))
                        div class="row" {
                            (button(Button { label: t!(lang, "Save"), size: Size::Small, ..Button::default() }))
                            @if s.tick.state == State::Open { (deed(t!(lang, "Skip"), "skipped", Kind::Line)) }
                        }
                    }
                }
            }
        },
    )
}

/// POST /playbook-runs/{run}/steps/{run_step}
pub async fn mark(
    me: Me,
    Path((id, step)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response> {
    let has = |name: &str| posted.0.contains_key(name);
    let assignee = posted.0.iter().find(|(k, _)| k.starts_with("assignee-"));
    let mark = runs::Mark {
        state: has("state").then(|| State::from_key(one(&posted, "state"))),
        note: has("note").then(|| one(&posted, "note").to_owned()),
        assignee: assignee.map(|(_, v)| v.first().cloned().unwrap_or_default()),
    };
    match runs::mark(&me, &me.actor, &id, &step, mark).await {
        Ok(run) => Ok(see_other(
            &format!("/playbook-runs/{}#s-{step}", run.id),
            None,
        )),
        Err(Error::Invalid(errors)) => {
            let sheet = Sheet {
                errors: say(me.lang(), &errors),
                typed: Some(posted),
            };
            render(&me, &id, &step, &sheet).await
        }
        Err(error) => Err(error),
    }
}

/// POST /playbook-runs/{run}/end
pub async fn end(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let lang = me.lang();
    let abandon = (one(&posted, "abandon") == "yes").then(|| one(&posted, "reason"));
    match runs::end(&me, &me.actor, &id, abandon).await {
        Ok(run) => {
            let said = match run.abandoned {
                None => t!(lang, "The run is finished."),
                Some(_) => t!(lang, "The run is given up."),
            };
            Ok(see_other(
                &format!("/playbook-runs/{}", run.id),
                Some(Flash::new(said)),
            ))
        }
        Err(Error::Invalid(errors)) => {
            let sheet = Sheet {
                errors: say(lang, &errors),
                typed: Some(posted),
            };
            render(&me, &id, "", &sheet).await
        }
        Err(error) => Err(error),
    }
}

/// POST /playbooks/{playbook}/runs
pub async fn start(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let item = Some(one(&posted, "item")).filter(|i| !i.is_empty());
    let begin = runs::Begin {
        title: one(&posted, "title"),
        item,
        practice: Some(one(&posted, "practice")),
    };
    let errors = match runs::start(&me, &me.actor, &id, begin).await {
        Ok(run) => return Ok(see_other(&format!("/playbook-runs/{}", run.id), None)),
        Err(Error::Invalid(errors)) => errors,
        Err(Error::NotFound) if item.is_some() => {
            // The playbook itself may be what is missing; its page says so.
            match Error::field("item", "There is no such request among those you see.") {
                Error::Invalid(errors) => errors,
                other => return Err(other),
            }
        }
        Err(error) => return Err(error),
    };
    let sheet = Sheet {
        errors: say(me.lang(), &errors),
        typed: Some(posted),
    };
    page::render(&me, &id, &sheet).await
}

/// POST /playbook-runs: start the one that was chosen beside a request.
pub async fn start_chosen(me: Me, posted: Posted) -> Result<Response> {
    let begin = runs::Begin {
        item: Some(one(&posted, "item")),
        ..runs::Begin::default()
    };
    let run = runs::start(&me, &me.actor, one(&posted, "playbook"), begin).await?;
    Ok(see_other(&format!("/playbook-runs/{}", run.id), None))
}
