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
    let request = Request::post("/api/v1/orders")
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", key);
    client.send(request, Body::from(body.to_string())).await
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
