//! Many messages to one person as one: a daily summary, or what a storm would have
//! sent. Each line is looked up as for a message of its own; what the reader may
//! not read any more is left out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mil_db::{Row, sql};
use mil_mail::Party;
use mil_mail::render::{Author, Outgoing, Picture, render};

use crate::error::Result;
use crate::i18n::{Lang, tn};
use crate::mail::compose::{Composed, Reader, Ready, happened, known};
use crate::mail::template::{self, Values, Which};
use crate::mail::{boxes, frame, key};
use crate::state::App;

/// How many things one message lists; the inbox has the rest.
const MAX_THINGS: usize = 40;
/// How much of what somebody wrote is shown, in characters.
const MAX_WORDS: usize = 160;

/// A thing and what happened to it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Thing {
    /// Its number and name.
    pub title: String,
    /// Its address.
    pub href: String,
    /// What happened, oldest first.
    pub news: Vec<String>,
}

/// The messages that leave with `lead`, oldest first.
pub async fn members(app: &App, lead: &str) -> Result<Vec<Row>> {
    Ok(
        sql("SELECT * FROM mail_out WHERE bundle_id = $1 ORDER BY id")
            .bind(lead)
            .all(&app.db)
            .await?,
    )
}

/// Make the one message of `lead` and its `members`.
pub async fn compose(
    app: &App,
    now: Timestamp,
    lead: &Row,
    members: &[Row],
    reader: &Reader,
) -> Result<Composed> {
    let lang = reader.lang;
    let base = &app.config.public_url;
    let mut order: Vec<String> = Vec::new();
    let mut things: BTreeMap<String, Thing> = BTreeMap::new();
    let mut count = 0;
    for row in std::iter::once(lead).chain(members) {
        let Ok(known) = known(app, reader, row).await? else {
            continue;
        };
        count += 1;
        let href = format!("{base}{}", known.page(reader));
        let reason: String = row.get("reason")?;
        let mut news = happened(lang, &reason, &known.said.by);
        let words = short(&known.said.text);
        if !words.is_empty() {
            news = format!("{news}: {words}");
        }
        let thing = things.entry(href.clone()).or_insert_with(|| {
            order.push(href.clone());
            Thing {
                title: match &known.item {
                    Some(item) => format!("[#{}] {}", item.number, item.title),
                    None => known
                        .title
                        .clone()
                        .unwrap_or_else(|| app.org().name.clone()),
                },
                href,
                news: Vec::new(),
            }
        });
        if thing.news.last() != Some(&news) {
            thing.news.push(news);
        }
    }
    if count == 0 {
        return Ok(Composed::Withheld("may_not_see"));
    }
    let boxes = boxes::all(&app.db).await?;
    let Some(mailbox) = boxes::speaks(&boxes, None) else {
        return Ok(Composed::Withheld("no_mailbox"));
    };
    let things: Vec<Thing> = order
        .iter()
        .filter_map(|href| things.remove(href))
        .collect();
    let org = app.org();
    let values = |text: String| Values {
        name: reader.first_name(),
        title: org.name.clone(),
        what: tn!(
            lang,
            count,
            "{n} piece of news for you",
            "{n} pieces of news for you"
        ),
        text,
        organisation: org.name.clone(),
        ..Values::default()
    };
    let template = template::load(&app.db, Which::Digest, lang).await?;
    let fill = |values: &Values| {
        template::fill(&template, values)
            .or_else(|_| template::fill(&template::standard(Which::Digest, lang), values))
            .map_err(crate::error::Error::Internal)
    };
    let (subject, plain) = fill(&values(as_text(lang, &things)))?;
    let (_, marked) = fill(&values(as_markdown(lang, &things)))?;
    let place = frame::Place {
        lang,
        org: &org,
        mark: String::new(),
        page: format!("{base}/inbox"),
        choice: format!("{base}/me/notifications"),
        deed: None,
        logo: frame::logo(app).await,
        can_answer: false,
    };
    let key = key::read(&app.db).await?.unwrap_or_default();
    let message_id: String = lead.get("message_id")?;
    let mark = key::mark(&key);
    let text = frame::text(&place, &plain);
    let html = frame::html(&place, &marked).into_string();
    let out = Outgoing {
        from: Party {
            name: mailbox.name.clone(),
            address: mailbox.address.clone(),
        },
        to: Party {
            name: reader.actor.name.clone(),
            address: reader.actor.email.clone(),
        },
        reply_to: None,
        subject: &subject,
        text: &text,
        html: &html,
        pictures: place.logo.iter().map(Picture::clone).collect(),
        date: now.as_second(),
        message_id: &message_id,
        in_reply_to: None,
        references: Vec::new(),
        author: Author::Program,
        unsubscribe: None,
        mark: &mark,
    };
    Ok(Composed::Message(Box::new(Ready {
        from: mailbox.address.clone(),
        to: reader.actor.email.clone(),
        raw: render(&out),
    })))
}

