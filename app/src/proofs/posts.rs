//! What the forms of a round do, for people with accounts and for people with a
//! link; and the bytes behind the page.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::assets::take::as_file;
use crate::error::{Error, Result};
use crate::files::send;
use crate::i18n::t;
use crate::incidents::page::one;
use crate::portal::answers::find_person;
use crate::proofs::model::Verdict;
use crate::proofs::page::wrong;
use crate::proofs::rules::{Place, WHOLE};
use crate::proofs::store::{self, Who};
use crate::proofs::verbs::{self, Said};
use crate::proofs::{begin, invite, page};
use crate::web::input::Posted;
use crate::web::{Ctx, Flash, Me, see_other};

/// A share in percent, as typed, with a comma or a point.
fn part(field: &'static str, typed: &str) -> Result<Option<i64>> {
    if typed.is_empty() {
        return Ok(None);
    }
    let number: Option<f64> = typed.replace(',', ".").parse().ok();
    number
        .filter(|n| (0.0..=100.0).contains(n))
        .map(|n| Some((n * WHOLE as f64 / 100.0).round() as i64))
        .ok_or_else(|| Error::field(field, "Give a place between 0 and 100 percent."))
}

fn said(posted: &Posted) -> Result<Said> {
    let number = |name: &str| one(posted, name).parse().ok();
    let (x, y) = (part("x", one(posted, "x"))?, part("y", one(posted, "y"))?);
    let place = match (x, y) {
        (None, None) => None,
        (Some(x), Some(y)) => Some(Place {
            page: number("page").unwrap_or(1),
            x,
            y,
        }),
        (None, Some(_)) => return Err(Error::field("x", "Give both, or none.")),
        (Some(_), None) => return Err(Error::field("y", "Give both, or none.")),
    };
    Ok(Said {
        version: number("version"),
        place,
        body: one(posted, "body").to_owned(),
    })
}

/// Back to the page, where somebody was.
fn back(base: &str, posted: &Posted, text: &str) -> Response {
    let (v, page) = (one(posted, "version"), one(posted, "page"));
    let query = match (v.parse::<i64>(), page.parse::<i64>()) {
        (Ok(v), Ok(page)) => format!("?v={v}&page={page}"),
        _ => String::new(),
    };
    see_other(&format!("{base}{query}"), Some(Flash::new(text)))
}

/// What comes of a form: back to where somebody was, or the page again with what
/// is wrong and what was typed.
async fn settle(
    ctx: &Ctx,
    who: Who<'_>,
    id: &str,
    base: &str,
    posted: Posted,
    done: Result<&str>,
) -> Result<Response> {
    match done {
        Ok(text) => Ok(back(base, &posted, text)),
        Err(error) => wrong(ctx, who, id, base, posted, error).await,
    }
}

/// POST …/comments
pub async fn comment(
    ctx: &Ctx,
    who: Who<'_>,
    id: &str,
    base: &str,
    posted: Posted,
) -> Result<Response> {
    let done = match said(&posted) {
        Ok(said) => verbs::comment(ctx, who, id, &said).await,
        Err(error) => Err(error),
    };
    let done = done.map(|_| t!(ctx.lang(), "Your comment is there."));
    settle(ctx, who, id, base, posted, done).await
}

/// POST …/comments/{proof_comment}/replies
pub async fn reply(
    ctx: &Ctx,
    who: Who<'_>,
    (id, thread): (&str, &str),
    base: &str,
    posted: Posted,
) -> Result<Response> {
    let words = posted
        .0
        .iter()
        .find(|(name, _)| name.starts_with("reply"))
        .and_then(|(_, values)| values.first().cloned())
        .unwrap_or_default();
    let done = verbs::reply(ctx, who, id, thread, &words).await;
    let done = done.map(|_| t!(ctx.lang(), "Your answer is there."));
    settle(ctx, who, id, base, posted, done).await
}

/// POST …/comments/{proof_comment}/resolution
pub async fn resolve(
    ctx: &Ctx,
    who: Who<'_>,
    (id, thread): (&str, &str),
    base: &str,
    posted: Posted,
) -> Result<Response> {
    let resolved = one(&posted, "resolved") != "no";
    let text = if resolved {
        t!(ctx.lang(), "This is settled.")
    } else {
        t!(ctx.lang(), "This is open again.")
    };
    let done = verbs::resolve(ctx, who, id, thread, resolved).await;
    settle(ctx, who, id, base, posted, done.map(|()| text)).await
}

/// POST …/decision
pub async fn decide(
    ctx: &Ctx,
    who: Who<'_>,
    id: &str,
    base: &str,
    posted: Posted,
) -> Result<Response> {
    let done = async {
        let verdict = Verdict::from_key(one(&posted, "verdict"))
            .ok_or_else(|| Error::field("verdict", "Choose what you decide."));
        // Who may not decide hears that first.
        let (_, seat) = store::find(&ctx.app.db, who, id).await?;
        crate::policy::require(seat.reviewer.is_some())?;
        let (sha, why) = (one(&posted, "sha256"), one(&posted, "note"));
        verbs::decide(ctx, who, id, sha, verdict?, why).await
    };
    match done.await {
        Ok(()) => Ok(see_other(
            base,
            Some(Flash::new(t!(ctx.lang(), "Your decision is recorded."))),
        )),
        Err(error) => wrong(ctx, who, id, base, posted, error).await,
    }
}

