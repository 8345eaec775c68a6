//! Beside a request: its promise, what was ordered, who follows it.

use std::collections::HashMap;

use maud::{Markup, PreEscaped, html};
use mil_db::sql;
use mil_process::form::{self as def, Answer, Answers, FormDef, Shown};

use crate::error::{Error, Result};
use crate::files::{self, Attachment};
use crate::glossary::book::Book;
use crate::glossary::explain::Explain;
use crate::i18n::{fmt, t};
use crate::policy::{self, Do};
use crate::portal::seen::{Names, Seen, names};
use crate::portal::words;
use crate::ui::block;
use crate::ui::clock::{Promise, Sla, promise_card};
use crate::web::Me;
use crate::work::Item;

/// The form as it was when the item was ordered.
pub async fn form_of(me: &Me, item: &Item) -> Result<FormDef> {
    let row = sql("SELECT definition FROM service_form WHERE service_id = $1 AND version = $2")
        .bind(&item.service_id)
        .bind(item.form_version)
        .opt(&me.app.db)
        .await?
        .ok_or_else(|| Error::Internal(format!("no form for item {}", item.id)))?;
    Ok(row.json("definition")?)
}

/// The ids of people in answers.
pub fn people(answers: &Answers) -> Vec<String> {
    let person = |answer: &Answer| match answer {
        Answer::Person(id) => Some(id.clone()),
        _ => None,
    };
    answers.values().filter_map(person).collect()
}

/// Answers as names and values. `link` says where a file is opened, `book`
/// explains terms in what was written.
pub fn answers(
    me: &Me,
    form: &FormDef,
    answers: &Answers,
    people: &Names,
    link: &dyn Fn(&str) -> Option<String>,
    book: Option<&Book>,
) -> Markup {
    let lang = me.lang();
    let mut explain = book.map(|book| Explain::new(book, lang, "answers"));
    let mut value = |shown: &Shown<'_>| -> Markup {
        match shown {
            Shown::Text(text) => {
                let told = explain.as_mut().and_then(|explain| explain.text(text));
                html! { span class="lines" { @match told {
                    Some(told) => (PreEscaped(told)),
                    None => (text),
                } } }
            }
            Shown::Url(url) if url.starts_with("http://") || url.starts_with("https://") => {
                html! { a href=(url) rel="noreferrer" class="break" { (url) } }
            }
            Shown::Url(url) => html! { (url) },
            Shown::List(labels) => html! { (labels.join(", ")) },
            Shown::Number(number, unit) => {
                html! { (number) @if let Some(unit) = unit { " " (unit) } }
            }
            Shown::Date(date) => html! { (fmt::day(lang, *date, me.today())) },
            Shown::YesNo(yes) => {
                html! { @if *yes { (t!(lang, "Yes")) } @else { (t!(lang, "No")) } }
            }
            Shown::Person(id) => html! { (people.get(*id).map_or("?", String::as_str)) },
            Shown::Files(files) => html! {
                span class="stack" style="--gap:.25rem" {
                    @for file in *files {
                        @match link(&file.id) {
                            Some(href) => a href=(href) hx-boost="false" { (file.name) },
                            None => span { (if file.name.is_empty() { t!(lang, "A file") } else { file.name.as_str() }) },
                        }
                    }
                }
            },
        }
    };
    html! {
        dl class="props answers" {
            @for line in def::describe(form, answers) { dt { (line.label) } dd { (value(&line.shown)) } }
        }
    }
}

/// The aside of a request.
pub async fn part(me: &Me, seen: &Seen) -> Result<Markup> {
    let item = &seen.item;
    let src = format!("/requests/{}/facts", item.number);
    let ordered = ordered(me, seen).await?;
    let followers = followers(me, seen).await?;
    let rounds = crate::proofs::panel::card_of_item(me, &item.id).await?;
    Ok(html! {
        div class="stack" id="facts" data-live={ "item-" (item.id) } data-src=(src) {
            (promise(me, seen))
            (ordered)
            (rounds)
            (followers)
        }
    })
}

fn promise(me: &Me, seen: &Seen) -> Markup {
    let lang = me.lang();
    let zone = &me.prefs.zone;
    let item = &seen.item;
    let (state, text) = words::chip(me, seen);
    let due = seen.due(me.now);
    let big = match item.closed_at {
        Some(at) if seen.done() => t!(
            lang,
            "Done {when}",
            when = fmt::when(lang, at, me.now, zone)
        ),
        Some(at) => t!(
            lang,
            "Ended {when}",
            when = fmt::when(lang, at, me.now, zone)
        ),
        None if seen.reading.due.is_none() => {
            t!(
                lang,
                "{when}, if you answer now",
                when = fmt::when(lang, due, me.now, zone)
            )
        }
        None => fmt::when(lang, due, me.now, zone),
    };
    let big = if seen.reading.due.is_none() && !seen.mine && item.is_open() {
        fmt::when(lang, due, me.now, zone)
    } else {
        big
    };
    let start = fmt::weekday_time(lang, item.created_at, zone);
    let end = fmt::weekday_time(lang, due, zone);
    promise_card(
        lang,
        &Promise {
            what: &seen.service,
            big: &big,
            sla: Sla {
                state,
                percent: words::percent(seen),
                text: &text,
                ..Sla::default()
            },
            start: (t!(lang, "Ordered"), &start),
            end: (t!(lang, "Promised"), &end),
        },
    )
}

