//! Three-way comparison of data: what we changed, what they changed, and where
//! both changed the same. Pure.
//!
//! Objects are compared member by member; lists whose items all have a `key`
//! are compared item by item; everything else is one value. Both sides may
//! move items of a list: theirs is the order, and what only we have stays
//! behind what it stood behind.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// Which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// What runs here.
    Ours,
    /// What the new version says.
    Theirs,
}

/// Who changed something since the common version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Only we.
    Ours,
    /// Only they.
    Theirs,
    /// Both, to the same.
    Both,
    /// Both, to different things: somebody has to decide.
    Conflict,
}

/// A difference to the common version.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Difference {
    /// Where, such as `stages/copy/name`.
    pub path: String,
    pub who: Who,
    pub base: Option<Value>,
    pub ours: Option<Value>,
    pub theirs: Option<Value>,
}

/// How conflicts are decided, by path; ours where nothing is said.
pub type Choices = BTreeMap<String, Side>;

/// Compare, and join what does not contradict.
pub fn merge(
    base: &Value,
    ours: &Value,
    theirs: &Value,
    choices: &Choices,
) -> (Value, Vec<Difference>) {
    let mut found = Vec::new();
    let merged = three(
        "",
        Some(base),
        Some(ours),
        Some(theirs),
        choices,
        &mut found,
    );
    (merged.unwrap_or(Value::Null), found)
}

fn three(
    path: &str,
    base: Option<&Value>,
    ours: Option<&Value>,
    theirs: Option<&Value>,
    choices: &Choices,
    found: &mut Vec<Difference>,
) -> Option<Value> {
    if ours == theirs && base == ours {
        return ours.cloned();
    }
    if let (Some(Value::Object(o)), Some(Value::Object(t))) = (ours, theirs) {
        let empty = Map::new();
        let b = base.and_then(Value::as_object).unwrap_or(&empty);
        // Kinds of the same name have other members: one value then.
        let kind = |m: &Map<String, Value>| m.get("type").cloned();
        if kind(o) == kind(t) {
            let keys: BTreeSet<&String> = b.keys().chain(o.keys()).chain(t.keys()).collect();
            let members = keys.into_iter().filter_map(|key| {
                let at = join(path, key);
                let one = three(&at, b.get(key), o.get(key), t.get(key), choices, found)?;
                Some((key.clone(), one))
            });
            return Some(Value::Object(members.collect()));
        }
    }
    if let (Some(o), Some(t)) = (keyed(ours), keyed(theirs))
        && (!o.is_empty() || !t.is_empty())
    {
        let b = keyed(base).unwrap_or_default();
        return Some(lists(path, &b, &o, &t, choices, found));
    }
    let who = if ours == theirs {
        Who::Both
    } else if base == theirs {
        Who::Ours
    } else if base == ours {
        Who::Theirs
    } else {
        Who::Conflict
    };
    found.push(Difference {
        path: path.to_owned(),
        who,
        base: base.cloned(),
        ours: ours.cloned(),
        theirs: theirs.cloned(),
    });
    let side = match who {
        Who::Ours | Who::Both => Side::Ours,
        Who::Theirs => Side::Theirs,
        Who::Conflict => choices.get(path).copied().unwrap_or(Side::Ours),
    };
    match side {
        Side::Ours => ours.cloned(),
        Side::Theirs => theirs.cloned(),
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}/{key}")
    }
}

/// A list by the keys of its items, if all have one of their own.
fn keyed(list: Option<&Value>) -> Option<Vec<(&str, &Value)>> {
    let items = list?.as_array()?;
    let pairs: Vec<(&str, &Value)> = items
        .iter()
        .filter_map(|item| Some((item.get("key")?.as_str()?, item)))
        .collect();
    let keys: BTreeSet<&str> = pairs.iter().map(|(key, _)| *key).collect();
    (keys.len() == items.len()).then_some(pairs)
}

type Keyed<'a> = Vec<(&'a str, &'a Value)>;

