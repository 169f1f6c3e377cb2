//! The arithmetic: weights in eight bits, and the two products that the model spends its time in.
//!
//! Every weight is held as eight bits with one scale for 32 of them. Writing a word multiplies in whole
//! numbers; reading a prompt widens two rows at a time and multiplies them with four tokens, because then the
//! widening is shared. `pulp` picks the processor's instructions when the program runs, so the binary needs
//! no special build and this code needs no `unsafe`.

use std::io::{BufRead, Seek};

use pulp::{Arch, Simd, WithSimd};

use super::BuiltinError;
use super::gguf::{BLOCK, Gguf};

/// Rows and tokens that the product of many tokens takes at once: 8 sums, which fit in 16 registers.
const TILE_ROWS: usize = 2;
const TILE_TOKENS: usize = 4;

/// All weights of a model. Two large pieces of memory, so that the system gets them back when they are freed.
#[derive(Debug, Default)]
pub(super) struct Store {
    weights: Vec<i8>,
    scales: Vec<f32>,
}

/// One matrix in the store.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matrix {
    start: usize,
    pub(super) rows: usize,
    pub(super) cols: usize,
}

impl Store {
    /// Room for this many weights.
    pub(super) fn with_capacity(weights: usize) -> Self {
        Self {
            weights: Vec::with_capacity(weights),
            scales: Vec::with_capacity(weights / BLOCK),
        }
    }

    /// Reads a matrix.
    pub(super) fn load<R: BufRead + Seek>(
        &mut self,
        gguf: &mut Gguf<R>,
        name: &str,
        rows: usize,
        cols: usize,
    ) -> Result<Matrix, BuiltinError> {
        let info = gguf.tensor(name, rows, cols)?;
        let start = self.weights.len();
        let arch = Arch::new();
        gguf.each_block(&info, |block| self.push(arch, block))?;
        Ok(Matrix { start, rows, cols })
    }

    fn push(&mut self, arch: Arch, block: &[f32; BLOCK]) {
        let mut weights = [0; BLOCK];
        let scale = arch.dispatch(
            #[inline(always)]
            || quantise(block, &mut weights),
        );
        self.scales.push(scale);
        self.weights.extend(weights);
    }

    fn parts(&self, matrix: Matrix) -> (&[i8], &[f32]) {
        let end = matrix.start + matrix.rows * matrix.cols;
        (
            &self.weights[matrix.start..end],
            &self.scales[matrix.start / BLOCK..end / BLOCK],
        )
    }

    /// One row, widened.
    pub(super) fn row(&self, matrix: Matrix, row: usize, out: &mut [f32]) {
        let (weights, scales) = self.parts(matrix);
        let from = row * matrix.cols;
        widen(
            &weights[from..from + matrix.cols],
            &scales[from / BLOCK..(from + matrix.cols) / BLOCK],
            out,
        );
    }

    /// `out[row] = Σ matrix[row][col] · x[col]`, with `x` rounded to eight bits: what writing a word takes.
    pub(super) fn multiply_one(&self, arch: Arch, matrix: Matrix, x: &[f32], out: &mut [f32]) {
        let (weights, scales) = self.parts(matrix);
        let mut quants = vec![0; x.len()];
        let mut x_scales = vec![0.0; x.len() / BLOCK];
        arch.dispatch(
            #[inline(always)]
            || {
                let blocks = x
                    .as_chunks::<BLOCK>()
                    .0
                    .iter()
                    .zip(quants.as_chunks_mut::<BLOCK>().0);
                for ((block, to), scale) in blocks.zip(&mut x_scales) {
                    *scale = quantise(block, to);
                }
                multiply_one(weights, scales, &quants, &x_scales, out);
            },
        );
    }

    /// `out[token][row] = Σ matrix[row][col] · x[token][col]` for every token of `x`, without rounding. What it
    /// gives for a token does not depend on which others are there.
    pub(super) fn multiply_many(&self, arch: Arch, matrix: Matrix, x: &[f32], out: &mut [f32]) {
        let (weights, scales) = self.parts(matrix);
        arch.dispatch(MultiplyMany {
            weights,
            scales,
            x,
            matrix,
            out,
        });
    }
}

/// Rounds a block to eight bits; answers the scale.
#[inline(always)]
#[allow(clippy::inline_always)] // inlined into code that `pulp` compiles for the processor
fn quantise(block: &[f32; BLOCK], out: &mut [i8; BLOCK]) -> f32 {
    let largest = block.iter().fold(0f32, |max, x| max.max(x.abs()));
    let scale = largest / 127.0;
    let inverse = if scale > 0.0 { scale.recip() } else { 0.0 };
    for (to, x) in out.iter_mut().zip(block) {
        *to = (x * inverse).round_ties_even() as i8;
    }
    scale
}

