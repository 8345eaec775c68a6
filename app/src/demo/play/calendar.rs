//! The demo's change calendar: campaigns, mailings, a freeze, the window of a
//! change, and two things in each other's way.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use mil_db::sql;
use mil_planner::Span;

use super::World;
use crate::calendar::model::Kind;
use crate::calendar::verbs::{Draft, plan};
use crate::error::{Error, Result};
use crate::notifications::listen;

/// What is planned: who enters it, kind, title, days from this week's Monday
/// (first, last), clock times (empty: whole days), what it touches.
type Line = (
    &'static str,
    Kind,
    &'static str,
    (i64, i64),
    &'static str,
    (&'static str, &'static str),
);

const PLANNED: [Line; 11] = [
    (
        "priya",
        Kind::Campaign,
        "Winter intake, first wave",
        (0, 11),
        "",
        ("campaign", "Winter intake"),
    ),
    (
        "sofia",
        Kind::Campaign,
        "Alumni appeal",
        (14, 20),
        "",
        ("campaign", "Alumni appeal"),
    ),
    (
        "sofia",
        Kind::Mailing,
        "Alumni news",
        (3, 3),
        "10:30-11:00",
        ("audience", "Alumni"),
    ),
    (
        "priya",
        Kind::Mailing,
        "Staff newsletter",
        (8, 8),
        "09:00-09:30",
        ("audience", "Staff"),
    ),
    (
        "priya",
        Kind::Mailing,
        "Applicants, second letter",
        (9, 9),
        "10:00-10:30",
        ("audience", "Applicants"),
    ),
    (
        "priya",
        Kind::Event,
        "Science slam, live stream",
        (10, 10),
        "17:00-20:00",
        ("tool", "Live stream"),
    ),
    (
        "priya",
        Kind::Event,
        "Open day",
        (12, 12),
        "",
        ("tool", "Website"),
    ),
    (
        "sofia",
        Kind::Event,
        "Press breakfast",
        (15, 15),
        "09:00-11:00",
        ("campaign", "Alumni appeal"),
    ),
    (
        "ivo",
        Kind::Maintenance,
        "Asset store moves to new disks",
        (16, 16),
        "18:00-22:00",
        ("tool", "Asset store"),
    ),
    (
        "ada",
        Kind::Freeze,
        "No website changes: upgrade of the CMS",
        (7, 9),
        "",
        ("tool", "Website"),
    ),
    (
        "ada",
        Kind::Embargo,
        "Nothing about the ocean prize yet",
        (14, 17),
        "",
        ("campaign", "Ocean prize"),
    ),
];

fn span(monday: Date, zone: &TimeZone, days: (i64, i64), clock: &str) -> Option<(Span, bool)> {
    let day = |n: i64| monday.checked_add(n.days()).ok();
    let (first, last) = (day(days.0)?, day(days.1)?);
    let Some((from, to)) = clock.split_once('-') else {
        return Span::of_days(first, last, zone).map(|s| (s, true));
    };
    let at = |day: Date, clock: &str| {
        let time: Time = clock.parse().ok()?;
        zone.to_timestamp(day.to_datetime(time)).ok()
    };
    Span::new(at(first, from)?, at(last, to)?).map(|s| (s, false))
}

impl World {
    /// Fill four weeks of the calendar.
    pub(super) async fn plan(&self, now: Timestamp) -> Result<()> {
        let zone = self.ctx("ada", now).prefs.zone;
        let monday = crate::calendar::grid::monday(zone.to_datetime(now).date());
        let missing = || Error::Internal("a day of the demo's calendar".to_owned());
        let draft = |kind, title: &str, (span, whole): (Span, bool), thing: (&str, &str)| Draft {
            kind,
            title: title.to_owned(),
            note: String::new(),
            change: None,
            span,
            days_zone: whole.then(|| zone.iana_name().unwrap_or("UTC").to_owned()),
            touches: Vec::new(),
            named: vec![(thing.0.to_owned(), thing.1.to_owned())],
            person_id: None,
            routine: false,
            exception: None,
        };
        // The window of the urgent change that waits for its yes: planned before
        // the freeze was, so the two are in each other's way.
        let urgent: Option<String> =
            sql("SELECT id FROM work_item WHERE kind = 'change' AND closed_at IS NULL ORDER BY number DESC LIMIT 1")
                .opt(&self.app.db)
                .await?
                .map(|row| row.get("id"))
                .transpose()?;
        if let Some(id) = urgent {
            let ctx = self.ctx("jonas", now);
            let window = span(monday, &zone, (8, 8), "07:30-08:00").ok_or_else(missing)?;
            let mut window = draft(
                Kind::Change,
                "Take the wrong price off the page",
                window,
                ("tool", "Website"),
            );
            window.change = Some(id);
            plan(&ctx, ctx.me()?, None, None, window).await?;
        }
        for (who, kind, title, days, clock, thing) in PLANNED {
            let ctx = self.ctx(who, now);
            let when = span(monday, &zone, days, clock).ok_or_else(missing)?;
            plan(&ctx, ctx.me()?, None, None, draft(kind, title, when, thing)).await?;
        }
        while listen::run(&self.app, now).await? > 0 {}
        Ok(())
    }
}
