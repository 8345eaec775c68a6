//! A receiver of webhooks that fails, hangs, drips or redirects as the path says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What arrived: path, headers, body.
#[derive(Debug, Clone)]
pub struct Got {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Value,
    pub raw: String,
}

/// A receiver on this machine that behaves as the path says.
#[derive(Clone)]
pub struct Sink {
    port: u16,
    got: Arc<Mutex<Vec<Got>>>,
    broken: Arc<Mutex<bool>>,
}

impl Sink {
    pub async fn start() -> Sink {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sink = Sink {
            port: listener.local_addr().unwrap().port(),
            got: Arc::default(),
            broken: Arc::default(),
        };
        let here = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(here.clone().serve(stream));
            }
        });
        sink
    }

    pub fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn got(&self, path: &str) -> Vec<Got> {
        let all = self.got.lock().unwrap();
        all.iter().filter(|g| g.path == path).cloned().collect()
    }

    pub fn breaks(&self, broken: bool) {
        *self.broken.lock().unwrap() = broken;
    }

    async fn serve(self, mut stream: TcpStream) {
        let Some(got) = read(&mut stream).await else {
            return;
        };
        let path = got.path.clone();
        let broken = *self.broken.lock().unwrap();
        self.got.lock().unwrap().push(got);
        let answer = match path.as_str() {
            "/hang" => {
                // Until the other side has had enough.
                let mut end = [0; 1];
                let _ = stream.read(&mut end).await;
                return;
            }
            "/drip" => {
                let head = "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n";
                let mut ticks = tokio::time::interval(Duration::from_millis(100));
                let mut said = stream.write_all(head.as_bytes()).await;
                while said.is_ok() {
                    ticks.tick().await;
                    said = stream.write_all(b".").await;
                }
                return;
            }
            "/redirect" => "HTTP/1.1 302 Found\r\nlocation: /ok\r\ncontent-length: 0\r\n\r\n",
            _ if broken => "HTTP/1.1 503 Busy\r\ncontent-length: 5\r\n\r\nlater",
            _ => "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        };
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}

async fn read(stream: &mut TcpStream) -> Option<Got> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let n = stream.read(&mut part).await.ok()?;
        bytes.extend_from_slice(&part[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let path = lines.next()?.split(' ').nth(1)?.to_owned();
            let headers: BTreeMap<String, String> = lines
                .filter_map(|l| l.split_once(": "))
                .map(|(k, v)| (k.to_ascii_lowercase(), v.to_owned()))
                .collect();
            if body.len() >= headers.get("content-length")?.parse().ok()? {
                return Some(Got {
                    path,
                    headers,
                    body: serde_json::from_str(body).ok()?,
                    raw: body.to_owned(),
                });
            }
        }
        if n == 0 {
            return None;
        }
    }
}
