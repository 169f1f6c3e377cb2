//! Words of a text: found by the rules of Unicode, spelled in one way, and turned into keyed hashes.
//!
//! Two people who mean the same word seldom type the same bytes: case, accents, compatibility forms and endings differ.
//! `split` finds the words and their places, `spelling` takes case and accents away, `stems` the endings, and `tokens`
//! makes hashes of what is left, which is all that the store sees.

mod spelling;
mod split;
mod stems;
mod stops;
mod tokens;

pub use split::{Word, split};
pub use stems::{Language, languages_of, languages_of_query, stem};
pub use stops::is_stop;
pub use tokens::{Hasher, LONGEST_START, SHORTEST_START, Token};
