//! Dates, times, durations, money and sizes as people write them.
//!
//! Nothing here reads the clock: the present time and the reader's zone are
//! passed in.

use super::Lang;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

tokio::task_local! {
    /// How whoever asked wants to read dates, for as long as the answer is made.
    static STYLE: Style;
}

/// How dates are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Style {
    /// As usual in the language: "Thu 26 Nov, 16:30", "today, 9:00".
    #[default]
    Usual,
    /// ISO 8601: "2026-11-26 16:30".
    Iso,
}

impl Style {
    /// The style that a person chose in their profile.
    pub fn from_code(code: Option<&str>) -> Style {
        match code {
            Some("iso") => Style::Iso,
            _ => Style::Usual,
        }
    }

    /// Make `answer` with dates in this style.
    pub async fn within<F: Future>(self, answer: F) -> F::Output {
        STYLE.scope(self, answer).await
    }
}

fn iso() -> bool {
    STYLE
        .try_with(|style| *style == Style::Iso)
        .unwrap_or(false)
}

const DAYS: [[&str; 7]; 2] = [
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"],
];
const MONTHS: [[&str; 12]; 2] = [
    [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ],
    [
        "Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.",
        "Dez.",
    ],
];

/// "Thu 26 Nov, 16:30", "today, 16:30", "tomorrow, 9:00"; with the year if it
/// is not the present one.
pub fn when(lang: Lang, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let today = zone.to_datetime(now).date();
    let date = zone.to_datetime(at).date();
    if iso() {
        return format!("{date} {}", time(lang, at, zone));
    }
    format!(
        "{}, {}",
        near(lang, date, today).unwrap_or_else(|| date_text(lang, date, today)),
        time(lang, at, zone)
    )
}

/// "Thu 26 Nov", "today", "tomorrow", "yesterday".
pub fn day(lang: Lang, date: Date, today: Date) -> String {
    if iso() {
        return date.to_string();
    }
    near(lang, date, today).unwrap_or_else(|| date_text(lang, date, today))
}

/// "Thu 16:30", for places that are too narrow for [`when`].
pub fn weekday_time(lang: Lang, at: Timestamp, zone: &TimeZone) -> String {
    let date = zone.to_datetime(at).date();
    format!("{} {}", weekday(lang, date), time(lang, at, zone))
}

/// "16:30", "9:00".
pub fn time(_lang: Lang, at: Timestamp, zone: &TimeZone) -> String {
    let time = zone.to_datetime(at).time();
    let (hour, minute) = (time.hour(), time.minute());
    if iso() {
        return format!("{hour:02}:{minute:02}");
    }
    format!("{hour}:{minute:02}")
}

fn near(lang: Lang, date: Date, today: Date) -> Option<String> {
    let words = match lang {
        Lang::En => ["yesterday", "today", "tomorrow"],
        Lang::De => ["gestern", "heute", "morgen"],
    };
    let at = if date == today {
        1
    } else if today.tomorrow().is_ok_and(|next| next == date) {
        2
    } else if today.yesterday().is_ok_and(|last| last == date) {
        0
    } else {
        return None;
    };
    Some(words[at].to_owned())
}

/// "Mon".
pub fn weekday(lang: Lang, date: Date) -> &'static str {
    DAYS[lang as usize][usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())]
}

fn date_text(lang: Lang, date: Date, today: Date) -> String {
    let month = MONTHS[lang as usize][usize::from(date.month().unsigned_abs()) - 1];
    let dot = if lang == Lang::De { "." } else { "" };
    let mut out = format!("{} {}{dot} {month}", weekday(lang, date), date.day());
    if date.year() != today.year() {
        out.push_str(&format!(" {}", date.year()));
    }
    out
}

/// "November".
pub fn month(lang: Lang, date: Date) -> &'static str {
    const NAMES: [[&str; 12]; 2] = [
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
    ];
    NAMES[lang as usize][usize::from(date.month().unsigned_abs()) - 1]
}

/// "30 Nov", in German "30. Nov".
pub fn day_month(lang: Lang, date: Date) -> String {
    let month = MONTHS[lang as usize][usize::from(date.month().unsigned_abs()) - 1];
    let dot = if lang == Lang::De { "." } else { "" };
    format!("{}{dot} {month}", date.day())
}

