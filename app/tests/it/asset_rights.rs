//! The asset library: rights, versions, forms without a script.

use axum::http::header;
use mil::assets::render::job;
use serde_json::{Value, json};

use crate::asset_files::{jpeg, png, svg};
use crate::asset_help::{begin, detail, id, put, send};
use crate::files::post_parts;
use crate::on_each_database;

on_each_database!(rights_open_and_close_downloads, |app| {
    let made = put(
        &app,
        "Students.png",
        &png(64, 48),
        json!({ "facts": { "people": "some" } }),
    )
    .await;
    let id = id(&made);
    let priya = app.as_("priya");
    let set = async |rights: Value| {
        priya
            .json(
                "PATCH",
                &format!("/api/v1/assets/{id}"),
                &json!({ "rights": rights }),
            )
            .await
            .expect(200);
    };
    let take = async |preset: &str, more: Value| {
        let mut body = json!({ "preset": preset });
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        app.as_("maren")
            .post(&format!("/api/v1/assets/{id}/downloads"), &body)
            .await
    };
    // The day of the test is 23 November 2026.
    for (rights, preset, more, status, words) in [
        (json!({ "licence": "own" }), "web", json!({}), 201, ""),
        (
            json!({ "licence": "unknown" }),
            "web",
            json!({}),
            403,
            "Nobody has checked",
        ),
        (
            json!({ "licence": "own", "consent": "withdrawn" }),
            "web",
            json!({}),
            403,
            "have not agreed",
        ),
        (
            json!({ "licence": "own", "expires_on": "2026-11-23" }),
            "web",
            json!({}),
            201,
            "",
        ),
        (
            json!({ "licence": "own", "expires_on": "2026-11-22" }),
            "web",
            json!({}),
            403,
            "ended on",
        ),
        (
            json!({ "licence": "own", "embargo_until": "2026-11-24" }),
            "web",
            json!({}),
            403,
            "not be used before",
        ),
        (
            json!({ "licence": "own", "channels": ["print"] }),
            "web",
            json!({}),
            403,
            "may not be used for Web",
        ),
        (
            json!({ "licence": "own", "channels": ["print"] }),
            "print",
            json!({}),
            201,
            "",
        ),
        (
            json!({ "licence": "own", "territories": ["DE", "AT"] }),
            "web",
            json!({ "territory": "FR" }),
            403,
            "not be used in FR",
        ),
        (
            json!({ "licence": "own", "territories": ["DE", "AT"] }),
            "web",
            json!({ "territory": "at" }),
            201,
            "",
        ),
    ] {
        set(rights.clone()).await;
        let answer = take(preset, more).await.expect(status);
        assert!(answer.text.contains(words), "{rights}: {}", answer.text);
        // The list says the same as the rule, on this database too.
        let state = detail(&app, "maren", id).await["asset"]["rights_state"]
            .as_str()
            .unwrap()
            .to_owned();
        let found = app
            .as_("maren")
            .get(&format!("/api/v1/assets?rights={state}"))
            .await
            .expect(200)
            .json();
        assert_eq!(found["total"], 1, "{rights} is {state}");
    }
    // A page says why, and how to ask.
    set(json!({ "licence": "bought", "expires_on": "2026-11-22" })).await;
    let page = app
        .as_("maren")
        .get(&format!("/assets/{id}"))
        .await
        .expect(200);
    assert!(
        page.text.contains("The right to use this ended on") && page.text.contains("Ask for it")
    );
    let whom = app
        .as_("maren")
        .form(&format!("/assets/{id}/downloads"), "preset=web")
        .await
        .expect(403);
    assert!(whom.text.contains("ended on"));
    // Not by who only looks, not over somebody else's change.
    for who in ["maren", "ivo"] {
        let change = json!({ "rights": { "licence": "own" } });
        app.as_(who)
            .json("PATCH", &format!("/api/v1/assets/{id}"), &change)
            .await
            .expect(403);
    }
    let stale = json!({ "rights": { "licence": "own" }, "version": 1 });
    priya
        .json("PATCH", &format!("/api/v1/assets/{id}"), &stale)
        .await
        .expect(412);
    let wrong = json!({ "rights": { "embargo_until": "2026-12-02", "expires_on": "2026-12-01" } });
    priya
        .json("PATCH", &format!("/api/v1/assets/{id}"), &wrong)
        .await
        .expect(422);
});

