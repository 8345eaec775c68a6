//! Mail in and out, in process: what becomes of messages, who is written to,
//! and that nothing is lost, doubled or told to the wrong people.

use std::sync::Mutex;

use crate::harness::TestApp;
use crate::on_each_database;
use crate::queue::order;
use mil::mail::boxes::{self, NewMailbox};
use mil::mail::compose::Ready;
use mil::mail::intake::{self, Delivery};
use mil::mail::send::{self, Carrier, Memory};
use mil::mail::sort;
use mil::notifications::listen;
use mil::notifications::rhythm::SETTLE;
use mil_db::sql;
use mil_mail::{Mail, read};
use serde_json::json;

pub const BOX: &str = "marketing@nordhaven.example";

/// A mailbox that orders logos; `strangers` says what unknown senders may.
pub async fn open_mailbox(app: &TestApp, address: &str, strangers: &str) -> String {
    let ctx = app.ctx(app.actor("ada").await);
    let new = NewMailbox {
        address: address.into(),
        name: "Marketing".into(),
        service: "company-logo".into(),
        strangers: strangers.into(),
        version: None,
    };
    boxes::add(&ctx, &app.actor("ada").await, &new)
        .await
        .unwrap()
}

/// Take a message in and deal with it. Returns the id of its row.
pub async fn deliver(app: &TestApp, to: &str, raw: &[u8]) -> String {
    let delivery = Delivery {
        via: "pipe",
        sender: None,
        recipients: vec![to.to_owned()],
        raw: raw.to_vec(),
    };
    let id = intake::keep(&app.app, &delivery).await.unwrap();
    sort::run(&app.app, app.now()).await.unwrap();
    id
}

/// State, reason, request and comment of a message.
pub async fn state(app: &TestApp, id: &str) -> (String, String, Option<String>) {
    let row = sql("SELECT state, reason, item_id, detail FROM mail_in WHERE id = $1")
        .bind(id)
        .one(&app.app.db)
        .await
        .unwrap();
    let reason: Option<String> = row.get("reason").unwrap();
    (
        row.get("state").unwrap(),
        reason.unwrap_or_default(),
        row.get("item_id").unwrap(),
    )
}

pub fn memory() -> Carrier {
    Carrier::Memory(Memory {
        sent: Mutex::default(),
        refusal: Mutex::default(),
    })
}

/// Tell people what happened and send the messages. Returns them.
pub async fn outgoing(app: &TestApp, carrier: &Carrier) -> Vec<Ready> {
    listen::run(&app.app, app.now()).await.unwrap();
    app.app.clock.advance(SETTLE);
    send::run(&app.app, app.now(), carrier).await.unwrap();
    let Carrier::Memory(memory) = carrier else {
        panic!("not in memory")
    };
    std::mem::take(&mut memory.sent.lock().unwrap())
}

pub fn letter(from: &str, subject: &str, more: &str, text: &str) -> Vec<u8> {
    format!("From: {from}\r\nTo: {BOX}\r\nSubject: {subject}\r\n{more}\r\n{text}\r\n").into_bytes()
}

pub fn to<'a>(sent: &'a [Ready], who: &str) -> Vec<&'a Ready> {
    let address = format!("{who}@nordhaven.example");
    sent.iter().filter(|m| m.to == address).collect()
}

pub fn parsed(ready: &Ready) -> Mail {
    read(&ready.raw).unwrap()
}

/// The one-time link in a message.
pub fn link(ready: &Ready) -> String {
    let text = parsed(ready).text;
    let at = text.find("/m/").expect("a link");
    text[at..].split_whitespace().next().unwrap().to_owned()
}

pub async fn comments(app: &TestApp, item: &str) -> Vec<(String, String, String)> {
    sql(
        "SELECT p.name, c.visibility, c.body FROM comment c JOIN person p ON p.id = c.author_id
         WHERE c.item_id = $1 ORDER BY c.id",
    )
    .bind(item)
    .all(&app.app.db)
    .await
    .unwrap()
    .iter()
    .map(|r| {
        (
            r.get("name").unwrap(),
            r.get("visibility").unwrap(),
            r.get("body").unwrap(),
        )
    })
    .collect()
}

