//! Shaping promises and calendars: who may, what it does to open requests.

use axum::http::{Request, header};
use mil::work::recompute;
use mil_db::sql;
use serde_json::{Value, json};

use crate::harness::TestApp;
use crate::on_each_database;

async fn order(app: &TestApp, who: &str) -> Value {
    let body = json!({ "lines": [{ "service": "company-logo",
        "answers": { "use": "Poster", "format": "png" } }] });
    let answer = app.as_(who).post("/api/v1/orders", &body).await.expect(201);
    answer.json()["requests"][0].clone()
}

async fn due(app: &TestApp, id: &str) -> String {
    let request = app.as_("ada").get(&format!("/api/v1/requests/{id}")).await;
    let due = &request.json()["promise"]["delivery"]["due"];
    due.as_str().unwrap().to_owned()
}

/// The form of the starter's promise, with another delivery for normal.
fn promise_form(app: &TestApp, delivery: &str, more: &str) -> String {
    format!(
        "name=Usual+promise&calendar_id={}&version=1&response_normal=4+hours&delivery_normal={delivery}\
         &share=75&clock=delivery&tell=owner{more}",
        app.starter.calendar_id
    )
}

on_each_database!(only_leads_and_administrators_shape, |app| {
    for who in ["maren", "pia", "priya", "ivo"] {
        for path in ["/admin", "/admin/promises", "/admin/calendars"] {
            app.as_(who).get(path).await.expect(403);
        }
        let path = format!("/admin/promises/{}", app.starter.promise_id);
        app.as_(who)
            .form(&path, &promise_form(&app, "1+day", ""))
            .await
            .expect(403);
    }
    for who in ["hanna", "ada"] {
        for path in [
            "/admin",
            "/admin/promises",
            "/admin/promises/new",
            "/admin/calendars",
        ] {
            app.as_(who).get(path).await.expect(200);
        }
    }
    app.as_("ada")
        .get("/admin/promises/nothing")
        .await
        .expect(404);
    app.as_("ada")
        .get("/admin/calendars/nothing")
        .await
        .expect(404);
});

on_each_database!(open_requests_get_their_new_date_once, |app| {
    let open = order(&app, "maren").await;
    let closed = order(&app, "maren").await;
    let (open, closed) = (open["id"].as_str().unwrap(), closed["id"].as_str().unwrap());
    app.as_("maren")
        .post(
            &format!("/api/v1/requests/{closed}/moves"),
            &json!({ "type": "cancel" }),
        )
        .await
        .expect(200);
    assert_eq!(due(&app, open).await, "2026-11-26T09:00:00Z");

    // First the consequences, then the change.
    let path = format!("/admin/promises/{}", app.starter.promise_id);
    let asked = app
        .as_("hanna")
        .form(&path, &promise_form(&app, "1+day", ""))
        .await
        .expect(200);
    assert!(
        asked.text.contains("1 open request runs on this."),
        "{}",
        asked.text
    );
    assert_eq!(due(&app, open).await, "2026-11-26T09:00:00Z");
    app.as_("hanna")
        .form(&path, &promise_form(&app, "1+day", "&action=confirm"))
        .await
        .expect(303);
    assert_eq!(recompute::run_due(&app.app, app.now()).await.unwrap(), 1);
    assert_eq!(recompute::run_due(&app.app, app.now()).await.unwrap(), 0);
    assert_eq!(due(&app, open).await, "2026-11-24T09:00:00Z");

    // The same again changes nothing and tells nobody.
    app.as_("hanna")
        .form(
            &path,
            &promise_form(&app, "8+hours", "&action=confirm").replace("version=1", "version=2"),
        )
        .await
        .expect(303);
    assert_eq!(recompute::run_due(&app.app, app.now()).await.unwrap(), 0);
    let events: Vec<String> = sql("SELECT item_id FROM event WHERE verb = 'request.due_changed'")
        .column("item_id", &app.app.db)
        .await
        .unwrap();
    assert_eq!(events, [open]);
});

