//! The knowledge base over HTTP: nobody sees what is not theirs, an answer from
//! a request, translations, the editor.

use mil::actor::Actor;
use mil::knowledge::model::Audience;
use mil::knowledge::{images, store};
use mil_db::sql;

use crate::harness::TestApp;
use crate::knowledge::published;
use crate::on_each_database;

/// Everything that could show an article, as somebody sees it.
async fn everything(
    app: &TestApp,
    who: Option<&str>,
    id: &str,
    title: &str,
) -> Vec<(String, bool)> {
    let client = || who.map_or_else(|| app.nobody(), |who| app.as_(who));
    let slug = mil::knowledge::model::slug(title);
    let image = format!("/article-images/{}", image_of(app, id).await);
    let mut seen = Vec::new();
    for path in [
        "/answers".to_owned(),
        "/answers?q=".to_owned() + &title.replace(' ', "+"),
        "/api/v1/articles".to_owned(),
        format!("/answers/{slug}"),
        format!("/answers/{slug}?print=yes"),
        format!("/answers/{id}"),
        format!("/api/v1/articles/{id}"),
        format!("/api/v1/articles/{id}/comments"),
        "/".to_owned(),
        "/catalog/company-logo".to_owned(),
        image.clone(),
    ] {
        let answer = client().get(&path).await;
        let shown = if path == image || path.ends_with("/comments") {
            answer.status == 200
        } else {
            (answer.text.contains(&format!(">{title}<"))
                || answer.text.contains(&format!("\"{title}\"")) && path.starts_with("/api/"))
                || answer
                    .headers
                    .get("location")
                    .is_some_and(|to| to.as_bytes().starts_with(b"/answers"))
        };
        seen.push((path, shown));
    }
    seen
}

async fn image_of(app: &TestApp, id: &str) -> String {
    sql("SELECT id FROM article_image WHERE article_id = $1")
        .bind(id)
        .value("id", &app.app.db)
        .await
        .unwrap()
}

