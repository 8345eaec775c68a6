//! Other programs order by a request to a secret address.

use axum::body::Body;
use axum::http::{Request, header};
use mil::webhooks::rules::sign;
use serde_json::{Value, json};

use crate::harness::{Answer, TestApp};
use crate::on_each_database;

fn wanted(more: Value) -> Value {
    let mut all = json!({ "name": "Contact form", "service": "company-logo",
        "requester": "maren@nordhaven.example",
        "mapping": { "title": "{subject|A logo}", "priority": "{urgency}", "requester": "{from}",
            "once": "{id}", "fields": { "use": "{where}", "format": "{format|png}" } } });
    let map = all.as_object_mut().unwrap();
    map.extend(more.as_object().unwrap().clone());
    all
}

/// An address: its id, path and secret.
async fn hook(app: &TestApp, more: Value) -> (String, String, String) {
    let made = app.as_("ada").post("/api/v1/incoming", &wanted(more)).await;
    let made = made.expect(201).json();
    let url = made["url"].as_str().unwrap();
    let path = &url[url.find("/hooks/").unwrap()..];
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    (
        text(&made["hook"]["id"]),
        path.to_owned(),
        text(&made["secret"]),
    )
}

/// An address with a call that was refused.
pub async fn one(app: &TestApp) -> (String, String) {
    let all = app
        .as_("ada")
        .get("/api/v1/incoming")
        .await
        .expect(200)
        .json();
    for old in all["items"].as_array().unwrap() {
        let path = format!("/api/v1/incoming/{}", old["id"].as_str().unwrap());
        app.as_("ada")
            .json("DELETE", &path, &json!({}))
            .await
            .expect(204);
    }
    let (id, path, _) = hook(app, json!({})).await;
    post(app, &path, &json!({ "format": "cdr" }).to_string(), &[])
        .await
        .expect(422);
    let call = calls(app, &id).await[0]["id"].as_str().unwrap().to_owned();
    (id, call)
}

async fn post(app: &TestApp, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.nobody()
        .send(request, Body::from(body.to_owned()))
        .await
}

async fn calls(app: &TestApp, id: &str) -> Vec<Value> {
    let path = format!("/api/v1/incoming/{id}/calls");
    let all = app.as_("ada").get(&path).await.expect(200).json();
    all["items"].as_array().unwrap().clone()
}

