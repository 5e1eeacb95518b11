//! What `/account` shows.

use askama::Template;
use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use ds_auth::{PasswordRules, cookie::Kind, passkeys::PasskeyRecord};

use super::super::{
    SiteState,
    error::SiteError,
    pages::{Frame, Here, page},
    person::Person,
    words,
};
use crate::ops::SessionSummary;

/// How many sessions are on a page.
const SESSIONS_ON_A_PAGE: usize = 50;

/// A part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Name,
    Address,
    Password,
    Codes,
    Passkeys,
    Sessions,
}

impl Part {
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::Password => "password",
            Self::Codes => "codes",
            Self::Passkeys => "passkeys",
            Self::Sessions => "sessions",
        }
    }
}

/// What there is to say beside how things are.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// What went wrong, and where.
    pub(super) problem: Option<(Part, String)>,
    /// What was typed.
    pub(super) typed: Typed,
    /// The form that is open.
    pub(super) open: Option<Part>,
    /// Which page of the sessions is shown, counted from 0.
    pub(super) page: usize,
}

/// What was typed into forms that were not taken.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
}

#[expect(clippy::struct_excessive_bools, reason = "a page tells what is so")]
#[derive(Debug, Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    /// What they are called; empty if they said nothing.
    name: String,
    email: String,
    is_proven: bool,
    /// The address that a link was sent to.
    waiting: Option<String>,
    typed: Typed,
    has_mail: bool,
    since: String,
    is_admin: bool,
    /// Whether they can prove their address, and did not.
    may_prove: bool,
    /// The shortest password, in characters.
    shortest: usize,
    /// How many codes on paper are left; `None` if no codes are asked for.
    codes_left: Option<u32>,
    /// Whether this host can have passkeys.
    can_passkeys: bool,
    passkeys: Vec<PasskeyRow>,
    /// Whether a passkey is asked for after the password.
    follows: bool,
    sessions: Vec<SessionRow>,
    /// The page of sessions that follows, and the one before, where there are more than go on one.
    next: Option<usize>,
    before: Option<usize>,
    /// What went wrong, and where.
    problem: Option<(Part, String)>,
    open: Option<Part>,
}

impl AccountPage {
    /// Whether a part is to be seen at once.
    fn is_open(&self, id: &str) -> bool {
        self.open.is_some_and(|part| part.id() == id) || self.problem_in(id).is_some()
    }

    /// What went wrong in a part of the page.
    fn problem_in(&self, id: &str) -> Option<&str> {
        let problem = self.problem.as_ref();
        let problem = problem.filter(|(part, _)| part.id() == id);
        problem.map(|(_, text)| text.as_str())
    }
}

/// A passkey.
#[derive(Debug)]
struct PasskeyRow {
    id: String,
    name: String,
    facts: String,
}

impl From<PasskeyRecord> for PasskeyRow {
    fn from(passkey: PasskeyRecord) -> Self {
        let used = passkey.last_used.map_or_else(
            || "never used".to_owned(),
            |used| format!("last used {}", words::date(used)),
        );
        Self {
            id: passkey.id,
            name: passkey.name,
            facts: format!("added {}, {used}", words::date(passkey.created)),
        }
    }
}

/// A session.
#[derive(Debug)]
struct SessionRow {
    id: String,
    /// The browser.
    device: String,
    /// The appspace it is on.
    place: Option<String>,
    facts: String,
    is_this: bool,
}

impl SessionRow {
    fn of(session: SessionSummary, this: Option<&str>) -> Self {
        let unknown = || "A browser".to_owned();
        Self {
            is_this: this == Some(session.id.as_str()),
            id: session.id,
            device: Some(session.device)
                .filter(|device| !device.is_empty())
                .unwrap_or_else(unknown),
            place: session.place,
            facts: format!(
                "since {}, last used {}",
                words::date(session.since),
                words::time(session.used)
            ),
        }
    }
}

/// The page, with what went wrong in a part of it.
pub(super) async fn show(
    site: &SiteState,
    person: &Person,
    headers: &HeaderMap,
    status: StatusCode,
    said: Said,
) -> Result<Response, SiteError> {
    let (account, ops) = (&person.account, &site.ops);
    let this = site.cookies.read(headers, Kind::Account);
    let this = this.map(|token| token.hash().as_str().to_owned());
    let skip = said.page.saturating_mul(SESSIONS_ON_A_PAGE);
    let listed = ops.sessions_of(account, this.as_deref(), skip, SESSIONS_ON_A_PAGE);
    let (sessions, all_sessions) = listed.await?;
    let has_more = skip.saturating_add(SESSIONS_ON_A_PAGE) < all_sessions;
    let waiting = ops.waiting_address(account).await?;
    let passkeys = ops.passkeys_of(account).await?;
    let view = AccountPage {
        frame: person.frame(Here::Account),
        name: ops.account_name(account).await?,
        email: account.email.clone(),
        is_proven: account.email_proven,
        waiting: waiting.map(|change| change.email),
        typed: said.typed,
        has_mail: ops.sends_mail(),
        since: words::date(account.created),
        is_admin: account.is_admin,
        may_prove: ops.may_prove(account),
        shortest: PasswordRules::default().min_characters,
        codes_left: ops.codes_left(account).await?,
        can_passkeys: ops.has_passkeys(),
        passkeys: passkeys.into_iter().map(Into::into).collect(),
        follows: ops.passkey_follows(account).await?,
        sessions: sessions
            .into_iter()
            .map(|session| SessionRow::of(session, this.as_deref()))
            .collect(),
        next: has_more.then(|| said.page + 1),
        before: said.page.checked_sub(1),
        problem: said.problem,
        open: said.open,
    };
    Ok(page(status, &view))
}
