//! Where a request stands, as JSON.

use axum::Json;
use axum::extract::Path;
use mil_process::process::Phase;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Result;
use crate::i18n::Lang;
use crate::policy::{self, Do};
use crate::standing::load::load;
use crate::standing::words;
use crate::web::Me;
use crate::work::{moves, store};

/// A stage of the process.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct StageView {
    pub key: String,
    /// The requester's word, for those who do not work here.
    pub name: String,
    /// passed, left_out, current or ahead.
    pub state: &'static str,
    /// For what is left out: when it would not be.
    pub only_if: Option<String>,
}

/// What happens by itself.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct AheadView {
    pub at: String,
    pub text: String,
}

/// Where a request stands.
#[derive(Debug, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct StandingView {
    pub stages: Vec<StageView>,
    /// ended, merged, answer, draft, approval, sub_request, window, task, unassigned or work.
    pub cause: &'static str,
    /// The cause as a sentence, as far as it says more than the word.
    pub text: Option<String>,
    pub ahead: Option<AheadView>,
}

/// GET /api/v1/requests/{item}/standing
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Json<StandingView>> {
    let item = store::find(&me.app.db, &me.actor, &id).await?;
    let catalog = me.app.catalog().await?;
    let process = moves::process_of(&catalog, &item)?;
    let standing = load(&me, &catalog, &item).await?;
    let outsider = !policy::on_item(&me.actor, Do::SeeInternal, &item.facts());
    let here = process.index(&item.stage).unwrap_or(0);
    let stages = process
        .stages
        .iter()
        .enumerate()
        .map(|(at, stage)| {
            let left_out = standing.left_out.iter().find(|(s, _)| s.key == stage.key);
            StageView {
                key: stage.key.clone(),
                name: if outsider {
                    stage.requester_word().to_owned()
                } else {
                    stage.name.clone()
                },
                state: match () {
                    () if left_out.is_some() => "left_out",
                    () if item.phase == Phase::Done || at < here => "passed",
                    () if at == here => "current",
                    () => "ahead",
                },
                only_if: left_out.map(|(_, why)| why.clone()),
            }
        })
        .collect();
    let lang: Lang = me.lang();
    let ahead = standing.ahead.as_ref().and_then(|(at, does)| {
        let when = crate::i18n::fmt::when(lang, *at, me.now, &me.prefs.zone);
        let text = crate::work::timer_words::ahead(lang, does, &when, outsider)?;
        Some(AheadView {
            at: at.to_string(),
            text,
        })
    });
    Ok(Json(StandingView {
        stages,
        cause: words::key(&standing.cause),
        text: words::sentence(&me, &standing.cause, outsider),
        ahead,
    }))
}
