//! The two languages: ours (`docs/live.md`), and Engine.IO 4 with Socket.IO 5. Both are read without parsing JSON:
//! a quotation mark inside of a text is always escaped, so what begins with one is a key or the beginning of a value.

use memchr::memmem::{self, Finder};

use crate::marks;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    Tributary,
    SocketIo,
}

/// What came of a frame.
pub enum Said<'a> {
    /// A message that the generator wrote: its own number, the server's number (ours only), its clock.
    Message {
        own: u64,
        seq: Option<u64>,
        mark: u64,
    },
    /// Another event of the thread.
    Event {
        seq: u64,
    },
    /// A piece of a running answer: where it begins, its text.
    Words {
        at: u64,
        text: &'a [u8],
    },
    /// A running answer begins, or is shown whole: how long it is.
    Standing {
        length: u64,
    },
    /// A running answer has ended.
    Ended,
    Welcome,
    /// It listens to a scope now.
    Live {
        is_thread: bool,
        seq: u64,
    },
    /// What was known is void; the reason.
    Reset,
    /// Socket.IO's steps.
    EngineOpen,
    Connected,
    Joined,
    Ping,
    /// A refusal or a farewell.
    Bad,
}

pub struct Reader {
    tongue: Tongue,
    frame: Finder<'static>,
    marked: Finder<'static>,
}

impl Reader {
    pub fn new(tongue: Tongue) -> Self {
        Self {
            tongue,
            frame: Finder::new(b"{\"k\":\""),
            marked: Finder::new(b"\"<"),
        }
    }

    pub fn read<'a>(&self, text: &'a [u8], mut said: impl FnMut(Said<'a>)) {
        match self.tongue {
            Tongue::SocketIo => said(match text {
                [b'0', ..] => Said::EngineOpen,
                b"2" => Said::Ping,
                [b'4', b'0', ..] => Said::Connected,
                _ => match self.message(text) {
                    Some((own, mark)) => Said::Message { own, seq: None, mark },
                    None if text.starts_with(b"42[\"joined\"") => Said::Joined,
                    None => Said::Bad,
                },
            }),
            Tongue::Tributary => {
                let mut begin = self.frame.find(text);
                while let Some(at) = begin {
                    let next = self.frame.find(&text[at + 1..]).map(|n| at + 1 + n);
                    self.ours(&text[at..next.unwrap_or(text.len())], &mut said);
                    begin = next;
                }
            }
        }
    }

    fn ours<'a>(&self, frame: &'a [u8], said: &mut impl FnMut(Said<'a>)) {
        let kind = &frame[6..];
        let is_thread = || value(frame, b"\"c\":\"").is_some_and(|c| c.starts_with(b"t:"));
        if kind.starts_with(b"ev\"") {
            if !is_thread() {
                return;
            }
            let seq = number(frame, b"\"s\":").unwrap_or(0);
            let is_new = memmem::find(&frame[..frame.len().min(160)], b"message.created").is_some();
            match self.message(frame).filter(|_| is_new) {
                Some((own, mark)) => said(Said::Message {
                    own,
                    seq: Some(seq),
                    mark,
                }),
                None => said(Said::Event { seq }),
            }
        } else if kind.starts_with(b"gen\"") {
            let op = value(frame, b"\"op\":\"").unwrap_or_default();
            let at = number(frame, b"\"o\":").unwrap_or(0);
            match op {
                b"txt" => said(Said::Words {
                    at,
                    text: value(frame, b"\"x\":\"").unwrap_or_default(),
                }),
                b"open" => said(Said::Standing { length: at }),
                b"end" => said(Said::Ended),
                _ => {}
            }
        } else if kind.starts_with(b"gsnap\"") {
            let length = value(frame, b"\"text\":\"").unwrap_or_default().len() as u64;
            said(Said::Standing { length });
        } else if kind.starts_with(b"live\"") {
            said(Said::Live {
                is_thread: is_thread(),
                seq: number(frame, b"\"s\":").unwrap_or(0),
            });
        } else if kind.starts_with(b"welcome\"") {
            said(Said::Welcome);
        } else if kind.starts_with(b"reset\"") || kind.starts_with(b"kick\"") {
            said(Said::Reset);
        } else if kind.starts_with(b"err\"") || kind.starts_with(b"bye\"") {
            eprintln!("{}", String::from_utf8_lossy(frame));
            said(Said::Bad);
        }
    }

