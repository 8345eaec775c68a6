//! The pages about mail.
//!
//! | file | what it holds |
//! |---|---|
//! | [`home`] | the overview, and the test of the mail server |
//! | [`mailboxes`] | one mailbox |
//! | [`held`] | messages that came in; what to do with one that is held |
//! | [`out`] | messages that go out |
//! | [`wording`] | the words of our messages, with a preview |
//! | [`original`] | a message as it came |
//! | [`link`] | the page behind a link in a message |

pub mod held;
pub mod home;
pub mod link;
pub mod mailboxes;
pub mod original;
pub mod out;
pub mod wording;

use maud::{Markup, html};

use crate::error::Result;
use crate::i18n::t;
use crate::policy;
use crate::ui::block::{Tab, crumbs, tabs};
use crate::ui::shell::bar;
use crate::web::{Me, shell};

/// A page of the administration of mail.
pub async fn frame(me: &Me, here: &str, title: &str, end: Markup, body: Markup) -> Result<Markup> {
    let lang = me.lang();
    let tab = |label, href| Tab {
        label,
        href,
        current: here == href,
        ..Tab::default()
    };
    let held = tab(t!(lang, "Came in"), "/admin/mail/in");
    let all = [
        tab(t!(lang, "Mailboxes"), "/admin/mail"),
        held,
        tab(t!(lang, "Goes out"), "/admin/mail/out"),
        tab(t!(lang, "Wording"), "/admin/mail/words/notice/en"),
    ];
    let name = t!(lang, "Mail");
    let page = html! {
        (bar(name, html! {}, end))
        div class="panel-body stack" {
            (crumbs(lang, &[(t!(lang, "Administration"), "/admin"), (name, if title == name { "" } else { "/admin/mail" }), (if title == name { "" } else { title }, "")]))
            @if policy::administers(&me.actor) { (tabs(name, &all)) } @else { (tabs(name, &[held])) }
            (body)
        }
    };
    shell::workspace(me, "/admin", title, page).await
}
