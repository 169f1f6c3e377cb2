//! The warehouse: what connectors bring, raw and in our words, in tables that numbers are computed from.
//!
//! Three layers. A *raw record* is the newest body of an object at its source, sealed. The *canonical rows* (orders with
//! lines, refunds and payments, customers, products) follow from it, and are replaced as a set whenever it changes: what a
//! record does not mean any more is gone. The *index* makes them searchable.
//!
//! However often and in whatever order records arrive, the tables end up the same: ids follow from what they stand for
//! (`ids`), the newest version wins (`raw`), and what depends on other rows (a person's first order, a line's product) is
//! asked anew (`firsts`, `products`).

mod batch;
mod columns;
mod customers;
mod firsts;
mod forget;
mod ids;
mod load;
mod orders;
mod payments;
mod products;
mod raw;
mod rows;
mod sums;
mod values;

pub use batch::{Batch, Loaded, Report, Role};
pub use forget::{forget_connector, redact_customer};
pub use load::{load, set_role};
pub use values::{calendar, value_pairs};

pub(crate) use firsts::for_all_sql as firsts_sql;
pub(crate) use ids::{Ids, Kind};
pub(crate) use load::{changed, lock_of};
pub(crate) use rows::statement;
pub(crate) use values::{Kept, names};
