//! The reference: every operation by subject. Chrome in the reader's language;
//! what the operations say is English, as their names are.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::Value;

use super::shape::{self, Line};
use crate::catalog::draft::slug_of;
use crate::error::Result;
use crate::i18n::{Lang, t, tn};
use crate::openapi;
use crate::web::{Me, shell};

/// One operation, with where it is.
struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    what: &'a Value,
}

/// GET /api
pub async fn page(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let api = openapi::describe();
    let schemas = &api["components"]["schemas"];
    let mut tags: BTreeMap<&str, Vec<Operation<'_>>> = BTreeMap::new();
    let paths = api["paths"].as_object().into_iter().flatten();
    for (path, methods) in paths {
        for (method, what) in methods.as_object().into_iter().flatten() {
            let tag = what["tags"][0].as_str().unwrap_or_default();
            tags.entry(tag)
                .or_default()
                .push(Operation { method, path, what });
        }
    }
    let title = t!(lang, "API reference");
    let address = &me.app.config.public_url;
    let count: usize = tags.values().map(Vec::len).sum();
    let body = html! {
        div class="wrap reference" {
            h1 tabindex="-1" { (title) }
            p class="lead" { (tn!(lang, count as i64, "{n} operation, for programs that do what these pages do.", "{n} operations, for programs that do what these pages do.")) }
            (basics(lang, address))
            div class="reference-cols" {
                nav aria-label=(t!(lang, "Subjects")) {
                    details open {
                        summary { (t!(lang, "Subjects")) }
                        ul class="stack" style="--gap:.25rem" {
                            @for (tag, operations) in &tags {
                                li { a href={ "#" (slug_of(tag)) } { (tag) } " " span class="muted num" { (operations.len()) } }
                            }
                        }
                    }
                }
                div lang="en" {
                    @for (tag, operations) in &tags {
                        section id=(slug_of(tag)) aria-labelledby={ "h-" (slug_of(tag)) } {
                            h2 id={ "h-" (slug_of(tag)) } { (tag) }
                            @for operation in operations { (one(lang, operation, schemas, address)) }
                        }
                    }
                }
            }
        }
    };
    shell::portal(&me, "/api", title, body).await
}

/// What holds for every operation.
fn basics(lang: Lang, address: &str) -> Markup {
    html! {
        section class="card stack" aria-labelledby="h-basics" {
            h2 id="h-basics" { (t!(lang, "For all of them")) }
            ul class="stack" style="--gap:.375rem" {
                li { (t!(lang, "Send a token as a bearer. Make one in your account, or in the shell with mil token create. It can do what its owner can, within its scopes: read, write, admin.")) " " a href="/me/tokens" { (t!(lang, "Your tokens")) } }
                li { (t!(lang, "Times are RFC 3339. Errors are problem details (RFC 9457) and say what to do.")) }
                li { (t!(lang, "Lists answer items and next; next is the cursor for the following page, sent as after.")) }
                li { (t!(lang, "A POST may carry Idempotency-Key: repeated with the same key, it is carried out once.")) }
                li { (t!(lang, "A change may carry If-Match with the ETag of what it changes; it is refused when somebody else was faster.")) }
                li { a href="/api/v1/openapi.json" hx-boost="false" { "openapi.json" } " " (t!(lang, "describes all of this to programs (OpenAPI 3.1).")) }
            }
            pre tabindex="0" aria-label=(t!(lang, "Example")) { code { "curl -H \"Authorization: Bearer $TOKEN\" " (address) "/api/v1/me" } }
        }
    }
}

fn one(lang: Lang, operation: &Operation<'_>, schemas: &Value, address: &str) -> Markup {
    let Operation { method, path, what } = operation;
    let id = what["operationId"].as_str().unwrap_or_default();
    let method = method.to_uppercase();
    let parameters = what["parameters"].as_array().into_iter().flatten();
    let parameters: Vec<Line> = parameters
        .map(|p| Line {
            name: p["name"].as_str().unwrap_or_default().to_owned(),
            kind: shape::kind(&p["schema"], schemas),
            required: p["required"] == true,
            about: p["schema"]["description"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        })
        .collect();
    let content = &what["requestBody"]["content"];
    let body = &content["application/json"]["schema"];
    let upload = content["multipart/form-data"].is_object();
    let answers = what["responses"].as_object().into_iter().flatten();
    let (status, answer) = answers
        .clone()
        .find(|(status, _)| status.starts_with('2'))
        .map_or(("200", &Value::Null), |(s, a)| (s.as_str(), a));
    let errors: Vec<&str> = answers
        .map(|(s, _)| s.as_str())
        .filter(|s| !s.starts_with('2'))
        .collect();
    let answer = &answer["content"]["application/json"]["schema"];
    html! {
        details class="operation" id=(id) {
            summary {
                span class="method mono" { (method) } " " span class="mono path" { (path) }
                span class="muted about" { (what["summary"].as_str().unwrap_or_default()) }
            }
            div class="stack" {
                (table(lang, t!(lang, "Parameters"), &parameters))
                @if body.is_object() { (table(lang, t!(lang, "Body"), &shape::lines(body, schemas))) }
                (table(lang, &t!(lang, "Answer {status}", status = status), &shape::lines(answer, schemas)))
                @if !errors.is_empty() { p class="small muted" { (t!(lang, "Refused with")) " " (errors.join(", ")) } }
                pre tabindex="0" aria-label=(t!(lang, "Example")) { code { (curl(&method, address, path, body, upload, schemas)) } }
            }
        }
    }
}

fn table(lang: Lang, name: &str, lines: &[Line]) -> Markup {
    html! {
        @if !lines.is_empty() {
            div class="table-wrap" tabindex="0" role="region" aria-label=(name) {
                table class="table" {
                    caption { (name) }
                    thead { tr { th scope="col" { (t!(lang, "Name")) } th scope="col" { (t!(lang, "Kind")) } th scope="col" { (t!(lang, "About")) } } }
                    tbody { @for line in lines {
                        tr {
                            th scope="row" class="mono" { (line.name) @if line.required { " " span class="muted" { (t!(lang, "required")) } } }
                            td { (line.kind) }
                            td { (line.about) }
                        }
                    } }
                }
            }
        }
    }
}

/// A command that can be copied.
fn curl(
    method: &str,
    address: &str,
    path: &str,
    body: &Value,
    upload: bool,
    schemas: &Value,
) -> String {
    let path = variables(path);
    let mut text = String::from("curl -H \"Authorization: Bearer $TOKEN\"");
    if method != "GET" && !(method == "POST" && (body.is_object() || upload)) {
        text.push_str(&format!(" -X {method}"));
    }
    if upload {
        text.push_str(" -F file=@picture.png");
    }
    if body.is_object() {
        let example = shape::example(body, schemas, 0)
            .to_string()
            .replace('\'', "’");
        text.push_str(&format!(" \\\n  --json '{example}'"));
    }
    text.push_str(&format!(" \\\n  \"{address}{path}\""));
    text
}

/// `/requests/{item}` with a variable of the shell: `/requests/$ITEM`.
fn variables(path: &str) -> String {
    let parts: Vec<String> = path
        .split('/')
        .map(
            |part| match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
                Some(name) => format!("${}", name.to_uppercase()),
                None => part.to_owned(),
            },
        )
        .collect();
    parts.join("/")
}
