//! A text cut into chunks, along its own structure: headings begin one, paragraphs and list items stay whole, code is
//! not torn. A chunk is what is found, and what a vector stands for.

use std::ops::Range;

/// About how much a chunk holds, in units of about a word.
const TARGET: usize = 200;
/// What is not longer stays whole.
const LONGEST: usize = 320;
/// The end of a chunk is repeated at the beginning of the next one if it is not longer than this.
const OVERLAP: usize = 40;

/// A paragraph, a list item, a heading, a block of code.
struct Block {
    range: Range<usize>,
    weight: usize,
    is_heading: bool,
    is_code: bool,
}

/// The chunks of a text: together they cover all of it but blanks.
pub fn cut(text: &str) -> Vec<Range<usize>> {
    let whole = trimmed(text, 0..text.len());
    if whole.is_empty() {
        return Vec::new();
    }
    if weight(&text[whole.clone()]) <= LONGEST {
        return vec![whole];
    }
    let mut chunks: Vec<Range<usize>> = Vec::new();
    let mut open: Vec<Block> = Vec::new();
    for block in blocks(text).into_iter().flat_map(|block| divided(text, block)) {
        let held: usize = open.iter().map(|b| b.weight).sum();
        let is_full = held + block.weight > TARGET && held > 0;
        if is_full || (block.is_heading && held > TARGET / 4) {
            let last = close(&mut chunks, &mut open);
            if let Some(last) =
                last.filter(|b| is_full && b.weight <= OVERLAP && !block.is_heading && !b.is_code)
            {
                open.push(last);
            }
        }
        open.push(block);
    }
    close(&mut chunks, &mut open);
    chunks
}

/// Ends a chunk; answers its last block if it had others before.
fn close(chunks: &mut Vec<Range<usize>>, open: &mut Vec<Block>) -> Option<Block> {
    let (first, last) = (open.first()?, open.last()?);
    chunks.push(first.range.start..last.range.end);
    let has_more = open.len() > 1;
    let last = open.pop();
    open.clear();
    last.filter(|_| has_more)
}

/// About how many words: for scripts without spaces two letters count as one.
fn weight(text: &str) -> usize {
    let mut words = 0;
    let mut letters = 0;
    let mut in_word = false;
    for c in text.chars() {
        if c.is_whitespace() {
            in_word = false;
        } else if c as u32 >= 0x2e80 {
            letters += 1;
        } else if !in_word {
            in_word = true;
            words += 1;
        }
    }
    // A word of forty letters is no word; what has no spaces is weighed by its length.
    (words + letters / 2).max(text.len() / 40)
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let piece = &text[range.clone()];
    let start = range.start + (piece.len() - piece.trim_start().len());
    start..start + piece.trim().len()
}

/// The lines of a text, with their ends.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        at += line.len();
        (at - line.len(), line)
    })
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut start = 0;
    let mut fence: Option<&str> = None;
    let mut end = |from: usize, to: usize, is_heading: bool, is_code: bool| {
        let range = trimmed(text, from..to);
        if !range.is_empty() {
            let weight = weight(&text[range.clone()]);
            blocks.push(Block {
                range,
                weight,
                is_heading,
                is_code,
            });
        }
    };
    for (at, line) in lines(text) {
        let bare = line.trim();
        let after = at + line.len();
        if let Some(mark) = fence {
            if bare.starts_with(mark) {
                end(start, after, false, true);
                (start, fence) = (after, None);
            }
            continue;
        }
        let mark = ["```", "~~~"].into_iter().find(|mark| bare.starts_with(mark));
        let is_heading = bare.starts_with('#') && bare.trim_start_matches('#').starts_with(' ');
        if mark.is_some() || is_heading || bare.is_empty() || begins_item(bare) {
            end(start, at, false, false);
            start = at;
        }
        fence = mark;
        if is_heading {
            end(at, after, true, false);
            start = after;
        }
    }
    end(start, text.len(), false, fence.is_some());
    blocks
}

