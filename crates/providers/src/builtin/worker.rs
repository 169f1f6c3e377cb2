//! The thread that the model runs on: one answer at a time, first come first served, gone when idle.
//!
//! The model is loaded when the first question comes and freed some minutes after the last, so a server whose
//! people use real providers never pays for it. Nothing here knows the model: see [`Engine`].

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use tokio::sync::mpsc::UnboundedSender;

use super::BuiltinError;
use super::prompt::Turn;
use super::sampler::Sampling;

/// What answers.
pub(super) trait Engine {
    /// Answers with [`Ask::say`], stops early when [`Ask::is_given_up`].
    fn answer(&mut self, ask: &Ask) -> Result<(), BuiltinError>;
}

/// Makes the engine, on its own thread.
pub(super) type Load = dyn Fn() -> Result<Box<dyn Engine>, BuiltinError> + Send + Sync;

/// A question that waits or is being answered.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) turns: Vec<Turn>,
    pub(super) sampling: Sampling,
    pub(super) max_tokens: Option<u32>,
    pub(super) stop: Vec<String>,
    /// Bounded by the length of an answer, so that a slow reader never holds up the others.
    pub(super) to: UnboundedSender<Said>,
    /// Set when the house closes.
    pub(super) closing: Arc<AtomicBool>,
}

impl Ask {
    /// Whether nobody waits for the answer any more.
    pub(super) fn is_given_up(&self) -> bool {
        self.to.is_closed() || self.closing.load(Ordering::Relaxed)
    }

    /// Tells the asker.
    pub(super) fn say(&self, said: Said) {
        // Nobody there: seen by `is_given_up` at the next word.
        let _ = self.to.send(said);
    }
}

/// What the asker hears.
#[derive(Debug)]
pub(super) enum Said {
    /// The next words.
    Text(String),
    /// The end, with what it cost in tokens.
    End {
        why: Why,
        read: usize,
        cached: usize,
        written: usize,
    },
    /// It went wrong.
    Failed(BuiltinError),
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// It was complete.
    Done,
    /// It became too long.
    Length,
}

/// The queue and its thread.
pub(super) struct Worker {
    shared: Arc<Shared>,
}

struct Shared {
    load: Box<Load>,
    idle: Duration,
    max_waiting: usize,
    closing: Arc<AtomicBool>,
    line: Mutex<Line>,
    changed: Condvar,
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Ask>,
    has_thread: bool,
    is_busy: bool,
}

impl Worker {
    /// Nothing runs until the first question.
    pub(super) fn new(load: Box<Load>, idle: Duration, max_waiting: usize) -> Self {
        let (closing, line) = (Arc::default(), Mutex::default());
        Self {
            shared: Arc::new(Shared {
                load,
                idle,
                max_waiting,
                closing,
                line,
                changed: Condvar::new(),
            }),
        }
    }

    /// The flag for [`Ask::closing`].
    pub(super) fn closing(&self) -> Arc<AtomicBool> {
        self.shared.closing.clone()
    }

    /// Whether the model is in memory (or on its way there).
    #[cfg(test)]
    pub(super) fn is_awake(&self) -> bool {
        self.shared.line.lock().has_thread
    }

    /// Puts a question at the end of the line. Never waits.
    pub(super) fn submit(&self, ask: Ask) -> Result<(), BuiltinError> {
        let mut line = self.shared.line.lock();
        line.waiting.retain(|ask| !ask.is_given_up());
        if line.waiting.len() + usize::from(line.is_busy) > self.shared.max_waiting {
            return Err(BuiltinError::Busy);
        }
        line.waiting.push_back(ask);
        if !line.has_thread {
            let shared = self.shared.clone();
            let named = std::thread::Builder::new().name("builtin-model".to_owned());
            if let Err(error) = named.spawn(move || shared.run()) {
                line.waiting.clear();
                return Err(error.into());
            }
            line.has_thread = true;
        }
        self.shared.changed.notify_one();
        Ok(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The flag is set under the lock, so that the thread cannot miss it between looking and sleeping.
        let _line = self.shared.line.lock();
        self.shared.closing.store(true, Ordering::Relaxed);
        self.shared.changed.notify_one();
    }
}

impl Shared {
    fn run(&self) {
        // Whatever ends this thread, the next question starts another, and nobody waits for this one.
        let leave = Leave(self);
        let mut engine = None;
        while let Some(ask) = self.next() {
            let result = match &mut engine {
                Some(_) => Ok(()),
                none => (self.load)().map(|loaded| *none = Some(loaded)),
            };
            let result = result.and_then(|()| engine.as_mut().map_or(Ok(()), |engine| engine.answer(&ask)));
            if let Err(error) = result {
                ask.say(Said::Failed(error));
            }
        }
        drop(engine);
        drop(leave);
    }

