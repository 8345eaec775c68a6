//! One request, for whoever ordered or follows it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_db::sql;
use mil_process::process::Phase;
use mil_sla::promise::{Forecast, Tone, forecast};
use serde_json::Value;

use crate::approvals;
use crate::clock::from_micros;
use crate::error::Result;
use crate::i18n::{fmt, t};
use crate::incidents;
use crate::policy::{self, Do};
use crate::portal::seen::{Seen, names, see};
use crate::portal::turn::Typed;
use crate::portal::words::{self, first};
use crate::portal::{facts, story, turn};
use crate::problems;
use crate::standing;
use crate::ui::block::{self, Tone as Colour, notice};
use crate::ui::clock::{Step, StepState, pipeline};
use crate::web::{Me, shell};
use crate::work::store;

/// GET /requests/{item}
pub async fn page(me: Me, Path(id): Path<String>) -> Result<Response> {
    show(&me, &id, &Typed::default()).await
}

/// The page; 422 when something that was typed is wrong.
pub async fn show(me: &Me, id: &str, typed: &Typed) -> Result<Response> {
    let lang = me.lang();
    let seen = see(me, store::find(&me.app.db, &me.actor, id).await?).await?;
    let item = &seen.item;
    let catalog = me.app.catalog().await?;
    let number = item.number.to_string();
    let my_answer = seen.my_turn()
        && item
            .waiting
            .as_ref()
            .is_some_and(|w| w.kind == crate::work::model::WaitingKind::Answer);
    let may_write = item.merged_into_id.is_none();
    let body = html! {
        div class="wrap" {
            (block::crumbs(lang, &[(t!(lang, "My requests"), "/requests"), (&number, "")]))
            div class="cols" {
                div class="stack" style="--gap:1.75rem" {
                    div {
                        h1 { (item.title) }
                        (now(me, &seen).await?)
                    }
                    @if policy::on_item(&me.actor, Do::SeeInternal, &item.facts()) {
                        p class="s14" { a href={ "/work/" (number) } { (t!(lang, "Open it in the workspace")) } }
                    }
                    (incidents::panel::for_requester(me, item).await?)
                    (crate::changes::panel::for_requester(me, item).await?)
                    @if item.is_open() { (problems::panel::offer(me, &catalog, &item.service_id, &format!("/requests/{number}")).await?) }
                    (approvals::panel(me, item).await?)
                    (turn::part(me, &seen, typed).await?)
                    (steps(me, &seen).await?)
                    section aria-labelledby="talk" {
                        h2 id="talk" { (t!(lang, "Conversation")) }
                        @if may_write && !my_answer { div class="mt-3" { (turn::reply(me, &seen, typed, false).await?) } }
                        div class="mt-4" { (story::part(me, &seen).await?) }
                    }
                }
                aside class="stack" aria-label=(t!(lang, "About this request")) {
                    (facts::part(me, &seen).await?)
                    p class="s14" { a href={ "/requests/" (number) "/words" } { (t!(lang, "Read it in the words of IT or of marketing")) } }
                }
            }
        }
    };
    let page = shell::portal(me, "/requests", &item.title, body).await?;
    let status = if typed.error.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok((status, page).into_response())
}

async fn found(me: &Me, id: &str) -> Result<Seen> {
    see(me, store::find(&me.app.db, &me.actor, id).await?).await
}

/// GET /requests/{item}/now: where it stands.
pub async fn now_part(me: Me, Path(id): Path<String>) -> Result<Markup> {
    now(&me, &found(&me, &id).await?).await
}

/// GET /requests/{item}/steps
pub async fn steps_part(me: Me, Path(id): Path<String>) -> Result<Markup> {
    steps(&me, &found(&me, &id).await?).await
}

/// GET /requests/{item}/turn
pub async fn turn_part(me: Me, Path(id): Path<String>) -> Result<Markup> {
    turn::part(&me, &found(&me, &id).await?, &Typed::default()).await
}

/// GET /requests/{item}/feed
pub async fn feed_part(me: Me, Path(id): Path<String>) -> Result<Markup> {
    story::part(&me, &found(&me, &id).await?).await
}

/// GET /requests/{item}/facts
pub async fn facts_part(me: Me, Path(id): Path<String>) -> Result<Markup> {
    facts::part(&me, &found(&me, &id).await?).await
}