on_each_database!(
    a_holiday_moves_the_date_and_a_stale_form_is_shown_again,
    |app| {
        let item = order(&app, "maren").await;
        let id = item["id"].as_str().unwrap();
        let base = format!("/admin/calendars/{}", app.starter.calendar_id);
        let day = "date=2026-11-24&name=Works+outing&kind=closed&repeats=once&version=1";
        let asked = app
            .as_("hanna")
            .form(&format!("{base}/holidays"), day)
            .await
            .expect(200);
        assert!(asked.text.contains("Save and count anew"));
        let calendar = json!({ "name": "Office hours", "definition": { "zone": "Europe/Berlin",
        "hours": [{ "day": "mon", "from": "09:00", "to": "17:00" }, { "day": "tue", "from": "09:00", "to": "17:00" }],
        "holidays": [] } });
        let apply = serde_html_form::to_string([
            ("calendar", calendar.to_string().as_str()),
            ("version", "1"),
        ])
        .unwrap();
        app.as_("hanna")
            .form(&format!("{base}/apply"), &apply)
            .await
            .expect(303);
        recompute::run_due(&app.app, app.now()).await.unwrap();
        assert_eq!(due(&app, id).await, "2026-12-01T09:00:00Z");
        // Somebody else still has version 1 open.
        let stale = app
            .as_("ada")
            .form(
                &format!("{base}/apply"),
                &apply.replace("17%3A00", "16%3A00"),
            )
            .await
            .expect(412);
        assert!(stale.text.contains("Saved now"));
        let week = "name=Office&zone=Europe/Berlin&mon_from=9&mon_to=17&spans=2&version=1";
        let stale = app.as_("ada").form(&base, week).await.expect(412);
        assert!(
            stale.text.contains("name=\"version\" value=\"2\""),
            "the next save knows the new version"
        );
    }
);

on_each_database!(
    calendars_without_working_time_are_refused_with_the_reason,
    |app| {
        let ada = app.as_("ada");
        let table = [
            ("name=A&zone=Europe/Berlin&spans=2", "no working time"),
            (
                "name=A&zone=Europe/Berlin&mon_from=17&mon_to=9",
                "end before they begin",
            ),
            (
                "name=A&zone=Nowhere/Else&mon_from=9&mon_to=17",
                "Nowhere/Else is not known",
            ),
            (
                "name=A&zone=Europe/Berlin&mon_from=x&mon_to=17",
                "is no time of day",
            ),
            (
                "name=&zone=Europe/Berlin&mon_from=9&mon_to=17",
                "Give it a name",
            ),
        ];
        for (form, why) in table {
            let page = ada.form("/admin/calendars", form).await.expect(422);
            assert!(page.text.contains(why), "{why}: {}", page.text);
        }
        ada.form(
            "/admin/calendars",
            "name=Night&zone=Europe/Berlin&mon_from=22&mon_to=24:00&tue_from=0&tue_to=6",
        )
        .await
        .expect(303);
        let wide = ada
            .form(
                "/admin/calendars",
                "name=A&zone=UTC&mon_from=9&mon_to=12&spans=2&action=wider",
            )
            .await
            .expect(200);
        assert!(wide.text.contains("Span 3") && wide.text.contains("value=\"12\""));
    }
);

on_each_database!(an_import_shows_its_ledger_first, |app| {
    let base = format!("/admin/calendars/{}", app.starter.calendar_id);
    let file = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261224\r\nSUMMARY:Christmas Eve <b>\r\nEND:VEVENT\r\nBEGIN:VTODO\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";
    let body = format!(
        "--B\r\nContent-Disposition: form-data; name=\"source\"\r\n\r\nical\r\n\
         --B\r\nContent-Disposition: form-data; name=\"from_year\"\r\n\r\n2026\r\n\
         --B\r\nContent-Disposition: form-data; name=\"to_year\"\r\n\r\n2027\r\n\
         --B\r\nContent-Disposition: form-data; name=\"ical\"; filename=\"a.ics\"\r\nContent-Type: text/calendar\r\n\r\n{file}\r\n--B--\r\n"
    );
    let request = Request::post(format!("{base}/import"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=B");
    let page = app
        .as_("hanna")
        .send(request, body.clone().into())
        .await
        .expect(200);
    assert!(page.text.contains("Christmas Eve &lt;b&gt;"));
    assert!(page.text.contains("VTODO is not an event"));
    assert!(
        app.app.catalog().await.unwrap().calendars[&app.starter.calendar_id]
            .def
            .holidays
            .is_empty()
    );
    let german = Request::post(format!("{base}/import"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=B")
        .header(header::ACCEPT_LANGUAGE, "de");
    let page = app.as_("hanna").send(german, body.into()).await.expect(200);
    assert!(page.text.contains("VTODO ist kein Termin"), "{}", page.text);
    let country = app
        .as_("hanna")
        .form(
            &format!("{base}/import"),
            "source=country&place=DE-BY&from_year=2026&to_year=2026",
        )
        .await
        .expect(200);
    assert!(country.text.contains("Take them over"));
    app.as_("hanna")
        .form(
            &format!("{base}/import"),
            "source=country&place=XX&from_year=2026&to_year=2026",
        )
        .await
        .expect(422);
    app.as_("hanna")
        .form(
            &format!("{base}/import"),
            "source=country&place=DE&from_year=2026&to_year=9999",
        )
        .await
        .expect(422);
});
