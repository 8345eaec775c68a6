//! Subscribers of the status page: asked first, told what they may read, and let go
//! with one press.

use mil::mail::send::Carrier;
use mil::status::subscribe::{PER_ADDRESS, PER_HOUR};
use mil::status::tell;
use mil_db::sql;
use serde_json::json;

use crate::announcements::{component, draft, outage, publish, text};
use crate::harness::TestApp;
use crate::mail::{BOX, memory, open_mailbox, outgoing, parsed};
use crate::on_each_database;

async fn sent(app: &TestApp, carrier: &Carrier) -> Vec<mil::mail::compose::Ready> {
    while tell::run_due(&app.app, app.now()).await.unwrap() > 0 {}
    // Messages to people settle for a moment.
    app.pass(5);
    outgoing(app, carrier).await
}

/// The part of an address of ours behind `before` in a message.
fn link(raw: &[u8], before: &str) -> String {
    let mail = parsed_raw(raw);
    let at = mail
        .find(before)
        .unwrap_or_else(|| panic!("no {before} in {mail}"));
    mail[at..]
        .chars()
        .take_while(|c| !c.is_whitespace() && !matches!(c, '"' | '<' | '>' | ')'))
        .collect()
}

fn parsed_raw(raw: &[u8]) -> String {
    mil_mail::read(raw).unwrap().text
}

fn header(raw: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(raw)
        .replace("\r\n ", " ")
        .replace("\r\n\t", " ");
    let prefix = format!("{name}: ");
    text.lines()
        .find_map(|l| l.strip_prefix(&prefix))
        .unwrap_or_default()
        .to_owned()
}

/// Subscribe an address and confirm it. Returns how its mail is stopped.
async fn subscribed(app: &TestApp, carrier: &Carrier, email: &str, parts: &[&str]) {
    let body = json!({ "email": email, "components": parts });
    app.nobody()
        .post("/api/v1/status/subscriptions", &body)
        .await
        .expect(202);
    let mails = sent(app, carrier).await;
    let mine = mails
        .iter()
        .find(|m| m.to == email)
        .expect("a message to confirm");
    let confirm = link(&mine.raw, "/status/confirm/");
    app.nobody().get(&confirm).await.expect(200);
    app.nobody().form(&confirm, "").await.expect(200);
}