/// The sentence, and what is late or ended.
async fn now(me: &Me, seen: &Seen) -> Result<Markup> {
    let item = &seen.item;
    let src = format!("/requests/{}/now", item.number);
    let catalog = me.app.catalog().await?;
    let standing = standing::load::load(me, &catalog, item).await?;
    let said = standing.sentences(me, me.lang(), true);
    Ok(html! {
        div class="stack" id="now" data-live={ "item-" (item.id) } data-src=(src) {
            p class="muted mt-2" { (words::sentence(me, seen)) }
            @for said in &said { p class="muted mt-2" { (said) } }
            (merged(me, seen).await?)
            (late(me, seen).await?)
            (ended(me, seen).await?)
        }
    })
}

/// Where a merged request went on, as far as the reader may go there.
async fn merged(me: &Me, seen: &Seen) -> Result<Markup> {
    let lang = me.lang();
    let Some(into) = &seen.item.merged_into_id else {
        return Ok(html! {});
    };
    let there = store::find(&me.app.db, &me.actor, into).await.ok();
    Ok(notice(
        Colour::Info,
        "link",
        t!(lang, "This was joined with another request."),
        html! {
            @match there {
                Some(there) => a href={ "/requests/" (there.number) } { (there.number) " " (there.title) },
                None => (t!(lang, "The team goes on with both together.")),
            }
        },
    ))
}

/// The last public event of one of these verbs: when, who, and its data.
async fn last_event(
    me: &Me,
    seen: &Seen,
    verbs: &[&str],
) -> Result<Option<(jiff::Timestamp, String, Value)>> {
    let marks: Vec<String> = (0..verbs.len()).map(|i| format!("${}", i + 2)).collect();
    let row = sql(format!(
        "SELECT at, actor_name, data FROM event
         WHERE item_id = $1 AND audience = 'public' AND verb IN ({}) ORDER BY id DESC LIMIT 1",
        marks.join(", ")
    ))
    .bind(&seen.item.id)
    .bind_all(verbs.iter().copied())
    .opt(&me.app.db)
    .await?;
    row.map(|row| {
        Ok((
            from_micros(row.get("at")?),
            row.get("actor_name")?,
            row.json("data")?,
        ))
    })
    .transpose()
}

/// Late, or about to be: said before anybody asks, with what is known.
async fn late(me: &Me, seen: &Seen) -> Result<Markup> {
    let lang = me.lang();
    let item = &seen.item;
    if !item.is_open() {
        return Ok(html! {});
    }
    let zone = &me.prefs.zone;
    let by = words::expected(me, seen);
    let expected = fmt::when(lang, by, me.now, zone);
    let ahead = seen.calendar.between(me.now, by);
    let is_late = seen.reading.tone == Tone::Late;
    let at_risk = matches!(
        forecast(&seen.reading, ahead, &seen.calendar, me.now),
        Forecast::AtRisk { .. }
    );
    let soon = at_risk && seen.reading.tone == Tone::Soon;
    if !is_late && !soon {
        return Ok(html! {});
    }
    let back = last_event(me, seen, &["request.sent_back", "request.changes_asked"]).await?;
    let reason = back
        .as_ref()
        .and_then(|(_, _, data)| data["reason"].as_str())
        .filter(|r| !r.is_empty());
    let why = html! {
        @match reason {
            Some(reason) => { " " (t!(lang, "It had to go back a step: “{reason}”", reason = reason)) },
            None => {},
        }
    };
    Ok(if is_late {
        let due = fmt::when(lang, seen.due(me.now), me.now, zone);
        notice(
            Colour::Warn,
            "alert",
            t!(lang, "This is late, and we are sorry."),
            html! {
                (t!(lang, "We promised it for {due}. By the steps still to do, expect it {when}.", due = due, when = expected)) (why)
            },
        )
    } else {
        notice(
            Colour::Warn,
            "clock",
            t!(lang, "This may become late."),
            html! {
                (t!(lang, "By the steps still to do, expect it {when}.", when = expected)) (why)
            },
        )
    })
}

