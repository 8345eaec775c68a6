//! Who is acting, and what is known about them without asking again.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a person may do in general. The details are in [`crate::policy`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A colleague who orders.
    Requester,
    /// Somebody outside the organisation who orders what is open to partners.
    Partner,
    /// Fulfils requests.
    Marketer,
    /// Plans, approves, shapes the catalog and the views of a team.
    Lead,
    /// Shares the work that touches IT: sees what their teams are part of.
    ItPartner,
    /// Runs the installation.
    Administrator,
}

impl Role {
    /// Every role, in the order of lists.
    pub const ALL: [Role; 6] = [
        Role::Requester,
        Role::Partner,
        Role::Marketer,
        Role::Lead,
        Role::ItPartner,
        Role::Administrator,
    ];

    /// The word in the database and in the API.
    pub fn key(self) -> &'static str {
        match self {
            Role::Requester => "requester",
            Role::Partner => "partner",
            Role::Marketer => "marketer",
            Role::Lead => "lead",
            Role::ItPartner => "it_partner",
            Role::Administrator => "administrator",
        }
    }

    /// The role for a word, if it is one.
    pub fn from_key(key: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.key() == key)
    }

    /// The English name, which is also the key of its translation.
    pub fn label(self) -> &'static str {
        match self {
            Role::Requester => "Requester",
            Role::Partner => "Outside partner",
            Role::Marketer => "Marketer",
            Role::Lead => "Lead",
            Role::ItPartner => "IT partner",
            Role::Administrator => "Administrator",
        }
    }

    /// Whether this role works in the workspace.
    pub fn is_agent(self) -> bool {
        !matches!(self, Role::Requester | Role::Partner)
    }
}

/// How the actor came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A browser session.
    Web,
    /// An API token.
    Api,
    /// The command line on the server.
    Cli,
    /// A message, or a link in one.
    Mail,
    /// MIL itself: timers and listeners.
    System,
}

impl Via {
    /// The word in the event log.
    pub fn key(self) -> &'static str {
        match self {
            Via::Web => "web",
            Via::Api => "api",
            Via::Cli => "cli",
            Via::Mail => "mail",
            Via::System => "system",
        }
    }
}

/// What an API token may be used for. Never more than its owner may do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Look.
    Read,
    /// Order, answer, move.
    Write,
    /// Administer.
    Admin,
}

/// Somebody who acts: a signed-in person, or MIL itself.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Person id; empty for MIL itself.
    pub id: String,
    /// Name as shown to others.
    pub name: String,
    /// Address, lower case.
    pub email: String,
    /// General permissions.
    pub role: Role,
    /// The department they belong to.
    pub department_id: Option<String>,
    /// Teams and groups they belong to.
    pub team_ids: BTreeSet<String>,
    /// Teams they lead.
    pub leads: BTreeSet<String>,
    /// How they came in.
    pub via: Via,
    /// What the token allows; `None` in a session: everything the role may.
    pub scopes: Option<BTreeSet<Scope>>,
    /// The session, to tell it from others in the list of sessions.
    pub session_id: Option<String>,
    /// Network address, as far as it is known.
    pub ip: Option<String>,
    /// Browser or client, as it calls itself.
    pub agent: Option<String>,
}

impl Actor {
    /// MIL itself.
    pub fn system() -> Actor {
        Actor {
            id: String::new(),
            name: "MIL".to_owned(),
            email: String::new(),
            role: Role::Administrator,
            department_id: None,
            team_ids: BTreeSet::new(),
            leads: BTreeSet::new(),
            via: Via::System,
            scopes: None,
            session_id: None,
            ip: None,
            agent: None,
        }
    }

    /// The command line: whoever may run it owns the data directory.
    pub fn cli() -> Actor {
        Actor {
            name: "Command line".to_owned(),
            via: Via::Cli,
            ..Actor::system()
        }
    }

    /// Whether this is MIL itself or its command line.
    pub fn is_system(&self) -> bool {
        self.id.is_empty()
    }

    /// Whether a token's scopes allow `scope`; sessions always do.
    pub fn has_scope(&self, scope: Scope) -> bool {
        self.scopes
            .as_ref()
            .is_none_or(|scopes| scopes.contains(&scope))
    }
}
