//! What a client knows of scopes and answers, kept by the frames that it gets: the rules of docs/live.md, as every
//! client has them. The corpus in `web/tests/corpus/live` holds the cases.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// What is known of one scope.
#[derive(Clone, Debug, Default)]
pub struct ScopeMirror {
    pub epoch: Option<Value>,
    pub seq: i64,
    pub status: Status,
    /// Whether a snapshot is asked for where one cannot resume.
    pub snap: bool,
    pub parts: Map<String, Value>,
    /// What was asked for on the way.
    pub asks: Vec<Value>,
    /// How often everything was called doubtful.
    pub forgets: usize,
    /// Events that wait for a snapshot that is fetched apart.
    pub held_back: Option<Vec<Value>>,
    /// Whether it was asked again since it was last live.
    pub asked: bool,
    /// The head that the last heartbeat named.
    pub behind: i64,
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
    /// Asks again from where it stands, once.
    fn ask_again(&mut self) {
        if std::mem::replace(&mut self.asked, true) {
            return;
        }
        self.status = Status::Waiting;
        let stands = self.epoch.clone().filter(|_| self.held_back.is_none());
        let since = stands.map_or(Value::Null, |epoch| json!([epoch, self.seq]));
        self.asks.push(json!({ "do": "subscribe", "since": since }));
    }

    fn forget(&mut self) {
        self.forgets += 1;
        (self.epoch, self.seq, self.held_back) = (None, 0, None);
    }

    /// Takes a frame in.
    pub fn apply(&mut self, frame: &Value) {
        if self.status == Status::Gone {
            return;
        }
        match frame["k"].as_str().unwrap_or_default() {
            "ev" => self.event(frame),
            "snap" if frame["url"].is_string() && frame["d"].is_null() => {
                self.status = Status::Waiting;
                (self.epoch, self.seq) = (epoch(frame), number(&frame["s"]));
                self.held_back = Some(Vec::new());
                self.asks.push(json!({ "do": "fetch", "url": frame["url"] }));
            }
            "snap" => self.snapshot(frame),
            "fetched" if self.held_back.is_some() => self.snapshot(frame),
            "live" => self.live(frame),
            "reset" => {
                let follows = self.snap && self.status == Status::Waiting;
                let asked = self.asked;
                self.forget();
                (self.status, self.asked, self.behind) = (Status::Waiting, follows && asked, 0);
                if !follows {
                    self.ask_again();
                }
            }
            "kick" => {
                *self = Self {
                    status: Status::Gone,
                    asks: std::mem::take(&mut self.asks),
                    forgets: self.forgets,
                    ..Self::default()
                };
            }
            "head" if self.status == Status::Live && self.epoch.is_some() => {
                // Named twice and still not here: it was lost on the way.
                if self.behind > self.seq {
                    self.behind = 0;
                    self.ask_again();
                } else {
                    self.behind = number(&frame["s"]);
                }
            }
            _ => {}
        }
    }

    fn snapshot(&mut self, frame: &Value) {
        if self.held_back.is_none() || self.status != Status::Live {
            self.status = Status::Waiting;
        }
        self.parts = Map::new();
        merge(&mut self.parts, &frame["d"]);
        (self.epoch, self.seq) = (epoch(frame), number(&frame["s"]));
        for event in self.held_back.take().unwrap_or_default() {
            self.event(&event);
        }
    }

    fn live(&mut self, frame: &Value) {
        (self.status, self.asked, self.behind) = (Status::Live, false, 0);
        if self.held_back.is_some() {
            return;
        }
        let seq = number(&frame["s"]);
        if self.epoch.is_none() {
            if self.snap {
                self.ask_again();
            } else {
                self.forgets += 1;
                (self.epoch, self.seq) = (epoch(frame), seq);
            }
        } else if self.epoch != epoch(frame) {
            (self.epoch, self.seq) = (None, 0);
            self.ask_again();
        } else if seq > self.seq {
            self.ask_again();
        }
    }

