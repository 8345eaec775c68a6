//! The demo's answers: written, approved, translated and judged by the people
//! who would do so, at the time it says.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::World;
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::knowledge::model::Audience;
use crate::knowledge::settings::{self, Change};
use crate::knowledge::write::{self, New, Words};
use crate::knowledge::{approval, publish, voices};

#[derive(Deserialize)]
struct Told {
    title: String,
    summary: String,
    category: String,
    audience: Audience,
    #[serde(default)]
    departments: Vec<String>,
    author: String,
    approver: String,
    /// How long ago it was published.
    days: i64,
    #[serde(default)]
    services: Vec<String>,
    body: String,
    /// What it said before.
    old: Option<String>,
    de_title: Option<String>,
    de_summary: Option<String>,
    de: Option<String>,
}

#[derive(Deserialize)]
struct File {
    answer: Vec<Told>,
}

/// Who says how often that an answer helps: title, yes, no.
const JUDGED: [(&str, usize, usize); 6] = [
    ("Which logo goes on partner material?", 9, 1),
    ("Make a poster yourself in ten minutes", 7, 2),
    ("What printing costs, and who pays", 2, 6),
    ("Rush requests: what we can and cannot do", 6, 1),
    ("How do I get an email to students?", 4, 2),
    ("A mistake on the website: what to send us", 5, 0),
];

fn words(title: &str, summary: &str, body: &str, note: &str) -> Words {
    Words {
        title: Some(title.to_owned()),
        summary: Some(summary.to_owned()),
        body: Some(body.trim().to_owned()),
        note: Some(note.to_owned()),
        up_to_date: true,
    }
}

impl World {
    fn key(&self, key: &str) -> Result<&'static str> {
        super::PEOPLE
            .iter()
            .find(|p| p.key == key)
            .map(|p| p.key)
            .ok_or_else(|| Error::Internal(format!("the demo has no {key}")))
    }

    async fn approved(&self, told: &Told, id: &str, lang: Lang, at: Timestamp) -> Result<()> {
        let (author, approver) = (self.key(&told.author)?, self.key(&told.approver)?);
        let ctx = self.ctx(author, at);
        let reviewer = &self.ids.people[approver];
        approval::submit(&ctx, ctx.me()?, id, lang, Some(reviewer)).await?;
        let ctx = self.ctx(approver, at + SignedDuration::from_hours(3));
        approval::approve(&ctx, ctx.me()?, id, lang, None, None).await?;
        Ok(())
    }

    /// Write, approve, translate and judge.
    pub(super) async fn answers(&self, now: Timestamp) -> Result<()> {
        let file: File = toml::from_str(include_str!("../data/answers.toml"))
            .map_err(|e| Error::Internal(format!("demo answers: {e}")))?;
        let readers: Vec<&'static str> = super::PEOPLE
            .iter()
            .filter(|p| p.role == crate::actor::Role::Requester)
            .map(|p| p.key)
            .collect();
        let mut first = None;
        for told in &file.answer {
            let at = now - SignedDuration::from_hours(24 * told.days + 30);
            let ctx = self.ctx(self.key(&told.author)?, at);
            let departments: Vec<String> = told
                .departments
                .iter()
                .filter_map(|d| self.ids.departments.get(d.as_str()).cloned())
                .collect();
            let new = New {
                lang: Lang::En,
                audience: told.audience,
                departments,
                category: Some(&told.category),
                item_id: None,
                words: words(
                    &told.title,
                    &told.summary,
                    told.old.as_deref().unwrap_or(&told.body),
                    "",
                ),
            };
            let (article, _) = write::create(&ctx, ctx.me()?, new).await?;
            let change = Change {
                services: Some(told.services.clone()),
                review_days: Some(365),
                ..Change::default()
            };
            settings::change(&ctx, ctx.me()?, &article.id, None, change).await?;
            self.approved(told, &article.id, Lang::En, at).await?;
            if let (Some(title), Some(body)) = (&told.de_title, &told.de) {
                let at = at + SignedDuration::from_hours(8);
                let ctx = self.ctx(self.key(&told.author)?, at);
                let summary = told.de_summary.as_deref().unwrap_or_default();
                write::save(
                    &ctx,
                    ctx.me()?,
                    &article.id,
                    Lang::De,
                    Some(0),
                    &words(title, summary, body, ""),
                )
                .await?;
                self.approved(told, &article.id, Lang::De, at).await?;
            }
            if told.old.is_some() {
                let at = at + SignedDuration::from_hours(24 * 20);
                let ctx = self.ctx(self.key(&told.author)?, at);
                let new = words(
                    &told.title,
                    &told.summary,
                    &told.body,
                    "Sizes added, because people asked for them",
                );
                write::save(&ctx, ctx.me()?, &article.id, Lang::En, Some(0), &new).await?;
                self.approved(told, &article.id, Lang::En, at).await?;
            }
            if let Some((_, yes, no)) = JUDGED.iter().find(|(title, ..)| *title == told.title) {
                for (n, who) in readers
                    .iter()
                    .cycle()
                    .take((yes + no).min(readers.len()))
                    .enumerate()
                {
                    let ctx = self.ctx(who, now - SignedDuration::from_hours(20 + 9 * n as i64));
                    let reason = if n == *yes {
                        "The prices are last year's. My order cost more."
                    } else {
                        ""
                    };
                    voices::judge(&ctx, ctx.me()?, &article.id, Lang::En, n < *yes, reason).await?;
                }
            }
            first.get_or_insert(article.id);
        }
        let Some(first) = first else { return Ok(()) };
        let ctx = self.ctx("maren", now - SignedDuration::from_hours(5));
        voices::comment(
            &ctx,
            ctx.me()?,
            &first,
            "Does this hold for roll-ups, too?",
            false,
        )
        .await?;
        // A draft that waits for its yes, beside what is published.
        let ctx = self.ctx("emil", now - SignedDuration::from_hours(4));
        let new = New {
            audience: Audience::Staff,
            category: Some("Events and partners"),
            words: words(
                "How do I announce a guest lecture?",
                "Calendar, poster and one post: what you do yourself, and what we do.",
                "Three things, in this order:\n\n1. Enter it into the **calendar of events**.\n2. Make the poster with the template.\n3. Order one social media post, five working days ahead.\n",
                "",
            ),
            ..New::default()
        };
        let (article, _) = write::create(&ctx, ctx.me()?, new).await?;
        approval::submit(
            &ctx,
            ctx.me()?,
            &article.id,
            Lang::En,
            Some(&self.ids.people["hanna"]),
        )
        .await?;
        // Whoever keeps an old answer is reminded to look at it again.
        publish::run_due(&self.app, now).await?;
        Ok(())
    }
}
