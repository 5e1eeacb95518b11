//! The end of a host, wanted or not, and what is left.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{STOP, Stage};
use crate::escape::world::{bystander::Watch, cgroups::Delegation, leftovers};

impl Stage {
    /// Kills the host, waits until nothing of it runs any more, and starts it again. Gives what it had for its
    /// sandboxes below its data directory when it died.
    pub(crate) fn kill_host(&mut self) -> Vec<PathBuf> {
        let mut scene = self.scene.take().expect("the host was started");
        scene.watch.check();
        let runs = list(&scene.host.data.join("runtime/runs"));
        let children = leftovers::descendants(scene.host.pid());
        assert!(!children.is_empty(), "no sandbox was awake");
        scene.host.kill();
        let left = leftovers::wait_until_gone(&children, Duration::from_secs(20));
        assert!(left.is_empty(), "these outlived the host: {left:?}");
        scene.host = self.start();
        scene.watch = Watch::start(scene.host.address);
        self.scene = Some(scene);
        runs
    }

    /// Looks at everything once more, ends the host and sees that nothing is left.
    pub(in crate::escape::world) fn finish(mut self) {
        if !self.is_possible {
            return;
        }
        let mut scene = self.scene.take().expect("something was tried");
        scene.watch.check();
        assert!(scene.host.runs(), "the host ended: {}", scene.host.log());
        self.canaries.check();
        check_database(&scene.host.data);
        let children = leftovers::descendants(scene.host.pid());
        let status = scene.host.stop(STOP);
        let status = status.unwrap_or_else(|| panic!("it did not stop: {}", scene.host.log()));
        assert!(status.success(), "{status}: {}", scene.host.log());
        let left = leftovers::wait_until_gone(&children, Duration::from_secs(20));
        assert!(left.is_empty(), "processes were left: {left:?}");
        if let Some(user) = self.user.id() {
            let mut others = leftovers::of_user(user);
            others.retain(|(pid, _)| *pid != self.canaries.pid());
            // One that was being started when the host ended needs a moment to see that.
            let others = leftovers::wait_until_gone(&others, Duration::from_secs(20));
            assert!(others.is_empty(), "processes were left: {others:?}");
        }
        let mounts = leftovers::mounts(self.dir.path());
        assert!(mounts.is_empty(), "mounts were left: {mounts:?}");
        let groups = self.delegation.as_ref().map(Delegation::children);
        let groups = groups.unwrap_or_default();
        assert!(groups.is_empty(), "cgroups were left: {groups:?}");
    }
}

/// What is in a directory; nothing if it is not there.
fn list(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// The host's own database is one.
fn check_database(data: &Path) {
    let database = fs::read(data.join("host.db")).unwrap();
    assert!(
        database.starts_with(b"SQLite format 3\0"),
        "host.db was overwritten"
    );
}
