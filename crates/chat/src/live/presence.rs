//! Who is there: pure state. A person counts as there while a connection of theirs is open, here or on a node that
//! is alive, and for a moment after the last one closed, so that a reload or a restart does not flicker.

use std::collections::HashMap;
use std::time::Duration;

use db::{UserId, WorkspaceId};
use tokio::time::Instant;
use uuid::Uuid;

use super::frames::Seen;

/// How long somebody whose last connection closed is not yet gone.
pub const GRACE: Duration = Duration::from_secs(15);
/// How long a node is believed to live without a word.
pub const LEASE: Duration = Duration::from_secs(10);

/// A person in a workspace.
#[derive(Debug, Default)]
struct Person {
    /// By connection of this node.
    here: HashMap<u64, Seen>,
    /// By other node.
    elsewhere: HashMap<Uuid, Seen>,
    /// What others were told.
    shown: Option<Seen>,
    /// What other nodes were told.
    told: Option<Seen>,
    /// Not gone before this moment.
    until: Option<Instant>,
}

impl Person {
    fn on_this_node(&self) -> Option<Seen> {
        self.here.values().max().copied()
    }

    fn seen(&self, now: Instant) -> Seen {
        let best = self.on_this_node().max(self.elsewhere.values().max().copied());
        match (best, self.until) {
            (Some(seen), _) => seen,
            (None, Some(until)) if until > now => self.shown.unwrap_or(Seen::Offline),
            _ => Seen::Offline,
        }
    }
}

/// Differences since the last look, by workspace.
pub type Changes = HashMap<WorkspaceId, HashMap<UserId, Seen>>;

/// Everybody that this node knows of.
#[derive(Debug, Default)]
pub struct Presence {
    people: HashMap<WorkspaceId, HashMap<UserId, Person>>,
    nodes: HashMap<Uuid, Instant>,
    changed: bool,
    /// Whether everything is to be said again.
    anew: bool,
}

impl Presence {
    fn person(&mut self, workspace: WorkspaceId, user: UserId) -> &mut Person {
        self.changed = true;
        self.people.entry(workspace).or_default().entry(user).or_default()
    }

    /// A connection of this node says how its person is.
    pub fn here(&mut self, workspace: WorkspaceId, user: UserId, connection: u64, seen: Seen) {
        self.person(workspace, user).here.insert(connection, seen);
    }

    /// A connection of this node is gone. Whoever was silent for long is gone at once.
    pub fn gone(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        connection: u64,
        now: Instant,
        was_silent: bool,
    ) {
        let person = self.person(workspace, user);
        person.here.remove(&connection);
        person.until = (!was_silent).then(|| now + GRACE);
    }

    /// Another node is alive; answers whether it was not known to be.
    pub fn alive(&mut self, node: Uuid, now: Instant) -> bool {
        self.nodes.insert(node, now + LEASE).is_none()
    }

    /// Somebody missed what this node said: the next look says all of it.
    pub fn say_again(&mut self) {
        (self.anew, self.changed) = (true, true);
        for person in self.people.values_mut().flat_map(HashMap::values_mut) {
            person.told = None;
        }
    }

    /// Whether the last look said everything again.
    pub fn takes_anew(&mut self) -> bool {
        std::mem::take(&mut self.anew)
    }

    /// A node says everything again: its people are not gone before the grace is over.
    pub fn forget(&mut self, node: Uuid, now: Instant) {
        self.alive(node, now);
        self.forget_elsewhere(now, |other| other != node);
    }

    /// Nobody was heard for a while: what nodes said to each other may have been missed, both ways.
    pub fn was_deaf(&mut self, now: Instant) {
        self.nodes.clear();
        self.forget_elsewhere(now, |_| false);
        self.say_again();
    }

    /// Another node says who is connected to it; answers whether it was not known to be alive.
    pub fn elsewhere(
        &mut self,
        workspace: WorkspaceId,
        node: Uuid,
        people: HashMap<UserId, Seen>,
        now: Instant,
    ) -> bool {
        let is_new = self.alive(node, now);
        for (user, seen) in people {
            let person = self.person(workspace, user);
            if seen == Seen::Offline {
                person.elsewhere.remove(&node);
                person.until = Some(now + GRACE);
            } else {
                person.elsewhere.insert(node, seen);
            }
        }
        is_new
    }

    /// Who of a workspace is connected to this node.
    pub fn on_this_node(&self, workspace: WorkspaceId) -> HashMap<UserId, Seen> {
        let people = self.people.get(&workspace).into_iter().flatten();
        people
            .filter_map(|(user, person)| Some((*user, person.on_this_node()?)))
            .collect()
    }

    /// Everybody of a workspace who is there.
    pub fn everybody(&self, workspace: WorkspaceId, now: Instant) -> HashMap<UserId, Seen> {
        let people = self.people.get(&workspace).into_iter().flatten();
        people
            .map(|(user, person)| (*user, person.seen(now)))
            .filter(|(_, seen)| *seen != Seen::Offline)
            .collect()
    }

    /// What changed since the last look: for the people of this node, and for the other nodes.
    pub fn look(&mut self, now: Instant) -> (Changes, Changes) {
        self.forget_dead_nodes(now);
        let (mut shown, mut told) = (Changes::new(), Changes::new());
        if !std::mem::take(&mut self.changed) {
            return (shown, told);
        }
        for (workspace, people) in &mut self.people {
            for (user, person) in people.iter_mut() {
                let seen = person.seen(now);
                if person.shown.unwrap_or(Seen::Offline) != seen {
                    shown.entry(*workspace).or_default().insert(*user, seen);
                }
                person.shown = Some(seen);
                let own = person.on_this_node();
                if person.told != own {
                    let own = own.unwrap_or(Seen::Offline);
                    told.entry(*workspace).or_default().insert(*user, own);
                }
                person.told = own;
                // Somebody is on their way out: look again.
                self.changed |= person.until.is_some_and(|until| until > now);
            }
            people.retain(|_, person| person.shown != Some(Seen::Offline) || !person.here.is_empty());
        }
        self.people.retain(|_, people| !people.is_empty());
        (shown, told)
    }

