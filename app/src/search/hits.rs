//! One search over everything that the reader may see.
//!
//! It goes in steps, each freer than the one before, and stops as soon as there
//! is enough: the words and their forms; what the glossary calls the same; slips
//! and compounds; half of the words.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mil_db::{Where, sql};

use super::index::{self, Bag};
use super::kinds::{self, Kind};
use super::question::{Question, Reach};
use super::{document, requests, synonyms, words};
use crate::clock::from_micros;
use crate::error::Result;
use crate::i18n::{Lang, fmt};
use crate::policy;
use crate::portal::find;
use crate::queue::Filter;
use crate::queue::filter::State;
use crate::queue::query::{self, Horizon};
use crate::web::Me;

/// How many documents are ranked.
const CANDIDATES: i64 = 200;
/// Fewer than this many results, and words are understood more freely.
const ENOUGH: usize = 3;
/// Letters of a text that are read to mark words in it.
const READ: i64 = 20_000;

/// What is wanted.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// As typed.
    pub q: String,
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Only requests of this service, by id.
    pub service: Option<String>,
    /// Only open or only closed requests.
    pub state: Option<State>,
    /// Only what is from then on.
    pub since: Option<Timestamp>,
    /// Only texts in this language (`en`, `de`), and those that have none.
    pub language: Option<String>,
    /// The most results of a kind.
    pub each: usize,
    /// Whether texts are read, to show the words in them.
    pub texts: bool,
}

/// Something that was found.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Hit {
    pub kind: Kind,
    pub id: String,
    pub title: String,
    pub href: String,
    pub hint: String,
    pub text: String,
    pub at: Option<Timestamp>,
    /// Requests only.
    pub number: Option<i64>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// By kind, the best first.
    pub hits: Vec<Hit>,
    /// The words to mark.
    pub forms: Vec<String>,
    /// What the reader seems to have meant: words of something they found.
    pub meant: Option<String>,
    /// Kinds of which there is more.
    pub more: BTreeSet<Kind>,
}

impl Found {
    /// Those of a kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Hit> {
        self.hits.iter().filter(move |hit| hit.kind == kind)
    }

    fn add(&mut self, hits: Vec<Hit>, each: usize) {
        for hit in hits {
            // One page, one line, by whichever of its documents it was found.
            let known = self.of(hit.kind).any(|h| h.href == hit.href);
            if known {
                continue;
            }
            if self.of(hit.kind).count() < each {
                self.hits.push(hit);
            } else {
                self.more.insert(hit.kind);
            }
        }
    }
}

/// Look for it.
pub async fn find(me: &Me, wish: &Wish) -> Result<Found> {
    let typed: String = wish.q.trim().chars().take(400).collect();
    let mut found = Found::default();
    let mut question = Question::read(&me.app.db, &typed).await?;
    if question.is_empty() {
        return Ok(found);
    }
    let variants = synonyms::variants(me, &typed).await?;
    found.forms = question.all_forms(Reach::Strict);
    step(me, wish, &mut found, &typed, (&question, Reach::Strict)).await?;
    for variant in &variants {
        let other = Question::read(&me.app.db, variant).await?;
        found.forms.extend(other.all_forms(Reach::Strict));
        step(me, wish, &mut found, variant, (&other, Reach::Strict)).await?;
    }
    // Services forgive slips by themselves, so they do not tell whether the
    // words were understood.
    let poor = |found: &Found| {
        let read = found.hits.iter().filter(|hit| hit.kind != Kind::Service);
        read.count() < ENOUGH
    };
    if poor(&found) {
        question.loosen(&me.app.db).await?;
        step(me, wish, &mut found, &typed, (&question, Reach::Loose)).await?;
        found.forms.extend(question.all_forms(Reach::Loose));
    }
    if poor(&found) && question.words.len() > 1 {
        let hits = documents(me, wish, (&question, Reach::Half)).await?;
        found.add(hits, wish.each);
    }
    found.hits.sort_by_key(|hit| hit.kind);
    if wish.texts {
        read_texts(me, &mut found.hits).await?;
    }
    found.meant = meant(me.lang(), &question, &found.hits);
    Ok(found)
}

