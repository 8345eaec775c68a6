//! Time is passed in. This is the only place that may ask the machine for it.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

/// Where the present moment comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is moved, for tests and sample data.
    Manual(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// A clock that stands at `at`.
    pub fn manual(at: Timestamp) -> Clock {
        Clock::Manual(Arc::new(Mutex::new(at)))
    }

    /// The present moment, in whole microseconds: what the database keeps.
    pub fn now(&self) -> Timestamp {
        let now = match self {
            Clock::System => machine(),
            Clock::Manual(at) => *at.lock().expect("the clock is never poisoned"),
        };
        from_micros(now.as_microsecond())
    }

    /// Move a manual clock forward.
    ///
    /// # Panics
    /// On the system clock.
    pub fn advance(&self, by: SignedDuration) {
        match self {
            Clock::System => panic!("only a manual clock can be moved"),
            Clock::Manual(at) => {
                let mut at = at.lock().expect("the clock is never poisoned");
                *at = at.checked_add(by).expect("tests stay within years");
            }
        }
    }

    /// Set a manual clock.
    ///
    /// # Panics
    /// On the system clock.
    pub fn set(&self, to: Timestamp) {
        match self {
            Clock::System => panic!("only a manual clock can be moved"),
            Clock::Manual(at) => *at.lock().expect("the clock is never poisoned") = to,
        }
    }
}

/// The machine's clock, for what another machine compares with its own, such as
/// a signature.
#[allow(clippy::disallowed_methods)]
pub fn machine() -> Timestamp {
    Timestamp::now()
}

/// A moment from the database's microseconds.
pub fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}
