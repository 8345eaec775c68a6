//! Incidents, problems and known errors.

use mil::catalog::snapshot;
use mil::{incidents, notifications, problems};
use mil_db::sql;
use serde_json::{Value, json};

use crate::desk_help::{api, count, order, order_of, show};
use crate::harness::TestApp;
use crate::on_each_database;

/// Make a service one whose orders are of another kind.
pub async fn kind(app: &TestApp, slug: &str, kind: &str) {
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE service SET kind = $1 WHERE slug = $2")
        .bind(kind)
        .bind(slug)
        .run(&mut tx)
        .await
        .unwrap();
    snapshot::touch(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// An incident of Maren's, by the service for updating pages.
pub async fn incident(app: &TestApp) -> (String, i64) {
    kind(app, "update-a-web-page", "incident").await;
    order(&app.as_("maren")).await
}

/// What somebody was told, by reason.
async fn told(app: &TestApp, who: &str) -> Vec<String> {
    notifications::listen::run(&app.app, app.now())
        .await
        .unwrap();
    sql("SELECT reason FROM notification WHERE person_id = $1 ORDER BY id")
        .bind(app.id(who))
        .column("reason", &app.app.db)
        .await
        .unwrap()
}

on_each_database!(severity_sets_the_priority_and_is_for_agents, |app| {
    let (id, number) = incident(&app).await;
    let path = api(&id, "/incident");
    let priya = app.as_("priya");
    let body = json!({ "impact": "high", "urgency": "medium", "affected": ["CMS", " cms ", "Newsletter"] });
    app.as_("maren")
        .json("PATCH", &path, &body)
        .await
        .expect(403);
    app.as_("rolf")
        .json("PATCH", &path, &body)
        .await
        .expect(404);
    let seen = priya.json("PATCH", &path, &body).await.expect(200).json();
    assert_eq!(seen["severity"], 2);
    assert_eq!(seen["affected"], json!(["CMS", "Newsletter"]));
    assert_eq!(show(&priya, &id).await["priority"], "high");
    // One of the two alone makes no severity; a requester is no manager.
    let (other, _) = order(&app.as_("maren")).await;
    let half = json!({ "impact": "low" });
    priya
        .json("PATCH", &api(&other, "/incident"), &half)
        .await
        .expect(422);
    for manager in ["maren", "nobody"] {
        let id = app.people.get(manager).cloned().unwrap_or_default();
        let body = json!({ "manager": if id.is_empty() { "nothing" } else { &id } });
        priya.json("PATCH", &path, &body).await.expect(422);
    }
    let later = json!({ "detected_at": "2027-01-01T00:00:00Z" });
    priya.json("PATCH", &path, &later).await.expect(422);
    // Other work is no incident.
    let (plain, _) = order_of(
        &app.as_("maren"),
        "company-logo",
        json!({ "use": "Slides", "format": "png" }),
    )
    .await;
    priya
        .json("PATCH", &api(&plain, "/incident"), &body)
        .await
        .expect(409);
    let page = priya.get(&format!("/work/{number}")).await.expect(200).text;
    assert!(
        page.contains("Severity 2") && page.contains("CMS, Newsletter"),
        "{page}"
    );
    let form = priya
        .get(&format!("/work/{number}/incident"))
        .await
        .expect(200)
        .text;
    assert!(form.contains("Declare a major incident"));
});

on_each_database!(
    a_major_incident_is_told_to_everybody_and_stood_down,
    |app| {
        let (id, number) = incident(&app).await;
        let (priya, rolf) = (app.as_("priya"), app.as_("rolf"));
        let path = api(&id, "/incident/major");
        priya.post(&path, &json!({})).await.expect(422);
        let body =
            json!({ "headline": "The web site cannot be edited", "manager": app.id("hanna") });
        rolf.post(&path, &body).await.expect(404);
        priya.post(&path, &body).await.expect(200);
        priya.post(&path, &body).await.expect(409);
        assert!(told(&app, "hanna").await.contains(&"manager".to_owned()));

        // Rolf asked for something else that turns out to be the same.
        let (linked, linked_number) = order_of(
            &rolf,
            "create-a-pdf",
            json!({ "subject": "Guide", "text": "x", "pages": 3 }),
        )
        .await;
        let link = json!({ "kind": "relates", "to": number.to_string() });
        priya.post(&api(&linked, "/links"), &link).await.expect(201);
        let next = "2026-11-23T10:00:00Z"; // in an hour
        let say = json!({ "body": "We found **it**.", "audience": "everyone", "next_at": next });
        priya
            .post(&api(&id, "/incident/updates"), &say)
            .await
            .expect(201);
        let secret = json!({ "body": "Password was leaked", "audience": "internal" });
        priya
            .post(&api(&id, "/incident/updates"), &secret)
            .await
            .expect(201);
        let past =
            json!({ "body": "x", "audience": "everyone", "next_at": "2020-01-01T00:00:00Z" });
        priya
            .post(&api(&id, "/incident/updates"), &past)
            .await
            .expect(422);

        for (who, page) in [
            ("rolf", "/".to_owned()),
            ("pia", "/".to_owned()),
            ("rolf", "/status".to_owned()),
            ("rolf", "/api/v1/status".to_owned()),
            ("rolf", format!("/requests/{linked_number}")),
            ("maren", format!("/requests/{number}")),
        ] {
            let text = app.as_(who).get(&page).await.expect(200).text;
            let found = text.contains("The web site cannot be edited") || text.contains("We found");
            assert!(found, "{who} {page}");
            assert!(!text.contains("leaked"), "{who} {page}");
        }
        assert!(
            told(&app, "rolf")
                .await
                .contains(&"incident_update".to_owned())
        );
        assert!(
            told(&app, "maren")
                .await
                .contains(&"incident_update".to_owned())
        );
        let theirs = app
            .as_("maren")
            .get(&api(&id, "/incident/updates"))
            .await
            .expect(200)
            .json();
        assert_eq!(theirs["items"].as_array().unwrap().len(), 1);
        rolf.get(&api(&id, "/incident/updates")).await.expect(404);

        // The internal one promised no time, so the first promise stands: the
        // manager is reminded once.
        assert_eq!(
            incidents::remind::run_due(&app.app, app.now())
                .await
                .unwrap(),
            0
        );
        app.pass(61);
        assert_eq!(
            incidents::remind::run_due(&app.app, app.now())
                .await
                .unwrap(),
            1
        );
        assert_eq!(
            incidents::remind::run_due(&app.app, app.now())
                .await
                .unwrap(),
            0
        );
        assert!(told(&app, "hanna").await.contains(&"update_due".to_owned()));

        priya
            .post(
                &api(&id, "/incident/restored"),
                &json!({ "at": "2027-01-01T00:00:00Z" }),
            )
            .await
            .expect(422);
        let seen = priya
            .post(&api(&id, "/incident/restored"), &json!({}))
            .await
            .expect(200)
            .json();
        assert!(seen["restored_at"].is_string() && seen["next_update_at"].is_null());
        assert!(
            rolf.get("/")
                .await
                .expect(200)
                .text
                .contains("It works again")
        );
        assert!(told(&app, "maren").await.contains(&"restored".to_owned()));
        priya.json("DELETE", &path, &json!({})).await.expect(200);
        priya.json("DELETE", &path, &json!({})).await.expect(409);
        assert!(
            !rolf
                .get("/")
                .await
                .expect(200)
                .text
                .contains("cannot be edited")
        );
        let history = rolf.get("/api/v1/status").await.expect(200).json();
        assert_eq!(history["items"][0]["open"], false);
    }
);

on_each_database!(the_forms_do_the_same, |app| {
    let (_, number) = incident(&app).await;
    let priya = app.as_("priya");
    let path = |step: &str| format!("/work/{number}/incident/{step}");
    let form =
        "impact=high&urgency=high&affected=CMS%2C+Mail&detected=2026-11-23&detected_time=10:00";
    priya.form(&path("assess"), form).await.expect(303);
    let wrong = priya
        .form(&path("major"), "headline=")
        .await
        .expect(422)
        .text;
    assert!(wrong.contains("Say in a sentence"), "{wrong}");
    let major = format!("headline=Nothing+works&manager={}", app.id("priya"));
    priya.form(&path("major"), &major).await.expect(303);
    let update = "body=We+look&audience=everyone&next_in=30";
    priya.form(&path("update"), update).await.expect(303);
    priya
        .form(&path("update"), "body=We+look")
        .await
        .expect(422);
    priya.form(&path("restored"), "").await.expect(303);
    priya.form(&path("stand-down"), "").await.expect(303);
    priya.form(&path("nothing"), "").await.expect(404);
    app.as_("maren")
        .form(&path("assess"), form)
        .await
        .expect(403);
    let page = priya
        .get(&format!("/work/{number}/incident"))
        .await
        .expect(200)
        .text;
    assert!(
        page.contains("Severity 1") && page.contains("We look"),
        "{page}"
    );
});

on_each_database!(three_alike_make_a_problem_whose_workaround_helps, |app| {
    let (first, number) = incident(&app).await;
    let priya = app.as_("priya");
    let page = |n: i64| format!("/work/{n}");
    assert!(
        !priya
            .get(&page(number))
            .await
            .expect(200)
            .text
            .contains("similar incidents")
    );
    let (second, _) = order(&app.as_("maren")).await;
    let (third, third_number) = order(&app.as_("rolf")).await;
    let seen = priya.get(&page(third_number)).await.expect(200).text;
    assert!(seen.contains("3 similar incidents in 30 days"), "{seen}");

    let new = json!({ "title": "Pages vanish", "incidents": [first, second] });
    let path = api(&third, "/problems");
    app.as_("maren").post(&path, &new).await.expect(404);
    app.as_("rolf").post(&path, &new).await.expect(403);
    priya.post(&path, &json!({ "title": "" })).await.expect(422);
    let problem = priya.post(&path, &new).await.expect(201).json();
    assert_eq!(problem["kind"], "problem");
    let id = problem["id"].as_str().unwrap().to_owned();
    let links = priya.get(&api(&id, "/links")).await.expect(200).json();
    assert_eq!(links["items"].as_array().unwrap().len(), 3);
    assert_eq!(links["items"][0]["kind"], "causes");
    assert!(
        !priya
            .get(&page(third_number))
            .await
            .expect(200)
            .text
            .contains("similar incidents")
    );

    // Only what is complete is offered, and only where the service is.
    let workaround = api(&id, "/problem/workaround");
    priya.post(&workaround, &json!({})).await.expect(422);
    let known = json!({ "headline": "Saving a page fails at times", "root_cause": "Secret cause",
        "workaround": "Save it **twice**.", "known": true });
    priya
        .json("PATCH", &api(&id, "/problem"), &known)
        .await
        .expect(200);
    priya.post(&workaround, &json!({})).await.expect(200);
    app.as_("maren")
        .post(&workaround, &json!({}))
        .await
        .expect(404);
    let shop = app
        .as_("maren")
        .get("/catalog/update-a-web-page")
        .await
        .expect(200)
        .text;
    assert!(
        shop.contains("Saving a page fails at times") && shop.contains("<strong>twice</strong>"),
        "{shop}"
    );
    assert!(!shop.contains("Secret cause"));
    let elsewhere = app
        .as_("maren")
        .get("/catalog/company-logo")
        .await
        .expect(200)
        .text;
    assert!(!elsewhere.contains("Saving a page fails"));
    let mine = app
        .as_("maren")
        .get(&format!("/requests/{number}"))
        .await
        .expect(200)
        .text;
    assert!(mine.contains("This helped me"), "{mine}");

    let helped = format!("/known-errors/{id}/helped");
    for _ in 0..2 {
        let back = "back=%2Fcatalog%2Fupdate-a-web-page";
        let answer = app.as_("maren").form(&helped, back).await.expect(303);
        assert_eq!(answer.headers["location"], "/catalog/update-a-web-page");
    }
    app.as_("pia").form(&helped, "").await.expect(404); // she may not order it
    app.as_("maren")
        .form(&format!("/known-errors/{first}/helped"), "")
        .await
        .expect(404);
    let record: Value = priya.get(&api(&id, "/problem")).await.expect(200).json();
    assert_eq!(record["helped"], 1);
    app.as_("maren")
        .get(&api(&id, "/problem"))
        .await
        .expect(404);

    // Done: the incidents hear of it, once.
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE work_item SET phase = 'done', closed_at = $1 WHERE id = $2")
        .bind(app.now().as_microsecond())
        .bind(&id)
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        problems::resolve::run_due(&app.app, app.now())
            .await
            .unwrap(),
        3
    );
    app.pass(1);
    assert_eq!(
        problems::resolve::run_due(&app.app, app.now())
            .await
            .unwrap(),
        0
    );
    assert_eq!(count(&app, &first, "problem.resolved").await, 1);
    assert!(told(&app, "rolf").await.contains(&"cause_fixed".to_owned()));
    let gone = app
        .as_("maren")
        .get("/catalog/update-a-web-page")
        .await
        .expect(200)
        .text;
    assert!(!gone.contains("Saving a page fails"));
    app.as_("maren").form(&helped, "").await.expect(404);
});

on_each_database!(the_pages_of_a_problem, |app| {
    let (_, number) = incident(&app).await;
    let priya = app.as_("priya");
    let new = format!("/work/{number}/problem/new");
    priya.get(&new).await.expect(200);
    priya.form(&new, "title=").await.expect(422);
    let opened = priya.form(&new, "title=Why").await.expect(303);
    let at = opened.headers["location"].to_str().unwrap().to_owned();
    priya.get(&at).await.expect(200);
    let service = &app.starter.services["update-a-web-page"];
    let body =
        format!("headline=It+fails&root_cause=x&workaround=&services={service}&published=yes");
    let wrong = priya.form(&at, &body).await.expect(422).text;
    assert!(wrong.contains("Write what helps"), "{wrong}");
    let body =
        format!("headline=It+fails&workaround=Wait&services={service}&published=yes&known=yes");
    priya.form(&at, &body).await.expect(303);
    let page = priya
        .get(at.trim_end_matches("/problem"))
        .await
        .expect(200)
        .text;
    assert!(
        page.contains("Known error") && page.contains("Workaround offered"),
        "{page}"
    );
    // Only a problem can be a cause.
    let (other, _) = order(&app.as_("maren")).await;
    let link = json!({ "kind": "caused_by", "to": number.to_string() });
    priya.post(&api(&other, "/links"), &link).await.expect(422);
});
