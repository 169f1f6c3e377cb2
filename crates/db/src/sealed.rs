//! The column type for what is encrypted. It is made by sealing and read by opening; no other way exists to
//! put text into a sealed column.

use kit::vault::{OwnerKeys, Place, VaultError};
use sea_orm::DeriveValueType;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Encrypted bytes as the store keeps them.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct Sealed(Vec<u8>);

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl Sealed {
    /// Seals a value, as JSON, for its place.
    pub fn seal<T: Serialize + ?Sized>(
        keys: &OwnerKeys,
        place: Place<'_>,
        value: &T,
    ) -> Result<Self, VaultError> {
        let plain = serde_json::to_vec(value).map_err(|_| VaultError::CannotOpen)?;
        keys.seal(place, &plain).map(Self)
    }

    /// Opens a value sealed for that place.
    pub fn open<T: DeserializeOwned>(&self, keys: &OwnerKeys, place: Place<'_>) -> Result<T, VaultError> {
        let plain = keys.open(place, &self.0)?;
        serde_json::from_slice(&plain).map_err(|_| VaultError::CannotOpen)
    }
}
