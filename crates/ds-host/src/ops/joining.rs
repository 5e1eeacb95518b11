//! Becoming a member by asking, or with an invitation link.
//!
//! ```text
//! somebody proves who they are ─▶ Comer ─▶ join ─┬─ a member already, or now ─▶ Joined::Member
//!    (at the appspace's entrance, or with        ├─ the owner decides ────────▶ Joined::Waiting
//!     an account at the account site)            └─ no link, and closed ──────▶ refused
//! ```

mod bars;
mod kept_out;
mod known;
mod left;
mod let_in;
mod links;
mod requests;
mod told;

use std::collections::BTreeSet;

use ds_auth::{
    joining::{JoinLink, JoinRules, Joining, MostWaiting, Who},
    pictures::Picture,
};
use ds_core::{AccountId, Appspace, AppspaceId, Member, MemberLogin, Permission, secret::Token};

use super::{Action, ErrorKind, OpError, Ops};

pub use bars::BarSummary;
pub use kept_out::KeptOut;
pub(crate) use kept_out::barred;
pub use known::KnownWays;
pub use links::NewLink;
pub use requests::RequestSummary;

/// How many may wait at the door of one appspace: strangers who have a host, or a domain, do not fill it with names of theirs.
const MOST_WAITING: MostWaiting = MostWaiting {
    all: 100,
    of_host: 10,
    of_domain: 25,
};

/// How often an owner is told in an hour that somebody waits at an appspace.
pub(super) const TOLD_EACH_HOUR: u32 = 1;

/// Somebody who has proved who they are and is no member.
#[derive(Clone, Debug)]
pub struct Comer {
    /// Who they proved to be.
    pub who: Who,
    /// The account of this host that has the mail address which was proved.
    pub account: Option<AccountId>,
    /// What they want to be called; empty: whatever can be made of who they are.
    pub name: String,
    /// The picture they want to be shown with.
    pub picture: Option<Picture>,
}

/// What became of somebody who wants to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    /// They are a member.
    Member(Member),
    /// The owner decides.
    Waiting,
}

/// An invitation link as who comes with it sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationView {
    /// What the owner is called there.
    pub by: String,
    /// The role they would have, if the app suggests one that fits.
    pub role: Option<String>,
    /// What they would be allowed to do.
    pub permissions: BTreeSet<Permission>,
}

impl Comer {
    /// Somebody with an account of this host.
    #[must_use]
    pub fn of_account(id: AccountId, name: &str) -> Self {
        Self {
            who: Who::Account(id),
            account: None,
            name: name.to_owned(),
            picture: None,
        }
    }

    /// Somebody of elsewhere, or with a mail address.
    #[must_use]
    pub fn of_login(login: MemberLogin, name: &str) -> Self {
        Self {
            who: Who::Login(login),
            account: None,
            name: name.to_owned(),
            picture: None,
        }
    }
}

impl Ops {
    /// Who may join an appspace by asking.
    pub async fn joining(&self, at: AppspaceId) -> Result<Joining, OpError> {
        Ok(self.joins().join_rules(at).await?.joining)
    }

    /// The same with all of its rules, for its owner.
    pub async fn join_rules(&self, owner: AccountId, address: &str) -> Result<JoinRules, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        Ok(self.joins().join_rules(appspace.id).await?)
    }

    /// Says who may join an appspace, and what they may do who do.
    pub async fn set_join_rules(
        &self,
        owner: AccountId,
        address: &str,
        joining: &str,
        permissions: &[String],
    ) -> Result<JoinRules, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let joining = Joining::read(joining).ok_or_else(|| {
            let message = "joining is `closed`, by `approval`, or `open`";
            OpError::new(ErrorKind::Invalid, message)
        })?;
        let permissions = self.known_permissions(&appspace, permissions).await?;
        let rules = JoinRules {
            joining,
            permissions,
        };
        self.joins().set_join_rules(appspace.id, &rules).await?;
        let about = format!("{}: {}", appspace.address, joining.as_str());
        self.note(owner, Action::JoiningChanged, about).await;
        Ok(rules)
    }

    /// Whether somebody is a member of an appspace with their account of this host.
    pub async fn is_member(
        &self,
        appspace: &Appspace,
        account: AccountId,
    ) -> Result<bool, OpError> {
        let _visit = self.parts.lifecycle.visit(appspace)?;
        let who = Who::Account(account);
        Ok(self.member_who(appspace.id, &who).await?.is_some())
    }

    /// Lets somebody in who proved who they are, with an invitation or by the rules of the appspace. Who is a member
    /// already stays the member they are.
    pub async fn join(
        &self,
        appspace: &Appspace,
        comer: &Comer,
        invitation: Option<&Token>,
    ) -> Result<Joined, OpError> {
        let _visit = self.parts.lifecycle.visit(appspace)?;
        if let Some(member) = self.member_who(appspace.id, &comer.who).await? {
            return Ok(Joined::Member(member));
        }
        if self.is_barred(appspace, comer).await? {
            return Err(barred(appspace));
        }
        let name = self.name_of(comer).await?;
        if let Some(token) = invitation {
            let link = self.use_link(appspace, token).await?;
            let made = self.let_in(appspace, comer, name, link.permissions, Some(&link.note));
            let made = made.await;
            if made.is_err() {
                self.joins().unuse_join_link(&link.token).await?;
            }
            return made.map(Joined::Member);
        }
        let rules = self.joins().join_rules(appspace.id).await?;
        match rules.joining {
            Joining::Closed => Err(closed(appspace)),
            Joining::Approval => self.ask_to_join(appspace, comer, name).await,
            Joining::Open => {
                let made = self
                    .let_in(appspace, comer, name, rules.permissions, None)
                    .await;
                made.map(Joined::Member)
            }
        }
    }

    pub(super) fn joins(&self) -> &dyn ds_auth::joining::JoinStore {
        &*self.parts.membership.joins
    }

    /// A link that is good now, at this appspace; it is not used by that.
    async fn good_link(&self, at: &Appspace, token: &Token) -> Result<JoinLink, OpError> {
        if !token.is_well_formed() {
            return Err(gone());
        }
        let found = self.joins().join_link(&token.hash()).await?;
        let good = found.filter(|link| link.appspace == at.id && link.is_good(self.now()));
        good.ok_or_else(gone)
    }

    async fn use_link(&self, at: &Appspace, token: &Token) -> Result<JoinLink, OpError> {
        let link = self.good_link(at, token).await?;
        let used = self.joins().use_join_link(&link.token, self.now()).await?;
        used.ok_or_else(gone)
    }
}

fn gone() -> OpError {
    let message = "this invitation is used up, withdrawn or too old";
    OpError::new(ErrorKind::NotFound, message).with_hint("ask who sent it to you for another")
}

fn closed(appspace: &Appspace) -> OpError {
    let message = format!("{} takes no new members by itself", appspace.address);
    OpError::new(ErrorKind::Forbidden, message)
        .with_hint("ask its owner to add you, or for an invitation link")
}
