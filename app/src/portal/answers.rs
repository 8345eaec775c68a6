//! Posted answers made ready to be checked: people found by what was typed,
//! files by their ids.

use std::collections::{BTreeMap, HashMap};

use mil_db::sql;
use mil_process::form::{self, FormDef, Kind, Raw};

use crate::error::{Error, FieldError, Msg, Result};
use crate::files::{self, Attachment};
use crate::portal::seen::{Names, names};
use crate::web::Me;
use crate::work::order;

/// Answers, and what it takes to show them again.
#[derive(Debug, Default)]
pub struct Answers {
    /// What it shall be called.
    pub title: String,
    /// The answers, people and files by id.
    pub raw: Raw,
    /// What was typed for a person who was not found, by field.
    pub typed: HashMap<String, String>,
    /// Names of the people in the answers.
    pub people: Names,
    /// The files in the answers.
    pub files: HashMap<String, Attachment>,
    /// What was wrong with people and files.
    pub wrong: Vec<FieldError>,
}

/// Look up what the answers speak of. Values of fields that the form does not
/// have are left for the check to refuse.
pub async fn prepare(me: &Me, form: &FormDef, title: String, mut raw: Raw) -> Result<Answers> {
    let mut out = Answers {
        title,
        ..Answers::default()
    };
    for field in &form.fields {
        match &field.kind {
            Kind::Person => person(me, &field.key, &mut raw, &mut out).await?,
            Kind::File { .. } => file(me, field, &mut raw, &mut out).await?,
            _ => {}
        }
    }
    let mut ids = Vec::new();
    for field in &form.fields {
        if matches!(field.kind, Kind::Person) {
            ids.extend(raw.get(&field.key).and_then(|v| v.first()).cloned());
        }
    }
    out.people = names(&me.app.db, ids).await?;
    out.raw = raw;
    Ok(out)
}

/// A person is posted as an id, as what was typed, or as both. What was typed
/// decides when it is not that person's name: without a script the id is old.
async fn person(me: &Me, key: &str, raw: &mut Raw, out: &mut Answers) -> Result<()> {
    let text = raw.remove(&format!("{key}-text"));
    let text = text.and_then(|v| v.into_iter().next()).unwrap_or_default();
    let text = text.trim();
    let id = raw
        .get(key)
        .and_then(|v| v.first())
        .cloned()
        .unwrap_or_default();
    if text.is_empty() {
        return Ok(());
    }
    let known = names(&me.app.db, vec![id.clone()]).await?;
    if known.get(&id).is_some_and(|name| name == text) {
        return Ok(());
    }
    match by_text(me, text).await? {
        Ok(one) => {
            raw.insert(key.to_owned(), vec![one]);
        }
        Err(msg) => {
            raw.remove(key);
            out.typed.insert(key.to_owned(), text.to_owned());
            out.wrong.push(FieldError::new(key, msg));
        }
    }
    Ok(())
}

/// The id of the one person with this address or exact name.
///
/// # Errors
/// A field error for `field` when there is none, or more than one.
pub async fn find_person(me: &Me, field: &str, text: &str) -> Result<String> {
    by_text(me, text)
        .await?
        .map_err(|msg| Error::field(field, msg))
}

async fn by_text(me: &Me, text: &str) -> Result<std::result::Result<String, Msg>> {
    let text = text.trim();
    let mut found: Vec<String> = sql("SELECT id FROM person
         WHERE disabled_at IS NULL AND (email = $1 OR name = $2) ORDER BY id LIMIT 2")
    .bind(text.to_lowercase())
    .bind(text)
    .column("id", &me.app.db)
    .await?;
    Ok(match (found.pop(), found.pop()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(Msg::new(
            "Nobody here has this name or address. Write the email address.",
        )),
        (Some(_), Some(_)) => Err(Msg::new(
            "More than one person has this name. Write the email address.",
        )),
    })
}

async fn file(me: &Me, field: &form::Field, raw: &mut Raw, out: &mut Answers) -> Result<()> {
    let Some(values) = raw.get_mut(&field.key) else {
        return Ok(());
    };
    let mut kept = Vec::new();
    for value in std::mem::take(values) {
        let id = value.split(':').next().unwrap_or_default().to_owned();
        if id.is_empty() {
            continue;
        }
        match files::store::find_loose(&me.app.db, &me.actor, &id).await? {
            None => out.wrong.push(FieldError::new(
                field.key.as_str(),
                Msg::new("A file is not here any more. Choose it again."),
            )),
            Some(found) => {
                if let Some(msg) = order::unfit(&field.kind, &found) {
                    out.wrong.push(FieldError::new(field.key.as_str(), msg));
                }
                kept.push(format!("{id}:{}", found.name));
                out.files.insert(id, found);
            }
        }
    }
    *values = kept;
    Ok(())
}

impl Answers {
    /// Everything that is wrong, in the order of the form, one error a field.
    /// What nobody saw is not wrong.
    pub fn check(&self, me: &Me, form: &FormDef) -> Vec<FieldError> {
        let shown = form::visible(form, &self.raw);
        let mut by_field: BTreeMap<&str, FieldError> = BTreeMap::new();
        let checked = form::validate(form, &self.raw, me.today(), false);
        let rules: Vec<FieldError> = checked
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(order::from_form)
            .collect();
        for error in self
            .wrong
            .iter()
            .filter(|e| shown.contains(&e.field))
            .chain(&rules)
        {
            by_field
                .entry(&error.field)
                .or_insert_with(|| error.clone());
        }
        let mut out = Vec::new();
        if self.title.chars().count() > order::MAX_TITLE {
            let msg = Msg::new("Use at most {n} characters.").with("n", order::MAX_TITLE);
            out.push(FieldError::new("_title", msg));
        }
        out.extend(
            form.fields
                .iter()
                .filter_map(|f| by_field.remove(f.key.as_str())),
        );
        out.extend(by_field.into_values());
        out
    }
}
