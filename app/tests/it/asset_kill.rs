//! What an upload acknowledges is on disk: the real program is killed (SIGKILL)
//! again and again in the middle of a large upload, which goes on each time
//! where it stopped; in the end the bytes are the same and nothing is left over.
//!
//! `MIL_UPLOAD_KILL_MB=10000` uploads that many megabytes; 40 otherwise. The
//! kill comes when so many bytes were sent, so no time is measured or waited for.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use mil::actor::{Actor, Role, Scope};
use mil::clock::Clock;
use mil::people::{store, tokens};
use mil::schema::MIGRATIONS;
use mil_db::Db;
use serde_json::Value;
use sha2::{Digest, Sha256};

const KILLS: u64 = 20;

fn start(dir: &Path) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mil"))
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--log",
            "error",
            "--upload-mb",
            "10000",
            "--data-dir",
        ])
        .arg(dir)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped"))
        .read_line(&mut line)
        .expect("it says its address");
    let address = line
        .trim()
        .rsplit_once("http://")
        .unwrap_or_else(|| panic!("no address in {line:?}"))
        .1
        .to_owned();
    (child, address)
}

/// The byte at a place: a file of any size without having it.
fn fill(from: u64, piece: &mut [u8]) {
    for (n, byte) in piece.iter_mut().enumerate() {
        let at = from + n as u64;
        *byte = (at ^ (at >> 8) ^ (at >> 17)).wrapping_mul(167) as u8;
    }
}

fn ask(address: &str, token: &str, method: &str, path: &str, head: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\n{head}Connection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (
        head.split(' ').nth(1).unwrap().parse().unwrap(),
        head.to_lowercase(),
        body.to_owned(),
    )
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    head.lines()
        .find_map(|l| l.strip_prefix(&format!("{name}: ")))
        .unwrap_or_else(|| panic!("no {name} in {head}"))
}

/// Send bytes from `at` to `end`; the connection is left open and unanswered
/// when `end` comes before `size`.
fn send(address: &str, token: &str, path: &str, at: u64, end: u64, size: u64) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(stream, "PATCH {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: {at}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", size - at).ok()?;
    let mut piece = vec![0; 256 * 1024];
    let mut now = at;
    while now < end {
        let n = (end - now).min(piece.len() as u64) as usize;
        fill(now, &mut piece[..n]);
        stream.write_all(&piece[..n]).ok()?;
        now += n as u64;
    }
    Some(stream)
}

async fn prepare(dir: &Path) -> String {
    let db = Db::connect(&format!("sqlite:{}", dir.join("mil.sqlite").display()))
        .await
        .unwrap();
    mil_db::migrate::migrate(&db, MIGRATIONS).await.unwrap();
    let now = Clock::manual(crate::harness::MONDAY_TEN.parse().unwrap()).now();
    let mut tx = db.begin().await.unwrap();
    let id = store::insert(
        &mut tx,
        now,
        "mia@a.example",
        "Mia",
        Role::Marketer,
        None,
        None,
        None,
    )
    .await
    .unwrap();
    let scopes = [Scope::Read, Scope::Write].into();
    let (_, token) = tokens::create(&mut tx, &Actor::cli(), now, &id, "kill", &scopes, None)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    token
}

#[tokio::test]
async fn an_upload_survives_twenty_kills() {
    let megabytes: u64 = std::env::var("MIL_UPLOAD_KILL_MB")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(40);
    let size = megabytes * 1_000_000;
    let dir = tempfile::tempdir().unwrap();
    let token = prepare(dir.path()).await;
    let (mut child, mut address) = start(dir.path());
    let (status, head, _) = ask(
        &address,
        &token,
        "POST",
        "/api/v1/asset-uploads",
        &format!("Upload-Length: {size}\r\nUpload-Metadata: filename ZmlsbS5iaW4=\r\n"),
    );
    assert_eq!(status, 201);
    let path = header(&head, "location").to_owned();
    let (mut at, mut sent_twice) = (0, 0);
    for kill in 1..=KILLS {
        let end = (size * kill / (KILLS + 1)).max(at);
        let stream = send(&address, &token, &path, at, end, size);
        child.kill().unwrap();
        child.wait().unwrap();
        drop(stream);
        (child, address) = start(dir.path());
        let (status, head, _) = ask(&address, &token, "HEAD", &path, "");
        assert_eq!(status, 200);
        let there: u64 = header(&head, "upload-offset").parse().unwrap();
        assert!(
            there >= at && there <= end,
            "kill {kill}: {there} of {end} bytes, {at} were acknowledged"
        );
        sent_twice += end - there;
        at = there;
    }
    let mut stream = send(&address, &token, &path, at, size, size).expect("it runs");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    let (_, _, body) = ask(
        &address,
        &token,
        "GET",
        &path,
        "Accept-Encoding: identity\r\n",
    );
    let text = &body[body.find('{').unwrap()..=body.rfind('}').unwrap()];
    let told: Value = serde_json::from_str(text).unwrap();
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 20];
    let mut now = 0;
    while now < size {
        let n = (size - now).min(piece.len() as u64) as usize;
        fill(now, &mut piece[..n]);
        hash.update(&piece[..n]);
        now += n as u64;
    }
    let expected = hash
        .finalize()
        .iter()
        .fold(String::new(), |s, b| format!("{s}{b:02x}"));
    assert_eq!(told["sha256"], expected.as_str());
    // The bytes on disk are those, too, and no part is left over.
    let blob = dir
        .path()
        .join("files")
        .join(&expected[..2])
        .join(&expected[2..4])
        .join(&expected);
    let mut file = std::fs::File::open(blob).unwrap();
    let mut disk = Sha256::new();
    loop {
        let n = file.read(&mut piece).unwrap();
        if n == 0 {
            break;
        }
        disk.update(&piece[..n]);
    }
    let disk = disk
        .finalize()
        .iter()
        .fold(String::new(), |s, b| format!("{s}{b:02x}"));
    assert_eq!(disk, expected);
    assert_eq!(
        std::fs::read_dir(dir.path().join("files/uploads"))
            .unwrap()
            .count(),
        0
    );
    child.kill().unwrap();
    child.wait().unwrap();
    eprintln!(
        "{megabytes} MB, {KILLS} kills, {:.1} MB sent twice",
        sent_twice as f64 / 1e6
    );
}
