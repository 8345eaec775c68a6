//! People: accounts, teams, departments, sign-in, sessions, API tokens.
//!
//! | file | what it holds |
//! |---|---|
//! | [`auth`] | from a cookie or a token to an [`crate::actor::Actor`] |
//! | [`sign_in`] | proving who one is; [`limiter`] counts the attempts |
//! | [`password`] | hashing and checking passwords |
//! | [`sessions`], [`tokens`] | what a browser and a program carry |
//! | [`profile`] | what people change about themselves |
//! | [`second_step`] | the code that is asked for after the password; [`factor`] computes it |
//! | [`manage`] | what administrators do with accounts |
//! | [`groups`] | teams, groups, departments |
//! | [`links`] | invitations and resets: links that work once |
//! | [`store`] | accounts, teams, departments in the database |
//! | [`verbs`] | the first run |
//! | [`pages`] | what people see of it |

pub mod api;
pub mod api_people;
pub mod auth;
pub mod factor;
pub mod groups;
pub mod limiter;
pub mod links;
pub mod manage;
pub mod model;
pub mod pages;
pub mod password;
pub mod profile;
pub mod second_step;
pub mod sessions;
pub mod sign_in;
pub mod store;
pub mod tokens;
pub mod verbs;

pub use model::{Department, Person, Team};

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, patch, post, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Admins, Public, SignedIn};
    use pages::{
        account, admin_people, admin_teams, links as link_pages, look, me, second_step as step,
        security, sign_in, tokens as own_tokens, welcome,
    };
    let mut all = vec![
        get(Public, "/welcome", welcome::page),
        post(Public, "/welcome", welcome::submit),
        get(Public, "/sign-in", sign_in::page),
        post(Public, "/sign-in", sign_in::submit),
        get(Public, "/sign-in/code", step::code_page),
        post(Public, "/sign-in/code", step::code),
        post(SignedIn, "/sign-out", sign_in::sign_out),
        post(Public, "/look", look::change),
        get(Public, "/forgot", link_pages::forgot),
        get(Public, "/link/{secret}", link_pages::page),
        post(Public, "/link/{secret}", link_pages::submit),
        get(Admins, "/admin/people", admin_people::page),
        post(Admins, "/admin/people", account::create),
        get(Admins, "/admin/people/new", account::new_page),
        get(Admins, "/admin/people/{person}", account::page),
        post(Admins, "/admin/people/{person}", account::save),
        post(
            Admins,
            "/admin/people/{person}/disable",
            admin_people::disable,
        ),
        post(
            Admins,
            "/admin/people/{person}/enable",
            admin_people::enable,
        ),
        post(Admins, "/admin/people/{person}/link", admin_people::link),
        post(
            Admins,
            "/admin/people/{person}/second-step-off",
            step::remove,
        ),
        get(Admins, "/admin/teams", admin_teams::page),
        post(Admins, "/admin/teams", admin_teams::create),
        get(Admins, "/admin/teams/{team}", admin_teams::team_page),
        post(Admins, "/admin/teams/{team}", admin_teams::save),
        get(Admins, "/admin/departments", admin_teams::departments),
        post(Admins, "/admin/departments", admin_teams::create_department),
        post(
            Admins,
            "/admin/departments/{department}",
            admin_teams::save_department,
        ),
        get(SignedIn, "/me", me::page),
        post(SignedIn, "/me", me::save),
        get(SignedIn, "/me/security", security::page),
        post(SignedIn, "/me/password", security::password),
        get(SignedIn, "/me/second-step", step::page),
        post(SignedIn, "/me/second-step", step::begin),
        get(SignedIn, "/me/second-step/on", step::back),
        post(SignedIn, "/me/second-step/on", step::on),
        post(SignedIn, "/me/second-step/off", step::off),
        get(SignedIn, "/me/second-step/codes", step::back),
        post(SignedIn, "/me/second-step/codes", step::codes),
        post(SignedIn, "/me/sessions/end-others", security::end_others),
        post(SignedIn, "/me/sessions/{session}/end", security::end),
        get(SignedIn, "/me/tokens", own_tokens::page),
        post(SignedIn, "/me/tokens", own_tokens::create),
        post(SignedIn, "/me/tokens/{token}/revoke", own_tokens::revoke),
        get(SignedIn, "/api/v1/me", api::me)
            .op(Op::new("People", "Who asks, and their settings").answers::<api::MeView>()),
        patch(SignedIn, "/api/v1/me", api::change_me).op(Op::new(
            "People",
            "Change one's own settings",
        )
        .body::<profile::ProfileChange>()
        .answers::<api::MeView>()),
        get(SignedIn, "/api/v1/me/sessions", api::list_sessions).op(Op::new(
            "People",
            "The devices that are signed in as oneself",
        )
        .answers::<api::All<sessions::Session>>()),
        delete(SignedIn, "/api/v1/me/sessions/{session}", api::end_session).op(Op::new(
            "People",
            "Sign a device out",
        )
        .status(204)),
        get(SignedIn, "/api/v1/me/tokens", api::list_tokens).op(Op::new(
            "People",
            "One's own API tokens, newest first",
        )
        .answers::<api::All<tokens::Token>>()),
        post(SignedIn, "/api/v1/me/tokens", api::make_token).op(Op::new(
            "People",
            "Make an API token; not with a token",
        )
        .body::<tokens::NewToken>()
        .answers::<api::MadeToken>()
        .status(201)),
        delete(SignedIn, "/api/v1/me/tokens/{token}", api::revoke_token).op(Op::new(
            "People",
            "Revoke an API token",
        )
        .status(204)),
    ];
    all.extend(others());
    all
}

