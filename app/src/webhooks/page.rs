//! One endpoint: how it does, what was sent, and what one does about it.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use jiff::civil::{Date, Time};
use maud::{Markup, html};

use crate::admin::frame;
use crate::error::{Error, Result};
use crate::i18n::{fmt, t, tn};
use crate::ui::block::{Tab, Tone, card, empty, notice, pill, props, tabs};
use crate::ui::button::{Button, Kind, Size, button, link_button};
use crate::ui::field::{Field, date, time, two};
use crate::ui::table::{Col, Group, Row, Table, row, table};
use crate::web::input::Posted;
use crate::web::{Flash, Me, Query, Wrong, see_other};
use crate::webhooks::api::Asked;
use crate::webhooks::store::{self, Delivery, Health, Webhook};
use crate::webhooks::verbs::{self, Replay};
use crate::webhooks::words;

/// GET /admin/webhooks/{webhook}
pub async fn show(me: Me, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Markup> {
    render(&me, &id, &asked, None, &Wrong::default()).await
}

/// The page; with the secret when it was just made.
pub async fn render(
    me: &Me,
    id: &str,
    asked: &Asked,
    secret: Option<&str>,
    wrong: &Wrong,
) -> Result<Markup> {
    let lang = me.lang();
    let hook = store::find(&me.app.db, id).await?;
    let health = store::health(&me.app.db, id, me.now).await?;
    let after = asked.after.as_deref();
    let (list, next) = store::deliveries(&me.app.db, id, &asked.state, after).await?;
    let base = format!("/admin/webhooks/{id}");
    let end = html! { (link_button(&format!("{base}/edit"), Button { label: t!(lang, "Change"), icon: "edit", ..Button::default() })) };
    let main = html! {
        (wrong.summary(lang))
        @if let Some(secret) = secret {
            (notice(Tone::Ok, "key", t!(lang, "Copy the secret now."), html! {
                (t!(lang, "It is shown this one time. The receiver checks each signature with it."))
                p class="mt-3" { code class="secret" { (secret) } }
            }))
        }
        (standing(me, &hook, &health, &base))
        (figures(me, &hook, &health))
        section class="stack" {
            h2 { (t!(lang, "What was sent")) }
            (views(me, &base, &asked.state, &health))
            (sent(me, &base, &list, &asked.state))
            @if let Some(next) = next {
                p { a class="btn btn-line" href={ (base) "?state=" (asked.state) "&after=" (next) } { (t!(lang, "Older")) } }
            }
        }
    };
    let rail = html! {
        (card(t!(lang, "Send again"), again(me, &base, &health, wrong)))
        (card(t!(lang, "Secret"), html! {
            p class="small muted" { (t!(lang, "A new one is shown once. The old one signs too for three days, so that the receiver can change in between.")) }
            @if let Some((_, until)) = hook.old_secret.as_ref().filter(|(_, until)| *until > me.now) {
                p class="small mt-2" { (t!(lang, "Both sign until {when}.", when = fmt::when(lang, *until, me.now, &me.prefs.zone))) }
            }
            div class="mt-3" { (frame::post_button(&format!("{base}/rotate"), t!(lang, "Make a new secret"), &[])) }
        }))
        (card(t!(lang, "Remove"), html! {
            p class="small muted" { (t!(lang, "What is still on its way is not sent any more.")) }
            div class="mt-3" { (frame::post_button(&format!("{base}/state"), t!(lang, "Remove the endpoint"), &[("to", "removed")])) }
        }))
    };
    let back = (t!(lang, "Webhooks"), "/admin/webhooks");
    frame::page(
        me,
        &hook.name,
        back,
        end,
        main,
        Some((t!(lang, "What one can do"), rail)),
    )
    .await
}

/// The page that shows a new secret, this one time.
pub async fn told(me: &Me, id: &str, secret: &str) -> Result<Markup> {
    render(me, id, &Asked::default(), Some(secret), &Wrong::default()).await
}

/// One sentence: whether it works, and the next thing to do if not.
fn standing(me: &Me, hook: &Webhook, health: &Health, base: &str) -> Markup {
    let lang = me.lang();
    let when = |at| fmt::when(lang, at, me.now, &me.prefs.zone);
    let to = format!("{base}/state");
    let on = frame::post_button(&to, t!(lang, "Switch it on"), &[("to", "on")]);
    let off = frame::post_button(&to, t!(lang, "Switch it off"), &[("to", "off")]);
    let test = frame::post_button(&format!("{base}/test"), t!(lang, "Send a test"), &[]);
    html! {
        @if let Some(at) = hook.paused_at {
            (notice(Tone::Bad, "alert", t!(lang, "Paused."), html! {
                (t!(lang, "It failed for a whole day, so nothing is sent since {when}. Nothing is lost: what happens is kept for it. Mend the receiver, then switch it on.", when = when(at))) }))
            div class="row" { (on) (off) }
        } @else if !hook.active {
            (notice(Tone::Info, "info", t!(lang, "Switched off."), html! { (t!(lang, "It does not hear what happens now.")) }))
            div class="row" { (on) }
        } @else if let Some(since) = hook.failing_since {
            (notice(Tone::Warn, "alert", t!(lang, "It fails."), html! {
                (t!(lang, "Nothing has arrived since {when}. Each delivery is tried for 24 hours.", when = when(since))) }))
            div class="row" { (test) (off) }
        } @else {
            p { @match hook.last_success_at {
                Some(at) => (t!(lang, "It works. The last delivery arrived {when}.", when = when(at))),
                None => (t!(lang, "Nothing has been sent yet. Send a test to see whether it arrives.")),
            } }
            div class="row" { (test) (off) }
        }
        @if health.dead > 0 {
            (notice(Tone::Warn, "alert", &tn!(lang, health.dead, "{n} delivery was given up.", "{n} deliveries were given up."),
                html! { (t!(lang, "Look at why, then send them again.")) }))
        }
    }
}

fn figures(me: &Me, hook: &Webhook, health: &Health) -> Markup {
    let lang = me.lang();
    let rate = if health.tried == 0 {
        t!(lang, "no attempts").to_owned()
    } else {
        t!(
            lang,
            "{failed} of {tried} attempts",
            failed = health.failed,
            tried = health.tried
        )
    };
    let events = words::offered(lang);
    let heard: Vec<&str> = hook
        .events
        .iter()
        .map(|e| {
            events
                .iter()
                .find(|(k, _)| k == e)
                .map_or(e.as_str(), |(_, label)| label)
        })
        .collect();
    props(&[
        (t!(lang, "Address"), html! { code { (hook.address) } }),
        (t!(lang, "What it hears"), html! { (heard.join(" · ")) }),
        (t!(lang, "Failed in 24 hours"), html! { (rate) }),
        (
            t!(lang, "Half of all take at most"),
            html! {
            @match health.median { Some(ms) => { (fmt::number(lang, ms)) " ms" }, None => "–" } },
        ),
        (t!(lang, "Kept"), html! { (t!(lang, "for 30 days")) }),
    ])
}

fn views(me: &Me, base: &str, state: &str, health: &Health) -> Markup {
    let lang = me.lang();
    let count = |n: i64| if n == 0 { String::new() } else { n.to_string() };
    let (waiting, dead) = (count(health.waiting), count(health.dead));
    let links = ["", "?state=waiting", "?state=dead", "?state=done"].map(|q| format!("{base}{q}"));
    let tab = |at: usize, label, count, value: &str| Tab {
        label,
        href: &links[at],
        count,
        current: state == value,
    };
    tabs(
        t!(lang, "What was sent"),
        &[
            tab(0, t!(lang, "All"), "", ""),
            tab(1, t!(lang, "Waiting"), &waiting, "waiting"),
            tab(2, t!(lang, "Given up"), &dead, "dead"),
            tab(3, t!(lang, "Delivered"), "", "done"),
        ],
    )
}

fn sent(me: &Me, base: &str, list: &[Delivery], state: &str) -> Markup {
    let lang = me.lang();
    if list.is_empty() {
        let text = if state.is_empty() {
            t!(
                lang,
                "Each event that it hears is listed here, with what came back."
            )
        } else {
            t!(lang, "No delivery is in this state.")
        };
        return empty("bolt", t!(lang, "Nothing here"), text, html! {});
    }
    let rows = html! {
        @for d in list {
            @let (tone, icon, word) = words::state(lang, &d.state, d.attempts);
            @let body: serde_json::Value = serde_json::from_str(&d.body).unwrap_or_default();
            @let sub = match body["request"]["number"].as_i64() {
                Some(number) => format!("{number} {}", body["request"]["title"].as_str().unwrap_or_default()),
                None => t!(lang, "A test").to_owned(),
            };
            (row(lang, &Row { id: &d.id, href: &format!("{base}/deliveries/{}", d.id), title: &d.verb, sub: &sub, ..Row::default() }, html! {
                td { (pill(tone, icon, word)) }
                td class="num" { (d.attempts) }
                td { (fmt::when(lang, d.created_at, me.now, &me.prefs.zone)) }
            }))
        }
    };
    let col = |label| Col {
        label,
        ..Col::default()
    };
    table(
        lang,
        &Table {
            id: "deliveries",
            caption: t!(lang, "What was sent"),
            cols: &[
                col(t!(lang, "Event")),
                col(t!(lang, "State")),
                Col {
                    label: t!(lang, "Attempts"),
                    number: true,
                    ..Col::default()
                },
                col(t!(lang, "When")),
            ],
            ..Table::default()
        },
        &[Group {
            rows,
            ..Group::default()
        }],
    )
}

fn again(me: &Me, base: &str, health: &Health, wrong: &Wrong) -> Markup {
    let lang = me.lang();
    let to = format!("{base}/replay");
    html! {
        @if health.dead > 0 {
            form method="post" action=(to) {
                input type="hidden" name="what" value="dead";
                (button(Button { label: t!(lang, "Send all given up again"), kind: Kind::Primary, size: Size::Small, ..Button::default() }))
            }
        } @else { p class="small muted" { (t!(lang, "Nothing was given up.")) } }
        details class="mt-3" open[!wrong.at("since").is_empty()] {
            summary { (t!(lang, "Everything since a time")) }
            form method="post" action=(to) class="stack mt-3" {
                input type="hidden" name="what" value="since";
                (two(html! {
                    (date(lang, &Field { name: "since", label: t!(lang, "Day"), error: wrong.at("since"), ..Field::default() }))
                    (time(lang, &Field { name: "since_time", label: t!(lang, "Time"), optional: true, ..Field::default() }))
                }))
                p class="small muted" { (t!(lang, "Also what had arrived. Receivers know it by its id.")) }
                (button(Button { label: t!(lang, "Send again"), size: Size::Small, ..Button::default() }))
            }
        }
    }
}

/// POST /admin/webhooks/{webhook}/state: on, off or removed.
pub async fn state(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let lang = me.lang();
    let here = format!("/admin/webhooks/{id}");
    let (to, said) = match crate::incidents::page::one(&posted, "to") {
        "removed" => {
            verbs::remove(&me, &me.actor, &id).await?;
            ("/admin/webhooks", t!(lang, "The endpoint is removed"))
        }
        "off" => {
            verbs::switch(&me, &me.actor, &id, false).await?;
            (&*here, t!(lang, "It is switched off"))
        }
        _ => {
            verbs::switch(&me, &me.actor, &id, true).await?;
            (&*here, t!(lang, "It is switched on"))
        }
    };
    Ok(see_other(to, Some(Flash::new(said))))
}

/// POST /admin/webhooks/{webhook}/rotate
pub async fn rotate(me: Me, Path(id): Path<String>) -> Result<Response> {
    let (hook, secret) = verbs::rotate(&me, &me.actor, &id).await?;
    Ok(told(&me, &hook.id, &secret).await?.into_response())
}

/// POST /admin/webhooks/{webhook}/test
pub async fn test(me: Me, Path(id): Path<String>) -> Result<Response> {
    let made = verbs::test(&me, &me.actor, &id).await?;
    let to = format!("/admin/webhooks/{id}/deliveries/{}", made.id);
    let said = t!(
        me.lang(),
        "The test is on its way. Reload to see what came back."
    );
    Ok(see_other(&to, Some(Flash::new(said))))
}

/// POST /admin/webhooks/{webhook}/replay
pub async fn replay(me: Me, Path(id): Path<String>, posted: Posted) -> Result<Response> {
    let lang = me.lang();
    let one = |name| crate::incidents::page::one(&posted, name);
    let what = match one("what") {
        "one" => Ok(Replay::One(one("delivery").to_owned())),
        "since" => {
            let day = one("since").parse::<Date>().ok();
            let hour = one("since_time")
                .parse::<Time>()
                .unwrap_or(Time::midnight());
            day.and_then(|d| me.prefs.zone.to_timestamp(d.to_datetime(hour)).ok())
                .map(Replay::Since)
                .ok_or_else(|| Error::field("since", "Give a day and a time."))
        }
        _ => Ok(Replay::Dead),
    };
    let done = match what {
        Ok(what) => verbs::replay(&me, &me.actor, &id, &what).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(count) => {
            let n = i64::try_from(count).unwrap_or(i64::MAX);
            let said = tn!(
                lang,
                n,
                "{n} delivery goes out again",
                "{n} deliveries go out again"
            );
            Ok(see_other(
                &format!("/admin/webhooks/{id}"),
                Some(Flash::new(said)),
            ))
        }
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            let page = render(&me, &id, &Asked::default(), None, &wrong).await?;
            Ok(frame::answer(&wrong, page))
        }
    }
}
