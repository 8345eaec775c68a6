//! Links, merging and its undo, and another service.

use mil_db::sql;
use serde_json::{Value, json};

use crate::desk_help::{api, count, hand_on, order, order_of, say, show};
use crate::harness::TestApp;
use crate::on_each_database;

async fn links(app: &TestApp, who: &str, id: &str) -> Vec<(String, i64)> {
    let list = app
        .as_(who)
        .get(&api(id, "/links"))
        .await
        .expect(200)
        .json();
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| {
            (
                l["kind"].as_str().unwrap().to_owned(),
                l["number"].as_i64().unwrap(),
            )
        })
        .collect()
}

on_each_database!(a_link_stands_on_both_sides_for_those_who_see_both, |app| {
    let (priya, maren) = (app.as_("priya"), app.as_("maren"));
    let (a, a_number) = order(&maren).await;
    let (b, b_number) = order(&app.as_("rolf")).await;
    let to = json!({ "kind": "blocks", "to": b_number.to_string() });
    priya.post(&api(&a, "/links"), &to).await.expect(201);
    assert_eq!(
        links(&app, "priya", &a).await,
        [("blocks".to_owned(), b_number)]
    );
    assert_eq!(
        links(&app, "priya", &b).await,
        [("blocked_by".to_owned(), a_number)]
    );
    assert!(
        links(&app, "maren", &a).await.is_empty(),
        "she may not see the other"
    );
    // Not twice, not the other way round, not to itself, not to what is not there.
    priya.post(&api(&a, "/links"), &to).await.expect(409);
    priya
        .post(&api(&b, "/links"), &json!({ "kind": "blocks", "to": a }))
        .await
        .expect(409);
    priya
        .post(&api(&a, "/links"), &json!({ "kind": "relates", "to": a }))
        .await
        .expect(422);
    priya
        .post(
            &api(&a, "/links"),
            &json!({ "kind": "relates", "to": "9999" }),
        )
        .await
        .expect(422);
    maren.post(&api(&a, "/links"), &to).await.expect(403);
    app.as_("rolf")
        .post(&api(&a, "/links"), &to)
        .await
        .expect(404);
    // Gone from either side.
    let path = format!("{}/blocked_by/{a}", api(&b, "/links"));
    priya.json("DELETE", &path, &json!({})).await.expect(204);
    priya.json("DELETE", &path, &json!({})).await.expect(404);
    assert!(links(&app, "priya", &a).await.is_empty());
});

