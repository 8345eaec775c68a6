//! Recurring requests: ordered once each, whatever stands still or runs twice.

use crate::harness::TestApp;
use crate::on_each_database;
use mil::recurring::run::run_due;
use mil_db::sql;
use serde_json::{Value, json};

fn rhythm(every: Value) -> Value {
    json!({ "every": every, "at": "09:30", "start": "2026-11-24", "closed": "before", "ahead": 0 })
}

fn page(rhythm: Value) -> Value {
    json!({ "title": "Fees {month} {year}, week {week}", "service": "update-a-web-page", "rhythm": rhythm, "answers": {
        "subject": "Fees of {month}", "address": "https://nordhaven.example/msc", "change": "As on {date}" } })
}

async fn plan(app: &TestApp, who: &str, body: &Value) -> Value {
    let made = app.as_(who).post("/api/v1/recurring", body).await;
    made.expect(201).json()
}

/// The id of a plan of Hanna's, for the role matrix.
pub async fn planned(app: &TestApp) -> String {
    // Other calls of the matrix retire the service of the other tests.
    let mut body = page(days());
    body["service"] = json!("company-logo");
    body["answers"] = json!({ "use": "Slides", "format": "png" });
    let made = plan(app, "hanna", &body).await;
    made["id"].as_str().unwrap().to_owned()
}

async fn show(app: &TestApp, id: &str) -> Value {
    let path = format!("/api/v1/recurring/{id}");
    app.as_("priya").get(&path).await.expect(200).json()
}

async fn orders(app: &TestApp) -> Vec<String> {
    sql("SELECT title FROM work_item ORDER BY number")
        .column("title", &app.app.db)
        .await
        .unwrap()
}

async fn deed(app: &TestApp, id: &str, body: Value, status: u16) -> Value {
    let path = format!("/api/v1/recurring/{id}/deeds");
    let done = app.as_("priya").post(&path, &body).await.expect(status);
    if status == 204 {
        Value::Null
    } else {
        done.json()
    }
}

fn days() -> Value {
    rhythm(json!({ "type": "days", "every": 1 }))
}

on_each_database!(each_date_is_ordered_once_with_its_date_filled_in, |app| {
    let mut body = page(days());
    body["requester_id"] = json!(app.id("maren"));
    body["assignee_id"] = json!(app.id("tomas"));
    let made = plan(&app, "priya", &body).await;
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["next_at"], "2026-11-24T08:30:00Z");
    assert_eq!(made["dates"].as_array().unwrap().len(), 10);
    assert_eq!(run_due(&app.app, app.now()).await.unwrap(), 0);
    app.pass(23 * 60 + 29);
    assert_eq!(run_due(&app.app, app.now()).await.unwrap(), 0);
    app.pass(1);
    // Two programs at one moment.
    let (now, other) = (app.now(), app.app.clone());
    let (one, two) = tokio::join!(run_due(&app.app, now), run_due(&other, now));
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(run_due(&app.app, app.now()).await.unwrap(), 0);
    assert_eq!(orders(&app).await, ["Fees November 2026, week 48"]);
    let seen = show(&app, id).await;
    assert_eq!(seen["next_at"], "2026-11-25T08:30:00Z");
    assert_eq!(seen["history"][0]["outcome"], "ordered");
    let number = seen["history"][0]["number"].as_i64().unwrap();
    let item = app
        .as_("maren")
        .get(&format!("/api/v1/requests/{number}"))
        .await
        .expect(200)
        .json();
    assert_eq!(item["answers"]["subject"]["text"], "Fees of November");
    assert_eq!(item["answers"]["change"]["text"], "As on 24 Nov 2026");
    assert_eq!(item["assignee_id"], app.id("tomas"));
});

on_each_database!(
    after_a_standstill_the_latest_is_ordered_and_the_others_are_told,
    |app| {
        let made = plan(&app, "priya", &page(days())).await;
        let id = made["id"].as_str().unwrap();
        app.pass(24 * 60 * 3 + 60);
        assert_eq!(run_due(&app.app, app.now()).await.unwrap(), 1);
        let seen = show(&app, id).await;
        let told: Vec<(&str, &str)> = seen["history"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| (r["date"].as_str().unwrap(), r["outcome"].as_str().unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                ("2026-11-26", "ordered"),
                ("2026-11-25", "missed"),
                ("2026-11-24", "missed")
            ]
        );
        let html = app
            .as_("priya")
            .get(&format!("/recurring/{id}"))
            .await
            .expect(200);
        assert!(html.text.contains("MIL was not running then."));
    }
);

