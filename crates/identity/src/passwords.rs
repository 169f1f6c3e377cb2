//! Passwords: Argon2id (RFC 9106) with OWASP's parameters, a few at a time, so that a storm of sign-ins takes
//! neither the memory nor the processors away from everybody else.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use kit::api::{ApiError, Problems};
use kit::ids::random_bytes;
use kit::secret::Secret;
use serde::{Deserialize, Deserializer};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// KiB for one hash.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
/// How many are made at once.
const AT_ONCE: usize = 2;

/// A password as it came in: wiped when dropped, never printed.
#[derive(Clone, Debug)]
pub struct Password(Secret);

impl Password {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(Secret::new(text))
    }

    /// The rule for new passwords: 10 to 200 characters, whichever.
    pub fn check_new(&self, field: &str, problems: &mut Problems) {
        let length = self.0.expose().chars().count();
        problems.check(length >= 10, field, "A password needs at least 10 characters.");
        problems.check(
            length <= 200,
            field,
            "A password must not be longer than 200 characters.",
        );
    }

    /// The rule for passwords that are compared.
    pub fn check_given(&self, field: &str, problems: &mut Problems) {
        let text = self.0.expose();
        problems.check(!text.is_empty(), field, "This must not be empty.");
        problems.check(
            text.chars().count() <= 200,
            field,
            "A password must not be longer than 200 characters.",
        );
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

fn argon2() -> Result<Argon2<'static>, ApiError> {
    let params = Params::new(MEMORY, PASSES, 1, None).map_err(ApiError::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &Password) -> Result<String, ApiError> {
    let salt: [u8; 16] = random_bytes();
    argon2()?
        .hash_password_with_salt(password.0.expose().as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(ApiError::internal)
}

fn verify(password: &Password, hash: &str) -> Result<bool, ApiError> {
    Ok(argon2()?
        .verify_password(password.0.expose().as_bytes(), hash)
        .is_ok())
}

/// Whose turn it is; held while a hash is made.
pub(crate) struct Turn {
    _permit: OwnedSemaphorePermit,
}

/// Hashes passwords in turn.
pub(crate) struct Hasher(Arc<Semaphore>);

impl Hasher {
    pub fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// Waits for a turn.
    pub async fn turn(&self) -> Result<Turn, ApiError> {
        self.0
            .clone()
            .acquire_owned()
            .await
            .map(|permit| Turn { _permit: permit })
            .map_err(ApiError::internal)
    }

    async fn work<T: Send + 'static>(
        turn: Turn,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await
        .map_err(ApiError::internal)?
    }

    /// The hash to store, in PHC format.
    pub async fn hash(&self, password: Password) -> Result<String, ApiError> {
        let turn = self.turn().await?;
        Self::work(turn, move || hash(&password)).await
    }

    /// Whether the password is the one that was hashed. Without a hash the answer is no, after the same work.
    pub async fn verify(turn: Turn, password: Password, stored: Option<String>) -> Result<bool, ApiError> {
        Self::work(turn, move || match stored {
            Some(stored) => verify(&password, &stored),
            None => hash(&password).map(|_| false),
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_fits_its_hash() {
        let hasher = Hasher::new();
        let stored = hasher.hash(Password::new("correct horse".into())).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        for (text, fits) in [("correct horse", true), ("correct Horse", false), ("", false)] {
            let turn = hasher.turn().await.unwrap();
            let given = Password::new(text.into());
            assert_eq!(
                Hasher::verify(turn, given, Some(stored.clone())).await.unwrap(),
                fits
            );
        }
        let turn = hasher.turn().await.unwrap();
        assert!(
            !Hasher::verify(turn, Password::new("anything at all".into()), None)
                .await
                .unwrap()
        );
    }

    #[test]
    fn new_passwords_have_a_length() {
        let faults = |text: &str| {
            let mut problems = Problems::default();
            Password::new(text.into()).check_new("password", &mut problems);
            problems.into_result().is_err()
        };
        assert!(faults("ninechars") && faults(&"x".repeat(201)));
        assert!(!faults("ten chars!") && !faults(&"ä".repeat(200)));
    }
}
