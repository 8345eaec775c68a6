//! Change enablement: types, ranking, plans, what is shared with the calendar,
//! and looking back.

use mil::practices::adopt;
use mil::practices::model::Wishes;
use mil_db::sql;
use serde_json::{Value, json};

use crate::desk_help::{api, count, hand_on, order, order_of, show};
use crate::harness::TestApp;
use crate::incidents::kind;
use crate::on_each_database;

/// A change of Maren's, by the service for updating pages.
pub async fn change(app: &TestApp) -> (String, i64) {
    kind(app, "update-a-web-page", "change").await;
    order(&app.as_("maren")).await
}

/// Answers that rank low, with some of them changed.
pub fn answers(changed: &[(&str, &str)]) -> Value {
    let mut all = json!({
        "before": ["often"], "tried": ["yes"], "back_time": ["minutes"],
        "notice": ["us"], "touches": ["none"], "down": ["no"],
    });
    for (question, answer) in changed {
        all[*question] = json!([answer]);
    }
    all
}

const HIGH: [(&str, &str); 3] = [("before", "never"), ("tried", "no"), ("notice", "public")];

on_each_database!(the_answers_of_the_order_fill_the_questionnaire, |app| {
    let ada = app.actor("ada").await;
    adopt::adopt(
        &app.ctx(ada.clone()),
        &ada,
        "change-enablement",
        &Wishes::default(),
    )
    .await
    .unwrap();
    let ordered = json!({
        "subject": "New tag", "system": "Shop", "why": "Count carts", "steps": "Add it",
        "notice": "public", "before": "never", "back_time": "minutes", "back": "Remove the tag",
        "touches": ["figures"], "figures_who": "Controlling", "day": "2026-12-01",
        "time": "7:30", "down": false,
    });
    let (id, number) = order_of(&app.as_("maren"), "checked-change", ordered).await;
    let priya = app.as_("priya");
    let seen = priya.get(&api(&id, "/change")).await.expect(200).json();
    assert_eq!(seen["missing"], json!(["tried"]));
    assert_eq!(seen["assessment"], Value::Null);
    assert_eq!(seen["back_out"], "Remove the tag");
    assert_eq!(seen["plan"], "Add it");
    assert_eq!(seen["type"], "normal");

    // One answer more, and it ranks; what somebody knows better wins.
    let body = json!({ "answers": { "tried": ["yes"], "notice": ["staff"] } });
    let seen = priya
        .json("PATCH", &api(&id, "/change"), &body)
        .await
        .expect(200)
        .json();
    assert_eq!(seen["assessment"]["level"], "medium", "{seen}");
    assert_eq!(seen["assessment"]["because"][0], json!(["before", "never"]));
    assert_eq!(count(&app, &id, "change.assessed").await, 1);
    let page = priya
        .get(&format!("/work/{number}/change"))
        .await
        .expect(200)
        .text;
    assert!(
        page.contains("From the order") && page.contains("Remove the tag"),
        "{page}"
    );
});

on_each_database!(high_risk_without_a_way_back_goes_nowhere, |app| {
    let (id, number) = change(&app).await;
    let priya = app.as_("priya");
    let path = api(&id, "/change");
    priya
        .json("PATCH", &path, &json!({ "answers": answers(&HIGH) }))
        .await
        .expect(200);
    let forward = json!({ "type": "forward" });
    let catalog = app.app.catalog().await.unwrap();
    let (_, process) = catalog.current_process(&app.starter.process_id).unwrap();
    let stage = show(&priya, &id).await["stage"]
        .as_str()
        .unwrap()
        .to_owned();
    for check in &process.stage(&stage).unwrap().checklist {
        let tick = json!({ "check": check.key, "done": true });
        priya.post(&api(&id, "/checks"), &tick).await.expect(200);
    }
    let stuck = priya.post(&api(&id, "/moves"), &forward).await.expect(409);
    assert!(stuck.text.contains("no way back"), "{}", stuck.text);
    assert_eq!(show(&priya, &id).await["stage"], stage.as_str());
    let page = priya.get(&format!("/work/{number}")).await.expect(200).text;
    assert!(page.contains("It cannot go on without one"), "{page}");

    priya
        .json(
            "PATCH",
            &path,
            &json!({ "back_out": "Put the old page back." }),
        )
        .await
        .expect(200);
    priya.post(&api(&id, "/moves"), &forward).await.expect(200);
});

