//! Writing announcements, in the workspace: the list, a new one, one with its
//! preview, its updates and its ways.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use maud::{Markup, html};
use serde::Deserialize;

use crate::announcements::draft::Draft;
use crate::announcements::model::{Announcement, Kind, State};
use crate::announcements::read::look;
use crate::announcements::store::{self, Wanted};
use crate::announcements::verbs::{self, NewUpdate};
use crate::announcements::wordings::{self, Wording};
use crate::announcements::{begin, forms, sheet, view, words};
use crate::desk::change::say;
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::incidents::page::{Sheet, instant, one};
use crate::policy;
use crate::ui::block::{Tone, empty, pill};
use crate::ui::button::{Button, Kind as Loud, Size, button, link_button};
use crate::ui::shell::{bar, bar_back};
use crate::web::input::Posted;
use crate::web::{Flash, Me, Query, see_other, shell};

/// How many a page shows.
const PAGE: i64 = 40;

/// Which ones, and where to begin.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Asked {
    pub after: Option<String>,
    pub kind: Option<String>,
    /// Key of a text to begin with.
    pub text: Option<String>,
    /// Number of the incident or change that it is about.
    pub item: Option<String>,
}

/// GET /work/announcements
pub async fn list(me: Me, Query(asked): Query<Asked>) -> Result<Markup> {
    policy::require(policy::announces(&me.actor))?;
    let lang = me.lang();
    let wanted = Wanted {
        after: asked.after.as_deref(),
        ..Wanted::default()
    };
    let mut found = store::list(&me.app.db, Some(&me.actor), me.now, &wanted, PAGE + 1).await?;
    let more = found.len() as i64 > PAGE;
    found.truncate(usize::try_from(PAGE).unwrap_or(0));
    let next = found
        .last()
        .filter(|_| more)
        .map(|a| format!("/work/announcements?after={}", a.id));
    let own = wordings::saved(&me.app.db).await?;
    let body = html! {
        (bar(t!(lang, "Announcements"), html! {}, html! {
            (link_button("/work/announcements/new", Button { label: t!(lang, "New announcement"), kind: Loud::Primary, size: Size::Small, icon: "plus", ..Button::default() })) }))
        div class="panel-body stack" {
            @if found.is_empty() {
                (empty("horn", t!(lang, "Nothing is announced"), t!(lang, "Tell people early, also of what is not nice: they plan around what they know."), html! {}))
            }
            ul class="stack plain-list" { @for a in &found { li class="card" { (row(&me, a)) } } }
            @if let Some(href) = next { p { a class="btn btn-line" href=(href) { (t!(lang, "Show older ones")) } } }
            @if !own.is_empty() {
                section aria-labelledby="h-own" {
                    h2 id="h-own" { (t!(lang, "Texts saved here")) }
                    ul class="stack plain-list mt-3" { @for s in &own {
                        li class="row" {
                            span class="grow" { (s.wording.name) " " span class="small muted" { (words::kind(lang, s.wording.kind)) " · " (s.author) } }
                            a class="btn btn-s btn-line" href={ "/work/announcements/new?text=" (s.wording.key) } { (t!(lang, "Begin with it")) span class="vh" { ": " (s.wording.name) } }
                            @if s.author_id == me.actor.id || policy::shapes_catalog(&me.actor) {
                                form method="post" action={ "/work/wordings/" (s.wording.key) "/remove" } {
                                    button class="btn btn-s btn-quiet" { (t!(lang, "Remove")) span class="vh" { " " (s.wording.name) } } }
                            }
                        } } }
                }
            }
        }
    };
    shell::workspace(&me, "/work/announcements", t!(lang, "Announcements"), body).await
}

fn row(me: &Me, a: &Announcement) -> Markup {
    let lang = me.lang();
    let look = look(me);
    html! {
        p class="row mb-2" { (standing(me, a)) (view::pills(lang, a)) }
        h2 { a href={ "/work/announcements/" (a.id) } { (a.title) } }
        p class="small muted mt-2" {
            (words::audience(lang, a.audience)) " · "
            @if a.is_draft() { (look.when(a.created_at)) } @else { (look.when(a.published_at())) }
        }
    }
}

