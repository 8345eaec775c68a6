//! What the files of a pack hold, as they are written.

use std::collections::BTreeMap;

use mil_process::form::{Cond, Field};
use mil_process::process::{CheckItem, Counts, Phase, SendBack};
use serde::{Deserialize, Serialize};

use crate::catalog::model::{ClockKind, Priority, Tell, WorkKind};
use crate::changes::rules::Type;

fn is_false(value: &bool) -> bool {
    !*value
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// `practice.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Meta {
    pub name: String,
    pub version: VersionNo,
    /// Key of [`super::GROUPS`].
    pub group: String,
    pub icon: String,
    pub summary: String,
    pub purpose: String,
    pub scope: String,
    #[serde(default)]
    pub when: Vec<String>,
    #[serde(default)]
    pub when_not: Vec<String>,
    #[serde(default)]
    pub start: Vec<String>,
    /// ITIL 4 practices that it stands on.
    #[serde(default)]
    pub itil: Vec<String>,
    /// Keys of practices that go with it.
    #[serde(default)]
    pub related: Vec<String>,
    pub reviewed: toml::value::Datetime,
    #[serde(default)]
    pub sources: Vec<Source>,
    #[serde(default)]
    pub roles: Vec<RoleSpec>,
    #[serde(default)]
    pub raci: Vec<Raci>,
    #[serde(default)]
    pub kpis: Vec<Kpi>,
    #[serde(default)]
    pub glossary: Vec<Term>,
}

/// Three numbers: see semver.org.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VersionNo(pub [u32; 3]);

impl std::fmt::Display for VersionNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

impl From<VersionNo> for String {
    fn from(version: VersionNo) -> String {
        version.to_string()
    }
}

impl TryFrom<String> for VersionNo {
    type Error = &'static str;

    fn try_from(text: String) -> Result<VersionNo, Self::Error> {
        let wrong = "a version is three numbers such as 1.0.0";
        let mut parts = text.split('.').map(|part| {
            let plain = part == "0" || !part.starts_with('0');
            let digits = plain && part.len() <= 6 && part.bytes().all(|b| b.is_ascii_digit());
            part.parse::<u32>().ok().filter(|_| digits).ok_or(wrong)
        });
        let mut next = || parts.next().unwrap_or(Err(wrong));
        let version = VersionNo([next()?, next()?, next()?]);
        match parts.next() {
            None => Ok(version),
            Some(_) => Err(wrong),
        }
    }
}

/// What a practice stands on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Source {
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Somebody who takes part; mapped to a team when the practice is adopted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RoleSpec {
    pub key: String,
    pub name: String,
    pub does: String,
}

/// Who does what: responsible, accountable, consulted, informed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Raci {
    pub activity: String,
    pub responsible: Vec<String>,
    pub accountable: String,
    #[serde(default)]
    pub consulted: Vec<String>,
    #[serde(default)]
    pub informed: Vec<String>,
}

/// A measure, with what to do when it is missed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Kpi {
    pub key: String,
    pub name: String,
    pub why: String,
    pub formula: String,
    pub unit: Unit,
    pub target: f64,
    pub better: Better,
    pub improve: String,
}

/// How a figure is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Unit {
    Percent,
    Hours,
    Days,
    Count,
    Rating,
}

/// Which way a figure should go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Better {
    Higher,
    Lower,
}

/// A word that marketing and IT may understand differently.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Term {
    pub term: String,
    pub means: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub it_term: Option<String>,
}

/// `services/*.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Service {
    pub name: String,
    #[serde(default)]
    pub kind: WorkKind,
    /// How its changes are decided on; normal where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Type>,
    pub shelf: String,
    pub icon: String,
    pub summary: String,
    #[serde(default)]
    pub instructions: String,
    #[serde(default)]
    pub keywords: String,
    #[serde(default)]
    pub audience: ServiceAudience,
    pub process: String,
    pub promise: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<mil_process::Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_note: Option<String>,
    #[serde(default)]
    pub fields: Vec<Field>,
}

/// Who may order, in the words of a pack that knows no departments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceAudience {
    /// Everybody, outside partners too.
    Everyone,
    /// Everybody who works here.
    #[default]
    Staff,
    /// Those who work in the workspace.
    Agents,
}

/// `processes/*.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ProcessSpec {
    pub name: String,
    pub stages: Vec<StageSpec>,
}

/// A stage: like [`mil_process::process::Stage`], with roles where that has teams.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct StageSpec {
    pub key: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester_name: Option<String>,
    pub phase: Phase,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    pub share: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<CheckItem>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_fields: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub requester_approves: bool,
    #[serde(default)]
    pub send_back_to: SendBack,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_if: Option<Cond>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<ApprovalSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timers: Vec<TimerSpec>,
}

/// What happens by itself when work stays in a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TimerSpec {
    pub key: String,
    /// Working time, such as 3d.
    pub after: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub counts: Counts,
    /// remind:owner, remind:team_leads, remind:requester, raise_priority,
    /// move_on, close or decline.
    #[serde(rename = "do")]
    pub deed: String,
    /// Why it ends, for close and decline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A task of a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TaskSpec {
    pub key: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Key of a service of the same practice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
}

/// A step of a chain of approvals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ApprovalSpec {
    pub key: String,
    pub name: String,
    /// anyone, first, everyone, majority or quorum:N.
    pub rule: String,
    /// role:KEY, team_leads, requester_manager.
    pub by: Vec<String>,
    /// Working time, such as 1d.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_after: Option<String>,
}

/// `promises/*.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct PromiseSpec {
    pub name: String,
    pub targets: BTreeMap<Priority, TargetSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalations: Vec<EscalationSpec>,
}

/// Two targets in working time, such as 4h and 3d.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TargetSpec {
    pub response: String,
    pub delivery: String,
}

/// Who is told at which share of the promised time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct EscalationSpec {
    pub clock: ClockKind,
    pub share: u32,
    pub tell: Tell,
}

/// `playbooks/*.toml`: a standard operating procedure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Playbook {
    pub name: String,
    pub purpose: String,
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// A step of a playbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Step {
    pub key: String,
    pub title: String,
    #[serde(default)]
    pub how: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
}
