//! Practices as JSON.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Msg, Result};
use crate::people::store as people;
use crate::practices::merge::{Choices, Side, Who};
use crate::practices::model::{Origin, Wishes};
use crate::practices::pages::Seen;
use crate::practices::present::Present;
use crate::practices::{adopt, archive, figures, import, store, upgrade};
use crate::web::{Input, Me};

/// The library.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Practices {
    pub items: Vec<PracticeView>,
}

/// A practice.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct PracticeView {
    pub key: String,
    pub name: String,
    /// Semantic version of the newest text.
    pub version: String,
    pub group: String,
    pub summary: String,
    pub origin: Origin,
    /// The version that runs here; null if it is not adopted.
    pub adopted: Option<String>,
}

/// GET /api/v1/practices
pub async fn list(me: Me) -> Result<Json<Practices>> {
    let adopted = store::adopted(&me.app.db).await?;
    let items = store::offered(&me.app.db)
        .await?
        .into_values()
        .map(|o| PracticeView {
            adopted: adopted
                .get(&o.pack.key)
                .map(|a| a.pack.meta.version.to_string()),
            key: o.pack.key,
            name: o.pack.meta.name,
            version: o.pack.meta.version.to_string(),
            group: o.pack.meta.group,
            summary: o.pack.meta.summary,
            origin: o.origin,
        })
        .collect();
    Ok(Json(Practices { items }))
}

/// A practice with everything in it.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct PracticeDetail {
    pub key: String,
    /// `practice.toml` as JSON.
    pub meta: Value,
    /// Markdown.
    pub guide: String,
    /// What runs here; null if it is not adopted.
    pub adoption: Option<AdoptionView>,
}

/// What runs here of a practice.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct AdoptionView {
    pub version: String,
    /// Role to team.
    pub roles: BTreeMap<String, String>,
    /// Key in the practice to id here.
    pub services: BTreeMap<String, String>,
    pub processes: BTreeMap<String, String>,
    pub promises: BTreeMap<String, String>,
    /// 1 adopted, 2 in use, 3 measured, 4 on target.
    pub maturity: u8,
    pub measures: Vec<MeasureView>,
}

/// A measure over the last 90 days.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct MeasureView {
    pub key: String,
    pub name: String,
    pub formula: String,
    pub target: f64,
    /// Null while there is nothing to measure.
    pub value: Option<f64>,
    pub met: Option<bool>,
}

/// GET /api/v1/practices/{practice}
pub async fn show(me: Me, Path(key): Path<String>) -> Result<Json<PracticeDetail>> {
    let seen = Seen::find(&me, &key).await?;
    let adoption = match &seen.adoption {
        Some(a) => {
            let (ordered, values) = figures::values(&me.app.db, &seen.catalog, a, me.now).await?;
            Some(AdoptionView {
                version: a.pack.meta.version.to_string(),
                roles: a.roles.clone(),
                services: a.parts.services.clone(),
                processes: a.parts.processes.clone(),
                promises: a.parts.promises.clone(),
                maturity: figures::maturity(ordered, &values).level,
                measures: values
                    .into_iter()
                    .map(|v| MeasureView {
                        met: v.met(),
                        value: v.value,
                        key: v.kpi.key,
                        name: v.kpi.name,
                        formula: v.kpi.formula,
                        target: v.kpi.target,
                    })
                    .collect(),
            })
        }
        None => None,
    };
    Ok(Json(PracticeDetail {
        meta: serde_json::to_value(&seen.offered.pack.meta)?,
        guide: seen.offered.pack.guide.clone(),
        key,
        adoption,
    }))
}

/// What adopting would make.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct PreviewView {
    pub roles: BTreeMap<String, String>,
    pub calendar_id: String,
    pub items: Vec<PreviewLine>,
}

/// A thing that would be made.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct PreviewLine {
    pub kind: &'static str,
    pub key: String,
    pub name: String,
    pub taken: bool,
}

