//! Due dates counted anew: only where they must, exactly once, and nothing
//! lost when the program stops in between; the same through the API.

use axum::body::Body;
use axum::http::{Request, header};
use mil::work::recompute;
use mil_db::sql;
use serde_json::{Value, json};

use crate::harness::{Answer, TestApp};
use crate::on_each_database;

async fn order(app: &TestApp) -> String {
    let body = json!({ "lines": [{ "service": "company-logo",
        "answers": { "use": "Poster", "format": "png" } }] });
    let answer = app.as_("maren").post("/api/v1/orders", &body).await;
    let id = &answer.expect(201).json()["requests"][0]["id"];
    id.as_str().unwrap().to_owned()
}

async fn change(app: &TestApp, path: &str, tag: Option<&str>, body: &Value) -> Answer {
    let mut request = Request::patch(path).header(header::CONTENT_TYPE, "application/json");
    if let Some(tag) = tag {
        request = request.header(header::IF_MATCH, tag);
    }
    app.as_("hanna")
        .send(request, Body::from(body.to_string()))
        .await
}

async fn events(app: &TestApp, id: &str) -> Vec<Value> {
    sql("SELECT data FROM event WHERE verb = 'request.due_changed' AND item_id = $1 ORDER BY id")
        .bind(id)
        .all(&app.app.db)
        .await
        .unwrap()
        .iter()
        .map(|row| row.json("data").unwrap())
        .collect()
}

async fn waiting_tasks(app: &TestApp) -> i64 {
    sql("SELECT COUNT(*) AS n FROM recompute")
        .value("n", &app.app.db)
        .await
        .unwrap()
}

/// The starter's promise with another delivery at normal priority, in minutes.
fn promise(app: &TestApp, minutes: i64) -> Value {
    json!({ "name": "Usual promise", "calendar_id": app.starter.calendar_id,
        "definition": { "targets": { "normal": { "response_minutes": 240, "delivery_minutes": minutes } } } })
}

on_each_database!(more_requests_than_a_batch_are_all_counted_once, |app| {
    let mut ids = Vec::new();
    for _ in 0..110 {
        ids.push(order(&app).await);
    }
    let path = format!("/api/v1/admin/promises/{}", app.starter.promise_id);
    change(&app, &path, None, &promise(&app, 480))
        .await
        .expect(200);
    // What the change left behind is in the database, so a stop here loses
    // nothing: another program finds it.
    assert_eq!(waiting_tasks(&app).await, 1);
    assert_eq!(recompute::run_due(&app.app, app.now()).await.unwrap(), 110);
    assert_eq!(waiting_tasks(&app).await, 0);
    for id in &ids {
        let told = events(&app, id).await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["why"], "promise.changed");
        assert!(told[0]["due_after"].as_i64() < told[0]["due_before"].as_i64());
        assert!(
            told[0]["respond_after"].is_null(),
            "the first answer did not move"
        );
    }
});

on_each_database!(a_stop_in_the_middle_neither_loses_nor_repeats, |app| {
    let mut ids = Vec::new();
    for _ in 0..60 {
        ids.push(order(&app).await);
    }
    let path = format!("/api/v1/admin/promises/{}", app.starter.promise_id);
    change(&app, &path, None, &promise(&app, 480))
        .await
        .expect(200);
    // As if the program had stopped after the first item: the note how far it
    // got and the work are one transaction, so both stand or neither.
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE recompute SET after_id = $1")
        .bind(&ids[0])
        .run(&mut tx)
        .await
        .unwrap();
    tx.rollback().await.unwrap();
    let (one, two) = tokio::join!(
        recompute::run_due(&app.app, app.now()),
        recompute::run_due(&app.app, app.now())
    );
    // Two programs at once may disturb each other, but never double anything.
    let _ = (one, two);
    while waiting_tasks(&app).await > 0 {
        recompute::run_due(&app.app, app.now()).await.unwrap();
    }
    for id in &ids {
        assert_eq!(events(&app, id).await.len(), 1);
    }
});

on_each_database!(waiting_and_ended_requests_are_told_nothing, |app| {
    let (paused, ended, other) = (order(&app).await, order(&app).await, order(&app).await);
    let moves = |id: &str| format!("/api/v1/requests/{id}/moves");
    app.as_("priya")
        .post(&moves(&paused), &json!({ "type": "wait", "why": "answer" }))
        .await
        .expect(200);
    app.as_("maren")
        .post(&moves(&ended), &json!({ "type": "cancel" }))
        .await
        .expect(200);
    // A request on another promise stays as it is.
    let another = app
        .as_("hanna")
        .post("/api/v1/admin/promises", &promise(&app, 960))
        .await
        .expect(201);
    let row = app
        .as_("ada")
        .get(&format!("/api/v1/requests/{other}"))
        .await
        .json();
    let before = row["promise"]["delivery"]["due"].clone();
    let path = format!(
        "/api/v1/admin/promises/{}",
        another.json()["id"].as_str().unwrap()
    );
    change(&app, &path, None, &promise(&app, 480))
        .await
        .expect(200);
    assert_eq!(recompute::run_due(&app.app, app.now()).await.unwrap(), 0);
    let row = app
        .as_("ada")
        .get(&format!("/api/v1/requests/{other}"))
        .await
        .json();
    assert_eq!(row["promise"]["delivery"]["due"], before);

    let path = format!("/api/v1/admin/promises/{}", app.starter.promise_id);
    change(&app, &path, None, &promise(&app, 480))
        .await
        .expect(200);
    assert_eq!(recompute::run_due(&app.app, app.now()).await.unwrap(), 1);
    assert!(events(&app, &paused).await.is_empty() && events(&app, &ended).await.is_empty());
    // The time used before the pause still counts, against the new target.
    let row = app
        .as_("ada")
        .get(&format!("/api/v1/requests/{paused}"))
        .await
        .json();
    assert_eq!(row["promise"]["delivery"]["target_minutes"], 480);
    let row = app
        .as_("ada")
        .get(&format!("/api/v1/requests/{ended}"))
        .await
        .json();
    assert_eq!(
        row["promise"]["delivery"]["target_minutes"], 1440,
        "it was measured by the old one"
    );
});

