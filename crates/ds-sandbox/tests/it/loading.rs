//! From start to ready, and what can go wrong on the way.

use std::time::{Duration, Instant};

use ds_sandbox::{Death, StartError, Task};

use crate::fixture::{Fixture, get};

#[tokio::test]
async fn failures_to_load_are_told_with_their_place() {
    for (code, expect) in [
        (
            "function boot() { throw new TypeError('boom'); }\nboot();",
            "TypeError: boom\n    at boot (app/app.js:10:25)",
        ),
        ("throw 'just text';", "just text"),
        (
            "import './missing.js';",
            "Module not found \"app/missing.js\"",
        ),
        ("const x = ;", "app/app.js:10:11"),
        ("await Promise.reject(new Error('awaited'));", "awaited"),
        (
            "(async () => { await 0; throw new Error('behind'); })(); await new Promise((r) => setTimeout(r, 9999));",
            "behind",
        ),
        (
            "setTimeout(() => { throw new Error('timer'); }, 5);",
            "timer",
        ),
        (
            "app([]); throw new Error('after createApp');",
            "after createApp",
        ),
        ("app([]); app([]);", "app routes callback already set"),
        ("// nothing", "does it call createApp?"),
        ("new Promise(() => {});", "does it call createApp?"),
    ] {
        let fixture = Fixture::new(code).await;
        let began = Instant::now();
        let error = fixture.start_error().await;
        assert!(
            error.starts_with("the app failed to load: "),
            "{code}: {error}"
        );
        assert!(error.contains(expect), "{code}: {error}");
        assert!(!error.contains("/run/"), "{code}: {error}");
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{code}: as late as a timeout"
        );
        crate::fixture::eventually("nothing is left", || fixture.runs() == 0).await;
        assert!(fixture.log().contains("did not start"), "{}", fixture.log());
    }
}

#[tokio::test]
async fn an_app_without_an_app() {
    let fixture = Fixture::v1("export const app = 1;").await;
    let error = fixture.start_error().await;
    assert!(error.contains("`export default app`"), "{error}");
}

#[tokio::test]
async fn an_app_may_take_its_time() {
    let fixture = Fixture::new(
        r#"
        // Not awaited, and ready while the module still waits for something.
        (async () => {
          await new Promise((r) => setTimeout(r, 200));
          app([route("get", "/", (ctx) => text(ctx, "at last"))]);
        })();
        await new Promise(() => {});
        "#,
    )
    .await;
    let sandbox = fixture.serve().await;
    assert_eq!(get(&*sandbox, 0).await, (200, "at last".into()));
}

#[tokio::test]
async fn an_app_that_is_never_ready_is_ended() {
    for code in [
        "await new Promise(() => {});",
        "setInterval(() => {}, 1000);",
        "while (true);",
    ] {
        let mut fixture = Fixture::new(code).await;
        fixture.limits.start = Duration::from_secs(1);
        let Err(error) = fixture.try_start(Task::Serve).await else {
            panic!("{code}: ready")
        };
        assert!(
            matches!(error, StartError::NotReady { .. }),
            "{code}: {error}"
        );
        crate::fixture::eventually("nothing is left", || fixture.runs() == 0).await;
    }
}

#[tokio::test]
async fn a_process_that_ends_while_it_loads() {
    let fixture = Fixture::new("Deno.exit(3);").await;
    let Err(error) = fixture.try_start(Task::Serve).await else {
        panic!("ready")
    };
    assert!(
        matches!(error, StartError::Ended(Death::Exited(3))),
        "{error}"
    );

    let fixture = Fixture::new("console.error('no disk'); Deno.exit(3);").await;
    let error = fixture.start_error().await;
    assert!(
        error.contains("crashed (exit code 3)") && error.contains("no disk"),
        "{error}"
    );

    let mut fixture = Fixture::new("const all = []; while (true) all.push({ a: [] });").await;
    fixture.limits.heap_mib = 48;
    let Err(error) = fixture.try_start(Task::Serve).await else {
        panic!("ready")
    };
    assert!(
        matches!(error, StartError::Ended(Death::OutOfMemory)),
        "{error}"
    );
}

#[tokio::test]
async fn a_start_given_up_leaves_nothing() {
    let fixture = Fixture::new("while (true);").await;
    tokio::select! {
        _ = fixture.try_start(Task::Serve) => panic!("ready"),
        () = fixture.logged("started to answer requests") => {}
    }
    crate::fixture::eventually("nothing is left", || fixture.runs() == 0).await;
    assert!(fixture.log().contains("ended: killed"), "{}", fixture.log());
}
