//! Who has confirmed what: the compliance report, for those who run a policy.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use mil_db::{Db, sql};
use schemars::JsonSchema;
use serde::Serialize;

use crate::clock::from_micros;
use crate::error::Result;
use crate::i18n::{fmt, t};
use crate::policies::model::{Standing, Version, standing};
use crate::policies::pages::standing_pill;
use crate::policies::store::{self, Policy};
use crate::policies::verbs::here;
use crate::ui::block::{card, empty};
use crate::ui::table::{Col, Group, Table, table};
use crate::web::{Ctx, Me, csv};

/// One person asked to confirm a version.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Line {
    /// Id of the person.
    pub person_id: String,
    /// Their name.
    pub name: String,
    /// Their department; empty without one.
    pub department: String,
    /// How it stands.
    pub standing: Standing,
    /// RFC 3339.
    pub due_at: String,
    /// RFC 3339; null while it is not confirmed.
    pub confirmed_at: Option<String>,
    /// How often the quiz was tried.
    pub tries: i64,
}

/// Everybody who is asked to confirm `version`, by department and name. Who
/// left its audience is not in it; who is disabled is not either.
pub async fn lines(db: &Db, ctx: &Ctx, policy: &Policy, version: &Version) -> Result<Vec<Line>> {
    let today = here(ctx);
    let exceptions = store::exceptions(db, Some(&policy.id), None).await?;
    sql("SELECT d.person_id, d.due_at, d.done_at, p.name, COALESCE(x.name, '') AS department,
            (SELECT COUNT(*) FROM policy_try y WHERE y.policy_id = d.policy_id AND y.person_id = d.person_id) AS tries
         FROM policy_duty d JOIN person p ON p.id = d.person_id
         LEFT JOIN department x ON x.id = p.department_id
         WHERE d.policy_id = $1 AND d.major = $2 AND d.ended_at IS NULL AND p.disabled_at IS NULL
         ORDER BY department, p.name, p.id")
    .bind(&policy.id)
    .bind(version.major)
    .all(db)
    .await?
    .iter()
    .map(|row| {
        let person_id: String = row.get("person_id")?;
        let done: Option<i64> = row.get("done_at")?;
        let due: Timestamp = from_micros(row.get("due_at")?);
        let until = exceptions
            .iter()
            .filter(|e| e.person_id == person_id && e.holds(today))
            .map(|e| e.until_on)
            .max();
        Ok(Line {
            name: row.get("name")?,
            department: row.get("department")?,
            standing: standing(done.is_some(), due, until, ctx.now, today),
            due_at: due.to_string(),
            confirmed_at: done.map(|at| from_micros(at).to_string()),
            tries: row.get("tries")?,
            person_id,
        })
    })
    .collect()
}

/// How many stand how: acknowledged, excepted, due, overdue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Count {
    pub acknowledged: i64,
    pub excepted: i64,
    pub due: i64,
    pub overdue: i64,
}

impl Count {
    fn add(&mut self, standing: Standing) {
        *match standing {
            Standing::Acknowledged => &mut self.acknowledged,
            Standing::Excepted => &mut self.excepted,
            Standing::Due => &mut self.due,
            Standing::Overdue => &mut self.overdue,
        } += 1;
    }

    /// All of them.
    pub fn total(&self) -> i64 {
        self.acknowledged + self.excepted + self.due + self.overdue
    }

    /// How many percent have confirmed it or need not; 100 when nobody is asked.
    pub fn percent(&self) -> i64 {
        match self.total() {
            0 => 100,
            total => 100 * (self.acknowledged + self.excepted) / total,
        }
    }
}

/// The counts of all, and by department in order of name.
pub fn count(lines: &[Line]) -> (Count, BTreeMap<String, Count>) {
    let mut all = Count::default();
    let mut parts: BTreeMap<String, Count> = BTreeMap::new();
    for line in lines {
        all.add(line.standing);
        parts
            .entry(line.department.clone())
            .or_default()
            .add(line.standing);
    }
    (all, parts)
}