async fn ordered(me: &Me, seen: &Seen) -> Result<Markup> {
    let lang = me.lang();
    let item = &seen.item;
    let form = form_of(me, item).await?;
    let book = me.app.glossary().await?;
    let people = names(&me.app.db, people(&item.answers)).await?;
    let files = files::store::of_item(&me.app.db, &me.actor, item, "", 500).await?;
    let files: HashMap<&str, &Attachment> = files.iter().map(|f| (f.id.as_str(), f)).collect();
    let link = |id: &str| files.get(id).map(|file| file.href());
    let facts = item.facts();
    let open = item.is_open() && item.merged_into_id.is_none();
    let cancel = seen.mine && open && policy::on_item(&me.actor, Do::Cancel, &facts);
    let order = match &item.order_id {
        None => None,
        Some(id) => sql("SELECT number FROM service_order WHERE id = $1")
            .bind(id.as_str())
            .opt(&me.app.db)
            .await?
            .map(|row| row.get::<i64>("number"))
            .transpose()?,
    };
    let service = match &seen.orderable {
        Some(slug) => html! { a href={ "/catalog/" (slug) } { (seen.service) } },
        None => html! { (seen.service) },
    };
    let number = html! { span class="num" { (item.number) } };
    let order_link =
        html! { @if let Some(n) = order { a class="num" href={ "/orders/" (n) } { (n) } } };
    let by = html! { (seen.name(&item.requester_id, "?")) };
    Ok(block::card(
        t!(lang, "What was ordered"),
        html! {
            (block::props(&[
                (t!(lang, "Service"), service),
                (if seen.mine { "" } else { t!(lang, "Ordered by") }, by),
                (t!(lang, "Number"), number),
                (if order.is_some() { t!(lang, "Order") } else { "" }, order_link),
            ]))
            (answers(me, &form, &item.answers, &people, &link, Some(&book)))
            @if seen.mine {
                div class="row mt-4" {
                    @if seen.orderable.is_some() {
                        form method="post" action={ "/requests/" (item.number) "/again" } {
                            button class="btn btn-s" { (t!(lang, "Order again")) } }
                    }
                    @if cancel { a class="btn btn-s btn-quiet" href={ "/requests/" (item.number) "/cancel" } { (t!(lang, "Cancel request")) } }
                }
            }
        },
    ))
}

async fn followers(me: &Me, seen: &Seen) -> Result<Markup> {
    let lang = me.lang();
    let item = &seen.item;
    let rows = sql(
        "SELECT p.id, p.name FROM watcher w JOIN person p ON p.id = w.person_id
         WHERE w.item_id = $1 ORDER BY p.name, p.id",
    )
    .bind(&item.id)
    .all(&me.app.db)
    .await?;
    let mut list: Vec<(String, String)> = Vec::new();
    for row in &rows {
        list.push((row.get("id")?, row.get("name")?));
    }
    let action = format!("/requests/{}/followers", item.number);
    Ok(block::card(
        t!(lang, "Who follows this"),
        html! {
            @if list.is_empty() { p class="s14 muted" { (t!(lang, "Nobody besides you and the team. Followers read along and can write.")) } }
            @else {
                ul class="stack plain-list" style="--gap:.25rem" {
                    @for (id, name) in &list {
                        li class="row" {
                            span class="grow s14" { (crate::ui::talk::who(name)) }
                            @if seen.mine || *id == me.actor.id {
                                form method="post" action=(action) {
                                    input type="hidden" name="remove" value=(id);
                                    button class="btn btn-s btn-quiet" { (t!(lang, "Remove")) span class="vh" { ", " (name) } }
                                }
                            }
                        }
                    }
                }
            }
            @if seen.mine {
                form method="post" action=(action) class="stack mt-3" style="--gap:.5rem" {
                    (crate::ui::choice::remote(lang, &crate::ui::field::Field {
                        name: "person", label: t!(lang, "Let somebody follow"),
                        placeholder: t!(lang, "Name or email address"), ..Default::default()
                    }, &crate::ui::choice::Remote { src: "/people/options", ..Default::default() }))
                    div { button class="btn btn-s" { (t!(lang, "Add follower")) } }
                }
            }
        },
    ))
}
