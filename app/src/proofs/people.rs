//! Who is asked and what they decided, the decision itself, and the forms of
//! those who run the round.

use maud::{Markup, html};

use crate::error::Result;
use crate::files;
use crate::i18n::{Lang, fmt, t};
use crate::proofs::model::{Reviewer, Verdict};
use crate::proofs::page::View;
use crate::proofs::rules::Standing;
use crate::ui::block::{Tone, avatar, pill, rail_block, turn};
use crate::ui::button::{Button, Kind, Size, button};
use crate::ui::choice::{Opt, Remote, choices, remote, select};
use crate::ui::field::{Field, Number, number, text, textarea};

/// A decision in a word, as what was done.
pub fn decided(lang: Lang, verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approved => t!(lang, "Approved"),
        Verdict::Changes => t!(lang, "Approved with changes"),
        Verdict::Rejected => t!(lang, "Rejected"),
    }
}

fn mark(lang: Lang, standing: Standing) -> Markup {
    match standing {
        Standing::Asked => pill(Tone::Line, "clock", t!(lang, "Asked")),
        Standing::AskedAgain => pill(Tone::Line, "clock", t!(lang, "Asked again")),
        Standing::Carried => pill(Tone::Ok, "check", t!(lang, "Approved an earlier version")),
        Standing::Decided(Verdict::Approved) => pill(Tone::Ok, "check", t!(lang, "Approved")),
        Standing::Decided(verdict @ Verdict::Changes) => {
            pill(Tone::Warn, "edit", decided(lang, verdict))
        }
        Standing::Decided(verdict @ Verdict::Rejected) => {
            pill(Tone::Bad, "x", decided(lang, verdict))
        }
    }
}

/// The first digits of a hash: enough to compare by eye.
pub fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}

/// Who is asked, how it stands with them, and about which file they decided.
pub fn asked(view: &View<'_>) -> Markup {
    let (ctx, lang, round) = (view.ctx, view.ctx.lang(), view.round);
    let line = |r: &Reviewer| {
        let standing = round.standing(r);
        let last = round.last(r);
        html! {
            li {
                div class="row" { (avatar(&r.name, true)) span class="grow" { (r.name) @if r.person_id.is_none() { " " span class="muted small" { (t!(lang, "by a link")) } } }
                    (mark(lang, standing)) }
                @if let Some(d) = last {
                    p class="small muted" {
                        @let n = round.file_of(&d.file_id).map_or(1, |f| f.number);
                        @if standing == Standing::AskedAgain || standing == Standing::Carried {
                            (decided(lang, d.verdict)) ": " (t!(lang, "Version {n}", n = n)) ", " }
                        (fmt::when(lang, d.at, ctx.now, &ctx.prefs.zone)) ", "
                        code title=(d.sha256) { (short(&d.sha256)) } }
                    @if standing == Standing::Carried { p class="small muted" { (t!(lang, "What they looked at did not change, so they are not asked again.")) } }
                    @if !d.note.is_empty() { p class="small" { "“" (d.note) "”" } }
                }
                @if view.seat.runs && round.proof.is_open() {
                    form method="post" action={ (view.base) "/reviewers/" (r.id) "/remove" } {
                        button class="btn btn-s btn-quiet" { (t!(lang, "Ask no more")) span class="vh" { ": " (r.name) } } }
                }
            }
        }
    };
    let current = round.files.last().map_or("", |f| f.sha256.as_str());
    rail_block(
        t!(lang, "Who is asked"),
        "",
        html! {
            @if round.asked().next().is_none() { p class="small muted" { (t!(lang, "Nobody is asked yet.")) } }
            ul class="plain-list stack" { @for r in round.asked() { (line(r)) } }
            p class="small muted mt-2" { (t!(lang, "Decisions are about exactly one file. This one is")) " " code title=(current) { (short(current)) } "." }
        },
    )
}

/// The decision, for whoever is asked.
pub fn decision(view: &View<'_>) -> Markup {
    let (lang, sheet) = (view.ctx.lang(), view.sheet);
    let Some(reviewer) = view.seat.reviewer.as_ref().filter(|_| view.may_speak()) else {
        return html! {};
    };
    if !view.is_current() {
        return html! {};
    }
    let standing = view.round.standing(reviewer);
    let chosen = sheet.value("verdict", "");
    let options: Vec<Opt<'_>> = Verdict::ALL
        .iter()
        .map(|v| Opt {
            value: v.key(),
            label: v.label(lang),
            chosen: chosen == v.key(),
            ..Opt::default()
        })
        .collect();
    let form = html! {
        form class="stack" method="post" action={ (view.base) "/decision" } data-guard {
            input type="hidden" name="sha256" value=(view.file.sha256);
            (choices(lang, &Field { name: "verdict", label: t!(lang, "Your decision"), error: sheet.error("verdict"), ..Field::default() }, &options, false))
            (textarea(lang, &Field { name: "note", label: t!(lang, "Why"), optional: true, value: sheet.value("note", ""), error: sheet.error("note"), max_length: Some(4_000), ..Field::default() }, 2))
            div { (button(Button { label: t!(lang, "Decide"), kind: Kind::Primary, ..Button::default() })) }
        }
    };
    if standing.is_asked() {
        return turn("eye", t!(lang, "Look at it and decide"), form);
    }
    rail_block(
        t!(lang, "Your decision"),
        "",
        html! {
            p { (mark(lang, standing)) }
            details class="mt-2" open[!sheet.errors.is_empty()] { summary class="btn btn-s" { (t!(lang, "Decide differently")) } div class="mt-2" { (form) } }
        },
    )
}

