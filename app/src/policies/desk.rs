//! Running policies, in the workspace: the list, and one with its draft, its
//! report and its exceptions.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use maud::{Markup, html};

use crate::catalog::audience::Audience;
use crate::error::{Error, Result};
use crate::i18n::{fmt, t, tn};
use crate::incidents::page::{Sheet, one};
use crate::policies::model::{Question, Quiz, choices};
use crate::policies::store::{self, Policy};
use crate::policies::verbs::{self, Draft, here};
use crate::policies::{editor, exceptions as excepting, report};
use crate::policy;
use crate::ui::block::{Tone, card, empty, pill};
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::field::{Field, textarea};
use crate::ui::shell::{bar, bar_back};
use crate::ui::table::{Col, Group, Row, Table, row, table};
use crate::web::input::Posted;
use crate::web::{Flash, Me, see_other, shell};

/// GET /work/policies
pub async fn list(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let today = here(&me);
    let all: Vec<Policy> = store::every(&me.app.db)
        .await?
        .into_iter()
        .filter(|p| p.is_run_by(&me.actor) || p.in_force(today).is_some())
        .collect();
    let mut rows = Vec::new();
    for p in &all {
        let runs = p.is_run_by(&me.actor);
        let version = p.in_force(today);
        let confirmed = match version {
            Some(v) if runs => Some(report::count(&report::lines(&me.app.db, &me, p, v).await?).0),
            _ => None,
        };
        let href = if runs {
            format!("/work/policies/{}", p.id)
        } else {
            format!("/policies/{}", p.id)
        };
        let number = version.map_or_else(String::new, |v| v.number());
        rows.push(html! { (row(lang, &Row { id: &p.id, number: &number, href: &href, title: p.title(), sub: &p.owner, ..Row::default() }, html! {
            td { (state(&me, p)) }
            td class="num" { @if let Some(c) = confirmed { (c.percent()) " %" } }
            td class="num" { @if let Some(c) = confirmed { @if c.overdue > 0 { (pill(Tone::Bad, "alert", &c.overdue.to_string())) } @else { "0" } } }
            td class="small" { @if let Some(day) = version.and_then(|v| v.review_on) {
                @if day <= today { (pill(Tone::Warn, "clock", &fmt::day(lang, day, today))) } @else { (fmt::day(lang, day, today)) } } }
        })) });
    }
    let cols = [
        Col {
            label: t!(lang, "Policy"),
            ..Col::default()
        },
        Col {
            label: t!(lang, "State"),
            ..Col::default()
        },
        Col {
            label: t!(lang, "Confirmed"),
            number: true,
            ..Col::default()
        },
        Col {
            label: t!(lang, "Overdue"),
            number: true,
            ..Col::default()
        },
        Col {
            label: t!(lang, "To be reviewed"),
            ..Col::default()
        },
    ];
    let new = html! {
        @if policy::shapes_catalog(&me.actor) { (link_button("/work/policies/new", Button { label: t!(lang, "New policy"), kind: Kind::Primary, size: Size::Small, icon: "plus", ..Button::default() })) }
    };
    let body = html! {
        (bar(t!(lang, "Policies"), html! {}, new))
        div class="panel-body" {
            @if all.is_empty() {
                (empty("shield", t!(lang, "No policies yet"), t!(lang, "A policy says what holds, for whom, and who has read it. Write the first one."), html! {}))
            } @else {
                (table(lang, &Table { id: "policies", caption: t!(lang, "Policies"), cols: &cols, ..Table::default() },
                    &[Group { rows: html! { @for r in &rows { (r) } }, ..Group::default() }]))
            }
        }
    };
    shell::workspace(&me, "/work/policies", t!(lang, "Policies"), body).await
}

