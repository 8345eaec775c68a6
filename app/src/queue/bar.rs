//! Above the list: views with their counts, filters, and what can be done with
//! ticked rows.

use maud::{Markup, html};

use crate::catalog::Catalog;
use crate::catalog::model::Priority;
use crate::error::Result;
use crate::i18n::{Lang, fmt, t};
use crate::people;
use crate::queue::filter::{Due, Filter, State};
use crate::queue::group::GroupBy;
use crate::queue::query::{self, COUNT_CAP, Horizon};
use crate::ui::button::{Seg, seg};
use crate::ui::table::{Chip, filter_bar};
use crate::web::Me;

/// A count as it is shown: "1,000+" beyond the cap.
pub fn counted(lang: Lang, n: i64) -> String {
    if n > COUNT_CAP {
        format!("{}+", fmt::number(lang, COUNT_CAP))
    } else {
        fmt::number(lang, n)
    }
}

/// What the filters offer.
pub struct Choices {
    /// Id and name of every team.
    pub teams: Vec<(String, String)>,
    /// Id and name of everybody who works here.
    pub agents: Vec<(String, String)>,
    /// Id and name of every service.
    pub services: Vec<(String, String)>,
    /// Key and name of every stage of a current process.
    pub stages: Vec<(String, String)>,
}

impl Choices {
    /// Read them.
    pub async fn load(me: &Me, catalog: &Catalog) -> Result<Choices> {
        let teams = people::store::teams(&me.app.db).await?;
        let agents = people::store::agents(&me.app.db).await?;
        let mut stages: Vec<(String, String)> = Vec::new();
        for process in catalog.processes.values() {
            for stage in process
                .versions
                .get(&process.current)
                .iter()
                .flat_map(|p| &p.stages)
            {
                if !stages.iter().any(|(key, _)| *key == stage.key) {
                    stages.push((stage.key.clone(), stage.name.clone()));
                }
            }
        }
        stages.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(Choices {
            teams: teams
                .into_iter()
                .filter(|t| t.kind == "team" && !t.archived)
                .map(|t| (t.id, t.name))
                .collect(),
            agents: agents.into_iter().map(|p| (p.id, p.name)).collect(),
            services: catalog
                .services
                .iter()
                .map(|s| (s.id.clone(), s.name.clone()))
                .collect(),
            stages,
        })
    }
}

/// The built-in views, each with what it shows.
fn built_in(lang: Lang) -> Vec<(&'static str, Filter)> {
    vec![
        (t!(lang, "All open"), Filter::default()),
        (
            t!(lang, "No owner"),
            Filter {
                assignee: Some("none".into()),
                ..Filter::default()
            },
        ),
        (
            t!(lang, "Due today"),
            Filter {
                due: Some(Due::Today),
                ..Filter::default()
            },
        ),
        (
            t!(lang, "Waiting"),
            Filter {
                state: Some(State::Waiting),
                ..Filter::default()
            },
        ),
        (
            t!(lang, "My work"),
            Filter {
                view: Some("mine".into()),
                ..Filter::default()
            },
        ),
    ]
}

/// The views as a switch. `saved` are the reader's own and shared ones.
pub async fn views(
    me: &Me,
    filter: &Filter,
    horizon: Horizon,
    saved: &[(String, Filter)],
) -> Result<Markup> {
    let lang = me.lang();
    let now = filter.first_page();
    let mut items = Vec::new();
    for (label, view) in built_in(lang) {
        let n = query::count(&me.app.db, &me.actor, &view, horizon).await?;
        items.push((
            label.to_owned(),
            view.address("/queue"),
            counted(lang, n),
            view == now,
        ));
    }
    for (label, view) in saved {
        items.push((
            label.clone(),
            view.address("/queue"),
            String::new(),
            *view == now,
        ));
    }
    let segs: Vec<Seg<'_>> = items
        .iter()
        .map(|(label, href, count, current)| Seg {
            label,
            href,
            current: *current,
            count,
            ..Seg::default()
        })
        .collect();
    Ok(seg(t!(lang, "Views"), &segs))
}