    /// The next question; nothing when it is time to go.
    fn next(&self) -> Option<Ask> {
        let mut line = self.line.lock();
        line.is_busy = false;
        loop {
            if self.closing.load(Ordering::Relaxed) {
                line.waiting.clear();
                line.has_thread = false;
                return None;
            }
            while let Some(ask) = line.waiting.pop_front() {
                if !ask.is_given_up() {
                    line.is_busy = true;
                    return Some(ask);
                }
            }
            let waited = self.changed.wait_for(&mut line, self.idle);
            if waited.timed_out() && line.waiting.is_empty() {
                line.has_thread = false;
                return None;
            }
        }
    }
}

/// Sets the line right when the thread panics.
struct Leave<'a>(&'a Shared);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut line = self.0.line.lock();
            line.waiting.clear();
            line.has_thread = false;
            line.is_busy = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;

    const LONG: Duration = Duration::from_mins(10);

    /// Answers when it is told to; says when it is made, when it begins and when it is dropped.
    struct Puppet {
        go: Arc<Mutex<mpsc::Receiver<&'static str>>>,
        log: mpsc::Sender<&'static str>,
    }

    impl Engine for Puppet {
        fn answer(&mut self, ask: &Ask) -> Result<(), BuiltinError> {
            self.log.send("begun").unwrap();
            match self.go.lock().recv().unwrap() {
                "panic" => panic!("on purpose"),
                "fail" => return Err(BuiltinError::TooLong),
                word => ask.say(Said::Text(word.to_owned())),
            }
            ask.say(Said::End {
                why: Why::Done,
                read: 1,
                cached: 0,
                written: 1,
            });
            Ok(())
        }
    }

    impl Drop for Puppet {
        fn drop(&mut self) {
            let _ = self.log.send("dropped");
        }
    }

    struct Stage {
        worker: Worker,
        go: mpsc::Sender<&'static str>,
        log: mpsc::Receiver<&'static str>,
    }

    fn stage(idle: Duration, max_waiting: usize) -> Stage {
        let (go, orders) = mpsc::channel();
        let (to_log, log) = mpsc::channel();
        let orders = Arc::new(Mutex::new(orders));
        let load = move || -> Result<Box<dyn Engine>, BuiltinError> {
            to_log.send("loaded").unwrap();
            Ok(Box::new(Puppet {
                go: orders.clone(),
                log: to_log.clone(),
            }))
        };
        Stage {
            worker: Worker::new(Box::new(load), idle, max_waiting),
            go,
            log,
        }
    }

    impl Stage {
        fn ask(&self) -> Result<UnboundedReceiver<Said>, BuiltinError> {
            let (to, from) = unbounded_channel();
            let (turns, sampling, stop) = (vec![], Sampling::default(), vec![]);
            let ask = Ask {
                turns,
                sampling,
                max_tokens: None,
                stop,
                to,
                closing: self.worker.closing(),
            };
            self.worker.submit(ask).map(|()| from)
        }

        fn order(&self, words: &[&'static str]) {
            for word in words {
                self.go.send(word).unwrap();
            }
        }

        fn next_log(&self) -> &'static str {
            self.log.recv_timeout(Duration::from_secs(10)).unwrap()
        }
    }

    fn word(from: &mut UnboundedReceiver<Said>) -> String {
        match from.blocking_recv() {
            Some(Said::Text(text)) => text,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_first_come_is_the_first_served_and_too_many_are_sent_away() {
        let stage = stage(LONG, 2);
        assert!(!stage.worker.is_awake());
        let mut first = stage.ask().unwrap();
        assert_eq!([stage.next_log(), stage.next_log()], ["loaded", "begun"]);
        let (mut second, mut third) = (stage.ask().unwrap(), stage.ask().unwrap());
        assert!(matches!(stage.ask(), Err(BuiltinError::Busy)));
        stage.order(&["a", "b", "c"]);
        assert_eq!(
            [word(&mut first), word(&mut second), word(&mut third)],
            ["a", "b", "c"]
        );
        assert!(stage.worker.is_awake());
    }

    #[test]
    fn who_leaves_the_line_makes_room_and_is_not_answered() {
        let stage = stage(LONG, 1);
        let mut first = stage.ask().unwrap();
        assert_eq!([stage.next_log(), stage.next_log()], ["loaded", "begun"]);
        drop(stage.ask().unwrap());
        let mut second = stage.ask().unwrap();
        stage.order(&["a", "b"]);
        assert_eq!([word(&mut first), word(&mut second)], ["a", "b"]);
    }

    #[test]
    fn it_is_freed_when_idle_and_loaded_again() {
        let stage = stage(Duration::from_millis(1), 1);
        for _ in 0..2 {
            let mut from = stage.ask().unwrap();
            stage.go.send("a").unwrap();
            assert_eq!(word(&mut from), "a");
            assert_eq!(
                [stage.next_log(), stage.next_log(), stage.next_log()],
                ["loaded", "begun", "dropped"]
            );
        }
    }

    #[test]
    fn a_failure_is_told_and_a_panic_ends_the_stream_but_not_the_service() {
        let stage = stage(LONG, 4);
        let mut failed = stage.ask().unwrap();
        stage.go.send("fail").unwrap();
        assert!(matches!(
            failed.blocking_recv(),
            Some(Said::Failed(BuiltinError::TooLong))
        ));
        let mut broken = stage.ask().unwrap();
        stage.go.send("panic").unwrap();
        assert!(broken.blocking_recv().is_none());
        while stage.next_log() != "dropped" {}
        // The thread sets the line right on its very last steps.
        while stage.worker.is_awake() {
            std::thread::yield_now();
        }
        let mut good = stage.ask().unwrap();
        stage.go.send("a").unwrap();
        assert_eq!(word(&mut good), "a");
    }

    #[test]
    fn closing_the_house_frees_it() {
        let Stage { worker, go, log } = stage(LONG, 4);
        let (to, mut from) = unbounded_channel();
        let (turns, sampling, stop, closing) = (vec![], Sampling::default(), vec![], worker.closing());
        worker
            .submit(Ask {
                turns,
                sampling,
                max_tokens: None,
                stop,
                to,
                closing,
            })
            .unwrap();
        go.send("a").unwrap();
        assert_eq!(word(&mut from), "a");
        drop(worker);
        assert_eq!(log.iter().collect::<Vec<_>>(), ["loaded", "begun", "dropped"]);
    }
}