fn state(me: &Me, p: &Policy) -> Markup {
    let lang = me.lang();
    let today = here(me);
    html! {
        @if p.retired_at.is_some() { (pill(Tone::Line, "", t!(lang, "Given up"))) }
        @else if let Some(v) = p.in_force(today) { (pill(Tone::Ok, "check", &t!(lang, "Holds: {number}", number = v.number()))) }
        @else if let Some(v) = p.newest() {
            @if v.effective_on > today { (pill(Tone::Info, "clock", &t!(lang, "From {day}", day = fmt::day(lang, v.effective_on, today)))) }
            @else { (pill(Tone::Line, "", t!(lang, "Ended"))) }
        }
        @if p.draft().is_some() { " " (pill(Tone::Warn, "edit", t!(lang, "Draft"))) }
    }
}

/// GET /work/policies/new
pub async fn new(me: Me) -> Result<Response> {
    render_new(&me, &Sheet::default()).await
}

async fn render_new(me: &Me, sheet: &Sheet) -> Result<Response> {
    let lang = me.lang();
    let form = editor::form(me, None, sheet).await?;
    let body = html! {
        (bar_back(t!(lang, "Policies"), "/work/policies", "", html! {}))
        div class="panel-body stack" { h1 { (t!(lang, "New policy")) } (sheet.summary(lang)) (form) }
    };
    let page = shell::workspace(me, "/work/policies", t!(lang, "New policy"), body).await?;
    Ok((sheet.status(), page).into_response())
}

/// GET /work/policies/{policy}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    render(&me, &id, &Sheet::default()).await
}

async fn render(me: &Me, id: &str, sheet: &Sheet) -> Result<Response> {
    let lang = me.lang();
    let p = store::find_to_run(&me.app.db, &me.actor, id).await?;
    let base = format!("/work/policies/{}", p.id);
    let today = here(me);
    let report = match p.in_force(today) {
        Some(v) => Some(report::part(me, &p, v).await?),
        None => None,
    };
    let form = editor::form(me, Some(&p), sheet).await?;
    let deed = |verb: &str, label: &str, kind| {
        html! { form method="post" action={ (base) "/" (verb) } { (button(Button { label, kind, size: Size::Small, ..Button::default() })) } }
    };
    let deeds = html! {
        @if p.in_force(today).is_some() { (link_button(&format!("/policies/{}", p.id), Button { label: t!(lang, "Read it"), size: Size::Small, ..Button::default() })) }
        @if p.retired_at.is_some() { (deed("revive", t!(lang, "Take it up again"), Kind::Plain)) }
        @else if p.newest().is_some() { (deed("retire", t!(lang, "Give it up"), Kind::Line)) }
    };
    let body = html! {
        (bar_back(t!(lang, "Policies"), "/work/policies", "", deeds))
        div class="panel-body stack" style="--gap:1.25rem" {
            div { h1 { (p.title()) } p class="mt-2" { (state(me, &p)) } }
            (sheet.summary(lang))
            @if let Some(report) = report { (report) }
            (exceptions(me, &p, sheet).await?)
            @if let Some(draft) = p.draft() {
                (card(t!(lang, "Publish the draft"), html! {
                    p { (t!(lang, "It holds from {day}. What is published never changes; a mistake is mended by the next version.", day = fmt::day(lang, draft.effective_on, today))) }
                    div class="row mt-3" {
                        (deed("publish", t!(lang, "Publish and ask everybody to confirm"), Kind::Primary))
                        @if p.newest().is_some() { (deed("publish-minor", t!(lang, "Publish as a small change"), Kind::Plain)) }
                        (deed("discard", t!(lang, "Throw the draft away"), Kind::Quiet))
                    }
                }))
            }
            (card(if p.draft().is_some() { t!(lang, "The draft") } else { t!(lang, "Write the next version") }, form))
        }
    };
    let title = p.title().to_owned();
    let page = shell::workspace(me, "/work/policies", &title, body).await?;
    Ok((sheet.status(), page).into_response())
}

