//! Placing an order: one item per service, all under one order number, all or
//! nothing. When the verb returns, the order is on disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use mil_db::{Tx, sql};
use mil_process::form::{self, Answer, Answers, FieldError as FormError, Kind, Raw};
use mil_process::process::Owner;
use serde_json::json;

use crate::actor::Actor;
use crate::catalog::Catalog;
use crate::catalog::model::{Priority, Service};
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Audience, Event};
use crate::people;
use crate::policy;
use crate::random::{hash_secret, new_id};
use crate::web::Ctx;
use crate::work::model::Item;
use crate::work::promise::Promise;
pub use crate::work::refer::unfit;
use crate::work::refer::{attach_files, refer};
use crate::work::store;

/// The most services in one order.
pub const MAX_LINES: usize = 30;
/// Longest title, in characters.
pub const MAX_TITLE: usize = 160;

/// One service to order.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// Id of the service, or its word in addresses.
    pub service: String,
    /// What to call it; made from the answers when empty.
    pub title: Option<String>,
    /// The answers as they were typed.
    pub raw: Raw,
    /// Only agents may say; otherwise normal.
    pub priority: Option<Priority>,
}

/// What was placed.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Id of the order.
    pub id: String,
    /// The number people say.
    pub number: i64,
    /// Its items, in the order of the lines.
    pub items: Vec<Item>,
    /// It was placed before, by the same form.
    pub before: bool,
}

/// Place an order for `actor`, or, by an agent, on behalf of `requester`.
///
/// # Errors
/// [`Error::NotFound`] for a service that is not open to the requester,
/// [`Error::Invalid`] with every wrong answer; fields of the second line and on
/// are named `lines[1].field`. Nothing is ordered then.
pub async fn place(
    ctx: &Ctx,
    actor: &Actor,
    requester: Option<&str>,
    lines: Vec<Line>,
) -> Result<Placed> {
    place_with(ctx, actor, requester, lines, &[], None).await
}

/// [`place`] from a form that a person filled in: the same form with the same
/// answers orders once, however often it is sent. A second answer is the first
/// order.
pub async fn place_form(
    ctx: &Ctx,
    actor: &Actor,
    requester: Option<&str>,
    line: Line,
    key: &str,
) -> Result<Placed> {
    let catalog = ctx.app.catalog().await?;
    let mut sent = line.raw.clone();
    if let Some(service) = catalog.service(&line.service) {
        let files = service.form.fields.iter();
        for field in files.filter(|f| matches!(f.kind, Kind::File { .. })) {
            // A file sent twice has two ids and one name.
            for value in sent.get_mut(&field.key).into_iter().flatten() {
                *value = value
                    .split_once(':')
                    .map_or("", |(_, name)| name)
                    .to_owned();
            }
        }
    }
    let sent = serde_json::to_string(&(&line.service, &line.title, sent, requester))?;
    let key = format!("{}:{key}:{}", actor.id, hash_secret(&sent));
    place_with(ctx, actor, requester, vec![line], &[], Some(&key)).await
}

/// [`place`] what lies in the actor's cart: the lines of the cart go with the
/// order, so that a cart is ordered once however often the button is pressed.
pub async fn place_cart(
    ctx: &Ctx,
    actor: &Actor,
    lines: Vec<Line>,
    cart: &[String],
) -> Result<Placed> {
    place_with(ctx, actor, None, lines, cart, None).await
}

async fn place_with(
    ctx: &Ctx,
    actor: &Actor,
    requester: Option<&str>,
    lines: Vec<Line>,
    cart: &[String],
    form_key: Option<&str>,
) -> Result<Placed> {
    if lines.is_empty() {
        return Err(Error::field(
            "lines",
            "The cart is empty. Choose a service first.",
        ));
    }
    if lines.len() > MAX_LINES {
        return Err(Error::field(
            "lines",
            Msg::new("An order takes {n} services at most. Place a second one for the rest.")
                .with("n", MAX_LINES),
        ));
    }
    let catalog = ctx.app.catalog().await?;
    let orderer = match requester.filter(|id| *id != actor.id) {
        None => actor.clone(),
        Some(id) => {
            policy::require(policy::works(actor))?;
            people::auth::by_person(&ctx.app, id, actor.via)
                .await?
                .ok_or_else(|| {
                    Error::field("requester", "This person is not here. Choose another.")
                })?
        }
    };
    let checked = check_all(&catalog, &orderer, ctx.today(), lines)?;
    let mut tx = ctx.app.db.begin().await?;
    for line in cart {
        let taken =
            sql("DELETE FROM cart_line WHERE id = $1 AND person_id = $2 AND removed_at IS NULL")
                .bind(line)
                .bind(&actor.id)
                .run(&mut tx)
                .await?;
        if taken == 0 {
            return Err(Error::Conflict(Msg::new(
                "Your cart has changed meanwhile, or is ordered already. Look at it again.",
            )));
        }
    }
    let placed = write(&mut tx, ctx, &catalog, actor, &orderer, checked, form_key).await?;
    if !placed.before {
        // Otherwise a number that was taken goes back with the transaction.
        tx.commit().await?;
    }
    Ok(placed)
}

