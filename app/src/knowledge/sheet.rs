//! One article for those who write: settings, versions, voices and comments.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_db::sql;

use crate::error::{Error, Result};
use crate::i18n::{Lang, fmt, t};
use crate::incidents::page::{instant, one};
use crate::knowledge::editor::writable;
use crate::knowledge::library::whom;
use crate::knowledge::model::{Article, Audience};
use crate::knowledge::read::native;
use crate::knowledge::settings::{self, Change};
use crate::knowledge::voices::{self, Moderate};
use crate::knowledge::write;
use crate::knowledge::{diff, store};
use crate::policy;
use crate::ui::block::{Tone, card, pill, rail_block};
use crate::ui::button::{Button, button};
use crate::ui::choice::{Opt, checks, select};
use crate::ui::field::{Field, date, number, text, textarea};
use crate::ui::shell::{bar_back, split};
use crate::web::input::Posted;
use crate::web::{Flash, Me, Query, Wrong, markdown, see_other, shell};

/// GET /knowledge/{article}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    let article = writable(&me, &id).await?;
    page(&me, &article, &Wrong::default()).await
}

async fn page(me: &Me, article: &Article, wrong: &Wrong) -> Result<Response> {
    let lang = me.lang();
    let db = &me.app.db;
    let texts = store::texts(db, &article.id).await?;
    let drafts = store::drafts(db, &article.id).await?;
    let title = texts
        .iter()
        .find(|t| t.lang == article.lang)
        .map(|t| t.title.clone())
        .or_else(|| drafts.first().map(|d| d.title.clone()))
        .unwrap_or_default();
    let when = |at| fmt::when(lang, at, me.now, &me.prefs.zone);
    let base = format!("/knowledge/{}", article.id);
    let score = store::score(db, &article.id).await?;
    let reasons = voices::reasons(db, &article.id).await?;
    let comments = voices::comments(db, Some(&me.actor), &article.id).await?;
    let deed = |what: &'static str, value: &str, label: &str| {
        html! {
            form method="post" action={ (base) "/do" } { input type="hidden" name="what" value=(value); button class="btn btn-s btn-line" name="_do" value=(what) { (label) } }
        }
    };
    let mut versions = Vec::new();
    for l in [Lang::En, Lang::De] {
        versions.push((l, store::versions(db, &article.id, l).await?));
    }
    let main = html! {
        div {
            h1 { (title) }
            p class="row mt-2" {
                @if article.archived_at.is_some() { (pill(Tone::Warn, "lock", t!(lang, "Archived"))) }
                @else if article.is_live(me.now) { (pill(Tone::Ok, "check", t!(lang, "Published"))) }
                @else { (pill(Tone::Line, "lock", t!(lang, "Not published"))) }
                span class="muted small" { (lang.t(article.audience.label())) }
                @if let Some(at) = article.checked_at { span class="muted small" { (t!(lang, "Last checked {when}", when = when(at))) } }
            }
        }
        (card(t!(lang, "Texts"), html! {
            ul class="plain-list stack" {
                @for l in [Lang::En, Lang::De] {
                    li class="row" {
                        b { (native(l)) }
                        @match texts.iter().find(|t| t.lang == l) {
                            Some(text) => a href={ (text.href()) "?lang=" (l.code()) } { (t!(lang, "Version {n}", n = text.number)) },
                            None => span class="muted" { (t!(lang, "not published")) },
                        }
                        @if let Some(d) = drafts.iter().find(|d| d.lang == l) {
                            @if d.submitted_at.is_some() { (pill(Tone::Info, "eye", t!(lang, "Waits for approval"))) } @else { (pill(Tone::Line, "edit", t!(lang, "Draft"))) }
                        }
                        a class="btn btn-s btn-line end" href={ (base) "/edit?lang=" (l.code()) } { (t!(lang, "Edit")) span class="vh" { " " (native(l)) } }
                    }
                }
            }
        }))
        @for (l, list) in versions.iter().filter(|(_, list)| !list.is_empty()) {
            (card(&t!(lang, "Versions: {language}", language = native(*l)), html! {
                ol class="plain-list stack" {
                    @for v in list {
                        li {
                            a href={ (base) "/versions/" (v.number) "?lang=" (l.code()) } { (t!(lang, "Version {n}", n = v.number)) }
                            " " span class="muted small" { (when(v.created_at))
                                @if let Some(name) = &v.author { " · " (name) }
                                @if let Some(name) = &v.approved_by { " · " (t!(lang, "approved by {name}", name = name)) } }
                            @if !v.note.is_empty() { p class="small" { (v.note) } }
                        }
                    }
                }
            }))
        }
        (card(t!(lang, "What readers say"), html! {
            @match score.percent() {
                Some(percent) => p { (t!(lang, "Solved it for {percent}% of {n}", percent = percent, n = score.all)) @if score.fails() { " " (pill(Tone::Bad, "alert", t!(lang, "Needs work"))) } },
                None => p class="muted" { (t!(lang, "Nobody has said yet whether it helps.")) },
            }
            ul class="plain-list stack mt-2" { @for r in &reasons { li { (pill(if r.solved { Tone::Ok } else { Tone::Warn }, "", if r.solved { t!(lang, "Solved") } else { t!(lang, "Not solved") })) " " (r.reason) } } }
        }))
        section id="comments" { (card(t!(lang, "Comments"), html! {
            @if comments.is_empty() { p class="muted" { (t!(lang, "No comments yet.")) } }
            ul class="feed" {
                @for c in &comments { li { (crate::ui::block::avatar_l(&c.author)) article class={ "say" @if c.internal { " say-note" } } {
                    header {
                        @if c.internal { (pill(Tone::Warn, "lock", t!(lang, "Internal"))) }
                        b { (c.author) } " · " (when(c.created_at))
                        @if c.hidden { " " (pill(Tone::Line, "lock", t!(lang, "Hidden"))) } @else if !c.shown && !c.internal { " " (pill(Tone::Info, "eye", t!(lang, "Not shown yet"))) }
                        @if c.resolved_at.is_some() { " " (pill(Tone::Ok, "check", t!(lang, "Dealt with"))) }
                    }
                    div class="prose" { (markdown(&c.body)) }
                    div class="row mt-2" {
                        @if !c.internal && !c.shown { (deed("show", &c.id, t!(lang, "Show to readers"))) }
                        @if !c.internal && !c.hidden { (deed("hide", &c.id, t!(lang, "Hide"))) }
                        @if c.resolved_at.is_none() { (deed("resolve", &c.id, t!(lang, "Dealt with"))) } @else { (deed("reopen", &c.id, t!(lang, "Reopen"))) }
                    }
                } } }
            }
            form class="stack mt-4" method="post" action={ (base) "/do" } {
                (textarea(lang, &Field { name: "what", label: t!(lang, "Note for those who write"), ..Field::default() }, 2))
                div { button class="btn btn-s" name="_do" value="note" { (t!(lang, "Save note")) } }
            }
        })) }
    };
    let rail = rail(me, article, &base, wrong).await?;
    let end = html! {
        @if let Some(text) = texts.first() { a class="btn btn-s btn-line" href=(text.href()) { (t!(lang, "Read it")) } }
        (deed("checked", "", t!(lang, "It is still right")))
        @if article.archived_at.is_some() { (deed("unarchive", "", t!(lang, "Bring it back"))) } @else { (deed("archive", "", t!(lang, "Archive"))) }
    };
    let body = html! { (bar_back(t!(lang, "Answers"), "/knowledge", "", end)) (split(main, t!(lang, "About this answer"), rail)) };
    Ok((
        wrong.status(),
        shell::workspace(me, "/knowledge", &title, body).await?,
    )
        .into_response())
}

