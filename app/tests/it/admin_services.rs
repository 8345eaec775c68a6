//! Administering services: who may, what holds at once, what stays as it was,
//! and the form builder as a browser without scripts uses it.

use mil_db::sql;
use serde_json::{Value, json};

use crate::harness::{Answer, TestApp};
use crate::on_each_database;
use crate::people::events;

const WEB: &str = "update-a-web-page";

fn service(app: &TestApp, slug: &str) -> String {
    app.starter.services[slug].clone()
}

async fn version(app: &TestApp, id: &str) -> i64 {
    sql("SELECT version FROM service WHERE id = $1")
        .bind(id)
        .value("version", &app.app.db)
        .await
        .unwrap()
}

on_each_database!(only_leads_and_administrators_shape_services, |app| {
    let id = service(&app, WEB);
    let pages = [
        "/admin".to_owned(),
        "/admin/services".to_owned(),
        "/admin/services/new".to_owned(),
        format!("/admin/services/{id}"),
        format!("/admin/services/{id}/audience"),
        format!("/admin/services/{id}/form"),
        format!("/admin/services/{id}/preview"),
    ];
    let deeds = [
        "",
        "/audience",
        "/form",
        "/form/preview",
        "/publish",
        "/retire",
        "/duplicate",
        "/move",
    ];
    for who in ["maren", "pia", "priya", "ivo"] {
        for page in &pages {
            app.as_(who).get(page).await.expect(403);
        }
        app.as_(who)
            .form("/admin/services", "name=x")
            .await
            .expect(403);
        for deed in deeds {
            let to = format!("/admin/services/{id}{deed}");
            app.as_(who).form(&to, "to=up").await.expect(403);
        }
    }
    for who in ["hanna", "ada"] {
        for page in &pages {
            app.as_(who).get(page).await.expect(200);
        }
        for deed in ["/publish", "/retire", "/duplicate", "/form", "/audience"] {
            let to = format!("/admin/services/none{deed}");
            app.as_(who).form(&to, "").await.expect(404);
        }
        app.as_(who).get("/admin/services/none").await.expect(404);
    }
    // The landing shows what one may open.
    let lead = app.as_("hanna").get("/admin").await.expect(200).text;
    let all = app.as_("ada").get("/admin").await.expect(200).text;
    assert!(lead.contains("/admin/services") && !lead.contains("\"/admin/people\""));
    assert!(all.contains("/admin/services") && all.contains("\"/admin/people\""));
});

on_each_database!(who_may_order_changes_at_once, |app| {
    let id = service(&app, WEB);
    let to = format!("/admin/services/{id}/audience");
    let (lead, maren, pia) = (app.as_("hanna"), app.as_("maren"), app.as_("pia"));
    let seen = format!("/catalog/{WEB}");
    maren.get(&seen).await.expect(200);
    pia.get(&seen).await.expect(404);
    lead.form(&to, "partners=yes&version=1").await.expect(303);
    maren.get(&seen).await.expect(404);
    maren
        .get(&format!("/api/v1/services/{WEB}"))
        .await
        .expect(404);
    pia.get(&seen).await.expect(200);
    // Nobody: allowed, but said.
    lead.form(&to, "version=2").await.expect(303);
    pia.get(&seen).await.expect(404);
    let page = lead.get(&to).await.expect(200).text;
    assert!(page.contains("Nobody may order this."));
    // A group, and things that are not there.
    lead.form(&to, "groups=none").await.expect(422);
    lead.form(&to, "departments=%27%3B--").await.expect(422);
    let groups = format!("groups={}", app.starter.team_id);
    lead.form(&to, &groups).await.expect(303);
    app.as_("priya").get(&seen).await.expect(200);
    maren.get(&seen).await.expect(404);
    let page = lead.get(&to).await.expect(200).text;
    assert!(page.contains("May order this now: Marketing."));
    let data = &events(&app, "service.changed").await;
    let first = data
        .iter()
        .find(|d| d["before"]["audience"]["everyone"] == true);
    assert_eq!(first.unwrap()["after"]["audience"]["partners"], json!(true));
});

