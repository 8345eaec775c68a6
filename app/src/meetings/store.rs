//! The rows of meetings. All who work here see them, as they see the calendar.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use mil_db::{On, Row, Tx, Where, sql};

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::meetings::model::{
    Addendum, Attendance, Attendee, Decision, Every, Meeting, Point, PointKind, Series,
};
use crate::meetings::rules::Rhythm;
use crate::policy;

fn broken(what: &str) -> Error {
    Error::Internal(format!("{what} of a meeting"))
}

fn series_of(row: &Row) -> Result<Series> {
    let zone: String = row.get("zone")?;
    let number = |name| -> Result<i8> {
        i8::try_from(row.get::<i64>(name)?).map_err(|_| broken("a number"))
    };
    Ok(Series {
        id: row.get("id")?,
        name: row.get("name")?,
        team_id: row.get("team_id")?,
        own_team: row.get::<String>("scope")? == "team",
        rhythm: Rhythm {
            every: Every::from_key(&row.get::<String>("every")?).ok_or_else(|| broken("rhythm"))?,
            weekday: Weekday::from_monday_one_offset(number("weekday")?)
                .map_err(|_| broken("weekday"))?,
            nth: number("nth")?,
            first_on: row
                .get::<String>("first_on")?
                .parse()
                .map_err(|_| broken("first day"))?,
            clock: row
                .get::<String>("clock")?
                .parse()
                .map_err(|_| broken("clock"))?,
            zone: TimeZone::get(&zone).map_err(|_| broken("zone"))?,
            minutes: row.get("minutes")?,
        },
        zone,
        place: row.get("place")?,
        archived: row.get::<Option<i64>>("archived_at")?.is_some(),
        members: Vec::new(),
        version: row.get("version")?,
    })
}

async fn members<'a>(on: impl Into<On<'a>>, series_id: &str) -> Result<Vec<String>> {
    Ok(sql(
        "SELECT m.person_id FROM meeting_member m JOIN person p ON p.id = m.person_id
         WHERE m.series_id = $1 AND p.disabled_at IS NULL ORDER BY p.name, p.id",
    )
    .bind(series_id)
    .column("person_id", on)
    .await?)
}

/// All series that are not over, in order of name.
pub async fn all_series<'a>(on: impl Into<On<'a>>) -> Result<Vec<Series>> {
    let mut on = on.into();
    let rows = sql("SELECT * FROM meeting_series WHERE archived_at IS NULL ORDER BY name, id")
        .all(on.again())
        .await?;
    let mut out = Vec::new();
    for row in &rows {
        let mut one = series_of(row)?;
        one.members = members(on.again(), &one.id).await?;
        out.push(one);
    }
    Ok(out)
}

/// One series, also one that is over.
pub async fn series<'a>(on: impl Into<On<'a>>, id: &str) -> Result<Series> {
    let mut on = on.into();
    let row = sql("SELECT * FROM meeting_series WHERE id = $1")
        .bind(id)
        .opt(on.again())
        .await?;
    let mut one = series_of(&row.ok_or(Error::NotFound)?)?;
    one.members = members(on, id).await?;
    Ok(one)
}

/// Whether `actor` leads through the meetings of a series: its members, and leads.
pub fn may_run(actor: &Actor, series: &Series) -> bool {
    policy::works(actor) && (policy::shapes_catalog(actor) || series.members.contains(&actor.id))
}

const SELECT: &str = "SELECT m.*, s.name, s.place, s.team_id FROM meeting m
    JOIN meeting_series s ON s.id = m.series_id";

fn meeting_of(row: &Row) -> Result<Meeting> {
    let at =
        |name| -> Result<Option<Timestamp>> { Ok(row.get::<Option<i64>>(name)?.map(from_micros)) };
    Ok(Meeting {
        id: row.get("id")?,
        series_id: row.get("series_id")?,
        name: row.get("name")?,
        place: row.get("place")?,
        team_id: row.get("team_id")?,
        starts_at: from_micros(row.get("starts_at")?),
        ends_at: from_micros(row.get("ends_at")?),
        minutes: row.get("minutes")?,
        published_at: at("published_at")?,
        cancelled_at: at("cancelled_at")?,
        updated_at: from_micros(row.get("updated_at")?),
        version: row.get("version")?,
    })
}

/// One meeting.
pub async fn find<'a>(on: impl Into<On<'a>>, id: &str) -> Result<Meeting> {
    let row = sql(format!("{SELECT} WHERE m.id = $1"))
        .bind(id)
        .opt(on)
        .await?;
    meeting_of(&row.ok_or(Error::NotFound)?)
}

/// Meetings that fit, in an order.
pub async fn select<'a>(on: impl Into<On<'a>>, filter: &Where, tail: &str) -> Result<Vec<Meeting>> {
    sql(format!("{SELECT} WHERE {} {tail}", filter.text()))
        .bind_all(filter.values())
        .all(on)
        .await?
        .iter()
        .map(meeting_of)
        .collect()
}

