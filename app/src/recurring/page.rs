//! The list of plans, and one plan with its dates and its history.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_db::{Where, sql};
use serde::Deserialize;

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::i18n::{fmt, t};
use crate::portal::seen::{Names, names};
use crate::random::new_id;
use crate::recurring::model::{Outcome, Plan, Run, What};
use crate::recurring::verbs::{self, Deed, SHOWN};
use crate::recurring::{run, store, words};
use crate::ui::block::{Tone, card, empty, notice, pill, props};
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::shell::{bar, bar_back};
use crate::web::{Flash, Input, Me, Query, see_other, shell};

/// How many plans a page shows, and lines of a history.
pub const PAGE: i64 = 50;

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    after: Option<String>,
}

/// GET /recurring
pub async fn list(me: Me, Query(asked): Query<Asked>) -> Result<Response> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let mut plans = store::list(&me.app.db, asked.after.as_deref(), PAGE + 1).await?;
    let more = plans.len() as i64 > PAGE;
    plans.truncate(usize::try_from(PAGE).unwrap_or(0));
    let who = names(
        &me.app.db,
        plans.iter().map(|p| p.owner_id.clone()).collect(),
    )
    .await?;
    let title = t!(lang, "Recurring requests");
    let plan = html! {
        @if verbs::plans(&me.actor) {
            (link_button("/recurring/new", Button { label: t!(lang, "Plan one"), icon: "plus", kind: Kind::Primary, size: Size::Small, ..Button::default() }))
        }
    };
    let body = html! {
        (bar(title, html! {}, plan))
        div class="panel-body stack" {
            @if plans.is_empty() {
                (empty("clock", t!(lang, "Nothing is ordered by schedule yet"), t!(lang, "A newsletter each month, a report each quarter: plan it once, and it is ordered in time."), html! {}))
            }
            ul class="stack plain-list" { @for plan in &plans { (row(&me, &catalog, &who, plan)) } }
            @if let (true, Some(last)) = (more, plans.last()) { p { a class="btn btn-line" href={ "/recurring?after=" (last.id) } { (t!(lang, "Older")) } } }
        }
    };
    let page = shell::workspace(&me, "/recurring", title, body).await?;
    Ok(page.into_response())
}

/// What a plan is called where no date is at hand.
pub fn title(catalog: &Catalog, what: &What) -> String {
    if !what.title.trim().is_empty() {
        return what.title.clone();
    }
    let service = catalog.service(&what.service_id);
    service.map(|s| s.name.clone()).unwrap_or_default()
}

fn state(me: &Me, plan: &Plan) -> Markup {
    let lang = me.lang();
    if plan.stopped_at.is_some() {
        return pill(Tone::Bad, "alert", t!(lang, "Stopped"));
    }
    if plan.paused_at.is_some() {
        return pill(Tone::Warn, "clock", t!(lang, "Paused"));
    }
    match plan.next_at {
        Some(_) => pill(Tone::Ok, "check", t!(lang, "Runs")),
        None => pill(Tone::Line, "", t!(lang, "Has ended")),
    }
}

fn row(me: &Me, catalog: &Catalog, who: &Names, plan: &Plan) -> Markup {
    let lang = me.lang();
    let service = catalog.service(&plan.what.service_id);
    html! {
        li class="card" {
            h2 { a href={ "/recurring/" (plan.id) } { (title(catalog, &plan.what)) } }
            p class="mt-2" { (words::rhythm(lang, &plan.what.rhythm)) }
            p class="small muted mt-2 row" {
                (state(me, plan))
                @if let Some(service) = service { span { (service.name) } }
                @if let Some(name) = who.get(&plan.owner_id) { span { (t!(lang, "planned by {name}", name = name)) } }
                @if let Some(at) = plan.next_at { span { (t!(lang, "next: {when}", when = fmt::when(lang, at, me.now, &me.prefs.zone))) } }
            }
        }
    }
}

