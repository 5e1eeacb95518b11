//! How processes end, and that they do.

use std::{fs, time::Duration};

use ds_sandbox::{
    Death, DenoEngine, Engine as _, EngineConfig, RequestError, StopReason, Task, find_deno,
};

use crate::fixture::{Fixture, call, eventually, get, request};

#[tokio::test]
async fn a_polite_end_lets_work_finish() {
    let fixture = Fixture::new(
        r#"
        app([route("get", "/", (ctx) => {
          text(ctx, "answered");
          setTimeout(() => Deno.writeTextFileSync("done", "yes"), 300);
        })]);
        "#,
    )
    .await;
    let sandbox = fixture.serve().await;
    assert_eq!(get(&*sandbox, 0).await.1, "answered");
    sandbox.stop(StopReason::Idle).await;
    assert_eq!(
        fs::read_to_string(fixture.appspace.dir.files().join("done")).unwrap(),
        "yes"
    );
    // Asking again changes nothing.
    sandbox.stop(StopReason::Shutdown).await;
    let stopped = Death::Stopped {
        reason: StopReason::Idle,
        killed: false,
    };
    assert_eq!(sandbox.ended().await, stopped);
    let refused = sandbox.request(call(0, "/"), request()).await;
    assert!(matches!(refused, Err(RequestError::Ended(death)) if death == stopped));
    crate::fixture::eventually("nothing is left", || fixture.runs() == 0).await;
    let log = fixture.log();
    assert!(
        log.contains("] sandbox ") && log.contains("started to answer requests"),
        "{log}"
    );
    assert!(log.contains("ended: stopped (idle)"), "{log}");
}

#[tokio::test]
async fn an_app_that_always_has_something_to_do_ends_by_itself() {
    let mut fixture = Fixture::new("setInterval(() => {}, 10); app([]);").await;
    fixture.limits.stop_grace = Duration::from_secs(4);
    let sandbox = fixture.serve().await;
    sandbox.stop(StopReason::AtRest).await;
    let death = sandbox.ended().await;
    assert!(
        matches!(death, Death::Stopped { killed: false, .. }),
        "{death}"
    );
}

#[tokio::test]
async fn what_does_not_stop_is_killed() {
    // The second would survive SIGTERM too.
    for code in [
        "app([route('get', '/', () => { while (true); })]);",
        "Deno.addSignalListener('SIGTERM', () => {}); app([route('get', '/', () => { while (true); })]);",
    ] {
        let mut fixture = Fixture::new(code).await;
        fixture.limits.stop_grace = Duration::from_millis(200);
        fixture.limits.response = Duration::from_secs(1);
        let sandbox = fixture.serve().await;
        let hung = sandbox.request(call(0, "/"), request()).await;
        assert!(matches!(hung, Err(RequestError::TimedOut { .. })));
        sandbox.stop(StopReason::Unresponsive).await;
        let killed = Death::Stopped {
            reason: StopReason::Unresponsive,
            killed: true,
        };
        assert_eq!(sandbox.ended().await, killed);
        assert!(
            fixture.log().contains("killed (it did not respond"),
            "{}",
            fixture.log()
        );
    }
}

#[tokio::test]
async fn crashes_are_told_apart_and_end_their_requests() {
    for (code, expect) in [
        ("Deno.exit(7)", Death::Exited(7)),
        (
            "const all = []; while (true) all.push({ a: [] });",
            Death::OutOfMemory,
        ),
    ] {
        let mut fixture =
            Fixture::new(&format!("app([route('get', '/', () => {{ {code} }})]);")).await;
        fixture.limits.heap_mib = 48;
        let sandbox = fixture.serve().await;
        let result = sandbox.request(call(0, "/"), request()).await;
        assert!(
            matches!(result, Err(RequestError::Ended(death)) if death == expect),
            "{code}"
        );
        assert_eq!(sandbox.ended().await, expect);
        assert!(
            fixture.log().contains(&format!("ended: {expect}")),
            "{}",
            fixture.log()
        );
    }
}

#[tokio::test]
async fn errors_outside_requests_are_logged_and_survived() {
    let fixture = Fixture::new(
        r#"
        app([
          route("get", "/", (ctx) => {
            Promise.reject(new Error("nobody caught this"));
            setTimeout(() => { throw new Error("nor this"); }, 1);
            console.log("plain", "\x1b[31mred");
            text(ctx, "fine");
          }),
        ]);
        "#,
    )
    .await;
    let sandbox = fixture.serve().await;
    assert_eq!(get(&*sandbox, 0).await.1, "fine");
    fixture
        .logged("[err] unhandled rejection: Error: nobody caught this")
        .await;
    fixture
        .logged("[err] uncaught error: Error: nor this")
        .await;
    fixture.logged("[out] plain \u{fffd}[31mred").await;
    assert_eq!(get(&*sandbox, 0).await.1, "fine");
}

