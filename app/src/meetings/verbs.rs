//! What is done to a meeting. Each verb is one transaction: wait until nobody
//! else changes the series, check, change, event. Published minutes are not
//! changed any more, and with them nothing else of their meeting.

use mil_db::{Tx, sql};
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::catalog::model::WorkKind;
use crate::error::{Error, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::meetings::model::{Attendance, Decision, Meeting, PointKind, Series};
use crate::meetings::{agenda, news, store};
use crate::policy::Do;
use crate::random::new_id;
use crate::web::Ctx;
use crate::work::store as items;

/// The most points of an agenda, and the most people at a meeting.
pub const MOST: usize = 100;
/// Longest minutes, in characters.
pub const MAX_TEXT: usize = 50_000;

fn text(field: &'static str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > most {
        let msg = Msg::new("Use at most {n} characters.").with("n", most);
        return Err(Error::field(field, msg));
    }
    Ok(text.to_owned())
}

async fn lock(tx: &mut Tx, actor: &Actor, id: &str) -> Result<(Meeting, Series)> {
    let found = store::find(&mut *tx, id).await?;
    store::lock(tx, &found.series_id).await?;
    let meeting = store::find(&mut *tx, id).await?;
    let series = store::series(&mut *tx, &meeting.series_id).await?;
    if !store::may_run(actor, &series) {
        return Err(Error::Forbidden(Msg::new(
            "Only members of this meeting and leads may change it. Ask one of them.",
        )));
    }
    Ok((meeting, series))
}

async fn open(tx: &mut Tx, actor: &Actor, id: &str) -> Result<(Meeting, Series)> {
    let (meeting, series) = lock(tx, actor, id).await?;
    if meeting.published_at.is_some() {
        return Err(Error::Conflict(Msg::new(
            "The minutes are published, so this meeting stays as it is. Write an addendum.",
        )));
    }
    if meeting.cancelled_at.is_some() {
        return Err(Error::Conflict(Msg::new("This meeting was called off.")));
    }
    Ok((meeting, series))
}

async fn touch(tx: &mut Tx, ctx: &Ctx, actor: &Actor, m: &Meeting, data: Value) -> Result<()> {
    sql("UPDATE meeting SET version = version + 1 WHERE id = $1")
        .bind(&m.id)
        .run(&mut *tx)
        .await?;
    let event = Event::audit("meeting.changed", "meeting", &m.id, data);
    events::append(tx, actor, ctx.now, event).await?;
    Ok(())
}

/// Add a point of one's own, or a change by its number.
pub async fn add_point(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    title: &str,
    note: &str,
    change: Option<&str>,
) -> Result<String> {
    let mut tx = ctx.app.db.begin().await?;
    let (meeting, _) = open(&mut tx, actor, id).await?;
    let title = text("title", title, 160)?;
    let note = text("note", note, 2_000)?;
    if store::points(&mut tx, id).await?.len() >= MOST {
        let msg = Msg::new("An agenda takes {n} points at most. Remove one first.");
        return Err(Error::Conflict(msg.with("n", MOST)));
    }
    let point = match change {
        Some(change) => {
            let missing = || {
                let msg = Msg::new("There is no change {number}.").with("number", change);
                Error::field("change", msg)
            };
            let item = match items::find(&mut tx, actor, change).await {
                Ok(item) if item.kind == WorkKind::Change => item,
                Ok(_) | Err(Error::NotFound) => return Err(missing()),
                Err(error) => return Err(error),
            };
            // What was taken off comes back by hand.
            sql("DELETE FROM meeting_point WHERE meeting_id = $1 AND item_id = $2 AND removed_at IS NOT NULL")
                .bind(id)
                .bind(&item.id)
                .run(&mut tx)
                .await?;
            let there = store::points(&mut tx, id).await?;
            if there
                .iter()
                .any(|p| p.item.as_ref().is_some_and(|(i, _)| *i == item.id))
            {
                return Err(Error::field("change", "It stands on the agenda already."));
            }
            let item = Some(item.id.as_str());
            agenda::add(
                &mut tx,
                ctx.now,
                id,
                PointKind::Change,
                item,
                ("", &note),
                true,
            )
            .await?
        }
        None if title.is_empty() => {
            return Err(Error::field("title", "Say what it is about."));
        }
        None => {
            agenda::add(
                &mut tx,
                ctx.now,
                id,
                PointKind::Own,
                None,
                (&title, &note),
                true,
            )
            .await?
        }
    };
    touch(&mut tx, ctx, actor, &meeting, json!({ "point": title })).await?;
    tx.commit().await?;
    Ok(point)
}

