//! Announcements and what they touch: incidents, the calendar, orders, texts of
//! one's own, and the editor.

use mil::status::tell;
use mil_db::sql;
use serde_json::json;

use crate::announcements::{component, draft, outage, publish, say, text};
use crate::desk_help::{api, order_of};
use crate::incidents::incident;
use crate::on_each_database;

on_each_database!(an_incident_becomes_an_outage_without_typing_twice, |app| {
    let (item, number) = incident(&app).await;
    let part = component(&app, "Web site", true).await;
    let priya = app.as_("priya");
    let major = json!({ "headline": "The web site cannot be edited", "manager": app.id("hanna") });
    priya
        .post(&api(&item, "/incident/major"), &major)
        .await
        .expect(200);
    let told = json!({ "body": "We look into it.", "audience": "everyone" });
    priya
        .post(&api(&item, "/incident/updates"), &told)
        .await
        .expect(201);
    assert!(
        app.as_("maren")
            .get("/status")
            .await
            .expect(200)
            .text
            .contains("The web site cannot be edited")
    );
    assert!(
        !app.nobody()
            .get("/status")
            .await
            .expect(200)
            .text
            .contains("cannot be edited")
    );

    let sheet = priya
        .get(&format!("/work/announcements/new?item={number}"))
        .await
        .expect(200)
        .text;
    assert!(
        sheet.contains("The web site cannot be edited") && sheet.contains("We look into it."),
        "{sheet}"
    );
    app.as_("maren")
        .get(&format!("/work/announcements/new?item={number}"))
        .await
        .expect(403);
    let body = json!({ "announcement": { "kind": "outage", "title": "The web site cannot be edited",
        "body": "We look into it.", "audience": "public", "components": { &part: "partial" } }, "request": number.to_string() });
    let made = priya
        .post("/api/v1/announcements", &body)
        .await
        .expect(201)
        .json();
    let id = text(&made["id"]);
    publish(&app, &id).await;
    // Once: as it was announced.
    let page = app.as_("maren").get("/status").await.expect(200).text;
    assert_eq!(
        page.matches("<h2><a href=\"/announcements/").count(),
        1,
        "{page}"
    );
    assert!(
        app.as_("maren")
            .get("/api/v1/status")
            .await
            .expect(200)
            .json()["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    app.pass(10);
    let inside = json!({ "body": "Among-us", "audience": "internal" });
    priya
        .post(&api(&item, "/incident/updates"), &inside)
        .await
        .expect(201);
    let told = json!({ "body": "It is the plug.", "audience": "everyone", "state": "identified" });
    priya
        .post(&api(&item, "/incident/updates"), &told)
        .await
        .expect(201);
    let seen = app
        .nobody()
        .get(&format!("/api/v1/announcements/{id}"))
        .await
        .expect(200)
        .json();
    assert_eq!(seen["state"], "identified");
    assert_eq!(seen["updates"][0]["body"], "It is the plug.");
    assert!(!seen.to_string().contains("Among-us"));
    let wrong = json!({ "body": "x", "audience": "everyone", "state": "planned" });
    priya
        .post(&api(&item, "/incident/updates"), &wrong)
        .await
        .expect(422);
    app.pass(10);
    priya
        .post(&api(&item, "/incident/restored"), &json!({}))
        .await
        .expect(200);
    let seen = app
        .nobody()
        .get(&format!("/api/v1/announcements/{id}"))
        .await
        .expect(200)
        .json();
    assert_eq!(seen["state"], "resolved");
    assert_eq!(
        app.nobody().get("/api/v1/status").await.expect(200).json()["state"],
        "works"
    );
});

on_each_database!(
    a_maintenance_stands_in_the_calendar_and_begins_by_itself,
    |app| {
        let part = component(&app, "Web site", true).await;
        let at = |hours: i64| (app.now() + jiff::SignedDuration::from_hours(hours)).to_string();
        let (from, to) = (at(24), at(26));
        let what = json!({ "kind": "maintenance", "title": "Editor is updated", "body": "x", "audience": "public",
        "from_at": from, "components": { &part: "maintenance" } });
        let id = draft(&app, what).await;
        let path = format!("/api/v1/announcements/{id}/publication");
        let priya = app.as_("priya");
        priya.post(&path, &json!({})).await.expect(422);
        let one = format!("/api/v1/announcements/{id}");
        let early = json!({ "announcement": { "to_at": at(20) } });
        priya.json("PATCH", &one, &early).await.expect(422);
        priya
            .json("PATCH", &one, &json!({ "announcement": { "to_at": to } }))
            .await
            .expect(200);
        priya.post(&path, &json!({})).await.expect(200);
        let calendar = format!("/api/v1/calendar?from={}&to={}", at(0), at(48)).replace('+', "%2B");
        let entries = || async {
            priya.get(&calendar).await.expect(200).json()["items"]
                .as_array()
                .unwrap()
                .clone()
        };
        let found = entries().await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0]["kind"], "maintenance");
        assert_eq!(found[0]["title"], "Editor is updated");
        let form = app
            .as_("maren")
            .get("/catalog/company-logo")
            .await
            .expect(200)
            .text;
        assert!(
            form.contains("This service needs: Web site."),
            "planned within a week"
        );
        assert_eq!(
            app.nobody().get("/api/v1/status").await.expect(200).json()["components"][0]["now"],
            "works"
        );

        app.pass(24 * 60);
        tell::run_due(&app.app, app.now()).await.unwrap();
        let status = app.nobody().get("/api/v1/status").await.expect(200).json();
        assert_eq!(status["components"][0]["now"], "maintenance");
        assert_eq!(status["open"][0]["state"], "in_progress");
        // It lasts longer: the calendar follows, and its writer hears when it is overdue.
        let longer = (app.now() + jiff::SignedDuration::from_hours(3)).to_string();
        priya
            .json(
                "PATCH",
                &one,
                &json!({ "announcement": { "to_at": longer } }),
            )
            .await
            .expect(200);
        assert!(
            entries().await[0].to_string().contains(&longer[..16]),
            "{:?}",
            entries().await
        );
        app.pass(3 * 60);
        for _ in 0..2 {
            tell::run_due(&app.app, app.now()).await.unwrap();
        }
        let told: Vec<String> = sql("SELECT reason FROM notification WHERE person_id = $1")
            .bind(app.id("priya"))
            .column("reason", &app.app.db)
            .await
            .unwrap();
        assert_eq!(told, ["end_due"]);
        say(
            &app,
            &id,
            json!({ "body": "Done.", "state": "completed" }),
            201,
        )
        .await;
        say(
            &app,
            &id,
            json!({ "body": "x", "state": "in_progress" }),
            422,
        )
        .await;
        let status = app.nobody().get("/api/v1/status").await.expect(200).json();
        assert_eq!(status["components"][0]["now"], "works");
        assert_eq!(
            status["components"][0]["without_trouble"], 10_000,
            "what was announced is no trouble"
        );
        assert_eq!(entries().await.len(), 1, "what was done stays");

        // One that is called off leaves the calendar and the order form.
        let what = json!({ "kind": "maintenance", "title": "Once more", "body": "x", "audience": "public",
        "from_at": (app.now() + jiff::SignedDuration::from_hours(5)).to_string(),
        "to_at": (app.now() + jiff::SignedDuration::from_hours(6)).to_string(), "components": { &part: "maintenance" } });
        let id = draft(&app, what).await;
        publish(&app, &id).await;
        assert_eq!(entries().await.len(), 2);
        say(
            &app,
            &id,
            json!({ "body": "Not today.", "state": "cancelled" }),
            201,
        )
        .await;
        assert_eq!(entries().await.len(), 1);
        let form = app
            .as_("maren")
            .get("/catalog/company-logo")
            .await
            .expect(200)
            .text;
        assert!(!form.contains("This service needs"));
    }
);