/// The beginning of what somebody wrote, on one line.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MAX_WORDS {
        return line;
    }
    let cut: String = line.chars().take(MAX_WORDS).collect();
    format!("{} …", cut.trim_end())
}

fn more(lang: Lang, things: &[Thing]) -> Option<String> {
    let more = things.len().saturating_sub(MAX_THINGS);
    (more > 0).then(|| {
        tn!(
            lang,
            more,
            "And {n} more in your inbox",
            "And {n} more in your inbox"
        )
    })
}

fn as_text(lang: Lang, things: &[Thing]) -> String {
    let mut out = Vec::new();
    for thing in things.iter().take(MAX_THINGS) {
        let mut part = thing.title.clone();
        for news in &thing.news {
            part.push_str(&format!("\n- {news}"));
        }
        part.push_str(&format!("\n{}", thing.href));
        out.push(part);
    }
    out.extend(more(lang, things));
    out.join("\n\n")
}

fn as_markdown(lang: Lang, things: &[Thing]) -> String {
    let mut out = Vec::new();
    for thing in things.iter().take(MAX_THINGS) {
        let mut part = format!("**[{}]({})**\n", literal(&thing.title), thing.href);
        for news in &thing.news {
            part.push_str(&format!("\n- {}", literal(news)));
        }
        out.push(part);
    }
    out.extend(more(lang, things));
    out.join("\n\n")
}

/// Text that Markdown shows as it is.
fn literal(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::markdown::markdown;

    #[test]
    fn what_people_wrote_stays_text() {
        let things = [Thing {
            title: "[#7] <b>Logo</b> *now* [x](javascript:1)".into(),
            href: "https://mil.example/work/7".into(),
            news: vec!["Ann wrote: # `x` <img src=y>".into()],
        }];
        let html = markdown(&as_markdown(Lang::En, &things)).into_string();
        assert!(
            html.contains("&lt;b&gt;Logo&lt;/b&gt; *now* [x](javascript:1)"),
            "{html}"
        );
        assert!(html.contains("# `x` &lt;img src=y&gt;"), "{html}");
        assert!(!html.contains("<img") && !html.contains("<em>"), "{html}");
        let text = as_text(Lang::En, &things);
        assert!(text.contains("[#7] <b>Logo</b> *now*"), "{text}");
    }

    #[test]
    fn a_long_list_ends_in_the_inbox() {
        let things: Vec<Thing> = (0..60)
            .map(|n| Thing {
                title: format!("Thing {n}"),
                ..Thing::default()
            })
            .collect();
        let text = as_text(Lang::En, &things);
        assert!(text.contains("Thing 39") && !text.contains("Thing 40"));
        assert!(text.ends_with("And 20 more in your inbox"));
        assert_eq!(short(&"word ".repeat(100)).chars().count(), 161);
    }
}
