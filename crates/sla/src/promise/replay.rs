//! Replays the record of a clock into the intervals during which it ran.

use jiff::Timestamp;

use super::Clock;
use crate::{Calendar, Work};

/// A record as of one instant.
pub(super) struct Run {
    /// When the clock ran, in order and apart from each other.
    active: Vec<(Timestamp, Timestamp)>,
    /// The instant of the replay, or of the stop when that was earlier.
    pub end: Timestamp,
    pub paused: bool,
    pub stopped: bool,
}

impl Clock {
    pub(super) fn replay(&self, now: Timestamp) -> Run {
        let stop = self.stopped.filter(|&at| at <= now);
        let end = stop.unwrap_or(now).max(self.started);
        let lasts = |to: Option<Timestamp>| to.is_none_or(|to| to > now);
        let paused = stop.is_none()
            && self
                .pauses
                .iter()
                .any(|pause| pause.from <= now && lasts(pause.to));

        let mut holds: Vec<(Timestamp, Timestamp)> = self
            .pauses
            .iter()
            .map(|pause| (pause.from, pause.to.unwrap_or(end).min(end)))
            .filter(|(from, to)| from < to)
            .collect();
        holds.sort_unstable();
        let mut active = Vec::with_capacity(holds.len() + 1);
        let mut from = self.started;
        for (hold_from, hold_to) in holds {
            if from < hold_from {
                active.push((from, hold_from));
            }
            from = from.max(hold_to);
        }
        if from < end {
            active.push((from, end));
        }
        Run {
            active,
            end,
            paused,
            stopped: stop.is_some(),
        }
    }
}

impl Run {
    /// Working time used.
    pub fn used(&self, cal: &Calendar) -> Work {
        self.active
            .iter()
            .map(|&(from, to)| cal.between(from, to))
            .sum()
    }

    /// The instant at which `work` was used; `None` when it is not used yet.
    pub fn instant_of(&self, cal: &Calendar, work: Work) -> Option<Timestamp> {
        let mut need = work;
        for &(from, to) in &self.active {
            let here = cal.between(from, to);
            if need <= here {
                return Some(cal.add(from, need));
            }
            need = need - here;
        }
        None
    }

    /// Whether the clock ran after `at`.
    pub fn ran_after(&self, at: Timestamp) -> bool {
        self.active.last().is_some_and(|&(_, to)| to > at)
    }
}