/// The report as a part of the policy's page.
pub async fn part(me: &Me, policy: &Policy, version: &Version) -> Result<Markup> {
    let lang = me.lang();
    let lines = lines(&me.app.db, me, policy, version).await?;
    let (all, parts) = count(&lines);
    if lines.is_empty() {
        return Ok(card(
            t!(lang, "Who has confirmed it"),
            empty(
                "users",
                t!(lang, "Nobody is asked yet"),
                t!(
                    lang,
                    "People are asked from the first day on which it holds."
                ),
                html! {},
            ),
        ));
    }
    let name = |d: &str| {
        if d.is_empty() {
            t!(lang, "Without department").to_owned()
        } else {
            d.to_owned()
        }
    };
    let cols = [
        Col {
            label: t!(lang, "Person"),
            ..Col::default()
        },
        Col {
            label: t!(lang, "Department"),
            ..Col::default()
        },
        Col {
            label: t!(lang, "How it stands"),
            ..Col::default()
        },
        Col {
            label: t!(lang, "Due"),
            ..Col::default()
        },
        Col {
            label: t!(lang, "Confirmed"),
            ..Col::default()
        },
    ];
    let day = |text: &str| {
        text.parse().map_or_else(
            |_| String::new(),
            |at| fmt::when(lang, at, me.now, &me.prefs.zone),
        )
    };
    let mut open: Vec<&Line> = lines.iter().collect();
    open.sort_by_key(|l| l.standing);
    let rows = html! { @for l in open.iter().take(200) { tr {
        td class="main" { (l.name) } td { (name(&l.department)) } td { (standing_pill(lang, l.standing)) }
        td class="small" { (day(&l.due_at)) } td class="small" { (l.confirmed_at.as_deref().map_or(String::new(), day)) }
    } } };
    Ok(card(
        t!(lang, "Who has confirmed it"),
        html! {
            p { (t!(lang, "{n} of {m} have confirmed it, {late} are overdue, {free} have an exception.",
                n = all.acknowledged, m = all.total(), late = all.overdue, free = all.excepted)) }
            div class="bars-h mt-3" {
                @for (department, c) in &parts {
                    span { (name(department)) }
                    span class="tr" { i class=[(c.overdue > 0).then_some("miss")] style={ "inline-size:" (c.percent()) "%" } {} }
                    span class="n" { (c.percent()) " %" span class="vh" { " " (t!(lang, "{n} overdue", n = c.overdue)) } }
                }
            }
            details class="mt-3" {
                summary { (t!(lang, "Show as table")) }
                (table(lang, &Table { id: "report", caption: t!(lang, "Who has confirmed it"), cols: &cols, ..Table::default() }, &[Group { rows, ..Group::default() }]))
                @if lines.len() > 200 { p class="small muted" { (t!(lang, "The first {n}. The file has all.", n = 200)) } }
            }
            p class="mt-3" { a class="btn btn-line btn-s" href={ "/work/policies/" (policy.id) "/report.csv" } download { (t!(lang, "Download as CSV")) } }
        },
    ))
}

/// GET /work/policies/{policy}/report.csv
pub async fn file(me: Me, Path(id): Path<String>) -> Result<Response> {
    let policy = store::find_to_run(&me.app.db, &me.actor, &id).await?;
    let mut text = csv::line([
        "version",
        "name",
        "department",
        "standing",
        "due_at",
        "confirmed_at",
        "tries",
    ]);
    if let Some(version) = policy.in_force(here(&me)) {
        for l in lines(&me.app.db, &me, &policy, version).await? {
            let standing = serde_json::to_value(l.standing)?;
            text.push_str(&csv::line([
                version.number(),
                l.name,
                l.department,
                standing.as_str().unwrap_or_default().to_owned(),
                l.due_at,
                l.confirmed_at.unwrap_or_default(),
                l.tries.to_string(),
            ]));
        }
    }
    Ok(csv::file("policy-report.csv", text))
}
