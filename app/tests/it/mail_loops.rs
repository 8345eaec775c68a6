//! Machines that answer machines, mail that cannot be sent, and what comes back.

use crate::harness::TestApp;
use crate::mail::*;
use crate::on_each_database;
use crate::queue::order;
use jiff::SignedDuration;
use mil::mail::send::{self, Carrier, Refusal};
use mil_db::sql;

use serde_json::json;

on_each_database!(machines_floods_and_loops_are_held_or_set_aside, |app| {
    open_mailbox(&app, BOX, "join").await;
    let carrier = memory();
    let (item, _) = order(&app, "maren", "slides").await;
    app.as_("priya")
        .post(
            &format!("/api/v1/requests/{item}/comments"),
            &json!({ "body": "Hello", "visibility": "public" }),
        )
        .await
        .expect(201);
    let sent = outgoing(&app, &carrier).await;
    let ours = parsed(to(&sent, "maren")[0]);
    let reply_to = ours.reply_to[0].address.clone();
    // Out of the office: kept, changes nothing, is not answered.
    let id = deliver(
        &app,
        &reply_to,
        &letter(
            "maren@nordhaven.example",
            "Away",
            "Auto-Submitted: auto-replied\r\n",
            "I am away",
        ),
    )
    .await;
    assert_eq!(
        state(&app, &id).await,
        ("aside".into(), "automatic".into(), Some(item.clone()))
    );
    assert_eq!(comments(&app, &item).await.len(), 1);
    assert!(outgoing(&app, &carrier).await.is_empty());
    // Our own message comes back.
    let id = deliver(&app, BOX, &to(&sent, "maren")[0].raw).await;
    assert_eq!(state(&app, &id).await.1, "loop");
    // A machine that says nothing of itself writes again and again.
    let mut held = 0;
    for n in 0..20 {
        let raw = letter(
            "maren@nordhaven.example",
            "Re: x",
            &format!("Message-ID: <{n}@bot>\r\n"),
            &format!("Beep {n}"),
        );
        let id = deliver(&app, &reply_to, &raw).await;
        held += i32::from(state(&app, &id).await.0 == "held");
    }
    assert!(held >= 10, "{held}");
    // A bounce of our message is noted on it, and told to agents only.
    let bounce = format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: {BOX}\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\n\r\nSorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; maren@nordhaven.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{}>\r\n--b--\r\n",
        ours.message_id.clone().unwrap()
    );
    let id = deliver(&app, BOX, bounce.as_bytes()).await;
    assert_eq!(state(&app, &id).await.1, "bounce");
    let row = sql("SELECT state FROM mail_out WHERE message_id = $1")
        .bind(ours.message_id.unwrap())
        .one(&app.app.db)
        .await
        .unwrap();
    assert_eq!(row.get::<String>("state").unwrap(), "bounced");
    let told: i64 = sql("SELECT COUNT(*) AS n FROM event WHERE verb = 'mail.bounced' AND audience = 'internal' AND item_id = $1").bind(&item).value("n", &app.app.db).await.unwrap();
    assert_eq!(told, 1);
});

on_each_database!(
    what_cannot_be_sent_is_tried_for_two_days_and_can_be_sent_again,
    |app| {
        open_mailbox(&app, BOX, "hold").await;
        let (item, _) = order(&app, "maren", "slides").await;
        app.as_("priya")
            .post(
                &format!("/api/v1/requests/{item}/comments"),
                &json!({ "body": "Hello", "visibility": "public" }),
            )
            .await
            .expect(201);
        let carrier = memory();
        let Carrier::Memory(memory) = &carrier else {
            unreachable!()
        };
        *memory.refusal.lock().unwrap() = Some(Refusal {
            forever: false,
            why: "451 later".into(),
        });
        let mut tries = 0;
        for _ in 0..400 {
            assert!(outgoing(&app, &carrier).await.is_empty());
            let row = sql("SELECT state, attempts FROM mail_out")
                .one(&app.app.db)
                .await
                .unwrap();
            tries = row.get::<i64>("attempts").unwrap();
            if row.get::<String>("state").unwrap() == "dead" {
                break;
            }
            app.app.clock.advance(SignedDuration::from_mins(10));
        }
        let row = sql("SELECT id, state, last_error, message_id FROM mail_out")
            .one(&app.app.db)
            .await
            .unwrap();
        assert_eq!(row.get::<String>("state").unwrap(), "dead");
        assert!((12..40).contains(&tries), "{tries}");
        assert_eq!(row.get::<String>("last_error").unwrap(), "451 later");
        *memory.refusal.lock().unwrap() = None;
        let id: String = row.get("id").unwrap();
        let ctx = app.ctx(app.actor("ada").await);
        send::again(&ctx, &app.actor("ada").await, &id)
            .await
            .unwrap();
        let sent = outgoing(&app, &carrier).await;
        assert_eq!(
            parsed(&sent[0]).message_id.unwrap(),
            row.get::<String>("message_id").unwrap()
        );
        assert!(
            send::again(&ctx, &app.actor("ada").await, &id)
                .await
                .is_err()
        );
    }
);

on_each_database!(two_installations_stop_answering_each_other, |app| {
    let Some(other) = other(&app).await else {
        return;
    };
    let (a, b) = ("desk@nordhaven.example", "desk@elsewhere.example");
    open_mailbox(&app, a, "join").await;
    open_mailbox(&other, b, "join").await;
    let (here, there) = (memory(), memory());
    // Somebody at A writes to B in the name of A's desk.
    let raw = format!(
        "From: {a}\r\nTo: {b}\r\nSubject: Hello\r\nMessage-ID: <start@a>\r\n\r\nA question\r\n"
    );
    deliver(&other, b, raw.as_bytes()).await;
    let mut total = 0;
    for round in 0..20 {
        let mut moved = 0;
        for (from, to, carrier, at) in [(&other, &app, &there, a), (&app, &other, &here, b)] {
            for mail in outgoing(from, carrier)
                .await
                .into_iter()
                .filter(|m| m.to == at)
            {
                deliver(to, at, &mail.raw).await;
                moved += 1;
            }
        }
        total += moved;
        if moved == 0 {
            break;
        }
        assert!(round < 10, "they still write after {total} messages");
    }
    assert!(total <= 3, "{total}");
});

/// A second installation on the same kind of database.
async fn other(app: &TestApp) -> Option<TestApp> {
    match app.app.db.dialect() {
        mil_db::Dialect::Sqlite => Some(TestApp::sqlite().await),
        mil_db::Dialect::Postgres => TestApp::postgres().await,
    }
}