/// The filters as chips.
pub fn filters(me: &Me, filter: &Filter, choices: &Choices, path: &str, end: Markup) -> Markup {
    let lang = me.lang();
    let named = |list: &[(String, String)], chosen: &Option<String>| -> String {
        chosen
            .as_ref()
            .and_then(|id| list.iter().find(|(key, _)| key == id))
            .map(|(_, name)| name.clone())
            .unwrap_or_default()
    };
    let mut people = vec![
        ("me".to_owned(), t!(lang, "Me").to_owned()),
        ("none".to_owned(), t!(lang, "Nobody").to_owned()),
    ];
    people.extend(choices.agents.iter().cloned());
    let priorities: Vec<(String, String)> = Priority::ALL
        .iter()
        .rev()
        .map(|p| (p.key().to_owned(), lang.t(p.label()).to_owned()))
        .collect();
    let dues = [
        ("late".to_owned(), t!(lang, "Past the promise").to_owned()),
        ("today".to_owned(), t!(lang, "Promised today").to_owned()),
        ("week".to_owned(), t!(lang, "Promised this week").to_owned()),
        ("later".to_owned(), t!(lang, "Promised later").to_owned()),
    ];
    let states = [
        ("open".to_owned(), t!(lang, "Open").to_owned()),
        ("waiting".to_owned(), t!(lang, "Waiting").to_owned()),
        ("done".to_owned(), t!(lang, "Closed").to_owned()),
        ("all".to_owned(), t!(lang, "All").to_owned()),
    ];
    let due = filter
        .due
        .and_then(|d| serde_json::to_value(d).ok())
        .and_then(|v| v.as_str().map(str::to_owned));
    let state = filter
        .state
        .and_then(|d| serde_json::to_value(d).ok())
        .and_then(|v| v.as_str().map(str::to_owned));
    let priority = filter.priority.map(|p| p.key().to_owned());
    /// Name, label, icon, options, what is chosen.
    type Offered<'a> = (
        &'a str,
        &'a str,
        &'a str,
        &'a [(String, String)],
        &'a Option<String>,
    );
    let groups: Vec<(String, String)> = GroupBy::ALL
        .iter()
        .map(|by| (by.key().to_owned(), by.label(lang).to_owned()))
        .collect();
    let group = filter.group.map(|by| by.key().to_owned());
    let mut all: Vec<Offered<'_>> = vec![
        ("state", t!(lang, "State"), "okc", &states, &state),
        (
            "team",
            t!(lang, "Team"),
            "users",
            &choices.teams,
            &filter.team,
        ),
        (
            "assignee",
            t!(lang, "Owner"),
            "users",
            &people,
            &filter.assignee,
        ),
        (
            "service",
            t!(lang, "Service"),
            "tag",
            &choices.services,
            &filter.service,
        ),
        (
            "stage",
            t!(lang, "Stage"),
            "layers",
            &choices.stages,
            &filter.stage,
        ),
        (
            "priority",
            t!(lang, "Priority"),
            "flag",
            &priorities,
            &priority,
        ),
        ("due", t!(lang, "Promise"), "clock", &dues, &due),
    ];
    if path == "/queue" {
        all.push(("group", t!(lang, "Group by"), "list", &groups, &group));
    }
    let options: Vec<Vec<(&str, &str, bool)>> = all
        .iter()
        .map(|(_, _, _, list, chosen)| {
            list.iter()
                .map(|(key, name)| (key.as_str(), name.as_str(), chosen.as_ref() == Some(key)))
                .collect()
        })
        .collect();
    let words: Vec<String> = all
        .iter()
        .map(|(_, _, _, list, chosen)| named(list, chosen))
        .collect();
    let chips: Vec<Chip<'_>> = all
        .iter()
        .zip(&options)
        .zip(&words)
        .map(|(((name, label, icon, _, _), options), chosen)| Chip {
            name,
            label,
            icon,
            chosen,
            options,
            many: false,
        })
        .collect();
    let sort = serde_json::to_value(filter).unwrap_or_default();
    let keep: Vec<(&str, &str)> = ["sort", "dir", "view"]
        .into_iter()
        .filter_map(|key| Some((key, sort[key].as_str()?)))
        .collect();
    filter_bar(lang, path, &keep, &chips, end)
}

/// What can be done with ticked rows. Each group of inputs posts its own `do`.
pub fn actions(me: &Me, choices: &Choices) -> Markup {
    let lang = me.lang();
    html! {
        span class="row" {
            label class="vh" for="bulk-assign" { (t!(lang, "Owner")) }
            select class="select select-s" id="bulk-assign" name="assignee" data-key="a" {
                option value="" { (t!(lang, "Choose an owner")) }
                option value="me" { (t!(lang, "Me")) }
                option value="none" { (t!(lang, "Nobody")) }
                @for (id, name) in &choices.agents { option value=(id) { (name) } }
            }
            button class="btn btn-s btn-line" name="do" value="assign" { (t!(lang, "Assign")) }
        }
        span class="row" {
            label class="vh" for="bulk-move" { (t!(lang, "Stage")) }
            select class="select select-s" id="bulk-move" name="stage" data-key="m" {
                option value="" { (t!(lang, "To the next stage")) }
                @for (key, name) in &choices.stages { option value=(key) { (t!(lang, "Back to {stage}", stage = name)) } }
            }
            label class="vh" for="bulk-reason" { (t!(lang, "Reason")) }
            input class="input input-s" id="bulk-reason" name="reason" placeholder=(t!(lang, "Reason, when it goes back"));
            button class="btn btn-s btn-line" name="do" value="move" { (t!(lang, "Move stage")) }
        }
        span class="row" {
            label class="vh" for="bulk-priority" { (t!(lang, "Priority")) }
            select class="select select-s" id="bulk-priority" name="priority" {
                @for p in Priority::ALL { option value=(p.key()) selected[p == Priority::Normal] { (lang.t(p.label())) } }
            }
            button class="btn btn-s btn-line" name="do" value="priority" { (t!(lang, "Set priority")) }
        }
        button class="btn btn-s btn-quiet" name="do" value="follow" { (t!(lang, "Follow")) }
    }
}
