//! Every job, killed at every point that the code passes, then recovered: data equals before or after, and nothing
//! is left. And every step of every job, made to fail: all is as before at once.
//!
//! The part that is killed is this same program, told by `DS_LIFECYCLE_CRASH` to do one job in a directory.

use std::{
    env, fs,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use ds_backup::CopyReason;
use ds_core::TrashStore as _;

use crate::{
    archives, previews,
    state::State,
    world::{NOTES, World, scratch},
};

/// The directory in which the child works, after the job's name and a colon.
const CHILD: &str = "DS_LIFECYCLE_CRASH";
/// Which point ends it.
const FAULT: &str = "DS_FAULT";
/// More than any job has.
const MANY: u32 = 200;

#[derive(Clone, Copy)]
struct Work {
    job: &'static str,
    before: &'static [&'static str],
}

impl Work {
    const fn new(job: &'static str, before: &'static [&'static str]) -> Self {
        Self { job, before }
    }
}

/// Does one job and says what became of it.
async fn do_job(job: &str, root: &Path) -> Result<(), String> {
    let world = World::open(root).await;
    let lifecycle = world.lifecycle();
    let change = async |to: &str| {
        let to = world.version(to).await.id;
        let appspace = world.appspace().await.id;
        let job = lifecycle.change_version(appspace, to).await;
        let done = job.map_err(text)?.wait().await;
        done.map(drop).map_err(text)
    };
    let trashed = async || {
        let owner = world.account().await.id;
        world.store.trash_of(owner).await.unwrap()[0].appspace.id
    };
    let restore = async |part: Option<&str>| {
        let (id, snapshot) = (world.appspace().await.id, world.snapshots.shelf.ids());
        let part = part.map(PathBuf::from);
        let job = lifecycle.restore(id, snapshot[0].clone(), part).await;
        job.map_err(text)?.wait().await.map(drop).map_err(text)
    };
    let done = match job {
        "create" => {
            let new = world.new_appspace("1.0.0", NOTES).await;
            lifecycle.create(new).await.map(drop).map_err(text)
        }
        "upgrade" => change("2.0.0").await,
        "downgrade" => change("1.0.0").await,
        "same-schema" => change("3.0.0").await,
        "delete" => {
            let id = world.appspace().await.id;
            lifecycle.delete(id).await.map_err(text)
        }
        "take-out" => {
            let taken = lifecycle.take_out(trashed().await, None).await;
            taken.map(drop).map_err(text)
        }
        "empty-trash" => {
            let mut removed = 0;
            for _ in 0..31 {
                world.clock.advance(Duration::from_hours(24));
                removed += lifecycle.empty_trash().await.map_err(text)?;
            }
            assert_eq!(removed, 1);
            Ok(())
        }
        "export" => {
            let (id, to) = (world.appspace().await.id, world.archive());
            archives::export(&lifecycle, id, to)
                .await
                .map(drop)
                .map_err(text)
        }
        // It is imported by a version with another schema, so that it is migrated, too.
        "import" => {
            let new = world.import(&world.archive(), Some("2.0.0")).await;
            archives::import(&lifecycle, new)
                .await
                .map(drop)
                .map_err(text)
        }
        "import-into" => {
            let new = world.import(&world.archive(), None).await;
            let done = crate::into::into(&world, &lifecycle, new).await;
            done.map(drop)
        }
        "snapshot" => {
            let id = world.appspace().await.id;
            let taken = lifecycle.take_snapshot(id, CopyReason::Asked);
            let taken = taken.map_err(text)?.wait().await;
            taken.map(drop).map_err(text)
        }
        "scribble" => {
            world.scribble().await;
            Ok(())
        }
        "add-bob" => {
            world.add_bob().await;
            Ok(())
        }
        "bar-bob" => {
            world.bar_bob().await;
            Ok(())
        }
        "restore" => restore(None).await,
        "restore-part" => restore(Some("more")).await,
        "restore-anew" => {
            let anew = world.anew("beside.example.com").await;
            let job = lifecycle.restore_anew(anew).map_err(text)?;
            job.wait().await.map(drop).map_err(text)
        }
        "preview" => {
            let new = previews::first(&world).await;
            let job = lifecycle.preview(new).map_err(text)?;
            job.wait().await.map(drop).map_err(text)
        }
        "recover" => lifecycle.recover().await.map_err(text),
        other => panic!("what is {other}?"),
    };
    world.close().await;
    done
}

fn text(error: impl std::error::Error + 'static) -> String {
    ds_core::error_chain(&error)
}

/// The part that is killed; without being told what to do, it does everything once and is not.
#[tokio::test]
async fn child() {
    if let Ok(told) = env::var(CHILD) {
        let (job, root) = told.split_once(':').unwrap();
        do_job(job, Path::new(root)).await.unwrap();
        return;
    }
    let root = scratch();
    World::new(root.path()).await.close().await;
    for job in [
        "create",
        "upgrade",
        "same-schema",
        "snapshot",
        "preview",
        "scribble",
        "restore-part",
        "restore-anew",
        "restore",
        "downgrade",
        "export",
        "import",
        "import-into",
        "delete",
        "take-out",
        "delete",
        "empty-trash",
        "recover",
    ] {
        do_job(job, root.path()).await.unwrap();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "what is killed must be a process of its own"
)]
fn run_child(job: &str, root: &Path, fault: &str) -> ExitStatus {
    let (job, without) = job
        .split_once(' ')
        .map_or((job, ""), |(job, _)| (job, "exchange"));
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "crash::child", "--test-threads=1"])
        .env(CHILD, format!("{job}:{}", root.display()))
        .env(FAULT, fault)
        .env("DS_FAULT_WITHOUT", without)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
}

