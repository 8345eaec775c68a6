//! Adopting, adapting, upgrading, exporting and importing practices.

use crate::harness::TestApp;
use crate::on_each_database;
use crate::practices_changes::kinds;
use mil::actor::Actor;
use mil::catalog::draft::ServiceChange;
use mil::catalog::model::WorkKind;
use mil::catalog::rules::ProcessChange;
use mil::catalog::{rules, verbs};
use mil::changes::{self, rules::Type};
use mil::error::Error;
use mil::practices::merge::{Choices, Side, Who};
use mil::practices::model::Wishes;
use mil::practices::pack::{Files, Pack};
use mil::practices::present::Present;
use mil::practices::{adopt, archive, export, import, library, store, upgrade};
use mil::work::model::Item;
use mil::work::{moves, store as items};
use mil_process::form::{Field, Kind};
use mil_process::process::{Phase, ProcessDef};
use serde_json::{Value, json};

pub async fn take(app: &TestApp, key: &str) {
    let ada = app.actor("ada").await;
    let ctx = app.ctx(ada.clone());
    if let Err(error) = adopt::adopt(&ctx, &ada, key, &Wishes::default()).await {
        panic!("{key}: {error:?}");
    }
}

/// An answer that a field takes.
fn answer(app: &TestApp, field: &Field) -> Value {
    let today = app.app.zone().to_datetime(app.now()).date();
    match &field.kind {
        Kind::Text { min, pattern, .. } => match pattern {
            Some(pattern) => match serde_json::to_value(pattern).unwrap().as_str().unwrap() {
                "email" => json!("a@nordhaven.example"),
                "phone" => json!("+49 30 1234567"),
                "digits" => json!("12345"),
                _ => json!("4711"),
            },
            None => json!("word ".repeat(8 + min.unwrap_or(0) as usize / 5).trim()),
        },
        Kind::LongText { .. } => json!("A few words that say what is wanted."),
        Kind::Choice { options, .. } => json!(options[0].key),
        Kind::Multi { options, min, .. } => {
            let count = min.unwrap_or(1).max(1) as usize;
            json!(
                options
                    .iter()
                    .take(count)
                    .map(|o| &o.key)
                    .collect::<Vec<_>>()
            )
        }
        Kind::Date {
            earliest_days,
            latest_days,
        } => {
            let days = earliest_days.unwrap_or(0).max(1);
            let days = latest_days.map_or(days, |latest| days.min(latest));
            json!(
                today
                    .saturating_add(jiff::Span::new().days(days))
                    .to_string()
            )
        }
        Kind::Number { min, .. } => json!(min.map_or("1".to_owned(), |m| m.to_string())),
        Kind::Person => json!(app.id("tomas")),
        Kind::Url => json!("https://nordhaven.example/page"),
        Kind::YesNo => json!("yes"),
        _ => Value::Null,
    }
}

fn answers(app: &TestApp, fields: &[Field]) -> Value {
    let asked = fields.iter().filter(|f| f.kind.is_question());
    let pairs = asked.map(|f| (f.key.clone(), answer(app, f)));
    Value::Object(pairs.filter(|(_, v)| !v.is_null()).collect())
}

pub async fn order(app: &TestApp, who: &str, service: &str) -> i64 {
    let catalog = app.app.catalog().await.unwrap();
    let form = catalog.service(service).unwrap().form.clone();
    let mut given = answers(app, &form.fields);
    // A question that its condition hides is not answered.
    let raw = mil_process::form::raw_from_json(given.as_object().unwrap()).unwrap();
    let shown = mil_process::form::visible(&form, &raw);
    given
        .as_object_mut()
        .unwrap()
        .retain(|key, _| shown.contains(key));
    let order = json!({ "lines": [{ "service": service, "answers": given }] });
    let placed = app.as_(who).post("/api/v1/orders", &order).await;
    assert_eq!(placed.status, 201, "{service}: {}", placed.text);
    placed.json()["requests"][0]["number"].as_i64().unwrap()
}

async fn load(app: &TestApp, number: i64) -> (Item, std::sync::Arc<ProcessDef>) {
    let item = items::find(&app.app.db, &Actor::system(), &number.to_string())
        .await
        .unwrap();
    let catalog = app.app.catalog().await.unwrap();
    let process = moves::process_of(&catalog, &item).unwrap();
    (item, process)
}

