//! The bus between the parts of the program, and between nodes: short messages by topic.
//!
//! Whatever is published may be lost, doubled or late on another node; it is speed, never the truth. Whoever
//! needs every change reads the event log when a number is missing, and looks at it from time to time.

mod envelope;
mod redis;
mod topics;

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

use crate::lifecycle::Lifecycle;
use crate::secret::Secret;
use topics::Place;

pub use redis::{BadAddress, Remote};

/// Messages that a slow listener may fall behind before it misses some.
const BACKLOG: usize = 8192;

/// Something that was published.
#[derive(Clone, Debug)]
pub struct Heard {
    /// What it is about, such as `t:<thread>`.
    pub topic: Arc<str>,
    /// What was said.
    pub body: Bytes,
    /// Whether this node said it.
    pub is_own: bool,
}

/// How this node hears the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whether other nodes are heard.
    pub is_up: bool,
    /// Counts the times it came back; whatever was said in between was missed.
    pub times: u64,
}

/// Carries messages to whoever listens.
#[derive(Clone, Debug)]
pub struct Bus(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    node: Uuid,
    heard: broadcast::Sender<Heard>,
    link: watch::Sender<Link>,
    remote: Option<Arc<Remote>>,
}

/// A topic that this node has joined, until it is dropped.
#[derive(Debug)]
#[must_use]
pub struct Joined(Option<(Arc<Remote>, Place)>);

impl Drop for Joined {
    fn drop(&mut self) {
        if let Some((remote, place)) = self.0.take() {
            remote.leave(&place);
        }
    }
}

impl Default for Bus {
    fn default() -> Self {
        Self::local()
    }
}

impl Bus {
    /// A bus for one node.
    pub fn local() -> Self {
        Self(Arc::new(Inner {
            node: crate::ids::new_id(),
            heard: broadcast::Sender::new(BACKLOG),
            link: watch::Sender::new(Link {
                is_up: true,
                times: 0,
            }),
            remote: None,
        }))
    }

    /// A bus for several nodes, over a Redis server. It need not be there yet: whoever is not heard is caught up with
    /// when the link is.
    pub fn over(address: &Secret, lifecycle: &Lifecycle) -> Result<Self, BadAddress> {
        crate::http::settle_ciphers();
        let node = crate::ids::new_id();
        let heard = broadcast::Sender::new(BACKLOG);
        let link = watch::Sender::new(Link {
            is_up: false,
            times: 0,
        });
        let remote = Remote::start(address, node, heard.clone(), link.clone(), lifecycle)?;
        Ok(Self(Arc::new(Inner {
            node,
            heard,
            link,
            remote: Some(remote),
        })))
    }

    /// The server behind the bus, where there is one.
    pub fn remote(&self) -> Option<&Arc<Remote>> {
        self.0.remote.as_ref()
    }

    /// This node's name on the bus, new at each start.
    pub fn node(&self) -> Uuid {
        self.0.node
    }

    /// Tells this node's listeners at once, and other nodes that have joined the topic. It never waits and never
    /// fails: what cannot be told to others now is not told.
    pub fn publish(&self, topic: &str, body: impl Into<Bytes>) {
        let body = body.into();
        if let Some(remote) = &self.0.remote {
            remote.publish(topic, &body);
        }
        let _ = self.0.heard.send(Heard {
            topic: topic.into(),
            body,
            is_own: true,
        });
    }

    /// Joins a topic: once this answers, what other nodes publish on it is heard here, until the answer is dropped.
    /// While no other node is heard at all it answers at once.
    pub async fn join(&self, topic: &str) -> Joined {
        let Some(remote) = &self.0.remote else {
            return Joined(None);
        };
        let place = remote.enter(topic);
        let joined = Joined(Some((remote.clone(), place.clone())));
        remote.entered(&place).await;
        joined
    }

    /// Hears everything that this node publishes and what others publish on joined topics, from now on. A listener
    /// that lags is told how many messages it missed.
    pub fn listen(&self) -> broadcast::Receiver<Heard> {
        self.0.heard.subscribe()
    }

    /// Whether other nodes are heard at the moment.
    pub fn link(&self) -> watch::Receiver<Link> {
        self.0.link.subscribe()
    }
}
