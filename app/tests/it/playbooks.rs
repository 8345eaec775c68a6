//! Playbooks: writing and publishing versions, runs as checklists, alone or
//! beside a request.

use serde_json::{Value, json};

use crate::desk_help::{api, order};
use crate::harness::{Client, TestApp};
use crate::on_each_database;

fn definition(name: &str) -> Value {
    json!({ "name": name, "purpose": "Before each fair", "steps": [
        { "key": "look", "title": "Look at the stand", "how": "From **afar**", "required": true },
        { "key": "ask", "title": "Ask the neighbours", "role": "Host" },
        { "key": "tell", "title": "Tell who waits", "required": true },
    ] })
}

pub async fn written(who: &Client<'_>, name: &str) -> String {
    let made = who.post("/api/v1/playbooks", &definition(name)).await;
    let id = made.expect(201).json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/playbooks/{id}/publication");
    who.post(&path, &json!({})).await.expect(200);
    id
}

pub async fn started(who: &Client<'_>, playbook: &str, new: Value) -> String {
    let made = who
        .post(&format!("/api/v1/playbooks/{playbook}/runs"), &new)
        .await;
    made.expect(201).json()["id"].as_str().unwrap().to_owned()
}

/// A playbook that somebody drafts on, and a run of it.
pub async fn running(app: &TestApp) -> (String, String) {
    let ada = app.as_("ada");
    let id = written(&ada, "Stand at a fair").await;
    let run = started(&ada, &id, json!({})).await;
    let draft = json!({ "definition": definition("Stand at the fair") });
    let path = format!("/api/v1/playbooks/{id}/draft");
    ada.json("PUT", &path, &draft).await.expect(200);
    (id, run)
}

async fn mark(who: &Client<'_>, run: &str, step: &str, mark: Value) -> crate::harness::Answer {
    let path = format!("/api/v1/playbook-runs/{run}/steps/{step}");
    who.post(&path, &mark).await
}

