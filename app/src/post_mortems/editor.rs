//! Writing a post-mortem, in the workspace: its texts, its timeline, the work
//! that comes of it. Each a plain form.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::desk::change::say;
use crate::desk::load;
use crate::error::{Error, Result};
use crate::i18n::{fmt, t};
use crate::incidents::page::{Sheet, instant, one};
use crate::people;
use crate::policy::{self, Do};
use crate::post_mortems::page::acts;
use crate::post_mortems::store::{self, PostMortem, fits};
use crate::post_mortems::story::{self, Moment};
use crate::post_mortems::verbs::{self, NewAction, Text};
use crate::ui::block::{Tone, card, notice};
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::choice::{Opt, select};
use crate::ui::field::{Field, date, text, textarea, time, two};
use crate::ui::shell::bar_back;
use crate::web::input::Posted;
use crate::web::{Flash, Me, see_other, shell};
use crate::work::Item;

/// GET /work/{item}/post-mortem
pub async fn show(me: Me, Path(id): Path<String>) -> Result<Response> {
    let item = load::item(&me, &id).await?;
    fits(&item)?;
    if !policy::on_item(&me.actor, Do::Work, &item.facts()) {
        // Readers read it where it is published.
        return Ok(see_other(&format!("/post-mortems/{}", item.number), None));
    }
    render(&me, &item, &Sheet::default()).await
}

async fn render(me: &Me, item: &Item, sheet: &Sheet) -> Result<Response> {
    let lang = me.lang();
    let found = store::of(&me.app.db, &item.id).await?;
    let p = found
        .clone()
        .unwrap_or_else(|| PostMortem::fresh(&me.actor, me.now));
    let here = format!("{} {}", item.number, item.title);
    let base = format!("/work/{}/post-mortem", item.number);
    let publish = html! {
        @if found.is_some() {
            (link_button(&format!("/post-mortems/{}", item.number), Button { label: t!(lang, "Read it"), ..Button::default() }))
            @if p.published_at.is_none() {
                form method="post" action={ (base) "/publish" } {
                    (button(Button { label: t!(lang, "Publish to all who work here"), kind: Kind::Primary, ..Button::default() })) }
            }
        }
    };
    let body = html! {
        (bar_back(&here, &format!("/work/{}", item.number), "", publish))
        div class="panel-body stack" style="--gap:1.25rem" {
            div {
                h1 { (t!(lang, "Post-mortem {number}", number = item.number)) }
                p class="muted mt-2" {
                    @match (&found, p.published_at) {
                        (None, _) => (t!(lang, "Write down what happened while it is fresh.")),
                        (_, None) => (t!(lang, "A draft: only those who work on it read it.")),
                        (_, Some(at)) => (t!(lang, "All who work here can read it since {when}.", when = fmt::when(lang, at, me.now, &me.prefs.zone))),
                    }
                }
            }
            (notice(Tone::Info, "info", t!(lang, "Without blame."), html! {
                (t!(lang, "Write “the change went out without a test”, not “Tom forgot the test”. Ask what made it seem right.")) }))
            (sheet.summary(lang))
            (card(t!(lang, "What we learned"), texts(me, &base, &p, sheet)))
            @if found.is_some() {
                (card(t!(lang, "Timeline"), timeline(me, &base, &story::moments(me, item, Some(&p)).await?, item, sheet)))
                (card(t!(lang, "What we do about it"), actions(me, &base, item, sheet).await?))
            }
        }
    };
    let page = shell::workspace(me, "/post-mortems", &here, body).await?;
    Ok((sheet.status(), page).into_response())
}

fn texts(me: &Me, base: &str, p: &PostMortem, sheet: &Sheet) -> Markup {
    let lang = me.lang();
    let causes = p.causes.join("\n");
    let area =
        |name: &'static str, label: &'static str, hint: &'static str, present: &str, rows| {
            textarea(
                lang,
                &Field {
                    name,
                    label,
                    hint,
                    value: sheet.value(name, present),
                    error: sheet.error(name),
                    optional: !matches!(name, "summary" | "causes"),
                    ..Field::default()
                },
                rows,
            )
        };
    html! {
        form method="post" action=(base) class="stack" data-guard {
            input type="hidden" name="version" value=(p.version);
            (area("summary", t!(lang, "What happened"), t!(lang, "In a few sentences, for somebody who was not there."), &p.summary, 4))
            (area("impact", t!(lang, "Impact"), t!(lang, "Whom it hit, how badly, how long."), &p.impact, 3))
            (area("causes", t!(lang, "Causes"), t!(lang, "One a line. Most things have several."), &causes, 4))
            (area("went_well", t!(lang, "What went well"), "", &p.went_well, 3))
            (area("went_wrong", t!(lang, "What did not go well"), "", &p.went_wrong, 3))
            (area("lucky", t!(lang, "Where we were lucky"), t!(lang, "What could have made it worse."), &p.lucky, 3))
            (area("lessons", t!(lang, "What we take from it"), "", &p.lessons, 3))
            div { (button(Button { label: t!(lang, "Save the text"), kind: Kind::Primary, ..Button::default() })) }
        }
    }
}

