//! Components and subscribers, for those who look after the status page.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_db::sql;

use crate::actor::Actor;
use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::events::{self, Event};
use crate::i18n::{fmt, t, tn};
use crate::incidents::page::one;
use crate::mail::boxes;
use crate::policy;
use crate::status::components::{self, Component, Wanted};
use crate::status::subscribe;
use crate::ui::block::{Tone, crumbs, empty, pill};
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::choice::{Opt, check, checks};
use crate::ui::field::{Field, Number, number, text};
use crate::ui::shell::bar;
use crate::web::input::Posted;
use crate::web::{Ctx, Flash, Me, Wrong, see_other, shell};

/// How many subscribers a page shows.
pub const PAGE: i64 = 50;

fn head(me: &Me, title: &str) -> Markup {
    let lang = me.lang();
    crumbs(
        lang,
        &[
            (t!(lang, "Administration"), "/admin"),
            (t!(lang, "Status page"), "/admin/components"),
            (title, ""),
        ],
    )
}

/// GET /admin/components
pub async fn list(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let all = components::list(&me.app.db, Some(&me.actor)).await?;
    let title = t!(lang, "Status page");
    let body = html! {
        (bar(title, html! {}, html! {
            (link_button("/admin/components/new", Button { label: t!(lang, "New component"), kind: Kind::Primary, size: Size::Small, icon: "plus", ..Button::default() })) }))
        div class="panel-body stack" {
            (crumbs(lang, &[(t!(lang, "Administration"), "/admin"), (title, "")]))
            p class="muted measure" { (t!(lang, "Components are what can break, by the names that people know. Orders of the services that need one show a notice while it is out of use.")) }
            @if boxes::all(&me.app.db).await?.is_empty() && policy::administers(&me.actor) { (subscribe::no_mail(lang)) }
            @if all.is_empty() {
                (empty("list", t!(lang, "No components yet"), t!(lang, "Begin with the three that people ask about most, such as web site, newsletter and forms."), html! {}))
            }
            ul class="stack plain-list" { @for c in &all { li class="card row" {
                div class="grow" {
                    h2 { a href={ "/admin/components/" (c.id) } { (c.name) } }
                    p class="small muted" { (c.note) @if !c.note.is_empty() { " · " }
                        (tn!(lang, c.services.len() as i64, "{n} service needs it", "{n} services need it")) }
                }
                @if !c.public { (pill(Tone::Line, "lock", t!(lang, "Only for who signs in"))) }
            } } }
            p class="row" {
                a href="/status" { (t!(lang, "See the status page")) }
                @if policy::administers(&me.actor) { a href="/admin/subscribers" { (t!(lang, "Addresses that subscribed")) } }
            }
        }
    };
    shell::workspace(&me, "/admin", title, body).await
}

/// GET /admin/components/new
pub async fn new(me: Me) -> Result<Response> {
    sheet(
        &me,
        None,
        &Wanted {
            public: true,
            ..Wanted::default()
        },
        &Wrong::default(),
    )
    .await
}

/// GET /admin/components/{component}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    let c = components::find(&me.app.db, Some(&me.actor), &id).await?;
    let wanted = Wanted {
        name: c.name.clone(),
        note: c.note.clone(),
        public: c.public,
        services: c.services.clone(),
        position: Some(c.position),
        version: Some(c.version),
    };
    sheet(&me, Some(&c), &wanted, &Wrong::default()).await
}

