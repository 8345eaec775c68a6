//! Answers as readers see them: the list, an answer, what they say of it.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_db::{Where, sql};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::files::send;
use crate::glossary::explain::Explain;
use crate::i18n::{Lang, fmt, t, tn};
use crate::incidents::page::one;
use crate::knowledge::model::{Article, Text, lags, suited};
use crate::knowledge::store::{self, Listed, Wanted};
use crate::knowledge::{images, voices};
use crate::policy;
use crate::ui::block::{Tone, crumbs, empty, notice, pill, section_head};
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::field::{Field, text, textarea};
use crate::ui::icon::icon;
use crate::web::input::Posted;
use crate::web::{Ctx, Flash, Me, Query, article as render, markdown, see_other, shell};

/// How many answers a page shows.
pub const PAGE: i64 = 30;

/// Which answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Asked {
    pub q: Option<String>,
    pub category: Option<String>,
    pub after: Option<String>,
}

/// Categories with answers for this reader: id, name, how many.
async fn categories(ctx: &Ctx) -> Result<Vec<(String, String, i64)>> {
    let mut filter = Where::new();
    policy::live_articles(ctx.now, &mut filter);
    policy::visible_articles(ctx.actor.as_deref(), ctx.now, &mut filter);
    sql(format!(
        "SELECT c.id, c.name, c.position, COUNT(*) AS n FROM article a JOIN article_category c ON c.id = a.category_id
         WHERE {} GROUP BY c.id, c.name, c.position ORDER BY c.position, c.name",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(&ctx.app.db)
    .await?
    .iter()
    .map(|row| Ok((row.get("id")?, row.get("name")?, row.get("n")?)))
    .collect()
}

/// GET /answers
pub async fn list(ctx: Ctx, Query(asked): Query<Asked>) -> Result<Markup> {
    let lang = ctx.lang();
    let actor = ctx.actor.as_deref();
    let q = asked.q.clone().unwrap_or_default();
    let wanted = Wanted {
        words: &q,
        category: asked.category.as_deref(),
        after: asked.after.as_deref(),
        ..Wanted::default()
    };
    let mut found = store::list(&ctx.app.db, actor, ctx.now, lang, &wanted, PAGE + 1).await?;
    let more = found.len() as i64 > PAGE;
    found.truncate(usize::try_from(PAGE).unwrap_or(0));
    let groups = categories(&ctx).await?;
    let chosen = asked.category.clone().unwrap_or_default();
    let address = |category: &str, after: &str| {
        use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
        let mut pairs = Vec::new();
        for (name, value) in [("q", q.as_str()), ("category", category), ("after", after)] {
            if !value.is_empty() {
                pairs.push(format!(
                    "{name}={}",
                    utf8_percent_encode(value, NON_ALPHANUMERIC)
                ));
            }
        }
        format!("/answers?{}", pairs.join("&"))
    };
    let filtered = !q.is_empty() || !chosen.is_empty();
    let body = html! {
        div class="wrap" {
            h1 class="mt-6" { (t!(lang, "Answers")) }
            p class="muted mt-2 measure" { (t!(lang, "Most questions were asked before. Look here first: it takes a minute and nobody has to wait.")) }
            form class="row mt-4" method="get" action="/answers" role="search" {
                @if !chosen.is_empty() { input type="hidden" name="category" value=(chosen); }
                (text(lang, &Field { name: "q", label: t!(lang, "Words in the answer"), value: &q, ..Field::default() }))
                (button(Button { label: t!(lang, "Search"), kind: Kind::Primary, ..Button::default() }))
            }
            @if !groups.is_empty() {
                nav class="row mt-4 wrap-row" aria-label=(t!(lang, "Categories")) {
                    a class={ "chip" @if chosen.is_empty() { " on" } } href=(address("", "")) aria-current=[chosen.is_empty().then_some("true")] { (t!(lang, "All")) }
                    @for (id, name, n) in &groups {
                        a class={ "chip" @if *id == chosen { " on" } } href=(address(id, "")) aria-current=[(*id == chosen).then_some("true")] { (name) " " span class="count" { (n) } }
                    }
                }
            }
            @if found.is_empty() && filtered {
                (empty("search", t!(lang, "No answer has these words"), t!(lang, "Try fewer or other words, or order what you need."),
                    html! { a href="/answers" { (t!(lang, "Clear filters")) } " · " a href="/catalog" { (t!(lang, "To the catalog")) } }))
            } @else if found.is_empty() {
                (empty("book", t!(lang, "There are no answers yet"), t!(lang, "They appear here as soon as they are published for you."), html! {}))
            }
            ul class="plain-list stack mt-6 answers" { @for a in &found { (line(lang, a)) } }
            @if more { @if let Some(last) = found.last() {
                p class="mt-4" { a class="btn btn-line" rel="next" href=(address(&chosen, &last.id)) { (t!(lang, "Older")) } }
            } }
        }
    };
    shell::portal(&ctx, "/answers", t!(lang, "Answers"), body).await
}

fn line(lang: Lang, a: &Listed) -> Markup {
    html! {
        li {
            h2 class="s16" { a href=(a.href()) lang=[(a.lang != lang).then_some(a.lang.code())] { (a.title) } }
            @if !a.summary.is_empty() { p class="muted measure" lang=[(a.lang != lang).then_some(a.lang.code())] { (a.summary) } }
        }
    }
}

/// The newest answers on the start page.
pub async fn on_home(me: &Me) -> Result<Markup> {
    let lang = me.lang();
    let found = store::list(
        &me.app.db,
        Some(&me.actor),
        me.now,
        lang,
        &Wanted::default(),
        6,
    )
    .await?;
    if found.is_empty() {
        return Ok(html! {});
    }
    let all = store::count(&me.app.db, Some(&me.actor), me.now).await?;
    Ok(html! {
        section class="section" aria-labelledby="h-answers" {
            (section_head("h-answers", t!(lang, "Answers"), "/answers", &tn!(lang, all, "{n} answer", "All {n} answers")))
            (links(lang, &found, "answer-grid"))
        }
    })
}

fn links(lang: Lang, found: &[Listed], class: &str) -> Markup {
    html! {
        ul class={ "plain-list " (class) } {
            @for a in found { li { a href=(a.href()) lang=[(a.lang != lang).then_some(a.lang.code())] { (a.title) } } }
        }
    }
}

/// Answers about a service, where it is ordered.
pub async fn of_service(me: &Me, service_id: &str) -> Result<Markup> {
    let lang = me.lang();
    let wanted = Wanted {
        service: Some(service_id),
        ..Wanted::default()
    };
    let found = store::list(&me.app.db, Some(&me.actor), me.now, lang, &wanted, 6).await?;
    Ok(html! {
        @if !found.is_empty() {
            section class="card" aria-labelledby="h-help" {
                h2 class="rail-h" id="h-help" { (t!(lang, "Perhaps you need not order")) }
                (links(lang, &found, "stack"))
            }
        }
    })
}

/// Articles beside this one that the reader may open.
async fn related(ctx: &Ctx, article: &Article) -> Result<Vec<Listed>> {
    let ids: Vec<String> = sql("SELECT CASE WHEN first_id = $1 THEN second_id ELSE first_id END AS id FROM article_relation
         WHERE first_id = $1 OR second_id = $1 ORDER BY id")
        .bind(&article.id)
        .column("id", &ctx.app.db)
        .await?;
    let mut found = store::list(
        &ctx.app.db,
        ctx.actor.as_deref(),
        ctx.now,
        ctx.lang(),
        &Wanted::default(),
        500,
    )
    .await?;
    found.retain(|l| ids.contains(&l.id));
    Ok(found)
}

/// How an answer is opened.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Open {
    pub lang: Option<String>,
    pub print: Option<String>,
    /// Say why it did not help.
    pub why: Option<String>,
}

/// The text of an article for this reader; in `wanted` if there is one.
pub fn chosen<'a>(
    texts: &'a [Text],
    ctx: &Ctx,
    article: &Article,
    wanted: Option<&str>,
) -> Option<&'a Text> {
    let asked = wanted.and_then(Lang::from_code);
    suited(texts, asked.unwrap_or(ctx.lang()), article.lang)
}

