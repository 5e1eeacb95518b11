//! Who asks about moves that there are not. The secrets cannot be guessed; asking must not keep the host busy either.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How many wrong questions a network may ask in a while.
const MOST: u32 = 30;
const WHILE: Duration = Duration::from_mins(1);
/// How many networks are remembered.
const REMEMBERED: usize = 4096;

/// Wrong questions, by network.
#[derive(Default)]
pub(crate) struct Strangers(Mutex<HashMap<IpAddr, (Instant, u32)>>);

impl Strangers {
    /// Whether this network has asked too often.
    pub(crate) fn is_tired_of(&self, who: IpAddr) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(&network(who));
        found.is_some_and(|(since, count)| *count >= MOST && since.elapsed() < WHILE)
    }

    /// This network has asked wrongly.
    pub(crate) fn note(&self, who: IpAddr) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, (since, _)| since.elapsed() < WHILE);
            if known.len() >= REMEMBERED {
                known.clear();
            }
        }
        let now = Instant::now();
        let (since, count) = known.entry(network(who)).or_insert((now, 0));
        if since.elapsed() >= WHILE {
            (*since, *count) = (now, 0);
        }
        *count += 1;
    }
}

/// Whoever has one IPv6 address has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let bits = address.to_bits() & (u128::MAX << 64);
            IpAddr::V6(bits.into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_network_has_its_own_patience() {
        let strangers = Strangers::default();
        let check = |who: &str, expect: bool| {
            let tired = strangers.is_tired_of(who.parse().unwrap());
            assert_eq!(tired, expect, "{who}");
        };
        for _ in 0..MOST {
            check("2001:db8::1", false);
            strangers.note("2001:db8::1".parse().unwrap());
            strangers.note("192.0.2.1".parse().unwrap());
        }
        check("2001:db8::2", true);
        check("2001:db8:0:1::1", false);
        check("192.0.2.1", true);
        check("::ffff:192.0.2.1", true);
        check("192.0.2.2", false);
    }
}
