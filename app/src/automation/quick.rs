//! Macros and canned answers: where leads keep them, the block on the agents'
//! page, and the same as JSON.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_db::sql;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::admin::frame;
use crate::automation::draft::Draft;
use crate::automation::macros::{self, is_for};
use crate::automation::model::Deed;
use crate::automation::words;
use crate::error::{Error, Msg, Result};
use crate::i18n::t;
use crate::incidents::page::one;
use crate::policy::{self, Do};
use crate::ui::block::{card, rail_block};
use crate::ui::choice::{Opt, combobox, select};
use crate::ui::field::{Field, text, textarea, two};
use crate::web::input::Posted;
use crate::web::{Flash, Input, Me, Wrong, see_other};
use crate::work::Item;

async fn teams(me: &Me) -> Result<Vec<(String, String)>> {
    sql("SELECT id, name FROM team WHERE archived_at IS NULL AND kind = 'team' ORDER BY name")
        .all(&me.app.db)
        .await?
        .iter()
        .map(|row| Ok((row.get("id")?, row.get("name")?)))
        .collect()
}

fn opts<'a>(all: &'a [(String, String)], chosen: &str) -> Vec<Opt<'a>> {
    let one = |(value, label): &'a (String, String)| Opt {
        value,
        label,
        chosen: value == chosen,
        ..Opt::default()
    };
    all.iter().map(one).collect()
}

async fn page(me: &Me, posted: &Posted, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let teams = teams(me).await?;
    let deeds = words::deeds(me).await?;
    let list = macros::macros(&me.app.db).await?;
    let canned = macros::answers(&me.app.db).await?;
    let draft = Draft::posted(posted);
    let for_answer = one(posted, "what") == "answer";
    let (mine, none) = (wrong, Wrong::default());
    let (of_macro, of_answer) = if for_answer {
        (&none, mine)
    } else {
        (mine, &none)
    };
    let kept = |is_answer: bool, name: &str| {
        if is_answer == for_answer {
            one(posted, name).to_owned()
        } else {
            String::new()
        }
    };
    let langs = [
        ("en".to_owned(), "English".to_owned()),
        ("de".to_owned(), "Deutsch".to_owned()),
    ];
    let macro_name = kept(false, "name");
    let (name, body, in_lang) = (kept(true, "name"), kept(true, "body"), kept(true, "lang"));
    let remove = |id: &str| {
        frame::post_button(
            &format!("/admin/macros/{id}/remove"),
            t!(lang, "Remove"),
            &[],
        )
    };
    let main = html! {
        (wrong.summary(lang))
        p class="muted" { (t!(lang, "Agents find both beside each request.")) }
        section class="stack" {
            h2 { (t!(lang, "Macros")) }
            @if list.is_empty() { p class="muted" { (t!(lang, "None yet.")) } }
            ul class="rq" { @for m in &list { li {
                div { b { (m.name) } p class="muted small" { (m.team.as_deref().unwrap_or(t!(lang, "for everybody"))) " · " (t!(lang, "{n} deeds", n = m.deeds.len())) } }
                (remove(&m.id))
            } } }
            (card(t!(lang, "New macro"), html! {
                form method="post" action="/admin/macros" class="stack" {
                    input type="hidden" name="what" value="macro";
                    (two(html! {
                        (text(lang, &of_macro.field("name", t!(lang, "Name"), &macro_name)))
                        (select(lang, &Field { optional: true, ..of_macro.field("team", t!(lang, "For"), "") }, &opts(&teams, &kept(false, "team")), Some(t!(lang, "everybody"))))
                    }))
                    @for (i, (deed, words)) in [("deed1", "text1"), ("deed2", "text2"), ("deed3", "text3")].iter().enumerate() {
                        (two(html! {
                            (combobox(lang, &Field { optional: i > 0, ..of_macro.field(deed, if i == 0 { t!(lang, "do this") } else { t!(lang, "and this") }, "") }, &opts(&deeds, &draft.deeds[i].0), Some(t!(lang, "nothing"))))
                            (text(lang, &Field { optional: true, ..of_macro.field(words, t!(lang, "with this text"), &draft.deeds[i].1) }))
                        }))
                    }
                    div { (frame::save(t!(lang, "Add the macro"))) }
                }
            }))
        }
        section class="stack" {
            h2 { (t!(lang, "Canned answers")) }
            @if canned.is_empty() { p class="muted" { (t!(lang, "None yet.")) } }
            ul class="rq" { @for c in &canned { li {
                div { b { (c.name) } p class="muted small" { (c.team.as_deref().unwrap_or(t!(lang, "for everybody"))) " · " (c.lang) } p lang=(c.lang) { (c.body) } }
                (remove(&c.id))
            } } }
            (card(t!(lang, "New answer"), html! {
                form method="post" action="/admin/macros" class="stack" {
                    input type="hidden" name="what" value="answer";
                    (two(html! {
                        (text(lang, &Field { name: "answer-name", ..of_answer.field("name", t!(lang, "Name"), &name) }))
                        (select(lang, &Field { name: "answer-team", optional: true, ..of_answer.field("team", t!(lang, "For"), "") }, &opts(&teams, &kept(true, "answer-team")), Some(t!(lang, "everybody"))))
                    }))
                    (select(lang, &of_answer.field("lang", t!(lang, "Language"), ""), &opts(&langs, &in_lang), None))
                    (textarea(lang, &Field { hint: t!(lang, "{requester}, {number}, {title}, {service}, {stage}, {assignee} and {me} are filled in."), ..of_answer.field("body", t!(lang, "Text"), &body) }, 4))
                    div { (frame::save(t!(lang, "Add the answer"))) }
                }
            }))
        }
    };
    let back = (t!(lang, "Administration"), "/admin");
    frame::page(
        me,
        t!(lang, "Macros and answers"),
        back,
        html! {},
        main,
        None,
    )
    .await
}

