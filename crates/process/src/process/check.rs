//! Whether a process makes sense, told to the administrator who writes it.

use super::{
    Counts, Deed, FORM_PREFIX, Owner, Phase, ProcessDef, Rule, SendBack, Stage, Voter, Whom,
};
use crate::{
    Msg, Problem,
    form::check_fields,
    key::{check_key, check_name, is_key, shorten},
};
use std::collections::{BTreeMap, BTreeSet};

/// Stages in a process, lines in a checklist, characters of a name.
const STAGES: usize = 20;
const CHECKS: usize = 50;
const NAME: usize = 80;
/// Timers in a stage, and the working minutes of the longest: two years.
const TIMERS: usize = 12;
const LONGEST: i64 = 480 * 500;

impl ProcessDef {
    /// Checks a process before it is saved.
    ///
    /// Work can get from every stage of a process that passes to the end: what
    /// a stage requires can be met in it, and a review by the requester requires
    /// nothing of the desk.
    ///
    /// # Errors
    /// Every problem, with its place such as `stages[2].share`.
    pub fn check(&self) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        let count = self.stages.len();
        if count == 0 || count > STAGES {
            let msg = Msg::new("There are {count} stages. A process has 1 to {max}.");
            problems.push(Problem::new(
                "stages",
                msg.arg("count", count).arg("max", STAGES),
            ));
            return Err(problems);
        }
        if self.stages[0].phase == Phase::Review {
            problems.push(Problem::new("stages[0].phase", Msg::new("The first stage is a review, but there is nothing to review yet. Make it new or active.")));
        }
        if self.stages.iter().all(|stage| stage.share == 0) {
            problems.push(Problem::new("stages", Msg::new("No stage has a share of the promised time. Give at least one stage a share above 0.")));
        }
        let mut seen = Seen::default();
        for (index, stage) in self.stages.iter().enumerate() {
            stage.check(&format!("stages[{index}]"), &mut seen, &mut problems);
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }
}

/// Keys of the stages so far; of fields, with whether they are always there to
/// be filled in.
#[derive(Default)]
struct Seen<'a> {
    stages: BTreeSet<&'a str>,
    fields: BTreeMap<&'a str, bool>,
}

impl Stage {
    fn check<'a>(&'a self, at: &str, seen: &mut Seen<'a>, problems: &mut Vec<Problem>) {
        check_key(&self.key, &format!("{at}.key"), problems);
        check_name(&self.name, NAME, &format!("{at}.name"), problems);
        if let Some(name) = &self.requester_name {
            check_name(name, NAME, &format!("{at}.requester_name"), problems);
        }
        self.check_list(at, problems);
        check_fields(&self.fields, &format!("{at}.fields"), problems);

