//! API keys, secret links, and programs that members let in.

use std::{collections::BTreeSet, sync::Arc};

use ds_auth::{
    MemberToken, MemberTokenError, MemberTokenStore, MemberTokens, NewMemberToken, Sessions,
    TokenKind, oauth::NativeApps,
};
use ds_core::{
    AccountId, Appspace, Clock, Member, MemberStore, MemberTokenId, Permission, ProxyId,
    manifest::DeclaredPermission,
};

use super::{
    Action, ErrorKind, OpError, Ops,
    accounts::clip,
    members::{MOST_MEMBERS, check_name},
};
use crate::site::LocalPath;

/// How long a key is good if nobody says.
pub const KEY_DAYS: u32 = 365;
/// How long a link is good if nobody says.
pub const LINK_DAYS: u32 = 30;
/// Where links lead to first.
pub const LINK_PATH: &str = "/.dropserver/link/";

/// What the operations about keys stand on. Clones are the same.
#[derive(Clone)]
pub struct Keys {
    tokens: MemberTokens,
    native: Arc<NativeApps>,
}

impl Keys {
    /// Those kept in `store`, of members kept in `members`.
    pub fn new<S: MemberTokenStore + 'static>(
        store: &Arc<S>,
        members: Arc<dyn MemberStore>,
        sessions: &Sessions,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let tokens = MemberTokens::new(store.clone(), members, sessions.clone(), clock.clone());
        Self {
            native: Arc::new(NativeApps::new(tokens.clone(), clock)),
            tokens,
        }
    }

    /// The tokens.
    #[must_use]
    pub fn tokens(&self) -> &MemberTokens {
        &self.tokens
    }

    /// Programs that wait to be let in.
    #[must_use]
    pub fn native(&self) -> &NativeApps {
        &self.native
    }
}

/// What a new key or link is to be.
#[derive(Clone, Debug, Default)]
pub struct NewKey {
    /// Whether it is a link.
    pub is_link: bool,
    /// What it is called; as a member, too.
    pub name: String,
    /// What it may do.
    pub permissions: Vec<String>,
    /// How long it is good, if not until it is removed.
    pub days: Option<u32>,
    /// Where a link leads.
    pub path: Option<String>,
}

/// A key, a link, or a program, as the owner sees it.
#[derive(Clone, Debug)]
pub struct KeySummary {
    /// What is recorded of it.
    pub token: MemberToken,
    /// The member that it is, or acts for; `None` if there is none any more.
    pub member: Option<Member>,
    /// Whether it opens nothing any more.
    pub is_over: bool,
}

impl KeySummary {
    /// What its bearer may do, by name; an owner's program may do what its scope says.
    #[must_use]
    pub fn permissions(&self) -> BTreeSet<Permission> {
        let narrowed = self.member.clone().map(|member| self.token.narrow(member));
        narrowed
            .map(|member| member.permissions)
            .unwrap_or_default()
    }
}

