//! The forms of the editor: what is announced, how it goes on.

use std::collections::BTreeMap;

use jiff::Timestamp;
use maud::{Markup, html};

use crate::announcements::draft::Draft;
use crate::announcements::model::{Announcement, Audience, Effect, Group, Kind, Mail, State};
use crate::announcements::words;
use crate::error::{Error, Result};
use crate::i18n::t;
use crate::incidents::page::{Sheet, instant, one};
use crate::people;
use crate::status::components::{self, Component};
use crate::ui::choice::{Opt, check, checks, select};
use crate::ui::field::{Field, date, text, textarea, time, two};
use crate::web::Me;
use crate::web::input::Posted;

/// A day and a time of the reader's zone, as two fields show them.
fn local(me: &Me, at: Option<Timestamp>) -> (String, String) {
    at.map_or((String::new(), String::new()), |at| {
        let local = me.prefs.zone.to_datetime(at);
        (
            local.date().to_string(),
            format!("{:02}:{:02}", local.hour(), local.minute()),
        )
    })
}

/// Two fields for an instant.
pub fn moment(
    me: &Me,
    sheet: &Sheet,
    name: (&'static str, &'static str),
    label: &'static str,
    hint: &'static str,
    at: Option<Timestamp>,
) -> Markup {
    let lang = me.lang();
    let (day, clock) = local(me, at);
    two(html! {
        (date(lang, &Field { name: name.0, label, hint, optional: true, value: sheet.value(name.0, &day), error: sheet.error(name.0), ..Field::default() }))
        (time(lang, &Field { name: name.1, label: t!(lang, "at"), value: sheet.value(name.1, &clock), ..Field::default() }))
    })
}

/// What is announced.
pub async fn fields(me: &Me, a: &Announcement, sheet: &Sheet) -> Result<Markup> {
    let lang = me.lang();
    let all = components::list(&me.app.db, Some(&me.actor)).await?;
    let chosen = sheet.value("audience", a.audience.key());
    let audiences: Vec<Opt<'_>> = Audience::ALL
        .iter()
        .map(|x| Opt {
            value: x.key(),
            label: words::audience(lang, *x),
            chosen: x.key() == chosen,
            ..Opt::default()
        })
        .collect();
    Ok(html! {
        input type="hidden" name="kind" value=(a.kind.key());
        (text(lang, &Field { name: "title", label: t!(lang, "Title"), hint: t!(lang, "What happened, and to what. People read it in lists and mail."),
            value: sheet.value("title", &a.title), error: sheet.error("title"), max_length: Some(160), ..Field::default() }))
        (textarea(lang, &Field { name: "body", label: t!(lang, "Text"), hint: t!(lang, "Markdown: # heading, **bold**, - list, [text](address), | table |."),
            value: sheet.value("body", &a.body), error: sheet.error("body"), ..Field::default() }, 10))
        @if a.kind == Kind::Outage { (states(me, a, sheet, "state", t!(lang, "How it stands"), a.first_state)) }
        @if a.kind.hits() {
            @if a.kind == Kind::Outage { (moment(me, sheet, ("from_at", "from_time"), t!(lang, "Broken since"), t!(lang, "Left empty, from its publication on."), a.from_at)) }
            @else {
                (moment(me, sheet, ("from_at", "from_time"), t!(lang, "Out of use from"), "", a.from_at))
                (moment(me, sheet, ("to_at", "to_time"), t!(lang, "Out of use until"), t!(lang, "The maintenance is entered in the change calendar."), a.to_at))
            }
            (effects(me, &all, &a.hits, sheet))
        }
        (select(lang, &Field { name: "audience", label: t!(lang, "Who may read it"), error: sheet.error("audience"), ..Field::default() }, &audiences, None))
        (groups(me, a, sheet).await?)
        (ways(me, a, sheet))
    })
}