fn basics(app: &TestApp, more: &str) -> String {
    let s = &app.starter;
    format!(
        "team_id={}&process_id={}&promise_id={}&{more}",
        s.team_id, s.process_id, s.promise_id
    )
}

async fn category(app: &TestApp) -> String {
    sql("SELECT id FROM category ORDER BY position LIMIT 1")
        .value("id", &app.app.db)
        .await
        .unwrap()
}

on_each_database!(a_service_from_its_first_word_to_its_end, |app| {
    let (lead, maren) = (app.as_("hanna"), app.as_("maren"));
    let category = category(&app).await;
    let form = basics(
        &app,
        &format!("category_id={category}&name=Gro%C3%9Fe+Plakate&price=60%2C50"),
    );
    let made = lead.form("/admin/services", &form).await.expect(303);
    let to = made.headers["location"].to_str().unwrap().to_owned();
    let id = to.split('/').nth(3).unwrap().to_owned();
    let base = format!("/admin/services/{id}");
    maren.get("/catalog/grosse-plakate").await.expect(404);
    // Without its one line it is not fit to be offered.
    let page = lead
        .form(&format!("{base}/publish"), "version=1")
        .await
        .expect(422);
    assert!(page.text.contains("Say in one line what people get"));
    let more =
        format!("category_id={category}&name=Posters&slug=posters&summary=A1+to+A3&version=1");
    lead.form(&base, &basics(&app, &more)).await.expect(303);
    lead.form(&format!("{base}/publish"), "version=1")
        .await
        .expect(412);
    lead.form(&format!("{base}/publish"), "version=2")
        .await
        .expect(303);
    maren.get("/catalog/posters").await.expect(200);
    // What somebody typed against an older version is shown again, not lost.
    let again = lead
        .form(
            &base,
            &basics(&app, &more.replace("A1+to+A3", "Typed+late")),
        )
        .await
        .expect(412);
    assert!(again.text.contains("Typed late") && again.text.contains("Somebody else changed this"));
    // Up, down, and no further.
    for way in ["up", "up", "down", "up", "up", "up"] {
        lead.form(&format!("{base}/move"), &format!("to={way}"))
            .await
            .expect(303);
    }
    lead.form(&format!("{base}/move"), "to=away")
        .await
        .expect(422);
    let list = lead.get("/admin/services").await.expect(200).text;
    assert!(list.find("Posters").unwrap() < list.find("Update a web page").unwrap());
    // A copy is a draft of its own.
    let copy = lead
        .form(&format!("{base}/duplicate"), "")
        .await
        .expect(303);
    let copy = copy.headers["location"].to_str().unwrap().to_owned();
    let page = lead.get(&copy).await.expect(200).text;
    assert!(page.contains("Posters (copy)") && page.contains("Not published"));
    maren.get("/catalog/posters-copy").await.expect(404);
    lead.form(&format!("{base}/retire"), "").await.expect(303);
    maren.get("/catalog/posters").await.expect(404);
    lead.form(&format!("{base}/publish"), "").await.expect(303);
    maren.get("/catalog/posters").await.expect(200);
    for (verb, n) in [
        ("service.created", 2),
        ("service.published", 2),
        ("service.retired", 1),
    ] {
        assert_eq!(events(&app, verb).await.len(), n, "{verb}");
    }
});

