//! The incident's own page in the workspace: what is known, and the few things
//! one does to it, each a plain form.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use crate::announcements;
use crate::announcements::model::{Announcement, State};
use crate::desk::change::say;
use crate::desk::load;
use crate::error::{Error, Result};
use crate::i18n::{Lang, fmt, t};
use crate::incidents::panel::{feed, name, severity_pill};
use crate::incidents::rules::Level;
use crate::incidents::store::{self, Record, is_incident};
use crate::incidents::verbs::{self, Assess, NewUpdate};
use crate::people;
use crate::policy::{self, Do};
use crate::ui::block::{Tone, card, pill, props};
use crate::ui::button::{Button, Kind, button, link_button};
use crate::ui::choice::{Opt, choices, select};
use crate::ui::field::{Field, date, error_summary, text, textarea, time, two};
use crate::ui::shell::bar_back;
use crate::web::input::Posted;
use crate::web::{Flash, Me, see_other, shell};
use crate::work::Item;

/// What was typed, and what is wrong with it.
#[derive(Default)]
pub struct Sheet {
    /// By field.
    pub typed: Option<Posted>,
    /// Field and what is wrong.
    pub errors: Vec<(String, String)>,
}

impl Sheet {
    /// What was typed in a field, or what stands there.
    pub fn value<'a>(&'a self, name: &str, present: &'a str) -> &'a str {
        match &self.typed {
            Some(Posted(map)) if map.contains_key(name) => {
                map[name].first().map_or("", String::as_str)
            }
            _ => present,
        }
    }

    /// What is wrong with a field.
    pub fn error(&self, name: &str) -> &str {
        self.errors
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, text)| text.as_str())
    }

    /// The summary on top.
    pub fn summary(&self, lang: crate::i18n::Lang) -> Markup {
        let list: Vec<(&str, &str)> = self
            .errors
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        error_summary(lang, &list)
    }

    /// 422 when something is wrong.
    pub fn status(&self) -> StatusCode {
        if self.errors.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }
}

/// The first value of a posted field, trimmed.
pub fn one<'a>(posted: &'a Posted, name: &str) -> &'a str {
    posted
        .0
        .get(name)
        .and_then(|list| list.first())
        .map_or("", |v| v.trim())
}

/// GET /work/{item}/incident
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    render(&me, &id, &Sheet::default()).await
}

async fn render(me: &Me, id: &str, sheet: &Sheet) -> Result<Response> {
    let lang = me.lang();
    let item = load::item(me, id).await?;
    is_incident(&item)?;
    let record = store::of(&me.app.db, &item).await?;
    let updates = store::updates(&me.app.db, &item.id, true).await?;
    let may = policy::on_item(&me.actor, Do::Work, &item.facts()) && item.merged_into_id.is_none();
    let here = format!("{} {}", item.number, item.title);
    let announced: Vec<_> = announcements::store::of_item(&me.app.db, &item.id)
        .await?
        .into_iter()
        .filter(|a| a.is_live(me.now) && a.is_open())
        .collect();
    let body = html! {
        (bar_back(&here, &format!("/work/{}", item.number), "", html! {}))
        div class="panel-body stack" style="--gap:1.25rem" {
            div {
                h1 { (t!(lang, "Incident {number}", number = item.number)) }
                p class="muted mt-2" { (sentence(me, &record)) }
            }
            (sheet.summary(lang))
            (facts(me, &item, &record).await?)
            @if may {
                (card(t!(lang, "Post an update"), update_form(me, &item, &announced, sheet)))
                @if item.is_open() { (card(t!(lang, "Major incident"), major_form(me, &item, &record, sheet).await?)) }
                (card(t!(lang, "Assess"), assess_form(me, &item, &record, sheet).await?))
            }
            (card(t!(lang, "Updates"), html! {
                @if updates.is_empty() { p class="muted" { (t!(lang, "Nothing has been said yet.")) } }
                (feed(me, &updates, true))
            }))
        }
    };
    let page = shell::workspace(me, "/queue", &here, body).await?;
    Ok((sheet.status(), page).into_response())
}

fn sentence(me: &Me, r: &Record) -> String {
    let lang = me.lang();
    let since = fmt::when(lang, r.detected_at, me.now, &me.prefs.zone);
    match (r.restored_at, r.next_update_at) {
        (Some(at), _) => t!(
            lang,
            "It works again since {when}.",
            when = fmt::when(lang, at, me.now, &me.prefs.zone)
        ),
        (None, Some(next)) => t!(
            lang,
            "Broken since {since}. The next update is promised for {next}.",
            since = since,
            next = fmt::when(lang, next, me.now, &me.prefs.zone)
        ),
        (None, None) => t!(lang, "Broken since {since}.", since = since),
    }
}