async fn sheet(me: &Me, c: Option<&Component>, wanted: &Wanted, wrong: &Wrong) -> Result<Response> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let options: Vec<Opt<'_>> = catalog
        .services
        .iter()
        .filter(|s| s.offered() || wanted.services.contains(&s.id))
        .map(|s| Opt {
            value: &s.id,
            label: &s.name,
            chosen: wanted.services.contains(&s.id),
            ..Opt::default()
        })
        .collect();
    let title = c.map_or(t!(lang, "New component"), |c| c.name.as_str());
    let base = c.map_or("/admin/components/new".to_owned(), |c| {
        format!("/admin/components/{}", c.id)
    });
    let place = wanted.position.map_or(String::new(), |p| p.to_string());
    let body = html! {
        (bar(title, html! {}, html! {}))
        div class="panel-body stack measure" {
            (head(me, title))
            (wrong.summary(lang))
            form method="post" action=(base) class="stack" data-guard {
                @if let Some(version) = wanted.version { input type="hidden" name="version" value=(version); }
                (text(lang, &Field { hint: t!(lang, "As people know it, not as machines are called."), max_length: Some(60), ..wrong.field("name", t!(lang, "Name"), &wanted.name) }))
                (text(lang, &Field { optional: true, max_length: Some(160), ..wrong.field("note", t!(lang, "What it is, in one line"), &wanted.note) }))
                (check(&Field { hint: t!(lang, "Otherwise only whoever signs in sees it."), ..wrong.field("public", t!(lang, "Shown to everybody"), "") }, wanted.public))
                (number(lang, &Field { optional: true, hint: t!(lang, "Lower ones stand further up."), ..wrong.field("position", t!(lang, "Place in the list"), &place) },
                    &Number { min: "0", max: "10000", step: "1", ..Number::default() }))
                (checks(lang, &Field { hint: t!(lang, "Their orders show a notice while it is out of use."), ..wrong.field("services", t!(lang, "Services that need it"), "") }, &options, true))
                div { (button(Button { label: t!(lang, "Save"), kind: Kind::Primary, ..Button::default() })) }
            }
            @if let Some(c) = c {
                details class="st-more" { summary { (t!(lang, "Archive it")) }
                    form method="post" action={ "/admin/components/" (c.id) "/archive" } class="stack mt-2" {
                        p { (t!(lang, "It leaves the status page, the forms and the choice of subscribers.")) }
                        div { (button(Button { label: t!(lang, "Archive"), kind: Kind::Danger, size: Size::Small, ..Button::default() })) }
                    }
                }
            }
        }
    };
    let page = shell::workspace(me, "/admin", title, body).await?;
    Ok((wrong.status(), page).into_response())
}

fn typed(posted: &Posted) -> Wanted {
    Wanted {
        name: one(posted, "name").to_owned(),
        note: one(posted, "note").to_owned(),
        public: posted.0.contains_key("public"),
        services: posted.0.get("services").cloned().unwrap_or_default(),
        position: one(posted, "position").parse().ok(),
        version: one(posted, "version").parse().ok(),
    }
}

/// POST /admin/components/new
pub async fn create(me: Me, posted: Posted) -> Result<Response> {
    let wanted = typed(&posted);
    let done = components::keep(&me, &me.actor, None, &wanted).await;
    after(&me, None, &wanted, done).await
}

/// POST /admin/components/{component}
pub async fn save(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let wanted = typed(&posted);
    let c = components::find(&me.app.db, Some(&me.actor), &id).await?;
    let done = components::keep(&me, &me.actor, Some(&id), &wanted).await;
    after(&me, Some(&c), &wanted, done).await
}

async fn after(
    me: &Me,
    c: Option<&Component>,
    wanted: &Wanted,
    done: Result<Component>,
) -> Result<Response> {
    match done {
        Ok(_) => Ok(see_other(
            "/admin/components",
            Some(Flash::new(t!(me.lang(), "Saved."))),
        )),
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            sheet(me, c, wanted, &wrong).await
        }
    }
}

/// POST /admin/components/{component}/archive
pub async fn archive(me: Me, Path(id): Path<String>) -> Result<Response> {
    components::archive(&me, &me.actor, &id).await?;
    Ok(see_other(
        "/admin/components",
        Some(Flash::new(t!(me.lang(), "The component is archived."))),
    ))
}

/// An address that subscribed.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
#[allow(missing_docs)]
pub struct Subscriber {
    pub id: String,
    pub email: String,
    pub lang: String,
    /// Every component.
    pub everything: bool,
    pub created_at: String,
}

