//! The demo's incidents: one that was declared major and taught something, and
//! one that goes on now.

use jiff::{SignedDuration, Timestamp};
use mil_process::form;
use mil_process::process::Move;
use serde_json::{Value, json};

use super::World;
use crate::error::{Error, Result};
use crate::incidents::rules::Level;
use crate::incidents::verbs::{self as incidents, Assess, NewUpdate};
use crate::notifications::listen;
use crate::post_mortems::verbs as post_mortems;
use crate::problems::verbs as problems;
use crate::work::edit;
use crate::work::follow_up::NewAction;
use crate::work::moves;
use crate::work::order::{Line, place};

/// The stages of the major incident: minutes after its report, what is ticked
/// and what is filled in before it goes on.
const WAY: [(i64, &[&str], &[(&str, &str)]); 5] = [
    (9, &["seen", "joined", "urgency"], &[]),
    (14, &["spend", "off", "note"], &[]),
    (
        18,
        &["four", "no-cause", "desks"],
        &[("next_news", "10:30")],
    ),
    (
        102,
        &["calendar", "watched", "back-on"],
        &[
            ("cause", "expired"),
            (
                "what_helped",
                "The list of the form tool was full at 500 entries. Larger plan ordered, list raised to 5,000.",
            ),
            ("seen_before", "no"),
        ],
    ),
    (110, &["sent", "lost"], &[]),
];

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

impl World {
    /// Break things, mend one of them, and learn from it.
    pub(super) async fn break_down(&self, now: Timestamp) -> Result<()> {
        // On Tuesday of last week, at nine.
        let monday = crate::calendar::grid::monday(self.zone.to_datetime(now).date());
        let day = crate::calendar::grid::plus(monday, -6);
        let at = self.zone.to_timestamp(day.at(9, 0, 0, 0));
        self.major(at.map_err(|e| Error::Internal(e.to_string()))?)
            .await?;
        self.small(now - minutes(95)).await?;
        while listen::run(&self.app, now).await? > 0 {}
        Ok(())
    }

    async fn report(&self, who: &'static str, at: Timestamp, answers: Value) -> Result<String> {
        let ctx = self.ctx(who, at);
        let raw = answers.as_object().map(form::raw_from_json);
        let raw = raw.and_then(std::result::Result::ok).unwrap_or_default();
        let line = Line {
            service: "report-broken".to_owned(),
            raw,
            ..Line::default()
        };
        let placed = place(&ctx, ctx.me()?, None, vec![line]).await?;
        let item = placed.items.into_iter().next().ok_or(Error::NotFound)?;
        Ok(item.id)
    }

    async fn major(&self, at: Timestamp) -> Result<()> {
        let id = self
            .report(
                "maren",
                at,
                json!({
                    "subject": "Registration for the open day shows an error",
                    "thing": "web", "address": "https://www.nordhaven.example/open-day",
                    "reach": "public", "harm": true, "data": false,
                    "harm_how": "The advertisements lead there; registration ends on Friday.",
                    "seen": "Filled in the form and pressed Send: “Something went wrong”.",
                    "since": "this morning",
                }),
            )
            .await?;
        let desk = |after: i64| self.ctx("jonas", at + minutes(after));
        let ctx = desk(6);
        edit::assign(&ctx, ctx.me()?, &id, None, Some(&ctx.me()?.id)).await?;
        let assessed = Assess {
            impact: Some(Level::High),
            urgency: Some(Level::High),
            detected_at: Some(at),
            ..Assess::default()
        };
        incidents::assess(&ctx, ctx.me()?, &id, assessed).await?;
        let ctx = desk(8);
        let headline = "Nobody can register for the open day";
        let manager = Some(self.ids.people["jonas"].as_str());
        incidents::declare(&ctx, ctx.me()?, &id, Some(headline), manager).await?;
        let news = [
            (
                19,
                "Registration shows an error to everybody. Write to openday@nordhaven.example meanwhile; we enter you by hand. Next news at 10:30.",
                Some(60),
            ),
            (
                78,
                "We found the reason and have ordered what is missing. We expect to be back before noon.",
                Some(45),
            ),
        ];
        for (after, body, next) in news {
            let ctx = desk(after);
            let new = NewUpdate {
                body: body.to_owned(),
                everyone: true,
                next_at: next.map(|n| at + minutes(after + n)),
                state: None,
            };
            incidents::update(&ctx, ctx.me()?, &id, new).await?;
        }
        for (after, ticks, fields) in WAY {
            let ctx = desk(after);
            if after == 102 {
                incidents::restore(&ctx, ctx.me()?, &id, None).await?;
            }
            for tick in ticks {
                edit::tick(&ctx, ctx.me()?, &id, tick, true).await?;
            }
            if !fields.is_empty() {
                let raw = fields
                    .iter()
                    .map(|(key, text)| ((*key).to_owned(), vec![(*text).to_owned()]));
                edit::fill(&ctx, ctx.me()?, &id, None, raw.collect()).await?;
            }
            moves::make(&ctx, ctx.me()?, &id, None, &Move::Forward).await?;
        }
        let reporter = self.ctx("maren", at + minutes(140));
        moves::make(&reporter, reporter.me()?, &id, None, &Move::Approve).await?;
        self.learn(at, &id).await
    }

