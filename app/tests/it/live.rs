//! Live pages: who hears of what, and who does not.

use axum::body::Body;
use axum::http::{Request, header};
use futures_util::FutureExt;
use http_body_util::BodyExt;
use mil::live::{hub, poll};
use mil_db::sql;
use serde_json::json;
use tower::ServiceExt;

use crate::desk_help::{api, order, say};
use crate::harness::TestApp;
use crate::on_each_database;

/// Somebody who listens.
struct Ear(Body);

impl Ear {
    async fn of(app: &TestApp, who: &str) -> Ear {
        let request = Request::get("/live")
            .header(header::HOST, "mil.test")
            .header(header::AUTHORIZATION, app.bearer(who))
            .body(Body::empty())
            .unwrap();
        let response = app.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "text/event-stream"
        );
        Ear(response.into_body())
    }

    /// The next message; `None` when the stream has ended.
    async fn next(&mut self) -> Option<String> {
        let frame = self.0.frame().await?.unwrap();
        Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
    }

    /// Everything that is there now.
    fn now(&mut self) -> String {
        let mut all = String::new();
        while let Some(Some(Ok(frame))) = self.0.frame().now_or_never() {
            all.push_str(&String::from_utf8_lossy(&frame.into_data().unwrap()));
        }
        all
    }
}

on_each_database!(only_those_who_may_know_are_told, |app| {
    let (id, _) = order(&app.as_("maren")).await;
    let (mut maren, mut rolf) = (Ear::of(&app, "maren").await, Ear::of(&app, "rolf").await);
    let (mut priya, mut ivo) = (Ear::of(&app, "priya").await, Ear::of(&app, "ivo").await);

    say(&app.as_("tomas"), &id, "Soon", "public").await;
    assert_eq!(poll::round(&app.app).await.unwrap(), 1);
    let topic = format!("event: changed\ndata: item-{id}\n\n");
    assert_eq!(maren.next().await.unwrap(), topic);
    assert!(maren.now().contains("data: requests\n"));
    let heard = priya.now();
    assert!(
        heard.contains(&topic) && heard.contains("data: queue\n"),
        "{heard}"
    );
    assert_eq!(rolf.now(), "");
    assert_eq!(ivo.now(), "");

    // Said once.
    assert_eq!(poll::round(&app.app).await.unwrap(), 0);
    assert_eq!(priya.now(), "");

    // What only agents read is told to agents only.
    say(&app.as_("tomas"), &id, "Secret", "internal").await;
    poll::round(&app.app).await.unwrap();
    assert_eq!(maren.now(), "");
    assert!(priya.now().contains(&topic));

    // Whoever follows it now hears from now on, and no longer after that.
    let person = json!({ "person": app.id("rolf") });
    app.as_("priya")
        .post(&api(&id, "/watchers"), &person)
        .await
        .expect(204);
    say(&app.as_("tomas"), &id, "Hello", "public").await;
    poll::round(&app.app).await.unwrap();
    assert!(rolf.now().contains(&topic));
    let path = format!("{}/{}", api(&id, "/watchers"), app.id("rolf"));
    app.as_("priya")
        .json("DELETE", &path, &json!({}))
        .await
        .expect(204);
    say(&app.as_("tomas"), &id, "Hello", "public").await;
    poll::round(&app.app).await.unwrap();
    assert_eq!(rolf.now(), "");
});

on_each_database!(nothing_is_told_that_was_rolled_back, |app| {
    let (id, _) = order(&app.as_("maren")).await;
    let mut priya = Ear::of(&app, "priya").await;
    poll::round(&app.app).await.unwrap();
    priya.now();
    let mut tx = app.app.db.begin().await.unwrap();
    let event = mil::events::Event {
        verb: "request.renamed",
        object_kind: "request",
        object_id: &id,
        item_id: Some(&id),
        audience: mil::events::Audience::Public,
        data: json!({}),
    };
    let actor = app.actor("tomas").await;
    mil::events::append(&mut tx, &actor, app.now(), event)
        .await
        .unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(poll::round(&app.app).await.unwrap(), 0);
    assert_eq!(priya.now(), "");
});

on_each_database!(an_event_that_commits_late_is_told, |app| {
    let (id, _) = order(&app.as_("maren")).await;
    let mut priya = Ear::of(&app, "priya").await;
    // It got its id now and commits after younger ones have been told.
    let early = mil::random::new_id(app.now());
    app.app.clock.advance(jiff::SignedDuration::from_secs(3));
    say(&app.as_("tomas"), &id, "First", "public").await;
    poll::round(&app.app).await.unwrap();
    priya.now();
    let mut tx = app.app.db.begin().await.unwrap();
    sql("INSERT INTO event (id, at, actor_name, via, verb, object_kind, object_id, item_id, audience, data)
         VALUES ($1, 0, 'x', 'web', 'request.renamed', 'request', $2, $2, 'public', '{}')")
        .bind(&early)
        .bind(&id)
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(poll::round(&app.app).await.unwrap(), 1);
    assert!(priya.now().contains(&id));
});

on_each_database!(a_slow_reader_is_told_to_look_at_everything, |app| {
    let (id, _) = order(&app.as_("maren")).await;
    let mut priya = Ear::of(&app, "priya").await;
    say(&app.as_("tomas"), &id, "One", "public").await;
    poll::round(&app.app).await.unwrap();
    for _ in 0..=hub::BUFFER {
        app.app.live.send(hub::Message::Beat);
    }
    assert_eq!(priya.next().await.unwrap(), "event: resync\ndata: all\n\n");
});

on_each_database!(the_stream_ends_with_the_right_to_listen, |app| {
    let mut rolf = Ear::of(&app, "rolf").await;
    let mut maren = Ear::of(&app, "maren").await;
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE api_token SET revoked_at = 1 WHERE person_id = $1")
        .bind(app.id("rolf"))
        .run(&mut tx)
        .await
        .unwrap();
    sql("UPDATE person SET disabled_at = 1 WHERE id = $1")
        .bind(app.id("maren"))
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    app.pass(1);
    poll::round(&app.app).await.unwrap();
    assert_eq!(rolf.next().await, None);
    assert_eq!(maren.next().await, None);
});

on_each_database!(streams_end_when_the_program_stops, |app| {
    let mut priya = Ear::of(&app, "priya").await;
    app.app.live.close();
    assert_eq!(priya.next().await, None);
    app.as_("priya").get("/live").await.expect(429);
    app.nobody().get("/live").await.expect(303);
});

on_each_database!(presence_names_the_others_and_forgets_them, |app| {
    let (id, number) = order(&app.as_("maren")).await;
    let path = format!("/work/{number}/presence");
    let mut tomas = Ear::of(&app, "tomas").await;
    let mut maren = Ear::of(&app, "maren").await;
    app.as_("priya")
        .form(&path, "writing=yes")
        .await
        .expect(200);
    assert_eq!(
        tomas.next().await.unwrap(),
        format!("event: changed\ndata: presence-{id}\n\n")
    );
    assert_eq!(maren.now(), "");
    let seen = app.as_("tomas").form(&path, "").await.expect(200);
    assert!(
        seen.text.contains("Priya Raman is writing in this, too."),
        "{}",
        seen.text
    );
    app.pass(1);
    let seen = app.as_("tomas").get(&path).await.expect(200);
    assert!(!seen.text.contains("Priya"), "{}", seen.text);
    app.as_("ivo").form(&path, "").await.expect(404);
    app.as_("maren").form(&path, "").await.expect(403);
});
