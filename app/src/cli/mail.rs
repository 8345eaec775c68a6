//! `mil mail`.

use std::io::Read;

use clap::{Args, Subcommand};

use crate::cli::{Outcome, open_existing};
use crate::config::Config;
use crate::mail::intake::{self, Delivery, MAX_BYTES};

#[derive(Subcommand)]
pub enum Command {
    /// Take a message from standard input, for the pipe of a mail server
    #[command(after_help = "\
The message is on disk when the command ends with 0. Otherwise the mail server
should keep it and come again: the command ends with 75 then (EX_TEMPFAIL).
The running service deals with it within seconds.

Example, in Postfix's master.cf:
  mil unix - n n - - pipe flags=R user=mil argv=/usr/bin/mil mail deliver
    --data-dir /var/lib/mil --from ${sender} --to ${recipient}")]
    Deliver(Deliver),
}

#[derive(Args)]
pub struct Deliver {
    /// Address it was sent to; several times for several
    #[arg(long, value_name = "ADDRESS")]
    to: Vec<String>,
    /// Address it was sent from
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
}

/// Run it.
pub async fn run(config: Config, command: Command) -> Outcome {
    let Command::Deliver(args) = command;
    if let Err(error) = deliver(config, args).await {
        eprintln!("mil: {error}");
        std::process::exit(75);
    }
    Ok(())
}

async fn deliver(config: Config, args: Deliver) -> Outcome {
    let mut raw = Vec::new();
    std::io::stdin()
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut raw)?;
    let app = open_existing(config).await?;
    let delivery = Delivery {
        via: "pipe",
        sender: args.from,
        recipients: args.to,
        raw,
    };
    intake::keep(&app, &delivery).await?;
    app.db.close().await;
    Ok(())
}