fn was_killed(status: ExitStatus) -> bool {
    status.signal() == Some(9)
}

/// Hosts as they are before and after a job.
struct Case {
    work: Work,
    root: tempfile::TempDir,
    before: State,
    after: State,
}

impl Case {
    async fn new(work: Work) -> Self {
        let root = scratch();
        let template = root.path().join("before");
        let world = World::new(&template).await;
        if work.before.contains(&"create") {
            world.create("1.0.0").await;
        }
        world.close().await;
        for job in work.before.iter().filter(|job| **job != "create") {
            do_job(job, &template).await.unwrap();
        }
        let case = Self {
            work,
            before: look(&template).await,
            after: State::of(&World::open(&template).await).await,
            root,
        };
        let done = case.copy("after");
        assert!(run_child(work.job, &done, "").success(), "{}", work.job);
        let after = look(&done).await;
        assert_ne!(case.before, after, "{}", work.job);
        Self { after, ..case }
    }

    /// The host as it is before, once more.
    fn copy(&self, name: &str) -> PathBuf {
        let to = self.root.path().join(name);
        copy_all(&self.root.path().join("before"), &to);
        to
    }

    /// Kills the job at every point; how many there are, and at how many of them it was finished.
    async fn kill_everywhere(&self, twice: bool) -> (u32, u32) {
        let (job, mut finished) = (self.work.job, 0);
        for point in 1..MANY {
            let root = self.copy("killed");
            let status = run_child(job, &root, &point.to_string());
            if !was_killed(status) {
                assert!(status.success(), "{job} at {point}: {status}");
                fs::remove_dir_all(root).unwrap();
                return (point - 1, finished);
            }
            if twice {
                recover_in_pieces(&root, job, point);
            }
            do_job("recover", &root).await.unwrap();
            let now = look(&root).await;
            assert!(
                now == self.before || now == self.after,
                "{job} at {point}:\n{now:?}\nis neither\n{:?}\nnor\n{:?}",
                self.before,
                self.after
            );
            finished += u32::from(now == self.after);
            fs::remove_dir_all(root).unwrap();
        }
        panic!("{job} has too many points");
    }

    /// Lets every step fail, before it does anything and when it has done all; how many times that is.
    async fn fail_everywhere(&self) -> u32 {
        let (job, mut finished) = (self.work.job, 0);
        for step in 1..MANY {
            let root = self.copy("failed");
            let status = run_child(job, &root, &format!("fail:{step}"));
            let now = look(&root).await;
            fs::remove_dir_all(root).unwrap();
            if status.success() {
                assert_eq!(now, self.after);
                // What was recorded last stays. What was forgotten cannot come back: the rest goes, too.
                let expect = match job {
                    "empty-trash" => 3,
                    "preview" => 0,
                    _ => 1,
                };
                assert_eq!(finished, expect, "{job}");
                return step - 1;
            }
            assert!(!was_killed(status));
            finished += u32::from(now == self.after);
            assert!(
                now == self.before || now == self.after,
                "{job}, step {step}:\n{now:?}\nis neither\n{:?}\nnor\n{:?}",
                self.before,
                self.after
            );
        }
        panic!("{job} has too many steps");
    }
}

