//! The one source of ids and of chance: UUIDv7 (RFC 9562), which sort by the time they were made, and secrets.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// A new id. Ids made by one process are strictly increasing.
#[allow(clippy::disallowed_methods)] // the one door to new ids
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// Random bytes from the operating system.
///
/// # Panics
/// When the operating system has no randomness to give: nothing secret can be made then, and going on
/// would mean a guessable key.
#[allow(clippy::panic)]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the operating system gave no randomness: {error}");
    }
    bytes
}

/// A random token of 256 bits in URL-safe base64 (43 characters).
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}
