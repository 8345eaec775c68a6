//! Carries the steps of all requests out, in order of time.

mod act;
mod adopted;
mod calendar;
mod changes;
mod found;
mod incidents;
mod knowledge;
mod library;
mod mail;
mod outside;
mod playbooks;
mod policies;
mod proofs;
mod repeated;
mod rules;
mod status;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mil_db::sql;
use mil_process::form::{self, Field, Kind, Raw};
use mil_process::process::{Owner, Stage};
use mil_sla::{Calendar, Work};

use super::catalogue::{self, ZONE};
use super::dice::Dice;
use super::organisation::{self, Ids, PEOPLE};
use super::plan::{self, Plan};
use super::run;
use super::script::{self, Scene, Step};
use super::stories::{Stories, Story};
use crate::actor::{Actor, Via};
use crate::catalog::Catalog;
use crate::catalog::model::Service;
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::notifications::listen;
use crate::org::write_setting;
use crate::people::auth;
use crate::state::App;
use crate::views;
use crate::web::{Ctx, Prefs};
use crate::work::wake;

/// The seed of the demo that everybody sees.
pub const SEED: u64 = 2_481;
/// Stands for the day on which a stage's field is filled in.
const TODAY: &str = "today";
/// How long news stays unread at most, and how soon it is read otherwise.
const UNREAD: SignedDuration = SignedDuration::from_hours(30);
const READ_AFTER: SignedDuration = SignedDuration::from_mins(50);
/// Half a year, in days.
const DAYS: i64 = 182;

/// What was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Filled {
    pub requests: usize,
    pub steps: usize,
    pub escalations: usize,
}

struct World {
    app: App,
    catalog: Arc<Catalog>,
    ids: Ids,
    actors: BTreeMap<&'static str, Arc<Actor>>,
    stories: Stories,
    zone: TimeZone,
}

/// Fill an empty database with the demo as it stands at `now`.
pub async fn fill(app: &App, seed: u64, now: Timestamp) -> Result<Filled> {
    let founded = now - SignedDuration::from_hours(24 * (DAYS + 60));
    let mut tx = app.db.begin().await?;
    let ids = organisation::install(&mut tx, founded).await?;
    catalogue::install(&mut tx, founded, &ids).await?;
    tx.commit().await?;
    app.reload_org().await?;

    let mut actors = BTreeMap::new();
    for person in PEOPLE {
        let actor = auth::by_person(app, &ids.people[person.key], Via::Web).await?;
        actors.insert(person.key, Arc::new(actor.ok_or(Error::NotFound)?));
    }
    let mut world = World {
        catalog: app.catalog().await?,
        app: app.clone(),
        ids,
        actors,
        stories: Stories::read()?,
        zone: TimeZone::get(ZONE).map_err(|e| Error::Internal(e.to_string()))?,
    };
    let mut dice = Dice::new(seed);
    let (plans, mut steps) = world.write(&mut dice, now)?;
    steps.sort_by_key(|(at, plan, place, _)| (*at, *plan, *place));
    let filled = world.play(&plans, &steps).await?;
    world.listen_in(now).await?;
    world.make_rules(now).await?;
    world.adopt(now).await?;
    world.plan(now).await?;
    world.lay_down(now).await?;
    world.repeat(now).await?;
    world.playbooks(now).await?;
    world.change(now).await?;
    world.break_down(now).await?;
    world.announce(now).await?;
    world.answers(now).await?;
    world.fill_library(now).await?;
    world.have_it_proofed(now).await?;
    world.find_out(now).await?;
    world.order_by_program(now).await?;
    world.deliver(now).await?;
    world.follow_rules(now).await?;
    world.save_views(now).await?;
    world.write_letters(now).await?;
    world.settle(now).await?;
    let mut tx = app.db.begin().await?;
    // Who works every day has read what is older than a day or two.
    sql("UPDATE notification SET read_at = created_at + $1 WHERE created_at < $2")
        .bind(READ_AFTER.as_micros() as i64)
        .bind((now - UNREAD).as_microsecond())
        .run(&mut tx)
        .await?;
    write_setting(&mut tx, now, run::MARK, &run::Mark { seed }).await?;
    tx.commit().await?;
    Ok(filled)
}

/// When, which request, the how-manieth step of it, and what.
type Timed = (Timestamp, usize, usize, Step);

