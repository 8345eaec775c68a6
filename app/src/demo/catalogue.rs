//! The catalogue of the demo, from `data/services.toml` and
//! `data/processes.toml`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use mil_db::Tx;
use mil_process::form::{Field, FormDef};
use mil_process::process::{Owner, ProcessDef, Stage};
use mil_sla::countries::holidays_of;
use mil_sla::{CalendarDef, ClockTime, Holiday, Hours, Weekday};
use serde::Deserialize;

use super::organisation::Ids;
use crate::Result;
use crate::catalog::audience::Audience;
use crate::catalog::model::{ClockKind, Escalation, Priority, PromiseDef, Target, Tell, WorkKind};
use crate::catalog::snapshot;
use crate::error::Error;
use crate::starter::{self, NewService};

/// The zone of Nordhaven.
pub const ZONE: &str = "Europe/Berlin";

#[derive(Deserialize)]
struct ServiceFile {
    category: Vec<CategoryLine>,
    service: Vec<ServiceLine>,
}

#[derive(Deserialize)]
struct CategoryLine {
    key: String,
    name: String,
    icon: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceLine {
    slug: String,
    name: String,
    category: String,
    icon: String,
    summary: String,
    #[serde(default)]
    keywords: String,
    #[serde(default)]
    instructions: String,
    audience: Audience,
    price_minor: Option<i64>,
    price_note: Option<String>,
    #[serde(default)]
    kind: WorkKind,
    team: String,
    process: String,
    promise: String,
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct ProcessFile {
    process: Vec<ProcessLine>,
}

#[derive(Deserialize)]
struct ProcessLine {
    key: String,
    name: String,
    stages: Vec<Stage>,
}

fn read<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|e| Error::Internal(format!("demo/{name}: {e}")))
}

/// Install it, in the transaction that installed the people.
pub async fn install(tx: &mut Tx, now: Timestamp, ids: &Ids) -> Result<()> {
    let mut promises = BTreeMap::new();
    let desk = starter::calendar(tx, now, "Marketing desk", &desk_hours(now)).await?;
    let shop = starter::calendar(tx, now, "Print shop", &shop_hours(now)).await?;
    for (key, name, calendar, response, days) in [
        ("quick", "Within a working day", &desk, 120, 1),
        ("usual", "Three working days", &shop, 240, 3),
        ("project", "Ten working days", &desk, 480, 10),
    ] {
        let def = promise(response, days * 480);
        promises.insert(key, starter::promise(tx, now, name, calendar, &def).await?);
    }
    let mut processes = BTreeMap::new();
    for line in process_lines()? {
        let def = ProcessDef {
            stages: line
                .stages
                .into_iter()
                .map(|mut stage| {
                    if let Owner::Team(key) = &stage.owner {
                        stage.owner = Owner::Team(ids.teams[key.as_str()].clone());
                    }
                    stage
                })
                .collect(),
        };
        let id = starter::process(tx, now, &line.name, &def).await?;
        processes.insert(line.key, id);
    }
    let file: ServiceFile = read("services.toml", include_str!("data/services.toml"))?;
    let mut categories = BTreeMap::new();
    for (line, position) in file.category.into_iter().zip(1..) {
        let id = starter::category(tx, now, &line.name, &line.icon, position).await?;
        categories.insert(line.key, id);
    }
    for (line, position) in file.service.into_iter().zip(1..) {
        let mut audience = line.audience;
        for key in &mut audience.departments {
            *key = ids.departments[key.as_str()].clone();
        }
        for key in &mut audience.groups {
            *key = ids.teams[key.as_str()].clone();
        }
        let new = NewService {
            slug: &line.slug,
            name: &line.name,
            category_id: &categories[&line.category],
            icon: &line.icon,
            kind: line.kind,
            summary: &line.summary,
            instructions: &line.instructions,
            keywords: &line.keywords,
            audience,
            price_minor: line.price_minor,
            price_note: line.price_note.as_deref(),
            team_id: &ids.teams[line.team.as_str()],
            process_id: &processes[&line.process],
            promise_id: &promises[line.promise.as_str()],
            form: FormDef {
                fields: line.fields,
            },
            position,
        };
        starter::service(tx, now, &new).await?;
    }
    snapshot::touch(tx).await?;
    Ok(())
}