on_each_database!(an_address_hears_of_what_it_confirmed_and_stops_it, |app| {
    let carrier = memory();
    let web = component(&app, "Web site", true).await;
    let press = component(&app, "Print shop", true).await;
    let ask = json!({ "email": "Nina@Else.example" });
    app.nobody()
        .post("/api/v1/status/subscriptions", &ask)
        .await
        .expect(409);
    open_mailbox(&app, BOX, "hold").await;
    let nobody = app.nobody();
    nobody
        .form("/status/subscribe", "email=nonsense")
        .await
        .expect(422);
    nobody
        .form("/status/subscribe", "email=a%40b.example%2Cc%40d.example")
        .await
        .expect(422);
    nobody
        .form("/status/subscribe", "email=a%40b.example&component=nothing")
        .await
        .expect(422);
    let page = nobody
        .form(
            "/status/subscribe",
            &format!("email=Nina%40Else.example&component={web}"),
        )
        .await
        .expect(200)
        .text;
    let mails = sent(&app, &carrier).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, "nina@else.example");
    let confirm = link(&mails[0].raw, "/status/confirm/");

    // Before it is confirmed, nothing goes there.
    let id = outage(&app, "The web site is down", &web).await;
    assert!(sent(&app, &carrier).await.is_empty());
    // A program that opens links ahead does no harm.
    nobody.get(&confirm).await.expect(200);
    let count = || async {
        let n: i64 = sql("SELECT COUNT(*) AS n FROM status_subscriber")
            .value("n", &app.app.db)
            .await
            .unwrap();
        n
    };
    assert_eq!(count().await, 0);
    nobody.form(&confirm, "").await.expect(200);
    nobody.form(&confirm, "").await.expect(404);
    nobody.get(&confirm).await.expect(404);
    assert_eq!(count().await, 1);

    // Known or not, the answer is the same.
    let again = nobody
        .form(
            "/status/subscribe",
            &format!("email=nina%40else.example&component={web}"),
        )
        .await
        .expect(200)
        .text;
    assert_eq!(page, again);
    sent(&app, &carrier).await;

    let update = json!({ "body": "It was a **plug**.", "state": "identified" });
    app.as_("priya")
        .post(&format!("/api/v1/announcements/{id}/updates"), &update)
        .await
        .expect(201);
    let mails = sent(&app, &carrier).await;
    assert_eq!(mails.len(), 1);
    let raw = &mails[0].raw;
    assert!(
        header(raw, "Subject").contains("Cause found"),
        "{}",
        header(raw, "Subject")
    );
    assert!(
        parsed(&mails[0]).text.contains("It was a") && parsed(&mails[0]).text.contains("Web site")
    );
    let stop = header(raw, "List-Unsubscribe");
    assert!(
        stop.starts_with('<') && stop.ends_with('>') && stop.contains("/status/stop/"),
        "{stop}"
    );
    assert_eq!(
        header(raw, "List-Unsubscribe-Post"),
        "List-Unsubscribe=One-Click"
    );
    assert!(sent(&app, &carrier).await.is_empty(), "once");

    // Of what it did not ask for it hears nothing, nor of what is not public.
    let other = outage(&app, "No paper", &press).await;
    let inner = draft(&app, json!({ "kind": "outage", "title": "Inner", "body": "x", "audience": "staff", "components": { &web: "down" } })).await;
    publish(&app, &inner).await;
    assert!(sent(&app, &carrier).await.is_empty());
    assert!(!other.is_empty());

    // One click, as mail programs press it: no cookie, no origin.
    let at = stop.find("/status/stop/").unwrap();
    let path = stop[at..].trim_end_matches('>').to_owned();
    nobody.get(&path).await.expect(200);
    assert_eq!(count().await, 1, "opening it does nothing");
    nobody
        .form(&path, "List-Unsubscribe=One-Click")
        .await
        .expect(200);
    assert_eq!(count().await, 0);
    let known: i64 = sql("SELECT COUNT(*) AS n FROM status_subscriber_component")
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(known, 0, "the address is forgotten");
    nobody
        .form(&path, "List-Unsubscribe=One-Click")
        .await
        .expect(200);
    let done = json!({ "body": "Well.", "state": "resolved" });
    app.as_("priya")
        .post(&format!("/api/v1/announcements/{id}/updates"), &done)
        .await
        .expect(201);
    assert!(sent(&app, &carrier).await.is_empty());
});

on_each_database!(links_serve_for_one_thing_only, |app| {
    open_mailbox(&app, BOX, "hold").await;
    let carrier = memory();
    app.nobody()
        .form("/status/subscribe", "email=a%40b.example")
        .await
        .expect(200);
    let mails = sent(&app, &carrier).await;
    let confirm = link(&mails[0].raw, "/status/confirm/");
    let stop = header(&mails[0].raw, "List-Unsubscribe");
    let token = |path: &str| {
        path.rsplit('/')
            .next()
            .unwrap()
            .trim_end_matches('>')
            .to_owned()
    };
    let (yes, no) = (token(&confirm), token(&stop));
    assert_ne!(yes, no);
    let nobody = app.nobody();
    nobody
        .form(&format!("/status/stop/{yes}"), "")
        .await
        .expect(404);
    nobody
        .form(&format!("/status/confirm/{no}"), "")
        .await
        .expect(404);
    let mut forged = yes.clone();
    forged.replace_range(0..1, "p");
    nobody
        .form(&format!("/status/stop/{forged}"), "")
        .await
        .expect(404);
    nobody.form("/status/confirm/c.x.y", "").await.expect(404);
    // Too late is too late.
    app.pass(48 * 60 + 1);
    nobody.form(&confirm, "").await.expect(404);
    // Whoever refuses is asked no more.
    app.nobody()
        .form("/status/subscribe", "email=a%40b.example")
        .await
        .expect(200);
    let mails = sent(&app, &carrier).await;
    let stop = header(&mails[0].raw, "List-Unsubscribe");
    nobody
        .form(
            &format!("/status/stop/{}", token(&stop)),
            "List-Unsubscribe=One-Click",
        )
        .await
        .expect(200);
    let confirm = link(&mails[0].raw, "/status/confirm/");
    nobody.form(&confirm, "").await.expect(404);
    app.pass(25 * 60);
    app.nobody()
        .form("/status/subscribe", "email=a%40b.example")
        .await
        .expect(200);
    assert!(sent(&app, &carrier).await.is_empty());
});

