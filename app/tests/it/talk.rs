//! Talking, asking and deciding, and what they do to clocks and people.

use serde_json::{Value, json};

use crate::desk_help::{api, hand_on, order, say, show};
use crate::harness::TestApp;
use crate::on_each_database;

fn clock<'a>(request: &'a Value, kind: &str) -> (&'a str, i64) {
    let clock = &request["promise"][kind];
    (
        clock["state"].as_str().unwrap(),
        clock["used_minutes"].as_i64().unwrap(),
    )
}

on_each_database!(a_question_holds_both_clocks_until_it_is_answered, |app| {
    let (priya, maren) = (app.as_("priya"), app.as_("maren"));
    let (id, _) = order(&maren).await;
    app.pass(30);
    let asked = priya
        .post(
            &api(&id, "/ask"),
            &json!({ "kind": "answer", "body": "Which page?" }),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(asked["phase"], "waiting");
    assert_eq!(asked["waiting"]["text"], "Which page?");
    assert_eq!(clock(&asked, "response"), ("met", 30));
    assert_eq!(clock(&asked, "delivery"), ("paused", 30));
    app.pass(60);
    // Another's word is no answer, and neither is a note of ours.
    say(&priya, &id, "Still waiting", "internal").await;
    say(&app.as_("tomas"), &id, "A friendly reminder", "public").await;
    assert_eq!(show(&maren, &id).await["phase"], "waiting");
    say(&maren, &id, "The first one", "public").await;
    let after = show(&maren, &id).await;
    assert_eq!(
        (&after["phase"], &after["waiting"]),
        (&json!("new"), &Value::Null)
    );
    app.pass(10);
    assert_eq!(clock(&show(&maren, &id).await, "delivery"), ("running", 40));
});

on_each_database!(
    what_is_closed_while_it_waits_does_not_count_the_waiting,
    |app| {
        let (priya, maren) = (app.as_("priya"), app.as_("maren"));
        let (id, _) = order(&maren).await;
        app.pass(10);
        priya
            .post(
                &api(&id, "/ask"),
                &json!({ "kind": "answer", "body": "Still wanted?" }),
            )
            .await
            .expect(200);
        app.pass(60 * 24 * 14);
        maren
            .post(&api(&id, "/moves"), &json!({ "type": "cancel" }))
            .await
            .expect(200);
        let done = show(&maren, &id).await;
        assert_eq!(clock(&done, "delivery"), ("met", 10));
        app.pass(60 * 24);
        priya
            .post(
                &api(&id, "/moves"),
                &json!({ "type": "reopen", "reason": "She wants it after all" }),
            )
            .await
            .expect(200);
        app.pass(5);
        assert_eq!(clock(&show(&maren, &id).await, "delivery"), ("running", 15));
    }
);

on_each_database!(only_an_answer_of_ours_is_a_first_answer, |app| {
    let (priya, maren) = (app.as_("priya"), app.as_("maren"));
    let (id, _) = order(&maren).await;
    say(&maren, &id, "One more thing", "public").await;
    say(&priya, &id, "Who takes it?", "internal").await;
    assert_eq!(clock(&show(&maren, &id).await, "response").0, "running");
    say(&priya, &id, "On it", "public").await;
    assert_eq!(clock(&show(&maren, &id).await, "response").0, "met");
    // What a marketer ordered is not answered by their own word.
    let (own, _) = order(&priya).await;
    say(&priya, &own, "For Friday", "public").await;
    assert_eq!(clock(&show(&priya, &own).await, "response").0, "running");
});

on_each_database!(a_later_priority_does_not_rewrite_the_first_answer, |app| {
    let (priya, maren) = (app.as_("priya"), app.as_("maren"));
    let (id, _) = order(&maren).await;
    app.pass(180);
    say(&priya, &id, "On it", "public").await;
    priya
        .json("PATCH", &api(&id, ""), &json!({ "priority": "urgent" }))
        .await
        .expect(200);
    assert_eq!(clock(&show(&maren, &id).await, "response"), ("met", 180));
    priya
        .post(
            &api(&id, "/moves"),
            &json!({ "type": "decline", "reason": "No" }),
        )
        .await
        .expect(200);
    priya
        .json("PATCH", &api(&id, ""), &json!({ "priority": "low" }))
        .await
        .expect(409);
});

on_each_database!(
    a_review_waits_for_the_requester_and_a_no_goes_back_to_who_did_it,
    |app| {
        let (priya, maren) = (app.as_("priya"), app.as_("maren"));
        let (id, _) = order(&maren).await;
        let give = async |who: &str| {
            priya
                .json("PATCH", &api(&id, ""), &json!({ "assignee": app.id(who) }))
                .await
                .expect(200);
        };
        hand_on(&priya, &app, &id).await; // copy
        give("tomas").await;
        hand_on(&priya, &app, &id).await; // design
        give("priya").await;
        hand_on(&priya, &app, &id).await; // implement
        give("hanna").await;
        let review = hand_on(&priya, &app, &id).await;
        assert_eq!(review["phase"], "review");
        assert_eq!(review["waiting"]["kind"], "approval");
        assert_eq!(clock(&review, "delivery").0, "paused");
        // Only the requester decides, and a no needs a reason.
        let no = json!({ "approve": false, "reason": "Wrong year", "to": "design" });
        priya.post(&api(&id, "/decision"), &no).await.expect(403);
        maren
            .post(&api(&id, "/decision"), &json!({ "approve": false }))
            .await
            .expect(422);
        let back = maren
            .post(&api(&id, "/decision"), &no)
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&back["stage"], &back["waiting"]),
            (&json!("design"), &Value::Null)
        );
        assert_eq!(
            back["assignee_id"],
            app.id("priya"),
            "who designed it designs it again"
        );
        assert_eq!(clock(&back, "delivery").0, "running");
        maren
            .post(&api(&id, "/decision"), &json!({ "approve": true }))
            .await
            .expect(409);
        // The checklist of the stage starts anew.
        let blocked = priya
            .post(&api(&id, "/moves"), &json!({ "type": "forward" }))
            .await
            .expect(422);
        assert_eq!(blocked.json()["errors"].as_array().unwrap().len(), 3);
    }
);

