//! Reading policies and confirming them, in the portal.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::error::{Error, Result};
use crate::glossary::explained;
use crate::i18n::{fmt, t, tn};
use crate::incidents::page::{Sheet, one};
use crate::policies::exceptions;
use crate::policies::model::{Question, Standing, Version};
use crate::policies::store::{self, Mine};
use crate::policies::verbs::{self, here};
use crate::policy;
use crate::ui::block::{Tone, card, crumbs, empty, notice, pill, turn};
use crate::ui::button::{Button, Kind, Size, button};
use crate::ui::choice::{Opt, checks};
use crate::ui::field::{Field, date, textarea};
use crate::web::input::Posted;
use crate::web::{Flash, Me, markdown, see_other, shell};

/// How it stands, as a mark.
pub fn standing_pill(lang: crate::i18n::Lang, standing: Standing) -> Markup {
    match standing {
        Standing::Overdue => pill(Tone::Bad, "alert", t!(lang, "Overdue")),
        Standing::Due => pill(Tone::Warn, "clock", t!(lang, "To confirm")),
        Standing::Excepted => pill(Tone::Line, "", t!(lang, "Exception")),
        Standing::Acknowledged => pill(Tone::Ok, "check", t!(lang, "Confirmed")),
    }
}

/// What waits for this reader, on the start page; nothing when nothing does.
pub async fn waiting(me: &Me) -> Result<Markup> {
    let lang = me.lang();
    let mine = store::mine(&me.app.db, &me.actor, me.now, here(me)).await?;
    let open: Vec<&Mine> = mine
        .iter()
        .filter(|m| matches!(m.standing, Some(Standing::Due | Standing::Overdue)))
        .collect();
    let Some(first) = open.first() else {
        return Ok(html! {});
    };
    let late = first.standing == Some(Standing::Overdue);
    let (href, fact) = match open.as_slice() {
        [one] => (
            format!("/policies/{}", one.policy.id),
            t!(
                lang,
                "Read and confirm “{title}”.",
                title = one.version.title
            ),
        ),
        more => (
            "/policies".to_owned(),
            tn!(
                lang,
                more.len() as i64,
                "{n} policy to read and confirm.",
                "{n} policies to read and confirm."
            ),
        ),
    };
    let tone = if late { Tone::Warn } else { Tone::Info };
    Ok(notice(
        tone,
        "shield",
        &fact,
        html! { (deadline(me, first)) " " a href=(href) { (t!(lang, "Read it now")) } },
    ))
}

fn deadline(me: &Me, m: &Mine) -> String {
    let lang = me.lang();
    let Some(duty) = &m.duty else {
        return String::new();
    };
    // The deadline is the end of a day, so that day is the one before.
    let last = duty.due_at - jiff::SignedDuration::from_secs(1);
    let day = fmt::day(lang, me.app.zone().to_datetime(last).date(), here(me));
    if m.standing == Some(Standing::Overdue) {
        t!(lang, "It was due by {day}.", day = day)
    } else {
        t!(lang, "Until {day}.", day = day)
    }
}

/// GET /policies
pub async fn list(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let mine = store::mine(&me.app.db, &me.actor, me.now, here(&me)).await?;
    let open = mine
        .iter()
        .filter(|m| matches!(m.standing, Some(Standing::Due | Standing::Overdue)))
        .count();
    let body = html! {
        div class="wrap stack page" style="--gap:1.25rem" {
            div {
                h1 tabindex="-1" { (t!(lang, "Policies")) }
                p class="muted mt-2" {
                    @if open > 0 { (tn!(lang, open as i64, "{n} policy waits for you to confirm it.", "{n} policies wait for you to confirm them.")) }
                    @else { (t!(lang, "You have confirmed everything that holds for you.")) }
                    @if policy::works(&me.actor) { " " a href="/work/policies" { (t!(lang, "Run policies")) } }
                }
            }
            @if mine.is_empty() {
                (empty("shield", t!(lang, "No policies yet"), t!(lang, "What holds for you will stand here."), html! {}))
            } @else {
                ul class="rq" { @for m in &mine { li {
                    div {
                        a class="ttl" href={ "/policies/" (m.policy.id) } { (m.version.title) }
                        p class="muted small" {
                            (t!(lang, "Version {number}", number = m.version.number())) " · " (m.policy.owner)
                            @if matches!(m.standing, Some(Standing::Due | Standing::Overdue)) { " · " (deadline(&me, m)) }
                        }
                    }
                    @if let Some(standing) = m.standing { (standing_pill(lang, standing)) }
                } } }
            }
        }
    };
    shell::portal(&me, "/policies", t!(lang, "Policies"), body).await
}

