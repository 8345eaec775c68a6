//! Meetings about changes: the agenda builds itself, decisions stand on each
//! change, minutes are published for good.

use mil::meetings::series::run_due;
use mil_db::sql;
use serde_json::{Value, json};

use crate::changes::{answers, change};
use crate::desk_help::{api, count, order};
use crate::harness::{Client, TestApp};
use crate::on_each_database;

fn weekly(app: &TestApp, members: &[&str]) -> Value {
    let members: Vec<&str> = members.iter().map(|m| app.id(m)).collect();
    json!({ "name": "Change meeting", "team": app.starter.team_id, "weekday": 2, "clock": "10:00",
        "zone": "Europe/Berlin", "place": "Room 4", "members": members })
}

async fn start(app: &TestApp, members: &[&str]) -> (String, Vec<String>) {
    let ada = app.as_("ada");
    let made = ada
        .post("/api/v1/meeting-series", &weekly(app, members))
        .await
        .expect(201)
        .json();
    let series = made["id"].as_str().unwrap().to_owned();
    // Not from the list, which ends somewhere when there are many series.
    let ids = sql(
        "SELECT id FROM meeting WHERE series_id = $1 AND cancelled_at IS NULL ORDER BY starts_at",
    )
    .bind(&series)
    .column("id", &app.app.db)
    .await
    .unwrap();
    (series, ids)
}

/// A series, its next meeting, and a point of its agenda.
pub async fn held(app: &TestApp) -> (String, String, String) {
    let (series, ids) = start(app, &["priya"]).await;
    let path = format!("/api/v1/meetings/{}/points", ids[0]);
    let seen = app
        .as_("ada")
        .post(&path, &json!({ "title": "Room" }))
        .await
        .expect(201)
        .json();
    let point = seen["points"][0]["id"].as_str().unwrap().to_owned();
    (series, ids[0].clone(), point)
}

async fn window(who: &Client<'_>, id: &str, app: &TestApp, hours: i64, tool: &str) {
    let at = |h: i64| (app.now() + jiff::SignedDuration::from_hours(h)).to_string();
    let plan = json!({ "kind": "change", "title": "Window", "change": id, "from": at(hours),
        "to": at(hours + 1), "tools": [tool] });
    who.post("/api/v1/calendar", &plan).await.expect(201);
}

async fn told(app: &TestApp, who: &str) -> Vec<String> {
    sql("SELECT reason FROM notification WHERE person_id = $1 AND item_id IS NULL ORDER BY id")
        .bind(app.id(who))
        .column("reason", &app.app.db)
        .await
        .unwrap()
}

async fn agenda(who: &Client<'_>, meeting: &str) -> Value {
    who.get(&format!("/api/v1/meetings/{meeting}"))
        .await
        .expect(200)
        .json()
}

fn changes_on(seen: &Value) -> Vec<i64> {
    let points = seen["points"].as_array().unwrap().iter();
    points.filter_map(|p| p["change"].as_i64()).collect()
}

