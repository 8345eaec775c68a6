//! Members hear of what concerns their meeting.

use jiff::{SignedDuration, Timestamp};
use mil_db::{Tx, sql};
use serde_json::json;

use crate::actor::Actor;
use crate::error::Result;
use crate::events::{self, Event};
use crate::meetings::store;
use crate::notifications;
use crate::state::App;

/// What there is to tell.
#[derive(Debug, Clone, Copy)]
pub struct News<'a> {
    /// The event's verb.
    pub verb: &'static str,
    /// Id of the meeting.
    pub meeting: &'a str,
    /// What stands in the inbox.
    pub title: &'a str,
    /// Why somebody is told.
    pub reason: &'static str,
}

/// Append the event, and tell people; never the one who did it.
pub async fn tell(
    tx: &mut Tx,
    actor: &Actor,
    now: Timestamp,
    news: &News<'_>,
    people: &[String],
) -> Result<usize> {
    let data = json!({ "title": news.title });
    let event = Event::audit(news.verb, "meeting", news.meeting, data);
    let event = events::append(tx, actor, now, event).await?;
    let others: Vec<String> = people.iter().filter(|p| **p != actor.id).cloned().collect();
    let href = format!("/meetings/{}", news.meeting);
    let about = notifications::About {
        reason: news.reason,
        title: news.title,
        href: &href,
    };
    notifications::tell(tx, now, &event, &others, about).await?;
    Ok(others.len())
}

/// Remind the members of meetings that begin within a day, once.
pub async fn remind(app: &App, now: Timestamp) -> Result<usize> {
    let soon = now
        .checked_add(SignedDuration::from_hours(24))
        .unwrap_or(Timestamp::MAX);
    let ids: Vec<String> = sql(
        "SELECT id FROM meeting WHERE starts_at > $1 AND starts_at <= $2
           AND reminded_at IS NULL AND cancelled_at IS NULL ORDER BY starts_at LIMIT 100",
    )
    .bind(now.as_microsecond())
    .bind(soon.as_microsecond())
    .column("id", &app.db)
    .await?;
    let mut told = 0;
    for id in ids {
        let mut tx = app.db.begin().await?;
        // With two servers only one of them gets the row.
        let taken =
            sql("UPDATE meeting SET reminded_at = $1 WHERE id = $2 AND reminded_at IS NULL")
                .bind(now.as_microsecond())
                .bind(&id)
                .run(&mut tx)
                .await?;
        if taken == 0 {
            continue;
        }
        let meeting = store::find(&mut tx, &id).await?;
        let series = store::series(&mut tx, &meeting.series_id).await?;
        let news = News {
            verb: "meeting.reminded",
            meeting: &id,
            title: &meeting.name,
            reason: "meeting_soon",
        };
        told += tell(&mut tx, &Actor::system(), now, &news, &series.members).await?;
        tx.commit().await?;
    }
    Ok(told)
}
