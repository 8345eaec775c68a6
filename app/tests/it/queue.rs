//! The lists of the workspace: what they show, in which order, and to whom.

use std::collections::BTreeSet;

use crate::harness::TestApp;
use crate::on_each_database;
use mil::queue::filter::{Dir, Due, Filter, Sort, State};
use mil::queue::query::{self, Horizon};
use mil_db::{Dialect, sql};
use serde_json::{Value, json};

/// Order a logo for `who`; returns id and number.
pub async fn order(app: &TestApp, who: &str, using: &str) -> (String, i64) {
    let body = json!({ "lines": [{ "service": "company-logo", "answers": { "use": using, "format": "png" } }] });
    let placed = app
        .as_(who)
        .post("/api/v1/orders", &body)
        .await
        .expect(201)
        .json();
    let request = &placed["requests"][0];
    (
        request["id"].as_str().unwrap().to_owned(),
        request["number"].as_i64().unwrap(),
    )
}

async fn listed(app: &TestApp, who: &str, query: &str) -> Vec<i64> {
    let mut numbers = Vec::new();
    let mut after = String::new();
    loop {
        let page = app
            .as_(who)
            .get(&format!("/api/v1/requests?{query}&size=25{after}"))
            .await
            .expect(200)
            .json();
        numbers.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|i| i["number"].as_i64().unwrap()),
        );
        match page["next"].as_str() {
            Some(next) => after = format!("&after={}", next.replace('~', "%7E")),
            None => return numbers,
        }
    }
}

on_each_database!(lists_show_what_one_may_see_and_page_through_all, |app| {
    let mut all = BTreeSet::new();
    let mut marens = BTreeSet::new();
    for i in 0..60 {
        let who = if i % 3 == 0 { "maren" } else { "rolf" };
        let (id, number) = order(&app, who, &format!("use {i}")).await;
        all.insert(number);
        if who == "maren" {
            marens.insert(number);
        }
        if i % 5 == 0 {
            let body = json!({ "priority": "high", "assignee": app.id("priya") });
            app.as_("hanna")
                .json("PATCH", &format!("/api/v1/requests/{id}"), &body)
                .await
                .expect(200);
        }
        if i % 7 == 0 {
            app.pass(11);
        }
    }
    for query in [
        "",
        "sort=promise",
        "sort=promise&dir=desc",
        "sort=updated",
        "sort=priority",
        "sort=priority&dir=asc",
        "sort=created",
        "state=all",
    ] {
        let seen = listed(&app, "priya", query).await;
        assert_eq!(seen.len(), all.len(), "{query}: each exactly once");
        assert_eq!(
            seen.iter().copied().collect::<BTreeSet<_>>(),
            all,
            "{query}"
        );
        assert_eq!(
            listed(&app, "maren", query)
                .await
                .into_iter()
                .collect::<BTreeSet<_>>(),
            marens,
            "{query}"
        );
    }
    assert_eq!(listed(&app, "priya", "assignee=me").await.len(), 12);
    assert_eq!(listed(&app, "priya", "assignee=none").await.len(), 48);
    assert_eq!(listed(&app, "priya", "priority=high").await.len(), 12);
    assert!(listed(&app, "priya", "state=done").await.is_empty());
    assert!(
        listed(&app, "ivo", "").await.is_empty(),
        "an IT partner sees what their teams have"
    );
    app.as_("priya")
        .get("/api/v1/requests?after=x")
        .await
        .expect(400);
    app.as_("priya")
        .get("/api/v1/requests?sort=title")
        .await
        .expect(422);

    // Back and forth comes out where it began.
    let horizon = Horizon::new(app.now(), &app.app.zone());
    let priya = app.actor("priya").await;
    let first = Filter {
        sort: Some(Sort::Updated),
        dir: Some(Dir::Asc),
        ..Filter::default()
    };
    let one = query::page(&app.app.db, &priya, &first, horizon)
        .await
        .unwrap();
    let second = Filter {
        after: one.next.clone(),
        ..first.clone()
    };
    let two = query::page(&app.app.db, &priya, &second, horizon)
        .await
        .unwrap();
    let back = Filter {
        before: two.prev.clone(),
        ..first.clone()
    };
    let again = query::page(&app.app.db, &priya, &back, horizon)
        .await
        .unwrap();
    let numbers = |page: &query::Page| page.rows.iter().map(|r| r.number).collect::<Vec<_>>();
    assert_eq!(numbers(&one), numbers(&again));
    assert!(again.prev.is_none());
});

