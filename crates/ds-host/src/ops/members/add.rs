//! Making somebody a member.

use std::collections::BTreeSet;

use ds_auth::joining::Who;
use ds_core::{AccountId, Appspace, LoginKind, Member, Permission, ProxyId, StoreError};

use super::{MOST_MEMBERS, Way, check_name, name_from_email};
use crate::ops::{Action, ErrorKind, OpError, Ops};

impl Ops {
    /// Adds a member: by the mail address of an account of this host, any other mail address if this host sends mail, or a
    /// DropID. Without a name they get one from that.
    pub async fn add_member(
        &self,
        owner: AccountId,
        address: &str,
        who: &str,
        name: Option<&str>,
    ) -> Result<Member, OpError> {
        self.add_member_with(owner, address, who, name, &[]).await
    }

    /// The same, with what they may do.
    pub async fn add_member_with(
        &self,
        owner: AccountId,
        address: &str,
        who: &str,
        name: Option<&str>,
        permissions: &[String],
    ) -> Result<Member, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let permissions = self.known_permissions(&appspace, permissions).await?;
        let way = self.way(who).await?;
        let display_name = match name {
            Some(name) => check_name(name)?,
            None => self.usual_name(&way).await?,
        };
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        // Whom the owner adds may come back. First: nobody is to be a member and kept out.
        self.lift_bars_of(&appspace, &way.who()).await?;
        let member = self
            .make_member(&appspace, &way.who(), display_name, permissions)
            .await;
        match member {
            Ok(member) => {
                let about = format!("{} in {}", way.text(), appspace.address);
                self.note(owner, Action::MemberAdded, about).await;
                Ok(member)
            }
            Err(Refusal::Already) => {
                let message = format!("{} is a member of {} already", way.text(), appspace.address);
                Err(OpError::new(ErrorKind::Conflict, message))
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Records a new member.
    pub(in crate::ops) async fn make_member(
        &self,
        appspace: &Appspace,
        who: &Who,
        display_name: String,
        permissions: BTreeSet<Permission>,
    ) -> Result<Member, Refusal> {
        let members = self.parts.members.members(appspace.id).await?;
        if members.len() >= MOST_MEMBERS {
            return Err(Refusal::Full);
        }
        let member = Member {
            proxy_id: ProxyId::random(),
            display_name,
            avatar: String::new(),
            permissions,
            is_owner: false,
        };
        let logins = &self.parts.membership.logins;
        let added = match who {
            Who::Account(id) => {
                let members = &self.parts.members;
                members.add_member(appspace.id, &member, Some(*id)).await
            }
            Who::Login(login) => {
                let known = &self.parts.membership.known;
                known.free(&**logins, appspace.id, login).await?;
                logins.add_member_with(appspace.id, &member, login).await
            }
        };
        match added {
            Ok(()) => {
                self.parts.sessions.forget_appspace(appspace.id);
                Ok(member)
            }
            Err(StoreError::Taken { .. }) => Err(Refusal::Already),
            Err(error) => Err(error.into()),
        }
    }
}

/// Why somebody did not become a member.
#[derive(Debug, thiserror::Error)]
pub(in crate::ops) enum Refusal {
    /// They are one.
    #[error("they are a member already")]
    Already,
    /// There are too many.
    #[error("this appspace has {MOST_MEMBERS} members, which is as many as there can be")]
    Full,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refusal> for OpError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Store(error) => error.into(),
            other => Self::new(ErrorKind::Conflict, other.to_string()),
        }
    }
}

impl Ops {
    async fn usual_name(&self, way: &Way) -> Result<String, OpError> {
        match way {
            Way::Account(account) => self.called(account).await,
            Way::Login(login) => Ok(name_of_login(login.kind, &login.name)),
        }
    }
}

/// What to call somebody of whom only this is known.
pub(crate) fn name_of_login(kind: LoginKind, name: &str) -> String {
    if kind == LoginKind::Email {
        return name_from_email(name);
    }
    let whole = name.trim_start_matches("https://").trim_end_matches('/');
    let last = whole.rsplit('/').next().unwrap_or(whole);
    ds_auth::dropid::client::shown_name(last).unwrap_or_else(|| "Member".to_owned())
}
