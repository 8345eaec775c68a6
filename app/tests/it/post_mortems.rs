//! Post-mortems: written, published, with a timeline of events and work that
//! comes of them.

use serde_json::{Value, json};

use crate::desk_help::{api, show};
use crate::harness::TestApp;
use crate::incidents::incident;
use crate::on_each_database;

/// A draft of an incident of Maren's.
async fn draft(app: &TestApp) -> (String, i64) {
    let (id, number) = incident(app).await;
    let text = json!({ "summary": "The **site** was down.", "causes": ["No test", " ", "No alarm"], "version": 0 });
    let path = api(&id, "/post-mortem");
    app.as_("priya").json("PUT", &path, &text).await.expect(200);
    (id, number)
}

fn texts(post_mortem: &Value) -> Vec<&str> {
    let list = post_mortem["timeline"].as_array().unwrap().iter();
    list.filter(|m| m["shown"] == true)
        .map(|m| m["text"].as_str().unwrap())
        .collect()
}

on_each_database!(a_draft_is_written_published_and_read_by_all, |app| {
    let (id, number) = draft(&app).await;
    let (priya, rolf) = (app.as_("priya"), app.as_("rolf"));
    let path = api(&id, "/post-mortem");
    let read = format!("/api/v1/post-mortems/{number}");
    let page = format!("/post-mortems/{number}");

    // Who read version 0 does not write over version 1, and nothing is lost.
    let stale = json!({ "summary": "Mine", "version": 0 });
    priya.json("PUT", &path, &stale).await.expect(412);
    let seen = priya.get(&read).await.expect(200).json();
    assert_eq!(seen["causes"], json!(["No test", "No alarm"]));
    assert_eq!(seen["summary"], "The **site** was down.");

    // A draft is for those who work on it; requesters never read one.
    app.as_("maren").get(&read).await.expect(403);
    rolf.get(&page).await.expect(403);
    app.as_("maren")
        .json("PUT", &path, &json!({}))
        .await
        .expect(403);
    rolf.json("PUT", &path, &json!({})).await.expect(404);

    // Nothing is published without a cause.
    let publish = api(&id, "/post-mortem/publication");
    priya
        .json("PUT", &path, &json!({ "causes": [] }))
        .await
        .expect(200);
    priya.post(&publish, &json!({})).await.expect(422);
    priya
        .json("PUT", &path, &json!({ "causes": ["No test"] }))
        .await
        .expect(200);
    priya.post(&publish, &json!({})).await.expect(200);
    priya.post(&publish, &json!({})).await.expect(409);
    let shown = app.as_("hanna").get(&page).await.expect(200).text;
    assert!(
        shown.contains("<strong>site</strong>") && shown.contains("No test"),
        "{shown}"
    );
    app.as_("maren").get(&page).await.expect(403);

    // Found by words; other words find nothing, and % is no wild card.
    for (words, hits) in [("SITE down", 1), ("printer", 0), ("%25", 0)] {
        let found = priya
            .get(&format!(
                "/api/v1/post-mortems?q={}",
                words.replace(' ', "+")
            ))
            .await;
        assert_eq!(
            found.expect(200).json()["items"].as_array().unwrap().len(),
            hits,
            "{words}"
        );
    }
    assert!(
        priya
            .get("/post-mortems?open=yes")
            .await
            .expect(200)
            .text
            .contains("No match")
    );
});