/// Addresses that subscribed, by id, and where the next page begins.
pub async fn subscribers(
    ctx: &Ctx,
    actor: &Actor,
    after: Option<&str>,
) -> Result<(Vec<Subscriber>, Option<String>)> {
    policy::require(policy::administers(actor))?;
    let rows = sql(format!(
        "SELECT id, email, lang, everything, created_at FROM status_subscriber
         WHERE email IS NOT NULL AND id > $1 ORDER BY id LIMIT {}",
        PAGE + 1
    ))
    .bind(after.unwrap_or_default())
    .all(&ctx.app.db)
    .await?;
    let mut all = rows
        .iter()
        .map(|row| {
            Ok(Subscriber {
                id: row.get("id")?,
                email: row.get("email")?,
                lang: row.get("lang")?,
                everything: row.get::<i64>("everything")? != 0,
                created_at: from_micros(row.get("created_at")?).to_string(),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let more = all.len() as i64 > PAGE;
    all.truncate(usize::try_from(PAGE).unwrap_or(0));
    let next = all.last().filter(|_| more).map(|s| s.id.clone());
    Ok((all, next))
}

/// Take an address out, because somebody asked for it.
pub async fn take_out(ctx: &Ctx, actor: &Actor, id: &str) -> Result<()> {
    policy::require(policy::administers(actor))?;
    let mut tx = ctx.app.db.begin().await?;
    sql("SELECT id FROM status_subscriber WHERE id = $1 AND email IS NOT NULL")
        .bind(id)
        .opt(&mut tx)
        .await?
        .ok_or(Error::NotFound)?;
    subscribe::forget(&mut tx, id).await?;
    // The address is not written down again.
    let event = Event::audit(
        "subscriber.removed",
        "subscriber",
        id,
        serde_json::json!({}),
    );
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(())
}

/// Which ones.
#[derive(Debug, Default, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "SubscribersAfter")]
pub struct After {
    /// `next` of the page before.
    pub after: Option<String>,
}

/// GET /admin/subscribers
pub async fn page(me: Me, crate::web::Query(asked): crate::web::Query<After>) -> Result<Markup> {
    let lang = me.lang();
    let (all, next) = subscribers(&me, &me.actor, asked.after.as_deref()).await?;
    let title = t!(lang, "Addresses that subscribed");
    let body = html! {
        (bar(title, html! {}, html! {}))
        div class="panel-body stack measure" {
            (head(&me, title))
            p class="muted" { (t!(lang, "People without an account who confirmed that they want mail. Colleagues choose for themselves on the status page.")) }
            @if all.is_empty() { (empty("mail", t!(lang, "Nobody subscribed yet"), t!(lang, "Addresses appear here once they were confirmed."), html! {})) }
            ul class="stack plain-list" { @for s in &all { li class="card row" {
                div class="grow" { strong class="strong" { (s.email) }
                    p class="small muted" {
                        @if s.everything { (t!(lang, "Everything")) } @else { (t!(lang, "Some components")) } " · "
                        @if let Ok(at) = s.created_at.parse() { (fmt::when(lang, at, me.now, &me.prefs.zone)) } } }
                form method="post" action={ "/admin/subscribers/" (s.id) "/remove" } {
                    button class="btn btn-s btn-quiet" { (t!(lang, "Remove")) span class="vh" { " " (s.email) } } }
            } } }
            @if let Some(next) = next { p { a class="btn btn-line" href={ "/admin/subscribers?after=" (next) } { (t!(lang, "Show more")) } } }
        }
    };
    shell::workspace(&me, "/admin", title, body).await
}

/// POST /admin/subscribers/{subscriber}/remove
pub async fn remove(me: Me, Path(id): Path<String>) -> Result<Response> {
    take_out(&me, &me.actor, &id).await?;
    Ok(see_other(
        "/admin/subscribers",
        Some(Flash::new(t!(me.lang(), "The address is forgotten."))),
    ))
}