/// The recovery is killed, too, at each of its points in turn, without anything being put back in between.
fn recover_in_pieces(root: &Path, job: &str, point: u32) {
    for within in 1..MANY {
        let status = run_child("recover", root, &within.to_string());
        if !was_killed(status) {
            assert!(status.success(), "{job} at {point}, recovery at {within}");
            return;
        }
    }
    panic!("recovery of {job} has too many points");
}

async fn look(root: &Path) -> State {
    let world = World::open(root).await;
    let state = State::of(&world).await;
    let barred = world.barred.0.exists();
    world.close().await;
    assert!(state.is_tidy(), "{state:?}");
    assert!(!barred || !state.has_member("Bob"), "{state:?}");
    state
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_all(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[expect(clippy::print_stdout, reason = "how much was covered is the result")]
async fn everywhere(work: Work, twice: bool) {
    let case = Case::new(work).await;
    let (points, finished) = case.kill_everywhere(twice).await;
    assert!(points > 5, "{} has points", work.job);
    assert!(
        finished > 0 && finished < points,
        "{}: some of both",
        work.job
    );
    let failures = case.fail_everywhere().await;
    assert!(failures > 2, "{} has steps", work.job);
    println!(
        "{}: killed at {points} points, {finished} of them finished; made to fail {failures} times",
        work.job
    );
}

/// Nothing is left of a preview wherever the host is killed, when it was open, too.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "how much was covered is the result")]
async fn preview() {
    let case = Case::new(Work::new("preview", &["create", "snapshot"])).await;
    assert_eq!((case.before.previews, case.after.previews), (0, 1));
    let (points, finished) = case.kill_everywhere(true).await;
    assert!(points > 5);
    assert_eq!(finished, 0);
    assert!(case.fail_everywhere().await > 2);
    let open = case.copy("open");
    assert!(run_child("preview", &open, "").success());
    recover_in_pieces(&open, "preview", points + 1);
    assert_eq!(look(&open).await, case.before);
    println!("preview: killed at {points} points");
}

/// Whoever may not come back is not there before anybody can enter, wherever the host is killed.
#[tokio::test]
async fn who_may_not_come_back() {
    for (job, copy) in [
        ("restore", "snapshot"),
        ("restore-anew", "snapshot"),
        ("import-into", "export"),
    ] {
        let before = ["create", "add-bob", copy, "bar-bob", "scribble"];
        let case = Case::new(Work::new(job, before.to_vec().leak())).await;
        let (points, finished) = case.kill_everywhere(false).await;
        assert!(finished > 0 && finished < points, "{job}: some of both");
        assert!(case.fail_everywhere().await > 2);
    }
}

/// Tests of jobs: what is done, and what was done before.
macro_rules! jobs {
    ($($name:ident: $job:literal after $before:expr;)*) => {
        $(#[tokio::test] async fn $name() { everywhere(Work::new($job, &$before), false).await; })*

        /// The recovery is killed everywhere, too.
        mod slow {
            use super::*;
            $(#[tokio::test] async fn $name() {
                everywhere(Work::new($job, &$before), true).await;
            })*
        }
    };
}

jobs! {
    create: "create" after [];
    upgrade: "upgrade" after ["create"];
    // On a file system that cannot exchange two directories at once.
    upgrade_in_two_steps: "upgrade in-two-steps" after ["create"];
    downgrade: "downgrade" after ["create", "upgrade"];
    same_schema: "same-schema" after ["create", "upgrade"];
    snapshot: "snapshot" after ["create"];
    restore: "restore" after ["create", "snapshot", "scribble"];
    restore_another_version: "restore" after ["create", "snapshot", "upgrade"];
    restore_in_two_steps: "restore in-two-steps" after ["create", "snapshot", "scribble"];
    restore_part: "restore-part" after ["create", "snapshot", "scribble"];
    restore_anew: "restore-anew" after ["create", "snapshot"];
    delete: "delete" after ["create"];
    take_out: "take-out" after ["create", "delete"];
    empty_trash: "empty-trash" after ["create", "delete"];
    export: "export" after ["create"];
    import: "import" after ["create", "export"];
    import_into: "import-into" after ["create", "export", "scribble"];
    import_into_another_version: "import-into" after ["create", "export", "upgrade"];
}
