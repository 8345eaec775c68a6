//! Policies: who is asked, who has confirmed, who is excepted, and that nobody
//! else reads any of it.

use crate::harness::TestApp;
use crate::notifications::inbox as told;
use crate::on_each_database;
use mil::policies::duties;
use mil_db::sql;
use serde_json::{Value, json};

fn quiz() -> Value {
    json!({ "pass_percent": 100, "questions": [{ "text": "May we use a picture without consent?",
        "choices": [{ "text": "Yes", "right": false }, { "text": "No", "right": true }],
        "why": "People own their picture." }] })
}

fn version(title: &str, more: &Value) -> Value {
    let mut new = json!({ "title": title, "for_you": "Ask first.", "body": "## Consent\n\nAsk.",
        "audience": { "everyone": true }, "deadline_days": 14 });
    for (key, value) in more.as_object().unwrap() {
        new[key] = value.clone();
    }
    new
}

/// A policy that holds; returns its id.
pub async fn published(app: &TestApp, title: &str, more: &Value) -> String {
    let hanna = app.as_("hanna");
    let made = hanna
        .post("/api/v1/policies", &version(title, more))
        .await
        .expect(201)
        .json();
    let id = made["id"].as_str().unwrap().to_owned();
    hanna
        .post(&format!("/api/v1/policies/{id}/publication"), &json!({}))
        .await
        .expect(200);
    id
}

async fn standing(app: &TestApp, who: &str, id: &str) -> Value {
    let all = app
        .as_(who)
        .get("/api/v1/policies")
        .await
        .expect(200)
        .json();
    let found = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["id"] == id);
    found.map_or(json!("hidden"), |p| p["standing"].clone())
}

async fn confirm(app: &TestApp, who: &str, id: &str, answers: Value) -> crate::harness::Answer {
    let client = app.as_(who);
    let seen = client
        .get(&format!("/api/v1/policies/{id}"))
        .await
        .expect(200)
        .json();
    client
        .post(
            &format!("/api/v1/policies/{id}/acknowledgement"),
            &json!({ "version_id": seen["version_id"], "answers": answers }),
        )
        .await
}

