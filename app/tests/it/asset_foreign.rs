//! What somebody does not find in the library they cannot reach by its id either,
//! whichever way they try.

use axum::http::header;
use jiff::SignedDuration;
use serde_json::json;

use crate::asset_files::png;
use crate::asset_help::{detail, id, put};
use crate::on_each_database;

on_each_database!(an_asset_that_one_does_not_see_is_reached_by_no_way, |app| {
    let open = put(&app, "Open.png", &png(90, 60), json!({})).await;
    let inside = put(
        &app,
        "Zeppelin.png",
        &png(60, 90),
        json!({ "facts": { "audience": "agents", "description": "Quagmire" } }),
    )
    .await;
    let hidden = id(&inside);
    let maren = app.as_("maren");
    for path in [
        format!("/assets/{hidden}"),
        format!("/assets/{hidden}/picture/thumb"),
        format!("/assets/{hidden}/picture/preview"),
        format!("/api/v1/assets/{hidden}"),
        format!("/assets/{hidden}/../{hidden}"),
    ] {
        let answer = maren.get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text.contains("Zeppelin"), "{path}");
    }
    for (path, body) in [
        (
            format!("/api/v1/assets/{hidden}/downloads"),
            json!({ "preset": "web" }),
        ),
        (
            "/api/v1/assets/zip".to_owned(),
            json!({ "ids": [id(&open), hidden] }),
        ),
        (
            "/api/v1/proofs".to_owned(),
            json!({ "asset": hidden, "reviewers": [] }),
        ),
    ] {
        let answer = maren.post(&path, &body).await;
        assert!(
            matches!(answer.status.as_u16(), 403 | 404),
            "{path}: {}",
            answer.status
        );
        assert!(!answer.text.contains("Zeppelin"), "{path}");
    }
    // Not by searching, suggesting, or looking for what is alike.
    for path in [
        "/search?q=zeppelin",
        "/search?q=zeppelln",
        "/search?q=quagmire",
        "/search/suggest?q=zepp",
        "/api/v1/search?q=zeppelin",
        "/assets?q=zeppelin",
        "/api/v1/assets?q=quagmire",
        "/palette?q=zeppelin",
    ] {
        let answer = maren.get(path).await;
        let told = answer
            .text
            .replace("zeppelin", "")
            .replace("zeppelln", "")
            .replace("quagmire", "");
        assert!(!told.to_lowercase().contains("zeppelin"), "{path}");
        assert!(!answer.text.contains(hidden), "{path}");
    }
    let seen = detail(&app, "maren", id(&open)).await;
    assert!(!seen.to_string().contains(hidden));
    // Nor by the hash of its bytes: no address takes one.
    let sha = inside["current"]["sha256"].as_str().unwrap();
    for path in [
        "/assets/",
        "/files/",
        "/api/v1/assets/",
        "/api/v1/files/",
        "/assets/downloads/",
        "/article-images/",
        "/brand/files/",
        "/brand/picture/",
    ] {
        assert!(
            matches!(
                maren.get(&format!("{path}{sha}")).await.status.as_u16(),
                404 | 405
            ),
            "{path}"
        );
    }
    // An agent who may not change it puts it nowhere.
    let ivo = app.as_("ivo");
    for (path, body) in [
        (
            format!("/api/v1/assets/{hidden}/shares"),
            json!({ "label": "x", "days": 1 }),
        ),
        (
            format!("/api/v1/assets/{hidden}/uses"),
            json!({ "kind": "campaign", "label": "x" }),
        ),
        (
            "/api/v1/assets/bulk".to_owned(),
            json!({ "deed": "tag", "ids": [hidden], "tag": "x" }),
        ),
    ] {
        ivo.post(&path, &body).await.expect(403);
    }
});

on_each_database!(a_ticket_is_its_owners_and_ends, |app| {
    let made = put(&app, "Open.png", &png(90, 60), json!({})).await;
    let take = format!("/api/v1/assets/{}/downloads", id(&made));
    let ticket = app
        .as_("maren")
        .post(&take, &json!({ "preset": "web" }))
        .await
        .expect(201)
        .json();
    let href = ticket["href"].as_str().unwrap();
    let bytes = app.as_("maren").get(href).await.expect(200);
    assert!(
        bytes.headers[header::CONTENT_DISPOSITION]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    app.as_("rolf").get(href).await.expect(404);
    assert_ne!(app.nobody().get(href).await.status, 200);
    // Nor as one of the brand page or of a link.
    let ticket_id = ticket["id"].as_str().unwrap();
    app.nobody()
        .get(&format!("/brand/files/{ticket_id}"))
        .await
        .expect(404);
    app.nobody()
        .get(&format!("/s/share_x/files/{ticket_id}"))
        .await
        .expect(404);
    app.app.clock.advance(SignedDuration::from_mins(61));
    app.as_("maren").get(href).await.expect(404);
    // Before an embargo ends there is none, by whatever size or way.
    app.as_("priya")
        .json(
            "PATCH",
            &format!("/api/v1/assets/{}", id(&made)),
            &json!({ "rights": { "licence": "own", "embargo_until": "2199-01-01" } }),
        )
        .await
        .expect(200);
    for preset in [
        "web", "square", "print", "thumb", "preview", "svg", "original",
    ] {
        let answer = app
            .as_("maren")
            .post(&take, &json!({ "preset": preset }))
            .await;
        assert!(
            matches!(answer.status.as_u16(), 403 | 404),
            "{preset}: {}",
            answer.status
        );
    }
    app.as_("maren")
        .post("/api/v1/assets/zip", &json!({ "ids": [id(&made)] }))
        .await
        .expect(403);
});

on_each_database!(guesses_at_links_are_counted_and_tell_nothing, |app| {
    let outside = app.nobody();
    let mut last = 0;
    for n in 0..60 {
        let answer = outside.get(&format!("/s/share_{n:064x}")).await;
        last = answer.status.as_u16();
        assert!(matches!(last, 404 | 429), "{last}");
    }
    assert_eq!(last, 429, "after forty guesses the address has to wait");
});
