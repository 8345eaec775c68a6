//! The glossary for those who keep it: the form of a term, what people looked up
//! in vain, and taking in many terms at once.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::model::Term;
use super::pages::{frame, owner_name};
use super::verbs::{self, TermInput};
use super::{Book, csv};
use crate::error::{Error, Result};
use crate::files::intake::{Sent, content};
use crate::i18n::{Lang, fmt, t, tn};
use crate::policy;
use crate::search::unmet::{self, Place};
use crate::ui::block::{crumbs, empty};
use crate::ui::button::{Button, Kind as Loud, button};
use crate::ui::choice::{Opt, Remote, remote, select};
use crate::ui::field::{self, Field};
use crate::web::{Flash, Input, Me, Query, Wrong, see_other};

/// How large a CSV may be, in bytes.
const LARGEST: u64 = 5_000_000;

/// A term as the form sends it.
#[derive(Debug, Default, Deserialize, Clone)]
#[serde(default)]
pub struct TermForm {
    term: String,
    language: String,
    means: String,
    it_term: String,
    it_means: String,
    synonyms: String,
    related: Vec<String>,
    owner_id: String,
    version: Option<i64>,
}

impl TermForm {
    fn of(term: &Term) -> TermForm {
        TermForm {
            term: term.term.clone(),
            language: term.language.clone(),
            means: term.means.clone(),
            it_term: term.it_term.clone(),
            it_means: term.it_means.clone(),
            synonyms: term.synonyms.join(", "),
            related: term.related.clone(),
            owner_id: term.owner_id.clone().unwrap_or_default(),
            version: Some(term.version),
        }
    }

    fn input(&self) -> TermInput {
        TermInput {
            term: self.term.clone(),
            language: self.language.clone(),
            means: self.means.clone(),
            it_term: self.it_term.clone(),
            it_means: self.it_means.clone(),
            synonyms: self
                .synonyms
                .split([',', ';', '\n'])
                .map(str::to_owned)
                .collect(),
            related: self.related.clone(),
            owner_id: Some(self.owner_id.clone()),
            version: self.version,
        }
    }
}

/// The form. `id` is that of the term it changes.
fn form(
    me: &Me,
    book: &Book,
    id: Option<&str>,
    typed: &TermForm,
    owner: &str,
    wrong: &Wrong,
) -> Markup {
    let lang = me.lang();
    let action = id.map_or("/glossary/new".to_owned(), |id| format!("/glossary/{id}"));
    let languages =
        [("en", t!(lang, "English")), ("de", t!(lang, "German"))].map(|(value, label)| Opt {
            value,
            label,
            chosen: typed.language == value,
            ..Opt::default()
        });
    let f = |name: &'static str, label: &'static str, hint: &'static str, value| Field {
        hint,
        ..wrong.field(name, label, value)
    };
    let optional = |field| Field {
        optional: true,
        ..field
    };
    html! {
        form class="stack measure" method="post" action=(action) data-guard {
            (wrong.summary(lang))
            @if let Some(version) = typed.version { input type="hidden" name="version" value=(version); }
            (field::two(html! {
                (field::text(lang, &f("term", t!(lang, "What marketing says"), "", &typed.term)))
                (field::text(lang, &optional(f("it_term", t!(lang, "What IT says instead"), "", &typed.it_term))))
            }))
            (field::textarea(lang, &f("means", t!(lang, "What marketing means by it"), t!(lang, "One or two sentences that somebody new understands."), &typed.means), 4))
            (field::textarea(lang, &optional(f("it_means", t!(lang, "What IT means by it"), t!(lang, "Only where it differs."), &typed.it_means)), 3))
            (field::text(lang, &optional(f("synonyms", t!(lang, "Other words for it"), t!(lang, "With commas between them. They are found and explained as well."), &typed.synonyms))))
            (select(lang, &f("language", t!(lang, "Language"), "", &typed.language), &languages, None))
            @if let Some(id) = id {
                (remote(lang, &f("owner_id", t!(lang, "Who keeps it right"), "", &typed.owner_id), &Remote { src: "/people/options", shown: owner, known: &[] }))
                (related(lang, book, id, typed))
            }
            div class="row" {
                (button(Button { label: if id.is_some() { t!(lang, "Save") } else { t!(lang, "Put it in the glossary") }, kind: Loud::Primary, ..Button::default() }))
                a class="btn btn-quiet" href=(id.map_or("/glossary".to_owned(), |id| format!("/glossary/{id}"))) { (t!(lang, "Cancel")) }
            }
        }
    }
}

