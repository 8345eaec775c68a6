//! With real servers, which `scripts/mail-servers.sh` starts: a letter comes in
//! by IMAP, the answer goes out by SMTP, and the reply to it finds its request.
//! `./test` starts them and runs this; elsewhere it is listed as ignored, never
//! as passed.

use std::path::{Path, PathBuf};

use crate::harness::TestApp;
use crate::mail::open_mailbox;
use mil::config::{Mail, Secret};
use mil::mail::compose::Ready;
use mil::mail::imap::{Account, visit};
use mil::mail::send::{self, Carrier};
use mil::mail::sort;
use mil::notifications::listen;
use mil::notifications::rhythm::SETTLE;
use mil_mail::read;
use serde_json::json;

struct Servers {
    imap: Account,
    smtp: Carrier,
    boxes: PathBuf,
}

fn servers() -> Servers {
    let setting = |name| {
        std::env::var(name).unwrap_or_else(|_| {
            panic!("{name} is not set: start the servers with scripts/mail-servers.sh")
        })
    };
    let imap = setting("MIL_TEST_IMAP");
    let smtp = setting("MIL_TEST_SMTP");
    let config = Mail {
        smtp_url: Some(Secret(smtp)),
        ..Mail::default()
    };
    Servers {
        imap: Account::parse(&imap).unwrap(),
        smtp: Carrier::from_config(&config).unwrap().unwrap(),
        boxes: setting("MIL_TEST_MAILDIR").into(),
    }
}

/// The messages of a box, newest last.
fn lying_in(dir: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir.join("new"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .collect();
    paths.sort();
    paths.iter().filter_map(|p| std::fs::read(p).ok()).collect()
}

async fn post(servers: &Servers, from: &str, to: &str, raw: String) {
    let message = Ready {
        from: from.to_owned(),
        to: to.to_owned(),
        raw: raw.into_bytes(),
    };
    servers.smtp.send(message).await.unwrap();
}

async fn fetch(app: &TestApp, servers: &Servers) -> usize {
    let taken = visit(&app.app, &servers.imap, false).await.unwrap();
    sort::run(&app.app, app.now()).await.unwrap();
    taken
}

#[tokio::test]
#[ignore = "needs mail servers: run ./test, or scripts/mail-servers.sh start"]
async fn a_letter_its_answer_and_the_reply_go_round_through_real_servers() {
    let servers = servers();
    let app = TestApp::sqlite().await;
    open_mailbox(&app, "marketing@nordhaven.example", "join").await;
    let raw = "From: Maren Voss <maren@nordhaven.example>\r\nTo: marketing@nordhaven.example\r\n\
        Subject: A sign for the hall\r\nMessage-ID: <round-1@home>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGrüße, a sign please.\r\n.\r\nThanks\r\n";
    let stuffed = raw.to_owned();
    post(
        &servers,
        "maren@nordhaven.example",
        "marketing@nordhaven.example",
        stuffed,
    )
    .await;
    assert_eq!(fetch(&app, &servers).await, 1);
    // What was read is not read again.
    assert_eq!(fetch(&app, &servers).await, 0);
    let mine = app
        .as_("maren")
        .get("/api/v1/requests")
        .await
        .expect(200)
        .json();
    let request = &mine["items"][0];
    assert_eq!(request["title"], "A sign for the hall");
    let id = request["id"].as_str().unwrap();
    let path = format!("/api/v1/requests/{id}/comments");
    app.as_("priya")
        .post(
            &path,
            &json!({ "body": "Which hall?", "visibility": "public" }),
        )
        .await
        .expect(201);
    listen::run(&app.app, app.now()).await.unwrap();
    app.app.clock.advance(SETTLE);
    // The receipt and the answer.
    assert_eq!(
        send::run(&app.app, app.now(), &servers.smtp).await.unwrap(),
        2
    );
    let got = lying_in(&servers.boxes.join("maren"));
    let answer = got
        .iter()
        .rev()
        .map(|raw| read(raw).unwrap())
        .find(|m| m.text.contains("Which hall?"))
        .expect("the answer is in her box");
    assert!(answer.text.contains("##-"));
    let to = answer.reply_to[0].address.clone();
    let raw = format!(
        "From: maren@nordhaven.example\r\nTo: {to}\r\nSubject: Re: x\r\nIn-Reply-To: <{}>\r\nMessage-ID: <round-2@home>\r\n\r\nThe large one.\r\n\r\n> Which hall?\r\n",
        answer.message_id.unwrap()
    );
    post(&servers, "maren@nordhaven.example", &to, raw).await;
    assert_eq!(fetch(&app, &servers).await, 1);
    let talk = app.as_("priya").get(&path).await.expect(200).json();
    let bodies: Vec<&str> = talk["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|c| c["body"].as_str())
        .collect();
    assert_eq!(bodies.last(), Some(&"The large one."), "{bodies:?}");
    assert!(bodies[0].starts_with("Grüße, a sign please."));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_and_no_more() {
    let account = Account::parse("imap://u:hidden@127.0.0.1:9/INBOX").unwrap();
    let app = TestApp::sqlite().await;
    let error = visit(&app.app, &account, false)
        .await
        .unwrap_err()
        .to_string();
    assert!(!error.contains("hidden"), "{error}");
    let config = Mail {
        smtp_url: Some(Secret("smtp://127.0.0.1:9".into())),
        ..Mail::default()
    };
    let carrier = Carrier::from_config(&config).unwrap().unwrap();
    let message = Ready {
        from: "a@x.example".into(),
        to: "b@x.example".into(),
        raw: b"x".to_vec(),
    };
    let refusal = carrier.send(message).await.unwrap_err();
    assert!(!refusal.forever);
}
