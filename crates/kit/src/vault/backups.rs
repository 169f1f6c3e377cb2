//! The keys of backups: derived from the master keys, or from a passphrase.

use std::collections::BTreeMap;
use std::sync::Arc;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::KeyInit;
use argon2::{Algorithm, Argon2, Params, Version};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{MasterKeys, OwnerKeys, VaultError, hmac_sha256};

/// Whose keys these are: nobody's in the store.
const BACKUPS: Uuid = Uuid::from_bytes(*b"tributary backup");
const PURPOSE: &[u8] = b"tributary backups 1";

fn ring(keys: impl IntoIterator<Item = (u32, Zeroizing<[u8; 32]>)>) -> OwnerKeys {
    let keys: BTreeMap<_, _> = keys
        .into_iter()
        .map(|(number, key)| (number, (Aes256Gcm::new((&*key).into()), key)))
        .collect();
    OwnerKeys {
        owner: BACKUPS,
        keys: Arc::new(keys),
    }
}

impl MasterKeys {
    /// The keys of backups, one for each master key, under its number.
    pub fn backup_keys(&self) -> OwnerKeys {
        ring(
            self.keys
                .iter()
                .map(|(number, key)| (*number, Zeroizing::new(hmac_sha256(&key[..], PURPOSE)))),
        )
    }
}

/// The key of a backup under a passphrase: Argon2id (RFC 9106) with 64 MiB and three passes, since whoever has the
/// backup may try as often as they like. Takes a second or so.
pub fn passphrase_keys(passphrase: &str, salt: &[u8]) -> Result<OwnerKeys, VaultError> {
    let refused = |error: argon2::Error| VaultError::BadMasterKey(format!("the passphrase: {error}"));
    let params = Params::new(64 * 1024, 3, 1, Some(32)).map_err(refused)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut key[..])
        .map_err(refused)?;
    Ok(ring([(0, key)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::Place;

    const PLACE: Place<'static> = Place {
        column: "backup",
        row: BACKUPS,
    };

    #[test]
    fn a_backup_opens_with_its_own_key_alone() {
        let master = MasterKeys::generate();
        let sealed = master.backup_keys().seal(PLACE, b"x").unwrap();
        assert_eq!(master.backup_keys().open(PLACE, &sealed).unwrap(), b"x");
        assert!(MasterKeys::generate().backup_keys().open(PLACE, &sealed).is_err());
        let under = passphrase_keys("correct horse", b"a salt of its own").unwrap();
        let sealed = under.seal(PLACE, b"x").unwrap();
        let again = passphrase_keys("correct horse", b"a salt of its own").unwrap();
        assert_eq!(again.open(PLACE, &sealed).unwrap(), b"x");
        for (words, salt) in [
            ("correct hors", b"a salt of its own"),
            ("correct horse", b"a salt of another"),
        ] {
            assert!(
                passphrase_keys(words, salt)
                    .unwrap()
                    .open(PLACE, &sealed)
                    .is_err()
            );
        }
    }
}
