//! The description of the API (OpenAPI 3.1), generated from the route table.

use axum::Json;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::router::{Access, Route, get, routes as all_routes};

/// What the description says about one operation.
#[derive(Clone)]
pub struct Op {
    summary: &'static str,
    tag: &'static str,
    query: Option<fn(&mut SchemaGenerator) -> Value>,
    body: Option<fn(&mut SchemaGenerator) -> Value>,
    answer: Option<fn(&mut SchemaGenerator) -> Value>,
    status: u16,
    upload: bool,
}

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    generator.subschema_for::<T>().to_value()
}

impl Op {
    /// An operation under a heading.
    pub fn new(tag: &'static str, summary: &'static str) -> Op {
        Op {
            summary,
            tag,
            query: None,
            body: None,
            answer: None,
            status: 200,
            upload: false,
        }
    }

    /// It takes this query string.
    #[must_use]
    pub fn query<T: JsonSchema>(mut self) -> Op {
        self.query = Some(schema::<T>);
        self
    }

    /// It takes this JSON body.
    #[must_use]
    pub fn body<T: JsonSchema>(mut self) -> Op {
        self.body = Some(schema::<T>);
        self
    }

    /// It takes a file, as the part `file` of a form.
    #[must_use]
    pub fn upload(mut self) -> Op {
        self.upload = true;
        self
    }

    /// It answers this.
    #[must_use]
    pub fn answers<T: JsonSchema>(mut self) -> Op {
        self.answer = Some(schema::<T>);
        self
    }

    /// It answers with another status than 200.
    #[must_use]
    pub fn status(mut self, status: u16) -> Op {
        self.status = status;
        self
    }
}

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    vec![get(Access::Public, "/api/v1/openapi.json", serve)]
}

async fn serve() -> Json<Value> {
    Json(describe())
}

/// The whole description.
pub fn describe() -> Value {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12()
        .with(|s| s.definitions_path = "/components/schemas".into())
        .into_generator();
    let mut paths = Map::new();
    for route in all_routes() {
        let Some(op) = &route.op else { continue };
        let mut operation = json!({
            "operationId": operation_id(&route),
            "summary": op.summary,
            "tags": [op.tag],
            "parameters": parameters(&route, op, &mut generator),
            "responses": responses(&route, op, &mut generator),
        });
        if let Some(body) = op.body {
            operation["requestBody"] = json!({
                "required": true,
                "content": { "application/json": { "schema": body(&mut generator) } },
            });
        }
        if op.upload {
            operation["requestBody"] = json!({
                "required": true,
                "content": { "multipart/form-data": { "schema": {
                    "type": "object", "required": ["file"],
                    "properties": { "file": { "type": "string", "format": "binary" } } } } },
            });
        }
        if route.access == Access::Public {
            operation["security"] = json!([]);
        }
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = operation;
    }
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "MIL",
            "version": "1",
            "description": "Times are RFC 3339. Errors are problem details (RFC 9457). Lists answer `items` and `next`, a cursor for `?after=`. A POST may carry `Idempotency-Key`; a change may carry `If-Match` with the `ETag` of what it changes.",
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas,
        },
    })
}

fn operation_id(route: &Route) -> String {
    let words = route
        .path
        .trim_start_matches("/api/v1")
        .replace(['/', '{', '}', '-', '.'], "_");
    let words: Vec<&str> = words.split('_').filter(|w| !w.is_empty()).collect();
    format!(
        "{}_{}",
        route.method.as_str().to_lowercase(),
        words.join("_")
    )
}

fn parameters(route: &Route, op: &Op, generator: &mut SchemaGenerator) -> Vec<Value> {
    let mut list: Vec<Value> = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    if let Some(query) = op.query {
        let mut schema = query(generator);
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap_or_default().to_owned();
            schema = generator
                .definitions()
                .get(&name)
                .cloned()
                .unwrap_or_default();
        }
        let required: Vec<String> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|v| v.as_str().map(str::to_owned))
            .collect();
        for (name, property) in schema["properties"]
            .as_object()
            .cloned()
            .unwrap_or_default()
        {
            let required = required.contains(&name);
            list.push(
                json!({ "name": name, "in": "query", "required": required, "schema": property }),
            );
        }
    }
    list
}

fn responses(route: &Route, op: &Op, generator: &mut SchemaGenerator) -> Value {
    let problem = json!({ "description": "Problem details (RFC 9457)",
        "content": { "application/problem+json": { "schema": { "type": "object" } } } });
    let mut responses = Map::new();
    let ok = match op.answer {
        Some(answer) => json!({ "description": "As asked",
            "content": { "application/json": { "schema": answer(generator) } } }),
        None => json!({ "description": "Done" }),
    };
    responses.insert(op.status.to_string(), ok);
    if route.access != Access::Public {
        responses.insert("401".into(), problem.clone());
        responses.insert("403".into(), problem.clone());
    }
    if route.path.contains('{') {
        responses.insert("404".into(), problem.clone());
    }
    if op.body.is_some() {
        responses.insert("422".into(), problem);
    }
    Value::Object(responses)
}
