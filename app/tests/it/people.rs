//! Accounts: who gets in, who does not, and what cannot be found out by trying.

use axum::body::Body;
use axum::http::{Request, header};
use mil::people::password;
use mil_db::sql;
use serde_json::{Value, json};

use crate::harness::{Answer, TestApp};
use crate::on_each_database;

pub const SECRET: &str = "six green lamps over water";

/// Give somebody of the harness a password.
pub async fn give_password(app: &TestApp, who: &str) {
    let hash = password::hash(SECRET.to_owned()).await.unwrap();
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE person SET password_hash = $1 WHERE id = $2")
        .bind(hash)
        .bind(app.id(who))
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// A value of the cookies that an answer sets.
pub fn cookie(answer: &Answer, name: &str) -> Option<String> {
    answer
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok()?.split(';').next()?.split_once('='))
        .find_map(|(key, value)| (key == name && !value.is_empty()).then(|| value.to_owned()))
}

/// A browser: sends its cookies, reads pages.
pub struct Browser<'a> {
    app: &'a TestApp,
    pub cookies: Vec<(String, String)>,
}

impl<'a> Browser<'a> {
    pub fn new(app: &'a TestApp) -> Browser<'a> {
        Browser {
            app,
            cookies: Vec::new(),
        }
    }

    /// Sign in with [`SECRET`].
    pub async fn of(app: &'a TestApp, who: &str) -> Browser<'a> {
        give_password(app, who).await;
        let mut browser = Browser::new(app);
        browser.sign_in(who, SECRET).await.expect(303);
        browser
    }

    pub async fn sign_in(&mut self, who: &str, secret: &str) -> Answer {
        let body = format!("email={who}%40nordhaven.example&password={secret}");
        self.post("/sign-in", &body.replace(' ', "+")).await
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: &str) -> Answer {
        let line: Vec<String> = self
            .cookies
            .iter()
            .map(|(a, b)| format!("{a}={b}"))
            .collect();
        let request = request
            .header(header::COOKIE, line.join("; "))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = self
            .app
            .nobody()
            .send(request, Body::from(body.to_owned()))
            .await;
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), "").await
    }

    pub async fn post(&mut self, path: &str, body: &str) -> Answer {
        self.send(Request::post(path), body).await
    }
}

/// The details of every event of a kind, newest first.
pub async fn events(app: &TestApp, verb: &str) -> Vec<Value> {
    sql("SELECT data FROM event WHERE verb = $1 ORDER BY id DESC")
        .bind(verb)
        .all(&app.app.db)
        .await
        .unwrap()
        .iter()
        .map(|row| row.json("data").unwrap())
        .collect()
}

fn location(answer: &Answer) -> &str {
    answer.headers[header::LOCATION].to_str().unwrap()
}

on_each_database!(nothing_can_be_found_out_by_trying, |app| {
    give_password(&app, "maren").await;
    give_password(&app, "rolf").await;
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE person SET disabled_at = 1 WHERE id = $1")
        .bind(app.id("rolf"))
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut pages = Vec::new();
    // Wrong password, no such person, disabled with the right one, no password yet.
    for (who, secret) in [
        ("maren", "something else"),
        ("xaver", SECRET),
        ("rolf", SECRET),
        ("pia", SECRET),
    ] {
        let answer = Browser::new(&app).sign_in(who, secret).await.expect(422);
        assert!(cookie(&answer, "mil_session").is_none());
        pages.push(answer.text.replace(who, "WHO"));
    }
    assert!(pages.iter().all(|page| *page == pages[0]));
    let failed = events(&app, "sign_in.failed").await;
    assert_eq!(failed.len(), 4);
    assert!(
        failed
            .iter()
            .any(|e| e["email"] == "maren@nordhaven.example")
    );
    assert!(!failed.iter().any(|e| e.to_string().contains("green lamps")));
});

on_each_database!(guessing_ends_and_says_for_how_long, |app| {
    give_password(&app, "maren").await;
    for who in ["maren", "xaver"] {
        for _ in 0..5 {
            Browser::new(&app).sign_in(who, "wrong").await.expect(422);
        }
        let answer = Browser::new(&app).sign_in(who, SECRET).await.expect(429);
        assert_eq!(answer.headers[header::RETRY_AFTER], "901");
        assert!(answer.text.contains("Try again in 16 minutes."));
    }
    app.pass(16);
    Browser::new(&app)
        .sign_in("maren", SECRET)
        .await
        .expect(303);
    // Forty from one address, whoever they name.
    for i in 0..40 {
        let who = format!("nobody{i}");
        Browser::new(&app).sign_in(&who, "wrong").await.expect(422);
    }
    Browser::new(&app)
        .sign_in("maren", SECRET)
        .await
        .expect(429);
});

