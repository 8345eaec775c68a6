//! Sizes of one's own, and the library's API for several assets and for links.

use axum::http::header;
use jiff::SignedDuration;
use mil::assets::render::job;
use mil_db::sql;
use serde_json::{Value, json};

use crate::asset_files::{jpeg, png, zip};
use crate::asset_help::{begin, detail, id, put, send};
use crate::harness::{Client, TestApp};
use crate::on_each_database;

fn header_size() -> Value {
    json!({ "name": "Newsletter header", "channel": "web", "width": 60, "height": 20, "fit": "crop", "format": "jpeg" })
}

fn offer<'a>(detail: &'a Value, preset: &str) -> Option<&'a Value> {
    let offers = detail["offers"].as_array().unwrap();
    offers.iter().find(|o| o["preset"] == preset)
}

async fn made(app: &TestApp) {
    app.app.clock.advance(SignedDuration::from_secs(60));
    job::run_due(&app.app, app.now()).await.unwrap();
}

async fn whole(client: &Client<'_>, name: &str, bytes: &[u8]) -> String {
    let place = begin(client, name, bytes.len()).await;
    send(client, &place, 0, bytes).await.expect(204);
    place.rsplit('/').next().unwrap().to_owned()
}

on_each_database!(
    a_new_size_is_made_of_what_is_there_and_of_what_comes,
    |app| {
        let ada = app.as_("ada");
        let old = put(&app, "Old.png", &png(200, 100), json!({})).await;
        let before = detail(&app, "maren", id(&old)).await;
        let size = ada
            .post("/api/v1/asset-sizes", &header_size())
            .await
            .expect(201)
            .json();
        assert_eq!(size["key"], "newsletter-header");
        assert_eq!(size["quality"], 85);
        // Behind whatever is new: the job of an upload goes first.
        let place = whole(&app.as_("priya"), "New.png", &png(300, 150)).await;
        app.as_("priya")
            .post(
                "/api/v1/assets",
                &json!({ "upload": place, "rights": { "licence": "own" } }),
            )
            .await
            .expect(201);
        assert!(job::run_next(&app.app, app.now()).await.unwrap());
        let waiting = ada.get("/api/v1/asset-sizes").await.expect(200).json();
        assert_eq!(waiting["waiting"], 1, "the old picture still waits");
        made(&app).await;
        let after = detail(&app, "maren", id(&old)).await;
        let new = offer(&after, "newsletter-header").expect("the new size is offered");
        assert_eq!((&new["width"], &new["height"]), (&json!(60), &json!(20)));
        assert_eq!(
            (&new["label"], &new["format"]),
            (&json!("Newsletter header"), &json!("JPEG"))
        );
        // Everything else is as it was.
        for preset in ["web", "square", "slides"] {
            assert_eq!(offer(&before, preset), offer(&after, preset), "{preset}");
        }
        let taken = app
            .as_("maren")
            .post(
                &format!("/api/v1/assets/{}/downloads", id(&old)),
                &json!({ "preset": "newsletter-header" }),
            )
            .await
            .expect(201)
            .json();
        let bytes = app
            .as_("maren")
            .get(taken["href"].as_str().unwrap())
            .await
            .expect(200);
        assert_eq!(bytes.headers[header::CONTENT_TYPE], "image/jpeg");
        assert!(
            bytes.headers[header::CONTENT_DISPOSITION]
                .to_str()
                .unwrap()
                .contains("Old.png-newsletter-header.jpg")
        );

        // Changed: the former is offered until the new one is there.
        let mut other = header_size();
        other["width"] = json!(40);
        other["version"] = json!(1);
        ada.json("PUT", "/api/v1/asset-sizes/newsletter-header", &other)
            .await
            .expect(200);
        let during = detail(&app, "maren", id(&old)).await;
        assert_eq!(offer(&during, "newsletter-header").unwrap()["width"], 60);
        made(&app).await;
        let after = detail(&app, "maren", id(&old)).await;
        assert_eq!(offer(&after, "newsletter-header").unwrap()["width"], 40);
        // Two at once: the second is told.
        ada.json("PUT", "/api/v1/asset-sizes/newsletter-header", &other)
            .await
            .expect(412);
        // A new name alone is no work.
        other["name"] = json!("Mail header");
        other["version"] = json!(2);
        ada.json("PUT", "/api/v1/asset-sizes/newsletter-header", &other)
            .await
            .expect(200);
        let sizes = ada.get("/api/v1/asset-sizes").await.expect(200).json();
        assert_eq!(sizes["waiting"], 0);

        // Removed: offered no longer, and the key never means something else.
        ada.json(
            "DELETE",
            "/api/v1/asset-sizes/newsletter-header",
            &json!({}),
        )
        .await
        .expect(204);
        let after = detail(&app, "maren", id(&old)).await;
        assert!(offer(&after, "newsletter-header").is_none());
        let again = ada
            .post("/api/v1/asset-sizes", &header_size())
            .await
            .expect(201)
            .json();
        assert_eq!(again["key"], "newsletter-header-2");
    }
);

