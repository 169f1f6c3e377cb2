//! The stand-in provider writes its clock, sixteen digits, as the text of every piece. A reader finds these marks
//! whatever format the text is packed in, so it can count the pieces and tell how long each was on its way.

use memchr::memmem;

/// Where formats put text: OpenAI's chunks, the AI SDK's UI message stream.
const FIELDS: [&[u8]; 2] = [b"\"content\":\"", b"\"delta\":\""];
const DIGITS: usize = 16;

/// Calls `found` with each mark in the text of one event.
pub fn each(event: &[u8], mut found: impl FnMut(u64)) {
    for field in FIELDS {
        let Some(at) = memmem::find(event, field) else {
            continue;
        };
        let text = &event[at + field.len()..];
        let text = &text[..memchr::memchr(b'"', text).unwrap_or(text.len())];
        text.split(|b| *b == b' ').filter_map(read).for_each(&mut found);
    }
}

/// The clock that a word is, if it is one.
pub fn read(word: &[u8]) -> Option<u64> {
    let is_mark = word.len() == DIGITS && word.iter().all(u8::is_ascii_digit);
    is_mark.then(|| word.iter().fold(0, |n, b| n * 10 + u64::from(b - b'0')))
}

#[cfg(test)]
mod tests {
    fn count(event: &str) -> usize {
        let mut n = 0;
        super::each(event.as_bytes(), |_| n += 1);
        n
    }

    #[test]
    fn marks_are_found_in_both_formats_and_nowhere_else() {
        assert_eq!(
            count(r#"data: {"choices":[{"delta":{"content":"1763692260123456 "}}]}"#),
            1
        );
        assert_eq!(
            count(r#"data: {"type":"text-delta","delta":"1763692260123456 1763692260123457 "}"#),
            2
        );
        assert_eq!(count(r#"data: {"content":"hello","id":"1763692260123456"}"#), 0);
    }
}