on_each_database!(a_change_is_decided_and_the_minutes_are_published, |app| {
    // Monday ten; the meeting is on Tuesday, the one after it a week later.
    let (id, number) = change(&app).await;
    let (later, _) = order(&app.as_("maren")).await;
    let (routine, _) = order(&app.as_("maren")).await;
    let (priya, tomas, ivo) = (app.as_("priya"), app.as_("tomas"), app.as_("ivo"));
    window(&priya, &id, &app, 48, "Website").await;
    window(&priya, &later, &app, 24 * 9, "Shop").await;
    window(&priya, &routine, &app, 72, "Mailer").await;
    let (_, ids) = start(&app, &["priya", "hanna"]).await;
    assert_eq!(ids.len(), 6);
    assert_eq!(told(&app, "priya").await, ["invited"]);
    app.as_("hanna")
        .json(
            "PUT",
            "/api/v1/change-services/update-a-web-page",
            &json!({ "type": "standard" }),
        )
        .await
        .expect(204);
    for change in [&id, &later] {
        let normal = json!({ "type": "normal" });
        priya
            .json("PATCH", &api(change, "/change"), &normal)
            .await
            .expect(200);
    }
    let meeting = &ids[0];
    let path = |rest: &str| format!("/api/v1/meetings/{meeting}{rest}");
    let seen = agenda(&priya, meeting).await;
    assert_eq!(
        changes_on(&seen),
        [number],
        "only what cannot wait and is not routine"
    );
    assert_eq!(
        changes_on(&agenda(&priya, &ids[1]).await),
        Vec::<i64>::new()
    );
    let point = seen["points"][0]["id"].as_str().unwrap().to_owned();

    // Members run it, the others look on.
    let own = json!({ "title": "Holidays" });
    tomas.post(&path("/points"), &own).await.expect(403);
    priya.post(&path("/points"), &json!({})).await.expect(422);
    let seen = priya.post(&path("/points"), &own).await.expect(201).json();
    let holidays = seen["points"][1]["id"].as_str().unwrap().to_owned();
    let order = json!({ "order": [holidays, point] });
    let seen = priya
        .json("PUT", &path("/order"), &order)
        .await
        .expect(200)
        .json();
    assert_eq!(seen["points"][0]["title"], "Holidays");

    // A decision needs its words, stands on the change, and is nobody's vote.
    let decision = path(&format!("/points/{point}/decision"));
    let no = json!({ "decision": "rejected" });
    priya.json("PUT", &decision, &no).await.expect(422);
    // What was refused does not go on; a later yes lets it.
    let no = json!({ "decision": "rejected", "words": "Too many visitors that day." });
    priya.json("PUT", &decision, &no).await.expect(200);
    for check in ["goal", "date"] {
        let done = json!({ "check": check, "done": true });
        let checks = format!("/api/v1/requests/{number}/checks");
        priya.post(&checks, &done).await.expect(200);
    }
    let on = json!({ "type": "forward" });
    let moves = format!("/api/v1/requests/{number}/moves");
    let refused = priya.post(&moves, &on).await.expect(409).json();
    let why = refused["detail"].as_str().unwrap();
    assert!(why.contains("Too many visitors that day."), "{why}");
    let yes = json!({ "decision": "conditions", "words": "Only after eight in the evening" });
    priya.json("PUT", &decision, &yes).await.expect(200);
    assert_eq!(count(&app, &id, "change.decided").await, 2);
    assert_eq!(count(&app, &id, "approval.given").await, 0);
    let record = priya.get(&api(&id, "/change")).await.expect(200).json();
    assert_eq!(record["decided"]["decision"], "conditions");
    let page = priya.get(&format!("/work/{number}")).await.expect(200).text;
    assert!(page.contains("Only after eight in the evening"), "{page}");
    let requester = app
        .as_("maren")
        .get(&format!("/requests/{number}"))
        .await
        .expect(200)
        .text;
    assert!(!requester.contains("after eight"), "{requester}");
    let holiday = path(&format!("/points/{holidays}/decision"));
    priya.json("PUT", &holiday, &yes).await.expect(409);

    // Attendance: members and guests.
    let odd = json!({ "attendance": [{ "person": app.id("tomas"), "state": "present" }] });
    priya
        .json("PUT", &path("/attendance"), &odd)
        .await
        .expect(422);
    let there = json!({ "attendance": [{ "person": app.id("priya"), "state": "present" },
        { "person": app.id("hanna"), "state": "excused" }, { "name": "Olga from IT", "state": "guest" }] });
    let seen = priya
        .json("PUT", &path("/attendance"), &there)
        .await
        .expect(200)
        .json();
    assert_eq!(seen["attendance"].as_array().unwrap().len(), 3);

    // The draft names them all; until it is published only those who run it read.
    app.pass(60 * 25);
    let draft = priya
        .get(&format!("/meetings/{meeting}"))
        .await
        .expect(200)
        .text;
    for word in ["Olga from IT", "Agreed with conditions", "Holidays"] {
        assert!(draft.contains(word), "{word}: {draft}");
    }
    let text = json!({ "minutes": "We agreed.", "publish": false });
    let saved = priya
        .json("PUT", &path("/minutes"), &text)
        .await
        .expect(200)
        .json();
    assert_eq!(agenda(&ivo, meeting).await["minutes"], Value::Null);
    let stale = json!({ "minutes": "Old", "version": saved["version"].as_i64().unwrap() - 1 });
    priya
        .json("PUT", &path("/minutes"), &stale)
        .await
        .expect(412);
    priya
        .json("PUT", &path("/minutes"), &json!({ "publish": true }))
        .await
        .expect(422);
    // A meeting that has not begun has no minutes, unless it was held before.
    let publish = json!({ "minutes": "We agreed.", "publish": true });
    let next = format!("/api/v1/meetings/{}/minutes", ids[1]);
    let refused = priya.json("PUT", &next, &publish).await.expect(422).json();
    assert_eq!(refused["errors"][0]["field"], "held_early", "{refused}");
    let early = json!({ "minutes": "On Monday.", "publish": true, "held_early": true });
    priya.json("PUT", &next, &early).await.expect(200);
    priya
        .json("PUT", &path("/minutes"), &publish)
        .await
        .expect(200);
    assert_eq!(agenda(&ivo, meeting).await["minutes"], "We agreed.");
    assert_eq!(told(&app, "hanna").await.last().unwrap(), "minutes");
    let inbox = app.as_("hanna").get("/inbox").await.expect(200).text;
    assert!(inbox.contains("published the minutes"), "{inbox}");

    // For good, but for a dated addendum.
    for (method, rest, body) in [
        ("PUT", "/minutes".to_owned(), publish.clone()),
        ("PUT", "/attendance".to_owned(), there.clone()),
        ("POST", "/points".to_owned(), own.clone()),
        ("PUT", format!("/points/{point}/decision"), yes.clone()),
        ("PUT", "/order".to_owned(), order.clone()),
    ] {
        priya.json(method, &path(&rest), &body).await.expect(409);
    }
    priya
        .json("DELETE", &path(&format!("/points/{holidays}")), &json!({}))
        .await
        .expect(409);
    tomas
        .post(&path("/addenda"), &json!({ "text": "x" }))
        .await
        .expect(403);
    let seen = priya
        .post(&path("/addenda"), &json!({ "text": "Eight means 20:00." }))
        .await
        .expect(201)
        .json();
    assert_eq!(seen["minutes"], "We agreed.");
    assert_eq!(seen["addenda"][0]["text"], "Eight means 20:00.");
});

