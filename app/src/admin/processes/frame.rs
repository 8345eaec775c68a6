//! The frame around the pages of a process.

use maud::{Markup, html};

use crate::catalog::rules;
use crate::catalog::snapshot::ProcessEntry;
use crate::error::Result;
use crate::i18n::{t, tn};
use crate::ui::block::{Tab, crumbs, tabs};
use crate::ui::button::{Button, button};
use crate::ui::shell::bar;
use crate::web::{Me, shell};

/// A page about a process; `here` is the last part of its tab's address.
pub async fn page(me: &Me, entry: &ProcessEntry, here: &str, body: Markup) -> Result<Markup> {
    let lang = me.lang();
    let base = format!("/admin/processes/{}", entry.id);
    let versions = format!("{base}/versions");
    let count = entry.versions.len().to_string();
    let list = [
        Tab {
            label: t!(lang, "Stages"),
            href: &base,
            current: here.is_empty(),
            ..Tab::default()
        },
        Tab {
            label: t!(lang, "Versions"),
            href: &versions,
            count: &count,
            current: here == "versions",
        },
    ];
    let catalog = me.app.catalog().await?;
    let used = rules::used_by(&catalog, &entry.id);
    let (deed, label) = if entry.archived {
        ("restore", t!(lang, "Use again"))
    } else {
        ("archive", t!(lang, "Archive"))
    };
    let end = html! {
        @if used.is_empty() || entry.archived {
            form method="post" action={ (base) "/" (deed) } {
                input type="hidden" name="version" value=(entry.version);
                (button(Button { label, ..Button::default() }))
            }
        }
    };
    let whole = html! {
        (bar(&entry.name, html! {}, end))
        div class="panel-body stack" {
            (crumbs(lang, &[(t!(lang, "Administration"), "/admin"), (t!(lang, "Processes"), "/admin/processes"), (&entry.name, "")]))
            p class="hint" {
                (t!(lang, "Version {n} is in use.", n = entry.current)) " "
                @if used.is_empty() { (t!(lang, "No service follows it.")) }
                @else { (tn!(lang, used.len(), "{n} service follows it: {names}.", "{n} services follow it: {names}.", names = used.join(", "))) }
            }
            (tabs(t!(lang, "Parts of the process"), &list))
            (body)
        }
    };
    shell::workspace(me, "/admin", &entry.name, whole).await
}
