//! The editor of a process: one form with all its stages.

use maud::{Markup, html};

use super::frame;
use super::sheet::{Row, Sheet};
use crate::catalog::snapshot::ProcessEntry;
use crate::error::Result;
use crate::i18n::t;
use crate::people::{Team, store};
use crate::ui::block::{Tone, notice};
use crate::ui::button::{Button, Kind, Size, button};
use crate::ui::choice::{Opt, Remote, check, choices, remote, select};
use crate::ui::field::{self, Field, Number};
use crate::web::{Me, Wrong};

/// The page; `above` stands over the form.
pub async fn page(
    me: &Me,
    entry: &ProcessEntry,
    sheet: &Sheet,
    wrong: &Wrong,
    above: Markup,
) -> Result<Markup> {
    let lang = me.lang();
    let teams = store::teams(&me.app.db).await?;
    let name = Field {
        name: "name",
        label: t!(lang, "Name of the process"),
        value: &sheet.name,
        error: wrong.at("name"),
        ..Field::default()
    };
    let last = sheet.stages.len().saturating_sub(1);
    let body = html! {
        (above)
        @if entry.archived {
            (notice(Tone::Info, "lock", t!(lang, "This process is archived."), html! { (t!(lang, "Services cannot choose it. Requests that run on it go on.")) }))
        }
        form class="stack measure" method="post" action={ "/admin/processes/" (entry.id) } data-guard {
            (wrong.summary(lang))
            // Enter in a field presses the first button of a form.
            button class="vh" tabindex="-1" aria-hidden="true" name="action" value="check" { (t!(lang, "Look at the changes")) }
            input type="hidden" name="version" value=[sheet.version];
            input type="hidden" name="base" value=(sheet.base);
            (field::text(lang, &name))
            @for (at, row) in sheet.stages.iter().enumerate() {
                (stage(me, &teams, at, last, row, wrong))
            }
            div class="row" {
                (button(Button { label: t!(lang, "Add a stage"), icon: "plus", name: "action", value: "add", ..Button::default() }))
            }
            p class="hint" { (t!(lang, "Nothing is changed before you have seen what changes.")) }
            div { (button(Button { label: t!(lang, "Look at the changes"), kind: Kind::Primary, name: "action", value: "check", ..Button::default() })) }
        }
    };
    frame::page(me, entry, "", body).await
}

fn press(label: &str, icon: &str, value: &str, off: bool) -> Markup {
    html! {
        @if !off {
            (button(Button { label, icon, icon_only: true, kind: Kind::Line, size: Size::Small, name: "action", value, ..Button::default() }))
        }
    }
}

