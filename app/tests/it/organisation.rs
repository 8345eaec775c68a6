//! The organisation's page: name, logo and colour, and who may change them.

use axum::body::Body;
use axum::http::{Request, header};
use jiff::SignedDuration;
use mil::files::sweep;
use serde_json::{Value, json};

use crate::files::multipart;
use crate::harness::{Answer, TestApp};
use crate::on_each_database;

/// A picture of one point.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

fn settings() -> Value {
    json!({ "name": "Nordhaven", "tagline": "Marketing desk", "help_line": "Call 4711",
        "hue": 330.0, "chroma": 0.16, "lang": "de", "zone": "Europe/Oslo", "currency": "nok",
        "reopen_days": 30 })
}

async fn send_logo(app: &TestApp, who: &str, name: &str, bytes: &[u8]) -> Answer {
    let part = format!("name=\"file\"; filename=\"{name}\"");
    let request = Request::post("/admin/organisation/logo")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX");
    let body = Body::from(multipart(&[(&part, bytes)]));
    app.as_(who).send(request, body).await
}

on_each_database!(everybody_sees_what_an_administrator_changed, |app| {
    let before = app
        .as_("maren")
        .get("/api/v1/organisation")
        .await
        .expect(200);
    let tag = before.headers["etag"].to_str().unwrap().to_owned();
    let put = |tag: &str| {
        Request::put("/api/v1/organisation")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::IF_MATCH, tag)
    };
    let ada = app.as_("ada");
    app.pass(1);
    let answer = ada
        .send(put(&tag), Body::from(settings().to_string()))
        .await
        .expect(200);
    assert_eq!(answer.json()["currency"], "NOK");
    // A second change from the old state is refused.
    ada.send(put(&tag), Body::from(settings().to_string()))
        .await
        .expect(412);

    let page = app.as_("maren").get("/").await.expect(200);
    for part in ["Nordhaven", "Marketing desk", "Call 4711", "--brand-h:330"] {
        assert!(page.text.contains(part), "{part}");
    }
    let audit = ada.get("/admin/audit").await.expect(200);
    assert!(
        audit.text.contains("organisation.changed"),
        "{}",
        audit.text
    );
});

on_each_database!(only_administrators_change_it, |app| {
    for who in ["maren", "pia", "priya", "ivo", "hanna"] {
        app.as_(who).get("/admin/organisation").await.expect(403);
        app.as_(who)
            .json("PUT", "/api/v1/organisation", &settings())
            .await
            .expect(403);
        send_logo(&app, who, "logo.png", PNG).await.expect(403);
    }
    app.as_("ada").get("/admin/organisation").await.expect(200);
});

on_each_database!(bad_settings_are_refused_and_kept_in_the_form, |app| {
    let ada = app.as_("ada");
    for (field, value) in [
        ("name", json!("  ")),
        ("name", json!("n".repeat(61))),
        ("hue", json!(400.0)),
        ("hue", json!(-1)),
        ("chroma", json!(0.3)),
        ("lang", json!("xx")),
        ("zone", json!("Mars/Base")),
        ("currency", json!("euros")),
        ("reopen_days", json!(-1)),
        ("reopen_days", json!(366)),
    ] {
        let mut body = settings();
        body[field] = value.clone();
        let answer = ada
            .json("PUT", "/api/v1/organisation", &body)
            .await
            .expect(422);
        assert_eq!(answer.json()["errors"][0]["field"], field, "{value}");
    }
    // White on this green cannot be read in the dark; the error says what can.
    let mut body = settings();
    body["hue"] = json!(190.0);
    body["chroma"] = json!(0.19);
    let answer = ada
        .json("PUT", "/api/v1/organisation", &body)
        .await
        .expect(422);
    assert!(answer.text.contains("nearest hue"), "{}", answer.text);
    body["surprise"] = json!(1);
    ada.json("PUT", "/api/v1/organisation", &body)
        .await
        .expect(422);

    let form = "name=&tagline=Kept+words&help_line=&colour=blue&hue=&chroma=&lang=en&zone=Europe%2FBerlin&currency=EUR&reopen_days=14&version=";
    let page = ada.form("/admin/organisation", form).await.expect(422);
    assert!(page.text.contains("Kept words") && page.text.contains("Give a name."));
    ada.form("/admin/organisation", &form.replace("name=", "name=Here"))
        .await
        .expect(303);
    let stale = ada
        .form(
            "/admin/organisation",
            &form.replace("version=", "version=7"),
        )
        .await;
    assert!(
        stale.status == 409 || stale.status == 422,
        "{}",
        stale.status
    );
});

on_each_database!(a_logo_is_shown_to_all_and_survives_the_sweep, |app| {
    send_logo(&app, "ada", "logo.png", PNG).await.expect(303);
    let shown = app.as_("ada").get("/api/v1/organisation").await.expect(200);
    let path = shown.json()["logo"].as_str().unwrap().to_owned();
    let page = app.nobody().get("/sign-in").await.expect(200);
    assert!(page.text.contains(&path), "the sign-in page shows it");

    app.pass(60 * 24 * 40);
    sweep::run(&app.app, app.now() + SignedDuration::from_hours(1))
        .await
        .unwrap();
    let logo = app.nobody().get(&path).await.expect(200);
    assert_eq!(logo.headers["content-type"], "image/png");
    assert!(
        logo.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    assert!(
        logo.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("sandbox")
    );

    // Only the logo is public, and only what really is a picture becomes one.
    app.nobody()
        .get(&format!("/logo/{}", "0".repeat(64)))
        .await
        .expect(404);
    app.nobody().get("/logo/..%2Fmil.sqlite").await.expect(404);
    for (name, bytes) in [
        (
            "logo.png",
            &b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"[..],
        ),
        ("logo.png", b"GIF89a"),
        ("logo.png", b""),
    ] {
        send_logo(&app, "ada", name, bytes).await.expect(422);
    }
    let large = [PNG, &vec![0; 1_000_001][..]].concat();
    send_logo(&app, "ada", "logo.png", &large).await.expect(422);
    app.nobody().get(&path).await.expect(200);

    app.as_("ada")
        .form("/admin/organisation/logo/remove", "")
        .await
        .expect(303);
    app.nobody().get(&path).await.expect(404);
});
