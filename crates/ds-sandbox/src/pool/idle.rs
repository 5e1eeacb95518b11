//! The sandboxes that nobody uses, least recently used first.

use std::collections::BTreeMap;

use ds_core::AppspaceId;

/// Since when a sandbox is idle: greater is later, and no two are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp(u64);

/// Appspaces whose sandbox is idle, in the order they became so.
#[derive(Default)]
pub(super) struct Idle {
    order: BTreeMap<Stamp, AppspaceId>,
    next: u64,
}

impl Idle {
    /// Adds one that is idle from now on.
    pub(super) fn add(&mut self, appspace: AppspaceId) -> Stamp {
        let stamp = Stamp(self.next);
        self.next += 1;
        self.order.insert(stamp, appspace);
        stamp
    }

    /// Takes one out that is used again, or gone.
    pub(super) fn remove(&mut self, stamp: Stamp) {
        self.order.remove(&stamp);
    }

    /// The one that was not used for longest.
    pub(super) fn oldest(&self) -> Option<AppspaceId> {
        self.order.values().next().copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against a list that is searched from the front.
        #[test]
        fn the_order_is_that_of_a_list(steps in prop::collection::vec((0..8_usize, any::<bool>()), 0..80)) {
            let appspaces: Vec<AppspaceId> = (0..8).map(|_| AppspaceId::new()).collect();
            let (mut idle, mut list) = (Idle::default(), Vec::<(AppspaceId, Stamp)>::new());
            for (which, add) in steps {
                let at = list.iter().position(|(one, _)| *one == appspaces[which]);
                match (at, add) {
                    (None, true) => list.push((appspaces[which], idle.add(appspaces[which]))),
                    (Some(at), false) => idle.remove(list.remove(at).1),
                    _ => {}
                }
                prop_assert_eq!(idle.oldest(), list.first().map(|(one, _)| *one));
            }
        }
    }
}
