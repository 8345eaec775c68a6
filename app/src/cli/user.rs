//! `mil user`.

use std::io::Read;

use clap::{Args, Subcommand};
use mil_db::sql;
use serde_json::json;

use crate::actor::{Actor, Role};
use crate::cli::{Outcome, open, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::events::{self, Event};
use crate::people::manage::{self, Account, AccountChange};
use crate::people::{Person, links, password, sessions, store, verbs};
use crate::random::new_secret;
use crate::state::App;

#[derive(Subcommand)]
pub enum Command {
    /// Create an account that can sign in at once
    #[command(after_help = "\
Without --password-stdin a password is made and printed, once.
Roles: requester, partner, marketer, lead, it_partner, administrator.

Example:
  mil user create --email ada@example.org --name 'Ada Admin' --role administrator")]
    Create(Create),
    /// Create an account and print, alone, the link with which its owner chooses a password
    #[command(after_help = "\
The link works once, for seven days. Hand it over; MIL sends nothing.

Example:
  mil user invite --email jo@example.org --name 'Jo Joiner' --department Finance")]
    Invite(Invite),
    /// Print, alone, a link with which somebody chooses a new password; works once, for a day
    Reset(Who),
    /// Let nobody in as this person any more: sessions, tokens and links end now
    Disable(Who),
    /// Let somebody in again; their tokens stay revoked
    Enable(Who),
    /// Give an account another role
    Role(NewRole),
    /// List the accounts: address, role, state, name
    List,
    /// Set a new password and end all sessions of an account
    Password(Password),
}

#[derive(Args)]
pub struct NewPerson {
    /// Address to sign in with
    #[arg(long)]
    email: String,
    /// Full name
    #[arg(long)]
    name: String,
    /// What the person may do
    #[arg(long, default_value = "requester", value_parser = role)]
    role: Role,
}

#[derive(Args)]
pub struct Create {
    #[command(flatten)]
    person: NewPerson,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Args)]
pub struct Invite {
    #[command(flatten)]
    person: NewPerson,
    /// Name of the department
    #[arg(long)]
    department: Option<String>,
}

#[derive(Args)]
pub struct Who {
    /// Address of the account
    #[arg(long)]
    email: String,
}

#[derive(Args)]
pub struct NewRole {
    /// Address of the account
    #[arg(long)]
    email: String,
    /// requester, partner, marketer, lead, it_partner or administrator
    #[arg(long, value_parser = role)]
    role: Role,
}

#[derive(Args)]
pub struct Password {
    /// Address of the account
    #[arg(long)]
    email: String,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_key(text).ok_or_else(|| {
        let all: Vec<&str> = Role::ALL.iter().map(|r| r.key()).collect();
        format!("one of {}", all.join(", "))
    })
}

/// Run it.
pub async fn run(config: Config, command: Command) -> Outcome {
    match command {
        Command::Create(args) => create(&open(config).await?, args).await,
        Command::Invite(args) => invite(&open_existing(config).await?, args).await,
        Command::Reset(who) => reset(&open_existing(config).await?, &who.email).await,
        Command::Disable(who) => switch(&open_existing(config).await?, &who.email, false).await,
        Command::Enable(who) => switch(&open_existing(config).await?, &who.email, true).await,
        Command::Role(args) => change_role(&open_existing(config).await?, args).await,
        Command::List => list(&open_existing(config).await?).await,
        Command::Password(args) => set_password(&open_existing(config).await?, args).await,
    }
}

