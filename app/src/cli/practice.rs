//! `mil practice`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::actor::Actor;
use crate::cli::{Outcome, open_existing};
use crate::config::Config;
use crate::error::Error;
use crate::people::store as people;
use crate::practices::merge::{Choices, Side, Who};
use crate::practices::model::Wishes;
use crate::practices::pack::{Files, Pack, Problem};
use crate::practices::present::Present;
use crate::practices::{adopt, archive, export, import, library, scaffold, store, upgrade};
use crate::web::Ctx;

#[derive(Subcommand)]
pub enum Command {
    /// List the practices of the library: key, version, name
    List,
    /// Check practices on disk; says file and line of what is wrong and ends with 1
    Check(Folders),
    /// Write the beginning of a practice, to fill in
    New(New),
    /// Put a folder into one file that can be sent and imported
    Pack(Packed),
    /// Adopt a practice: its services are live at once
    Adopt(Adopt),
    /// Leave a practice; requests that run go on
    Leave(Key),
    /// Take a newer version over; ours stays where both changed something
    Upgrade(Upgrade),
    /// Write a practice as it runs here into a file
    Export(Export),
    /// Take a pack in, to look at and to adopt
    Import(Import),
}

#[derive(Args)]
pub struct Packed {
    /// The folder, with a practice.toml
    folder: PathBuf,
    /// The file to write
    file: PathBuf,
}

#[derive(Args)]
pub struct Key {
    /// The practice's key
    practice: String,
}

#[derive(Args)]
pub struct Adopt {
    /// The practice's key
    practice: String,
    /// The team of a role, by name; may be given several times
    #[arg(long = "role", value_name = "ROLE=TEAM")]
    roles: Vec<String>,
    /// Only say what would be made
    #[arg(long)]
    preview: bool,
}

#[derive(Args)]
pub struct Upgrade {
    /// The practice's key
    practice: String,
    /// Where both changed something, take the new version's; may be given
    /// several times
    #[arg(long, value_name = "PATH")]
    theirs: Vec<String>,
    /// Only say what would change
    #[arg(long)]
    preview: bool,
}

#[derive(Args)]
pub struct Export {
    /// The practice's key
    practice: String,
    /// The file to write
    file: PathBuf,
}

#[derive(Args)]
pub struct Import {
    /// A ZIP file
    file: PathBuf,
}

/// A line on standard output. Whoever reads it may stop reading.
fn line(text: impl std::fmt::Display) {
    use std::io::Write;
    if writeln!(std::io::stdout(), "{text}").is_err() {
        std::process::exit(0);
    }
}

#[derive(Args)]
pub struct Folders {
    /// Folders with a practice.toml each
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
}

#[derive(Args)]
pub struct New {
    /// The folder to make; its name is the practice's key
    folder: PathBuf,
    /// What the practice is called
    #[arg(long)]
    name: String,
}

pub async fn run(config: Config, command: Command) -> Outcome {
    match command {
        Command::List => {
            for (key, pack) in library::packs() {
                line(format_args!(
                    "{key}\t{}\t{}",
                    pack.meta.version, pack.meta.name
                ));
            }
            Ok(())
        }
        Command::Check(which) => check(&which.folders),
        Command::New(new) => write(&new),
        Command::Pack(args) => packed(&args),
        Command::Adopt(args) => adopted(config, args).await,
        Command::Leave(args) => {
            let ctx = Ctx::of_cli(open_existing(config).await?);
            adopt::leave(&ctx, &Actor::cli(), &args.practice)
                .await
                .map_err(|error| words(error, &args.practice))?;
            eprintln!("Left {}. Requests that run go on.", args.practice);
            Ok(())
        }
        Command::Upgrade(args) => upgraded(config, args).await,
        Command::Export(args) => exported(config, args).await,
        Command::Import(args) => {
            let bytes = fs::read(&args.file)
                .map_err(|error| format!("{}: {error}", args.file.display()))?;
            let ctx = Ctx::of_cli(open_existing(config).await?);
            let pack = import::import(&ctx, &Actor::cli(), &bytes)
                .await
                .map_err(|error| words(error, &args.file.display().to_string()))?;
            line(format_args!("{}\t{}", pack.key, pack.meta.version));
            Ok(())
        }
    }
}

