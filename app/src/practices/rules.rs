//! Rules that came with a practice: made, changed and taken away with it.

use std::collections::BTreeMap;

use mil_db::Tx;
use serde_json::{Value, json};

use super::install::Install;
use super::model::{Adoption, Parts};
use super::pack::rule::Local;
use super::pack::{Pack, RuleSpec};
use super::present::Present;
use crate::actor::Actor;
use crate::automation::{store, verbs};
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::web::Ctx;

/// What the keys of a pack are here: teams, and the words in addresses.
pub fn local(
    pack: &Pack,
    roles: &BTreeMap<String, String>,
    parts: &Parts,
    catalog: &Catalog,
) -> Local {
    let slugs = pack.services.keys().filter_map(|key| {
        let service = catalog.service(parts.services.get(key)?)?;
        Some((key.clone(), service.slug.clone()))
    });
    Local {
        roles: roles.clone(),
        slugs: slugs.collect(),
        playbooks: parts.playbooks.clone(),
    }
}

/// What a pack says, in the words that what runs here comes back in.
pub fn wanted(pack: &Pack, local: &Local) -> Result<Value> {
    let mut all = json!({});
    for (key, rule) in &pack.rules {
        let same = RuleSpec::of(&rule.name, &rule.def(local), local);
        all[key] = serde_json::to_value(same)?;
    }
    Ok(all)
}

/// What runs here, in the words of a pack. What was removed is not there.
pub fn ours(adoption: &Adoption, present: &Present, local: &Local) -> Result<Value> {
    let mut all = json!({});
    for (key, id) in &adoption.parts.rules {
        if let Some(rule) = present.rules.get(id) {
            all[key] = serde_json::to_value(RuleSpec::of(&rule.name, &rule.def, local))?;
        }
    }
    Ok(all)
}

/// Make a rule of a pack. It is on at once.
pub async fn add(install: &mut Install<'_>, rule: &RuleSpec, local: &Local) -> Result<String> {
    let (ctx, actor, tx) = (install.ctx, install.actor, &mut install.tx);
    let what = (rule.name.as_str(), &rule.def(local));
    let made = verbs::create_in(tx, ctx, actor, &install.next, what, true).await?;
    Ok(made.id)
}

/// Take a rule away, if nobody did so before.
pub async fn take_away(tx: &mut Tx, ctx: &Ctx, actor: &Actor, id: &str) -> Result<()> {
    match store::find(&mut *tx, id).await {
        Ok(_) => verbs::remove_in(tx, ctx, actor, id).await.map(|_| ()),
        Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Take over what was merged: new rules are made, changed ones get a new version,
/// and what they dropped and we left alone is taken away.
pub async fn carry_over(
    install: &mut Install<'_>,
    adoption: &mut Adoption,
    pack: &Pack,
    merged: &Value,
    present: &Present,
) -> Result<()> {
    let local = local(pack, &adoption.roles, &adoption.parts, &install.next);
    let (ctx, actor) = (install.ctx, install.actor);
    for (key, id) in adoption.parts.rules.clone() {
        let Some(rule) = present.rules.get(&id) else {
            continue;
        };
        if merged[&key].is_null() {
            take_away(&mut install.tx, ctx, actor, &id).await?;
            continue;
        }
        let spec: RuleSpec = serde_json::from_value(merged[&key].clone())?;
        let def = spec.def(&local);
        if spec.name != rule.name || def != rule.def {
            let (tx, what) = (&mut install.tx, (spec.name.as_str(), &def));
            verbs::change_in(tx, ctx, actor, &install.next, (&id, None), what).await?;
        }
    }
    for key in pack.rules.keys() {
        if !merged[key].is_null() && !adoption.parts.rules.contains_key(key) {
            let spec: RuleSpec = serde_json::from_value(merged[key].clone())?;
            let id = add(install, &spec, &local).await?;
            adoption.parts.rules.insert(key.clone(), id);
        }
    }
    Ok(())
}
