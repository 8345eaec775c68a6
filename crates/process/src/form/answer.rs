//! Answers as they are stored.

use crate::Decimal;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// Answers by field key.
pub type Answers = BTreeMap<String, Answer>;

/// One answer. In JSON its kind is named, so that it can be read without the
/// form: `{"text":"Open day"}`, `{"many":["print","web"]}`, `{"number":1.5}`,
/// `{"date":"2026-11-26"}`, `{"yes_no":true}`, `{"person":"…"}`,
/// `{"files":[{"id":"…","name":"logo.pdf"}]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A line, a long text, a web address or the key of the chosen option. In a
    /// draft, also what was typed and is not yet a date, number and so on.
    Text(String),
    /// Keys of ticked options, in the order of the form.
    Many(Vec<String>),
    Number(Decimal),
    Date(Date),
    YesNo(bool),
    Files(Vec<FileRef>),
    /// The id of a person.
    Person(String),
}

/// An uploaded file: its id and the name it was uploaded with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRef {
    pub id: String,
    #[serde(default)]
    pub name: String,
}

/// As posted: `id:name`, or `id` without a name.
impl fmt::Display for FileRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        if !self.name.is_empty() {
            write!(f, ":{}", self.name)?;
        }
        Ok(())
    }
}