on_each_database!(an_order_shows_what_its_service_needs, |app| {
    let part = component(&app, "Brand assets", true).await;
    let id = outage(&app, "Logos cannot be loaded", &part).await;
    let maren = app.as_("maren");
    let form = maren.get("/catalog/company-logo").await.expect(200).text;
    assert!(
        form.contains("Logos cannot be loaded")
            && form.contains("This service needs: Brand assets.")
    );
    assert!(
        !maren
            .get("/catalog/create-a-pdf")
            .await
            .expect(200)
            .text
            .contains("This service needs")
    );
    // It can still be ordered.
    order_of(
        &maren,
        "company-logo",
        json!({ "use": "Slides", "format": "png" }),
    )
    .await;
    say(
        &app,
        &id,
        json!({ "body": "Back.", "state": "resolved" }),
        201,
    )
    .await;
    assert!(
        !maren
            .get("/catalog/company-logo")
            .await
            .expect(200)
            .text
            .contains("This service needs")
    );
});

on_each_database!(a_text_is_saved_and_begins_another, |app| {
    let id = draft(
        &app,
        json!({ "kind": "outage", "title": "[What] is down", "body": "Since [time]." }),
    )
    .await;
    let priya = app.as_("priya");
    let body = json!({ "announcement": id, "name": "Tool is down" });
    let saved = priya
        .post("/api/v1/wordings", &body)
        .await
        .expect(201)
        .json();
    priya.post("/api/v1/wordings", &body).await.expect(422);
    let sheet = app
        .as_("tomas")
        .get(&format!(
            "/work/announcements/new?text={}",
            text(&saved["id"])
        ))
        .await
        .expect(200)
        .text;
    assert!(sheet.contains("Since [time]."));
    let list = app
        .as_("tomas")
        .get("/api/v1/wordings")
        .await
        .expect(200)
        .json();
    assert!(list["items"].as_array().unwrap().len() >= 8);
    let path = format!("/api/v1/wordings/{}", text(&saved["id"]));
    app.as_("tomas")
        .json("DELETE", &path, &json!({}))
        .await
        .expect(403);
    app.as_("ivo")
        .json("DELETE", &path, &json!({}))
        .await
        .expect(403);
    app.as_("hanna")
        .json("DELETE", &path, &json!({}))
        .await
        .expect(204);
});

