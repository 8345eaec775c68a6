//! Writing an answer, in the workspace: the text with its toolbar, a preview
//! beside it, and what becomes of the draft.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::files::Sent;
use crate::i18n::{Lang, fmt, t};
use crate::incidents::page::{instant, one};
use crate::knowledge::keep::{from_kept, shows};
use crate::knowledge::model::{Article, Draft};
use crate::knowledge::read::native;
use crate::knowledge::write::{self, Words};
use crate::knowledge::{approval, diff, images, store};
use crate::policy;
use crate::portal::draft as own;
use crate::ui::block::{Tone, card, notice, pill};
use crate::ui::button::{Button, Kind, Size, button};
use crate::ui::choice::{Opt, check, select};
use crate::ui::field::{Field, date, text, textarea, time, two};
use crate::ui::icon::icon_s;
use crate::ui::shell::bar_back;
use crate::web::input::Posted;
use crate::web::{Flash, Me, Query, Wrong, article as render, see_other, shell};

/// Which language is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Which {
    pub lang: Option<String>,
}

/// An article for somebody who writes articles.
pub async fn writable(me: &Me, id: &str) -> Result<Article> {
    let article = store::find(&me.app.db, Some(&me.actor), me.now, id).await?;
    if policy::writes_articles(&me.actor) {
        Ok(article)
    } else {
        Err(Error::NotFound)
    }
}

pub(super) fn place(article: &Article, lang: Lang) -> String {
    format!("article:{}:{}", article.id, lang.code())
}

/// What the page shows beyond the draft.
#[derive(Default)]
struct Shown {
    wrong: Wrong,
    /// What was typed.
    typed: Option<Words>,
    /// The version that the page was made from.
    version: Option<i64>,
    conflict: bool,
}

/// GET /knowledge/{article}/edit
pub async fn show(me: Me, Path(id): Path<String>, Query(which): Query<Which>) -> Result<Response> {
    let article = writable(&me, &id).await?;
    let lang = which
        .lang
        .as_deref()
        .and_then(Lang::from_code)
        .unwrap_or(article.lang);
    page(&me, &article, lang, Shown::default()).await
}

