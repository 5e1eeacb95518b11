//! How much room there is for sandboxes: memory, and processor time to start them.

use super::PoolConfig;

/// The least that a running sandbox is counted as, in bytes: none costs nothing.
const FLOOR: u64 = 4 << 20;

/// The memory of all sandboxes, in bytes, and how many are starting.
///
/// ```text
///   budget  ├───────────────────────────────────────────────┤
///   used    ├── busy ──┼── starting ──┼── idle ──┼─ leaving ─┤
/// ```
#[derive(Clone, Debug)]
pub(super) struct Room {
    budget: u64,
    reserve: u64,
    starts_at_once: usize,
    used: u64,
    idle: u64,
    leaving: u64,
    starting: usize,
}

impl Room {
    pub(super) fn new(config: &PoolConfig) -> Self {
        Self {
            budget: config.memory_budget,
            reserve: config.reserve,
            starts_at_once: config.starts_at_once.max(1),
            used: 0,
            idle: 0,
            leaving: 0,
            starting: 0,
        }
    }

    /// What a sandbox with this much measured memory is counted as.
    pub(super) fn weight(&self, measured: u64) -> u64 {
        match measured {
            0 => self.reserve,
            measured => measured.max(FLOOR),
        }
    }

    pub(super) fn used(&self) -> u64 {
        self.used
    }

    pub(super) fn budget(&self) -> u64 {
        self.budget
    }

    pub(super) fn starting(&self) -> usize {
        self.starting
    }

    /// Whether one more may start now.
    pub(super) fn allows_start(&self) -> bool {
        self.starting < self.starts_at_once
            && (self.budget == 0 || self.used == 0 || self.used + self.reserve <= self.budget)
    }

    /// Whether idle sandboxes are in the way: of the budget, or of the next of `queued` starts. Those that
    /// could not make room even if all of them went are left in peace.
    pub(super) fn is_short(&self, queued: usize) -> bool {
        if self.budget == 0 || self.idle == 0 {
            return false;
        }
        let without_leaving = self.used - self.leaving;
        let needed = without_leaving - self.idle;
        let left = self.budget.saturating_sub(needed);
        let fit = match left / self.reserve.max(1) {
            0 => u64::from(needed == 0),
            fit => fit,
        };
        let turns = queued.min(self.starts_at_once.saturating_sub(self.starting));
        let starts = fit.min(turns as u64);
        without_leaving.saturating_add(starts.saturating_mul(self.reserve)) > self.budget
    }

    pub(super) fn start(&mut self) {
        self.starting += 1;
        self.used += self.reserve;
    }

    pub(super) fn started(&mut self) {
        self.starting -= 1;
        self.used -= self.reserve;
    }

    pub(super) fn add(&mut self, weight: u64) {
        self.used += weight;
    }

    pub(super) fn remove(&mut self, weight: u64) {
        self.used -= weight;
    }

    pub(super) fn add_idle(&mut self, weight: u64) {
        self.idle += weight;
    }

    pub(super) fn remove_idle(&mut self, weight: u64) {
        self.idle -= weight;
    }

    pub(super) fn leave(&mut self, weight: u64) {
        self.leaving += weight;
    }

    /// One that was leaving has gone.
    pub(super) fn left(&mut self, weight: u64) {
        self.leaving -= weight;
        self.used -= weight;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A budget of 10 with starts of 3, four at once: what is busy, idle and leaving; then whether a start is
    /// allowed and whether idle ones must go for so many queued.
    fn check((busy, idle, leaving): (u64, u64, u64), queued: usize, expect: (bool, bool)) {
        let config = PoolConfig {
            memory_budget: 10,
            reserve: 3,
            starts_at_once: 4,
            ..PoolConfig::default()
        };
        let mut room = Room::new(&config);
        room.add(busy + idle + leaving);
        room.add_idle(idle);
        room.leave(leaving);
        let got = (room.allows_start(), room.is_short(queued));
        assert_eq!(
            got, expect,
            "busy {busy}, idle {idle}, leaving {leaving}, {queued} queued"
        );
    }

    #[test]
    fn idle_ones_go_only_when_that_helps() {
        check((0, 0, 0), 9, (true, false));
        check((7, 0, 0), 1, (true, false));
        check((8, 0, 0), 1, (false, false));
        check((6, 2, 0), 0, (false, false));
        check((6, 2, 0), 1, (false, true));
        check((4, 3, 0), 1, (true, false));
        check((4, 3, 0), 2, (true, true));
        // What leaves already is room enough.
        check((4, 3, 3), 1, (false, false));
        check((4, 3, 3), 2, (false, true));
        // Even without the idle one there would be no room.
        check((8, 1, 0), 1, (false, false));
        // More than the budget, as measured.
        check((8, 3, 0), 0, (false, true));
        check((12, 3, 0), 0, (false, true));
        check((12, 0, 0), 0, (false, false));
        // More starts would fit than may start at once.
        check((0, 10, 0), 1, (false, true));
        check((0, 7, 3), 1, (false, false));
    }

    #[test]
    fn one_may_always_run() {
        let config = PoolConfig {
            memory_budget: 2,
            reserve: 3,
            ..PoolConfig::default()
        };
        let mut room = Room::new(&config);
        assert!(room.allows_start());
        room.add(2);
        assert!(!room.allows_start() && !room.is_short(1));
        room.add_idle(2);
        assert!(room.is_short(1));
        room.remove_idle(2);
        room.leave(2);
        assert!(!room.is_short(1));
        room.left(2);
        assert!(room.allows_start());
    }

    #[test]
    fn every_sandbox_weighs_something() {
        let room = Room::new(&PoolConfig::default());
        for (measured, expect) in [(0, 48 << 20), (1, FLOOR), (FLOOR + 1, FLOOR + 1)] {
            assert_eq!(room.weight(measured), expect);
        }
    }
}
