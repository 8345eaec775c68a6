//! Escalations: at the right working minute, and exactly once.

use jiff::Timestamp;
use mil::work::wake::run_due;
use serde_json::json;

use crate::desk_help::{api, count, order, show};
use crate::harness::TestApp;
use crate::on_each_database;

fn set(app: &TestApp, at: &str) -> Timestamp {
    let at = at.parse().unwrap();
    app.app.clock.set(at);
    at
}

async fn fired(app: &TestApp, at: &str) -> usize {
    let now = set(app, at);
    run_due(&app.app, now).await.unwrap()
}

on_each_database!(two_runners_fire_each_share_once, |app| {
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(order(&app.as_("maren")).await.0);
    }
    // The first answer is due after four hours, at 14:00 in Berlin.
    assert_eq!(fired(&app, "2026-11-23T12:59:00Z").await, 0);
    let now = set(&app, "2026-11-23T13:00:00Z");
    let (a, b) = tokio::join!(run_due(&app.app, now), run_due(&app.app, now));
    assert_eq!(a.unwrap() + b.unwrap(), 5);
    for id in &ids {
        assert_eq!(count(&app, id, "promise.escalated").await, 1);
    }
    assert_eq!(fired(&app, "2026-11-23T15:59:00Z").await, 0);
});

on_each_database!(
    nobody_is_told_out_of_hours_or_an_hour_off_after_the_clocks_change,
    |app| {
        // Friday, 16:00 in Berlin; clocks go forward on Sunday, 29 March.
        set(&app, "2026-03-27T15:00:00Z");
        let (id, _) = order(&app.as_("maren")).await;
        // One hour on Friday and three on Monday: 12:00 summer time.
        for at in [
            "2026-03-27T16:00:00Z",
            "2026-03-28T10:00:00Z",
            "2026-03-29T03:00:00Z",
            "2026-03-30T09:59:00Z",
        ] {
            assert_eq!(fired(&app, at).await, 0, "{at}");
        }
        assert_eq!(fired(&app, "2026-03-30T10:00:00Z").await, 1);
        // Three quarters of 24 hours: 1 + 8 + 8 + 1, Wednesday at 10:00.
        assert_eq!(fired(&app, "2026-04-01T07:59:00Z").await, 0);
        assert_eq!(fired(&app, "2026-04-01T08:00:00Z").await, 1);
        assert_eq!(count(&app, &id, "promise.escalated").await, 2);
    }
);

on_each_database!(
    a_change_of_priority_moves_what_has_not_fired_and_repeats_nothing,
    |app| {
        let priya = app.as_("priya");
        let (id, _) = order(&app.as_("maren")).await;
        // Six and a half hours used; three quarters of the urgent target are six.
        set(&app, "2026-11-23T15:30:00Z");
        priya
            .json("PATCH", &api(&id, ""), &json!({ "priority": "urgent" }))
            .await
            .expect(200);
        assert_eq!(
            fired(&app, "2026-11-23T15:31:00Z").await,
            2,
            "answer 100 %, delivery 75 %"
        );
        // Lower again: the shares that were told are not told twice.
        priya
            .json("PATCH", &api(&id, ""), &json!({ "priority": "low" }))
            .await
            .expect(200);
        assert_eq!(
            fired(&app, "2026-11-30T15:00:00Z").await,
            1,
            "delivery 100 % of 40 hours"
        );
        assert_eq!(fired(&app, "2026-12-30T15:00:00Z").await, 0);
        assert_eq!(count(&app, &id, "promise.escalated").await, 3);
    }
);

on_each_database!(what_waits_or_has_ended_does_not_escalate, |app| {
    let (priya, maren) = (app.as_("priya"), app.as_("maren"));
    let (asked, _) = order(&maren).await;
    let (declined, _) = order(&maren).await;
    let (merged, _) = order(&maren).await;
    let (kept, _) = order(&maren).await;
    priya
        .post(
            &api(&asked, "/ask"),
            &json!({ "kind": "answer", "body": "Which page?" }),
        )
        .await
        .expect(200);
    priya
        .post(
            &api(&declined, "/moves"),
            &json!({ "type": "decline", "reason": "No" }),
        )
        .await
        .expect(200);
    priya
        .post(&api(&merged, "/merge"), &json!({ "into": kept }))
        .await
        .expect(200);
    fired(&app, "2026-12-30T15:00:00Z").await;
    for id in [&asked, &declined, &merged] {
        assert_eq!(count(&app, id, "promise.escalated").await, 0);
    }
    assert_eq!(count(&app, &kept, "promise.escalated").await, 3);
});

on_each_database!(an_escalation_leaves_open_forms_good, |app| {
    let (id, _) = order(&app.as_("maren")).await;
    let before = show(&app.as_("priya"), &id).await["version"].clone();
    assert_eq!(fired(&app, "2026-11-23T13:00:00Z").await, 1);
    assert_eq!(show(&app.as_("priya"), &id).await["version"], before);
});
