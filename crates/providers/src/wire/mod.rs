//! The three formats, and the two ways to ask: all at once, or piece by piece.

pub(crate) mod anthropic;
mod decode;
pub(crate) mod errors;
pub(crate) mod gemini;
pub(crate) mod openai;
mod retry;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request, Uri};
use kit::http::{Client, Response, Timeouts};

pub(crate) use decode::{Decoder, Output};

use crate::answer::Answer;
use crate::{ChatRequest, ChunkStream, Endpoint, ErrorKind, ProviderError, Wire};

/// No whole answer is larger: a model writes text.
const MAX_ANSWER: usize = 64 << 20;

/// No error is worth more.
const MAX_ERROR: usize = 256 << 10;

/// Asks `model` and waits for the whole answer.
pub async fn complete(
    client: &Client,
    endpoint: &Endpoint,
    model: &str,
    request: &ChatRequest,
    timeouts: &Timeouts,
) -> Result<Answer, ProviderError> {
    if let Some(local) = endpoint.local() {
        return local.chat(model, request)?.collect().await;
    }
    let (uri, body) = prepare(endpoint, model, request, false)?;
    let bytes = ask(client, endpoint, Method::POST, uri, body, timeouts).await?;
    read_answer(endpoint, request.openai_body().is_some(), bytes)
}

/// Asks `model` and hands the answer on as it comes. Returns when the provider has begun to answer; see
/// [`ChunkStream::wait_for_content`] before promising anything to anybody.
pub async fn stream(
    client: &Client,
    endpoint: &Endpoint,
    model: &str,
    request: &ChatRequest,
    timeouts: &Timeouts,
) -> Result<ChunkStream, ProviderError> {
    if let Some(local) = endpoint.local() {
        return local.chat(model, request);
    }
    let (uri, body) = prepare(endpoint, model, request, true)?;
    let response = send(client, endpoint, Method::POST, uri, body, timeouts).await?;
    let mime = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = endpoint.kind();
    if mime.starts_with("application/json") {
        // Some servers do not stream, and some say 200 and mean an error.
        let bytes = read(endpoint, response, MAX_ANSWER).await?;
        let answer = read_answer(endpoint, false, bytes)?;
        return Ok(ChunkStream::whole(kind, answer));
    }
    if mime.starts_with("text/html") {
        return Err(page_instead_of_answer(endpoint));
    }
    let decoder = match endpoint.wire() {
        Wire::Anthropic => Decoder::anthropic(kind),
        Wire::Gemini => Decoder::gemini(kind),
        Wire::OpenAi | Wire::Local => {
            let pass = request.openai_body().map(|_| request.include_usage);
            Decoder::openai(kind, pass)
        }
    };
    Ok(ChunkStream::wire(kind, response.into_body(), decoder))
}

fn prepare(
    endpoint: &Endpoint,
    model: &str,
    request: &ChatRequest,
    stream: bool,
) -> Result<(Uri, Bytes), ProviderError> {
    let kind = endpoint.kind();
    let bad = |words: &str| ProviderError::new(kind, ErrorKind::BadRequest).with_detail(words);
    match endpoint.wire() {
        Wire::OpenAi | Wire::Local => {
            let body = if let Some(body) = request.spliced(model, stream) {
                body
            } else {
                let conversation = request.conversation().map_err(|error| bad(&error.message))?;
                openai::request::body(kind, model, conversation, stream)
            };
            Ok((endpoint.chat_uri().clone(), body))
        }
        Wire::Anthropic => {
            let conversation = request.conversation().map_err(|error| bad(&error.message))?;
            let body = anthropic::request::body(model, conversation, stream).map_err(|words| bad(&words))?;
            Ok((endpoint.chat_uri().clone(), body))
        }
        Wire::Gemini => {
            let conversation = request.conversation().map_err(|error| bad(&error.message))?;
            let action = if stream {
                "streamGenerateContent?alt=sse"
            } else {
                "generateContent"
            };
            let uri = endpoint
                .gemini_uri(model, action)
                .ok_or_else(|| ProviderError::new(kind, ErrorKind::NotFound))?;
            let body = gemini::request::body(model, conversation).map_err(|words| bad(&words))?;
            Ok((uri, body))
        }
    }
}

fn read_answer(endpoint: &Endpoint, pass: bool, bytes: Bytes) -> Result<Answer, ProviderError> {
    let kind = endpoint.kind();
    match endpoint.wire() {
        Wire::Anthropic => anthropic::answer::read(kind, &bytes),
        Wire::Gemini => gemini::answer::read(kind, &bytes),
        Wire::OpenAi | Wire::Local if pass => openai::answer::pass(kind, bytes),
        Wire::OpenAi | Wire::Local => openai::answer::read(kind, &bytes),
    }
}

/// One exchange with a whole answer.
pub(crate) async fn ask(
    client: &Client,
    endpoint: &Endpoint,
    method: Method,
    uri: Uri,
    body: Bytes,
    timeouts: &Timeouts,
) -> Result<Bytes, ProviderError> {
    let response = send(client, endpoint, method, uri, body, timeouts).await?;
    let mime = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if mime.starts_with("text/html") {
        return Err(page_instead_of_answer(endpoint));
    }
    read(endpoint, response, MAX_ANSWER).await
}

/// Sends, and turns every answer but a good one into an error.
async fn send(
    client: &Client,
    endpoint: &Endpoint,
    method: Method,
    uri: Uri,
    body: Bytes,
    timeouts: &Timeouts,
) -> Result<Response, ProviderError> {
    let kind = endpoint.kind();
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = endpoint.headers().clone();
    let response = client
        .send(request, endpoint.reach(), timeouts)
        .await
        .map_err(|error| ProviderError::of_http(kind, &error, false))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let headers = response.headers().clone();
    // The status says enough when the rest does not come.
    let bytes = response.into_body().read(MAX_ERROR).await.unwrap_or_default();
    let mut error = errors::of_body(kind, Some(status.as_u16()), &bytes);
    if let Some(wait) = retry::of_headers(&headers) {
        error.retry_after = Some(wait);
    }
    Err(error)
}

async fn read(endpoint: &Endpoint, response: Response, limit: usize) -> Result<Bytes, ProviderError> {
    let read = response.into_body().read(limit).await;
    read.map_err(|error| ProviderError::of_http(endpoint.kind(), &error, true))
}

fn page_instead_of_answer(endpoint: &Endpoint) -> ProviderError {
    ProviderError::new(endpoint.kind(), ErrorKind::Garbage)
        .with_status(200)
        .with_detail("a web page came instead of an answer; the address of the server may be wrong")
}
