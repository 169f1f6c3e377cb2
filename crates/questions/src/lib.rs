//! The language of business questions: from a sentence to a frame that can be computed, and from a number to words.
//! No database and no model: the same sentence with the same context gives the same frame.
//!
//! [`understand`](understand::understand) reads a sentence in English, Portuguese, Spanish, German or French: dates,
//! amounts, rankings, names from the complete index of values ([`names`]), and the words of the [`catalogue`]; then it
//! decides what is wanted (an [`Intent`](frame::Intent)) and fills a [`Frame`](frame::Frame), or asks one question back,
//! or declines with a reason. [`phrase`] writes the answer in the asker's language.

pub mod action;
mod amounts;
pub mod calendar;
pub mod catalogue;
mod cues;
mod dates;
pub mod frame;
pub mod intent;
mod language;
mod lexicon;
pub mod names;
mod pattern;
pub mod phrase;
mod reading;
pub mod search;
mod text;
pub mod understand;
mod vocabulary;