on_each_database!(a_policy_is_asked_answered_and_asked_anew, |app| {
    let id = published(&app, "Pictures of people", &json!({ "quiz": quiz() })).await;
    // All who work here are asked, and each is told once.
    for who in ["maren", "rolf", "priya", "hanna", "ivo", "ada"] {
        assert_eq!(standing(&app, who, &id).await, "due", "{who}");
    }
    assert_eq!(told(&app, "maren").await, ["policy_new"]);
    assert_eq!(standing(&app, "pia", &id).await, "hidden");
    app.as_("pia")
        .get(&format!("/policies/{id}"))
        .await
        .expect(404);
    let home = app.as_("maren").get("/").await.expect(200).text;
    assert!(home.contains("Pictures of people"));

    // The right answer stands in no page and no JSON before a try.
    let page = app
        .as_("maren")
        .get(&format!("/policies/{id}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("May we use a picture") && !page.contains("People own their picture"));
    let seen = app
        .as_("maren")
        .get(&format!("/api/v1/policies/{id}"))
        .await
        .text;
    assert!(!seen.contains("right") && !seen.contains("own their"));

    // Wrong answers are kept as a try and explained; nothing is confirmed.
    let tried = confirm(&app, "maren", &id, json!([[0]]))
        .await
        .expect(200)
        .json();
    assert_eq!(
        tried,
        json!({ "confirmed": false, "correct": 0, "questions": 1 })
    );
    assert_eq!(standing(&app, "maren", &id).await, "due");
    let again = app
        .as_("maren")
        .form(
            &format!("/policies/{id}/acknowledgement"),
            &format!("version={}&q0=0", seen_version(&seen)),
        )
        .await;
    assert!(
        again.text.contains("People own their picture"),
        "{}",
        again.text
    );
    confirm(&app, "maren", &id, json!([[1]])).await.expect(200);
    assert_eq!(standing(&app, "maren", &id).await, "acknowledged");
    confirm(&app, "maren", &id, json!([[1]])).await.expect(409);

    // A small change asks nobody; a large one asks all, and an answer to the
    // old version counts for nothing.
    let hanna = app.as_("hanna");
    let draft = format!("/api/v1/policies/{id}/draft");
    let publish = format!("/api/v1/policies/{id}/publication");
    let next = version(
        "Pictures of people",
        &json!({ "quiz": quiz(), "body": "Ask first, always." }),
    );
    hanna.json("PUT", &draft, &next).await.expect(200);
    hanna
        .post(&publish, &json!({ "minor": true }))
        .await
        .expect(200);
    assert_eq!(standing(&app, "maren", &id).await, "acknowledged");
    hanna.json("PUT", &draft, &next).await.expect(200);
    let old = app
        .as_("rolf")
        .get(&format!("/api/v1/policies/{id}"))
        .await
        .json();
    hanna.post(&publish, &json!({})).await.expect(200);
    assert_eq!(standing(&app, "maren", &id).await, "due");
    app.as_("rolf")
        .post(
            &format!("/api/v1/policies/{id}/acknowledgement"),
            &json!({ "version_id": old["version_id"], "answers": [[1]] }),
        )
        .await
        .expect(412);
    // What was published is still there to read.
    let first = app
        .as_("maren")
        .get(&format!("/policies/{id}/versions/1.0"))
        .await
        .expect(200);
    assert!(first.text.contains("not the version that holds"));
    hanna.post(&publish, &json!({})).await.expect(409);
});

fn seen_version(seen: &str) -> String {
    let seen: Value = serde_json::from_str(seen).unwrap();
    seen["version_id"].as_str().unwrap().to_owned()
}

on_each_database!(people_are_reminded_until_they_confirm_or_leave, |app| {
    let id = published(&app, "Brand", &json!({ "deadline_days": 10 })).await;
    let other = published(&app, "Social media", &json!({ "deadline_days": 10 })).await;
    confirm(&app, "rolf", &id, json!([])).await.expect(200);
    let before = told(&app, "rolf").await.len();
    // Eight days later both reminders of the rest come as one message.
    app.pass(8 * 24 * 60);
    for _ in 0..3 {
        duties::run_due(&app.app, app.now()).await.unwrap();
    }
    assert_eq!(
        told(&app, "maren").await,
        ["policy_due", "policy_new", "policy_new"]
    );
    assert_eq!(told(&app, "rolf").await.len(), before + 1);
    app.pass(4 * 24 * 60);
    assert_eq!(standing(&app, "maren", &id).await, "overdue");

    // Who is disabled is asked no more and stands in no report; who comes is asked.
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE person SET disabled_at = 1 WHERE id = $1")
        .bind(app.id("rolf"))
        .run(&mut tx)
        .await
        .unwrap();
    sql("UPDATE person SET role = 'requester' WHERE id = $1")
        .bind(app.id("pia"))
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    duties::run_due(&app.app, app.now()).await.unwrap();
    let report = app
        .as_("hanna")
        .get(&format!("/api/v1/policies/{other}/report"))
        .await
        .expect(200)
        .json();
    let names: Vec<&str> = report["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"Pia Partner") && !names.contains(&"Rolf Brandt"),
        "{names:?}"
    );
    assert_eq!(
        report["all"],
        json!({ "acknowledged": 0, "excepted": 0, "due": 1, "overdue": 6 })
    );

    // Given up, it asks nobody.
    app.as_("hanna")
        .json("DELETE", &format!("/api/v1/policies/{other}"), &json!({}))
        .await
        .expect(204);
    assert_eq!(standing(&app, "maren", &other).await, "hidden");
    let count: i64 = sql("SELECT COUNT(*) AS n FROM policy_duty WHERE policy_id = $1 AND done_at IS NULL AND ended_at IS NULL")
        .bind(&other)
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(count, 0);
});

on_each_database!(an_exception_ends_by_itself, |app| {
    let id = published(&app, "Logo", &json!({ "deadline_days": 5 })).await;
    let path = format!("/api/v1/policies/{id}/exceptions");
    let maren = app.as_("maren");
    maren
        .post(&path, &json!({ "reason": "", "until_on": "2026-12-20" }))
        .await
        .expect(422);
    maren
        .post(
            &path,
            &json!({ "reason": "Old film", "until_on": "2026-11-01" }),
        )
        .await
        .expect(422);
    maren
        .post(
            &path,
            &json!({ "reason": "Old film", "until_on": "2026-12-20" }),
        )
        .await
        .expect(204);
    maren
        .post(
            &path,
            &json!({ "reason": "Again", "until_on": "2026-12-20" }),
        )
        .await
        .expect(409);
    app.as_("pia")
        .post(
            &path,
            &json!({ "reason": "I too", "until_on": "2026-12-20" }),
        )
        .await
        .expect(404);
    let exception: String = sql("SELECT id FROM policy_exception")
        .value("id", &app.app.db)
        .await
        .unwrap();
    let decide = format!("{path}/{exception}");
    assert_eq!(told(&app, "hanna").await[0], "exception_asked");
    app.as_("priya")
        .post(&decide, &json!({ "grant": true }))
        .await
        .expect(404);
    maren
        .post(&decide, &json!({ "grant": true }))
        .await
        .expect(403);
    app.as_("hanna")
        .post(&decide, &json!({ "grant": false }))
        .await
        .expect(422);
    app.as_("hanna")
        .post(&decide, &json!({ "grant": true }))
        .await
        .expect(204);
    app.as_("hanna")
        .post(&decide, &json!({ "grant": true }))
        .await
        .expect(409);
    assert_eq!(standing(&app, "maren", &id).await, "excepted");
    // No reminder while it holds, but a word a week before it ends.
    app.pass(21 * 24 * 60);
    duties::run_due(&app.app, app.now()).await.unwrap();
    assert_eq!(
        told(&app, "maren").await,
        ["exception_ends", "exception_answered", "policy_new"]
    );
    app.pass(7 * 24 * 60);
    assert_eq!(standing(&app, "maren", &id).await, "overdue");
});

on_each_database!(only_those_who_run_a_policy_shape_it, |app| {
    let id = published(&app, "=HYPERLINK(\"x\")", &json!({})).await;
    let new = version("Mine", &json!({}));
    app.as_("priya")
        .post("/api/v1/policies", &new)
        .await
        .expect(403);
    app.as_("priya")
        .json("PUT", &format!("/api/v1/policies/{id}/draft"), &new)
        .await
        .expect(404);
    app.as_("priya")
        .get(&format!("/work/policies/{id}"))
        .await
        .expect(404);
    app.as_("priya")
        .get(&format!("/work/policies/{id}/report.csv"))
        .await
        .expect(404);
    let file = app
        .as_("ada")
        .get(&format!("/work/policies/{id}/report.csv"))
        .await
        .expect(200);
    assert!(
        file.text.contains("\"Maren Voss\"") && file.text.lines().count() == 8,
        "{}",
        file.text
    );
    // An owner who is a marketer runs it.
    let owned = version("Mine", &json!({ "owner_id": app.id("priya") }));
    let made = app
        .as_("ada")
        .post("/api/v1/policies", &owned)
        .await
        .expect(201)
        .json();
    let mine = made["id"].as_str().unwrap();
    app.as_("priya")
        .json("PUT", &format!("/api/v1/policies/{mine}/draft"), &owned)
        .await
        .expect(200);
    app.as_("tomas")
        .json("PUT", &format!("/api/v1/policies/{mine}/draft"), &owned)
        .await
        .expect(404);
    // Two who write at once: the second is told, and nothing is lost.
    let seen = app
        .as_("ada")
        .json("PUT", &format!("/api/v1/policies/{mine}/draft"), &owned)
        .await
        .expect(200)
        .json();
    let stale = version(
        "Mine",
        &json!({ "owner_id": app.id("priya"), "version": seen["version"] }),
    );
    app.as_("priya")
        .json("PUT", &format!("/api/v1/policies/{mine}/draft"), &stale)
        .await
        .expect(200);
    app.as_("ada")
        .json("PUT", &format!("/api/v1/policies/{mine}/draft"), &stale)
        .await
        .expect(412);
    // What does not fit is said field by field.
    let wrong = app
        .as_("ada")
        .post(
            "/api/v1/policies",
            &json!({ "audience": {}, "quiz": { "questions": [{ "text": "?", "choices": [] }] } }),
        )
        .await
        .expect(422)
        .json();
    let fields: Vec<&str> = wrong["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["title", "body", "audience", "choices-1"]);
});
