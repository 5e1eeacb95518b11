//! Members of an appspace, and what they may do.

use std::collections::BTreeSet;

use ds_core::Access;
use ds_core::{
    AccountId, Appspace, Member, Permission, ProxyId, StoreError, manifest::DeclaredPermission,
};

use super::{ErrorKind, OpError, Ops, accounts::clip};

/// How long a member's name may be, in characters.
const NAME_MAX: usize = 30;

impl Ops {
    /// The members of an appspace, owner first, then by name.
    pub async fn members(&self, owner: AccountId, address: &str) -> Result<Vec<Member>, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        Ok(self.parts.members.members(appspace.id).await?)
    }

    /// Adds an account of this host as a member. Without a name they get one from their mail address.
    pub async fn add_member(
        &self,
        owner: AccountId,
        address: &str,
        email: &str,
        name: Option<&str>,
    ) -> Result<Member, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let account = self.account_by_email(email).await?;
        let display_name = match name {
            Some(name) => check_name(name)?,
            None => name_from_email(&account.email),
        };
        let member = Member {
            proxy_id: ProxyId::random(),
            display_name,
            avatar: String::new(),
            permissions: BTreeSet::new(),
            is_owner: false,
        };
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        let members = &self.parts.members;
        match members
            .add_member(appspace.id, &member, Some(account.id))
            .await
        {
            Ok(()) => {
                self.parts.sessions.forget_appspace(appspace.id);
                Ok(member)
            }
            Err(StoreError::Taken { .. }) => Err(OpError::new(
                ErrorKind::Conflict,
                format!(
                    "{} is a member of {} already",
                    account.email, appspace.address
                ),
            )),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives a member (by mail address or proxy id) a permission that the app knows.
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
        self.set_permission(&appspace, member, &permission, true)
            .await
    }

    /// Takes a permission from a member (by mail address or proxy id).
    pub async fn revoke(
        &self,
        owner: AccountId,
        address: &str,
        member: &str,
        permission: &str,
    ) -> Result<Member, OpError> {
        let permission = parse_permission(permission)?;
        let appspace = self.appspace_of(owner, address).await?;
        self.set_permission(&appspace, member, &permission, false)
            .await
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

    async fn permissions_of(
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
        appspace: &Appspace,
        member: &str,
        permission: &Permission,
        granted: bool,
    ) -> Result<Member, OpError> {
        let _visit = self.parts.lifecycle.visit(appspace)?;
        let found = self.find_member(appspace, member).await?;
        let members = &self.parts.members;
        members
            .set_permission(appspace.id, &found.proxy_id, permission, granted)
            .await?;
        self.parts.sessions.forget_appspace(appspace.id);
        self.find_member(appspace, found.proxy_id.as_str()).await
    }

    async fn find_member(&self, appspace: &Appspace, text: &str) -> Result<Member, OpError> {
        let found = if text.contains('@') {
            let account = self.account_by_email(text).await?;
            let members = &self.parts.members;
            members.member_of_account(appspace.id, account.id).await?
        } else {
            match text.parse::<ProxyId>() {
                Ok(id) => self.parts.members.member(appspace.id, &id).await?,
                Err(_) => None,
            }
        };
        found.ok_or_else(|| {
            let message = format!("`{}` is not a member of {}", clip(text), appspace.address);
            OpError::new(ErrorKind::NotFound, message)
                .with_hint("name members by mail address, or by the id that `ds-host appspace member list` shows")
        })
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

fn check_name(name: &str) -> Result<String, OpError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        return Err(OpError::new(
            ErrorKind::Invalid,
            format!("a member's name has 1 to {NAME_MAX} characters, all on one line"),
        ));
    }
    Ok(name.to_owned())
}

/// What to call somebody of whom only the mail address is known.
pub(super) fn name_from_email(email: &str) -> String {
    let local = email.split('@').next().unwrap_or_default();
    let name: String = local.chars().take(NAME_MAX).collect();
    if name.is_empty() {
        "Member".to_owned()
    } else {
        name
    }
}