/// GET /answers/{article}
pub async fn show(
    ctx: Ctx,
    Path(word): Path<String>,
    Query(open): Query<Open>,
) -> Result<Response> {
    let lang = ctx.lang();
    let actor = ctx.actor.as_deref();
    let article = store::find(&ctx.app.db, actor, ctx.now, &word).await?;
    let texts = store::texts(&ctx.app.db, &article.id).await?;
    let Some(seen) = chosen(&texts, &ctx, &article, open.lang.as_deref()) else {
        // Only drafts so far: those who write find it in the workspace.
        return Ok(see_other(&format!("/knowledge/{}", article.id), None));
    };
    if seen.slug != word {
        let query = ctx
            .uri
            .split_once('?')
            .map(|(_, q)| format!("?{q}"))
            .unwrap_or_default();
        return Ok(see_other(&format!("{}{query}", seen.href()), None));
    }
    // Who is not signed in cannot open the glossary, so nothing leads there.
    let book = match actor {
        Some(_) => ctx.app.glossary().await?,
        None => Default::default(),
    };
    let mut explain = Explain::new(&book, lang, "article");
    let made = render::article_with(&seen.body, t!(lang, "Table"), &mut |plain| {
        explain.text(plain)
    });
    let writes = actor.is_some_and(policy::writes_articles);
    let when = |at| fmt::when(lang, at, ctx.now, &ctx.prefs.zone);
    let others: Vec<&Text> = texts.iter().filter(|t| t.lang != seen.lang).collect();
    let head = html! {
        h1 lang=(seen.lang.code()) { (seen.title) }
        @if !seen.summary.is_empty() { p class="lead muted mt-2" lang=(seen.lang.code()) { (seen.summary) } }
        p class="small muted mt-2" {
            @if let Some(at) = article.checked_at { (t!(lang, "Last checked {when}", when = when(at))) }
            @if let Some(owner) = article.owner.as_deref().filter(|_| actor.is_some()) { " · " (owner) }
            @for other in &others { " · " a href={ (other.href()) "?lang=" (other.lang.code()) } lang=(other.lang.code()) hreflang=(other.lang.code()) { (native(other.lang)) } }
        }
        @if !article.is_live(ctx.now) { div class="mt-4" { (notice(Tone::Warn, "lock", t!(lang, "Readers do not see this answer now."), html! {})) } }
        @if seen.lang != lang && open.lang.is_none() { div class="mt-4" { (notice(Tone::Plain, "globe", "", html! { (t!(lang, "There is no translation into your language yet.")) })) } }
        @if lags(seen, &texts, article.lang) { div class="mt-4" {
            (notice(Tone::Warn, "globe", t!(lang, "This translation is older than the original."), html! {
                @if let Some(o) = texts.iter().find(|t| t.lang == article.lang) { a href={ (o.href()) "?lang=" (o.lang.code()) } { (t!(lang, "Read the original")) } } }))
        } }
    };
    let prose = html! { div class="prose article mt-4" lang=(seen.lang.code()) { (made.html) } };
    if open.print.is_some() {
        return Ok(shell::bare(&ctx, &seen.title, html! { article class="printed" { (head) (prose) p class="small muted mt-6" { (ctx.app.config.public_url) (seen.href()) } } }).into_response());
    }
    let beside = related(&ctx, &article).await?;
    let services = services(&ctx, &article).await?;
    let score = store::score(&ctx.app.db, &article.id).await?;
    let aside = html! {
        (render::contents(&made.headings, t!(lang, "On this page")))
        @if !services.is_empty() {
            section class="card" { h2 class="rail-h" { (t!(lang, "If you need more")) }
                ul class="plain-list stack" { @for (slug, name) in &services { li { a href={ "/catalog/" (slug) } { (name) } } } } }
        }
        @if !beside.is_empty() {
            section class="card" { h2 class="rail-h" { (t!(lang, "Related answers")) } (links(lang, &beside, "stack")) }
        }
        @if writes {
            section class="card" { h2 class="rail-h" { (t!(lang, "For those who write")) }
                @if let Some(percent) = score.percent() { p { (t!(lang, "Solved it for {percent}% of {n}", percent = percent, n = score.all)) } }
                @else { p class="muted" { (t!(lang, "Nobody has said yet whether it helps.")) } }
                div class="mt-3" { (link_button(&format!("/knowledge/{}", article.id), Button { label: t!(lang, "Edit and versions"), size: Size::Small, ..Button::default() })) }
            }
        }
        p { a class="small" href={ (seen.href()) "?print=yes&lang=" (seen.lang.code()) } { (t!(lang, "To print")) } }
    };
    let main = html! {
        (crumbs(lang, &[(t!(lang, "Answers"), "/answers"), (article.category.as_deref().unwrap_or_default(),
            &article.category_id.as_ref().map(|c| format!("/answers?category={c}")).unwrap_or_default())]))
        article { (head) (prose) }
        (question(&ctx, &article, seen, open.why.is_some()).await?)
        (talk(&ctx, &article, seen).await?)
    };
    let body = html! { div class="wrap" { div class="cols" { div { (main) } aside class="stack" aria-label=(t!(lang, "About this answer")) { (aside) } } } };
    Ok(shell::portal(&ctx, "/answers", &seen.title, body)
        .await?
        .into_response())
}

