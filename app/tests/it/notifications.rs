//! The inbox: who is told what, exactly once, and never too much.

use crate::harness::TestApp;
use crate::on_each_database;
use crate::queue::order;
use mil::events::{self, Event};
use mil::notifications::{About, listen, tell};
use mil_db::sql;
use serde_json::json;

/// Why somebody was told what they were told, newest first.
pub async fn inbox(app: &TestApp, who: &str) -> Vec<String> {
    let list = app
        .as_(who)
        .get("/api/v1/notifications")
        .await
        .expect(200)
        .json();
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n["reason"].as_str().unwrap().to_owned())
        .collect()
}

on_each_database!(people_are_told_once_what_concerns_them, |app| {
    let (id, number) = order(&app, "maren", "slides").await;
    let path = |rest: &str| format!("/api/v1/requests/{id}{rest}");
    let hanna = app.as_("hanna");
    hanna
        .json("PATCH", &path(""), &json!({ "assignee": app.id("priya") }))
        .await
        .expect(200);
    hanna.post(&path("/comments"), &json!({ "body": "A note for @Tomás Ferreira and @Maren Voss", "visibility": "internal" })).await.expect(201);
    app.as_("priya")
        .post(
            &path("/comments"),
            &json!({ "body": "On it.", "visibility": "public" }),
        )
        .await
        .expect(201);

    // Two servers at once tell nobody twice.
    let (a, b) = tokio::join!(
        listen::run(&app.app, app.now()),
        listen::run(&app.app, app.now())
    );
    assert!(a.unwrap() + b.unwrap() >= 4);
    assert_eq!(inbox(&app, "priya").await, ["answered", "assigned"]);
    assert_eq!(inbox(&app, "tomas").await, ["mentioned"]);
    assert_eq!(
        inbox(&app, "maren").await,
        ["answered"],
        "an internal note tells no requester"
    );
    assert!(inbox(&app, "hanna").await.is_empty());
    assert!(inbox(&app, "rolf").await.is_empty());
    assert_eq!(listen::run(&app.app, app.now()).await.unwrap(), 0);

    let page = app.as_("maren").get("/inbox").await.expect(200).text;
    assert!(page.contains("Priya Raman wrote an answer") && !page.contains("A note for"));
    let first = app.as_("maren").get("/api/v1/notifications").await.json()["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.as_("rolf")
        .get(&format!("/inbox/{first}"))
        .await
        .expect(404);
    let opened = app
        .as_("maren")
        .get(&format!("/inbox/{first}"))
        .await
        .expect(303);
    assert_eq!(
        opened.headers["location"],
        format!("/requests/{number}").as_str()
    );
    assert_eq!(
        app.as_("maren").get("/api/v1/notifications").await.json()["items"][0]["read"],
        true
    );
    app.as_("priya").form("/inbox/read", "").await.expect(303);
});

on_each_database!(a_poisoned_event_does_not_hold_up_the_others, |app| {
    let (first, _) = order(&app, "maren", "one").await;
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE event SET data = 'no json' WHERE item_id = $1")
        .bind(&first)
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let (second, _) = order(&app, "maren", "two").await;
    app.as_("hanna")
        .json(
            "PATCH",
            &format!("/api/v1/requests/{second}"),
            &json!({ "assignee": app.id("priya") }),
        )
        .await
        .expect(200);
    listen::run(&app.app, app.now()).await.unwrap();
    assert_eq!(inbox(&app, "priya").await, ["assigned"]);
    for _ in 0..20 {
        app.pass(120);
        listen::run(&app.app, app.now()).await.unwrap();
    }
    let row = sql("SELECT attempts, last_error FROM outbox WHERE listener = 'notify'")
        .one(&app.app.db)
        .await
        .unwrap();
    assert_eq!(row.get::<i64>("attempts").unwrap(), mil::outbox::TRIES);
    assert!(row.get::<String>("last_error").unwrap().contains("data"));
});

on_each_database!(the_palette_offers_what_one_may_open, |app| {
    let (_, number) = order(&app, "maren", "lighthouse").await;
    let agent = app
        .as_("priya")
        .get(&format!("/palette?q=&at=/work/{number}"))
        .await
        .expect(200)
        .text;
    assert!(
        agent.contains("/queue")
            && agent.contains(&format!("/work/{number}/do/hand"))
            && !agent.contains("/admin")
    );
    let requester = app.as_("maren").get("/palette?q=").await.expect(200).text;
    assert!(!requester.contains("/queue") && requester.contains("/requests"));
    assert!(
        app.as_("priya")
            .get("/palette?q=lighth")
            .await
            .text
            .contains(&format!("/work/{number}"))
    );
    assert!(
        !app.as_("rolf")
            .get("/palette?q=lighth")
            .await
            .text
            .contains(&number.to_string())
    );
    assert!(
        app.as_("maren")
            .get("/palette?q=logo")
            .await
            .text
            .contains("/catalog/company-logo")
    );
    app.nobody().get("/palette?q=x").await.expect(303);
});

on_each_database!(the_board_moves_by_the_rules, |app| {
    let process = mil_process::process::ProcessDef::essays();
    let (second, last) = (&process.stages[1].key, &process.stages[4].key);
    let (id, number) = order(&app, "maren", "lighthouse").await;
    let board = app.as_("priya").get("/board").await.expect(200).text;
    assert!(board.contains(&format!("/board/{id}/move")) && board.contains("lighthouse"));
    app.as_("maren").get("/board").await.expect(403);
    // A required check is open: the form that names it opens.
    let blocked = app
        .as_("priya")
        .form(&format!("/board/{id}/move"), &format!("stage={second}"))
        .await
        .expect(303);
    let to = blocked.headers["location"].to_str().unwrap().to_owned();
    assert!(
        to == format!("/work/{number}/do/hand") || to.starts_with("/board"),
        "{to}"
    );
    app.as_("priya")
        .form(&format!("/board/{id}/move"), &format!("stage={last}"))
        .await
        .expect(422);
    app.as_("rolf")
        .form(&format!("/board/{id}/move"), &format!("stage={second}"))
        .await
        .expect(403);
});

on_each_database!(things_that_are_no_requests_lead_to_their_page, |app| {
    let mut tx = app.app.db.begin().await.unwrap();
    let actor = mil::actor::Actor::system();
    let happened = Event::audit("thing.due", "thing", "t1", json!({}));
    let id = events::append(&mut tx, &actor, app.now(), happened)
        .await
        .unwrap();
    let people = ["ivo", "maren", "ivo"].map(|who| app.id(who).to_owned());
    let about = About {
        reason: "review_due",
        title: "Photo guide",
        href: "/catalog",
    };
    tell(&mut tx, app.now(), &id, &people, about).await.unwrap();
    tx.commit().await.unwrap();
    for who in ["ivo", "maren"] {
        let client = app.as_(who);
        let list = client.get("/api/v1/notifications").await.expect(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{who}");
        assert_eq!(list["items"][0]["title"], "Photo guide");
        assert_eq!(list["items"][0]["number"], json!(null));
        let page = client.get("/inbox").await.expect(200).text;
        assert!(page.contains("It is time to look at it again"));
        let id = list["items"][0]["id"].as_str().unwrap().to_owned();
        app.as_("hanna")
            .get(&format!("/inbox/{id}"))
            .await
            .expect(404);
        let there = client.get(&format!("/inbox/{id}")).await.expect(303);
        assert_eq!(there.headers["location"], "/catalog");
        let list = client.get("/api/v1/notifications").await.expect(200).json();
        assert_eq!(list["items"][0]["read"], true);
    }
});
