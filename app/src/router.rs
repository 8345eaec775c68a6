//! Every route of MIL on one page, with who may use it.
//!
//! A route says its [`Access`] here, and [`build`] enforces it before the
//! handler runs, so a page cannot forget to. What a handler may *show* is a
//! second question, answered by `policy` for each thing it looks up. The role
//! matrix in `tests/` walks this table with every role.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::http::{Extensions, HeaderMap, Method, StatusCode, Version, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};

use crate::actor::{Actor, Role, Scope};
use crate::error::{Error, Msg};
use crate::openapi::Op;
use crate::state::App;
use crate::web::{self, Ctx};

/// Who may use a route at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever is signed in.
    SignedIn,
    /// Those who work in the workspace.
    Agents,
    /// Those who shape the catalogue: leads and administrators.
    Leads,
    /// Administrators.
    Admins,
}

impl Access {
    /// Whether a signed-in person may use it.
    pub fn admits(self, role: Role) -> bool {
        match self {
            Access::Public | Access::SignedIn => true,
            Access::Agents => role.is_agent(),
            Access::Leads => matches!(role, Role::Lead | Role::Administrator),
            Access::Admins => role == Role::Administrator,
        }
    }
}

/// One line of the table.
pub struct Route {
    /// GET, POST, …
    pub method: Method,
    /// With `{name}` where an id goes.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    /// What the API description says; pages have none.
    pub op: Option<Op>,
    handler: MethodRouter<App>,
}

impl Route {
    /// Describe it in the API.
    #[must_use]
    pub fn op(mut self, op: Op) -> Route {
        self.op = Some(op);
        self
    }

    /// Take bodies of any size; the handler sets its own limits as it reads.
    #[must_use]
    pub fn unlimited_body(mut self) -> Route {
        self.handler = self.handler.layer(DefaultBodyLimit::disable());
        self
    }

    /// The scope a token needs to use it.
    pub fn scope(&self) -> Scope {
        match (self.access, self.method == Method::GET) {
            (Access::Admins | Access::Leads, _) => Scope::Admin,
            (_, true) => Scope::Read,
            (_, false) => Scope::Write,
        }
    }
}

fn route<H, T>(
    filter: MethodFilter,
    method: Method,
    access: Access,
    path: &'static str,
    handler: H,
) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    Route {
        method,
        path,
        access,
        op: None,
        handler: on(filter, handler),
    }
}

/// A page or a read of the API.
pub fn get<H: Handler<T, App>, T: 'static>(
    access: Access,
    path: &'static str,
    handler: H,
) -> Route {
    route(MethodFilter::GET, Method::GET, access, path, handler)
}

/// An action.
pub fn post<H: Handler<T, App>, T: 'static>(
    access: Access,
    path: &'static str,
    handler: H,
) -> Route {
    route(MethodFilter::POST, Method::POST, access, path, handler)
}

/// A change of some properties (API).
pub fn patch<H: Handler<T, App>, T: 'static>(
    access: Access,
    path: &'static str,
    handler: H,
) -> Route {
    route(MethodFilter::PATCH, Method::PATCH, access, path, handler)
}

/// A replacement (API, uploads).
pub fn put<H: Handler<T, App>, T: 'static>(
    access: Access,
    path: &'static str,
    handler: H,
) -> Route {
    route(MethodFilter::PUT, Method::PUT, access, path, handler)
}

/// A removal (API).
pub fn delete<H: Handler<T, App>, T: 'static>(
    access: Access,
    path: &'static str,
    handler: H,
) -> Route {
    route(MethodFilter::DELETE, Method::DELETE, access, path, handler)
}

