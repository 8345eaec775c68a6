//! Webhooks: signed, in order, tried again, given up, sent again; and nobody
//! waits for an endpoint that hangs.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mil::webhooks::rules::sign;
use mil::webhooks::send::Crew;
use mil::webhooks::{listen, store};
use mil_db::sql;
use serde_json::{Value, json};

use crate::desk_help::api;
use crate::harness::TestApp;
use crate::on_each_database;
use crate::webhook_sink::{Got, Sink};

/// Register an endpoint; its id and secret.
async fn register(app: &TestApp, address: &str, events: &[&str]) -> (String, String) {
    let wanted = json!({ "name": address, "address": address, "events": events });
    let made = app.as_("ada").post("/api/v1/webhooks", &wanted).await;
    let made = made.expect(201).json();
    let text = |key: &str| made[key].as_str().unwrap().to_owned();
    (text("id"), text("secret"))
}

/// An endpoint and a delivery for the role matrix.
pub async fn one(app: &TestApp) -> (String, String) {
    let (id, _) = register(app, "http://127.0.0.1:9/", &["*"]).await;
    let path = format!("/api/v1/webhooks/{id}/test");
    let made = app
        .as_("ada")
        .post(&path, &json!({}))
        .await
        .expect(201)
        .json();
    (id, made["id"].as_str().unwrap().to_owned())
}

pub async fn order(app: &TestApp, title: &str) -> String {
    let lines = json!({ "lines": [{ "service": "company-logo", "title": title,
        "answers": { "use": "Slides", "format": "png" } }] });
    let placed = app.as_("maren").post("/api/v1/orders", &lines).await;
    let placed = placed.expect(201).json();
    placed["requests"][0]["id"].as_str().unwrap().to_owned()
}

/// Send everything that is due and wait for what came of it.
pub async fn send(app: &TestApp) {
    while listen::run(&app.app, app.now()).await.unwrap() > 0 {}
    let mut crew = Crew::default();
    loop {
        let begun = crew.round(&app.app).await.unwrap();
        if begun.is_empty() {
            break;
        }
        for task in begun {
            task.await.unwrap();
        }
    }
}

async fn look(app: &TestApp, id: &str) -> Value {
    let path = format!("/api/v1/webhooks/{id}");
    app.as_("ada").get(&path).await.expect(200).json()
}

async fn sent(app: &TestApp, id: &str, state: &str) -> Vec<Value> {
    let path = format!("/api/v1/webhooks/{id}/deliveries?state={state}");
    let list = app.as_("ada").get(&path).await.expect(200).json();
    list["items"].as_array().unwrap().clone()
}

on_each_database!(a_delivery_is_signed_and_says_what_happened, |app| {
    let sink = Sink::start().await;
    let (id, secret) = register(&app, &sink.address("/ok"), &["request.ordered"]).await;
    let (other, _) = register(&app, &sink.address("/other"), &["request.moved"]).await;
    let item = order(&app, "A logo").await;
    send(&app).await;
    let got = sink.got("/ok");
    assert_eq!(got.len(), 1);
    let (body, heads) = (&got[0].body, &got[0].headers);
    assert_eq!(body["schema"], 1);
    assert_eq!(body["event"], "request.ordered");
    assert_eq!(body["request"]["id"], item.as_str());
    assert_eq!(body["request"]["title"], "A logo");
    assert_eq!(body["actor"]["name"], "Maren Voss");
    assert_eq!(heads["mil-event-id"], body["id"].as_str().unwrap());
    let at: i64 = heads["mil-timestamp"].parse().unwrap();
    assert_eq!(at, app.now().as_second());
    assert_eq!(
        heads["mil-signature"],
        format!("v1={}", sign(&secret, at, &got[0].raw))
    );
    assert!(sink.got("/other").is_empty(), "it hears other events only");
    assert!(sent(&app, &other, "").await.is_empty());

    // A new secret: both sign for three days.
    let path = format!("/api/v1/webhooks/{id}/secret");
    let fresh = app
        .as_("ada")
        .post(&path, &json!({}))
        .await
        .expect(200)
        .json();
    let fresh = fresh["secret"].as_str().unwrap().to_owned();
    assert_ne!(fresh, secret);
    for (days, both) in [(0, true), (3, false)] {
        app.pass(days * 24 * 60);
        order(&app, "Another").await;
        send(&app).await;
        let last = sink.got("/ok").pop().unwrap();
        let at: i64 = last.headers["mil-timestamp"].parse().unwrap();
        let new = format!("v1={}", sign(&fresh, at, &last.raw));
        let old = format!(",v1={}", sign(&secret, at, &last.raw));
        let wanted = if both { new + &old } else { new };
        assert_eq!(last.headers["mil-signature"], wanted);
    }
    let seen = look(&app, &id).await;
    assert!(seen.get("secret").is_none(), "it is shown once: {seen}");
    assert_eq!(seen["failed"], 0);
    assert!(seen["last_success_at"].is_string());
});

