//! Finding requests by their words, and never by what one may not read.

use crate::harness::TestApp;
use crate::on_each_database;
use crate::queue::order;
use mil_db::sql;
use serde_json::{Value, json};

async fn found(app: &TestApp, who: &str, q: &str) -> Vec<i64> {
    let q: String = q.bytes().map(|b| format!("%{b:02x}")).collect();
    let answer = app
        .as_(who)
        .get(&format!("/api/v1/search?kind=request&q={q}"))
        .await
        .expect(200)
        .json();
    answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["number"].as_i64().unwrap())
        .collect()
}

on_each_database!(words_lead_to_requests_one_may_see, |app| {
    let (poster, a) = order(&app, "maren", "Lighthouse poster for Öffnungstag").await;
    let (_, b) = order(&app, "rolf", "Lighthouse flyer").await;
    let say = |body: &str, visibility: &str| json!({ "body": body, "visibility": visibility });
    let path = format!("/api/v1/requests/{poster}/comments");
    app.as_("priya")
        .post(&path, &say("The printer recommends vellum", "public"))
        .await
        .expect(201);
    app.as_("priya")
        .post(&path, &say("Budget is a catastrophe", "internal"))
        .await
        .expect(201);

    assert_eq!(
        found(&app, "priya", "lighthouse").await,
        [b, a],
        "newest first"
    );
    assert_eq!(found(&app, "maren", "lighthouse").await, [a]);
    assert_eq!(found(&app, "rolf", "lighthouse").await, [b]);
    assert_eq!(
        found(&app, "priya", "light").await,
        [b, a],
        "unfinished words"
    );
    assert_eq!(found(&app, "priya", "vellum poster").await, [a]);
    assert_eq!(found(&app, "maren", "vellum").await, [a]);
    assert_eq!(found(&app, "priya", "catastrophe").await, [a]);
    assert!(
        found(&app, "maren", "catastrophe").await.is_empty(),
        "no internal note leads a requester"
    );
    assert!(found(&app, "ivo", "lighthouse").await.is_empty());
    assert_eq!(found(&app, "priya", &a.to_string()).await[0], a);
    assert_eq!(found(&app, "priya", "öffnungstag").await, [a]);

    // A new title is found, the old one is not.
    app.as_("hanna")
        .json(
            "PATCH",
            &format!("/api/v1/requests/{poster}"),
            &json!({ "title": "Beacon" }),
        )
        .await
        .expect(200);
    assert_eq!(found(&app, "priya", "beacon").await, [a]);

    for odd in [
        "\"",
        "'",
        "AND OR NOT",
        "a\" OR 1=1 --",
        "*",
        "(",
        "NEAR(a b)",
        "\u{7f}\u{feff}",
        "public_text:x",
        "a:b & !c | d",
        "%",
        "\\",
        "🦀",
    ] {
        found(&app, "priya", odd).await;
        found(&app, "maren", odd).await;
    }
    assert_eq!(mil::search::rebuild(&app.app).await.unwrap(), 2);
    assert_eq!(found(&app, "priya", "beacon").await, [a]);
    let page = app
        .as_("priya")
        .get("/queue?q=beacon")
        .await
        .expect(200)
        .text;
    assert!(page.contains(&format!("/work/{a}")) && !page.contains(&format!("/work/{b}")));
});

async fn everything(app: &TestApp, who: &str, q: &str) -> Value {
    let q: String = q.bytes().map(|b| format!("%{b:02x}")).collect();
    app.as_(who)
        .get(&format!("/api/v1/search?q={q}"))
        .await
        .expect(200)
        .json()
}

