//! The board page, and what a moved card asks for.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use maud::{Markup, html};
use mil_process::process::{Move, ProcessDef, SendBack};
use serde::Deserialize;

use crate::board::read::{self, CARDS, Narrow};
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::i18n::{t, tn};
use crate::queue::bar::Choices;
use crate::queue::filter::Filter;
use crate::queue::page::chip;
use crate::queue::query::Row;
use crate::ui::block::{Tone, empty, notice};
use crate::ui::board::{Card, Column, board as columns};
use crate::ui::button::{Button, Kind, Seg, Size, link_button, seg};
use crate::ui::clock::Sla;
use crate::ui::shell::bar as title_bar;
use crate::ui::table::{Chip, filter_bar};
use crate::web::{Flash, Input, Me, Query, see_other, shell};
use crate::work::{moves, store};

/// What the board shows.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    process: Option<String>,
    team: Option<String>,
    assignee: Option<String>,
}

/// GET /board
pub async fn board(me: Me, Query(asked): Query<Asked>) -> Result<Response> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let counts = read::per_process(&me.app.db, &me.actor).await?;
    let chosen = asked
        .process
        .clone()
        .filter(|id| catalog.processes.contains_key(id))
        .or_else(|| {
            counts
                .iter()
                .max_by_key(|(_, n)| **n)
                .map(|(id, _)| id.clone())
        });
    let narrow = Narrow {
        team: asked.team.clone(),
        assignee: asked.assignee.clone(),
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
    let views = seg(
        t!(lang, "Views"),
        &[
            Seg {
                label: t!(lang, "List"),
                href: "/queue",
                icon: "list",
                ..Seg::default()
            },
            Seg {
                label: t!(lang, "Board"),
                href: "/board",
                icon: "board",
                current: true,
                ..Seg::default()
            },
        ],
    );
    let body = match &chosen {
        None => empty(
            "board",
            t!(lang, "Nothing is open"),
            t!(lang, "New requests appear here."),
            html! {},
        ),
        Some(process) => whole(&me, &catalog, &narrow, process).await?,
    };
    let page = html! {
        (title_bar(t!(lang, "Board"), views, new))
        (filters(&me, &catalog, &asked, chosen.as_deref(), &counts).await?)
        (body)
    };
    Ok(shell::workspace(&me, "/board", t!(lang, "Board"), page)
        .await?
        .into_response())
}

async fn filters(
    me: &Me,
    catalog: &Catalog,
    asked: &Asked,
    process: Option<&str>,
    counts: &BTreeMap<String, i64>,
) -> Result<Markup> {
    let lang = me.lang();
    let choices = Choices::load(me, catalog).await?;
    let mut processes: Vec<(String, String)> = catalog
        .processes
        .values()
        .filter(|p| !p.archived)
        .map(|p| {
            (
                p.id.clone(),
                format!("{} ({})", p.name, counts.get(&p.id).unwrap_or(&0)),
            )
        })
        .collect();
    processes.sort_by(|a, b| a.1.cmp(&b.1));
    let mut people = vec![("me".to_owned(), t!(lang, "Me").to_owned())];
    people.extend(choices.agents.iter().cloned());
    let process = process.map(str::to_owned);
    let all: [(&str, &str, &str, &[(String, String)], &Option<String>); 3] = [
        (
            "process",
            t!(lang, "Process"),
            "layers",
            &processes,
            &process,
        ),
        (
            "team",
            t!(lang, "Team"),
            "users",
            &choices.teams,
            &asked.team,
        ),
        (
            "assignee",
            t!(lang, "Owner"),
            "users",
            &people,
            &asked.assignee,
        ),
    ];
    let options: Vec<Vec<(&str, &str, bool)>> = all
        .iter()
        .map(|(_, _, _, list, chosen)| {
            list.iter()
                .map(|(key, name)| (key.as_str(), name.as_str(), chosen.as_ref() == Some(key)))
                .collect()
        })
        .collect();
    let chips: Vec<Chip<'_>> = all
        .iter()
        .zip(&options)
        .map(|((name, label, icon, list, chosen), options)| Chip {
            name,
            label,
            icon,
            chosen: chosen
                .as_ref()
                .and_then(|id| list.iter().find(|(key, _)| key == id))
                .map_or("", |(_, name)| name.as_str()),
            options,
            many: false,
        })
        .collect();
    Ok(filter_bar(lang, "/board", &[], &chips, html! {}))
}

