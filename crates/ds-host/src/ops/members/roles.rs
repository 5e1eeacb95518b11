//! Roles: permissions that an app suggests to grant together.

use ds_core::{AccountId, Appspace, Member, manifest::DeclaredRole};

use crate::ops::{ErrorKind, OpError, Ops, accounts::clip};

impl Ops {
    /// The roles that an appspace's app suggests.
    pub async fn roles(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<Vec<DeclaredRole>, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        self.roles_of(&appspace).await
    }

    /// The permissions of a role, named by its key or as people call it.
    pub async fn permissions_of_role(
        &self,
        owner: AccountId,
        address: &str,
        role: &str,
    ) -> Result<Vec<String>, OpError> {
        let roles = self.roles(owner, address).await?;
        let is_it = |one: &&DeclaredRole| one.key == role || one.name == role;
        if let Some(found) = roles.iter().find(is_it) {
            return Ok(found.permissions.iter().map(ToString::to_string).collect());
        }
        let keys: Vec<&str> = roles.iter().map(|one| one.key.as_str()).collect();
        let hint = match keys.as_slice() {
            [] => "this app suggests no roles: grant single permissions".to_owned(),
            keys => format!("this app suggests: {}", keys.join(", ")),
        };
        let message = format!("the app does not suggest a role `{}`", clip(role));
        Err(OpError::new(ErrorKind::Invalid, message).with_hint(hint))
    }

    pub(super) async fn roles_of(&self, appspace: &Appspace) -> Result<Vec<DeclaredRole>, OpError> {
        let version = self.parts.apps.version(appspace.version_id).await?;
        Ok(version.map(|one| one.manifest.roles).unwrap_or_default())
    }

    /// What a member's role is called, if their app suggests it and they hold exactly what it allows.
    pub async fn role_name(
        &self,
        appspace: &Appspace,
        member: &Member,
    ) -> Result<Option<String>, OpError> {
        Ok(role_of(&self.roles_of(appspace).await?, member))
    }
}

/// The role that allows exactly what a member may do. Owners may do everything and have none.
pub(super) fn role_of(roles: &[DeclaredRole], member: &Member) -> Option<String> {
    if member.is_owner {
        return None;
    }
    let found = roles
        .iter()
        .find(|role| role.permissions == member.permissions);
    found.map(|role| role.name.clone())
}
