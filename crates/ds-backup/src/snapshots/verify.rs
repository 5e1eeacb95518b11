//! Reading a repository back.

use std::sync::Arc;

use rustic_core::{CheckOptions, ReadSubsetOption};

use super::{Cause, Repository, SnapshotError, error::io_error, repository::Fault, watch::Watch};
use crate::Progress;

/// Of a repository up to this size, all is read where a part was asked for: a part of three files may be none.
const SMALL: u64 = 256 << 20;
/// Faults that are told of one repository.
const MOST_FAULTS: usize = 100;

/// How much of the data is read back, decrypted and compared with its hash. The structure always is: snapshots,
/// directories, the index, and that every file it names is there in its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadBack {
    /// None of it.
    Nothing,
    /// So many percent, others each time.
    Percent(u8),
    /// All of it.
    All,
}

/// What reading back found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// What is wrong, each in a line; nothing if all is well.
    pub faults: Vec<String>,
    /// What is odd and does no harm: data of snapshots that were never finished.
    pub remarks: Vec<String>,
}

impl Verified {
    /// Whether everything that was looked at is as it was stored.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

impl Repository {
    /// Reads the repository back and compares. Changes nothing. Blocks.
    ///
    /// # Errors
    /// If the place cannot be reached or it was cancelled. What is wrong with the repository is no error but what
    /// it finds.
    pub fn verify(
        &self,
        read: ReadBack,
        progress: Arc<dyn Progress>,
    ) -> Result<Verified, SnapshotError> {
        let mut options = CheckOptions::default();
        options.read_data = read != ReadBack::Nothing;
        if let ReadBack::Percent(percent) = read
            && self.size()? > SMALL
        {
            options.read_data_subset = ReadSubsetOption::Percentage(f64::from(percent.min(100)));
        }
        let checked = self.work(&Watch::new(progress), "read it back", |engine| {
            let checked = engine.check(options).map_err(Fault::from)?;
            let mut verified = Verified::default();
            for (level, found) in checked.0 {
                let line = Cause::new(&found.to_string()).to_string();
                if format!("{level:?}") == "Warn" {
                    verified.remarks.push(line);
                } else {
                    verified.faults.push(line);
                }
            }
            verified.remarks.truncate(MOST_FAULTS);
            verified.faults.truncate(MOST_FAULTS);
            Ok(verified)
        });
        match checked {
            Err(SnapshotError::Damaged { what, source, .. }) => {
                let why = source.map(|cause| format!(": {cause}")).unwrap_or_default();
                Ok(Verified {
                    faults: vec![what + &why],
                    ..Verified::default()
                })
            }
            checked => checked,
        }
    }

    fn size(&self) -> Result<u64, SnapshotError> {
        let packs = self.storage.list("data");
        let packs = packs.map_err(io_error(format!("list data at {}", self.place)))?;
        Ok(packs.iter().map(|pack| pack.size).sum())
    }
}
