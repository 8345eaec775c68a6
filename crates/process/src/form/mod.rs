//! Forms: fields as data, shown by conditions, validated by one rule.
//!
//! The server and the browser follow the same rule. The browser only decides
//! what to show ([`Cond`] documents how); the server decides what is accepted
//! ([`validate`]).

mod answer;
mod check;
mod cond;
mod def;
mod describe;
mod raw;
mod read;
mod shape;
mod validate;

pub use answer::{Answer, Answers, FileRef};
pub use check::{check, limits};
pub use cond::{Cond, visible};
pub use def::{Field, FormDef, Kind, Opt, Pattern};
pub use describe::{Line, Shown, describe};
pub use raw::{Raw, raw_from_json, to_raw};
pub use validate::{FieldError, validate};

pub(crate) use check::check_fields;
pub(crate) use def::is_false;