/// No list sorts or scans the whole table, on SQLite.
#[tokio::test]
async fn every_list_is_read_by_an_index() {
    let app = TestApp::sqlite().await;
    assert_eq!(app.app.db.dialect(), Dialect::Sqlite);
    let priya = app.actor("priya").await;
    let horizon = Horizon::new(app.now(), &app.app.zone());
    let base = Filter::default;
    let some = || Some("x".to_owned());
    let lists = [
        ("default", base()),
        (
            "updated",
            Filter {
                sort: Some(Sort::Updated),
                ..base()
            },
        ),
        (
            "created",
            Filter {
                sort: Some(Sort::Created),
                ..base()
            },
        ),
        (
            "priority",
            Filter {
                sort: Some(Sort::Priority),
                ..base()
            },
        ),
        (
            "team",
            Filter {
                team: some(),
                ..base()
            },
        ),
        (
            "mine",
            Filter {
                view: Some("mine".into()),
                ..base()
            },
        ),
        (
            "nobody's",
            Filter {
                assignee: Some("none".into()),
                ..base()
            },
        ),
        (
            "service",
            Filter {
                service: some(),
                ..base()
            },
        ),
        (
            "stage",
            Filter {
                stage: some(),
                ..base()
            },
        ),
        (
            "waiting",
            Filter {
                state: Some(State::Waiting),
                ..base()
            },
        ),
        (
            "late",
            Filter {
                due: Some(Due::Late),
                ..base()
            },
        ),
        (
            "closed",
            Filter {
                state: Some(State::Done),
                ..base()
            },
        ),
        (
            "all",
            Filter {
                state: Some(State::All),
                ..base()
            },
        ),
        (
            "the next page",
            Filter {
                after: Some("1~x".into()),
                ..base()
            },
        ),
    ];
    for (name, filter) in lists {
        let (text, values) = query::page_query(&priya, &filter, horizon, 26).unwrap();
        let plan: Vec<String> = sql(format!("EXPLAIN QUERY PLAN {text}"))
            .bind_all(values)
            .column("detail", &app.app.db)
            .await
            .unwrap();
        let plan = plan.join("; ");
        assert!(!plan.contains("TEMP B-TREE"), "{name} sorts: {plan}");
        assert!(
            plan.contains("USING INDEX work_") || plan.contains("autoindex_work_item"),
            "{name}: {plan}"
        );
    }
}

on_each_database!(the_queue_page_filters_without_a_script, |app| {
    let (_, number) = order(&app, "maren", "<b>slides</b> & more").await;
    let page = app.as_("priya").get("/queue").await.expect(200).text;
    assert!(page.contains(&format!("/work/{number}")));
    assert!(page.contains("&lt;b&gt;slides&lt;/b&gt; &amp; more") && !page.contains("<b>slides"));
    assert!(page.contains("All open") && page.contains("aria-sort"));
    let none = app
        .as_("priya")
        .get("/queue?assignee=me")
        .await
        .expect(200)
        .text;
    assert!(none.contains("Clear filters"));
    app.as_("maren").get("/queue").await.expect(403);
    let csv = app.as_("priya").get("/queue.csv").await.expect(200);
    assert!(csv.text.contains(&number.to_string()) && csv.text.starts_with('\u{feff}'));
    let german = app.as_("priya").get("/queue").await;
    assert_eq!(german.status, 200);
});

