//! What people change about themselves. The role, the department and the
//! teams are not among it: those an administrator changes.

use mil_db::{On, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::i18n::Lang;
use crate::people::limiter::PER_ACCOUNT;
use crate::people::{password, sessions};
use crate::web::Me;

/// A person's own settings; an empty text follows the browser, the
/// organisation, the language or the device.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Profile {
    pub name: String,
    pub title: String,
    /// `en`, `de` or empty.
    pub lang: String,
    /// IANA name or empty.
    pub zone: String,
    /// `iso` or empty.
    pub date_style: String,
    /// `light`, `dark` or empty.
    pub theme: String,
    /// Single-key shortcuts.
    pub keys: bool,
}

/// What to change; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ProfileChange {
    pub name: Option<String>,
    pub title: Option<String>,
    /// `en`, `de` or empty.
    pub lang: Option<String>,
    /// IANA name or empty.
    pub zone: Option<String>,
    /// `iso` or empty.
    pub date_style: Option<String>,
    /// `light`, `dark` or empty.
    pub theme: Option<String>,
    /// Single-key shortcuts.
    pub keys: Option<bool>,
}

/// Somebody's settings.
pub async fn load<'a>(on: impl Into<On<'a>>, person_id: &str) -> Result<Profile> {
    let row = sql(
        "SELECT name, title, lang, zone, date_style, theme, keys_off_at
         FROM person WHERE id = $1",
    )
    .bind(person_id)
    .opt(on)
    .await?
    .ok_or(Error::NotFound)?;
    let text = |column: &str| -> Result<String> {
        Ok(row.get::<Option<String>>(column)?.unwrap_or_default())
    };
    Ok(Profile {
        name: row.get("name")?,
        title: text("title")?,
        lang: text("lang")?,
        zone: text("zone")?,
        date_style: text("date_style")?,
        theme: text("theme")?,
        keys: row.get::<Option<i64>>("keys_off_at")?.is_none(),
    })
}

/// A name as others read it: one line, not empty, at most 100 characters.
pub fn check_name(name: &str) -> std::result::Result<String, FieldError> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(FieldError::new("name", "Give a name.")),
        101.. => Err(FieldError::new(
            "name",
            Msg::new("Use at most {n} characters.").with("n", 100),
        )),
        _ => Ok(name),
    }
}

/// A short line such as a job title; empty is fine.
pub fn check_line(field: &str, text: &str) -> std::result::Result<String, FieldError> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > 100 {
        let msg = Msg::new("Use at most {n} characters.").with("n", 100);
        return Err(FieldError::new(field, msg));
    }
    Ok(text)
}

impl Profile {
    /// This profile with `change` applied.
    fn with(&self, change: ProfileChange) -> Result<Profile> {
        let mut wrong = Vec::new();
        let mut new = self.clone();
        if let Some(name) = change.name {
            match check_name(&name) {
                Ok(name) => new.name = name,
                Err(error) => wrong.push(error),
            }
        }
        if let Some(title) = change.title {
            match check_line("title", &title) {
                Ok(title) => new.title = title,
                Err(error) => wrong.push(error),
            }
        }
        let mut one_of = |field: &str, value: Option<String>, fits: &dyn Fn(&str) -> bool| {
            let value = value?;
            if value.is_empty() || fits(&value) {
                return Some(value);
            }
            wrong.push(FieldError::new(field, "Choose one of the list."));
            None
        };
        let lang = one_of("lang", change.lang, &|v| {
            Lang::from_code(v).is_some_and(|lang| lang.code() == v)
        });
        let zone = one_of("zone", change.zone, &|v| jiff::tz::TimeZone::get(v).is_ok());
        let date_style = one_of("date_style", change.date_style, &|v| v == "iso");
        let theme = one_of("theme", change.theme, &|v| v == "light" || v == "dark");
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        new.lang = lang.unwrap_or(new.lang);
        new.zone = zone.unwrap_or(new.zone);
        new.date_style = date_style.unwrap_or(new.date_style);
        new.theme = theme.unwrap_or(new.theme);
        new.keys = change.keys.unwrap_or(new.keys);
        Ok(new)
    }
}

