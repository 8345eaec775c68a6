//! `mil user`.

use std::io::Read;

use clap::{Args, Subcommand};
use mil_db::sql;
use serde_json::json;

use crate::actor::{Actor, Role};
use crate::cli::{Outcome, open, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::events::{self, Audience, Event};
use crate::people::{password, sessions, store, verbs};
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
    /// List the accounts: address, role, name, state
    List,
    /// Set a new password and end all sessions of an account
    Password(Password),
}

#[derive(Args)]
pub struct Create {
    /// Address to sign in with
    #[arg(long)]
    email: String,
    /// Full name
    #[arg(long)]
    name: String,
    /// What the person may do
    #[arg(long, default_value = "requester", value_parser = role)]
    role: Role,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
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
    verbs::check_email(&args.email).map_err(|e| e.msg.to_string())?;
    let (secret, made) = secret(args.password_stdin, &args.email, &args.name)?;
    let hash = password::hash(secret.clone()).await?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let id = store::insert(
        &mut tx,
        now,
        &args.email,
        &args.name,
        args.role,
        None,
        None,
        Some(&hash),
    )
    .await?;
    let data = json!({ "email": args.email.trim().to_lowercase(), "role": args.role });
    note(&mut tx, app, "person.created", &id, data).await?;
    tx.commit().await?;
    if made {
        println!("{secret}");
        eprintln!(
            "mil: this is the password of {}; it is shown only now",
            args.email
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
        Event {
            verb,
            object_kind: "person",
            object_id: id,
            item_id: None,
            audience: Audience::Audit,
            data,
        },
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

async fn set_password(app: &App, args: Password) -> Outcome {
    let person = store::find_by_email(&app.db, &args.email)
        .await?
        .ok_or_else(|| {
            format!(
                "nobody here has the address {}. `mil user list` shows who there is.",
                args.email
            )
        })?;
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
