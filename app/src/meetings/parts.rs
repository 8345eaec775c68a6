//! The parts of a meeting's page.

use maud::{Markup, html};

use crate::approvals;
use crate::changes;
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::incidents::page::Sheet;
use crate::meetings::model::{Attendance, Attendee, Decision, Meeting, Point, PointKind};
use crate::meetings::words;
use crate::ui::block::{Tone, pill};
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::choice::{Opt, checks, select};
use crate::ui::field::{Field, text, textarea, two};
use crate::web::Me;
use crate::work::store as items;

/// The points, each with what one does about it.
pub async fn agenda(
    me: &Me,
    m: &Meeting,
    points: &[Point],
    may: bool,
    sheet: &Sheet,
) -> Result<Markup> {
    let lang = me.lang();
    let mut rows = Vec::new();
    for (at, point) in points.iter().enumerate() {
        rows.push(row(me, m, point, (at, points.len()), may, sheet).await?);
    }
    let base = format!("/meetings/{}", m.id);
    Ok(html! {
        @if points.is_empty() { p class="muted" { (t!(lang, "Nothing is to be decided yet. Changes with a window before the meeting after this one come here by themselves.")) } }
        @else { ol class="stack plain-list" style="--gap:1rem" { @for row in &rows { (row) } } }
        @if may {
            details class="mt-4" open[!sheet.error("title").is_empty() || !sheet.error("change").is_empty()] {
                summary { (t!(lang, "Add a point")) }
                form method="post" action={ (base) "/points" } class="stack mt-2" {
                    (two(html! {
                        (text(lang, &Field { name: "title", label: t!(lang, "What it is about"), value: sheet.value("title", ""), error: sheet.error("title"),
                            optional: true, max_length: Some(160), ..Field::default() }))
                        (text(lang, &Field { name: "change", label: t!(lang, "Or the number of a change"), value: sheet.value("change", ""), error: sheet.error("change"),
                            optional: true, ..Field::default() }))
                    }))
                    (textarea(lang, &Field { name: "note", label: t!(lang, "Note"), value: sheet.value("note", ""), error: sheet.error("note"), optional: true, ..Field::default() }, 2))
                    div { (button(Button { label: t!(lang, "Add the point"), size: Size::Small, ..Button::default() })) }
                }
            }
        }
    })
}

async fn row(
    me: &Me,
    m: &Meeting,
    p: &Point,
    (at, of): (usize, usize),
    may: bool,
    sheet: &Sheet,
) -> Result<Markup> {
    let lang = me.lang();
    let item = match &p.item {
        Some((id, _)) => match items::find(&me.app.db, &me.actor, id).await {
            Ok(item) => Some(item),
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        },
        None => None,
    };
    let facts = match &item {
        Some(item) => facts(me, item).await?,
        None => html! {},
    };
    let turn = match (&item, p.decision) {
        (Some(item), Some(decision)) if item.is_open() => {
            vote(me, item, decision, &p.words).await?
        }
        _ => html! {},
    };
    let small = |label: &str, step: &str, to: &str| {
        html! {
            form method="post" action={ "/meetings/" (m.id) "/" (step) } {
                input type="hidden" name="point" value=(p.id);
                @if !to.is_empty() { input type="hidden" name="to" value=(to); }
                button class="btn btn-quiet btn-s" { (label) span class="vh" { " " (p.title) } }
            }
        }
    };
    Ok(html! {
        li class="card" id={ "p-" (p.id) } {
            div class="row" {
                h3 class="grow" {
                    (at + 1) ". "
                    @match (&item, &p.item) {
                        (Some(item), _) => a href={ "/work/" (item.number) } { (item.number) " " (p.title) },
                        (None, Some((_, number))) => { (number) " " (p.title) },
                        _ => (p.title),
                    }
                }
                @if p.kind == PointKind::Review { (pill(Tone::Line, "", t!(lang, "Look back"))) }
                @if let Some(d) = p.decision { (pill(tone(d), "", changes::words::decision(lang, d.key()))) }
            }
            (facts)
            @if !p.note.is_empty() { p class="mt-2" { (p.note) } }
            @if p.decision.is_some() && !p.words.is_empty() { p class="mt-2" { q { (p.words) } } }
            @if p.kind == PointKind::Review { @if let Some(item) = &item {
                p class="mt-2" { a href={ "/work/" (item.number) "/change" } { (t!(lang, "Write the review")) span class="vh" { " " (p.title) } } }
            } }
            @if may && p.kind == PointKind::Change && item.is_some() { (decide(me, m, p, sheet)) }
            (turn)
            @if may {
                div class="row mt-2" {
                    @if at > 0 { (small(t!(lang, "Up"), "move", "up")) }
                    @if at + 1 < of { (small(t!(lang, "Down"), "move", "down")) }
                    @if p.decision.is_none() { (small(t!(lang, "Take off"), "remove", "")) }
                }
            }
        }
    })
}

