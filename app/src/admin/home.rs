//! The way into the administration.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::Method;
use maud::{Markup, html};

use crate::Result;
use crate::i18n::{Lang, t};
use crate::router::{Access, routes};
use crate::ui::icon::icon_l;
use crate::ui::shell::bar;
use crate::web::{Me, shell};

/// A place and what one does there.
struct Door {
    href: &'static str,
    icon: &'static str,
    name: &'static str,
    text: &'static str,
}

fn doors(lang: Lang) -> [(&'static str, Vec<Door>); 4] {
    let door = |href, icon, name, text| Door {
        href,
        icon,
        name,
        text,
    };
    [
        (
            t!(lang, "What can be ordered"),
            vec![
                door(
                    "/admin/services",
                    "grid",
                    t!(lang, "Services"),
                    t!(lang, "What people order, who may, and what they are asked."),
                ),
                door(
                    "/admin/categories",
                    "tag",
                    t!(lang, "Categories"),
                    t!(lang, "The shelves of the catalog, and their order."),
                ),
                door(
                    "/admin/processes",
                    "board",
                    t!(lang, "Processes"),
                    t!(lang, "The stages a request goes through, and who has each."),
                ),
                door(
                    "/admin/promises",
                    "clock",
                    t!(lang, "Promises"),
                    t!(lang, "By when we answer and deliver."),
                ),
                door(
                    "/admin/calendars",
                    "cal",
                    t!(lang, "Calendars"),
                    t!(lang, "Working hours and holidays, by which promises count."),
                ),
            ],
        ),
        (
            t!(lang, "What people help themselves to"),
            vec![
                door(
                    "/admin/sizes",
                    "image",
                    t!(lang, "Sizes of pictures"),
                    t!(
                        lang,
                        "In which sizes and formats the asset library offers them."
                    ),
                ),
                door(
                    "/admin/brand",
                    "globe",
                    t!(lang, "Brand page"),
                    t!(lang, "What outsiders may take without signing in."),
                ),
            ],
        ),
        (
            t!(lang, "Who is here"),
            vec![
                door(
                    "/admin/people",
                    "users",
                    t!(lang, "People"),
                    t!(lang, "Accounts, roles and invitations."),
                ),
                door(
                    "/admin/teams",
                    "users",
                    t!(lang, "Teams and groups"),
                    t!(lang, "Who works together, and who leads."),
                ),
                door(
                    "/admin/departments",
                    "layers",
                    t!(lang, "Departments"),
                    t!(lang, "Where people who order belong."),
                ),
                door(
                    "/admin/organisation",
                    "home",
                    t!(lang, "Organisation"),
                    t!(lang, "Name, logo, colour, language and currency."),
                ),
                door(
                    "/admin/components",
                    "alert",
                    t!(lang, "Status page"),
                    t!(lang, "What can break, and which services need it."),
                ),
                door(
                    "/admin/mail",
                    "msg",
                    t!(lang, "Mail"),
                    t!(lang, "Mailboxes, what is held, and the words of messages."),
                ),
                door(
                    "/admin/audit",
                    "lock",
                    t!(lang, "Audit log"),
                    t!(lang, "Who changed what, when and from where."),
                ),
            ],
        ),
        (
            t!(lang, "What goes by itself"),
            vec![
                door(
                    "/admin/rules",
                    "sort",
                    t!(lang, "Rules"),
                    t!(
                        lang,
                        "What is done by itself when something happens or waits."
                    ),
                ),
                door(
                    "/admin/macros",
                    "list",
                    t!(lang, "Macros and answers"),
                    t!(
                        lang,
                        "Several steps by one button; texts written again and again."
                    ),
                ),
                door(
                    "/admin/webhooks",
                    "bolt",
                    t!(lang, "Webhooks"),
                    t!(lang, "Other programs that hear what happens here."),
                ),
                door(
                    "/admin/incoming",
                    "inbox",
                    t!(lang, "Incoming webhooks"),
                    t!(lang, "Other programs that order here."),
                ),
            ],
        ),
    ]
}

/// Who may open each page, from the table of routes: what is open has one
/// source, and a place that is not built has no door.
static OPEN: LazyLock<BTreeMap<&'static str, Access>> = LazyLock::new(|| {
    routes()
        .into_iter()
        .filter(|route| route.method == Method::GET)
        .map(|route| (route.path, route.access))
        .collect()
});

/// GET /admin
pub async fn page(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let title = t!(lang, "Administration");
    let open = |door: &Door| OPEN.get(door.href).is_some_and(|a| a.admits(me.actor.role));
    let mut groups = doors(lang);
    for (_, list) in &mut groups {
        list.retain(open);
    }
    let body = html! {
        (bar(title, html! {}, html! {}))
        div class="panel-body stack" style="--gap:2rem" {
            @for (heading, list) in groups.iter().filter(|(_, list)| !list.is_empty()) {
                section class="stack" {
                    h2 { (heading) }
                    ul class="grid card-list" {
                        @for door in list {
                            li class="card card-link" {
                                span class="tile" { (icon_l(door.icon)) }
                                h3 { a href=(door.href) { (door.name) } }
                                p { (door.text) }
                            }
                        }
                    }
                }
            }
        }
    };
    shell::workspace(&me, "/admin", title, body).await
}