/// The name of a language in itself.
pub fn native(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "English",
        Lang::De => "Deutsch",
    }
}

/// Services of an article that the reader may order: slug and name.
async fn services(ctx: &Ctx, article: &Article) -> Result<Vec<(String, String)>> {
    let Some(actor) = ctx.actor.as_deref() else {
        return Ok(Vec::new());
    };
    let catalog = ctx.app.catalog().await?;
    let ids: Vec<String> = sql("SELECT service_id FROM article_service WHERE article_id = $1")
        .bind(&article.id)
        .column("service_id", &ctx.app.db)
        .await?;
    Ok(catalog
        .offered_to(actor)
        .filter(|s| ids.contains(&s.id))
        .map(|s| (s.slug.clone(), s.name.clone()))
        .collect())
}

/// "Did this solve it?"
async fn question(ctx: &Ctx, article: &Article, seen: &Text, why: bool) -> Result<Markup> {
    let lang = ctx.lang();
    let Some(actor) = ctx.actor.as_deref() else {
        return Ok(
            html! { p class="muted mt-6" { a href={ "/sign-in?next=" (seen.href()) } { (t!(lang, "Sign in to say whether this helped, or to comment.")) } } },
        );
    };
    let said = voices::own(&ctx.app.db, actor, &article.id, seen.lang, seen.number).await?;
    let no = said.as_ref().is_some_and(|s| !s.solved);
    let choose = |value: &'static str, label: &str, icon: &'static str, set: bool| {
        html! { button class={ "btn" @if set { " btn-primary" } } name="solved" value=(value) aria-pressed=(set.to_string()) { (crate::ui::icon::icon(icon)) (label) } }
    };
    Ok(html! {
        section class="card mt-6" id="solved" aria-labelledby="h-solved" {
            h2 class="s16" id="h-solved" { (t!(lang, "Did this solve it?")) }
            form class="mt-3" method="post" action={ (seen.href()) "/judge" } {
                input type="hidden" name="lang" value=(seen.lang.code());
                div class="row" {
                    (choose("yes", t!(lang, "Yes, it did"), "check", said.as_ref().is_some_and(|s| s.solved)))
                    (choose("no", t!(lang, "No"), "x", no))
                }
            }
            @if said.as_ref().is_some_and(|s| s.solved) { p class="mt-3" role="status" { (t!(lang, "We are glad. You can change your answer at any time.")) } }
            @if no || why {
                form class="mt-3 stack" method="post" action={ (seen.href()) "/judge" } {
                    input type="hidden" name="lang" value=(seen.lang.code());
                    input type="hidden" name="solved" value="no";
                    (textarea(lang, &Field { name: "reason", label: t!(lang, "What was missing?"), optional: true,
                        hint: t!(lang, "Whoever keeps this answer reads it, without your name."),
                        value: said.as_ref().map_or("", |s| s.reason.as_str()), ..Field::default() }, 3))
                    div { (button(Button { label: t!(lang, "Send"), ..Button::default() })) }
                }
            }
        }
    })
}

