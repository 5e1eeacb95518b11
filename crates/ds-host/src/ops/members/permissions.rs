//! What members may do.

use std::collections::BTreeSet;

use ds_core::{
    Access, AccountId, Appspace, Member, Permission, StoreError, manifest::DeclaredPermission,
};

use crate::ops::{Action, ErrorKind, OpError, Ops};

impl Ops {
    /// Gives a member (by mail address, DropID or id) a permission that the app knows.
    pub async fn grant(
        &self,
        owner: AccountId,
        address: &str,
        member: &str,
        permission: &str,
    ) -> Result<Member, OpError> {
        let permission = parse_permission(permission)?;
        let appspace = self.appspace_of(owner, address).await?;
        let known = self.permissions_of(&appspace).await?;
        if !known.iter().any(|one| one.name == permission) {
            return Err(unknown_permission(&permission, &known));
        }
        self.set_permission(owner, &appspace, member, &permission, true)
            .await
    }

    /// Takes a permission from a member.
    pub async fn revoke(
        &self,
        owner: AccountId,
        address: &str,
        member: &str,
        permission: &str,
    ) -> Result<Member, OpError> {
        let permission = parse_permission(permission)?;
        let appspace = self.appspace_of(owner, address).await?;
        self.set_permission(owner, &appspace, member, &permission, false)
            .await
    }

    /// Replaces all that a member may do.
    pub async fn set_member_permissions(
        &self,
        owner: AccountId,
        address: &str,
        member: &str,
        permissions: &[String],
    ) -> Result<Member, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        let found = self.find_member_to_give(&appspace, member).await?;
        // What they hold and the app has forgotten may stay: a later version may know it again.
        let (held, new): (Vec<_>, Vec<_>) = permissions
            .iter()
            .cloned()
            .partition(|name| found.permissions.iter().any(|one| one.as_str() == name));
        let mut wanted = self.known_permissions(&appspace, &new).await?;
        for name in held {
            wanted.insert(parse_permission(&name)?);
        }
        let changes = &self.parts.membership.changes;
        changes
            .set_permissions(appspace.id, &found.proxy_id, &wanted)
            .await?;
        self.parts.sessions.forget_appspace(appspace.id);
        self.note_change(owner, &appspace, &found).await;
        self.find_member(&appspace, found.proxy_id.as_str()).await
    }

    /// The permissions that an appspace's app knows: those it declares, and others that its routes take.
    pub async fn permissions(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<Vec<DeclaredPermission>, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        self.permissions_of(&appspace).await
    }

    /// Permissions as somebody chose them; all must be known to the app.
    pub(in crate::ops) async fn known_permissions(
        &self,
        appspace: &Appspace,
        names: &[String],
    ) -> Result<BTreeSet<Permission>, OpError> {
        let mut wanted = BTreeSet::new();
        if names.is_empty() {
            return Ok(wanted);
        }
        let known = self.permissions_of(appspace).await?;
        for name in names {
            let permission = parse_permission(name)?;
            if !known.iter().any(|one| one.name == permission) {
                return Err(unknown_permission(&permission, &known));
            }
            wanted.insert(permission);
        }
        Ok(wanted)
    }

    pub(in crate::ops) async fn permissions_of(
        &self,
        appspace: &Appspace,
    ) -> Result<Vec<DeclaredPermission>, OpError> {
        let version = self.parts.apps.version(appspace.version_id).await?;
        let mut known = version
            .map(|one| one.manifest.permissions)
            .unwrap_or_default();
        for route in self.parts.routes.routes(appspace.version_id).await? {
            if let Access::Authorized {
                permission: Some(name),
            } = route.access
                && !known.iter().any(|one| one.name == name)
            {
                known.push(DeclaredPermission {
                    name,
                    description: String::new(),
                });
            }
        }
        Ok(known)
    }

    async fn set_permission(
        &self,
        owner: AccountId,
        appspace: &Appspace,
        member: &str,
        permission: &Permission,
        granted: bool,
    ) -> Result<Member, OpError> {
        let _visit = self.parts.lifecycle.visit(appspace)?;
        let found = if granted {
            self.find_member_to_give(appspace, member).await?
        } else {
            self.find_member(appspace, member).await?
        };
        let members = &self.parts.members;
        members
            .set_permission(appspace.id, &found.proxy_id, permission, granted)
            .await?;
        self.parts.sessions.forget_appspace(appspace.id);
        self.note_change(owner, appspace, &found).await;
        self.find_member(appspace, found.proxy_id.as_str()).await
    }

    pub(super) async fn note_change(&self, owner: AccountId, appspace: &Appspace, who: &Member) {
        let about = format!("{} in {}", who.display_name, appspace.address);
        self.note(owner, Action::MemberChanged, about).await;
    }

    /// Whether the app of an appspace still knows all of these.
    pub(in crate::ops) async fn still_known(
        &self,
        appspace: &Appspace,
        permissions: BTreeSet<Permission>,
    ) -> Result<BTreeSet<Permission>, OpError> {
        if permissions.is_empty() {
            return Ok(permissions);
        }
        let known = self.permissions_of(appspace).await?;
        let is_known = |one: &Permission| known.iter().any(|other| other.name == *one);
        Ok(permissions.into_iter().filter(is_known).collect())
    }

    /// What belongs to a member who is there.
    pub(in crate::ops) async fn member_now(
        &self,
        appspace: &Appspace,
        id: &ds_core::ProxyId,
    ) -> Result<Member, OpError> {
        let found = self.parts.members.member(appspace.id, id).await?;
        let missing = || StoreError::Missing {
            what: format!("member {id}"),
        };
        Ok(found.ok_or_else(missing)?)
    }
}

fn parse_permission(text: &str) -> Result<Permission, OpError> {
    text.parse().map_err(|error: ds_core::PermissionError| {
        OpError::new(ErrorKind::Invalid, error.to_string())
    })
}

fn unknown_permission(permission: &Permission, known: &[DeclaredPermission]) -> OpError {
    let names: Vec<&str> = known.iter().map(|one| one.name.as_str()).collect();
    let hint = match names.as_slice() {
        [] => "this app has no permissions to grant".to_owned(),
        names => format!("this app knows: {}", names.join(", ")),
    };
    let message = format!("the app does not know a permission `{permission}`");
    OpError::new(ErrorKind::Invalid, message).with_hint(hint)
}
