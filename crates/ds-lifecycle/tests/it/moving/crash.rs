//! Both hosts, killed at every point that a move passes on either of them: at no time do both serve the appspace, and
//! when both are up again exactly one does.
//!
//! The part that is killed is this same program, told by `DS_LIFECYCLE_MOVE` to move in a directory.

use std::{
    env, fs,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

use super::pair::{PATIENCE, Pair};
use crate::{shelf::copy_all, world::scratch};

/// The directory in which the child works.
const CHILD: &str = "DS_LIFECYCLE_MOVE";
/// More than a move has.
const MANY: u32 = 300;

#[tokio::test]
async fn child() {
    let Ok(told) = env::var(CHILD) else { return };
    let (what, root) = told.split_once(':').unwrap();
    let pair = Pair::open(Path::new(root), PATIENCE).await;
    match what {
        "move" => {
            let offer = pair.offer().await;
            let arrived = pair.take(&offer).await.unwrap();
            assert!(arrived.appspace.is_some());
        }
        "settle" => assert_eq!(pair.new.moves.ask_all().await.unwrap(), 0),
        other => panic!("what is {other}?"),
    }
    pair.close().await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "what is killed must be a process of its own"
)]
fn run_child(what: &str, root: &Path, fault: &str) -> ExitStatus {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "moving::crash::child", "--test-threads=1"])
        .env(CHILD, format!("{what}:{}", root.display()))
        .env("DS_FAULT", fault)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
}

fn was_killed(status: ExitStatus) -> bool {
    status.signal() == Some(9)
}

/// Two hosts as they are before, to be copied.
struct Case(tempfile::TempDir);

impl Case {
    async fn new() -> Self {
        let root = scratch();
        fs::create_dir(root.path().join("before")).unwrap();
        Pair::new(&root.path().join("before")).await.close().await;
        Self(root)
    }

    fn copy(&self) -> PathBuf {
        let to = self.0.path().join("now");
        copy_all(&self.0.path().join("before"), &to);
        to
    }
}

#[expect(clippy::print_stdout, reason = "how much was covered is the result")]
async fn kill_everywhere(settling_too: bool) {
    let case = Case::new().await;
    let (mut moved, mut stayed) = (0, 0);
    for point in 1..MANY {
        let root = case.copy();
        let status = run_child("move", &root, &point.to_string());
        if !was_killed(status) {
            assert!(status.success(), "{point}: {status}");
            assert!(moved > 2 && stayed > 20, "{moved}, {stayed}");
            println!(
                "killed at {} points: moved at {moved}, stayed at {stayed}",
                point - 1
            );
            return;
        }
        if settling_too {
            settle_in_pieces(&root, point);
        }
        let pair = Pair::open(&root, PATIENCE).await;
        let serving = pair.serving().await;
        assert!(serving != (true, true), "{point}: both serve it");
        assert_eq!(pair.new.moves.ask_all().await.unwrap(), 0, "{point}");
        let serving = pair.check_settled(&format!("point {point}")).await;
        if serving.1 {
            moved += 1;
        } else {
            stayed += 1;
        }
        pair.close().await;
        fs::remove_dir_all(root).unwrap();
    }
    panic!("too many points");
}

/// What comes after the crash is killed, too, at each of its points in turn.
fn settle_in_pieces(root: &Path, point: u32) {
    for within in 1..MANY {
        let status = run_child("settle", root, &within.to_string());
        if !was_killed(status) {
            assert!(status.success(), "{point}, then {within}");
            return;
        }
    }
    panic!("too many points");
}

#[tokio::test]
async fn at_every_point() {
    kill_everywhere(false).await;
}

mod slow {
    /// What comes after the crash is killed everywhere, too.
    #[tokio::test]
    async fn at_every_point() {
        super::kill_everywhere(true).await;
    }
}
