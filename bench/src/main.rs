//! Fills an installation with many requests and measures what people wait for:
//! the queue, a request, a search by number, and an order.
//!
//! ```text
//! cargo run --release -p mil-bench -- 10000 100000 1000000
//! ```
//!
//! It prints a table in Markdown; `docs/benchmarks.md` holds the last one. The
//! server is this same program started a second time (`mil-bench serve …` is
//! `mil serve …`), so that its memory and its start are those of the real one.

mod client;
mod fill;
mod measure;
mod search;
mod server;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// What goes wrong is printed and ends the run.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Parser)]
#[command(about = "Fill an installation with many requests and measure it")]
struct Cli {
    /// How many requests, one installation each
    #[arg(default_values_t = [10_000, 100_000, 1_000_000])]
    sizes: Vec<i64>,
    /// Where the databases are made and kept for the next run
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,
    /// An empty PostgreSQL database to use instead of SQLite, with {n} for the size
    #[arg(long)]
    database_url: Option<String>,
    /// How often each page is asked for
    #[arg(long, default_value_t = 1000)]
    calls: usize,
    /// Measure the search instead: everything is put into its index first
    #[arg(long)]
    search: bool,
}

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("serve") {
        return mil::cli::main();
    }
    let cli = Cli::parse();
    let runtime = tokio::runtime::Runtime::new().expect("the runtime starts");
    match runtime.block_on(run(&cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mil-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: &Cli) -> Outcome {
    let mut places = Vec::new();
    for &size in &cli.sizes {
        let dir = cli.dir.join(size.to_string());
        let url = match &cli.database_url {
            Some(url) => url.replace("{n}", &size.to_string()),
            None => format!("sqlite:{}", dir.join("mil.sqlite").display()),
        };
        fill::fill(&dir, &url, size).await?;
        if cli.search {
            search::fill(&dir, &url, size).await?;
            search::measure(&dir, &url, size, cli.calls)?;
        }
        places.push(measure::Place { size, dir, url });
    }
    if cli.search {
        return Ok(());
    }
    println!("{}", measure::table(&measure::measure(&places, cli.calls)?));
    Ok(())
}