async fn rail(me: &Me, article: &Article, base: &str, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let people = crate::people::store::agents(&me.app.db).await?;
    let people: Vec<Opt<'_>> = people
        .iter()
        .map(|p| Opt {
            value: &p.id,
            label: &p.name,
            chosen: article.owner_id.as_deref() == Some(&p.id),
            ..Opt::default()
        })
        .collect();
    let catalog = me.app.catalog().await?;
    let chosen: Vec<String> = sql("SELECT service_id FROM article_service WHERE article_id = $1")
        .bind(&article.id)
        .column("service_id", &me.app.db)
        .await?;
    let services: Vec<Opt<'_>> = catalog
        .services
        .iter()
        .filter(|s| s.offered() || chosen.contains(&s.id))
        .map(|s| Opt {
            value: &s.id,
            label: &s.name,
            chosen: chosen.contains(&s.id),
            ..Opt::default()
        })
        .collect();
    let related: Vec<String> = sql("SELECT t.slug FROM article_relation r JOIN article b ON b.id = CASE WHEN r.first_id = $1 THEN r.second_id ELSE r.first_id END
         JOIN article_text t ON t.article_id = b.id AND t.lang = b.lang WHERE r.first_id = $1 OR r.second_id = $1 ORDER BY t.slug")
        .bind(&article.id).column("slug", &me.app.db).await?;
    let days = article.review_days.unwrap_or(0).to_string();
    let review_on = article.review_on.map(|d| d.to_string()).unwrap_or_default();
    let expires = article
        .expires_at
        .map(|at| me.prefs.zone.to_datetime(at).date().to_string())
        .unwrap_or_default();
    let may_widen = article.published_at.is_none() || policy::shapes_catalog(&me.actor);
    Ok(html! {
        (rail_block(t!(lang, "Settings"), "", html! {
            (wrong.summary(lang))
            form method="post" action=(base) class="stack" {
                input type="hidden" name="version" value=(article.version);
                @if may_widen { (whom(me, article.audience, &article.departments, wrong).await?) }
                @else { p { (lang.t(article.audience.label())) } p class="hint" { (t!(lang, "Leads and administrators change who reads it.")) } }
                (text(lang, &Field { optional: true, ..wrong.field("category", t!(lang, "Category"), article.category.as_deref().unwrap_or_default()) }))
                (select(lang, &Field { name: "owner", label: t!(lang, "Who keeps it right"), error: wrong.at("owner"), ..Field::default() }, &people, Some(t!(lang, "Nobody"))))
                (number(lang, &Field { hint: t!(lang, "Days between two checks; 0 for none."), ..wrong.field("review_days", t!(lang, "Check it every"), &days) }, &crate::ui::field::Number { min: "0", max: "3650", ..Default::default() }))
                (date(lang, &Field { optional: true, ..wrong.field("review_on", t!(lang, "Next check"), &review_on) }))
                (date(lang, &Field { optional: true, hint: t!(lang, "Readers do not see it from this day on."), ..wrong.field("expires_on", t!(lang, "Expires"), &expires) }))
                details { summary { (t!(lang, "Services it belongs to")) } (checks(lang, &Field { name: "services", label: t!(lang, "Services"), error: wrong.at("services"), ..Field::default() }, &services, true)) }
                (textarea(lang, &Field { optional: true, hint: t!(lang, "Their addresses, one a line."), ..wrong.field("related", t!(lang, "Related answers"), &related.join("\n")) }, 3))
                div { (button(Button { label: t!(lang, "Save settings"), ..Button::default() })) }
            }
        }))
    })
}

/// POST /knowledge/{article}
pub async fn change(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let article = writable(&me, &id).await?;
    let list = |name: &str| posted.0.get(name).cloned().unwrap_or_default();
    let day = |name: &'static str| match one(&posted, name) {
        "" => Ok(None),
        day => day
            .parse()
            .map(Some)
            .map_err(|_| Error::field(name, "Give a day.")),
    };
    let parts = || -> Result<Change> {
        Ok(Change {
            audience: Audience::from_key(one(&posted, "audience"))
                .map(|a| (a, list("departments"))),
            category: Some(one(&posted, "category").to_owned()),
            owner: Some(one(&posted, "owner").to_owned()),
            review_days: one(&posted, "review_days").parse().ok(),
            review_on: Some(day("review_on")?),
            expires_at: Some(
                instant(&me, one(&posted, "expires_on"), "")
                    .map_err(|_| Error::field("expires_on", "Give a day."))?,
            ),
            services: Some(list("services")),
            related: Some(one(&posted, "related").lines().map(str::to_owned).collect()),
        })
    };
    let expect = one(&posted, "version").parse().ok();
    let done = match parts() {
        Ok(change) => settings::change(&me, &me.actor, &article.id, expect, change).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(see_other(
            &format!("/knowledge/{}", article.id),
            Some(Flash::new(t!(me.lang(), "Settings saved."))),
        )),
        Err(error) => page(&me, &article, &Wrong::of(me.lang(), error)?).await,
    }
}

