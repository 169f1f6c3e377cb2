//! Text that must not be printed, and comparison that does not tell how far it got.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A secret in memory: wiped when dropped, hidden in `Debug`, never serialised.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself, for the one place that has to send it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What a person may see of it: the last four characters, if there are enough to hide the rest.
    pub fn masked(&self) -> String {
        let chars: Vec<char> = self.0.chars().collect();
        match chars.len() {
            0 => String::new(),
            1..=11 => "••••".to_owned(),
            n => {
                let head: String = chars.iter().take(3).collect();
                let tail: String = chars[n - 4..].iter().collect();
                format!("{head}…{tail}")
            }
        }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Equality in constant time for equal lengths.
pub fn same_secret(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_print_themselves() {
        let secret = Secret::new("sk-proj-abcdefghijkl1234".into());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.masked(), "sk-…1234");
        assert_eq!(Secret::new("short".into()).masked(), "••••");
    }
}
