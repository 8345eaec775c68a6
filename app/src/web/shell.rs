//! The frame around every page, filled from the request.

use maud::{Markup, html};
use mil_db::sql;

use crate::Result;
use crate::actor::Role;
use crate::i18n::t;
use crate::ui::overlay::Toast;
use crate::ui::shell::{self, Nav, NavGroup, Org, Page, Person, Theme};
use crate::web::Ctx;

/// What the frames show that has to be counted first.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    cart: i64,
    unread: i64,
    mine: i64,
    approvals: i64,
    policies: i64,
}

impl Counts {
    async fn load(ctx: &Ctx) -> Result<Counts> {
        let Some(actor) = ctx.actor.as_deref() else {
            return Ok(Counts::default());
        };
        let row = sql("SELECT
              (SELECT COUNT(*) FROM cart_line WHERE person_id = $1 AND removed_at IS NULL) AS cart,
              (SELECT COUNT(*) FROM notification WHERE person_id = $1 AND read_at IS NULL) AS unread,
              (SELECT COUNT(*) FROM work_item WHERE assignee_id = $1 AND closed_at IS NULL) AS mine,
              (SELECT COUNT(*) FROM approval WHERE closed_at IS NULL AND (person_id = $1 OR person_id IN
                (SELECT person_id FROM stand_in WHERE stand_in_id = $1 AND until > $2))) AS approvals,
              (SELECT COUNT(*) FROM policy_duty WHERE person_id = $1 AND done_at IS NULL AND ended_at IS NULL) AS policies")
            .bind(&actor.id)
            .bind(ctx.now.as_microsecond())
            .one(&ctx.app.db)
            .await?;
        Ok(Counts {
            cart: row.get("cart")?,
            unread: row.get("unread")?,
            mine: row.get("mine")?,
            approvals: row.get("approvals")?,
            policies: row.get("policies")?,
        })
    }
}

fn page<'a>(ctx: &'a Ctx, org: &'a crate::org::Org, title: &'a str, logo: &'a str) -> Page<'a> {
    Page {
        lang: ctx.lang(),
        title,
        org: Org {
            name: &org.name,
            tagline: &org.tagline,
            logo,
            hue: org.hue as f32,
            chroma: org.chroma as f32,
        },
        theme: Theme::from_code(ctx.prefs.theme),
        nav: &[],
        person: ctx.actor.as_deref().map(|a| Person {
            name: &a.name,
            href: "/me",
        }),
        keys: ctx.prefs.keys,
        flash: ctx.flash.as_ref().map(|f| Toast {
            text: &f.text,
            undo: f.undo.as_deref().unwrap_or_default(),
        }),
        cart: ("/cart", 0),
        news: ("/inbox", 0),
        search: "/search",
        other: ("", ""),
        footer: html! { (org.help_line) },
    }
}

/// Sign-in and error pages.
pub fn bare(ctx: &Ctx, title: &str, body: Markup) -> Markup {
    let org = ctx.app.org();
    let logo = logo(&org);
    shell::bare(&page(ctx, &org, title, &logo), body)
}

fn logo(org: &crate::org::Org) -> String {
    org.logo
        .as_ref()
        .map(|sha| format!("/logo/{sha}"))
        .unwrap_or_default()
}

/// A page of the portal. `here` is the path of its place in the navigation.
pub async fn portal(ctx: &Ctx, here: &str, title: &str, body: Markup) -> Result<Markup> {
    let counts = Counts::load(ctx).await?;
    let lang = ctx.lang();
    let org = ctx.app.org();
    let logo = logo(&org);
    let item = |label: &'static str, href: &'static str, icon: &'static str| Nav {
        label: lang.t(label),
        href,
        icon,
        current: here == href,
        ..Nav::default()
    };
    let mut items = vec![
        item("Home", "/", "home"),
        item("Catalog", "/catalog", "grid"),
        Nav {
            short: t!(lang, "Requests"),
            ..item("My requests", "/requests", "list")
        },
        Nav {
            short: t!(lang, "Assets"),
            ..item("Brand assets", "/assets", "image")
        },
    ];
    items.push(item("Answers", "/answers", "book"));
    if ctx.actor.is_none() {
        // Who has no account reads what is public, and may sign in.
        items = vec![
            item("Answers", "/answers", "book"),
            item("Status", "/status", "alert"),
            item("Sign in", "/sign-in", "users"),
        ];
    }
    // Only those who are asked need to find it.
    if counts.approvals > 0 || here == "/approvals" {
        items.push(Nav {
            count: counts.approvals,
            ..item("Approvals", "/approvals", "check")
        });
    }
    if counts.policies > 0 || here == "/policies" {
        items.push(Nav {
            count: counts.policies,
            ..item("Policies", "/policies", "shield")
        });
    }
    let groups = [NavGroup {
        heading: "",
        items: &items,
    }];
    let works = ctx.actor.as_deref().is_some_and(|a| a.role.is_agent());
    let mut page = page(ctx, &org, title, &logo);
    page.nav = &groups;
    page.cart = ("/cart", counts.cart);
    page.news = ("/inbox", counts.unread);
    if ctx.actor.is_none() {
        (page.cart, page.news, page.search) = (("", 0), ("", 0), "");
    }
    if works {
        page.other = (t!(lang, "Open the workspace"), "/queue");
    }
    let banners = crate::announcements::read::banners(ctx, here).await?;
    Ok(shell::portal(&page, html! { (banners) (body) }))
}

