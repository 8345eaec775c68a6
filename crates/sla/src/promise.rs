//! The promise of one target, such as first response or delivery.
//!
//! Service level management in ITIL measures a target in agreed service hours
//! and stops the clock while the provider waits for the customer. A [`Clock`]
//! records only what happened (start, pauses, stop); [`Clock::read`] replays the
//! record. So a change of priority, calendar or service needs no conversion:
//! replay the same record with the new target or calendar, and the time used
//! so far is counted anew rather than reset.

mod escalation;
mod forecast;
mod replay;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Calendar, Work};

pub use escalation::{due_escalations, next_escalation};
pub use forecast::{Forecast, forecast, split_shares};

/// Share of the target, in percent, from which a running promise shows as [`Tone::Soon`].
pub const SOON_PERCENT: u32 = 75;

/// Time during which a promise does not run, from `from` up to but not including `to`.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Pause {
    pub from: Timestamp,
    /// `None` while the pause lasts.
    pub to: Option<Timestamp>,
    pub why: String,
}

/// The record of one promise, as stored in the database as JSON.
///
/// The verbs may be called twice or out of order, since events may arrive so;
/// what they do then is said at each. Pauses that overlap count once.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Clock {
    pub started: Timestamp,
    /// Working time promised. Change it directly when the priority or the
    /// service changes.
    pub target: Work,
    #[serde(default)]
    pub pauses: Vec<Pause>,
    /// When the target was reached; `None` while it is still to be reached.
    #[serde(default)]
    pub stopped: Option<Timestamp>,
}

/// The `why` of the pause that [`Clock::reopen`] leaves for the time of rest.
pub const WHY_STOPPED: &str = "stopped";

/// Where a promise stands.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The clock runs and the due instant has not passed.
    Running,
    /// The clock is held; also when it was already late before.
    Paused,
    /// Stopped in time.
    Met,
    /// Stopped late.
    Missed,
    /// The clock runs and the due instant has passed.
    Late,
}

/// How to show a promise.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    Ok,
    /// At least [`SOON_PERCENT`] of the target is used.
    Soon,
    /// Past due: running, missed, or held when it was too late already.
    Late,
    Paused,
    Met,
}

/// A promise as of one instant.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct Reading {
    pub state: State,
    /// Working time used, without pauses.
    pub used: Work,
    pub target: Work,
    /// `target - used`; negative when more was used than promised.
    pub left: Work,
    /// `used / target`; for a target of zero or less, 0 when nothing is used, else 1.
    pub share: f64,
    /// The instant at which the target is used up. For a stopped clock, the one
    /// that applied when it stopped. `None` while paused, since nobody knows;
    /// but when it had passed before the pause, that instant.
    pub due: Option<Timestamp>,
    pub tone: Tone,
}

impl Clock {
    /// A clock that runs from `at` and promises `target` of working time.
    pub fn start(at: Timestamp, target: Work) -> Clock {
        Clock {
            started: at,
            target,
            pauses: Vec::new(),
            stopped: None,
        }
    }

    /// Holds the clock. Does nothing when it is held already (the first reason
    /// stands) or stopped.
    pub fn pause(&mut self, at: Timestamp, why: impl Into<String>) {
        if self.stopped.is_none() && !self.is_paused() {
            let from = at.max(self.started);
            self.pauses.push(Pause {
                from,
                to: None,
                why: why.into(),
            });
        }
    }

    /// Lets a held clock run again. Does nothing when it is not held.
    pub fn resume(&mut self, at: Timestamp) {
        for pause in self.pauses.iter_mut().filter(|pause| pause.to.is_none()) {
            pause.to = Some(at.max(pause.from));
        }
    }

    /// Stops the clock, since the target is reached. A hold that lasts ends at
    /// the same instant and counts in full. Does nothing when already stopped.
    pub fn stop(&mut self, at: Timestamp) {
        if self.stopped.is_none() {
            self.resume(at);
            self.stopped = Some(at.max(self.started));
        }
    }

    /// Lets a stopped clock run again. The time it was stopped does not count;
    /// it stays in the record as a pause. Does nothing when not stopped.
    pub fn reopen(&mut self, at: Timestamp) {
        if let Some(from) = self.stopped.take() {
            let to = Some(at.max(from));
            self.pauses.push(Pause {
                from,
                to,
                why: WHY_STOPPED.to_owned(),
            });
        }
    }

    /// Whether a pause is open in the record.
    pub fn is_paused(&self) -> bool {
        self.pauses.iter().any(|pause| pause.to.is_none())
    }

    /// The promise as it stood at `now`; what the record says of later instants
    /// is left out, so past states can be read too (the rest between a stop and
    /// a reopening then reads as paused).
    ///
    /// A promise is late when it still ran after its due instant. An item due
    /// at closing time on Friday and done on Saturday is late, even though no
    /// working time passed in between: Friday is what the requester was told.
    pub fn read(&self, cal: &Calendar, now: Timestamp) -> Reading {
        let run = self.replay(now);
        let used = run.used(cal);
        let left = self.target - used;
        let reached = run.instant_of(cal, self.target);
        let overrun = reached.is_some_and(|due| run.ran_after(due));
        let state = match (run.stopped, run.paused, overrun) {
            (true, _, false) => State::Met,
            (true, _, true) => State::Missed,
            (false, true, _) => State::Paused,
            (false, false, true) => State::Late,
            (false, false, false) => State::Running,
        };
        let percent = |share: u32| used >= threshold(self.target, share);
        let tone = match state {
            _ if overrun => Tone::Late,
            State::Met => Tone::Met,
            State::Paused => Tone::Paused,
            _ if percent(SOON_PERCENT) => Tone::Soon,
            _ => Tone::Ok,
        };
        let due = match (reached, state) {
            (Some(due), _) => Some(due),
            (None, State::Paused) => None,
            (None, _) => Some(cal.add(run.end, left)),
        };
        Reading {
            state,
            used,
            target: self.target,
            left,
            share: share(used, self.target),
            due,
            tone,
        }
    }

    /// When the promise would be due if a held clock ran again from `now` on;
    /// for a clock that is not held the same as [`Reading::due`].
    pub fn due_if_resumed(&self, cal: &Calendar, now: Timestamp) -> Timestamp {
        let reading = self.read(cal, now);
        reading.due.unwrap_or_else(|| cal.add(now, reading.left))
    }
}

fn share(used: Work, target: Work) -> f64 {
    match (target.is_positive(), used.is_positive()) {
        (true, _) => used.micros() as f64 / target.micros() as f64,
        (false, false) => 0.0,
        (false, true) => 1.0,
    }
}

/// The working time that makes `percent` of `target`, rounded up to a microsecond.
fn threshold(target: Work, percent: u32) -> Work {
    let product = i128::from(target.micros().max(0)) * i128::from(percent);
    let rounded_up = (product + 99) / 100;
    Work::from_micros(i64::try_from(rounded_up).unwrap_or(i64::MAX))
}
