//! From JSON Schema to lines that people read.

use serde_json::{Map, Value, json};

/// How deep nested objects are shown.
const DEPTH: usize = 3;

/// A member of a body or an answer.
#[derive(Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Line {
    /// Name with the names around it: `lines[].service`.
    pub name: String,
    pub kind: String,
    pub required: bool,
    pub about: String,
}

/// What `$ref` names, else the schema itself.
fn resolve<'a>(schema: &'a Value, all: &'a Value) -> &'a Value {
    let name = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next());
    name.map_or(schema, |name| &all[name])
}

/// A schema and `null` is the schema.
fn unwrapped<'a>(schema: &'a Value, all: &'a Value) -> &'a Value {
    let schema = resolve(schema, all);
    let options = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
    let mut real = options
        .into_iter()
        .flatten()
        .filter(|s| s["type"] != "null");
    match (real.next(), real.next()) {
        (Some(only), None) => resolve(only, all),
        _ => schema,
    }
}

/// The type in a word or two: `text`, `list of objects`, `one of a, b`.
pub fn kind(schema: &Value, all: &Value) -> String {
    let schema = unwrapped(schema, all);
    if let Some(options) = schema["enum"].as_array() {
        let words: Vec<&str> = options.iter().filter_map(Value::as_str).collect();
        return format!("one of {}", words.join(", "));
    }
    if let Some(options) = schema["oneOf"].as_array() {
        let words: Vec<&str> = options.iter().filter_map(|o| o["const"].as_str()).collect();
        if words.len() == options.len() {
            return format!("one of {}", words.join(", "));
        }
    }
    let name = match &schema["type"] {
        Value::String(name) => name.as_str(),
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null")
            .unwrap_or_default(),
        _ => "",
    };
    match name {
        "string" => match schema["format"].as_str() {
            Some("date-time") => "time".to_owned(),
            Some("binary") => "file".to_owned(),
            _ => "text".to_owned(),
        },
        "integer" => "whole number".to_owned(),
        "number" => "number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => format!("list of {}", plural(&kind(&schema["items"], all))),
        "object" => "object".to_owned(),
        _ => "anything".to_owned(),
    }
}

fn plural(kind: &str) -> String {
    match kind {
        "text" | "anything" => kind.to_owned(),
        one if one.starts_with("one of") || one.starts_with("list of") => one.to_owned(),
        other => format!("{other}s"),
    }
}

/// The members of a schema, nested ones after their parent.
pub fn lines(schema: &Value, all: &Value) -> Vec<Line> {
    let mut found = Vec::new();
    collect(schema, all, "", 0, &mut found);
    found
}

fn collect(schema: &Value, all: &Value, before: &str, depth: usize, found: &mut Vec<Line>) {
    let schema = unwrapped(schema, all);
    if schema["type"] == "array" {
        return collect(&schema["items"], all, &format!("{before}[]"), depth, found);
    }
    let Some(members) = schema["properties"].as_object() else {
        return;
    };
    let required = |name: &str| {
        let list = schema["required"].as_array();
        list.is_some_and(|list| list.iter().any(|one| one == name))
    };
    for (name, member) in members {
        let full = match before {
            "" => name.clone(),
            before => format!("{before}.{name}"),
        };
        let about = member["description"].as_str();
        let about = about.or(resolve(member, all)["description"].as_str());
        found.push(Line {
            kind: kind(member, all),
            required: required(name),
            about: about.unwrap_or_default().replace('\n', " "),
            name: full.clone(),
        });
        if depth + 1 < DEPTH {
            collect(member, all, &full, depth + 1, found);
        }
    }
}

/// A value that fits the schema, for an example.
pub fn example(schema: &Value, all: &Value, depth: usize) -> Value {
    let schema = unwrapped(schema, all);
    if let Some(first) = schema["enum"].as_array().and_then(|list| list.first()) {
        return first.clone();
    }
    if let Some(options) = schema["oneOf"].as_array().or(schema["anyOf"].as_array())
        && let Some(first) = options.first()
    {
        if let Some(word) = first.get("const") {
            return word.clone();
        }
        return example(first, all, depth);
    }
    match kind(schema, all).as_str() {
        "whole number" => json!(1),
        "number" => json!(1.5),
        "true or false" => json!(true),
        "time" => json!("2026-11-24T09:00:00Z"),
        "text" => json!("…"),
        "object" if depth < DEPTH => {
            let members = schema["properties"]
                .as_object()
                .cloned()
                .unwrap_or_default();
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let some: Map<String, Value> = members
                .iter()
                .filter(|(name, _)| required.is_empty() || required.iter().any(|r| r == *name))
                .map(|(name, member)| (name.clone(), example(member, all, depth + 1)))
                .collect();
            Value::Object(some)
        }
        text if text.starts_with("list of") && depth < DEPTH => {
            json!([example(&schema["items"], all, depth + 1)])
        }
        text if text.starts_with("list of") => json!([]),
        _ => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_become_lines() {
        let all = json!({ "Line": { "type": "object", "required": ["service"], "properties": {
            "service": { "type": "string", "description": "Word or id" },
            "count": { "type": ["integer", "null"] } } } });
        let schema = json!({ "type": "object", "required": ["lines"], "properties": {
            "lines": { "type": "array", "items": { "$ref": "#/components/schemas/Line" } },
            "urgent": { "type": "boolean" },
            "when": { "anyOf": [{ "type": "string", "format": "date-time" }, { "type": "null" }] } } });
        let lines = lines(&schema, &all);
        let told: Vec<String> = lines
            .iter()
            .map(|l| format!("{} {} {}", l.name, l.kind, l.required))
            .collect();
        assert_eq!(
            told,
            [
                "lines list of objects true",
                "lines[].count whole number false",
                "lines[].service text true",
                "urgent true or false false",
                "when time false"
            ]
        );
        assert_eq!(
            example(&schema, &all, 0),
            json!({ "lines": [{ "service": "…" }] })
        );
    }

    #[test]
    fn a_schema_that_holds_itself_ends() {
        let all = json!({ "Node": { "type": "object", "required": ["next"], "properties": {
            "next": { "$ref": "#/components/schemas/Node" } } } });
        let node = json!({ "$ref": "#/components/schemas/Node" });
        assert_eq!(lines(&node, &all).len(), DEPTH);
        example(&node, &all, 0);
    }
}
