//! What is said about an incident goes on in the announcement that was made of it,
//! so that nobody types it twice.

use jiff::Timestamp;
use mil_db::Tx;

use crate::actor::Actor;
use crate::announcements::model::{Announcement, Kind, State};
use crate::announcements::store;
use crate::announcements::verbs::{NewUpdate, update_in};
use crate::error::Result;
use crate::i18n::{Lang, t};
use crate::web::Ctx;

/// The outages that were published for an incident and go on.
async fn open(tx: &mut Tx, ctx: &Ctx, item_id: &str) -> Result<Vec<Announcement>> {
    let all = store::of_item(&mut *tx, item_id).await?;
    Ok(all
        .into_iter()
        .filter(|a| a.kind == Kind::Outage && a.is_live(ctx.now) && a.is_open())
        .collect())
}

/// An update for everyone affected is one of the announcement, too.
pub async fn from_incident(
    tx: &mut Tx,
    ctx: &Ctx,
    actor: &Actor,
    item_id: &str,
    body: &str,
    state: Option<State>,
    next_at: Option<Timestamp>,
) -> Result<()> {
    for a in open(tx, ctx, item_id).await? {
        let new = NewUpdate {
            state,
            body: body.to_owned(),
            components: None,
            next_at,
        };
        update_in(tx, ctx, actor, a, new).await?;
    }
    Ok(())
}

/// It works again, and so says the announcement.
pub async fn restored(tx: &mut Tx, ctx: &Ctx, actor: &Actor, item_id: &str) -> Result<()> {
    let lang = Lang::from_code(&ctx.app.org().lang).unwrap_or_default();
    for a in open(tx, ctx, item_id).await? {
        let new = NewUpdate {
            state: Some(State::Resolved),
            body: t!(lang, "It works again.").to_owned(),
            ..NewUpdate::default()
        };
        update_in(tx, ctx, actor, a, new).await?;
    }
    Ok(())
}
