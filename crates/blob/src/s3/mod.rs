//! Blobs in a bucket that speaks S3: Amazon's, MinIO, Ceph, Garage and others.
//!
//! | file | what it holds |
//! |---|---|
//! | [`sign`] | signatures (pure) |
//! | [`http`] | connections |
//! | [`xml`] | what lists say (pure) |
//!
//! Only the server speaks to the bucket. Browsers get bytes from us, after the
//! same checks as from a disk; no address of the bucket ever leaves.
//!
//! A blob's name is the hash of its bytes, so it is known only when all of them
//! are there: they are collected in a file beside us and sent in parts from it.
//! Each part travels with its hash, which the bucket checks.

mod http;
mod sign;
mod xml;

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use jiff::Timestamp;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use url::Url;

use crate::{BlobError, Listed, Result, Sha};
pub(crate) use http::Answer;
use http::Http;
use sign::Asked;
pub use sign::Keys;

/// Bytes of a part; also the most that are in memory of one upload. S3 takes at
/// least five million, and ten thousand parts.
const PART: u64 = 16 * 1024 * 1024;
/// The longest list or error that is read.
const TEXT: usize = 8 * 1024 * 1024;
/// How often something is tried, with pauses that grow from a fifth of a second.
const TRIES: u32 = 4;
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Where the bucket is, and how to open it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The bucket's own address: `https://s3.example.org/bucket`, or
    /// `https://bucket.s3.eu-central-1.amazonaws.com`.
    pub url: String,
    /// What all names begin with, for a bucket that holds other things, too.
    pub prefix: String,
    /// Who asks.
    pub keys: Keys,
    /// Tells the time, which is signed.
    pub now: fn() -> Timestamp,
    /// Bytes of a part; [`None`] for the usual 16 MB.
    pub part: Option<u64>,
}

/// A bucket.
#[derive(Debug)]
pub struct Bucket {
    http: Http,
    host: String,
    /// `/bucket`, or nothing when the host is the bucket's own.
    base: String,
    settings: Settings,
}

struct Ask<'a> {
    method: &'static str,
    key: &'a str,
    query: &'a [(&'a str, &'a str)],
    range: Option<String>,
    body: Bytes,
    hash: String,
}

impl<'a> Ask<'a> {
    fn new(method: &'static str, key: &'a str) -> Ask<'a> {
        Ask {
            method,
            key,
            query: &[],
            range: None,
            body: Bytes::new(),
            hash: EMPTY.to_owned(),
        }
    }
}

impl Bucket {
    /// Get ready; nothing is asked yet.
    ///
    /// # Errors
    /// When an address, a prefix or a region cannot be one.
    pub fn new(settings: Settings) -> Result<Bucket> {
        let bad = |why: &str| {
            let error = std::io::Error::new(std::io::ErrorKind::InvalidInput, why.to_owned());
            BlobError::Io(error)
        };
        let plain = |text: &str| {
            text.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._/".contains(&b))
        };
        let url = Url::parse(&settings.url).map_err(|e| bad(&e.to_string()))?;
        let base = url.path().trim_end_matches('/').to_owned();
        if url.query().is_some() || !url.username().is_empty() || !plain(&base) {
            return Err(bad(
                "the address holds more than a host and the bucket's name",
            ));
        }
        let prefix = &settings.prefix;
        if !plain(prefix)
            || prefix.starts_with('/')
            || prefix.contains("//")
            || prefix.contains("..")
        {
            return Err(bad("the prefix takes letters, digits, and - . _ /"));
        }
        if settings.keys.region.is_empty() || !plain(&settings.keys.region) {
            return Err(bad("the region takes letters, digits and -"));
        }
        let http = Http::to(&url)?;
        let host = url.host_str().unwrap_or_default();
        Ok(Bucket {
            host: match url.port() {
                Some(port) => format!("{host}:{port}"),
                None => host.to_owned(),
            },
            http,
            base,
            settings,
        })
    }

    fn key(&self, sha: &Sha) -> String {
        format!("{}{sha}", self.settings.prefix)
    }

    async fn once(&self, ask: &Ask<'_>) -> std::io::Result<Answer> {
        let now = (self.settings.now)();
        let path = format!("{}/{}", self.base, ask.key);
        let mut headers = vec![
            ("host", self.host.clone()),
            ("x-amz-content-sha256", ask.hash.clone()),
            ("x-amz-date", sign::stamp(now)),
        ];
        if let Some(range) = &ask.range {
            headers.push(("range", range.clone()));
        }
        let asked = Asked {
            method: ask.method,
            path: &path,
            query: ask.query,
            headers: &headers,
            body: &ask.hash,
        };
        let signed = sign::authorization(&self.settings.keys, &asked, now);
        let address = if ask.query.is_empty() {
            path
        } else {
            format!("{path}?{}", sign::query(ask.query))
        };
        let mut request = Request::builder().method(ask.method).uri(address);
        for (name, value) in &headers {
            request = request.header(*name, value);
        }
        let request = request
            .header("authorization", signed)
            .body(Full::new(ask.body.clone()))
            .map_err(std::io::Error::other)?;
        self.http.send(request).await
    }