fn check(folders: &[PathBuf]) -> Outcome {
    let beside = |folder: &Path, key: &str| {
        library::packs().contains_key(key)
            || folders
                .iter()
                .any(|other| key_of(other).is_ok_and(|other| other == key))
            || folder
                .parent()
                .is_some_and(|parent| parent.join(key).join("practice.toml").exists())
    };
    let mut wrong = 0;
    for folder in folders {
        let folder = folder
            .canonicalize()
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        let files = read(&folder)?;
        match Pack::read(&key_of(&folder)?, &files, Some(&|key| beside(&folder, key))) {
            Ok(pack) => eprintln!(
                "{}: {} {} is sound",
                folder.display(),
                pack.meta.name,
                pack.meta.version
            ),
            Err(problems) => {
                wrong += problems.len();
                for Problem { file, line, msg } in problems {
                    self::line(format_args!(
                        "{}:{line}: {msg}",
                        folder.join(file).display()
                    ));
                }
            }
        }
    }
    match wrong {
        0 => Ok(()),
        1 => Err("1 problem".into()),
        n => Err(format!("{n} problems").into()),
    }
}

fn key_of(folder: &Path) -> Outcome<String> {
    let name = folder.file_name().and_then(|name| name.to_str());
    Ok(name
        .ok_or_else(|| format!("{} has no name that could be a key", folder.display()))?
        .to_owned())
}

/// Every file below `folder`, by its path there.
pub fn read(folder: &Path) -> Outcome<Files> {
    let mut left = vec![folder.to_owned()];
    let mut files = Files::new();
    while let Some(dir) = left.pop() {
        let entries = fs::read_dir(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path
                .strip_prefix(folder)?
                .to_string_lossy()
                .replace('\\', "/");
            if name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                left.push(path);
            } else {
                files.insert(name, fs::read(&path)?);
            }
            if files.len() > 1000 {
                return Err(
                    format!("{} has too many files for a practice", folder.display()).into(),
                );
            }
        }
    }
    Ok(files)
}

fn write(new: &New) -> Outcome {
    let key = key_of(&new.folder)?;
    if new.folder.exists() {
        return Err(format!("{} is there already", new.folder.display()).into());
    }
    let files = scaffold::files(&key, &new.name);
    if let Err(problems) = Pack::read(&key, &files, None) {
        return Err(problems
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
            .into());
    }
    for (path, bytes) in &files {
        let path = new.folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&new.folder))?;
        fs::write(path, bytes)?;
    }
    eprintln!(
        "Wrote {}. Fill it in, then run: mil practice check {0}",
        new.folder.display()
    );
    Ok(())
}

/// An error of a verb in the words of the command line; a line for each field.
fn words(error: Error, about: &str) -> Box<dyn std::error::Error + Send + Sync> {
    match error {
        Error::NotFound => format!("{about} is not here").into(),
        Error::Invalid(list) => list
            .iter()
            .map(|wrong| format!("{}: {}", wrong.field, wrong.msg))
            .collect::<Vec<_>>()
            .join("\n")
            .into(),
        Error::Conflict(msg) | Error::Stale(msg) | Error::Forbidden(msg) => msg.to_string().into(),
        other => format!("{other:?}").into(),
    }
}

fn packed(args: &Packed) -> Outcome {
    let folder = args
        .folder
        .canonicalize()
        .map_err(|error| format!("{}: {error}", args.folder.display()))?;
    let pack = Pack::read(&key_of(&folder)?, &read(&folder)?, None).map_err(|problems| {
        let lines = problems.iter().map(ToString::to_string);
        lines.collect::<Vec<_>>().join("\n")
    })?;
    let bytes = archive::write(&pack).map_err(|error| words(error, "the pack"))?;
    fs::write(&args.file, bytes).map_err(|error| format!("{}: {error}", args.file.display()))?;
    eprintln!("Wrote {}", args.file.display());
    Ok(())
}

