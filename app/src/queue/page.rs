//! The queue page.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::catalog::Catalog;
use crate::catalog::model::{ClockKind, Priority};
use crate::desk::rail::{Shown, shown};
use crate::error::Result;
use crate::i18n::{Lang, fmt, t};
use crate::playbooks;
use crate::queue::filter::{Dir, Due, Filter, Sort, State};
use crate::queue::query::{self, Horizon, Row};
use crate::queue::{bar, bar::Choices, group};
use crate::search;
use crate::ui::block::{Tone, avatar, avatar_none, empty, pill};
use crate::ui::button::{Button, Kind, Size, link_button};
use crate::ui::clock::{Sla, SlaState, Stage, sla, stage};
use crate::ui::shell::bar as title_bar;
use crate::ui::table::{Col, Group, Table, bulk, pager, row, table};
use crate::views;
use crate::web::{Me, Query, shell};

/// GET /queue
pub async fn queue(me: Me, Query(filter): Query<Filter>) -> Result<Response> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let horizon = Horizon::new(me.now, &me.prefs.zone);
    let choices = Choices::load(&me, &catalog).await?;
    let saved = views::mine(&me).await?;
    let tabs = bar::views(&me, &filter, horizon, &saved).await?;
    let page = match &filter.q {
        Some(q) => search::filtered(&me, &filter, horizon, q).await?,
        None => query::page(&me.app.db, &me.actor, &filter, horizon).await?,
    };
    let total = match &filter.q {
        Some(_) => page.rows.len() as i64,
        None => query::count(&me.app.db, &me.actor, &filter, horizon).await?,
    };
    // What one does by a playbook without a request is one's work as well.
    let own = filter.view.as_deref() == Some("mine") && filter.after.is_none();
    let under_way = match own {
        true => playbooks::panel::mine(&me).await?,
        false => html! {},
    };
    let new = link_button(
        "/work/new",
        Button {
            label: t!(lang, "New request"),
            kind: Kind::Primary,
            size: Size::Small,
            icon: "plus",
            key: "c",
            ..Button::default()
        },
    );
    let body = html! {
        (title_bar(t!(lang, "Queue"), tabs, new))
        (bar::filters(&me, &filter, &choices, "/queue", tools(&me, &filter)))
        (under_way)
        @if page.rows.is_empty() {
            (nothing(lang, &filter))
        } @else {
            (bulk(lang, &format!("/queue/bulk?{}", filter.first_page().query()),
                (total > page.rows.len() as i64 && total <= query::COUNT_CAP).then_some(total),
                bar::actions(&me, &choices), list(&me, &catalog, &filter, horizon, &page.rows)))
            (pages(lang, &filter, &page, total))
        }
    };
    let html = shell::workspace(&me, "/queue", t!(lang, "Queue"), body).await?;
    Ok(html.into_response())
}

fn tools(me: &Me, filter: &Filter) -> Markup {
    let lang = me.lang();
    html! {
        span class="row" {
            label class="vh" for="queue-q" { (t!(lang, "Words or a number")) }
            input class="input input-s" id="queue-q" type="search" name="q" value=[filter.q.as_deref()]
                placeholder=(t!(lang, "Words or a number")) data-key="/";
            button class="btn btn-s btn-line" { (t!(lang, "Find")) }
        }
        a class="btn btn-s btn-quiet" href=(filter.first_page().address("/views/new")) { (t!(lang, "Save view")) }
        a class="btn btn-s btn-quiet" href=(filter.first_page().address("/queue.csv")) hx-boost="false" { (t!(lang, "Export")) }
    }
}

fn nothing(lang: Lang, filter: &Filter) -> Markup {
    if filter.narrows() || filter.state() != State::Open {
        let clear = html! { a class="btn btn-line" href="/queue" { (t!(lang, "Clear filters")) } };
        empty(
            "filter",
            t!(lang, "No match"),
            t!(lang, "No request fits these filters."),
            clear,
        )
    } else {
        empty(
            "okc",
            t!(lang, "Nothing is open"),
            t!(lang, "New requests appear here."),
            html! {},
        )
    }
}

fn pages(lang: Lang, filter: &Filter, page: &query::Page, total: i64) -> Markup {
    let from = filter.from.unwrap_or(1).max(1);
    let shown = page.rows.len() as i64;
    let size = i64::from(filter.size());
    let step = |after: &Option<String>, before: &Option<String>, from: i64| {
        if after.is_none() && before.is_none() {
            return String::new();
        }
        Filter {
            after: after.clone(),
            before: before.clone(),
            from: (from > 1).then_some(from),
            ..filter.clone()
        }
        .address("/queue")
    };
    pager(
        lang,
        (from, from + shown - 1),
        total.max(from + shown - 1),
        &step(&None, &page.prev, (from - size).max(1)),
        &step(&page.next, &None, from + shown),
    )
}

fn columns(lang: Lang, filter: &Filter) -> Vec<(&'static str, String, &'static str, bool)> {
    let (sort, dir) = filter.order();
    let open = matches!(filter.state(), State::Open | State::Waiting);
    let head = |label: &'static str, by: Option<Sort>, number: bool| {
        let Some(by) = by.filter(|_| open) else {
            return (label, String::new(), "", number);
        };
        let current = sort == by;
        let turn = if current && dir == Dir::Asc {
            Dir::Desc
        } else {
            Dir::Asc
        };
        let to = Filter {
            sort: Some(by),
            dir: current.then_some(turn),
            ..filter.first_page()
        };
        let sorted = match (current, dir) {
            (false, _) => "",
            (true, Dir::Asc) => "ascending",
            (true, Dir::Desc) => "descending",
        };
        (label, to.address("/queue"), sorted, number)
    };
    vec![
        head(t!(lang, "Request"), Some(Sort::Created), false),
        head(t!(lang, "Service"), None, false),
        head(t!(lang, "Stage"), None, false),
        head(t!(lang, "Owner"), None, false),
        head(t!(lang, "Priority"), Some(Sort::Priority), false),
        head(t!(lang, "Promise"), Some(Sort::Promise), false),
        head(t!(lang, "Updated"), Some(Sort::Updated), true),
    ]
}

