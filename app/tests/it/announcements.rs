//! Announcements: who reads what and when, what can be said and what cannot be
//! unsaid, and how they go on from incidents and changes.

use mil::status::tell;
use mil_db::sql;
use serde_json::{Value, json};

use crate::harness::TestApp;
use crate::on_each_database;

/// A component that the logo service needs.
pub async fn component(app: &TestApp, name: &str, public: bool) -> String {
    let body = json!({ "name": name, "public": public, "services": [app.starter.services["company-logo"]] });
    let made = app.as_("hanna").post("/api/v1/components", &body).await;
    text(&made.expect(201).json()["id"])
}

pub fn text(v: &Value) -> String {
    v.as_str().unwrap_or_default().to_owned()
}

pub async fn draft(app: &TestApp, what: Value) -> String {
    let body = json!({ "announcement": what });
    let made = app.as_("priya").post("/api/v1/announcements", &body).await;
    text(&made.expect(201).json()["id"])
}

pub async fn publish(app: &TestApp, id: &str) {
    let path = format!("/api/v1/announcements/{id}/publication");
    app.as_("priya").post(&path, &json!({})).await.expect(200);
}

/// A published outage of a component.
pub async fn outage(app: &TestApp, title: &str, component: &str) -> String {
    let id = draft(
        app,
        json!({ "kind": "outage", "title": title, "body": "We look for the cause.", "audience": "public",
            "components": { component: "down" } }),
    )
    .await;
    publish(app, &id).await;
    id
}

pub async fn say(app: &TestApp, id: &str, body: Value, status: u16) -> Value {
    let path = format!("/api/v1/announcements/{id}/updates");
    app.as_("priya")
        .post(&path, &body)
        .await
        .expect(status)
        .json()
}

/// Everything that somebody can read, as one text.
async fn everywhere(app: &TestApp, who: Option<&str>, id: &str) -> String {
    let client = match who {
        Some(who) => app.as_(who),
        None => app.nobody(),
    };
    let mut all = String::new();
    for path in [
        "/status".to_owned(),
        "/status.atom".to_owned(),
        "/status.rss".to_owned(),
        "/announcements".to_owned(),
        "/answers".to_owned(),
        "/catalog/company-logo".to_owned(),
        "/api/v1/status".to_owned(),
        "/api/v1/announcements".to_owned(),
        "/api/v1/announcements?open=yes&kind=outage".to_owned(),
        format!("/announcements/{id}"),
        format!("/api/v1/announcements/{id}"),
    ] {
        all.push_str(&client.get(&path).await.text);
    }
    all
}

async fn hidden(app: &TestApp, id: &str, when: &str) {
    for who in [None, Some("maren"), Some("pia"), Some("ivo")] {
        let seen = everywhere(app, who, id).await;
        assert!(!seen.contains("Secret-"), "{when}, {who:?}: {seen}");
        assert!(!seen.contains("Out of use</span>"), "{when}, {who:?}");
    }
}

