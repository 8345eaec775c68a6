//! `mil serve`.

use std::net::SocketAddr;
use std::time::Duration;

use mil_db::Db;
use mil_db::migrate::migrate;
use mil_mail::session::Protocol;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::cli::Outcome;
use crate::clock::Clock;
use crate::config::Config;
use crate::mail::send::Carrier;
use crate::notifications;
use crate::schema::MIGRATIONS;
use crate::state::App;
use crate::work::{recompute, timers, wake};
use crate::{incidents, problems, recurring};

/// Open the database, bring it up to date, and put the parts together.
pub async fn open(config: Config) -> Result<App, Box<dyn std::error::Error + Send + Sync>> {
    std::fs::create_dir_all(&config.data_dir)
        .map_err(|e| format!("cannot create {}: {e}", config.data_dir.display()))?;
    let db = Db::connect(&config.database_url).await?;
    for name in migrate(&db, MIGRATIONS).await? {
        tracing::info!(name, "migrated");
    }
    Ok(App::new(db, config, Clock::System).await?)
}

/// Start logging as configured.
pub fn log(config: &Config) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let _ = if config.log_format == "json" {
        builder.json().try_init()
    } else {
        builder.try_init()
    };
}

/// Serve until told to stop.
pub async fn run(mut config: Config) -> Outcome {
    let listener = listen(&mut config).await?;
    let app = open(config).await?;
    println!("MIL is ready at {}", app.config.public_url);
    serve(app, listener).await
}

/// Take the address first, so that a port in use is said before anything else
/// happens; port 0 takes a free one.
pub async fn listen(config: &mut Config) -> Outcome<TcpListener> {
    let listener = TcpListener::bind(config.listen).await.map_err(|e| {
        let why = if e.kind() == std::io::ErrorKind::AddrInUse {
            "another program uses this port already".to_owned()
        } else {
            e.to_string()
        };
        format!(
            "cannot listen on {}: {why}. Choose another with --listen.",
            config.listen
        )
    })?;
    let taken = listener.local_addr()?;
    config.public_url = config
        .public_url
        .replace(&config.listen.to_string(), &taken.to_string());
    config.listen = taken;
    Ok(listener)
}

/// Listen, and run the timers beside it. Requests under way are finished when
/// the program is told to stop.
pub async fn serve(app: App, listener: TcpListener) -> Outcome {
    if let Err(why) = app.blobs.check().await {
        return Err(format!("files cannot be kept: {why}. Look at --s3-url and its key.").into());
    }
    let timers = tokio::spawn(tick(app.clone()));
    let keeping = tokio::spawn(housekeep(app.clone()));
    let service = crate::router::build(&app).into_make_service_with_connect_info::<SocketAddr>();
    let words = app.clone();
    let index = tokio::spawn(async move {
        if let Err(error) = crate::search::catch_up(&words).await {
            tracing::error!(%error, "the search index could not be built anew");
        }
    });
    let pages = tokio::spawn(crate::live::poll::run(app.clone()));
    let renditions = tokio::spawn(render(app.clone()));
    let post = mail(&app)?;
    let hooks = tokio::spawn(crate::webhooks::send::run(app.clone()));
    let rules = tokio::spawn(crate::automation::run::serve(app.clone()));
    let stopping = app.clone();
    axum::serve(listener, service)
        .with_graceful_shutdown(async move {
            told_to_stop().await;
            // Streams are open for hours; the server would wait for them.
            stopping.live.close();
        })
        .await?;
    timers.abort();
    keeping.abort();
    index.abort();
    hooks.abort();
    rules.abort();
    pages.abort();
    renditions.abort();
    post.iter().for_each(tokio::task::JoinHandle::abort);
    app.db.close().await;
    Ok(())
}

/// The ways in and out of mail, each beside the others: a server that does not
/// answer delays nothing else.
fn mail(app: &App) -> Outcome<Vec<JoinHandle<()>>> {
    let config = &app.config.mail;
    let mut all = vec![tokio::spawn(sort_mail(app.clone()))];
    if let Some(carrier) = Carrier::from_config(config)? {
        all.push(tokio::spawn(send_mail(app.clone(), carrier)));
    }
    for (protocol, address) in [(Protocol::Lmtp, config.lmtp), (Protocol::Smtp, config.smtp)] {
        if let Some(address) = address {
            let way = crate::mail::listen::run(app.clone(), protocol, address);
            all.push(tokio::spawn(way));
        }
    }
    for url in &config.imap {
        let account = crate::mail::imap::Account::parse(&url.0)?;
        all.push(tokio::spawn(crate::mail::imap::run(app.clone(), account)));
    }
    Ok(all)
}

async fn sort_mail(app: App) {
    let mut every = tokio::time::interval(Duration::from_secs(2));
    loop {
        every.tick().await;
        if let Err(error) = crate::mail::sort::run(&app, app.now()).await {
            tracing::error!(%error, "mail that came in could not be dealt with");
        }
    }
}