/// GET /admin/macros
pub async fn show(me: Me) -> Result<Markup> {
    page(&me, &Posted(Default::default()), &Wrong::default()).await
}

/// POST /admin/macros
pub async fn create(me: Me, posted: Posted) -> Result<Response> {
    let lang = me.lang();
    let some = |name: &str| Some(one(&posted, name).to_owned()).filter(|v| !v.is_empty());
    let done = if one(&posted, "what") == "answer" {
        let (name, team) = (one(&posted, "answer-name"), some("answer-team"));
        let (in_lang, body) = (one(&posted, "lang"), one(&posted, "body"));
        macros::write(&me, &me.actor, name, team.as_deref(), in_lang, body).await
    } else {
        match (Draft {
            trigger: "*".to_owned(),
            ..Draft::posted(&posted)
        })
        .read()
        {
            Ok(def) => {
                let team = some("team");
                macros::create(
                    &me,
                    &me.actor,
                    one(&posted, "name"),
                    team.as_deref(),
                    &def.then,
                )
                .await
            }
            Err(error) => Err(error),
        }
    };
    match done {
        Ok(_) => Ok(see_other(
            "/admin/macros",
            Some(Flash::new(t!(lang, "It is there now"))),
        )),
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            let body = page(&me, &posted, &wrong).await?;
            Ok(frame::answer(&wrong, body))
        }
    }
}

/// POST /admin/macros/{macro}/remove
pub async fn remove(me: Me, Path(id): Path<String>) -> Result<Response> {
    macros::remove(&me, &me.actor, &id).await?;
    Ok(see_other(
        "/admin/macros",
        Some(Flash::new(t!(me.lang(), "It is removed"))),
    ))
}

/// The block on the agents' page: what can be done to this request at once.
pub async fn block(me: &Me, item: &Item) -> Result<Markup> {
    let lang = me.lang();
    if !policy::on_item(&me.actor, Do::Work, &item.facts()) || item.merged_into_id.is_some() {
        return Ok(html! {});
    }
    let mut list = macros::macros(&me.app.db).await?;
    list.retain(|m| is_for(&me.actor, m.team_id.as_deref()));
    let mut canned = macros::answers(&me.app.db).await?;
    canned.retain(|c| is_for(&me.actor, c.team_id.as_deref()));
    if list.is_empty() && canned.is_empty() {
        return Ok(html! {});
    }
    let here = format!("/work/{}", item.number);
    Ok(rail_block(
        t!(lang, "At once"),
        "",
        html! {
            div class="stack" {
                @for m in &list {
                    form method="post" action={ (here) "/macros" } {
                        input type="hidden" name="macro" value=(m.id);
                        button class="btn btn-s" { (m.name) }
                    }
                }
                @if !canned.is_empty() {
                    details {
                        summary { (t!(lang, "Put in an answer")) }
                        ul class="plain-list mt-2" { @for c in &canned {
                            li { a href={ (here) "?answer=" (c.id) "#say" } { (c.name) } " " span class="muted small" { (c.lang) } }
                        } }
                    }
                }
            }
        },
    ))
}

