//! Requests to a source: to its own hosts only, with its sign-in, with an answer that is judged.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use kit::http::{Client, Error, Reach, Response, Timeouts};
use serde_json::Value;

use super::SourceError;
use crate::expression::{Template, Values};
use crate::manifest::{Auth, Manifest};

/// A page larger than this is no page.
pub(super) const MOST_BYTES: usize = 64 << 20;
/// How many redirects within the source's own hosts are followed.
const HOPS: usize = 3;
/// Waiting longer than this is not waiting any more.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// A host and its port.
type Host = (String, u16);

/// The way to one shop.
pub(super) struct Connection {
    base: String,
    home: Host,
    allowed: Vec<Host>,
    headers: HeaderMap,
    auth: HeaderMap,
    http: Client,
    reach: Reach,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("base", &self.base).finish_non_exhaustive()
    }
}

/// An answer that was accepted.
#[derive(Debug)]
pub(super) struct Answer {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Value,
}

impl Connection {
    pub fn new(
        manifest: &Manifest,
        config: &BTreeMap<String, String>,
        elsewhere: Option<&str>,
        http: Client,
        reach: Reach,
    ) -> Result<Self, SourceError> {
        let values = Values { config: Some(config), ..Values::default() };
        let template = manifest.base_url.as_ref();
        let field = template.and_then(|t| t.config_names().first().map(|name| (*name).to_owned()));
        let field = field.unwrap_or_else(|| "address".to_owned());
        let bad = |message: &str| SourceError::Config { field: field.clone(), message: message.to_owned() };
        let base = template.and_then(|t| t.fill(&values)).ok_or_else(|| bad("The address is missing."))?;
        let mut allowed: Vec<Host> = Vec::new();
        for entry in &manifest.egress {
            let entry = entry.fill(&values).ok_or_else(|| bad("The address is missing."))?;
            allowed.push(host_of(&entry).ok_or_else(|| bad("The address cannot be read."))?);
        }
        let base = match elsewhere {
            Some(origin) => {
                allowed.push(host_of(origin).ok_or_else(|| bad("The address cannot be read."))?);
                let path = base.parse::<Uri>().map(|uri| uri.path().to_owned()).unwrap_or_default();
                format!("{}{}", origin.trim_end_matches('/'), path.trim_end_matches('/'))
            }
            None => base,
        };
        if !base.starts_with("https://") && reach == Reach::PublicOnly {
            return Err(bad("The address must begin with https://, or the password would travel in the open."));
        }
        let home = host_of(&base).filter(|home| allowed.contains(home)).ok_or_else(|| bad("The address cannot be read."))?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("Tributary/", env!("CARGO_PKG_VERSION"))));
        for (name, template) in &manifest.headers {
            let (name, value) = header(name, template, &values).ok_or_else(|| bad("A header cannot be sent."))?;
            headers.insert(name, value);
        }
        let auth = manifest.auth.as_ref().map_or(Some(HeaderMap::new()), |auth| sign_in(auth, &values));
        let auth = auth.ok_or_else(|| bad("The credentials are missing."))?;
        Ok(Self { base, home, allowed, headers, auth, http, reach })
    }

    /// A path behind the base; a whole address stays what it is.
    pub fn address(&self, path: &str) -> String {
        if path.starts_with("https://") || path.starts_with("http://") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        }
    }

    /// Reads JSON.
    pub async fn get(&self, address: &str) -> Result<Answer, SourceError> {
        let answer = self.send(Method::GET, address, Bytes::new(), HeaderMap::new()).await?;
        read(answer).await
    }

    /// Sends JSON and reads JSON.
    pub async fn post(&self, address: &str, body: &Value) -> Result<Answer, SourceError> {
        let body = Bytes::from(body.to_string());
        let answer = self.send(Method::POST, address, body, HeaderMap::new()).await?;
        read(answer).await
    }

    /// Reads a file from a byte on, piece by piece. Says whether the answer begins there (else at the file's beginning).
    pub async fn file(&self, address: &str, from: u64) -> Result<(Response, bool), SourceError> {
        let mut headers = HeaderMap::new();
        if from > 0 {
            let range = HeaderValue::try_from(format!("bytes={from}-"));
            headers.extend(range.map(|range| (http::header::RANGE, range)));
        }
        let answer = self.send(Method::GET, address, Bytes::new(), headers).await?;
        let begins_there = from == 0 || answer.status() == StatusCode::PARTIAL_CONTENT;
        Ok((answer, begins_there))
    }

    async fn send(&self, method: Method, address: &str, body: Bytes, more: HeaderMap) -> Result<Response, SourceError> {
        let mut address = address.to_owned();
        for _ in 0..=HOPS {
            let answer = self.once(&method, &address, &body, &more).await?;
            if !answer.status().is_redirection() {
                return Ok(answer);
            }
            let location = answer.headers().get(LOCATION).and_then(|l| l.to_str().ok());
            let next = location.filter(|_| method == Method::GET).and_then(|l| resolved(&address, l));
            address = next.ok_or_else(|| SourceError::Protocol("it redirects to nowhere".to_owned()))?;
        }
        Err(SourceError::Protocol("it redirects for ever".to_owned()))
    }

    async fn once(&self, method: &Method, address: &str, body: &Bytes, more: &HeaderMap) -> Result<Response, SourceError> {
        let elsewhere = || SourceError::Protocol("it leads to a host that this connector may not reach".to_owned());
        let host = host_of(address).filter(|host| self.allowed.contains(host)).ok_or_else(elsewhere)?;
        if self.reach == Reach::PublicOnly && !address.starts_with("https://") {
            return Err(elsewhere());
        }
        let uri: Uri = address.parse().map_err(|_| SourceError::Protocol("an address cannot be read".to_owned()))?;
        let mut request = Request::new(body.clone());
        *request.method_mut() = method.clone();
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.extend(self.headers.clone());
        headers.extend(more.clone());
        if host == self.home {
            headers.extend(self.auth.clone());
        }
        if *method == Method::POST {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let answer = self.http.send(request, self.reach, &Timeouts::default()).await.map_err(|e| failed(&e))?;
        if answer.status().is_success() || answer.status().is_redirection() { Ok(answer) } else { Err(refused(answer).await) }
    }
}

