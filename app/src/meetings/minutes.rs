//! Minutes: drafted from what was noted, then a person's text.

use std::fmt::Write as _;

use crate::i18n::{Lang, fmt, t};
use crate::meetings::model::{Attendance, Attendee, Meeting, Point, PointKind};
use crate::meetings::words;
use crate::web::Ctx;

/// One line of Markdown: what people typed cannot become a heading or a list.
fn line(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = String::with_capacity(flat.len());
    for c in flat.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A draft in the language of whoever writes.
pub fn draft(ctx: &Ctx, m: &Meeting, people: &[Attendee], points: &[Point]) -> String {
    let lang = ctx.lang();
    // Minutes are read years later: no “today”, and the year in full.
    let start = ctx.prefs.zone.to_datetime(m.starts_at);
    let when = format!(
        "{} {} {}, {}",
        fmt::weekday(lang, start.date()),
        fmt::day_month(lang, start.date()),
        start.year(),
        fmt::time(lang, m.starts_at, &ctx.prefs.zone)
    );
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}, {when}\n", line(&m.name));
    for state in Attendance::ALL {
        let names: Vec<String> = people
            .iter()
            .filter(|a| a.state == Some(*state))
            .map(|a| line(&a.name))
            .collect();
        if !names.is_empty() {
            let _ = writeln!(
                out,
                "**{}:** {}  ",
                words::attendance(lang, *state),
                names.join(", ")
            );
        }
    }
    for (n, p) in points.iter().enumerate() {
        let number = p
            .item
            .as_ref()
            .map(|(_, n)| format!("{n} "))
            .unwrap_or_default();
        let _ = writeln!(out, "\n## {}. {number}{}\n", n + 1, line(&p.title));
        if !p.note.is_empty() {
            let _ = writeln!(out, "{}\n", line(&p.note));
        }
        let said = said(lang, p);
        if !said.is_empty() {
            let _ = writeln!(out, "{said}");
        }
    }
    out
}

fn said(lang: Lang, p: &Point) -> String {
    match (p.kind, p.decision) {
        (PointKind::Change, Some(decision)) => {
            let word = crate::changes::words::decision(lang, decision.key());
            match p.words.as_str() {
                "" => format!("**{word}.**"),
                words => format!("**{word}:** {}", line(words)),
            }
        }
        (PointKind::Change, None) => t!(lang, "Not decided.").to_owned(),
        (PointKind::Review, _) if p.reviewed => t!(lang, "Looked back at.").to_owned(),
        (PointKind::Review, _) => t!(lang, "Not looked back at yet.").to_owned(),
        (PointKind::Own, _) => String::new(),
    }
}