on_each_database!(a_letter_becomes_a_request_and_the_answers_find_it, |app| {
    open_mailbox(&app, BOX, "join").await;
    let carrier = memory();
    let first = letter(
        "Maren Voss <maren@nordhaven.example>",
        "A logo for the fair",
        "Message-ID: <m1@home>\r\nContent-Type: multipart/mixed; boundary=b\r\n",
        "--b\r\n\r\nWe need a logo.\r\n--b\r\nContent-Type: text/csv; name=list.csv\r\n\r\na;b\r\n--b--",
    );
    let id = deliver(&app, BOX, &first).await;
    let (is, why, item) = state(&app, &id).await;
    assert_eq!((is.as_str(), why.as_str()), ("taken", ""));
    let item = item.unwrap();
    let shown = app
        .as_("maren")
        .get(&format!("/api/v1/requests/{item}"))
        .await
        .expect(200)
        .json();
    assert_eq!(shown["title"], "A logo for the fair");
    let number = shown["number"].as_i64().unwrap();
    assert_eq!(comments(&app, &item).await[0].2, "We need a logo.");
    let files = app
        .as_("priya")
        .get(&format!("/api/v1/requests/{item}/files"))
        .await
        .expect(200)
        .json();
    assert_eq!(files["items"][0]["name"], "list.csv");

    // The sender hears that it is here, in answer to their message.
    let sent = outgoing(&app, &carrier).await;
    let receipt = parsed(to(&sent, "maren")[0]);
    assert_eq!(receipt.references[0], "m1@home");
    assert_eq!(receipt.kind, mil_mail::Kind::Automatic);
    assert!(
        receipt.subject.contains(&format!("[#{number}]")),
        "{}",
        receipt.subject
    );

    // The same message again is the same message.
    let again = deliver(&app, BOX, &first).await;
    assert_eq!(
        state(&app, &again).await,
        ("repeat".into(), "repeat".into(), Some(item.clone()))
    );

    // An agent answers; the answer goes out; the reply comes back.
    app.as_("priya")
        .post(
            &format!("/api/v1/requests/{item}/comments"),
            &json!({ "body": "Which *colour*?", "visibility": "public" }),
        )
        .await
        .expect(201);
    let sent = outgoing(&app, &carrier).await;
    let mails = to(&sent, "maren");
    assert_eq!(mails.len(), 1);
    let mail = parsed(mails[0]);
    assert_eq!(mail.kind, mil_mail::Kind::Person);
    assert!(
        mail.text.contains("Which *colour*?")
            && mail.html.as_ref().unwrap().contains("<em>colour</em>")
    );
    let reply_to = mail.reply_to[0].address.clone();
    let body = format!(
        "Blue.\r\n\r\nOn Mon 1, Marketing <{BOX}> wrote:\r\n> {}\r\n",
        mail.text.replace('\n', "\r\n> ")
    );
    let reply = letter(
        "maren@nordhaven.example",
        "Re: whatever",
        &format!("In-Reply-To: <{}>\r\n", mail.message_id.unwrap()),
        &body,
    );
    let id = deliver(&app, &reply_to, &reply).await;
    assert_eq!(state(&app, &id).await.2, Some(item.clone()));
    let all = comments(&app, &item).await;
    assert_eq!(all.len(), 3);
    assert_eq!(
        all[2],
        ("Maren Voss".into(), "public".into(), "Blue.".into())
    );

    // And an agent answers by mail, from what they were told.
    let sent = outgoing(&app, &carrier).await;
    let told = to(&sent, "priya");
    assert!(told.is_empty(), "nobody is assigned yet");
    app.as_("hanna")
        .json(
            "PATCH",
            &format!("/api/v1/requests/{item}"),
            &json!({ "assignee": app.id("priya") }),
        )
        .await
        .expect(200);
    let sent = outgoing(&app, &carrier).await;
    let told = parsed(to(&sent, "priya")[0]);
    let reply = letter("priya@nordhaven.example", "Re: x", "", "I take it.");
    let id = deliver(&app, &told.reply_to[0].address, &reply).await;
    assert_eq!(state(&app, &id).await.0, "taken");
    assert_eq!(comments(&app, &item).await[3].0, "Priya Raman");
});

