//! What opens an appspace without a browser's session: API keys, secret links, and programs that members let in.
//!
//! A token is `ds_` and 256 random bits (a link's is the bits alone). Who made it is shown it once; the host keeps its
//! hash. What was looked up is kept in memory, together with the member, so a request asks the database nothing;
//! whoever changes members or ends sessions ([`Sessions`]) empties this memory, too.

pub mod bearer;
mod lookup;
mod token;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use ds_core::{
    AccountId, AppspaceId, Clock, Member, MemberStore, MemberTokenId, Permission, ProxyId,
    StoreError, secret::Token,
};

use crate::{
    Sessions,
    marks::{Revocable, Stamp},
};
use lookup::Lookup;

pub use token::{MemberToken, MemberTokenStore, TokenKind};

/// The longest that can be said.
const LONGEST_DAYS: u32 = 3660;
/// How many keys and links an appspace has at most.
const MOST: usize = 100;
/// How many programs a member lets in at most.
const MOST_CLIENTS: usize = 50;
/// The longest name, in characters.
const NAME: usize = 80;

/// The tokens of members, with their rules. Clones are the same.
#[derive(Clone)]
pub struct MemberTokens(Arc<Lookup>);

/// What a new token is to be.
#[derive(Clone, Debug)]
pub struct NewMemberToken {
    /// Where.
    pub appspace: AppspaceId,
    /// As whom.
    pub member: ProxyId,
    /// By which account's leave, of a client.
    pub account: Option<AccountId>,
    /// What it is for.
    pub kind: TokenKind,
    /// What to call it.
    pub name: String,
    /// The permissions its bearer has at most.
    pub scope: Option<BTreeSet<Permission>>,
    /// Where a link leads.
    pub path: String,
    /// How long it is good, if not until it is removed.
    pub days: Option<u32>,
}

/// Why a token was not made, listed or removed.
#[derive(Debug, thiserror::Error)]
pub enum MemberTokenError {
    /// The name is empty, too long or has control characters in it.
    #[error("a name has 1 to {NAME} characters, all of them visible")]
    Name,
    /// It would be good for too long, or for no time.
    #[error("this is good for 1 to {LONGEST_DAYS} days, or for ever")]
    Days,
    /// There are too many.
    #[error("there are {0} already, and no more are kept; remove one that is not used")]
    TooMany(usize),
    /// There is none with that id.
    #[error("there is no such key, link or program")]
    NotThere,
    /// The store failed.
    #[error("cannot read or write the keys of an appspace")]
    Store(#[from] StoreError),
}

impl MemberTokens {
    /// The tokens kept in `store`, of members kept in `members`. What `sessions` revokes is revoked here.
    #[must_use]
    pub fn new(
        store: Arc<dyn MemberTokenStore>,
        members: Arc<dyn MemberStore>,
        sessions: Sessions,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self(Arc::new(Lookup::new(store, members, sessions, clock)))
    }

    /// Makes a token. The text is what its bearer presents; it cannot be had again.
    ///
    /// # Errors
    /// If the rules do not allow it, or it cannot be recorded.
    pub async fn make(
        &self,
        new: NewMemberToken,
    ) -> Result<(MemberToken, String), MemberTokenError> {
        self.check(&new).await?;
        let name = name(&new.name)?;
        let created = self.0.clock.now();
        let hours = |days: u32| Duration::from_hours(u64::from(days) * 24);
        let token = MemberToken {
            id: MemberTokenId::new(),
            appspace: new.appspace,
            member: new.member,
            account: new.account,
            kind: new.kind,
            name,
            scope: new.scope,
            path: new.path,
            created,
            expires: new.days.map(|days| created.plus(hours(days))),
            last_used: None,
        };
        let secret = Token::random();
        self.0
            .store
            .add_member_token(&secret.hash(), &token)
            .await?;
        let text = match token.kind {
            TokenKind::Link => secret.reveal().to_owned(),
            TokenKind::Key | TokenKind::Client => [bearer::PREFIX, secret.reveal()].concat(),
        };
        Ok((token, text))
    }

    /// Whether a name and a time would do, before anything is made for them.
    ///
    /// # Errors
    /// If they would not, or there are too many tokens.
    pub async fn check(&self, new: &NewMemberToken) -> Result<(), MemberTokenError> {
        name(&new.name)?;
        if new
            .days
            .is_some_and(|days| !(1..=LONGEST_DAYS).contains(&days))
        {
            return Err(MemberTokenError::Days);
        }
        let all = self.0.store.member_tokens(new.appspace).await?;
        let (most, there) = match new.kind {
            TokenKind::Client => {
                let own = |one: &&MemberToken| one.kind == new.kind && one.member == new.member;
                (MOST_CLIENTS, all.iter().filter(own).count())
            }
            TokenKind::Key | TokenKind::Link => {
                let kept = all.iter().filter(|one| one.kind != TokenKind::Client);
                (MOST, kept.count())
            }
        };
        if there >= most {
            return Err(MemberTokenError::TooMany(most));
        }
        Ok(())
    }

