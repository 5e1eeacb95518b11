//! More sandboxes are wanted than there is room for.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use ds_core::AppspaceId;
use ds_sandbox::{Overview, PoolConfig, Sandboxes, StartError, StopReason, Using};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

use super::engine::{ByItself, Told, spec};

const MIB: u64 = 1 << 20;
const QUEUE: Duration = Duration::from_secs(10);

/// Room for three sandboxes.
fn config() -> PoolConfig {
    PoolConfig {
        memory_budget: 30 * MIB,
        reserve: 10 * MIB,
        queue: QUEUE,
        starts_at_once: 4,
        ..PoolConfig::default()
    }
}

struct Pool {
    engine: Told,
    sandboxes: Arc<Sandboxes>,
    /// Appspaces to use.
    a: [AppspaceId; 6],
}

const BY_ITSELF: ByItself = ByItself {
    starts: true,
    stops: true,
};

impl Pool {
    fn new(by_itself: ByItself, config: PoolConfig) -> Self {
        let engine = Told::new(by_itself);
        Self {
            sandboxes: Sandboxes::new(Arc::new(engine.clone()), config),
            engine,
            a: std::array::from_fn(|_| AppspaceId::new()),
        }
    }

    async fn get(&self, which: usize) -> Result<Using, StartError> {
        let id = self.a[which];
        self.sandboxes.get(id, || spec(id)).await
    }

    /// A caller of its own.
    async fn ask(&self, which: usize) -> JoinHandle<Result<Using, StartError>> {
        let (sandboxes, id) = (Arc::clone(&self.sandboxes), self.a[which]);
        let caller = tokio::spawn(async move { sandboxes.get(id, || spec(id)).await });
        settle().await;
        caller
    }

    fn running(&self) -> Vec<usize> {
        let running = |which: &usize| self.sandboxes.running(self.a[*which]);
        (0..self.a.len()).filter(running).collect()
    }
}

/// Time stands still until nobody has anything left to do; then this goes on.
async fn settle() {
    sleep(Duration::from_millis(1)).await;
}

fn is_busy(result: &Result<Using, StartError>) -> bool {
    matches!(result, Err(StartError::Busy { retry_after }) if *retry_after == QUEUE / 2)
}

#[tokio::test(start_paused = true)]
async fn the_least_recently_used_makes_room() {
    let pool = Pool::new(BY_ITSELF, config());
    for which in 0..3 {
        drop(pool.get(which).await.unwrap());
    }
    drop(pool.get(0).await.unwrap());
    let busy = pool.get(3).await.unwrap();
    assert_eq!(pool.running(), [0, 2, 3]);
    drop(pool.get(2).await.unwrap());
    let _other = pool.get(4).await.unwrap();
    assert_eq!(pool.running(), [2, 3, 4]);
    drop(pool.get(5).await.unwrap());
    assert_eq!(
        pool.running(),
        [3, 4, 5],
        "a busy one is never stopped for another"
    );
    drop(busy);
}

