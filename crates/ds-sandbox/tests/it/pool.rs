//! The pool: with real processes where that matters, with scripted ones where time does.

mod engine;
mod model;
mod pressure;
mod races;
mod twin;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use ds_core::{AppspaceId, Clock as _, Closes as _, ManualClock, SandboxId, Schema, Timestamp};
use ds_sandbox::{
    Body, Call, ControlError, Death, Engine, Learned, Overview, PoolConfig, RequestError, Sandbox,
    SandboxSpec, Sandboxes, StartError, StopReason, Task, full_body,
};
use futures_util::future::join_all;
use http::{Request, Response};
use tokio::sync::watch;

use self::engine::spec;
use crate::fixture::{Fixture, call, eventually, get, request};

/// An engine whose sandboxes end when told to.
struct Scripted {
    /// The message of each start that fails; the rest succeed.
    failing: AtomicUsize,
    starts: AtomicUsize,
    alive: Arc<AtomicUsize>,
    most_alive: AtomicUsize,
    crash: watch::Sender<u32>,
}

struct ScriptedSandbox {
    id: SandboxId,
    death: watch::Sender<Option<Death>>,
    crash: watch::Receiver<u32>,
    alive: Arc<AtomicUsize>,
}

impl Scripted {
    fn new(failing: usize) -> Arc<Self> {
        Arc::new(Self {
            failing: failing.into(),
            starts: 0.into(),
            alive: Arc::default(),
            most_alive: 0.into(),
            crash: watch::Sender::new(0),
        })
    }
}

#[async_trait]
impl Engine for Scripted {
    async fn start(&self, spec: SandboxSpec) -> Result<Box<dyn Sandbox>, StartError> {
        self.starts.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(20)).await;
        let failing = self.failing.load(Ordering::SeqCst);
        if failing > 0 {
            self.failing.store(failing - 1, Ordering::SeqCst);
            let message = "boom".into();
            return Err(StartError::App { message });
        }
        let alive = self.alive.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_alive.fetch_max(alive, Ordering::SeqCst);
        let mut crash = self.crash.subscribe();
        crash.mark_unchanged();
        Ok(Box::new(ScriptedSandbox {
            id: spec.id,
            death: watch::Sender::new(None),
            crash,
            alive: Arc::clone(&self.alive),
        }))
    }
}

