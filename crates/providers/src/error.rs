//! What can go wrong with a provider, in one list for all of them.

use std::time::Duration;

use kit::http::{Error as HttpError, Phase};

use crate::ProviderKind;

/// What kind of failure it is: the ground on which a caller decides what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The key is missing, wrong or revoked.
    InvalidKey,
    /// The key is right but may not do this.
    Forbidden,
    /// There is no money left on the account.
    OutOfCredit,
    /// There is no such model (or address).
    NotFound,
    /// Too much in too short a time; see [`ProviderError::retry_after`].
    RateLimited,
    /// The provider has too much to do.
    Overloaded,
    /// The conversation is longer than the model can read.
    ContextTooLong,
    /// The provider does not want to answer this.
    Refused,
    /// The request is wrong in itself.
    BadRequest,
    /// Something broke at the provider's.
    Server,
    /// Nobody was there: no name, no connection, no TLS.
    Unreachable,
    /// The address is one that must not be reached.
    Blocked,
    /// No first byte in time.
    TimeoutFirstByte,
    /// Silence in the middle of the answer.
    TimeoutIdle,
    /// The answer ended in the middle.
    BrokenStream,
    /// The answer makes no sense.
    Garbage,
    /// The caller does not want it any more.
    Cancelled,
}

impl ErrorKind {
    /// A stable code for logs and for the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidKey => "invalid_key",
            Self::Forbidden => "forbidden",
            Self::OutOfCredit => "out_of_credit",
            Self::NotFound => "not_found",
            Self::RateLimited => "rate_limited",
            Self::Overloaded => "overloaded",
            Self::ContextTooLong => "context_too_long",
            Self::Refused => "refused",
            Self::BadRequest => "bad_request",
            Self::Server => "server_error",
            Self::Unreachable => "unreachable",
            Self::Blocked => "blocked_address",
            Self::TimeoutFirstByte => "timeout_first_byte",
            Self::TimeoutIdle => "timeout_idle",
            Self::BrokenStream => "broken_stream",
            Self::Garbage => "garbage",
            Self::Cancelled => "cancelled",
        }
    }

    /// The sentence for a person, with the provider's name in front of it.
    const fn sentence(self) -> &'static str {
        match self {
            Self::InvalidKey => "did not accept the API key.",
            Self::Forbidden => "does not allow this with the given API key.",
            Self::OutOfCredit => "reports that the account has no credit left.",
            Self::NotFound => "does not know this model.",
            Self::RateLimited => "limits how much may be asked at the moment.",
            Self::Overloaded => "is overloaded at the moment.",
            Self::ContextTooLong => "cannot read a conversation of this length with this model.",
            Self::Refused => "declined to answer this.",
            Self::BadRequest => "did not understand the request.",
            Self::Server => "had an internal error.",
            Self::Unreachable => "could not be reached.",
            Self::Blocked => "has an address that must not be reached.",
            Self::TimeoutFirstByte => "did not begin to answer in time.",
            Self::TimeoutIdle => "stopped in the middle of its answer.",
            Self::BrokenStream => "broke off in the middle of its answer.",
            Self::Garbage => "answered something that cannot be understood.",
            Self::Cancelled => "was asked to stop.",
        }
    }
}

/// A failure of one provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {}", .provider.name(), .kind.sentence())]
pub struct ProviderError {
    /// What kind.
    pub kind: ErrorKind,
    /// Whose.
    pub provider: ProviderKind,
    /// The HTTP status, when there was one.
    pub status: Option<u16>,
    /// How long to wait, when the provider says so.
    pub retry_after: Option<Duration>,
    /// The provider's own words, shortened, without anything that looks like a key. Empty when it said
    /// nothing. For people who can act on it (a developer at `/v1`, an administrator).
    pub detail: String,
}

impl ProviderError {
    /// A failure without words of the provider.
    pub fn new(provider: ProviderKind, kind: ErrorKind) -> Self {
        Self {
            kind,
            provider,
            status: None,
            retry_after: None,
            detail: String::new(),
        }
    }

    /// With the provider's own words.
    #[must_use]
    pub fn with_detail(mut self, detail: &str) -> Self {
        self.detail = safe_words(detail);
        self
    }

    /// With the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// A failure of the connection. `after_head` tells that the answer had begun.
    pub fn of_http(provider: ProviderKind, error: &HttpError, after_head: bool) -> Self {
        let kind = match error {
            HttpError::Refused(_) => ErrorKind::Blocked,
            HttpError::Dns | HttpError::Connect | HttpError::Tls | HttpError::Timeout(Phase::Connect) => {
                ErrorKind::Unreachable
            }
            HttpError::Timeout(Phase::FirstByte) => ErrorKind::TimeoutFirstByte,
            HttpError::Timeout(Phase::Idle) => ErrorKind::TimeoutIdle,
            HttpError::Broken if after_head => ErrorKind::BrokenStream,
            HttpError::Broken => ErrorKind::Unreachable,
            HttpError::Protocol | HttpError::TooLarge { .. } | HttpError::TooManyRedirects => {
                ErrorKind::Garbage
            }
        };
        Self::new(provider, kind).with_detail(&error.to_string())
    }

