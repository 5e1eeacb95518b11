//! What was done by whom.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use ds_auth::people::{
    AuditAction, AuditBounds, AuditClass, AuditEntry, AuditFilter, AuditRow, COMMAND_LINE, HOST,
    SOMEBODY,
};
use ds_core::{AccountId, StoreError, Timestamp, error_chain, one_line};

use super::super::{OpError, Ops};

const YEAR: Duration = Duration::from_hours(365 * 24);
/// How often that is looked after: after so many notes, beside the daily round.
const EVERY: u32 = 500;
/// The most that is said of one thing, in characters.
const ABOUT: usize = 200;
/// That logging in to one account was refused is noted this often, and of so many accounts.
const REFUSED_EVERY: Duration = Duration::from_hours(1);
const REFUSED_MOST: usize = 100;

/// Who does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody with an account.
    Account(AccountId),
    /// Whoever has the command line.
    CommandLine,
    /// The host itself.
    Host,
    /// Somebody without an account here, as they are called.
    Named(String),
    /// Somebody of whom nothing is known.
    Somebody,
}

impl Actor {
    /// A member of an appspace. They choose their name themselves, so it must not read like an account's.
    #[must_use]
    pub fn member(name: &str) -> Self {
        Self::Named(format!("a member called “{name}”"))
    }
}

impl From<AccountId> for Actor {
    fn from(id: AccountId) -> Self {
        Self::Account(id)
    }
}

/// What is remembered for the log beside the log.
#[derive(Default)]
pub(in super::super) struct Notes {
    written: AtomicU32,
    refused: Mutex<HashMap<String, Timestamp>>,
}

impl Notes {
    /// Whether that this was refused is to be noted now.
    fn is_new(&self, email: &str, now: Timestamp) -> bool {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.retain(|_, at| at.plus(REFUSED_EVERY) > now);
        if refused.contains_key(email) || refused.len() >= REFUSED_MOST {
            return false;
        }
        refused.insert(email.to_owned(), now);
        true
    }
}

impl Ops {
    /// Records that somebody did something, for the log that admins read. `about` says to what, as people call it: a mail
    /// address, an address, a setting. What cannot be recorded is done nevertheless, and the host's log says so.
    pub async fn note(&self, by: impl Into<Actor>, action: AuditAction, about: impl Into<String>) {
        let (by, about) = (by.into(), about.into());
        if let Err(error) = self.try_note(by, action, &about).await {
            let error = error_chain(&error);
            tracing::error!(?action, about, error, "cannot record what was done");
        }
    }

    /// Records that logging in to an account is refused for a while, since too many attempts failed: once an hour for each
    /// account, however often it happens. Does not wait.
    pub fn note_refused_log_in(&self, email: &str) {
        let email: String = one_line(email).trim().to_lowercase();
        let email: String = email.chars().take(ABOUT).collect();
        if self.notes.is_new(&email, self.now()) {
            let ops = self.clone();
            tokio::spawn(async move {
                ops.note(Actor::Somebody, AuditAction::LogInRefused, email)
                    .await;
            });
        }
    }

    /// What was done, for whoever runs the host; as [`audit_log`](Self::audit_log).
    ///
    /// # Errors
    /// If whoever asks does not run the host.
    pub async fn notes(
        &self,
        by: &Actor,
        which: &AuditFilter,
        before: Option<i64>,
        most: u32,
    ) -> Result<Vec<AuditRow>, OpError> {
        self.must_be_admin(by).await?;
        self.audit_log(which, before, most).await
    }

    /// What was done, last first: what came before the entry in that place, or the newest.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn audit_log(
        &self,
        which: &AuditFilter,
        before: Option<i64>,
        most: u32,
    ) -> Result<Vec<AuditRow>, OpError> {
        Ok(self
            .parts
            .people
            .audit
            .entries_of(which, before, most)
            .await?)
    }

    /// Forgets what was done long ago; for the daily round.
    pub(super) async fn trim_audit_log(&self) -> Result<(), StoreError> {
        for class in AuditClass::ALL {
            let bounds = bounds(class, self.now());
            self.parts.people.audit.trim_audit(class, &bounds).await?;
        }
        Ok(())
    }

    async fn try_note(
        &self,
        by: Actor,
        action: AuditAction,
        about: &str,
    ) -> Result<(), StoreError> {
        let (by, who) = self.named(by).await?;
        let entry = AuditEntry {
            at: self.now(),
            by,
            who: short(&who),
            action,
            about: short(about),
        };
        self.parts.people.audit.record(&entry).await?;
        let written = self.notes.written.fetch_add(1, Ordering::Relaxed);
        if written % EVERY == EVERY - 1 {
            self.trim_audit_log().await?;
        }
        Ok(())
    }

    /// Who it is, and what they are called.
    async fn named(&self, by: Actor) -> Result<(Option<AccountId>, String), StoreError> {
        Ok(match by {
            Actor::Account(id) => {
                let account = self.parts.account_store.account(id).await?;
                let email = account.map(|account| account.email);
                let gone = || "an account that is gone".to_owned();
                (Some(id), email.unwrap_or_else(gone))
            }
            Actor::CommandLine => (None, COMMAND_LINE.to_owned()),
            Actor::Host => (None, HOST.to_owned()),
            Actor::Named(name) => (None, name),
            Actor::Somebody => (None, SOMEBODY.to_owned()),
        })
    }
}

/// How much is known of what was done: a page of it is small, and what is grave is rare.
fn bounds(class: AuditClass, now: Timestamp) -> AuditBounds {
    let (years, most_each, most) = match class {
        AuditClass::Grave => (5, 5_000, 100_000),
        AuditClass::Small => (1, 1_000, 50_000),
        AuditClass::Strangers => (1, 10_000, 10_000),
        AuditClass::Comers => (2, 2_000, 50_000),
    };
    AuditBounds {
        before: now.minus(YEAR * years),
        most_each,
        most,
    }
}

fn short(text: &str) -> String {
    one_line(text).chars().take(ABOUT).collect()
}
