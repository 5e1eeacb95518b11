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

/// The most sessions that are shown.
const MOST_SESSIONS: usize = 50;

/// A part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Password,
    Codes,
    Passkeys,
    Sessions,
}

impl Part {
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Codes => "codes",
            Self::Passkeys => "passkeys",
            Self::Sessions => "sessions",
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    email: String,
    since: String,
    is_admin: bool,
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
    /// How many more there are.
    more_sessions: usize,
    /// What went wrong, and where.
    problem: Option<(Part, String)>,
}

impl AccountPage {
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
    problem: Option<(Part, String)>,
) -> Result<Response, SiteError> {
    let (account, ops) = (&person.account, &site.ops);
    let this = site.cookies.read(headers, Kind::Account);
    let this = this.map(|token| token.hash().as_str().to_owned());
    let sessions = ops.sessions_of(account).await?;
    let more_sessions = sessions.len().saturating_sub(MOST_SESSIONS);
    let mut sessions: Vec<_> = sessions
        .into_iter()
        .map(|session| SessionRow::of(session, this.as_deref()))
        .collect();
    // This one is always among those that are shown.
    sessions.sort_by_key(|session| !session.is_this);
    sessions.truncate(MOST_SESSIONS);
    let passkeys = ops.passkeys_of(account).await?;
    let view = AccountPage {
        frame: person.frame(Here::Account),
        email: account.email.clone(),
        since: words::date(account.created),
        is_admin: account.is_admin,
        shortest: PasswordRules::default().min_characters,
        codes_left: ops.codes_left(account).await?,
        can_passkeys: ops.has_passkeys(),
        passkeys: passkeys.into_iter().map(Into::into).collect(),
        follows: ops.passkey_follows(account).await?,
        sessions,
        more_sessions,
        problem,
    };
    Ok(page(status, &view))
}
