//! The plan of an answer: steps from a closed list, kept as the audit of what was done.

use questions::frame::Intent;
use serde_json::{Value, json};

use super::{Answered, Recognised};
use crate::actions::ActionOut;

/// The longest that a step may take, in milliseconds.
const STEP: u64 = 5_000;
/// All steps together.
const ALL: u64 = 15_000;

/// What was done for an answer, in order. Every step reads, but one that proposes an action.
pub(super) fn of(recognised: &Recognised, answered: &Answered) -> Value {
    let understood = &recognised.understanding;
    let mut steps: Vec<Value> = Vec::new();
    match (understood.intent, &understood.frame) {
        (Intent::Metrics, Some(frame)) if answered.declined.is_none() && answered.clarification.is_none() => {
            let op = if frame.grain.is_some() {
                "metric.series"
            } else {
                "metric.query"
            };
            steps.push(step("s1", op, &[], json!(frame)));
            if let Some(kind) = frame.compare {
                steps.push(step("s2", "metric.compare", &["s1"], json!({ "kind": kind })));
            }
        }
        (Intent::Search, _) => {
            let query = understood.search.as_ref().map(|search| &search.query);
            steps.push(step("s1", "search.hybrid", &[], json!({ "query": query })));
        }
        (Intent::Action, _) => {
            if let Some(frame) = understood
                .action
                .as_ref()
                .and_then(|action| action.frame.as_ref())
            {
                steps.push(step("s1", "metric.query", &[], json!(frame)));
            }
            if let Some(action) = &answered.action {
                let mut proposed = step("act", &op_of(action), &[], json!({ "action_id": action.id }));
                proposed["effect"] = json!(if action.needs_confirmation {
                    "external"
                } else {
                    "internal"
                });
                proposed["confirm"] = json!(if action.needs_confirmation {
                    "required"
                } else {
                    "none"
                });
                steps.push(proposed);
            }
        }
        _ => {}
    }
    let before: Vec<String> = steps
        .iter()
        .filter_map(|step| step["id"].as_str().map(str::to_owned))
        .collect();
    steps.push(
        json!({ "id": "words", "op": "render.answer", "needs": before, "effect": "none",
        "in": { "language": answered.language } }),
    );
    json!({
        "plan_id": answered.query_id,
        "query_id": answered.query_id,
        "intent": answered.intent,
        "confidence": answered.confidence,
        "decided_by": answered.decided_by,
        "frame": understood.frame,
        "steps": steps,
        "answer": { "from": "words" },
        "limits": { "max_steps": 8, "max_ms": ALL },
        "assumptions": answered.range.as_ref().map(|range| vec![range.label.clone()]).unwrap_or_default(),
        "warnings": answered.notes,
    })
}

/// The operation that an action is.
fn op_of(action: &ActionOut) -> String {
    let kind = json!(action.kind);
    kind.as_str().unwrap_or_default().to_owned()
}

fn step(id: &str, op: &str, needs: &[&str], input: Value) -> Value {
    json!({ "id": id, "op": op, "needs": needs, "in": input, "effect": "read", "timeout_ms": STEP })
}
