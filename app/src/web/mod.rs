//! The edge between HTTP and the verbs: who asks, in which language, with what
//! input, and how answers and errors are rendered.
//!
//! Order of the layers, outermost first: security headers, body limit,
//! [`ctx::attach`] (who, language, time), [`respond::render_errors`],
//! [`guard::same_origin`] (CSRF), the access that the route declares, the
//! handler.

pub mod article;
pub mod csv;
pub mod ctx;
pub mod guard;
pub mod idempotency;
pub mod input;
pub mod markdown;
pub mod respond;
pub mod shell;
pub mod wrong;

pub use ctx::{Ctx, Me, Prefs};
pub use input::{Input, Query};
pub use markdown::markdown;
pub use respond::{Flash, see_other};
pub use wrong::Wrong;
