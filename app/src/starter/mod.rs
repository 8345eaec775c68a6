//! What a new installation begins with, if its administrator wants: one
//! calendar, one promise, the essays' own process, a few services. Everything
//! can be changed or retired afterwards.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mil_db::{Tx, sql};
use mil_process::form::{Field, FormDef, Kind, Opt};
use mil_process::process::ProcessDef;
use mil_sla::{CalendarDef, ClockTime};

use crate::Result;
use crate::catalog::Audience;
use crate::catalog::model::{ClockKind, Escalation, Priority, PromiseDef, Target, Tell, WorkKind};
use crate::catalog::snapshot;
use crate::random::new_id;

/// Ids of what was made.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Starter {
    pub team_id: String,
    pub calendar_id: String,
    pub promise_id: String,
    pub process_id: String,
    /// Slug to id.
    pub services: BTreeMap<String, String>,
}

/// A service to insert.
pub struct NewService<'a> {
    /// Its word in addresses.
    pub slug: &'a str,
    /// Name on its card.
    pub name: &'a str,
    /// Category id.
    pub category_id: &'a str,
    /// Icon name.
    pub icon: &'a str,
    /// What its work items are.
    pub kind: WorkKind,
    /// One line.
    pub summary: &'a str,
    /// Markdown above the form.
    pub instructions: &'a str,
    /// Other words people look for.
    pub keywords: &'a str,
    /// Who may order.
    pub audience: Audience,
    /// In cents.
    pub price_minor: Option<i64>,
    /// Words beside the price.
    pub price_note: Option<&'a str>,
    /// The team that fulfils.
    pub team_id: &'a str,
    /// The process it follows.
    pub process_id: &'a str,
    /// The promise it makes.
    pub promise_id: &'a str,
    /// What is asked.
    pub form: FormDef,
    /// Place within its category.
    pub position: i64,
}

/// Install it.
pub async fn install(tx: &mut Tx, now: Timestamp, zone: &str) -> Result<Starter> {
    let team_id = team(tx, now, "team", "Marketing", None).await?;
    let hours = CalendarDef::weekdays(zone, clock(9, 0), clock(17, 0));
    let calendar_id = calendar(tx, now, "Office hours", &hours).await?;
    let promise_id = promise(tx, now, "Usual promise", &calendar_id, &usual_promise()).await?;
    let process_id = process(tx, now, "Brief to review", &ProcessDef::essays()).await?;
    let web = category(tx, now, "Web", "globe", 1).await?;
    let print = category(tx, now, "Print and design", "art", 2).await?;
    let mut services = BTreeMap::new();
    let base = |slug, name, category_id, icon, summary, form, position| NewService {
        slug,
        name,
        category_id,
        icon,
        summary,
        kind: WorkKind::Request,
        instructions: "",
        keywords: "",
        audience: Audience::everyone(),
        price_minor: None,
        price_note: None,
        team_id: &team_id,
        process_id: &process_id,
        promise_id: &promise_id,
        form,
        position,
    };
    for new in [
        NewService {
            keywords: "website, homepage, change, broken link, text",
            ..base(
                "update-a-web-page",
                "Update a web page",
                &web,
                "globe",
                "New text, dates, people, documents, or a broken link.",
                web_page_form(),
                1,
            )
        },
        NewService {
            keywords: "logo, png, svg, eps, brand",
            ..base(
                "company-logo",
                "Logo file",
                &print,
                "image",
                "Our logo in the format you need.",
                logo_form(),
                1,
            )
        },
        NewService {
            keywords: "pdf, document, brochure",
            ..base(
                "create-a-pdf",
                "Create a PDF",
                &print,
                "file",
                "A document in our brand, ready to send or to print.",
                pdf_form(),
                2,
            )
        },
    ] {
        let id = service(tx, now, &new).await?;
        services.insert(new.slug.to_owned(), id);
    }
    snapshot::touch(tx).await?;
    Ok(Starter {
        team_id,
        calendar_id,
        promise_id,
        process_id,
        services,
    })
}

fn clock(hour: u16, minute: u16) -> ClockTime {
    ClockTime::new(hour as _, minute as _).expect("a time of day")
}

/// First answer in four hours, delivery in three days; faster when it is urgent.
pub fn usual_promise() -> PromiseDef {
    let target = |response_minutes, delivery_minutes| Target {
        response_minutes,
        delivery_minutes,
    };
    PromiseDef {
        targets: BTreeMap::from([
            (Priority::Low, target(480, 2400)),
            (Priority::Normal, target(240, 1440)),
            (Priority::High, target(120, 960)),
            (Priority::Urgent, target(60, 480)),
        ]),
        escalations: vec![
            Escalation {
                clock: ClockKind::Response,
                share: 100,
                tell: Tell::TeamLeads,
            },
            Escalation {
                clock: ClockKind::Delivery,
                share: 75,
                tell: Tell::Owner,
            },
            Escalation {
                clock: ClockKind::Delivery,
                share: 100,
                tell: Tell::TeamLeads,
            },
        ],
    }
}

fn field(key: &str, label: &str, kind: Kind) -> Field {
    Field {
        key: key.to_owned(),
        label: label.to_owned(),
        help: None,
        kind,
        required: true,
        show_if: None,
        half: false,
    }
}

fn optional(field: Field) -> Field {
    Field {
        required: false,
        ..field
    }
}

fn text(key: &str, label: &str) -> Field {
    field(
        key,
        label,
        Kind::Text {
            min: None,
            max: None,
            pattern: None,
        },
    )
}

fn long(key: &str, label: &str) -> Field {
    field(key, label, Kind::LongText { max: None })
}

