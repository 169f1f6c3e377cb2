//! Reads GGUF, the file format of llama.cpp: named values, then a table of tensors, then their bytes.
//!
//! Only what one small model needs: little-endian, versions 2 and 3, tensors in F32, Q8_0 and Q4_1. Quantised
//! tensors are read block by block, so that no copy of the file is ever in memory.

use std::collections::HashMap;
use std::io::{BufRead, Read, Seek, SeekFrom};

use super::BuiltinError;

/// Weights in a quantised block.
pub(super) const BLOCK: usize = 32;

/// The longest text and list that a sound file holds; a broken one is refused before memory is taken.
const MAX_LEN: u64 = 4 << 20;

/// A value of the header.
#[derive(Debug)]
pub(super) enum Value {
    /// Whole numbers and truth values.
    Int(i64),
    /// Fractions.
    Float(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Value>),
}

/// How a tensor is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Plain numbers.
    F32,
    /// Four bits a weight, with scale and minimum a block.
    Q4_1,
    /// Eight bits a weight, with a scale a block.
    Q8_0,
}

/// Where a tensor is and how large.
#[derive(Debug, Clone)]
pub(super) struct TensorInfo {
    pub(super) form: Form,
    /// Length of a row.
    pub(super) cols: usize,
    pub(super) rows: usize,
    offset: u64,
}

/// An opened file.
#[derive(Debug)]
pub(super) struct Gguf<R> {
    reader: R,
    values: HashMap<String, Value>,
    tensors: HashMap<String, TensorInfo>,
    data: u64,
}

fn broken(what: &str) -> BuiltinError {
    BuiltinError::Broken(what.to_owned())
}

impl<R: BufRead + Seek> Gguf<R> {
    /// Reads the header.
    pub(super) fn open(mut reader: R) -> Result<Self, BuiltinError> {
        if read::<4>(&mut reader)? != *b"GGUF" {
            return Err(broken("it is not a GGUF file"));
        }
        if !matches!(u32::from_le_bytes(read(&mut reader)?), 2 | 3) {
            return Err(broken("unknown GGUF version"));
        }
        let tensor_count = length(&mut reader)?;
        let value_count = length(&mut reader)?;
        let mut values = HashMap::new();
        for _ in 0..value_count {
            let key = text(&mut reader)?;
            let kind = u32::from_le_bytes(read(&mut reader)?);
            values.insert(key, value(&mut reader, kind)?);
        }
        let mut tensors = HashMap::new();
        for _ in 0..tensor_count {
            let name = text(&mut reader)?;
            let dimensions = u32::from_le_bytes(read(&mut reader)?);
            let cols = length(&mut reader)?;
            let rows = match dimensions {
                1 => 1,
                2 => length(&mut reader)?,
                _ => return Err(broken("a tensor has an unexpected shape")),
            };
            let form = match u32::from_le_bytes(read(&mut reader)?) {
                0 => Form::F32,
                3 => Form::Q4_1,
                8 => Form::Q8_0,
                other => return Err(broken(&format!("tensor type {other} is not supported"))),
            };
            let offset = u64::from_le_bytes(read(&mut reader)?);
            tensors.insert(
                name,
                TensorInfo {
                    form,
                    cols,
                    rows,
                    offset,
                },
            );
        }
        let align = match values.get("general.alignment") {
            Some(Value::Int(n)) if *n > 0 => *n as u64,
            _ => 32,
        };
        let data = reader.stream_position()?.next_multiple_of(align);
        Ok(Self {
            reader,
            values,
            tensors,
            data,
        })
    }

    /// A whole number of the header.
    pub(super) fn int(&self, key: &str) -> Result<usize, BuiltinError> {
        match self.values.get(key) {
            Some(Value::Int(n)) if *n >= 0 => Ok(*n as usize),
            _ => Err(broken(&format!("no number {key}"))),
        }
    }

    /// A fraction of the header.
    pub(super) fn float(&self, key: &str) -> Result<f32, BuiltinError> {
        match self.values.get(key) {
            Some(Value::Float(n)) => Ok(*n as f32),
            _ => Err(broken(&format!("no number {key}"))),
        }
    }

    /// A text of the header.
    pub(super) fn text(&self, key: &str) -> Result<&str, BuiltinError> {
        match self.values.get(key) {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(broken(&format!("no text {key}"))),
        }
    }

    /// A list of the header, moved out, because the vocabulary is large.
    pub(super) fn take_list(&mut self, key: &str) -> Result<Vec<Value>, BuiltinError> {
        match self.values.remove(key) {
            Some(Value::List(list)) => Ok(list),
            _ => Err(broken(&format!("no list {key}"))),
        }
    }