fn tone(d: Decision) -> Tone {
    match d {
        Decision::Approved | Decision::Conditions => Tone::Ok,
        Decision::Rejected => Tone::Bad,
        Decision::Deferred => Tone::Line,
    }
}

/// Kind, risk, window and whom it waits for.
async fn facts(me: &Me, item: &crate::work::Item) -> Result<Markup> {
    let lang = me.lang();
    let r = changes::store::of(&me.app.db, item).await?;
    let window = crate::calendar::store::of_item(&me.app.db, &item.id).await?;
    let waits = approvals::waits_for(me, item).await?;
    Ok(html! {
        p class="small muted row mt-2" {
            span { (changes::words::kind(lang, r.kind)) }
            @match r.assessment(item) {
                Some(a) => span { (changes::words::level_pill(lang, a.level).0) },
                None => span { (t!(lang, "Risk not ranked yet")) },
            }
            @if let Some(e) = &window { a href={ "/calendar/" (e.id) } { (crate::calendar::words::times(me, e)) } }
            @if r.way_back(item).is_empty() { span { (t!(lang, "No way back")) } }
        }
        @if let Some(waits) = waits { p class="small mt-2" { (waits) } }
    })
}

fn decide(me: &Me, m: &Meeting, p: &Point, sheet: &Sheet) -> Markup {
    let lang = me.lang();
    let field = format!("words-{}", p.id);
    html! {
        details class="mt-2" open[p.decision.is_none()] {
            summary { @if p.decision.is_some() { (t!(lang, "Decide anew")) } @else { (t!(lang, "Record the decision")) } }
            form method="post" action={ "/meetings/" (m.id) "/decide" } class="stack mt-2" {
                input type="hidden" name="point" value=(p.id);
                (text(lang, &Field { name: &field, label: t!(lang, "Conditions, or why"), value: sheet.value(&field, &p.words),
                    error: sheet.error(&field), optional: true, ..Field::default() }))
                div class="row" {
                    @for d in Decision::ALL {
                        button class="btn btn-s" name="decision" value=(d.key()) { (changes::words::decision(lang, d.key())) span class="vh" { " " (p.title) } }
                    }
                }
            }
        }
    }
}

/// Whoever is asked for a yes themselves may give it here; the meeting's word
/// does not do it for them.
async fn vote(me: &Me, item: &crate::work::Item, d: Decision, words: &str) -> Result<Markup> {
    let lang = me.lang();
    if d == Decision::Deferred {
        return Ok(html! {});
    }
    let Some(step) = approvals::asked(me, item).await? else {
        return Ok(html! {});
    };
    let yes = d != Decision::Rejected;
    Ok(html! {
        form method="post" action={ "/requests/" (item.number) "/vote" } class="row mt-2" {
            input type="hidden" name="comment" value=(words);
            input type="hidden" name="word" value=(if yes { "yes" } else { "no" });
            span { (t!(lang, "You are asked in “{step}”. The meeting does not answer for you.", step = step)) }
            (button(Button { label: if yes { t!(lang, "Agree as well") } else { t!(lang, "Refuse as well") }, size: Size::Small, ..Button::default() }))
        }
    })
}

