//! The agent's page: what it shows, its forms without a script, and what
//! happens when two people work on the same request.

use serde_json::json;

use crate::desk_help::{api, count, hand_on, order, say, show};
use crate::on_each_database;

on_each_database!(the_page_is_for_those_who_read_notes, |app| {
    let (id, number) = order(&app.as_("maren")).await;
    say(&app.as_("priya"), &id, "Only for us", "internal").await;
    let path = format!("/work/{number}");
    let page = app.as_("priya").get(&path).await.expect(200).text;
    for text in [
        "Only for us",
        "Internal",
        "Before Copy",
        "Reply to Maren",
        "Hand to Copy",
        "First answer",
    ] {
        assert!(page.contains(text), "{text} is missing");
    }
    let theirs = app.as_("maren").get(&path).await.expect(303);
    assert_eq!(theirs.headers["location"], format!("/requests/{number}"));
    app.as_("rolf").get(&path).await.expect(404);
    app.as_("ivo").get(&path).await.expect(404);
    for tab in [
        "/brief",
        "/files",
        "/history",
        "/part/bar",
        "/part/head",
        "/part/rail",
        "/part/feed",
        "/do/ask",
        "/do/merge",
        "/do/link",
        "/do/service",
        "/do/title",
        "/do/follower",
        "/do/decline",
        "/do/cancel",
        "/do/back",
        "/do/approval",
        "/do/hand",
    ] {
        let path = format!("{path}{tab}");
        app.as_("priya").get(&path).await.expect(200);
        app.as_("ivo").get(&path).await.expect(404);
        app.as_("maren").get(&path).await.expect(403);
    }
    app.as_("priya")
        .get(&format!("{path}/do/nothing"))
        .await
        .expect(404);
    app.as_("priya")
        .get(&format!("{path}/part/nothing"))
        .await
        .expect(404);
});

on_each_database!(a_note_can_never_go_out, |app| {
    let (priya, maren) = (app.as_("priya"), app.as_("maren"));
    let (id, number) = order(&maren).await;
    let path = format!("/work/{number}/comments");
    let note = priya
        .form(&path, "visibility=note&body=Between+us")
        .await
        .expect(303);
    let said = percent_encoding::percent_decode_str(note.headers["set-cookie"].to_str().unwrap())
        .decode_utf8_lossy()
        .into_owned();
    assert!(
        said.contains("Internal note saved. Only agents read it."),
        "{said}"
    );
    let reply = priya
        .form(&path, "visibility=reply&body=For+you")
        .await
        .expect(303);
    let said = percent_encoding::percent_decode_str(reply.headers["set-cookie"].to_str().unwrap())
        .decode_utf8_lossy()
        .into_owned();
    assert!(
        said.contains("Answer sent. Maren Voss can read it."),
        "{said}"
    );
    // Without a word about who may read it, nothing is written.
    for body in [
        "body=Oops",
        "visibility=&body=Oops",
        "visibility=public&body=Oops",
        "visibility=Note&body=Oops",
    ] {
        let page = priya.form(&path, body).await.expect(422).text;
        assert!(
            page.contains("Say who may read this") && page.contains("Oops"),
            "{body}"
        );
    }
    let read = maren.get(&api(&id, "/comments")).await.expect(200).text;
    assert!(
        read.contains("For you") && !read.contains("Between us") && !read.contains("Oops"),
        "{read}"
    );
    maren
        .form(&path, "visibility=reply&body=x")
        .await
        .expect(403);
    app.as_("ivo")
        .form(&path, "visibility=reply&body=x")
        .await
        .expect(404);
});

