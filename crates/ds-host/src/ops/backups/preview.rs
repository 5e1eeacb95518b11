//! Opening snapshots for their owner to look at, before one is put back.

use std::sync::Arc;

use ds_core::{AccountId, Address, Timestamp, Version};
use ds_lifecycle::{JobError, NewPreview, Preview, PreviewError, Previews};

use super::words::{of_restore, short};
use crate::ops::{ErrorKind, JobReport, Names, OpError, Ops, accounts::clip};

/// A snapshot that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewSummary {
    /// Where its owner can look at it.
    pub url: String,
    /// The same as a host name.
    pub address: Address,
    /// The address of the appspace when the snapshot was made.
    pub of: Address,
    /// The snapshot's id.
    pub snapshot: String,
    /// When that was made.
    pub made: Timestamp,
    /// The version of the app that runs on it.
    pub version: Version,
    /// When it is closed at the latest.
    pub until: Timestamp,
}

impl Ops {
    /// Begins to open a snapshot for a look. What comes of it says where.
    pub async fn preview(
        &self,
        owner: AccountId,
        address: &str,
        snapshot: &str,
    ) -> Result<JobReport, OpError> {
        let backups = self.own_backups()?;
        let found = self.find_backup(owner, address, snapshot, false);
        let snapshot = found.await?.snapshot;
        let title = format!("Preview of {} of {}", snapshot.address, snapshot.made);
        let label = self.names().domain.child(&Previews::label());
        let address = label.map_err(|error| OpError::caused(ErrorKind::Internal, &error))?;
        let begun = backups.lifecycle.preview(NewPreview {
            of: snapshot.appspace,
            snapshot: snapshot.id,
            bytes: snapshot.bytes,
            address,
        });
        let handle = begun.map_err(|error| of_preview(&error))?;
        let names = self.names().clone();
        Ok(
            self.began(owner, title, handle, move |outcome| match outcome {
                Ok(preview) => Ok(told(&preview, &names)),
                Err(error) => Err(of_preview(&error)),
            }),
        )
    }

    /// The snapshots that an account has open, the last opened first.
    #[must_use]
    pub fn previews(&self, owner: AccountId) -> Vec<PreviewSummary> {
        let open = self.own_previews().map(|previews| previews.of(owner));
        let open = open.unwrap_or_default().into_iter();
        open.map(|one| summary(&one, self.names())).collect()
    }

    /// Those of one appspace.
    ///
    /// # Errors
    /// If the account has no such appspace.
    pub async fn previews_of(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<Vec<PreviewSummary>, OpError> {
        let of = self.appspace_of(owner, address).await?.id;
        let open = self.own_previews().map(|previews| previews.of(owner));
        let open = open.unwrap_or_default().into_iter();
        let own = open.filter(|one| one.of == of);
        Ok(own.map(|one| summary(&one, self.names())).collect())
    }

    /// Closes a preview, which is named by its URL or its host name, and removes all of it.
    pub async fn close_preview(
        &self,
        owner: AccountId,
        which: &str,
    ) -> Result<PreviewSummary, OpError> {
        let backups = self.own_backups()?;
        let name = host_name(which);
        let open = backups.lifecycle.previews().of(owner);
        let found = open.into_iter().find(|one| {
            let address = one.appspace.address.as_str();
            address == name || address.split('.').next() == Some(&name)
        });
        let not_there = || {
            let message = format!("there is no preview `{}`", clip(which));
            OpError::new(ErrorKind::NotFound, message)
                .with_hint("`ds-host backup previews` shows those there are")
        };
        let preview = found.ok_or_else(not_there)?;
        if backups.lifecycle.close_preview(preview.appspace.id).await {
            Ok(summary(&preview, self.names()))
        } else {
            Err(not_there())
        }
    }

    /// The preview at an address, if there is one.
    #[must_use]
    pub fn preview_at(&self, address: &Address) -> Option<Arc<Preview>> {
        self.own_previews()?.at(address)
    }

    fn own_previews(&self) -> Option<Previews> {
        let backups = self.parts.backups.as_ref()?;
        Some(backups.lifecycle.previews().clone())
    }
}

/// The host name in a URL, or what is one already.
fn host_name(text: &str) -> String {
    let text = text.trim().to_ascii_lowercase();
    let rest = text.split_once("://").map_or(&*text, |(_, rest)| rest);
    let end = rest.find(['/', ':', '?', '#']).unwrap_or(rest.len());
    rest[..end].to_owned()
}

fn summary(preview: &Preview, names: &Names) -> PreviewSummary {
    PreviewSummary {
        url: names.origin(&preview.appspace.address),
        address: preview.appspace.address.clone(),
        of: preview.about.address.clone(),
        snapshot: preview.snapshot.to_string(),
        made: preview.about.made,
        version: preview.appspace.version.clone(),
        until: preview.until,
    }
}

fn told(preview: &Preview, names: &Names) -> String {
    let url = names.origin(&preview.appspace.address);
    let about = &preview.about;
    let (runs, recorded) = (&preview.appspace.version, &about.app.version);
    let other = if runs == recorded {
        String::new()
    } else {
        format!(
            " It runs version {runs}, because {recorded}, which made this data, is not installed."
        )
    };
    format!(
        "{url} shows {} as it was on {} (snapshot {}), to you alone. Nothing can be changed there. It closes after an \
         hour without use.{other}",
        about.address,
        about.made,
        short(&preview.snapshot.to_string())
    )
}

fn of_preview(error: &PreviewError) -> OpError {
    let kind = match error {
        PreviewError::TooMany => {
            return OpError::caused(ErrorKind::Busy, error).with_hint(
                "`ds-host backup previews` shows yours; unused ones close after an hour",
            );
        }
        PreviewError::NoRoom { .. }
        | PreviewError::Job(
            JobError::Busy { .. }
            | JobError::Cancelled
            | JobError::Stopping
            | JobError::NoRoom { .. },
        ) => ErrorKind::Busy,
        PreviewError::NoOwner => ErrorKind::Invalid,
        PreviewError::Snapshot(error) => return of_restore(error),
        _ => ErrorKind::Internal,
    };
    OpError::caused(kind, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_are_named_as_browsers_show_them() {
        let check = |text: &str, expect: &str| assert_eq!(host_name(text), expect, "{text}");
        check("preview-a1", "preview-a1");
        check("preview-a1.localhost", "preview-a1.localhost");
        check(" Preview-A1.localhost:3000/ ", "preview-a1.localhost");
        check(
            "http://preview-a1.localhost:3000/x?y",
            "preview-a1.localhost",
        );
        check(
            "https://preview-a1.example.com#top",
            "preview-a1.example.com",
        );
        check("", "");
        check("://", "");
    }
}
