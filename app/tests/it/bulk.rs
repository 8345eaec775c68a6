//! Many requests at once, and back again.

use crate::on_each_database;
use crate::queue::order;
use serde_json::json;

on_each_database!(a_bulk_change_is_taken_back_exactly, |app| {
    let mut ids = Vec::new();
    for i in 0..5 {
        ids.push(order(&app, "maren", &format!("{i}")).await.0);
    }
    let hanna = app.as_("hanna");
    let before = hanna
        .get(&format!("/api/v1/requests/{}", ids[0]))
        .await
        .json();
    let done = hanna
        .post(
            "/api/v1/requests/bulk",
            &json!({ "ids": ids, "priority": "urgent" }),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(done["changed"], 5);
    let urgent = hanna
        .get(&format!("/api/v1/requests/{}", ids[0]))
        .await
        .json();
    assert_eq!(urgent["promise"]["delivery"]["target_minutes"], 480);

    // Somebody changes one of them meanwhile: that one stays.
    let title = json!({ "title": "Another title" });
    app.as_("priya")
        .json("PATCH", &format!("/api/v1/requests/{}", ids[4]), &title)
        .await
        .expect(200);
    let undo = format!("/api/v1/undo/{}", done["undo"].as_str().unwrap());
    app.as_("priya").post(&undo, &json!({})).await.expect(404);
    let taken = hanna.post(&undo, &json!({})).await.expect(200).json();
    assert_eq!(taken["restored"], 4);
    assert_eq!(taken["kept"].as_array().unwrap().len(), 1);
    let after = hanna
        .get(&format!("/api/v1/requests/{}", ids[0]))
        .await
        .json();
    assert_eq!(after["priority"], before["priority"]);
    assert_eq!(after["promise"], before["promise"]);
    hanna.post(&undo, &json!({})).await.expect(409);
});

on_each_database!(what_is_blocked_is_named_and_the_rest_is_done, |app| {
    let (open, _) = order(&app, "maren", "open").await;
    let (gone, number) = order(&app, "maren", "gone").await;
    app.as_("maren")
        .post(
            &format!("/api/v1/requests/{gone}/moves"),
            &json!({ "type": "cancel" }),
        )
        .await
        .expect(200);
    let hanna = app.as_("hanna");
    let body = json!({ "ids": [open, gone, "missing"], "move": { "type": "decline", "reason": "Not ours" } });
    let done = hanna
        .post("/api/v1/requests/bulk", &body)
        .await
        .expect(200)
        .json();
    assert_eq!(done["changed"], 1);
    assert_eq!(done["blocked"][0]["number"], number);
    let undo = format!("/api/v1/undo/{}", done["undo"].as_str().unwrap());
    hanna.post(&undo, &json!({})).await.expect(200);
    let back = hanna.get(&format!("/api/v1/requests/{open}")).await.json();
    assert_eq!(back["phase"], "new");
    assert_eq!(back["promise"]["delivery"]["state"], "running");

    // Too late after ten minutes.
    let body = json!({ "ids": [open], "assign": app.id("priya") });
    let done = hanna
        .post("/api/v1/requests/bulk", &body)
        .await
        .expect(200)
        .json();
    app.pass(11);
    hanna
        .post(
            &format!("/api/v1/undo/{}", done["undo"].as_str().unwrap()),
            &json!({}),
        )
        .await
        .expect(409);

    // Nobody changes what they may not, and nothing without a choice.
    app.as_("maren")
        .post("/api/v1/requests/bulk", &body)
        .await
        .expect(403);
    hanna
        .post("/api/v1/requests/bulk", &json!({ "ids": [open] }))
        .await
        .expect(422);
    hanna
        .post(
            "/api/v1/requests/bulk",
            &json!({ "ids": [], "unassign": true }),
        )
        .await
        .expect(422);
    let many: Vec<String> = (0..501).map(|i| i.to_string()).collect();
    hanna
        .post(
            "/api/v1/requests/bulk",
            &json!({ "ids": many, "unassign": true }),
        )
        .await
        .expect(422);
    hanna
        .post(
            "/api/v1/requests/bulk",
            &json!({ "ids": [open], "assign": app.id("maren") }),
        )
        .await
        .expect(422);
});

on_each_database!(the_bar_works_as_a_plain_form, |app| {
    let (id, _) = order(&app, "maren", "x").await;
    let hanna = app.as_("hanna");
    let answer = hanna
        .form(
            "/queue/bulk?sort=updated",
            &format!("ids={id}&do=assign&assignee=me"),
        )
        .await
        .expect(303);
    assert_eq!(answer.headers["location"], "/queue?sort=updated");
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    let undo = cookie
        .split_once('=')
        .unwrap()
        .1
        .split_once('.')
        .unwrap()
        .0
        .to_owned();
    assert!(
        hanna
            .get(&format!("/undo/{undo}"))
            .await
            .expect(200)
            .text
            .contains("Take it back?")
    );
    hanna.form(&format!("/undo/{undo}"), "").await.expect(303);
    let item = hanna.get(&format!("/api/v1/requests/{id}")).await.json();
    assert!(item["assignee_id"].is_null());
    hanna
        .form("/queue/bulk", &format!("ids={id}&do=explode"))
        .await
        .expect(422);
    // The whole list, whatever is ticked.
    hanna
        .form(
            "/queue/bulk?assignee=none",
            "all=yes&do=priority&priority=high",
        )
        .await
        .expect(303);
    let item = hanna.get(&format!("/api/v1/requests/{id}")).await.json();
    assert_eq!(item["priority"], "high");
});
