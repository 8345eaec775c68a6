//! The posted form of a plan, and what it means.

use std::collections::BTreeMap;

use mil_process::form::Raw;
use mil_sla::Weekday;
use mil_sla::rhythm::{Every, OnClosed, Rhythm};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::catalog::Service;
use crate::error::{Error, FieldError, Msg, Result};
use crate::portal::answers::find_person;
use crate::portal::seen::names;
use crate::recurring::model::What;
use crate::web::Me;

/// Fields of the form by name: those of the plan begin with an underscore, the
/// others are answers.
pub type Fields = BTreeMap<String, Vec<String>>;

/// The beats that can be chosen.
pub const BEATS: [&str; 6] = [
    "weeks",
    "days",
    "month_day",
    "month_weekday",
    "last_working_day",
    "year",
];

/// The first value of a field.
pub fn one<'a>(fields: &'a Fields, name: &str) -> &'a str {
    let values = fields.get(name);
    values.and_then(|v| v.first()).map_or("", |v| v.trim())
}

/// The form of a plan as it stands.
pub fn fields_of(what: &What, requester: &str) -> Fields {
    let mut out: Fields = what.answers.clone();
    let mut put = |name: &str, value: String| {
        out.insert(name.to_owned(), vec![value]);
    };
    put("_title", what.title.clone());
    put("_requester", what.requester_id.clone());
    put("_requester-text", requester.to_owned());
    put("_assignee", what.assignee_id.clone().unwrap_or_default());
    put("_calendar", what.calendar_id.clone());
    put("_zone", what.zone.clone());
    let r = &what.rhythm;
    put("_at", r.at.to_string());
    put("_start", r.start.to_string());
    put("_until", r.until.map(|d| d.to_string()).unwrap_or_default());
    put("_count", r.count.map(|n| n.to_string()).unwrap_or_default());
    put("_ahead", r.ahead.to_string());
    put("_closed", word(&r.closed));
    let (beat, step) = match &r.every {
        Every::Days { every } => ("days", *every),
        Every::Weeks { every, .. } => ("weeks", *every),
        Every::MonthDay { every, .. } => ("month_day", *every),
        Every::MonthWeekday { every, .. } => ("month_weekday", *every),
        Every::LastWorkingDay { every } => ("last_working_day", *every),
        Every::Year { .. } => ("year", 1),
    };
    put("_beat", beat.to_owned());
    put("_every", step.to_string());
    match &r.every {
        Every::MonthDay { day, .. } => put("_day", day.to_string()),
        Every::MonthWeekday { nth, day, .. } => {
            put("_nth", nth.to_string());
            put("_weekday", word(day));
        }
        Every::Year { month, day } => {
            put("_month", month.to_string());
            put("_day", day.to_string());
        }
        _ => {}
    }
    if let Every::Weeks { on, .. } = &r.every {
        out.insert("_on".to_owned(), on.iter().map(word).collect());
    }
    out
}

/// The word of a value of a fixed list.
pub fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        _ => String::new(),
    }
}

fn of_word<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(Value::String(text.to_owned())).ok()
}

/// What a posted form means.
///
/// # Errors
/// What cannot be read, by the names of the form.
pub async fn read(me: &Me, service: &Service, fields: &Fields) -> Result<What> {
    let mut wrong: Vec<FieldError> = Vec::new();
    let rhythm = rhythm(fields, &mut wrong);
    let (id, text) = (one(fields, "_requester"), one(fields, "_requester-text"));
    let known = names(&me.app.db, vec![id.to_owned()]).await?;
    let requester = match known.get(id) {
        Some(name) if text.is_empty() || name == text => id.to_owned(),
        _ if text.is_empty() => me.actor.id.clone(),
        _ => match find_person(me, "_requester", text).await {
            Ok(id) => id,
            Err(Error::Invalid(errors)) => {
                wrong.extend(errors);
                String::new()
            }
            Err(error) => return Err(error),
        },
    };
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let answers: Raw = fields
        .iter()
        .filter(|(key, _)| !key.starts_with('_'))
        .map(|(key, values)| (key.clone(), values.clone()))
        .collect();
    let assignee = one(fields, "_assignee");
    Ok(What {
        title: one(fields, "_title").to_owned(),
        service_id: service.id.clone(),
        answers,
        requester_id: requester,
        assignee_id: (!assignee.is_empty()).then(|| assignee.to_owned()),
        calendar_id: one(fields, "_calendar").to_owned(),
        zone: one(fields, "_zone").to_owned(),
        rhythm,
    })
}

/// The rhythm of a posted form; what cannot be read is noted.
pub fn rhythm(fields: &Fields, wrong: &mut Vec<FieldError>) -> Rhythm {
    let mut note = |field: &'static str, text: &'static str| {
        wrong.push(FieldError::new(field, Msg::new(text)));
    };
    let mut number = |field: &'static str, or: i64| -> i64 {
        match one(fields, field) {
            "" => or,
            text => text.parse().unwrap_or_else(|_| {
                note(field, "Write a whole number.");
                or
            }),
        }
    };
    let every = u32::try_from(number("_every", 1)).unwrap_or(0);
    let day = number("_day", 1);
    let ahead = u32::try_from(number("_ahead", 0)).unwrap_or(u32::MAX);
    let count = match one(fields, "_count") {
        "" => None,
        _ => Some(u32::try_from(number("_count", 1)).unwrap_or(0)),
    };
    let short = |n: i64| i8::try_from(n).unwrap_or(0);
    let nth = short(number("_nth", 1));
    let month = short(number("_month", 1));
    let beat = match one(fields, "_beat") {
        "days" => Every::Days { every },
        "month_day" => Every::MonthDay {
            every,
            day: u8::try_from(day).unwrap_or(0),
        },
        "month_weekday" => Every::MonthWeekday {
            every,
            nth,
            day: of_word(one(fields, "_weekday")).unwrap_or(Weekday::Mon),
        },
        "last_working_day" => Every::LastWorkingDay { every },
        "year" => Every::Year {
            month,
            day: short(day),
        },
        _ => Every::Weeks {
            every,
            on: fields
                .get("_on")
                .into_iter()
                .flatten()
                .filter_map(|day| of_word(day))
                .collect(),
        },
    };
    let at = one(fields, "_at").parse().unwrap_or_else(|_| {
        note("_at", "Write a time such as 09:00.");
        mil_sla::ClockTime::MIDNIGHT
    });
    let start = one(fields, "_start").parse().unwrap_or_else(|_| {
        note("_start", "Give a day.");
        jiff::civil::Date::constant(2026, 1, 1)
    });
    let until = match one(fields, "_until") {
        "" => None,
        text => text.parse().map_or_else(
            |_| {
                note("_until", "Give a day.");
                None
            },
            Some,
        ),
    };
    Rhythm {
        every: beat,
        at,
        start,
        until,
        count,
        closed: of_word(one(fields, "_closed")).unwrap_or(OnClosed::Before),
        ahead,
    }
}
