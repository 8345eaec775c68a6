//! The nouns of adopted practices.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pack::{Pack, VersionNo};

/// A practice that runs here.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Adoption {
    /// The pack as it was taken over: what ours is compared with.
    pub pack: Pack,
    pub origin: Origin,
    /// Role to team.
    pub roles: BTreeMap<String, String>,
    pub calendar_id: String,
    pub adopted_at: Timestamp,
    pub version: i64,
    pub parts: Parts,
}

/// Ids here, by kind and by key in the pack.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Parts {
    pub services: BTreeMap<String, String>,
    pub processes: BTreeMap<String, String>,
    pub promises: BTreeMap<String, String>,
    pub playbooks: BTreeMap<String, String>,
    pub rules: BTreeMap<String, String>,
}

impl Parts {
    /// The kinds with their words in the database.
    pub fn kinds(&self) -> [(&'static str, &BTreeMap<String, String>); 5] {
        [
            ("service", &self.services),
            ("process", &self.processes),
            ("promise", &self.promises),
            ("playbook", &self.playbooks),
            ("rule", &self.rules),
        ]
    }

    /// The ids of a kind.
    pub fn of_mut(&mut self, kind: &str) -> Option<&mut BTreeMap<String, String>> {
        match kind {
            "service" => Some(&mut self.services),
            "process" => Some(&mut self.processes),
            "promise" => Some(&mut self.promises),
            "playbook" => Some(&mut self.playbooks),
            "rule" => Some(&mut self.rules),
            _ => None,
        }
    }
}

/// Where a pack came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It came with MIL.
    Library,
    /// Another organisation sent it.
    Import,
}

impl Origin {
    /// The word in the database.
    pub fn key(self) -> &'static str {
        match self {
            Origin::Library => "library",
            Origin::Import => "import",
        }
    }

    /// The origin of a word.
    pub fn from_key(key: &str) -> Origin {
        if key == "import" {
            Origin::Import
        } else {
            Origin::Library
        }
    }
}

/// How a practice is to be adopted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wishes {
    /// The team of each role. A role that is left out gets the team of its
    /// name, else the first team.
    pub roles: BTreeMap<String, String>,
    /// The calendar in whose working time promises count; the first one if it
    /// is left out.
    pub calendar_id: Option<String>,
}

/// A practice that can be looked at: of the library or imported.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Offered {
    pub pack: Pack,
    pub origin: Origin,
}

impl Offered {
    /// Its version.
    pub fn version(&self) -> VersionNo {
        self.pack.meta.version
    }
}
