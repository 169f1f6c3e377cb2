//! The Llama architecture: tokens in, a score for every possible next token out.
//!
//! Thirty times: normalise, attend to what came before, normalise, think (SwiGLU). Positions are told by turning
//! pairs of numbers (RoPE); three heads of keys and values serve nine heads of questions. One thread: on a
//! machine that also serves people, a second one that waits for the first costs more than it brings (measured
//! in `docs/decisions/0003-builtin-model.md`).

use std::io::{BufRead, Seek};

use pulp::Arch;

use super::BuiltinError;
use super::gguf::Gguf;
use super::matrix::{Attend, Matrix, Store};

/// How the model is built.
#[derive(Debug, Clone, Copy)]
struct Shape {
    width: usize,
    inner: usize,
    heads: usize,
    kv_heads: usize,
    head: usize,
    vocabulary: usize,
    epsilon: f32,
}

impl Shape {
    fn kv_width(&self) -> usize {
        self.kv_heads * self.head
    }
}

#[derive(Debug)]
struct Layer {
    before_attention: Vec<f32>,
    query: Matrix,
    key: Matrix,
    value: Matrix,
    output: Matrix,
    before_thinking: Vec<f32>,
    gate: Matrix,
    up: Matrix,
    down: Matrix,
}

/// A loaded model.
#[derive(Debug)]
pub(super) struct Llama {
    shape: Shape,
    arch: Arch,
    store: Store,
    words: Matrix,
    layers: Vec<Layer>,
    last: Vec<f32>,
    /// Sine and cosine for every position and pair.
    turns: Vec<(f32, f32)>,
}

/// What the model remembers of the tokens that it read: their keys and values.
#[derive(Debug)]
pub(super) struct Memory {
    keys: Vec<f32>,
    values: Vec<f32>,
    context: usize,
    len: usize,
}

impl Memory {
    /// How many tokens were read.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Forgets all but the first tokens.
    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }
}

impl Llama {
    /// Reads the model; `context` is how many tokens it should be able to hold.
    pub(super) fn load<R: BufRead + Seek>(gguf: &mut Gguf<R>, context: usize) -> Result<Self, BuiltinError> {
        if gguf.text("general.architecture")? != "llama" {
            return Err(BuiltinError::Broken("it is not a Llama model".into()));
        }
        let (width, heads) = (
            gguf.int("llama.embedding_length")?,
            gguf.int("llama.attention.head_count")?,
        );
        let shape = Shape {
            width,
            inner: gguf.int("llama.feed_forward_length")?,
            heads,
            kv_heads: gguf.int("llama.attention.head_count_kv")?,
            head: gguf.int("llama.rope.dimension_count")?,
            vocabulary: gguf.int("llama.vocab_size")?,
            epsilon: gguf.float("llama.attention.layer_norm_rms_epsilon")?,
        };
        let sound = shape.kv_heads > 0
            && shape.heads.is_multiple_of(shape.kv_heads)
            && shape.head.is_multiple_of(32)
            && shape.heads * shape.head == width;
        if !sound {
            return Err(BuiltinError::Broken("its dimensions do not fit together".into()));
        }
        let count = gguf.int("llama.block_count")?;
        let per_layer = 2 * width * (width + shape.kv_width()) + 3 * width * shape.inner;
        let mut store = Store::with_capacity(count * per_layer + shape.vocabulary * width);
        let mut layers = Vec::with_capacity(count);
        for at in 0..count {
            let name = |part: &str| format!("blk.{at}.{part}.weight");
            let (kv, inner) = (shape.kv_width(), shape.inner);
            layers.push(Layer {
                before_attention: gguf.floats(&name("attn_norm"), width)?,
                query: store.load(gguf, &name("attn_q"), width, width)?,
                key: store.load(gguf, &name("attn_k"), kv, width)?,
                value: store.load(gguf, &name("attn_v"), kv, width)?,
                output: store.load(gguf, &name("attn_output"), width, width)?,
                before_thinking: gguf.floats(&name("ffn_norm"), width)?,
                gate: store.load(gguf, &name("ffn_gate"), inner, width)?,
                up: store.load(gguf, &name("ffn_up"), inner, width)?,
                down: store.load(gguf, &name("ffn_down"), width, inner)?,
            });
        }
        let words = store.load(gguf, "token_embd.weight", shape.vocabulary, width)?;
        let last = gguf.floats("output_norm.weight", width)?;
        let turns = turns(context, shape.head, gguf.float("llama.rope.freq_base")?);
        Ok(Self {
            shape,
            arch: Arch::new(),
            store,
            words,
            layers,
            last,
            turns,
        })
    }

    /// An empty memory. The system hands its pages out as they are used.
    pub(super) fn memory(&self) -> Memory {
        let context = self.turns.len() / (self.shape.head / 2);
        let size = self.layers.len() * self.shape.kv_width() * context;
        Memory {
            keys: vec![0.0; size],
            values: vec![0.0; size],
            context,
            len: 0,
        }
    }

    /// Reads a piece of a prompt (at least one token, no more than fit) and remembers it. Answers the scores of
    /// what may follow. However a prompt is cut into pieces, the scores are the same.
    pub(super) fn read(&self, memory: &mut Memory, tokens: &[u32]) -> Result<Vec<f32>, BuiltinError> {
        self.pass(memory, tokens, Store::multiply_many)
    }

    /// Reads the word that was just chosen.
    pub(super) fn next(&self, memory: &mut Memory, token: u32) -> Result<Vec<f32>, BuiltinError> {
        self.pass(memory, &[token], Store::multiply_one)
    }

