//! Who may order a service. Who may not order it does not see it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Role};

/// Those who may see and order a service. The parts add up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Audience {
    /// Everybody who works here (not outside partners).
    pub everyone: bool,
    /// Ids of departments.
    pub departments: Vec<String>,
    /// Ids of teams and groups.
    pub groups: Vec<String>,
    /// Outside partners.
    pub partners: bool,
}

impl Audience {
    /// Everybody who works here.
    pub fn everyone() -> Audience {
        Audience {
            everyone: true,
            ..Audience::default()
        }
    }

    /// Whether nobody at all belongs to it.
    pub fn is_nobody(&self) -> bool {
        *self == Audience::default()
    }

    /// Whether `actor` belongs to it.
    pub fn admits(&self, actor: &Actor) -> bool {
        let outside = actor.role == Role::Partner;
        let by_group = self.groups.iter().any(|g| actor.team_ids.contains(g));
        let by_department = !outside
            && actor
                .department_id
                .as_ref()
                .is_some_and(|mine| self.departments.contains(mine));
        by_group
            || by_department
            || if outside {
                self.partners
            } else {
                self.everyone
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(role: Role, department: Option<&str>, groups: &[&str]) -> Actor {
        Actor {
            id: "me".into(),
            role,
            department_id: department.map(Into::into),
            team_ids: groups.iter().map(|g| (*g).to_owned()).collect(),
            ..Actor::system()
        }
    }

    #[test]
    fn parts_add_up() {
        let staff = actor(Role::Requester, Some("life"), &[]);
        let partner = actor(Role::Partner, Some("life"), &["press"]);
        let of = |everyone, departments: &[&str], groups: &[&str], partners| Audience {
            everyone,
            departments: departments.iter().map(|d| (*d).to_owned()).collect(),
            groups: groups.iter().map(|d| (*d).to_owned()).collect(),
            partners,
        };
        let table = [
            (of(true, &[], &[], false), true, false),
            (of(false, &[], &[], true), false, true),
            (of(false, &["life"], &[], false), true, false),
            (of(false, &["law"], &[], false), false, false),
            (of(false, &[], &["press"], false), false, true),
            (of(false, &[], &[], false), false, false),
            (of(true, &[], &[], true), true, true),
        ];
        for (audience, for_staff, for_partner) in table {
            assert_eq!(audience.admits(&staff), for_staff, "{audience:?}");
            assert_eq!(audience.admits(&partner), for_partner, "{audience:?}");
        }
    }
}