/// POST /knowledge/{article}/do: small deeds.
pub async fn deed(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let article = writable(&me, &id).await?;
    let (lang, what) = (me.lang(), one(&posted, "what"));
    let said = match one(&posted, "_do") {
        "checked" => {
            settings::checked(&me, &me.actor, &article.id).await?;
            t!(lang, "Noted: it is still right.")
        }
        "archive" => {
            settings::archive(&me, &me.actor, &article.id, true).await?;
            t!(lang, "Archived.")
        }
        "unarchive" => {
            settings::archive(&me, &me.actor, &article.id, false).await?;
            t!(lang, "It is back.")
        }
        "note" => {
            voices::comment(&me, &me.actor, &article.id, what, true).await?;
            t!(lang, "Note saved.")
        }
        "restore" => {
            let written = Lang::from_code(one(&posted, "lang")).unwrap_or(article.lang);
            write::restore(
                &me,
                &me.actor,
                &article.id,
                written,
                what.parse().map_err(|_| Error::NotFound)?,
            )
            .await?;
            return Ok(see_other(
                &format!("/knowledge/{}/edit?lang={}", article.id, written.code()),
                Some(Flash::new(t!(
                    lang,
                    "The old text is a draft now. Send it for approval to publish it."
                ))),
            ));
        }
        other => {
            let how = Moderate::from_key(other)
                .ok_or_else(|| Error::field("_do", "Choose what to do."))?;
            voices::moderate(&me, &me.actor, &article.id, what, how).await?;
            t!(lang, "Comment changed.")
        }
    };
    Ok(see_other(
        &format!("/knowledge/{}", article.id),
        Some(Flash::new(said)),
    ))
}

