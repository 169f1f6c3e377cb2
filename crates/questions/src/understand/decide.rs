//! What is wanted: rules of high precision first, then the classifier, else one question back.

use super::answer::{Choice, Clarification, Context, Declined, Entity, Understanding};
use super::compose::{Composed, Stop, Work};
use super::entities;
use crate::action;
use crate::catalogue::Language;
use crate::cues::Cues;
use crate::dates::Note;
use crate::frame::Intent;
use crate::intent;
use crate::language;
use crate::lexicon::Lexicon;
use crate::phrase::say;
use crate::reading::Reading;
use crate::search;
use crate::text::Text;
use crate::vocabulary::Vocabulary;

/// A question for a number has no more words than this; what is longer is a text.
const MOST_WORDS: usize = 120;

/// Understands a question. The same question with the same context gives the same answer.
pub fn understand(question: &str, context: &Context<'_>) -> Understanding {
    let text = Text::read(question);
    let language = language::of(&text, context.catalogue, context.language);
    let cues = Cues {
        lexicon: Lexicon::of(language),
    };
    let today = context.calendar.day_of(context.now);
    let mut answer = blank(language);
    if text.tokens.is_empty() {
        return answer;
    }
    if let Some(read) = action::read(&text, &cues, today) {
        return act(answer, read, &text, context);
    }
    if text.tokens.len() > MOST_WORDS {
        return by_classifier(answer, &text, context, None);
    }
    let vocabulary = Vocabulary::new(context.catalogue, language);
    let metric = (0..text.tokens.len()).any(|at| {
        vocabulary
            .at(&text.tokens, at)
            .is_some_and(|(meaning, _)| meaning.metric.is_some())
    });
    if let Some(found) = search::read(&text, &cues, metric) {
        answer.intent = Intent::Search;
        answer.confidence = 0.95;
        answer.search = Some(found);
        return answer;
    }
    if let Some(metric) = definition_of(&text, &cues, &vocabulary) {
        answer.definition_of = Some(metric);
        answer.confidence = 0.95;
        return answer;
    }
    // "How can I sell more bags?" wants advice.
    if is_greeting(&text, &cues)
        || cues
            .starts(&text, "advice", cues.past_politeness(&text))
            .is_some()
    {
        answer.confidence = 0.95;
        return answer;
    }
    let has = |cue| cues.find(&text, cue, 0).is_some();
    if metric && (has("why") || has("forecast")) {
        let (reason, next) = if has("why") {
            ("why", "next_why")
        } else {
            ("forecast", "next_past_date")
        };
        answer.intent = Intent::Metrics;
        answer.confidence = 0.9;
        answer.declined = Some(declined(language, reason, next));
        return answer;
    }
    number(answer, &text, context)
}

fn blank(language: Language) -> Understanding {
    Understanding {
        language,
        intent: Intent::Conversation,
        confidence: 1.0,
        decided_by: "rules",
        entities: Vec::new(),
        frame: None,
        action: None,
        search: None,
        clarification: None,
        declined: None,
        carried: Vec::new(),
        alternatives: Vec::new(),
        notes: Vec::new(),
        definition_of: None,
    }
}

fn declined(language: Language, reason: &str, next: &str) -> Declined {
    Declined {
        reason: say(language, reason, &[]),
        next_step: say(language, next, &[]),
    }
}

/// Reads a question for a number; where it is none, the classifier says what it is.
fn number(mut answer: Understanding, text: &Text, context: &Context<'_>) -> Understanding {
    let zone = context.calendar.zone.iana_name();
    let reading = Reading::of(text, answer.language, context.catalogue, context.names, zone);
    answer.entities = entities::of(&reading);
    let said = !reading.metrics.is_empty() || reading.verb;
    // A metric's word in a sentence about something else: the classifier may say so before it is taken for a question.
    let strange = reading.leftovers.len();
    if said && strange > 1 && !reading.has_cue() || strange > 3 {
        let sure = intent::classify(&text.original).sure();
        if sure.is_none_or(|(class, _)| class != "metrics") {
            return by_classifier(answer, text, context, Some(&reading));
        }
    }
    match compose(&reading, answer.language, context, &mut answer) {
        Ok(composed) => {
            answer.intent = Intent::Metrics;
            answer.confidence = if said || reading.has_cue() { 0.95 } else { 0.8 };
            answer.frame = Some(composed.frame);
            answer.carried = composed.carried;
        }
        Err(Stop::NotMetrics) => return by_classifier(answer, text, context, Some(&reading)),
        Err(stop) => {
            // Without a metric it may be talk in which a date occurs.
            let class = intent::classify(&text.original);
            if !said
                && context.last.is_none()
                && reading.groups.is_empty()
                && let Some(("conversation" | "out_of_scope" | "search", _)) = class.sure()
            {
                return by_classifier(answer, text, context, Some(&reading));
            }
            answer.intent = Intent::Metrics;
            answer.confidence = 0.85;
            match stop {
                Stop::Ask(clarification) => answer.clarification = Some(clarification),
                Stop::Decline(declined) => answer.declined = Some(declined),
                Stop::NotMetrics => {}
            }
        }
    }
    answer
}

fn compose(
    reading: &Reading<'_>,
    language: Language,
    context: &Context<'_>,
    answer: &mut Understanding,
) -> Result<Composed, Stop> {
    let today = context.calendar.day_of(context.now);
    let mut work = Work {
        reading,
        context,
        today,
        language,
        notes: Vec::new(),
        alternatives: Vec::new(),
    };
    let composed = work.compose()?;
    answer.notes = work
        .notes
        .iter()
        .map(|note: &Note| say(language, note.name(), &[]))
        .collect();
    for (written, read) in &reading.forgiven {
        answer.notes.push(say(
            language,
            "note_forgiven",
            &[("written", written), ("read", read)],
        ));
    }
    answer.alternatives = work.alternatives;
    Ok(composed)
}

