use jiff::Timestamp;
use serde::Serialize;

use super::{Reading, State};
use crate::{Calendar, Work};

/// Whether a promise will be kept if the work ahead takes as long as planned.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(tag = "outlook", rename_all = "snake_case")]
pub enum Forecast {
    /// The planned work fits, or the promise is kept already.
    OnTrack,
    /// Not late yet, but the work planned ends after the due instant.
    AtRisk { expected: Timestamp },
    /// Past due.
    Late,
}

/// Compares the working time planned for what is still to do with the time left.
///
/// `work_ahead` is the rest of the present stage plus the planned shares of the
/// later ones (see [`split_shares`]). A held promise is judged as if it ran
/// again from `now` on.
pub fn forecast(reading: &Reading, work_ahead: Work, cal: &Calendar, now: Timestamp) -> Forecast {
    match reading.state {
        State::Met => Forecast::OnTrack,
        State::Missed | State::Late => Forecast::Late,
        State::Paused if reading.left.is_negative() => Forecast::Late,
        State::Running | State::Paused if work_ahead > reading.left => Forecast::AtRisk {
            expected: cal.add(now, work_ahead),
        },
        State::Running | State::Paused => Forecast::OnTrack,
    }
}

/// Splits a target over stages in proportion to `shares`.
///
/// The parts add up to `target` exactly: each ends where the running total of
/// the shares, rounded down to a microsecond, says. All shares zero: equal
/// parts. No shares: no parts.
pub fn split_shares(target: Work, shares: &[u32]) -> Vec<Work> {
    let equal = shares.iter().all(|&share| share == 0);
    let weight = |share: u32| if equal { 1 } else { i128::from(share) };
    let all: i128 = shares.iter().map(|&share| weight(share)).sum();
    let (mut sum, mut before) = (0, 0);
    let mut part = |&share: &u32| {
        sum += weight(share);
        // At most |target|, so it fits.
        let until = (i128::from(target.micros()) * sum / all) as i64;
        let part = Work::from_micros(until - before);
        before = until;
        part
    };
    shares.iter().map(&mut part).collect()
}
