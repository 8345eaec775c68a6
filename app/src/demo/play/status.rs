//! The demo's status page: what can break, what did in the last weeks, what is
//! planned, and news of other kinds.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use mil_db::sql;

use super::World;
use crate::announcements::draft::Draft;
use crate::announcements::model::{Audience, Effect, Kind, Mail, State};
use crate::announcements::verbs::{self, NewUpdate};
use crate::error::{Error, Result};
use crate::status::components::{self, Wanted};
use crate::status::following::{self, Following};

/// Name, what it is, services that need it, shown to everybody.
const PARTS: [(&str, &str, &[&str], bool); 6] = [
    (
        "Web site",
        "www.nordhaven.example, for readers and editors",
        &[
            "update-a-web-page",
            "report-a-website-mistake",
            "landing-page",
        ],
        true,
    ),
    (
        "Forms and registration",
        "Registration for events, contact forms, surveys",
        &["landing-page"],
        true,
    ),
    (
        "Newsletter",
        "Writing and sending issues",
        &["email-to-students"],
        true,
    ),
    (
        "Brand assets",
        "Logos, pictures, templates",
        &["logo-files", "partner-material"],
        true,
    ),
    (
        "Print shop",
        "Posters, flyers, name plates",
        &[
            "event-flyer-or-poster",
            "business-cards",
            "trade-fair-material",
        ],
        true,
    ),
    (
        "Picture database",
        "Where our photographers deliver",
        &["photographer", "short-video"],
        false,
    ),
];

/// One that is told from its beginning to its end.
struct Story {
    kind: Kind,
    title: &'static str,
    body: &'static str,
    /// Component by name, and how badly it is hit.
    hits: &'static [(&'static str, Effect)],
    /// Days ago and hour of the day.
    at: (i64, i8),
    /// Minutes after that, state, words.
    went: &'static [(i64, State, &'static str)],
    who: &'static str,
}

const STORIES: [Story; 5] = [
    Story {
        kind: Kind::Outage,
        title: "The newsletter tool sends with delay",
        body: "Issues that were sent since 9:00 arrive one to three hours late. Nothing is lost, and nothing is sent twice.\n\n**What you can do meanwhile:** If your issue is about something today, call us.",
        hits: &[("Newsletter", Effect::Degraded)],
        at: (67, 9),
        went: &[
            (
                50,
                State::Identified,
                "The provider's queue is full because of one large customer. They expect it to be empty by noon.",
            ),
            (
                205,
                State::Resolved,
                "All issues have arrived. We agreed with the provider on a queue of our own.",
            ),
        ],
        who: "jonas",
    },
    Story {
        kind: Kind::Maintenance,
        title: "New version of the web site's editor",
        body: "The editor gets its yearly update.\n\n**Out of use:** editing pages. **Still works:** reading all of them.",
        hits: &[("Web site", Effect::Maintenance)],
        at: (40, 18),
        went: &[
            (0, State::InProgress, "It has begun as planned."),
            (
                95,
                State::Completed,
                "Done, half an hour early. Preview is quicker now.",
            ),
        ],
        who: "jonas",
    },
    Story {
        kind: Kind::Outage,
        title: "We sent the invitation to the summer reception twice",
        body: "At 10:20 the invitation went out a second time to 1,140 people. That was our mistake.\n\n**What it means for you:** nothing. Who has answered need not answer again.\n\nWe write again by noon.",
        hits: &[("Newsletter", Effect::Degraded)],
        at: (23, 10),
        went: &[(
            80,
            State::Resolved,
            "A list was chosen by hand that had been used already. From now on the tool asks when a list gets the same issue twice. We apologised to everybody by name.",
        )],
        who: "hanna",
    },
    Story {
        kind: Kind::Outage,
        title: "Print orders cannot be sent to the print shop",
        body: "Since this morning the print shop's order page cannot be reached. What you order waits here and goes out as soon as it is back.",
        hits: &[("Print shop", Effect::Down)],
        at: (12, 8),
        went: &[
            (
                45,
                State::Identified,
                "The shop moves to a new server and took the old one away a day too early.",
            ),
            (
                150,
                State::Monitoring,
                "It is back since 10:30. All 14 orders that waited were sent.",
            ),
            (
                400,
                State::Resolved,
                "It stayed well all day. Nothing is late because of it.",
            ),
        ],
        who: "mei",
    },
    Story {
        kind: Kind::Outage,
        title: "Pictures load slowly in the picture database",
        body: "Previews take up to twenty seconds. Downloads work.",
        hits: &[("Picture database", Effect::Degraded)],
        at: (5, 13),
        went: &[(120, State::Resolved, "Previews are as quick as before.")],
        who: "mei",
    },
];

