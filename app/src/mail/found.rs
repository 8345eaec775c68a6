//! What is known about a message before it is decided what becomes of it: who
//! sent it, what it refers to, and how much of the kind there was lately.

use jiff::{SignedDuration, Timestamp};
use mil_db::sql;
use mil_mail::flood::Counted;
use mil_mail::thread::{Found, Known, Named, Sender, Signed, number_in};
use mil_mail::{Mail, proof, token};

use crate::actor::Via;
use crate::error::Result;
use crate::mail::boxes::{self, Mailbox};
use crate::mail::key;
use crate::people::{self, Person};
use crate::state::App;
use crate::work::store;

/// Everything that the rules ask for.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Facts {
    pub found: Found,
    pub sender: Option<Person>,
    pub mailbox: Option<Mailbox>,
    /// Whether the sender's address is one of ours.
    pub ours: bool,
    /// Whether it carries our own mark.
    pub own_mark: bool,
}

/// Look everything up.
pub async fn facts(app: &App, mail: &Mail, envelope_to: &[String]) -> Result<Facts> {
    let boxes = boxes::all(&app.db).await?;
    let key = key::read(&app.db).await?.unwrap_or_default();
    let recipients: Vec<String> = envelope_to
        .iter()
        .map(|a| a.to_lowercase())
        .chain(mail.delivered_to.iter().cloned())
        .chain(mail.to.iter().chain(&mail.cc).map(|p| p.address.clone()))
        .collect();
    let mailbox = recipients
        .iter()
        .find_map(|a| boxes.iter().find(|b| b.address == *a))
        .or(boxes.first().filter(|_| envelope_to.is_empty()))
        .cloned();
    let mut facts = Facts {
        mailbox,
        own_mark: !key.is_empty() && mail.marks.contains(&key::mark(&key)),
        ..Facts::default()
    };
    let Some(from) = &mail.from else {
        return Ok(facts);
    };
    facts.ours =
        boxes.iter().any(|b| b.address == from.address) || token::split(&from.address).is_some();
    facts.sender = people::store::find_by_email(&app.db, &from.address).await?;
    facts.found.sender = facts.sender.as_ref().map(|person| Sender {
        id: person.id.clone(),
        agent: person.role.is_agent(),
        disabled: person.disabled,
    });
    facts.found.proof = Some(proof::judge(
        mail.results.iter().map(String::as_str),
        &app.config.mail.trusted,
        &from.address,
    ));
    let ours = |address: &&String| {
        address
            .rsplit_once('@')
            .is_some_and(|(_, domain)| boxes.iter().any(|b| b.domain() == domain))
    };
    for (number, code) in recipients
        .iter()
        .filter(ours)
        .filter_map(|a| token::split(a))
    {
        match signed(app, &key, number, &code).await? {
            Some(signed) => {
                facts.found.signed = Some(signed);
                facts.found.broken_address = false;
                break;
            }
            None => facts.found.broken_address = true,
        }
    }
    if let Some(person) = facts.found.sender.as_ref().map(|s| s.id.clone()) {
        facts.found.known = known(app, mail, &person).await?;
        if let Some(number) = number_in(&mail.subject) {
            facts.found.named = named(app, number, &person).await?;
        }
    }
    Ok(facts)
}

/// Whether somebody may see a request now.
async fn takes_part(app: &App, person: &str, item: &str) -> Result<bool> {
    match people::auth::by_person(app, person, Via::Mail).await? {
        Some(actor) => Ok(store::find(&app.db, &actor, item).await.is_ok()),
        None => Ok(false),
    }
}

async fn signed(app: &App, key: &[u8], number: i64, code: &str) -> Result<Option<Signed>> {
    let item = sql("SELECT id FROM work_item WHERE number = $1")
        .bind(number)
        .opt(&app.db)
        .await?;
    let Some(item) = item else { return Ok(None) };
    let item: String = item.get("id")?;
    let people: Vec<String> = sql("SELECT DISTINCT person_id FROM mail_out WHERE item_id = $1")
        .bind(&item)
        .column("person_id", &app.db)
        .await?;
    let found = token::find(key, &item, code, people.iter().map(String::as_str));
    let Some((person, internal)) = found else {
        return Ok(None);
    };
    Ok(Some(Signed {
        takes_part: takes_part(app, person, &item).await?,
        person: person.to_owned(),
        internal,
        item,
    }))
}

/// The nearest message that it refers to and that was sent to the sender by us,
/// or by the sender to us.
async fn known(app: &App, mail: &Mail, person: &str) -> Result<Option<Known>> {
    for id in &mail.references {
        let row = sql("SELECT item_id, internal FROM mail_out
             WHERE message_id = $1 AND person_id = $2 AND item_id IS NOT NULL
             UNION ALL
             SELECT item_id, 0 AS internal FROM mail_in
             WHERE message_id = $1 AND person_id = $2 AND item_id IS NOT NULL AND state = 'taken'
             LIMIT 1")
        .bind(id)
        .bind(person)
        .opt(&app.db)
        .await?;
        if let Some(row) = row {
            let item: String = row.get("item_id")?;
            return Ok(Some(Known {
                takes_part: takes_part(app, person, &item).await?,
                person: person.to_owned(),
                internal: row.get::<i64>("internal")? != 0,
                item,
            }));
        }
    }
    Ok(None)
}

async fn named(app: &App, number: i64, person: &str) -> Result<Option<Named>> {
    let row = sql("SELECT id FROM work_item WHERE number = $1")
        .bind(number)
        .opt(&app.db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let item: String = row.get("id")?;
    Ok(Some(Named {
        takes_part: takes_part(app, person, &item).await?,
        item,
    }))
}

/// How much of the kind there was lately.
pub async fn counted(
    app: &App,
    now: Timestamp,
    mail: &Mail,
    facts: &Facts,
    item: Option<&str>,
) -> Result<Counted> {
    let sender = mail.from.as_ref().map_or("", |p| p.address.as_str());
    let since = |span: SignedDuration| (now - span).as_microsecond();
    let count = async |condition: &str, span: SignedDuration, value: &str| -> Result<i64> {
        Ok(sql(format!(
            "SELECT COUNT(*) AS n FROM mail_in WHERE sender = $1 AND received_at > $2 AND {condition}"
        ))
        .bind(sender)
        .bind(since(span))
        .bind(value)
        .value("n", &app.db)
        .await?)
    };
    Ok(Counted {
        sender_hour: count("state <> $3", SignedDuration::from_hours(1), "new").await?,
        item_ten_minutes: match item {
            Some(item) => count("item_id = $3", SignedDuration::from_mins(10), item).await?,
            None => 0,
        },
        began_day: count(
            "began = 1 AND state = $3",
            SignedDuration::from_hours(24),
            "taken",
        )
        .await?,
        account: facts
            .sender
            .as_ref()
            .is_some_and(|p| p.role != crate::actor::Role::Partner),
        hops: mail.hops,
        own: facts.own_mark || facts.ours,
    })
}
