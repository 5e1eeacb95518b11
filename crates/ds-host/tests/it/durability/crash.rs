//! Every job of the real program, killed at the points that the code passes, and started again: data equals before or
//! after, the appspaces answer, nothing is left, and a second start changes nothing.

use std::{
    fs,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::Command,
    sync::atomic::{AtomicU32, AtomicUsize, Ordering},
    thread,
};

use tempfile::TempDir;

use super::{
    app::{self, SECOND},
    state::{Seen, see},
};
use crate::host::{Answer, Host};

/// How many hosts are tried at once.
const AT_ONCE: usize = 2;

/// What a host is like before a job.
#[derive(Clone, Copy, Debug)]
enum Before {
    /// The app is there in two versions.
    Installed,
    /// And an appspace with rows.
    Made,
    /// And a snapshot, after which more was written.
    Snapshotted,
    /// The appspace is at the second version.
    Upgraded,
    /// And was exported.
    Exported,
    /// The appspace is in the trash.
    Trashed,
}

/// A job, what is there before it, and the command that does it. `ROOT` is the test's directory.
type Job = (&'static str, Before, &'static str);

const CREATE: Job = (
    "create",
    Before::Installed,
    "appspace create --app keeper@1.0.0 --address notes",
);
const UPGRADE: Job = ("upgrade", Before::Made, "appspace upgrade notes 2.0.0");
const DOWNGRADE: Job = (
    "downgrade",
    Before::Upgraded,
    "appspace upgrade notes 1.0.0",
);
const SNAPSHOT: Job = ("snapshot", Before::Made, "backup create notes");
const RESTORE: Job = (
    "restore",
    Before::Snapshotted,
    "backup restore notes latest",
);
const RESTORE_ANEW: Job = (
    "restore anew",
    Before::Snapshotted,
    "backup restore notes latest --to beside",
);
const EXPORT: Job = (
    "export",
    Before::Made,
    "appspace export notes ROOT/archives/new.tar.zst --with-package",
);
const IMPORT: Job = (
    "import",
    Before::Exported,
    "appspace import ROOT/archives/old.tar.zst --address beside --app keeper@2.0.0",
);
const DELETE: Job = ("delete", Before::Made, "appspace delete notes --yes");
const TAKE_OUT: Job = ("take out", Before::Trashed, "trash restore notes");
const EMPTY_TRASH: Job = ("empty trash", Before::Trashed, "trash empty --yes");
const INSTALL: Job = (
    "install",
    Before::Installed,
    "app install ROOT/keeper-3.0.0",
);

/// Makes a host that is like that, and stops it.
fn prepare(before: Before) -> TempDir {
    let host = app::with_app("[sandbox]\nwarm = 0\n");
    app::install(&host, "2.0.0", SECOND);
    app::package(&host, "3.0.0", SECOND);
    let archives = host.dir.path().join("archives");
    fs::create_dir(&archives).unwrap();
    if !matches!(before, Before::Installed) {
        let create = "appspace create --app keeper@1.0.0 --address notes --json";
        host.run(create).done();
        app::keep(&host, "notes", 1..12);
    }
    match before {
        Before::Installed | Before::Made => {}
        Before::Snapshotted => {
            app::job(&host, "backup create notes");
            app::keep(&host, "notes", 12..16);
        }
        Before::Upgraded => drop(app::job(&host, "appspace upgrade notes 2.0.0")),
        Before::Exported => {
            let to = archives.join("old.tar.zst");
            app::job(&host, &format!("appspace export notes {}", to.display()));
        }
        Before::Trashed => drop(app::job(&host, "appspace delete notes --yes")),
    }
    let (status, dir) = host.stop();
    assert!(status.success());
    dir
}

/// A directory with all that is in it, once more.
#[expect(clippy::disallowed_methods, reason = "nothing copies as faithfully")]
pub(super) fn copy(of: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .args(["-a", "--reflink=auto", "-T"])
        .args([of, to.path()])
        .status()
        .unwrap();
    assert!(copied.success());
    to
}

/// A job between two states of a host.
struct Case {
    name: &'static str,
    line: &'static str,
    template: TempDir,
    before: Seen,
    after: Seen,
    /// How many points the start passes.
    start: usize,
    points: Vec<String>,
}

