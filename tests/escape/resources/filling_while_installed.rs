//! Filling the disk while an app is installed, when there is no appspace that it could count for. Expected: what Deno keeps
//! is bounded then as well, the app is not installed, and nothing of it stays.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use crate::escape::world::Stage;

/// Much more than may be there, and much less than could be written meanwhile.
const MOST: u64 = 1 << 30;

attempt!(|stage: &mut Stage| {
    stage.limit("disk_mib = 16\nstart_seconds = 8");
    assert!(
        stage
            .install(&[("app.js", "throw new Error('no app');")])
            .is_err()
    );
    let runtime = stage.host().data.join("runtime");
    let (over, most) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                most.fetch_max(size(&runtime), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(100));
            }
        });
        let installed = stage.install(&[("app.js", include_str!("filling.js"))]);
        over.store(true, Ordering::Relaxed);
        assert!(installed.is_err());
    });
    let most = most.into_inner();
    eprintln!("it took {} MiB", most >> 20);
    assert!(most < MOST, "{most} bytes");
});

fn size(of: &Path) -> u64 {
    let entries: Vec<PathBuf> = fs::read_dir(of)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    let each = entries.iter().map(|path| match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => size(path),
        Ok(found) => found.len(),
        Err(_) => 0,
    });
    each.sum()
}
