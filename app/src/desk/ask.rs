//! What the deeds ask before they are done.

use maud::{Markup, html};
use mil_db::sql;
use mil_process::process::MoveKind;

use crate::desk::deeds::Deed;
use crate::desk::head::hand_label;
use crate::desk::load::Desk;
use crate::desk::rail::link_words;
use crate::error::Result;
use crate::files::Sent;
use crate::i18n::t;
use crate::ui::block::{Tone, notice};
use crate::ui::button::{Button, Kind, button, link_button};
use crate::ui::choice::{Drop, Opt, Remote, checks, files, remote, select};
use crate::ui::field::{Field, error_summary, text, textarea};
use crate::work::order::MAX_TITLE;
use crate::work::relate::LinkKind;

/// What a deed's page is called.
pub fn title(d: &Desk, deed: Deed) -> String {
    let lang = d.me.lang();
    match deed {
        Deed::Hand => Some(hand_label(d))
            .filter(|l| !l.is_empty())
            .unwrap_or_else(|| t!(lang, "Hand on").to_owned()),
        Deed::Resume => t!(lang, "Go on").to_owned(),
        Deed::Back => t!(lang, "Send back").to_owned(),
        Deed::Ask => t!(lang, "Ask {name}", name = d.requester_name()),
        Deed::Approval => t!(lang, "Send a draft to approve").to_owned(),
        Deed::Decline => t!(lang, "Decline this request").to_owned(),
        Deed::Cancel => t!(lang, "Cancel this request").to_owned(),
        Deed::Reopen => t!(lang, "Reopen this request").to_owned(),
        Deed::Merge => t!(lang, "Merge into another request").to_owned(),
        Deed::Link => t!(lang, "Link to another request").to_owned(),
        Deed::Service => t!(lang, "Change the service").to_owned(),
        Deed::Title => t!(lang, "Rename this request").to_owned(),
        Deed::Follower => t!(lang, "Let somebody follow").to_owned(),
    }
}

/// The verb on the button.
fn verb(d: &Desk, deed: Deed) -> String {
    let lang = d.me.lang();
    match deed {
        Deed::Hand | Deed::Resume | Deed::Back => title(d, deed),
        Deed::Ask => t!(lang, "Send question").to_owned(),
        Deed::Approval => t!(lang, "Send draft").to_owned(),
        Deed::Decline => t!(lang, "Decline").to_owned(),
        Deed::Cancel => t!(lang, "Cancel the request").to_owned(),
        Deed::Reopen => t!(lang, "Reopen").to_owned(),
        Deed::Merge => t!(lang, "Merge").to_owned(),
        Deed::Link => t!(lang, "Link").to_owned(),
        Deed::Service => t!(lang, "Change service").to_owned(),
        Deed::Title => t!(lang, "Rename").to_owned(),
        Deed::Follower => t!(lang, "Add follower").to_owned(),
    }
}

/// The form of a deed, with what was typed and what was wrong with it.
pub async fn form(
    d: &Desk,
    deed: Deed,
    sent: &Sent,
    errors: &[(String, String)],
) -> Result<Markup> {
    let lang = d.me.lang();
    let blocked = d
        .offer(MoveKind::Forward)
        .filter(|offer| deed == Deed::Hand && !offer.blocked.is_empty());
    let fields = match blocked {
        Some(_) => html! {},
        None => fields(d, deed, sent, errors).await?,
    };
    let key = key(deed);
    let list: Vec<(&str, &str)> = errors
        .iter()
        .filter(|_| blocked.is_none())
        .map(|(field, text)| (field.as_str(), text.as_str()))
        .collect();
    let verb = verb(d, deed);
    let kind = match deed {
        Deed::Decline | Deed::Cancel => Kind::Danger,
        _ => Kind::Primary,
    };
    Ok(html! {
        section class="stack deed" aria-labelledby="deed-h" {
            h2 id="deed-h" { (title(d, deed)) }
            (error_summary(lang, &list))
            @if let Some(offer) = blocked {
                (notice(Tone::Warn, "alert", t!(lang, "Not yet."), html! {
                    (t!(lang, "This is still to do before it can go on:"))
                    ul class="plain" { @for block in &offer.blocked { li { (lang.text(block.msg.text, &block.msg.args)) } } }
                }))
                p { (link_button(&d.path(""), Button { label: t!(lang, "Back to the request"), ..Button::default() })) }
            } @else {
                form method="post" action=(d.path(&format!("/do/{key}"))) enctype="multipart/form-data" data-guard class="stack" {
                    input type="hidden" name="version" value=(d.item.version);
                    input type="hidden" name="seen" value=(d.seen);
                    (fields)
                    div class="row" {
                        (button(Button { label: &verb, kind, ..Button::default() }))
                        (link_button(&d.path(""), Button { label: t!(lang, "Back"), kind: Kind::Quiet, ..Button::default() }))
                    }
                }
            }
        }
    })
}

fn key(deed: Deed) -> &'static str {
    match deed {
        Deed::Hand => "hand",
        Deed::Resume => "resume",
        Deed::Back => "back",
        Deed::Ask => "ask",
        Deed::Approval => "approval",
        Deed::Decline => "decline",
        Deed::Cancel => "cancel",
        Deed::Reopen => "reopen",
        Deed::Merge => "merge",
        Deed::Link => "link",
        Deed::Service => "service",
        Deed::Title => "title",
        Deed::Follower => "follower",
    }
}