fn states(
    me: &Me,
    a: &Announcement,
    sheet: &Sheet,
    name: &'static str,
    label: &'static str,
    now: Option<State>,
) -> Markup {
    let lang = me.lang();
    let chosen = sheet.value(name, now.map_or("", State::key));
    let first = name == "state";
    let options: Vec<Opt<'_>> = a
        .kind
        .states()
        .iter()
        .filter(|s| {
            if first {
                !s.is_over()
            } else {
                a.kind.may_become(a.state, Some(**s))
            }
        })
        .map(|s| Opt {
            value: s.key(),
            label: words::state(lang, *s),
            chosen: s.key() == chosen,
            ..Opt::default()
        })
        .collect();
    select(
        lang,
        &Field {
            name,
            label,
            error: sheet.error("state"),
            ..Field::default()
        },
        &options,
        None,
    )
}

/// How badly each component is hit.
pub fn effects(me: &Me, all: &[Component], hits: &[(String, Effect)], sheet: &Sheet) -> Markup {
    let lang = me.lang();
    html! {
        @if all.is_empty() {
            p class="hint" { (t!(lang, "There are no components yet: a lead adds them under Administration.")) }
        } @else {
            fieldset class="st-effects" {
                legend class="label" { (t!(lang, "What it hits")) }
                @if !sheet.error("components").is_empty() { p class="error" { (sheet.error("components")) } }
                div class="st-effect-list" {
                    @for c in all {
                        @let name = format!("c_{}", c.id);
                        @let now = hits.iter().find(|(id, _)| *id == c.id).map_or(Effect::Works, |h| h.1);
                        @let chosen = sheet.value(&name, now.key());
                        label {
                            span { (c.name) }
                            select class="select" name=(name) {
                                @for e in Effect::ALL { option value=(e.key()) selected[e.key() == chosen] { (words::effect(lang, *e)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

async fn groups(me: &Me, a: &Announcement, sheet: &Sheet) -> Result<Markup> {
    let lang = me.lang();
    let picked: Vec<String> = match &sheet.typed {
        Some(Posted(map)) => map.get("group").cloned().unwrap_or_default(),
        None => a.groups.iter().map(Group::key).collect(),
    };
    let mut all = Vec::new();
    for d in people::store::departments(&me.app.db).await? {
        if !d.archived {
            all.push((format!("department:{}", d.id), d.name));
        }
    }
    for team in people::store::teams(&me.app.db).await? {
        if !team.archived {
            all.push((
                format!("team:{}", team.id),
                t!(lang, "Team {name}", name = team.name),
            ));
        }
    }
    let options: Vec<Opt<'_>> = all
        .iter()
        .map(|(value, label)| Opt {
            value,
            label,
            chosen: picked.contains(value),
            ..Opt::default()
        })
        .collect();
    Ok(html! {
        details class="st-more" open[!sheet.error("groups").is_empty() || a.audience == Audience::Groups] {
            summary { (t!(lang, "Departments and teams")) }
            div class="mt-2" {
                (checks(lang, &Field { name: "group", label: t!(lang, "Which ones"), error: sheet.error("groups"),
                    hint: t!(lang, "Counts only when some departments and teams may read it."), ..Field::default() }, &options, true))
            }
        }
    })
}

/// Whether a tick is set: as typed, or as it is.
fn ticked(sheet: &Sheet, name: &str, now: bool) -> bool {
    match &sheet.typed {
        Some(Posted(map)) => map.contains_key(name),
        None => now,
    }
}

/// The ways on which people are told.
pub fn ways(me: &Me, a: &Announcement, sheet: &Sheet) -> Markup {
    let lang = me.lang();
    let chosen = sheet.value("mail", a.mail.key());
    let mails: Vec<Opt<'_>> = Mail::ALL
        .iter()
        .map(|m| Opt {
            value: m.key(),
            label: words::mail(lang, *m),
            chosen: m.key() == chosen,
            ..Opt::default()
        })
        .collect();
    html! {
        fieldset class="st-ways" {
            legend class="label" { (t!(lang, "How people are told")) }
            @if !sheet.error("banner").is_empty() { p class="error" { (sheet.error("banner")) } }
            (check(&Field { name: "banner", label: t!(lang, "On top of the portal, until everybody closes it for themselves"), ..Field::default() }, ticked(sheet, "banner", a.banner)))
            @if a.kind.hits() {
                (check(&Field { name: "page", label: t!(lang, "On the status page"), ..Field::default() }, ticked(sheet, "page", a.page)))
            }
            (check(&Field { name: "feed", label: t!(lang, "In the feeds, if everybody may read it"), ..Field::default() }, ticked(sheet, "feed", a.feed)))
            (select(lang, &Field { name: "mail", label: t!(lang, "By mail"), ..Field::default() }, &mails, None))
            (moment(me, sheet, ("ends_at", "ends_time"), t!(lang, "News until"), t!(lang, "After this it is not shown on top of the portal and in lists."), a.ends_at))
        }
    }
}

/// How it goes on.
pub async fn update(
    me: &Me,
    a: &Announcement,
    chosen: Option<State>,
    sheet: &Sheet,
    begin: &str,
) -> Result<Markup> {
    let lang = me.lang();
    let all = components::list(&me.app.db, Some(&me.actor)).await?;
    let next = sheet.value("next_in", "");
    let times: Vec<(String, String)> = [30, 60, 120, 240, 1440]
        .iter()
        .map(|n| (n.to_string(), crate::i18n::fmt::span(lang, *n, 1440)))
        .collect();
    let times: Vec<Opt<'_>> = times
        .iter()
        .map(|(value, label)| Opt {
            value,
            label,
            chosen: next == value,
            ..Opt::default()
        })
        .collect();
    Ok(html! {
        @if a.kind.hits() { (states(me, a, sheet, "to", t!(lang, "How it stands now"), chosen)) }
        (textarea(lang, &Field { name: "said", label: t!(lang, "What you say"), hint: t!(lang, "It cannot be changed later. A mistake is put right by another update."),
            value: sheet.value("said", begin), error: sheet.error("body"), ..Field::default() }, 5))
        @if a.kind.hits() {
            (effects(me, &all, if a.is_open() { &a.hits } else { &[] }, sheet))
            p class="hint" { (t!(lang, "When it is over, everything counts as working again.")) }
            (select(lang, &Field { name: "next_in", label: t!(lang, "Next update in"), error: sheet.error("next_at"),
                hint: t!(lang, "Readers see it, and you are reminded."), ..Field::default() }, &times, Some(t!(lang, "no time promised"))))
        }
    })
}

/// A day and a time as RFC 3339; empty when the day is.
fn given(me: &Me, posted: &Posted, name: (&'static str, &str)) -> Result<Option<String>> {
    if !posted.0.contains_key(name.0) {
        return Ok(None);
    }
    let at = instant(me, one(posted, name.0), one(posted, name.1))
        .map_err(|_| Error::field(name.0, "Give a day and a time."))?;
    Ok(Some(at.map_or(String::new(), |at| at.to_string())))
}

/// The components of a form.
pub fn hit(posted: &Posted) -> BTreeMap<String, Effect> {
    posted
        .0
        .iter()
        .filter_map(|(name, values)| {
            let id = name.strip_prefix("c_")?;
            let effect = values.first().and_then(|v| Effect::from_key(v))?;
            Some((id.to_owned(), effect))
        })
        .collect()
}

/// The ways of a form.
pub fn read_ways(me: &Me, posted: &Posted) -> Result<Draft> {
    let on = |name: &str| Some(posted.0.contains_key(name));
    Ok(Draft {
        banner: on("banner"),
        page: on("page"),
        feed: on("feed"),
        mail: Mail::from_key(one(posted, "mail")),
        ends_at: given(me, posted, ("ends_at", "ends_time"))?,
        to_at: given(me, posted, ("to_at", "to_time"))?,
        ..Draft::default()
    })
}

/// Everything of a form.
pub fn read(me: &Me, posted: &Posted) -> Result<Draft> {
    let kind = Kind::from_key(one(posted, "kind"))
        .ok_or_else(|| Error::field("kind", "Choose what you announce."))?;
    Ok(Draft {
        kind: Some(kind),
        title: Some(one(posted, "title").to_owned()),
        body: Some(one(posted, "body").to_owned()),
        audience: Audience::from_key(one(posted, "audience")),
        groups: Some(posted.0.get("group").cloned().unwrap_or_default()),
        state: State::from_key(one(posted, "state")),
        from_at: given(me, posted, ("from_at", "from_time"))?,
        components: kind.hits().then(|| hit(posted)),
        ..read_ways(me, posted)?
    })
}
