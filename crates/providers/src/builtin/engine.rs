//! A loaded model that answers: writes the prompt, reads it, chooses word after word.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::BuiltinError;
use super::gguf::Gguf;
use super::llama::{Llama, Memory};
use super::prompt::{self, Turn, Writer};
use super::sampler::Sampler;
use super::text::Assembler;
use super::vocabulary::Vocabulary;
use super::worker::{Ask, Engine, Said, Why};

/// So many tokens of the prompt are read at once; between two such pieces the answer can be given up.
const PIECE: usize = 32;

/// An answer gets at least this many tokens of the context.
const MIN_ANSWER: usize = 64;

/// The model, its words, and what it read last.
pub(super) struct Smol {
    model: Llama,
    vocabulary: Vocabulary,
    memory: Memory,
    /// The tokens that `memory` holds: a conversation that goes on is not read again.
    seen: Vec<u32>,
    context: usize,
}

impl Smol {
    /// Reads the file. Takes about half a second.
    pub(super) fn load(path: &Path, context: usize) -> Result<Self, BuiltinError> {
        let mut gguf = Gguf::open(BufReader::with_capacity(1 << 20, File::open(path)?))?;
        let context = context.min(gguf.int("llama.context_length")?).max(2 * MIN_ANSWER);
        let vocabulary = Vocabulary::load(&mut gguf)?;
        let model = Llama::load(&mut gguf, context)?;
        let memory = model.memory();
        Ok(Self {
            model,
            vocabulary,
            memory,
            seen: Vec::new(),
            context,
        })
    }

    /// The tokens of the prompt. When the conversation is too long, its oldest turns are left out, but never
    /// the instructions and the last question.
    fn prompt(&self, ask: &Ask) -> Result<Vec<u32>, BuiltinError> {
        let answer = ask
            .max_tokens
            .map_or(self.context / 4, |n| n as usize)
            .clamp(MIN_ANSWER, self.context / 2);
        let mut room = self.context - answer;
        let tokens = |turn: &Turn| {
            let mut tokens = Tokens {
                vocabulary: &self.vocabulary,
                all: Vec::new(),
            };
            prompt::write(turn, &mut tokens);
            tokens.all
        };
        let mut head = Tokens {
            vocabulary: &self.vocabulary,
            all: Vec::new(),
        };
        prompt::write_answer_head(&mut head);
        let Some((system, turns)) = ask.turns.split_first() else {
            return Err(BuiltinError::TooLong);
        };
        let mut parts = vec![head.all];
        let system = tokens(system);
        let must = parts[0].len() + system.len();
        room = room.checked_sub(must).ok_or(BuiltinError::TooLong)?;
        for (at, turn) in turns.iter().rev().enumerate() {
            let part = tokens(turn);
            match room.checked_sub(part.len()) {
                Some(left) => room = left,
                None if at == 0 => return Err(BuiltinError::TooLong),
                None => break,
            }
            parts.push(part);
        }
        parts.push(system);
        Ok(parts.into_iter().rev().flatten().collect())
    }

    /// Reads what is new of the prompt; answers the scores of the first word, and how much was known.
    fn read(&mut self, prompt: &[u32], ask: &Ask) -> Result<Option<(Vec<f32>, usize)>, BuiltinError> {
        let known = self.seen.iter().zip(prompt).take_while(|(a, b)| a == b).count();
        let known = known.min(prompt.len().saturating_sub(1)).min(self.memory.len());
        self.memory.truncate(known);
        self.seen.truncate(known);
        let mut scores = vec![];
        for piece in prompt[known..].chunks(PIECE) {
            if ask.is_given_up() {
                return Ok(None);
            }
            scores = self.model.read(&mut self.memory, piece)?;
            self.seen.extend(piece);
        }
        Ok(Some((scores, known)))
    }
}

impl Engine for Smol {
    fn answer(&mut self, ask: &Ask) -> Result<(), BuiltinError> {
        let prompt = self.prompt(ask)?;
        let Some((mut scores, cached)) = self.read(&prompt, ask)? else {
            return Ok(());
        };
        let limit = ask
            .max_tokens
            .map_or(usize::MAX, |n| n as usize)
            .min(self.context - prompt.len());
        let mut sampler = Sampler::new(ask.sampling);
        let mut text = Assembler::new(ask.stop.iter().cloned());
        let (mut written, mut why) = (0, Why::Length);
        while written < limit {
            let token = sampler.choose(&mut scores);
            let Some(bytes) = self.vocabulary.bytes(token) else {
                why = Why::Done;
                break;
            };
            written += 1;
            let piece = text.push(bytes);
            if !piece.is_empty() {
                ask.say(Said::Text(piece));
            }
            if text.has_stopped() {
                why = Why::Done;
                break;
            }
            if ask.is_given_up() {
                return Ok(());
            }
            if written < limit {
                scores = self.model.next(&mut self.memory, token)?;
                self.seen.push(token);
            }
        }
        let rest = text.finish();
        if !rest.is_empty() {
            ask.say(Said::Text(rest));
        }
        ask.say(Said::End {
            why,
            read: prompt.len(),
            cached,
            written,
        });
        Ok(())
    }
}

struct Tokens<'a> {
    vocabulary: &'a Vocabulary,
    all: Vec<u32>,
}

impl Writer for Tokens<'_> {
    fn begin(&mut self) {
        self.all.push(self.vocabulary.begin());
    }
    fn end(&mut self) {
        self.all.push(self.vocabulary.end());
    }
    fn text(&mut self, text: &str) {
        self.vocabulary.encode(text, &mut self.all);
    }
}