/// Take a point off. One that was decided stays.
pub async fn remove_point(ctx: &Ctx, actor: &Actor, id: &str, point: &str) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let (meeting, _) = open(&mut tx, actor, id).await?;
    let found = store::points(&mut tx, id).await?;
    let found = found
        .iter()
        .find(|p| p.id == point)
        .ok_or(Error::NotFound)?;
    if found.decision.is_some() {
        return Err(Error::Conflict(Msg::new(
            "This point was decided, so it stays on the agenda.",
        )));
    }
    sql("UPDATE meeting_point SET removed_at = $1 WHERE id = $2")
        .bind(ctx.now.as_microsecond())
        .bind(point)
        .run(&mut tx)
        .await?;
    touch(
        &mut tx,
        ctx,
        actor,
        &meeting,
        json!({ "removed": found.title }),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Put the points in an order; those that are not named come behind.
pub async fn reorder(ctx: &Ctx, actor: &Actor, id: &str, order: &[String]) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let (meeting, _) = open(&mut tx, actor, id).await?;
    let points = store::points(&mut tx, id).await?;
    if order.iter().any(|o| !points.iter().any(|p| p.id == *o)) {
        return Err(Error::field("order", "Name points of this agenda."));
    }
    let mut sorted: Vec<_> = points.iter().map(|p| &p.id).collect();
    sorted.sort_by_key(|p| order.iter().position(|o| o == *p).unwrap_or(usize::MAX));
    for (position, point) in (1i64..).zip(sorted) {
        sql("UPDATE meeting_point SET position = $1 WHERE id = $2")
            .bind(position)
            .bind(point)
            .run(&mut tx)
            .await?;
    }
    touch(
        &mut tx,
        ctx,
        actor,
        &meeting,
        json!({ "order": order.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Move a point one up or down.
pub async fn shift(ctx: &Ctx, actor: &Actor, id: &str, point: &str, up: bool) -> Result<()> {
    let mut order: Vec<String> = store::points(&ctx.app.db, id)
        .await?
        .into_iter()
        .map(|p| p.id)
        .collect();
    let at = order
        .iter()
        .position(|p| p == point)
        .ok_or(Error::NotFound)?;
    let to = if up { at.checked_sub(1) } else { Some(at + 1) };
    if let Some(to) = to.filter(|to| *to < order.len()) {
        order.swap(at, to);
    }
    reorder(ctx, actor, id, &order).await
}

/// Record what the meeting says about a change. It is the meeting's word:
/// nobody's vote is given with it.
pub async fn decide(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    point: &str,
    decision: Decision,
    words: &str,
) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let (meeting, _) = open(&mut tx, actor, id).await?;
    let found = store::points(&mut tx, id).await?;
    let found = found
        .iter()
        .find(|p| p.id == point)
        .ok_or(Error::NotFound)?;
    let (PointKind::Change, Some((item, _))) = (found.kind, &found.item) else {
        return Err(Error::Conflict(Msg::new(
            "Only a change is decided on. Write the rest into the minutes.",
        )));
    };
    let words = text("words", words, 2_000)?;
    if words.is_empty() && matches!(decision, Decision::Conditions | Decision::Rejected) {
        return Err(match decision {
            Decision::Conditions => Error::field("words", "Say under which conditions."),
            _ => Error::field("words", "Say why not, so that the others know what to do."),
        });
    }
    let item = items::lock(&mut tx, actor, item, Do::SeeInternal, None).await?;
    sql(
        "UPDATE meeting_point SET decision = $1, words = $2, decided_by = $3, decided_at = $4
         WHERE id = $5",
    )
    .bind(decision.key())
    .bind(&words)
    .bind(&actor.id)
    .bind(ctx.now.as_microsecond())
    .bind(point)
    .run(&mut tx)
    .await?;
    let data = json!({ "meeting": meeting.name, "meeting_id": meeting.id,
        "decision": decision.key(), "words": words });
    let event = Event::of_item("change.decided", &item.id, Audience::Internal, data);
    events::append(&mut tx, actor, ctx.now, event).await?;
    touch(
        &mut tx,
        ctx,
        actor,
        &meeting,
        json!({ "decided": item.number }),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Somebody who was there or should have been: person id or a guest's name.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Noted {
    pub person_id: Option<String>,
    pub name: String,
    pub state: Attendance,
}

/// Note who was there; replaces what was noted before.
pub async fn attend(ctx: &Ctx, actor: &Actor, id: &str, all: &[Noted]) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let (meeting, series) = open(&mut tx, actor, id).await?;
    if all.len() > MOST {
        let msg = Msg::new("Name at most {n} people.").with("n", MOST);
        return Err(Error::field("attendance", msg));
    }
    sql("DELETE FROM meeting_attendance WHERE meeting_id = $1")
        .bind(id)
        .run(&mut tx)
        .await?;
    for one in all {
        let name = text("guest", &one.name, 120)?;
        let member = match &one.person_id {
            Some(person) => {
                let there = sql("SELECT id FROM person WHERE id = $1")
                    .bind(person)
                    .opt(&mut tx)
                    .await?;
                if there.is_none() {
                    return Err(Error::field("attendance", "Choose people from the list."));
                }
                series.members.contains(person)
            }
            None if name.is_empty() => {
                return Err(Error::field("guest", "Say who the guest was."));
            }
            None => false,
        };
        if !member && one.state != Attendance::Guest {
            return Err(Error::field(
                "attendance",
                "Who is no member comes as a guest.",
            ));
        }
        sql(
            "INSERT INTO meeting_attendance (id, meeting_id, person_id, name, state)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(new_id(ctx.now))
        .bind(id)
        .bind(&one.person_id)
        .bind(&name)
        .bind(one.state.key())
        .run(&mut tx)
        .await?;
    }
    touch(
        &mut tx,
        ctx,
        actor,
        &meeting,
        json!({ "attendance": all.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Minutes as somebody wrote them.
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs)]
pub struct Minutes<'a> {
    pub body: &'a str,
    /// For good.
    pub publish: bool,
    /// The meeting took place before its time.
    pub held_early: bool,
}

/// Write the minutes, and publish them if that is wanted: not before the meeting
/// began, unless somebody says that it was held early.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed the meeting since version `expect`.
pub async fn write_minutes(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    expect: Option<i64>,
    minutes: Minutes<'_>,
) -> Result<Meeting> {
    let mut tx = ctx.app.db.begin().await?;
    let (meeting, series) = open(&mut tx, actor, id).await?;
    if expect.is_some_and(|version| version != meeting.version) {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this meeting while you wrote. Copy your text, open it again and put both together.",
        )));
    }
    let publish = minutes.publish;
    let body = text("minutes", minutes.body, MAX_TEXT)?;
    if publish && body.is_empty() {
        return Err(Error::field("minutes", "Write the minutes first."));
    }
    if publish && !minutes.held_early && meeting.starts_at > ctx.now {
        return Err(Error::field(
            "held_early",
            "This meeting has not begun. Save the minutes now and publish them afterwards, or say that it was held before its time.",
        ));
    }
    sql(
        "UPDATE meeting SET minutes = $1, version = version + 1, published_at = $2,
            published_by = $3 WHERE id = $4",
    )
    .bind(&body)
    .bind(publish.then_some(ctx.now.as_microsecond()))
    .bind(publish.then_some(actor.id.as_str()))
    .bind(id)
    .run(&mut tx)
    .await?;
    if publish {
        let news = news::News {
            verb: "meeting.published",
            meeting: id,
            title: &meeting.name,
            reason: "minutes",
        };
        news::tell(&mut tx, actor, ctx.now, &news, &series.members).await?;
    } else {
        let data = json!({ "minutes": body.chars().count() });
        let event = Event::audit("meeting.changed", "meeting", id, data);
        events::append(&mut tx, actor, ctx.now, event).await?;
    }
    let meeting = store::find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(meeting)
}

/// Add to published minutes, with today's date under it.
pub async fn amend(ctx: &Ctx, actor: &Actor, id: &str, body: &str) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let (meeting, series) = lock(&mut tx, actor, id).await?;
    if meeting.published_at.is_none() {
        return Err(Error::Conflict(Msg::new(
            "The minutes are not published yet. Change them instead.",
        )));
    }
    let body = text("addendum", body, 10_000)?;
    if body.is_empty() {
        return Err(Error::field("addendum", "Write what there is to add."));
    }
    sql(
        "INSERT INTO meeting_addendum (id, meeting_id, author_id, text, created_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(new_id(ctx.now))
    .bind(id)
    .bind(&actor.id)
    .bind(&body)
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    let news = news::News {
        verb: "meeting.amended",
        meeting: id,
        title: &meeting.name,
        reason: "amended",
    };
    news::tell(&mut tx, actor, ctx.now, &news, &series.members).await?;
    tx.commit().await?;
    Ok(())
}

/// Call a meeting off; its points come to the next one.
pub async fn cancel(ctx: &Ctx, actor: &Actor, id: &str) -> Result<Meeting> {
    let mut tx = ctx.app.db.begin().await?;
    let (meeting, series) = open(&mut tx, actor, id).await?;
    if meeting.starts_at <= ctx.now {
        return Err(Error::Conflict(Msg::new(
            "This meeting has begun. Write in the minutes that it was not held.",
        )));
    }
    sql("UPDATE meeting SET cancelled_at = $1, updated_at = $1, version = version + 1 WHERE id = $2")
        .bind(ctx.now.as_microsecond())
        .bind(id)
        .run(&mut tx)
        .await?;
    // Own points move on; changes come to the next agenda by themselves.
    let next = sql(
        "SELECT id FROM meeting WHERE series_id = $1 AND starts_at > $2
           AND cancelled_at IS NULL ORDER BY starts_at LIMIT 1",
    )
    .bind(&meeting.series_id)
    .bind(meeting.starts_at.as_microsecond())
    .opt(&mut tx)
    .await?;
    if let Some(next) = next {
        sql(
            "UPDATE meeting_point SET meeting_id = $1 WHERE meeting_id = $2 AND kind = 'own'
               AND removed_at IS NULL",
        )
        .bind(next.get::<String>("id")?)
        .bind(id)
        .run(&mut tx)
        .await?;
    }
    let news = news::News {
        verb: "meeting.cancelled",
        meeting: id,
        title: &meeting.name,
        reason: "called_off",
    };
    news::tell(&mut tx, actor, ctx.now, &news, &series.members).await?;
    tx.commit().await?;
    Ok(meeting)
}