on_each_database!(what_a_program_sends_is_ordered_once, |app| {
    let (id, path, _) = hook(&app, json!({})).await;
    let sent = json!({ "id": 7, "subject": "Logo for the fair", "where": "Slides",
        "urgency": "high", "from": "rolf@nordhaven.example" })
    .to_string();
    let first = post(&app, &path, &sent, &[]).await.expect(201).json();
    let number = first["number"].as_i64().unwrap();
    let item = app
        .as_("ada")
        .get(&format!("/api/v1/requests/{number}"))
        .await;
    let item = item.expect(200).json();
    assert_eq!(item["title"], "Logo for the fair");
    assert_eq!(item["priority"], "high");
    assert_eq!(item["requester_id"], app.id("rolf"));
    // The same again is the same request.
    let again = post(&app, &path, &sent, &[]).await.expect(200).json();
    assert_eq!(
        (again["number"].as_i64(), &again["repeated"]),
        (Some(number), &json!(true))
    );
    // Somebody unknown: for whom the address says. A form works too.
    let form =
        Request::post(&path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let body = Body::from("id=8&where=Web&from=stranger%40example.com");
    let other = app.nobody().send(form, body).await.expect(201).json();
    let path_of = format!("/api/v1/requests/{}", other["number"]);
    let item = app.as_("ada").get(&path_of).await.expect(200).json();
    assert_eq!(item["title"], "A logo");
    assert_eq!(item["requester_id"], app.id("maren"));
    let states: Vec<Value> = calls(&app, &id)
        .await
        .iter()
        .map(|c| c["state"].clone())
        .collect();
    assert_eq!(states, ["made", "repeated", "made"]);
});

on_each_database!(what_does_not_fit_is_kept_and_tried_again, |app| {
    let (id, path, _) = hook(&app, json!({})).await;
    let bad = json!({ "id": 1, "where": "Slides", "format": "cdr" }).to_string();
    let said = post(&app, &path, &bad, &[]).await.expect(422).json();
    assert_eq!(said["errors"][0]["field"], "format", "{said}");
    post(&app, &path, "{", &[]).await.expect(400);
    let kept = calls(&app, &id).await;
    assert_eq!(kept[0]["reason"], "body");
    assert_eq!(kept[1]["reason"], "mapping");
    assert_eq!(kept[1]["errors"][0]["field"], "format");
    let ada = app.as_("ada");
    let again = |call: &Value| {
        format!(
            "/api/v1/incoming/{id}/calls/{}/again",
            call["id"].as_str().unwrap()
        )
    };
    ada.post(&again(&kept[0]), &json!({})).await.expect(409);
    ada.post(&again(&kept[1]), &json!({})).await.expect(422);
    // The mapping is mended: the call makes its request after all, once.
    let mut mended = wanted(json!({}));
    mended["mapping"]["fields"]["format"] = json!("png");
    ada.json("PUT", &format!("/api/v1/incoming/{id}"), &mended)
        .await
        .expect(200);
    let taken = ada
        .post(&again(&kept[1]), &json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(taken["state"], "made");
    assert!(taken["request"].as_i64().is_some());
    ada.post(&again(&kept[1]), &json!({})).await.expect(409);
    // Wrong settings are said by field, and nothing is lost on the page.
    for (more, field) in [
        (json!({ "name": "" }), "name"),
        (json!({ "service": "nothing" }), "service"),
        (json!({ "requester": "nobody@example.com" }), "requester"),
        (json!({ "proof": "body" }), "header"),
        (json!({ "per_minute": 0 }), "per_minute"),
        (json!({ "mapping": { "fields": { "odd": "x" } } }), "fields"),
    ] {
        let wrong = ada
            .post("/api/v1/incoming", &wanted(more))
            .await
            .expect(422)
            .json();
        assert_eq!(wrong["errors"][0]["field"], field, "{wrong}");
    }
    let page = ada
        .form(
            "/admin/incoming/new",
            "name=Shop&service=&requester=&proof=none",
        )
        .await
        .expect(422)
        .text;
    assert!(page.contains("Shop") && page.contains("Choose what is ordered."));
});

on_each_database!(only_who_knows_the_secret_orders, |app| {
    let body = json!({ "where": "Slides" }).to_string();
    let (id, path, secret) = hook(&app, json!({ "proof": "stamped" })).await;
    post(&app, &path, &body, &[]).await.expect(403);
    let now = app.now().as_second();
    let signed =
        |at: i64, secret: &str| (at.to_string(), format!("v1={}", sign(secret, at, &body)));
    for (at, key, status) in [
        (now, secret.as_str(), 201),
        (now - 301, secret.as_str(), 403),
        (now, "another", 403),
    ] {
        let (stamp, signature) = signed(at, key);
        let headers = [
            ("mil-timestamp", stamp.as_str()),
            ("mil-signature", signature.as_str()),
        ];
        post(&app, &path, &body, &headers).await.expect(status);
    }
    // What was not proven is not kept.
    assert!(
        calls(&app, &id)
            .await
            .iter()
            .filter(|c| c["reason"] == "signature")
            .all(|c| c["body"] == "")
    );

    // Switched off, changed or removed, an address is as if it had never been.
    let (id, path, _) = hook(&app, json!({})).await;
    let ada = app.as_("ada");
    ada.form(&format!("/admin/incoming/{id}/state"), "to=off")
        .await
        .expect(303);
    let off = post(&app, &path, &body, &[]).await.expect(404).text;
    let never = post(&app, "/hooks/mil_in_never", &body, &[])
        .await
        .expect(404)
        .text;
    let without = |text: &str| {
        text.split("request_id")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(without(&off), without(&never));
    ada.form(&format!("/admin/incoming/{id}/state"), "to=on")
        .await
        .expect(303);
    post(&app, &path, &body, &[]).await.expect(201);
    ada.form(&format!("/admin/incoming/{id}/rotate"), "")
        .await
        .expect(200);
    post(&app, &path, &body, &[]).await.expect(404);

    // More than the limit is turned away, and told when to come again.
    let (_, path, _) = hook(&app, json!({ "per_minute": 1 })).await;
    for _ in 0..15 {
        post(&app, &path, &body, &[]).await.expect(201);
    }
    let answer = post(&app, &path, &body, &[]).await.expect(429);
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    app.pass(16);
    post(&app, &path, &body, &[]).await.expect(201);
});
