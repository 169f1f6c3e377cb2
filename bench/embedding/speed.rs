//! How many chunks the built-in embedding model makes into vectors in a second, on one core.
//!
//!     cargo run --release --bin embedding-speed [words a chunk, 200] [rounds, 20]
//!
//! The chunks are this repository's own docs. The model is compiled in from its source, so that no server stands
//! between it and the clock.

#[allow(dead_code)] // of the model only what makes vectors is asked
#[path = "../../crates/ai/src/embeddings/builtin/mod.rs"]
mod builtin;

use std::hint::black_box;
use std::time::Instant;

const DOCS: [&str; 5] = [
    include_str!("../../docs/architecture.md"),
    include_str!("../../docs/live.md"),
    include_str!("../../docs/operations.md"),
    include_str!("../../docs/providers.md"),
    include_str!("../../docs/security.md"),
];

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse().ok());
    let (size, rounds) = (numbers.next().unwrap_or(200), numbers.next().unwrap_or(20));
    let words: Vec<&str> = DOCS.iter().flat_map(|text| text.split_whitespace()).collect();
    let chunks: Vec<String> = words.chunks_exact(size).map(|chunk| chunk.join(" ")).collect();
    let began = Instant::now();
    let model = builtin::builtin();
    black_box(model.embed("ready"));
    println!("ready after {:.1} ms", began.elapsed().as_secs_f64() * 1e3);
    let mut times = Vec::with_capacity(rounds);
    let mut pieces = 0;
    for _ in 0..rounds {
        let began = Instant::now();
        pieces = chunks.iter().map(|chunk| black_box(model.embed_counted(chunk)).1).sum();
        times.push(began.elapsed().as_secs_f64() / chunks.len() as f64);
    }
    times.sort_by(f64::total_cmp);
    let (best, median) = (times[0], times[times.len() / 2]);
    println!(
        "{} chunks of {size} words, {} pieces each: {:.0} a second at best, {:.0} in the median of {rounds} rounds",
        chunks.len(),
        pieces / chunks.len().max(1),
        best.recip(),
        median.recip(),
    );
}