fn related(lang: Lang, book: &Book, id: &str, typed: &TermForm) -> Markup {
    html! {
        details open[!typed.related.is_empty()] {
            summary { (t!(lang, "Terms that go with it")) }
            ul class="bare-list glossary-ticks" {
                @for other in book.terms().filter(|t| t.id != id) {
                    li { label class="row" { input class="tick" type="checkbox" name="related" value=(other.id) checked[typed.related.contains(&other.id)]; (other.term) } }
                }
            }
        }
    }
}

/// The word to begin with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Start {
    term: String,
}

/// GET /glossary/new
pub async fn new(me: Me, Query(start): Query<Start>) -> Result<Markup> {
    let typed = TermForm {
        term: start.term,
        language: me.lang().code().to_owned(),
        ..TermForm::default()
    };
    write(&me, None, &typed, &Wrong::default()).await
}

async fn write(me: &Me, id: Option<&str>, typed: &TermForm, wrong: &Wrong) -> Result<Markup> {
    let lang = me.lang();
    let book = me.app.glossary().await?;
    let owner = match id.and_then(|id| book.get(id)) {
        Some(term) => owner_name(me, term).await?.unwrap_or_default(),
        None => String::new(),
    };
    let title = if id.is_some() {
        t!(lang, "Change a term")
    } else {
        t!(lang, "Explain a word")
    };
    let body = html! {
        (crumbs(lang, &[(t!(lang, "Glossary"), "/glossary"), (title, "")]))
        (form(me, &book, id, typed, &owner, wrong))
        @if let Some(id) = id {
            form method="post" action={ "/glossary/" (id) "/retire" } { (button(Button { label: t!(lang, "Take it out of the glossary"), kind: Loud::Quiet, ..Button::default() })) }
        }
    };
    frame(me, title, html! {}, body).await
}

fn there(term: &Term, said: String) -> Response {
    see_other(&format!("/glossary/{}", term.id), Some(Flash::new(said)))
}

/// POST /glossary/new
pub async fn create(me: Me, Input(typed): Input<TermForm>) -> Result<Response> {
    let lang = me.lang();
    match verbs::create(&me, &me.actor, &typed.input()).await {
        Ok(term) => Ok(there(
            &term,
            t!(lang, "“{word}” is explained now.", word = term.term),
        )),
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            Ok((wrong.status(), write(&me, None, &typed, &wrong).await?).into_response())
        }
    }
}

/// GET /glossary/{term}/edit
pub async fn edit(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let book = me.app.glossary().await?;
    let term = book.get(&id).ok_or(Error::NotFound)?;
    policy::require(verbs::may_change(&me.actor, term))?;
    write(&me, Some(&id), &TermForm::of(term), &Wrong::default()).await
}

/// POST /glossary/{term}
pub async fn save(
    me: Me,
    Path(id): Path<String>,
    Input(typed): Input<TermForm>,
) -> Result<Response> {
    let lang = me.lang();
    match verbs::change(&me, &me.actor, &id, &typed.input()).await {
        Ok(term) => Ok(there(&term, t!(lang, "Saved.").to_owned())),
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            Ok((wrong.status(), write(&me, Some(&id), &typed, &wrong).await?).into_response())
        }
    }
}

/// POST /glossary/{term}/retire
pub async fn retire(me: Me, Path(id): Path<String>) -> Result<Response> {
    let term = verbs::retire(&me, &me.actor, &id).await?;
    let said = t!(
        me.lang(),
        "“{word}” is out of the glossary.",
        word = term.term
    );
    Ok(see_other("/glossary", Some(Flash::new(said))))
}

