//! Bytes as hexadecimal texts.

/// Two small digits for each byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn bytes_are_written_small() {
        assert_eq!(super::hex(&[0, 0x1f, 0xff]), "001fff");
    }
}
