//! The status page: what everybody sees, what caches may keep, and components.

use mil::status::tell;
use mil_db::sql;
use serde_json::json;

use crate::announcements::{component, outage, text};
use crate::harness::TestApp;
use crate::on_each_database;

on_each_database!(the_page_is_for_everybody_and_may_be_kept, |app| {
    let part = component(&app, "Web site", true).await;
    component(&app, "Inner-tool", false).await;
    let nobody = app.nobody();
    let page = nobody.get("/status").await.expect(200);
    assert!(
        page.text.contains("Everything works as far as we know.") && page.text.contains("Web site")
    );
    assert!(
        !page.text.contains("Inner-tool"),
        "that is for who signs in"
    );
    assert_eq!(
        page.headers["cache-control"],
        "public, max-age=0, s-maxage=30"
    );
    assert!(page.headers["vary"].to_str().unwrap().contains("cookie"));
    let etag = page.headers["etag"].to_str().unwrap().to_owned();
    let request = axum::http::Request::get("/status").header("if-none-match", &etag);
    let same = nobody
        .send(request, axum::body::Body::empty())
        .await
        .expect(304);
    assert!(same.text.is_empty());
    let own = app.as_("maren").get("/status").await.expect(200);
    assert!(own.text.contains("Inner-tool"));
    assert_eq!(own.headers["cache-control"], "no-store");

    outage(&app, "The web site is down", &part).await;
    let page = nobody.get("/status").await.expect(200);
    assert_ne!(page.headers["etag"].to_str().unwrap(), etag);
    assert!(
        page.text.contains("Something is out of use.")
            && page.text.contains("The web site is down")
    );
    // The picture of the last days has its words.
    assert!(
        page.text.contains("role=\"img\" aria-label=\"Web site: "),
        "{}",
        page.text
    );
    assert!(page.text.contains("1 day with trouble or maintenance"));
    assert!(page.text.contains("today: Out of use"));
    for feed in ["/status.atom", "/status.rss"] {
        let feed = nobody.get(feed).await.expect(200);
        assert!(
            feed.headers["content-type"]
                .to_str()
                .unwrap()
                .contains("xml")
        );
        assert!(
            feed.text
                .contains("The web site is down (We look for the cause)")
        );
    }
    // An announcement of a component that is not public says nothing of it.
    let inner = app
        .as_("hanna")
        .get("/api/v1/components")
        .await
        .expect(200)
        .json();
    let inner = text(&inner["items"][1]["id"]);
    let id = outage(&app, "Something inside", &inner).await;
    let seen = nobody
        .get(&format!("/api/v1/announcements/{id}"))
        .await
        .expect(200)
        .text;
    assert!(!seen.contains("Inner-tool") && !seen.contains(&inner));
});

on_each_database!(a_promised_update_is_called_for_once, |app| {
    let web = component(&app, "Web site", true).await;
    let id = outage(&app, "Down", &web).await;
    let next = (app.now() + jiff::SignedDuration::from_mins(30)).to_string();
    let body = json!({ "body": "We look.", "next_at": next });
    app.as_("priya")
        .post(&format!("/api/v1/announcements/{id}/updates"), &body)
        .await
        .expect(201);
    assert!(
        app.nobody()
            .get("/status")
            .await
            .expect(200)
            .text
            .contains("next update by")
    );
    app.pass(29);
    tell::run_due(&app.app, app.now()).await.unwrap();
    let told = || async {
        let n: i64 = sql("SELECT COUNT(*) AS n FROM notification WHERE reason = 'update_due'")
            .value("n", &app.app.db)
            .await
            .unwrap();
        n
    };
    assert_eq!(told().await, 0);
    app.pass(1);
    for _ in 0..3 {
        tell::run_due(&app.app, app.now()).await.unwrap();
    }
    assert_eq!(told().await, 1);
});

on_each_database!(components_are_named_once_and_changed_by_leads, |app| {
    let id = component(&app, "Web site", true).await;
    let (hanna, priya) = (app.as_("hanna"), app.as_("priya"));
    let same = json!({ "name": "web  SITE", "public": true });
    hanna.post("/api/v1/components", &same).await.expect(422);
    priya
        .post("/api/v1/components", &json!({ "name": "Mine" }))
        .await
        .expect(403);
    hanna
        .post(
            "/api/v1/components",
            &json!({ "name": "X", "services": ["nothing"] }),
        )
        .await
        .expect(422);
    let path = format!("/api/v1/components/{id}");
    let new = json!({ "name": "Site", "public": false, "version": 1 });
    hanna.json("PUT", &path, &new).await.expect(200);
    hanna.json("PUT", &path, &new).await.expect(412);
    let form = hanna
        .get(&format!("/admin/components/{id}"))
        .await
        .expect(200)
        .text;
    assert!(form.contains("value=\"Site\""));
    hanna
        .form("/admin/components/new", "name=&public=yes")
        .await
        .expect(422);
    hanna
        .form("/admin/components/new", "name=Forms&public=yes&position=5")
        .await
        .expect(303);
    hanna.json("DELETE", &path, &json!({})).await.expect(204);
    hanna.json("DELETE", &path, &json!({})).await.expect(404);
});

/// For the role matrix: a component, and an address that subscribed.
pub async fn matrix(app: &TestApp) -> (String, String) {
    let now = app.now();
    let id = mil::random::new_id(now);
    let component = component(app, &id, true).await;
    let mut tx = app.app.db.begin().await.unwrap();
    sql("INSERT INTO status_subscriber (id, email, lang, everything, quiet, created_at) VALUES ($1, $1, 'en', 1, 0, $2)")
        .bind(&id)
        .bind(now.as_microsecond())
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (component, id)
}
