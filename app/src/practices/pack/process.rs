//! From the words of a pack to the nouns that run.

use mil_process::process::{
    ApprovalStep, Deed, Owner, ProcessDef, Rule, Stage, Task, Timer, Voter, Whom,
};

use super::spec::{ApprovalSpec, ProcessSpec, PromiseSpec, StageSpec, TimerSpec};
use super::time::{self, minutes};
use crate::catalog::model::{Escalation, PromiseDef, Target};

/// What the roles and services of a pack are here.
pub trait Names {
    /// The team or person of a role.
    fn role(&self, key: &str) -> Owner;
    /// The id of a service of the pack.
    fn service(&self, key: &str) -> String;
}

/// For checking: any team, any service.
pub struct Anybody;

impl Names for Anybody {
    fn role(&self, key: &str) -> Owner {
        Owner::Team(format!("role:{key}"))
    }

    fn service(&self, key: &str) -> String {
        key.to_owned()
    }
}

/// Who works on a stage or a task.
pub fn owner_of(role: Option<&String>, names: &dyn Names) -> Owner {
    role.map_or(Owner::Service, |key| names.role(key))
}

impl ProcessSpec {
    /// The process that runs.
    pub fn def(&self, names: &dyn Names) -> ProcessDef {
        let stages = self.stages.iter();
        ProcessDef {
            stages: stages.map(|stage| stage.def(names)).collect(),
        }
    }
}

impl StageSpec {
    fn def(&self, names: &dyn Names) -> Stage {
        Stage {
            key: self.key.clone(),
            name: self.name.clone(),
            requester_name: self.requester_name.clone(),
            phase: self.phase,
            owner: owner_of(self.role.as_ref(), names),
            checklist: self.checklist.clone(),
            fields: self.fields.clone(),
            required_fields: self.required_fields.clone(),
            share: self.share,
            requester_approves: self.requester_approves,
            send_back_to: self.send_back_to.clone(),
            work_limit: self.work_limit,
            only_if: self.only_if.clone(),
            tasks: self
                .tasks
                .iter()
                .map(|task| Task {
                    key: task.key.clone(),
                    name: task.name.clone(),
                    owner: task.role.as_ref().map(|key| names.role(key)),
                    service: task.service.as_ref().map(|key| names.service(key)),
                    required: task.required,
                })
                .collect(),
            approvals: self.approvals.iter().map(|step| step.def(names)).collect(),
            timers: self.timers.iter().map(TimerSpec::def).collect(),
        }
    }
}

impl TimerSpec {
    /// What it does, `None` if that is nothing it can do.
    pub fn does(&self) -> Option<Deed> {
        let reason = || self.reason.clone().unwrap_or_default();
        Some(match self.deed.as_str() {
            "remind:owner" => Deed::Remind { whom: Whom::Owner },
            "remind:team_leads" => Deed::Remind {
                whom: Whom::TeamLeads,
            },
            "remind:requester" => Deed::Remind {
                whom: Whom::Requester,
            },
            "raise_priority" => Deed::RaisePriority,
            "move_on" => Deed::MoveOn,
            "close" => Deed::Close { reason: reason() },
            "decline" => Deed::Decline { reason: reason() },
            _ => return None,
        })
    }

    /// A timer as a pack writes it.
    pub fn of(timer: &Timer) -> TimerSpec {
        let deed = match &timer.does {
            Deed::Remind { whom: Whom::Owner } => "remind:owner",
            Deed::Remind {
                whom: Whom::TeamLeads,
            } => "remind:team_leads",
            Deed::Remind {
                whom: Whom::Requester,
            } => "remind:requester",
            Deed::RaisePriority => "raise_priority",
            Deed::MoveOn => "move_on",
            Deed::Close { .. } => "close",
            Deed::Decline { .. } => "decline",
        };
        TimerSpec {
            key: timer.key.clone(),
            after: time::text(timer.after_minutes),
            counts: timer.counts,
            deed: deed.to_owned(),
            reason: timer.does.reason().map(str::to_owned),
        }
    }

    // What cannot be read counts as a reminder after a minute; the check of a
    // pack has refused it.
    fn def(&self) -> Timer {
        Timer {
            key: self.key.clone(),
            counts: self.counts,
            after_minutes: minutes(&self.after).unwrap_or(1),
            does: self.does().unwrap_or(Deed::Remind { whom: Whom::Owner }),
        }
    }
}

impl ApprovalSpec {
    /// The rule, `None` if it is not one.
    pub fn rule(&self) -> Option<Rule> {
        Some(match self.rule.as_str() {
            "anyone" => Rule::Anyone,
            "first" => Rule::First,
            "everyone" => Rule::Everyone,
            "majority" => Rule::Majority,
            other => Rule::Quorum(other.strip_prefix("quorum:")?.parse().ok()?),
        })
    }

    fn def(&self, names: &dyn Names) -> ApprovalStep {
        ApprovalStep {
            key: self.key.clone(),
            name: self.name.clone(),
            rule: self.rule().unwrap_or_default(),
            by: self
                .by
                .iter()
                .map(|who| match who.as_str() {
                    "team_leads" => Voter::TeamLeads,
                    "requester_manager" => Voter::RequesterManager,
                    role => match names.role(role.strip_prefix("role:").unwrap_or(role)) {
                        Owner::Team(id) => Voter::Team(id),
                        Owner::Person(id) => Voter::Person(id),
                        Owner::Service => Voter::TeamLeads,
                    },
                })
                .collect(),
            remind_after_minutes: self.remind_after.as_deref().and_then(minutes),
        }
    }
}

impl PromiseSpec {
    /// The promise that counts. Times that cannot be read count as none; the
    /// check of a pack has refused them.
    pub fn def(&self) -> PromiseDef {
        let targets = self.targets.iter();
        PromiseDef {
            targets: targets
                .map(|(priority, target)| {
                    let target = Target {
                        response_minutes: minutes(&target.response).unwrap_or(0),
                        delivery_minutes: minutes(&target.delivery).unwrap_or(0),
                    };
                    (*priority, target)
                })
                .collect(),
            escalations: self
                .escalations
                .iter()
                .map(|e| Escalation {
                    clock: e.clock,
                    share: e.share,
                    tell: e.tell,
                })
                .collect(),
        }
    }
}
