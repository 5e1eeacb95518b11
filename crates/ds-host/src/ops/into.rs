//! Letting what is in a file take the place of an appspace's data; and what is said of the snapshot from before a
//! change.

use std::{fmt::Write as _, path::PathBuf, sync::Arc};

use ds_core::AccountId;
use ds_lifecycle::{ImportedInto, Kept};

use super::{
    ErrorKind, JobReport, OpError, Ops,
    amounts::counted,
    archives::{Wanted, must_be_absolute},
};

impl Ops {
    /// Begins to let what is in an archive, or in a backup of the original, take the place of an appspace's data.
    pub async fn import_into(
        &self,
        owner: AccountId,
        address: &str,
        file: PathBuf,
    ) -> Result<JobReport, OpError> {
        let what = file.display().to_string();
        self.import_into_called(owner, address, file, &what).await
    }

    /// The same of a file that people know by another name.
    pub async fn import_into_called(
        &self,
        owner: AccountId,
        address: &str,
        file: PathBuf,
        what: &str,
    ) -> Result<JobReport, OpError> {
        must_be_absolute(&file)?;
        let appspace = self.appspace_of(owner, address).await?;
        let account = self.parts.account_store.account(owner).await?;
        let account = account
            .ok_or_else(|| OpError::new(ErrorKind::NotFound, "the owner's account is gone"))?;
        let title = format!("Import of {what} into {}", appspace.address);
        let archives = Arc::clone(&self.parts.archives);
        let wanted = Wanted {
            from: file,
            owner,
            owner_name: self.called(&account).await?,
            owner_email: account.email,
            address: appspace.address,
            version: None,
            install: false,
        };
        let begun = archives.import_into(appspace.id, wanted).await;
        let handle = begun.map_err(|error| archives.explain_import(&error))?;
        Ok(
            self.began(owner, title, handle, move |outcome| match outcome {
                Ok(done) => Ok(imported(&done)),
                Err(error) => Err(archives.explain_import(&error)),
            }),
        )
    }
}

fn imported(done: &ImportedInto) -> String {
    let now = &done.imported.appspace;
    format!(
        "{} has the data of the file now and runs {}, with {} and {}.{}",
        now.address,
        now.version,
        counted(
            done.imported.members.try_into().unwrap_or(u64::MAX),
            "member"
        ),
        counted(done.imported.files, "file"),
        kept(done.before.as_deref(), &done.elsewhere)
    )
}

/// Where the data is as it was before a change, and where it could not be stored.
pub(super) fn kept(before: Option<&str>, elsewhere: &[Kept]) -> String {
    let Some(id) = before else {
        return String::new();
    };
    let mut said = format!(" Its data as it was before is in snapshot {id}.");
    for place in elsewhere {
        if let Err(why) = &place.outcome {
            // Writing to a String cannot fail.
            let _ = write!(said, " That is not stored at {}: {why}.", place.place);
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_the_snapshot_before() {
        let far = |outcome: Result<ds_backup::snapshots::Stored, String>| Kept {
            place: "sftp://nas".to_owned(),
            outcome,
        };
        let lost = [far(Err("it cannot be reached".to_owned()))];
        let check = |before: Option<&str>, elsewhere: &[Kept], expect: &str| {
            assert_eq!(kept(before, elsewhere), expect);
        };
        check(None, &lost, "");
        check(
            Some("1a"),
            &[],
            " Its data as it was before is in snapshot 1a.",
        );
        check(
            Some("1a"),
            &lost,
            " Its data as it was before is in snapshot 1a. That is not stored at sftp://nas: it cannot be reached.",
        );
    }
}
