//! Mail in the browser and the API: mailboxes, what is held, links in messages,
//! the listener, and the samples of real messages.

use crate::harness::TestApp;
use crate::mail::{BOX, deliver, letter, link, memory, open_mailbox, outgoing, parsed, state, to};
use crate::on_each_database;
use crate::queue::order;
use mil::mail::intake::{self, Delivery};
use mil::mail::{listen, sort};
use mil_db::sql;
use mil_mail::session::Protocol;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

on_each_database!(a_mailbox_is_added_changed_and_taken_out_of_use, |app| {
    let ada = app.as_("ada");
    let form = format!("address={BOX}&name=Marketing&service=company-logo&strangers=hold");
    app.as_("hanna")
        .form("/admin/mail/boxes/new", &form)
        .await
        .expect(403);
    let wrong = ada
        .form(
            "/admin/mail/boxes/new",
            "address=nowhere&name=&service=&strangers=",
        )
        .await
        .expect(422)
        .text;
    assert!(wrong.contains("nowhere"), "what was typed is kept");
    ada.form("/admin/mail/boxes/new", &form).await.expect(303);
    ada.form("/admin/mail/boxes/new", &form).await.expect(422);
    let list = ada.get("/api/v1/mailboxes").await.expect(200).json();
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    let body = json!({ "address": BOX, "name": "Desk", "service": "company-logo", "strangers": "join", "version": 1 });
    let changed = ada
        .json("PUT", &format!("/api/v1/mailboxes/{id}"), &body)
        .await
        .expect(200)
        .json();
    assert_eq!(changed["strangers"], "join");
    ada.json("PUT", &format!("/api/v1/mailboxes/{id}"), &body)
        .await
        .expect(412);
    assert!(ada.get("/admin/mail").await.expect(200).text.contains(BOX));
    ada.form(&format!("/admin/mail/boxes/{id}/archive"), "")
        .await
        .expect(303);
    ada.get(&format!("/admin/mail/boxes/{id}"))
        .await
        .expect(404);
    ada.form("/admin/mail/boxes/new", &form).await.expect(303);
});

on_each_database!(what_is_held_can_be_let_through_or_thrown_away, |app| {
    open_mailbox(&app, BOX, "hold").await;
    let hanna = app.as_("hanna");
    let held = deliver(&app, BOX, b"From: Nina <nina@else.example>\r\nSubject: <script>alert(1)</script>\r\nContent-Type: text/html\r\n\r\n<img src=https://t.example/1.gif><b onclick=x()>Hello</b><script>1</script>\r\n").await;
    assert_eq!(state(&app, &held).await.1, "stranger");
    let page = hanna.get("/admin/mail/in").await.expect(200).text;
    assert!(page.contains("The sender has no account here."));
    let one = hanna
        .get(&format!("/admin/mail/in/{held}"))
        .await
        .expect(200)
        .text;
    assert!(one.contains("picture from elsewhere was not loaded"));
    for bad in ["<script>alert", "onclick=x", "https://t.example/1.gif"] {
        assert!(!one.contains(bad), "{bad}");
    }
    app.as_("priya")
        .get(&format!("/mail/{held}"))
        .await
        .expect(404);
    app.as_("priya")
        .get(&format!("/admin/mail/in/{held}"))
        .await
        .expect(403);
    // By the rules it stays; as a request it becomes one, once.
    hanna
        .form(&format!("/admin/mail/in/{held}"), "action=again")
        .await
        .expect(303);
    assert_eq!(state(&app, &held).await.0, "held");
    hanna
        .form(
            &format!("/admin/mail/in/{held}"),
            "action=into&number=99999",
        )
        .await
        .expect(422);
    hanna
        .form(&format!("/admin/mail/in/{held}"), "action=new")
        .await
        .expect(303);
    assert_eq!(state(&app, &held).await.0, "taken");
    hanna
        .form(&format!("/admin/mail/in/{held}"), "action=new")
        .await
        .expect(409);
    // Agents of the request read the original, byte for byte.
    let raw = app
        .as_("priya")
        .get(&format!("/mail/{held}/raw"))
        .await
        .expect(200);
    assert!(raw.text.ends_with("<script>1</script>\r\n"));
    assert_eq!(raw.headers["content-type"], "message/rfc822");
    app.as_("maren")
        .get(&format!("/mail/{held}"))
        .await
        .expect(403);
    let item = state(&app, &held).await.2.unwrap();
    let desk = app
        .as_("priya")
        .get(&format!("/api/v1/requests/{item}"))
        .await
        .expect(200)
        .json();
    let desk = app
        .as_("priya")
        .get(&format!("/work/{}", desk["number"]))
        .await
        .expect(200)
        .text;
    assert!(desk.contains(&format!("/mail/{held}")));
    let second = deliver(&app, BOX, &letter("x@else.example", "Spam", "", "x")).await;
    hanna
        .form(&format!("/admin/mail/in/{second}"), "action=discard")
        .await
        .expect(303);
    assert_eq!(state(&app, &second).await.0, "discarded");
});