/// Work a request to its end as its people would, however deep it lies.
async fn finish(app: &TestApp, number: i64, depth: usize) {
    assert!(depth < 5, "{number} lies too deep");
    for _ in 0..60 {
        let (item, process) = load(app, number).await;
        if item.phase == Phase::Done {
            return;
        }
        assert!(item.is_open(), "{number} ended in {:?}", item.phase);
        let stage = process.stage(&item.stage).unwrap();
        let path = format!("/api/v1/requests/{number}");
        let ada = app.as_("ada");
        for check in stage.checklist.iter().filter(|c| c.required) {
            let body = json!({ "check": check.key, "done": true });
            ada.post(&format!("{path}/checks"), &body).await.expect(200);
        }
        let asked: Vec<Field> = process
            .stages
            .iter()
            .flat_map(|s| s.fields.clone())
            .collect();
        let wanted: Vec<Field> = asked
            .into_iter()
            .filter(|f| stage.required_fields.contains(&f.key))
            .collect();
        if !wanted.is_empty() {
            ada.json("PATCH", &format!("{path}/fields"), &answers(app, &wanted))
                .await
                .expect(200);
        }
        let tasks = ada.get(&format!("{path}/tasks")).await.expect(200).json();
        for task in tasks["items"].as_array().unwrap() {
            if !task["done_at"].is_null() || task["required"] != true {
                continue;
            }
            let key = task["key"].as_str().unwrap();
            match (task["service_id"].as_str(), task["sub"].as_i64()) {
                (None, _) => {
                    ada.post(&format!("{path}/tasks/{key}"), &json!({ "done": true }))
                        .await
                        .expect(200);
                }
                (Some(service), None) => {
                    let sub = order(app, "ada", service).await;
                    ada.post(&format!("{path}/tasks/{key}"), &json!({ "sub": sub }))
                        .await
                        .expect(200);
                    Box::pin(finish(app, sub, depth + 1)).await;
                }
                (Some(_), Some(sub)) => Box::pin(finish(app, sub, depth + 1)).await,
            }
        }
        if !stage.approvals.is_empty() {
            let chain = ada
                .get(&format!("{path}/approvals"))
                .await
                .expect(200)
                .json();
            let seat = chain["steps"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|s| s["seats"].as_array().unwrap())
                .find(|s| s["open"] == true);
            let id = seat.unwrap_or_else(|| panic!("nobody is asked: {chain}"))["person_id"]
                .as_str()
                .unwrap();
            let who = app.people.iter().find(|(_, p)| *p == id).unwrap().0;
            app.as_(who)
                .post(&format!("{path}/approvals"), &json!({ "agree": true }))
                .await
                .expect(200);
            continue;
        }
        let kind = if stage.requester_approves {
            "approve"
        } else {
            "forward"
        };
        let requester = app
            .people
            .iter()
            .find(|(_, p)| **p == item.requester_id)
            .unwrap()
            .0;
        let who = if stage.requester_approves {
            requester
        } else {
            &"ada"
        };
        look_back(app, &item, &path).await;
        let moved = app
            .as_(who)
            .post(&format!("{path}/moves"), &json!({ "type": kind }))
            .await;
        assert_eq!(
            moved.status, 200,
            "{number} {} {}: {}",
            item.title, stage.key, moved.text
        );
    }
    panic!("{number} does not end");
}

/// What was urgent is looked back at before it is closed.
async fn look_back(app: &TestApp, item: &Item, path: &str) {
    let ada = app.as_("ada");
    if item.kind != WorkKind::Change {
        return;
    }
    let change = ada.get(&format!("{path}/change")).await.expect(200).json();
    if change["review_due"] == true {
        let review = json!({ "outcome": "successful", "happened": "It went well.",
            "followed": "yes" });
        ada.json("PUT", &format!("{path}/change/review"), &review)
            .await
            .expect(200);
    }
}

on_each_database!(
    every_practice_adopts_with_all_others_and_runs_to_its_end,
    |app| {
        for key in library::packs().keys() {
            take(&app, key).await;
        }
        let adopted = store::adopted(&app.app.db).await.unwrap();
        assert_eq!(adopted.len(), library::packs().len());
        let mut ran = 0;
        for (key, adoption) in &adopted {
            assert!(!adoption.parts.services.is_empty(), "{key} has no service");
            for service in adoption.parts.services.values() {
                let catalog = app.app.catalog().await.unwrap();
                let open = catalog.service(service).unwrap().audience.everyone;
                // Services among agents are ordered by a member of their team.
                let who = if open { "maren" } else { "priya" };
                let number = order(&app, who, service).await;
                finish(&app, number, 0).await;
                ran += 1;
            }
        }
        assert!(ran >= adopted.len());
        // Exported, every one of them is the pack that it came from.
        let catalog = app.app.catalog().await.unwrap();
        let teams = mil::people::store::teams(&app.app.db).await.unwrap();
        for (key, adoption) in &adopted {
            let pack = export::export(
                &catalog,
                adoption,
                &Present::read(&app.app.db).await.unwrap(),
                &teams,
            )
            .unwrap();
            assert_eq!(
                pack.services.keys().collect::<Vec<_>>(),
                adoption.pack.services.keys().collect::<Vec<_>>(),
                "{key}"
            );
            // Teams stand for roles here, so a role that was one of many may
            // come back as the first of them; playbooks know theirs by name.
            assert_eq!(pack.playbooks, adoption.pack.playbooks, "{key}");
            let bytes = archive::write(&pack).unwrap();
            assert_eq!(archive::read(&bytes).unwrap(), pack, "{key}");
            let same = upgrade::compare(
                &catalog,
                adoption,
                &adoption.pack,
                &Present::read(&app.app.db).await.unwrap(),
                &Choices::new(),
            )
            .unwrap();
            assert_eq!(same.differences, [], "{key}: nothing was adapted");
        }
    }
);

