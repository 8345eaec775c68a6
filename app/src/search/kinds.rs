//! What can be found, and how each kind is asked for what the reader may open.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::web::Me;

/// A kind of thing.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An answer of the knowledge base.
    Article,
    /// A logo, a picture, a template: something to take.
    Asset,
    /// What holds for the reader.
    Policy,
    /// How something is done, step by step.
    Playbook,
    /// Something to order.
    Service,
    /// A term of the glossary.
    Term,
    /// A request.
    Request,
}

impl Kind {
    /// All, in the order of results: what answers stands before what is ordered
    /// and what was asked.
    pub const ALL: [Kind; 7] = [
        Kind::Article,
        Kind::Asset,
        Kind::Policy,
        Kind::Playbook,
        Kind::Service,
        Kind::Term,
        Kind::Request,
    ];

    /// The word in the database and in addresses.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Article => "article",
            Kind::Asset => "asset",
            Kind::Policy => "policy",
            Kind::Playbook => "playbook",
            Kind::Service => "service",
            Kind::Term => "term",
            Kind::Request => "request",
        }
    }

    /// The kind of a word.
    pub fn from_key(key: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// English name of many, the key of its translation.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Article => "Answers",
            Kind::Asset => "Assets",
            Kind::Policy => "Policies",
            Kind::Playbook => "Playbooks",
            Kind::Service => "Services to order",
            Kind::Term => "Terms explained",
            Kind::Request => "Requests",
        }
    }

    /// Its icon.
    pub fn icon(self) -> &'static str {
        match self {
            Kind::Article => "msg",
            Kind::Asset => "image",
            Kind::Policy => "shield",
            Kind::Playbook => "check",
            Kind::Service => "grid",
            Kind::Term => "book",
            Kind::Request => "list",
        }
    }
}

/// What stands in a list of results.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Card {
    pub id: String,
    pub title: String,
    pub href: String,
    /// A few words beside the title.
    pub hint: String,
}

/// Those of these documents that the reader may open, whatever the index said.
pub async fn cards(me: &Me, kind: Kind, ids: &[String]) -> Result<Vec<Card>> {
    Ok(match kind {
        // These two are not kept as documents.
        Kind::Service | Kind::Request => Vec::new(),
        Kind::Article => super::articles::cards(me, ids).await?,
        Kind::Asset => super::assets::cards(me, ids).await?,
        Kind::Policy => super::policies::cards(me, ids).await?,
        Kind::Playbook => super::playbooks::cards(me, ids).await?,
        Kind::Term => {
            let book = me.app.glossary().await?;
            ids.iter()
                .filter_map(|id| book.get(id))
                .map(|term| Card {
                    id: term.id.clone(),
                    title: term.term.clone(),
                    href: format!("/glossary/{}", term.id),
                    hint: term.it_term.clone(),
                })
                .collect()
        }
    })
}
