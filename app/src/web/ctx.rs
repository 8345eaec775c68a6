//! What a handler knows about the request it answers.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::i18n::{Lang, fmt};
use crate::people::auth;
use crate::state::App;

/// Name of the session cookie.
pub const SESSION_COOKIE: &str = "mil_session";

/// How this reader wants things shown.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Prefs {
    pub lang: Lang,
    pub zone: TimeZone,
    /// `light`, `dark` or `auto`.
    pub theme: &'static str,
    /// Whether single-key shortcuts are on.
    pub keys: bool,
    /// `iso`, or `None` for the language's own style.
    pub date_style: Option<String>,
}

/// The request, as far as handlers care. Handlers for signed-in people take
/// [`Me`] instead.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct Ctx {
    pub app: App,
    pub actor: Option<Arc<Actor>>,
    pub prefs: Prefs,
    pub now: Timestamp,
    /// Whether htmx asks for a part of a page (see `ui`), not for a whole one.
    pub hx: bool,
    /// Whether the client wants JSON.
    pub api: bool,
    /// Path and query as asked.
    pub uri: String,
    /// What the last action had to say (shown once).
    pub flash: Option<super::Flash>,
    /// Network address of the client.
    pub ip: Option<String>,
    /// What the client calls itself.
    pub agent: Option<String>,
}

impl Ctx {
    /// For verbs that the command line carries out.
    pub fn of_cli(app: App) -> Ctx {
        Ctx {
            prefs: Prefs {
                lang: Lang::En,
                zone: app.zone(),
                theme: "auto",
                keys: true,
                date_style: None,
            },
            now: app.now(),
            actor: None,
            hx: false,
            api: false,
            uri: String::new(),
            flash: None,
            ip: None,
            agent: None,
            app,
        }
    }

    /// The language of this reader.
    pub fn lang(&self) -> Lang {
        self.prefs.lang
    }

    /// The day it is for this reader.
    pub fn today(&self) -> jiff::civil::Date {
        self.prefs.zone.to_datetime(self.now).date()
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// [`Error::SignIn`] when nobody is.
    pub fn me(&self) -> Result<&Actor> {
        self.actor.as_deref().ok_or(Error::SignIn)
    }
}

/// [`Ctx`] of a signed-in person.
#[derive(Clone)]
pub struct Me {
    ctx: Ctx,
    /// The signed-in person.
    pub actor: Arc<Actor>,
}

impl Me {
    /// Whoever acts in `ctx`.
    ///
    /// # Errors
    /// [`Error::SignIn`] when nobody does.
    pub fn of(ctx: Ctx) -> Result<Me> {
        let actor = ctx.actor.clone().ok_or(Error::SignIn)?;
        Ok(Me { ctx, actor })
    }
}

impl Deref for Me {
    type Target = Ctx;
    fn deref(&self) -> &Ctx {
        &self.ctx
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Ctx {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Ctx> {
        parts
            .extensions
            .get::<Ctx>()
            .cloned()
            .ok_or_else(|| Error::Internal("the context layer is missing".to_owned()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Me {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Me> {
        let ctx = Ctx::from_request_parts(parts, state).await?;
        Me::of(ctx)
    }
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// Find out who asks and how they want it, before anything else runs.
pub async fn attach(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let uri = request
        .uri()
        .path_and_query()
        .map_or_else(|| "/".to_owned(), ToString::to_string);
    let peer = request
        .extensions()
        .get::<ConnectInfo<std::net::SocketAddr>>()
        .map(|info| info.0.ip().to_string());
    let ip = if app.config.behind_proxy {
        // The last entry is the one our own proxy wrote; earlier ones are claims.
        text("x-forwarded-for")
            .and_then(|list| list.rsplit(',').next())
            .map(|last| last.trim().to_owned())
            .or(peer)
    } else {
        peer
    };
    let agent = text("user-agent").map(|a| a.chars().take(200).collect::<String>());
    // The figures have a token of their own, which belongs to no person.
    let bearer = text("authorization")
        .filter(|_| uri != "/metrics")
        .and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme
                .eq_ignore_ascii_case("bearer")
                .then(|| token.trim().to_owned())
        });
    let session = cookie(headers, SESSION_COOKIE).map(str::to_owned);
    let now = app.now();
    let identity = match (bearer, session) {
        (Some(token), _) => auth::by_token(&app, now, &token).await,
        (None, Some(token)) => auth::by_session(&app, now, &token).await,
        (None, None) => Ok(None),
    };
    let (actor, own) = match identity {
        Ok(Some((mut actor, own))) => {
            actor.ip.clone_from(&ip);
            actor.agent.clone_from(&agent);
            (Some(Arc::new(actor)), Some(own))
        }
        Ok(None) => (None, None),
        Err(error) => return axum::response::IntoResponse::into_response(error),
    };
    let own = own.unwrap_or_default();
    let org = app.org();
    let lang = own
        .lang
        .as_deref()
        .or(cookie(headers, "lang"))
        .and_then(Lang::from_code)
        .or_else(|| text("accept-language").map(Lang::from_accept_language))
        .or_else(|| Lang::from_code(&org.lang))
        .unwrap_or_default();
    let theme = match own.theme.as_deref().or(cookie(headers, "theme")) {
        Some("light") => "light",
        Some("dark") => "dark",
        _ => "auto",
    };
    let zone = own
        .zone
        .as_deref()
        .and_then(|name| TimeZone::get(name).ok())
        .unwrap_or_else(|| app.zone());
    let api = uri.starts_with("/api/")
        || uri.starts_with("/hooks/")
        || text("accept").is_some_and(|accept| accept.contains("application/json"));
    let ctx = Ctx {
        prefs: Prefs {
            lang,
            zone,
            theme,
            keys: !own.keys_off,
            date_style: own.date_style,
        },
        now,
        hx: headers.contains_key("hx-request") && !headers.contains_key("hx-boosted"),
        api,
        flash: cookie(headers, super::respond::FLASH_COOKIE).and_then(super::Flash::from_cookie),
        uri,
        actor,
        ip,
        agent,
        app: app.clone(),
    };
    let style = fmt::Style::from_code(ctx.prefs.date_style.as_deref());
    request.extensions_mut().insert(ctx);
    style.within(next.run(request)).await
}