fn timeline(me: &Me, base: &str, moments: &[Moment], item: &Item, sheet: &Sheet) -> Markup {
    let lang = me.lang();
    let local = me.prefs.zone.to_datetime(item.created_at);
    let day = local.date().to_string();
    let clock = format!("{:02}:{:02}", local.hour(), local.minute());
    html! {
        p class="muted" { (t!(lang, "Untick what does not help to understand it.")) }
        form method="post" action={ (base) "/timeline" } class="mt-3" {
            div class="todo" {
                @for m in moments.iter().filter(|m| !m.own) {
                    label class="check" {
                        input type="checkbox" name="in" value=(m.id) checked[m.shown];
                        span {
                            span class="small muted" { (fmt::when(lang, m.at, me.now, &me.prefs.zone)) } " "
                            @if !m.who.is_empty() { b { (m.who) } " " } (m.text)
                        }
                    }
                }
            }
            div class="mt-3" { (button(Button { label: t!(lang, "Save the timeline"), size: Size::Small, ..Button::default() })) }
        }
        @if moments.iter().any(|m| m.own) {
            h3 class="mt-4" { (t!(lang, "Lines we added")) }
            ul class="stack plain-list mt-2" {
                @for m in moments.iter().filter(|m| m.own) {
                    li class="row" {
                        span class="grow" { span class="small muted" { (fmt::when(lang, m.at, me.now, &me.prefs.zone)) } " " (m.text) }
                        form method="post" action={ (base) "/lines" } {
                            input type="hidden" name="remove" value=(m.id);
                            button class="btn btn-quiet btn-s" { (t!(lang, "Remove")) span class="vh" { " " (m.text) } }
                        }
                    }
                }
            }
        }
        form method="post" action={ (base) "/lines" } class="stack mt-4" {
            (text(lang, &Field { name: "text", label: t!(lang, "Add a line"), hint: t!(lang, "What no event tells, such as a call."),
                value: sheet.value("text", ""), error: sheet.error("text"), ..Field::default() }))
            (two(html! {
                (date(lang, &Field { name: "at", label: t!(lang, "Day"), value: sheet.value("at", &day), error: sheet.error("at"), ..Field::default() }))
                (time(lang, &Field { name: "at_time", label: t!(lang, "Time"), value: sheet.value("at_time", &clock), ..Field::default() }))
            }))
            div { (button(Button { label: t!(lang, "Add the line"), size: Size::Small, ..Button::default() })) }
        }
    }
}

async fn actions(me: &Me, base: &str, item: &Item, sheet: &Sheet) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let list = store::actions(&me.app.db, &item.id).await?;
    let people = people::store::agents(&me.app.db).await?;
    let owner = sheet.value("owner", &me.actor.id);
    let people: Vec<Opt<'_>> = people
        .iter()
        .map(|p| Opt {
            value: &p.id,
            label: &p.name,
            chosen: p.id == owner,
            ..Opt::default()
        })
        .collect();
    let service = sheet.value("service", "");
    let services: Vec<Opt<'_>> = catalog
        .offered_to(&me.actor)
        .map(|s| Opt {
            value: &s.id,
            label: &s.name,
            chosen: s.id == service,
            ..Opt::default()
        })
        .collect();
    Ok(html! {
        (acts(me, &catalog, &list))
        form method="post" action={ (base) "/actions" } class="stack mt-4" {
            (text(lang, &Field { name: "title", label: t!(lang, "What is to be done"), value: sheet.value("title", ""),
                error: sheet.error("title"), max_length: Some(160), ..Field::default() }))
            (two(html! {
                (select(lang, &Field { name: "service", label: t!(lang, "Service that does it"), error: sheet.error("service"), ..Field::default() },
                    &services, Some(t!(lang, "Choose one"))))
                (select(lang, &Field { name: "owner", label: t!(lang, "Owner"), error: sheet.error("owner"), ..Field::default() }, &people, None))
            }))
            (date(lang, &Field { name: "due_on", label: t!(lang, "By when"), optional: true, value: sheet.value("due_on", ""),
                error: sheet.error("due_on"), ..Field::default() }))
            div { (button(Button { label: t!(lang, "Make it work"), ..Button::default() })) }
        }
    })
}