on_each_database!(the_same_bytes_are_found_and_versions_kept, |app| {
    let first = png(80, 60);
    let made = put(&app, "a.png", &first, json!({})).await;
    let id = id(&made);
    let priya = app.as_("priya");
    let upload = async |name: &str, bytes: &[u8]| {
        let place = begin(&priya, name, bytes.len()).await;
        send(&priya, &place, 0, bytes).await.expect(204);
        place.rsplit('/').next().unwrap().to_owned()
    };
    let again = upload("copy.png", &first).await;
    let refused = priya
        .post("/api/v1/assets", &json!({ "upload": again }))
        .await
        .expect(409);
    assert!(
        refused.text.contains("We have this already: a.png"),
        "{}",
        refused.text
    );
    let path = format!("/api/v1/assets/{id}/versions");
    priya
        .post(&path, &json!({ "upload": again }))
        .await
        .expect(422);
    let second = upload(
        "b.svg",
        svg("<rect width='9' height='9' fill='red'/>").as_bytes(),
    )
    .await;
    priya
        .post(&path, &json!({ "upload": second, "note": "Now sharp" }))
        .await
        .expect(201);
    job::run_due(&app.app, app.now()).await.unwrap();
    let seen = detail(&app, "priya", id).await;
    assert_eq!(seen["versions"].as_array().unwrap().len(), 2);
    assert_eq!(seen["asset"]["format"], "SVG");
    // The first one, made current again, is a third.
    let old = seen["versions"][1]["id"].as_str().unwrap();
    priya
        .form(&format!("/assets/{id}/versions/{old}/restore"), "")
        .await
        .expect(303);
    let seen = detail(&app, "priya", id).await;
    assert_eq!(
        (
            &seen["asset"]["current"]["number"],
            &seen["asset"]["format"]
        ),
        (&json!(3), &json!("PNG"))
    );
    // A smaller copy of the same picture looks alike; another one does not.
    let picture = image::load_from_memory(&jpeg(900, 600, None, false)).unwrap();
    let mut small = std::io::Cursor::new(Vec::new());
    picture
        .thumbnail(300, 200)
        .write_to(&mut small, image::ImageFormat::Png)
        .unwrap();
    let large = put(&app, "large.jpg", &jpeg(900, 600, None, false), json!({})).await;
    let copy = put(&app, "small.png", &small.into_inner(), json!({})).await;
    let near = detail(&app, "priya", self::id(&copy)).await["alike"].clone();
    let near = near.as_array().unwrap();
    assert!(near.contains(&large["id"]));
    // Another picture is no look-alike.
    let other = put(
        &app,
        "other.svg",
        svg("<circle cx='20' cy='30' r='18' fill='navy'/>").as_bytes(),
        json!({}),
    )
    .await;
    assert!(!near.contains(&other["id"]));
    let its = detail(&app, "priya", self::id(&other)).await["alike"].clone();
    assert_eq!(its, json!([]));
});

on_each_database!(a_form_adds_files_without_a_script, |app| {
    let priya = app.as_("priya");
    let parts: [(&str, &[u8]); 5] = [
        ("name=\"files\"; filename=\"Logo_white.png\"", &png(40, 30)),
        (
            "name=\"files\"; filename=\"Sea.jpg\"",
            &jpeg(60, 40, None, false),
        ),
        ("name=\"tags\"", b"new, Coast"),
        ("name=\"audience\"", b"everyone"),
        ("name=\"licence\"", b"own"),
    ];
    let sent = post_parts(&priya, "/assets/new", &parts).await.expect(303);
    let to = sent.headers[header::LOCATION].to_str().unwrap().to_owned();
    assert!(to.starts_with("/assets/added?new="), "{to}");
    priya.get(&to).await.expect(200);
    job::run_due(&app.app, app.now()).await.unwrap();
    let all = app
        .as_("maren")
        .get("/api/v1/assets?tag=coast")
        .await
        .expect(200)
        .json();
    assert_eq!(all["total"], 2);
    let logo = app
        .as_("maren")
        .get("/api/v1/assets?kind=logo")
        .await
        .json();
    assert_eq!(logo["items"][0]["name"], "Logo white");
    // Nothing chosen: said so, and what was typed is kept.
    let none = post_parts(&priya, "/assets/new", &[("name=\"campaign\"", b"Spring")])
        .await
        .expect(422);
    assert!(none.text.contains("Choose a file first.") && none.text.contains("Spring"));
    assert_eq!(
        mil::files::store::count_loose(&app.app.db, &app.actor("priya").await)
            .await
            .unwrap(),
        0
    );
    // The same again makes nothing new.
    let again = post_parts(&priya, "/assets/new", &parts).await.expect(303);
    assert!(
        again.headers[header::LOCATION]
            .to_str()
            .unwrap()
            .starts_with("/assets/added?new=&known=")
    );

    // Change both at once, and take it back.
    let ids: Vec<&str> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["id"].as_str().unwrap())
        .collect();
    let form = format!("ids={}&ids={}&deed=tag&tag=Winter", ids[0], ids[1]);
    let done = priya.form("/assets/bulk", &form).await.expect(303);
    let cookie = done.headers["set-cookie"].to_str().unwrap().to_owned();
    let undo = cookie.split(['=', '.']).nth(1).unwrap().to_owned();
    assert_eq!(
        app.as_("maren")
            .get("/api/v1/assets?tag=winter")
            .await
            .json()["total"],
        2
    );
    priya.form(&format!("/undo/{undo}"), "").await.expect(303);
    assert_eq!(
        app.as_("maren")
            .get("/api/v1/assets?tag=winter")
            .await
            .json()["total"],
        0
    );
    for (form, status) in [
        ("deed=tag&tag=x", 422),
        ("ids=nothing&deed=tag&tag=x", 404),
        ("ids=a&deed=fly", 422),
    ] {
        priya.form("/assets/bulk", form).await.expect(status);
    }
});
