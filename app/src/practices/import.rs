//! Taking in a pack that another organisation sent. It stands in the library
//! from then on; nothing of it runs until somebody adopts it.

use serde_json::json;

use super::adopt::note;
use super::archive;
use super::pack::{Pack, Problem};
use super::store;
use crate::actor::Actor;
use crate::error::{Error, FieldError, Result};
use crate::policy;
use crate::web::Ctx;

/// The most problems that are told at once.
const TOLD: usize = 50;

/// Problems as errors: the field is file and line.
pub fn errors(problems: Vec<Problem>) -> Error {
    let told = problems.into_iter().take(TOLD);
    Error::Invalid(
        told.map(|p| FieldError::new(format!("{}:{}", p.file, p.line), p.msg))
            .collect(),
    )
}

/// Import a ZIP file.
///
/// # Errors
/// [`Error::Invalid`] with file and line of everything that does not fit.
pub async fn import(ctx: &Ctx, actor: &Actor, bytes: &[u8]) -> Result<Pack> {
    policy::require(policy::shapes_catalog(actor))?;
    let pack = archive::read(bytes).map_err(errors)?;
    let mut tx = ctx.app.db.begin().await?;
    let by = (!actor.is_system()).then_some(actor.id.as_str());
    store::save_import(&mut tx, ctx.now, by, &pack).await?;
    let data =
        json!({ "after": { "version": pack.meta.version.to_string(), "name": pack.meta.name } });
    note(&mut tx, ctx, actor, "practice.imported", &pack.key, data).await?;
    tx.commit().await?;
    Ok(pack)
}
