//! Those who have not answered are reminded: the day before, and when the day is
//! over; then whoever began the round hears of it, too.

use jiff::Timestamp;
use mil_db::sql;
use serde_json::json;

use crate::actor::Actor;
use crate::error::Result;
use crate::events::{self, Event};
use crate::notifications::{About, tell};
use crate::proofs::model::Reviewer;
use crate::proofs::store;
use crate::state::App;

/// Look at the rounds that are due. Returns how many were spoken of.
pub async fn run_due(app: &App, now: Timestamp) -> Result<usize> {
    let today = app.zone().to_datetime(now).date();
    let tomorrow = today.tomorrow().unwrap_or(today).to_string();
    let today = today.to_string();
    let ids: Vec<String> = sql("SELECT id FROM proof WHERE closed_at IS NULL AND due_on IS NOT NULL
           AND ((due_on <= $1 AND reminded < 1) OR (due_on < $2 AND reminded < 2)) ORDER BY due_on, id LIMIT 100")
    .bind(&tomorrow)
    .bind(&today)
    .column("id", &app.db)
    .await?;
    let mut told = 0;
    for id in ids {
        let mut tx = app.db.begin().await?;
        // With two servers only one of them gets the row.
        let row = sql("UPDATE proof SET reminded = CASE WHEN due_on < $2 THEN 2 ELSE 1 END
             WHERE id = $3 AND closed_at IS NULL
               AND ((due_on <= $1 AND reminded < 1) OR (due_on < $2 AND reminded < 2)) RETURNING reminded")
        .bind(&tomorrow)
        .bind(&today)
        .bind(&id)
        .opt(&mut tx)
        .await?;
        let Some(row) = row else { continue };
        let late = row.get::<i64>("reminded")? == 2;
        let round = store::load(&mut tx, &id).await?;
        let waiting: Vec<&Reviewer> = round
            .asked()
            .filter(|r| round.standing(r).is_asked())
            .collect();
        if waiting.is_empty() {
            tx.commit().await?;
            continue;
        }
        let mut people: Vec<String> = waiting.iter().filter_map(|r| r.person_id.clone()).collect();
        if late && !people.contains(&round.proof.created_by) {
            people.push(round.proof.created_by.clone());
        }
        let names: Vec<&str> = waiting.iter().map(|r| r.name.as_str()).collect();
        let data = json!({ "waiting": names, "late": late });
        let event = Event::audit("proof.reminded", "proof", &id, data);
        let event = events::append(&mut tx, &Actor::system(), now, event).await?;
        let href = round.proof.href();
        let about = About {
            reason: if late { "proof_late" } else { "proof_due" },
            title: &round.proof.title,
            href: &href,
        };
        tell(&mut tx, now, &event, &people, about).await?;
        tx.commit().await?;
        told += 1;
    }
    Ok(told)
}
