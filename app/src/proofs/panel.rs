//! Rounds where something else is shown: on an asset, on a request, and on its
//! timeline.

use maud::{Markup, html};
use serde_json::Value;

use crate::error::Result;
use crate::i18n::{Lang, t, tn};
use crate::proofs::model::{Round, Verdict};
use crate::proofs::rules::Outcome;
use crate::proofs::store::{self, Wanted};
use crate::ui::block::{Tone, card, pill, rail_block};
use crate::ui::button::{Button, Kind, Size, link_button};
use crate::web::Me;

/// Where a round stands, as a mark.
pub fn outcome_pill(lang: Lang, round: &Round) -> Markup {
    let waiting = round.standings().values().filter(|s| s.is_asked()).count();
    match round.outcome() {
        _ if !round.proof.is_open() => pill(Tone::Plain, "check", t!(lang, "Closed")),
        Outcome::Nobody => pill(Tone::Line, "", t!(lang, "Nobody is asked yet")),
        Outcome::Waiting => pill(
            Tone::Line,
            "clock",
            &tn!(
                lang,
                waiting,
                "{n} answer is missing",
                "{n} answers are missing"
            ),
        ),
        Outcome::Rejected => pill(Tone::Bad, "x", t!(lang, "Rejected")),
        Outcome::Changes => pill(Tone::Warn, "edit", t!(lang, "Approved with changes")),
        Outcome::Approved => pill(Tone::Ok, "check", t!(lang, "Approved by all")),
    }
}

/// Rounds in a list: title, version, where they stand.
pub fn rounds(lang: Lang, list: &[Round]) -> Markup {
    html! {
        ul class="plain-list stack" style="--gap:.5rem" { @for round in list {
            li { a href=(round.proof.href()) { (round.proof.title) } " "
                span class="muted small" { (t!(lang, "Version {n}", n = round.files.len())) } " "
                (outcome_pill(lang, round)) }
        } }
    }
}

/// The rounds about an asset, beside it; and the way to begin one.
pub async fn of_asset(me: &Me, asset_id: &str, may_start: bool) -> Result<Markup> {
    let wanted = Wanted {
        asset: Some(asset_id),
        closed: true,
        ..Wanted::default()
    };
    let list = found(me, &wanted).await?;
    let href = format!("/proofs/new?asset={asset_id}");
    Ok(block(me.lang(), &list, may_start.then_some(href.as_str())))
}

/// The rounds of a request, beside it; nothing if there are none.
pub async fn of_item(me: &Me, item_id: &str) -> Result<Markup> {
    let wanted = Wanted {
        item: Some(item_id),
        closed: true,
        ..Wanted::default()
    };
    let list = found(me, &wanted).await?;
    Ok(if list.is_empty() {
        html! {}
    } else {
        block(me.lang(), &list, None)
    })
}

/// The same for whoever ordered, as a card.
pub async fn card_of_item(me: &Me, item_id: &str) -> Result<Markup> {
    let wanted = Wanted {
        item: Some(item_id),
        closed: true,
        ..Wanted::default()
    };
    let list = found(me, &wanted).await?;
    Ok(if list.is_empty() {
        html! {}
    } else {
        card(
            t!(me.lang(), "To look at and comment on"),
            rounds(me.lang(), &list),
        )
    })
}

async fn found(me: &Me, wanted: &Wanted<'_>) -> Result<Vec<Round>> {
    let all = store::list(me, &me.actor, wanted, 10).await?;
    Ok(all.into_iter().map(|(round, _)| round).collect())
}

fn block(lang: Lang, list: &[Round], start: Option<&str>) -> Markup {
    rail_block(
        t!(lang, "Proof rounds"),
        "",
        html! {
            @if list.is_empty() { p class="small muted" { (t!(lang, "Let others look at it: they point at places, and decide about exactly this file.")) } }
            @else { (rounds(lang, list)) }
            @if let Some(href) = start {
                p class="mt-2" { (link_button(href, Button { label: t!(lang, "Start a proof round"), icon: "plus", size: Size::Small, kind: Kind::Line, ..Button::default() })) }
            }
        },
    )
}

/// What was decided, as the rest of a sentence that begins with who did it.
pub fn decided(lang: Lang, data: &Value) -> String {
    let n = data["number"].as_i64().unwrap_or(0);
    let title = data["title"].as_str().unwrap_or_default();
    match data["verdict"].as_str().and_then(Verdict::from_key) {
        Some(Verdict::Approved) => {
            t!(
                lang,
                "approved version {n} of “{title}”",
                n = n,
                title = title
            )
        }
        Some(Verdict::Changes) => t!(
            lang,
            "approved version {n} of “{title}” with changes",
            n = n,
            title = title
        ),
        _ => t!(
            lang,
            "rejected version {n} of “{title}”",
            n = n,
            title = title
        ),
    }
}

/// What happened, as a sentence for whoever ordered.
pub fn told(lang: Lang, verb: &str, who: Option<&str>, data: &Value) -> Option<String> {
    let title = data["title"].as_str().unwrap_or_default();
    let n = data["number"].as_i64().unwrap_or(0);
    // Somebody outside acts under MIL's own name; the event knows theirs.
    let outside = data["by"].as_str();
    let name = who.map_or(t!(lang, "You"), |who| {
        outside.filter(|_| who == "MIL").unwrap_or(who)
    });
    Some(match verb {
        "proof.started" => t!(
            lang,
            "“{title}” can be looked at and commented on",
            title = title
        ),
        "proof.version_added" => t!(
            lang,
            "There is version {n} of “{title}” to look at",
            n = n,
            title = title
        ),
        "proof.closed" => t!(lang, "The proof round “{title}” is over", title = title),
        _ => match data["verdict"].as_str().and_then(Verdict::from_key)? {
            Verdict::Approved => t!(
                lang,
                "{name}: version {n} of “{title}” is approved",
                name = name,
                n = n,
                title = title
            ),
            Verdict::Changes => t!(
                lang,
                "{name}: version {n} of “{title}” is approved with changes",
                name = name,
                n = n,
                title = title
            ),
            Verdict::Rejected => t!(
                lang,
                "{name}: version {n} of “{title}” is not approved",
                name = name,
                n = n,
                title = title
            ),
        },
    })
}
