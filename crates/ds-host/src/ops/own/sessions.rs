//! Where somebody is logged in.

use std::collections::HashMap;

use ds_auth::{Account, Standing, Subject};
use ds_core::{AccountId, AppspaceId, Timestamp, secret::TokenHash};

use super::super::{Action, OpError, Ops};

/// A session, as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSummary {
    /// What to call it; opens nothing.
    pub id: String,
    /// The appspace it is on; `None` on the account site.
    pub place: Option<String>,
    /// What its browser called itself; empty if nobody knows.
    pub device: String,
    /// When it began.
    pub since: Timestamp,
    /// When it was used last, to about an hour.
    pub used: Timestamp,
}

impl Ops {
    /// Where somebody is logged in: `most` after the first `skip`, `this` session first and then what was used last; and how many
    /// sessions there are.
    ///
    /// # Errors
    /// If it cannot be listed.
    pub async fn sessions_of(
        &self,
        account: &Account,
        this: Option<&str>,
        skip: usize,
        most: usize,
    ) -> Result<(Vec<SessionSummary>, usize), OpError> {
        let mut entries = self.parts.sessions.of_account(account.id).await?;
        let all = entries.len();
        entries.sort_by_key(|entry| {
            let is_this = this == Some(entry.token.as_str());
            std::cmp::Reverse((is_this, entry.last_used(), entry.session.created))
        });
        let entries = entries.into_iter().skip(skip).take(most);
        let mut found = Vec::new();
        let mut names: HashMap<AppspaceId, String> = HashMap::new();
        for entry in entries {
            let place = match entry.session.subject {
                Subject::Account(_) => None,
                Subject::Member { appspace: id, .. } => match names.get(&id) {
                    Some(name) => Some(name.clone()),
                    None => Some(names.entry(id).or_insert(self.place_of(id).await?).clone()),
                },
            };
            found.push(SessionSummary {
                id: entry.token.as_str().to_owned(),
                place,
                used: entry.last_used(),
                since: entry.session.created,
                device: entry.device,
            });
        }
        Ok((found, all))
    }

    /// Ends one of somebody's sessions. One that is over, or another's, is fine: it is not theirs.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn end_session(&self, account: &Account, id: &str) -> Result<(), OpError> {
        let own = self.parts.sessions.of_account(account.id).await?;
        let token = TokenHash::stored(id.to_owned());
        if !own.iter().any(|entry| entry.token == token) {
            return Ok(());
        }
        self.parts.sessions.end_listed(&token).await?;
        let email = account.email.as_str();
        self.note(account.id, Action::SessionsEnded, email).await;
        Ok(())
    }

    /// Ends every session of somebody, on appspaces too, the programs that they let in there, and logins that are under way. With what comes back a new one can begin.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn log_out_everywhere(&self, account: &Account) -> Result<Standing, OpError> {
        let since = self.parts.sessions.end_account(account.id).await?;
        self.keys().tokens().end_clients_of(account.id).await?;
        self.forget_logins(account);
        let email = account.email.as_str();
        self.note(account.id, Action::SessionsEnded, email).await;
        Ok(Standing {
            account: account.id,
            since,
        })
    }

    /// An account whose person has shown who they are, or needs not: as it is at this moment.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn standing(&self, account: AccountId) -> Result<Standing, OpError> {
        Ok(self.parts.sessions.standing(account).await?)
    }

    async fn place_of(&self, appspace: AppspaceId) -> Result<String, OpError> {
        let found = self.parts.appspaces.appspace(appspace).await?;
        let name = found.map(|appspace| appspace.address.to_string());
        Ok(name.unwrap_or_else(|| "an appspace that is gone".to_owned()))
    }

    /// Ends every session of somebody whose account was changed.
    pub(super) async fn end_changed(&self, account: &Account) -> Result<(), OpError> {
        self.forget_logins(account);
        Ok(self.parts.sessions.end_changed(account.id).await?)
    }

    /// Keeps nothing in memory that could begin no session any more.
    fn forget_logins(&self, account: &Account) {
        self.parts.own.halves.forget(account.id);
        self.parts.own.under_way.forget(account.id);
        if let Some(passkeys) = &self.parts.own.passkeys {
            passkeys.forget(account.id);
        }
    }
}
