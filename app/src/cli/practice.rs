//! `mil practice`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::cli::Outcome;
use crate::config::Config;
use crate::practices::pack::{Files, Pack, Problem};
use crate::practices::{library, scaffold};

#[derive(Subcommand)]
pub enum Command {
    /// List the practices of the library: key, version, name
    List,
    /// Check practices on disk; says file and line of what is wrong and ends with 1
    Check(Folders),
    /// Write the beginning of a practice, to fill in
    New(New),
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

pub async fn run(_config: Config, command: Command) -> Outcome {
    match command {
        Command::List => {
            for (key, pack) in library::packs() {
                println!("{key}\t{}\t{}", pack.meta.version, pack.meta.name);
            }
            Ok(())
        }
        Command::Check(which) => check(&which.folders),
        Command::New(new) => write(&new),
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
                    println!("{}:{line}: {msg}", folder.join(file).display());
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
