//! How often something may be asked that is aimed at somebody: a letter to their address, a question to their host.
//!
//! Whoever asks has proved nothing, so strangers could ask until those whom it concerns cannot. Three counts stand against
//! that: what one network asks of one target (little), what strangers ask of it from everywhere (more), and what comes
//! from networks where somebody has come in with it before, who have a share that no stranger uses up.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use ds_core::Clock;

use crate::{
    Rates,
    throttle::{KnownNetworks, network_of},
};

/// So many times in a while.
pub type Bound = (u32, Duration);

/// Counts what is asked of somebody.
pub struct Aimed<K> {
    near: Vec<Rates<(K, IpAddr)>>,
    strangers: Rates<K>,
    known: Rates<K>,
    networks: KnownNetworks<K>,
}

impl<K: Clone + Hash + Eq + Send + Sync + 'static> Aimed<K> {
    /// Nothing asked yet. `near` bounds what one network asks of one target, `strangers` and `known` what they all do.
    pub fn new(clock: &Arc<dyn Clock>, near: &[Bound], strangers: Bound, known: Bound) -> Self {
        let of = |(most, within): Bound| Rates::new(Arc::clone(clock), most, within);
        let near = near
            .iter()
            .map(|(most, within)| Rates::new(Arc::clone(clock), *most, *within));
        Self {
            near: near.collect(),
            strangers: of(strangers),
            known: of(known),
            networks: KnownNetworks::new(),
        }
    }

    /// Whether somebody has come in with it from there.
    pub fn knows(&self, target: &K, from: Option<IpAddr>) -> bool {
        from.is_some_and(|from| self.networks.has(target.clone(), network_of(from)))
    }

    /// Somebody has come in with it from there.
    pub fn came(&self, target: K, from: Option<IpAddr>) {
        if let Some(from) = from {
            self.networks.add(target, network_of(from));
        }
    }

    /// Counts one more; refuses it, with how long to wait, if there were too many. What one network asks beyond its own
    /// measure does not count for the others.
    ///
    /// # Errors
    /// How long to wait.
    pub fn count(&self, target: K, from: Option<IpAddr>) -> Result<(), Duration> {
        let is_known = self.knows(&target, from);
        self.count_as(target, from, is_known)
    }

    /// The same where others know who has been here.
    ///
    /// # Errors
    /// How long to wait.
    pub fn count_as(
        &self,
        target: K,
        from: Option<IpAddr>,
        is_known: bool,
    ) -> Result<(), Duration> {
        // Whoever comes from nowhere comes from one place.
        let network = from.map_or(Ipv4Addr::UNSPECIFIED.into(), network_of);
        for near in &self.near {
            near.count((target.clone(), network))?;
        }
        if is_known {
            self.known.count(target)
        } else {
            self.strangers.count(target)
        }
    }
}

#[cfg(test)]
mod tests {
    use ds_core::{ManualClock, Timestamp};

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);
    const HOUR: Duration = Duration::from_hours(1);

    fn at(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn strangers_do_not_use_up_what_is_for_those_who_are_known() {
        let clock = Arc::new(ManualClock::new(Timestamp(0)));
        let clock_too: Arc<dyn Clock> = clock.clone();
        let aimed = Aimed::new(&clock_too, &[(2, MINUTE), (4, HOUR)], (5, HOUR), (3, HOUR));
        let may = |from| aimed.count("ada", from).is_ok();
        let ip = |last| Some(at(last));
        aimed.came("ada", ip(1));
        // One network, and one that is nowhere, do little.
        assert_eq!([may(ip(9)), may(ip(9)), may(ip(9))], [true, true, false]);
        assert_eq!([may(None), may(None), may(None)], [true, true, false]);
        // Those refused did not count: one is left for strangers, and then none.
        assert_eq!([may(ip(8)), may(ip(7))], [true, false]);
        assert!(aimed.count("bob", ip(7)).is_ok(), "another target");
        clock.advance(MINUTE);
        assert!(!may(ip(9)), "in the hour");
        // Who came from there before.
        assert_eq!([may(ip(1)), may(ip(1)), may(ip(1))], [true, true, false]);
        clock.advance(MINUTE);
        assert_eq!([may(ip(1)), may(ip(1))], [true, false], "even they");
        assert!(aimed.count("bob", ip(1)).is_ok());
        clock.advance(HOUR);
        assert!(may(ip(9)) && may(ip(1)));
    }

    #[test]
    fn one_network_does_little_for_long() {
        let clock = Arc::new(ManualClock::new(Timestamp(0)));
        let clock_too: Arc<dyn Clock> = clock.clone();
        let aimed = Aimed::new(&clock_too, &[(2, MINUTE), (4, HOUR)], (50, HOUR), (3, HOUR));
        let mut passed = 0;
        for _ in 0..50 {
            passed += u32::from(aimed.count("ada", Some(at(9))).is_ok());
            clock.advance(MINUTE);
        }
        assert_eq!(passed, 4);
    }
}
