//! Becoming a member: with an invitation link, or by asking at the door.
//!
//! ```text
//! /.dropserver/join[/{token}] ── who are you? ──▶ /.dropserver/enter ── a proof, kept for a while ──▶ back here
//!                             ── a name, POST ──▶ a member (a session, and in) · the owner decides · refused
//! ```
//!
//! People with an account of this host come back another way: the account site asks them there (`site/join.rs`).

mod page;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::get,
};
use ds_auth::cookie::Kind;
use ds_core::{Member, secret::Token};
use serde::Deserialize;

use super::{
    At, EntranceFrame, EntranceState, Proved,
    enter::{Came, refusal, remembering, see_other, session, way_in},
};
use crate::{
    ops::{Comer, ErrorKind, Joined, OpError},
    site::{Asked, Fields, LocalPath, SiteError, pages::page, told},
};

use self::page::{Door, JoinPage, WaitingPage};

/// Where people join.
const JOIN: &str = "/.dropserver/join";

pub(super) fn routes() -> Router<EntranceState> {
    Router::new()
        .route(JOIN, get(ask).post(join))
        .route("/.dropserver/join/{token}", get(invited).post(accept))
}

/// What stands after the `?`.
#[derive(Deserialize)]
struct Wish {
    path: Option<String>,
}

/// What was typed.
#[derive(Deserialize)]
struct Typed {
    name: String,
}

/// Somebody at the door.
struct Visit {
    state: EntranceState,
    at: At,
    headers: HeaderMap,
    token: Option<Token>,
    /// Where they go when they are in.
    path: LocalPath,
}

/// `GET /.dropserver/join`
async fn ask(
    State(state): State<EntranceState>,
    at: At,
    headers: HeaderMap,
    Asked(wish): Asked<Wish>,
) -> Result<Response, SiteError> {
    let path = LocalPath::or_root(wish.path.as_deref());
    Visit::new(state, at, headers, None, path).show().await
}

/// `POST /.dropserver/join`
async fn join(
    State(state): State<EntranceState>,
    at: At,
    headers: HeaderMap,
    Asked(wish): Asked<Wish>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let path = LocalPath::or_root(wish.path.as_deref());
    let visit = Visit::new(state, at, headers, None, path);
    visit.come_in(&typed.name).await
}

