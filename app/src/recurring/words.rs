//! Rhythms in words, and dates in titles and answers. Pure.

use jiff::ToSpan;
use jiff::civil::Date;
use mil_process::form::{FormDef, Kind, Raw};
use mil_sla::Weekday;
use mil_sla::rhythm::{Every, OnClosed, Rhythm};

use crate::i18n::{Lang, fmt, t, tn};

/// What can stand in a title or an answer, for the hint beside it.
pub const PLACES: &str = "{day} {month} {year} {week} {quarter} {date} {date+5}";

/// Fill dates into a text: `{month}`, `{year}`, `{week}` (ISO 8601, with
/// `{week_year}` for its year), `{quarter}`, `{day}`, `{date}`, and `{date+5}`
/// for a day some days later. Anything else in braces stays as it is.
pub fn fill(lang: Lang, text: &str, date: Date, iso: bool) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once('{') {
        out.push_str(head);
        let value = tail.split_once('}').and_then(|(name, after)| {
            let value = place(lang, name, date, iso)?;
            Some((value, after))
        });
        match value {
            Some((value, after)) => {
                out.push_str(&value);
                rest = after;
            }
            None => {
                out.push('{');
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    out
}

fn place(lang: Lang, name: &str, date: Date, iso: bool) -> Option<String> {
    let week = date.iso_week_date();
    Some(match name {
        "day" => date.day().to_string(),
        "month" => fmt::month(lang, date).to_owned(),
        "year" => date.year().to_string(),
        "week" => week.week().to_string(),
        "week_year" => week.year().to_string(),
        "quarter" => ((date.month() + 2) / 3).to_string(),
        _ => {
            let days = name.strip_prefix("date")?;
            let days: i64 = match days {
                "" => 0,
                days if days.len() <= 5 && days.starts_with(['+', '-']) => days.parse().ok()?,
                _ => return None,
            };
            let date = date.checked_add(days.days()).ok()?;
            if iso {
                date.to_string()
            } else {
                format!("{} {}", fmt::day_month(lang, date), date.year())
            }
        }
    })
}

/// Answers with their dates filled in.
pub fn fill_answers(lang: Lang, form: &FormDef, raw: &Raw, date: Date) -> Raw {
    let mut out = raw.clone();
    for (key, values) in &mut out {
        let iso = form
            .field(key)
            .is_some_and(|f| matches!(f.kind, Kind::Date { .. } | Kind::Url));
        for value in values {
            *value = fill(lang, value, date, iso);
        }
    }
    out
}

/// The form as a plan asks it: dates as text, so that `{date+5}` can be written;
/// no files, which cannot be ordered twice.
pub fn form_of_plan(lang: Lang, form: &FormDef) -> FormDef {
    let mut form = form.clone();
    form.fields.retain(|f| !matches!(f.kind, Kind::File { .. }));
    for field in &mut form.fields {
        if matches!(field.kind, Kind::Date { .. }) {
            field.kind = Kind::Text {
                min: None,
                max: Some(20),
                pattern: None,
            };
            let hint = t!(lang, "{date} is the planned day, {date+5} five days later.");
            field.help = Some(match &field.help {
                Some(help) => format!("{help} {hint}"),
                None => hint.to_owned(),
            });
        }
    }
    form
}

/// "every 2 weeks on Mon and Thu at 09:00".
pub fn rhythm(lang: Lang, r: &Rhythm) -> String {
    let beat = match &r.every {
        Every::Days { every: 1 } => t!(lang, "every day").to_owned(),
        Every::Days { every } => tn!(lang, *every, "every {n} day", "every {n} days"),
        Every::Weeks { every, on } => {
            let days: Vec<&str> = on.iter().map(|day| weekday(lang, *day)).collect();
            let days = days.join(", ");
            if *every == 1 {
                t!(lang, "every week: {days}", days = days)
            } else {
                let weeks = tn!(lang, *every, "every {n} week", "every {n} weeks");
                format!("{weeks}: {days}")
            }
        }
        Every::MonthDay { every, day } => {
            let day = t!(lang, "on day {day}", day = day);
            format!("{} {day}", months(lang, *every))
        }
        Every::MonthWeekday { every, nth: n, day } => {
            let day = format!("{} {}", nth(lang, *n), weekday(lang, *day));
            let day = t!(lang, "on the {day}", day = day);
            format!("{} {day}", months(lang, *every))
        }
        Every::LastWorkingDay { every } => {
            let day = t!(lang, "on the last working day");
            format!("{} {day}", months(lang, *every))
        }
        Every::Year { month, day } => {
            let date = Date::new(2024, *month, *day).unwrap_or(r.start);
            t!(
                lang,
                "every year on {date}",
                date = fmt::day_month(lang, date)
            )
        }
    };
    let mut out = t!(lang, "{beat}, at {time}", beat = beat, time = r.at);
    if r.ahead > 0 {
        out.push_str(", ");
        out.push_str(&tn!(
            lang,
            r.ahead,
            "ordered {n} working day before",
            "ordered {n} working days before"
        ));
    }
    out
}

fn months(lang: Lang, every: u32) -> String {
    match every {
        1 => t!(lang, "every month").to_owned(),
        n => tn!(lang, n, "every {n} month", "every {n} months"),
    }
}

/// The word of a day of the week.
pub fn weekday(lang: Lang, day: Weekday) -> &'static str {
    // 5 January 2026 was a Monday.
    let at = i8::try_from(day as u8).unwrap_or(0);
    fmt::weekday(lang, Date::constant(2026, 1, 5 + at))
}

/// "first", "last".
pub fn nth(lang: Lang, nth: i8) -> &'static str {
    match nth {
        1 => t!(lang, "first"),
        2 => t!(lang, "second"),
        3 => t!(lang, "third"),
        4 => t!(lang, "fourth"),
        _ => t!(lang, "last"),
    }
}

/// What becomes of dates without work.
pub fn closed(lang: Lang, closed: OnClosed) -> &'static str {
    match closed {
        OnClosed::Keep => t!(lang, "It stays on its date"),
        OnClosed::Before => t!(lang, "The working day before"),
        OnClosed::After => t!(lang, "The next working day"),
        OnClosed::Skip => t!(lang, "It is left out"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_filled_into_texts() {
        let date = Date::constant(2027, 1, 1);
        for (text, english) in [
            ("Newsletter {month} {year}", "Newsletter January 2027"),
            ("Week {week}/{week_year}", "Week 53/2026"),
            ("Q{quarter}, {day}.", "Q1, 1."),
            ("by {date+5}", "by 6 Jan 2027"),
            (
                "{ {x} {date+} {date+999999} {month",
                "{ {x} {date+} {date+999999} {month",
            ),
            ("{{month}}", "{January}"),
        ] {
            assert_eq!(fill(Lang::En, text, date, false), english);
        }
        assert_eq!(fill(Lang::De, "{month}", date, false), "Januar");
        assert_eq!(fill(Lang::En, "{date-1}", date, true), "2026-12-31");
    }
}