/// Meetings that are not over at `now`, the soonest first.
pub async fn coming<'a>(on: impl Into<On<'a>>, now: Timestamp, most: i64) -> Result<Vec<Meeting>> {
    let mut filter = Where::new();
    filter.and("m.ends_at > ?", [now.as_microsecond().into()]);
    filter.and("s.archived_at IS NULL", []);
    select(
        on,
        &filter,
        &format!("ORDER BY m.starts_at, m.id LIMIT {most}"),
    )
    .await
}

/// The next meeting that is held.
pub async fn next<'a>(on: impl Into<On<'a>>, now: Timestamp) -> Result<Option<Meeting>> {
    let all = coming(on, now, 20).await?;
    Ok(all.into_iter().find(|m| m.cancelled_at.is_none()))
}

/// Meetings that are over, the last first.
pub async fn past<'a>(on: impl Into<On<'a>>, now: Timestamp, most: i64) -> Result<Vec<Meeting>> {
    let mut filter = Where::new();
    filter.and("m.ends_at <= ?", [now.as_microsecond().into()]);
    filter.and("m.cancelled_at IS NULL", []);
    let tail = format!("ORDER BY m.starts_at DESC, m.id DESC LIMIT {most}");
    select(on, &filter, &tail).await
}

/// The points of an agenda, in order.
pub async fn points<'a>(on: impl Into<On<'a>>, meeting_id: &str) -> Result<Vec<Point>> {
    sql(
        "SELECT p.*, w.number, w.title AS item_title, c.outcome FROM meeting_point p
         LEFT JOIN work_item w ON w.id = p.item_id
         LEFT JOIN change_record c ON c.item_id = p.item_id
         WHERE p.meeting_id = $1 AND p.removed_at IS NULL ORDER BY p.position, p.id",
    )
    .bind(meeting_id)
    .all(on)
    .await?
    .iter()
    .map(|row| {
        let item: Option<String> = row.get("item_id")?;
        let decision: Option<String> = row.get("decision")?;
        let title: Option<String> = row.get("item_title")?;
        Ok(Point {
            id: row.get("id")?,
            kind: PointKind::from_key(&row.get::<String>("kind")?)
                .ok_or_else(|| broken("a point"))?,
            item: item.zip(row.get::<Option<i64>>("number")?),
            title: title.map_or_else(|| row.get("title"), Ok)?,
            note: row.get("note")?,
            decision: decision.as_deref().and_then(Decision::from_key),
            words: row.get("words")?,
            reviewed: row.get::<Option<String>>("outcome")?.is_some(),
        })
    })
    .collect()
}

/// Who was there: members first, whether noted or not, then guests.
pub async fn attendance<'a>(
    on: impl Into<On<'a>>,
    meeting: &Meeting,
    series: &Series,
) -> Result<Vec<Attendee>> {
    let mut on = on.into();
    let rows = sql(
        "SELECT a.person_id, a.name, a.state, p.name AS person FROM meeting_attendance a
         LEFT JOIN person p ON p.id = a.person_id WHERE a.meeting_id = $1 ORDER BY a.id",
    )
    .bind(&meeting.id)
    .all(on.again())
    .await?;
    let mut noted = Vec::new();
    for row in &rows {
        let person: Option<String> = row.get("person")?;
        noted.push(Attendee {
            person_id: row.get("person_id")?,
            name: person.map_or_else(|| row.get("name"), Ok)?,
            state: Attendance::from_key(&row.get::<String>("state")?),
        });
    }
    // Published minutes keep who was a member then.
    if meeting.published_at.is_none() {
        for id in series.members.iter().rev() {
            if !noted.iter().any(|a| a.person_id.as_ref() == Some(id)) {
                let name: String = sql("SELECT name FROM person WHERE id = $1")
                    .bind(id)
                    .value("name", on.again())
                    .await?;
                noted.insert(
                    0,
                    Attendee {
                        person_id: Some(id.clone()),
                        name,
                        state: None,
                    },
                );
            }
        }
    }
    noted.sort_by_key(|a| a.state == Some(Attendance::Guest));
    Ok(noted)
}

/// What was added to published minutes, in order.
pub async fn addenda<'a>(on: impl Into<On<'a>>, meeting_id: &str) -> Result<Vec<Addendum>> {
    sql("SELECT a.text, a.created_at, p.name FROM meeting_addendum a
         JOIN person p ON p.id = a.author_id WHERE a.meeting_id = $1 ORDER BY a.created_at, a.id")
    .bind(meeting_id)
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Addendum {
            author: row.get("name")?,
            text: row.get("text")?,
            at: from_micros(row.get("created_at")?),
        })
    })
    .collect()
}

/// Wait until nobody else changes a series or its meetings. First in every
/// transaction that does.
pub async fn lock(tx: &mut Tx, series_id: &str) -> Result<()> {
    let found = sql("UPDATE meeting_series SET version = version WHERE id = $1")
        .bind(series_id)
        .run(tx)
        .await?;
    if found == 0 {
        return Err(Error::NotFound);
    }
    Ok(())
}
