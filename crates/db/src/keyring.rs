//! The owners' data keys: wrapped in the store, unwrapped in memory, opened once.

use std::collections::HashMap;
use std::sync::Arc;

use kit::clock::Clock;
use kit::vault::{MasterKeys, OwnerKeys, Place, VaultError};
use parking_lot::RwLock;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::entity::{data_keys, instance};
use crate::{Db, DbError, Tx};

/// The owner of what belongs to the installation as a whole.
pub const INSTANCE: Uuid = Uuid::nil();

const CANARY: Place<'static> = Place {
    column: "instance.canary",
    row: INSTANCE,
};
const CANARY_TEXT: &[u8] = b"Tributary's canary";

/// Opens and makes data keys.
#[derive(Clone, Debug)]
pub struct Keyring {
    master: Arc<RwLock<MasterKeys>>,
    open: Arc<RwLock<HashMap<Uuid, OwnerKeys>>>,
}

impl Keyring {
    /// Opens the instance's own key and the canary sealed by it; makes both in an empty store.
    pub(crate) async fn open(
        conn: &impl ConnectionTrait,
        master: MasterKeys,
        clock: &Clock,
    ) -> Result<Self, DbError> {
        let keyring = Self {
            master: Arc::new(RwLock::new(master)),
            open: Arc::default(),
        };
        let canary = instance::Entity::find_by_id("canary").one(conn).await?;
        if let Some(row) = canary {
            let opened = match keyring.owner(conn, INSTANCE).await {
                Ok(keys) => keys.open(CANARY, &row.value).map_err(DbError::from),
                Err(error) => Err(error),
            };
            match opened {
                Ok(text) if text == CANARY_TEXT => {}
                Ok(_) | Err(DbError::Vault(_)) => return Err(DbError::WrongMasterKey),
                Err(other) => return Err(other),
            }
        } else {
            let keys = keyring.create(conn, INSTANCE, clock.now().micros()).await?;
            let value = keys.seal(CANARY, CANARY_TEXT)?;
            let row = instance::ActiveModel {
                name: Set("canary".into()),
                value: Set(value),
            };
            instance::Entity::insert(row).exec_without_returning(conn).await?;
        }
        Ok(keyring)
    }

    async fn create(&self, conn: &impl ConnectionTrait, owner: Uuid, at: i64) -> Result<OwnerKeys, DbError> {
        let wrapped = self.master.read().new_data_key(owner, 1)?;
        let keys = self.master.read().open_owner(owner, [(1, &wrapped[..])])?;
        let row = data_keys::ActiveModel {
            owner_id: Set(owner),
            number: Set(1),
            wrapped: Set(wrapped),
            created_at: Set(at),
        };
        data_keys::Entity::insert(row)
            .exec_without_returning(conn)
            .await?;
        Ok(keys)
    }

    pub(crate) async fn owner(&self, conn: &impl ConnectionTrait, owner: Uuid) -> Result<OwnerKeys, DbError> {
        if let Some(keys) = self.open.read().get(&owner) {
            return Ok(keys.clone());
        }
        let rows = data_keys::Entity::find()
            .filter(data_keys::Column::OwnerId.eq(owner))
            .all(conn)
            .await?;
        if rows.is_empty() {
            return Err(VaultError::UnknownKey(0).into());
        }
        let wrapped = rows.iter().map(|r| (r.number as u32, &r.wrapped[..]));
        let keys = self.master.read().open_owner(owner, wrapped)?;
        self.open.write().insert(owner, keys.clone());
        Ok(keys)
    }
}

impl Db {
    /// The keys of a workspace, a person or the instance.
    pub async fn keys(&self, owner: Uuid) -> Result<OwnerKeys, DbError> {
        self.keyring.owner(&self.read, owner).await
    }

    /// Makes the first key of a new owner, in the transaction that makes the owner.
    pub async fn create_keys(&self, tx: &Tx, owner: Uuid) -> Result<OwnerKeys, DbError> {
        self.keyring.create(&**tx, owner, tx.now().micros()).await
    }

    /// Destroys an owner's keys: what they sealed is unreadable for good.
    pub async fn destroy_keys(&self, tx: &Tx, owner: Uuid) -> Result<(), DbError> {
        data_keys::Entity::delete_many()
            .filter(data_keys::Column::OwnerId.eq(owner))
            .exec(&**tx)
            .await?;
        self.keyring.open.write().remove(&owner);
        Ok(())
    }

    /// Forgets an owner's keys in memory: another node has destroyed them.
    pub fn forget_keys(&self, owner: Uuid) {
        self.keyring.open.write().remove(&owner);
    }

    /// Wraps every data key by a fresh master key and gives every owner a fresh data key to seal with; the old
    /// ones still open. `save` stores the master keys and is called twice: before the rows change, with the old
    /// and the new key, and after, with the new alone, so that a crash in between leaves a store that opens.
    pub async fn rotate_keys(
        &self,
        save: impl Fn(&MasterKeys) -> Result<(), VaultError> + Send,
    ) -> Result<usize, DbError> {
        let tx = self.write().await?;
        let rows = data_keys::Entity::find().all(&*tx).await?;
        {
            let mut master = self.keyring.master.write();
            master.add();
            save(&master)?;
        }
        let mut newest: HashMap<Uuid, i32> = HashMap::new();
        for row in &rows {
            let number = newest.entry(row.owner_id).or_default();
            *number = (*number).max(row.number);
            let wrapped = self
                .keyring
                .master
                .read()
                .rewrap(row.owner_id, row.number as u32, &row.wrapped)?;
            let mut change: data_keys::ActiveModel = row.clone().into();
            change.wrapped = Set(wrapped);
            change.update(&*tx).await?;
        }
        for (owner, number) in &newest {
            let number = number + 1;
            let row = data_keys::ActiveModel {
                owner_id: Set(*owner),
                number: Set(number),
                wrapped: Set(self.keyring.master.read().new_data_key(*owner, number as u32)?),
                created_at: Set(tx.now().micros()),
            };
            data_keys::Entity::insert(row)
                .exec_without_returning(&*tx)
                .await?;
        }
        tx.commit().await?;
        self.keyring.open.write().clear();
        let mut master = self.keyring.master.write();
        master.keep_newest();
        save(&master)?;
        Ok(newest.len())
    }
}
