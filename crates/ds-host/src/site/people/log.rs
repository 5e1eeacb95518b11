//! What was done, by whom.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use serde::Deserialize;

use super::{Admin, SiteState};
use crate::{
    ops::{Action, AuditRow},
    site::{
        error::SiteError,
        forms::Asked,
        pages::{Frame, Here, page},
        words,
    },
};

/// How many are on a page.
const ON_A_PAGE: u32 = 50;

/// The page.
#[derive(Template)]
#[template(path = "people_log.html")]
struct LogPage {
    frame: Frame,
    days: Vec<Day>,
    /// Where the next page begins.
    older: Option<i64>,
    is_first: bool,
}

/// What was done on one day, last first.
struct Day {
    date: String,
    rows: Vec<Row>,
}

/// Something that was done.
struct Row {
    time: String,
    who: String,
    what: &'static str,
    about: String,
}

/// Where a page begins.
#[derive(Deserialize)]
pub(super) struct Before {
    before: Option<i64>,
}

/// `GET /people/log`
pub(super) async fn show(
    State(site): State<SiteState>,
    admin: Admin,
    Asked(Before { before }): Asked<Before>,
) -> Result<Response, SiteError> {
    let mut rows = site.ops.audit_log(before, ON_A_PAGE + 1).await?;
    let has_more = rows.len() > ON_A_PAGE as usize;
    rows.truncate(ON_A_PAGE as usize);
    let view = LogPage {
        frame: admin.0.frame(Here::People),
        older: rows.last().map(|row| row.place).filter(|_| has_more),
        days: by_day(&rows),
        is_first: before.is_none(),
    };
    Ok(page(StatusCode::OK, &view))
}

fn by_day(rows: &[AuditRow]) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for AuditRow { entry, .. } in rows {
        let date = words::date(entry.at);
        let row = Row {
            time: words::clock(entry.at),
            who: entry.who.clone(),
            what: in_words(entry.action),
            about: entry.about.clone(),
        };
        match days.last_mut().filter(|day| day.date == date) {
            Some(day) => day.rows.push(row),
            None => days.push(Day {
                date,
                rows: vec![row],
            }),
        }
    }
    days
}

/// What was done, so that it reads on: "ada@example.com invited: bob@example.com".
fn in_words(action: Action) -> &'static str {
    match action {
        Action::Invited => "invited",
        Action::InvitationWithdrawn => "took an invitation back",
        Action::AccountMade => "made an account",
        Action::AccountBlocked => "blocked",
        Action::AccountUnblocked => "let in again",
        Action::AccountRemoved => "removed an account",
        Action::MadeAdmin => "made an admin",
        Action::UnmadeAdmin => "made no admin any more",
        Action::PasswordChanged => "changed a password",
        Action::SecondFactorOn => "switched the second step on",
        Action::SecondFactorOff => "switched the second step off",
        Action::PasskeyAdded => "added a passkey",
        Action::PasskeyRemoved => "removed a passkey",
        Action::SessionsEnded => "ended sessions",
        Action::SettingChanged => "changed a setting",
        Action::KeysReplaced => "replaced the keys that sign for DropIDs",
        Action::LogInRefused => "tried too many passwords",
        Action::ResetAsked => "asked for a new password",
        Action::Registered => "registered",
        Action::RemovalBegun => "began to remove an account",
        Action::EmailChanged => "changed a mail address",
        Action::TokenMade => "made an API token",
        Action::TokenRevoked => "revoked an API token",
        Action::AppspaceDeleted => "moved an appspace to the trash",
        Action::AppspaceRemoved => "removed an appspace for good",
        Action::AppspaceRestored => "took an appspace out of the trash",
        Action::MemberInvited => "invited to an appspace",
        Action::MemberAdded => "added a member",
        Action::MemberChanged => "changed what a member may do",
        Action::MemberRemoved => "removed a member",
        Action::MemberLeft => "left an appspace",
        Action::JoiningChanged => "changed who may join an appspace",
        Action::KeyMade => "made a key or secret link",
        Action::KeyRevoked => "revoked a key or secret link",
        Action::DropIdMade => "made a DropID",
        Action::DropIdRemoved => "gave a DropID up",
    }
}