on_each_database!(what_is_put_off_comes_to_the_next_meeting, |app| {
    let (id, number) = change(&app).await;
    let hanna = app.as_("hanna");
    window(&hanna, &id, &app, 48, "Website").await;
    let (_, ids) = start(&app, &["hanna"]).await;
    let seen = agenda(&hanna, &ids[0]).await;
    let point = seen["points"][0]["id"].as_str().unwrap();
    let path = format!("/api/v1/meetings/{}/points/{point}/decision", ids[0]);
    hanna
        .json("PUT", &path, &json!({ "decision": "deferred" }))
        .await
        .expect(200);
    assert_eq!(changes_on(&agenda(&hanna, &ids[0]).await), [number]);
    app.pass(60 * 26);
    assert_eq!(changes_on(&agenda(&hanna, &ids[1]).await), [number]);

    // Called off: its own points move on, changes come by themselves.
    let points = format!("/api/v1/meetings/{}/points", ids[1]);
    hanna
        .post(&points, &json!({ "title": "Cake" }))
        .await
        .expect(201);
    hanna
        .json(
            "DELETE",
            &format!("/api/v1/meetings/{}", ids[1]),
            &json!({}),
        )
        .await
        .expect(204);
    hanna
        .post(&points, &json!({ "title": "More" }))
        .await
        .expect(409);
    let next = agenda(&hanna, &ids[2]).await;
    assert_eq!(changes_on(&next), [number]);
    let titles = next["points"].to_string();
    assert!(titles.contains("Cake"), "{titles}");
});

