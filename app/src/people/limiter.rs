//! How often somebody may guess.
//!
//! Kept in memory: a restart forgives, which costs an attacker nothing worth
//! having. Every attempt is counted before the password is looked at, so that
//! many at the same moment count too; a success takes its own count back.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

use crate::error::{Error, Result};

/// For how long an attempt counts.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Attempts on one account from one address within [`WINDOW`].
pub const PER_ACCOUNT: usize = 5;
/// Attempts from one address within [`WINDOW`]: an office shares one.
pub const PER_ADDRESS: usize = 40;
/// More keys than this are tidied up before a new one is added.
const MANY: usize = 10_000;

/// The attempts of the last minutes.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<String, VecDeque<Timestamp>>>);

impl Attempts {
    /// Count an attempt under `key`, unless there were `most` already.
    ///
    /// # Errors
    /// [`Error::TooMany`] with the seconds after which the next one is free.
    pub fn count(&self, key: &str, most: usize, now: Timestamp) -> Result<()> {
        let mut all = self.0.lock().expect("never poisoned");
        if all.len() > MANY {
            all.retain(|_, times| times.back().is_some_and(|at| *at + WINDOW > now));
        }
        let times = all.entry(key.to_owned()).or_default();
        while times.front().is_some_and(|at| *at + WINDOW <= now) {
            times.pop_front();
        }
        if times.len() >= most {
            let free = times.front().map_or(now, |at| *at + WINDOW);
            let wait = free.duration_since(now).as_secs().max(0);
            return Err(Error::TooMany {
                retry_after_seconds: u64::try_from(wait).unwrap_or(0) + 1,
            });
        }
        times.push_back(now);
        Ok(())
    }

    /// Take the last count back: it was no guess.
    pub fn forgive(&self, key: &str) {
        let mut all = self.0.lock().expect("never poisoned");
        if let Some(times) = all.get_mut(key) {
            times.pop_back();
        }
    }

    /// Forget `key`: whoever asked has proven who they are.
    pub fn clear(&self, key: &str) {
        self.0.lock().expect("never poisoned").remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_slides() {
        let attempts = Attempts::default();
        let start: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let at = |minutes| start + SignedDuration::from_mins(minutes);
        for minute in 0..5 {
            attempts.count("a", 5, at(minute)).unwrap();
        }
        let wait = |minutes| match attempts.count("a", 5, at(minutes)) {
            Err(Error::TooMany {
                retry_after_seconds,
            }) => retry_after_seconds,
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(5), 601);
        assert_eq!(wait(14), 61);
        attempts.count("b", 5, at(5)).unwrap();
        attempts.count("a", 5, at(15)).unwrap();
        assert_eq!(wait(15), 61);
        attempts.clear("a");
        attempts.count("a", 5, at(15)).unwrap();
        attempts.forgive("a");
    }
}
