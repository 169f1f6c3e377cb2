//! Signatures over raw bytes. All comparisons take the same time whatever they find.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use kit::clock::Timestamp;
use kit::secret::Secret;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::{Refused, text};
use crate::manifest::Scheme;

/// How far from now a signed time may be, in seconds.
const WINDOW: u64 = 300;
/// More signatures than these in one header are not looked at.
const MOST_SIGNATURES: usize = 16;

/// Whether one of the secrets signed this body. An empty secret never did.
pub fn verify(
    scheme: Scheme,
    headers: &HeaderMap,
    body: &[u8],
    secrets: &[Secret],
    now: Timestamp,
) -> Result<(), Refused> {
    match scheme {
        Scheme::Shopify => plain(text(headers, "x-shopify-hmac-sha256"), body, secrets),
        Scheme::Woocommerce => plain(text(headers, "x-wc-webhook-signature"), body, secrets),
        Scheme::Stripe => stripe(text(headers, "stripe-signature"), body, secrets, now),
        Scheme::Standard => standard(headers, body, secrets, now),
    }
}

/// The headers with which a source of this scheme would send a body: for tests, and for the stand-in.
pub fn sign(scheme: Scheme, secret: &Secret, id: &str, body: &[u8], now: Timestamp) -> Vec<(&'static str, String)> {
    let seconds = now.seconds().to_string();
    match scheme {
        Scheme::Shopify => vec![("x-shopify-hmac-sha256", STANDARD.encode(mac(secret.expose().as_bytes(), &[body])))],
        Scheme::Woocommerce => vec![("x-wc-webhook-signature", STANDARD.encode(mac(secret.expose().as_bytes(), &[body])))],
        Scheme::Stripe => {
            let mac = mac(secret.expose().as_bytes(), &[seconds.as_bytes(), b".", body]);
            let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
            vec![("stripe-signature", format!("t={seconds},v1={hex}"))]
        }
        Scheme::Standard => {
            let key = standard_key(secret).unwrap_or_default();
            let mac = mac(&key, &[id.as_bytes(), b".", seconds.as_bytes(), b".", body]);
            let signature = format!("v1,{}", STANDARD.encode(mac));
            vec![("webhook-id", id.to_owned()), ("webhook-timestamp", seconds), ("webhook-signature", signature)]
        }
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // Any length of key is accepted, so that the other case does not occur.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Whether any key makes any of the signatures. All are tried.
fn fits(keys: &[Vec<u8>], parts: &[&[u8]], given: &[Vec<u8>]) -> Result<(), Refused> {
    let mut fits = subtle::Choice::from(0);
    for key in keys.iter().filter(|key| !key.is_empty()) {
        let expected = mac(key, parts);
        for signature in given {
            fits |= signature.as_slice().ct_eq(&expected);
        }
    }
    if bool::from(fits) { Ok(()) } else { Err(Refused::WrongSignature) }
}

fn raw_keys(secrets: &[Secret]) -> Vec<Vec<u8>> {
    let usable = secrets.iter().filter(|secret| !secret.expose().trim().is_empty());
    usable.map(|secret| secret.expose().as_bytes().to_vec()).collect()
}

fn plain(header: Option<&str>, body: &[u8], secrets: &[Secret]) -> Result<(), Refused> {
    let given = STANDARD.decode(header.ok_or(Refused::Unsigned)?.trim()).map_err(|_| Refused::WrongSignature)?;
    fits(&raw_keys(secrets), &[body], &[given])
}

fn in_time(seconds: &str, now: Timestamp) -> Result<(), Refused> {
    let signed: i64 = seconds.parse().map_err(|_| Refused::WrongSignature)?;
    if signed.abs_diff(now.seconds()) <= WINDOW { Ok(()) } else { Err(Refused::Stale) }
}

fn stripe(header: Option<&str>, body: &[u8], secrets: &[Secret], now: Timestamp) -> Result<(), Refused> {
    let header = header.ok_or(Refused::Unsigned)?;
    let (mut time, mut given) = (None, Vec::new());
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) if time.is_none() => time = Some(value),
            Some(("v1", value)) if given.len() < MOST_SIGNATURES => given.extend(from_hex(value)),
            _ => {}
        }
    }
    let time = time.ok_or(Refused::Unsigned)?;
    fits(&raw_keys(secrets), &[time.as_bytes(), b".", body], &given)?;
    in_time(time, now)
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let bytes = text.as_bytes();
    if bytes.len() != 64 {
        return None;
    }
    bytes.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// Secrets of Standard Webhooks are base64 behind `whsec_`.
fn standard_key(secret: &Secret) -> Option<Vec<u8>> {
    let text = secret.expose().trim();
    STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).ok().filter(|key| !key.is_empty())
}

