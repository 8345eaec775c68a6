//! The rules of playbooks. Pure.

use crate::catalog::draft::word_of;
use crate::error::{FieldError, Msg};
use crate::playbooks::model::{Definition, Run, State, Step};

/// The most steps of a playbook.
pub const STEPS: usize = 50;
/// The longest name, title and how, in characters.
pub const NAME: usize = 100;
/// Longest title of a step.
pub const TITLE: usize = 200;
/// Longest text of a step, and longest purpose is a tenth of it.
pub const HOW: usize = 5_000;

/// A definition tidied up: no blanks around, each step with a key of its own.
pub fn tidy(mut d: Definition) -> Definition {
    let text = |t: &str| t.trim().replace("\r\n", "\n");
    d.name = d.name.split_whitespace().collect::<Vec<_>>().join(" ");
    d.purpose = text(&d.purpose);
    let mut taken: Vec<String> = Vec::new();
    for step in &mut d.steps {
        step.title = step.title.split_whitespace().collect::<Vec<_>>().join(" ");
        step.how = text(&step.how);
        step.role = text(&step.role);
        step.team_id = step.team_id.take().filter(|id| !id.is_empty());
        let wanted = if is_key(&step.key) {
            step.key.clone()
        } else {
            word_of(&step.title, "step", 30)
        };
        let mut key = wanted.clone();
        let mut n = 2;
        while taken.contains(&key) {
            key = format!("{wanted}-{n}");
            n += 1;
        }
        taken.push(key.clone());
        step.key = key;
    }
    d
}

fn is_key(key: &str) -> bool {
    let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !key.is_empty() && key.len() <= 60 && key.bytes().all(letters)
}

/// What is too long even for a draft.
pub fn too_long(d: &Definition) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let mut most = |field: String, text: &str, n: usize| {
        if text.chars().count() > n {
            let msg = Msg::new("Use at most {n} characters.").with("n", n);
            wrong.push(FieldError::new(field, msg));
        }
    };
    most("name".into(), &d.name, NAME);
    most("purpose".into(), &d.purpose, HOW / 10);
    for step in &d.steps {
        most(format!("title.{}", step.key), &step.title, TITLE);
        most(format!("how.{}", step.key), &step.how, HOW);
        most(format!("role.{}", step.key), &step.role, NAME);
    }
    if d.steps.len() > STEPS {
        let msg = Msg::new("A playbook has 1 to {n} steps.").with("n", STEPS);
        wrong.push(FieldError::new("steps", msg));
    }
    wrong
}

/// What has to be mended before it can be published.
pub fn lacking(d: &Definition) -> Vec<FieldError> {
    let mut wrong = too_long(d);
    if d.name.is_empty() {
        wrong.push(FieldError::new("name", "Give it a name."));
    }
    if d.purpose.is_empty() {
        wrong.push(FieldError::new(
            "purpose",
            "Say when to run it and what is so afterwards.",
        ));
    }
    if d.steps.is_empty() {
        wrong.push(FieldError::new("steps", "Add at least one step."));
    }
    for step in d.steps.iter().filter(|s| s.title.is_empty()) {
        wrong.push(FieldError::new(
            format!("title.{}", step.key),
            "Say what is done in this step.",
        ));
    }
    wrong
}

/// Move a step by one place; at the end it stays.
pub fn shift(d: &mut Definition, key: &str, down: bool) {
    let Some(at) = d.steps.iter().position(|s| s.key == key) else {
        return;
    };
    let to = if down { at + 1 } else { at.wrapping_sub(1) };
    if to < d.steps.len() {
        d.steps.swap(at, to);
    }
}

/// How a step differs from the version before.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Change {
    Same,
    New,
    /// Which parts: title, how, role, team, required.
    Changed(Vec<&'static str>),
    /// It stands elsewhere, and says the same.
    Moved,
    Gone,
}

/// Every step of both versions, in the order of the new one, those that went
/// behind what they stood behind.
pub fn compare<'a>(old: &'a Definition, new: &'a Definition) -> Vec<(Change, &'a Step)> {
    let place = |d: &Definition, other: &Definition, key: &str| {
        let shared = d
            .steps
            .iter()
            .filter(|s| other.steps.iter().any(|o| o.key == s.key));
        shared.map(|s| s.key.as_str()).position(|k| k == key)
    };
    let mut out: Vec<(Change, &Step)> = new
        .steps
        .iter()
        .map(|step| {
            let Some(before) = old.steps.iter().find(|s| s.key == step.key) else {
                return (Change::New, step);
            };
            let parts: Vec<&'static str> = [
                ("title", before.title != step.title),
                ("how", before.how != step.how),
                ("role", before.role != step.role),
                ("team", before.team_id != step.team_id),
                ("required", before.required != step.required),
            ]
            .into_iter()
            .filter_map(|(name, differs)| differs.then_some(name))
            .collect();
            if !parts.is_empty() {
                (Change::Changed(parts), step)
            } else if place(old, new, &step.key) != place(new, old, &step.key) {
                (Change::Moved, step)
            } else {
                (Change::Same, step)
            }
        })
        .collect();
    for (at, step) in old.steps.iter().enumerate() {
        if new.steps.iter().any(|s| s.key == step.key) {
            continue;
        }
        let before = old.steps[..at]
            .iter()
            .rev()
            .find_map(|s| out.iter().position(|(_, o)| o.key == s.key));
        out.insert(before.map_or(0, |i| i + 1), (Change::Gone, step));
    }
    out
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Progress {
    pub done: usize,
    pub skipped: usize,
    pub all: usize,
    /// Required ones that are neither done nor skipped.
    pub missing: usize,
}

