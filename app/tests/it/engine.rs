//! Conditions, tasks, sub-requests and approvals on requests that run.

use crate::harness::TestApp;
use crate::on_each_database;
use mil::actor::Actor;
use mil::catalog::draft::ServiceChange;
use mil::catalog::rules::ProcessDraft;
use mil::catalog::{rules, verbs};
use mil_db::sql;
use mil_process::process::ProcessDef;
use serde_json::{Value, json};

/// Let the web page service follow these stages.
async fn follow(app: &TestApp, stages: Value) {
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
    verbs::change(
        &ctx,
        &ada,
        &service(app, "update-a-web-page").await,
        None,
        change,
    )
    .await
    .unwrap();
}

async fn service(app: &TestApp, slug: &str) -> String {
    let catalog = app.app.catalog().await.unwrap();
    catalog.service(slug).unwrap().id.clone()
}

/// Order as somebody; the number.
async fn order(app: &TestApp, who: &str) -> i64 {
    let order = json!({ "lines": [{ "service": "update-a-web-page", "answers": {
        "subject": "Fees", "address": "https://nordhaven.example/msc", "change": "Fees" } }] });
    let placed = app
        .as_(who)
        .post("/api/v1/orders", &order)
        .await
        .expect(201)
        .json();
    placed["requests"][0]["number"].as_i64().unwrap()
}

async fn forward(app: &TestApp, number: i64, status: u16) -> Value {
    let path = format!("/api/v1/requests/{number}/moves");
    app.as_("priya")
        .post(&path, &json!({ "type": "forward" }))
        .await
        .expect(status)
        .json()
}

async fn show(app: &TestApp, number: i64) -> Value {
    app.as_("priya")
        .get(&format!("/api/v1/requests/{number}"))
        .await
        .expect(200)
        .json()
}

async fn vote(app: &TestApp, who: &str, number: i64, agree: bool, status: u16) -> Value {
    let path = format!("/api/v1/requests/{number}/approvals");
    let comment = if agree { "" } else { "Too dear." };
    let body = json!({ "agree": agree, "comment": comment });
    app.as_(who).post(&path, &body).await.expect(status).json()
}

async fn reports_to(app: &TestApp, who: &str, manager: &str) {
    let person = app.id(who);
    let body = json!({ "manager": format!("{manager}@nordhaven.example") });
    let path = format!("/api/v1/people/{person}");
    app.as_("ada").json("PATCH", &path, &body).await.expect(200);
}

fn voted(app: &TestApp, back: &str) -> Value {
    json!([
        { "key": "make", "name": "Make", "phase": "active", "share": 80 },
        { "key": "agree", "name": "Agree", "phase": "review", "share": 20, "send_back_to": back, "approvals": [
            { "key": "boss", "name": "Manager", "by": [{ "type": "requester_manager" }], "remind_after_minutes": 60 },
            { "key": "team", "name": "Team", "rule": { "type": "majority" }, "by": [{ "type": "team", "id": app.starter.team_id }] },
        ] },
    ])
}

on_each_database!(a_chain_of_approvals_leads_to_the_end, |app| {
    reports_to(&app, "maren", "rolf").await;
    follow(&app, voted(&app, "none")).await;
    let number = order(&app, "maren").await;
    forward(&app, number, 200).await;
    // The manager is a requester and may read what he is asked about.
    let waits = app
        .as_("rolf")
        .get("/api/v1/approvals")
        .await
        .expect(200)
        .json();
    assert_eq!(waits["items"][0]["number"], number);
    assert_eq!(waits["items"][0]["step"], "Manager");
    let page = app
        .as_("rolf")
        .get(&format!("/requests/{number}"))
        .await
        .expect(200);
    assert!(page.text.contains("Your turn: Manager"));
    assert!(
        app.as_("rolf")
            .get("/approvals")
            .await
            .expect(200)
            .text
            .contains("Manager")
    );
    // Others are not asked yet, nobody can go past, and a no needs a reason.
    vote(&app, "priya", number, true, 403).await;
    forward(&app, number, 409).await;
    let path = format!("/api/v1/requests/{number}/approvals");
    app.as_("rolf")
        .post(&path, &json!({ "agree": false }))
        .await
        .expect(422);
    // He is reminded in working time, once an hour.
    app.pass(61);
    assert_eq!(
        mil::approvals::remind::run_due(&app.app, app.now())
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        mil::approvals::remind::run_due(&app.app, app.now())
            .await
            .unwrap(),
        0
    );
    vote(&app, "rolf", number, true, 200).await;
    vote(&app, "rolf", number, true, 409).await;
    // Priya, Tomás and Hanna: two of three are more than half.
    vote(&app, "priya", number, true, 200).await;
    assert_eq!(show(&app, number).await["phase"], "review");
    vote(&app, "hanna", number, false, 200).await;
    assert_eq!(show(&app, number).await["phase"], "review");
    vote(&app, "tomas", number, true, 200).await;
    assert_eq!(show(&app, number).await["phase"], "done");
    vote(&app, "hanna", number, true, 409).await;
    let open: i64 =
        sql("SELECT COUNT(*) AS n FROM approval WHERE closed_at IS NULL OR remind_at IS NOT NULL")
            .value("n", &app.app.db)
            .await
            .unwrap();
    assert_eq!(open, 0);
});

