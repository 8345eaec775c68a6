//! Templates of answers, and ordering again.

use crate::harness::TestApp;
use crate::on_each_database;
use mil::templates::fit;
use mil_process::form::{FormDef, Raw};
use serde_json::{Value, json};

async fn save(app: &TestApp, who: &str, extra: Value, status: u16) -> Value {
    let mut body = json!({ "name": "Fees page", "service": "update-a-web-page", "answers": {
        "subject": "Fees", "change": "New fees", "nothing": "x" } });
    body.as_object_mut()
        .unwrap()
        .extend(extra.as_object().unwrap().clone());
    app.as_(who)
        .post("/api/v1/templates", &body)
        .await
        .expect(status)
        .json()
}

/// The id of a template of Hanna's, for the role matrix.
pub async fn saved(app: &TestApp) -> String {
    let made = save(app, "hanna", json!({ "shared_with": "everyone" }), 201).await;
    made["id"].as_str().unwrap().to_owned()
}

on_each_database!(who_may_use_a_template, |app| {
    let own = save(&app, "priya", json!({}), 201).await;
    assert_eq!(
        own["answers"],
        json!({ "change": ["New fees"], "subject": ["Fees"] })
    );
    save(&app, "priya", json!({ "in_portal": true }), 422).await;
    save(&app, "priya", json!({ "shared_with": "nowhere" }), 422).await;
    save(&app, "priya", json!({ "name": " " }), 422).await;
    let team = json!({ "name": "Team's", "shared_with": app.starter.team_id });
    save(&app, "priya", team, 201).await;
    let portal = save(
        &app,
        "hanna",
        json!({ "name": "For all", "note": "New term", "in_portal": true }),
        201,
    )
    .await;
    let names = async |who: &str| -> Vec<String> {
        let all = app
            .as_(who)
            .get("/api/v1/templates")
            .await
            .expect(200)
            .json();
        all["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|t| t["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names("priya").await, ["Fees page", "For all", "Team's"]);
    assert_eq!(names("tomas").await, ["For all", "Team's"]);
    assert_eq!(names("ivo").await, ["For all"]);
    let of = |t: &Value| {
        format!(
            "/catalog/update-a-web-page?template={}",
            t["id"].as_str().unwrap()
        )
    };
    app.as_("tomas").get(&of(&own)).await.expect(404);
    app.as_("maren").get(&of(&own)).await.expect(404);
    // Requesters find what is offered, and the form comes filled in.
    let form = app
        .as_("maren")
        .get("/catalog/update-a-web-page")
        .await
        .expect(200);
    assert!(form.text.contains("Begin with") && form.text.contains("New term"));
    let filled = app.as_("maren").get(&of(&portal)).await.expect(200);
    assert!(filled.text.contains("Filled in from “For all”.") && filled.text.contains("New fees"));
    app.as_("maren")
        .get("/catalog/company-logo?template=x")
        .await
        .expect(404);
    // Change and remove.
    let path = format!("/api/v1/templates/{}", portal["id"].as_str().unwrap());
    let change = json!({ "name": "Renamed", "in_portal": true });
    app.as_("tomas")
        .json("PUT", &path, &change)
        .await
        .expect(403);
    app.as_("ada").json("PUT", &path, &change).await.expect(200);
    app.as_("tomas")
        .json("DELETE", &path, &json!({}))
        .await
        .expect(403);
    app.as_("hanna")
        .json("DELETE", &path, &json!({}))
        .await
        .expect(204);
    app.as_("maren").get(&of(&portal)).await.expect(404);
});

on_each_database!(a_request_becomes_a_template_and_is_ordered_again, |app| {
    let number = crate::timers::order(&app).await;
    let page = app
        .as_("priya")
        .get(&format!("/work/{number}/template"))
        .await
        .expect(200);
    assert!(page.text.contains("Save as a template"));
    let at = format!("/work/{number}/template");
    app.as_("priya").form(&at, "name=").await.expect(422);
    app.as_("priya")
        .form(&at, "name=Fees&note=Each+term&shared_with=everyone")
        .await
        .expect(303);
    let list = app.as_("tomas").get("/templates").await.expect(200);
    assert!(list.text.contains("Each term") && !list.text.contains(">Change<"));
    app.as_("maren").get(&at).await.expect(403);
    // Order it again: what the form has not any more is told.
    crate::timers::close(&app, number).await;
    let again = app
        .as_("maren")
        .form(&format!("/requests/{number}/again"), "")
        .await
        .expect(303);
    let to = again.headers["location"].to_str().unwrap().to_owned();
    let form = app.as_("maren").get(&to).await.expect(200);
    assert!(form.text.contains("https://nordhaven.example/msc"));
    assert!(
        !form
            .text
            .contains("Some earlier answers do not fit any more.")
    );
    let ada = app.actor("ada").await;
    let ctx = app.ctx(ada.clone());
    let catalog = app.app.catalog().await.unwrap();
    let service = catalog.service("update-a-web-page").unwrap();
    let mut shorter = service.form.clone();
    shorter.fields.retain(|f| f.key != "change");
    let change = mil::catalog::draft::ServiceChange {
        form: Some(shorter),
        ..Default::default()
    };
    mil::catalog::verbs::change(&ctx, &ada, &service.id, None, change)
        .await
        .unwrap();
    let form = app.as_("maren").get(&to).await.expect(200);
    assert!(
        form.text
            .contains("Some earlier answers do not fit any more."),
        "{}",
        form.text
    );
});

#[test]
fn answers_move_to_a_new_form_as_far_as_they_fit() {
    let form =
        |fields: Value| -> FormDef { serde_json::from_value(json!({ "fields": fields })).unwrap() };
    let option = |keys: &[&str]| json!({ "type": "choice", "options": keys.iter().map(|k| json!({ "key": k, "label": k })).collect::<Vec<_>>() });
    let old = form(json!([
        { "key": "a", "label": "A", "kind": { "type": "text" } },
        { "key": "b", "label": "B", "kind": option(&["x", "y"]) },
        { "key": "c", "label": "C", "kind": { "type": "text" } },
        { "key": "d", "label": "D", "kind": { "type": "date" } },
    ]));
    let new = form(json!([
        { "key": "a", "label": "Another word", "kind": { "type": "text" } },
        { "key": "b", "label": "B", "kind": option(&["y"]) },
        { "key": "d", "label": "D", "kind": { "type": "text" } },
    ]));
    let raw = Raw::from(
        [("a", "1"), ("b", "x"), ("c", "2"), ("d", "2026-11-24")]
            .map(|(k, v)| (k.to_owned(), vec![v.to_owned()])),
    );
    let (kept, lost) = fit(&old, &new, &raw, jiff::civil::Date::constant(2027, 1, 1));
    assert_eq!(kept.keys().collect::<Vec<_>>(), ["a"]);
    assert_eq!(lost, ["B", "C", "D"]);
    let (kept, lost) = fit(&old, &old, &raw, jiff::civil::Date::constant(2027, 1, 1));
    assert_eq!((kept, lost), (raw, Vec::<String>::new()));
}
