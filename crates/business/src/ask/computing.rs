//! A number: the frame becomes a query, its answer words.

use identity::Caller;
use jiff::ToSpan;
use jiff::civil::Date;
use kit::api::ApiError;
use kit::clock::Timestamp;
use questions::calendar::{Calendar, Days, Grain};
use questions::catalogue::Language;
use questions::frame::{Frame, Range};
use questions::phrase;

use super::{Answered, Chart, Named, Recognised, numbers};
use crate::Business;
use crate::metrics::{self, MetricAnswer, MetricQuery};

/// Computes what was asked for. Answers the frame, for what is asked next.
pub(super) async fn compute(
    business: &Business,
    caller: &Caller,
    recognised: &Recognised,
    out: &mut Answered,
) -> Result<Option<Frame>, ApiError> {
    let understood = &recognised.understanding;
    if asked_back(recognised, out) {
        return Ok(None);
    }
    let Some(frame) = &understood.frame else {
        return Ok(None);
    };
    let catalogue = metrics::catalogue(business, caller.workspace).await?;
    let answer = run(business, caller, recognised, frame).await?;
    out.answer = said(recognised, frame, &catalogue, &answer);
    if let Some(before) = month_before(recognised, frame, &answer) {
        let answer = run(business, caller, recognised, &before).await?;
        out.answer = format!(
            "{} {}",
            out.answer,
            said(recognised, &before, &catalogue, &answer)
        );
    }
    out.definition = phrase::label(&answer.definition, understood.language).map(str::to_owned);
    out.range = Some(named(recognised, &frame.range));
    out.filters.clone_from(&frame.filters);
    out.chart = chart(frame);
    out.alternatives.clone_from(&understood.alternatives);
    out.take(metrics::AnswerOut::new(answer, frame.grain));
    Ok(Some(frame.clone()))
}

/// A question back, or the reason why there is no answer.
pub(super) fn asked_back(recognised: &Recognised, out: &mut Answered) -> bool {
    let understood = &recognised.understanding;
    if let Some(asked) = &understood.clarification {
        out.answer.clone_from(&asked.question);
        out.clarification = Some(asked.clone());
    } else if let Some(declined) = &understood.declined {
        out.answer = format!("{} {}", declined.reason, declined.next_step)
            .trim()
            .to_owned();
        out.declined = Some(declined.reason.clone());
    } else {
        return false;
    }
    true
}

/// Computes what a frame means.
pub(super) async fn run(
    business: &Business,
    caller: &Caller,
    recognised: &Recognised,
    frame: &Frame,
) -> Result<MetricAnswer, ApiError> {
    let mut query = query(recognised, frame);
    // A share is a part of the whole: of all countries, not of the one that is asked for.
    let group = frame.group_by.as_ref().filter(|_| frame.share);
    let kept = query
        .filters
        .iter()
        .position(|filter| Some(&filter.dimension) == group && !filter.not);
    let Some(kept) = kept.map(|at| query.filters.remove(at)) else {
        return metrics::run(business, caller.workspace, &query).await;
    };
    query.rank = None;
    let mut answer = metrics::run(business, caller.workspace, &query).await?;
    let is_kept = |key: &Option<String>| key.as_ref().is_some_and(|key| kept.values.contains(key));
    answer.rows.retain(|row| row.keys.first().is_some_and(is_kept));
    answer.row_count = answer.rows.len() as u64;
    Ok(answer)
}

/// The query that a frame means.
fn query(recognised: &Recognised, frame: &Frame) -> MetricQuery {
    MetricQuery {
        metric: frame.metric.clone(),
        days: frame.range.days,
        grain: frame.grain,
        group_by: frame.group_by.iter().cloned().collect(),
        filters: frame.filters.clone(),
        compare: frame.compare,
        rank: frame.rank,
        share: frame.share,
        zone: recognised.calendar.zone.iana_name().map(str::to_owned),
        now: recognised.now,
    }
}

