//! Letting programs in that are no browsers: a member says yes in a browser, and the program gets a token.
//!
//! Two ways of OAuth 2, for programs that register nowhere and keep no secret: a code that the browser brings to the
//! program on the same computer (RFC 6749 with PKCE and a loopback redirect, RFC 8252), and a short code that a
//! person types where they are logged in (RFC 8628). What waits for an answer is kept in memory alone: after a restart
//! the program asks again.

mod asked;
mod codes;
mod devices;
mod loopback;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, net::IpAddr, sync::Arc, time::Duration};

use ds_core::{AccountId, AppspaceId, Clock, Permission, ProxyId};

use crate::{
    MemberToken, MemberTokenError, MemberTokens, NewMemberToken, Rates, TokenKind, marks::Stamp,
};
use codes::{Codes, Refused};
use devices::Devices;

pub use asked::{Asked, Refusal, client_name, scope};
pub use devices::{Begun, DeviceAsk};
pub use loopback::Loopback;

/// How often one network may begin, within a while.
const FROM_NETWORK: u32 = 30;
/// How often programs may begin at one appspace.
const AT_APPSPACE: u32 = 200;
/// How many codes a member may type.
const TYPED: u32 = 20;
/// How many programs on their own computer a member may let in.
const ALLOWED: u32 = 30;
const WHILE: Duration = Duration::from_mins(10);

/// What a member said yes to.
#[derive(Clone, Debug)]
pub struct Leave {
    /// Where.
    pub appspace: AppspaceId,
    /// Who said so.
    pub member: ProxyId,
    /// The account by which they were logged in, if one of this host.
    pub account: Option<AccountId>,
    /// What the program calls itself.
    pub client: String,
    /// What it may do beyond being a member.
    pub scope: BTreeSet<Permission>,
    /// What they stood on.
    pub standing: Standing,
}

/// What had been revoked when somebody said yes: what is revoked later takes their word back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing(Option<Stamp>);

/// Why a program gets no token, with the word for it in OAuth 2.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// What it sent makes no sense.
    #[error("{0}")]
    Request(&'static str),
    /// Its code is wrong, used, too old, or another's.
    #[error("this code is wrong, used or too old, or was for another program")]
    Grant,
    /// It asks for what is no permission.
    #[error("the scope is not a list of permissions of this app")]
    Scope,
    /// There is no such way to a token.
    #[error("there is no such grant type here")]
    GrantType,
    /// Nobody has decided.
    #[error("nobody has typed the code and decided yet")]
    Pending,
    /// It asks too often.
    #[error("ask less often")]
    SlowDown,
    /// Nobody decided in time.
    #[error("nobody decided in time; begin again")]
    Expired,
    /// Somebody said no.
    #[error("it was refused")]
    Denied,
    /// Too much was begun.
    #[error("too many programs are asking; try again in {} s", .0.as_secs().max(1))]
    TooMany(Duration),
    /// The token could not be made.
    #[error("the token could not be made")]
    Token(#[from] MemberTokenError),
}

impl GrantError {
    /// The word for it in OAuth 2.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Request(_) => "invalid_request",
            Self::Grant => "invalid_grant",
            Self::Scope => "invalid_scope",
            Self::GrantType => "unsupported_grant_type",
            Self::Pending => "authorization_pending",
            Self::SlowDown | Self::TooMany(_) => "slow_down",
            Self::Expired => "expired_token",
            Self::Denied | Self::Token(MemberTokenError::TooMany(_)) => "access_denied",
            Self::Token(_) => "server_error",
        }
    }
}

/// The programs that wait to be let in.
pub struct NativeApps {
    tokens: MemberTokens,
    codes: Codes,
    devices: Devices,
    networks: Rates<IpAddr>,
    appspaces: Rates<AppspaceId>,
    typed: Rates<(AppspaceId, ProxyId)>,
    allowed: Rates<(AppspaceId, ProxyId)>,
}

impl NativeApps {
    /// None yet.
    #[must_use]
    pub fn new(tokens: MemberTokens, clock: Arc<dyn Clock>) -> Self {
        Self {
            tokens,
            codes: Codes::new(Arc::clone(&clock)),
            devices: Devices::new(Arc::clone(&clock)),
            networks: Rates::new(Arc::clone(&clock), FROM_NETWORK, WHILE),
            appspaces: Rates::new(Arc::clone(&clock), AT_APPSPACE, WHILE),
            typed: Rates::new(Arc::clone(&clock), TYPED, WHILE),
            allowed: Rates::new(clock, ALLOWED, WHILE),
        }
    }