on_each_database!(slips_forms_and_compounds_are_understood, |app| {
    let (_, poster) = order(&app, "maren", "Visitenkarten for the lighthouse").await;
    let (_, policy) = order(&app, "maren", "Policies on photographers").await;
    assert!(mil::search::vocabulary::sweep(&app.app).await.unwrap() > 0);
    for (q, number) in [
        ("lihgthouse", poster),
        ("ligthouse", poster),
        ("lighthouses", poster),
        ("visitenkarte", poster),
        ("karten", poster),
        ("policy", policy),
        ("photografers", policy),
        ("photographers policy", policy),
    ] {
        assert_eq!(found(&app, "maren", q).await, [number], "{q}");
        assert_eq!(found(&app, "priya", q).await, [number], "{q}");
    }
    for q in ["lxxxthouse", "house"] {
        assert!(
            found(&app, "maren", q).await.is_empty() || q == "house",
            "{q}"
        );
    }
    let all = everything(&app, "maren", "lihgthouse").await;
    assert_eq!(all["meant"], "lighthouse");
    assert_eq!(all["items"][0]["number"], poster);
    // A service by another word for it, and with a slip.
    for q in ["websitte", "Web pages"] {
        let all = everything(&app, "maren", q).await;
        assert_eq!(all["items"][0]["kind"], "service", "{q}: {all}");
    }
    let part = app
        .as_("maren")
        .get("/search/suggest?q=ligh")
        .await
        .expect(200)
        .text;
    assert!(part.contains("role=\"option\"") && part.contains(&format!("/requests/{poster}")));
    // A slip in one word of two leads no further than what is there.
    let page = app
        .as_("maren")
        .get("/search?q=lihgthouse")
        .await
        .expect(200)
        .text;
    assert!(page.contains("Did you mean") && page.contains("<mark>lighthouse</mark>"));
});

on_each_database!(no_correction_tells_of_a_word_that_one_may_not_read, |app| {
    let (secret, _) = order(&app, "rolf", "Takeover of Bluefish").await;
    order(&app, "maren", "Poster").await;
    let say = json!({ "body": "The codename is Wolverine", "visibility": "internal" });
    app.as_("priya")
        .post(&format!("/api/v1/requests/{secret}/comments"), &say)
        .await
        .expect(201);
    mil::search::vocabulary::sweep(&app.app).await.unwrap();
    for (who, hidden) in [
        ("maren", vec!["bluefihs", "blue", "takeovr", "wolverin"]),
        ("rolf", vec!["wolverin", "wolv", "codenam"]),
        ("pia", vec!["bluefihs", "wolverin", "poste"]),
    ] {
        for q in hidden {
            let all = everything(&app, who, q).await;
            let requests = all["items"].as_array().unwrap().iter();
            assert_eq!(
                requests.filter(|i| i["kind"] == "request").count(),
                0,
                "{who} {q}"
            );
            let text = all.to_string().to_lowercase();
            for word in ["bluefish", "takeover", "wolverine", "codename"] {
                assert!(!text.contains(word), "{who} {q}: {text}");
            }
            for path in ["/search", "/search/suggest", "/palette"] {
                let page = app
                    .as_(who)
                    .get(&format!("{path}?q={q}"))
                    .await
                    .expect(200)
                    .text;
                let page = page.to_lowercase();
                for word in ["bluefish", "takeover", "wolverine", "codename"] {
                    assert!(!page.contains(word), "{who} {path} {q}");
                }
            }
        }
    }
    assert_eq!(
        everything(&app, "priya", "wolverin").await["items"][0]["kind"],
        "request"
    );
});

on_each_database!(what_is_looked_for_in_vain_is_counted_without_names, |app| {
    for q in [
        "zeppelin hire",
        "Zeppelin  hire!",
        "zeppelin hire maren@nordhaven.example",
    ] {
        everything(&app, "maren", q).await;
    }
    let page = app
        .as_("maren")
        .get("/search?q=zeppelin+hire")
        .await
        .expect(200)
        .text;
    assert!(page.contains("Nothing here fits"));
    everything(&app, "maren", "Rolf Brandt 12345").await;
    let open = mil::search::unmet::open(&app.app.db, mil::search::unmet::Place::Search, 10)
        .await
        .unwrap();
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(
        (open[0].words.as_str(), open[0].times),
        ("zeppelin hire", 4)
    );
    app.pass(91 * 24 * 60);
    mil::search::unmet::sweep(&app.app, app.now())
        .await
        .unwrap();
    let open = mil::search::unmet::open(&app.app.db, mil::search::unmet::Place::Search, 10)
        .await
        .unwrap();
    assert!(open.is_empty());
});

