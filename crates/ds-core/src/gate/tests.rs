//! The gate under load, and holds against leases.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use super::*;

fn gate() -> Gate {
    Gate::new(AppspaceId::new())
}

#[tokio::test]
async fn a_hold_waits_for_leases_and_refuses_new_ones() {
    let gate = gate();
    let lease = gate.enter().unwrap();
    let mut hold = std::pin::pin!(gate.hold(Reason::Snapshot));
    assert!(futures_poll(hold.as_mut()).await.is_none());
    assert_eq!(gate.enter().err(), Some(Closed::Held(Reason::Snapshot)));
    lease.closing().await;
    drop(lease);
    let hold = hold.await;
    assert!(gate.enter().is_err());
    drop(hold);
    assert!(gate.enter().is_ok());
}

#[tokio::test]
async fn a_hold_given_up_reopens() {
    let gate = gate();
    let lease = gate.enter().unwrap();
    let waited = tokio::time::timeout(Duration::from_millis(5), gate.hold(Reason::Deleting));
    assert!(waited.await.is_err());
    assert!(gate.enter().is_ok());
    drop(lease);
}

#[tokio::test]
async fn standing_closures_survive_a_hold() {
    let gate = gate();
    gate.close(Closure::Paused);
    let hold = gate.hold(Reason::Snapshot).await;
    assert_eq!(gate.closed(), Some(Closed::Standing(Closure::Paused)));
    drop(hold);
    assert_eq!(gate.enter().err(), Some(Closed::Standing(Closure::Paused)));
    gate.lift(Closure::Paused);
    assert!(gate.enter().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_inside_during_a_hold() {
    let gate = gate();
    let (held, stop) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let visitors: Vec<_> = (0..64)
        .map(|_| {
            let (gate, held, stop) = (gate.clone(), Arc::clone(&held), Arc::clone(&stop));
            tokio::spawn(async move {
                while !stop.load(Ordering::SeqCst) {
                    if let Ok(lease) = gate.enter() {
                        assert!(!held.load(Ordering::SeqCst), "inside during a hold");
                        tokio::task::yield_now().await;
                        assert!(!held.load(Ordering::SeqCst), "inside during a hold");
                        drop(lease);
                    }
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for _ in 0..200 {
        let rest = gate.hold(Reason::Migrating).await;
        held.store(true, Ordering::SeqCst);
        tokio::task::yield_now().await;
        held.store(false, Ordering::SeqCst);
        drop(rest);
    }
    stop.store(true, Ordering::SeqCst);
    for visitor in visitors {
        visitor.await.unwrap();
    }
}

#[tokio::test]
async fn gates_made_while_stopping_are_closed() {
    let gates = Gates::default();
    let before = gates.of_new(AppspaceId::new());
    gates.stop();
    let after = gates.of_new(AppspaceId::new());
    for gate in [before, after] {
        assert_eq!(gate.closed(), Some(Closed::Standing(Closure::Stopping)));
    }
}

/// Polls once.
async fn futures_poll<T>(mut future: std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
    std::future::poll_fn(|cx| {
        std::task::Poll::Ready(match future.as_mut().poll(cx) {
            std::task::Poll::Ready(value) => Some(value),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test]
async fn a_visit_is_let_in_by_closures_and_waited_for_by_holds() {
    let gate = gate();
    gate.close(Closure::Paused);
    assert!(gate.enter().is_err());
    let visit = gate.visit().unwrap();
    assert_eq!(gate.leases(), 1);
    let mut hold = std::pin::pin!(gate.hold(Reason::Migrating));
    assert!(futures_poll(hold.as_mut()).await.is_none(), "one is inside");
    let refused = gate.visit().err();
    assert_eq!(refused, Some(Closed::Held(Reason::Migrating)));
    drop(visit);
    let hold = hold.await;
    assert!(gate.visit().is_err());
    drop(hold);
    assert!(gate.visit().is_ok());
    for closure in [Closure::Unsettled, Closure::Deleted] {
        gate.close(closure);
        assert_eq!(gate.visit().err(), Some(Closed::Standing(closure)));
        gate.lift(closure);
    }
    assert_eq!(gate.leases(), 0);
}
