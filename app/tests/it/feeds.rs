//! Calendar feeds: secret, revocable, and never more than their person may see.

use axum::body::Body;
use axum::http::{Request, header};
use mil::feeds::serve::{PER_FEED, WRONG};
use mil::feeds::store::{Scope, make_for};
use mil_db::sql;
use serde_json::json;

use crate::changes::change;
use crate::desk_help::order;
use crate::harness::{Answer, TestApp};
use crate::on_each_database;

async fn made(app: &TestApp, who: &str, scope: Scope, team: Option<&str>) -> (String, String) {
    let actor = app.actor(who).await;
    let ctx = app.ctx(actor.clone());
    let (id, secret) = make_for(&ctx, &actor, scope, team).await.unwrap();
    (id, format!("/feeds/{secret}.ics"))
}

/// A feed of somebody's own, and one of Rolf's.
pub async fn two(app: &TestApp, who: &str) -> [String; 2] {
    // Each walk of the matrix asks for two, and nobody may have many.
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE calendar_feed SET revoked_at = $1 WHERE revoked_at IS NULL")
        .bind(app.now().as_microsecond())
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    [
        made(app, who, Scope::Mine, None).await.0,
        made(app, "rolf", Scope::Mine, None).await.0,
    ]
}

async fn read(app: &TestApp, path: &str) -> Answer {
    app.nobody().get(path).await
}

/// The file as it was before lines were folded.
fn unfolded(answer: &Answer) -> String {
    answer.text.replace("\r\n ", "")
}

async fn put_in(app: &TestApp, who: &str, entry: serde_json::Value) -> String {
    let seen = app
        .as_(who)
        .post("/api/v1/calendar", &entry)
        .await
        .expect(201)
        .json();
    seen["id"].as_str().unwrap().to_owned()
}

fn entry(
    app: &TestApp,
    kind: &str,
    title: &str,
    hours: i64,
    more: &serde_json::Value,
) -> serde_json::Value {
    let at = |h: i64| (app.now() + jiff::SignedDuration::from_hours(h)).to_string();
    let mut all = json!({ "kind": kind, "title": title, "from": at(hours), "to": at(hours + 1) });
    all.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    all
}

on_each_database!(a_feed_shows_what_concerns_its_person_and_no_more, |app| {
    let (id, number) = change(&app).await;
    let (other, _) = order(&app.as_("rolf")).await;
    let window = json!({ "change": id, "note": "Password is in the safe", "tools": ["Website"] });
    put_in(
        &app,
        "priya",
        entry(&app, "change", "Internal words", 48, &window),
    )
    .await;
    let others = json!({ "change": other, "tools": ["Shop"] });
    put_in(&app, "priya", entry(&app, "change", "Of Rolf", 50, &others)).await;
    put_in(
        &app,
        "tomas",
        entry(&app, "event", "Fair of Tomas", 60, &json!({})),
    )
    .await;
    put_in(
        &app,
        "ada",
        entry(&app, "freeze", "Nothing goes live", 90, &json!({})),
    )
    .await;
    let members = json!({ "name": "Change meeting", "team": app.starter.team_id, "weekday": 2,
        "clock": "10:00", "zone": "Europe/Berlin", "members": [app.id("tomas")] });
    app.as_("ada")
        .post("/api/v1/meeting-series", &members)
        .await
        .expect(201);

    // The requester: the window of her own change, under its own name.
    let (_, maren) = made(&app, "maren", Scope::Mine, None).await;
    let seen = unfolded(&read(&app, &maren).await.expect(200));
    assert_eq!(seen.matches("BEGIN:VEVENT").count(), 1, "{seen}");
    assert!(seen.contains(&format!("/requests/{number}")), "{seen}");
    for word in [
        "Internal words",
        "safe",
        "Rolf",
        "Fair",
        "Change meeting",
        "Nothing goes live",
    ] {
        assert!(!seen.contains(word), "{word}: {seen}");
    }
    // An agent: what is theirs, their meetings, and what binds everybody.
    let (_, tomas) = made(&app, "tomas", Scope::Mine, None).await;
    let seen = unfolded(&read(&app, &tomas).await.expect(200));
    for word in [
        "SUMMARY:Fair of Tomas",
        "SUMMARY:Nothing goes live",
        "SUMMARY:Change meeting",
    ] {
        assert!(seen.contains(word), "{word}: {seen}");
    }
    assert!(!seen.contains("Internal words"), "{seen}");
    let (_, team) = made(&app, "tomas", Scope::Team, Some(&app.starter.team_id)).await;
    assert!(unfolded(&read(&app, &team).await.expect(200)).contains("Internal words"));
    let (_, all) = made(&app, "tomas", Scope::All, None).await;
    let seen = unfolded(&read(&app, &all).await.expect(200));
    assert_eq!(seen.matches("SUMMARY:Change meeting").count(), 6);
    for word in ["Internal words", "Of Rolf", "Fair of Tomas"] {
        assert!(seen.contains(word), "{word}: {seen}");
    }

    // Who loses the team or the role reads it no longer.
    let mut tx = app.app.db.begin().await.unwrap();
    sql("DELETE FROM team_member WHERE person_id = $1")
        .bind(app.id("tomas"))
        .run(&mut tx)
        .await
        .unwrap();
    sql("UPDATE person SET role = 'requester' WHERE id = $1")
        .bind(app.id("tomas"))
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    read(&app, &team).await.expect(404);
    read(&app, &all).await.expect(404);
    let seen = unfolded(&read(&app, &tomas).await.expect(200));
    assert_eq!(seen.matches("BEGIN:VEVENT").count(), 0, "{seen}");
});

