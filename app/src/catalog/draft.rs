//! A service as it is written down: all that an administrator may change, and
//! whether it makes sense. Pure: what it is checked against is passed in.

use mil_process::Problem;
use mil_process::form::{self, FormDef};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::catalog::model::WorkKind;
use crate::catalog::{Audience, Catalog, Service};
use crate::error::{FieldError, Msg};
use crate::ui::icon;

/// The longest word of a service in addresses.
const SLUG: usize = 60;
/// The highest price, in hundredths.
pub const PRICE: i64 = 100_000_000;

/// A service to create, or its new state.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceDraft {
    /// Name on its card.
    pub name: String,
    /// Its word in addresses; made from the name when it is left out.
    #[serde(default)]
    pub slug: String,
    /// What its work items are.
    #[serde(default)]
    pub kind: WorkKind,
    /// The shelf it stands on.
    pub category_id: String,
    /// Name of an icon; a grid when it is left out.
    #[serde(default)]
    pub icon: String,
    /// One line.
    #[serde(default)]
    pub summary: String,
    /// Markdown, shown above the form.
    #[serde(default)]
    pub instructions: String,
    /// Other words people look for.
    #[serde(default)]
    pub keywords: String,
    /// Who may see and order it.
    #[serde(default)]
    pub audience: Audience,
    /// In hundredths of the currency; null is free of charge.
    #[serde(default)]
    pub price_minor: Option<i64>,
    /// Words beside the price.
    #[serde(default)]
    pub price_note: Option<String>,
    /// The team that fulfils.
    pub team_id: String,
    /// The process its requests follow.
    pub process_id: String,
    /// The promise it makes.
    pub promise_id: String,
    /// What is asked.
    #[serde(default)]
    #[schemars(with = "serde_json::Value")]
    pub form: FormDef,
}

/// What to change of a service; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ServiceChange {
    pub name: Option<String>,
    pub slug: Option<String>,
    pub kind: Option<WorkKind>,
    pub category_id: Option<String>,
    pub icon: Option<String>,
    pub summary: Option<String>,
    pub instructions: Option<String>,
    pub keywords: Option<String>,
    pub audience: Option<Audience>,
    /// Null is free of charge.
    #[serde(deserialize_with = "given")]
    pub price_minor: Option<Option<i64>>,
    /// Empty or null for none.
    #[serde(deserialize_with = "given")]
    pub price_note: Option<Option<String>>,
    pub team_id: Option<String>,
    pub process_id: Option<String>,
    pub promise_id: Option<String>,
    #[schemars(with = "Option<serde_json::Value>")]
    pub form: Option<FormDef>,
}

/// Tells null from left out (RFC 7396).
fn given<'de, T, D>(from: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(from).map(Some)
}

impl ServiceDraft {
    /// A service as it stands.
    pub fn of(service: &Service) -> ServiceDraft {
        let s = service.clone();
        ServiceDraft {
            name: s.name,
            slug: s.slug,
            kind: s.kind,
            category_id: s.category_id,
            icon: s.icon,
            summary: s.summary,
            instructions: s.instructions,
            keywords: s.keywords,
            audience: s.audience,
            price_minor: s.price_minor,
            price_note: s.price_note,
            team_id: s.team_id,
            process_id: s.process_id,
            promise_id: s.promise_id,
            form: s.form,
        }
    }

    /// With `change` applied.
    #[must_use]
    pub fn with(self, change: ServiceChange) -> ServiceDraft {
        ServiceDraft {
            name: change.name.unwrap_or(self.name),
            slug: change.slug.unwrap_or(self.slug),
            kind: change.kind.unwrap_or(self.kind),
            category_id: change.category_id.unwrap_or(self.category_id),
            icon: change.icon.unwrap_or(self.icon),
            summary: change.summary.unwrap_or(self.summary),
            instructions: change.instructions.unwrap_or(self.instructions),
            keywords: change.keywords.unwrap_or(self.keywords),
            audience: change.audience.unwrap_or(self.audience),
            price_minor: change.price_minor.unwrap_or(self.price_minor),
            price_note: change.price_note.unwrap_or(self.price_note),
            team_id: change.team_id.unwrap_or(self.team_id),
            process_id: change.process_id.unwrap_or(self.process_id),
            promise_id: change.promise_id.unwrap_or(self.promise_id),
            form: change.form.unwrap_or(self.form),
        }
    }

