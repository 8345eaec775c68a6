//! Random walks of requests through a process that has everything: conditions,
//! tasks, requests to other services, approvals, the requester's yes, timers.
//! Whatever people and time do, legal or not: nothing fails, nothing is lost,
//! and from wherever the walk ends there is a way to done.

use crate::harness::TestApp;
use crate::on_each_database;
use crate::timers::follow;
use mil::actor::Actor;
use mil::work::Item;
use mil::work::{moves, store, timers, wake};
use mil_db::sql;
use mil_process::process::Phase;
use serde_json::{Value, json};

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(sides.max(1)).unwrap()).unwrap()
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.roll(list.len())]
    }
}

const PEOPLE: [&str; 8] = [
    "maren", "rolf", "pia", "priya", "tomas", "hanna", "ivo", "ada",
];

fn stages(app: &TestApp, logo: &str) -> Value {
    json!([
        { "key": "brief", "name": "Brief", "phase": "new", "share": 10,
          "checklist": [{ "key": "goal", "label": "Goal", "required": true }],
          "timers": [{ "key": "wake", "after_minutes": 300, "does": { "type": "remind", "whom": "owner" } },
                     { "key": "up", "after_minutes": 900, "does": { "type": "raise_priority" } }] },
        { "key": "make", "name": "Make", "phase": "active", "share": 30, "send_back_to": "any_earlier", "tasks": [
            { "key": "alt", "name": "Texts", "required": true },
            { "key": "logo", "name": "Logo", "required": true, "service": logo },
            { "key": "nice", "name": "Nice" },
          ], "timers": [{ "key": "end", "counts": "waiting", "after_minutes": 960, "does": { "type": "close", "reason": "No answer." } },
                        { "key": "ask", "counts": "waiting", "after_minutes": 480, "does": { "type": "remind", "whom": "requester" } }] },
        { "key": "fees", "name": "Fees desk", "phase": "active", "share": 10, "send_back_to": { "only": ["brief"] },
          "only_if": { "is": { "field": "subject", "value": "Fees" } },
          "timers": [{ "key": "on", "after_minutes": 400, "does": { "type": "move_on" } }] },
        { "key": "agree", "name": "Agree", "phase": "review", "share": 20, "send_back_to": "any_earlier", "approvals": [
            { "key": "lead", "name": "Lead", "by": [{ "type": "team_leads" }], "remind_after_minutes": 60 },
            { "key": "team", "name": "Team", "rule": { "type": "majority" }, "by": [{ "type": "team", "id": app.starter.team_id }] },
          ], "timers": [{ "key": "slow", "after_minutes": 600, "does": { "type": "remind", "whom": "team_leads" } }] },
        { "key": "ok", "name": "OK", "phase": "review", "share": 30, "requester_approves": true, "send_back_to": "any_earlier",
          "timers": [{ "key": "silence", "counts": "waiting", "after_minutes": 2000, "does": { "type": "move_on" } }] },
    ])
}

async fn load(app: &TestApp, number: i64) -> Item {
    store::find(&app.app.db, &Actor::system(), &number.to_string())
        .await
        .unwrap()
}

async fn count(app: &TestApp, text: String) -> i64 {
    sql(text).value("n", &app.app.db).await.unwrap()
}

