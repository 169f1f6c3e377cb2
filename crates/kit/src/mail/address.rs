//! E-mail addresses that a letter may be sent to.

use std::fmt;

/// A text that is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not an e-mail address")]
pub struct BadAddress;

/// One mailbox, without a name and without quoting: `ada@example.org`. RFC 5321 allows more than anybody uses; what is
/// left out is what headers are forged with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address(pub(super) lettre::Address);

/// What no part of an address may have, although a quoted local part could.
const FORBIDDEN: &str = "\"\\<>()[],;:";

impl Address {
    /// Reads an address; blanks around it are not part of it.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let text = text.trim();
        let is_plain = text.len() <= 254
            && !text
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || FORBIDDEN.contains(c));
        if !is_plain || text.matches('@').count() != 1 {
            return Err(BadAddress);
        }
        text.parse().map(Self).map_err(|_| BadAddress)
    }

    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        self.0.domain()
    }

    /// The form by which two addresses are compared: people do not tell cases apart, and neither do mailboxes.
    pub fn key(&self) -> String {
        self.to_string().to_lowercase()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_are_addresses() {
        for good in [
            "ada@example.org",
            " a.b+c@sub.example.co ",
            "root@localhost",
            "ä@bücher.example",
        ] {
            assert_eq!(Address::parse(good).unwrap().to_string(), good.trim(), "{good}");
        }
    }

    #[test]
    fn what_could_carry_a_second_line_or_a_second_person_is_none() {
        for bad in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "a@b@c.org",
            "a b@c.org",
            "a@c.org\r\nBcc: x@y.org",
            "a@c.org,b@c.org",
            "Ada <ada@example.org>",
            "\"a b\"@c.org",
            "a@c.org;b@c.org",
            "a@c..org",
            "a\u{0}@c.org",
            "a@c.org\u{85}x",
        ] {
            assert_eq!(Address::parse(bad), Err(BadAddress), "{bad:?}");
        }
        assert_eq!(
            Address::parse(&format!("{}@example.org", "x".repeat(260))),
            Err(BadAddress)
        );
    }

    proptest::proptest! {
        #[test]
        fn an_address_is_one_line_whatever_it_was_made_of(text in "\\PC{0,20}@[ -~\r\n]{0,20}") {
            if let Ok(address) = Address::parse(&text) {
                let written = address.to_string();
                proptest::prop_assert!(!written.contains(['\r', '\n', ',', '<', '>', ' ']));
                proptest::prop_assert_eq!(Address::parse(&written), Ok(address));
            }
        }
    }
}
