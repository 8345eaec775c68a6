//! The demo's asset library: logos in all variants, pictures with rights in all
//! states, templates, collections, a link, and half a year of downloads.

use jiff::{SignedDuration, Timestamp, ToSpan};
use mil_db::sql;

use super::World;
use crate::assets::model::{Audience, Kind, People};
use crate::assets::rights::{Channel, Consent, Licence, Rights};
use crate::assets::shares::{self, NewShare, Target};
use crate::assets::sizes::{self, Draft, Format};
use crate::assets::take::{self, By, ORIGINAL};
use crate::assets::uses::{self, NewUse};
use crate::assets::verbs::{self, Facts, File};
use crate::assets::{collections, store};
use crate::demo::{draw, files};
use crate::error::Result;
use crate::files::intake::disk;
use crate::files::kind;
use crate::random::hash_secret;

/// How the rights of a picture stand.
#[derive(Clone, Copy)]
enum Stand {
    Free,
    Ends(i64),
    Ended,
    Later,
    WebOnly,
    NoConsent,
    Unchecked,
}

/// Name, file, kind, campaign, tags, who finds it, rights, how often taken.
type Line = (
    &'static str,
    &'static str,
    Kind,
    &'static str,
    &'static str,
    Audience,
    Stand,
    usize,
);

#[rustfmt::skip]
const LIBRARY: [Line; 24] = [
    ("Main logo, colour", "logo-colour.svg", Kind::Logo, "", "logo, colour", Audience::Public, Stand::Free, 41),
    ("Main logo, white", "logo-white.svg", Kind::Logo, "", "logo, white", Audience::Public, Stand::Free, 23),
    ("Main logo, black", "logo-black.svg", Kind::Logo, "", "logo, black", Audience::Public, Stand::Free, 9),
    ("Logo sign only", "sign.svg", Kind::Logo, "", "logo, sign", Audience::Public, Stand::Free, 14),
    ("Logo sign on amber", "sign-amber.svg", Kind::Logo, "", "logo, sign", Audience::Everyone, Stand::Free, 3),
    ("Brand colours", "colours.svg", Kind::Palette, "", "colours", Audience::Public, Stand::Free, 12),
    ("Meeting minutes", "minutes.docx", Kind::Template, "", "minutes", Audience::Everyone, Stand::Free, 37),
    ("Letterhead", "letterhead.docx", Kind::Template, "", "letter", Audience::Everyone, Stand::Free, 19),
    ("Email signature", "signature.docx", Kind::Template, "", "email", Audience::Everyone, Stand::Free, 16),
    ("Poster template A2", "poster.docx", Kind::Template, "Open Day", "poster", Audience::Everyone, Stand::Free, 8),
    ("Brand guide", "brand-guide.pdf", Kind::Document, "", "guide", Audience::Public, Stand::Free, 11),
    ("Open Day programme", "open-day.pdf", Kind::Document, "Open Day", "programme", Audience::Everyone, Stand::Later, 0),
    ("Lighthouse at dusk", "lighthouse.jpg", Kind::Photo, "Open Day", "coast, lighthouse", Audience::Everyone, Stand::Free, 17),
    ("Coast, cool morning", "coast.jpg", Kind::Photo, "", "coast", Audience::Everyone, Stand::Free, 7),
    ("Dunes in spring", "dunes.jpg", Kind::Photo, "Winter intake", "coast", Audience::Everyone, Stand::WebOnly, 5),
    ("Harbour, upright", "harbour.jpg", Kind::Photo, "", "harbour", Audience::Everyone, Stand::Free, 4),
    ("Students, study group", "study-group.jpg", Kind::Photo, "Winter intake", "students", Audience::Everyone, Stand::Ends(21), 13),
    ("Graduation 2024", "graduation.jpg", Kind::Photo, "", "students, graduation", Audience::Everyone, Stand::Ended, 10),
    ("First-year welcome", "welcome.jpg", Kind::Photo, "", "students", Audience::Everyone, Stand::NoConsent, 0),
    ("New campus, first view", "campus.jpg", Kind::Photo, "Winter intake", "campus", Audience::Everyone, Stand::Later, 0),
    ("Lent by the port authority", "port.jpg", Kind::Photo, "", "harbour", Audience::Agents, Stand::Unchecked, 0),
    ("Illustration, sea at dusk", "sea-dusk.svg", Kind::Illustration, "Open Day", "coast, illustration", Audience::Everyone, Stand::Free, 6),
    ("Illustration, sea by day", "sea-day.svg", Kind::Illustration, "Winter intake", "coast, illustration", Audience::Everyone, Stand::Free, 4),
    ("Illustration, sea at night", "sea-night.svg", Kind::Illustration, "", "coast, illustration", Audience::Everyone, Stand::Free, 2),
];

