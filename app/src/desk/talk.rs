//! The conversation: answers and notes, what happened in between, the editor.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use maud::{Markup, html};
use mil_db::{Where, sql};

use crate::clock::from_micros;
use crate::desk::load::{Desk, names};
use crate::error::Result;
use crate::files;
use crate::glossary::explain::Explain;
use crate::i18n::{Lang, fmt, t};
use crate::policy::{self, Do};
use crate::timeline::{self, Entry};
use crate::ui::talk::{self as ui, Editor, FileLink, Say};
use crate::web::markdown::markdown_with;

/// How many of the newest parts are shown at first.
const SHOWN: usize = 60;
/// The most events one page reads.
pub const EVENTS: i64 = 2_000;

/// What stands in the conversation besides comments.
const TOLD: &[&str] = &[
    "request.ordered",
    "request.moved",
    "request.done",
    "request.sent_back",
    "request.waits",
    "request.resumed",
    "request.approved",
    "request.changes_asked",
    "request.declined",
    "request.cancelled",
    "request.reopened",
    "request.assigned",
    "request.prioritised",
    "request.service_changed",
    "request.due_changed",
    "request.rated",
    "request.merged",
    "request.absorbed",
    "request.unmerged",
    "request.released",
    "promise.escalated",
    "approval.asked",
    "approval.given",
    "approval.refused",
    "approval.handed",
    "task.done",
    "task.failed",
    "task.reopened",
    "mail.bounced",
    "mail.unwanted",
];

/// A comment to show.
struct Comment {
    id: String,
    author_id: String,
    author: String,
    internal: bool,
    body: String,
    at: Timestamp,
}

async fn comments(d: &Desk) -> Result<Vec<Comment>> {
    let mut filter = Where::new();
    filter.and("c.item_id = ?", [d.item.id.as_str().into()]);
    if !policy::on_item(&d.me.actor, Do::SeeInternal, &d.item.facts()) {
        filter.and("c.visibility = 'public'", []);
    }
    sql(format!(
        "SELECT c.id, c.author_id, p.name, c.visibility, c.body, c.created_at FROM comment c
         JOIN person p ON p.id = c.author_id WHERE {} ORDER BY c.created_at, c.id",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(&d.me.app.db)
    .await?
    .iter()
    .map(|row| {
        Ok(Comment {
            id: row.get("id")?,
            author_id: row.get("author_id")?,
            author: row.get("name")?,
            // Whatever is not marked public is shown as internal.
            internal: row.get::<String>("visibility")? != "public",
            body: row.get("body")?,
            at: from_micros(row.get("created_at")?),
        })
    })
    .collect()
}

enum Part {
    Said(Comment),
    Event(Entry),
}

impl Part {
    fn at(&self) -> (Timestamp, &str) {
        match self {
            Part::Said(c) => (c.at, &c.id),
            Part::Event(e) => (e.at, &e.id),
        }
    }
}

/// Everybody whom the events name.
pub fn named(entries: &[Entry]) -> BTreeSet<String> {
    entries
        .iter()
        .filter(|e| e.verb == "request.assigned")
        .flat_map(|e| [&e.data["before"], &e.data["after"]])
        .filter_map(|id| id.as_str().map(str::to_owned))
        .collect()
}

/// The conversation, oldest first. `all` shows what is folded away otherwise.
pub async fn feed(d: &Desk, all: bool) -> Result<Markup> {
    let lang = d.me.lang();
    let files = files::store::of_item(&d.me.app.db, &d.me.actor, &d.item, "", 1_000).await?;
    let events = timeline::read(&d.me.app.db, &d.me.actor, &d.item, None, EVENTS).await?;
    let known = names(&d.me, named(&events)).await?;
    let labels = d.labels();
    let teller = d.teller(&known, &labels);
    let mails: BTreeMap<String, String> = crate::mail::post::of_comments(&d.me, &d.item.id)
        .await?
        .into_iter()
        .collect();
    let mut parts: Vec<Part> = comments(d).await?.into_iter().map(Part::Said).collect();
    parts.extend(
        events
            .into_iter()
            .filter(|e| {
                let verb = e.verb.as_str();
                TOLD.contains(&verb)
                    || crate::incidents::words::TOLD.contains(&verb)
                    || crate::changes::words::TOLD.contains(&verb)
                    || crate::automation::words::TOLD.contains(&verb)
            })
            .map(Part::Event),
    );
    parts.sort_by(|a, b| a.at().cmp(&b.at()));
    let folded = if all {
        0
    } else {
        parts.len().saturating_sub(SHOWN)
    };
    let items = html! {
        @if folded > 0 {
            li { p class="ev" { a href=(with(&d.path(""), "all=yes")) { (t!(lang, "Show the {n} earlier entries", n = folded)) } } }
        }
        @for part in parts.iter().skip(folded) {
            @match part {
                Part::Said(c) => {
                    @let links = links(lang, &files, &c.id, mails.get(&c.id));
                    (said(d, c, &links))
                }
                Part::Event(e) => (event(d, &teller, e)),
            }
        }
    };
    let live = (format!("item-{}", d.item.id), d.path("/part/feed"));
    Ok(ui::feed("feed", Some((&live.0, &live.1)), items))
}

/// An address with one more thing asked of it.
pub fn with(path: &str, query: &str) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}{query}")
}