on_each_database!(a_series_moves_with_its_agenda_and_carries_on, |app| {
    let (series, ids) = start(&app, &["priya"]).await;
    let ada = app.as_("ada");
    let points = format!("/api/v1/meetings/{}/points", ids[0]);
    ada.post(&points, &json!({ "title": "Room" }))
        .await
        .expect(201);
    let path = format!("/api/v1/meeting-series/{series}");
    let mut moved = weekly(&app, &["priya", "tomas"]);
    moved["weekday"] = json!(4);
    moved["clock"] = json!("14:30");
    moved["version"] = json!(1);
    app.as_("priya")
        .json("PUT", &path, &moved)
        .await
        .expect(403);
    ada.json("PUT", &path, &moved).await.expect(200);
    ada.json("PUT", &path, &moved).await.expect(412);
    let seen = agenda(&ada, &ids[0]).await;
    assert_eq!(seen["meeting"]["from"], "2026-11-26T13:30:00Z");
    assert_eq!(seen["points"][0]["title"], "Room");
    assert_eq!(
        told(&app, "priya").await,
        ["invited"],
        "a member is invited once"
    );
    assert_eq!(told(&app, "tomas").await, ["invited"]);

    // A day before, members are reminded once; meetings ahead are made.
    app.pass(60 * 24 * 3);
    assert_eq!(run_due(&app.app, app.now()).await.unwrap(), 2);
    assert_eq!(run_due(&app.app, app.now()).await.unwrap(), 0);
    app.pass(60 * 24 * 7);
    run_due(&app.app, app.now()).await.unwrap();
    let list = ada.get("/api/v1/meetings").await.expect(200).json();
    assert_eq!(list["coming"].as_array().unwrap().len(), 6);
    assert_eq!(list["past"].as_array().unwrap().len(), 1);
    for bad in [
        json!({ "name": "" }),
        json!({ "weekday": 8 }),
        json!({ "zone": "Mars/Olympus" }),
        json!({ "members": [] }),
        json!({ "members": [app.id("maren")] }),
        json!({ "clock": "25:00" }),
        json!({ "minutes": 0 }),
    ] {
        let mut new = weekly(&app, &["priya"]);
        new.as_object_mut()
            .unwrap()
            .extend(bad.as_object().unwrap().clone());
        ada.post("/api/v1/meeting-series", &new).await.expect(422);
    }
    ada.json("DELETE", &path, &json!({})).await.expect(204);
    let list = ada.get("/api/v1/meetings").await.expect(200).json();
    assert_eq!(list["coming"], json!([]));
});

