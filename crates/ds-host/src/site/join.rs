//! `/join`: somebody with an account of this host wants to become a member of an appspace of it.
//!
//! The appspace's own page sends them to log in here; who turns out to be no member comes on to this page, with the
//! invitation that they have, if they have one.

use askama::Template;
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use ds_auth::joining::Joining;
use ds_core::{Appspace, secret::Token};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{
    SiteState,
    error::{SiteError, told},
    forms::{Asked, Fields},
    local_path::LocalPath,
    pages::{Frame, Here, page},
    person::Person,
    single_sign_on,
};
use crate::ops::{Comer, ErrorKind, InvitationView, Joined, OpError};

/// What an invitation's path at the appspace begins with.
const INVITED: &str = "/.dropserver/join/";

pub(super) fn routes() -> Router<SiteState> {
    Router::new().route("/join", get(show).post(join))
}

/// To where, and with which invitation.
#[derive(Deserialize)]
struct Wish {
    appspace: String,
    #[serde(default)]
    invitation: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    name: String,
}

impl Wish {
    fn token(&self) -> Option<Token> {
        let text = Some(self.invitation.as_str()).filter(|text| !text.is_empty());
        text.map(Token::presented)
    }
}

#[derive(Template)]
#[template(path = "join.html")]
struct JoinPage {
    frame: Frame,
    address: String,
    invitation: Option<InvitationView>,
    token: String,
    path: String,
    name: String,
    waits: bool,
    is_closed: bool,
    /// Whether they have asked, and wait.
    asked: bool,
    problem: Option<String>,
}

/// Where to send somebody who is logged in and no member: to join, if that is possible there.
pub(super) async fn instead(
    site: &SiteState,
    appspace: &Appspace,
    path: Option<&str>,
) -> Result<Option<Response>, SiteError> {
    let path = LocalPath::or_root(path);
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let at = encode(appspace.address.as_str());
    if let Some(token) = path.as_str().strip_prefix(INVITED) {
        let to = format!("/join?appspace={at}&invitation={}", encode(token));
        return Ok(Some(Redirect::to(&to).into_response()));
    }
    if site.ops.joining(appspace.id).await? == Joining::Closed {
        return Ok(None);
    }
    let to = format!("/join?appspace={at}&path={}", encode(path.as_str()));
    Ok(Some(Redirect::to(&to).into_response()))
}

/// `GET /join`
async fn show(
    State(site): State<SiteState>,
    person: Person,
    Asked(wish): Asked<Wish>,
) -> Result<Response, SiteError> {
    let appspace = single_sign_on::appspace(&site, &wish.appspace).await?;
    if site.ops.is_member(&appspace, person.account.id).await? {
        return Ok(inside(&appspace, &wish));
    }
    answer(&site, &person, &appspace, wish, None).await
}

/// `POST /join`
async fn join(
    State(site): State<SiteState>,
    person: Person,
    Fields(wish): Fields<Wish>,
) -> Result<Response, SiteError> {
    let appspace = single_sign_on::appspace(&site, &wish.appspace).await?;
    let comer = Comer::of_account(person.account.id, &wish.name);
    let joined = site
        .ops
        .join(&appspace, &comer, wish.token().as_ref())
        .await;
    match joined {
        Ok(Joined::Member(_)) => Ok(inside(&appspace, &wish)),
        Ok(Joined::Waiting) => answer(&site, &person, &appspace, wish, Some(Ok(()))).await,
        Err(error) if matches!(error.kind(), ErrorKind::Internal | ErrorKind::NotFound) => {
            Err(error.into())
        }
        Err(error) => answer(&site, &person, &appspace, wish, Some(Err(error))).await,
    }
}

/// On to the appspace, logged in.
fn inside(appspace: &Appspace, wish: &Wish) -> Response {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let path = LocalPath::or_root(Some(&wish.path));
    let (at, path) = (encode(appspace.address.as_str()), encode(path.as_str()));
    Redirect::to(&format!("/appspacelogin?appspace={at}&path={path}")).into_response()
}

async fn answer(
    site: &SiteState,
    person: &Person,
    appspace: &Appspace,
    wish: Wish,
    done: Option<Result<(), OpError>>,
) -> Result<Response, SiteError> {
    let invitation = match wish.token() {
        Some(token) => Some(site.ops.invitation_to(appspace, &token).await?),
        None => None,
    };
    let joining = site.ops.joining(appspace.id).await?;
    let refused = done.as_ref().and_then(|done| done.as_ref().err());
    let status = refused.map_or(StatusCode::OK, |error| error.kind().status());
    let name = match wish.name.as_str() {
        "" => site.ops.called(&person.account).await?,
        typed => typed.to_owned(),
    };
    let view = JoinPage {
        frame: person.frame(Here::Appspaces),
        address: appspace.address.to_string(),
        waits: invitation.is_none() && joining == Joining::Approval,
        is_closed: invitation.is_none() && joining == Joining::Closed,
        invitation,
        name: name.chars().take(30).collect(),
        asked: matches!(done, Some(Ok(()))),
        problem: refused.map(told),
        token: wish.invitation,
        path: wish.path,
    };
    Ok(page(status, &view))
}
