//! What the demo's people look up by themselves: the glossary of the marketing
//! team, answers that solved it, what nobody found, and the time that requests
//! took, so that the report can say what self-help saves.

use jiff::{SignedDuration, Timestamp};
use mil_db::sql;

use super::World;
use crate::clock::from_micros;
use crate::deflection::verbs as deflection;
use crate::error::Result;
use crate::glossary::verbs::{self, TermInput};
use crate::notifications::listen;
use crate::search::unmet::{self, Place};
use crate::search::{Hit, Kind, vocabulary};
use crate::spent::{Booked, book};
use crate::web::Me;

/// Term, IT's word, what marketing means, what IT means, other words.
const TERMS: &[(&str, &str, &str, &str, &str)] = &[
    (
        "campaign page",
        "landing page",
        "A page that stands for one campaign and asks for one thing, such as signing up.",
        "A route outside the navigation, with its own template and a form that writes to the list.",
        "microsite, action page",
    ),
    (
        "briefing",
        "requirements",
        "What is wanted, for whom, until when, and how one sees that it worked.",
        "The list that the work is accepted against.",
        "creative brief",
    ),
    (
        "proof",
        "staging preview",
        "The last version before print or publishing, to be looked at by whoever ordered it.",
        "The build on the test system, before it is deployed.",
        "galley",
    ),
    (
        "go-live",
        "deployment",
        "The moment at which everybody can see it.",
        "Bringing a version to the production system; it can be rolled back.",
        "launch",
    ),
    (
        "tracking link",
        "UTM parameters",
        "A link that says which poster or mail somebody came from.",
        "Query parameters that the analytics tool reads; they hold no personal data.",
        "campaign link",
    ),
    (
        "target group",
        "segment",
        "The people something is made for.",
        "A saved filter over contact records.",
        "audience",
    ),
    (
        "vector file",
        "SVG",
        "A drawing that stays sharp at any size: for print, take the PDF or SVG.",
        "A file of paths instead of pixels.",
        "EPS, scalable logo",
    ),
    (
        "bleed",
        "",
        "Three millimetres of picture beyond the edge of the paper, so that no white line stays when it is cut.",
        "",
        "trim margin",
    ),
    (
        "alt text",
        "alt attribute",
        "One sentence that says what a picture shows, for those who do not see it.",
        "The text alternative that WCAG 2.2 asks for.",
        "image description",
    ),
    (
        "embargo",
        "publish date",
        "Nobody may publish it before this time.",
        "The field that keeps a page hidden until a time.",
        "hold",
    ),
];

/// Services with the minutes that were booked on each of some requests.
const BOOKED: &[(&str, &[i64])] = &[
    (
        "update-a-web-page",
        &[25, 40, 30, 35, 20, 55, 30, 45, 25, 90, 30, 40],
    ),
    ("logo-files", &[10, 15, 10, 20, 15, 10, 25, 15, 10, 15]),
    ("business-cards", &[35, 45, 30, 60, 40, 50, 35, 30, 45]),
    ("event-flyer-or-poster", &[180, 240, 310, 150, 420]),
];

/// Who found what before ordering what, so many days ago, at which hour (UTC).
const SOLVED: &[(&str, &str, &str, i64, i64)] = &[
    ("maren", "vector file", "logo-files", 82, 9),
    ("rolf", "vector file", "logo-files", 75, 20),
    ("pia", "vector file", "logo-files", 71, 21),
    ("maren", "bleed", "event-flyer-or-poster", 66, 8),
    ("rolf", "tracking link", "landing-page", 61, 13),
    ("maren", "alt text", "update-a-web-page", 55, 19),
    ("rolf", "vector file", "logo-files", 48, 10),
    ("maren", "vector file", "logo-files", 41, 7),
    ("pia", "bleed", "event-flyer-or-poster", 39, 18),
    ("rolf", "alt text", "update-a-web-page", 33, 12),
    ("maren", "campaign page", "landing-page", 27, 22),
    ("rolf", "vector file", "logo-files", 20, 9),
    ("maren", "alt text", "update-a-web-page", 16, 14),
    ("pia", "vector file", "logo-files", 12, 20),
    ("rolf", "alt text", "update-a-web-page", 8, 9),
    ("maren", "vector file", "logo-files", 5, 21),
    ("rolf", "bleed", "business-cards", 3, 10),
];

