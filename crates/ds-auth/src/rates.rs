//! How often something may be asked for: so many times in a while, for each who asks.

use std::{hash::Hash, net::IpAddr, sync::Arc, time::Duration};

use ds_core::{Clock, Timestamp};
use moka::{ops::compute::Op, policy::EvictionPolicy, sync::Cache};

use crate::throttle::network_of;

/// How many who ask are remembered.
const REMEMBERED: u64 = 50_000;

/// Counts what is asked, by who asks. Kept in memory alone.
pub struct Rates<K> {
    clock: Arc<dyn Clock>,
    most: u32,
    within: Duration,
    counts: Cache<K, (Timestamp, u32)>,
}

impl<K: Hash + Eq + Send + Sync + 'static> Rates<K> {
    /// At most `most` times `within` a while.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, most: u32, within: Duration) -> Self {
        let counts = Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_live(within * 2)
            // Who is new is counted, too, however many there are.
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self {
            clock,
            most,
            within,
            counts,
        }
    }

    /// Counts one more; refuses it, with how long to wait, if there were too many.
    pub fn count(&self, who: K) -> Result<(), Duration> {
        let now = self.clock.now();
        let mut wait = None;
        self.counts.entry(who).and_compute_with(|entry| {
            let (since, count) = entry
                .map(moka::Entry::into_value)
                .filter(|(since, _)| since.plus(self.within) > now)
                .unwrap_or((now, 0));
            if count >= self.most {
                let left = since.plus(self.within).0.saturating_sub(now.0);
                wait = Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)));
                return Op::Nop;
            }
            Op::Put((since, count + 1))
        });
        wait.map_or(Ok(()), Err)
    }
}

impl Rates<IpAddr> {
    /// The same for the network that somebody comes from; whoever has one IPv6 address has 2^64 of them. Who comes from
    /// nowhere is not counted.
    pub fn count_network(&self, from: Option<IpAddr>) -> Result<(), Duration> {
        from.map_or(Ok(()), |from| self.count(network_of(from)))
    }
}

#[cfg(test)]
mod tests {
    use ds_core::ManualClock;

    use super::*;

    #[test]
    fn so_many_in_a_while() {
        let clock = Arc::new(ManualClock::new(Timestamp(0)));
        let rates = Rates::new(clock.clone(), 2, Duration::from_mins(1));
        let check = |who: &str, expect: Option<u64>| {
            let got = rates.count_network(Some(who.parse().unwrap()));
            assert_eq!(got.err().map(|wait| wait.as_secs()), expect, "{who}");
        };
        check("192.0.2.1", None);
        clock.advance(Duration::from_secs(20));
        check("::ffff:192.0.2.1", None);
        check("192.0.2.1", Some(40));
        check("192.0.2.2", None);
        check("2001:db8::1", None);
        check("2001:db8::2", None);
        check("2001:db8::3", Some(60));
        clock.advance(Duration::from_secs(40));
        check("192.0.2.1", None);
        check("192.0.2.1", None);
        check("192.0.2.1", Some(60));
        assert!(rates.count_network(None).is_ok());
    }
}