/// The password given, or a new one that is to be printed.
fn secret(from_stdin: bool, email: &str, name: &str) -> Outcome<(String, bool)> {
    if !from_stdin {
        return Ok((new_secret("").chars().take(20).collect(), true));
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let text = text.trim_end_matches(['\r', '\n']).to_owned();
    password::check("password", &text, email, name).map_err(|e| e.msg.to_string())?;
    Ok((text, false))
}

async fn create(app: &App, args: Create) -> Outcome {
    verbs::check_email(&args.person.email).map_err(|e| e.msg.to_string())?;
    let (secret, made) = secret(args.password_stdin, &args.person.email, &args.person.name)?;
    let hash = password::hash(secret.clone()).await?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let id = store::insert(
        &mut tx,
        now,
        &args.person.email,
        &args.person.name,
        args.person.role,
        None,
        None,
        Some(&hash),
    )
    .await?;
    let data =
        json!({ "email": args.person.email.trim().to_lowercase(), "role": args.person.role });
    note(&mut tx, app, "person.created", &id, data).await?;
    tx.commit().await?;
    if made {
        println!("{secret}");
        eprintln!(
            "mil: this is the password of {}; it is shown only now",
            args.person.email
        );
    }
    Ok(())
}

async fn note(
    tx: &mut mil_db::Tx,
    app: &App,
    verb: &'static str,
    id: &str,
    data: serde_json::Value,
) -> Result<(), Error> {
    events::append(
        tx,
        &Actor::cli(),
        app.now(),
        Event::audit(verb, "person", id, data),
    )
    .await?;
    Ok(())
}

async fn list(app: &App) -> Outcome {
    let rows = sql("SELECT email, role, name, disabled_at FROM person ORDER BY email")
        .all(&app.db)
        .await?;
    for row in rows {
        let state = if row.get::<Option<i64>>("disabled_at")?.is_some() {
            "disabled"
        } else {
            "active"
        };
        let (email, role, name): (String, String, String) =
            (row.get("email")?, row.get("role")?, row.get("name")?);
        println!("{email}\t{role}\t{state}\t{name}");
    }
    Ok(())
}

/// Somebody by address.
async fn find(app: &App, email: &str) -> Outcome<Person> {
    let person = store::find_by_email(&app.db, email).await?;
    Ok(person.ok_or_else(|| {
        format!("nobody here has the address {email}. `mil user list` shows who there is.")
    })?)
}

async fn invite(app: &App, args: Invite) -> Outcome {
    let department_id = match &args.department {
        None => None,
        Some(name) => Some(
            sql("SELECT id FROM department WHERE LOWER(name) = LOWER($1)")
                .bind(name)
                .opt(&app.db)
                .await?
                .ok_or_else(|| format!("there is no department {name}"))?
                .get("id")?,
        ),
    };
    let account = Account {
        name: args.person.name,
        email: args.person.email,
        role: args.person.role,
        title: None,
        department_id,
        manager: None,
        team_ids: Default::default(),
    };
    let mut tx = app.db.begin().await?;
    let (_, secret) = manage::create(&mut tx, &Actor::cli(), app.now(), account).await?;
    tx.commit().await?;
    println!("{}", links::address(&app.config.public_url, &secret));
    eprintln!("mil: hand this link over; it works once, for seven days");
    Ok(())
}

async fn reset(app: &App, email: &str) -> Outcome {
    let person = find(app, email).await?;
    let mut tx = app.db.begin().await?;
    let secret = manage::link(&mut tx, &Actor::cli(), app.now(), &person.id).await?;
    tx.commit().await?;
    println!("{}", links::address(&app.config.public_url, &secret));
    eprintln!("mil: hand this link to {}; it works once", person.name);
    Ok(())
}

async fn switch(app: &App, email: &str, on: bool) -> Outcome {
    let person = find(app, email).await?;
    let mut tx = app.db.begin().await?;
    let (actor, now) = (Actor::cli(), app.now());
    if on {
        manage::enable(&mut tx, &actor, now, &person.id, None).await?;
    } else {
        manage::disable(&mut tx, &actor, now, &person.id, None).await?;
    }
    tx.commit().await?;
    let state = if on { "enabled" } else { "disabled" };
    eprintln!("mil: {} is {state}", person.email);
    Ok(())
}

async fn change_role(app: &App, args: NewRole) -> Outcome {
    let person = find(app, &args.email).await?;
    let change = AccountChange {
        role: Some(args.role),
        ..AccountChange::default()
    };
    let mut tx = app.db.begin().await?;
    manage::change(&mut tx, &Actor::cli(), app.now(), &person.id, None, change).await?;
    tx.commit().await?;
    eprintln!("mil: {} is {} now", person.email, args.role.key());
    Ok(())
}

async fn set_password(app: &App, args: Password) -> Outcome {
    let person = find(app, &args.email).await?;
    let (secret, made) = secret(args.password_stdin, &person.email, &person.name)?;
    let hash = password::hash(secret.clone()).await?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    sql("UPDATE person SET password_hash = $1, updated_at = $2, version = version + 1 WHERE id = $3")
        .bind(hash)
        .bind(now.as_microsecond())
        .bind(&person.id)
        .run(&mut tx)
        .await?;
    sessions::close_all(&mut tx, now, &person.id, None).await?;
    note(&mut tx, app, "person.password_set", &person.id, json!({})).await?;
    tx.commit().await?;
    if made {
        println!("{secret}");
    }
    eprintln!(
        "mil: {} has a new password and is signed out everywhere",
        person.email
    );
    Ok(())
}