/// A practice of the library with another version and `change` in its files.
pub fn another(key: &str, version: &str, change: impl Fn(&str, String) -> String) -> Vec<u8> {
    let files = library::files();
    let changed: Files = files[key]
        .iter()
        .map(|(path, bytes)| {
            let text = String::from_utf8(bytes.clone()).unwrap();
            (path.clone(), change(path, text).into_bytes())
        })
        .collect();
    let mut pack = Pack::read(key, &changed, None).unwrap();
    pack.meta.version = version.to_owned().try_into().unwrap();
    archive::write(&pack).unwrap()
}

on_each_database!(a_new_version_meets_what_was_adapted, |app| {
    let key = "web-page-update";
    take(&app, key).await;
    let ada = app.actor("ada").await;
    let ctx = app.ctx(ada.clone());
    let again = adopt::adopt(&ctx, &ada, key, &Wishes::default()).await;
    assert!(matches!(again, Err(Error::Conflict(_))));
    assert!(matches!(
        upgrade::newer(&ctx, key).await,
        Err(Error::Conflict(_))
    ));
    let before = store::find(&app.app.db, key).await.unwrap().unwrap();
    let (service_key, service_id) = before.parts.services.iter().next().unwrap();
    let running = order(&app, "maren", service_id).await;

    // We adapt: a service's summary and the name of the first stage.
    let catalog = app.app.catalog().await.unwrap();
    let change = ServiceChange {
        summary: Some("In our words.".into()),
        ..ServiceChange::default()
    };
    verbs::change(&ctx, &ada, service_id, None, change)
        .await
        .unwrap();
    let process_id = catalog.service(service_id).unwrap().process_id.clone();
    let (_, def) = catalog.current_process(&process_id).unwrap();
    let mut ours = (*def).clone();
    ours.stages[0].name = "Our first".into();
    let change = ProcessChange {
        definition: Some(ours),
        ..ProcessChange::default()
    };
    rules::change(&ctx, &ada, &process_id, None, change)
        .await
        .unwrap();

    // They change the same stage, another one, and the promise.
    let pack = &library::packs()[key];
    let spec = pack.processes.values().next().unwrap();
    let (first, second) = (spec.stages[0].name.clone(), spec.stages[1].name.clone());
    let bytes = another(key, "1.9.0", |path, text| {
        if path.starts_with("processes/") {
            text.replacen(&format!("name = \"{first}\""), "name = \"Their first\"", 1)
                .replacen(
                    &format!("name = \"{second}\""),
                    "name = \"Their second\"",
                    1,
                )
        } else {
            text.replace("delivery = \"2d\"", "delivery = \"4d\"")
        }
    });
    import::import(&ctx, &ada, &bytes).await.unwrap();
    let (adoption, offered) = upgrade::newer(&ctx, key).await.unwrap();
    let catalog = app.app.catalog().await.unwrap();
    let seen = upgrade::compare(
        &catalog,
        &adoption,
        &offered.pack,
        &Present::read(&app.app.db).await.unwrap(),
        &Choices::new(),
    )
    .unwrap();
    assert_eq!(
        (seen.from.as_str(), seen.to.as_str(), seen.conflicts()),
        (pack.meta.version.to_string().as_str(), "1.9.0", 1)
    );
    let conflict = seen
        .differences
        .iter()
        .find(|d| d.who == Who::Conflict)
        .unwrap();
    assert!(
        conflict.path.ends_with("/name") && conflict.ours == Some(json!("Our first")),
        "{conflict:?}"
    );
    let kept = format!("services/{service_key}/summary");
    assert!(
        seen.differences
            .iter()
            .any(|d| d.path == kept && d.who == Who::Ours)
    );

    // A lead decides; a stale decision is refused, a requester may not.
    let choices: Choices = [(conflict.path.clone(), Side::Theirs)].into();
    let stale = upgrade::upgrade(&ctx, &ada, key, Some(99), &choices).await;
    assert!(matches!(stale, Err(Error::Stale(_))));
    let maren = app.actor("maren").await;
    let refused = upgrade::upgrade(&ctx, &maren, key, None, &choices).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))));
    upgrade::upgrade(&ctx, &ada, key, Some(adoption.version), &choices)
        .await
        .unwrap();
    let catalog = app.app.catalog().await.unwrap();
    let service = catalog.service(service_id).unwrap();
    assert_eq!(service.summary, "In our words.");
    let (_, def) = catalog.current_process(&process_id).unwrap();
    assert_eq!(
        [&def.stages[0].name, &def.stages[1].name],
        ["Their first", "Their second"]
    );
    // What runs keeps its stages and its promise; what is new gets the new ones.
    let (item, process) = load(&app, running).await;
    assert_eq!(process.stages[0].name, first);
    assert_eq!(item.promise.delivery.target.minutes(), 2 * 480);
    let next = order(&app, "maren", service_id).await;
    let (item, process) = load(&app, next).await;
    assert_eq!(process.stages[0].name, "Their first");
    assert_eq!(item.promise.delivery.target.minutes(), 4 * 480);
    finish(&app, running, 0).await;
    let after = store::find(&app.app.db, key).await.unwrap().unwrap();
    assert_eq!(after.pack.meta.version.to_string(), "1.9.0");
    assert!(matches!(
        upgrade::newer(&ctx, key).await,
        Err(Error::Conflict(_))
    ));

    // Leaving takes the service away and leaves the work.
    adopt::leave(&ctx, &ada, key).await.unwrap();
    assert!(store::find(&app.app.db, key).await.unwrap().is_none());
    let catalog = app.app.catalog().await.unwrap();
    assert!(catalog.service(service_id).unwrap().retired);
    finish(&app, next, 0).await;
    take(&app, key).await;
});

