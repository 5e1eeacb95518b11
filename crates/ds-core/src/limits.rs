//! Bounds of one appspace that differ from the host's own.

use std::{fmt, str::FromStr};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{AppspaceId, StoreError};

/// The bounds that are set for one appspace; the host's apply where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LimitOverrides {
    /// All memory of its sandbox, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<u32>,
    /// The JavaScript heap, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heap_mib: Option<u32>,
    /// How fast it may use processor time, in percent of one processor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_percent: Option<u32>,
    /// How much processor time it may use within ten minutes, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_seconds: Option<u32>,
    /// Threads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<u32>,
    /// Files and connections open at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_files: Option<u32>,
    /// The appspace's directory, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_mib: Option<u32>,
    /// A request's body, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_mib: Option<u32>,
    /// From the last piece of a request to its response's head, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_seconds: Option<u32>,
}

/// One of the bounds, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LimitKey {
    /// [`LimitOverrides::memory_mib`].
    MemoryMib,
    /// [`LimitOverrides::heap_mib`].
    HeapMib,
    /// [`LimitOverrides::cpu_percent`].
    CpuPercent,
    /// [`LimitOverrides::cpu_seconds`].
    CpuSeconds,
    /// [`LimitOverrides::threads`].
    Threads,
    /// [`LimitOverrides::open_files`].
    OpenFiles,
    /// [`LimitOverrides::disk_mib`].
    DiskMib,
    /// [`LimitOverrides::request_mib`].
    RequestMib,
    /// [`LimitOverrides::response_seconds`].
    ResponseSeconds,
}

/// A bound that cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum LimitError {
    /// There is none of this name.
    #[error("there is no limit `{name}`; there are: {}", LimitKey::ALL.map(LimitKey::name).join(", "))]
    Unknown {
        /// What was named.
        name: String,
    },
    /// The value makes no sense, or app code could not run with it.
    #[error("the limit {} must be a whole number between {} and {}", key.name(), key.range().0, key.range().1)]
    Range {
        /// Which.
        key: LimitKey,
    },
}

impl LimitKey {
    /// All there are, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::MemoryMib,
        Self::HeapMib,
        Self::CpuPercent,
        Self::CpuSeconds,
        Self::Threads,
        Self::OpenFiles,
        Self::DiskMib,
        Self::RequestMib,
        Self::ResponseSeconds,
    ];

    /// Its name in the configuration and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MemoryMib => "memory_mib",
            Self::HeapMib => "heap_mib",
            Self::CpuPercent => "cpu_percent",
            Self::CpuSeconds => "cpu_seconds",
            Self::Threads => "threads",
            Self::OpenFiles => "open_files",
            Self::DiskMib => "disk_mib",
            Self::RequestMib => "request_mib",
            Self::ResponseSeconds => "response_seconds",
        }
    }

    /// The least and the most that makes sense. Below the least, Deno itself does not run.
    #[must_use]
    pub fn range(self) -> (u32, u32) {
        match self {
            Self::MemoryMib => (96, 1 << 20),
            Self::HeapMib => (32, 65_536),
            Self::CpuPercent => (5, 6_400),
            Self::CpuSeconds => (1, 38_400),
            Self::Threads => (32, 4_096),
            Self::OpenFiles => (64, 65_536),
            Self::DiskMib | Self::RequestMib => (1, 1 << 30),
            Self::ResponseSeconds => (1, 86_400),
        }
    }

    /// Reads a value as somebody wrote it.
    pub fn value(self, text: &str) -> Result<u32, LimitError> {
        let (least, most) = self.range();
        let value = text.trim().parse().ok();
        let value = value.filter(|value| (least..=most).contains(value));
        value.ok_or(LimitError::Range { key: self })
    }
}

impl FromStr for LimitKey {
    type Err = LimitError;
    fn from_str(text: &str) -> Result<Self, LimitError> {
        let found = Self::ALL.into_iter().find(|key| key.name() == text);
        found.ok_or_else(|| LimitError::Unknown {
            name: text.chars().take(64).collect(),
        })
    }
}

impl fmt::Display for LimitKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl LimitOverrides {
    /// What is set for one bound.
    #[must_use]
    pub fn get(&self, key: LimitKey) -> Option<u32> {
        // Reading needs no place to write, but one list of fields is enough.
        let mut copy = *self;
        *copy.place(key)
    }

    /// Sets one bound, or with `None` lets the host's apply again.
    pub fn set(&mut self, key: LimitKey, value: Option<u32>) -> Result<(), LimitError> {
        let (least, most) = key.range();
        if value.is_some_and(|value| !(least..=most).contains(&value)) {
            return Err(LimitError::Range { key });
        }
        *self.place(key) = value;
        Ok(())
    }

    fn place(&mut self, key: LimitKey) -> &mut Option<u32> {
        match key {
            LimitKey::MemoryMib => &mut self.memory_mib,
            LimitKey::HeapMib => &mut self.heap_mib,
            LimitKey::CpuPercent => &mut self.cpu_percent,
            LimitKey::CpuSeconds => &mut self.cpu_seconds,
            LimitKey::Threads => &mut self.threads,
            LimitKey::OpenFiles => &mut self.open_files,
            LimitKey::DiskMib => &mut self.disk_mib,
            LimitKey::RequestMib => &mut self.request_mib,
            LimitKey::ResponseSeconds => &mut self.response_seconds,
        }
    }
}

/// The bounds that are set for appspaces.
#[async_trait]
pub trait LimitStore: Send + Sync {
    /// What is set for an appspace; nothing for one that is not known.
    async fn limits(&self, appspace: AppspaceId) -> Result<LimitOverrides, StoreError>;
    /// Replaces what is set.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace.
    async fn set_limits(
        &self,
        appspace: AppspaceId,
        limits: &LimitOverrides,
    ) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_fields_agree() {
        let mut all = LimitOverrides::default();
        for key in LimitKey::ALL {
            assert_eq!(key.name().parse::<LimitKey>().unwrap(), key);
            assert_eq!(all.get(key), None);
            all.set(key, Some(key.range().1)).unwrap();
            assert_eq!(all.get(key), Some(key.range().1));
        }
        let json = serde_json::to_value(all).unwrap();
        for key in LimitKey::ALL {
            assert_eq!(json[key.name()], key.range().1, "{key}");
            all.set(key, None).unwrap();
        }
        assert_eq!(serde_json::to_string(&all).unwrap(), "{}");
        let unknown = "memory".parse::<LimitKey>().unwrap_err().to_string();
        assert!(unknown.contains("memory_mib, heap_mib"), "{unknown}");
    }

    #[test]
    fn values_out_of_range_change_nothing() {
        let mut limits = LimitOverrides::default();
        limits.set(LimitKey::MemoryMib, Some(512)).unwrap();
        for wrong in [0, 95, (1 << 20) + 1] {
            let error = limits.set(LimitKey::MemoryMib, Some(wrong)).unwrap_err();
            assert_eq!(
                error.to_string(),
                "the limit memory_mib must be a whole number between 96 and 1048576"
            );
        }
        assert_eq!(limits.memory_mib, Some(512));
        let check = |text: &str, expect: Option<u32>| {
            assert_eq!(LimitKey::MemoryMib.value(text).ok(), expect, "{text}");
        };
        check(" 128 ", Some(128));
        check("", None);
        check("-5", None);
        check("1.5", None);
        check("5000000000", None);
    }
}
