//! Policies in the index: a document for the version that holds and for each
//! that is to hold later. Which of them a reader meets is asked on the day they
//! look.

use jiff::Timestamp;
use jiff::civil::Date;
use mil_db::Tx;

use super::document::{self, Document, Term};
use super::kinds::{Card, Kind};
use super::snippet::text_of;
use crate::error::Result;
use crate::i18n::t;
use crate::policies::store::{self, Policy};
use crate::policies::verbs::here;
use crate::web::Me;

/// Put a policy's versions into the index, or take them out.
pub async fn index(tx: &mut Tx, now: Timestamp, today: Date, policy: &Policy) -> Result<()> {
    let holds = policy.in_force(today).map(|v| v.id.as_str());
    for version in &policy.versions {
        let id = format!("{}.{}", policy.id, version.id);
        let shown = policy.retired_at.is_none()
            && version.published_at.is_some()
            && (holds == Some(version.id.as_str()) || version.effective_on > today);
        if !shown {
            document::remove(tx, Kind::Policy, &id).await?;
            continue;
        }
        let body = format!("{} {}", text_of(&version.for_you), text_of(&version.body));
        let mut audience = Term::of(&version.audience);
        audience.push(Term::Agents);
        let document = Document {
            kind: Kind::Policy,
            id: &id,
            language: "",
            title: &version.title,
            keywords: "",
            body: body.trim(),
            audience: &audience,
        };
        document::upsert(tx, now, &document).await?;
    }
    Ok(())
}

/// Put all policies into the index.
pub async fn rebuild(app: &crate::App) -> Result<()> {
    let today = app.zone().to_datetime(app.now()).date();
    let mut tx = app.db.begin().await?;
    for policy in store::every(&mut tx).await? {
        index(&mut tx, app.now(), today, &policy).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Those versions that hold for the reader today.
pub async fn cards(me: &Me, ids: &[String]) -> Result<Vec<Card>> {
    let lang = me.lang();
    let mine = store::mine(&me.app.db, &me.actor, me.now, here(me)).await?;
    let known = mine
        .iter()
        .map(|m| (format!("{}.{}", m.policy.id, m.version.id), m));
    Ok(known
        .filter(|(id, _)| ids.contains(id))
        .map(|(id, m)| Card {
            id,
            title: m.version.title.clone(),
            href: format!("/policies/{}", m.policy.id),
            hint: t!(lang, "Version {number}", number = m.version.number()),
        })
        .collect())
}
