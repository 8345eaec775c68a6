//! The portal: searching, drafts, the cart.

use mil::catalog::Audience;
use mil::catalog::snapshot;
use mil_db::sql;

use crate::on_each_database;
use crate::portal_world::{every_kind, location, web_order};

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