on_each_database!(
    answers_are_found_by_whom_they_are_for_and_only_while_they_live,
    |app| {
        use mil::knowledge::model::Audience;
        let names = [
            ("Walrus for everybody", "public"),
            ("Walrus for staff", "staff"),
            ("Walrus within", "internal"),
            ("Walrus of life sciences", "departments"),
            ("Walrus away", "staff"),
        ];
        let mut ids = Vec::new();
        let mut tx = app.app.db.begin().await.unwrap();
        sql("INSERT INTO department (id, name, created_at) VALUES ('life', 'Life', 1)")
            .run(&mut tx)
            .await
            .unwrap();
        sql("UPDATE person SET department_id = 'life' WHERE id = $1")
            .bind(app.id("rolf"))
            .run(&mut tx)
            .await
            .unwrap();
        for (n, (title, audience)) in names.iter().enumerate() {
            assert!(Audience::from_key(audience).is_some());
            let id = format!("00000000-0000-7000-8000-00000000000{n}");
            sql("INSERT INTO article (id, lang, audience, published_at, created_at, updated_at, version)
             VALUES ($1, 'en', $2, 1, 1, 1, 1)")
            .bind(&id).bind(*audience).run(&mut tx).await.unwrap();
            sql("INSERT INTO article_text (article_id, lang, number, slug, title, summary, body, words, published_at)
             VALUES ($1, 'en', 1, $2, $3, 'About tusks.', 'They **dive** deep.', '', 1)")
            .bind(&id).bind(format!("walrus-{n}")).bind(*title).run(&mut tx).await.unwrap();
            if *audience == "departments" {
                sql("INSERT INTO article_department (article_id, department_id) VALUES ($1, 'life')")
                .bind(&id).run(&mut tx).await.unwrap();
            }
            mil::search::articles::index(&mut tx, app.now(), &id)
                .await
                .unwrap();
            ids.push(id);
        }
        // Expired since it was indexed: the policy has the last word.
        sql("UPDATE article SET expires_at = 2 WHERE id = $1")
            .bind(&ids[4])
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        mil::search::vocabulary::sweep(&app.app).await.unwrap();
        for (who, expected) in [
            ("pia", vec![0]),
            ("maren", vec![0, 1]),
            ("rolf", vec![0, 1, 3]),
            ("ivo", vec![0, 1, 2]),
            ("priya", vec![0, 1, 2, 3]),
            ("ada", vec![0, 1, 2, 3]),
        ] {
            for q in ["walrus", "walruses dive", "walrsu", "tusks"] {
                let all = everything(&app, who, q).await;
                let mut found: Vec<&str> = all["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|i| i["kind"] == "article")
                    .map(|i| i["title"].as_str().unwrap())
                    .collect();
                found.sort_unstable();
                let mut titles: Vec<&str> = expected.iter().map(|n: &usize| names[*n].0).collect();
                titles.sort_unstable();
                assert_eq!(found, titles, "{who} {q}");
            }
        }
        let mut tx = app.app.db.begin().await.unwrap();
        sql("UPDATE article SET archived_at = 3 WHERE id = $1")
            .bind(&ids[0])
            .run(&mut tx)
            .await
            .unwrap();
        mil::search::articles::index(&mut tx, app.now(), &ids[0])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(everything(&app, "pia", "walrus").await["items"], json!([]));
    }
);

on_each_database!(a_request_is_found_by_what_stands_in_its_files, |app| {
    let (id, number) = order(&app, "maren", "Brochure").await;
    let put = async |name: &str, bytes: &[u8], visibility: &str| {
        let stored = app.app.blobs.put(bytes).await.unwrap();
        let mut tx = app.app.db.begin().await.unwrap();
        sql("INSERT INTO attachment (id, item_id, visibility, name, media_type, size, sha256, uploaded_by, created_at)
             VALUES ($1, $2, $3, $4, 'text/plain', $5, $6, $7, 1)")
            .bind(mil::random::new_id(app.now())).bind(&id).bind(visibility).bind(name)
            .bind(bytes.len() as i64).bind(stored.sha.as_str()).bind(app.id("priya"))
            .run(&mut tx).await.unwrap();
        let item = mil::work::store::find(&mut tx, &mil::actor::Actor::system(), &id)
            .await
            .unwrap();
        mil::search::index(&mut tx, &item).await.unwrap();
        tx.commit().await.unwrap();
    };
    put("notes.txt", b"The narwhal swims past\0 the pier", "public").await;
    put("plan.md", "Geheim: Flußpferd".as_bytes(), "internal").await;
    put("broken.docx", b"PK nonsense", "public").await;
    put("picture.png", b"narwhalpicture", "public").await;
    while mil::search::files::run(&app.app, app.now()).await.unwrap() > 0 {}
    assert_eq!(found(&app, "maren", "narwhal").await, [number]);
    assert_eq!(found(&app, "priya", "flusspferd").await, [number]);
    assert!(
        found(&app, "maren", "flusspferd").await.is_empty(),
        "internal files stay internal"
    );
    assert_eq!(
        found(&app, "maren", "brochure").await,
        [number],
        "a bad file blocks nothing"
    );
    assert!(found(&app, "maren", "narwhalpicture").await.is_empty());
    let all = everything(&app, "maren", "narwhal").await;
    assert!(
        all["items"][0]["snippet"]
            .as_str()
            .unwrap()
            .contains("narwhal swims"),
        "{all}"
    );
    let left: i64 = sql("SELECT COUNT(*) AS n FROM file_text WHERE problem = 'waiting'")
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(left, 0);
});

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % n as u64).unwrap()
    }
}

on_each_database!(exactly_what_the_policy_opens_is_found, |app| {
    const WORDS: [&str; 6] = [
        "albatross",
        "barnacle",
        "cormorant",
        "dolphin",
        "eelgrass",
        "flounder",
    ];
    const WHO: [&str; 8] = [
        "maren", "rolf", "pia", "priya", "tomas", "hanna", "ivo", "ada",
    ];
    let mut dice = Dice(7);
    // Of each request: its id, number, public and internal words.
    let mut all: Vec<(String, i64, Vec<&str>, Vec<&str>)> = Vec::new();
    for n in 0..14 {
        let owner = ["maren", "rolf"][dice.below(2)];
        let public = vec![WORDS[dice.below(6)], WORDS[dice.below(6)]];
        let (id, number) = order(&app, owner, &format!("{} {} {n}", public[0], public[1])).await;
        let mut internal = Vec::new();
        if dice.below(2) == 0 {
            internal.push(WORDS[dice.below(6)]);
            let say =
                json!({ "body": format!("secret {}", internal[0]), "visibility": "internal" });
            app.as_("priya")
                .post(&format!("/api/v1/requests/{id}/comments"), &say)
                .await
                .expect(201);
        }
        let mut tx = app.app.db.begin().await.unwrap();
        if dice.below(3) == 0 {
            let who = WHO[dice.below(8)];
            sql("INSERT INTO watcher (item_id, person_id, since) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING")
                .bind(&id).bind(app.id(who)).run(&mut tx).await.unwrap();
        }
        if dice.below(4) == 0 {
            sql("UPDATE work_item SET assignee_id = $1 WHERE id = $2")
                .bind(app.id("ivo"))
                .bind(&id)
                .run(&mut tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        all.push((id, number, public, internal));
    }
    mil::search::vocabulary::sweep(&app.app).await.unwrap();
    for who in WHO {
        let actor = app.actor(who).await;
        for word in WORDS {
            let mut expected: Vec<i64> = Vec::new();
            for (id, number, public, internal) in &all {
                let Ok(item) = mil::work::store::find(&app.app.db, &actor, id).await else {
                    continue;
                };
                let inside =
                    mil::policy::on_item(&actor, mil::policy::Do::SeeInternal, &item.facts());
                let sees_all = matches!(who, "priya" | "tomas" | "hanna" | "ada");
                if public.contains(&word) || (sees_all && inside && internal.contains(&word)) {
                    expected.push(*number);
                }
            }
            expected.sort_unstable();
            let mut slip = word.to_owned();
            let swapped: String = slip.drain(2..4).rev().collect();
            slip.insert_str(2, &swapped);
            for q in [word.to_owned(), word[..5].to_owned(), slip] {
                let mut hits = found(&app, who, &q).await;
                hits.sort_unstable();
                assert_eq!(hits, expected, "{who} {q}");
                let text = everything(&app, who, &q).await.to_string();
                if !matches!(who, "priya" | "tomas" | "hanna" | "ada" | "ivo") {
                    assert!(!text.contains("secret"), "{who} {q}: {text}");
                }
            }
        }
    }
});