on_each_database!(an_address_is_secret_and_can_be_revoked, |app| {
    let (id, path) = made(&app, "priya", Scope::All, None).await;
    let secret = path
        .trim_start_matches("/feeds/")
        .trim_end_matches(".ics")
        .to_owned();
    let kept: Vec<String> = sql("SELECT token_hash FROM calendar_feed")
        .column("token_hash", &app.app.db)
        .await
        .unwrap();
    assert!(
        !kept.iter().any(|k| k.contains(&secret)),
        "only a hash is kept"
    );
    let said: Vec<String> = sql("SELECT data FROM event")
        .column("data", &app.app.db)
        .await
        .unwrap();
    assert!(
        !said.iter().any(|d| d.contains(&secret)),
        "the log tells no secret"
    );

    let first = read(&app, &path).await.expect(200);
    assert_eq!(
        first.headers[header::CONTENT_TYPE],
        "text/calendar; charset=utf-8"
    );
    assert_eq!(first.headers[header::CACHE_CONTROL], "private, no-cache");
    let etag = first.headers[header::ETAG].clone();
    let ask = Request::get(&path).header(header::IF_NONE_MATCH, etag.clone());
    let same = app.nobody().send(ask, Body::empty()).await.expect(304);
    assert!(same.text.is_empty());
    put_in(&app, "priya", entry(&app, "event", "Fair", 60, &json!({}))).await;
    let ask = Request::get(&path).header(header::IF_NONE_MATCH, etag);
    app.nobody().send(ask, Body::empty()).await.expect(200);

    // Nobody else revokes it; then it is gone like one that never was.
    let priya = app.as_("priya");
    let own = format!("/api/v1/me/feeds/{id}");
    app.as_("tomas")
        .json("DELETE", &own, &json!({}))
        .await
        .expect(404);
    let list = priya.get("/api/v1/me/feeds").await.expect(200).json();
    assert_eq!(list["items"][0]["id"], id.as_str());
    assert!(!list.to_string().contains(&secret));
    priya.json("DELETE", &own, &json!({})).await.expect(204);
    let gone = read(&app, &path).await.expect(404).text;
    let never = read(&app, "/feeds/cal_nothing.ics").await.expect(404).text;
    assert_eq!(gone.replace(&secret, ""), never.replace("cal_nothing", ""));

    // Neither does it outlive its person.
    let (_, path) = made(&app, "priya", Scope::All, None).await;
    read(&app, &path).await.expect(200);
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE person SET disabled_at = 1 WHERE id = $1")
        .bind(app.id("priya"))
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    read(&app, &path).await.expect(404);

    // A program with a token makes none; nobody makes one for a team not theirs.
    app.as_("maren")
        .post("/api/v1/me/feeds", &json!({ "scope": "mine" }))
        .await
        .expect(403);
    let ivo = app.actor("ivo").await;
    let refused = make_for(
        &app.ctx(ivo.clone()),
        &ivo,
        Scope::Team,
        Some(&app.starter.team_id),
    )
    .await;
    assert!(refused.is_err());
    let maren = app.actor("maren").await;
    assert!(
        make_for(&app.ctx(maren.clone()), &maren, Scope::All, None)
            .await
            .is_err()
    );
});

on_each_database!(
    what_moves_or_is_taken_back_is_told_under_its_old_name,
    |app| {
        let (_, path) = made(&app, "priya", Scope::All, None).await;
        let id = put_in(&app, "priya", entry(&app, "event", "Fair", 60, &json!({}))).await;
        let uid = format!("UID:{id}@mil\r\n");
        let seen = unfolded(&read(&app, &path).await.expect(200));
        assert!(
            seen.contains(&uid) && seen.contains("SEQUENCE:0\r\n"),
            "{seen}"
        );
        app.pass(10);
        let moved = entry(&app, "event", "Fair, moved", 70, &json!({ "version": 1 }));
        let api = format!("/api/v1/calendar/{id}");
        app.as_("priya").json("PUT", &api, &moved).await.expect(200);
        let seen = unfolded(&read(&app, &path).await.expect(200));
        assert!(
            seen.contains(&uid) && seen.contains("SEQUENCE:1\r\n"),
            "{seen}"
        );
        assert!(
            seen.contains("LAST-MODIFIED:20261123T091000Z\r\n"),
            "{seen}"
        );
        app.pass(10);
        app.as_("priya")
            .json("DELETE", &api, &json!({}))
            .await
            .expect(204);
        let seen = unfolded(&read(&app, &path).await.expect(200));
        for part in [
            uid.as_str(),
            "SEQUENCE:2\r\n",
            "STATUS:CANCELLED\r\n",
            "LAST-MODIFIED:20261123T092000Z\r\n",
        ] {
            assert!(seen.contains(part), "{part}: {seen}");
        }
        app.pass(60 * 24 * 61);
        let seen = unfolded(&read(&app, &path).await.expect(200));
        assert!(!seen.contains(&uid), "some day it is forgotten: {seen}");
    }
);

on_each_database!(whoever_guesses_or_hammers_is_slowed_down, |app| {
    let (_, path) = made(&app, "priya", Scope::Mine, None).await;
    for _ in 0..PER_FEED {
        read(&app, &path).await.expect(200);
    }
    let slow = read(&app, &path).await.expect(429);
    assert!(slow.headers.contains_key(header::RETRY_AFTER));
    let (_, other) = made(&app, "tomas", Scope::Mine, None).await;
    read(&app, &other).await.expect(200);
    for n in 0..WRONG {
        read(&app, &format!("/feeds/cal_{n}.ics")).await.expect(404);
    }
    read(&app, "/feeds/cal_x.ics").await.expect(429);
    app.pass(16);
    read(&app, &path).await.expect(200);
});