        let mut note =
            |part: &str, msg: Msg| problems.push(Problem::new(format!("{at}.{part}"), msg));
        let twice = |key: &str| {
            Msg::new("The key “{key}” is used twice. Change one of them.").arg("key", shorten(key))
        };
        for (index, field) in self.fields.iter().enumerate() {
            if seen.fields.contains_key(&field.key[..]) {
                note(&format!("fields[{index}].key"), twice(&field.key));
            }
        }
        for field in &self.fields {
            let fillable = field.show_if.is_none() && field.kind.is_question();
            seen.fields.insert(&field.key, fillable);
        }
        if !matches!(self.phase, Phase::New | Phase::Active | Phase::Review) {
            note(
                "phase",
                Msg::new(
                    "A stage is new, active or review; waiting and the endings come on top of it. Choose one of the three.",
                ),
            );
        }
        if self.requester_approves && self.phase != Phase::Review {
            note(
                "requester_approves",
                Msg::new(
                    "The requester approves only in a review. Make the stage a review, or untick this.",
                ),
            );
        }
        if self.only_if.is_some() && seen.stages.is_empty() {
            note(
                "only_if",
                Msg::new(
                    "Work begins in the first stage, so it is never passed by. Take the condition away.",
                ),
            );
        }
        let demands = !self.required_fields.is_empty()
            || self.checklist.iter().any(|item| item.required)
            || self.tasks.iter().any(|task| task.required);
        if self.requester_approves && demands {
            note(
                "requester_approves",
                Msg::new(
                    "The requester leads work out of this stage and cannot tick or fill in for the desk. Move what is required to the stage before.",
                ),
            );
        }
        if let Owner::Team(id) | Owner::Person(id) = &self.owner
            && id.trim().is_empty()
        {
            note(
                "owner",
                Msg::new("The owner is not named. Choose a team or a person."),
            );
        }
        if self.share > 1000 {
            note("share", Msg::new("The share is above 1000. Use percent."));
        }
        if self.work_limit == Some(0) {
            note(
                "work_limit",
                Msg::new("A limit of 0 allows no work. Raise it, or leave it out."),
            );
        }
        for (index, key) in self.required_fields.iter().enumerate() {
            let part = format!("required_fields[{index}]");
            match (key.strip_prefix(FORM_PREFIX), seen.fields.get(&key[..])) {
                (Some(form_key), _) if is_key(form_key) => {}
                (None, Some(true)) => {}
                (None, Some(false)) => note(&part, Msg::new("“{key}” is not always shown, so nobody could fill it in. Require a field without a condition.").arg("key", key)),
                _ => note(&part, Msg::new("“{key}” is not a field of this or an earlier stage. Choose one, or write form. before the key of an answer to the request form.").arg("key", shorten(key))),
            }
        }
        if let SendBack::Only(keys) = &self.send_back_to {
            let later = keys.iter().filter(|key| !seen.stages.contains(&key[..]));
            for key in later {
                note(
                    "send_back_to",
                    Msg::new("“{key}” is not an earlier stage. Choose a stage before this one.")
                        .arg("key", shorten(key)),
                );
            }
        }
        if !seen.stages.insert(&self.key) {
            note("key", twice(&self.key));
        }
        self.check_together(demands, at, problems);
        self.check_timers(at, problems);
    }

    /// Tasks and approvals.
    fn check_together(&self, demands: bool, at: &str, problems: &mut Vec<Problem>) {
        let keys = self
            .tasks
            .iter()
            .map(|task| ("tasks", &task.key, &task.name));
        let steps = self.approvals.iter();
        let steps = steps.map(|step| ("approvals", &step.key, &step.name));
        let mut seen = BTreeSet::new();
        let (mut list, mut index) = ("tasks", 0);
        for (part, key, name) in keys.chain(steps) {
            if part != list {
                (list, index) = (part, 0);
            }
            let at = format!("{at}.{part}[{index}]");
            index += 1;
            check_key(key, &format!("{at}.key"), problems);
            check_name(name, 200, &format!("{at}.name"), problems);
            if !seen.insert((part, key)) {
                let msg = Msg::new("The key “{key}” is used twice. Change one of them.");
                problems.push(Problem::new(
                    format!("{at}.key"),
                    msg.arg("key", shorten(key)),
                ));
            }
        }
        if self.approvals.is_empty() {
            return;
        }
        let mut note = |part: String, text| {
            problems.push(Problem::new(format!("{at}.{part}"), Msg::new(text)));
        };
        if self.phase != Phase::Review {
            note(
                "approvals".into(),
                "Approvals are given in a review. Make the stage a review, or remove them.",
            );
        }
        if self.requester_approves {
            note(
                "approvals".into(),
                "Either the requester approves in a stage or others do. Make two stages.",
            );
        }
        if demands {
            note(
                "approvals".into(),
                "The last approval leads work out of this stage, so nothing else can be required in it. Move what is required to the stage before.",
            );
        }
        for (index, step) in self.approvals.iter().enumerate() {
            let at = |part| format!("approvals[{index}].{part}");
            if step.by.is_empty() || step.by.iter().any(Voter::is_blank) {
                note(
                    at("by"),
                    "Nobody is asked in this step. Name a team, a person or a role.",
                );
            }
            if step.rule == Rule::Quorum(0) {
                note(at("rule"), "A quorum is at least one.");
            }
            if step.remind_after_minutes.is_some_and(|minutes| minutes < 1) {
                note(
                    at("remind_after_minutes"),
                    "A reminder comes after at least one minute.",
                );
            }
        }
    }

    fn check_timers(&self, at: &str, problems: &mut Vec<Problem>) {
        if self.timers.len() > TIMERS {
            let msg = Msg::new("There are {count} timers. Keep {max} or fewer.");
            let msg = msg.arg("count", self.timers.len()).arg("max", TIMERS);
            problems.push(Problem::new(format!("{at}.timers"), msg));
            return;
        }
        let mut seen = BTreeSet::new();
        for (index, timer) in self.timers.iter().enumerate() {
            let at = |part: &str| format!("{at}.timers[{index}].{part}");
            check_key(&timer.key, &at("key"), problems);
            let mut note = |part: &str, msg: Msg| problems.push(Problem::new(at(part), msg));
            if !seen.insert(&timer.key) {
                let msg = Msg::new("The key “{key}” is used twice. Change one of them.");
                note("key", msg.arg("key", shorten(&timer.key)));
            }
            if !(1..=LONGEST).contains(&timer.after_minutes) {
                note(
                    "after_minutes",
                    Msg::new("A timer goes off after one minute to 500 working days."),
                );
            }
            if timer
                .does
                .reason()
                .is_some_and(|reason| reason.trim().is_empty() || reason.chars().count() > 300)
            {
                note(
                    "does",
                    Msg::new(
                        "Say why it ends, in 1 to 300 characters. Whoever ordered it reads it.",
                    ),
                );
            }
            if timer.does == Deed::MoveOn && !self.approvals.is_empty() {
                note(
                    "does",
                    Msg::new(
                        "Only those who are asked lead work out of this stage. Remind somebody instead.",
                    ),
                );
            }
            let asks = Deed::Remind {
                whom: Whom::Requester,
            };
            if timer.counts == Counts::Working && timer.does == asks {
                note(
                    "does",
                    Msg::new(
                        "The requester is reminded of what waits for them. Count the waiting, or remind the owner.",
                    ),
                );
            }
            if timer.counts == Counts::Working && self.requester_approves {
                note(
                    "counts",
                    Msg::new("This stage waits for the requester all the time. Count the waiting."),
                );
            }
        }
    }

    fn check_list(&self, at: &str, problems: &mut Vec<Problem>) {
        if self.checklist.len() > CHECKS {
            let msg = Msg::new("The checklist has {count} lines. Keep {max} or fewer.");
            let msg = msg.arg("count", self.checklist.len()).arg("max", CHECKS);
            problems.push(Problem::new(format!("{at}.checklist"), msg));
            return;
        }
        let mut seen = BTreeSet::new();
        for (index, item) in self.checklist.iter().enumerate() {
            let at = format!("{at}.checklist[{index}]");
            check_key(&item.key, &format!("{at}.key"), problems);
            check_name(&item.label, 200, &format!("{at}.label"), problems);
            if !seen.insert(&item.key) {
                let msg = Msg::new("The key “{key}” is used twice. Change one of them.");
                problems.push(Problem::new(
                    format!("{at}.key"),
                    msg.arg("key", shorten(&item.key)),
                ));
            }
        }
    }
}
