//! What somebody chose about being told by mail: the rows, and the verb.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Time;
use mil_db::{On, Row, Tx, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::{Error, FieldError, Result};
use crate::events::{self, Event};
use crate::notifications::rhythm::Rhythm;
use crate::notifications::topic::{Topic, Way};
use crate::web::Ctx;

/// The choices as they are read and written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Choices {
    /// For each kind of news (`waits`, `said`, `promise`, `ends`, `progress`,
    /// `faults`, `around`) one of `now`, `daily`, `never`. A kind that is left out
    /// is told as usual.
    pub ways: BTreeMap<String, String>,
    /// When the daily summary leaves, as 08:00, in your time zone.
    pub digest_at: String,
    /// Nothing is sent from this time on; null or empty without quiet hours.
    pub quiet_from: Option<String>,
    /// Until this time; before `quiet_from` means on the next day.
    pub quiet_until: Option<String>,
    /// Whether Saturday and Sunday are quiet.
    pub quiet_weekends: bool,
}

impl Choices {
    /// A rhythm in words.
    pub fn of(rhythm: &Rhythm) -> Choices {
        let text = |time: Time| time.strftime("%H:%M").to_string();
        Choices {
            ways: Topic::ALL
                .iter()
                .map(|t| (t.key().to_owned(), rhythm.way(*t).key().to_owned()))
                .collect(),
            digest_at: text(rhythm.digest_at),
            quiet_from: rhythm.quiet.map(|q| text(q.0)),
            quiet_until: rhythm.quiet.map(|q| text(q.1)),
            quiet_weekends: rhythm.quiet_weekends,
        }
    }

    /// The rhythm that is meant.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a field for each thing that cannot be meant.
    pub fn read(&self) -> Result<Rhythm> {
        let mut wrong = Vec::new();
        let mut ways = BTreeMap::new();
        for (topic, way) in &self.ways {
            match (Topic::from_key(topic), Way::from_key(way)) {
                (Some(topic), Some(way)) => {
                    ways.insert(topic, way);
                }
                (Some(topic), None) => wrong.push(FieldError::new(
                    topic.key(),
                    "Choose right away, once a day, or not by mail.",
                )),
                (None, _) => wrong.push(FieldError::new(
                    "ways",
                    "There is no such kind of news. The kinds are waits, said, promise, ends, progress, faults and around.",
                )),
            }
        }
        let mut time = |field: &'static str, text: &str| {
            let time = text.trim().parse::<Time>().ok();
            if time.is_none() {
                wrong.push(FieldError::new(field, "Write a time as 08:00."));
            }
            time.unwrap_or_default()
        };
        let given = |text: &Option<String>| text.clone().filter(|t| !t.trim().is_empty());
        let digest_at = if self.digest_at.trim().is_empty() {
            Rhythm::default().digest_at
        } else {
            time("digest_at", &self.digest_at)
        };
        let quiet = match (given(&self.quiet_from), given(&self.quiet_until)) {
            (None, None) => None,
            (Some(from), Some(until)) => {
                Some((time("quiet_from", &from), time("quiet_until", &until)))
            }
            (Some(_), None) => {
                wrong.push(FieldError::new("quiet_until", "Say when quiet hours end."));
                None
            }
            (None, Some(_)) => {
                wrong.push(FieldError::new("quiet_from", "Say when quiet hours begin."));
                None
            }
        };
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        Ok(Rhythm {
            ways,
            digest_at,
            quiet: quiet.filter(|(from, until)| from != until),
            quiet_weekends: self.quiet_weekends,
            away: None,
        })
    }
}

fn minutes(time: Time) -> i64 {
    i64::from(time.hour()) * 60 + i64::from(time.minute())
}

fn time(minutes: i64) -> Time {
    let part = |n: i64| i8::try_from(n).unwrap_or(0);
    Time::new(part(minutes / 60 % 24), part(minutes % 60), 0, 0).unwrap_or_default()
}

fn with_row(rhythm: &mut Rhythm, row: &Row) -> Result<()> {
    rhythm.digest_at = time(row.get("digest_at")?);
    let from: Option<i64> = row.get("quiet_from")?;
    rhythm.quiet = from
        .zip(row.get::<Option<i64>>("quiet_until")?)
        .map(|(from, until)| (time(from), time(until)));
    rhythm.quiet_weekends = row.get::<i64>("quiet_weekends")? != 0;
    Ok(())
}

async fn ways<'a>(on: impl Into<On<'a>>, person: &str) -> Result<BTreeMap<Topic, Way>> {
    let rows = sql("SELECT topic, way FROM notice_choice WHERE person_id = $1")
        .bind(person)
        .all(on)
        .await?;
    let mut out = BTreeMap::new();
    for row in rows {
        let topic = Topic::from_key(&row.get::<String>("topic")?);
        let way = Way::from_key(&row.get::<String>("way")?);
        out.extend(topic.zip(way));
    }
    Ok(out)
}

const TIMES: &str = "SELECT digest_at, quiet_from, quiet_until, quiet_weekends
     FROM notice_rhythm WHERE person_id = $1";