/// The processes of the file, and the essays' own.
fn process_lines() -> Result<Vec<ProcessLine>> {
    let file: ProcessFile = read("processes.toml", include_str!("data/processes.toml"))?;
    let mut lines = file.process;
    let mut stages = ProcessDef::essays().stages;
    for stage in &mut stages {
        match stage.key.as_str() {
            "copy" => stage.owner = Owner::Team("content".to_owned()),
            "design" => stage.owner = Owner::Team("design".to_owned()),
            _ => {}
        }
        stage.work_limit = (stage.key == "design").then_some(5);
    }
    lines.push(ProcessLine {
        key: "essays".to_owned(),
        name: "Brief to review".to_owned(),
        stages,
    });
    Ok(lines)
}

fn promise(response: i64, delivery: i64) -> PromiseDef {
    let target = |percent: i64| Target {
        response_minutes: (response * percent / 100).max(30),
        delivery_minutes: (delivery * percent / 100).max(60),
    };
    PromiseDef {
        targets: BTreeMap::from([
            (Priority::Low, target(150)),
            (Priority::Normal, target(100)),
            (Priority::High, target(60)),
            (Priority::Urgent, target(30)),
        ]),
        escalations: vec![
            Escalation {
                clock: ClockKind::Response,
                share: 100,
                tell: Tell::TeamLeads,
            },
            Escalation {
                clock: ClockKind::Delivery,
                share: 75,
                tell: Tell::Owner,
            },
            Escalation {
                clock: ClockKind::Delivery,
                share: 100,
                tell: Tell::TeamLeads,
            },
        ],
    }
}

fn at(hour: u16, minute: u16) -> ClockTime {
    ClockTime::new(hour, minute).expect("a time of day")
}

/// Monday to Thursday 8:30 to 16:30, Friday until 14:30, closed on the public
/// holidays of Schleswig-Holstein, half days at the end of the year.
pub fn desk_hours(now: Timestamp) -> CalendarDef {
    let mut def = CalendarDef::weekdays(ZONE, at(8, 30), at(16, 30));
    for hours in &mut def.hours {
        if hours.day == Weekday::Fri {
            hours.to = at(14, 30);
        }
    }
    def.holidays = holidays(now, Some(vec![(at(8, 30), at(12, 0))]));
    def
}

/// Monday to Friday with a lunch break.
fn shop_hours(now: Timestamp) -> CalendarDef {
    let spans = [(at(7, 30), at(12, 0)), (at(12, 45), at(16, 15))];
    CalendarDef {
        zone: ZONE.to_owned(),
        hours: Weekday::ALL[..5]
            .iter()
            .flat_map(|&day| spans.map(|(from, to)| Hours { day, from, to }))
            .collect(),
        holidays: holidays(now, None),
    }
}

fn holidays(now: Timestamp, half: Option<Vec<(ClockTime, ClockTime)>>) -> Vec<Holiday> {
    let year = TimeZone::UTC.to_datetime(now).year();
    let mut days: Vec<Holiday> = (year - 1..=year + 2)
        .flat_map(|year| holidays_of("DE", Some("SH"), year))
        .collect();
    for (day, name) in [(24, "Christmas Eve"), (31, "New Year's Eve")] {
        days.push(Holiday {
            date: date(year, 12, day),
            name: name.to_owned(),
            hours: half.clone(),
            every_year: true,
        });
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;
    use mil_process::form;

    #[test]
    fn processes_and_forms_are_sound() {
        for line in process_lines().unwrap() {
            let def = ProcessDef {
                stages: line.stages,
            };
            assert_eq!(def.check(), Ok(()), "{}", line.name);
        }
        let file: ServiceFile = read("services.toml", include_str!("data/services.toml")).unwrap();
        assert_eq!(file.service.len(), 12);
        for line in file.service {
            let form = FormDef {
                fields: line.fields,
            };
            assert_eq!(form::check(&form), Ok(()), "{}", line.slug);
        }
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        desk_hours(now).compile().unwrap();
        shop_hours(now).compile().unwrap();
    }
}
