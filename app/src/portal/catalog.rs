//! The shelves of the catalogue, and searching.

use std::sync::Arc;

use maud::{Markup, html};
use serde::Deserialize;

use crate::catalog::{Catalog, Service};
use crate::error::Result;
use crate::i18n::{fmt, t, tn};
use crate::people;
use crate::portal::find;
use crate::ui::block::{self, ServiceCard, Tab, service_card};
use crate::ui::button::{Button, Kind, button};
use crate::ui::icon::icon;
use crate::web::{Me, Query, shell};

/// What is looked for.
#[derive(Deserialize, Default)]
pub struct Look {
    #[serde(default)]
    q: Option<String>,
    #[serde(default)]
    category: Option<String>,
}

/// Names of departments and groups, to say who may order.
#[derive(Debug, Default)]
pub struct Groups(Vec<(String, String)>);

impl Groups {
    /// Read them, if any of the services speaks of them.
    pub async fn load(me: &Me, services: &[&Arc<Service>]) -> Result<Groups> {
        let needed = services
            .iter()
            .any(|s| !s.audience.departments.is_empty() || !s.audience.groups.is_empty());
        if !needed {
            return Ok(Groups::default());
        }
        let departments = people::store::departments(&me.app.db).await?;
        let teams = people::store::teams(&me.app.db).await?;
        let mut all: Vec<_> = departments.into_iter().map(|d| (d.id, d.name)).collect();
        all.extend(teams.into_iter().map(|t| (t.id, t.name)));
        Ok(Groups(all))
    }

    /// Who may order, in words.
    pub fn who(&self, me: &Me, service: &Service) -> String {
        let lang = me.lang();
        let audience = &service.audience;
        match (audience.everyone, audience.partners) {
            (true, true) => return t!(lang, "All staff and partners").to_owned(),
            (true, false) => return t!(lang, "All staff").to_owned(),
            _ => {}
        }
        let named = |id: &String| self.0.iter().find(|(known, _)| known == id);
        let mut parts: Vec<String> = audience
            .departments
            .iter()
            .chain(&audience.groups)
            .filter_map(named)
            .map(|(_, name)| name.clone())
            .collect();
        if audience.partners {
            parts.push(t!(lang, "partners").to_owned());
        }
        parts.join(", ")
    }
}

/// The price in words; empty when nothing is said about it.
pub fn price(me: &Me, service: &Service) -> String {
    let note = service.price_note.as_deref().unwrap_or_default();
    match service.price_minor {
        None => note.to_owned(),
        Some(minor) => {
            let money = fmt::money(me.lang(), minor, &me.app.org().currency);
            if note.is_empty() {
                money
            } else {
                format!("{money}, {note}")
            }
        }
    }
}

/// "2 working days": the promise for what is ordered in the usual way.
pub fn usual(me: &Me, catalog: &Catalog, service: &Service) -> Result<String> {
    let (promise, calendar) = catalog.promise(&service.promise_id)?;
    let minutes = promise.def.target(Default::default()).delivery_minutes;
    let day = calendar.compiled.working_day().minutes();
    Ok(fmt::span_words(me.lang(), minutes, day))
}

/// Cards, as one list.
pub fn cards(
    me: &Me,
    catalog: &Catalog,
    groups: &Groups,
    services: &[&Arc<Service>],
) -> Result<Markup> {
    let lang = me.lang();
    let mut list = Vec::new();
    for service in services {
        let who = [groups.who(me, service), price(me, service)]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", ");
        list.push(service_card(&ServiceCard {
            href: &format!("/catalog/{}", service.slug),
            icon: known_icon(&service.icon),
            name: &service.name,
            text: &service.summary,
            time: (t!(lang, "Usually"), &usual(me, catalog, service)?),
            who: &who,
        }));
    }
    Ok(html! { ul class="grid card-list" style="--min:20rem" { @for card in &list { (card) } } })
}

/// The icon, if the page has it.
pub fn known_icon(name: &str) -> &str {
    let known = crate::ui::icon::ICONS.iter().any(|(icon, _)| *icon == name);
    if known { name } else { "grid" }
}