on_each_database!(views_are_saved_and_shared, |app| {
    let view = json!({ "name": "My late ones", "query": "assignee=me&due=late&after=1~x", "shared_with": null });
    let saved = app
        .as_("priya")
        .post("/api/v1/views", &view)
        .await
        .expect(201)
        .json();
    assert_eq!(saved["query"], "assignee=me&due=late");
    let everyone = json!({ "name": "All", "query": "state=all", "shared_with": "everyone" });
    app.as_("priya")
        .post("/api/v1/views", &everyone)
        .await
        .expect(422);
    app.as_("hanna")
        .post("/api/v1/views", &everyone)
        .await
        .expect(201);
    let names = |v: &Value| {
        v["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(&app.as_("priya").get("/api/v1/views").await.json()).len(),
        2
    );
    assert_eq!(
        names(&app.as_("tomas").get("/api/v1/views").await.json()),
        ["All"]
    );
    let path = format!("/api/v1/views/{}", saved["id"].as_str().unwrap());
    app.as_("tomas")
        .json("DELETE", &path, &json!({}))
        .await
        .expect(404);
    app.as_("priya")
        .json("DELETE", &path, &json!({}))
        .await
        .expect(204);
    app.as_("priya")
        .post("/api/v1/views", &json!({ "name": "x", "query": "drop=1" }))
        .await
        .expect(422);
});

on_each_database!(agents_order_for_others, |app| {
    let maren = app.id("maren").to_owned();
    let priya = app.as_("priya");
    let body = format!("requester={maren}&service=company-logo");
    let next = priya.form("/work/new", &body).await.expect(303);
    let next = next.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(next, format!("/catalog/company-logo?for={maren}"));
    let page = priya.get(&next).await.expect(200).text;
    assert!(page.contains("You order for Maren Voss"));
    let form = format!("_for={maren}&_do=order&use=Slides&format=png&_title=");
    let done = priya.form("/catalog/company-logo", &form).await.expect(303);
    let to = done.headers["location"].to_str().unwrap().to_owned();
    assert!(to.starts_with("/work/"), "{to}");
    let number = to.trim_start_matches("/work/");
    let item = app
        .as_("maren")
        .get(&format!("/api/v1/requests/{number}"))
        .await
        .expect(200)
        .json();
    assert_eq!(item["requester_id"], maren.as_str());

    // A colleague cannot order in somebody else's name.
    let rolf = app
        .as_("rolf")
        .form("/catalog/company-logo", &form)
        .await
        .expect(303);
    assert!(
        rolf.headers["location"]
            .to_str()
            .unwrap()
            .starts_with("/orders/")
    );
    app.as_("maren")
        .get(&format!("/work/{number}"))
        .await
        .expect(303);
    priya
        .form("/work/new", "requester-text=nobody%40x.example&service=")
        .await
        .expect(422);
});

on_each_database!(rows_stand_under_the_headings_that_were_asked_for, |app| {
    let order = |subject: &str| {
        json!({ "lines": [{ "service": "company-logo",
        "answers": { "use": subject, "format": "png" } }] })
    };
    let mut numbers = Vec::new();
    for subject in ["one", "two", "three"] {
        let answer = app
            .as_("maren")
            .post("/api/v1/orders", &order(subject))
            .await
            .expect(201);
        numbers.push(answer.json()["requests"][0]["number"].as_i64().unwrap());
    }
    let priya = app.as_("priya");
    for (number, change) in [
        (numbers[0], json!({ "priority": "urgent" })),
        (numbers[1], json!({ "assignee": app.id("priya") })),
    ] {
        priya
            .json("PATCH", &format!("/api/v1/requests/{number}"), &change)
            .await
            .expect(200);
    }
    // The order in which headings and numbers stand on the page.
    let priya = &priya;
    let page = async |query: &str| {
        let page = priya.get(&format!("/queue?{query}")).await.expect(200);
        page.text.split_once("<table").unwrap().1.to_owned()
    };
    let at = |text: &str, what: &str| text.find(what).unwrap_or_else(|| panic!("no {what}"));
    let link = |i: usize| format!("/work/{}", numbers[i]);

    let owners = page("group=owner").await;
    assert!(at(&owners, "Nobody") < at(&owners, &link(0)));
    assert!(
        at(&owners, &link(2)) < at(&owners, &link(1)),
        "what has an owner comes after"
    );
    let priorities = page("group=priority").await;
    assert!(
        at(&priorities, &link(0)) < at(&priorities, &link(1)),
        "urgent first"
    );
    let none = page("group=none").await;
    assert!(!none.contains("Promised"), "no heading");
    priya.get("/queue?group=colour").await.expect(422);
});
