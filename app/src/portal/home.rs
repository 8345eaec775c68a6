//! The start page.

use std::sync::Arc;

use maud::{Markup, html};

use crate::assets;
use crate::catalog::Service;
use crate::error::Result;
use crate::i18n::{t, tn};
use crate::incidents;
use crate::knowledge;
use crate::portal::{catalog, requests, words};
use crate::ui::block;
use crate::web::{Me, shell};

/// How many requests and services the start page shows.
const REQUESTS: i64 = 3;
const SERVICES: usize = 9;

/// GET /
pub async fn page(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let snapshot = me.app.catalog().await?;
    let offered: Vec<&Arc<Service>> = snapshot.offered_to(&me.actor).collect();
    let shown: Vec<&Arc<Service>> = offered.iter().take(SERVICES).copied().collect();
    let groups = catalog::Groups::load(&me, &shown).await?;
    let (open, count) = requests::most_urgent(&me, REQUESTS).await?;
    let all = i64::try_from(offered.len()).unwrap_or(0);
    let body = html! {
        div class="hero" { div class="wrap" {
            h1 { (t!(lang, "What do you need, {name}?", name = words::first(&me.actor.name))) }
            (catalog::search_box(&me, "/search", ""))
        } }
        div class="wrap" {
            (incidents::panel::banner(&me).await?)
            (crate::policies::pages::waiting(&me).await?)
            @if !open.is_empty() {
                section class="section" aria-labelledby="h-open" {
                    (block::section_head("h-open", t!(lang, "Your open requests"), "/requests",
                        &tn!(lang, count, "{n} open request", "All {n} open requests")))
                    (requests::list(&me, &open))
                }
            }
            @if !shown.is_empty() {
                section class="section" aria-labelledby="h-order" {
                    (block::section_head("h-order", t!(lang, "Order something"), "/catalog",
                        &tn!(lang, all, "{n} service in the catalog", "All {n} services")))
                    (catalog::cards(&me, &snapshot, &groups, &shown)?)
                }
            } @else {
                section class="section" {
                    (block::empty("grid", t!(lang, "There is nothing to order yet"),
                        t!(lang, "Services appear here as soon as they are published for you."), html! {}))
                }
            }
            (knowledge::read::on_home(&me).await?)
            (assets::pages::take_now(&me).await?)
        }
    };
    shell::portal(&me, "/", t!(lang, "Home"), body).await
}