    /// Where a tensor is, when the file has it with this shape.
    pub(super) fn tensor(&self, name: &str, rows: usize, cols: usize) -> Result<TensorInfo, BuiltinError> {
        let info = self
            .tensors
            .get(name)
            .ok_or_else(|| broken(&format!("no tensor {name}")))?;
        if info.rows != rows || info.cols != cols || (info.form != Form::F32 && !cols.is_multiple_of(BLOCK)) {
            return Err(broken(&format!("tensor {name} has an unexpected shape")));
        }
        Ok(info.clone())
    }

    /// Reads a plain tensor.
    pub(super) fn floats(&mut self, name: &str, len: usize) -> Result<Vec<f32>, BuiltinError> {
        let info = self.tensor(name, 1, len)?;
        if info.form != Form::F32 {
            return Err(broken(&format!("tensor {name} is not plain")));
        }
        self.seek(&info)?;
        let mut all = Vec::with_capacity(len);
        for _ in 0..len {
            all.push(f32::from_le_bytes(read(&mut self.reader)?));
        }
        Ok(all)
    }

    /// Hands the weights of a quantised tensor out, block by block.
    pub(super) fn each_block(
        &mut self,
        info: &TensorInfo,
        mut take: impl FnMut(&[f32; BLOCK]),
    ) -> Result<(), BuiltinError> {
        self.seek(info)?;
        let mut block = [0.0; BLOCK];
        for _ in 0..info.rows * info.cols / BLOCK {
            match info.form {
                Form::F32 => {
                    for weight in &mut block {
                        *weight = f32::from_le_bytes(read(&mut self.reader)?);
                    }
                }
                Form::Q8_0 => unpack_q8_0(&read(&mut self.reader)?, &mut block),
                Form::Q4_1 => unpack_q4_1(&read(&mut self.reader)?, &mut block),
            }
            take(&block);
        }
        Ok(())
    }

    fn seek(&mut self, info: &TensorInfo) -> Result<(), BuiltinError> {
        self.reader.seek(SeekFrom::Start(self.data + info.offset))?;
        Ok(())
    }
}

fn unpack_q8_0(bytes: &[u8; 34], block: &mut [f32; BLOCK]) {
    let scale = half(bytes[0], bytes[1]);
    for (weight, byte) in block.iter_mut().zip(&bytes[2..]) {
        *weight = scale * f32::from(byte.cast_signed());
    }
}

fn unpack_q4_1(bytes: &[u8; 20], block: &mut [f32; BLOCK]) {
    let (scale, min) = (half(bytes[0], bytes[1]), half(bytes[2], bytes[3]));
    for (at, byte) in bytes[4..].iter().enumerate() {
        block[at] = f32::from(byte & 15) * scale + min;
        block[at + BLOCK / 2] = f32::from(byte >> 4) * scale + min;
    }
}

