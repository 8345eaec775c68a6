//! The next free piece of time.

use jiff::Timestamp;

use crate::plan::{Entry, Plan};
use crate::rules::Grade;
use crate::span::Span;

/// A quarter of an hour in microseconds: starts are proposed on it.
pub const STEP: i64 = 15 * 60 * 1_000_000;

fn up(at: i64) -> i64 {
    let over = at.rem_euclid(STEP);
    if over == 0 {
        at
    } else {
        at.saturating_add(STEP - over)
    }
}

/// The first piece of time, as long as `one` is and inside one of the `open`
/// spans (in order of time), in which nothing is in the way. If there is none,
/// the first in which nothing blocks. `None` when there is neither.
pub fn free_slot(plan: &Plan, one: &Entry, except: Option<usize>, open: &[Span]) -> Option<Span> {
    find(plan, one, except, open, Grade::Warn)
        .or_else(|| find(plan, one, except, open, Grade::Block))
}

fn find(
    plan: &Plan,
    one: &Entry,
    except: Option<usize>,
    open: &[Span],
    bar: Grade,
) -> Option<Span> {
    let mut probe = one.clone();
    for hours in open {
        let mut at = up(hours.start().as_microsecond());
        loop {
            let span = one.span.moved_to(Timestamp::from_microsecond(at).ok()?)?;
            if span.end() > hours.end() {
                break;
            }
            probe.span = span;
            let past = plan
                .conflicts_of(&probe, except)
                .iter()
                .filter(|c| c.grade >= bar)
                .map(|c| plan.over(&probe, c))
                .max();
            match past {
                None => return Some(span),
                // A message later the same day may need rest *before* ours too.
                Some(over) => at = up(over.max(at + STEP)),
            }
        }
    }
    None
}