async fn exceptions(me: &Me, p: &Policy, sheet: &Sheet) -> Result<Markup> {
    let lang = me.lang();
    let today = here(me);
    let all = store::exceptions(&me.app.db, Some(&p.id), None).await?;
    if all.is_empty() {
        return Ok(html! {});
    }
    let base = format!("/work/policies/{}/exceptions", p.id);
    let open = all.iter().filter(|e| e.is_open()).count();
    Ok(card(
        t!(lang, "Exceptions"),
        html! {
            @if open > 0 { p { (tn!(lang, open as i64, "{n} waits for your answer.", "{n} wait for your answer.")) } }
            ul class="stack plain-list mt-2" { @for e in &all { li class="card" {
                p { b { (e.person) } " · " (t!(lang, "until {day}", day = fmt::day(lang, e.until_on, today))) " "
                    @if e.is_open() { (pill(Tone::Warn, "clock", t!(lang, "Waits for an answer"))) }
                    @else if e.holds(today) { (pill(Tone::Ok, "check", t!(lang, "Granted"))) }
                    @else if e.refused { (pill(Tone::Line, "", t!(lang, "Refused"))) }
                    @else { (pill(Tone::Line, "", t!(lang, "Ended"))) } }
                p class="mt-2" { (e.reason) }
                @if !e.answer.is_empty() { p class="small muted mt-2" { (e.answer) } }
                @if e.person_id == me.actor.id && e.is_open() { p class="small muted mt-2" { (t!(lang, "Somebody else decides on yours.")) } }
                @else if e.is_open() || e.holds(today) {
                    form method="post" action={ (base) "/" (e.id) } class="stack mt-3" {
                        @let name = format!("answer-{}", e.id);
                        (textarea(lang, &Field { name: &name, label: t!(lang, "Your answer"), value: sheet.value(&name, ""), error: sheet.error(&name), optional: e.is_open(), ..Field::default() }, 2))
                        div class="row" {
                            @if e.is_open() {
                                (button(Button { label: t!(lang, "Grant it"), size: Size::Small, name: "do", value: "grant", ..Button::default() }))
                                (button(Button { label: t!(lang, "Refuse it"), size: Size::Small, kind: Kind::Line, name: "do", value: "refuse", ..Button::default() }))
                            } @else { (button(Button { label: t!(lang, "End it now"), size: Size::Small, kind: Kind::Line, name: "do", value: "refuse", ..Button::default() })) }
                        }
                    }
                }
            } } }
        },
    ))
}

fn day(posted: &Posted, name: &'static str) -> Result<Option<Date>> {
    match one(posted, name) {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| Error::field(name, "Give a day.")),
    }
}

fn draft(me: &Me, posted: &Posted) -> Result<Draft> {
    let list = |name: &str| posted.0.get(name).cloned().unwrap_or_default();
    let who = list("audience");
    let questions = (1..=editor::SLOTS)
        .map(|at| Question {
            text: one(posted, &format!("question-{at}")).to_owned(),
            choices: choices(one(posted, &format!("choices-{at}"))),
            why: one(posted, &format!("why-{at}")).to_owned(),
        })
        .filter(|q| !q.text.is_empty() || !q.choices.is_empty())
        .collect();
    let number = |name: &'static str, usual: i64| match one(posted, name) {
        "" => Ok(usual),
        text => text
            .parse()
            .map_err(|_| Error::field(name, "Give a whole number.")),
    };
    Ok(Draft {
        title: one(posted, "title").to_owned(),
        for_you: one(posted, "for_you").to_owned(),
        body: one(posted, "body").to_owned(),
        change_note: one(posted, "change_note").to_owned(),
        owner_id: one(posted, "owner").to_owned(),
        audience: Audience {
            everyone: who.iter().any(|w| w == "everyone"),
            partners: who.iter().any(|w| w == "partners"),
            departments: list("departments"),
            groups: list("groups"),
        },
        quiz: Quiz {
            questions,
            pass_percent: number("pass_percent", 100)?,
        },
        deadline_days: number("deadline_days", 14)?,
        effective_on: day(posted, "effective_on")?.unwrap_or(here(me)),
        review_on: day(posted, "review_on")?,
        until_on: day(posted, "until_on")?,
    })
}