/// Everything a merge touches, to compare.
async fn state(app: &TestApp, id: &str) -> Value {
    let all = |text: &'static str| {
        let (db, id) = (app.app.db.clone(), id.to_owned());
        async move {
            let rows: Vec<String> = sql(text).bind(id).column("x", &db).await.unwrap();
            rows
        }
    };
    json!({
        "item": all("SELECT stage || phase || promise || COALESCE(waiting, '-') || COALESCE(merged_into_id, '-')
            || deliver_by || COALESCE(closed_at, 0) || COALESCE(wake_at, 0) AS x FROM work_item WHERE id = $1").await,
        "comments": all("SELECT id || body || visibility AS x FROM comment WHERE item_id = $1 ORDER BY id").await,
        "files": all("SELECT id || COALESCE(field, '-') AS x FROM attachment WHERE item_id = $1 ORDER BY id").await,
        "watchers": all("SELECT person_id AS x FROM watcher WHERE item_id = $1 ORDER BY person_id").await,
        "visits": all("SELECT stage || entered_at || COALESCE(left_at, 0) || COALESCE(worked, 0) AS x
            FROM stage_visit WHERE item_id = $1 ORDER BY id").await,
    })
}

on_each_database!(two_become_one_and_two_again, |app| {
    let (priya, maren, rolf) = (app.as_("priya"), app.as_("maren"), app.as_("rolf"));
    let (gone, gone_number) = order(&rolf).await;
    let (kept, _) = order(&maren).await;
    hand_on(&priya, &app, &gone).await;
    say(&rolf, &gone, "From Rolf", "public").await;
    say(&priya, &gone, "Same as Maren's", "internal").await;
    priya
        .post(
            &api(&gone, "/watchers"),
            &json!({ "person": app.id("hanna") }),
        )
        .await
        .expect(204);
    app.pass(20);
    let before = (state(&app, &gone).await, state(&app, &kept).await);

    let merged = priya
        .post(&api(&gone, "/merge"), &json!({ "into": kept }))
        .await
        .expect(200)
        .json();
    assert_eq!(merged["request"]["id"], kept.as_str());
    let closed = show(&rolf, &gone).await;
    assert_eq!(
        (&closed["phase"], &closed["merged_into_id"]),
        (&json!("declined"), &json!(kept))
    );
    assert_eq!(closed["promise"]["delivery"]["state"], "met");
    // Rolf follows the other one now and reads what is public there, and no more.
    let read = rolf.get(&api(&kept, "/comments")).await.expect(200).json();
    assert_eq!(
        read["items"].as_array().unwrap().len(),
        1,
        "his own; the note is not for him"
    );
    let told = rolf.get(&api(&gone, "/comments")).await.expect(200).text;
    assert!(told.contains("goes on as number"), "{told}");
    // Nothing goes on with it.
    for (path, body) in [
        ("/comments", json!({ "body": "x", "visibility": "public" })),
        ("/moves", json!({ "type": "reopen", "reason": "x" })),
        ("/merge", json!({ "into": kept })),
    ] {
        priya.post(&api(&gone, path), &body).await.expect(409);
    }
    let page = priya
        .get(&format!("/work/{gone_number}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("This goes on as"), "{page}");

    let undo = format!("/api/v1/undo/{}", merged["undo"].as_str().unwrap());
    app.as_("tomas").post(&undo, &json!({})).await.expect(404);
    priya.post(&undo, &json!({})).await.expect(200);
    assert_eq!((state(&app, &gone).await, state(&app, &kept).await), before);
    rolf.get(&api(&kept, "")).await.expect(404);
    assert_eq!(count(&app, &gone, "request.unmerged").await, 1);
    // Once is enough.
    priya.post(&undo, &json!({})).await.expect(409);
});

on_each_database!(a_merge_is_not_undone_over_later_changes, |app| {
    let (priya, maren) = (app.as_("priya"), app.as_("maren"));
    let (gone, _) = order(&maren).await;
    let (kept, _) = order(&maren).await;
    let merged = priya
        .post(&api(&gone, "/merge"), &json!({ "into": kept }))
        .await
        .expect(200)
        .json();
    hand_on(&priya, &app, &kept).await;
    let undo = format!("/api/v1/undo/{}", merged["undo"].as_str().unwrap());
    priya.post(&undo, &json!({})).await.expect(409);
    // The record is not used up by having been refused.
    assert_eq!(show(&priya, &gone).await["merged_into_id"], kept.as_str());
});

on_each_database!(merging_into_itself_closed_or_chained_is_refused, |app| {
    let (priya, maren) = (app.as_("priya"), app.as_("maren"));
    let (a, _) = order(&maren).await;
    let (b, _) = order(&maren).await;
    let (c, _) = order(&maren).await;
    let merge = async |from: &str, into: &str, status: u16| {
        priya
            .post(&api(from, "/merge"), &json!({ "into": into }))
            .await
            .expect(status);
    };
    merge(&a, &a, 422).await;
    merge(&a, "nothing", 422).await;
    merge(&a, &b, 200).await;
    merge(&c, &a, 422).await; // a is gone
    merge(&b, &c, 409).await; // a lives in b
    priya
        .post(
            &api(&c, "/moves"),
            &json!({ "type": "decline", "reason": "No" }),
        )
        .await
        .expect(200);
    merge(&b, &c, 422).await; // closed
    maren
        .post(&api(&b, "/merge"), &json!({ "into": c }))
        .await
        .expect(403);
    app.as_("rolf")
        .post(&api(&b, "/merge"), &json!({ "into": c }))
        .await
        .expect(404);
});

on_each_database!(
    another_service_keeps_what_fits_and_counts_from_the_same_start,
    |app| {
        let (priya, maren) = (app.as_("priya"), app.as_("maren"));
        let (id, _) = order_of(
            &maren,
            "create-a-pdf",
            json!({ "subject": "Study guide", "text": "Rough notes", "pages": 12 }),
        )
        .await;
        hand_on(&priya, &app, &id).await;
        app.pass(60);
        let to = json!({ "service": "update-a-web-page" });
        maren.post(&api(&id, "/service"), &to).await.expect(403);
        let after = priya
            .post(&api(&id, "/service"), &to)
            .await
            .expect(200)
            .json();
        assert_eq!(after["service"], "update-a-web-page");
        assert_eq!(after["stage"], "copy", "the stage of the same key");
        assert_eq!(
            after["answers"],
            json!({ "subject": { "text": "Study guide" } })
        );
        assert_eq!(after["promise"]["delivery"]["used_minutes"], 60);
        let events = priya.get(&api(&id, "/events")).await.expect(200).json();
        let change = events["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|e| e["verb"] == "request.service_changed")
            .unwrap()
            .clone();
        assert_eq!(change["data"]["dropped"]["text"]["text"], "Rough notes");
        priya.post(&api(&id, "/service"), &to).await.expect(422);
        priya
            .post(&api(&id, "/service"), &json!({ "service": "no-such" }))
            .await
            .expect(422);
    }
);
