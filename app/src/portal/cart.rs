//! The cart: several services in one order.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use maud::{Markup, html};
use mil_db::{Row, sql};
use mil_process::form::{self, Raw};

use crate::catalog::model::Priority;
use crate::catalog::{Catalog, Service};
use crate::error::{Error, FieldError, Msg, Result};
use crate::i18n::{fmt, t, tn};
use crate::portal::answers::{Answers, prepare};
use crate::portal::catalog::{known_icon, price};
use crate::portal::{draft, facts};
use crate::random::new_id;
use crate::ui::block;
use crate::ui::button::{Button, Kind, Size, button};
use crate::ui::field::error_summary;
use crate::ui::icon::icon_l;
use crate::web::{Flash, Me, see_other, shell};
use crate::work::order::{self, Line};

/// How long a removed line can be put back.
const UNDO: SignedDuration = SignedDuration::from_mins(30);

/// A line of the cart, as it was typed.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct CartLine {
    pub id: String,
    pub service_id: String,
    pub title: String,
    pub raw: Raw,
    pub removed: bool,
}

fn line(row: &Row) -> Result<CartLine> {
    Ok(CartLine {
        id: row.get("id")?,
        service_id: row.get("service_id")?,
        title: row.get("title")?,
        raw: row.json("raw")?,
        removed: row.get::<Option<i64>>("removed_at")?.is_some(),
    })
}

/// One line of the reader's own cart.
pub async fn find(me: &Me, id: &str) -> Result<Option<CartLine>> {
    let row =
        sql("SELECT * FROM cart_line WHERE id = $1 AND person_id = $2 AND removed_at IS NULL")
            .bind(id)
            .bind(&me.actor.id)
            .opt(&me.app.db)
            .await?;
    row.as_ref().map(line).transpose()
}

/// The cart, oldest line first, with lines that can still be put back.
async fn lines(me: &Me) -> Result<Vec<CartLine>> {
    let since = me.now.checked_sub(UNDO).unwrap_or(jiff::Timestamp::MIN);
    sql(
        "SELECT * FROM cart_line WHERE person_id = $1 AND (removed_at IS NULL OR removed_at > $2)
         ORDER BY created_at, id",
    )
    .bind(&me.actor.id)
    .bind(since.as_microsecond())
    .all(&me.app.db)
    .await?
    .iter()
    .map(line)
    .collect()
}

/// Put a filled-in form into the cart.
pub async fn add(me: &Me, service: &Service, answers: &Answers) -> Result<Response> {
    let mut tx = me.app.db.begin().await?;
    let count: i64 =
        sql("SELECT COUNT(*) AS n FROM cart_line WHERE person_id = $1 AND removed_at IS NULL")
            .bind(&me.actor.id)
            .value("n", &mut tx)
            .await?;
    if count >= order::MAX_LINES as i64 {
        return Err(Error::field(
            "",
            Msg::new("The cart takes {n} services at most. Order what is in it first.")
                .with("n", order::MAX_LINES),
        ));
    }
    sql("INSERT INTO cart_line (id, person_id, service_id, form_version, title, raw, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)")
        .bind(new_id(me.now))
        .bind(&me.actor.id)
        .bind(&service.id)
        .bind(service.form_version)
        .bind(&answers.title)
        .bind(serde_json::to_string(&answers.raw)?)
        .bind(me.now.as_microsecond())
        .run(&mut tx)
        .await?;
    // Gone for good now; removed lines are only kept to be put back.
    sql("DELETE FROM cart_line WHERE person_id = $1 AND removed_at IS NOT NULL AND removed_at <= $2")
        .bind(&me.actor.id)
        .bind(me.now.checked_sub(UNDO).unwrap_or(jiff::Timestamp::MIN).as_microsecond())
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    draft::keep(me, &draft::of_service(&service.id), "").await?;
    let flash = Flash::new(t!(
        me.lang(),
        "{name} is in your cart.",
        name = service.name
    ));
    Ok(see_other("/cart", Some(flash)))
}

