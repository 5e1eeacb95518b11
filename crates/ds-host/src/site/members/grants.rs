//! What somebody may do, to choose: a role that the app suggests, or single permissions.

use std::collections::BTreeSet;

use ds_core::{
    AccountId, Permission,
    manifest::{DeclaredPermission, DeclaredRole},
};

use crate::{
    ops::{OpError, Ops},
    site::error::SiteError,
};

/// The fields of a form, in which ticks may be there several times.
pub(super) type Typed = Vec<(String, String)>;

/// A field of a form; empty if it is not there.
pub(super) fn field<'t>(typed: &'t Typed, name: &str) -> &'t str {
    let found = typed.iter().find(|(field, _)| field == name);
    found.map_or("", |(_, value)| value.as_str())
}

/// What can be chosen.
#[derive(Clone, Debug)]
pub(super) struct Grants {
    /// The roles that the app suggests.
    pub(super) roles: Vec<RoleChoice>,
    /// All permissions it knows.
    pub(super) ticks: Vec<Tick>,
    /// Whether what is ticked fits no role.
    pub(super) by_hand: bool,
}

/// A role.
#[derive(Clone, Debug)]
pub(super) struct RoleChoice {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) is_chosen: bool,
}

/// A permission.
#[derive(Clone, Debug)]
pub(super) struct Tick {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) is_ticked: bool,
}

/// What an app knows to grant.
pub(super) struct Known {
    pub(super) roles: Vec<DeclaredRole>,
    pub(super) permissions: Vec<DeclaredPermission>,
}

impl Known {
    pub(super) async fn of(ops: &Ops, owner: AccountId, name: &str) -> Result<Self, SiteError> {
        Ok(Self {
            roles: ops.roles(owner, name).await?,
            permissions: ops.permissions(owner, name).await?,
        })
    }

    /// The choice, with what is held now. What is held and not known any more can be kept or dropped.
    pub(super) fn grants(&self, held: &BTreeSet<Permission>) -> Grants {
        let chosen = self.roles.iter().find(|role| role.permissions == *held);
        let roles = self.roles.iter().map(|role| RoleChoice {
            key: role.key.clone(),
            name: role.name.clone(),
            description: role.description.clone(),
            is_chosen: chosen.is_some_and(|one| one.key == role.key),
        });
        let known = self.permissions.iter().map(|one| Tick {
            name: one.name.to_string(),
            description: one.description.clone(),
            is_ticked: held.contains(&one.name),
        });
        let is_known = |name: &Permission| self.permissions.iter().any(|one| one.name == *name);
        let forgotten = held.iter().filter(|name| !is_known(name));
        let forgotten = forgotten.map(|name| Tick {
            name: name.to_string(),
            description: "This version of the app does not know it".to_owned(),
            is_ticked: true,
        });
        Grants {
            roles: roles.collect(),
            ticks: known.chain(forgotten).collect(),
            by_hand: chosen.is_none(),
        }
    }

    /// What to call what somebody may do.
    pub(super) fn words(&self, held: &BTreeSet<Permission>) -> String {
        if let Some(role) = self.roles.iter().find(|role| role.permissions == *held) {
            return role.name.clone();
        }
        let names: Vec<&str> = held.iter().map(Permission::as_str).collect();
        match names.as_slice() {
            [] => "member".to_owned(),
            names => format!("may {}", names.join(", ")),
        }
    }
}

/// The permissions that were chosen in a form: those of the role, or those ticked.
pub(super) async fn chosen(
    ops: &Ops,
    owner: AccountId,
    name: &str,
    typed: &Typed,
) -> Result<Vec<String>, OpError> {
    let role = field(typed, "role");
    if !role.is_empty() {
        return ops.permissions_of_role(owner, name, role).await;
    }
    let ticked = typed.iter().filter(|(field, _)| field == "permission");
    Ok(ticked.map(|(_, value)| value.clone()).collect())
}
