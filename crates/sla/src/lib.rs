//! Business calendars, promises (service level targets) and their clocks.
//!
//! Everything here is a pure function of its arguments: no input or output, no
//! wall clock, no randomness. The caller passes the time in, stores the
//! serialisable records ([`CalendarDef`], [`Clock`]) and derives the rest.
//!
//! * [`calendar`]: opening hours, holidays, and arithmetic in working time
//! * [`promise`]: the clock of one target, escalations, forecasts
//! * [`rhythm`]: dates that come again, shifted off holidays
//! * [`countries`]: public holidays computed from rules
//! * [`ical`]: holidays from iCalendar files

pub mod calendar;
pub mod countries;
pub mod ical;
mod msg;
pub mod promise;
pub mod rhythm;
mod work;

pub use calendar::{Calendar, CalendarDef, CalendarError, ClockTime, Holiday, Hours, Weekday};
pub use msg::Msg;
pub use promise::{Clock, Forecast, Pause, Reading, State, Tone};
pub use work::Work;
