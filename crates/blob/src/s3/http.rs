//! Connections to the one place that a bucket lies at. They are kept open and
//! used again; nothing else is ever asked by them, and no redirect is followed.

use std::io::{Error, Result};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use url::Url;

/// How long a connection may take to be there.
const CONNECT: Duration = Duration::from_secs(10);
/// How long may pass without a byte.
const SILENCE: Duration = Duration::from_secs(60);
/// How many idle connections are kept.
const KEPT: usize = 16;

type Sender = SendRequest<Full<Bytes>>;

#[derive(Clone)]
pub(crate) struct Http(Arc<Shared>);

struct Shared {
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    idle: Mutex<Vec<Sender>>,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Http({}:{})", self.0.host, self.0.port)
    }
}

/// An answer whose body is read piece by piece.
pub(crate) struct Answer {
    http: Http,
    sender: Option<Sender>,
    pub(crate) head: Response<()>,
    body: Incoming,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answer({})", self.head.status())
    }
}

impl Http {
    /// For the place of an address.
    pub(crate) fn to(url: &Url) -> Result<Http> {
        let bad = |why: &str| Error::new(std::io::ErrorKind::InvalidInput, why.to_owned());
        let host = url.host_str().ok_or_else(|| bad("no host"))?.to_owned();
        let port = url.port_or_known_default().ok_or_else(|| bad("no port"))?;
        let tls = match url.scheme() {
            "http" => None,
            "https" => {
                let name = host.trim_matches(['[', ']']).to_owned();
                let name = ServerName::try_from(name).map_err(|_| bad("no host name"))?;
                Some((connector(), name))
            }
            _ => return Err(bad("neither http nor https")),
        };
        Ok(Http(Arc::new(Shared {
            host,
            port,
            tls,
            idle: Mutex::default(),
        })))
    }

    async fn connect(&self) -> Result<Sender> {
        let host = self.0.host.trim_matches(['[', ']']);
        let stream = within(CONNECT, TcpStream::connect((host, self.0.port))).await??;
        stream.set_nodelay(true)?;
        match &self.0.tls {
            None => speak(TokioIo::new(stream)).await,
            Some((tls, name)) => {
                let stream = within(CONNECT, tls.connect(name.clone(), stream)).await??;
                speak(TokioIo::new(stream)).await
            }
        }
    }

    /// Send a request; the answer's head is there when this returns.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer> {
        loop {
            let kept = self.0.idle.lock().expect("never poisoned").pop();
            let was_kept = kept.is_some();
            let mut sender = match kept {
                Some(sender) if !sender.is_ready() => continue,
                Some(sender) => sender,
                None => self.connect().await?,
            };
            match within(SILENCE, sender.send_request(request.clone())).await? {
                Ok(answer) => {
                    let (head, body) = answer.into_parts();
                    return Ok(Answer {
                        http: self.clone(),
                        sender: Some(sender),
                        head: Response::from_parts(head, ()),
                        body,
                    });
                }
                // The other side closes what was idle for long.
                Err(_) if was_kept => {}
                Err(error) => return Err(Error::other(error)),
            }
        }
    }
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.head.status().as_u16()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.headers().get(name)?.to_str().ok()
    }

    /// The next piece; none at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            match within(SILENCE, self.body.frame()).await? {
                None => {
                    self.give_back();
                    return Ok(None);
                }
                Some(Err(error)) => return Err(Error::other(error)),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// The whole body, if it has at most `most` bytes.
    pub(crate) async fn text(mut self, most: usize) -> Result<String> {
        let mut all = Vec::new();
        while let Some(piece) = self.next().await? {
            if all.len() + piece.len() > most {
                return Err(Error::other("a longer answer than there can be"));
            }
            all.extend_from_slice(&piece);
        }
        String::from_utf8(all).map_err(Error::other)
    }

    fn give_back(&mut self) {
        let Some(sender) = self.sender.take() else {
            return;
        };
        let mut idle = self.http.0.idle.lock().expect("never poisoned");
        if idle.len() < KEPT && !sender.is_closed() {
            idle.push(sender);
        }
    }
}

async fn within<T>(time: Duration, what: impl Future<Output = T>) -> Result<T> {
    let done = tokio::time::timeout(time, what).await;
    done.map_err(|_| Error::from(std::io::ErrorKind::TimedOut))
}

async fn speak<S>(stream: S) -> Result<Sender>
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(stream).await.map_err(Error::other)?;
    tokio::spawn(async move {
        let _ = connection.await;
    });
    Ok(sender)
}

fn connector() -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("ring offers TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}
