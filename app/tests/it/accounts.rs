//! Administrators and the accounts of others; links that work once.

use axum::body::Body;
use axum::http::{Request, header};
use mil_db::sql;
use serde_json::json;

use crate::harness::{Answer, TestApp};
use crate::on_each_database;
use crate::people::{Browser, SECRET, events};

/// The path of the link that a page shows.
fn link(answer: &Answer) -> String {
    let at = answer.text.find("/link/").expect("a link");
    answer.text[at..at + 6 + 64].to_owned()
}

async fn invite(app: &TestApp, email: &str, role: &str) -> (String, String) {
    let form = format!("name=Nele+Neu&email={email}&role={role}");
    let page = app
        .as_("ada")
        .form("/admin/people", &form)
        .await
        .expect(200);
    let id: String = sql("SELECT id FROM person WHERE email = $1")
        .bind(email.replace("%40", "@"))
        .value("id", &app.app.db)
        .await
        .unwrap();
    (id, link(&page))
}

on_each_database!(an_invitation_works_once, |app| {
    let (id, path) = invite(&app, "nele%40nordhaven.example", "marketer").await;
    let mut nele = Browser::new(&app);
    // Looking, as programs do ahead of people, uses nothing up.
    for _ in 0..3 {
        let page = nele.get(&path).await.expect(200).text;
        assert!(page.contains("Welcome, Nele Neu"));
    }
    nele.post(&path, "password=short").await.expect(422);
    let body = "password=six+green+lamps+over+water";
    nele.post(&path, body).await.expect(303);
    nele.get(&path).await.expect(404);
    nele.post(&path, body).await.expect(404);
    nele.sign_in("nele", SECRET).await.expect(303);
    nele.get("/me").await.expect(200);

    // A reset ends the old sessions; a newer link replaces an older one; links end.
    let ada = app.as_("ada");
    let to = format!("/admin/people/{id}/link");
    let first = link(&ada.form(&to, "").await.expect(200));
    let second = link(&ada.form(&to, "").await.expect(200));
    Browser::new(&app).get(&first).await.expect(404);
    Browser::new(&app)
        .post(&second, "password=a+lighthouse+in+autumn")
        .await
        .expect(303);
    nele.get("/me").await.expect(303);
    Browser::new(&app).sign_in("nele", SECRET).await.expect(422);
    let third = link(&ada.form(&to, "").await.expect(200));
    app.pass(24 * 60 + 1);
    Browser::new(&app).get(&third).await.expect(404);
    Browser::new(&app).post(&third, body).await.expect(404);
    // No secret is in the trail.
    for row in sql("SELECT data FROM event")
        .all(&app.app.db)
        .await
        .unwrap()
    {
        let data: String = row.get("data").unwrap();
        for path in [&path, &first, &second, &third] {
            assert!(!data.contains(&path[6..]), "{data}");
        }
    }
    Browser::new(&app)
        .get("/link/..%2f..%2fetc")
        .await
        .expect(404);
    Browser::new(&app).get("/forgot").await.expect(200);
});

on_each_database!(who_is_disabled_is_out_at_once, |app| {
    let mut priya = Browser::of(&app, "priya").await;
    priya.get("/me").await.expect(200);
    app.as_("priya").get("/api/v1/me").await.expect(200);
    let (id, ada) = (app.id("priya"), app.as_("ada"));
    let open = link(
        &ada.form(&format!("/admin/people/{id}/link"), "")
            .await
            .expect(200),
    );
    ada.form(&format!("/admin/people/{id}/disable"), "")
        .await
        .expect(303);
    priya.get("/me").await.expect(303);
    app.as_("priya").get("/api/v1/me").await.expect(401);
    Browser::new(&app).get(&open).await.expect(404);
    Browser::new(&app)
        .sign_in("priya", SECRET)
        .await
        .expect(422);
    ada.form(&format!("/admin/people/{id}/link"), "")
        .await
        .expect(409);
    ada.form(&format!("/admin/people/{id}/enable"), "")
        .await
        .expect(303);
    // What was ended stays ended.
    priya.get("/me").await.expect(303);
    app.as_("priya").get("/api/v1/me").await.expect(401);
    Browser::new(&app)
        .sign_in("priya", SECRET)
        .await
        .expect(303);
});