/// GET /glossary/gaps
pub async fn gaps(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let open = unmet::open(&me.app.db, Place::Glossary, 100).await?;
    let body = html! {
        (crumbs(lang, &[(t!(lang, "Glossary"), "/glossary"), (t!(lang, "What is missing"), "")]))
        p class="muted measure" { (t!(lang, "What people looked up and did not find. Only the words are kept, for ninety days, and not who looked.")) }
        @if open.is_empty() {
            (empty("check", t!(lang, "Nothing is missing"), t!(lang, "Words that nobody finds appear here."), html! {}))
        } @else {
            ul class="found-list" {
                @for gap in &open {
                    li {
                        div class="grow" {
                            strong lang=(gap.language) { (gap.words) }
                            p class="muted small" { (tn!(lang, gap.times, "looked up {n} time", "looked up {n} times")) ", " (t!(lang, "last {when}", when = fmt::ago(lang, gap.last_at, me.now))) }
                        }
                        div class="row" {
                            a class="btn btn-s" href={ "/glossary/new?term=" (percent_encoding::utf8_percent_encode(&gap.words, percent_encoding::NON_ALPHANUMERIC)) } { (t!(lang, "Explain it")) span class="vh" { ": " (gap.words) } }
                            form method="post" action="/glossary/gaps" {
                                input type="hidden" name="words" value=(gap.words);
                                button class="btn btn-s btn-quiet" { (t!(lang, "Not needed")) span class="vh" { ": " (gap.words) } }
                            }
                        }
                    }
                }
            }
        }
    };
    frame(&me, t!(lang, "What is missing"), html! {}, body).await
}

/// A gap to wave off.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Gap {
    words: String,
}

/// POST /glossary/gaps
pub async fn wave_off(me: Me, Input(gap): Input<Gap>) -> Result<Response> {
    verbs::wave_off(&me, &me.actor, &gap.words).await?;
    let said = t!(me.lang(), "Taken off the list.");
    Ok(see_other("/glossary/gaps", Some(Flash::new(said))))
}

/// The form that takes in a CSV.
pub fn import_form(lang: Lang, wrong: &Wrong) -> Markup {
    html! {
        details class="card measure" open[!wrong.at("file").is_empty()] {
            summary { (t!(lang, "Take in terms from a file")) }
            form class="stack mt-2" method="post" action="/glossary/import" enctype="multipart/form-data" {
                (wrong.summary(lang))
                div class="field" {
                    label class="label" for="f-file" { (t!(lang, "CSV file")) }
                    span class="hint" id="f-file-hint" { (t!(lang, "With the columns of the download. Words that are here already are changed; all lines are taken in, or none.")) }
                    input class="file-in" type="file" id="f-file" name="file" accept=".csv,text/csv" aria-describedby="f-file-hint";
                }
                div { (button(Button { label: t!(lang, "Take them in"), ..Button::default() })) }
            }
        }
    }
}

async fn taken(me: &Me, sent: &Sent) -> Result<csv::Ledger> {
    let file = sent.file("file")?;
    if file.size > LARGEST {
        return Err(Error::field("file", "A file of terms has at most 5 MB."));
    }
    let bytes = content(&me.app, file).await?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::field(
            "file",
            "The file is not UTF-8. Save it as CSV UTF-8 and send it again.",
        )
    })?;
    csv::import(me, &me.actor, &text).await
}

/// POST /glossary/import
pub async fn import(me: Me, sent: Sent) -> Result<Response> {
    let lang = me.lang();
    match taken(&me, &sent).await {
        Ok(ledger) => {
            let said = t!(
                lang,
                "{created} new, {changed} changed, {same} as before.",
                created = ledger.created,
                changed = ledger.changed,
                same = ledger.same
            );
            Ok(see_other("/glossary", Some(Flash::new(said))))
        }
        Err(error) => {
            let wrong = Wrong::of(lang, error)?;
            let title = t!(lang, "Take in terms from a file");
            let page = frame(&me, title, html! {}, import_form(lang, &wrong)).await?;
            Ok((wrong.status(), page).into_response())
        }
    }
}
