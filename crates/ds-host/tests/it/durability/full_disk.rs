//! A disk that fills up in the middle of a job, at different points of it: the job fails and says why, the data is as it
//! was, and once there is room again nothing is left.
//!
//! The disk is a small file system in memory, mounted where nobody but this test sees it; where that is not allowed, the
//! test says so and does nothing.

use std::{
    env,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use super::{
    app::{self, FILLS, SECOND},
    crash::{copy, run},
    state::{Seen, see},
};
use crate::host::Host;

/// Tells the child that its temporary directory is on a small disk.
const CHILD: &str = "DS_TEST_SMALL_DISK";
/// Mounts the disk and goes on as the child. Nobody else sees it, and it goes with the last process.
const MOUNT: &str = r#"mount -t tmpfs -o size=400m,mode=700 none "$0" && exec "$@""#;
/// How much room is left when a job begins, in KiB: too little for its record, for the clone, which leaves some room to
/// others, for a snapshot, which does so too, and enough.
const ROOM: [u64; 14] = [
    0, 8, 64, 2_000, 8_000, 14_500, 16_000, 24_000, 40_000, 70_000, 80_000, 90_000, 120_000,
    160_000,
];
/// One of them tells people what is wrong. The last is what SQLite says in an app.
const WORDS: [&str; 5] = [
    "disk is full",
    "no room",
    "ake room",
    "No space left",
    "disk I/O error",
];
/// Files that do not compress: how many, and how many KiB each.
const NOISE: (u32, usize) = (16, 512);

#[expect(
    clippy::disallowed_methods,
    reason = "a disk of its own takes processes of its own"
)]
fn on_a_small_disk(dir: &Path, then: &[&str]) -> Command {
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "--propagation", "private", "sh", "-c", MOUNT])
        .arg(dir)
        .args(then)
        .env(CHILD, "1")
        .env("TMPDIR", dir);
    command
}

#[expect(clippy::print_stdout, reason = "how much was covered is the result")]
fn in_child(which: &str) {
    let dir = tempfile::tempdir().unwrap();
    let allowed = on_a_small_disk(dir.path(), &["true"]).output();
    if !allowed.is_ok_and(|allowed| allowed.status.success()) {
        println!("skipped: a file system can be mounted by root alone, and not in every container");
        return;
    }
    let this = env::current_exe().unwrap();
    let test = format!("durability::full_disk::{which}");
    let then = [this.to_str().unwrap(), "--exact", &test, "--nocapture"];
    let child = on_a_small_disk(dir.path(), &then).output().unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    let why = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{said}\n{why}");
    println!("{said}");
}

/// Takes all room of the test's disk but so much.
fn fill(but: u64) -> PathBuf {
    let path = env::temp_dir().join("filler");
    let mut file = File::create(&path).unwrap();
    let free = rustix::fs::statvfs(&path).unwrap();
    let free = free.f_bavail * free.f_frsize;
    let chunk = vec![1_u8; 4096];
    for _ in 0..free.saturating_sub(but) / 4096 {
        if file.write_all(&chunk).is_err() {
            break;
        }
    }
    path
}

/// A job, and what is there before it.
struct Case {
    line: &'static str,
    template: TempDir,
    before: Seen,
}

impl Case {
    fn new(line: &'static str, prepare: impl FnOnce(&Host)) -> Self {
        let host = app::with_app("[sandbox]\nwarm = 0\nfree_space_mib = 0\n");
        app::install(&host, "2.0.0", SECOND);
        app::install(&host, "3.0.0", FILLS);
        fs::create_dir(host.dir.path().join("archives")).unwrap();
        let create = "appspace create --app keeper@1.0.0 --address notes --json";
        host.run(create).done();
        app::keep(&host, "notes", 1..200);
        add_files(&host);
        prepare(&host);
        let (status, dir) = host.stop();
        assert!(status.success());
        let (before, template) = see(dir);
        Self {
            line,
            template,
            before,
        }
    }