/// `- `, `* `, `12. `
fn begins_item(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = rest.len() < line.len() && (rest.starts_with(". ") || rest.starts_with(") "));
    numbered || line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ")
}

/// A block that is too long, in pieces: code by lines, all else by sentences, and what has neither by length.
fn divided(text: &str, block: Block) -> Vec<Block> {
    if block.weight <= LONGEST {
        return vec![block];
    }
    let mut pieces: Vec<Block> = Vec::new();
    let mut start = block.range.start;
    let mut last_good = start;
    let piece = |range: Range<usize>| {
        let range = trimmed(text, range);
        Block {
            weight: weight(&text[range.clone()]),
            range,
            is_heading: false,
            is_code: block.is_code,
        }
    };
    let (mut held, mut in_word) = (0, false);
    for (offset, c) in text[block.range.clone()].char_indices() {
        let at = block.range.start + offset;
        let after = at + c.len_utf8();
        let ends = c == '\n'
            || (!block.is_code && matches!(c, '。' | '！' | '？'))
            || (!block.is_code && c == ' ' && text[..at].ends_with(['.', '!', '?', ':', ';']));
        if ends {
            last_good = after;
        }
        held += usize::from(c as u32 >= 0x2e80 || (!c.is_whitespace() && !in_word));
        in_word = !c.is_whitespace();
        let is_long = after - start > TARGET * 12;
        if held < TARGET && !is_long {
            continue;
        }
        let can_end = if last_good > start { Some(last_good) } else { None };
        let cut = match can_end {
            Some(good) => good,
            None if c.is_whitespace() || is_long || c as u32 >= 0x2e80 => after,
            None => continue,
        };
        pieces.push(piece(start..cut));
        (start, last_good, held) = (cut, cut, weight(&text[cut..after]));
    }
    pieces.push(piece(start..block.range.end));
    pieces.retain(|piece| !piece.range.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_is_one_chunk() {
        assert_eq!(cut("  Hello there.\n\nHow are you?\n"), [2..28]);
        assert!(cut(" \n\t ").is_empty());
    }

    #[test]
    fn headings_begin_chunks_and_code_is_not_torn() {
        let text = |word: &str, n: usize| format!("{word} ").repeat(n);
        let code = format!("```\n{}```", "let x = 1;\n".repeat(50));
        let long = format!(
            "# One\n\n{}\n\n# Two\n\n{}\n\n{code}\n",
            text("alpha", 150),
            text("beta", 150)
        );
        let chunks: Vec<&str> = cut(&long).into_iter().map(|range| &long[range]).collect();
        assert!(chunks[0].starts_with("# One") && !chunks[0].contains("beta"));
        assert!(chunks[1].starts_with("# Two"));
        assert!(chunks.iter().any(|chunk| chunk.contains(&code)));
    }

    proptest::proptest! {
        #[test]
        fn chunks_cover_everything_and_are_bounded(
            text in proptest::collection::vec("(\\PC{0,12}|\n\n|# x\n|- y|```\n|。|wort |\\. ){0,40}", 0..40)
        ) {
            let text = text.concat();
            let chunks = cut(&text);
            for (at, c) in text.char_indices() {
                if !c.is_whitespace() {
                    proptest::prop_assert!(chunks.iter().any(|r| r.contains(&at)), "{c:?} at {at}");
                }
            }
            for chunk in &chunks {
                proptest::prop_assert!(text.get(chunk.clone()).is_some());
                proptest::prop_assert!(weight(&text[chunk.clone()]) <= LONGEST + TARGET + OVERLAP);
            }
        }

        #[test]
        fn a_long_line_is_cut(words in 400_usize..2_000) {
            let text = "lorem ".repeat(words);
            proptest::prop_assert!(cut(&text).iter().all(|r| weight(&text[r.clone()]) <= LONGEST));
        }
    }
}
