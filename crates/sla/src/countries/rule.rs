//! One line of `data/holidays.txt`; the file says what a line may hold.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

pub(super) struct Rule {
    country: &'static str,
    /// Empty: everywhere. `-`: the country seen without a region.
    regions: Vec<&'static str>,
    base: Base,
    /// On this weekday, so many days later (`also`) or instead (`moved`).
    shifts: Vec<(Weekday, i64, bool)>,
    /// Weekdays on which the day counts.
    counts_on: [bool; 7],
    pub name: &'static str,
    years: Vec<Years>,
}

enum Base {
    Fixed(i8, i8),
    Once(Date),
    Easter(i64),
    Nth {
        nth: i8,
        weekday: Weekday,
        month: i8,
    },
    OnOrAfter(Weekday, i8, i8),
    OnOrBefore(Weekday, i8, i8),
    Naefels,
    Brigid,
}

struct Years {
    from: i16,
    to: i16,
    every: i16,
}

pub(super) fn parse_all(text: &'static str) -> Result<Vec<Rule>, String> {
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| Rule::parse(line).ok_or_else(|| line.to_owned()))
        .collect()
}

impl Rule {
    fn parse(line: &'static str) -> Option<Rule> {
        let mut parts = line.split('|').map(str::trim);
        let (place, rule, name) = (parts.next()?, parts.next()?, parts.next()?);
        let years = parts.next().unwrap_or("..").split(' ').map(Years::parse);
        let (country, regions) = match place.split_once('/') {
            None => (place, Vec::new()),
            Some((country, regions)) => (country, regions.split(',').collect()),
        };
        let mut words = rule.split(' ').peekable();
        let base = match words.next()? {
            "naefels" => Base::Naefels,
            "brigid" => Base::Brigid,
            word => Base::parse(word, || words.next()?.parse().ok())?,
        };
        let (mut shifts, mut counts_on) = (Vec::new(), [true; 7]);
        let mut mode = "";
        for word in words {
            let day = weekday(word.get(..3)?);
            match (word, mode, day) {
                ("also" | "moved" | "not", _, _) => mode = word,
                ("only", _, _) => (mode, counts_on) = (word, [false; 7]),
                (_, "also" | "moved", Some(day)) => {
                    shifts.push((day, word[3..].parse().ok()?, mode == "moved"));
                }
                (_, "not" | "only", Some(day)) => {
                    counts_on[day.to_monday_zero_offset() as usize] = mode == "only";
                }
                _ => return None,
            }
        }
        let years = years.collect::<Option<_>>()?;
        Some(Rule {
            country,
            regions,
            base,
            shifts,
            counts_on,
            name,
            years,
        })
    }

    pub fn applies_in(&self, country: &str, region: &str) -> bool {
        self.country == country && (self.regions.is_empty() || self.regions.contains(&region))
    }

    /// The days of one year, those kept in place of another marked `true`; they
    /// may fall into a neighbouring year.
    pub fn days(&self, year: i16) -> Vec<(Date, bool)> {
        let date = self
            .years
            .iter()
            .any(|years| years.contain(year))
            .then(|| self.base.date(year));
        let Some(date) = date.flatten() else {
            return Vec::new();
        };
        if !self.counts_on[date.weekday().to_monday_zero_offset() as usize] {
            return Vec::new();
        }
        match self
            .shifts
            .iter()
            .find(|(day, _, _)| *day == date.weekday())
        {
            None => vec![(date, false)],
            Some(&(_, days, true)) => vec![(date.saturating_add(days.days()), true)],
            Some(&(_, days, false)) => {
                vec![(date, false), (date.saturating_add(days.days()), true)]
            }
        }
    }
}

