//! Telling subscribers what was announced, and the writers what they promised.
//! Looks every two seconds for what is due; a round writes at most so many rows,
//! so that ten thousand readers hold nobody else up.

use jiff::Timestamp;
use mil_db::{Tx, Value, Where, sql};
use serde_json::json;

use crate::actor::Actor;
use crate::announcements::model::{Announcement, Audience, Kind, Mail, State};
use crate::announcements::store;
use crate::announcements::verbs::{self, NewUpdate};
use crate::error::{Error, Result};
use crate::events::{self, Event};
use crate::i18n::{Lang, t};
use crate::mail::outbox::{self, Notice};
use crate::notifications::topic::Topic;
use crate::notifications::{About, tell};
use crate::state::App;
use crate::web::Ctx;

/// How many are told in one transaction.
const BATCH: i64 = 200;
/// How many transactions one round makes.
const ROUND: usize = 10;

/// Do what is due. Returns how many messages were queued.
pub async fn run_due(app: &App, now: Timestamp) -> Result<usize> {
    begin_maintenances(app, now).await?;
    remind(app, now).await?;
    let mut told = 0;
    for _ in 0..ROUND {
        match batch(app, now).await? {
            Some(count) => told += count,
            None => break,
        }
    }
    Ok(told)
}

/// Tell the next few of the oldest telling. `None` when nothing is due.
async fn batch(app: &App, now: Timestamp) -> Result<Option<usize>> {
    let mut tx = app.db.begin().await?;
    // With two servers, one of them waits here and then finds those told already.
    let row = sql("UPDATE announcement_telling SET due_at = due_at WHERE id =
            (SELECT id FROM announcement_telling WHERE done_at IS NULL AND due_at <= $1
             ORDER BY due_at, id LIMIT 1)
         RETURNING id, announcement_id, update_id, event_id")
    .bind(now.as_microsecond())
    .opt(&mut tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let id: String = row.get("id")?;
    let of: String = row.get("announcement_id")?;
    let a = match store::find(&mut tx, Some(&Actor::system()), now, &of).await {
        Ok(a) if a.is_live(now) => a,
        Ok(_) | Err(Error::NotFound) => {
            done(&mut tx, &id, now).await?;
            tx.commit().await?;
            return Ok(Some(0));
        }
        Err(error) => return Err(error),
    };
    let event = match row.get::<Option<String>>("event_id")? {
        Some(event) => event,
        None => {
            let said = Event::audit(
                "announcement.told",
                "announcement",
                &a.id,
                json!({ "title": a.title }),
            );
            let event = events::append(&mut tx, &Actor::system(), now, said).await?;
            sql("UPDATE announcement_telling SET event_id = $1 WHERE id = $2")
                .bind(&event)
                .bind(&id)
                .run(&mut tx)
                .await?;
            event
        }
    };
    let first_or_last = row.get::<Option<String>>("update_id")?.is_none() || !a.is_open();
    let people = people(&mut tx, &a, &event, first_or_last).await?;
    let href = format!("/announcements/{}", a.id);
    for person in &people {
        let notice = Notice {
            event: &event,
            item: None,
            person,
            reason: "status",
            internal: false,
            thing: Some((&a.title, &href)),
            answers: None,
        };
        outbox::queue(&mut tx, now, &notice).await?;
    }
    let mut outside = Vec::new();
    if a.audience == Audience::Public {
        outside = addresses(&mut tx, &a, &event).await?;
        for subscriber in &outside {
            outbox::queue_outside(&mut tx, now, &event, subscriber, "status").await?;
        }
    }
    let full = |n: usize| i64::try_from(n).unwrap_or(0) >= BATCH;
    let mailbox = !crate::mail::boxes::all(&mut tx).await?.is_empty();
    if !mailbox || !(full(people.len()) || full(outside.len())) {
        done(&mut tx, &id, now).await?;
    }
    tx.commit().await?;
    Ok(Some(people.len() + outside.len()))
}

async fn done(tx: &mut Tx, id: &str, now: Timestamp) -> Result<()> {
    sql("UPDATE announcement_telling SET done_at = $1 WHERE id = $2")
        .bind(now.as_microsecond())
        .bind(id)
        .run(tx)
        .await?;
    Ok(())
}

/// That the subscriber `s` wants to hear of `a`, as a condition and its values.
fn wants(a: &Announcement) -> (String, Vec<Value>) {
    let ids: Vec<Value> = a.hits.iter().map(|(id, _)| id.as_str().into()).collect();
    let marks = if ids.is_empty() {
        "NULL".to_owned()
    } else {
        vec!["?"; ids.len()].join(", ")
    };
    (
        format!(
            "s.everything = 1 OR EXISTS (SELECT 1 FROM status_subscriber_component k
             WHERE k.subscriber_id = s.id AND k.component_id IN ({marks}))"
        ),
        ids,
    )
}

/// The next people with an account who may read it, want to, and were not told.
async fn people(tx: &mut Tx, a: &Announcement, event: &str, everyone: bool) -> Result<Vec<String>> {
    let mut filter = Where::new();
    filter.and("p.disabled_at IS NULL", []);
    match a.audience {
        Audience::Public | Audience::Everyone => {}
        Audience::Staff => {
            filter.and("p.role <> 'partner'", []);
        }
        Audience::Partners => {
            filter.and("p.role = 'partner'", []);
        }
        Audience::Groups => {
            filter.and(
                "EXISTS (SELECT 1 FROM announcement_group g WHERE g.announcement_id = ? AND
                   ((g.kind = 'department' AND g.group_id = p.department_id) OR (g.kind = 'team' AND EXISTS
                     (SELECT 1 FROM team_member m WHERE m.team_id = g.group_id AND m.person_id = p.id))))",
                [a.id.as_str().into()],
            );
        }
    }
    let (wants, values) = wants(a);
    if a.mail == Mail::Everyone && everyone {
        filter.and(&format!("s.id IS NULL OR s.quiet = 0 OR {wants}"), values);
    } else {
        filter.and(&wants, values);
    }
    filter.and(
        "NOT EXISTS (SELECT 1 FROM notice_choice c WHERE c.person_id = p.id AND c.topic = ? AND c.way = 'never')",
        [Topic::of("status").key().into()],
    );
    filter.and(
        "NOT EXISTS (SELECT 1 FROM mail_out o WHERE o.event_id = ? AND o.person_id = p.id)",
        [event.into()],
    );
    Ok(sql(format!(
        "SELECT p.id FROM person p LEFT JOIN status_subscriber s ON s.person_id = p.id
         WHERE {} ORDER BY p.id LIMIT {BATCH}",
        filter.text()
    ))
    .bind_all(filter.values())
    .column("id", tx)
    .await?)
}

