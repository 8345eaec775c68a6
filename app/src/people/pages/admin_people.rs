//! The list of accounts, for administrators.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_db::sql;
use serde::Deserialize;

use crate::actor::Role;
use crate::error::{Error, Result};
use crate::i18n::{Lang, t};
use crate::people::pages::{account, frame};
use crate::people::store::{self, Filter};
use crate::people::{Person, links, manage};
use crate::ui::block::{Tone, empty, pill};
use crate::ui::button::{Button, Kind, button, link_button};
use crate::ui::table::{Chip, Col, Group, Row, Table, filter_bar, row, table};
use crate::web::{Flash, Me, Query, see_other};

/// People on a page.
const PAGE: i64 = 50;

/// The filters of the list.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Ask {
    q: String,
    role: String,
    state: String,
    after: String,
}

/// GET /admin/people
pub async fn page(me: Me, Query(ask): Query<Ask>) -> Result<Markup> {
    let lang = me.lang();
    let after: Option<(String, String)> = sql("SELECT name, id FROM person WHERE id = $1")
        .bind(&ask.after)
        .opt(&me.app.db)
        .await?
        .map(|row| Ok::<_, Error>((row.get("name")?, row.get("id")?)))
        .transpose()?;
    let filter = Filter {
        q: &ask.q,
        role: Role::from_key(&ask.role),
        disabled: match &*ask.state {
            "active" => Some(false),
            "disabled" => Some(true),
            _ => None,
        },
        after: after.as_ref().map(|(name, id)| (&**name, &**id)),
        ..Filter::default()
    };
    let mut people = store::list(&me.app.db, &filter, PAGE + 1).await?;
    let more = people.len() > PAGE as usize;
    people.truncate(PAGE as usize);
    let last = people.last().filter(|_| more).map(|p| p.id.clone());
    let query = |after: &str| {
        let pairs = [
            ("q", &*ask.q),
            ("role", &*ask.role),
            ("state", &*ask.state),
            ("after", after),
        ];
        let text: Vec<(&str, &str)> = pairs.into_iter().filter(|(_, v)| !v.is_empty()).collect();
        format!(
            "/admin/people?{}",
            serde_html_form::to_string(text).unwrap_or_default()
        )
    };
    let add = link_button(
        "/admin/people/new",
        Button {
            label: t!(lang, "Invite somebody"),
            kind: Kind::Primary,
            icon: "plus",
            ..Button::default()
        },
    );
    let cols = [
        t!(lang, "Person"),
        t!(lang, "Role"),
        t!(lang, "Department"),
        t!(lang, "State"),
    ]
    .map(|label| Col {
        label,
        ..Col::default()
    });
    let rows = html! { @for person in &people { (line(lang, person)) } };
    let caption = t!(lang, "People");
    let body = html! {
        (filters(lang, &ask))
        @if people.is_empty() {
            (empty("users", t!(lang, "Nobody fits"), t!(lang, "Try another name, or clear the filters."), html! {}))
        } @else {
            (table(lang, &Table { id: "people", caption, cols: &cols, ticks: false }, &[Group { rows, ..Group::default() }]))
        }
        nav class="pager" aria-label=(t!(lang, "Pages")) {
            @if after.is_some() { a class="btn btn-s btn-line" href=(query("")) { (t!(lang, "First page")) } }
            @if let Some(last) = last { a class="btn btn-s btn-line" rel="next" href=(query(&last)) { (t!(lang, "Next")) } }
        }
    };
    frame::admin(&me, "/admin/people", add, body).await
}

fn filters(lang: Lang, ask: &Ask) -> Markup {
    let roles: Vec<(&str, &str, bool)> = Role::ALL
        .iter()
        .map(|r| (r.key(), lang.t(r.label()), ask.role == r.key()))
        .collect();
    let states = [
        ("active", t!(lang, "Active"), ask.state == "active"),
        ("disabled", t!(lang, "Disabled"), ask.state == "disabled"),
    ];
    fn chosen<'a>(of: &[(&'a str, &'a str, bool)]) -> &'a str {
        of.iter().find(|o| o.2).map_or("", |o| o.1)
    }
    let chips = [
        Chip {
            name: "role",
            label: t!(lang, "Role"),
            icon: "users",
            chosen: chosen(&roles),
            options: &roles,
            many: false,
        },
        Chip {
            name: "state",
            label: t!(lang, "State"),
            icon: "lock",
            chosen: chosen(&states),
            options: &states,
            many: false,
        },
    ];
    let search = html! {
        label class="vh" for="q" { (t!(lang, "Name or address")) }
        input class="input" id="q" type="search" name="q" value=(ask.q) placeholder=(t!(lang, "Name or address"));
        (button(Button { label: t!(lang, "Search"), ..Button::default() }))
    };
    filter_bar(lang, "/admin/people", &[], &chips, search)
}

fn line(lang: Lang, person: &Person) -> Markup {
    let href = format!("/admin/people/{}", person.id);
    let spec = Row {
        id: &person.id,
        number: &person.email,
        href: &href,
        title: &person.name,
        sub: person.title.as_deref().unwrap_or_default(),
        ..Row::default()
    };
    row(
        lang,
        &spec,
        html! {
            td { (lang.t(person.role.label())) }
            td { (person.department.as_deref().unwrap_or("–")) }
            td { (state(lang, person)) }
        },
    )
}

/// Whether somebody is disabled, invited or active.
pub fn state(lang: Lang, person: &Person) -> Markup {
    if person.disabled {
        pill(Tone::Line, "lock", t!(lang, "Disabled"))
    } else if !person.joined {
        pill(Tone::Plain, "mail", t!(lang, "Invited"))
    } else {
        html! { (t!(lang, "Active")) @if person.second_factor { " · " (t!(lang, "two steps")) } }
    }
}

/// POST /admin/people/{person}/disable
pub async fn disable(me: Me, Path(id): Path<String>) -> Result<Response> {
    let mut tx = me.app.db.begin().await?;
    match manage::disable(&mut tx, &me.actor, me.now, &id, None).await {
        Ok(()) => tx.commit().await?,
        Err(Error::Invalid(fields)) => {
            drop(tx);
            return account::again(&me, &id, &fields).await;
        }
        Err(other) => return Err(other),
    }
    let said = Flash::new(t!(
        me.lang(),
        "The account is disabled and signed out everywhere"
    ));
    Ok(see_other(&format!("/admin/people/{id}"), Some(said)))
}

/// POST /admin/people/{person}/enable
pub async fn enable(me: Me, Path(id): Path<String>) -> Result<Response> {
    let mut tx = me.app.db.begin().await?;
    manage::enable(&mut tx, &me.actor, me.now, &id, None).await?;
    tx.commit().await?;
    let said = Flash::new(t!(me.lang(), "The account is enabled"));
    Ok(see_other(&format!("/admin/people/{id}"), Some(said)))
}

/// POST /admin/people/{person}/link: the answer is the only page that shows
/// the link.
pub async fn link(me: Me, Path(id): Path<String>) -> Result<Response> {
    let mut tx = me.app.db.begin().await?;
    let secret = manage::link(&mut tx, &me.actor, me.now, &id).await?;
    tx.commit().await?;
    let address = links::address(&me.app.config.public_url, &secret);
    Ok(
        account::show(&me, &id, &Default::default(), None, Some(&address))
            .await?
            .into_response(),
    )
}
