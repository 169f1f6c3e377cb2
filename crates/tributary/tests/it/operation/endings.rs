//! Killed in the middle of everything, and told to stop: what was acknowledged is there afterwards.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use http::Method;
use serde_json::json;

use super::process::Process;
use super::{SOON, again, begin, event_numbers, kept, person};
use crate::support::{eventually, standin};

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_twenty_answers_stream() {
    let standin = standin().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let process = Process::start(&data, &[]).await;
    let ann = person(&process.base, &standin).await;
    let running = join_all((0..20).map(|n| {
        let ann = ann.clone();
        async move {
            let thread = ann.thread().await;
            let question = format!("Question {n}");
            let (live, reply, seen) = begin(&ann, &thread, &question, "openai/mock-n5000-i20").await;
            (thread, live, reply, seen, question)
        }
    }))
    .await;
    // Each of them has drafts in the store; what the reader saw a draft's time ago must be among them.
    let mut saved = Vec::new();
    for (thread, _, reply, ..) in &running {
        let draft = eventually("a draft", || async {
            let text = kept(&ann, thread, reply).await["content"]
                .as_str()
                .unwrap()
                .to_owned();
            (text.split_whitespace().count() > 15).then_some(text)
        })
        .await;
        saved.push(draft);
    }
    process.kill();
    let process = Process::start(&data, &[]).await;
    let ann = again(&process.base, &ann);
    for ((thread, _, reply, seen, question), draft) in running.iter().zip(&saved) {
        let all = ann.messages(thread).await;
        assert_eq!(all.len(), 2);
        assert_eq!(all[0]["content"], question.as_str());
        assert_eq!(all[1]["id"], reply.as_str());
        assert_eq!(all[1]["status"], "interrupted");
        let text = all[1]["content"].as_str().unwrap();
        assert!(
            text.starts_with(draft.as_str()) && text.starts_with(seen.as_str()),
            "{draft}\n{text}"
        );
        let numbers = event_numbers(&data, thread).await;
        let gapless: Vec<i64> = (1..=numbers.len() as i64).collect();
        assert_eq!(numbers, gapless);
    }
    standin.set_script(Some("mock-n3"));
    let (thread, _, reply, ..) = &running[0];
    let before = kept(&ann, thread, reply).await["content"]
        .as_str()
        .unwrap()
        .to_owned();
    let went_on = ann
        .post(
            &format!("/api/v1/threads/{thread}/messages/{reply}/continue"),
            &json!({}),
        )
        .await;
    went_on.expect(201);
    let after = went_on.data()["reply"].clone();
    assert_eq!(after["status"], "complete");
    assert!(after["content"].as_str().unwrap().starts_with(&before));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_many_write() {
    let standin = standin().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let process = Process::start(&data, &[]).await;
    let ann = person(&process.base, &standin).await;
    let (tell, told) = tokio::sync::watch::channel(0_u32);
    let writers = (0..12).map(|w| {
        let (ann, tell) = (ann.clone(), tell.clone());
        async move {
            let thread = ann.thread().await;
            let path = format!("/api/v1/threads/{thread}/messages");
            let mut acknowledged = Vec::new();
            for n in 0..10_000 {
                let content = format!("{w}-{n}");
                let body = json!({ "content": content, "reply": false }).to_string();
                let json = [("content-type", "application/json")];
                let Some(answer) = ann.try_send(Method::POST, &path, &json, body).await else {
                    break;
                };
                answer.expect(201);
                acknowledged.push(content);
                tell.send_modify(|all| *all += 1);
            }
            (thread, acknowledged)
        }
    });
    let mut told = told;
    let end = async move {
        told.wait_for(|all| *all > 300).await.unwrap();
        process.kill();
    };
    let (written, ()) = tokio::join!(join_all(writers), end);
    let process = Process::start(&data, &[]).await;
    let ann = again(&process.base, &ann);
    for (thread, acknowledged) in written {
        assert!(!acknowledged.is_empty());
        let mut there = BTreeSet::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/api/v1/threads/{thread}/messages?branch=all&limit=200{cursor}");
            let page = ann.get(&path).await.json();
            let rows = page["data"].as_array().unwrap();
            there.extend(rows.iter().map(|m| m["content"].as_str().unwrap().to_owned()));
            match page["page"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        for content in &acknowledged {
            assert!(there.contains(content), "{content} was acknowledged and is gone");
        }
        assert!(
            there.len() <= acknowledged.len() + 1,
            "one may have been stored without a word"
        );
        let numbers = event_numbers(&data, &thread).await;
        let gapless: Vec<i64> = (1..=numbers.len() as i64).collect();
        assert_eq!(numbers, gapless);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_it_finishes_what_can_be_finished() {
    let standin = standin().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let settings = [("TRIBUTARY_CHAT_DRAIN_SECONDS", "2")];
    let mut process = Process::start(&data, &settings).await;
    let ann = person(&process.base, &standin).await;
    let (short, long) = (ann.thread().await, ann.thread().await);
    let (mut live, first, _) = begin(&ann, &short, "Short", "openai/mock-n20-i20").await;
    let (_live, second, _) = begin(&ann, &long, "Long", "openai/mock-n9000-i20").await;
    process.terminate();
    let mut last = None;
    while let Some(event) = live.next().await {
        last = Some(event);
    }
    assert!(last.unwrap().is_done, "a running answer is read to its end");
    let status = process.ended(Duration::from_secs(12)).await;
    assert_eq!(status.code(), Some(0), "{}", process.log());
    standin.set_script(Some("mock-n3"));
    let process = Process::start(&data, &settings).await;
    let ann = again(&process.base, &ann);
    assert_eq!(kept(&ann, &short, &first).await["status"], "complete");
    let long = eventually("what could not be finished goes on", || async {
        let long = kept(&ann, &long, &second).await;
        (long["status"] == "complete").then_some(long)
    })
    .await;
    let words = long["content"].as_str().unwrap().split_whitespace().count();
    assert!(
        words > 40,
        "all that was written until the end is kept, not only a draft: {words}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let standin = standin().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut process = Process::start(&data, &[("TRIBUTARY_CHAT_DRAIN_SECONDS", "60")]).await;
    let ann = person(&process.base, &standin).await;
    let thread = ann.thread().await;
    let (_live, reply, seen) = begin(&ann, &thread, "Long", "openai/mock-n9000-i20").await;
    eventually("a draft", || async {
        let text = kept(&ann, &thread, &reply).await["content"]
            .as_str()
            .unwrap()
            .to_owned();
        (text.len() > seen.len()).then_some(())
    })
    .await;
    process.terminate();
    eventually("it heard", || async {
        process.log().contains("second signal").then_some(())
    })
    .await;
    process.terminate();
    process.ended(SOON).await;
    let process = Process::start(&data, &[]).await;
    let kept = kept(&again(&process.base, &ann), &thread, &reply).await;
    assert_eq!(kept["status"], "interrupted");
    assert!(kept["content"].as_str().unwrap().starts_with(&seen));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_hangs_up_at_once_gets_an_answer_all_the_same() {
    use tokio::io::AsyncWriteExt;
    let standin = standin().await;
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(&folder.path().join("data"), &[]).await;
    let ann = person(&process.base, &standin).await;
    let mut threads = Vec::new();
    for n in 0..40_u64 {
        let thread = ann.thread().await;
        let body = json!({ "content": "Hi", "model": "openai/mock-n5" }).to_string();
        let path = format!("/api/v1/threads/{thread}/messages");
        let head = crate::security::raw::head("POST", &path, Some(ann.token()));
        let request = format!(
            "{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = crate::security::raw::connect(&process.base).await;
        stream.write_all(request.as_bytes()).await.unwrap();
        // At every moment of the way in.
        tokio::time::sleep(Duration::from_micros(n * 250)).await;
        stream.set_zero_linger().unwrap();
        drop(stream);
        threads.push(thread);
    }
    let mut stored = 0;
    for thread in &threads {
        let all = ann.messages(thread).await;
        let Some(question) = all.first() else { continue };
        stored += 1;
        assert_eq!(all.len(), 2, "{question}");
        eventually("the answer is written", || async {
            let all = ann.messages(thread).await;
            (all[1]["status"] == "complete").then_some(())
        })
        .await;
    }
    assert!(stored > 0, "some of them came far enough");
}
