//! Ids that follow from what they stand for, so that a payment knows its order's before the order has come, and the same
//! record is the same row however often it arrives. They are keyed hashes: nobody without the key learns what from them.

use db::ConnectorId;
use kit::vault::{KeyedHash, OwnerKeys, VaultError};
use uuid::{Builder, Uuid};

/// What an id stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Record,
    Order,
    Refund,
    Payment,
    Customer,
    Product,
}

impl Kind {
    /// The letter by which `raw_records.made` names it.
    pub const fn letter(self) -> u8 {
        match self {
            Self::Record => b'r',
            Self::Order => b'o',
            Self::Refund => b'f',
            Self::Payment => b'y',
            Self::Customer => b'c',
            Self::Product => b'p',
        }
    }
}

/// Makes the ids and the hashes of one workspace.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    ids: KeyedHash,
    words: KeyedHash,
}

impl Ids {
    pub fn new(keys: &OwnerKeys) -> Result<Self, VaultError> {
        Ok(Self {
            ids: KeyedHash::new(&keys.derive("warehouse.ids")?),
            words: KeyedHash::new(&keys.derive("warehouse.words")?),
        })
    }

    /// The id of something by its id at the source.
    pub fn of(&self, connector: ConnectorId, kind: Kind, source_id: &str) -> Uuid {
        self.under(connector, kind, "", source_id)
    }

    /// The same where ids are only different within something else.
    pub fn under(&self, connector: ConnectorId, kind: Kind, parent: &str, source_id: &str) -> Uuid {
        short(self.ids.of(&[
            connector.0.as_bytes(),
            &[kind.letter()],
            parent.as_bytes(),
            &[0],
            source_id.as_bytes(),
        ]))
    }

    /// The person behind an address, whatever shop they came to.
    pub fn person(&self, email_hash: &[u8]) -> Uuid {
        short(self.ids.of(&[b"person", email_hash]))
    }

    /// The hash by which an address or a name is found again, however it is written.
    pub fn word(&self, text: &str) -> Vec<u8> {
        let folded = text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase();
        self.words.of(&[folded.as_bytes()])[..16].to_vec()
    }

    /// The hash by which the same body is known again.
    pub fn body(&self, parts: &[&[u8]]) -> Vec<u8> {
        self.words.of(parts)[..16].to_vec()
    }
}

fn short(hash: [u8; 32]) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}