impl Base {
    fn parse(word: &str, month: impl FnOnce() -> Option<i8>) -> Option<Base> {
        if let Some(days) = word.strip_prefix("easter") {
            return Some(Base::Easter(days.parse().ok()?));
        }
        if let Some(weekday) = word.get(..3).and_then(weekday) {
            let rest = &word[3..];
            return Some(match rest.strip_prefix('#') {
                Some(nth) => Base::Nth {
                    nth: nth.parse().ok()?,
                    weekday,
                    month: month()?,
                },
                None => {
                    let (month, day) = month_day(rest.get(2..)?)?;
                    match rest.get(..2)? {
                        ">=" => Base::OnOrAfter(weekday, month, day),
                        "<=" => Base::OnOrBefore(weekday, month, day),
                        _ => return None,
                    }
                }
            });
        }
        match month_day(word) {
            Some((month, day)) => Some(Base::Fixed(month, day)),
            None => word.parse().ok().map(Base::Once),
        }
    }

    fn date(&self, year: i16) -> Option<Date> {
        let nth = |nth, weekday, month| {
            Date::new(year, month, 1)
                .ok()?
                .nth_weekday_of_month(nth, weekday)
                .ok()
        };
        match *self {
            Base::Fixed(month, day) => Date::new(year, month, day).ok(),
            Base::Once(date) => (date.year() == year).then_some(date),
            Base::Easter(days) => Some(easter(year)?.saturating_add(days.days())),
            Base::Nth {
                nth: n,
                weekday,
                month,
            } => nth(n, weekday, month),
            Base::OnOrAfter(weekday, month, day) => {
                let bound = Date::new(year, month, day).ok()?;
                Some(bound.saturating_add(i64::from(bound.weekday().until(weekday)).days()))
            }
            Base::OnOrBefore(weekday, month, day) => {
                let bound = Date::new(year, month, day).ok()?;
                Some(bound.saturating_sub(i64::from(bound.weekday().since(weekday)).days()))
            }
            Base::Naefels => {
                let first = nth(1, Weekday::Thursday, 4)?;
                let maundy = easter(year)?.saturating_sub(3.days());
                Some(if first == maundy {
                    first.saturating_add(7.days())
                } else {
                    first
                })
            }
            Base::Brigid => {
                let first = Date::new(year, 2, 1).ok()?;
                match first.weekday() {
                    Weekday::Friday => Some(first),
                    _ => nth(1, Weekday::Monday, 2),
                }
            }
        }
    }
}

impl Years {
    fn parse(text: &str) -> Option<Years> {
        let (range, every) = match text.split_once('/') {
            None => (text, 1),
            Some((range, every)) => (range, every.parse().ok()?),
        };
        let year = |text: &str, open| {
            if text.is_empty() {
                Some(open)
            } else {
                text.parse().ok()
            }
        };
        let (from, to) = match range.split_once("..") {
            None => (range.parse().ok()?, range.parse().ok()?),
            Some((from, to)) => (year(from, i16::MIN)?, year(to, i16::MAX)?),
        };
        Some(Years { from, to, every })
    }

    fn contain(&self, year: i16) -> bool {
        (self.from..=self.to).contains(&year)
            && (self.every == 1 || (year - self.from) % self.every == 0)
    }
}

fn month_day(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    if month.len() != 2 || day.len() != 2 {
        return None;
    }
    Some((month.parse().ok()?, day.parse().ok()?))
}

fn weekday(text: &str) -> Option<Weekday> {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let index = names.iter().position(|name| *name == text)?;
    Weekday::from_monday_zero_offset(index as i8).ok()
}

/// Easter Sunday of the Western churches: the anonymous Gregorian computus
/// (published in Nature, 20 April 1876).
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e, f) = (b / 4, b % 4, (b + 8) / 25);
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(year, (n / 31) as i8, (n % 31 + 1) as i8).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_line_can_be_read() {
        let rules = parse_all(include_str!("../../data/holidays.txt")).unwrap();
        assert!(rules.len() > 300);
    }

    #[test]
    fn easter_at_its_extremes() {
        for (year, month, day) in [
            (1961, 4, 2),
            (2008, 3, 23),
            (2026, 4, 5),
            (2038, 4, 25),
            (2285, 3, 22),
        ] {
            assert_eq!(easter(year), Some(date(year, month, day)));
        }
    }
}
