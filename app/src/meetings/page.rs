//! One meeting: agenda, decisions, attendance, minutes. Each a plain form.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desk::change::say;
use crate::error::{Error, Result};
use crate::i18n::{fmt, t};
use crate::incidents::page::{Sheet, one};
use crate::meetings::model::{Attendance, Decision, Meeting};
use crate::meetings::verbs::{self, Noted};
use crate::meetings::{agenda, minutes, parts, store};
use crate::ui::block::{Tone, card, notice, props};
use crate::ui::button::{Button, Kind, Size, button};
use crate::ui::shell::bar_back;
use crate::web::input::Posted;
use crate::web::{Flash, Me, Query, markdown, see_other, shell};

/// How the page is wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// `yes`: the minutes are drafted anew from what was noted, unsaved.
    pub draft: Option<String>,
}

/// GET /meetings/{meeting}
pub async fn show(me: Me, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Response> {
    render(&me, &id, &Sheet::default(), asked.draft.is_some()).await
}

async fn render(me: &Me, id: &str, sheet: &Sheet, draft: bool) -> Result<Response> {
    let lang = me.lang();
    let m = store::find(&me.app.db, id).await?;
    agenda::bring_up(&me.app, me.now, &m).await?;
    let series = store::series(&me.app.db, &m.series_id).await?;
    let points = store::points(&me.app.db, id).await?;
    let people = store::attendance(&me.app.db, &m, &series).await?;
    let addenda = store::addenda(&me.app.db, id).await?;
    let runs = store::may_run(&me.actor, &series);
    let may = runs && m.published_at.is_none() && m.cancelled_at.is_none();
    let when = |at| fmt::when(lang, at, me.now, &me.prefs.zone);
    let drafted = minutes::draft(me, &m, &people, &points);
    let present = if draft || m.minutes.is_empty() {
        &drafted
    } else {
        &m.minutes
    };
    let end = html! {
        @if may && m.starts_at > me.now {
            form method="post" action={ "/meetings/" (m.id) "/cancel" } {
                (button(Button { label: t!(lang, "Call it off"), kind: Kind::Line, size: Size::Small, ..Button::default() })) }
        }
    };
    let title = format!("{}, {}", m.name, when(m.starts_at));
    let body = html! {
        (bar_back(t!(lang, "Meetings"), "/meetings", "", end))
        div class="panel-body stack" style="--gap:1.25rem" {
            div { h1 { (title) } p class="muted mt-2" { (sentence(me, &m, points.len())) } }
            (sheet.summary(lang))
            (props(&[
                (if m.place.is_empty() { "" } else { t!(lang, "Where") }, html! { (m.place) }),
                (t!(lang, "Until"), html! { (fmt::time(lang, m.ends_at, &me.prefs.zone)) }),
            ]))
            @if m.published_at.is_some() { (published(me, &m, &addenda, runs, sheet)) }
            (card(t!(lang, "Agenda"), parts::agenda(me, &m, &points, may, sheet).await?))
            (card(t!(lang, "Who is there"), parts::attendance(me, &m, &people, may, sheet)))
            @if may {
                (card(t!(lang, "Minutes"), parts::minutes(me, &m, present, sheet)))
            } @else if m.published_at.is_none() && m.cancelled_at.is_none() {
                p class="muted" { (t!(lang, "The minutes are not published yet.")) }
            }
        }
    };
    let page = shell::workspace(me, "/changes", &title, body).await?;
    Ok((sheet.status(), page).into_response())
}

fn sentence(me: &Me, m: &Meeting, points: usize) -> String {
    let lang = me.lang();
    if m.cancelled_at.is_some() {
        return t!(
            lang,
            "Called off. What it was about comes to the next meeting."
        )
        .to_owned();
    }
    if let Some(at) = m.published_at {
        let when = fmt::when(lang, at, me.now, &me.prefs.zone);
        return t!(
            lang,
            "The minutes are published since {when} and stay as they are.",
            when = when
        );
    }
    if m.ends_at <= me.now {
        return t!(lang, "It is over. The minutes are still to be published.").to_owned();
    }
    crate::i18n::tn!(
        lang,
        points,
        "{n} point so far. Changes come onto the agenda by themselves.",
        "{n} points so far. Changes come onto the agenda by themselves."
    )
}

fn published(
    me: &Me,
    m: &Meeting,
    addenda: &[crate::meetings::model::Addendum],
    runs: bool,
    sheet: &Sheet,
) -> Markup {
    let lang = me.lang();
    html! {
        (card(t!(lang, "Minutes"), html! {
            div class="prose" { (markdown(&m.minutes)) }
            @for a in addenda {
                div class="mt-4" {
                    h3 { (t!(lang, "Added {when} by {name}", when = fmt::when(lang, a.at, me.now, &me.prefs.zone), name = a.author)) }
                    div class="prose" { (markdown(&a.text)) }
                }
            }
        }))
        @if runs {
            (notice(Tone::Plain, "info", "", html! { (t!(lang, "Published minutes are not changed. Add what is missing with today’s date.")) }))
            (parts::addendum(me, m, sheet))
        }
    }
}

/// POST /meetings/{meeting}/{meeting_step}
pub async fn act(
    me: Me,
    Path((id, step)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response> {
    match carry_out(&me, &id, &step, &posted).await {
        Ok(said) => Ok(see_other(
            &format!("/meetings/{id}"),
            Some(Flash::new(said)),
        )),
        Err(Error::Invalid(errors)) => {
            let point = one(&posted, "point").to_owned();
            let mut errors = say(me.lang(), &errors);
            // Each point has a form of its own.
            for (field, _) in &mut errors {
                if field == "words" {
                    *field = format!("words-{point}");
                }
            }
            let sheet = Sheet {
                errors,
                typed: Some(posted),
            };
            render(&me, &id, &sheet, false).await
        }
        Err(error) => Err(error),
    }
}

async fn carry_out(me: &Me, id: &str, step: &str, posted: &Posted) -> Result<String> {
    let lang = me.lang();
    let (actor, point) = (&me.actor, one(posted, "point"));
    Ok(match step {
        "points" => {
            let change = Some(one(posted, "change")).filter(|c| !c.is_empty());
            verbs::add_point(
                me,
                actor,
                id,
                one(posted, "title"),
                one(posted, "note"),
                change,
            )
            .await?;
            t!(lang, "Point added.").to_owned()
        }
        "remove" => {
            verbs::remove_point(me, actor, id, point).await?;
            t!(lang, "Point removed.").to_owned()
        }
        "move" => {
            verbs::shift(me, actor, id, point, one(posted, "to") == "up").await?;
            t!(lang, "Moved.").to_owned()
        }
        "decide" => {
            let decision = Decision::from_key(one(posted, "decision"))
                .ok_or_else(|| Error::field("words", "Choose a decision."))?;
            let words = one(posted, &format!("words-{point}"));
            verbs::decide(me, actor, id, point, decision, words).await?;
            t!(lang, "Decision recorded. It stands on the change.").to_owned()
        }
        "attendance" => {
            verbs::attend(me, actor, id, &noted(posted)).await?;
            t!(lang, "Attendance saved.").to_owned()
        }
        "minutes" => {
            let publish = one(posted, "publish") == "yes";
            let version = one(posted, "version").parse().ok();
            let minutes = verbs::Minutes {
                body: one(posted, "minutes"),
                publish,
                held_early: one(posted, "held_early") == "yes",
            };
            verbs::write_minutes(me, actor, id, version, minutes).await?;
            if publish {
                t!(lang, "Published. The members are told.").to_owned()
            } else {
                t!(lang, "Minutes saved.").to_owned()
            }
        }
        "addendum" => {
            verbs::amend(me, actor, id, one(posted, "addendum")).await?;
            t!(lang, "Added.").to_owned()
        }
        "cancel" => {
            verbs::cancel(me, actor, id).await?;
            t!(lang, "Called off. The members are told.").to_owned()
        }
        _ => return Err(Error::NotFound),
    })
}

fn noted(posted: &Posted) -> Vec<Noted> {
    let mut all = Vec::new();
    for (name, values) in &posted.0 {
        let state = values.first().and_then(|v| Attendance::from_key(v));
        if let (Some(person), Some(state)) = (name.strip_prefix("person-"), state) {
            all.push(Noted {
                person_id: Some(person.to_owned()),
                name: String::new(),
                state,
            });
        }
    }
    let guests = one(posted, "guests").split(',').map(str::trim);
    all.extend(guests.filter(|g| !g.is_empty()).map(|guest| Noted {
        person_id: None,
        name: guest.to_owned(),
        state: Attendance::Guest,
    }));
    all
}