async fn send_mail(app: App, carrier: Carrier) {
    let mut every = tokio::time::interval(Duration::from_secs(3));
    loop {
        every.tick().await;
        if let Err(error) = crate::mail::send::run(&app, app.now(), &carrier).await {
            tracing::error!(%error, "mail could not be sent");
        }
    }
}

/// What is taken away or made good every few hours, apart from the clocks, which
/// must not wait for a disk or a bucket.
async fn housekeep(app: App) {
    let mut every = tokio::time::interval(Duration::from_secs(6 * 3600));
    loop {
        every.tick().await;
        if let Err(error) = crate::knowledge::images::clean_old(&app, app.now()).await {
            tracing::error!(%error, "pictures in answers could not be cleaned");
        }
        if let Err(error) = crate::files::sweep::run(&app, app.now()).await {
            tracing::error!(%error, "unused files could not be taken away");
        }
        if let Err(error) = crate::assets::upload::sweep(&app, app.now()).await {
            tracing::error!(%error, "uploads that were given up could not be taken away");
        }
        if let Err(error) = crate::deflection::verbs::sweep(&app, app.now()).await {
            tracing::error!(%error, "old offers of answers could not be forgotten");
        }
        if let Err(error) = crate::search::unmet::sweep(&app, app.now()).await {
            tracing::error!(%error, "old searches could not be forgotten");
        }
        if let Err(error) = crate::web::idempotency::sweep(&app, app.now()).await {
            tracing::error!(%error, "old answers could not be taken away");
        }
        if let Err(error) = crate::webhooks::store::sweep(&app, app.now()).await {
            tracing::error!(%error, "old deliveries could not be taken away");
        }
        if let Err(error) = crate::status::subscribe::sweep(&app, app.now()).await {
            tracing::error!(%error, "addresses that nobody confirmed could not be forgotten");
        }
    }
}

async fn tick(app: App) {
    let mut every = tokio::time::interval(Duration::from_secs(2));
    loop {
        every.tick().await;
        if let Err(error) = wake::run_due(&app, app.now()).await {
            tracing::error!(%error, "the clocks could not be looked at");
        }
        if let Err(error) = recurring::run::run_due(&app, app.now()).await {
            tracing::error!(%error, "nothing could be ordered by schedule");
        }
        if let Err(error) = timers::run_due(&app, app.now()).await {
            tracing::error!(%error, "no timer of a stage could go off");
        }
        if let Err(error) = crate::approvals::remind::run_due(&app, app.now()).await {
            tracing::error!(%error, "nobody could be reminded of an approval");
        }
        if let Err(error) = incidents::remind::run_due(&app, app.now()).await {
            tracing::error!(%error, "no incident manager was reminded");
        }
        if let Err(error) = crate::knowledge::publish::run_due(&app, app.now()).await {
            tracing::error!(%error, "answers that are due were not published");
        }
        if let Err(error) = problems::resolve::run_due(&app, app.now()).await {
            tracing::error!(%error, "incidents did not hear of their cause");
        }
        if let Err(error) = crate::policies::duties::run_due(&app, app.now()).await {
            tracing::error!(%error, "nobody could be asked to confirm a policy");
        }
        if let Err(error) = crate::meetings::series::run_due(&app, app.now()).await {
            tracing::error!(%error, "meetings could not be carried on");
        }
        if let Err(error) = crate::assets::watch::run_due(&app, app.now()).await {
            tracing::error!(%error, "no owner was told that rights end");
        }
        if let Err(error) = crate::proofs::watch::run_due(&app, app.now()).await {
            tracing::error!(%error, "nobody was reminded of a proof round");
        }
        if let Err(error) = crate::status::tell::run_due(&app, app.now()).await {
            tracing::error!(%error, "nobody could be told what was announced");
        }
        if let Err(error) = notifications::listen::run(&app, app.now()).await {
            tracing::error!(%error, "nobody could be told what happened");
        }
        if let Err(error) = crate::search::tidy(&app).await {
            tracing::error!(%error, "new words could not be learned");
        }
        if let Err(error) = recompute::run_due(&app, app.now()).await {
            tracing::error!(%error, "due dates could not be computed anew");
        }
    }
}

/// Make renditions one after another, apart from the clocks, which must not
/// wait for a large picture.
async fn render(app: App) {
    let mut every = tokio::time::interval(Duration::from_secs(1));
    loop {
        every.tick().await;
        loop {
            // Somebody waits for the pages of a round, so they go before sizes.
            if let Err(error) = crate::proofs::prepare::run_due(&app, app.now()).await {
                tracing::error!(%error, "no pages of proof rounds were made");
            }
            match crate::assets::render::job::run_next(&app, app.now()).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::error!(%error, "no renditions were made");
                    break;
                }
            }
        }
    }
}

async fn told_to_stop() {
    let ctrl_c = tokio::signal::ctrl_c();
    let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .expect("signals can be listened to");
    tokio::select! {
        _ = ctrl_c => {}
        _ = term.recv() => {}
    }
}
