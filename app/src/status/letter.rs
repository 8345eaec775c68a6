//! Messages about how things stand, and the one that asks whether an address wants
//! them. Who may read what is looked up when a message is sent, not when it became
//! due. Each carries how to end it (RFC 2369, RFC 8058).

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mil_db::{Row, sql};
use mil_mail::Party;
use mil_mail::render::{Author, Outgoing, render};

use crate::announcements::model::Announcement;
use crate::announcements::store::{self, Update};
use crate::announcements::words;
use crate::error::{Error, Result};
use crate::i18n::{Lang, fmt, t};
use crate::mail::compose::{Composed, Ready, reader};
use crate::mail::{boxes, frame, key};
use crate::state::App;
use crate::status::components;
use crate::status::token::{self, For};

/// Who reads it, and how they end it.
struct To {
    name: String,
    address: String,
    lang: Lang,
    zone: TimeZone,
    stop: String,
}

/// What it says.
struct Text {
    subject: String,
    body: String,
    /// Where it is about.
    page: String,
    deed: Option<(&'static str, String)>,
}

/// Make the message of a row of `mail_out`.
pub async fn compose(app: &App, now: Timestamp, row: &Row) -> Result<Composed> {
    let key = key::read(&app.db).await?.unwrap_or_default();
    let reason: String = row.get("reason")?;
    let found = if reason == "confirm" {
        confirm(app, now, row, &key).await?
    } else {
        told(app, now, row, &key).await?
    };
    let (to, text) = match found {
        Ok(both) => both,
        Err(why) => return Ok(Composed::Withheld(why)),
    };
    let boxes = boxes::all(&app.db).await?;
    let Some(mailbox) = boxes.first() else {
        return Ok(Composed::Withheld("no_mailbox"));
    };
    let org = app.org();
    let base = app.config.public_url.trim_end_matches('/');
    let stop = format!("{base}/status/stop/{}", to.stop);
    let place = frame::Place {
        lang: to.lang,
        org: &org,
        mark: String::new(),
        page: format!("{base}{}", text.page),
        choice: stop.clone(),
        deed: text.deed,
        logo: frame::logo(app).await,
        can_answer: false,
    };
    let message_id: String = row.get("message_id")?;
    let mark = key::mark(&key);
    let out = Outgoing {
        from: Party {
            name: mailbox.name.clone(),
            address: mailbox.address.clone(),
        },
        to: Party {
            name: to.name,
            address: to.address.clone(),
        },
        reply_to: None,
        subject: &text.subject,
        text: &frame::text(&place, &text.body),
        html: &frame::html(&place, &text.body).into_string(),
        pictures: place.logo.iter().cloned().collect(),
        date: now.as_second(),
        message_id: &message_id,
        in_reply_to: None,
        references: Vec::new(),
        author: Author::Program,
        unsubscribe: Some(&stop),
        mark: &mark,
    };
    Ok(Composed::Message(Box::new(Ready {
        from: mailbox.address.clone(),
        to: to.address,
        raw: render(&out),
    })))
}

type Found = std::result::Result<(To, Text), &'static str>;

fn language(app: &App, code: &str) -> Lang {
    Lang::from_code(code)
        .or_else(|| Lang::from_code(&app.org().lang))
        .unwrap_or_default()
}

/// Whether an address wants to hear of it. Nothing in it was written by whoever
/// typed the address.
async fn confirm(app: &App, now: Timestamp, row: &Row, key: &[u8]) -> Result<Found> {
    let id: String = row.get("event_id")?;
    let wish = sql("SELECT email, lang, created_at FROM status_wish
         WHERE id = $1 AND used_at IS NULL AND refused_at IS NULL AND created_at > $2")
    .bind(&id)
    .bind((now - super::subscribe::LIFE).as_microsecond())
    .opt(&app.db)
    .await?;
    let Some(wish) = wish else {
        return Ok(Err("not_wanted"));
    };
    let lang = language(app, &wish.get::<String>("lang")?);
    let org = app.org();
    let base = app.config.public_url.trim_end_matches('/');
    let link = format!(
        "{base}/status/confirm/{}",
        token::make(key, For::Confirm, &id)
    );
    let body = t!(
        lang,
        "Somebody, you we hope, wants to hear by mail how things stand at {organisation}.\n\nPress the button within two days to say yes. If it was not you, do nothing: nothing is sent.",
        organisation = org.name
    );
    Ok(Ok((
        To {
            name: String::new(),
            address: wish.get("email")?,
            lang,
            zone: app.zone(),
            stop: token::make(key, For::Refuse, &id),
        },
        Text {
            subject: t!(
                lang,
                "Do you want to hear how things stand at {organisation}?",
                organisation = org.name
            ),
            body,
            page: "/status".to_owned(),
            deed: Some((t!(lang, "Yes, send them"), link)),
        },
    )))
}

/// What was announced, as far as its reader may still know of it and wants to.
async fn told(app: &App, now: Timestamp, row: &Row, key: &[u8]) -> Result<Found> {
    let telling =
        sql("SELECT announcement_id, update_id FROM announcement_telling WHERE event_id = $1")
            .bind(row.get::<String>("event_id")?)
            .opt(&app.db)
            .await?;
    let Some(telling) = telling else {
        return Ok(Err("withdrawn"));
    };
    let person: Option<String> = row.get("person_id")?;
    let (actor, to) = match person {
        Some(person) => {
            let Some(reader) = reader(app, &person).await? else {
                return Ok(Err("disabled"));
            };
            let to = To {
                name: reader.actor.name.clone(),
                address: reader.actor.email.clone(),
                lang: reader.lang,
                zone: reader.zone,
                stop: token::make(key, For::StopPerson, &person),
            };
            (Some(reader.actor), to)
        }
        None => {
            let id: String = row
                .get::<Option<String>>("subscriber_id")?
                .unwrap_or_default();
            let found = sql(
                "SELECT email, lang FROM status_subscriber WHERE id = $1 AND email IS NOT NULL",
            )
            .bind(&id)
            .opt(&app.db)
            .await?;
            let Some(found) = found else {
                return Ok(Err("not_wanted"));
            };
            let to = To {
                name: String::new(),
                address: found.get("email")?,
                lang: language(app, &found.get::<String>("lang")?),
                zone: app.zone(),
                stop: token::make(key, For::StopAddress, &id),
            };
            (None, to)
        }
    };
    let id: String = telling.get("announcement_id")?;
    let a = match store::find(&app.db, actor.as_ref(), now, &id).await {
        Ok(a) if a.is_live(now) => a,
        Ok(_) | Err(Error::NotFound) => return Ok(Err("withdrawn")),
        Err(error) => return Err(error),
    };
    let update: Option<String> = telling.get("update_id")?;
    let updates = store::updates(&app.db, &[&a.id]).await?;
    let update = update.and_then(|id| updates.into_iter().find(|u| u.id == id));
    let names: Vec<String> = components::list(&app.db, actor.as_ref())
        .await?
        .into_iter()
        .filter(|c| a.hits.iter().any(|(id, _)| *id == c.id))
        .map(|c| c.name)
        .collect();
    let text = words_of(&a, update.as_ref(), &names, &to, now);
    Ok(Ok((to, text)))
}

fn words_of(
    a: &Announcement,
    update: Option<&Update>,
    names: &[String],
    to: &To,
    now: Timestamp,
) -> Text {
    let lang = to.lang;
    let when = |at| fmt::when(lang, at, now, &to.zone);
    let state = update.map_or(a.first_state, |u| u.state);
    let head = state.map_or(words::kind(lang, a.kind), |s| words::state(lang, s));
    let mut body = format!("**{}**\n\n", head);
    if !names.is_empty() {
        body.push_str(&t!(lang, "It concerns: {names}.", names = names.join(", ")));
        body.push_str("\n\n");
    }
    if let (Some(from), Some(until)) = (a.from_at, a.to_at) {
        body.push_str(&t!(
            lang,
            "From {from} to {to}",
            from = when(from),
            to = when(until)
        ));
        body.push_str("\n\n");
    }
    body.push_str(update.map_or(&a.body, |u| &u.body));
    if let Some(next) = a.next_update_at.filter(|_| a.is_open()) {
        body.push_str("\n\n");
        body.push_str(&t!(lang, "Next update: {when}.", when = when(next)));
    }
    Text {
        subject: format!("{}: {head}", a.title),
        body,
        page: format!("/announcements/{}", a.id),
        deed: None,
    }
}
