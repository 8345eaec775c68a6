//! One request to one checked address.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderName, HeaderValue};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use url::Host;

use crate::resolve::{Resolve, System};
use crate::rule::{Allow, BadAddress, Target};

/// How long one address may take to accept a connection before the next is
/// tried.
const CONNECT: Duration = Duration::from_secs(3);
/// The most bytes of an answer's head.
const HEAD: usize = 64 * 1024;

/// What to send.
#[derive(Debug, Clone)]
pub struct Request {
    /// `POST`, `GET`, …
    pub method: &'static str,
    /// Where to.
    pub address: String,
    /// Besides `Host` and `Content-Length`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// For everything together: look-up, connection, sending, reading.
    pub within: Duration,
    /// The most bytes of the answer's body that are read.
    pub at_most: usize,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status; redirects are not followed.
    pub status: u16,
    /// Where a redirect would lead.
    pub location: Option<String>,
    /// As much of the body as was asked for.
    pub body: Vec<u8>,
    /// Whether there was more.
    pub cut: bool,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It is not asked at all.
    #[error("{0}")]
    Address(#[from] BadAddress),
    /// The name has no address.
    #[error("the name {0} has no address")]
    Unknown(String),
    /// Nobody takes the connection.
    #[error("no connection: {0}")]
    Connect(String),
    /// The certificate or the encryption does not fit.
    #[error("no encrypted connection: {0}")]
    Tls(String),
    /// The time is over.
    #[error("no whole answer in time")]
    Late,
    /// The connection broke, or what came is not HTTP.
    #[error("the answer broke off: {0}")]
    Broken(String),
}

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    allow: Arc<Allow>,
    resolver: Arc<dyn Resolve>,
    tls: Arc<OnceLock<TlsConnector>>,
}

impl Client {
    /// With the system's resolver.
    pub fn new(allow: Allow) -> Client {
        Client::with(allow, System)
    }

    /// With another resolver.
    pub fn with(allow: Allow, resolver: impl Resolve + 'static) -> Client {
        Client {
            allow: Arc::new(allow),
            resolver: Arc::new(resolver),
            tls: Arc::default(),
        }
    }

    /// Look at an address without asking it: what can be said at once.
    ///
    /// # Errors
    /// Why it would be refused.
    pub fn check(&self, address: &str) -> Result<(), BadAddress> {
        self.allow.target(address).map(|_| ())
    }

    /// Send a request and read the answer.
    ///
    /// # Errors
    /// Why there is no answer. An answer of any status is none.
    pub async fn send(&self, request: Request) -> Result<Answer, Problem> {
        let within = request.within;
        tokio::time::timeout(within, self.exchange(request))
            .await
            .unwrap_or(Err(Problem::Late))
    }

    async fn exchange(&self, request: Request) -> Result<Answer, Problem> {
        let target = self.allow.target(&request.address)?;
        let stream = self.connect(&target).await?;
        if target.tls {
            let name = match &target.host {
                Host::Domain(name) => {
                    ServerName::try_from(name.clone()).map_err(|e| Problem::Tls(e.to_string()))?
                }
                Host::Ipv4(ip) => ServerName::from(IpAddr::from(*ip)),
                Host::Ipv6(ip) => ServerName::from(IpAddr::from(*ip)),
            };
            let stream = self
                .tls()
                .connect(name, stream)
                .await
                .map_err(|e| Problem::Tls(e.to_string()))?;
            speak(TokioIo::new(stream), &target, request).await
        } else {
            speak(TokioIo::new(stream), &target, request).await
        }
    }

    /// Resolve once, check every address, and connect to one of those.
    async fn connect(&self, target: &Target) -> Result<TcpStream, Problem> {
        let ips = match &target.host {
            Host::Ipv4(ip) => vec![IpAddr::from(*ip)],
            Host::Ipv6(ip) => vec![IpAddr::from(*ip)],
            Host::Domain(name) => self
                .resolver
                .resolve(name)
                .await
                .map_err(|_| Problem::Unknown(name.clone()))?,
        };
        if ips.is_empty() {
            return Err(Problem::Unknown(target.host.to_string()));
        }
        for ip in &ips {
            self.allow.check(target, *ip)?;
        }
        let mut last = Problem::Unknown(target.host.to_string());
        for ip in ips {
            let at = SocketAddr::new(ip, target.port);
            match tokio::time::timeout(CONNECT, TcpStream::connect(at)).await {
                Ok(Ok(stream)) => {
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => last = Problem::Connect(error.to_string()),
                Err(_) => last = Problem::Connect(format!("{ip} does not answer")),
            }
        }
        Err(last)
    }

    fn tls(&self) -> &TlsConnector {
        self.tls.get_or_init(|| {
            let mut roots = RootCertStore::empty();
            let found = rustls_native_certs::load_native_certs();
            for error in &found.errors {
                tracing::warn!(%error, "certificates of the system could not be read");
            }
            roots.add_parsable_certificates(found.certs);
            let config =
                ClientConfig::builder_with_provider(crypto::ring::default_provider().into())
                    .with_safe_default_protocol_versions()
                    .expect("ring offers TLS 1.2 and 1.3")
                    .with_root_certificates(roots)
                    .with_no_client_auth();
            TlsConnector::from(Arc::new(config))
        })
    }
}

/// Ends the task that drives a connection when the exchange is over.
struct Driver(tokio::task::JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn broken(error: impl std::fmt::Display) -> Problem {
    Problem::Broken(error.to_string())
}

async fn speak<S>(stream: S, target: &Target, request: Request) -> Result<Answer, Problem>
where
    S: Read + Write + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD)
        .handshake(stream)
        .await
        .map_err(broken)?;
    let _driver = Driver(tokio::spawn(async move {
        let _ = connection.await;
    }));
    let path = match target.url.query() {
        Some(query) => format!("{}?{query}", target.url.path()),
        None => target.url.path().to_owned(),
    };
    let host = match target.url.port() {
        Some(port) => format!("{}:{port}", target.host),
        None => target.host.to_string(),
    };
    let mut message = hyper::Request::builder()
        .method(request.method)
        .uri(path)
        .header(HOST, host);
    for (name, value) in &request.headers {
        let value = HeaderValue::from_str(value).map_err(broken)?;
        message = message.header(HeaderName::from_static(name), value);
    }
    let message = message
        .body(Full::new(Bytes::from(request.body)))
        .map_err(broken)?;
    let answer = sender.send_request(message).await.map_err(broken)?;
    let status = answer.status().as_u16();
    let location = answer
        .headers()
        .get("location")
        .and_then(|v| v.to_str().ok())
        .map(str::to_owned);
    let mut body = Vec::new();
    let mut cut = false;
    let mut incoming = answer.into_body();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(broken)?;
        if let Some(data) = frame.data_ref() {
            let room = request.at_most - body.len();
            body.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room {
                cut = true;
                break;
            }
        }
    }
    Ok(Answer {
        status,
        location,
        body,
        cut,
    })
}
