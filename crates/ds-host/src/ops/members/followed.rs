//! DropIDs of this host that are followed on this host: what is changed there is shown here at once.

use ds_auth::{
    dropid::{DropId, DropIdRecord},
    pictures,
};
use ds_core::{AccountId, AppspaceId, LoginKind, Member, StoreError, error_chain};
use url::Url;

use super::Claims;
use crate::ops::{OpError, Ops};

impl Ops {
    /// Shows a changed DropID of this host wherever members of its appspaces follow it, in the background.
    pub(in crate::ops) fn show_everywhere(&self, id: &DropId) {
        let (ops, id) = (self.clone(), id.clone());
        tokio::spawn(async move {
            if let Err(error) = ops.show_now(&id).await {
                let error = error_chain(&error);
                tracing::warn!(%id, error, "a changed DropID is not shown everywhere");
            }
        });
    }

    async fn show_now(&self, id: &DropId) -> Result<(), OpError> {
        let places = &self.parts.membership.followed;
        for at in places.followed_at(&id.to_string()).await? {
            // Read each time: it may have changed again.
            let record = self.dropids().ids.dropid(id).await?;
            let Some(record) = record.filter(|record| record.is_public) else {
                return Ok(());
            };
            if let Err(error) = self.show_at(at, &record).await {
                let error = error_chain(&error);
                tracing::info!(%id, error, "a changed DropID is not shown at an appspace");
            }
        }
        Ok(())
    }

    async fn show_at(&self, at: AppspaceId, record: &DropIdRecord) -> Result<(), OpError> {
        let Some(at) = self.parts.appspaces.appspace(at).await? else {
            return Ok(());
        };
        let who = record.id.to_string();
        let logins = &self.parts.membership.logins;
        let found = {
            let _visit = self.parts.lifecycle.visit(&at)?;
            logins.member_with(at.id, LoginKind::DropId, &who).await?
        };
        let Some((member, login)) = found else {
            return Ok(self
                .parts
                .membership
                .followed
                .remove_followed(at.id, &who)
                .await?);
        };
        let photo = (!record.avatar.is_empty()).then(|| self.dropids().picture_url(&record.avatar));
        let claims = Claims {
            name: Some(record.display_name.clone()),
            photo: photo.and_then(|photo| Url::parse(&photo).ok()),
        };
        let id = &member.proxy_id;
        if !self.follow_name(&at, id, &login, &claims, false).await? {
            return Ok(());
        }
        let found = match &claims.photo {
            None => None,
            Some(photo) => {
                let Some((bytes, _)) = self.picture(&record.avatar).await? else {
                    return Ok(());
                };
                match pictures::remake_in_turn(bytes).await {
                    Ok(picture) => Some((photo, picture)),
                    Err(_) => return Ok(()),
                }
            }
        };
        self.follow_picture(&at, id, &login, found).await
    }

    /// Forgets where somebody follows who is a member no longer. What cannot be forgotten is found to be over when it is used.
    pub(super) async fn forget_followed_by(&self, at: AppspaceId, member: &Member) {
        let membership = &self.parts.membership;
        let forgotten = async {
            let logins = membership.logins.logins(at, &member.proxy_id).await?;
            for login in logins {
                membership.followed.remove_followed(at, &login.name).await?;
            }
            Ok::<(), StoreError>(())
        };
        if let Err(error) = forgotten.await {
            let error = error_chain(&error);
            tracing::warn!(error, "cannot forget whom a member followed");
        }
    }

    /// Forgets where the DropIDs of an account are followed that is to be removed.
    pub(in crate::ops) async fn forget_followers(&self, account: AccountId) -> Result<(), OpError> {
        for own in self.dropids_of(account).await? {
            let places = &self.parts.membership.followed;
            places.forget_followed(&own.id.to_string()).await?;
        }
        Ok(())
    }

    /// Records that somebody is followed at an appspace, if they are one of this host: first, so that whoever follows is found.
    pub(super) async fn note_followed(&self, at: AppspaceId, who: &str) -> Result<(), OpError> {
        let Ok(id) = who.parse::<DropId>() else {
            return Ok(());
        };
        if self.owner_of_dropid(&id).await?.is_none() {
            return Ok(());
        }
        let places = &self.parts.membership.followed;
        if !places.followed_at(who).await?.contains(&at) {
            places.add_followed(at, who).await?;
        }
        Ok(())
    }
}
