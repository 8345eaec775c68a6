//! An adopted practice as it runs here, as a pack for others: teams become
//! roles again, ids become keys, people are left out.

use std::collections::BTreeMap;

use mil_process::Decimal;
use mil_process::process::{ApprovalStep, Owner, ProcessDef, Rule, Stage, Voter};

use super::model::Adoption;
use super::pack::{
    ApprovalSpec, EscalationSpec, Pack, Playbook, ProcessSpec, PromiseSpec, RoleSpec, RuleSpec,
    Service, ServiceAudience, StageSpec, Step, TargetSpec, TaskSpec, TimerSpec, time,
};
use super::present::Present;
use super::rules;
use crate::catalog::Catalog;
use crate::catalog::draft::word_of;
use crate::catalog::model::WorkKind;
use crate::changes::rules::Type;
use crate::error::{Error, Msg, Result};
use crate::people::Team;
use crate::playbooks::model::Definition;

/// Ids here to keys in the pack.
struct Back<'a> {
    pack: &'a mut Pack,
    teams: &'a [Team],
    roles: BTreeMap<String, String>,
    services: BTreeMap<&'a String, &'a String>,
}

impl Back<'_> {
    /// The role of a team; a team that has none becomes one.
    fn role(&mut self, team: &str) -> Option<String> {
        if let Some(role) = self.roles.get(team) {
            return Some(role.clone());
        }
        let team = self.teams.iter().find(|t| t.id == team)?;
        let mut key = word_of(&team.name, "team", 30);
        while self.pack.role(&key).is_some() {
            key.push('x');
        }
        self.pack.meta.roles.push(RoleSpec {
            key: key.clone(),
            name: team.name.clone(),
            does: team.purpose.clone().unwrap_or_else(|| team.name.clone()),
        });
        self.roles.insert(team.id.clone(), key.clone());
        Some(key)
    }

    fn owner(&mut self, owner: &Owner) -> Option<String> {
        match owner {
            Owner::Team(team) => self.role(team),
            Owner::Service | Owner::Person(_) => None,
        }
    }

    fn process(&mut self, name: &str, def: &ProcessDef) -> ProcessSpec {
        ProcessSpec {
            name: name.to_owned(),
            stages: def.stages.iter().map(|stage| self.stage(stage)).collect(),
        }
    }

    fn stage(&mut self, stage: &Stage) -> StageSpec {
        let s = stage.clone();
        StageSpec {
            role: self.owner(&s.owner),
            tasks: s
                .tasks
                .iter()
                .map(|task| TaskSpec {
                    key: task.key.clone(),
                    name: task.name.clone(),
                    role: task.owner.as_ref().and_then(|owner| self.owner(owner)),
                    service: task
                        .service
                        .as_ref()
                        .and_then(|id| self.services.get(id))
                        .map(|key| (*key).clone()),
                    required: task.required,
                })
                .collect(),
            approvals: s.approvals.iter().map(|step| self.step(step)).collect(),
            key: s.key,
            name: s.name,
            requester_name: s.requester_name,
            phase: s.phase,
            share: s.share,
            checklist: s.checklist,
            fields: s.fields,
            required_fields: s.required_fields,
            requester_approves: s.requester_approves,
            send_back_to: s.send_back_to,
            work_limit: s.work_limit,
            only_if: s.only_if,
            timers: s.timers.iter().map(TimerSpec::of).collect(),
        }
    }

    /// A playbook: the role of a step is found by its name, else by its team.
    fn playbook(&mut self, d: &Definition) -> Playbook {
        let steps = d.steps.iter().map(|step| {
            let roles = &self.pack.meta.roles;
            let named = roles.iter().find(|role| role.name == step.role);
            let role = named.map(|role| role.key.clone());
            Step {
                key: step.key.clone(),
                title: step.title.clone(),
                how: step.how.clone(),
                role: role.or_else(|| step.team_id.as_ref().and_then(|team| self.role(team))),
                required: step.required,
            }
        });
        Playbook {
            name: d.name.clone(),
            purpose: d.purpose.clone(),
            steps: steps.collect(),
        }
    }

    fn step(&mut self, step: &ApprovalStep) -> ApprovalSpec {
        let mut by: Vec<String> = step
            .by
            .iter()
            .filter_map(|voter| match voter {
                Voter::Team(team) => self.role(team).map(|role| format!("role:{role}")),
                Voter::TeamLeads => Some("team_leads".to_owned()),
                Voter::RequesterManager => Some("requester_manager".to_owned()),
                Voter::Person(_) => None,
            })
            .collect();
        if by.is_empty() {
            by.push("team_leads".to_owned());
        }
        ApprovalSpec {
            key: step.key.clone(),
            name: step.name.clone(),
            rule: match step.rule {
                Rule::Anyone => "anyone".to_owned(),
                Rule::First => "first".to_owned(),
                Rule::Everyone => "everyone".to_owned(),
                Rule::Majority => "majority".to_owned(),
                Rule::Quorum(n) => format!("quorum:{n}"),
            },
            by,
            remind_after: step.remind_after_minutes.map(time::text),
        }
    }
}

