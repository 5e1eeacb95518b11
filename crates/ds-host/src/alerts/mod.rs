//! Tells owners that no snapshots of their appspaces succeed: on pages, and by mail where the host sends any.
//!
//! `rules` says what is to be told, `words` how. What was told is recorded before it is sent, so that a restart
//! tells nobody twice.

mod rules;
mod words;

use std::{collections::HashMap, sync::Arc, time::Duration};

use ds_auth::{Account, AccountStore};
use ds_core::{
    AccountId, Appspace, AppspaceId, AppspaceStore, Clock, StoreError, Timestamp, error_chain,
    snapshots::{Every, SnapshotAlert, SnapshotRecord, SnapshotStore},
};
use tokio::sync::Mutex;

use crate::{
    mail::{Letter, Mailer},
    ops::Names,
};
use rules::Mail;

/// How often is looked.
const ROUND: Duration = Duration::from_mins(10);
/// How long a host that was off gets to take the snapshots that are overdue before that is told.
const SETTLED: Duration = Duration::from_hours(1);

/// What alerts stand on.
pub struct Parts {
    /// What is known of snapshots.
    pub snapshots: Arc<dyn SnapshotStore>,
    /// The appspaces.
    pub appspaces: Arc<dyn AppspaceStore>,
    /// Whose they are.
    pub accounts: Arc<dyn AccountStore>,
    /// How often snapshots are taken where nothing else is set.
    pub every: Every,
    /// Where things answer.
    pub names: Names,
    /// Sends mail; `None` if the host sends none.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Tells owners.
pub struct Alerts {
    parts: Parts,
    started: Timestamp,
    /// Held while an account is looked at: two at once would both send the mail.
    looking: Mutex<()>,
}

/// An appspace with what is known of its snapshots.
struct Known {
    appspace: Appspace,
    record: SnapshotRecord,
}

impl Alerts {
    /// Alerts of a host that starts now.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            started: parts.clock.now(),
            looking: Mutex::default(),
            parts,
        }
    }

    /// Looks at all accounts, again and again, from a while after the start on.
    pub async fn run(&self) {
        tokio::time::sleep(SETTLED).await;
        loop {
            if let Err(error) = self.look_at_all().await {
                let error = error_chain(&error);
                tracing::warn!(error, "cannot see whether snapshots succeed");
            }
            tokio::time::sleep(ROUND).await;
        }
    }

    async fn look_at_all(&self) -> Result<(), StoreError> {
        for account in self.parts.accounts.accounts().await? {
            self.look(account.id).await?;
        }
        Ok(())
    }

    /// Looks at the appspaces of an account: what is to be told now, and what is over.
    ///
    /// # Errors
    /// If what is known cannot be read or written.
    pub async fn look(&self, owner: AccountId) -> Result<(), StoreError> {
        let _alone = self.looking.lock().await;
        let now = self.parts.clock.now();
        let mut known = self.known(owner).await?;
        let is_settled = self.started.plus(SETTLED) <= now;
        for one in &mut known {
            let every = one.record.settings.every.unwrap_or(self.parts.every);
            let (created, record) = (one.appspace.created, &one.record);
            let is_late = rules::is_late(every, created, record, now)
                && (is_settled || record.failure.is_some());
            let mut alert = rules::judged(every, is_late, record.alert, now);
            if self.parts.mailer.is_none() {
                alert.mailed = None;
            }
            self.record(one, alert).await?;
        }
        match &self.parts.mailer {
            Some(mailer) => self.mail(owner, known, mailer.as_ref(), now).await,
            None => Ok(()),
        }
    }

    async fn known(&self, owner: AccountId) -> Result<Vec<Known>, StoreError> {
        let records = self.parts.snapshots.snapshot_records(owner).await?;
        let mut records: HashMap<AppspaceId, _> = records.into_iter().collect();
        let appspaces = self.parts.appspaces.appspaces_of(owner).await?;
        let known = appspaces.into_iter().map(|appspace| Known {
            record: records.remove(&appspace.id).unwrap_or_default(),
            appspace,
        });
        Ok(known.collect())
    }

    /// Writes down what changed.
    async fn record(&self, one: &mut Known, alert: SnapshotAlert) -> Result<(), StoreError> {
        if one.record.alert == alert {
            return Ok(());
        }
        let id = one.appspace.id;
        match self.parts.snapshots.set_snapshot_alert(id, alert).await {
            // It was deleted meanwhile.
            Ok(()) | Err(StoreError::Missing { .. }) => {}
            Err(error) => return Err(error),
        }
        one.record.alert = alert;
        Ok(())
    }

    /// Sends the mail that is due, if one is.
    async fn mail(
        &self,
        owner: AccountId,
        mut known: Vec<Known>,
        mailer: &dyn Mailer,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let alerts: Vec<_> = known.iter().map(|one| one.record.alert).collect();
        let mail = rules::mail(&alerts, now);
        if mail == Mail::Nothing {
            return Ok(());
        }
        let Some(account) = self.parts.accounts.account(owner).await? else {
            return Ok(());
        };
        let letter = self.letter(&account, mail, &known);
        for one in &mut known {
            let told = rules::told(one.record.alert, now);
            self.record(one, told).await?;
        }
        if let Err(error) = mailer.send(&letter).await {
            let (to, error) = (&account.email, error_chain(&error));
            tracing::error!(to, error, "an owner cannot be told that snapshots fail");
        }
        Ok(())
    }

    fn letter(&self, account: &Account, mail: Mail, known: &[Known]) -> Letter {
        let is = |wanted: fn(&SnapshotAlert) -> bool| {
            let some = known.iter().filter(move |one| wanted(&one.record.alert));
            some.collect::<Vec<_>>()
        };
        let over = is(|alert| alert.since.is_none() && alert.mailed.is_some());
        let text = words::Text {
            names: &self.parts.names,
            is_admin: account.is_admin,
            missing: is(|alert| alert.since.is_some()),
            over,
        };
        let (subject, text) = match mail {
            Mail::Over => text.over(),
            _ => text.missing(),
        };
        Letter::new(&account.email, subject, text)
    }
}

#[cfg(test)]
mod tests;