impl World {
    /// Set the status page up and let half a quarter pass on it.
    pub(super) async fn announce(&self, now: Timestamp) -> Result<()> {
        let ids = self.parts(now).await?;
        let mut stories: Vec<&Story> = STORIES.iter().collect();
        stories.sort_by_key(|s| std::cmp::Reverse(s.at));
        for story in stories {
            self.story(now, story, &ids).await?;
        }
        self.registration(&ids).await?;
        self.news(now).await?;
        self.coming(now, &ids).await?;
        for (who, everything, names) in [
            ("maren", false, vec!["Web site", "Forms and registration"]),
            ("hanna", true, vec![]),
        ] {
            let ctx = self.ctx(who, now);
            let wish = Following {
                everything,
                quiet: false,
                components: names.iter().filter_map(|n| ids.get(n).cloned()).collect(),
            };
            following::choose(&ctx, ctx.me()?, &wish).await?;
        }
        Ok(())
    }

    async fn parts(&self, now: Timestamp) -> Result<BTreeMap<&'static str, String>> {
        let mut ids = BTreeMap::new();
        let founded = now - SignedDuration::from_hours(24 * 120);
        let ctx = self.ctx("ada", founded);
        for (name, note, slugs, public) in PARTS {
            let services = slugs
                .iter()
                .filter_map(|slug| self.catalog.service(slug))
                .map(|s| s.id.clone());
            let wanted = Wanted {
                name: name.to_owned(),
                note: note.to_owned(),
                public,
                services: services.collect(),
                ..Wanted::default()
            };
            let made = components::keep(&ctx, ctx.me()?, None, &wanted).await?;
            ids.insert(name, made.id);
        }
        Ok(ids)
    }

    fn day(&self, now: Timestamp, ago: i64, hour: i8) -> Result<Timestamp> {
        let today = self.zone.to_datetime(now).date();
        let day = crate::calendar::grid::plus(today, -ago);
        self.zone
            .to_timestamp(day.at(hour, 12, 0, 0))
            .map_err(|e| Error::Internal(e.to_string()))
    }

    async fn story(
        &self,
        now: Timestamp,
        s: &Story,
        ids: &BTreeMap<&'static str, String>,
    ) -> Result<()> {
        let at = self.day(now, s.at.0, s.at.1)?;
        let planned = s.kind == Kind::Maintenance;
        let announced = if planned {
            at - SignedDuration::from_hours(24 * 6)
        } else {
            at + SignedDuration::from_mins(12)
        };
        let ctx = self.ctx(s.who, announced);
        let hits = s
            .hits
            .iter()
            .filter_map(|(n, e)| Some((ids.get(n)?.clone(), *e)));
        let inside = s.hits.iter().any(|(n, _)| *n == "Picture database");
        let draft = Draft {
            kind: Some(s.kind),
            title: Some(s.title.to_owned()),
            body: Some(s.body.to_owned()),
            audience: Some(if inside {
                Audience::Staff
            } else {
                Audience::Public
            }),
            from_at: Some(at.to_string()),
            to_at: planned.then(|| (at + SignedDuration::from_hours(2)).to_string()),
            mail: Some(Mail::Subscribers),
            components: Some(hits.collect()),
            ..Draft::default()
        };
        let a = verbs::create(&ctx, ctx.me()?, &draft, None).await?;
        verbs::publish(&ctx, ctx.me()?, &a.id, None, None).await?;
        for (after, state, words) in s.went {
            let ctx = self.ctx(s.who, at + SignedDuration::from_mins(*after));
            let new = NewUpdate {
                state: Some(*state),
                body: (*words).to_owned(),
                ..NewUpdate::default()
            };
            verbs::update(&ctx, ctx.me()?, &a.id, new).await?;
        }
        Ok(())
    }

    /// The major incident of last week, as it was announced.
    async fn registration(&self, ids: &BTreeMap<&'static str, String>) -> Result<()> {
        let row = sql(
            "SELECT item_id, detected_at, restored_at FROM incident_record WHERE major_at IS NOT NULL ORDER BY major_at DESC LIMIT 1",
        )
        .opt(&self.app.db)
        .await?;
        let Some(row) = row else { return Ok(()) };
        let item: String = row.get("item_id")?;
        let began = crate::clock::from_micros(row.get("detected_at")?);
        let restored: Option<i64> = row.get("restored_at")?;
        let ctx = self.ctx("jonas", began + SignedDuration::from_mins(20));
        let draft = Draft {
            kind: Some(Kind::Outage),
            title: Some("Nobody can register for the open day".to_owned()),
            body: Some("Registration shows an error to everybody. Write to openday@nordhaven.example meanwhile; we enter you by hand. Next news at 10:30.".to_owned()),
            audience: Some(Audience::Public),
            from_at: Some(began.to_string()),
            components: ids.get("Forms and registration").map(|id| [(id.clone(), Effect::Down)].into()),
            ..Draft::default()
        };
        let a = verbs::create(&ctx, ctx.me()?, &draft, Some(&item)).await?;
        verbs::publish(&ctx, ctx.me()?, &a.id, None, None).await?;
        let over = restored.map_or(
            began + SignedDuration::from_mins(110),
            crate::clock::from_micros,
        );
        for (at, state, words) in [
            (
                began + SignedDuration::from_mins(78),
                State::Identified,
                "We found the reason and have ordered what is missing. We expect to be back before noon.",
            ),
            (
                over,
                State::Resolved,
                "Everybody can register again. A list of the form tool was full; it is ten times as long now. The 37 people who wrote to us are entered.",
            ),
        ] {
            let ctx = self.ctx("jonas", at);
            let new = NewUpdate {
                state: Some(state),
                body: words.to_owned(),
                ..NewUpdate::default()
            };
            verbs::update(&ctx, ctx.me()?, &a.id, new).await?;
        }
        Ok(())
    }

    async fn news(&self, now: Timestamp) -> Result<()> {
        let texts = [
            (
                Kind::Success,
                "412 people came to the evening for new students",
                "Last year it was 260. **What helped:** one page instead of three flyers, and a reminder two days before instead of a week.\n\nThe page's template is under *Brand assets*; use it for your own events.",
                "priya",
                9,
            ),
            (
                Kind::Project,
                "We begin with the new web site of the library",
                "Until March we move 340 pages. What is linked from elsewhere keeps its address.\n\n**What changes for you:** from January on, order changes to library pages as usual; we make them on the new pages.",
                "hanna",
                16,
            ),
        ];
        for (kind, title, body, who, ago) in texts {
            let ctx = self.ctx(who, self.day(now, ago, 11)?);
            let draft = Draft {
                kind: Some(kind),
                title: Some(title.to_owned()),
                body: Some(body.to_owned()),
                audience: Some(Audience::Everyone),
                banner: Some(false),
                mail: Some(Mail::None),
                ..Draft::default()
            };
            let a = verbs::create(&ctx, ctx.me()?, &draft, None).await?;
            verbs::publish(&ctx, ctx.me()?, &a.id, None, None).await?;
        }
        Ok(())
    }

    /// What is planned, and a draft.
    async fn coming(&self, now: Timestamp, ids: &BTreeMap<&'static str, String>) -> Result<()> {
        let from = self.day(now, -3, 17)?;
        let ctx = self.ctx("jonas", now - SignedDuration::from_hours(4));
        let hit = |name: &str, effect| ids.get(name).map(|id| [(id.clone(), effect)].into());
        let draft = Draft {
            kind: Some(Kind::Maintenance),
            title: Some("The newsletter tool moves to a new server".to_owned()),
            body: Some("It gets quicker, and its previews show how an issue looks on a phone.\n\n**Out of use:** writing and sending. **Still works:** signing up and off.\n\nFinish what you have open before it begins.".to_owned()),
            audience: Some(Audience::Public),
            from_at: Some(from.to_string()),
            to_at: Some((from + SignedDuration::from_hours(3)).to_string()),
            mail: Some(Mail::Subscribers),
            components: hit("Newsletter", Effect::Maintenance),
            ..Draft::default()
        };
        let a = verbs::create(&ctx, ctx.me()?, &draft, None).await?;
        verbs::publish(&ctx, ctx.me()?, &a.id, None, None).await?;
        let ctx = self.ctx("priya", now - SignedDuration::from_hours(1));
        let draft = Draft {
            kind: Some(Kind::Progress),
            title: Some("The report for sponsors comes a week later".to_owned()),
            body: Some("We promised the report for Friday. It will be the Friday after.\n\n**Why:** two interviews had to be moved.\n\n**What you can have by Friday:** the figures, without pictures.".to_owned()),
            audience: Some(Audience::Everyone),
            ..Draft::default()
        };
        verbs::create(&ctx, ctx.me()?, &draft, None).await?;
        Ok(())
    }
}
