//! What the catalogue does not hold of what runs here.

use std::collections::BTreeMap;

use mil_db::On;

use crate::actor::Actor;
use crate::automation::{self, store::Rule};
use crate::changes;
use crate::changes::rules::Type;
use crate::error::Result;
use crate::playbooks::{self, model::Definition};

/// Playbooks, rules and kinds of change as they are here.
#[derive(Debug, Clone, Default)]
pub struct Present {
    /// What the playbooks in use say, by id.
    pub books: BTreeMap<String, Definition>,
    /// How the changes of a service are decided on, by its id.
    pub types: BTreeMap<String, Type>,
    /// The rules, by id.
    pub rules: BTreeMap<String, Rule>,
}

impl Present {
    /// Read them.
    pub async fn read<'a>(on: impl Into<On<'a>>) -> Result<Present> {
        let mut on = on.into();
        let types = changes::store::types(on.again()).await?;
        let rules = automation::store::all(on.again()).await?;
        let all = playbooks::store::list(on, &Actor::system(), &Default::default()).await?;
        let said = |b: playbooks::model::Playbook| Some((b.id, b.published?));
        Ok(Present {
            books: all.into_iter().filter_map(said).collect(),
            types,
            rules: rules.into_iter().map(|r| (r.id.clone(), r)).collect(),
        })
    }
}
