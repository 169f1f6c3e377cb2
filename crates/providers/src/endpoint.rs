//! Where a provider is and how one gets in, worked out once.

use std::sync::Arc;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use kit::http::Reach;
use kit::secret::Secret;

use crate::local::LocalModel;
use crate::{ProviderKind, Wire};

/// The version of Anthropic's format that we speak:
/// <https://docs.anthropic.com/en/api/versioning>.
const ANTHROPIC_VERSION: &str = "2023-06-01";

/// Why an address or a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// There is no usual address and none was given.
    #[error("this provider needs the address of its server")]
    NoBaseUrl,
    /// The address is not one.
    #[error("the address must look like https://host/v1")]
    BadBaseUrl,
    /// The guard would refuse it.
    #[error("{0}")]
    Refused(#[from] kit::http::Refusal),
    /// The key has characters that no key has.
    #[error("the key contains characters that cannot be sent")]
    BadKey,
}

/// A provider that can be asked: address, key and headers, ready for use. Cloning is cheap, nothing of it is
/// worked out again per call.
#[derive(Clone)]
pub struct Endpoint {
    inner: Arc<Inner>,
}

struct Inner {
    kind: ProviderKind,
    wire: Wire,
    reach: Reach,
    scheme: Scheme,
    authority: Authority,
    /// Without a slash at the end.
    path: String,
    chat: Uri,
    models: Uri,
    embeddings: Uri,
    headers: HeaderMap,
    has_key: bool,
    local: Option<Arc<dyn LocalModel>>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("kind", &self.inner.kind)
            .field("base_url", &self.base_url())
            .field("has_key", &self.inner.has_key)
            .field("reach", &self.inner.reach)
            .finish_non_exhaustive()
    }
}

