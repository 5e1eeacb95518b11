//! The addresses that stand for names inside one sandbox.

use std::{
    collections::HashMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

/// The first address handed out. What lies below is the sandbox's own loopback.
const FIRST: u32 = u32::from_be_bytes([127, 1, 0, 1]);

/// Names and their addresses: the first is 127.1.0.1. An address stays with its name.
pub(crate) struct Names {
    most: usize,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    numbers: HashMap<Arc<str>, usize>,
    names: Vec<Arc<str>>,
}

impl Names {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            // All of them are in 127.0.0.0/8, whatever the configuration says.
            most: most.min(1 << 16),
            known: Mutex::default(),
        }
    }

    /// The address for a name; `None` if there are too many names already.
    pub(crate) fn address_of(&self, name: &str) -> Option<Ipv4Addr> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let number = match known.numbers.get(name) {
            Some(number) => *number,
            None if known.names.len() < self.most => {
                let name: Arc<str> = name.into();
                let number = known.names.len();
                known.names.push(Arc::clone(&name));
                known.numbers.insert(name, number);
                number
            }
            None => return None,
        };
        Some(Ipv4Addr::from_bits(FIRST + u32::try_from(number).ok()?))
    }

    /// The name that an address stands for, if it was handed out.
    pub(crate) fn name_of(&self, address: Ipv4Addr) -> Option<Arc<str>> {
        let number = usize::try_from(address.to_bits().checked_sub(FIRST)?).ok()?;
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.names.get(number).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_address_and_there_is_an_end() {
        let names = Names::new(300);
        for round in 0..2 {
            for number in 0..300 {
                let address = names.address_of(&format!("h{number}.example")).unwrap();
                let [a, b, c, d] = address.octets();
                assert_eq!((a, b), (127, 1), "{round}");
                assert_eq!(usize::from(c) * 256 + usize::from(d), number + 1);
                let name = names.name_of(address).unwrap();
                assert_eq!(&*name, format!("h{number}.example"));
            }
        }
        assert_eq!(names.address_of("more.example"), None);
        for address in ["127.0.0.1", "127.1.0.0", "127.1.1.45", "8.8.8.8", "0.0.0.0"] {
            assert_eq!(names.name_of(address.parse().unwrap()), None, "{address}");
        }
    }
}