/// POST /api/v1/practices/{practice}/preview
pub async fn preview(
    me: Me,
    Path(key): Path<String>,
    Input(wishes): Input<Wishes>,
) -> Result<Json<PreviewView>> {
    let seen = Seen::find(&me, &key).await?;
    let teams = people::teams(&me.app.db).await?;
    let plan = adopt::preview(
        &seen.offered.pack,
        &wishes,
        &seen.catalog,
        &teams,
        &me.actor,
    );
    if !plan.wrong.is_empty() {
        return Err(Error::Invalid(plan.wrong));
    }
    let items = plan
        .lines
        .into_iter()
        .map(|line| PreviewLine {
            kind: line.kind,
            key: line.key,
            name: line.name,
            taken: line.taken,
        })
        .collect();
    Ok(Json(PreviewView {
        roles: plan.roles,
        calendar_id: plan.calendar_id,
        items,
    }))
}

/// POST /api/v1/practices/{practice}/adoption
pub async fn adopt(
    me: Me,
    Path(key): Path<String>,
    Input(wishes): Input<Wishes>,
) -> Result<(StatusCode, Json<PracticeDetail>)> {
    adopt::adopt(&me, &me.actor, &key, &wishes).await?;
    Ok((StatusCode::CREATED, show(me, Path(key)).await?))
}

/// DELETE /api/v1/practices/{practice}/adoption
pub async fn leave(me: Me, Path(key): Path<String>) -> Result<StatusCode> {
    adopt::leave(&me, &me.actor, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A new version beside ours.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct ComparisonView {
    pub from: String,
    pub to: String,
    pub conflicts: usize,
    pub items: Vec<DifferenceView>,
}

/// A difference to the version that both come from.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct DifferenceView {
    pub path: String,
    /// `ours`, `theirs`, `both` or `conflict`.
    pub who: &'static str,
    pub base: Option<Value>,
    pub ours: Option<Value>,
    pub theirs: Option<Value>,
}

/// GET /api/v1/practices/{practice}/upgrade
pub async fn compare(me: Me, Path(key): Path<String>) -> Result<Json<ComparisonView>> {
    crate::policy::require(crate::policy::shapes_catalog(&me.actor))?;
    let (adoption, offered) = upgrade::newer(&me, &key).await?;
    let catalog = me.app.catalog().await?;
    let present = Present::read(&me.app.db).await?;
    let compared = upgrade::compare(
        &catalog,
        &adoption,
        &offered.pack,
        &present,
        &Choices::new(),
    )?;
    let conflicts = compared.conflicts();
    let items = compared
        .differences
        .into_iter()
        .map(|d| DifferenceView {
            path: d.path,
            who: match d.who {
                Who::Ours => "ours",
                Who::Theirs => "theirs",
                Who::Both => "both",
                Who::Conflict => "conflict",
            },
            base: d.base,
            ours: d.ours,
            theirs: d.theirs,
        })
        .collect();
    Ok(Json(ComparisonView {
        from: compared.from,
        to: compared.to,
        conflicts,
        items,
    }))
}

/// How conflicts are decided.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UpgradeInput {
    /// Paths of conflicts for which the new version's value is taken; ours
    /// stays for all others.
    theirs: Vec<String>,
}

/// POST /api/v1/practices/{practice}/upgrade
pub async fn take(
    me: Me,
    Path(key): Path<String>,
    Input(input): Input<UpgradeInput>,
) -> Result<Json<PracticeDetail>> {
    let choices = input.theirs.into_iter().map(|path| (path, Side::Theirs));
    upgrade::upgrade(&me, &me.actor, &key, None, &choices.collect()).await?;
    show(me, Path(key)).await
}

/// POST /api/v1/practices/import: the body is the ZIP file.
pub async fn take_in(me: Me, request: Request) -> Result<(StatusCode, Json<PracticeDetail>)> {
    let bytes = to_bytes(request.into_body(), archive::SENT)
        .await
        .map_err(|_| Error::TooLarge(Msg::new("A pack has at most 5 MB.")))?;
    if bytes.is_empty() {
        return Err(Error::Malformed(Msg::new(
            "Send the pack as the body, a ZIP file.",
        )));
    }
    let pack = import::import(&me, &me.actor, &bytes).await?;
    Ok((StatusCode::CREATED, show(me, Path(pack.key)).await?))
}
