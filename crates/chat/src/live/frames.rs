//! The frames of the socket: JSON texts, one object or an array of objects each, as `docs/live.md` lists them.

use std::collections::HashMap;

use axum::extract::ws::Utf8Bytes;
use db::events::Scope;
use db::{MessageId, ThreadId, UserId};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use uuid::Uuid;

/// The version of the protocol.
pub const VERSION: u32 = 1;
/// The longest frame that a client may send, in bytes.
pub const LONGEST: usize = 64 * 1024;
/// Scopes that one connection may hold.
pub const MOST_SCOPES: usize = 64;

/// A place in a scope: its epoch and a number.
pub type Since = (i64, i64);

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "k", rename_all = "lowercase")]
pub enum ClientFrame {
    /// The first one.
    Hello {
        /// The version it speaks.
        v: u32,
        /// Where it stood, by scope.
        #[serde(default)]
        since: HashMap<String, Since>,
    },
    /// Wants a scope.
    Sub {
        /// Comes back in the answers.
        i: Option<u64>,
        /// The scope.
        c: String,
        /// Where it stands.
        since: Option<Since>,
        /// What it wants when it stands nowhere.
        snap: Option<SnapWanted>,
    },
    /// Wants a scope no more.
    Unsub {
        /// The scope.
        c: String,
    },
    /// Begins or ends to write.
    Typing {
        /// The thread's scope.
        c: String,
        /// Whether it writes.
        on: bool,
    },
    /// Whether somebody sits there.
    Here {
        /// `online` or `idle`.
        state: Seen,
    },
    /// Has read up to a number.
    Read {
        /// The thread's scope.
        c: String,
        /// The number.
        s: i64,
    },
    /// Wants the whole text of a running answer.
    Gwant {
        /// The thread's scope.
        c: String,
        /// The run.
        g: Uuid,
    },
    /// Has received so many bytes.
    Ack {
        /// Since the beginning.
        b: u64,
    },
    /// Is there.
    Ping {
        /// Comes back.
        t: i64,
    },
}

/// A snapshot that is wanted.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct SnapWanted {
    /// How many messages of the branch in view.
    pub last: Option<u16>,
}

/// Whether a person is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Seen {
    /// Nowhere.
    Offline,
    /// Connected, but away.
    Idle,
    /// At the page.
    Online,
}

/// One frame or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<ClientFrame>),
    One(ClientFrame),
}

/// The most frames in one array.
const MOST_FRAMES: usize = 100;

/// Reads what a client said; nothing where it is not understood.
pub fn read(text: &str) -> Option<Vec<ClientFrame>> {
    match serde_json::from_str(text).ok()? {
        OneOrMany::One(frame) => Some(vec![frame]),
        OneOrMany::Many(frames) => (frames.len() <= MOST_FRAMES).then_some(frames),
    }
}

