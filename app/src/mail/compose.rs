//! A message of ours, from its row: who reads it, in which language, what they
//! may know, and what they can do about it. Looked up when it is sent, not when
//! it became due: who may not read it any more is not written to.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mil_db::{Row, sql};
use mil_mail::render::{Author, Outgoing, Picture, render};
use mil_mail::token::{self, Invitation};
use mil_mail::{Party, quote};

use crate::actor::{Actor, Via};
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::i18n::{Lang, fmt, t};
use crate::mail::deeds::{self, Deed};
use crate::mail::template::{self, Values, Which};
use crate::mail::{boxes, bundle, frame, key};
use crate::notifications::pages::{Notice, words};
use crate::people::auth;
use crate::policy::{self, Do};
use crate::state::App;
use crate::work::model::{Item, NEVER, WAITS};
use crate::work::store;

/// What became of a row.
pub enum Composed {
    /// Send this.
    Message(Box<Ready>),
    /// Nobody may or need read it.
    Withheld(&'static str),
}

/// A message with the addresses it is sent with.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Ready {
    pub from: String,
    pub to: String,
    pub raw: Vec<u8>,
}

/// How somebody reads.
#[allow(missing_docs)]
pub struct Reader {
    pub actor: Actor,
    pub lang: Lang,
    pub zone: TimeZone,
}

impl Reader {
    pub(super) fn first_name(&self) -> String {
        let name = self.actor.name.split(' ').next();
        name.unwrap_or_default().to_owned()
    }
}

/// How a person reads; `None` when they may not sign in any more.
pub async fn reader(app: &App, person: &str) -> Result<Option<Reader>> {
    let Some(actor) = auth::by_person(app, person, Via::Mail).await? else {
        return Ok(None);
    };
    let row = sql("SELECT lang, zone FROM person WHERE id = $1")
        .bind(person)
        .one(&app.db)
        .await?;
    let lang: Option<String> = row.get("lang")?;
    let zone: Option<String> = row.get("zone")?;
    let org = app.org();
    Ok(Some(Reader {
        actor,
        lang: lang
            .as_deref()
            .and_then(Lang::from_code)
            .or_else(|| Lang::from_code(&org.lang))
            .unwrap_or_default(),
        zone: zone
            .and_then(|name| TimeZone::get(&name).ok())
            .unwrap_or_else(|| app.zone()),
    }))
}

/// What the reader of a row may know.
pub(super) struct Known {
    pub(super) item: Option<Item>,
    pub(super) said: Said,
    pub(super) title: Option<String>,
    href: Option<String>,
}

impl Known {
    /// The page that it is about.
    pub(super) fn page(&self, reader: &Reader) -> String {
        match &self.item {
            Some(item) if reader.actor.role.is_agent() && item.requester_id != reader.actor.id => {
                format!("/work/{}", item.number)
            }
            Some(item) => format!("/requests/{}", item.number),
            None => self.href.clone().unwrap_or_else(|| "/".to_owned()),
        }
    }
}

/// Look up what a row is about, or why its reader may not know.
pub(super) async fn known(
    app: &App,
    reader: &Reader,
    row: &Row,
) -> Result<std::result::Result<Known, &'static str>> {
    let item = match row.get::<Option<String>>("item_id")? {
        None => None,
        Some(id) => match store::find(&app.db, &reader.actor, &id).await {
            Ok(item) => Some(item),
            Err(Error::NotFound) => return Ok(Err("may_not_see")),
            Err(error) => return Err(error),
        },
    };
    let insider = item
        .as_ref()
        .is_some_and(|i| policy::on_item(&reader.actor, Do::SeeInternal, &i.facts()));
    if row.get::<i64>("internal")? != 0 && !insider {
        return Ok(Err("internal"));
    }
    let event: String = row.get("event_id")?;
    let href: Option<String> = row.get("href")?;
    let Some(said) = said(app, &event, insider, href.is_some()).await? else {
        return Ok(Err("internal"));
    };
    Ok(Ok(Known {
        item,
        said,
        title: row.get("title")?,
        href,
    }))
}