    fn event(&mut self, frame: &Value) {
        if let Some(held_back) = &mut self.held_back {
            held_back.push(frame.clone());
            return;
        }
        let seq = number(&frame["s"]);
        if self.epoch.is_none() || seq > self.seq + 1 {
            self.ask_again();
        } else if seq == self.seq + 1 {
            merge(&mut self.parts, &frame["d"]);
            self.seq = seq;
        }
    }
}

fn epoch(frame: &Value) -> Option<Value> {
    frame.get("e").cloned().filter(|e| !e.is_null())
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

/// What is known of one running answer.
#[derive(Clone, Debug, Default)]
pub struct AnswerMirror {
    pub run: Option<String>,
    pub text: Vec<u16>,
    pub reasoning: Vec<u16>,
    pub status: Option<String>,
    pub asks: usize,
    pub is_waiting: bool,
}

impl AnswerMirror {
    /// Its words.
    pub fn text(&self) -> String {
        String::from_utf16(&self.text).expect("never half a character at rest")
    }

    fn gap(&mut self) {
        if !std::mem::replace(&mut self.is_waiting, true) {
            self.asks += 1;
        }
    }

    /// Takes a frame in.
    pub fn apply(&mut self, frame: &Value) {
        let run = frame["g"].as_str().map(str::to_owned);
        let units = |name: &str| -> Vec<u16> { frame[name].as_str().unwrap_or("").encode_utf16().collect() };
        if frame["k"] == "gsnap" {
            let (text, reasoning) = (units("text"), units("reasoning"));
            let is_same = self.run == run;
            // The text only ever grows: a snapshot that is behind adds nothing.
            if !is_same || text.len() >= self.text.len() {
                self.text = text;
            }
            if !is_same || reasoning.len() >= self.reasoning.len() {
                self.reasoning = reasoning;
            }
            if !is_same {
                self.status = None;
            }
            (self.run, self.is_waiting) = (run, false);
            return;
        }
        let offset = number(&frame["o"]) as usize;
        let is_open = frame["op"] == "open";
        if self.run != run {
            let goes_on = if is_open { offset } else { 0 };
            let known = self.text.len() >= goes_on;
            let extends = !is_open && frame["op"] == "txt" && frame["p"] != "r" && offset <= self.text.len();
            if extends {
                self.text.truncate(offset);
            } else if known {
                self.text.truncate(goes_on);
            } else {
                self.text.clear();
                self.reasoning.clear();
            }
            (self.run, self.status, self.is_waiting) = (run, None, false);
            if is_open {
                if !known {
                    self.gap();
                }
                return;
            }
        }
        match frame["op"].as_str().unwrap_or_default() {
            "txt" => {
                let more = units("x");
                let held = if frame["p"] == "r" {
                    &mut self.reasoning
                } else {
                    &mut self.text
                };
                if offset > held.len() {
                    self.gap();
                } else if offset + more.len() > held.len() {
                    held.extend_from_slice(&more[held.len() - offset..]);
                }
            }
            "end" => {
                self.status = frame["status"].as_str().map(str::to_owned);
                if offset > self.text.len() {
                    self.gap();
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
    /// A new connection begins; what to say in its hello. What is not known whole is asked for anew.
    pub fn reconnected(&mut self) -> Value {
        let mut since = Map::new();
        for (name, scope) in &mut self.scopes {
            if scope.status == Status::Gone {
                continue;
            }
            scope.asks.clear();
            if scope.held_back.is_some() {
                scope.forget();
            }
            (scope.status, scope.asked, scope.behind) = (Status::Waiting, false, 0);
            match &scope.epoch {
                Some(epoch) => {
                    since.insert(name.clone(), json!([epoch, scope.seq]));
                }
                None => scope.ask_again(),
            }
        }
        for answer in self.answers.values_mut() {
            answer.is_waiting = false;
        }
        Value::Object(since)
    }

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
