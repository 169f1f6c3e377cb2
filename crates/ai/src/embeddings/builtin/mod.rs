//! The embedding model inside the binary: all-MiniLM-L6-v2, distilled to one vector for each piece of a word.
//!
//! Where MiniLM runs six layers of attention over a text, this one looks up and adds. That is a few hundred times
//! faster and knows nothing of word order; side by side with a search for words it comes close. How the table is made
//! and how well it does: `bench/embedding` and `docs/search.md`.

mod table;
mod wordpiece;

use std::sync::LazyLock;

use table::Table;
use wordpiece::WordPiece;

/// A text's pieces beyond these do not count: what long-range models read, and enough to know what a text is about.
const MOST_PIECES: usize = 512;

/// Where it is and what it is called; the name changes whenever the same text would get another vector.
const ID: &str = "builtin/minilm-static-1";
const PROVIDER: &str = "builtin";

static VOCABULARY: &str = include_str!("../../../assets/embedding/vocabulary.txt");
static TABLE: &[u8] = include_bytes!("../../../assets/embedding/table.bin");

/// A model that needs nothing but its table.
#[derive(Debug)]
pub struct StaticModel {
    pieces: WordPiece<'static>,
    table: Table<'static>,
}

/// The model inside the binary.
pub fn builtin() -> &'static StaticModel {
    static MODEL: LazyLock<StaticModel> = LazyLock::new(|| StaticModel {
        pieces: WordPiece::new(VOCABULARY),
        table: Table::new(TABLE),
    });
    &MODEL
}

impl StaticModel {
    /// Its name: vectors of different names cannot be compared.
    pub const fn id(&self) -> &'static str {
        ID
    }

    /// Whether somebody means this one.
    pub fn is_called(&self, name: &str) -> bool {
        name == self.id() || name == self.provider()
    }

    /// Where it is, for the log of calls.
    pub const fn provider(&self) -> &'static str {
        PROVIDER
    }

    /// The rest of its name.
    pub fn name(&self) -> &'static str {
        ID.trim_start_matches(PROVIDER).trim_start_matches('/')
    }

    /// How many numbers a vector has.
    pub const fn dims(&self) -> usize {
        table::DIMS
    }

    /// A text's vector, of length one; zero for a text without a word.
    pub fn embed(&self, text: &str) -> Vec<f32> {
        self.embed_counted(text).0
    }

    /// The same, with the number of pieces that it was made of.
    pub fn embed_counted(&self, text: &str) -> (Vec<f32>, usize) {
        let mut sum = [0.0; table::DIMS];
        let mut count = 0;
        self.pieces.each(text, |piece| {
            self.table.add(piece, &mut sum);
            count += 1;
            count < MOST_PIECES
        });
        (unit(&sum), count)
    }
}

fn unit(sum: &[f32; table::DIMS]) -> Vec<f32> {
    let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
    let scale = if length > 0.0 { length.recip() } else { 0.0 };
    sum.iter().map(|x| x * scale).collect()
}

#[cfg(test)]
mod tests;
