//! Whose token a request presents. Cookies are not looked at.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{HeaderMap, header, request::Parts},
};
use ds_auth::{Account, ApiToken, Scope};
use ds_core::secret::Token;

use super::{Who, error::ApiError};
use crate::{ops::Rank, site::SiteState};

/// Somebody whose token was presented.
pub(super) struct Bearer {
    pub(super) account: Account,
    pub(super) token: ApiToken,
    presented: Token,
    from: Option<IpAddr>,
}

impl Bearer {
    /// Whether they may.
    pub(super) fn may(&self, who: Who) -> Result<(), ApiError> {
        if who != Who::Read && self.token.scope < Scope::Manage {
            return Err(ApiError::ReadOnly);
        }
        if who == Who::Admin && !self.account.is_admin {
            return Err(ApiError::NoAdmin);
        }
        Ok(())
    }

    /// Looks once more, when all that was sent has arrived: a token that was revoked meanwhile does nothing more.
    pub(super) async fn again(&mut self, site: &SiteState, who: Who) -> Result<(), ApiError> {
        *self = find(site, self.presented.clone(), self.from).await?;
        self.may(who)
    }

    /// What they may set.
    pub(super) fn rank(&self) -> Rank {
        if self.account.is_admin {
            Rank::Admin
        } else {
            Rank::Owner
        }
    }
}

/// Who asks.
pub(super) async fn of(site: &SiteState, parts: &Parts) -> Result<Bearer, ApiError> {
    let presented = presented(&parts.headers).ok_or(ApiError::NoToken)?;
    let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let from = from.map(|ConnectInfo(address)| address.ip());
    find(site, Token::presented(presented), from).await
}

async fn find(
    site: &SiteState,
    presented: Token,
    from: Option<IpAddr>,
) -> Result<Bearer, ApiError> {
    let token = site.ops.tokens().check(presented.reveal(), from).await?;
    let account = site.account_store.account(token.account).await;
    let account = account.map_err(crate::ops::OpError::from)?;
    // It goes with its account.
    let account = account.ok_or(ds_auth::BearerError::Unknown)?;
    Ok(Bearer {
        account,
        token,
        presented,
        from,
    })
}

/// `Authorization: Bearer …`, once.
fn presented(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (one, none) = (all.next()?, all.next());
    let (scheme, token) = one.to_str().ok()?.split_once(' ')?;
    let is_it = scheme.eq_ignore_ascii_case("bearer") && none.is_none();
    is_it.then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_presented() {
        let check = |values: &[&str], expect: Option<&str>| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, value.parse().unwrap());
            }
            assert_eq!(presented(&headers), expect, "{values:?}");
        };
        check(&[], None);
        check(&["Bearer dst_x"], Some("dst_x"));
        check(&["bearer   dst_x "], Some("dst_x"));
        check(&["Basic dst_x"], None);
        check(&["Bearer"], None);
        check(&["Bearer a", "Bearer b"], None);
    }
}
