//! What the tests of the agent's page, of links and of the clocks share.

use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

/// Order a page update; answers id and number.
pub async fn order(client: &Client<'_>) -> (String, i64) {
    order_of(
        client,
        "update-a-web-page",
        json!({
            "subject": "Fees", "address": "https://nordhaven.example/msc", "change": "New fees",
        }),
    )
    .await
}

pub async fn order_of(client: &Client<'_>, service: &str, answers: Value) -> (String, i64) {
    let body = json!({ "lines": [{ "service": service, "answers": answers }] });
    let placed = client
        .post("/api/v1/orders", &body)
        .await
        .expect(201)
        .json();
    let request = &placed["requests"][0];
    (
        request["id"].as_str().unwrap().to_owned(),
        request["number"].as_i64().unwrap(),
    )
}

pub fn api(id: &str, rest: &str) -> String {
    format!("/api/v1/requests/{id}{rest}")
}

pub async fn show(client: &Client<'_>, id: &str) -> Value {
    client.get(&api(id, "")).await.expect(200).json()
}

pub async fn say(client: &Client<'_>, id: &str, body: &str, visibility: &str) {
    let body = json!({ "body": body, "visibility": visibility });
    client.post(&api(id, "/comments"), &body).await.expect(201);
}

/// Tick the whole checklist of the present stage and hand on.
pub async fn hand_on(client: &Client<'_>, app: &TestApp, id: &str) -> Value {
    let catalog = app.app.catalog().await.unwrap();
    let now = show(client, id).await;
    let (_, process) = catalog.current_process(&app.starter.process_id).unwrap();
    for check in &process
        .stage(now["stage"].as_str().unwrap())
        .unwrap()
        .checklist
    {
        let body = json!({ "check": check.key, "done": true });
        client.post(&api(id, "/checks"), &body).await.expect(200);
    }
    client
        .post(&api(id, "/moves"), &json!({ "type": "forward" }))
        .await
        .expect(200)
        .json()
}

/// How often a verb stands in the log of an item.
pub async fn count(app: &TestApp, id: &str, verb: &str) -> i64 {
    mil_db::sql("SELECT COUNT(*) AS n FROM event WHERE item_id = $1 AND verb = $2")
        .bind(id)
        .bind(verb)
        .value("n", &app.app.db)
        .await
        .unwrap()
}
