//! What was looked up once and is believed until something it depends on is revoked.

use std::{hash::Hash, sync::Arc, time::Duration};

use ds_core::StoreError;
use moka::{policy::EvictionPolicy, sync::Cache};

use crate::marks::{Marks, Revocable, Stamp};

/// For how long it is believed before it is read again.
const KNOWN_FOR: Duration = Duration::from_mins(10);
/// Old cookies and tokens are common, so that one is unknown is remembered too, apart: strangers who try push out one another.
const UNKNOWN: u64 = 10_000;
const UNKNOWN_FOR: Duration = Duration::from_secs(30);
/// How often a look-up starts again because something was revoked meanwhile.
const LOADS: u32 = 3;

/// Something that is looked up.
pub(crate) trait Looked: Send + Sync + 'static {
    /// By what.
    type Key: Clone + Eq + Hash + Send + Sync + 'static;

    /// What it depends on; what its absence does, if there is none.
    fn rests_on<'a>(key: &'a Self::Key, found: Option<&'a Self>) -> [Option<Revocable<'a>>; 3];
}

/// The memory of what was looked up.
pub(crate) struct Remembered<V: Looked> {
    known: Cache<V::Key, (Arc<V>, Stamp)>,
    unknown: Cache<V::Key, Stamp>,
}

impl<V: Looked> Remembered<V> {
    /// Nothing yet; so many at most.
    pub(crate) fn new(most: u64) -> Self {
        let known = Cache::builder().max_capacity(most).time_to_live(KNOWN_FOR);
        let unknown = Cache::builder()
            .max_capacity(UNKNOWN)
            .time_to_live(UNKNOWN_FOR)
            .eviction_policy(EvictionPolicy::lru());
        Self {
            known: known.build(),
            unknown: unknown.build(),
        }
    }

    /// What is remembered, or loaded now and remembered, unless something is revoked the whole time.
    pub(crate) async fn find<F>(
        &self,
        marks: &Marks,
        key: &V::Key,
        load: impl Fn() -> F,
    ) -> Result<Option<Arc<V>>, StoreError>
    where
        F: Future<Output = Result<Option<V>, StoreError>>,
    {
        if let Some((value, stamp)) = self.known.get(key)
            && marks.is_current(&stamp)
        {
            return Ok(Some(value));
        }
        if let Some(stamp) = self.unknown.get(key)
            && marks.is_current(&stamp)
        {
            return Ok(None);
        }
        let mut last = None;
        for _ in 0..LOADS {
            let begun = marks.begin();
            let loaded = load().await?.map(Arc::new);
            let stamp = marks.stamp(begun, V::rests_on(key, loaded.as_deref()));
            match (&loaded, stamp) {
                (None, Some(stamp)) => self.unknown.insert(key.clone(), stamp),
                (Some(value), Some(stamp)) => {
                    self.known.insert(key.clone(), (Arc::clone(value), stamp));
                }
                (_, None) => {
                    last = loaded;
                    continue;
                }
            }
            return Ok(loaded);
        }
        // As true as when it was read; only not remembered.
        Ok(last)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use ds_core::AccountId;
    use proptest::prelude::*;

    use super::*;

    /// A number that an account has.
    #[derive(Debug, PartialEq, Eq)]
    struct Number(u32);

    impl Looked for Number {
        type Key = AccountId;

        fn rests_on<'a>(key: &'a AccountId, _: Option<&'a Self>) -> [Option<Revocable<'a>>; 3] {
            [Some(Revocable::Account(*key)), None, None]
        }
    }

    /// A store with one number, or none, and how often it was asked.
    #[derive(Default)]
    struct Kept {
        number: Mutex<Option<u32>>,
        asked: Mutex<u32>,
    }

    impl Kept {
        fn read(&self) -> Option<Number> {
            *self.asked.lock().unwrap() += 1;
            self.number.lock().unwrap().map(Number)
        }

        fn asked(&self) -> u32 {
            *self.asked.lock().unwrap()
        }
    }

    #[tokio::test]
    async fn what_is_remembered_and_when_it_is_read_again() {
        let (marks, kept, key) = (Marks::new(), Kept::default(), AccountId::new());
        let memory = Remembered::<Number>::new(10);
        // How often something is revoked while it is read; how often it is read then; and then again.
        for (number, revoked, reads, again) in [
            (None, 0, 1, 0),
            (Some(1), 0, 1, 0),
            (Some(2), 1, 2, 0),
            (Some(3), 2, 3, 0),
            (None, 2, 3, 0),
            (Some(4), 3, 3, 1),
            (None, 9, 3, 1),
        ] {
            *kept.number.lock().unwrap() = number;
            marks.revoke(Revocable::Account(key));
            let left = Mutex::new(revoked);
            let find = async || {
                let load = || async {
                    let read = kept.read();
                    let mut left = left.lock().unwrap();
                    if *left > 0 {
                        *left -= 1;
                        // Of something else, even.
                        marks.revoke(Revocable::Account(AccountId::new()));
                    }
                    Ok(read)
                };
                let found = memory.find(&marks, &key, load).await.unwrap();
                assert_eq!(found.as_deref(), number.map(Number).as_ref());
            };
            let before = kept.asked();
            find().await;
            assert_eq!(kept.asked() - before, reads, "{number:?} {revoked}");
            *left.lock().unwrap() = 0;
            find().await;
            assert_eq!(kept.asked() - before - reads, again, "{number:?} {revoked}");
        }
        let broken = || async {
            Err(StoreError::Failed {
                action: "read",
                source: "broken".into(),
            })
        };
        marks.revoke(Revocable::Account(key));
        assert!(memory.find(&marks, &key, broken).await.is_err());
    }

    proptest! {
        /// Whatever changes when, while many look: who looks after a revocation sees nothing older.
        #[test]
        fn nothing_outlives_its_revocation(
            changes in prop::collection::vec((prop::option::of(0..5_u32), 0..4_u8), 1..8),
            lookers in 1..4_usize,
            pauses in prop::collection::vec(0..4_u8, 1..6),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let (marks, key) = (Arc::new(Marks::new()), AccountId::new());
                let (kept, memory) = (Arc::new(Kept::default()), Arc::new(Remembered::new(10)));
                let look = {
                    let (marks, kept, memory) = (marks.clone(), kept.clone(), memory.clone());
                    move |pause: u8| {
                        let (marks, kept, memory) = (marks.clone(), kept.clone(), memory.clone());
                        async move {
                            let load = || async {
                                let read = kept.read();
                                for _ in 0..pause {
                                    tokio::task::yield_now().await;
                                }
                                Ok(read)
                            };
                            memory.find(&marks, &key, load).await.unwrap()
                        }
                    }
                };
                let tasks: Vec<_> = (0..lookers)
                    .map(|_| {
                        let (look, pauses) = (look.clone(), pauses.clone());
                        tokio::spawn(async move {
                            for pause in pauses {
                                look(pause).await;
                                tokio::task::yield_now().await;
                            }
                        })
                    })
                    .collect();
                for (number, wait) in changes {
                    *kept.number.lock().unwrap() = number;
                    marks.revoke(Revocable::Account(key));
                    assert_eq!(look(wait).await.as_deref(), number.map(Number).as_ref());
                    for _ in 0..wait {
                        tokio::task::yield_now().await;
                    }
                    assert_eq!(look(0).await.as_deref(), number.map(Number).as_ref());
                }
                for task in tasks {
                    task.await.unwrap();
                }
            });
        }
    }
}
