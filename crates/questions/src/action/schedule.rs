//! Requests for a number again and again: "send me the revenue every Monday at 9".

use super::{ActionRequest, Read, ScheduleRequest, mail};
use crate::cues::Cues;
use crate::dates::Unit;
use crate::text::{Kind, Text};

/// When nothing is said of the hour.
const USUAL: &str = "09:00";

/// Reads a schedule; none where nothing is said of repeating.
pub fn read(text: &Text, cues: &Cues<'_>, begin: usize, from: usize) -> Option<Read> {
    let (at, end) = cues.find(text, "every", begin)?;
    let words = &text.tokens[at..end];
    let weekday = words.iter().find_map(|token| cues.lexicon.weekday(&token.text));
    let unit = words
        .iter()
        .find_map(|token| cues.lexicon.unit(&token.text))
        .or_else(|| {
            let grain = |name| {
                words.iter().any(|token| {
                    cues.lexicon
                        .cue(name)
                        .iter()
                        .any(|p| p.words().any(|w| w == token.text))
                })
            };
            [("grain_week", Unit::Week), ("grain_month", Unit::Month)]
                .into_iter()
                .find(|(name, _)| grain(name))
                .map(|(_, unit)| unit)
        });
    let every = match (weekday, unit) {
        (Some(_), _) | (None, Some(Unit::Week)) => "week",
        (None, Some(Unit::Month)) => "month",
        _ => "day",
    };
    let names = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let weekday = weekday.or((every == "week").then_some(0));
    let weekday = weekday
        .and_then(|day| names.get(usize::from(day.unsigned_abs())))
        .map(|name| (*name).to_owned());
    let (hour, hour_end) = hour(text, cues, end).unwrap_or((USUAL.to_owned(), end));
    let schedule = ScheduleRequest {
        every: every.to_owned(),
        weekday,
        day: (every == "month").then_some(1),
        at: hour,
    };
    // What is to be sent stands before or behind.
    let kept = [(from, at), (hour_end.max(end), text.tokens.len())];
    let number = kept
        .iter()
        .map(|(from, to)| text.written(*from, *to))
        .collect::<Vec<_>>()
        .join(" ");
    let number = Text::read(number.trim());
    let number = mail::rest(&number, cues, 0);
    let to = text.tokens.iter().filter(|token| token.kind == Kind::Email);
    let to = to
        .map(|token| text.original[token.start..token.end].to_owned())
        .collect();
    let request = ActionRequest {
        kind: "schedule.create".to_owned(),
        to,
        schedule: Some(schedule),
        ..ActionRequest::default()
    };
    Some(Read {
        request,
        number: Some(number).filter(|number| !number.is_empty()),
    })
}

/// The hour behind a place: `9`, `9am`, `17:30`, `9h`.
fn hour(text: &Text, cues: &Cues<'_>, from: usize) -> Option<(String, usize)> {
    let (at, end) =
        (from..text.tokens.len()).find_map(|at| cues.starts(text, "at_hour", at).map(|end| (at, end)))?;
    let token = text.tokens.get(end)?;
    if at > from + 1 {
        return None;
    }
    let digits = token.text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let ending = &token.text[digits.len()..];
    let next = text.tokens.get(end + 1).map(|token| token.text.as_str());
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    let (mut hours, minutes) = (hours.parse::<u8>().ok()?, minutes.parse::<u8>().ok()?);
    let half = [Some(ending), next]
        .into_iter()
        .flatten()
        .find(|word| matches!(*word, "am" | "pm"));
    match half {
        Some("pm") if hours < 12 => hours += 12,
        Some("am") if hours == 12 => hours = 0,
        _ => {}
    }
    let more =
        usize::from(next.is_some_and(|word| matches!(word, "am" | "pm" | "uhr" | "h" | "heures" | "horas")));
    (hours < 24 && minutes < 60).then(|| (format!("{hours:02}:{minutes:02}"), end + 1 + more))
}
