//! A file system with project quotas, in a file of its own: for root, where the kernel has them.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the crate that starts processes"
)]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use super::{NoQuotas, Quotas, are_on};

const MIB: u64 = 1 << 20;
/// Where the file system is mounted, in the process that sees it.
const MOUNTED: &str = "DS_TEST_QUOTA_DIR";

#[test]
fn mounts_tell_whether_they_are_on() {
    let text = "29 1 8:1 / / rw - ext4 /dev/sda1 rw,errors=remount-ro
30 1 8:2 / /a rw,prjquota - ext4 /dev/sda2 rw,prjquota2
31 1 8:3 / /b rw shared:1 - ext4 /dev/sda3 rw,quota,prjquota
32 1 8:4 / /c rw - xfs /dev/sda4 rw,pquota,noquota
";
    for (minor, expect) in [(1, false), (2, false), (3, true), (4, true), (5, false)] {
        let device = rustix::fs::makedev(8, minor);
        assert_eq!(are_on(text, device), expect, "8:{minor}");
    }
    assert!(matches!(
        Quotas::find(Path::new("/proc")),
        Err(NoQuotas::Off(_))
    ));
}

/// Runs `bounds_hold` where a new file system is mounted that only that process sees.
#[test]
fn bounds_hold_on_a_file_system_of_our_own() {
    let dir = tempfile::tempdir().unwrap();
    let image = dir.path().join("image");
    let sized = File::create(&image).and_then(|f| f.set_len(256 * MIB));
    sized.unwrap();
    let script = "mkfs.ext4 -q -O quota,project image && mkdir mnt && \
        mount -o loop,prjquota image mnt && exec \"$0\" --ignored --exact quota::tests::bounds_hold";
    let ready = Command::new("unshare")
        .args(["--mount", "sh", "-c", script])
        .arg(std::env::current_exe().unwrap())
        .current_dir(dir.path())
        .env(MOUNTED, dir.path().join("mnt"))
        .output();
    let output = match ready {
        Ok(output) => output,
        Err(problem) => return eprintln!("skipped: {problem}"),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    if said.is_empty() {
        let problem = String::from_utf8_lossy(&output.stderr);
        return eprintln!("skipped: {problem}");
    }
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

/// Writes a file as an ordinary user: root is not bounded. `Ok` is how much could be written.
fn write_as_user(path: &Path, bytes: u64) -> io::Result<u64> {
    let script = format!("head -c {bytes} /dev/zero > \"$0\"");
    Command::new("sh")
        .args(["-c", &script])
        .arg(path)
        .uid(65534)
        .stderr(std::process::Stdio::null())
        .status()?;
    Ok(fs::metadata(path)?.len())
}

#[test]
#[ignore = "it needs a file system of its own; another test runs it"]
fn bounds_hold() {
    let root = PathBuf::from(std::env::var_os(MOUNTED).unwrap());
    let make = |name: &str| {
        let dir = root.join(name);
        fs::create_dir_all(&dir).unwrap();
        std::os::unix::fs::chown(&dir, Some(65534), None).unwrap();
        dir
    };
    let quotas = Quotas::find(&root).unwrap();
    let (first, second, other) = (make("a/files"), make("a/storage"), make("b/files"));
    fs::create_dir_all(first.join("deep/er")).unwrap();
    let mut old = File::create(first.join("deep/er/old")).unwrap();
    old.write_all(&vec![1; 2 << 20]).unwrap();
    old.sync_all().unwrap();
    std::os::unix::fs::symlink("/etc", first.join("link")).unwrap();

    let dirs = [first.clone(), second.clone()];
    assert_eq!(quotas.used(&dirs).unwrap(), None);
    quotas.limit(&dirs, 10 * MIB).unwrap();
    quotas.limit(std::slice::from_ref(&other), 5 * MIB).unwrap();
    // What was there before counts, also below.
    assert_eq!(quotas.used(&dirs).unwrap().unwrap() / MIB, 2);
    assert_eq!(
        quotas.used(std::slice::from_ref(&other)).unwrap().unwrap() / MIB,
        0
    );

    // Both directories share one bound, and the other has its own.
    assert_eq!(write_as_user(&second.join("x"), 4 * MIB).unwrap(), 4 * MIB);
    let more = write_as_user(&first.join("y"), 8 * MIB).unwrap();
    assert!(more > 3 * MIB && more <= 4 * MIB, "{more}");
    assert_eq!(write_as_user(&other.join("x"), 4 * MIB).unwrap(), 4 * MIB);
    // A larger one is set at any time.
    quotas.limit(&dirs, 20 * MIB).unwrap();
    assert_eq!(write_as_user(&first.join("z"), 8 * MIB).unwrap(), 8 * MIB);
    // A directory may be moved with all in it, and stays bounded.
    fs::rename(root.join("a"), root.join("c")).unwrap();
    let moved = [root.join("c/files"), root.join("c/storage")];
    assert!(quotas.used(&moved).unwrap().unwrap() > 16 * MIB);
    // Into it nothing is moved from outside.
    assert!(fs::rename(other.join("x"), moved[0].join("from")).is_err());
}