on_each_database!(the_last_administrator_stays, |app| {
    let (id, ada) = (app.id("ada"), app.as_("ada"));
    let page = ada
        .form(&format!("/admin/people/{id}/disable"), "")
        .await
        .expect(422);
    assert!(page.text.contains("This is the last administrator."));
    let demote = "name=Ada+Admin&email=ada%40nordhaven.example&role=requester";
    ada.form(&format!("/admin/people/{id}"), demote)
        .await
        .expect(422);
    let (other, _) = invite(&app, "otto%40nordhaven.example", "administrator").await;
    ada.form(&format!("/admin/people/{other}/disable"), "")
        .await
        .expect(303);
    ada.form(&format!("/admin/people/{id}"), demote)
        .await
        .expect(422);
    ada.form(&format!("/admin/people/{other}/enable"), "")
        .await
        .expect(303);
    ada.form(&format!("/admin/people/{id}"), demote)
        .await
        .expect(303);
    ada.get("/admin/people").await.expect(403);
});

on_each_database!(only_administrators_manage_people, |app| {
    let id = app.id("rolf").to_owned();
    for who in ["maren", "pia", "priya", "hanna", "ivo"] {
        let somebody = app.as_(who);
        somebody.get("/admin/people").await.expect(403);
        somebody
            .get(&format!("/admin/people/{id}"))
            .await
            .expect(403);
        for deed in ["", "/disable", "/enable", "/link"] {
            somebody
                .form(&format!("/admin/people/{id}{deed}"), "")
                .await
                .expect(403);
        }
        somebody.form("/admin/people", "name=x").await.expect(403);
    }
    let ada = app.as_("ada");
    ada.get("/admin/people/none").await.expect(404);
    ada.form("/admin/people/none/disable", "").await.expect(404);
    ada.form(
        "/admin/people",
        "name=A&email=maren%40nordhaven.example&role=requester",
    )
    .await
    .expect(422);
    ada.form("/admin/people", "name=A&email=a%40b.example&role=owner")
        .await
        .expect(422);
    ada.form(
        "/admin/people",
        "name=A&email=a%40b.example&role=requester&team_ids=none",
    )
    .await
    .expect(422);
    let save = format!(
        "name=Rolf&email=rolf%40nordhaven.example&role=marketer&title=Designer&team_ids={}",
        app.starter.team_id
    );
    ada.form(&format!("/admin/people/{id}"), &format!("{save}&version=9"))
        .await
        .expect(412);
    ada.form(&format!("/admin/people/{id}"), &format!("{save}&version=1"))
        .await
        .expect(303);
    let data = &events(&app, "person.changed").await[0];
    assert_eq!(
        (&data["before"]["role"], &data["after"]["role"]),
        (&"requester".into(), &"marketer".into())
    );
    let found = ada.get("/admin/people?q=fer").await.expect(200).text;
    assert!(found.contains("Tomás Ferreira") && !found.contains("Priya"));
    assert!(
        !ada.get("/admin/people?q=%25")
            .await
            .expect(200)
            .text
            .contains("Priya")
    );
    let page = ada.get("/admin/people?role=lead").await.expect(200).text;
    assert!(page.contains("Hanna Keller") && !page.contains("Priya"));
});

on_each_database!(another_site_cannot_act, |app| {
    let id = app.id("rolf");
    let request = Request::post(format!("/admin/people/{id}/disable"))
        .header("sec-fetch-site", "cross-site")
        .header(header::COOKIE, "mil_session=x");
    app.nobody().send(request, Body::empty()).await.expect(403);
});

