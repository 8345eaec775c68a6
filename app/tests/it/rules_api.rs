//! Processes, calendars and promises through the API, and what a change of a
//! promise does to escalations.

use axum::body::Body;
use axum::http::{Request, header};
use mil::work::{recompute, wake};
use mil_process::process::ProcessDef;
use serde_json::{Value, json};

use crate::desk_help;
use crate::harness::{Answer, TestApp};
use crate::on_each_database;

async fn patch(app: &TestApp, path: &str, tag: &str, body: &Value) -> Answer {
    let request = Request::patch(path)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::IF_MATCH, tag);
    app.as_("hanna")
        .send(request, Body::from(body.to_string()))
        .await
}

on_each_database!(processes_through_the_api, |app| {
    let lead = app.as_("hanna");
    let all = "/api/v1/admin/processes";
    let def = serde_json::to_value(ProcessDef::essays()).unwrap();
    let new = json!({ "name": "By API", "definition": def });
    let made = lead.post(all, &new).await.expect(201);
    assert_eq!(made.headers[header::ETAG], "\"1\"");
    let one = format!("{all}/{}", made.json()["id"].as_str().unwrap());
    let mut next = def.clone();
    next["stages"][0]["share"] = json!(99);
    let change = json!({ "definition": next });
    patch(&app, &one, "\"7\"", &change).await.expect(412);
    let changed = patch(&app, &one, "\"1\"", &change).await.expect(200);
    assert_eq!(
        (&changed.json()["current"], &changed.json()["version"]),
        (&json!(2), &json!(2))
    );
    // The same again is no version of its own.
    let again = patch(&app, &one, "*", &change).await.expect(200);
    assert_eq!(again.json()["current"], json!(2));
    let first = lead
        .get(&format!("{one}/versions/1"))
        .await
        .expect(200)
        .json();
    assert_eq!(first["definition"], def);
    // Tasks and approvals name what is there.
    let mut promised = next.clone();
    promised["stages"][1]["tasks"] = json!([
        { "key": "photo", "name": "Take a picture", "service": "gone" },
        { "key": "alt", "name": "Alt text", "owner": { "type": "team", "id": "gone" } },
    ]);
    promised["stages"][3]["requester_approves"] = json!(false);
    promised["stages"][3]["phase"] = json!("review");
    promised["stages"][3]["checklist"] = json!([]);
    promised["stages"][3]["approvals"] =
        json!([{ "key": "a", "name": "A", "by": [{ "type": "person", "id": "gone" }] }]);
    let refused = patch(&app, &one, "*", &json!({ "definition": promised }))
        .await
        .expect(422);
    for place in [
        "stages[1].tasks[0].service",
        "stages[1].tasks[1].owner",
        "stages[3].approvals[0].by",
    ] {
        assert!(refused.text.contains(place), "{place} {}", refused.text);
    }
    next["stages"][0]["phase"] = json!("review");
    let wrong = patch(&app, &one, "*", &json!({ "definition": next }))
        .await
        .expect(422);
    assert!(
        wrong.text.contains("definition.stages[0].phase"),
        "{}",
        wrong.text
    );
    for bad in [
        json!({ "colour": 1 }),
        json!({ "definition": { "stages": [], "more": 1 } }),
        json!({ "definition": "x" }),
        json!({ "name": "" }),
    ] {
        patch(&app, &one, "*", &bad).await.expect(422);
    }
    patch(
        &app,
        &format!("{all}/{}", app.starter.process_id),
        "*",
        &json!({ "archived": true }),
    )
    .await
    .expect(409);
    let away = patch(&app, &one, "*", &json!({ "archived": true }))
        .await
        .expect(200);
    assert_eq!(away.json()["archived"], json!(true));
    assert_eq!(
        lead.get(all).await.expect(200).json()["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    app.as_("priya").get(all).await.expect(403);
    app.as_("priya").post(all, &new).await.expect(403);
});

on_each_database!(calendars_and_promises_through_the_api, |app| {
    let lead = app.as_("hanna");
    let all = "/api/v1/admin/calendars";
    let hours = json!([{ "day": "mon", "from": "09:00", "to": "12:00" },
        { "day": "mon", "from": "13:00", "to": "24:00" }]);
    let def = json!({ "zone": "Europe/Berlin", "hours": hours });
    let made = lead
        .post(all, &json!({ "name": "Mondays", "definition": def }))
        .await;
    let made = made.expect(201).json();
    let one = format!("{all}/{}", made["id"].as_str().unwrap());
    let idle = json!({ "definition": { "zone": "Europe/Berlin", "hours": [] } });
    let refused = patch(&app, &one, "*", &idle).await.expect(422);
    assert!(refused.text.contains("no working time"), "{}", refused.text);
    patch(&app, &one, "\"9\"", &json!({ "name": "Other" }))
        .await
        .expect(412);

    // Holidays are looked at, then added once.
    let days = format!("{one}/holidays");
    let look = json!({ "place": "DE-BY", "from_year": 2026, "to_year": 2026 });
    let seen = lead.post(&days, &look).await.expect(200).json();
    let found = seen["new"].as_array().unwrap().len();
    assert!(found > 9 && seen["applied"] == json!(false), "{seen}");
    let mut add = look.clone();
    add["apply"] = json!(true);
    assert_eq!(
        lead.post(&days, &add).await.expect(200).json()["applied"],
        json!(true)
    );
    let again = lead.post(&days, &add).await.expect(200).json();
    assert_eq!(
        (again["new"].as_array().unwrap().len(), &again["applied"]),
        (0, &json!(false))
    );
    let ical = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260504\r\n\
        SUMMARY:Works outing\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let file = json!({ "ical": ical, "from_year": 2026, "to_year": 2026, "apply": true });
    assert_eq!(
        lead.post(&days, &file).await.expect(200).json()["applied"],
        json!(true)
    );
    let kept = lead.get(&one).await.expect(200).json();
    assert_eq!(
        kept["definition"]["holidays"].as_array().unwrap().len(),
        found + 1
    );
    for bad in [
        json!({ "from_year": 2026, "to_year": 2026 }),
        json!({ "place": "XX", "from_year": 2026, "to_year": 2026 }),
        json!({ "place": "DE", "from_year": 2026, "to_year": 1026 }),
        json!({ "ical": "hello", "from_year": 2026, "to_year": 2026 }),
        json!({ "place": "DE", "from_year": 99999, "to_year": 99999 }),
    ] {
        lead.post(&days, &bad).await.expect(422);
    }

    let promises = "/api/v1/admin/promises";
    let target = json!({ "response_minutes": 60, "delivery_minutes": 600 });
    let new = json!({ "name": "Quick", "calendar_id": made["id"],
        "definition": { "targets": { "normal": target } } });
    let quick = lead.post(promises, &new).await.expect(201).json();
    let quick = format!("{promises}/{}", quick["id"].as_str().unwrap());
    patch(&app, &quick, "\"3\"", &json!({ "name": "Slow" }))
        .await
        .expect(412);
    let slow = patch(&app, &quick, "\"1\"", &json!({ "name": "Slow" }))
        .await
        .expect(200);
    assert_eq!(
        (&slow.json()["name"], &slow.json()["version"]),
        (&json!("Slow"), &json!(2))
    );
    patch(&app, &quick, "*", &json!({ "archived": true, "name": "x" }))
        .await
        .expect(422);
    patch(&app, &quick, "*", &json!({ "calendar_id": "nothing" }))
        .await
        .expect(422);
    let none = json!({ "definition": { "targets": {} } });
    patch(&app, &quick, "*", &none).await.expect(422);
    patch(&app, &one, "*", &json!({ "archived": true }))
        .await
        .expect(409);
    patch(&app, &quick, "*", &json!({ "archived": true }))
        .await
        .expect(200);
    patch(&app, &one, "*", &json!({ "archived": true }))
        .await
        .expect(200);
    for path in [all, promises] {
        lead.get(path).await.expect(200);
        lead.get(&format!("{path}/nothing")).await.expect(404);
        app.as_("ivo").get(path).await.expect(403);
    }
});

/// Give the starter's promise another delivery at normal priority.
async fn deliver_within(app: &TestApp, minutes: i64) {
    let path = format!("/api/v1/admin/promises/{}", app.starter.promise_id);
    let promise = app.as_("hanna").get(&path).await.expect(200).json();
    let mut definition = promise["definition"].clone();
    definition["targets"]["normal"]["delivery_minutes"] = json!(minutes);
    let change = json!({ "definition": definition });
    patch(app, &path, "*", &change).await.expect(200);
    assert_eq!(recompute::run_due(&app.app, app.now()).await.unwrap(), 1);
}

on_each_database!(what_was_escalated_is_not_escalated_again, |app| {
    // Ordered on Monday at ten: an answer in 4, delivery in 24 working hours.
    let (id, _) = desk_help::order(&app.as_("maren")).await;
    let wake = async |at: &str| {
        let at = at.parse().unwrap();
        app.app.clock.set(at);
        wake::run_due(&app.app, at).await.unwrap()
    };
    wake("2026-11-23T13:00:00Z").await;
    wake("2026-11-25T11:00:00Z").await;
    let fired = async || desk_help::count(&app, &id, "promise.escalated").await;
    assert_eq!(
        fired().await,
        2,
        "the answer, three quarters of the delivery"
    );

    // Less time, then more: three quarters come by twice again.
    deliver_within(&app, 1380).await;
    assert_eq!(wake("2026-11-25T11:01:00Z").await, 0);
    deliver_within(&app, 2880).await;
    assert_eq!(wake("2026-11-26T09:00:00Z").await, 0, "the old date");
    assert_eq!(wake("2026-11-27T13:00:00Z").await, 0, "three quarters anew");
    assert_eq!(wake("2026-12-01T08:59:00Z").await, 0);
    assert_eq!(wake("2026-12-01T09:00:00Z").await, 1, "the whole time");
    assert_eq!(fired().await, 3);
});
