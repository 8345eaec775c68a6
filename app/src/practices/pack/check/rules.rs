//! Checking rules: they keep to the services of their practice.

use mil_process::form::Cond;

use super::In;
use crate::automation::facts::KNOWN;
use crate::automation::model::{Deed, check_deeds_of};
use crate::error::{FieldError, Msg};
use crate::practices::pack::{Pack, RuleSpec};

/// A rule.
pub fn check(pack: &Pack, rule: &RuleSpec, place: &mut In<'_>) {
    place.words("name", &rule.name, 120);
    for (i, key) in rule.services.iter().enumerate() {
        if !pack.services.contains_key(key) {
            place.missing(&format!("services[{i}]"), key);
        }
    }
    for FieldError { field, msg } in rule.when.check() {
        place.at(&format!("when.{field}"), msg);
    }
    if let Some(test) = &rule.test {
        condition(pack, test, place);
    }
    for (i, FieldError { msg, .. }) in
        check_deeds_of(&rule.then, &|key| pack.services.contains_key(key))
    {
        place.at(&format!("then[{i}]"), msg);
    }
    for (i, deed) in rule.then.iter().enumerate() {
        let path = format!("then[{i}]");
        match deed {
            Deed::Webhook { .. } => place.at(
                &path,
                "A practice calls nothing outside. Add the endpoint to the rule after adopting.",
            ),
            Deed::Tell { whom: word } | Deed::Assign { to: word }
                if word.starts_with("person:") =>
            {
                place.at(&path, "A practice names no people. Write a role instead.");
            }
            Deed::Playbook { playbook } if !pack.playbooks.contains_key(playbook) => {
                place.missing(&path, playbook);
            }
            Deed::Tell { whom } => {
                if let Some(role) = whom.strip_prefix("team:")
                    && pack.role(role).is_none()
                {
                    place.missing(&path, role);
                }
            }
            _ => {}
        }
    }
}

fn condition(pack: &Pack, cond: &Cond, place: &mut In<'_>) {
    for field in cond.fields() {
        if !KNOWN.contains(&field) && !field.starts_with("answer.") {
            let msg = Msg::new(
                "There is no fact “{name}”. Take one of: {known}, or answer. and the key of a field.",
            );
            place.at(
                "if",
                msg.with("name", field.to_owned())
                    .with("known", KNOWN.join(", ")),
            );
        }
    }
    match cond {
        Cond::Is { field, value } | Cond::IsNot { field, value } => {
            let there = match field.as_str() {
                "service" => pack.services.contains_key(value),
                "team" => pack.role(value).is_some(),
                _ => true,
            };
            if !there {
                place.missing("if", value);
            }
        }
        Cond::All(list) | Cond::Any(list) => {
            for one in list {
                condition(pack, one, place);
            }
        }
        Cond::Not(inner) => condition(pack, inner, place),
        Cond::Includes { .. } | Cond::Filled { .. } | Cond::AtLeast { .. } => {}
    }
}