async fn facts(me: &Me, item: &Item, r: &Record) -> Result<Markup> {
    let lang = me.lang();
    let manager = name(me, r.manager_id.as_deref()).await?;
    let may = policy::on_item(&me.actor, Do::Work, &item.facts());
    let base = format!("/work/{}", item.number);
    Ok(html! {
        div class="card" {
            p class="row" {
                (severity_pill(lang, r))
                @if r.is_major() { (pill(Tone::Bad, "alert", t!(lang, "Major incident"))) }
                @if r.restored_at.is_some() { (pill(Tone::Ok, "check", t!(lang, "Works again"))) }
            }
            (props(&[
                (if r.affected.is_empty() { "" } else { t!(lang, "Affected") }, html! { (r.affected.join(", ")) }),
                (if manager.is_empty() { "" } else { t!(lang, "Incident manager") }, html! { (manager) }),
            ]))
            div class="row mt-3" {
                @if may && r.restored_at.is_none() {
                    form method="post" action={ (base) "/incident/restored" } {
                        (button(Button { label: t!(lang, "It works again"), kind: Kind::Primary, ..Button::default() })) }
                }
                @if may { (link_button(&format!("{base}/problem/new"), Button { label: t!(lang, "Open a problem"), ..Button::default() })) }
                (link_button(&format!("{base}/post-mortem"), Button { label: t!(lang, "Post-mortem"), ..Button::default() }))
                (announcements::begin::offer(me, item).await?)
            }
        }
    })
}

fn update_form(me: &Me, item: &Item, announced: &[Announcement], sheet: &Sheet) -> Markup {
    let lang = me.lang();
    let who = sheet.value("audience", "everyone");
    let next = sheet.value("next_in", "60");
    let opt = |value, label, hint| Opt {
        value,
        label,
        hint,
        chosen: who == value,
    };
    let times: Vec<(String, String)> = [15, 30, 60, 120, 240, 1440]
        .iter()
        .map(|n| (n.to_string(), fmt::span(lang, *n, 1440)))
        .collect();
    let times: Vec<Opt<'_>> = times
        .iter()
        .map(|(value, label)| Opt {
            value,
            label,
            chosen: next == value,
            ..Opt::default()
        })
        .collect();
    html! {
        form method="post" action={ "/work/" (item.number) "/incident/update" } class="stack" data-guard {
            (textarea(lang, &Field { name: "body", label: t!(lang, "How it stands"),
                hint: t!(lang, "What we know, what we do, what people can do meanwhile."),
                value: sheet.value("body", ""), error: sheet.error("body"), ..Field::default() }, 4))
            (choices(lang, &Field { name: "audience", label: t!(lang, "Who reads it"), ..Field::default() }, &[
                opt("everyone", t!(lang, "Everyone affected"), t!(lang, "Those who reported it, and all while it is major")),
                opt("internal", t!(lang, "Agents only"), t!(lang, "Nobody outside reads it")),
            ], false))
            (select(lang, &Field { name: "next_in", label: t!(lang, "Next update in"), error: sheet.error("next_at"),
                hint: t!(lang, "The incident manager is reminded then."), ..Field::default() }, &times, Some(t!(lang, "no time promised"))))
            @if let Some(a) = announced.first() { (on_status_page(lang, a, sheet)) }
            div { (button(Button { label: t!(lang, "Post update"), ..Button::default() })) }
        }
    }
}

/// An update for everyone affected is one of the announcement, too.
fn on_status_page(lang: Lang, a: &Announcement, sheet: &Sheet) -> Markup {
    let chosen = sheet.value("state", a.state.map_or("", State::key));
    let options: Vec<Opt<'_>> = a
        .kind
        .states()
        .iter()
        .map(|s| Opt {
            value: s.key(),
            label: announcements::words::state(lang, *s),
            chosen: s.key() == chosen,
            ..Opt::default()
        })
        .collect();
    let hint = t!(
        lang,
        "What everyone affected reads also goes to “{title}”. {audience}.",
        title = a.title,
        audience = announcements::words::audience(lang, a.audience)
    );
    let field = Field {
        name: "state",
        label: t!(lang, "How the announcement stands then"),
        hint: &hint,
        error: sheet.error("state"),
        ..Field::default()
    };
    select(lang, &field, &options, None)
}