/// GET /knowledge/{article}/versions/{number}: the text, and what changed in it.
pub async fn version(
    me: Me,
    Path((id, n)): Path<(String, i64)>,
    Query(which): Query<super::editor::Which>,
) -> Result<Markup> {
    let article = writable(&me, &id).await?;
    let lang = me.lang();
    let written = which
        .lang
        .as_deref()
        .and_then(Lang::from_code)
        .unwrap_or(article.lang);
    let list = store::versions(&me.app.db, &article.id, written).await?;
    let v = list.iter().find(|v| v.number == n).ok_or(Error::NotFound)?;
    let before = list.iter().find(|b| b.number < n);
    let last = list.first().is_some_and(|l| l.number == n);
    let end = html! {
        @if !last { form method="post" action={ "/knowledge/" (article.id) "/do" } {
            input type="hidden" name="what" value=(n); input type="hidden" name="lang" value=(written.code());
            button class="btn btn-s btn-primary" name="_do" value="restore" { (t!(lang, "Restore this version")) } } }
    };
    let body = html! {
        (bar_back(t!(lang, "This answer"), &format!("/knowledge/{}", article.id), "", end))
        div class="panel-body stack measure" {
            h1 { (v.title) }
            p class="muted" { (t!(lang, "Version {n}", n = n)) " · " (fmt::when(lang, v.created_at, me.now, &me.prefs.zone)) @if let Some(name) = &v.author { " · " (name) } }
            @if let Some(b) = before { (card(&t!(lang, "What changed since version {n}", n = b.number), html! {
                @if b.title != v.title { (diff::show(&b.title, &v.title)) }
                @if b.summary != v.summary { (diff::show(&b.summary, &v.summary)) }
                (diff::show(&b.body, &v.body))
            })) }
            (card(t!(lang, "The text"), html! { div class="prose article" { (crate::web::article::article(&v.body, t!(lang, "Table")).html) } }))
        }
    };
    shell::workspace(&me, "/knowledge", &v.title, body).await
}
