//! Tells who sends a request: by a token in its `Authorization` header, else by the session cookie.

use async_trait::async_trait;
use ds_core::AppspaceId;
use http::HeaderMap;
use tokio::sync::watch;

use crate::{
    AuthError, Authenticator, Cookies, MemberTokens, Sessions, Visitor, cookie::Kind,
    member_tokens::bearer,
};

/// Members by their session cookie, and programs by their token.
pub struct SessionAuthenticator {
    sessions: Sessions,
    cookies: Cookies,
    tokens: Option<MemberTokens>,
}

impl SessionAuthenticator {
    /// Looks for `cookies` and asks `sessions`.
    #[must_use]
    pub fn new(sessions: Sessions, cookies: Cookies) -> Self {
        Self {
            sessions,
            cookies,
            tokens: None,
        }
    }

    /// The same, on a host where programs come with tokens.
    #[must_use]
    pub fn with_tokens(mut self, tokens: MemberTokens) -> Self {
        self.tokens = Some(tokens);
        self
    }
}

#[async_trait]
impl Authenticator for SessionAuthenticator {
    async fn identify(
        &self,
        appspace: AppspaceId,
        headers: &HeaderMap,
    ) -> Result<Visitor, AuthError> {
        if let Some(tokens) = &self.tokens
            && bearer::is_presented(headers)
        {
            // Who shows a token means it: a wrong one must not pass as the public, or as a cookie's member.
            let token = bearer::presented(headers).ok_or(AuthError::Token)?;
            let member = tokens.bearer(appspace, token).await?;
            return member.map(Visitor::Member).ok_or(AuthError::Token);
        }
        let Some(token) = self.cookies.read(headers, Kind::Member) else {
            return Ok(Visitor::Anonymous);
        };
        let member = self.sessions.member(appspace, &token).await?;
        Ok(member.map_or(Visitor::Anonymous, Visitor::Member))
    }

    fn changes(&self) -> Option<watch::Receiver<()>> {
        Some(self.sessions.changes())
    }

    fn is_token(&self, headers: &HeaderMap) -> bool {
        self.tokens.is_some() && bearer::is_presented(headers)
    }
}