/// Draft, waiting for its time, or published.
fn standing(me: &Me, a: &Announcement) -> Markup {
    let lang = me.lang();
    if a.is_draft() {
        pill(Tone::Warn, "edit", t!(lang, "Draft"))
    } else if a.is_live(me.now) {
        html! {}
    } else {
        pill(Tone::Info, "clock", t!(lang, "Waits for its time"))
    }
}

/// GET /work/announcements/new
pub async fn new(me: Me, Query(asked): Query<Asked>) -> Result<Response> {
    policy::require(policy::announces(&me.actor))?;
    let (mut a, item) = begin::from(&me, asked.item.as_deref()).await?;
    let kind = asked.kind.as_deref().and_then(Kind::from_key);
    let wording = match asked.text.as_deref() {
        Some(key) => Some(wordings::find(&me.app.db, me.lang(), key).await?),
        None => None,
    };
    if item.is_none() && kind.is_none() && wording.is_none() {
        return Ok(chooser(&me).await?.into_response());
    }
    if let Some(w) = &wording {
        a.kind = w.kind;
        w.title.clone_into(&mut a.title);
        w.body.clone_into(&mut a.body);
    }
    if let Some(kind) = kind {
        a.kind = kind;
    }
    a.page = a.kind.hits();
    write(&me, &a, item.as_ref(), &Sheet::default(), None).await
}

/// What is announced, and which text to begin with.
async fn chooser(me: &Me) -> Result<Markup> {
    let lang = me.lang();
    let own = wordings::saved(&me.app.db).await?;
    let body = html! {
        (bar_back(t!(lang, "New announcement"), "/work/announcements", "", html! {}))
        div class="panel-body stack" style="--gap:1.75rem" {
            div { h1 { (t!(lang, "What do you want to tell?")) }
                p class="muted mt-2" { (t!(lang, "Bad news told early is half as bad. These texts ask the questions that readers have.")) } }
            @for kind in Kind::ALL {
                @let texts: Vec<&Wording> = wordings::shipped(lang).iter().chain(own.iter().map(|s| &s.wording)).filter(|w| w.kind == *kind).collect();
                section aria-labelledby={ "h-" (kind.key()) } {
                    h2 id={ "h-" (kind.key()) } { (words::kind(lang, *kind)) }
                    ul class="plain-list stack mt-2" style="--gap:.25rem" {
                        @for w in texts { li { a href={ "/work/announcements/new?text=" (w.key) } { (w.name) } } }
                        li { a href={ "/work/announcements/new?kind=" (kind.key()) } { (t!(lang, "An empty sheet")) span class="vh" { ": " (words::kind(lang, *kind)) } } }
                    }
                }
            }
        }
    };
    shell::workspace(
        me,
        "/work/announcements",
        t!(lang, "New announcement"),
        body,
    )
    .await
}

/// The sheet of a new one.
async fn write(
    me: &Me,
    a: &Announcement,
    item: Option<&(String, i64)>,
    sheet: &Sheet,
    preview: Option<&Announcement>,
) -> Result<Response> {
    let lang = me.lang();
    let body = html! {
        (bar_back(t!(lang, "New announcement"), "/work/announcements/new", "", html! {}))
        div class="panel-body stack" style="--gap:1.25rem" {
            h1 { (words::kind(lang, a.kind)) }
            @if let Some((_, number)) = item {
                p class="muted" { a href={ "/work/" (number) } { (t!(lang, "About {number}", number = number)) } " · "
                    @if a.kind == Kind::Outage { (t!(lang, "What you post there for everyone affected will stand here, too.")) } }
            }
            (sheet.summary(lang))
            @if let Some(p) = preview { (sheet::previewed(me, p).await?) }
            form method="post" action="/work/announcements/new" class="stack" data-guard {
                @if let Some((_, number)) = item { input type="hidden" name="item" value=(number); }
                (forms::fields(me, a, sheet).await?)
                div class="row" {
                    (button(Button { label: t!(lang, "Save draft"), kind: Loud::Primary, name: "_do", value: "save", ..Button::default() }))
                    (button(Button { label: t!(lang, "Preview"), name: "_do", value: "preview", ..Button::default() }))
                }
            }
        }
    };
    let page = shell::workspace(
        me,
        "/work/announcements",
        t!(lang, "New announcement"),
        body,
    )
    .await?;
    Ok((sheet.status(), page).into_response())
}