/// GET …/pages/{proof_page}
pub async fn picture(
    ctx: &Ctx,
    who: Who<'_>,
    (id, page_id): (&str, &str),
    headers: &HeaderMap,
) -> Result<Response> {
    let (round, _) = store::find(&ctx.app.db, who, id).await?;
    let page = round
        .files
        .iter()
        .flat_map(|f| &f.pages)
        .find(|p| p.id == page_id)
        .ok_or(Error::NotFound)?;
    let ending = if page.media_type == "image/png" {
        "png"
    } else {
        "jpg"
    };
    let name = format!("{}.{ending}", page.number);
    let file = as_file(name, &page.media_type, page.size, &page.sha256, ctx.now);
    send::file(&ctx.app, &file, headers, false).await
}

/// GET …/files/{proof_file}
pub async fn open(
    ctx: &Ctx,
    who: Who<'_>,
    (id, file_id): (&str, &str),
    headers: &HeaderMap,
) -> Result<Response> {
    let (round, _) = store::find(&ctx.app.db, who, id).await?;
    let file = round.file_of(file_id).ok_or(Error::NotFound)?;
    let file = as_file(
        file.name.clone(),
        &file.media_type,
        file.size,
        &file.sha256,
        ctx.now,
    );
    send::file(&ctx.app, &file, headers, false).await
}

/// The handlers of people with accounts: the same, at `/proofs/{proof}`.
pub mod member {
    use super::*;

    fn base(id: &str) -> String {
        format!("/proofs/{id}")
    }

    /// POST /proofs/{proof}/comments
    pub async fn comment(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
        super::comment(&me, Who::Person(&me.actor), &id, &base(&id), posted).await
    }

    /// POST /proofs/{proof}/comments/{proof_comment}/replies
    pub async fn reply(
        me: Me,
        Path((id, thread)): Path<(String, String)>,
        posted: Posted,
    ) -> Result<Response> {
        super::reply(
            &me,
            Who::Person(&me.actor),
            (&id, &thread),
            &base(&id),
            posted,
        )
        .await
    }

    /// POST /proofs/{proof}/comments/{proof_comment}/resolution
    pub async fn resolve(
        me: Me,
        Path((id, thread)): Path<(String, String)>,
        posted: Posted,
    ) -> Result<Response> {
        super::resolve(
            &me,
            Who::Person(&me.actor),
            (&id, &thread),
            &base(&id),
            posted,
        )
        .await
    }

    /// POST /proofs/{proof}/decision
    pub async fn decide(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
        super::decide(&me, Who::Person(&me.actor), &id, &base(&id), posted).await
    }

    /// GET /proofs/{proof}/pages/{proof_page}
    pub async fn picture(
        me: Me,
        Path((id, page)): Path<(String, String)>,
        headers: HeaderMap,
    ) -> Result<Response> {
        super::picture(&me, Who::Person(&me.actor), (&id, &page), &headers).await
    }

    /// GET /proofs/{proof}/files/{proof_file}
    pub async fn open(
        me: Me,
        Path((id, file)): Path<(String, String)>,
        headers: HeaderMap,
    ) -> Result<Response> {
        super::open(&me, Who::Person(&me.actor), (&id, &file), &headers).await
    }

    /// POST /proofs/{proof}/reviewers
    pub async fn ask(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
        let done = async {
            runs(&me, &id).await?;
            let person = match (one(&posted, "person"), one(&posted, "person-text")) {
                ("", typed) => find_person(&me, "person", typed).await?,
                (id, _) => id.to_owned(),
            };
            invite::person(&me, &me.actor, &id, &person).await
        };
        let done = done.await;
        told(&me, &id, posted, done, t!(me.lang(), "They are asked now.")).await
    }

    /// POST /proofs/{proof}/reviewers/{proof_reviewer}/remove
    pub async fn unask(
        me: Me,
        Path((id, reviewer)): Path<(String, String)>,
        posted: Posted,
    ) -> Result<Response> {
        let done = invite::remove(&me, &me.actor, &id, &reviewer).await;
        told(
            &me,
            &id,
            posted,
            done,
            t!(me.lang(), "They are asked no more."),
        )
        .await
    }

    /// POST /proofs/{proof}/versions
    pub async fn renew(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
        let (file, what) = (one(&posted, "file"), one(&posted, "what"));
        let done = match runs(&me, &id).await {
            Ok(()) => begin::add_version(&me, &me.actor, &id, file, what).await,
            Err(error) => Err(error),
        };
        let text = t!(
            me.lang(),
            "The new version is there. Its pages are being made."
        );
        told(&me, &id, posted, done, text).await
    }

    /// POST /proofs/{proof}/close
    pub async fn close(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
        let done = verbs::close(&me, &me.actor, &id, true).await;
        told(
            &me,
            &id,
            posted,
            done,
            t!(me.lang(), "The round is closed."),
        )
        .await
    }

    /// POST /proofs/{proof}/reopen
    pub async fn reopen(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
        let done = verbs::close(&me, &me.actor, &id, false).await;
        told(
            &me,
            &id,
            posted,
            done,
            t!(me.lang(), "The round is open again."),
        )
        .await
    }

    /// Who may not run it hears that before what is wrong with the form.
    async fn runs(me: &Me, id: &str) -> Result<()> {
        let (_, seat) = store::find(&me.app.db, Who::Person(&me.actor), id).await?;
        crate::policy::require(seat.runs)
    }

    async fn told(
        me: &Me,
        id: &str,
        posted: Posted,
        done: Result<()>,
        text: &str,
    ) -> Result<Response> {
        match done {
            Ok(()) => Ok(see_other(&base(id), Some(Flash::new(text)))),
            Err(error) => {
                page::wrong(me, Who::Person(&me.actor), id, &base(id), posted, error).await
            }
        }
    }
}