/// An action; the number in it is read as a question of its own.
fn act(mut answer: Understanding, read: action::Read, whole: &Text, context: &Context<'_>) -> Understanding {
    let mut request = read.request;
    if let Some(words) = read.number {
        let text = Text::read(&words);
        // The action stands alone: nothing is taken from the question before.
        let alone = Context {
            last: None,
            ..*context
        };
        if text.tokens.len() <= MOST_WORDS {
            let zone = context.calendar.zone.iana_name();
            let reading = Reading::of(&text, answer.language, context.catalogue, context.names, zone);
            answer.entities = entities::of(&reading);
            answer
                .entities
                .retain(|entity| whole.original.contains(&entity.text));
            match compose(&reading, answer.language, &alone, &mut answer) {
                Ok(composed) => request.frame = Some(composed.frame),
                Err(Stop::Decline(declined)) if !reading.metrics.is_empty() => {
                    answer.declined = Some(declined);
                }
                Err(Stop::Ask(clarification))
                    if !reading.metrics.is_empty() && request.kind != "email.draft" =>
                {
                    answer.clarification = Some(clarification);
                }
                Err(_) => {}
            }
        }
    }
    answer.entities.extend(request.to.iter().map(|to| Entity {
        kind: "email".to_owned(),
        text: to.clone(),
        value: to.to_lowercase(),
    }));
    let place = |entity: &Entity| whole.original.find(&entity.text);
    answer.entities.sort_by_key(place);
    let says_something = request.body.is_some() || request.frame.is_some() || request.subject.is_some();
    if matches!(request.kind.as_str(), "email.send" | "schedule.create") && !says_something {
        request.missing.push("content".to_owned());
    }
    let question = request.missing.first().map(|missing| match missing.as_str() {
        "to" => "ask_to",
        "title" => "ask_title",
        "name" => "ask_workflow",
        _ => "ask_content",
    });
    if let (Some(name), None, None) = (question, &answer.clarification, &answer.declined) {
        let question = say(answer.language, name, &[]);
        answer.clarification = Some(Clarification {
            question,
            options: Vec::new(),
        });
    }
    answer.intent = Intent::Action;
    answer.confidence = 0.95;
    answer.action = Some(request);
    answer
}

fn by_classifier(
    mut answer: Understanding,
    text: &Text,
    context: &Context<'_>,
    reading: Option<&Reading<'_>>,
) -> Understanding {
    let classes = intent::classify(&text.original);
    answer.decided_by = "classifier";
    let Some((class, p)) = classes.sure() else {
        let (_, p) = classes.best();
        answer.confidence = p;
        let numeric = reading.is_some_and(|reading| reading.has_cue() || !reading.metrics.is_empty());
        if numeric && context.has_data {
            answer.clarification = Some(ask_intent(answer.language, &text.original));
        }
        return answer;
    };
    answer.confidence = p;
    match class {
        "search" => {
            answer.intent = Intent::Search;
            let query = text.original.trim().to_owned();
            answer.search = Some(search::SearchRequest {
                query,
                kinds: Vec::new(),
            });
        }
        "metrics" => {
            answer.intent = Intent::Metrics;
            answer.clarification = Some(ask_intent(answer.language, &text.original));
        }
        "action" => {
            answer.intent = Intent::Action;
            answer.clarification = Some(ask_intent(answer.language, &text.original));
        }
        "out_of_scope" => answer.declined = Some(declined(answer.language, "out_of_scope", "next_scope")),
        _ => {}
    }
    answer
}

fn ask_intent(language: Language, question: &str) -> Clarification {
    // A long text is not repeated in a button.
    let said: String = question.chars().take(120).collect();
    let search = say(language, "search_for", &[("said", &said)]);
    let options = vec![Choice {
        label: say(language, "choose_search", &[]),
        question: search,
    }];
    Clarification {
        question: say(language, "ask_intent", &[]),
        options,
    }
}

/// The metric whose definition is asked for: "what is revenue?", and nothing about time or groups.
fn definition_of(text: &Text, cues: &Cues<'_>, vocabulary: &Vocabulary) -> Option<String> {
    let begin = cues.past_politeness(text);
    let direct = cues.starts(text, "definition_direct", begin);
    let loose = cues.starts(text, "definition", begin);
    let at = |mut at: usize, skips: usize| {
        for _ in 0..=skips {
            if let Some((meaning, end)) = vocabulary.at(&text.tokens, at) {
                return meaning.metric.clone().map(|metric| (metric, end));
            }
            at += 1;
        }
        None
    };
    let (metric, end) = loose
        .and_then(|from| at(from, 1))
        .or_else(|| direct.and_then(|from| at(from, 0)))?;
    let mut place = end;
    while place < text.tokens.len() {
        match cues.starts(text, "definition_end", place) {
            Some(end) => place = end,
            None => return None,
        }
    }
    Some(metric)
}

/// Nothing but politeness.
fn is_greeting(text: &Text, cues: &Cues<'_>) -> bool {
    let mut at = 0;
    let mut greeted = false;
    while at < text.tokens.len() {
        if let Some(end) = cues.starts(text, "greeting", at) {
            (greeted, at) = (true, end);
        } else if cues.is_filler(&text.tokens[at].text) {
            at += 1;
        } else {
            return false;
        }
    }
    greeted
}