on_each_database!(an_internal_note_is_never_mailed_to_requesters, |app| {
    open_mailbox(&app, BOX, "hold").await;
    let (item, _) = order(&app, "maren", "slides").await;
    let path = |rest: &str| format!("/api/v1/requests/{item}{rest}");
    app.as_("hanna")
        .json("PATCH", &path(""), &json!({ "assignee": app.id("priya") }))
        .await
        .expect(200);
    // Rolf follows as a requester, Tomás as a colleague.
    for who in ["rolf", "tomas"] {
        let mut tx = app.app.db.begin().await.unwrap();
        sql("INSERT INTO watcher (item_id, person_id, since) VALUES ($1, $2, 0)")
            .bind(&item)
            .bind(app.id(who))
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    app.as_("hanna")
        .post(
            &path("/comments"),
            &json!({ "body": "The dean is difficult. @Maren Voss", "visibility": "internal" }),
        )
        .await
        .expect(201);
    let carrier = memory();
    let sent = outgoing(&app, &carrier).await;
    for who in ["maren", "rolf"] {
        for mail in to(&sent, who) {
            let raw = String::from_utf8_lossy(&mail.raw).into_owned();
            assert!(
                !raw.contains("difficult") && !parsed(mail).text.contains("difficult"),
                "{who}: {raw}"
            );
        }
    }
    let told = to(&sent, "tomas");
    let note = told
        .iter()
        .map(|m| parsed(m))
        .find(|m| m.text.contains("difficult"))
        .expect("a colleague reads it");
    // What a colleague answers to a note is a note.
    let id = deliver(
        &app,
        &note.reply_to[0].address,
        &letter("tomas@nordhaven.example", "Re: x", "", "Indeed."),
    )
    .await;
    assert_eq!(state(&app, &id).await.0, "taken");
    let last = comments(&app, &item).await.pop().unwrap();
    assert_eq!((last.1.as_str(), last.2.as_str()), ("internal", "Indeed."));
    let sent = outgoing(&app, &carrier).await;
    assert!(to(&sent, "maren").is_empty() && to(&sent, "rolf").is_empty());
    // Who is no agent any more when it is sent is not told.
    app.as_("hanna")
        .post(
            &path("/comments"),
            &json!({ "body": "Another secret", "visibility": "internal" }),
        )
        .await
        .expect(201);
    listen::run(&app.app, app.now()).await.unwrap();
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE person SET role = 'requester' WHERE id = $1")
        .bind(app.id("tomas"))
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let sent = outgoing(&app, &carrier).await;
    assert!(to(&sent, "tomas").is_empty());
});

on_each_database!(strangers_are_treated_as_the_mailbox_says, |app| {
    for (address, rule, expect) in [
        ("join@nordhaven.example", "join", "taken"),
        ("hold@nordhaven.example", "hold", "held"),
        ("reject@nordhaven.example", "reject", "refused"),
    ] {
        open_mailbox(&app, address, rule).await;
        let raw = format!(
            "From: Nina New <nina-{rule}@else.example>\r\nTo: {address}\r\nSubject: Hello\r\n\r\nA question\r\n"
        );
        let id = deliver(&app, address, raw.as_bytes()).await;
        assert_eq!(state(&app, &id).await.0, expect, "{rule}");
    }
    let row = sql("SELECT role, name FROM person WHERE email = 'nina-join@else.example'")
        .one(&app.app.db)
        .await
        .unwrap();
    assert_eq!(
        (
            row.get::<String>("role").unwrap().as_str(),
            row.get::<String>("name").unwrap().as_str()
        ),
        ("partner", "Nina New")
    );
    for rule in ["hold", "reject"] {
        let none = sql("SELECT id FROM person WHERE email = $1")
            .bind(format!("nina-{rule}@else.example"))
            .opt(&app.app.db)
            .await
            .unwrap();
        assert!(none.is_none(), "{rule}");
    }
});

on_each_database!(a_bad_message_holds_up_nobody, |app| {
    open_mailbox(&app, BOX, "join").await;
    let mut ids = Vec::new();
    for raw in [
        &b"\r\n\r\n"[..],
        b"\0\0\0",
        b"Subject: nobody sent this\r\n\r\nx",
    ] {
        let delivery = Delivery {
            via: "pipe",
            sender: None,
            recipients: vec![BOX.into()],
            raw: raw.to_vec(),
        };
        ids.push(intake::keep(&app.app, &delivery).await.unwrap());
    }
    let good = deliver(
        &app,
        BOX,
        &letter("maren@nordhaven.example", "Good", "", "x"),
    )
    .await;
    assert_eq!(state(&app, &good).await.0, "taken");
    for id in ids {
        assert_eq!(
            state(&app, &id).await.0,
            "held",
            "{:?}",
            state(&app, &id).await
        );
    }
});

/// A mailbox that no other call needs, for the role matrix.
pub async fn any_mailbox(app: &TestApp) -> String {
    let address = format!("{}@nordhaven.example", mil::random::new_id(app.now()));
    open_mailbox(app, &address, "hold").await
}

/// A held message and one that was given up, for the role matrix.
pub async fn any_mail(app: &TestApp) -> (String, String) {
    let address = format!("{}@nordhaven.example", mil::random::new_id(app.now()));
    open_mailbox(app, &address, "hold").await;
    let raw =
        format!("From: x@else.example\r\nTo: {address}\r\nSubject: {address}\r\n\r\nHello\r\n");
    let mail = deliver(app, &address, raw.as_bytes()).await;
    let out = mil::random::new_id(app.now());
    let mut tx = app.app.db.begin().await.unwrap();
    sql("INSERT INTO mail_out (id, message_id, event_id, person_id, reason, internal, state, attempts, not_before, created_at)
         VALUES ($1, $1, $1, $2, 'test', 0, 'dead', 1, 0, 0)")
        .bind(&out)
        .bind(app.id("maren"))
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (mail, out)
}
