//! The people of this host: who may come, who they are here, who goes, and what was done by whom.

mod audit;
mod going;
mod invite;
mod kinds;
mod letters;
mod register;
mod removal;
mod roles;
mod words;

use std::sync::Arc;

use ds_auth::{
    AccountStore, Accounts,
    people::{
        AuditLog, InvitationStore, Invitations, RegistrationParts, RegistrationStore,
        Registrations, RoleStore, SettingStore,
    },
};
use ds_core::{AccountId, Clock, StoreError, error_chain};
use tokio::sync::Mutex;

use super::{ErrorKind, OpError, Ops};

pub use audit::Actor;
pub(super) use audit::Notes;
pub use ds_auth::people::{
    AccountEntry, AuditAction as Action, AuditFilter, AuditRow, Invitation, RegistrationRule,
};
pub use going::Going;
pub use invite::{Invited, ShownInvitation};
pub use kinds::NoteKind;
pub use roles::Blocked;
pub use words::done_in_words;

/// What the operations about people stand on.
pub struct People {
    audit: Arc<dyn AuditLog>,
    roles: Arc<dyn RoleStore>,
    invitations: Invitations,
    registrations: Registrations,
    /// Held by who removes an account: two at once would only be in each other's way.
    removing: Mutex<()>,
}

impl People {
    /// All of it in one store, on a host that sends mail or not.
    pub fn new<S>(store: &Arc<S>, clock: Arc<dyn Clock>, has_mail: bool) -> Self
    where
        S: AccountStore
            + AuditLog
            + InvitationStore
            + RegistrationStore
            + RoleStore
            + SettingStore
            + 'static,
    {
        let accounts = Arc::new(Accounts::new(store.clone(), clock.clone()));
        let invitations = Invitations::new(store.clone(), accounts.clone(), clock.clone());
        Self {
            audit: store.clone(),
            roles: store.clone(),
            invitations,
            registrations: Registrations::new(RegistrationParts {
                registrations: store.clone(),
                settings: store.clone(),
                roles: store.clone(),
                accounts,
                clock,
                has_mail,
            }),
            removing: Mutex::default(),
        }
    }
}

impl People {
    /// Whether somebody is kept out, or there is no such account.
    pub(super) async fn is_blocked(&self, id: AccountId) -> Result<bool, StoreError> {
        let entry = self.roles.account_entry(id).await?;
        Ok(entry.is_none_or(|entry| entry.blocked.is_some()))
    }
}

impl Ops {
    /// Whose account has a mail address that it was proved to have, blocked or not.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn account_with_address(&self, email: &str) -> Result<Option<AccountId>, StoreError> {
        let found = self.parts.people.roles.account_at(email).await?;
        let proven = found.filter(|account| account.email_proven);
        Ok(proven.map(|account| account.id))
    }

    /// Whoever looks after the people of this host runs it.
    pub(super) async fn must_be_admin(&self, by: &Actor) -> Result<(), OpError> {
        let may = match by {
            Actor::CommandLine => true,
            Actor::Account(id) => self.is_admin(*id).await?,
            Actor::Host | Actor::Named(_) | Actor::Somebody => false,
        };
        may.then_some(()).ok_or_else(|| {
            OpError::new(ErrorKind::Forbidden, "this is for those who run this host")
                .with_hint("ask one of them")
        })
    }

    /// Removes what is over: invitations, registrations, old notes; and goes on with removals that were interrupted. For the
    /// daily round.
    pub(crate) async fn tidy_people(&self) {
        let people = &self.parts.people;
        for (what, done) in [
            ("invitations", people.invitations.purge().await),
            ("registrations", people.registrations.purge().await),
            ("links to new addresses", self.tidy_profiles().await),
            ("notes of what was done", self.trim_audit_log().await),
        ] {
            if let Err(error) = done {
                let error = error_chain(&error);
                tracing::warn!(what, error, "cannot remove what is over");
            }
        }
        self.go_on_removing().await;
    }
}
