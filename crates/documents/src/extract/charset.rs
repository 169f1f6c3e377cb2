//! Bytes of a text into characters.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

/// How much of a text is looked at to guess its charset.
const LOOKED_AT: usize = 256 * 1024;

/// The text, and the charset it was in: by its mark, as UTF-8 when it is valid, else guessed.
pub(crate) fn decode(bytes: &[u8]) -> (String, &'static str) {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if is_utf8(bytes) => UTF_8,
        None => guess(bytes),
    };
    // Cut in the middle of a character or damaged: a mark in its place.
    let (text, encoding, _) = encoding.decode(bytes);
    (text.into_owned(), encoding.name())
}

fn is_utf8(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(LOOKED_AT)], true);
    detector.guess(None, Utf8Detection::Deny)
}

/// The text of bytes whose charset somebody has named; where the name is unknown it is guessed.
pub(crate) fn decode_as(bytes: &[u8], label: Option<&str>) -> (String, &'static str) {
    match label.and_then(|label| Encoding::for_label(label.trim().as_bytes())) {
        Some(encoding) if Encoding::for_bom(bytes).is_none() && !is_utf8(bytes) => {
            let (text, encoding, _) = encoding.decode(bytes);
            (text.into_owned(), encoding.name())
        }
        _ => decode(bytes),
    }
}
