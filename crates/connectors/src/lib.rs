//! Wire formats of shops and payment services: what a connector is (its manifest), how its pages are fetched, what a
//! record of theirs is in our words, and whether a webhook is really theirs. No database.
//!
//! A [`Manifest`](manifest::Manifest) is a YAML file in `manifests/`: hosts, sign-in, streams, paging, mapping, webhooks.
//! [`Source`](source::Source) is a manifest with one shop's configuration: it checks, fetches and maps. What comes out is
//! [`canonical`]: orders with lines, refunds and payments, customers, products, payments; money in integer minor units.
//! CSV and JSONL have a room of their own ([`csv`]), and so have signatures ([`webhook`]).

pub mod canonical;
pub mod csv;
pub mod decimal;
pub mod expression;
pub mod manifest;
pub mod mapping;
pub mod money;
pub mod source;
pub mod webhook;