on_each_database!(
    drafts_and_what_comes_later_are_read_by_writers_only,
    |app| {
        let part = component(&app, "Web site", true).await;
        let what = json!({ "kind": "outage", "title": "Secret-Title", "body": "Secret-Body",
            "audience": "public", "components": { &part: "down" } });
        let id = draft(&app, what).await;
        hidden(&app, &id, "as a draft").await;
        assert!(
            everywhere(&app, Some("tomas"), &id)
                .await
                .contains("Secret-Body")
        );

        let priya = app.as_("priya");
        let path = format!("/api/v1/announcements/{id}/publication");
        let later = (app.now() + jiff::SignedDuration::from_mins(30)).to_string();
        let past = (app.now() - jiff::SignedDuration::from_mins(1)).to_string();
        priya.post(&path, &json!({ "at": past })).await.expect(422);
        priya
            .post(&path, &json!({ "at": "soon" }))
            .await
            .expect(422);
        priya.post(&path, &json!({ "at": later })).await.expect(200);
        hidden(&app, &id, "before its time").await;
        tell::run_due(&app.app, app.now()).await.unwrap();
        app.pass(29);
        hidden(&app, &id, "a minute before its time").await;
        app.pass(1);
        let seen = everywhere(&app, None, &id).await;
        assert!(seen.matches("Secret-Title").count() >= 6, "{seen}");
        assert!(seen.contains("Out of use</span>"));

        // Held back in time, and withdrawn after it: nothing of it is left.
        priya.json("DELETE", &path, &json!({})).await.expect(409);
        let one = format!("/api/v1/announcements/{id}");
        app.as_("ivo")
            .json("DELETE", &one, &json!({}))
            .await
            .expect(403);
        priya.json("DELETE", &one, &json!({})).await.expect(204);
        hidden(&app, &id, "withdrawn").await;
        priya.get(&one).await.expect(404);
        let waits = draft(
            &app,
            json!({ "kind": "success", "title": "Secret-Two", "body": "x", "audience": "public" }),
        )
        .await;
        let path = format!("/api/v1/announcements/{waits}/publication");
        let later = (app.now() + jiff::SignedDuration::from_mins(30)).to_string();
        priya.post(&path, &json!({ "at": later })).await.expect(200);
        priya.json("DELETE", &path, &json!({})).await.expect(200);
        app.pass(60);
        hidden(&app, &waits, "held back").await;
    }
);

on_each_database!(an_announcement_is_read_by_its_audience_only, |app| {
    let department = sql("SELECT id FROM department ORDER BY id LIMIT 1")
        .opt(&app.app.db)
        .await
        .unwrap();
    let mut tx = app.app.db.begin().await.unwrap();
    let department: String = match department {
        Some(row) => row.get("id").unwrap(),
        None => {
            sql("INSERT INTO department (id, name, created_at) VALUES ('d1', 'Physics', 1)")
                .run(&mut tx)
                .await
                .unwrap();
            "d1".to_owned()
        }
    };
    sql("UPDATE person SET department_id = $1 WHERE id = $2")
        .bind(&department)
        .bind(app.id("rolf"))
        .run(&mut tx)
        .await
        .unwrap();
    sql("INSERT INTO team_member (team_id, person_id) VALUES ($1, $2)")
        .bind(&app.starter.team_id)
        .bind(app.id("ivo"))
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let everybody = [
        None,
        Some("maren"),
        Some("rolf"),
        Some("pia"),
        Some("ivo"),
        Some("tomas"),
    ];
    let groups = [
        json!([]),
        json!([format!("department:{department}")]),
        json!([format!("team:{}", app.starter.team_id)]),
    ];
    for (audience, which, readers) in [
        (
            "public",
            0,
            vec![
                None,
                Some("maren"),
                Some("rolf"),
                Some("pia"),
                Some("ivo"),
                Some("tomas"),
            ],
        ),
        (
            "everyone",
            0,
            vec![
                Some("maren"),
                Some("rolf"),
                Some("pia"),
                Some("ivo"),
                Some("tomas"),
            ],
        ),
        (
            "staff",
            0,
            vec![Some("maren"), Some("rolf"), Some("ivo"), Some("tomas")],
        ),
        ("partners", 0, vec![Some("pia"), Some("tomas")]),
        ("groups", 1, vec![Some("rolf"), Some("tomas")]),
        ("groups", 2, vec![Some("ivo"), Some("tomas")]),
    ] {
        let word = format!("Word-{audience}-{which}");
        let what = json!({ "kind": "outage", "title": word, "body": "x", "audience": audience, "groups": groups[which] });
        let id = draft(&app, what).await;
        publish(&app, &id).await;
        for who in everybody {
            let seen = everywhere(&app, who, &id).await;
            assert_eq!(
                seen.contains(&word),
                readers.contains(&who),
                "{word} {who:?}"
            );
            let client = match who {
                Some(who) => app.as_(who),
                None => app.nobody(),
            };
            let status = client
                .get(&format!("/announcements/{id}"))
                .await
                .status
                .as_u16();
            assert_eq!(
                status == 200,
                readers.contains(&who),
                "{word} {who:?}: {status}"
            );
            // A banner that one may not read cannot be closed either.
            if who.is_some() {
                let closed = client
                    .post(&format!("/api/v1/announcements/{id}/closing"), &json!({}))
                    .await;
                assert_eq!(closed.status.as_u16() == 204, readers.contains(&who));
            }
        }
        // The feed is the public's, whoever asks.
        let feed = app.as_("tomas").get("/status.atom").await.expect(200).text;
        assert_eq!(feed.contains(&word), audience == "public");
    }
    let none = draft(
        &app,
        json!({ "kind": "project", "title": "For whom?", "body": "x", "audience": "groups" }),
    )
    .await;
    let path = format!("/api/v1/announcements/{none}/publication");
    app.as_("priya").post(&path, &json!({})).await.expect(422);
});

