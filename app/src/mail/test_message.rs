//! The message that says that the mail server works.

use mil_mail::Party;
use mil_mail::render::{Author, Outgoing, render};

use crate::error::Result;
use crate::i18n::t;
use crate::mail::compose::Ready;
use crate::mail::{boxes, frame, key};
use crate::random::new_secret;
use crate::web::Me;

/// Write it; `None` without a mailbox to send it from.
pub async fn make(me: &Me, to: &str) -> Result<Option<Ready>> {
    let lang = me.lang();
    let boxes = boxes::all(&me.app.db).await?;
    let Some(mailbox) = boxes.first() else {
        return Ok(None);
    };
    let key = key::read(&me.app.db).await?.unwrap_or_default();
    let org = me.app.org();
    let place = frame::Place {
        lang,
        org: &org,
        mark: String::new(),
        page: me.app.config.public_url.clone(),
        choice: format!("{}/me/notifications", me.app.config.public_url),
        deed: None,
        logo: frame::logo(&me.app).await,
        can_answer: false,
    };
    let body = t!(lang, "This message says that your mail server works.");
    let id = format!("{}@{}", new_secret(""), mailbox.domain());
    let mark = key::mark(&key);
    let out = Outgoing {
        from: Party {
            name: mailbox.name.clone(),
            address: mailbox.address.clone(),
        },
        to: Party {
            name: String::new(),
            address: to.to_owned(),
        },
        reply_to: None,
        subject: t!(lang, "A test of your mail server"),
        text: &frame::text(&place, body),
        html: &frame::html(&place, body).into_string(),
        pictures: place.logo.iter().cloned().collect(),
        date: me.now.as_second(),
        message_id: &id,
        in_reply_to: None,
        references: Vec::new(),
        author: Author::Program,
        unsubscribe: None,
        mark: &mark,
    };
    Ok(Some(Ready {
        from: mailbox.address.clone(),
        to: to.to_owned(),
        raw: render(&out),
    }))
}
