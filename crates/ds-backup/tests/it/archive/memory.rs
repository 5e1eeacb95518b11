//! Memory stays small, however big the appspace is.
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts itself, to be measured alone"
)]

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    process::Command,
};

use ds_backup::{ExportTree, ImportBounds, NoProgress};

use super::about;

/// What exporting and importing may take together, in KiB. The program itself is in it.
const MOST_KIB: u64 = 100 << 10;
const SIZE: &str = "DS_TEST_ARCHIVE_MIB";

#[test]
fn memory_is_bounded() {
    assert_bounded(300);
}

mod slow {
    /// Takes 10 GB of disk and some minutes.
    #[test]
    fn memory_is_bounded_at_5_gb() {
        super::assert_bounded(5 << 10);
    }
}

/// In a process of its own, whose peak is nobody else's.
fn assert_bounded(mib: u64) {
    let this = std::env::current_exe().unwrap();
    let child = Command::new(this)
        .args(["--exact", "archive::memory::export_and_import", "--ignored"])
        .args(["--nocapture"])
        .env(SIZE, mib.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stderr).into_owned();
    assert!(child.status.success(), "{said}");
    let peak = said.lines().find_map(|line| line.strip_prefix("peak: "));
    let peak: u64 = peak.unwrap().parse().unwrap();
    assert!(peak < MOST_KIB, "{peak} KiB");
}

#[test]
#[ignore = "it needs a process of its own; another test runs it"]
fn export_and_import() {
    let Ok(mib) = std::env::var(SIZE) else {
        return;
    };
    let mib: usize = mib.parse().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (from, to) = (dir.path().join("data"), dir.path().join("to"));
    fill(&from, mib);
    let tree = ExportTree {
        about: about(),
        data: from,
        package: None,
    };
    let (reader, writer) = std::io::pipe().unwrap();
    let bounds = ImportBounds {
        keep_free: 0,
        ..ImportBounds::default()
    };
    let (exported, imported) = std::thread::scope(|scope| {
        let export = scope.spawn(|| ds_backup::export(&tree, writer, &NoProgress));
        let imported = ds_backup::import(reader, &to, &bounds, &NoProgress);
        (export.join().unwrap(), imported)
    });
    let (exported, imported) = (exported.unwrap(), imported.unwrap());
    assert_eq!(exported.bytes, imported.bytes);
    assert!(exported.bytes >= (mib as u64) << 20);
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.unwrap().trim().trim_end_matches(" kB");
    eprintln!("peak: {peak}");
}

/// One file of that size that compresses to about half, and a small one for every MiB.
fn fill(data: &Path, mib: usize) {
    fs::create_dir_all(data.join("files/small")).unwrap();
    let mut big = File::create(data.join("files/big")).unwrap();
    let mut state = 1_u64;
    let mut chunk = vec![0_u8; 1 << 20];
    for index in 0..mib {
        for word in chunk.chunks_exact_mut(16) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word[..8].copy_from_slice(&state.to_le_bytes());
        }
        big.write_all(&chunk).unwrap();
        let small = format!("files/small/a file with number {index}");
        fs::write(data.join(small), state.to_le_bytes()).unwrap();
    }
}
