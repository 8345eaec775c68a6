//! A message as it came: its headers that matter, its text with what is quoted
//! folded away, its HTML made harmless, and the raw bytes.

use std::collections::HashMap;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, PreEscaped, html};
use mil_mail::{Mail, html as markup};

use crate::error::{Error, Result};
use crate::files::{kind, name};
use crate::i18n::{fmt, t, tn};
use crate::mail::post::{self, Incoming};
use crate::mail::sort;
use crate::ui::block::card;
use crate::ui::shell::bar_back;
use crate::web::markdown::markdown;
use crate::web::{Me, shell};
use crate::work::store;

/// GET /mail/{mail}
pub async fn page(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let lang = me.lang();
    let one = post::find(&me, &me.actor, &id).await?;
    let back = match &one.request_id {
        Some(item) => store::find(&me.app.db, &me.actor, item)
            .await
            .map_or_else(|_| "/queue".to_owned(), |i| format!("/work/{}", i.number)),
        None => "/admin/mail/in".to_owned(),
    };
    let title = one
        .subject
        .clone()
        .filter(|s| !s.trim().is_empty())
        .unwrap_or_else(|| t!(lang, "(no subject)").to_owned());
    let page = html! {
        (bar_back(t!(lang, "Original message"), &back, "", html! {}))
        div class="panel-body stack" {
            h1 tabindex="-1" class="admin-h" { (title) }
            (body(&me, &one).await?)
        }
    };
    shell::workspace(&me, "/queue", &title, page).await
}

async fn mail_of(me: &Me, one: &Incoming) -> Result<Option<Mail>> {
    let bytes = sort::raw(&me.app, &one.sha256).await?;
    Ok(sort::parse(bytes).await.ok())
}

/// What is in the message, for a page of its own or beside what to do with it.
pub async fn body(me: &Me, one: &Incoming) -> Result<Markup> {
    let lang = me.lang();
    let raw = format!("/mail/{}/raw", one.id);
    let download = html! { a class="btn btn-s btn-line" href=(raw) download { (t!(lang, "Download the raw message")) } };
    let Some(mail) = mail_of(me, one).await? else {
        return Ok(card(
            t!(lang, "Message"),
            html! {
                p { (t!(lang, "It cannot be read.")) }
                p { (download) }
            },
        ));
    };
    let pictures: HashMap<String, String> = mail
        .attachments
        .iter()
        .enumerate()
        .filter(|(_, a)| kind::is_picture(picture_type(a)))
        .filter_map(|(at, a)| {
            Some((
                a.content_id.clone()?,
                format!("/mail/{}/picture/{at}", one.id),
            ))
        })
        .collect();
    let rich = mail
        .html
        .as_deref()
        .map(|text| markup::clean(text, pictures));
    let list = |parties: &[mil_mail::Party]| {
        parties
            .iter()
            .map(|p| {
                if p.name.is_empty() {
                    p.address.clone()
                } else {
                    format!("{} <{}>", p.name, p.address)
                }
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    Ok(html! {
        (card(t!(lang, "Message"), html! {
            dl class="props" {
                @if let Some(from) = &mail.from { dt { (t!(lang, "From")) } dd { (list(std::slice::from_ref(from))) } }
                @if !mail.to.is_empty() { dt { (t!(lang, "To")) } dd { (list(&mail.to)) } }
                @if !mail.cc.is_empty() { dt { (t!(lang, "Copy to")) } dd { (list(&mail.cc)) } }
            }
            div class="md prose mt-3" { (markdown(&mail.parts.said)) }
            @if !mail.parts.signature.is_empty() {
                details class="mt-3" { summary { (t!(lang, "Signature")) } div class="md muted" { (markdown(&mail.parts.signature)) } }
            }
            @if !mail.parts.quoted.is_empty() {
                details class="mt-3" { summary { (t!(lang, "What is quoted")) } div class="md muted" { (markdown(&mail.parts.quoted)) } }
            }
            @if !mail.attachments.is_empty() {
                h3 class="rail-h mt-3" { (t!(lang, "Files")) }
                ul class="plain" { @for file in &mail.attachments {
                    li { (file.name) " " span class="muted" { (fmt::bytes(lang, file.bytes.len() as u64)) } }
                } }
            }
            p class="mt-3" { (download) }
        }))
        @if let Some(rich) = rich {
            (card(t!(lang, "As it was laid out"), html! {
                @if rich.held_back > 0 {
                    p class="small muted" { (tn!(lang, rich.held_back, "{n} picture from elsewhere was not loaded: loading it would tell the sender that you read this.", "{n} pictures from elsewhere were not loaded: loading them would tell the sender that you read this.")) }
                }
                div class="md prose mail-html" { (PreEscaped(rich.html)) }
            }))
        }
    })
}

fn picture_type(file: &mil_mail::Attachment) -> &'static str {
    kind::media_type(&file.bytes[..file.bytes.len().min(kind::HEAD)], &file.name)
}

/// GET /mail/{mail}/raw, GET /api/v1/mail/in/{mail}/raw
pub async fn raw(me: Me, Path(id): Path<String>) -> Result<Response> {
    let one = post::find(&me, &me.actor, &id).await?;
    let bytes = sort::raw(&me.app, &one.sha256).await?;
    let headers = [
        (header::CONTENT_TYPE, "message/rfc822".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            name::disposition(false, &format!("{id}.eml")),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox".to_owned(),
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// GET /mail/{mail}/picture/{number}: a picture that came with the message.
pub async fn picture(me: Me, Path((id, number)): Path<(String, usize)>) -> Result<Response> {
    let one = post::find(&me, &me.actor, &id).await?;
    let mail = mail_of(&me, &one).await?.ok_or(Error::NotFound)?;
    let file = mail
        .attachments
        .into_iter()
        .nth(number)
        .ok_or(Error::NotFound)?;
    let media_type = picture_type(&file);
    if !kind::is_picture(media_type) {
        return Err(Error::NotFound);
    }
    let headers = [
        (header::CONTENT_TYPE, kind::sent_as(media_type).to_owned()),
        (
            header::CONTENT_DISPOSITION,
            name::disposition(true, &file.name),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox".to_owned(),
        ),
    ];
    Ok((headers, file.bytes).into_response())
}