on_each_database!(a_change_while_a_picture_is_at_work_is_not_lost, |app| {
    let old = put(&app, "Old.png", &png(200, 100), json!({})).await;
    let ada = app.as_("ada");
    ada.post("/api/v1/asset-sizes", &header_size())
        .await
        .expect(201);
    // Somebody claimed the job, and then the size changes.
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE asset_job SET lease = 'theirs', leased_until = $1")
        .bind((app.now() + SignedDuration::from_mins(3)).as_microsecond())
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    app.app.clock.advance(SignedDuration::from_secs(1));
    let mut other = header_size();
    other["width"] = json!(40);
    ada.json("PUT", "/api/v1/asset-sizes/newsletter-header", &other)
        .await
        .expect(200);
    made(&app).await;
    let after = detail(&app, "maren", id(&old)).await;
    assert_eq!(offer(&after, "newsletter-header").unwrap()["width"], 40);
});

on_each_database!(sizes_are_the_administrators_and_bounded, |app| {
    for who in ["maren", "priya", "hanna", "ivo"] {
        app.as_(who)
            .post("/api/v1/asset-sizes", &header_size())
            .await
            .expect(403);
        app.as_(who).get("/admin/sizes").await.expect(403);
    }
    let ada = app.as_("ada");
    for (field, value) in [
        ("width", json!(6001)),
        ("height", json!(1)),
        ("quality", json!(0)),
        ("name", json!(" ")),
    ] {
        let mut wrong = header_size();
        wrong[field] = value;
        let said = ada
            .post("/api/v1/asset-sizes", &wrong)
            .await
            .expect(422)
            .json();
        assert_eq!(said["errors"][0]["field"], field);
    }
    // Those that come with the library are not changed or removed.
    for key in ["web", "thumb", "print", "nothing"] {
        let place = format!("/api/v1/asset-sizes/{key}");
        ada.json("PUT", &place, &header_size()).await.expect(404);
        ada.json("DELETE", &place, &json!({})).await.expect(404);
        ada.get(&format!("/admin/sizes/{key}")).await.expect(404);
    }
    // By the page; what was typed is kept.
    let typed =
        "name=Story&channel=social&width=1080px&height=1920&fit=crop&format=auto&quality=85";
    let back = ada.form("/admin/sizes/new", typed).await.expect(422);
    assert!(
        back.text.contains("1080px")
            && back
                .text
                .contains("Give a number of pixels from 16 to 6000.")
    );
    ada.form("/admin/sizes/new", &typed.replace("1080px", "1080"))
        .await
        .expect(303);
    let page = ada.get("/admin/sizes").await.expect(200);
    assert!(page.text.contains("Story") && page.text.contains("1080 × 1920"));
    let one = ada.get("/admin/sizes/story").await.expect(200);
    assert!(one.text.contains("value=\"1920\""));
    ada.form(
        "/admin/sizes/story",
        &format!("{}&version=1", typed.replace("1080px", "900")),
    )
    .await
    .expect(303);
    // From a page that is out of date: both are shown, and nothing is lost.
    let stale = ada
        .form(
            "/admin/sizes/story",
            &format!("{}&version=1", typed.replace("1080px", "800")),
        )
        .await
        .expect(412);
    assert!(stale.text.contains("value=\"800\"") && stale.text.contains("900"));
    for n in 1..20 {
        let mut more = header_size();
        more["name"] = json!(format!("Size {n}"));
        ada.post("/api/v1/asset-sizes", &more).await.expect(201);
    }
    ada.post("/api/v1/asset-sizes", &header_size())
        .await
        .expect(409);
    ada.form("/admin/sizes/story/remove", "").await.expect(303);
    ada.get("/admin/sizes/story").await.expect(404);
});

on_each_database!(links_are_made_and_ended_by_the_api, |app| {
    let priya = app.as_("priya");
    let asset = put(
        &app,
        "Press.jpg",
        &jpeg(90, 60, None, false),
        json!({ "facts": { "audience": "agents" } }),
    )
    .await;
    let place = format!("/api/v1/assets/{}/shares", id(&asset));
    let wanted = json!({ "label": "The Gazette", "days": 3, "password": "lighthouse-22" });
    let made = priya.post(&place, &wanted).await.expect(201);
    assert_eq!(made.headers[header::CACHE_CONTROL], "no-store");
    let made = made.json();
    let href = made["href"].as_str().unwrap();
    let path = &href[href.find("/s/").unwrap()..];
    assert!(
        app.nobody()
            .get(path)
            .await
            .expect(200)
            .text
            .contains("password")
    );
    // The secret and the password are told never again.
    let list = priya.get(&place).await.expect(200);
    let secret = path.rsplit('/').next().unwrap();
    assert!(!list.text.contains(secret) && !list.text.contains("lighthouse"));
    assert_eq!(list.json()["items"][0]["password"], true);
    // Who only looks makes none; what one does not see has none.
    app.as_("ivo").post(&place, &wanted).await.expect(403);
    app.as_("ivo").get(&place).await.expect(403);
    app.as_("maren").post(&place, &wanted).await.expect(403);
    priya
        .post("/api/v1/assets/nothing/shares", &wanted)
        .await
        .expect(404);
    let share = made["share"]["id"].as_str().unwrap();
    app.as_("ivo")
        .json(
            "DELETE",
            &format!("/api/v1/asset-shares/{share}"),
            &json!({}),
        )
        .await
        .expect(403);
    priya
        .json(
            "DELETE",
            &format!("/api/v1/asset-shares/{share}"),
            &json!({}),
        )
        .await
        .expect(204);
    app.nobody().get(path).await.expect(404);
    assert_eq!(
        priya.get(&place).await.expect(200).json()["items"][0]["open"],
        false
    );
});

