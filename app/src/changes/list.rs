//! Open changes with their windows, and which services are routine.

use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use mil_db::Where;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::calendar::{self, model::Entry};
use crate::catalog::model::{Service, WorkKind};
use crate::changes::rules::{Assessment, Type};
use crate::changes::store::{self, Record};
use crate::changes::{verbs, words};
use crate::error::{Error, Result};
use crate::i18n::{fmt, t};
use crate::incidents::page::one;
use crate::meetings;
use crate::policy;
use crate::ui::block::{Tone, empty, pill};
use crate::ui::button::{Button, Kind, Seg, Size, button, link_button, seg};
use crate::ui::choice::{Opt, select};
use crate::ui::field::Field;
use crate::ui::shell::{bar, bar_back};
use crate::web::input::Posted;
use crate::web::{Flash, Me, Query, see_other, shell};
use crate::work::{Item, store as items};

/// The most that a page shows.
pub const MOST: i64 = 200;

/// A change with all that the list says about it.
pub struct Line {
    /// The change.
    pub item: Item,
    /// What is known of it.
    pub record: Record,
    /// How it ranks.
    pub assessment: Option<Assessment>,
    /// Its window.
    pub window: Option<Entry>,
    /// What the last meeting said: decision, words, when, meeting.
    pub decided: Option<(String, String, Timestamp, String)>,
}

/// Open changes that the actor may see, the soonest window first, those without
/// one last.
pub async fn open(me: &Me) -> Result<Vec<Line>> {
    let mut filter = Where::new();
    filter.and("w.kind = ?", ["change".into()]);
    filter.and("w.closed_at IS NULL", []);
    policy::visible_items(&me.actor, &mut filter);
    let tail = format!("ORDER BY w.number LIMIT {MOST}");
    let mut out = Vec::new();
    for item in items::select(&me.app.db, &me.actor, &filter, &tail).await? {
        let record = store::of(&me.app.db, &item).await?;
        out.push(Line {
            assessment: record.assessment(&item),
            window: calendar::store::of_item(&me.app.db, &item.id).await?,
            decided: store::decided(&me.app.db, &item.id).await?,
            record,
            item,
        });
    }
    out.sort_by_key(|l| {
        let start = l.window.as_ref().map_or(Timestamp::MAX, |e| e.span.start());
        (start, l.item.number)
    });
    Ok(out)
}

/// The ways between changes, their calendar and the meetings about them.
pub fn ways(lang: crate::i18n::Lang, here: &str) -> Markup {
    let all = [
        (t!(lang, "Changes"), "/changes"),
        (t!(lang, "Calendar"), "/calendar"),
        (t!(lang, "Meetings"), "/meetings"),
    ]
    .map(|(label, href)| Seg {
        label,
        href,
        current: here == href,
        ..Seg::default()
    });
    seg(t!(lang, "Views"), &all)
}

/// Which ones.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// `standard`, `normal` or `emergency`.
    pub r#type: Option<String>,
}

/// GET /changes
pub async fn page(me: Me, Query(asked): Query<Asked>) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let wanted = asked.r#type.as_deref().and_then(Type::from_key);
    let all = open(&me).await?;
    let due = all.iter().filter(|l| l.record.review_due(&l.item)).count();
    let stage = |item: &Item| {
        catalog
            .process(&item.process_id, item.process_version)
            .ok()
            .and_then(|p| p.stage(&item.stage).map(|s| s.name.clone()))
            .unwrap_or_default()
    };
    let end = html! {
        @if policy::shapes_catalog(&me.actor) { (link_button("/changes/services", Button {
            label: t!(lang, "What is routine"), size: Size::Small, kind: Kind::Line, ..Button::default() })) }
    };
    let shown: Vec<&Line> = all
        .iter()
        .filter(|l| wanted.is_none_or(|k| l.record.kind == k))
        .collect();
    let next = meetings::store::next(&me.app.db, me.now).await?;
    let body = html! {
        (bar(t!(lang, "Changes"), ways(lang, "/changes"), end))
        div class="panel-body stack" {
            @if let Some(next) = &next {
                p { (t!(lang, "Next meeting about changes:")) " " a href={ "/meetings/" (next.id) } { (next.name) ", " (fmt::when(lang, next.starts_at, me.now, &me.prefs.zone)) } }
            }
            nav class="row" aria-label=(t!(lang, "Kinds of changes")) {
                a class="chip" href="/changes" aria-current=[wanted.is_none().then_some("true")] { (t!(lang, "All")) }
                @for kind in Type::ALL {
                    a class="chip" href={ "/changes?type=" (kind.key()) } aria-current=[(wanted == Some(kind)).then_some("true")] title=(words::kind_term(lang, kind)) { (words::kind(lang, kind)) }
                }
            }
            @if due > 0 { p class="muted" { (t!(lang, "{n} of them want somebody to look back before they are closed.", n = due)) } }
            @if shown.is_empty() {
                (empty("layers", t!(lang, "No open change"), t!(lang, "When somebody orders a change of something that runs, it stands here with its window and its risk."),
                    html! { @if wanted.is_some() { a href="/changes" { (t!(lang, "Clear filters")) } } }))
            } @else {
                div class="table-wrap" tabindex="0" role="region" aria-label=(t!(lang, "Changes")) {
                    table class="table" {
                        caption class="vh" { (t!(lang, "Open changes, the soonest window first")) }
                        thead { tr {
                            th scope="col" { (t!(lang, "Change")) } th scope="col" { (t!(lang, "Window")) }
                            th scope="col" { (t!(lang, "Kind")) } th scope="col" { (t!(lang, "Risk")) }
                            th scope="col" { (t!(lang, "Stage")) } th scope="col" { (t!(lang, "Meeting")) }
                        } }
                        tbody { @for l in &shown { (row(&me, l, &stage(&l.item))) } }
                    }
                }
            }
        }
    };
    shell::workspace(&me, "/changes", t!(lang, "Changes"), body).await
}