fn list(me: &Me, catalog: &Catalog, filter: &Filter, horizon: Horizon, rows: &[Row]) -> Markup {
    let lang = me.lang();
    let heads = columns(lang, filter);
    let cols: Vec<Col<'_>> = heads
        .iter()
        .map(|(label, sort, sorted, number)| Col {
            label,
            sort,
            sorted,
            number: *number,
        })
        .collect();
    let spec = Table {
        id: "queue",
        caption: t!(lang, "Requests"),
        cols: &cols,
        ticks: true,
    };
    let query = filter.query();
    let groups = group::grouped(lang, catalog, filter, horizon, rows);
    let groups: Vec<Group<'_>> = groups
        .iter()
        .map(|(label, rows)| Group {
            label,
            count: rows.len() as i64,
            rows: html! { @for one in rows { (line(me, catalog, one, &query)) } },
        })
        .collect();
    table(lang, &spec, &groups)
}

/// The words above a group of promises.
pub fn group_name(lang: Lang, due: Due) -> &'static str {
    match due {
        Due::Late => t!(lang, "Past the promise"),
        Due::Today => t!(lang, "Promised today"),
        Due::Week => t!(lang, "Promised this week"),
        Due::Later => t!(lang, "Promised later"),
        Due::Waits => t!(lang, "Waits for the requester"),
    }
}

fn line(me: &Me, catalog: &Catalog, one: &Row, query: &str) -> Markup {
    let lang = me.lang();
    let number = one.number.to_string();
    let href = crate::desk::load::path(one.number, "", Some(query).filter(|q| !q.is_empty()));
    let sub = match &one.department {
        Some(department) => format!("{}, {department}", one.requester),
        None => one.requester.clone(),
    };
    let service = catalog
        .service(&one.service_id)
        .map_or("", |s| s.name.as_str());
    let spec = crate::ui::table::Row {
        id: &one.id,
        number: &number,
        href: &href,
        title: &one.title,
        sub: &sub,
        ticks: true,
        ticked: false,
    };
    row(
        lang,
        &spec,
        html! {
            td class="wide svc" { div class="clip" { (service) } }
            td { (stage_pill(lang, catalog, one)) }
            td { @match &one.assignee { Some(name) => (avatar(name, false)), None => (avatar_none(lang)) } }
            td class="wide" { (priority(lang, one.priority)) }
            td { (promise(me, catalog, one)) }
            td class="wide num" { time datetime=(one.updated_at) { (fmt::ago(lang, one.updated_at, me.now)) } }
        },
    )
}

/// Segments and the word of the stage.
pub fn stage_pill(lang: Lang, catalog: &Catalog, one: &Row) -> Markup {
    let Ok(process) = catalog.process(&one.process_id, one.process_version) else {
        return html! {};
    };
    let at = process.index(&one.stage).unwrap_or(0);
    let name = process.stages.get(at).map_or("", |s| s.name.as_str());
    let closed = match one.phase {
        mil_process::process::Phase::Done => Some(t!(lang, "Done")),
        mil_process::process::Phase::Declined => Some(t!(lang, "Ended")),
        _ => None,
    };
    stage(
        lang,
        &Stage {
            name: closed.unwrap_or(name),
            step: at + 1,
            of: if closed.is_some() {
                0
            } else {
                process.stages.len()
            },
            waiting: one.waits,
            done: one.phase == mil_process::process::Phase::Done,
        },
    )
}

fn priority(lang: Lang, priority: Priority) -> Markup {
    let label = lang.t(priority.label());
    match priority {
        Priority::High | Priority::Urgent => pill(Tone::Line, "up", label),
        Priority::Normal | Priority::Low => html! { span class="muted" { (label) } },
    }
}

/// How the delivery clock of a row shows.
pub fn chip(me: &Me, catalog: &Catalog, one: &Row) -> Shown {
    let cal = match catalog.promise(&one.promise.promise_id) {
        Ok((_, calendar)) => &calendar.compiled,
        // Promises are never deleted; an archived one still has its calendar.
        Err(_) => {
            return Shown {
                state: SlaState::Ok,
                percent: 0,
                text: String::new(),
                ticks: None,
            };
        }
    };
    let reading = one.promise.read(ClockKind::Delivery, cal, me.now);
    shown(
        me.lang(),
        &reading,
        cal.working_day().minutes(),
        cal,
        me.now,
    )
}

/// The chip of the delivery clock.
pub fn promise(me: &Me, catalog: &Catalog, one: &Row) -> Markup {
    let lang = me.lang();
    let Ok((_, calendar)) = catalog.promise(&one.promise.promise_id) else {
        return html! {};
    };
    let cal = &calendar.compiled;
    let reading = one.promise.read(ClockKind::Delivery, cal, me.now);
    let show = chip(me, catalog, one);
    let title = match reading.due {
        Some(due) => t!(
            lang,
            "ordered {start}, promised {end}",
            start = fmt::when(lang, one.created_at, me.now, &me.prefs.zone),
            end = fmt::when(lang, due, me.now, &me.prefs.zone)
        ),
        None => String::new(),
    };
    sla(&Sla {
        state: show.state,
        percent: show.percent,
        text: &show.text,
        title: &title,
        ticks: show.ticks,
    })
}
