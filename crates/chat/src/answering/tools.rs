//! Tools that a model calls while it answers: its calls are collected, carried out with the rights of whoever asked, and
//! their answers put before it, until it answers in words.

use std::sync::Arc;

use ai::tools::{HouseTool, ToolUse};
use ai::{Asker, Question, Target};
use providers::{Chunk, Conversation, Message, Role, Tool, ToolCall};
use serde_json::Value;

use crate::generation::Generation;
use crate::prompt::Asked;

/// How often a model may call tools for one answer.
const ROUNDS: usize = 6;
/// How many calls one round carries out.
const CALLS: usize = 8;
/// How much of what a tool answers is put before the model, in bytes.
const LONGEST: usize = 24 * 1024;

/// The calls of one round, as they come in pieces.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// By their index.
    calls: Vec<ToolCall>,
    /// Words that were said before the calls.
    text: String,
}

impl Calls {
    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    pub(super) fn collect(&mut self, chunks: &[Chunk]) {
        for chunk in chunks {
            match chunk {
                Chunk::Text(text) => self.text.push_str(text),
                Chunk::ToolCall {
                    index,
                    id,
                    name,
                    arguments,
                    signature,
                } => {
                    let at = (*index as usize).min(CALLS);
                    while self.calls.len() <= at {
                        self.calls.push(ToolCall {
                            id: String::new(),
                            name: String::new(),
                            arguments: String::new(),
                            signature: None,
                        });
                    }
                    let call = &mut self.calls[at];
                    if let Some(id) = id {
                        call.id.clone_from(id);
                    }
                    if let Some(name) = name {
                        call.name.clone_from(name);
                    }
                    call.arguments.push_str(arguments);
                    if signature.is_some() {
                        call.signature.clone_from(signature);
                    }
                }
                _ => {}
            }
        }
    }
}

/// What is asked, and what was said with tools since.
#[derive(Debug)]
pub(super) struct Talk {
    asked: Asked,
    tools: Vec<Arc<dyn HouseTool>>,
    described: Vec<Tool>,
    said: Vec<Message>,
    rounds: usize,
}

impl Talk {
    pub(super) fn new(asked: Asked, tools: Vec<Arc<dyn HouseTool>>) -> Self {
        Self {
            asked,
            described: tools.iter().map(|tool| tool.describe()).collect(),
            tools,
            said: Vec::new(),
            rounds: 0,
        }
    }

    /// Carries the calls out. Answers whether the model is to be asked again.
    pub(super) async fn answer(&mut self, generation: &Generation, asker: Asker, calls: Calls) -> bool {
        if self.tools.is_empty() || self.rounds >= ROUNDS {
            return false;
        }
        self.rounds += 1;
        generation.update(|p| {
            // What it says next is a paragraph of its own.
            if !p.text.is_empty() && !p.text.ends_with('\n') {
                p.text.push_str("\n\n");
            }
        });
        let mut message = Message::text(Role::Assistant, calls.text);
        message.tool_calls.clone_from(&calls.calls);
        self.said.push(message);
        for (n, call) in calls.calls.into_iter().enumerate() {
            let input: Value = serde_json::from_str(&call.arguments).unwrap_or_default();
            let at = generation.update(|p| {
                p.tools.push(ToolUse {
                    id: call.id.clone(),
                    name: call.name.clone(),
                    input: input.clone(),
                    output: None,
                    error: None,
                });
                p.tools.len() - 1
            });
            let done = if n < CALLS {
                self.carry_out(asker, &call.name, input).await
            } else {
                Err("Too many calls at once.".to_owned())
            };
            let told = match &done {
                Ok(output) => cut(output.to_string()),
                Err(why) => format!("This did not work: {why}"),
            };
            generation.update(|p| {
                if let Some(used) = p.tools.get_mut(at) {
                    match done {
                        Ok(output) => used.output = Some(output),
                        Err(why) => used.error = Some(why),
                    }
                }
            });
            self.said.push(Message::tool(call.id, told));
        }
        true
    }

    async fn carry_out(&self, asker: Asker, name: &str, input: Value) -> Result<Value, String> {
        let place = self.described.iter().position(|tool| tool.name == name);
        match place.and_then(|at| self.tools.get(at)) {
            Some(tool) if input.is_object() => tool.call(asker, input).await,
            Some(_) => Err("The arguments are not a JSON object.".to_owned()),
            None => Err("There is no such tool.".to_owned()),
        }
    }
}

fn cut(mut text: String) -> String {
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
        text.push('…');
    }
    text
}

impl Question for Talk {
    fn for_target(&self, target: &Target) -> Conversation {
        let mut conversation = self.asked.for_target(target);
        if target.calls_tools() {
            conversation.messages.extend(self.said.iter().cloned());
            // At the last round it has to answer in words.
            if self.rounds < ROUNDS {
                conversation.tools.clone_from(&self.described);
            }
        } else if !self.said.is_empty() {
            // Another model goes on, which cannot call: it is told what was found.
            let found: Vec<String> = self
                .said
                .iter()
                .filter(|m| m.role == Role::Tool)
                .map(Message::plain)
                .collect();
            let told = format!("What the tools of the house answered:\n{}", found.join("\n"));
            conversation.messages.push(Message::user(told));
        }
        conversation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_put_together_from_their_pieces() {
        let piece = |index, id: Option<&str>, name: Option<&str>, arguments: &str| Chunk::ToolCall {
            index,
            id: id.map(str::to_owned),
            name: name.map(str::to_owned),
            arguments: arguments.to_owned(),
            signature: None,
        };
        let mut calls = Calls::default();
        assert!(calls.is_empty());
        calls.collect(&[
            Chunk::Text("Let me look.".to_owned()),
            piece(0, Some("a"), Some("metrics"), "{\"m"),
        ]);
        calls.collect(&[
            piece(0, None, None, "\":1}"),
            piece(1, Some("b"), Some("search"), "{}"),
        ]);
        assert_eq!(calls.text, "Let me look.");
        let all: Vec<_> = calls
            .calls
            .iter()
            .map(|c| (&*c.id, &*c.name, &*c.arguments))
            .collect();
        assert_eq!(all, [("a", "metrics", "{\"m\":1}"), ("b", "search", "{}")]);
    }

    #[test]
    fn long_answers_of_tools_are_cut_between_characters() {
        let text = cut("é".repeat(LONGEST));
        assert!(text.len() <= LONGEST + '…'.len_utf8() && text.ends_with('…'));
    }
}
