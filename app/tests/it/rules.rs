//! Processes: editing, publishing, and what runs already.

use axum::http::header;
use mil::admin::processes::sheet::Sheet;
use mil::i18n::Lang;
use mil_db::sql;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::harness::{Answer, TestApp};
use crate::on_each_database;

async fn order(app: &TestApp) -> Value {
    let body = json!({ "lines": [{ "service": "company-logo",
        "answers": { "use": "Poster", "format": "png" } }] });
    let answer = app.as_("maren").post("/api/v1/orders", &body).await;
    answer.expect(201).json()["requests"][0].clone()
}

fn path(app: &TestApp) -> String {
    format!("/admin/processes/{}", app.starter.process_id)
}

fn api(app: &TestApp) -> String {
    format!("/api/v1/admin/processes/{}", app.starter.process_id)
}

/// The form as the editor shows it now.
async fn sheet(app: &TestApp) -> Sheet {
    let catalog = app.app.catalog().await.unwrap();
    let entry = &catalog.processes[&app.starter.process_id];
    let def = &entry.versions[&entry.current];
    let name = |id: &str| id.to_owned();
    Sheet::of(
        Lang::En,
        &entry.name,
        entry.version,
        entry.current,
        def,
        name,
    )
}

fn body(sheet: &Sheet, action: &str) -> String {
    let mut pairs = vec![
        ("name".to_owned(), sheet.name.clone()),
        ("version".to_owned(), sheet.version.unwrap().to_string()),
        ("base".to_owned(), sheet.base.to_string()),
        ("action".to_owned(), action.to_owned()),
    ];
    for (at, row) in sheet.stages.iter().enumerate() {
        let parts = row
            .parts()
            .map(|(part, v)| (format!("s{at}-{part}"), v.to_owned()));
        pairs.extend(parts);
    }
    let text = |(key, value): &(String, String)| {
        format!("{key}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
    };
    pairs.iter().map(text).collect::<Vec<_>>().join("&")
}

async fn post(app: &TestApp, sheet: &Sheet, action: &str) -> Answer {
    app.as_("hanna")
        .form(&path(app), &body(sheet, action))
        .await
}

async fn version_of(app: &TestApp, item: &Value) -> i64 {
    sql("SELECT process_version FROM work_item WHERE id = $1")
        .bind(item["id"].as_str().unwrap())
        .value("process_version", &app.app.db)
        .await
        .unwrap()
}

async fn count(app: &TestApp, text: &'static str) -> i64 {
    sql(text).value("n", &app.app.db).await.unwrap()
}

const VERSIONS: &str = "SELECT COUNT(*) AS n FROM process_version";

on_each_database!(running_requests_keep_their_version, |app| {
    let before = order(&app).await;
    let mut form = sheet(&app).await;
    form.stages[0].name = "Briefing & goal".into();
    form.stages.remove(1);

    // What changes is shown first, and nothing is done.
    let shown = post(&app, &form, "check").await.expect(200);
    assert!(
        shown
            .text
            .contains("The stage Brief is now called Briefing &amp; goal.")
    );
    assert!(shown.text.contains("The stage Copy is gone."));
    assert!(shown.text.contains("1 open request keeps the version"));
    assert_eq!(count(&app, VERSIONS).await, 1);

    post(&app, &form, "publish").await.expect(303);
    assert_eq!(count(&app, VERSIONS).await, 2);
    let after = order(&app).await;
    assert_eq!(version_of(&app, &before).await, 1);
    assert_eq!(version_of(&app, &after).await, 2);
    let stage = |item: &Value| item["stage"]["name"].clone();
    let id = before["id"].as_str().unwrap();
    let old = app
        .as_("priya")
        .get(&format!("/api/v1/requests/{id}"))
        .await;
    assert_ne!(stage(&old.expect(200).json()), json!("Briefing & goal"));

    let list = app
        .as_("hanna")
        .get(&format!("{}/versions", api(&app)))
        .await;
    let list = list.expect(200).json();
    let row = |at: usize, key: &str| list["items"][at][key].clone();
    assert_eq!(
        (row(0, "number"), row(0, "current")),
        (json!(2), json!(true))
    );
    assert_eq!(
        (row(1, "number"), row(1, "open_requests")),
        (json!(1), json!(1))
    );
    let pages = ["", "/versions", "/versions/1", "/versions/2"];
    for page in pages {
        app.as_("hanna")
            .get(&format!("{}{page}", path(&app)))
            .await
            .expect(200);
    }
    for missing in [
        "/versions/3",
        "/versions/x",
        "/versions/99999999999999999999",
    ] {
        app.as_("hanna")
            .get(&format!("{}{missing}", path(&app)))
            .await
            .expect(404);
    }
    let noted = "SELECT COUNT(*) AS n FROM event WHERE verb = 'process.published'
        AND audience = 'audit' AND object_kind = 'process'";
    assert_eq!(count(&app, noted).await, 1);
});

on_each_database!(stages_are_rearranged_without_saving, |app| {
    let form = sheet(&app).await;
    for action in ["add", "up:2", "down:0", "remove:4", "below:1", "edit"] {
        post(&app, &form, action).await.expect(200);
    }
    let page = post(&app, &form, "up:1").await.expect(200);
    let at = |what: &str| page.text.find(what).unwrap_or_else(|| panic!("no {what}"));
    assert!(at("1. Copy") < at("2. Brief"));
    assert_eq!(count(&app, VERSIONS).await, 1);
    // A form that says what is in use changes nothing.
    let same = post(&app, &form, "check").await.expect(200);
    assert!(
        same.text
            .contains("Nothing. The form says what is in use already.")
    );
    post(&app, &form, "publish").await.expect(303);
    assert_eq!(count(&app, VERSIONS).await, 1);
});

on_each_database!(what_does_not_make_sense_is_said_beside_the_field, |app| {
    let good = sheet(&app).await;
    type Spoil = fn(&mut Sheet);
    let cases: [(&str, Spoil); 8] = [
        ("name", |s| s.name = " ".into()),
        ("s1-name", |s| s.stages[1].name = String::new()),
        ("s1-share", |s| s.stages[1].share = "1001".into()),
        ("s1-share", |s| s.stages[1].share = "a lot".into()),
        // No service asks this.
        ("s2-needs", |s| s.stages[2].needs = "form.nothing".into()),
        ("s2-owner", |s| s.stages[2].owner = "team:nothing".into()),
        ("s2-person", |s| {
            s.stages[2].owner = "person".into();
            s.stages[2].person_text = "Maren Voss".into(); // orders only
        }),
        ("s2-back", |s| {
            s.stages[2].back = "only".into();
            s.stages[2].back_to = "Review and fix".into();
        }),
    ];
    for (field, spoil) in cases {
        let mut form = good.clone();
        spoil(&mut form);
        let page = post(&app, &form, "publish").await.expect(422);
        let id = format!("id=\"f-{field}-error\"");
        assert!(page.text.contains(&id), "{field}");
    }
    assert_eq!(count(&app, VERSIONS).await, 1);

    // A person is found by name without a script; no stages at all are refused.
    let mut form = good.clone();
    form.stages[2].owner = "person".into();
    form.stages[2].person_text = "priya@nordhaven.example".into();
    post(&app, &form, "publish").await.expect(303);
    let def = app.as_("hanna").get(&api(&app)).await.json();
    let owner = &def["definition"]["stages"][2]["owner"];
    assert_eq!(*owner, json!({ "type": "person", "id": app.id("priya") }));
    let mut form = sheet(&app).await;
    form.stages.clear();
    post(&app, &form, "publish").await.expect(422);
});

on_each_database!(two_at_once_lose_nothing, |app| {
    let (mut mine, mut theirs) = (sheet(&app).await, sheet(&app).await);
    theirs.stages[2].name = "Layout".into();
    mine.stages[1].name = "Words".into();
    post(&app, &theirs, "publish").await.expect(303);
    for action in ["check", "publish"] {
        let page = post(&app, &mine, action).await.expect(409);
        assert!(page.text.contains("The stage Design is now called Layout."));
        assert!(page.text.contains("value=\"Words\""));
        assert!(page.text.contains("name=\"version\" value=\"2\""));
    }
    assert_eq!(count(&app, VERSIONS).await, 2);
    mine.version = Some(2);
    post(&app, &mine, "publish").await.expect(303);
    assert_eq!(count(&app, VERSIONS).await, 3);
});

on_each_database!(hostile_forms_change_nothing, |app| {
    let to = path(&app);
    let many: Vec<String> = (0..10_000).map(|n| format!("s{n}-name=x")).collect();
    let many = many.join("&");
    let bodies = [
        ("", 422),
        ("name=x&colour=red&action=publish", 422),
        ("s999999999999999999999-name=x", 422),
        ("version=one&s0-name=x", 400),
        ("base=9223372036854775808", 400),
        ("s0-name=%FF", 400),
        ("s0-name=%00", 400),
        (many.as_str(), 413),
    ];
    for (body, status) in bodies {
        app.as_("hanna").form(&to, body).await.expect(status);
    }
    let mut form = sheet(&app).await;
    form.stages[0].name = "<script>alert(1)</script>".into();
    form.stages[0].checklist = "\"><img src=x onerror=alert(1)>".into();
    for action in ["up:1", "check"] {
        let page = post(&app, &form, action).await.expect(200);
        assert!(!page.text.contains("<script>alert") && !page.text.contains("<img src=x"));
    }
    assert_eq!(count(&app, VERSIONS).await, 1);
    app.as_("hanna")
        .get("/admin/processes/nothing")
        .await
        .expect(404);
    app.as_("hanna")
        .form("/admin/processes/nothing", "name=x")
        .await
        .expect(404);
});

on_each_database!(processes_are_made_and_put_away, |app| {
    let made = app
        .as_("hanna")
        .form("/admin/processes", "name=Print")
        .await
        .expect(303);
    let to = made.headers[header::LOCATION].to_str().unwrap().to_owned();
    app.as_("hanna").get(&to).await.expect(200);
    let twice = app
        .as_("hanna")
        .form("/admin/processes", "name=print")
        .await;
    twice.expect(422);
    app.as_("hanna")
        .form("/admin/processes", "name=A&from=nothing")
        .await
        .expect(422);
    let copy = format!("name=Copy+of+it&from={}", app.starter.process_id);
    app.as_("hanna")
        .form("/admin/processes", &copy)
        .await
        .expect(303);
    // One that services follow stays.
    let used = format!("{}/archive", path(&app));
    app.as_("hanna").form(&used, "").await.expect(409);
    app.as_("hanna")
        .form(&format!("{to}/archive"), "version=1")
        .await
        .expect(303);
    app.as_("hanna")
        .form(&format!("{to}/restore"), "version=1")
        .await
        .expect(412);
    app.as_("hanna")
        .form(&format!("{to}/restore"), "version=2")
        .await
        .expect(303);
    for who in ["maren", "pia", "priya", "ivo"] {
        app.as_(who).get("/admin/processes").await.expect(403);
        app.as_(who).form(&to, "name=Mine").await.expect(403);
        app.as_(who)
            .form(&format!("{to}/archive"), "")
            .await
            .expect(403);
    }
});