/// Who was there, with a form for those who run it.
pub fn attendance(me: &Me, m: &Meeting, people: &[Attendee], may: bool, sheet: &Sheet) -> Markup {
    let lang = me.lang();
    if !may {
        return html! {
            @if people.iter().all(|a| a.state.is_none()) { p class="muted" { (t!(lang, "Nobody noted it yet.")) } }
            ul class="plain-list" { @for a in people.iter().filter(|a| a.state.is_some()) {
                li { (a.name) ": " @if let Some(state) = a.state { (words::attendance(lang, state)) } } } }
        };
    }
    let guests: Vec<&str> = people
        .iter()
        .filter(|a| a.person_id.is_none())
        .map(|a| a.name.as_str())
        .collect();
    html! {
        form method="post" action={ "/meetings/" (m.id) "/attendance" } class="stack" {
            div class="two" {
                @for a in people {
                    @if let Some(id) = &a.person_id {
                        @let name = format!("person-{id}");
                        @let guest = a.state == Some(Attendance::Guest);
                        @let options: Vec<Opt<'_>> = Attendance::ALL.iter().filter(|s| guest == (**s == Attendance::Guest)).map(|s| Opt {
                            value: s.key(), label: words::attendance(lang, *s), chosen: a.state == Some(*s), ..Opt::default() }).collect();
                        (select(lang, &Field { name: &name, label: &a.name, ..Field::default() }, &options, Some(t!(lang, "not noted"))))
                    }
                }
            }
            (text(lang, &Field { name: "guests", label: t!(lang, "Guests"), hint: t!(lang, "Names with a comma between."), optional: true,
                value: sheet.value("guests", &guests.join(", ")), error: sheet.error("guest"), ..Field::default() }))
            div { (button(Button { label: t!(lang, "Save attendance"), size: Size::Small, ..Button::default() })) }
        }
    }
}

/// Writing the minutes.
pub fn minutes(me: &Me, m: &Meeting, present: &str, sheet: &Sheet) -> Markup {
    let lang = me.lang();
    let ready = m.starts_at <= me.now || !m.minutes.is_empty();
    html! {
        form method="post" action={ "/meetings/" (m.id) "/minutes" } class="stack" data-guard {
            input type="hidden" name="version" value=(m.version);
            (textarea(lang, &Field { name: "minutes", label: t!(lang, "Text"), value: sheet.value("minutes", present), error: sheet.error("minutes"),
                hint: t!(lang, "Drafted from the agenda, the decisions and who was there. Markdown."), ..Field::default() }, 14))
            @if ready && m.starts_at > me.now {
                (checks(lang, &Field { name: "held_early", label: t!(lang, "Before its time"), error: sheet.error("held_early"), ..Field::default() },
                    &[Opt { value: "yes", label: t!(lang, "The meeting was held earlier than planned"), chosen: sheet.value("held_early", "") == "yes", ..Opt::default() }], true))
            }
            div class="row" {
                (button(Button { label: t!(lang, "Save the minutes"), ..Button::default() }))
                (link_button(&format!("/meetings/{}?draft=yes", m.id), Button { label: t!(lang, "Draft anew"), kind: Kind::Quiet, ..Button::default() }))
                @if ready {
                    button class="btn btn-primary" name="publish" value="yes" { (t!(lang, "Publish for good")) }
                }
            }
            @if !m.minutes.is_empty() { p class="hint" { (t!(lang, "Once published, they stay as they are; all who work here read them.")) } }
        }
    }
}

/// Adding to published minutes.
pub fn addendum(me: &Me, m: &Meeting, sheet: &Sheet) -> Markup {
    let lang = me.lang();
    html! {
        form method="post" action={ "/meetings/" (m.id) "/addendum" } class="stack" {
            (textarea(lang, &Field { name: "addendum", label: t!(lang, "Addendum"), value: sheet.value("addendum", ""), error: sheet.error("addendum"), ..Field::default() }, 3))
            div { (button(Button { label: t!(lang, "Add it"), size: Size::Small, ..Button::default() })) }
        }
    }
}
