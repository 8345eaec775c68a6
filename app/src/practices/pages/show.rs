//! The page of one practice.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::error::{Error, Result};
use crate::glossary::explained;
use crate::i18n::{Lang, fmt, t, tn};
use crate::policy;
use crate::practices::figures::{self, Maturity, Value};
use crate::practices::pack::{Pack, ProcessSpec, StageSpec};
use crate::practices::pages::{Seen, figure};
use crate::practices::present::Present;
use crate::practices::{adopt, archive, export, library, store};
use crate::ui::block::{Tone, notice, pill, rail_block};
use crate::ui::icon::icon_s;
use crate::ui::shell::{bar_back, split};
use crate::web::{Flash, Me, markdown, see_other, shell};

/// GET /practices/{practice}
pub async fn page(me: Me, Path(key): Path<String>) -> Result<Markup> {
    let lang = me.lang();
    let seen = Seen::find(&me, &key).await?;
    let measured = match &seen.adoption {
        Some(adoption) => Some(figures::values(&me.app.db, &seen.catalog, adoption, me.now).await?),
        None => None,
    };
    let meta = &seen.offered.pack.meta;
    let guide = explained(&me, "guide", &seen.offered.pack.guide).await?;
    let main = html! { (main(&me, &seen, measured.as_ref(), &guide)) };
    let rail = html! { (rail(&me, &seen, measured.as_ref())) };
    let end = deeds(&me, &seen);
    let page = html! {
        (bar_back(t!(lang, "Practices"), "/practices", "", end))
        (split(main, t!(lang, "What you adopt"), rail))
    };
    shell::workspace(&me, "/practices", &meta.name, page).await
}

fn deeds(me: &Me, seen: &Seen) -> Markup {
    let lang = me.lang();
    let base = format!("/practices/{}", seen.offered.pack.key);
    let shapes = policy::shapes_catalog(&me.actor);
    html! {
        @if shapes {
            @if seen.adoption.is_none() {
                a class="btn btn-s btn-primary" href={ (base) "/adopt" } { (t!(lang, "Adopt this practice")) }
            } @else if seen.has_newer() {
                a class="btn btn-s btn-primary" href={ (base) "/upgrade" } { (t!(lang, "Compare with ours")) }
            }
        }
        @if seen.adoption.is_some() {
            a class="btn btn-s btn-line" href={ (base) "/export" } download { (t!(lang, "Export")) }
        }
    }
}

fn main(me: &Me, seen: &Seen, measured: Option<&(i64, Vec<Value>)>, guide: &Markup) -> Markup {
    let lang = me.lang();
    let pack = &seen.offered.pack;
    let meta = &pack.meta;
    html! {
        div class="prose" style="max-width:none" {
            p class="row small muted" style="--gap:.75rem" {
                @if let Some(adoption) = &seen.adoption {
                    (pill(Tone::Ok, "check", &t!(lang, "We use version {version}", version = adoption.pack.meta.version)))
                }
                span { (t!(lang, "Version {version}, reviewed {date}", version = meta.version, date = meta.reviewed)) }
                @if !meta.itil.is_empty() { span { (meta.itil.join(", ")) } }
            }
            h1 tabindex="-1" { (meta.name) }
            p class="lead" style="max-width:44rem" { (meta.purpose) }
        }
        @if let Some((ordered, values)) = measured { (use_of(me, seen, *ordered, values)) }
        @for (n, process) in pack.processes.values().enumerate() { (model(lang, pack, process, n)) }
        div class="prose" {
            h2 { (t!(lang, "What it covers")) }
            p { (meta.scope) }
            @for (heading, lines) in [(t!(lang, "When to use it"), &meta.when), (t!(lang, "When not to use it"), &meta.when_not)] {
                @if !lines.is_empty() { h2 { (heading) } ul { @for line in lines { li { (line) } } } }
            }
            @if !meta.start.is_empty() { h2 { (t!(lang, "How to start")) } ol { @for line in &meta.start { li { (line) } } } }
        }
        div class="prose" { (guide) }
        (who(lang, pack))
        (playbooks(lang, pack))
        (templates(lang, pack))
        @if !meta.glossary.is_empty() {
            section class="prose" {
                h2 { (t!(lang, "Words")) }
                dl { @for term in &meta.glossary { dt { strong { (term.term) } @if let Some(it) = &term.it_term { " " span class="muted" { (t!(lang, "(IT says: {word})", word = it)) } } } dd { (term.means) } } }
            }
        }
        section class="prose" {
            h2 { (t!(lang, "Sources")) }
            ul { @for source in &meta.sources { li {
                @match &source.url { Some(url) => a href=(url) rel="noreferrer" { (source.title) }, None => (source.title) }
                @if let Some(by) = &source.by { ", " (by) }
            } } }
        }
    }
}

