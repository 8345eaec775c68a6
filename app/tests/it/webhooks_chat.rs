//! Webhooks that speak to people: messages for chat programs.

use serde_json::json;

use crate::desk_help::api;
use crate::on_each_database;
use crate::webhook_sink::Sink;
use crate::webhooks::{order, send};

on_each_database!(chat_programs_get_a_sentence_with_a_link, |app| {
    let sink = Sink::start().await;
    let wanted = |path: &str, look: &str| {
        json!({ "name": path, "address": sink.address(path), "look": look,
            "events": ["request.ordered", "comment.written"] })
    };
    let ada = app.as_("ada");
    for look in ["slack", "teams", "mattermost"] {
        let made = wanted(&format!("/{look}"), look);
        let made = ada.post("/api/v1/webhooks", &made).await.expect(201).json();
        assert_eq!(made["look"], look);
    }
    ada.post("/api/v1/webhooks", &wanted("/x", "telex"))
        .await
        .expect(422);
    let item = order(&app, "A logo <!channel> [x](https://evil.example)").await;
    let secret = json!({ "body": "Between us", "visibility": "public" });
    let path = api(&item, "/comments");
    app.as_("priya").post(&path, &secret).await.expect(201);
    send(&app).await;
    for (path, said) in [
        (
            "/slack",
            "|#1001 A logo &lt;!channel&gt; [x](https://evil.example)>",
        ),
        ("/mattermost", "\\[x\\]\\(https://evil.example\\)]("),
        ("/teams", "AdaptiveCard"),
    ] {
        let got = sink.got(path);
        assert_eq!(got.len(), 2, "{path}");
        let first = &got[0].body;
        let text = match first["text"].as_str() {
            Some(text) => text.to_owned(),
            None => first.to_string(),
        };
        assert!(text.contains(said), "{path}: {text}");
        assert!(
            text.contains("Maren") && text.contains("/work/1001"),
            "{text}"
        );
        assert!(
            !got[1].raw.contains("Between us"),
            "what people write stays here"
        );
    }
});
