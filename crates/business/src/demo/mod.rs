//! A demonstration shop: two years of orders that behave like a real one's, the same for the same seed and day.
//!
//! Seasons and weekdays, quantities that fall off, guests, discounts, gift cards, shipping and tax, returns some days
//! later, cancelled and test orders, several countries, and one country in another currency. It goes the way that every
//! other shop's data go: records, batches, the loader.

mod catalog;
mod chance;
mod fill;
mod people;
mod shop;
mod start;

pub use fill::{Filled, batches, fill};
pub use start::{FillDemo, connector_of};
