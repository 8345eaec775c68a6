//! What the demo took from the library: three practices, and requests on one
//! of them, the last of which waits for a yes.

use jiff::{SignedDuration, Timestamp};
use mil_process::form;
use mil_process::process::Move;
use serde_json::{Value, json};

use super::World;
use crate::error::{Error, Result};
use crate::notifications::listen;
use crate::practices::adopt;
use crate::practices::model::Wishes;
use crate::work::order::{Line, place};
use crate::work::{edit, moves};

/// What is adopted, and how many days before today.
const ADOPTED: [(&str, i64); 5] = [
    ("incident-and-outage", 75),
    ("problem-management", 70),
    ("change-enablement", 60),
    ("post-mortem", 45),
    ("success-stories", 30),
];

impl World {
    /// Adopt, order, and ask for an approval.
    pub(super) async fn adopt(&self, now: Timestamp) -> Result<()> {
        for (key, days) in ADOPTED {
            let ctx = self.ctx("ada", now - SignedDuration::from_hours(24 * days));
            adopt::adopt(&ctx, ctx.me()?, key, &Wishes::default()).await?;
        }
        let answers = |subject: &str, harm: &str| {
            json!({
                "subject": subject, "reason": "open", "harm": harm, "tried": "yes",
                "change": "Close the list in the form tool and remove the public link.",
                "back": "Open the link again; it takes a minute.",
            })
        };
        let first = answers(
            "Close the open list of guests",
            "120 addresses can be read by anybody",
        );
        self.urgent(now - SignedDuration::from_hours(24 * 20), first, true)
            .await?;
        let second = answers(
            "Take the wrong price off the page",
            "Two people have ordered at the old price",
        );
        self.urgent(now - SignedDuration::from_mins(50), second, false)
            .await
    }

    /// An urgent change up to its approval, and past it if somebody agrees.
    async fn urgent(&self, at: Timestamp, answers: Value, agreed: bool) -> Result<()> {
        let ctx = self.ctx("maren", at);
        let raw = answers.as_object().map(form::raw_from_json);
        let raw = raw.and_then(std::result::Result::ok).unwrap_or_default();
        let line = Line {
            service: "urgent-change".to_owned(),
            raw,
            ..Line::default()
        };
        let placed = place(&ctx, ctx.me()?, None, vec![line]).await?;
        let item = placed.items.into_iter().next().ok_or(Error::NotFound)?;
        let desk = self.ctx("jonas", at + SignedDuration::from_mins(12));
        edit::assign(&desk, desk.me()?, &item.id, None, Some(&desk.me()?.id)).await?;
        edit::tick(&desk, desk.me()?, &item.id, "least", true).await?;
        moves::make(&desk, desk.me()?, &item.id, None, &Move::Forward).await?;
        if agreed {
            let voter = self.ctx("sofia", at + SignedDuration::from_mins(20));
            crate::approvals::vote(&voter, voter.me()?, &item.id, true, "Do it now.").await?;
        }
        while listen::run(&self.app, at + SignedDuration::from_mins(20)).await? > 0 {}
        Ok(())
    }
}
