//! Rules: once per cause, in one transaction, with the rights of an agent, told
//! on the timeline; circles are stopped; macros and canned answers.

use jiff::SignedDuration;
use mil::automation::{run, timers};
use mil_db::sql;
use serde_json::{Value, json};

use crate::desk_help::{api, show};
use crate::harness::TestApp;
use crate::on_each_database;

/// Make a rule of Hanna's that acts at once; its id.
async fn rule(app: &TestApp, name: &str, def: Value) -> String {
    let input = json!({ "name": name, "def": def, "active": true });
    let made = app.as_("hanna").post("/api/v1/rules", &input).await;
    made.expect(201).json()["id"].as_str().unwrap().to_owned()
}

/// What the role matrix puts into paths: an endpoint, a delivery, a rule, a
/// macro. What is left of the call before is taken away.
pub async fn matrix(app: &TestApp) -> [String; 4] {
    for (who, path, list) in [
        ("ada", "/api/v1/webhooks", "items"),
        ("hanna", "/api/v1/rules", "items"),
        ("hanna", "/api/v1/macros", "macros"),
    ] {
        let client = app.as_(who);
        let found = client.get(path).await.expect(200).json();
        for one in found[list].as_array().unwrap() {
            let path = format!("{path}/{}", one["id"].as_str().unwrap());
            client.json("DELETE", &path, &json!({})).await.expect(204);
        }
    }
    let (webhook, delivery) = crate::webhooks::one(app).await;
    let def = json!({ "when": { "type": "event", "event": "request.reopened" },
        "then": [{ "do": "tell", "whom": "leads" }] });
    let rule = rule(app, "For the matrix", def).await;
    let input = json!({ "name": "Nudge", "deeds": [{ "do": "tell", "whom": "leads" }] });
    let made = app.as_("hanna").post("/api/v1/macros", &input).await;
    let made = made.expect(201).json()["id"].as_str().unwrap().to_owned();
    [webhook, delivery, rule, made]
}

pub async fn order(app: &TestApp, title: &str) -> String {
    let lines = json!({ "lines": [{ "service": "company-logo", "title": title,
        "answers": { "use": "Slides", "format": "png" } }] });
    let placed = app.as_("maren").post("/api/v1/orders", &lines).await;
    let placed = placed.expect(201).json();
    placed["requests"][0]["id"].as_str().unwrap().to_owned()
}

/// Let rules do everything that is due.
async fn work(app: &TestApp) {
    timers::run(&app.app, app.now()).await.unwrap();
    while run::tick(&app.app, app.now()).await.unwrap() > 0 {}
}

async fn runs(app: &TestApp, rule: &str) -> Vec<Value> {
    let path = format!("/api/v1/rules/{rule}/runs");
    let list = app.as_("hanna").get(&path).await.expect(200).json();
    list["items"].as_array().unwrap().clone()
}

pub async fn notes(app: &TestApp, item: &str) -> Vec<String> {
    let list = app.as_("priya").get(&api(item, "/comments")).await;
    let list = list.expect(200).json();
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|c| c["body"].as_str().unwrap().to_owned())
        .collect()
}

async fn told(app: &TestApp, who: &str) -> Vec<String> {
    let news = app.as_(who).get("/api/v1/notifications").await;
    let news = news.expect(200).json();
    let items = news["items"].as_array().unwrap().iter();
    items
        .map(|n| n["reason"].as_str().unwrap().to_owned())
        .collect()
}

