//! The demo's changes: which services are routine, two checked changes with
//! risk and plans, and a weekly meeting that has been held once.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use mil_db::sql;
use mil_planner::Span;
use mil_process::form;
use serde_json::{Value, json};

use super::World;
use crate::calendar::model::Kind;
use crate::calendar::verbs::{Draft, plan};
use crate::changes::verbs as changes;
use crate::error::{Error, Result};
use crate::meetings::model::{Attendance, Decision, Every};
use crate::meetings::verbs::{self as meeting, Noted};
use crate::meetings::{agenda, minutes, series, store};
use crate::notifications::listen;
use crate::work::order::{Line, place};

fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * n)
}

impl World {
    /// Rank, meet, decide.
    pub(super) async fn change(&self, now: Timestamp) -> Result<()> {
        let zone = self.zone.clone();
        let monday = crate::calendar::grid::monday(zone.to_datetime(now).date());
        let at = |day: i64, clock: i8| -> Result<Timestamp> {
            let day = monday.saturating_add(day.days());
            zone.to_timestamp(day.at(clock, 30, 0, 0))
                .map_err(|e| Error::Internal(e.to_string()))
        };
        let banner = self
            .checked(
                at(-11, 9)?,
                &zone,
                "New banner that asks for consent",
                "Consent tool",
                "public",
            )
            .await?;
        let entries = self
            .checked(
                at(-11, 10)?,
                &zone,
                "Entries of the open day go to the new list",
                "Form tool",
                "staff",
            )
            .await?;
        for (item, from, tool) in [
            (&banner, at(10, 7)?, "Consent tool"),
            (&entries, at(3, 6)?, "Form tool"),
        ] {
            let ctx = self.ctx("aisha", at(-8, 11)?);
            let end = from + SignedDuration::from_mins(45);
            let draft = Draft {
                kind: Kind::Change,
                title: item.1.clone(),
                note: String::new(),
                change: Some(item.0.clone()),
                span: Span::new(from, end)
                    .ok_or_else(|| Error::Internal("a window of the demo".to_owned()))?,
                days_zone: None,
                touches: Vec::new(),
                named: vec![("tool".to_owned(), tool.to_owned())],
                person_id: Some(self.ids.people["aisha"].clone()),
                routine: false,
                exception: None,
            };
            plan(&ctx, ctx.me()?, None, None, draft).await?;
        }
        self.meet(at(-7, 8)?, &zone, &banner.0, &entries.0).await?;
        while listen::run(&self.app, now).await? > 0 {}
        series::run_due(&self.app, now).await?;
        Ok(())
    }

    /// Order a checked change, and say how it ranks. Answers its id and subject.
    async fn checked(
        &self,
        at: Timestamp,
        zone: &TimeZone,
        subject: &str,
        system: &str,
        notice: &str,
    ) -> Result<(String, String)> {
        let ctx = self.ctx("birte", at);
        let day = zone.to_datetime(at + days(14)).date().to_string();
        let answers: Value = json!({
            "subject": subject, "system": system, "notice": notice, "before": "once",
            "why": "Fewer people give up half way; today every fourth does.",
            "steps": "1. Export the old settings\n2. Switch on for one page\n3. Look for a day\n4. Switch on everywhere",
            "back_time": "minutes", "back": "Import the old settings. We turn back if the count falls by a tenth.",
            "touches": ["data"], "data_what": "Name and address, in our own system, deleted after a year.",
            "day": day, "time": "7:30 to 8:15", "down": false,
        });
        let raw = answers.as_object().map(form::raw_from_json);
        let raw = raw.and_then(std::result::Result::ok).unwrap_or_default();
        let line = Line {
            service: "checked-change".to_owned(),
            raw,
            ..Line::default()
        };
        let placed = place(&ctx, ctx.me()?, None, vec![line]).await?;
        let item = placed.items.into_iter().next().ok_or(Error::NotFound)?;
        let desk = self.ctx("aisha", at + SignedDuration::from_hours(3));
        let ranked = changes::Change {
            answers: Some([("tried".to_owned(), ["partly".to_owned()].into())].into()),
            test: Some(
                "On the copy of the site, by two people, on telephone and laptop.".to_owned(),
            ),
            ..changes::Change::default()
        };
        changes::write(&desk, desk.me()?, &item.id, None, ranked).await?;
        Ok((item.id, subject.to_owned()))
    }

    /// Start the weekly meeting, and hold it once.
    async fn meet(
        &self,
        at: Timestamp,
        zone: &TimeZone,
        banner: &str,
        entries: &str,
    ) -> Result<()> {
        let ctx = self.ctx("ada", at);
        let members = ["jonas", "hanna", "sofia", "ivo"];
        let made = series::Draft {
            name: "Change meeting".to_owned(),
            team_id: self.ids.teams["web"].clone(),
            own_team: false,
            every: Every::Week,
            weekday: 2,
            nth: 1,
            first_on: zone.to_datetime(at).date(),
            clock: jiff::civil::time(10, 0, 0, 0),
            minutes: 30,
            zone: zone.iana_name().unwrap_or("UTC").to_owned(),
            place: "Room 2.14".to_owned(),
            members: members.iter().map(|m| self.ids.people[m].clone()).collect(),
        };
        let made = series::save(&ctx, ctx.me()?, None, None, made).await?;
        let first: String =
            sql("SELECT id FROM meeting WHERE series_id = $1 ORDER BY starts_at LIMIT 1")
                .bind(&made.id)
                .value("id", &self.app.db)
                .await?;
        let held = store::find(&self.app.db, &first).await?;
        let ctx = self.ctx("jonas", held.starts_at + SignedDuration::from_mins(35));
        let actor = ctx.me()?;
        agenda::bring_up(&self.app, held.starts_at, &held).await?;
        for change in [banner, entries] {
            let there = store::points(&self.app.db, &first).await?;
            if !there
                .iter()
                .any(|p| p.item.as_ref().is_some_and(|(i, _)| i == change))
            {
                meeting::add_point(&ctx, actor, &first, "", "", Some(change)).await?;
            }
        }
        let note = "Who looks at the website on 27 December?";
        meeting::add_point(&ctx, actor, &first, "Cover between the years", note, None).await?;
        for point in store::points(&self.app.db, &first).await? {
            let Some((item, _)) = &point.item else {
                continue;
            };
            let (decision, words) = if item == entries {
                (Decision::Conditions, "Only after the old list is exported")
            } else if item == banner {
                (Decision::Deferred, "The way back has not been tried yet")
            } else {
                continue;
            };
            meeting::decide(&ctx, actor, &first, &point.id, decision, words).await?;
        }
        let there = |key: &str, state| Noted {
            person_id: Some(self.ids.people[key].clone()),
            name: String::new(),
            state,
        };
        let people = [
            there("jonas", Attendance::Present),
            there("sofia", Attendance::Present),
            there("ivo", Attendance::Present),
            there("hanna", Attendance::Excused),
            Noted {
                person_id: None,
                name: "Olga Reuter, data protection".to_owned(),
                state: Attendance::Guest,
            },
        ];
        meeting::attend(&ctx, actor, &first, &people).await?;
        let held = store::find(&self.app.db, &first).await?;
        let points = store::points(&self.app.db, &first).await?;
        let noted = store::attendance(&self.app.db, &held, &made).await?;
        let text = minutes::draft(&ctx, &held, &noted, &points);
        let minutes = meeting::Minutes {
            body: &text,
            publish: true,
            held_early: false,
        };
        meeting::write_minutes(&ctx, actor, &first, None, minutes).await?;
        Ok(())
    }
}