on_each_database!(a_session_is_always_new_and_next_stays_here, |app| {
    give_password(&app, "maren").await;
    let mut browser = Browser::new(&app);
    browser
        .cookies
        .push(("mil_session".into(), "planted".into()));
    browser.get("/sign-in?next=%2Frequests").await.expect(200);
    let answer = browser.sign_in("maren", SECRET).await.expect(303);
    let secret = cookie(&answer, "mil_session").unwrap();
    assert_ne!(secret, "planted");
    assert_eq!(secret.len(), 64);
    for (next, to) in [
        ("%2Frequests%3Fa%3D1", "/requests?a=1"),
        ("https%3A%2F%2Fevil.example", "/"),
        ("%2F%2Fevil.example", "/"),
        ("%2F%5Cevil.example", "/"),
        ("%2F%09%2Fevil.example", "/"),
        ("%5C%5Cevil.example", "/"),
        ("javascript%3Aalert(1)", "/"),
        ("%2Fa%0d%0aSet-Cookie%3A+x%3D1", "/"),
    ] {
        let body = format!(
            "email=maren%40nordhaven.example&password=six+green+lamps+over+water&next={next}"
        );
        let answer = Browser::new(&app).post("/sign-in", &body).await.expect(303);
        assert_eq!(location(&answer), to, "{next}");
        let signed_in = browser
            .get(&format!("/sign-in?next={next}"))
            .await
            .expect(303);
        assert_eq!(location(&signed_in), to, "{next}");
    }
    browser.post("/sign-out", "").await.expect(303);
    let mut old = Browser::new(&app);
    old.cookies.push(("mil_session".into(), secret));
    assert_eq!(
        location(&old.post("/sign-out", "").await.expect(303)),
        "/sign-in?next=%2Fsign%2Dout"
    );
});

on_each_database!(language_and_theme_without_an_account, |app| {
    let mut browser = Browser::new(&app);
    browser
        .post("/look", "lang=de&next=%2Fsign-in")
        .await
        .expect(303);
    browser
        .post("/look", "theme=dark&next=%2F%2Fevil.example")
        .await
        .expect(303);
    let page = browser.get("/sign-in").await.expect(200).text;
    assert!(page.contains("lang=\"de\"") && page.contains("data-theme=\"dark\""));
    browser
        .post("/look", "theme=%22%3E%3Cscript%3E&lang=xx")
        .await
        .expect(303);
    assert!(
        browser
            .get("/sign-in")
            .await
            .text
            .contains("data-theme=\"dark\"")
    );
});

on_each_database!(a_profile_changes_oneself_and_never_the_role, |app| {
    let mut browser = Browser::of(&app, "maren").await;
    let form = "name=Maren+Voss-Lang&lang=de&zone=America%2FNew_York&date_style=iso&theme=dark";
    browser.post("/me", form).await.expect(303);
    let page = browser.get("/me").await.expect(200).text;
    assert!(page.contains("Maren Voss-Lang") && page.contains("data-theme=\"dark\""));
    let data = events(&app, "person.profile_changed").await;
    assert_eq!(data[0]["before"]["name"], "Maren Voss");
    assert_eq!(data[0]["after"]["zone"], "America/New_York");
    // Dates are written as chosen, on every page.
    let order = json!({ "lines": [{ "service": "company-logo",
        "answers": { "use": "Slides", "format": "png" } }] });
    let placed = app
        .as_("maren")
        .post("/api/v1/orders", &order)
        .await
        .expect(201);
    let number = placed.json()["requests"][0]["number"].to_string();
    for path in [
        "/requests".to_owned(),
        format!("/requests/{number}"),
        "/me/security".to_owned(),
    ] {
        let text = browser.get(&path).await.expect(200).text;
        assert!(text.contains("2026-11-2"), "{path} has a date");
        assert!(
            !text.contains("heute, ") && !text.contains("morgen, "),
            "{path}"
        );
    }
    for more in ["&role=administrator", "&department_id=x", "&id=y"] {
        browser
            .post("/me", &format!("{form}{more}"))
            .await
            .expect(422);
    }
    for wrong in [
        "name=",
        "name=A&zone=Mars%2FOlympus",
        "name=A&lang=xx",
        "name=A&theme=pink",
    ] {
        browser.post("/me", wrong).await.expect(422);
    }
    let maren = app.as_("maren");
    maren
        .json("PATCH", "/api/v1/me", &json!({ "role": "administrator" }))
        .await
        .expect(422);
    let me = maren
        .json(
            "PATCH",
            "/api/v1/me",
            &json!({ "theme": "", "keys": false }),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&me["role"], &me["theme"], &me["keys"]),
        (&json!("requester"), &json!(""), &json!(false))
    );
});

