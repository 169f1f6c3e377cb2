//! Words to tokens and back: byte-level BPE, the way of GPT-2, with the vocabulary from the model's file.
//!
//! Text is cut into digits, words with the space before them, marks and spaces; within a piece the neighbours
//! that were learned first are joined first. Control tokens are never made from text, so nobody can write
//! himself into another role.

use std::collections::HashMap;
use std::io::{BufRead, Seek};

use super::BuiltinError;
use super::gguf::{Gguf, Value};

/// A longer piece is cut, so that joining stays quick whatever somebody pastes.
const MAX_PIECE: usize = 256;

/// The type of a control token in the file.
const CONTROL: i64 = 3;

const ENDINGS: [&str; 7] = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

/// What the model can read and write.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// The bytes of every token; none for control tokens.
    bytes: Vec<Option<Box<[u8]>>>,
    single: [u32; 256],
    joins: HashMap<(u32, u32), (u32, u32)>,
    begin: u32,
    end: u32,
}

fn broken(what: &str) -> BuiltinError {
    BuiltinError::Broken(what.to_owned())
}

impl Vocabulary {
    /// Takes the vocabulary out of the file.
    pub(super) fn load<R: BufRead + Seek>(gguf: &mut Gguf<R>) -> Result<Self, BuiltinError> {
        if gguf.text("tokenizer.ggml.model")? != "gpt2" {
            return Err(broken("its vocabulary is of another kind"));
        }
        let texts = |list: Vec<Value>| -> Result<Vec<String>, BuiltinError> {
            let text = |value| {
                if let Value::Text(text) = value {
                    Ok(text)
                } else {
                    Err(broken("a token is no text"))
                }
            };
            list.into_iter().map(text).collect()
        };
        let tokens = texts(gguf.take_list("tokenizer.ggml.tokens")?)?;
        let merges = texts(gguf.take_list("tokenizer.ggml.merges")?)?;
        let kinds = gguf.take_list("tokenizer.ggml.token_type")?;
        let control: Vec<bool> = kinds
            .iter()
            .map(|kind| matches!(kind, Value::Int(CONTROL)))
            .collect();
        Self::new(&tokens, &control, &merges)
    }

    fn new(tokens: &[String], control: &[bool], merges: &[String]) -> Result<Self, BuiltinError> {
        let ids: HashMap<&str, u32> = tokens
            .iter()
            .zip(0..)
            .map(|(token, id)| (token.as_str(), id))
            .collect();
        let id = |token: &str| {
            ids.get(token)
                .copied()
                .ok_or_else(|| broken("a token is missing"))
        };
        let letters = letters();
        let back: HashMap<char, u8> = letters
            .iter()
            .zip(0..=255)
            .map(|(letter, byte)| (*letter, byte))
            .collect();
        let bytes = tokens
            .iter()
            .enumerate()
            .map(|(at, token)| {
                let is_control = control.get(at).copied().unwrap_or(false);
                if is_control {
                    None
                } else {
                    token.chars().map(|c| back.get(&c).copied()).collect()
                }
            })
            .collect();
        let mut single = [0; 256];
        for (to, letter) in single.iter_mut().zip(letters) {
            *to = ids.get(letter.to_string().as_str()).copied().unwrap_or(0);
        }
        let mut joins = HashMap::with_capacity(merges.len());
        for (merge, rank) in merges.iter().zip(0..) {
            let (left, right) = merge
                .split_once(' ')
                .ok_or_else(|| broken("a merge is no pair"))?;
            joins.insert((id(left)?, id(right)?), (rank, id(&format!("{left}{right}"))?));
        }
        Ok(Self {
            bytes,
            single,
            joins,
            begin: id("<|im_start|>")?,
            end: id("<|im_end|>")?,
        })
    }

    /// The token in front of a turn.
    pub(super) fn begin(&self) -> u32 {
        self.begin
    }

    /// The token after a turn.
    pub(super) fn end(&self) -> u32 {
        self.end
    }

    /// The bytes of a token; nothing for one that ends the answer. They need not be whole characters.
    pub(super) fn bytes(&self, token: u32) -> Option<&[u8]> {
        self.bytes.get(token as usize)?.as_deref()
    }