/// The coming dates. With a plan, each can be skipped.
pub fn dates(
    me: &Me,
    catalog: &Catalog,
    what: &What,
    plan: Option<(&Plan, &[Run])>,
) -> Result<Markup> {
    let lang = me.lang();
    let cal = run::calendar(catalog, what)?;
    if what.rhythm.check().is_err() {
        return Ok(html! { p class="muted" { (t!(lang, "The rhythm is not complete yet.")) } });
    }
    let zone = what.zone();
    let since = plan.map_or(me.now, |(plan, _)| plan.since.max(me.now));
    let coming: Vec<_> = what
        .rhythm
        .occurrences(cal, &zone)
        .skip_while(|one| one.at <= since)
        .take(SHOWN)
        .collect();
    let org = crate::i18n::Lang::from_code(&me.app.org().lang).unwrap_or_default();
    let skipped = |name: &str| {
        plan.is_some_and(|(_, runs)| {
            runs.iter()
                .any(|r| r.occurrence == name && r.outcome == Outcome::Skipped)
        })
    };
    Ok(html! {
        @if coming.is_empty() { p class="muted" { (t!(lang, "No more dates lie ahead.")) } }
        ol class="plain-list stack" {
            @for one in &coming {
                @let name = one.nominal.to_string();
                @let day = fmt::day(lang, one.day, me.today());
                li class="row" {
                    span class="grow" {
                        @if skipped(&name) { s { (day) } " " (pill(Tone::Line, "", t!(lang, "left out"))) } @else { strong { (day) } }
                        @if one.day != one.nominal { " " span class="small muted" { (t!(lang, "instead of {date}", date = fmt::day(lang, one.nominal, me.today()))) } }
                        br;
                        span class="small muted" {
                            (t!(lang, "ordered {when}", when = fmt::when(lang, one.at, me.now, &zone)))
                            @if !what.title.is_empty() { " · " (words::fill(org, &what.title, one.nominal, false)) }
                        }
                    }
                    @if let Some((plan, _)) = plan.filter(|(plan, _)| verbs::may_change(&me.actor, plan)) {
                        form method="post" action={ "/recurring/" (plan.id) } {
                            input type="hidden" name="date" value=(name);
                            @if skipped(&name) {
                                button class="btn btn-s btn-quiet" name="deed" value="unskip" { (t!(lang, "Order it after all")) span class="vh" { " " (day) } }
                            } @else {
                                button class="btn btn-s btn-quiet" name="deed" value="skip" { (t!(lang, "Leave out")) span class="vh" { " " (day) } }
                            }
                        }
                    }
                }
            }
        }
    })
}

/// GET /recurring/{recurring}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let plan = store::find(&me.app.db, &id).await?;
    let runs = store::runs(&me.app.db, &id, PAGE).await?;
    let what = &plan.what;
    let ids = [
        Some(&plan.owner_id),
        Some(&what.requester_id),
        what.assignee_id.as_ref(),
    ];
    let who = names(&me.app.db, ids.into_iter().flatten().cloned().collect()).await?;
    let name = |id: &str| who.get(id).cloned().unwrap_or_default();
    let may = verbs::may_change(&me.actor, &plan);
    let service = catalog.service(&what.service_id);
    let ahead = match dates(&me, &catalog, what, Some((&plan, &runs))) {
        Ok(dates) => dates,
        Err(Error::Conflict(msg)) => {
            html! { p class="muted" { (lang.text(&msg.text, &msg.args)) } }
        }
        Err(error) => return Err(error),
    };
    let heading = title(&catalog, what);
    let deed = |word: &'static str, label: &'static str, kind: Kind| {
        html! {
            form method="post" action={ "/recurring/" (plan.id) } {
                @if word == "now" { input type="hidden" name="key" value=(new_id(me.now)); }
                (button(Button { label, kind, size: Size::Small, name: "deed", value: word, ..Button::default() }))
            }
        }
    };
    let body = html! {
        (bar_back(t!(lang, "Recurring requests"), "/recurring", "", html! {
            @if may {
                (link_button(&format!("/recurring/{}/edit", plan.id), Button { label: t!(lang, "Change"), kind: Kind::Line, size: Size::Small, ..Button::default() }))
            }
        }))
        div class="panel-body stack" style="--gap:1.25rem" {
            div {
                h1 { (heading) }
                p class="muted mt-2" { (words::rhythm(lang, &what.rhythm)) ". " (state(&me, &plan)) }
            }
            @if let Some(why) = &plan.stopped_why {
                (notice(Tone::Warn, "alert", t!(lang, "Nothing is ordered until somebody mends this."), html! {
                    (why.text(lang)) " " @if may { a href={ "/recurring/" (plan.id) "/edit" } { (t!(lang, "Change the plan")) } }
                }))
            }
            @if may {
                div class="row" {
                    (deed("now", t!(lang, "Order now"), Kind::Plain))
                    @if plan.runs() { (deed("pause", t!(lang, "Pause"), Kind::Plain)) } @else { (deed("go_on", t!(lang, "Go on"), Kind::Plain)) }
                    (deed("remove", t!(lang, "Remove the plan"), Kind::Danger))
                }
            }
            (card(t!(lang, "The next dates"), ahead))
            (card(t!(lang, "What is ordered"), props(&[
                (t!(lang, "Service"), html! { @match service { Some(s) => (s.name), None => "–" } }),
                (t!(lang, "Ordered for"), html! { (name(&what.requester_id)) }),
                (if what.assignee_id.is_some() { t!(lang, "Who works on it") } else { "" }, html! { (name(what.assignee_id.as_deref().unwrap_or_default())) }),
                (t!(lang, "When a date is no working day"), html! { (words::closed(lang, what.rhythm.closed)) }),
                (t!(lang, "Time zone"), html! { (what.zone) }),
                (t!(lang, "Planned by"), html! { (name(&plan.owner_id)) }),
            ])))
            (card(t!(lang, "What became of it"), history(&me, &plan, &runs).await?))
        }
    };
    let page = shell::workspace(&me, "/recurring", &heading, body).await?;
    Ok(page.into_response())
}

