//! Encryption at rest. One master key wraps a data key for each owner (a workspace or a person); a data
//! key seals what that owner stores. AES-256-GCM throughout (NIST SP 800-38D) with a random 96-bit nonce.
//!
//! A sealed value is `version (1) ‖ key number (4, big endian) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. The
//! identity of the row is bound in as associated data, so that a value moved to another row does not open.
//! Deleting an owner's wrapped key makes everything it sealed unreadable for good.

mod backups;
pub mod segments;

pub use backups::passphrase_keys;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::ids::random_bytes;

const VERSION: u8 = 1;
const NONCE: usize = 12;
const HEADER: usize = 1 + 4 + NONCE;

/// Why something could not be opened or a key not be used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The bytes are damaged, were moved from another row, or were sealed by another key.
    #[error("the sealed value cannot be opened with this key")]
    CannotOpen,
    /// The value names a key that is not in the ring.
    #[error("the value was sealed by key {0}, which is not here")]
    UnknownKey(u32),
    /// The master key's text is not what it should be.
    #[error("the master key is not usable: {0}")]
    BadMasterKey(String),
    /// The key file cannot be read or written.
    #[error("the key file {path}: {cause}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
}

/// Names the row and column that a sealed value belongs to; it opens nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Table and column, such as `messages.body`.
    pub column: &'a str,
    /// The row.
    pub row: Uuid,
}

impl Place<'_> {
    fn associated_data(&self, owner: Uuid) -> Vec<u8> {
        let mut data = Vec::with_capacity(self.column.len() + 33);
        data.extend_from_slice(owner.as_bytes());
        data.extend_from_slice(self.row.as_bytes());
        data.extend_from_slice(self.column.as_bytes());
        data
    }
}

fn seal_with(cipher: &Aes256Gcm, number: u32, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let nonce: [u8; NONCE] = random_bytes();
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad })
        .map_err(|_| VaultError::CannotOpen)?;
    let mut out = Vec::with_capacity(HEADER + sealed.len());
    out.push(VERSION);
    out.extend_from_slice(&number.to_be_bytes());
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&sealed);
    Ok(out)
}

fn open_with(cipher: &Aes256Gcm, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
    let nonce: [u8; NONCE] = sealed
        .get(5..HEADER)
        .and_then(|n| n.try_into().ok())
        .ok_or(VaultError::CannotOpen)?;
    cipher
        .decrypt(
            &Nonce::from(nonce),
            Payload {
                msg: &sealed[HEADER..],
                aad,
            },
        )
        .map_err(|_| VaultError::CannotOpen)
}

/// Which key sealed this value.
pub fn key_number(sealed: &[u8]) -> Result<u32, VaultError> {
    match sealed {
        [VERSION, a, b, c, d, ..] => Ok(u32::from_be_bytes([*a, *b, *c, *d])),
        _ => Err(VaultError::CannotOpen),
    }
}

/// A data key, ready to seal and still there to derive from.
type DataKey = (Aes256Gcm, Zeroizing<[u8; 32]>);

/// An owner's keys, unwrapped, in memory only. The highest number seals; all of them open.
#[derive(Clone)]
pub struct OwnerKeys {
    owner: Uuid,
    keys: Arc<BTreeMap<u32, DataKey>>,
}

impl std::fmt::Debug for OwnerKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnerKeys")
            .field("owner", &self.owner)
            .finish_non_exhaustive()
    }
}

impl OwnerKeys {
    /// Whose they are.
    pub const fn owner(&self) -> Uuid {
        self.owner
    }

    fn current(&self) -> Result<(u32, &Aes256Gcm), VaultError> {
        let (number, (cipher, _)) = self.keys.last_key_value().ok_or(VaultError::UnknownKey(0))?;
        Ok((*number, cipher))
    }

    /// Seals bytes for one place.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (number, cipher) = self.current()?;
        seal_with(cipher, number, &place.associated_data(self.owner), plain)
    }

    /// Opens what was sealed for that place.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let number = key_number(sealed)?;
        let (cipher, _) = self.keys.get(&number).ok_or(VaultError::UnknownKey(number))?;
        open_with(cipher, &place.associated_data(self.owner), sealed)
    }

    /// A key derived for another purpose (signing, keyed hashes), from the owner's first key, so that it
    /// stays when the owner's keys rotate.
    pub fn derive(&self, purpose: &str) -> Result<[u8; 32], VaultError> {
        let (_, (_, key)) = self.keys.first_key_value().ok_or(VaultError::UnknownKey(0))?;
        Ok(hmac_sha256(&key[..], purpose.as_bytes()))
    }
}