impl ScriptedSandbox {
    fn dies(&self, death: Death) {
        if self.death.send_replace(Some(death)).is_none() {
            self.alive.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

#[async_trait]
impl Sandbox for ScriptedSandbox {
    fn id(&self) -> SandboxId {
        self.id
    }
    async fn request(&self, _: Call, _: Request<Body>) -> Result<Response<Body>, RequestError> {
        if self.crash.has_changed().unwrap_or(false) {
            return Err(RequestError::Ended(Death::Exited(1)));
        }
        Ok(Response::new(full_body("scripted")))
    }
    async fn learn(&self) -> Result<Learned, ControlError> {
        Ok(Learned::default())
    }
    async fn migrate(&self, _: Schema, _: Schema) -> Result<(), ControlError> {
        Ok(())
    }
    async fn stop(&self, reason: StopReason) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.dies(Death::Stopped {
            reason,
            killed: false,
        });
    }
    async fn ended(&self) -> Death {
        let mut death = self.death.subscribe();
        let mut crash = self.crash.clone();
        tokio::select! {
            death = death.wait_for(Option::is_some) => death.unwrap().clone().unwrap(),
            _ = crash.changed() => {
                self.dies(Death::Exited(1));
                Death::Exited(1)
            }
        }
    }
}

struct Pool {
    engine: Arc<Scripted>,
    clock: Arc<ManualClock>,
    sandboxes: Arc<Sandboxes>,
    appspace: AppspaceId,
}

const IDLE: Duration = Duration::from_mins(5);

fn pool(failing: usize) -> Pool {
    let engine = Scripted::new(failing);
    let clock = Arc::new(ManualClock::new(Timestamp(1_000_000)));
    let config = PoolConfig {
        idle: IDLE,
        clock: Arc::<ManualClock>::clone(&clock),
        ..PoolConfig::default()
    };
    tokio::time::pause();
    Pool {
        appspace: AppspaceId::new(),
        sandboxes: Sandboxes::new(Arc::<Scripted>::clone(&engine), config),
        engine,
        clock,
    }
}

impl Pool {
    async fn get(&self) -> Result<ds_sandbox::Using, StartError> {
        self.sandboxes
            .get(self.appspace, || spec(self.appspace))
            .await
    }

    async fn advance(&self, by: Duration) {
        // Asleep until then with nothing else to wait for, so that the paused clock moves on.
        tokio::time::sleep(by).await;
    }
}

#[tokio::test]
async fn many_requests_to_a_sleeping_appspace_start_one_process() {
    let fixture = Fixture::new(
        "app([route('get', '/', (ctx) => text(ctx, String(performance.timeOrigin)))]);",
    )
    .await;
    let engine: Arc<dyn Engine> = Arc::<ds_sandbox::DenoEngine>::clone(&fixture.engine);
    let sandboxes = Sandboxes::new(engine, PoolConfig::default());
    let id = fixture.appspace.id;
    let one = async || {
        let using = sandboxes
            .get(id, || fixture.spec(Task::Serve))
            .await
            .unwrap();
        get(&*using, 0).await.1
    };
    let pids = join_all((0..40).map(|_| one())).await;
    assert!(pids.iter().all(|pid| pid == &pids[0]), "{pids:?}");
    assert_eq!(sandboxes.started(), 1);
    assert!(sandboxes.running(id));
    sandboxes.close(id).await;
    assert!(!sandboxes.running(id));
    assert!(
        fixture
            .log()
            .contains("ended: stopped (the appspace was brought to rest)"),
        "{}",
        fixture.log()
    );
    assert_ne!(one().await, pids[0]);
    assert_eq!(sandboxes.started(), 2);
    sandboxes.stop_all(StopReason::Shutdown).await;
    crate::fixture::eventually("nothing is left", || fixture.runs() == 0).await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_start() {
    let fixture = Fixture::new("while (true);").await;
    let engine: Arc<dyn Engine> = Arc::<ds_sandbox::DenoEngine>::clone(&fixture.engine);
    let sandboxes = Sandboxes::new(engine, PoolConfig::default());
    let id = fixture.appspace.id;
    tokio::select! {
        _ = sandboxes.get(id, || fixture.spec(Task::Serve)) => panic!("ready"),
        () = fixture.logged("started to answer requests") => {}
    }
    // It would be given up after a quarter of a minute.
    let stop = tokio::time::timeout(Duration::from_secs(5), sandboxes.close(id));
    assert!(stop.await.is_ok());
    eventually("nothing is left", || fixture.runs() == 0).await;
    assert_eq!(sandboxes.overview(), Overview::default());
}

#[tokio::test]
async fn an_idle_sandbox_is_stopped_and_a_busy_one_is_not() {
    let pool = pool(0);
    let using = pool.get().await.unwrap();
    pool.advance(IDLE * 3).await;
    assert!(pool.sandboxes.running(pool.appspace));
    drop(using);
    pool.advance(IDLE / 2).await;
    // A use in between begins the time anew.
    drop(pool.get().await.unwrap());
    pool.advance(IDLE / 2 + Duration::from_secs(1)).await;
    assert!(pool.sandboxes.running(pool.appspace));
    pool.advance(IDLE / 2).await;
    assert!(!pool.sandboxes.running(pool.appspace));
    assert_eq!(
        (
            pool.sandboxes.started(),
            pool.engine.alive.load(Ordering::SeqCst)
        ),
        (1, 0)
    );
}

#[tokio::test]
async fn there_are_never_two_of_one_appspace() {
    let pool = pool(0);
    for _ in 0..3 {
        let stopping = pool.sandboxes.stop(pool.appspace, StopReason::AtRest);
        let users = join_all((0..5).map(|_| pool.get()));
        let (got, ()) = tokio::join!(users, stopping);
        assert!(got.iter().all(Result::is_ok));
    }
    assert_eq!(pool.engine.most_alive.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_stop_given_up_goes_on() {
    let pool = pool(0);
    drop(pool.get().await.unwrap());
    let stop = pool.sandboxes.stop(pool.appspace, StopReason::AtRest);
    assert!(
        tokio::time::timeout(Duration::from_millis(1), stop)
            .await
            .is_err()
    );
    assert!(pool.get().await.is_ok());
    assert_eq!(pool.sandboxes.started(), 2);
}

#[tokio::test]
async fn a_start_given_up_serves_the_next() {
    let pool = pool(0);
    let first = tokio::time::timeout(Duration::from_millis(1), pool.get()).await;
    assert!(first.is_err());
    assert!(pool.get().await.is_ok());
    assert_eq!(pool.sandboxes.started(), 1);
}

#[tokio::test]
async fn a_dead_sandbox_is_replaced() {
    let pool = pool(0);
    let using = pool.get().await.unwrap();
    pool.engine.crash.send_modify(|crashes| *crashes += 1);
    assert_eq!(using.ended().await, Death::Exited(1));
    drop(using);
    pool.advance(Duration::from_millis(1)).await;
    assert!(!pool.sandboxes.running(pool.appspace));
    let answer = pool
        .get()
        .await
        .unwrap()
        .request(call(0, "/"), request())
        .await;
    assert!(answer.is_ok());
    assert_eq!(pool.sandboxes.started(), 2);
}

/// Nothing else of the pool runs between the answer and the next request.
#[tokio::test]
async fn who_is_told_of_a_death_gets_another_at_once() {
    let pool = pool(0);
    let first = pool.get().await.unwrap();
    pool.engine.crash.send_modify(|crashes| *crashes += 1);
    let told = first.request(call(0, "/"), request()).await;
    assert!(matches!(told, Err(RequestError::Ended(_))));
    let second = pool.get().await.unwrap();
    assert_ne!(first.id(), second.id());
    assert!(second.request(call(0, "/"), request()).await.is_ok());
}

#[tokio::test]
async fn what_crashes_again_and_again_is_left_alone_for_longer_and_longer() {
    let pool = pool(5);
    for _ in 0..3 {
        assert!(matches!(pool.get().await, Err(StartError::App { .. })));
    }
    let pause = async || match pool.get().await {
        Err(StartError::CrashLoop { retry_after }) => retry_after.as_secs(),
        other => panic!("{other:?}"),
    };
    assert_eq!(pause().await, 5);
    pool.clock.advance(Duration::from_secs(5));
    assert!(matches!(pool.get().await, Err(StartError::App { .. })));
    assert_eq!(pause().await, 10);
    pool.clock.advance(Duration::from_secs(10));
    // Everybody who waits for one failing start is told of it.
    let failed = join_all((0..5).map(|_| pool.get())).await;
    assert!(
        failed
            .iter()
            .all(|result| matches!(result, Err(StartError::App { .. })))
    );
    assert_eq!((pause().await, pool.sandboxes.started()), (20, 5));
    pool.clock.advance(Duration::from_secs(20));
    assert!(pool.get().await.is_ok());
    let other = AppspaceId::new();
    assert!(pool.sandboxes.get(other, || spec(other)).await.is_ok());
    assert!(pool.clock.now() > Timestamp(1_000_000));
}

/// An engine with a defect.
struct Panics;

#[async_trait]
impl Engine for Panics {
    async fn start(&self, _: SandboxSpec) -> Result<Box<dyn Sandbox>, StartError> {
        panic!("a defect of the engine");
    }
}

#[tokio::test]
async fn a_start_that_panics_is_over() {
    let pool = Sandboxes::new(Arc::new(Panics), PoolConfig::default());
    let id = AppspaceId::new();
    for _ in 0..2 {
        let failed = pool.get(id, || spec(id)).await;
        assert!(matches!(failed, Err(StartError::Engine(_))));
    }
    pool.stop(id, StopReason::AtRest).await;
}
