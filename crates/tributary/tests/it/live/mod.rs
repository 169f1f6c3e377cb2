//! The socket: what changes arrives, once, in order, at everybody who may see it and at nobody else.

mod answers;
mod corpus;
mod door;
mod following;
mod leaving;
pub mod oracle;
mod slow;
