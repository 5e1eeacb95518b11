//! Tells when the app's files have changed and then been left alone for a moment.

use std::{
    path::{Component, Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::{sync::mpsc, time::timeout};

/// Editors and build tools write several files at once; this long after the last one it is over.
const SETTLED: Duration = Duration::from_millis(150);

/// Watches a folder until dropped.
pub(crate) struct Watch {
    changes: mpsc::Receiver<()>,
    _watcher: RecommendedWatcher,
}

impl Watch {
    /// Watches all of a folder but what packages leave out: names that start with a dot, and `node_modules`.
    pub(crate) fn folder(folder: &Path) -> Result<Self> {
        // One place is enough: it stands for "something changed".
        let (sender, changes) = mpsc::channel(1);
        let root: PathBuf = folder
            .canonicalize()
            .context("cannot find the app's folder")?;
        let below = root.clone();
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let Ok(event) = event else { return };
                let concerns =
                    |path: &PathBuf| is_part_of_app(path.strip_prefix(&below).unwrap_or(path));
                if !event.kind.is_access() && event.paths.iter().any(concerns) {
                    let _ = sender.try_send(());
                }
            })
            .context("cannot watch files on this computer")?;
        watcher
            .watch(&root, RecursiveMode::Recursive)
            .with_context(|| format!("cannot watch {}", root.display()))?;
        Ok(Self {
            changes,
            _watcher: watcher,
        })
    }

    /// Waits for a change that is over.
    pub(crate) async fn changed(&mut self) {
        if self.changes.recv().await.is_none() {
            // The watcher is gone with the program.
            std::future::pending::<()>().await;
        }
        while let Ok(Some(())) = timeout(SETTLED, self.changes.recv()).await {}
    }
}

fn is_part_of_app(relative: &Path) -> bool {
    relative.components().all(|component| match component {
        Component::Normal(name) => {
            let name = name.to_string_lossy();
            !name.starts_with('.') && name != "node_modules"
        }
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_apps_files_count() {
        let check = |path: &str, expect: bool| {
            assert_eq!(is_part_of_app(Path::new(path)), expect, "{path}");
        };
        check("app.ts", true);
        check("src/a/b.ts", true);
        check(".git/index", false);
        check("src/.app.ts.swp", false);
        check("node_modules/x/y.js", false);
    }

    #[tokio::test]
    async fn a_change_is_told_once_it_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let mut watch = Watch::folder(folder.path()).unwrap();
        std::fs::write(folder.path().join("app.ts"), "1").unwrap();
        std::fs::write(folder.path().join("app.ts"), "2").unwrap();
        timeout(Duration::from_secs(10), watch.changed())
            .await
            .unwrap();
        assert!(
            timeout(SETTLED, watch.changed()).await.is_err(),
            "one change, told twice"
        );
    }
}
