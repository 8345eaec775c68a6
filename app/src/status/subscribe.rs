//! Subscribers without an account: an address is typed, a message goes to it, and
//! only who reads that message can say yes. The answer on the page is the same
//! for every address, so nobody learns who is subscribed; and so few messages go
//! out that the page is no way to bother strangers.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use mil_db::{Row, Tx, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::mail::{boxes, key};
use crate::people::verbs::check_email;
use crate::random::new_id;
use crate::status::board::Board;
use crate::status::components;
use crate::status::following::Following;
use crate::status::page::draw;
use crate::status::token::{self, For};
use crate::ui::block::{Tone, card, notice};
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, checks};
use crate::ui::field::{Field, email};
use crate::web::input::Posted;
use crate::web::{Ctx, Input, Wrong, shell};

/// Addresses typed from one network address within a quarter of an hour.
pub const PER_ADDRESS: usize = 8;
/// Messages to confirm that one address gets within a day.
pub const PER_DAY: i64 = 2;
/// Messages to confirm that the installation sends within an hour.
pub const PER_HOUR: i64 = 60;
/// For how long a message to confirm can be answered.
pub const LIFE: SignedDuration = SignedDuration::from_hours(48);
/// For how long an address that refused is left in peace.
const PEACE: SignedDuration = SignedDuration::from_hours(24 * 90);

/// The part of the status page with which one subscribes.
pub fn section(
    ctx: &Ctx,
    board: &Board,
    follow: Option<&Following>,
    can_mail: bool,
    wrong: &Wrong,
    typed: &str,
) -> Markup {
    let lang = ctx.lang();
    if !can_mail {
        return html! {};
    }
    if let Some(follow) = follow {
        return html! {
            section aria-labelledby="h-tell" class="card row st-tell" {
                div class="grow" {
                    h2 id="h-tell" { (t!(lang, "Hear of it by mail")) }
                    p class="muted mt-2" {
                        @if follow.everything { (t!(lang, "You are told when anything here changes.")) }
                        @else { (t!(lang, "Press “Tell me” beside what you need, or hear of everything.")) }
                    }
                }
                form method="post" action="/status/follow" {
                    input type="hidden" name="component" value="all";
                    input type="hidden" name="on" value=(if follow.everything { "no" } else { "yes" });
                    (button(Button { label: if follow.everything { t!(lang, "Stop all of this mail") } else { t!(lang, "Tell me everything") },
                        icon: "bell", ..Button::default() }))
                }
            }
        };
    }
    let options: Vec<Opt<'_>> = board
        .components
        .iter()
        .map(|c| Opt {
            value: &c.component.id,
            label: &c.component.name,
            ..Opt::default()
        })
        .collect();
    html! {
        section class="st-tell" aria-labelledby="h-tell" {
            (card("", html! {
                h2 id="h-tell" { (t!(lang, "Hear of it by mail")) }
                form class="stack mt-3" method="post" action="/status/subscribe" hx-boost="false" {
                    (wrong.summary(lang))
                    (email(lang, &Field { hint: t!(lang, "A message with a link goes there first. We use the address for nothing else, and every message has a link that ends it."),
                        autocomplete: "email", ..wrong.field("email", t!(lang, "Your mail address"), typed) }))
                    @if options.len() > 1 {
                        details { summary { (t!(lang, "Only some of it")) }
                            div class="mt-2" { (checks(lang, &Field { name: "component", label: t!(lang, "What you want to hear of"),
                                hint: t!(lang, "Without a choice you hear of everything."), ..Field::default() }, &options, true)) } }
                    }
                    div { (button(Button { label: t!(lang, "Subscribe"), ..Button::default() })) }
                }
            }))
        }
    }
}

/// An address that wants to hear of components.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Subscription")]
pub struct Asked {
    /// The address.
    pub email: String,
    /// Ids of components; empty for all.
    pub components: Vec<String>,
}

