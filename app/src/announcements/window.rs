//! The window of a maintenance in the change calendar. One that a change has in
//! the calendar already is not entered twice.

use mil_db::{Tx, sql};
use mil_planner::Span;

use crate::announcements::model::{Announcement, Audience, Kind, State};
use crate::calendar::model::{Entry, Kind as EntryKind};
use crate::calendar::store as calendar;
use crate::error::Result;
use crate::random::new_id;
use crate::web::Ctx;

/// Enter or move it, as `a` says now.
pub async fn keep(tx: &mut Tx, ctx: &Ctx, a: &mut Announcement) -> Result<()> {
    let span = a
        .from_at
        .zip(a.to_at)
        .and_then(|(from, to)| Span::new(from, to));
    let planned = a.kind == Kind::Maintenance && a.state.is_some_and(|s| !s.is_over());
    let Some(span) = span.filter(|_| planned) else {
        return give_up(tx, ctx, a).await;
    };
    calendar::lock(tx).await?;
    if let Some(item) = &a.item_id
        && calendar::of_item(&mut *tx, item).await?.is_some()
    {
        return Ok(());
    }
    let mut touches = Vec::new();
    for (component, _) in &a.hits {
        let services: Vec<String> =
            sql("SELECT service_id FROM status_component_service WHERE component_id = $1 ORDER BY service_id")
                .bind(component)
                .column("service_id", &mut *tx)
                .await?;
        touches.extend(services.into_iter().map(|id| format!("service:{id}")));
    }
    touches.sort();
    touches.dedup();
    let there = match &a.calendar_id {
        Some(id) => calendar::find(&mut *tx, id).await.ok(),
        None => None,
    };
    let entry = Entry {
        id: there
            .as_ref()
            .map_or_else(|| new_id(ctx.now), |e| e.id.clone()),
        kind: EntryKind::Maintenance,
        title: a.title.clone(),
        note: if matches!(a.audience, Audience::Groups | Audience::Partners) {
            String::new()
        } else {
            a.body.clone()
        },
        item: None,
        span,
        days_zone: None,
        routine: false,
        person_id: None,
        team_id: None,
        touches,
        author_id: a.author_id.clone(),
        version: there.map_or(1, |e| e.version + 1),
    };
    calendar::save(tx, &entry, ctx.now).await?;
    a.calendar_id = Some(entry.id);
    Ok(())
}

/// Take it out of the calendar: it will not be.
pub async fn give_up(tx: &mut Tx, ctx: &Ctx, a: &mut Announcement) -> Result<()> {
    if let Some(id) = a.calendar_id.take() {
        calendar::lock(tx).await?;
        calendar::withdraw(tx, &id, ctx.now).await?;
    }
    Ok(())
}

/// It is over. What was cancelled leaves the calendar; what was done stays there.
pub async fn over(tx: &mut Tx, ctx: &Ctx, a: &mut Announcement) -> Result<()> {
    if a.state == Some(State::Cancelled) {
        give_up(tx, ctx, a).await?;
    }
    Ok(())
}
