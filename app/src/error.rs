//! What can go wrong, sorted by what the reader can do about it.
//!
//! | variant | status | when |
//! |---|---|---|
//! | `NotFound` | 404 | it is not there, **or** the actor may not know that it is |
//! | `SignIn` | 401 | nobody is signed in |
//! | `Forbidden` | 403 | the actor may see it but not do this |
//! | `Invalid` | 422 | the input is understood and wrong; every field is named |
//! | `Malformed` | 400 | the input cannot be understood |
//! | `TooLarge` | 413 | more than the limit |
//! | `Conflict` | 409 | somebody else changed it meanwhile, or the move is not possible now |
//! | `Stale` | 412 | `If-Match` names an old version |
//! | `TooMany` | 429 | slow down |
//! | `Internal` | 500 | our fault; details only in the log |
//!
//! A handler returns `Error`; `web::respond` renders it as a page or as
//! problem details (RFC 9457), whichever the client asked for.

use mil_db::DbError;

/// The result of every verb and handler.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A text for people with the values to fill in: `text` is English, with
/// `{name}` placeholders, and the key of its translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Msg {
    /// English, with placeholders.
    pub text: String,
    /// Values for the placeholders.
    pub args: Vec<(&'static str, String)>,
}

impl Msg {
    /// A text without placeholders.
    pub fn new(text: impl Into<String>) -> Msg {
        Msg {
            text: text.into(),
            args: Vec::new(),
        }
    }

    /// Fill a placeholder.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Msg {
        self.args.push((name, value.to_string()));
        self
    }
}

impl std::fmt::Display for Msg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let filled = self
            .args
            .iter()
            .fold(self.text.clone(), |text, (name, value)| {
                text.replace(&format!("{{{name}}}"), value)
            });
        f.write_str(&filled)
    }
}

impl From<mil_process::Msg> for Msg {
    fn from(msg: mil_process::Msg) -> Msg {
        Msg {
            text: msg.text.to_owned(),
            args: msg.args,
        }
    }
}

impl From<&str> for Msg {
    fn from(text: &str) -> Msg {
        Msg::new(text)
    }
}

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name in the form and in the API.
    pub field: String,
    /// What is wrong and how to mend it.
    pub msg: Msg,
}

impl FieldError {
    /// `field` is wrong: `msg`.
    pub fn new(field: impl Into<String>, msg: impl Into<Msg>) -> FieldError {
        FieldError {
            field: field.into(),
            msg: msg.into(),
        }
    }
}

/// Why a request was not carried out.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Error {
    NotFound,
    SignIn,
    Forbidden(Msg),
    Invalid(Vec<FieldError>),
    Malformed(Msg),
    TooLarge(Msg),
    Conflict(Msg),
    Stale(Msg),
    TooMany { retry_after_seconds: u64 },
    Internal(String),
}

impl Error {
    /// One wrong field.
    pub fn field(field: impl Into<String>, msg: impl Into<Msg>) -> Error {
        Error::Invalid(vec![FieldError::new(field, msg)])
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Error::NotFound => 404,
            Error::SignIn => 401,
            Error::Forbidden(_) => 403,
            Error::Invalid(_) => 422,
            Error::Malformed(_) => 400,
            Error::TooLarge(_) => 413,
            Error::Conflict(_) => 409,
            Error::Stale(_) => 412,
            Error::TooMany { .. } => 429,
            Error::Internal(_) => 500,
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::NotFound => f.write_str("not found"),
            Error::SignIn => f.write_str("nobody is signed in"),
            Error::Forbidden(msg)
            | Error::Malformed(msg)
            | Error::TooLarge(msg)
            | Error::Conflict(msg)
            | Error::Stale(msg) => write!(f, "{msg}"),
            Error::Invalid(fields) => {
                for (i, field) in fields.iter().enumerate() {
                    let comma = if i == 0 { "" } else { "; " };
                    write!(f, "{comma}{}: {}", field.field, field.msg)?;
                }
                Ok(())
            }
            Error::TooMany { .. } => f.write_str("too many attempts"),
            Error::Internal(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Error {}

impl From<DbError> for Error {
    fn from(error: DbError) -> Error {
        match error {
            DbError::Busy(why) => {
                tracing::warn!(%why, "transactions met");
                Error::Conflict(Msg::new(
                    "Somebody else saved at the same moment and nothing was changed. Try again.",
                ))
            }
            other => Error::Internal(other.to_string()),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Error {
        Error::Internal(format!("JSON: {error}"))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Error {
        Error::Internal(format!("file: {error}"))
    }
}