/// Make the message of a row of `mail_out`.
pub async fn compose(app: &App, now: Timestamp, row: &Row) -> Result<Composed> {
    let reason: String = row.get("reason")?;
    if matches!(reason.as_str(), "status" | "confirm") {
        return crate::status::letter::compose(app, now, row).await;
    }
    let person: String = row.get("person_id")?;
    let internal = row.get::<i64>("internal")? != 0;
    let Some(reader) = reader(app, &person).await? else {
        return Ok(Composed::Withheld("disabled"));
    };
    let members = bundle::members(app, &row.get::<String>("id")?).await?;
    if !members.is_empty() || row.get::<i64>("digest")? != 0 {
        return bundle::compose(app, now, row, &members, &reader).await;
    }
    let known = match known(app, &reader, row).await? {
        Ok(known) => known,
        Err(why) => return Ok(Composed::Withheld(why)),
    };
    let page = known.page(&reader);
    let Known {
        item, said, title, ..
    } = known;
    let boxes = boxes::all(&app.db).await?;
    let service = item.as_ref().map(|i| i.service_id.as_str());
    let Some(mailbox) = boxes::speaks(&boxes, service) else {
        return Ok(Composed::Withheld("no_mailbox"));
    };
    let key = key::read(&app.db).await?.unwrap_or_default();
    let org = app.org();
    let lang = reader.lang;
    let values = Values {
        name: reader.first_name(),
        number: item.as_ref().map_or(0, |i| i.number),
        title: item
            .as_ref()
            .map(|i| i.title.clone())
            .or(title)
            .unwrap_or_else(|| org.name.clone()),
        what: happened(lang, &reason, &said.by),
        text: said.text.clone(),
        promised: item
            .as_ref()
            .map_or_else(String::new, |i| promised(i, &reader, now)),
        organisation: org.name.clone(),
    };
    let which = if reason == "received" {
        Which::Received
    } else {
        Which::Notice
    };
    let template = template::load(&app.db, which, lang).await?;
    // A template was checked when it was saved; if it fails now, ours will do.
    let (subject, body) = template::fill(&template, &values)
        .or_else(|_| template::fill(&template::standard(which, lang), &values))
        .map_err(Error::Internal)?;
    let id: String = row.get("id")?;
    let deed = match &item {
        Some(item) => Deed::of(&reason, item, &reader.actor),
        None => None,
    };
    let deed = match (deed, &item) {
        (Some(deed), Some(item)) => {
            let secret = deeds::make(app, now, &id, &person, &item.id, deed).await?;
            Some((
                deed.label(lang),
                format!("{}/m/{secret}", app.config.public_url),
            ))
        }
        _ => None,
    };
    let place = frame::Place {
        lang,
        org: &org,
        mark: quote::line(t!(lang, "Write your answer above this line")),
        page: format!("{}{page}", app.config.public_url),
        choice: format!("{}/me/notifications", app.config.public_url),
        deed,
        logo: frame::logo(app).await,
        can_answer: item.is_some(),
    };
    let reply_to = item.as_ref().map(|item| {
        let what = Invitation {
            item: &item.id,
            person: &person,
            internal,
        };
        format!(
            "{}@{}",
            token::reply_local(&key, item.number, what),
            mailbox.domain()
        )
    });
    let message_id: String = row.get("message_id")?;
    let answers: Option<String> = row.get("answers")?;
    let thread = item.as_ref().map(|i| {
        format!(
            "{}@{}",
            token::code(&key, &["thread", &i.id]),
            mailbox.domain()
        )
    });
    let author = match (reason.as_str(), said.by_person) {
        ("received", _) => Author::Answer,
        (_, true) => Author::Person,
        _ => Author::Program,
    };
    let mark = key::mark(&key);
    let text = frame::text(&place, &body);
    let html = frame::html(&place, &body).into_string();
    let out = Outgoing {
        from: Party {
            name: mailbox.name.clone(),
            address: mailbox.address.clone(),
        },
        to: Party {
            name: reader.actor.name.clone(),
            address: reader.actor.email.clone(),
        },
        reply_to,
        subject: &subject,
        text: &text,
        html: &html,
        pictures: place.logo.iter().map(Picture::clone).collect(),
        date: now.as_second(),
        message_id: &message_id,
        in_reply_to: answers.as_deref().or(thread.as_deref()),
        references: thread
            .as_deref()
            .into_iter()
            .chain(answers.as_deref())
            .collect(),
        author,
        unsubscribe: None,
        mark: &mark,
    };
    Ok(Composed::Message(Box::new(Ready {
        from: mailbox.address.clone(),
        to: reader.actor.email.clone(),
        raw: render(&out),
    })))
}

/// What happened, as a sentence without its full stop.
pub(super) fn happened(lang: Lang, reason: &str, by: &str) -> String {
    if reason == "test" {
        return t!(lang, "This message says that your mail server works").to_owned();
    }
    words(
        lang,
        &Notice {
            id: String::new(),
            reason: reason.to_owned(),
            request_id: None,
            number: None,
            title: String::new(),
            href: None,
            by: by.to_owned(),
            at: String::new(),
            read: false,
        },
    )
}

fn promised(item: &Item, reader: &Reader, now: Timestamp) -> String {
    if !item.is_open() || item.deliver_by >= WAITS || item.deliver_by >= NEVER {
        return String::new();
    }
    fmt::when(reader.lang, from_micros(item.deliver_by), now, &reader.zone)
}

/// What somebody wrote, and who.
#[derive(Default)]
pub(super) struct Said {
    pub(super) by: String,
    pub(super) text: String,
    /// Whether a person's own words are in it.
    by_person: bool,
}

/// The words that an event is about; `None` when they are for agents only and
/// the reader is none. Of a thing that is no request only its name is told: its
/// page knows who may read more.
async fn said(app: &App, event: &str, insider: bool, thing: bool) -> Result<Option<Said>> {
    let row =
        sql("SELECT actor_name, object_kind, object_id, audience, data FROM event WHERE id = $1")
            .bind(event)
            .opt(&app.db)
            .await?;
    let Some(row) = row else {
        return Ok(Some(Said::default()));
    };
    if thing {
        return Ok(Some(Said {
            by: row.get("actor_name")?,
            ..Said::default()
        }));
    }
    if row.get::<String>("audience")? != "public" && !insider {
        return Ok(None);
    }
    let mut said = Said {
        by: row.get("actor_name")?,
        ..Said::default()
    };
    if row.get::<String>("object_kind")? == "comment" {
        let comment = sql("SELECT body, visibility FROM comment WHERE id = $1")
            .bind(row.get::<String>("object_id")?)
            .opt(&app.db)
            .await?;
        if let Some(comment) = comment {
            if comment.get::<String>("visibility")? != "public" && !insider {
                return Ok(None);
            }
            said.text = comment.get("body")?;
            said.by_person = true;
        }
    } else {
        let data: serde_json::Value = row.json("data")?;
        for name in ["reason", "comment", "text"] {
            if let Some(text) = data[name].as_str().filter(|t| !t.trim().is_empty()) {
                said.text = text.to_owned();
                break;
            }
        }
    }
    Ok(Some(said))
}
