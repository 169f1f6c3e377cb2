//! Nodes that die and nodes that pause, in the middle of writes and answers.

use std::time::Duration;

use super::history::{House, Outcome};
use super::{Nodes, Over};
use crate::support::eventually;

/// What was shown of an answer is the beginning of what became of it, or the other way round where its last words
/// were not kept; and everybody has the same at the end.
fn was_followed_by_all(outcome: &Outcome, kept: &serde_json::Value, thread: &str) {
    let whole = kept["content"].as_str().unwrap();
    let id = kept["id"].as_str().unwrap();
    for one in &outcome.followed {
        let Some(scope) = one.mirror.scopes.get(&format!("t:{thread}")) else {
            continue;
        };
        let messages = scope.parts["messages"].as_array().unwrap();
        let known = messages.iter().find(|m| m["id"] == id).unwrap();
        assert_eq!(known["content"], whole);
        if let Some(answer) = one.mirror.answers.get(id) {
            let shown = answer.text();
            assert!(
                whole.starts_with(&shown) || shown.starts_with(whole),
                "{shown}\n{whole}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_while_nodes_are_killed_and_come_back() {
    let Some(mut nodes) = Nodes::start(3, Over::Redis, &[]).await else {
        return;
    };
    let house = House::open(&nodes).await;
    let (shared, private) = (house.threads[0].clone(), house.threads[1].clone());
    let dying = house.ask(0, &shared, "Go", "openai/mock-n5000-i20").await;
    let living = house.ask(1, &private, "Go", "openai/mock-n200-i20").await;
    let killing = async {
        for node in [0, 2] {
            tokio::time::sleep(Duration::from_secs(1)).await;
            nodes.kill(node);
            house.moved(&nodes);
            tokio::time::sleep(Duration::from_secs(1)).await;
            nodes.start_again(node).await;
            house.moved(&nodes);
        }
    };
    house.write_while(killing).await;
    let ended = async |thread: &str, id: &str| {
        for _ in 0..3 {
            let found = tokio::time::timeout(
                Duration::from_secs(9),
                eventually("it ends", || async {
                    let kept = house.kept(thread, id).await;
                    (kept["status"] != "streaming").then_some(kept)
                }),
            );
            if let Ok(kept) = found.await {
                return kept;
            }
        }
        panic!("an answer has no end");
    };
    let (dead, alive) = (ended(&shared, &dying).await, ended(&private, &living).await);
    assert_eq!(
        (&dead["status"], &alive["status"]),
        (&"interrupted".into(), &"complete".into())
    );
    let outcome = house.check(false).await;
    was_followed_by_all(&outcome, &dead, &shared);
    was_followed_by_all(&outcome, &alive, &private);
    let breaks: usize = outcome.followed.iter().map(|one| one.breaks).sum();
    assert!(breaks >= 2, "those of the dead nodes went on elsewhere");
    eprintln!(
        "{} messages, {breaks} breaks, caught up in {:?}",
        outcome.said.len(),
        outcome.caught_up
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_while_a_node_is_paused() {
    let Some(nodes) = Nodes::start(2, Over::Redis, &[]).await else {
        return;
    };
    let house = House::open(&nodes).await;
    let paused = async {
        nodes.process(1).signal("-STOP");
        tokio::time::sleep(Duration::from_secs(15)).await;
        nodes.process(1).signal("-CONT");
    };
    house.write_while(paused).await;
    let outcome = house.check(false).await;
    // Nobody is sent away for what was not their silence.
    for one in &outcome.followed {
        assert_eq!((one.breaks, &one.codes[..]), (0, &[][..]));
    }
}