/// Ask an address whether it wants to hear of something. What comes of it, whoever
/// asks cannot see.
///
/// # Errors
/// [`Error::Invalid`] when this is no address, [`Error::TooMany`] when too many
/// were typed from here or by everybody together; neither depends on the address.
pub async fn ask(ctx: &Ctx, asked: &Asked) -> Result<()> {
    let from = format!("subscribe {}", ctx.ip.as_deref().unwrap_or_default());
    ctx.app.attempts.count(&from, PER_ADDRESS, ctx.now)?;
    let email = asked.email.trim().to_lowercase();
    check_email(&email).map_err(|e| Error::Invalid(vec![e]))?;
    if email
        .chars()
        .any(|c| c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '"' | '\\'))
    {
        return Err(Error::field(
            "email",
            "Write one mail address, such as name@example.org.",
        ));
    }
    let mut tx = ctx.app.db.begin().await?;
    if boxes::all(&mut tx).await?.is_empty() {
        return Err(Error::Conflict(crate::error::Msg::new(
            "No mail goes out from here yet. Read the feed instead.",
        )));
    }
    let known = components::list(&mut tx, None).await?;
    if asked
        .components
        .iter()
        .any(|id| !known.iter().any(|c| c.id == *id))
    {
        return Err(Error::field("components", "Choose components."));
    }
    let hour = (ctx.now - SignedDuration::from_hours(1)).as_microsecond();
    let lately: i64 = sql("SELECT COUNT(*) AS n FROM status_wish WHERE created_at > $1")
        .bind(hour)
        .value("n", &mut tx)
        .await?;
    if lately >= PER_HOUR {
        return Err(Error::TooMany {
            retry_after_seconds: 3600,
        });
    }
    let day = (ctx.now - SignedDuration::from_hours(24)).as_microsecond();
    let peace = (ctx.now - PEACE).as_microsecond();
    let blocked: i64 = sql(
        "SELECT COUNT(*) AS n FROM status_wish WHERE email = $1 AND (refused_at > $2 OR
            ($3 <= (SELECT COUNT(*) FROM status_wish w WHERE w.email = $1 AND w.created_at > $4)))",
    )
    .bind(&email)
    .bind(peace)
    .bind(PER_DAY)
    .bind(day)
    .value("n", &mut tx)
    .await?;
    if blocked > 0 {
        return Ok(());
    }
    let id = new_id(ctx.now);
    sql("INSERT INTO status_wish (id, email, lang, components, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(&id)
        .bind(&email)
        .bind(ctx.lang().code())
        .bind(serde_json::to_string(&asked.components)?)
        .bind(ctx.now.as_microsecond())
        .run(&mut tx)
        .await?;
    crate::mail::outbox::queue_outside(&mut tx, ctx.now, &id, &id, "confirm").await?;
    tx.commit().await?;
    Ok(())
}

/// POST /status/subscribe
pub async fn act(ctx: Ctx, posted: Posted) -> Result<Response> {
    let lang = ctx.lang();
    let asked = Asked {
        email: posted
            .0
            .get("email")
            .and_then(|v| v.first())
            .cloned()
            .unwrap_or_default(),
        components: posted.0.get("component").cloned().unwrap_or_default(),
    };
    match ask(&ctx, &asked).await {
        Ok(()) => Ok(said(
            &ctx,
            t!(lang, "Look into your mailbox"),
            t!(
                lang,
                "If the address is right, a message is on its way to it. Nothing is sent before you press the link in it."
            ),
        )),
        Err(Error::Invalid(fields)) => {
            let wrong = Wrong::new(lang, &fields);
            let page = draw(&ctx, &wrong, &asked.email).await?;
            Ok((wrong.status(), page).into_response())
        }
        Err(error) => Err(error),
    }
}

/// POST /api/v1/status/subscriptions
pub async fn api(ctx: Ctx, Input(asked): Input<Asked>) -> Result<Response> {
    ask(&ctx, &asked).await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(serde_json::json!({ "confirm": "by mail" })),
    )
        .into_response())
}

fn said(ctx: &Ctx, title: &str, text: &str) -> Response {
    let body = html! {
        h1 tabindex="-1" { (title) }
        p { (text) }
        p { a href="/status" { (t!(ctx.lang(), "See how things stand")) } }
    };
    shell::bare(ctx, title, body).into_response()
}

async fn token_of(ctx: &Ctx, token: &str) -> Result<Option<(For, String)>> {
    let from = format!("status link {}", ctx.ip.as_deref().unwrap_or_default());
    ctx.app.attempts.count(&from, 60, ctx.now)?;
    let key = key::read(&ctx.app.db).await?.unwrap_or_default();
    Ok(token::read(&key, token))
}

