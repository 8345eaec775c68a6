//! Who gets what, for every route, every role, and every kind of object: one's
//! own, somebody else's, and one that does not exist.
//!
//! The table is `matrix/routes.txt`. A route that is missing there fails the
//! test, which says the line to add; read it before you add it.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, Request, header};
use mil::actor::{Actor, Role, Scope};
use mil::people::tokens;
use mil::policy::{self, Do, ItemFacts};
use mil::router::{self, Route};
use mil_db::sql;
use serde_json::{Value, json};

use crate::harness::{Answer, TestApp};
use crate::matrix_fixtures::{self as fixtures, Objects, Which};
use crate::on_each_database;

const TABLE: &str = include_str!("matrix/routes.txt");

/// Tables that looking at pages must leave alone.
const TABLES: &[&str] = &[
    "setting",
    "department",
    "person",
    "team",
    "team_member",
    "session",
    "api_token",
    "one_time_link",
    "service",
    "service_form",
    "process_version",
    "cart_line",
    "draft",
    "service_order",
    "work_item",
    "stage_visit",
    "comment",
    "attachment",
    "watcher",
    "item_link",
    "incident_record",
    "incident_update",
    "problem_record",
    "problem_helped",
    "post_mortem",
    "post_mortem_line",
    "post_mortem_action",
    "calendar_thing",
    "calendar_entry",
    "calendar_exception",
    "change_service",
    "change_record",
    "meeting_series",
    "meeting",
    "meeting_point",
    "meeting_attendance",
    "calendar_feed",
    "saved_view",
    "undo",
    "event",
    "practice_adoption",
    "practice_part",
    "practice_import",
    "item_task",
    "approval",
    "stand_in",
    "time_entry",
    "notification",
    "mailbox",
    "mail_in",
    "mail_out",
    "mail_link",
    "notice_choice",
    "notice_rhythm",
    "policy",
    "policy_version",
    "policy_duty",
    "policy_try",
    "policy_exception",
    "recurring",
    "recurring_run",
    "request_template",
    "playbook",
    "playbook_version",
    "playbook_run",
    "playbook_mark",
    "article",
    "glossary_term",
    "incoming_hook",
    "incoming_call",
    "proof",
    "proof_file",
    "proof_reviewer",
    "proof_comment",
    "proof_decision",
];

/// The columns of the table, in order; nobody comes first.
const WHO: [Option<&str>; 7] = [
    None,
    Some("maren"),
    Some("pia"),
    Some("priya"),
    Some("hanna"),
    Some("ivo"),
    Some("ada"),
];

/// What the table says: letters for own or only objects, and for foreign ones.
fn table() -> BTreeMap<String, (String, Option<String>)> {
    TABLE
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [method, path, own, rest @ ..] = words.as_slice() else {
                panic!("matrix/routes.txt: {line:?} is too short");
            };
            let foreign = rest.first().map(|word| (*word).to_owned());
            (format!("{method} {path}"), ((*own).to_owned(), foreign))
        })
        .collect()
}

/// The letter for an answer.
fn letter(answer: &Answer) -> char {
    let to_sign_in = answer
        .headers
        .get(header::LOCATION)
        .is_some_and(|to| to.as_bytes().starts_with(b"/sign-in?"));
    match answer.status.as_u16() {
        401 => 's',
        303 if to_sign_in => 's',
        403 => 'f',
        404 => 'n',
        500.. => '!',
        _ => 'y',
    }
}

async fn ask(app: &TestApp, who: Option<&str>, method: &Method, path: &str) -> Answer {
    let (kind, body) = fixtures::body(app, method, path);
    let mut request = Request::builder().method(method).uri(path);
    if let Some(kind) = kind {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    let client = match who {
        Some(who) => app.as_(who),
        None => app.nobody(),
    };
    if fixtures::STREAMS.contains(&path) {
        return client.begin(path).await;
    }
    client.send(request, Body::from(body)).await
}

/// What an answer says, without what differs between any two of them.
fn essence(answer: &Answer, secret: &[&String]) -> (u16, String, Vec<(String, String)>) {
    let hide = |text: &str| {
        secret
            .iter()
            .filter(|s| !s.is_empty())
            .fold(text.to_owned(), |text, s| text.replace(s.as_str(), "ID"))
    };
    let mut headers: Vec<(String, String)> = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != header::DATE && *name != "x-request-id")
        .map(|(name, value)| {
            (
                name.to_string(),
                hide(&String::from_utf8_lossy(value.as_bytes())),
            )
        })
        .collect();
    headers.sort();
    (answer.status.as_u16(), hide(&answer.text), headers)
}