/// The answer in words: which range, which filters, how fresh.
pub(super) fn said(
    recognised: &Recognised,
    frame: &Frame,
    catalogue: &questions::catalogue::Catalogue,
    answer: &MetricAnswer,
) -> String {
    let language = recognised.understanding.language;
    let fresh = answer
        .fresh_until
        .map(|until| moment(language, until, &recognised.calendar));
    let mut notes = recognised.understanding.notes.clone();
    for source in answer.sources.iter().filter(|source| source.is_loading) {
        notes.push(phrase::say(
            language,
            "still_loading",
            &[("source", &source.name)],
        ));
    }
    let words = numbers::for_words(answer, recognised.today(), fresh, &notes);
    phrase::answer(language, frame, catalogue, &words)
}

/// A moment in the workspace's zone, `29 August 2018 11:06`.
fn moment(language: Language, at: Timestamp, calendar: &Calendar) -> String {
    let Ok(at) = jiff::Timestamp::from_microsecond(at.micros()) else {
        return at.to_string();
    };
    let local = at.to_zoned(calendar.zone.clone());
    let day = phrase::day(language, local.date());
    format!("{day} {:02}:{:02}", local.hour(), local.minute())
}

fn named(recognised: &Recognised, range: &Range) -> Named {
    Named {
        from: range.days.map(|days| days.first.to_string()),
        to: range.days.map(|days| days.last.to_string()),
        label: phrase::range(recognised.understanding.language, range, recognised.today()),
    }
}

fn chart(frame: &Frame) -> Option<Chart> {
    let over_time = frame.grain.map(|grain| Chart {
        kind: "line".to_owned(),
        by: format!("{grain:?}").to_lowercase(),
    });
    let by_group = frame.group_by.as_ref().map(|dimension| Chart {
        kind: "bar".to_owned(),
        by: dimension.clone(),
    });
    over_time.or(by_group)
}

/// Nothing was said of a time, and this month has nothing yet: the month before it is asked for, too.
fn month_before(recognised: &Recognised, frame: &Frame, answer: &MetricAnswer) -> Option<Frame> {
    let is_empty = answer.amounts.iter().all(|amount| amount.minor == 0) && answer.rows.is_empty();
    if frame.range.said.is_some() || frame.range.days.is_none() || !is_empty {
        return None;
    }
    let this: Date = recognised.calendar.floor(recognised.today(), Grain::Month);
    let (last, first) = (this.checked_sub(1.day()).ok()?, this.checked_sub(1.month()).ok()?);
    let mut before = frame.clone();
    before.range = Range {
        days: Some(Days { first, last }),
        said: Some(String::new()),
    };
    Some(before)
}

/// What is neither a number, nor to be found, nor to be done: a definition, or what the house can be asked.
pub(super) async fn converse(
    business: &Business,
    caller: &Caller,
    recognised: &Recognised,
    out: &mut Answered,
) -> Result<(), ApiError> {
    if asked_back(recognised, out) {
        return Ok(());
    }
    let understood = &recognised.understanding;
    let language = understood.language;
    let catalogue = metrics::catalogue(business, caller.workspace).await?;
    let definition = understood.definition_of.as_ref();
    let definition = definition.and_then(|metric| phrase::definition(language, metric, &catalogue));
    out.answer = definition.unwrap_or_else(|| {
        let labels = catalogue.metrics.iter().filter(|metric| metric.connected).take(6);
        let labels: Vec<&str> = labels
            .filter_map(|metric| phrase::label(&metric.labels, language))
            .collect();
        let labels = labels.join(", ");
        phrase::say(language, "next_metrics", &[("metrics", &labels)])
    });
    out.suggestions = suggestions(&catalogue, language);
    Ok(())
}

fn suggestions(catalogue: &questions::catalogue::Catalogue, language: Language) -> Vec<String> {
    let connected = catalogue.metrics.iter().filter(|metric| metric.connected).take(3);
    let labels = connected.filter_map(|metric| phrase::label(&metric.labels, language));
    labels.map(str::to_owned).collect()
}