on_each_database!(a_link_acts_once_and_only_when_its_form_is_sent, |app| {
    open_mailbox(&app, BOX, "hold").await;
    let carrier = memory();
    let (item, _) = order(&app, "maren", "slides").await;
    app.as_("priya")
        .post(
            &format!("/api/v1/requests/{item}/comments"),
            &json!({ "body": "Which one?", "visibility": "public" }),
        )
        .await
        .expect(201);
    let sent = outgoing(&app, &carrier).await;
    let secret = link(to(&sent, "maren")[0]);
    // A program that looks at links three times does nothing.
    for _ in 0..3 {
        let page = app.nobody().get(&secret).await.expect(200).text;
        assert!(page.contains("Maren Voss") && page.contains("method=\"post\""));
    }
    app.nobody().form(&secret, "comment=").await.expect(422);
    app.nobody()
        .form(&secret, "comment=The+blue+one")
        .await
        .expect(200);
    app.nobody()
        .form(&secret, "comment=Again")
        .await
        .expect(404);
    app.nobody().get(&secret).await.expect(404);
    let last: String = sql("SELECT body FROM comment WHERE item_id = $1 ORDER BY id DESC LIMIT 1")
        .bind(&item)
        .value("body", &app.app.db)
        .await
        .unwrap();
    assert_eq!(last, "The blue one");
    let kept: i64 = sql("SELECT COUNT(*) AS n FROM mail_link WHERE token_hash = $1")
        .bind(secret.trim_start_matches("/m/"))
        .value("n", &app.app.db)
        .await
        .unwrap();
    assert_eq!(kept, 0, "the secret itself is not kept");
    // Two weeks later a link works no more.
    app.as_("priya")
        .post(
            &format!("/api/v1/requests/{item}/comments"),
            &json!({ "body": "Sure?", "visibility": "public" }),
        )
        .await
        .expect(201);
    let sent = outgoing(&app, &carrier).await;
    let secret = link(to(&sent, "maren")[0]);
    app.pass(14 * 24 * 60 + 1);
    app.nobody().get(&secret).await.expect(404);
});

on_each_database!(
    people_choose_their_mail_and_administrators_the_words,
    |app| {
        open_mailbox(&app, BOX, "hold").await;
        let carrier = memory();
        app.as_("maren")
            .form("/me/notifications", "waits=now&said=never&promise=now&ends=now&progress=daily&faults=now&around=daily&digest_at=08%3A00&quiet_from=&quiet_until=")
            .await
            .expect(303);
        let (item, _) = order(&app, "maren", "slides").await;
        let say = async || {
            app.as_("priya")
                .post(
                    &format!("/api/v1/requests/{item}/comments"),
                    &json!({ "body": "Hello", "visibility": "public" }),
                )
                .await
                .expect(201);
        };
        say().await;
        assert!(outgoing(&app, &carrier).await.is_empty());
        app.as_("maren")
            .json(
                "PUT",
                "/api/v1/me/notifications",
                &json!({ "ways": { "said": "now" } }),
            )
            .await
            .expect(200);
        let mut tx = app.app.db.begin().await.unwrap();
        sql("UPDATE person SET lang = 'de' WHERE id = $1")
            .bind(app.id("maren"))
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        say().await;
        let mail = parsed(to(&outgoing(&app, &carrier).await, "maren")[0]);
        assert!(
            mail.text.contains("Guten Tag Maren") && mail.text.contains("Antwort über diese Zeile"),
            "{}",
            mail.text
        );
        let ada = app.as_("ada");
        let path = "/admin/mail/words/notice/de";
        ada.form(path, "subject=x&body=%7B%7B+nobody+%7D%7D&action=save")
            .await
            .expect(422);
        let seen = ada
            .form(
                path,
                "subject=x&body=Moin+%7B%7B+name+%7D%7D&action=preview",
            )
            .await
            .expect(200)
            .text;
        assert!(seen.contains("Moin Maren"));
        ada.form(
            path,
            "subject=%5B%23%7B%7B+number+%7D%7D%5D&body=Moin+%7B%7B+name+%7D%7D&action=save",
        )
        .await
        .expect(303);
        say().await;
        assert!(
            parsed(to(&outgoing(&app, &carrier).await, "maren")[0])
                .text
                .contains("Moin Maren")
        );
        ada.form(path, "subject=&body=&action=standard")
            .await
            .expect(303);
        say().await;
        assert!(
            parsed(to(&outgoing(&app, &carrier).await, "maren")[0])
                .text
                .contains("Guten Tag Maren")
        );
    }
);

