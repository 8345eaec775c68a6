//! What the tests of the portal share.

use mil::catalog::Audience;
use mil::catalog::snapshot;
use mil::starter::{self, NewService};
use mil_process::form::FormDef;
use serde_json::json;

use crate::harness::{Answer, TestApp};

/// A service whose form has every kind of field.
pub async fn every_kind(app: &TestApp, slug: &str, audience: Audience) -> String {
    let form: FormDef = serde_json::from_value(json!({ "fields": [
        { "key": "intro", "label": "Read this", "kind": { "type": "note", "text": "Ask **us** <b>first</b>." } },
        { "key": "head", "label": "Your event", "kind": { "type": "section" } },
        { "key": "name", "label": "Name", "kind": { "type": "text", "max": 40 }, "required": true, "half": true },
        { "key": "when", "label": "Date", "kind": { "type": "date", "earliest_days": 0 }, "required": true, "half": true },
        { "key": "text", "label": "Text", "kind": { "type": "long_text" }, "help": "Rough notes are fine." },
        { "key": "format", "label": "Format", "kind": { "type": "choice", "cards": true, "options": [
            { "key": "screen", "label": "Screen" }, { "key": "print", "label": "Print", "fact": "on paper" } ] }, "required": true },
        { "key": "size", "label": "Size", "kind": { "type": "choice", "options": [
            { "key": "a2", "label": "A2" }, { "key": "a5", "label": "A5" } ] }, "required": true,
            "show_if": { "is": { "field": "format", "value": "print" } } },
        { "key": "where", "label": "Channels", "kind": { "type": "multi", "options": [
            { "key": "web", "label": "Web" }, { "key": "mail", "label": "Mail" } ] } },
        { "key": "copies", "label": "Copies", "kind": { "type": "number", "min": "1", "max": "500", "unit": "pieces" } },
        { "key": "host", "label": "Host", "kind": { "type": "person" }, "required": true },
        { "key": "page", "label": "Page", "kind": { "type": "url" } },
        { "key": "files", "label": "Pictures", "kind": { "type": "file", "max_files": 2, "max_mb": 1, "types": ["png"] } },
        { "key": "public", "label": "Open to all?", "kind": { "type": "yes_no" } },
    ] }))
    .unwrap();
    let mut tx = app.app.db.begin().await.unwrap();
    let category = starter::category(&mut tx, app.now(), "Events", "cal", 3)
        .await
        .unwrap();
    let id = starter::service(
        &mut tx,
        app.now(),
        &NewService {
            slug,
            name: "Event <b>poster</b>",
            category_id: &category,
            icon: "art",
            kind: Default::default(),
            summary: "Print or screen.",
            instructions: "Read [the rules](javascript:alert(1)).",
            keywords: "flyer, plakat",
            audience,
            price_minor: Some(6000),
            price_note: None,
            team_id: &app.starter.team_id,
            process_id: &app.starter.process_id,
            promise_id: &app.starter.promise_id,
            form,
            position: 1,
        },
    )
    .await
    .unwrap();
    snapshot::touch(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    id
}

pub fn location(answer: &Answer) -> &str {
    answer.headers["location"].to_str().unwrap()
}

pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000000000000000000000000000";

/// An order of the starter's web page service, by JSON: id and number.
pub async fn web_order(app: &TestApp, who: &str, subject: &str) -> (String, i64) {
    let order = json!({ "lines": [{ "service": "update-a-web-page", "answers": {
        "subject": subject, "address": "https://nordhaven.example/msc", "change": "Fees" } }] });
    let placed = app
        .as_(who)
        .post("/api/v1/orders", &order)
        .await
        .expect(201)
        .json();
    let request = &placed["requests"][0];
    (
        request["id"].as_str().unwrap().to_owned(),
        request["number"].as_i64().unwrap(),
    )
}

pub async fn forward(app: &TestApp, id: &str) {
    let item = app
        .as_("hanna")
        .get(&format!("/api/v1/requests/{id}"))
        .await
        .expect(200)
        .json();
    let stage = item["stage"].as_str().unwrap().to_owned();
    let process = mil_process::process::ProcessDef::essays();
    for check in process
        .stage(&stage)
        .unwrap()
        .checklist
        .iter()
        .filter(|c| c.required)
    {
        let body = json!({ "check": check.key, "done": true });
        app.as_("hanna")
            .post(&format!("/api/v1/requests/{id}/checks"), &body)
            .await
            .expect(200);
    }
    app.as_("hanna")
        .post(
            &format!("/api/v1/requests/{id}/moves"),
            &json!({ "type": "forward" }),
        )
        .await
        .expect(200);
}

pub async fn to_review(app: &TestApp, id: &str) {
    for _ in 0..4 {
        forward(app, id).await;
    }
}

pub async fn to_done(app: &TestApp, id: &str) {
    loop {
        let item = app
            .as_("maren")
            .get(&format!("/api/v1/requests/{id}"))
            .await
            .expect(200)
            .json();
        match item["phase"].as_str().unwrap() {
            "done" => return,
            "review" => {
                app.as_("maren")
                    .form(
                        &format!("/requests/{}/decide", item["number"]),
                        "decision=yes",
                    )
                    .await
                    .expect(303);
            }
            _ => forward(app, id).await,
        }
    }
}