on_each_database!(hostile_names_and_words_are_refused, |app| {
    let lead = app.as_("hanna");
    let category = category(&app).await;
    let make = async |name: &str, slug: &str, more: &str| -> Answer {
        let form = format!("category_id={category}&name={name}&slug={slug}{more}");
        lead.form("/admin/services", &basics(&app, &form)).await
    };
    for slug in [
        "..%2F..", "A", "1a", "a+b", "%3Cb%3E", WEB, "%C3%A4", "a%0Ab",
    ] {
        let page = make("Fine", slug, "").await.expect(422).text;
        assert!(page.contains("id=\"f-slug-error\""), "{slug}");
    }
    make("", "a", "").await.expect(422);
    make(&"n".repeat(101), "a", "").await.expect(422);
    make("Fine", "a", "&price=-1").await.expect(422);
    make("Fine", "a", "&price=much").await.expect(422);
    make("Fine", "a", "&icon=%22onload").await.expect(422);
    make("Fine", "a", "&owner=me").await.expect(422);
    let form = "category_id=none&name=x&team_id=none&process_id=none&promise_id=none".to_owned();
    let page = lead.form("/admin/services", &form).await.expect(422).text;
    for field in ["category_id", "team_id", "process_id", "promise_id"] {
        assert!(page.contains(&format!("id=\"f-{field}-error\"")), "{field}");
    }
    let made = make("%3Cscript%3Ealert(1)%3C%2Fscript%3E", "", "")
        .await
        .expect(303);
    let to = made.headers["location"].to_str().unwrap().to_owned();
    let page = lead.get(&to).await.expect(200).text;
    assert!(!page.contains("<script>alert"));
});

/// What a browser would post of the builder on a page.
fn posted(page: &str) -> Vec<(String, String)> {
    let form = page.split("id=\"builder\"").nth(1).unwrap();
    let form = form.split("</form>").next().unwrap();
    let mut out = Vec::new();
    let attr = |tag: &str, name: &str| {
        let value = tag
            .split(&format!(" {name}=\""))
            .nth(1)?
            .split('"')
            .next()?;
        Some(value.replace("&quot;", "\"").replace("&amp;", "&"))
    };
    for part in form.split('<').skip(1) {
        let tag = part.split('>').next().unwrap();
        let text = &part[tag.len() + 1..];
        if tag.starts_with("input") {
            let Some(name) = attr(tag, "name") else {
                continue;
            };
            if !tag.contains("type=\"checkbox\"") || tag.contains(" checked") {
                out.push((name, attr(tag, "value").unwrap_or_default()));
            }
        } else if tag.starts_with("textarea") {
            out.push((
                attr(tag, "name").unwrap(),
                text.trim_start_matches('\n').to_owned(),
            ));
        } else if tag.starts_with("select") {
            out.push((attr(tag, "name").unwrap(), String::new()));
        } else if tag.starts_with("option") && tag.contains(" selected") {
            out.last_mut().unwrap().1 = attr(tag, "value").unwrap();
        }
    }
    out
}

fn put(fields: &mut Vec<(String, String)>, name: &str, value: &str) {
    fields.retain(|(n, _)| n != name);
    fields.push((name.to_owned(), value.to_owned()));
}

fn body(fields: &[(String, String)], verb: &str) -> String {
    let mut all = fields.to_vec();
    all.push(("_do".to_owned(), verb.to_owned()));
    serde_html_form::to_string(all).unwrap()
}

async fn form_of(app: &TestApp, id: &str) -> Value {
    let catalog = app.app.catalog().await.unwrap();
    serde_json::to_value(&catalog.service(id).unwrap().form).unwrap()
}

