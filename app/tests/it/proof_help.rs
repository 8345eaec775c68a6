//! What the role matrix asks for of proof rounds: one in which somebody is
//! asked, and one in which they are not, both about assets that only those who
//! work here find.

use std::collections::BTreeMap;

use mil_db::sql;
use serde_json::json;

use crate::harness::TestApp;
use crate::matrix_fixtures::NOTHING;

struct Ids {
    proof: String,
    page: String,
    file: String,
    comment: String,
    reviewer: String,
}

async fn round(app: &TestApp, who: Option<&str>) -> Ids {
    let mut library = crate::asset_help::Library::of(app, "hanna").await;
    let [proof, page, file, comment, reviewer, other] =
        std::array::from_fn(|_| mil::random::new_id(app.now()));
    let hanna = app.id("hanna");
    let asset = std::mem::take(&mut library.inside);
    let stored = app.app.blobs.put(b"a page, more or less").await.unwrap();
    let sha = stored.sha.as_str();
    let mut tx = app.app.db.begin().await.unwrap();
    sql("INSERT INTO proof (id, title, note, asset_id, visibility, reminded, created_by, created_at, version)
         VALUES ($1, 'Sign', '', $2, 'internal', 0, $3, 1, 1)")
    .bind(&proof).bind(&asset).bind(hanna).run(&mut tx).await.unwrap();
    sql("INSERT INTO proof_file (id, proof_id, number, name, media_type, size, sha256, note, state, problem,
            attempts, leased_until, lease, added_by, added_at)
         VALUES ($1, $2, 1, 'a.png', 'image/png', 20, $3, '', 'ready', '', 1, 0, '', $4, 1)")
    .bind(&file).bind(&proof).bind(sha).bind(hanna).run(&mut tx).await.unwrap();
    sql("INSERT INTO proof_page (id, file_id, number, media_type, size, sha256, width, height, tiles)
         VALUES ($1, $2, 1, 'image/png', 20, $3, 10, 10, '')")
    .bind(&page).bind(&file).bind(sha).run(&mut tx).await.unwrap();
    for (id, person) in [(Some(&reviewer), who), (Some(&other), Some("hanna"))] {
        let (Some(id), Some(person)) = (id, person) else {
            continue;
        };
        if who == Some("hanna") && person == "hanna" && *id == other {
            continue;
        }
        sql(
            "INSERT INTO proof_reviewer (id, proof_id, person_id, name, invited_by, invited_at)
             VALUES ($1, $2, $3, '', $4, 1)",
        )
        .bind(id)
        .bind(&proof)
        .bind(app.id(person))
        .bind(hanna)
        .run(&mut tx)
        .await
        .unwrap();
    }
    sql(
        "INSERT INTO proof_comment (id, proof_id, file_id, person_id, body, said_at)
         VALUES ($1, $2, $3, $4, 'Larger', 1)",
    )
    .bind(&comment)
    .bind(&proof)
    .bind(&file)
    .bind(app.id(who.unwrap_or("hanna")))
    .run(&mut tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    Ids {
        proof,
        page,
        file,
        comment,
        reviewer: if who.is_some() { reviewer } else { other },
    }
}

/// What the places of proof rounds in a path stand for.
pub async fn objects(
    app: &TestApp,
    who: &str,
    path: &str,
    all: &mut BTreeMap<&'static str, [String; 3]>,
) {
    let nothing = || NOTHING.to_owned();
    let mut put = |name, own: Option<&String>, theirs: Option<&String>| {
        let or = |id: Option<&String>| id.cloned().unwrap_or_else(nothing);
        all.insert(name, [or(own), or(theirs), nothing()]);
    };
    let (own, theirs) = if path.contains("{proof}") {
        (
            Some(round(app, Some(who)).await),
            Some(round(app, None).await),
        )
    } else {
        (None, None)
    };
    let (own, theirs) = (own.as_ref(), theirs.as_ref());
    put("proof", own.map(|i| &i.proof), theirs.map(|i| &i.proof));
    put("proof_page", own.map(|i| &i.page), theirs.map(|i| &i.page));
    put("proof_file", own.map(|i| &i.file), theirs.map(|i| &i.file));
    put(
        "proof_comment",
        own.map(|i| &i.comment),
        theirs.map(|i| &i.comment),
    );
    put(
        "proof_reviewer",
        own.map(|i| &i.reviewer),
        theirs.map(|i| &i.reviewer),
    );
    all.insert("proof_link", std::array::from_fn(|_| "nothing".to_owned()));
}

/// What actions of proof rounds want, to get as far as their permission check.
pub fn body(
    app: &TestApp,
    api: bool,
    last: &str,
    path: &str,
) -> Option<(Option<&'static str>, String)> {
    if !path.contains("/proofs") && !path.starts_with("/p/") {
        return None;
    }
    let person = app.id("tomas");
    if api {
        let said = match last {
            "comments" | "replies" => json!({ "body": "Larger" }),
            "decisions" => json!({ "verdict": "approved", "sha256": "0" }),
            "reviewers" => json!({ "person": person }),
            "versions" => json!({ "file": "nothing" }),
            "proofs" => json!({ "asset": "nothing" }),
            _ => json!({}),
        };
        return Some((Some("application/json"), said.to_string()));
    }
    let form = match last {
        "comments" => "body=Larger".to_owned(),
        "replies" => "reply-1=Larger".to_owned(),
        "decision" => "verdict=approved&sha256=0".to_owned(),
        "reviewers" => format!("person={person}"),
        "outsiders" => "name=Printer&days=3".to_owned(),
        "versions" => "file=nothing".to_owned(),
        "new" => "asset=nothing".to_owned(),
        _ => "x=1".to_owned(),
    };
    Some((Some("application/x-www-form-urlencoded"), form))
}
