//! The readable page of the API, written from the OpenAPI document.

use std::fmt::Write;

use serde_json::Value;

const STYLE: &str = "body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:3rem auto;padding:0 1.5rem;color:#1d2430;background:#fbfbf9}\
h1{font-weight:650}h2{margin-top:3rem;border-bottom:1px solid #ddd;text-transform:capitalize}code,pre{font:13px/1.5 ui-monospace,monospace}\
details{border:1px solid #e2e2dc;border-radius:8px;margin:.5rem 0;background:#fff}summary{padding:.6rem .9rem;cursor:pointer}\
details>div{padding:0 1rem 1rem}.m{display:inline-block;min-width:4.2rem;font-weight:650;color:#0b6e75}.s{color:#667}\
pre{background:#f4f4f0;padding:.8rem;border-radius:6px;overflow:auto}table{border-collapse:collapse}td{padding:.15rem 1rem .15rem 0;vertical-align:top}\
@media(prefers-color-scheme:dark){body{background:#14181d;color:#dfe5ea}details{background:#1b2127;border-color:#2d353d}pre{background:#11151a}.m{color:#5cc3c9}.s{color:#95a1ab}h2{border-color:#2d353d}}";

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The whole page.
pub fn render(document: &Value) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Tributary API</title><style>{STYLE}</style></head><body><h1>Tributary API</h1>\
         <p>Sign in with a cookie or <code>Authorization: Bearer …</code> (an access token or an API token). \
         Success is <code>{{\"success\": true, \"data\": …}}</code>; errors carry a sentence and a code. \
         The machine-readable document: <a href=\"/api/v1/openapi.json\">openapi.json</a>.</p>"
    );
    let mut calls: Vec<(String, String, String, &Value)> = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, call) in methods.as_object().into_iter().flatten() {
            let tag = call["tags"][0].as_str().unwrap_or("other").to_owned();
            calls.push((tag, path.clone(), method.to_uppercase(), call));
        }
    }
    calls.sort_by(|a, b| (&a.0, &a.1, &a.2).cmp(&(&b.0, &b.1, &b.2)));
    let mut last = "";
    for (tag, path, method, call) in &calls {
        if tag != last {
            let _ = write!(out, "<h2>{}</h2>", escape(tag));
            last = tag;
        }
        one(&mut out, document, path, method, call);
    }
    out.push_str("</body></html>");
    out
}

fn one(out: &mut String, document: &Value, path: &str, method: &str, call: &Value) {
    let text = |value: &Value| escape(value.as_str().unwrap_or_default());
    let _ = write!(
        out,
        "<details><summary><span class=\"m\">{method}</span> <code>{}</code> <span class=\"s\">{}</span></summary><div>",
        escape(path),
        text(&call["summary"])
    );
    if call["description"].is_string() {
        let _ = write!(out, "<p>{}</p>", text(&call["description"]));
    }
    let parameters = call["parameters"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    if !parameters.is_empty() {
        out.push_str("<table>");
        for p in parameters {
            let _ = write!(
                out,
                "<tr><td><code>{}</code></td><td class=\"s\">{}</td><td>{}</td></tr>",
                text(&p["name"]),
                text(&p["in"]),
                text(&p["description"])
            );
        }
        out.push_str("</table>");
    }
    if let Some(schema) = call["requestBody"]["content"]["application/json"].get("schema") {
        let _ = write!(
            out,
            "<p>Body</p><pre>{}</pre>",
            escape(&shape(document, schema, 0))
        );
    }
    for (status, answer) in call["responses"].as_object().into_iter().flatten() {
        let content = answer["content"].as_object();
        let schema = content
            .and_then(|c| c.values().next())
            .and_then(|c| c.get("schema"));
        let _ = write!(
            out,
            "<p><b>{}</b> <span class=\"s\">{}</span></p>",
            escape(status),
            text(&answer["description"])
        );
        if let Some(schema) = schema.filter(|_| status.starts_with('2')) {
            let _ = write!(out, "<pre>{}</pre>", escape(&shape(document, schema, 0)));
        }
    }
    out.push_str("</div></details>");
}

/// A schema as indented text: fields with their types and what they mean.
fn shape(document: &Value, schema: &Value, depth: usize) -> String {
    if depth > 6 {
        return "…".to_owned();
    }
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.trim_start_matches("#/components/schemas/");
        return shape(document, &document["components"]["schemas"][name], depth);
    }
    if let Some(options) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        let all: Vec<String> = options.iter().map(|o| shape(document, o, depth)).collect();
        return all.join(" | ");
    }
    if let Some(values) = schema["enum"].as_array() {
        let all: Vec<String> = values.iter().map(Value::to_string).collect();
        return all.join(" | ");
    }
    if let Some(items) = schema.get("items") {
        return format!("[{}]", shape(document, items, depth));
    }
    let Some(fields) = schema["properties"].as_object() else {
        let kind = &schema["type"];
        let kinds: Vec<&str> = kind.as_array().map_or_else(
            || kind.as_str().into_iter().collect(),
            |a| a.iter().filter_map(Value::as_str).collect(),
        );
        let format = schema["format"]
            .as_str()
            .map(|f| format!(" ({f})"))
            .unwrap_or_default();
        return format!(
            "{}{format}",
            if kinds.is_empty() {
                "any".to_owned()
            } else {
                kinds.join(" | ")
            }
        );
    };
    let pad = "  ".repeat(depth + 1);
    let mut out = String::from("{\n");
    for (name, field) in fields {
        let note = field["description"]
            .as_str()
            .map(|d| format!("   // {}", d.replace('\n', " ")))
            .unwrap_or_default();
        let _ = writeln!(out, "{pad}{name}: {}{note}", shape(document, field, depth + 1));
    }
    out.push_str(&"  ".repeat(depth));
    out.push('}');
    out
}
