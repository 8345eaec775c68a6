//! `mil doctor`: look at an installation and say what to mend.

use std::path::Path;

use mil_blob::Sha;
use mil_db::migrate::pending;
use mil_db::{Db, Dialect, sql};

use crate::cli::Outcome;
use crate::config::Config;
use crate::schema::MIGRATIONS;

/// How one thing stands.
enum Finding {
    Ok(String),
    Warn(String),
    Bad(String),
}

use Finding::{Bad, Ok as Fine, Warn};

/// Check everything that can be checked and print a line for each.
pub async fn run(config: Config) -> Outcome {
    let mut findings = vec![data_dir(&config.data_dir), address(&config)];
    match database(&config).await {
        Ok(more) => findings.extend(more),
        Err(finding) => findings.push(finding),
    }
    let mut bad = 0;
    for finding in &findings {
        match finding {
            Fine(text) => println!("ok    {text}"),
            Warn(text) => println!("warn  {text}"),
            Bad(text) => {
                bad += 1;
                println!("bad   {text}");
            }
        }
    }
    if bad > 0 {
        return Err(format!("{bad} of {} checks failed", findings.len()).into());
    }
    Ok(())
}

fn data_dir(dir: &Path) -> Finding {
    let shown = dir.display();
    if !dir.is_dir() {
        return Bad(format!(
            "there is no data directory {shown}: name it with --data-dir, or start `mil serve` once"
        ));
    }
    let probe = dir.join(".doctor");
    let written = std::fs::write(&probe, b"probe").and_then(|()| std::fs::remove_file(&probe));
    match written {
        Ok(()) => Fine(format!("the data directory {shown} can be written")),
        Err(e) => Bad(format!(
            "the data directory {shown} cannot be written ({e}): give it to the user that runs MIL"
        )),
    }
}

fn address(config: &Config) -> Finding {
    let local = config.listen.ip().is_loopback();
    if config.is_https() {
        Fine(format!("people come by {}", config.public_url))
    } else if local {
        Fine(format!("only this machine can reach {}", config.listen))
    } else {
        Warn(format!(
            "{} is reachable from elsewhere without https: put a proxy with TLS before it and set --public-url https://…",
            config.listen
        ))
    }
}

async fn database(config: &Config) -> Result<Vec<Finding>, Finding> {
    if let Some(path) = config.database_url.strip_prefix("sqlite:") {
        let path = Path::new(path.strip_prefix("//").unwrap_or(path));
        if !path.exists() {
            return Err(Bad(format!(
                "there is no database {}: start `mil serve` once, or restore a backup",
                path.display()
            )));
        }
    }
    let db = Db::connect(&config.database_url).await.map_err(|e| {
        Bad(format!(
            "the database cannot be opened ({e}): check --database-url and that the server runs"
        ))
    })?;
    let broken =
        |e: mil_db::DbError| Bad(format!("the database does not answer as it should: {e}"));
    let mut findings = Vec::new();
    let waiting = pending(&db, MIGRATIONS).await.map_err(broken)?;
    if waiting.is_empty() {
        findings.push(Fine("the database is up to date".to_owned()));
    } else {
        findings.push(Bad(format!(
            "{} migrations are missing: run `mil migrate`",
            waiting.len()
        )));
        return Ok(findings);
    }
    if db.dialect() == Dialect::Sqlite {
        findings.push(sqlite(&db).await.map_err(broken)?);
    } else {
        findings.push(postgres(&db).await.map_err(broken)?);
    }
    findings.push(people(&db).await.map_err(broken)?);
    findings.push(outbox(&db).await.map_err(broken)?);
    findings.push(blobs(&db, config).await.map_err(broken)?);
    db.close().await;
    Ok(findings)
}

async fn sqlite(db: &Db) -> mil_db::Result<Finding> {
    let quick: String = sql("SELECT quick_check AS answer FROM pragma_quick_check LIMIT 1")
        .value("answer", db)
        .await?;
    if quick != "ok" {
        return Ok(Bad(format!(
            "the database file is damaged ({quick}): stop MIL and restore a backup"
        )));
    }
    let orphans = sql("SELECT 1 AS one FROM pragma_foreign_key_check LIMIT 1")
        .opt(db)
        .await?;
    Ok(match orphans {
        Some(_) => Bad(
            "the database holds rows that refer to nothing: restore a backup, or ask for help"
                .to_owned(),
        ),
        None => Fine("the database file is sound".to_owned()),
    })
}

async fn postgres(db: &Db) -> mil_db::Result<Finding> {
    let version: String = sql("SELECT current_setting('server_version_num') AS version")
        .value("version", db)
        .await?;
    let major = version.parse::<i64>().unwrap_or(0) / 10_000;
    Ok(if major >= 15 {
        Fine(format!("PostgreSQL {major} answers"))
    } else {
        Bad(format!("PostgreSQL {major} is too old: use 15 or later"))
    })
}

async fn people(db: &Db) -> mil_db::Result<Finding> {
    let n: i64 = sql("SELECT COUNT(*) AS n FROM person
         WHERE role = 'administrator' AND disabled_at IS NULL AND password_hash IS NOT NULL")
    .value("n", db)
    .await?;
    Ok(if n == 0 {
        Bad(
            "nobody can administer: open the first page, or `mil user create --role administrator`"
                .to_owned(),
        )
    } else {
        let one_step: i64 = sql("SELECT COUNT(*) AS n FROM person
             WHERE role = 'administrator' AND disabled_at IS NULL AND password_hash IS NOT NULL
               AND totp_enabled_at IS NULL")
        .value("n", db)
        .await?;
        if one_step > 0 {
            Warn(format!(
                "{one_step} of {n} who administer sign in with a password alone: they can set up the second step under /me/security"
            ))
        } else {
            Fine(format!("{n} can administer, all in two steps"))
        }
    })
}

async fn outbox(db: &Db) -> mil_db::Result<Finding> {
    let stuck: i64 = sql("SELECT COUNT(*) AS n FROM outbox WHERE attempts > 3")
        .value("n", db)
        .await?;
    Ok(if stuck == 0 {
        Fine("every event has been passed on".to_owned())
    } else {
        Warn(format!(
            "{stuck} events could not be passed on: the log says why"
        ))
    })
}

/// Whether the newest files are on disk; all of them would take long.
async fn blobs(db: &Db, config: &Config) -> mil_db::Result<Finding> {
    let newest: Vec<String> =
        sql("SELECT sha256 FROM attachment WHERE removed_at IS NULL ORDER BY id DESC LIMIT 200")
            .column("sha256", db)
            .await?;
    let place = match &config.s3 {
        Some(s3) => s3.url.clone(),
        None => config.data_dir.join("files").display().to_string(),
    };
    let blobs = match config.blobs() {
        Ok(blobs) => blobs,
        Err(why) => return Ok(Bad(format!("the files cannot be reached: {why}"))),
    };
    if let Err(why) = blobs.check().await {
        return Ok(Bad(format!("{place} does not open: {why}")));
    }
    let mut missing = 0;
    for sha in &newest {
        let there = match Sha::parse(sha) {
            Some(sha) => blobs.size(&sha).await.is_ok(),
            None => false,
        };
        missing += usize::from(!there);
    }
    Ok(if missing == 0 {
        Fine(format!("the {} newest files are in {place}", newest.len()))
    } else {
        Bad(format!(
            "{missing} of the {} newest files are not in {}: restore them from a backup",
            newest.len(),
            place
        ))
    })
}
