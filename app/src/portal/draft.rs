//! Half-written forms and answers: one per person and place.

use jiff::Timestamp;
use mil_db::sql;
use mil_process::form::Raw;
use serde::{Deserialize, Serialize};

use crate::clock::from_micros;
use crate::error::{Error, Msg, Result};
use crate::web::Me;

/// The most characters of a draft; a form of that size cannot be sent anyway.
const MAX: usize = 400_000;

/// A form as far as it was filled in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FormDraft {
    /// What it shall be called.
    #[serde(default)]
    pub title: String,
    /// What was typed.
    #[serde(default)]
    pub raw: Raw,
}

impl FormDraft {
    /// Whether anything was typed.
    pub fn is_empty(&self) -> bool {
        let blank = |text: &String| text.trim().is_empty();
        blank(&self.title) && self.raw.values().flatten().all(blank)
    }
}

/// Where the draft of a service's form is kept.
pub fn of_service(id: &str) -> String {
    format!("service:{id}")
}

/// Where the draft of an answer to a request is kept.
pub fn of_answer(item_id: &str) -> String {
    format!("answer:{item_id}")
}

/// Keep a draft. An empty one is taken away.
pub async fn keep(me: &Me, place: &str, body: &str) -> Result<()> {
    if body.chars().count() > MAX {
        return Err(Error::TooLarge(Msg::new(
            "This draft is too long to keep. Attach the text as a file.",
        )));
    }
    let mut tx = me.app.db.begin().await?;
    let done = if body.is_empty() {
        sql("DELETE FROM draft WHERE person_id = $1 AND place = $2")
            .bind(&me.actor.id)
            .bind(place)
    } else {
        sql(
            "INSERT INTO draft (person_id, place, body, updated_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (person_id, place)
             DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at",
        )
        .bind(&me.actor.id)
        .bind(place)
        .bind(body)
        .bind(me.now.as_microsecond())
    };
    done.run(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// The draft of the reader's own, and when it was kept.
pub async fn find(me: &Me, place: &str) -> Result<Option<(String, Timestamp)>> {
    let row = sql("SELECT body, updated_at FROM draft WHERE person_id = $1 AND place = $2")
        .bind(&me.actor.id)
        .bind(place)
        .opt(&me.app.db)
        .await?;
    row.map(|row| Ok((row.get("body")?, from_micros(row.get("updated_at")?))))
        .transpose()
}

/// The draft of a form. One that cannot be read any more counts as none.
pub async fn find_form(me: &Me, service_id: &str) -> Result<Option<(FormDraft, Timestamp)>> {
    let found = find(me, &of_service(service_id)).await?;
    Ok(found.and_then(|(body, at)| Some((serde_json::from_str(&body).ok()?, at))))
}

/// Keep the draft of a form.
pub async fn keep_form(me: &Me, service_id: &str, draft: &FormDraft) -> Result<()> {
    let body = if draft.is_empty() {
        String::new()
    } else {
        serde_json::to_string(draft)?
    };
    keep(me, &of_service(service_id), &body).await
}