async fn step(
    me: &Me,
    wish: &Wish,
    found: &mut Found,
    typed: &str,
    question: (&Question, Reach),
) -> Result<()> {
    let wants = |kind: Kind| wish.kind.is_none_or(|only| only == kind);
    if wants(Kind::Service) && wish.state.is_none() && wish.service.is_none() {
        found.add(services(me, typed).await?, wish.each);
    }
    if wish.state.is_none() && wish.service.is_none() {
        found.add(documents(me, wish, question).await?, wish.each);
    }
    if wants(Kind::Request) {
        found.add(requests_of(me, wish, question).await?, wish.each);
    }
    Ok(())
}

/// Services are few and in memory: the catalogue itself says who may see them.
async fn services(me: &Me, typed: &str) -> Result<Vec<Hit>> {
    let catalog = me.app.catalog().await?;
    let offered: Vec<_> = catalog.offered_to(&me.actor).collect();
    Ok(find::find(typed, offered.iter().copied())
        .into_iter()
        .map(|service| Hit {
            kind: Kind::Service,
            id: service.id.clone(),
            title: service.name.clone(),
            href: format!("/catalog/{}", service.slug),
            hint: String::new(),
            text: service.summary.clone(),
            at: None,
            number: None,
        })
        .collect())
}

async fn documents(
    me: &Me,
    wish: &Wish,
    (question, reach): (&Question, Reach),
) -> Result<Vec<Hit>> {
    let kinds: Vec<Kind> = match wish.kind {
        Some(kind) => vec![kind],
        None => Kind::ALL.to_vec(),
    };
    let mut numbers: Vec<i64> = Vec::new();
    // Those that have the words in their title are never crowded out.
    for title in [true, false] {
        let mut ask = question.ask(reach, |form| {
            vec![if title {
                format!("t:{form}")
            } else {
                form.to_owned()
            }]
        });
        ask.and(document::readable(&me.actor));
        ask.and(
            kinds
                .iter()
                .map(|kind| format!("k:{}", kind.key()))
                .collect(),
        );
        if let Some(language) = &wish.language {
            ask.and(vec![format!("l:{language}"), "l:".to_owned()]);
        }
        numbers
            .extend(index::newest(&me.app.db, Bag::Documents, &ask, i64::MAX, CANDIDATES).await?);
    }
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    numbers.dedup();
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let mut filter = Where::new();
    filter.and_in("n", numbers);
    if let Some(since) = wish.since {
        filter.and("changed_at >= ?", [since.as_microsecond().into()]);
    }
    let long = if reach == Reach::Half { 4_000 } else { 0 };
    let rows = sql(format!(
        "SELECT kind, object_id, title, changed_at, SUBSTR(body, 1, {long}) AS body
         FROM search_document WHERE {} ORDER BY n DESC",
        filter.text()
    ))
    .bind_all(filter.values())
    .all(&me.app.db)
    .await?;
    let mut ranked: Vec<(usize, Kind, String, i64)> = Vec::new();
    for row in &rows {
        let Some(kind) = Kind::from_key(&row.get::<String>("kind")?) else {
            continue;
        };
        let title = row.get::<String>("title")?;
        let in_title = question.found_in(reach, &words::tokens(&title));
        if reach == Reach::Half {
            let all = words::tokens(&format!("{title} {}", row.get::<String>("body")?));
            let there = question.found_in(reach, &all);
            if there * 2 < question.words.len() {
                continue;
            }
            ranked.push((
                in_title * 2 + there,
                kind,
                row.get("object_id")?,
                row.get("changed_at")?,
            ));
        } else {
            ranked.push((
                in_title,
                kind,
                row.get("object_id")?,
                row.get("changed_at")?,
            ));
        }
    }
    ranked.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
    let mut by_kind: BTreeMap<Kind, Vec<(String, i64)>> = BTreeMap::new();
    for (_, kind, id, at) in ranked {
        by_kind.entry(kind).or_default().push((id, at));
    }
    let mut hits = Vec::new();
    for (kind, list) in by_kind {
        let ids: Vec<String> = list
            .iter()
            .take(wish.each * 2 + 1)
            .map(|(id, _)| id.clone())
            .collect();
        let mut cards: BTreeMap<String, kinds::Card> = kinds::cards(me, kind, &ids)
            .await?
            .into_iter()
            .map(|card| (card.id.clone(), card))
            .collect();
        for (id, at) in list {
            if let Some(card) = cards.remove(&id) {
                hits.push(Hit {
                    kind,
                    id,
                    title: card.title,
                    href: card.href,
                    hint: card.hint,
                    text: String::new(),
                    at: Some(from_micros(at)),
                    number: None,
                });
            }
        }
    }
    Ok(hits)
}