    /// The number and the clock of a message that the generator wrote.
    fn message(&self, text: &[u8]) -> Option<(u64, u64)> {
        let from = self.marked.find(text)? + 2;
        let (own, rest) = digits(&text[from..]);
        let (mark, _) = digits(rest.strip_prefix(b";")?);
        Some((own, mark))
    }
}

/// What the generator writes as a message, in quotation marks: a number, a clock, and filler.
pub fn content(own: u64, mark: u64, filler: &str) -> String {
    format!("\"<{own};{mark}>{filler}\"")
}

/// The clocks in the text of a running answer.
pub fn clocks(text: &[u8], mut found: impl FnMut(u64)) {
    text.split(|b| *b == b' ')
        .filter_map(marks::read)
        .for_each(&mut found);
}

fn digits(text: &[u8]) -> (u64, &[u8]) {
    let end = text
        .iter()
        .position(|b| !b.is_ascii_digit())
        .unwrap_or(text.len());
    let number = text[..end]
        .iter()
        .fold(0_u64, |n, b| n.wrapping_mul(10) + u64::from(b - b'0'));
    (number, &text[end..])
}

fn number(frame: &[u8], key: &[u8]) -> Option<u64> {
    let at = memmem::find(frame, key)? + key.len();
    Some(digits(&frame[at..]).0)
}

/// The text after a key, up to the next quotation mark.
fn value<'a>(frame: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let rest = &frame[memmem::find(frame, key)? + key.len()..];
    Some(&rest[..memchr::memchr(b'"', rest)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tongue: Tongue, text: &str) -> Vec<String> {
        let mut all = Vec::new();
        Reader::new(tongue).read(text.as_bytes(), |said| {
            all.push(match said {
                Said::Message { own, seq, mark } => format!("message {own} {seq:?} {mark}"),
                Said::Event { seq } => format!("event {seq}"),
                Said::Words { at, text } => format!("words {at} {}", String::from_utf8_lossy(text)),
                Said::Standing { length } => format!("standing {length}"),
                Said::Live { is_thread, seq } => format!("live {is_thread} {seq}"),
                Said::Welcome => "welcome".into(),
                Said::Ended => "ended".into(),
                Said::Joined => "joined".into(),
                _ => "other".into(),
            });
        });
        all
    }

    #[test]
    fn both_languages_are_understood() {
        let ours = r#"[{"k":"ev","c":"t:1","s":7,"kind":"message.created","d":{"messages":[{"content":"<3;1763692260123456>x"}]}},{"k":"gen","c":"t:1","g":"r","m":"m","n":2,"op":"txt","o":17,"x":"1763692260123456 "},{"k":"live","c":"w:1","e":1,"s":9}]"#;
        let expected = [
            "message 3 Some(7) 1763692260123456",
            "words 17 1763692260123456 ",
            "live false 9",
        ];
        assert_eq!(read(Tongue::Tributary, ours), expected);
        let changed = r#"{"k":"ev","c":"t:1","s":8,"kind":"thread.changed","d":{}}"#;
        assert_eq!(read(Tongue::Tributary, changed), ["event 8"]);
        assert_eq!(
            read(Tongue::SocketIo, r#"42["m","<3;1763692260123456>x"]"#),
            ["message 3 None 1763692260123456"]
        );
        assert_eq!(read(Tongue::SocketIo, r#"42["joined",3]"#), ["joined"]);
    }
}