/// Working time in at most two units: "1 d 3 h", "4 h 20 m", "5 h 05 m",
/// "12 m". `day` is the length of a working day in minutes.
pub fn span(lang: Lang, minutes: i64, day: i64) -> String {
    let minutes = minutes.max(0);
    let (d, h, m) = match lang {
        Lang::En => ("d", "h", "m"),
        Lang::De => ("T", "Std.", "Min."),
    };
    let day = day.max(1);
    let (days, hours, rest) = (minutes / day, minutes % day / 60, minutes % day % 60);
    match (days, hours, rest) {
        (0, 0, rest) => format!("{rest} {m}"),
        (0, hours, 0) => format!("{hours} {h}"),
        (0, hours, rest) => format!("{hours} {h} {rest:02} {m}"),
        (days, 0, _) => format!("{days} {d}"),
        (days, hours, _) => format!("{days} {d} {hours} {h}"),
    }
}

/// Working time as a promise says it: "2 working days", "4 working hours",
/// "30 working minutes". Whole and half days and hours only; else as [`span`].
pub fn span_words(lang: Lang, minutes: i64, day: i64) -> String {
    let minutes = minutes.max(0);
    let day = day.max(1);
    let names = match lang {
        Lang::En => [
            ["working day", "working days"],
            ["working hour", "working hours"],
            ["minute", "minutes"],
        ],
        Lang::De => [
            ["Arbeitstag", "Arbeitstage"],
            ["Arbeitsstunde", "Arbeitsstunden"],
            ["Minute", "Minuten"],
        ],
    };
    let say = |count: i64, half: bool, names: [&str; 2]| {
        let name = names[usize::from(count > 1 || (count == 1 && half) || (count == 0 && !half))];
        match (count, half) {
            (0, true) => format!("½ {name}"),
            (count, true) => format!("{count}½ {name}"),
            (count, false) => format!("{count} {name}"),
        }
    };
    if minutes == 0 || minutes < 60 {
        return say(minutes, false, names[2]);
    }
    for (unit, names) in [(day, names[0]), (60, names[1])] {
        if minutes >= unit && minutes % unit == 0 {
            return say(minutes / unit, false, names);
        }
        if unit % 2 == 0 && minutes % (unit / 2) == 0 {
            return say(minutes / unit, true, names);
        }
    }
    span(lang, minutes, day)
}

/// How long ago or ahead, roughly: "12 min", "1 h", "3 d".
pub fn ago(lang: Lang, at: Timestamp, now: Timestamp) -> String {
    let minutes = now.duration_since(at).as_secs().unsigned_abs() / 60;
    let (hour, day) = match lang {
        Lang::En => ("h", "d"),
        Lang::De => ("Std.", "T"),
    };
    match minutes {
        0 => match lang {
            Lang::En => "just now".to_owned(),
            Lang::De => "gerade eben".to_owned(),
        },
        1..=59 => format!(
            "{minutes} {}",
            if lang == Lang::De { "Min." } else { "min" }
        ),
        60..=1439 => format!("{} {hour}", minutes / 60),
        _ => format!("{} {day}", minutes / 1440),
    }
}

/// A whole number with separators: "3,140" or "3.140".
pub fn number(lang: Lang, number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::from(if number < 0 { "−" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(if lang == Lang::De { '.' } else { ',' });
        }
        out.push(digit);
    }
    out
}

/// A number with so many decimals: "4.54", "4,54".
pub fn decimal(lang: Lang, number: f64, places: usize) -> String {
    let text = format!("{number:.places$}");
    match lang {
        Lang::En => text,
        Lang::De => text.replace('.', ","),
    }
}

/// Money from its smallest unit: "€60.00" or "60,00 €". Currencies without a
/// sign here keep their code.
pub fn money(lang: Lang, cents: i64, currency: &str) -> String {
    let sign = match currency {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        code => code,
    };
    let whole = i64::try_from(cents.unsigned_abs() / 100).unwrap_or(i64::MAX);
    let rest = cents.unsigned_abs() % 100;
    let minus = if cents < 0 { "−" } else { "" };
    match lang {
        Lang::De => format!("{minus}{},{rest:02}\u{a0}{sign}", number(lang, whole)),
        Lang::En if sign.len() == 3 && sign.is_ascii() => {
            format!("{minus}{sign}\u{a0}{}.{rest:02}", number(lang, whole))
        }
        Lang::En => format!("{minus}{sign}{}.{rest:02}", number(lang, whole)),
    }
}