struct Attached {
    href: String,
    name: String,
    note: String,
}

fn links(
    lang: Lang,
    files: &[files::Attachment],
    comment: &str,
    mail: Option<&String>,
) -> Vec<Attached> {
    let mail = mail.map(|id| Attached {
        href: format!("/mail/{id}"),
        name: t!(lang, "Original message").to_owned(),
        note: t!(lang, "came by mail").to_owned(),
    });
    files
        .iter()
        .filter(|f| f.comment_id.as_deref() == Some(comment))
        .map(|f| Attached {
            href: f.href(),
            name: f.name.clone(),
            note: fmt::bytes(lang, f.size),
        })
        .chain(mail)
        .collect()
}

fn said(d: &Desk, c: &Comment, files: &[Attached]) -> Markup {
    let lang = d.me.lang();
    let time = fmt::when(lang, c.at, d.me.now, &d.me.prefs.zone);
    let id = format!("c-{}", c.id);
    let mut explain = Explain::new(&d.glossary, lang, &c.id);
    let datetime = c.at.to_string();
    let files: Vec<FileLink<'_>> = files
        .iter()
        .map(|f| FileLink {
            href: &f.href,
            name: &f.name,
            note: &f.note,
            thumb: "",
        })
        .collect();
    let role = if c.author_id == d.item.requester_id {
        t!(lang, "requester")
    } else {
        ""
    };
    ui::say(
        lang,
        &Say {
            id: &id,
            who: &c.author,
            role,
            time: &time,
            datetime: &datetime,
            internal: c.internal,
            body: html! { div class="md" { (markdown_with(&c.body, &mut |text| explain.text(text))) } },
            files: &files,
        },
    )
}

/// One event in one line: who, what, why, when.
pub fn event(d: &Desk, teller: &timeline::words::Teller<'_>, e: &Entry) -> Markup {
    let Some(text) = teller.tell(e) else {
        return html! {};
    };
    let time = fmt::when(d.me.lang(), e.at, d.me.now, &d.me.prefs.zone);
    ui::event(
        teller.icon(e),
        html! {
            @if e.actor_id.is_some() || e.via != "system" { b { (e.actor_name) } " " }
            (text)
            @if let Some(reason) = teller.reason(e) { ": “" (reason) "”" }
            " · " time datetime=(e.at.to_string()) { (time) }
        },
    )
}

/// What is in the editor at first: a draft, or what came back with an error.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The text.
    pub body: String,
    /// For agents only.
    pub note: bool,
    /// What is wrong with it.
    pub error: String,
    /// When the draft was kept.
    pub saved: Option<Timestamp>,
}

/// Where a person's half-written comment on an item is kept.
pub fn place(item_id: &str) -> String {
    format!("comment:{item_id}")
}

/// The draft of the reader, if there is one.
pub async fn draft(d: &Desk) -> Result<Typed> {
    let row = sql("SELECT body, updated_at FROM draft WHERE person_id = $1 AND place = $2")
        .bind(&d.me.actor.id)
        .bind(place(&d.item.id))
        .opt(&d.me.app.db)
        .await?;
    let Some(row) = row else {
        return Ok(Typed::default());
    };
    let kept: BTreeMap<String, String> = row.json("body").unwrap_or_default();
    let get = |key: &str| kept.get(key).cloned().unwrap_or_default();
    Ok(Typed {
        body: get("body"),
        note: get("visibility") == "note",
        error: String::new(),
        saved: Some(from_micros(row.get("updated_at")?)),
    })
}

/// The editor. Who will read it is always chosen and always said.
pub fn editor(d: &Desk, typed: &Typed) -> Markup {
    let lang = d.me.lang();
    if d.item.merged_into_id.is_some() {
        return html! {};
    }
    let first = d.requester_name().split(' ').next().unwrap_or_default();
    let state = typed.saved.map_or_else(String::new, |at| {
        t!(
            lang,
            "Draft saved at {time}",
            time = fmt::time(lang, at, &d.me.prefs.zone)
        )
    });
    let (action, draft_url) = (d.path("/comments"), d.path("/draft"));
    let label = if d.item.requester_id == d.me.actor.id {
        t!(lang, "Reply").to_owned()
    } else {
        t!(lang, "Reply to {name}", name = first)
    };
    ui::editor(
        lang,
        &Editor {
            id: "say",
            action: &action,
            label: &label,
            send: t!(lang, "Send reply"),
            note_label: t!(lang, "Internal note"),
            note_send: t!(lang, "Save note"),
            note: typed.note,
            value: &typed.body,
            error: &typed.error,
            draft_url: &draft_url,
            draft_state: &state,
            files: true,
            primary: false,
            seen: &d.seen,
            mentions: "/work/people",
            ..Editor::default()
        },
    )
}