/// Everything a card borrows.
struct Prepared<'a> {
    row: &'a Row,
    number: String,
    href: String,
    unit: String,
    sla: crate::desk::rail::Shown,
    url: String,
    moves: Vec<(&'a str, &'a str)>,
    checks: Option<(usize, usize)>,
    files: usize,
}

async fn whole(me: &Me, catalog: &Catalog, narrow: &Narrow, process_id: &str) -> Result<Markup> {
    let lang = me.lang();
    let (_, process) = catalog.current_process(process_id)?;
    let mut read = Vec::new();
    for stage in &process.stages {
        read.push(read::column(&me.app.db, &me.actor, narrow, process_id, &stage.key).await?);
    }
    let week = me.now - SignedDuration::from_hours(24 * 7);
    let done = read::finished(
        &me.app.db,
        &me.actor,
        narrow,
        process_id,
        week.as_microsecond(),
    )
    .await?;
    let ids: Vec<&str> = read
        .iter()
        .chain([&done])
        .flat_map(|c| c.rows.iter().map(|r| r.id.as_str()))
        .collect();
    let files = if ids.is_empty() {
        Default::default()
    } else {
        read::files(&me.app.db, &ids).await?
    };
    let prepare = |row| prepare(me, catalog, &process, &files, row);
    let prepared: Vec<Vec<Prepared<'_>>> = read
        .iter()
        .chain([&done])
        .map(|column| column.rows.iter().map(prepare).collect())
        .collect();
    let cards: Vec<Vec<Card<'_>>> = prepared
        .iter()
        .map(|column| column.iter().map(card).collect())
        .collect();
    let more: Vec<String> = read
        .iter()
        .map(|column| {
            Filter {
                stage: Some(column.stage.clone()),
                team: narrow.team.clone(),
                assignee: narrow.assignee.clone(),
                ..Filter::default()
            }
            .address("/queue")
        })
        .collect();
    let count = |n: i64| usize::try_from(n).unwrap_or(0);
    let mut all: Vec<Column<'_>> = process
        .stages
        .iter()
        .zip(&read)
        .zip(cards.iter().zip(&more))
        .map(|((stage, column), (cards, more))| Column {
            key: &stage.key,
            name: &stage.name,
            count: count(column.count),
            limit: stage.work_limit.map(|n| n as usize),
            note: "",
            cards,
            more: (count(column.count) > CARDS)
                .then(|| (more.as_str(), count(column.count) - CARDS)),
        })
        .collect();
    let note = tn!(lang, done.count, "{n} this week", "{n} this week");
    let last: &[Card<'_>] = cards.last().map_or(&[], Vec::as_slice);
    all.push(Column {
        key: "done",
        name: t!(lang, "Done"),
        note: &note,
        cards: last,
        ..Column::default()
    });
    let over: Vec<&Column<'_>> = all
        .iter()
        .filter(|c| c.limit.is_some_and(|limit| c.count > limit))
        .collect();
    Ok(html! {
        @if let Some(first) = over.first() {
            (notice(Tone::Warn, "alert",
                &t!(lang, "{stage} is over its limit.", stage = first.name),
                html! { (t!(lang, "{n} requests where {limit} fit. Finish or hand on something there before you begin the next.", n = first.count, limit = first.limit.unwrap_or(0))) }))
        }
        (columns(lang, "board", &all))
    })
}

fn prepare<'a>(
    me: &Me,
    catalog: &Catalog,
    process: &'a ProcessDef,
    files: &std::collections::HashMap<String, i64>,
    row: &'a Row,
) -> Prepared<'a> {
    Prepared {
        number: row.number.to_string(),
        href: format!("/work/{}", row.number),
        unit: row
            .department
            .clone()
            .unwrap_or_else(|| row.requester.clone()),
        sla: chip(me, catalog, row),
        url: if row.closed_at.is_none() {
            format!("/board/{}/move", row.id)
        } else {
            String::new()
        },
        moves: targets(process, &row.stage),
        checks: read::checks(catalog, row, &row.ticks),
        files: usize::try_from(files.get(&row.id).copied().unwrap_or(0)).unwrap_or(0),
        row,
    }
}

