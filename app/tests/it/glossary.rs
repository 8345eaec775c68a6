//! The glossary: keeping it, reading it, terms in texts, a request in the words
//! of the other side, and the terms of practices.

use mil::glossary::verbs::{self, TermInput};
use mil::glossary::{Book, csv};
use mil::practices::adopt;
use mil::practices::model::Wishes;
use mil_db::sql;
use serde_json::{Value, json};

use crate::desk_help::order;
use crate::harness::TestApp;
use crate::on_each_database;

/// A term that `who` made; its id.
pub async fn term(app: &TestApp, who: &str, name: &str, it: &str) -> String {
    let input = TermInput {
        term: name.to_owned(),
        means: format!("What {name} is."),
        it_term: it.to_owned(),
        ..TermInput::default()
    };
    let actor = app.actor(who).await;
    let ctx = app.ctx(actor.clone());
    verbs::create(&ctx, &actor, &input).await.unwrap().id
}

/// A term that no other call needs.
pub async fn fresh(app: &TestApp) -> String {
    let name = format!("page {}", mil::random::new_id(app.now()));
    term(app, "ada", &name, "landing page").await
}

on_each_database!(a_term_is_made_explained_changed_and_retired, |app| {
    let (priya, maren, hanna) = (app.as_("priya"), app.as_("maren"), app.as_("hanna"));
    let new = json!({ "term": "Campaign page", "means": "One page for **one** campaign.",
        "it_term": "landing page", "it_means": "A route of its own.", "synonyms": ["microsite", "Microsite", " "] });
    let made = priya
        .post("/api/v1/glossary", &new)
        .await
        .expect(201)
        .json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["synonyms"], json!(["microsite"]));
    maren.post("/api/v1/glossary", &new).await.expect(403);
    let twin = priya
        .post(
            "/api/v1/glossary",
            &json!({ "term": "campaign  PAGE", "means": "x" }),
        )
        .await;
    twin.expect(422);
    let empty = priya
        .post("/api/v1/glossary", &json!({ "language": "fr" }))
        .await
        .expect(422)
        .json();
    assert_eq!(empty["errors"].as_array().unwrap().len(), 3, "{empty}");

    // Everybody reads it, finds it by any of its names, and by a form of them.
    for q in ["microsites", "landing", "campaign pages", "campagn page"] {
        let found = maren
            .get(&format!(
                "/api/v1/search?kind=term&q={}",
                q.replace(' ', "+")
            ))
            .await;
        mil::search::vocabulary::sweep(&app.app).await.unwrap();
        let found = found.expect(200).json();
        if q != "campagn page" {
            assert_eq!(found["items"][0]["id"], id, "{q}");
        }
    }
    let slip = maren
        .get("/api/v1/search?kind=term&q=campagn+page")
        .await
        .expect(200)
        .json();
    assert_eq!(slip["items"][0]["id"], id);
    let page = app
        .as_("pia")
        .get(&format!("/glossary/{id}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("<strong>one</strong>") && page.contains("landing page"));

    // Only its owner and leads change it; an old version is refused.
    let change = json!({ "term": "Campaign page", "means": "Changed.", "version": 1 });
    app.as_("tomas")
        .json("PUT", &format!("/api/v1/glossary/{id}"), &change)
        .await
        .expect(403);
    hanna
        .json("PUT", &format!("/api/v1/glossary/{id}"), &change)
        .await
        .expect(200);
    priya
        .json("PUT", &format!("/api/v1/glossary/{id}"), &change)
        .await
        .expect(412);
    let gone = app
        .as_("maren")
        .send(
            axum::http::Request::delete(format!("/api/v1/glossary/{id}")),
            axum::body::Body::empty(),
        )
        .await;
    gone.expect(403);
    let gone = hanna
        .send(
            axum::http::Request::delete(format!("/api/v1/glossary/{id}")),
            axum::body::Body::empty(),
        )
        .await;
    gone.expect(204);
    maren.get(&format!("/glossary/{id}")).await.expect(404);
    let found = maren
        .get("/api/v1/search?kind=term&q=campaign")
        .await
        .expect(200)
        .json();
    assert_eq!(found["items"], json!([]));
});

on_each_database!(words_in_a_text_explain_themselves_once_and_safely, |app| {
    term(&app, "priya", "briefing", "requirements").await;
    term(&app, "priya", "<b>bold</b>", "x").await;
    let (id, number) = order(&app.as_("maren")).await;
    let body = "# Briefing\n\nOur Briefings and the briefing. `briefing` [briefing](https://a.example)\n\n    briefing\n\nhttps://a.example/briefing debriefing <b>bold</b>";
    app.as_("maren")
        .post(
            &format!("/api/v1/requests/{id}/comments"),
            &json!({ "body": body, "visibility": "public" }),
        )
        .await
        .expect(201);
    for (who, path) in [
        ("maren", format!("/requests/{number}")),
        ("priya", format!("/work/{number}")),
    ] {
        let page = app.as_(who).get(&path).await.expect(200).text;
        let buttons: Vec<&str> = page.matches("class=\"term\"").collect();
        let at = page.find("class=\"term\"").unwrap();
        assert!(
            page[at..].starts_with("class=\"term\" popovertarget=\"gl-"),
            "{}",
            &page[at..at + 200]
        );
        let word = page[at..].split_once('>').unwrap().1;
        assert!(word.starts_with("Briefings</button>"), "{}", &word[..60]);
        assert!(!page.contains("<b>bold</b>"), "names and texts are text");
        // Once in the text; the other is the name with angle brackets, as text.
        assert!(buttons.len() <= 2, "{}", buttons.len());
        assert!(page.contains("<code>briefing</code>") && page.contains("debriefing"));
        assert!(page.contains(">briefing</a>"));
    }
});

on_each_database!(a_request_is_said_in_the_words_of_the_other_side, |app| {
    term(&app, "priya", "campaign page", "landing page").await;
    let (id, number) = order(&app.as_("maren")).await;
    for (visibility, body) in [
        (
            "public",
            "We need two campaign pages; the landing page of May was good",
        ),
        ("internal", "The secret campaign page"),
    ] {
        app.as_("priya")
            .post(
                &format!("/api/v1/requests/{id}/comments"),
                &json!({ "body": body, "visibility": visibility }),
            )
            .await
            .expect(201);
    }
    let said = |side: &str| format!("/api/v1/requests/{id}/words?for={side}");
    let all = |value: &Value| {
        value["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| p["text"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
            .join("|")
    };
    let it = app.as_("maren").get(&said("it")).await.expect(200).json();
    assert!(
        all(&it).contains("two landing page (campaign pages); the landing page of May"),
        "{it}"
    );
    assert!(!all(&it).contains("secret"));
    let marketing = app
        .as_("priya")
        .get(&said("marketing"))
        .await
        .expect(200)
        .json();
    assert!(
        all(&marketing).contains("two campaign pages; the campaign page (landing page) of May")
    );
    app.as_("rolf").get(&said("it")).await.expect(404);
    app.as_("rolf")
        .get(&format!("/requests/{number}/words"))
        .await
        .expect(404);
    for (who, path) in [
        ("maren", format!("/requests/{number}/words?for=it")),
        ("priya", format!("/work/{number}/words")),
    ] {
        let page = app.as_(who).get(&path).await.expect(200).text;
        assert!(page.contains("said-word") && page.contains("<s>campaign pages</s>"));
        assert!(!page.contains("secret"));
    }
});

on_each_database!(
    what_people_look_up_in_vain_becomes_a_term_in_one_click,
    |app| {
        let (maren, priya) = (app.as_("maren"), app.as_("priya"));
        for _ in 0..2 {
            let page = maren
                .get("/glossary?q=hydration+layer")
                .await
                .expect(200)
                .text;
            assert!(page.contains("Nothing explains"));
        }
        maren.get("/glossary?q=flummox").await.expect(200);
        let gaps = priya.get("/api/v1/glossary-gaps").await.expect(200).json();
        assert_eq!(gaps["items"][0]["words"], "hydration layer");
        assert_eq!(gaps["items"][0]["times"], 2);
        maren.get("/glossary/gaps").await.expect(403);
        let page = priya.get("/glossary/gaps").await.expect(200).text;
        assert!(page.contains("/glossary/new?term=hydration%20layer"));
        let form = priya
            .get("/glossary/new?term=hydration%20layer")
            .await
            .expect(200)
            .text;
        assert!(form.contains("value=\"hydration layer\""));
        term(&app, "priya", "Hydration layer", "").await;
        priya
            .form("/glossary/gaps", "words=flummox")
            .await
            .expect(303);
        priya
            .form("/glossary/gaps", "words=flummox")
            .await
            .expect(404);
        let gaps = priya.get("/api/v1/glossary-gaps").await.expect(200).json();
        assert_eq!(gaps["items"], json!([]));
    }
);

on_each_database!(terms_go_out_and_come_in_as_csv, |app| {
    term(&app, "priya", "=SUM(A1)", "a, \"b\"").await;
    let text = app.as_("maren").get("/glossary.csv").await.expect(200).text;
    assert!(text.contains("\"'=SUM(A1)\""), "{text}");
    let actor = app.actor("hanna").await;
    let ctx = app.ctx(actor.clone());
    let ledger = csv::import(&ctx, &actor, &text).await.unwrap();
    assert_eq!((ledger.created, ledger.changed, ledger.same), (0, 0, 1));
    let more = "term;means;synonyms\nCI;What we look like;corporate identity\n\"Lead\";Somebody; ";
    let ledger = csv::import(&ctx, &actor, more).await.unwrap();
    assert_eq!((ledger.created, ledger.changed, ledger.same), (2, 0, 0));
    // One wrong line, and nothing is taken in.
    let wrong = "term,means\nNew,Fine\n,No word\n";
    assert!(csv::import(&ctx, &actor, wrong).await.is_err());
    assert_eq!(Book::load(&app.app.db).await.unwrap().terms().count(), 3);
    let marketer = app.actor("priya").await;
    assert!(csv::import(&ctx, &marketer, more).await.is_err());
});

on_each_database!(adopting_a_practice_brings_its_terms_and_keeps_ours, |app| {
    let key = "post-mortem";
    let actor = app.actor("hanna").await;
    let ctx = app.ctx(actor.clone());
    let pack = mil::practices::store::offer(&app.app.db, key)
        .await
        .unwrap()
        .unwrap()
        .pack;
    let words = &pack.meta.glossary;
    assert!(words.len() >= 2, "the pack has terms to look at");
    let ours = term(&app, "priya", &words[0].term, "our word").await;
    adopt::adopt(&ctx, &actor, key, &Wishes::default())
        .await
        .unwrap();
    let book = app.app.glossary().await.unwrap();
    assert_eq!(book.terms().count(), words.len());
    assert_eq!(book.get(&ours).unwrap().it_term, "our word", "ours stays");
    let theirs = book
        .terms()
        .find(|t| t.term == words[1].term)
        .unwrap()
        .clone();
    assert_eq!(theirs.practice.as_deref(), Some(key));
    assert_eq!(theirs.means, words[1].means);

    // A newer version: what nobody touched follows it, what we changed stays.
    let mut newer = words.clone();
    newer[1].means = "Newer words.".to_owned();
    let install = async |terms: &[_]| {
        let mut tx = app.app.db.begin().await.unwrap();
        mil::glossary::packs::install(&mut tx, &ctx, &actor, key, terms)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    };
    install(&newer).await;
    let book = app.app.glossary().await.unwrap();
    assert_eq!(book.get(&theirs.id).unwrap().means, "Newer words.");
    let change = TermInput {
        term: theirs.term.clone(),
        means: "Our words.".to_owned(),
        ..TermInput::default()
    };
    verbs::change(&ctx, &actor, &theirs.id, &change)
        .await
        .unwrap();
    newer[1].means = "Newest words.".to_owned();
    install(&newer).await;
    let book = app.app.glossary().await.unwrap();
    assert_eq!(book.get(&theirs.id).unwrap().means, "Our words.");

    // The export says what is here.
    let out = mil::glossary::packs::export(&app.app.db, key, words)
        .await
        .unwrap();
    assert_eq!(out[1].means, "Our words.");
    assert_eq!(out[0].it_term.as_deref(), Some("our word"));
    let n: i64 = sql("SELECT COUNT(*) AS n FROM search_document WHERE kind = 'term'")
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(usize::try_from(n).unwrap(), words.len());
});