async fn adopted(config: Config, args: Adopt) -> Outcome {
    let ctx = Ctx::of_cli(open_existing(config).await?);
    let actor = Actor::cli();
    let teams = people::teams(&ctx.app.db).await?;
    let mut wishes = Wishes::default();
    for wish in &args.roles {
        let (role, name) = wish
            .split_once('=')
            .ok_or_else(|| format!("{wish} is not of the form ROLE=TEAM"))?;
        let team = teams
            .iter()
            .find(|team| team.name.eq_ignore_ascii_case(name))
            .ok_or_else(|| format!("there is no team {name}"))?;
        wishes.roles.insert(role.to_owned(), team.id.clone());
    }
    let pack = &store::offer(&ctx.app.db, &args.practice)
        .await?
        .ok_or_else(|| format!("there is no practice {}", args.practice))?
        .pack;
    let catalog = ctx.app.catalog().await?;
    let plan = adopt::preview(pack, &wishes, &catalog, &teams, &actor);
    for one in &plan.lines {
        let taken = if one.taken { "\tname is taken" } else { "" };
        line(format_args!("{}\t{}{taken}", one.kind, one.name));
    }
    for (role, team) in &plan.roles {
        let name = teams.iter().find(|t| t.id == *team).map(|t| &t.name);
        line(format_args!("role\t{role}\t{}", name.map_or("", |n| n)));
    }
    if args.preview {
        return Ok(());
    }
    adopt::adopt(&ctx, &actor, &args.practice, &wishes)
        .await
        .map_err(|error| words(error, &args.practice))?;
    eprintln!("Adopted {} {}", pack.meta.name, pack.meta.version);
    Ok(())
}

async fn upgraded(config: Config, args: Upgrade) -> Outcome {
    let ctx = Ctx::of_cli(open_existing(config).await?);
    let wrong = |error| words(error, &args.practice);
    let choices: Choices = args
        .theirs
        .iter()
        .map(|path| (path.clone(), Side::Theirs))
        .collect();
    let (adoption, offered) = upgrade::newer(&ctx, &args.practice).await.map_err(wrong)?;
    let catalog = ctx.app.catalog().await?;
    let present = Present::read(&ctx.app.db).await.map_err(wrong)?;
    let compared =
        upgrade::compare(&catalog, &adoption, &offered.pack, &present, &choices).map_err(wrong)?;
    for d in &compared.differences {
        let who = match d.who {
            Who::Ours => "ours",
            Who::Theirs => "theirs",
            Who::Both => "both",
            Who::Conflict => "conflict",
        };
        line(format_args!("{who}\t{}", d.path));
    }
    if args.preview {
        return Ok(());
    }
    upgrade::upgrade(&ctx, &Actor::cli(), &args.practice, None, &choices)
        .await
        .map_err(wrong)?;
    eprintln!("{} is at {} now", args.practice, compared.to);
    Ok(())
}

async fn exported(config: Config, args: Export) -> Outcome {
    let app = open_existing(config).await?;
    let wrong = |error| words(error, &args.practice);
    let adoption = store::find(&app.db, &args.practice)
        .await
        .map_err(wrong)?
        .ok_or_else(|| format!("{} is not adopted", args.practice))?;
    let catalog = app.catalog().await?;
    let teams = people::teams(&app.db).await?;
    let present = Present::read(&app.db).await.map_err(wrong)?;
    let mut pack = export::export(&catalog, &adoption, &present, &teams).map_err(wrong)?;
    let terms = &pack.meta.glossary;
    pack.meta.glossary = crate::glossary::packs::export(&app.db, &args.practice, terms)
        .await
        .map_err(wrong)?;
    let bytes = archive::write(&pack).map_err(wrong)?;
    fs::write(&args.file, bytes).map_err(|error| format!("{}: {error}", args.file.display()))?;
    eprintln!("Wrote {} {}", args.file.display(), pack.meta.version);
    Ok(())
}
