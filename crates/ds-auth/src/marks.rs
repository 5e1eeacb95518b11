//! When things were last revoked, so that what was remembered before is not believed.

use std::{
    hash::{BuildHasher as _, Hash, RandomState},
    sync::atomic::{AtomicU64, Ordering::SeqCst},
};

use ds_core::{AccountId, AppspaceId, secret::TokenHash};
use tokio::sync::watch;

/// Things that share a mark are revoked together, which costs the others one query each.
const MARKS: usize = 4096;

/// What can be revoked.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) enum Revocable<'a> {
    Token(&'a TokenHash),
    Appspace(AppspaceId),
    Account(AccountId),
}

/// Counts revocations: in all, and by thing.
///
/// Who loads something to remember it calls [`Marks::begin`] before, and [`Marks::stamp`] after: there is no
/// stamp if anything was revoked meanwhile. What is remembered is believed while its stamp is
/// [current](Marks::is_current). Nothing waits and nothing is searched.
pub(crate) struct Marks {
    all: AtomicU64,
    of: Box<[AtomicU64]>,
    hasher: RandomState,
    changes: watch::Sender<()>,
}

/// The marks of up to three things, as they were.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stamp([Option<(usize, u64)>; 3]);

/// How many revocations there were when a load began.
#[derive(Clone, Copy)]
pub(crate) struct Begun(u64);

impl Marks {
    pub(crate) fn new() -> Self {
        Self {
            all: AtomicU64::new(0),
            of: (0..MARKS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
            changes: watch::Sender::new(()),
        }
    }

    /// Changes whenever anything is revoked.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    pub(crate) fn begin(&self) -> Begun {
        Begun(self.all.load(SeqCst))
    }

    /// The marks of what was loaded, or `None` if something was revoked since `begun`.
    pub(crate) fn stamp(&self, begun: Begun, things: [Option<Revocable<'_>>; 3]) -> Option<Stamp> {
        let stamp = things.map(|thing| {
            thing.map(|thing| {
                let place = self.place(thing);
                (place, self.of[place].load(SeqCst))
            })
        });
        // After the marks: a revocation counts itself in `all` first and then moves its mark, so that one
        // whose new mark was read is noticed here.
        (self.all.load(SeqCst) == begun.0).then_some(Stamp(stamp))
    }

    pub(crate) fn is_current(&self, stamp: &Stamp) -> bool {
        let current = |&(place, mark): &(usize, u64)| self.of[place].load(SeqCst) == mark;
        stamp.0.iter().flatten().all(current)
    }

    /// Call after the revocation is in the store.
    pub(crate) fn revoke(&self, thing: Revocable<'_>) {
        self.all.fetch_add(1, SeqCst);
        self.of[self.place(thing)].fetch_add(1, SeqCst);
        // Last: who is woken by it finds the marks moved.
        self.changes.send_replace(());
    }

    fn place(&self, thing: Revocable<'_>) -> usize {
        // The remainder fits: it is less than MARKS.
        usize::try_from(self.hasher.hash_one(thing) % MARKS as u64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revocation_outdates_what_was_loaded_before_and_during() {
        let marks = Marks::new();
        let account = Revocable::Account(AccountId::new());
        let before = marks.begin();
        let stamp = marks.stamp(before, [Some(account), None, None]).unwrap();
        assert!(marks.is_current(&stamp));

        marks.revoke(account);
        assert!(!marks.is_current(&stamp));
        assert!(marks.stamp(before, [Some(account), None, None]).is_none());
        let anew = marks.stamp(marks.begin(), [Some(account), None, None]);
        assert!(marks.is_current(&anew.unwrap()));
    }

    #[test]
    fn others_are_left_alone() {
        let marks = Marks::new();
        let spaces: Vec<_> = (0..100).map(|_| AppspaceId::new()).collect();
        let stamps: Vec<_> = spaces
            .iter()
            .map(|id| {
                let things = [Some(Revocable::Appspace(*id)), None, None];
                marks.stamp(marks.begin(), things)
            })
            .collect();
        marks.revoke(Revocable::Appspace(spaces[0]));
        let left = stamps.iter().flatten().filter(|s| marks.is_current(s));
        assert!(left.count() > 90);
    }
}
