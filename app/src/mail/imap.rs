//! Reading a mail box by IMAP (RFC 9051): what is unread is taken in and marked
//! as read only when it is on disk; then the server is asked to say when more
//! comes (IDLE, RFC 2177). A message that was kept and not marked, because the
//! connection broke, comes again and is known again.

use std::sync::Arc;
use std::time::Duration;

use async_imap::{Client, Session};
use futures_util::TryStreamExt;
use percent_encoding::percent_decode_str;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use crate::mail::intake::{self, Delivery, MAX_BYTES};
use crate::state::App;

/// Servers end an IDLE of half an hour; it is begun anew before.
const IDLE: Duration = Duration::from_secs(25 * 60);
/// Between two looks at a server that does not know IDLE.
const LOOK: Duration = Duration::from_secs(60);
/// Longest time for one command.
const ANSWER: Duration = Duration::from_secs(120);
/// The most messages taken before the next look.
const ROUND: usize = 200;

/// Where a mail box is.
#[derive(Clone)]
pub struct Account {
    tls: bool,
    host: String,
    port: u16,
    user: String,
    password: String,
    folder: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on {}", self.folder, self.host)
    }
}

/// Why a box could not be read; never with a password in it.
type Trouble = Box<dyn std::error::Error + Send + Sync>;

impl Account {
    /// Read `imaps://user:password@host:993/INBOX`.
    ///
    /// # Errors
    /// What is missing; the text does not repeat the address.
    pub fn parse(url: &str) -> Result<Account, Trouble> {
        let (scheme, rest) = url
            .split_once("://")
            .ok_or("imap-url must begin with imaps://")?;
        let (login, place) = rest
            .rsplit_once('@')
            .ok_or("imap-url names no user: imaps://user:password@host")?;
        let (user, password) = login
            .split_once(':')
            .ok_or("imap-url names no password: imaps://user:password@host")?;
        let (server, folder) = place.split_once('/').unwrap_or((place, ""));
        let tls = scheme == "imaps";
        let (host, port) = match server.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| "imap-url has a wrong port")?),
            None => (server, if tls { 993 } else { 143 }),
        };
        let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        Ok(Account {
            tls,
            host: host.to_owned(),
            port,
            user: plain(user),
            password: plain(password),
            folder: if folder.is_empty() {
                "INBOX".to_owned()
            } else {
                plain(folder)
            },
        })
    }
}

/// Read a box until the program ends.
pub async fn run(app: App, account: Account) {
    let mut pause = Duration::from_secs(5);
    loop {
        match visit(&app, &account, true).await {
            Ok(_) => pause = Duration::from_secs(5),
            Err(error) => {
                tracing::warn!(mailbox = ?account, %error, "a mail box could not be read");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(300));
            }
        }
    }
}

/// Connect, take in what is unread and, if `stay`, wait for more until the
/// server ends the connection. Returns how many messages were taken in.
pub async fn visit(app: &App, account: &Account, stay: bool) -> Result<usize, Trouble> {
    let address = (account.host.as_str(), account.port);
    let socket = timeout(ANSWER, TcpStream::connect(address)).await??;
    if !account.tls {
        return talk(app, account, socket, stay).await;
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(account.host.clone())?;
    let secure = TlsConnector::from(Arc::new(config)).connect(name, socket);
    talk(app, account, timeout(ANSWER, secure).await??, stay).await
}

async fn talk<S>(app: &App, account: &Account, socket: S, stay: bool) -> Result<usize, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin + std::fmt::Debug + Send,
{
    let mut client = Client::new(socket);
    timeout(ANSWER, client.read_response())
        .await??
        .ok_or("the server said nothing")?;
    let mut session = timeout(ANSWER, client.login(&account.user, &account.password))
        .await?
        .map_err(|_| "the server refused user or password")?;
    timeout(ANSWER, session.select(&account.folder)).await??;
    let idle = timeout(ANSWER, session.capabilities())
        .await??
        .has_str("IDLE");
    let mut taken = 0;
    loop {
        let now = take_unread(app, &mut session).await?;
        taken += now;
        if now == ROUND {
            continue;
        }
        if !stay {
            let _ = timeout(ANSWER, session.logout()).await;
            return Ok(taken);
        }
        if idle {
            let mut handle = session.idle();
            timeout(ANSWER, handle.init()).await??;
            let (wait, _stop) = handle.wait_with_timeout(IDLE);
            wait.await?;
            session = timeout(ANSWER, handle.done()).await??;
        } else {
            tokio::time::sleep(LOOK).await;
            timeout(ANSWER, session.noop()).await??;
        }
    }
}

async fn take_unread<S>(app: &App, session: &mut Session<S>) -> Result<usize, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin + std::fmt::Debug + Send,
{
    let unread = timeout(ANSWER, session.uid_search("UNSEEN")).await??;
    let mut unread: Vec<u32> = unread.into_iter().collect();
    unread.sort_unstable();
    unread.truncate(ROUND);
    for uid in &unread {
        let uid = uid.to_string();
        let sizes: Vec<_> = timeout(ANSWER, async {
            session
                .uid_fetch(&uid, "(UID RFC822.SIZE)")
                .await?
                .try_collect()
                .await
        })
        .await??;
        let size = sizes.first().and_then(|f| f.size).unwrap_or(0);
        if usize::try_from(size).unwrap_or(usize::MAX) > MAX_BYTES {
            tracing::warn!(
                uid,
                size,
                "a message in the mail box is too large and stays there"
            );
        } else {
            let found: Vec<_> = timeout(ANSWER, async {
                session
                    .uid_fetch(&uid, "(UID BODY.PEEK[])")
                    .await?
                    .try_collect()
                    .await
            })
            .await??;
            let raw = found.first().and_then(|f| f.body()).unwrap_or_default();
            if !raw.is_empty() {
                let delivery = Delivery {
                    via: "imap",
                    sender: None,
                    recipients: Vec::new(),
                    raw: raw.to_vec(),
                };
                intake::keep(app, &delivery)
                    .await
                    .map_err(|e| e.to_string())?;
            }
        }
        let _: Vec<_> = timeout(ANSWER, async {
            session
                .uid_store(&uid, "+FLAGS (\\Seen)")
                .await?
                .try_collect()
                .await
        })
        .await??;
    }
    Ok(unread.len())
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn addresses_are_read_and_never_repeated() {
        let account = Account::parse("imaps://jo%40x.example:p%3Aw@mail.example/Desk").unwrap();
        assert_eq!(
            (account.user.as_str(), account.password.as_str()),
            ("jo@x.example", "p:w")
        );
        assert_eq!(
            (account.port, account.folder.as_str(), account.tls),
            (993, "Desk", true)
        );
        assert!(!format!("{account:?}").contains("p:w"));
        let plain = Account::parse("imap://a:b@127.0.0.1:1143").unwrap();
        assert_eq!(
            (plain.port, plain.folder.as_str(), plain.tls),
            (1143, "INBOX", false)
        );
        for bad in [
            "mail.example",
            "imaps://mail.example",
            "imaps://secret@mail.example",
            "imaps://u:secret@h:x",
        ] {
            let error = Account::parse(bad).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
