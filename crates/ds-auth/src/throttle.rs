//! Slows down who guesses passwords.
//!
//! Every attempt is counted before it is looked at, so that many at once are not free; a success takes it
//! back. Two counts decide: one of the account, one of the network the attempt comes from. A network from
//! which somebody has logged in to an account has a count of its own for that account, so that strangers
//! who guess do not lock its owner out.
//!
//! `governor` was looked at: it lets so many through in a time, whatever comes of them. Here a success costs
//! nothing, waits grow with failures, and who is known is not kept out by strangers.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use ds_core::{Clock, Timestamp};
use moka::{ops::compute::Op, policy::EvictionPolicy, sync::Cache};

/// Attempts at one account before the first wait.
const FREE_PER_ACCOUNT: u32 = 10;
/// Attempts from one network before the first wait; a whole office may share one.
const FREE_PER_NETWORK: u32 = 50;
/// The longest wait; each failure doubles it from one second.
const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// After this long without an attempt, what was counted is forgotten.
const MEMORY: Duration = Duration::from_hours(1);
/// How long it is remembered where somebody logged in from.
const KNOWN_FOR: Duration = Duration::from_hours(30 * 24);
/// Bound of each table.
const ENTRIES: u64 = 100_000;

/// Counts attempts to log in.
pub(crate) struct Throttle {
    clock: Arc<dyn Clock>,
    counts: Cache<Who, Count>,
    known: KnownNetworks<String>,
    per_account: u32,
    per_network: u32,
}

/// An attempt that was let through, to be told of its success.
pub(crate) struct Attempt {
    email: String,
    network: Option<IpAddr>,
    account: Who,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Who {
    Network(IpAddr),
    Account(String),
    KnownAt(String, IpAddr),
}

#[derive(Clone, Copy)]
struct Count {
    failures: u32,
    last: Timestamp,
    until: Timestamp,
}

/// From which networks somebody has come in, with what.
pub(crate) struct KnownNetworks<K>(Cache<(K, IpAddr), ()>);

impl<K: Hash + Eq + Send + Sync + 'static> KnownNetworks<K> {
    pub(crate) fn new() -> Self {
        let known = Cache::builder()
            .max_capacity(ENTRIES)
            .time_to_idle(KNOWN_FOR);
        Self(known.build())
    }

    pub(crate) fn has(&self, with: K, network: IpAddr) -> bool {
        self.0.contains_key(&(with, network))
    }

    pub(crate) fn add(&self, with: K, network: IpAddr) {
        self.0.insert((with, network), ());
    }
}

impl Throttle {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self::with_free(clock, FREE_PER_ACCOUNT, FREE_PER_NETWORK)
    }

    /// The same with other numbers of attempts before the first wait.
    pub(crate) fn with_free(clock: Arc<dyn Clock>, per_account: u32, per_network: u32) -> Self {
        Self {
            clock,
            per_account,
            per_network,
            counts: Cache::builder()
                .max_capacity(ENTRIES)
                .time_to_idle(MEMORY)
                // Whoever is new is counted, too, however many there are.
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            known: KnownNetworks::new(),
        }
    }

    /// Counts an attempt; refuses it, with how long to wait, if there were too many.
    pub(crate) fn attempt(&self, email: &str, from: Option<IpAddr>) -> Result<Attempt, Duration> {
        // The network first: what it may not try does not count against the account.
        let network = self.attempt_from(from)?;
        let email = email.to_owned();
        let account = self.account_key(&email, network);
        self.count(account.clone(), self.per_account)?;
        Ok(Attempt {
            email,
            network,
            account,
        })
    }

    /// Whether somebody has logged in so from there.
    pub(crate) fn knows(&self, email: &str, from: Option<IpAddr>) -> bool {
        from.is_some_and(|from| self.known.has(email.to_owned(), network_of(from)))
    }

    /// Takes an attempt back that was no guess.
    pub(crate) fn succeeded(&self, attempt: Attempt) {
        self.counts.invalidate(&attempt.account);
        self.succeeded_from(attempt.network);
        if let Some(network) = attempt.network {
            self.known.add(attempt.email, network);
        }
    }

    /// Counts an attempt that names no account; refuses it, with how long to wait, if there were too many from
    /// there. What it gives back says where from.
    pub(crate) fn attempt_from(&self, from: Option<IpAddr>) -> Result<Option<IpAddr>, Duration> {
        let network = from.map(network_of);
        if let Some(network) = network {
            self.count(Who::Network(network), self.per_network)?;
        }
        Ok(network)
    }

    /// Takes one attempt back. Only itself: an account of one's own must not pay for guessing at others'.
    pub(crate) fn succeeded_from(&self, network: Option<IpAddr>) {
        let Some(network) = network else { return };
        self.counts
            .entry(Who::Network(network))
            .and_compute_with(|entry| match entry {
                None => Op::Nop,
                Some(entry) => {
                    let count = entry.into_value();
                    Op::Put(Count {
                        failures: count.failures.saturating_sub(1),
                        until: Timestamp(0),
                        ..count
                    })
                }
            });
    }

    fn account_key(&self, email: &str, network: Option<IpAddr>) -> Who {
        let email = email.to_owned();
        match network {
            Some(network) if self.known.has(email.clone(), network) => Who::KnownAt(email, network),
            _ => Who::Account(email),
        }
    }

    fn count(&self, who: Who, free: u32) -> Result<(), Duration> {
        let now = self.clock.now();
        let mut wait = None;
        self.counts.entry(who).and_compute_with(|entry| {
            let before = entry.map(moka::Entry::into_value);
            if let Some(count) = before
                && count.until > now
            {
                wait = Some(between(now, count.until));
                return Op::Nop;
            }
            let failures = match before {
                Some(count) if count.last.plus(MEMORY) > now => count.failures.saturating_add(1),
                _ => 1,
            };
            Op::Put(Count {
                failures,
                last: now,
                until: failures
                    .checked_sub(free)
                    .map_or(now, |over| now.plus(wait_after(over))),
            })
        });
        wait.map_or(Ok(()), Err)
    }
}

