//! Whatever people write stays words: every page, with marks of HTML in every name,
//! title and text that the database holds (CWE-79).

use axum::http::header;
use mil::catalog::snapshot;
use mil::router;
use mil_db::sql;

use crate::harness::TestApp;
use crate::matrix_fixtures::{self as fixtures, Objects, Which};

/// What a browser would make a picture of, and run.
const MARKS: &str = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>";

/// Columns that hold what somebody wrote.
const WRITTEN: &[&str] = &[
    "abandoned",
    "actor_name",
    "back_out",
    "body",
    "by_name",
    "campaign",
    "change_note",
    "comment",
    "credit",
    "description",
    "happened",
    "headline",
    "instructions",
    "it_means",
    "it_term",
    "keywords",
    "label",
    "last_error",
    "lessons",
    "licence_note",
    "lucky",
    "means",
    "minutes",
    "name",
    "note",
    "plan",
    "price_note",
    "problem",
    "purpose",
    "rating_comment",
    "returned_note",
    "root_cause",
    "sender_name",
    "stopped_why",
    "subject",
    "summary",
    "synonyms",
    "term",
    "test",
    "text",
    "title",
    "went_well",
    "went_wrong",
    "why",
    "words",
    "workaround",
];

/// Tables of the program's own.
const OWN: &[&str] = &["counter", "schema_migration", "lease", "setting"];

/// Columns of these names that hold a key instead.
const KEYS: &[(&str, &str)] = &[("webhook_delivery", "problem"), ("mail_in", "problem")];

async fn written(app: &TestApp) -> Vec<(String, String)> {
    let rows = sql("SELECT m.name AS tab, p.name AS col FROM sqlite_master m
         JOIN pragma_table_info(m.name) p
         WHERE m.type = 'table' AND m.sql NOT LIKE '%VIRTUAL%' AND p.type = 'TEXT'")
    .all(&app.app.db)
    .await
    .unwrap();
    rows.iter()
        .map(|row| (row.get("tab").unwrap(), row.get("col").unwrap()))
        .filter(|(tab, col): &(String, String)| {
            WRITTEN.contains(&col.as_str())
                && !OWN.contains(&tab.as_str())
                && !tab.starts_with("search")
                && !KEYS.contains(&(tab.as_str(), col.as_str()))
        })
        .collect()
}

/// Put the marks before everything that was written and has none yet.
async fn spoil(app: &TestApp, columns: &[(String, String)]) {
    let mut tx = app.app.db.begin().await.unwrap();
    for (table, column) in columns {
        sql(format!(
            "UPDATE {table} SET {column} = $1 || {column}
             WHERE {column} IS NOT NULL AND {column} NOT LIKE '<img%' AND {column} NOT LIKE '[%'
               AND {column} NOT LIKE '{{%'"
        ))
        .bind(MARKS)
        .run(&mut tx)
        .await
        .unwrap();
    }
    snapshot::touch(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    app.app.reload_org().await.unwrap();
}

#[tokio::test]
async fn what_people_wrote_is_never_markup() {
    let app = TestApp::sqlite().await;
    fixtures::prepare(&app).await;
    let columns = written(&app).await;
    assert!(columns.len() > 60, "only {} columns", columns.len());
    let (mut pages, mut shown, mut wrong) = (0, 0, Vec::new());
    for route in router::routes() {
        let api = route.path.starts_with("/api/");
        if route.method != "GET" || api || fixtures::STREAMS.contains(&route.path) {
            continue;
        }
        for who in ["ada", "maren"] {
            let objects = Objects::of(&app, who, route.path).await;
            spoil(&app, &columns).await;
            let path = objects.fill(route.path, Which::Own);
            let answer = app.as_(who).get(&path).await;
            assert!(answer.status.as_u16() < 500, "{path}: {}", answer.text);
            let kind = answer.headers.get(header::CONTENT_TYPE);
            let html = kind.is_some_and(|k| k.as_bytes().starts_with(b"text/html"));
            if !html {
                continue;
            }
            pages += 1;
            shown += usize::from(answer.text.contains("&lt;img src=x"));
            for raw in ["<img src=x", "<script>alert(2)", "onerror=\"alert"] {
                if let Some(at) = answer.text.find(raw) {
                    let from = answer.text.floor_char_boundary(at.saturating_sub(120));
                    wrong.push(format!("{path} as {who}: {}", &answer.text[from..at + 20]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        pages > 200 && shown > pages / 3,
        "{shown} of {pages} pages show what was written"
    );
}
