//! Rules of a pack: what MIL does by itself for the practice's services.
//!
//! A pack knows no ids: services stand as their keys, teams as roles. A rule of a
//! pack never reaches beyond the services of its practice, names no people and
//! calls nothing outside.

use std::collections::BTreeMap;

use mil_process::form::Cond;
use serde::{Deserialize, Serialize};

use crate::automation::model::{Deed, Def, When};

/// Stands for everything, where somebody let a rule reach beyond the practice.
pub const ALL: &str = "*";

/// `rules/*.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSpec {
    /// As the list of rules shows it.
    pub name: String,
    /// Keys of the services it is about; none: all of the practice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// What sets it off.
    pub when: When,
    /// What must be true of the request then.
    #[serde(default, rename = "if", skip_serializing_if = "Option::is_none")]
    pub test: Option<Cond>,
    /// What is done, in this order.
    pub then: Vec<Deed>,
}

/// What the keys of a pack are here.
#[derive(Debug, Default)]
pub struct Local {
    /// Role to team.
    pub roles: BTreeMap<String, String>,
    /// Service to the word in its address.
    pub slugs: BTreeMap<String, String>,
    /// Playbook to id.
    pub playbooks: BTreeMap<String, String>,
}

/// Keys to what they are here, or back.
struct Turn<'a> {
    roles: BTreeMap<&'a str, &'a str>,
    slugs: BTreeMap<&'a str, &'a str>,
    playbooks: BTreeMap<&'a str, &'a str>,
}

/// Keys to what they are here.
fn pairs(map: &BTreeMap<String, String>) -> BTreeMap<&str, &str> {
    map.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect()
}

/// What is here to keys; of several keys for the same the first speaks for it.
fn turned(map: &BTreeMap<String, String>) -> BTreeMap<&str, &str> {
    let last_first = map.iter().rev();
    last_first.map(|(a, b)| (b.as_str(), a.as_str())).collect()
}

impl Local {
    fn there(&self) -> Turn<'_> {
        Turn {
            roles: pairs(&self.roles),
            slugs: pairs(&self.slugs),
            playbooks: pairs(&self.playbooks),
        }
    }

    fn back(&self) -> Turn<'_> {
        Turn {
            roles: turned(&self.roles),
            slugs: turned(&self.slugs),
            playbooks: turned(&self.playbooks),
        }
    }
}

impl Turn<'_> {
    fn role(&self, word: &str) -> String {
        self.roles.get(word).map_or(word, |w| *w).to_owned()
    }

    fn service(&self, word: &str) -> String {
        self.slugs.get(word).map_or(word, |w| *w).to_owned()
    }

    fn cond(&self, cond: &Cond) -> Cond {
        let value = |field: &str, value: &str| match field {
            "service" => self.service(value),
            "team" => self.role(value),
            _ => value.to_owned(),
        };
        let all = |list: &[Cond]| list.iter().map(|c| self.cond(c)).collect();
        match cond {
            Cond::Is { field, value: v } => Cond::Is {
                value: value(field, v),
                field: field.clone(),
            },
            Cond::IsNot { field, value: v } => Cond::IsNot {
                value: value(field, v),
                field: field.clone(),
            },
            Cond::All(list) => Cond::All(all(list)),
            Cond::Any(list) => Cond::Any(all(list)),
            Cond::Not(inner) => Cond::Not(Box::new(self.cond(inner))),
            Cond::Includes { .. } | Cond::Filled { .. } | Cond::AtLeast { .. } => cond.clone(),
        }
    }

    fn deed(&self, deed: &Deed) -> Deed {
        match deed {
            Deed::Tell { whom } => Deed::Tell {
                whom: match whom.strip_prefix("team:") {
                    Some(team) => format!("team:{}", self.role(team)),
                    None => whom.clone(),
                },
            },
            Deed::Order { service, title } => Deed::Order {
                service: self.service(service),
                title: title.clone(),
            },
            Deed::Playbook { playbook } => Deed::Playbook {
                playbook: self
                    .playbooks
                    .get(playbook.as_str())
                    .map_or_else(|| playbook.clone(), |id| (*id).to_owned()),
            },
            other => other.clone(),
        }
    }
}

fn is_service(value: &str) -> Cond {
    Cond::Is {
        field: "service".to_owned(),
        value: value.to_owned(),
    }
}

/// The services that a condition is about, if it says nothing else.
fn services_of(cond: &Cond) -> Option<Vec<String>> {
    match cond {
        Cond::Is { field, value } if field == "service" => Some(vec![value.clone()]),
        Cond::Any(list) if !list.is_empty() => {
            let all: Option<Vec<Vec<String>>> = list.iter().map(services_of).collect();
            all.map(|all| all.concat())
        }
        _ => None,
    }
}

impl RuleSpec {
    /// The rule that runs: about the services it names, or all that `local` knows.
    pub fn def(&self, local: &Local) -> Def {
        let turn = local.there();
        let mut about: Vec<String> = match self.services.as_slice() {
            [] => local.slugs.values().cloned().collect(),
            some => some.iter().map(|key| turn.service(key)).collect(),
        };
        about.sort();
        let mut all = Vec::new();
        match about.as_slice() {
            [word] if word == ALL => {}
            [one] => all.push(is_service(one)),
            some => all.push(Cond::Any(some.iter().map(|s| is_service(s)).collect())),
        }
        match self.test.as_ref().map(|test| turn.cond(test)) {
            Some(Cond::All(list)) => all.extend(list),
            Some(test) => all.push(test),
            None => {}
        }
        Def {
            when: self.when.clone(),
            test: (!all.is_empty()).then_some(Cond::All(all)),
            then: self.then.iter().map(|deed| turn.deed(deed)).collect(),
        }
    }

