//! Lines in an appspace's log for its owner, when a limit of its requests bites. What limits of the sandbox
//! do, the sandbox's own log lines tell.

use std::{
    fs::OpenOptions,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use ds_core::{AppspaceId, Clock as _, SystemClock};
use ds_sandbox::RequestError;
use moka::{policy::EvictionPolicy, sync::Cache};

use crate::{ServeError, Site};

/// The same is not told again within this time, so that strangers cannot fill logs.
const QUIET: Duration = Duration::from_mins(1);
const REMEMBERED: u64 = 10_000;

/// Tells owners, once in a while.
pub(crate) struct Notices(Cache<(AppspaceId, &'static str), ()>);

impl Default for Notices {
    fn default() -> Self {
        Self(
            Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(QUIET)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        )
    }
}

impl Notices {
    /// Tells the owner of a limit that kept a request from being answered, if that is why.
    pub(crate) fn tell(&self, site: &Site, error: &ServeError) {
        let limit = match error {
            ServeError::TooLarge { .. } => "request_mib",
            ServeError::Request(RequestError::TimedOut { .. }) => "response_seconds",
            _ => return,
        };
        if !self.is_news(site.appspace.id, limit) {
            return;
        }
        let problem = ds_core::error_chain(error);
        let line = format!(
            "{} [host] a request was not answered: {problem} (limit {limit})\n",
            SystemClock.now()
        );
        let (path, most): (PathBuf, u64) = (site.dir.log(), site.terms.limits.log_bytes);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = append(&path, &line, most) {
                tracing::debug!(%error, path = %path.display(), "cannot write an appspace's log");
            }
        });
    }

    fn is_news(&self, appspace: AppspaceId, limit: &'static str) -> bool {
        self.0.entry((appspace, limit)).or_insert(()).is_fresh()
    }
}

/// Adds a line, unless the log is full: it is shortened when the appspace's sandbox writes to it.
fn append(path: &Path, line: &str, most: u64) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    if file.metadata()?.len() >= most {
        return Ok(());
    }
    file.write_all(line.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_told_of_once_in_a_while() {
        let notices = Notices::default();
        let (a, b) = (AppspaceId::new(), AppspaceId::new());
        for (appspace, limit) in [(a, "x"), (a, "y"), (b, "x")] {
            assert!(notices.is_news(appspace, limit));
            assert!(!notices.is_news(appspace, limit));
        }
    }

    #[test]
    fn a_full_log_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.txt");
        for _ in 0..3 {
            append(&path, "123\n", 8).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), "123\n123\n");
    }
}
