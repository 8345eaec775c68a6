//! What was wrong with a form that comes back, in the reader's language.

use maud::Markup;

use crate::error::{Error, FieldError};
use crate::i18n::Lang;
use crate::ui::field::{Field, error_summary};

/// The wrong fields of a form with what to do about each; empty for a new form.
#[derive(Debug, Default)]
pub struct Wrong(Vec<(String, String)>);

impl Wrong {
    /// In `lang`.
    pub fn new(lang: Lang, fields: &[FieldError]) -> Wrong {
        let words = |f: &FieldError| (f.field.clone(), lang.text(&f.msg.text, &f.msg.args));
        Wrong(fields.iter().map(words).collect())
    }

    /// The wrong fields of `error`, or `error` itself when it is about
    /// something else than the form.
    pub fn of(lang: Lang, error: Error) -> Result<Wrong, Error> {
        match error {
            Error::Invalid(fields) => Ok(Wrong::new(lang, &fields)),
            other => Err(other),
        }
    }

    /// What is wrong with one field; empty when it is fine.
    pub fn at(&self, field: &str) -> &str {
        let found = self.0.iter().find(|(name, _)| name == field);
        found.map_or("", |(_, text)| text)
    }

    /// A field of the form, with what is wrong with it.
    pub fn field<'a>(&'a self, name: &'a str, label: &'a str, value: &'a str) -> Field<'a> {
        Field {
            name,
            label,
            value,
            error: self.at(name),
            ..Field::default()
        }
    }

    /// All of it, to stand on top of the form.
    pub fn summary(&self, lang: Lang) -> Markup {
        let list: Vec<(&str, &str)> = self.0.iter().map(|(a, b)| (&**a, &**b)).collect();
        error_summary(lang, &list)
    }

    /// 422 when something is wrong, 200 for a new form.
    pub fn status(&self) -> axum::http::StatusCode {
        if self.0.is_empty() {
            axum::http::StatusCode::OK
        } else {
            axum::http::StatusCode::UNPROCESSABLE_ENTITY
        }
    }
}