async fn history(me: &Me, plan: &Plan, runs: &[Run]) -> Result<Markup> {
    let lang = me.lang();
    // An IT partner may not see every request.
    let mut filter = Where::new();
    filter.and("u.recurring_id = ?", [plan.id.as_str().into()]);
    crate::policy::visible_items(&me.actor, &mut filter);
    let seen: Vec<i64> = sql(format!(
        "SELECT w.number FROM recurring_run u JOIN work_item w ON w.id = u.item_id WHERE {}",
        filter.text()
    ))
    .bind_all(filter.values())
    .column("number", &me.app.db)
    .await?;
    let past: Vec<&Run> = runs
        .iter()
        .filter(|r| r.outcome != Outcome::Skipped || r.day <= me.today())
        .collect();
    Ok(html! {
        @if past.is_empty() { p class="muted" { (t!(lang, "Nothing has been ordered yet.")) } }
        ul class="plain-list stack" {
            @for run in past {
                li {
                    span class="row" {
                        strong { (fmt::day(lang, run.day, me.today())) }
                        @match run.outcome {
                            Outcome::Ordered => (pill(Tone::Ok, "check", t!(lang, "Ordered"))),
                            Outcome::Missed => (pill(Tone::Warn, "clock", t!(lang, "Missed"))),
                            Outcome::Skipped => (pill(Tone::Line, "", t!(lang, "left out"))),
                            Outcome::Failed => (pill(Tone::Bad, "x", t!(lang, "Refused"))),
                        }
                        @if let Some((number, title)) = run.item.as_ref().filter(|(n, _)| seen.contains(n)) {
                            a href={ "/work/" (number) } { span class="num" { (number) } " " (title) }
                        }
                        @if let Some(name) = &run.person { span class="small muted" { (t!(lang, "by {name}", name = name)) } }
                    }
                    @if run.outcome == Outcome::Missed { p class="small muted" { (t!(lang, "MIL was not running then. A later date took its place.")) } }
                    @if let Some(why) = &run.why { p class="small muted" { (why.text(lang)) } }
                }
            }
        }
    })
}

/// A button of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pressed {
    deed: String,
    date: Option<String>,
    key: Option<String>,
}

/// The deed of a word.
///
/// # Errors
/// [`Error::Invalid`] when it is none, or lacks its date.
pub fn deed(word: &str, date: Option<&str>, key: Option<String>) -> Result<Deed> {
    let day = || {
        date.and_then(|d| d.parse().ok())
            .ok_or_else(|| Error::field("date", "Give a day."))
    };
    Ok(match word {
        "pause" => Deed::Pause,
        "go_on" => Deed::GoOn,
        "skip" => Deed::Skip(day()?),
        "unskip" => Deed::Unskip(day()?),
        "now" => Deed::Now(key.filter(|k| !k.is_empty()).ok_or_else(|| {
            Error::field(
                "key",
                "Send a key of your own with it, so that it is ordered once.",
            )
        })?),
        "remove" => Deed::Remove,
        _ => {
            return Err(Error::field(
                "deed",
                "Choose pause, go_on, skip, unskip, now or remove.",
            ));
        }
    })
}

/// POST /recurring/{recurring}
pub async fn act(
    me: Me,
    Path(id): Path<String>,
    Input(pressed): Input<Pressed>,
) -> Result<Response> {
    let lang = me.lang();
    let plan = store::find(&me.app.db, &id).await?;
    verbs::require_change(&me.actor, &plan)?;
    let deed = deed(&pressed.deed, pressed.date.as_deref(), pressed.key)?;
    let gone = deed == Deed::Remove;
    let said = match &deed {
        Deed::Pause => t!(lang, "Paused. Nothing is ordered until it goes on."),
        Deed::GoOn => t!(lang, "It goes on. What came due meanwhile is not ordered."),
        Deed::Skip(_) => t!(lang, "This date is left out."),
        Deed::Unskip(_) => t!(lang, "It is ordered on this date after all."),
        Deed::Now(_) => t!(lang, "Ordered."),
        Deed::Remove => t!(lang, "The plan is removed. What it ordered stays."),
    };
    let catalog = me.app.catalog().await?;
    let ordered = match verbs::act(&me, &me.actor, &id, deed).await {
        // What is wrong with the plan is mended in its form.
        Err(Error::Invalid(wrong)) => {
            let plan = store::find(&me.app.db, &id).await?;
            let why = run::refused(&catalog, &plan.what, &Error::Invalid(wrong));
            let why = why.map(|w| w.text(lang)).unwrap_or_default();
            let flash = Flash::new(t!(lang, "It was not ordered. {why}", why = why));
            return Ok(see_other(&format!("/recurring/{id}"), Some(flash)));
        }
        other => other?,
    };
    let to = match ordered {
        _ if gone => "/recurring".to_owned(),
        Some(number) => format!("/work/{number}"),
        None => format!("/recurring/{id}"),
    };
    Ok(see_other(&to, Some(Flash::new(said))))
}
