//! An order acknowledged is on disk: the real program is killed (SIGKILL) in
//! the middle of its writes, again and again, and afterwards every order that a
//! client was told about is there whole, and no order is there in part.
//!
//! The kill comes after a seeded number of acknowledgements while other
//! clients are in the middle of theirs, so no time is measured or waited for.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use mil::actor::{Actor, Role, Scope};
use mil::clock::Clock;
use mil::people::{store, tokens};
use mil::schema::MIGRATIONS;
use mil::starter;
use mil_db::{Db, sql, testing};
use serde_json::{Value, json};

const CLIENTS: usize = 4;

/// What a client was told: the order's number and the ids of its requests.
#[derive(Debug)]
struct Told {
    number: i64,
    requests: Vec<String>,
}

pub struct Running {
    pub child: Child,
    pub address: String,
}

pub fn start(database: &str, dir: &Path) -> Running {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mil"))
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "error"])
        .args(["--database-url", database])
        .args(["--outbound-allow", "127.0.0.1:*"])
        .arg("--data-dir")
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
    Running { child, address }
}

/// One request on a connection of its own; `None` when the server is gone.
pub fn post(
    address: &str,
    path: &str,
    token: &str,
    kind: &str,
    body: &str,
) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let chunked = head
        .to_ascii_lowercase()
        .contains("transfer-encoding: chunked");
    let body = if chunked {
        // One chunk: its length stands on the first line.
        body.split_once("\r\n")?.1.split("\r\n").next()?.to_owned()
    } else {
        body.to_owned()
    };
    Some((status, body))
}

/// Order two services at once, the first with a file. `None` when the server
/// died before it answered.
fn order(address: &str, token: &str, n: usize) -> Option<Told> {
    let part = format!(
        "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"n{n}.txt\"\r\n\
         Content-Type: text/plain\r\n\r\nfile {n}\r\n--cut--\r\n"
    );
    let (status, body) = post(
        address,
        "/api/v1/files",
        token,
        "multipart/form-data; boundary=cut",
        &part,
    )?;
    assert_eq!(status, 201, "{body}");
    let file: Value = serde_json::from_str(&body).ok()?;
    let lines = json!({ "lines": [
        { "service": "update-a-web-page", "answers": { "subject": format!("n{n}"),
            "address": "https://a.example/", "change": "x", "files": [file["id"]] } },
        { "service": "company-logo", "answers": { "use": "slides", "format": "png" } },
    ] });
    let (status, body) = post(
        address,
        "/api/v1/orders",
        token,
        "application/json",
        &lines.to_string(),
    )?;
    assert_eq!(status, 201, "{body}");
    let placed: Value = serde_json::from_str(&body).ok()?;
    Some(Told {
        number: placed["number"].as_i64()?,
        requests: placed["requests"]
            .as_array()?
            .iter()
            .filter_map(|r| r["id"].as_str().map(str::to_owned))
            .collect(),
    })
}

pub async fn prepare(db: &Db) -> String {
    let now = Clock::manual(crate::harness::MONDAY_TEN.parse().unwrap()).now();
    let mut tx = db.begin().await.unwrap();
    starter::install(&mut tx, now, "Europe/Berlin")
        .await
        .unwrap();
    let id = store::insert(
        &mut tx,
        now,
        "maren@a.example",
        "Maren",
        Role::Requester,
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
    token
}

/// Kill it `kills` times; returns everything that clients were told.
fn torment(database: &str, dir: &Path, token: &str, kills: usize) -> Vec<Told> {
    let mut all = Vec::new();
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    for round in 0..kills {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let after = 1 + usize::try_from(seed >> 60).unwrap();
        let mut server = start(database, dir);
        let (tell, told) = mpsc::channel();
        let over = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (tell, over) = (tell.clone(), over.clone());
                let (address, token) = (server.address.clone(), token.to_owned());
                std::thread::spawn(move || {
                    let mut n = round * 100_000 + client * 10_000;
                    while !over.load(Ordering::Relaxed) {
                        let Some(order) = order(&address, &token, n) else {
                            break;
                        };
                        let _ = tell.send(order);
                        n += 1;
                    }
                })
            })
            .collect();
        drop(tell);
        all.extend((0..after).map(|_| told.recv().expect("the server takes orders")));
        server.child.kill().expect("it was running");
        over.store(true, Ordering::Relaxed);
        server.child.wait().expect("it ends");
        for client in clients {
            client.join().expect("no client saw a wrong answer");
        }
        all.extend(told.try_iter());
    }
    all
}

