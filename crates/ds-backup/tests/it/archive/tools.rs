//! Archives are read by what everybody has.
#![expect(clippy::disallowed_methods, reason = "a test starts what users start")]

use std::process::Command;

use super::{export, listing, quick_dir, sample};

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

#[test]
fn tar_and_sha256sum_read_ours() {
    if !["tar", "zstd", "sha256sum"].into_iter().all(has) {
        eprintln!("skipped: tar, zstd and sha256sum are not all installed");
        return;
    }
    let dir = quick_dir();
    let (from, to) = (dir.path().join("from"), dir.path().join("to"));
    sample(&from);
    let files = from.join("data/files");
    std::fs::write(files.join("line\nbreak \\ ü"), "odd").unwrap();
    let deep = files.join("x".repeat(200)).join("y".repeat(200));
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("z"), "deep").unwrap();
    std::os::unix::fs::symlink("t".repeat(300), files.join("long link")).unwrap();
    std::fs::create_dir(&to).unwrap();
    let archive = dir.path().join("notes.tar.zst");
    std::fs::write(&archive, export(&from)).unwrap();

    let run = |program: &str, args: &[&str]| {
        let command = Command::new(program).args(args).current_dir(&to).output();
        let done = command.unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(
            done.status.success() && said.is_empty(),
            "{program}: {said}"
        );
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    run("tar", &["--zstd", "-xf", archive.to_str().unwrap()]);
    let checked = run("sha256sum", &["-c", "--strict", "SHA256SUMS"]);
    assert_eq!(checked.lines().count(), 7, "{checked}");
    for own in ["archive.json", "SHA256SUMS", "end.json"] {
        std::fs::remove_file(to.join(own)).unwrap();
    }
    assert_eq!(listing(&from), listing(&to));
}