/// Show the page again with what was said, or with what is wrong.
async fn answer(me: &Me, id: &str, posted: Posted, done: Result<String>) -> Result<Response> {
    let item = load::item(me, id).await?;
    match done {
        Ok(said) => Ok(see_other(
            &format!("/work/{}/post-mortem", item.number),
            Some(Flash::new(said)),
        )),
        Err(Error::Invalid(errors)) => {
            let sheet = Sheet {
                errors: say(me.lang(), &errors),
                typed: Some(posted),
            };
            render(me, &item, &sheet).await
        }
        Err(error) => Err(error),
    }
}

/// POST /work/{item}/post-mortem
pub async fn save(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let text = |name: &str| Some(one(&posted, name).to_owned());
    let new = Text {
        summary: text("summary"),
        impact: text("impact"),
        causes: text("causes").map(|c| c.lines().map(str::to_owned).collect()),
        went_well: text("went_well"),
        went_wrong: text("went_wrong"),
        lucky: text("lucky"),
        lessons: text("lessons"),
    };
    let expect = one(&posted, "version").parse().ok();
    let done = verbs::write(&me, &me.actor, &id, expect, new)
        .await
        .map(|_| t!(me.lang(), "Text saved.").to_owned());
    answer(&me, &id, posted, done).await
}

/// POST /work/{item}/post-mortem/publish
pub async fn publish(me: Me, Path(id): Path<String>) -> Result<Response> {
    let done = verbs::publish(&me, &me.actor, &id)
        .await
        .map(|_| t!(me.lang(), "Published. Those who follow it are told.").to_owned());
    answer(&me, &id, Posted(Default::default()), done).await
}

/// What is ticked stands on the timeline.
async fn choose(me: &Me, id: &str, posted: &Posted) -> Result<String> {
    let item = load::item(me, id).await?;
    let ticked = posted.0.get("in").cloned().unwrap_or_default();
    let left: Vec<String> = story::moments(me, &item, None)
        .await?
        .into_iter()
        .filter(|m| !m.own && !ticked.contains(&m.id))
        .map(|m| m.id)
        .collect();
    verbs::leave_out(me, &me.actor, id, &left).await?;
    Ok(t!(me.lang(), "Timeline saved.").to_owned())
}

/// POST /work/{item}/post-mortem/timeline
pub async fn tick(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let done = choose(&me, &id, &posted).await;
    answer(&me, &id, posted, done).await
}

async fn lines(me: &Me, id: &str, posted: &Posted) -> Result<String> {
    let lang = me.lang();
    let remove = one(posted, "remove");
    if !remove.is_empty() {
        verbs::remove_line(me, &me.actor, id, remove).await?;
        return Ok(t!(lang, "Line removed.").to_owned());
    }
    let at = instant(me, one(posted, "at"), one(posted, "at_time"))
        .ok()
        .flatten()
        .ok_or_else(|| Error::field("at", "Give a day and a time."))?;
    verbs::add_line(me, &me.actor, id, at, one(posted, "text")).await?;
    Ok(t!(lang, "Line added.").to_owned())
}

/// POST /work/{item}/post-mortem/lines: add one, or remove one.
pub async fn line(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let done = lines(&me, &id, &posted).await;
    answer(&me, &id, posted, done).await
}

async fn act(me: &Me, id: &str, posted: &Posted) -> Result<String> {
    let due_on = match one(posted, "due_on") {
        "" => None,
        day => Some(
            day.parse()
                .map_err(|_| Error::field("due_on", "Give a day."))?,
        ),
    };
    let new = NewAction {
        title: one(posted, "title"),
        service: one(posted, "service"),
        owner: Some(one(posted, "owner")).filter(|o| !o.is_empty()),
        due_on,
    };
    let work = verbs::act(me, &me.actor, id, new).await?;
    Ok(t!(
        me.lang(),
        "{number} is on its way.",
        number = work.number
    ))
}

/// POST /work/{item}/post-mortem/actions
pub async fn action(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let done = act(&me, &id, &posted).await;
    answer(&me, &id, posted, done).await
}
