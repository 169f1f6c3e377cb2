//! What a client knows of scopes and answers, kept by the frames that it gets: the rules of docs/live.md, as every
//! client has them. The corpus in `web/tests/corpus/live` holds the cases.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// What is known of one scope.
#[derive(Clone, Debug, Default)]
pub struct ScopeMirror {
    pub epoch: Option<i64>,
    pub seq: i64,
    pub status: Status,
    pub snap: bool,
    pub parts: Map<String, Value>,
    /// What was asked for on the way.
    pub asks: Vec<Value>,
    /// How often everything was called doubtful.
    pub forgets: usize,
    held_back: Option<Vec<Value>>,
}

/// How a scope stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    #[default]
    New,
    Waiting,
    Live,
    Gone,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Waiting => "waiting",
            Self::Live => "live",
            Self::Gone => "gone",
        }
    }
}

fn key(row: &Value) -> Option<&str> {
    ["id", "user_id", "thread_id"]
        .iter()
        .find_map(|name| row.get(*name)?.as_str())
}

/// The key of a collection's rows.
fn key_of<'a>(part: &str, row: &'a Value) -> Option<&'a str> {
    let name = match part {
        "members" | "reads" => "user_id",
        "drafts" | "states" => "thread_id",
        _ => "id",
    };
    row.get(name).and_then(Value::as_str).or_else(|| key(row))
}

/// Puts parts into what is known.
pub fn merge(parts: &mut Map<String, Value>, d: &Value) {
    for (part, value) in d.as_object().into_iter().flatten() {
        match value {
            Value::Array(rows) => {
                let known = parts.entry(part.clone()).or_insert_with(|| json!([]));
                let known = known.as_array_mut().expect("a collection");
                for row in rows {
                    let place = known
                        .iter()
                        .position(|other| key_of(part, other) == key_of(part, row));
                    match place {
                        Some(at) => known[at] = row.clone(),
                        None => known.push(row.clone()),
                    }
                }
            }
            Value::Object(gone) if part == "gone" => {
                for (part, ids) in gone {
                    let ids: Vec<&str> = ids.as_array().unwrap().iter().filter_map(Value::as_str).collect();
                    if let Some(known) = parts.get_mut(part).and_then(Value::as_array_mut) {
                        known.retain(|row| key_of(part, row).is_none_or(|key| !ids.contains(&key)));
                    }
                }
            }
            value => {
                parts.insert(part.clone(), value.clone());
            }
        }
    }
}

impl ScopeMirror {
    fn subscribe(&mut self, since: Option<i64>) {
        if self.status == Status::Waiting {
            return;
        }
        self.status = Status::Waiting;
        let since = since.map_or(Value::Null, |seq| json!([self.epoch, seq]));
        self.asks.push(json!({ "do": "subscribe", "since": since }));
    }

    fn stand(&mut self, epoch: i64, seq: i64) {
        (self.epoch, self.seq) = (Some(epoch), seq);
    }

    /// Takes a frame in.
    pub fn apply(&mut self, frame: &Value) {
        if self.status == Status::Gone {
            return;
        }
        let (e, s) = (frame["e"].as_i64(), frame["s"].as_i64());
        match frame["k"].as_str().unwrap_or_default() {
            "snap" if frame["url"].is_string() => {
                self.held_back.get_or_insert_default();
                self.asks.push(json!({ "do": "fetch", "url": frame["url"] }));
            }
            "snap" | "fetched" => {
                self.parts = Map::new();
                merge(&mut self.parts, &frame["d"]);
                self.stand(e.unwrap(), s.unwrap());
                for event in self.held_back.take().unwrap_or_default() {
                    self.apply(&event);
                }
            }
            "ev" => self.event(frame, s.unwrap()),
            "live" => {
                self.status = Status::Live;
                if self.held_back.is_some() {
                    return;
                }
                if self.epoch.is_none() {
                    self.forgets += 1;
                }
                if self.epoch == e && s.unwrap() > self.seq {
                    self.status = Status::New;
                    self.subscribe(Some(self.seq));
                } else {
                    self.stand(e.unwrap(), s.unwrap());
                }
            }
            "reset" => {
                self.forgets += 1;
                self.epoch = None;
            }
            "kick" => {
                self.status = Status::Gone;
                self.parts = Map::new();
            }
            "head" => {
                if self.status == Status::Live && s.unwrap() > self.seq {
                    self.subscribe(Some(self.seq));
                }
            }
            _ => {}
        }
    }

    fn event(&mut self, frame: &Value, seq: i64) {
        if let Some(held_back) = &mut self.held_back {
            held_back.push(frame.clone());
            return;
        }
        if seq == self.seq + 1 {
            merge(&mut self.parts, &frame["d"]);
            self.seq = seq;
        } else if seq > self.seq {
            if self.status == Status::Live {
                self.subscribe(Some(self.seq));
            }
        }
    }
}

/// What is known of one running answer.
#[derive(Clone, Debug, Default)]
pub struct AnswerMirror {
    pub run: Option<String>,
    pub text: Vec<u16>,
    pub reasoning: Vec<u16>,
    pub status: Option<String>,
    pub asks: usize,
    is_waiting: bool,
}

impl AnswerMirror {
    /// Its words.
    pub fn text(&self) -> String {
        String::from_utf16(&self.text).expect("never half a character at rest")
    }

    /// Takes a frame in.
    pub fn apply(&mut self, frame: &Value) {
        let run = frame["g"].as_str().map(str::to_owned);
        if frame["k"] == "gsnap" {
            self.run = run;
            self.text = frame["text"].as_str().unwrap().encode_utf16().collect();
            self.reasoning = frame["reasoning"].as_str().unwrap_or("").encode_utf16().collect();
            self.is_waiting = false;
            return;
        }
        let offset = frame["o"].as_u64().unwrap_or(0) as usize;
        if frame["op"] == "open" && self.run != run {
            self.run = run;
            self.status = None;
            self.reasoning.clear();
            self.text.truncate(offset);
            return;
        }
        if self.run != run {
            return;
        }
        match frame["op"].as_str().unwrap_or_default() {
            "txt" => {
                let held = if frame["p"] == "r" {
                    &mut self.reasoning
                } else {
                    &mut self.text
                };
                let more: Vec<u16> = frame["x"].as_str().unwrap().encode_utf16().collect();
                if offset > held.len() {
                    if !std::mem::replace(&mut self.is_waiting, true) {
                        self.asks += 1;
                    }
                } else if offset + more.len() > held.len() {
                    held.extend_from_slice(&more[held.len() - offset..]);
                }
            }
            "end" => {
                self.status = frame["status"].as_str().map(str::to_owned);
                if offset > self.text.len() && !std::mem::replace(&mut self.is_waiting, true) {
                    self.asks += 1;
                }
            }
            _ => {}
        }
    }
}

/// All that a client knows.
#[derive(Clone, Debug, Default)]
pub struct Mirror {
    pub scopes: BTreeMap<String, ScopeMirror>,
    pub answers: BTreeMap<String, AnswerMirror>,
}

impl Mirror {
    /// Takes a frame in.
    pub fn apply(&mut self, frame: &Value) {
        match frame["k"].as_str().unwrap_or_default() {
            "gen" | "gsnap" => {
                let message = frame["m"].as_str().unwrap().to_owned();
                self.answers.entry(message).or_default().apply(frame);
            }
            _ => {
                if let Some(scope) = frame["c"].as_str() {
                    self.scopes.entry(scope.to_owned()).or_default().apply(frame);
                }
            }
        }
    }
}