on_each_database!(what_people_type_is_shown_as_text, |app| {
    let (id, number) = order(&app.as_("maren")).await;
    say(
        &app.as_("maren"),
        &id,
        "**bold** [x](javascript:alert(2))\n\n<script>alert(1)</script>",
        "public",
    )
    .await;
    let page = app
        .as_("priya")
        .get(&format!("/work/{number}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("<strong>bold</strong>"));
    assert!(
        !page.contains("<script>alert") && !page.contains("javascript:alert(2)\""),
        "{page}"
    );
});

on_each_database!(a_comment_goes_in_and_says_what_happened_meanwhile, |app| {
    let (priya, tomas) = (app.as_("priya"), app.as_("tomas"));
    let (_id, number) = order(&app.as_("maren")).await;
    let page = priya.get(&format!("/work/{number}")).await.expect(200).text;
    let seen = page
        .split("name=\"seen\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    app.pass(1);
    tomas
        .form(&format!("/work/{number}/priority"), "priority=high")
        .await
        .expect(303);
    let body = format!("visibility=reply&body=Hello&seen={seen}");
    let sent = priya
        .form(&format!("/work/{number}/comments"), &body)
        .await
        .expect(303);
    let said = percent_encoding::percent_decode_str(sent.headers["set-cookie"].to_str().unwrap())
        .decode_utf8_lossy()
        .into_owned();
    assert!(
        said.contains("Meanwhile: Tomás Ferreira changed the priority from Normal to High"),
        "{said}"
    );
});

on_each_database!(a_conflict_shows_both_and_loses_nothing, |app| {
    let (priya, tomas) = (app.as_("priya"), app.as_("tomas"));
    let (id, number) = order(&app.as_("maren")).await;
    let version = show(&priya, &id).await["version"].as_i64().unwrap();
    let seen: String = mil_db::sql("SELECT MAX(id) AS id FROM event WHERE item_id = $1")
        .bind(&id)
        .value("id", &app.app.db)
        .await
        .unwrap();
    app.pass(1);
    tomas
        .form(
            &format!("/work/{number}/priority"),
            &format!("version={version}&priority=high"),
        )
        .await
        .expect(303);
    let path = format!("/work/{number}/priority");
    let asked = priya
        .form(
            &path,
            &format!("version={version}&seen={seen}&priority=urgent"),
        )
        .await
        .expect(412)
        .text;
    for text in [
        "Tomás Ferreira changed the priority from Normal to High",
        "Priority now",
        "High",
        "Urgent",
        "Apply my change",
        "Drop my change",
    ] {
        assert!(asked.contains(text), "{text} is missing: {asked}");
    }
    assert_eq!(show(&priya, &id).await["priority"], "high");
    let now = version + 1;
    priya
        .form(&path, &format!("version={now}&priority=urgent"))
        .await
        .expect(303);
    assert_eq!(show(&priya, &id).await["priority"], "urgent");
    // The same for a deed with words in it.
    let back = format!("version={version}&to=brief&reason=The+year+is+wrong");
    let asked = priya
        .form(&format!("/work/{number}/do/back"), &back)
        .await
        .expect(412)
        .text;
    assert!(asked.contains("The year is wrong"), "{asked}");
});

on_each_database!(handing_on_names_what_is_open, |app| {
    let priya = app.as_("priya");
    let (id, number) = order(&app.as_("maren")).await;
    let page = priya
        .get(&format!("/work/{number}/do/hand"))
        .await
        .expect(200)
        .text;
    assert!(
        page.contains("“The date is possible” is open. Tick it when it is done."),
        "{page}"
    );
    priya
        .form(&format!("/work/{number}/do/hand"), "")
        .await
        .expect(422);
    for check in ["goal", "date"] {
        let path = format!("/work/{number}/checks");
        priya
            .form(&path, &format!("check={check}&done=yes"))
            .await
            .expect(303);
    }
    priya
        .form(&format!("/work/{number}/do/hand"), "")
        .await
        .expect(303);
    assert_eq!(show(&priya, &id).await["stage"], "copy");
    priya
        .form(&format!("/work/{number}/do/back"), "to=brief")
        .await
        .expect(422);
    priya
        .form(
            &format!("/work/{number}/do/back"),
            "to=brief&reason=No+date",
        )
        .await
        .expect(303);
    assert_eq!(show(&priya, &id).await["stage"], "brief");
});

on_each_database!(every_deed_works_without_a_script, |app| {
    let priya = app.as_("priya");
    let (a, number) = order(&app.as_("maren")).await;
    let (b, other) = order(&app.as_("maren")).await;
    let post = async |rest: &str, body: &str| {
        priya
            .form(&format!("/work/{number}{rest}"), body)
            .await
            .expect(303);
    };
    post("/assign", &format!("assignee={}", app.id("tomas"))).await;
    assert_eq!(show(&priya, &a).await["assignee_id"], app.id("tomas"));
    post("/assign", "assignee=").await;
    assert!(show(&priya, &a).await["assignee_id"].is_null());
    post("/do/title", "title=Another+name").await;
    post("/do/link", &format!("kind=relates&to={other}")).await;
    post("/unlink", &format!("kind=relates&to={b}")).await;
    post("/do/follower", "person-text=hanna+keller").await;
    post("/watch", &format!("person={}", app.id("hanna"))).await;
    post("/do/service", "service=company-logo").await;
    post("/do/ask", "body=Which+one").await;
    post("/do/resume", "").await;
    post("/do/approval", "body=Look").await;
    post("/do/resume", "").await;
    post("/do/decline", "reason=No").await;
    post("/do/reopen", "reason=Yes").await;
    post("/do/cancel", "").await;
    post("/do/reopen", "reason=Yes").await;
    let merged = priya
        .form(
            &format!("/work/{number}/do/merge"),
            &format!("into={other}"),
        )
        .await
        .expect(303);
    assert_eq!(merged.headers["location"], format!("/work/{other}"));
    for verb in [
        "request.assigned",
        "request.renamed",
        "request.linked",
        "request.unlinked",
        "request.watched",
        "request.unwatched",
        "request.service_changed",
        "request.declined",
        "request.cancelled",
        "request.merged",
    ] {
        assert!(count(&app, &a, verb).await > 0, "{verb}");
    }
    // The history tells all of it in words.
    let history = priya
        .get(&format!("/work/{number}/history"))
        .await
        .expect(200)
        .text;
    assert!(
        !history.contains("<code>"),
        "an event without words: {history}"
    );
});

on_each_database!(drafts_are_ones_own_and_go_when_sent, |app| {
    let (priya, tomas) = (app.as_("priya"), app.as_("tomas"));
    let (_, number) = order(&app.as_("maren")).await;
    let (draft, page) = (format!("/work/{number}/draft"), format!("/work/{number}"));
    priya
        .form(&draft, "visibility=note&body=Half+a+thought")
        .await
        .expect(204);
    assert!(
        priya
            .get(&page)
            .await
            .expect(200)
            .text
            .contains("Half a thought")
    );
    assert!(
        !tomas
            .get(&page)
            .await
            .expect(200)
            .text
            .contains("Half a thought")
    );
    priya
        .form(
            &format!("{page}/comments"),
            "visibility=note&body=A+whole+one",
        )
        .await
        .expect(303);
    assert!(
        !priya
            .get(&page)
            .await
            .expect(200)
            .text
            .contains("Half a thought")
    );
});

on_each_database!(the_timeline_shows_each_what_they_may_read, |app| {
    let (priya, maren) = (app.as_("priya"), app.as_("maren"));
    let (id, _) = order(&maren).await;
    say(&priya, &id, "Hm", "internal").await;
    hand_on(&priya, &app, &id).await;
    let verbs = async |who: &str, query: &str| -> (Vec<String>, serde_json::Value) {
        let list = app
            .as_(who)
            .get(&format!("{}{query}", api(&id, "/events")))
            .await
            .expect(200)
            .json();
        let verbs = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["verb"].as_str().unwrap().to_owned())
            .collect();
        (verbs, list["next"].clone())
    };
    let (theirs, _) = verbs("maren", "").await;
    assert_eq!(theirs, ["request.ordered", "request.moved"]);
    let (all, next) = verbs("priya", "?limit=2").await;
    assert_eq!(all.len(), 2);
    let (rest, end) = verbs(
        "priya",
        &format!("?limit=200&after={}", next.as_str().unwrap()),
    )
    .await;
    assert!(rest.contains(&"checklist.ticked".to_owned()) && end.is_null());
    app.as_("rolf").get(&api(&id, "/events")).await.expect(404);
    priya
        .get(&format!("{}?limit=0", api(&id, "/events")))
        .await
        .expect(422);
});

on_each_database!(fields_and_rating_over_the_api, |app| {
    let (priya, maren) = (app.as_("priya"), app.as_("maren"));
    let (id, _) = order(&maren).await;
    priya
        .json("PATCH", &api(&id, "/fields"), &json!({ "nothing": "x" }))
        .await
        .expect(422);
    maren
        .json("PATCH", &api(&id, "/fields"), &json!({}))
        .await
        .expect(403);
    maren
        .post(&api(&id, "/rating"), &json!({ "score": 5 }))
        .await
        .expect(409);
    maren.get(&api(&id, "/watchers")).await.expect(403);
    let found = priya.get("/work/people?q=han").await.expect(200).json();
    assert_eq!(found[0]["label"], "Hanna Keller");
    assert_eq!(
        priya.get("/work/people?q=maren").await.expect(200).json(),
        json!([])
    );
});

on_each_database!(the_page_knows_its_neighbours_in_the_list, |app| {
    let (priya, maren) = (app.as_("priya"), app.as_("maren"));
    let mut numbers = Vec::new();
    for _ in 0..3 {
        numbers.push(order(&maren).await.1);
        app.pass(1);
    }
    let other = order(&app.as_("rolf")).await.1;
    let list = format!("requester={}", app.id("maren"));
    let list = percent_encoding::utf8_percent_encode(&list, percent_encoding::NON_ALPHANUMERIC);
    let page = async |number: i64| {
        let path = format!("/work/{number}?list={list}");
        priya.get(&path).await.expect(200).text
    };
    let middle = page(numbers[1]).await;
    assert!(middle.contains("2 of 3"), "{middle}");
    for number in [numbers[0], numbers[2]] {
        assert!(middle.contains(&format!("/work/{number}?list=")));
    }
    assert!(middle.contains(&format!(
        "/queue?requester={}",
        app.id("maren").replace('-', "%2D")
    )));
    assert!(!page(numbers[0]).await.contains("Previous request"));
    assert!(!page(other).await.contains("Next request"));
    // A list that nobody can read is the plain queue.
    let path = format!("/work/{other}?list=%FF%26nonsense%3D1");
    priya.get(&path).await.expect(400);
    priya
        .get(&format!("/work/{other}?list=nonsense%3D1"))
        .await
        .expect(200);
});
