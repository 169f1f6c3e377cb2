//! Which topics this node has joined, and which partitions of the server it therefore has to hear.

use std::collections::HashMap;
use std::sync::Arc;

use crate::vault::sha256;

/// Channels on the server; a topic belongs to one of them.
pub(super) const PARTITIONS: usize = 256;

/// A topic and its channel.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub topic: Arc<str>,
    pub partition: u8,
}

/// The channel of a topic, the same on every node and in every version.
pub(super) fn partition_of(topic: &str) -> u8 {
    sha256(topic.as_bytes())[0]
}

/// A channel's name. The braces keep it in one place of a cluster.
pub(super) fn channel(partition: u8) -> String {
    format!("trb:{{{partition}}}")
}

#[derive(Debug)]
pub(super) struct Topics {
    joined: HashMap<Arc<str>, usize>,
    /// How many joined topics each partition has.
    wanted: [usize; PARTITIONS],
    /// Whether the server has acknowledged it, on the present connection.
    heard: [bool; PARTITIONS],
}

impl Default for Topics {
    fn default() -> Self {
        Self {
            joined: HashMap::new(),
            wanted: [0; PARTITIONS],
            heard: [false; PARTITIONS],
        }
    }
}

impl Topics {
    pub fn enter(&mut self, topic: &str) -> Place {
        let partition = partition_of(topic);
        if let Some((name, count)) = self.joined.get_key_value(topic).map(|(n, c)| (n.clone(), *c)) {
            self.joined.insert(name.clone(), count + 1);
            return Place {
                topic: name,
                partition,
            };
        }
        let name: Arc<str> = topic.into();
        self.joined.insert(name.clone(), 1);
        self.wanted[usize::from(partition)] += 1;
        Place {
            topic: name,
            partition,
        }
    }

    pub fn leave(&mut self, place: &Place) {
        let Some(count) = self.joined.get_mut(&place.topic) else {
            return;
        };
        *count -= 1;
        if *count == 0 {
            self.joined.remove(&place.topic);
            self.wanted[usize::from(place.partition)] -= 1;
        }
    }

    /// The name of a topic, if it is joined.
    pub fn find(&self, topic: &str) -> Option<Arc<str>> {
        self.joined.get_key_value(topic).map(|(name, _)| name.clone())
    }

    pub fn is_heard(&self, partition: u8) -> bool {
        self.heard[usize::from(partition)]
    }

    pub fn set_heard(&mut self, partition: u8, heard: bool) {
        self.heard[usize::from(partition)] = heard;
    }

    /// The connection is gone, and with it what the server knew.
    pub fn hear_nothing(&mut self) {
        self.heard = [false; PARTITIONS];
    }

    /// Partitions that are wanted and not heard.
    pub fn missing(&self) -> Vec<u8> {
        self.partitions(|wanted, heard| wanted && !heard)
    }

    /// Partitions that are heard and not wanted any more.
    pub fn needless(&self) -> Vec<u8> {
        self.partitions(|wanted, heard| !wanted && heard)
    }

    fn partitions(&self, pick: impl Fn(bool, bool) -> bool) -> Vec<u8> {
        (0..=u8::MAX)
            .filter(|p| pick(self.wanted[usize::from(*p)] > 0, self.heard[usize::from(*p)]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_is_wanted_until_the_last_has_left() {
        let mut topics = Topics::default();
        let (first, again) = (topics.enter("t:1"), topics.enter("t:1"));
        assert_eq!(topics.missing(), [first.partition]);
        topics.set_heard(first.partition, true);
        assert!(topics.missing().is_empty());
        topics.leave(&first);
        assert!(topics.needless().is_empty() && topics.find("t:1").is_some());
        topics.leave(&again);
        assert_eq!(topics.needless(), [first.partition]);
        assert!(topics.find("t:1").is_none());
        topics.hear_nothing();
        assert!(topics.needless().is_empty());
    }
}