/// A page of the workspace. `here` is the path of its place in the side bar.
pub async fn workspace(ctx: &Ctx, here: &str, title: &str, body: Markup) -> Result<Markup> {
    let counts = Counts::load(ctx).await?;
    let lang = ctx.lang();
    let org = ctx.app.org();
    let logo = logo(&org);
    let role = ctx.actor.as_deref().map(|a| a.role);
    let item =
        |label: &'static str, href: &'static str, icon: &'static str, go: &'static str| Nav {
            label: lang.t(label),
            href,
            icon,
            go,
            current: here == href,
            ..Nav::default()
        };
    let top = [
        Nav {
            count: counts.unread,
            ..item("Inbox", "/inbox", "bell", "n")
        },
        Nav {
            count: counts.mine,
            ..item("My work", "/queue?view=mine", "okc", "m")
        },
        Nav {
            count: counts.approvals,
            ..item("Approvals", "/approvals", "check", "y")
        },
    ];
    let work = [
        item("Queue", "/queue", "list", "q"),
        item("Board", "/board", "board", "b"),
        item("Change calendar", "/calendar", "cal", "c"),
        item("Recurring requests", "/recurring", "clock", "r"),
        item("Changes", "/changes", "layers", "h"),
        item("Status", "/status", "alert", "s"),
        item("Announcements", "/work/announcements", "horn", "u"),
    ];
    let library = [
        item("Assets", "/assets", "image", "t"),
        item("Proof rounds", "/proofs", "eye", ""),
        item("Practices", "/practices", "layers", "l"),
        item("Policies", "/work/policies", "shield", "o"),
        item("Playbooks", "/playbooks", "book", "p"),
        item("Glossary", "/glossary", "book", "w"),
        item("Catalog", "/catalog", "grid", "k"),
        item("Answers", "/knowledge", "book", "w"),
    ];
    let leads = matches!(role, Some(Role::Lead | Role::Administrator));
    let results = [item("Self-help", "/insight/self-help", "chart", "i")];
    let settings = [item("Administration", "/admin", "layers", "a")];
    let mut groups = vec![
        NavGroup {
            heading: "",
            items: &top,
        },
        NavGroup {
            heading: t!(lang, "Work"),
            items: &work,
        },
        NavGroup {
            heading: t!(lang, "Library"),
            items: &library,
        },
    ];
    if leads {
        groups.push(NavGroup {
            heading: t!(lang, "Results"),
            items: &results,
        });
        groups.push(NavGroup {
            heading: t!(lang, "Settings"),
            items: &settings,
        });
    }
    let mut page = page(ctx, &org, title, &logo);
    page.nav = &groups;
    page.news = ("/inbox", counts.unread);
    page.other = (t!(lang, "Open the portal"), "/");
    Ok(shell::workspace(&page, body))
}
