//! The knowledge base: who reads what, how answers come to be, and what is
//! said of them.

use mil::actor::Actor;
use mil::error::Error;
use mil::i18n::Lang;
use mil::knowledge::model::Audience;
use mil::knowledge::write::{self, New, Words};
use mil::knowledge::{approval, publish, store, voices};

use crate::harness::TestApp;
use crate::on_each_database;

pub fn words(title: &str, body: &str) -> Words {
    Words {
        title: Some(title.to_owned()),
        summary: Some(format!("About {title}")),
        body: Some(body.to_owned()),
        ..Words::default()
    }
}

/// A published article; answers its id.
pub async fn published(
    app: &TestApp,
    title: &str,
    audience: Audience,
    departments: &[String],
) -> String {
    let ada = app.actor("ada").await;
    let ctx = app.ctx(ada.clone());
    let new = New {
        audience,
        departments: departments.to_vec(),
        words: words(title, "# How\n\nLike this."),
        ..New::default()
    };
    let (article, _) = write::create(&ctx, &ada, new).await.unwrap();
    approval::approve(&ctx, &ada, &article.id, Lang::En, None, None)
        .await
        .unwrap();
    article.id
}

/// An article that everybody may read, and one that only agents may.
pub async fn open_and_secret(app: &TestApp) -> (String, String) {
    let open = published(app, "Which logo?", Audience::Public, &[]).await;
    (
        open,
        published(app, "Among us", Audience::Internal, &[]).await,
    )
}

async fn listed(app: &TestApp, actor: Option<&Actor>) -> Vec<String> {
    store::list(
        &app.app.db,
        actor,
        app.now(),
        Lang::En,
        &Default::default(),
        100,
    )
    .await
    .unwrap()
    .into_iter()
    .map(|l| l.title)
    .collect()
}

on_each_database!(a_draft_goes_to_a_reviewer_and_to_readers, |app| {
    let (priya, hanna, maren) = (
        app.actor("priya").await,
        app.actor("hanna").await,
        app.actor("maren").await,
    );
    let (by_priya, by_hanna) = (app.ctx(priya.clone()), app.ctx(hanna.clone()));
    let new = New {
        words: words("Which logo?", "The blue one."),
        ..New::default()
    };
    let (article, draft) = write::create(&by_priya, &priya, new).await.unwrap();
    assert_eq!(draft.version, 1);
    // Nobody but writers knows of it.
    let found = store::find(&app.app.db, Some(&maren), app.now(), &article.id).await;
    assert!(matches!(found, Err(Error::NotFound)));
    assert!(listed(&app, Some(&priya)).await.is_empty());

    // Nobody approves their own, and nothing unasked.
    let own = approval::approve(&by_priya, &priya, &article.id, Lang::En, None, None).await;
    assert!(matches!(own, Err(Error::Forbidden(_))), "{own:?}");
    let early = approval::approve(&by_hanna, &hanna, &article.id, Lang::En, None, None).await;
    assert!(matches!(early, Err(Error::Conflict(_))), "{early:?}");
    approval::submit(
        &by_priya,
        &priya,
        &article.id,
        Lang::En,
        Some(app.id("hanna")),
    )
    .await
    .unwrap();
    approval::send_back(&by_hanna, &hanna, &article.id, Lang::En, "Say why")
        .await
        .unwrap();
    let back = store::draft_of(&app.app.db, &article.id, Lang::En)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(back.returned_note.as_deref(), Some("Say why"));

    // Two people save: the second is told, and nothing of the first is lost.
    write::save(
        &by_priya,
        &priya,
        &article.id,
        Lang::En,
        Some(back.version),
        &words("Which logo?", "The blue one, because."),
    )
    .await
    .unwrap();
    let late = write::save(
        &by_hanna,
        &hanna,
        &article.id,
        Lang::En,
        Some(back.version),
        &words("Logo", "x"),
    )
    .await;
    assert!(matches!(late, Err(Error::Stale(_))));
    let draft = approval::submit(&by_priya, &priya, &article.id, Lang::En, None)
        .await
        .unwrap();
    assert_eq!(draft.body, "The blue one, because.");
    approval::approve(
        &by_hanna,
        &hanna,
        &article.id,
        Lang::En,
        Some(draft.version),
        None,
    )
    .await
    .unwrap();
    assert_eq!(listed(&app, Some(&maren)).await, ["Which logo?"]);
    assert!(listed(&app, None).await.is_empty(), "staff only");

    // A new draft stands beside what is published; restoring makes another version.
    write::save(
        &by_priya,
        &priya,
        &article.id,
        Lang::En,
        Some(0),
        &words("What logo?", "Green."),
    )
    .await
    .unwrap();
    assert_eq!(listed(&app, Some(&maren)).await, ["Which logo?"]);
    let draft = approval::submit(&by_priya, &priya, &article.id, Lang::En, None)
        .await
        .unwrap();
    approval::approve(
        &by_hanna,
        &hanna,
        &article.id,
        Lang::En,
        Some(draft.version),
        None,
    )
    .await
    .unwrap();
    let found = store::find(&app.app.db, Some(&maren), app.now(), "which-logo")
        .await
        .unwrap();
    assert_eq!(found.id, article.id, "the old address leads to it");
    write::restore(&by_priya, &priya, &article.id, Lang::En, 1)
        .await
        .unwrap();
    approval::submit(&by_priya, &priya, &article.id, Lang::En, None)
        .await
        .unwrap();
    approval::approve(&by_hanna, &hanna, &article.id, Lang::En, None, None)
        .await
        .unwrap();
    let versions = store::versions(&app.app.db, &article.id, Lang::En)
        .await
        .unwrap();
    let bodies: Vec<&str> = versions.iter().map(|v| v.body.as_str()).collect();
    assert_eq!(
        bodies,
        ["The blue one, because.", "Green.", "The blue one, because."]
    );
    let texts = store::texts(&app.app.db, &article.id).await.unwrap();
    assert_eq!(
        texts[0].slug, "which-logo",
        "its old address is its own again"
    );
});

