//! Fitting a conversation into a model's window. Tokens are estimated: no tokenizer knows all models, and an
//! estimate on the safe side is what is needed to decide what to leave out.

use providers::{Conversation, Message, Part, Role};

/// About how many tokens a text is. Latin words cost a token for each four letters, other scripts about one for each
/// character, marks and digits more than letters.
pub fn estimate(text: &str) -> u64 {
    let mut quarter = 0u64; // in quarters of a token
    for c in text.chars() {
        quarter += match c {
            'a'..='z' | 'A'..='Z' | ' ' => 1,
            '0'..='9' | '\n' | '\t' => 2,
            c if c.is_ascii() => 3,
            '\u{80}'..='\u{24f}' => 2,
            '\u{370}'..='\u{6ff}' => 3,
            _ => 5,
        };
    }
    quarter.div_ceil(4)
}

fn size(message: &Message) -> u64 {
    let parts: u64 = message
        .parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => estimate(text),
            // About what providers charge for a picture or a page.
            Part::Image { .. } | Part::Audio { .. } | Part::File { .. } => 1_200,
        })
        .sum();
    let calls: u64 = message
        .tool_calls
        .iter()
        .map(|c| estimate(&c.name) + estimate(&c.arguments))
        .sum();
    // Each message costs a few tokens for its frame.
    parts + calls + 6
}

/// Leaves out the oldest turns until the rest fits into `window` tokens with room for an answer. Instructions, messages
/// that are to stay, and the last message always do; what begins the rest is a message of a person, so that roles alternate as they did. Answers
/// the rest and about how many tokens it is.
pub fn fit(mut conversation: Conversation, window: u64, max_output: Option<u64>) -> (Conversation, u64) {
    let room = u64::from(conversation.max_tokens.unwrap_or(0))
        .max(max_output.unwrap_or(4_096).min(8_192))
        .min(window / 4);
    let budget = window.saturating_sub(room);
    let sizes: Vec<u64> = conversation.messages.iter().map(size).collect();
    let staying = |may_stay: bool| -> (Vec<bool>, u64) {
        let stays = conversation
            .messages
            .iter()
            .map(|m| m.role == Role::System || (may_stay && m.stays));
        let stays: Vec<bool> = stays.collect();
        let fixed = stays
            .iter()
            .zip(&sizes)
            .filter(|(stays, _)| **stays)
            .map(|(_, size)| size)
            .sum();
        (stays, fixed)
    };
    let (mut stays, mut fixed) = staying(true);
    if fixed > budget {
        (stays, fixed) = staying(false);
    }
    let turns: Vec<usize> = (0..sizes.len()).filter(|i| !stays[*i]).collect();
    let is_turn = |message: &Message| message.role != Role::System;
    let last = conversation.messages.iter().rposition(is_turn);
    let mut used = fixed;
    let mut first = turns.len();
    for (at, index) in turns.iter().enumerate().rev() {
        if used + sizes[*index] > budget && Some(*index) != last {
            break;
        }
        used += sizes[*index];
        first = at;
    }
    // Not to begin with an answer or a tool's result whose question was left out.
    while first + 1 < turns.len() && first > 0 && conversation.messages[turns[first]].role != Role::User {
        first += 1;
    }
    let left = turns.get(first).copied().unwrap_or(sizes.len());
    let mut index = 0;
    let mut size = 0;
    conversation.messages.retain(|_| {
        let keep = stays[index] || index >= left;
        if keep {
            size += sizes[index];
        }
        index += 1;
        keep
    });
    (conversation, size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn conversation(sizes: &[usize]) -> Conversation {
        let mut messages = vec![Message::system("Be kind.")];
        for (i, n) in sizes.iter().enumerate() {
            let text = format!("{i} {}", "word ".repeat(*n));
            messages.push(if i % 2 == 0 {
                Message::user(text)
            } else {
                Message::assistant(text)
            });
        }
        Conversation::new(messages)
    }

    proptest! {
        #[test]
        fn what_is_kept_is_the_end_and_fits(sizes in proptest::collection::vec(0usize..200, 1..30), window in 200u64..4000) {
            let sizes = if sizes.len() % 2 == 0 { &sizes[1..] } else { &sizes[..] };
            let all = conversation(sizes);
            let (fitted, size_of_it) = fit(all.clone(), window, None);
            prop_assert_eq!(fitted.messages[0].role, Role::System);
            prop_assert_eq!(fitted.messages.last(), all.messages.last());
            let kept = fitted.messages.len() - 1;
            prop_assert_eq!(&fitted.messages[1..], &all.messages[all.messages.len() - kept..]);
            prop_assert_eq!(fitted.messages[1].role, Role::User);
            prop_assert_eq!(size_of_it, fitted.messages.iter().map(size).sum::<u64>());
            prop_assert!(kept == 1 || size_of_it <= window);
        }
    }

    #[test]
    fn estimates_are_near_and_on_the_safe_side() {
        // Counted with OpenAI's o200k tokenizer: 9, 12 and 7 tokens.
        assert!((9..16).contains(&estimate("The quick brown fox jumps over the dog")));
        assert!((12..22).contains(&estimate("fn main() { println!(\"hi\"); }")));
        assert!((5..16).contains(&estimate("你好，世界很大")));
    }
}