/// What must hold of every request at every moment.
async fn sound(app: &TestApp, said: &str) {
    for (what, text) in [
        (
            "an open request is in exactly one stage, a closed one in none",
            "SELECT COUNT(*) AS n FROM work_item w WHERE
             (SELECT COUNT(*) FROM stage_visit v WHERE v.item_id = w.id AND v.left_at IS NULL)
             <> CASE WHEN w.closed_at IS NULL THEN 1 ELSE 0 END",
        ),
        (
            "it is closed exactly when its phase is an end",
            "SELECT COUNT(*) AS n FROM work_item WHERE
             (phase IN ('done', 'declined')) <> (closed_at IS NOT NULL)",
        ),
        (
            "the present visit is one of its stage",
            "SELECT COUNT(*) AS n FROM stage_visit v JOIN work_item w ON w.id = v.item_id
             WHERE v.left_at IS NULL AND v.stage <> w.stage",
        ),
        (
            "nobody is asked and no task is open outside of the present visit",
            "SELECT (SELECT COUNT(*) FROM approval a JOIN work_item w ON w.id = a.item_id
                WHERE a.closed_at IS NULL AND (w.closed_at IS NOT NULL OR a.stage <> w.stage))
             + (SELECT COUNT(*) FROM item_task k JOIN work_item w ON w.id = k.item_id
                WHERE k.closed_at IS NULL AND (w.closed_at IS NOT NULL OR k.stage <> w.stage)) AS n",
        ),
        (
            "what has ended has no timer",
            "SELECT COUNT(*) AS n FROM work_item WHERE closed_at IS NOT NULL AND timer_at IS NOT NULL",
        ),
        (
            "a question waits exactly while it is the requester's turn",
            "SELECT COUNT(*) AS n FROM work_item WHERE phase = 'waiting' AND waiting IS NULL",
        ),
    ] {
        assert_eq!(count(app, text.to_owned()).await, 0, "{what}, after {said}");
    }
}

/// One thing that somebody tries. Most are not allowed.
async fn attempt(app: &TestApp, dice: &mut Dice, number: i64) -> String {
    let who = *dice.of(&PEOPLE);
    let path = format!("/api/v1/requests/{number}");
    let reason = *dice.of(&["Because", "Because", " "]);
    let stage = *dice.of(&["brief", "make", "fees", "agree", "ok", "nowhere"]);
    let (path, body) = match dice.roll(16) {
        0..=3 => (format!("{path}/moves"), json!({ "type": "forward" })),
        4 => (
            format!("{path}/moves"),
            json!({ "type": "send_back", "to": stage, "reason": reason }),
        ),
        5 => (
            format!("{path}/moves"),
            json!({ "type": "wait", "why": *dice.of(&["answer", "approval"]) }),
        ),
        6 => (format!("{path}/moves"), json!({ "type": "resume" })),
        7 => (format!("{path}/moves"), json!({ "type": "approve" })),
        8 => (
            format!("{path}/moves"),
            json!({ "type": "request_changes", "reason": reason }),
        ),
        9 => (
            format!("{path}/moves"),
            json!({ "type": *dice.of(&["decline", "cancel", "reopen", "reopen", "agree", "refuse"]), "reason": reason }),
        ),
        10 => (
            format!("{path}/checks"),
            json!({ "check": "goal", "done": dice.roll(4) > 0 }),
        ),
        11 | 12 => (
            format!("{path}/tasks/{}", dice.of(&["alt", "logo", "nice", "none"])),
            json!({ "done": dice.roll(4) > 0 }),
        ),
        13 | 14 => (
            format!("{path}/approvals"),
            json!({ "agree": dice.roll(3) > 0, "comment": reason }),
        ),
        _ => (
            format!("{path}/comments"),
            json!({ "body": "Hello", "visibility": "public" }),
        ),
    };
    let answer = app.as_(who).post(&path, &body).await;
    let said = format!("{who} {path} {body}: {}", answer.status);
    assert!(answer.status.as_u16() < 500, "{said} {}", answer.text);
    said
}

