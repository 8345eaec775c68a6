//! The command line of `mil`.

mod doctor;
mod files;
mod knowledge;
mod mail;
mod migrate;
mod practice;
pub mod serve;
mod token;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Options};
use crate::state::App;

pub use serve::open;

/// MIL runs a marketing department the way the best IT departments run their
/// service desk: one system, and the library of best practices.
///
/// Every option can also be set in the environment (MIL_LISTEN for --listen, and
/// so on) or in the file given by --config. The flag wins over the environment,
/// the environment over the file, the file over the default.
#[derive(Parser)]
#[command(
    name = "mil",
    version,
    about,
    max_term_width = 100,
    after_help = "\
Examples:
  mil demo                                   try it with sample data
  mil serve --data-dir /var/lib/mil          run it
  mil user create --email ada@example.org --name 'Ada Admin' --role administrator
  mil token create --user ada@example.org    make an API token
  mil doctor                                 check an installation"
)]
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
    /// Run the service with a made-up university in it: 25 people, 300 requests over half a year
    #[command(after_help = "\
The demo is made once, in ./data-demo or where --data-dir says, and found there again.
It prints the accounts to sign in with.")]
    Demo {
        /// Make it anew, from the beginning
        #[arg(long)]
        fresh: bool,
    },
    /// Bring the database up to date and say what was done
    Migrate,
    /// Create and list accounts
    #[command(subcommand)]
    User(user::Command),
    /// Create, list and revoke API tokens
    #[command(subcommand)]
    Token(token::Command),
    /// Check and write practices, the best practices that MIL runs
    #[command(subcommand)]
    Practice(practice::Command),
    /// Take answers in from a folder of Markdown or HTML, and write them into one
    #[command(subcommand)]
    Knowledge(knowledge::Command),
    /// Decode one file within limits; called by mil itself
    #[command(hide = true)]
    RenderOne,
    /// Move the bytes of files between the data directory and an S3 bucket
    #[command(subcommand)]
    Files(files::Command),
    /// Take mail from a mail server's pipe
    #[command(subcommand)]
    Mail(mail::Command),
    /// Check the installation and say what to mend; ends with 1 when something is broken
    Doctor,
}

/// Run the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Command::RenderOne) {
        // No threads and no settings: it only sees the one file.
        return crate::assets::render::one::main();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("the runtime starts");
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mil: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Outcome {
    let config = match cli.command {
        Command::Demo { .. } => cli.options.resolve_demo()?,
        _ => cli.options.resolve()?,
    };
    serve::log(&config);
    match cli.command {
        Command::Serve => serve::run(config).await,
        Command::Demo { fresh } => crate::demo::run::run(config, fresh).await,
        Command::Migrate => migrate::run(config).await,
        Command::User(command) => user::run(config, command).await,
        Command::Token(command) => token::run(config, command).await,
        Command::Practice(command) => practice::run(config, command).await,
        Command::Knowledge(command) => knowledge::run(config, command).await,
        Command::Files(command) => files::run(config, command).await,
        Command::Mail(command) => mail::run(config, command).await,
        Command::Doctor => doctor::run(config).await,
        Command::RenderOne => Ok(()),
    }
}

/// What a command ends with. The text is for the person at the keyboard.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// [`open`] an installation that must be there: a typing error in `--data-dir`
/// must not make a second, empty one.
pub async fn open_existing(config: Config) -> Outcome<App> {
    if let Some(path) = config.database_url.strip_prefix("sqlite:") {
        let path = std::path::Path::new(path.strip_prefix("//").unwrap_or(path));
        if !path.exists() {
            return Err(format!(
                "there is no installation at {}. Name its directory with --data-dir, or start one with `mil serve`.",
                path.display()
            )
            .into());
        }
    }
    open(config).await
}
