//! Series: entered and changed by leads, and carried on by itself.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use mil_db::{Tx, sql};
use serde_json::json;

use crate::actor::Actor;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Event};
use crate::meetings::model::{Every, Series};
use crate::meetings::rules::Rhythm;
use crate::meetings::{news, store};
use crate::policy;
use crate::random::new_id;
use crate::state::App;
use crate::web::Ctx;

/// How many meetings of each series stand in the calendar ahead.
pub const AHEAD: usize = 6;

/// A series as it is entered.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Draft {
    pub name: String,
    pub team_id: String,
    /// Only changes of the team's services.
    pub own_team: bool,
    pub every: Every,
    /// 1 Monday to 7 Sunday.
    pub weekday: i64,
    /// Of the month: 1 to 4, 5 for the last.
    pub nth: i64,
    pub first_on: Date,
    pub clock: Time,
    pub minutes: i64,
    /// IANA name.
    pub zone: String,
    pub place: String,
    /// Person ids.
    pub members: Vec<String>,
}

/// Enter a series, or change it when `id` is given; its meetings ahead move.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed it since version `expect`.
pub async fn save(
    ctx: &Ctx,
    actor: &Actor,
    id: Option<&str>,
    expect: Option<i64>,
    new: Draft,
) -> Result<Series> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    let before = match id {
        Some(id) => {
            store::lock(&mut tx, id).await?;
            Some(store::series(&mut tx, id).await?)
        }
        None => None,
    };
    if before
        .as_ref()
        .is_some_and(|b| expect.is_some_and(|v| v != b.version))
    {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this series while you had it open. Look at it again.",
        )));
    }
    let series = checked(&mut tx, ctx, before.as_ref(), new).await?;
    write(&mut tx, &series, ctx.now).await?;
    reschedule(&mut tx, &series, ctx.now).await?;
    ahead(&mut tx, &series, ctx.now).await?;
    let verb = if before.is_some() {
        "meeting.series_changed"
    } else {
        "meeting.series_made"
    };
    let event = Event::audit(
        verb,
        "meeting_series",
        &series.id,
        json!({ "name": series.name, "members": series.members.len() }),
    );
    events::append(&mut tx, actor, ctx.now, event).await?;
    let old = before.map(|b| b.members).unwrap_or_default();
    let fresh: Vec<String> = series
        .members
        .iter()
        .filter(|m| !old.contains(m))
        .cloned()
        .collect();
    if let Some(next) = first_ahead(&mut tx, &series.id, ctx.now).await? {
        let said = news::News {
            verb: "meeting.invited",
            meeting: &next,
            title: &series.name,
            reason: "invited",
        };
        news::tell(&mut tx, actor, ctx.now, &said, &fresh).await?;
    }
    tx.commit().await?;
    Ok(series)
}

async fn first_ahead(tx: &mut Tx, series: &str, now: Timestamp) -> Result<Option<String>> {
    let row = sql(
        "SELECT id FROM meeting WHERE series_id = $1 AND starts_at > $2
           AND cancelled_at IS NULL ORDER BY starts_at LIMIT 1",
    )
    .bind(series)
    .bind(now.as_microsecond())
    .opt(tx)
    .await?;
    Ok(row.map(|r| r.get("id")).transpose()?)
}