const AWAY: &str = "SELECT until FROM stand_in WHERE person_id = $1 AND until > $2";

/// What holds for somebody now, with their absence.
pub async fn rhythm(tx: &mut Tx, person: &str, now: Timestamp) -> Result<Rhythm> {
    let mut rhythm = Rhythm {
        ways: ways(&mut *tx, person).await?,
        ..Rhythm::default()
    };
    if let Some(row) = sql(TIMES).bind(person).opt(&mut *tx).await? {
        with_row(&mut rhythm, &row)?;
    }
    let away = sql(AWAY)
        .bind(person)
        .bind(now.as_microsecond())
        .opt(&mut *tx)
        .await?;
    rhythm.away = away
        .map(|row| row.get("until").map(from_micros))
        .transpose()?;
    Ok(rhythm)
}

/// What the actor chose.
pub async fn load(ctx: &Ctx, actor: &Actor) -> Result<Choices> {
    let mut rhythm = Rhythm {
        ways: ways(&ctx.app.db, &actor.id).await?,
        ..Rhythm::default()
    };
    if let Some(row) = sql(TIMES).bind(&actor.id).opt(&ctx.app.db).await? {
        with_row(&mut rhythm, &row)?;
    }
    Ok(Choices::of(&rhythm))
}

/// Choose. What waits already leaves when it would have left.
pub async fn save(ctx: &Ctx, actor: &Actor, choices: &Choices) -> Result<Choices> {
    let rhythm = choices.read()?;
    let mut tx = ctx.app.db.begin().await?;
    sql("DELETE FROM notice_choice WHERE person_id = $1")
        .bind(&actor.id)
        .run(&mut tx)
        .await?;
    for (topic, way) in &rhythm.ways {
        choose(&mut tx, &actor.id, *topic, *way).await?;
    }
    sql("INSERT INTO notice_rhythm
            (person_id, digest_at, quiet_from, quiet_until, quiet_weekends, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (person_id) DO UPDATE SET digest_at = $2, quiet_from = $3,
            quiet_until = $4, quiet_weekends = $5, updated_at = $6")
    .bind(&actor.id)
    .bind(minutes(rhythm.digest_at))
    .bind(rhythm.quiet.map(|q| minutes(q.0)))
    .bind(rhythm.quiet.map(|q| minutes(q.1)))
    .bind(i64::from(rhythm.quiet_weekends))
    .bind(ctx.now.as_microsecond())
    .run(&mut tx)
    .await?;
    let now = Choices::of(&rhythm);
    let event = Event::audit("person.notices_chosen", "person", &actor.id, json!(now));
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(now)
}

async fn choose(tx: &mut Tx, person: &str, topic: Topic, way: Way) -> Result<()> {
    sql(
        "INSERT INTO notice_choice (person_id, topic, way) VALUES ($1, $2, $3)
         ON CONFLICT (person_id, topic) DO UPDATE SET way = $3",
    )
    .bind(person)
    .bind(topic.key())
    .bind(way.key())
    .run(tx)
    .await?;
    Ok(())
}

/// No more mail of any kind for somebody who called it unwanted.
pub async fn silence(tx: &mut Tx, person: &str) -> Result<()> {
    for topic in Topic::ALL {
        choose(&mut *tx, person, topic, Way::Never).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_as_they_are_written() {
        let choices = Choices {
            ways: [("waits".to_owned(), "daily".to_owned())].into(),
            digest_at: "07:15".into(),
            quiet_from: Some("19:00".into()),
            quiet_until: Some("06:30".into()),
            quiet_weekends: true,
        };
        let rhythm = choices.read().unwrap();
        assert_eq!(Choices::of(&rhythm).read().unwrap().quiet, rhythm.quiet);
        assert_eq!(rhythm.way(Topic::Waits), Way::Daily);
        assert_eq!(rhythm.way(Topic::Said), Way::Now);
        assert_eq!(time(minutes(rhythm.digest_at)), rhythm.digest_at);
        assert_eq!(Choices::of(&rhythm).digest_at, "07:15");
    }

    #[test]
    fn what_cannot_be_meant_is_said() {
        for (choices, field) in [
            (
                Choices {
                    digest_at: "25:00".into(),
                    ..Choices::default()
                },
                "digest_at",
            ),
            (
                Choices {
                    quiet_from: Some("19:00".into()),
                    ..Choices::default()
                },
                "quiet_until",
            ),
            (
                Choices {
                    quiet_until: Some("07:00".into()),
                    ..Choices::default()
                },
                "quiet_from",
            ),
            (
                Choices {
                    ways: [("said".to_owned(), "hourly".to_owned())].into(),
                    ..Choices::default()
                },
                "said",
            ),
            (
                Choices {
                    ways: [("x".to_owned(), "now".to_owned())].into(),
                    ..Choices::default()
                },
                "ways",
            ),
        ] {
            let Err(Error::Invalid(wrong)) = choices.read() else {
                panic!("{choices:?} was read");
            };
            assert_eq!(wrong[0].field, field);
        }
    }
}
