//! Finding `@names` in a text.

use super::names::Names;

/// How many `@` of one text are looked at.
const MOST: usize = 500;

/// One mention.
#[derive(Debug, PartialEq, Eq)]
pub enum Found<'t, 'n, T> {
    /// A name that is known, with all that have it.
    Known(&'n [T]),
    /// `one/two`, which no name is.
    Slashed(&'t str),
}

/// Whether it is worth while to learn the names.
pub fn may_mention(text: &str) -> bool {
    outside_code(text)
        .into_iter()
        .any(|part| !starts(part).is_empty())
}

/// All mentions, in the order of the text.
pub fn find<'t, 'n, T: Clone + PartialEq>(text: &'t str, names: &'n Names<T>) -> Vec<Found<'t, 'n, T>> {
    let mut found = Vec::new();
    let mut looked_at = 0;
    for part in outside_code(text) {
        let mut passed = 0;
        for start in starts(part) {
            looked_at += 1;
            if looked_at > MOST {
                return found;
            }
            if start < passed {
                continue;
            }
            let rest = &part[start..];
            if let Some((length, meanings)) = longest_name(rest, names) {
                passed = start + length;
                found.push(Found::Known(meanings));
            } else if let Some(token) = slashed(rest) {
                passed = start + token.len();
                found.push(Found::Slashed(token));
            }
        }
    }
    found
}

/// Where names may begin: after an `@` that does not go on from a word, as in an address.
fn starts(part: &str) -> Vec<usize> {
    let mut before = ' ';
    let mut all = Vec::new();
    for (at, c) in part.char_indices() {
        if c == '@' && !(before.is_alphanumeric() || matches!(before, '_' | '@' | '.' | '/' | '+' | '-')) {
            let next = part[at + 1..].chars().next();
            if next.is_some_and(|c| !c.is_whitespace() && c != '@') {
                all.push(at + 1);
            }
        }
        before = c;
    }
    all
}

/// Whether a name may end before this: `gpt-5` is not named by `gpt-5.4`, and a full stop ends a sentence.
fn ends(rest: &str) -> bool {
    let mut chars = rest.chars();
    match chars.next() {
        None => true,
        Some(c) if c.is_alphanumeric() || c == '_' => false,
        Some('-' | '.' | '/' | ':' | '+' | '@') => !chars.next().is_some_and(char::is_alphanumeric),
        Some(_) => true,
    }
}

fn longest_name<'n, T: Clone + PartialEq>(rest: &str, names: &'n Names<T>) -> Option<(usize, &'n [T])> {
    let mut key = String::new();
    let mut best = None;
    for (at, c) in rest.char_indices().take(names.longest()) {
        key.extend(c.to_lowercase());
        let end = at + c.len_utf8();
        if let Some(meanings) = names.get(&key)
            && ends(&rest[end..])
        {
            best = Some((end, meanings));
        }
    }
    best
}

/// A token with a slash inside, without what ends a sentence after it.
fn slashed(rest: &str) -> Option<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '/' | '+' | '-');
    let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let token = rest[..end].trim_end_matches(['.', ':', '/', '+', '-']);
    (token.len() <= 200 && token.trim_start_matches('/').contains('/')).then_some(token)
}

/// The parts of a Markdown text that are not code: no fenced blocks, no `spans`.
fn outside_code(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut fence: Option<(char, usize)> = None;
    let mut begin = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let mark = fence_of(line);
        match (fence, mark) {
            (None, Some(mark)) => {
                spans(&text[begin..at], &mut parts);
                fence = Some(mark);
            }
            (Some((c, length)), Some((other, longer))) if c == other && longer >= length => {
                fence = None;
                begin = at + line.len();
            }
            _ => {}
        }
        at += line.len();
    }
    if fence.is_none() {
        spans(&text[begin..], &mut parts);
    }
    parts
}

/// The character and the length of the fence that a line begins with.
fn fence_of(line: &str) -> Option<(char, usize)> {
    let line = line.trim_start_matches(' ');
    let c = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = line.chars().take_while(|other| *other == c).count();
    // A line of backticks with others later on it is a span.
    let is_span = c == '`' && line[length..].contains('`');
    (length >= 3 && !is_span).then_some((c, length))
}