fn row(me: &Me, l: &Line, stage: &str) -> Markup {
    let lang = me.lang();
    let urgent = l.record.kind == Type::Emergency;
    html! {
        tr {
            td { a class="ttl" href={ "/work/" (l.item.number) } { (l.item.title) } " " span class="num muted small" { (l.item.number) } }
            td { @match &l.window { Some(e) => a href={ "/calendar/" (e.id) } { (calendar::words::times(me, e)) },
                None => span class="muted" { (t!(lang, "not planned")) } } }
            td { @if urgent { (pill(Tone::Bad, "bolt", words::kind(lang, l.record.kind))) } @else { (words::kind(lang, l.record.kind)) } }
            td { @match &l.assessment {
                Some(a) => a href={ "/work/" (l.item.number) "/change" } { (words::level_pill(lang, a.level).0) },
                None => a href={ "/work/" (l.item.number) "/change" } { (t!(lang, "rank it")) } } }
            td { (stage) }
            td { @match &l.decided { Some((said, _, _, meeting)) => a href={ "/meetings/" (meeting) } { (words::decision(lang, said)) },
                None => span class="muted" { "–" } } }
        }
    }
}

/// Services whose orders are changes, with their type.
pub async fn of_services(me: &Me) -> Result<Vec<(std::sync::Arc<Service>, Type)>> {
    let catalog = me.app.catalog().await?;
    let mut out = Vec::new();
    for service in catalog
        .services
        .iter()
        .filter(|s| s.kind == WorkKind::Change && !s.retired)
    {
        let kind = store::type_of_service(&me.app.db, &service.id).await?;
        out.push((service.clone(), kind));
    }
    Ok(out)
}

/// GET /changes/services
pub async fn services(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let all = of_services(&me).await?;
    let body = html! {
        (bar_back(t!(lang, "Changes"), "/changes", "", html! {}))
        div class="panel-body stack measure" {
            h1 { (t!(lang, "What is routine")) }
            p class="muted" { (t!(lang, "A routine change was made often, never went wrong, and is written down step by step. Its orders need nobody’s yes.")) }
            @if all.is_empty() { (empty("layers", t!(lang, "No service makes changes"), t!(lang, "Adopt the practice “Change enablement”, or make a service whose orders are changes."), html! {})) }
            @for (service, present) in &all {
                @let options = Type::ALL.map(|k| Opt { value: k.key(), label: words::kind(lang, k), chosen: k == *present, ..Opt::default() });
                form method="post" action="/changes/services" class="card row" {
                    input type="hidden" name="service" value=(service.id);
                    div class="grow" { (select(lang, &Field { name: &format!("type-{}", service.slug), label: &service.name, ..Field::default() }, &options, None)) }
                    input type="hidden" name="field" value={ "type-" (service.slug) };
                    (button(Button { label: t!(lang, "Save"), size: Size::Small, ..Button::default() }))
                }
            }
        }
    };
    shell::workspace(&me, "/changes", t!(lang, "What is routine"), body).await
}

/// POST /changes/services
pub async fn set(me: Me, posted: Posted) -> Result<Response> {
    let field = one(&posted, "field").to_owned();
    let kind = Type::from_key(one(&posted, &field))
        .ok_or_else(|| Error::field("type", "Choose a kind."))?;
    verbs::approve_service(&me, &me.actor, one(&posted, "service"), kind).await?;
    let said = t!(me.lang(), "Saved.").to_owned();
    Ok(see_other("/changes/services", Some(Flash::new(said))))
}