impl Ops {
    /// What opens appspaces without a browser's session.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.parts.keys
    }

    /// The keys and links of an appspace, and the programs that its members let in, oldest first.
    pub async fn list_keys(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<Vec<KeySummary>, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        self.keys_at(&appspace).await
    }

    /// The same, while the appspace is visited.
    pub(super) async fn keys_at(&self, appspace: &Appspace) -> Result<Vec<KeySummary>, OpError> {
        let members = self.parts.members.members(appspace.id).await?;
        let tokens = self.keys().tokens.list(appspace.id).await?;
        let now = self.now();
        let summary = |token: MemberToken| KeySummary {
            member: members
                .iter()
                .find(|one| one.proxy_id == token.member)
                .cloned(),
            is_over: token.is_over(now),
            token,
        };
        Ok(tokens.into_iter().map(summary).collect())
    }

    /// Makes a key or a link, which is a member of its own. The text is the key, or the link's whole address; it is
    /// told this once.
    pub async fn add_key(
        &self,
        owner: AccountId,
        address: &str,
        new: NewKey,
    ) -> Result<(KeySummary, String), OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let name = check_name(&new.name)?;
        let permissions = self.known_permissions(&appspace, &new.permissions).await?;
        let member = Member {
            proxy_id: ProxyId::random(),
            display_name: name.clone(),
            avatar: String::new(),
            permissions,
            is_owner: false,
        };
        let kind = if new.is_link {
            TokenKind::Link
        } else {
            TokenKind::Key
        };
        let wanted = NewMemberToken {
            appspace: appspace.id,
            member: member.proxy_id.clone(),
            account: None,
            kind,
            name,
            scope: None,
            path: path_of(kind, new.path.as_deref())?,
            days: new.days,
        };
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        let (token, text) = self.make_key(&appspace, &member, wanted).await?;
        let about = format!("{} of {}", token.name, appspace.address);
        self.note(owner, Action::KeyMade, about).await;
        let text = match kind {
            TokenKind::Link => {
                let origin = self.names().origin(&appspace.address);
                format!("{origin}{LINK_PATH}{text}")
            }
            _ => text,
        };
        let summary = KeySummary {
            token,
            member: Some(member),
            is_over: false,
        };
        Ok((summary, text))
    }

    /// Records the member first: a key without one opens nothing, and is no danger.
    async fn make_key(
        &self,
        appspace: &Appspace,
        member: &Member,
        wanted: NewMemberToken,
    ) -> Result<(MemberToken, String), OpError> {
        let (tokens, members) = (&self.keys().tokens, &self.parts.members);
        tokens.check(&wanted).await?;
        if members.members(appspace.id).await?.len() >= MOST_MEMBERS {
            let message = format!("{} has as many members as there can be", appspace.address);
            return Err(OpError::new(ErrorKind::Conflict, message));
        }
        members.add_member(appspace.id, member, None).await?;
        match tokens.make(wanted).await {
            Ok(made) => {
                self.parts.sessions.forget_appspace(appspace.id);
                Ok(made)
            }
            Err(error) => {
                members.remove_member(appspace.id, &member.proxy_id).await?;
                Err(error.into())
            }
        }
    }

    /// Makes a key, link or program worth nothing, at once. A key's or link's member goes, and what they have open.
    pub async fn remove_key(
        &self,
        owner: AccountId,
        address: &str,
        id: &str,
    ) -> Result<KeySummary, OpError> {
        let id: MemberTokenId = id.parse().map_err(|_| {
            let message = format!("`{}` is not the id of a key", clip(id));
            OpError::new(ErrorKind::Invalid, message).with_hint(LIST)
        })?;
        let all = self.list_keys(owner, address).await?;
        let found = all.into_iter().find(|one| one.token.id == id);
        let found = found.ok_or(MemberTokenError::NotThere)?;
        let appspace = self.appspace_of(owner, address).await?;
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        // Its member goes first, and what they have open: as long as any of it is there, it is in the list.
        if let Some(member) = &found.member
            && found.token.kind != TokenKind::Client
        {
            self.end_membership(&appspace, member).await?;
        }
        match self.keys().tokens.remove(appspace.id, id).await {
            // With its member.
            Ok(()) | Err(MemberTokenError::NotThere) => {}
            Err(error) => return Err(error.into()),
        }
        let about = format!("{} of {}", found.token.name, appspace.address);
        self.note(owner, Action::KeyRevoked, about).await;
        Ok(found)
    }

    /// The programs that a member let in, oldest first.
    pub async fn clients(
        &self,
        appspace: &Appspace,
        member: &ProxyId,
    ) -> Result<Vec<MemberToken>, OpError> {
        let now = self.now();
        let mut all = self.keys().tokens.list(appspace.id).await?;
        all.retain(|one| {
            one.kind == TokenKind::Client && one.member == *member && !one.is_over(now)
        });
        Ok(all)
    }

    /// Ends a program that a member let in: for themselves.
    pub async fn end_client(
        &self,
        appspace: &Appspace,
        member: &ProxyId,
        id: &str,
    ) -> Result<(), OpError> {
        let own = self.clients(appspace, member).await?;
        let id = id.parse::<MemberTokenId>().ok();
        let found = own.into_iter().find(|one| Some(one.id) == id);
        let found = found.ok_or(MemberTokenError::NotThere)?;
        Ok(self.keys().tokens.remove(appspace.id, found.id).await?)
    }

    /// Whether a member is whoever opens a secret link: then they may not let programs in, which would outlive it.
    pub async fn is_link(&self, appspace: &Appspace, member: &ProxyId) -> Result<bool, OpError> {
        let all = self.keys().tokens.list(appspace.id).await?;
        let is_it = |one: &MemberToken| one.kind == TokenKind::Link && one.member == *member;
        Ok(all.iter().any(is_it))
    }

    /// What an appspace's app lets its members do, for those who are there.
    pub async fn permissions_at(
        &self,
        appspace: &Appspace,
    ) -> Result<Vec<DeclaredPermission>, OpError> {
        self.permissions_of(appspace).await
    }
}

const LIST: &str = "`ds-host appspace key list` shows them";

/// Where a link leads. Keys lead nowhere.
fn path_of(kind: TokenKind, path: Option<&str>) -> Result<String, OpError> {
    let path = path.map(str::trim).filter(|path| !path.is_empty());
    match (kind, path) {
        (TokenKind::Link, None) => Ok("/".to_owned()),
        (TokenKind::Link, Some(path)) => {
            let local =
                LocalPath::parse(path).filter(|path| !path.as_str().starts_with("/.dropserver"));
            local.map(|path| path.to_string()).ok_or_else(|| {
                let message = format!("`{}` is no path of an appspace", clip(path));
                OpError::new(ErrorKind::Invalid, message)
                    .with_hint("write what comes after the appspace's name: `/albums/summer`")
            })
        }
        (_, Some(_)) => Err(OpError::new(
            ErrorKind::Invalid,
            "only links lead to a path; keys are for all of an appspace",
        )),
        (_, None) => Ok(String::new()),
    }
}

impl From<MemberTokenError> for OpError {
    fn from(error: MemberTokenError) -> Self {
        let kind = match &error {
            MemberTokenError::Name | MemberTokenError::Days => ErrorKind::Invalid,
            MemberTokenError::TooMany(_) => ErrorKind::Conflict,
            MemberTokenError::NotThere => ErrorKind::NotFound,
            MemberTokenError::Store(_) => ErrorKind::Internal,
        };
        let told = Self::new(kind, error.to_string()).with_source(error);
        match kind {
            ErrorKind::NotFound => told.with_hint(LIST),
            _ => told,
        }
    }
}