    /// The problem behind it, its way round, and the post-mortem.
    async fn learn(&self, at: Timestamp, incident: &str) -> Result<()> {
        let ctx = self.ctx("jonas", at + SignedDuration::from_hours(26));
        let title = "Lists of the form tool are full without a warning";
        let problem =
            problems::open(&ctx, ctx.me()?, incident, &[], Some("why-again"), title).await?;
        let known = problems::Change {
            headline: Some("A form says “Something went wrong” when its list is full".to_owned()),
            root_cause: Some("The plan allows 500 entries for each list. The tool warns nobody.".to_owned()),
            workaround: Some("Look at the number of entries in the form tool. From 450 on, order a larger list: it takes a quarter of an hour.".to_owned()),
            known: Some(true),
            services: Some(vec!["report-a-website-mistake".to_owned(), "report-broken".to_owned()]),
            published: Some(true),
        };
        problems::change(&ctx, ctx.me()?, &problem.id, known).await?;
        let text = post_mortems::Text {
            summary: Some("Registration for the open day failed for an hour and 42 minutes, because a list of the form tool was full. 37 people wrote to us instead; all are entered.".to_owned()),
            impact: Some("About 60 attempts failed. Advertisements of 85 € led to the broken page.".to_owned()),
            causes: Some(vec![
                "The plan allows 500 entries for each list.".to_owned(),
                "Nobody looks at the number of entries.".to_owned(),
            ]),
            went_well: Some("Advertisements were stopped within a quarter of an hour. Both announced times were kept.".to_owned()),
            went_wrong: Some("We learned of it from a colleague, not from the tool.".to_owned()),
            lucky: Some("It was a weekday morning, not the last evening.".to_owned()),
            lessons: Some("A limit that nobody watches is a date nobody has written down.".to_owned()),
        };
        let ctx = self.ctx("jonas", at + SignedDuration::from_hours(50));
        post_mortems::write(&ctx, ctx.me()?, incident, None, text).await?;
        let action = NewAction {
            title: "Warn us when a list of the form tool is nine tenths full",
            service: "routine-change",
            owner: Some(&self.ids.people["aisha"]),
            due_on: Some(crate::calendar::grid::plus(ctx.today(), 28)),
        };
        post_mortems::act(&ctx, ctx.me()?, incident, action).await?;
        post_mortems::publish(&ctx, ctx.me()?, incident).await?;
        Ok(())
    }

    async fn small(&self, at: Timestamp) -> Result<()> {
        let id = self
            .report(
                "birte",
                at,
                json!({
                    "subject": "Preview of the newsletter stays empty",
                    "thing": "tool", "tool": "Newsletter tool", "reach": "team",
                    "harm": false, "data": false,
                    "seen": "Opened the issue of December and pressed Preview: a white page, in two browsers.",
                    "since": "today, about nine",
                }),
            )
            .await?;
        let ctx = self.ctx("mei", at + minutes(20));
        edit::assign(&ctx, ctx.me()?, &id, None, Some(&ctx.me()?.id)).await?;
        let assessed = Assess {
            impact: Some(Level::Medium),
            urgency: Some(Level::Medium),
            affected: Some(vec!["Newsletter tool".to_owned()]),
            ..Assess::default()
        };
        incidents::assess(&ctx, ctx.me()?, &id, assessed).await?;
        let new = NewUpdate {
            body: "We see it too. Sending works; only the preview is empty. The supplier is asked."
                .to_owned(),
            everyone: true,
            next_at: Some(at + SignedDuration::from_hours(6)),
            state: None,
        };
        incidents::update(&ctx, ctx.me()?, &id, new).await?;
        Ok(())
    }
}
