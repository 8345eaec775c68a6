//! The knowledge base: answers that people find for themselves.
//!
//! | file | what it holds |
//! |---|---|
//! | [`model`] | articles, their texts in each language, drafts, versions; addresses of titles |
//! | [`store`] | the rows; finding is limited to what the actor may read |
//! | [`mod@write`] | drafts: begin, save, throw away, restore an old version |
//! | [`approval`] | submit, send back, approve |
//! | [`publish`] | what publishing does, and what is due at a time |
//! | [`settings`] | audience, owner, reviews, services, related articles |
//! | [`voices`] | "did this solve it?", and comments |
//! | [`images`] | pictures in articles |
//! | [`from_item`] | an answer drawn from a request |
//! | [`diff`] | what changed between two texts, word by word (pure) |
//! | [`read`] | what readers see: the list, an answer, parts of other pages |
//! | [`library`] | all articles for those who write, and beginning one |
//! | [`sheet`] | one article with its settings, versions, voices |
//! | [`editor`], [`keep`] | writing an answer; what is kept while one types |
//! | [`api`], [`api_write`] | the same as JSON |
//! | [`transfer`] | a folder of Markdown or HTML taken in, and given out |

pub mod api;
pub mod api_write;
pub mod approval;
pub mod diff;
pub mod editor;
pub mod from_item;
pub mod images;
pub mod keep;
pub mod library;
pub mod model;
pub mod publish;
pub mod read;
pub mod settings;
pub mod sheet;
pub mod store;
pub mod transfer;
pub mod voices;
pub mod write;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, patch, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    let mut all = pages();
    all.extend(reading());
    all.extend(writing());
    all
}

fn pages() -> Vec<Route> {
    use Access::{Agents, Public, SignedIn};
    vec![
        get(Public, "/answers", read::list),
        get(Public, "/answers/{article}", read::show),
        post(SignedIn, "/answers/{article}/judge", read::judge),
        post(SignedIn, "/answers/{article}/comments", read::comment),
        get(Public, "/article-images/{image}", read::image),
        get(Agents, "/knowledge", library::list),
        get(Agents, "/knowledge/new", library::ask),
        post(Agents, "/knowledge/new", library::create),
        post(Agents, "/knowledge/preview", keep::preview),
        get(Agents, "/knowledge/import", transfer::pages::show),
        post(Agents, "/knowledge/import", transfer::pages::import).unlimited_body(),
        get(Agents, "/knowledge/export", transfer::pages::download),
        get(Agents, "/knowledge/{article}", sheet::show),
        post(Agents, "/knowledge/{article}", sheet::change),
        post(Agents, "/knowledge/{article}/do", sheet::deed),
        get(Agents, "/knowledge/{article}/edit", editor::show),
        post(Agents, "/knowledge/{article}/edit", editor::act).unlimited_body(),
        post(Agents, "/knowledge/{article}/draft", keep::keep),
        post(Agents, "/knowledge/{article}/images", keep::upload).unlimited_body(),
        get(
            Agents,
            "/knowledge/{article}/versions/{number}",
            sheet::version,
        ),
        post(Agents, "/work/{item}/article", from_item::begin),
    ]
}

fn op(summary: &'static str) -> Op {
    Op::new("Articles", summary)
}

fn reading() -> Vec<Route> {
    use Access::{Agents, Public, SignedIn};
    vec![
        get(Public, "/api/v1/articles", api::list).op(op(
            "Published articles that you may read, newest first",
        )
        .query::<api::Asked>()
        .answers::<api::Articles>()),
        get(Public, "/api/v1/articles/{article}", api::read)
            .op(op("An article, by id or address").answers::<api::ArticleView>()),
        put(SignedIn, "/api/v1/articles/{article}/feedback", api::judge).op(op(
            "Say whether it solved your question",
        )
        .body::<api::Verdict>()
        .status(204)),
        get(Public, "/api/v1/articles/{article}/comments", api::comments)
            .op(op("Comments, oldest first").answers::<api::Comments>()),
        post(
            SignedIn,
            "/api/v1/articles/{article}/comments",
            api::comment,
        )
        .op(op("Comment on an article")
            .body::<api::NewComment>()
            .answers::<api::Made>()
            .status(201)),
        get(Agents, "/api/v1/failing-articles", api::failing).op(op(
            "Articles that help fewer than half of at least five who said so",
        )
        .answers::<api::FailingArticles>()),
    ]
}

fn writing() -> Vec<Route> {
    use Access::{Agents, SignedIn};
    vec![
        post(Agents, "/api/v1/articles", api_write::create).op(op("Begin an article")
            .body::<api_write::NewArticle>()
            .answers::<api::ArticleView>()
            .status(201)),
        patch(Agents, "/api/v1/articles/{article}", api_write::change).op(op(
            "Change audience, owner, reviews, services; archive it",
        )
        .body::<api_write::Settings>()
        .answers::<api::ArticleView>()),
        put(
            Agents,
            "/api/v1/articles/{article}/drafts/{lang}",
            api_write::save,
        )
        .op(op("Save the draft in a language")
            .body::<api_write::DraftWords>()
            .answers::<api::DraftView>()),
        delete(
            Agents,
            "/api/v1/articles/{article}/drafts/{lang}",
            api_write::discard,
        )
        .op(op("Throw a draft away").status(204)),
        post(
            Agents,
            "/api/v1/articles/{article}/drafts/{lang}/submission",
            api_write::submit,
        )
        .op(op("Ask for approval")
            .body::<api_write::Submission>()
            .answers::<api::DraftView>()),
        post(
            Agents,
            "/api/v1/articles/{article}/drafts/{lang}/decision",
            api_write::decide,
        )
        .op(op("Approve and publish, or send back")
            .body::<api_write::Decision>()
            .answers::<api::ArticleView>()),
        get(
            Agents,
            "/api/v1/articles/{article}/versions/{lang}",
            api_write::versions,
        )
        .op(op("Every text that was published, newest first").answers::<api_write::Versions>()),
        post(
            Agents,
            "/api/v1/articles/{article}/versions/{lang}/{number}/restore",
            api_write::restore,
        )
        .op(op("Take an old text as the draft").answers::<api::DraftView>()),
        patch(
            Agents,
            "/api/v1/articles/{article}/comments/{article_comment}",
            api::moderate,
        )
        .op(op("Show, hide, resolve or reopen a comment")
            .body::<api::Moderation>()
            .status(204)),
        post(Agents, "/api/v1/articles/{article}/images", keep::upload)
            .unlimited_body()
            .op(op("Add a picture, as the part `file`")
                .upload()
                .answers::<api::ImageView>()
                .status(201)),
        post(SignedIn, "/api/v1/requests/{item}/article", api_write::draw).op(op(
            "Draw an article from a request",
        )
        .answers::<api::ArticleView>()
        .status(201)),
        post(
            Agents,
            "/api/v1/article-imports",
            transfer::pages::api_import,
        )
        .unlimited_body()
        .op(
            op("Take in a ZIP of Markdown or HTML, as the part `file`, as drafts")
                .upload()
                .answers::<transfer::pages::Ledger>()
                .status(201),
        ),
        get(Agents, "/api/v1/article-export", transfer::pages::download).op(op(
            "All published articles as a ZIP of Markdown with pictures",
        )),
    ]
}