async fn events(app: &TestApp) -> i64 {
    sql("SELECT COUNT(*) AS n FROM event")
        .value("n", &app.app.db)
        .await
        .unwrap()
}

on_each_database!(every_route_answers_every_role_as_the_table_says, |app| {
    fixtures::prepare(&app).await;
    let table = table();
    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    for route in router::routes() {
        let name = format!("{} {}", route.method, route.path);
        let (own, foreign) = walk(&app, &route, &mut wrong).await;
        let letters = format!("{own} {}", foreign.as_deref().unwrap_or_default());
        let method = route.method.as_str();
        let line = format!("{method:<6} {:<46} {letters}", route.path)
            .trim_end()
            .to_owned();
        match table.get(&name) {
            None => wrong.push(format!("is not in the table; it answers\n  {line}")),
            Some(said) if *said != (own, foreign) => {
                wrong.push(format!("the table says {said:?}; it answers\n  {line}"));
            }
            Some(_) => {}
        }
        seen.push(name);
    }
    for name in table.keys().filter(|name| !seen.contains(name)) {
        wrong.push(format!(
            "{name} is in the table and nowhere else: take it out"
        ));
    }
    assert!(
        wrong.is_empty(),
        "app/tests/it/matrix/routes.txt (read each line before you take it over):\n{}",
        wrong.join("\n")
    );
});

/// Ask for one route as everybody, for own, foreign and missing objects.
async fn walk(app: &TestApp, route: &Route, wrong: &mut Vec<String>) -> (String, Option<String>) {
    let (mut own, mut foreign) = (String::new(), String::new());
    for who in WHO {
        let objects = Objects::of(app, who.unwrap_or("maren"), route.path).await;
        let path = objects.fill(route.path, Which::Own);
        let answer = ask(app, who, &route.method, &path).await;
        let mut said = letter(&answer);
        if said == '!' {
            wrong.push(format!(
                "{} {path} as {who:?}: {}",
                route.method, answer.text
            ));
            said = '!';
        }
        own.push(said);
        if !objects.has_foreign(route.path) {
            continue;
        }
        let before = events(app).await;
        let there = objects.fill(route.path, Which::Foreign);
        let theirs = ask(app, who, &route.method, &there).await;
        let missing = objects.fill(route.path, Which::Missing);
        let nothing = ask(app, who, &route.method, &missing).await;
        let ids = objects.ids();
        let same = essence(&theirs, &ids) == essence(&nothing, &ids);
        let mut said = letter(&theirs);
        if same && said == 'y' {
            // Refused before it was looked up, and in the same words.
            said = 'n';
        }
        if said == 'n' {
            if !same {
                let (there_is, there_is_not) = (essence(&theirs, &ids), essence(&nothing, &ids));
                wrong.push(format!(
                    "{} {there} as {who:?} is told from a missing one by {}",
                    route.method,
                    if there_is.0 != there_is_not.0 {
                        format!("the status: {} and {}", there_is.0, there_is_not.0)
                    } else if there_is.1 != there_is_not.1 {
                        "the body".to_owned()
                    } else {
                        format!("the headers: {:?} and {:?}", there_is.2, there_is_not.2)
                    }
                ));
            }
            if events(app).await != before {
                wrong.push(format!(
                    "{} {there} as {who:?} changed something",
                    route.method
                ));
            }
        }
        foreign.push(said);
    }
    (own, (!foreign.is_empty()).then_some(foreign))
}

/// A token of the administrator with these scopes.
async fn token(app: &TestApp, scopes: &[Scope]) -> String {
    let scopes = scopes.iter().copied().collect();
    let mut tx = app.app.db.begin().await.unwrap();
    let id = app.id("ada");
    let cli = Actor::cli();
    let made = tokens::create(&mut tx, &cli, app.now(), id, "scoped", &scopes, None);
    let (_, secret) = made.await.unwrap();
    tx.commit().await.unwrap();
    secret
}

