//! Finding requests by their words, and never by what one may not read.

use crate::harness::TestApp;
use crate::on_each_database;
use crate::queue::order;
use serde_json::json;

async fn found(app: &TestApp, who: &str, q: &str) -> Vec<i64> {
    let q: String = q.bytes().map(|b| format!("%{b:02x}")).collect();
    let answer = app
        .as_(who)
        .get(&format!("/api/v1/search?q={q}"))
        .await
        .expect(200)
        .json();
    answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["number"].as_i64().unwrap())
        .collect()
}

on_each_database!(words_lead_to_requests_one_may_see, |app| {
    let (poster, a) = order(&app, "maren", "Lighthouse poster for Öffnungstag").await;
    let (_, b) = order(&app, "rolf", "Lighthouse flyer").await;
    let say = |body: &str, visibility: &str| json!({ "body": body, "visibility": visibility });
    let path = format!("/api/v1/requests/{poster}/comments");
    app.as_("priya")
        .post(&path, &say("The printer recommends vellum", "public"))
        .await
        .expect(201);
    app.as_("priya")
        .post(&path, &say("Budget is a catastrophe", "internal"))
        .await
        .expect(201);

    assert_eq!(
        found(&app, "priya", "lighthouse").await,
        [b, a],
        "newest first"
    );
    assert_eq!(found(&app, "maren", "lighthouse").await, [a]);
    assert_eq!(found(&app, "rolf", "lighthouse").await, [b]);
    assert_eq!(
        found(&app, "priya", "light").await,
        [b, a],
        "unfinished words"
    );
    assert_eq!(found(&app, "priya", "vellum poster").await, [a]);
    assert_eq!(found(&app, "maren", "vellum").await, [a]);
    assert_eq!(found(&app, "priya", "catastrophe").await, [a]);
    assert!(
        found(&app, "maren", "catastrophe").await.is_empty(),
        "no internal note leads a requester"
    );
    assert!(found(&app, "ivo", "lighthouse").await.is_empty());
    assert_eq!(found(&app, "priya", &a.to_string()).await[0], a);
    assert_eq!(found(&app, "priya", "öffnungstag").await, [a]);

    // A new title is found, the old one is not.
    app.as_("hanna")
        .json(
            "PATCH",
            &format!("/api/v1/requests/{poster}"),
            &json!({ "title": "Beacon" }),
        )
        .await
        .expect(200);
    assert_eq!(found(&app, "priya", "beacon").await, [a]);

    for odd in [
        "\"",
        "'",
        "AND OR NOT",
        "a\" OR 1=1 --",
        "*",
        "(",
        "NEAR(a b)",
        "\u{7f}\u{feff}",
        "public_text:x",
        "a:b & !c | d",
        "%",
        "\\",
        "🦀",
    ] {
        found(&app, "priya", odd).await;
        found(&app, "maren", odd).await;
    }
    assert_eq!(mil::search::rebuild(&app.app).await.unwrap(), 2);
    assert_eq!(found(&app, "priya", "beacon").await, [a]);
    let page = app
        .as_("priya")
        .get("/queue?q=beacon")
        .await
        .expect(200)
        .text;
    assert!(page.contains(&format!("/work/{a}")) && !page.contains(&format!("/work/{b}")));
});
