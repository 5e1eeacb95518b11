//! Tells who sends a request by the session cookie.

use async_trait::async_trait;
use ds_core::AppspaceId;
use http::HeaderMap;

use crate::{AuthError, Authenticator, Cookies, Sessions, Visitor, cookie::Kind};

/// Members by their session cookie.
pub struct SessionAuthenticator {
    sessions: Sessions,
    cookies: Cookies,
}

impl SessionAuthenticator {
    /// Looks for `cookies` and asks `sessions`.
    #[must_use]
    pub fn new(sessions: Sessions, cookies: Cookies) -> Self {
        Self { sessions, cookies }
    }
}

#[async_trait]
impl Authenticator for SessionAuthenticator {
    async fn identify(
        &self,
        appspace: AppspaceId,
        headers: &HeaderMap,
    ) -> Result<Visitor, AuthError> {
        let Some(token) = self.cookies.read(headers, Kind::Member) else {
            return Ok(Visitor::Anonymous);
        };
        let member = self.sessions.member(appspace, &token).await?;
        Ok(member.map_or(Visitor::Anonymous, Visitor::Member))
    }
}
