//! The rows of announcements. Finding is limited to what the reader may see.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mil_db::{Db, On, Row, Tx, Where, sql};

use crate::actor::Actor;
use crate::announcements::model::{Announcement, Audience, Effect, Group, Kind, Mail, State};
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::policy;
use crate::random::new_id;

fn word<T>(found: Option<T>, what: &str) -> Result<T> {
    found.ok_or_else(|| Error::Internal(format!("unknown word in {what} of an announcement")))
}

fn announcement(row: &Row) -> Result<Announcement> {
    let at = |name: &str| -> Result<Option<Timestamp>> {
        Ok(row.get::<Option<i64>>(name)?.map(from_micros))
    };
    let text = |name: &str| -> Result<String> { Ok(row.get(name)?) };
    let state = |name: &str| -> Result<Option<State>> {
        let key: Option<String> = row.get(name)?;
        Ok(key.as_deref().and_then(State::from_key))
    };
    let flag = |name: &str| -> Result<bool> { Ok(row.get::<i64>(name)? != 0) };
    Ok(Announcement {
        id: row.get("id")?,
        kind: word(Kind::from_key(&text("kind")?), "kind")?,
        title: row.get("title")?,
        body: row.get("body")?,
        audience: word(Audience::from_key(&text("audience")?), "audience")?,
        groups: Vec::new(),
        first_state: state("first_state")?,
        state: state("state")?,
        from_at: at("from_at")?,
        to_at: at("to_at")?,
        publish_at: at("publish_at")?,
        ends_at: at("ends_at")?,
        banner: flag("banner")?,
        page: flag("page")?,
        feed: flag("feed")?,
        mail: word(Mail::from_key(&text("mail")?), "mail")?,
        hits: Vec::new(),
        item_id: row.get("item_id")?,
        calendar_id: row.get("calendar_id")?,
        author_id: row.get("author_id")?,
        next_update_at: at("next_update_at")?,
        ended_at: at("ended_at")?,
        withdrawn_at: at("withdrawn_at")?,
        created_at: from_micros(row.get("created_at")?),
        updated_at: from_micros(row.get("updated_at")?),
        version: row.get("version")?,
    })
}

