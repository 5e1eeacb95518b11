//! The one decision: may this visitor use this route?

use ds_core::{Access, Member, Permission, ProxyId};

use crate::Visitor;

/// Proof that a visitor may use a route. Only [`authorize`] makes one.
///
/// ```compile_fail
/// let forged = ds_auth::Granted { visitor: ds_auth::Visitor::Anonymous };
/// ```
#[derive(Clone, Debug)]
#[must_use = "permission that is not passed on grants nothing"]
pub struct Granted {
    visitor: Visitor,
}

/// Why a visitor may not use a route.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// It is for members, and we do not know who this is.
    #[error("this is for members only: log in first")]
    NotLoggedIn,
    /// It takes a permission that this member lacks.
    #[error("this takes the permission `{0}`, which you do not have; ask the owner")]
    Lacks(Permission),
}

impl Granted {
    /// Who was granted; `None` for the public.
    #[must_use]
    pub fn member(&self) -> Option<&Member> {
        match &self.visitor {
            Visitor::Anonymous => None,
            Visitor::Member(member) => Some(member),
        }
    }

    /// Who was granted, as the app knows them.
    #[must_use]
    pub fn proxy_id(&self) -> Option<&ProxyId> {
        self.member().map(|member| &member.proxy_id)
    }
}

/// Decides whether a visitor may use what `access` guards.
///
/// # Errors
/// [`Denied`], with the reason for the visitor.
pub fn authorize(access: &Access, visitor: Visitor) -> Result<Granted, Denied> {
    match (access, &visitor) {
        (Access::Public, _) | (Access::Authorized { permission: None }, Visitor::Member(_)) => {}
        (Access::Authorized { .. }, Visitor::Anonymous) => return Err(Denied::NotLoggedIn),
        (
            Access::Authorized {
                permission: Some(needed),
            },
            Visitor::Member(member),
        ) => {
            if !member.may(needed) {
                return Err(Denied::Lacks(needed.clone()));
            }
        }
    }
    Ok(Granted { visitor })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn who_may_enter() {
        let edit: Permission = "edit".parse().unwrap();
        let member = |is_owner, permissions: &[&str]| {
            Visitor::Member(Arc::new(Member {
                proxy_id: ProxyId::random(),
                display_name: "Ada".into(),
                avatar: String::new(),
                permissions: permissions.iter().map(|p| p.parse().unwrap()).collect(),
                is_owner,
            }))
        };
        let public = Access::Public;
        let members = Access::Authorized { permission: None };
        let editors = Access::Authorized {
            permission: Some(edit.clone()),
        };
        let check = |access: &Access, visitor: Visitor, expect: Result<(), Denied>| {
            assert_eq!(
                authorize(access, visitor.clone()).map(|_| ()),
                expect,
                "{access:?} {visitor:?}"
            );
        };
        check(&public, Visitor::Anonymous, Ok(()));
        check(&public, member(false, &[]), Ok(()));
        check(&members, Visitor::Anonymous, Err(Denied::NotLoggedIn));
        check(&members, member(false, &[]), Ok(()));
        check(&editors, Visitor::Anonymous, Err(Denied::NotLoggedIn));
        check(&editors, member(false, &["read"]), Err(Denied::Lacks(edit)));
        check(&editors, member(false, &["edit"]), Ok(()));
        check(&editors, member(true, &[]), Ok(()));
    }
}
