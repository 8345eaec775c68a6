//! The portal: a request, from the side of whoever ordered or follows it.

use serde_json::json;

use crate::files::{post_parts, upload};
use crate::on_each_database;
use crate::portal_world::{PNG, forward, location, to_done, to_review, web_order};

on_each_database!(answering_a_question, |app| {
    let (maren, rolf, priya) = (app.as_("maren"), app.as_("rolf"), app.as_("priya"));
    let (id, number) = web_order(&app, "maren", "Fees").await;
    let path = format!("/requests/{number}");
    priya
        .post(
            &format!("/api/v1/requests/{id}/comments"),
            &json!({ "body": "SECRET-NOTE", "visibility": "internal" }),
        )
        .await
        .expect(201);
    let secret = upload(&priya, "secret-file.pdf", b"%PDF-1").await;
    priya
        .post(
            &format!("/api/v1/requests/{id}/comments"),
            &json!({ "body": "SECRET-TWO", "visibility": "internal", "files": [secret["id"]] }),
        )
        .await
        .expect(201);
    priya
        .post(
            &format!("/api/v1/requests/{id}/ask"),
            &json!({ "body": "Is <b>11:30</b> right?", "kind": "answer" }),
        )
        .await
        .expect(200);
    let home = maren.get("/").await.expect(200).text;
    assert!(home.contains("Answer the question") && home.contains("Priya has a question."));
    let page = maren.get(&path).await.expect(200).text;
    for part in [
        "Your turn: answer the question",
        "Is &lt;b&gt;11:30&lt;/b&gt; right?",
        "Clock stopped while we wait for you",
        "waiting for you",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for rest in ["", "/now", "/steps", "/turn", "/feed", "/facts"] {
        let part = maren.get(&format!("{path}{rest}")).await.expect(200).text;
        assert!(
            !part.contains("SECRET") && !part.contains("secret-file"),
            "{rest}"
        );
        rolf.get(&format!("{path}{rest}")).await.expect(404);
    }
    assert!(
        !maren
            .get("/requests")
            .await
            .expect(200)
            .text
            .contains("SECRET")
    );
    for (rest, body) in [
        ("/say", "body=x"),
        ("/decide", "decision=yes"),
        ("/cancel", ""),
        ("/reopen", "reason=x"),
        ("/rate", "score=5"),
        ("/again", ""),
        ("/followers", "person-text=x"),
    ] {
        rolf.form(&format!("{path}{rest}"), body).await.expect(404);
    }
    maren
        .form(&format!("{path}/say"), "body=++")
        .await
        .expect(422);
    post_parts(
        &maren,
        &format!("{path}/say"),
        &[
            ("name=\"body\"", b"Yes <script>x</script>"),
            ("name=\"file\"; filename=\"map.png\"", PNG),
        ],
    )
    .await
    .expect(303);
    let page = maren.get(&path).await.expect(200).text;
    assert!(!page.contains("Your turn") && page.contains("map.png") && !page.contains("<script>x"));
    let state = maren
        .get(&format!("/api/v1/requests/{id}"))
        .await
        .expect(200)
        .json();
    assert_eq!(state["phase"], "new");
    let wide = maren.get("/requests?q=fees").await.expect(200).text;
    assert!(wide.contains(&path));
});

on_each_database!(approving_rating_and_reopening, |app| {
    let maren = app.as_("maren");
    let (id, number) = web_order(&app, "maren", "Fees").await;
    let path = format!("/requests/{number}");
    maren
        .form(&format!("{path}/decide"), "decision=yes")
        .await
        .expect(409);
    maren
        .form(&format!("{path}/rate"), "score=5")
        .await
        .expect(409);
    to_review(&app, &id).await;
    let page = maren.get(&path).await.expect(200).text;
    for part in [
        "Your turn: look at it",
        "Looks good, go on",
        "Ask for changes",
        "name=\"to\"",
        "value=\"design\"",
        "On the page",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let refused = maren
        .form(&format!("{path}/decide"), "decision=no&reason=+")
        .await
        .expect(422)
        .text;
    assert!(refused.contains("Say what should be different"));
    maren
        .form(&format!("{path}/decide"), "decision=maybe")
        .await
        .expect(422);
    maren
        .form(
            &format!("{path}/decide"),
            "decision=no&reason=Larger&to=nowhere",
        )
        .await
        .expect(409);
    maren
        .form(&format!("{path}/decide"), "decision=yes&version=1")
        .await
        .expect(412);
    maren
        .form(
            &format!("{path}/decide"),
            "decision=no&reason=Larger+%3Cb%3Edate&to=design",
        )
        .await
        .expect(303);
    let state = maren
        .get(&format!("/api/v1/requests/{id}"))
        .await
        .expect(200)
        .json();
    assert_eq!(state["stage"], "design");
    let page = maren.get(&path).await.expect(200).text;
    assert!(page.contains("You asked for changes") && page.contains("Larger &lt;b&gt;date"));
    forward(&app, &id).await;
    forward(&app, &id).await;
    maren
        .form(&format!("{path}/decide"), "decision=yes")
        .await
        .expect(303);
    let page = maren.get(&path).await.expect(200).text;
    assert!(page.contains("How was it?") && page.contains("Reopen"));
    assert!(
        maren
            .get("/requests?show=done")
            .await
            .expect(200)
            .text
            .contains(&path)
    );
    assert!(
        !maren
            .get("/requests")
            .await
            .expect(200)
            .text
            .contains(&format!("{path}\""))
    );
    maren
        .form(&format!("{path}/rate"), "score=6")
        .await
        .expect(422);
    maren
        .form(&format!("{path}/rate"), "comment=x")
        .await
        .expect(422);
    maren
        .form(&format!("{path}/rate"), "score=5&comment=%3Cb%3Egreat")
        .await
        .expect(303);
    maren
        .form(&format!("{path}/rate"), "score=1")
        .await
        .expect(409);
    assert!(
        !maren
            .get(&path)
            .await
            .expect(200)
            .text
            .contains("How was it?")
    );
    let service = maren
        .get("/catalog/update-a-web-page")
        .await
        .expect(200)
        .text;
    assert!(service.contains("1 of 1 on time"));
    maren
        .form(&format!("{path}/reopen"), "reason=")
        .await
        .expect(422);
    maren
        .form(&format!("{path}/reopen"), "reason=Typo")
        .await
        .expect(303);
    to_done(&app, &id).await;
    app.pass(15 * 24 * 60);
    maren
        .form(&format!("{path}/reopen"), "reason=Too+late")
        .await
        .expect(409);
    assert!(
        !maren
            .get(&path)
            .await
            .expect(200)
            .text
            .contains("/reopen\"")
    );
});

on_each_database!(cancelling_and_ordering_again, |app| {
    let maren = app.as_("maren");
    let file = upload(&maren, "plan.png", PNG).await;
    let order = json!({ "lines": [{ "service": "update-a-web-page", "answers": {
        "subject": "Fees", "address": "https://nordhaven.example/msc", "change": "x", "files": [file["id"]] } }] });
    let placed = maren
        .post("/api/v1/orders", &order)
        .await
        .expect(201)
        .json();
    let number = placed["requests"][0]["number"].as_i64().unwrap();
    let path = format!("/requests/{number}");
    maren.get(&format!("{path}/cancel")).await.expect(200);
    maren
        .form(&format!("{path}/cancel"), "reason=Not+%3Cb%3Eneeded")
        .await
        .expect(303);
    let page = maren.get(&path).await.expect(200).text;
    assert!(page.contains("Not &lt;b&gt;needed") && page.contains("You cancelled this"));
    maren.form(&format!("{path}/cancel"), "").await.expect(409);
    // The same again: filled in, with the file, which stays with the first as well.
    assert_eq!(
        location(&maren.form(&format!("{path}/again"), "").await.expect(303)),
        format!("/catalog/update-a-web-page?again={number}")
    );
    let form = maren
        .get(&format!("/catalog/update-a-web-page?again={number}"))
        .await
        .expect(200)
        .text;
    assert!(form.contains("value=\"Fees\"") && form.contains("plan.png"));
    let copy = form
        .split("type=\"hidden\" name=\"files\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert_ne!(copy, file["id"].as_str().unwrap());
    maren
        .form(
            "/catalog/update-a-web-page",
            &format!(
                "subject=Fees&address=https%3A%2F%2Fa.example&change=x&files={copy}&_do=order"
            ),
        )
        .await
        .expect(303);
    assert!(maren.get(&path).await.expect(200).text.contains("plan.png"));
});

on_each_database!(followers_read_and_write, |app| {
    let (maren, rolf) = (app.as_("maren"), app.as_("rolf"));
    let (_, number) = web_order(&app, "maren", "Fees").await;
    let path = format!("/requests/{number}");
    maren
        .form(&format!("{path}/followers"), "person-text=Nobody+Here")
        .await
        .expect(422);
    maren
        .form(
            &format!("{path}/followers"),
            "person-text=rolf%40nordhaven.example",
        )
        .await
        .expect(303);
    let page = rolf.get(&path).await.expect(200).text;
    assert!(!page.contains("Cancel request") && !page.contains("Order again"));
    rolf.form(&format!("{path}/say"), "body=Me+too")
        .await
        .expect(303);
    assert!(maren.get(&path).await.expect(200).text.contains("Me too"));
    for (rest, body) in [
        ("/decide", "decision=yes"),
        ("/cancel", ""),
        ("/rate", "score=5"),
        ("/again", ""),
    ] {
        rolf.form(&format!("{path}{rest}"), body).await.expect(403);
    }
    rolf.form(
        &format!("{path}/followers"),
        &format!("remove={}", app.id("maren")),
    )
    .await
    .expect(403);
    assert!(rolf.get("/requests").await.expect(200).text.contains(&path));
    rolf.form(
        &format!("{path}/followers"),
        &format!("remove={}", app.id("rolf")),
    )
    .await
    .expect(303);
    rolf.get(&path).await.expect(404);
});

on_each_database!(late_is_said, |app| {
    let maren = app.as_("maren");
    let (_, number) = web_order(&app, "maren", "Fees").await;
    app.pass(7 * 24 * 60);
    let page = maren
        .get(&format!("/requests/{number}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("This is late, and we are sorry.") && page.contains("Late by"));
    assert!(maren.get("/").await.expect(200).text.contains("Late by"));
});

on_each_database!(agents_land_on_the_portal, |app| {
    let page = app.as_("priya").get("/").await.expect(200).text;
    assert!(page.contains("What do you need, Priya?") && page.contains("href=\"/queue\""));
    assert!(
        !app.as_("maren")
            .get("/")
            .await
            .expect(200)
            .text
            .contains("href=\"/queue\"")
    );
    let german = app
        .as_("maren")
        .send(
            axum::http::Request::get("/").header("accept-language", "de"),
            axum::body::Body::empty(),
        )
        .await
        .expect(200)
        .text;
    assert!(german.contains("Was brauchen Sie, Maren?") && german.contains("3 Arbeitstage"));
});
