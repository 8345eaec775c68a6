//! The builder: one sentence of selects. It works without scripts; with them,
//! what does not apply to the chosen beginning is hidden.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::admin::calendar_form::day_name;
use crate::admin::frame;
use crate::automation::draft::Draft;
use crate::automation::dry::{self, DAYS, Dry};
use crate::automation::model::Def;
use crate::automation::words::{self, Choices, Dictionary};
use crate::automation::{store, templates, verbs};
use crate::error::{Error, FieldError, Result};
use crate::i18n::{fmt, t, tn};
use crate::ui::block::{card, empty};
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, checks, combobox, select};
use crate::ui::field::{Field, fieldset, number, text, textarea, time, two};
use crate::web::input::Posted;
use crate::web::{Flash, Me, Query, Wrong, see_other};

/// Where a new rule begins.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    /// Key of a template.
    pub from: String,
}

/// What the page shows besides the form.
#[derive(Default)]
struct Around {
    id: Option<String>,
    version: Option<i64>,
    wrong: Wrong,
    dry: Option<(String, Dry)>,
}

fn opts<'a>(all: &'a [(String, String)], chosen: &str) -> Vec<Opt<'a>> {
    all.iter()
        .map(|(value, label)| Opt {
            value,
            label,
            chosen: value == chosen,
            ..Opt::default()
        })
        .collect()
}

async fn page(me: &Me, draft: &Draft, around: &Around) -> Result<Markup> {
    let lang = me.lang();
    let (to, title) = match &around.id {
        Some(id) => (
            format!("/admin/rules/{id}/edit"),
            t!(lang, "Change the rule"),
        ),
        None => ("/admin/rules/new".to_owned(), t!(lang, "New rule")),
    };
    let back = match &around.id {
        Some(id) => format!("/admin/rules/{id}"),
        None => "/admin/rules".to_owned(),
    };
    let conditions = words::conditions(me).await?;
    let deeds = words::deeds(me).await?;
    let wrong = &around.wrong;
    let main = html! {
        (wrong.summary(lang))
        form method="post" action=(to) id="rule" class="stack measure" data-guard data-conditions {
            @if let Some(version) = around.version { input type="hidden" name="version" value=(version); }
            (text(lang, &Field { hint: t!(lang, "It stands on the timeline of each request that the rule acts on."), ..wrong.field("name", t!(lang, "Name"), &draft.name) }))
            (when(me, draft, wrong))
            (fieldset(t!(lang, "If"), tests(me, draft, wrong, &conditions)))
            (fieldset(t!(lang, "Then"), deed_lines(me, draft, wrong, &deeds)))
            div class="row" {
                @if around.id.is_some() {
                    (frame::save(t!(lang, "Save the rule")))
                } @else {
                    (button(Button { label: t!(lang, "Switch it on"), kind: Kind::Primary, name: "action", value: "on", ..Button::default() }))
                    (button(Button { label: t!(lang, "Save it switched off"), name: "action", value: "off", ..Button::default() }))
                }
                (button(Button { label: t!(lang, "What would it have done?"), icon: "eye", name: "action", value: "dry", ..Button::default() }))
                a class="btn btn-quiet" href=(back) { (t!(lang, "Leave it as it is")) }
            }
        }
        @if let Some((sentence, dry)) = &around.dry { (shown(me, sentence, dry, around.id.is_some())) }
    };
    frame::page(
        me,
        title,
        (t!(lang, "Rules"), "/admin/rules"),
        html! {},
        main,
        None,
    )
    .await
}

fn when(me: &Me, draft: &Draft, wrong: &Wrong) -> Markup {
    let lang = me.lang();
    let triggers = words::triggers(lang);
    let units = words::units(lang);
    let units: Vec<Opt<'_>> = units
        .iter()
        .map(|(value, label)| Opt {
            value,
            label,
            chosen: *value == draft.unit,
            ..Opt::default()
        })
        .collect();
    let names: Vec<(String, &str)> = (0..7)
        .map(|i| ((i + 1).to_string(), day_name(lang, i)))
        .collect();
    let days: Vec<Opt<'_>> = names
        .iter()
        .map(|(value, label)| Opt {
            value,
            label,
            chosen: draft.days.contains(value),
            ..Opt::default()
        })
        .collect();
    let any: Vec<_> = triggers
        .iter()
        .filter(|(value, _)| value.starts_with("since:"))
        .map(|(value, _)| json!({ "is": { "field": "trigger", "value": value } }))
        .collect();
    let lasting = json!({ "any": any }).to_string();
    let hour = json!({ "is": { "field": "trigger", "value": "schedule" } }).to_string();
    fieldset(
        t!(lang, "When"),
        html! {
            (select(lang, &wrong.field("trigger", t!(lang, "this happens"), ""), &opts(&triggers, &draft.trigger), Some(t!(lang, "Choose"))))
            (two(html! {
                (number(lang, &Field { show_if: &lasting, optional: true, ..wrong.field("amount", t!(lang, "How long"), &draft.amount) }, &Default::default()))
                (select(lang, &Field { show_if: &lasting, optional: true, ..wrong.field("unit", t!(lang, "Measured in"), "") }, &units, None))
            }))
            (time(lang, &Field { show_if: &hour, optional: true, ..wrong.field("at", t!(lang, "At"), &draft.at) }))
            (checks(lang, &Field { show_if: &hour, optional: true, hint: t!(lang, "None means every day."), ..wrong.field("days", t!(lang, "On"), "") }, &days, true))
        },
    )
}

