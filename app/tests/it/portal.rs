//! The portal: what colleagues who order see and do.

use mil::catalog::Audience;
use mil::catalog::snapshot;
use mil::starter::{self, NewService};
use mil_db::sql;
use mil_process::form::FormDef;
use serde_json::{Value, json};

use crate::files::{post_parts, upload};
use crate::harness::{Answer, TestApp};
use crate::on_each_database;

/// A service whose form has every kind of field.
async fn every_kind(app: &TestApp, slug: &str, audience: Audience) -> String {
    let form: FormDef = serde_json::from_value(json!({ "fields": [
        { "key": "intro", "label": "Read this", "kind": { "type": "note", "text": "Ask **us** <b>first</b>." } },
        { "key": "head", "label": "Your event", "kind": { "type": "section" } },
        { "key": "name", "label": "Name", "kind": { "type": "text", "max": 40 }, "required": true, "half": true },
        { "key": "when", "label": "Date", "kind": { "type": "date", "earliest_days": 0 }, "required": true, "half": true },
        { "key": "text", "label": "Text", "kind": { "type": "long_text" }, "help": "Rough notes are fine." },
        { "key": "format", "label": "Format", "kind": { "type": "choice", "cards": true, "options": [
            { "key": "screen", "label": "Screen" }, { "key": "print", "label": "Print", "fact": "on paper" } ] }, "required": true },
        { "key": "size", "label": "Size", "kind": { "type": "choice", "options": [
            { "key": "a2", "label": "A2" }, { "key": "a5", "label": "A5" } ] }, "required": true,
            "show_if": { "is": { "field": "format", "value": "print" } } },
        { "key": "where", "label": "Channels", "kind": { "type": "multi", "options": [
            { "key": "web", "label": "Web" }, { "key": "mail", "label": "Mail" } ] } },
        { "key": "copies", "label": "Copies", "kind": { "type": "number", "min": "1", "max": "500", "unit": "pieces" } },
        { "key": "host", "label": "Host", "kind": { "type": "person" }, "required": true },
        { "key": "page", "label": "Page", "kind": { "type": "url" } },
        { "key": "files", "label": "Pictures", "kind": { "type": "file", "max_files": 2, "max_mb": 1, "types": ["png"] } },
        { "key": "public", "label": "Open to all?", "kind": { "type": "yes_no" } },
    ] }))
    .unwrap();
    let mut tx = app.app.db.begin().await.unwrap();
    let category = starter::category(&mut tx, app.now(), "Events", "cal", 3)
        .await
        .unwrap();
    let id = starter::service(
        &mut tx,
        app.now(),
        &NewService {
            slug,
            name: "Event <b>poster</b>",
            category_id: &category,
            icon: "art",
            summary: "Print or screen.",
            instructions: "Read [the rules](javascript:alert(1)).",
            keywords: "flyer, plakat",
            audience,
            price_minor: Some(6000),
            price_note: None,
            team_id: &app.starter.team_id,
            process_id: &app.starter.process_id,
            promise_id: &app.starter.promise_id,
            form,
            position: 1,
        },
    )
    .await
    .unwrap();
    snapshot::touch(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn location(answer: &Answer) -> &str {
    answer.headers["location"].to_str().unwrap()
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000000000000000000000000000";

/// An order of the starter's web page service, by JSON: id and number.
async fn web_order(app: &TestApp, who: &str, subject: &str) -> (String, i64) {
    let order = json!({ "lines": [{ "service": "update-a-web-page", "answers": {
        "subject": subject, "address": "https://nordhaven.example/msc", "change": "Fees" } }] });
    let placed = app
        .as_(who)
        .post("/api/v1/orders", &order)
        .await
        .expect(201)
        .json();
    let request = &placed["requests"][0];
    (
        request["id"].as_str().unwrap().to_owned(),
        request["number"].as_i64().unwrap(),
    )
}

async fn forward(app: &TestApp, id: &str) {
    let item = app
        .as_("hanna")
        .get(&format!("/api/v1/requests/{id}"))
        .await
        .expect(200)
        .json();
    let stage = item["stage"].as_str().unwrap().to_owned();
    let process = mil_process::process::ProcessDef::essays();
    for check in process
        .stage(&stage)
        .unwrap()
        .checklist
        .iter()
        .filter(|c| c.required)
    {
        let body = json!({ "check": check.key, "done": true });
        app.as_("hanna")
            .post(&format!("/api/v1/requests/{id}/checks"), &body)
            .await
            .expect(200);
    }
    app.as_("hanna")
        .post(
            &format!("/api/v1/requests/{id}/moves"),
            &json!({ "type": "forward" }),
        )
        .await
        .expect(200);
}

async fn to_review(app: &TestApp, id: &str) {
    for _ in 0..4 {
        forward(app, id).await;
    }
}

on_each_database!(every_kind_of_field_by_form_and_by_json, |app| {
    every_kind(&app, "poster", Audience::everyone()).await;
    let maren = app.as_("maren");
    let page = maren.get("/catalog/poster").await.expect(200).text;
    for part in [
        "name=\"name\"",
        "type=\"date\"",
        "<textarea",
        "type=\"radio\"",
        "name=\"size\"",
        "type=\"checkbox\"",
        "type=\"number\"",
        "pieces",
        "name=\"host-text\"",
        "type=\"url\"",
        "type=\"file\"",
        "value=\"yes\"",
        "Your event",
        "data-show-if",
        "multipart/form-data",
        "Order now",
        "Add to cart",
        "Save draft",
        "€60.00",
        "clock stops",
        "Your OK",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(
        !page.contains("<b>poster") && !page.contains("<b>first") && !page.contains("javascript:")
    );

    // Nothing filled in: everything that is wrong at once, and what was typed stays.
    let wrong = post_parts(
        &maren,
        "/catalog/poster",
        &[
            ("name=\"_do\"", b"order"),
            ("name=\"page\"", b"not <an> address"),
            ("name=\"format\"", b"print"),
        ],
    )
    .await
    .expect(422)
    .text;
    for part in [
        "href=\"#f-name\"",
        "href=\"#f-when\"",
        "href=\"#f-size\"",
        "href=\"#f-host\"",
        "href=\"#f-page\"",
        "not &lt;an&gt; address",
    ] {
        assert!(wrong.contains(part), "{part}");
    }

    // Without a script: a name for the person, a file in the form, a hidden answer.
    let sent = post_parts(
        &maren,
        "/catalog/poster",
        &[
            ("name=\"_do\"", b"order"),
            ("name=\"_title\"", b"Open day"),
            ("name=\"name\"", b"Open <day>"),
            ("name=\"when\"", b"2026-12-05"),
            ("name=\"text\"", b"One\r\ntwo"),
            ("name=\"format\"", b"screen"),
            ("name=\"size\"", b"nonsense"),
            ("name=\"where\"", b"web"),
            ("name=\"where\"", b"mail"),
            ("name=\"copies\"", b"25"),
            ("name=\"host\"", b""),
            ("name=\"host-text\"", "Tomás Ferreira".as_bytes()),
            ("name=\"page\"", b"https://a.example/"),
            ("name=\"files\"; filename=\"a <b>.png\"", PNG),
            ("name=\"files\"; filename=\"\"", b""),
            ("name=\"public\"", b"yes"),
        ],
    )
    .await
    .expect(303);
    let order = maren.get(location(&sent)).await.expect(200).text;
    assert!(order.contains("You ordered 1 thing") && order.contains("Open day"));
    let id = maren.get("/api/v1/orders").await.expect(200).json()["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let request = maren
        .get(&format!("/api/v1/orders/{id}"))
        .await
        .expect(200)
        .json()["requests"][0]
        .clone();
    let answers = &request["answers"];
    assert_eq!(answers["host"], json!({ "person": app.id("tomas") }));
    assert_eq!(answers["where"], json!({ "many": ["web", "mail"] }));
    assert_eq!(answers["files"]["files"][0]["name"], "a <b>.png");
    assert!(answers.get("size").is_none(), "nobody saw that field");
    let page = maren
        .get(&format!("/requests/{}", request["number"]))
        .await
        .expect(200)
        .text;
    for part in [
        "Open &lt;day&gt;",
        "a &lt;b&gt;.png",
        "Tomás Ferreira",
        "Web, Mail",
        "25 pieces",
        "Sat 5 Dec",
        "/files/",
    ] {
        assert!(page.contains(part), "{part}");
    }

    let answers = json!({ "name": "By JSON", "when": "2026-12-05", "format": "print", "size": "a2", "host": app.id("priya"),
        "copies": 3, "public": false, "where": ["mail"] });
    maren
        .post(
            "/api/v1/orders",
            &json!({ "lines": [{ "service": "poster", "answers": answers }] }),
        )
        .await
        .expect(201);
    let bad = json!({ "name": "x", "when": "soon", "format": "print", "host": "nobody", "copies": 0.5, "bogus": 1 });
    let errors = maren
        .post(
            "/api/v1/orders",
            &json!({ "lines": [{ "service": "poster", "answers": bad }] }),
        )
        .await
        .expect(422)
        .json();
    let named: Vec<&str> = errors["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["field"].as_str().unwrap())
        .collect();
    for field in ["when", "size", "copies", "bogus"] {
        assert!(named.contains(&field), "{field} {named:?}");
    }
});

on_each_database!(files_of_a_form_are_checked, |app| {
    every_kind(&app, "poster", Audience::everyone()).await;
    let maren = app.as_("maren");
    let base: Vec<(&str, &[u8])> = vec![
        ("name=\"name\"", b"x"),
        ("name=\"when\"", b"2026-12-05"),
        ("name=\"format\"", b"screen"),
        ("name=\"host-text\"", b"tomas@nordhaven.example"),
    ];
    let with = |more: Vec<(&'static str, &'static [u8])>| [base.clone(), more].concat();
    let wrong = post_parts(
        &maren,
        "/catalog/poster",
        &with(vec![("name=\"files\"; filename=\"a.pdf\"", b"%PDF-1")]),
    )
    .await
    .expect(422)
    .text;
    assert!(wrong.contains("not of a kind this field takes") && wrong.contains("a.pdf"));
    let big: &'static [u8] = Box::leak(vec![7_u8; 1_000_001].into_boxed_slice());
    let wrong = post_parts(
        &maren,
        "/catalog/poster",
        &with(vec![("name=\"files\"; filename=\"big.png\"", big)]),
    )
    .await
    .expect(422)
    .text;
    assert!(wrong.contains("larger than 1 MB"));
    let theirs = upload(&app.as_("rolf"), "a.png", PNG).await;
    let id: &'static [u8] = Box::leak(
        theirs["id"]
            .as_str()
            .unwrap()
            .as_bytes()
            .to_vec()
            .into_boxed_slice(),
    );
    let wrong = post_parts(
        &maren,
        "/catalog/poster",
        &with(vec![("name=\"files\"", id)]),
    )
    .await
    .expect(422)
    .text;
    assert!(wrong.contains("not here any more"));
    // A file stays in the form that comes back, and can be taken out again.
    let back = post_parts(
        &maren,
        "/catalog/poster",
        &[("name=\"files\"; filename=\"a.png\"", PNG)],
    )
    .await
    .expect(422)
    .text;
    let mine = back
        .split("name=\"_remove\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let gone = post_parts(
        &maren,
        "/catalog/poster",
        &[
            ("name=\"files\"", mine.split(':').nth(1).unwrap().as_bytes()),
            ("name=\"_remove\"", mine.as_bytes()),
        ],
    )
    .await
    .expect(200)
    .text;
    assert!(!gone.contains("_remove"));
    maren
        .get(&format!(
            "/api/v1/files/{}",
            mine.split(':').nth(1).unwrap()
        ))
        .await
        .expect(404);
});

on_each_database!(who_may_not_order_sees_nothing, |app| {
    let secret = every_kind(
        &app,
        "partners-only",
        Audience {
            partners: true,
            ..Audience::default()
        },
    )
    .await;
    let maren = app.as_("maren");
    for path in [
        "/",
        "/catalog",
        "/catalog?q=poster",
        "/search?q=poster",
        "/api/v1/services",
    ] {
        assert!(
            !maren
                .get(path)
                .await
                .expect(200)
                .text
                .contains("partners-only"),
            "{path}"
        );
    }
    for path in [
        "/catalog/partners-only",
        &format!("/catalog/{secret}"),
        "/catalog/no-such",
    ] {
        maren.get(path).await.expect(404);
        for rest in ["", "/draft", "/draft/discard", "/check/name"] {
            maren
                .form(&format!("{path}{rest}"), "name=x")
                .await
                .expect(404);
        }
    }
    maren
        .get(&format!("/api/v1/services/{secret}"))
        .await
        .expect(404);
    maren
        .post(
            "/api/v1/orders",
            &json!({ "lines": [{ "service": secret, "answers": {} }] }),
        )
        .await
        .expect(404);
    let pia = app.as_("pia");
    pia.get("/catalog/partners-only").await.expect(200);
    pia.get("/catalog/update-a-web-page").await.expect(404);
    app.nobody().get("/catalog").await.expect(303);
});

on_each_database!(search_finds_what_people_call_it, |app| {
    every_kind(&app, "poster", Audience::everyone()).await;
    let maren = app.as_("maren");
    for (q, hit) in [
        ("poster", true),
        ("Plakat", true),
        ("psoter", true),
        ("a%20new%20flyer", true),
        ("poste", true),
        ("zebra", false),
    ] {
        let page = maren.get(&format!("/catalog?q={q}")).await.expect(200).text;
        assert_eq!(page.contains("/catalog/poster\""), hit, "{q}");
        assert_eq!(page.contains("Nothing here fits"), !hit, "{q}");
    }
    let page = maren
        .get("/catalog?q=%3Cscript%3Ealert(1)%3C/script%3E%22")
        .await
        .expect(200)
        .text;
    assert!(!page.contains("<script>alert"));
    let (_, number) = web_order(&app, "maren", "Tuition fees").await;
    let found = maren.get("/search?q=tuition").await.expect(200).text;
    assert!(found.contains(&format!("/requests/{number}")));
    assert_eq!(
        location(&maren.get(&format!("/search?q={number}")).await.expect(303)),
        format!("/requests/{number}")
    );
    app.as_("rolf")
        .get(&format!("/search?q={number}"))
        .await
        .expect(200);
    assert!(
        !app.as_("rolf")
            .get("/search?q=tuition")
            .await
            .expect(200)
            .text
            .contains("/requests/1")
    );
});

on_each_database!(drafts_are_kept_per_person, |app| {
    let maren = app.as_("maren");
    let path = "/catalog/update-a-web-page";
    maren
        .form(
            &format!("{path}/draft"),
            "subject=Half+%3Cdone%3E&address=nonsense&_title=My+fees&_do=order",
        )
        .await
        .expect(204);
    let page = maren.get(path).await.expect(200).text;
    for part in [
        "Half &lt;done&gt;",
        "nonsense",
        "My fees",
        "This is your draft",
        "Discard the draft",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(
        !app.as_("rolf")
            .get(path)
            .await
            .expect(200)
            .text
            .contains("Half")
    );
    maren
        .form(&format!("{path}/draft/discard"), "")
        .await
        .expect(303);
    assert!(
        !maren
            .get(path)
            .await
            .expect(200)
            .text
            .contains("This is your draft")
    );
    // Ordering takes the draft away.
    maren
        .form(&format!("{path}/draft"), "subject=Again")
        .await
        .expect(204);
    maren
        .form(
            path,
            "subject=Again&address=https%3A%2F%2Fa.example&change=x&_do=order",
        )
        .await
        .expect(303);
    assert!(
        !maren
            .get(path)
            .await
            .expect(200)
            .text
            .contains("This is your draft")
    );
    // An answer is kept as well.
    let (_, number) = web_order(&app, "maren", "Fees").await;
    maren
        .form(&format!("/requests/{number}/draft"), "body=Half+an+answer")
        .await
        .expect(204);
    assert!(
        maren
            .get(&format!("/requests/{number}"))
            .await
            .expect(200)
            .text
            .contains("Half an answer")
    );
    app.as_("rolf")
        .form(&format!("/requests/{number}/draft"), "body=x")
        .await
        .expect(404);
});

on_each_database!(the_rule_for_one_field, |app| {
    every_kind(&app, "poster", Audience::everyone()).await;
    let maren = app.as_("maren");
    let ask = async |field: &str, body: &str| {
        maren
            .form(&format!("/catalog/poster/check/{field}"), body)
            .await
            .expect(200)
            .json()["error"]
            .clone()
    };
    assert_eq!(
        ask("page", "page=https%3A%2F%2Fa.example").await,
        Value::Null
    );
    assert!(
        ask("page", "page=x")
            .await
            .as_str()
            .unwrap()
            .contains("not a web address")
    );
    assert!(ask("name", "").await.is_string());
    assert_eq!(ask("size", "format=screen").await, Value::Null, "hidden");
    assert!(ask("size", "format=print").await.is_string());
    assert!(
        ask("host", "host-text=Nobody")
            .await
            .as_str()
            .unwrap()
            .contains("Nobody here")
    );
    assert_eq!(
        ask("host", "host-text=priya%40nordhaven.example").await,
        Value::Null
    );
    assert_eq!(ask("bogus", "").await, Value::Null);
});

on_each_database!(a_cart_is_ordered_whole_or_not_at_all, |app| {
    let poster = every_kind(&app, "poster", Audience::everyone()).await;
    let (maren, rolf) = (app.as_("maren"), app.as_("rolf"));
    let web = "subject=Fees&address=https%3A%2F%2Fa.example&change=x&_do=cart&_title=%3Ci%3EWeb";
    maren
        .form("/catalog/update-a-web-page", "subject=&_do=cart")
        .await
        .expect(422);
    maren
        .form("/catalog/update-a-web-page", web)
        .await
        .expect(303);
    app.pass(1);
    maren
        .form(
            "/catalog/poster",
            "name=Day&when=2026-12-05&format=screen&host-text=Priya+Raman&_do=cart",
        )
        .await
        .expect(303);
    let page = maren.get("/cart").await.expect(200).text;
    assert!(
        page.contains("&lt;i&gt;Web")
            && page.contains("Order all 2 services")
            && page.contains("€60.00 in all")
    );
    let line = page
        .split("/cart/")
        .nth(2)
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let lines: Vec<String> = page
        .split("action=\"/cart/")
        .skip(1)
        .filter_map(|s| s.split_once("/remove"))
        .map(|(id, _)| id.to_owned())
        .collect();
    assert_eq!(lines.len(), 2, "{line}");
    for other in ["remove", "restore"] {
        rolf.form(&format!("/cart/{}/{other}", lines[0]), "")
            .await
            .expect(404);
    }
    rolf.get(&format!("/catalog/update-a-web-page?line={}", lines[0]))
        .await
        .expect(404);
    let edit = maren
        .get(&format!("/catalog/update-a-web-page?line={}", lines[0]))
        .await
        .expect(200)
        .text;
    assert!(edit.contains("Save changes") && edit.contains("value=\"Fees\""));
    maren
        .form(
            "/catalog/update-a-web-page",
            &format!(
                "_line={}&_do=line&subject=Fees+2027&address=https%3A%2F%2Fa.example&change=x",
                lines[0]
            ),
        )
        .await
        .expect(303);
    rolf.form(
        "/catalog/update-a-web-page",
        &format!(
            "_line={}&_do=line&subject=Stolen&address=https%3A%2F%2Fa.example&change=x",
            lines[0]
        ),
    )
    .await
    .expect(404);
    // Removed, and put back.
    maren
        .form(&format!("/cart/{}/remove", lines[0]), "")
        .await
        .expect(303);
    let page = maren.get("/cart").await.expect(200).text;
    assert!(page.contains("is removed.") && page.contains("Order 1 service"));
    maren
        .form(&format!("/cart/{}/restore", lines[0]), "")
        .await
        .expect(303);

    // Ten days later the date of the second line has passed: nothing is ordered.
    let count = async || {
        sql("SELECT COUNT(*) AS n FROM work_item")
            .value::<i64>("n", &app.app.db)
            .await
            .unwrap()
    };
    app.pass(15 * 24 * 60);
    maren.form("/cart/order", "").await.expect(422);
    assert_eq!(count().await, 0);
    maren
        .form(
            "/catalog/poster",
            &format!(
                "_line={}&_do=line&name=Day&when=2027-01-05&format=screen&host-text=Priya+Raman",
                lines[1]
            ),
        )
        .await
        .expect(303);
    // A service that goes out of the catalogue is named, and nothing is ordered.
    let publish = async |to: Option<i64>| {
        let mut tx = app.app.db.begin().await.unwrap();
        sql("UPDATE service SET retired_at = $1 WHERE id = $2")
            .bind(to)
            .bind(&poster)
            .run(&mut tx)
            .await
            .unwrap();
        snapshot::touch(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
    };
    publish(Some(1)).await;
    let page = maren.form("/cart/order", "").await.expect(422).text;
    assert!(page.contains("No longer on offer"));
    assert_eq!(count().await, 0);
    publish(None).await;
    let done = maren.form("/cart/order", "").await.expect(303);
    assert_eq!(count().await, 2);
    let page = maren.get(location(&done)).await.expect(200).text;
    assert!(page.contains("You ordered 2 things") && page.contains("Fees 2027"));
    assert!(
        maren
            .get("/cart")
            .await
            .expect(200)
            .text
            .contains("Your cart is empty")
    );
    rolf.get(location(&done)).await.expect(404);
    rolf.get(&location(&done).replace("/orders/", "/api/v1/orders/"))
        .await
        .expect(404);
    maren.form("/cart/order", "").await.expect(422);
    assert_eq!(count().await, 2);
});

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

async fn to_done(app: &TestApp, id: &str) {
    loop {
        let item = app
            .as_("maren")
            .get(&format!("/api/v1/requests/{id}"))
            .await
            .expect(200)
            .json();
        match item["phase"].as_str().unwrap() {
            "done" => return,
            "review" => {
                app.as_("maren")
                    .form(
                        &format!("/requests/{}/decide", item["number"]),
                        "decision=yes",
                    )
                    .await
                    .expect(303);
            }
            _ => forward(app, id).await,
        }
    }
}

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
        "/catalog/update-a-web-page"
    );
    let form = maren
        .get("/catalog/update-a-web-page")
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