on_each_database!(names_can_be_found_but_no_lists_be_read, |app| {
    let find = async |who: &str, q: &str| {
        let answer = app
            .as_(who)
            .get(&format!("/api/v1/people/search?q={q}"))
            .await
            .expect(200);
        let items = answer.json()["items"].as_array().unwrap().clone();
        assert!(items.iter().all(|p| p.get("email").is_none()));
        items
            .iter()
            .map(|p| p["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(find("maren", "bra").await, ["Rolf Brandt"]);
    assert_eq!(find("maren", "b").await, Vec::<String>::new());
    assert_eq!(find("maren", "rolf%40nord").await, Vec::<String>::new());
    assert_eq!(find("priya", "rolf%40nord").await, ["Rolf Brandt"]);
    assert_eq!(find("maren", "%25%25").await, Vec::<String>::new());
    // Partners know of themselves and of those who work here.
    assert_eq!(find("pia", "rolf").await, Vec::<String>::new());
    assert_eq!(find("pia", "pia").await, ["Pia Partner"]);
    assert_eq!(find("pia", "hanna").await, ["Hanna Keller"]);
    for path in [
        "/api/v1/people",
        "/api/v1/teams",
        "/api/v1/groups",
        "/api/v1/departments",
    ] {
        app.as_("maren").get(path).await.expect(403);
        app.as_("priya").get(path).await.expect(200);
    }
    let options = app
        .as_("maren")
        .get("/people/options?q=bra")
        .await
        .expect(200)
        .json();
    assert_eq!(options[0]["label"], "Rolf Brandt");
    // A walk through all pages finds everybody once.
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = app
            .as_("priya")
            .get(&format!("/api/v1/people?limit=3&after={after}"))
            .await
            .expect(200)
            .json();
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|p| p["id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    seen.sort();
    let mut all: Vec<String> = app.people.values().cloned().collect();
    all.sort();
    assert_eq!(seen, all);
});

on_each_database!(teams_and_departments, |app| {
    let ada = app.as_("ada");
    let members = [app.id("priya"), app.id("tomas")];
    let team =
        json!({ "kind": "team", "name": "Film", "members": members, "leads": [app.id("tomas")] });
    app.as_("hanna")
        .post("/api/v1/teams", &team)
        .await
        .expect(403);
    let id = ada.post("/api/v1/teams", &team).await.expect(201).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(app.actor("tomas").await.leads.contains(&id));
    let version = ada
        .get(&format!("/api/v1/teams/{id}"))
        .await
        .expect(200)
        .headers[header::ETAG]
        .clone();
    let form = format!("name=Film+and+sound&members={}&version=1", app.id("priya"));
    ada.form(&format!("/admin/teams/{id}"), &form)
        .await
        .expect(303);
    assert!(
        app.actor("tomas")
            .await
            .team_ids
            .iter()
            .all(|team| *team != id)
    );
    let stale = Request::builder()
        .method("PUT")
        .uri(format!("/api/v1/teams/{id}"))
        .header(header::IF_MATCH, version)
        .header(header::CONTENT_TYPE, "application/json");
    ada.send(stale, Body::from(team.to_string()))
        .await
        .expect(412);
    ada.form("/admin/teams", "name=&kind=team")
        .await
        .expect(422);
    ada.form("/admin/teams", "name=x&kind=gang")
        .await
        .expect(422);
    ada.get("/admin/teams").await.expect(200);
    ada.get(&format!("/admin/teams/{id}")).await.expect(200);
    ada.form("/admin/departments", "name=Physics")
        .await
        .expect(303);
    ada.form("/admin/departments", "name=").await.expect(422);
    let all = ada.get("/api/v1/departments").await.expect(200).json();
    let physics = all["items"][0]["id"].as_str().unwrap();
    ada.form(
        &format!("/admin/departments/{physics}"),
        "name=Astronomy&archived=yes",
    )
    .await
    .expect(303);
    assert!(
        ada.get("/admin/departments")
            .await
            .expect(200)
            .text
            .contains("Astronomy")
    );
    assert_eq!(
        events(&app, "department.changed").await[0]["before"]["name"],
        "Physics"
    );
});