/// HMAC-SHA-256 (RFC 2104).
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of every length, so the only error of this constructor cannot occur.
    Hmac::<Sha256>::new_from_slice(key).map_or([0; 32], |mut mac| {
        mac.update(message);
        mac.finalize().into_bytes().into()
    })
}

/// HMAC-SHA-256 with a key that was prepared once, for many short messages.
#[derive(Clone)]
pub struct KeyedHash(Option<Hmac<Sha256>>);

impl std::fmt::Debug for KeyedHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyedHash")
    }
}

impl KeyedHash {
    /// With this key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Hmac::<Sha256>::new_from_slice(key).ok())
    }

    /// The hash of a message that is given in parts.
    pub fn of(&self, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC takes keys of every length, so there is always one.
        self.0.clone().map_or([0; 32], |mut mac| {
            for part in parts {
                mac.update(part);
            }
            mac.finalize().into_bytes().into()
        })
    }
}

/// SHA-256 (FIPS 180-4), for tokens that are random enough to need no salt.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The master keys: the last one wraps, all of them unwrap. The number is part of what is wrapped.
pub struct MasterKeys {
    keys: BTreeMap<u32, Zeroizing<[u8; 32]>>,
}

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKeys({} keys)", self.keys.len())
    }
}

impl MasterKeys {
    /// One fresh key, number 1.
    pub fn generate() -> Self {
        Self {
            keys: BTreeMap::from([(1, Zeroizing::new(random_bytes()))]),
        }
    }

    /// Reads lines of `number:base64 of 32 bytes`; a bare base64 is number 1. Short, long or doubled keys
    /// are refused: a malformed key must stop the start, not weaken what is stored later.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let bad = |why: &str| VaultError::BadMasterKey(why.to_owned());
        let mut keys = BTreeMap::new();
        for line in text
            .lines()
            .map(str::trim)
            .filter(|l| !l.is_empty() && !l.starts_with('#'))
        {
            let (number, key) = line.split_once(':').unwrap_or(("1", line));
            let number: u32 = number
                .trim()
                .parse()
                .map_err(|_| bad("a key's number is not a number"))?;
            let bytes = Zeroizing::new(STANDARD.decode(key.trim()).map_err(|_| bad("it is not base64"))?);
            let key: [u8; 32] = bytes
                .as_slice()
                .try_into()
                .map_err(|_| bad("it must be exactly 32 bytes in base64"))?;
            if keys.insert(number, Zeroizing::new(key)).is_some() {
                return Err(bad("two keys have the same number"));
            }
        }
        if keys.is_empty() {
            Err(bad("it is empty"))
        } else {
            Ok(Self { keys })
        }
    }

    /// The lines that [`MasterKeys::parse`] reads.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = String::from(
            "# Tributary's master keys. Whoever has this file can read the store; without it nobody can.\n",
        );
        for (number, key) in &self.keys {
            let _ = writeln!(text, "{number}:{}", STANDARD.encode(&key[..]));
        }
        Zeroizing::new(text)
    }

    /// Reads the file; makes it with a fresh key, readable by its owner alone, if it is not there and
    /// `create` allows it.
    pub fn load_or_create(path: &Path, create: bool) -> Result<Self, VaultError> {
        let failed = |cause| VaultError::File {
            path: path.display().to_string(),
            cause,
        };
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&Zeroizing::new(text)),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound && create => {
                let keys = Self::generate();
                keys.save(path)?;
                Ok(keys)
            }
            Err(cause) => Err(failed(cause)),
        }
    }

    /// Writes the file in one step, mode 0600.
    pub fn save(&self, path: &Path) -> Result<(), VaultError> {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let failed = |cause| VaultError::File {
            path: path.display().to_string(),
            cause,
        };
        let fresh = path.with_extension("new");
        let _ = std::fs::remove_file(&fresh);
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&fresh)
            .map_err(failed)?;
        file.write_all(self.to_text().as_bytes()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        std::fs::rename(&fresh, path).map_err(failed)
    }

    /// Adds a fresh key, which wraps from now on.
    pub fn add(&mut self) {
        let next = self.keys.last_key_value().map_or(1, |(n, _)| n + 1);
        self.keys.insert(next, Zeroizing::new(random_bytes()));
    }

    /// Forgets every key but the newest.
    pub fn keep_newest(&mut self) {
        if let Some((number, key)) = self.keys.pop_last() {
            self.keys = BTreeMap::from([(number, key)]);
        }
    }

    /// A fresh data key, wrapped for this owner and number.
    pub fn new_data_key(&self, owner: Uuid, number: u32) -> Result<Vec<u8>, VaultError> {
        let key: Zeroizing<[u8; 32]> = Zeroizing::new(random_bytes());
        self.wrap(owner, number, &key)
    }

    fn wrap(&self, owner: Uuid, number: u32, key: &[u8; 32]) -> Result<Vec<u8>, VaultError> {
        let (master, bytes) = self.keys.last_key_value().ok_or(VaultError::UnknownKey(0))?;
        let cipher = Aes256Gcm::new((&**bytes).into());
        seal_with(&cipher, *master, &wrapping_data(owner, number), key)
    }

    fn unwrap(&self, owner: Uuid, number: u32, wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let master = key_number(wrapped)?;
        let bytes = self.keys.get(&master).ok_or(VaultError::UnknownKey(master))?;
        let cipher = Aes256Gcm::new((&**bytes).into());
        let key = Zeroizing::new(open_with(&cipher, &wrapping_data(owner, number), wrapped)?);
        key.as_slice()
            .try_into()
            .map(Zeroizing::new)
            .map_err(|_| VaultError::CannotOpen)
    }

    /// The same data key, wrapped by the newest master key.
    pub fn rewrap(&self, owner: Uuid, number: u32, wrapped: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.wrap(owner, number, &*self.unwrap(owner, number, wrapped)?)
    }

    /// An owner's keys, from their wrapped rows.
    pub fn open_owner<'a>(
        &self,
        owner: Uuid,
        wrapped: impl IntoIterator<Item = (u32, &'a [u8])>,
    ) -> Result<OwnerKeys, VaultError> {
        let mut keys = BTreeMap::new();
        for (number, bytes) in wrapped {
            let key = self.unwrap(owner, number, bytes)?;
            keys.insert(number, (Aes256Gcm::new((&*key).into()), key));
        }
        Ok(OwnerKeys {
            owner,
            keys: Arc::new(keys),
        })
    }
}