fn card<'a>(p: &'a Prepared<'a>) -> Card<'a> {
    Card {
        id: &p.row.id,
        number: &p.number,
        unit: &p.unit,
        title: &p.row.title,
        href: &p.href,
        sla: Sla {
            state: p.sla.state,
            percent: p.sla.percent,
            text: &p.sla.text,
            title: "",
            ticks: p.sla.ticks,
        },
        checks: p.checks,
        files: p.files,
        owner: p.row.assignee.as_deref().unwrap_or_default(),
        move_url: &p.url,
        moves: &p.moves,
    }
}

/// Where a card may go from its stage: on, or back where the stage allows it.
fn targets<'a>(process: &'a ProcessDef, stage: &str) -> Vec<(&'a str, &'a str)> {
    let Some(at) = process.index(stage) else {
        return Vec::new();
    };
    let mut out: Vec<(&str, &str)> = Vec::new();
    if !process.stages[at].requester_approves {
        match process.stages.get(at + 1) {
            Some(next) => out.push((&next.key, &next.name)),
            None => out.push(("done", "Done")),
        }
    }
    out.extend(
        process.stages[..at]
            .iter()
            .filter(|earlier| match &process.stages[at].send_back_to {
                SendBack::None => false,
                SendBack::AnyEarlier => true,
                SendBack::Only(keys) => keys.contains(&earlier.key),
            })
            .map(|stage| (stage.key.as_str(), stage.name.as_str())),
    );
    out
}

/// Where a card was dropped.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    stage: String,
}

/// POST /board/{item}/move. Going on is done at once; going back needs a reason
/// and something that blocks needs a look, so both lead to the form that asks.
pub async fn move_card(
    me: Me,
    Path(id): Path<String>,
    Input(to): Input<Target>,
) -> Result<Response> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let item = store::find(&me.app.db, &me.actor, &id).await?;
    let process = moves::process_of(&catalog, &item)?;
    let at = process.index(&item.stage).unwrap_or(0);
    let next = process
        .stages
        .get(at + 1)
        .map_or("done", |s| s.key.as_str());
    if to.stage != next {
        if process.index(&to.stage).is_none_or(|target| target >= at) {
            return Err(Error::field(
                "stage",
                "From here it goes to the next stage, or back.",
            ));
        }
        return Ok(see_other(
            &format!("/work/{}/do/back?to={}", item.number, to.stage),
            None,
        ));
    }
    match moves::make(&me, &me.actor, &id, None, &Move::Forward).await {
        Ok(item) => {
            let name = process
                .stage(&item.stage)
                .map_or(t!(lang, "Done"), |s| s.name.as_str());
            let name = if item.is_open() {
                name
            } else {
                t!(lang, "Done")
            };
            let text = t!(
                lang,
                "{number} moved to {stage}",
                number = item.number,
                stage = name
            );
            Ok(see_other(
                &format!("/board?process={}", item.process_id),
                Some(Flash::new(text)),
            ))
        }
        Err(Error::Invalid(_)) => Ok(see_other(&format!("/work/{}/do/hand", item.number), None)),
        Err(error) => Err(error),
    }
}