/// GET /policies/{policy}
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    render(&me, &id, &Sheet::default(), None).await
}

async fn render(
    me: &Me,
    id: &str,
    sheet: &Sheet,
    tried: Option<&verbs::Outcome>,
) -> Result<Response> {
    let lang = me.lang();
    let m = store::find_mine(&me.app.db, &me.actor, id, me.now, here(me)).await?;
    let v = &m.version;
    let open = matches!(
        m.standing,
        Some(Standing::Due | Standing::Overdue | Standing::Excepted)
    );
    let day = |d| fmt::day(lang, d, here(me));
    let older: Vec<&Version> = m
        .policy
        .versions
        .iter()
        .rev()
        .filter(|o| o.published_at.is_some() && (o.major, o.minor) < (v.major, v.minor))
        .collect();
    let body = html! {
        div class="wrap stack page measure" style="--gap:1.5rem" {
            (crumbs(lang, &[(t!(lang, "Policies"), "/policies"), (&v.title, "")]))
            div {
                h1 tabindex="-1" { (v.title) }
                p class="muted mt-2" {
                    (t!(lang, "Version {number}, holds since {day}.", number = v.number(), day = day(v.effective_on))) " "
                    @if let Some(last) = v.until_on { (t!(lang, "Ends on {day}.", day = day(last))) " " }
                    (t!(lang, "Questions? Ask {name}.", name = m.policy.owner))
                }
            }
            (sheet.summary(lang))
            @if let Some(tried) = tried { (result(lang, v, tried)) }
            @match (&m.duty, m.standing) {
                (Some(duty), Some(Standing::Acknowledged)) => {
                    (notice(Tone::Ok, "check", t!(lang, "You have confirmed this."), html! {
                        @if let Some(at) = duty.done_at { (fmt::when(lang, at, me.now, &me.prefs.zone)) } }))
                },
                (Some(_), Some(standing)) => (notice(if standing == Standing::Overdue { Tone::Warn } else { Tone::Info }, "clock",
                    t!(lang, "You are asked to confirm this."), html! { (deadline(me, &m)) " " a href="#confirm" { (t!(lang, "To the end of the page")) } })),
                _ => {},
            }
            @if !v.for_you.is_empty() {
                section aria-labelledby="for-you" { h2 id="for-you" { (t!(lang, "What it means for you")) } div class="prose mt-2" { (explained(me, "for-you", &v.for_you).await?) } }
            }
            @if !v.change_note.is_empty() && v.minor + v.major > 1 {
                section aria-labelledby="new" { h2 id="new" { (t!(lang, "What is new")) } div class="prose mt-2" { (markdown(&v.change_note)) } }
            }
            section aria-labelledby="text" { h2 id="text" { (t!(lang, "The policy")) } div class="prose mt-2" { (explained(me, "text", &v.body).await?) } }
            @if open { (turn("check", t!(lang, "Confirm that you have read it"), confirm(me, v, sheet))) }
            @if m.duty.is_some() { (exception(me, &m, sheet).await?) }
            @if !older.is_empty() {
                details { summary { (t!(lang, "Older versions")) }
                    ul class="plain mt-2" { @for o in older { li { a href={ "/policies/" (m.policy.id) "/versions/" (o.number()) } {
                        (t!(lang, "Version {number}, from {day}", number = o.number(), day = day(o.effective_on))) } } } } }
            }
        }
    };
    let page = shell::portal(me, "/policies", &v.title, body).await?;
    Ok((sheet.status(), page).into_response())
}