on_each_database!(the_timeline_is_drawn_from_events_and_own_lines, |app| {
    let (id, number) = draft(&app).await;
    let priya = app.as_("priya");
    let told = json!({ "body": "We look at the **server**.", "audience": "everyone" });
    priya
        .post(&api(&id, "/incident/updates"), &told)
        .await
        .expect(201);
    let line = json!({ "at": app.now().to_string(), "text": "The agency called" });
    priya
        .post(&api(&id, "/post-mortem/lines"), &line)
        .await
        .expect(201);
    let read = format!("/api/v1/post-mortems/{number}");
    let seen = priya.get(&read).await.expect(200).json();
    let all = texts(&seen);
    assert!(
        all.iter().any(|t| t.contains("We look at the **server**.")),
        "{all:?}"
    );
    assert!(all.contains(&"The agency called"), "{all:?}");

    // What is left out stays away; events of others are refused.
    let events: Vec<&str> = seen["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|m| m["own"] == false)
        .map(|m| m["id"].as_str().unwrap())
        .collect();
    let path = api(&id, "/post-mortem/left-out");
    priya
        .json("PUT", &path, &json!({ "events": ["nothing"] }))
        .await
        .expect(422);
    let left = priya
        .json("PUT", &path, &json!({ "events": events }))
        .await
        .expect(200)
        .json();
    assert_eq!(texts(&left), ["The agency called"]);

    // Lines of the future, empty lines and long ones are refused.
    for bad in [
        json!({ "at": "2099-01-01T00:00:00Z", "text": "x" }),
        json!({ "at": app.now().to_string(), "text": " " }),
        json!({ "at": "today", "text": "x" }),
        json!({ "at": app.now().to_string(), "text": "x".repeat(1_001) }),
    ] {
        priya
            .post(&api(&id, "/post-mortem/lines"), &bad)
            .await
            .expect(422);
    }
    let own = left["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .find(|m| m["own"] == true)
        .unwrap();
    let remove = api(
        &id,
        &format!("/post-mortem/lines/{}", own["id"].as_str().unwrap()),
    );
    priya.json("DELETE", &remove, &json!({})).await.expect(204);
    priya.json("DELETE", &remove, &json!({})).await.expect(404);
});

on_each_database!(an_action_becomes_tracked_work, |app| {
    let (id, number) = draft(&app).await;
    let priya = app.as_("priya");
    let path = api(&id, "/post-mortem/actions");
    for bad in [
        json!({ "title": "", "service": "create-a-pdf" }),
        json!({ "title": "Test it", "service": "nothing" }),
        json!({ "title": "Test it", "service": "create-a-pdf", "owner": app.id("maren") }),
        json!({ "title": "Test it", "service": "create-a-pdf", "due_on": "2020-01-01" }),
        json!({ "title": "Test it", "service": "create-a-pdf", "due_on": "soon" }),
    ] {
        priya.post(&path, &bad).await.expect(422);
    }
    let good = json!({ "title": "Test every release", "service": "create-a-pdf",
        "owner": app.id("priya"), "due_on": "2026-12-01" });
    let work = priya.post(&path, &good).await.expect(201).json();
    assert_eq!(
        show(&priya, work["id"].as_str().unwrap()).await["title"],
        "Test every release"
    );
    let read = format!("/api/v1/post-mortems/{number}");
    let seen = priya.get(&read).await.expect(200).json();
    assert_eq!(seen["actions"][0]["due_on"], "2026-12-01");
    assert_eq!(seen["actions"][0]["number"], work["number"]);
    let open = priya
        .get("/api/v1/post-mortems?open=yes")
        .await
        .expect(200)
        .json();
    assert_eq!(open["items"][0]["open_actions"], 1);
});

on_each_database!(the_editor_works_with_plain_forms, |app| {
    let (_, number) = incident(&app).await;
    let priya = app.as_("priya");
    let page = format!("/work/{number}/post-mortem");
    let first = priya.get(&page).await.expect(200).text;
    assert!(!first.contains("Publish to all"), "nothing to publish yet");
    priya.form(&format!("{page}/publish"), "").await.expect(409);
    priya
        .form(&page, "version=0&summary=Down&causes=One%0ATwo")
        .await
        .expect(303);
    // Typed texts stay when somebody else was faster.
    let stale = priya
        .form(&page, "version=0&summary=Mine&causes=One")
        .await
        .expect(412)
        .text;
    assert!(stale.contains("Somebody else saved"), "{stale}");
    let bad = priya
        .form(&format!("{page}/lines"), "at=&text=A+call")
        .await
        .expect(422)
        .text;
    assert!(bad.contains("A call"), "{bad}");
    priya
        .form(
            &format!("{page}/lines"),
            "at=2026-11-20&at_time=10:00&text=A+call",
        )
        .await
        .expect(303);
    let bad = priya
        .form(&format!("{page}/actions"), "title=Fix+it&service=")
        .await
        .expect(422)
        .text;
    assert!(bad.contains("Fix it"), "{bad}");
    priya
        .form(
            &format!("{page}/actions"),
            "title=Fix+it&service=create-a-pdf",
        )
        .await
        .expect(303);
    priya
        .form(&format!("{page}/timeline"), "")
        .await
        .expect(303);
    priya.form(&format!("{page}/publish"), "").await.expect(303);
    let read = priya
        .get(&format!("/post-mortems/{number}"))
        .await
        .expect(200)
        .text;
    for words in ["Down", "Two", "A call", "Fix it"] {
        assert!(read.contains(words), "{words}");
    }
});
