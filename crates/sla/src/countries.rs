//! Public holidays by country, computed from rules.
//!
//! The rules are data (`data/holidays.txt`), one line each, since law makers
//! change them and lines are easy to review. A library was not taken: those in
//! Rust that cover several countries carry tables of dates that run out, not
//! rules. Tests compare the rules with the dates that the Python package
//! `holidays` (MIT licence) gives for 2020 to 2030.
//!
//! The rules state the law as it is now, with the changes since 2020; for
//! earlier years they may be wrong. Later years are a forecast: governments
//! declare single days at short notice, so an administrator can edit the result.

mod names;
mod rule;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;

use crate::Holiday;
use rule::Rule;

pub use names::{Country, Region, countries};

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    rule::parse_all(include_str!("../data/holidays.txt")).expect("a test reads the same file")
});

/// Public holidays of a year, in order of date and one a date.
///
/// `country` is an ISO 3166-1 code such as `DE`, `region` the part after the
/// dash in ISO 3166-2, such as `BY`; see [`countries`] for those known. Without
/// a region: the holidays of the whole country. Capitals do not matter. An
/// unknown country or region, or a year before 1900 or after 2199, has none.
pub fn holidays_of(country: &str, region: Option<&str>, year: i16) -> Vec<Holiday> {
    let Some(known) = countries()
        .iter()
        .find(|known| known.code.eq_ignore_ascii_case(country))
    else {
        return Vec::new();
    };
    let region = match region {
        None => "-",
        Some(code) => match known.region(code) {
            Some(region) => region.code,
            None => return Vec::new(),
        },
    };
    if !(1900..2200).contains(&year) {
        return Vec::new();
    }
    let mut days: BTreeMap<Date, String> = BTreeMap::new();
    let rules = RULES
        .iter()
        .filter(|rule| rule.applies_in(known.code, region));
    // The day kept for a 1 January on a Saturday can be the 31 December before.
    for (rule, around) in rules.flat_map(|rule| [(rule, year), (rule, year + 1)]) {
        for (date, observed) in rule.days(around) {
            if date.year() != year {
                continue;
            }
            let mut name = rule.name.to_owned();
            if observed {
                name.push_str(" (observed)");
            }
            days.entry(date)
                .and_modify(|names| {
                    names.push_str("; ");
                    names.push_str(&name);
                })
                .or_insert(name);
        }
    }
    days.into_iter()
        .map(|(date, name)| Holiday::closed(date, name))
        .collect()
}
