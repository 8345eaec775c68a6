//! The demo's playbooks: one of our own in its second version, those that came
//! with practices, and runs of them in every state.

use jiff::{SignedDuration, Timestamp};
use mil_db::sql;

use super::World;
use crate::error::{Error, Result};
use crate::notifications::listen;
use crate::playbooks::model::{Definition, State, Step};
use crate::playbooks::runs::{self, Begin, Mark};
use crate::playbooks::{store, verbs};

/// Steps of our own one: key, title, how, role, team, required.
const STEPS: [(&str, &str, &str, &str, &str, bool); 6] = [
    (
        "list",
        "Ask for the list of guests",
        "From the faculty, a week before. Count seats for **partners** twice.",
        "Event manager",
        "print",
        true,
    ),
    (
        "signs",
        "Order the signs",
        "Two for each door, one for the tram stop. The template is among the brand assets.",
        "Event manager",
        "design",
        true,
    ),
    (
        "page",
        "Put the page online",
        "Date, place, how to get there, whom to ask. Look at it on a phone.",
        "Web editor",
        "web",
        true,
    ),
    (
        "photo",
        "Book the photographer",
        "Say which three pictures must exist afterwards.",
        "Event manager",
        "photo",
        false,
    ),
    (
        "consent",
        "Hang up the note about photos",
        "At the entrance, in both languages, at eye level.",
        "Event manager",
        "print",
        true,
    ),
    (
        "thanks",
        "Thank the speakers",
        "The day after, with one picture.",
        "Event manager",
        "",
        false,
    ),
];

fn ours(first: bool, teams: &dyn Fn(&str) -> Option<String>) -> Definition {
    let steps = STEPS
        .iter()
        // The note about photos came with the second version.
        .filter(|s| !(first && s.0 == "consent"))
        .map(|(key, title, how, role, team, required)| Step {
            key: (*key).to_owned(),
            title: (*title).to_owned(),
            how: (*how).to_owned(),
            role: (*role).to_owned(),
            team_id: teams(team),
            required: *required,
        });
    Definition {
        name: "Prepare a public lecture".to_owned(),
        purpose: "Start it ten days before. On the evening guests find the room, sit, and hear; afterwards there are pictures that we may use.".to_owned(),
        steps: steps.collect(),
    }
}

impl World {
    /// Write ours, and run it and those of the practices.
    pub(super) async fn playbooks(&self, now: Timestamp) -> Result<()> {
        let ago = |days: i64, hours: i64| now - SignedDuration::from_hours(24 * days + hours);
        let team = |key: &str| self.ids.teams.get(key).cloned();
        let ctx = self.ctx("jonas", ago(90, 0));
        let book = verbs::create(&ctx, ctx.me()?, ours(true, &team)).await?;
        verbs::publish(&ctx, ctx.me()?, &book.id, None, "").await?;
        for (n, (title, skipped)) in [
            ("Lecture: how ports grow", true),
            ("Lecture: ice and sea", true),
            ("Lecture: who owns the coast", false),
        ]
        .into_iter()
        .enumerate()
        {
            let days = 80 - 15 * i64::try_from(n).unwrap_or(0);
            let begin = Begin {
                title,
                ..Begin::default()
            };
            let ctx = self.ctx("nils", ago(days, 0));
            let run = runs::start(&ctx, ctx.me()?, &book.id, begin).await?;
            for (at, step) in run.definition.steps.iter().enumerate() {
                let ctx = self.ctx("nils", ago(days - 1 - i64::try_from(at).unwrap_or(0), 2));
                let skip = skipped && step.key == "photo";
                let mark = Mark {
                    state: Some(if skip { State::Skipped } else { State::Done }),
                    note: skip.then(|| "The speaker did not want pictures".to_owned()),
                    assignee: None,
                };
                runs::mark(&ctx, ctx.me()?, &run.id, &step.key, mark).await?;
            }
            let ctx = self.ctx("nils", ago(days - 8, 0));
            runs::end(&ctx, ctx.me()?, &run.id, None).await?;
        }
        let ctx = self.ctx("jonas", ago(30, 0));
        verbs::write(&ctx, ctx.me()?, &book.id, None, ours(false, &team)).await?;
        let note = "A note about photos at the entrance, after two guests complained";
        verbs::publish(&ctx, ctx.me()?, &book.id, None, note).await?;

        // One goes on beside a request, half done, with a step that is Aisha's.
        let row = sql("SELECT id FROM work_item WHERE closed_at IS NULL AND kind = 'request' ORDER BY number DESC LIMIT 1")
            .opt(&self.app.db)
            .await?
            .ok_or(Error::NotFound)?;
        let item: String = row.get("id")?;
        let ctx = self.ctx("nils", ago(0, 20));
        let begin = Begin {
            title: "Lecture: the quiet harbour",
            item: Some(&item),
            ..Begin::default()
        };
        let run = runs::start(&ctx, ctx.me()?, &book.id, begin).await?;
        let done = || Mark {
            state: Some(State::Done),
            ..Mark::default()
        };
        for step in ["list", "signs"] {
            let ctx = self.ctx("nils", ago(0, 3));
            runs::mark(&ctx, ctx.me()?, &run.id, step, done()).await?;
        }
        let ctx = self.ctx("nils", ago(0, 2));
        let give = Mark {
            assignee: self.ids.people.get("aisha").cloned(),
            ..Mark::default()
        };
        runs::mark(&ctx, ctx.me()?, &run.id, "page", give).await?;

        // Of those that came with practices, one was given up and one goes on.
        let ctx = self.ctx("sofia", ago(12, 0));
        let all = store::list(&self.app.db, ctx.me()?, &store::Wanted::default()).await?;
        for (n, b) in all
            .iter()
            .filter(|b| b.practice.is_some())
            .take(2)
            .enumerate()
        {
            let ctx = self.ctx("sofia", ago(12, 0));
            let run = runs::start(&ctx, ctx.me()?, &b.id, Begin::default()).await?;
            let ctx = self.ctx("sofia", ago(11, 0));
            if let Some(step) = run.definition.steps.first() {
                runs::mark(&ctx, ctx.me()?, &run.id, &step.key, done()).await?;
            }
            if n == 0 {
                runs::end(
                    &ctx,
                    ctx.me()?,
                    &run.id,
                    Some("The change was taken back before its window"),
                )
                .await?;
            }
        }
        while listen::run(&self.app, now).await? > 0 {}
        Ok(())
    }
}