    /// Ask until there is an answer that is not the bucket's own trouble.
    async fn ask(&self, ask: &Ask<'_>) -> Result<Answer> {
        for n in 0.. {
            let trouble = match self.once(ask).await {
                Ok(answer) if !matches!(answer.status(), 429 | 500 | 502 | 503 | 504) => {
                    return Ok(answer);
                }
                Ok(answer) => refused(answer).await,
                Err(error) => BlobError::Io(error),
            };
            if n + 1 >= TRIES {
                return Err(trouble);
            }
            tokio::time::sleep(Duration::from_millis(200 << (n * 2))).await;
        }
        Err(BlobError::Missing)
    }

    /// [`Bucket::ask`], and an error of it is ours.
    async fn must(&self, ask: &Ask<'_>) -> Result<Answer> {
        let answer = self.ask(ask).await?;
        match answer.status() {
            200..=299 => Ok(answer),
            // To what is written it would be the bucket that is missing.
            404 if !ask.key.is_empty() && ask.body.is_empty() => Err(BlobError::Missing),
            _ => Err(refused(answer).await),
        }
    }

    /// Whether the bucket is there and opens.
    pub(crate) async fn check(&self) -> Result<()> {
        let query = [
            ("list-type", "2"),
            ("max-keys", "1"),
            ("prefix", &self.settings.prefix),
        ];
        let ask = Ask {
            query: &query,
            ..Ask::new("GET", "")
        };
        self.must(&ask).await?.text(TEXT).await?;
        Ok(())
    }

    /// How large a blob is and when it was written.
    pub(crate) async fn head(&self, sha: &Sha) -> Result<(u64, Timestamp)> {
        let key = self.key(sha);
        let answer = self.must(&Ask::new("HEAD", &key)).await?;
        let size = answer.header("content-length").and_then(|n| n.parse().ok());
        let at = answer.header("last-modified").and_then(http_date);
        let known = size.zip(at);
        let _ = answer.text(TEXT).await;
        known.ok_or_else(|| other("it does not say how large or how old a blob is"))
    }

    /// The bytes of a blob from `from` on; none when that is behind its end.
    pub(crate) async fn get(
        &self,
        sha: &Sha,
        from: u64,
        length: Option<u64>,
    ) -> Result<Option<(Answer, u64)>> {
        if length == Some(0) {
            self.head(sha).await?;
            return Ok(None);
        }
        let key = self.key(sha);
        let mut ask = Ask::new("GET", &key);
        if from > 0 || length.is_some() {
            let last = length.map(|n| from.saturating_add(n - 1).to_string());
            ask.range = Some(format!("bytes={from}-{}", last.unwrap_or_default()));
        }
        let answer = self.ask(&ask).await?;
        match answer.status() {
            // The whole although a part was asked: not what S3 does.
            200 if ask.range.is_some() && from > 0 => Err(other("it answers no parts")),
            200 | 206 => {
                let left = answer.header("content-length").and_then(|n| n.parse().ok());
                let left: u64 = left.ok_or_else(|| other("it does not say how much it sends"))?;
                let left = length.map_or(left, |most| left.min(most));
                Ok(Some((answer, left)))
            }
            404 => Err(BlobError::Missing),
            416 => {
                let _ = answer.text(TEXT).await;
                Ok(None)
            }
            _ => Err(refused(answer).await),
        }
    }

    /// Put a file of this hash into the bucket.
    pub(crate) async fn put(&self, file: &Path, sha: &Sha) -> Result<()> {
        let size = tokio::fs::metadata(file).await?.len();
        let part = self
            .settings
            .part
            .unwrap_or(PART)
            .max(size.div_ceil(10_000));
        let mut file = File::open(file).await?;
        if size <= part {
            let mut body = Vec::new();
            file.read_to_end(&mut body).await?;
            let key = self.key(sha);
            let ask = Ask {
                body: body.into(),
                hash: sha.as_str().to_owned(),
                ..Ask::new("PUT", &key)
            };
            self.must(&ask).await?.text(TEXT).await?;
            return Ok(());
        }
        let key = self.key(sha);
        let begin = Ask {
            query: &[("uploads", "")],
            ..Ask::new("POST", &key)
        };
        let told = self.must(&begin).await?.text(TEXT).await?;
        let upload = xml::upload_id(&told).ok_or_else(|| other("it begins no upload"))?;
        let done = self.parts(&mut file, &key, &upload, part, size).await;
        if done.is_err() {
            let query = [("uploadId", upload.as_str())];
            let give_up = Ask {
                query: &query,
                ..Ask::new("DELETE", &key)
            };
            // What cannot be given up now is swept later.
            let _ = self.ask(&give_up).await;
        }
        done
    }

