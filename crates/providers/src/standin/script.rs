//! What a model of the stand-in does, written in its name.

/// `mock[-tMS][-nCHUNKS][-iMS][-bBYTES][-eSTATUS][-rSEC][-fPCT][-cK][-xK][-hK][-g][-u][-k][-m][-y][-v][-l][-s][-j]`
///
/// The first line is the grammar of the benchmark's mock, the letters without a number are ours. A name
/// without `mock` in it behaves well.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches of a test double"
)]
pub struct Script {
    /// `t`: milliseconds before the first byte.
    pub delay_ms: u64,
    /// `n`: how many chunks.
    pub chunks: u64,
    /// `i`: milliseconds between chunks.
    pub interval_ms: u64,
    /// `b`: bytes of padding in each chunk (of the whole, when not streamed).
    pub bytes: usize,
    /// `e`: always answer with this status.
    pub status: u16,
    /// `r`: with `Retry-After` of so many seconds.
    pub retry_after: Option<u64>,
    /// `f`: so many per cent of the requests fail with 500.
    pub fail_percent: u64,
    /// `c`: cut the connection after so many chunks.
    pub cut_after: Option<u64>,
    /// `x`: send an error event after so many chunks.
    pub error_after: Option<u64>,
    /// `h`: hang for a minute after so many chunks.
    pub hang_after: Option<u64>,
    /// `g`: a web page with status 200.
    pub garbage: bool,
    /// `u`: cut the connection in the middle of a character.
    pub cut_in_character: bool,
    /// `k`: call a tool (the first of the request, or `get_weather`), and then repeat what it answers.
    pub tool_call: bool,
    /// `m`: answer in Markdown, with headings, a table, code and a formula.
    pub markdown: bool,
    /// `y`: repeat the person's last message.
    pub echo: bool,
    /// `v`: think aloud first.
    pub reasoning: bool,
    /// `l`: the conversation is too long.
    pub too_long: bool,
    /// `s`: decline.
    pub refuse: bool,
    /// `j`: answer with one JSON object though a stream was asked for.
    pub no_stream: bool,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            delay_ms: 0,
            chunks: 64,
            interval_ms: 0,
            bytes: 0,
            status: 0,
            retry_after: None,
            fail_percent: 0,
            cut_after: None,
            error_after: None,
            hang_after: None,
            garbage: false,
            cut_in_character: false,
            tool_call: false,
            markdown: false,
            echo: false,
            reasoning: false,
            too_long: false,
            refuse: false,
            no_stream: false,
        }
    }
}

impl Script {
    /// Reads a model's name.
    pub fn of(model: &str) -> Self {
        let mut script = Self::default();
        let Some((_, rest)) = model.split_once("mock") else {
            return Self { chunks: 12, ..script };
        };
        for word in rest.split('-') {
            let mut chars = word.chars();
            let Some(letter) = chars.next() else { continue };
            let number = chars.as_str().parse::<u64>().ok();
            match (letter, number) {
                ('t', Some(n)) => script.delay_ms = n,
                ('n', Some(n)) => script.chunks = n,
                ('i', Some(n)) => script.interval_ms = n,
                ('b', Some(n)) => script.bytes = n as usize,
                ('e', Some(n)) => script.status = n as u16,
                ('r', Some(n)) => script.retry_after = Some(n),
                ('f', Some(n)) => script.fail_percent = n,
                ('c', Some(n)) => script.cut_after = Some(n),
                ('x', Some(n)) => script.error_after = Some(n),
                ('h', Some(n)) => script.hang_after = Some(n),
                _ if word.len() > 1 => {}
                ('g', _) => script.garbage = true,
                ('u', _) => script.cut_in_character = true,
                ('k', _) => script.tool_call = true,
                ('m', _) => script.markdown = true,
                ('y', _) => script.echo = true,
                ('v', _) => script.reasoning = true,
                ('l', _) => script.too_long = true,
                ('s', _) => script.refuse = true,
                ('j', _) => script.no_stream = true,
                _ => {}
            }
        }
        script
    }

    /// A text in pieces.
    pub(super) fn repeated(text: &str) -> Vec<String> {
        cut(text, 12)
    }

    /// The pieces of the answer.
    pub(super) fn pieces(&self, last_user: &str) -> Vec<String> {
        let pad = "x".repeat(self.bytes);
        if self.markdown {
            return cut(MARKDOWN, 7);
        }
        if self.echo {
            return cut(last_user, 12);
        }
        let word = |k: u64| {
            if pad.is_empty() {
                format!("word{k} ")
            } else {
                format!("word{k} {pad} ")
            }
        };
        (1..=self.chunks).map(word).collect()
    }
}

fn cut(text: &str, size: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(size).map(|piece| piece.iter().collect()).collect()
}

const MARKDOWN: &str = r#"# A report

## Numbers

| Month | Revenue | Change |
|---|---:|---:|
| May | 1,200 € | |
| June | 1,500 € | **+25 %** |

The *mean* is $\bar{x} = \frac{1}{n}\sum_{i=1}^{n} x_i$, and

$$
\int_0^1 x^2 \, dx = \frac{1}{3}
$$

## Code

```rust
fn main() {
    println!("Grüße, Welt 🌍");
}
```

1. First, read the `table`.
2. Then [follow the link](https://example.com/).
   - a nested point

> Quoted words.

Done.
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read() {
        let script = Script::of("groq/mock-t5-n3-i2-b10-e429-r7-f50-c1-x2-h3-g-u-k-m-y");
        assert_eq!(
            (script.delay_ms, script.chunks, script.interval_ms, script.bytes),
            (5, 3, 2, 10)
        );
        assert_eq!(
            (script.status, script.retry_after, script.fail_percent),
            (429, Some(7), 50)
        );
        assert_eq!(
            (script.cut_after, script.error_after, script.hang_after),
            (Some(1), Some(2), Some(3))
        );
        assert!(
            script.garbage && script.cut_in_character && script.tool_call && script.markdown && script.echo
        );
        assert_eq!(Script::of("mock"), Script::default());
        assert_eq!(Script::of("gpt-5.4-mini").chunks, 12);
    }

    #[test]
    fn pieces_make_the_whole() {
        assert_eq!(Script::of("mock-m").pieces("").concat(), MARKDOWN);
        assert_eq!(
            Script::of("mock-y").pieces("Grüße 🌍, how are you?").concat(),
            "Grüße 🌍, how are you?"
        );
        assert_eq!(Script::of("mock-n2").pieces(""), ["word1 ", "word2 "]);
    }
}