fn opts(list: &[(&str, &str)]) -> Vec<Opt> {
    list.iter()
        .map(|(key, label)| Opt {
            key: (*key).to_owned(),
            label: (*label).to_owned(),
            fact: None,
        })
        .collect()
}

fn files(key: &str, label: &str) -> Field {
    optional(field(
        key,
        label,
        Kind::File {
            max_files: 10,
            max_mb: 200,
            types: Vec::new(),
        },
    ))
}

fn web_page_form() -> FormDef {
    FormDef {
        fields: vec![
            text("subject", "What is it about?"),
            field("address", "Address of the page", Kind::Url),
            long("change", "What should change?"),
            optional(field(
                "online_by",
                "Needed online by",
                Kind::Date {
                    earliest_days: Some(0),
                    latest_days: Some(730),
                },
            )),
            files("files", "Pictures and documents"),
        ],
    }
}

fn logo_form() -> FormDef {
    FormDef {
        fields: vec![
            text("use", "Where will it be used?"),
            field(
                "format",
                "Format",
                Kind::Choice {
                    options: opts(&[
                        ("png", "PNG for screens"),
                        ("svg", "SVG for the web"),
                        ("eps", "EPS for print"),
                    ]),
                    cards: true,
                },
            ),
        ],
    }
}

fn pdf_form() -> FormDef {
    FormDef {
        fields: vec![
            text("subject", "What is it called?"),
            long("text", "Text, or rough notes"),
            field(
                "pages",
                "Pages",
                Kind::Number {
                    min: Some(1.into()),
                    max: Some(200.into()),
                    step: None,
                    unit: None,
                    decimals: 0,
                },
            ),
            files("files", "Pictures and documents"),
        ],
    }
}

/// Insert a team or a group.
pub async fn team(
    tx: &mut Tx,
    now: Timestamp,
    kind: &str,
    name: &str,
    purpose: Option<&str>,
) -> Result<String> {
    let id = new_id(now);
    sql("INSERT INTO team (id, kind, name, purpose, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $5, 1)")
        .bind(&id).bind(kind).bind(name).bind(purpose).bind(now.as_microsecond()).run(tx).await?;
    Ok(id)
}

/// Insert a category.
pub async fn category(
    tx: &mut Tx,
    now: Timestamp,
    name: &str,
    icon: &str,
    position: i64,
) -> Result<String> {
    let id = new_id(now);
    sql("INSERT INTO category (id, name, icon, position) VALUES ($1, $2, $3, $4)")
        .bind(&id)
        .bind(name)
        .bind(icon)
        .bind(position)
        .run(tx)
        .await?;
    Ok(id)
}

/// Insert a calendar.
pub async fn calendar(
    tx: &mut Tx,
    now: Timestamp,
    name: &str,
    def: &CalendarDef,
) -> Result<String> {
    let id = new_id(now);
    sql("INSERT INTO calendar (id, name, definition, updated_at, version) VALUES ($1, $2, $3, $4, 1)")
        .bind(&id).bind(name).bind(serde_json::to_string(def)?).bind(now.as_microsecond()).run(tx).await?;
    Ok(id)
}

/// Insert a promise policy.
pub async fn promise(
    tx: &mut Tx,
    now: Timestamp,
    name: &str,
    calendar_id: &str,
    def: &PromiseDef,
) -> Result<String> {
    let id = new_id(now);
    sql("INSERT INTO promise (id, name, calendar_id, definition, updated_at, version) VALUES ($1, $2, $3, $4, $5, 1)")
        .bind(&id).bind(name).bind(calendar_id).bind(serde_json::to_string(def)?).bind(now.as_microsecond()).run(tx).await?;
    Ok(id)
}

/// Insert a process with its first version.
pub async fn process(tx: &mut Tx, now: Timestamp, name: &str, def: &ProcessDef) -> Result<String> {
    let id = new_id(now);
    sql("INSERT INTO process (id, name, current_version, updated_at, version) VALUES ($1, $2, 1, $3, 1)")
        .bind(&id).bind(name).bind(now.as_microsecond()).run(&mut *tx).await?;
    sql("INSERT INTO process_version (process_id, version, definition, created_at) VALUES ($1, 1, $2, $3)")
        .bind(&id).bind(serde_json::to_string(def)?).bind(now.as_microsecond()).run(tx).await?;
    Ok(id)
}

/// Insert a published service with its first form.
pub async fn service(tx: &mut Tx, now: Timestamp, new: &NewService<'_>) -> Result<String> {
    let id = new_id(now);
    sql("INSERT INTO service (id, slug, name, category_id, icon, summary, instructions, keywords,
            audience, price_minor, price_note, team_id, process_id, promise_id, form_version,
            position, published_at, created_at, updated_at, version, kind)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1, $15, $16, $16, $16, 1, $17)")
        .bind(&id).bind(new.slug).bind(new.name).bind(new.category_id).bind(new.icon)
        .bind(new.summary).bind(new.instructions).bind(new.keywords)
        .bind(serde_json::to_string(&new.audience)?)
        .bind(new.price_minor).bind(new.price_note)
        .bind(new.team_id).bind(new.process_id).bind(new.promise_id)
        .bind(new.position).bind(now.as_microsecond()).bind(new.kind.key())
        .run(&mut *tx).await?;
    sql("INSERT INTO service_form (service_id, version, definition, created_at) VALUES ($1, 1, $2, $3)")
        .bind(&id).bind(serde_json::to_string(&new.form)?).bind(now.as_microsecond()).run(tx).await?;
    Ok(id)
}