/// What was looked for in vain, where, and how often.
const UNMET: &[(Place, &str, usize)] = &[
    (Place::Search, "drone pictures campus", 4),
    (Place::Search, "QR code generator", 7),
    (Place::Search, "podcast studio", 3),
    (Place::Search, "stickers for laptops", 2),
    (Place::Glossary, "above the fold", 3),
    (Place::Glossary, "lookalike", 2),
];

impl World {
    /// Make it so, with the real verbs, at the time it says.
    pub(super) async fn find_out(&self, now: Timestamp) -> Result<()> {
        let day = |days: i64| now - SignedDuration::from_hours(24 * days);
        for (n, (term, it_term, means, it_means, synonyms)) in TERMS.iter().enumerate() {
            let ctx = self.ctx(
                if n % 2 == 0 { "hanna" } else { "priya" },
                day(100 - n as i64),
            );
            let input = TermInput {
                term: (*term).to_owned(),
                means: (*means).to_owned(),
                it_term: (*it_term).to_owned(),
                it_means: (*it_means).to_owned(),
                synonyms: synonyms.split(", ").map(str::to_owned).collect(),
                ..TermInput::default()
            };
            verbs::create(&ctx, ctx.me()?, &input).await?;
        }
        self.book(now).await?;
        let book = self.app.glossary().await?;
        for (who, name, service, days, hour) in SOLVED {
            let Some(term) = book.terms().find(|t| t.term == *name) else {
                continue;
            };
            let midnight = day(*days).as_second() / 86_400 * 86_400;
            let at = from_micros((midnight + hour * 3_600) * 1_000_000).min(now);
            let service = self
                .catalog
                .service(service)
                .map(|s| s.id.clone())
                .unwrap_or_default();
            let hit = Hit {
                kind: Kind::Term,
                id: term.id.clone(),
                title: String::new(),
                href: String::new(),
                hint: String::new(),
                text: String::new(),
                at: None,
                number: None,
            };
            let look = Me::of(self.ctx(who, at - SignedDuration::from_secs(40 + days * 3)))?;
            deflection::offered(&look, &service, &[hit]).await?;
            let me = Me::of(self.ctx(who, at))?;
            let solve = deflection::Solve {
                kind: Kind::Term,
                id: term.id.clone(),
                service: Some(service).filter(|id| !id.is_empty()),
            };
            // Not everything is open to everybody.
            match deflection::solved(&me, &solve).await {
                Ok(_) | Err(crate::Error::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
        for (n, (place, words, times)) in UNMET.iter().enumerate() {
            for time in 0..*times {
                let at = day((n * 5 + time * 3) as i64 % 60);
                unmet::record(&Me::of(self.ctx("maren", at))?, *place, words).await?;
            }
        }
        vocabulary::sweep(&self.app).await?;
        while listen::run(&self.app, now).await? > 0 {}
        Ok(())
    }

    /// The time that finished requests took, booked when they were closed.
    async fn book(&self, now: Timestamp) -> Result<()> {
        for (slug, minutes) in BOOKED {
            let Some(service) = self.catalog.service(slug) else {
                continue;
            };
            let rows = sql(
                "SELECT id, closed_at FROM work_item
                 WHERE service_id = $1 AND closed_at IS NOT NULL AND phase = 'done' ORDER BY closed_at DESC LIMIT $2",
            )
            .bind(&service.id)
            .bind(minutes.len() as i64)
            .all(&self.app.db)
            .await?;
            for (row, minutes) in rows.iter().zip(*minutes) {
                let at = from_micros(row.get("closed_at")?).min(now);
                let ctx = self.ctx("priya", at);
                let booked = Booked {
                    minutes: *minutes,
                    note: String::new(),
                    day: None,
                };
                book(&ctx, ctx.me()?, &row.get::<String>("id")?, booked).await?;
            }
        }
        Ok(())
    }
}