async fn page(me: &Me, article: &Article, written: Lang, shown: Shown) -> Result<Response> {
    let lang = me.lang();
    let found = store::draft_of(&me.app.db, &article.id, written).await?;
    let texts = store::texts(&me.app.db, &article.id).await?;
    let draft = match &found {
        Some(draft) => draft.clone(),
        None => begin(&texts, article, written, me.now),
    };
    let kept = own::find(me, &place(article, written)).await?;
    let kept: Option<(Words, Timestamp)> = kept
        .filter(|(_, at)| *at > draft.updated_at || found.is_none())
        .and_then(|(body, at)| Some((from_kept(&body)?, at)));
    let words = shown
        .typed
        .clone()
        .or_else(|| kept.as_ref().map(|(w, _)| w.clone()));
    let pick = |typed: Option<String>, saved: &str| typed.unwrap_or_else(|| saved.to_owned());
    let w = words.clone().unwrap_or_default();
    let (title, summary, body, note) = (
        pick(w.title, &draft.title),
        pick(w.summary, &draft.summary),
        pick(w.body, &draft.body),
        pick(w.note, &draft.note),
    );
    let base = format!("/knowledge/{}/edit?lang={}", article.id, written.code());
    let version = shown.version.unwrap_or(draft.version);
    let original = texts.iter().find(|t| t.lang == article.lang);
    let field = |name, label, value, error| Field {
        name,
        label,
        value,
        error,
        ..Field::default()
    };
    let made = render::article(&body, t!(lang, "Table"));
    let form = html! {
        form method="post" action=(base) class="stack write-form" id="write" enctype="multipart/form-data"
            data-draft-url={ "/knowledge/" (article.id) "/draft?lang=" (written.code()) } data-guard {
            input type="hidden" name="version" value=(version);
            // Enter in a field saves.
            button class="vh" name="_do" value="save" tabindex="-1" aria-hidden="true" {}
            (shown.wrong.summary(lang))
            (text(lang, &Field { hint: t!(lang, "The question, as people ask it."), max_length: Some(160), ..field("title", t!(lang, "Title"), &title, shown.wrong.at("title")) }))
            (textarea(lang, &Field { hint: t!(lang, "One or two sentences for lists and search."), optional: true, ..field("summary", t!(lang, "In short"), &summary, shown.wrong.at("summary")) }, 2))
            div class="write" {
                div {
                    (toolbar(lang))
                    (textarea(lang, &Field { hint: t!(lang, "Markdown: # heading, **bold**, - list, [text](address), | table |."), ..field("body", t!(lang, "Answer"), &body, shown.wrong.at("body")) }, 22))
                }
                section class="card" aria-labelledby="h-preview" {
                    h2 class="rail-h" id="h-preview" { (t!(lang, "Preview")) }
                    div id="preview" class="prose article" lang=(written.code()) hx-post="/knowledge/preview" hx-include="#f-body"
                        hx-trigger="input changed delay:600ms from:#f-body" hx-swap="innerHTML" { (made.html) }
                }
            }
            (crate::ui::field::field(lang, &Field { hint: t!(lang, "PNG, JPEG, WebP, AVIF or GIF, up to 15 MB. With a script you can also paste a picture into the text."), optional: true, ..field("file", t!(lang, "Add a picture"), "", shown.wrong.at("file")) },
                html! { input class="file-in" type="file" id="f-file" name="file" accept="image/png,image/jpeg,image/webp,image/avif,image/gif" aria-describedby="f-file-hint"; }))
            @if written != article.lang { @if let Some(o) = original {
                (check(&Field { name: "up_to_date", label: t!(lang, "It says what the original says now"), ..Field::default() }, draft.of_number == Some(o.number) || found.is_none()))
            } }
            (text(lang, &Field { hint: t!(lang, "For the list of versions."), optional: true, ..field("note", t!(lang, "What changed"), &note, shown.wrong.at("note")) }))
            div class="row" {
                (button(Button { label: t!(lang, "Save draft"), kind: Kind::Primary, name: "_do", value: "save", ..Button::default() }))
                (button(Button { label: t!(lang, "Preview"), name: "_do", value: "preview", ..Button::default() }))
                span class="hint draft-state" {}
            }
        }
    };
    let head = html! {
        h1 { @if title.is_empty() { (t!(lang, "New answer")) } @else { (title) } }
        p class="row mt-2" {
            (pill(Tone::Line, "globe", native(written)))
            @if let Some(at) = draft.publish_at { (pill(Tone::Info, "clock", &t!(lang, "Published {when}", when = fmt::when(lang, at, me.now, &me.prefs.zone)))) }
            @else if draft.submitted_at.is_some() { (pill(Tone::Info, "eye", t!(lang, "Waits for approval"))) }
            @else { (pill(Tone::Line, "edit", t!(lang, "Draft"))) }
            @if texts.iter().any(|t| t.lang == written) { span class="small muted" { (t!(lang, "Readers go on reading the published text until this is approved.")) } }
        }
        @if let Some(why) = &draft.returned_note { div class="mt-4" { (notice(Tone::Warn, "msg", t!(lang, "To be changed:"), html! { (why) })) } }
        @if shown.conflict { div class="mt-4" {
            (notice(Tone::Bad, "alert", t!(lang, "Somebody else saved meanwhile."), html! {
                (t!(lang, "Your text is below, theirs stands here with the differences marked. Put them together and save again."))
                (diff::show(&draft.body, &body))
                details class="mt-2" { summary { (t!(lang, "Their whole text")) } textarea class="textarea" readonly rows="10" aria-label=(t!(lang, "Their whole text")) { "\n" (draft.body) } }
            }))
        } }
        @if let Some((_, at)) = kept.as_ref().filter(|_| shown.typed.is_none()) { div class="mt-4" {
            (notice(Tone::Info, "edit", t!(lang, "You did not save this yet."), html! {
                (t!(lang, "We kept what you typed {when}. Save it, or throw it away.", when = fmt::when(lang, *at, me.now, &me.prefs.zone)))
                form method="post" action=(base) class="mt-2" { button class="btn btn-s" name="_do" value="forget" { (t!(lang, "Throw away what I typed")) } }
            }))
        } }
    };
    let end = html! {
        @for other in [Lang::En, Lang::De].into_iter().filter(|l| *l != written) {
            a class="btn btn-s btn-line" href={ "/knowledge/" (article.id) "/edit?lang=" (other.code()) } { (native(other)) }
        }
    };
    let body = html! {
        (bar_back(t!(lang, "This answer"), &format!("/knowledge/{}", article.id), "", end))
        div class="panel-body stack" style="--gap:1.25rem" {
            div { (head) }
            (form)
            @if found.is_some() { (next(me, &base, &draft, article).await?) }
        }
    };
    let status = if shown.conflict {
        StatusCode::CONFLICT
    } else {
        shown.wrong.status()
    };
    let page = shell::workspace(me, "/knowledge", &title, body).await?;
    Ok((status, page).into_response())
}

