//! Names of what alerts are about, and short words for numbers.

use std::collections::HashMap;
use std::net::IpAddr;

use db::entity::users;
use db::{DbError, UserId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::Ops;

/// What people are called.
pub async fn names(ops: &Ops, ids: Vec<UserId>) -> Result<HashMap<UserId, String>, DbError> {
    let rows = users::Entity::find()
        .filter(users::Column::Id.is_in(ids))
        .all(ops.db().read())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.full_name)).collect())
}

/// The network of an address: of the older kind the first three numbers, of the newer one the first three groups.
pub fn network(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Ok(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => network(&v4.to_string()),
            None => {
                let [a, b, c, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}::/48")
            }
        },
        Err(_) => address.to_owned(),
    }
}

/// What a browser calls itself, without the numbers that change with each of its versions.
pub fn browser(agent: &str) -> String {
    let plain: String = agent
        .chars()
        .filter(|c| c.is_alphabetic() || c.is_whitespace() || *c == '/' || *c == ';')
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Dollars of millionths.
pub fn dollars(micros: f64) -> String {
    format!("${:.2}", micros / 1e6)
}

/// The oldest id of a moment: ids sort by time.
pub fn id_at(at: kit::clock::Timestamp) -> Uuid {
    let millis = u128::try_from(at.micros() / 1000).unwrap_or(0);
    Uuid::from_u128((millis << 80) | (7 << 76))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_browsers_stay_the_same_when_little_changes() {
        assert_eq!(network("203.0.113.9"), network("203.0.113.200"));
        assert_ne!(network("203.0.113.9"), network("203.0.114.9"));
        assert_eq!(network("::ffff:203.0.113.9"), "203.0.113.0/24");
        assert_eq!(network("2001:db8:1:2::3"), network("2001:db8:1:9::4"));
        let old = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let new = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0";
        assert_eq!(browser(old), browser(new));
        assert_ne!(browser(old), browser("Mozilla/5.0 (Macintosh) Safari/605"));
    }

    #[test]
    fn ids_of_later_are_larger() {
        let (early, late) = (kit::clock::Timestamp(5_000_000), kit::clock::Timestamp(6_000_000));
        assert!(id_at(early) < id_at(late));
        let now = kit::clock::Clock::system().now();
        let id = kit::ids::new_id();
        assert!(id_at(now.minus(std::time::Duration::from_secs(5))) < id);
        assert!(id < id_at(now.plus(std::time::Duration::from_secs(60))));
    }
}
