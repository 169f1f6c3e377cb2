//! Codes by time: HOTP (RFC 4226) over steps of thirty seconds (RFC 6238), with SHA-1 and six digits, which every
//! authenticator app knows.

use hmac::{Hmac, KeyInit, Mac};
use kit::clock::Timestamp;
use kit::secret::same_secret;
use sha1::Sha1;

/// Seconds.
const STEP: i64 = 30;
const DIGITS: usize = 6;
/// How many bytes a secret has, as RFC 4226 recommends.
pub(super) const SECRET: usize = 20;

/// Whether a text looks like a code of an app.
pub(super) fn is_code(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The code of one step.
fn code(secret: &[u8], step: i64) -> Option<String> {
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash.last()? & 0xf);
    let four: [u8; 4] = hash.get(at..at + 4)?.try_into().ok()?;
    let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000;
    Some(format!("{number:06}"))
}

/// The step of which this is the code: the present one, or one beside it, because clocks differ.
pub(super) fn step_of(secret: &[u8], given: &str, now: Timestamp) -> Option<i64> {
    let present = now.seconds().div_euclid(STEP);
    (-1..=1)
        .map(|by| present + by)
        .find(|step| code(secret, *step).is_some_and(|code| same_secret(code.as_bytes(), given.as_bytes())))
}

/// Base32 (RFC 4648) without padding, as apps take it.
pub(super) fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits = |at: usize| -> u8 {
        (0..5).fold(0, |sum, more| {
            let bit = at * 5 + more;
            let byte = bytes.get(bit / 8).copied().unwrap_or_default();
            (sum << 1) | ((byte >> (7 - bit % 8)) & 1)
        })
    };
    (0..(bytes.len() * 8).div_ceil(5))
        .map(|at| char::from(LETTERS[usize::from(bits(at))]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, whose codes have eight digits: ours are their last six.
        let secret = b"12345678901234567890";
        for (seconds, wanted) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(secret, seconds / STEP).as_deref(), Some(wanted));
        }
    }

    #[test]
    fn a_code_is_good_for_its_step_and_those_beside_it() {
        let secret = b"12345678901234567890";
        let at = |seconds: i64| step_of(secret, "005924", Timestamp(seconds * 1_000_000));
        let step = 1_234_567_890 / 30;
        assert_eq!(at(1_234_567_890), Some(step));
        assert_eq!(at((step + 2) * 30 - 1), Some(step));
        assert_eq!(at((step + 2) * 30), None);
        assert_eq!(at((step - 1) * 30), Some(step));
        assert_eq!(at((step - 1) * 30 - 1), None);
    }

    #[test]
    fn base32_is_that_of_the_standard() {
        for (plain, wanted) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), wanted);
        }
    }

    #[test]
    fn only_six_digits_are_a_code() {
        assert!(is_code("012345"));
        for other in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            assert!(!is_code(other), "{other}");
        }
    }
}