fn tests(me: &Me, draft: &Draft, wrong: &Wrong, conditions: &Choices) -> Markup {
    let lang = me.lang();
    let names = [("is1", "test1"), ("is2", "test2"), ("is3", "test3")];
    html! {
        p class="hint" { (t!(lang, "All of these must be true. Leave them empty for every request.")) }
        @for (i, (is, test)) in names.iter().enumerate() {
            @let (word, value) = &draft.tests[i];
            @let verbs = [("is", t!(lang, "is")), ("is_not", t!(lang, "is not"))];
            (two(html! {
                (select(lang, &Field { optional: true, ..wrong.field(is, t!(lang, "The request"), "") }, &verbs.map(|(v, l)| Opt { value: v, label: l, chosen: word == v, ..Opt::default() }), None))
                (combobox(lang, &Field { optional: true, ..wrong.field(test, t!(lang, "this"), "") }, &opts(conditions, value), Some(t!(lang, "anything"))))
            }))
        }
        (text(lang, &Field { optional: true, ..wrong.field("title", t!(lang, "Words in its title"), &draft.title) }))
        details open[!draft.expert.is_empty() || !wrong.at("expert").is_empty()] {
            summary { (t!(lang, "Conditions as text, for experts")) }
            div class="mt-3" {
                (textarea(lang, &Field { optional: true, hint: t!(lang, "JSON with is, is_not, includes, filled, at_least, all, any and not, as in forms; the facts are listed in the documentation of the API."), ..wrong.field("expert", t!(lang, "Conditions"), &draft.expert) }, 4))
            }
        }
    }
}

/// The condition under which a deed takes a text, for the browser.
fn wants_text(field: &str, deeds: &Choices) -> String {
    let any: Vec<Value> = deeds
        .iter()
        .map(|(value, _)| value.as_str())
        .filter(|v| matches!(*v, "note" | "answer" | "fill") || v.starts_with("order="))
        .map(|value| json!({ "is": { "field": field, "value": value } }))
        .collect();
    json!({ "any": any }).to_string()
}

fn deed_lines(me: &Me, draft: &Draft, wrong: &Wrong, deeds: &Choices) -> Markup {
    let lang = me.lang();
    let names = [("deed1", "text1"), ("deed2", "text2"), ("deed3", "text3")];
    html! {
        @for (i, (deed, text)) in names.iter().enumerate() {
            @let (value, words) = &draft.deeds[i];
            @let label = if i == 0 { t!(lang, "do this") } else { t!(lang, "and this") };
            @let texts = wants_text(deed, deeds);
            (combobox(lang, &Field { optional: i > 0, ..wrong.field(deed, label, "") }, &opts(deeds, value), Some(t!(lang, "nothing"))))
            (textarea(lang, &Field { optional: true, show_if: &texts, hint: t!(lang, "For notes, answers and orders. {requester}, {number}, {title}, {service}, {stage} and {assignee} are filled in."), ..wrong.field(text, t!(lang, "with this text"), words) }, 2))
        }
    }
}

fn shown(me: &Me, sentence: &str, dry: &Dry, known: bool) -> Markup {
    let lang = me.lang();
    let hits = i64::try_from(dry.hits).unwrap_or(i64::MAX);
    let fact = tn!(
        lang,
        hits,
        "In the last {days} days it would have acted {n} time.",
        "In the last {days} days it would have acted {n} times."
    )
    .replace("{days}", &DAYS.to_string());
    html! {
        section class="stack measure" id="dry" {
            h2 tabindex="-1" autofocus { (t!(lang, "What it would have done")) }
            p { (sentence) }
            div class="row" {
                @if known { (button(Button { label: t!(lang, "Save the rule"), kind: Kind::Primary, form: "rule", ..Button::default() })) }
                @else { (button(Button { label: t!(lang, "Switch it on"), kind: Kind::Primary, form: "rule", name: "action", value: "on", ..Button::default() })) }
            }
            @if dry.hits == 0 {
                (empty("eye", &fact, &t!(lang, "{n} causes were looked at, and none fits.", n = dry.looked), html! {}))
            } @else {
                (card(&fact, html! {
                    ul class="rq" {
                        @for would in &dry.told {
                            li {
                                div { a class="ttl" href={ "/work/" (would.number) } { (would.title) } }
                                span class="num muted small" { (would.number) }
                                time class="muted small" datetime=(would.at.to_string()) { (fmt::when(lang, would.at, me.now, &me.prefs.zone)) }
                            }
                        }
                    }
                    @if dry.hits > dry.told.len() { p class="muted small mt-3" { (t!(lang, "And {n} more, before these.", n = dry.hits - dry.told.len())) } }
                }))
            }
            p class="muted small" { (t!(lang, "Nothing was changed. Each request was looked at as it was then, as far as its history tells.")) }
        }
    }
}

