//! The suite: a real server on a free port over a real store, driven over HTTP. `TEST_DB=postgres` with
//! `TEST_POSTGRES_URL` runs all of it on PostgreSQL; otherwise it runs on SQLite.

mod support;

mod chat;
mod identity;
mod models;
mod openapi;
mod operation;
mod security;