on_each_database!(a_refusal_is_a_refusal, |app| {
    reports_to(&app, "maren", "rolf").await;
    follow(&app, voted(&app, "any_earlier")).await;
    let number = order(&app, "maren").await;
    forward(&app, number, 200).await;
    vote(&app, "rolf", number, false, 200).await;
    // There is a way back: the work goes it, and is asked for anew.
    assert_eq!(show(&app, number).await["stage"], "make");
    forward(&app, number, 200).await;
    vote(&app, "rolf", number, true, 200).await;
    vote(&app, "priya", number, false, 200).await;
    vote(&app, "tomas", number, false, 200).await;
    assert_eq!(show(&app, number).await["stage"], "make");
    // Where the process has no way back, no means no.
    let stages = voted(&app, "none");
    let definition: ProcessDef = serde_json::from_value(json!({ "stages": stages })).unwrap();
    let ada = app.actor("ada").await;
    let id = app
        .app
        .catalog()
        .await
        .unwrap()
        .service("update-a-web-page")
        .unwrap()
        .process_id
        .clone();
    let change = rules::ProcessChange {
        definition: Some(definition),
        ..Default::default()
    };
    rules::change(&app.ctx(ada.clone()), &ada, &id, None, change)
        .await
        .unwrap();
    let second = order(&app, "maren").await;
    forward(&app, second, 200).await;
    vote(&app, "rolf", second, false, 200).await;
    assert_eq!(show(&app, second).await["phase"], "declined");
    assert_eq!(
        show(&app, number).await["stage"],
        "make",
        "the first one keeps its version"
    );
});

on_each_database!(stand_ins_and_seats_handed_on, |app| {
    reports_to(&app, "maren", "rolf").await;
    follow(&app, voted(&app, "none")).await;
    let number = order(&app, "maren").await;
    forward(&app, number, 200).await;
    app.as_("ivo")
        .get(&format!("/api/v1/requests/{number}"))
        .await
        .expect(404);
    // Rolf is away until tomorrow; Ivo reads and answers for him.
    let away = json!({ "stand_in": "ivo@nordhaven.example", "until": "2026-11-24" });
    app.as_("rolf")
        .json("PUT", "/api/v1/me/away", &away)
        .await
        .expect(200);
    let past = json!({ "stand_in": "ivo@nordhaven.example", "until": "2026-11-22" });
    app.as_("rolf")
        .json("PUT", "/api/v1/me/away", &past)
        .await
        .expect(422);
    let waits = app
        .as_("ivo")
        .get("/api/v1/approvals")
        .await
        .expect(200)
        .json();
    assert_eq!(waits["items"][0]["person"], "Rolf Brandt");
    let page = app.as_("rolf").get("/approvals").await.expect(200);
    assert!(page.text.contains("Ivo Tanner decides for you."));
    vote(&app, "ivo", number, true, 200).await;
    let chain = app
        .as_("ivo")
        .get(&format!("/api/v1/requests/{number}/approvals"))
        .await
        .expect(200)
        .json();
    assert_eq!(chain["steps"][0]["seats"][0]["voted_by"], "Ivo Tanner");
    // The one who ordered never answers for somebody else.
    let away = json!({ "stand_in": "maren@nordhaven.example", "until": "2026-11-24" });
    app.as_("hanna")
        .json("PUT", "/api/v1/me/away", &away)
        .await
        .expect(200);
    vote(&app, "maren", number, true, 403).await;
    // A seat is handed on, but not to the one who ordered or is asked already.
    let path = format!("/requests/{number}/hand-vote");
    for bad in ["maren", "tomas", "nobody"] {
        app.as_("priya")
            .form(&path, &format!("to={bad}%40nordhaven.example"))
            .await
            .expect(422);
    }
    app.as_("priya")
        .form(&path, "to=ada%40nordhaven.example")
        .await
        .expect(303);
    vote(&app, "priya", number, true, 403).await;
    vote(&app, "ada", number, true, 200).await;
    vote(&app, "tomas", number, true, 200).await;
    assert_eq!(show(&app, number).await["phase"], "done");
    // Time is over: nobody stands in any more.
    app.pass(60 * 24 * 3);
    let back = app
        .as_("rolf")
        .get("/api/v1/me/away")
        .await
        .expect(200)
        .json();
    assert_eq!(back["stand_in"], Value::Null);
});

