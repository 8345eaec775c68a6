//! Timers of stages, and orders that are placed once.

use crate::harness::TestApp;
use crate::on_each_database;
use mil::catalog::draft::ServiceChange;
use mil::catalog::rules::ProcessDraft;
use mil::catalog::{rules, verbs};
use mil::work::timers::run_due;
use mil_db::sql;
use mil_process::process::ProcessDef;
use serde_json::{Value, json};

pub async fn follow(app: &TestApp, stages: Value) {
    let definition: ProcessDef = serde_json::from_value(json!({ "stages": stages })).unwrap();
    let ada = app.actor("ada").await;
    let ctx = app.ctx(ada.clone());
    let name = "Under test".to_owned();
    let process = rules::create(&ctx, &ada, ProcessDraft { name, definition })
        .await
        .unwrap();
    let change = ServiceChange {
        process_id: Some(process),
        ..ServiceChange::default()
    };
    let catalog = app.app.catalog().await.unwrap();
    let service = catalog.service("update-a-web-page").unwrap().id.clone();
    verbs::change(&ctx, &ada, &service, None, change)
        .await
        .unwrap();
}

pub async fn order(app: &TestApp) -> i64 {
    let order = json!({ "lines": [{ "service": "update-a-web-page", "answers": {
        "subject": "Fees", "address": "https://nordhaven.example/msc", "change": "Fees" } }] });
    let placed = app
        .as_("maren")
        .post("/api/v1/orders", &order)
        .await
        .expect(201)
        .json();
    placed["requests"][0]["number"].as_i64().unwrap()
}

async fn show(app: &TestApp, number: i64) -> Value {
    app.as_("priya")
        .get(&format!("/api/v1/requests/{number}"))
        .await
        .expect(200)
        .json()
}

pub async fn step(app: &TestApp, who: &str, number: i64, mv: Value) {
    let path = format!("/api/v1/requests/{number}/moves");
    app.as_(who).post(&path, &mv).await.expect(200);
}

/// Tick what is required and move a request on.
pub async fn push(app: &TestApp, number: i64) {
    let path = format!("/api/v1/requests/{number}");
    let system = mil::actor::Actor::system();
    let number_text = number.to_string();
    let found = mil::work::store::find(&app.app.db, &system, &number_text);
    let item = found.await.unwrap();
    let catalog = app.app.catalog().await.unwrap();
    let process = mil::work::moves::process_of(&catalog, &item).unwrap();
    let stage = process.stage(&item.stage).unwrap();
    for check in stage.checklist.iter().filter(|c| c.required) {
        let body = json!({ "check": check.key, "done": true });
        let sent = app.as_("ada").post(&format!("{path}/checks"), &body).await;
        sent.expect(200);
    }
    let (who, kind) = if stage.requester_approves {
        let mut people = app.people.iter();
        let requester = people.find(|(_, id)| **id == item.requester_id);
        (*requester.unwrap().0, "approve")
    } else {
        ("ada", "forward")
    };
    step(app, who, number, json!({ "type": kind })).await;
}

/// Cancel it, as whoever ordered it.
pub async fn close(app: &TestApp, number: i64) {
    step(app, "maren", number, json!({ "type": "cancel" })).await;
}

/// What went off, in order.
async fn went_off(app: &TestApp) -> Vec<String> {
    let rows: Vec<String> = sql("SELECT data FROM event WHERE verb = 'timer.went_off' ORDER BY id")
        .column("data", &app.app.db)
        .await
        .unwrap();
    rows.iter()
        .map(|data| {
            let data: Value = serde_json::from_str(data).unwrap();
            let whom = data["does"]["whom"].as_str().unwrap_or("");
            format!("{} {whom}", data["does"]["type"].as_str().unwrap())
                .trim()
                .to_owned()
        })
        .collect()
}

async fn due(app: &TestApp) -> usize {
    run_due(&app.app, app.now()).await.unwrap()
}

/// A working day of the starter's calendar later, on the clock of the wall.
fn pass_days(app: &TestApp, days: i64) {
    app.pass(days * 24 * 60);
}

