//! Which content of a file it is, and how that is told to browsers.

use std::{
    fs::Metadata,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    os::unix::fs::MetadataExt as _,
    time::{Duration, SystemTime},
};

use ds_core::Timestamp;
use http::{HeaderMap, HeaderValue, header};

/// Younger changes may be followed by others under the same times: clocks of file systems tick coarsely.
const SETTLED_AFTER: i64 = 2_000;

/// A file at one moment. Content that changes changes this, once the file has settled: the time of change
/// (ctime) cannot be set back, as the time of modification can.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Version {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// What browsers compare. A file that has not settled has none, and so is always sent in full.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Validators {
    pub(super) etag: Option<String>,
    pub(super) modified: Option<SystemTime>,
}

impl Version {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn validators(&self, now: Timestamp) -> Validators {
        let changed = self
            .changed
            .0
            .saturating_mul(1000)
            .saturating_add(self.changed.1 / 1_000_000);
        if changed.saturating_add(SETTLED_AFTER) > now.0 {
            return Validators::default();
        }
        // Hashed, since inode numbers are nobody's business.
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        let etag = format!("\"{:x}-{:016x}\"", self.length, hasher.finish());
        // Apps can set any time; only one that has been can be sent.
        let seconds = u64::try_from(self.modified.0).ok();
        let seconds = seconds.filter(|_| self.modified.0 <= now.0 / 1000);
        let modified = seconds.map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        Validators {
            etag: Some(etag),
            modified,
        }
    }
}

impl Validators {
    pub(super) fn is_settled(&self) -> bool {
        self.etag.is_some()
    }

    pub(super) fn write(&self, headers: &mut HeaderMap) {
        let modified = self.modified.map(httpdate::fmt_http_date);
        let values = [
            (header::ETAG, self.etag.clone()),
            (header::LAST_MODIFIED, modified),
        ];
        for (name, value) in values {
            let value = value.and_then(|value| HeaderValue::try_from(value).ok());
            if let Some(value) = value {
                headers.insert(name, value);
            }
        }
    }
}
