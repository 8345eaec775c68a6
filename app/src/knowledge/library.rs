//! All articles, for those who write them; and beginning one.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_db::{Where, sql};
use serde::Deserialize;

use crate::error::Result;
use crate::i18n::{Lang, fmt, t};
use crate::incidents::page::one;
use crate::knowledge::model::Audience;
use crate::knowledge::read::native;
use crate::knowledge::store;
use crate::knowledge::voices;
use crate::knowledge::write::{self, New, Words};
use crate::policy;
use crate::ui::block::{Tone, empty, notice, pill};
use crate::ui::button::{Button, Kind, Seg, Size, button, link_button, seg};
use crate::ui::choice::{Opt, checks, select};
use crate::ui::field::{Field, text};
use crate::ui::shell::{bar, bar_back};
use crate::web::input::Posted;
use crate::web::{Me, Query, Wrong, see_other, shell};

/// Which articles.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Asked {
    pub show: Option<String>,
    pub q: Option<String>,
    pub after: Option<String>,
}

struct Row {
    id: String,
    title: String,
    audience: Audience,
    owner: Option<String>,
    live: bool,
    drafts: i64,
    waiting: i64,
    review_on: Option<jiff::civil::Date>,
}

async fn rows(me: &Me, asked: &Asked) -> Result<Vec<Row>> {
    let show = asked.show.as_deref().unwrap_or_default();
    let mut filter = Where::new();
    if show == "archived" {
        filter.and("a.archived_at IS NOT NULL", []);
    } else {
        filter.and("a.archived_at IS NULL", []);
    }
    match show {
        "drafts" => {
            filter.and(
                "EXISTS (SELECT 1 FROM article_draft d WHERE d.article_id = a.id)",
                [],
            );
        }
        "approval" => {
            filter.and("EXISTS (SELECT 1 FROM article_draft d WHERE d.article_id = a.id AND d.submitted_at IS NOT NULL AND d.publish_at IS NULL)", []);
        }
        "overdue" => {
            filter.and(
                "a.review_on IS NOT NULL AND a.review_on <= ?",
                [me.today().to_string().into()],
            );
        }
        "comments" => {
            filter.and("EXISTS (SELECT 1 FROM article_comment m WHERE m.article_id = a.id AND m.resolved_at IS NULL AND m.hidden_at IS NULL AND m.internal_at IS NULL)", []);
        }
        _ => {}
    }
    for w in asked
        .q
        .as_deref()
        .unwrap_or_default()
        .split_whitespace()
        .take(8)
    {
        store::word(&mut filter, "LOWER(COALESCE(t.title, d.title, ''))", w);
    }
    if let Some(after) = &asked.after {
        filter.and(
            "(a.updated_at, a.id) < (SELECT b.updated_at, b.id FROM article b WHERE b.id = ?)",
            [after.as_str().into()],
        );
    }
    sql(format!(
        "SELECT a.id, a.audience, a.published_at, a.archived_at, a.expires_at, a.review_on, o.name AS owner,
            COALESCE(t.title, d.title, (SELECT MIN(x.title) FROM article_draft x WHERE x.article_id = a.id), '') AS title,
            (SELECT COUNT(*) FROM article_draft x WHERE x.article_id = a.id) AS drafts,
            (SELECT COUNT(*) FROM article_draft x WHERE x.article_id = a.id AND x.submitted_at IS NOT NULL) AS waiting
         FROM article a LEFT JOIN article_text t ON t.article_id = a.id AND t.lang = a.lang
         LEFT JOIN article_draft d ON d.article_id = a.id AND d.lang = a.lang
         LEFT JOIN person o ON o.id = a.owner_id
         WHERE {} ORDER BY a.updated_at DESC, a.id DESC LIMIT 51",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(&me.app.db)
    .await?
    .iter()
    .map(|row| {
        let expires: Option<i64> = row.get("expires_at")?;
        Ok(Row {
            id: row.get("id")?,
            title: row.get("title")?,
            audience: Audience::from_key(&row.get::<String>("audience")?).unwrap_or(Audience::Internal),
            owner: row.get("owner")?,
            live: row.get::<Option<i64>>("published_at")?.is_some() && row.get::<Option<i64>>("archived_at")?.is_none()
                && expires.is_none_or(|at| at > me.now.as_microsecond()),
            drafts: row.get("drafts")?,
            waiting: row.get("waiting")?,
            review_on: row.get::<Option<String>>("review_on")?.and_then(|d| d.parse().ok()),
        })
    })
    .collect()
}

/// GET /knowledge
pub async fn list(me: Me, Query(asked): Query<Asked>) -> Result<Response> {
    if !policy::writes_articles(&me.actor) {
        // Whoever does not write reads.
        return Ok(see_other("/answers", None));
    }
    let lang = me.lang();
    let mut found = rows(&me, &asked).await?;
    let more = found.len() > 50;
    found.truncate(50);
    let show = asked.show.clone().unwrap_or_default();
    let failing = if show.is_empty() {
        voices::failing(&me.app.db, 5).await?
    } else {
        Vec::new()
    };
    let view = |key: &'static str, label: &'static str| (key, label);
    let views = [
        view("", t!(lang, "All")),
        view("approval", t!(lang, "To approve")),
        view("drafts", t!(lang, "Drafts")),
        view("overdue", t!(lang, "To check")),
        view("comments", t!(lang, "Comments")),
    ];
    let hrefs: Vec<String> = views
        .iter()
        .map(|(k, _)| {
            if k.is_empty() {
                "/knowledge".to_owned()
            } else {
                format!("/knowledge?show={k}")
            }
        })
        .collect();
    let segs: Vec<Seg<'_>> = views
        .iter()
        .zip(&hrefs)
        .map(|((k, label), href)| Seg {
            label,
            href,
            current: *k == show,
            ..Seg::default()
        })
        .collect();
    let end = html! { (link_button("/knowledge/new", Button { label: t!(lang, "New answer"), kind: Kind::Primary, size: Size::Small, key: "c", ..Button::default() })) };
    let q = asked.q.clone().unwrap_or_default();
    let body = html! {
        (bar(t!(lang, "Answers"), seg(t!(lang, "Show"), &segs), end))
        div class="panel-body stack" {
            form method="get" action="/knowledge" role="search" class="row" {
                @if !show.is_empty() { input type="hidden" name="show" value=(show); }
                (text(lang, &Field { name: "q", label: t!(lang, "Words in the title"), value: &q, ..Field::default() }))
                (button(Button { label: t!(lang, "Show"), ..Button::default() }))
                a class="small" href="/knowledge/import" { (t!(lang, "Import and export")) }
                a class="small" href="/knowledge?show=archived" { (t!(lang, "Archived ones")) }
            }
            @if !failing.is_empty() {
                (notice(Tone::Warn, "alert", t!(lang, "These answers help fewer than half of those who said so."), html! {
                    ul class="plain" { @for f in &failing { li { a href={ "/knowledge/" (f.id) } { (f.title) } " · " (t!(lang, "{solved} of {n}", solved = f.score.solved, n = f.score.all)) } } }
                }))
            }
            @if found.is_empty() {
                (empty("book", t!(lang, "Nothing here"), t!(lang, "When there is something to do, it stands here."), html! { a href="/knowledge/new" { (t!(lang, "Write an answer")) } }))
            }
            ul class="plain-list rq" { @for r in &found { (line(&me, r)) } }
            @if more { @if let Some(last) = found.last() { p { a class="btn btn-line" href={ "/knowledge?show=" (show) "&after=" (last.id) } { (t!(lang, "Older")) } } } }
        }
    };
    Ok(
        shell::workspace(&me, "/knowledge", t!(lang, "Answers"), body)
            .await?
            .into_response(),
    )
}

fn line(me: &Me, r: &Row) -> Markup {
    let lang = me.lang();
    html! {
        li {
            div {
                a class="ttl" href={ "/knowledge/" (r.id) } { (r.title) }
                p class="small muted" { (lang.t(r.audience.label())) @if let Some(owner) = &r.owner { " · " (owner) } }
            }
            span class="row" {
                @if !r.live { (pill(Tone::Line, "lock", t!(lang, "Not published"))) }
                @if r.waiting > 0 { (pill(Tone::Info, "eye", t!(lang, "Waits for approval"))) }
                @else if r.drafts > 0 { (pill(Tone::Line, "edit", t!(lang, "Draft"))) }
                @if let Some(day) = r.review_on.filter(|d| *d <= me.today()) { (pill(Tone::Warn, "clock", &t!(lang, "To check since {day}", day = fmt::day(lang, day, me.today())))) }
            }
        }
    }
}

fn audiences(lang: Lang, chosen: Audience) -> Vec<(Audience, &'static str, bool)> {
    Audience::ALL
        .into_iter()
        .map(|a| {
            (
                a,
                match lang {
                    Lang::En => a.label(),
                    Lang::De => lang.t(a.label()),
                },
                a == chosen,
            )
        })
        .collect()
}

async fn departments(me: &Me, chosen: &[String]) -> Result<Vec<(String, String, bool)>> {
    Ok(crate::people::store::departments(&me.app.db)
        .await?
        .into_iter()
        .filter(|d| !d.archived)
        .map(|d| {
            let on = chosen.contains(&d.id);
            (d.id, d.name, on)
        })
        .collect())
}

/// Whom it is for, as two fields.
pub(super) async fn whom(
    me: &Me,
    audience: Audience,
    chosen: &[String],
    wrong: &Wrong,
) -> Result<Markup> {
    let lang = me.lang();
    let all = audiences(lang, audience);
    let opts: Vec<Opt<'_>> = all
        .iter()
        .map(|(a, label, on)| Opt {
            value: a.key(),
            label,
            chosen: *on,
            ..Opt::default()
        })
        .collect();
    let list = departments(me, chosen).await?;
    let deps: Vec<Opt<'_>> = list
        .iter()
        .map(|(id, name, on)| Opt {
            value: id,
            label: name,
            chosen: *on,
            ..Opt::default()
        })
        .collect();
    Ok(html! {
        (select(lang, &Field { name: "audience", label: t!(lang, "Who may read it"), error: wrong.at("audience"), ..Field::default() }, &opts, None))
        details open[audience == Audience::Departments || !wrong.at("departments").is_empty()] { summary { (t!(lang, "Departments, if it is for some only")) }
            (checks(lang, &Field { name: "departments", label: t!(lang, "Departments"), error: wrong.at("departments"), ..Field::default() }, &deps, true)) }
    })
}

/// GET /knowledge/new
pub async fn ask(me: Me) -> Result<Response> {
    policy::require(policy::writes_articles(&me.actor))?;
    new_page(&me, &Wrong::default(), &Posted(Default::default())).await
}

async fn new_page(me: &Me, wrong: &Wrong, posted: &Posted) -> Result<Response> {
    let lang = me.lang();
    let chosen = posted.0.get("departments").cloned().unwrap_or_default();
    let audience = Audience::from_key(one(posted, "audience")).unwrap_or_default();
    let langs = [Lang::En, Lang::De].map(|l| Opt {
        value: l.code(),
        label: native(l),
        chosen: l == lang,
        ..Opt::default()
    });
    let body = html! {
        (bar_back(t!(lang, "Answers"), "/knowledge", "", html! {}))
        div class="panel-body stack measure" {
            h1 { (t!(lang, "New answer")) }
            (wrong.summary(lang))
            form method="post" action="/knowledge/new" class="stack" {
                (text(lang, &Field { hint: t!(lang, "The question, as people ask it."), max_length: Some(160), ..wrong.field("title", t!(lang, "Title"), one(posted, "title")) }))
                (select(lang, &Field { name: "lang", label: t!(lang, "Language of the original"), ..Field::default() }, &langs, None))
                (text(lang, &Field { optional: true, ..wrong.field("category", t!(lang, "Category"), one(posted, "category")) }))
                (whom(me, audience, &chosen, wrong).await?)
                div { (button(Button { label: t!(lang, "Begin to write"), kind: Kind::Primary, ..Button::default() })) }
            }
        }
    };
    Ok((
        wrong.status(),
        shell::workspace(me, "/knowledge", t!(lang, "New answer"), body).await?,
    )
        .into_response())
}

/// POST /knowledge/new
pub async fn create(me: Me, posted: Posted) -> Result<Response> {
    let new = New {
        lang: Lang::from_code(one(&posted, "lang")).unwrap_or(me.lang()),
        audience: Audience::from_key(one(&posted, "audience")).unwrap_or_default(),
        departments: posted.0.get("departments").cloned().unwrap_or_default(),
        category: Some(one(&posted, "category")),
        item_id: None,
        words: Words {
            title: Some(one(&posted, "title").to_owned()),
            ..Words::default()
        },
    };
    match write::create(&me, &me.actor, new).await {
        Ok((article, _)) => Ok(see_other(&format!("/knowledge/{}/edit", article.id), None)),
        Err(error) => new_page(&me, &Wrong::of(me.lang(), error)?, &posted).await,
    }
}