async fn fields(d: &Desk, deed: Deed, sent: &Sent, errors: &[(String, String)]) -> Result<Markup> {
    let lang = d.me.lang();
    let error = |name: &str| {
        errors
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, text)| text.as_str())
    };
    let make = |name: &'static str, label: &'static str, hint: &'static str| Field {
        name,
        label,
        hint,
        error: error(name),
        value: sent.text(name),
        ..Field::default()
    };
    let reason = |hint: &'static str| textarea(lang, &make("reason", t!(lang, "Reason"), hint), 4);
    Ok(match deed {
        Deed::Hand | Deed::Resume => html! {},
        Deed::Back => back(
            d,
            sent,
            error("to"),
            reason(t!(lang, "Whoever gets it back should know why.")),
        ),
        Deed::Ask => message(
            d,
            make(
                "body",
                t!(lang, "Your question"),
                t!(lang, "The clock waits until it is answered."),
            ),
        ),
        Deed::Approval => message(
            d,
            make(
                "body",
                t!(lang, "What should they look at?"),
                t!(
                    lang,
                    "They approve it or ask for changes. The clock waits meanwhile."
                ),
            ),
        ),
        Deed::Decline => reason(t!(lang, "The requester reads this.")),
        Deed::Cancel => textarea(
            lang,
            &Field {
                optional: true,
                ..make(
                    "reason",
                    t!(lang, "Reason"),
                    t!(lang, "The requester reads this."),
                )
            },
            3,
        ),
        Deed::Reopen => reason(t!(lang, "What is still to do?")),
        Deed::Merge => {
            let others = others(d).await?;
            html! {
                (notice(Tone::Info, "info", t!(lang, "What happens:"), html! { (t!(lang, "messages, files and followers move to the other request, both requesters read them there, and this one is closed. You can undo it for ten minutes.")) }))
                (text(lang, &make("into", t!(lang, "Number of the request that stays"), "")))
                @if !others.is_empty() {
                    p class="small muted" { (t!(lang, "Other open requests of {name}:", name = d.requester_name())) }
                    ul class="plain" { @for (number, title) in &others { li { span class="num" { (number) } " " (title) } } }
                }
            }
        }
        Deed::Link => {
            let words: Vec<&str> = LinkKind::ALL.iter().map(|k| link_words(lang, *k)).collect();
            let options: Vec<Opt<'_>> = LinkKind::ALL
                .iter()
                .zip(&words)
                .map(|(k, label)| Opt {
                    value: k.key(),
                    label,
                    chosen: sent.text("kind") == k.key(),
                    ..Opt::default()
                })
                .collect();
            html! {
                (select(lang, &make("kind", t!(lang, "This request"), ""), &options, None))
                (text(lang, &make("to", t!(lang, "Number of the other request"), "")))
            }
        }
        Deed::Service => {
            let options: Vec<Opt<'_>> = d
                .catalog
                .services
                .iter()
                .filter(|s| s.offered() && s.id != d.item.service_id)
                .map(|s| Opt {
                    value: &s.id,
                    label: &s.name,
                    chosen: sent.text("service") == s.id,
                    ..Opt::default()
                })
                .collect();
            html! {
                (notice(Tone::Info, "info", t!(lang, "What happens:"), html! { (t!(lang, "answers that fit the new form stay, the others remain in the history. The promise is computed anew from the time of the order.")) }))
                (select(lang, &make("service", t!(lang, "New service"), ""), &options, None))
            }
        }
        Deed::Title => {
            let mut field = make("title", t!(lang, "Title"), "");
            if sent.fields.is_empty() {
                field.value = &d.item.title;
            }
            field.max_length = u32::try_from(MAX_TITLE).ok();
            text(lang, &field)
        }
        Deed::Follower => {
            let shown = sent.text("person-text");
            remote(
                lang,
                &make(
                    "person",
                    t!(lang, "Name"),
                    t!(
                        lang,
                        "They hear of every answer. Requesters never see internal notes."
                    ),
                ),
                &Remote {
                    src: "/work/people?who=all",
                    shown,
                    known: &[],
                },
            )
        }
    })
}

/// Where it may go back to, nearest first.
fn back(d: &Desk, sent: &Sent, error: &str, reason: Markup) -> Markup {
    let lang = d.me.lang();
    let options: Vec<Opt<'_>> = d
        .offers
        .iter()
        .filter(|offer| offer.kind == MoveKind::SendBack)
        .filter_map(|offer| d.process.stage(&offer.to.stage))
        .map(|stage| Opt {
            value: &stage.key,
            label: &stage.name,
            chosen: sent.text("to") == stage.key,
            ..Opt::default()
        })
        .collect();
    html! {
        (checks(lang, &Field { name: "to", label: t!(lang, "Back to"), error, ..Field::default() }, &options, false))
        (reason)
    }
}

fn message(d: &Desk, field: Field<'_>) -> Markup {
    let lang = d.me.lang();
    html! {
        (textarea(lang, &field, 6))
        (files(lang, &Field { name: "file", label: t!(lang, "Files"), optional: true, ..Field::default() },
            &Drop { upload_url: "/files", many: true, ..Drop::default() }))
    }
}

/// What else the requester has open, newest first.
async fn others(d: &Desk) -> Result<Vec<(i64, String)>> {
    sql("SELECT number, title FROM work_item
         WHERE requester_id = $1 AND id <> $2 AND closed_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 8")
        .bind(&d.item.requester_id)
        .bind(&d.item.id)
        .all(&d.me.app.db)
        .await?
        .iter()
        .map(|row| Ok((row.get("number")?, row.get("title")?)))
        .collect()
}