on_each_database!(what_is_scheduled_comes_and_what_expires_goes, |app| {
    let ada = app.actor("ada").await;
    let new = New {
        audience: Audience::Public,
        words: words("Later", "x"),
        ..New::default()
    };
    let (article, _) = write::create(&app.ctx(ada.clone()), &ada, new)
        .await
        .unwrap();
    let at = app.now() + jiff::SignedDuration::from_hours(2);
    approval::approve(
        &app.ctx(ada.clone()),
        &ada,
        &article.id,
        Lang::En,
        None,
        Some(at),
    )
    .await
    .unwrap();
    assert_eq!(publish::run_due(&app.app, app.now()).await.unwrap(), 0);
    assert!(listed(&app, None).await.is_empty());
    app.pass(120);
    assert_eq!(publish::run_due(&app.app, app.now()).await.unwrap(), 1);
    assert_eq!(publish::run_due(&app.app, app.now()).await.unwrap(), 0);
    assert_eq!(listed(&app, None).await, ["Later"]);
    let change = mil::knowledge::settings::Change {
        expires_at: Some(Some(app.now() + jiff::SignedDuration::from_mins(10))),
        ..Default::default()
    };
    mil::knowledge::settings::change(&app.ctx(ada.clone()), &ada, &article.id, None, change)
        .await
        .unwrap();
    app.pass(10);
    assert!(listed(&app, None).await.is_empty());
    assert!(
        store::find(&app.app.db, None, app.now(), &article.id)
            .await
            .is_err()
    );

    // A year later its owner is reminded, once.
    app.pass(366 * 24 * 60);
    assert_eq!(publish::run_due(&app.app, app.now()).await.unwrap(), 1);
    assert_eq!(publish::run_due(&app.app, app.now()).await.unwrap(), 0);
    let inbox = app
        .as_("ada")
        .get("/api/v1/notifications")
        .await
        .expect(200)
        .json();
    assert_eq!(inbox["items"][0]["reason"], "review_due");
    assert_eq!(inbox["items"][0]["title"], "Later");
});

