//! Somebody answers.

use mil_db::{Tx, sql};
use mil_process::process::{Move, Phase, Verdict};
use serde_json::json;

use crate::actor::Actor;
use crate::approvals::seats::{Seat, of_visit, tally};
use crate::approvals::{ask, away};
use crate::error::{Error, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::policy::{self, Do};
use crate::web::Ctx;
use crate::work::model::Item;
use crate::work::{moves, store, talk};

/// Longest comment, in characters.
const COMMENT: usize = 2_000;

/// The open seats that `actor` may answer for: their own, those of people they
/// stand in for, and, as a lead or administrator, those of people who left.
/// Nobody answers for others about their own request.
pub fn held<'a>(
    actor: &Actor,
    item: &Item,
    seats: &'a [Seat],
    away: &away::StandIns,
) -> Vec<&'a Seat> {
    let mine = actor.id == item.requester_id;
    let open = seats.iter().filter(|seat| seat.open);
    open.filter(|seat| {
        seat.person_id == actor.id
            || (!mine && away::deciders(&seat.person_id, away).contains(&actor.id))
            || (!mine && seat.gone && policy::shapes_catalog(actor))
    })
    .collect()
}

/// Agree (`yes`) or refuse. A refusal says why.
///
/// # Errors
/// [`Error::Forbidden`] for somebody who is not asked, [`Error::Conflict`] when
/// it is decided already or the work waits for something else.
pub async fn vote(ctx: &Ctx, actor: &Actor, id: &str, yes: bool, comment: &str) -> Result<Item> {
    let comment = comment.trim();
    if !yes && comment.is_empty() {
        return Err(Error::field(
            "comment",
            "Say why not, so that the others know what to do.",
        ));
    }
    if comment.chars().count() > COMMENT {
        let msg = Msg::new("Use at most {n} characters.").with("n", COMMENT);
        return Err(Error::field("comment", msg));
    }
    let catalog = ctx.app.catalog().await?;
    let mut tx = ctx.app.db.begin().await?;
    let mut item = store::lock(&mut tx, actor, id, Do::View, None).await?;
    moves::still_open(&item)?;
    let seats = of_visit(&mut tx, &item).await?;
    let away = away::active(&mut tx, ctx.now).await?;
    let held = held(actor, &item, &seats, &away);
    let Some(first) = held.first() else {
        return Err(not_asked(actor, &seats));
    };
    if item.phase == Phase::Waiting {
        return Err(Error::Conflict(Msg::new(
            "A question to the requester is open. Decide when it is answered.",
        )));
    }
    let (step, name) = (first.step.clone(), first.step_name.clone());
    for seat in &held {
        sql(
            "UPDATE approval SET word = $1, voted_by = $2, voted_at = $3, comment = $4,
                closed_at = $3, remind_at = NULL WHERE id = $5",
        )
        .bind(if yes { "yes" } else { "no" })
        .bind(&actor.id)
        .bind(ctx.now.as_microsecond())
        .bind(Some(comment).filter(|c| !c.is_empty()))
        .bind(&seat.id)
        .run(&mut tx)
        .await?;
    }
    let others: Vec<&str> = held
        .iter()
        .filter(|seat| seat.person_id != actor.id)
        .map(|seat| seat.person.as_str())
        .collect();
    let verb = if yes {
        "approval.given"
    } else {
        "approval.refused"
    };
    let data = json!({ "step": name, "comment": comment, "for": others });
    let event = Event::of_item(verb, &item.id, Audience::Public, data);
    events::append(&mut tx, actor, ctx.now, event).await?;

    let process = moves::process_of(&catalog, &item)?;
    let stage = process
        .stage(&item.stage)
        .ok_or_else(|| Error::Internal(format!("no stage {}", item.stage)))?;
    let at = stage
        .approvals
        .iter()
        .position(|s| s.key == step)
        .ok_or_else(|| Error::Internal(format!("no step {step}")))?;
    let seats = of_visit(&mut tx, &item).await?;
    let of_step: Vec<&Seat> = seats.iter().filter(|s| s.step == step).collect();
    let verdict = stage.approvals[at].rule.decide(tally(&of_step));
    if verdict != Verdict::Open {
        sql("UPDATE approval SET closed_at = $1, remind_at = NULL
             WHERE item_id = $2 AND step = $3 AND closed_at IS NULL")
        .bind(ctx.now.as_microsecond())
        .bind(&item.id)
        .bind(&step)
        .run(&mut tx)
        .await?;
    }
    match verdict {
        Verdict::Open => {}
        Verdict::Yes if at + 1 < stage.approvals.len() => {
            let visit = visit(&mut tx, &item).await?;
            ask::ask(&mut tx, ctx, &catalog, actor, &item, stage, at + 1, &visit).await?;
        }
        Verdict::Yes => {
            moves::run(&mut tx, ctx, &catalog, actor, &mut item, &Move::Agree).await?;
        }
        Verdict::No => {
            let reason = match comment {
                // The last yes of "the first word decides" cannot end here.
                "" => name.clone(),
                comment => comment.to_owned(),
            };
            let mv = Move::Refuse { reason };
            moves::run(&mut tx, ctx, &catalog, actor, &mut item, &mv).await?;
        }
    }
    tx.commit().await?;
    Ok(item)
}

fn not_asked(actor: &Actor, seats: &[Seat]) -> Error {
    let answered = seats.iter().any(|s| {
        s.word.is_some()
            && (s.person_id == actor.id
                || s.voted_by.as_ref().is_some_and(|(id, _)| *id == actor.id))
    });
    if answered {
        return Error::Conflict(Msg::new("You have answered already."));
    }
    if seats.iter().any(|s| s.person_id == actor.id) {
        return Error::Conflict(Msg::new("This was decided without your answer."));
    }
    Error::Forbidden(Msg::new(
        "You are not asked for this approval. Write a comment instead.",
    ))
}

/// Hand the actor's own seat to somebody else.
pub async fn hand(ctx: &Ctx, actor: &Actor, id: &str, email: &str) -> Result<Item> {
    let mut tx = ctx.app.db.begin().await?;
    let item = store::lock(&mut tx, actor, id, Do::View, None).await?;
    moves::still_open(&item)?;
    let seats = of_visit(&mut tx, &item).await?;
    let Some(seat) = seats.iter().find(|s| s.open && s.person_id == actor.id) else {
        return Err(not_asked(actor, &seats));
    };
    let (to, name) = away::colleague(&mut tx, "to", email).await?;
    let asked = |s: &Seat| s.step == seat.step && s.person_id == to;
    if to == item.requester_id || seats.iter().any(asked) {
        return Err(Error::field(
            "to",
            "This person is asked already, or ordered it. Choose another.",
        ));
    }
    sql("UPDATE approval SET person_id = $1, handed_from = COALESCE(handed_from, person_id) WHERE id = $2")
        .bind(&to)
        .bind(&seat.id)
        .run(&mut tx)
        .await?;
    talk::follow(&mut tx, ctx, &item.id, &to).await?;
    let data = json!({ "step": seat.step_name, "people": [to], "names": [name] });
    let event = Event::of_item("approval.handed", &item.id, Audience::Public, data);
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(item)
}

async fn visit(tx: &mut Tx, item: &Item) -> Result<String> {
    Ok(
        sql("SELECT id FROM stage_visit WHERE item_id = $1 AND left_at IS NULL")
            .bind(&item.id)
            .value("id", tx)
            .await?,
    )
}