fn typed(me: &Me, posted: Posted, error: Error) -> Result<Sheet> {
    let lang = me.lang();
    match error {
        Error::Invalid(fields) => {
            let errors = fields
                .iter()
                .map(|f| (f.field.clone(), lang.text(&f.msg.text, &f.msg.args)))
                .collect();
            Ok(Sheet {
                typed: Some(posted),
                errors,
            })
        }
        Error::Stale(msg) => {
            let errors = vec![(String::new(), lang.text(&msg.text, &msg.args))];
            Ok(Sheet {
                typed: Some(posted),
                errors,
            })
        }
        error => Err(error),
    }
}

/// POST /work/policies/new
pub async fn create(me: Me, posted: Posted) -> Result<Response> {
    let done = match draft(&me, &posted) {
        Ok(draft) => verbs::save(&me, &me.actor, None, None, draft).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(id) => {
            let said = t!(
                me.lang(),
                "The draft is saved. Nobody is asked before you publish it."
            );
            Ok(see_other(
                &format!("/work/policies/{id}"),
                Some(Flash::new(said)),
            ))
        }
        Err(error) => render_new(&me, &typed(&me, posted, error)?).await,
    }
}

/// POST /work/policies/{policy}
pub async fn save(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    store::find_to_run(&me.app.db, &me.actor, &id).await?;
    let expect = one(&posted, "version").parse().ok();
    let done = match draft(&me, &posted) {
        Ok(draft) => verbs::save(&me, &me.actor, Some(&id), expect, draft).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(id) => {
            let said = t!(me.lang(), "The draft is saved.");
            Ok(see_other(
                &format!("/work/policies/{id}"),
                Some(Flash::new(said)),
            ))
        }
        Err(error) => render(&me, &id, &typed(&me, posted, error)?).await,
    }
}

/// POST /work/policies/{policy}/{policy_deed}
pub async fn act(me: Me, Path((id, deed)): Path<(String, String)>) -> Result<Response> {
    let lang = me.lang();
    let back = format!("/work/policies/{id}");
    let (to, said) = match deed.as_str() {
        "publish" | "publish-minor" => {
            let done = verbs::publish(&me, &me.actor, &id, deed == "publish").await;
            match done {
                Ok(p) => (back, t!(lang, "“{title}” is published.", title = p.title())),
                Err(error @ Error::Invalid(_)) => {
                    let sheet = typed(&me, Posted(Default::default()), error)?;
                    return render(
                        &me,
                        &id,
                        &Sheet {
                            typed: None,
                            ..sheet
                        },
                    )
                    .await;
                }
                Err(error) => return Err(error),
            }
        }
        "discard" => {
            let gone = verbs::discard(&me, &me.actor, &id).await?;
            let to = if gone {
                "/work/policies".to_owned()
            } else {
                back
            };
            (to, t!(lang, "The draft is thrown away.").to_owned())
        }
        "retire" | "revive" => {
            let p = verbs::retire(&me, &me.actor, &id, deed == "retire").await?;
            let said = if deed == "retire" {
                t!(
                    lang,
                    "“{title}” holds no more. What was confirmed stays on record.",
                    title = p.title()
                )
            } else {
                t!(lang, "“{title}” holds again.", title = p.title())
            };
            (back, said)
        }
        _ => return Err(Error::NotFound),
    };
    Ok(see_other(&to, Some(Flash::new(said))))
}

/// POST /work/policies/{policy}/exceptions/{exception}
pub async fn decide(
    me: Me,
    Path((id, exception)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response> {
    let name = format!("answer-{exception}");
    let grant = one(&posted, "do") == "grant";
    match excepting::decide(&me, &me.actor, &id, &exception, grant, one(&posted, &name)).await {
        Ok(()) => {
            let said = t!(me.lang(), "Decided. They were told.");
            Ok(see_other(
                &format!("/work/policies/{id}"),
                Some(Flash::new(said)),
            ))
        }
        Err(error) => {
            let mut sheet = typed(&me, posted, error)?;
            for (field, _) in &mut sheet.errors {
                name.clone_into(field);
            }
            render(&me, &id, &sheet).await
        }
    }
}