#[tokio::test(start_paused = true)]
async fn a_busy_host_says_so_in_time() {
    let pool = Pool::new(BY_ITSELF, config());
    let mut using = Vec::new();
    for which in 0..3 {
        using.push(pool.get(which).await.unwrap());
    }
    let begun = Instant::now();
    assert!(is_busy(&pool.get(3).await));
    assert_eq!(begun.elapsed(), QUEUE);
    assert_eq!(pool.sandboxes.started(), 3);
    assert_eq!(pool.sandboxes.overview().queued, 0);
    // The moment one becomes idle, it makes room.
    let caller = pool.ask(3).await;
    assert_eq!(pool.sandboxes.overview().queued, 1);
    drop(using.remove(1));
    let begun = Instant::now();
    assert!(caller.await.unwrap().is_ok());
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(pool.running(), [0, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn room_comes_from_endings_and_from_lower_measures_too() {
    let pool = Pool::new(BY_ITSELF, config());
    let mut using = Vec::new();
    for which in 0..3 {
        using.push(pool.get(which).await.unwrap());
    }
    let caller = pool.ask(3).await;
    pool.engine.end(pool.a[0]);
    using.push(caller.await.unwrap().unwrap());
    assert_eq!(pool.running(), [1, 2, 3]);
    let caller = pool.ask(4).await;
    pool.engine.measure(pool.a[1], 5 * MIB);
    pool.engine.measure(pool.a[2], 5 * MIB);
    settle().await;
    assert!(!caller.is_finished());
    pool.sandboxes.relieve();
    using.push(caller.await.unwrap().unwrap());
    assert_eq!(pool.running(), [1, 2, 3, 4]);
    let overview = Overview {
        awake: 4,
        starting: 0,
        queued: 0,
        memory: 30 * MIB,
        budget: 30 * MIB,
    };
    assert_eq!(pool.sandboxes.overview(), overview);
}

#[tokio::test(start_paused = true)]
async fn what_has_grown_makes_idle_ones_go() {
    let pool = Pool::new(BY_ITSELF, config());
    let using = pool.get(0).await.unwrap();
    for which in [1, 2] {
        drop(pool.get(which).await.unwrap());
    }
    pool.sandboxes.relieve();
    assert_eq!(pool.running(), [0, 1, 2]);
    pool.engine.measure(pool.a[0], 15 * MIB);
    pool.sandboxes.relieve();
    settle().await;
    assert_eq!(pool.running(), [0, 2]);
    pool.engine.measure(pool.a[0], 100 * MIB);
    pool.sandboxes.relieve();
    settle().await;
    assert_eq!(pool.running(), [0], "it is in use");
    drop(using);
    settle().await;
    assert!(pool.running().is_empty(), "and now it is not");
}

#[tokio::test(start_paused = true)]
async fn only_so_many_start_at_once_and_in_turn() {
    let config = PoolConfig {
        memory_budget: 0,
        starts_at_once: 2,
        ..config()
    };
    let pool = Pool::new(ByItself::default(), config);
    let mut callers = Vec::new();
    // Whoever asks often has no more than one place in the line.
    for which in [0, 1, 2, 2, 2, 2, 3, 2, 4] {
        callers.push(pool.ask(which).await);
    }
    let overview = pool.sandboxes.overview();
    assert_eq!((overview.starting, overview.queued), (2, 3));
    for which in [1, 0, 2, 3, 4] {
        assert!(pool.engine.starting().len() <= 2);
        pool.engine.finish(pool.a[which], Ok(0));
        settle().await;
    }
    assert_eq!(pool.engine.started(), pool.a[..5]);
    assert!(callers.iter().all(JoinHandle::is_finished));
}

#[tokio::test(start_paused = true)]
async fn the_time_a_start_takes_is_not_waiting() {
    let pool = Pool::new(ByItself::default(), config());
    let caller = pool.ask(0).await;
    sleep(QUEUE * 3 / 2).await;
    assert!(!caller.is_finished());
    pool.engine.finish(pool.a[0], Ok(0));
    assert!(caller.await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn one_appspaces_requests_take_turns() {
    let config = PoolConfig {
        requests_at_once: 2,
        waiting: 3,
        ..config()
    };
    let pool = Pool::new(BY_ITSELF, config);
    let first = pool.get(0).await.unwrap();
    let _second = pool.get(0).await.unwrap();
    let third = pool.ask(0).await;
    let fourth = pool.ask(0).await;
    let fifth = pool.ask(0).await;
    assert!(is_busy(&pool.get(0).await), "the line is full");
    assert!(pool.get(1).await.is_ok(), "others are not kept waiting");
    // Whoever goes away leaves the line.
    third.abort();
    settle().await;
    let sixth = pool.ask(0).await;
    drop(first);
    settle().await;
    assert!(fourth.is_finished() && !fifth.is_finished() && !sixth.is_finished());
    drop(fourth);
    settle().await;
    assert!(fifth.is_finished() && !sixth.is_finished());
    let fifth = fifth.await.unwrap();
    assert!(is_busy(&sixth.await.unwrap()));
    drop(fifth);
    assert!(pool.get(0).await.is_ok());
    assert_eq!(pool.sandboxes.started(), 2);
}

#[tokio::test(start_paused = true)]
async fn whoever_went_away_takes_no_room() {
    let pool = Pool::new(BY_ITSELF, config());
    let mut using = Vec::new();
    for which in 0..3 {
        using.push(pool.get(which).await.unwrap());
    }
    let (gone, stays) = (pool.ask(3).await, pool.ask(4).await);
    gone.abort();
    settle().await;
    assert_eq!(pool.sandboxes.overview().queued, 1);
    using.clear();
    assert!(stays.await.unwrap().is_ok());
    assert!(!pool.engine.started().contains(&pool.a[3]));
}

#[tokio::test(start_paused = true)]
async fn one_that_is_stopping_still_takes_its_memory() {
    let by_itself = ByItself {
        starts: true,
        stops: false,
    };
    let pool = Pool::new(by_itself, config());
    for which in 0..3 {
        drop(pool.get(which).await.unwrap());
    }
    let caller = pool.ask(3).await;
    // One is enough, however long it takes.
    assert_eq!(pool.engine.stopping(), [(pool.a[0], StopReason::Pressure)]);
    let back = pool.ask(0).await;
    assert_eq!(pool.sandboxes.overview().memory, 30 * MIB);
    assert!(!caller.is_finished());
    pool.engine.end(pool.a[0]);
    assert!(caller.await.unwrap().is_ok());
    // Whoever wants what was stopped waits like everybody.
    settle().await;
    assert!(
        pool.engine
            .stopping()
            .iter()
            .any(|(id, _)| *id == pool.a[1])
    );
    pool.engine.end(pool.a[1]);
    assert!(back.await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn one_sandbox_may_always_run() {
    let config = PoolConfig {
        memory_budget: 1,
        ..config()
    };
    let pool = Pool::new(BY_ITSELF, config);
    drop(pool.get(0).await.unwrap());
    let using = pool.get(1).await.unwrap();
    assert_eq!(pool.running(), [1]);
    assert!(is_busy(&pool.get(0).await));
    drop(using);
}

#[tokio::test(start_paused = true)]
async fn a_stop_gives_up_the_start() {
    let pool = Pool::new(ByItself::default(), config());
    let caller = pool.ask(0).await;
    assert_eq!(pool.engine.starting(), [pool.a[0]]);
    let begun = Instant::now();
    // Nobody waits any more: nothing is left.
    caller.abort();
    pool.sandboxes.stop(pool.a[0], StopReason::AtRest).await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(
        (pool.engine.starting().len(), pool.engine.given_up()),
        (0, 1)
    );
    assert_eq!(pool.sandboxes.overview().memory, 0);
    // Somebody waits: they get the next one.
    let caller = pool.ask(0).await;
    pool.sandboxes.stop(pool.a[0], StopReason::AtRest).await;
    assert_eq!(pool.engine.given_up(), 2);
    settle().await;
    assert!(pool.engine.finish(pool.a[0], Ok(0)));
    assert!(caller.await.unwrap().is_ok());
    assert_eq!(pool.sandboxes.started(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_stops_turns_everybody_away() {
    let config = PoolConfig {
        starts_at_once: 2,
        ..config()
    };
    let pool = Pool::new(
        ByItself {
            starts: false,
            stops: true,
        },
        config,
    );
    let awake = pool.ask(0).await;
    pool.engine.finish(pool.a[0], Ok(0));
    settle().await;
    let mut callers = Vec::new();
    for which in 1..6 {
        callers.push(pool.ask(which).await);
    }
    let begun = Instant::now();
    pool.sandboxes.stop_all(StopReason::Shutdown).await;
    assert!(begun.elapsed() < Duration::from_millis(5));
    for caller in callers {
        let told = caller.await.unwrap().unwrap_err().to_string();
        assert!(told.contains("the host is stopping"), "{told}");
    }
    drop(awake);
    settle().await;
    assert_eq!((pool.engine.starting().len(), pool.engine.alive()), (0, 0));
    assert_eq!(
        pool.engine.started(),
        pool.a[..3],
        "nobody took the room of those before"
    );
    let nothing = Overview {
        budget: 30 * MIB,
        ..Overview::default()
    };
    assert_eq!(pool.sandboxes.overview(), nothing);
}

#[tokio::test(start_paused = true)]
async fn a_failed_start_makes_room_for_the_next() {
    let config = PoolConfig {
        starts_at_once: 1,
        ..config()
    };
    let pool = Pool::new(ByItself::default(), config);
    let (fails, starts) = (pool.ask(0).await, pool.ask(1).await);
    let message = "boom".to_owned();
    pool.engine
        .finish(pool.a[0], Err(StartError::App { message }));
    assert!(matches!(fails.await.unwrap(), Err(StartError::App { .. })));
    settle().await;
    pool.engine.finish(pool.a[1], Ok(0));
    assert!(starts.await.unwrap().is_ok());
}

#[tokio::test]
async fn a_use_may_end_on_any_thread() {
    let pool = Pool::new(
        BY_ITSELF,
        PoolConfig {
            memory_budget: 1,
            ..config()
        },
    );
    let using = pool.get(0).await.unwrap();
    let caller = pool.ask(1).await;
    std::thread::spawn(move || drop(using)).join().unwrap();
    assert!(caller.await.unwrap().is_ok());
}

/// Many more appspaces than there is room for, all asked for at once, a few times each.
#[tokio::test(start_paused = true)]
async fn a_crowd_is_served_in_turn() {
    const MANY: usize = 2000;
    let config = PoolConfig {
        memory_budget: 50 * 10 * MIB,
        ..config()
    };
    let pool = Pool::new(BY_ITSELF, config);
    let appspaces: Vec<AppspaceId> = (0..MANY).map(|_| AppspaceId::new()).collect();
    let most = Arc::new(AtomicU64::new(0));
    let mut callers = Vec::new();
    for id in appspaces.iter().chain(&appspaces).copied() {
        let (sandboxes, most) = (Arc::clone(&pool.sandboxes), Arc::clone(&most));
        callers.push(tokio::spawn(async move {
            let using = sandboxes.get(id, || spec(id)).await.unwrap();
            most.fetch_max(sandboxes.overview().memory, Ordering::SeqCst);
            sleep(Duration::from_millis(20)).await;
            drop(using);
        }));
    }
    for caller in callers {
        caller.await.unwrap();
    }
    assert_eq!(
        pool.engine.started(),
        appspaces,
        "one start each, in their order"
    );
    assert_eq!(most.load(Ordering::SeqCst), 500 * MIB);
}
