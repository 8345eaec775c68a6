//! Files that mean harm, or are broken, or are not what they say: none brings
//! anything down, each is marked, and the next one is not kept waiting.
//!
//! `MIL_HOSTILE_FILES=5000` takes that many; a few hundred otherwise.

use std::path::Path;

use axum::http::header;
use mil::assets::render::{Task, child, job};
use mil::assets::store;
use mil_db::sql;
use serde_json::json;

use crate::asset_files::{jpeg, png, png_bomb, svg};
use crate::asset_help::put;
use crate::harness::TestApp;
use crate::on_each_database;

/// Small numbers that are the same every time (an xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// One of many kinds of file: name, media type, bytes, and whether it must be
/// refused (none: either is fine).
fn file(n: usize, numbers: &mut Numbers) -> (String, &'static str, Vec<u8>, Option<bool>) {
    let (w, h) = (
        16 + numbers.below(200) as u32,
        16 + numbers.below(200) as u32,
    );
    let turn = 1 + numbers.below(8) as u8;
    let mut damaged = if n.is_multiple_of(2) {
        png(w, h)
    } else {
        jpeg(w, h, Some(turn), true)
    };
    match n % 12 {
        0 => (format!("{n}.png"), "image/png", png(w, h), Some(false)),
        1 => (
            format!("{n}.jpg"),
            "image/jpeg",
            jpeg(w, h, Some(turn), true),
            Some(false),
        ),
        2 => (
            "bomb.png".into(),
            "image/png",
            png_bomb(64_000, 64_000),
            Some(true),
        ),
        3 => (
            "tall.png".into(),
            "image/png",
            png_bomb(29_000, 29_000),
            Some(true),
        ),
        4 | 5 => {
            for _ in 0..20 {
                let at = numbers.below(damaged.len());
                damaged[at] = numbers.below(256) as u8;
            }
            (
                format!("bent{n}"),
                if n.is_multiple_of(2) {
                    "image/png"
                } else {
                    "image/jpeg"
                },
                damaged,
                None,
            )
        }
        6 | 7 => {
            damaged.truncate(numbers.below(damaged.len()));
            (
                format!("cut{n}"),
                if n.is_multiple_of(2) {
                    "image/png"
                } else {
                    "image/jpeg"
                },
                damaged,
                None,
            )
        }
        8 => {
            let evil = [
                "<script>alert(1)</script>",
                "<image href='file:///etc/passwd'/>",
                "<g onload='x()'/>",
            ][numbers.below(3)];
            let text = svg(&format!("{evil}<rect width='40' height='30' fill='teal'/>"));
            (
                format!("{n}.svg"),
                "image/svg+xml",
                text.into_bytes(),
                Some(false),
            )
        }
        9 => {
            // Each level draws the one below ten times.
            let mut text = String::from("<g id='a0'><rect width='1' height='1'/></g>");
            for level in 1..12 {
                let uses = format!("<use href='#a{}'/>", level - 1).repeat(10);
                text.push_str(&format!("<g id='a{level}'>{uses}</g>"));
            }
            (
                "laughs.svg".into(),
                "image/svg+xml",
                svg(&text).into_bytes(),
                None,
            )
        }
        10 => {
            let text = "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'><!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg xmlns='http://www.w3.org/2000/svg'><title>&d;&x;</title></svg>";
            ("entities.svg".into(), "image/svg+xml", text.into(), None)
        }
        _ => {
            let mut pdf = b"%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 1 0 R /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >> endobj".to_vec();
            pdf.extend((0..numbers.below(4_000)).map(|i| (i * 31 % 256) as u8));
            (format!("{n}.pdf"), "application/pdf", pdf, None)
        }
    }
}

