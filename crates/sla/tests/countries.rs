//! Compares the holiday rules with a list made by another project (see
//! fixtures/make_holidays.py).

use std::collections::BTreeSet;

use mil_sla::countries::{countries, holidays_of};

const FIXTURE: &str = include_str!("fixtures/holidays.csv");

#[test]
fn rules_give_the_very_dates_of_the_list() {
    let mut wrong = Vec::new();
    for line in FIXTURE.lines() {
        let fields: Vec<&str> = line.split(',').collect();
        let [country, region, year, dates] = fields[..] else {
            panic!("{line}")
        };
        let expected: BTreeSet<String> = dates
            .split(' ')
            .map(|date| format!("{year}-{date}"))
            .collect();
        let region = (!region.is_empty()).then_some(region);
        let given: BTreeSet<String> = holidays_of(country, region, year.parse().unwrap())
            .iter()
            .map(|holiday| holiday.date.to_string())
            .collect();
        if given != expected {
            let missing: Vec<_> = expected.difference(&given).collect();
            let extra: Vec<_> = given.difference(&expected).collect();
            wrong.push(format!(
                "{country} {region:?} {year}: missing {missing:?}, extra {extra:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_list_covers_every_country_and_region() {
    let listed: BTreeSet<(&str, &str)> = FIXTURE
        .lines()
        .map(|line| {
            let mut fields = line.split(',');
            (fields.next().unwrap(), fields.next().unwrap())
        })
        .collect();
    let mut known = BTreeSet::new();
    for country in countries() {
        known.insert((country.code, ""));
        known.extend(
            country
                .regions
                .iter()
                .map(|region| (country.code, region.code)),
        );
    }
    assert_eq!(known, listed);
    assert_eq!(FIXTURE.lines().count(), known.len() * 11);
}

#[test]
fn days_are_named_sorted_and_one_a_date() {
    let names = |country, region, year| -> Vec<String> {
        holidays_of(country, region, year)
            .into_iter()
            .map(|holiday| format!("{} {}", holiday.date, holiday.name))
            .collect()
    };
    let saxony = names("de", Some("sn"), 2026);
    assert_eq!(saxony[0], "2026-01-01 Neujahr");
    assert!(saxony.contains(&"2026-11-18 Buß- und Bettag".to_owned()));
    assert!(names("US", None, 2021).contains(&"2021-12-31 New Year's Day (observed)".to_owned()));
    for line in FIXTURE.lines().filter(|line| line.contains(",2026,")) {
        let fields: Vec<&str> = line.split(',').collect();
        let days = holidays_of(
            fields[0],
            Some(fields[1]).filter(|code| !code.is_empty()),
            2026,
        );
        assert!(
            days.windows(2).all(|pair| pair[0].date < pair[1].date),
            "{line}"
        );
        assert!(
            days.iter()
                .all(|day| !day.name.is_empty() && !day.every_year && day.hours.is_none())
        );
    }
}

#[test]
fn what_is_not_known_has_no_holidays() {
    assert!(holidays_of("XX", None, 2026).is_empty());
    assert!(holidays_of("DE", Some("XX"), 2026).is_empty());
    assert!(holidays_of("DE", Some("-"), 2026).is_empty());
    assert!(holidays_of("DE", None, i16::MAX).is_empty());
    assert!(holidays_of("DE", None, i16::MIN).is_empty());
}
