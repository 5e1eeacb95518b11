//! How much goes through one outlet.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use ds_core::{
    AppspaceId,
    usage::{Meter, UsageDelta},
};

/// This much is told at once.
const TELL_EVERY: u64 = 256 << 10;

/// Counts bytes and tells the meter of them in pieces, and when connections end.
pub(crate) struct Traffic {
    appspace: AppspaceId,
    meter: Arc<dyn Meter>,
    /// To the app.
    received: AtomicU64,
    /// From the app.
    sent: AtomicU64,
}

impl Traffic {
    pub(crate) fn new(appspace: AppspaceId, meter: Arc<dyn Meter>) -> Self {
        Self {
            appspace,
            meter,
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
        }
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.count(&self.received, bytes);
    }

    pub(crate) fn sent(&self, bytes: usize) {
        self.count(&self.sent, bytes);
    }

    fn count(&self, sum: &AtomicU64, bytes: usize) {
        let bytes = bytes as u64;
        if sum.fetch_add(bytes, Relaxed) + bytes >= TELL_EVERY {
            self.tell();
        }
    }

    /// Tells what was counted since.
    pub(crate) fn tell(&self) {
        let delta = UsageDelta {
            bytes_in: self.received.swap(0, Relaxed),
            bytes_out: self.sent.swap(0, Relaxed),
            ..UsageDelta::default()
        };
        if !delta.is_empty() {
            self.meter.add(self.appspace, delta);
        }
    }
}

impl Drop for Traffic {
    fn drop(&mut self) {
        self.tell();
    }
}
