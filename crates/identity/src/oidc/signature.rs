//! Signatures of tokens (JWS, RFC 7515) by public keys only: a token signed by a secret, or by nothing, is none.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Validation};
use serde_json::{Map, Value};

use super::Refused;

/// The claims of a token.
pub(crate) type Claims = Map<String, Value>;

/// Longer ones are not looked at.
const LONGEST: usize = 16 << 10;

/// Every algorithm that may be believed; HMAC is not among them, because its key would be known to both sides.
const ALGORITHMS: [(&str, Algorithm); 9] = [
    ("RS256", Algorithm::RS256),
    ("RS384", Algorithm::RS384),
    ("RS512", Algorithm::RS512),
    ("PS256", Algorithm::PS256),
    ("PS384", Algorithm::PS384),
    ("PS512", Algorithm::PS512),
    ("ES256", Algorithm::ES256),
    ("ES384", Algorithm::ES384),
    ("EdDSA", Algorithm::EdDSA),
];

/// Whether an algorithm may be believed at all.
pub(crate) fn is_allowed(name: &str) -> bool {
    ALGORITHMS.iter().any(|(known, _)| *known == name)
}

/// The names of all of them.
pub(crate) fn all() -> Vec<String> {
    ALGORITHMS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// A public key of an issuer.
pub(crate) struct Key {
    id: Option<String>,
    algorithm: Option<String>,
    family: AlgorithmFamily,
    public: DecodingKey,
}

impl Key {
    /// Reads one of a JWKS; none if it is not for signatures, or of a kind that is not believed.
    pub fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        if text("use").is_some_and(|usage| usage != "sig") {
            return None;
        }
        let family = match value["kty"].as_str()? {
            "RSA" => AlgorithmFamily::Rsa,
            "EC" => AlgorithmFamily::Ec,
            "OKP" => AlgorithmFamily::Ed,
            _ => return None,
        };
        let jwk: Jwk = serde_json::from_value(value.clone()).ok()?;
        Some(Self {
            id: text("kid"),
            algorithm: text("alg"),
            family,
            public: DecodingKey::from_jwk(&jwk).ok()?,
        })
    }

    /// Whether it may have made a signature that says this of itself.
    pub fn suits(&self, head: &Head) -> bool {
        let same_id = match &head.kid {
            Some(kid) => self.id.as_ref() == Some(kid),
            None => true,
        };
        same_id
            && self.family == head.algorithm.family()
            && self.algorithm.as_ref().is_none_or(|name| *name == head.name)
    }
}

/// What a token says of its signature.
#[derive(Debug)]
pub(crate) struct Head {
    pub kid: Option<String>,
    name: String,
    algorithm: Algorithm,
}

fn part(text: &str) -> Option<Claims> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

impl Head {
    /// Reads the head of a token; refused if its algorithm is not among these, or it has conditions that nobody here
    /// understands.
    pub fn read(token: &str, algorithms: &[String]) -> Result<Self, Refused> {
        let mut parts = token.split('.');
        let head = parts
            .next()
            .filter(|_| token.len() <= LONGEST)
            .and_then(part)
            .ok_or(Refused::Token("it is no token"))?;
        let name = head.get("alg").and_then(Value::as_str).unwrap_or_default();
        let algorithm = ALGORITHMS
            .iter()
            .find(|(known, _)| *known == name && algorithms.iter().any(|allowed| allowed == name))
            .map(|(_, algorithm)| *algorithm)
            .ok_or(Refused::Token("its algorithm is not believed"))?;
        if head.contains_key("crit") {
            return Err(Refused::Token("it has conditions"));
        }
        Ok(Self {
            kid: head.get("kid").and_then(Value::as_str).map(str::to_owned),
            name: name.to_owned(),
            algorithm,
        })
    }
}

/// What a token claims, without looking at its signature: only to find out whose keys to ask for.
pub(crate) fn unproved_issuer(token: &str) -> Option<String> {
    if token.len() > LONGEST {
        return None;
    }
    let claims = part(token.split('.').nth(1)?)?;
    claims.get("iss")?.as_str().map(str::to_owned)
}

/// The claims of a token that one of these keys signed.
pub(crate) fn verified(token: &str, head: &Head, keys: &[std::sync::Arc<Key>]) -> Result<Claims, Refused> {
    let mut validation = Validation::new(head.algorithm);
    // Claims are checked by our own clock, in `claims`.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    keys.iter()
        .find_map(|key| jsonwebtoken::decode::<Claims>(token, &key.public, &validation).ok())
        .map(|data| data.claims)
        .ok_or(Refused::Token("its signature is wrong"))
}
