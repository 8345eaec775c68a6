//! `GET /live`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::live::hub::Message;
use crate::live::poll;
use crate::people::auth;
use crate::state::App;
use crate::web::Me;
use crate::web::ctx::{SESSION_COOKIE, cookie};

/// How often a reader is looked up anew: a session that was ended, or a person
/// who was disabled or changed role, is noticed within this time.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// One reader.
struct Listener {
    app: App,
    actor: Actor,
    secret: Secret,
    channel: Receiver<Message>,
    checked: Timestamp,
    queue: VecDeque<String>,
}

/// What the reader signed in with, to ask again.
enum Secret {
    Session(String),
    Token(String),
}

impl Secret {
    fn of(headers: &HeaderMap) -> Option<Secret> {
        let bearer = headers
            .get("authorization")
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.split_once(' '))
            .map(|(_, token)| Secret::Token(token.trim().to_owned()));
        bearer.or_else(|| cookie(headers, SESSION_COOKIE).map(|s| Secret::Session(s.to_owned())))
    }
}

/// The stream: an event `changed` with the name of what changed as its data,
/// and `resync` when the reader was too slow and should look at everything.
pub async fn live(me: Me, headers: HeaderMap) -> Result<Response> {
    let secret = Secret::of(&headers).ok_or(Error::SignIn)?;
    poll::prime(&me.app).await?;
    let Some(channel) = me.app.live.subscribe() else {
        return Err(Error::TooMany {
            retry_after_seconds: 5,
        });
    };
    let listener = Listener {
        app: me.app.clone(),
        actor: (*me.actor).clone(),
        secret,
        channel,
        checked: me.now,
        queue: VecDeque::new(),
    };
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    let keep = KeepAlive::new()
        .interval(Duration::from_secs(15))
        .text("still here");
    Ok(Sse::new(events).keep_alive(keep).into_response())
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(topic) = self.queue.pop_front() {
                return Some(Event::default().event("changed").data(topic));
            }
            let message = self.channel.recv().await;
            if !self.may_listen().await {
                return None;
            }
            match message {
                Ok(Message::Changed(change)) => self.queue.extend(change.topics(&self.actor)),
                Ok(Message::Beat) => {}
                Ok(Message::Over) | Err(RecvError::Closed) => return None,
                Err(RecvError::Lagged(_)) => {
                    return Some(Event::default().event("resync").data("all"));
                }
            }
        }
    }

    /// Whether the reader is still who they were, asked anew now and then.
    async fn may_listen(&mut self) -> bool {
        let now = self.app.now();
        if now.duration_since(self.checked) < LOOK_AGAIN {
            return true;
        }
        self.checked = now;
        let found = match &self.secret {
            Secret::Session(secret) => auth::by_session(&self.app, now, secret).await,
            Secret::Token(secret) => auth::by_token(&self.app, now, secret).await,
        };
        match found {
            Ok(Some((actor, _))) if actor.id == self.actor.id => {
                self.actor = actor;
                true
            }
            _ => false,
        }
    }
}