/// A scope as the wire names it.
#[derive(Clone, Copy, Debug)]
pub struct Name(pub Scope);

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// What the server says.
#[derive(Debug, Serialize)]
#[serde(tag = "k", rename_all = "lowercase")]
pub enum ServerFrame<'a> {
    /// The answer to hello.
    Welcome {
        v: u32,
        conn: Uuid,
        /// The server's clock, in milliseconds.
        t: i64,
        /// Seconds between heartbeats.
        hb: u64,
        /// When the sign-in ends, in milliseconds; null where it has no end.
        exp: Option<i64>,
        limits: Limits,
        u: Name,
        w: Name,
    },
    /// The whole of a scope.
    Snap {
        #[serde(skip_serializing_if = "Option::is_none")]
        i: Option<u64>,
        c: Name,
        e: i64,
        s: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        d: Option<&'a RawValue>,
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
    /// A change.
    Ev {
        c: Name,
        s: i64,
        kind: &'a str,
        d: &'a RawValue,
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<&'a str>,
    },
    /// From here on everything comes as it happens.
    Live {
        #[serde(skip_serializing_if = "Option::is_none")]
        i: Option<u64>,
        c: Name,
        e: i64,
        s: i64,
    },
    /// What the client knows of this scope is void.
    Reset { c: Name, e: i64, why: &'a str },
    /// The scope is closed to this person.
    Kick { c: Name, why: &'a str },
    /// A piece of a running answer.
    Gen {
        c: Name,
        g: Uuid,
        m: MessageId,
        n: u64,
        #[serde(flatten)]
        op: GenOp<'a>,
    },
    /// All of a running answer.
    Gsnap {
        c: Name,
        g: Uuid,
        m: MessageId,
        n: u64,
        text: &'a str,
        #[serde(skip_serializing_if = "str::is_empty")]
        reasoning: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        provider: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        model: Option<&'a str>,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        attempts: &'a [ai::Attempt],
    },
    /// Who is there.
    Pres { c: Name, d: &'a HashMap<UserId, Seen> },
    /// Somebody writes, for `ms` milliseconds.
    Typ { c: Name, u: UserId, ms: u32 },
    /// Something new in a thread that is not on screen.
    Poke {
        t: ThreadId,
        s: i64,
        mention: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<UserId>,
    },
    /// Still here, and how far each scope is.
    Hb { t: i64, h: HashMap<String, i64> },
    /// The answer to ping.
    Pong { t: i64 },
    /// Something was not done.
    Err {
        #[serde(skip_serializing_if = "Option::is_none")]
        i: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        c: Option<&'a str>,
        code: &'a str,
        error: &'a str,
    },
    /// The last one: come back after `retry` milliseconds.
    Bye { code: u16, retry: u64 },
}

/// What a client may do.
#[derive(Debug, Serialize)]
pub struct Limits {
    /// Scopes at once.
    pub subs: usize,
    /// Bytes of a frame.
    pub frame: usize,
}

/// One step of a running answer. Offsets count UTF-16 units.
#[derive(Debug, Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum GenOp<'a> {
    /// It begins, after `o` units that were there before.
    Open { o: usize },
    /// More text.
    Txt {
        o: usize,
        x: &'a str,
        /// `r` for the thinking.
        #[serde(skip_serializing_if = "Option::is_none")]
        p: Option<&'a str>,
    },
    /// Who writes it.
    Set {
        #[serde(skip_serializing_if = "Option::is_none")]
        provider: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        model: Option<&'a str>,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        attempts: &'a [ai::Attempt],
    },
    /// It has ended.
    End {
        status: db::kinds::MessageStatus,
        o: usize,
    },
}

impl ServerFrame<'_> {
    /// As it is sent.
    pub fn encode(&self) -> Utf8Bytes {
        match serde_json::to_string(self) {
            Ok(text) => text.into(),
            // Every key above is a text and every value is plain, so this does not happen.
            Err(error) => {
                tracing::error!(error = %error, "a frame cannot be written");
                Utf8Bytes::from_static(r#"{"k":"err","code":"INTERNAL","error":"A frame was lost."}"#)
            }
        }
    }
}

/// Why a connection ends. Below 4400 a client comes back by itself; above, somebody has to sign in first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bye {
    /// The node stops.
    Drain,
    /// Something of ours went wrong.
    Internal,
    /// The client reads too slowly.
    Slow,
    /// The client talks too much.
    Rate,
    /// The client is not understood.
    Frames,
    /// The sign-in has ended.
    SignIn,
    /// The person belongs to the workspace no more.
    Membership,
}

impl Bye {
    /// The close code.
    pub fn code(self) -> u16 {
        match self {
            Self::Drain => 4001,
            Self::Internal => 4003,
            Self::Slow => 4008,
            Self::Rate => 4029,
            Self::Frames => 4400,
            Self::SignIn => 4401,
            Self::Membership => 4403,
        }
    }

    /// After how many milliseconds to come back.
    pub fn retry(self) -> u64 {
        match self {
            // Spread by the client's own jitter.
            Self::Drain | Self::Slow => 500,
            Self::Internal => 2_000,
            Self::Rate => 10_000,
            Self::Frames | Self::SignIn | Self::Membership => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_frame_or_several() {
        let one = read(r#"{"k":"hello","v":1,"cid":"x","since":{"u:1":[1,7]}}"#).unwrap();
        assert!(matches!(&one[..], [ClientFrame::Hello { v: 1, since }] if since["u:1"] == (1, 7)));
        let two = read(r#"[{"k":"ping","t":1},{"k":"sub","i":3,"c":"t:1","snap":{"last":5}}]"#).unwrap();
        assert!(matches!(
            two[1],
            ClientFrame::Sub {
                i: Some(3),
                snap: Some(SnapWanted { last: Some(5) }),
                ..
            }
        ));
        for bad in ["", "1", "{}", r#"{"k":"dance"}"#, r#"{"k":"sub"}"#, "[[]]"] {
            assert!(read(bad).is_none(), "{bad}");
        }
        let many = format!("[{}]", vec![r#"{"k":"ping","t":1}"#; 101].join(","));
        assert!(read(&many).is_none(), "too many");
    }
}
