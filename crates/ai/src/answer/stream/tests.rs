//! What a reader gets, wherever they begin.

use super::*;
use proptest::prelude::*;

fn opening() -> Opening {
    Opening {
        id: kit::ids::new_id(),
        about: Map::new(),
        message: None,
    }
}

fn texts(sse: &str) -> (String, Option<usize>) {
    let mut text = String::new();
    let mut last = None;
    for block in sse.split("\n\n") {
        let mut lines = block.lines();
        if let Some(id) = lines.next().and_then(|l| l.strip_prefix("id: ")) {
            last = id.parse().ok();
        }
        let Some(data) = block.lines().find_map(|l| l.strip_prefix("data: ")) else {
            continue;
        };
        let Ok(value) = serde_json::from_str::<serde_json::Value>(data) else {
            continue;
        };
        if value["type"] == "text-delta" {
            text.push_str(value["delta"].as_str().unwrap());
        }
    }
    (text, last)
}

proptest! {
    #[test]
    fn a_reader_who_resumes_anywhere_misses_nothing(text in "\\PC{1,40}", cuts in proptest::collection::vec(0usize..40, 0..6)) {
        // The first reader is cut off at a boundary between two events; the second goes on from its last id.
        let mut progress = Progress { model: Some("m".into()), ..Progress::default() };
        let mut reader = Reader::new(opening(), 0);
        let mut seen = String::new();
        let mut ends: Vec<usize> = cuts.iter().map(|c| byte_at(&text, *c)).collect();
        ends.sort_unstable();
        for end in ends {
            progress.text = text[..end].to_owned();
            let sse = reader.news(&progress);
            seen.push_str(&texts(&sse).0);
            prop_assert_eq!(&seen, &progress.text);
        }
        let mut second = Reader::new(opening(), reader.units);
        progress.text.clone_from(&text);
        progress.ended = Some(MessageStatus::Complete);
        let sse = second.news(&progress);
        seen.push_str(&texts(&sse).0);
        prop_assert_eq!(&seen, &text);
        prop_assert_eq!(texts(&sse).1, Some(utf16_len(&text)));
        prop_assert!(sse.ends_with("data: [DONE]\n\n"));
    }
}

#[test]
fn an_answer_that_failed_says_why_and_still_ends() {
    let error = AnswerError {
        code: "X".into(),
        error: "No.".into(),
        details: vec![],
    };
    let progress = Progress {
        error: Some(error),
        ended: Some(MessageStatus::Failed),
        ..Progress::default()
    };
    let sse = Reader::new(opening(), 0).news(&progress);
    assert!(sse.contains(r#"{"type":"error","errorText":"No."}"#), "{sse}");
    assert!(!sse.contains("\"finish\""));
}