#[inline(always)]
#[allow(clippy::inline_always)] // inlined into code that `pulp` compiles for the processor
fn widen(weights: &[i8], scales: &[f32], out: &mut [f32]) {
    let blocks = out
        .as_chunks_mut::<BLOCK>()
        .0
        .iter_mut()
        .zip(weights.as_chunks::<BLOCK>().0);
    for ((to, block), scale) in blocks.zip(scales) {
        for (to, weight) in to.iter_mut().zip(block) {
            *to = f32::from(*weight) * scale;
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always)] // inlined into code that `pulp` compiles for the processor
fn multiply_one(weights: &[i8], scales: &[f32], x: &[i8], x_scales: &[f32], out: &mut [f32]) {
    let rows = weights
        .chunks_exact(x.len())
        .zip(scales.chunks_exact(x_scales.len()));
    for (to, (row, row_scales)) in out.iter_mut().zip(rows) {
        let mut sum = 0f32;
        let blocks = row.as_chunks::<BLOCK>().0.iter().zip(x.as_chunks::<BLOCK>().0);
        for ((a, b), (scale_a, scale_b)) in blocks.zip(row_scales.iter().zip(x_scales)) {
            let mut whole = 0i32;
            for (a, b) in a.iter().zip(b) {
                whole += i32::from(*a) * i32::from(*b);
            }
            sum += whole as f32 * (scale_a * scale_b);
        }
        *to = sum;
    }
}

struct MultiplyMany<'a> {
    weights: &'a [i8],
    scales: &'a [f32],
    x: &'a [f32],
    matrix: Matrix,
    out: &'a mut [f32],
}

impl WithSimd for MultiplyMany<'_> {
    type Output = ();

    #[inline(always)]
    #[allow(clippy::inline_always)] // as above
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            weights,
            scales,
            x,
            matrix: Matrix { rows, cols, .. },
            out,
        } = self;
        let mut wide = vec![0.0; TILE_ROWS * cols];
        let tiles = weights
            .chunks(TILE_ROWS * cols)
            .zip(scales.chunks(TILE_ROWS * cols / BLOCK));
        for (tile_at, (tile, tile_scales)) in tiles.enumerate() {
            widen(tile, tile_scales, &mut wide);
            let row = tile_at * TILE_ROWS;
            let whole_tile = tile.len() == TILE_ROWS * cols;
            let tokens = x
                .chunks(TILE_TOKENS * cols)
                .zip(out.chunks_mut(TILE_TOKENS * rows));
            for (x, out) in tokens {
                if whole_tile && x.len() == TILE_TOKENS * cols {
                    product::<S, TILE_ROWS, TILE_TOKENS>(simd, &wide, x, (row, rows, cols), out);
                    continue;
                }
                for (x, out) in x.chunks_exact(cols).zip(out.chunks_exact_mut(rows)) {
                    for (at, wide) in wide[..tile.len()].chunks_exact(cols).enumerate() {
                        product::<S, 1, 1>(simd, wide, x, (row + at, rows, cols), out);
                    }
                }
            }
        }
    }
}

/// `R` rows times `T` tokens, with all sums in registers.
#[inline(always)]
#[allow(clippy::inline_always)] // inlined into code that `pulp` compiles for the processor
fn product<S: Simd, const R: usize, const T: usize>(
    simd: S,
    wide: &[f32],
    x: &[f32],
    (row, rows, cols): (usize, usize, usize),
    out: &mut [f32],
) {
    let mut sums = [[simd.splat_f32s(0.0); T]; R];
    let mut lines: [&[S::f32s]; R] = [&[]; R];
    let mut tokens: [&[S::f32s]; T] = [&[]; T];
    for (r, line) in lines.iter_mut().enumerate() {
        *line = S::as_simd_f32s(&wide[r * cols..(r + 1) * cols]).0;
    }
    for (t, token) in tokens.iter_mut().enumerate() {
        *token = S::as_simd_f32s(&x[t * cols..(t + 1) * cols]).0;
    }
    let steps = lines[0].len();
    for line in &mut lines {
        *line = &line[..steps];
    }
    for token in &mut tokens {
        *token = &token[..steps];
    }
    for at in 0..steps {
        for r in 0..R {
            for t in 0..T {
                sums[r][t] = simd.mul_add_e_f32s(lines[r][at], tokens[t][at], sums[r][t]);
            }
        }
    }
    for (r, sums) in sums.iter().enumerate() {
        for (t, sum) in sums.iter().enumerate() {
            out[t * rows + row + r] = simd.reduce_sum_f32s(*sum);
        }
    }
}

