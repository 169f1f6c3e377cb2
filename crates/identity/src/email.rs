//! E-mail addresses, as far as a server that has not written to them can judge.

/// The form by which an account is found: trimmed, lower case. None if it cannot be an address.
pub(crate) fn key(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.split_once('@')?;
    let sane = (3..=254).contains(&text.len())
        && !local.is_empty()
        && local.len() <= 64
        && !domain.is_empty()
        && !domain.contains('@')
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && domain.split('.').all(|label| !label.is_empty());
    sane.then(|| text.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn addresses_are_found_whatever_their_case() {
        assert_eq!(key(" Ada.L@Example.ORG ").as_deref(), Some("ada.l@example.org"));
        assert_eq!(key("root@localhost").as_deref(), Some("root@localhost"));
        assert_eq!(key("ä@bücher.example").as_deref(), Some("ä@bücher.example"));
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        for bad in [
            "", "@", "a@", "@b", "a b@c.d", "a@b@c", "a@b..c", "a@.b", "a@b.", "plain", "a@b\n.c",
        ] {
            assert_eq!(key(bad), None, "{bad:?}");
        }
        assert_eq!(key(&format!("{}@example.org", "x".repeat(65))), None);
        assert_eq!(key(&format!("a@{}", "x.".repeat(140))), None);
    }

    proptest::proptest! {
        #[test]
        fn a_key_is_its_own_key(text in "\\PC{0,12}@\\PC{0,12}") {
            if let Some(once) = key(&text) {
                proptest::prop_assert_eq!(key(&once), Some(once.clone()));
            }
        }
    }
}