impl World {
    /// All requests and their steps.
    fn write(&mut self, dice: &mut Dice, now: Timestamp) -> Result<(Vec<Plan>, Vec<Timed>)> {
        let admits = |who: &'static str, service: &str| {
            self.catalog.orderable(&self.actors[who], service).is_ok()
        };
        let plans = plan::draw(dice, &self.stories, &admits);
        let mut all = Vec::new();
        let mut begins = vec![now; plans.len()];
        let (twins, singles): (Vec<usize>, Vec<usize>) =
            (0..plans.len()).partition(|&i| plans[i].twin.is_some());
        for i in singles.into_iter().chain(twins) {
            let plan = &plans[i];
            let service = self.service(&self.stories.list[plan.story])?;
            let (promise, calendar) = self.catalog.promise(&service.promise_id)?;
            let (_, process) = self.catalog.current_process(&service.process_id)?;
            let target = promise.def.target(plan.priority);
            let scene = Scene {
                plan,
                stories: &self.stories,
                process: &process,
                target: target.delivery_minutes,
                response: target.response_minutes,
                team_of: &|owner| self.team_of(owner, &service),
                fill: &|dice, stage| self.fill_stage(dice, stage),
            };
            let script = script::write(&scene, Dice::new(dice.between(0, i64::MAX - 1) as u64));
            let begin = match plan.twin {
                Some(twin) => begins[twin] + SignedDuration::from_mins(1),
                None => self.begin(dice, plan, &calendar.compiled, script.length, now),
            };
            begins[i] = begin;
            let seconds = SignedDuration::from_secs(dice.between(1, 55));
            for (place, step) in script.steps.into_iter().enumerate() {
                let at = calendar
                    .compiled
                    .add(begin, Work::from_minutes(step.minute));
                let at = from_micros((at + seconds).as_microsecond()).min(now);
                all.push((at, i, place, step));
            }
        }
        Ok((plans, all))
    }

    /// When a request was ordered: open ones so that they stand today where
    /// the plan wants them, the others at some time of the half year.
    fn begin(
        &self,
        dice: &mut Dice,
        plan: &Plan,
        calendar: &Calendar,
        length: i64,
        now: Timestamp,
    ) -> Timestamp {
        let latest = back(calendar, now, length + 1);
        if plan.course.is_open() {
            return latest;
        }
        let earliest = now - SignedDuration::from_hours(24 * DAYS);
        let latest = back(calendar, now, length + 30);
        let minutes = calendar.between(earliest, latest).minutes().max(1);
        calendar.add(earliest, Work::from_minutes(dice.between(0, minutes)))
    }

    fn service(&self, story: &Story) -> Result<Arc<Service>> {
        self.catalog
            .service(&story.service)
            .cloned()
            .ok_or_else(|| Error::Internal(format!("no service {}", story.service)))
    }

    fn team_of(&self, owner: &Owner, service: &Service) -> &'static str {
        let id = match owner {
            Owner::Team(id) => id,
            _ => &service.team_id,
        };
        self.ids
            .teams
            .iter()
            .find_map(|(key, team)| (team == id).then_some(*key))
            .expect("every owner is one of ours")
    }

    /// Answers for what a stage asks. Dates are filled in when it happens.
    fn fill_stage(&self, dice: &mut Dice, stage: &Stage) -> Raw {
        let mut raw = Raw::new();
        for field in &stage.fields {
            if !stage.required_fields.contains(&field.key) && !dice.chance(50) {
                continue;
            }
            let value = match field.kind {
                Kind::Date { .. } => Some(vec![TODAY.to_owned()]),
                _ => self.value(dice, field, "", "", jiff::civil::Date::ZERO),
            };
            raw.extend(value.map(|value| (field.key.clone(), value)));
        }
        raw
    }

    /// A plausible answer to a field; nothing for files.
    fn value(
        &self,
        dice: &mut Dice,
        field: &Field,
        subject: &str,
        text: &str,
        today: jiff::civil::Date,
    ) -> Option<Vec<String>> {
        let one = |text: String| Some(vec![text]);
        match &field.kind {
            Kind::Section | Kind::Note { .. } | Kind::File { .. } => None,
            Kind::Text { pattern, .. } => one(match (field.key.as_str(), pattern) {
                ("place" | "phone" | "cost_centre", _) => self.stories.common(dice, &field.key),
                ("who_speaks", _) => "Prof. Folake Adeyemi".to_owned(),
                (_, Some(form::Pattern::Email)) => "office@nordhaven.example".to_owned(),
                (_, Some(_)) => dice.between(10_000, 99_999).to_string(),
                _ => subject.to_owned(),
            }),
            Kind::LongText { .. } => one(text.to_owned()),
            Kind::Choice { options, .. } => one(dice.pick(options).key.clone()),
            Kind::Multi { options, max, .. } => {
                let most = i64::from(max.unwrap_or(9)).min(options.len() as i64).min(3);
                let mut keys: Vec<String> = options.iter().map(|o| o.key.clone()).collect();
                dice.shuffle(&mut keys);
                keys.truncate(usize::try_from(dice.between(1, most)).unwrap_or(1));
                Some(keys)
            }
            Kind::Date { earliest_days, .. } => {
                let from = earliest_days.unwrap_or(0).max(6);
                let days = jiff::Span::new().days(dice.between(from, from + 25));
                one(today.saturating_add(days).to_string())
            }
            Kind::Number { min, step, .. } => {
                let min = min.map_or(0, |m| m.micros());
                let step = step.map_or(1_000_000, |s| s.micros());
                let value = min + step * dice.between(1, 12);
                one(format!("{}", value as f64 / 1e6))
            }
            Kind::Person => {
                let who = *dice.pick(&["maren", "fatma", "per", "birte", "luca"]);
                one(self.ids.people[who].clone())
            }
            Kind::Url => {
                let words: String = subject
                    .to_lowercase()
                    .chars()
                    .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                    .collect();
                one(format!(
                    "https://www.nordhaven.example/{}",
                    words.trim_matches('-')
                ))
            }
            Kind::YesNo => one(if dice.chance(60) { "yes" } else { "no" }.to_owned()),
        }
    }

    fn ctx(&self, who: &'static str, now: Timestamp) -> Ctx {
        Ctx {
            app: self.app.clone(),
            actor: Some(self.actors[who].clone()),
            prefs: Prefs {
                lang: Lang::En,
                zone: self.zone.clone(),
                theme: "auto",
                keys: true,
                date_style: None,
            },
            now,
            hx: false,
            api: false,
            uri: "/".to_owned(),
            flash: None,
            ip: None,
            agent: None,
        }
    }

    /// The lists that people would have made for themselves and for others.
    async fn save_views(&self, now: Timestamp) -> Result<()> {
        let team = self.ids.teams.get("design").map(String::as_str);
        for (who, name, query, shared) in [
            ("hanna", "Late or due today", "due=late", Some("everyone")),
            ("jonas", "Nobody has it", "assignee=none", None),
            (
                "priya",
                "Design, urgent first",
                "stage=design&sort=priority",
                team,
            ),
            ("priya", "Waits for an answer", "state=waiting", None),
        ] {
            views::save(&self.app, &self.actors[who], now, name, query, shared).await?;
        }
        Ok(())
    }

    async fn play(&mut self, plans: &[Plan], steps: &[Timed]) -> Result<Filled> {
        let mut items: Vec<String> = vec![String::new(); plans.len()];
        let mut filled = Filled {
            requests: plans.len(),
            steps: steps.len(),
            escalations: 0,
        };
        for (at, i, _, step) in steps {
            filled.escalations += self.wake_until(*at).await?;
            let ctx = self.ctx(step.who, *at);
            let twin = plans[*i].twin.map(|twin| items[twin].clone());
            let done = self.act(&ctx, &plans[*i], &mut items[*i], twin, step).await;
            done.map_err(|e| {
                let title = &plans[*i].title;
                Error::Internal(format!(
                    "demo, “{title}”, {:?} by {}: {e}",
                    step.act, step.who
                ))
            })?;
            self.tell(*at).await?;
        }
        Ok(filled)
    }

    /// Tell people at once what concerns them.
    async fn tell(&self, at: Timestamp) -> Result<()> {
        while listen::run(&self.app, at).await? > 0 {}
        Ok(())
    }

    /// Let the clocks ring that ring before `at`, each at its own time.
    async fn wake_until(&self, at: Timestamp) -> Result<usize> {
        let mut fired = 0;
        loop {
            let next: Option<i64> = sql("SELECT MIN(wake_at) AS next FROM work_item
                 WHERE wake_at IS NOT NULL AND wake_at <= $1")
            .bind(at.as_microsecond())
            .value("next", &self.app.db)
            .await?;
            let Some(next) = next else { return Ok(fired) };
            fired += wake::run_due(&self.app, from_micros(next)).await?;
            self.tell(from_micros(next)).await?;
        }
    }
}

/// The moment from which `minutes` of working time lead to `now`.
fn back(calendar: &Calendar, now: Timestamp, minutes: i64) -> Timestamp {
    let want = Work::from_minutes(minutes);
    let (mut low, mut high) = (now.as_second() - 86_400 * 400, now.as_second());
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        let at = Timestamp::from_second(middle).unwrap_or(now);
        if calendar.between(at, now) >= want {
            low = middle;
        } else {
            high = middle;
        }
    }
    Timestamp::from_second(low).unwrap_or(now)
}