    fn pass(
        &self,
        memory: &mut Memory,
        tokens: &[u32],
        multiply: impl Fn(&Store, Arch, Matrix, &[f32], &mut [f32]),
    ) -> Result<Vec<f32>, BuiltinError> {
        let multiply = |matrix, x: &[f32], out: &mut [f32]| multiply(&self.store, self.arch, matrix, x, out);
        let (shape, count) = (self.shape, tokens.len());
        if count == 0 || memory.len + count > memory.context {
            return Err(BuiltinError::TooLong);
        }
        let mut x = vec![0.0; count * shape.width];
        for (line, token) in x.chunks_exact_mut(shape.width).zip(tokens) {
            let row = *token as usize;
            if row >= shape.vocabulary {
                return Err(BuiltinError::Broken("a token outside of the vocabulary".into()));
            }
            self.store.row(self.words, row, line);
        }
        let mut normal = vec![0.0; x.len()];
        let mut query = vec![0.0; x.len()];
        let mut mixed = vec![0.0; x.len()];
        let mut key = vec![0.0; count * shape.kv_width()];
        let mut value = key.clone();
        let mut gate = vec![0.0; count * shape.inner];
        let mut up = gate.clone();
        for (at, layer) in self.layers.iter().enumerate() {
            self.normalise(&x, &layer.before_attention, &mut normal);
            multiply(layer.query, &normal, &mut query);
            multiply(layer.key, &normal, &mut key);
            multiply(layer.value, &normal, &mut value);
            self.turn(&mut query, shape.width, memory.len);
            self.turn(&mut key, shape.kv_width(), memory.len);
            self.remember(memory, at, &key, &value);
            self.attend(memory, at, &query, &mut mixed);
            multiply(layer.output, &mixed, &mut normal);
            add(&mut x, &normal);
            self.normalise(&x, &layer.before_thinking, &mut normal);
            multiply(layer.gate, &normal, &mut gate);
            multiply(layer.up, &normal, &mut up);
            for (gate, up) in gate.iter_mut().zip(&up) {
                *gate = *gate / (1.0 + (-*gate).exp()) * up;
            }
            multiply(layer.down, &gate, &mut normal);
            add(&mut x, &normal);
        }
        memory.len += count;
        let mut end = vec![0.0; shape.width];
        self.normalise(&x[(count - 1) * shape.width..], &self.last, &mut end);
        let mut scores = vec![0.0; shape.vocabulary];
        self.store.multiply_one(self.arch, self.words, &end, &mut scores);
        Ok(scores)
    }

    fn normalise(&self, x: &[f32], weights: &[f32], out: &mut [f32]) {
        let width = self.shape.width;
        for (from, to) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
            let mean = from.iter().map(|n| n * n).sum::<f32>() / width as f32;
            let scale = (mean + self.shape.epsilon).sqrt().recip();
            for ((to, from), weight) in to.iter_mut().zip(from).zip(weights) {
                *to = from * scale * weight;
            }
        }
    }

    /// Tells every head of every token its position.
    fn turn(&self, x: &mut [f32], width: usize, first: usize) {
        let half = self.shape.head / 2;
        for (at, token) in x.chunks_exact_mut(width).enumerate() {
            let turns = &self.turns[(first + at) * half..(first + at + 1) * half];
            for head in token.chunks_exact_mut(self.shape.head) {
                for (pair, (sin, cos)) in head.as_chunks_mut::<2>().0.iter_mut().zip(turns) {
                    let [a, b] = *pair;
                    *pair = [a * cos - b * sin, a * sin + b * cos];
                }
            }
        }
    }

    /// Where keys and values of a layer and head are, each head's in one piece.
    fn place(&self, memory: &Memory, layer: usize, kv_head: usize) -> usize {
        (layer * self.shape.kv_heads + kv_head) * memory.context * self.shape.head
    }

    fn remember(&self, memory: &mut Memory, layer: usize, key: &[f32], value: &[f32]) {
        let (head, kv_width) = (self.shape.head, self.shape.kv_width());
        for kv_head in 0..self.shape.kv_heads {
            let place = self.place(memory, layer, kv_head) + memory.len * head;
            let from = kv_head * head;
            for (at, (key, value)) in key
                .chunks_exact(kv_width)
                .zip(value.chunks_exact(kv_width))
                .enumerate()
            {
                let to = place + at * head;
                memory.keys[to..to + head].copy_from_slice(&key[from..from + head]);
                memory.values[to..to + head].copy_from_slice(&value[from..from + head]);
            }
        }
    }

    fn attend(&self, memory: &Memory, layer: usize, query: &[f32], out: &mut [f32]) {
        let (head, shared) = (self.shape.head, self.shape.heads / self.shape.kv_heads);
        for (at, (query, out)) in query
            .chunks_exact(head)
            .zip(out.chunks_exact_mut(head))
            .enumerate()
        {
            let (token, head_at) = (at / self.shape.heads, at % self.shape.heads);
            let place = self.place(memory, layer, head_at / shared);
            let end = place + (memory.len + token + 1) * head;
            let (keys, values) = (&memory.keys[place..end], &memory.values[place..end]);
            self.arch.dispatch(Attend {
                query,
                keys,
                values,
                out,
            });
        }
    }
}

fn add(to: &mut [f32], more: &[f32]) {
    for (to, more) in to.iter_mut().zip(more) {
        *to += more;
    }
}

fn turns(context: usize, head: usize, base: f32) -> Vec<(f32, f32)> {
    let pairs = head / 2;
    (0..context * pairs)
        .map(|at| {
            let (position, pair) = (at / pairs, at % pairs);
            let angle = position as f32 * base.powf(-(2.0 * pair as f32) / head as f32);
            angle.sin_cos()
        })
        .collect()
}