on_each_database!(
    a_draft_shown_on_the_way_is_approved_and_the_stage_goes_on,
    |app| {
        let (priya, maren) = (app.as_("priya"), app.as_("maren"));
        let (id, _) = order(&maren).await;
        hand_on(&priya, &app, &id).await;
        priya
            .post(
                &api(&id, "/ask"),
                &json!({ "kind": "approval", "body": "Version 1" }),
            )
            .await
            .expect(200);
        // A word beside it decides nothing.
        say(&maren, &id, "Looking at it", "public").await;
        assert_eq!(show(&maren, &id).await["phase"], "waiting");
        let after = maren
            .post(&api(&id, "/decision"), &json!({ "approve": true }))
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&after["stage"], &after["phase"]),
            (&json!("copy"), &json!("active"))
        );
    }
);

async fn mentioned(app: &TestApp, id: &str) -> Vec<String> {
    let data: Vec<String> = mil_db::sql(
        "SELECT data FROM event WHERE item_id = $1 AND verb = 'comment.written' ORDER BY id DESC LIMIT 1",
    )
    .bind(id)
    .column("data", &app.app.db)
    .await
    .unwrap();
    let data: Value = serde_json::from_str(&data[0]).unwrap();
    serde_json::from_value(data["mentions"].clone()).unwrap()
}

on_each_database!(a_name_reaches_only_those_who_may_read_it, |app| {
    let (priya, maren, ivo) = (app.as_("priya"), app.as_("maren"), app.as_("ivo"));
    let (id, _) = order(&maren).await;
    app.pass(1);
    say(
        &priya,
        &id,
        "@Hanna Keller and @maren voss, look",
        "internal",
    )
    .await;
    assert_eq!(
        mentioned(&app, &id).await,
        [app.id("hanna")],
        "no requester by an internal note"
    );
    // A requester cannot let an IT partner in; whoever works on it can.
    app.pass(1);
    say(&maren, &id, "@Ivo Tanner can you help?", "public").await;
    assert!(mentioned(&app, &id).await.is_empty());
    ivo.get(&api(&id, "")).await.expect(404);
    app.pass(1);
    say(&priya, &id, "@Ivo Tanner can you help?", "internal").await;
    assert_eq!(mentioned(&app, &id).await, [app.id("ivo")]);
    ivo.get(&api(&id, "")).await.expect(200);
});

on_each_database!(comments_and_ticks_leave_open_forms_good, |app| {
    let (priya, maren) = (app.as_("priya"), app.as_("maren"));
    let (id, _) = order(&maren).await;
    let before = show(&priya, &id).await["version"].clone();
    say(&maren, &id, "Hello", "public").await;
    priya
        .post(
            &api(&id, "/checks"),
            &json!({ "check": "goal", "done": true }),
        )
        .await
        .expect(200);
    assert_eq!(show(&priya, &id).await["version"], before);
});
