//! Pictures in answers tell outsiders nothing that a camera wrote.

use mil::knowledge::images;
use mil::knowledge::model::Audience;
use mil_db::sql;

use crate::asset_files::{jpeg, png};
use crate::files::post_parts;
use crate::harness::TestApp;
use crate::knowledge::published;
use crate::on_each_database;

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|w| w == part)
}

async fn shown(app: &TestApp, article: &str, image: &str) {
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE article_text SET body = $1 WHERE article_id = $2")
        .bind(format!("![a]({}{image})", images::PATH))
        .bind(article)
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

on_each_database!(a_picture_in_an_answer_says_not_where_it_was_taken, |app| {
    let article = published(&app, "Where is it?", Audience::Public, &[]).await;
    let place = format!("/api/v1/articles/{article}/images");
    let head = "name=\"file\"; filename=\"sea.jpg\"";
    let photo = jpeg(60, 40, Some(6), true);
    assert!(holds(&photo, b"Luca Moretti"));
    let made = post_parts(&app.as_("ada"), &place, &[(head, &photo)])
        .await
        .expect(201)
        .json();
    shown(&app, &article, made["id"].as_str().unwrap()).await;
    let href = made["href"].as_str().unwrap();
    let seen = app.nobody().get(href).await.expect(200);
    assert!(!holds(&seen.bytes, b"Luca Moretti"));
    assert!(!holds(&seen.bytes, b"\x88\x25"), "no pointer to a place");
    // It still stands the right way up, and its pixels are the same.
    let mut before = image::ImageReader::new(std::io::Cursor::new(&photo))
        .with_guessed_format()
        .unwrap()
        .into_decoder()
        .unwrap();
    let mut after = image::ImageReader::new(std::io::Cursor::new(&seen.bytes))
        .with_guessed_format()
        .unwrap()
        .into_decoder()
        .unwrap();
    use image::ImageDecoder;
    assert_eq!(after.orientation().unwrap(), before.orientation().unwrap());
    assert_eq!(
        image::load_from_memory(&seen.bytes).unwrap(),
        image::load_from_memory(&photo).unwrap()
    );

    // What cannot be cleaned is not taken, and says what to do.
    for (name, bytes, says) in [
        ("a.png", &b"\x89PNG\r\n\x1a\nxx"[..], "damaged"),
        (
            "a.avif",
            b"\0\0\0\x1cftypavif....infeExif....",
            "PNG or JPEG",
        ),
    ] {
        let head = format!("name=\"file\"; filename=\"{name}\"");
        let said = post_parts(&app.as_("ada"), &place, &[(&head, bytes)])
            .await
            .expect(422);
        assert!(said.text.contains(says), "{}", said.text);
    }
});

on_each_database!(pictures_from_before_are_cleaned_once, |app| {
    let article = published(&app, "Where is it?", Audience::Public, &[]).await;
    let photo = jpeg(60, 40, Some(1), true);
    let ada = app.actor("ada").await;
    let ctx = app.ctx(ada.clone());
    let mut ids = Vec::new();
    for bytes in [photo.as_slice(), &png(9, 9), b"broken"] {
        let stored = app.app.blobs.put(bytes).await.unwrap();
        let new = images::NewImage {
            name: "a.jpg",
            media_type: if bytes.starts_with(b"\x89") {
                "image/png"
            } else {
                "image/jpeg"
            },
            size: stored.size,
            sha256: stored.sha.as_str(),
        };
        let mut tx = app.app.db.begin().await.unwrap();
        ids.push(
            images::add(&mut tx, &ctx, &ada, &article, new)
                .await
                .unwrap(),
        );
        sql("UPDATE article_image SET cleaned_at = NULL")
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(images::clean_old(&app.app, app.now()).await.unwrap(), 3);
    assert_eq!(images::clean_old(&app.app, app.now()).await.unwrap(), 0);
    shown(&app, &article, &ids[0]).await;
    let seen = app
        .nobody()
        .get(&format!("{}{}", images::PATH, ids[0]))
        .await
        .expect(200);
    assert!(!holds(&seen.bytes, b"Luca Moretti") && seen.bytes.len() < photo.len());
    assert_eq!(seen.headers["content-length"], seen.bytes.len().to_string());
    shown(&app, &article, &ids[2]).await;
    app.nobody()
        .get(&format!("{}{}", images::PATH, ids[2]))
        .await
        .expect(200);
});