fn begin(
    texts: &[crate::knowledge::model::Text],
    article: &Article,
    lang: Lang,
    now: Timestamp,
) -> Draft {
    let own = texts.iter().find(|t| t.lang == lang);
    let from = own.or_else(|| texts.iter().find(|t| t.lang == article.lang));
    Draft {
        article_id: article.id.clone(),
        lang,
        title: from.map(|t| t.title.clone()).unwrap_or_default(),
        summary: from.map(|t| t.summary.clone()).unwrap_or_default(),
        body: from.map(|t| t.body.clone()).unwrap_or_default(),
        note: String::new(),
        of_number: own.and_then(|t| t.of_number),
        author_id: None,
        reviewer_id: None,
        submitted_by: None,
        submitted_at: None,
        returned_note: None,
        approved_by: None,
        publish_at: None,
        created_at: now,
        updated_at: now,
        version: 0,
    }
}

/// Buttons that a script turns into Markdown; without it the hint says how.
fn toolbar(lang: Lang) -> Markup {
    let b = |what: &'static str, label: &'static str, shown: Markup| {
        html! { button class="btn btn-s btn-quiet" type="button" data-md=(what) title=(label) { span aria-hidden="true" { (shown) } span class="vh" { (label) } } }
    };
    html! {
        div class="row js md-bar" role="toolbar" aria-label=(t!(lang, "Format")) aria-controls="f-body" {
            (b("h2", t!(lang, "Heading"), html! { "H" }))
            (b("bold", t!(lang, "Bold, Control B"), icon_s("bold")))
            (b("italic", t!(lang, "Italic, Control I"), html! { i { "I" } }))
            (b("ul", t!(lang, "List"), icon_s("list")))
            (b("ol", t!(lang, "Numbered list"), html! { "1." }))
            (b("link", t!(lang, "Link, Control K"), icon_s("link")))
            (b("table", t!(lang, "Table"), icon_s("grid")))
            (b("image", t!(lang, "Picture"), icon_s("image")))
        }
    }
}

/// What becomes of the draft: ask for approval, approve, send back, throw away.
async fn next(me: &Me, base: &str, draft: &Draft, article: &Article) -> Result<Markup> {
    let lang = me.lang();
    let may = approval::approves(&me.actor, draft)
        && (draft.submitted_at.is_some() || policy::administers(&me.actor));
    let people = crate::people::store::agents(&me.app.db).await?;
    let people: Vec<Opt<'_>> = people
        .iter()
        .filter(|p| {
            p.id != me.actor.id
                && matches!(
                    p.role,
                    crate::actor::Role::Marketer
                        | crate::actor::Role::Lead
                        | crate::actor::Role::Administrator
                )
        })
        .map(|p| Opt {
            value: &p.id,
            label: &p.name,
            ..Opt::default()
        })
        .collect();
    Ok(html! {
        @if draft.submitted_at.is_none() {
            (card(t!(lang, "Ask for approval"), html! {
                form method="post" action=(base) class="stack" {
                    (select(lang, &Field { name: "reviewer", label: t!(lang, "Who approves it"), optional: true, hint: t!(lang, "They are told. Without a name, any lead may approve it."), ..Field::default() }, &people, Some(t!(lang, "Any lead"))))
                    div { (button(Button { label: t!(lang, "Send for approval"), name: "_do", value: "submit", ..Button::default() })) }
                }
            }))
        }
        @if may {
            (card(t!(lang, "Approve"), html! {
                form method="post" action=(base) class="stack" {
                    input type="hidden" name="version" value=(draft.version);
                    (two(html! {
                        (date(lang, &Field { name: "day", label: t!(lang, "Publish on"), optional: true, hint: t!(lang, "Empty: at once."), ..Field::default() }))
                        (time(lang, &Field { name: "clock", label: t!(lang, "At"), optional: true, ..Field::default() }))
                    }))
                    div { (button(Button { label: t!(lang, "Approve and publish"), name: "_do", value: "approve", kind: Kind::Primary, ..Button::default() })) }
                }
                @if draft.submitted_at.is_some() {
                    form method="post" action=(base) class="stack mt-4" {
                        (textarea(lang, &Field { name: "why", label: t!(lang, "What is to be changed"), ..Field::default() }, 3))
                        div { (button(Button { label: t!(lang, "Send back"), name: "_do", value: "back", ..Button::default() })) }
                    }
                }
            }))
        }
        form method="post" action=(base) {
            (button(Button { label: if article.published_at.is_some() { t!(lang, "Throw this draft away") } else { t!(lang, "Throw this answer away") }, name: "_do", value: "discard", kind: Kind::Quiet, size: Size::Small, ..Button::default() }))
        }
    })
}

