//! Rows from before there was a chain, linked once.

use kit::clock::Timestamp;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::{Trail, chain_of};
use crate::entity::{audit, audit_heads};
use crate::{DbError, INSTANCE};

/// Rows that are read at once.
const BATCH: u64 = 1_000;

/// Links the rows of a store that has no chain yet, and writes down that and how many. Where there is one, a row
/// without a number is one that somebody put there, and stays that.
pub(crate) async fn adopt(conn: &impl ConnectionTrait, trail: &Trail, now: Timestamp) -> Result<(), DbError> {
    let heads = audit_heads::Entity::find().count(conn).await?;
    let numbered = audit::Entity::find().filter(audit::Column::Seq.is_not_null());
    if heads > 0 || numbered.count(conn).await? > 0 {
        return Ok(());
    }
    let mut heads: std::collections::BTreeMap<Uuid, audit_heads::Model> = std::collections::BTreeMap::new();
    let (mut after, mut count) = (None::<Uuid>, 0_u64);
    loop {
        let mut found = audit::Entity::find().order_by_asc(audit::Column::Id).limit(BATCH);
        if let Some(after) = after {
            found = found.filter(audit::Column::Id.gt(after));
        }
        let rows = found.all(conn).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        count += rows.len() as u64;
        for row in &rows {
            let chain = chain_of(row);
            let mut head = match heads.remove(&chain) {
                Some(head) => head,
                None => trail.hold(conn, chain).await?,
            };
            head.seq += 1;
            head.mac = trail.link(&head.mac, head.seq, row);
            let change = audit::ActiveModel {
                seq: Set(Some(head.seq)),
                mac: Set(Some(head.mac.clone())),
                ..Default::default()
            };
            audit::Entity::update_many()
                .set(change)
                .filter(audit::Column::Id.eq(row.id))
                .exec(conn)
                .await?;
            heads.insert(chain, head);
        }
    }
    let mut own = match heads.remove(&INSTANCE) {
        Some(head) => head,
        None => trail.hold(conn, INSTANCE).await?,
    };
    let began = audit::Model {
        id: kit::ids::new_id(),
        workspace_id: None,
        actor_id: None,
        action: "audit.began".to_owned(),
        target: "trail".to_owned(),
        address: std::net::Ipv4Addr::UNSPECIFIED.to_string(),
        details: serde_json::json!({ "rows_before": count }).to_string(),
        at: now.micros(),
        seq: None,
        mac: None,
    };
    own.seq += 1;
    own.mac = trail.link(&own.mac, own.seq, &began);
    let mut row: audit::ActiveModel = began.into();
    row.seq = Set(Some(own.seq));
    row.mac = Set(Some(own.mac.clone()));
    audit::Entity::insert(row).exec_without_returning(conn).await?;
    heads.insert(INSTANCE, own);
    for head in heads.values() {
        trail.advance(conn, head).await?;
    }
    Ok(())
}