/// Done or ended: why, and how to take it up again.
async fn ended(me: &Me, seen: &Seen) -> Result<Markup> {
    let lang = me.lang();
    let item = &seen.item;
    let Some(closed) = item.closed_at.filter(|_| item.merged_into_id.is_none()) else {
        return Ok(html! {});
    };
    let until = closed
        .checked_add(jiff::SignedDuration::from_hours(
            24 * me.app.org().reopen_days,
        ))
        .unwrap_or(jiff::Timestamp::MAX);
    let reopen = html! {
        @if seen.mine && me.now <= until {
            p class="mt-2 row" {
                a class="btn btn-s" href={ "/requests/" (item.number) "/reopen" } { (t!(lang, "Reopen")) }
                span class="small" { (t!(lang, "Possible until {when}.", when = fmt::when(lang, until, me.now, &me.prefs.zone))) }
            }
        }
    };
    if item.phase == Phase::Done {
        let thanks = item.rated_at.is_some() && seen.mine;
        return Ok(html! {
            @if seen.mine || thanks { div class="notice" { div class="grow" {
                @if thanks { p { (t!(lang, "Thank you for your rating: {n} of 5.", n = item.rating.unwrap_or(0))) } }
                @else { p { (t!(lang, "Something is not right yet? Reopen it and say what.")) } }
                (reopen)
            } } }
        });
    }
    let last = last_event(me, seen, &["request.declined", "request.cancelled"]).await?;
    let (name, data) = last.map(|(_, name, data)| (name, data)).unwrap_or_default();
    let reason = data["reason"].as_str().unwrap_or_default();
    let fact = if data["after"]["phase"] == "declined" && !name.is_empty() {
        t!(lang, "Ended by {name}.", name = first(&name))
    } else {
        t!(lang, "This has ended.").to_owned()
    };
    Ok(notice(
        Colour::Plain,
        "x",
        &fact,
        html! {
            @if !reason.is_empty() { (t!(lang, "Reason: {reason}", reason = reason)) }
            (reopen)
        },
    ))
}

/// The steps in the requester's words, with who and when.
async fn steps(me: &Me, seen: &Seen) -> Result<Markup> {
    let lang = me.lang();
    let item = &seen.item;
    let rows = sql("SELECT stage, person_id, left_at FROM stage_visit
         WHERE item_id = $1 AND left_at IS NOT NULL ORDER BY entered_at, id")
    .bind(&item.id)
    .all(&me.app.db)
    .await?;
    let mut visits: Vec<(String, Option<String>, i64)> = Vec::new();
    for row in &rows {
        visits.push((
            row.get("stage")?,
            row.get("person_id")?,
            row.get("left_at")?,
        ));
    }
    let people: Vec<String> = visits.iter().filter_map(|v| v.1.clone()).collect();
    let names = names(&me.app.db, people).await?;
    let here = seen.process.index(&item.stage).unwrap_or(0);
    let last = seen.process.stages.len().saturating_sub(1);
    let mut notes = Vec::new();
    for (at, stage) in seen.process.stages.iter().enumerate() {
        let visit = visits.iter().rev().find(|v| v.0 == stage.key);
        let left = visit.map(|v| {
            let date = me.prefs.zone.to_datetime(from_micros(v.2)).date();
            let day = fmt::day(lang, date, me.today());
            match v.1.as_ref().and_then(|id| names.get(id)) {
                Some(name) => format!("{}, {day}", first(name)),
                None => day,
            }
        });
        let open = item.is_open();
        let (state, note) = if seen.done() || at < here {
            (StepState::Done, left.unwrap_or_default())
        } else if at == here && open {
            let note = if seen.my_turn() {
                t!(lang, "waiting for you").to_owned()
            } else if item.waiting.is_some() {
                t!(
                    lang,
                    "waiting for {name}",
                    name = first(seen.name(&item.requester_id, "?"))
                )
            } else {
                seen.owner()
                    .map(|n| first(n).to_owned())
                    .unwrap_or_default()
            };
            (StepState::Now, note)
        } else if at == last && open {
            let due = me.prefs.zone.to_datetime(seen.due(me.now)).date();
            let day = fmt::day(lang, due, me.today());
            (StepState::Next, t!(lang, "by {day}", day = day))
        } else {
            (StepState::Next, String::new())
        };
        notes.push((stage.requester_word(), state, note));
    }
    let steps: Vec<Step<'_>> = notes
        .iter()
        .map(|(name, state, note)| Step {
            name,
            note,
            state: *state,
        })
        .collect();
    let src = format!("/requests/{}/steps", item.number);
    Ok(html! {
        div id="steps" data-live={ "item-" (item.id) } data-src=(src) {
            (pipeline(lang, t!(lang, "Progress"), &steps))
        }
    })
}