async fn checked(tx: &mut Tx, ctx: &Ctx, before: Option<&Series>, new: Draft) -> Result<Series> {
    let line = |field: &'static str, text: &str, most: usize| -> Result<String> {
        let text = text.trim();
        if text.chars().count() > most {
            let msg = Msg::new("Use at most {n} characters.").with("n", most);
            return Err(Error::field(field, msg));
        }
        Ok(text.to_owned())
    };
    let name = line("name", &new.name, 120)?;
    if name.is_empty() {
        return Err(Error::field("name", "Give it a name."));
    }
    let team = sql("SELECT id FROM team WHERE id = $1 AND archived_at IS NULL")
        .bind(&new.team_id)
        .opt(&mut *tx)
        .await?;
    if team.is_none() {
        return Err(Error::field("team", "Choose a team."));
    }
    let weekday = i8::try_from(new.weekday)
        .ok()
        .and_then(|n| Weekday::from_monday_one_offset(n).ok())
        .ok_or_else(|| Error::field("weekday", "Choose a day of the week."))?;
    if !(1..=5).contains(&new.nth) {
        return Err(Error::field("nth", "Choose which one of the month."));
    }
    if !(5..=480).contains(&new.minutes) {
        return Err(Error::field("minutes", "A meeting takes 5 to 480 minutes."));
    }
    let zone = TimeZone::get(new.zone.trim())
        .map_err(|_| Error::field("zone", "Give a time zone, such as Europe/Berlin."))?;
    let mut members = Vec::new();
    for id in &new.members {
        let found = sql("SELECT role FROM person WHERE id = $1 AND disabled_at IS NULL")
            .bind(id)
            .opt(&mut *tx)
            .await?;
        let role: Option<String> = found.map(|r| r.get("role")).transpose()?;
        let works = role
            .as_deref()
            .and_then(crate::actor::Role::from_key)
            .is_some_and(crate::actor::Role::is_agent);
        if !works {
            return Err(Error::field("members", "Choose people who work here."));
        }
        if !members.contains(id) {
            members.push(id.clone());
        }
    }
    if members.is_empty() {
        return Err(Error::field("members", "Choose who takes part."));
    }
    Ok(Series {
        id: before.map_or_else(|| new_id(ctx.now), |b| b.id.clone()),
        name,
        team_id: new.team_id,
        own_team: new.own_team,
        rhythm: Rhythm {
            every: new.every,
            weekday,
            nth: i8::try_from(new.nth).unwrap_or(1),
            first_on: new.first_on,
            clock: new.clock,
            zone,
            minutes: new.minutes,
        },
        zone: new.zone.trim().to_owned(),
        place: line("place", &new.place, 300)?,
        archived: before.is_some_and(|b| b.archived),
        members,
        version: before.map_or(0, |b| b.version) + 1,
    })
}