on_each_database!(the_builder_needs_no_script, |app| {
    let id = service(&app, WEB);
    let (lead, to) = (app.as_("hanna"), format!("/admin/services/{id}/form"));
    let before = form_of(&app, &id).await;
    let begun = version(&app, &id).await;
    // Saving without a change changes nothing.
    let page = lead.get(&to).await.expect(200).text;
    lead.form(&to, &body(&posted(&page), "save"))
        .await
        .expect(303);
    assert_eq!(form_of(&app, &id).await, before);
    assert_eq!(version(&app, &id).await, begun);

    // Add a choice, then a text that depends on it; move; nothing typed is lost.
    let n = before["fields"].as_array().unwrap().len();
    let page = lead
        .form(&to, &body(&posted(&page), "add:choice"))
        .await
        .expect(200)
        .text;
    let mut fields = posted(&page);
    put(&mut fields, &format!("f{n}.label"), "Which channel?");
    put(
        &mut fields,
        &format!("f{n}.options"),
        "Print shop\nweb | On the web | at once",
    );
    put(&mut fields, &format!("f{n}.required"), "yes");
    let page = lead
        .form(&to, &body(&fields, "add:number"))
        .await
        .expect(200)
        .text;
    assert_eq!(form_of(&app, &id).await, before, "not saved yet");
    let mut fields = posted(&page);
    let m = n + 1;
    put(&mut fields, &format!("f{m}.label"), "How <many>?");
    put(&mut fields, &format!("f{m}.max"), "lots");
    put(&mut fields, &format!("f{m}.if_field"), "which-channel");
    put(&mut fields, &format!("f{m}.if_value"), "print shop");
    let page = lead
        .form(&to, &body(&fields, "save"))
        .await
        .expect(422)
        .text;
    assert!(page.contains(&format!("id=\"f-f{m}.max-error\"")));
    assert!(page.contains("How &lt;many&gt;?") && page.contains("value=\"lots\""));
    put(&mut fields, &format!("f{m}.max"), "99");
    // A condition must not look down.
    let moved = lead
        .form(&to, &body(&fields, &format!("up:{m}")))
        .await
        .expect(200)
        .text;
    let page = lead
        .form(&to, &body(&posted(&moved), "save"))
        .await
        .expect(422)
        .text;
    assert!(page.contains(&format!("id=\"f-f{n}.if_field-error\"")));
    let preview = lead
        .form(&format!("{to}/preview"), &body(&fields, "save"))
        .await
        .expect(200)
        .text;
    assert!(preview.contains("Which channel?") && !preview.contains("<html"));
    lead.form(&to, &body(&fields, "save")).await.expect(303);
    let after = form_of(&app, &id).await;
    assert_eq!(after["fields"][n]["key"], "which-channel");
    assert_eq!(
        after["fields"][n]["kind"]["options"],
        json!([{ "key": "print-shop", "label": "Print shop" },
               { "key": "web", "label": "On the web", "fact": "at once" }])
    );
    assert_eq!(
        after["fields"][m]["show_if"],
        json!({ "is": { "field": "which-channel", "value": "print-shop" } })
    );
    // The draft was begun before; the late one is told, and keeps its words.
    let late = lead
        .form(&to, &body(&fields, "save"))
        .await
        .expect(412)
        .text;
    assert!(late.contains("Which channel?"));
    let page = lead.get(&to).await.expect(200).text;
    let page = lead
        .form(&to, &body(&posted(&page), &format!("remove:{m}")))
        .await
        .expect(200)
        .text;
    lead.form(&to, &body(&posted(&page), "save"))
        .await
        .expect(303);
    let after = form_of(&app, &id).await;
    assert_eq!(after["fields"].as_array().unwrap().len(), m);
    // Nonsense verbs do nothing.
    for verb in ["up:999", "remove:x", "add:script", "drop", "down:-1"] {
        lead.form(&to, &body(&posted(&page), verb))
            .await
            .expect(200);
    }
});

on_each_database!(requests_keep_the_form_they_were_ordered_with, |app| {
    let id = service(&app, "company-logo");
    let order =
        json!({ "lines": [{ "service": "company-logo", "answers": answers(&app, &id).await }] });
    let placed = app
        .as_("maren")
        .post("/api/v1/orders", &order)
        .await
        .expect(201)
        .json();
    let request = placed["requests"][0]["id"].as_str().unwrap().to_owned();
    let lead = app.as_("hanna");
    let to = format!("/admin/services/{id}/form");
    let page = lead.get(&to).await.expect(200).text;
    let mut fields = posted(&page);
    fields.retain(|(name, _)| name == "version");
    lead.form(&to, &body(&fields, "save")).await.expect(303);
    let versions: i64 = sql("SELECT COUNT(*) AS n FROM service_form WHERE service_id = $1")
        .bind(&id)
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(versions, 2);
    let kept: i64 = sql("SELECT form_version FROM work_item WHERE id = $1")
        .bind(&request)
        .value("form_version", &app.app.db)
        .await
        .unwrap();
    assert_eq!(kept, 1);
    let seen = app
        .as_("maren")
        .get(&format!("/requests/{}", placed["requests"][0]["number"]))
        .await
        .expect(200);
    let form = sql("SELECT definition FROM service_form WHERE service_id = $1 AND version = 1")
        .bind(&id)
        .one(&app.app.db)
        .await
        .unwrap();
    let form: Value = form.json("definition").unwrap();
    let label = form["fields"][0]["label"].as_str().unwrap();
    assert!(seen.text.contains(label), "{label}");
});

