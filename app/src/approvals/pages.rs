//! What waits for me, answering, and who decides while I am away.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use mil_db::sql;
use serde::Deserialize;

use crate::approvals;
use crate::approvals::away::{self, Away};
use crate::approvals::panel::{Typed, answer, load, mine, open_step};
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::i18n::{fmt, t};
use crate::policy::{self, Do};
use crate::ui::block::{Tone, crumbs, empty, notice};
use crate::ui::button::{Button, button};
use crate::ui::field::{self, Field};
use crate::ui::shell::bar;
use crate::web::{Flash, Input, Me, Wrong, see_other, shell};
use crate::work::model::Item;
use crate::work::store;

/// The most rows of either list.
const ROWS: i64 = 100;

/// One line of the lists.
pub struct Line {
    /// Number of the request.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// What is agreed to.
    pub step: String,
    /// Who ordered it.
    pub requester: String,
    /// For whom, if the reader stands in.
    pub person: Option<String>,
    /// Asked, or answered.
    pub at: Timestamp,
    /// What was said.
    pub word: Option<bool>,
}

/// What waits for the reader's answer, oldest first, and what they answered
/// last. Whoever is asked may read the request.
pub async fn lines(me: &Me, answered: bool) -> Result<Vec<Line>> {
    let text = if answered {
        "SELECT w.number, w.title, a.name, r.name AS requester, a.person_id, p.name AS person,
            a.voted_at AS at, a.word
         FROM approval a JOIN work_item w ON w.id = a.item_id JOIN person r ON r.id = w.requester_id
         JOIN person p ON p.id = a.person_id
         WHERE a.voted_by = $1 AND a.voted_at <= $2 ORDER BY a.voted_at DESC, a.id LIMIT $3"
    } else {
        "SELECT w.number, w.title, a.name, r.name AS requester, a.person_id, p.name AS person,
            a.asked_at AS at, a.word
         FROM approval a JOIN work_item w ON w.id = a.item_id JOIN person r ON r.id = w.requester_id
         JOIN person p ON p.id = a.person_id
         WHERE a.closed_at IS NULL AND (a.person_id = $1 OR (w.requester_id <> $1 AND a.person_id IN
            (SELECT person_id FROM stand_in WHERE stand_in_id = $1 AND until > $2)))
         ORDER BY a.asked_at, a.id LIMIT $3"
    };
    sql(text)
        .bind(&me.actor.id)
        .bind(me.now.as_microsecond())
        .bind(ROWS)
        .all(&me.app.db)
        .await?
        .iter()
        .map(|row| {
            let person: String = row.get("person_id")?;
            let name: String = row.get("person")?;
            Ok(Line {
                number: row.get("number")?,
                title: row.get("title")?,
                step: row.get("name")?,
                requester: row.get("requester")?,
                person: (person != me.actor.id).then_some(name),
                at: from_micros(row.get("at")?),
                word: row.get::<Option<String>>("word")?.map(|w| w == "yes"),
            })
        })
        .collect()
}

/// GET /approvals
pub async fn list(me: Me) -> Result<Markup> {
    show_list(&me, &Wrong::default(), &AwayForm::default()).await
}

async fn show_list(me: &Me, wrong: &Wrong, typed: &AwayForm) -> Result<Markup> {
    let lang = me.lang();
    let open = lines(me, false).await?;
    let done = lines(me, true).await?;
    let row = |line: &Line| {
        let at = fmt::when(lang, line.at, me.now, &me.prefs.zone);
        html! {
            li class="card" {
                a class="strong" href={ "/requests/" (line.number) "/vote" } { (line.step) ": " (line.title) }
                p class="small muted" {
                    (line.number) ", " (line.requester) ", " (at)
                    @if let Some(person) = &line.person { ", " (t!(lang, "for {name}", name = person)) }
                    @match line.word {
                        Some(true) => { ", " (t!(lang, "agreed")) },
                        Some(false) => { ", " (t!(lang, "refused")) },
                        None => {},
                    }
                }
            }
        }
    };
    let body = html! {
        section aria-labelledby="h-open" {
            h2 id="h-open" { (t!(lang, "Waits for your answer")) }
            @if open.is_empty() {
                (empty("check", t!(lang, "Nothing waits for you"), t!(lang, "When somebody needs your yes or no, it stands here and in your inbox."), html! {}))
            } @else {
                ul class="stack bare-list" { @for line in &open { (row(line)) } }
            }
        }
        (away_block(me, wrong, typed).await?)
        @if !done.is_empty() {
            section aria-labelledby="h-done" {
                h2 id="h-done" { (t!(lang, "Answered")) }
                ul class="stack bare-list" { @for line in &done { (row(line)) } }
            }
        }
    };
    framed(me, t!(lang, "Approvals"), body).await
}

async fn framed(me: &Me, title: &str, body: Markup) -> Result<Markup> {
    if me.actor.role.is_agent() {
        let page = html! {
            (bar(title, html! {}, html! {}))
            div class="panel-body stack measure" style="--gap:1.75rem" { (body) }
        };
        shell::workspace(me, "/approvals", title, page).await
    } else {
        let page = html! {
            div class="wrap stack page measure" style="--gap:1.75rem" { h1 tabindex="-1" { (title) } (body) }
        };
        shell::portal(me, "/approvals", title, page).await
    }
}

