//! A proof round of the demo: a poster in two versions, with places that people
//! pointed at, and decisions about either.

use jiff::{SignedDuration, Timestamp, ToSpan};

use super::World;
use crate::assets::model::{Audience, Kind};
use crate::assets::rights::{Licence, Rights};
use crate::assets::verbs::{self as assets, Facts, File};
use crate::demo::draw;
use crate::error::Result;
use crate::files::intake::disk;
use crate::proofs::begin::{self, New, Subject};
use crate::proofs::model::Verdict;
use crate::proofs::rules::Place;
use crate::proofs::store::{self, Who};
use crate::proofs::verbs::{self, Said};

impl World {
    async fn poster(&self, second: bool) -> Result<File> {
        let raw = draw::poster(second);
        let stored = self.app.blobs.put(&raw).await.map_err(disk)?;
        Ok(File {
            name: "open-day-poster.svg".to_owned(),
            media_type: "image/svg+xml".to_owned(),
            size: stored.size,
            sha256: stored.sha.as_str().to_owned(),
        })
    }

    /// Have a poster looked at.
    pub(super) async fn have_it_proofed(&self, now: Timestamp) -> Result<()> {
        let back = |hours: i64| now - SignedDuration::from_hours(hours);
        let ctx = self.ctx("priya", back(98));
        let facts = Facts {
            name: "Open Day poster".to_owned(),
            description: "Poster for the Open Day: hills by the sea, and the words Open Day"
                .to_owned(),
            kind: Kind::Illustration,
            campaign: "Open Day".to_owned(),
            audience: Audience::Agents,
            tags: vec!["poster".to_owned()],
            ..Facts::guess("open-day-poster.svg", "image/svg+xml")
        };
        let rights = Rights {
            licence: Licence::Own,
            ..Rights::default()
        };
        let mut tx = self.app.db.begin().await?;
        let file = self.poster(false).await?;
        let asset = assets::create_in(&mut tx, &ctx, ctx.me()?, &file, &facts, &rights).await?;
        tx.commit().await?;
        let today = self.zone.to_datetime(now).date();
        let new = New {
            title: "Open Day poster".to_owned(),
            note: "Sign and headline above all. The picture is settled.".to_owned(),
            due_on: Some(today.saturating_add(2.days())),
            reviewers: ["hanna", "maren", "tomas"]
                .map(|key| self.ids.people[key].clone())
                .to_vec(),
            item: None,
        };
        let proof = begin::start(&ctx, ctx.me()?, Subject::Asset(&asset.id), &new).await?;

        let mut threads = Vec::new();
        for (who, hours, x, y, body) in [
            (
                "maren",
                92,
                1_900,
                2_600,
                "The sign lies on the word. Can it stand **free**, and larger?",
            ),
            (
                "tomas",
                90,
                2_400,
                9_200,
                "Our name is hard to read on a phone.",
            ),
            ("hanna", 76, 7_100, 5_400, "The light is right, keep it."),
        ] {
            let ctx = self.ctx(who, back(hours));
            let said = Said {
                version: None,
                place: Some(Place { page: 1, x, y }),
                body: body.to_owned(),
            };
            threads.push(verbs::comment(&ctx, Who::Person(ctx.me()?), &proof, &said).await?);
        }
        let (round, _) = store::find(&self.app.db, Who::Person(ctx.me()?), &proof).await?;
        let sha = round.current()?.sha256.clone();
        for (who, hours, verdict, why) in [
            ("maren", 91, Verdict::Changes, "Once the sign stands free."),
            ("hanna", 75, Verdict::Approved, ""),
        ] {
            let ctx = self.ctx(who, back(hours));
            verbs::decide(&ctx, Who::Person(ctx.me()?), &proof, &sha, verdict, why).await?;
        }
        let ctx = self.ctx("priya", back(27));
        let me = ctx.me()?;
        let answer = "It is larger and stands in the corner now.";
        verbs::reply(&ctx, Who::Person(me), &proof, &threads[0], answer).await?;
        verbs::resolve(&ctx, Who::Person(me), &proof, &threads[1], true).await?;
        let file = self.poster(true).await?;
        let mut tx = self.app.db.begin().await?;
        let why = "The sign stands free";
        assets::renew_in(&mut tx, &ctx, me, &asset.id, &file, why).await?;
        tx.commit().await?;
        Ok(())
    }
}