/// A line whose answers were checked.
pub type Checked = (Arc<Service>, Line, Answers);

/// Check the lines of an order for whoever it is for, reading their dates as of
/// `today`.
///
/// # Errors
/// As [`place`].
pub fn check_all(
    catalog: &Catalog,
    orderer: &Actor,
    today: jiff::civil::Date,
    lines: Vec<Line>,
) -> Result<Vec<Checked>> {
    let mut checked = Vec::new();
    let mut wrong = Vec::new();
    for (i, line) in lines.into_iter().enumerate() {
        let service = catalog.orderable(orderer, &line.service)?.clone();
        match check(&service, &line, today) {
            Ok(answers) => checked.push((service, line, answers)),
            Err(errors) => wrong.extend(errors.into_iter().map(|error| named(i, error))),
        }
    }
    if wrong.is_empty() {
        Ok(checked)
    } else {
        Err(Error::Invalid(wrong))
    }
}

/// Write an order down, inside the transaction of what it comes of. An order
/// with a `form_key` that was used before is that one: nothing is written.
pub async fn write(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    orderer: &Actor,
    lines: Vec<Checked>,
    form_key: Option<&str>,
) -> Result<Placed> {
    if let Some(key) = form_key
        && let Some(placed) = by_form(tx, key).await?
    {
        return Ok(placed);
    }
    let order_id = new_id(ctx.now);
    let number = store::next_number(tx, "order").await?;
    let first = sql(
        "INSERT INTO service_order (id, number, requester_id, created_at, form_key)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(&order_id)
    .bind(number)
    .bind(&orderer.id)
    .bind(ctx.now.as_microsecond())
    .bind(form_key)
    .run(&mut *tx)
    .await?;
    if first == 0 {
        // The same form was sent at the same moment and was faster.
        let key = form_key.unwrap_or_default();
        return by_form(tx, key).await?.ok_or(Error::NotFound);
    }
    let mut items = Vec::new();
    for (at, (service, line, mut answers)) in lines.into_iter().enumerate() {
        refer(tx, actor, &service.form, &mut answers)
            .await
            .map_err(|error| of_line(at, error))?;
        let priority = line
            .priority
            .filter(|_| policy::works(actor))
            .unwrap_or_default();
        let title = title(&service, line.title.as_deref(), &answers);
        let mut item = fresh(ctx, catalog, &service, orderer, priority)?;
        item.title = title;
        item.answers = answers;
        item.order_id = Some(order_id.clone());
        start(tx, ctx, catalog, actor, &service, &mut item, Some(number))
            .await
            .map_err(|error| of_line(at, error))?;
        items.push(item);
    }
    Ok(Placed {
        id: order_id,
        number,
        items,
        before: false,
    })
}

/// The order that a form has placed already.
async fn by_form(tx: &mut Tx, key: &str) -> Result<Option<Placed>> {
    let Some(row) = sql("SELECT id, number FROM service_order WHERE form_key = $1")
        .bind(key)
        .opt(&mut *tx)
        .await?
    else {
        return Ok(None);
    };
    let id: String = row.get("id")?;
    let ids: Vec<String> = sql("SELECT id FROM work_item WHERE order_id = $1 ORDER BY number")
        .bind(&id)
        .column("id", &mut *tx)
        .await?;
    let mut items = Vec::new();
    for item in ids {
        items.push(store::find(&mut *tx, &Actor::system(), &item).await?);
    }
    Ok(Some(Placed {
        number: row.get("number")?,
        id,
        items,
        before: true,
    }))
}

/// Write a new item down and let its first stage begin.
async fn start(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    service: &Service,
    item: &mut Item,
    order: Option<i64>,
) -> Result<()> {
    store::insert(tx, catalog, ctx.now, item).await?;
    if attach_files(tx, item).await? {
        crate::search::index(tx, item).await?;
    }
    let visit = super::moves::enter(tx, item, ctx.now).await?;
    events::append(
        tx,
        actor,
        ctx.now,
        Event::of_item(
            "request.ordered",
            &item.id,
            Audience::Public,
            json!({
                    "number": item.number, "title": item.title, "service": service.name,
                    "order": order, "requester_id": item.requester_id,
                    "on_behalf": item.requester_id != actor.id,
            }),
        ),
    )
    .await?;
    super::begin::begin(tx, ctx, catalog, actor, item, &visit).await
}

/// Order `service` for `requester` as a part of other work, inside its
/// transaction. The answers were validated; files are not among them.
pub async fn place_sub(
    tx: &mut Tx,
    ctx: &Ctx,
    catalog: &Catalog,
    actor: &Actor,
    requester: &Actor,
    service: &Service,
    of: (&str, Priority, Answers),
) -> Result<Item> {
    let (title, priority, answers) = of;
    let mut item = fresh(ctx, catalog, service, requester, priority)?;
    item.title = title.chars().take(MAX_TITLE).collect();
    item.answers = answers;
    start(tx, ctx, catalog, actor, service, &mut item, None).await?;
    Ok(item)
}

/// The error of a field of line `at`, named by that line from the second on.
fn named(at: usize, mut error: FieldError) -> FieldError {
    if at > 0 {
        error.field = format!("lines[{at}].{}", error.field);
    }
    error
}

fn of_line(at: usize, error: Error) -> Error {
    match error {
        Error::Invalid(list) => Error::Invalid(list.into_iter().map(|e| named(at, e)).collect()),
        other => other,
    }
}

/// Check one line's answers and title.
fn check(
    service: &Service,
    line: &Line,
    today: jiff::civil::Date,
) -> std::result::Result<Answers, Vec<FieldError>> {
    let mut wrong: Vec<FieldError> = Vec::new();
    if line
        .title
        .as_ref()
        .is_some_and(|t| t.chars().count() > MAX_TITLE)
    {
        wrong.push(FieldError::new(
            "title",
            Msg::new("Use at most {n} characters.").with("n", MAX_TITLE),
        ));
    }
    let answers = match form::validate(&service.form, &line.raw, today, false) {
        Ok(answers) => answers,
        Err(errors) => {
            wrong.extend(errors.into_iter().map(from_form));
            Answers::new()
        }
    };
    if wrong.is_empty() {
        Ok(answers)
    } else {
        Err(wrong)
    }
}

/// A form's error as ours.
pub fn from_form(error: FormError) -> FieldError {
    FieldError::new(error.field, error.msg)
}

/// The title given, or the service's name with the first short answer.
fn title(service: &Service, given: Option<&str>, answers: &Answers) -> String {
    if let Some(given) = given.map(str::trim).filter(|t| !t.is_empty()) {
        return given.replace(['\n', '\r', '\t'], " ");
    }
    let first =
        service
            .form
            .fields
            .iter()
            .find_map(|field| match (&field.kind, answers.get(&field.key)) {
                (Kind::Text { .. }, Some(Answer::Text(text))) => Some(text.as_str()),
                _ => None,
            });
    let title = match first {
        Some(text) => format!("{}: {text}", service.name),
        None => service.name.clone(),
    };
    title.chars().take(MAX_TITLE).collect()
}

fn fresh(
    ctx: &Ctx,
    catalog: &Catalog,
    service: &Service,
    requester: &Actor,
    priority: Priority,
) -> Result<Item> {
    let (process_version, process) = catalog.current_process(&service.process_id)?;
    let (promise, _) = catalog.promise(&service.promise_id)?;
    let stage = process
        .stages
        .first()
        .ok_or_else(|| Error::Internal("a process without stages".to_owned()))?;
    let (team_id, assignee_id) = match &stage.owner {
        Owner::Service => (service.team_id.clone(), None),
        Owner::Team(team) => (team.clone(), None),
        Owner::Person(person) => (service.team_id.clone(), Some(person.clone())),
    };
    Ok(Item {
        id: new_id(ctx.now),
        number: 0,
        kind: service.kind,
        title: String::new(),
        service_id: service.id.clone(),
        form_version: service.form_version,
        process_id: service.process_id.clone(),
        process_version,
        stage: stage.key.clone(),
        phase: stage.phase,
        stage_since: ctx.now,
        priority,
        requester_id: requester.id.clone(),
        department_id: requester.department_id.clone(),
        team_id,
        assignee_id,
        order_id: None,
        answers: Answers::new(),
        fields: Answers::new(),
        ticks: BTreeMap::new(),
        timers: Vec::new(),
        promise: Promise::start(&service.promise_id, ctx.now, promise.def.target(priority)),
        respond_by: 0,
        deliver_by: 0,
        waiting: None,
        created_at: ctx.now,
        updated_at: ctx.now,
        closed_at: None,
        merged_into_id: None,
        rating: None,
        rating_comment: None,
        rated_at: None,
        version: 0,
        watched: false,
    })
}