#[tokio::test]
async fn the_listener_keeps_what_it_says_it_kept() {
    let app = TestApp::sqlite().await;
    open_mailbox(&app, BOX, "join").await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(listen::serve(app.app.clone(), Protocol::Lmtp, listener));
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let talk = format!(
        "LHLO x\r\nMAIL FROM:<maren@nordhaven.example>\r\nRCPT TO:<{BOX}>\r\nRCPT TO:<nobody@nordhaven.example>\r\n\
        DATA\r\nFrom: maren@nordhaven.example\r\nSubject: By LMTP\r\n\r\nHello\r\n.\r\nQUIT\r\n"
    );
    socket.write_all(talk.as_bytes()).await.unwrap();
    let mut said = String::new();
    socket.read_to_string(&mut said).await.unwrap();
    server.abort();
    let codes: Vec<&str> = said
        .lines()
        .filter(|l| l.as_bytes()[3] == b' ')
        .map(|l| &l[..3])
        .collect();
    assert_eq!(
        codes,
        ["220", "250", "250", "250", "550", "354", "250", "221"],
        "{said}"
    );
    assert_eq!(sort::run(&app.app, app.now()).await.unwrap(), 1);
    let row = sql("SELECT state, via, subject FROM mail_in")
        .one(&app.app.db)
        .await
        .unwrap();
    assert_eq!(row.get::<String>("state").unwrap(), "taken");
    assert_eq!(row.get::<String>("via").unwrap(), "lmtp");
}

/// Real messages through everything: each ends in a state, and its bytes are the
/// bytes that came.
#[tokio::test]
async fn every_sample_ends_somewhere_and_its_bytes_stay() {
    let Ok(dir) = std::env::var("MIL_MAIL_SAMPLES") else {
        eprintln!("MIL_MAIL_SAMPLES is not set: skipped");
        return;
    };
    let app = TestApp::sqlite().await;
    open_mailbox(&app, BOX, "join").await;
    let mut sent = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let raw = std::fs::read(entry.path()).unwrap();
        if raw.is_empty() || raw.len() > 1_000_000 {
            continue;
        }
        let delivery = Delivery {
            via: "pipe",
            sender: None,
            recipients: vec![BOX.into()],
            raw: raw.clone(),
        };
        let id = intake::keep(&app.app, &delivery).await.unwrap();
        sent.push((id, raw));
        // Nobody writes so much within an hour.
        app.pass(61);
        sort::run(&app.app, app.now()).await.unwrap();
    }
    assert!(sent.len() >= 300, "{}", sent.len());
    let rows = sql("SELECT state, COUNT(*) AS n FROM mail_in GROUP BY state ORDER BY state")
        .all(&app.app.db)
        .await
        .unwrap();
    let mut total = 0;
    for row in rows {
        let (state, n): (String, i64) = (row.get("state").unwrap(), row.get("n").unwrap());
        println!("{state}: {n}");
        assert_ne!(state, "new");
        total += n;
    }
    assert_eq!(total, sent.len() as i64, "accepted + held + refused = sent");
    for (id, raw) in &sent {
        let sha: String = sql("SELECT sha256 FROM mail_in WHERE id = $1")
            .bind(id)
            .value("sha256", &app.app.db)
            .await
            .unwrap();
        assert_eq!(&sort::raw(&app.app, &sha).await.unwrap(), raw);
    }
}
