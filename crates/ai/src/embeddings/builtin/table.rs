//! The vectors of the pieces: a byte for each number, and for each piece the step that a byte counts.
//!
//! The file: for each piece in the order of the vocabulary its step (f32, little-endian), then for each piece its
//! numbers (i8). What a piece weighs in a text is in its step.

/// Numbers in a vector.
pub const DIMS: usize = 256;
const STEP: usize = size_of::<f32>();

/// Vectors by piece.
#[derive(Debug)]
pub struct Table<'a> {
    steps: &'a [u8],
    numbers: &'a [u8],
}

impl<'a> Table<'a> {
    /// Reads the file in place.
    pub fn new(file: &'a [u8]) -> Self {
        let rows = file.len() / (STEP + DIMS);
        let (steps, numbers) = file.split_at(rows * STEP);
        Self { steps, numbers }
    }

    /// Adds a piece's vector; nothing for a piece that the table lacks.
    pub fn add(&self, piece: u32, sum: &mut [f32; DIMS]) {
        let row = piece as usize;
        let (steps, _) = self.steps.as_chunks::<STEP>();
        let (rows, _) = self.numbers.as_chunks::<DIMS>();
        let (Some(step), Some(numbers)) = (steps.get(row), rows.get(row)) else {
            return;
        };
        let step = f32::from_le_bytes(*step);
        for (sum, number) in sum.iter_mut().zip(numbers) {
            *sum += step * f32::from(number.cast_signed());
        }
    }

    /// How many pieces it has.
    #[cfg(test)]
    pub fn rows(&self) -> usize {
        self.steps.len() / STEP
    }
}