/// The API over other people, teams and departments.
fn others() -> Vec<Route> {
    use Access::{Admins, Agents, SignedIn};
    use api_people as others;
    let op = |summary| Op::new("People", summary);
    vec![
        get(SignedIn, "/people/options", others::options),
        get(SignedIn, "/api/v1/people/search", others::search).op(op("Find active people by name")
            .query::<others::Find>()
            .answers::<api::All<others::Named>>()),
        get(Agents, "/api/v1/people", others::list).op(op("Accounts in the order of their names")
            .query::<others::Ask>()
            .answers::<others::People>()),
        post(Admins, "/api/v1/people", others::create).op(op(
            "Create an account and its invitation",
        )
        .body::<manage::Account>()
        .answers::<others::Invited>()
        .status(201)),
        get(Agents, "/api/v1/people/{person}", others::show)
            .op(op("One account").answers::<Person>()),
        patch(Admins, "/api/v1/people/{person}", others::change).op(op("Change an account")
            .body::<manage::AccountChange>()
            .answers::<Person>()),
        post(Admins, "/api/v1/people/{person}/disable", others::disable)
            .op(op("Let nobody in as this person any more").answers::<Person>()),
        post(Admins, "/api/v1/people/{person}/enable", others::enable)
            .op(op("Let somebody in again").answers::<Person>()),
        post(Admins, "/api/v1/people/{person}/link", others::link).op(op(
            "Make an invitation or reset link",
        )
        .answers::<others::Invited>()
        .status(201)),
        delete(
            Admins,
            "/api/v1/people/{person}/second-step",
            others::remove_second_step,
        )
        .op(op("Switch the second step of somebody off who lost it").answers::<Person>()),
        get(Agents, "/api/v1/teams", others::teams).op(op("The teams").answers::<api::All<Team>>()),
        get(Agents, "/api/v1/groups", others::all_groups)
            .op(op("The groups").answers::<api::All<Team>>()),
        get(Agents, "/api/v1/teams/{team}", others::team)
            .op(op("A team or group with its members").answers::<groups::TeamState>()),
        post(Admins, "/api/v1/teams", others::create_team).op(op("Create a team or group")
            .body::<groups::TeamState>()
            .answers::<others::Made>()
            .status(201)),
        put(Admins, "/api/v1/teams/{team}", others::change_team).op(op(
            "Put a team or group in another state",
        )
        .body::<groups::TeamState>()
        .answers::<groups::TeamState>()),
        get(Agents, "/api/v1/departments", others::departments)
            .op(op("The departments").answers::<api::All<Department>>()),
        post(Admins, "/api/v1/departments", others::create_department).op(op(
            "Create a department",
        )
        .body::<groups::DepartmentState>()
        .answers::<others::Made>()
        .status(201)),
        put(
            Admins,
            "/api/v1/departments/{department}",
            others::change_department,
        )
        .op(op("Rename, archive or restore a department")
            .body::<groups::DepartmentState>()
            .status(204)),
    ]
}