    fn forget_dead_nodes(&mut self, now: Instant) {
        let before = self.nodes.len();
        self.nodes.retain(|_, until| *until > now);
        if self.nodes.len() < before {
            let nodes = self.nodes.clone();
            self.forget_elsewhere(now, |node| nodes.contains_key(&node));
        }
    }

    /// Counts on what some nodes said and on nothing else.
    fn forget_elsewhere(&mut self, now: Instant, counts: impl Fn(Uuid) -> bool) {
        self.changed = true;
        for person in self.people.values_mut().flat_map(HashMap::values_mut) {
            let known = person.elsewhere.len();
            person.elsewhere.retain(|node, _| counts(*node));
            if person.elsewhere.len() < known {
                person.until = Some(now + GRACE);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    struct Case {
        presence: Presence,
        now: Instant,
        workspace: WorkspaceId,
        user: UserId,
    }

    impl Case {
        fn new() -> Self {
            Self {
                presence: Presence::default(),
                now: Instant::now(),
                workspace: WorkspaceId::new(),
                user: UserId::new(),
            }
        }

        /// What the others are told about the person, if anything.
        fn told_after(&mut self, seconds: u32) -> Option<Seen> {
            self.now += SECOND * seconds;
            let (shown, _) = self.presence.look(self.now);
            shown
                .get(&self.workspace)
                .and_then(|p| p.get(&self.user))
                .copied()
        }
    }

    #[test]
    fn a_reload_does_not_flicker_and_a_leaver_is_gone_after_the_grace() {
        let mut case = Case::new();
        case.presence.here(case.workspace, case.user, 1, Seen::Online);
        assert_eq!(case.told_after(0), Some(Seen::Online));
        case.presence.gone(case.workspace, case.user, 1, case.now, false);
        assert_eq!(case.told_after(5), None);
        case.presence.here(case.workspace, case.user, 2, Seen::Online);
        assert_eq!(case.told_after(20), None, "it was a reload");
        case.presence.gone(case.workspace, case.user, 2, case.now, false);
        assert_eq!(case.told_after(14), None);
        assert_eq!(case.told_after(2), Some(Seen::Offline));
        assert!(case.presence.people.is_empty(), "nothing is kept");
    }

    #[test]
    fn the_most_present_device_counts() {
        let mut case = Case::new();
        case.presence.here(case.workspace, case.user, 1, Seen::Idle);
        assert_eq!(case.told_after(0), Some(Seen::Idle));
        case.presence.here(case.workspace, case.user, 2, Seen::Online);
        assert_eq!(case.told_after(1), Some(Seen::Online));
        case.presence.gone(case.workspace, case.user, 2, case.now, false);
        assert_eq!(case.told_after(1), Some(Seen::Idle));
    }

    #[test]
    fn a_ghost_of_a_dead_node_is_gone_within_twenty_five_seconds() {
        let mut case = Case::new();
        let node = Uuid::from_u128(1);
        let people = HashMap::from([(case.user, Seen::Online)]);
        case.presence.elsewhere(case.workspace, node, people, case.now);
        assert_eq!(case.told_after(0), Some(Seen::Online));
        let mut seconds = 0;
        while case.told_after(1) != Some(Seen::Offline) {
            seconds += 1;
            assert!(seconds <= 25);
        }
        assert!(seconds >= 20, "a node that pauses for a moment is not dead");
    }

    #[test]
    fn what_was_missed_is_said_again_and_nobody_flickers() {
        let mut case = Case::new();
        let node = Uuid::from_u128(1);
        let other = UserId::new();
        let both = HashMap::from([(case.user, Seen::Online), (other, Seen::Online)]);
        let one = HashMap::from([(case.user, Seen::Online)]);
        assert!(case.presence.elsewhere(case.workspace, node, both, case.now));
        assert_eq!(case.told_after(0), Some(Seen::Online));
        // The node was not heard for a while, and somebody left meanwhile.
        case.presence.was_deaf(case.now);
        assert_eq!(case.told_after(3), None);
        assert!(case.presence.alive(node, case.now), "it has to be asked");
        case.presence.forget(node, case.now);
        assert!(!case.presence.elsewhere(case.workspace, node, one, case.now));
        for _ in 0..16 {
            assert_eq!(case.told_after(1), None, "they were there all the time");
            case.presence.alive(node, case.now);
        }
        assert_eq!(
            case.presence.people[&case.workspace].len(),
            1,
            "the other one is gone"
        );
    }

    #[test]
    fn all_is_said_again_once() {
        let mut case = Case::new();
        case.presence.here(case.workspace, case.user, 1, Seen::Online);
        let told = |case: &mut Case| case.presence.look(case.now).1.len();
        assert_eq!((told(&mut case), told(&mut case)), (1, 0));
        case.presence.say_again();
        assert_eq!((told(&mut case), case.presence.takes_anew()), (1, true));
        assert_eq!((told(&mut case), case.presence.takes_anew()), (0, false));
    }

    #[test]
    fn whoever_was_silent_for_long_is_gone_at_once() {
        let mut case = Case::new();
        case.presence.here(case.workspace, case.user, 1, Seen::Online);
        case.told_after(0);
        case.presence.gone(case.workspace, case.user, 1, case.now, true);
        assert_eq!(case.told_after(0), Some(Seen::Offline));
    }
}