/// How well we use it, and what to do next.
fn use_of(me: &Me, seen: &Seen, ordered: i64, values: &[Value]) -> Markup {
    let lang = me.lang();
    let Maturity { level, improve } = figures::maturity(ordered, values);
    let (word, next) = match level {
        1 => (
            t!(lang, "Adopted"),
            t!(
                lang,
                "Let the first requests run: with five in three months the measures begin to tell something."
            ),
        ),
        2 => (
            t!(lang, "In use"),
            t!(
                lang,
                "Some measures have no figure yet. Work the requests to their end and ask for ratings."
            ),
        ),
        3 => (t!(lang, "Measured"), ""),
        _ => (
            t!(lang, "On target"),
            t!(
                lang,
                "Every target is met. Raise one, or help another team to adopt this."
            ),
        ),
    };
    let kpi = improve.and_then(|key| values.iter().find(|v| v.kpi.key == key));
    let levels = [
        t!(lang, "Adopted"),
        t!(lang, "In use"),
        t!(lang, "Measured"),
        t!(lang, "On target"),
    ];
    html! {
        section class="card mt-6" aria-labelledby="h-use" {
            h2 id="h-use" class="rail-h" { (t!(lang, "How well we use it")) }
            p { strong { (t!(lang, "{word}: step {n} of 4", word = word, n = level)) } }
            ol class="model mt-2" aria-hidden="true" {
                @for (at, name) in levels.into_iter().enumerate() { li class=[(at < usize::from(level)).then_some("gate")] { b { (name) } } }
            }
            p class="mt-2" {
                (t!(lang, "Next:")) " "
                @match kpi {
                    Some(v) => { strong { (v.kpi.name) } ". " (v.kpi.improve) },
                    None => (next),
                }
            }
            p class="small muted mt-2" { (tn!(lang, ordered, "{n} request in the last 90 days.", "{n} requests in the last 90 days.")) @if let Some(a) = &seen.adoption { " " (t!(lang, "Adopted {when}.", when = fmt::when(lang, a.adopted_at, me.now, &me.prefs.zone))) } }
        }
    }
}

/// The stages as a diagram, gates marked.
fn model(lang: Lang, pack: &Pack, process: &ProcessSpec, n: usize) -> Markup {
    let gate = |s: &StageSpec| {
        s.requester_approves
            || !s.approvals.is_empty()
            || s.checklist.iter().any(|c| c.required)
            || s.tasks.iter().any(|t| t.required)
    };
    let role = |s: &StageSpec| {
        let role = s.role.as_deref().and_then(|key| pack.role(key));
        role.map(|role| role.name.as_str())
    };
    html! {
        section class="mt-6" aria-labelledby={ "rm-" (n) } {
            h2 id={ "rm-" (n) } style="font-size:var(--t-16)" { (process.name) }
            ol class={ "model mt-2" @if process.stages.len() > 5 { " model-wrap" } } {
                @for stage in &process.stages {
                    li class=[match (gate(stage), stage.only_if.is_some()) { (true, true) => Some("gate maybe"), (true, false) => Some("gate"), (false, true) => Some("maybe"), _ => None }] {
                        b { (stage.name) }
                        @if let Some(role) = role(stage) { span { (role) } }
                        @if stage.only_if.is_some() { span { (t!(lang, "only sometimes")) } }
                        @if stage.requester_approves { span { (t!(lang, "the requester agrees")) } }
                        @for step in &stage.approvals { span { (t!(lang, "agrees: {step}", step = step.name)) } }
                        @if !stage.timers.is_empty() { span { (tn!(lang, stage.timers.len(), "{n} timer", "{n} timers")) } }
                        @for task in stage.tasks.iter().take(2) { span { (t!(lang, "beside it: {task}", task = task.name)) } }
                        @for check in stage.checklist.iter().filter(|c| c.required).take(2) { span { (check.label) } }
                    }
                }
            }
            p class="small muted mt-2" { (t!(lang, "Blue edge: work stops here until what is named is done. The clock stops too when the requester has the next move.")) }
        }
    }
}