on_each_database!(several_assets_are_changed_and_taken_by_the_api, |app| {
    let priya = app.as_("priya");
    let open = put(&app, "Open.png", &png(90, 60), json!({})).await;
    let inside = put(
        &app,
        "Inside.png",
        &png(60, 90),
        json!({ "facts": { "audience": "agents" } }),
    )
    .await;
    let both = json!([id(&open), id(&inside)]);
    let done = priya
        .post(
            "/api/v1/assets/bulk",
            &json!({ "deed": "tag", "ids": both, "tag": "Open day" }),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(done["changed"], 2);
    assert_eq!(
        detail(&app, "priya", id(&inside)).await["asset"]["tags"],
        json!(["open day"])
    );
    // All or none: one that is not there leaves the others as they were.
    priya
        .post(
            "/api/v1/assets/bulk",
            &json!({ "deed": "untag", "ids": [id(&open), "nothing"], "tag": "open day" }),
        )
        .await
        .expect(404);
    assert_eq!(
        detail(&app, "priya", id(&open)).await["asset"]["tags"],
        json!(["open day"])
    );
    for who in ["maren", "ivo"] {
        app.as_(who)
            .post(
                "/api/v1/assets/bulk",
                &json!({ "deed": "tag", "ids": both, "tag": "x" }),
            )
            .await
            .expect(403);
    }
    priya
        .post(
            "/api/v1/assets/bulk",
            &json!({ "deed": "burn", "ids": both }),
        )
        .await
        .expect(422);

    // As a ZIP: only what the reader may see, and each counts as taken.
    let packed = app
        .as_("maren")
        .post(
            "/api/v1/assets/zip",
            &json!({ "ids": [id(&open)], "preset": "web" }),
        )
        .await
        .expect(200);
    assert_eq!(packed.headers[header::CONTENT_TYPE], "application/zip");
    assert_eq!(
        detail(&app, "maren", id(&open)).await["asset"]["downloads"],
        1
    );
    app.as_("maren")
        .post("/api/v1/assets/zip", &json!({ "ids": both }))
        .await
        .expect(404);
});

on_each_database!(a_zip_becomes_assets_by_the_api, |app| {
    let priya = app.as_("priya");
    put(&app, "Known.png", &png(50, 50), json!({})).await;
    let packed = zip(&[
        ("../../etc/passwd.png", &png(30, 20)),
        ("known.png", &png(50, 50)),
        ("__MACOSX/x", b"trace"),
        ("C:\\Windows\\evil.svg", br#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>"#),
    ]);
    let upload = whole(&priya, "all.zip", &packed).await;
    app.as_("ivo")
        .post("/api/v1/assets/unzip", &json!({ "upload": upload }))
        .await
        .expect(403);
    app.as_("hanna")
        .post("/api/v1/assets/unzip", &json!({ "upload": upload }))
        .await
        .expect(404);
    let became = priya
        .post(
            "/api/v1/assets/unzip",
            &json!({ "upload": upload, "rights": { "licence": "own" } }),
        )
        .await
        .expect(201)
        .json();
    assert_eq!(became["made"].as_array().unwrap().len(), 2);
    assert_eq!(became["known"], json!(["known.png"]));
    assert_eq!(became["skipped"].as_array().unwrap().len(), 1);
    made(&app).await;
    for made in became["made"].as_array().unwrap() {
        let seen = detail(&app, "priya", made.as_str().unwrap()).await;
        let name = seen["asset"]["current"]["name"].as_str().unwrap();
        assert!(["passwd.png", "evil.svg"].contains(&name), "{name}");
    }
    // The upload is used up.
    priya
        .post("/api/v1/assets/unzip", &json!({ "upload": upload }))
        .await
        .expect(404);
    // What is no ZIP says so and stays.
    let no = whole(&priya, "no.zip", b"PK, not really").await;
    priya
        .post("/api/v1/assets/unzip", &json!({ "upload": no }))
        .await
        .expect(422);
    priya
        .get(&format!("/api/v1/asset-uploads/{no}"))
        .await
        .expect(200);
    let half = begin(&priya, "half.zip", 100).await;
    let half = half.rsplit('/').next().unwrap();
    priya
        .post("/api/v1/assets/unzip", &json!({ "upload": half }))
        .await
        .expect(422);
});
