//! What an appspace's directory holds when it is copied at rest: links are copied as links and never followed, and
//! what can be no part of a copy is left out.

use std::sync::Arc;

use ds_backup::NoProgress;
use ds_core::{AppspaceId, Gate, Reason};

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.probe("plant-special").worked(&["directory"]);
    let from = stage.files();
    std::os::unix::fs::symlink(stage.outside("secret.txt"), from.join("link")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let clone = |name: &str| {
        let to = stage.outside(name);
        let (from, target) = (from.clone(), to.clone());
        let cloned = runtime.block_on(async {
            let hold = Gate::new(AppspaceId::new()).hold(Reason::Snapshot).await;
            ds_backup::clone_data(&hold, from, target, Arc::new(NoProgress)).await
        });
        (to, cloned)
    };
    // Nothing is copied through the socket, nor can it keep an appspace from being copied.
    let (to, copied) = clone("copy");
    assert!(copied.unwrap().skipped > 0);
    assert!(to.join("socket.txt").symlink_metadata().is_err());
    let link = std::fs::symlink_metadata(to.join("link")).unwrap();
    assert!(link.is_symlink());
});