#[tokio::test]
async fn no_file_breaks_the_child_or_the_server() {
    let count: usize = std::env::var("MIL_HOSTILE_FILES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(96);
    let app = TestApp::sqlite().await;
    let presets: Vec<_> = store::presets(&app.app.db)
        .await
        .unwrap()
        .into_iter()
        .filter(|p| p.key == "thumb")
        .collect();
    let program = Path::new(env!("CARGO_BIN_EXE_mil"));
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let (mut refused, mut made) = (0, 0);
    for n in 0..count {
        let (name, media_type, bytes, must) = file(n, &mut numbers);
        let dir = tempfile::tempdir().unwrap();
        let input = dir.path().join("input");
        std::fs::write(&input, &bytes).unwrap();
        let task = Task {
            input,
            output: dir.path().to_owned(),
            media_type: media_type.to_owned(),
            name: name.clone(),
            presets: presets.clone(),
            pages: 0,
        };
        let done = child::run(program, &task).await.unwrap();
        if let Some(must) = must {
            assert_eq!(!done.refused.is_empty(), must, "{name}: {}", done.refused);
        }
        if let Some(made) = done.made.iter().find(|m| m.preset == "svg") {
            let clean = std::fs::read_to_string(dir.path().join(&made.file)).unwrap();
            assert!(
                !["script", "passwd", "onload"]
                    .iter()
                    .any(|bad| clean.contains(bad)),
                "{name}: {clean}"
            );
        }
        refused += usize::from(!done.refused.is_empty());
        made += usize::from(!done.made.is_empty());
    }
    eprintln!("{count} files: {made} shown, {refused} refused");
    assert!(
        made >= count / 5 && refused >= count / 6,
        "{made} shown, {refused} refused of {count}"
    );
}

on_each_database!(what_could_run_is_never_shown_inside_a_page, |app| {
    let evil = svg("<script>alert(1)</script><rect width='90' height='60' fill='navy'/>");
    for (name, bytes) in [
        ("a.svg", evil.as_bytes()),
        ("a.html", &b"<script>alert(1)</script>"[..]),
        ("a.pdf", b"%PDF-1.7 (app.alert)"),
        ("a.png", b"<script>alert(2)</script>"),
        ("bomb.png", &png_bomb(64_000, 64_000)),
    ] {
        let made = put(
            &app,
            name,
            bytes,
            json!({ "facts": { "originals_for_all": true } }),
        )
        .await;
        let id = made["id"].as_str().unwrap();
        let seen = app
            .as_("maren")
            .get(&format!("/api/v1/assets/{id}"))
            .await
            .expect(200)
            .json();
        for offer in seen["offers"].as_array().unwrap() {
            let what = json!({ "preset": offer["preset"] });
            let ticket = app
                .as_("maren")
                .post(&format!("/api/v1/assets/{id}/downloads"), &what)
                .await
                .expect(201)
                .json();
            let got = app
                .as_("maren")
                .get(ticket["href"].as_str().unwrap())
                .await
                .expect(200);
            let head = |name: &str| got.headers[name].to_str().unwrap().to_owned();
            assert!(
                head("content-disposition").starts_with("attachment"),
                "{name} {offer}"
            );
            assert_eq!(head("x-content-type-options"), "nosniff");
            assert!(
                !matches!(head("content-type").as_str(), "text/html" | "image/svg+xml"),
                "{name} {offer}"
            );
            if offer["preset"] == "svg" {
                assert!(!got.text.contains("script") && got.text.contains("navy"));
            }
        }
        let picture = app
            .as_("maren")
            .get(&format!("/assets/{id}/picture/thumb"))
            .await;
        if picture.status == 200 {
            assert_eq!(picture.headers[header::CONTENT_TYPE], "image/png", "{name}");
        }
        app.as_("maren")
            .get(&format!("/assets/{id}/picture/svg"))
            .await
            .expect(404);
        if name == "bomb.png" {
            assert_eq!(seen["asset"]["current"]["state"], "failed");
            let page = app
                .as_("priya")
                .get(&format!("/assets/{id}"))
                .await
                .expect(200);
            assert!(page.text.contains("more pixels than can be shown"));
        }
    }
});

on_each_database!(a_job_is_tried_again_and_then_left, |app| {
    let made = put(&app, "fine.png", &png(30, 30), json!({})).await;
    let id = made["id"].as_str().unwrap();
    let version: String = sql("SELECT version_id FROM asset WHERE id = $1")
        .bind(id)
        .value("version_id", &app.app.db)
        .await
        .unwrap();
    // Its bytes are gone: no fault of the file's, so it is tried again, and again.
    let sha: String = sql("SELECT sha256 FROM asset_version WHERE id = $1")
        .bind(&version)
        .value("sha256", &app.app.db)
        .await
        .unwrap();
    let mut tx = app.app.db.begin().await.unwrap();
    job::enqueue(&mut tx, app.now(), &version).await.unwrap();
    sql("UPDATE asset_version SET sha256 = 'nothing', state = 'waiting' WHERE id = $1")
        .bind(&version)
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for tries in 1..=job::TRIES {
        assert!(
            job::run_next(&app.app, app.now()).await.unwrap(),
            "try {tries}"
        );
        assert!(
            !job::run_next(&app.app, app.now()).await.unwrap(),
            "not at once again"
        );
        app.pass(12);
    }
    let dead = job::dead(&app.app).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].version_id, version);
    // The next one is not kept waiting.
    let next = put(&app, "next.png", &png(31, 30), json!({})).await;
    let state: String = sql("SELECT state FROM asset_version WHERE asset_id = $1")
        .bind(next["id"].as_str().unwrap())
        .value("state", &app.app.db)
        .await
        .unwrap();
    assert_eq!((state.as_str(), sha.len()), ("ready", 64));
});
