//! The page on which a member decides whether a program may act for them.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use ds_auth::oauth::{Leave, Loopback};
use ds_core::{AccountId, Permission, manifest::DeclaredPermission};

use crate::{
    entrance::{At, EntranceFrame, EntranceState, inside::Inside},
    ops::{Action, Actor, ErrorKind, OpError},
    site::{SiteError, pages::page},
};

/// What a program asks for, and how.
pub(super) struct Asking<'a> {
    pub(super) client: &'a str,
    pub(super) scope: &'a BTreeSet<Permission>,
    /// Where the decision goes.
    pub(super) action: &'static str,
    /// What the form repeats.
    pub(super) hidden: Vec<(String, String)>,
    /// Where the program listens, if it is on the same computer.
    pub(super) redirect: Option<&'a Loopback>,
    /// What the program shows, if it is elsewhere.
    pub(super) code: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "entrance_allow.html")]
struct AllowPage<'a> {
    frame: EntranceFrame,
    client: &'a str,
    action: &'static str,
    hidden: &'a [(String, String)],
    /// Who lets it in.
    name: &'a str,
    /// What can be given, with what it means.
    offers: Vec<(String, String)>,
    /// What is asked for and cannot be given.
    lacking: Vec<String>,
    code: Option<&'a str>,
}

/// The page.
pub(super) async fn shown(
    state: &EntranceState,
    at: &At,
    inside: &Inside,
    asking: &Asking<'_>,
) -> Result<Response, SiteError> {
    check(state, at, inside).await?;
    let known = state.site.ops.permissions_at(&at.appspace).await?;
    let (offers, lacking) = asking
        .scope
        .iter()
        .partition::<Vec<&Permission>, _>(|one| inside.member.may(one));
    let view = AllowPage {
        frame: EntranceFrame::of(at),
        client: asking.client,
        action: asking.action,
        hidden: &asking.hidden,
        name: &inside.member.display_name,
        offers: offers
            .into_iter()
            .map(|one| described(one, &known))
            .collect(),
        lacking: lacking.into_iter().map(ToString::to_string).collect(),
        code: asking.code,
    };
    let mut response = page(StatusCode::OK, &view);
    if let Some(redirect) = asking.redirect {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, leading_to(redirect));
    }
    Ok(response)
}

/// Whether all that is asked for is known to the app.
pub(super) async fn is_known(
    state: &EntranceState,
    at: &At,
    scope: &BTreeSet<Permission>,
) -> Result<bool, SiteError> {
    let known = state.site.ops.permissions_at(&at.appspace).await?;
    Ok(scope
        .iter()
        .all(|one| known.iter().any(|it| it.name == *one)))
}

/// Whoever came by a secret link lets nobody in: that would outlive the link.
async fn check(state: &EntranceState, at: &At, inside: &Inside) -> Result<(), SiteError> {
    let id = &inside.member.proxy_id;
    if state.site.ops.is_link(&at.appspace, id).await? {
        let message = "somebody who came by a secret link cannot let programs in";
        let refused = OpError::new(ErrorKind::Forbidden, message);
        return Err(refused.with_hint("log in as a member first").into());
    }
    Ok(())
}

/// What was said yes to: of what was asked for, what was ticked and the member has.
pub(super) async fn leave(
    state: &EntranceState,
    at: &At,
    inside: &Inside,
    client: String,
    asked: &BTreeSet<Permission>,
    ticked: &[String],
) -> Result<Leave, SiteError> {
    check(state, at, inside).await?;
    let session = &inside.session;
    let account = state.site.sessions.account_behind(at.appspace.id, session);
    let failed = SiteError::failed("look up a session");
    let account = account.await.map_err(failed)?;
    let given = asked
        .iter()
        .filter(|one| ticked.iter().any(|name| name == one.as_str()) && inside.member.may(one));
    let native = state.site.ops.keys().native();
    let standing = native.standing(at.appspace.id, account);
    // Once more: what was revoked before is not in the standing.
    let member = state.site.sessions.member(at.appspace.id, session).await;
    if member
        .map_err(SiteError::failed("look up a session"))?
        .is_none()
    {
        let ended = OpError::new(ErrorKind::Forbidden, "you are not logged in any more");
        return Err(ended.with_hint("log in and begin again").into());
    }
    Ok(Leave {
        appspace: at.appspace.id,
        member: inside.member.proxy_id.clone(),
        account,
        client,
        scope: given.cloned().collect(),
        standing,
    })
}

/// Notes that a program was let in.
pub(super) async fn note(
    state: &EntranceState,
    at: &At,
    inside: &Inside,
    account: Option<AccountId>,
    client: &str,
) {
    let named = || Actor::member(&inside.member.display_name);
    let by = account.map_or_else(named, Actor::Account);
    let about = format!("{}, {client}", at.appspace.address);
    state.site.ops.note(by, Action::ProgramLetIn, about).await;
}

/// A permission and what it means to whoever gives it.
pub(super) fn described(one: &Permission, known: &[DeclaredPermission]) -> (String, String) {
    let found = known.iter().find(|it| it.name == *one);
    let words = found.map(|it| it.description.clone()).unwrap_or_default();
    (one.to_string(), words)
}

/// Browsers hold where a form's answer sends to `form-action`, too. That has no way to write an IPv6 address.
fn leading_to(redirect: &Loopback) -> HeaderValue {
    let origin = redirect.origin();
    let to = if origin.contains('[') {
        "http:"
    } else {
        origin.as_str()
    };
    let policy = format!(
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {to}"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}
