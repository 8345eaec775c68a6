//! Assets, playbooks and policies in the one search: exactly those that the
//! reader may open, by whatever stands in them that they may read.

use mil_db::sql;
use serde_json::{Value, json};

use crate::asset_help::{id, put};
use crate::harness::{PEOPLE, TestApp};
use crate::on_each_database;
use crate::policies::published;

/// What somebody finds: kind, address and snippet.
async fn found(app: &TestApp, who: &str, q: &str) -> Vec<(String, String, String)> {
    let answer = app
        .as_(who)
        .get(&format!("/api/v1/search?q={}", q.replace(' ', "+")))
        .await
        .expect(200)
        .json();
    answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| {
            let text = |name: &str| i[name].as_str().unwrap_or_default().to_owned();
            (text("kind"), text("href"), text("snippet"))
        })
        .collect()
}

/// A public answer; its address.
async fn article(app: &TestApp, body: &str) -> String {
    use mil::knowledge::{approval, model::Audience, store, write};
    let ada = app.actor("ada").await;
    let ctx = app.ctx(ada.clone());
    let new = write::New {
        audience: Audience::Public,
        words: crate::knowledge::words("Fairs", body),
        ..write::New::default()
    };
    let (made, _) = write::create(&ctx, &ada, new).await.unwrap();
    approval::approve(&ctx, &ada, &made.id, mil::i18n::Lang::En, None, None)
        .await
        .unwrap();
    store::texts(&app.app.db, &made.id).await.unwrap()[0].href()
}

async fn read_files(app: &TestApp) {
    while mil::search::files::run(&app.app, app.now()).await.unwrap() > 0 {}
    mil::search::vocabulary::sweep(&app.app).await.unwrap();
}

