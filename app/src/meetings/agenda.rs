//! The agenda: what belongs on it comes by itself, the rest is added by hand.

use jiff::{SignedDuration, Timestamp};
use mil_db::{Tx, Where, sql};

use crate::actor::Actor;
use crate::calendar;
use crate::changes;
use crate::changes::rules::Type;
use crate::error::Result;
use crate::meetings::model::{Decision, Meeting, PointKind, Series};
use crate::meetings::rules::{Candidate, due};
use crate::meetings::store;
use crate::random::new_id;
use crate::state::App;
use crate::work::store as items;

/// For how long a closed change can still come up to be looked back at, in days.
const BACK_DAYS: i64 = 90;
/// The most changes that are looked at.
const MOST: i64 = 500;

/// Put what belongs on the agenda of a meeting there, if it is the next one of
/// its series that is not over. Nothing is written when nothing is missing.
pub async fn bring_up(app: &App, now: Timestamp, meeting: &Meeting) -> Result<()> {
    if meeting.published_at.is_some() || meeting.cancelled_at.is_some() {
        return Ok(());
    }
    let mut earlier = Where::new();
    earlier.and("m.series_id = ?", [meeting.series_id.as_str().into()]);
    earlier.and("m.cancelled_at IS NULL", []);
    let all = store::select(&app.db, &earlier, "ORDER BY m.starts_at").await?;
    let first = all.iter().find(|m| m.ends_at > now);
    if first.is_some_and(|m| m.id != meeting.id) {
        return Ok(());
    }
    let after = all
        .iter()
        .find(|m| m.starts_at > meeting.starts_at)
        .map(|m| m.starts_at);
    let series = store::series(&app.db, &meeting.series_id).await?;
    let wanted = belonging(app, &series, meeting, after, now).await?;
    let there: Vec<(String, PointKind)> = sql(
        "SELECT item_id, kind FROM meeting_point WHERE meeting_id = $1 AND item_id IS NOT NULL",
    )
    .bind(&meeting.id)
    .all(&app.db)
    .await?
    .iter()
    .map(|row| {
        let kind = PointKind::from_key(&row.get::<String>("kind")?);
        Ok((row.get("item_id")?, kind.unwrap_or(PointKind::Change)))
    })
    .collect::<Result<_>>()?;
    let missing: Vec<_> = wanted.iter().filter(|w| !there.contains(w)).collect();
    // What left by itself (moved, decided elsewhere, looked back at) is dropped.
    let gone: Vec<_> = there.iter().filter(|t| !wanted.contains(t)).collect();
    if missing.is_empty() && gone.is_empty() {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    store::lock(&mut tx, &meeting.series_id).await?;
    if store::find(&mut tx, &meeting.id)
        .await?
        .published_at
        .is_some()
    {
        return Ok(());
    }
    for (item, kind) in gone {
        sql(
            "DELETE FROM meeting_point WHERE meeting_id = $1 AND item_id = $2 AND kind = $3
               AND decision IS NULL AND by_hand_at IS NULL AND removed_at IS NULL",
        )
        .bind(&meeting.id)
        .bind(item)
        .bind(kind.key())
        .run(&mut tx)
        .await?;
    }
    for (item, kind) in missing {
        add(
            &mut tx,
            now,
            &meeting.id,
            *kind,
            Some(item),
            ("", ""),
            false,
        )
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Add a point at the end.
pub async fn add(
    tx: &mut Tx,
    now: Timestamp,
    meeting_id: &str,
    kind: PointKind,
    item_id: Option<&str>,
    (title, note): (&str, &str),
    by_hand: bool,
) -> Result<String> {
    let id = new_id(now);
    sql(
        "INSERT INTO meeting_point (id, meeting_id, position, kind, item_id, title, note, words,
            by_hand_at)
         VALUES ($1, $2, (SELECT COALESCE(MAX(position), 0) + 1 FROM meeting_point
            WHERE meeting_id = $2), $3, $4, $5, $6, '', $7)
         ON CONFLICT (meeting_id, kind, item_id) DO NOTHING",
    )
    .bind(&id)
    .bind(meeting_id)
    .bind(kind.key())
    .bind(item_id)
    .bind(title)
    .bind(note)
    .bind(by_hand.then_some(now.as_microsecond()))
    .run(tx)
    .await?;
    Ok(id)
}

/// What belongs on the agenda, in order of window.
async fn belonging(
    app: &App,
    series: &Series,
    meeting: &Meeting,
    after: Option<Timestamp>,
    now: Timestamp,
) -> Result<Vec<(String, PointKind)>> {
    let catalog = app.catalog().await?;
    let back = now
        .checked_sub(SignedDuration::from_hours(24 * BACK_DAYS))
        .unwrap_or(Timestamp::MIN);
    let mut filter = Where::new();
    filter.and("w.kind = ?", ["change".into()]);
    filter.and("w.merged_into_id IS NULL", []);
    filter.and(
        "w.closed_at IS NULL OR (w.closed_at > ? AND w.phase = 'done')",
        [back.as_microsecond().into()],
    );
    let tail = format!("ORDER BY w.number LIMIT {MOST}");
    let mut out = Vec::new();
    // Like the calendar, an agenda hides nothing from those who work here.
    for item in items::select(&app.db, &Actor::system(), &filter, &tail).await? {
        let home = catalog.service(&item.service_id).map(|s| &s.team_id);
        if series.own_team && item.team_id != series.team_id && home != Some(&series.team_id) {
            continue;
        }
        let r = changes::store::of(&app.db, &item).await?;
        let window = calendar::store::of_item(&app.db, &item.id).await?;
        let decided = changes::store::decided(&app.db, &item.id).await?;
        // What this meeting itself said does not take the point away from it.
        let decided = decided.filter(|(_, _, _, by)| *by != meeting.id);
        let c = Candidate {
            standard: r.kind == Type::Standard,
            open: item.is_open(),
            window: window.map(|e| (e.span.start(), e.span.end())),
            decided: decided.and_then(|(word, ..)| Decision::from_key(&word)),
            review_due: r.review_due(&item),
        };
        if let Some(kind) = due(&c, meeting.starts_at, after) {
            let start = c.window.map_or(Timestamp::MAX, |(from, _)| from);
            out.push((kind == PointKind::Review, start, item.id, kind));
        }
    }
    out.sort_by_key(|(review, start, ..)| (*review, *start));
    Ok(out.into_iter().map(|(_, _, id, kind)| (id, kind)).collect())
}