/// Change a line of the cart.
pub async fn change(me: &Me, id: &str, service: &Service, answers: &Answers) -> Result<Response> {
    let mut tx = me.app.db.begin().await?;
    let changed = sql(
        "UPDATE cart_line SET title = $1, raw = $2, form_version = $3, updated_at = $4
         WHERE id = $5 AND person_id = $6 AND service_id = $7 AND removed_at IS NULL",
    )
    .bind(&answers.title)
    .bind(serde_json::to_string(&answers.raw)?)
    .bind(service.form_version)
    .bind(me.now.as_microsecond())
    .bind(id)
    .bind(&me.actor.id)
    .bind(&service.id)
    .run(&mut tx)
    .await?;
    if changed == 0 {
        return Err(Error::NotFound);
    }
    tx.commit().await?;
    Ok(see_other(
        "/cart",
        Some(Flash::new(t!(me.lang(), "Your changes are saved."))),
    ))
}

/// GET /cart
pub async fn page(me: Me) -> Result<Response> {
    show(&me, &[]).await
}

async fn show(me: &Me, wrong: &[FieldError]) -> Result<Response> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let lines = lines(me).await?;
    let mut rows = Vec::new();
    let (mut at, mut cents) = (0, 0);
    for line in &lines {
        let service = catalog.orderable(&me.actor, &line.service_id).ok();
        if line.removed {
            rows.push(removed(me, line, service.map(|s| &**s)));
            continue;
        }
        cents += service.and_then(|s| s.price_minor).unwrap_or(0);
        rows.push(row(me, &catalog, line, service.map(|s| &**s), at, wrong).await?);
        at += 1;
    }
    let count = i64::try_from(at).unwrap_or(0);
    let say = |e: &FieldError| lang.text(&e.msg.text, &e.msg.args);
    let said: Vec<String> = wrong.iter().map(say).collect();
    let summary: Vec<(&str, &str)> = said.iter().map(|text| ("", text.as_str())).collect();
    let body = html! {
        div class="wrap" {
            h1 class="mt-8" { (t!(lang, "Cart")) }
            (error_summary(lang, &summary))
            @if rows.is_empty() {
                (block::empty("cart", t!(lang, "Your cart is empty"), t!(lang, "Put several services in it and order them together."),
                    html! { a class="btn" href="/catalog" { (t!(lang, "Open the catalog")) } }))
            } @else {
                ul class="rq cart mt-4" { @for row in &rows { (row) } }
            }
            @if count > 0 {
                form method="post" action="/cart/order" class="row mt-6" style="--gap:1rem" {
                    (button(Button { label: &tn!(lang, count, "Order {n} service", "Order all {n} services"), kind: Kind::Primary, size: Size::Large, ..Button::default() }))
                    a class="btn btn-l btn-quiet" href="/catalog" { (t!(lang, "Add another service")) }
                    @if cents > 0 { span class="muted" { (t!(lang, "{money} in all", money = fmt::money(lang, cents, &me.app.org().currency))) } }
                }
            }
        }
    };
    let page = shell::portal(me, "/cart", t!(lang, "Cart"), body).await?;
    let status = if wrong.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok((status, page).into_response())
}

fn removed(me: &Me, line: &CartLine, service: Option<&Service>) -> Markup {
    let lang = me.lang();
    let name = service.map_or(line.title.as_str(), |s| s.name.as_str());
    html! {
        li { form method="post" action={ "/cart/" (line.id) "/restore" } class="row" {
            span class="muted" { (t!(lang, "{name} is removed.", name = name)) }
            button class="btn btn-s" { (t!(lang, "Undo")) span class="vh" { ", " (name) } }
        } }
    }
}