on_each_database!(versions_are_published_compared_and_retired, |app| {
    let (ada, priya) = (app.as_("ada"), app.as_("priya"));
    let made = ada
        .post("/api/v1/playbooks", &json!({ "name": "Fair" }))
        .await;
    let id = made.expect(201).json()["id"].as_str().unwrap().to_owned();
    let path = |rest: &str| format!("/api/v1/playbooks/{id}{rest}");

    // A first draft is not there for those who do not write it, and not run.
    priya.get(&path("")).await.expect(404);
    priya.get(&format!("/playbooks/{id}")).await.expect(404);
    let refused = ada
        .post(&path("/publication"), &json!({}))
        .await
        .expect(422);
    assert!(refused.text.contains("purpose") && refused.text.contains("steps"));
    ada.post(&path("/runs"), &json!({})).await.expect(409);

    let first = json!({ "definition": definition("Fair") });
    ada.json("PUT", &path("/draft"), &first).await.expect(200);
    priya.json("PUT", &path("/draft"), &first).await.expect(403);
    ada.post(&path("/publication"), &json!({}))
        .await
        .expect(200);
    ada.post(&path("/publication"), &json!({}))
        .await
        .expect(409);
    let run = started(&priya, &id, json!({ "title": "Spring fair" })).await;

    // The next version moves one step, drops one and brings another.
    let mut next = definition("Fair");
    next["steps"][1] = json!({ "title": "Sweep the floor" });
    next["steps"].as_array_mut().unwrap().swap(0, 2);
    ada.json(
        "PUT",
        &path("/draft"),
        &json!({ "definition": next, "version": 1 }),
    )
    .await
    .expect(412);
    ada.json("PUT", &path("/draft"), &json!({ "definition": next }))
        .await
        .expect(200);
    let seen = priya.get(&path("")).await.expect(200).json();
    assert_eq!(
        (&seen["current"], &seen["draft"]),
        (&json!(1), &Value::Null)
    );
    let page = ada.get(&format!("/playbooks/{id}")).await.expect(200).text;
    assert!(page.contains("Sweep the floor"), "{page}");
    ada.post(&path("/publication"), &json!({ "note": "Cleaner" }))
        .await
        .expect(200);
    let two = priya.get(&path("/versions/2")).await.expect(200).json();
    let said: Vec<(&str, &str)> = two["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| {
            (
                c["change"].as_str().unwrap(),
                c["step"]["key"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("moved", "tell"),
            ("new", "sweep-the-floor"),
            ("moved", "look"),
            ("gone", "ask")
        ]
    );
    priya.get(&path("/versions/3")).await.expect(404);
    priya.get(&path("/versions/x")).await.expect(404);
    priya
        .get(&format!("/playbooks/{id}/versions/2"))
        .await
        .expect(200);
    priya
        .get(&format!("/playbooks/{id}/print"))
        .await
        .expect(200);

    // The run keeps what it began with, also when the playbook is retired.
    ada.json("PUT", &path("/retirement"), &json!({}))
        .await
        .expect(200);
    priya.post(&path("/runs"), &json!({})).await.expect(409);
    let kept = priya
        .get(&format!("/api/v1/playbook-runs/{run}"))
        .await
        .expect(200)
        .json();
    assert_eq!(kept["number"], 1);
    assert_eq!(kept["steps"][1]["step"]["key"], "ask");
    mark(&priya, &run, "ask", json!({ "state": "done" }))
        .await
        .expect(200);
    let list = |q: &str| format!("/api/v1/playbooks?{q}");
    let names = |text: Value| text["items"].as_array().unwrap().len();
    assert_eq!(
        names(priya.get(&list("q=fair")).await.expect(200).json()),
        0
    );
    assert_eq!(
        names(
            priya
                .get(&list("q=SWEEP+fair&retired=yes"))
                .await
                .expect(200)
                .json()
        ),
        1
    );
    ada.json("DELETE", &path("/retirement"), &json!({}))
        .await
        .expect(200);
    assert_eq!(
        names(priya.get(&list("q=broom")).await.expect(200).json()),
        0
    );
    assert_eq!(
        names(priya.get(&list("q=sweep")).await.expect(200).json()),
        1
    );
});

on_each_database!(the_editor_works_by_forms_alone, |app| {
    let ada = app.as_("ada");
    let made = ada
        .form("/playbooks/new", "name=&purpose=Kept")
        .await
        .expect(422);
    assert!(made.text.contains("Give it a name") && made.text.contains("Kept"));
    let made = ada
        .form("/playbooks/new", "name=Fair&purpose=Yearly")
        .await
        .expect(303);
    let edit = made.headers["location"].to_str().unwrap().to_owned();
    ada.form(
        &edit,
        "name=Fair&purpose=Yearly&step=step&title.step=First&do=add%3A",
    )
    .await
    .expect(303);
    let two = "name=Fair&purpose=Yearly&step=step&title.step=First&step=step-1&title.step-1=Second&required.step-1=yes";
    let moved = ada
        .form(&edit, &format!("{two}&do=up%3Astep-1"))
        .await
        .expect(303);
    assert!(
        moved.headers["location"]
            .to_str()
            .unwrap()
            .ends_with("#s-step-1")
    );
    let page = ada.get(&edit).await.expect(200).text;
    assert!(page.find("Second").unwrap() < page.find("First").unwrap());
    // What is missing is said where it is missing, and what was typed stays.
    let empty = "name=Fair&purpose=Yearly&step=step-1&title.step-1=&how.step-1=Slowly&do=publish";
    let refused = ada.form(&edit, empty).await.expect(422);
    assert!(
        refused.text.contains("Say what is done in this step.") && refused.text.contains("Slowly")
    );
    ada.form(&edit, &format!("{two}&do=publish&note=Begun"))
        .await
        .expect(303);
    let id = edit.split('/').nth(2).unwrap();
    let page = app
        .as_("priya")
        .get(&format!("/playbooks/{id}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("Begun") && page.contains("Second"), "{page}");
});

on_each_database!(
    a_run_of_a_request_is_ticked_by_those_who_work_on_it,
    |app| {
        let (id, number) = order(&app.as_("maren")).await;
        let (priya, ada, ivo) = (app.as_("priya"), app.as_("ada"), app.as_("ivo"));
        let book = written(&ada, "Fair").await;
        let run = started(&priya, &book, json!({ "request": number.to_string() })).await;
        let path = format!("/api/v1/playbook-runs/{run}");

        // An IT partner who does not see the request does not see its run.
        ivo.get(&path).await.expect(404);
        mark(&ivo, &run, "look", json!({ "state": "done" }))
            .await
            .expect(404);
        ivo.post(
            &format!("/api/v1/playbooks/{book}/runs"),
            &json!({ "request": id }),
        )
        .await
        .expect(404);
        assert_eq!(
            ivo.get("/api/v1/playbook-runs").await.expect(200).json()["items"],
            json!([])
        );
        app.as_("maren").get(&path).await.expect(403);

        mark(&priya, &run, "nothing", json!({ "state": "done" }))
            .await
            .expect(404);
        // Skipping takes a reason; what is required takes a lead.
        mark(
            &priya,
            &run,
            "ask",
            json!({ "state": "skipped", "note": " " }),
        )
        .await
        .expect(422);
        mark(
            &priya,
            &run,
            "look",
            json!({ "state": "skipped", "note": "No time" }),
        )
        .await
        .expect(422);
        priya
            .post(&format!("{path}/end"), &json!({}))
            .await
            .expect(409);
        mark(
            &priya,
            &run,
            "ask",
            json!({ "state": "skipped", "note": "No neighbours" }),
        )
        .await
        .expect(200);
        let done = mark(&priya, &run, "look", json!({ "state": "done" }))
            .await
            .expect(200)
            .json();
        assert_eq!(done["steps"][0]["by_id"], app.id("priya"));
        // A tick is undone.
        let open = mark(&priya, &run, "look", json!({ "state": "open" }))
            .await
            .expect(200)
            .json();
        assert_eq!(open["steps"][0]["by_id"], Value::Null);
        mark(&priya, &run, "look", json!({ "state": "done" }))
            .await
            .expect(200);

        // A step is somebody's: they are told, and it is in their list.
        mark(&priya, &run, "tell", json!({ "assignee": app.id("maren") }))
            .await
            .expect(422);
        mark(&priya, &run, "tell", json!({ "assignee": app.id("tomas") }))
            .await
            .expect(200);
        let news = app
            .as_("tomas")
            .get("/api/v1/notifications")
            .await
            .expect(200)
            .json();
        assert_eq!(news["items"][0]["reason"], "step");
        let href = news["items"][0]["id"].as_str().unwrap();
        let opened = app
            .as_("tomas")
            .get(&format!("/inbox/{href}"))
            .await
            .expect(303);
        assert_eq!(opened.headers["location"], format!("/playbook-runs/{run}"));
        let mine = "/api/v1/playbook-runs?view=mine";
        assert_eq!(
            app.as_("tomas").get(mine).await.expect(200).json()["items"][0]["id"],
            run.as_str()
        );
        app.pass(90);
        mark(&app.as_("tomas"), &run, "tell", json!({ "state": "done" }))
            .await
            .expect(200);
        assert_eq!(
            app.as_("tomas").get(mine).await.expect(200).json()["items"],
            json!([])
        );
        priya
            .post(&format!("{path}/end"), &json!({ "abandon": "" }))
            .await
            .expect(422);
        priya
            .post(&format!("{path}/end"), &json!({}))
            .await
            .expect(200);
        mark(&priya, &run, "look", json!({ "state": "open" }))
            .await
            .expect(409);

        // All of it stands on the timeline, for agents only.
        let verbs = |all: Value| -> Vec<String> {
            let items = all["items"].as_array().unwrap();
            items
                .iter()
                .map(|e| e["verb"].as_str().unwrap().to_owned())
                .filter(|v| v.starts_with("playbook."))
                .collect()
        };
        assert_eq!(
            verbs(priya.get(&api(&id, "/events")).await.expect(200).json()),
            [
                "playbook.run_started",
                "playbook.step_skipped",
                "playbook.step_done",
                "playbook.step_opened",
                "playbook.step_done",
                "playbook.step_assigned",
                "playbook.step_done",
                "playbook.run_finished"
            ]
        );
        assert!(
            verbs(
                app.as_("maren")
                    .get(&api(&id, "/events"))
                    .await
                    .expect(200)
                    .json()
            )
            .is_empty()
        );
        let page = priya.get(&format!("/work/{number}")).await.expect(200).text;
        assert!(page.contains(&format!("/playbook-runs/{run}")), "{page}");
        priya
            .get(&format!("/playbook-runs/{run}"))
            .await
            .expect(200);

        // And in the figures.
        let seen = priya
            .get(&format!("/api/v1/playbooks/{book}"))
            .await
            .expect(200)
            .json();
        assert_eq!(seen["figures"]["median_minutes"], 90);
        assert_eq!(
            seen["figures"]["skipped"],
            json!([{ "step": "ask", "runs": 1 }])
        );
    }
);
