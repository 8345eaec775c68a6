//! The main job from end to end, through the API.

use crate::on_each_database;
use serde_json::json;

on_each_database!(ordered_made_approved_and_rated, |app| {
    let maren = app.as_("maren");
    let priya = app.as_("priya");
    let order = json!({ "lines": [{ "service": "update-a-web-page", "answers": {
        "subject": "New tuition fees", "address": "https://nordhaven.example/msc", "change": "Fees for 2027" } }] });
    let placed = maren
        .post("/api/v1/orders", &order)
        .await
        .expect(201)
        .json();
    let request = &placed["requests"][0];
    let id = request["id"].as_str().unwrap();
    assert_eq!(request["title"], "Update a web page: New tuition fees");
    assert_eq!(request["stage"], "brief");
    assert_eq!(request["promise"]["delivery"]["target_minutes"], 1440);

    // Nobody else's business.
    app.as_("rolf")
        .get(&format!("/api/v1/requests/{id}"))
        .await
        .expect(404);
    app.nobody()
        .get(&format!("/api/v1/requests/{id}"))
        .await
        .expect(401);

    let path = |rest: &str| format!("/api/v1/requests/{id}{rest}");
    priya
        .json(
            "PATCH",
            &path(""),
            &json!({ "assignee": app.id("priya"), "priority": "high" }),
        )
        .await
        .expect(200);
    app.pass(30);
    priya
        .post(
            &path("/comments"),
            &json!({ "body": "On it.", "visibility": "public" }),
        )
        .await
        .expect(201);
    priya
        .post(
            &path("/comments"),
            &json!({ "body": "The CMS is slow.", "visibility": "internal" }),
        )
        .await
        .expect(201);
    let seen = maren.get(&path("/comments")).await.expect(200).json();
    assert_eq!(
        seen["items"].as_array().unwrap().len(),
        1,
        "no internal note reaches the requester"
    );
    maren
        .post(
            &path("/comments"),
            &json!({ "body": "x", "visibility": "internal" }),
        )
        .await
        .expect(403);

    let now = maren.get(&path("")).await.expect(200).json();
    assert_eq!(now["promise"]["response"]["state"], "met");
    assert_eq!(now["promise"]["response"]["used_minutes"], 30);
    assert_eq!(now["promise"]["delivery"]["target_minutes"], 960);
});
