//! Checking `practice.toml`.

use std::collections::BTreeSet;

use super::{In, twice};
use crate::error::Msg;
use crate::practices::pack::{Formula, GROUPS, Measure, Pack, Problem};

/// What the practice says of itself.
pub fn check(
    pack: &Pack,
    text: &str,
    known: Option<&dyn Fn(&str) -> bool>,
    problems: &mut Vec<Problem>,
) {
    let meta = &pack.meta;
    let mut place = In {
        file: "practice.toml",
        text,
        problems,
    };
    for (path, words, most) in [
        ("name", &meta.name, 80),
        ("summary", &meta.summary, 250),
        ("purpose", &meta.purpose, 1000),
        ("scope", &meta.scope, 1000),
    ] {
        place.words(path, words, most);
    }
    if !GROUPS.iter().any(|(key, _)| *key == meta.group) {
        place.missing("group", &meta.group);
    }
    place.icon(&meta.icon);
    if meta.reviewed.date.is_none() {
        place.at(
            "reviewed",
            "Write the day of the last review, such as 2026-11-01.",
        );
    }
    for (list, lines) in [
        ("when", &meta.when),
        ("when_not", &meta.when_not),
        ("start", &meta.start),
        ("itil", &meta.itil),
    ] {
        if lines.len() > 20 {
            place.at(list, Msg::new("Keep {n} lines or fewer.").with("n", 20));
        }
        for (i, line) in lines.iter().enumerate() {
            place.words(&format!("{list}[{i}]"), line, 500);
        }
    }
    for (i, key) in meta.related.iter().enumerate() {
        if *key == pack.key || known.is_some_and(|known| !known(key)) {
            place.missing(&format!("related[{i}]"), key);
        }
    }
    if meta.sources.is_empty() {
        place.at(
            "sources",
            "Name what the practice stands on: at least one source.",
        );
    }
    for (i, source) in meta.sources.iter().enumerate() {
        place.words(&format!("sources[{i}].title"), &source.title, 200);
        if source
            .url
            .as_ref()
            .is_some_and(|url| !url.starts_with("https://") || url.len() > 500)
        {
            place.at(
                &format!("sources[{i}].url"),
                "An address begins with https://.",
            );
        }
    }
    let mut roles = BTreeSet::new();
    for (i, role) in meta.roles.iter().enumerate() {
        place.key(&format!("roles[{i}].key"), &role.key);
        place.words(&format!("roles[{i}].name"), &role.name, 80);
        place.words(&format!("roles[{i}].does"), &role.does, 300);
        if role.key == "requester" || !roles.insert(role.key.as_str()) {
            place.at(&format!("roles[{i}].key"), twice(&role.key));
        }
    }
    let somebody = |key: &String| key == "requester" || roles.contains(key.as_str());
    for (i, line) in meta.raci.iter().enumerate() {
        place.words(&format!("raci[{i}].activity"), &line.activity, 200);
        if line.responsible.is_empty() {
            place.at(
                &format!("raci[{i}].responsible"),
                "Somebody is responsible for each activity.",
            );
        }
        if !somebody(&line.accountable) {
            place.missing(&format!("raci[{i}].accountable"), &line.accountable);
        }
        for (part, list) in [
            ("responsible", &line.responsible),
            ("consulted", &line.consulted),
            ("informed", &line.informed),
        ] {
            for (j, key) in list.iter().enumerate().filter(|(_, key)| !somebody(key)) {
                place.missing(&format!("raci[{i}].{part}[{j}]"), key);
            }
        }
    }
    kpis(pack, &mut place);
    for (i, term) in meta.glossary.iter().enumerate() {
        place.words(&format!("glossary[{i}].term"), &term.term, 80);
        place.words(&format!("glossary[{i}].means"), &term.means, 500);
    }
}

fn kpis(pack: &Pack, place: &mut In<'_>) {
    let mut seen = BTreeSet::new();
    for (i, kpi) in pack.meta.kpis.iter().enumerate() {
        place.key(&format!("kpis[{i}].key"), &kpi.key);
        place.words(&format!("kpis[{i}].name"), &kpi.name, 80);
        place.words(&format!("kpis[{i}].why"), &kpi.why, 500);
        place.words(&format!("kpis[{i}].improve"), &kpi.improve, 500);
        if !seen.insert(&kpi.key) {
            place.at(&format!("kpis[{i}].key"), twice(&kpi.key));
        }
        if !kpi.target.is_finite() || kpi.target < 0.0 {
            place.at(&format!("kpis[{i}].target"), "A target is a number from 0.");
        }
        let at = format!("kpis[{i}].formula");
        match Formula::parse(&kpi.formula) {
            Err(msg) => place.at(&at, msg),
            Ok(formula) => {
                let stages = || pack.processes.values().flat_map(|p| &p.stages);
                for figure in formula.figures() {
                    use crate::practices::pack::Figure::{Mean, Median, P90};
                    if let Median(Measure::Stage(key))
                    | Mean(Measure::Stage(key))
                    | P90(Measure::Stage(key)) = figure
                        && !stages().any(|stage| stage.key == *key)
                    {
                        place.missing(&at, key);
                    }
                }
            }
        }
    }
}
