//! The demo's policies: one that most have confirmed, one that many are late
//! with, a new one with questions, and a draft.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::World;
use crate::catalog::audience::Audience;
use crate::error::Result;
use crate::policies::exceptions;
use crate::policies::model::{Question, Quiz, choices};
use crate::policies::store::{self, Policy};
use crate::policies::verbs::{self, Draft, here};

/// A policy: title, what it means, text, its question if it has one, days ago.
struct Told {
    title: &'static str,
    for_you: &'static str,
    body: &'static str,
    /// Question, answers, why.
    question: Option<(&'static str, &'static str, &'static str)>,
    /// Published so many days ago; `None` leaves a draft.
    ago: Option<i64>,
    /// One in so many has not confirmed it.
    open: usize,
}

const POLICIES: [Told; 4] = [
    Told {
        title: "Logo and brand colours",
        for_you: "Take the logo from the brand assets, never from an old file. Ask us before you combine it with another one.",
        body: "## What holds\n\n- The logo stands alone, with free space of half its height on every side.\n- It is at least 24 mm wide in print and 120 px on screens.\n- On photographs only the white version is used.\n- Nobody draws a logo for a department, a project or an event of their own.\n\n## Together with partners\n\nWhen a partner's logo stands beside ours, both have the same height. The marketing desk checks the first version.\n\n## If something is wrong\n\nTell the marketing desk. We mend it together; nobody is blamed.",
        question: None,
        ago: Some(95),
        open: 9,
    },
    Told {
        title: "Pictures made with AI",
        for_you: "You may use them for moods and abstract themes. You may not use them to show people, places or results that do not exist.",
        body: "## Allowed\n\n- Backgrounds, icons and abstract illustrations, when the tool stands on the list of approved tools.\n\n## Not allowed\n\n- People who look real.\n- Our buildings, laboratories or events.\n- Research results, maps and diagrams.\n\n## Always\n\n- The caption says that the picture was made with AI.\n- The prompt and the tool are kept with the request.\n- No personal data and nothing unpublished goes into a prompt.",
        question: Some((
            "Which of these may be made with AI?",
            "* An abstract background for slides\nStudents in front of the main building\nA diagram of measured values",
            "People, places and results have to be real; moods and themes need not be.",
        )),
        ago: Some(24),
        open: 3,
    },
    Told {
        title: "Consent for photographs",
        for_you: "Before you photograph people who can be recognised, you need their yes. For minors you need it from a parent, in writing.",
        body: "## Before\n\n- At events a notice at the entrance says that pictures are taken, by whom and what for.\n- Portraits and small groups sign the consent form. It says where the picture may appear and until when.\n\n## After\n\n- The form is filed with the picture, not in a drawer.\n- Who takes their consent back is removed from everything that is still published, within five working days.",
        question: Some((
            "Somebody takes back their consent. What happens?",
            "The picture stays, because they had agreed\n* It is taken from everything still published within five working days\nIt is deleted from printed copies too",
            "What is printed cannot be called back; everything else can.",
        )),
        ago: Some(4),
        open: 2,
    },
    Told {
        title: "Conduct on social media",
        for_you: "",
        body: "## As yourself\n\nSay that you speak for yourself.\n\n## For the university\n\nOnly the channels on the list speak for us.",
        question: None,
        ago: None,
        open: 1,
    },
];

impl World {
    /// Write, publish and confirm the policies.
    pub(super) async fn lay_down(&self, now: Timestamp) -> Result<()> {
        let readers: Vec<&'static str> = self.actors.keys().copied().collect();
        for told in &POLICIES {
            let at = now - SignedDuration::from_hours(24 * told.ago.unwrap_or(2));
            let ctx = self.ctx("jonas", at);
            let draft = self.draft(told, here(&ctx));
            let id = verbs::save(&ctx, &self.actors["jonas"], None, None, draft).await?;
            if told.ago.is_none() {
                continue;
            }
            let policy = verbs::publish(&ctx, &self.actors["jonas"], &id, true).await?;
            self.confirm(told, &policy, &readers, now).await?;
        }
        Ok(())
    }

    fn draft(&self, told: &Told, today: Date) -> Draft {
        let questions = told
            .question
            .map(|(text, answers, why)| Question {
                text: text.to_owned(),
                choices: choices(answers),
                why: why.to_owned(),
            })
            .into_iter()
            .collect();
        Draft {
            title: told.title.to_owned(),
            for_you: told.for_you.to_owned(),
            body: told.body.to_owned(),
            change_note: String::new(),
            owner_id: self.actors["jonas"].id.clone(),
            audience: Audience::everyone(),
            quiz: Quiz {
                questions,
                pass_percent: 100,
            },
            deadline_days: 14,
            effective_on: today,
            review_on: today.checked_add(1.years()).ok(),
            until_on: None,
        }
    }

    /// Most confirm, at different times; the second who does not asks for an
    /// exception.
    async fn confirm(
        &self,
        told: &Told,
        policy: &Policy,
        readers: &[&'static str],
        now: Timestamp,
    ) -> Result<()> {
        let days = told.ago.unwrap_or(0);
        let version = policy.newest().ok_or(crate::error::Error::NotFound)?;
        let right: Vec<_> = version
            .quiz
            .questions
            .iter()
            .map(|q| {
                (0..q.choices.len())
                    .filter(|at| q.choices[*at].right)
                    .collect()
            })
            .collect();
        let mut asked = false;
        for (at, who) in readers.iter().copied().enumerate() {
            let actor = &self.actors[who];
            if !version.audience.admits(actor) {
                continue;
            }
            let hours = 3 + (at as i64 * 11) % (24 * days - 4).max(1);
            let ctx = self.ctx(who, now - SignedDuration::from_hours(24 * days - hours));
            if at % told.open != 1 && told.open > 1 {
                verbs::acknowledge(&ctx, actor, &policy.id, &version.id, &right).await?;
            } else if !asked && who != "jonas" {
                asked = true;
                let until = here(&ctx).checked_add(60.days()).ok();
                let why =
                    "Our exhibition still runs with older material until the end of the month.";
                exceptions::ask(&ctx, actor, &policy.id, why, until).await?;
                if days > 30 {
                    let all = store::exceptions(&self.app.db, Some(&policy.id), None).await?;
                    let by = self.ctx("jonas", ctx.now + SignedDuration::from_hours(5));
                    let jonas = &self.actors["jonas"];
                    exceptions::decide(
                        &by,
                        jonas,
                        &policy.id,
                        &all[0].id,
                        true,
                        "Until the exhibition closes.",
                    )
                    .await?;
                }
            }
        }
        Ok(())
    }
}
