//! How a message travels between nodes: who says it, about what, and what.

use uuid::Uuid;

/// Who says it, the length of the topic, the topic, the body.
pub fn write(node: Uuid, topic: &str, body: &[u8]) -> Vec<u8> {
    let mut envelope = Vec::with_capacity(18 + topic.len() + body.len());
    envelope.extend_from_slice(node.as_bytes());
    envelope.extend_from_slice(&(topic.len() as u16).to_be_bytes());
    envelope.extend_from_slice(topic.as_bytes());
    envelope.extend_from_slice(body);
    envelope
}

/// Node, topic and body; nothing where it is none of ours.
pub fn read(envelope: &[u8]) -> Option<(Uuid, &str, &[u8])> {
    let (node, rest) = envelope.split_first_chunk::<16>()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (topic, body) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
    Some((Uuid::from_bytes(*node), std::str::from_utf8(topic).ok()?, body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(topic in ".{0,40}", body in proptest::collection::vec(any::<u8>(), 0..60)) {
            let node = Uuid::from_u128(7);
            let envelope = write(node, &topic, &body);
            prop_assert_eq!(read(&envelope), Some((node, topic.as_str(), &body[..])));
        }

        #[test]
        fn strange_bytes_are_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = read(&bytes);
        }
    }
}
