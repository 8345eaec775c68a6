//! The library: pictures or a list, filters with counts, several at once.

use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{frame, picture, rights_pill, sub, today};
use crate::assets::find::{self, Asked, FACETS, Found, Hit};
use crate::assets::model::{Kind, Orientation, People};
use crate::assets::rights::State;
use crate::assets::store;
use crate::error::Result;
use crate::i18n::{Lang, fmt, t, tn};
use crate::policy;
use crate::ui::block::empty;
use crate::ui::button::{Button, Kind as Loud, Seg, Size, button, link_button, seg};
use crate::ui::icon::icon_s;
use crate::ui::table::{Chip, Col, Group, Row, Table, bulk, filter_bar, row, table};
use crate::web::{Me, Query};

/// The word for a value of a facet.
fn value(lang: Lang, facet: &str, key: &str) -> String {
    let word = match facet {
        "kind" => Kind::from_key(key).map(|k| k.label(lang)),
        "rights" => State::from_key(key).map(|s| s.label(lang)),
        "people" => People::from_key(key).map(|p| p.label(lang)),
        "orientation" => Orientation::from_key(key).map(|o| o.label(lang)),
        _ => None,
    };
    word.unwrap_or(key).to_owned()
}

fn facet_name(lang: Lang, facet: &str) -> &'static str {
    match facet {
        "kind" => t!(lang, "Kind"),
        "rights" => t!(lang, "Rights"),
        "campaign" => t!(lang, "Campaign"),
        "format" => t!(lang, "Format"),
        "people" => t!(lang, "People shown"),
        "orientation" => t!(lang, "Orientation"),
        _ => t!(lang, "Tag"),
    }
}

/// The address of the list as asked, with one thing changed.
fn address(asked: &Asked, change: (&str, Option<&str>)) -> String {
    let fixed = [
        ("q", asked.q.as_deref()),
        ("collection", asked.collection.as_deref()),
        ("like", asked.like.as_deref()),
        ("view", asked.view.as_deref()),
    ];
    let mut pairs = Vec::new();
    for (name, value) in fixed
        .into_iter()
        .chain(FACETS.iter().map(|(name, _)| (*name, asked.of(name))))
    {
        if name != change.0 {
            pairs.extend(value.map(|v| (name, v)));
        }
    }
    pairs.extend(change.1.map(|v| (change.0, v)));
    let text: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    if text.is_empty() {
        "/assets".to_owned()
    } else {
        format!("/assets?{}", text.join("&"))
    }
}