fn gone(ctx: &Ctx) -> Response {
    let lang = ctx.lang();
    let page = said(
        ctx,
        t!(lang, "This link does nothing any more"),
        t!(
            lang,
            "It was used, it is too old, or it was not copied whole. Subscribe again on the status page if you want to."
        ),
    );
    (StatusCode::NOT_FOUND, page).into_response()
}

/// A wish that can still be confirmed.
async fn wish(tx: &mut Tx, id: &str, now: Timestamp) -> Result<Option<Row>> {
    Ok(sql("SELECT * FROM status_wish
         WHERE id = $1 AND used_at IS NULL AND refused_at IS NULL AND created_at > $2")
    .bind(id)
    .bind((now - LIFE).as_microsecond())
    .opt(tx)
    .await?)
}

/// GET /status/confirm/{secret}: programs open links ahead of people, so this does
/// nothing yet.
pub async fn confirm_page(ctx: Ctx, Path(secret): Path<String>) -> Result<Response> {
    let lang = ctx.lang();
    let Some((For::Confirm, id)) = token_of(&ctx, &secret).await? else {
        return Ok(gone(&ctx));
    };
    let mut tx = ctx.app.db.begin().await?;
    let Some(wish) = wish(&mut tx, &id, ctx.now).await? else {
        return Ok(gone(&ctx));
    };
    let email: String = wish.get("email")?;
    let title = t!(lang, "Hear how things stand by mail");
    let body = html! {
        h1 tabindex="-1" { (title) }
        p { (t!(lang, "Messages about trouble, maintenance and how it goes on will go to {email}.", email = email)) }
        form method="post" action={ "/status/confirm/" (secret) } {
            (button(Button { label: t!(lang, "Yes, send them"), kind: Kind::Primary, ..Button::default() }))
        }
        p class="small muted" { (t!(lang, "If you did not ask for this, close this page: nothing is sent.")) }
    };
    Ok(shell::bare(&ctx, title, body).into_response())
}

/// POST /status/confirm/{secret}
pub async fn confirm(ctx: Ctx, Path(secret): Path<String>) -> Result<Response> {
    let lang = ctx.lang();
    let Some((For::Confirm, id)) = token_of(&ctx, &secret).await? else {
        return Ok(gone(&ctx));
    };
    let mut tx = ctx.app.db.begin().await?;
    let Some(found) = wish(&mut tx, &id, ctx.now).await? else {
        return Ok(gone(&ctx));
    };
    // Two presses at the same moment meet here.
    let used = sql("UPDATE status_wish SET used_at = $1 WHERE id = $2 AND used_at IS NULL")
        .bind(ctx.now.as_microsecond())
        .bind(&id)
        .run(&mut tx)
        .await?;
    if used == 0 {
        return Ok(gone(&ctx));
    }
    let components: Vec<String> = found.json("components")?;
    let subscriber: String = sql(
        "INSERT INTO status_subscriber (id, email, lang, everything, quiet, created_at)
         VALUES ($1, $2, $3, $4, 0, $5)
         ON CONFLICT (email) DO UPDATE SET lang = excluded.lang, everything = excluded.everything
         RETURNING id",
    )
    .bind(new_id(ctx.now))
    .bind(found.get::<String>("email")?)
    .bind(found.get::<String>("lang")?)
    .bind(i64::from(components.is_empty()))
    .bind(ctx.now.as_microsecond())
    .value("id", &mut tx)
    .await?;
    sql("DELETE FROM status_subscriber_component WHERE subscriber_id = $1")
        .bind(&subscriber)
        .run(&mut tx)
        .await?;
    for component in &components {
        sql(
            "INSERT INTO status_subscriber_component (subscriber_id, component_id)
             SELECT CAST($1 AS TEXT), id FROM status_component WHERE id = $2",
        )
        .bind(&subscriber)
        .bind(component)
        .run(&mut tx)
        .await?;
    }
    tx.commit().await?;
    Ok(said(
        &ctx,
        t!(lang, "You will hear of it"),
        t!(lang, "Every message has a link at its end that ends it."),
    ))
}

/// GET /status/stop/{secret}
pub async fn stop_page(ctx: Ctx, Path(secret): Path<String>) -> Result<Response> {
    let lang = ctx.lang();
    match token_of(&ctx, &secret).await? {
        None | Some((For::Confirm, _)) => Ok(gone(&ctx)),
        Some(_) => {
            let title = t!(lang, "No more of these messages");
            let body = html! {
                h1 tabindex="-1" { (title) }
                p { (t!(lang, "One press, and you get no more mail about how things stand.")) }
                form method="post" action={ "/status/stop/" (secret) } {
                    (button(Button { label: t!(lang, "Stop this mail"), kind: Kind::Primary, ..Button::default() }))
                }
            };
            Ok(shell::bare(&ctx, title, body).into_response())
        }
    }
}

/// POST /status/stop/{secret}: also what mail programs press for their readers
/// (RFC 8058).
pub async fn stop(ctx: Ctx, Path(secret): Path<String>) -> Result<Response> {
    let lang = ctx.lang();
    let Some((what, id)) = token_of(&ctx, &secret).await? else {
        return Ok(gone(&ctx));
    };
    let mut tx = ctx.app.db.begin().await?;
    match what {
        For::Confirm => return Ok(gone(&ctx)),
        For::Refuse => {
            sql("UPDATE status_wish SET refused_at = $1 WHERE id = $2 AND refused_at IS NULL")
                .bind(ctx.now.as_microsecond())
                .bind(&id)
                .run(&mut tx)
                .await?;
        }
        For::StopAddress => forget(&mut tx, &id).await?,
        For::StopPerson => {
            let row = sql(
                "INSERT INTO status_subscriber (id, person_id, lang, everything, quiet, created_at)
                 SELECT CAST($1 AS TEXT), p.id, 'en', 0, 1, CAST($2 AS BIGINT) FROM person p WHERE p.id = $3
                 ON CONFLICT (person_id) DO UPDATE SET everything = 0, quiet = 1 RETURNING id",
            )
            .bind(new_id(ctx.now))
            .bind(ctx.now.as_microsecond())
            .bind(&id)
            .opt(&mut tx)
            .await?;
            if let Some(row) = row {
                sql("DELETE FROM status_subscriber_component WHERE subscriber_id = $1")
                    .bind(row.get::<String>("id")?)
                    .run(&mut tx)
                    .await?;
            }
        }
    }
    tx.commit().await?;
    Ok(said(
        &ctx,
        t!(lang, "Done"),
        t!(
            lang,
            "You get no more mail about how things stand. On the status page you can begin again."
        ),
    ))
}

/// Forget an address.
pub async fn forget(tx: &mut Tx, subscriber: &str) -> Result<()> {
    sql(
        "DELETE FROM status_subscriber_component WHERE subscriber_id IN
         (SELECT id FROM status_subscriber WHERE id = $1 AND person_id IS NULL)",
    )
    .bind(subscriber)
    .run(&mut *tx)
    .await?;
    sql("DELETE FROM status_subscriber WHERE id = $1 AND person_id IS NULL")
        .bind(subscriber)
        .run(&mut *tx)
        .await?;
    Ok(())
}

/// A message to this subscriber, or to this wish, came back or was called unwanted.
pub async fn unwanted(tx: &mut Tx, now: Timestamp, subscriber: &str) -> Result<()> {
    sql(
        "UPDATE status_wish SET refused_at = $1 WHERE refused_at IS NULL AND
         (id = $2 OR email = (SELECT email FROM status_subscriber WHERE id = $2))",
    )
    .bind(now.as_microsecond())
    .bind(subscriber)
    .run(&mut *tx)
    .await?;
    forget(tx, subscriber).await
}

/// Forget wishes that nobody confirmed; those that were refused are kept as long as
/// the address is to be left in peace.
pub async fn sweep(app: &crate::state::App, now: Timestamp) -> Result<u64> {
    let old = (now - LIFE - LIFE).as_microsecond();
    let mut tx = app.db.begin().await?;
    let gone = sql(
        "DELETE FROM status_wish WHERE created_at < $1 AND (refused_at IS NULL OR refused_at < $2)",
    )
    .bind(old)
    .bind((now - PEACE).as_microsecond())
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(gone)
}

/// The notice on a page that mail cannot go out, for administrators.
pub fn no_mail(lang: Lang) -> Markup {
    notice(
        Tone::Warn,
        "mail",
        t!(lang, "No mail goes out yet."),
        html! { a href="/admin/mail" { (t!(lang, "Add a mailbox")) } },
    )
}
