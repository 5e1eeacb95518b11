//! One snapshot, as lists show it.

use std::{collections::BTreeSet, fmt, str::FromStr};

use ds_core::{AppspaceId, Timestamp};
use rustic_core::{
    Id,
    repofile::{SnapshotFile, SnapshotId as EngineId, SnapshotSummary},
};
use serde::{Deserialize, Serialize};

use super::{
    Repository, SnapshotError,
    repository::{Engine, Fault},
    watch::Watch,
};
use crate::{About, Consistency, CopyReason};

/// What tags begin with that say which appspace a snapshot is of, why it was made, and in what state the data was.
const OF: &str = "appspace:";
const FOR: &str = "reason:";
const STATE: &str = "consistency:";

/// A snapshot's id: 64 hexadecimal digits, as restic shows them too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SnapshotId(String);

/// Text that is no snapshot's id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no snapshot's id: 64 hexadecimal digits")]
pub struct SnapshotIdError(String);

impl SnapshotId {
    /// The first eight digits, which is how restic shows them in lists.
    #[must_use]
    pub fn short(&self) -> &str {
        &self.0[..8]
    }

    pub(crate) fn of(id: Id) -> Self {
        Self(id.to_hex().as_str().to_owned())
    }

    pub(crate) fn engine(&self) -> EngineId {
        // It was checked when it was made; an id that is none is in no repository.
        self.0.parse().unwrap_or_default()
    }
}

impl FromStr for SnapshotId {
    type Err = SnapshotIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() == 64 && text.bytes().all(is_digit) {
            return Ok(Self(text.to_owned()));
        }
        Err(SnapshotIdError(text.chars().take(80).collect()))
    }
}

impl TryFrom<String> for SnapshotId {
    type Error = SnapshotIdError;

    fn try_from(text: String) -> Result<Self, SnapshotIdError> {
        text.parse()
    }
}

impl From<SnapshotId> for String {
    fn from(id: SnapshotId) -> Self {
        id.0
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A snapshot of an appspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Snapshot {
    /// Its id.
    pub id: SnapshotId,
    /// Of which appspace it is.
    pub appspace: AppspaceId,
    /// Where that answered.
    pub address: String,
    /// When the data was cloned.
    pub made: Timestamp,
    /// What it was made for; unknown if somebody changed its tags.
    pub reason: Option<CopyReason>,
    /// In what state the data was; unknown likewise.
    pub consistency: Option<Consistency>,
    /// The bytes of its files.
    pub bytes: u64,
    /// Its files and links.
    pub files: u64,
    /// All that it says of itself, if it still does: `appspace.json` in it says the same.
    pub about: Option<About>,
}

impl Snapshot {
    fn read(file: &SnapshotFile) -> Option<Self> {
        let tag = |begin: &str| {
            let mut tags = file.tags.iter();
            tags.find_map(|tag| tag.strip_prefix(begin).map(str::to_owned))
        };
        let appspace = tag(OF)?.parse().ok()?;
        let about: Option<About> = file
            .description
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok());
        let summary = file.summary.as_ref();
        Some(Self {
            id: SnapshotId::of(*file.id),
            appspace,
            address: file.hostname.clone(),
            made: Timestamp(file.time.timestamp().as_millisecond()),
            reason: tag(FOR).and_then(word),
            consistency: tag(STATE).and_then(word),
            bytes: summary.map_or(0, |summary| summary.total_bytes_processed),
            files: summary.map_or(0, |summary| summary.total_files_processed),
            about: about.filter(|about| about.appspace == appspace),
        })
    }

    /// What the engine is to write, but for the tree.
    pub(crate) fn write(about: &About) -> Result<SnapshotFile, SnapshotError> {
        let unfit = |why| SnapshotError::Unfit {
            path: crate::ABOUT.into(),
            why,
        };
        let made = jiff::Timestamp::from_millisecond(about.made.0)
            .map_err(|_| unfit("its time is none"))?;
        let text = serde_json::to_string(about).map_err(|_| unfit("it cannot be written"))?;
        let mut file = SnapshotFile {
            time: made.to_zoned(jiff::tz::TimeZone::UTC),
            program_version: concat!("Dropserver ", env!("CARGO_PKG_VERSION")).to_owned(),
            hostname: about.address.to_string(),
            summary: Some(SnapshotSummary::default()),
            description: Some(text),
            ..SnapshotFile::default()
        };
        file.tags.add(format!("{OF}{}", about.appspace));
        for (begin, value) in [
            (FOR, serde_json::to_value(about.reason)),
            (STATE, serde_json::to_value(about.consistency)),
        ] {
            if let Ok(serde_json::Value::String(value)) = value {
                file.tags.add(format!("{begin}{value}"));
            }
        }
        Ok(file)
    }
}

/// A kebab-case word of a tag as the enum that it stands for.
fn word<T: for<'de> Deserialize<'de>>(word: String) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word)).ok()
}

impl Repository {
    /// The snapshots of an appspace, or of all, newest first. Snapshots that other programs made are not shown.
    /// Blocks; each snapshot is read once as long as the repository is open.
    ///
    /// # Errors
    /// If the place cannot be read. A damaged snapshot is left out here; [`Self::verify`] tells of it.
    pub fn list(&self, appspace: Option<AppspaceId>) -> Result<Vec<Snapshot>, SnapshotError> {
        let watch = Watch::quiet();
        self.work(&watch, "list snapshots", |engine| {
            self.list_with(&engine, appspace)
        })
    }

    pub(crate) fn list_with(
        &self,
        engine: &Engine,
        appspace: Option<AppspaceId>,
    ) -> Result<Vec<Snapshot>, Fault> {
        let there: Vec<EngineId> = engine.list()?.collect();
        let unknown: Vec<_> = {
            let mut known = self.known();
            let ids: BTreeSet<_> = there.iter().map(|id| SnapshotId::of(**id)).collect();
            known.retain(|id, _| ids.contains(id));
            let is_new = |id: &EngineId| !known.contains_key(&SnapshotId::of(**id));
            there.into_iter().filter(is_new).collect()
        };
        for read in engine.stream_files_list::<SnapshotFile>(unknown)? {
            match read {
                Ok((id, mut file)) => {
                    file.id = id;
                    self.known()
                        .insert(SnapshotId::of(*id), Snapshot::read(&file));
                }
                Err(error) => {
                    let error = super::Cause::from(&*error);
                    tracing::warn!(place = %self.place, %error, "a snapshot cannot be read");
                }
            }
        }
        let mut found: Vec<_> = {
            let known = self.known();
            let all = known.values().flatten();
            all.filter(|snapshot| appspace.is_none_or(|appspace| appspace == snapshot.appspace))
                .cloned()
                .collect()
        };
        found.sort_by(|a, b| (b.made, &b.id).cmp(&(a.made, &a.id)));
        Ok(found)
    }

    /// The snapshot of that id, as the engine knows it.
    pub(crate) fn find(&self, engine: &Engine, id: &SnapshotId) -> Result<SnapshotFile, Fault> {
        let mut there = engine.list::<EngineId>()?;
        let wanted = id.engine();
        if !there.any(|id| id == wanted) {
            return Err(self.unknown(id).into());
        }
        Ok(engine.get_file(&wanted)?)
    }

    pub(crate) fn unknown(&self, id: &SnapshotId) -> SnapshotError {
        SnapshotError::Unknown {
            id: id.short().to_owned(),
            place: self.place.to_string(),
        }
    }
}