    /// A rule that runs, in the words of a pack.
    pub fn of(name: &str, def: &Def, local: &Local) -> RuleSpec {
        let turn = local.back();
        let mut list = match &def.test {
            Some(Cond::All(list)) => list.clone(),
            Some(test) => vec![test.clone()],
            None => Vec::new(),
        };
        let about = list.first().and_then(services_of);
        let mut services = match about {
            Some(slugs) => {
                list.remove(0);
                slugs.iter().map(|slug| turn.service(slug)).collect()
            }
            None => vec![ALL.to_owned()],
        };
        services.sort();
        if services.len() == local.slugs.len() && services.iter().eq(local.slugs.keys()) {
            services.clear();
        }
        let mut list: Vec<Cond> = list.iter().map(|cond| turn.cond(cond)).collect();
        RuleSpec {
            name: name.to_owned(),
            services,
            when: def.when.clone(),
            test: match list.len() {
                0 => None,
                1 => list.pop(),
                _ => Some(Cond::All(list)),
            },
            then: def.then.iter().map(|deed| turn.deed(deed)).collect(),
        }
    }

    /// Without what others cannot use: people, other services, endpoints. `None`
    /// when nothing is left to do.
    pub fn for_others(mut self, own: &Local) -> Option<RuleSpec> {
        self.then.retain(|deed| match deed {
            Deed::Webhook { .. } => false,
            Deed::Tell { whom: word } | Deed::Assign { to: word } => !word.starts_with("person:"),
            Deed::Order { service, .. } => own.slugs.contains_key(service),
            Deed::Playbook { playbook } => own.playbooks.contains_key(playbook),
            _ => true,
        });
        self.services.retain(|key| own.slugs.contains_key(key));
        (!self.then.is_empty()).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local() -> Local {
        let map = |pairs: &[(&str, &str)]| {
            let owned = pairs.iter().map(|(a, b)| ((*a).into(), (*b).into()));
            owned.collect()
        };
        Local {
            roles: map(&[("print", "t1"), ("buyer", "t1"), ("desk", "t2")]),
            slugs: map(&[("flyer", "flyer-2"), ("poster", "poster")]),
            playbooks: map(&[("fold", "p1")]),
        }
    }

    fn spec(services: &[&str], test: Option<Cond>) -> RuleSpec {
        RuleSpec {
            name: "Remind".into(),
            services: services.iter().map(|s| (*s).to_owned()).collect(),
            when: When::Event {
                event: "request.ordered".into(),
            },
            test,
            then: vec![
                Deed::Tell {
                    whom: "team:desk".into(),
                },
                Deed::Order {
                    service: "poster".into(),
                    title: "Also".into(),
                },
            ],
        }
    }

    #[test]
    fn keys_become_what_they_are_here_and_keys_again() {
        let urgent = Cond::Is {
            field: "priority".into(),
            value: "urgent".into(),
        };
        let team = Cond::IsNot {
            field: "team".into(),
            value: "buyer".into(),
        };
        for (services, test) in [
            (vec![], None),
            (vec!["flyer"], Some(urgent.clone())),
            (
                vec!["flyer"],
                Some(Cond::All(vec![urgent.clone(), team.clone()])),
            ),
            (vec!["*"], Some(Cond::Not(Box::new(urgent)))),
        ] {
            let written = spec(&services, test);
            let def = written.def(&local());
            assert_eq!(
                def.then[0],
                Deed::Tell {
                    whom: "team:t2".into()
                }
            );
            let back = RuleSpec::of("Remind", &def, &local());
            assert_eq!(back.def(&local()), def, "{written:?}");
            assert_eq!(back.services, written.services);
        }
        let def = spec(&["flyer"], Some(team)).def(&local());
        assert_eq!(
            serde_json::to_value(def.test).unwrap(),
            serde_json::json!({ "all": [
                { "is": { "field": "service", "value": "flyer-2" } },
                { "is_not": { "field": "team", "value": "t1" } },
            ] })
        );
    }

    #[test]
    fn without_services_a_rule_of_a_pack_is_about_those_of_its_practice() {
        let def = spec(&[], None).def(&local());
        let text = serde_json::to_string(&def.test).unwrap();
        assert!(
            text.contains("flyer-2") && text.contains("poster"),
            "{text}"
        );
        let none = Local::default();
        let nothing = spec(&[], None).def(&none);
        assert_eq!(nothing.test, Some(Cond::All(vec![Cond::Any(vec![])])));
    }

    #[test]
    fn what_others_cannot_use_stays_here() {
        let own = local();
        let mut rule = spec(&["flyer", "elsewhere"], None);
        rule.then = vec![
            Deed::Webhook {
                endpoint: "w".into(),
            },
            Deed::Assign {
                to: "person:x".into(),
            },
            Deed::Forward {},
        ];
        let passed = rule.clone().for_others(&own).unwrap();
        assert_eq!(passed.then, [Deed::Forward {}]);
        assert_eq!(passed.services, ["flyer"]);
        rule.then.pop();
        assert_eq!(rule.for_others(&own), None);
    }
}