impl Case {
    fn new((name, before, line): Job) -> Self {
        let (before, template) = see(prepare(before));
        let dir = copy(template.path());
        let trace = dir.path().join("points");
        let host = Host::start_with(dir, &format!("trace:{}", trace.display()));
        let read = || fs::read_to_string(&trace).unwrap_or_default();
        let start = read().lines().count();
        run(&host, line).done();
        let (status, dir) = host.stop();
        assert!(status.success());
        let points: Vec<String> = read().lines().map(str::to_owned).collect();
        assert!(points.len() > start, "{name} has points");
        let (after, _) = see(dir);
        for seen in [&before, &after] {
            assert!(seen.state.is_tidy(), "{name}: {:?}", seen.state);
        }
        let is_snapshot = before.state == after.state;
        assert!(!is_snapshot || before.snapshots < after.snapshots, "{name}");
        Self {
            name,
            line,
            template,
            before,
            after,
            start,
            points,
        }
    }

    /// Kills the host at a point and looks what it makes of that. Says whether the job turned out done.
    fn kill_at(&self, point: usize, thoroughly: bool) -> bool {
        let name = format!("{} at {point}, {}", self.name, self.points[point]);
        let at = (point + 1).to_string();
        let host = Host::start_with(copy(self.template.path()), &at);
        let told = run(&host, self.line);
        let (status, dir) = host.ended();
        assert_eq!(status.signal(), Some(9), "{name}: {told:?}");
        let (seen, dir) = see(dir);
        assert!(seen.state.is_tidy(), "{name}: {:?}", seen.state);
        let is_before = seen.state == self.before.state;
        let is_after = seen.state == self.after.state
            && (!is_before || seen.snapshots == self.after.snapshots);
        assert!(
            is_before || is_after,
            "{name}:\n{:#?}\nis neither\n{:#?}\nnor\n{:#?}\n{}",
            seen.state,
            self.before.state,
            self.after.state,
            app::log(dir.path())
        );
        assert!(is_after || told.code != 0, "{name}: it was said to be done");
        // One more where the kill came before the first of two was forgotten.
        let snapshots = self.before.snapshots..=self.after.snapshots + 1;
        assert!(snapshots.contains(&seen.snapshots), "{name}");
        if thoroughly {
            let (again, dir) = see(dir);
            assert_eq!(again.state, seen.state, "{name}: a second start");
            let host = Host::start_in(dir);
            host.run("backup verify --read-data --json").done();
            if !is_after {
                run(&host, self.line).done();
            }
        }
        is_after
    }

    /// Kills the host at every one of these points.
    fn kill_at_each(&self, points: &[usize], thoroughly: bool) -> u32 {
        let (next, finished) = (AtomicUsize::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    while let Some(point) = points.get(next.fetch_add(1, Ordering::SeqCst)) {
                        let is_done = self.kill_at(*point, thoroughly);
                        finished.fetch_add(u32::from(is_done), Ordering::SeqCst);
                    }
                });
            }
        });
        finished.into_inner()
    }
}

/// Runs a command; `ROOT` in it is the host's directory.
pub(super) fn run(host: &Host, line: &str) -> Answer {
    let root = host.dir.path().display().to_string();
    host.run(&format!("{} --json", line.replace("ROOT", &root)))
}

/// At all points, or at some of them that are always the same.
#[expect(clippy::print_stdout, reason = "how much was covered is the result")]
fn matrix(job: Job, only: Option<&[usize]>) {
    let case = Case::new(job);
    let all: Vec<usize> = (case.start..case.points.len()).collect();
    let some = |only: &[usize]| {
        let points = only.iter().map(|percent| all[all.len() * percent / 100]);
        points.collect()
    };
    let points = only.map_or_else(|| all.clone(), some);
    let finished = case.kill_at_each(&points, only.is_none());
    println!(
        "{}: killed at {} of {} points, {finished} of them finished",
        case.name,
        points.len(),
        all.len()
    );
}

#[test]
fn some_points_of_a_restore() {
    matrix(RESTORE, Some(&[45, 85]));
}

#[test]
fn some_points_of_an_import() {
    matrix(IMPORT, Some(&[30, 75]));
}

/// Tests of jobs.
macro_rules! everywhere {
    ($($name:ident: $job:ident;)*) => {
        mod slow {
            $(#[test] fn $name() { super::matrix(super::$job, None); })*
        }
    };
}

everywhere! {
    create: CREATE;
    upgrade: UPGRADE;
    downgrade: DOWNGRADE;
    snapshot: SNAPSHOT;
    restore: RESTORE;
    restore_anew: RESTORE_ANEW;
    export: EXPORT;
    import: IMPORT;
    delete: DELETE;
    take_out: TAKE_OUT;
    empty_trash: EMPTY_TRASH;
    install: INSTALL;
}
