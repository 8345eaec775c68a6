//! The real program is killed (SIGKILL) 20 times while it sends webhooks. In the
//! end every order that was acknowledged has been told, and what was told twice
//! has the same id and the same body.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use mil::clock::{Clock, from_micros};
use mil::schema::MIGRATIONS;
use mil::webhooks::listen;
use mil::webhooks::send::Crew;
use mil_db::{Db, sql, testing};
use serde_json::{Value, json};

use crate::harness::config;
use crate::kill::{post, prepare, start};

/// Bodies by event id, in the order in which they came.
type Told = Arc<Mutex<BTreeMap<String, Vec<String>>>>;

/// Takes everything; every seventh answer is a failure.
fn sink() -> (u16, Told) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let told = Told::default();
    let here = told.clone();
    let count = Arc::new(AtomicUsize::new(0));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (told, count) = (here.clone(), count.clone());
            std::thread::spawn(move || take(stream, &told, &count));
        }
    });
    (port, told)
}

fn take(stream: TcpStream, told: &Told, count: &AtomicUsize) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut length, mut id) = (0, String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "mil-event-id" => value.clone_into(&mut id),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).ok()?;
    let fails = count.fetch_add(1, Ordering::SeqCst) % 7 == 6;
    if !fails {
        told.lock().ok()?.entry(id).or_default().push(body);
    }
    let status = if fails { "500 No" } else { "200 OK" };
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
    (&stream).write_all(answer.as_bytes()).ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_twenty_kills_everything_was_told() {
    let dir = tempfile::tempdir().unwrap();
    let db = testing::sqlite(dir.path(), MIGRATIONS).await;
    let token = prepare(&db).await;
    let (port, told) = sink();
    let mut tx = db.begin().await.unwrap();
    sql(
        "INSERT INTO webhook (id, name, address, events, services, secret, active_at, failures,
            rest_until, created_at, version)
         VALUES ('hook', 'Sink', $1, '[\"request.ordered\"]', '[]', 'secret', 1, 0, 0, 1, 1)",
    )
    .bind(format!("http://127.0.0.1:{port}/"))
    .run(&mut tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    let path = dir.path().join("mil.sqlite");

    let mut acknowledged = Vec::new();
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    for round in 0..20 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let orders = 2 + usize::try_from(seed >> 61).unwrap();
        let mut server = start(&format!("sqlite:{}", path.display()), dir.path());
        let before: usize = told.lock().unwrap().len();
        for n in 0..orders {
            let lines = json!({ "lines": [{ "service": "company-logo", "title": format!("{round}-{n}"),
                "answers": { "use": "slides", "format": "png" } }] });
            let kind = "application/json";
            let (status, body) = post(
                &server.address,
                "/api/v1/orders",
                &token,
                kind,
                &lines.to_string(),
            )
            .unwrap();
            assert_eq!(status, 201, "{body}");
            let placed: Value = serde_json::from_str(&body).unwrap();
            acknowledged.push(placed["requests"][0]["id"].as_str().unwrap().to_owned());
        }
        // Half of the rounds are killed while something is on its way: as soon
        // as the sink has heard of one more.
        while round % 2 == 0 && told.lock().unwrap().len() == before {
            std::thread::yield_now();
        }
        server.child.kill().expect("it was running");
        server.child.wait().expect("it ends");
    }

    // What is left is sent by a program that lives on, later.
    let db = Db::open_file(&path).await.unwrap();
    let last: i64 = sql("SELECT MAX(at) AS at FROM event")
        .value("at", &db)
        .await
        .unwrap();
    let clock = Clock::manual(from_micros(last));
    clock.advance(SignedDuration::from_mins(5));
    let app = mil::App::new(db, config(dir.path()), clock).await.unwrap();
    let waiting = "SELECT (SELECT COUNT(*) FROM outbox WHERE listener = 'webhooks')
        + (SELECT COUNT(*) FROM webhook_delivery WHERE state = 'waiting') AS n";
    for _ in 0..200 {
        listen::run(&app, app.now()).await.unwrap();
        for task in Crew::default().round(&app).await.unwrap() {
            task.await.unwrap();
        }
        if sql(waiting).value::<i64>("n", &app.db).await.unwrap() == 0 {
            break;
        }
        app.clock.advance(SignedDuration::from_mins(1));
    }
    let told = told.lock().unwrap().clone();
    let events = sql("SELECT id, item_id FROM event WHERE verb = 'request.ordered'")
        .all(&app.db)
        .await
        .unwrap();
    let ids: Vec<String> = events.iter().map(|r| r.get("id").unwrap()).collect();
    let items: Vec<String> = events.iter().map(|r| r.get("item_id").unwrap()).collect();
    for item in &acknowledged {
        assert!(items.contains(item), "{item} was acknowledged");
    }
    for id in &ids {
        let bodies = told
            .get(id)
            .unwrap_or_else(|| panic!("{id} was never told"));
        assert!(
            bodies.windows(2).all(|pair| pair[0] == pair[1]),
            "{id} changed"
        );
        let body: Value = serde_json::from_str(&bodies[0]).unwrap();
        assert_eq!(body["id"], id.as_str());
    }
    assert_eq!(
        told.len(),
        ids.len(),
        "nothing was told that did not happen"
    );
}