/// POST /work/{item}/macros
pub async fn apply(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let (item, name) = macros::apply(&me, &me.actor, &id, one(&posted, "macro")).await?;
    let said = t!(me.lang(), "“{name}” is done", name = name);
    Ok(see_other(
        &format!("/work/{}", item.number),
        Some(Flash::new(said)),
    ))
}

/// A macro.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct MacroView {
    pub id: String,
    pub name: String,
    /// Null: for everybody.
    pub team_id: Option<String>,
    pub deeds: Vec<Deed>,
}

/// A canned answer.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct AnswerView {
    pub id: String,
    pub name: String,
    /// Null: for everybody.
    pub team_id: Option<String>,
    /// en or de.
    pub lang: String,
    pub body: String,
}

/// What one may use.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct QuickView {
    pub macros: Vec<MacroView>,
    pub answers: Vec<AnswerView>,
}

/// GET /api/v1/macros
pub async fn api_list(me: Me) -> Result<Json<QuickView>> {
    let mut list = macros::macros(&me.app.db).await?;
    list.retain(|m| is_for(&me.actor, m.team_id.as_deref()));
    let mut canned = macros::answers(&me.app.db).await?;
    canned.retain(|c| is_for(&me.actor, c.team_id.as_deref()));
    let list = list.into_iter().map(|m| MacroView {
        id: m.id,
        name: m.name,
        team_id: m.team_id,
        deeds: m.deeds,
    });
    let canned = canned.into_iter().map(|c| AnswerView {
        id: c.id,
        name: c.name,
        team_id: c.team_id,
        lang: c.lang,
        body: c.body,
    });
    Ok(Json(QuickView {
        macros: list.collect(),
        answers: canned.collect(),
    }))
}

/// A new macro or answer: give `deeds`, or `lang` and `body`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub struct QuickInput {
    /// What it is called; needed.
    pub name: String,
    /// Id of a team; none: for everybody.
    pub team_id: Option<String>,
    /// Of a macro.
    #[schemars(with = "Option<Vec<Deed>>")]
    pub deeds: Option<Value>,
    /// Of an answer: en or de.
    pub lang: String,
    /// Of an answer.
    pub body: String,
}

/// The id of what was made.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
#[schemars(rename = "MadeMacro")]
pub struct Made {
    pub id: String,
}

/// POST /api/v1/macros
pub async fn api_create(me: Me, Input(input): Input<QuickInput>) -> Result<Response> {
    let team = input.team_id.as_deref();
    let id = match input.deeds {
        Some(deeds) => {
            let deeds: Vec<Deed> = serde_json::from_value(deeds).map_err(|e| {
                Error::field(
                    "deeds",
                    Msg::new("The rule cannot be read: {why}.").with("why", e),
                )
            })?;
            macros::create(&me, &me.actor, &input.name, team, &deeds).await?
        }
        None => macros::write(&me, &me.actor, &input.name, team, &input.lang, &input.body).await?,
    };
    Ok((StatusCode::CREATED, Json(Made { id })).into_response())
}

/// DELETE /api/v1/macros/{macro}
pub async fn api_remove(me: Me, Path(id): Path<String>) -> Result<StatusCode> {
    macros::remove(&me, &me.actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which macro.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UseInput {
    /// Its id.
    #[serde(rename = "macro")]
    pub id: String,
}

/// POST /api/v1/requests/{item}/macros
pub async fn api_apply(
    me: Me,
    Path(id): Path<String>,
    Input(input): Input<UseInput>,
) -> Result<Json<crate::work::api::RequestView>> {
    let (item, _) = macros::apply(&me, &me.actor, &id, &input.id).await?;
    Ok(Json(crate::work::api::view(&me, &item).await?))
}