fn sheet_of(me: &Me, error: Error, posted: Posted) -> Result<Sheet> {
    match error {
        Error::Invalid(errors) => Ok(Sheet {
            errors: say(me.lang(), &errors),
            typed: Some(posted),
        }),
        other => Err(other),
    }
}

/// POST /work/announcements/new
pub async fn create(me: Me, posted: Posted) -> Result<Response> {
    policy::require(policy::announces(&me.actor))?;
    let number = Some(one(&posted, "item")).filter(|i| !i.is_empty());
    let (mut a, item) = begin::from(&me, number).await?;
    if let Some(kind) = Kind::from_key(one(&posted, "kind")) {
        a.kind = kind;
    }
    let read = forms::read(&me, &posted);
    if one(&posted, "_do") == "preview" {
        let shown = read.and_then(|draft| draft.apply(&mut a));
        let preview = a.clone();
        let sheet = match shown {
            Ok(()) => Sheet {
                typed: Some(posted),
                ..Sheet::default()
            },
            Err(error) => sheet_of(&me, error, posted)?,
        };
        return write(&me, &a, item.as_ref(), &sheet, Some(&preview)).await;
    }
    let made = match read {
        Ok(draft) => {
            verbs::create(&me, &me.actor, &draft, item.as_ref().map(|i| i.0.as_str())).await
        }
        Err(error) => Err(error),
    };
    match made {
        Ok(a) => Ok(see_other(
            &format!("/work/announcements/{}", a.id),
            Some(Flash::new(t!(
                me.lang(),
                "Saved as a draft. Nobody else reads it before you publish it."
            ))),
        )),
        Err(error) => {
            let sheet = sheet_of(&me, error, posted)?;
            write(&me, &a, item.as_ref(), &sheet, None).await
        }
    }
}

