//! Self-help: answers beside a form, what counts as solved, and the report.

use mil_db::sql;
use serde_json::{Value, json};

use crate::glossary::term;
use crate::harness::TestApp;
use crate::on_each_database;

/// The report a minute later.
async fn report(app: &TestApp) -> Value {
    app.pass(1);
    app.as_("hanna")
        .get("/api/v1/self-help?days=30")
        .await
        .expect(200)
        .json()
}

on_each_database!(only_what_somebody_confirms_counts_once_a_day, |app| {
    let id = term(&app, "priya", "vector file", "SVG").await;
    let (maren, rolf) = (app.as_("maren"), app.as_("rolf"));
    let part = maren
        .form(
            "/self-help/offer",
            "_service=company-logo&use=A+vector+file+for+print&_title=Vector+file",
        )
        .await
        .expect(200)
        .text;
    assert!(
        part.contains("This solved it") && part.contains(&format!("/glossary/{id}")),
        "{part}"
    );
    assert_eq!(
        report(&app).await["demand"]["solves"],
        0,
        "showing is not solving"
    );
    maren.get(&format!("/glossary/{id}")).await.expect(200);
    assert_eq!(
        report(&app).await["demand"]["solves"],
        0,
        "reading is not solving"
    );

    app.pass(3);
    let solve = json!({ "kind": "term", "id": id, "service": "company-logo" });
    let first = maren
        .post("/api/v1/self-help/solved", &solve)
        .await
        .expect(201)
        .json();
    let again = maren
        .post("/api/v1/self-help/solved", &solve)
        .await
        .expect(201)
        .json();
    assert_eq!(first["id"], again["id"], "once a day");
    let now = report(&app).await;
    assert_eq!(now["demand"]["solves"], 1);
    assert_eq!(now["responsiveness"]["self_help_seconds"], 300.0);
    assert_eq!(now["hours"]["outside"], 0);
    assert_eq!(now["saved"]["low_hours"], Value::Null, "no effort is known");
    assert_eq!(now["saved"]["left_out"], 1);

    // Taken back by whoever said it, and said again.
    let undo = format!(
        "/api/v1/self-help/solved/{}/undo",
        first["id"].as_str().unwrap()
    );
    rolf.post(&undo, &json!({})).await.expect(404);
    maren.post(&undo, &json!({})).await.expect(204);
    maren.post(&undo, &json!({})).await.expect(404);
    assert_eq!(report(&app).await["demand"]["solves"], 0);
    maren
        .form(
            "/self-help/solved",
            &format!("kind=term&id={id}&service=company-logo"),
        )
        .await
        .expect(303);
    assert_eq!(report(&app).await["demand"]["solves"], 1);

    // At night, by somebody else, and on another day by the same.
    app.pass(12 * 60);
    rolf.post("/api/v1/self-help/solved", &solve)
        .await
        .expect(201);
    app.pass(24 * 60);
    maren
        .post(
            "/api/v1/self-help/solved",
            &json!({ "kind": "term", "id": id }),
        )
        .await
        .expect(201);
    let now = report(&app).await;
    assert_eq!(
        (&now["demand"]["solves"], &now["hours"]["outside"]),
        (&json!(3), &json!(2))
    );

    // What one may not open cannot have solved it.
    for wrong in [
        json!({ "kind": "term", "id": "nothing" }),
        json!({ "kind": "service", "id": app.starter.services["company-logo"] }),
        json!({ "kind": "term", "id": id, "service": "nothing" }),
    ] {
        maren
            .post("/api/v1/self-help/solved", &wrong)
            .await
            .expect(404);
    }
    for path in [
        "/insight/self-help",
        "/insight/self-help.csv",
        "/api/v1/self-help",
    ] {
        maren.get(path).await.expect(403);
        app.as_("priya").get(path).await.expect(403);
    }
});

on_each_database!(similar_requests_beside_a_form_are_only_ones_own, |app| {
    crate::queue::order(&app, "rolf", "Lighthouse poster").await;
    let (_, mine) = crate::queue::order(&app, "maren", "Lighthouse poster for us").await;
    let body = "_service=company-logo&_title=Lighthouse+poster";
    let part = app
        .as_("maren")
        .form("/self-help/offer", body)
        .await
        .expect(200)
        .text;
    assert!(part.contains("for us") && part.contains(&format!("/requests/{mine}")));
    assert_eq!(part.matches("is being worked on").count(), 1, "{part}");
    let page = app
        .as_("maren")
        .get("/catalog/company-logo")
        .await
        .expect(200)
        .text;
    assert!(page.contains("Before you order") && page.contains("Look for answers"));
    let page = app
        .as_("maren")
        .get("/ask?q=lighthouse+poster")
        .await
        .expect(200)
        .text;
    assert!(page.contains("This may solve it") && page.contains("for us"));
    let page = app
        .as_("maren")
        .get("/ask?q=zeppelin")
        .await
        .expect(200)
        .text;
    assert!(page.contains("We have no answer to that yet"));
    let missing = report(&app).await;
    assert_eq!(missing["unmet"][0]["words"], "zeppelin");
});

