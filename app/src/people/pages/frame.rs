//! The frames around the pages about oneself and about other people.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::Result;
use crate::i18n::{fmt, t};
use crate::ui::block::{Tab, tabs};
use crate::ui::shell::bar;
use crate::web::{Ctx, Me, shell};

/// A page about oneself, in the surface the reader works in. `here` is the
/// address of its tab.
pub async fn own(me: &Me, here: &str, body: Markup) -> Result<Markup> {
    let lang = me.lang();
    let tab = |label, href| Tab {
        label,
        href,
        current: here == href,
        ..Tab::default()
    };
    let title = t!(lang, "Your account");
    let tabs = tabs(
        title,
        &[
            tab(t!(lang, "Profile"), "/me"),
            tab(t!(lang, "Sign-in and devices"), "/me/security"),
            tab(t!(lang, "API tokens"), "/me/tokens"),
            tab(t!(lang, "Calendars"), "/me/feeds"),
            tab(t!(lang, "Notifications"), "/me/notifications"),
        ],
    );
    let out = html! {
        form method="post" action="/sign-out" hx-boost="false" { button class="btn btn-s btn-line" { (t!(lang, "Sign out")) } }
    };
    if me.actor.role.is_agent() {
        let page = html! {
            (bar(title, html! {}, out))
            div class="panel-body stack" { (tabs) div class="stack measure" style="--gap:1.5rem" { (body) } }
        };
        shell::workspace(me, "/me", title, page).await
    } else {
        let page = html! {
            div class="wrap stack page" {
                div class="section-h" { h1 tabindex="-1" { (title) } (out) }
                (tabs)
                div class="stack measure" style="--gap:1.5rem" { (body) }
            }
        };
        shell::portal(me, "/me", title, page).await
    }
}

/// A page of the administration of people.
pub async fn admin(me: &Me, here: &str, end: Markup, body: Markup) -> Result<Markup> {
    let lang = me.lang();
    let tab = |label, href| Tab {
        label,
        href,
        current: here == href,
        ..Tab::default()
    };
    let title = t!(lang, "People");
    let tabs = tabs(
        title,
        &[
            tab(t!(lang, "People"), "/admin/people"),
            tab(t!(lang, "Teams and groups"), "/admin/teams"),
            tab(t!(lang, "Departments"), "/admin/departments"),
        ],
    );
    let page = html! {
        (bar(title, html! {}, end))
        div class="panel-body stack" { (tabs) (body) }
    };
    shell::workspace(me, "/admin", title, page).await
}

/// A moment as this reader wants to read it.
pub fn when(ctx: &Ctx, at: Timestamp) -> Markup {
    let text = fmt::when(ctx.lang(), at, ctx.now, &ctx.prefs.zone);
    html! { time datetime=(at.to_string()) { (text) } }
}

/// [`when`] for a moment as text (RFC 3339); empty when it is none.
pub fn when_text(ctx: &Ctx, at: &str) -> Markup {
    at.parse()
        .map_or_else(|_| html! {}, |at: Timestamp| when(ctx, at))
}