/// The table: each slice's own part of it, in the order of the side bar.
pub fn routes() -> Vec<Route> {
    [
        crate::portal::routes(),
        crate::people::routes(),
        crate::organisation::routes(),
        crate::admin::routes(),
        crate::admin::processes::routes(),
        crate::admin::terms_api::routes(),
        crate::audit::routes(),
        crate::webhooks::routes(),
        crate::incoming::routes(),
        crate::automation::routes(),
        crate::catalog::routes(),
        crate::work::routes(),
        crate::approvals::routes(),
        crate::tasks::routes(),
        crate::spent::routes(),
        crate::incidents::routes(),
        crate::announcements::routes(),
        crate::status::routes(),
        crate::problems::routes(),
        crate::proofs::routes(),
        crate::post_mortems::routes(),
        crate::calendar::routes(),
        crate::policies::routes(),
        crate::changes::routes(),
        crate::meetings::routes(),
        crate::feeds::routes(),
        crate::knowledge::routes(),
        crate::assets::routes(),
        crate::practices::routes(),
        crate::playbooks::routes(),
        crate::queue::routes(),
        crate::board::routes(),
        crate::notifications::routes(),
        crate::mail::routes(),
        crate::palette::routes(),
        crate::views::routes(),
        crate::bulk::routes(),
        crate::undo::routes(),
        crate::search::routes(),
        crate::glossary::routes(),
        crate::deflection::routes(),
        crate::files::routes(),
        crate::bundle::routes(),
        crate::desk::routes(),
        crate::live::routes(),
        crate::timeline::routes(),
        crate::openapi::routes(),
        crate::recurring::routes(),
        crate::standing::routes(),
        crate::templates::routes(),
        crate::reference::routes(),
        crate::health::routes(),
        crate::metrics::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The whole service.
pub fn build(app: &App) -> Router {
    // Files go out as they are: their length and their parts are known.
    let compressible = DefaultPredicate::new().and(
        |_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions| {
            !headers.contains_key(header::CONTENT_DISPOSITION)
        },
    );
    let mut router = Router::new();
    for Route {
        path,
        access,
        handler,
        method,
        ..
    } in routes()
    {
        let scope = match (access, method == Method::GET) {
            (Access::Admins | Access::Leads, _) => Scope::Admin,
            (_, true) => Scope::Read,
            (_, false) => Scope::Write,
        };
        let guarded = handler.layer(middleware::from_fn(move |request, next| {
            admit(access, scope, request, next)
        }));
        router = router.route(path, guarded);
    }
    router
        .fallback(|| async { Error::NotFound })
        .layer(DefaultBodyLimit::max(web::input::BODY_LIMIT))
        .layer(middleware::from_fn(web::guard::same_origin))
        .layer(middleware::from_fn(web::respond::render_errors))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            web::idempotency::once,
        ))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            web::ctx::attach,
        ))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            crate::metrics::observe,
        ))
        .layer(middleware::from_fn(web::guard::headers))
        .layer(CompressionLayer::new().compress_when(compressible))
        .with_state(app.clone())
}

/// Enforce what the table says about a route.
async fn admit(access: Access, scope: Scope, request: Request, next: Next) -> Response {
    // No name of ours holds a NUL, and PostgreSQL takes none as text.
    if request.uri().path().contains("%00") {
        return Error::NotFound.into_response();
    }
    if access != Access::Public {
        let allowed = match request
            .extensions()
            .get::<Ctx>()
            .and_then(|ctx| ctx.actor.as_deref())
        {
            None => Err(Error::SignIn),
            Some(actor) => may_use(actor, access, scope),
        };
        if let Err(error) = allowed {
            return error.into_response();
        }
    }
    next.run(request).await
}

fn may_use(actor: &Actor, access: Access, scope: Scope) -> Result<(), Error> {
    if !access.admits(actor.role) {
        return Err(Error::Forbidden(Msg::new(
            "Your role may not open this. An administrator can change roles.",
        )));
    }
    if !actor.has_scope(scope) {
        return Err(Error::Forbidden(Msg::new(
            "This token may not do that. Make one with the scope it needs.",
        )));
    }
    Ok(())
}
