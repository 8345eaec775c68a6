//! Taking mail by SMTP and LMTP. The talking is `mil_mail::session`; here are the
//! sockets, the time limits, and the promise that what was answered with 250 is
//! on disk.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mil_mail::session::{Envelope, Limits, Next, Protocol, Session};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::error::Error;
use crate::mail::boxes;
use crate::mail::intake::{self, Delivery, MAX_BYTES, is_ours};
use crate::state::App;

/// How many may talk at once.
const TALKERS: usize = 50;
/// Longest silence.
const SILENCE: Duration = Duration::from_secs(60);
/// Longest connection.
const LONGEST: Duration = Duration::from_secs(1_800);

/// Listen until the program ends. Failing to take the address ends only this way
/// in, and says so.
pub async fn run(app: App, protocol: Protocol, address: SocketAddr) {
    match TcpListener::bind(address).await {
        Ok(listener) => serve(app, protocol, listener).await,
        Err(error) => {
            tracing::error!(%error, %address, "mail cannot be taken at this address");
        }
    }
}

/// Take connections.
pub async fn serve(app: App, protocol: Protocol, listener: TcpListener) {
    let seats = Arc::new(Semaphore::new(TALKERS));
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Ok(seat) = seats.clone().try_acquire_owned() else {
            // Whoever sends mail comes again.
            drop(socket);
            continue;
        };
        let app = app.clone();
        tokio::spawn(async move {
            let _seat = seat;
            if let Ok(Err(error)) = timeout(LONGEST, talk(&app, protocol, socket)).await {
                tracing::debug!(%error, "a connection of mail ended");
            }
        });
    }
}

async fn talk(app: &App, protocol: Protocol, mut socket: TcpStream) -> std::io::Result<()> {
    let host = app
        .config
        .public_url
        .split("://")
        .last()
        .and_then(|rest| rest.split(['/', ':']).next())
        .unwrap_or("localhost")
        .to_owned();
    let limits = Limits {
        message_bytes: MAX_BYTES,
        ..Limits::default()
    };
    let mut session = Session::new(protocol, &host, limits, false);
    socket.write_all(session.greeting().as_bytes()).await?;
    let mut piece = vec![0_u8; 16 * 1024];
    loop {
        while let Some(next) = session.step() {
            let next = match next {
                Next::Ask(address) => {
                    let known = boxes::all(&app.db).await.map(|all| is_ours(&all, &address));
                    match known {
                        Ok(yes) => session.known(yes),
                        Err(error) => {
                            tracing::error!(%error, "the mailboxes cannot be read");
                            Next::Close("451 4.3.0 Try again later\r\n".to_owned())
                        }
                    }
                }
                Next::Take(envelope) => {
                    Next::Say(take(app, protocol, &mut session, envelope).await)
                }
                other => other,
            };
            match next {
                Next::Say(text) => socket.write_all(text.as_bytes()).await?,
                Next::Close(text) => {
                    socket.write_all(text.as_bytes()).await?;
                    return socket.shutdown().await;
                }
                Next::Secure(_) | Next::Ask(_) | Next::Take(_) => return Ok(()),
            }
        }
        match timeout(SILENCE, socket.read(&mut piece)).await {
            Ok(Ok(0)) => return Ok(()),
            Ok(Ok(read)) => session.feed(&piece[..read]),
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                socket
                    .write_all(b"421 4.4.2 Nothing was said for too long\r\n")
                    .await?;
                return socket.shutdown().await;
            }
        }
    }
}

async fn take(app: &App, protocol: Protocol, session: &mut Session, envelope: Envelope) -> String {
    let delivery = Delivery {
        via: match protocol {
            Protocol::Smtp => "smtp",
            Protocol::Lmtp => "lmtp",
        },
        sender: Some(envelope.sender),
        recipients: envelope.recipients,
        raw: envelope.raw,
    };
    match intake::keep(app, &delivery).await {
        Ok(_) => session.taken(Ok(())),
        Err(Error::Malformed(_)) => session.taken(Err("554 5.6.0 The message is empty")),
        Err(Error::TooLarge(_)) => session.taken(Err("552 5.3.4 The message is too large")),
        Err(error) => {
            tracing::error!(%error, "a message could not be kept");
            session.taken(Err("451 4.3.0 Try again later"))
        }
    }
}