on_each_database!(the_consequences_are_said_before, |app| {
    order(&app).await;
    app.pass(3 * 60);
    let path = format!("/api/v1/admin/promises/{}/impact", app.starter.promise_id);
    let hanna = app.as_("hanna");
    let said = hanna
        .post(&path, &promise(&app, 241))
        .await
        .expect(200)
        .json();
    assert_eq!(
        said,
        json!({ "open": 1, "moved": 1, "become_late": 0, "become_timely": 0 })
    );
    app.pass(2 * 60);
    let said = hanna
        .post(&path, &promise(&app, 241))
        .await
        .expect(200)
        .json();
    assert_eq!(said["become_late"], 1);
    let said = hanna
        .post(&path, &promise(&app, 1440))
        .await
        .expect(200)
        .json();
    assert_eq!(said["moved"], 0);
    assert_eq!(waiting_tasks(&app).await, 0, "asking changes nothing");
});

on_each_database!(the_api_keeps_versions_apart_and_refuses_nonsense, |app| {
    let path = format!("/api/v1/admin/promises/{}", app.starter.promise_id);
    let shown = app.as_("hanna").get(&path).await.expect(200);
    assert_eq!(shown.headers[header::ETAG], "\"1\"");
    change(&app, &path, Some("\"1\""), &promise(&app, 480))
        .await
        .expect(200);
    change(&app, &path, Some("\"1\""), &promise(&app, 960))
        .await
        .expect(412);
    let mut odd = promise(&app, 480);
    odd["surprise"] = json!(1);
    change(&app, &path, None, &odd).await.expect(422);
    for minutes in [-1, 0, 10_000_000] {
        change(&app, &path, None, &promise(&app, minutes))
            .await
            .expect(422);
    }
    let mut elsewhere = promise(&app, 480);
    elsewhere["calendar_id"] = json!("nothing");
    change(&app, &path, None, &elsewhere).await.expect(422);
    change(
        &app,
        "/api/v1/admin/promises/nothing",
        None,
        &promise(&app, 480),
    )
    .await
    .expect(404);

    let base = format!("/api/v1/admin/calendars/{}", app.starter.calendar_id);
    let import = json!({ "place": "DE-BY", "from_year": 2027, "to_year": 2027, "apply": true });
    let dry = json!({ "place": "DE-BY", "from_year": 2027, "to_year": 2027 });
    let holidays = format!("{base}/holidays");
    let hanna = app.as_("hanna");
    let first = hanna.post(&holidays, &dry).await.expect(200).json();
    let again = hanna.post(&holidays, &import).await.expect(200).json();
    assert_eq!(first["new"], again["new"]);
    assert_eq!(
        (&first["applied"], &again["applied"]),
        (&json!(false), &json!(true))
    );
    assert!(first["new"].as_array().unwrap().len() > 9);
    let third = hanna.post(&holidays, &import).await.expect(200).json();
    assert_eq!(third["known"], first["new"]);
    hanna
        .post(&holidays, &json!({ "from_year": 2027, "to_year": 2027 }))
        .await
        .expect(422);
    hanna
        .post(
            &holidays,
            &json!({ "ical": "no calendar", "from_year": 2027, "to_year": 2027 }),
        )
        .await
        .expect(422);
    let shut = json!({ "name": "Never", "definition": { "zone": "Europe/Berlin", "hours": [] } });
    change(&app, &base, None, &shut).await.expect(422);
    // In use, so it stays.
    for path in [&base, &path] {
        change(&app, path, None, &json!({ "archived": true }))
            .await
            .expect(409);
    }
    // Every change stands in the audit log with before and after.
    let data: Value = sql("SELECT data FROM event WHERE verb = 'promise.changed'")
        .one(&app.app.db)
        .await
        .unwrap()
        .json("data")
        .unwrap();
    assert_eq!(
        data["before"]["definition"]["targets"]["normal"]["delivery_minutes"],
        1440
    );
    assert_eq!(
        data["after"]["definition"]["targets"]["normal"]["delivery_minutes"],
        480
    );
});
