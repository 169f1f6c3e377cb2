//! A number: the frame becomes a query, its answer words.

use identity::Caller;
use jiff::ToSpan;
use jiff::civil::Date;
use kit::api::ApiError;
use questions::calendar::{Days, Grain};
use questions::frame::{Frame, Range};
use questions::phrase::{self, Numbers};

use super::answered::{Option_, in_language};
use super::{Answered, Chart, Clarification, Named, Recognised};
use crate::metrics::{self, MetricAnswer, MetricQuery};
use crate::{Business, warehouse};

/// How many options a question back has at most.
const OPTIONS: usize = 4;

/// Computes what was asked for. Answers the frame, for what is asked next.
pub(super) async fn compute(
    business: &Business,
    caller: &Caller,
    recognised: &Recognised,
    out: &mut Answered,
) -> Result<Option<Frame>, ApiError> {
    let understood = &recognised.understanding;
    if let Some(asked) = &understood.clarification {
        let options = asked.options.iter().take(OPTIONS).map(|choice| Option_ {
            label: choice.label.clone(),
            question: choice.question.clone(),
        });
        out.answer = asked.question.clone();
        out.clarification = Some(Clarification {
            question: asked.question.clone(),
            options: options.collect(),
        });
        return Ok(None);
    }
    if let Some(declined) = &understood.declined {
        out.answer = format!("{} {}", declined.reason, declined.next_step).trim().to_owned();
        out.declined = Some(declined.reason.clone());
        return Ok(None);
    }
    let Some(frame) = &understood.frame else {
        return Ok(None);
    };
    let catalogue = metrics::catalogue(business, caller.workspace).await?;
    let answer = metrics::run(business, caller.workspace, &query(recognised, frame)).await?;
    let today = recognised.calendar.day_of(moment(recognised));
    out.answer = phrase::answer(understood.language, frame, &catalogue, &numbers(&answer, today));
    if let Some(more) = last_month_instead(business, caller, recognised, frame, &answer, today).await? {
        out.answer = format!("{} {more}", out.answer);
    }
    out.definition = in_language(&answer.definition, understood.language);
    out.range = Some(named(recognised, &frame.range, today));
    out.filters.clone_from(&frame.filters);
    out.chart = chart(frame);
    out.alternatives = understood
        .alternatives
        .iter()
        .map(|choice| Option_ {
            label: choice.label.clone(),
            question: choice.question.clone(),
        })
        .collect();
    out.take(metrics::show(&answer, recognised.calendar.zone.iana_name().unwrap_or("UTC")));
    Ok(Some(frame.clone()))
}

/// The query that a frame means.
pub(super) fn query(recognised: &Recognised, frame: &Frame) -> MetricQuery {
    MetricQuery {
        metric: frame.metric.clone(),
        days: frame.range.days,
        grain: frame.grain,
        group_by: frame.group_by.iter().cloned().collect(),
        filters: frame.filters.clone(),
        compare: frame.compare,
        rank: frame.rank,
        share: frame.share,
        now: recognised.now,
        calendar: Some(recognised.calendar.clone()),
    }
}

fn moment(recognised: &Recognised) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(recognised.now.micros()).unwrap_or(jiff::Timestamp::MAX)
}

fn named(recognised: &Recognised, range: &Range, today: Date) -> Named {
    Named {
        from: range.days.map(|days| days.first.to_string()),
        to: range.days.map(|days| days.last.to_string()),
        label: phrase::range(recognised.understanding.language, range, today),
    }
}

fn chart(frame: &Frame) -> Option<Chart> {
    let over_time = frame.grain.map(|grain| Chart {
        kind: "line",
        by: format!("{grain:?}").to_lowercase(),
    });
    let by_group = || {
        frame.group_by.as_ref().map(|dimension| Chart {
            kind: "bar",
            by: dimension.clone(),
        })
    };
    over_time.or_else(by_group)
}

/// Nothing was said of a time, and this month has nothing yet: the month before is told, too.
async fn last_month_instead(
    business: &Business,
    caller: &Caller,
    recognised: &Recognised,
    frame: &Frame,
    answer: &MetricAnswer,
    today: Date,
) -> Result<Option<String>, ApiError> {
    let is_empty = answer.amounts.iter().all(|amount| amount.minor == 0) && answer.rows.is_empty();
    if frame.range.said.is_some() || frame.range.days.is_none() || !is_empty {
        return Ok(None);
    }
    let this = recognised.calendar.floor(today, Grain::Month);
    let (Ok(last), Ok(first)) = (this.checked_sub(1.day()), this.checked_sub(1.month())) else {
        return Ok(None);
    };
    let mut before = frame.clone();
    before.range = Range {
        days: Some(Days { first, last }),
        said: Some(String::new()),
    };
    let answer = metrics::run(business, caller.workspace, &query(recognised, &before)).await?;
    let catalogue = metrics::catalogue(business, caller.workspace).await?;
    let language = recognised.understanding.language;
    Ok(Some(phrase::answer(language, &before, &catalogue, &numbers(&answer, today))))
}

/// What is neither a number, nor to be found, nor to be done: the house says what it can.
pub(super) async fn converse(
    business: &Business,
    recognised: &Recognised,
    out: &mut Answered,
) -> Result<(), ApiError> {
    let understood = &recognised.understanding;
    if let Some(asked) = &understood.clarification {
        out.answer = asked.question.clone();
        out.clarification = Some(Clarification {
            question: asked.question.clone(),
            options: asked
                .options
                .iter()
                .take(OPTIONS)
                .map(|choice| Option_ {
                    label: choice.label.clone(),
                    question: choice.question.clone(),
                })
                .collect(),
        });
        return Ok(());
    }
    let _ = (business, warehouse::LONGEST_NAME);
    out.answer = phrase::conversation(understood.language);
    Ok(())
}

/// The numbers of an answer as words need them.
pub(super) fn numbers(answer: &MetricAnswer, today: Date) -> Numbers {
    let _ = (answer, today);
    Numbers::default()
}
