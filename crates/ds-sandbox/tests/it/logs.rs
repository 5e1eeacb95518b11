//! What apps print and fail with, in their appspaces' logs: bounded, and told apart from what the host says.

use std::time::Duration;

use ds_sandbox::{StopReason, Task};

use crate::fixture::{Fixture, get};

/// Every line says when and by whom; the host's say what they are about, at once.
fn check_lines(log: &str) {
    for line in log.lines() {
        let (at, rest) = line.split_once(' ').unwrap_or_else(|| panic!("{log}"));
        assert!(at.starts_with("20") && at.ends_with('Z'), "{line}");
        let of_app = rest.starts_with("[out] ") || rest.starts_with("[err] ");
        let of_host = rest.starts_with("[host] sandbox ") || rest.contains("lines were lost");
        assert!(of_app || of_host, "{line}");
        assert!(of_app || !rest.starts_with("[host] sandbox 0 "), "{line}");
    }
    let steers = |c: &char| c.is_control() && *c != '\n' && *c != '\t';
    assert_eq!(log.chars().find(steers), None, "{log}");
}

#[tokio::test]
async fn no_app_forges_a_line_of_the_host() {
    let forged =
        r"\n2026-01-01T00:00:00.000Z [host] sandbox 0 leaked\x1b[2J\x07\r2026 [host] sandbox 0 x";
    for code in [
        format!("throw new Error('x{forged}');"),
        format!("throw 'x{forged}';"),
        format!("console.error('x{forged}'); Deno.exit(3);"),
        format!("await new Promise(() => console.error('x{forged}')); app([]);"),
    ] {
        let mut fixture = Fixture::new(&code).await;
        fixture.limits.start = Duration::from_secs(5);
        assert!(fixture.try_start(Task::Serve).await.is_err(), "{code}");
        let log = fixture.log();
        assert!(log.contains("leaked"), "{code}: {log}");
        assert!(log.contains("did not start: "), "{code}: {log}");
        check_lines(&log);
    }
}

#[tokio::test]
async fn a_flood_is_slowed_and_hides_nothing() {
    let fixture = Fixture::new(
        r#"
        app([
          route("get", "/", (ctx) => {
            const newlines = new Uint8Array(65536).fill(10);
            const write = (stream) => stream.write(newlines).then(() => write(stream));
            write(Deno.stdout);
            write(Deno.stderr);
            text(ctx, "flooding");
          }),
        ]);
        "#,
    )
    .await;
    let sandbox = fixture.serve().await;
    assert_eq!(get(&*sandbox, 0).await.1, "flooding");
    fixture.logged("is made to wait").await;
    // What is measured is what comes in this time.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let lines = fixture.log().lines().count();
    // The burst, the pace of a slow machine's two seconds, and what was in hand.
    assert!((2000..8000).contains(&lines), "{lines}");
    sandbox.stop(StopReason::Idle).await;
    let log = fixture.log();
    check_lines(&log);
    for host in ["started to answer", "is made to wait", "ended: "] {
        assert!(log.contains(host), "{host}");
    }
}

/// Whatever fits into the burst is there whole, to its last word.
#[tokio::test]
async fn what_an_app_says_as_it_starts_and_crashes_is_all_there() {
    let fixture = Fixture::new(
        r#"
        for (let line = 0; line < 3500; line++) console.log(`line ${line} ${"x".repeat(150)}`);
        console.error("last words");
        Deno.exit(3);
        "#,
    )
    .await;
    assert!(fixture.try_start(Task::Serve).await.is_err());
    let log = fixture.log();
    for line in 0..3500 {
        assert!(log.contains(&format!("[out] line {line} ")), "{line}");
    }
    assert!(log.contains("[err] last words"), "{log}");
    check_lines(&log);
}
