//! Why a request waits, for each cause, on its pages and in the API.

use crate::harness::TestApp;
use crate::on_each_database;
use crate::timers::{follow, order, step};
use serde_json::{Value, json};

async fn standing(app: &TestApp, who: &str, number: i64) -> Value {
    let path = format!("/api/v1/requests/{number}/standing");
    app.as_(who).get(&path).await.expect(200).json()
}

on_each_database!(each_cause_is_named_to_those_who_may_read_it, |app| {
    let catalog = app.app.catalog().await.unwrap();
    let logo = catalog.service("company-logo").unwrap().id.clone();
    let stages = json!([
        { "key": "make", "name": "Make", "phase": "active", "share": 40, "tasks": [
            { "key": "logo", "name": "Secret logo", "required": true, "service": logo },
            { "key": "alt", "name": "Secret texts", "required": true, "owner": { "type": "person", "id": app.id("tomas") } },
        ], "timers": [{ "key": "on", "after_minutes": 2400, "does": { "type": "remind", "whom": "owner" } }] },
        { "key": "fees", "name": "Fees desk", "phase": "active", "share": 20, "only_if": { "is": { "field": "subject", "value": "Other" } } },
        { "key": "agree", "name": "Agree", "phase": "review", "share": 20, "send_back_to": "any_earlier", "approvals": [
            { "key": "lead", "name": "Lead", "by": [{ "type": "team_leads" }] },
        ] },
        { "key": "ok", "name": "OK", "phase": "review", "share": 20, "requester_approves": true, "send_back_to": "any_earlier", "timers": [
            { "key": "end", "counts": "waiting", "after_minutes": 480, "does": { "type": "close", "reason": "No answer." } },
        ] },
    ]);
    follow(&app, stages).await;
    let number = order(&app).await;
    let tasks = format!("/api/v1/requests/{number}/tasks");
    // The logo's form asks more than is known: somebody orders it.
    let sub = json!({ "lines": [{ "service": "company-logo", "answers": { "use": "Slides", "format": "png" } }] });
    let sub = app
        .as_("priya")
        .post("/api/v1/orders", &sub)
        .await
        .expect(201)
        .json();
    let sub = sub["requests"][0]["number"].as_i64().unwrap();
    app.as_("priya")
        .post(&format!("{tasks}/logo"), &json!({ "sub": sub }))
        .await
        .expect(200);
    let seen = standing(&app, "priya", number).await;
    assert_eq!(seen["cause"], "sub_request");
    assert!(seen["text"].as_str().unwrap().contains(&sub.to_string()));
    assert!(
        seen["ahead"]["text"]
            .as_str()
            .unwrap()
            .contains("is reminded")
    );
    let states: Vec<&str> = seen["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["current", "left_out", "ahead", "ahead"]);
    assert_eq!(seen["stages"][1]["only_if"], "What is it about? is “Other”");
    // The requester reads who makes it, not what our tasks are called.
    let theirs = standing(&app, "maren", number).await;
    assert!(!theirs.to_string().contains("Secret"), "{theirs}");
    assert!(theirs["ahead"].is_null());
    let page = app
        .as_("maren")
        .get(&format!("/requests/{number}"))
        .await
        .expect(200);
    assert!(page.text.contains("It waits for a part that others make"));
    let desk = app
        .as_("priya")
        .get(&format!("/work/{number}"))
        .await
        .expect(200);
    assert!(
        desk.text.contains(
            "Left out: Fees desk. It is for requests where: What is it about? is “Other”."
        )
    );
    app.as_("rolf")
        .get(&format!("/api/v1/requests/{number}/standing"))
        .await
        .expect(404);
    // The sub-request ends: the other task is next.
    for _ in 0..9 {
        let item = app
            .as_("priya")
            .get(&format!("/api/v1/requests/{sub}"))
            .await
            .expect(200)
            .json();
        if item["phase"] == "done" {
            break;
        }
        crate::timers::push(&app, sub).await;
    }
    let seen = standing(&app, "priya", number).await;
    assert_eq!(seen["cause"], "task", "{seen}");
    assert!(seen["text"].as_str().unwrap().contains("Tomás"));
    app.as_("tomas")
        .post(&format!("{tasks}/alt"), &json!({ "done": true }))
        .await
        .expect(200);
    assert_eq!(standing(&app, "priya", number).await["cause"], "unassigned");
    let take = json!({ "assignee": app.id("priya") });
    app.as_("priya")
        .json("PATCH", &format!("/api/v1/requests/{number}"), &take)
        .await
        .expect(200);
    assert_eq!(standing(&app, "priya", number).await["cause"], "work");
    step(
        &app,
        "priya",
        number,
        json!({ "type": "wait", "why": "answer" }),
    )
    .await;
    assert_eq!(standing(&app, "priya", number).await["cause"], "answer");
    step(&app, "priya", number, json!({ "type": "resume" })).await;
    step(&app, "priya", number, json!({ "type": "forward" })).await;
    let seen = standing(&app, "maren", number).await;
    assert_eq!(seen["cause"], "approval");
    assert!(seen["text"].as_str().unwrap().contains("Hanna Keller"));
    app.as_("hanna")
        .post(
            &format!("/api/v1/requests/{number}/approvals"),
            &json!({ "agree": true }),
        )
        .await
        .expect(200);
    let seen = standing(&app, "maren", number).await;
    assert_eq!(seen["cause"], "draft");
    assert!(
        seen["ahead"]["text"]
            .as_str()
            .unwrap()
            .contains("closed as no longer needed")
    );
    step(&app, "maren", number, json!({ "type": "approve" })).await;
    assert_eq!(standing(&app, "maren", number).await["cause"], "ended");
});