async fn with_picture(app: &TestApp, id: &str) {
    let ada = app.actor("ada").await;
    let ctx = app.ctx(ada.clone());
    let stored = app.app.blobs.put(b"\x89PNG\r\n\x1a\nxx").await.unwrap();
    let new = images::NewImage {
        name: "a.png",
        media_type: "image/png",
        size: stored.size,
        sha256: stored.sha.as_str(),
    };
    let mut tx = app.app.db.begin().await.unwrap();
    let image = images::add(&mut tx, &ctx, &ada, id, new).await.unwrap();
    sql("UPDATE article_text SET body = $1 WHERE article_id = $2")
        .bind(format!("![a]({}{image})", images::PATH))
        .bind(id)
        .run(&mut tx)
        .await
        .unwrap();
    sql("INSERT INTO article_service (article_id, service_id) VALUES ($1, $2)")
        .bind(id)
        .bind(&app.starter.services["company-logo"])
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

// Every audience in every state, read by everybody in every way: nothing shows
// an article that the policy says one may not open.
on_each_database!(nothing_shows_what_the_policy_hides, |app| {
    crate::matrix_fixtures::prepare(&app).await;
    let mut tx = app.app.db.begin().await.unwrap();
    sql("INSERT INTO department (id, name, created_at) VALUES ('life', 'Life Sciences', 0)")
        .run(&mut tx)
        .await
        .unwrap();
    sql("UPDATE person SET department_id = 'life' WHERE id = $1")
        .bind(app.id("maren"))
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let now = app.now().as_microsecond();
    let states: [(&str, Option<i64>, Option<i64>); 4] = [
        ("live", None, None),
        ("archived", Some(now), None),
        ("expired", None, Some(now)),
        ("soon", None, Some(now + 1)),
    ];
    let mut readers = vec![None];
    readers.extend(crate::harness::PEOPLE.iter().map(|(key, ..)| Some(*key)));
    let mut hidden = 0;
    for audience in Audience::ALL {
        for (state, archived, expires) in states {
            let title = format!("Zebra {} {state}", audience.key().replace('_', " "));
            let id = published(&app, &title, audience, &["life".to_owned()]).await;
            with_picture(&app, &id).await;
            let mut tx = app.app.db.begin().await.unwrap();
            sql("UPDATE article SET archived_at = $1, expires_at = $2 WHERE id = $3")
                .bind(archived)
                .bind(expires)
                .bind(&id)
                .run(&mut tx)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            for who in &readers {
                let actor = match who {
                    Some(who) => Some(app.actor(who).await),
                    None => None,
                };
                let article = store::find(&app.app.db, Some(&Actor::system()), app.now(), &id)
                    .await
                    .unwrap();
                let may = mil::policy::reads_article(actor.as_ref(), &article.facts(app.now()));
                for (path, shown) in everything(&app, *who, &id, &title).await {
                    assert!(may || !shown, "{who:?} sees {title} at {path}");
                    hidden += usize::from(!may);
                    if may && path.starts_with("/article-images/") {
                        assert!(shown, "{who:?} does not see the picture of {title}");
                    }
                }
            }
        }
    }
    assert!(hidden > 500, "{hidden}");
});

on_each_database!(
    an_answer_is_drawn_from_a_request_without_notes_and_names,
    |app| {
        let order = serde_json::json!({ "lines": [{ "service": "company-logo", "title": "Logo for Maren Voss",
        "answers": { "use": "On the wall of the big hall", "format": "png" } }] });
        let placed = app
            .as_("maren")
            .post("/api/v1/orders", &order)
            .await
            .expect(201)
            .json();
        let item = placed["requests"][0]["id"].as_str().unwrap().to_owned();
        for (body, visibility) in [
            ("Dear Maren, use the blue logo.", "public"),
            ("She is difficult", "internal"),
        ] {
            let comment = serde_json::json!({ "body": body, "visibility": visibility });
            app.as_("priya")
                .post(&format!("/api/v1/requests/{item}/comments"), &comment)
                .await
                .expect(201);
        }
        let made = app
            .as_("priya")
            .post(
                &format!("/api/v1/requests/{item}/article"),
                &serde_json::json!({}),
            )
            .await
            .expect(201)
            .json();
        let text = made["drafts"][0].to_string();
        assert!(text.contains("use the blue logo"), "{text}");
        assert!(
            !text.contains("Maren") && !text.contains("Voss") && !text.contains("difficult"),
            "{text}"
        );
        assert_eq!(made["audience"], "internal");
        app.as_("maren")
            .post(
                &format!("/api/v1/requests/{item}/article"),
                &serde_json::json!({}),
            )
            .await
            .expect(403);
    }
);

on_each_database!(a_translation_says_when_it_is_older, |app| {
    let id = published(&app, "Logo", Audience::Staff, &[]).await;
    let ada = app.as_("ada");
    let save = |title: &str, version: i64| serde_json::json!({ "title": title, "body": "x", "version": version });
    let draft = format!("/api/v1/articles/{id}/drafts/de");
    ada.json("PUT", &draft, &save("Das Logo", 0))
        .await
        .expect(200);
    ada.post(
        &format!("{draft}/decision"),
        &serde_json::json!({ "approve": true }),
    )
    .await
    .expect(200);
    let page = app
        .as_("maren")
        .get("/answers/das-logo?lang=de")
        .await
        .expect(200)
        .text;
    assert!(!page.contains("older than the original"), "{page}");
    let draft = format!("/api/v1/articles/{id}/drafts/en");
    ada.json("PUT", &draft, &save("Logo", 0)).await.expect(200);
    ada.post(
        &format!("{draft}/decision"),
        &serde_json::json!({ "approve": true }),
    )
    .await
    .expect(200);
    let page = app
        .as_("maren")
        .get("/answers/das-logo?lang=de")
        .await
        .expect(200)
        .text;
    assert!(page.contains("older than the original"), "{page}");
    // In one's own language without asking.
    app.as_("maren").get("/answers/das-logo").await.expect(303);
});

on_each_database!(the_editor_keeps_both_texts_of_a_conflict, |app| {
    let id = published(&app, "Logo", Audience::Staff, &[]).await;
    let edit = format!("/knowledge/{id}/edit?lang=en");
    let (priya, hanna) = (app.as_("priya"), app.as_("hanna"));
    priya.get(&edit).await.expect(200);
    let form = |body: &str, what: &str| {
        format!("version=0&title=Logo&summary=&body={body}&note=&_do={what}")
    };
    let seen = priya
        .form(&edit, &form("First+words", "preview"))
        .await
        .expect(200)
        .text;
    assert!(seen.contains("<p>First words</p>"), "{seen}");
    priya
        .form(&edit, &form("First+words", "save"))
        .await
        .expect(303);
    let page = hanna
        .form(&edit, &form("Other+words", "save"))
        .await
        .expect(409)
        .text;
    assert!(
        page.contains("First") && page.contains("Other words"),
        "{page}"
    );
    // What is not saved yet is kept for oneself.
    app.pass(1);
    hanna
        .form(
            &format!("/knowledge/{id}/draft?lang=en"),
            "title=Logo&body=Half+a+wo",
        )
        .await
        .expect(204);
    assert!(
        hanna
            .get(&edit)
            .await
            .expect(200)
            .text
            .contains("Half a wo")
    );
    assert!(
        !priya
            .get(&edit)
            .await
            .expect(200)
            .text
            .contains("Half a wo")
    );
    // Others see no drafts and no editor.
    app.as_("maren").get(&edit).await.expect(403);
    app.as_("ivo").get(&edit).await.expect(404);
});

on_each_database!(a_folder_comes_in_with_a_ledger_and_goes_out_again, |app| {
    use mil::knowledge::transfer::folder::{Files, pack};
    let text = |t: &str| t.as_bytes().to_vec();
    let files = Files::from([
        (
            "a/logo.md".to_owned(),
            text(
                "---\ntitle: Which logo?\naudience: public\ncategory: Brand\nowner: me\n---\n![Ours](../img/l.png) See [sizes](sizes.html#a2) and [out](../../x.md).",
            ),
        ),
        (
            "a/logo.de.md".to_owned(),
            text("# Welches Logo?\n\nDas blaue."),
        ),
        (
            "a/sizes.html".to_owned(),
            text("<title>Sizes</title><h1>Sizes</h1><p>A2</p><script>alert(1)</script>"),
        ),
        (
            "secret.md".to_owned(),
            text("---\naudience: everyone on earth\n---\n# Secret\n\nx"),
        ),
        ("img/l.png".to_owned(), crate::asset_files::png(3, 2)),
        ("img/evil.svg".to_owned(), text("<svg onload=\"x()\"/>")),
        ("img/fake.png".to_owned(), text("<script>alert(1)</script>")),
        ("empty.md".to_owned(), text("# Only a title")),
        ("../out.md".to_owned(), text("# Out\n\nx")),
    ]);
    let body = [
        b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"old.zip\"\r\n\r\n"
            .to_vec(),
        pack(&files).unwrap(),
        b"\r\n--cut--\r\n".to_vec(),
    ]
    .concat();
    let send = async |who: &str| {
        let request = axum::http::Request::post("/api/v1/article-imports").header(
            axum::http::header::CONTENT_TYPE,
            "multipart/form-data; boundary=cut",
        );
        app.as_(who).send(request, body.clone().into()).await
    };
    send("maren").await.expect(403);
    let ledger = send("ada").await.expect(201).json();
    let lines: Vec<(&str, &str)> = ledger["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| (l["path"].as_str().unwrap(), l["outcome"].as_str().unwrap()))
        .collect();
    assert_eq!(
        lines,
        [
            ("../out.md", "left_out"),
            ("a/logo.de.md", "imported"),
            ("a/logo.md", "imported"),
            ("a/sizes.html", "imported"),
            ("empty.md", "left_out"),
            ("img/evil.svg", "left_out"),
            ("img/fake.png", "left_out"),
            ("img/l.png", "picture"),
            ("secret.md", "imported"),
        ]
    );
    let line = |path: &str| {
        ledger["lines"]
            .as_array()
            .unwrap()
            .iter()
            .find(|l| l["path"] == path)
            .unwrap()
            .clone()
    };
    assert!(line("a/logo.md")["why"].as_str().unwrap().contains("owner"));
    let id = line("a/logo.md")["article_id"].as_str().unwrap().to_owned();
    assert_eq!(line("a/logo.de.md")["article_id"], id.as_str());
    let sizes = line("a/sizes.html")["article_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let seen = app
        .as_("ada")
        .get(&format!("/api/v1/articles/{id}"))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&seen["audience"], &seen["category"]),
        (&"public".into(), &"Brand".into())
    );
    let drafts = seen["drafts"].as_array().unwrap();
    let english = drafts.iter().find(|d| d["lang"] == "en").unwrap()["body"]
        .as_str()
        .unwrap();
    assert!(
        english.contains(&format!("(/answers/{sizes}#a2)"))
            && english.contains("](/article-images/")
            && english.contains("(../../x.md)"),
        "{english}"
    );
    // What is not understood is kept from readers.
    let secret = line("secret.md")["article_id"].as_str().unwrap().to_owned();
    let seen = app
        .as_("ada")
        .get(&format!("/api/v1/articles/{secret}"))
        .await
        .expect(200)
        .json();
    assert_eq!(seen["audience"], "internal");
    assert!(!seen["drafts"].to_string().contains("alert"));

    // Out again: published texts with their pictures, and in once more.
    for (id, lang) in [(&id, "en"), (&id, "de"), (&sizes, "en")] {
        let path = format!("/api/v1/articles/{id}/drafts/{lang}/decision");
        app.as_("ada")
            .post(&path, &serde_json::json!({ "approve": true }))
            .await
            .expect(200);
    }
    let ada = app.actor("ada").await;
    let out = mil::knowledge::transfer::export::export(&app.ctx(ada.clone()), &ada)
        .await
        .unwrap();
    let names: Vec<&str> = out
        .keys()
        .map(String::as_str)
        .filter(|n| !n.starts_with("images/"))
        .collect();
    assert_eq!(names, ["sizes.md", "which-logo.de.md", "which-logo.md"]);
    let logo = String::from_utf8(out["which-logo.md"].clone()).unwrap();
    assert!(
        logo.contains("audience: public")
            && logo.contains("](images/")
            && logo.contains("](sizes.md"),
        "{logo}"
    );
    let (_, again) = mil::knowledge::transfer::import::import(
        &app.ctx(ada.clone()),
        &ada,
        "again",
        &out,
        Vec::new(),
    )
    .await
    .unwrap();
    assert!(
        again
            .iter()
            .all(|l| l.outcome != "left_out" && l.why.is_empty()),
        "{again:?}"
    );
    app.as_("maren")
        .get("/api/v1/article-export")
        .await
        .expect(403);
});