/// A number of sixteen bits (IEEE 754 binary16), widened.
fn half(low: u8, high: u8) -> f32 {
    let bits = u32::from(u16::from_le_bytes([low, high]));
    let (sign, exponent, fraction) = (bits >> 15 << 31, bits >> 10 & 31, bits & 1023);
    match exponent {
        // too small for an exponent of its own: a multiple of 2^-24
        0 => f32::from_bits(sign | (fraction as f32 / 16_777_216.0).to_bits()),
        31 => f32::from_bits(sign | 0xff << 23 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

fn read<const N: usize>(reader: &mut impl Read) -> Result<[u8; N], BuiltinError> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn length(reader: &mut impl Read) -> Result<usize, BuiltinError> {
    let len = u64::from_le_bytes(read(reader)?);
    if len > MAX_LEN {
        return Err(broken("a length in the header is too large"));
    }
    Ok(len as usize)
}

fn text(reader: &mut impl Read) -> Result<String, BuiltinError> {
    let mut bytes = vec![0; length(reader)?];
    reader.read_exact(&mut bytes)?;
    String::from_utf8(bytes).map_err(|_| broken("a text in the header is not UTF-8"))
}

fn value(reader: &mut impl Read, kind: u32) -> Result<Value, BuiltinError> {
    Ok(match kind {
        0 => Value::Int(u8::from_le_bytes(read(reader)?).into()),
        1 => Value::Int(i8::from_le_bytes(read(reader)?).into()),
        2 => Value::Int(u16::from_le_bytes(read(reader)?).into()),
        3 => Value::Int(i16::from_le_bytes(read(reader)?).into()),
        4 => Value::Int(u32::from_le_bytes(read(reader)?).into()),
        5 => Value::Int(i32::from_le_bytes(read(reader)?).into()),
        6 => Value::Float(f32::from_le_bytes(read(reader)?).into()),
        7 => Value::Int(read::<1>(reader)?[0].into()),
        8 => Value::Text(text(reader)?),
        9 => {
            let kind = u32::from_le_bytes(read(reader)?);
            if kind == 9 {
                return Err(broken("a list of lists in the header"));
            }
            let len = length(reader)?;
            Value::List((0..len).map(|_| value(reader, kind)).collect::<Result<_, _>>()?)
        }
        10 => Value::Int(u64::from_le_bytes(read(reader)?).cast_signed()),
        11 => Value::Int(i64::from_le_bytes(read(reader)?)),
        12 => Value::Float(f64::from_le_bytes(read(reader)?)),
        _ => return Err(broken("a value in the header has an unknown type")),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn name(text: &str) -> Vec<u8> {
        [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
    }

    fn file() -> Vec<u8> {
        let mut bytes = [
            b"GGUF".as_slice(),
            &3u32.to_le_bytes(),
            &2u64.to_le_bytes(),
            &2u64.to_le_bytes(),
        ]
        .concat();
        bytes.extend(
            [
                name("n"),
                4u32.to_le_bytes().to_vec(),
                7u32.to_le_bytes().to_vec(),
            ]
            .concat(),
        );
        bytes.extend(
            [
                name("l"),
                [9u32, 8].map(u32::to_le_bytes).concat(),
                1u64.to_le_bytes().to_vec(),
            ]
            .concat(),
        );
        bytes.extend(name("hi"));
        bytes.extend([name("w"), 2u32.to_le_bytes().to_vec()].concat());
        bytes.extend(
            [
                [32u64, 1].map(u64::to_le_bytes).concat(),
                3u32.to_le_bytes().to_vec(),
            ]
            .concat(),
        );
        bytes.extend(0u64.to_le_bytes());
        bytes.extend(
            [
                name("g"),
                1u32.to_le_bytes().to_vec(),
                2u64.to_le_bytes().to_vec(),
            ]
            .concat(),
        );
        bytes.extend([0u32.to_le_bytes().to_vec(), 32u64.to_le_bytes().to_vec()].concat());
        bytes.resize(bytes.len().next_multiple_of(32), 0);
        // scale 0.5, minimum -1, weights 0 1 2 … in the low and 15 in the high halves
        bytes.extend([0x00, 0x38, 0x00, 0xbc]);
        bytes.extend((0..16).map(|n| n | 0xf0));
        bytes.resize(bytes.len().next_multiple_of(32), 0);
        bytes.extend([1.5f32, -2.0].map(f32::to_le_bytes).concat());
        bytes
    }

    #[test]
    fn a_file_is_read() {
        let mut gguf = Gguf::open(Cursor::new(file())).unwrap();
        assert_eq!(gguf.int("n").unwrap(), 7);
        assert!(matches!(&gguf.take_list("l").unwrap()[0], Value::Text(text) if text == "hi"));
        assert_eq!(gguf.floats("g", 2).unwrap(), [1.5, -2.0]);
        let info = gguf.tensor("w", 1, 32).unwrap();
        let mut blocks = vec![];
        gguf.each_block(&info, |block| blocks.push(*block)).unwrap();
        assert_eq!(blocks.len(), 1);
        assert_eq!(blocks[0][..4], [-1.0, -0.5, 0.0, 0.5]);
        assert_eq!(blocks[0][16..20], [6.5; 4]);
        assert!(gguf.tensor("w", 2, 16).is_err() && gguf.tensor("x", 1, 1).is_err());
    }

    #[test]
    fn a_broken_file_is_an_error_wherever_it_breaks() {
        let whole = file();
        for len in 0..whole.len() - 40 {
            let result = Gguf::open(Cursor::new(&whole[..len])).and_then(|mut gguf| {
                let info = gguf.tensor("w", 1, 32)?;
                gguf.each_block(&info, |_| {})
            });
            assert!(result.is_err(), "{len}");
        }
    }

    #[test]
    fn halves_are_widened() {
        for (bits, number) in [
            (0x3c00u16, 1.0),
            (0xc000, -2.0),
            (0x0001, 5.960_464_5e-8),
            (0x7bff, 65504.0),
            (0x0000, 0.0),
            (0x3555, 0.333_251_95),
        ] {
            let [low, high] = bits.to_le_bytes();
            assert!((half(low, high) - number).abs() <= f32::EPSILON * number.abs());
        }
        assert!(half(0x00, 0x7c).is_infinite() && half(0x01, 0x7c).is_nan());
    }
}
