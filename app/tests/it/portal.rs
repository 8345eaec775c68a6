//! The portal: forms, drafts, files, who may order, and search.

use mil::catalog::Audience;
use serde_json::{Value, json};

use crate::files::{post_parts, upload};
use crate::on_each_database;
use crate::portal_world::{PNG, every_kind, location};

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