/// GET /assets
pub async fn page(me: Me, Query(asked): Query<Asked>) -> Result<Markup> {
    let lang = me.lang();
    let day = today(&me);
    let found = find::find(&me.app, Some(&me.actor), day, &asked).await?;
    let works = policy::works(&me.actor);
    let may_edit = store::may_edit(&me.actor);
    let filters = filters(&me, &asked, &found).await?;
    let is_list = asked.view.as_deref() == Some("list");
    let any = asked.q.is_some()
        || asked.like.is_some()
        || asked.collection.is_some()
        || FACETS.iter().any(|(f, _)| asked.of(f).is_some());
    let views = [
        (
            t!(lang, "Pictures"),
            address(&asked, ("view", None)),
            !is_list,
        ),
        (
            t!(lang, "List"),
            address(&asked, ("view", Some("list"))),
            is_list,
        ),
    ];
    let views: Vec<Seg<'_>> = views
        .iter()
        .map(|(label, href, current)| Seg {
            label,
            href,
            current: *current,
            ..Seg::default()
        })
        .collect();
    let rows = if is_list {
        as_list(&me, &found.hits, may_edit)
    } else {
        as_grid(&me, &found.hits, may_edit)
    };
    let body = html! {
        @if found.hits.is_empty() && any {
            div class="panel-body" { (empty("search", t!(lang, "No match"), t!(lang, "Try fewer or shorter words."), html! {
                a href="/assets" { (t!(lang, "Clear filters")) } })) }
        } @else if found.hits.is_empty() {
            div class="panel-body" { (empty("image", t!(lang, "No assets yet"), t!(lang, "Logos, pictures and templates stand here as soon as somebody adds them."), html! {
                @if may_edit { a class="btn btn-primary" href="/assets/new" { (t!(lang, "Add files")) } } })) }
        } @else if may_edit {
            (bulk(lang, "/assets/bulk", None, deeds(&me).await?, rows))
        } @else { (rows) }
        @if let Some(next) = &found.next {
            p class="panel-body" { a class="btn btn-line" href=(address(&asked, ("after", Some(next)))) { (t!(lang, "Show more")) } }
        }
    };
    let q = asked.q.clone().unwrap_or_default();
    let search = html! {
        form class="affix asset-search" role="search" method="get" action="/assets" {
            (icon_s("search"))
            label class="vh" for="as" { (t!(lang, "Search assets")) }
            input class="input" id="as" type="search" name="q" value=(q) maxlength="200"
                placeholder=(tn!(lang, found.total, "Search {n} asset", "Search {n} assets"));
            @for (name, _) in FACETS { @if let Some(value) = asked.of(name) { input type="hidden" name=(name) value=(value); } }
            @if is_list { input type="hidden" name="view" value="list"; }
        }
    };
    let acts = html! {
        @if may_edit {
            (link_button("/assets/new", Button { label: t!(lang, "Add files"), icon: "upl", size: Size::Small, kind: Loud::Primary, key: "c", ..Button::default() }))
        }
    };
    let title = if works {
        t!(lang, "Assets")
    } else {
        t!(lang, "Brand assets")
    };
    let page = if works {
        html! {
            div class="bar" { h1 { (title) } (search) span class="end" { (seg(t!(lang, "Views"), &views)) (acts) } }
            (filters)
            (body)
        }
    } else {
        html! {
            div class="wrap page stack brand-assets" {
                h1 tabindex="-1" { (title) }
                p class="muted" { (t!(lang, "Logos, pictures and templates to take at once. Each says what it may be used for.")) }
                div class="row" { (search) (seg(t!(lang, "Views"), &views)) }
                (filters)
                (body)
            }
        }
    };
    frame(&me, title, page).await
}

