//! `mil migrate`.

use mil_db::Db;
use mil_db::migrate::{migrate, pending};

use crate::cli::Outcome;
use crate::config::Config;
use crate::schema::MIGRATIONS;

/// Apply what is missing and say so.
pub async fn run(config: Config) -> Outcome {
    std::fs::create_dir_all(&config.data_dir)
        .map_err(|e| format!("cannot create {}: {e}", config.data_dir.display()))?;
    let db = Db::connect(&config.database_url).await?;
    let waiting = pending(&db, MIGRATIONS).await?.len();
    for name in migrate(&db, MIGRATIONS).await? {
        println!("applied {name}");
    }
    if waiting == 0 {
        println!("the database is up to date");
    }
    db.close().await;
    Ok(())
}
