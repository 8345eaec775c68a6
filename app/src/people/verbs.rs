//! What can be done with accounts.

use serde::Deserialize;
use serde_json::json;

use crate::actor::{Actor, Role, Via};
use crate::error::{Error, FieldError, Result};
use crate::events::{self, Event};
use crate::org::{self, Org};
use crate::people::{auth, password, sign_in, store};
use crate::starter;
use crate::web::Ctx;

/// What the first-run page asks.
#[derive(Debug, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Founding {
    pub name: String,
    pub email: String,
    pub password: String,
    pub organisation: String,
    /// IANA name.
    pub zone: String,
    /// Set to begin with a small catalog.
    pub starter: Option<String>,
}

/// Create the organisation and its first administrator. Works once, while
/// there is nobody. Returns the secret of a session.
pub async fn found(ctx: &Ctx, input: &Founding) -> Result<String> {
    let (name, email, secret) = (&*input.name, &*input.email, &*input.password);
    let mut wrong = Vec::new();
    if input.organisation.trim().is_empty() {
        wrong.push(FieldError::new(
            "organisation",
            "Give the name of your organisation or department.",
        ));
    }
    if jiff::tz::TimeZone::get(&input.zone).is_err() {
        wrong.push(FieldError::new("zone", "Choose a time zone of the list."));
    }
    if name.trim().is_empty() {
        wrong.push(FieldError::new("name", "Give your name."));
    }
    if let Err(error) = check_email(email) {
        wrong.push(error);
    }
    if let Err(error) = password::check("password", secret, email, name) {
        wrong.push(error);
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let hash = password::hash(secret.to_owned()).await?;
    let mut tx = ctx.app.db.begin().await?;
    let org = Org {
        name: input.organisation.trim().chars().take(100).collect(),
        zone: input.zone.clone(),
        lang: ctx.lang().code().to_owned(),
        ..Org::default()
    };
    // Two who begin at the same moment meet at this row; the second then sees
    // that there is somebody.
    org::write_setting(&mut tx, ctx.now, "org", &org).await?;
    if store::anybody(&mut tx).await? {
        return Err(Error::NotFound);
    }
    let id = store::insert(
        &mut tx,
        ctx.now,
        email,
        name,
        Role::Administrator,
        None,
        None,
        Some(&hash),
    )
    .await?;
    events::append(
        &mut tx,
        &Actor::system(),
        ctx.now,
        Event::audit(
            "person.founded",
            "person",
            &id,
            json!({ "email": email.trim().to_lowercase() }),
        ),
    )
    .await?;
    if input.starter.is_some() {
        starter::install(&mut tx, ctx.now, &input.zone).await?;
    }
    tx.commit().await?;
    ctx.app.reload_org().await?;
    let person = auth::by_person(&ctx.app, &id, Via::Web)
        .await?
        .ok_or(Error::NotFound)?;
    sign_in::open(ctx, &person).await
}

/// An address that mail could reach, as far as one can see.
pub fn check_email(email: &str) -> std::result::Result<(), FieldError> {
    let email = email.trim();
    let fits = email.len() <= 254
        && !email.contains(char::is_whitespace)
        && email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && domain.contains('.')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
        });
    if fits {
        Ok(())
    } else {
        Err(FieldError::new(
            "email",
            "Give an address like name@example.org.",
        ))
    }
}
