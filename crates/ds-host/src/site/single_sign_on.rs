//! `/appspacelogin`: takes somebody who is logged in here to an appspace, logged in there.
//!
//! ```text
//!  appspace: a members' page, no session           account site
//!    set cookie ds-login = S                          │
//!    303 ─── /appspacelogin?appspace&path&state=hash(S) ──▶ who is it? (log in first) a member?
//!    /.dropserver/login?token&path ◀── 303 ───────────┘     token bound to appspace, member and hash(S)
//!    token used up, cookie S fits: session, 303 to path
//! ```
//!
//! Somebody who starts here has no state yet: they go to the appspace's log-in address without a token, get
//! the cookie, and come back. So a token is worth nothing in any browser but the one it was made for.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::{IntoResponse, Redirect, Response},
};
use ds_auth::{Standing, cookie::Kind};
use ds_core::{AccountId, Address, Appspace, ProxyId, secret::TokenHash};
use ds_lifecycle::Preview;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{
    SiteState,
    error::SiteError,
    forms::Asked,
    join,
    local_path::LocalPath,
    person::{MaybePerson, to_log_in},
};
use crate::{entrance::enter::ENTER_PATH, ops::barred};

/// Where somebody wants to go.
#[derive(Deserialize)]
pub(super) struct Wish {
    appspace: String,
    path: Option<String>,
    state: Option<String>,
}

/// `GET /appspacelogin`
pub(super) async fn go(
    State(site): State<SiteState>,
    MaybePerson(person): MaybePerson,
    uri: Uri,
    headers: HeaderMap,
    Asked(wish): Asked<Wish>,
) -> Result<Response, SiteError> {
    if !ds_serve::is_opened(&headers) {
        return Err(SiteError::NotOpened);
    }
    let place = find(&site, &wish.appspace).await?;
    let Some(person) = person else {
        let here = uri.path_and_query().map_or("/", |here| here.as_str());
        return Ok(to_log_in(here).into_response());
    };
    let appspace = place.appspace();
    let Some(member) = place.member(&site, person.account.id).await? else {
        if let Place::Appspace(appspace) = &place
            && let Some(to) = join::instead(&site, appspace, wish.path.as_deref()).await?
        {
            return Ok(to);
        }
        let origin = site.ops.names().origin(&appspace.address);
        let is_preview = matches!(place, Place::Preview(_));
        return Err(SiteError::NotMember {
            appspace: appspace.address.to_string(),
            email: person.account.email,
            enter: (!is_preview).then(|| format!("{origin}{ENTER_PATH}")),
        });
    };
    let path = LocalPath::or_root(wish.path.as_deref());
    let path = utf8_percent_encode(path.as_str(), NON_ALPHANUMERIC);
    let origin = site.ops.names().origin(&appspace.address);
    let Some(state) = wish.state.as_deref().and_then(state_hash) else {
        let there = format!("{origin}/.dropserver/login?path={path}");
        return Ok(Redirect::to(&there).into_response());
    };
    let Some(who) = standing(&site, &headers, person.account.id).await? else {
        let here = uri.path_and_query().map_or("/", |here| here.as_str());
        return Ok(to_log_in(here).into_response());
    };
    let token = site.login_tokens.issue(appspace.id, member, who, state);
    let there = format!(
        "{origin}/.dropserver/login?token={}&path={path}",
        token.reveal()
    );
    Ok(Redirect::to(&there).into_response())
}

/// Somebody, if they are still logged in now that this is to count elsewhere: nothing may be changed from here on.
async fn standing(
    site: &SiteState,
    headers: &HeaderMap,
    account: AccountId,
) -> Result<Option<Standing>, SiteError> {
    const FAILED: &str = "find out who is logged in";
    let who = site.sessions.standing(account).await;
    let who = who.map_err(SiteError::failed(FAILED))?;
    let Some(token) = site.cookies.read(headers, Kind::Account) else {
        return Ok(None);
    };
    let is_there = site.sessions.is_there(&token, account).await;
    Ok(is_there.map_err(SiteError::failed(FAILED))?.then_some(who))
}

/// What one can log in to.
enum Place {
    Appspace(Appspace),
    Preview(Arc<Preview>),
}

impl Place {
    fn appspace(&self) -> &Appspace {
        match self {
            Self::Appspace(appspace) => appspace,
            Self::Preview(preview) => &preview.appspace,
        }
    }

    /// Who somebody is there. A preview is for its owner alone, whoever else is a member.
    async fn member(
        &self,
        site: &SiteState,
        account: AccountId,
    ) -> Result<Option<ProxyId>, SiteError> {
        match self {
            Self::Appspace(appspace) => {
                let member = site.members.member_of_account(appspace.id, account).await;
                let member =
                    member.map_err(SiteError::failed("look up a member of an appspace"))?;
                let Some(member) = member.map(|member| member.proxy_id) else {
                    return Ok(None);
                };
                let kept_out = site.ops.is_kept_out(appspace, &member).await;
                if kept_out.map_err(SiteError::failed("find out who may not come back"))? {
                    return Err(barred(appspace).into());
                }
                let dropped = site.ops.drop_left_logins(appspace, &member).await;
                dropped.map_err(SiteError::failed("look up how a member logs in"))?;
                Ok(Some(member))
            }
            Self::Preview(preview) => {
                let is_owner = preview.appspace.owner == account;
                Ok(is_owner.then(|| preview.owner.clone()))
            }
        }
    }
}

async fn find(site: &SiteState, host: &str) -> Result<Place, SiteError> {
    let unknown = || SiteError::NoAppspace(host.chars().take(80).collect());
    let address = Address::from_host_header(host).map_err(|_| unknown())?;
    if let Some(preview) = site.ops.preview_at(&address) {
        return Ok(Place::Preview(preview));
    }
    let found = site.appspaces.at(&address).await;
    let found = found.map_err(SiteError::failed("look up an appspace"))?;
    found.map(Place::Appspace).ok_or_else(unknown)
}

/// The appspace at an address; a preview is none.
pub(super) async fn appspace(site: &SiteState, host: &str) -> Result<Appspace, SiteError> {
    match find(site, host).await? {
        Place::Appspace(appspace) => Ok(appspace),
        Place::Preview(_) => Err(SiteError::NoAppspace(host.chars().take(80).collect())),
    }
}

/// A hash in URL-safe base64, if it could be one.
fn state_hash(text: &str) -> Option<TokenHash> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let whole = text.len() == 43 && text.bytes().all(plain);
    whole.then(|| TokenHash::stored(text.to_owned()))
}

/// The appspace that somebody goes to by this path of the account site, for the log-in page to name.
pub(super) fn named_in(site: &SiteState, next: &LocalPath) -> Option<String> {
    let uri: Uri = next.as_str().parse().ok()?;
    if uri.path() != "/appspacelogin" {
        return None;
    }
    let axum::extract::Query(wish) = axum::extract::Query::<Wish>::try_from_uri(&uri).ok()?;
    let address = Address::from_host_header(&wish.appspace).ok()?;
    // Only names that could be ours: a link must not make this page say somebody else's.
    let ours = address
        .as_str()
        .strip_suffix(site.ops.names().domain.as_str());
    ours.is_some_and(|label| label.ends_with('.'))
        .then(|| address.to_string())
}

/// Where on the appspace they go.
pub(super) fn path_in(next: &LocalPath) -> LocalPath {
    let uri: Option<Uri> = next.as_str().parse().ok();
    let wish = uri.and_then(|uri| axum::extract::Query::<Wish>::try_from_uri(&uri).ok());
    LocalPath::or_root(wish.and_then(|wish| wish.0.path).as_deref())
}