    async fn parts(
        &self,
        file: &mut File,
        key: &str,
        upload: &str,
        part: u64,
        size: u64,
    ) -> Result<()> {
        let mut tags = Vec::new();
        let mut left = size;
        while left > 0 {
            let length = usize::try_from(left.min(part)).unwrap_or(usize::MAX);
            let mut body = vec![0; length];
            file.read_exact(&mut body).await?;
            left -= length as u64;
            let number = (tags.len() + 1).to_string();
            let query = [("partNumber", number.as_str()), ("uploadId", upload)];
            let ask = Ask {
                query: &query,
                hash: sign::sha256(&body),
                body: body.into(),
                ..Ask::new("PUT", key)
            };
            let answer = self.must(&ask).await?;
            let tag = answer.header("etag").map(str::to_owned);
            tags.push(tag.ok_or_else(|| other("it does not confirm a part"))?);
            answer.text(TEXT).await?;
        }
        let body = xml::parts(&tags);
        let query = [("uploadId", upload)];
        let ask = Ask {
            query: &query,
            hash: sign::sha256(body.as_bytes()),
            body: body.into(),
            ..Ask::new("POST", key)
        };
        // It may answer 200 and then say in the body that it failed.
        let told = self.must(&ask).await?.text(TEXT).await?;
        match xml::error(&told) {
            None => Ok(()),
            Some(code) => Err(other(&code)),
        }
    }

    /// Remove a blob. It is fine if it is not there.
    pub(crate) async fn remove(&self, sha: &Sha) -> Result<()> {
        let key = self.key(sha);
        match self.must(&Ask::new("DELETE", &key)).await {
            Ok(answer) => {
                answer.text(TEXT).await?;
                Ok(())
            }
            Err(BlobError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// All blobs.
    pub(crate) async fn list(&self) -> Result<Vec<Listed>> {
        let (mut all, mut after) = (Vec::new(), None::<String>);
        loop {
            let mut query = vec![
                ("list-type", "2"),
                ("prefix", self.settings.prefix.as_str()),
            ];
            query.extend(after.as_deref().map(|token| ("continuation-token", token)));
            let ask = Ask {
                query: &query,
                ..Ask::new("GET", "")
            };
            let told = self.must(&ask).await?.text(TEXT).await?;
            let page = xml::objects(&told).ok_or_else(|| other("its list cannot be read"))?;
            for (key, written) in page.items {
                // What lies beside ours is none of our business.
                let name = key.strip_prefix(&self.settings.prefix);
                all.extend(name.and_then(Sha::parse).map(|sha| Listed { sha, written }));
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(all),
            }
        }
    }

    /// Give up uploads in parts that were begun before `before`, as a crash leaves
    /// them. At most a thousand at once; the next round takes more.
    pub(crate) async fn sweep(&self, before: Timestamp) -> Result<usize> {
        let query = [("uploads", ""), ("prefix", self.settings.prefix.as_str())];
        let ask = Ask {
            query: &query,
            ..Ask::new("GET", "")
        };
        let answer = self.ask(&ask).await?;
        // Some stores give up old ones by themselves and list none.
        if matches!(answer.status(), 405 | 501) {
            return Ok(0);
        }
        if answer.status() != 200 {
            return Err(refused(answer).await);
        }
        let told = answer.text(TEXT).await?;
        let begun = xml::uploads(&told).ok_or_else(|| other("its list cannot be read"))?;
        let mut gone = 0;
        for (key, id, at) in begun {
            let ours = key.strip_prefix(&self.settings.prefix).and_then(Sha::parse);
            if ours.is_none() || at >= before {
                continue;
            }
            let query = [("uploadId", id.as_str())];
            let give_up = Ask {
                query: &query,
                ..Ask::new("DELETE", &key)
            };
            match self.must(&give_up).await {
                Ok(_) => gone += 1,
                Err(BlobError::Missing) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(gone)
    }
}

fn other(why: &str) -> BlobError {
    BlobError::Io(std::io::Error::other(format!("the bucket: {why}")))
}

/// What an answer says went wrong: its status and its code, never the rest,
/// which may repeat what was signed.
async fn refused(answer: Answer) -> BlobError {
    let status = answer.status();
    let told = answer.text(TEXT).await.unwrap_or_default();
    let code = xml::error(&told).unwrap_or_default();
    other(format!("{status} {code}").trim())
}

/// `Wed, 21 Oct 2015 07:28:00 GMT`
fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text)
        .ok()
        .map(|at| at.timestamp())
}