/// GET /work/announcements/{announcement}
pub async fn show(me: Me, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Response> {
    let a = found(&me, &id).await?;
    let begin = match asked.text.as_deref().and_then(|t| t.split_once(':')) {
        Some((key, state)) => {
            let wording = wordings::find(&me.app.db, me.lang(), key).await?;
            let state = State::from_key(state).ok_or(Error::NotFound)?;
            Some((state, wording.update(state).to_owned()))
        }
        None => None,
    };
    render(&me, &a, &Sheet::default(), begin, false).await
}

async fn found(me: &Me, id: &str) -> Result<Announcement> {
    let a = store::find(&me.app.db, Some(&me.actor), me.now, id).await?;
    policy::require(policy::announces(&me.actor))?;
    Ok(a)
}

async fn render(
    me: &Me,
    a: &Announcement,
    sheet: &Sheet,
    begin: Option<(State, String)>,
    preview: bool,
) -> Result<Response> {
    let lang = me.lang();
    let live = a.is_live(me.now);
    let look = look(me);
    let body = html! {
        (bar_back(&a.title, "/work/announcements", "", html! {}))
        div class="panel-body stack" style="--gap:1.25rem" {
            div {
                h1 { (a.title) }
                p class="row mt-2" { (standing(me, a)) (view::pills(lang, a)) }
                p class="muted mt-2" {
                    @if live { (t!(lang, "Published {when}. {audience}.", when = look.when(a.published_at()), audience = words::audience(lang, a.audience))) " "
                        a href={ "/announcements/" (a.id) } { (t!(lang, "See it as readers do")) } }
                    @else if a.is_draft() { (t!(lang, "Nobody else reads it before you publish it.")) }
                    @else { (t!(lang, "It will be published {when}.", when = look.when(a.published_at()))) }
                }
                (begin::about(me, a).await?)
            }
            (sheet.summary(lang))
            @if live { (sheet::going_on(me, a, sheet, begin).await?) }
            @else { (sheet::before(me, a, sheet, preview).await?) }
        }
    };
    let page = shell::workspace(me, "/work/announcements", &a.title, body).await?;
    Ok((sheet.status(), page).into_response())
}

/// POST /work/announcements/{announcement}
pub async fn save(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let mut a = found(&me, &id).await?;
    let version = one(&posted, "version").parse().ok();
    let read: Result<Draft> = forms::read(&me, &posted);
    if one(&posted, "_do") == "preview" && !a.is_live(me.now) {
        let sheet = match read.and_then(|draft| draft.apply(&mut a)) {
            Ok(()) => Sheet {
                typed: Some(posted),
                ..Sheet::default()
            },
            Err(error) => sheet_of(&me, error, posted)?,
        };
        return render(&me, &a, &sheet, None, true).await;
    }
    let done = match read {
        Ok(draft) => verbs::change(&me, &me.actor, &id, version, &draft).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(a) => Ok(see_other(
            &format!("/work/announcements/{}", a.id),
            Some(Flash::new(t!(me.lang(), "Saved."))),
        )),
        Err(error) => {
            let sheet = sheet_of(&me, error, posted)?;
            render(&me, &a, &sheet, None, false).await
        }
    }
}

/// POST /work/announcements/{announcement}/{step}
pub async fn act(
    me: Me,
    Path((id, step)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response> {
    let a = found(&me, &id).await?;
    match carry_out(&me, &a, &step, &posted).await {
        Ok(said) if step == "withdraw" => {
            Ok(see_other("/work/announcements", Some(Flash::new(said))))
        }
        Ok(said) => Ok(see_other(
            &format!("/work/announcements/{}", a.id),
            Some(Flash::new(said)),
        )),
        Err(error) => {
            let sheet = sheet_of(&me, error, posted)?;
            render(&me, &a, &sheet, None, false).await
        }
    }
}

async fn carry_out(me: &Me, a: &Announcement, step: &str, posted: &Posted) -> Result<String> {
    let lang = me.lang();
    let version = one(posted, "version").parse().ok();
    Ok(match step {
        "publish" => {
            let at = if posted.0.contains_key("later") {
                let given = instant(me, one(posted, "publish_at"), one(posted, "publish_time"));
                let at = given.ok().flatten();
                Some(at.ok_or_else(|| Error::field("publish_at", "Give a day and a time."))?)
            } else {
                None
            };
            verbs::publish(me, &me.actor, &a.id, version, at).await?;
            match at {
                None => t!(lang, "Published.").to_owned(),
                Some(at) => t!(
                    lang,
                    "It will be published {when}.",
                    when = look(me).when(at)
                ),
            }
        }
        "hold" => {
            verbs::hold(me, &me.actor, &a.id).await?;
            t!(lang, "It is a draft again.").to_owned()
        }
        "update" => {
            let next_at = one(posted, "next_in")
                .parse::<i64>()
                .ok()
                .filter(|n| (1..=14 * 1440).contains(n))
                .and_then(|n| me.now.checked_add(SignedDuration::from_mins(n)).ok());
            let new = NewUpdate {
                state: State::from_key(one(posted, "to")),
                body: one(posted, "said").to_owned(),
                components: a.kind.hits().then(|| forms::hit(posted)),
                next_at,
            };
            verbs::update(me, &me.actor, &a.id, new).await?;
            t!(lang, "Update posted.").to_owned()
        }
        "ways" => {
            let mut draft = forms::read_ways(me, posted)?;
            if !a.kind.hits() {
                draft.page = None;
            }
            verbs::change(me, &me.actor, &a.id, version, &draft).await?;
            t!(lang, "Saved.").to_owned()
        }
        "withdraw" => {
            verbs::withdraw(me, &me.actor, &a.id).await?;
            t!(lang, "Withdrawn. Nobody reads it any more.").to_owned()
        }
        "wording" => {
            wordings::save(me, &me.actor, &a.id, one(posted, "name")).await?;
            t!(lang, "The text is saved.").to_owned()
        }
        _ => return Err(Error::NotFound),
    })
}

/// POST /work/wordings/{wording}/remove
pub async fn remove_wording(me: Me, Path(id): Path<String>) -> Result<Response> {
    wordings::remove(&me, &me.actor, &id).await?;
    Ok(see_other(
        "/work/announcements",
        Some(Flash::new(t!(me.lang(), "The text is removed."))),
    ))
}