    /// Bring it into shape and say what is wrong with it. `before` is the
    /// service that it changes: what that has already may stay even when it
    /// could not be chosen anew.
    pub fn check(&mut self, catalog: &Catalog, before: Option<&Service>) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        for (field, text, most) in [
            ("name", &mut self.name, 100),
            ("summary", &mut self.summary, 200),
            ("keywords", &mut self.keywords, 500),
        ] {
            *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            short(field, text, most, &mut wrong);
        }
        self.instructions = self.instructions.trim().replace("\r\n", "\n");
        short("instructions", &self.instructions, 20_000, &mut wrong);
        if self.name.is_empty() {
            wrong.push(FieldError::new("name", "Give a name."));
        }
        let note = self.price_note.take().unwrap_or_default();
        let note = note.split_whitespace().collect::<Vec<_>>().join(" ");
        short("price_note", &note, 200, &mut wrong);
        self.price_note = Some(note).filter(|n| !n.is_empty());
        if self.price_minor.is_some_and(|p| !(0..=PRICE).contains(&p)) {
            wrong.push(FieldError::new(
                "price_minor",
                "The price lies between 0 and 1,000,000.",
            ));
        }
        if self.icon.is_empty() {
            "grid".clone_into(&mut self.icon);
        } else if !icon::exists(&self.icon) {
            wrong.push(FieldError::new("icon", "Choose one of the list."));
        }
        self.check_slug(catalog, before, &mut wrong);
        self.check_links(catalog, before, &mut wrong);
        if let Err(problems) = form::check(&self.form) {
            let at = |p: Problem| FieldError::new(format!("form.{}", p.path), p.msg);
            wrong.extend(problems.into_iter().map(at));
        }
        self.check_fit(catalog, before, &mut wrong);
        wrong
    }

    fn check_slug(
        &mut self,
        catalog: &Catalog,
        before: Option<&Service>,
        wrong: &mut Vec<FieldError>,
    ) {
        self.slug = self.slug.trim().to_owned();
        let taken = |slug: &str| {
            catalog
                .service(slug)
                .is_some_and(|s| before.is_none_or(|b| b.id != s.id))
        };
        if self.slug.is_empty() {
            let base = slug_of(&self.name);
            self.slug = free(&base, taken);
        } else if !is_slug(&self.slug) {
            wrong.push(FieldError::new(
                "slug",
                Msg::new("Begin with a letter and use only lower-case letters, digits and hyphens, at most {n}.").with("n", SLUG),
            ));
        } else if taken(&self.slug) {
            wrong.push(FieldError::new(
                "slug",
                "Another service has this address. Choose another.",
            ));
        }
    }

    /// Category, process and promise must be there and in use.
    fn check_links(
        &self,
        catalog: &Catalog,
        before: Option<&Service>,
        wrong: &mut Vec<FieldError>,
    ) {
        let shelf = catalog.categories.iter().find(|c| c.id == self.category_id);
        let links = [
            (
                "category_id",
                shelf.map(|c| c.archived),
                before.is_some_and(|b| b.category_id == self.category_id),
            ),
            (
                "process_id",
                catalog.processes.get(&self.process_id).map(|p| p.archived),
                before.is_some_and(|b| b.process_id == self.process_id),
            ),
            (
                "promise_id",
                catalog.promises.get(&self.promise_id).map(|p| p.archived),
                before.is_some_and(|b| b.promise_id == self.promise_id),
            ),
        ];
        for (field, archived, stays) in links {
            if archived.is_none_or(|archived| archived && !stays) {
                wrong.push(FieldError::new(field, "Choose one of the list."));
            }
        }
    }

    /// What a stage of the process needs must be a question that everybody is
    /// asked and answers, or work could get stuck there.
    fn check_fit(&self, catalog: &Catalog, before: Option<&Service>, wrong: &mut Vec<FieldError>) {
        let Ok((_, process)) = catalog.current_process(&self.process_id) else {
            return; // said already
        };
        // Where it was changed is where it can be mended.
        let moved = before.is_some_and(|b| b.process_id != self.process_id && b.form == self.form);
        let at = if moved { "process_id" } else { "form" };
        for key in process.cond_keys() {
            let asked = self.form.field(key);
            if !asked.is_some_and(|f| f.kind.is_question() && f.show_if.is_none()) {
                wrong.push(FieldError::new(
                    at,
                    Msg::new("A stage of the process depends on “{key}”. Ask it in the form, always shown, or choose another process.").with("key", key),
                ));
            }
        }
        for key in process.form_keys() {
            let fits = self
                .form
                .field(key)
                .is_some_and(|f| f.kind.is_question() && f.required && f.show_if.is_none());
            if !fits {
                wrong.push(FieldError::new(
                    at,
                    Msg::new("The process needs an answer to “{key}”. Ask it in the form, always shown and required, or choose another process.").with("key", key),
                ));
            }
        }
    }
}

