//! What stands in a feed. Looked up anew at each reading, for the person as
//! they are now: who lost a role or a team reads less.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mil_db::{Row, Where, sql};

use crate::actor::Actor;
use crate::calendar::model::Kind;
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::feeds::ical::{Event, When};
use crate::feeds::store::Scope;
use crate::meetings;
use crate::policy;
use crate::state::App;

/// How far back and ahead a feed reaches, in days.
const BACK: i64 = 90;
const AHEAD: i64 = 400;
/// For how long what was taken back is still told, in days.
const GONE: i64 = 60;
/// The most events of a feed.
const MOST: i64 = 5_000;

fn days(now: Timestamp, n: i64) -> i64 {
    now.checked_add(SignedDuration::from_hours(24 * n))
        .unwrap_or(now)
        .as_microsecond()
}

/// The events of a feed, in order of start.
pub async fn of(
    app: &App,
    actor: &Actor,
    scope: Scope,
    team: Option<&str>,
    now: Timestamp,
) -> Result<Vec<Event>> {
    let mut out = entries(app, actor, scope, team, now).await?;
    if policy::works(actor) {
        out.extend(held(app, actor, scope, team, now).await?);
    }
    Ok(out)
}

async fn entries(
    app: &App,
    actor: &Actor,
    scope: Scope,
    team: Option<&str>,
    now: Timestamp,
) -> Result<Vec<Event>> {
    let me = || actor.id.as_str().into();
    let mut filter = Where::new();
    filter.and("e.ends_at > ?", [days(now, -BACK).into()]);
    filter.and("e.starts_at < ?", [days(now, AHEAD).into()]);
    filter.and(
        "e.withdrawn_at IS NULL OR e.withdrawn_at > ?",
        [days(now, -GONE).into()],
    );
    let works = policy::works(actor);
    match (works, scope) {
        // All who work here see all of the calendar.
        (true, Scope::All) => {}
        (true, Scope::Mine) => {
            filter.and(
                "e.kind IN ('freeze', 'embargo') OR e.person_id = ? OR w.assignee_id = ?
                 OR w.requester_id = ? OR (e.item_id IS NULL AND e.author_id = ?)",
                [me(), me(), me(), me()],
            );
        }
        (true, Scope::Team) => {
            let team = team.unwrap_or_default();
            filter.and(
                "e.kind IN ('freeze', 'embargo') OR e.team_id = ? OR w.team_id = ?
                 OR e.person_id IN (SELECT person_id FROM team_member WHERE team_id = ?)",
                [team.into(), team.into(), team.into()],
            );
        }
        // Who orders reads when their own changes are made, and nothing else.
        (false, _) => {
            filter.and("e.kind = 'change' AND w.id IS NOT NULL", []);
            policy::visible_items(actor, &mut filter);
        }
    }
    sql(format!(
        "SELECT e.*, w.number, w.title AS item_title FROM calendar_entry e
         LEFT JOIN work_item w ON w.id = e.item_id
         WHERE {} ORDER BY e.starts_at, e.id LIMIT {MOST}",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(&app.db)
    .await?
    .iter()
    .map(|row| entry(row, &app.config.public_url, works))
    .collect()
}

fn entry(row: &Row, base: &str, works: bool) -> Result<Event> {
    let id: String = row.get("id")?;
    let (from, to) = (
        from_micros(row.get("starts_at")?),
        from_micros(row.get("ends_at")?),
    );
    let zone: Option<String> = row.get("days_zone")?;
    let when = match zone.as_deref().and_then(|z| TimeZone::get(z).ok()) {
        Some(zone) => When::Days(zone.to_datetime(from).date(), zone.to_datetime(to).date()),
        None => When::Times(from, to),
    };
    let kind: String = row.get("kind")?;
    let kind = Kind::from_key(&kind).ok_or_else(|| Error::Internal(format!("entry {kind}")))?;
    let gone = row.get::<Option<i64>>("withdrawn_at")?.map(from_micros);
    let version: i64 = row.get("version")?;
    let number: Option<i64> = row.get("number")?;
    let own: Option<String> = row.get("item_title")?;
    let base = base.trim_end_matches('/');
    let title: String = row.get("title")?;
    let (summary, description, url) = if works {
        let description: String = row.get("note")?;
        (title, description, format!("{base}/calendar/{id}"))
    } else {
        let number = number.unwrap_or_default();
        let url = format!("{base}/requests/{number}");
        (own.unwrap_or_default(), String::new(), url)
    };
    Ok(Event {
        uid: format!("{id}@mil"),
        summary: match number.filter(|_| works) {
            Some(number) => format!("{summary} ({number})"),
            None => summary,
        },
        description,
        location: String::new(),
        url,
        when,
        changed: gone.unwrap_or(from_micros(row.get("updated_at")?)),
        // Taking it back is one change more.
        sequence: version - 1 + i64::from(gone.is_some()),
        cancelled: gone.is_some(),
        busy: matches!(kind, Kind::Change | Kind::Event),
        category: match kind {
            Kind::Change => "CHANGE",
            Kind::Mailing => "MAILING",
            Kind::Campaign => "CAMPAIGN",
            Kind::Event => "EVENT",
            Kind::Freeze => "FREEZE",
            Kind::Embargo => "EMBARGO",
            Kind::Maintenance => "MAINTENANCE",
            Kind::Holiday => "HOLIDAY",
        },
    })
}

async fn held(
    app: &App,
    actor: &Actor,
    scope: Scope,
    team: Option<&str>,
    now: Timestamp,
) -> Result<Vec<Event>> {
    let mut filter = Where::new();
    filter.and("m.ends_at > ?", [days(now, -BACK).into()]);
    filter.and("m.starts_at < ?", [days(now, AHEAD).into()]);
    filter.and(
        "m.cancelled_at IS NULL OR m.cancelled_at > ?",
        [days(now, -GONE).into()],
    );
    match scope {
        Scope::All => {}
        Scope::Mine => {
            filter.and(
                "m.series_id IN (SELECT series_id FROM meeting_member WHERE person_id = ?)",
                [actor.id.as_str().into()],
            );
        }
        Scope::Team => {
            filter.and("s.team_id = ?", [team.unwrap_or_default().into()]);
        }
    }
    let base = app.config.public_url.trim_end_matches('/');
    let tail = format!("ORDER BY m.starts_at, m.id LIMIT {MOST}");
    let all = meetings::store::select(&app.db, &filter, &tail).await?;
    Ok(all
        .into_iter()
        .map(|m| Event {
            uid: format!("{}@mil", m.id),
            summary: m.name,
            description: String::new(),
            location: m.place,
            url: format!("{base}/meetings/{}", m.id),
            when: When::Times(m.starts_at, m.ends_at),
            changed: m.updated_at,
            sequence: m.version - 1,
            cancelled: m.cancelled_at.is_some(),
            busy: true,
            category: "MEETING",
        })
        .collect())
}
