//! All services by category, in the order of the catalogue.

use maud::{Markup, html};

use crate::Result;
use crate::admin::services::frame;
use crate::catalog::{Catalog, Service};
use crate::i18n::{Lang, t};
use crate::people::store;
use crate::ui::block::{Tone, crumbs, empty, pill};
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::shell::bar;
use crate::ui::table::{Col, Group, Row, Table, row, table};
use crate::web::{Me, shell};

/// GET /admin/services
pub async fn page(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let teams = store::teams(&me.app.db).await?;
    let title = t!(lang, "Services");
    let add = link_button(
        "/admin/services/new",
        Button {
            label: t!(lang, "New service"),
            kind: Kind::Primary,
            icon: "plus",
            ..Button::default()
        },
    );
    let cols = [
        t!(lang, "Service"),
        t!(lang, "Team"),
        t!(lang, "Promise"),
        t!(lang, "State"),
        t!(lang, "Move"),
    ]
    .map(|label| Col {
        label,
        ..Col::default()
    });
    let groups: Vec<Group<'_>> = catalog
        .categories
        .iter()
        .map(|shelf| {
            let list: Vec<&Service> = catalog
                .services
                .iter()
                .map(|s| &**s)
                .filter(|s| s.category_id == shelf.id)
                .collect();
            let last = list.len().saturating_sub(1);
            Group {
                label: &shelf.name,
                count: i64::try_from(list.len()).unwrap_or(i64::MAX),
                rows: html! {
                    @for (at, service) in list.into_iter().enumerate() {
                        (line(lang, &catalog, service, &teams, at > 0, at < last))
                    }
                },
            }
        })
        .filter(|group| group.count > 0)
        .collect();
    let body = html! {
        (bar(title, html! {}, add))
        div class="panel-body stack" {
            (crumbs(lang, &[(t!(lang, "Administration"), "/admin"), (title, "")]))
            @if groups.is_empty() {
                (empty("grid", t!(lang, "No service yet"), t!(lang, "Make the first one; nobody sees it until you publish it."), html! {}))
            } @else {
                (table(lang, &Table { id: "services", caption: title, cols: &cols, ticks: false }, &groups))
            }
        }
    };
    shell::workspace(&me, "/admin", title, body).await
}

fn line(
    lang: Lang,
    catalog: &Catalog,
    service: &Service,
    teams: &[crate::people::Team],
    up: bool,
    down: bool,
) -> Markup {
    let href = format!("/admin/services/{}", service.id);
    let spec = Row {
        id: &service.id,
        number: &service.slug,
        href: &href,
        title: &service.name,
        sub: &service.summary,
        ..Row::default()
    };
    let team = teams.iter().find(|team| team.id == service.team_id);
    let promise = catalog.promises.get(&service.promise_id);
    let arrow = |value: &str, icon: &str, label: &str| {
        button(Button {
            label,
            icon,
            icon_only: true,
            kind: Kind::Quiet,
            size: Size::Small,
            name: "to",
            value,
            ..Button::default()
        })
    };
    row(
        lang,
        &spec,
        html! {
            td { (team.map_or("–", |team| &team.name)) }
            td { (promise.map_or("–", |promise| &promise.name)) }
            td {
                (frame::state(lang, service))
                @if service.audience.is_nobody() { " " (pill(Tone::Warn, "alert", t!(lang, "Nobody may order"))) }
            }
            td {
                form class="row" style="--gap:.25rem" method="post" action={ (href) "/move" } {
                    @if up { (arrow("up", "up", &t!(lang, "Move {name} up", name = service.name))) }
                    @if down { (arrow("down", "dn", &t!(lang, "Move {name} down", name = service.name))) }
                }
            }
        },
    )
}
