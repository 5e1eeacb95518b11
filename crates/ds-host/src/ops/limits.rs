//! What an appspace may use: the host's bounds, and those set for it alone.

use ds_core::{
    AccountId,
    limits::{LimitKey, LimitOverrides},
};
use ds_sandbox::Limits;

use super::{ErrorKind, LimitRow, OpError, Ops, Rank};

impl Ops {
    /// The bounds of an appspace, in the order in which they are shown.
    pub async fn limits(&self, owner: AccountId, address: &str) -> Result<Vec<LimitRow>, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let set = self.parts.terms.limits.limits(appspace.id).await?;
        Ok(self.rows(&set))
    }

    /// Sets bounds of an appspace, or with `None` lets the host's apply again. They hold from the next start
    /// of its sandbox, which is now: a running one is stopped.
    pub async fn set_limits(
        &self,
        owner: AccountId,
        address: &str,
        changes: &[(LimitKey, Option<u32>)],
        rank: Rank,
    ) -> Result<Vec<LimitRow>, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let terms = &self.parts.terms;
        let before = terms.limits.limits(appspace.id).await?;
        let mut after = before;
        for (key, value) in changes {
            if let Some(value) = value {
                self.check_rank(*key, *value, &before, rank)?;
            }
            let set = after.set(*key, *value);
            set.map_err(|error| OpError::new(ErrorKind::Invalid, error.to_string()))?;
        }
        check_heap(&after)?;
        if after != before {
            terms.limits.set_limits(appspace.id, &after).await?;
            self.parts.lifecycle.renew(&appspace).await;
        }
        Ok(self.rows(&after))
    }

    /// Only an admin gives an appspace more than the host gives to all.
    fn check_rank(
        &self,
        key: LimitKey,
        value: u32,
        before: &LimitOverrides,
        rank: Rank,
    ) -> Result<(), OpError> {
        let host = value_of(&self.parts.terms.host, key);
        let most = before.get(key).unwrap_or(host).max(host);
        if rank == Rank::Admin || value <= most {
            return Ok(());
        }
        let message = format!("the limit {key} can be {most} at most");
        Err(OpError::new(ErrorKind::Forbidden, message)
            .with_hint("somebody who runs this host can set more"))
    }

    fn rows(&self, set: &LimitOverrides) -> Vec<LimitRow> {
        let host = &self.parts.terms.host;
        let effective = host.with(set);
        let row = |key| LimitRow {
            key,
            value: value_of(&effective, key),
            set: set.get(key),
            host: value_of(host, key),
        };
        LimitKey::ALL.into_iter().map(row).collect()
    }
}

/// Asking for more heap than memory is a mistake that would otherwise be quiet.
fn check_heap(set: &LimitOverrides) -> Result<(), OpError> {
    match (set.heap_mib, set.memory_mib) {
        (Some(heap), Some(memory)) if heap > memory => {
            let message = format!("the limit heap_mib ({heap}) is more than memory_mib ({memory})");
            Err(OpError::new(ErrorKind::Invalid, message)
                .with_hint("the heap is part of the memory"))
        }
        _ => Ok(()),
    }
}

/// A bound of sandboxes, as it is set.
fn value_of(limits: &Limits, key: LimitKey) -> u32 {
    let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    match key {
        LimitKey::MemoryMib => limits.memory_mib,
        LimitKey::HeapMib => limits.heap_mib,
        LimitKey::CpuPercent => limits.cpu_percent,
        LimitKey::CpuSeconds => number(limits.cpu_time.as_secs()),
        LimitKey::Threads => limits.threads,
        LimitKey::OpenFiles => limits.open_files,
        LimitKey::DiskMib => number(limits.disk_mib),
        LimitKey::RequestMib => number(limits.request_bytes >> 20),
        LimitKey::ResponseSeconds => number(limits.response.as_secs()),
    }
}
