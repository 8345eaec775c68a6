//! The glossary: words that marketing and IT may understand differently, with
//! what each side means by them.
//!
//! | file | what it holds |
//! |---|---|
//! | [`model`] | the nouns |
//! | [`book`] | all terms in memory, and where they stand in a text (pure) |
//! | [`store`] | the rows |
//! | [`verbs`] | make, change, retire a term; take many in at once |
//! | [`packs`] | the terms of practices: they come with adopting and go with an export |
//! | [`explain`] | terms in a text that is shown can be opened where they stand |
//! | [`say`], [`said`] | a text in the words of the other side (pure), and the page |
//! | [`pages`], [`editor`] | for readers; for those who keep it, with what is missing |
//! | [`csv`], [`api`] | the same as CSV and JSON |
//!
//! Terms are found in one pass over the words of a text, by their stem in the
//! language of the term: whole words only, in any of their forms.

pub mod api;
pub mod book;
pub mod csv;
pub mod editor;
pub mod explain;
pub mod model;
pub mod packs;
pub mod pages;
pub mod said;
pub mod say;
pub mod store;
pub mod verbs;

pub use book::Book;
pub use explain::explained;
pub use model::{Side, Term};

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Agents, Leads, SignedIn};
    let op = |summary| Op::new("Glossary", summary);
    vec![
        get(SignedIn, "/glossary", pages::list),
        get(SignedIn, "/glossary.csv", pages::export),
        get(Agents, "/glossary/new", editor::new),
        post(Agents, "/glossary/new", editor::create),
        get(Agents, "/glossary/gaps", editor::gaps),
        post(Agents, "/glossary/gaps", editor::wave_off),
        post(Leads, "/glossary/import", editor::import),
        get(SignedIn, "/glossary/{term}", pages::show),
        get(Agents, "/glossary/{term}/edit", editor::edit),
        post(Agents, "/glossary/{term}", editor::save),
        post(Agents, "/glossary/{term}/retire", editor::retire),
        get(SignedIn, "/requests/{item}/words", said::portal),
        get(Agents, "/work/{item}/words", said::workspace),
        get(SignedIn, "/api/v1/glossary", api::list)
            .op(op("All terms, by name").answers::<api::Terms>()),
        post(Agents, "/api/v1/glossary", api::create).op(op("Make a term")
            .body::<verbs::TermInput>()
            .answers::<Term>()
            .status(201)),
        get(SignedIn, "/api/v1/glossary/{term}", api::show).op(op("One term").answers::<Term>()),
        put(Agents, "/api/v1/glossary/{term}", api::change).op(op("Write a term anew")
            .body::<verbs::TermInput>()
            .answers::<Term>()),
        delete(Agents, "/api/v1/glossary/{term}", api::retire)
            .op(op("Take a term out of the glossary").status(204)),
        get(Agents, "/api/v1/glossary-gaps", api::gaps)
            .op(op("What people looked up in vain").answers::<api::Gaps>()),
        get(SignedIn, "/api/v1/requests/{item}/words", api::words).op(op(
            "A request in the words of IT or of marketing",
        )
        .query::<said::Asked>()
        .answers::<api::Said>()),
    ]
}
