//! An order: what was ordered together.

use axum::extract::Path;
use maud::{Markup, html};
use mil_db::{Where, sql};

use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::i18n::{fmt, t, tn};
use crate::policy;
use crate::portal::requests;
use crate::portal::seen::seen;
use crate::ui::block::{self, Tone, notice};
use crate::web::{Me, shell};
use crate::work::{Item, store};

/// An order with its items, as far as the reader may see them.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Order {
    pub id: String,
    pub number: i64,
    pub requester_id: String,
    pub created_at: jiff::Timestamp,
    pub items: Vec<Item>,
}

/// An order by id or number.
///
/// # Errors
/// [`Error::NotFound`] also when it is not the reader's and none of its items
/// is theirs to see.
pub async fn find(me: &Me, id_or_number: &str) -> Result<Order> {
    let query = match id_or_number.parse::<i64>() {
        Ok(number) => sql("SELECT * FROM service_order WHERE number = $1").bind(number),
        Err(_) => sql("SELECT * FROM service_order WHERE id = $1").bind(id_or_number),
    };
    let row = query.opt(&me.app.db).await?.ok_or(Error::NotFound)?;
    let id: String = row.get("id")?;
    let requester_id: String = row.get("requester_id")?;
    let mut filter = Where::new();
    filter.and("w.order_id = ?", [id.as_str().into()]);
    policy::visible_items(&me.actor, &mut filter);
    let items = store::select(&me.app.db, &me.actor, &filter, "ORDER BY w.number").await?;
    if items.is_empty() && requester_id != me.actor.id {
        return Err(Error::NotFound);
    }
    Ok(Order {
        id,
        number: row.get("number")?,
        requester_id,
        created_at: from_micros(row.get("created_at")?),
        items,
    })
}

/// GET /orders/{order}
pub async fn page(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let lang = me.lang();
    let order = find(&me, &id).await?;
    let count = i64::try_from(order.items.len()).unwrap_or(0);
    let when = fmt::when(lang, order.created_at, me.now, &me.prefs.zone);
    let mine = order.requester_id == me.actor.id;
    let title = if mine {
        tn!(
            lang,
            count,
            "You ordered {n} thing",
            "You ordered {n} things"
        )
    } else {
        t!(lang, "Order {number}", number = order.number)
    };
    let requests = seen(&me, order.items).await?;
    let body = html! {
        div class="wrap" {
            (block::crumbs(lang, &[(t!(lang, "My requests"), "/requests"), (&t!(lang, "Order {number}", number = order.number), "")]))
            h1 { (title) }
            p class="muted mt-2" { (t!(lang, "Order number {number}, {when}.", number = order.number, when = when)) }
            @if mine {
                div class="mt-4" { (notice(Tone::Ok, "check", t!(lang, "We have your order."),
                    html! { (t!(lang, "Each part has its own page, where you see who works on it and can write to them.")) })) }
            }
            section class="section" {
                h2 class="vh" { (t!(lang, "What was ordered")) }
                (requests::list(&me, &requests))
            }
            p class="row mt-6" {
                a class="btn" href="/requests" { (t!(lang, "All your requests")) }
                a class="btn btn-quiet" href="/catalog" { (t!(lang, "Order something else")) }
            }
        }
    };
    shell::portal(&me, "/requests", &title, body).await
}