on_each_database!(a_token_does_no_more_than_its_scopes, |app| {
    fixtures::prepare(&app).await;
    for (scope, name) in [
        (Scope::Read, "read"),
        (Scope::Write, "write"),
        (Scope::Admin, "admin"),
    ] {
        let secret = token(&app, &[scope]).await;
        for route in router::routes() {
            if route.access == router::Access::Public || fixtures::STREAMS.contains(&route.path) {
                continue;
            }
            let objects = Objects::of(&app, "maren", route.path).await;
            let path = objects.fill(route.path, Which::Own);
            let (kind, body) = fixtures::body(&app, &route.method, &path);
            let mut request = Request::builder()
                .method(&route.method)
                .uri(&path)
                .header(header::AUTHORIZATION, format!("Bearer {secret}"));
            if let Some(kind) = kind {
                request = request.header(header::CONTENT_TYPE, kind);
            }
            let before = events(&app).await;
            let answer = app.nobody().send(request, Body::from(body)).await;
            let fits = route.scope() == scope;
            let refused = answer.status == 403;
            assert!(
                fits || refused,
                "{} {path} with a token for {name} only: {}",
                route.method,
                answer.status
            );
            if refused {
                assert_eq!(events(&app).await, before, "{} {path}", route.method);
            }
        }
    }
});

/// Rows of every table but those that only say when something was last used.
async fn rows(app: &TestApp) -> Value {
    let mut counts = serde_json::Map::new();
    for table in TABLES {
        let n: i64 = sql(format!("SELECT COUNT(*) AS n FROM {table}"))
            .value("n", &app.app.db)
            .await
            .unwrap();
        counts.insert((*table).to_owned(), json!(n));
    }
    let versions: i64 = sql("SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) AS n FROM work_item")
        .value("n", &app.app.db)
        .await
        .unwrap();
    counts.insert("versions".to_owned(), json!(versions));
    Value::Object(counts)
}

on_each_database!(looking_changes_nothing, |app| {
    fixtures::prepare(&app).await;
    for who in ["maren", "ada"] {
        for route in router::routes() {
            if route.method != Method::GET {
                continue;
            }
            let objects = Objects::of(&app, "maren", route.path).await;
            let path = objects.fill(route.path, Which::Own);
            let before = rows(&app).await;
            ask(&app, Some(who), &Method::GET, &path).await;
            assert_eq!(
                rows(&app).await,
                before,
                "GET {path} as {who} wrote something"
            );
        }
    }
});

/// How somebody may stand to an item.
const RELATIONS: [&str; 5] = ["ordered", "follows", "assigned", "team", "stranger"];

const POLICY: &str = include_str!("matrix/policy.txt");

#[test]
fn the_policy_allows_what_its_table_says() {
    let mut lines = Vec::new();
    for verb in Do::ALL {
        for relation in RELATIONS {
            let letters: String = Role::ALL
                .into_iter()
                .map(|role| {
                    let actor = Actor {
                        id: "me".to_owned(),
                        role,
                        team_ids: ["mine".to_owned()].into(),
                        ..Actor::system()
                    };
                    let facts = ItemFacts {
                        requester_id: if relation == "ordered" { "me" } else { "she" }.to_owned(),
                        assignee_id: (relation == "assigned").then(|| "me".to_owned()),
                        team_id: if relation == "team" { "mine" } else { "other" }.to_owned(),
                        watched: relation == "follows",
                    };
                    let sees = policy::on_item(&actor, Do::View, &facts);
                    match (policy::on_item(&actor, verb, &facts), sees) {
                        (true, _) => 'y',
                        (false, true) => 'f',
                        (false, false) => 'n',
                    }
                })
                .collect();
            lines.push(format!(
                "{:<12} {relation:<9} {letters}",
                format!("{verb:?}")
            ));
        }
    }
    let said: Vec<&str> = POLICY
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .collect();
    assert_eq!(
        lines,
        said,
        "app/tests/it/matrix/policy.txt says otherwise; it is\n{}",
        lines.join("\n")
    );
}