/// The practice as it runs here.
///
/// # Errors
/// [`Error::Conflict`] when what runs here does not fit into a pack.
pub fn export(
    catalog: &Catalog,
    adoption: &Adoption,
    present: &Present,
    teams: &[Team],
) -> Result<Pack> {
    let mut pack = adoption.pack.clone();
    let key_of = |map: &BTreeMap<String, String>, id: &str| {
        map.iter().find(|(_, v)| *v == id).map(|(k, _)| k.clone())
    };
    let parts = &adoption.parts;
    let mut back = Back {
        pack: &mut pack,
        teams,
        // Several roles may be one team; the first speaks for it.
        roles: adoption
            .roles
            .iter()
            .rev()
            .map(|(role, team)| (team.clone(), role.clone()))
            .collect(),
        services: parts.services.iter().map(|(key, id)| (id, key)).collect(),
    };
    let (mut services, mut processes, mut promises) =
        (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (key, id) in &parts.services {
        let Some(s) = catalog.service(id).filter(|s| !s.retired) else {
            continue;
        };
        let (_, def) = catalog.current_process(&s.process_id)?;
        let (promise, _) = catalog.promise(&s.promise_id)?;
        let process_name = &catalog.processes[&s.process_id].name;
        let process = key_of(&parts.processes, &s.process_id)
            .unwrap_or_else(|| word_of(process_name, "process", 40));
        let promise_key = key_of(&parts.promises, &s.promise_id)
            .unwrap_or_else(|| word_of(&promise.name, "promise", 40));
        processes.insert(process.clone(), back.process(process_name, &def));
        promises.insert(
            promise_key.clone(),
            promise_spec(&promise.name, &promise.def),
        );
        let shelf = catalog.categories.iter().find(|c| c.id == s.category_id);
        let audience = match (s.audience.partners, s.audience.everyone) {
            (true, _) => ServiceAudience::Everyone,
            (false, true) => ServiceAudience::Staff,
            (false, false) => ServiceAudience::Agents,
        };
        let price = |minor: i64| format!("{}.{:02}", minor / 100, minor % 100);
        let service = Service {
            name: s.name.clone(),
            kind: s.kind,
            change: present
                .types
                .get(id)
                .copied()
                .filter(|kind| s.kind == WorkKind::Change && *kind != Type::Normal),
            shelf: shelf.map(|c| c.name.clone()).unwrap_or_default(),
            icon: s.icon.clone(),
            summary: s.summary.clone(),
            instructions: s.instructions.clone(),
            keywords: s.keywords.clone(),
            audience,
            process,
            promise: promise_key,
            price: s
                .price_minor
                .and_then(|minor| price(minor).parse::<Decimal>().ok()),
            price_note: s.price_note.clone(),
            fields: s.form.fields.clone(),
        };
        services.insert(key.clone(), service);
    }
    let mut playbooks = BTreeMap::new();
    for (key, id) in &parts.playbooks {
        // What we retired is not passed on.
        if let Some(d) = present.books.get(id) {
            playbooks.insert(key.clone(), back.playbook(d));
        }
    }
    for (key, playbook) in &adoption.pack.playbooks {
        // Adopted before playbooks were: they are still the pack's own.
        if !parts.playbooks.contains_key(key) {
            playbooks.insert(key.clone(), playbook.clone());
        }
    }
    let local = rules::local(&adoption.pack, &adoption.roles, parts, catalog);
    let mut passed = BTreeMap::new();
    for (key, id) in &parts.rules {
        // What we removed is not passed on, nor what only works here.
        let rule = present.rules.get(id);
        let rule = rule.map(|rule| RuleSpec::of(&rule.name, &rule.def, &local));
        if let Some(rule) = rule.and_then(|rule| rule.for_others(&local)) {
            passed.insert(key.clone(), rule);
        }
    }
    (pack.services, pack.processes, pack.promises) = (services, processes, promises);
    (pack.playbooks, pack.rules) = (playbooks, passed);
    if pack != adoption.pack {
        // Another text needs another number.
        pack.meta.version.0[2] += 1;
    }
    let key = pack.key.clone();
    Pack::read(&key, &pack.files(), None).map_err(|problems| {
        let first = problems.first().map(ToString::to_string);
        Error::Conflict(
            Msg::new("What runs here does not fit into a pack: {why}")
                .with("why", first.unwrap_or_default()),
        )
    })
}

fn promise_spec(name: &str, def: &crate::catalog::model::PromiseDef) -> PromiseSpec {
    PromiseSpec {
        name: name.to_owned(),
        targets: def
            .targets
            .iter()
            .map(|(priority, target)| {
                let spec = TargetSpec {
                    response: time::text(target.response_minutes),
                    delivery: time::text(target.delivery_minutes),
                };
                (*priority, spec)
            })
            .collect(),
        escalations: def
            .escalations
            .iter()
            .map(|e| EscalationSpec {
                clock: e.clock,
                share: e.share,
                tell: e.tell,
            })
            .collect(),
    }
}
