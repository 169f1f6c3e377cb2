//! From the bytes of tokens to pieces of text that may be shown.

/// Puts characters together that are spread over tokens, and keeps back what may become a stop text.
#[derive(Debug)]
pub(super) struct Assembler {
    bytes: Vec<u8>,
    text: String,
    stops: Vec<String>,
    has_stopped: bool,
}

impl Assembler {
    pub(super) fn new(stops: impl IntoIterator<Item = String>) -> Self {
        let stops = stops.into_iter().filter(|stop| !stop.is_empty()).collect();
        Self {
            bytes: Vec::new(),
            text: String::new(),
            stops,
            has_stopped: false,
        }
    }

    /// Adds a token; answers what may be shown now.
    pub(super) fn push(&mut self, bytes: &[u8]) -> String {
        self.bytes.extend_from_slice(bytes);
        let keep = unfinished(&self.bytes);
        let rest = self.bytes.split_off(self.bytes.len() - keep);
        let whole = std::mem::replace(&mut self.bytes, rest);
        self.text.push_str(&String::from_utf8_lossy(&whole));
        self.release()
    }

    /// Whether a stop text came: then nothing more is shown.
    pub(super) fn has_stopped(&self) -> bool {
        self.has_stopped
    }

    /// What is left at the end.
    pub(super) fn finish(mut self) -> String {
        if self.has_stopped {
            return String::new();
        }
        self.text.push_str(&String::from_utf8_lossy(&self.bytes));
        self.text
    }

    fn release(&mut self) -> String {
        if self.has_stopped {
            return String::new();
        }
        if let Some(at) = self
            .stops
            .iter()
            .filter_map(|stop| self.text.find(stop.as_str()))
            .min()
        {
            self.has_stopped = true;
            self.text.truncate(at);
            return std::mem::take(&mut self.text);
        }
        let keep = self
            .stops
            .iter()
            .map(|stop| overlap(&self.text, stop))
            .max()
            .unwrap_or(0);
        let rest = self.text.split_off(self.text.len() - keep);
        std::mem::replace(&mut self.text, rest)
    }
}

/// How many bytes at the end are the beginning of a character.
fn unfinished(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let needed = match bytes[bytes.len() - back] {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => continue,
            _ => return 0,
        };
        return if needed > back { back } else { 0 };
    }
    0
}

/// The longest end of the text that is a beginning of the stop.
fn overlap(text: &str, stop: &str) -> usize {
    (1..stop.len())
        .rev()
        .find(|len| stop.is_char_boundary(*len) && text.ends_with(&stop[..*len]))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn characters_wait_for_their_bytes() {
        let mut text = Assembler::new([]);
        let crab = "🦀".as_bytes();
        assert_eq!(text.push(b"a"), "a");
        assert_eq!(text.push(&crab[..1]), "");
        assert_eq!(text.push(&crab[1..3]), "");
        assert_eq!(text.push(&crab[3..]), "🦀");
        assert_eq!(text.push(&[0xff, b'b']), "\u{fffd}b");
        assert_eq!(text.push(&crab[..2]), "");
        assert_eq!(text.finish(), "\u{fffd}");
    }

    #[test]
    fn a_stop_text_is_never_shown() {
        let mut text = Assembler::new(["END".to_owned(), String::new()]);
        assert_eq!(text.push(b"one E"), "one ");
        assert_eq!(text.push(b"N"), "");
        assert_eq!(text.push(b"x EN"), "ENx ");
        assert_eq!(text.push(b"D more"), "");
        assert!(text.has_stopped());
        assert_eq!(text.push(b"!"), "");
        assert_eq!(text.finish(), "");
    }

    #[test]
    fn what_only_looked_like_a_stop_is_shown_at_the_end() {
        let mut text = Assembler::new(["END".to_owned()]);
        assert_eq!(text.push(b"EN"), "");
        assert_eq!(text.finish(), "EN");
    }

    proptest! {
        #[test]
        fn cutting_anywhere_changes_nothing(whole in "\\PC{0,20}", cuts in proptest::collection::vec(0usize..80, 0..8), stop in "\\PC{1,2}") {
            let bytes = whole.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let mut text = Assembler::new([stop.clone()]);
            let mut shown: String = cuts.windows(2).map(|cut| text.push(&bytes[cut[0]..cut[1]])).collect();
            shown.push_str(&text.finish());
            prop_assert_eq!(shown, whole.split(stop.as_str()).next().unwrap_or_default());
        }
    }
}