/// 1 s, 2 s, 4 s and so on.
fn wait_after(over: u32) -> Duration {
    2_u64
        .checked_pow(over)
        .map_or(LONGEST_WAIT, Duration::from_secs)
        .min(LONGEST_WAIT)
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(to.0.saturating_sub(from.0)).unwrap_or(0))
}

/// What one person can take addresses from: a single IPv4 address, or 64 bits of IPv6.
pub(crate) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use ds_core::ManualClock;

    use super::*;

    fn throttle() -> (Arc<ManualClock>, Throttle) {
        let clock = Arc::new(ManualClock::new(Timestamp(1_000_000)));
        (Arc::clone(&clock), Throttle::new(clock))
    }

    fn ip(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn seconds(result: Result<Attempt, Duration>) -> Option<u64> {
        result.err().map(|wait| wait.as_secs())
    }

    #[test]
    fn waits_grow_and_are_forgotten() {
        let (clock, throttle) = throttle();
        for _ in 0..FREE_PER_ACCOUNT {
            assert_eq!(seconds(throttle.attempt("a@b", Some(ip(1)))), None);
        }
        for wait in [1, 2, 4, 8] {
            assert_eq!(seconds(throttle.attempt("a@b", Some(ip(1)))), Some(wait));
            clock.advance(Duration::from_secs(wait));
            assert_eq!(seconds(throttle.attempt("a@b", Some(ip(1)))), None);
        }
        assert_eq!(seconds(throttle.attempt("other@b", Some(ip(1)))), None);
        clock.advance(MEMORY);
        for _ in 0..FREE_PER_ACCOUNT {
            assert_eq!(seconds(throttle.attempt("a@b", Some(ip(1)))), None);
        }
    }

    #[test]
    fn a_success_clears_the_account_and_only_itself_at_the_network() {
        let (_, throttle) = throttle();
        for round in 0..FREE_PER_NETWORK - 1 {
            let guess = throttle.attempt(&format!("{round}@b"), Some(ip(1)));
            assert!(guess.is_ok());
            let own = throttle.attempt("own@b", Some(ip(1))).ok().unwrap();
            throttle.succeeded(own);
        }
        assert!(throttle.attempt("last@b", Some(ip(1))).is_ok());
        assert_eq!(seconds(throttle.attempt("own@b", Some(ip(1)))), Some(1));
        assert!(throttle.attempt("own@b", Some(ip(2))).is_ok());
    }

    #[test]
    fn strangers_do_not_lock_the_owner_out() {
        let (_, throttle) = throttle();
        let own = throttle.attempt("a@b", Some(ip(1))).ok().unwrap();
        throttle.succeeded(own);
        for _ in 0..FREE_PER_ACCOUNT {
            assert!(throttle.attempt("a@b", Some(ip(2))).is_ok());
        }
        assert!(throttle.attempt("a@b", Some(ip(3))).is_err());
        assert!(throttle.attempt("a@b", Some(ip(1))).is_ok());
    }

    #[test]
    fn networks() {
        let check = |address: &str, expect: &str| {
            let network = network_of(address.parse().unwrap());
            assert_eq!(network, expect.parse::<IpAddr>().unwrap());
        };
        check("192.0.2.7", "192.0.2.7");
        check("::ffff:192.0.2.7", "192.0.2.7");
        check("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
    }

    #[test]
    fn waits() {
        for (over, seconds) in [
            (0, 1),
            (1, 2),
            (9, 512),
            (10, 900),
            (64, 900),
            (u32::MAX, 900),
        ] {
            assert_eq!(wait_after(over).as_secs(), seconds, "{over}");
        }
    }
}