/// The next addresses that want to hear of it and were not told.
async fn addresses(tx: &mut Tx, a: &Announcement, event: &str) -> Result<Vec<String>> {
    let mut filter = Where::new();
    filter.and("s.email IS NOT NULL", []);
    let (wants, values) = wants(a);
    filter.and(&wants, values);
    filter.and(
        "NOT EXISTS (SELECT 1 FROM mail_out o WHERE o.event_id = ? AND o.subscriber_id = s.id)",
        [event.into()],
    );
    Ok(sql(format!(
        "SELECT s.id FROM status_subscriber s WHERE {} ORDER BY s.id LIMIT {BATCH}",
        filter.text()
    ))
    .bind_all(filter.values())
    .column("id", tx)
    .await?)
}

/// A maintenance begins when its time has come. That it is over, only a person can
/// say.
async fn begin_maintenances(app: &App, now: Timestamp) -> Result<()> {
    let ids: Vec<String> = sql(
        "SELECT id FROM announcement WHERE kind = 'maintenance' AND state = 'planned'
           AND withdrawn_at IS NULL AND ended_at IS NULL AND publish_at <= $1 AND from_at <= $1
         ORDER BY id LIMIT 20",
    )
    .bind(now.as_microsecond())
    .column("id", &app.db)
    .await?;
    let lang = Lang::from_code(&app.org().lang).unwrap_or_default();
    for id in ids {
        let ctx = Ctx {
            now,
            ..Ctx::of_cli(app.clone())
        };
        let new = NewUpdate {
            state: Some(State::InProgress),
            body: t!(lang, "It has begun as planned.").to_owned(),
            ..NewUpdate::default()
        };
        match verbs::update(&ctx, &Actor::system(), &id, new).await {
            Ok(_) => {}
            // Somebody said so at this moment.
            Err(Error::Invalid(_) | Error::Conflict(_) | Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The writer hears once that a promised update or the end of a maintenance is
/// overdue.
async fn remind(app: &App, now: Timestamp) -> Result<()> {
    let ids: Vec<String> = sql(
        "SELECT id FROM announcement WHERE withdrawn_at IS NULL AND ended_at IS NULL
           AND reminded_at IS NULL AND publish_at <= $1
           AND (next_update_at <= $1 OR (kind = 'maintenance' AND to_at <= $1)) ORDER BY id LIMIT 50",
    )
    .bind(now.as_microsecond())
    .column("id", &app.db)
    .await?;
    for id in ids {
        let mut tx = app.db.begin().await?;
        let row = sql("UPDATE announcement SET reminded_at = $1
             WHERE id = $2 AND reminded_at IS NULL RETURNING title, author_id, kind")
        .bind(now.as_microsecond())
        .bind(&id)
        .opt(&mut tx)
        .await?;
        let Some(row) = row else { continue };
        let title: String = row.get("title")?;
        let said = Event::audit(
            "announcement.overdue",
            "announcement",
            &id,
            json!({ "title": title }),
        );
        let event = events::append(&mut tx, &Actor::system(), now, said).await?;
        let about = About {
            reason: if row.get::<String>("kind")? == Kind::Maintenance.key() {
                "end_due"
            } else {
                "update_due"
            },
            title: &title,
            href: &format!("/work/announcements/{id}"),
        };
        tell(&mut tx, now, &event, &[row.get("author_id")?], about).await?;
        tx.commit().await?;
    }
    Ok(())
}
