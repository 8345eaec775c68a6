//! The asset library: in, prepared, found, taken, and who may.

use axum::body::Body;
use axum::http::Request;
use jiff::SignedDuration;
use mil_db::sql;
use serde_json::{Value, json};

use crate::asset_files::jpeg;
use crate::asset_help::{base64, begin, detail, id, put, send};
use crate::on_each_database;

fn presets(detail: &Value) -> Vec<&str> {
    detail["offers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| o["preset"].as_str().unwrap())
        .collect()
}

on_each_database!(an_upload_goes_on_where_it_stopped, |app| {
    let priya = app.as_("priya");
    let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n % 253) as u8).collect();
    let place = begin(&priya, "film.mp4", bytes.len()).await;
    let first = send(&priya, &place, 0, &bytes[..40_000]).await.expect(204);
    assert_eq!(first.headers["upload-offset"], "40000");
    // Not from the beginning, and not with a gap.
    for wrong in [0, 50_000] {
        send(&priya, &place, wrong, b"x").await.expect(409);
    }
    let asked = priya
        .send(Request::head(&place), Body::empty())
        .await
        .expect(200);
    assert_eq!(asked.headers["upload-offset"], "40000");
    assert_eq!(asked.headers["upload-length"], "100000");
    assert_eq!(asked.headers["cache-control"], "no-store");
    // Not whole yet, so no asset.
    let upload = place.rsplit('/').next().unwrap();
    let refused = priya
        .post("/api/v1/assets", &json!({ "upload": upload }))
        .await
        .expect(422);
    assert_eq!(refused.json()["errors"][0]["field"], "upload");
    // With a wrong checksum nothing is kept.
    let sum = |text: &str| {
        Request::patch(&place)
            .header("upload-offset", 40_000)
            .header("content-type", "application/offset+octet-stream")
            .header("upload-checksum", text)
    };
    let bad = format!("sha256 {}", base64(&[0; 32]));
    priya
        .send(sum(&bad), Body::from(bytes[40_000..].to_vec()))
        .await
        .expect(460);
    priya
        .send(sum("md5 AAAA"), Body::from("x"))
        .await
        .expect(400);
    assert_eq!(
        priya.get(&place).await.expect(200).json()["received"],
        40_000
    );
    // More than was said is refused, and what was there stays.
    send(&priya, &place, 40_000, &vec![0; 60_001])
        .await
        .expect(413);
    let last = send(&priya, &place, 40_000, &bytes[40_000..])
        .await
        .expect(204);
    assert_eq!(last.headers["upload-offset"], "100000");
    let whole = priya.get(&place).await.expect(200).json();
    let stored = app.app.blobs.put(&bytes).await.unwrap();
    assert_eq!(whole["sha256"], stored.sha.as_str());

    // Somebody else's is not there; who only looks begins none.
    app.as_("tomas").get(&place).await.expect(404);
    send(&app.as_("tomas"), &place, 100_000, b"")
        .await
        .expect(404);
    for who in ["maren", "ivo"] {
        app.as_(who)
            .send(
                Request::post("/api/v1/asset-uploads").header("upload-length", 5),
                Body::empty(),
            )
            .await
            .expect(403);
    }
    priya
        .send(
            Request::post("/api/v1/asset-uploads").header("upload-length", 300_000_000),
            Body::empty(),
        )
        .await
        .expect(413);
    // Given up, and forgotten ones are swept with their bytes.
    let gone = begin(&priya, "a.png", 10).await;
    send(&priya, &gone, 0, b"12345").await.expect(204);
    priya.json("DELETE", &gone, &json!({})).await.expect(204);
    priya.get(&gone).await.expect(404);
    let old = begin(&priya, "b.png", 10).await;
    send(&priya, &old, 0, b"12345").await.expect(204);
    app.app.clock.advance(SignedDuration::from_hours(49));
    assert_eq!(
        mil::assets::upload::sweep(&app.app, app.now())
            .await
            .unwrap(),
        1
    );
    priya.get(&old).await.expect(404);
    assert!(app.app.blobs.resumable().await.unwrap().is_empty());
});

on_each_database!(a_crash_between_moving_and_saying_so_is_mended, |app| {
    let priya = app.as_("priya");
    let place = begin(&priya, "a.bin", 6).await;
    send(&priya, &place, 0, b"abcdef").await.expect(204);
    // As if the program had died after the file was moved into place.
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE asset_upload SET sha256 = NULL")
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let again = send(&priya, &place, 6, b"").await.expect(204);
    assert_eq!(again.headers["upload-offset"], "6");
    assert!(priya.get(&place).await.json()["sha256"].is_string());
});

