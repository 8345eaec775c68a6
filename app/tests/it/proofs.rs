//! Proof rounds: who sees one, what is said of which place, decisions about
//! exactly one file, and what a new version does to them.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use mil::proofs::prepare;
use serde_json::{Value, json};

use crate::asset_files::picture;
use crate::asset_help::{begin, id, put, send};
use crate::harness::TestApp;
use crate::notifications::inbox;
use crate::on_each_database;

/// A picture of 160 × 160 with a spot of a colour in its upper left corner.
pub fn spotted(colour: [u8; 3]) -> Vec<u8> {
    let mut image: RgbImage = picture(160, 160);
    for (x, y) in (2..10).flat_map(|x| (2..10).map(move |y| (x, y))) {
        image.put_pixel(x, y, Rgb(colour));
    }
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

pub async fn renew(app: &TestApp, asset: &str, bytes: &[u8]) {
    let priya = app.as_("priya");
    let place = begin(&priya, "next.png", bytes.len()).await;
    send(&priya, &place, 0, bytes).await.expect(204);
    let new = json!({ "upload": place.rsplit('/').next().unwrap(), "note": "Another spot" });
    priya
        .post(&format!("/api/v1/assets/{asset}/versions"), &new)
        .await
        .expect(201);
    prepare::run_due(&app.app, app.now()).await.unwrap();
}

pub async fn seen(app: &TestApp, who: &str, proof: &str) -> Value {
    let path = format!("/api/v1/proofs/{proof}");
    app.as_(who).get(&path).await.expect(200).json()
}

pub async fn decide(app: &TestApp, who: &str, proof: &str, verdict: &str, sha: &Value) -> u16 {
    let said = json!({ "verdict": verdict, "sha256": sha, "note": "Because" });
    let path = format!("/api/v1/proofs/{proof}/decisions");
    app.as_(who).post(&path, &said).await.status.as_u16()
}

pub fn standing(seen: &Value, name: &str) -> String {
    let all = seen["reviewers"].as_array().unwrap();
    let one = all.iter().find(|r| r["name"] == name).unwrap();
    one["standing"].as_str().unwrap().to_owned()
}

pub async fn start(app: &TestApp, who: &str, new: Value) -> String {
    let made = app
        .as_(who)
        .post("/api/v1/proofs", &new)
        .await
        .expect(201)
        .json();
    prepare::run_due(&app.app, app.now()).await.unwrap();
    made["id"].as_str().unwrap().to_owned()
}

on_each_database!(a_new_version_asks_again_only_whom_it_concerns, |app| {
    let more = json!({ "facts": { "audience": "agents", "name": "Poster" } });
    let asset = put(&app, "poster.png", &spotted([0, 0, 0]), more).await;
    let asset = id(&asset);
    let people = json!([app.id("hanna"), app.id("maren"), app.id("tomas")]);
    let proof = start(
        &app,
        "priya",
        json!({ "asset": asset, "reviewers": people }),
    )
    .await;

    // Maren is asked, so she sees the round and its pages, but not the asset.
    let first = seen(&app, "maren", &proof).await;
    assert_eq!(
        (first["title"].clone(), first["outcome"].clone()),
        (json!("poster.png"), json!("waiting"))
    );
    assert_eq!(first["runs"], false);
    let page = first["versions"][0]["pages"][0]
        .as_str()
        .unwrap()
        .to_owned();
    let got = app.as_("maren").get(&page).await.expect(200);
    assert_eq!(got.headers["content-type"], "image/jpeg");
    app.as_("maren")
        .get(&format!("/assets/{asset}"))
        .await
        .expect(404);
    assert_eq!(inbox(&app, "maren").await, ["proof_asked"]);
    for who in ["rolf", "pia"] {
        for path in [
            format!("/proofs/{proof}"),
            page.clone(),
            format!("/api/v1/proofs/{proof}"),
        ] {
            app.as_(who).get(&path).await.expect(404);
        }
        let said = json!({ "body": "Me too" });
        app.as_(who)
            .post(&format!("/api/v1/proofs/{proof}/comments"), &said)
            .await
            .expect(404);
    }

    // Maren means the lower right corner, Hanna the whole.
    let said = json!({ "body": "The **number** is wrong", "place": { "x": 0.9, "y": 0.9 } });
    let path = format!("/api/v1/proofs/{proof}/comments");
    app.as_("maren").post(&path, &said).await.expect(201);
    for (place, field) in [
        (json!({ "x": 1.2, "y": 0.5 }), "place.x"),
        (json!({ "page": 2, "x": 0.2, "y": 0.5 }), "page"),
    ] {
        let wrong = json!({ "body": "x", "place": place });
        let told = app.as_("maren").post(&path, &wrong).await.expect(422).text;
        assert!(told.contains(field), "{told}");
    }
    let sha = &first["sha256"];
    assert_eq!(
        decide(&app, "ivo", &proof, "approved", sha).await,
        403,
        "not asked"
    );
    assert_eq!(
        decide(&app, "maren", &proof, "approved", &json!("00")).await,
        412
    );
    for who in ["maren", "hanna"] {
        assert_eq!(decide(&app, who, &proof, "approved", sha).await, 201);
    }
    assert_eq!(decide(&app, "tomas", &proof, "changes", sha).await, 201);
    let now = seen(&app, "priya", &proof).await;
    assert_eq!(now["outcome"], "changes");
    assert!(
        inbox(&app, "priya")
            .await
            .contains(&"proof_decided".to_owned())
    );

    // A new file of the asset changes the upper left corner.
    renew(&app, asset, &spotted([255, 255, 255])).await;
    let now = seen(&app, "priya", &proof).await;
    assert_eq!(
        (now["current"].clone(), now["outcome"].clone()),
        (json!(2), json!("waiting"))
    );
    assert_eq!(standing(&now, "Maren Voss"), "carried");
    assert_eq!(standing(&now, "Hanna Keller"), "asked_again");
    assert_eq!(standing(&now, "Tomás Ferreira"), "asked_again");
    assert!(
        !inbox(&app, "maren")
            .await
            .contains(&"proof_again".to_owned())
    );
    assert!(
        inbox(&app, "hanna")
            .await
            .contains(&"proof_again".to_owned())
    );
    assert_eq!(
        decide(&app, "hanna", &proof, "approved", sha).await,
        412,
        "an old file"
    );
    for who in ["hanna", "tomas"] {
        assert_eq!(
            decide(&app, who, &proof, "approved", &now["sha256"]).await,
            201
        );
    }
    let now = seen(&app, "priya", &proof).await;
    assert_eq!(now["outcome"], "approved");
    let about: Vec<(i64, bool)> = now["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["version"].as_i64().unwrap(), d["sha256"] == *sha))
        .collect();
    assert_eq!(
        about,
        [(1, true), (1, true), (1, true), (2, false), (2, false)]
    );

    // Back to the first file: what was decided about it counts again.
    let versions = app
        .as_("priya")
        .get(&format!("/api/v1/assets/{asset}"))
        .await
        .json();
    let old = versions["versions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|v| v["number"] == 1)
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.as_("priya")
        .form(&format!("/assets/{asset}/versions/{old}/restore"), "")
        .await
        .expect(303);
    prepare::run_due(&app.app, app.now()).await.unwrap();
    let now = seen(&app, "priya", &proof).await;
    assert_eq!(
        (now["current"].clone(), now["outcome"].clone()),
        (json!(3), json!("changes"))
    );
    assert_eq!(standing(&now, "Maren Voss"), "decided");
    // Everybody is asked again by a change at the place that they meant.
    let mut corner: RgbImage = picture(160, 160);
    corner.put_pixel(150, 150, Rgb([1, 2, 3]));
    let mut bytes = Cursor::new(Vec::new());
    corner.write_to(&mut bytes, ImageFormat::Png).unwrap();
    renew(&app, asset, &bytes.into_inner()).await;
    let now = seen(&app, "priya", &proof).await;
    assert_eq!(standing(&now, "Maren Voss"), "asked_again");

    // Closed: nothing is said or decided any more, and a new file is not taken.
    app.as_("ivo")
        .json(
            "PUT",
            &format!("/api/v1/proofs/{proof}/closing"),
            &json!({}),
        )
        .await
        .expect(403);
    app.as_("priya")
        .json(
            "PUT",
            &format!("/api/v1/proofs/{proof}/closing"),
            &json!({}),
        )
        .await
        .expect(200);
    assert_eq!(
        decide(&app, "maren", &proof, "approved", &now["sha256"]).await,
        409
    );
    app.as_("maren")
        .post(&path, &json!({ "body": "Late" }))
        .await
        .expect(409);
    renew(&app, asset, &spotted([9, 9, 9])).await;
    assert_eq!(seen(&app, "priya", &proof).await["current"], 4);
});

on_each_database!(threads_go_on_until_they_are_settled, |app| {
    let asset = put(&app, "flyer.png", &spotted([0, 0, 0]), json!({})).await;
    let asset = id(&asset);
    let people = json!([app.id("maren"), app.id("rolf")]);
    let proof = start(
        &app,
        "priya",
        json!({ "asset": asset, "title": "Flyer", "reviewers": people }),
    )
    .await;
    let path = format!("/api/v1/proofs/{proof}/comments");
    let mut ids = Vec::new();
    for (who, body) in [
        ("maren", "<script>alert(1)</script> Too small"),
        ("rolf", "Wrong blue"),
    ] {
        let said = json!({ "body": body, "place": { "x": 0.25, "y": 0.5 } });
        let seen = app.as_(who).post(&path, &said).await.expect(201).json();
        let all = seen["comments"].as_array().unwrap();
        ids.push(
            all.iter().find(|c| c["body"] == body).unwrap()["id"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    app.as_("maren")
        .post(&path, &json!({ "body": " " }))
        .await
        .expect(422);
    app.as_("priya")
        .post(
            &format!("{path}/{}/replies", ids[0]),
            &json!({ "body": "By how much?" }),
        )
        .await
        .expect(201);
    assert!(
        inbox(&app, "maren")
            .await
            .contains(&"proof_reply".to_owned())
    );
    app.as_("maren")
        .post(&format!("{path}/nothing/replies"), &json!({ "body": "x" }))
        .await
        .expect(404);
    // Whoever began it settles it, or who runs the round; nobody else.
    let settle = |n: usize| format!("{path}/{}/resolution", ids[n]);
    app.as_("rolf")
        .json("PUT", &settle(0), &json!({}))
        .await
        .expect(403);
    app.as_("maren")
        .json("PUT", &settle(0), &json!({}))
        .await
        .expect(200);
    let page = app
        .as_("rolf")
        .get(&format!("/proofs/{proof}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("settled by Maren Voss") && !page.contains("<script>alert"));
    assert!(
        page.contains("href=\"#c-2\"") && !page.contains("href=\"#c-1\""),
        "settled ones have no pin"
    );

    // On the next version the open one is there, the other stays where it was.
    renew(&app, asset, &spotted([255, 0, 0])).await;
    let page = app
        .as_("rolf")
        .get(&format!("/proofs/{proof}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("from version 1") && page.contains("Wrong blue"));
    let old = app
        .as_("rolf")
        .get(&format!("/proofs/{proof}?v=1"))
        .await
        .expect(200)
        .text;
    assert!(old.contains("This is not the newest version") && !old.contains("from version 1"));
    app.as_("rolf")
        .get(&format!("/proofs/{proof}?v=3"))
        .await
        .expect(404);
    app.as_("priya")
        .json("DELETE", &settle(0), &json!({}))
        .await
        .expect(200);
    app.as_("priya")
        .json("PUT", &settle(1), &json!({}))
        .await
        .expect(200);
    let now = seen(&app, "rolf", &proof).await;
    assert_eq!(now["comments"][0]["resolved_at"], Value::Null);
    assert_eq!(now["comments"][1]["resolved_by"], "Priya Raman");
    assert_eq!(now["comments"][0]["replies"][0]["name"], "Priya Raman");

    // Comparing, in every way.
    for (how, words) in [
        ("side", "proof-side"),
        ("over", "proof-over"),
        ("difference", "proof-difference"),
    ] {
        let path = format!("/proofs/{proof}/compare?a=1&b=2&how={how}&mix=25");
        let page = app.as_("maren").get(&path).await.expect(200).text;
        assert!(
            page.contains(words) && page.contains("Something changed on page 1."),
            "{how}"
        );
    }
    app.as_("pia")
        .get(&format!("/proofs/{proof}/compare"))
        .await
        .expect(404);
    // A page of one round is not a page of another.
    let other = start(&app, "priya", json!({ "asset": asset })).await;
    let page = now["versions"][0]["pages"][0]
        .as_str()
        .unwrap()
        .replace(&proof, &other);
    app.as_("priya").get(&page).await.expect(404);
});

// Without a script the browser sends where the picture was clicked, in pixels.
on_each_database!(a_place_is_chosen_without_a_script, |app| {
    let asset = put(&app, "flyer.png", &spotted([0, 0, 0]), json!({})).await;
    let proof = start(&app, "priya", json!({ "asset": id(&asset) })).await;
    let base = format!("/proofs/{proof}");
    let get = async |query: &str| {
        app.as_("priya")
            .get(&format!("{base}?v=1&page=1{query}"))
            .await
            .expect(200)
            .text
    };
    let page = get("&at.x=200&at.y=600").await;
    assert!(
        page.contains("value=\"25.00\"") && page.contains("value=\"75.00\""),
        "{page}"
    );
    assert!(page.contains("--x:25.00%;--y:75.00%"));
    assert!(
        !get("&at.x=0&at.y=0").await.contains("value=\"0.00\""),
        "the keyboard clicks nowhere"
    );
    assert!(get("&at.x=9999&at.y=-5").await.contains("value=\"100.00\""));
    let posted = app
        .as_("priya")
        .form(
            &format!("{base}/comments"),
            "version=1&page=1&body=Here&x=25,5&y=75.00",
        )
        .await
        .expect(303);
    assert_eq!(
        posted.headers["location"],
        format!("{base}?v=1&page=1").as_str()
    );
    let now = seen(&app, "priya", &proof).await;
    assert_eq!(
        now["comments"][0]["place"],
        json!({ "page": 1, "x": 0.255, "y": 0.75 })
    );
    // What is wrong is said, and what was typed stays.
    for (form, words) in [
        ("body=Keep+me&x=25", "Give both, or none."),
        ("body=Keep+me&x=ten&y=5", "between 0 and 100"),
        ("body=&x=&y=", "Write what you want to say."),
    ] {
        let wrong = app
            .as_("priya")
            .form(
                &format!("{base}/comments"),
                &format!("version=1&page=1&{form}"),
            )
            .await
            .expect(422);
        assert!(wrong.text.contains(words), "{form}");
        assert_eq!(wrong.text.contains("Keep me"), form.contains("Keep"));
    }
    let wrong = app
        .as_("priya")
        .form(
            &format!("{base}/reviewers"),
            "person=&person-text=Nobody+At+All",
        )
        .await
        .expect(422);
    assert!(wrong.text.contains("Nobody here has this name"));
});