/// The form of an absence; empty ends it.
#[derive(Deserialize, Default, Clone)]
#[serde(default, deny_unknown_fields)]
pub struct AwayForm {
    stand_in: String,
    until: String,
    back: Option<String>,
}

async fn away_block(me: &Me, wrong: &Wrong, typed: &AwayForm) -> Result<Markup> {
    let lang = me.lang();
    let now = away::of(&me.app.db, &me.actor.id, me.now).await?;
    let until = Field {
        ..wrong.field("until", t!(lang, "Until and including"), &typed.until)
    };
    let who = Field {
        hint: t!(
            lang,
            "Their email address. They read what waits for you and answer in your place."
        ),
        autocomplete: "off",
        ..wrong.field("stand_in", t!(lang, "Who decides for you"), &typed.stand_in)
    };
    Ok(html! {
        section aria-labelledby="h-away" {
            h2 id="h-away" { (t!(lang, "While you are away")) }
            @match now {
                Some((name, _, until)) => {
                    (notice(Tone::Info, "users", &t!(lang, "{name} decides for you.", name = name), html! {
                        (t!(lang, "Until {when}.", when = fmt::when(lang, until, me.now, &me.prefs.zone)))
                    }))
                    form class="mt-3" method="post" action="/me/away" {
                        button class="btn" name="back" value="yes" { (t!(lang, "I am back")) }
                    }
                },
                None => form class="stack" method="post" action="/me/away" {
                    (wrong.summary(lang))
                    (field::two(html! { (field::email(lang, &who)) (field::date(lang, &until)) }))
                    div { (button(Button { label: t!(lang, "Let them decide"), ..Button::default() })) }
                },
            }
        }
    })
}

/// POST /me/away
pub async fn away(me: Me, Input(form): Input<AwayForm>) -> Result<Response> {
    let lang = me.lang();
    let result = async {
        if form.back.is_some() {
            away::clear(&me, &me.actor).await?;
            return Ok(t!(lang, "You decide again."));
        }
        let until = form
            .until
            .parse()
            .map_err(|_| Error::field("until", "Choose a day from today on, within a year."))?;
        let stand_in = form.stand_in.clone();
        away::set(&me, &me.actor, &Away { stand_in, until }).await?;
        Ok(t!(lang, "Your answers are in good hands."))
    };
    match result.await {
        Ok(said) => Ok(see_other("/approvals", Some(Flash::new(said)))),
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            Ok((wrong.status(), show_list(&me, &wrong, &form).await?).into_response())
        }
    }
}

/// An answer as it is posted.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct VoteForm {
    word: String,
    comment: String,
}

/// Where the reader reads a request.
fn home(me: &Me, item: &Item) -> String {
    if policy::on_item(&me.actor, Do::SeeInternal, &item.facts()) {
        format!("/work/{}", item.number)
    } else {
        format!("/requests/{}", item.number)
    }
}

/// GET /requests/{item}/vote: what is asked, on a page of its own.
pub async fn form(me: Me, Path(id): Path<String>) -> Result<Response> {
    show(&me, &id, &Typed::default(), &Wrong::default()).await
}

async fn show(me: &Me, id: &str, typed: &Typed<'_>, wrong: &Wrong) -> Result<Response> {
    let lang = me.lang();
    let item = store::find(&me.app.db, &me.actor, id).await?;
    let chain = load(me, &item).await?;
    let held = mine(me, &item, &chain).await?;
    let waits = open_step(lang, &chain);
    let number = item.number.to_string();
    let body = html! {
        (crumbs(lang, &[(t!(lang, "Approvals"), "/approvals"), (&number, "")]))
        p { strong { (item.title) } }
        @match held.first() {
            Some(seat) => (answer(me, &item, seat, &held, typed, wrong)),
            None => p class="muted" { (t!(lang, "Nothing here waits for your answer.")) @if let Some(waits) = &waits { " " (waits) } },
        }
        p { a class="btn" href=(home(me, &item)) { (t!(lang, "Read the whole request")) } }
    };
    let page = framed(me, t!(lang, "Your answer"), body).await?;
    Ok((wrong.status(), page).into_response())
}

/// POST /requests/{item}/vote
pub async fn vote(
    me: Me,
    Path(id): Path<String>,
    Input(form): Input<VoteForm>,
) -> Result<Response> {
    let lang = me.lang();
    let yes = match form.word.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::field("word", "Agree or refuse.")),
    };
    match approvals::vote(&me, &me.actor, &id, yes, &form.comment).await {
        Ok(item) => {
            let said = if yes {
                t!(lang, "You agreed.")
            } else {
                t!(lang, "You refused. The others read why.")
            };
            Ok(see_other(&home(&me, &item), Some(Flash::new(said))))
        }
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            let typed = Typed {
                comment: &form.comment,
                to: "",
            };
            show(&me, &id, &typed, &wrong).await
        }
    }
}

/// Handing on as it is posted.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct HandForm {
    to: String,
}

/// POST /requests/{item}/hand-vote
pub async fn hand(
    me: Me,
    Path(id): Path<String>,
    Input(form): Input<HandForm>,
) -> Result<Response> {
    let lang = me.lang();
    match approvals::hand(&me, &me.actor, &id, &form.to).await {
        Ok(item) => {
            let said = Flash::new(t!(lang, "Handed on. They are told."));
            Ok(see_other(&home(&me, &item), Some(said)))
        }
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            let typed = Typed {
                comment: "",
                to: &form.to,
            };
            show(&me, &id, &typed, &wrong).await
        }
    }
}