/// POST /answers/{article}/judge
pub async fn judge(me: Me, Path(word): Path<String>, posted: Posted) -> Result<Response> {
    let lang = Lang::from_code(one(&posted, "lang")).unwrap_or(me.lang());
    let solved = match one(&posted, "solved") {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::field("solved", "Say yes or no.")),
    };
    let article =
        voices::judge(&me, &me.actor, &word, lang, solved, one(&posted, "reason")).await?;
    let texts = store::texts(&me.app.db, &article.id).await?;
    let href = texts
        .iter()
        .find(|t| t.lang == lang)
        .map_or("/answers".to_owned(), Text::href);
    let said = if solved {
        t!(me.lang(), "Good to know, thank you.")
    } else {
        t!(me.lang(), "Thank you. We will make it better.")
    };
    Ok(see_other(
        &format!("{href}?lang={}#solved", lang.code()),
        Some(Flash::new(said)),
    ))
}

async fn talk(ctx: &Ctx, article: &Article, seen: &Text) -> Result<Markup> {
    let lang = ctx.lang();
    let mut list = voices::comments(&ctx.app.db, ctx.actor.as_deref(), &article.id).await?;
    // What is hidden or internal is dealt with in the workspace.
    list.retain(|c| !c.hidden && !c.internal && c.resolved_at.is_none());
    if list.is_empty() && ctx.actor.is_none() {
        return Ok(html! {});
    }
    let id = ctx.actor.as_deref().map_or("", |a| a.id.as_str());
    Ok(html! {
        section class="mt-6" id="comments" aria-labelledby="h-comments" {
            h2 class="s16" id="h-comments" { (t!(lang, "Comments")) }
            ul class="feed mt-3" {
                @for c in &list { li id={ "c-" (c.id) } {
                    (crate::ui::block::avatar_l(&c.author))
                    article class="say" {
                        header { b { (c.author) } " · " time datetime=(c.created_at.to_string()) { (fmt::when(lang, c.created_at, ctx.now, &ctx.prefs.zone)) }
                            @if !c.shown && c.author_id == id { " " (pill(Tone::Line, "clock", t!(lang, "Only you see this so far"))) } }
                        div class="prose" { (markdown(&c.body)) }
                    }
                } }
            }
            @if ctx.actor.is_some() {
                form class="stack mt-4" method="post" action={ (seen.href()) "/comments" } data-guard {
                    (textarea(lang, &Field { name: "body", label: t!(lang, "Comment on this answer"),
                        hint: t!(lang, "Others read it once we have looked at it."), ..Field::default() }, 3))
                    div { (button(Button { label: t!(lang, "Send comment"), ..Button::default() })) }
                }
            }
        }
    })
}

/// POST /answers/{article}/comments
pub async fn comment(me: Me, Path(word): Path<String>, posted: Posted) -> Result<Response> {
    voices::comment(&me, &me.actor, &word, one(&posted, "body"), false).await?;
    let article = store::find(&me.app.db, Some(&me.actor), me.now, &word).await?;
    let texts = store::texts(&me.app.db, &article.id).await?;
    let href = suited(&texts, me.lang(), article.lang).map_or("/answers".to_owned(), Text::href);
    Ok(see_other(
        &format!("{href}#comments"),
        Some(Flash::new(t!(me.lang(), "Comment sent."))),
    ))
}

/// GET /article-images/{image}: who sees the article sees it. Only what really
/// is a picture was taken in, so it is shown by the browser.
pub async fn image(ctx: Ctx, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    let file = images::find(&ctx.app.db, ctx.actor.as_deref(), ctx.now, &id).await?;
    send::file(&ctx.app, &file, &headers, false).await
}

/// A mark for an audience that is not plain staff.
pub fn audience(lang: Lang, a: crate::knowledge::model::Audience) -> Markup {
    html! { span class="small muted row" { (icon("users")) (lang.t(a.label())) } }
}
