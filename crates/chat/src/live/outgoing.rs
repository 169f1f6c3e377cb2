//! What waits to be sent to one connection: pure state with an upper bound. A slow reader loses nothing that it
//! cannot get back: first the newest of each ephemeral is kept, then a running answer is replaced by its snapshot,
//! then a scope is marked and read again once there is room; at last the connection is told to come back.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// Bytes from which on waiting frames are thinned out.
pub const SOFT: usize = 256 * 1024;
/// Bytes that never wait.
pub const HARD: usize = 1024 * 1024;

/// A frame, by what may become of it while it waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting<S, R, E> {
    /// It must go out.
    Control,
    /// An event of a scope, with its number.
    Event(S, i64),
    /// A piece of a running answer.
    Text(R),
    /// All of a running answer so far.
    Whole(R),
    /// Only the newest of its kind matters.
    Ephemeral(E),
    /// How far scopes have come. It must not overtake an event: whoever hears of a number believes to have missed what is
    /// before it.
    Heads,
}

/// What is to be made good once everything has gone out.
#[derive(Debug, PartialEq, Eq)]
pub struct Owed<S: Eq + Hash, R> {
    /// Scopes of which events were left out, with the last number before them.
    pub scopes: HashMap<S, i64>,
    /// Answers of which text was left out.
    pub runs: Vec<R>,
}

/// The frames that wait.
#[derive(Debug)]
pub struct Outgoing<S, R, E, F> {
    queue: VecDeque<(Waiting<S, R, E>, F)>,
    bytes: usize,
    /// Scopes with a hole, the last number before it, and whether it is being made good.
    dirty: HashMap<S, (i64, bool)>,
    /// Answers with a hole, and whether it is being made good.
    stale: Vec<(R, bool)>,
}

impl<S, R, E, F> Default for Outgoing<S, R, E, F> {
    fn default() -> Self {
        Self {
            queue: VecDeque::new(),
            bytes: 0,
            dirty: HashMap::new(),
            stale: Vec::new(),
        }
    }
}

/// Too much waits that must go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSlow;