on_each_database!(skip_pause_and_order_now, |app| {
    let made = plan(&app, "priya", &page(days())).await;
    let id = made["id"].as_str().unwrap();
    deed(
        &app,
        id,
        json!({ "deed": "skip", "date": "2026-11-24" }),
        200,
    )
    .await;
    deed(
        &app,
        id,
        json!({ "deed": "skip", "date": "2026-11-25" }),
        200,
    )
    .await;
    deed(
        &app,
        id,
        json!({ "deed": "unskip", "date": "2026-11-25" }),
        200,
    )
    .await;
    deed(
        &app,
        id,
        json!({ "deed": "skip", "date": "2026-11-29" }),
        409,
    )
    .await; // a Sunday
    deed(
        &app,
        id,
        json!({ "deed": "skip", "date": "2026-11-22" }),
        409,
    )
    .await; // long gone
    deed(&app, id, json!({ "deed": "skip" }), 422).await;
    // The button pressed twice orders once.
    for _ in 0..2 {
        deed(&app, id, json!({ "deed": "now", "key": "abc" }), 200).await;
    }
    assert_eq!(orders(&app).await.len(), 1);
    app.pass(24 * 60);
    assert_eq!(run_due(&app.app, app.now()).await.unwrap(), 0, "left out");
    app.pass(24 * 60);
    assert_eq!(run_due(&app.app, app.now()).await.unwrap(), 1);
    deed(&app, id, json!({ "deed": "pause" }), 200).await;
    app.pass(24 * 60 * 2);
    assert_eq!(run_due(&app.app, app.now()).await.unwrap(), 0);
    let back = deed(&app, id, json!({ "deed": "go_on" }), 200).await;
    assert_eq!(
        run_due(&app.app, app.now()).await.unwrap(),
        0,
        "what came due in the pause is gone"
    );
    assert_eq!(back["next_at"], "2026-11-30T08:30:00Z");
    // Others may read, not change; those who order do not get in.
    let path = format!("/api/v1/recurring/{id}/deeds");
    let pause = json!({ "deed": "pause" });
    app.as_("tomas").post(&path, &pause).await.expect(403);
    app.as_("ivo")
        .post("/api/v1/recurring", &page(days()))
        .await
        .expect(403);
    app.as_("maren").get("/recurring").await.expect(403);
    app.as_("hanna").post(&path, &pause).await.expect(200);
    let gone = json!({ "deed": "remove" });
    app.as_("hanna").post(&path, &gone).await.expect(204);
    app.as_("priya")
        .get(&format!("/recurring/{id}"))
        .await
        .expect(404);
    app.pass(24 * 60 * 9);
    assert_eq!(run_due(&app.app, app.now()).await.unwrap(), 0);
});

on_each_database!(
    an_order_that_is_refused_stops_the_plan_and_tells_its_owner,
    |app| {
        let made = plan(&app, "priya", &page(days())).await;
        let id = made["id"].as_str().unwrap();
        let ada = app.actor("ada").await;
        let catalog = app.app.catalog().await.unwrap();
        let service = catalog.service("update-a-web-page").unwrap().id.clone();
        let ctx = app.ctx(ada.clone());
        mil::catalog::verbs::retire(&ctx, &ada, &service, None)
            .await
            .unwrap();
        app.pass(24 * 60);
        for _ in 0..3 {
            assert_eq!(run_due(&app.app, app.now()).await.unwrap(), 0);
        }
        let seen = show(&app, id).await;
        assert!(
            seen["stopped_why"]
                .as_str()
                .unwrap()
                .contains("no longer offered"),
            "{seen}"
        );
        assert_eq!(seen["history"][0]["outcome"], "failed");
        assert_eq!(seen["history"].as_array().unwrap().len(), 1);
        let inbox = app
            .as_("priya")
            .get("/api/v1/notifications")
            .await
            .expect(200)
            .json();
        assert_eq!(inbox["items"].as_array().unwrap().len(), 1);
        assert_eq!(inbox["items"][0]["reason"], "plan_stopped");
        assert_eq!(inbox["items"][0]["href"], format!("/recurring/{id}"));
        let open = app
            .as_("priya")
            .get(&format!(
                "/inbox/{}",
                inbox["items"][0]["id"].as_str().unwrap()
            ))
            .await
            .expect(303);
        assert_eq!(open.headers["location"], format!("/recurring/{id}"));
        assert!(
            app.as_("priya")
                .get("/inbox")
                .await
                .expect(200)
                .text
                .contains("an order was refused")
        );
        let html = app
            .as_("priya")
            .get(&format!("/recurring/{id}"))
            .await
            .expect(200);
        assert!(
            html.text
                .contains("Nothing is ordered until somebody mends this.")
        );
        // Mended, it goes on with the next date.
        mil::catalog::verbs::publish(&ctx, &ada, &service, None)
            .await
            .unwrap();
        let back = deed(&app, id, json!({ "deed": "go_on" }), 200).await;
        assert_eq!(back["next_at"], "2026-11-25T08:30:00Z");
    }
);

