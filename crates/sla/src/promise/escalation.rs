//! Escalations: warnings at shares of the target, in working time only.
//!
//! A share counts as reached by working time used, and it fires only while the
//! calendar is open: whoever is told should be there to act.

use jiff::Timestamp;

use super::{Clock, Reading, State, threshold};
use crate::Calendar;

/// The next share (in percent) that has not fired, and when to fire it.
///
/// The instant is never before `now` and always lies in working time: a share
/// that is reached exactly at closing time fires at the next opening. `None`
/// while the clock is held or stopped, when all have fired, and when the
/// instant lies beyond what calendars know.
pub fn next_escalation(
    clock: &Clock,
    cal: &Calendar,
    shares: &[u32],
    fired: &[u32],
    now: Timestamp,
) -> Option<(u32, Timestamp)> {
    let reading = running(clock, cal, now)?;
    let share = shares
        .iter()
        .copied()
        .filter(|share| !fired.contains(share))
        .min()?;
    let missing = threshold(clock.target, share) - reading.used;
    let from = now.max(clock.started);
    let at = cal.next_working(cal.add(from, missing));
    cal.is_working(at).then_some((share, at))
}

/// The shares (in percent, ascending) to fire now: reached, not fired before,
/// and `now` is working time. Empty while the clock is held or stopped.
pub fn due_escalations(
    clock: &Clock,
    cal: &Calendar,
    shares: &[u32],
    fired: &[u32],
    now: Timestamp,
) -> Vec<u32> {
    let Some(reading) = running(clock, cal, now) else {
        return Vec::new();
    };
    if now < clock.started || !cal.is_working(now) {
        return Vec::new();
    }
    let mut due: Vec<u32> = shares
        .iter()
        .copied()
        .filter(|&share| threshold(clock.target, share) <= reading.used && !fired.contains(&share))
        .collect();
    due.sort_unstable();
    due.dedup();
    due
}

fn running(clock: &Clock, cal: &Calendar, now: Timestamp) -> Option<Reading> {
    let reading = clock.read(cal, now);
    matches!(reading.state, State::Running | State::Late).then_some(reading)
}