on_each_database!(the_form_is_no_way_to_bother_strangers, |app| {
    open_mailbox(&app, BOX, "hold").await;
    let carrier = memory();
    // The same address again and again gets two messages a day, and nobody sees it.
    let mut pages = Vec::new();
    for _ in 0..5 {
        pages.push(
            app.nobody()
                .form("/status/subscribe", "email=victim%40b.example")
                .await
                .expect(200)
                .text,
        );
    }
    assert!(pages.windows(2).all(|p| p[0] == p[1]));
    assert_eq!(sent(&app, &carrier).await.len(), 2);
    // From one place only so many.
    for n in 5..PER_ADDRESS {
        app.nobody()
            .form("/status/subscribe", &format!("email=v{n}%40b.example"))
            .await
            .expect(200);
    }
    app.nobody()
        .form("/status/subscribe", "email=last%40b.example")
        .await
        .expect(429);
    // And from all places together only so many an hour.
    let mut made: i64 = sql("SELECT COUNT(*) AS n FROM status_wish")
        .value("n", &app.app.db)
        .await
        .unwrap();
    app.pass(16);
    while made < PER_HOUR {
        let answer = app
            .nobody()
            .form("/status/subscribe", &format!("email=w{made}%40b.example"))
            .await;
        match answer.status.as_u16() {
            200 => made += 1,
            429 => app.pass(16),
            other => panic!("{other}"),
        }
        if made % 20 == 0 {
            // Keep all of them within the hour of the count.
            app.app.attempts.clear("subscribe ");
        }
        let hour: i64 = sql("SELECT COUNT(*) AS n FROM status_wish WHERE created_at > $1")
            .bind((app.now() - jiff::SignedDuration::from_hours(1)).as_microsecond())
            .value("n", &app.app.db)
            .await
            .unwrap();
        assert!(hour <= PER_HOUR);
    }
    // What nobody confirmed is forgotten.
    app.pass(5 * 24 * 60);
    assert!(
        mil::status::subscribe::sweep(&app.app, app.now())
            .await
            .unwrap()
            > 0
    );
    let left: i64 = sql("SELECT COUNT(*) AS n FROM status_wish")
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(left, 0);
});

on_each_database!(people_with_an_account_press_once, |app| {
    open_mailbox(&app, BOX, "hold").await;
    let carrier = memory();
    let web = component(&app, "Web site", true).await;
    let (maren, pia) = (app.as_("maren"), app.as_("pia"));
    maren
        .form("/status/follow", &format!("component={web}&on=yes"))
        .await
        .expect(303);
    maren
        .form("/status/follow", "component=nothing&on=yes")
        .await
        .expect(404);
    pia.form("/status/follow", "component=all&on=yes")
        .await
        .expect(303);
    assert!(
        maren
            .get("/status")
            .await
            .expect(200)
            .text
            .contains("You are told")
    );
    let id = draft(&app, json!({ "kind": "outage", "title": "Down", "body": "x", "audience": "staff", "components": { &web: "down" } })).await;
    publish(&app, &id).await;
    let mails = sent(&app, &carrier).await;
    let to: Vec<&str> = mails.iter().map(|m| m.to.as_str()).collect();
    assert_eq!(to, ["maren@nordhaven.example"], "partners may not read it");
    assert!(!header(&mails[0].raw, "List-Unsubscribe").is_empty());

    // What becomes unreadable before it is sent is not sent.
    let second = draft(&app, json!({ "kind": "outage", "title": "Down again", "body": "x", "audience": "staff", "components": { &web: "down" } })).await;
    publish(&app, &second).await;
    tell::run_due(&app.app, app.now()).await.unwrap();
    app.as_("priya")
        .json(
            "DELETE",
            &format!("/api/v1/announcements/{second}"),
            &json!({}),
        )
        .await
        .expect(204);
    assert!(sent(&app, &carrier).await.is_empty());

    // To everyone: at the beginning and the end, and not to who wants none.
    let stop = header(&mails[0].raw, "List-Unsubscribe");
    let at = stop.find("/status/stop/").unwrap();
    app.nobody()
        .form(
            stop[at..].trim_end_matches('>'),
            "List-Unsubscribe=One-Click",
        )
        .await
        .expect(200);
    let wide = draft(&app, json!({ "kind": "outage", "title": "All down", "body": "x", "audience": "staff", "mail": "everyone", "components": { &web: "down" } })).await;
    publish(&app, &wide).await;
    let mails = sent(&app, &carrier).await;
    let mut to: Vec<&str> = mails
        .iter()
        .map(|m| m.to.split('@').next().unwrap())
        .collect();
    to.sort_unstable();
    assert_eq!(to, ["ada", "hanna", "ivo", "priya", "rolf", "tomas"]);
    let path = format!("/api/v1/announcements/{wide}/updates");
    app.as_("priya")
        .post(&path, &json!({ "body": "On it." }))
        .await
        .expect(201);
    assert!(sent(&app, &carrier).await.is_empty());
    app.as_("priya")
        .post(&path, &json!({ "body": "Over.", "state": "resolved" }))
        .await
        .expect(201);
    assert_eq!(sent(&app, &carrier).await.len(), 6);
    let wish = json!({ "everything": true });
    maren
        .json("PUT", "/api/v1/me/status", &wish)
        .await
        .expect(200);
    let unknown = json!({ "components": ["nothing"] });
    maren
        .json("PUT", "/api/v1/me/status", &unknown)
        .await
        .expect(422);
    assert_eq!(
        maren.get("/api/v1/me/status").await.expect(200).json()["everything"],
        true
    );
});

