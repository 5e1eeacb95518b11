//! Everything at once, on several threads.

use std::{sync::Arc, time::Duration};

use ds_core::AppspaceId;
use ds_sandbox::{Overview, PoolConfig, Sandboxes, StartError, StopReason};
use futures_util::future::join_all;
use tokio::{task::yield_now, time::timeout};

use super::engine::{ByItself, Told, spec};

/// Callers that come, use, give up and stop, each in an order of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_and_nothing_is_left() {
    let by_itself = ByItself {
        starts: true,
        stops: true,
    };
    let engine = Told::new(by_itself);
    let config = PoolConfig {
        memory_budget: 3,
        reserve: 1,
        // Long enough for a slow machine: whoever is forgotten waits for all of it, and the test tells.
        queue: Duration::from_secs(20),
        starts_at_once: 2,
        requests_at_once: 2,
        ..PoolConfig::default()
    };
    let sandboxes = Sandboxes::new(Arc::new(engine.clone()), config);
    let appspaces: Arc<[AppspaceId]> = (0..8).map(|_| AppspaceId::new()).collect();
    let callers = (0..32_usize).map(|caller| {
        let (sandboxes, appspaces) = (Arc::clone(&sandboxes), Arc::clone(&appspaces));
        tokio::spawn(async move {
            for round in 0..100_usize {
                let dice = (caller * 7919 + round * 104_729) % 97;
                let id = appspaces[dice % appspaces.len()];
                match dice {
                    0..4 => sandboxes.stop(id, StopReason::AtRest).await,
                    4..20 => {
                        let patience = Duration::from_micros(dice as u64 * 10);
                        let _ = timeout(patience, sandboxes.get(id, || spec(id))).await;
                    }
                    _ => {
                        let using = sandboxes.get(id, || spec(id)).await?;
                        for _ in 0..dice % 5 {
                            yield_now().await;
                        }
                        drop(using);
                    }
                }
            }
            Ok::<_, StartError>(())
        })
    });
    for caller in join_all(callers).await {
        caller.unwrap().unwrap();
    }
    sandboxes.stop_all(StopReason::AtRest).await;
    let nothing = Overview {
        budget: 3,
        ..Overview::default()
    };
    assert_eq!(sandboxes.overview(), nothing);
    assert_eq!((engine.alive(), engine.starting().len()), (0, 0));
}
