//! Whatever comes in that does not fit is answered with a 4xx that says what
//! to do, as a page or as problem details, and changes nothing.

use crate::harness::{Answer, TestApp};
use crate::on_each_database;
use axum::body::Body;
use axum::http::{Method, Request, header};
use mil::router;
use mil_db::sql;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::json;

async fn events(app: &TestApp) -> i64 {
    sql("SELECT COUNT(*) AS n FROM event")
        .value("n", &app.app.db)
        .await
        .unwrap()
}

async fn raw(
    app: &TestApp,
    who: &str,
    method: &str,
    path: &str,
    kind: &str,
    body: Vec<u8>,
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::CONTENT_TYPE, kind);
    app.as_(who).send(request, Body::from(body)).await
}

/// A refusal that helps: a 4xx with a title and what to do.
#[track_caller]
fn helps(answer: &Answer, what: &str) {
    assert!(
        answer.status.is_client_error(),
        "{what}: {} {}",
        answer.status,
        answer.text
    );
    if answer.status == 405 {
        return;
    }
    let kind = answer
        .headers
        .get(header::CONTENT_TYPE)
        .map(|k| k.to_str().unwrap())
        .unwrap_or_default();
    if kind.starts_with("application/problem+json") {
        let problem = answer.json();
        assert_eq!(problem["status"], answer.status.as_u16(), "{what}");
        assert!(
            problem["detail"].as_str().is_some_and(|d| d.len() > 10),
            "{what}: {problem}"
        );
    } else {
        assert!(
            kind.starts_with("text/html"),
            "{what}: {kind:?} {}",
            answer.text
        );
        assert!(answer.text.contains("<h1"), "{what}");
    }
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

on_each_database!(bodies_that_do_not_fit_are_refused, |app| {
    let before = events(&app).await;
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let many: String = (0..10_000).map(|i| format!("f{i}=x&")).collect();
    let answers: serde_json::Map<_, _> =
        (0..10_000).map(|i| (format!("f{i}"), json!("x"))).collect();
    let flood = json!({ "lines": [{ "service": "company-logo", "answers": answers }] }).to_string();
    let cases: Vec<(&str, &str, &str, Vec<u8>)> = vec![
        ("no JSON", "/api/v1/orders", JSON, b"{".to_vec()),
        ("empty", "/api/v1/orders", JSON, Vec::new()),
        ("wrong type", "/api/v1/orders", JSON, br#"{"lines":"x"}"#.to_vec()),
        ("unknown field", "/api/v1/orders", JSON, br#"{"lines":[],"admin":true}"#.to_vec()),
        ("no lines", "/api/v1/orders", JSON, br#"{"lines":[]}"#.to_vec()),
        ("a nested unknown field", "/api/v1/orders", JSON,
            br#"{"lines":[{"service":"company-logo","state":"done"}]}"#.to_vec()),
        ("a number for a text", "/api/v1/orders", JSON,
            br#"{"lines":[{"service":7}]}"#.to_vec()),
        ("an object for an answer", "/api/v1/orders", JSON,
            br#"{"lines":[{"service":"company-logo","answers":{"use":{"a":1},"format":"png"}}]}"#.to_vec()),
        ("an unknown answer", "/api/v1/orders", JSON,
            br#"{"lines":[{"service":"company-logo","answers":{"use":"x","format":"png","price":"0"}}]}"#.to_vec()),
        ("broken UTF-8", "/api/v1/orders", JSON, b"{\"lines\":[{\"service\":\"\xff\xfe\"}]}".to_vec()),
        ("a NUL", "/api/v1/orders", JSON,
            br#"{"lines":[{"service":"company-logo","answers":{"use":"a\u0000b","format":"png"}}]}"#.to_vec()),
        ("deep nesting", "/api/v1/orders", JSON, deep.into_bytes()),
        ("two megabytes", "/api/v1/orders", JSON, vec![b' '; 2_000_000]),
        ("ten thousand answers", "/api/v1/orders", JSON, flood.into_bytes()),
        ("ten thousand fields", "/sign-in", FORM, many.into_bytes()),
        ("a form of broken UTF-8", "/sign-in", FORM, b"email=%ff%fe&password=x".to_vec()),
        ("a NUL in a form", "/sign-in", FORM, b"email=a%00b&password=x".to_vec()),
        ("another type", "/api/v1/orders", "text/xml", b"<a/>".to_vec()),
        ("no type", "/api/v1/orders", "", b"x".to_vec()),
        ("an unknown service", "/api/v1/orders", JSON, br#"{"lines":[{"service":"../../etc"}]}"#.to_vec()),
    ];
    for (what, path, kind, body) in cases {
        helps(&raw(&app, "maren", "POST", path, kind, body).await, what);
    }
    assert_eq!(events(&app).await, before, "nothing was changed");
});

on_each_database!(addresses_that_lead_nowhere_are_not_found, |app| {
    for path in [
        "/nowhere",
        "/api/v1/nowhere",
        "/api/v1/requests/%ff",
        "/api/v1/requests/%00",
        "/api/v1/requests/999999999999999999999999",
        "/api/v1/requests/-1",
        "/api/v1/requests/1'%20OR%201=1",
        "/api/v1/services/%2e%2e%2f",
        "/static/x/../../etc/passwd",
        "/static/dev/%2e%2e",
    ] {
        helps(&app.as_("ada").get(path).await, path);
    }
    let odd = app
        .as_("ada")
        .send(
            Request::builder().method("DELETE").uri("/sign-in"),
            Body::empty(),
        )
        .await;
    assert_eq!(odd.status, 405);
    assert!(odd.headers.contains_key(header::ALLOW));
});

/// No POST of MIL answers 500, whatever bytes it is sent.
#[tokio::test(flavor = "multi_thread")]
async fn random_bytes_never_break_an_action() {
    let app = TestApp::sqlite().await;
    let routes: Vec<(Method, String)> = router::routes()
        .iter()
        .filter(|route| route.method != Method::GET)
        .map(|route| {
            let path = route
                .path
                .split('/')
                .map(|part| if part.starts_with('{') { "1001" } else { part });
            (route.method.clone(), path.collect::<Vec<_>>().join("/"))
        })
        .collect();
    let order = json!({ "lines": [{ "service": "company-logo", "answers": { "use": "x", "format": "png" } }] });
    app.as_("ada")
        .post("/api/v1/orders", &order)
        .await
        .expect(201);
    let body = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        "\\PC{0,80}".prop_map(String::into_bytes),
        "([a-z]{1,8}=[%a-f0-9+]{0,12}&){0,12}".prop_map(String::into_bytes),
        "\\{(\"[a-z]{1,9}\":(1|null|\"x\"|\\[\\]|\\{\\}|-3\\.5e9),){0,4}\"version\":1\\}"
            .prop_map(String::into_bytes),
    ];
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for (method, path) in &routes {
        for kind in [JSON, FORM, "multipart/form-data; boundary=x"] {
            for _ in 0..6 {
                let bytes = body.new_tree(&mut runner).unwrap().current();
                let answer = raw(&app, "ada", method.as_str(), path, kind, bytes.clone()).await;
                assert!(
                    answer.status.as_u16() < 500,
                    "{method} {path} {kind} {:?}: {}",
                    String::from_utf8_lossy(&bytes),
                    answer.text
                );
            }
        }
    }
}
