//! Meetings in words.

use crate::i18n::{Lang, fmt, t};
use crate::meetings::model::{Attendance, Every, Series};

/// Who was there.
pub fn attendance(lang: Lang, state: Attendance) -> &'static str {
    match state {
        Attendance::Present => t!(lang, "Present"),
        Attendance::Excused => t!(lang, "Excused"),
        Attendance::Absent => t!(lang, "Absent"),
        Attendance::Guest => t!(lang, "Guest"),
    }
}

/// How often.
pub fn every(lang: Lang, every: Every) -> &'static str {
    match every {
        Every::Week => t!(lang, "Every week"),
        Every::Fortnight => t!(lang, "Every second week"),
        Every::Month => t!(lang, "Once a month"),
    }
}

/// Which one of the month.
pub fn nth(lang: Lang, nth: i8) -> &'static str {
    match nth {
        1 => t!(lang, "first"),
        2 => t!(lang, "second"),
        3 => t!(lang, "third"),
        4 => t!(lang, "fourth"),
        _ => t!(lang, "last"),
    }
}

/// "Every second week, Tuesday, 10:00".
pub fn rhythm(lang: Lang, s: &Series) -> String {
    let r = &s.rhythm;
    let day = r.days(r.first_on).next().unwrap_or(r.first_on);
    let day = match r.every {
        Every::Month => format!("{} {}", nth(lang, r.nth), fmt::weekday(lang, day)),
        _ => fmt::weekday(lang, day).to_owned(),
    };
    format!(
        "{}, {day}, {}",
        every(lang, r.every),
        r.clock.strftime("%H:%M")
    )
}
