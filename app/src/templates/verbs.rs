//! Saving, changing and removing templates.

use mil_db::sql;
use mil_process::form::{self, Kind, Raw};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::actor::Actor;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::policy;
use crate::random::new_id;
use crate::templates::store::{self, Template};
use crate::web::Ctx;

/// What a template is called, and who may use it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Change {
    /// 1 to 80 characters.
    pub name: String,
    /// When to use it.
    pub note: String,
    /// Null: only its owner; the id of a team of yours; `everyone` who works here.
    pub shared_with: Option<String>,
    /// Offer it to all who may order the service; for leads.
    pub in_portal: bool,
}

/// Whether `actor` may change it.
pub fn may_change(actor: &Actor, template: &Template) -> bool {
    policy::works(actor) && (template.owner_id == actor.id || policy::shapes_catalog(actor))
}

/// [`may_change`] as a result.
///
/// # Errors
/// [`Error::Forbidden`].
pub fn require_change(actor: &Actor, template: &Template) -> Result<()> {
    if may_change(actor, template) {
        return Ok(());
    }
    Err(Error::Forbidden(Msg::new(
        "Only whoever made this template, or a lead, may change it. Ask them.",
    )))
}

fn check(actor: &Actor, change: &mut Change, before: Option<&Template>) -> Result<()> {
    let mut wrong = Vec::new();
    change.name = change.name.trim().replace(['\n', '\r', '\t'], " ");
    let length = change.name.chars().count();
    if !(1..=80).contains(&length) {
        wrong.push(FieldError::new(
            "name",
            Msg::new("Name it in 1 to 80 characters."),
        ));
    }
    change.note = change.note.trim().to_owned();
    if change.note.chars().count() > 300 {
        let msg = Msg::new("Use at most {n} characters.").with("n", 300);
        wrong.push(FieldError::new("note", msg));
    }
    change.shared_with = change.shared_with.take().filter(|s| !s.is_empty());
    let shared = change.shared_with.as_deref();
    let same = before.is_some_and(|b| b.shared_with.as_deref() == shared);
    if !same && shared.is_some_and(|team| team != "everyone" && !actor.team_ids.contains(team)) {
        wrong.push(FieldError::new(
            "shared_with",
            Msg::new("Choose one of your own teams, or everyone."),
        ));
    }
    if change.in_portal && !before.is_some_and(|b| b.in_portal) && !policy::shapes_catalog(actor) {
        wrong.push(FieldError::new(
            "in_portal",
            Msg::new("Only leads offer templates in the portal. Ask one."),
        ));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(wrong))
    }
}

/// Save answers as a template.
///
/// # Errors
/// [`Error::Invalid`] for a name or answers that do not fit.
pub async fn create(
    ctx: &Ctx,
    actor: &Actor,
    service: &str,
    title: &str,
    mut answers: Raw,
    mut change: Change,
) -> Result<Template> {
    policy::require(policy::works(actor))?;
    let catalog = ctx.app.catalog().await?;
    let service = catalog
        .service(service)
        .ok_or_else(|| Error::field("service", "There is no such service. Choose another."))?;
    check(actor, &mut change, None)?;
    answers.retain(|key, _| {
        service
            .form
            .field(key)
            .is_some_and(|f| f.kind.is_question() && !matches!(f.kind, Kind::File { .. }))
    });
    if serde_json::to_string(&answers)?.len() > 100_000 {
        return Err(Error::field(
            "answers",
            "These answers are too long for a template.",
        ));
    }
    // What is missing is asked when it is ordered; what does not fit is not kept.
    let shown = form::visible(&service.form, &answers);
    answers.retain(|key, _| shown.contains(key));
    let template = Template {
        id: new_id(ctx.now),
        name: change.name,
        note: change.note,
        service_id: service.id.clone(),
        form_version: service.form_version,
        title: title.chars().take(160).collect(),
        answers,
        owner_id: actor.id.clone(),
        shared_with: change.shared_with,
        in_portal: change.in_portal,
        version: 1,
    };
    let mut tx = ctx.app.db.begin().await?;
    store::insert(&mut tx, &template, ctx.now).await?;
    let data = json!({ "name": template.name, "service_id": service.id });
    let event = Event::audit("template.saved", "template", &template.id, data);
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(template)
}

/// Change its name or who may use it.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Invalid`], [`Error::Stale`].
pub async fn change(ctx: &Ctx, actor: &Actor, id: &str, mut new: Change) -> Result<Template> {
    let mut tx = ctx.app.db.begin().await?;
    let mut template = store::find(&mut tx, actor, id).await?;
    require_change(actor, &template)?;
    check(actor, &mut new, Some(&template))?;
    let before = json!({ "name": template.name, "shared_with": template.shared_with, "in_portal": template.in_portal });
    (template.name, template.note) = (new.name, new.note);
    (template.shared_with, template.in_portal) = (new.shared_with, new.in_portal);
    if !store::update(&mut tx, &template, ctx.now).await? {
        return Err(Error::Stale(Msg::new(
            "Somebody else changed this template at the same moment. Look at it again, then save.",
        )));
    }
    template.version += 1;
    let after = json!({ "name": template.name, "shared_with": template.shared_with, "in_portal": template.in_portal });
    let data = json!({ "before": before, "after": after });
    let event = Event::audit("template.changed", "template", id, data);
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(template)
}

/// Remove it. What was ordered from it stays.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn remove(ctx: &Ctx, actor: &Actor, id: &str) -> Result<()> {
    let mut tx = ctx.app.db.begin().await?;
    let template = store::find(&mut tx, actor, id).await?;
    require_change(actor, &template)?;
    sql("UPDATE request_template SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL")
        .bind(ctx.now.as_microsecond())
        .bind(id)
        .run(&mut tx)
        .await?;
    let data = json!({ "name": template.name });
    let event = Event::audit("template.removed", "template", id, data);
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(())
}
