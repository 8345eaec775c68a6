//! The words of our messages. Administrators may change them; so they are
//! templates that can do nothing but fill in words: no files, no includes, and
//! only so many steps.

use jiff::Timestamp;
use mil_db::{On, Tx};
use minijinja::{Environment, UndefinedBehavior, context};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::error::{Error, FieldError, Msg, Result};
use crate::events::{self, Event};
use crate::i18n::Lang;
use crate::org::{read_setting, write_setting};
use crate::policy;
use crate::web::Ctx;

/// Steps that a template may take.
const FUEL: u64 = 20_000;
/// Longest template, in characters.
const MAX_SOURCE: usize = 10_000;
/// Longest result, in bytes.
const MAX_RESULT: usize = 200_000;

/// Which message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Something happened.
    Notice,
    /// A message became a request.
    Received,
    /// Several things happened.
    Digest,
}

impl Which {
    /// All of them.
    pub const ALL: [Which; 3] = [Which::Notice, Which::Received, Which::Digest];

    /// The word in addresses and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Which::Notice => "notice",
            Which::Received => "received",
            Which::Digest => "digest",
        }
    }

    /// The one for a word.
    pub fn from_key(key: &str) -> Option<Which> {
        Which::ALL.into_iter().find(|w| w.key() == key)
    }
}

/// Subject and text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// One line.
    pub subject: String,
    /// Markdown.
    pub body: String,
}

/// What a template may fill in.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Values {
    /// First name of who reads it.
    pub name: String,
    pub number: i64,
    pub title: String,
    /// What happened, as a sentence without its full stop.
    pub what: String,
    /// What somebody wrote; empty when nobody did.
    pub text: String,
    /// When it is promised; empty when nothing is.
    pub promised: String,
    pub organisation: String,
}

/// What stands there until somebody changes it.
pub fn standard(which: Which, lang: Lang) -> Template {
    let (subject, body) = match (which, lang) {
        (Which::Notice, Lang::En) => (
            "{% if number %}[#{{ number }}] {% endif %}{{ title }}",
            "Hello {{ name }},\n\n{{ what }}.\n{% if text %}\n{{ text }}\n{% endif %}{% if promised %}\nPromised: {{ promised }}.\n{% endif %}",
        ),
        (Which::Notice, Lang::De) => (
            "{% if number %}[#{{ number }}] {% endif %}{{ title }}",
            "Guten Tag {{ name }},\n\n{{ what }}.\n{% if text %}\n{{ text }}\n{% endif %}{% if promised %}\nZugesagt: {{ promised }}.\n{% endif %}",
        ),
        (Which::Received, Lang::En) => (
            "[#{{ number }}] {{ title }}",
            "Hello {{ name }},\n\nyour message is here and has become request {{ number }}.{% if promised %} We promise it for {{ promised }}.{% endif %}\n\nAnswer this message to add something.\n",
        ),
        (Which::Received, Lang::De) => (
            "[#{{ number }}] {{ title }}",
            "Guten Tag {{ name }},\n\nIhre Nachricht ist da und ist zur Anfrage {{ number }} geworden.{% if promised %} Zugesagt ist sie für {{ promised }}.{% endif %}\n\nAntworten Sie auf diese Nachricht, um etwas hinzuzufügen.\n",
        ),
        (Which::Digest, Lang::En) => (
            "{{ what }}",
            "Hello {{ name }},\n\n{{ what }}:\n\n{{ text }}\n",
        ),
        (Which::Digest, Lang::De) => (
            "{{ what }}",
            "Guten Tag {{ name }},\n\n{{ what }}:\n\n{{ text }}\n",
        ),
    };
    Template {
        subject: subject.to_owned(),
        body: body.to_owned(),
    }
}

fn setting(which: Which, lang: Lang) -> String {
    format!("mail_template.{}.{}", which.key(), lang.code())
}

/// The template in force.
pub async fn load<'a>(on: impl Into<On<'a>>, which: Which, lang: Lang) -> Result<Template> {
    let own = read_setting(on, &setting(which, lang)).await?;
    Ok(own.unwrap_or_else(|| standard(which, lang)))
}

/// Fill a template in: subject and text.
///
/// # Errors
/// What is wrong with it, in the words of the template engine.
pub fn fill(template: &Template, values: &Values) -> std::result::Result<(String, String), String> {
    let mut env = Environment::new();
    env.set_fuel(Some(FUEL));
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    let words = context! {
        name => values.name.as_str(), number => values.number, title => values.title.as_str(), what => values.what.as_str(),
        text => values.text.as_str(), promised => values.promised.as_str(), organisation => values.organisation.as_str(),
    };
    let one = |source: &str| {
        let text = env
            .render_str(source, &words)
            .map_err(|e| match e.detail() {
                Some(detail) => detail.to_owned(),
                None => e.kind().to_string(),
            })?;
        if text.len() > MAX_RESULT {
            return Err("the result is too long".to_owned());
        }
        Ok(text)
    };
    let subject = mil_mail::render::plain(&one(&template.subject)?);
    Ok((subject, one(&template.body)?))
}

