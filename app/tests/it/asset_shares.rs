//! The asset library towards the outside: links, the brand page, ZIP, and
//! owners who hear that rights end.

use std::io::{Cursor, Read};

use axum::body::Body;
use axum::http::{Request, header};
use mil::assets::render::job;
use mil::assets::watch;
use mil_db::sql;
use serde_json::json;

use crate::asset_files::{png, zip};
use crate::asset_help::put;
use crate::files::post_parts;
use crate::harness::TestApp;
use crate::on_each_database;

/// Make a link as Priya; answers its path.
async fn link(app: &TestApp, asset: &str, form: &str) -> String {
    let made = app
        .as_("priya")
        .form(&format!("/assets/{asset}/share"), form)
        .await
        .expect(200);
    let (_, rest) = made
        .text
        .split_once("/s/share_")
        .expect("the link is shown");
    format!("/s/share_{}", rest.split('<').next().unwrap())
}

on_each_database!(a_link_with_a_password_opens_for_outsiders, |app| {
    let made = put(
        &app,
        "Press photo.png",
        &png(90, 60),
        json!({ "facts": { "audience": "agents" } }),
    )
    .await;
    let id = made["id"].as_str().unwrap();
    let outside = app.nobody();
    let path = link(
        &app,
        id,
        "label=The+Gazette&days=3&password=lighthouse-22&most_downloads=2",
    )
    .await;
    // Only a hash is kept.
    let kept: Vec<String> = sql("SELECT token_hash FROM asset_share")
        .column("token_hash", &app.app.db)
        .await
        .unwrap();
    assert!(!path.contains(&kept[0]));

    let asked = outside.get(&path).await.expect(200);
    assert!(asked.text.contains("password") && !asked.text.contains("Press photo"));
    let wrong = outside.form(&path, "password=guess").await.expect(422);
    assert!(wrong.text.contains("That is not the password"));
    let take = format!("asset={id}&preset=web");
    outside
        .form(&format!("{path}/take"), &take)
        .await
        .expect(404);
    outside
        .get(&format!("{path}/picture/{id}"))
        .await
        .expect(404);
    let opened = outside
        .form(&path, "password=lighthouse-22")
        .await
        .expect(303);
    let cookie = opened.headers["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let with =
        |request: axum::http::request::Builder| request.header(header::COOKIE, cookie.clone());
    let page = outside
        .send(with(Request::get(&path)), Body::empty())
        .await
        .expect(200);
    assert!(page.text.contains("Press photo.png") && page.text.contains("The Gazette"));
    outside
        .send(
            with(Request::get(format!("{path}/picture/{id}"))),
            Body::empty(),
        )
        .await
        .expect(200);
    let post = |what: &str| {
        let request = Request::post(format!("{path}/take"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        (with(request), Body::from(what.to_owned()))
    };
    for n in 0..3 {
        let (request, body) = post(&take);
        let answer = outside.send(request, body).await;
        if n == 2 {
            assert!(answer.expect(403).text.contains("as often as it may be"));
            break;
        }
        let to = answer.expect(303).headers[header::LOCATION]
            .to_str()
            .unwrap()
            .to_owned();
        let got = outside
            .send(with(Request::get(&to)), Body::empty())
            .await
            .expect(200);
        assert_eq!(got.headers["content-type"], "image/jpeg");
        // Not without the password, even with the ticket.
        outside.get(&to).await.expect(404);
    }
    // The original is not part of it, nor any other asset.
    let other = put(
        &app,
        "Secret.png",
        &png(33, 44),
        json!({ "facts": { "audience": "agents" } }),
    )
    .await;
    let (request, body) = post(&format!(
        "asset={}&preset=web",
        other["id"].as_str().unwrap()
    ));
    outside.send(request, body).await.expect(404);
    let (request, body) = post(&format!("asset={id}&preset=original"));
    let refused = outside.send(request, body).await.status.as_u16();
    assert!(matches!(refused, 403 | 404), "{refused}");
    let log = app
        .as_("priya")
        .get(&format!("/assets/{id}/share"))
        .await
        .expect(200);
    assert!(log.text.contains("2 downloads") && log.text.contains("Who took what"));

    // It ends by itself, and answers then like one that never was.
    let open = link(&app, id, "label=Printer&days=2").await;
    outside.get(&open).await.expect(200);
    app.pass(2 * 24 * 60 + 1);
    let ended = outside.get(&open).await.expect(404);
    let never = outside.get("/s/share_never").await.expect(404);
    assert_eq!(ended.text, never.text);
    // Guesses are counted.
    let mut last = 404;
    for n in 0..50 {
        last = outside.get(&format!("/s/share_{n}")).await.status.as_u16();
    }
    assert_eq!(last, 429);
    for (form, field) in [
        ("label=&days=3", "whom"),
        ("label=x&days=0", "days"),
        ("label=x&days=3&password=short", "characters"),
    ] {
        let refused = app
            .as_("priya")
            .form(&format!("/assets/{id}/share"), form)
            .await
            .expect(422);
        assert!(refused.text.contains(field), "{form}");
    }
    for who in ["maren", "ivo"] {
        app.as_(who)
            .form(&format!("/assets/{id}/share"), "label=x&days=3")
            .await
            .expect(403);
    }
});

on_each_database!(an_end_by_hand_and_by_rights, |app| {
    let made = put(&app, "Logo.png", &png(70, 40), json!({})).await;
    let id = made["id"].as_str().unwrap();
    let path = link(&app, id, "label=Agency&days=30").await;
    let rights = json!({ "rights": { "licence": "own", "expires_on": "2026-11-22" } });
    app.as_("priya")
        .json("PATCH", &format!("/api/v1/assets/{id}"), &rights)
        .await
        .expect(200);
    let page = app.nobody().get(&path).await.expect(200);
    assert!(page.text.contains("The right to use this ended"));
    app.nobody()
        .get(&format!("{path}/picture/{id}"))
        .await
        .expect(404);
    app.nobody()
        .form(&format!("{path}/take"), &format!("asset={id}&preset=web"))
        .await
        .expect(403);
    let share: String = sql("SELECT id FROM asset_share")
        .value("id", &app.app.db)
        .await
        .unwrap();
    app.as_("tomas")
        .form(&format!("/assets/shares/{share}/end"), "")
        .await
        .expect(303);
    app.nobody().get(&path).await.expect(404);
});

on_each_database!(the_brand_page_shows_what_is_public_once_it_is_open, |app| {
    let open = put(
        &app,
        "Public sign.png",
        &png(50, 20),
        json!({ "facts": { "audience": "public" } }),
    )
    .await;
    let inside = put(&app, "House sign.png", &png(51, 20), json!({})).await;
    let (open, inside) = (open["id"].as_str().unwrap(), inside["id"].as_str().unwrap());
    let hanna = app.as_("hanna");
    let new = json!({ "name": "Signs", "audience": "public" });
    let signs = hanna
        .post("/api/v1/asset-collections", &new)
        .await
        .expect(201)
        .json();
    let members = format!(
        "/api/v1/asset-collections/{}/assets",
        signs["id"].as_str().unwrap()
    );
    hanna
        .post(&members, &json!({ "add": [open, inside] }))
        .await
        .expect(204);
    app.nobody().get("/brand").await.expect(404);
    hanna.form("/admin/brand", "open=yes").await.expect(403);
    app.as_("ada")
        .form("/admin/brand", "open=yes&rules=Ask+**first**")
        .await
        .expect(303);
    let page = app.nobody().get("/brand").await.expect(200);
    assert!(page.text.contains("Public sign.png") && page.text.contains("<strong>first</strong>"));
    assert!(!page.text.contains("House sign"));
    app.nobody()
        .get(&format!("/brand/picture/{open}"))
        .await
        .expect(200);
    app.nobody()
        .get(&format!("/brand/picture/{inside}"))
        .await
        .expect(404);
    let taken = app
        .nobody()
        .form("/brand/take", &format!("asset={open}&preset=web"))
        .await
        .expect(303);
    app.nobody()
        .get(taken.headers[header::LOCATION].to_str().unwrap())
        .await
        .expect(200);
    app.nobody()
        .form("/brand/take", &format!("asset={inside}&preset=web"))
        .await
        .expect(404);
    app.as_("ada")
        .form("/admin/brand", "rules=x")
        .await
        .expect(303);
    app.nobody().get("/brand").await.expect(404);
});

on_each_database!(zip_goes_in_and_out, |app| {
    let priya = app.as_("priya");
    let packed = zip(&[
        ("../../etc/passwd.png", &png(20, 10)),
        ("C:\\logos\\Logo blue.png", &png(21, 10)),
        ("__MACOSX/._Logo.png", b"x"),
        ("folder/.DS_Store", b"x"),
        ("empty.txt", b""),
    ]);
    let parts: [(&str, &[u8]); 4] = [
        ("name=\"files\"; filename=\"all.zip\"", &packed),
        ("name=\"unpack\"", b"yes"),
        ("name=\"licence\"", b"own"),
        ("name=\"audience\"", b"everyone"),
    ];
    let sent = post_parts(&priya, "/assets/new", &parts).await.expect(303);
    let to = sent.headers[header::LOCATION].to_str().unwrap();
    assert!(to.ends_with("skipped=3"), "{to}");
    job::run_due(&app.app, app.now()).await.unwrap();
    let all = priya.get("/api/v1/assets").await.json();
    let mut names: Vec<&str> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["current"]["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["Logo blue.png", "passwd.png"]);
    // What becomes too much, is locked or no ZIP is refused, and nothing is kept of it.
    let bomb = zip(&[("zeros.png", &vec![0; 60_000_000])]);
    assert!(bomb.len() < 100_000);
    for (bytes, words) in [
        (bomb, "far larger"),
        (b"PK\x03\x04 or so".to_vec(), "not a ZIP"),
    ] {
        let parts: [(&str, &[u8]); 2] = [
            ("name=\"files\"; filename=\"b.zip\"", &bytes),
            ("name=\"unpack\"", b"yes"),
        ];
        let refused = post_parts(&priya, "/assets/new", &parts).await.expect(422);
        assert!(refused.text.contains(words), "{words}");
    }
    assert_eq!(priya.get("/api/v1/assets").await.json()["total"], 2);

    let ids: Vec<&str> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["id"].as_str().unwrap())
        .collect();
    let ended = json!({ "rights": { "licence": "own", "expires_on": "2026-11-01" } });
    priya
        .json("PATCH", &format!("/api/v1/assets/{}", ids[0]), &ended)
        .await
        .expect(200);
    let request = Request::post("/assets/zip")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::AUTHORIZATION, app.bearer("maren"))
        .header(header::HOST, "mil.test");
    let form = format!("ids={}&ids={}&preset=web", ids[0], ids[1]);
    let response =
        tower::ServiceExt::oneshot(app.router.clone(), request.body(Body::from(form)).unwrap())
            .await
            .unwrap();
    assert_eq!(response.status(), 200);
    let bytes = http_body_util::BodyExt::collect(response.into_body())
        .await
        .unwrap()
        .to_bytes();
    let mut out = ::zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    assert_eq!(
        out.len(),
        2,
        "one picture, and a text that says what is left out"
    );
    let mut note = String::new();
    out.by_name("README.txt")
        .unwrap()
        .read_to_string(&mut note)
        .unwrap();
    assert!(note.contains("The right to use this ended"), "{note}");
    app.as_("maren")
        .form("/assets/zip", &format!("ids={}", ids[0]))
        .await
        .expect(403);
    app.as_("pia")
        .form("/assets/zip", &format!("ids={}", ids[1]))
        .await
        .expect(404);
});

on_each_database!(owners_hear_once_that_rights_end, |app| {
    let made = put(
        &app,
        "Students.png",
        &png(64, 64),
        json!({ "rights": { "expires_on": "2026-12-23" } }),
    )
    .await;
    let id = made["id"].as_str().unwrap();
    let later = put(
        &app,
        "Later.png",
        &png(65, 64),
        json!({ "rights": { "expires_on": "2026-12-24" } }),
    )
    .await;
    assert_eq!(watch::run_due(&app.app, app.now()).await.unwrap(), 1);
    assert_eq!(watch::run_due(&app.app, app.now()).await.unwrap(), 0);
    let told = app
        .as_("priya")
        .get("/api/v1/notifications")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&told["items"][0]["reason"], &told["items"][0]["title"]),
        (&json!("rights_end"), &json!("Students.png"))
    );
    app.pass(24 * 60);
    assert_eq!(
        watch::run_due(&app.app, app.now()).await.unwrap(),
        1,
        "{}",
        later["id"]
    );
    // Another end, another warning.
    let rights = json!({ "rights": { "licence": "own", "expires_on": "2026-12-10" } });
    app.as_("priya")
        .json("PATCH", &format!("/api/v1/assets/{id}"), &rights)
        .await
        .expect(200);
    assert_eq!(watch::run_due(&app.app, app.now()).await.unwrap(), 1);
});
