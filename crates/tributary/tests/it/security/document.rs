//! The calls as the served OpenAPI document has them, and bodies made from its schemas.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Map, Value, json};

use crate::support::Client;

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: Method,
    /// With its placeholders.
    pub path: String,
    /// Whether it needs no caller.
    pub open: bool,
    pub queries: Vec<String>,
    /// The schema of its JSON body, references resolved.
    pub body: Option<Value>,
}

impl Call {
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub fn has_placeholder(&self) -> bool {
        self.path.contains('{')
    }

    pub fn is_read(&self) -> bool {
        self.method == Method::GET
    }
}

/// Every call that is served.
pub async fn calls(client: &Client) -> Vec<Call> {
    let answer = client.get("/api/v1/openapi.json").await;
    answer.expect(200);
    let document = answer.json();
    let mut calls = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, call) in methods.as_object().unwrap() {
            let schema = &call["requestBody"]["content"]["application/json"]["schema"];
            let parameters = call["parameters"].as_array().cloned().unwrap_or_default();
            let queries = parameters.iter().filter(|p| p["in"] == "query");
            calls.push(Call {
                method: Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(),
                path: path.clone(),
                open: call["security"] == json!([{}]),
                queries: queries.map(|p| p["name"].as_str().unwrap().to_owned()).collect(),
                body: (!schema.is_null()).then(|| resolved(&document, schema, 0)),
            });
        }
    }
    assert!(calls.len() > 50, "the document has them all");
    calls
}

fn resolved(document: &Value, schema: &Value, depth: u8) -> Value {
    assert!(depth < 40, "a schema that contains itself: {schema}");
    match schema {
        Value::Object(fields) => {
            if let Some(name) = fields.get("$ref").and_then(Value::as_str) {
                let found = document.pointer(&name[1..]).unwrap();
                return resolved(document, found, depth + 1);
            }
            let inner = fields
                .iter()
                .map(|(name, value)| (name.clone(), resolved(document, value, depth + 1)));
            Value::Object(inner.collect())
        }
        Value::Array(items) => items.iter().map(|v| resolved(document, v, depth + 1)).collect(),
        other => other.clone(),
    }
}

/// The JSON types that a schema admits; empty when it does not say.
pub fn types(schema: &Value) -> BTreeSet<&str> {
    let mut all: BTreeSet<&str> = BTreeSet::new();
    match &schema["type"] {
        Value::String(one) => {
            all.insert(one);
        }
        Value::Array(many) => all.extend(many.iter().filter_map(Value::as_str)),
        _ => {}
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        for inner in schema[choice].as_array().into_iter().flatten() {
            all.extend(types(inner));
        }
    }
    if all.contains("number") {
        all.insert("integer");
    }
    all
}

/// The properties of a body.
pub fn properties(schema: &Value) -> Map<String, Value> {
    schema["properties"].as_object().cloned().unwrap_or_default()
}

/// The names of those that must be there.
pub fn required(schema: &Value) -> Vec<&str> {
    let names = schema["required"].as_array().into_iter().flatten();
    names.filter_map(Value::as_str).collect()
}

/// One value of each JSON type.
pub fn one_of_each() -> [(&'static str, Value); 7] {
    [
        ("null", Value::Null),
        ("boolean", json!(true)),
        ("integer", json!(7)),
        ("number", json!(0.5)),
        ("string", json!("text")),
        ("array", json!([{}])),
        ("object", json!({ "a": [1] })),
    ]
}

/// A value that fits a schema, where nothing is known of the field but that.
pub fn sample(schema: &Value) -> Value {
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        let mut inner = schema[choice].as_array().into_iter().flatten();
        if let Some(inner) = inner.rfind(|s| s["type"] != "null") {
            return sample(inner);
        }
    }
    let types = types(schema);
    if types.contains("string") {
        return match schema["format"].as_str() {
            Some("uuid") => json!(kit::ids::new_id()),
            Some("date-time") => json!("2026-01-31T12:00:00Z"),
            _ => json!("a text of some words"),
        };
    }
    for (kind, value) in [
        ("boolean", json!(false)),
        ("integer", json!(1)),
        ("number", json!(1.0)),
        ("array", json!([])),
    ] {
        if types.contains(kind) {
            return value;
        }
    }
    json!({})
}
