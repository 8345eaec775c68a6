//! `mil token`.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use jiff::SignedDuration;
use mil_db::sql;

use crate::actor::{Actor, Role, Scope};
use crate::cli::{Outcome, open_existing};
use crate::clock::from_micros;
use crate::config::Config;
use crate::people::{Person, store, tokens};
use crate::state::App;

#[derive(Subcommand)]
pub enum Command {
    /// Make a token and print it, alone, on standard output
    #[command(after_help = "\
The token can never do more than the account it belongs to.

Example:
  TOKEN=$(mil token create --user ada@example.org --name nightly --scope read)
  curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8080/api/v1/services")]
    Create(Create),
    /// List the tokens of an account: id, state, scopes, name
    List(Who),
    /// Revoke a token
    Revoke(Revoke),
}

#[derive(Args)]
pub struct Create {
    /// Address of the account it acts for
    #[arg(long, value_name = "EMAIL")]
    user: String,
    /// What it is for
    #[arg(long, default_value = "command line")]
    name: String,
    /// read, write, admin; without it, all that the account's role can use
    #[arg(long, value_delimiter = ',', value_parser = scope)]
    scope: Vec<Scope>,
    /// Days until it expires; without it, it lives until it is revoked
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(1..=3650))]
    expires_days: Option<i64>,
}

#[derive(Args)]
pub struct Who {
    /// Address of the account
    #[arg(long, value_name = "EMAIL")]
    user: String,
}

#[derive(Args)]
pub struct Revoke {
    /// Address of the account
    #[arg(long, value_name = "EMAIL")]
    user: String,
    /// Id of the token, from `mil token list`
    id: String,
}

fn scope(text: &str) -> Result<Scope, String> {
    match text {
        "read" => Ok(Scope::Read),
        "write" => Ok(Scope::Write),
        "admin" => Ok(Scope::Admin),
        _ => Err("one of read, write, admin".to_owned()),
    }
}

/// Run it.
pub async fn run(config: Config, command: Command) -> Outcome {
    let app = open_existing(config).await?;
    match command {
        Command::Create(args) => create(&app, args).await,
        Command::List(args) => list(&app, &args.user).await,
        Command::Revoke(args) => revoke(&app, &args).await,
    }
}

async fn person(app: &App, email: &str) -> Outcome<Person> {
    store::find_by_email(&app.db, email).await?.ok_or_else(|| {
        format!("nobody here has the address {email}. `mil user list` shows who there is.").into()
    })
}

async fn create(app: &App, args: Create) -> Outcome {
    let person = person(app, &args.user).await?;
    if person.disabled {
        return Err(format!("{} is disabled and could not use a token.", person.email).into());
    }
    let mut scopes: BTreeSet<Scope> = args.scope.into_iter().collect();
    if scopes.is_empty() {
        scopes.extend([Scope::Read, Scope::Write]);
        if matches!(person.role, Role::Lead | Role::Administrator) {
            scopes.insert(Scope::Admin);
        }
    }
    let now = app.now();
    let expires = args
        .expires_days
        .map(|days| now + SignedDuration::from_hours(24 * days));
    let mut tx = app.db.begin().await?;
    let (_, secret) = tokens::create(
        &mut tx,
        &Actor::cli(),
        now,
        &person.id,
        &args.name,
        &scopes,
        expires,
    )
    .await?;
    tx.commit().await?;
    println!("{secret}");
    Ok(())
}

async fn list(app: &App, email: &str) -> Outcome {
    let person = person(app, email).await?;
    let now = app.now().as_microsecond();
    for row in sql("SELECT id, name, scopes, expires_at, revoked_at FROM api_token WHERE person_id = $1 ORDER BY id")
        .bind(&person.id)
        .all(&app.db)
        .await?
    {
        let expires: Option<i64> = row.get("expires_at")?;
        let state = if row.get::<Option<i64>>("revoked_at")?.is_some() {
            "revoked".to_owned()
        } else {
            match expires {
                Some(at) if at <= now => "expired".to_owned(),
                Some(at) => format!("until {}", from_micros(at)),
                None => "active".to_owned(),
            }
        };
        let scopes: Vec<String> = row.json("scopes")?;
        println!("{}\t{state}\t{}\t{}", row.get::<String>("id")?, scopes.join(","), row.get::<String>("name")?);
    }
    Ok(())
}

async fn revoke(app: &App, args: &Revoke) -> Outcome {
    let person = person(app, &args.user).await?;
    let mut tx = app.db.begin().await?;
    if !tokens::revoke(&mut tx, &Actor::cli(), app.now(), &person.id, &args.id).await? {
        return Err(format!("{} has no living token {}.", person.email, args.id).into());
    }
    tx.commit().await?;
    eprintln!("mil: revoked");
    Ok(())
}
