//! A stream in Gemini's format: each event is an answer of its own, with the next words.

use serde_json::Value;

use super::{Candidate, Part, Wire, finish};
use crate::answer::{Chunk, FinishReason, Usage};
use crate::wire::Output;
use crate::wire::decode::{Progress, garbage};
use crate::wire::errors;
use crate::{ErrorKind, ProviderError, ProviderKind};

pub(crate) struct Reader {
    provider: ProviderKind,
    has_started: bool,
    finish: Option<FinishReason>,
    usage: Option<Usage>,
    calls: u32,
    /// Part of the ids that we make up, so that two answers of one conversation do not share one.
    answer_id: String,
}

impl Reader {
    pub fn new(provider: ProviderKind) -> Self {
        Self {
            provider,
            has_started: false,
            finish: None,
            usage: None,
            calls: 0,
            answer_id: String::new(),
        }
    }

    pub fn event(&mut self, data: &[u8], out: &mut Output) -> Result<Progress, ProviderError> {
        let wire: Wire = match serde_json::from_slice(data) {
            Ok(wire) => wire,
            Err(error) => return Err(self.not_an_event(data, &error)),
        };
        if wire.candidates.is_none() && wire.prompt_feedback.is_none() && wire.usage_metadata.is_none() {
            return Err(self.not_an_event(data, &serde::de::Error::missing_field("candidates")));
        }
        if let Some(reason) = wire.prompt_feedback.and_then(|feedback| feedback.block_reason) {
            let error = ProviderError::new(self.provider, ErrorKind::Refused).with_status(200);
            return Err(error.with_detail(&format!("the prompt was blocked: {reason}")));
        }
        if !self.has_started {
            self.has_started = true;
            let id = wire.response_id.unwrap_or_default();
            self.answer_id = id.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
            out.push(Chunk::Start {
                id,
                model: wire.model_version.unwrap_or_default(),
            });
        }
        if let Some(usage) = wire.usage_metadata {
            self.usage = Some(usage.into());
        }
        for candidate in wire.candidates.unwrap_or_default() {
            if candidate.index == 0 {
                self.candidate(candidate, out)?;
            }
        }
        Ok(Progress::Going)
    }

    /// The connection's answer ended: whole, if a reason was given. Only now is the count of tokens final.
    pub fn end(&mut self, out: &mut Output) -> bool {
        let Some(reason) = self.finish.take() else {
            return false;
        };
        let is_call = reason == FinishReason::Stop && self.calls > 0;
        out.push(Chunk::Finish(if is_call {
            FinishReason::ToolCalls
        } else {
            reason
        }));
        if let Some(usage) = self.usage {
            out.push(Chunk::Usage(usage));
        }
        true
    }

    fn candidate(&mut self, candidate: Candidate, out: &mut Output) -> Result<(), ProviderError> {
        for part in candidate.content.map(|content| content.parts).unwrap_or_default() {
            self.part(part, out);
        }
        let Some(reason) = candidate
            .finish_reason
            .filter(|reason| reason != "FINISH_REASON_UNSPECIFIED")
        else {
            return Ok(());
        };
        let Some(finish) = finish(&reason) else {
            let error = ProviderError::new(self.provider, ErrorKind::Server);
            return Err(error.with_detail(&format!("the answer ended with {reason}")));
        };
        self.finish = Some(finish);
        Ok(())
    }

    fn part(&mut self, part: Part, out: &mut Output) {
        if let Some(call) = part.function_call {
            let index = self.calls;
            self.calls += 1;
            out.push(Chunk::ToolCall {
                index,
                // Gemini joins by name; everybody else needs an id.
                id: Some(
                    call.id
                        .filter(|id| !id.is_empty())
                        .unwrap_or_else(|| format!("call_{}{index}", self.answer_id)),
                ),
                name: Some(call.name),
                arguments: call
                    .args
                    .map_or_else(|| "{}".to_owned(), |args| args.get().to_owned()),
                signature: part.thought_signature,
            });
            return;
        }
        if let Some(text) = part.text.filter(|text| !text.is_empty()) {
            out.push(if part.thought {
                Chunk::Reasoning(text)
            } else {
                Chunk::Text(text)
            });
        }
        if let Some(blob) = part
            .inline_data
            .filter(|blob| blob.mime_type.starts_with("image/"))
        {
            out.push(Chunk::Text(format!(
                "![](data:{};base64,{})",
                blob.mime_type, blob.data
            )));
        }
        if let Some(code) = part.executable_code {
            let language = code.language.to_lowercase();
            out.push(Chunk::Text(format!("\n```{language}\n{}\n```\n", code.code)));
        }
        if let Some(result) = part
            .code_execution_result
            .filter(|result| !result.output.is_empty())
        {
            out.push(Chunk::Text(format!("\n```\n{}\n```\n", result.output)));
        }
    }

    fn not_an_event(&self, data: &[u8], error: &serde_json::Error) -> ProviderError {
        match serde_json::from_slice::<Value>(data) {
            Ok(value) if errors::is_error(value.as_array().and_then(|l| l.first()).unwrap_or(&value)) => {
                errors::of_value(self.provider, &value)
            }
            _ => garbage(self.provider, error),
        }
    }
}