async fn filters(me: &Me, asked: &Asked, found: &Found) -> Result<Markup> {
    let lang = me.lang();
    let day = today(me);
    let mut all = Vec::new();
    for (facet, _) in FACETS {
        let counts = find::counts(&me.app, Some(&me.actor), day, asked, facet).await?;
        let options: Vec<(String, String, bool)> = counts
            .into_iter()
            .map(|(key, n)| {
                let label = format!("{} ({})", value(lang, facet, &key), fmt::number(lang, n));
                let chosen = asked.of(facet) == Some(key.as_str());
                (key, label, chosen)
            })
            .collect();
        let chosen = asked
            .of(facet)
            .map(|key| value(lang, facet, key))
            .unwrap_or_default();
        all.push((facet, options, chosen));
    }
    let options: Vec<Vec<(&str, &str, bool)>> = all
        .iter()
        .map(|(_, o, _)| {
            o.iter()
                .map(|(k, l, c)| (k.as_str(), l.as_str(), *c))
                .collect()
        })
        .collect();
    let chips: Vec<Chip<'_>> = all
        .iter()
        .zip(&options)
        .filter(|((_, _, chosen), options)| !options.is_empty() || !chosen.is_empty())
        .map(|((facet, _, chosen), options)| Chip {
            name: facet,
            icon: "",
            label: facet_name(lang, facet),
            chosen,
            options,
            many: false,
        })
        .collect();
    let keep: Vec<(&str, &str)> = [
        ("q", &asked.q),
        ("view", &asked.view),
        ("collection", &asked.collection),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    .collect();
    let shown = html! {
        span class="small muted" { (tn!(lang, found.total, "{n} shown, most used first", "{n} shown, most used first")) }
    };
    Ok(filter_bar(lang, "/assets", &keep, &chips, shown))
}

/// What can be done to several at once.
async fn deeds(me: &Me) -> Result<Markup> {
    let lang = me.lang();
    let collections = crate::assets::collections::list(&me.app, Some(&me.actor)).await?;
    let small = |label, name, value| {
        button(Button {
            label,
            name,
            value,
            size: Size::Small,
            ..Button::default()
        })
    };
    Ok(html! {
        span class="row" {
            label class="vh" for="b-tag" { (t!(lang, "Tag")) }
            input class="input input-s" id="b-tag" name="tag" placeholder=(t!(lang, "Tag")) maxlength="60";
            (small(t!(lang, "Add tag"), "deed", "tag"))
            (small(t!(lang, "Take tag away"), "deed", "untag"))
        }
        span class="row" {
            label class="vh" for="b-rights" { (t!(lang, "May be used until")) }
            input class="input input-s" id="b-rights" type="date" name="expires_on";
            (small(t!(lang, "Set end"), "deed", "expires"))
        }
        @if !collections.is_empty() {
            span class="row" {
                label class="vh" for="b-col" { (t!(lang, "Collection")) }
                select class="select select-s" id="b-col" name="collection" {
                    @for c in &collections { option value=(c.id) { (c.name) } }
                }
                (small(t!(lang, "Put in"), "deed", "collect"))
            }
        }
        (button(Button { label: t!(lang, "Download as ZIP"), icon: "dl", size: Size::Small, formaction: "/assets/zip", ..Button::default() }))
    })
}

fn as_grid(me: &Me, hits: &[Hit], ticks: bool) -> Markup {
    let lang = me.lang();
    let day = today(me);
    html! {
        div class="panel-body" {
            h2 class="vh" { (t!(lang, "Results")) }
            ul class="grid assets" data-rows {
                @for hit in hits {
                    li class="asset" id={ "row-" (hit.asset.id) } {
                        span class="img" { (picture(lang, hit, "thumb")) }
                        (rights_pill(lang, &hit.asset.rights, day, false))
                        h3 { a class="ttl" href={ "/assets/" (hit.asset.id) } { (hit.asset.name) } }
                        p class="sub" { (sub(lang, hit)) }
                        @if ticks {
                            input class="tick" type="checkbox" name="ids" value=(hit.asset.id) aria-label=(t!(lang, "Select {number}", number = hit.asset.name));
                        }
                    }
                }
            }
        }
    }
}

fn as_list(me: &Me, hits: &[Hit], ticks: bool) -> Markup {
    let lang = me.lang();
    let day = today(me);
    let cols = [
        Col {
            label: t!(lang, "Name"),
            ..Col::default()
        },
        Col {
            label: t!(lang, "Format"),
            ..Col::default()
        },
        Col {
            label: t!(lang, "Rights"),
            ..Col::default()
        },
        Col {
            label: t!(lang, "Size"),
            number: true,
            ..Col::default()
        },
        Col {
            label: t!(lang, "Downloads"),
            number: true,
            ..Col::default()
        },
    ];
    let rows = html! {
        @for hit in hits {
            (row(lang, &Row {
                id: &hit.asset.id,
                number: hit.asset.kind.label(lang),
                href: &format!("/assets/{}", hit.asset.id),
                title: &hit.asset.name,
                sub: &hit.asset.campaign,
                ticks,
                ticked: false,
            }, html! {
                td { (hit.asset.format) }
                td { (rights_pill(lang, &hit.asset.rights, day, true)) }
                td class="num" { (fmt::bytes(lang, hit.version.size)) }
                td class="num" { (fmt::number(lang, hit.asset.downloads)) }
            }))
        }
    };
    table(
        lang,
        &Table {
            id: "assets",
            caption: t!(lang, "Assets"),
            cols: &cols,
            ticks,
        },
        &[Group {
            label: "",
            count: 0,
            rows,
        }],
    )
}
