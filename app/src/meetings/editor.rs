//! The form of a series.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::desk::change::say;
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::incidents::page::{Sheet, one};
use crate::meetings::model::{Every, Series};
use crate::meetings::{series, store, words};
use crate::people;
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::choice::{Opt, checks, choices, select};
use crate::ui::field::{Field, Number, date, number, text, time, two};
use crate::ui::shell::bar_back;
use crate::web::input::Posted;
use crate::web::{Flash, Me, see_other, shell};

/// GET /meeting-series/new
pub async fn new(me: Me) -> Result<Response> {
    render(&me, None, &Sheet::default()).await
}

/// GET /meeting-series/{series}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    let found = store::series(&me.app.db, &id).await?;
    render(&me, Some(found), &Sheet::default()).await
}

async fn render(me: &Me, s: Option<Series>, sheet: &Sheet) -> Result<Response> {
    let lang = me.lang();
    let title = s
        .as_ref()
        .map_or_else(|| t!(lang, "New series").to_owned(), |s| s.name.clone());
    let body = html! {
        (bar_back(t!(lang, "Meetings"), "/meetings", "", html! {
            @if let Some(s) = s.as_ref().filter(|s| !s.archived) {
                form method="post" action={ "/meeting-series/" (s.id) "/end" } {
                    (button(Button { label: t!(lang, "Give the series up"), kind: Kind::Line, size: Size::Small, ..Button::default() })) }
            }
        }))
        div class="panel-body stack measure" {
            h1 { (title) }
            p class="muted" { (t!(lang, "Meetings keep their clock when the clocks change. When you change the day or the time, the meetings ahead move and keep their agendas.")) }
            (sheet.summary(lang))
            (form(me, s.as_ref(), sheet).await?)
        }
    };
    let page = shell::workspace(me, "/changes", &title, body).await?;
    Ok((sheet.status(), page).into_response())
}

async fn form(me: &Me, s: Option<&Series>, sheet: &Sheet) -> Result<Markup> {
    let lang = me.lang();
    let action = s.map_or_else(
        || "/meeting-series/new".to_owned(),
        |s| format!("/meeting-series/{}", s.id),
    );
    let value = |name: &str, present: String| sheet.value(name, &present).to_owned();
    let r = s.map(|s| &s.rhythm);
    let zone = me.prefs.zone.iana_name().unwrap_or("UTC").to_owned();
    let team = value("team", s.map_or_else(String::new, |s| s.team_id.clone()));
    let every = value("every", r.map_or("week", |r| r.every.key()).to_owned());
    let weekday = value(
        "weekday",
        r.map_or(2, |r| r.weekday.to_monday_one_offset())
            .to_string(),
    );
    let nth = value("nth", r.map_or(1, |r| r.nth).to_string());
    let scope = value(
        "scope",
        if s.is_some_and(|s| s.own_team) {
            "team"
        } else {
            "all"
        }
        .to_owned(),
    );
    let teams: Vec<(String, String)> = people::store::teams(&me.app.db)
        .await?
        .into_iter()
        .filter(|t| !t.archived)
        .map(|t| (t.id, t.name))
        .collect();
    let monday = crate::calendar::grid::monday(me.today());
    let days: Vec<(String, String)> = (0..7)
        .map(|n| {
            let day = crate::calendar::grid::plus(monday, n);
            (
                (n + 1).to_string(),
                crate::i18n::fmt::weekday(lang, day).to_owned(),
            )
        })
        .collect();
    let nths: Vec<(String, String)> = (1i8..=5)
        .map(|n| (n.to_string(), words::nth(lang, n).to_owned()))
        .collect();
    let agents: Vec<(String, String)> = people::store::agents(&me.app.db)
        .await?
        .into_iter()
        .map(|p| (p.id, p.name))
        .collect();
    let chosen = |id: &str| match &sheet.typed {
        Some(Posted(map)) => map
            .get("members")
            .is_some_and(|m| m.iter().any(|v| v == id)),
        None => match s {
            Some(s) => s.members.iter().any(|m| m == id),
            None => id == me.actor.id,
        },
    };
    let of = |list: &[(String, String)], now: &str| -> Vec<(String, String, bool)> {
        list.iter()
            .map(|(v, l)| (v.clone(), l.clone(), v == now))
            .collect()
    };
    let teams = of(&teams, &team);
    let days = of(&days, &weekday);
    let nths = of(&nths, &nth);
    let agents: Vec<(String, String, bool)> = agents
        .iter()
        .map(|(v, l)| (v.clone(), l.clone(), chosen(v)))
        .collect();
    Ok(html! {
        form method="post" action=(action) class="stack" {
            @if let Some(s) = s { input type="hidden" name="version" value=(s.version); }
            (text(lang, &Field { name: "name", label: t!(lang, "Name"), placeholder: t!(lang, "Change meeting"),
                value: &value("name", s.map_or_else(String::new, |s| s.name.clone())), error: sheet.error("name"), max_length: Some(120), ..Field::default() }))
            (two(html! {
                (select(lang, &Field { name: "every", label: t!(lang, "How often"), ..Field::default() },
                    &Every::ALL.iter().map(|e| Opt { value: e.key(), label: words::every(lang, *e), chosen: e.key() == every, ..Opt::default() }).collect::<Vec<_>>(), None))
                (select(lang, &Field { name: "weekday", label: t!(lang, "On which day"), error: sheet.error("weekday"), ..Field::default() }, &drawn(&days), None))
            }))
            (two(html! {
                (select(lang, &Field { name: "nth", label: t!(lang, "Which one of the month"), hint: t!(lang, "Counts only once a month."), error: sheet.error("nth"), ..Field::default() }, &drawn(&nths), None))
                (date(lang, &Field { name: "first_on", label: t!(lang, "Not before"), hint: t!(lang, "Every second week counts from here."), error: sheet.error("first_on"),
                    value: &value("first_on", r.map_or(me.today(), |r| r.first_on).to_string()), ..Field::default() }))
            }))
            (two(html! {
                (time(lang, &Field { name: "clock", label: t!(lang, "Begins at"), error: sheet.error("clock"),
                    value: &value("clock", r.map_or_else(|| "10:00".to_owned(), |r| r.clock.strftime("%H:%M").to_string())), ..Field::default() }))
                (number(lang, &Field { name: "minutes", label: t!(lang, "Takes"), error: sheet.error("minutes"),
                    value: &value("minutes", r.map_or(30, |r| r.minutes).to_string()), ..Field::default() },
                    &Number { min: "5", max: "480", step: "5", unit: t!(lang, "minutes") }))
            }))
            (two(html! {
                (text(lang, &Field { name: "zone", label: t!(lang, "Time zone"), error: sheet.error("zone"),
                    value: &value("zone", s.map_or(zone, |s| s.zone.clone())), ..Field::default() }))
                (text(lang, &Field { name: "place", label: t!(lang, "Where"), hint: t!(lang, "A room, or the address of a call."), optional: true, error: sheet.error("place"),
                    value: &value("place", s.map_or_else(String::new, |s| s.place.clone())), ..Field::default() }))
            }))
            (select(lang, &Field { name: "team", label: t!(lang, "Team"), error: sheet.error("team"), ..Field::default() }, &drawn(&teams), None))
            (choices(lang, &Field { name: "scope", label: t!(lang, "Which changes come onto its agenda"), ..Field::default() }, &[
                Opt { value: "all", label: t!(lang, "All changes"), chosen: scope == "all", ..Opt::default() },
                Opt { value: "team", label: t!(lang, "Only those of the team"), chosen: scope == "team", ..Opt::default() },
            ], false))
            (checks(lang, &Field { name: "members", label: t!(lang, "Members"), error: sheet.error("members"), ..Field::default() }, &drawn(&agents), true))
            div class="row" {
                (button(Button { label: t!(lang, "Save the series"), kind: Kind::Primary, ..Button::default() }))
                (link_button("/meetings", Button { label: t!(lang, "Cancel"), kind: Kind::Quiet, ..Button::default() }))
            }
        }
    })
}