/// What a preview shows.
pub fn sample(lang: Lang) -> Values {
    let words = |en: &str, de: &str| match lang {
        Lang::En => en.to_owned(),
        Lang::De => de.to_owned(),
    };
    Values {
        name: "Maren".to_owned(),
        number: 2481,
        title: words(
            "Poster for the open day",
            "Plakat für den Tag der offenen Tür",
        ),
        what: words("Priya Raman wrote an answer", "Priya Raman hat geantwortet"),
        text: words(
            "The first version is ready. Does the date fit?",
            "Die erste Fassung ist fertig. Passt das Datum?",
        ),
        promised: words("Friday, 12:00", "Freitag, 12:00"),
        organisation: "Nordhaven".to_owned(),
    }
}

/// Change a template; what stands there by default is put back by `None`.
pub async fn save(
    ctx: &Ctx,
    actor: &Actor,
    which: Which,
    lang: Lang,
    new: Option<&Template>,
) -> Result<()> {
    policy::require(policy::administers(actor))?;
    if let Some(new) = new {
        let mut wrong = Vec::new();
        for (field, text) in [("subject", &new.subject), ("body", &new.body)] {
            if text.trim().is_empty() {
                wrong.push(FieldError::new(field, "Write something first."));
            } else if text.chars().count() > MAX_SOURCE {
                wrong.push(FieldError::new(
                    field,
                    Msg::new("Use at most {n} characters.").with("n", MAX_SOURCE),
                ));
            } else {
                let alone = Template {
                    subject: if field == "subject" {
                        text.clone()
                    } else {
                        "x".to_owned()
                    },
                    body: if field == "body" {
                        text.clone()
                    } else {
                        "x".to_owned()
                    },
                };
                if let Err(why) = fill(&alone, &sample(lang)) {
                    wrong.push(FieldError::new(
                        field,
                        Msg::new("This cannot be filled in: {why}.").with("why", why),
                    ));
                }
            }
        }
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
    }
    let mut tx = ctx.app.db.begin().await?;
    let key = setting(which, lang);
    store(&mut tx, ctx.now, &key, new).await?;
    let data = json!({ "template": which.key(), "lang": lang.code(), "standard": new.is_none() });
    let event = Event::audit("mail_template.changed", "mail_template", &key, data);
    events::append(&mut tx, actor, ctx.now, event).await?;
    tx.commit().await?;
    Ok(())
}

async fn store(tx: &mut Tx, now: Timestamp, key: &str, new: Option<&Template>) -> Result<()> {
    match new {
        Some(new) => write_setting(tx, now, key, new).await,
        None => {
            mil_db::sql("DELETE FROM setting WHERE key = $1")
                .bind(key)
                .run(tx)
                .await?;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_templates_fill_in() {
        for which in Which::ALL {
            for lang in [Lang::En, Lang::De] {
                let (subject, body) = fill(&standard(which, lang), &sample(lang)).unwrap();
                assert!(
                    which == Which::Digest || subject.starts_with("[#2481] "),
                    "{subject}"
                );
                assert!(body.contains("Maren") && !body.contains("{{"), "{body}");
            }
        }
    }

    #[test]
    fn a_template_can_do_nothing_but_fill_in() {
        for body in [
            "{{ unknown }}",
            "{% include '/etc/passwd' %}",
            "{% extends 'x' %}",
            "{% for a in range(10000) %}{% for b in range(10000) %}x{% endfor %}{% endfor %}",
            "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
            "{{ open",
            "{{ name.__class__ }}",
        ] {
            let template = Template {
                subject: "x".into(),
                body: body.into(),
            };
            assert!(fill(&template, &sample(Lang::En)).is_err(), "{body}");
        }
    }

    #[test]
    fn what_people_wrote_is_not_read_as_a_template() {
        let mut values = sample(Lang::En);
        values.text = "{{ organisation }}".into();
        values.title = "a\r\nBcc: all@x".into();
        let (subject, body) = fill(&standard(Which::Notice, Lang::En), &values).unwrap();
        assert!(body.contains("{{ organisation }}"));
        assert_eq!(subject, "[#2481] a Bcc: all@x");
    }
}
