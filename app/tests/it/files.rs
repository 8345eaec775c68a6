//! Files: in, out, and who may.

use axum::body::Body;
use axum::http::{Request, header};
use jiff::SignedDuration;
use mil::files::sweep;
use mil_db::sql;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestApp};
use crate::on_each_database;

/// One part of a form: its header line after `form-data`, and its bytes.
pub fn multipart(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (head, bytes) in parts {
        body.extend_from_slice(
            format!("--XX\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    body
}

pub async fn post_parts(client: &Client<'_>, path: &str, parts: &[(&str, &[u8])]) -> Answer {
    let request =
        Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX");
    client.send(request, Body::from(multipart(parts))).await
}

pub async fn upload(client: &Client<'_>, name: &str, bytes: &[u8]) -> Value {
    let head = format!("name=\"file\"; filename=\"{name}\"");
    post_parts(client, "/api/v1/files", &[(&head, bytes)])
        .await
        .expect(201)
        .json()
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000000000000000000000000000";

async fn web_order(app: &TestApp, who: &str, files: &[&str]) -> String {
    let order = json!({ "lines": [{ "service": "update-a-web-page", "answers": {
        "subject": "Fees", "address": "https://nordhaven.example/msc", "change": "x", "files": files } }] });
    let placed = app
        .as_(who)
        .post("/api/v1/orders", &order)
        .await
        .expect(201)
        .json();
    placed["requests"][0]["id"].as_str().unwrap().to_owned()
}

on_each_database!(a_file_goes_with_its_order, |app| {
    let (maren, rolf, priya) = (app.as_("maren"), app.as_("rolf"), app.as_("priya"));
    let file = upload(&maren, "plan.png", PNG).await;
    let id = file["id"].as_str().unwrap();
    assert_eq!(file["media_type"], "image/png");
    assert_eq!(file["size"], PNG.len());
    let path = format!("/api/v1/files/{id}");

    // Loose: the uploader's own, even to agents.
    maren.get(&path).await.expect(200);
    for other in [&rolf, &priya, &app.as_("ada")] {
        other.get(&path).await.expect(404);
        other.get(&format!("{path}/content")).await.expect(404);
        other
            .get(&format!("/files/{id}/plan.png"))
            .await
            .expect(404);
        other.json("DELETE", &path, &json!({})).await.expect(404);
    }
    app.nobody().get(&path).await.expect(401);

    let item = web_order(&app, "maren", &[id]).await;
    priya.get(&path).await.expect(200);
    rolf.get(&path).await.expect(404);
    maren.json("DELETE", &path, &json!({})).await.expect(404);
    let list = priya
        .get(&format!("/api/v1/requests/{item}/files"))
        .await
        .expect(200)
        .json();
    assert_eq!(list["items"][0]["field"], "files");
    rolf.get(&format!("/api/v1/requests/{item}/files"))
        .await
        .expect(404);

    // An internal file reaches agents only.
    let secret = upload(&priya, "costs.pdf", b"%PDF-1.7 secret").await;
    let secret_id = secret["id"].as_str().unwrap();
    let note = json!({ "body": "Costs", "visibility": "internal", "files": [secret_id] });
    priya
        .post(&format!("/api/v1/requests/{item}/comments"), &note)
        .await
        .expect(201);
    app.as_("tomas")
        .get(&format!("/api/v1/files/{secret_id}"))
        .await
        .expect(200);
    maren
        .get(&format!("/api/v1/files/{secret_id}"))
        .await
        .expect(404);
    maren
        .get(&format!("/files/{secret_id}/costs.pdf"))
        .await
        .expect(404);
    let list = maren
        .get(&format!("/api/v1/requests/{item}/files"))
        .await
        .expect(200);
    assert!(!list.text.contains("costs.pdf"));
    assert_eq!(list.json()["items"].as_array().unwrap().len(), 1);

    // A file is taken once, and only one's own.
    let again = json!({ "lines": [{ "service": "update-a-web-page", "answers": {
        "subject": "Fees", "address": "https://nordhaven.example/msc", "change": "x", "files": [id] } }] });
    let refused = maren.post("/api/v1/orders", &again).await.expect(422);
    assert_eq!(refused.json()["errors"][0]["field"], "files");
    let theirs = upload(&rolf, "a.txt", b"x").await;
    let steal = json!({ "body": "x", "visibility": "public", "files": [theirs["id"]] });
    maren
        .post(&format!("/api/v1/requests/{item}/comments"), &steal)
        .await
        .expect(422);
});

on_each_database!(what_could_run_is_saved_never_shown, |app| {
    let maren = app.as_("maren");
    for (name, bytes, inline, kind) in [
        ("a.png", PNG, true, "image/png"),
        ("a.pdf", &b"%PDF-1.7"[..], true, "application/pdf"),
        (
            "a.html",
            b"<script>alert(1)</script>",
            false,
            "application/octet-stream",
        ),
        (
            "a.svg",
            b"<svg onload='alert(1)'/>",
            false,
            "application/octet-stream",
        ),
        (
            "a.png",
            b"<script>alert(1)</script>",
            false,
            "application/octet-stream",
        ),
        (
            "a.docx",
            b"PK\x03\x04",
            false,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ] {
        let id = upload(&maren, name, bytes).await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let got = maren.get(&format!("/files/{id}/{name}")).await.expect(200);
        let head = |name: &str| got.headers[name].to_str().unwrap().to_owned();
        assert_eq!(head("content-type"), kind, "{name}");
        assert_eq!(
            head("content-disposition").starts_with("inline"),
            inline,
            "{name}"
        );
        assert_eq!(head("x-content-type-options"), "nosniff");
        assert!(head("content-security-policy").starts_with("default-src 'none'"));
        assert_eq!(head("content-length"), bytes.len().to_string());
        let saved = maren
            .get(&format!("/files/{id}/x?download=1"))
            .await
            .expect(200);
        assert!(
            saved.headers["content-disposition"]
                .to_str()
                .unwrap()
                .starts_with("attachment")
        );
    }
});

on_each_database!(hostile_names, |app| {
    let maren = app.as_("maren");
    let long = format!("{}.pdf", "ä".repeat(300));
    for (name, kept) in [
        ("../../../etc/passwd", "passwd"),
        ("..\\\\..\\\\win.ini", "win.ini"),
        ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
        (
            "<img src=x onerror=alert(1)>.png",
            "<img src=x onerror=alert(1)>.png",
        ),
        ("%0d%0aSet-Cookie%3a x", "%0d%0aSet-Cookie%3a x"),
        ("..", "file"),
        (" ", "file"),
        (&long, &format!("{}.pdf", "ä".repeat(116))),
    ] {
        let file = upload(&maren, name, b"x").await;
        assert_eq!(file["name"], kept, "{name}");
        let id = file["id"].as_str().unwrap();
        let got = maren
            .get(&format!("/files/{id}/whatever"))
            .await
            .expect(200);
        assert_eq!(got.headers.get_all("set-cookie").iter().count(), 0);
        assert!(
            got.headers["content-disposition"]
                .to_str()
                .unwrap()
                .contains("filename*=UTF-8''")
        );
    }
    // Nothing was written outside of the store.
    let root = app.app.config.data_dir.join("files");
    for entry in std::fs::read_dir(&root).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name.len() == 2 || name == "partial", "{name}");
    }
});

on_each_database!(what_is_no_upload_is_refused, |app| {
    let maren = app.as_("maren");
    for parts in [
        &[][..],
        &[("name=\"other\"; filename=\"a\"", &b"x"[..])],
        &[("name=\"file\"", &b"x"[..])],
        &[
            ("name=\"file\"; filename=\"a\"", &b"x"[..]),
            ("name=\"file\"; filename=\"b\"", b"y"),
        ],
    ] {
        post_parts(&maren, "/api/v1/files", parts).await.expect(422);
    }
    post_parts(
        &maren,
        "/api/v1/files",
        &[("name=\"file\"; filename=\"empty\"", b"")],
    )
    .await
    .expect(422);
    let cut =
        Request::post("/files").header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX");
    let body = b"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf"
        .to_vec();
    maren.send(cut, Body::from(body)).await.expect(400);
    let none = Request::post("/files").header(header::CONTENT_TYPE, "multipart/form-data");
    maren.send(none, Body::from("x")).await.expect(400);
    let kind = Request::post("/files").header(header::CONTENT_TYPE, "text/plain");
    maren.send(kind, Body::from("x")).await.expect(400);
    app.nobody()
        .send(
            Request::post("/api/v1/files")
                .header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX"),
            Body::from(multipart(&[("name=\"file\"; filename=\"a\"", b"x")])),
        )
        .await
        .expect(401);
    // Half an upload leaves nothing behind.
    let partial = app.app.config.data_dir.join("files/partial");
    assert_eq!(std::fs::read_dir(partial).unwrap().count(), 0);
    let many: Vec<(String, &[u8])> = (0..1001)
        .map(|i| (format!("name=\"f{i}\""), &b"x"[..]))
        .collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(h, b)| (h.as_str(), *b)).collect();
    post_parts(&maren, "/files", &many).await.expect(413);
    let text = vec![b'x'; 1_000_001];
    post_parts(&maren, "/files", &[("name=\"a\"", &text)])
        .await
        .expect(413);
    post_parts(&maren, "/files", &[("name=\"a\"", b"\xff\xfe")])
        .await
        .expect(400);
    post_parts(&maren, "/files", &[("name=\"a\"", b"a\0b")])
        .await
        .expect(400);
});

on_each_database!(parts_of_a_file, |app| {
    let maren = app.as_("maren");
    let id = upload(&maren, "a.txt", b"0123456789").await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/files/{id}/content");
    let ask = async |name: &str, value: &str| {
        maren
            .send(Request::get(&path).header(name, value), Body::empty())
            .await
    };
    let got = ask("range", "bytes=2-4").await.expect(206);
    assert_eq!(got.text, "234");
    assert_eq!(got.headers["content-range"], "bytes 2-4/10");
    assert_eq!(ask("range", "bytes=-3").await.expect(206).text, "789");
    let none = ask("range", "bytes=10-").await.expect(416);
    assert_eq!(none.headers["content-range"], "bytes */10");
    assert_eq!(
        ask("range", "bytes=1-2,4-5").await.expect(200).text,
        "0123456789"
    );
    let tag = maren.get(&path).await.headers["etag"]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(ask("if-none-match", &tag).await.expect(304).text, "");
    let zipped = ask("accept-encoding", "gzip").await.expect(200);
    assert_eq!(zipped.text, "0123456789");
});

on_each_database!(forgotten_files_are_swept, |app| {
    let maren = app.as_("maren");
    let old = std::time::SystemTime::UNIX_EPOCH;
    let forgotten = upload(&maren, "a.txt", b"forgotten").await;
    let held = upload(&maren, "b.txt", b"in a draft").await;
    let kept = upload(&maren, "c.txt", b"ordered").await;
    web_order(&app, "maren", &[kept["id"].as_str().unwrap()]).await;
    let mut tx = app.app.db.begin().await.unwrap();
    sql("INSERT INTO draft (person_id, place, body, updated_at) VALUES ($1, 'service:x', $2, 0)")
        .bind(app.id("maren"))
        .bind(held["id"].as_str().unwrap())
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let orphan = app.app.blobs.put(b"no row").await.unwrap();
    for blob in app.app.blobs.list().await.unwrap() {
        let name = blob.sha.as_str();
        let path = app
            .app
            .config
            .data_dir
            .join("files")
            .join(&name[..2])
            .join(&name[2..4])
            .join(name);
        std::fs::File::open(path)
            .unwrap()
            .set_modified(old)
            .unwrap();
    }
    let swept = sweep::run(&app.app, app.now()).await.unwrap();
    assert_eq!((swept.files, swept.blobs), (0, 1), "only what has no row");
    assert!(app.app.blobs.size(&orphan.sha).await.is_err());
    app.app.clock.advance(SignedDuration::from_hours(49));
    let swept = sweep::run(&app.app, app.now()).await.unwrap();
    assert_eq!((swept.files, swept.blobs), (1, 1));
    let there = async |file: &Value| {
        maren
            .get(&format!(
                "/api/v1/files/{}/content",
                file["id"].as_str().unwrap()
            ))
            .await
            .status
            .as_u16()
    };
    assert_eq!(there(&forgotten).await, 404);
    assert_eq!(there(&held).await, 200);
    assert_eq!(there(&kept).await, 200);
});
