//! Proof rounds around other things: a request and its timeline, people outside,
//! reminders, the pages of a PDF.

use axum::body::Body;
use axum::http::Request;
use mil::proofs::{prepare, watch};
use mil_db::sql;
use serde_json::json;

use crate::asset_help::{id, put};
use crate::files::multipart;
use crate::harness::TestApp;
use crate::notifications::inbox;
use crate::on_each_database;
use crate::proofs::{decide, renew, seen, spotted, standing, start};
use crate::queue::order;

async fn attach(app: &TestApp, item: &str, name: &str, bytes: &[u8], visibility: &str) -> String {
    let part = format!("name=\"file\"; filename=\"{name}\"");
    let request =
        Request::post("/api/v1/files").header("content-type", "multipart/form-data; boundary=XX");
    let sent = app
        .as_("priya")
        .send(request, Body::from(multipart(&[(&part, bytes)])))
        .await
        .expect(201);
    let id = sent.json()["id"].as_str().unwrap().to_owned();
    let said = json!({ "body": "See the file", "visibility": visibility, "files": [id] });
    app.as_("priya")
        .post(&format!("/api/v1/requests/{item}/comments"), &said)
        .await
        .expect(201);
    id
}

on_each_database!(a_round_on_a_file_of_a_request, |app| {
    let (item, number) = order(&app, "maren", "Poster").await;
    let open = attach(&app, &item, "one.png", &spotted([0, 0, 0]), "public").await;
    let next = attach(&app, &item, "two.png", &spotted([255, 0, 0]), "public").await;
    let inner = attach(&app, &item, "inner.png", &spotted([0, 255, 0]), "internal").await;
    let (elsewhere, _) = order(&app, "rolf", "Other").await;
    let far = attach(&app, &elsewhere, "far.png", &spotted([3, 3, 3]), "public").await;

    app.as_("maren")
        .get(&format!("/proofs/new?file={open}"))
        .await
        .expect(403);
    app.as_("priya")
        .get("/proofs/new?file=nothing")
        .await
        .expect(404);
    let form = format!(
        "file={open}&title=Poster&note=The+date&person-1=&person-1-text=Rolf+Brandt&due_on=2026-11-20"
    );
    let late = app
        .as_("priya")
        .form("/proofs/new", &form)
        .await
        .expect(422);
    assert!(late.text.contains("This day is over") && late.text.contains("Rolf Brandt"));
    let made = app
        .as_("priya")
        .form("/proofs/new", &form.replace("-20", "-25"))
        .await
        .expect(303);
    let proof = made.headers["location"]
        .to_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let secret = start(&app, "priya", json!({ "file": inner })).await;
    prepare::run_due(&app.app, app.now()).await.unwrap();

    // Whoever ordered sees the round on what they see; it stands on the timeline.
    app.as_("maren")
        .get(&format!("/proofs/{proof}"))
        .await
        .expect(200);
    app.as_("maren")
        .get(&format!("/proofs/{secret}"))
        .await
        .expect(404);
    app.as_("rolf")
        .get(&format!("/proofs/{proof}"))
        .await
        .expect(200);
    app.as_("rolf")
        .get(&format!("/requests/{number}"))
        .await
        .expect(404);
    let page = app
        .as_("maren")
        .get(&format!("/requests/{number}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains(&format!("/proofs/{proof}")) && !page.contains(&secret));
    assert!(
        page.contains("“Poster” can be looked at and commented on"),
        "the timeline"
    );
    assert!(!page.contains("inner.png"));
    let work = app
        .as_("priya")
        .get(&format!("/work/{number}/files"))
        .await
        .expect(200)
        .text;
    assert!(work.contains(&secret) && work.contains(&format!("/proofs/new?file={open}")));
    let history = app
        .as_("priya")
        .get(&format!("/work/{number}/history"))
        .await
        .expect(200)
        .text;
    assert!(history.contains("started the proof round “Poster”"));
    let mine = app
        .as_("maren")
        .get("/api/v1/proofs?all=yes")
        .await
        .expect(200)
        .json();
    assert_eq!(mine["items"].as_array().unwrap().len(), 1);
    let none = app
        .as_("pia")
        .get("/api/v1/proofs?all=yes")
        .await
        .expect(200)
        .json();
    assert_eq!(none["items"], json!([]));

    // The next version is another file of the same request that they may see.
    let path = format!("/api/v1/proofs/{proof}/versions");
    for (file, words) in [
        (&far, "file of the request"),
        (&inner, "internal"),
        (&open, "very file"),
    ] {
        let told = app
            .as_("priya")
            .post(&path, &json!({ "file": file }))
            .await
            .expect(422)
            .text;
        assert!(told.contains(words), "{told}");
    }
    app.as_("priya")
        .post(&path, &json!({ "file": next, "note": "Red" }))
        .await
        .expect(201);
    prepare::run_due(&app.app, app.now()).await.unwrap();
    let page = app
        .as_("rolf")
        .get(&format!("/proofs/{proof}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("Version 2") && page.contains("Red"));
    let now = seen(&app, "rolf", &proof).await;
    assert_eq!(
        decide(&app, "rolf", &proof, "rejected", &now["sha256"]).await,
        201
    );
    let page = app
        .as_("maren")
        .get(&format!("/requests/{number}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("version 2 of “Poster” is not approved"));
    // Taken away from the round, they see nothing of it any more.
    let reviewer = now["reviewers"][0]["id"].as_str().unwrap();
    app.as_("priya")
        .json(
            "DELETE",
            &format!("/api/v1/proofs/{proof}/reviewers/{reviewer}"),
            &json!({}),
        )
        .await
        .expect(204);
    app.as_("rolf")
        .get(&format!("/proofs/{proof}"))
        .await
        .expect(404);
});

on_each_database!(somebody_outside_has_a_link_of_their_own, |app| {
    let asset = put(
        &app,
        "flyer.png",
        &spotted([0, 0, 0]),
        json!({ "facts": { "audience": "agents" } }),
    )
    .await;
    let proof = start(
        &app,
        "priya",
        json!({ "asset": id(&asset), "title": "Flyer" }),
    )
    .await;
    let ask = json!({ "name": "Printer <b>Pohl</b>", "days": 7 });
    let path = format!("/api/v1/proofs/{proof}/reviewers");
    app.as_("ivo").post(&path, &ask).await.expect(403);
    let made = app.as_("priya").post(&path, &ask).await.expect(201).json();
    let link = made["link"].as_str().unwrap();
    let link = link[link.find("/p/").unwrap()..].to_owned();
    let outside = app.nobody();
    let page = outside.get(&link).await.expect(200).text;
    assert!(page.contains("Look at it and decide") && !page.contains("/assets/"));
    let shown = format!("{link}/pages/");
    let at = page.find(&shown).expect("the picture");
    let picture: String = page[at..].chars().take_while(|c| *c != '"').collect();
    outside.get(&picture).await.expect(200);
    outside
        .form(
            &format!("{link}/comments"),
            "version=1&page=1&body=Bleed+is+missing&x=2&y=2",
        )
        .await
        .expect(303);
    let now = seen(&app, "priya", &proof).await;
    assert_eq!(now["comments"][0]["name"], "Printer <b>Pohl</b>");
    let sha = now["sha256"].as_str().unwrap();
    let thread = now["comments"][0]["id"].as_str().unwrap();
    outside
        .form(&format!("{link}/comments/{thread}/replies"), "reply-1=3+mm")
        .await
        .expect(303);
    outside
        .form(
            &format!("{link}/comments/{thread}/resolution"),
            "resolved=yes",
        )
        .await
        .expect(303);
    outside
        .form(
            &format!("{link}/decision"),
            &format!("verdict=approved&sha256={sha}"),
        )
        .await
        .expect(303);
    let stale = outside
        .form(
            &format!("{link}/decision"),
            "verdict=rejected&sha256=00&note=Late",
        )
        .await
        .expect(412);
    assert!(stale.text.contains("There is a newer version") && stale.text.contains("Late"));
    let page = app
        .as_("priya")
        .get(&format!("/proofs/{proof}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("Printer &lt;b&gt;Pohl&lt;/b&gt;") && page.contains("Approved by all"));
    // Another's thread is not theirs to settle, and nothing else is theirs to do.
    app.as_("priya")
        .post(
            &format!("/api/v1/proofs/{proof}/comments"),
            &json!({ "body": "Mine" }),
        )
        .await
        .expect(201);
    let mine = seen(&app, "priya", &proof).await["comments"][1]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    outside
        .form(
            &format!("{link}/comments/{mine}/resolution"),
            "resolved=yes",
        )
        .await
        .expect(403);
    assert_eq!(
        outside
            .get(&format!("/proofs/{proof}"))
            .await
            .status
            .as_u16(),
        303
    );
    // Ends with its days, and at once when they are asked no more.
    let second = app
        .as_("priya")
        .post(&path, &json!({ "name": "Agency" }))
        .await
        .expect(201)
        .json();
    let second = second["link"].as_str().unwrap().to_owned();
    let second = &second[second.find("/p/").unwrap()..];
    outside.get(second).await.expect(200);
    let reviewer = seen(&app, "priya", &proof).await["reviewers"][1]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.as_("priya")
        .json("DELETE", &format!("{path}/{reviewer}"), &json!({}))
        .await
        .expect(204);
    outside.get(second).await.expect(404);
    app.pass(8 * 24 * 60);
    outside.get(&link).await.expect(404);
    outside.get(&picture).await.expect(404);
    let kept: i64 = sql("SELECT COUNT(*) AS n FROM proof_reviewer WHERE token_hash = $1")
        .bind(link.trim_start_matches("/p/"))
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(kept, 0, "the secret is not kept");
});

on_each_database!(those_who_have_not_answered_are_reminded, |app| {
    let asset = put(&app, "flyer.png", &spotted([0, 0, 0]), json!({})).await;
    let people = json!([app.id("maren"), app.id("rolf")]);
    let new = json!({ "asset": id(&asset), "reviewers": people, "due_on": "2026-11-26" });
    let proof = start(&app, "priya", new).await;
    let now = seen(&app, "rolf", &proof).await;
    assert_eq!(
        decide(&app, "rolf", &proof, "approved", &now["sha256"]).await,
        201
    );
    let count = async |who: &str, reason: &str| {
        inbox(&app, who)
            .await
            .iter()
            .filter(|r| *r == reason)
            .count()
    };
    // Monday and Tuesday nothing, on Wednesday the day before, on Friday it is late.
    for (minutes, due, late) in [
        (0, 0, 0),
        (24 * 60, 0, 0),
        (24 * 60, 1, 0),
        (24 * 60, 1, 0),
        (24 * 60, 1, 1),
        (24 * 60, 1, 1),
    ] {
        app.pass(minutes);
        watch::run_due(&app.app, app.now()).await.unwrap();
        watch::run_due(&app.app, app.now()).await.unwrap();
        assert_eq!(
            (
                count("maren", "proof_due").await,
                count("maren", "proof_late").await
            ),
            (due, late)
        );
        assert_eq!(
            count("rolf", "proof_due").await + count("rolf", "proof_late").await,
            0
        );
        assert_eq!(count("priya", "proof_late").await, late);
    }
});

/// A PDF with these pages, each a word.
fn pdf(pages: &[&str]) -> Vec<u8> {
    let mut parts = vec!["<< /Type /Catalog /Pages 2 0 R >>".to_owned()];
    let kids: Vec<String> = (0..pages.len())
        .map(|n| format!("{} 0 R", 4 + n * 2))
        .collect();
    parts.push(format!(
        "<< /Type /Pages /Count {} /Kids [{}] >>",
        pages.len(),
        kids.join(" ")
    ));
    parts.push("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned());
    for (n, word) in pages.iter().enumerate() {
        parts.push(format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 280] /Contents {} 0 R /Resources << /Font << /F 3 0 R >> >> >>", 5 + n * 2));
        let draw = format!("BT /F 24 Tf 20 240 Td ({word}) Tj ET");
        parts.push(format!(
            "<< /Length {} >>\nstream\n{draw}\nendstream",
            draw.len()
        ));
    }
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut at = Vec::new();
    for (n, part) in parts.iter().enumerate() {
        at.push(out.len());
        out.extend_from_slice(format!("{} 0 obj\n{part}\nendobj\n", n + 1).as_bytes());
    }
    let table = out.len();
    out.extend_from_slice(format!("xref\n0 {}\n0000000000 65535 f \n", parts.len() + 1).as_bytes());
    for at in at {
        out.extend_from_slice(format!("{at:010} 00000 n \n").as_bytes());
    }
    out.extend_from_slice(
        format!(
            "trailer << /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF",
            parts.len() + 1
        )
        .as_bytes(),
    );
    out
}

on_each_database!(pages_of_a_pdf_are_compared_one_by_one, |app| {
    if std::process::Command::new("pdftoppm")
        .arg("-v")
        .output()
        .is_err()
    {
        eprintln!("pdftoppm is not installed: skipped");
        return;
    }
    let asset = put(
        &app,
        "plan.pdf",
        &pdf(&["One", "Two", "Three"]),
        json!({ "facts": { "kind": "document" } }),
    )
    .await;
    let asset = id(&asset);
    let people = json!([app.id("maren"), app.id("rolf")]);
    let proof = start(
        &app,
        "priya",
        json!({ "asset": asset, "reviewers": people }),
    )
    .await;
    let now = seen(&app, "maren", &proof).await;
    assert_eq!(now["versions"][0]["pages"].as_array().unwrap().len(), 3);
    for (who, page) in [("maren", 1), ("rolf", 3)] {
        let said = json!({ "body": "This one", "place": { "page": page, "x": 0.2, "y": 0.1 } });
        app.as_(who)
            .post(&format!("/api/v1/proofs/{proof}/comments"), &said)
            .await
            .expect(201);
        assert_eq!(
            decide(&app, who, &proof, "approved", &now["sha256"]).await,
            201
        );
    }
    renew(&app, asset, &pdf(&["One", "Two", "Tree"])).await;
    let now = seen(&app, "maren", &proof).await;
    assert_eq!(standing(&now, "Maren Voss"), "carried");
    assert_eq!(standing(&now, "Rolf Brandt"), "asked_again");
    let page = app
        .as_("maren")
        .get(&format!("/proofs/{proof}/compare?a=1&b=2&page=3&how=over"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("Something changed on page 3."));
    // A page goes: what was said of it stays, without a place in this version.
    renew(&app, asset, &pdf(&["One", "Two"])).await;
    let page = app
        .as_("rolf")
        .get(&format!("/proofs/{proof}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("Its page is not in this version."));
    // What cannot be shown can be spoken of as a whole; everybody looks again.
    renew(&app, asset, b"%PDF-1.4 broken").await;
    let now = seen(&app, "maren", &proof).await;
    assert_eq!(now["versions"][3]["state"], "failed");
    assert_eq!(standing(&now, "Maren Voss"), "asked_again");
    app.as_("maren")
        .get(&format!("/proofs/{proof}"))
        .await
        .expect(200);
});
