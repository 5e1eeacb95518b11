//! What people see who want to join.

use askama::Template;
use ds_auth::joining::Joining;

use crate::{
    entrance::{EntranceFrame, Proved},
    ops::InvitationView,
};

/// Who may come in here, as the page says it.
pub(super) enum Door {
    Invited(InvitationView),
    Asks(Joining),
}

#[derive(Template)]
#[template(path = "entrance_join.html")]
pub(super) struct JoinPage<'a> {
    pub(super) frame: EntranceFrame,
    pub(super) door: &'a Door,
    /// Where the form goes.
    pub(super) to: String,
    /// Where people go to prove who they are.
    pub(super) prove: String,
    /// Whether this host sends letters.
    pub(super) mail: bool,
    pub(super) who: Option<&'a Proved>,
    /// Where they can keep the appspace on the home page of their own host.
    pub(super) keep: Option<String>,
    pub(super) name: String,
    pub(super) problem: Option<String>,
}

impl JoinPage<'_> {
    /// Whether nobody can come in here.
    fn is_shut(&self) -> bool {
        matches!(self.door, Door::Asks(Joining::Closed))
    }

    /// Whether the owner decides.
    fn waits(&self) -> bool {
        matches!(self.door, Door::Asks(Joining::Approval))
    }
}

#[derive(Template)]
#[template(path = "entrance_waiting.html")]
pub(super) struct WaitingPage {
    pub(super) frame: EntranceFrame,
    /// Where they can keep the appspace on the home page of their own host.
    pub(super) keep: Option<String>,
}