on_each_database!(
    hours_are_a_range_from_the_time_booked_on_that_service,
    |app| {
        let service = app.starter.services["company-logo"].clone();
        let id = term(&app, "priya", "vector file", "SVG").await;
        let solve = json!({ "kind": "term", "id": id, "service": "company-logo" });
        app.as_("maren")
            .post("/api/v1/self-help/solved", &solve)
            .await
            .expect(201);
        app.as_("rolf")
            .post("/api/v1/self-help/solved", &solve)
            .await
            .expect(201);
        let (_, number) = crate::queue::order(&app, "maren", "Logo").await;
        // Nine closed requests of that service, with 60 minutes booked on each.
        for n in 0..9_i64 {
            let (other, _) = crate::queue::order(&app, "maren", &format!("Logo {n}")).await;
            let mut tx = app.app.db.begin().await.unwrap();
            sql("UPDATE work_item SET service_id = $1, closed_at = $2, phase = 'done' WHERE id = $3")
            .bind(&service)
            .bind(app.now().as_microsecond() - 1)
            .bind(&other)
            .run(&mut tx)
            .await
            .unwrap();
            sql("INSERT INTO time_entry (id, item_id, person_id, minutes, day, note, created_at, removed_at)
             VALUES ($1, $2, $3, 60, '2026-11-23', '', $4, NULL), ($5, $2, $3, 900, '2026-11-23', '', $4, $4)")
            .bind(format!("a{n}"))
            .bind(&other)
            .bind(app.id("priya"))
            .bind(app.now().as_microsecond())
            .bind(format!("b{n}"))
            .run(&mut tx)
            .await
            .unwrap();
            tx.commit().await.unwrap();
            let now = report(&app).await;
            let known = now["saved"]["low_hours"].as_f64();
            assert_eq!(known.is_some(), n >= 7, "{n}: {now}");
        }
        let now = report(&app).await;
        assert_eq!(now["saved"]["low_hours"], 2.0);
        assert_eq!(now["saved"]["high_hours"], 2.0);
        assert_eq!(now["saved"]["sample"], 9);
        assert_eq!(now["saved"]["low_minor"], Value::Null, "no rate is set");
        app.as_("hanna")
            .form("/insight/self-help/rate", "hour=cheap")
            .await
            .expect(422);
        app.as_("hanna")
            .form("/insight/self-help/rate", "hour=48,50")
            .await
            .expect(303);
        assert_eq!(report(&app).await["saved"]["low_minor"], 9_700);
        let page = app
            .as_("hanna")
            .get("/insight/self-help?days=30")
            .await
            .expect(200)
            .text;
        for words in [
            "Self-help saved between",
            "<svg role=\"img\"",
            "Show as table",
            "€97.00",
            "By service",
        ] {
            assert!(page.contains(words), "{words}");
        }
        let csv = app
            .as_("hanna")
            .get("/insight/self-help.csv?days=30")
            .await
            .expect(200)
            .text;
        assert!(
            csv.contains("\"2\",") && csv.contains("\"2.00\",\"2.00\""),
            "{csv}"
        );
        app.as_("hanna")
            .get("/insight/self-help?days=7")
            .await
            .expect(422);
        assert!(number > 0);
    }
);

on_each_database!(an_answer_that_does_not_help_is_named, |app| {
    let id = term(&app, "priya", "vector file", "SVG").await;
    let service = &app.starter.services["company-logo"];
    let at = app.now().as_microsecond();
    let mut tx = app.app.db.begin().await.unwrap();
    for who in ["maren", "rolf", "pia", "ivo", "tomas"] {
        sql(
            "INSERT INTO answer_offered (person_id, kind, object_id, service_id, day, first_at)
             VALUES ($1, 'term', $2, $3, '2026-11-23', $4)",
        )
        .bind(app.id(who))
        .bind(&id)
        .bind(service)
        .bind(at - 1)
        .run(&mut tx)
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(report(&app).await["failing"], json!([]), "nobody ordered");
    for who in ["maren", "rolf", "tomas"] {
        let (other, _) = crate::queue::order(&app, who, "Logo").await;
        let mut tx = app.app.db.begin().await.unwrap();
        sql("UPDATE work_item SET service_id = $1 WHERE id = $2")
            .bind(service)
            .bind(&other)
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    app.pass(1);
    let now = report(&app).await;
    assert_eq!(now["failing"][0]["title"], "vector file");
    assert_eq!(
        (&now["failing"][0]["shown"], &now["failing"][0]["ordered"]),
        (&json!(5), &json!(3))
    );
});
