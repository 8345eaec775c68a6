//! The page of one's calendar addresses.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use crate::error::{Error, Result};
use crate::feeds::store::{self, Feed, Scope};
use crate::i18n::{Lang, t};
use crate::incidents::page::one;
use crate::people;
use crate::people::pages::frame;
use crate::policy;
use crate::ui::block::empty;
use crate::ui::button::{Button, Kind, button};
use crate::ui::choice::{Opt, select};
use crate::ui::field::Field;
use crate::web::input::Posted;
use crate::web::{Flash, Me, Wrong, see_other};

/// GET /me/feeds
pub async fn page(me: Me) -> Result<Response> {
    Ok(show(&me, &Wrong::default(), None).await?.into_response())
}

/// POST /me/feeds: the answer is the only page that ever shows the address.
pub async fn create(me: Me, posted: Posted) -> Result<Response> {
    let wish = one(&posted, "scope");
    let made = match wish.strip_prefix("team:") {
        Some(team) => store::make(&me, Scope::Team, Some(team)).await,
        None => match Scope::from_key(wish) {
            Some(scope) => store::make(&me, scope, None).await,
            None => Err(Error::field("scope", "Choose yourself or a team of yours.")),
        },
    };
    match made {
        Ok((_, secret)) => {
            let page = show(&me, &Wrong::default(), Some(&secret)).await?;
            Ok(page.into_response())
        }
        Err(error) => {
            let wrong = Wrong::of(me.lang(), error)?;
            Ok((wrong.status(), show(&me, &wrong, None).await?).into_response())
        }
    }
}

/// POST /me/feeds/{feed}/revoke
pub async fn revoke(me: Me, Path(id): Path<String>) -> Result<Response> {
    store::revoke(&me, &id).await?;
    let said = Flash::new(t!(
        me.lang(),
        "The address is revoked. Calendars that used it stay empty from now on."
    ));
    Ok(see_other("/me/feeds", Some(said)))
}

/// The address that a secret makes.
pub fn address(public_url: &str, secret: &str) -> String {
    format!("{}/feeds/{secret}.ics", public_url.trim_end_matches('/'))
}

fn name(lang: Lang, feed: &Feed) -> String {
    match (&feed.team, feed.scope) {
        (Some((_, team)), _) => t!(lang, "Team {name}", name = team),
        (None, Scope::All) => t!(lang, "The whole change calendar").to_owned(),
        (None, _) => t!(lang, "What concerns me").to_owned(),
    }
}

async fn show(me: &Me, wrong: &Wrong, secret: Option<&str>) -> Result<Markup> {
    let lang = me.lang();
    let list = store::list(&me.app.db, &me.actor.id).await?;
    let works = policy::works(&me.actor);
    let mut wishes = vec![("mine".to_owned(), t!(lang, "What concerns me").to_owned())];
    if works {
        for team in people::store::teams(&me.app.db).await? {
            if !team.archived && store::may_read(&me.actor, Scope::Team, Some(&team.id)) {
                let label = t!(lang, "Team {name}", name = team.name);
                wishes.push((format!("team:{}", team.id), label));
            }
        }
        wishes.push((
            "all".to_owned(),
            t!(lang, "The whole change calendar").to_owned(),
        ));
    }
    let options: Vec<Opt<'_>> = wishes
        .iter()
        .map(|(value, label)| Opt {
            value,
            label,
            ..Opt::default()
        })
        .collect();
    let made = secret.map(|s| address(&me.app.config.public_url, s));
    let body = html! {
        @if let Some(address) = &made {
            section class="turn" aria-labelledby="h-secret" {
                h2 id="h-secret" tabindex="-1" { (t!(lang, "Copy the address now")) }
                p class="mt-3" { (t!(lang, "It is shown this one time. In your calendar program choose “subscribe by address” and paste it there.")) }
                p class="mt-3" { code class="secret" { (address) } }
                p class="mt-3" { button class="btn btn-s btn-line js" type="button" data-copy=(address) { (t!(lang, "Copy the address")) } }
            }
        }
        (wrong.summary(lang))
        p class="muted" {
            @if works { (t!(lang, "Your own calendar program can show the change calendar and the meetings beside your appointments. Whoever has the address can read it, so keep it to yourself.")) }
            @else { (t!(lang, "Your own calendar program can show when the changes you ordered are made. Whoever has the address can read it, so keep it to yourself.")) }
        }
        @if list.is_empty() {
            (empty("cal", t!(lang, "No calendar addresses"), t!(lang, "Addresses that your calendar programs read are listed here."), html! {}))
        } @else {
            ul class="stack bare-list" { @for feed in &list { li { (row(me, feed)) } } }
        }
        section class="stack" aria-labelledby="h-new" {
            h2 id="h-new" { (t!(lang, "New address")) }
            form class="stack" method="post" action="/me/feeds" {
                (select(lang, &Field { name: "scope", label: t!(lang, "What it shows"), error: wrong.at("scope"), ..Field::default() }, &options, None))
                div { (button(Button { label: t!(lang, "Make an address"), kind: Kind::Primary, ..Button::default() })) }
            }
        }
    };
    frame::own(me, "/me/feeds", body).await
}

fn row(me: &Me, feed: &Feed) -> Markup {
    let lang = me.lang();
    let name = name(lang, feed);
    html! {
        div class="card row" {
            div class="grow" {
                strong class="strong" { (name) }
                p class="hint" {
                    (t!(lang, "made")) " " (frame::when(me, feed.created_at)) " · "
                    @match feed.read_at { Some(at) => { (t!(lang, "last read")) " " (frame::when(me, at)) }, None => (t!(lang, "never read")) }
                }
            }
            form method="post" action={ "/me/feeds/" (feed.id) "/revoke" } {
                button class="btn btn-s" aria-label=(t!(lang, "Revoke {name}", name = name)) { (t!(lang, "Revoke")) }
            }
        }
    }
}
