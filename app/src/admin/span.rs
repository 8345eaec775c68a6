//! Working time as people write it: "2 days", "4 hours", "1 Tag 4 Std.".
//!
//! A day is the calendar's usual working day, so a text means another number
//! of minutes on another calendar.

use crate::error::Msg;
use crate::i18n::Lang;

/// Minutes as text that [`parse`] reads back to the same number. `day` is the
/// length of a working day in minutes.
pub fn print(lang: Lang, minutes: i64, day: i64) -> String {
    let names = match lang {
        Lang::En => [["day", "days"], ["hour", "hours"], ["minute", "minutes"]],
        Lang::De => [
            ["Tag", "Tage"],
            ["Stunde", "Stunden"],
            ["Minute", "Minuten"],
        ],
    };
    let (minutes, day) = (minutes.max(0), day.max(1));
    let (days, rest) = (minutes / day, minutes % day);
    // "90 minutes" reads better than "1 hour 30 minutes".
    let (hours, rest) = if rest < 120 && rest % 60 != 0 {
        (0, rest)
    } else {
        (rest / 60, rest % 60)
    };
    let parts: Vec<String> = [days, hours, rest]
        .into_iter()
        .zip(names)
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {}", name[usize::from(count != 1)]))
        .collect();
    if parts.is_empty() {
        format!("0 {}", names[2][1])
    } else {
        parts.join(" ")
    }
}

/// Minutes from what somebody typed, in English or German whichever language
/// they read in. Halves and decimals count: "1.5 days", "1½ Tage".
///
/// # Errors
/// What to write instead.
pub fn parse(text: &str, day: i64) -> Result<i64, Msg> {
    let how = || Msg::new("Write working time such as 2 days, 4 hours or 90 minutes.");
    let text: String = text.trim().to_lowercase().replace('½', ".5 ");
    if text.is_empty() || text.chars().count() > 60 {
        return Err(how());
    }
    let (mut total, mut found) = (0.0_f64, false);
    let mut rest = text.as_str();
    while !rest.trim_start().is_empty() {
        rest = rest.trim_start();
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')
            .ok_or_else(how)?;
        // A number "1 .5" comes of "1 ½".
        let number: f64 = rest[..digits]
            .replace(',', ".")
            .parse()
            .map_err(|_| how())?;
        rest = rest[digits..].trim_start();
        let (number, tail) = match rest.strip_prefix(".5") {
            Some(tail) => (number + 0.5, tail.trim_start()),
            None => (number, rest),
        };
        let end = tail
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(tail.len());
        let unit = unit(tail[..end].trim(), day).ok_or_else(how)?;
        rest = &tail[end..];
        total += number * unit as f64;
        found = true;
    }
    if !found || !(0.0..1e9).contains(&total) {
        return Err(how());
    }
    #[allow(clippy::cast_possible_truncation)] // below a thousand million
    Ok(total.round() as i64)
}

/// The minutes of a unit by its name.
fn unit(word: &str, day: i64) -> Option<i64> {
    let word = word
        .trim_end_matches([',', '+'])
        .trim_end()
        .trim_end_matches('.')
        .trim_end_matches(" and")
        .trim_end_matches(" und");
    Some(match word {
        "d" | "day" | "days" | "working day" | "working days" | "t" | "tag" | "tage" | "tagen"
        | "arbeitstag" | "arbeitstage" | "arbeitstagen" => day.max(1),
        "h" | "hr" | "hrs" | "hour" | "hours" | "working hour" | "working hours" | "std"
        | "stunde" | "stunden" | "arbeitsstunde" | "arbeitsstunden" => 60,
        "m" | "min" | "mins" | "minute" | "minutes" | "minuten" => 1,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_working_time_in_many_ways() {
        for (text, minutes) in [
            ("2 days", Some(960)),
            ("2d", Some(960)),
            ("1 Tag 4 Std.", Some(720)),
            ("1 day, 4 hours", Some(720)),
            ("1 day and 4 hours", Some(720)),
            ("1.5 days", Some(720)),
            ("1,5 Tage", Some(720)),
            ("1½ Tage", Some(720)),
            ("½ day", Some(240)),
            ("90 minutes", Some(90)),
            ("90 Min.", Some(90)),
            ("  4 Arbeitsstunden ", Some(240)),
            ("4", None),
            ("", None),
            ("soon", None),
            ("2 weeks", None),
            ("-2 days", None),
            ("1..5 days", None),
            ("9999999999999 days", None),
            ("2 days ago", None),
        ] {
            assert_eq!(parse(text, 480).ok(), minutes, "{text:?}");
        }
    }

    #[test]
    fn what_is_printed_is_read_back() {
        for (minutes, en, de) in [
            (960, "2 days", "2 Tage"),
            (240, "4 hours", "4 Stunden"),
            (90, "90 minutes", "90 Minuten"),
            (60, "1 hour", "1 Stunde"),
            (480 + 75, "1 day 75 minutes", "1 Tag 75 Minuten"),
            (150, "2 hours 30 minutes", "2 Stunden 30 Minuten"),
        ] {
            assert_eq!(print(Lang::En, minutes, 480), en);
            assert_eq!(print(Lang::De, minutes, 480), de);
        }
        for day in [1, 60, 450, 480, 1440] {
            for minutes in 1..4000 {
                for lang in [Lang::En, Lang::De] {
                    let text = print(lang, minutes, day);
                    assert_eq!(parse(&text, day), Ok(minutes), "{text} of {day}");
                }
            }
        }
    }
}
