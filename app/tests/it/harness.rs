//! A whole MIL in memory of the test: its own database, a clock that stands
//! still, people of every role, and a client for each of them.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use mil::actor::{Actor, Role, Scope, Via};
use mil::clock::Clock;
use mil::config::{Config, Options};
use mil::people::{auth, store, tokens};
use mil::schema::MIGRATIONS;
use mil::starter::{self, Starter};
use mil::{App, router};
use mil_db::{sql, testing};
use serde_json::Value;
use tower::ServiceExt;

/// Monday, 23 November 2026, 10:00 in Berlin: inside working hours.
pub const MONDAY_TEN: &str = "2026-11-23T09:00:00Z";

pub struct TestApp {
    pub app: App,
    pub router: Router,
    pub starter: Starter,
    pub people: BTreeMap<&'static str, String>,
    tokens: BTreeMap<&'static str, String>,
    _dir: tempfile::TempDir,
}

/// The people of every test: who they are and what role they have.
pub const PEOPLE: &[(&str, &str, Role)] = &[
    ("maren", "Maren Voss", Role::Requester),
    ("rolf", "Rolf Brandt", Role::Requester),
    ("pia", "Pia Partner", Role::Partner),
    ("priya", "Priya Raman", Role::Marketer),
    ("tomas", "Tomás Ferreira", Role::Marketer),
    ("hanna", "Hanna Keller", Role::Lead),
    ("ivo", "Ivo Tanner", Role::ItPartner),
    ("ada", "Ada Admin", Role::Administrator),
];

/// Run a test on every database at hand.
#[macro_export]
macro_rules! on_each_database {
    ($name:ident, |$app:ident| $body:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            async fn run($app: $crate::harness::TestApp) {
                $body
            }
            #[tokio::test]
            async fn sqlite() {
                run($crate::harness::TestApp::sqlite().await).await;
            }
            #[tokio::test]
            async fn postgres() {
                match $crate::harness::TestApp::postgres().await {
                    Some(app) => run(app).await,
                    None => eprintln!("MIL_TEST_POSTGRES is not set: skipped"),
                }
            }
        }
    };
}

pub fn config(dir: &std::path::Path) -> Config {
    let config = Options {
        data_dir: Some(dir.to_owned()),
        // Sinks of tests listen on this machine.
        outbound_allow: Some("127.0.0.1:*".to_owned()),
        ..Options::default()
    }
    .resolve()
    .expect("the defaults are valid");
    Config {
        program: env!("CARGO_BIN_EXE_mil").into(),
        ..config
    }
}

impl TestApp {
    pub async fn sqlite() -> TestApp {
        let dir = tempfile::tempdir().unwrap();
        let db = testing::sqlite(dir.path(), MIGRATIONS).await;
        TestApp::new(db, dir).await
    }

    pub async fn postgres() -> Option<TestApp> {
        let url = testing::postgres_url()?;
        let dir = tempfile::tempdir().unwrap();
        let db = testing::postgres(&url, MIGRATIONS).await;
        Some(TestApp::new(db, dir).await)
    }

    /// The same installation with its files in a bucket.
    pub async fn in_bucket(mut self, s3: mil::config::S3) -> TestApp {
        let config = Config {
            s3: Some(s3),
            ..self.app.config.clone()
        };
        let (db, clock) = (self.app.db.clone(), self.app.clock.clone());
        self.app = App::new(db, config, clock).await.unwrap();
        self.router = router::build(&self.app);
        self
    }