/// How far a run is.
pub fn progress(run: &Run) -> Progress {
    let state = |step: &&Step| run.tick(&step.key).state;
    let count = |wanted: State| {
        run.definition
            .steps
            .iter()
            .filter(|s| state(s) == wanted)
            .count()
    };
    Progress {
        done: count(State::Done),
        skipped: count(State::Skipped),
        all: run.definition.steps.len(),
        missing: run
            .definition
            .steps
            .iter()
            .filter(|s| s.required && state(s) == State::Open)
            .count(),
    }
}

/// The middle of some durations.
pub fn median(mut of: Vec<i64>) -> Option<i64> {
    of.sort_unstable();
    let n = of.len();
    match n {
        0 => None,
        _ if n % 2 == 1 => Some(of[n / 2]),
        _ => Some(i64::midpoint(of[n / 2 - 1], of[n / 2])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn def(keys: &[&str]) -> Definition {
        Definition {
            name: "N".into(),
            purpose: "P".into(),
            steps: keys
                .iter()
                .map(|k| Step {
                    key: (*k).into(),
                    title: format!("Do {k}"),
                    ..Step::default()
                })
                .collect(),
        }
    }

    #[test]
    fn two_versions_are_compared_step_by_step() {
        let old = def(&["a", "b", "c", "d"]);
        let mut new = def(&["b", "a", "e", "d"]);
        new.steps[3].how = "With care".into();
        let said: Vec<(Change, String)> = compare(&old, &new)
            .into_iter()
            .map(|(change, step)| (change, step.key.clone()))
            .collect();
        let key = |k: &str| k.to_owned();
        assert_eq!(
            said,
            [
                (Change::Moved, key("b")),
                (Change::Gone, key("c")),
                (Change::Moved, key("a")),
                (Change::New, key("e")),
                (Change::Changed(vec!["how"]), key("d")),
            ]
        );
    }

    #[test]
    fn a_half_written_playbook_is_a_draft_and_not_published() {
        let mut d = def(&["a", ""]);
        d.steps[1].title = String::new();
        let d = tidy(d);
        assert!(too_long(&d).is_empty());
        let fields: Vec<String> = lacking(&d).into_iter().map(|e| e.field).collect();
        assert_eq!(fields, ["title.step"]);
        let fields =
            |d: &Definition| -> Vec<String> { lacking(d).into_iter().map(|e| e.field).collect() };
        assert_eq!(fields(&Definition::default()), ["name", "purpose", "steps"]);
    }

    #[test]
    fn the_middle_is_the_middle() {
        for (of, expect) in [
            (vec![], None),
            (vec![7], Some(7)),
            (vec![9, 1], Some(5)),
            (vec![9, 1, 100], Some(9)),
        ] {
            assert_eq!(median(of), expect);
        }
    }

    proptest! {
        #[test]
        fn keys_are_unique_and_stay(titles in prop::collection::vec("[a-z ]{0,8}", 0..20)) {
            let d = Definition {
                steps: titles.into_iter().map(|title| Step { title, ..Step::default() }).collect(),
                ..Definition::default()
            };
            let once = tidy(d);
            let keys: std::collections::BTreeSet<&String> = once.steps.iter().map(|s| &s.key).collect();
            prop_assert_eq!(keys.len(), once.steps.len());
            prop_assert_eq!(tidy(once.clone()), once);
        }

        #[test]
        fn a_comparison_names_each_step_once(
            old in prop::sample::subsequence(vec!["a", "b", "c", "d", "e", "f"], 0..6).prop_shuffle(),
            new in prop::sample::subsequence(vec!["a", "b", "c", "d", "e", "f"], 0..6).prop_shuffle(),
        ) {
            let (o, n) = (def(&old), def(&new));
            let all = compare(&o, &n);
            let mut keys: Vec<&str> = all.iter().map(|(_, s)| s.key.as_str()).collect();
            keys.sort_unstable();
            let mut expect: Vec<&str> = old.iter().chain(new.iter().filter(|k| !old.contains(k))).copied().collect();
            expect.sort_unstable();
            prop_assert_eq!(keys, expect);
            prop_assert!(compare(&o, &o).iter().all(|(c, _)| *c == Change::Same));
            // Without what went, it is the new version in its order.
            let kept: Vec<&str> = all.iter().filter(|(c, _)| *c != Change::Gone).map(|(_, s)| s.key.as_str()).collect();
            prop_assert_eq!(kept, new);
        }

        #[test]
        fn moving_down_and_up_again_changes_nothing(at in 0usize..5) {
            let before = def(&["a", "b", "c", "d", "e"]);
            let mut d = before.clone();
            let key = before.steps[at].key.clone();
            shift(&mut d, &key, true);
            if at < 4 { shift(&mut d, &key, false); }
            prop_assert_eq!(d, before);
        }
    }
}
