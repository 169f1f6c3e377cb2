//! Server-sent events, read as they come: <https://html.spec.whatwg.org/#event-stream-interpretation>.
//!
//! Bytes in, events out, however the bytes are cut. An event that lies within one piece of the network is
//! handed on without a copy; only the rest of an unfinished one is carried over.

use bytes::{Bytes, BytesMut};
use memchr::memchr2;

/// No event of a provider is near this size; whoever sends more is not a provider.
pub const MAX_EVENT: usize = 4 << 20;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its data; several lines are joined by a line feed.
    pub data: Bytes,
    /// The event as it came, when it came as `data: …` and an empty line and nothing else, so that it can be
    /// passed on as it is.
    pub raw: Option<Bytes>,
}

/// An event was larger than the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// The reader.
#[derive(Debug)]
pub struct SseParser {
    limit: usize,
    /// The piece being read, when it began with a new event.
    fresh: Bytes,
    /// What was left of earlier pieces, and everything since.
    carry: BytesMut,
    is_carrying: bool,
    at: Position,
    /// Where the current event lies in the stream, to skip a line feed that follows a carriage return.
    skip_line_feed: bool,
    began: bool,
}

/// How far the current event is read, counted from its first byte.
#[derive(Debug, Default)]
struct Position {
    line: usize,
    seen: usize,
    first: Option<(usize, usize)>,
    joined: Option<Vec<u8>>,
    has_other: bool,
}

const BOM: &[u8] = b"\xef\xbb\xbf";

impl Default for SseParser {
    fn default() -> Self {
        Self::new(MAX_EVENT)
    }
}