on_each_database!(a_holiday_that_is_added_later_moves_the_date, |app| {
    let body = page(rhythm(
        json!({ "type": "month_day", "every": 1, "day": 30 }),
    ));
    let made = plan(&app, "priya", &body).await;
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["next_at"], "2026-11-30T08:30:00Z");
    let calendar = made["calendar_id"].as_str().unwrap();
    let catalog = app.app.catalog().await.unwrap();
    let entry = &catalog.calendars[calendar];
    let mut definition = entry.def.clone();
    let closed = mil_sla::Holiday::closed("2026-11-30".parse().unwrap(), "Closed");
    definition.holidays.push(closed);
    let input = mil::catalog::terms::calendar::CalendarInput {
        name: entry.name.clone(),
        definition,
    };
    let ada = app.actor("ada").await;
    mil::catalog::terms::calendar::update(&app.ctx(ada.clone()), &ada, calendar, None, input)
        .await
        .unwrap();
    run_due(&app.app, app.now()).await.unwrap();
    let seen = show(&app, id).await;
    assert_eq!(seen["next_at"], "2026-11-27T08:30:00Z");
    assert_eq!(seen["dates"][0]["date"], "2026-11-30");
});

on_each_database!(the_form_shows_dates_and_says_what_is_wrong, |app| {
    let client = app.as_("priya");
    assert!(
        client
            .get("/recurring")
            .await
            .expect(200)
            .text
            .contains("Nothing is ordered by schedule yet")
    );
    let choose = client.get("/recurring/new").await.expect(200);
    assert!(choose.text.contains("What is ordered again and again"));
    let form = client
        .get("/recurring/new?service=update-a-web-page")
        .await
        .expect(200);
    assert!(form.text.contains("Show dates"));
    let catalog = app.app.catalog().await.unwrap();
    let service = catalog.service("update-a-web-page").unwrap();
    let (_, calendar) = catalog.promise(&service.promise_id).unwrap();
    let base = format!(
        "_service={}&_calendar={}&_beat=last_working_day&_every=1&_at=09:00&_start=2026-11-24&_zone=Europe/Berlin&_closed=before&_ahead=5&_title=Fees+%7Bmonth%7D",
        service.id, calendar.id
    );
    // Only the dates are asked for: the answers may be missing still.
    let shown = client
        .form("/recurring/new", &format!("{base}&_do=show"))
        .await
        .expect(200);
    assert!(shown.text.contains("Fees December"), "{}", shown.text);
    assert!(shown.text.contains("Thu 31 Dec"));
    let missing = client
        .form("/recurring/new", &format!("{base}&_do=save"))
        .await
        .expect(422);
    assert!(
        missing.text.contains("Fees {month}"),
        "what was typed is kept"
    );
    let answers = "subject=Fees&address=https://nordhaven.example/x&change=Now";
    let saved = client
        .form("/recurring/new", &format!("{base}&{answers}&_do=save"))
        .await
        .expect(303);
    let at = saved.headers["location"].to_str().unwrap().to_owned();
    let plan = client.get(&at).await.expect(200);
    assert!(plan.text.contains("ordered 5 working days before"));
    let edit = client.get(&format!("{at}/edit")).await.expect(200);
    assert!(edit.text.contains("value=\"2026-11-24\""));
    let bad = format!("{base}&{answers}&_do=save")
        .replace("_at=09:00", "_at=noon")
        .replace("_every=1", "_every=0");
    let bad = client.form(&format!("{at}/edit"), &bad).await.expect(422);
    assert!(bad.text.contains("Write a time such as 09:00."));
    let past = format!("{base}&{answers}&_do=save&_until=2026-11-24");
    client.form(&format!("{at}/edit"), &past).await.expect(422);
    client
        .form(
            &format!("{at}/edit"),
            &format!("{base}&{answers}&_do=save&_version=77"),
        )
        .await
        .expect(412);
    app.as_("tomas")
        .get(&format!("{at}/edit"))
        .await
        .expect(403);
    assert!(
        client
            .get("/recurring")
            .await
            .expect(200)
            .text
            .contains("Fees {month}")
    );
});
