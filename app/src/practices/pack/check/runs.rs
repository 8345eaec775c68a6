//! Checking what runs: services, processes, promises, playbooks.

use std::collections::BTreeSet;

use mil_process::form::{self, FormDef};
use mil_process::process::SendBack;

use super::{In, twice};
use crate::catalog::draft::PRICE;
use crate::catalog::model::WorkKind;
use crate::error::{FieldError, Msg};
use crate::practices::pack::process::Anybody;
use crate::practices::pack::{Pack, Playbook, ProcessSpec, PromiseSpec, Service, StageSpec, time};

/// A service with its form.
pub fn service(pack: &Pack, service: &Service, place: &mut In<'_>) {
    place.words("name", &service.name, 100);
    place.words("shelf", &service.shelf, 80);
    place.words("summary", &service.summary, 200);
    for (path, text, most) in [
        ("instructions", &service.instructions, 20_000),
        ("keywords", &service.keywords, 500),
    ] {
        if text.chars().count() > most {
            place.at(
                path,
                Msg::new("Use at most {n} characters.").with("n", most),
            );
        }
    }
    if service.change.is_some() && service.kind != WorkKind::Change {
        place.at(
            "change",
            "Only a service with kind = \"change\" says how its changes are decided on.",
        );
    }
    place.icon(&service.icon);
    if service
        .price
        .is_some_and(|price| price_minor(price).is_none())
    {
        place.at("price", "The price lies between 0 and 1,000,000.");
    }
    if !pack.promises.contains_key(&service.promise) {
        place.missing("promise", &service.promise);
    }
    let form = FormDef {
        fields: service.fields.clone(),
    };
    if let Err(problems) = form::check(&form) {
        place.all(problems);
    }
    let Some(process) = pack.processes.get(&service.process) else {
        place.missing("process", &service.process);
        return;
    };
    let always = |key: &str| {
        form.field(key)
            .is_some_and(|f| f.kind.is_question() && f.required && f.show_if.is_none())
    };
    let def = process.def(&Anybody);
    for key in def.form_keys().filter(|key| !always(key)) {
        place.at("fields", Msg::new("The process needs an answer to “{key}”. Ask it in the form, always shown and required, or choose another process.").with("key", key));
    }
    let asked = def.stages.iter().filter_map(|stage| stage.only_if.as_ref());
    for key in asked.flat_map(form::Cond::fields) {
        let shown = form
            .field(key)
            .is_some_and(|f| f.kind.is_question() && f.show_if.is_none());
        if !shown {
            place.at(
                "fields",
                Msg::new("A stage depends on “{key}”. Ask it in the form, always shown.")
                    .with("key", key),
            );
        }
    }
}

/// A price in hundredths, `None` outside of what is accepted.
fn price_minor(price: mil_process::Decimal) -> Option<i64> {
    const CENT: i64 = 10_000; // millionths
    let minor = price.micros() / CENT;
    (price.micros() % CENT == 0 && (0..=PRICE).contains(&minor)).then_some(minor)
}

