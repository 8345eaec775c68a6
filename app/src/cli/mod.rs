//! The command line of `mil`.

mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Options;

/// MIL: one system for a marketing department, and the library of its best practices.
#[derive(Parser)]
#[command(name = "mil", version, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service; a new installation opens with a page that creates the administrator
    Serve,
}

/// Run the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("the runtime starts");
    let done = runtime.block_on(async {
        match cli.command {
            Command::Serve => serve::run(cli.options.resolve()?).await,
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mil: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What a command ends with.
pub type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;
