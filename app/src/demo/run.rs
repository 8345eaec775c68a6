//! `mil demo`: find the demo in its data directory or make it, then serve it.

use std::path::{Path, PathBuf};
use std::time::Instant;

use mil_db::migrate::migrate;
use mil_db::{Db, sql};
use serde::{Deserialize, Serialize};

use super::play::{SEED, fill};
use crate::cli::Outcome;
use crate::cli::serve;
use crate::clock::Clock;
use crate::config::Config;
use crate::org::read_setting;
use crate::schema::MIGRATIONS;
use crate::state::App;

/// The setting that says: this is a demo, and it is complete.
pub const MARK: &str = "demo";

/// Value of [`MARK`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Mark {
    /// The seed it was made from.
    pub seed: u64,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Run the demo. `fresh` makes it anew.
pub async fn run(mut config: Config, fresh: bool) -> Outcome {
    let listener = serve::listen(&mut config).await?;
    make(&config, fresh).await?;
    let app = serve::open(config).await?;
    println!("{}", welcome(&app.config));
    serve::serve(app, listener).await
}

/// What the terminal says when it is ready.
fn welcome(config: &Config) -> String {
    let mut text = format!(
        "Nordhaven is ready. Open {} and sign in as\n\n",
        config.public_url
    );
    for account in super::accounts() {
        let role = account.role.label();
        text.push_str(&format!(
            "  {:<26} {role} ({})\n",
            account.email, account.name
        ));
    }
    text.push_str(&format!(
        "\nThe password is {} for all of them.\n",
        super::PASSWORD
    ));
    text.push_str(&format!(
        "It also opens a link for the press, without signing in: {}/s/{}\n",
        config.public_url,
        super::PRESS_LINK
    ));
    text.push_str(&format!(
        "Data: {}. Start again from the beginning with --fresh. Stop with Ctrl+C.",
        config.data_dir.display()
    ));
    text
}

/// Make sure that the database holds a complete demo.
async fn make(config: &Config, fresh: bool) -> Outcome {
    match config.database_url.strip_prefix("sqlite:") {
        Some(path) => make_file(config, &PathBuf::from(path.trim_start_matches("//")), fresh).await,
        None => make_on_server(config, fresh).await,
    }
}

/// On SQLite the demo is made in a file of its own and renamed when it is
/// complete, so that a half-made one is never opened.
async fn make_file(config: &Config, path: &Path, fresh: bool) -> Outcome {
    std::fs::create_dir_all(&config.data_dir)
        .map_err(|e| format!("cannot create {}: {e}", config.data_dir.display()))?;
    let new = path.with_extension("making");
    // Files of a demo that is made anew or was not made to its end.
    let files_are_ours = path.exists() || new.exists();
    if path.exists() {
        let db = Db::connect(&config.database_url).await?;
        let is_demo = is_demo(&db).await;
        db.close().await;
        if !is_demo {
            return Err(foreign(config));
        }
        if !fresh {
            return Ok(());
        }
    }
    remove(&new)?;
    if files_are_ours {
        let _ = std::fs::remove_dir_all(config.data_dir.join("files"));
    }
    let url = format!("sqlite:{}", new.display());
    generate(config, Db::connect_for_filling(&url).await?).await?;
    std::fs::File::open(&new)?.sync_all()?;
    remove(path)?;
    std::fs::rename(&new, path)?;
    Ok(())
}

fn remove(path: &Path) -> std::io::Result<()> {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        match std::fs::remove_file(PathBuf::from(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    Ok(())
}

/// On a server there must be an empty database or a complete demo.
async fn make_on_server(config: &Config, fresh: bool) -> Outcome {
    std::fs::create_dir_all(&config.data_dir)?;
    let db = Db::connect(&config.database_url).await?;
    let used = sql("SELECT 1 AS one FROM person LIMIT 1").opt(&db).await;
    let used = matches!(used, Ok(Some(_)));
    let complete = used && is_demo(&db).await;
    db.close().await;
    match (used, complete, fresh) {
        (true, true, false) => Ok(()),
        (true, true, true) => Err(
            "this database holds the demo already; to start again, create an empty database and name that"
                .into(),
        ),
        (true, false, _) => Err(foreign(config)),
        (false, _, _) => generate(config, Db::connect_for_filling(&config.database_url).await?).await,
    }
}

async fn is_demo(db: &Db) -> bool {
    matches!(read_setting::<Mark>(db, MARK).await, Ok(Some(_)))
}

fn foreign(config: &Config) -> Failure {
    format!(
        "{} holds something else than a complete demo, and the demo leaves it alone; \
         name another place with --data-dir or --database-url",
        config.data_dir.display()
    )
    .into()
}

async fn generate(config: &Config, db: Db) -> Outcome {
    #[allow(clippy::disallowed_methods)] // says how long it took, decides nothing
    let began = Instant::now();
    migrate(&db, MIGRATIONS).await?;
    let app = App::new(db, config.clone(), Clock::System).await?;
    let filled = fill(&app, SEED, app.now()).await?;
    app.db.close().await;
    println!(
        "Made {} requests in {} steps over half a year, in {:.1} s.",
        filled.requests,
        filled.steps,
        began.elapsed().as_secs_f64()
    );
    Ok(())
}
