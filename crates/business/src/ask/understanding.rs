//! What a sentence asks of the business: everything that has to be known for it, and the sentence itself.

use db::ThreadId;
use identity::Caller;
use kit::api::ApiError;
use kit::clock::Timestamp;
use questions::calendar::Calendar;
use questions::catalogue::Language;
use questions::frame::Intent;
use questions::understand::{Context, Understanding, understand};

use super::kept;
use crate::{Business, metrics, warehouse};

/// The longest question, in characters.
pub(super) const LONGEST: usize = 10_000;
/// What is less sure than this is left to the models of the thread.
const SURE: f32 = 0.7;

/// A question that was understood.
#[derive(Clone, Debug)]
pub struct Recognised {
    pub(super) question: String,
    pub(super) thread: Option<ThreadId>,
    pub(super) now: Timestamp,
    pub(super) calendar: Calendar,
    pub(super) understanding: Understanding,
}

impl Recognised {
    /// The part of the house that answers it.
    pub fn module(&self) -> &'static str {
        self.understanding.intent.module()
    }

    /// The day that it is for the asker.
    pub(super) fn today(&self) -> jiff::civil::Date {
        let now = jiff::Timestamp::from_microsecond(self.now.micros());
        self.calendar.day_of(now.unwrap_or(jiff::Timestamp::MAX))
    }
}

/// How a question is put.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub question: &'a str,
    pub thread: Option<ThreadId>,
    /// Whether it may go on with what was asked before.
    pub follows: bool,
    pub now: Timestamp,
    pub zone: Option<&'a str>,
    pub language: Option<Language>,
}

pub(super) async fn read(
    business: &Business,
    caller: &Caller,
    asked: Asked<'_>,
) -> Result<Recognised, ApiError> {
    let workspace = caller.workspace;
    let mut calendar = warehouse::calendar(business, workspace).await?;
    if let Some(zone) = asked.zone {
        calendar.zone = jiff::tz::TimeZone::get(zone).map_err(|_| {
            ApiError::invalid(
                "time_zone",
                "There is no such time zone; use a name such as Europe/London.",
            )
        })?;
    }
    let catalogue = metrics::catalogue(business, workspace).await?;
    let names = warehouse::values(business, workspace).await?;
    let last = match asked.follows {
        true => kept::last_frame(business, workspace, caller.user, asked.thread).await?,
        false => None,
    };
    let now = jiff::Timestamp::from_microsecond(asked.now.micros())
        .map_err(|_| ApiError::invalid("now", "This time is out of range."))?;
    let context = Context {
        now,
        calendar: &calendar,
        catalogue: &catalogue,
        names: &names,
        last: last.as_ref(),
        has_data: catalogue.metrics.iter().any(|metric| metric.connected),
        language: asked.language,
    };
    let understanding = understand(asked.question, &context);
    Ok(Recognised {
        question: asked.question.to_owned(),
        thread: asked.thread,
        now: asked.now,
        calendar,
        understanding,
    })
}

/// What is said in a thread, if it is clear that it asks for a number of the business or for something to be done that the
/// house does by itself. All else is left to the models.
pub async fn recognise(
    business: &Business,
    caller: &Caller,
    thread: ThreadId,
    words: &str,
    follows: bool,
) -> Result<Option<Recognised>, ApiError> {
    if words.len() > LONGEST || words.trim().is_empty() {
        return Ok(None);
    }
    if !warehouse::has_data(business, caller.workspace).await? {
        return Ok(None);
    }
    let asked = Asked {
        question: words,
        thread: Some(thread),
        follows,
        now: business.db().now(),
        zone: None,
        language: None,
    };
    let recognised = read(business, caller, asked).await?;
    Ok(is_clear(&recognised.understanding).then_some(recognised))
}

fn is_clear(understood: &Understanding) -> bool {
    let is_sure = understood.confidence >= SURE;
    match understood.intent {
        Intent::Metrics => {
            is_sure
                && (understood.frame.is_some()
                    || understood.clarification.is_some()
                    || understood.declined.is_some())
        }
        Intent::Action => {
            let complete = understood
                .action
                .as_ref()
                .is_some_and(|action| action.missing.is_empty());
            is_sure
                && complete
                && understood
                    .action
                    .as_ref()
                    .is_some_and(|action| action.kind != "email.draft")
        }
        Intent::Search | Intent::Conversation => false,
    }
}
