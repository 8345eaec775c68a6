//! When people are told by mail: at once, in a summary, after quiet hours, by
//! somebody who stands in, and many things as one message.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use mil::mail::compose::Ready;
use serde_json::{Value, json};

use crate::harness::TestApp;
use crate::mail::{BOX, memory, open_mailbox, outgoing, parsed, to};
use crate::on_each_database;
use crate::queue::order;

async fn say(app: &TestApp, item: &str, text: &str) {
    app.as_("priya")
        .post(
            &format!("/api/v1/requests/{item}/comments"),
            &json!({ "body": text, "visibility": "public" }),
        )
        .await
        .expect(201);
}

async fn choose(app: &TestApp, who: &str, choices: Value) {
    app.as_(who)
        .json("PUT", "/api/v1/me/notifications", &choices)
        .await
        .expect(200);
}

fn texts(sent: &[Ready], who: &str) -> Vec<String> {
    to(sent, who).into_iter().map(|m| parsed(m).text).collect()
}

/// Stand at a time of day in the organisation's zone, tomorrow.
fn tomorrow_at(app: &TestApp, hour: i8) {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let day = zone.to_datetime(app.now()).date().tomorrow().unwrap();
    let then: Timestamp = zone.to_timestamp(day.at(hour, 0, 0, 0)).unwrap();
    app.app.clock.advance(then.duration_since(app.now()));
}

on_each_database!(a_storm_is_one_message_and_then_it_is_calm, |app| {
    open_mailbox(&app, BOX, "hold").await;
    let carrier = memory();
    let (first, _) = order(&app, "maren", "slides").await;
    let (second, _) = order(&app, "maren", "slides").await;
    outgoing(&app, &carrier).await;
    for n in 0..12 {
        say(
            &app,
            if n % 2 == 0 { &first } else { &second },
            &format!("Word {n}."),
        )
        .await;
    }
    let sent = outgoing(&app, &carrier).await;
    let one = texts(&sent, "maren");
    assert_eq!(one.len(), 1, "{one:?}");
    for n in 0..12 {
        assert!(one[0].contains(&format!("Word {n}.")), "{n}: {}", one[0]);
    }
    assert!(one[0].contains("12 pieces of news"), "{}", one[0]);
    // What comes next waits until it is calm, and is sent then.
    say(&app, &first, "One more.").await;
    assert!(texts(&outgoing(&app, &carrier).await, "maren").is_empty());
    app.pass(11);
    let later = texts(&outgoing(&app, &carrier).await, "maren");
    assert_eq!(later.len(), 1);
    assert!(later[0].contains("One more."));
    // Nothing is sent twice.
    app.pass(60);
    assert!(outgoing(&app, &carrier).await.is_empty());
});

on_each_database!(a_summary_comes_once_a_day_and_only_with_news, |app| {
    open_mailbox(&app, BOX, "hold").await;
    let carrier = memory();
    let (item, _) = order(&app, "maren", "slides").await;
    let daily = json!({ "ways": { "said": "daily" }, "digest_at": "09:00" });
    choose(&app, "maren", daily).await;
    say(&app, &item, "First word.").await;
    say(&app, &item, "Second word.").await;
    assert!(texts(&outgoing(&app, &carrier).await, "maren").is_empty());
    tomorrow_at(&app, 8);
    assert!(texts(&outgoing(&app, &carrier).await, "maren").is_empty());
    app.pass(60);
    let one = texts(&outgoing(&app, &carrier).await, "maren");
    assert_eq!(one.len(), 1, "{one:?}");
    assert!(one[0].contains("First word.") && one[0].contains("Second word."));
    tomorrow_at(&app, 9);
    assert!(texts(&outgoing(&app, &carrier).await, "maren").is_empty());
});

on_each_database!(quiet_hours_keep_news_until_they_end, |app| {
    open_mailbox(&app, BOX, "hold").await;
    let carrier = memory();
    let (item, _) = order(&app, "maren", "slides").await;
    let quiet = json!({ "ways": { "said": "now" }, "quiet_from": "19:00", "quiet_until": "07:00" });
    choose(&app, "maren", quiet.clone()).await;
    let read = app.as_("maren").get("/api/v1/me/notifications").await;
    assert_eq!(read.expect(200).json()["quiet_until"], "07:00");
    tomorrow_at(&app, 22);
    outgoing(&app, &carrier).await;
    say(&app, &item, "Late word.").await;
    assert!(texts(&outgoing(&app, &carrier).await, "maren").is_empty());
    tomorrow_at(&app, 7);
    let one = texts(&outgoing(&app, &carrier).await, "maren");
    assert_eq!(one.len(), 1, "{one:?}");
    assert!(one[0].contains("Late word."));
});

on_each_database!(who_is_away_is_stood_in_for_and_reads_all_on_return, |app| {
    open_mailbox(&app, BOX, "hold").await;
    let carrier = memory();
    let (item, _) = order(&app, "maren", "slides").await;
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let last = zone.to_datetime(app.now()).date() + 2.days();
    let away = json!({ "stand_in": "tomas@nordhaven.example", "until": last.to_string() });
    app.as_("priya")
        .json("PUT", "/api/v1/me/away", &away)
        .await
        .expect(200);
    let hand = json!({ "assignee": app.id("priya") });
    app.as_("ada")
        .json("PATCH", &format!("/api/v1/requests/{item}"), &hand)
        .await
        .expect(200);
    let sent = outgoing(&app, &carrier).await;
    assert!(texts(&sent, "priya").is_empty(), "she is away");
    let told = app.as_("tomas").get("/inbox").await.expect(200).text;
    assert!(told.contains("for whom you stand in"), "{told}");
    assert_eq!(texts(&sent, "tomas").len(), 1);
    app.pass(73 * 60);
    let back = texts(&outgoing(&app, &carrier).await, "priya");
    assert_eq!(back.len(), 1, "{back:?}");
});

on_each_database!(what_cannot_be_meant_is_said_and_kept, |app| {
    let maren = app.as_("maren");
    let form = "waits=now&said=hourly&promise=now&ends=now&progress=daily&faults=now&around=daily&digest_at=25%3A00&quiet_from=19%3A00&quiet_until=";
    let page = maren.form("/me/notifications", form).await.expect(422).text;
    for word in [
        "Write a time as 08:00.",
        "Say when quiet hours end.",
        "19:00",
        "25:00",
    ] {
        assert!(page.contains(word), "{word}: {page}");
    }
    maren
        .json(
            "PUT",
            "/api/v1/me/notifications",
            &json!({ "ways": { "x": "now" } }),
        )
        .await
        .expect(422);
    app.nobody().get("/me/notifications").await.expect(303);
});