fn stage(me: &Me, teams: &[Team], at: usize, last: usize, row: &Row, wrong: &Wrong) -> Markup {
    let lang = me.lang();
    let id = |part: &str| format!("s{at}-{part}");
    let ids = Row::default().parts().map(|(part, _)| (part, id(part)));
    let full = |part: &str| -> &str {
        let found = ids.iter().find(|(name, _)| *name == part);
        found.map_or("", |(_, full)| full)
    };
    let part = |part: &str, label, hint, value| Field {
        name: full(part),
        label,
        hint,
        value,
        error: wrong.at(full(part)),
        ..Field::default()
    };
    let optional = |field| Field {
        optional: true,
        ..field
    };
    let opt = |value, label, hint, chosen: &str| Opt {
        value,
        label,
        hint,
        chosen: value == chosen,
    };
    let phases = [
        opt("new", t!(lang, "Being prepared"), "", &row.phase),
        opt("active", t!(lang, "Being made"), "", &row.phase),
        opt("review", t!(lang, "Being checked"), "", &row.phase),
    ];
    let team_keys: Vec<(String, &str)> = teams
        .iter()
        .filter(|team| {
            team.kind == "team" && !team.archived || row.owner == format!("team:{}", team.id)
        })
        .map(|team| (format!("team:{}", team.id), team.name.as_str()))
        .collect();
    let mut owners = vec![
        opt(
            "service",
            t!(lang, "The team of the service"),
            "",
            &row.owner,
        ),
        opt("person", t!(lang, "One person, named here"), "", &row.owner),
    ];
    owners.extend(
        team_keys
            .iter()
            .map(|(key, name)| opt(key, name, "", &row.owner)),
    );
    let backs = [
        opt("none", t!(lang, "Nowhere"), "", &row.back),
        opt("any", t!(lang, "Any earlier stage"), "", &row.back),
        opt(
            "only",
            t!(lang, "Only the stages named here"),
            "",
            &row.back,
        ),
    ];
    let heading = match row.name.trim() {
        "" => t!(lang, "New stage"),
        name => name,
    };
    let person = Remote {
        src: "/people/options",
        shown: &row.person_text,
        ..Remote::default()
    };
    let more = [
        "fields", "needs", "back", "back_to", "limit", "approves", "timers",
    ]
    .iter()
    .any(|p| !wrong.at(full(p)).is_empty());
    let heading_id = id("h");
    html! {
        section class="card stack" aria-labelledby=(heading_id) {
            div class="row" {
                h2 class="grow" id=(heading_id) { (at + 1) ". " (heading) }
                (press(&t!(lang, "Move {name} up", name = heading), "up", &format!("up:{at}"), at == 0))
                (press(&t!(lang, "Move {name} down", name = heading), "down", &format!("down:{at}"), at == last))
                (press(&t!(lang, "Add a stage below {name}", name = heading), "plus", &format!("below:{at}"), false))
                (press(&t!(lang, "Remove {name}", name = heading), "x", &format!("remove:{at}"), last == 0))
            }
            input type="hidden" name=(full("key")) value=(row.key);
            (field::two(html! {
                (field::text(lang, &part("name", t!(lang, "Name"), "", &row.name)))
                (field::text(lang, &optional(part("requester_name", t!(lang, "The requester's word"), t!(lang, "If it is another."), &row.requester_name))))
            }))
            (field::two(html! {
                (select(lang, &part("phase", t!(lang, "Kind of work"), "", ""), &phases, None))
                (field::number(lang, &part("share", t!(lang, "Share of the promised time"), "", &row.share), &Number { min: "0", max: "1000", step: "1", unit: "%" }))
            }))
            (field::two(html! {
                (select(lang, &part("owner", t!(lang, "Who works on it"), "", ""), &owners, None))
                (remote(lang, &optional(part("person", t!(lang, "Person"), t!(lang, "Name or email address, if it is one person."), &row.person)), &person))
            }))
            (field::textarea(lang, &optional(part("checklist", t!(lang, "Checklist"), t!(lang, "One line each; end it with “| required” if it must be ticked."), &row.checklist)), 4))
            details class="more" open[more] {
                summary { (t!(lang, "Fields, approval, sending back, timers, limit")) }
                div class="stack mt-3" {
                    (field::textarea(lang, &optional(part("fields", t!(lang, "Fields to fill in"), t!(lang, "One line each: key | label | kind, and | required. Kinds: text, long text, number, date, person, web address, yes or no, file, choice: A; B, several: A; B."), &row.fields)), 3))
                    (field::text(lang, &optional(part("needs", t!(lang, "Also needed before handing on"), t!(lang, "Keys with commas: fields of earlier stages, or form. and the key of a question."), &row.needs))))
                    (check(&part("approves", t!(lang, "The requester approves"), t!(lang, "Only for work being checked: their yes leads on, and the clock waits."), ""), row.approves))
                    (choices(lang, &part("back", t!(lang, "Work may be sent back to"), "", ""), &backs, false))
                    (field::text(lang, &optional(part("back_to", t!(lang, "These stages"), t!(lang, "Their names, with commas."), &row.back_to))))
                    (field::textarea(lang, &optional(part("timers", t!(lang, "What happens by itself"), t!(lang, "One line each: working time | what happens. For example “2d | remind the owner” or “10d without an answer | close | No answer came.” Others: remind the team leads, remind the requester, raise the priority, move on, decline."), &row.timers)), 3))
                    (field::number(lang, &optional(part("limit", t!(lang, "Work limit"), t!(lang, "How many requests should be here at most. The board says so; it blocks nothing."), &row.limit)), &Number { min: "1", step: "1", ..Number::default() }))
                }
            }
        }
    }
}