#[tokio::test]
async fn dropping_a_sandbox_kills_it() {
    let fixture = Fixture::new("app([route('get', '/', () => { while (true); })]);").await;
    let sandbox = fixture.serve().await;
    fixture.logged("(process ").await;
    assert!(fixture.process_lives());
    let hung = tokio::time::timeout(
        Duration::from_millis(100),
        sandbox.request(call(0, "/"), request()),
    );
    assert!(hung.await.is_err());
    drop(sandbox);
    eventually("the process is gone", || !fixture.process_lives()).await;
    eventually("its directory is gone", || fixture.runs() == 0).await;
}

/// A host that was killed: its end of the control channel closes, and nothing else happens.
#[tokio::test]
async fn a_harness_without_a_host_ends() {
    let fixture = Fixture::new("").await;
    let deno = find_deno(None).await.unwrap();
    let dir = fixture.root.path();
    let (control, requests) = (dir.join("c"), dir.join("s"));
    let listener = tokio::net::UnixListener::bind(&control).unwrap();
    let both = format!("{},{}", control.display(), requests.display());
    let mut child = tokio::process::Command::new(&deno.path)
        .args(["run", "-q", "--no-prompt", "--no-remote", "--no-config"])
        .arg(format!("--allow-read={both}"))
        .arg(format!("--allow-write={both}"))
        .arg(format!(
            "--allow-net=unix:{},unix:{}",
            control.display(),
            requests.display()
        ))
        .arg(dir.join("runtime/harness/harness.js"))
        .args([&control, &requests])
        .env("DENO_DIR", dir.join("deno"))
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let (connection, _) = listener.accept().await.unwrap();
    drop(connection);
    let ended = tokio::time::timeout(Duration::from_secs(10), child.wait()).await;
    assert_eq!(
        ended.expect("it goes on without a host").unwrap().code(),
        Some(1)
    );
}

/// What a host that was killed left behind is ended by the next one: here by a second engine.
#[tokio::test]
async fn the_next_host_ends_what_the_last_one_left() {
    let fixture = Fixture::new("app([route('get', '/', () => { while (true); })]);").await;
    let sandbox = fixture.serve().await;
    fixture.logged("(process ").await;
    let deno = fixture.engine.deno().clone();
    let next = DenoEngine::new(
        deno,
        &fixture.root.path().join("runtime"),
        EngineConfig::default(),
    )
    .await
    .unwrap();
    eventually("the process is gone", || !fixture.process_lives()).await;
    assert_eq!(sandbox.ended().await, Death::Signalled(9));
    assert!(next.start(fixture.spec(Task::Serve)).await.is_ok());
}

#[tokio::test]
async fn a_process_caught_in_a_loop_is_noticed() {
    let mut fixture = Fixture::new(
        "app([route('get', '/', () => { while (true); }), route('get', '/1', () => {})]);",
    )
    .await;
    fixture.limits.response = Duration::from_secs(1);
    let sandbox = fixture.serve().await;
    // One that is only slow is left alone.
    let slow = sandbox.request(call(1, "/"), request()).await;
    assert!(matches!(slow, Err(RequestError::TimedOut { .. })));
    let hung = sandbox.request(call(0, "/"), request()).await;
    assert!(matches!(hung, Err(RequestError::TimedOut { .. })));
    let killed = Death::Stopped {
        reason: StopReason::Unresponsive,
        killed: true,
    };
    let ended = tokio::time::timeout(Duration::from_secs(20), sandbox.ended()).await;
    assert_eq!(ended.unwrap(), killed);
}

#[tokio::test]
async fn a_loop_is_noticed_even_if_nobody_waits_for_its_end() {
    let mut fixture = Fixture::new("app([route('get', '/', () => { while (true); })]);").await;
    fixture.limits.response = Duration::from_secs(1);
    let sandbox = fixture.serve().await;
    let asked = sandbox.request(call(0, "/"), request());
    let left = tokio::time::timeout(Duration::from_millis(300), asked).await;
    assert!(left.is_err());
    let killed = Death::Stopped {
        reason: StopReason::Unresponsive,
        killed: true,
    };
    let ended = tokio::time::timeout(Duration::from_secs(20), sandbox.ended()).await;
    assert_eq!(ended.unwrap(), killed);
}

/// An app may remove all its files; the directory itself is where its sandbox has it from.
#[tokio::test]
async fn an_app_that_removes_its_files_keeps_their_directory() {
    let fixture = Fixture::new(
        r#"
        app([route("get", "/", async (ctx) => {
          Deno.writeTextFileSync("x", "");
          const error = await Deno.remove(ds.appspacePath, { recursive: true }).catch((error) => error);
          text(ctx, `${error.name} ${[...Deno.readDirSync(".")].length}`);
        })]);
        "#,
    )
    .await;
    for _ in 0..2 {
        let sandbox = fixture.serve().await;
        assert_eq!(get(&*sandbox, 0).await.1, "Error 0");
        sandbox.stop(StopReason::Idle).await;
    }
}