on_each_database!(who_may_call_a_change_what, |app| {
    let (id, _) = change(&app).await;
    let (priya, hanna) = (app.as_("priya"), app.as_("hanna"));
    let path = api(&id, "/change");
    let as_type = |word: &str| json!({ "type": word });

    // Routine needs a lead's word beforehand.
    let refused = priya
        .json("PATCH", &path, &as_type("standard"))
        .await
        .expect(422);
    assert!(
        refused.text.contains("approved beforehand"),
        "{}",
        refused.text
    );
    let service = "/api/v1/change-services/update-a-web-page";
    priya
        .json("PUT", service, &as_type("standard"))
        .await
        .expect(403);
    hanna
        .json("PUT", service, &as_type("standard"))
        .await
        .expect(204);
    hanna
        .json(
            "PUT",
            "/api/v1/change-services/create-a-pdf",
            &as_type("standard"),
        )
        .await
        .expect(404);
    assert_eq!(
        priya.get(&path).await.expect(200).json()["type"],
        "standard"
    );

    // Urgent needs a reason, and only a lead takes it back.
    priya
        .json("PATCH", &path, &as_type("emergency"))
        .await
        .expect(422);
    let urgent = json!({ "type": "emergency", "reason": "Every hour ten wrong orders" });
    priya.json("PATCH", &path, &urgent).await.expect(200);
    priya
        .json("PATCH", &path, &as_type("normal"))
        .await
        .expect(422);
    hanna
        .json("PATCH", &path, &as_type("normal"))
        .await
        .expect(200);

    // Requesters and strangers write nothing here; a stale version is refused.
    app.as_("maren").get(&path).await.expect(403);
    app.as_("ivo").get(&path).await.expect(404);
    let stale = json!({ "plan": "x", "version": 1 });
    priya.json("PATCH", &path, &stale).await.expect(412);
});

