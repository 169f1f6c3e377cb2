//! A browser: it keeps cookies, sends each where its path says, and names its page's origin on writes.

use std::collections::BTreeMap;

use http::{Method, header};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

pub struct Browser {
    client: Client,
    /// By name: value and path.
    pub cookies: BTreeMap<String, (String, String)>,
    pub origin: String,
}

impl Browser {
    pub fn new(app: &TestApp) -> Self {
        Self {
            client: app.client(),
            cookies: BTreeMap::new(),
            origin: app.base(),
        }
    }

    /// One that has just made an account.
    pub async fn registered(app: &TestApp, name: &str) -> Self {
        let mut browser = Self::new(app);
        let body =
            json!({ "email": format!("{name}@example.org"), "password": super::PASSWORD, "full_name": name });
        browser.write("/api/v1/auth/register", &body).await.expect(201);
        browser
    }

    /// One that has just signed in.
    pub async fn signed_in(app: &TestApp, name: &str) -> Self {
        let mut browser = Self::new(app);
        let body = json!({ "email": format!("{name}@example.org"), "password": super::PASSWORD });
        browser.write("/api/v1/auth/login", &body).await.expect(200);
        browser
    }

    /// A copy of it, as a thief of its files has it.
    pub fn stolen(&self) -> Self {
        Self {
            client: self.client.clone(),
            cookies: self.cookies.clone(),
            origin: self.origin.clone(),
        }
    }

    fn cookie_header(&self, path: &str) -> String {
        let fits = |at: &str| at == "/" || path == at || path.starts_with(&format!("{at}/"));
        let pairs = self.cookies.iter().filter(|(_, (_, at))| fits(at));
        pairs
            .map(|(name, (value, _))| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// Sends exactly these headers and the cookies, and keeps what comes back.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        more: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let cookies = self.cookie_header(path);
        let mut headers = more.to_vec();
        if !cookies.is_empty() {
            headers.push(("cookie", &cookies));
        }
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        let bytes = body.map(Value::to_string).unwrap_or_default();
        let answer = self.client.send(method, path, &headers, bytes).await;
        for cookie in set_cookies(&answer) {
            let name = cookie["name"].clone();
            if cookie["max-age"] == "0" {
                self.cookies.remove(&name);
            } else {
                self.cookies
                    .insert(name, (cookie["value"].clone(), cookie["path"].clone()));
            }
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    /// A write as the page makes it.
    pub async fn write(&mut self, path: &str, body: &Value) -> Answer {
        let origin = self.origin.clone();
        let headers = [
            ("x-csrf", "1"),
            ("origin", origin.as_str()),
            ("sec-fetch-site", "same-origin"),
        ];
        self.send(Method::POST, path, &headers, Some(body)).await
    }
}

/// Each `Set-Cookie` of an answer: its name, value and attributes (in small letters; flags are empty texts).
pub fn set_cookies(answer: &Answer) -> Vec<BTreeMap<String, String>> {
    let all = answer.headers.get_all(header::SET_COOKIE).iter();
    all.map(|value| {
        let mut parts = value.to_str().unwrap().split("; ");
        let (name, content) = parts.next().unwrap().split_once('=').unwrap();
        let mut cookie: BTreeMap<String, String> = parts
            .map(|part| part.split_once('=').unwrap_or((part, "")))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        cookie.insert("name".to_owned(), name.to_owned());
        cookie.insert("value".to_owned(), content.to_owned());
        cookie
    })
    .collect()
}