/// The parts of a text outside of code spans. A run of backticks that is never closed is no code.
fn spans<'t>(text: &'t str, parts: &mut Vec<&'t str>) {
    let mut begin = 0;
    let mut at = 0;
    while let Some(open) = text[at..].find('`').map(|i| at + i) {
        let length = run(&text[open..]);
        let inside = open + length;
        match closing(&text[inside..], length) {
            Some(close) => {
                parts.push(&text[begin..open]);
                at = inside + close + length;
                begin = at;
            }
            None => at = inside,
        }
    }
    parts.push(&text[begin..]);
}

fn run(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'`').count()
}

/// Where a run of exactly so many backticks begins.
fn closing(text: &str, length: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(next) = text[at..].find('`').map(|i| at + i) {
        let found = run(&text[next..]);
        if found == length {
            return Some(next);
        }
        at = next + found;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names<u8> {
        let mut names = Names::default();
        names.claim("all", 0);
        names.share("Ann Smith", 1);
        names.suggest("Ann", 1);
        names.suggest("ann.smith", 1);
        names.share("Bob Smith", 2);
        names.suggest("Bob", 2);
        names.share("Bob Jones", 3);
        names.suggest("Bob", 3);
        names.share("Ångström", 4);
        names.claim("openai/gpt-5", 5);
        names.claim("gpt-5", 5);
        names.claim("gpt-5.4 mini", 6);
        names
    }

    fn known(text: &str) -> Vec<u8> {
        find(text, &names())
            .into_iter()
            .flat_map(|found| match found {
                Found::Known(meanings) => meanings.to_vec(),
                Found::Slashed(_) => vec![99],
            })
            .collect()
    }

    #[test]
    fn names_are_found_in_any_case_and_the_longest_wins() {
        for (text, expected) in [
            ("@Ann hello", &[1][..]),
            ("hello @ann smith!", &[1]),
            ("(@ANN.SMITH)", &[1]),
            ("@bob", &[]),
            ("@bob jones and @Bob Smith", &[3, 2]),
            ("@ÅNGSTRÖM: look", &[4]),
            ("@gpt-5, @gpt-5.4 mini and @openai/gpt-5.", &[5, 6, 5]),
            ("@gpt-5.4", &[]),
            ("@annabel", &[]),
            ("@Ann's", &[1]),
            ("@all @everyone", &[0]),
            ("mail me: x@ann.org, a@ann", &[]),
            ("@@ann", &[]),
            ("@ ann", &[]),
            ("@openai/gpt-6!", &[99]),
            ("@", &[]),
            ("", &[]),
        ] {
            assert_eq!(known(text), expected, "{text}");
        }
    }

    #[test]
    fn code_names_nobody() {
        for text in [
            "`@ann`",
            "``@ann ` @ann``",
            "```\n@ann\n```",
            "~~~py\n@ann\n",
            "   ```\n@ann\n   ```",
            "````\n```\n@ann\n```\n````",
        ] {
            assert_eq!(known(text), [0u8; 0], "{text}");
            assert!(!may_mention(text), "{text}");
        }
        assert_eq!(known("a ` b @ann"), [1], "a lone backtick is no code");
        assert_eq!(known("```\n@bob jones\n```\n@ann `@all` @ann smith"), [1, 1]);
        assert_eq!(known("```x``` @ann"), [1], "three backticks may be a span");
    }

    #[test]
    fn a_slashed_token_is_told_apart() {
        assert_eq!(
            find("ask @custom/mock-y-n3: now", &names()),
            [Found::Slashed("custom/mock-y-n3")]
        );
        assert_eq!(
            find("see @/etc/passwd", &Names::<u8>::default()),
            [Found::Slashed("/etc/passwd")]
        );
    }

    proptest::proptest! {
        /// Nothing that a person can write makes it stumble, and every mention needs its `@`.
        #[test]
        fn any_text_is_read(text in "\\PC{0,200}|[@`~a-z /.\n-]{0,200}") {
            let found = find(&text, &names()).len();
            proptest::prop_assert!(found <= text.matches('@').count());
            proptest::prop_assert!(may_mention(&text) || found == 0);
        }

        /// A name on its own line is found whatever stands around it, unless that opens code.
        #[test]
        fn a_name_on_a_line_of_its_own_is_found(before in "[a-z @.\n]{0,80}", after in "[a-z @.\n]{0,80}") {
            let text = format!("{before}\n@Ångström\n{after}");
            proptest::prop_assert!(known(&text).contains(&4));
        }

        /// What stands in a fence names nobody.
        #[test]
        fn a_fence_hides_its_inside(inside in "[a-z @.\n]{0,80}") {
            let text = format!("```\n{inside}\n```\n");
            proptest::prop_assert!(known(&text).is_empty());
        }
    }
}