on_each_database!(what_was_said_stays_and_more_is_said, |app| {
    let part = component(&app, "Web site", true).await;
    let id = outage(&app, "The web site is down", &part).await;
    let priya = app.as_("priya");
    let one = format!("/api/v1/announcements/{id}");
    for change in [
        json!({ "title": "The web site was never down" }),
        json!({ "body": "All is well" }),
        json!({ "audience": "staff" }),
        json!({ "kind": "success" }),
        json!({ "components": {} }),
        json!({ "from_at": "2026-11-23T08:59:00Z" }),
    ] {
        priya
            .json("PATCH", &one, &json!({ "announcement": change }))
            .await
            .expect(409);
    }
    let ways = json!({ "announcement": { "banner": false }, "version": 1 });
    priya.json("PATCH", &one, &ways).await.expect(412);
    let ways = json!({ "announcement": { "banner": false } });
    priya.json("PATCH", &one, &ways).await.expect(200);

    say(&app, &id, json!({ "body": "" }), 422).await;
    say(&app, &id, json!({ "body": "x", "state": "completed" }), 422).await;
    say(
        &app,
        &id,
        json!({ "body": "x", "next_at": "2020-01-01T00:00:00Z" }),
        422,
    )
    .await;
    say(
        &app,
        &id,
        json!({ "body": "x", "components": { "nothing": "down" } }),
        422,
    )
    .await;
    app.pass(10);
    say(&app, &id, json!({ "body": "It was a plug.", "state": "identified", "components": { &part: "degraded" } }), 201).await;
    app.pass(20);
    say(
        &app,
        &id,
        json!({ "body": "All well.", "state": "resolved" }),
        201,
    )
    .await;
    let seen = app.nobody().get(&one).await.expect(200).json();
    assert_eq!(seen["state"], "resolved");
    let said: Vec<String> = seen["updates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|u| text(&u["body"]))
        .collect();
    assert_eq!(said, ["All well.", "It was a plug."]);
    assert!(
        seen["inside"].is_null(),
        "readers do not see how it was made"
    );
    let status = app.nobody().get("/api/v1/status").await.expect(200).json();
    assert_eq!(status["state"], "works");
    assert_eq!(status["components"][0]["days"][89]["worst"], "down");
    assert_eq!(status["components"][0]["days"][89]["minutes"], 30);
    // It comes back: the same story goes on.
    app.pass(5);
    say(&app, &id, json!({ "body": "Down again.", "state": "investigating", "components": { &part: "partial" } }), 201).await;
    let status = app.nobody().get("/api/v1/status").await.expect(200).json();
    assert_eq!(status["components"][0]["now"], "partial");
    assert_eq!(status["open"][0]["id"], id.as_str());
    app.pass(5);
    let status = app.nobody().get("/api/v1/status").await.expect(200).json();
    assert_eq!(status["components"][0]["days"][89]["minutes"], 35);
});

on_each_database!(texts_are_clean_wherever_they_are_shown, |app| {
    let part = component(&app, "<b>Web</b> site", true).await;
    let evil = "<script>alert(1)</script> <img src=x onerror=alert(2)> [x](javascript:alert(3)) ]]> & \u{0008}";
    let what = json!({ "kind": "outage", "title": "<i>Down</i> & \"out\" ]]>", "body": evil, "audience": "public", "components": { &part: "down" } });
    let id = draft(&app, what).await;
    publish(&app, &id).await;
    say(&app, &id, json!({ "body": evil }), 201).await;
    let nobody = app.nobody();
    for path in [
        "/status",
        "/announcements",
        &format!("/announcements/{id}"),
        "/answers",
    ] {
        let page = nobody.get(path).await.expect(200).text;
        for bad in [
            "<script>alert",
            "<img src=x",
            "href=\"javascript",
            "<i>Down",
            "<b>Web</b>",
        ] {
            assert!(!page.contains(bad), "{path}: {bad}");
        }
    }
    for path in ["/status.atom", "/status.rss"] {
        let feed = nobody.get(path).await.expect(200).text;
        assert!(
            feed.contains("&lt;i&gt;Down&lt;/i&gt; &amp; &quot;out&quot; ]]&gt;"),
            "{feed}"
        );
        assert!(
            !feed.contains("script>alert(1)</")
                && !feed.contains("&lt;img")
                && !feed.contains("href=&quot;javascript"),
            "{feed}"
        );
        assert!(!feed.contains('\u{8}'), "what XML cannot hold is left out");
        // Every tag that opens closes: a parser reads it.
        let mut reader = feed.as_str();
        let mut open = Vec::new();
        while let Some(at) = reader.find('<') {
            let end = at + reader[at..].find('>').unwrap();
            let tag = &reader[at + 1..end];
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(name));
            } else if !tag.ends_with('/') && !tag.starts_with('?') {
                open.push(tag.split_whitespace().next().unwrap().to_owned());
            }
            reader = &reader[end + 1..];
        }
        assert!(open.is_empty(), "{open:?}");
    }
});

