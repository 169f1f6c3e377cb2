//! The three layers and the routes of this room, over a real store, without a network. With `TEST_POSTGRES` set
//! to the address of a server (`postgres://user@host/postgres`) every test gets a database of its own there.

#![allow(clippy::unwrap_used)] // tests are exempt

mod support;

mod accounts;
mod audit;
mod document;
mod doors;
mod members;
mod repeats;
mod sessions;
mod settings;
mod tokens;