on_each_database!(a_new_password_ends_the_other_devices, |app| {
    let mut here = Browser::of(&app, "maren").await;
    let mut there = Browser::of(&app, "maren").await;
    here.post("/me/password", "current=wrong&new=a+lighthouse+in+autumn")
        .await
        .expect(422);
    here.post(
        "/me/password",
        "current=six+green+lamps+over+water&new=short",
    )
    .await
    .expect(422);
    there.get("/me").await.expect(200);
    here.post(
        "/me/password",
        "current=six+green+lamps+over+water&new=a+lighthouse+in+autumn",
    )
    .await
    .expect(303);
    here.get("/me").await.expect(200);
    there.get("/me").await.expect(303);
    Browser::new(&app)
        .sign_in("maren", SECRET)
        .await
        .expect(422);
    Browser::new(&app)
        .sign_in("maren", "a lighthouse in autumn")
        .await
        .expect(303);
    // One device at a time, and only one's own.
    let list = app
        .as_("maren")
        .get("/api/v1/me/sessions")
        .await
        .expect(200)
        .json();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let id = list["items"][0]["id"].as_str().unwrap();
    app.as_("rolf")
        .json("DELETE", &format!("/api/v1/me/sessions/{id}"), &json!({}))
        .await
        .expect(404);
    app.as_("maren")
        .json("DELETE", &format!("/api/v1/me/sessions/{id}"), &json!({}))
        .await
        .expect(204);
    app.as_("maren")
        .json("DELETE", &format!("/api/v1/me/sessions/{id}"), &json!({}))
        .await
        .expect(404);
    // Somebody at an open screen cannot guess for long.
    let mut guess = Browser::new(&app);
    guess
        .sign_in("maren", "a lighthouse in autumn")
        .await
        .expect(303);
    for _ in 0..5 {
        guess
            .post("/me/password", "current=wrong&new=a+lighthouse+in+spring")
            .await
            .expect(422);
    }
    guess
        .post("/me/password", "current=wrong&new=a+lighthouse+in+spring")
        .await
        .expect(429);
});

on_each_database!(tokens_do_no_more_than_they_say, |app| {
    let mut browser = Browser::of(&app, "maren").await;
    browser
        .post("/me/tokens", "name=x&scopes=admin")
        .await
        .expect(422);
    browser
        .post("/me/tokens", "name=&scopes=read")
        .await
        .expect(422);
    browser
        .post("/me/tokens", "name=x&scopes=read&expires_days=0")
        .await
        .expect(422);
    let page = browser
        .post("/me/tokens", "name=nightly&scopes=read&expires_days=30")
        .await
        .expect(200)
        .text;
    let at = page.find("mil_").unwrap();
    let secret = &page[at..at + 4 + 64];
    assert!(
        !browser.get("/me/tokens").await.text.contains(secret),
        "shown once"
    );
    let with = |method: &str, path: &str| {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {secret}"))
            .header(header::CONTENT_TYPE, "application/json")
    };
    let nobody = app.nobody();
    nobody
        .send(with("GET", "/api/v1/me"), Body::empty())
        .await
        .expect(200);
    nobody
        .send(with("PATCH", "/api/v1/me"), Body::from("{}"))
        .await
        .expect(403);
    nobody
        .send(with("POST", "/me"), Body::from("{}"))
        .await
        .expect(403);
    // Not even a token that may do everything makes another.
    app.as_("ada")
        .post(
            "/api/v1/me/tokens",
            &json!({ "name": "x", "scopes": ["read"] }),
        )
        .await
        .expect(403);
    app.pass(31 * 24 * 60);
    nobody
        .send(with("GET", "/api/v1/me"), Body::empty())
        .await
        .expect(401);
    let list = app
        .as_("maren")
        .get("/api/v1/me/tokens")
        .await
        .expect(200)
        .json();
    let id = list["items"][0]["id"].as_str().unwrap();
    assert_eq!(list["items"][0]["expired"], true);
    app.as_("rolf")
        .json("DELETE", &format!("/api/v1/me/tokens/{id}"), &json!({}))
        .await
        .expect(404);
    app.as_("maren")
        .json("DELETE", &format!("/api/v1/me/tokens/{id}"), &json!({}))
        .await
        .expect(204);
});
