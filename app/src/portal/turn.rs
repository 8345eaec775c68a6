//! "Your turn": the one loud block of a request. Answer, approve, rate.

use maud::{Markup, html};
use mil_db::sql;
use mil_process::process::{MoveKind, Phase};

use crate::error::Result;
use crate::files::{self, Attachment};
use crate::i18n::{fmt, t};
use crate::portal::draft;
use crate::portal::seen::Seen;
use crate::ui::block::turn;
use crate::ui::choice::{Opt, choices, select};
use crate::ui::field::{self, Field};
use crate::ui::talk::{Editor, FileLink, editor, file_link};
use crate::web::{Me, markdown};
use crate::work::model::{Waiting, WaitingKind};
use crate::work::moves;

/// What was typed and refused: shown again with what is wrong.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The answer that was typed.
    pub body: String,
    /// The reason that was typed.
    pub reason: String,
    /// What is wrong with it.
    pub error: String,
}

/// The block, empty while it is not the reader's turn. It only changes by itself
/// while it is empty: nothing that somebody types is taken from under them.
pub async fn part(me: &Me, seen: &Seen, typed: &Typed) -> Result<Markup> {
    let item = &seen.item;
    let inner = match &item.waiting {
        Some(waiting) if seen.my_turn() => Some(match waiting.kind {
            WaitingKind::Answer => answer(me, seen, waiting, typed).await?,
            WaitingKind::Approval => approve(me, seen, waiting, typed).await?,
        }),
        _ if seen.mine
            && item.phase == Phase::Done
            && item.rated_at.is_none()
            && item.merged_into_id.is_none() =>
        {
            Some(rate(me, seen, typed))
        }
        _ => None,
    };
    let live = inner.is_none().then(|| format!("item-{}", item.id));
    let src = format!("/requests/{}/turn", item.number);
    Ok(html! {
        div id="turn" data-live=[live] data-src=(src) { @if let Some(inner) = inner { (inner) } }
    })
}

/// What an answer is worth: the date holds if it comes now.
fn consequence(me: &Me, seen: &Seen) -> Markup {
    let lang = me.lang();
    let when = fmt::when(lang, seen.due(me.now), me.now, &me.prefs.zone);
    html! {
        p class="small muted mt-3" {
            (t!(lang, "Answer now and it is ready {when}. The clock stands still until you do, and the date moves with it.", when = when))
        }
    }
}

async fn proof(me: &Me, seen: &Seen) -> Result<Vec<Attachment>> {
    let last = sql(
        "SELECT c.id FROM comment c WHERE c.item_id = $1 AND c.visibility = 'public'
            AND c.author_id <> $2 AND EXISTS (SELECT 1 FROM attachment a WHERE a.comment_id = c.id)
         ORDER BY c.created_at DESC, c.id DESC LIMIT 1",
    )
    .bind(&seen.item.id)
    .bind(&seen.item.requester_id)
    .opt(&me.app.db)
    .await?;
    let Some(last) = last else {
        return Ok(Vec::new());
    };
    let id: String = last.get("id")?;
    let files = files::store::of_item(&me.app.db, &me.actor, &seen.item, "", 1_000).await?;
    let with = |f: &Attachment| f.comment_id.as_deref() == Some(&id) && !f.internal;
    Ok(files.into_iter().filter(with).collect())
}

async fn shown_files(me: &Me, seen: &Seen) -> Result<Markup> {
    let lang = me.lang();
    let files = proof(me, seen).await?;
    Ok(html! {
        @if !files.is_empty() {
            div class="files mt-3" {
                @for file in &files {
                    @let href = file.href();
                    (file_link(&FileLink {
                        href: &href, name: &file.name, note: &fmt::bytes(lang, file.size),
                        thumb: if files::kind::is_picture(&file.media_type) { &href } else { "" },
                    }))
                }
            }
        }
    })
}

async fn answer(me: &Me, seen: &Seen, waiting: &Waiting, typed: &Typed) -> Result<Markup> {
    let lang = me.lang();
    let box_ = reply(me, seen, typed, true).await?;
    Ok(turn(
        "msg",
        t!(lang, "Your turn: answer the question"),
        html! {
            @if !waiting.text.is_empty() { div class="prose s14" { (markdown(&waiting.text)) } }
            (shown_files(me, seen).await?)
            div class="mt-3" { (box_) }
            (consequence(me, seen))
        },
    ))
}

