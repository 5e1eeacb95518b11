//! People beyond their accounts.

mod audit;
mod connections;
mod dropids;
mod email_logins;
mod factors;
mod invitations;
mod logins;
mod passkeys;
mod profiles;
mod registrations;
mod roles;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ds_auth::{
    Epoch,
    dropid::{DropId, DropIdRecord, client::PendingLogin, server::Grant, signing::StoredKey},
    passkeys::PasskeyRecord,
    people::{
        AddressChange, AuditRow, EmailLogin, Invitation, Registration, Removal, Reset, SecondFactor,
    },
};
use ds_core::{AccountId, StoreError, Timestamp, secret::TokenHash};

use super::{Memory, Tables, missing, taken};

/// What is remembered of people.
#[derive(Default)]
pub(super) struct People {
    /// With whether the account is still there.
    dropids: BTreeMap<DropId, (DropIdRecord, bool)>,
    connections: connections::Connections,
    pending_logins: HashMap<TokenHash, PendingLogin>,
    email_logins: HashMap<TokenHash, EmailLogin>,
    codes: HashMap<TokenHash, Grant>,
    signing_keys: Vec<StoredKey>,
    invitations: Vec<Invitation>,
    resets: HashMap<TokenHash, Reset>,
    addresses: HashMap<TokenHash, AddressChange>,
    left: BTreeSet<(AccountId, String)>,
    names: HashMap<AccountId, String>,
    factors: HashMap<AccountId, (SecondFactor, BTreeSet<String>)>,
    passkeys: BTreeMap<String, PasskeyRecord>,
    passkey_follows: HashSet<AccountId>,
    audit: Vec<AuditRow>,
    blocked: HashMap<AccountId, Timestamp>,
    removals: Vec<Removal>,
    registrations: HashMap<TokenHash, Registration>,
    settings: HashMap<String, String>,
    devices: HashMap<TokenHash, String>,
    last_epoch: u64,
    epochs: HashMap<AccountId, Epoch>,
}

impl People {
    /// Ends the links with which an account's password can be set anew, or its address changed.
    /// A second factor that is offered and not on.
    pub(super) fn forget_offer(&mut self, id: AccountId) {
        let is_offer = |own: &(SecondFactor, BTreeSet<String>)| !own.0.is_on;
        if self.factors.get(&id).is_some_and(is_offer) {
            self.factors.remove(&id);
        }
    }

    pub(super) fn forget_resets(&mut self, id: AccountId) {
        self.resets.retain(|_, own| own.account != id);
        self.addresses.retain(|_, own| own.account != id);
    }

    /// Ends the links that somebody made for others.
    pub(super) fn forget_resets_by(&mut self, id: AccountId) {
        self.resets.retain(|_, own| own.made_by != Some(id));
    }

    pub(super) fn epoch(&self) -> Epoch {
        Epoch(self.last_epoch)
    }

    pub(super) fn changed_since(&self, id: AccountId, since: Epoch) -> bool {
        self.epochs.get(&id).is_some_and(|at| *at > since)
    }

    /// Ends logins that are under way.
    pub(super) fn outdate(&mut self, id: AccountId) -> Epoch {
        self.last_epoch += 1;
        self.epochs.insert(id, self.epoch());
        self.codes.retain(|_, grant| grant.account != id);
        self.epoch()
    }

    pub(super) fn is_blocked(&self, id: AccountId) -> bool {
        self.blocked.contains_key(&id)
    }
}

impl Tables {
    /// That an account is there and not blocked, and was not changed since then.
    pub(super) fn check_unchanged(&self, id: AccountId, since: Epoch) -> Result<(), StoreError> {
        self.check_account(id)?;
        let changed = self.people.changed_since(id, since);
        if changed || self.people.is_blocked(id) {
            return Err(missing("such account"));
        }
        Ok(())
    }

    fn check_account(&self, id: AccountId) -> Result<(), StoreError> {
        let known = self.accounts.contains_key(&id);
        known.then_some(()).ok_or_else(|| missing("such account"))
    }
}

/// Removes those that end first if there are more than `most`.
fn bound<T>(all: &mut HashMap<TokenHash, T>, most: u32, expires: impl Fn(&T) -> Timestamp) {
    while all.len() > usize::try_from(most).unwrap_or(usize::MAX) {
        let first = all.iter().min_by_key(|(_, one)| expires(one));
        let first = first.map(|(hash, _)| hash.clone());
        first.and_then(|hash| all.remove(&hash));
    }
}