/// From wherever it stands, people bring it to its end.
async fn finish(app: &TestApp, number: i64) {
    for _ in 0..60 {
        let item = load(app, number).await;
        let path = format!("/api/v1/requests/{number}");
        let catalog = app.app.catalog().await.unwrap();
        let process = moves::process_of(&catalog, &item).unwrap();
        let stage = process.stage(&item.stage).unwrap();
        let who = app.people.iter().find(|(_, id)| **id == item.requester_id);
        let requester = *who.unwrap().0;
        let ada = app.as_("ada");
        if item.phase == Phase::Done {
            return;
        }
        let mv = if item.phase == Phase::Declined {
            json!({ "type": "reopen", "reason": "Still needed" })
        } else if item.phase == Phase::Waiting {
            json!({ "type": "resume" })
        } else if stage.requester_approves {
            let yes = json!({ "type": "approve" });
            app.as_(requester)
                .post(&format!("{path}/moves"), &yes)
                .await
                .expect(200);
            continue;
        } else if !stage.approvals.is_empty() {
            let at = format!("{path}/approvals");
            let chain = ada.get(&at).await.expect(200).json();
            let steps = chain["steps"].as_array().unwrap().iter();
            let mut seats = steps.flat_map(|s| s["seats"].as_array().unwrap());
            let seat = seats
                .find(|s| s["open"] == true)
                .expect("somebody is asked");
            let voter = app
                .people
                .iter()
                .find(|(_, id)| *id == seat["person_id"].as_str().unwrap());
            let voter = *voter.unwrap().0;
            let yes = json!({ "agree": true });
            app.as_(voter)
                .post(&format!("{path}/approvals"), &yes)
                .await
                .expect(200);
            continue;
        } else {
            for check in stage.checklist.iter().filter(|c| c.required) {
                let body = json!({ "check": check.key, "done": true });
                ada.post(&format!("{path}/checks"), &body).await.expect(200);
            }
            let tasks = ada.get(&format!("{path}/tasks")).await.expect(200).json();
            for task in tasks["items"].as_array().unwrap() {
                if task["required"] != true || !task["done_at"].is_null() {
                    continue;
                }
                if let Some(sub) = task["sub"].as_i64() {
                    Box::pin(finish(app, sub)).await;
                    continue;
                }
                let at = format!("{path}/tasks/{}", task["key"].as_str().unwrap());
                ada.post(&at, &json!({ "done": true })).await.expect(200);
            }
            json!({ "type": "forward" })
        };
        ada.post(&format!("{path}/moves"), &mv).await.expect(200);
    }
    panic!("{number} does not end: {:?}", load(app, number).await.stage);
}

on_each_database!(
    whatever_happens_nothing_is_lost_and_there_is_a_way_on,
    |app| {
        let catalog = app.app.catalog().await.unwrap();
        let logo = catalog.service("company-logo").unwrap().id.clone();
        let stages = stages(&app, &logo);
        follow(&app, stages).await;
        for seed in 1..=6u64 {
            let mut dice = Dice(seed * 7919);
            let subject = *dice.of(&["Fees", "Prices"]);
            let order = json!({ "lines": [{ "service": "update-a-web-page", "answers": {
            "subject": subject, "address": "https://nordhaven.example/msc", "change": "Fees" } }] });
            let placed = app
                .as_("maren")
                .post("/api/v1/orders", &order)
                .await
                .expect(201);
            let number = placed.json()["requests"][0]["number"].as_i64().unwrap();
            for step in 0..70 {
                let mut said = attempt(&app, &mut dice, number).await;
                if dice.roll(6) == 0 {
                    app.pass(i64::try_from(dice.roll(900)).unwrap());
                    let now = app.now();
                    timers::run_due(&app.app, now).await.unwrap();
                    wake::run_due(&app.app, now).await.unwrap();
                    mil::approvals::remind::run_due(&app.app, now)
                        .await
                        .unwrap();
                    said.push_str(", then time passed");
                }
                sound(&app, &format!("seed {seed}, step {step}: {said}")).await;
                let item = load(&app, number).await;
                // Too late to reopen is the one end without a way on.
                let fresh = item
                    .closed_at
                    .is_none_or(|at| app.now().duration_since(at).as_hours() < 24 * 13);
                if !fresh {
                    break;
                }
            }
            let item = load(&app, number).await;
            if item
                .closed_at
                .is_none_or(|at| app.now().duration_since(at).as_hours() < 24 * 13)
            {
                finish(&app, number).await;
                sound(&app, "the end").await;
            }
        }
        // Every request still has its history from the order on.
        let lost = "SELECT COUNT(*) AS n FROM work_item w WHERE NOT EXISTS
        (SELECT 1 FROM event e WHERE e.item_id = w.id AND e.verb = 'request.ordered')";
        assert_eq!(count(&app, lost.to_owned()).await, 0);
    }
);