async fn read(answer: Response) -> Result<Answer, SourceError> {
    let (parts, body) = answer.into_parts();
    let bytes = body.read(MOST_BYTES).await.map_err(|error| failed(&error))?;
    let body = serde_json::from_slice(&bytes).map_err(|_| SourceError::Protocol("its answer is no JSON".to_owned()))?;
    Ok(Answer { headers: parts.headers, body })
}

/// What a broken exchange means.
pub(super) fn failed(error: &Error) -> SourceError {
    match error {
        Error::TooLarge { .. } => SourceError::Protocol("its answer is too large".to_owned()),
        other => SourceError::Unavailable(other.to_string()),
    }
}

/// What a status means that is no success. Nothing is passed over.
async fn refused(answer: Response) -> SourceError {
    let status = answer.status();
    let wait = answer.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(wait);
    let said = answer.into_body().read(64 << 10).await.unwrap_or_default();
    let said = serde_json::from_slice(&said).ok().and_then(|body: Value| sentence(&body));
    let said = said.map_or_else(|| format!("status {}", status.as_u16()), |said| format!("{said} (status {})", status.as_u16()));
    match status.as_u16() {
        401 => SourceError::Unauthorized(said),
        402 | 403 => SourceError::Forbidden(said),
        429 => SourceError::RateLimited(wait.unwrap_or(Duration::from_secs(10))),
        503 if wait.is_some() => SourceError::RateLimited(wait.unwrap_or_default()),
        408 | 423 | 425 | 430 | 500..=599 => SourceError::Unavailable(said),
        404 | 410 => SourceError::Protocol(format!("{NOT_FOUND}: {said}")),
        _ => SourceError::Protocol(said),
    }
}

/// How the error of an address without anything begins.
pub(super) const NOT_FOUND: &str = "nothing is there";

/// What the source says about an error, cut to a sentence.
pub(super) fn sentence(body: &Value) -> Option<String> {
    let error = body.get("error").unwrap_or(body);
    let text = [error.get("message"), body.get("errors"), Some(error)].into_iter().flatten().find_map(Value::as_str)?;
    let plain: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
    Some(plain.trim_end_matches('.').to_owned())
}

/// `Retry-After`: seconds, or a date.
fn wait(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok().map(|wait| wait.min(LONGEST_WAIT));
    }
    let until = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
    let until = kit::clock::Timestamp(until.as_microsecond());
    Some(until.since(kit::clock::Clock::system().now()).min(LONGEST_WAIT))
}

/// The host and port of an address or of a bare name.
fn host_of(text: &str) -> Option<Host> {
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let uri: Uri = whole.parse().ok()?;
    let authority = uri.authority()?;
    let port = match (authority.port_u16(), uri.scheme_str()?) {
        (Some(port), _) => port,
        (None, "http") => 80,
        (None, "https") => 443,
        _ => return None,
    };
    let is_plain = !authority.as_str().contains('@');
    is_plain.then(|| (authority.host().to_ascii_lowercase(), port))
}

fn resolved(base: &str, location: &str) -> Option<String> {
    if location.contains("://") {
        return Some(location.to_owned());
    }
    let uri: Uri = base.parse().ok()?;
    let origin = format!("{}://{}", uri.scheme_str()?, uri.authority()?);
    location.starts_with('/').then(|| format!("{origin}{location}"))
}

fn header(name: &str, template: &Template, values: &Values<'_>) -> Option<(HeaderName, HeaderValue)> {
    let value = HeaderValue::try_from(template.fill(values)?).ok()?;
    Some((HeaderName::try_from(name).ok()?, value))
}

fn sign_in(auth: &Auth, values: &Values<'_>) -> Option<HeaderMap> {
    let (name, mut value) = match auth {
        Auth::Header { name, value } => header(name, value, values)?,
        Auth::Basic { user, password } => {
            let pair = format!("{}:{}", user.fill(values)?, password.fill(values)?);
            (AUTHORIZATION, HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair))).ok()?)
        }
    };
    value.set_sensitive(true);
    Some(HeaderMap::from_iter([(name, value)]))
}

/// A text as a part of an address.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_and_hosts_are_read() {
        assert_eq!(wait("2.5"), Some(Duration::from_millis(2500)));
        assert_eq!(wait("999999"), Some(LONGEST_WAIT));
        assert_eq!(wait("-1"), None);
        assert_eq!(wait("soon"), None);
        assert_eq!(wait("Fri, 31 Dec 1999 23:59:59 GMT"), Some(Duration::ZERO));
        assert_eq!(host_of("Shop.Example"), Some(("shop.example".into(), 443)));
        assert_eq!(host_of("http://a.example:8080/x"), Some(("a.example".into(), 8080)));
        assert_eq!(host_of("https://good.example@evil.example"), None);
        assert_eq!(encoded("a b/../ü"), "a%20b%2F..%2F%C3%BC");
        assert_eq!(sentence(&serde_json::json!({"error": {"message": "No such key."}})).as_deref(), Some("No such key"));
        assert_eq!(sentence(&serde_json::json!({"errors": "Not Found"})).as_deref(), Some("Not Found"));
    }
}