async fn managers(me: &Me, chosen: &str) -> Result<Vec<(String, String, bool)>> {
    Ok(people::store::agents(&me.app.db)
        .await?
        .into_iter()
        .map(|p| (p.id.clone(), p.name, p.id == chosen))
        .collect())
}

async fn major_form(me: &Me, item: &Item, r: &Record, sheet: &Sheet) -> Result<Markup> {
    let lang = me.lang();
    if r.is_major() {
        return Ok(html! {
            p { (t!(lang, "Everybody sees “{headline}” on the start page.", headline = r.headline)) }
            form class="mt-3" method="post" action={ "/work/" (item.number) "/incident/stand-down" } {
                (button(Button { label: t!(lang, "Stand down"), ..Button::default() })) }
        });
    }
    let present = r.manager_id.clone().unwrap_or_else(|| me.actor.id.clone());
    let people = managers(me, sheet.value("manager", &present)).await?;
    let options: Vec<Opt<'_>> = people
        .iter()
        .map(|(value, label, chosen)| Opt {
            value,
            label,
            chosen: *chosen,
            ..Opt::default()
        })
        .collect();
    Ok(html! {
        p class="muted" { (t!(lang, "Declare it when many people cannot work. Everybody sees it on the start page, and one person leads the way out.")) }
        form method="post" action={ "/work/" (item.number) "/incident/major" } class="stack mt-3" {
            (text(lang, &Field { name: "headline", label: t!(lang, "What everybody reads"),
                placeholder: t!(lang, "The web site cannot be edited"), value: sheet.value("headline", ""),
                error: sheet.error("headline"), max_length: Some(160), ..Field::default() }))
            (select(lang, &Field { name: "manager", label: t!(lang, "Incident manager"),
                error: sheet.error("manager"), ..Field::default() }, &options, None))
            div { (button(Button { label: t!(lang, "Declare a major incident"), ..Button::default() })) }
        }
    })
}

async fn assess_form(me: &Me, item: &Item, r: &Record, sheet: &Sheet) -> Result<Markup> {
    let lang = me.lang();
    let local = me.prefs.zone.to_datetime(r.detected_at);
    let (day, clock) = (
        local.date().to_string(),
        format!("{:02}:{:02}", local.hour(), local.minute()),
    );
    let impact = [
        (Level::High, t!(lang, "High: many cannot work")),
        (
            Level::Medium,
            t!(lang, "Medium: a team or a service suffers"),
        ),
        (Level::Low, t!(lang, "Low: a few are held up")),
    ];
    let urgency = [
        (Level::High, t!(lang, "High: it gets worse by the hour")),
        (Level::Medium, t!(lang, "Medium: it has to end today")),
        (Level::Low, t!(lang, "Low: there is a way around it")),
    ];
    let levels =
        |name: &'static str, label: &'static str, now: Option<Level>, of: &[(Level, &str)]| {
            let chosen = sheet.value(name, now.map_or("", Level::key));
            let options: Vec<Opt<'_>> = of
                .iter()
                .map(|(level, label)| Opt {
                    value: level.key(),
                    label,
                    chosen: chosen == level.key(),
                    ..Opt::default()
                })
                .collect();
            select(
                lang,
                &Field {
                    name,
                    label,
                    error: sheet.error(name),
                    ..Field::default()
                },
                &options,
                Some(t!(lang, "not assessed")),
            )
        };
    let chosen = r.manager_id.clone().unwrap_or_default();
    let people = managers(me, sheet.value("leader", &chosen)).await?;
    let options: Vec<Opt<'_>> = people
        .iter()
        .map(|(value, label, chosen)| Opt {
            value,
            label,
            chosen: *chosen,
            ..Opt::default()
        })
        .collect();
    Ok(html! {
        form method="post" action={ "/work/" (item.number) "/incident/assess" } class="stack" {
            (two(html! {
                (levels("impact", t!(lang, "Impact"), r.impact, &impact))
                (levels("urgency", t!(lang, "Urgency"), r.urgency, &urgency))
            }))
            p class="hint" { (t!(lang, "Both together make the severity, which sets the priority and the promise.")) }
            (text(lang, &Field { name: "affected", label: t!(lang, "Affected services and tools"), optional: true,
                hint: t!(lang, "Names with commas between them."), value: sheet.value("affected", &r.affected.join(", ")),
                error: sheet.error("affected"), ..Field::default() }))
            (two(html! {
                (date(lang, &Field { name: "detected", label: t!(lang, "Noticed on"), value: sheet.value("detected", &day),
                    error: sheet.error("detected"), ..Field::default() }))
                (time(lang, &Field { name: "detected_time", label: t!(lang, "at"), value: sheet.value("detected_time", &clock), ..Field::default() }))
            }))
            (select(lang, &Field { name: "leader", label: t!(lang, "Incident manager"), optional: true, ..Field::default() },
                &options, Some(t!(lang, "nobody yet"))))
            div { (button(Button { label: t!(lang, "Save assessment"), ..Button::default() })) }
        }
    })
}