on_each_database!(an_adapted_practice_moves_to_another_organisation, |app| {
    let key = "change-enablement";
    take(&app, key).await;
    let ada = app.actor("ada").await;
    let ctx = app.ctx(ada.clone());
    let adoption = store::find(&app.app.db, key).await.unwrap().unwrap();
    let (service_key, id) = adoption.parts.services.iter().next().unwrap();
    let change = ServiceChange {
        name: Some("Change something".into()),
        ..ServiceChange::default()
    };
    verbs::change(&ctx, &ada, id, None, change).await.unwrap();
    let types = kinds(&app, key).await;
    assert_eq!(types["routine-change"], Type::Standard);
    assert_eq!(types["checked-change"], Type::Normal);
    assert_eq!(types["urgent-change"], Type::Emergency);
    let checked = &adoption.parts.services["checked-change"];
    changes::verbs::approve_service(&ctx, &ada, checked, Type::Standard)
        .await
        .unwrap();
    let catalog = app.app.catalog().await.unwrap();
    let teams = mil::people::store::teams(&app.app.db).await.unwrap();
    let pack = export::export(
        &catalog,
        &adoption,
        &Present::read(&app.app.db).await.unwrap(),
        &teams,
    )
    .unwrap();
    assert!(pack.meta.version > adoption.pack.meta.version);
    let bytes = archive::write(&pack).unwrap();

    let other = TestApp::sqlite().await;
    let lead = other.actor("hanna").await;
    let there = other.ctx(lead.clone());
    import::import(&there, &lead, &bytes).await.unwrap();
    adopt::adopt(&there, &lead, key, &Wishes::default())
        .await
        .unwrap();
    let catalog = other.app.catalog().await.unwrap();
    assert_eq!(
        catalog.service(service_key).unwrap().name,
        "Change something"
    );
    assert_eq!(kinds(&other, key).await["checked-change"], Type::Standard);
    let maren = other.actor("maren").await;
    let refused = import::import(&there, &maren, &bytes).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))));
});

/// What differs between the newer version and what runs, and who changed it.
pub async fn differing(app: &TestApp, key: &str) -> Vec<(String, Who)> {
    let ada = app.actor("ada").await;
    let (adoption, offered) = upgrade::newer(&app.ctx(ada), key).await.unwrap();
    let present = Present::read(&app.app.db).await.unwrap();
    let catalog = app.app.catalog().await.unwrap();
    let none = Choices::new();
    let compared = upgrade::compare(&catalog, &adoption, &offered.pack, &present, &none).unwrap();
    let said = compared.differences.into_iter().map(|d| (d.path, d.who));
    said.collect()
}
