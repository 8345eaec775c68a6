//! The page on which somebody says how and when news reach them, and the same as
//! JSON.

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::approvals::away;
use crate::error::Result;
use crate::i18n::{fmt, t};
use crate::notifications::choice::{self, Choices};
use crate::notifications::topic::{Topic, Way};
use crate::people::pages::frame;
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, check, select};
use crate::ui::field::{self, Field};
use crate::web::{Flash, Input, Me, Wrong, see_other};

/// The form; what is not ticked is not sent.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    waits: String,
    said: String,
    promise: String,
    ends: String,
    progress: String,
    faults: String,
    around: String,
    digest_at: String,
    quiet_from: String,
    quiet_until: String,
    quiet_weekends: Option<String>,
}

impl From<Form> for Choices {
    fn from(form: Form) -> Choices {
        let ways = [
            (Topic::Waits, form.waits),
            (Topic::Said, form.said),
            (Topic::Promise, form.promise),
            (Topic::Ends, form.ends),
            (Topic::Progress, form.progress),
            (Topic::Faults, form.faults),
            (Topic::Around, form.around),
        ];
        Choices {
            ways: ways
                .into_iter()
                .map(|(topic, way)| (topic.key().to_owned(), way))
                .collect::<BTreeMap<_, _>>(),
            digest_at: form.digest_at,
            quiet_from: Some(form.quiet_from),
            quiet_until: Some(form.quiet_until),
            quiet_weekends: form.quiet_weekends.is_some(),
        }
    }
}

/// GET /me/notifications
pub async fn page(me: Me) -> Result<Response> {
    let now = choice::load(&me, &me.actor).await?;
    Ok(show(&me, &now, &Wrong::default()).await?.into_response())
}

/// POST /me/notifications
pub async fn save(me: Me, Input(form): Input<Form>) -> Result<Response> {
    let choices = Choices::from(form);
    match choice::save(&me, &me.actor, &choices).await {
        Ok(_) => Ok(see_other(
            "/me/notifications",
            Some(Flash::new(t!(me.lang(), "Your choice is saved"))),
        )),
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            Ok((wrong.status(), show(&me, &choices, &wrong).await?).into_response())
        }
    }
}

async fn show(me: &Me, now: &Choices, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let away = away::of(&me.app.db, &me.actor.id, me.now).await?;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let (from, until) = (text(&now.quiet_from), text(&now.quiet_until));
    let way = |topic: Topic| {
        let (label, hint) = topic.words(lang);
        let chosen = now.ways.get(topic.key()).map_or("", String::as_str);
        let options = Way::ALL.map(|way| Opt {
            value: way.key(),
            label: way.label(lang),
            chosen: way.key() == chosen,
            ..Opt::default()
        });
        let f = Field {
            hint,
            ..wrong.field(topic.key(), label, "")
        };
        select(lang, &f, &options, None)
    };
    let digest = Field {
        hint: t!(
            lang,
            "One message with all that was not sent at once. None when there is nothing."
        ),
        ..wrong.field(
            "digest_at",
            t!(lang, "The daily summary comes at"),
            &now.digest_at,
        )
    };
    let begins = Field {
        optional: true,
        ..wrong.field("quiet_from", t!(lang, "Quiet from"), &from)
    };
    let ends = Field {
        optional: true,
        ..wrong.field("quiet_until", t!(lang, "Quiet until"), &until)
    };
    let weekends = Field {
        hint: t!(
            lang,
            "What falls into quiet hours comes when they end. Major incidents come at any time to those who must act."
        ),
        ..wrong.field(
            "quiet_weekends",
            t!(lang, "Saturday and Sunday are quiet"),
            "",
        )
    };
    let body = html! {
        p class="muted" { (t!(lang, "All of it stands in your inbox here in any case. Messages go to {address}.", address = me.actor.email)) }
        (wrong.summary(lang))
        form method="post" action="/me/notifications" {
            (field::fieldset(t!(lang, "What comes by mail"), html! {
                div class="two" { @for topic in Topic::ALL { (way(topic)) } }
            }))
            (field::fieldset(t!(lang, "When it comes"), html! {
                (field::time(lang, &digest))
                (field::two(html! { (field::time(lang, &begins)) (field::time(lang, &ends)) }))
                (check(&weekends, now.quiet_weekends))
            }))
            (button(Button { label: t!(lang, "Save choice"), kind: Kind::Primary, ..Button::default() }))
        }
        section class="stack" aria-labelledby="h-away" {
            h2 id="h-away" { (t!(lang, "While you are away")) }
            @match away {
                Some((name, _, until)) => p {
                    (t!(lang, "{name} stands in for you and is told what waits for you. Your own mail comes in one message on {when}.",
                        name = name, when = fmt::when(lang, until, me.now, &me.prefs.zone)))
                },
                None => p { (t!(lang, "Name somebody who stands in for you. They are told what waits for you, and your mail comes in one message when you are back.")) },
            }
            p { a href="/approvals#h-away" { (t!(lang, "Say who stands in")) } }
        }
    };
    frame::own(me, "/me/notifications", body).await
}

/// GET /api/v1/me/notifications
pub async fn api_show(me: Me) -> Result<Json<Choices>> {
    Ok(Json(choice::load(&me, &me.actor).await?))
}

/// PUT /api/v1/me/notifications
pub async fn api_save(me: Me, Input(choices): Input<Choices>) -> Result<Json<Choices>> {
    Ok(Json(choice::save(&me, &me.actor, &choices).await?))
}
