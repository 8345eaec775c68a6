//! An announcement that begins with an incident or a change: what is known there
//! need not be typed again.

use maud::{Markup, html};

use crate::announcements::model::{Announcement, Kind};
use crate::announcements::store;
use crate::announcements::verbs::fresh;
use crate::calendar;
use crate::catalog::model::WorkKind;
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::incidents;
use crate::policy::{self, Do};
use crate::ui::button::{Button, Kind as Loud, Size, link_button};
use crate::web::Me;
use crate::work::{self, Item};

/// A new one, and id and number of what it is about.
pub async fn from(me: &Me, item: Option<&str>) -> Result<(Announcement, Option<(String, i64)>)> {
    let mut a = fresh(me, &me.actor, Kind::Outage);
    let Some(word) = item else {
        return Ok((a, None));
    };
    let item = work::store::find(&me.app.db, &me.actor, word).await?;
    if !policy::on_item(&me.actor, Do::SeeInternal, &item.facts()) {
        return Err(Error::NotFound);
    }
    if item.kind == WorkKind::Incident {
        let record = incidents::store::of(&me.app.db, &item).await?;
        a.title = if record.headline.is_empty() {
            item.title.clone()
        } else {
            record.headline.clone()
        };
        a.from_at = Some(record.detected_at);
        // What was said to everyone last is the best there is to begin with.
        let said = incidents::store::updates(&me.app.db, &item.id, false).await?;
        a.body = said.into_iter().next().map_or(String::new(), |u| u.body);
    } else {
        a.kind = Kind::Maintenance;
        item.title.clone_into(&mut a.title);
        if let Some(window) = calendar::store::of_item(&me.app.db, &item.id).await? {
            (a.from_at, a.to_at) = (Some(window.span.start()), Some(window.span.end()));
        }
    }
    Ok((a, Some((item.id, item.number))))
}

/// What it is about, for whoever may see that.
pub async fn about(me: &Me, a: &Announcement) -> Result<Markup> {
    let Some(id) = &a.item_id else {
        return Ok(html! {});
    };
    let item = match work::store::find(&me.app.db, &me.actor, id).await {
        Ok(item) => item,
        Err(Error::NotFound) => return Ok(html! {}),
        Err(error) => return Err(error),
    };
    Ok(html! {
        p class="mt-2" { a href={ "/work/" (item.number) } { (t!(me.lang(), "About {number}", number = item.number)) } " " (item.title) }
    })
}

/// The way from an incident or a change to what is announced of it.
pub async fn offer(me: &Me, item: &Item) -> Result<Markup> {
    if !policy::announces(&me.actor) {
        return Ok(html! {});
    }
    let lang = me.lang();
    let all = store::of_item(&me.app.db, &item.id).await?;
    let label = if item.kind == WorkKind::Incident {
        t!(lang, "Announce the outage")
    } else {
        t!(lang, "Announce the maintenance")
    };
    Ok(html! {
        @for a in &all {
            p class="mt-2" { a href={ "/work/announcements/" (a.id) } { (t!(lang, "Announced: {title}", title = a.title)) } }
        }
        @if all.is_empty() && item.is_open() {
            (link_button(&format!("/work/announcements/new?item={}", item.number),
                Button { label, icon: "horn", size: Size::Small, kind: Loud::Line, ..Button::default() }))
        }
    })
}
