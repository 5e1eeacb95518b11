//! Directories and processes as they really are.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the crate that starts processes"
)]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::{
    fs::{self, File, Permissions},
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use super::{
    DiskWatch, Sample, Sampler,
    tree::{LEAST, measure},
};

use crate::Cgroups;

const MIB: u64 = 1 << 20;

fn write(path: &Path, bytes: u64) -> File {
    let mut file = File::create(path).unwrap();
    file.write_all(&vec![1; usize::try_from(bytes).unwrap()])
        .unwrap();
    file.sync_all().unwrap();
    file
}

fn size(dir: &Path) -> u64 {
    measure(&[dir.to_owned()], None, u64::MAX)
}

/// What `make` adds to a directory, in whole MiB.
fn check(expect: u64, make: impl FnOnce(&Path)) {
    let outside = tempfile::tempdir().unwrap();
    write(&outside.path().join("large"), 8 * MIB);
    let dir = outside.path().join("dir");
    fs::create_dir(&dir).unwrap();
    assert_eq!(size(&dir), 0);
    make(&dir);
    assert_eq!(size(&dir) / MIB, expect);
}

#[test]
fn what_takes_space_counts() {
    check(0, |_| ());
    check(3, |dir| {
        write(&dir.join("a"), 2 * MIB);
        fs::create_dir_all(dir.join("b/c/d")).unwrap();
        write(&dir.join("b/c/d/.hidden"), MIB);
    });
    // Links are not followed, and a file's names count once.
    check(2, |dir| {
        write(&dir.join("a"), 2 * MIB);
        fs::hard_link(dir.join("a"), dir.join("b")).unwrap();
        symlink("../large", dir.join("c")).unwrap();
        symlink("..", dir.join("d")).unwrap();
        symlink(".", dir.join("e")).unwrap();
    });
    // Holes take no space, whatever a file's length is.
    check(1, |dir| {
        let file = write(&dir.join("a"), MIB);
        file.set_len(1 << 30).unwrap();
    });
    // A thousand empty files take a thousand inodes.
    check(1000 * LEAST / MIB, |dir| {
        for n in 0..1000 {
            File::create(dir.join(n.to_string())).unwrap();
        }
    });
}

#[test]
fn what_cannot_be_measured_is_too_much() {
    let dir = tempfile::tempdir().unwrap();
    let deep = (0..100).fold(dir.path().to_owned(), |dir: PathBuf, _| dir.join("d"));
    fs::create_dir_all(&deep).unwrap();
    assert_eq!(
        size(dir.path()),
        100 * LEAST.max(fs::metadata(&deep).unwrap().blocks() * 512)
    );
    let deeper = (0..100).fold(deep, |dir: PathBuf, _| dir.join("d"));
    fs::create_dir_all(&deeper).unwrap();
    assert_eq!(size(dir.path()), u64::MAX);

    let dir = tempfile::tempdir().unwrap();
    let shut = dir.path().join("shut");
    fs::create_dir(&shut).unwrap();
    fs::set_permissions(&shut, Permissions::from_mode(0o0)).unwrap();
    let may_anything = fs::read_dir(&shut).is_ok();
    assert_eq!(size(dir.path()) == u64::MAX, !may_anything);
    fs::set_permissions(&shut, Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn measuring_stops_when_it_is_enough() {
    let dir = tempfile::tempdir().unwrap();
    for n in 0..100 {
        File::create(dir.path().join(n.to_string())).unwrap();
    }
    let got = measure(&[dir.path().to_owned()], None, 10 * LEAST);
    assert_eq!(got, 11 * LEAST);
    // A directory that is not there takes nothing.
    assert_eq!(size(&dir.path().join("none")), 0);
}

#[test]
fn deleted_files_count_while_they_are_open() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(&dir.path().join("a"), 2 * MIB);
    let dirs = [dir.path().to_owned()];
    let open = Path::new("/proc/self/fd");
    fs::remove_file(dir.path().join("a")).unwrap();
    assert_eq!(size(dir.path()), 0);
    assert_eq!(measure(&dirs, Some(open), u64::MAX) / MIB, 2);
    drop(file);
    assert_eq!(measure(&dirs, Some(open), u64::MAX), 0);
}

/// A shell that runs a line whenever it is sent one, and says when it has.
struct Shell(Child);

impl Shell {
    fn start(dir: &Path) -> Self {
        let child = Command::new("sh")
            .args(["-c", "while read line; do eval \"$line\"; echo done; done"])
            .current_dir(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self(child)
    }

    fn send(&mut self, line: &str) {
        writeln!(self.0.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn run(&mut self, line: &str) {
        self.send(line);
        let mut answer = String::new();
        // It writes one line at a time, so nothing is lost with the reader.
        BufReader::new(self.0.stdout.as_mut().unwrap())
            .read_line(&mut answer)
            .unwrap();
        assert_eq!(answer, "done\n");
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn until(sampler: &mut Sampler, what: &str, condition: impl Fn(&Sample) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let sample = sampler.sample();
        if condition(&sample) {
            return;
        }
        assert!(Instant::now() < deadline, "not in time: {what}: {sample:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_process_is_sampled_without_a_group() {
    let dir = tempfile::tempdir().unwrap();
    let mut shell = Shell::start(dir.path());
    shell.run(":");
    let disk = DiskWatch {
        dirs: vec![dir.path().to_owned()],
        limit: 100 * MIB,
    };
    let mut sampler = Sampler::new(shell.0.id(), None, Some(disk));
    // Measured once, after the start, and not again while nothing happens.
    assert_eq!(sampler.sample().disk, None);
    assert_eq!(sampler.sample().disk, Some(0));
    let idle = sampler.sample();
    assert_eq!((idle.disk, idle.writing, idle.oom_kills), (None, false, 0));
    assert!(idle.memory > 0 && idle.memory < 64 * MIB, "{idle:?}");
    assert!(idle.free_space.is_some());
    assert_eq!(sampler.sample_with_disk().disk, Some(0));

    // The shell itself writes and computes; what it starts is not in its own figures.
    let line = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    shell.run(&format!(
        "i=0; while [ $i -lt 40000 ]; do echo {line}; i=$((i+1)); done > a"
    ));
    until(&mut sampler, "a measurement", |s| {
        s.disk.is_some_and(|d| d >= 2 * MIB)
    });
    assert!(sampler.sample().cpu > idle.cpu);
    let cpu = sampler.sample().cpu;
    drop(shell);
    // Nothing of what was counted is lost at the end.
    assert_eq!(sampler.sample().cpu, cpu);
    assert!(sampler.sample_with_disk().disk >= Some(2 * MIB));
}

#[test]
fn a_process_is_sampled_by_its_group() {
    let name = format!("test-watch-{}", std::process::id());
    let groups = match Cgroups::find(&name) {
        Ok(groups) => groups,
        Err(problem) => return eprintln!("skipped: {problem}"),
    };
    let dir = tempfile::tempdir().unwrap();
    let group = Arc::new(groups.make("g").unwrap());
    let mut shell = Shell::start(dir.path());
    group.add(shell.0.id()).unwrap();
    let mut sampler = Sampler::new(shell.0.id(), Some(Arc::clone(&group)), None);
    let idle = sampler.sample();
    assert_eq!(idle.oom_kills, 0);
    // What it starts is in its figures too.
    shell.run("head -c 100000000 /dev/zero > /dev/null");
    if groups.has().memory.is_some() {
        group.limit_memory(32 * MIB).unwrap();
        // Version 2 kills the shell with it.
        shell.send("tail /dev/zero");
        until(&mut sampler, "a kill", |s| s.oom_kills > 0);
    }
    drop(shell);
    let after = sampler.sample();
    assert!(after.cpu > idle.cpu, "{idle:?} {after:?}");
    assert_eq!(after.oom_kills > 0, groups.has().memory.is_some());
    group.remove().unwrap();
    groups.close().unwrap();
}