/// Read rows, each with its groups and what it hits.
async fn read(mut on: On<'_>, rows: &[Row]) -> Result<Vec<Announcement>> {
    let mut all: Vec<Announcement> = rows.iter().map(announcement).collect::<Result<_>>()?;
    if all.is_empty() {
        return Ok(all);
    }
    let mut filter = Where::new();
    filter.and_in("announcement_id", all.iter().map(|a| a.id.as_str()));
    let mut groups: BTreeMap<String, Vec<Group>> = BTreeMap::new();
    for row in sql(format!(
        "SELECT announcement_id, kind, group_id FROM announcement_group WHERE {} ORDER BY kind, group_id",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(on.again())
    .await?
    {
        groups.entry(row.get("announcement_id")?).or_default().push(Group {
            team: row.get::<String>("kind")? == "team",
            id: row.get("group_id")?,
        });
    }
    let mut hits: BTreeMap<String, BTreeMap<String, Effect>> = BTreeMap::new();
    for row in sql(format!(
        "SELECT announcement_id, component_id, effect, until FROM announcement_effect
         WHERE {} ORDER BY id",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(on)
    .await?
    {
        let of: String = row.get("announcement_id")?;
        let over = all.iter().any(|a| a.id == of && !a.is_open());
        if row.get::<Option<i64>>("until")?.is_some() && !over {
            continue;
        }
        let effect = Effect::from_key(&row.get::<String>("effect")?).unwrap_or(Effect::Works);
        let place = hits.entry(of).or_default();
        let worst = place.entry(row.get("component_id")?).or_insert(effect);
        *worst = effect.max(*worst);
    }
    for a in &mut all {
        a.groups = groups.remove(&a.id).unwrap_or_default();
        a.hits = hits.remove(&a.id).unwrap_or_default().into_iter().collect();
    }
    Ok(all)
}

/// One that `actor` may read; `None` is somebody without an account.
///
/// # Errors
/// [`Error::NotFound`] also for drafts and what is for others.
pub async fn find<'a>(
    on: impl Into<On<'a>>,
    actor: Option<&Actor>,
    now: Timestamp,
    id: &str,
) -> Result<Announcement> {
    let mut on = on.into();
    let mut filter = Where::new();
    filter.and("a.id = ?", [id.into()]);
    policy::visible_announcements(actor, now, &mut filter);
    let rows = sql(format!(
        "SELECT a.* FROM announcement a WHERE {}",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(on.again())
    .await?;
    read(on, &rows).await?.pop().ok_or(Error::NotFound)
}

/// Which ones a list holds.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Wanted<'a> {
    pub kind: Option<Kind>,
    /// Only those that go on.
    pub open: bool,
    /// Without drafts and what comes later, also for those who write.
    pub live: bool,
    /// Only those on the status page.
    pub page: bool,
    /// Only those in the feeds.
    pub feed: bool,
    /// Only those that are news still.
    pub news: bool,
    /// Only those that were said since, or go on.
    pub since: Option<Timestamp>,
    /// Said before that instant.
    pub before: Option<Timestamp>,
    /// The id of the last one of the page before, in order of making.
    pub after: Option<&'a str>,
}

/// Announcements that `actor` may read, newest first.
pub async fn list(
    db: &Db,
    actor: Option<&Actor>,
    now: Timestamp,
    wanted: &Wanted<'_>,
    limit: i64,
) -> Result<Vec<Announcement>> {
    let mut filter = Where::new();
    policy::visible_announcements(actor, now, &mut filter);
    if let Some(kind) = wanted.kind {
        filter.and("a.kind = ?", [kind.key().into()]);
    }
    if wanted.open {
        filter.and("a.ended_at IS NULL", []);
    }
    if wanted.live {
        filter.and(
            "a.withdrawn_at IS NULL AND a.publish_at <= ?",
            [now.as_microsecond().into()],
        );
    }
    if wanted.page {
        filter.and("a.page = 1", []);
    }
    if wanted.feed {
        filter.and("a.feed = 1", []);
    }
    if wanted.news {
        filter.and(
            "a.ends_at IS NULL OR a.ends_at > ?",
            [now.as_microsecond().into()],
        );
    }
    if let Some(since) = wanted.since {
        filter.and(
            "a.ended_at IS NULL OR a.ended_at >= ? OR a.publish_at >= ?",
            [since.as_microsecond().into(), since.as_microsecond().into()],
        );
    }
    if let Some(before) = wanted.before {
        filter.and("a.publish_at < ?", [before.as_microsecond().into()]);
    }
    if let Some(after) = wanted.after {
        filter.and("a.id < ?", [after.into()]);
    }
    let next = filter.next();
    let rows = sql(format!(
        "SELECT a.* FROM announcement a WHERE {} ORDER BY a.id DESC LIMIT ${next}",
        filter.text()
    ))
    .bind_all(filter.values())
    .bind(limit)
    .all(db)
    .await?;
    read(db.into(), &rows).await
}

/// What is said about a work item, if it was not taken back.
pub async fn of_item<'a>(on: impl Into<On<'a>>, item_id: &str) -> Result<Vec<Announcement>> {
    let mut on = on.into();
    let rows = sql(
        "SELECT a.* FROM announcement a WHERE a.item_id = $1 AND a.withdrawn_at IS NULL ORDER BY a.id",
    )
    .bind(item_id)
    .all(on.again())
    .await?;
    read(on, &rows).await
}

/// Write one down, new or changed.
pub async fn save(tx: &mut Tx, a: &Announcement) -> Result<()> {
    let micros = |at: Option<Timestamp>| at.map(Timestamp::as_microsecond);
    sql(
        "INSERT INTO announcement (id, kind, title, body, audience, first_state, state, from_at,
            to_at, publish_at, ends_at, banner, page, feed, mail, item_id, calendar_id, author_id,
            next_update_at, ended_at, withdrawn_at, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19, $20, $21, $22, $23, $24)
         ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, title = excluded.title,
            body = excluded.body, audience = excluded.audience, first_state = excluded.first_state,
            state = excluded.state, from_at = excluded.from_at, to_at = excluded.to_at,
            publish_at = excluded.publish_at, ends_at = excluded.ends_at, banner = excluded.banner,
            page = excluded.page, feed = excluded.feed, mail = excluded.mail,
            calendar_id = excluded.calendar_id,
            reminded_at = CASE WHEN COALESCE(announcement.next_update_at, 0) = COALESCE(excluded.next_update_at, 0)
                AND COALESCE(announcement.to_at, 0) = COALESCE(excluded.to_at, 0)
                THEN announcement.reminded_at ELSE NULL END,
            next_update_at = excluded.next_update_at, ended_at = excluded.ended_at,
            withdrawn_at = excluded.withdrawn_at, updated_at = excluded.updated_at,
            version = excluded.version",
    )
    .bind(&a.id)
    .bind(a.kind.key())
    .bind(&a.title)
    .bind(&a.body)
    .bind(a.audience.key())
    .bind(a.first_state.map(State::key))
    .bind(a.state.map(State::key))
    .bind(micros(a.from_at))
    .bind(micros(a.to_at))
    .bind(micros(a.publish_at))
    .bind(micros(a.ends_at))
    .bind(i64::from(a.banner))
    .bind(i64::from(a.page))
    .bind(i64::from(a.feed))
    .bind(a.mail.key())
    .bind(&a.item_id)
    .bind(&a.calendar_id)
    .bind(&a.author_id)
    .bind(micros(a.next_update_at))
    .bind(micros(a.ended_at))
    .bind(micros(a.withdrawn_at))
    .bind(a.created_at.as_microsecond())
    .bind(a.updated_at.as_microsecond())
    .bind(a.version)
    .run(tx)
    .await?;
    Ok(())
}

/// Write down for which groups it is.
pub async fn save_groups(tx: &mut Tx, a: &Announcement) -> Result<()> {
    sql("DELETE FROM announcement_group WHERE announcement_id = $1")
        .bind(&a.id)
        .run(&mut *tx)
        .await?;
    for group in &a.groups {
        sql("INSERT INTO announcement_group (announcement_id, kind, group_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(&a.id)
            .bind(if group.team { "team" } else { "department" })
            .bind(&group.id)
            .run(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Begin anew with what it hits: nobody has seen it yet.
pub async fn set_hits(tx: &mut Tx, a: &Announcement, now: Timestamp) -> Result<()> {
    sql("DELETE FROM announcement_effect WHERE announcement_id = $1")
        .bind(&a.id)
        .run(&mut *tx)
        .await?;
    let since = a.from_at.or(a.publish_at).unwrap_or(now);
    for (component, effect) in &a.hits {
        open_hit(tx, a, component, *effect, since, now).await?;
    }
    Ok(())
}

async fn open_hit(
    tx: &mut Tx,
    a: &Announcement,
    component: &str,
    effect: Effect,
    since: Timestamp,
    now: Timestamp,
) -> Result<()> {
    sql(
        "INSERT INTO announcement_effect (id, announcement_id, component_id, effect, since)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(new_id(now))
    .bind(&a.id)
    .bind(component)
    .bind(effect.key())
    .bind(since.as_microsecond())
    .run(tx)
    .await?;
    Ok(())
}

/// From `at` on it hits `hits`: what is hit otherwise now ends, what is new begins.
pub async fn move_hits(
    tx: &mut Tx,
    a: &Announcement,
    hits: &[(String, Effect)],
    at: Timestamp,
) -> Result<()> {
    for (component, effect) in &a.hits {
        if hits.iter().any(|(c, e)| c == component && e == effect) {
            continue;
        }
        // What was to begin later never began.
        sql(
            "UPDATE announcement_effect SET until = CASE WHEN since > $1 THEN since ELSE $1 END
             WHERE announcement_id = $2 AND component_id = $3 AND until IS NULL",
        )
        .bind(at.as_microsecond())
        .bind(&a.id)
        .bind(component)
        .run(&mut *tx)
        .await?;
    }
    for (component, effect) in hits {
        let there = a.hits.iter().any(|(c, e)| c == component && e == effect);
        if !there && *effect != Effect::Works {
            open_hit(tx, a, component, *effect, at, at).await?;
        }
    }
    Ok(())
}

/// What it will hit begins at `at` instead.
pub async fn begin_hits(tx: &mut Tx, id: &str, at: Timestamp) -> Result<()> {
    sql("UPDATE announcement_effect SET since = $1 WHERE announcement_id = $2 AND until IS NULL")
        .bind(at.as_microsecond())
        .bind(id)
        .run(tx)
        .await?;
    Ok(())
}

/// Everything it hits is over at `at`.
pub async fn end_hits(tx: &mut Tx, id: &str, at: Timestamp) -> Result<()> {
    sql(
        "UPDATE announcement_effect SET until = CASE WHEN since > $1 THEN since ELSE $1 END
         WHERE announcement_id = $2 AND until IS NULL",
    )
    .bind(at.as_microsecond())
    .bind(id)
    .run(tx)
    .await?;
    Ok(())
}

/// Something that was said later.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Update {
    pub id: String,
    pub announcement_id: String,
    pub state: Option<State>,
    /// Markdown.
    pub body: String,
    /// For those who work here; `None` when it came by itself.
    pub author: Option<String>,
    pub at: Timestamp,
}

/// The updates of announcements that were found for a reader, newest first.
pub async fn updates<'a>(on: impl Into<On<'a>>, ids: &[&str]) -> Result<Vec<Update>> {
    let mut filter = Where::new();
    filter.and_in("u.announcement_id", ids.iter().copied());
    sql(format!(
        "SELECT u.id, u.announcement_id, u.state, u.body, u.created_at, p.name
         FROM announcement_update u LEFT JOIN person p ON p.id = u.author_id
         WHERE {} ORDER BY u.id DESC",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(on)
    .await?
    .iter()
    .map(|row| {
        Ok(Update {
            id: row.get("id")?,
            announcement_id: row.get("announcement_id")?,
            state: row
                .get::<Option<String>>("state")?
                .as_deref()
                .and_then(State::from_key),
            body: row.get("body")?,
            author: row.get("name")?,
            at: from_micros(row.get("created_at")?),
        })
    })
    .collect()
}

/// Add to what was said.
pub async fn add_update(tx: &mut Tx, update: &Update, author: Option<&str>) -> Result<()> {
    sql(
        "INSERT INTO announcement_update (id, announcement_id, state, body, author_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&update.id)
    .bind(&update.announcement_id)
    .bind(update.state.map(State::key))
    .bind(&update.body)
    .bind(author)
    .bind(update.at.as_microsecond())
    .run(tx)
    .await?;
    Ok(())
}