fn wrapping_data(owner: Uuid, number: u32) -> Vec<u8> {
    let mut data = b"data_keys.wrapped".to_vec();
    data.extend_from_slice(owner.as_bytes());
    data.extend_from_slice(&number.to_be_bytes());
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::new_id;

    fn keys(master: &MasterKeys, owner: Uuid) -> OwnerKeys {
        let wrapped = master.new_data_key(owner, 1).unwrap();
        master.open_owner(owner, [(1, &wrapped[..])]).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_only_in_its_place() {
        let master = MasterKeys::generate();
        let (owner, row) = (new_id(), new_id());
        let ring = keys(&master, owner);
        let place = Place {
            column: "messages.body",
            row,
        };
        let sealed = ring.seal(place, b"hello").unwrap();
        assert_eq!(ring.open(place, &sealed).unwrap(), b"hello");
        assert!(!sealed.windows(5).any(|w| w == b"hello"));
        assert!(
            ring.open(
                Place {
                    column: "messages.body",
                    row: new_id()
                },
                &sealed
            )
            .is_err()
        );
        assert!(
            ring.open(
                Place {
                    column: "threads.title",
                    row
                },
                &sealed
            )
            .is_err()
        );
        assert!(keys(&master, new_id()).open(place, &sealed).is_err());
        for i in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[i] ^= 1;
            assert!(ring.open(place, &damaged).is_err(), "byte {i} is not protected");
        }
        for end in 0..sealed.len() {
            assert!(ring.open(place, &sealed[..end]).is_err());
        }
    }

    #[test]
    fn rotation_keeps_the_old_readable_and_retires_the_old_key() {
        let mut master = MasterKeys::generate();
        let owner = new_id();
        let wrapped = master.new_data_key(owner, 1).unwrap();
        let place = Place {
            column: "c",
            row: owner,
        };
        let sealed = master
            .open_owner(owner, [(1, &wrapped[..])])
            .unwrap()
            .seal(place, b"x")
            .unwrap();
        master.add();
        let again = master.rewrap(owner, 1, &wrapped).unwrap();
        let second = master.new_data_key(owner, 2).unwrap();
        master.keep_newest();
        assert!(
            master.open_owner(owner, [(1, &wrapped[..])]).is_err(),
            "the old master key is gone"
        );
        let ring = master
            .open_owner(owner, [(1, &again[..]), (2, &second[..])])
            .unwrap();
        assert_eq!(ring.open(place, &sealed).unwrap(), b"x");
        assert_eq!(key_number(&ring.seal(place, b"y").unwrap()).unwrap(), 2);
    }

    #[test]
    fn malformed_master_keys_are_refused() {
        for bad in [
            "",
            "abc",
            "1:AAAA",
            "x:AAAA",
            &format!("1:{0}\n1:{0}", STANDARD.encode([7; 32])),
        ] {
            assert!(MasterKeys::parse(bad).is_err(), "{bad}");
        }
        let keys = MasterKeys::generate();
        assert_eq!(
            *MasterKeys::parse(&keys.to_text()).unwrap().to_text(),
            *keys.to_text()
        );
    }
}