on_each_database!(a_voice_counts_once_and_only_when_it_says_so, |app| {
    let id = published(&app, "Poster sizes", Audience::Staff, &[]).await;
    let maren = app.actor("maren").await;
    let ctx = app.ctx(maren.clone());
    voices::judge(&ctx, &maren, &id, Lang::En, false, "Too long")
        .await
        .unwrap();
    voices::judge(&ctx, &maren, &id, Lang::En, true, "")
        .await
        .unwrap();
    let score = store::score(&app.app.db, &id).await.unwrap();
    assert_eq!((score.solved, score.all), (1, 1));
    // Outsiders may not read it, so they cannot judge it.
    let pia = app.actor("pia").await;
    let done = voices::judge(&app.ctx(pia.clone()), &pia, &id, Lang::En, false, "").await;
    assert!(matches!(done, Err(Error::NotFound)));
    // A new version is judged anew.
    let ada = app.actor("ada").await;
    let by_ada = app.ctx(ada.clone());
    write::save(
        &by_ada,
        &ada,
        &id,
        Lang::En,
        Some(0),
        &words("Poster sizes", "A2."),
    )
    .await
    .unwrap();
    approval::approve(&by_ada, &ada, &id, Lang::En, None, None)
        .await
        .unwrap();
    assert_eq!(store::score(&app.app.db, &id).await.unwrap().all, 0);
    for who in ["maren", "rolf", "priya", "hanna", "ivo"] {
        let actor = app.actor(who).await;
        voices::judge(
            &app.ctx(actor.clone()),
            &actor,
            &id,
            Lang::En,
            who == "ivo",
            "",
        )
        .await
        .unwrap();
    }
    let failing = voices::failing(&app.app.db, 10).await.unwrap();
    assert_eq!(failing.len(), 1);
    assert_eq!((failing[0].score.solved, failing[0].score.all), (1, 5));
});

on_each_database!(readers_comments_wait_for_somebody_who_shows_them, |app| {
    let id = published(&app, "Poster sizes", Audience::SignedIn, &[]).await;
    let (maren, rolf, priya) = (
        app.actor("maren").await,
        app.actor("rolf").await,
        app.actor("priya").await,
    );
    let seen = async |who: &Actor| {
        voices::comments(&app.app.db, Some(who), &id)
            .await
            .unwrap()
            .len()
    };
    let first = voices::comment(&app.ctx(maren.clone()), &maren, &id, "A1 is missing", false)
        .await
        .unwrap();
    voices::comment(&app.ctx(priya.clone()), &priya, &id, "Ask print", true)
        .await
        .unwrap();
    assert_eq!(
        (seen(&maren).await, seen(&rolf).await, seen(&priya).await),
        (1, 0, 2)
    );
    assert!(
        voices::comment(&app.ctx(maren.clone()), &maren, &id, "x", true)
            .await
            .is_err()
    );
    let by_priya = app.ctx(priya.clone());
    voices::moderate(&by_priya, &priya, &id, &first, voices::Moderate::Show)
        .await
        .unwrap();
    assert_eq!(
        (seen(&maren).await, seen(&rolf).await, seen(&priya).await),
        (1, 1, 2)
    );
    voices::moderate(&by_priya, &priya, &id, &first, voices::Moderate::Resolve)
        .await
        .unwrap();
    voices::moderate(&by_priya, &priya, &id, &first, voices::Moderate::Reopen)
        .await
        .unwrap();
    voices::moderate(&by_priya, &priya, &id, &first, voices::Moderate::Hide)
        .await
        .unwrap();
    assert_eq!((seen(&maren).await, seen(&rolf).await), (0, 0));
    let denied = voices::moderate(
        &app.ctx(maren.clone()),
        &maren,
        &id,
        &first,
        voices::Moderate::Show,
    )
    .await;
    assert!(denied.is_err());
});