on_each_database!(the_calendar_and_the_change_touch_the_same, |app| {
    let (id, number) = change(&app).await;
    let priya = app.as_("priya");
    let path = api(&id, "/change");
    let body = json!({ "tools": ["Website"], "campaigns": ["Winter intake"] });
    let seen = priya.json("PATCH", &path, &body).await.expect(200).json();
    let touches: Vec<&str> = seen["touches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["name"].as_str().unwrap())
        .collect();
    assert_eq!(touches.len(), 2);
    assert!(touches.contains(&"Website") && touches.contains(&"Winter intake"));
    let form = priya
        .get(&format!("/calendar/new?change={number}"))
        .await
        .expect(200)
        .text;
    assert!(form.contains("value=\"Website\""), "{form}");

    // Planned with another tool: the record says the same.
    let at = |h: i64| (app.now() + jiff::SignedDuration::from_hours(h)).to_string();
    let window = json!({ "kind": "change", "title": "Footer", "change": id, "from": at(48), "to": at(49),
        "tools": ["Shop"] });
    let entry = priya
        .post("/api/v1/calendar", &window)
        .await
        .expect(201)
        .json();
    let entry = format!("/api/v1/calendar/{}", entry["id"].as_str().unwrap());
    let seen = priya.get(&path).await.expect(200).json();
    assert_eq!(seen["touches"][0]["name"], "Shop");
    assert_eq!(seen["touches"].as_array().unwrap().len(), 1);

    // And the other way; a change that touches more can come into conflict.
    let maintenance = json!({ "kind": "maintenance", "title": "CMS upgrade", "from": at(47), "to": at(50),
        "tools": ["Website"] });
    priya
        .post("/api/v1/calendar", &maintenance)
        .await
        .expect(201);
    priya
        .json("PATCH", &path, &json!({ "tools": ["Website"] }))
        .await
        .expect(200);
    let seen = priya.get(&entry).await.expect(200).json();
    assert_eq!(seen["entry"]["touches"][0]["name"], "Website");
    assert_eq!(seen["conflicts"][0]["blocks"], true);

    let list = priya.get("/api/v1/changes").await.expect(200).json();
    assert_eq!(list["items"][0]["number"], number);
    assert_eq!(list["items"][0]["from"], at(48));
    priya.get("/changes").await.expect(200);
    let own = app
        .as_("maren")
        .get(&format!("/requests/{number}"))
        .await
        .expect(200);
    assert!(own.text.contains("It is planned for"), "{}", own.text);
});

on_each_database!(what_was_urgent_is_looked_back_at_before_it_ends, |app| {
    let (id, number) = change(&app).await;
    let priya = app.as_("priya");
    let path = api(&id, "/change");
    let urgent = json!({ "type": "emergency", "reason": "Ten wrong orders an hour" });
    priya.json("PATCH", &path, &urgent).await.expect(200);
    // The starter's process ends with the requester's yes.
    let mut stuck = false;
    for _ in 0..8 {
        let now = show(&priya, &id).await;
        let catalog = app.app.catalog().await.unwrap();
        let (_, process) = catalog.current_process(&app.starter.process_id).unwrap();
        let stage = process.stage(now["stage"].as_str().unwrap()).unwrap();
        for check in &stage.checklist {
            let tick = json!({ "check": check.key, "done": true });
            priya.post(&api(&id, "/checks"), &tick).await.expect(200);
        }
        let moved = priya
            .post(&api(&id, "/moves"), &json!({ "type": "forward" }))
            .await;
        if moved.status == 409 {
            assert!(moved.text.contains("look back"), "{}", moved.text);
            stuck = true;
            break;
        }
        moved.expect(200);
    }
    assert!(stuck, "it was handed to the requester without a review");
    let page = priya.get("/changes?type=emergency").await.expect(200).text;
    assert!(page.contains("look back"), "{page}");

    // An incident that it caused, and work that comes of it.
    kind(&app, "update-a-web-page", "incident").await;
    let (_, broken) = order(&app.as_("maren")).await;
    let review = |incidents: Value| {
        json!({ "outcome": "with_issues", "happened": "The menu was gone for an hour.",
        "followed": "partly", "incidents": incidents })
    };
    let put = |body: Value| {
        let path = api(&id, "/change/review");
        let priya = app.as_("priya");
        async move { priya.json("PUT", &path, &body).await }
    };
    put(json!({ "outcome": "successful", "followed": "yes" }))
        .await
        .expect(422);
    put(review(json!(["999999"]))).await.expect(422);
    put(review(json!([number.to_string()]))).await.expect(422);
    let action = json!({ "title": "Write the steps down", "service": "update-a-web-page", "owner": app.id("tomas") });
    priya
        .post(&api(&id, "/change/actions"), &action)
        .await
        .expect(409);
    let seen = put(review(json!([broken.to_string()])))
        .await
        .expect(200)
        .json();
    assert_eq!(seen["incidents"], json!([broken]));
    assert_eq!(seen["review_due"], false);
    let made = priya
        .post(&api(&id, "/change/actions"), &action)
        .await
        .expect(201)
        .json();
    let seen = priya.get(&path).await.expect(200).json();
    assert_eq!(seen["actions"], json!([made["number"]]));
    priya
        .post(&api(&id, "/moves"), &json!({ "type": "forward" }))
        .await
        .expect(200);
    assert_eq!(count(&app, &id, "change.reviewed").await, 1);

    // What we write among ourselves never reaches the requester.
    let own = app
        .as_("maren")
        .get(&format!("/requests/{number}"))
        .await
        .expect(200)
        .text;
    assert!(
        !own.contains("The menu was gone") && !own.contains("Ten wrong orders"),
        "{own}"
    );
});

on_each_database!(an_ordinary_change_ends_without_paper, |app| {
    let (id, _) = change(&app).await;
    let priya = app.as_("priya");
    for _ in 0..8 {
        if show(&priya, &id).await["phase"] == "review" {
            break;
        }
        hand_on(&priya, &app, &id).await;
    }
    let rows: i64 = sql("SELECT COUNT(*) AS n FROM change_record")
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(rows, 0, "nobody had to write anything");
});

on_each_database!(the_forms_keep_what_was_typed, |app| {
    let (id, number) = change(&app).await;
    let priya = app.as_("priya");
    let base = format!("/work/{number}/change");
    let bad = priya
        .form(
            &format!("{base}/review"),
            "happened=Nobody+noticed&outcome=successful",
        )
        .await
        .expect(422)
        .text;
    assert!(
        bad.contains("Nobody noticed") && bad.contains("whether the plan was followed"),
        "{bad}"
    );
    priya
        .form(
            &format!("{base}/review"),
            "happened=Nobody+noticed&outcome=successful&followed=yes",
        )
        .await
        .expect(303);
    let all = "q_before=never&q_tried=no&q_back_time=none&q_notice=public&q_touches=data&q_touches=money&q_down=yes";
    priya.form(&format!("{base}/assess"), all).await.expect(303);
    let seen = priya.get(&api(&id, "/change")).await.expect(200).json();
    assert_eq!(seen["assessment"]["level"], "high");
    assert_eq!(seen["answers"]["touches"], json!(["data", "money"]));
    priya.form(&format!("{base}/nothing"), "").await.expect(404);
    app.as_("ada").get("/changes/services").await.expect(200);
    let form =
        "service=update-a-web-page&field=type-update-a-web-page&type-update-a-web-page=standard";
    app.as_("ada")
        .form("/changes/services", form)
        .await
        .expect(303);
});
