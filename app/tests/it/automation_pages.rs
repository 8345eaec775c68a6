//! The builder of rules, and macros and canned answers, as people use them.

use serde_json::json;

use crate::automation::{notes, order};
use crate::desk_help::{api, show};
use crate::on_each_database;

on_each_database!(the_builder_keeps_what_was_typed, |app| {
    let hanna = app.as_("hanna");
    for path in [
        "/admin/rules",
        "/admin/rules/new",
        "/admin/rules/new?from=approval-waits",
    ] {
        hanna.get(path).await.expect(200);
    }
    let page = hanna
        .get("/admin/rules/new?from=approval-waits")
        .await
        .expect(200)
        .text;
    assert!(page.contains("Remind the substitute"), "{page}");
    let bad = "name=&trigger=since%3Astage&amount=many&unit=days&title=poster&deed1=note&text1=&action=on";
    let said = hanna.form("/admin/rules/new", bad).await.expect(422).text;
    for words in ["1 to 1000", "poster", "Write what it is to say"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let bad = "name=A&trigger=request.done&expert=%7B&deed1=forward&action=on";
    assert!(
        hanna
            .form("/admin/rules/new", bad)
            .await
            .expect(422)
            .text
            .contains("cannot be read")
    );
    let good = "name=First&trigger=request.done&deed1=tell%3Dleads&action=off";
    hanna.form("/admin/rules/new", good).await.expect(303);
    let second = "name=Second&trigger=request.done&deed1=tell%3Dteam&action=on";
    hanna.form("/admin/rules/new", second).await.expect(303);
    let list = hanna.get("/api/v1/rules").await.expect(200).json();
    let ids: Vec<&str> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["id"].as_str().unwrap())
        .collect();
    assert_eq!(list["items"][0]["active"], false);
    let page = format!("/admin/rules/{}", ids[1]);
    hanna.get(&format!("{page}/edit")).await.expect(200);
    hanna
        .form(
            &format!("{page}/edit"),
            &format!("{second}&version=1").replace("Second", "Third"),
        )
        .await
        .expect(303);
    let stale = hanna
        .form(&format!("{page}/edit"), &format!("{second}&version=1"))
        .await
        .expect(422)
        .text;
    assert!(stale.contains("Somebody else"), "{stale}");
    hanna
        .form(&format!("{page}/state"), "to=up")
        .await
        .expect(303);
    let list = hanna.get("/api/v1/rules").await.expect(200).json();
    assert_eq!(list["items"][0]["id"], ids[1]);
    hanna
        .form(&format!("{page}/state"), "to=off")
        .await
        .expect(303);
    hanna
        .form(&format!("{page}/state"), "to=removed")
        .await
        .expect(303);
    hanna.get(&page).await.expect(404);
});

on_each_database!(macros_and_answers_help_agents, |app| {
    let hanna = app.as_("hanna");
    hanna.get("/admin/macros").await.expect(200);
    let bad = "what=macro&name=&deed1=note&text1=";
    hanna.form("/admin/macros", bad).await.expect(422);
    let good =
        "what=macro&name=Urgent+and+mine&deed1=priority%3Durgent&deed2=note&text2=Look+at+{number}";
    hanna
        .form(
            "/admin/macros",
            &good.replace('{', "%7B").replace('}', "%7D"),
        )
        .await
        .expect(303);
    let answer =
        "what=answer&answer-name=Thanks&lang=en&body=Thank+you+%7Brequester%7D%2C+%7Bme%7D";
    hanna.form("/admin/macros", answer).await.expect(303);
    let priya = app.as_("priya");
    let quick = priya.get("/api/v1/macros").await.expect(200).json();
    let id = quick["macros"][0]["id"].as_str().unwrap();
    let text = quick["answers"][0]["id"].as_str().unwrap();
    let item = order(&app, "A poster").await;
    let number = show(&priya, &item).await["number"].as_i64().unwrap();
    let page = priya.get(&format!("/work/{number}")).await.expect(200).text;
    assert!(
        page.contains("Urgent and mine") && page.contains("Thanks"),
        "{page}"
    );
    priya
        .form(&format!("/work/{number}/macros"), &format!("macro={id}"))
        .await
        .expect(303);
    assert_eq!(show(&priya, &item).await["priority"], "urgent");
    assert_eq!(notes(&app, &item).await, [format!("Look at {number}")]);
    let page = priya
        .get(&format!("/work/{number}?answer={text}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("Thank you Maren Voss, Priya Raman"), "{page}");
    // All or nothing.
    let wrong = json!({ "name": "Half", "deeds": [{ "do": "priority", "to": "low" },
        { "do": "assign", "to": format!("person:{}", app.id("maren")) }] });
    let made = hanna
        .post("/api/v1/macros", &wrong)
        .await
        .expect(201)
        .json();
    let half = json!({ "macro": made["id"] });
    priya.post(&api(&item, "/macros"), &half).await.expect(422);
    assert_eq!(show(&priya, &item).await["priority"], "urgent");
    app.as_("maren")
        .post(&api(&item, "/macros"), &half)
        .await
        .expect(403);
    hanna
        .json("DELETE", &format!("/api/v1/macros/{id}"), &json!({}))
        .await
        .expect(204);
    priya
        .post(&api(&item, "/macros"), &json!({ "macro": id }))
        .await
        .expect(404);
});