on_each_database!(the_editor_keeps_what_was_typed_and_shows_it_before, |app| {
    let part = component(&app, "Web site", true).await;
    let priya = app.as_("priya");
    let form = format!(
        "kind=outage&title=&body=Typed-text&audience=public&state=identified&from_at=&from_time=&c_{part}=partial&banner=yes&page=yes&mail=none&ends_at=&ends_time=&_do=save"
    );
    let wrong = priya
        .form("/work/announcements/new", &form)
        .await
        .expect(422)
        .text;
    assert!(
        wrong.contains("Typed-text") && wrong.contains("Give it a title."),
        "{wrong}"
    );
    let preview = form
        .replace("title=", "title=Web+site+down")
        .replace("_do=save", "_do=preview");
    let page = priya
        .form("/work/announcements/new", &preview)
        .await
        .expect(200)
        .text;
    assert!(
        page.contains("id=\"preview\"") && page.contains("Partly out of use"),
        "{page}"
    );
    let none: i64 = sql("SELECT COUNT(*) AS n FROM announcement")
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(none, 0);
    let saved = priya
        .form(
            "/work/announcements/new",
            &form.replace("title=", "title=Web+site+down"),
        )
        .await
        .expect(303);
    let place = saved.headers["location"].to_str().unwrap().to_owned();
    let page = priya.get(&place).await.expect(200).text;
    assert!(page.contains("Nobody else reads it before you publish it."));
    priya
        .form(&format!("{place}/publish"), "version=9")
        .await
        .expect(412);
    priya
        .form(&format!("{place}/publish"), "version=1")
        .await
        .expect(303);
    priya
        .form(&format!("{place}/update"), "to=resolved&said=")
        .await
        .expect(422);
    priya
        .form(
            &format!("{place}/update"),
            &format!("to=monitoring&said=Better&c_{part}=degraded&next_in=60"),
        )
        .await
        .expect(303);
    let seen = app
        .nobody()
        .get(&place.replace("/work", ""))
        .await
        .expect(200)
        .text;
    assert!(
        seen.contains("Better")
            && seen.contains("Mended, being watched")
            && seen.contains("Cause found")
    );
    priya
        .form(
            &format!("{place}/ways"),
            "version=3&mail=none&page=yes&ends_at=&ends_time=",
        )
        .await
        .expect(303);
    assert!(
        !app.as_("maren")
            .get("/catalog")
            .await
            .expect(200)
            .text
            .contains("st-banner\"")
    );
    priya
        .form(&format!("{place}/withdraw"), "")
        .await
        .expect(303);
    app.nobody()
        .get(&place.replace("/work", ""))
        .await
        .expect(404);
});
