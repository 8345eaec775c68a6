//! What the demo orders by schedule, and the templates that orders begin with.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mil_process::form::Raw;
use mil_sla::rhythm::{Every, OnClosed, Rhythm};
use mil_sla::{ClockTime, Weekday};

use super::World;
use crate::error::{Error, Result};
use crate::recurring::model::What;
use crate::recurring::verbs as plans;
use crate::templates::verbs as templates;

/// Title, subject, what to change.
const PAGE: [(&str, &str, &str); 3] = [
    (
        "Canteen menu, week {week}",
        "Canteen menu, week {week}",
        "Put the menu of the coming week on the page. The canteen sends it on {date-3}.",
    ),
    (
        "Figures of {month} for the dean",
        "Figures of {month} {year}",
        "Replace the table with the figures of {month}. The numbers come from the controlling office.",
    ),
    (
        "Deadlines of the quarter",
        "Deadlines, quarter {quarter} of {year}",
        "Show the deadlines of the quarter on top, and take the past ones off the page.",
    ),
];

fn answers(subject: &str, change: &str) -> Raw {
    let one = |key: &str, value: &str| (key.to_owned(), vec![value.to_owned()]);
    Raw::from([
        one("subject", subject),
        one("address", "https://www.nordhaven.example/service"),
        one("change", change),
        one("timed", "no"),
    ])
}

impl World {
    /// Plan three recurring requests, one of them paused, and save templates.
    pub(super) async fn repeat(&self, now: Timestamp) -> Result<()> {
        let today = self.zone.to_datetime(now).date();
        let service = self
            .catalog
            .service("update-a-web-page")
            .ok_or(Error::NotFound)?;
        let (_, calendar) = self.catalog.promise(&service.promise_id)?;
        let beats = [
            Every::Weeks {
                every: 1,
                on: BTreeSet::from([Weekday::Mon]),
            },
            Every::LastWorkingDay { every: 1 },
            Every::MonthDay { every: 3, day: 1 },
        ];
        for (at, ((title, subject, change), every)) in PAGE.iter().zip(beats).enumerate() {
            let ctx = self.ctx(["priya", "hanna", "hanna"][at], now);
            let what = What {
                title: (*title).to_owned(),
                service_id: service.id.clone(),
                answers: answers(subject, change),
                requester_id: self.ids.people["maren"].clone(),
                assignee_id: (at == 0).then(|| self.ids.people["priya"].clone()),
                calendar_id: calendar.id.clone(),
                zone: super::ZONE.to_owned(),
                rhythm: Rhythm {
                    every,
                    at: ClockTime::new(9, 0).unwrap_or(ClockTime::MIDNIGHT),
                    start: today.tomorrow().unwrap_or(today),
                    until: None,
                    count: None,
                    closed: OnClosed::Before,
                    ahead: [1, 3, 5][at],
                },
            };
            let plan = plans::create(&ctx, ctx.me()?, what).await?;
            if at == 2 {
                plans::act(&ctx, ctx.me()?, &plan.id, plans::Deed::Pause).await?;
            }
        }
        for (who, name, note, subject, change, shared, in_portal) in [
            (
                "hanna",
                "New fees on a programme page",
                "Each spring, when the senate has decided.",
                "Fees of the programme",
                "Replace the old fees with the new ones, in both languages.",
                "everyone",
                true,
            ),
            (
                "hanna",
                "A person has left",
                "Takes name, picture and telephone off a page.",
                "Contact person",
                "Take the person off the page. Until somebody follows, show the office.",
                "everyone",
                true,
            ),
            (
                "priya",
                "My usual typo",
                "",
                "Typo",
                "Mend the typo.",
                "",
                false,
            ),
        ] {
            let ctx = self.ctx(who, now);
            let change_of = templates::Change {
                name: name.to_owned(),
                note: note.to_owned(),
                shared_with: Some(shared.to_owned()),
                in_portal,
            };
            let raw = answers(subject, change);
            templates::create(&ctx, ctx.me()?, &service.id, "", raw, change_of).await?;
        }
        Ok(())
    }
}