/// POST /knowledge/{article}/edit
pub async fn act(
    me: Me,
    Path(id): Path<String>,
    Query(which): Query<Which>,
    mut sent: Sent,
) -> Result<Response> {
    let article = writable(&me, &id).await?;
    let lang = which
        .lang
        .as_deref()
        .and_then(Lang::from_code)
        .unwrap_or(article.lang);
    let tell = me.lang();
    let here = format!("/knowledge/{}/edit?lang={}", article.id, lang.code());
    let done = |to: &str, said: &str| Ok(see_other(to, Some(Flash::new(said))));
    let posted = Posted(sent.fields.clone());
    let version: Option<i64> = one(&posted, "version").parse().ok();
    let key = place(&article, lang);
    match one(&posted, "_do") {
        "forget" => {
            own::keep(&me, &key, "").await?;
            done(&here, t!(tell, "Thrown away."))
        }
        "submit" => {
            let reviewer = Some(one(&posted, "reviewer")).filter(|r| !r.is_empty());
            match approval::submit(&me, &me.actor, &article.id, lang, reviewer).await {
                Ok(_) => done(&here, t!(tell, "Sent for approval.")),
                Err(error) => again(&me, &article, lang, error).await,
            }
        }
        "approve" => {
            let at = instant(&me, one(&posted, "day"), one(&posted, "clock"))
                .map_err(|_| Error::field("day", "Give a day and a time."))?;
            match approval::approve(&me, &me.actor, &article.id, lang, version, at).await {
                Ok(_) if at.is_some_and(|at| at > me.now) => done(
                    &format!("/knowledge/{}", article.id),
                    t!(tell, "Approved. It is published at its time."),
                ),
                Ok(_) => done(
                    &format!("/knowledge/{}", article.id),
                    t!(tell, "Published."),
                ),
                Err(error) => again(&me, &article, lang, error).await,
            }
        }
        "back" => match approval::send_back(&me, &me.actor, &article.id, lang, one(&posted, "why"))
            .await
        {
            Ok(_) => done(&here, t!(tell, "Sent back to the author.")),
            Err(error) => again(&me, &article, lang, error).await,
        },
        "discard" => {
            write::discard(&me, &me.actor, &article.id, lang).await?;
            own::keep(&me, &key, "").await?;
            done("/knowledge", t!(tell, "Draft thrown away."))
        }
        what => {
            let text = |name: &str| posted.0.get(name).and_then(|v| v.first()).cloned();
            let mut words = Words {
                title: text("title"),
                summary: text("summary"),
                body: text("body"),
                note: text("note"),
                up_to_date: !one(&posted, "up_to_date").is_empty(),
            };
            if let Some((_, file)) = sent.files.pop() {
                match images::take(&me, &me.actor, &article.id, &file).await {
                    Ok(image) => {
                        let body = words.body.get_or_insert_default();
                        body.push_str(&format!("\n\n{}\n", shows(&file.name, &image)));
                    }
                    Err(error) => {
                        let shown = Shown {
                            wrong: Wrong::of(tell, error)?,
                            typed: Some(words),
                            version,
                            ..Shown::default()
                        };
                        return page(&me, &article, lang, shown).await;
                    }
                }
            }
            if what == "preview" {
                let shown = Shown {
                    typed: Some(words),
                    version,
                    ..Shown::default()
                };
                return page(&me, &article, lang, shown).await;
            }
            match write::save(&me, &me.actor, &article.id, lang, version, &words).await {
                Ok(_) => {
                    own::keep(&me, &key, "").await?;
                    done(&here, t!(tell, "Draft saved."))
                }
                Err(Error::Stale(_)) => {
                    page(
                        &me,
                        &article,
                        lang,
                        Shown {
                            typed: Some(words),
                            conflict: true,
                            ..Shown::default()
                        },
                    )
                    .await
                }
                Err(error) => {
                    let shown = Shown {
                        wrong: Wrong::of(tell, error)?,
                        typed: Some(words),
                        version,
                        ..Shown::default()
                    };
                    page(&me, &article, lang, shown).await
                }
            }
        }
    }
}

/// The page again, with what was wrong.
async fn again(me: &Me, article: &Article, lang: Lang, error: Error) -> Result<Response> {
    let wrong = Wrong::of(me.lang(), error)?;
    page(
        me,
        article,
        lang,
        Shown {
            wrong,
            ..Shown::default()
        },
    )
    .await
}
