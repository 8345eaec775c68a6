//! A practice as files: reading, checking, writing. Pure; nothing here touches
//! the database, and nothing in a pack is ever run. The format is described in
//! `docs/practice-format.md`.

mod check;
mod formula;
mod lines;
mod process;
pub mod rule;
mod spec;
pub mod time;
mod words;

use std::collections::BTreeMap;

use crate::error::Msg;

pub use formula::{Figure, Formula, Measure};
pub use process::Names;
pub use rule::RuleSpec;
pub use spec::{
    ApprovalSpec, Better, EscalationSpec, Kpi, Meta, Playbook, ProcessSpec, PromiseSpec, Raci,
    RoleSpec, Service, ServiceAudience, Source, StageSpec, Step, TargetSpec, TaskSpec, Term,
    TimerSpec, Unit, VersionNo,
};

/// The files of a pack by their path inside it, such as `services/logo.toml`.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The most files of a pack, and the most bytes of one.
pub const FILES: usize = 200;
/// The most bytes of a file.
pub const BYTES: usize = 256 * 1024;

/// Something wrong in a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Path inside the pack.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// What is wrong and how to mend it.
    pub msg: Msg,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.msg)
    }
}

/// A text to copy: a brief, a checklist, a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its heading.
    pub name: String,
    /// brief, checklist or mail, if it says so.
    pub kind: Option<String>,
    /// Markdown without the heading.
    pub body: String,
}

/// A practice that was read and found sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// The word for it in addresses: the name of its folder.
    pub key: String,
    /// `practice.toml`.
    pub meta: Meta,
    /// `guide.md`.
    pub guide: String,
    /// What can be ordered, by key.
    pub services: BTreeMap<String, Service>,
    /// Stages, by key.
    pub processes: BTreeMap<String, ProcessSpec>,
    /// Service level targets, by key.
    pub promises: BTreeMap<String, PromiseSpec>,
    /// Standard operating procedures, by key.
    pub playbooks: BTreeMap<String, Playbook>,
    /// What is done by itself, by key.
    pub rules: BTreeMap<String, RuleSpec>,
    /// Texts to copy, by key.
    pub templates: BTreeMap<String, Template>,
}

impl Pack {
    /// Read and check a pack. `known` tells which other practices exist, so that
    /// references to them can be checked; without it they are taken as they are.
    ///
    /// # Errors
    /// Every problem found, by file and line.
    pub fn read(
        key: &str,
        files: &Files,
        known: Option<&dyn Fn(&str) -> bool>,
    ) -> Result<Pack, Vec<Problem>> {
        check::read(key, files, known)
    }

    /// The pack as files; reading them gives the same pack.
    pub fn files(&self) -> Files {
        let mut files = Files::new();
        let mut put = |path: String, text: String| {
            files.insert(path, text.into_bytes());
        };
        fn text<T: serde::Serialize>(value: &T) -> String {
            toml::to_string(value).unwrap_or_default()
        }
        put("practice.toml".into(), text(&self.meta));
        put("guide.md".into(), self.guide.clone());
        for (key, service) in &self.services {
            put(format!("services/{key}.toml"), text(service));
        }
        for (key, process) in &self.processes {
            put(format!("processes/{key}.toml"), text(process));
        }
        for (key, promise) in &self.promises {
            put(format!("promises/{key}.toml"), text(promise));
        }
        for (key, playbook) in &self.playbooks {
            put(format!("playbooks/{key}.toml"), text(playbook));
        }
        for (key, rule) in &self.rules {
            put(format!("rules/{key}.toml"), text(rule));
        }
        for (key, template) in &self.templates {
            let kind = template.kind.as_ref();
            let kind = kind.map_or(String::new(), |kind| format!("<!-- {kind} -->\n"));
            let body = format!("# {}\n{kind}\n{}", template.name, template.body);
            put(format!("templates/{key}.md"), body);
        }
        files
    }

    /// The role with this key.
    pub fn role(&self, key: &str) -> Option<&RoleSpec> {
        self.meta.roles.iter().find(|role| role.key == key)
    }
}

/// The shelves of the library, in order, with their names.
pub const GROUPS: [(&str, &str); 10] = [
    ("foundations", "How work comes in and gets done"),
    ("content", "Content"),
    ("design", "Design and brand assets"),
    ("web", "Web"),
    ("campaigns", "Campaigns"),
    ("social", "Social media and the public"),
    ("events", "Events"),
    ("governance", "Rules, data and suppliers"),
    ("technology", "Tools and technology"),
    ("improvement", "Getting better"),
];

#[cfg(test)]
mod tests;