async fn row(
    me: &Me,
    catalog: &Catalog,
    line: &CartLine,
    service: Option<&Service>,
    at: usize,
    wrong: &[FieldError],
) -> Result<Markup> {
    let lang = me.lang();
    let remove = html! {
        form method="post" action={ "/cart/" (line.id) "/remove" } {
            button class="btn btn-s btn-quiet" { (t!(lang, "Remove"))
                span class="vh" { ", " (service.map_or("", |s| s.name.as_str())) } }
        }
    };
    let Some(service) = service else {
        return Ok(html! {
            li { div { h2 class="h3" { (t!(lang, "No longer on offer")) }
                p { (t!(lang, "This service cannot be ordered any more. Remove it to go on.")) } }
                div {} div class="end2" { (remove) } }
        });
    };
    let answers = prepare(me, &service.form, line.title.clone(), line.raw.clone()).await?;
    let described =
        form::validate(&service.form, &answers.raw, me.today(), true).unwrap_or_default();
    let mine = |e: &&FieldError| match e.field.split_once("].") {
        Some((head, _)) => head == format!("lines[{at}"),
        None => at == 0 && !e.field.is_empty(),
    };
    let bad = wrong.iter().any(|e| mine(&e)) || !answers.check(me, &service.form).is_empty();
    let (promise, calendar) = catalog.promise(&service.promise_id)?;
    let target = promise.def.target(Priority::Normal).delivery();
    let by = calendar.compiled.add(me.now, target);
    let title = if line.title.is_empty() {
        &service.name
    } else {
        &line.title
    };
    let edit = format!("/catalog/{}?line={}", service.slug, line.id);
    Ok(html! {
        li {
            div class="row top" style="--gap:1rem" {
                span class="tile" { (icon_l(known_icon(&service.icon))) }
                div class="grow" {
                    h2 class="h3" { (title) }
                    @if title != &service.name { p { (service.name) } }
                    @if bad { p class="bad" { (t!(lang, "Something is missing or no longer fits. Edit it before you order.")) } }
                    details { summary class="s14 link" { (t!(lang, "Show answers")) }
                        (facts::answers(me, &service.form, &described, &answers.people, &|_| None, None)) }
                }
            }
            div { strong class="strong s14" { (t!(lang, "Ready {when}", when = fmt::when(lang, by, me.now, &me.prefs.zone))) }
                @let price = price(me, service);
                @if !price.is_empty() { p { (price) } } }
            div class="end2 row" { a class="btn btn-s" href=(edit) { (t!(lang, "Edit")) span class="vh" { ", " (title) } } (remove) }
        }
    })
}

/// POST /cart/order
pub async fn order(me: Me) -> Result<Response> {
    let lines: Vec<CartLine> = lines(&me)
        .await?
        .into_iter()
        .filter(|l| !l.removed)
        .collect();
    let catalog = me.app.catalog().await?;
    let mut wrong = Vec::new();
    let mut ready = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Ok(service) = catalog.orderable(&me.actor, &line.service_id) else {
            wrong.push(FieldError::new(
                format!("lines[{at}]."),
                Msg::new("One service cannot be ordered any more. Remove it to go on."),
            ));
            continue;
        };
        let answers = prepare(&me, &service.form, line.title.clone(), line.raw.clone()).await?;
        wrong.extend(
            answers
                .check(&me, &service.form)
                .into_iter()
                .map(|mut error| {
                    error.field = format!("lines[{at}].{}", error.field);
                    error
                }),
        );
        ready.push(Line {
            service: service.id.clone(),
            title: Some(line.title.clone()),
            raw: answers.raw,
            priority: None,
        });
    }
    if !wrong.is_empty() {
        return show(&me, &wrong).await;
    }
    let ids = lines.into_iter().map(|line| line.id).collect::<Vec<_>>();
    match order::place_cart(&me, &me.actor, ready, &ids).await {
        Ok(placed) => Ok(see_other(&format!("/orders/{}", placed.number), None)),
        Err(Error::Invalid(wrong)) => show(&me, &wrong).await,
        Err(error) => Err(error),
    }
}

async fn mark(me: &Me, id: &str, removed: Option<i64>) -> Result<Response> {
    let mut tx = me.app.db.begin().await?;
    let done = sql("UPDATE cart_line SET removed_at = $1 WHERE id = $2 AND person_id = $3")
        .bind(removed)
        .bind(id)
        .bind(&me.actor.id)
        .run(&mut tx)
        .await?;
    if done == 0 {
        return Err(Error::NotFound);
    }
    tx.commit().await?;
    Ok(see_other("/cart", None))
}

/// POST /cart/{line}/remove
pub async fn remove(me: Me, Path(id): Path<String>) -> Result<Response> {
    mark(&me, &id, Some(me.now.as_microsecond())).await
}

/// POST /cart/{line}/restore
pub async fn restore(me: Me, Path(id): Path<String>) -> Result<Response> {
    mark(&me, &id, None).await
}