/// Attention of one head and one token over everything before it.
pub(super) struct Attend<'a> {
    /// The question.
    pub(super) query: &'a [f32],
    /// Keys and values of all tokens up to this one, `query.len()` numbers each.
    pub(super) keys: &'a [f32],
    pub(super) values: &'a [f32],
    /// Where the result goes, `query.len()` numbers.
    pub(super) out: &'a mut [f32],
}

impl WithSimd for Attend<'_> {
    type Output = ();

    #[inline(always)]
    #[allow(clippy::inline_always)] // as above
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            query,
            keys,
            values,
            out,
        } = self;
        let scale = (query.len() as f32).sqrt().recip();
        let wide_query = S::as_simd_f32s(query).0;
        let mut shares = Vec::with_capacity(keys.len() / query.len());
        let mut largest = f32::NEG_INFINITY;
        for key in keys.chunks_exact(query.len()) {
            let mut sum = simd.splat_f32s(0.0);
            for (a, b) in wide_query.iter().zip(S::as_simd_f32s(key).0) {
                sum = simd.mul_add_e_f32s(*a, *b, sum);
            }
            let share = simd.reduce_sum_f32s(sum) * scale;
            largest = largest.max(share);
            shares.push(share);
        }
        let mut total = 0.0;
        for share in &mut shares {
            *share = (*share - largest).exp();
            total += *share;
        }
        out.fill(0.0);
        let wide_out = S::as_mut_simd_f32s(out).0;
        for (share, value) in shares.iter().zip(values.chunks_exact(query.len())) {
            let share = simd.splat_f32s(share / total);
            for (to, value) in wide_out.iter_mut().zip(S::as_simd_f32s(value).0) {
                *to = simd.mul_add_e_f32s(share, *value, *to);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(seed: u32, len: usize) -> Vec<f32> {
        let mut state = seed;
        (0..len)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 8_388_608.0 - 1.0
            })
            .collect()
    }

    #[test]
    fn both_products_are_the_plain_product() {
        let (rows, cols, tokens) = (7, 96, 6);
        let plain = numbers(1, rows * cols);
        let mut store = Store::with_capacity(plain.len());
        plain
            .as_chunks::<BLOCK>()
            .0
            .iter()
            .for_each(|block| store.push(Arch::new(), block));
        let matrix = Matrix { start: 0, rows, cols };
        let x = numbers(2, tokens * cols);
        let mut many = vec![0.0; tokens * rows];
        store.multiply_many(Arch::new(), matrix, &x, &mut many);
        for token in 0..tokens {
            let x = &x[token * cols..(token + 1) * cols];
            let mut one = vec![0.0; rows];
            store.multiply_one(Arch::new(), matrix, x, &mut one);
            for row in 0..rows {
                let expected: f32 = plain[row * cols..(row + 1) * cols]
                    .iter()
                    .zip(x)
                    .map(|(a, b)| a * b)
                    .sum();
                assert!((one[row] - expected).abs() < 0.15, "{} {expected}", one[row]);
                assert!((many[token * rows + row] - expected).abs() < 0.1);
            }
        }
    }

    #[test]
    fn attention_is_an_average_that_prefers_the_like() {
        let query: Vec<f32> = (0..8).map(|n| if n == 3 { 40.0 } else { 0.0 }).collect();
        let keys: Vec<f32> = (0..24).map(|n| if n == 8 + 3 { 10.0 } else { 0.0 }).collect();
        let values: Vec<f32> = (0..24).map(|n| (n / 8) as f32).collect();
        let mut out = vec![9.0; 8];
        Arch::new().dispatch(Attend {
            query: &query,
            keys: &keys,
            values: &values,
            out: &mut out,
        });
        assert!(out.iter().all(|x| (x - 1.0).abs() < 1e-5), "{out:?}");
        let flat = vec![0.0; 8];
        Arch::new().dispatch(Attend {
            query: &flat,
            keys: &keys,
            values: &values,
            out: &mut out,
        });
        assert!(out.iter().all(|x| (x - 1.0).abs() < 1e-5), "{out:?}");
    }

    #[test]
    fn nothing_stays_nothing() {
        let mut out = [1; BLOCK];
        assert!(quantise(&[0.0; BLOCK], &mut out).abs() < f32::EPSILON);
        assert_eq!(out, [0; BLOCK]);
    }
}