fn who(lang: Lang, pack: &Pack) -> Markup {
    let name = |key: &String| {
        if key == "requester" {
            t!(lang, "Requester").to_owned()
        } else {
            pack.role(key)
                .map_or_else(|| key.clone(), |r| r.name.clone())
        }
    };
    let names = |keys: &[String]| keys.iter().map(name).collect::<Vec<_>>().join(", ");
    html! {
        section class="mt-6" aria-labelledby="h-who" {
            h2 id="h-who" { (t!(lang, "Who does what")) }
            ul class="stack mt-2" { @for role in &pack.meta.roles { li { strong { (role.name) } ": " (role.does) } } }
            @if !pack.meta.raci.is_empty() {
                div class="table-wrap mt-3" tabindex="0" role="region" aria-label=(t!(lang, "Responsibilities")) {
                    table class="table" {
                        thead { tr { th scope="col" { (t!(lang, "Activity")) } th scope="col" { (t!(lang, "Does it")) } th scope="col" { (t!(lang, "Answers for it")) } th scope="col" { (t!(lang, "Is asked")) } th scope="col" { (t!(lang, "Is told")) } } }
                        tbody { @for line in &pack.meta.raci { tr { th scope="row" { (line.activity) } td { (names(&line.responsible)) } td { (name(&line.accountable)) } td { (names(&line.consulted)) } td { (names(&line.informed)) } } } }
                    }
                }
            }
        }
    }
}

fn playbooks(lang: Lang, pack: &Pack) -> Markup {
    html! {
        @for (key, playbook) in &pack.playbooks {
            section class="mt-6" aria-labelledby={ "p-" (key) } {
                h2 id={ "p-" (key) } { (t!(lang, "Step by step: {name}", name = playbook.name)) }
                p class="muted" { (playbook.purpose) }
                ol class="stack mt-2" { @for step in &playbook.steps { li { strong { (step.title) } div class="prose s14" { (markdown(&step.how)) } } } }
            }
        }
    }
}

fn templates(lang: Lang, pack: &Pack) -> Markup {
    html! {
        @if !pack.templates.is_empty() {
            section class="mt-6" aria-labelledby="h-templates" {
                h2 id="h-templates" { (t!(lang, "Texts to copy")) }
                @for template in pack.templates.values() {
                    details class="mt-2" { summary { (template.name) } pre class="wrap-pre" tabindex="0" { (template.body) } }
                }
            }
        }
    }
}

