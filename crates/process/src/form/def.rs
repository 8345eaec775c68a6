//! What a form is made of.

use super::Cond;
use crate::Decimal;
use serde::{Deserialize, Serialize};

/// A form: its fields from top to bottom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormDef {
    #[serde(default)]
    pub fields: Vec<Field>,
}

impl FormDef {
    /// The field with this key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name in HTML, JSON and conditions; unique within the form.
    pub key: String,
    pub label: String,
    /// A line between label and input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    pub kind: Kind,
    /// Must be answered whenever it is visible.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// Shown only while this holds; always shown without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_if: Option<Cond>,
    /// Takes half of the form's width, beside another half.
    #[serde(default, skip_serializing_if = "is_false")]
    pub half: bool,
}

/// What a field asks for. In JSON the `type` names the variant.
///
/// There is no free regular expression: a pattern typed by an administrator can
/// stall a server, so [`Pattern`] is a fixed list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// A heading; asks nothing.
    Section,
    /// A paragraph of information; asks nothing.
    Note { text: String },
    /// One line. Lengths count characters; 200 at most if `max` is not given.
    Text {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<Pattern>,
    },
    /// Several lines; 5,000 characters at most if `max` is not given.
    LongText {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<u32>,
    },
    /// One of several.
    Choice {
        options: Vec<Opt>,
        /// Shown as cards with a fact each; for two to five options.
        #[serde(default, skip_serializing_if = "is_false")]
        cards: bool,
    },
    /// Any of several. `min` and `max` count ticks, once anything is ticked.
    Multi {
        options: Vec<Opt>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<u32>,
    },
    /// A day. Limits are in calendar days from today: 0 is today, -1 yesterday.
    Date {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        earliest_days: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        latest_days: Option<i64>,
    },
    /// A number. Steps count from `min`, or from 0 without one.
    Number {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<Decimal>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<Decimal>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<Decimal>,
        /// Printed after the number: "copies", "cm", "€".
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<String>,
        /// Most decimals that may be typed; 0 asks for a whole number.
        #[serde(default)]
        decimals: u8,
    },
    /// Somebody, by id. Only the shape of the id is checked here.
    Person,
    /// A web address: http or https, with a host.
    Url,
    /// Uploaded files, by id. The size limit is in MB (1,000,000 bytes) and is
    /// for the application to enforce when it takes the bytes.
    File {
        max_files: u32,
        max_mb: u32,
        /// File name endings without the dot, in lower case; empty for any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        types: Vec<String>,
    },
    /// Yes or no, with neither chosen at first.
    YesNo,
}

impl Kind {
    /// Whether the field asks for anything.
    pub fn is_question(&self) -> bool {
        !matches!(self, Kind::Section | Kind::Note { .. })
    }

    /// The options of a choice; empty for other kinds.
    pub fn options(&self) -> &[Opt] {
        match self {
            Kind::Choice { options, .. } | Kind::Multi { options, .. } => options,
            _ => &[],
        }
    }
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opt {
    pub key: String,
    pub label: String,
    /// A short fact under the label: "usually 2 working days".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
}

/// The fixed patterns of a line of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    Email,
    Phone,
    /// 3 to 20 letters, digits, `-`, `.` or `/`, with at least one digit.
    CostCentre,
    Digits,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the shape serde asks for
pub(crate) fn is_false(value: &bool) -> bool {
    !*value
}