/// What differs between two states, for an event: `before` and `after`, each
/// with only the fields that changed. `None` when nothing did.
pub fn difference<T: Serialize>(before: &T, after: &T) -> Result<Option<Value>> {
    let (before, after) = (serde_json::to_value(before)?, serde_json::to_value(after)?);
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return Ok(None);
    };
    let keep = |of: &Map<String, Value>, other: &Map<String, Value>| -> Map<String, Value> {
        of.iter()
            .filter(|(key, value)| other.get(*key) != Some(value))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    };
    let old = keep(&before, &after);
    let new = keep(&after, &before);
    let changed = !old.is_empty() || !new.is_empty();
    Ok(changed.then(|| json!({ "before": old, "after": new })))
}

/// Change one's own settings.
pub async fn change(me: &Me, change: ProfileChange) -> Result<Profile> {
    let mut tx = me.app.db.begin().await?;
    let before = load(&mut tx, &me.actor.id).await?;
    let after = before.with(change)?;
    let Some(data) = difference(&before, &after)? else {
        return Ok(after);
    };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    sql(
        "UPDATE person SET name = $1, title = $2, lang = $3, zone = $4, date_style = $5,
            theme = $6, keys_off_at = $7, updated_at = $8, version = version + 1 WHERE id = $9",
    )
    .bind(&after.name)
    .bind(some(&after.title))
    .bind(some(&after.lang))
    .bind(some(&after.zone))
    .bind(some(&after.date_style))
    .bind(some(&after.theme))
    .bind((!after.keys).then_some(me.now.as_microsecond()))
    .bind(me.now.as_microsecond())
    .bind(&me.actor.id)
    .run(&mut tx)
    .await?;
    note(&mut tx, me, "person.profile_changed", data).await?;
    tx.commit().await?;
    Ok(after)
}

/// Whether `secret` is the actor's password; counts as an attempt.
///
/// # Errors
/// Names the field `current` when it is not.
pub async fn check_own_password(me: &Me, secret: &str) -> Result<()> {
    let key = format!("own {}", me.actor.id);
    me.app.attempts.count(&key, PER_ACCOUNT, me.now)?;
    let hash: Option<String> = sql("SELECT password_hash FROM person WHERE id = $1")
        .bind(&me.actor.id)
        .value("password_hash", &me.app.db)
        .await?;
    if !password::verify(secret.to_owned(), hash).await? {
        return Err(Error::field("current", "This is not your password."));
    }
    me.app.attempts.clear(&key);
    Ok(())
}

/// Change one's own password. Ends all other sessions.
pub async fn change_password(me: &Me, current: &str, new: &str) -> Result<()> {
    password::check("new", new, &me.actor.email, &me.actor.name)
        .map_err(|error| Error::Invalid(vec![error]))?;
    check_own_password(me, current).await?;
    let hash = password::hash(new.to_owned()).await?;
    let mut tx = me.app.db.begin().await?;
    sql("UPDATE person SET password_hash = $1, updated_at = $2, version = version + 1 WHERE id = $3")
        .bind(hash)
        .bind(me.now.as_microsecond())
        .bind(&me.actor.id)
        .run(&mut tx)
        .await?;
    let this = me.actor.session_id.as_deref();
    sessions::close_all(&mut tx, me.now, &me.actor.id, this).await?;
    note(&mut tx, me, "person.password_changed", json!({})).await?;
    tx.commit().await?;
    Ok(())
}

async fn note(tx: &mut mil_db::Tx, me: &Me, verb: &'static str, data: Value) -> Result<()> {
    events::append(
        tx,
        &me.actor,
        me.now,
        Event::audit(verb, "person", &me.actor.id, data),
    )
    .await?;
    Ok(())
}
