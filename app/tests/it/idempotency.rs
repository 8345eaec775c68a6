//! A POST that is repeated is carried out once.

use crate::harness::{Answer, Client};
use crate::on_each_database;
use axum::body::Body;
use axum::http::{Request, header};
use mil_db::sql;
use serde_json::{Value, json};

fn logo(using: &str) -> Value {
    json!({ "lines": [{ "service": "company-logo", "answers": { "use": using, "format": "png" } }] })
}

async fn place(client: &Client<'_>, key: &str, body: &Value) -> Answer {
    post(client, "/api/v1/orders", key, body).await
}

on_each_database!(the_same_key_is_answered_the_same, |app| {
    let maren = app.as_("maren");
    let first = place(&maren, "k1", &logo("slides")).await.expect(201);
    app.pass(60);
    let again = place(&maren, "k1", &logo("slides")).await.expect(201);
    assert_eq!(first.text, again.text);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    let orders: i64 = sql("SELECT COUNT(*) AS n FROM service_order")
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(orders, 1);

    // Another request under the same key, and another person with the same key.
    place(&maren, "k1", &logo("a poster")).await.expect(422);
    let other = place(&app.as_("rolf"), "k1", &logo("slides"))
        .await
        .expect(201);
    assert_ne!(first.text, other.text);

    // A refusal is an answer, too.
    let wrong = json!({ "lines": [{ "service": "company-logo", "answers": {} }] });
    let refused = place(&maren, "k2", &wrong).await.expect(422);
    assert_eq!(
        refused.text,
        place(&maren, "k2", &wrong).await.expect(422).text
    );

    // After a day the key is free again.
    app.pass(24 * 60 + 1);
    place(&maren, "k1", &logo("a poster")).await.expect(201);
    place(&maren, "", &logo("slides")).await.expect(400);
    place(&maren, &"k".repeat(201), &logo("slides"))
        .await
        .expect(400);
});

on_each_database!(a_request_that_died_may_be_repeated, |app| {
    let maren = app.as_("maren");
    place(&maren, "k", &logo("slides")).await.expect(201);
    // As if the program had died before it could note the answer.
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE idempotency SET status = NULL, body = NULL")
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    place(&maren, "k", &logo("slides")).await.expect(409);
    app.pass(2);
    place(&maren, "k", &logo("slides")).await.expect(201);
});

on_each_database!(secrets_are_not_kept, |app| {
    let ada = app.as_("ada");
    let person = json!({ "name": "Nora New", "email": "nora@example.org", "role": "requester" });
    let made = post(&ada, "/api/v1/people", "s1", &person)
        .await
        .expect(201);
    let link = made.json()["link"].as_str().unwrap().to_owned();
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let again = post(&ada, &format!("/api/v1/people/{id}/link"), "s2", &json!({}))
        .await
        .expect(201);
    let other = again.json()["link"].as_str().unwrap().to_owned();
    let rows = sql("SELECT body FROM idempotency")
        .all(&app.app.db)
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let body: String = row.get("body").unwrap();
        for secret in [&link, &other] {
            let secret = secret.rsplit('/').next().unwrap();
            assert!(!body.contains(secret), "{body}");
        }
    }
    let repeated = post(&ada, "/api/v1/people", "s1", &person)
        .await
        .expect(409);
    assert!(repeated.text.contains("another key"), "{}", repeated.text);
});

async fn post(client: &Client<'_>, path: &str, key: &str, body: &Value) -> Answer {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", key);
    client.send(request, Body::from(body.to_string())).await
}