    /// Does the job with so much room. Says what went wrong, if anything did.
    fn with_room(&self, room: u64) -> Option<String> {
        let host = Host::start_in(copy(self.template.path()));
        let filler = fill(room << 10);
        let answer = run(&host, self.line);
        fs::remove_file(filler).unwrap();
        let name = format!("{} with {room} KiB", self.line);
        let failure = (answer.code != 0).then(|| {
            let message = answer.json()["error"]["message"].take();
            message.as_str().unwrap_or_default().to_owned()
        });
        if let Some(why) = &failure {
            let is_clear = WORDS.iter().any(|words| why.contains(words));
            let log = app::log(host.dir.path());
            assert!(is_clear, "{name}: {why}\n{log}");
        }
        let (status, dir) = host.stop();
        assert!(status.success(), "{name}: {status}");
        let (seen, dir) = see(dir);
        assert!(seen.state.is_tidy(), "{name}: {:?}", seen.state);
        if failure.is_some() {
            assert_eq!(seen.state, self.before.state, "{name}");
            // Now that there is room again, it is done.
            let host = Host::start_in(dir);
            let again = run(&host, self.line);
            assert_eq!(again.code == 0, self.line != FILL, "{name}");
        } else {
            let is_same = seen.state == self.before.state;
            assert!(!is_same || seen.snapshots > self.before.snapshots, "{name}");
        }
        failure
    }
}

/// What does not compress.
fn add_files(host: &Host) {
    let listed = host.run("appspace list --json").done();
    let id = listed["appspaces"][0]["id"].as_str().unwrap();
    let files = host
        .dir
        .path()
        .join(format!("data/appspaces/{id}/data/files"));
    let mut state = 1_u64;
    for n in 0..NOISE.0 {
        let mut bytes = Vec::new();
        for _ in 0..NOISE.1 << 7 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.extend(state.to_le_bytes());
        }
        fs::write(files.join(format!("noise-{n}")), bytes).unwrap();
    }
}

#[expect(clippy::print_stdout, reason = "how much was covered is the result")]
fn fills_up(line: &'static str, rooms: &[u64], prepare: impl FnOnce(&Host)) {
    let case = Case::new(line, prepare);
    let mut failures = Vec::new();
    for room in rooms {
        match case.with_room(*room) {
            Some(why) => failures.push(format!("{room} KiB: {why}")),
            // More is enough, too.
            None => break,
        }
    }
    assert!(!failures.is_empty(), "{line}: there was always enough room");
    println!(
        "{line}: {} times without room\n  {}",
        failures.len(),
        failures.join("\n  ")
    );
}

const SNAPSHOT: &str = "backup create notes";
const DOWNGRADE: &str = "appspace upgrade notes 1.0.0";
const UPGRADE: &str = "appspace upgrade notes 2.0.0";
/// To a version that fills whatever there is.
const FILL: &str = "appspace upgrade notes 3.0.0";
const RESTORE: &str = "backup restore notes latest";
const RESTORE_ANEW: &str = "backup restore notes latest --to beside";
const EXPORT: &str = "appspace export notes ROOT/archives/new.tar.zst";
const IMPORT: &str = "appspace import ROOT/archives/old.tar.zst --address beside";
const CREATE: &str = "appspace create --app keeper@2.0.0 --address more";

fn snapshot(host: &Host) {
    app::job(host, SNAPSHOT);
    app::keep(host, "notes", 200..210);
}

fn upgraded(host: &Host) {
    app::job(host, UPGRADE);
}

fn export(host: &Host) {
    let to = host.dir.path().join("archives/old.tar.zst");
    app::job(host, &format!("appspace export notes {}", to.display()));
}

/// Tests that start themselves on a small disk.
macro_rules! on_small_disks {
    ($($name:ident: $line:ident, $rooms:expr, $prepare:expr;)*) => {
        $(#[test] fn $name() {
            if env::var_os(CHILD).is_none() {
                in_child(&format!("{}{}", PREFIX, stringify!($name)));
                return;
            }
            fills_up($line, $rooms, $prepare);
        })*
    };
}

const PREFIX: &str = "";

on_small_disks! {
    in_the_middle_of_a_migration: FILL, &[160_000], |_| {};
}

mod slow {
    use super::*;

    const PREFIX: &str = "slow::";

    on_small_disks! {
        upgrade: UPGRADE, &ROOM, |_| {};
        downgrade: DOWNGRADE, &ROOM, upgraded;
        upgrade_that_fills: FILL, &ROOM, |_| {};
        snapshot_taken: SNAPSHOT, &ROOM, |_| {};
        restore: RESTORE, &ROOM, snapshot;
        restore_anew: RESTORE_ANEW, &ROOM, snapshot;
        export_written: EXPORT, &ROOM, |_| {};
        // It has a bound of its own, and looks before it begins.
        import: IMPORT, &[0, 8, 1_000, 200_000, 262_000, 300_000], export;
        create: CREATE, &[0, 8, 32, 64, 96, 128, 256, 512, 2_000], |_| {};
    }
}
