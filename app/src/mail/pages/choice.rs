//! Which mail somebody wants.

use axum::response::Response;
use maud::{Markup, html};

use crate::error::Result;
use crate::i18n::t;
use crate::mail::sent::{self, Choice};
use crate::people::pages::frame;
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, choices};
use crate::web::{Flash, Input, Me, Wrong, see_other};

/// GET /me/mail
pub async fn page(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let now = sent::choice(&me, &me.actor).await?;
    let option = |value, label, hint| Opt {
        value,
        label,
        hint,
        chosen: now.notices == value,
    };
    let options = [
        option(
            "all",
            t!(lang, "Everything"),
            t!(lang, "All that your inbox here tells you."),
        ),
        option(
            "mine",
            t!(lang, "What concerns me"),
            t!(
                lang,
                "What waits for you, what was said to you, and how it ends."
            ),
        ),
        option(
            "none",
            t!(lang, "Nothing"),
            t!(
                lang,
                "You look into your inbox here. Receipts for messages of yours still come."
            ),
        ),
    ];
    let none = Wrong::default();
    let body = html! {
        section class="card stack" {
            h2 class="rail-h" { (t!(lang, "Mail")) }
            p class="muted" { (t!(lang, "Messages go to {address}.", address = me.actor.email)) }
            form class="stack" method="post" action="/me/mail" {
                (choices(lang, &none.field("notices", t!(lang, "What comes by mail"), ""), &options, false))
                div { (button(Button { label: t!(lang, "Save choice"), kind: Kind::Primary, ..Button::default() })) }
            }
        }
    };
    frame::own(&me, "/me/mail", body).await
}

/// POST /me/mail
pub async fn save(me: Me, Input(choice): Input<Choice>) -> Result<Response> {
    sent::choose(&me, &me.actor, &choice).await?;
    Ok(see_other(
        "/me/mail",
        Some(Flash::new(t!(me.lang(), "Your choice is saved"))),
    ))
}