fn lists(
    path: &str,
    base: &Keyed<'_>,
    ours: &Keyed<'_>,
    theirs: &Keyed<'_>,
    choices: &Choices,
    found: &mut Vec<Difference>,
) -> Value {
    let get = |list: &Keyed<'_>, key: &str| -> Option<Value> {
        let pair = list.iter().find(|(k, _)| *k == key)?;
        Some(pair.1.clone())
    };
    // Whoever moved items decides their order; if both did, they.
    let shared = |list: &Keyed<'_>, other: &Keyed<'_>| -> Vec<String> {
        let both = list
            .iter()
            .filter(|(k, _)| other.iter().any(|(o, _)| o == k));
        both.map(|(k, _)| (*k).to_owned()).collect()
    };
    let they_moved = shared(theirs, base) != shared(base, theirs);
    let (first, second) = if they_moved || shared(ours, base) == shared(base, ours) {
        (theirs, ours)
    } else {
        (ours, theirs)
    };
    let mut order: Vec<&str> = first.iter().map(|(k, _)| *k).collect();
    for (at, (key, _)) in second.iter().enumerate() {
        if !order.contains(key) {
            let before = second[..at].iter().rev();
            let place = before
                .filter_map(|(k, _)| order.iter().position(|o| o == k))
                .next()
                .map_or(0, |place| place + 1);
            order.insert(place, key);
        }
    }
    let items = order.into_iter().filter_map(|key| {
        let (b, o, t) = (get(base, key), get(ours, key), get(theirs, key));
        let at = join(path, key);
        three(&at, b.as_ref(), o.as_ref(), t.as_ref(), choices, found)
    });
    Value::Array(items.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn data() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..3i64).prop_map(Value::from),
            "[a-c]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::btree_map("[a-d]", inner.clone(), 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
                prop::collection::btree_map("[k-n]", inner, 0..4).prop_map(|map| {
                    let item = |(key, value): (String, Value)| json!({ "key": key, "v": value });
                    Value::Array(map.into_iter().map(item).collect())
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_only_one_side_changed_is_taken(base in data(), other in data()) {
            let none = Choices::new();
            prop_assert_eq!(merge(&base, &other, &base, &none).0, other.clone());
            prop_assert_eq!(merge(&base, &base, &other, &none).0, other.clone());
            prop_assert_eq!(merge(&base, &other, &other, &none).0, other.clone());
            let (same, differences) = merge(&base, &base, &base, &none);
            prop_assert_eq!(same, base);
            prop_assert!(differences.is_empty());
        }

        #[test]
        fn without_conflict_the_sides_can_be_swapped(base in data(), ours in data(), theirs in data()) {
            let none = Choices::new();
            let (_, there) = merge(&base, &ours, &theirs, &none);
            let (_, back) = merge(&base, &theirs, &ours, &none);
            let conflicts = |d: &[Difference]| -> BTreeSet<String> {
                d.iter().filter(|d| d.who == Who::Conflict).map(|d| d.path.clone()).collect()
            };
            prop_assert_eq!(conflicts(&there), conflicts(&back));
        }

        #[test]
        fn a_choice_decides_a_conflict(base in data(), ours in data(), theirs in data()) {
            let (_, found) = merge(&base, &ours, &theirs, &Choices::new());
            let all = |side| -> Choices {
                found.iter().filter(|d| d.who == Who::Conflict).map(|d| (d.path.clone(), side)).collect()
            };
            let (kept, _) = merge(&base, &ours, &theirs, &all(Side::Ours));
            prop_assert_eq!(kept, merge(&base, &ours, &theirs, &Choices::new()).0);
            let (taken, again) = merge(&base, &ours, &theirs, &all(Side::Theirs));
            prop_assert_eq!(again.len(), found.len());
            if found.iter().all(|d| matches!(d.who, Who::Theirs | Who::Both | Who::Conflict)) {
                prop_assert_eq!(taken, theirs);
            }
        }
    }

    #[test]
    fn a_process_that_both_changed() {
        let base = json!({ "stages": [{ "key": "a", "name": "A" }, { "key": "b", "name": "B", "share": 2 }] });
        let ours = json!({ "stages": [{ "key": "a", "name": "Ah" }, { "key": "x", "name": "X" }, { "key": "b", "name": "Bee", "share": 2 }] });
        let theirs = json!({ "stages": [{ "key": "b", "name": "Be", "share": 3 }, { "key": "a", "name": "A" }] });
        let (merged, found) = merge(&base, &ours, &theirs, &Choices::new());
        assert_eq!(
            merged,
            json!({ "stages": [{ "key": "b", "name": "Bee", "share": 3 }, { "key": "a", "name": "Ah" }, { "key": "x", "name": "X" }] })
        );
        let said: Vec<(&str, Who)> = found.iter().map(|d| (d.path.as_str(), d.who)).collect();
        assert_eq!(
            said,
            [
                ("stages/b/name", Who::Conflict),
                ("stages/b/share", Who::Theirs),
                ("stages/a/name", Who::Ours),
                ("stages/x", Who::Ours),
            ]
        );
    }
}