fn unanswered() -> Value {
    json!([
        { "key": "make", "name": "Make", "phase": "active", "share": 80, "timers": [
            { "key": "r3", "counts": "waiting", "after_minutes": 480, "does": { "type": "remind", "whom": "requester" } },
            { "key": "end", "counts": "waiting", "after_minutes": 1440, "does": { "type": "close", "reason": "No answer came." } },
            { "key": "lead", "after_minutes": 120, "does": { "type": "remind", "whom": "team_leads" } },
            { "key": "up", "after_minutes": 120, "does": { "type": "raise_priority" } },
        ] },
        { "key": "ok", "name": "OK", "phase": "review", "share": 20, "requester_approves": true, "send_back_to": "any_earlier", "timers": [
            { "key": "silence", "counts": "waiting", "after_minutes": 960, "does": { "type": "move_on" } },
        ] },
    ])
}

on_each_database!(without_an_answer_it_is_reminded_and_closed, |app| {
    follow(&app, unanswered()).await;
    let number = order(&app).await;
    step(
        &app,
        "priya",
        number,
        json!({ "type": "wait", "why": "answer" }),
    )
    .await;
    assert_eq!(due(&app).await, 0);
    pass_days(&app, 1);
    assert_eq!(due(&app).await, 1);
    assert_eq!(due(&app).await, 0, "each goes off once");
    // An answer stops it, and a new question begins anew.
    step(&app, "priya", number, json!({ "type": "resume" })).await;
    step(
        &app,
        "priya",
        number,
        json!({ "type": "wait", "why": "answer" }),
    )
    .await;
    pass_days(&app, 1);
    assert_eq!(due(&app).await, 1);
    pass_days(&app, 2);
    let (now, other) = (app.now(), app.app.clone());
    let (one, two) = tokio::join!(run_due(&app.app, now), run_due(&other, now));
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(
        went_off(&app).await,
        ["remind requester", "remind requester", "close"]
    );
    assert_eq!(show(&app, number).await["phase"], "declined");
    let page = app
        .as_("maren")
        .get(&format!("/requests/{number}"))
        .await
        .expect(200);
    assert!(page.text.contains("No answer came."), "the reason is told");
    assert!(page.text.contains("Reopen"), "and the way back");
    while mil::notifications::listen::run(&app.app, app.now())
        .await
        .unwrap()
        > 0
    {}
    let inbox = app
        .as_("maren")
        .get("/api/v1/notifications")
        .await
        .expect(200)
        .json();
    let told: Vec<&str> = inbox["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n["reason"].as_str().unwrap())
        .collect();
    assert!(
        told.contains(&"reminder") && told.contains(&"closed_by_itself"),
        "{told:?}"
    );
    step(
        &app,
        "maren",
        number,
        json!({ "type": "reopen", "reason": "I was away." }),
    )
    .await;
    assert_eq!(show(&app, number).await["phase"], "active");
});

on_each_database!(after_a_standstill_a_reminder_still_gives_its_time, |app| {
    follow(&app, unanswered()).await;
    let number = order(&app).await;
    let wait = json!({ "type": "wait", "why": "answer" });
    step(&app, "priya", number, wait).await;
    // The server stood still for longer than both take.
    pass_days(&app, 14);
    assert_eq!(due(&app).await, 1);
    assert_eq!(went_off(&app).await, ["remind requester"]);
    assert_eq!(show(&app, number).await["phase"], "waiting");
    pass_days(&app, 1);
    assert_eq!(due(&app).await, 0, "two working days lie between the two");
    pass_days(&app, 3);
    assert_eq!(due(&app).await, 1);
    assert_eq!(show(&app, number).await["phase"], "declined");
});

on_each_database!(working_time_stands_still_while_it_waits, |app| {
    follow(&app, unanswered()).await;
    let number = order(&app).await;
    app.pass(60);
    step(
        &app,
        "priya",
        number,
        json!({ "type": "wait", "why": "answer" }),
    )
    .await;
    app.pass(30);
    step(&app, "priya", number, json!({ "type": "resume" })).await;
    app.pass(59);
    assert_eq!(due(&app).await, 0, "half an hour of it was not ours");
    app.pass(1);
    assert_eq!(due(&app).await, 2);
    assert_eq!(
        went_off(&app).await,
        ["remind team_leads", "raise_priority"]
    );
    assert_eq!(show(&app, number).await["priority"], "high");
    pass_days(&app, 10);
    assert_eq!(due(&app).await, 0);
});

on_each_database!(silence_is_a_yes_where_the_process_says_so, |app| {
    follow(&app, unanswered()).await;
    let number = order(&app).await;
    step(&app, "priya", number, json!({ "type": "forward" })).await;
    pass_days(&app, 1);
    // A stage that was left has no timers, and entering it again begins anew.
    step(
        &app,
        "maren",
        number,
        json!({ "type": "request_changes", "reason": "Bigger." }),
    )
    .await;
    step(&app, "priya", number, json!({ "type": "forward" })).await;
    pass_days(&app, 1);
    assert_eq!(due(&app).await, 0);
    pass_days(&app, 1);
    assert_eq!(due(&app).await, 1);
    assert_eq!(show(&app, number).await["phase"], "done");
    let page = app
        .as_("maren")
        .get(&format!("/requests/{number}"))
        .await
        .expect(200);
    assert!(page.text.contains("Nobody objected for"));
});

on_each_database!(what_cannot_move_on_is_told_and_stays, |app| {
    let stages = json!([
        { "key": "make", "name": "Make", "phase": "active", "share": 80,
          "checklist": [{ "key": "c", "label": "Proof is attached", "required": true }],
          "timers": [{ "key": "on", "after_minutes": 60, "does": { "type": "move_on" } }] },
        { "key": "end", "name": "End", "phase": "active", "share": 20 },
    ]);
    follow(&app, stages).await;
    let number = order(&app).await;
    app.pass(60);
    assert_eq!(due(&app).await, 1);
    assert_eq!(show(&app, number).await["stage"], "make");
    let said: String = sql("SELECT data FROM event WHERE verb = 'timer.blocked'")
        .value("data", &app.app.db)
        .await
        .unwrap();
    assert!(said.contains("Proof is attached"), "{said}");
    let history = app
        .as_("priya")
        .get(&format!("/work/{number}/history"))
        .await
        .expect(200);
    assert!(history.text.contains("could not move it on by itself"));
    app.pass(600);
    assert_eq!(due(&app).await, 0);
});

on_each_database!(a_form_sent_twice_orders_once, |app| {
    let form = app
        .as_("maren")
        .get("/catalog/update-a-web-page")
        .await
        .expect(200);
    let key = form
        .text
        .split("name=\"_key\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let answers = |subject: &str| {
        let part = |name: &str, value: &str| {
            format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let parts = [
            part("_key", key),
            part("_do", "order"),
            part("subject", subject),
            part("_title", ""),
            part("address", "https://nordhaven.example/msc"),
            part("change", "Fees"),
        ];
        format!("{}--cut--\r\n", parts.concat())
    };
    let send = async |subject: &str| {
        let request = axum::http::Request::post("/catalog/update-a-web-page")
            .header("content-type", "multipart/form-data; boundary=cut");
        let sent = app
            .as_("maren")
            .send(request, answers(subject).into())
            .await
            .expect(303);
        sent.headers["location"].to_str().unwrap().to_owned()
    };
    let (first, second) = tokio::join!(send("Fees"), send("Fees"));
    assert_eq!(first, second);
    assert_eq!(send("Fees").await, first);
    // Going back and changing an answer is another order.
    assert_ne!(send("Prices").await, first);
    let count: i64 = sql("SELECT COUNT(*) AS n FROM work_item")
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(count, 2);
    let orders: Vec<i64> = sql("SELECT number FROM service_order ORDER BY number")
        .column("number", &app.app.db)
        .await
        .unwrap();
    assert_eq!(orders[1], orders[0] + 1, "no number is lost");
});