/// The least that answers a form.
async fn answers(app: &TestApp, id: &str) -> Value {
    let form = form_of(app, id).await;
    let mut out = json!({});
    for field in form["fields"].as_array().unwrap() {
        if field["required"] == true {
            let kind = &field["kind"];
            let value = match kind["type"].as_str().unwrap() {
                "choice" => kind["options"][0]["key"].clone(),
                "multi" => json!([kind["options"][0]["key"]]),
                _ => json!("Something"),
            };
            out[field["key"].as_str().unwrap()] = value;
        }
    }
    out
}

on_each_database!(programs_administer_services_and_categories, |app| {
    let (lead, id) = (app.as_("hanna"), service(&app, WEB));
    let one = format!("/api/v1/admin/services/{id}");
    let shown = lead.get(&one).await.expect(200);
    assert_eq!(shown.headers["etag"], "\"1\"");
    let mut draft = shown.json();
    for known in ["id", "version", "state", "form_version", "slug"] {
        draft.as_object_mut().unwrap().remove(known);
    }
    draft["name"] = json!("Another page");
    let made = lead
        .post("/api/v1/admin/services", &draft)
        .await
        .expect(201);
    assert_eq!(
        (&made.json()["slug"], &made.json()["state"]),
        (&json!("another-page"), &json!("draft"))
    );
    let patched = lead
        .json(
            "PATCH",
            &one,
            &json!({ "price_minor": 500, "audience": { "partners": true } }),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&patched["price_minor"], &patched["version"]),
        (&json!(500), &json!(2))
    );
    assert_eq!(patched["form_version"], 1);
    let free = json!({ "price_minor": null, "form": { "fields": [] } });
    let patched = lead.json("PATCH", &one, &free).await.expect(200).json();
    assert_eq!(
        (&patched["price_minor"], &patched["form_version"]),
        (&json!(null), &json!(2))
    );
    for bad in [
        json!({ "form": { "fields": [{ "key": "A b", "label": "x", "kind": { "type": "text" } }] } }),
        json!({ "audience": { "all": true } }),
        json!({ "owner": "me" }),
        json!({ "slug": "../x" }),
    ] {
        lead.json("PATCH", &one, &bad).await.expect(422);
    }
    let old = axum::http::Request::builder()
        .method("PATCH")
        .uri(&one)
        .header("content-type", "application/json")
        .header("if-match", "\"1\"");
    lead.send(old, axum::body::Body::from("{\"name\":\"Late\"}"))
        .await
        .expect(412);
    let shelves = "/api/v1/admin/categories";
    let made = lead
        .post(shelves, &json!({ "name": "Events" }))
        .await
        .expect(201)
        .json();
    lead.post(shelves, &json!({ "name": "events" }))
        .await
        .expect(422);
    let at = format!("{shelves}/{}", made["id"].as_str().unwrap());
    let away = lead
        .json("PATCH", &at, &json!({ "archived": true }))
        .await
        .expect(200);
    assert_eq!(away.json()["archived"], true);
    let used = format!("{shelves}/{}", category(&app).await);
    lead.json("PATCH", &used, &json!({ "archived": true }))
        .await
        .expect(422);
    lead.get("/admin/categories").await.expect(200);
});