fn bytes(file: &str, n: usize) -> Vec<u8> {
    match file {
        "logo-colour.svg" => draw::logo("#12305c", Some("#ffffff"), true),
        "logo-white.svg" => draw::logo("#ffffff", Some("#12305c"), true),
        "logo-black.svg" => draw::logo("#000000", Some("#ffffff"), true),
        "sign.svg" => draw::logo("#12305c", Some("#ffffff"), false),
        "sign-amber.svg" => draw::logo("#12305c", Some("#f2b84b"), false),
        "colours.svg" => draw::palette(),
        "sea-dusk.svg" => draw::scene("#f0c38e", ["#e0896b", "#6b4a73", "#2f2a4d"]),
        "sea-day.svg" => draw::scene("#cfe3ec", ["#8fb6c9", "#4d7f9c", "#214a66"]),
        "sea-night.svg" => draw::scene("#2c4a6e", ["#3d6488", "#1b2c46", "#132238"]),
        name if name.ends_with(".docx") => draw::docx(&format!("Nordhaven: {name}")),
        name if name.ends_with(".pdf") => files::pdf(name),
        name => draw::photo(n as u32, name == "harbour.jpg"),
    }
}

impl World {
    /// Fill the library as it grew over half a year.
    pub(super) async fn fill_library(&self, now: Timestamp) -> Result<()> {
        let began = now - SignedDuration::from_hours(24 * 170);
        let today = self.zone.to_datetime(now).date();
        let day = |n: i64| today.saturating_add(n.days());
        let mut made = Vec::new();
        let ctx = self.ctx("ada", began);
        let size = Draft {
            name: "Newsletter header".to_owned(),
            width: 1200,
            height: 400,
            format: Format::Jpeg,
            ..Draft::usual()
        };
        sizes::make(&ctx, ctx.me()?, &size).await?;
        for (n, (name, file, what, campaign, tags, audience, stand, _)) in
            LIBRARY.into_iter().enumerate()
        {
            let who = if what == Kind::Photo { "luca" } else { "hanna" };
            let ctx = self.ctx(who, began + SignedDuration::from_hours(n as i64 * 5));
            let raw = bytes(file, n);
            let stored = self.app.blobs.put(&raw).await.map_err(disk)?;
            let upload = File {
                name: file.to_owned(),
                media_type: kind::media_type(&raw, file).to_owned(),
                size: stored.size,
                sha256: stored.sha.as_str().to_owned(),
            };
            let mut rights = Rights {
                licence: Licence::Own,
                ..Rights::default()
            };
            if what == Kind::Photo {
                rights.credit = "Luca Moretti, Nordhaven University".to_owned();
            }
            match stand {
                Stand::Free => {}
                Stand::Ends(days) => {
                    (rights.licence, rights.consent, rights.expires_on) =
                        (Licence::Own, Consent::Given, Some(day(days)))
                }
                Stand::Ended => {
                    (rights.consent, rights.expires_on) = (Consent::Given, Some(day(-12)))
                }
                Stand::Later => rights.embargo_until = Some(day(9)),
                Stand::WebOnly => {
                    (rights.licence, rights.channels) =
                        (Licence::Bought, vec![Channel::Web, Channel::Social])
                }
                Stand::NoConsent => rights.consent = Consent::Missing,
                Stand::Unchecked => rights.licence = Licence::Unknown,
            }
            let shows = tags.contains("students");
            let guide = match what {
                Kind::Logo if file.contains("sign") => {
                    "Only where the full logo does not fit\nAt least 8 mm or 40 px wide"
                }
                Kind::Logo => {
                    "At least 24 mm or 120 px wide\nFree space all round: half the sign\n- Not on photos"
                }
                Kind::Template => "Change the text, not the type or the colours",
                _ => "",
            };
            let facts = Facts {
                name: name.to_owned(),
                description: format!("{name}, Nordhaven University"),
                guide: guide.to_owned(),
                kind: what,
                campaign: campaign.to_owned(),
                people: if shows { People::Some } else { People::Nobody },
                audience,
                tags: vec![tags.to_owned()],
                ..Facts::guess(file, &upload.media_type)
            };
            let mut tx = self.app.db.begin().await?;
            let asset =
                verbs::create_in(&mut tx, &ctx, ctx.me()?, &upload, &facts, &rights).await?;
            tx.commit().await?;
            made.push(asset.id);
        }
        // Whoever adds something to the demo does not wait for all of this.
        let mut tx = self.app.db.begin().await?;
        sql("UPDATE asset_job SET later = 1").run(&mut tx).await?;
        tx.commit().await?;
        self.collect(now, &made).await?;
        self.take_files(now, &made).await
    }