async fn requests_of(me: &Me, wish: &Wish, question: (&Question, Reach)) -> Result<Vec<Hit>> {
    let filter = Filter {
        state: Some(wish.state.unwrap_or(State::All)),
        service: wish.service.clone(),
        ..Filter::default()
    };
    let horizon = Horizon::new(me.now, &me.prefs.zone);
    let mut fits = query::condition(&me.actor, &filter, horizon);
    if let Some(since) = wish.since {
        fits.and("w.created_at >= ?", [since.as_microsecond().into()]);
    }
    let limit = wish.each as i64 + 1;
    let numbers =
        requests::numbers(&me.app.db, &me.actor, question, &fits, i64::MAX, limit).await?;
    let rows = requests::rows(me, &fits, &numbers).await?;
    let base = if policy::works(&me.actor) {
        "/work"
    } else {
        "/requests"
    };
    Ok(rows
        .into_iter()
        .map(|row| Hit {
            kind: Kind::Request,
            href: format!("{base}/{}", row.number),
            hint: format!(
                "{} · {}",
                row.number,
                fmt::when(me.lang(), row.created_at, me.now, &me.prefs.zone)
            ),
            id: row.id,
            title: row.title,
            text: String::new(),
            at: Some(row.created_at),
            number: Some(row.number),
        })
        .collect())
}

/// Read the texts of what will be shown.
async fn read_texts(me: &Me, hits: &mut [Hit]) -> Result<()> {
    for hit in hits {
        if hit.kind == Kind::Request {
            hit.text = requests::text(me, &hit.id).await?;
        } else if hit.kind != Kind::Service {
            hit.text = sql(format!(
                "SELECT SUBSTR(body, 1, {READ}) AS body FROM search_document
                 WHERE kind = $1 AND object_id = $2"
            ))
            .bind(hit.kind.key())
            .bind(&hit.id)
            .opt(&me.app.db)
            .await?
            .map(|row| row.get("body"))
            .transpose()?
            .unwrap_or_default();
        }
    }
    Ok(())
}

/// The question with its slips mended, by words of what the reader found and may
/// read; never by a word from elsewhere.
fn meant(lang: Lang, question: &Question, hits: &[Hit]) -> Option<String> {
    let texts: Vec<String> = hits
        .iter()
        .take(10)
        .map(|hit| format!("{} {}", hit.title, hit.text))
        .collect();
    let there: BTreeSet<String> = texts
        .iter()
        .flat_map(|text| words::split(text).map(|(_, _, word)| word))
        .collect();
    let mut changed = false;
    let mended: Vec<String> = question
        .words
        .iter()
        .map(|word| {
            let typed = &word.typed;
            let known = there
                .iter()
                .any(|w| w.starts_with(typed.as_str()) || words::same(lang, w, typed));
            if known {
                return typed.clone();
            }
            let near = super::vocabulary::nearest(typed, there.iter().cloned());
            changed |= near.is_some();
            near.unwrap_or_else(|| typed.clone())
        })
        .collect();
    changed.then(|| mended.join(" "))
}