fn confirm(me: &Me, v: &Version, sheet: &Sheet) -> Markup {
    let lang = me.lang();
    html! {
        form id="confirm" method="post" action={ "/policies/" (v.policy_id) "/acknowledgement" } class="stack" {
            input type="hidden" name="version" value=(v.id);
            @for (at, q) in v.quiz.questions.iter().enumerate() { (question(lang, at, q, sheet)) }
            @if !v.quiz.questions.is_empty() {
                p class="small muted" { (t!(lang, "{n} percent have to be right. You can try as often as you like.", n = v.quiz.pass_percent)) }
            }
            div { (button(Button { label: t!(lang, "I have read it and follow it"), kind: Kind::Primary, ..Button::default() })) }
        }
    }
}

fn question(lang: crate::i18n::Lang, at: usize, q: &Question, sheet: &Sheet) -> Markup {
    let name = format!("q{at}");
    let values: Vec<String> = (0..q.choices.len()).map(|n| n.to_string()).collect();
    let typed = sheet.typed.as_ref().and_then(|p| p.0.get(&name));
    let options: Vec<Opt<'_>> = q
        .choices
        .iter()
        .zip(&values)
        .map(|(choice, value)| Opt {
            value,
            label: &choice.text,
            chosen: typed.is_some_and(|list| list.contains(value)),
            ..Opt::default()
        })
        .collect();
    let hint = if q.many() {
        t!(lang, "Several answers are right.")
    } else {
        ""
    };
    checks(
        lang,
        &Field {
            name: &name,
            label: &q.text,
            hint,
            error: sheet.error(&name),
            ..Field::default()
        },
        &options,
        q.many(),
    )
}

/// After a try that was not enough: what was right and why, never while the
/// questions are still to be answered for the first time.
fn result(lang: crate::i18n::Lang, v: &Version, tried: &verbs::Outcome) -> Markup {
    notice(
        Tone::Warn,
        "alert",
        &t!(
            lang,
            "{n} of {m} answers are right; that is not enough yet.",
            n = tried.correct,
            m = tried.questions
        ),
        html! {
            ul class="plain mt-2" { @for q in v.quiz.questions.iter().filter(|q| !q.why.is_empty()) { li { b { (q.text) } " " (q.why) } } }
        },
    )
}

async fn exception(me: &Me, m: &Mine, sheet: &Sheet) -> Result<Markup> {
    let lang = me.lang();
    let today = here(me);
    let mine = store::exceptions(&me.app.db, Some(&m.policy.id), Some(&me.actor.id)).await?;
    let open = mine.iter().any(store::Exception::is_open);
    let line = |e: &store::Exception| {
        let until = fmt::day(lang, e.until_on, today);
        if e.is_open() {
            t!(
                lang,
                "Asked for an exception until {day}; not decided yet.",
                day = until
            )
        } else if e.holds(today) {
            t!(lang, "You have an exception until {day}.", day = until)
        } else if e.refused {
            t!(lang, "Your exception was refused: {why}", why = e.answer)
        } else {
            t!(lang, "Your exception ended ({day}).", day = until)
        }
    };
    Ok(html! {
        @if !mine.is_empty() { (card(t!(lang, "Exceptions"), html! { ul class="plain" { @for e in &mine { li { (line(e)) } } } })) }
        @if !open {
            details open[!sheet.errors.is_empty() && sheet.typed.as_ref().is_some_and(|p| p.0.contains_key("reason"))] {
                summary { (t!(lang, "I cannot follow this for a while")) }
                form method="post" action={ "/policies/" (m.policy.id) "/exceptions" } class="stack mt-3" {
                    (textarea(lang, &Field { name: "reason", label: t!(lang, "Why you need an exception"), value: sheet.value("reason", ""), error: sheet.error("reason"), max_length: Some(2_000), ..Field::default() }, 3))
                    (date(lang, &Field { name: "until_on", label: t!(lang, "Until which day"), value: sheet.value("until_on", ""), error: sheet.error("until_on"), ..Field::default() }))
                    div { (button(Button { label: t!(lang, "Ask for an exception"), size: Size::Small, ..Button::default() })) }
                }
            }
        }
    })
}