on_each_database!(nobody_decides_alone_about_their_own_request, |app| {
    let only = json!([
        { "key": "make", "name": "Make", "phase": "active", "share": 80 },
        { "key": "agree", "name": "Agree", "phase": "review", "share": 20, "approvals": [
            { "key": "lead", "name": "Lead", "rule": { "type": "everyone" }, "by": [{ "type": "team_leads" }] },
        ] },
    ]);
    follow(&app, only).await;
    // The only lead orders: the administrator is asked instead.
    let number = order(&app, "hanna").await;
    forward(&app, number, 200).await;
    vote(&app, "hanna", number, true, 403).await;
    vote(&app, "ada", number, true, 200).await;
    assert_eq!(show(&app, number).await["phase"], "done");
    // Who is asked leaves: an administrator answers in their place.
    let second = order(&app, "maren").await;
    forward(&app, second, 200).await;
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE person SET disabled_at = 1 WHERE id = $1")
        .bind(app.id("hanna"))
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    vote(&app, "ada", second, true, 200).await;
    assert_eq!(show(&app, second).await["phase"], "done");
});

on_each_database!(tasks_sub_requests_and_conditions, |app| {
    let logo = service(&app, "company-logo").await;
    let stages = json!([
        { "key": "make", "name": "Make", "phase": "active", "share": 40, "tasks": [
            { "key": "alt", "name": "Alternative texts", "required": true },
            { "key": "logo", "name": "Logo", "required": true, "service": logo },
            { "key": "nice", "name": "Nice to have" },
        ] },
        { "key": "fees", "name": "Fees desk", "phase": "active", "share": 20, "only_if": { "is": { "field": "subject", "value": "Other" } } },
        { "key": "publish", "name": "Publish", "phase": "active", "share": 40 },
    ]);
    follow(&app, stages).await;
    let number = order(&app, "maren").await;
    let path = |task: &str| format!("/api/v1/requests/{number}/tasks{task}");
    let tasks = app.as_("priya").get(&path("")).await.expect(200).json();
    assert_eq!(tasks["items"].as_array().unwrap().len(), 3);
    app.as_("maren").get(&path("")).await.expect(403);
    app.as_("rolf").get(&path("")).await.expect(404);
    let blocked = forward(&app, number, 422).await;
    let fields: Vec<&str> = blocked["errors"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|e| e["field"].as_str())
        .collect();
    assert_eq!(fields, ["tasks.alt", "tasks.logo"]);
    app.as_("priya")
        .post(&path("/alt"), &json!({ "done": true }))
        .await
        .expect(200);
    app.as_("priya")
        .post(&path("/gone"), &json!({ "done": true }))
        .await
        .expect(404);
    app.as_("maren")
        .post(&path("/alt"), &json!({ "done": false }))
        .await
        .expect(403);

    // The logo's form asks for more than is known: somebody orders it.
    let item = tasks["items"][1].clone();
    let sub = match item["sub"].as_i64() {
        Some(sub) => sub,
        None => {
            let form = app
                .as_("priya")
                .get(&format!("/api/v1/services/{logo}"))
                .await
                .expect(200)
                .json();
            let mut answers = json!({});
            for field in form["form"]["fields"].as_array().unwrap() {
                if field["required"] != true {
                    continue;
                }
                let key = field["key"].as_str().unwrap();
                answers[key] = match field["kind"]["type"].as_str().unwrap() {
                    "choice" | "multi" => field["kind"]["options"][0]["key"].clone(),
                    _ => json!("Something"),
                };
            }
            let order = json!({ "lines": [{ "service": logo, "answers": answers }] });
            let placed = app
                .as_("priya")
                .post("/api/v1/orders", &order)
                .await
                .expect(201)
                .json();
            let sub = placed["requests"][0]["number"].as_i64().unwrap();
            app.as_("priya")
                .post(&path("/logo"), &json!({ "sub": number }))
                .await
                .expect(422);
            app.as_("priya")
                .post(&path("/logo"), &json!({ "sub": sub }))
                .await
                .expect(200);
            sub
        }
    };
    // It decides whether the task is done.
    app.as_("priya")
        .post(&path("/logo"), &json!({ "done": true }))
        .await
        .expect(422);
    forward(&app, number, 422).await;
    finish(&app, sub).await;
    let tasks = app.as_("priya").get(&path("")).await.expect(200).json();
    assert_ne!(tasks["items"][1]["done_at"], Value::Null);
    // The fees desk does not apply and is passed by, forward and back.
    forward(&app, number, 200).await;
    assert_eq!(show(&app, number).await["stage"], "publish");
    let page = app
        .as_("priya")
        .get(&format!("/work/{number}"))
        .await
        .expect(200);
    assert!(page.text.contains("Left out: Fees desk."));
    forward(&app, number, 200).await;
    assert_eq!(show(&app, number).await["phase"], "done");
});