fn drawn(list: &[(String, String, bool)]) -> Vec<Opt<'_>> {
    list.iter()
        .map(|(value, label, chosen)| Opt {
            value,
            label,
            chosen: *chosen,
            ..Opt::default()
        })
        .collect()
}

fn draft(posted: &Posted) -> Result<series::Draft> {
    let count = |name: &'static str, msg: &'static str| {
        one(posted, name)
            .parse::<i64>()
            .map_err(|_| Error::field(name, msg))
    };
    Ok(series::Draft {
        name: one(posted, "name").to_owned(),
        team_id: one(posted, "team").to_owned(),
        own_team: one(posted, "scope") == "team",
        every: Every::from_key(one(posted, "every"))
            .ok_or_else(|| Error::field("every", "Choose how often."))?,
        weekday: count("weekday", "Choose a day of the week.")?,
        nth: count("nth", "Choose which one of the month.")?,
        first_on: one(posted, "first_on")
            .parse()
            .map_err(|_| Error::field("first_on", "Give a day."))?,
        clock: one(posted, "clock")
            .parse()
            .map_err(|_| Error::field("clock", "Give a time."))?,
        minutes: count("minutes", "A meeting takes 5 to 480 minutes.")?,
        zone: one(posted, "zone").to_owned(),
        place: one(posted, "place").to_owned(),
        members: posted.0.get("members").cloned().unwrap_or_default(),
    })
}

async fn put(me: Me, before: Option<Series>, posted: Posted) -> Result<Response> {
    let version = one(&posted, "version").parse().ok();
    let id = before.as_ref().map(|b| b.id.clone());
    let done = match draft(&posted) {
        Ok(draft) => series::save(&me, &me.actor, id.as_deref(), version, draft).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(saved) => {
            let said = t!(me.lang(), "“{name}” is saved.", name = saved.name);
            Ok(see_other("/meetings", Some(Flash::new(said))))
        }
        Err(Error::Invalid(errors)) => {
            let sheet = Sheet {
                errors: say(me.lang(), &errors),
                typed: Some(posted),
            };
            render(&me, before, &sheet).await
        }
        Err(error) => Err(error),
    }
}

/// POST /meeting-series/new
pub async fn create(me: Me, posted: Posted) -> Result<Response> {
    put(me, None, posted).await
}

/// POST /meeting-series/{series}
pub async fn save(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let before = store::series(&me.app.db, &id).await?;
    put(me, Some(before), posted).await
}

/// POST /meeting-series/{series}/end
pub async fn end(me: Me, Path(id): Path<String>) -> Result<Response> {
    let gone = series::archive(&me, &me.actor, &id).await?;
    let said = t!(
        me.lang(),
        "“{name}” is given up. Its minutes stay.",
        name = gone.name
    );
    Ok(see_other("/meetings", Some(Flash::new(said))))
}