async fn write(tx: &mut Tx, s: &Series, now: Timestamp) -> Result<()> {
    sql(
        "INSERT INTO meeting_series (id, name, team_id, scope, every, weekday, nth, first_on, clock,
            minutes, zone, place, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, team_id = excluded.team_id,
            scope = excluded.scope, every = excluded.every, weekday = excluded.weekday,
            nth = excluded.nth, first_on = excluded.first_on, clock = excluded.clock,
            minutes = excluded.minutes, zone = excluded.zone, place = excluded.place,
            version = excluded.version",
    )
    .bind(&s.id)
    .bind(&s.name)
    .bind(&s.team_id)
    .bind(if s.own_team { "team" } else { "all" })
    .bind(s.rhythm.every.key())
    .bind(i64::from(s.rhythm.weekday.to_monday_one_offset()))
    .bind(i64::from(s.rhythm.nth))
    .bind(s.rhythm.first_on.to_string())
    .bind(s.rhythm.clock.strftime("%H:%M").to_string())
    .bind(s.rhythm.minutes)
    .bind(&s.zone)
    .bind(&s.place)
    .bind(now.as_microsecond())
    .bind(s.version)
    .run(&mut *tx)
    .await?;
    sql("DELETE FROM meeting_member WHERE series_id = $1")
        .bind(&s.id)
        .run(&mut *tx)
        .await?;
    for member in &s.members {
        sql("INSERT INTO meeting_member (series_id, person_id, since) VALUES ($1, $2, $3)")
            .bind(&s.id)
            .bind(member)
            .bind(now.as_microsecond())
            .run(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Meetings ahead take the times of the new rhythm, in order, and keep their
/// agendas. Those that were called off keep their place in the order.
async fn reschedule(tx: &mut Tx, s: &Series, now: Timestamp) -> Result<()> {
    let ids: Vec<String> = sql(
        "SELECT id FROM meeting WHERE series_id = $1 AND starts_at > $2 ORDER BY starts_at, number",
    )
    .bind(&s.id)
    .bind(now.as_microsecond())
    .column("id", &mut *tx)
    .await?;
    for (id, (start, end)) in ids.iter().zip(s.rhythm.next(now, ids.len())) {
        sql("UPDATE meeting SET starts_at = $1, ends_at = $2, updated_at = $3, version = version + 1,
                reminded_at = NULL WHERE id = $4 AND (starts_at <> $1 OR ends_at <> $2)")
            .bind(start.as_microsecond())
            .bind(end.as_microsecond())
            .bind(now.as_microsecond())
            .bind(id)
            .run(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Make the meetings ahead that are missing. The series is locked.
async fn ahead(tx: &mut Tx, s: &Series, now: Timestamp) -> Result<()> {
    let row = sql("SELECT COUNT(*) AS n, COALESCE(MAX(starts_at), 0) AS last,
            (SELECT COALESCE(MAX(number), 0) FROM meeting WHERE series_id = $1) AS number
         FROM meeting WHERE series_id = $1 AND starts_at > $2")
    .bind(&s.id)
    .bind(now.as_microsecond())
    .one(&mut *tx)
    .await?;
    let there = usize::try_from(row.get::<i64>("n")?).unwrap_or(0);
    let last = crate::clock::from_micros(row.get("last")?).max(now);
    let number: i64 = row.get("number")?;
    let missing = AHEAD.saturating_sub(there);
    for ((start, end), number) in s.rhythm.next(last, missing).into_iter().zip(number + 1..) {
        sql(
            "INSERT INTO meeting (id, series_id, number, starts_at, ends_at, minutes, updated_at,
                version) VALUES ($1, $2, $3, $4, $5, '', $6, 1)",
        )
        .bind(new_id(now))
        .bind(&s.id)
        .bind(number)
        .bind(start.as_microsecond())
        .bind(end.as_microsecond())
        .bind(now.as_microsecond())
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

/// Give a series up. What was held stays; what lies ahead is called off.
pub async fn archive(ctx: &Ctx, actor: &Actor, id: &str) -> Result<Series> {
    policy::require(policy::shapes_catalog(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    store::lock(&mut tx, id).await?;
    let series = store::series(&mut tx, id).await?;
    sql(
        "UPDATE meeting_series SET archived_at = $1, version = version + 1
         WHERE id = $2 AND archived_at IS NULL",
    )
    .bind(ctx.now.as_microsecond())
    .bind(id)
    .run(&mut tx)
    .await?;
    sql(
        "UPDATE meeting SET cancelled_at = $1, updated_at = $1, version = version + 1
         WHERE series_id = $2 AND starts_at > $1 AND cancelled_at IS NULL",
    )
    .bind(ctx.now.as_microsecond())
    .bind(id)
    .run(&mut tx)
    .await?;
    let data = json!({ "name": series.name });
    let event = Event::audit("meeting.series_ended", "meeting_series", id, data);
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(series)
}

/// Carry every series on: meetings ahead are made, and members are reminded a
/// day before. Returns how many people were reminded.
pub async fn run_due(app: &App, now: Timestamp) -> Result<usize> {
    let short: Vec<String> = sql(
        "SELECT s.id FROM meeting_series s WHERE s.archived_at IS NULL
           AND (SELECT COUNT(*) FROM meeting m WHERE m.series_id = s.id AND m.starts_at > $1) < $2
         ORDER BY s.id",
    )
    .bind(now.as_microsecond())
    .bind(i64::try_from(AHEAD).unwrap_or(i64::MAX))
    .column("id", &app.db)
    .await?;
    for id in short {
        let mut tx = app.db.begin().await?;
        store::lock(&mut tx, &id).await?;
        let series = store::series(&mut tx, &id).await?;
        ahead(&mut tx, &series, now).await?;
        tx.commit().await?;
    }
    news::remind(app, now).await
}