on_each_database!(whoever_is_asked_votes_for_themselves, |app| {
    // A change waits for Hanna's yes while her meeting agrees to it.
    let (id, number) = change(&app).await;
    let hanna = app.as_("hanna");
    window(&hanna, &id, &app, 48, "Website").await;
    let (_, ids) = start(&app, &["hanna"]).await;
    let seen = agenda(&hanna, &ids[0]).await;
    let point = seen["points"][0]["id"].as_str().unwrap().to_owned();
    let mut tx = app.app.db.begin().await.unwrap();
    let process: String = sql("SELECT definition FROM process_version WHERE process_id = $1 ORDER BY version DESC LIMIT 1")
        .bind(&app.starter.process_id)
        .value("definition", &mut tx)
        .await
        .unwrap();
    let mut def: Value = serde_json::from_str(&process).unwrap();
    def["stages"][0]["approvals"] = json!([{ "key": "board", "name": "The lead agrees",
        "by": [{ "type": "person", "id": app.id("hanna") }] }]);
    sql("UPDATE process_version SET definition = $1 WHERE process_id = $2")
        .bind(def.to_string())
        .bind(&app.starter.process_id)
        .run(&mut tx)
        .await
        .unwrap();
    sql("INSERT INTO approval (id, item_id, visit_id, stage, step, position, name, person_id, asked_at)
         SELECT 'a1', v.item_id, v.id, v.stage, 'board', 0, 'The lead agrees', $1, 1
         FROM stage_visit v WHERE v.item_id = $2")
        .bind(app.id("hanna"))
        .bind(&id)
        .run(&mut tx)
        .await
        .unwrap();
    mil::catalog::snapshot::touch(&mut tx).await.unwrap();
    tx.commit().await.unwrap();

    let path = format!("/api/v1/meetings/{}/points/{point}/decision", ids[0]);
    hanna
        .json("PUT", &path, &json!({ "decision": "approved" }))
        .await
        .expect(200);
    let open: i64 = sql("SELECT COUNT(*) AS n FROM approval WHERE closed_at IS NULL")
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(open, 1, "the meeting does not vote");
    let page = hanna
        .get(&format!("/meetings/{}", ids[0]))
        .await
        .expect(200)
        .text;
    assert!(
        page.contains("Agree as well") && page.contains(&format!("/requests/{number}/vote")),
        "{page}"
    );
    let other = app
        .as_("priya")
        .get(&format!("/meetings/{}", ids[0]))
        .await
        .expect(200)
        .text;
    assert!(!other.contains("Agree as well"), "only those who are asked");
});

on_each_database!(the_pages_work_as_plain_forms, |app| {
    let (id, _) = change(&app).await;
    let ada = app.as_("ada");
    let ranked = json!({ "answers": answers(&[]) });
    ada.json("PATCH", &api(&id, "/change"), &ranked)
        .await
        .expect(200);
    window(&ada, &id, &app, 48, "Website").await;
    ada.get("/meeting-series/new").await.expect(200);
    let bad = ada
        .form("/meeting-series/new", "name=&every=week&weekday=2&nth=1&first_on=2026-11-23&clock=10%3A00&minutes=30&zone=Europe%2FBerlin&place=Room+4")
        .await
        .expect(422)
        .text;
    assert!(
        bad.contains("Room 4") && bad.contains("Give it a name"),
        "{bad}"
    );
    let form = format!(
        "name=Board&every=month&weekday=2&nth=5&first_on=2026-11-23&clock=10%3A00&minutes=30&zone=Europe%2FBerlin&team={}&scope=team&members={}",
        app.starter.team_id,
        app.id("ada")
    );
    ada.form("/meeting-series/new", &form).await.expect(303);
    let list = ada.get("/api/v1/meetings").await.expect(200).json();
    let meeting = list["coming"][0]["id"].as_str().unwrap();
    assert_eq!(list["coming"][0]["from"], "2026-11-24T09:00:00Z");
    let seen = agenda(&ada, meeting).await;
    let point = seen["points"][0]["id"].as_str().unwrap();
    let base = format!("/meetings/{meeting}");
    let refused = ada
        .form(
            &format!("{base}/decide"),
            &format!("point={point}&decision=rejected&words-{point}="),
        )
        .await
        .expect(422)
        .text;
    assert!(refused.contains("Say why not"), "{refused}");
    for (step, body) in [
        (
            "decide",
            format!("point={point}&decision=approved&words-{point}="),
        ),
        ("points", "title=Cake&note=Lemon".to_owned()),
        ("move", format!("point={point}&to=down")),
        (
            "attendance",
            format!("person-{}=present&guests=Olga%2C+Tim", app.id("ada")),
        ),
        ("minutes", "minutes=Short".to_owned()),
        (
            "minutes",
            "minutes=Short&publish=yes&held_early=yes".to_owned(),
        ),
        ("addendum", "addendum=More".to_owned()),
    ] {
        ada.form(&format!("{base}/{step}"), &body).await.expect(303);
    }
    let page = app.as_("ivo").get(&base).await.expect(200).text;
    for word in ["Short", "More", "Lemon", "Tim"] {
        assert!(page.contains(word), "{word}: {page}");
    }
    ada.get("/meetings").await.expect(200);
    app.as_("maren").get("/meetings").await.expect(403);
});