/// The large search box.
pub fn search_box(me: &Me, action: &str, q: &str) -> Markup {
    let lang = me.lang();
    html! {
        form class="bigsearch" role="search" method="get" action=(action) data-suggest="/search/suggest" {
            (icon("search"))
            label class="vh" for="q" { (t!(lang, "Search")) }
            input id="q" name="q" type="search" value=(q) placeholder=(t!(lang, "What do you need?")) maxlength="200" autocomplete="off";
            (button(Button { label: t!(lang, "Search"), kind: Kind::Primary, ..Default::default() }))
        }
    }
}

/// GET /catalog
pub async fn page(me: Me, Query(look): Query<Look>) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let q = look.q.unwrap_or_default().trim().to_owned();
    let offered: Vec<&Arc<Service>> = catalog.offered_to(&me.actor).collect();
    let groups = Groups::load(&me, &offered).await?;
    let here = look.category.unwrap_or_default();
    let shelves: Vec<(&str, &str, Vec<&Arc<Service>>)> = catalog
        .categories
        .iter()
        .map(|c| {
            let on_it = offered.iter().filter(|s| s.category_id == c.id).copied();
            (c.id.as_str(), c.name.as_str(), on_it.collect::<Vec<_>>())
        })
        .filter(|(_, _, services)| !services.is_empty())
        .collect();
    let links: Vec<(String, &str, String, bool)> = shelves
        .iter()
        .map(|(id, name, services)| {
            (
                format!("/catalog?category={id}"),
                *name,
                services.len().to_string(),
                *id == here,
            )
        })
        .collect();
    let all = offered.len().to_string();
    let mut shelf_tabs = vec![Tab {
        label: t!(lang, "All"),
        href: "/catalog",
        count: &all,
        current: here.is_empty() && q.is_empty(),
    }];
    shelf_tabs.extend(links.iter().map(|(href, label, count, current)| Tab {
        label,
        href,
        count,
        current: *current && q.is_empty(),
    }));
    let body = if q.is_empty() {
        let mut sections = Vec::new();
        for (id, name, services) in &shelves {
            if here.is_empty() || here == *id {
                sections.push((*name, cards(&me, &catalog, &groups, services)?));
            }
        }
        html! {
            @for (name, cards) in &sections { section class="section" { (block::section_head("", name, "", "")) (cards) } }
            @if sections.is_empty() {
                (block::empty("grid", t!(lang, "There is nothing to order yet"), t!(lang, "Services appear here as soon as they are published for you."), html! {}))
            }
        }
    } else {
        results(&me, &catalog, &groups, &q, &offered)?
    };
    let body = html! {
        div class="wrap" {
            h1 class="mt-8" { (t!(lang, "Catalog")) }
            div class="mt-4" { (search_box(&me, "/catalog", &q)) }
            @if shelves.len() > 1 { div class="mt-4" { (block::tabs(t!(lang, "Categories"), &shelf_tabs)) } }
            (body)
        }
    };
    shell::portal(&me, "/catalog", t!(lang, "Catalog"), body).await
}

fn results(
    me: &Me,
    catalog: &Catalog,
    groups: &Groups,
    q: &str,
    offered: &[&Arc<Service>],
) -> Result<Markup> {
    let lang = me.lang();
    let found: Vec<&Arc<Service>> = find::find(q, offered.iter().copied());
    if found.is_empty() {
        let help = me.app.org().help_line.clone();
        return Ok(html! {
            (block::empty("search", &t!(lang, "Nothing here fits “{q}”", q = q),
                t!(lang, "Try another word, or look through everything there is."),
                html! { a class="btn" href="/catalog" { (t!(lang, "Show all services")) }
                    @if !help.is_empty() { p class="mt-4" { (help) } } }))
        });
    }
    let count = i64::try_from(found.len()).unwrap_or(0);
    Ok(html! {
        section class="section" {
            (block::section_head("", &tn!(lang, count, "{n} service", "{n} services"), "/catalog", t!(lang, "Show all services")))
            (cards(me, catalog, groups, &found)?)
        }
    })
}
