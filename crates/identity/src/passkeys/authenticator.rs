//! What an authenticator says (WebAuthn Level 3, sections 5.8.1, 6.1 and 6.5): what the browser told it, and its own
//! data with, the first time, the new key. Attestation is not asked for, so it is not looked at: who the maker of a
//! device is makes no difference here.

use kit::secret::same_secret;
use kit::vault::sha256;
use serde::Deserialize;

use super::cbor::{self, Cbor};
use super::key::Key;

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const MAY_BACK_UP: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_KEY: u8 = 1 << 6;

/// What the browser told the authenticator.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
}

/// Whether the browser says what was asked, of our page.
pub(super) fn browser_says(json: &[u8], kind: &str, challenge: &str, origin: &str) -> bool {
    serde_json::from_slice::<ClientData>(json).is_ok_and(|data| {
        data.kind == kind
            && same_secret(data.challenge.as_bytes(), challenge.as_bytes())
            && data.origin == origin
            && !data.cross_origin
    })
}

/// The challenge that a browser answers, to find what was asked.
pub(super) fn challenge_of(json: &[u8]) -> Option<String> {
    serde_json::from_slice::<ClientData>(json)
        .ok()
        .map(|data| data.challenge)
}

/// What the authenticator says of itself.
#[derive(Debug)]
pub(super) struct Spoken {
    pub sign_count: u32,
    pub backed_up: bool,
    pub new: Option<(Vec<u8>, Key)>,
}

/// Reads an authenticator's data; none unless it was made for this house, by a person who was there and was verified.
pub(super) fn spoken(data: &[u8], rp_id: &str) -> Option<Spoken> {
    let (house, rest) = data.split_at_checked(32)?;
    let (flags, rest) = rest.split_first()?;
    let (count, rest) = rest.split_at_checked(4)?;
    let needed = PRESENT | VERIFIED;
    let is_sane = flags & MAY_BACK_UP != 0 || flags & BACKED_UP == 0;
    if house != sha256(rp_id.as_bytes()) || flags & needed != needed || !is_sane {
        return None;
    }
    let new = if flags & HAS_KEY == 0 {
        None
    } else {
        Some(new_key(rest)?)
    };
    Some(Spoken {
        sign_count: u32::from_be_bytes(count.try_into().ok()?),
        backed_up: flags & BACKED_UP != 0,
        new,
    })
}

/// The maker's number, the length of the id, the id, the key.
fn new_key(bytes: &[u8]) -> Option<(Vec<u8>, Key)> {
    let (_, rest) = bytes.split_at_checked(16)?;
    let (length, rest) = rest.split_at_checked(2)?;
    let length = usize::from(u16::from_be_bytes(length.try_into().ok()?));
    let (id, rest) = rest.split_at_checked(length)?;
    let (cose, _extensions) = cbor::read(rest)?;
    (1..=1023)
        .contains(&length)
        .then(|| Key::read(&cose))
        .flatten()
        .map(|key| (id.to_vec(), key))
}

/// The authenticator's data in an attestation.
pub(super) fn data_of(attestation: &[u8]) -> Option<Vec<u8>> {
    let (object, _): (Cbor, _) = cbor::read(attestation)?;
    object.bytes("authData").map(<[u8]>::to_vec)
}