on_each_database!(mail_that_comes_back_ends_a_subscription, |app| {
    open_mailbox(&app, BOX, "hold").await;
    let carrier = memory();
    let web = component(&app, "Web site", true).await;
    subscribed(&app, &carrier, "nina@else.example", &[]).await;
    outage(&app, "Down", &web).await;
    assert_eq!(sent(&app, &carrier).await.len(), 1);
    let id: String = sql("SELECT message_id FROM mail_out WHERE reason = 'status'")
        .value("message_id", &app.app.db)
        .await
        .unwrap();
    let bounce = mil_mail::Kind::Bounce(mil_mail::kind::Bounce {
        permanent: true,
        message_id: Some(id),
        status: "5.1.1".to_owned(),
        said: "no such user".to_owned(),
        ..mil_mail::kind::Bounce::default()
    });
    let mut tx = app.app.db.begin().await.unwrap();
    mil::mail::back::note(&mut tx, app.now(), &bounce)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let left: i64 = sql("SELECT COUNT(*) AS n FROM status_subscriber")
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(left, 0);
    let list = app
        .as_("ada")
        .get("/api/v1/mail/out")
        .await
        .expect(200)
        .json();
    assert!(list["items"].as_array().unwrap().len() >= 2, "{list}");
});

on_each_database!(administrators_see_and_forget_addresses, |app| {
    open_mailbox(&app, BOX, "hold").await;
    let carrier = memory();
    subscribed(&app, &carrier, "nina@else.example", &[]).await;
    app.as_("hanna")
        .get("/api/v1/subscribers")
        .await
        .expect(403);
    let list = app
        .as_("ada")
        .get("/api/v1/subscribers")
        .await
        .expect(200)
        .json();
    assert_eq!(list["items"][0]["email"], "nina@else.example");
    let id = text(&list["items"][0]["id"]);
    assert!(
        app.as_("ada")
            .get("/admin/subscribers")
            .await
            .expect(200)
            .text
            .contains("nina@else.example")
    );
    app.as_("ada")
        .form(&format!("/admin/subscribers/{id}/remove"), "")
        .await
        .expect(303);
    app.as_("ada")
        .form(&format!("/admin/subscribers/{id}/remove"), "")
        .await
        .expect(404);
    let written: i64 = sql(
        "SELECT COUNT(*) AS n FROM event WHERE data LIKE 'nina@%' OR verb = 'subscriber.removed'",
    )
    .value("n", &app.app.db)
    .await
    .unwrap();
    assert_eq!(written, 1);
});