async fn count(db: &Db, text: &'static str) -> i64 {
    sql(text).value("n", db).await.unwrap()
}

async fn inspect(db: &Db, dir: &Path, told: &[Told]) {
    for order in told {
        let ids: Vec<String> = sql(
            "SELECT w.id FROM work_item w JOIN service_order o ON o.id = w.order_id
             WHERE o.number = $1 ORDER BY w.number",
        )
        .bind(order.number)
        .column("id", db)
        .await
        .unwrap();
        assert_eq!(
            ids, order.requests,
            "order {} was acknowledged",
            order.number
        );
    }
    let orders = count(db, "SELECT COUNT(*) AS n FROM service_order").await;
    assert!(orders >= told.len() as i64);
    let items = count(db, "SELECT COUNT(*) AS n FROM work_item").await;
    assert_eq!(items, 2 * orders, "every order has both requests");
    let broken = count(
        db,
        "SELECT COUNT(*) AS n FROM work_item w WHERE
           (SELECT COUNT(*) FROM event e WHERE e.item_id = w.id AND e.verb = 'request.ordered') <> 1
        OR (SELECT COUNT(*) FROM stage_visit v WHERE v.item_id = w.id) <> 1
        OR w.deliver_by = 0 OR w.version = 0",
    )
    .await;
    assert_eq!(broken, 0, "no request is there in part");
    let files = count(
        db,
        "SELECT COUNT(*) AS n FROM attachment WHERE item_id IS NOT NULL",
    )
    .await;
    assert_eq!(files, orders, "every order has its file");
    let numbers = count(
        db,
        "SELECT MAX(number) - MIN(number) + 1 AS n FROM work_item",
    )
    .await;
    assert_eq!(numbers, items, "the numbers have no gap");
    let blobs = mil_blob::Blobs::in_directory(dir.join("files"));
    for sha in sql("SELECT sha256 FROM attachment")
        .column::<String>("sha256", db)
        .await
        .unwrap()
    {
        let sha = mil_blob::Sha::parse(&sha).expect("a SHA-256");
        assert!(
            blobs.size(&sha).await.is_ok(),
            "the bytes of {sha:?} are on disk"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    let db = testing::sqlite(dir.path(), MIGRATIONS).await;
    let token = prepare(&db).await;
    db.close().await;
    let path = dir.path().join("mil.sqlite");
    let told = torment(
        &format!("sqlite:{}", path.display()),
        dir.path(),
        &token,
        50,
    );
    let db = Db::open_file(&path).await.unwrap();
    inspect(&db, dir.path(), &told).await;
    let sound: String = sql("SELECT integrity_check AS answer FROM pragma_integrity_check")
        .value("answer", &db)
        .await
        .unwrap();
    assert_eq!(sound, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_postgres() {
    let Some(url) = testing::postgres_url() else {
        eprintln!("MIL_TEST_POSTGRES is not set: skipped");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let db = testing::postgres(&url, MIGRATIONS).await;
    let token = prepare(&db).await;
    let name: String = sql("SELECT CAST(current_database() AS TEXT) AS name")
        .value("name", &db)
        .await
        .unwrap();
    let told = torment(&testing::with_database(&url, &name), dir.path(), &token, 10);
    inspect(&db, dir.path(), &told).await;
}