    /// All tokens of an appspace, oldest first.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn list(&self, appspace: AppspaceId) -> Result<Vec<MemberToken>, MemberTokenError> {
        Ok(self.0.store.member_tokens(appspace).await?)
    }

    /// Makes a token worth nothing, from now on.
    ///
    /// # Errors
    /// If the appspace has no such token, or it cannot be removed.
    pub async fn remove(
        &self,
        appspace: AppspaceId,
        id: MemberTokenId,
    ) -> Result<(), MemberTokenError> {
        let this = self.clone();
        // To the end, even if who asked goes away: else the store could know and the memory not.
        let removed = tokio::spawn(async move {
            let hash = this.0.store.remove_member_token(appspace, id).await?;
            let hash = hash.ok_or(MemberTokenError::NotThere)?;
            this.0.sessions.marks().revoke(Revocable::Token(&hash));
            Ok(())
        });
        removed.await.unwrap_or_else(|crashed| {
            Err(MemberTokenError::Store(StoreError::Failed {
                action: "remove a key",
                source: crashed.into(),
            }))
        })
    }

    /// Removes every token of a member who is removed or blocked.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn end_member(
        &self,
        appspace: AppspaceId,
        member: &ProxyId,
    ) -> Result<(), StoreError> {
        // Before, too: a token that is recorded after the removal finds that something was revoked.
        self.0.sessions.forget_appspace(appspace);
        let removed = self.0.store.remove_tokens_of_member(appspace, member).await;
        self.0.sessions.forget_appspace(appspace);
        removed
    }

    /// Removes every program that somebody let in, at every appspace. To be called after
    /// [`Sessions::end_account`](crate::Sessions::end_account), from when on no program is let in by what was allowed before.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn end_clients_of(&self, account: AccountId) -> Result<(), StoreError> {
        let removed = self.0.store.remove_clients_of_account(account).await;
        // What was looked up meanwhile is not remembered.
        let marks = self.0.sessions.marks();
        marks.revoke(Revocable::Account(account));
        removed
    }

    /// Who a program is that shows a token: a key, or what a member let in.
    ///
    /// # Errors
    /// If it cannot be looked up.
    pub async fn bearer(
        &self,
        appspace: AppspaceId,
        presented: &str,
    ) -> Result<Option<Arc<Member>>, StoreError> {
        let found = self.known_bearer(appspace, presented).await?;
        Ok(found.map(|known| Arc::clone(&known.member)))
    }

    /// What a program shows, if it is a token that is good here.
    ///
    /// # Errors
    /// If it cannot be looked up.
    pub async fn presented(
        &self,
        appspace: AppspaceId,
        presented: &str,
    ) -> Result<Option<MemberToken>, StoreError> {
        let found = self.known_bearer(appspace, presented).await?;
        Ok(found.map(|known| known.token.clone()))
    }

    /// The link that somebody opened.
    ///
    /// # Errors
    /// If it cannot be looked up.
    pub async fn link(
        &self,
        appspace: AppspaceId,
        presented: &str,
    ) -> Result<Option<MemberToken>, StoreError> {
        let found = self.0.find(appspace, &Token::presented(presented)).await?;
        let found = found.filter(|known| known.token.kind == TokenKind::Link);
        Ok(found.map(|known| known.token.clone()))
    }

    /// Ends the sessions of links whose time is over, and forgets programs that nobody uses; for the host's round.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        let now = self.0.clock.now();
        for (appspace, member) in self.0.store.ended_links(now).await? {
            self.0.sessions.end_member(appspace, &member).await?;
        }
        self.0.store.purge_clients(token::unused_since(now)).await
    }

    /// The marks of an appspace and an account as they are, or `None` if something is revoked this very moment.
    pub(crate) fn stamp(&self, appspace: AppspaceId, account: Option<AccountId>) -> Option<Stamp> {
        let marks = self.0.sessions.marks();
        let account = account.map(Revocable::Account);
        let things = [Some(Revocable::Appspace(appspace)), account, None];
        marks.stamp(marks.begin(), things)
    }

    /// Whether nothing was revoked since.
    pub(crate) fn is_current(&self, stamp: &Stamp) -> bool {
        self.0.sessions.marks().is_current(stamp)
    }

    async fn known_bearer(
        &self,
        appspace: AppspaceId,
        presented: &str,
    ) -> Result<Option<Arc<lookup::Known>>, StoreError> {
        let Some(secret) = presented.strip_prefix(bearer::PREFIX) else {
            return Ok(None);
        };
        let found = self.0.find(appspace, &Token::presented(secret)).await?;
        Ok(found.filter(|known| known.token.kind != TokenKind::Link))
    }
}

fn name(text: &str) -> Result<String, MemberTokenError> {
    let name = text.trim();
    let length = name.chars().count();
    if (1..=NAME).contains(&length) && !name.chars().any(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err(MemberTokenError::Name)
    }
}
