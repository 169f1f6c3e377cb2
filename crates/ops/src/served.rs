//! Measuring an answer of the HTTP API.

use std::time::Duration;

use axum::response::Response;
use http::Method;
use identity::ServedTo;
use kit::measure::{Name, Recorder};
use uuid::Uuid;

/// Notes an answer: by route, and by tenant and token where somebody asked.
pub fn answered(recorder: &Recorder, method: &Method, route: &str, response: &Response, took: Duration) {
    let status = match response.status().as_u16() {
        0..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    };
    // Clients may name methods as they like; labels are a closed list.
    let method = match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    };
    recorder.time(Name::HttpRequests, &[route, method, status], took);
    if let Some(to) = response.extensions().get::<ServedTo>() {
        let mut text = Uuid::encode_buffer();
        let workspace: &str = to.workspace.0.hyphenated().encode_lower(&mut text);
        recorder.time(Name::HttpWorkspaces, &[workspace, status], took);
        if let Some(token) = to.token {
            let mut text = Uuid::encode_buffer();
            let token: &str = token.hyphenated().encode_lower(&mut text);
            recorder.count(Name::TokenRequests, &[workspace, token]);
        }
    }
}