on_each_database!(a_picture_is_prepared_found_and_taken, |app| {
    let bytes = jpeg(1200, 800, Some(1), true);
    let made = put(
        &app,
        "Lighthouse.jpg",
        &bytes,
        json!({ "facts": { "tags": ["Coast", "sea"], "campaign": "Open day" } }),
    )
    .await;
    let id = id(&made);
    let seen = detail(&app, "maren", id).await;
    assert_eq!(seen["asset"]["current"]["width"], 1200);
    assert_eq!(seen["asset"]["orientation"], "landscape");
    assert_eq!(seen["asset"]["tags"], json!(["coast", "sea"]));
    // The original, which says where it was taken, is for those who work here.
    assert_eq!(presets(&seen), ["slides", "web", "square", "print"]);
    assert_eq!(seen["asset"]["current"]["meta"], json!([]));
    let inside = detail(&app, "tomas", id).await;
    assert!(presets(&inside).contains(&"original"));
    assert!(
        inside["asset"]["current"]["meta"]
            .to_string()
            .contains("Place"),
        "{inside}"
    );

    // Taken, counted, and without what the camera wrote.
    let path = format!("/api/v1/assets/{id}/downloads");
    for preset in ["web", "print", "square", "slides"] {
        let ticket = app
            .as_("maren")
            .post(&path, &json!({ "preset": preset }))
            .await
            .expect(201)
            .json();
        let href = ticket["href"].as_str().unwrap().to_owned();
        let got = app.as_("maren").get(&href).await.expect(200);
        assert_eq!(got.headers["content-type"], "image/jpeg");
        assert!(
            got.headers["content-disposition"]
                .to_str()
                .unwrap()
                .starts_with("attachment")
        );
        assert!(
            !got.text.contains("Exif") && !got.text.contains("Luca"),
            "{preset} tells more than its picture"
        );
        let part = app
            .as_("maren")
            .send(
                Request::get(&href).header("range", "bytes=0-1"),
                Body::empty(),
            )
            .await
            .expect(206);
        assert_eq!(part.headers["content-length"], "2");
        // A ticket is its holder's, for an hour.
        app.as_("rolf").get(&href).await.expect(404);
        if preset == "slides" {
            app.pass(61);
            app.as_("maren").get(&href).await.expect(404);
        }
    }
    app.as_("maren")
        .post(&path, &json!({ "preset": "original" }))
        .await
        .expect(404);
    let ticket = app
        .as_("priya")
        .post(&path, &json!({ "preset": "original" }))
        .await
        .expect(201)
        .json();
    let got = app
        .as_("priya")
        .get(ticket["href"].as_str().unwrap())
        .await
        .expect(200);
    assert!(got.text.contains("Exif"));
    assert_eq!(detail(&app, "maren", id).await["asset"]["downloads"], 5);
    let logged: i64 = sql("SELECT COUNT(*) AS n FROM event WHERE verb = 'asset.downloaded'")
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(logged, 5);

    // Found by words and facets; not by others.
    for (query, n) in [
        ("q=light", 1),
        ("q=coa%20open", 1),
        ("q=ight", 0),
        ("kind=photo", 1),
        ("kind=logo", 0),
        ("tag=sea", 1),
        ("campaign=Open%20day", 1),
        ("format=JPEG", 1),
        ("orientation=portrait", 0),
        ("rights=free", 1),
        ("rights=expired", 0),
    ] {
        let found = app
            .as_("maren")
            .get(&format!("/api/v1/assets?{query}"))
            .await
            .expect(200)
            .json();
        assert_eq!(found["total"], n, "{query}");
    }
    app.as_("pia")
        .get(&format!("/api/v1/assets/{id}"))
        .await
        .expect(404);
    app.as_("pia")
        .get(&format!("/assets/{id}/picture/thumb"))
        .await
        .expect(404);
    // Pages of both frames hold it.
    for who in ["maren", "priya", "hanna", "ivo"] {
        for path in [
            "/assets".to_owned(),
            "/assets?view=list".to_owned(),
            format!("/assets/{id}"),
        ] {
            let page = app.as_(who).get(&path).await.expect(200);
            assert!(page.text.contains("Lighthouse.jpg"), "{path} as {who}");
        }
    }
});

on_each_database!(pictures_stand_the_right_way_up, |app| {
    // Red above blue on the left, as one is to see it, stored in each of eight ways.
    for turn in 1..=8 {
        let bytes = jpeg(160, 120, Some(turn), false);
        let made = put(&app, &format!("turn{turn}.jpg"), &bytes, json!({})).await;
        let seen = detail(&app, "priya", id(&made)).await;
        assert_eq!(
            (
                seen["asset"]["current"]["width"].as_i64(),
                seen["asset"]["current"]["height"].as_i64()
            ),
            (Some(160), Some(120)),
            "{turn}"
        );
        for size in ["thumb", "preview"] {
            let path = format!("/assets/{}/picture/{size}", id(&made));
            let sha = app.as_("priya").get(&path).await.expect(200).headers["etag"]
                .to_str()
                .unwrap()
                .trim_matches('"')
                .to_owned();
            let reader = app
                .app
                .blobs
                .open(&mil_blob::Sha::parse(&sha).unwrap(), 0, None)
                .await
                .unwrap();
            let picture = image::load_from_memory(&reader.all().await.unwrap())
                .unwrap()
                .into_rgb8();
            let at = |x: u32, y: u32| {
                let p = picture.get_pixel(x * picture.width() / 160, y * picture.height() / 120);
                (p[0] > 128, p[1] > 128, p[2] > 128)
            };
            assert_eq!(
                at(20, 15),
                (true, false, false),
                "orientation {turn}, {size}: red stands at the upper left"
            );
            assert_eq!(
                at(140, 15),
                (false, true, false),
                "orientation {turn}, {size}: green at the upper right"
            );
            assert_eq!(
                at(20, 105),
                (false, false, true),
                "orientation {turn}, {size}: blue at the lower left"
            );
        }
    }
});