    /// The sentence for a person: which provider and what is wrong. Never contains the provider's words.
    pub fn message(&self) -> String {
        self.to_string()
    }

    /// Whether another provider (or another key) may well answer. What is wrong with the request itself, or
    /// with its content, is not carried from door to door. A [`ErrorKind::ContextTooLong`] may still fit
    /// into a model with a longer context: that is the caller's choice.
    pub fn is_try_elsewhere(&self) -> bool {
        !matches!(
            self.kind,
            ErrorKind::BadRequest | ErrorKind::ContextTooLong | ErrorKind::Refused | ErrorKind::Cancelled
        )
    }

    /// Whether the same provider may answer when asked again, after [`retry_after`](Self::retry_after).
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::RateLimited
                | ErrorKind::Overloaded
                | ErrorKind::Server
                | ErrorKind::Unreachable
                | ErrorKind::TimeoutFirstByte
                | ErrorKind::TimeoutIdle
                | ErrorKind::BrokenStream
        )
    }

    /// Whether it says something about the provider's health. A wrong key or a wrong request does not; a
    /// rate limit belongs to the key and has its own waiting time.
    pub fn counts_for_breaker(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Overloaded
                | ErrorKind::Server
                | ErrorKind::Unreachable
                | ErrorKind::TimeoutFirstByte
                | ErrorKind::TimeoutIdle
                | ErrorKind::BrokenStream
                | ErrorKind::Garbage
        )
    }
}

/// At most this many characters of a provider's words are kept.
const MAX_WORDS: usize = 300;

/// The provider's words without control characters and without what looks like a key. OpenAI repeats part of
/// a wrong key in its message ("Incorrect API key provided: sk-abc***xyz").
pub(crate) fn safe_words(words: &str) -> String {
    let mut safe = String::with_capacity(words.len().min(MAX_WORDS + 8));
    for word in words.split_whitespace() {
        if !safe.is_empty() {
            safe.push(' ');
        }
        if looks_like_key(word) {
            safe.push('…');
        } else {
            safe.extend(word.chars().filter(|c| !c.is_control()));
        }
        if safe.len() > MAX_WORDS {
            let end = safe
                .char_indices()
                .map(|(at, _)| at)
                .take_while(|at| *at <= MAX_WORDS)
                .last();
            safe.truncate(end.unwrap_or(0));
            safe.push('…');
            break;
        }
    }
    safe
}

fn looks_like_key(word: &str) -> bool {
    const MARKS: [&str; 8] = ["sk-", "sk_", "gsk_", "AIza", "xai-", "Bearer", "key=", "trb_"];
    if MARKS.iter().any(|mark| word.contains(mark)) && word.len() > 8 {
        return true;
    }
    // A long run without anything that a sentence, a path or a model's name has.
    let longest = word
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .map(str::len)
        .max()
        .unwrap_or(0);
    longest >= 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_not_survive() {
        for words in [
            "Incorrect API key provided: sk-proj-abc***wxyz. You can find your API key at https://x.",
            "Invalid API Key gsk_0123456789abcdef",
            "API key not valid: AIzaSyA1234567890abcdefg",
            "token 0123456789abcdef0123456789abcdef is wrong",
            "https://host/v1?key=secretsecret",
        ] {
            let safe = safe_words(words);
            for secret in ["sk-proj", "gsk_", "AIzaSy", "0123456789abcdef", "secretsecret"] {
                assert!(!safe.contains(secret), "{safe}");
            }
            assert!(safe.contains('…'));
        }
        assert_eq!(
            safe_words("The model `llama-3.3-70b-versatile` does not exist."),
            "The model `llama-3.3-70b-versatile` does not exist."
        );
    }

    #[test]
    fn long_words_are_cut_between_characters() {
        let safe = safe_words(&"ä ".repeat(500));
        assert!(safe.ends_with('…') && safe.len() < 310);
    }

    #[test]
    fn the_callers_mistakes_stay_with_the_caller() {
        let try_elsewhere = |kind| ProviderError::new(ProviderKind::OpenAi, kind).is_try_elsewhere();
        for kind in [ErrorKind::BadRequest, ErrorKind::Refused, ErrorKind::Cancelled] {
            assert!(!try_elsewhere(kind));
        }
        for kind in [
            ErrorKind::InvalidKey,
            ErrorKind::Forbidden,
            ErrorKind::NotFound,
            ErrorKind::RateLimited,
        ] {
            assert!(try_elsewhere(kind));
        }
    }
}