/// `GET /.dropserver/join/{token}`
async fn invited(
    State(state): State<EntranceState>,
    at: At,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Result<Response, SiteError> {
    let token = Some(Token::presented(&token));
    let visit = Visit::new(state, at, headers, token, LocalPath::root());
    visit.show().await
}

/// `POST /.dropserver/join/{token}`
async fn accept(
    State(state): State<EntranceState>,
    at: At,
    headers: HeaderMap,
    Path(token): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let token = Some(Token::presented(&token));
    let visit = Visit::new(state, at, headers, token, LocalPath::root());
    visit.come_in(&typed.name).await
}

impl Visit {
    fn new(
        state: EntranceState,
        at: At,
        headers: HeaderMap,
        token: Option<Token>,
        path: LocalPath,
    ) -> Self {
        Self {
            state,
            at,
            headers,
            token,
            path,
        }
    }

    async fn show(&self) -> Result<Response, SiteError> {
        if self.member().await?.is_some() {
            return Ok(see_other(self.path.as_str()));
        }
        let door = self.door().await?;
        let who = self.who();
        let name = who.as_deref().map(shown_name).unwrap_or_default();
        Ok(self.page(StatusCode::OK, &door, who.as_deref(), name, None))
    }

    /// The session's member: they need not join.
    async fn member(&self) -> Result<Option<std::sync::Arc<Member>>, SiteError> {
        let site = &self.state.site;
        let Some(token) = site.cookies.read(&self.headers, Kind::Member) else {
            return Ok(None);
        };
        let found = site.sessions.member(self.at.appspace.id, &token).await;
        found.map_err(SiteError::failed("find out who is logged in"))
    }

    async fn door(&self) -> Result<Door, SiteError> {
        let ops = &self.state.site.ops;
        match &self.token {
            Some(token) => {
                let invitation = ops.invitation_to(&self.at.appspace, token).await?;
                Ok(Door::Invited(invitation))
            }
            None => Ok(Door::Asks(ops.joining(self.at.appspace.id).await?)),
        }
    }

    /// Who has proved who they are, in this browser.
    fn who(&self) -> Option<std::sync::Arc<Proved>> {
        let browser = self.state.site.cookies.read(&self.headers, Kind::Login)?;
        self.state.logins.proofs.of(self.at.appspace.id, &browser)
    }

    async fn come_in(&self, name: &str) -> Result<Response, SiteError> {
        let Some(who) = self.who() else {
            // It took them too long: they prove it again.
            return Ok(see_other(&way_in(&self.here())));
        };
        // First: whoever is not let in is not made a member either, and does not ask to be one.
        let came = Came::by(&who);
        if let Some(refused) = refusal(&self.state, &self.at, &came, &self.path).await? {
            return Ok(refused);
        }
        let comer = Comer {
            account: who.account(),
            ..Comer::of_login(who.login(), name)
        };
        let ops = &self.state.site.ops;
        let joined = ops
            .join(&self.at.appspace, &comer, self.token.as_ref())
            .await;
        match joined {
            Ok(Joined::Member(member)) => self.let_in(&member, &who).await,
            Ok(Joined::Waiting) => {
                let frame = EntranceFrame::of(&self.at);
                let keep = self.keep(Some(&who));
                Ok(page(StatusCode::OK, &WaitingPage { frame, keep }))
            }
            Err(error) => self.refuse(error, &who, name).await,
        }
    }

    async fn let_in(&self, member: &Member, who: &Proved) -> Result<Response, SiteError> {
        let (state, at) = (&self.state, &self.at);
        let begun = session(state, at, &self.headers, member, &Came::by(who), &self.path).await?;
        let answer = remembering(state, who, begun);
        if answer.status().is_redirection() {
            super::enter::dress(state, at, member.proxy_id.clone(), who.clone());
        }
        Ok(answer)
    }

    async fn refuse(
        &self,
        error: OpError,
        who: &Proved,
        name: &str,
    ) -> Result<Response, SiteError> {
        if matches!(error.kind(), ErrorKind::Internal | ErrorKind::NotFound) {
            return Err(error.into());
        }
        let (door, status) = (self.door().await?, error.kind().status());
        let problem = Some(told(&error));
        Ok(self.page(status, &door, Some(who), name.to_owned(), problem))
    }

    /// Where somebody can keep this appspace on the home page of their own host.
    fn keep(&self, who: Option<&Proved>) -> Option<String> {
        let names = self.state.site.ops.names();
        who?.keeps_at(&names.origin(&self.at.appspace.address))
    }

    /// The path of this page.
    fn here(&self) -> LocalPath {
        let path = match &self.token {
            Some(token) => format!("{JOIN}/{}", token.reveal()),
            None => super::enter::with_path(JOIN, &self.path),
        };
        LocalPath::or_root(Some(&path))
    }

    fn page(
        &self,
        status: StatusCode,
        door: &Door,
        who: Option<&Proved>,
        name: String,
        problem: Option<String>,
    ) -> Response {
        let here = self.here();
        let view = JoinPage {
            frame: EntranceFrame::of(&self.at),
            door,
            to: here.to_string(),
            prove: way_in(&here),
            keep: self.keep(who),
            mail: self.state.logins.mailer.is_some(),
            who,
            name,
            problem,
        };
        page(status, &view)
    }
}

/// What to call somebody to begin with.
fn shown_name(who: &Proved) -> String {
    match who.shown_name() {
        Some(name) => name.to_owned(),
        None => crate::ops::name_of_login(who.kind(), who.name()),
    }
}
