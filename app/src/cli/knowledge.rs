//! `mil knowledge`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::actor::Actor;
use crate::cli::{Outcome, open_existing};
use crate::config::Config;
use crate::knowledge::transfer::{export, folder, import};
use crate::web::Ctx;

#[derive(Subcommand)]
pub enum Command {
    /// Take a folder of Markdown or HTML with its pictures in, as drafts; says
    /// what became of each file
    Import {
        /// The folder
        folder: PathBuf,
    },
    /// Write all published answers into a folder, as Markdown with pictures
    Export {
        /// The folder to make
        folder: PathBuf,
    },
}

pub async fn run(config: Config, command: Command) -> Outcome {
    match command {
        Command::Import { folder } => {
            let (files, left) = read(&folder)?;
            let ctx = Ctx::of_cli(open_existing(config).await?);
            let name = folder.display().to_string();
            let (_, lines) = import::import(&ctx, &Actor::cli(), &name, &files, left).await?;
            for l in &lines {
                line(format_args!("{}\t{}\t{}", l.outcome, l.path, l.why));
            }
            let count = |outcome: &str| lines.iter().filter(|l| l.outcome == outcome).count();
            eprintln!(
                "{} texts came in as drafts, {} pictures; {} files were left out.",
                count("imported"),
                count("picture"),
                count("left_out")
            );
            Ok(())
        }
        Command::Export { folder } => {
            if folder.exists() {
                return Err(format!("{} is there already", folder.display()).into());
            }
            let ctx = Ctx::of_cli(open_existing(config).await?);
            let files = export::export(&ctx, &Actor::cli()).await?;
            for (path, bytes) in &files {
                let path = folder.join(path);
                fs::create_dir_all(path.parent().unwrap_or(&folder))?;
                fs::write(path, bytes)?;
            }
            eprintln!("Wrote {} files to {}", files.len(), folder.display());
            Ok(())
        }
    }
}

fn line(text: impl std::fmt::Display) {
    use std::io::Write;
    if writeln!(std::io::stdout(), "{text}").is_err() {
        std::process::exit(0);
    }
}

/// Every file below `root` by its path there. Links to elsewhere are not
/// followed.
fn read(root: &Path) -> Outcome<(folder::Files, Vec<import::Line>)> {
    let mut dirs = vec![root.to_owned()];
    let (mut files, mut left) = (folder::Files::new(), Vec::new());
    while let Some(dir) = dirs.pop() {
        let entries = fs::read_dir(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        for entry in entries.flatten() {
            let (path, kind) = (entry.path(), entry.file_type()?);
            let name = path
                .strip_prefix(root)?
                .to_string_lossy()
                .replace('\\', "/");
            if kind.is_dir() {
                dirs.push(path);
            } else if kind.is_symlink() {
                left.push(import::Line::left_out(&name, "It is a link to elsewhere."));
            } else if entry.metadata()?.len() > 15 * 1024 * 1024 {
                left.push(import::Line::left_out(&name, "It has more than 15 MB."));
            } else {
                files.insert(name, fs::read(&path)?);
            }
            if files.len() > folder::FILES {
                return Err(format!(
                    "{} has more than {} files; import it in parts",
                    root.display(),
                    folder::FILES
                )
                .into());
            }
        }
    }
    Ok((files, left))
}
