//! The second step at sign-in: what it takes, and what does not get past it.

use jiff::SignedDuration;
use mil::people::factor;
use mil_db::sql;
use serde_json::json;

use crate::harness::{Answer, TestApp};
use crate::on_each_database;
use crate::people::{Browser, SECRET, cookie, events, give_password};

async fn key(app: &TestApp, who: &str) -> String {
    sql("SELECT totp_secret FROM person WHERE id = $1")
        .bind(app.id(who))
        .value("totp_secret", &app.app.db)
        .await
        .unwrap()
}

async fn code(app: &TestApp, who: &str) -> String {
    factor::code_at(&key(app, who).await, app.now()).unwrap()
}

fn words(secret: &str) -> String {
    secret.replace(' ', "+")
}

/// Set it up as its owner does. Returns the browser and the recovery codes.
async fn set_up<'a>(app: &'a TestApp, who: &str) -> (Browser<'a>, Vec<String>) {
    let mut browser = Browser::of(app, who).await;
    browser.post("/me/second-step", "").await.expect(303);
    let page = browser.get("/me/second-step").await.expect(200).text;
    let key = key(app, who).await;
    assert!(page.contains("<svg class=\"qr\""), "there is a picture");
    assert!(page.contains(&key[..4]), "and the key as text");
    let form = format!("code={}&current={}", code(app, who).await, words(SECRET));
    let page = browser.post("/me/second-step/on", &form).await.expect(200);
    let codes: Vec<String> = page
        .text
        .split("<li><code>")
        .skip(1)
        .map(|rest| rest[..19].to_owned())
        .collect();
    assert_eq!(codes.len(), factor::CODES);
    (browser, codes)
}

fn location(answer: &Answer) -> &str {
    answer.headers["location"].to_str().unwrap()
}

on_each_database!(a_password_alone_opens_nothing, |app| {
    set_up(&app, "maren").await;
    app.pass(1);
    let mut thief = Browser::new(&app);
    let answer = thief.sign_in("maren", SECRET).await.expect(303);
    assert_eq!(location(&answer), "/sign-in/code");
    assert!(cookie(&answer, "mil_session").is_none());
    thief.get("/me").await.expect(303);
    // The ticket is no session either.
    let ticket = cookie(&answer, "mil_step").unwrap();
    thief.cookies.push(("mil_session".to_owned(), ticket));
    thief.get("/me").await.expect(303);
    thief.cookies.retain(|(name, _)| name != "mil_session");
    for wrong in ["", "000000", "abcdef", "1", "' OR 1=1 --", &"9".repeat(500)] {
        let body = format!("code={}", wrong.replace([' ', '\'', '='], "+"));
        let status = thief.post("/sign-in/code", &body).await.status.as_u16();
        assert!(matches!(status, 422 | 429), "{wrong}: {status}");
    }
    // Too many wrong ones: now not even the right one helps, and it is said when.
    let body = format!("code={}", code(&app, "maren").await);
    let stopped = thief.post("/sign-in/code", &body).await.expect(429);
    assert!(stopped.headers.contains_key("retry-after"));
    assert!(!events(&app, "sign_in.failed").await.is_empty());
    // Signing in anew does not start the count anew.
    thief.sign_in("maren", SECRET).await.expect(303);
    thief.post("/sign-in/code", &body).await.expect(429);
    app.pass(16);
    thief.sign_in("maren", SECRET).await.expect(303);
    let body = format!("code={}&next=%2Frequests", code(&app, "maren").await);
    let answer = thief.post("/sign-in/code", &body).await.expect(303);
    assert_eq!(location(&answer), "/requests");
    thief.get("/me").await.expect(200);
});

on_each_database!(a_code_works_once, |app| {
    set_up(&app, "maren").await;
    // The one that switched it on is used up.
    let mut first = Browser::new(&app);
    first.sign_in("maren", SECRET).await.expect(303);
    let used = format!("code={}", code(&app, "maren").await);
    first.post("/sign-in/code", &used).await.expect(422);
    app.app.clock.advance(SignedDuration::from_secs(30));
    let fresh = format!("code={}", code(&app, "maren").await);
    first.post("/sign-in/code", &fresh).await.expect(303);
    let mut second = Browser::new(&app);
    second.sign_in("maren", SECRET).await.expect(303);
    second.post("/sign-in/code", &fresh).await.expect(422);
    second.post("/sign-in/code", &used).await.expect(422);
    // The ticket works once as well, and dies of age.
    app.app.clock.advance(SignedDuration::from_secs(60));
    let mut late = Browser::new(&app);
    late.sign_in("maren", SECRET).await.expect(303);
    app.pass(11);
    let body = format!("code={}", code(&app, "maren").await);
    let answer = late.post("/sign-in/code", &body).await.expect(303);
    assert_eq!(location(&answer), "/sign-in");
    late.get("/me").await.expect(303);
    let mut nobody = Browser::new(&app);
    let answer = nobody.post("/sign-in/code", &body).await.expect(303);
    assert_eq!(location(&answer), "/sign-in");
});