/// A day and a time of the reader's zone; `None` when the day is left empty.
pub fn instant(me: &Me, day: &str, clock: &str) -> Result<Option<Timestamp>, jiff::Error> {
    if day.is_empty() {
        return Ok(None);
    }
    let day: Date = day.parse()?;
    let clock: Time = if clock.is_empty() {
        Time::midnight()
    } else {
        clock.parse()?
    };
    me.prefs.zone.to_timestamp(day.to_datetime(clock)).map(Some)
}

/// POST /work/{item}/incident/{step}
pub async fn act(
    me: Me,
    Path((id, step)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response> {
    let number = load::item(&me, &id).await?.number;
    match carry_out(&me, &id, &step, &posted).await {
        Ok(said) => Ok(see_other(
            &format!("/work/{number}/incident"),
            Some(Flash::new(said)),
        )),
        Err(Error::Invalid(errors)) => {
            let sheet = Sheet {
                errors: say(me.lang(), &errors),
                typed: Some(posted),
            };
            render(&me, &id, &sheet).await
        }
        Err(error) => Err(error),
    }
}

async fn carry_out(me: &Me, id: &str, step: &str, posted: &Posted) -> Result<String> {
    let lang = me.lang();
    let given = |name: &str| Some(one(posted, name)).filter(|v| !v.is_empty());
    Ok(match step {
        "assess" => {
            let at = instant(me, one(posted, "detected"), one(posted, "detected_time"))
                .map_err(|_| Error::field("detected", "Give a day and a time."))?;
            let affected = given("affected").unwrap_or_default();
            // The form knows minutes only; the same minute is no change.
            let item = load::item(me, id).await?;
            let before = store::of(&me.app.db, &item).await?.detected_at;
            let same = at.is_some_and(|at| {
                at.as_second().div_euclid(60) == before.as_second().div_euclid(60)
            });
            let new = Assess {
                impact: given("impact").and_then(Level::from_key),
                urgency: given("urgency").and_then(Level::from_key),
                affected: Some(affected.split(',').map(str::to_owned).collect()),
                detected_at: at.filter(|_| !same),
                manager_id: Some(given("leader").map(str::to_owned)),
            };
            verbs::assess(me, &me.actor, id, new).await?;
            t!(lang, "Assessment saved.").to_owned()
        }
        "major" => {
            verbs::declare(me, &me.actor, id, given("headline"), given("manager")).await?;
            t!(
                lang,
                "It is a major incident now. Everybody sees it on the start page."
            )
            .to_owned()
        }
        "stand-down" => {
            verbs::stand_down(me, &me.actor, id).await?;
            t!(lang, "The alarm is called off.").to_owned()
        }
        "update" => {
            let next_at = given("next_in")
                .and_then(|n| n.parse::<i64>().ok())
                .filter(|n| (1..=14 * 1440).contains(n))
                .and_then(|n| me.now.checked_add(SignedDuration::from_mins(n)).ok());
            let everyone = match one(posted, "audience") {
                "everyone" => true,
                "internal" => false,
                _ => return Err(Error::field("audience", "Choose who reads it.")),
            };
            let new = NewUpdate {
                body: one(posted, "body").to_owned(),
                everyone,
                next_at,
                state: given("state").and_then(State::from_key),
            };
            verbs::update(me, &me.actor, id, new).await?;
            t!(lang, "Update posted.").to_owned()
        }
        "restored" => {
            verbs::restore(me, &me.actor, id, None).await?;
            t!(lang, "Noted: it works again.").to_owned()
        }
        _ => return Err(Error::NotFound),
    })
}
