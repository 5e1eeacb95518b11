//! Upgrades that nobody asks for: soon after the start, when a version was installed, and every day.

use std::time::Duration;

use ds_core::error_chain;

use crate::ops::Ops;

/// How long nothing is done after the start.
const SOON: Duration = Duration::from_mins(10);
/// When is looked again if something could not be done.
const AGAIN: Duration = Duration::from_hours(1);
/// When else.
const DAILY: Duration = Duration::from_hours(24);

/// Does it as long as the host runs.
pub(super) async fn round(ops: Ops) {
    let mut wait = SOON;
    loop {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = ops.upgrades_wanted() => {}
        }
        let left = ops.upgrade_automatically().await;
        if let Err(error) = &left {
            let error = error_chain(error);
            tracing::warn!(error, "cannot see what is to be upgraded");
        }
        wait = if matches!(left, Ok(false)) {
            DAILY
        } else {
            AGAIN
        };
    }
}