on_each_database!(recovery_codes_work_once_each, |app| {
    let (mut maren, codes) = set_up(&app, "maren").await;
    let mut browser = Browser::new(&app);
    browser.sign_in("maren", SECRET).await.expect(303);
    let typed = codes[0].to_uppercase().replace('-', "+");
    browser
        .post("/sign-in/code", &format!("code={typed}"))
        .await
        .expect(303);
    browser.get("/me").await.expect(200);
    assert_eq!(
        events(&app, "person.recovery_code_used").await,
        [json!({ "left": 9 })]
    );
    browser.sign_in("maren", SECRET).await.expect(303);
    browser
        .post("/sign-in/code", &format!("code={typed}"))
        .await
        .expect(422);
    // New ones end the old ones; the password is asked for.
    maren
        .post("/me/second-step/codes", "current=wrong")
        .await
        .expect(422);
    let form = format!("current={}", words(SECRET));
    let page = maren
        .post("/me/second-step/codes", &form)
        .await
        .expect(200)
        .text;
    assert!(!page.contains(&codes[1]));
    browser
        .post("/sign-in/code", &format!("code={}", codes[1]))
        .await
        .expect(422);
    // Neither codes nor keys are in the trail or in the database as they are.
    let key = key(&app, "maren").await;
    for row in sql("SELECT data FROM event")
        .all(&app.app.db)
        .await
        .unwrap()
    {
        let data: String = row.get("data").unwrap();
        assert!(!data.contains(&codes[2]) && !data.contains(&key), "{data}");
    }
    let kept: String = sql("SELECT recovery_codes FROM person WHERE id = $1")
        .bind(app.id("maren"))
        .value("recovery_codes", &app.app.db)
        .await
        .unwrap();
    assert!(codes.iter().all(|code| !kept.contains(code.as_str())));
});

on_each_database!(switching_it_on_and_off_takes_the_password, |app| {
    let mut other = Browser::of(&app, "maren").await;
    let (mut maren, _) = set_up(&app, "maren").await;
    // All other devices are signed out.
    other.get("/me").await.expect(303);
    maren.get("/me").await.expect(200);
    // The key is not shown again, and cannot be replaced while it counts.
    let before = key(&app, "maren").await;
    maren.post("/me/second-step", "").await.expect(303);
    assert_eq!(key(&app, "maren").await, before);
    let page = maren.get("/me/second-step").await.expect(200).text;
    assert!(!page.contains(&before[..4]));
    maren
        .post("/me/second-step/off", "current=guess")
        .await
        .expect(422);
    let form = format!("current={}", words(SECRET));
    maren.post("/me/second-step/off", &form).await.expect(303);
    let mut browser = Browser::new(&app);
    let answer = browser.sign_in("maren", SECRET).await.expect(303);
    assert_eq!(location(&answer), "/");
    // Without a first code nothing is switched on.
    maren.post("/me/second-step", "").await.expect(303);
    let form = format!("code=000000&current={}", words(SECRET));
    maren.post("/me/second-step/on", &form).await.expect(422);
    let answer = browser.sign_in("maren", SECRET).await.expect(303);
    assert_eq!(location(&answer), "/");
});

on_each_database!(an_administrator_helps_who_lost_it, |app| {
    let (mut maren, _) = set_up(&app, "maren").await;
    let path = format!("/admin/people/{}/second-step-off", app.id("maren"));
    app.as_("hanna").form(&path, "").await.expect(403);
    app.as_("ada").form(&path, "").await.expect(303);
    maren.get("/me").await.expect(303);
    let answer = maren.sign_in("maren", SECRET).await.expect(303);
    assert_eq!(location(&answer), "/");
    assert_eq!(events(&app, "person.second_step_removed").await.len(), 1);
    let api = format!("/api/v1/people/{}/second-step", app.id("maren"));
    let gone = app.as_("ada").json("DELETE", &api, &json!({})).await;
    assert_eq!(gone.expect(200).json()["second_factor"], false);
});

on_each_database!(a_reset_or_a_closed_account_ends_what_was_half_open, |app| {
    set_up(&app, "maren").await;
    app.pass(1);
    let mut half = Browser::new(&app);
    half.sign_in("maren", SECRET).await.expect(303);
    let ada = app.as_("ada");
    let path = format!("/admin/people/{}", app.id("maren"));
    ada.form(&format!("{path}/disable"), "").await.expect(303);
    ada.form(&format!("{path}/enable"), "").await.expect(303);
    let body = format!("code={}", code(&app, "maren").await);
    let answer = half.post("/sign-in/code", &body).await.expect(303);
    assert_eq!(location(&answer), "/sign-in");
    half.get("/me").await.expect(303);
});

on_each_database!(no_token_touches_it, |app| {
    give_password(&app, "maren").await;
    let maren = app.as_("maren");
    for path in ["", "/on", "/off", "/codes"] {
        let form = format!("current={}&code=000000", words(SECRET));
        let form = if path == "/on" { form } else { String::new() };
        maren
            .form(&format!("/me/second-step{path}"), &form)
            .await
            .expect(403);
    }
    maren.get("/me/second-step").await.expect(403);
});

on_each_database!(signing_in_again_ends_the_session_before, |app| {
    let mut maren = Browser::of(&app, "maren").await;
    let old = maren.cookies.clone();
    maren.sign_in("maren", SECRET).await.expect(303);
    maren.get("/me").await.expect(200);
    let mut before = Browser::new(&app);
    before.cookies = old;
    before.get("/me").await.expect(303);
});

on_each_database!(
    a_password_in_the_wrong_field_stays_out_of_the_trail,
    |app| {
        let mut browser = Browser::new(&app);
        browser
            .post("/sign-in", "email=my+secret+sentence&password=x")
            .await
            .expect(422);
        let told = events(&app, "sign_in.failed").await;
        assert_eq!(told, [json!({ "email": "", "wrong": "password" })]);
    }
);