/// GET /policies/{policy}/versions/{policy_version}
pub async fn version(me: Me, Path((id, number)): Path<(String, String)>) -> Result<Markup> {
    let lang = me.lang();
    let m = store::find_mine(&me.app.db, &me.actor, &id, me.now, here(&me)).await?;
    let v = m
        .policy
        .versions
        .iter()
        .find(|v| v.published_at.is_some() && v.number() == number)
        // What does not hold yet is read by those who run it.
        .filter(|v| v.effective_on <= here(&me) || m.policy.is_run_by(&me.actor))
        .ok_or(Error::NotFound)?;
    let base = format!("/policies/{id}");
    let body = html! {
        div class="wrap stack page measure" style="--gap:1.5rem" {
            (crumbs(lang, &[(t!(lang, "Policies"), "/policies"), (&m.version.title, &base), (&v.number(), "")]))
            h1 tabindex="-1" { (v.title) " " span class="muted" { (v.number()) } }
            @if v.id != m.version.id { (notice(Tone::Warn, "info", t!(lang, "This is not the version that holds."), html! { a href=(base) { (t!(lang, "Read the one that holds")) } })) }
            div class="prose" { (explained(&me, "for-you", &v.for_you).await?) }
            div class="prose" { (explained(&me, "text", &v.body).await?) }
        }
    };
    shell::portal(&me, "/policies", &v.title, body).await
}

/// The ticks of each question.
fn chosen(posted: &Posted, questions: usize) -> Vec<BTreeSet<usize>> {
    (0..questions)
        .map(|at| {
            let list = posted.0.get(&format!("q{at}"));
            list.into_iter()
                .flatten()
                .filter_map(|v| v.parse().ok())
                .collect()
        })
        .collect()
}

/// POST /policies/{policy}/acknowledgement
pub async fn acknowledge(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let lang = me.lang();
    let m = store::find_mine(&me.app.db, &me.actor, &id, me.now, here(&me)).await?;
    let chosen = chosen(&posted, m.version.quiz.questions.len());
    let missing: Vec<(String, String)> = chosen
        .iter()
        .enumerate()
        .filter(|(_, set)| set.is_empty())
        .map(|(at, _)| (format!("q{at}"), t!(lang, "Choose an answer.").to_owned()))
        .collect();
    if !missing.is_empty() {
        let sheet = Sheet {
            typed: Some(posted),
            errors: missing,
        };
        return render(&me, &id, &sheet, None).await;
    }
    let outcome = verbs::acknowledge(&me, &me.actor, &id, one(&posted, "version"), &chosen).await?;
    if outcome.passed {
        let said = t!(
            lang,
            "Thank you. You have confirmed “{title}”.",
            title = m.version.title
        );
        return Ok(see_other("/policies", Some(Flash::new(said))));
    }
    let sheet = Sheet {
        typed: Some(posted),
        errors: Vec::new(),
    };
    render(&me, &id, &sheet, Some(&outcome)).await
}

/// POST /policies/{policy}/exceptions
pub async fn ask_exception(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let lang = me.lang();
    let until = one(&posted, "until_on").parse().ok();
    match exceptions::ask(&me, &me.actor, &id, one(&posted, "reason"), until).await {
        Ok(()) => {
            let said = t!(lang, "Your question is on its way. You will hear.");
            Ok(see_other(
                &format!("/policies/{id}"),
                Some(Flash::new(said)),
            ))
        }
        Err(Error::Invalid(fields)) => {
            let errors = fields
                .iter()
                .map(|f| (f.field.clone(), lang.text(&f.msg.text, &f.msg.args)))
                .collect();
            render(
                &me,
                &id,
                &Sheet {
                    typed: Some(posted),
                    errors,
                },
                None,
            )
            .await
        }
        Err(error) => Err(error),
    }
}
