//! Live updates: one WebSocket a client carries everything that changes.
//!
//! An event is written to the log in the transaction of its change (`db::events`); the bus tells the nodes. On each
//! node a scope that somebody listens to has a [`feed`]: it keeps the numbers in order (`position`), reads the log
//! where one is missing, asks who may still be here when permissions changed (`authority`), turns ids into what
//! people see (`showing`), and puts it, encoded once, into the queue of every connection (`outgoing`, bounded). A
//! `socket` carries the queue to its client. Running answers are passed on beside the events (`writing`), presence
//! and typing as ephemera (`presence`, `said`). What the bus lost is found by the `sweep`; the `clock` does the rest.
//!
//! `frames` has the protocol; docs/live.md explains it.

mod authority;
mod clock;
mod connection;
mod feed;
mod frames;
mod hub;
mod outgoing;
mod poke;
mod position;
mod presence;
mod routes;
mod said;
mod showing;
mod snapshots;
mod socket;
mod sweep;
mod writing;

pub use hub::Live;
pub use routes::routes;
