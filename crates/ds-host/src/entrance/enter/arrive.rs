//! Somebody has proved who they are: a member gets a session, anybody else is told.

use askama::Template;
use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use ds_auth::{Epoch, Standing, cookie::Kind, joining::Joining};
use ds_core::{AccountId, LoginKind, Member, ProxyId, StoreError, error_chain, secret::Token};

use super::{
    Proved,
    admission::{Admission, admission},
    browser::{keeping, secret, secret_or_new, see_other, way_in, with_path},
    choose::{Problem, Tried, shown},
    dress::dress,
    guest::remembering,
    proofs::PROVED_FOR,
};
use crate::{
    entrance::{At, EntranceFrame, EntranceState},
    ops::OpError,
    site::{LocalPath, SiteError, pages::page},
};

/// Where those go on who want to become members.
pub(super) const JOIN: &str = "/.dropserver/join";

#[derive(Template)]
#[template(path = "entrance_stranger.html")]
struct StrangerPage<'a> {
    frame: EntranceFrame,
    who: &'a Proved,
    /// To choose another way to log in.
    again: String,
    /// To become a member, if one may ask.
    join: Option<String>,
}

impl StrangerPage<'_> {
    /// Where they came from.
    fn home(&self) -> Option<&str> {
        self.who.home()
    }

    /// What sort of name it is.
    fn kind(&self) -> &'static str {
        match self.who.kind() {
            LoginKind::DropId => "DropID",
            LoginKind::Profile => "page",
            LoginKind::Email => "mail address",
        }
    }
}

/// Lets in whoever has proved who they are, if they are a member.
pub(super) async fn arrive(
    state: &EntranceState,
    at: &At,
    headers: &HeaderMap,
    who: Proved,
    path: &LocalPath,
) -> Result<Response, SiteError> {
    if !may_vouch(state, at, &who).await? {
        let text = "Your own host used to sign what it says of its people, and did not this time, so it is not \
            believed. Try again; if it stays, whoever runs your host should know.";
        let tried = Tried {
            problem: Some(Problem::new(StatusCode::BAD_GATEWAY, text)),
            ..Tried::default()
        };
        return Ok(shown(state, at, path, &tried));
    }
    match member(state, at, &who).await? {
        Some(found) => {
            let answer = session(state, at, headers, &found, &Came::by(&who), path).await?;
            let answer = remembering(state, &who, answer);
            if answer.status().is_redirection() {
                dress(state, at, found.proxy_id, who);
            }
            Ok(answer)
        }
        None => Ok(stranger(state, at, headers, who, path).await),
    }
}

/// A server that signed for anybody here must go on signing.
async fn may_vouch(state: &EntranceState, at: &At, who: &Proved) -> Result<bool, SiteError> {
    if who.is_signed() || who.kind() == LoginKind::Email {
        return Ok(true);
    }
    let members = &state.logins.members;
    let signed = members.has_signed(at.appspace.id, who.vouched_by()).await;
    Ok(!signed.map_err(SiteError::failed("find out who signs"))?)
}

/// Who it is among the members.
async fn member(state: &EntranceState, at: &At, who: &Proved) -> Result<Option<Member>, SiteError> {
    const FAILED: &str = "look up a member of an appspace";
    let (members, id) = (&state.logins.members, at.appspace.id);
    let known = &state.logins.known;
    let found = known.member_with(&**members, id, who.kind(), who.name());
    let found = found.await;
    if let Some((member, login)) = found.map_err(SiteError::failed(FAILED))? {
        if who.is_signed() && login.signed_by != who.vouched_by() {
            let noted = members.note_signed(id, who.kind(), who.name(), who.vouched_by());
            noted.await.map_err(SiteError::failed(FAILED))?;
        }
        return Ok(Some(member));
    }
    let Some(account) = who.account() else {
        return Ok(None);
    };
    let member = state.site.members.member_of_account(id, account).await;
    member.map_err(SiteError::failed(FAILED))
}

/// How somebody has come.
pub(in crate::entrance) struct Came {
    pub(super) kind: LoginKind,
    since: Epoch,
    /// With whose account, as far as the way says.
    pub(super) by: Way,
}

/// The account that a way to log in belongs to.
pub(super) enum Way {
    /// This one, if there is one.
    Account(Option<AccountId>),
    /// The one with this mail address, as far as the letter says.
    Mail(String, Option<AccountId>),
    /// The one with the DropID, if it is one of this host.
    DropId(String),
}

impl Came {
    /// In the way in which they have proved who they are.
    pub(in crate::entrance) fn by(who: &Proved) -> Self {
        let by = match who.kind() {
            LoginKind::DropId => Way::DropId(who.name().to_owned()),
            LoginKind::Email => Way::Mail(who.name().to_owned(), who.account()),
            LoginKind::Profile => Way::Account(who.account()),
        };
        Self {
            kind: who.kind(),
            since: who.since(),
            by,
        }
    }

    /// With a letter that is yet to be written.
    pub(super) fn by_letter() -> Self {
        Self {
            kind: LoginKind::Email,
            since: Epoch::default(),
            by: Way::Account(None),
        }
    }

    /// In the original's way, with a token that was made then. Hosts of ours take none, so it is no DropID of this host.
    pub(super) fn by_original(since: Epoch) -> Self {
        Self {
            kind: LoginKind::DropId,
            since,
            by: Way::Account(None),
        }
    }
}