    async fn new(db: mil_db::Db, dir: tempfile::TempDir) -> TestApp {
        let clock = Clock::manual(MONDAY_TEN.parse().unwrap());
        let now = clock.now();
        let mut tx = db.begin().await.unwrap();
        let starter = starter::install(&mut tx, now, "Europe/Berlin")
            .await
            .unwrap();
        let mut people = BTreeMap::new();
        let mut secrets = BTreeMap::new();
        let all = [Scope::Read, Scope::Write, Scope::Admin].into();
        for (key, name, role) in PEOPLE {
            let email = format!("{key}@nordhaven.example");
            let id = store::insert(&mut tx, now, &email, name, *role, None, None, None)
                .await
                .unwrap();
            if matches!(role, Role::Marketer | Role::Lead) {
                sql(
                    "INSERT INTO team_member (team_id, person_id, leads_since) VALUES ($1, $2, $3)",
                )
                .bind(&starter.team_id)
                .bind(&id)
                .bind((*role == Role::Lead).then_some(now.as_microsecond()))
                .run(&mut tx)
                .await
                .unwrap();
            }
            let (_, secret) = tokens::create(&mut tx, &Actor::cli(), now, &id, "test", &all, None)
                .await
                .unwrap();
            people.insert(*key, id);
            secrets.insert(*key, secret);
        }
        tx.commit().await.unwrap();
        let app = App::new(db, config(dir.path()), clock).await.unwrap();
        TestApp {
            router: router::build(&app),
            app,
            starter,
            people,
            tokens: secrets,
            _dir: dir,
        }
    }

    /// Let time pass.
    pub fn pass(&self, minutes: i64) {
        self.app.clock.advance(SignedDuration::from_mins(minutes));
    }

    pub fn now(&self) -> Timestamp {
        self.app.now()
    }

    /// The client of one of [`PEOPLE`].
    pub fn as_(&self, who: &str) -> Client<'_> {
        Client {
            app: self,
            token: Some(self.tokens[who].clone()),
        }
    }

    /// What a verb knows about a request of `actor`.
    pub fn ctx(&self, actor: Actor) -> mil::web::Ctx {
        mil::web::Ctx {
            app: self.app.clone(),
            actor: Some(std::sync::Arc::new(actor)),
            prefs: mil::web::Prefs {
                lang: mil::i18n::Lang::En,
                zone: self.app.zone(),
                theme: "auto",
                keys: true,
                date_style: None,
            },
            now: self.now(),
            hx: false,
            api: false,
            uri: "/".to_owned(),
            flash: None,
            ip: None,
            agent: None,
        }
    }

    /// The `Authorization` of one of [`PEOPLE`].
    pub fn bearer(&self, who: &str) -> String {
        format!("Bearer {}", self.tokens[who])
    }

    /// Somebody who is not signed in.
    pub fn nobody(&self) -> Client<'_> {
        Client {
            app: self,
            token: None,
        }
    }

    pub fn id(&self, who: &str) -> &str {
        &self.people[who]
    }

    pub async fn actor(&self, who: &str) -> Actor {
        auth::by_person(&self.app, self.id(who), Via::Web)
            .await
            .unwrap()
            .unwrap()
    }
}

pub struct Client<'a> {
    app: &'a TestApp,
    token: Option<String>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub text: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        // Of a page, what stands in its middle; the rest is frame.
        let text = self
            .text
            .split_once("<main")
            .map_or(self.text.as_str(), |(_, main)| main);
        let text: String = text.chars().take(800).collect();
        assert_eq!(self.status.as_u16(), status, "{text}");
        self
    }
}

impl Client<'_> {
    pub async fn send(&self, request: axum::http::request::Builder, body: Body) -> Answer {
        let mut request = request.header(header::HOST, "mil.test");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let response = self
            .app
            .router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes: bytes.into(),
        }
    }

    /// Ask for a stream that never ends, and only look at how it begins.
    pub async fn begin(&self, path: &str) -> Answer {
        let mut request = Request::get(path).header(header::HOST, "mil.test");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Body::empty()).unwrap();
        let response = self.app.router.clone().oneshot(request).await.unwrap();
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            text: String::new(),
            bytes: Vec::new(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    pub async fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request, Body::from(body.to_string())).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.json("POST", path, body).await
    }

    pub async fn form(&self, path: &str, body: &str) -> Answer {
        let request =
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(body.to_owned())).await
    }
}
