//! Access tokens: JWTs (RFC 7519) signed with HS256, good for minutes. Who reads one still asks whether its
//! session goes on.

use db::{SessionId, UserId, WorkspaceId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use kit::api::ApiError;
use kit::clock::Timestamp;
use serde::{Deserialize, Serialize};

/// What a token says. Times are seconds, as the standard has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The person.
    pub sub: UserId,
    /// The tenant.
    pub tid: WorkspaceId,
    /// The session.
    pub sid: SessionId,
    pub iat: i64,
    pub exp: i64,
}

/// Signs and checks.
pub(crate) struct AccessKeys {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl AccessKeys {
    pub fn new(key: &[u8; 32]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // The library asks the machine's clock; ours is the one that a test can move.
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        Self {
            encoding: EncodingKey::from_secret(key),
            decoding: DecodingKey::from_secret(key),
            validation,
        }
    }

    /// The token that says this.
    pub fn sign(&self, claims: &Claims) -> Result<String, ApiError> {
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.encoding)
            .map_err(ApiError::internal)
    }

    /// What a genuine token says, whether or not its time is over.
    pub fn read(&self, token: &str) -> Option<Claims> {
        jsonwebtoken::decode(token, &self.decoding, &self.validation)
            .ok()
            .map(|data| data.claims)
    }
}

impl Claims {
    /// Whether its time is not over.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.seconds() < self.exp
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims {
            sub: UserId::new(),
            tid: WorkspaceId::new(),
            sid: SessionId::new(),
            iat: 1000,
            exp: 1900,
        }
    }

    #[test]
    fn a_token_says_what_was_signed() {
        let (keys, claims) = (AccessKeys::new(&[1; 32]), claims());
        let token = keys.sign(&claims).unwrap();
        assert_eq!(keys.read(&token), Some(claims));
        assert_eq!(AccessKeys::new(&[2; 32]).read(&token), None);
        assert!(claims.is_fresh(Timestamp(1_899_999_999)) && !claims.is_fresh(Timestamp(1_900_000_000)));
    }

    #[test]
    fn an_unsigned_token_is_none() {
        // {"alg":"none"} and {"alg":"HS512"} with the claims and signature of a genuine token
        let (keys, claims) = (AccessKeys::new(&[1; 32]), claims());
        let token = keys.sign(&claims).unwrap();
        let (_, rest) = token.split_once('.').unwrap();
        let (body, _) = rest.split_once('.').unwrap();
        assert_eq!(keys.read(&format!("eyJhbGciOiJub25lIn0.{body}.")), None);
        assert_eq!(keys.read(&format!("eyJhbGciOiJub25lIn0.{rest}")), None);
        assert_eq!(keys.read(&format!("eyJhbGciOiJIUzUxMiJ9.{rest}")), None);
        for junk in ["", ".", "..", "a.b.c", "\u{1f980}"] {
            assert_eq!(keys.read(junk), None);
        }
    }
}