impl<S, R, E, F> Outgoing<S, R, E, F>
where
    S: Copy + Eq + Hash,
    R: Copy + Eq,
    E: Eq,
    F: AsRef<[u8]>,
{
    /// Adds a frame. Answers whether the queue was empty, so that its reader is woken.
    pub fn push(&mut self, kind: Waiting<S, R, E>, frame: F) -> Result<bool, TooSlow> {
        let was_empty = self.queue.is_empty();
        match &kind {
            Waiting::Event(scope, _) if self.dirty.contains_key(scope) => return Ok(false),
            Waiting::Text(run) if self.stale.iter().any(|(r, _)| r == run) => return Ok(false),
            Waiting::Whole(run) => self.stale.retain(|(r, _)| r != run),
            _ => {}
        }
        self.bytes += frame.as_ref().len();
        self.queue.push_back((kind, frame));
        if self.bytes > SOFT && self.queue.len() > 1 {
            self.thin_out();
        }
        if self.bytes > HARD && self.queue.len() > 1 {
            return Err(TooSlow);
        }
        Ok(was_empty)
    }

    /// Step by step, each only if the one before was not enough.
    fn thin_out(&mut self) {
        self.keep_newest_ephemera();
        if self.bytes > SOFT {
            self.drop_text();
        }
        if self.bytes > SOFT {
            self.drop_events();
        }
    }

    fn keep_newest_ephemera(&mut self) {
        let mut kept: VecDeque<(Waiting<S, R, E>, F)> = VecDeque::with_capacity(self.queue.len());
        for (kind, frame) in std::mem::take(&mut self.queue).into_iter().rev() {
            let gives_way = matches!(kind, Waiting::Ephemeral(_) | Waiting::Heads);
            if gives_way && kept.iter().any(|(other, _)| *other == kind) {
                self.bytes -= frame.as_ref().len();
            } else {
                kept.push_front((kind, frame));
            }
        }
        self.queue = kept;
    }

    fn drop_text(&mut self) {
        let (stale, bytes) = (&mut self.stale, &mut self.bytes);
        self.queue.retain(|(kind, frame)| {
            let (Waiting::Text(run) | Waiting::Whole(run)) = kind else {
                return true;
            };
            *bytes -= frame.as_ref().len();
            if stale.iter().all(|(r, _)| r != run) {
                stale.push((*run, false));
            }
            false
        });
    }

    /// From the end, so that what stays is whole: whoever reads again makes progress, however little fits.
    fn drop_events(&mut self) {
        let bytes = &mut self.bytes;
        self.queue.retain(|(kind, frame)| {
            let is_heads = matches!(kind, Waiting::Heads);
            if is_heads {
                *bytes -= frame.as_ref().len();
            }
            !is_heads
        });
        let mut kept = VecDeque::new();
        while self.bytes > SOFT
            && self.queue.len() > 1
            && let Some((kind, frame)) = self.queue.pop_back()
        {
            if let Waiting::Event(scope, seq) = kind {
                self.bytes -= frame.as_ref().len();
                self.dirty.insert(scope, (seq - 1, false));
            } else {
                kept.push_front((kind, frame));
            }
        }
        self.queue.append(&mut kept);
    }

    /// The next frame.
    pub fn pop(&mut self) -> Option<F> {
        let (_, frame) = self.queue.pop_front()?;
        self.bytes -= frame.as_ref().len();
        if self.queue.is_empty() {
            // What a burst took is given back.
            self.queue.shrink_to(8);
        }
        Some(frame)
    }

    /// What is owed, once nothing waits any more; each debt is named once. Nothing of such a scope or answer is
    /// queued until [`Outgoing::clean`] or a [`Waiting::Whole`] says that the hole is being filled.
    pub fn owed(&mut self) -> Option<Owed<S, R>> {
        if !self.queue.is_empty() {
            return None;
        }
        let scopes = self.dirty.iter_mut().filter(|(_, (_, asked))| !asked);
        let scopes: HashMap<S, i64> = scopes
            .map(|(scope, (from, asked))| {
                *asked = true;
                (*scope, *from)
            })
            .collect();
        let runs = self.stale.iter_mut().filter(|(_, asked)| !asked);
        let runs: Vec<R> = runs
            .map(|(run, asked)| {
                *asked = true;
                *run
            })
            .collect();
        (!scopes.is_empty() || !runs.is_empty()).then_some(Owed { scopes, runs })
    }

    /// Whether something of a scope is owed.
    pub fn owes(&self, scope: &S) -> bool {
        self.dirty.contains_key(scope)
    }

    /// There is more of a scope than was queued: it is owed from this number on.
    pub fn owe(&mut self, scope: S, from: i64) {
        self.dirty.entry(scope).or_insert((from, false));
    }

    /// The events of a scope come again from here on.
    pub fn clean(&mut self, scope: &S) {
        self.dirty.remove(scope);
    }

    /// Takes out everything of a scope that is closed to this connection.
    pub fn forget(&mut self, scope: S, is_its: impl Fn(&Waiting<S, R, E>) -> bool) {
        let bytes = &mut self.bytes;
        self.queue.retain(|(kind, frame)| {
            let keep = !is_its(kind);
            if !keep {
                *bytes -= frame.as_ref().len();
            }
            keep
        });
        self.dirty.remove(&scope);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Queue = Outgoing<u8, u8, u8, Vec<u8>>;

    fn frame(kilobytes: usize) -> Vec<u8> {
        vec![0; kilobytes * 1024]
    }

    #[test]
    fn a_reader_that_keeps_up_gets_everything_in_order() {
        let mut queue = Queue::default();
        assert_eq!(queue.push(Waiting::Control, vec![1]), Ok(true));
        assert_eq!(queue.push(Waiting::Event(1, 5), vec![2]), Ok(false));
        assert_eq!(queue.push(Waiting::Text(1), vec![3]), Ok(false));
        let all: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(all, [[1], [2], [3]]);
        assert_eq!(queue.owed(), None);
    }

    #[test]
    fn first_ephemera_then_text_then_events_give_way() {
        let mut queue = Queue::default();
        for _ in 0..3 {
            queue.push(Waiting::Ephemeral(1), frame(40)).unwrap();
        }
        queue.push(Waiting::Text(7), frame(100)).unwrap();
        queue.push(Waiting::Event(1, 9), frame(60)).unwrap();
        // 280 kB waited: two of the ephemera went, and that was enough.
        assert!(queue.stale.is_empty() && queue.queue.len() == 3);
        queue.push(Waiting::Event(1, 10), frame(100)).unwrap();
        assert_eq!(queue.stale, [(7, false)], "the text went");
        assert!(queue.dirty.is_empty());
        queue.push(Waiting::Event(2, 3), frame(100)).unwrap();
        assert_eq!(
            queue.dirty.get(&2),
            Some(&(2, false)),
            "the last one is read again"
        );
        assert_eq!(queue.dirty.get(&1), None, "what was before it stays");
        assert_eq!(
            queue.push(Waiting::Event(2, 4), frame(1)),
            Ok(false),
            "not queued behind a hole"
        );
        assert!(queue.owed().is_none(), "something still waits");
        while queue.pop().is_some() {}
        let owed = queue.owed().unwrap();
        assert_eq!((owed.scopes[&2], owed.runs), (2, vec![7]));
        assert_eq!(queue.owed(), None, "asked for once");
        assert_eq!(
            queue.push(Waiting::Text(7), frame(1)),
            Ok(false),
            "not before the whole"
        );
        queue.push(Waiting::Whole(7), frame(1)).unwrap();
        queue.push(Waiting::Text(7), frame(1)).unwrap();
        queue.clean(&2);
        queue.push(Waiting::Event(2, 3), frame(1)).unwrap();
        assert_eq!(queue.bytes, 3 * 1024);
    }

    #[test]
    fn what_must_go_out_ends_the_connection_at_last() {
        let mut queue = Queue::default();
        let mut pushed = 0;
        while queue.push(Waiting::Control, frame(100)).is_ok() {
            pushed += 1;
        }
        assert_eq!(pushed, 10);
    }

    #[test]
    fn heads_do_not_overtake_the_events_that_they_count() {
        let mut queue = Queue::default();
        queue.push(Waiting::Event(1, 1), frame(200)).unwrap();
        queue.push(Waiting::Event(1, 2), frame(40)).unwrap();
        queue.push(Waiting::Heads, vec![9]).unwrap();
        queue.push(Waiting::Event(1, 3), frame(200)).unwrap();
        assert!(queue.owes(&1) && !queue.owes(&2));
        let sent: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert!(!sent.contains(&vec![9]), "what it counted is owed");
        assert_eq!(queue.bytes, 0);
    }

    #[test]
    fn one_large_frame_alone_is_sent() {
        let mut queue = Queue::default();
        assert_eq!(queue.push(Waiting::Event(1, 1), frame(2048)), Ok(true));
        assert!(queue.pop().is_some());
    }

    proptest::proptest! {
        /// Whatever is pushed and popped: bytes are counted right, never above the bound but for one frame alone, and
        /// the events of a scope that go out have no hole that is not owed.
        #[test]
        fn bounded_and_without_silent_holes(steps in proptest::collection::vec((0u8..6, 1usize..120), 0..300)) {
            let mut queue = Queue::default();
            let mut numbers = [0i64; 2];
            let mut sent = [0i64; 2];
            for (what, size) in steps {
                let full = match what {
                    0 | 1 => {
                        let scope = usize::from(what);
                        numbers[scope] += 1;
                        let mut body = frame(size);
                        body[0] = what + 1;
                        body[1] = u8::try_from(numbers[scope] % 256).unwrap();
                        queue.push(Waiting::Event(what, numbers[scope]), body)
                    }
                    2 => queue.push(Waiting::Text(1), frame(size)),
                    3 => queue.push(Waiting::Ephemeral(1), frame(size)),
                    _ => {
                        if let Some(body) = queue.pop() && body[0] > 0 {
                            let scope = usize::from(body[0] - 1);
                            sent[scope] += 1;
                            proptest::prop_assert_eq!(i64::from(body[1]), sent[scope] % 256, "in order");
                        }
                        if let Some(owed) = queue.owed() {
                            for (scope, from) in owed.scopes {
                                proptest::prop_assert_eq!(from, sent[usize::from(scope)], "read again from the right place");
                                sent[usize::from(scope)] = numbers[usize::from(scope)];
                                queue.clean(&scope);
                            }
                        }
                        Ok(false)
                    }
                };
                proptest::prop_assert!(full.is_ok());
                proptest::prop_assert_eq!(queue.bytes, queue.queue.iter().map(|(_, f)| f.len()).sum::<usize>());
                proptest::prop_assert!(queue.bytes <= SOFT || queue.queue.len() == 1);
            }
        }
    }
}
