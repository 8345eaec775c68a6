//! The words of our messages, with a preview.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;

use crate::error::{Error, FieldError, Msg, Result};
use crate::i18n::{Lang, t};
use crate::mail::pages::frame;
use crate::mail::template::{self, Template, Which};
use crate::ui::block::card;
use crate::ui::button::{Button, Kind, Seg, button, seg};
use crate::ui::field::{self, Field};
use crate::web::markdown::markdown;
use crate::web::{Flash, Input, Me, Wrong, see_other};

/// The form.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Typed {
    subject: String,
    body: String,
    action: String,
}

fn of(which: &str, lang: &str) -> Result<(Which, Lang)> {
    let lang = Lang::from_code(lang).filter(|l| l.code() == lang);
    Which::from_key(which).zip(lang).ok_or(Error::NotFound)
}

/// GET /admin/mail/words/{which}/{lang}
pub async fn show(me: Me, Path((which, lang)): Path<(String, String)>) -> Result<Markup> {
    let (which, lang) = of(&which, &lang)?;
    let now = template::load(&me.app.db, which, lang).await?;
    page(&me, which, lang, &now, &Wrong::default()).await
}

/// POST /admin/mail/words/{which}/{lang}
pub async fn save(
    me: Me,
    Path((which, lang)): Path<(String, String)>,
    Input(typed): Input<Typed>,
) -> Result<Response> {
    let (which, lang) = of(&which, &lang)?;
    let new = Template {
        subject: typed.subject,
        body: typed.body.replace("\r\n", "\n"),
    };
    let here = format!("/admin/mail/words/{}/{}", which.key(), lang.code());
    let done = match typed.action.as_str() {
        "preview" => {
            let wrong = match template::fill(&new, &template::sample(lang)) {
                Ok(_) => Wrong::default(),
                Err(why) => Wrong::new(
                    me.lang(),
                    &[FieldError::new(
                        "body",
                        Msg::new("This cannot be filled in: {why}.").with("why", why),
                    )],
                ),
            };
            let page = page(&me, which, lang, &new, &wrong).await?;
            return Ok((wrong.status(), page).into_response());
        }
        "standard" => template::save(&me, &me.actor, which, lang, None).await,
        _ => template::save(&me, &me.actor, which, lang, Some(&new)).await,
    };
    match done {
        Ok(()) => Ok(see_other(
            &here,
            Some(Flash::new(t!(me.lang(), "The words are saved"))),
        )),
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            let page = page(&me, which, lang, &new, &wrong).await?;
            Ok((wrong.status(), page).into_response())
        }
    }
}

async fn page(me: &Me, which: Which, of: Lang, typed: &Template, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let address =
        |which: Which, of: Lang| format!("/admin/mail/words/{}/{}", which.key(), of.code());
    let here = address(which, of);
    let name = |which: Which| match which {
        Which::Notice => t!(lang, "Something happened"),
        Which::Received => t!(lang, "A message is here"),
        Which::Digest => t!(lang, "A summary"),
    };
    let whiches = Which::ALL.map(|w| (name(w), address(w, of), w == which));
    let langs = [(Lang::En, "English"), (Lang::De, "Deutsch")]
        .map(|(l, name)| (name, address(which, l), l == of));
    let bar = |label: &str, all: &[(&str, String, bool)]| {
        let items: Vec<Seg<'_>> = all
            .iter()
            .map(|(label, href, current)| Seg {
                label,
                href,
                current: *current,
                ..Seg::default()
            })
            .collect();
        seg(label, &items)
    };
    let subject = wrong.field("subject", t!(lang, "Subject"), &typed.subject);
    let hint = t!(
        lang,
        "Markdown. Filled in are: name, number, title, what, text, promised, organisation, each between two curly brackets on either side."
    );
    let body = Field {
        hint,
        ..wrong.field("body", t!(lang, "Text"), &typed.body)
    };
    let preview = template::fill(typed, &template::sample(of)).ok();
    let act = |label: &str, value: &str, kind: Kind| {
        button(Button {
            label,
            kind,
            name: "action",
            value,
            ..Button::default()
        })
    };
    let main = html! {
        h1 tabindex="-1" class="admin-h" { (t!(lang, "Wording")) }
        div class="row" { (bar(t!(lang, "Which message"), &whiches)) (bar(t!(lang, "Language"), &langs)) }
        (wrong.summary(lang))
        form class="stack measure" method="post" action=(here) {
            (field::text(lang, &subject))
            (field::textarea(lang, &body, 12))
            div class="row" {
                (act(t!(lang, "Save words"), "save", Kind::Primary))
                (act(t!(lang, "Show preview"), "preview", Kind::Plain))
                (act(t!(lang, "Put our words back"), "standard", Kind::Quiet))
            }
        }
        @if let Some((subject, text)) = preview {
            (card(t!(lang, "Preview"), html! {
                p { span class="muted" { (t!(lang, "Subject")) ": " } strong lang=(of.code()) { (subject) } }
                div class="md prose mt-3" lang=(of.code()) { (PreEscaped(markdown(&text).into_string())) }
                p class="small muted" { (t!(lang, "The logo, the button and the footer come from the organisation and are the same in every message.")) }
            }))
        }
    };
    frame(
        me,
        "/admin/mail/words/notice/en",
        t!(lang, "Wording"),
        html! {},
        main,
    )
    .await
}
