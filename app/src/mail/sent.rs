//! Messages that go out, for administrators.

use jiff::Timestamp;
use mil_db::{Where, sql};
use schemars::JsonSchema;
use serde::Serialize;

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::Result;
use crate::mail::post::{Asked, SHOWN};
use crate::policy;
use crate::web::Ctx;

/// A message that goes out.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct OutMail {
    pub id: String,
    /// waiting, sent, dead, withheld or bounced.
    pub state: String,
    /// Why it was sent, as in the inbox; or received, test.
    pub reason: String,
    pub to: String,
    pub to_name: String,
    pub request_id: Option<String>,
    pub number: Option<i64>,
    pub attempts: i64,
    pub last_error: Option<String>,
    pub created_at: String,
    pub sent_at: Option<String>,
    #[serde(skip)]
    #[schemars(skip)]
    pub at: Timestamp,
}

/// A page of messages, newest first, and where the next one begins.
pub async fn list(
    ctx: &Ctx,
    actor: &Actor,
    asked: &Asked,
) -> Result<(Vec<OutMail>, Option<String>)> {
    policy::require(policy::administers(actor))?;
    let mut filter = Where::new();
    match asked.state.as_str() {
        "" | "all" => {}
        state => {
            filter.and("m.state = ?", [state.into()]);
        }
    }
    if let Some(after) = &asked.after {
        filter.and("m.id < ?", [after.as_str().into()]);
    }
    let rows = sql(format!(
        "SELECT m.*, COALESCE(p.email, s.email, x.email, '') AS email, COALESCE(p.name, '') AS name, w.number
         FROM mail_out m LEFT JOIN person p ON p.id = m.person_id
         LEFT JOIN status_subscriber s ON s.id = m.subscriber_id
         LEFT JOIN status_wish x ON x.id = m.subscriber_id
         LEFT JOIN work_item w ON w.id = m.item_id WHERE {} ORDER BY m.id DESC LIMIT {}",
        filter.text(),
        SHOWN + 1
    ))
    .bind_all(filter.values())
    .all(&ctx.app.db)
    .await?;
    let mut found = rows
        .iter()
        .map(|row| {
            let at = from_micros(row.get("created_at")?);
            Ok(OutMail {
                id: row.get("id")?,
                state: row.get("state")?,
                reason: row.get("reason")?,
                to: row.get("email")?,
                to_name: row.get("name")?,
                request_id: row.get("item_id")?,
                number: row.get("number")?,
                attempts: row.get("attempts")?,
                last_error: row.get("last_error")?,
                created_at: at.to_string(),
                sent_at: row
                    .get::<Option<i64>>("sent_at")?
                    .map(|m| from_micros(m).to_string()),
                at,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let more = found.len() as i64 > SHOWN;
    found.truncate(usize::try_from(SHOWN).unwrap_or(0));
    let next = found.last().filter(|_| more).map(|m| m.id.clone());
    Ok((found, next))
}

/// How many messages are in a state.
pub async fn count(ctx: &Ctx, table: &'static str, state: &str) -> Result<i64> {
    Ok(sql(format!(
        "SELECT COUNT(*) AS n FROM {table} WHERE state = $1"
    ))
    .bind(state)
    .value("n", &ctx.app.db)
    .await?)
}