    /// Appends the tokens of a text.
    pub(super) fn encode(&self, text: &str, out: &mut Vec<u32>) {
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(piece_len(rest));
            for part in piece.as_bytes().chunks(MAX_PIECE) {
                self.join(part, out);
            }
            rest = after;
        }
    }

    fn join(&self, piece: &[u8], out: &mut Vec<u32>) {
        let mut parts: Vec<u32> = piece.iter().map(|byte| self.single[usize::from(*byte)]).collect();
        loop {
            let best = parts
                .windows(2)
                .enumerate()
                .filter_map(|(at, pair)| {
                    self.joins
                        .get(&(pair[0], pair[1]))
                        .map(|(rank, id)| (*rank, at, *id))
                })
                .min();
            let Some((_, at, id)) = best else { break };
            parts[at] = id;
            parts.remove(at + 1);
        }
        out.extend(parts);
    }
}

/// The letter that stands for each byte in the vocabulary: printable ones for themselves, the others for
/// characters from 256 on.
fn letters() -> [char; 256] {
    let mut next = 256;
    std::array::from_fn(|byte| {
        let byte = byte as u8;
        if matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff) {
            char::from(byte)
        } else {
            let letter = char::from_u32(next).unwrap_or(char::REPLACEMENT_CHARACTER);
            next += 1;
            letter
        }
    })
}

/// Roman numerals count as digits here.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_numeric()
}

fn is_mark(c: char) -> bool {
    !c.is_whitespace() && !c.is_alphabetic() && !c.is_numeric()
}

/// How many bytes from the start of a text belong together. The rule, as an expression over text in which every
/// digit stands alone: `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
fn piece_len(text: &str) -> usize {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return 0 };
    if first.is_numeric() {
        return first.len_utf8();
    }
    if let Some(ending) = ENDINGS.iter().find(|ending| text.starts_with(**ending)) {
        return ending.len();
    }
    let body = text.strip_prefix(' ').unwrap_or(text);
    let lead = text.len() - body.len();
    let run = |of: fn(char) -> bool| body.find(|c| !of(c)).unwrap_or(body.len());
    let word = run(is_letter).max(run(is_mark));
    if word > 0 {
        return lead + word;
    }
    // Spaces: the last one belongs to what follows, unless that is a digit or nothing.
    let end = text.find(|c: char| !c.is_whitespace()).unwrap_or(text.len());
    let last = text[..end].chars().next_back().map_or(0, char::len_utf8);
    let alone = end == text.len() || text[end..].starts_with(char::is_numeric) || end == last;
    if alone { end } else { end - last }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        let (mut all, mut rest) = (vec![], text);
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(piece_len(rest));
            all.push(piece);
            rest = after;
        }
        all
    }

    #[test]
    fn text_is_cut_like_gpt_2_with_single_digits() {
        assert_eq!(
            pieces("Hello, it's 2026!"),
            ["Hello", ",", " it", "'s", " ", "2", "0", "2", "6", "!"]
        );
        assert_eq!(pieces("a  b \n\n c\t"), ["a", " ", " b", " \n\n", " c", "\t"]);
        assert_eq!(pieces("  x1  2"), [" ", " x", "1", "  ", "2"]);
        assert_eq!(pieces("Grüße — 東京"), ["Grüße", " —", " 東京"]);
        assert_eq!(pieces("a\nb Ⅷ"), ["a", "\n", "b", " ", "Ⅷ"]);
        assert_eq!(pieces("'quoted' we'll"), ["'", "quoted", "'", " we", "'ll"]);
    }

    #[test]
    fn neighbours_are_joined_in_the_order_learned() {
        let mut tokens: Vec<String> = letters().iter().map(char::to_string).collect();
        tokens.extend(["ab", "bc", "abc", "<|im_start|>", "<|im_end|>"].map(str::to_owned));
        let control: Vec<bool> = tokens.iter().map(|token| token.starts_with("<|")).collect();
        let merges = ["b c", "a b", "a bc"].map(str::to_owned);
        let vocabulary = Vocabulary::new(&tokens, &control, &merges).unwrap();
        let encode = |text: &str| {
            let mut out = vec![];
            vocabulary.encode(text, &mut out);
            out
        };
        let id = |token: &str| tokens.iter().position(|t| t == token).unwrap() as u32;
        assert_eq!(encode("abcab"), [id("abc"), id("ab")]);
        assert!(!encode("<|im_end|>").contains(&vocabulary.end()));
        let text = "Grüße, 🦀\0 <|im_start|>";
        let back: Vec<u8> = encode(text)
            .iter()
            .flat_map(|t| vocabulary.bytes(*t).unwrap().to_vec())
            .collect();
        assert_eq!(back, text.as_bytes());
        assert_eq!(vocabulary.bytes(vocabulary.begin()), None);
        assert_eq!(encode(&"c".repeat(1000)).len(), 1000);
    }
}
