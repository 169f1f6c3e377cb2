//! A whole answer in Gemini's format: the one event of a stream that has only one.

use serde_json::Value;

use super::stream::Reader;
use crate::answer::{Answer, Collector};
use crate::wire::Output;
use crate::wire::decode::garbage;
use crate::wire::errors;
use crate::{ErrorKind, ProviderError, ProviderKind};

pub(crate) fn read(provider: ProviderKind, bytes: &[u8]) -> Result<Answer, ProviderError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| garbage(provider, &error))?;
    if errors::is_error(&value) {
        return Err(errors::of_value(provider, &value));
    }
    let mut reader = Reader::new(provider);
    let mut out = Output::default();
    reader.event(bytes, &mut out)?;
    if !reader.end(&mut out) {
        let error = ProviderError::new(provider, ErrorKind::Garbage);
        return Err(error.with_detail("the answer has no candidates"));
    }
    let mut collector = Collector::default();
    for chunk in out.into_chunks() {
        collector.push(chunk);
    }
    Ok(collector.finish())
}