/// The present moment, for whoever is about to prove who they are.
pub(super) async fn now(state: &EntranceState) -> Result<Epoch, SiteError> {
    let now = state.site.sessions.epoch().await;
    now.map_err(SiteError::failed("begin a login"))
}

/// The answer to somebody who would become a member and not be let in after that; `None`: they would.
pub(in crate::entrance) async fn refusal(
    state: &EntranceState,
    at: &At,
    came: &Came,
    path: &LocalPath,
) -> Result<Option<Response>, SiteError> {
    let admitted = admitted(state, at, None, came).await?;
    Ok(admitted.err().map(|text| refused(state, at, path, text)))
}

/// With which account of this host somebody comes in; or why they do not.
async fn admitted(
    state: &EntranceState,
    at: &At,
    member: Option<&ProxyId>,
    came: &Came,
) -> Result<Result<Option<AccountId>, &'static str>, SiteError> {
    let admitted = admission(state, &at.appspace, member, came).await;
    Ok(
        match admitted.map_err(SiteError::failed("look up an account"))? {
            Admission::Open(account) => Ok(account),
            Admission::Guarded => Err(
                "You have an account of this host, and it asks for more than one proof, so a letter alone does \
                not log you in. Log in with your account.",
            ),
            Admission::Blocked => {
                Err("Your account of this host is blocked. Ask whoever runs the host.")
            }
            Admission::KeptOut => Err("You may not come back here. Ask the owner."),
        },
    )
}

/// A new session, and on to where they wanted to go, if their account lets them in this way. The session before, if
/// any, ends.
pub(in crate::entrance) async fn session(
    state: &EntranceState,
    at: &At,
    headers: &HeaderMap,
    member: &Member,
    came: &Came,
    path: &LocalPath,
) -> Result<Response, SiteError> {
    let account = match admitted(state, at, Some(&member.proxy_id), came).await? {
        Ok(account) => account,
        Err(text) => return Ok(refused(state, at, path, text)),
    };
    let (sessions, cookies) = (&state.site.sessions, state.site.cookies);
    let since = came.since;
    let account = account.map(|account| Standing { account, since });
    let begun = sessions.start_member(at.appspace.id, member.proxy_id.clone(), account);
    let token = match begun.await {
        Ok(token) => token,
        Err(StoreError::Missing { .. }) => {
            let text = "Your account of this host was changed while you logged in. Log in again.";
            return Ok(refused(state, at, path, text));
        }
        Err(error) => return Err(SiteError::failed("begin a session")(error)),
    };
    if let Some(old) = cookies.read(headers, Kind::Member)
        && let Err(error) = sessions.end(&old).await
    {
        tracing::warn!(error = error_chain(&error), "a session could not be ended");
    }
    if let Some(browser) = secret(state, headers) {
        state.logins.proofs.forget(at.appspace.id, &browser);
    }
    let set = [
        cookies.set(Kind::Member, &token, Kind::Member.max_age()),
        cookies.clear(Kind::Login),
    ];
    let set = AppendHeaders(set.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok((set, see_other(path.as_str())).into_response())
}

fn refused(state: &EntranceState, at: &At, path: &LocalPath, text: &str) -> Response {
    let tried = Tried {
        problem: Some(Problem::new(StatusCode::FORBIDDEN, text)),
        ..Tried::default()
    };
    shown(state, at, path, &tried)
}

/// Somebody who is no member. They are told who they have proved to be, which nobody else is; and for a while they need
/// not prove it again, to join.
async fn stranger(
    state: &EntranceState,
    at: &At,
    headers: &HeaderMap,
    who: Proved,
    path: &LocalPath,
) -> Response {
    let browser = secret_or_new(state, headers);
    let response = if path.as_str().starts_with(JOIN) {
        see_other(path.as_str())
    } else {
        let stranger = StrangerPage {
            frame: EntranceFrame::of(at),
            who: &who,
            again: way_in(path),
            join: may_join(state, at).await.then(|| with_path(JOIN, path)),
        };
        page(StatusCode::FORBIDDEN, &stranger)
    };
    state.logins.proofs.keep(at.appspace.id, &browser, who);
    keeping(state, &browser, PROVED_FOR, response)
}

/// Whether whoever proves who they are can become a member, or ask to, where they go: with a good invitation, or as anybody
/// may. It is the same for all who go there.
pub(super) async fn takes_comers(state: &EntranceState, at: &At, path: &LocalPath) -> bool {
    let invited = path.as_str().strip_prefix(JOIN);
    let token = invited.and_then(|rest| rest.strip_prefix('/')?.split(['/', '?']).next());
    if let Some(token) = token {
        let (ops, token) = (&state.site.ops, Token::presented(token));
        if ops.invitation_to(&at.appspace, &token).await.is_ok() {
            return true;
        }
    }
    may_join(state, at).await
}

/// Whether strangers may ask to become members.
pub(super) async fn may_join(state: &EntranceState, at: &At) -> bool {
    let joining = state.site.ops.joining(at.appspace.id).await;
    let told = |error: &OpError| {
        let error = error_chain(error);
        tracing::warn!(error, "cannot find out who may join an appspace");
    };
    let joining = joining.inspect_err(told);
    !matches!(joining, Ok(Joining::Closed) | Err(_))
}