/// Work a request of the starter's process to its end.
async fn finish(app: &TestApp, number: i64) {
    for _ in 0..12 {
        let now = show(app, number).await;
        if now["phase"] == "done" {
            return;
        }
        let id = now["id"].as_str().unwrap();
        let catalog = app.app.catalog().await.unwrap();
        let item = mil::work::store::find(&app.app.db, &Actor::system(), id)
            .await
            .unwrap();
        let process = mil::work::moves::process_of(&catalog, &item).unwrap();
        let stage = process.stage(&item.stage).unwrap();
        let path = format!("/api/v1/requests/{number}");
        for check in stage.checklist.iter().filter(|c| c.required) {
            let body = json!({ "check": check.key, "done": true });
            app.as_("priya")
                .post(&format!("{path}/checks"), &body)
                .await
                .expect(200);
        }
        let (who, mv) = if stage.requester_approves {
            ("approve", "priya")
        } else {
            ("forward", "priya")
        };
        let body = json!({ "type": who });
        app.as_(mv)
            .post(&format!("{path}/moves"), &body)
            .await
            .expect(200);
    }
    panic!("{number} does not end");
}

on_each_database!(time_is_booked_and_taken_back, |app| {
    let number = order(&app, "maren").await;
    let path = format!("/api/v1/requests/{number}/time");
    let priya = app.as_("priya");
    for bad in [
        json!({ "minutes": 0 }),
        json!({ "minutes": 1441 }),
        json!({ "minutes": 5, "day": "2026-11-24" }),
    ] {
        priya.post(&path, &bad).await.expect(422);
    }
    priya
        .post(&path, &json!({ "minutes": 90, "note": "Wrote it" }))
        .await
        .expect(201);
    app.as_("priya")
        .form(&format!("/work/{number}/time"), "minutes=30")
        .await
        .expect(303);
    app.as_("priya")
        .form(&format!("/work/{number}/time"), "minutes=soon")
        .await
        .expect(422);
    let all = priya.get(&path).await.expect(200).json();
    assert_eq!(all["minutes"], 120);
    app.as_("maren").get(&path).await.expect(403);
    let first = all["items"][0]["id"].as_str().unwrap();
    let one = format!("{path}/{first}");
    app.as_("tomas")
        .json("DELETE", &one, &json!({}))
        .await
        .expect(403);
    priya.json("DELETE", &one, &json!({})).await.expect(204);
    priya.json("DELETE", &one, &json!({})).await.expect(404);
    assert_eq!(priya.get(&path).await.expect(200).json()["minutes"], 30);
    let page = app
        .as_("priya")
        .get(&format!("/work/{number}"))
        .await
        .expect(200);
    assert!(page.text.contains("Time spent"));
});
