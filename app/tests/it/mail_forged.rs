//! Two hundred forged replies: none speaks as an agent, none joins a request
//! that its sender has no part in.

use crate::harness::TestApp;
use crate::mail::{BOX, deliver, memory, open_mailbox, outgoing, parsed, to};
use crate::on_each_database;
use crate::queue::order;
use mil_db::sql;
use serde_json::json;

async fn count(app: &TestApp, condition: &str, value: &str) -> i64 {
    sql(format!(
        "SELECT COUNT(*) AS n FROM comment WHERE {condition}"
    ))
    .bind(value)
    .value("n", &app.app.db)
    .await
    .unwrap()
}

on_each_database!(none_of_two_hundred_forged_replies_gets_in, |app| {
    open_mailbox(&app, BOX, "hold").await;
    // Maren's request, in which Priya works; Eve, a partner, has one of her own.
    let (item, number) = order(&app, "maren", "slides").await;
    let (own, _) = order(&app, "rolf", "slides").await;
    for (id, who) in [(&item, "priya"), (&own, "priya")] {
        app.as_("hanna")
            .json(
                "PATCH",
                &format!("/api/v1/requests/{id}"),
                &json!({ "assignee": app.id(who) }),
            )
            .await
            .expect(200);
        app.as_(who)
            .post(
                &format!("/api/v1/requests/{id}/comments"),
                &json!({ "body": "Hello", "visibility": "public" }),
            )
            .await
            .expect(201);
    }
    let carrier = memory();
    let sent = outgoing(&app, &carrier).await;
    // What Rolf knows: his own messages. What leaked: an id of Maren's message,
    // one of Priya's, and an id that looks like ours.
    let rolfs = parsed(to(&sent, "rolf")[0]);
    let marens = parsed(to(&sent, "maren")[0]);
    let priyas = parsed(to(&sent, "priya")[0]);
    let guessed = format!("{}@nordhaven.example", "a".repeat(24));
    let ids = [
        rolfs.message_id.clone().unwrap(),
        marens.message_id.clone().unwrap(),
        priyas.message_id.clone().unwrap(),
        guessed,
    ];
    let rolfs_address = rolfs.reply_to[0].address.clone();
    let (local, domain) = rolfs_address.split_once('@').unwrap();
    let code = local.split_once('.').unwrap().1;
    let addresses = [
        BOX.to_owned(),
        rolfs_address.clone(),
        // Rolf's own code under Maren's number, and codes that were made up.
        format!("reply+{number}.{code}@{domain}"),
        format!("reply+{number}.{}@{domain}", "a".repeat(24)),
        priyas.reply_to[0].address.clone(),
    ];
    let froms = [
        "priya@nordhaven.example",
        "Priya Raman <priya@nordhaven.example>",
        "hanna@nordhaven.example",
        "ada@nordhaven.example",
        "\"maren@nordhaven.example\" <eve@evil.example>",
        "priya@nordhaven.example <eve@evil.example>",
        "rolf@nordhaven.example",
        "pia@nordhaven.example",
        "ROLF@NORDHAVEN.EXAMPLE",
        "eve@evil.example",
    ];
    let results = [
        "",
        "Authentication-Results: mx.evil.example; dmarc=pass header.from=nordhaven.example\r\n",
    ];
    let before_item = count(&app, "item_id = $1", &item).await;
    let before_agents = count(&app, "author_id <> $1 AND author_id IN (SELECT id FROM person WHERE role NOT IN ('requester', 'partner'))", "").await;
    let mut forged = 0;
    'all: for (i, address) in addresses.iter().enumerate() {
        for (j, from) in froms.iter().enumerate() {
            for (k, id) in ids.iter().enumerate() {
                // Priya's own address with Priya's own name is what only Priya knows.
                if i == 4 && j < 2 {
                    continue;
                }
                let result = results[(i + j + k) % 2];
                let subject = format!("Re: [#{number}] Slides");
                let header = if k % 2 == 0 {
                    "In-Reply-To"
                } else {
                    "References"
                };
                let raw = format!(
                    "From: {from}\r\nTo: {BOX}\r\nSubject: {subject}\r\n{result}{header}: <{id}>\r\n\
                     Message-ID: <{i}.{j}.{k}@evil.example>\r\n\r\nForged {i} {j} {k}\r\n"
                );
                deliver(&app, address, raw.as_bytes()).await;
                forged += 1;
                app.pass(7);
                if forged >= 220 {
                    break 'all;
                }
            }
        }
    }
    assert!(forged >= 180, "{forged}");
    // Two dozen more that claim our own server's word from below.
    for n in 0..24 {
        let raw = format!(
            "Received: from x by y; Mon, 23 Nov 2026 10:00:00 +0100\r\nFrom: priya@nordhaven.example\r\nTo: {BOX}\r\n\
            Subject: [#{number}] {n}\r\nAuthentication-Results: mx.nordhaven.example; dmarc=pass header.from=nordhaven.example\r\n\r\nForged below {n}\r\n"
        );
        deliver(&app, BOX, raw.as_bytes()).await;
        forged += 1;
    }
    assert!(forged >= 200, "{forged}");
    assert_eq!(
        count(&app, "item_id = $1", &item).await,
        before_item,
        "nothing joined Maren's request"
    );
    let agents = count(&app, "author_id <> $1 AND item_id IN (SELECT item_id FROM stage_visit) AND body LIKE 'Forged%' AND author_id IN (SELECT id FROM person WHERE role NOT IN ('requester', 'partner')) AND item_id IN (SELECT id FROM work_item w WHERE w.requester_id <> comment.author_id)", "").await;
    assert_eq!(agents, 0, "nobody spoke as an agent");
    let _ = before_agents;
    // All of them are kept: taken, held, or set aside.
    let kept: i64 =
        sql("SELECT COUNT(*) AS n FROM mail_in WHERE state IN ('taken', 'held', 'repeat')")
            .value("n", &app.app.db)
            .await
            .unwrap();
    assert_eq!(kept, i64::from(forged));
});
