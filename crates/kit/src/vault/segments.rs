//! Encryption of what is too long to hold in memory: objects, segment by segment.
//!
//! An object is `magic (3) ‖ version (1) ‖ key number (4, big endian) ‖ prefix (8, random)`, then segments of 64 KiB,
//! each sealed by AES-256-GCM and followed by its tag. The nonce is prefix ‖ position (4, big endian). Owner, name,
//! position and whether it is the last are bound in as associated data: a segment that was cut off, moved, doubled or
//! brought from another object does not open (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár). The
//! key of an object is derived from the owner's, its prefix and its name, so that no two objects share nonces.

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{OwnerKeys, VaultError, hmac_sha256};
use crate::ids::random_bytes;

const MAGIC: [u8; 3] = *b"TRB";
const VERSION: u8 = 1;
const PREFIX: usize = 8;

/// Bytes in front of the first segment.
pub const HEADER: usize = 3 + 1 + 4 + PREFIX;
/// Bytes of a segment before it is sealed; only the last one may have fewer.
pub const SEGMENT: usize = 64 * 1024;
/// Bytes that sealing adds to each segment.
pub const TAG: usize = 16;

/// Seals and opens the segments of one object.
pub struct Segments {
    cipher: Aes256Gcm,
    number: u32,
    prefix: [u8; PREFIX],
    owner: Uuid,
    name: String,
}

impl std::fmt::Debug for Segments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Segments").finish_non_exhaustive()
    }
}

impl OwnerKeys {
    /// For a new object of this name.
    pub fn seal_segments(&self, name: &str) -> Result<Segments, VaultError> {
        let number = self.current()?.0;
        self.segments(number, random_bytes(), name)
    }

    /// For the object of this name that begins with this header.
    pub fn open_segments(&self, name: &str, header: &[u8]) -> Result<Segments, VaultError> {
        let (magic, rest) = header.split_at_checked(3).ok_or(VaultError::CannotOpen)?;
        let [VERSION, a, b, c, d, prefix @ ..] = rest else {
            return Err(VaultError::CannotOpen);
        };
        if magic != MAGIC {
            return Err(VaultError::CannotOpen);
        }
        let prefix = prefix.try_into().map_err(|_| VaultError::CannotOpen)?;
        self.segments(u32::from_be_bytes([*a, *b, *c, *d]), prefix, name)
    }

    fn segments(&self, number: u32, prefix: [u8; PREFIX], name: &str) -> Result<Segments, VaultError> {
        let (_, key) = self.keys.get(&number).ok_or(VaultError::UnknownKey(number))?;
        let mut purpose = b"objects".to_vec();
        purpose.extend_from_slice(&prefix);
        purpose.extend_from_slice(name.as_bytes());
        let key = Zeroizing::new(hmac_sha256(&key[..], &purpose));
        Ok(Segments {
            cipher: Aes256Gcm::new((&*key).into()),
            number,
            prefix,
            owner: self.owner,
            name: name.to_owned(),
        })
    }
}

impl Segments {
    /// What the object begins with.
    pub fn header(&self) -> [u8; HEADER] {
        let mut header = [0; HEADER];
        header[..3].copy_from_slice(&MAGIC);
        header[3] = VERSION;
        header[4..8].copy_from_slice(&self.number.to_be_bytes());
        header[8..].copy_from_slice(&self.prefix);
        header
    }

    /// Seals a segment where it lies; the buffer grows by [`TAG`].
    pub fn seal(&self, position: u32, is_last: bool, buffer: &mut Vec<u8>) -> Result<(), VaultError> {
        let bound = self.associated_data(position, is_last);
        self.cipher
            .encrypt_in_place(&self.nonce(position), &bound, buffer)
            .map_err(|_| VaultError::CannotOpen)
    }

    /// Opens a segment where it lies; the buffer shrinks by [`TAG`].
    pub fn open(&self, position: u32, is_last: bool, buffer: &mut Vec<u8>) -> Result<(), VaultError> {
        let bound = self.associated_data(position, is_last);
        self.cipher
            .decrypt_in_place(&self.nonce(position), &bound, buffer)
            .map_err(|_| VaultError::CannotOpen)
    }

    fn nonce(&self, position: u32) -> Nonce<aes_gcm::aes::cipher::consts::U12> {
        let mut nonce = [0; PREFIX + 4];
        nonce[..PREFIX].copy_from_slice(&self.prefix);
        nonce[PREFIX..].copy_from_slice(&position.to_be_bytes());
        Nonce::from(nonce)
    }

    fn associated_data(&self, position: u32, is_last: bool) -> Vec<u8> {
        let mut data = Vec::with_capacity(16 + 4 + 1 + self.name.len());
        data.extend_from_slice(self.owner.as_bytes());
        data.extend_from_slice(&position.to_be_bytes());
        data.push(u8::from(is_last));
        data.extend_from_slice(self.name.as_bytes());
        data
    }
}

/// How long an object of that many bytes is once it is sealed.
pub const fn sealed_size(size: u64) -> u64 {
    let segments = if size == 0 {
        1
    } else {
        size.div_ceil(SEGMENT as u64)
    };
    HEADER as u64 + size + segments * TAG as u64
}

/// How many bytes are in a sealed object of that length; none: no object is that long.
pub fn plain_size(sealed: u64) -> Option<u64> {
    let body = sealed.checked_sub(HEADER as u64)?;
    let segments = body.div_ceil((SEGMENT + TAG) as u64);
    let size = body.checked_sub(segments * TAG as u64)?;
    (sealed_size(size) == sealed).then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lengths_agree(size in 0_u64..1 << 40) {
            prop_assert_eq!(plain_size(sealed_size(size)), Some(size));
        }
    }

    #[test]
    fn an_object_is_never_of_a_length_between() {
        let edge = HEADER as u64 + (SEGMENT + TAG) as u64;
        assert_eq!(plain_size(edge), Some(SEGMENT as u64));
        for odd in [0, 15, 16, 31, edge + 1, edge + TAG as u64] {
            assert_eq!(plain_size(odd), None, "{odd}");
        }
        assert_eq!(plain_size(32), Some(0));
    }
}
