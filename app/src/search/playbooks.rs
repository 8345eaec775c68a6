//! Playbooks in the index: the published version of each that is not retired,
//! for those who work here.

use jiff::Timestamp;
use mil_db::{Tx, sql};

use super::document::{self, Document, Term};
use super::kinds::{Card, Kind};
use super::snippet::text_of;
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::playbooks::model::Playbook;
use crate::playbooks::store;
use crate::web::Me;

/// Put a playbook into the index, or take it out.
pub async fn index(tx: &mut Tx, now: Timestamp, playbook: &Playbook) -> Result<()> {
    let Some(says) = playbook.published.as_ref().filter(|_| playbook.runs()) else {
        return document::remove(tx, Kind::Playbook, &playbook.id).await;
    };
    let mut body = says.purpose.clone();
    let mut roles = String::new();
    for step in &says.steps {
        body.push_str(&format!(" · {}: {}", step.title, text_of(&step.how)));
        roles.push_str(&format!(" {}", step.role));
    }
    let document = Document {
        kind: Kind::Playbook,
        id: &playbook.id,
        language: "",
        title: &says.name,
        keywords: roles.trim(),
        body: body.trim(),
        audience: &[Term::Agents],
    };
    document::upsert(tx, now, &document).await
}

/// Put all playbooks into the index.
pub async fn rebuild(app: &crate::App) -> Result<()> {
    let ids: Vec<String> = sql("SELECT id FROM playbook ORDER BY id")
        .column("id", &app.db)
        .await?;
    for id in ids {
        let mut tx = app.db.begin().await?;
        let playbook = store::find(&mut tx, &Actor::system(), &id).await?;
        index(&mut tx, app.now(), &playbook).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Those that the reader may open now.
pub async fn cards(me: &Me, ids: &[String]) -> Result<Vec<Card>> {
    let mut out = Vec::new();
    if !crate::policy::works(&me.actor) {
        return Ok(out);
    }
    for id in ids {
        match store::find(&me.app.db, &me.actor, id).await {
            Ok(playbook) if playbook.runs() => out.push(Card {
                id: id.clone(),
                title: playbook.name,
                href: format!("/playbooks/{id}"),
                hint: playbook.practice.map(|(_, name)| name).unwrap_or_default(),
            }),
            Ok(_) | Err(Error::NotFound) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(out)
}