impl SseParser {
    /// A reader that accepts events up to `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            fresh: Bytes::new(),
            carry: BytesMut::new(),
            is_carrying: false,
            at: Position::default(),
            skip_line_feed: false,
            began: false,
        }
    }

    /// Adds a piece. Take all events with [`next_event`](Self::next_event) before the next piece.
    pub fn push(&mut self, piece: Bytes) {
        if !self.is_carrying && !self.fresh.is_empty() {
            self.carry.extend_from_slice(&std::mem::take(&mut self.fresh));
            self.is_carrying = true;
        }
        if self.is_carrying {
            self.carry.extend_from_slice(&piece);
        } else {
            self.fresh = piece;
        }
    }

    fn buffer(&self) -> &[u8] {
        if self.is_carrying {
            &self.carry
        } else {
            &self.fresh
        }
    }

    fn take(&mut self, len: usize) -> Bytes {
        self.at = Position::default();
        if !self.is_carrying {
            return self.fresh.split_to(len);
        }
        let taken = self.carry.split_to(len).freeze();
        if self.carry.is_empty() {
            self.is_carrying = false;
        }
        taken
    }

    /// The next whole event, `None` when more bytes are needed.
    pub fn next_event(&mut self) -> Option<Result<Event, TooLarge>> {
        if !self.begin() {
            return None;
        }
        loop {
            if self.skip_line_feed {
                match self.buffer().get(self.at.line) {
                    None => return None,
                    Some(b'\n') => {
                        // Part of the line end before it: belongs to no event when it is in front of one.
                        if self.at.line == 0 {
                            self.take(1);
                        } else {
                            self.at.line += 1;
                            self.at.has_other = true;
                        }
                    }
                    Some(_) => {}
                }
                self.skip_line_feed = false;
                self.at.seen = self.at.seen.max(self.at.line);
            }
            let buffer = self.buffer();
            let Some(found) = memchr2(b'\n', b'\r', &buffer[self.at.seen..]) else {
                let len = buffer.len();
                self.at.seen = len;
                return (len > self.limit).then_some(Err(TooLarge));
            };
            let end = self.at.seen + found;
            if end > self.limit {
                return Some(Err(TooLarge));
            }
            let is_return = buffer[end] == b'\r';
            let is_empty = end == self.at.line;
            if is_return {
                self.skip_line_feed = true;
                self.at.has_other = true;
            }
            if !is_empty {
                self.line(end);
                self.at.line = end + 1;
                self.at.seen = end + 1;
                continue;
            }
            let Position {
                first,
                joined,
                has_other,
                ..
            } = std::mem::take(&mut self.at);
            let whole = self.take(end + 1);
            let Some((from, to)) = first else { continue };
            let data = joined.map_or_else(|| whole.slice(from..to), Bytes::from);
            let raw = (!has_other).then_some(whole);
            return Some(Ok(Event { data, raw }));
        }
    }

    /// What is left when the stream ended without an empty line: some servers forget it.
    pub fn finish(&mut self) -> Option<Event> {
        let end = self.buffer().len();
        if end > self.at.line {
            self.line(end);
        }
        let Position { first, joined, .. } = std::mem::take(&mut self.at);
        let (from, to) = first?;
        let whole = self.take(end);
        Some(Event {
            data: joined.map_or_else(|| whole.slice(from..to), Bytes::from),
            raw: None,
        })
    }

    /// Skips the byte order mark. `false` while it cannot be told yet whether there is one.
    fn begin(&mut self) -> bool {
        if self.began {
            return true;
        }
        let buffer = self.buffer();
        if buffer.len() < BOM.len() && BOM.starts_with(buffer) {
            return false;
        }
        if buffer.starts_with(BOM) {
            self.take(BOM.len());
        }
        self.began = true;
        true
    }

    /// Reads the line from `at.line` to `end`.
    fn line(&mut self, end: usize) {
        let start = self.at.line;
        let line = &self.buffer()[start..end];
        let Some(value) = line
            .strip_prefix(b"data")
            .filter(|rest| rest.is_empty() || rest[0] == b':')
        else {
            // A comment, `event:`, `id:`, `retry:`. Providers repeat the event's name inside its data.
            self.at.has_other = true;
            return;
        };
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        let from = end - value.len();
        match (self.at.first, &self.at.joined) {
            (None, _) => self.at.first = Some((from, end)),
            (Some((a, b)), None) => {
                let buffer = self.buffer();
                let mut joined = Vec::with_capacity(b - a + end - from + 1);
                joined.extend_from_slice(&buffer[a..b]);
                joined.push(b'\n');
                joined.extend_from_slice(&buffer[from..end]);
                self.at.joined = Some(joined);
                self.at.has_other = true;
            }
            (Some(_), Some(_)) => {
                let value = self.buffer()[from..end].to_vec();
                if let Some(joined) = &mut self.at.joined {
                    joined.push(b'\n');
                    joined.extend_from_slice(&value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<String> {
        let mut parser = SseParser::default();
        let mut events = Vec::new();
        for piece in pieces {
            parser.push(Bytes::copy_from_slice(piece));
            while let Some(event) = parser.next_event() {
                events.push(event.unwrap());
            }
        }
        events.extend(parser.finish());
        events
            .into_iter()
            .map(|event| String::from_utf8(event.data.to_vec()).unwrap())
            .collect()
    }

    #[test]
    fn the_examples_of_the_standard() {
        for (stream, expected) in [
            ("data: a\n\ndata: b\n\n", vec!["a", "b"]),
            ("data: a\r\n\r\ndata: b\r\n\r\n", vec!["a", "b"]),
            ("data: a\r\rdata: b\r\r", vec!["a", "b"]),
            ("data: YHOO\ndata: +2\ndata: 10\n\n", vec!["YHOO\n+2\n10"]),
            (
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event",
                vec!["first event", "second event", " third event"],
            ),
            ("data\n\ndata\ndata\n\ndata:", vec!["", "\n", ""]),
            ("data:test\n\ndata: test\n\n", vec!["test", "test"]),
            ("\u{feff}data: x\n\n", vec!["x"]),
            ("event: message_start\ndata: {\"a\":1}\n\n", vec!["{\"a\":1}"]),
            ("\n\n\r\n: keep-alive\n\n\ndata: x\n\n", vec!["x"]),
            ("database: no\ndata: yes\n\n", vec!["yes"]),
            ("data: ü🦀\n\n", vec!["ü🦀"]),
            ("data: [DONE]", vec!["[DONE]"]),
            ("data: mixed\r\n\ndata: ends\n\r\n", vec!["mixed", "ends"]),
        ] {
            assert_eq!(read(&[stream.as_bytes()]), expected, "{stream:?}");
            // … and split at every byte, in two and in single bytes
            for at in 0..=stream.len() {
                let (a, b) = stream.as_bytes().split_at(at);
                assert_eq!(read(&[a, b]), expected, "{stream:?} at {at}");
            }
            let single: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
            assert_eq!(read(&single), expected, "{stream:?} in bytes");
        }
    }

    #[test]
    fn a_plain_event_is_passed_on_as_it_came() {
        let mut parser = SseParser::default();
        parser.push(Bytes::from_static(
            b"data: {\"a\":1}\n\ndata: b\r\n\r\nevent: x\ndata: c\n\ndata: d\n\n",
        ));
        let raws: Vec<_> = std::iter::from_fn(|| parser.next_event())
            .map(|e| e.unwrap().raw)
            .collect();
        assert_eq!(raws[0].as_deref(), Some(&b"data: {\"a\":1}\n\n"[..]));
        assert_eq!(raws[1], None);
        assert_eq!(raws[2], None);
        assert_eq!(raws[3].as_deref(), Some(&b"data: d\n\n"[..]));
    }

    #[test]
    fn size_is_bounded() {
        let mut parser = SseParser::new(100);
        parser.push(Bytes::from_static(b"data: "));
        assert_eq!(parser.next_event(), None);
        parser.push(Bytes::from(vec![b'x'; 200]));
        assert_eq!(parser.next_event(), Some(Err(TooLarge)));
        // Many small events in one large piece are fine.
        let mut parser = SseParser::new(100);
        parser.push(Bytes::from("data: x\n\n".repeat(1_000)));
        assert_eq!(std::iter::from_fn(|| parser.next_event()).count(), 1_000);
    }

    proptest! {
        #[test]
        fn cuts_change_nothing(
            lines in proptest::collection::vec("(data|data:|data: |id: |:|event: |)[a-zé🦀: ]{0,6}(\n|\r\n|\r|\n\n)", 0..12),
            cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
        ) {
            let stream = lines.concat().into_bytes();
            let whole = read(&[&stream]);
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
            at.push(0);
            at.push(stream.len());
            at.sort_unstable();
            let pieces: Vec<&[u8]> = at.windows(2).map(|w| &stream[w[0]..w[1]]).collect();
            prop_assert_eq!(read(&pieces), whole);
        }

        #[test]
        fn any_bytes_are_survived(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..10)) {
            let mut parser = SseParser::new(64);
            for piece in pieces {
                parser.push(piece.into());
                while let Some(Ok(_)) = parser.next_event() {}
            }
            parser.finish();
        }
    }
}
