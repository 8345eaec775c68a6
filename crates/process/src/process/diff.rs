//! What a new version of a process changes, told to its administrator.

use super::{ProcessDef, Stage};
use crate::Msg;

/// One change between two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The key of the stage.
    pub stage: String,
    pub what: What,
    /// The change as a sentence.
    pub msg: Msg,
}

/// What happened to a stage. A stage is the same one as long as its key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    Added,
    Removed,
    /// The agents' name is another.
    Renamed,
    /// It stands elsewhere among the stages that both versions have.
    Moved,
    Changed(Part),
}

/// Which part of a stage changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    RequesterName,
    Phase,
    Owner,
    Checklist,
    Fields,
    RequiredFields,
    Share,
    RequesterApproves,
    SendBack,
    WorkLimit,
    OnlyIf,
    Tasks,
    Approvals,
    Timers,
}

/// Lists the changes: stage by stage in the new order, then removed stages. Empty
/// exactly if both versions are equal.
pub fn diff(old: &ProcessDef, new: &ProcessDef) -> Vec<Change> {
    let kept = |stage: &&Stage| old.index(&stage.key);
    let places: Vec<usize> = new.stages.iter().filter_map(|stage| kept(&stage)).collect();
    let in_order = longest_rising(&places);
    let mut changes = Vec::new();
    for stage in &new.stages {
        let Some(place) = kept(&stage) else {
            changes.push(change(stage, What::Added, "The stage {name} is new."));
            continue;
        };
        let before = &old.stages[place];
        if before.name != stage.name {
            let renamed = change(
                stage,
                What::Renamed,
                "The stage {old} is now called {name}.",
            );
            let msg = renamed.msg.arg("old", &before.name);
            changes.push(Change { msg, ..renamed });
        }
        if !in_order.contains(&place) {
            changes.push(change(
                stage,
                What::Moved,
                "The stage {name} stands in another place.",
            ));
        }
        changes.extend(parts(before, stage));
    }
    let gone = old
        .stages
        .iter()
        .filter(|stage| new.index(&stage.key).is_none());
    changes.extend(gone.map(|stage| change(stage, What::Removed, "The stage {name} is gone.")));
    changes
}

fn change(stage: &Stage, what: What, text: &'static str) -> Change {
    Change {
        stage: stage.key.clone(),
        what,
        msg: Msg::new(text).arg("name", &stage.name),
    }
}

fn parts<'a>(old: &'a Stage, new: &'a Stage) -> impl Iterator<Item = Change> + 'a {
    let parts = [
        (
            Part::RequesterName,
            old.requester_name != new.requester_name,
            "{name}: requesters read another name.",
        ),
        (
            Part::Phase,
            old.phase != new.phase,
            "{name}: the phase is another.",
        ),
        (
            Part::Owner,
            old.owner != new.owner,
            "{name}: somebody else works on it.",
        ),
        (
            Part::Checklist,
            old.checklist != new.checklist,
            "{name}: the checklist is another.",
        ),
        (
            Part::Fields,
            old.fields != new.fields,
            "{name}: the fields are others.",
        ),
        (
            Part::RequiredFields,
            old.required_fields != new.required_fields,
            "{name}: other fields must be filled in.",
        ),
        (
            Part::Share,
            old.share != new.share,
            "{name}: the share of the promised time goes from {from} to {to}.",
        ),
        (
            Part::RequesterApproves,
            old.requester_approves != new.requester_approves,
            "{name}: whether the requester approves has changed.",
        ),
        (
            Part::SendBack,
            old.send_back_to != new.send_back_to,
            "{name}: work goes back to other stages.",
        ),
        (
            Part::WorkLimit,
            old.work_limit != new.work_limit,
            "{name}: the work limit is another.",
        ),
        (
            Part::OnlyIf,
            old.only_if != new.only_if,
            "{name}: it is passed by in other cases.",
        ),
        (
            Part::Tasks,
            old.tasks != new.tasks,
            "{name}: the tasks are others.",
        ),
        (
            Part::Approvals,
            old.approvals != new.approvals,
            "{name}: others must agree.",
        ),
        (
            Part::Timers,
            old.timers != new.timers,
            "{name}: something else happens by itself.",
        ),
    ];
    parts
        .into_iter()
        .filter(|(_, differs, _)| *differs)
        .map(|(part, _, text)| {
            let change = change(new, What::Changed(part), text);
            match part {
                Part::Share => Change {
                    msg: change.msg.arg("from", old.share).arg("to", new.share),
                    ..change
                },
                _ => change,
            }
        })
}

/// The longest rising part of a list: what kept its order, so that moving one
/// stage reads as one move. Quadratic, for at most 20 stages.
fn longest_rising(places: &[usize]) -> Vec<usize> {
    let mut best: Vec<Vec<usize>> = Vec::new();
    for (index, place) in places.iter().enumerate() {
        let fits = best[..index].iter().filter(|run| run.last() < Some(place));
        let mut run = fits
            .max_by_key(|run| run.len())
            .cloned()
            .unwrap_or_default();
        run.push(*place);
        best.push(run);
    }
    best.into_iter().max_by_key(Vec::len).unwrap_or_default()
}