    async fn collect(&self, now: Timestamp, made: &[String]) -> Result<()> {
        let ctx = self.ctx("hanna", now - SignedDuration::from_hours(24 * 60));
        for (name, about, audience, range) in [
            (
                "Logos and colours",
                "What every page, poster and slide needs.",
                Audience::Public,
                0..6,
            ),
            (
                "Templates",
                "To fill in: letters, minutes, posters.",
                Audience::Everyone,
                6..10,
            ),
            (
                "By the sea",
                "Pictures and drawings of the coast.",
                Audience::Everyone,
                12..16,
            ),
        ] {
            let set = collections::save(&ctx, ctx.me()?, None, name, about, audience).await?;
            let mut tx = self.app.db.begin().await?;
            for id in &made[range] {
                collections::put_in(&mut tx, &ctx, &set.id, id, true).await?;
            }
            tx.commit().await?;
            if audience == Audience::Public {
                let new = NewShare {
                    label: "Print shop Holm".to_owned(),
                    days: 90,
                    most_downloads: Some(50),
                    ..NewShare::default()
                };
                let press = NewShare {
                    label: "The Harbour Gazette".to_owned(),
                    days: 180,
                    password: Some(crate::demo::PASSWORD.to_owned()),
                    ..NewShare::default()
                };
                let all = Target::Collection(set.id);
                shares::make(&ctx, ctx.me()?, all.clone(), &new).await?;
                let (press, _) = shares::make(&ctx, ctx.me()?, all, &press).await?;
                // A link that is known, because everything here is.
                let mut tx = self.app.db.begin().await?;
                sql("UPDATE asset_share SET token_hash = $1 WHERE id = $2")
                    .bind(hash_secret(crate::demo::PRESS_LINK))
                    .bind(&press.id)
                    .run(&mut tx)
                    .await?;
                tx.commit().await?;
            }
        }
        for (n, kind, label, url) in [
            (0, "address", "Wikipedia", "https://en.wikipedia.org/"),
            (12, "campaign", "Open Day", ""),
            (16, "campaign", "Winter intake", ""),
            (17, "address", "Prospectus 2025, page 4", ""),
        ] {
            let new = NewUse {
                kind: kind.to_owned(),
                label: label.to_owned(),
                url: Some(url.to_owned()),
            };
            uses::add(&ctx, ctx.me()?, &made[n], &new).await?;
        }
        Ok(())
    }

    /// Who took what, spread over the half year.
    async fn take_files(&self, now: Timestamp, made: &[String]) -> Result<()> {
        const PEOPLE: [&str; 6] = ["maren", "rolf", "priya", "jette", "sofia", "tomas"];
        for (id, line) in made.iter().zip(LIBRARY) {
            for n in 0..line.7 {
                let who = PEOPLE[(n * 5 + line.0.len()) % PEOPLE.len()];
                let at = now
                    - SignedDuration::from_hours(
                        24 * 150 * (n as i64 + 1) / (line.7 as i64 + 1) + 30,
                    );
                let ctx = self.ctx(who, at);
                let mut tx = self.app.db.begin().await?;
                let asset = store::find(&mut tx, Some(ctx.me()?), id).await?;
                let version = store::current(&mut tx, &asset).await?;
                // Before its end: what has ended was free then.
                let mut then = asset.clone();
                then.rights.expires_on = None;
                then.rights.channels.clear();
                take::take_in(
                    &mut tx,
                    &ctx,
                    By::Person(ctx.me()?),
                    &then,
                    &version,
                    true,
                    ORIGINAL,
                    None,
                )
                .await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }
}