/// The box to write in.
pub async fn reply(me: &Me, seen: &Seen, typed: &Typed, primary: bool) -> Result<Markup> {
    let lang = me.lang();
    let item = &seen.item;
    let base = format!("/requests/{}", item.number);
    let kept = draft::find(me, &draft::of_answer(&item.id)).await?;
    let kept = kept.map(|(body, _)| body).unwrap_or_default();
    let value = if typed.body.is_empty() {
        &kept
    } else {
        &typed.body
    };
    let who = seen.owner().filter(|name| *name != me.actor.name);
    let label = match who {
        Some(name) => t!(lang, "Write to {name}", name = name),
        None => t!(lang, "Write to the team").to_owned(),
    };
    Ok(editor(
        lang,
        &Editor {
            id: "reply",
            action: &format!("{base}/say"),
            label: &label,
            placeholder: &label,
            send: if primary {
                t!(lang, "Send the answer")
            } else {
                t!(lang, "Send")
            },
            value,
            error: if typed.reason.is_empty() {
                &typed.error
            } else {
                ""
            },
            draft_url: &format!("{base}/draft"),
            files: true,
            primary,
            ..Editor::default()
        },
    ))
}

async fn approve(me: &Me, seen: &Seen, waiting: &Waiting, typed: &Typed) -> Result<Markup> {
    let lang = me.lang();
    let item = &seen.item;
    let action = format!("/requests/{}/decide", item.number);
    let catalog = me.app.catalog().await?;
    let offers = moves::offers(me, &catalog, &me.actor, item)?;
    let stages: Vec<(String, String, bool)> = offers
        .iter()
        .filter(|o| o.kind == MoveKind::RequestChanges)
        .filter_map(|o| {
            let stage = seen.process.stage(&o.to.stage)?;
            Some((
                stage.key.clone(),
                stage.requester_word().to_owned(),
                o.default,
            ))
        })
        .collect();
    let options: Vec<Opt<'_>> = stages
        .iter()
        .map(|(value, label, chosen)| Opt {
            value,
            label,
            chosen: *chosen,
            ..Opt::default()
        })
        .collect();
    let open = !typed.error.is_empty();
    Ok(turn(
        "eye",
        t!(lang, "Your turn: look at it"),
        html! {
            @if !waiting.text.is_empty() { div class="prose s14" { (markdown(&waiting.text)) } }
            @else { p class="s14" { (t!(lang, "Check names, dates and places.")) } }
            (shown_files(me, seen).await?)
            form method="post" action=(action) class="mt-3" {
                input type="hidden" name="version" value=(item.version);
                button class="btn btn-primary" name="decision" value="yes" { (t!(lang, "Looks good, go on")) }
            }
            details class="mt-3" open[open] {
                summary class="btn" { (t!(lang, "Ask for changes")) }
                form method="post" action=(action) class="stack mt-3" data-guard {
                    input type="hidden" name="version" value=(item.version);
                    input type="hidden" name="decision" value="no";
                    (field::textarea(lang, &Field {
                        name: "reason", label: t!(lang, "What should be different?"),
                        hint: t!(lang, "As exactly as you can, so that the next version fits."),
                        value: &typed.reason, error: &typed.error, ..Field::default()
                    }, 4))
                    @if options.len() > 1 {
                        (select(lang, &Field { name: "to", label: t!(lang, "Which part is it about?"), ..Field::default() }, &options, None))
                    }
                    div { button class="btn" { (t!(lang, "Send the changes")) } }
                }
            }
            (consequence(me, seen))
        },
    ))
}

fn rate(me: &Me, seen: &Seen, typed: &Typed) -> Markup {
    let lang = me.lang();
    let action = format!("/requests/{}/rate", seen.item.number);
    let marks = [
        ("5", t!(lang, "Very good")),
        ("4", t!(lang, "Good")),
        ("3", t!(lang, "All right")),
        ("2", t!(lang, "Not good")),
        ("1", t!(lang, "Bad")),
    ];
    let options = marks.map(|(value, label)| Opt {
        value,
        label,
        ..Opt::default()
    });
    turn(
        "star",
        t!(lang, "How was it?"),
        html! {
            form method="post" action=(action) class="stack" data-guard {
                (choices(lang, &Field { name: "score", label: t!(lang, "Your rating"), error: &typed.error, ..Field::default() }, &options, false))
                (field::textarea(lang, &Field {
                    name: "comment", label: t!(lang, "What went well, what did not?"), optional: true,
                    value: &typed.body, ..Field::default()
                }, 3))
                div { button class="btn btn-primary" { (t!(lang, "Send the rating")) } }
            }
        },
    )
}