fn short(field: &str, text: &str, most: usize, wrong: &mut Vec<FieldError>) {
    if text.chars().count() > most {
        let msg = Msg::new("Use at most {n} characters.").with("n", most);
        wrong.push(FieldError::new(field, msg));
    }
}

fn is_slug(text: &str) -> bool {
    text.len() <= SLUG
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A word for addresses from a name.
pub fn slug_of(name: &str) -> String {
    // Room for the number that tells two of the same name apart.
    word_of(name, "service", SLUG - 4)
}

/// A name as lower-case letters, digits and hyphens, at most `most` of them.
/// What would not begin with a letter begins with `first`.
pub fn word_of(name: &str, first: &str, most: usize) -> String {
    let mut word = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'ä' => word.push_str("ae"),
            'ö' => word.push_str("oe"),
            'ü' => word.push_str("ue"),
            'ß' => word.push_str("ss"),
            c if c.is_ascii_alphanumeric() => word.push(c),
            _ if word.is_empty() || word.ends_with('-') => {}
            _ => word.push('-'),
        }
    }
    if !word.starts_with(|c: char| c.is_ascii_lowercase()) {
        word = format!("{first}-{word}");
    }
    word.truncate(most);
    word.trim_end_matches('-').to_owned()
}

/// The first of `base`, `base-2`, `base-3` … that is not taken.
pub fn free(base: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut slug = base.to_owned();
    let mut n = 2;
    while taken(&slug) {
        slug = format!("{base}-{n}");
        n += 1;
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_word_for_addresses() {
        for (name, slug) in [
            ("Update a web page", "update-a-web-page"),
            ("Über  uns: Größe & Maß", "ueber-uns-groesse-mass"),
            ("3D print", "service-3d-print"),
            ("日本", "service"),
            ("../../etc/passwd", "etc-passwd"),
            ("<script>alert(1)</script>", "script-alert-1-script"),
        ] {
            assert_eq!(slug_of(name), slug, "{name}");
            assert!(is_slug(&slug_of(name)));
        }
        assert!(is_slug(&slug_of(&"word ".repeat(50))));
        assert!(is_slug(&slug_of(&"9".repeat(80))));
        for slug in ["", "A", "1a", "a b", "a/b", "a.", "ä", &"a".repeat(61)] {
            assert!(!is_slug(slug), "{slug}");
        }
        let taken = |s: &str| s == "a" || s == "a-2";
        assert_eq!(free("a", taken), "a-3");
    }
}