on_each_database!(a_banner_is_closed_for_oneself_and_ends_by_itself, |app| {
    let what = json!({ "kind": "project", "title": "A new web site", "body": "x", "audience": "everyone",
        "ends_at": (app.now() + jiff::SignedDuration::from_hours(2)).to_string() });
    let id = draft(&app, what).await;
    publish(&app, &id).await;
    let maren = app.as_("maren");
    let shown = |page: &str| page.contains("class=\"st-banner\"");
    assert!(shown(&maren.get("/catalog").await.expect(200).text));
    assert!(!shown(&app.nobody().get("/answers").await.expect(200).text));
    let closed = maren
        .form(&format!("/announcements/{id}/close"), "back=/catalog")
        .await
        .expect(303);
    assert_eq!(closed.headers["location"], "/catalog");
    let away = maren
        .form(
            &format!("/announcements/{id}/close"),
            "back=//evil.example/",
        )
        .await
        .expect(303);
    assert_eq!(away.headers["location"], "/");
    assert!(!shown(&maren.get("/catalog").await.expect(200).text));
    assert!(shown(
        &app.as_("rolf").get("/catalog").await.expect(200).text
    ));
    app.pass(121);
    assert!(!shown(
        &app.as_("rolf").get("/catalog").await.expect(200).text
    ));
    let list = app.as_("rolf").get("/announcements").await.expect(200).text;
    assert!(!list.contains("A new web site"), "old news is none");
    app.as_("rolf")
        .get(&format!("/announcements/{id}"))
        .await
        .expect(200);
});

/// For the role matrix: one that everybody reads, a draft, and a saved text.
pub async fn matrix(app: &TestApp) -> [String; 3] {
    let id = draft(
        app,
        json!({ "kind": "success", "title": "Done", "body": "x", "audience": "public" }),
    )
    .await;
    publish(app, &id).await;
    let hidden = draft(
        app,
        json!({ "kind": "success", "title": "Not yet", "body": "x" }),
    )
    .await;
    let name = mil::random::new_id(app.now());
    let body = json!({ "announcement": id, "name": name });
    let saved = app
        .as_("priya")
        .post("/api/v1/wordings", &body)
        .await
        .expect(201)
        .json();
    [id, hidden, text(&saved["id"])]
}