fn standard(headers: &HeaderMap, body: &[u8], secrets: &[Secret], now: Timestamp) -> Result<(), Refused> {
    let get = |name| text(headers, name).ok_or(Refused::Unsigned);
    let (id, time, signatures) = (get("webhook-id")?, get("webhook-timestamp")?, get("webhook-signature")?);
    let given: Vec<Vec<u8>> = signatures
        .split_whitespace()
        .take(MOST_SIGNATURES)
        .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok())
        .collect();
    let keys: Vec<Vec<u8>> = secrets.iter().filter_map(standard_key).collect();
    fits(&keys, &[id.as_bytes(), b".", time.as_bytes(), b".", body], &given)?;
    in_time(time, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000_000);
    const ALL: [Scheme; 4] = [Scheme::Shopify, Scheme::Stripe, Scheme::Woocommerce, Scheme::Standard];

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    fn headers(pairs: &[(&'static str, String)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, String)| {
            (HeaderName::from_static(name), HeaderValue::try_from(value.as_str()).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    /// Made with Python's `hmac` and `hashlib`, and the example of the Standard Webhooks specification.
    #[test]
    fn known_signatures_are_known() {
        let body = br#"{"id":1,"total":"10.00"}"#;
        let known = headers(&[("x-shopify-hmac-sha256", "0h52yAQCmdloUXigxoXzWjY8KZftCRo/kmLTGy+hnVU=".into()), ("x-wc-webhook-signature", "0h52yAQCmdloUXigxoXzWjY8KZftCRo/kmLTGy+hnVU=".into())]);
        for scheme in [Scheme::Shopify, Scheme::Woocommerce] {
            assert_eq!(verify(scheme, &known, body, &[secret("hush")], NOW), Ok(()));
        }
        let known = headers(&[("stripe-signature", "t=1700000000,v0=00,v1=5fa62c4ea3c4c65f5d9cc5bf946b62e586e82669ac9bfa186f254149c118288d".into())]);
        assert_eq!(verify(Scheme::Stripe, &known, body, &[secret("whsec_test")], NOW), Ok(()));
        let known = headers(&[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".into()),
            ("webhook-timestamp", "1614265330".into()),
            ("webhook-signature", "v1,bm9ldHUjKzFob2VudXRob2VodWUzMjRvdWVvdW9ldQo= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".into()),
        ]);
        let at = Timestamp(1_614_265_330_000_000);
        let key = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assert_eq!(verify(Scheme::Standard, &known, br#"{"test": 2432232314}"#, &[key], at), Ok(()));
    }

    #[test]
    fn a_wrong_byte_secret_or_time_is_refused() {
        let key = secret("whsec_c2VjcmV0LXRoYXQtaXMtbG9uZy1lbm91Z2g=");
        let other = secret("whsec_YW5vdGhlci1zZWNyZXQtdGhhdC1pcy1sb25n");
        for scheme in ALL {
            let signed = headers(&sign(scheme, &key, "evt_1", b"{}", NOW));
            let judge = |body: &[u8], secrets: &[Secret], now| verify(scheme, &signed, body, secrets, now);
            assert_eq!(judge(b"{}", std::slice::from_ref(&key), NOW), Ok(()));
            assert_eq!(judge(b"{}", &[other.clone(), key.clone()], NOW), Ok(()), "an older secret still counts");
            assert_eq!(judge(b"{ }", std::slice::from_ref(&key), NOW), Err(Refused::WrongSignature));
            assert_eq!(judge(b"{}", std::slice::from_ref(&other), NOW), Err(Refused::WrongSignature));
            assert_eq!(judge(b"{}", &[], NOW), Err(Refused::WrongSignature));
            assert_eq!(verify(scheme, &HeaderMap::new(), b"{}", std::slice::from_ref(&key), NOW), Err(Refused::Unsigned));
            let late = Timestamp(NOW.0 + 301_000_000);
            let expected = if matches!(scheme, Scheme::Stripe | Scheme::Standard) { Err(Refused::Stale) } else { Ok(()) };
            assert_eq!(judge(b"{}", std::slice::from_ref(&key), late), expected);
        }
    }

    #[test]
    fn an_empty_secret_never_signs() {
        for scheme in ALL {
            for empty in ["", " ", "whsec_"] {
                let blank = secret(empty);
                let signed = headers(&sign(scheme, &secret(""), "evt_1", b"{}", NOW));
                assert_eq!(verify(scheme, &signed, b"{}", &[blank], NOW), Err(Refused::WrongSignature), "{scheme:?}");
            }
        }
    }

    #[test]
    fn the_signed_id_and_time_cannot_be_exchanged() {
        let key = secret("whsec_c2VjcmV0LXRoYXQtaXMtbG9uZy1lbm91Z2g=");
        let mut signed = headers(&sign(Scheme::Standard, &key, "a", b"{}", NOW));
        signed.insert("webhook-id", HeaderValue::from_static("b"));
        assert_eq!(verify(Scheme::Standard, &signed, b"{}", std::slice::from_ref(&key), NOW), Err(Refused::WrongSignature));
        let mut signed = headers(&sign(Scheme::Stripe, &key, "a", b"{}", Timestamp(NOW.0 - 900_000_000)));
        assert_eq!(verify(Scheme::Stripe, &signed, b"{}", std::slice::from_ref(&key), NOW), Err(Refused::Stale));
        let fresh = signed["stripe-signature"].to_str().unwrap().replace("t=1699999100", "t=1700000000");
        signed.insert("stripe-signature", HeaderValue::try_from(fresh).unwrap());
        assert_eq!(verify(Scheme::Stripe, &signed, b"{}", &[key], NOW), Err(Refused::WrongSignature));
    }

    proptest! {
        #[test]
        fn no_header_makes_it_stumble(header in "[ -~]{0,200}", body in prop::collection::vec(any::<u8>(), 0..50)) {
            let keys = [secret("hush")];
            for (scheme, name) in [
                (Scheme::Shopify, "x-shopify-hmac-sha256"), (Scheme::Stripe, "stripe-signature"),
                (Scheme::Woocommerce, "x-wc-webhook-signature"), (Scheme::Standard, "webhook-signature"),
            ] {
                let map = headers(&[(name, header.clone()), ("webhook-id", "i".into()), ("webhook-timestamp", header.clone())][..if scheme == Scheme::Standard { 3 } else { 1 }]);
                prop_assert!(verify(scheme, &map, &body, &keys, NOW).is_err());
            }
        }
    }
}