/// A playbook; published unless it is to stay a draft.
async fn playbook(app: &TestApp, name: &str, how: &str, publish: bool) -> String {
    let ada = app.as_("ada");
    let text = json!({ "name": name, "purpose": "When it rains", "steps": [{ "title": "Go", "how": how }] });
    let made = ada.post("/api/v1/playbooks", &text).await.expect(201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    if publish {
        let path = format!("/api/v1/playbooks/{id}/publication");
        ada.post(&path, &json!({})).await.expect(200);
    }
    id
}

fn facts(name: &str, audience: &str, originals: bool) -> Value {
    json!({ "facts": { "name": name, "audience": audience, "originals_for_all": originals,
        "kind": "document", "description": "About weather", "tags": ["umbrella"] } })
}

// Every kind with every audience: whoever may open it finds it, and nobody else
// does, by its name, by its text, and by a slip.
on_each_database!(no_result_that_the_reader_may_not_open, |app| {
    let mut all: Vec<(&str, String, String)> = Vec::new();
    for (n, (audience, originals)) in [
        ("agents", false),
        ("everyone", true),
        ("everyone", false),
        ("public", true),
        ("public", false),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("weather-{n}.txt");
        let text = format!("Pelican inside number {n}");
        let made = put(
            &app,
            &name,
            text.as_bytes(),
            facts("Heron leaflet", audience, originals),
        )
        .await;
        all.push((
            "asset",
            format!("/assets/{}", id(&made)),
            format!("/api/v1/assets/{}", id(&made)),
        ));
    }
    for (publish, retire) in [(true, false), (false, false), (true, true)] {
        let id = playbook(&app, "Heron stand", "Feed the **pelican**", publish).await;
        let api = format!("/api/v1/playbooks/{id}");
        if retire {
            let path = format!("{api}/retirement");
            app.as_("ada")
                .json("PUT", &path, &json!({}))
                .await
                .expect(200);
        }
        all.push(("playbook", format!("/playbooks/{id}"), api));
    }
    for audience in [
        json!({ "everyone": true }),
        json!({ "partners": true }),
        json!({ "groups": [app.starter.team_id] }),
    ] {
        let more = json!({ "audience": audience, "body": "No pelican indoors." });
        let id = published(&app, "Heron rules", &more).await;
        all.push((
            "policy",
            format!("/policies/{id}"),
            format!("/api/v1/policies/{id}"),
        ));
    }
    // One that begins to hold in a month, and a draft over one that holds.
    let later = json!({ "body": "Pelican later", "effective_on": "2026-12-24" });
    let later = published(&app, "Heron later", &later).await;
    let (_, over, over_api) = all[all.len() - 1].clone();
    let draft = json!({ "title": "Secret draft", "body": "Pelican bomb", "audience": { "everyone": true },
        "deadline_days": 3 });
    app.as_("hanna")
        .json("PUT", &format!("{over_api}/draft"), &draft)
        .await
        .expect(200);
    read_files(&app).await;

    for (who, _, role) in PEOPLE {
        for (kind, href, api) in &all {
            let opens = app.as_(who).get(href).await.status == 200
                && app.as_(who).get(api).await.status == 200;
            for q in ["heron", "herons", "heorn"] {
                let kind_only = app
                    .as_(who)
                    .get(&format!("/api/v1/search?q={q}&kind={kind}"))
                    .await
                    .expect(200)
                    .text;
                let there = kind_only.matches(&format!("\"{href}\"")).count();
                if opens && *kind != "playbook" {
                    assert_eq!(there, 1, "{who} {q} {href}: {kind_only}");
                } else {
                    assert!(there <= usize::from(opens), "{who} {q} {href}");
                }
            }
        }
        let hits = found(&app, who, "pelican").await;
        for (_, href, snippet) in &hits {
            app.as_(who).get(href).await.expect(200);
            assert!(
                !snippet.contains("bomb") && !snippet.contains("later"),
                "{snippet}"
            );
        }
        // Who does not get the file does not find it by what stands in it.
        let through: Vec<&str> = hits
            .iter()
            .filter(|h| h.0 == "asset")
            .filter_map(|h| all.iter().position(|a| a.1 == h.1))
            .map(|n| ["agents", "open", "closed", "public", "looked at"][n])
            .collect();
        let mut through = through;
        through.sort_unstable();
        let expected: &[&str] = match role {
            r if r.is_agent() => &["agents", "closed", "looked at", "open", "public"],
            mil::actor::Role::Requester => &["open", "public"],
            _ => &["public"],
        };
        assert_eq!(through, expected, "{who}");
        let playbooks = hits.iter().filter(|h| h.0 == "playbook").count();
        assert_eq!(playbooks, usize::from(role.is_agent()), "{who}: {hits:?}");
    }
    assert!(
        found(&app, "hanna", "bomb").await.is_empty(),
        "a draft of {over}"
    );

    // In a month the other one holds and is found.
    app.pass(40 * 24 * 60);
    let hits = found(&app, "maren", "pelican later").await;
    assert!(
        hits.iter().any(|h| h.1 == format!("/policies/{later}")),
        "{hits:?}"
    );
    let stop = json!({});
    app.as_("hanna")
        .json("DELETE", &format!("/api/v1/policies/{later}"), &stop)
        .await
        .expect(204);
    let hits = found(&app, "maren", "pelican later").await;
    assert!(!hits.iter().any(|h| h.1 == format!("/policies/{later}")));
    app.as_("priya")
        .json("DELETE", &all[4].2, &stop)
        .await
        .expect(204);
    app.as_("priya")
        .json("DELETE", &all[3].2, &stop)
        .await
        .expect(204);
    let hits = found(&app, "pia", "pelican inside").await;
    assert!(hits.iter().all(|h| h.0 != "asset"), "{hits:?}");
});

on_each_database!(an_asset_is_found_by_all_that_is_said_of_it, |app| {
    let made = put(
        &app,
        "sheet.txt",
        b"Prices of marzipan",
        facts("Autumn sheet", "everyone", true),
    )
    .await;
    read_files(&app).await;
    let href = format!("/assets/{}", id(&made));
    for q in [
        "autumn",
        "umbrella",
        "weather",
        "marzipan",
        "autumn marzipan",
        "marzpian",
    ] {
        let hits = found(&app, "maren", q).await;
        assert_eq!(hits.len(), 1, "{q}: {hits:?}");
        assert_eq!(hits[0].1, href, "{q}");
    }
    let changed =
        json!({ "facts": { "name": "Winter sheet", "kind": "document", "audience": "agents" } });
    app.as_("priya")
        .json("PATCH", &format!("/api/v1/assets/{}", id(&made)), &changed)
        .await
        .expect(200);
    for q in ["autumn", "winter", "umbrella", "marzipan"] {
        assert!(found(&app, "maren", q).await.is_empty(), "{q}");
    }
    assert_eq!(found(&app, "priya", "winter marzipan").await.len(), 1);
    // What IPTC says, but no camera and no place.
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE asset_version SET meta = $1")
        .bind(r#"[["Keyword","lighthouse"],["Camera","Zenit"],["Place","54 north"]]"#)
        .run(&mut tx)
        .await
        .unwrap();
    mil::search::assets::index(&mut tx, app.now(), id(&made))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(found(&app, "priya", "lighthouse").await.len(), 1);
    assert!(found(&app, "priya", "zenit").await.is_empty());
    // A page for people, too; the kind can be chosen.
    let page = app
        .as_("priya")
        .get("/search?q=lighthouse&kind=asset")
        .await
        .expect(200)
        .text;
    assert!(page.contains(&href) && page.contains("kind=playbook"));
    let page = app
        .as_("maren")
        .get("/search?q=lighthouse")
        .await
        .expect(200)
        .text;
    assert!(page.contains("kind=asset") && !page.contains("kind=playbook"));
});

on_each_database!(an_upgrade_puts_in_what_was_there_before, |app| {
    let asset = put(&app, "old.txt", b"Walnut", facts("Nuts", "everyone", true)).await;
    playbook(&app, "Nut stand", "Crack", true).await;
    published(&app, "Nut rules", &json!({})).await;
    let mut tx = app.app.db.begin().await.unwrap();
    for text in [
        "DELETE FROM search_document",
        "DELETE FROM file_text",
        "INSERT INTO counter (name, value) VALUES ('search_version', 1)",
    ] {
        sql(text).run(&mut tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert!(found(&app, "priya", "nut").await.is_empty());
    mil::search::catch_up(&app.app).await.unwrap();
    read_files(&app).await;
    let mut kinds: Vec<String> = found(&app, "priya", "nut")
        .await
        .into_iter()
        .map(|h| h.0)
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["asset", "playbook", "policy"]);
    let hits = found(&app, "maren", "walnut").await;
    assert_eq!(hits[0].1, format!("/assets/{}", id(&asset)));
});

on_each_database!(terms_are_explained_in_answers_and_policies_too, |app| {
    crate::glossary::term(&app, "ada", "Roll-up", "banner").await;
    let policy = published(
        &app,
        "Stands",
        &json!({ "for_you": "Bring a roll-up.", "body": "## Roll-up\n\nOne roll-up each." }),
    )
    .await;
    let page = app
        .as_("maren")
        .get(&format!("/policies/{policy}"))
        .await
        .expect(200)
        .text;
    assert_eq!(
        page.matches("class=\"term\"").count(),
        2,
        "once in each text, never in a heading"
    );
    let (_, number) = crate::queue::order(&app, "maren", "A Roll-up <i>for</i> the fair").await;
    for path in [
        format!("/requests/{number}"),
        format!("/work/{number}/brief"),
    ] {
        let page = app.as_("priya").get(&path).await.text;
        assert!(!page.contains("<i>for</i>"));
        let page = if path.starts_with("/req") {
            app.as_("maren").get(&path).await.expect(200).text
        } else {
            page
        };
        assert!(
            page.contains("class=\"term\"") && page.contains("&lt;i&gt;for"),
            "{path}"
        );
    }
    let article = article(&app, "## The roll-up\n\nCarry the roll-up, `roll-up`.").await;
    let page = app.as_("maren").get(&article).await.expect(200).text;
    assert_eq!(page.matches("class=\"term\"").count(), 1);
    let page = app.nobody().get(&article).await.expect(200).text;
    assert_eq!(
        page.matches("class=\"term\"").count(),
        0,
        "no link to what one cannot open"
    );
});
