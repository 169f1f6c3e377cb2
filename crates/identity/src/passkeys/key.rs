//! Public keys as authenticators write them (COSE, RFC 9052), and the check of their signatures.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

use super::cbor::Cbor;

/// ECDSA with P-256 and SHA-256, in COSE's numbers.
pub(super) const ES256: i32 = -7;
/// Ed25519.
pub(super) const EDDSA: i32 = -8;
/// RSA with PKCS #1 v1.5 and SHA-256: older TPMs have nothing else.
pub(super) const RS256: i32 = -257;

/// A public key of an algorithm that is believed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub algorithm: i32,
    /// A point, or the modulus and the exponent with the modulus' length before them.
    pub bytes: Vec<u8>,
}

impl Key {
    /// Reads a COSE key.
    pub fn read(cose: &Cbor) -> Option<Self> {
        let algorithm = i32::try_from(cose.number(3)?).ok()?;
        let part =
            |number: i64, length: usize| cose.numbered_bytes(number).filter(|bytes| bytes.len() == length);
        let bytes = match (algorithm, cose.number(1)?) {
            (ES256, 2) if cose.number(-1)? == 1 => [&[4], part(-2, 32)?, part(-3, 32)?].concat(),
            (EDDSA, 1) if cose.number(-1)? == 6 => part(-2, 32)?.to_vec(),
            (RS256, 3) => {
                let (modulus, exponent) = (cose.numbered_bytes(-1)?, cose.numbered_bytes(-2)?);
                let length = u16::try_from(modulus.len())
                    .ok()
                    .filter(|length| *length <= 1024)?;
                let exponent = exponent.get(..exponent.len().min(8))?;
                [&length.to_be_bytes(), modulus, exponent].concat()
            }
            _ => return None,
        };
        Some(Self { algorithm, bytes })
    }

    /// Whether this key signed the message.
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self.algorithm {
            ES256 => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.bytes)
                .verify(message, signature)
                .is_ok(),
            EDDSA => UnparsedPublicKey::new(&ED25519, &self.bytes)
                .verify(message, signature)
                .is_ok(),
            RS256 => self.rsa_signed(message, signature).unwrap_or(false),
            _ => false,
        }
    }

    fn rsa_signed(&self, message: &[u8], signature: &[u8]) -> Option<bool> {
        let (length, rest) = self.bytes.split_at_checked(2)?;
        let length = usize::from(u16::from_be_bytes(length.try_into().ok()?));
        let (n, e) = rest.split_at_checked(length)?;
        let key = RsaPublicKeyComponents { n, e };
        let checked = key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature);
        Some(checked.is_ok())
    }
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{Ed25519KeyPair, KeyPair};

    use super::*;

    fn map(pairs: Vec<(i64, Cbor)>) -> Cbor {
        Cbor::Map(
            pairs
                .into_iter()
                .map(|(key, value)| (Cbor::Integer(key), value))
                .collect(),
        )
    }

    #[test]
    fn a_signature_fits_its_key_and_message() {
        let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pair.as_ref()).unwrap();
        let point = Cbor::Bytes(pair.public_key().as_ref().to_vec());
        let cose = map(vec![
            (1, Cbor::Integer(1)),
            (3, Cbor::Integer(-8)),
            (-1, Cbor::Integer(6)),
            (-2, point.clone()),
        ]);
        let key = Key::read(&cose).unwrap();
        let signature = pair.sign(b"this");
        assert!(key.signed(b"this", signature.as_ref()));
        assert!(!key.signed(b"that", signature.as_ref()));
        assert!(!key.signed(b"this", b""));
        // The same bytes under the name of another algorithm.
        let other = Key {
            algorithm: ES256,
            ..key
        };
        assert!(!other.signed(b"this", signature.as_ref()));
    }

    #[test]
    fn keys_of_other_kinds_are_none() {
        let bytes = |length| Cbor::Bytes(vec![1; length]);
        let es256 = |kind, algorithm, curve, x, y| {
            map(vec![
                (1, Cbor::Integer(kind)),
                (3, Cbor::Integer(algorithm)),
                (-1, Cbor::Integer(curve)),
                (-2, bytes(x)),
                (-3, bytes(y)),
            ])
        };
        assert!(Key::read(&es256(2, -7, 1, 32, 32)).is_some());
        for wrong in [
            es256(1, -7, 1, 32, 32),
            es256(2, -35, 2, 32, 32),
            es256(2, -7, 2, 32, 32),
            es256(2, -7, 1, 31, 32),
            es256(2, -7, 1, 32, 0),
            map(Vec::new()),
            Cbor::Other,
        ] {
            assert_eq!(Key::read(&wrong), None, "{wrong:?}");
        }
    }
}