    /// The tokens that come of it.
    #[must_use]
    pub fn tokens(&self) -> &MemberTokens {
        &self.tokens
    }

    /// What whoever is about to say yes stands on. Look afterwards whether they are still logged in.
    #[must_use]
    pub fn standing(&self, appspace: AppspaceId, account: Option<AccountId>) -> Standing {
        Standing(self.tokens.stamp(appspace, account))
    }

    /// A member said yes: the code that their browser takes to the program.
    ///
    /// # Errors
    /// If they said so often.
    pub fn allow(&self, asked: &Asked, leave: Leave) -> Result<String, GrantError> {
        let who = (leave.appspace, leave.member.clone());
        self.allowed.count(who).map_err(GrantError::TooMany)?;
        Ok(self.codes.add(asked, leave))
    }

    /// Makes the token for a code. A code that is presented again ends the token that came of it: one of the two was a
    /// thief.
    ///
    /// # Errors
    /// If the code is not good for this.
    pub async fn redeem(
        &self,
        appspace: AppspaceId,
        client: &str,
        redirect: &str,
        code: &str,
        verifier: &str,
    ) -> Result<(MemberToken, String), GrantError> {
        let redeemed = self
            .codes
            .redeem(appspace, client, redirect, code, verifier);
        match redeemed {
            Ok(leave) => {
                let (token, text) = self.make(leave).await?;
                if self.codes.note(code, token.id) {
                    self.end(appspace, token.id).await?;
                    return Err(GrantError::Grant);
                }
                Ok((token, text))
            }
            Err(Refused::Again(token)) => {
                self.end(appspace, token).await?;
                Err(GrantError::Grant)
            }
            Err(Refused::Unknown) => Err(GrantError::Grant),
        }
    }

    /// A program without a browser begins. `from` is where it is.
    ///
    /// # Errors
    /// If too many do.
    pub fn begin(
        &self,
        appspace: AppspaceId,
        from: Option<IpAddr>,
        client: String,
        scope: BTreeSet<Permission>,
    ) -> Result<Begun, GrantError> {
        self.networks
            .count_network(from)
            .map_err(GrantError::TooMany)?;
        self.appspaces
            .count(appspace)
            .map_err(GrantError::TooMany)?;
        Ok(self.devices.begin(appspace, client, scope))
    }

    /// What a member typed, if something waits by that code. They may not try many.
    ///
    /// # Errors
    /// If they tried many.
    pub fn typed(
        &self,
        appspace: AppspaceId,
        member: &ProxyId,
        code: &str,
    ) -> Result<Option<DeviceAsk>, GrantError> {
        let who = (appspace, member.clone());
        self.typed.count(who).map_err(GrantError::TooMany)?;
        Ok(self.devices.find(appspace, code))
    }

    /// A member decided: yes, with what they gave, or no. Says whether anything waited for that.
    #[must_use]
    pub fn decide(&self, appspace: AppspaceId, code: &str, leave: Option<Leave>) -> bool {
        self.devices.decide(appspace, code, leave)
    }

    /// A program asks whether somebody decided.
    ///
    /// # Errors
    /// While nobody has, if they said no, or if there is no such program.
    pub async fn poll(
        &self,
        appspace: AppspaceId,
        client: &str,
        device_code: &str,
    ) -> Result<(MemberToken, String), GrantError> {
        let leave = self.devices.poll(appspace, client, device_code)?;
        self.make(leave).await
    }

    async fn make(&self, leave: Leave) -> Result<(MemberToken, String), GrantError> {
        let stamp = leave.standing.0.ok_or(GrantError::Grant)?;
        if !self.tokens.is_current(&stamp) {
            return Err(GrantError::Grant);
        }
        let appspace = leave.appspace;
        let made = self.tokens.make(NewMemberToken {
            appspace: leave.appspace,
            member: leave.member,
            account: leave.account,
            kind: TokenKind::Client,
            name: leave.client,
            scope: Some(leave.scope),
            path: String::new(),
            days: None,
        });
        let (token, text) = made.await?;
        if !self.tokens.is_current(&stamp) {
            self.end(appspace, token.id).await?;
            return Err(GrantError::Grant);
        }
        Ok((token, text))
    }

    async fn end(
        &self,
        appspace: AppspaceId,
        token: ds_core::MemberTokenId,
    ) -> Result<(), GrantError> {
        match self.tokens.remove(appspace, token).await {
            Ok(()) | Err(MemberTokenError::NotThere) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
