//! Other programs: a form that orders, and those that the demo tells what happens:
//! one that works, one that is down, one that was paused. Nothing is sent: what came
//! back is written down as if it had been.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::World;
use crate::error::{Error, Result};
use crate::incoming::{self, map::Mapping};
use crate::random::new_id;
use crate::webhooks::send::{Said, record};
use crate::webhooks::verbs::{self, Replay, Wanted};
use crate::webhooks::{listen, store};

/// Name, address, and what it hears.
const ENDPOINTS: [(&str, &str, &[&str]); 3] = [
    (
        "Project board",
        "https://board.nordhaven.example/hooks/mil",
        &["request.*"],
    ),
    (
        "Print shop",
        "https://orders.printshop.example/incoming",
        &["request.ordered", "request.done"],
    ),
    (
        "Old intranet",
        "https://intranet.nordhaven.example/api/news",
        &["request.ordered", "approval.*"],
    ),
];

impl World {
    /// Register them.
    pub(super) async fn listen_in(&self, now: Timestamp) -> Result<()> {
        let ctx = self.ctx("ada", now - SignedDuration::from_hours(24 * 40));
        for (name, address, events) in ENDPOINTS {
            let wanted = Wanted {
                name: name.to_owned(),
                address: address.to_owned(),
                events: events.iter().map(|e| (*e).to_owned()).collect(),
                ..Wanted::default()
            };
            verbs::create(&ctx, ctx.me()?, &wanted).await?;
        }
        Ok(())
    }

    /// The form on the website orders: one that fits, one that lacks something.
    pub(super) async fn order_by_program(&self, now: Timestamp) -> Result<()> {
        let ctx = self.ctx("ada", now - SignedDuration::from_hours(24 * 30));
        let mapping = Mapping {
            title: "{subject}".to_owned(),
            once: "{id}".to_owned(),
            fields: [("subject", "{subject}"), ("address", "{page}")]
                .map(|(key, text)| (key.to_owned(), text.to_owned()))
                .into(),
            ..Mapping::default()
        };
        let wanted = incoming::verbs::Wanted {
            name: "Form “Mistake on this page”".to_owned(),
            service: "report-a-website-mistake".to_owned(),
            mapping,
            ..incoming::verbs::Wanted::default()
        };
        let (hook, _) = incoming::verbs::create(&ctx, ctx.me()?, &wanted).await?;
        for (hours, sent) in [
            (
                5,
                json!({ "id": "f-2201", "subject": "The office hours of the language centre are those of summer",
                    "page": "https://www.nordhaven.example/languages/contact" }),
            ),
            (
                3,
                json!({ "id": "f-2202", "subject": "Link to the map leads nowhere", "page": "" }),
            ),
        ] {
            let ctx = self.ctx("ada", now - SignedDuration::from_hours(hours));
            let id = new_id(ctx.now);
            match incoming::receive::take(&ctx, &hook, &id, &sent, &sent.to_string()).await {
                // What is refused is kept, for somebody to look at.
                Ok(_) | Err(Error::Invalid(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// What came of their deliveries.
    pub(super) async fn deliver(&self, now: Timestamp) -> Result<()> {
        let begin = now - SignedDuration::from_hours(26);
        while listen::run(&self.app, begin).await? > 0 {}
        for hook in store::all(&self.app.db).await? {
            let (list, _) = store::deliveries(&self.app.db, &hook.id, "", None).await?;
            let (status, problem, answer) = match hook.name.as_str() {
                "Project board" => (Some(200), None, "{\"ok\":true}"),
                "Print shop" => (Some(503), Some("status"), "Maintenance until Monday"),
                _ => (None, Some("late"), "no whole answer in time"),
            };
            for (i, delivery) in list.iter().rev().enumerate() {
                let waits = i64::try_from(i).unwrap_or(0);
                // What is down was tried over more than a day, except the last,
                // which has just begun to wait.
                let hours: &[i64] = match (problem, i + 1 == list.len()) {
                    (Some(_), false) => &[0, 1, 4, 9, 16, 25],
                    (Some(_), true) => &[25],
                    (None, _) => &[1],
                };
                for hour in hours {
                    let at = begin + SignedDuration::from_mins(60 * hour + waits);
                    let said = Said {
                        at,
                        millis: 80 + 37 * (waits % 9),
                        status,
                        problem: problem.map(str::to_owned),
                        answer: answer.to_owned(),
                    };
                    record(&self.app, at, delivery, &said).await?;
                }
            }
        }
        // The print shop answered for a moment: one delivery arrived after all.
        let ctx = self.ctx("ada", now - SignedDuration::from_mins(20));
        for hook in store::all(&self.app.db).await? {
            if hook.name != "Print shop" {
                continue;
            }
            verbs::switch(&ctx, ctx.me()?, &hook.id, true).await?;
            let (dead, _) = store::deliveries(&self.app.db, &hook.id, "dead", None).await?;
            if let Some(first) = dead.last() {
                let one = Replay::One(first.id.clone());
                verbs::replay(&ctx, ctx.me()?, &hook.id, &one).await?;
                let said = Said {
                    at: ctx.now,
                    millis: 212,
                    status: Some(202),
                    problem: None,
                    answer: "accepted".to_owned(),
                };
                record(&self.app, ctx.now, first, &said).await?;
            }
        }
        Ok(())
    }
}