/// What those who run the round do: ask people, go on with another file, end it.
pub async fn run(view: &View<'_>) -> Result<Markup> {
    let (ctx, lang, round, sheet) = (view.ctx, view.ctx.lang(), view.round, view.sheet);
    let proof = &round.proof;
    if !proof.is_open() {
        return Ok(rail_block(
            t!(lang, "Run the round"),
            "",
            html! { form method="post" action={ (view.base) "/reopen" } { (button(Button { label: t!(lang, "Open the round again"), size: Size::Small, ..Button::default() })) } },
        ));
    }
    let mut known: Vec<(String, String)> = Vec::new();
    if let Some(item) = proof.item_id.as_ref().filter(|_| proof.asset_id.is_none()) {
        let item = crate::work::store::find(&ctx.app.db, &view.seat.actor, item).await?;
        let files = files::store::of_item(&ctx.app.db, &view.seat.actor, &item, "", 500).await?;
        known = files
            .into_iter()
            .rev()
            .filter(|f| proof.internal || !f.internal)
            .filter(|f| round.files.last().is_none_or(|now| now.sha256 != f.sha256))
            .map(|f| (f.id, f.name))
            .collect();
    }
    let options: Vec<Opt<'_>> = known
        .iter()
        .map(|(id, name)| Opt {
            value: id,
            label: name,
            ..Opt::default()
        })
        .collect();
    let days = Number {
        min: "1",
        max: "90",
        ..Number::default()
    };
    Ok(rail_block(
        t!(lang, "Run the round"),
        "",
        html! {
            form class="stack" method="post" action={ (view.base) "/reviewers" } {
                (remote(lang, &Field { name: "person", label: t!(lang, "Ask somebody"), error: sheet.error("person"), placeholder: t!(lang, "Name or email address"), ..Field::default() },
                    &Remote { src: "/people/options", ..Remote::default() }))
                div { (button(Button { label: t!(lang, "Ask"), size: Size::Small, ..Button::default() })) }
            }
            details class="mt-4" open[!sheet.error("name").is_empty() || !sheet.error("days").is_empty()] { summary class="btn btn-s" { (t!(lang, "Ask somebody outside")) }
                form class="stack mt-2" method="post" action={ (view.base) "/outsiders" } {
                    (text(lang, &Field { name: "name", label: t!(lang, "Whom the link is for"), value: sheet.value("name", ""), error: sheet.error("name"), max_length: Some(160), ..Field::default() }))
                    (number(lang, &Field { name: "days", label: t!(lang, "Days until it ends"), value: sheet.value("days", "14"), error: sheet.error("days"), ..Field::default() }, &days))
                    div { (button(Button { label: t!(lang, "Make the link"), size: Size::Small, ..Button::default() })) }
                }
            }
            @if let Some(asset) = &proof.asset_id {
                p class="small muted mt-4" { a href={ "/assets/" (asset) "/edit" } { (t!(lang, "Give the asset a new file")) } ": " (t!(lang, "the round goes on with it.")) }
            } @else if !options.is_empty() {
                details class="mt-4" open[!sheet.error("file").is_empty()] { summary class="btn btn-s" { (t!(lang, "Go on with another file")) }
                    form class="stack mt-2" method="post" action={ (view.base) "/versions" } {
                        (select(lang, &Field { name: "file", label: t!(lang, "File of the request"), error: sheet.error("file"), ..Field::default() }, &options, None))
                        (text(lang, &Field { name: "what", label: t!(lang, "What is new"), optional: true, value: sheet.value("what", ""), max_length: Some(500), ..Field::default() }))
                        div { (button(Button { label: t!(lang, "Use as the next version"), size: Size::Small, ..Button::default() })) }
                    }
                }
            } @else { p class="small muted mt-4" { (t!(lang, "Attach a new file to the request, and it can be the next version here.")) } }
            form class="mt-4" method="post" action={ (view.base) "/close" } { (button(Button { label: t!(lang, "Close the round"), size: Size::Small, kind: Kind::Quiet, ..Button::default() })) }
        },
    ))
}
