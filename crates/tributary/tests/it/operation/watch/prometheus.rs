//! `/metrics` on the listener of operators: read as Prometheus reads it.

use std::collections::HashMap;

use crate::support::{Client, TestApp, standin};

/// One line with a value.
#[derive(Debug)]
struct Sample {
    name: String,
    labels: Vec<(String, String)>,
    value: f64,
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
}

/// Reads a line by the grammar of the text format, version 0.0.4; fails on anything else.
fn sample(line: &str) -> Sample {
    let (head, value) = line.rsplit_once(' ').unwrap();
    let value = match value {
        "+Inf" => f64::INFINITY,
        text => text.parse().unwrap_or_else(|_| panic!("no number: {line}")),
    };
    let Some((name, rest)) = head.split_once('{') else {
        assert!(is_name(head), "{line}");
        return Sample {
            name: head.to_owned(),
            labels: Vec::new(),
            value,
        };
    };
    assert!(is_name(name), "{line}");
    let mut labels = Vec::new();
    let mut chars = rest.strip_suffix('}').unwrap().chars().peekable();
    while chars.peek().is_some() {
        let label: String = chars.by_ref().take_while(|c| *c != '=').collect();
        assert!(is_name(&label), "{line}");
        assert_eq!(chars.next(), Some('"'), "{line}");
        let mut text = String::new();
        loop {
            match chars.next().unwrap() {
                '"' => break,
                '\\' => text.push(match chars.next().unwrap() {
                    'n' => '\n',
                    c @ ('\\' | '"') => c,
                    c => panic!("\\{c} in {line}"),
                }),
                c => text.push(c),
            }
        }
        labels.push((label, text));
        assert!(matches!(chars.next(), None | Some(',')), "{line}");
    }
    Sample {
        name: name.to_owned(),
        labels,
        value,
    }
}

#[tokio::test]
async fn metrics_are_read_by_their_grammar_and_add_up() {
    let app = TestApp::with(|config| config.operations.listen = Some(([127, 0, 0, 1], 0).into())).await;
    let standin = standin().await;
    let ann = app.person_with_models("ann", &standin).await;
    let thread = ann.thread().await;
    ann.ask(&thread, "Hello", "openai/mock").await.expect(201);
    app.ops().minute().await;
    let operators = Client::new(&format!("http://{}", app.operations_address()));
    operators.get("/healthz").await.expect(200);
    operators.get("/readyz").await.expect(200);
    // Nothing else is served there, and the figures nowhere else.
    operators.get("/api/v1/auth/setup").await.expect(404);
    assert!(!ann.get("/metrics").await.text().contains("tributary_http"));

    let answer = operators.get("/metrics").await;
    answer.expect(200);
    assert!(
        answer.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/plain; version=0.0.4")
    );
    let text = answer.text();
    let (mut kinds, mut samples) = (HashMap::new(), Vec::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(is_name(name));
            assert!(
                kinds.insert(name.to_owned(), kind.to_owned()).is_none(),
                "{name} twice"
            );
        } else if !line.starts_with("# HELP ") {
            samples.push(sample(line));
        }
    }
    for sample in &samples {
        let base = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|end| sample.name.strip_suffix(end));
        let kind = kinds
            .get(&sample.name)
            .or_else(|| kinds.get(base.unwrap_or_default()));
        assert!(kind.is_some(), "{} has no type", sample.name);
        assert!(
            !sample.labels.iter().any(|(name, _)| name == "workspace"),
            "{sample:?}"
        );
    }
    let requests = |end: &str| {
        let name = format!("tributary_http_requests_seconds_{end}");
        samples.iter().filter(move |sample| sample.name == name)
    };
    assert!(requests("count").map(|sample| sample.value).sum::<f64>() >= 4.0);
    for whole in requests("count") {
        let of_it = |sample: &&Sample| sample.labels.starts_with(&whole.labels);
        let buckets: Vec<f64> = requests("bucket")
            .filter(of_it)
            .map(|sample| sample.value)
            .collect();
        assert!(buckets.is_sorted(), "{buckets:?}");
        assert_eq!(buckets.last(), Some(&whole.value));
    }
    assert!(
        text.contains(
            "tributary_model_calls_seconds_count{provider=\"openai\",model=\"mock\",status=\"ok\"}"
        )
    );
}