on_each_database!(only_what_was_asked_for_is_told, |app| {
    let sink = Sink::start().await;
    let ada = app.as_("ada");
    for (path, more) in [
        ("/public", json!({})),
        ("/internal", json!({ "internal": true })),
        ("/web", json!({ "services": ["update-a-web-page"] })),
    ] {
        let mut wanted = json!({ "name": path, "address": sink.address(path), "events": ["*"] });
        wanted
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        ada.post("/api/v1/webhooks", &wanted).await.expect(201);
    }
    let item = order(&app, "A logo").await;
    let note = json!({ "body": "Not for her eyes", "visibility": "internal" });
    app.as_("priya")
        .post(&api(&item, "/comments"), &note)
        .await
        .expect(201);
    send(&app).await;
    let verbs = |path: &str| -> Vec<String> {
        let got = sink.got(path);
        got.iter()
            .map(|g| g.body["event"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(verbs("/public").contains(&"request.ordered".to_owned()));
    assert!(!verbs("/public").contains(&"comment.written".to_owned()));
    assert!(verbs("/internal").contains(&"comment.written".to_owned()));
    assert!(verbs("/web").is_empty());
    let all = sink
        .got("/internal")
        .iter()
        .map(|g| g.raw.clone())
        .collect::<String>();
    assert!(
        !all.contains("Not for her eyes"),
        "the text of a note goes nowhere"
    );

    // Addresses inside, odd events and unknown services are refused, each named.
    for (what, field) in [
        (
            json!({ "name": "x", "address": "http://10.0.0.1/", "events": ["*"] }),
            "address",
        ),
        (
            json!({ "name": "x", "address": "http://169.254.169.254/", "events": ["*"] }),
            "address",
        ),
        (
            json!({ "name": "x", "address": "http://[::1]/", "events": ["*"] }),
            "address",
        ),
        (
            json!({ "name": "x", "address": "ftp://a.example/", "events": ["*"] }),
            "address",
        ),
        (
            json!({ "name": "x", "address": "https://a.example/", "events": ["Nothing"] }),
            "events",
        ),
        (
            json!({ "name": "x", "address": "https://a.example/", "events": [] }),
            "events",
        ),
        (
            json!({ "name": "", "address": "https://a.example/", "events": ["*"] }),
            "name",
        ),
        (
            json!({ "name": "x", "address": "https://a.example/", "events": ["*"], "services": ["none"] }),
            "services",
        ),
    ] {
        let said = ada.post("/api/v1/webhooks", &what).await.expect(422).text;
        assert!(said.contains(&format!("\"{field}\"")), "{what}: {said}");
    }
});

on_each_database!(order_is_kept_within_a_request_only, |app| {
    let sink = Sink::start().await;
    register(
        &app,
        &sink.address("/ok"),
        &["request.ordered", "request.renamed"],
    )
    .await;
    sink.breaks(true);
    let first = order(&app, "First").await;
    send(&app).await;
    assert_eq!(sink.got("/ok").len(), 1, "tried once");
    let rename = json!({ "title": "First, renamed" });
    let path = format!("/api/v1/requests/{first}");
    app.as_("priya")
        .json("PATCH", &path, &rename)
        .await
        .expect(200);
    sink.breaks(false);
    let second = order(&app, "Second").await;
    send(&app).await;
    let told = |from: usize| -> Vec<(String, String)> {
        let got = sink.got("/ok");
        let pair = |g: &Got| {
            let text = |v: &Value| v.as_str().unwrap().to_owned();
            (text(&g.body["request"]["id"]), text(&g.body["event"]))
        };
        got[from..].iter().map(pair).collect()
    };
    // The rename waits behind the failed one; the other request does not.
    assert_eq!(told(1), [(second, "request.ordered".to_owned())]);
    app.pass(1);
    send(&app).await;
    let rest = [
        (first.clone(), "request.ordered".to_owned()),
        (first, "request.renamed".to_owned()),
    ];
    assert_eq!(told(2), rest);
    let ids: Vec<String> = sink
        .got("/ok")
        .iter()
        .map(|g| g.headers["mil-event-id"].clone())
        .collect();
    assert_eq!(ids[0], ids[2], "a repetition has the same id");
    assert_eq!(
        sink.got("/ok")[0].raw,
        sink.got("/ok")[2].raw,
        "and the same body"
    );
});

on_each_database!(
    what_fails_for_a_day_is_given_up_and_sent_again_on_demand,
    |app| {
        let sink = Sink::start().await;
        let (id, _) = register(&app, &sink.address("/ok"), &["request.ordered"]).await;
        sink.breaks(true);
        let begun: Timestamp = app.now();
        order(&app, "A logo").await;
        for _ in 0..40 {
            send(&app).await;
            if !sent(&app, &id, "dead").await.is_empty() {
                break;
            }
            app.pass(60);
        }
        let dead = sent(&app, &id, "dead").await;
        assert_eq!(dead.len(), 1);
        assert!(app.now().duration_since(begun) >= SignedDuration::from_hours(24));
        let path = format!(
            "/api/v1/webhooks/{id}/deliveries/{}",
            dead[0]["id"].as_str().unwrap()
        );
        let one = app.as_("ada").get(&path).await.expect(200).json();
        let tries = one["tries"].as_array().unwrap();
        assert!(tries.len() >= 10, "{}", tries.len());
        assert_eq!(tries[0]["problem"], "status");
        assert_eq!(tries[0]["status"], 503);
        assert_eq!(tries[0]["answer"], "later");

        // After a day of failures it is paused, and administrators are told.
        let seen = look(&app, &id).await;
        assert!(seen["paused_at"].is_string(), "{seen}");
        let news = app
            .as_("ada")
            .get("/api/v1/notifications")
            .await
            .expect(200)
            .json();
        let news = &news["items"][0];
        assert_eq!(news["reason"], "webhook_paused");
        let open = format!("/inbox/{}", news["id"].as_str().unwrap());
        let open = app.as_("ada").get(&open).await.expect(303);
        assert_eq!(
            open.headers["location"],
            format!("/admin/webhooks/{id}").as_str()
        );
        let before = sink.got("/ok").len();
        order(&app, "While it is paused").await;
        send(&app).await;
        assert_eq!(sink.got("/ok").len(), before, "nothing goes out");

        // Switched on, what waited arrives; the dead letter when it is asked for.
        sink.breaks(false);
        let on = json!({ "active": true });
        app.as_("ada")
            .json("PUT", &format!("/api/v1/webhooks/{id}/state"), &on)
            .await
            .expect(200);
        send(&app).await;
        assert_eq!(sink.got("/ok").len(), before + 1);
        let replay = format!("/api/v1/webhooks/{id}/replays");
        let ada = app.as_("ada");
        for odd in [
            json!({}),
            json!({ "dead": true, "delivery": "x" }),
            json!({ "since": "soon" }),
        ] {
            ada.post(&replay, &odd).await.expect(422);
        }
        ada.post(&replay, &json!({ "delivery": "nothing" }))
            .await
            .expect(404);
        let count = ada
            .post(&replay, &json!({ "dead": true }))
            .await
            .expect(200)
            .json();
        assert_eq!(count["count"], 1);
        send(&app).await;
        assert_eq!(
            sink.got("/ok").last().unwrap().headers["mil-event-id"],
            dead[0]["event_id"].as_str().unwrap()
        );
        let since = json!({ "since": begun.to_string() });
        let count = ada.post(&replay, &since).await.expect(200).json();
        assert_eq!(count["count"], 2, "everything, delivered or not");
        send(&app).await;
        assert_eq!(sent(&app, &id, "done").await.len(), 2);

        // Old deliveries go, with their attempts.
        app.pass(31 * 24 * 60);
        assert_eq!(store::sweep(&app.app, app.now()).await.unwrap(), 2);
        let left: i64 = sql("SELECT COUNT(*) AS n FROM webhook_attempt")
            .value("n", &app.app.db)
            .await
            .unwrap();
        assert_eq!(left, 0);
    }
);

on_each_database!(nobody_waits_for_an_endpoint_that_hangs, |app| {
    let sink = Sink::start().await;
    let mut ids = Vec::new();
    for path in ["/hang", "/drip", "/redirect", "/ok"] {
        ids.push(
            register(&app, &sink.address(path), &["request.ordered"])
                .await
                .0,
        );
    }
    for n in 0..12 {
        order(&app, &format!("Logo {n}")).await;
    }
    while listen::run(&app.app, app.now()).await.unwrap() > 0 {}
    let mut crew = Crew::default();
    let healthy = async {
        while sink.got("/ok").len() < 12 {
            crew.round(&app.app).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), healthy)
        .await
        .expect("the healthy endpoint has everything within 5 seconds");
    assert!(
        sink.got("/hang").len() <= 4,
        "one endpoint fills its own places only"
    );
    assert!(sink.got("/drip").len() <= 4);
    assert_eq!(sink.got("/ok").len(), 12, "a redirect is not followed");
});

on_each_database!(a_hanging_answer_is_given_up_and_noted, |app| {
    let sink = Sink::start().await;
    let (id, _) = register(&app, &sink.address("/drip"), &["request.ordered"]).await;
    let (led, _) = register(&app, &sink.address("/redirect"), &["request.ordered"]).await;
    order(&app, "A logo").await;
    let mut config = app.app.config.clone();
    config.outbound_within = Duration::from_millis(300);
    let hasty = mil::App::new(app.app.db.clone(), config, app.app.clock.clone())
        .await
        .unwrap();
    listen::run(&hasty, app.now()).await.unwrap();
    for task in Crew::default().round(&hasty).await.unwrap() {
        task.await.unwrap();
    }
    for (hook, why) in [(&id, "late"), (&led, "redirect")] {
        let waits = sent(&app, hook, "waiting").await;
        let path = format!(
            "/api/v1/webhooks/{hook}/deliveries/{}",
            waits[0]["id"].as_str().unwrap()
        );
        let one = app.as_("ada").get(&path).await.expect(200).json();
        assert_eq!(one["tries"][0]["problem"], why);
        assert_eq!(one["attempts"], 1);
    }
    assert!(sink.got("/ok").is_empty());
});

on_each_database!(
    the_pages_tell_the_secret_once_and_keep_what_was_typed,
    |app| {
        let sink = Sink::start().await;
        let ada = app.as_("ada");
        ada.get("/admin/webhooks").await.expect(200);
        ada.get("/admin/webhooks/new").await.expect(200);
        let bad =
            "name=Board&address=http%3A%2F%2F192.168.0.1%2F&events=request.done&more=task.done";
        let said = ada.form("/admin/webhooks/new", bad).await.expect(422).text;
        for kept in ["Board", "192.168.0.1/", "task.done", "does not send there"] {
            assert!(said.contains(kept), "{kept}");
        }
        let address = sink.address("/ok").replace(':', "%3A").replace('/', "%2F");
        let good = format!("name=Board&address={address}&events=request.ordered&more=task.done");
        let said = ada
            .form("/admin/webhooks/new", &good)
            .await
            .expect(200)
            .text;
        assert!(said.contains("mil_whs_"), "the secret is shown");
        let list = ada.get("/api/v1/webhooks").await.expect(200).json();
        let id = list["items"][0]["id"].as_str().unwrap().to_owned();
        let page = format!("/admin/webhooks/{id}");
        assert!(!ada.get(&page).await.expect(200).text.contains("mil_whs_"));

        ada.form(&format!("{page}/test"), "").await.expect(303);
        send(&app).await;
        assert_eq!(sink.got("/ok")[0].body["event"], "webhook.test");
        let shown = ada.get(&page).await.expect(200).text;
        assert!(shown.contains("It works."), "{shown}");
        let made = sent(&app, &id, "").await;
        let one = format!("{page}/deliveries/{}", made[0]["id"].as_str().unwrap());
        assert!(
            ada.get(&one)
                .await
                .expect(200)
                .text
                .contains("mil-event-id")
        );

        ada.form(&format!("{page}/edit"), &good.replace("Board", "Wall"))
            .await
            .expect(303);
        let stale = format!("{good}&version=1");
        assert!(
            ada.form(&format!("{page}/edit"), &stale)
                .await
                .expect(422)
                .text
                .contains("Somebody else")
        );
        assert!(
            ada.form(&format!("{page}/rotate"), "")
                .await
                .expect(200)
                .text
                .contains("mil_whs_")
        );
        ada.form(&format!("{page}/replay"), "what=since&since=")
            .await
            .expect(422);
        ada.form(&format!("{page}/replay"), "what=since&since=2026-11-01")
            .await
            .expect(303);
        ada.form(&format!("{page}/state"), "to=off")
            .await
            .expect(303);
        ada.form(&format!("{page}/test"), "").await.expect(409);
        ada.form(&format!("{page}/state"), "to=removed")
            .await
            .expect(303);
        ada.get(&page).await.expect(404);
        let secrets: i64 = sql("SELECT COUNT(*) AS n FROM event WHERE data LIKE '%mil_whs_%'")
            .value("n", &app.app.db)
            .await
            .unwrap();
        assert_eq!(secrets, 0, "no secret stands in the log");
    }
);