on_each_database!(a_rule_acts_once_and_says_so_among_agents, |app| {
    let def = json!({ "when": { "type": "event", "event": "request.ordered" },
        "if": { "all": [{ "not": { "filled": { "field": "assignee" } } },
            { "includes": { "field": "title", "value": "POSTER" } }] },
        "then": [{ "do": "assign", "to": "load" }, { "do": "priority", "to": "high" },
            { "do": "note", "text": "{requester} wants {title} ({number})" }] });
    let id = rule(&app, "Share out", def).await;
    let item = order(&app, "A poster").await;
    let other = order(&app, "A flyer").await;
    work(&app).await;
    work(&app).await;
    let seen = show(&app.as_("priya"), &item).await;
    assert!(
        seen["assignee"].is_object() || seen["assignee_id"].is_string(),
        "{seen}"
    );
    assert_eq!(seen["priority"], "high");
    let number = seen["number"].as_i64().unwrap();
    assert_eq!(
        notes(&app, &item).await,
        [format!("Maren Voss wants A poster ({number})")]
    );
    assert_eq!(show(&app.as_("priya"), &other).await["priority"], "normal");
    let log = runs(&app, &id).await;
    assert_eq!(log.len(), 1, "what does not fit leaves no trace: {log:?}");
    assert_eq!(log[0]["state"], "done");
    assert_eq!(log[0]["did"][1]["to"], "high");

    // Handing the event over a second time changes nothing.
    let mut tx = app.app.db.begin().await.unwrap();
    sql(
        "INSERT INTO outbox (event_id, listener, attempts, not_before)
         SELECT id, 'automation', 0, 0 FROM event WHERE item_id = $1 AND verb = 'request.ordered'",
    )
    .bind(&item)
    .run(&mut tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    work(&app).await;
    assert_eq!(notes(&app, &item).await.len(), 1);

    // Agents read it on the timeline; the requester does not.
    let page = format!("/work/{number}");
    let agents = app.as_("priya").get(&page).await.expect(200).text;
    assert!(
        agents.contains("Share out") && agents.contains("ran by itself"),
        "{agents}"
    );
    let theirs = app
        .as_("maren")
        .get(&format!("/requests/{number}"))
        .await
        .expect(200)
        .text;
    assert!(
        !theirs.contains("Share out") && !theirs.contains("wants A poster"),
        "{theirs}"
    );
});

on_each_database!(
    the_substitute_hears_of_an_approval_that_waits_two_working_days,
    |app| {
        let item = order(&app, "A poster").await;
        let now = app.now();
        let mut tx = app.app.db.begin().await.unwrap();
        sql("INSERT INTO approval (id, item_id, visit_id, stage, step, position, name, person_id, asked_at)
         SELECT 'seat', item_id, id, stage, 'yes', 0, 'Yes', $2, $3 FROM stage_visit WHERE item_id = $1")
    .bind(&item)
    .bind(app.id("rolf"))
    .bind(now.as_microsecond())
    .run(&mut tx)
    .await
    .unwrap();
        sql("INSERT INTO stand_in (person_id, stand_in_id, until, since) VALUES ($1, $2, $3, 0)")
            .bind(app.id("rolf"))
            .bind(app.id("tomas"))
            .bind((now + SignedDuration::from_hours(24 * 30)).as_microsecond())
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        // As the builder posts it.
        let form = "name=Print+approvals&trigger=since%3Aapproval&amount=2&unit=working_days\
        &is1=is&test1=service%3Dcompany-logo&deed1=tell%3Dsubstitutes";
        let hanna = app.as_("hanna");
        let dry = hanna
            .form("/admin/rules/new", &format!("{form}&action=dry"))
            .await
            .expect(200)
            .text;
        assert!(dry.contains("0 times"), "{dry}");
        hanna
            .form("/admin/rules/new", &format!("{form}&action=on"))
            .await
            .expect(303);
        let list = hanna.get("/api/v1/rules").await.expect(200).json();
        let id = list["items"][0]["id"].as_str().unwrap().to_owned();

        app.pass(48 * 60 - 1);
        work(&app).await;
        assert!(runs(&app, &id).await.is_empty(), "it is not time yet");
        app.pass(1);
        work(&app).await;
        app.pass(60);
        work(&app).await;
        assert_eq!(runs(&app, &id).await.len(), 1, "once for each approval");
        assert_eq!(
            told(&app, "tomas")
                .await
                .iter()
                .filter(|r| *r == "automation")
                .count(),
            1
        );
        assert!(!told(&app, "hanna").await.contains(&"automation".to_owned()));
        let dry = hanna
            .form("/admin/rules/new", &format!("{form}&action=dry"))
            .await
            .expect(200)
            .text;
        assert!(dry.contains("1 time.") && dry.contains("A poster"), "{dry}");
    }
);

on_each_database!(rules_that_set_each_other_off_are_stopped, |app| {
    let def = json!({ "when": { "type": "event", "event": "comment.written" },
        "then": [{ "do": "note", "text": "Seen" }] });
    let id = rule(&app, "Echo", def).await;
    let item = order(&app, "A poster").await;
    let say = json!({ "body": "Hello", "visibility": "public" });
    app.as_("maren")
        .post(&api(&item, "/comments"), &say)
        .await
        .expect(201);
    work(&app).await;
    let log = runs(&app, &id).await;
    let count = |state: &str| log.iter().filter(|r| r["state"] == state).count();
    assert_eq!(count("stopped"), 1, "{log:?}");
    assert_eq!(count("done"), usize::try_from(run::DEEPEST).unwrap());
    assert_eq!(notes(&app, &item).await.len(), 1 + count("done"));
    assert!(
        told(&app, "hanna")
            .await
            .contains(&"rule_stopped".to_owned())
    );
    let seen = app
        .as_("hanna")
        .get(&format!("/api/v1/rules/{id}"))
        .await
        .expect(200)
        .json();
    assert!(seen["stopped_at"].is_string());
    app.as_("maren")
        .post(&api(&item, "/comments"), &say)
        .await
        .expect(201);
    work(&app).await;
    assert_eq!(runs(&app, &id).await.len(), log.len(), "it stays stopped");
});

on_each_database!(what_fails_is_tried_again_and_then_parked_whole, |app| {
    let def = json!({ "when": { "type": "event", "event": "request.ordered" },
        "then": [{ "do": "priority", "to": "urgent" }, { "do": "assign", "to": format!("person:{}", app.id("maren")) }] });
    let id = rule(&app, "Wrong person", def).await;
    let item = order(&app, "A poster").await;
    for minutes in [0, 1, 5, 15, 60] {
        app.pass(minutes);
        work(&app).await;
    }
    let log = runs(&app, &id).await;
    assert_eq!(log[0]["state"], "parked", "{log:?}");
    assert_eq!(log[0]["attempts"], 5);
    assert!(
        log[0]["error"]
            .as_str()
            .unwrap()
            .contains("works on requests")
    );
    assert_eq!(
        show(&app.as_("priya"), &item).await["priority"],
        "normal",
        "all or nothing"
    );
    assert!(
        told(&app, "hanna")
            .await
            .contains(&"rule_parked".to_owned())
    );

    // Mended, it is carried out.
    let def = json!({ "when": { "type": "event", "event": "request.ordered" },
        "then": [{ "do": "priority", "to": "urgent" }] });
    let change = json!({ "name": "Right now", "def": def, "version": 1 });
    let path = format!("/api/v1/rules/{id}");
    let hanna = app.as_("hanna");
    let changed = hanna.json("PUT", &path, &change).await.expect(200).json();
    assert_eq!(changed["version"], 2);
    hanna.json("PUT", &path, &change).await.expect(412);
    hanna
        .form(&format!("/admin/rules/{id}/state"), "to=again")
        .await
        .expect(303);
    work(&app).await;
    assert_eq!(show(&app.as_("priya"), &item).await["priority"], "urgent");
    assert_eq!(runs(&app, &id).await[0]["version"], 2);
    assert!(
        hanna
            .get(&format!("/admin/rules/{id}"))
            .await
            .expect(200)
            .text
            .contains("Version 2")
    );
});

on_each_database!(a_dry_run_sees_requests_as_they_were, |app| {
    let item = order(&app, "A poster").await;
    app.pass(60);
    let path = format!("/api/v1/requests/{item}");
    let high = json!({ "priority": "high" });
    app.as_("priya")
        .json("PATCH", &path, &high)
        .await
        .expect(200);
    let def = |verb: &str, priority: &str| {
        json!({ "def": { "when": { "type": "event", "event": verb },
            "if": { "is": { "field": "priority", "value": priority } },
            "then": [{ "do": "tell", "whom": "leads" }] } })
    };
    for (verb, priority, hits) in [
        ("request.ordered", "normal", 1),
        ("request.ordered", "high", 0),
        ("request.prioritised", "high", 1),
        ("request.*", "high", 1),
    ] {
        let dry = app
            .as_("hanna")
            .post("/api/v1/rules/dry-runs", &def(verb, priority))
            .await;
        let dry = dry.expect(200).json();
        assert_eq!(dry["hits"], hits, "{verb} {priority}: {dry}");
    }
    assert!(told(&app, "hanna").await.is_empty(), "nothing was done");
    for bad in [
        json!({ "def": { "when": { "type": "event", "event": "x" }, "then": [] } }),
        json!({ "def": { "when": { "type": "never" }, "then": [] } }),
        json!({ "def": { "when": { "type": "event", "event": "request.done" }, "then": [{ "do": "fly" }] } }),
        json!({ "def": { "when": { "type": "event", "event": "request.done" },
            "if": { "is": { "field": "weather", "value": "fine" } }, "then": [{ "do": "forward" }] } }),
        json!({ "def": { "when": { "type": "since", "since": "stage", "amount": 0, "unit": "days" }, "then": [{ "do": "forward" }] } }),
    ] {
        app.as_("hanna")
            .post("/api/v1/rules/dry-runs", &bad)
            .await
            .expect(422);
    }
});

on_each_database!(a_schedule_acts_once_a_day_on_what_is_open, |app| {
    let item = order(&app, "A poster").await;
    let def = json!({ "when": { "type": "schedule", "days": [2, 3], "at": "09:00" },
        "then": [{ "do": "note", "text": "Good morning" }] });
    let id = rule(&app, "Morning", def).await;
    work(&app).await;
    assert!(
        runs(&app, &id).await.is_empty(),
        "switched on after the hour, and Monday"
    );
    app.pass(23 * 60); // Tuesday, 09:00
    work(&app).await;
    app.pass(60);
    work(&app).await;
    assert_eq!(notes(&app, &item).await.len(), 1);
    app.pass(23 * 60);
    work(&app).await;
    assert_eq!(notes(&app, &item).await.len(), 2);
});

on_each_database!(a_rule_has_no_more_rights_than_its_owner, |app| {
    let input = json!({ "name": "x", "active": true, "def": { "when": { "type": "event", "event": "request.ordered" },
        "then": [{ "do": "webhook", "endpoint": "any" }] } });
    app.as_("priya")
        .post("/api/v1/rules", &input)
        .await
        .expect(403);
    app.as_("hanna")
        .post("/api/v1/rules", &input)
        .await
        .expect(422);
    let hook =
        json!({ "name": "Sink", "address": "http://127.0.0.1:9/", "events": ["request.done"] });
    let hook = app
        .as_("ada")
        .post("/api/v1/webhooks", &hook)
        .await
        .expect(201)
        .json();
    let mut input = input;
    input["def"]["then"][0]["endpoint"] = hook["id"].clone();
    app.as_("ada")
        .post("/api/v1/rules", &input)
        .await
        .expect(201);
    let def = json!({ "when": { "type": "event", "event": "request.ordered" },
        "then": [{ "do": "priority", "to": "urgent" }] });
    let id = rule(&app, "Hanna's", def).await;
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE person SET disabled_at = 1 WHERE id = $1")
        .bind(app.id("hanna"))
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let item = order(&app, "A poster").await;
    work(&app).await;
    assert_eq!(show(&app.as_("priya"), &item).await["priority"], "normal");
    let error: String = sql("SELECT error FROM automation_run WHERE rule_id = $1")
        .bind(&id)
        .value("error", &app.app.db)
        .await
        .unwrap();
    assert!(error.contains("does not work here"), "{error}");
    let verb: String = sql("SELECT verb FROM webhook_delivery")
        .value("verb", &app.app.db)
        .await
        .unwrap();
    assert_eq!(verb, "automation.called");
});

on_each_database!(a_rule_starts_a_playbook_and_says_which, |app| {
    let playbook = crate::playbooks::written(&app.as_("ada"), "Check a logo").await;
    let def = json!({ "when": { "type": "event", "event": "request.ordered" },
        "then": [{ "do": "playbook", "playbook": playbook }] });
    let begins = rule(&app, "Begin the check", def).await;
    let def = json!({ "when": { "type": "event", "event": "request.ordered" },
        "then": [{ "do": "playbook", "playbook": "00000000-0000-7000-8000-000000000000" }] });
    let fails = rule(&app, "Begin what is not here", def).await;
    let item = order(&app, "A round logo").await;
    work(&app).await;
    work(&app).await;
    let list = app.as_("ada").get("/api/v1/playbook-runs").await;
    let list = list.expect(200).json();
    let of_item: Vec<&Value> = (list["items"].as_array().unwrap().iter())
        .filter(|r| r["title"] == "A round logo")
        .collect();
    assert_eq!(of_item.len(), 1, "{list}");
    assert_eq!(
        runs(&app, &begins).await[0]["did"][0]["name"],
        "Check a logo"
    );
    assert_eq!(
        runs(&app, &fails).await[0]["state"],
        "waiting",
        "it is tried again"
    );
    let page = app.as_("ada").get(&format!("/work/{item}")).await;
    let page = page.expect(200).text;
    assert!(page.contains("started the playbook “Check a logo”"));
});