impl Endpoint {
    /// A provider at its usual address, or at `base_url` (with its version, as in `https://host/v1`).
    pub fn new(
        kind: ProviderKind,
        base_url: Option<&str>,
        key: Option<&Secret>,
        reach: Reach,
    ) -> Result<Self, EndpointError> {
        let base = base_url
            .or(kind.default_base_url())
            .ok_or(EndpointError::NoBaseUrl)?;
        let (scheme, authority, path) = split_base(base)?;
        let wire = kind.wire();
        let uri = |rest: &str| join(&scheme, &authority, &path, rest);
        let chat = match wire {
            Wire::Anthropic => uri("/messages")?,
            // The model is part of Gemini's path; see `gemini_uri`.
            Wire::Gemini => uri("/models")?,
            Wire::OpenAi | Wire::Local => uri("/chat/completions")?,
        };
        kit::http::guard::check_uri(&chat, reach)?;
        let models = match wire {
            Wire::Anthropic => uri("/models?limit=1000")?,
            Wire::Gemini => uri("/models?pageSize=1000")?,
            Wire::OpenAi | Wire::Local => uri("/models")?,
        };
        let embeddings = uri("/embeddings")?;
        let key = key.filter(|key| !key.expose().trim().is_empty());
        let headers = headers(wire, key)?;
        let has_key = key.is_some();
        let inner = Inner {
            kind,
            wire,
            reach,
            scheme,
            authority,
            path,
            chat,
            models,
            embeddings,
            headers,
            has_key,
            local: None,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The model inside the binary.
    pub fn builtin(model: Arc<dyn LocalModel>) -> Self {
        let inner = Inner {
            kind: ProviderKind::Builtin,
            wire: Wire::Local,
            reach: Reach::PublicOnly,
            scheme: Scheme::HTTP,
            authority: Authority::from_static("builtin.invalid"),
            path: String::new(),
            chat: Uri::from_static("/"),
            models: Uri::from_static("/"),
            embeddings: Uri::from_static("/"),
            headers: HeaderMap::new(),
            has_key: false,
            local: Some(model),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Which provider.
    pub fn kind(&self) -> ProviderKind {
        self.inner.kind
    }

    /// Which format.
    pub fn wire(&self) -> Wire {
        self.inner.wire
    }

    /// How far its requests may reach.
    pub fn reach(&self) -> Reach {
        self.inner.reach
    }

    /// Whether a key is sent.
    pub fn has_key(&self) -> bool {
        self.inner.has_key
    }

    /// The address, for a person.
    pub fn base_url(&self) -> String {
        let Inner {
            scheme,
            authority,
            path,
            ..
        } = &*self.inner;
        format!("{scheme}://{authority}{path}")
    }

    /// The model inside the binary, when this is it.
    pub fn local(&self) -> Option<&Arc<dyn LocalModel>> {
        self.inner.local.as_ref()
    }

    pub(crate) fn chat_uri(&self) -> &Uri {
        &self.inner.chat
    }

    pub(crate) fn models_uri(&self) -> &Uri {
        &self.inner.models
    }

    pub(crate) fn embeddings_uri(&self) -> &Uri {
        &self.inner.embeddings
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.inner.headers
    }

    /// `…/models/{model}:{action}`. A model's name with anything but letters, digits and `-._/` has no
    /// business in a path.
    pub(crate) fn gemini_uri(&self, model: &str, action: &str) -> Option<Uri> {
        let model = model.strip_prefix("models/").unwrap_or(model);
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'/');
        if model.is_empty() || !model.bytes().all(is_plain) || model.contains("..") {
            return None;
        }
        // A tuned model is addressed as `tunedModels/…`.
        let folder = if model.contains('/') { "" } else { "models/" };
        let Inner {
            scheme,
            authority,
            path,
            ..
        } = &*self.inner;
        join(scheme, authority, path, &format!("/{folder}{model}:{action}")).ok()
    }
}

fn split_base(base: &str) -> Result<(Scheme, Authority, String), EndpointError> {
    let uri: Uri = base.trim().parse().map_err(|_| EndpointError::BadBaseUrl)?;
    if uri.query().is_some() {
        return Err(EndpointError::BadBaseUrl);
    }
    let parts = uri.into_parts();
    let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
        return Err(EndpointError::BadBaseUrl);
    };
    let path = parts
        .path_and_query
        .as_ref()
        .map_or("", PathAndQuery::path)
        .trim_end_matches('/');
    // People paste the whole address of the call.
    let path = ["/chat/completions", "/messages", "/models", "/embeddings"]
        .iter()
        .find_map(|tail| path.strip_suffix(tail))
        .unwrap_or(path);
    Ok((scheme, authority, path.to_owned()))
}

fn join(scheme: &Scheme, authority: &Authority, path: &str, rest: &str) -> Result<Uri, EndpointError> {
    let path = format!("{path}{rest}")
        .parse::<PathAndQuery>()
        .map_err(|_| EndpointError::BadBaseUrl)?;
    Uri::builder()
        .scheme(scheme.clone())
        .authority(authority.clone())
        .path_and_query(path)
        .build()
        .map_err(|_| EndpointError::BadBaseUrl)
}

fn headers(wire: Wire, key: Option<&Secret>) -> Result<HeaderMap, EndpointError> {
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(
        ACCEPT,
        HeaderValue::from_static("application/json, text/event-stream"),
    );
    headers.insert(
        USER_AGENT,
        HeaderValue::from_static(concat!("Tributary/", env!("CARGO_PKG_VERSION"))),
    );
    if wire == Wire::Anthropic {
        let name = HeaderName::from_static("anthropic-version");
        headers.insert(name, HeaderValue::from_static(ANTHROPIC_VERSION));
    }
    if let Some(key) = key {
        let key = key.expose().trim();
        let (name, text) = match wire {
            Wire::Anthropic => (HeaderName::from_static("x-api-key"), key.to_owned()),
            Wire::Gemini => (HeaderName::from_static("x-goog-api-key"), key.to_owned()),
            Wire::OpenAi | Wire::Local => (AUTHORIZATION, format!("Bearer {key}")),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| EndpointError::BadKey)?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(kind: ProviderKind, base: Option<&str>) -> Result<Endpoint, EndpointError> {
        let key = Secret::new("sk-secret".into());
        Endpoint::new(kind, base, Some(&key), Reach::AllowPrivate)
    }

    #[test]
    fn addresses_are_joined() {
        for (kind, base, chat) in [
            (
                ProviderKind::OpenAi,
                None,
                "https://api.openai.com/v1/chat/completions",
            ),
            (
                ProviderKind::Groq,
                None,
                "https://api.groq.com/openai/v1/chat/completions",
            ),
            (
                ProviderKind::Anthropic,
                None,
                "https://api.anthropic.com/v1/messages",
            ),
            (
                ProviderKind::Custom,
                Some("http://10.0.0.7:8000/v1/"),
                "http://10.0.0.7:8000/v1/chat/completions",
            ),
            (
                ProviderKind::Custom,
                Some(" https://llm.test/api/v3/chat/completions "),
                "https://llm.test/api/v3/chat/completions",
            ),
            (
                ProviderKind::Custom,
                Some("https://llm.test"),
                "https://llm.test/chat/completions",
            ),
        ] {
            assert_eq!(endpoint(kind, base).unwrap().chat_uri().to_string(), chat);
        }
        let gemini = endpoint(ProviderKind::Gemini, None).unwrap();
        let uri = gemini
            .gemini_uri("models/gemini-2.5-flash", "generateContent")
            .unwrap();
        let expected =
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent";
        assert_eq!(uri.to_string(), expected);
        for bad in ["", "../secrets", "a?b", "a#b", "a b", "a:b"] {
            assert!(gemini.gemini_uri(bad, "generateContent").is_none(), "{bad}");
        }
    }

    #[test]
    fn bad_addresses_are_told_at_once() {
        assert_eq!(
            endpoint(ProviderKind::Custom, None).unwrap_err(),
            EndpointError::NoBaseUrl
        );
        for bad in ["", "nonsense", "/v1", "https://", "https://a.test/v1?key=1"] {
            assert_eq!(
                endpoint(ProviderKind::Custom, Some(bad)).unwrap_err(),
                EndpointError::BadBaseUrl,
                "{bad}"
            );
        }
        for bad in [
            "ftp://a.test/v1",
            "http://user:pw@a.test/v1",
            "http://169.254.169.254/v1",
        ] {
            let error = endpoint(ProviderKind::Custom, Some(bad)).unwrap_err();
            assert!(matches!(error, EndpointError::Refused(_)), "{bad}: {error:?}");
        }
        let key = Secret::new("line\nbreak".into());
        let error = Endpoint::new(ProviderKind::OpenAi, None, Some(&key), Reach::PublicOnly).unwrap_err();
        assert_eq!(error, EndpointError::BadKey);
    }

    #[test]
    fn the_key_is_not_printed() {
        let printed = format!("{:?}", endpoint(ProviderKind::OpenAi, None).unwrap());
        assert!(!printed.contains("sk-secret"), "{printed}");
        let headers = format!("{:?}", endpoint(ProviderKind::Anthropic, None).unwrap().headers());
        assert!(!headers.contains("sk-secret"), "{headers}");
    }
}
