//! Building blocks without a product: ids and clock, the vault (encryption at rest), cache, bus, rate
//! limits, objects, outgoing HTTP and mail, the conventions of the API, start and stop, measuring, logs.
//!
//! Nothing here knows a database or what Tributary is for. The doors that the rest of the house must use
//! (time, chance, new tasks, outgoing requests) are here, and `clippy.toml` closes the others.

pub mod api;
pub mod blobs;
pub mod bus;
pub mod cache;
pub mod clock;
pub mod http;
pub mod ids;
pub mod lifecycle;
pub mod limit;
pub mod mail;
pub mod measure;
pub mod secret;
pub mod telemetry;
pub mod vault;