/// A process, with the roles and services it names.
pub fn process(pack: &Pack, key: &str, process: &ProcessSpec, place: &mut In<'_>) {
    place.words("name", &process.name, 80);
    if let Err(problems) = process.def(&Anybody).check() {
        place.all(problems);
    }
    if !pack.services.values().any(|s| s.process == key) {
        place.at(
            "name",
            "No service of the practice follows this process. Name it in one, or remove it.",
        );
    }
    let role = |key: &str| pack.role(key).is_some();
    for (i, stage) in process.stages.iter().enumerate() {
        let at = format!("stages[{i}]");
        if let Some(key) = stage.role.as_ref().filter(|key| !role(key)) {
            place.missing(&format!("{at}.role"), key);
        }
        for (j, task) in stage.tasks.iter().enumerate() {
            if let Some(key) = task.role.as_ref().filter(|key| !role(key)) {
                place.missing(&format!("{at}.tasks[{j}].role"), key);
            }
            let Some(key) = &task.service else { continue };
            match pack.services.get(key) {
                None => place.missing(&format!("{at}.tasks[{j}].service"), key),
                Some(other) if reaches(pack, &other.process, &process.stages, 0) => place.at(
                    &format!("{at}.tasks[{j}].service"),
                    "This service would order itself again, without end. Choose another.",
                ),
                Some(_) => {}
            }
        }
        for (j, step) in stage.approvals.iter().enumerate() {
            let at = format!("{at}.approvals[{j}]");
            if step.rule().is_none() {
                place.at(
                    &format!("{at}.rule"),
                    "A rule is anyone, first, everyone, majority or quorum:2.",
                );
            }
            for (k, who) in step.by.iter().enumerate() {
                let fits = matches!(who.as_str(), "team_leads" | "requester_manager")
                    || who.strip_prefix("role:").is_some_and(role);
                if !fits {
                    place.missing(&format!("{at}.by[{k}]"), who);
                }
            }
            if step
                .remind_after
                .as_ref()
                .is_some_and(|text| time::minutes(text).is_none())
            {
                place.at(&format!("{at}.remind_after"), no_time());
            }
        }
        for (j, timer) in stage.timers.iter().enumerate() {
            let at = format!("{at}.timers[{j}]");
            if time::minutes(&timer.after).is_none() {
                place.at(&format!("{at}.after"), no_time());
            }
            match timer.does() {
                None => place.at(
                    &format!("{at}.do"),
                    "A timer does remind:owner, remind:team_leads, remind:requester, raise_priority, move_on, close or decline.",
                ),
                Some(does) if does.reason().is_none() && timer.reason.is_some() => place.at(
                    &format!("{at}.reason"),
                    "Only close and decline have a reason. Remove it.",
                ),
                Some(_) => {}
            }
        }
        if let SendBack::Only(keys) = &stage.send_back_to
            && keys.is_empty()
        {
            place.at(
                &format!("{at}.send_back_to"),
                "Name the stages to send back to, or write \"none\".",
            );
        }
    }
}

/// Whether the tasks of a process lead back to one with these stages.
fn reaches(pack: &Pack, from: &str, to: &[StageSpec], depth: usize) -> bool {
    let Some(process) = pack.processes.get(from) else {
        return false;
    };
    if depth > 10 || process.stages == to {
        return true;
    }
    process
        .stages
        .iter()
        .flat_map(|stage| &stage.tasks)
        .filter_map(|task| pack.services.get(task.service.as_ref()?))
        .any(|service| reaches(pack, &service.process, to, depth + 1))
}

fn no_time() -> Msg {
    Msg::new("Write working time such as 30min, 4h or 3d.")
}

/// The targets of a promise.
pub fn promise(promise: &PromiseSpec, place: &mut In<'_>) {
    place.words("name", &promise.name, 80);
    let mut readable = true;
    for (priority, target) in &promise.targets {
        for (part, text) in [
            ("response", &target.response),
            ("delivery", &target.delivery),
        ] {
            if time::minutes(text).is_none() {
                place.at(&format!("targets.{}.{part}", priority.key()), no_time());
                readable = false;
            }
        }
    }
    if readable {
        for FieldError { field, msg } in promise.def().check() {
            place.at(&field, msg);
        }
    }
}

/// A procedure.
pub fn playbook(pack: &Pack, playbook: &Playbook, place: &mut In<'_>) {
    place.words("name", &playbook.name, 100);
    place.words("purpose", &playbook.purpose, 500);
    if playbook.steps.is_empty() || playbook.steps.len() > 50 {
        place.at(
            "steps",
            Msg::new("A playbook has 1 to {n} steps.").with("n", 50),
        );
    }
    let mut seen = BTreeSet::new();
    for (i, step) in playbook.steps.iter().enumerate() {
        place.key(&format!("steps[{i}].key"), &step.key);
        place.words(&format!("steps[{i}].title"), &step.title, 200);
        if step.how.chars().count() > 5000 {
            place.at(
                &format!("steps[{i}].how"),
                Msg::new("Use at most {n} characters.").with("n", 5000),
            );
        }
        if let Some(role) = step.role.as_ref().filter(|key| pack.role(key).is_none()) {
            place.missing(&format!("steps[{i}].role"), role);
        }
        if !seen.insert(&step.key) {
            place.at(&format!("steps[{i}].key"), twice(&step.key));
        }
    }
}
