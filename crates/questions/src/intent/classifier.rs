//! The classifier: weights that `examples/train.rs` made of the labelled sentences beside it.

use super::features::{BUCKETS, CLASSES, features};

/// A weight of 1 in the file.
const SCALE: f32 = 16.0;
/// A class is taken where it is at least so likely …
const SURE: f32 = 0.7;
/// … and so much likelier than the next.
const MARGIN: f32 = 0.2;

static WEIGHTS: &[u8] = include_bytes!("weights.bin");

/// How likely each class is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Classes(pub [f32; CLASSES.len()]);

impl Classes {
    /// The likeliest class and how likely it is.
    pub fn best(&self) -> (&'static str, f32) {
        let mut best = (CLASSES[0], self.0[0]);
        for (name, p) in CLASSES.iter().zip(self.0) {
            if p > best.1 {
                best = (*name, p);
            }
        }
        best
    }

    /// The likeliest class, if it is likely enough and the next one is far.
    pub fn sure(&self) -> Option<(&'static str, f32)> {
        let (name, p) = self.best();
        let next = CLASSES
            .iter()
            .zip(self.0)
            .filter(|(other, _)| **other != name)
            .map(|(_, p)| p)
            .fold(0.0, f32::max);
        (p >= SURE && p - next >= MARGIN).then_some((name, p))
    }
}

/// How likely each class is for a question.
pub fn classify(question: &str) -> Classes {
    let row = |class: usize, bucket: usize| {
        let weight = WEIGHTS.get(class * (BUCKETS + 1) + bucket).copied().unwrap_or(0);
        f32::from(weight.cast_signed()) / SCALE
    };
    let filled = features(question);
    let scale = 1.0 / (filled.len().max(1) as f32).sqrt();
    let mut scores = [0.0_f32; CLASSES.len()];
    for (class, score) in scores.iter_mut().enumerate() {
        // The last column is what the class has without any word.
        *score = row(class, BUCKETS) + scale * filled.iter().map(|bucket| row(class, *bucket)).sum::<f32>();
    }
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let parts = scores.map(|score| (score - most).exp());
    let sum: f32 = parts.iter().sum();
    Classes(parts.map(|part| part / sum))
}
