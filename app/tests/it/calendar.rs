//! The change calendar: planning, conflicts, exceptions, and that a change in
//! conflict goes no further.

use mil::calendar::model::Kind;
use mil_db::sql;
use serde_json::{Value, json};

use crate::desk_help::{api, order};
use crate::harness::{Client, TestApp};
use crate::incidents::kind;
use crate::on_each_database;

fn entry(kind: &str, title: &str, hours: (i64, i64), app: &TestApp) -> Value {
    let at = |h: i64| (app.now() + jiff::SignedDuration::from_hours(h)).to_string();
    json!({ "kind": kind, "title": title, "from": at(hours.0), "to": at(hours.1) })
}

fn with(mut value: Value, more: Value) -> Value {
    let all = value.as_object_mut().unwrap();
    all.extend(more.as_object().unwrap().clone());
    value
}

async fn put_in(who: &Client<'_>, new: &Value) -> String {
    let made = who.post("/api/v1/calendar", new).await.expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

/// Something in the change calendar, a year ahead.
pub async fn planned(app: &TestApp) -> String {
    let now = app.now();
    let id = mil::random::new_id(now);
    let mut tx = app.app.db.begin().await.unwrap();
    sql(
        "INSERT INTO calendar_entry (id, kind, title, note, starts_at, ends_at, touches, author_id,
            created_at, updated_at, version)
         VALUES ($1, 'event', 'Fair', '', $2, $3, '[]', $4, $5, $5, 1)",
    )
    .bind(&id)
    .bind(now.as_microsecond() + 31_000_000_000_000)
    .bind(now.as_microsecond() + 31_003_600_000_000)
    .bind(app.id("priya"))
    .bind(now.as_microsecond())
    .run(&mut tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

/// A change of Maren's, by the service for updating pages.
async fn change(app: &TestApp) -> (String, i64) {
    kind(app, "update-a-web-page", "change").await;
    order(&app.as_("maren")).await
}

on_each_database!(a_change_finds_its_window_and_conflicts_are_refused, |app| {
    let (id, number) = change(&app).await;
    let (priya, hanna) = (app.as_("priya"), app.as_("hanna"));
    let site = json!({ "tools": ["Website"] });
    let campaign = with(
        entry("maintenance", "CMS upgrade", (48, 72), &app),
        site.clone(),
    );
    put_in(&priya, &campaign).await;
    let window = |hours| {
        with(
            entry("change", "New footer", hours, &app),
            json!({ "tools": ["website"], "change": id }),
        )
    };

    // Inside the maintenance: refused, with what is in the way and a free time.
    let refused = priya
        .post("/api/v1/calendar", &window((50, 51)))
        .await
        .expect(422);
    assert!(
        refused.text.contains("CMS upgrade") && refused.text.contains("next free time"),
        "{}",
        refused.text
    );
    assert_eq!(
        priya.get("/api/v1/calendar").await.expect(200).json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    // Back to back is allowed; a second window moves the first.
    put_in(&priya, &window((47, 48))).await;
    let seen = priya.get("/api/v1/calendar").await.expect(200).json();
    assert_eq!(seen["items"][0]["change"], number);
    assert_eq!(seen["conflicts"], json!([]));
    let page = priya.get(&format!("/work/{number}")).await.expect(200).text;
    assert!(page.contains("Open in the calendar"), "{page}");

    // Who may not work on the change does not plan it; requesters see no calendar.
    app.as_("maren").get("/calendar").await.expect(403);
    app.as_("maren")
        .post("/api/v1/calendar", &window((80, 81)))
        .await
        .expect(403);
    hanna
        .post(
            "/api/v1/calendar",
            &with(window((90, 91)), json!({ "change": "999999" })),
        )
        .await
        .expect(404);
    let plain = with(entry("change", "No request", (80, 81), &app), json!({}));
    priya.post("/api/v1/calendar", &plain).await.expect(422);
});

on_each_database!(
    a_freeze_stops_what_was_planned_until_it_moves_or_a_lead_agrees,
    |app| {
        let (id, _) = change(&app).await;
        let (priya, ada) = (app.as_("priya"), app.as_("ada"));
        let window = with(
            entry("change", "New footer", (48, 50), &app),
            json!({ "tools": ["Website"], "change": id }),
        );
        let first = put_in(&priya, &window).await;
        let forward = json!({ "type": "forward" });

        // Only leads freeze.
        priya
            .post("/api/v1/calendar", &entry("freeze", "Fair", (40, 60), &app))
            .await
            .expect(403);
        let freeze = put_in(&ada, &entry("freeze", "Fair", (40, 60), &app)).await;
        let seen = priya.get("/api/v1/calendar").await.expect(200).json();
        assert_eq!(seen["conflicts"][0]["blocks"], true);
        let stuck = priya.post(&api(&id, "/moves"), &forward).await;
        assert_eq!(stuck.status, 409, "{}", stuck.text);
        assert!(stuck.text.contains("Fair"), "{}", stuck.text);
        let page = priya.get("/calendar").await.expect(200).text;
        assert!(
            page.contains("Inside a freeze") && page.contains("Move to Thu 26 Nov, 9:00"),
            "{page}"
        );

        // An exception is a lead's, with a reason, and ends when one of them moves.
        let keep = |reason: &str| json!({ "first": first, "second": freeze, "reason": reason });
        priya
            .post("/api/v1/calendar-exceptions", &keep("Small"))
            .await
            .expect(403);
        ada.post("/api/v1/calendar-exceptions", &keep(" "))
            .await
            .expect(422);
        ada.post(
            "/api/v1/calendar-exceptions",
            &keep("Nobody looks at the footer"),
        )
        .await
        .expect(204);
        let seen = priya.get("/api/v1/calendar").await.expect(200).json();
        assert_eq!(
            seen["conflicts"][0]["exception"],
            "Nobody looks at the footer"
        );
        let moved = priya.post(&api(&id, "/moves"), &forward).await;
        assert_ne!(moved.status, 409, "{}", moved.text);
        let path = format!("/api/v1/calendar/{first}");
        let later = with(
            entry("change", "New footer", (51, 52), &app),
            json!({ "tools": ["Website"], "version": 1 }),
        );
        priya.json("PUT", &path, &later).await.expect(422);
        let free = with(
            entry("change", "New footer", (60, 61), &app),
            json!({ "tools": ["Website"], "version": 1 }),
        );
        priya.json("PUT", &path, &free).await.expect(200);
        priya.json("PUT", &path, &free).await.expect(412);

        // Gone from the calendar, and it may be planned again.
        ada.json("DELETE", &format!("/api/v1/calendar/{freeze}"), &json!({}))
            .await
            .expect(204);
        ada.get(&format!("/calendar/{freeze}")).await.expect(404);
        priya.json("DELETE", &path, &json!({})).await.expect(204);
        put_in(&priya, &window).await;
    }
);

on_each_database!(two_planners_at_once_do_not_take_one_slot, |app| {
    kind(&app, "update-a-web-page", "change").await;
    let priya = app.as_("priya");
    let mut plans = Vec::new();
    for n in 0..4 {
        let (id, _) = order(&app.as_("maren")).await;
        plans.push(with(
            entry("change", &format!("Change {n}"), (48, 49), &app),
            json!({ "tools": ["Website"], "change": id }),
        ));
    }
    let sent = plans
        .iter()
        .map(|plan| priya.post("/api/v1/calendar", plan));
    let mut all = Vec::new();
    let [a, b, c, d] = <[_; 4]>::try_from(sent.collect::<Vec<_>>()).ok().unwrap();
    let (a, b, c, d) = tokio::join!(a, b, c, d);
    all.extend([a.status, b.status, c.status, d.status].map(|s| s.as_u16()));
    all.sort_unstable();
    assert_eq!(all, [201, 422, 422, 422]);
    let rows: i64 = sql("SELECT COUNT(*) AS n FROM calendar_entry")
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(rows, 1);
});

on_each_database!(the_form_plans_whole_days_and_keeps_what_was_typed, |app| {
    let priya = app.as_("priya");
    let day = (app.now() + jiff::SignedDuration::from_hours(24 * 10))
        .strftime("%Y-%m-%d")
        .to_string();
    let page = priya.get("/calendar/new").await.expect(200).text;
    assert!(
        !page.contains("value=\"freeze\""),
        "marketers are not offered a freeze"
    );
    let bad = priya
        .form(
            "/calendar/new",
            &format!("kind=mailing&title=&from={day}&audience=Alumni"),
        )
        .await
        .expect(422)
        .text;
    assert!(
        bad.contains("Alumni") && bad.contains("Say in a few words"),
        "{bad}"
    );
    let mail = format!("kind=mailing&title=News&from={day}&audience=Alumni%2C+Staff");
    priya.form("/calendar/new", &mail).await.expect(303);
    let again = format!(
        "kind=mailing&title=Fair&from={day}&from_time=10%3A00&to_time=10%3A30&audience=alumni"
    );
    let refused = priya.form("/calendar/new", &again).await.expect(422).text;
    assert!(refused.contains("Same people"), "{refused}");
    for view in ["", "&view=list", "&view=campaigns"] {
        let shown = priya
            .get(&format!("/calendar?from={day}{view}"))
            .await
            .expect(200)
            .text;
        assert!(shown.contains("News"), "{view}");
    }
    assert_eq!(Kind::from_key("mailing"), Some(Kind::Mailing));
});
