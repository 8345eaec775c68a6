//! What the role matrix puts into the places of a path, and what it sends.
//!
//! A new `{name}` in a path needs a line in [`Objects::of`]; an action that
//! wants a certain body to get as far as its permission check, one in [`body`].

use std::collections::BTreeMap;

use axum::http::Method;
use mil::actor::{Actor, Role, Scope};
use mil::catalog::snapshot;
use mil::people::{store, tokens};
use mil::random;
use mil_db::sql;
use serde_json::json;

use crate::harness::TestApp;

/// Answers that never end.
pub const STREAMS: &[&str] = &["/live"];

/// Which object of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Own,
    Foreign,
    Missing,
}

/// The objects that belong to one person, and others that do not.
pub struct Objects(BTreeMap<&'static str, [String; 3]>);

/// A change of nothing, taken back.
const UNDO: &str = r#"{"kind":"bulk","before":[],"follower":null}"#;

/// An id that nothing has.
pub const NOTHING: &str = "01940000-0000-7000-8000-000000000000";

/// Let outside partners order as well, so that they have something of their own.
pub async fn prepare(app: &TestApp) {
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE service SET audience = $1 WHERE slug = 'company-logo'")
        .bind(json!({ "everyone": true, "partners": true }).to_string())
        .run(&mut tx)
        .await
        .unwrap();
    snapshot::touch(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn order(app: &TestApp, who: &str) -> (String, String) {
    let order = json!({ "lines": [{ "service": "company-logo",
        "answers": { "use": "Slides", "format": "png" } }] });
    let placed = app
        .as_(who)
        .post("/api/v1/orders", &order)
        .await
        .expect(201)
        .json();
    let text = |v: &serde_json::Value| v.as_str().unwrap().to_owned();
    (text(&placed["requests"][0]["id"]), text(&placed["id"]))
}

async fn file(app: &TestApp, who: &str, item: &str) -> String {
    let part = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
        Content-Type: text/plain\r\n\r\nhello\r\n--cut--\r\n";
    let request = axum::http::Request::post("/api/v1/files").header(
        axum::http::header::CONTENT_TYPE,
        "multipart/form-data; boundary=cut",
    );
    let sent = app.as_(who).send(request, part.into()).await.expect(201);
    let id = sent.json()["id"].as_str().unwrap().to_owned();
    let comment = json!({ "body": "See the file", "visibility": "public", "files": [id] });
    app.as_(who)
        .post(&format!("/api/v1/requests/{item}/comments"), &comment)
        .await
        .expect(201);
    id
}

async fn somebody(app: &TestApp) -> String {
    let now = app.now();
    let email = format!("{}@nordhaven.example", random::new_id(now));
    let mut tx = app.app.db.begin().await.unwrap();
    let made = store::insert(
        &mut tx,
        now,
        &email,
        "Some Body",
        Role::Marketer,
        None,
        None,
        None,
    );
    let id = made.await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// A problem whose workaround is offered to whoever may order a logo.
async fn known_error(app: &TestApp) -> String {
    let (id, _) = order(app, "hanna").await;
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE work_item SET kind = 'problem' WHERE id = $1")
        .bind(&id)
        .run(&mut tx)
        .await
        .unwrap();
    sql(
        "INSERT INTO problem_record (item_id, headline, root_cause, workaround, published_at)
         VALUES ($1, 'Broken', '', 'Wait', $2)",
    )
    .bind(&id)
    .bind(app.now().as_microsecond())
    .run(&mut tx)
    .await
    .unwrap();
    sql("INSERT INTO problem_service (item_id, service_id) VALUES ($1, $2)")
        .bind(&id)
        .bind(&app.starter.services["company-logo"])
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// A published post-mortem of somebody's incident.
async fn post_mortem(app: &TestApp) -> String {
    let (id, _) = order(app, "hanna").await;
    let mut tx = app.app.db.begin().await.unwrap();
    sql("UPDATE work_item SET kind = 'incident' WHERE id = $1")
        .bind(&id)
        .run(&mut tx)
        .await
        .unwrap();
    sql(
        "INSERT INTO post_mortem (item_id, summary, impact, causes, went_well, went_wrong, lucky,
            lessons, left_out, words, author_id, created_at, updated_at, published_at, version)
         SELECT id, 'Down', '', '[]', '', '', '', '', '[]', 'down', requester_id, $2, $2, $2, 1
         FROM work_item WHERE id = $1",
    )
    .bind(&id)
    .bind(app.now().as_microsecond())
    .run(&mut tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

/// A team and a department that nobody needs.
async fn unit(app: &TestApp) -> (String, String) {
    let now = app.now();
    let mut tx = app.app.db.begin().await.unwrap();
    let name = random::new_id(now);
    let team = mil::starter::team(&mut tx, now, "team", &name, None)
        .await
        .unwrap();
    let department = random::new_id(now);
    sql("INSERT INTO department (id, name, created_at) VALUES ($1, $1, $2)")
        .bind(&department)
        .bind(now.as_microsecond())
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (team, department)
}

/// Something that `who` was told about an item.
async fn told(app: &TestApp, who: &str, item: &str) -> String {
    let now = app.now();
    let id = random::new_id(now);
    let mut tx = app.app.db.begin().await.unwrap();
    sql(
        "INSERT INTO notification (id, person_id, event_id, item_id, reason, created_at)
         SELECT $1, $2, MIN(id), $3, 'answered', $4 FROM event WHERE item_id = $3",
    )
    .bind(&id)
    .bind(app.id(who))
    .bind(item)
    .bind(now.as_microsecond())
    .run(&mut tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

/// Ids of small things of one person.
#[derive(Default)]
struct Small {
    line: String,
    view: String,
    undo: String,
    session: String,
    token: String,
}

impl Small {
    async fn of(app: &TestApp, who: &str) -> Small {
        let now = app.now();
        let person = app.id(who);
        let [line, view, undo, session] = std::array::from_fn(|_| random::new_id(now));
        let at = now.as_microsecond();
        let later = at + 600_000_000;
        let mut tx = app.app.db.begin().await.unwrap();
        let service = &app.starter.services["company-logo"];
        sql("INSERT INTO cart_line (id, person_id, service_id, form_version, title, raw, created_at, updated_at)
             VALUES ($1, $2, $3, 1, '', '{}', $4, $4)")
            .bind(&line).bind(person).bind(service).bind(at).run(&mut tx).await.unwrap();
        sql(
            "INSERT INTO saved_view (id, owner_id, name, query, position, created_at)
             VALUES ($1, $2, 'Mine', 'sort=due', 1, $3)",
        )
        .bind(&view)
        .bind(person)
        .bind(at)
        .run(&mut tx)
        .await
        .unwrap();
        sql(
            "INSERT INTO undo (id, person_id, label, payload, created_at, expires_at)
             VALUES ($1, $2, 'Changed', $3, $4, $5)",
        )
        .bind(&undo)
        .bind(person)
        .bind(UNDO)
        .bind(at)
        .bind(later)
        .run(&mut tx)
        .await
        .unwrap();
        sql(
            "INSERT INTO session (id, token_hash, person_id, created_at, seen_at, expires_at)
             VALUES ($1, $1, $2, $3, $3, $4)",
        )
        .bind(&session)
        .bind(person)
        .bind(at)
        .bind(later)
        .run(&mut tx)
        .await
        .unwrap();
        let cli = Actor::cli();
        let read = [Scope::Read].into();
        let made = tokens::create(&mut tx, &cli, now, person, "x", &read, None);
        let (token, _) = made.await.unwrap();
        tx.commit().await.unwrap();
        Small {
            line,
            view,
            undo,
            session,
            token,
        }
    }
}

impl Objects {
    /// What belongs to `who`, made anew, as far as `path` names it.
    pub async fn of(app: &TestApp, who: &str, path: &str) -> Objects {
        let wants = |names: &[&str]| Self::names(path).any(|name| names.contains(&name));
        let (mut item, mut placed, mut their_item, mut their_order) = Default::default();
        let (mut own_file, mut their_file) = Default::default();
        let (mut own, mut theirs) = (Small::default(), Small::default());
        if wants(&["item", "order", "file", "notification"]) {
            (item, placed) = order(app, who).await;
            (their_item, their_order) = order(app, "rolf").await;
        }
        if wants(&["file"]) {
            own_file = file(app, who, &item).await;
            their_file = file(app, "rolf", &their_item).await;
        }
        if wants(&["line", "view", "undo", "session", "token"]) {
            own = Small::of(app, who).await;
            theirs = Small::of(app, "rolf").await;
        }
        let (mut own_news, mut their_news, mut article, mut secret) = Default::default();
        if wants(&["notification"]) {
            own_news = told(app, who, &item).await;
            their_news = told(app, "rolf", &their_item).await;
        }
        let (mut team, mut department) = Default::default();
        if wants(&["team", "department"]) {
            (team, department) = unit(app).await;
        }
        let mut category = String::new();
        let (mut problem, mut told) = Default::default();
        let (mut playbook, mut run) = Default::default();
        if wants(&["category"]) {
            category = sql("SELECT id FROM category ORDER BY position LIMIT 1")
                .value("id", &app.app.db)
                .await
                .unwrap();
        }
        if wants(&["problem"]) {
            problem = known_error(app).await;
        }
        if wants(&["post_mortem"]) {
            told = post_mortem(app).await;
        }
        let mut recurring = String::new();
        if wants(&["recurring"]) {
            recurring = crate::recurring::planned(app).await;
        }
        let mut template = String::new();
        if wants(&["template"]) {
            template = crate::templates::saved(app).await;
        }
        if wants(&["playbook", "run"]) {
            (playbook, run) = crate::playbooks::running(app).await;
        }
        let (mut series, mut meeting, mut point) = Default::default();
        if wants(&["series", "meeting", "point"]) {
            (series, meeting, point) = crate::meetings::held(app).await;
        }
        let mut feed = [String::new(), String::new()];
        if wants(&["feed", "feed_file"]) {
            feed = crate::feeds::two(app, who).await;
        }
        let mut mailbox = String::new();
        if wants(&["mailbox"]) {
            mailbox = crate::mail::any_mailbox(app).await;
        }
        let (mut mail, mut outgoing) = Default::default();
        if wants(&["mail", "outgoing"]) {
            (mail, outgoing) = crate::mail::any_mail(app).await;
        }
        let [mut announced, mut unannounced, mut wording] = <[String; 3]>::default();
        if wants(&["announcement", "wording"]) {
            [announced, unannounced, wording] = crate::announcements::matrix(app).await;
        }
        let (mut component, mut subscriber) = Default::default();
        if wants(&["component", "subscriber"]) {
            (component, subscriber) = crate::status::matrix(app).await;
        }
        let mut in_calendar = String::new();
        if wants(&["planned"]) {
            in_calendar = crate::calendar::planned(app).await;
        }
        let mut policy = String::new();
        if wants(&["policy"]) {
            policy = crate::policies::published(app, "Brand", &json!({})).await;
        }
        if wants(&["article"]) {
            (article, secret) = crate::knowledge::open_and_secret(app).await;
        }
        let (mut hook, mut call) = Default::default();
        if wants(&["hook", "call"]) {
            (hook, call) = crate::incoming::one(app).await;
        }
        let [webhook, delivery, rule, quick] = if wants(&["webhook", "rule", "macro"]) {
            crate::automation::matrix(app).await
        } else {
            Default::default()
        };
        // Somebody whom no other call needs: actions may disable them.
        let mut term = String::new();
        if wants(&["term"]) {
            term = crate::glossary::fresh(app).await;
        }
        let mut person = String::new();
        if wants(&["person"]) {
            person = somebody(app).await;
        }
        let three =
            |own: String, foreign: String, missing: &str| [own, foreign, missing.to_owned()];
        let same = |word: &str| [word.to_owned(), word.to_owned(), word.to_owned()];
        let mut all = BTreeMap::from([
            ("item", three(item, their_item, NOTHING)),
            ("order", three(placed, their_order, NOTHING)),
            ("file", three(own_file, their_file, NOTHING)),
            (
                "service",
                same(if path.contains("/admin/") {
                    &app.starter.services["update-a-web-page"]
                } else {
                    "company-logo"
                }),
            ),
            ("category", same(&category)),
            ("article", three(article, secret, NOTHING)),
            ("image", same("nothing")),
            ("article_comment", same("nothing")),
            ("lang", same("en")),
            ("name", same("a.txt")),
            ("version", same("dev")),
            ("deed", same("hand")),
            ("part", same("rail")),
            ("person", same(&person)),
            ("team", same(&team)),
            ("department", same(&department)),
            ("calendar", same(&app.starter.calendar_id)),
            ("promise", same(&app.starter.promise_id)),
            ("process", same(&app.starter.process_id)),
            ("number", same("1")),
            ("notification", three(own_news, their_news, NOTHING)),
            ("secret", same("nothing")),
            ("sha", same("nothing")),
            (
                "step",
                same(if path.contains("/announcements/") {
                    "withdraw"
                } else {
                    "restored"
                }),
            ),
            ("announcement", three(announced, unannounced, NOTHING)),
            ("wording", same(&wording)),
            ("component", same(&component)),
            ("subscriber", same(&subscriber)),
            ("run_step", same("look")),
            ("playbook", same(&playbook)),
            ("run", same(&run)),
            ("problem", same(&problem)),
            ("post_mortem", same(&told)),
            ("timeline_line", same("nothing")),
            ("kind", same("relates")),
            ("task", same("none")),
            ("entry", same("nothing")),
            ("planned", same(&in_calendar)),
            ("policy", same(&policy)),
            ("policy_version", same("1.0")),
            ("policy_deed", same("retire")),
            ("exception", same("none")),
            ("recurring", same(&recurring)),
            ("template", same(&template)),
            ("series", same(&series)),
            ("meeting", same(&meeting)),
            ("point", same(&point)),
            ("change_step", same("plans")),
            ("meeting_step", same("points")),
            ("feed", three(feed[0].clone(), feed[1].clone(), NOTHING)),
            ("feed_file", same("nothing.ics")),
            ("term", same(&term)),
            ("solve", same("nothing")),
            ("mailbox", same(&mailbox)),
            ("mail", same(&mail)),
            ("outgoing", same(&outgoing)),
            ("which", same("notice")),
            ("rule", same(&rule)),
            ("macro", same(&quick)),
            ("webhook", same(&webhook)),
            ("hook", same(&hook)),
            ("call", same(&call)),
            ("hook_secret", same("nothing")),
            ("delivery", same(&delivery)),
            ("practice", same("post-mortem")),
            ("other", same("1001")),
            ("field", same("use")),
            ("line", three(own.line, theirs.line, NOTHING)),
            ("view", three(own.view, theirs.view, NOTHING)),
            ("undo", three(own.undo, theirs.undo, NOTHING)),
            ("session", three(own.session, theirs.session, NOTHING)),
            ("token", three(own.token, theirs.token, NOTHING)),
        ]);
        crate::asset_help::objects(app, who, path, &mut all).await;
        crate::proof_help::objects(app, who, path, &mut all).await;
        Objects(all)
    }

    fn names(path: &str) -> impl Iterator<Item = &str> {
        path.split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    fn of_name(&self, path: &str, name: &str) -> &[String; 3] {
        self.0.get(name).unwrap_or_else(|| {
            panic!(
                "{path}: matrix_fixtures.rs, Objects::of does not say what {{{name}}} stands for"
            )
        })
    }

    /// Whether the path names something that can belong to somebody else.
    pub fn has_foreign(&self, path: &str) -> bool {
        Self::names(path).any(|name| {
            let [own, _, missing] = self.of_name(path, name);
            own != missing
        })
    }

    /// A route's path with objects in its places.
    pub fn fill(&self, path: &str, which: Which) -> String {
        Self::names(path).fold(path.to_owned(), |filled, name| {
            filled.replace(
                &format!("{{{name}}}"),
                &self.of_name(path, name)[which as usize],
            )
        })
    }

    /// Every id, to take them out of answers before these are compared.
    pub fn ids(&self) -> Vec<&String> {
        self.0
            .values()
            .filter(|three| three[0] != three[2])
            .flatten()
            .collect()
    }
}

/// What to send: the type and the body. Actions that look at their input
/// first get one that is right.
pub fn body(app: &TestApp, method: &Method, path: &str) -> (Option<&'static str>, String) {
    const JSON: Option<&str> = Some("application/json");
    const FORM: Option<&str> = Some("application/x-www-form-urlencoded");
    if *method == Method::GET || *method == Method::DELETE {
        return (None, String::new());
    }
    let api = path.starts_with("/api/");
    let last = path.rsplit('/').next().unwrap_or_default();
    if let Some(said) = crate::asset_help::body(api, last, path) {
        return said;
    }
    if let Some(said) = crate::proof_help::body(app, api, last, path) {
        return said;
    }
    let value = match (api, last) {
        (true, "time") => json!({ "minutes": 5 }),
        (true, "approvals") => json!({ "agree": true }),
        (true, _) if path.contains("/tasks/") => json!({ "done": true }),
        (true, "comments") => json!({ "body": "Hello", "visibility": "public" }),
        (true, "moves") => json!({ "type": "forward" }),
        (true, "checks") => json!({ "check": "goal", "done": true }),
        (true, "watchers") => json!({ "person": app.id("hanna") }),
        (true, "ask") => json!({ "body": "Which one?", "kind": "answer" }),
        (true, "decision") if path.contains("/points/") => json!({ "decision": "approved" }),
        (true, "decision") => json!({ "approve": true }),
        (true, "rating") => json!({ "score": 5 }),
        (true, "service") => json!({ "service": "create-a-pdf" }),
        (true, "merge") => json!({ "into": "1001" }),
        (true, "lines") => json!({ "at": app.now().to_string(), "text": "A call" }),
        (true, "updates") if path.contains("/announcements/") => json!({ "body": "We look" }),
        (true, "updates") => json!({ "body": "We look", "audience": "internal" }),
        (true, _) if path.starts_with("/api/v1/calendar/") || last == "calendar" => {
            let at =
                |days: i64| (app.now() + jiff::SignedDuration::from_hours(24 * days)).to_string();
            json!({ "kind": "event", "title": "Fair", "from": at(9), "to": at(10) })
        }
        (true, "draft") if path.contains("/playbooks/") => json!({ "definition": {} }),
        (true, "playbooks") => json!({ "name": "Fair" }),
        (true, "calendar-exceptions") => json!({ "first": "a", "second": "b", "reason": "c" }),
        (true, "macros") => json!({ "macro": "none" }),
        (true, "links") => json!({ "kind": "relates", "to": "1001" }),
        (true, _) => json!({}),
        (false, "time") => return (FORM, "minutes=5".to_owned()),
        (false, "offer") => return (FORM, "_service=company-logo".to_owned()),
        (false, "vote") => return (FORM, "word=yes".to_owned()),
        (false, _) if path.contains("/tasks/") => return (FORM, "deed=take".to_owned()),
        (false, "decide") => return (FORM, "decision=yes".to_owned()),
        (false, "checks") => return (FORM, "check=goal&done=1".to_owned()),
        (false, "unlink") => return (FORM, "kind=relates&to=1001".to_owned()),
        (false, "watch") => return (FORM, format!("person={}&on=1", app.id("hanna"))),
        (false, "priority") => return (FORM, "priority=high".to_owned()),
        (false, "comments") => return (FORM, "body=Hello&visibility=public".to_owned()),
        (false, _) => return (FORM, String::new()),
    };
    (JSON, value.to_string())
}
