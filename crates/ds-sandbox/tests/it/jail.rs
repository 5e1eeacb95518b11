//! What the operating system's walls do, beside what Deno refuses anyway.

use std::{fs, os::unix::fs::MetadataExt as _, time::Duration};

use ds_sandbox::{Breach, Death, EngineConfig, LayerState, RequestError, StopReason, Task};

use crate::fixture::{Fixture, call, eventually, get, request};

/// An app that says what it finds.
const LOOKS: &str = r#"
    const status = () => Deno.readTextFileSync("/proc/self/status");
    app([
      route("get", "/", (ctx) => {
        Deno.writeTextFileSync("mine", "x");
        Deno.writeTextFileSync("/tmp/passing", "x");
        const seen = [Deno.cwd(), [...Deno.readDirSync(".")].map((entry) => entry.name).sort()];
        text(ctx, JSON.stringify(seen));
      }),
    ]);
"#;

#[tokio::test]
async fn files_stay_the_hosts() {
    let fixture = Fixture::new(LOOKS).await;
    let files = fixture.appspace.dir.files();
    fs::write(files.join("theirs"), "x").unwrap();
    let sandbox = fixture.serve().await;
    assert_eq!(
        get(&*sandbox, 0).await.1,
        r#"["/rw/files",["mine","theirs"]]"#
    );
    let owner = |name| fs::metadata(files.join(name)).unwrap().uid();
    assert_eq!(owner("mine"), owner("theirs"));
    sandbox.stop(StopReason::Done).await;
}

#[tokio::test]
async fn one_that_waited_serves_like_one_that_did_not_and_another_takes_its_place() {
    let config = EngineConfig {
        warm: 1,
        ..EngineConfig::default()
    };
    let fixture = Fixture::with_engine(LOOKS, config).await;
    fs::write(fixture.appspace.dir.files().join("theirs"), "x").unwrap();
    for _ in 0..2 {
        eventually("one waits", || fixture.runs() == 1).await;
        eventually("it is warm", || fixture.engine.waiting() == 1).await;
        let sandbox = fixture.serve().await;
        assert_eq!(
            get(&*sandbox, 0).await.1,
            r#"["/rw/files",["mine","theirs"]]"#
        );
        sandbox.stop(StopReason::Done).await;
    }
    assert!(!fixture.log().contains("did not"), "{}", fixture.log());
}

#[tokio::test]
async fn memory_outside_the_heap_counts() {
    let mut fixture = Fixture::new(
        "const kept = []; app([route('get', '/', () => { for (;;) kept.push(new Uint8Array(8 << 20).fill(1)); })]);",
    )
    .await;
    fixture.limits.memory_mib = 200;
    let sandbox = fixture.serve().await;
    let answer = sandbox.request(call(0, "/"), request()).await;
    assert!(answer.is_err() || answer.unwrap().status() == 500);
    // With a control group the kernel kills; else allocating fails, and the app can go on.
    if fixture
        .engine
        .examine()
        .await
        .layers
        .iter()
        .any(|l| l.name == "memory" && l.state == LayerState::Active)
    {
        assert_eq!(sandbox.ended().await, Death::Limit(Breach::Memory));
        assert!(
            fixture.log().contains("more memory than its limit"),
            "{}",
            fixture.log()
        );
    }
}

#[tokio::test]
async fn processor_time_runs_out() {
    let mut fixture = Fixture::new("app([route('get', '/', () => { while (true); })]);").await;
    fixture.limits.cpu_time = Duration::from_secs(1);
    let sandbox = fixture.serve().await;
    let answer = sandbox.request(call(0, "/"), request()).await;
    let breach = Death::Limit(Breach::Cpu);
    assert!(matches!(answer, Err(RequestError::Ended(death)) if death == breach));
    assert!(
        fixture.log().contains("more processor time"),
        "{}",
        fixture.log()
    );
}

#[tokio::test]
async fn a_directory_that_grows_too_large_ends_it() {
    let mut fixture = Fixture::new(
        "const piece = new Uint8Array(1 << 20); let n = 0; app([route('get', '/', async () => { for (;;) await Deno.writeFile(`f${n++ % 500}`, piece); })]);",
    )
    .await;
    fixture.limits.disk_mib = 20;
    let sandbox = fixture.serve().await;
    let _ = sandbox.request(call(0, "/"), request()).await;
    assert_eq!(sandbox.ended().await, Death::Limit(Breach::Disk));
}

/// A launcher that is killed cannot end its sandbox; the kernel does.
#[tokio::test]
async fn a_sandbox_does_not_outlive_its_launcher() {
    let fixture = Fixture::new("app([route('get', '/', () => { while (true); })]);").await;
    let sandbox = fixture.serve().await;
    fixture.logged("(process ").await;
    let hung = sandbox.request(call(0, "/"), request());
    assert!(
        tokio::time::timeout(Duration::from_millis(100), hung)
            .await
            .is_err()
    );
    let launcher = fixture.launcher();
    rustix::process::kill_process(launcher, rustix::process::Signal::KILL).unwrap();
    assert_eq!(sandbox.ended().await, Death::Signalled(9));
    assert!(!fixture.process_lives());
    eventually("nothing is left", || fixture.runs() == 0).await;
}

#[tokio::test]
async fn an_app_that_listens_to_the_signal_may_say_goodbye() {
    let fixture = Fixture::new(
        r#"
        Deno.addSignalListener("SIGTERM", () => { Deno.writeTextFileSync("bye", ""); Deno.exit(0); });
        setInterval(() => {}, 1000);
        app([route("get", "/", () => new Promise(() => {}))]);
        "#,
    )
    .await;
    let sandbox = fixture.serve().await;
    let waiting = sandbox.request(call(0, "/"), request());
    assert!(
        tokio::time::timeout(Duration::from_millis(100), waiting)
            .await
            .is_err()
    );
    sandbox.stop(StopReason::AtRest).await;
    assert!(fixture.try_start(Task::Serve).await.is_ok());
}
