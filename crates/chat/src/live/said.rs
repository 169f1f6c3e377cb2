//! What nodes say to each other beside the hints of events: ephemera, which may get lost. On the bus they stand
//! under the scope that they are about, with a mark in front that tells them from a hint.

use std::collections::HashMap;

use db::UserId;
use db::events::Hint;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::frames::Seen;
use super::poke::Poke;

/// Stands in front of what is no hint.
const MARK: u8 = b'~';

/// Something ephemeral.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// Something new in a thread, for those who may enter it and do not have it open.
    Poke(Poke),
    /// Somebody begins or ends to write.
    Typing { user: UserId, on: bool },
    /// Who of a workspace is connected to a node.
    Present {
        node: Uuid,
        people: HashMap<UserId, Seen>,
    },
    /// A node wants to know who is present: in a workspace, or, among the nodes, everywhere.
    WhoIsThere { node: Uuid },
    /// What a node said of who is present counts no more: it says all of it again.
    Anew { node: Uuid },
    /// A node is alive.
    Alive { node: Uuid },
}

/// What a message on the bus is.
#[derive(Debug)]
pub enum Message {
    /// An event was committed.
    Event(Hint),
    /// Something ephemeral.
    Said(Said),
}

impl Said {
    /// As it is published.
    pub fn encode(&self) -> Vec<u8> {
        let mut body = vec![MARK];
        // Every field is a plain value; were it not, an empty message would be ignored by all.
        let _ = serde_json::to_writer(&mut body, self);
        body
    }
}

/// Reads a message; nothing where it is not understood (another version's, perhaps).
pub fn read(body: &[u8]) -> Option<Message> {
    match body.split_first()? {
        (&MARK, said) => Some(Message::Said(serde_json::from_slice(said).ok()?)),
        _ => Some(Message::Event(serde_json::from_slice(body).ok()?)),
    }
}
