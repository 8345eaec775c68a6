//! Owners hear in good time that the right to use something ends, once for each
//! end.

use jiff::Timestamp;
use mil_db::sql;
use serde_json::json;

use crate::actor::Actor;
use crate::assets::rights::SOON;
use crate::error::Result;
use crate::events::{self, Event};
use crate::notifications::{About, tell};
use crate::state::App;

/// Look at the assets whose rights end soon. Returns how many owners were told.
pub async fn run_due(app: &App, now: Timestamp) -> Result<usize> {
    let soon = app
        .zone()
        .to_datetime(now)
        .date()
        .saturating_add(jiff::Span::new().days(SOON));
    let rows = sql("SELECT id FROM asset WHERE archived_at IS NULL AND expires_on IS NOT NULL AND expires_on <= $1
           AND (warned_on IS NULL OR warned_on <> expires_on) ORDER BY expires_on, id LIMIT 100")
    .bind(soon.to_string())
    .all(&app.db)
    .await?;
    let mut told = 0;
    for row in &rows {
        let id: String = row.get("id")?;
        let mut tx = app.db.begin().await?;
        // With two servers only one of them gets the row.
        let row = sql("UPDATE asset SET warned_on = expires_on WHERE id = $1 AND (warned_on IS NULL OR warned_on <> expires_on)
             RETURNING name, owner_id, expires_on,
               (SELECT COUNT(*) FROM asset_use u WHERE u.asset_id = asset.id AND u.removed_at IS NULL) AS used")
        .bind(&id)
        .opt(&mut tx)
        .await?;
        let Some(row) = row else { continue };
        let (name, owner, ends): (String, String, String) = (
            row.get("name")?,
            row.get("owner_id")?,
            row.get("expires_on")?,
        );
        let data = json!({ "ends": ends, "used": row.get::<i64>("used")? });
        let event = events::append(
            &mut tx,
            &Actor::system(),
            now,
            Event::audit("asset.rights_ending", "asset", &id, data),
        )
        .await?;
        let href = format!("/assets/{id}#used");
        let about = About {
            reason: "rights_end",
            title: &name,
            href: &href,
        };
        tell(&mut tx, now, &event, &[owner], about).await?;
        tx.commit().await?;
        told += 1;
    }
    Ok(told)
}
