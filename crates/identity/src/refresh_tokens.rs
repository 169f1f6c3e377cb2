//! Refresh tokens: `session.counter.mac`. Nothing of them is stored but the counter, and each is good once: the
//! session's counter moves on when it is traded in, so that an older one shows that somebody kept a copy.

use db::SessionId;
use kit::secret::same_secret;
use kit::vault::hmac_sha256;
use uuid::Uuid;

fn mac(key: &[u8; 32], session: SessionId, counter: i64) -> [u8; 32] {
    let mut message = [0; 24];
    message[..16].copy_from_slice(session.0.as_bytes());
    message[16..].copy_from_slice(&counter.to_be_bytes());
    hmac_sha256(key, &message)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The token of a session at a counter.
pub(crate) fn write(key: &[u8; 32], session: SessionId, counter: i64) -> String {
    format!(
        "{}.{counter}.{}",
        session.0.simple(),
        hex(&mac(key, session, counter))
    )
}

/// The session and the counter, if the token is one of ours.
pub(crate) fn read(key: &[u8; 32], token: &str) -> Option<(SessionId, i64)> {
    let mut parts = token.splitn(3, '.');
    let session = SessionId(Uuid::try_parse(parts.next()?).ok()?);
    let counter = parts.next()?.parse().ok()?;
    let good = hex(&mac(key, session, counter));
    same_secret(good.as_bytes(), parts.next()?.as_bytes()).then_some((session, counter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written() {
        let (key, session) = ([7; 32], SessionId::new());
        let token = write(&key, session, 41);
        assert_eq!(read(&key, &token), Some((session, 41)));
        assert_eq!(read(&[8; 32], &token), None, "another key");
    }

    proptest::proptest! {
        #[test]
        fn a_changed_token_is_refused(at in 0usize..100, to in "[0-9a-f.]") {
            let (key, session) = ([7; 32], SessionId::new());
            let token = write(&key, session, 3);
            let mut changed = token.clone();
            let at = at % token.len();
            changed.replace_range(at..=at, &to);
            proptest::prop_assert_eq!(read(&key, &changed).is_some(), changed == token);
        }

        #[test]
        fn no_text_makes_it_stumble(text in "\\PC{0,120}") {
            proptest::prop_assert_eq!(read(&[7; 32], &text), None);
        }
    }
}