/// GET /admin/rules/new
pub async fn fresh(me: Me, Query(asked): Query<Asked>) -> Result<Markup> {
    let from = templates::all(me.lang())
        .into_iter()
        .find(|t| t.key == asked.from);
    let draft = from
        .and_then(|t| Draft::of(t.name, &t.def))
        .unwrap_or(Draft {
            amount: "2".to_owned(),
            ..Draft::default()
        });
    page(&me, &draft, &Around::default()).await
}

/// The rule of a form that is fit to be saved, or what is wrong with it.
async fn fit(me: &Me, draft: &Draft) -> Result<Def> {
    let def = draft.read()?;
    let wrong = def.check(&*me.app.catalog().await?);
    if wrong.is_empty() {
        Ok(def)
    } else {
        Err(Error::Invalid(wrong))
    }
}

async fn dried(me: &Me, draft: &Draft) -> Result<(String, Dry)> {
    let def = fit(me, draft).await?;
    let words = Dictionary::load(me).await?;
    Ok((words.sentence(me.lang(), &def), dry::run(me, &def).await?))
}

/// POST /admin/rules/new
pub async fn create(me: Me, posted: Posted) -> Result<Response> {
    let draft = Draft::posted(&posted);
    let action = crate::incidents::page::one(&posted, "action");
    let mut around = Around::default();
    let error = if action == "dry" {
        match dried(&me, &draft).await {
            Ok(dry) => {
                around.dry = Some(dry);
                return Ok(page(&me, &draft, &around).await?.into_response());
            }
            Err(error) => error,
        }
    } else {
        let made = match fit(&me, &draft).await {
            Ok(def) => verbs::create(&me, &me.actor, &draft.name, &def, action != "off").await,
            Err(error) => Err(error),
        };
        match made {
            Ok(rule) => {
                let said = match rule.acts() {
                    true => t!(me.lang(), "The rule is on"),
                    false => t!(me.lang(), "The rule is saved, switched off"),
                };
                let to = format!("/admin/rules/{}", rule.id);
                return Ok(see_other(&to, Some(Flash::new(said))));
            }
            Err(error) => error,
        }
    };
    around.wrong = Wrong::of(me.lang(), error)?;
    let body = page(&me, &draft, &around).await?;
    Ok(frame::answer(&around.wrong, body))
}

/// GET /admin/rules/{rule}/edit
pub async fn edit(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let rule = store::find(&me.app.db, &id).await?;
    let draft = Draft::of(&rule.name, &rule.def).ok_or_else(|| {
        Error::Conflict(
            "This rule does more than the form has room for. Change it through the API.".into(),
        )
    })?;
    let around = Around {
        id: Some(rule.id),
        version: Some(rule.version),
        ..Around::default()
    };
    page(&me, &draft, &around).await
}

/// POST /admin/rules/{rule}/edit
pub async fn save(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let draft = Draft::posted(&posted);
    let rule = store::find(&me.app.db, &id).await?;
    let version = frame::version(crate::incidents::page::one(&posted, "version"))?;
    let mut around = Around {
        id: Some(id.clone()),
        version,
        ..Around::default()
    };
    let dry = crate::incidents::page::one(&posted, "action") == "dry";
    let error = if dry {
        match dried(&me, &draft).await {
            Ok(dry) => {
                around.dry = Some(dry);
                return Ok(page(&me, &draft, &around).await?.into_response());
            }
            Err(error) => error,
        }
    } else {
        let made = match fit(&me, &draft).await {
            Ok(def) => verbs::change(&me, &me.actor, &id, version, &draft.name, &def).await,
            Err(error) => Err(error),
        };
        match made {
            Ok(_) => {
                let said = Flash::new(t!(me.lang(), "The rule is saved"));
                return Ok(see_other(&format!("/admin/rules/{id}"), Some(said)));
            }
            Err(error) => error,
        }
    };
    around.wrong = match error {
        Error::Stale(msg) => {
            around.version = Some(rule.version);
            Wrong::new(me.lang(), &[FieldError::new("", msg)])
        }
        error => Wrong::of(me.lang(), error)?,
    };
    let body = page(&me, &draft, &around).await?;
    Ok(frame::answer(&around.wrong, body))
}
