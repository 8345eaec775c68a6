//! What was said and what happened, newest first; nothing internal.

use std::collections::HashMap;

use jiff::Timestamp;
use maud::{Markup, html};
use mil_db::{Row, sql};
use serde_json::Value;

use crate::clock::from_micros;
use crate::error::Result;
use crate::files::{self, Attachment};
use crate::glossary::explained;
use crate::i18n::{Lang, fmt, t};
use crate::portal::seen::Seen;
use crate::portal::words::first;
use crate::ui::talk::{FileLink, Say, event, feed, say};
use crate::web::Me;

/// How many comments and how many events a page shows.
const SHOWN: i64 = 200;

/// The conversation, as a list that offers what is new.
pub async fn part(me: &Me, seen: &Seen) -> Result<Markup> {
    let item = &seen.item;
    let files = files::store::of_item(&me.app.db, &me.actor, item, "", 1_000).await?;
    let mut of_comment: HashMap<&str, Vec<&Attachment>> = HashMap::new();
    for file in files.iter().filter(|f| !f.internal) {
        if let Some(comment) = &file.comment_id {
            of_comment.entry(comment).or_default().push(file);
        }
    }
    let comments = sql("SELECT c.id, c.author_id, p.name, p.title, c.body, c.created_at
         FROM comment c JOIN person p ON p.id = c.author_id
         WHERE c.item_id = $1 AND c.visibility = 'public' ORDER BY c.created_at DESC, c.id DESC LIMIT $2")
    .bind(&item.id)
    .bind(SHOWN)
    .all(&me.app.db)
    .await?;
    let events = sql("SELECT id, at, actor_id, actor_name, verb, data FROM event
         WHERE item_id = $1 AND audience = 'public' ORDER BY id DESC LIMIT $2")
    .bind(&item.id)
    .bind(SHOWN)
    .all(&me.app.db)
    .await?;
    let mut entries: Vec<(Timestamp, String, Markup)> = Vec::new();
    for row in &comments {
        let id: String = row.get("id")?;
        let files = of_comment.get(id.as_str()).cloned().unwrap_or_default();
        entries.push(comment(me, seen, row, &files).await?);
    }
    for row in &events {
        entries.extend(happened(me, seen, row)?);
    }
    entries.sort_by(|a, b| (b.0, &b.1).cmp(&(a.0, &a.1)));
    let src = format!("/requests/{}/feed", item.number);
    let topic = format!("item-{}", item.id);
    Ok(feed(
        "feed",
        Some((&topic, &src)),
        html! { @for (_, _, entry) in &entries { (entry) } },
    ))
}

async fn comment(
    me: &Me,
    seen: &Seen,
    row: &Row,
    files: &[&Attachment],
) -> Result<(Timestamp, String, Markup)> {
    let lang = me.lang();
    let id: String = row.get("id")?;
    let author: String = row.get("author_id")?;
    let at = from_micros(row.get("created_at")?);
    let name: String = row.get("name")?;
    let title: Option<String> = row.get("title")?;
    let role = if author == me.actor.id {
        t!(lang, "(you)").to_owned()
    } else if author == seen.item.requester_id {
        t!(lang, "ordered this").to_owned()
    } else {
        title.unwrap_or_default()
    };
    let body = explained(me, &id, &row.get::<String>("body")?).await?;
    let links: Vec<(String, String)> = files
        .iter()
        .map(|f| (f.href(), fmt::bytes(lang, f.size)))
        .collect();
    let files: Vec<FileLink<'_>> = files
        .iter()
        .zip(&links)
        .map(|(file, (href, size))| FileLink {
            href,
            name: &file.name,
            note: size,
            thumb: if files::kind::is_picture(&file.media_type) {
                href
            } else {
                ""
            },
        })
        .collect();
    let entry = say(
        lang,
        &Say {
            id: &format!("c-{id}"),
            who: &name,
            role: &role,
            time: &fmt::when(lang, at, me.now, &me.prefs.zone),
            datetime: &at.to_string(),
            internal: false,
            body,
            files: &files,
        },
    );
    Ok((at, id, entry))
}

/// An event in a line, if it says something to those who ordered.
fn happened(me: &Me, seen: &Seen, row: &Row) -> Result<Option<(Timestamp, String, Markup)>> {
    let lang = me.lang();
    let verb: String = row.get("verb")?;
    let data: Value = row.json("data")?;
    let actor: Option<String> = row.get("actor_id")?;
    let name: String = row.get("actor_name")?;
    let at = from_micros(row.get("at")?);
    let me_too = actor.as_deref() == Some(me.actor.id.as_str());
    let who = if me_too { None } else { Some(first(&name)) };
    let told = if verb == "request.due_changed" {
        due_changed(me, &data).map(|text| ("clock", text))
    } else {
        line(lang, &verb, who, &data, seen)
    };
    let Some((icon, text)) = told else {
        return Ok(None);
    };
    let when = fmt::when(lang, at, me.now, &me.prefs.zone);
    let reason = data["reason"].as_str().filter(|r| !r.is_empty());
    let entry = event(
        icon,
        html! {
            (text) @if let Some(reason) = reason { ": “" (reason) "”" } " · "
            time datetime=(at.to_string()) { (when) }
        },
    );
    Ok(Some((at, row.get("id")?, entry)))
}

/// Names, one after the other.
fn names_of(names: &Value) -> String {
    let names = names.as_array().into_iter().flatten();
    let names: Vec<&str> = names.filter_map(Value::as_str).collect();
    names.join(", ")
}

/// What happened, in plain words: an icon and a text.
fn line(
    lang: Lang,
    verb: &str,
    who: Option<&str>,
    data: &Value,
    seen: &Seen,
) -> Option<(&'static str, String)> {
    let from = data["from_word"].as_str().unwrap_or_default();
    let to = data["to_word"].as_str().unwrap_or_default();
    let by = |you: &str, other: String| if who.is_none() { you.to_owned() } else { other };
    let name = who.unwrap_or_default();
    Some(match verb {
        "proof.started" | "proof.version_added" | "proof.decided" | "proof.closed" => {
            ("image", crate::proofs::panel::told(lang, verb, who, data)?)
        }
        "request.ordered" if data["on_behalf"] == true => (
            "check",
            t!(
                lang,
                "{name} ordered this for {other}",
                name = by(t!(lang, "You"), name.to_owned()),
                other = first(seen.name(&seen.item.requester_id, "?"))
            ),
        ),
        "request.ordered" => (
            "check",
            by(
                t!(lang, "You ordered this"),
                t!(lang, "{name} ordered this", name = name),
            ),
        ),
        "request.moved" => (
            "check",
            by(
                &t!(lang, "You finished: {stage}", stage = from),
                t!(lang, "{name} finished: {stage}", name = name, stage = from),
            ),
        ),
        "request.done" => ("check", t!(lang, "This is done").to_owned()),
        "request.sent_back" => ("left", t!(lang, "Back to: {stage}", stage = to)),
        "request.waits" => (
            "clock",
            t!(lang, "The clock stopped to wait for an answer").to_owned(),
        ),
        "request.resumed" => ("clock", t!(lang, "The clock runs again").to_owned()),
        "request.approved" => (
            "okc",
            by(
                t!(lang, "You said: looks good"),
                t!(lang, "{name} said: looks good", name = name),
            ),
        ),
        "request.changes_asked" => (
            "edit",
            by(
                t!(lang, "You asked for changes"),
                t!(lang, "{name} asked for changes", name = name),
            ),
        ),
        "request.declined" => ("x", t!(lang, "We cannot do this").to_owned()),
        "request.cancelled" => (
            "x",
            by(
                t!(lang, "You cancelled this"),
                t!(lang, "{name} cancelled this", name = name),
            ),
        ),
        "request.reopened" => (
            "clock",
            by(
                t!(lang, "You reopened this"),
                t!(lang, "{name} reopened this", name = name),
            ),
        ),
        "approval.asked" => (
            "users",
            t!(
                lang,
                "Asked to agree: {names}",
                names = names_of(&data["names"])
            ),
        ),
        "approval.given" => (
            "okc",
            by(
                t!(lang, "You agreed"),
                t!(lang, "{name} agreed", name = name),
            ),
        ),
        "approval.refused" => (
            "x",
            by(
                t!(lang, "You refused"),
                t!(lang, "{name} refused", name = name),
            ),
        ),
        "timer.went_off" => (
            "clock",
            crate::work::timer_words::for_requester(lang, data)?,
        ),
        "request.rated" => (
            "star",
            by(
                t!(lang, "You rated this"),
                t!(lang, "{name} rated this", name = name),
            ),
        ),
        "request.renamed" => (
            "edit",
            t!(
                lang,
                "It is now called “{title}”",
                title = data["after"].as_str().unwrap_or_default()
            ),
        ),
        _ => return None,
    })
}

/// The promised time moved because our hours or the promise did. The first
/// answer alone is nothing that a requester plans with.
fn due_changed(me: &Me, data: &Value) -> Option<String> {
    let lang = me.lang();
    let due = |key: &str| data[key].as_i64();
    let (before, after) = due("due_before").zip(due("due_after"))?;
    let when = fmt::when(lang, from_micros(after), me.now, &me.prefs.zone);
    let hours = data["why"] == "calendar.changed";
    Some(match (hours, after > before) {
        (true, true) => t!(
            lang,
            "Our working hours changed: it is promised later, {when}",
            when = when
        ),
        (true, false) => t!(
            lang,
            "Our working hours changed: it is promised sooner, {when}",
            when = when
        ),
        (false, true) => t!(
            lang,
            "Our promise changed: it is promised later, {when}",
            when = when
        ),
        (false, false) => t!(
            lang,
            "Our promise changed: it is promised sooner, {when}",
            when = when
        ),
    })
}
