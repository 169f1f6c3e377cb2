//! The suite: a real server on a free port over a real store, driven over HTTP. `TEST_DB=postgres` with
//! `TEST_POSTGRES_URL` runs all of it on PostgreSQL; otherwise it runs on SQLite.

// A test that stumbles has failed, and its environment is the configuration.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods
)]

mod support;

mod business;
mod chat;
mod files;
mod identity;
mod live;
mod models;
mod nodes;
mod openapi;
mod operation;
mod processing;
mod rooms;
mod search;
mod security;