/// The size of a file: "38 KB", "14.2 MB", "1.5 GB".
pub fn bytes(lang: Lang, bytes: u64) -> String {
    let tenths = |unit: u64, name: &str| {
        let tenths = bytes.saturating_mul(10).div_ceil(unit);
        let point = if lang == Lang::De { ',' } else { '.' };
        match (tenths / 10, tenths % 10) {
            (whole, 0) => format!("{whole} {name}"),
            (whole, rest) => format!("{whole}{point}{rest} {name}"),
        }
    };
    match bytes {
        0..1_000_000 => format!("{} KB", bytes.div_ceil(1000)),
        1_000_000..1_000_000_000 => tenths(1_000_000, "MB"),
        _ => tenths(1_000_000_000, "GB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Lang::{De, En};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn times_are_named_in_the_readers_zone() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let now = at("2026-11-24T09:14:00Z");
        for (time, en, de) in [
            (
                "2026-11-26T15:30:00Z",
                "Thu 26 Nov, 16:30",
                "Do 26. Nov., 16:30",
            ),
            ("2026-11-24T15:30:00Z", "today, 16:30", "heute, 16:30"),
            ("2026-11-25T08:00:00Z", "tomorrow, 9:00", "morgen, 9:00"),
            ("2026-11-23T23:30:00Z", "today, 0:30", "heute, 0:30"),
            ("2026-11-23T14:20:00Z", "yesterday, 15:20", "gestern, 15:20"),
            (
                "2027-03-01T08:05:00Z",
                "Mon 1 Mar 2027, 9:05",
                "Mo 1. März 2027, 9:05",
            ),
        ] {
            assert_eq!(when(En, at(time), now, &zone), en);
            assert_eq!(when(De, at(time), now, &zone), de);
        }
        assert_eq!(
            weekday_time(En, at("2026-11-26T15:30:00Z"), &zone),
            "Thu 16:30"
        );
        assert_eq!(
            day(
                De,
                jiff::civil::date(2026, 5, 3),
                jiff::civil::date(2026, 5, 1)
            ),
            "So 3. Mai"
        );
    }

    #[test]
    fn working_time_has_two_units_at_most() {
        for (minutes, en, words) in [
            (0, "0 m", "0 minutes"),
            (12, "12 m", "12 minutes"),
            (60, "1 h", "1 working hour"),
            (90, "1 h 30 m", "1½ working hours"),
            (240, "4 h", "½ working day"),
            (260, "4 h 20 m", "4 h 20 m"),
            (305, "5 h 05 m", "5 h 05 m"),
            (480, "1 d", "1 working day"),
            (660, "1 d 3 h", "11 working hours"),
            (720, "1 d 4 h", "1½ working days"),
            (960, "2 d", "2 working days"),
            (-5, "0 m", "0 minutes"),
        ] {
            assert_eq!(span(En, minutes, 480), en);
            assert_eq!(span_words(En, minutes, 480), words);
        }
        assert_eq!(span_words(De, 960, 480), "2 Arbeitstage");
        assert_eq!(span(De, 260, 480), "4 Std. 20 Min.");
    }

    #[test]
    fn numbers_follow_the_language() {
        assert_eq!(money(En, 6000, "EUR"), "€60.00");
        assert_eq!(money(De, 123_456, "EUR"), "1.234,56\u{a0}€");
        assert_eq!(money(En, -5, "CHF"), "−CHF\u{a0}0.05");
        assert_eq!(number(En, 3140), "3,140");
        assert_eq!(number(De, 1_000_000), "1.000.000");
        assert_eq!(bytes(En, 38_000), "38 KB");
        assert_eq!(bytes(De, 14_200_000), "14,2 MB");
        assert_eq!(bytes(En, 1), "1 KB");
        let now = at("2026-11-24T09:14:00Z");
        assert_eq!(ago(En, at("2026-11-24T09:02:00Z"), now), "12 min");
        assert_eq!(ago(De, at("2026-11-21T09:02:00Z"), now), "3 T");
    }
}
