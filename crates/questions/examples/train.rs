//! Trains the classifier of intents: reads `training/intents.txt`, writes `src/intent/weights.bin`. The same file gives
//! the same weights. Every fifth sentence is held back first, to see how well it goes; then all are used.
//!
//! `cargo run -p questions --example train`

use std::path::Path;

use questions::intent::{BUCKETS, CLASSES, features};

/// Passes over the sentences.
const PASSES: usize = 400;
/// How far a step goes.
const STEP: f32 = 0.5;
/// How strongly weights are drawn to nothing.
const DRAW: f32 = 0.0004;
/// A weight of 1 in the file, as the classifier reads it.
const SCALE: f32 = 16.0;

type Weights = Vec<[f32; CLASSES.len()]>;

struct Sentence {
    class: usize,
    buckets: Vec<usize>,
    text: String,
}

#[allow(clippy::print_stdout, clippy::expect_used)] // a tool that a person runs
fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(folder.join("training/intents.txt")).expect("the sentences");
    let sentences: Vec<Sentence> = source.lines().filter_map(sentence).collect();
    let (held, kept): (Vec<_>, Vec<_>) = sentences.iter().enumerate().partition(|(n, _)| n % 5 == 2);
    let kept: Vec<&Sentence> = kept.into_iter().map(|(_, sentence)| sentence).collect();
    let weights = train(&kept);
    let (mut right, mut sure, mut sure_right) = (0, 0, 0);
    for (_, sentence) in &held {
        let p = likely(&weights, &sentence.buckets);
        let best = (0..CLASSES.len())
            .max_by(|a, b| p[*a].total_cmp(&p[*b]))
            .unwrap_or(0);
        let next = (0..CLASSES.len())
            .filter(|class| *class != best)
            .map(|class| p[class])
            .fold(0.0, f32::max);
        right += usize::from(best == sentence.class);
        if p[best] >= 0.7 && p[best] - next >= 0.2 {
            sure += 1;
            sure_right += usize::from(best == sentence.class);
        }
        if best != sentence.class {
            println!(
                "held: {} is {}, not {} ({:.2})",
                sentence.text, CLASSES[sentence.class], CLASSES[best], p[best]
            );
        }
    }
    println!(
        "held back {}: right {right}; sure of {sure}, of which right {sure_right}",
        held.len()
    );
    let weights = train(&sentences.iter().collect::<Vec<_>>());
    let byte = |weight: f32| (weight * SCALE).round().clamp(-127.0, 127.0) as i8;
    let file: Vec<u8> = (0..CLASSES.len())
        .flat_map(|class| weights.iter().map(move |row| byte(row[class]).cast_unsigned()))
        .collect();
    std::fs::write(folder.join("src/intent/weights.bin"), file).expect("a writable folder");
}

fn sentence(line: &str) -> Option<Sentence> {
    let (class, text) = line.split_once('|')?;
    let class = CLASSES.iter().position(|known| *known == class)?;
    Some(Sentence {
        class,
        buckets: features(text),
        text: text.to_owned(),
    })
}

fn likely(weights: &Weights, buckets: &[usize]) -> [f32; CLASSES.len()] {
    let scale = 1.0 / (buckets.len().max(1) as f32).sqrt();
    let mut scores = weights[BUCKETS];
    for bucket in buckets {
        for (score, weight) in scores.iter_mut().zip(weights[*bucket]) {
            *score += scale * weight;
        }
    }
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let parts = scores.map(|score| (score - most).exp());
    let sum: f32 = parts.iter().sum();
    parts.map(|part| part / sum)
}

fn train(sentences: &[&Sentence]) -> Weights {
    let mut weights: Weights = vec![[0.0; CLASSES.len()]; BUCKETS + 1];
    // Rare classes count as much as common ones.
    let mut counts = [0.0_f32; CLASSES.len()];
    for sentence in sentences {
        counts[sentence.class] += 1.0;
    }
    let even = sentences.len() as f32 / CLASSES.len() as f32;
    for pass in 0..PASSES {
        let step = STEP / (1.0 + pass as f32 / 60.0);
        for sentence in sentences {
            let p = likely(&weights, &sentence.buckets);
            let scale = 1.0 / (sentence.buckets.len().max(1) as f32).sqrt();
            let weight = even / counts[sentence.class];
            for class in 0..CLASSES.len() {
                let error = weight * (f32::from(u8::from(class == sentence.class)) - p[class]);
                weights[BUCKETS][class] += step * error * 0.1;
                for bucket in &sentence.buckets {
                    let row = &mut weights[*bucket][class];
                    *row += step * (error * scale - DRAW * *row);
                }
            }
        }
    }
    weights
}
