//! One search over everything that the reader may see.
//!
//! | file | what it holds |
//! |---|---|
//! | [`words`] | text as words and stems (pure) |
//! | [`mod@index`], [`sqlite`], [`postgres`] | bags of words in the database, and questions to them |
//! | [`vocabulary`] | the words that occur: completing, slips, compounds |
//! | [`question`], [`synonyms`] | what was typed, and what it may stand for |
//! | [`document`] | what other slices put in, in the transaction that changes the thing |
//! | [`requests`], [`articles`], [`assets`], [`playbooks`], [`policies`] | their words, and who may see them |
//! | [`files`] | the text inside attachments |
//! | [`kinds`] | what can be found, and how each kind is asked what the reader may open |
//! | [`hits`] | the search itself, in steps |
//! | [`snippet`] | pieces of text with the found words marked (pure) |
//! | [`unmet`] | what was looked for in vain |
//! | [`pages`], [`suggest`], [`api`] | pages, what appears while one types, JSON |
//!
//! What is typed becomes plain words before it reaches the database, so no
//! character can upset the query. Who may see a thing is asked together with the
//! words, and once more of its slice before it is shown.

pub mod api;
pub mod articles;
pub mod assets;
pub mod document;
pub mod files;
pub mod hits;
pub mod index;
pub mod kinds;
mod pages;
pub mod playbooks;
pub mod policies;
mod postgres;
pub mod question;
pub mod requests;
pub mod snippet;
mod sqlite;
pub mod suggest;
pub mod synonyms;
pub mod unmet;
pub mod vocabulary;
pub mod words;

pub use hits::{Found, Hit, Wish, find};
pub use kinds::Kind;
pub use requests::{filtered, index, rebuild};

use mil_db::sql;

use crate::openapi::Op;
use crate::router::{Access, Route, get};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Agents, SignedIn};
    vec![
        get(SignedIn, "/search", pages::portal),
        get(SignedIn, "/search/suggest", suggest::part),
        get(Agents, "/work/search", pages::workspace),
        get(SignedIn, "/api/v1/search", api::search).op(Op::new(
            "Search",
            "Find what you may see: services, answers, requests and more",
        )
        .query::<api::Asked>()
        .answers::<api::Results>()),
    ]
}

/// What the index holds: 1 requests and answers, 2 assets, playbooks and
/// policies, too. What an earlier version of MIL left out is put in at the next
/// start.
const VERSION: i64 = 2;

/// Put into the index what an earlier version of MIL did not; the search finds
/// what is done so far.
///
/// # Errors
/// Those of the database.
pub async fn catch_up(app: &crate::App) -> crate::Result<()> {
    let known = sql("SELECT value FROM counter WHERE name = 'search_version'")
        .opt(&app.db)
        .await?;
    let known: i64 = known.map(|row| row.get("value")).transpose()?.unwrap_or(0);
    if known >= VERSION {
        return Ok(());
    }
    if known < 1 {
        let done = rebuild(app).await?;
        articles::rebuild(app).await?;
        tracing::info!(done, "requests and answers are in the search index");
    }
    assets::rebuild(app).await?;
    playbooks::rebuild(app).await?;
    policies::rebuild(app).await?;
    tracing::info!("assets, playbooks and policies are in the search index");
    let mut tx = app.db.begin().await?;
    sql(
        "INSERT INTO counter (name, value) VALUES ('search_version', $1)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(VERSION)
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Bring what is kept beside the index up to date; called every few seconds.
///
/// # Errors
/// Those of the database.
pub async fn tidy(app: &crate::App) -> crate::Result<()> {
    files::run(app, app.now()).await?;
    vocabulary::sweep(app).await?;
    Ok(())
}
