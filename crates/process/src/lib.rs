//! How work moves and what people fill in, as pure functions.
//!
//! * [`process`]: stages, the moves between them and what blocks a move.
//! * [`form`]: fields, the conditions that show them and the validation of answers.
//!
//! Nothing here does I/O, reads a clock or draws a random number: the time is
//! always an argument. Definitions are plain data with a stable JSON shape, so
//! they can be stored, versioned and compared by the application.

pub mod form;
pub mod process;

mod decimal;
mod key;
mod msg;

pub use decimal::Decimal;
pub use key::{check_key, is_key};
pub use msg::{Msg, Problem};
