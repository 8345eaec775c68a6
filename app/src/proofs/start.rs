//! Beginning a round, from an asset or from a file of a request.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::assets;
use crate::error::{Error, Result};
use crate::files;
use crate::i18n::t;
use crate::incidents::page::{Sheet, one};
use crate::policy::{self, Do};
use crate::portal::answers::find_person;
use crate::proofs::begin::{self, New, Subject};
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Remote, remote};
use crate::ui::field::{Field, date, text, textarea};
use crate::ui::shell::bar_back;
use crate::web::input::Posted;
use crate::web::{Flash, Me, Query, see_other, shell};
use crate::work;

/// How many people the form asks for; more can be asked on the page.
const ASKED: usize = 3;

/// What it is about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct About {
    pub asset: Option<String>,
    pub file: Option<String>,
}

impl About {
    fn subject(&self) -> Result<Subject<'_>> {
        match (self.asset.as_deref(), self.file.as_deref()) {
            (Some(asset), _) if !asset.is_empty() => Ok(Subject::Asset(asset)),
            (_, Some(file)) if !file.is_empty() => Ok(Subject::File(file)),
            _ => Err(Error::NotFound),
        }
    }
}

/// What it is called and where one goes back to, if the reader may begin one.
async fn named(me: &Me, subject: Subject<'_>) -> Result<(String, String)> {
    match subject {
        Subject::Asset(id) => {
            let asset = assets::store::find(&me.app.db, Some(&me.actor), id).await?;
            assets::store::require_edit(&me.actor)?;
            Ok((asset.name, format!("/assets/{id}")))
        }
        Subject::File(id) => {
            let file = files::store::find(&me.app.db, &me.actor, id).await?;
            let item = file.item_id.as_deref().ok_or(Error::NotFound)?;
            let item = work::store::find(&me.app.db, &me.actor, item).await?;
            policy::require(policy::on_item(&me.actor, Do::Work, &item.facts()))?;
            Ok((file.name, format!("/work/{}/files", item.number)))
        }
    }
}

/// GET /proofs/new
pub async fn new(me: Me, Query(about): Query<About>) -> Result<Response> {
    form(&me, &about, &Sheet::default()).await
}

async fn form(me: &Me, about: &About, sheet: &Sheet) -> Result<Response> {
    let lang = me.lang();
    let subject = about.subject()?;
    let (name, back) = named(me, subject).await?;
    let title = t!(lang, "Start a proof round");
    let person = |n: usize| -> Markup {
        let label = match n {
            1 => t!(lang, "Who is asked"),
            2 => t!(lang, "And who else"),
            _ => t!(lang, "And a third one"),
        };
        let (field, typed) = (format!("person-{n}"), format!("person-{n}-text"));
        let f = Field {
            name: &field,
            label,
            error: sheet.error(&field),
            value: sheet.value(&field, ""),
            optional: true,
            placeholder: t!(lang, "Name or email address"),
            ..Field::default()
        };
        let known = Remote {
            src: "/people/options",
            shown: sheet.value(&typed, ""),
            ..Remote::default()
        };
        remote(lang, &f, &known)
    };
    let body = html! {
        (bar_back(&name, &back, "", html! {}))
        div class="panel-body" { div class="measure stack" {
            h1 tabindex="-1" { (title) }
            p class="muted" { (t!(lang, "Those who are asked point at places, say what should be different, and decide about exactly this file. A new version asks again only those whom it concerns.")) }
            (sheet.summary(lang))
            form class="stack" method="post" action="/proofs/new" data-guard {
                @match subject { Subject::Asset(id) => input type="hidden" name="asset" value=(id);, Subject::File(id) => input type="hidden" name="file" value=(id);, }
                (text(lang, &Field { name: "title", label: t!(lang, "What it is called"), value: sheet.value("title", &name), error: sheet.error("title"), max_length: Some(160), ..Field::default() }))
                (textarea(lang, &Field { name: "note", label: t!(lang, "What to look at"), optional: true, value: sheet.value("note", ""), error: sheet.error("note"), max_length: Some(2_000), ..Field::default() }, 3))
                @for n in 1..=ASKED { (person(n)) }
                p class="small muted" { (t!(lang, "More people, also people outside, can be asked once it is there.")) }
                (date(lang, &Field { name: "due_on", label: t!(lang, "Answers are wanted by"), hint: t!(lang, "Whoever has not answered is reminded the day before."), optional: true, value: sheet.value("due_on", ""), error: sheet.error("due_on"), ..Field::default() }))
                @if matches!(subject, Subject::Asset(_)) {
                    (text(lang, &Field { name: "item", label: t!(lang, "Number of the request it belongs to"), hint: t!(lang, "The round then stands on its timeline, for those who work on it."), optional: true, value: sheet.value("item", ""), error: sheet.error("item"), ..Field::default() }))
                }
                div { (button(Button { label: title, kind: Kind::Primary, ..Button::default() })) }
            }
        } }
    };
    let page = shell::workspace(me, "/proofs", title, body).await?;
    Ok((sheet.status(), page).into_response())
}

/// POST /proofs/new
pub async fn create(me: Me, posted: Posted) -> Result<Response> {
    let some = |name: &str| Some(one(&posted, name).to_owned()).filter(|v| !v.is_empty());
    let about = About {
        asset: some("asset"),
        file: some("file"),
    };
    let subject = about.subject()?;
    named(&me, subject).await?;
    let done = async {
        let due_on = assets::bulk::day("due_on", one(&posted, "due_on"))?;
        let mut reviewers = Vec::new();
        for n in 1..=ASKED {
            const FIELDS: [&str; ASKED] = ["person-1", "person-2", "person-3"];
            let field = FIELDS[n - 1];
            let id = one(&posted, field);
            let typed = one(&posted, &format!("{field}-text"));
            if !id.is_empty() {
                reviewers.push(id.to_owned());
            } else if !typed.is_empty() {
                reviewers.push(find_person(&me, field, typed).await?);
            }
        }
        let new = New {
            title: one(&posted, "title").to_owned(),
            note: one(&posted, "note").to_owned(),
            due_on,
            reviewers,
            item: some("item"),
        };
        begin::start(&me, &me.actor, subject, &new).await
    };
    match done.await {
        Ok(id) => Ok(see_other(
            &format!("/proofs/{id}"),
            Some(Flash::new(t!(me.lang(), "The round is open."))),
        )),
        Err(Error::Invalid(wrong)) => {
            let errors = wrong
                .iter()
                .map(|w| (w.field.clone(), me.lang().text(&w.msg.text, &w.msg.args)))
                .collect();
            let sheet = Sheet {
                typed: Some(posted),
                errors,
            };
            let page = form(&me, &about, &sheet).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}