fn rail(me: &Me, seen: &Seen, measured: Option<&(i64, Vec<Value>)>) -> Markup {
    let lang = me.lang();
    let pack = &seen.offered.pack;
    let base = format!("/practices/{}", pack.key);
    let shapes = policy::shapes_catalog(&me.actor);
    let count = |n: usize| i64::try_from(n).unwrap_or(0);
    let stages: usize = pack.processes.values().map(|p| p.stages.len()).sum();
    let asked: usize = pack
        .services
        .values()
        .map(|s| s.fields.iter().filter(|f| f.kind.is_question()).count())
        .sum();
    let lines = [
        (
            "grid",
            count(pack.services.len()),
            tn!(
                lang,
                count(pack.services.len()),
                "{n} service",
                "{n} services"
            ),
        ),
        (
            "list",
            count(asked),
            tn!(lang, count(asked), "{n} question", "{n} questions"),
        ),
        (
            "board",
            count(stages),
            tn!(lang, count(stages), "{n} stage", "{n} stages"),
        ),
        (
            "clock",
            count(pack.promises.len()),
            tn!(
                lang,
                count(pack.promises.len()),
                "{n} promise",
                "{n} promises"
            ),
        ),
        (
            "chart",
            count(pack.meta.kpis.len()),
            tn!(
                lang,
                count(pack.meta.kpis.len()),
                "{n} measure",
                "{n} measures"
            ),
        ),
        (
            "book",
            count(pack.playbooks.len()),
            tn!(
                lang,
                count(pack.playbooks.len()),
                "{n} procedure",
                "{n} procedures"
            ),
        ),
        (
            "bolt",
            count(pack.rules.len()),
            tn!(lang, count(pack.rules.len()), "{n} rule", "{n} rules"),
        ),
        (
            "mail",
            count(pack.templates.len()),
            tn!(
                lang,
                count(pack.templates.len()),
                "{n} text to copy",
                "{n} texts to copy"
            ),
        ),
    ];
    let heading = if seen.adoption.is_some() {
        t!(lang, "What it brought")
    } else {
        t!(lang, "When you adopt it, you get")
    };
    html! {
        (rail_block(heading, "", html! {
            ul class="stack s14" style="--gap:.5rem" {
                @for (icon, n, words) in &lines { @if *n > 0 { li class="row" { (icon_s(icon)) (words) } } }
            }
            @match &seen.adoption {
                None if shapes => {
                    a class="btn btn-primary btn-block mt-4" href={ (base) "/adopt" } { (t!(lang, "Adopt this practice")) }
                    p class="small muted mt-2" { (t!(lang, "You see everything first. Nothing goes live until you say so, and you can take it back.")) }
                },
                None => p class="small muted mt-2" { (t!(lang, "A lead or an administrator can adopt it.")) },
                Some(adoption) => {
                    ul class="stack s14 mt-3" {
                        @for id in adoption.parts.services.values() {
                            @if let Some(service) = seen.catalog.service(id).filter(|s| !s.retired) {
                                li { a href=(if shapes { format!("/admin/services/{}", service.id) } else { format!("/catalog/{}", service.slug) }) { (service.name) } }
                            }
                        }
                        @if shapes { @for id in adoption.parts.processes.values() {
                            @if let Some(process) = seen.catalog.processes.get(id) { li { a href={ "/admin/processes/" (process.id) } { (process.name) } } }
                        } }
                    }
                    @if !adoption.parts.playbooks.is_empty() {
                        p class="mt-3" { a href={ "/playbooks?practice=" (pack.key) } { (t!(lang, "Its playbooks, to run")) } }
                    }
                    @if shapes && !adoption.parts.rules.is_empty() {
                        p class="mt-3" { a href="/admin/rules" { (t!(lang, "Its rules are among all rules")) } }
                    }
                    @if seen.has_newer() && shapes {
                        div class="mt-3" { (notice(Tone::Info, "up", &t!(lang, "Version {version} is here.", version = seen.offered.version()), html! { a href={ (base) "/upgrade" } { (t!(lang, "Compare with ours")) } })) }
                    }
                    @if shapes {
                        details class="mt-4" {
                            summary class="small" { (t!(lang, "Leave this practice")) }
                            p class="small muted mt-2" { (t!(lang, "Its services can be ordered no longer. Requests that run go on to their end. You can adopt it again at any time.")) }
                            form class="mt-2" method="post" action={ (base) "/leave" } { button class="btn btn-s btn-danger" { (t!(lang, "Leave it")) } }
                        }
                    }
                },
            }
        }))
        (rail_block(t!(lang, "Promises"), "", html! {
            @for promise in pack.promises.values() {
                p class="small strong mt-2" { (promise.name) }
                dl class="props s14" { @for (priority, target) in &promise.targets {
                    dt { (lang.t(priority.label())) } dd { (t!(lang, "{response} to answer, {delivery} to deliver", response = target.response, delivery = target.delivery)) }
                } }
            }
        }))
        (rail_block(t!(lang, "Measures"), if measured.is_some() { t!(lang, "us / target") } else { t!(lang, "target") }, html! {
            dl class="props s14" style="grid-template-columns:minmax(0,1fr) auto;gap:.625rem 1rem" {
                @for kpi in &pack.meta.kpis {
                    @let value = measured.and_then(|(_, all)| all.iter().find(|v| v.kpi.key == kpi.key));
                    dt title=(kpi.why) { (kpi.name) }
                    dd class="num" {
                        @if let Some(v) = value {
                            @match (v.value, v.met()) {
                                (Some(n), Some(met)) => strong class=(if met { "strong" } else { "warn" }) { (figure(lang, n, kpi.unit)) },
                                _ => span class="muted" { (t!(lang, "no figure")) },
                            }
                            " / "
                        }
                        span class="muted" { (figure(lang, kpi.target, kpi.unit)) }
                    }
                }
            }
        }))
        @if !pack.meta.related.is_empty() {
            (rail_block(t!(lang, "Goes with"), "", html! {
                ul class="stack s14" style="--gap:.375rem" {
                    @for key in &pack.meta.related { @if let Some(other) = library::packs().get(key) { li { a href={ "/practices/" (key) } { (other.meta.name) } } } }
                }
            }))
        }
    }
}

/// POST /practices/{practice}/leave
pub async fn leave(me: Me, Path(key): Path<String>) -> Result<Response> {
    let lang = me.lang();
    adopt::leave(&me, &me.actor, &key).await?;
    let said = Flash::new(t!(lang, "You left this practice. Running requests go on."));
    let there = store::offer(&me.app.db, &key).await?.is_some();
    let to = if there {
        format!("/practices/{key}")
    } else {
        "/practices".to_owned()
    };
    Ok(see_other(&to, Some(said)))
}

/// GET /practices/{practice}/export, and the same through the API: the practice
/// as it runs here, as a pack.
pub async fn export(me: Me, Path(key): Path<String>) -> Result<Response> {
    let adoption = store::find(&me.app.db, &key)
        .await?
        .ok_or(Error::NotFound)?;
    let catalog = me.app.catalog().await?;
    let teams = crate::people::store::teams(&me.app.db).await?;
    let present = Present::read(&me.app.db).await?;
    let mut pack = export::export(&catalog, &adoption, &present, &teams)?;
    pack.meta.glossary =
        crate::glossary::packs::export(&me.app.db, &key, &pack.meta.glossary).await?;
    let name = format!(
        "attachment; filename=\"{}-{}.zip\"",
        pack.key, pack.meta.version
    );
    Ok((
        [
            (header::CONTENT_TYPE, "application/zip".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        archive::write(&pack)?,
    )
        .into_response())
}
