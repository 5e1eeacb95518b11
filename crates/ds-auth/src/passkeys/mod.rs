//! Passkeys: keys that people's devices keep, and that work at this host's account site alone.
//!
//! `webauthn-rs` judges what browsers send. It sits on `RustCrypto`, needs no OpenSSL, and its makers use it in a server of their
//! own; `passkey` is the other side (an authenticator), and `webauthn_rp` has one user. States of ceremonies stay in memory:
//! they are as good as once-only passwords for minutes.
//!
//! ```text
//! start_registration ─▶ browser ─▶ finish_registration ─▶ a PasskeyRecord
//! start_login        ─▶ browser ─▶ finish_login        ─▶ whose passkey it is
//! ```

mod provider;
mod store;
#[cfg(test)]
mod tests;

use std::{net::IpAddr, sync::Arc, time::Duration};

use ds_core::{
    AccountId, Clock, StoreError, Timestamp,
    secret::{Token, TokenHash},
};
use moka::{policy::EvictionPolicy, sync::Cache};
use url::Url;
use webauthn_rs::prelude::{
    CreationChallengeResponse, DiscoverableAuthentication, DiscoverableKey, PasskeyAuthentication,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    RequestChallengeResponse, Uuid, Webauthn, WebauthnBuilder,
};
use webauthn_rs_proto::ResidentKeyRequirement;

use crate::throttle::Throttle;
pub use provider::provider_name;
pub use store::{PasskeyError, PasskeyRecord, PasskeyStore};

/// What browsers send and are sent, for the pages.
pub use webauthn_rs::prelude::{
    CreationChallengeResponse as CreationChallenge, Passkey, PublicKeyCredential as Assertion,
    RegisterPublicKeyCredential as Attestation, RequestChallengeResponse as RequestChallenge,
};

const GOOD_FOR: Duration = Duration::from_mins(5);
/// Ceremonies under way.
const ENTRIES: u64 = 10_000;
/// Passkeys of one account.
pub const MOST_PASSKEYS: usize = 20;
/// Logins that are begun from one network before the first wait: every look at the log-in page begins one.
const FREE_BEGINNINGS: u32 = 500;
/// The longest name of a passkey.
const NAME_CHARACTERS: usize = 40;

/// A ceremony that a browser has begun.
#[derive(Clone)]
enum State {
    Registration(AccountId, PasskeyRegistration),
    /// Of somebody who said who they are.
    Login(AccountId, PasskeyAuthentication),
    /// Of somebody whose passkey will say.
    Open(DiscoverableAuthentication),
}

/// What is taken back when a passkey was right.
enum Attempt {
    At(crate::throttle::Attempt),
    From(Option<IpAddr>),
}

/// The passkeys of a host.
pub struct Passkeys {
    webauthn: Webauthn,
    store: Arc<dyn PasskeyStore>,
    clock: Arc<dyn Clock>,
    states: Cache<TokenHash, (Arc<State>, Timestamp)>,
    begins: Throttle,
    throttle: Throttle,
}

impl Passkeys {
    /// Passkeys of the account site at `origin`, kept in `store`. `name` is what devices show.
    ///
    /// # Errors
    /// If its address cannot have any: browsers want a name, and https or this computer.
    pub fn new(
        origin: &Url,
        name: &str,
        store: Arc<dyn PasskeyStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, PasskeyError> {
        // The host itself and nothing above it: appspaces are its siblings and must not ask for its passkeys.
        let id = origin.host_str().unwrap_or_default();
        let builder = WebauthnBuilder::new(id, origin).map_err(PasskeyError::Address)?;
        let webauthn = builder.rp_name(name).timeout(GOOD_FOR).build();
        let states = Cache::builder()
            .max_capacity(ENTRIES)
            .time_to_live(GOOD_FOR)
            .eviction_policy(EvictionPolicy::lru());
        Ok(Self {
            webauthn: webauthn.map_err(PasskeyError::Address)?,
            begins: Throttle::with_free(Arc::clone(&clock), u32::MAX, FREE_BEGINNINGS),
            throttle: Throttle::new(Arc::clone(&clock)),
            store,
            clock,
            states: states.build(),
        })
    }

    /// Those of an account, oldest first; of a blocked one none.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn of(&self, account: AccountId) -> Result<Vec<PasskeyRecord>, StoreError> {
        self.store.passkeys_of(account).await
    }

    /// Calls one of an account otherwise. Says whether it was there.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn rename(
        &self,
        account: AccountId,
        id: &str,
        name: &str,
    ) -> Result<bool, StoreError> {
        self.store
            .rename_passkey(account, id, &tidy_name(name))
            .await
    }

    /// Removes one of an account. Says whether it was there.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn remove(&self, account: AccountId, id: &str) -> Result<bool, StoreError> {
        self.store.remove_passkey(account, id).await
    }

    /// Begins to add a passkey to an account. The token goes into the page's form or cookie.
    ///
    /// # Errors
    /// If there are enough.
    pub async fn start_registration(
        &self,
        account: AccountId,
        email: &str,
    ) -> Result<(Token, CreationChallengeResponse), PasskeyError> {
        let known = self.store.passkeys_of(account).await?;
        if known.len() >= MOST_PASSKEYS {
            return Err(PasskeyError::TooMany);
        }
        let known = known
            .iter()
            .map(|record| record.key.cred_id().clone())
            .collect();
        let begun =
            self.webauthn
                .start_passkey_registration(handle(account), email, email, Some(known));
        let (mut challenge, state) = begun.map_err(PasskeyError::Refused)?;
        // The device is to keep whose it is, so that it can be the only thing somebody logs in with. One that
        // cannot do that makes a passkey all the same.
        if let Some(wanted) = &mut challenge.public_key.authenticator_selection {
            wanted.resident_key = Some(ResidentKeyRequirement::Preferred);
        }
        let token = self.keep(State::Registration(account, state));
        Ok((token, challenge))
    }

    /// Adds a passkey that a browser made for this account.
    ///
    /// # Errors
    /// If it was not begun for it, or is somebody's.
    pub async fn finish_registration(
        &self,
        account: AccountId,
        token: &Token,
        made: &RegisterPublicKeyCredential,
        name: &str,
    ) -> Result<PasskeyRecord, PasskeyError> {
        let state = self.take(token)?;
        let State::Registration(of, state) = &*state else {
            return Err(PasskeyError::Stale);
        };
        if *of != account {
            return Err(PasskeyError::Stale);
        }
        let key = self.webauthn.finish_passkey_registration(made, state);
        let key = key.map_err(PasskeyError::Refused)?;
        let record = PasskeyRecord {
            id: id_of(&key),
            account,
            name: tidy_name(name),
            key,
            created: self.clock.now(),
            last_used: None,
        };
        self.store.add_passkey(&record).await?;
        Ok(record)
    }

    /// Begins a login. With an account, as a second factor after its password; without, as the only one: the passkey says
    /// whose it is.
    ///
    /// # Errors
    /// If the account has none, or too many were begun from there.
    pub async fn start_login(
        &self,
        account: Option<AccountId>,
        from: Option<IpAddr>,
    ) -> Result<(Token, RequestChallengeResponse), PasskeyError> {
        let begun = self.begins.attempt_from(from);
        begun.map_err(|retry_after| PasskeyError::Throttled { retry_after })?;
        let Some(account) = account else {
            let begun = self.webauthn.start_discoverable_authentication();
            let (challenge, state) = begun.map_err(PasskeyError::Refused)?;
            return Ok((self.keep(State::Open(state)), challenge));
        };
        let known = self.store.passkeys_of(account).await?;
        if known.is_empty() {
            return Err(PasskeyError::Unknown);
        }
        let keys: Vec<Passkey> = known.into_iter().map(|record| record.key).collect();
        let begun = self.webauthn.start_passkey_authentication(&keys);
        let (challenge, state) = begun.map_err(PasskeyError::Refused)?;
        Ok((self.keep(State::Login(account, state)), challenge))
    }

    /// Whose passkey a browser used. The device asked for a finger, a face or a PIN: it is both factors.
    ///
    /// # Errors
    /// If it is nobody's, or was not asked for.
    pub async fn finish_login(
        &self,
        token: &Token,
        used: &PublicKeyCredential,
        from: Option<IpAddr>,
    ) -> Result<AccountId, PasskeyError> {
        let state = self.take(token)?;
        let slow = |retry_after| PasskeyError::Throttled { retry_after };
        let attempt = match &*state {
            State::Login(account, _) => {
                let attempt = self.throttle.attempt(&account.to_string(), from);
                Attempt::At(attempt.map_err(slow)?)
            }
            _ => Attempt::From(self.throttle.attempt_from(from).map_err(slow)?),
        };
        let account = self.judge(&state, used).await?;
        match attempt {
            Attempt::At(attempt) => self.throttle.succeeded(attempt),
            Attempt::From(network) => self.throttle.succeeded_from(network),
        }
        Ok(account)
    }

    async fn judge(
        &self,
        state: &State,
        used: &PublicKeyCredential,
    ) -> Result<AccountId, PasskeyError> {
        let record = self.store.passkey(&used.id).await?;
        let mut record = record.ok_or(PasskeyError::Unknown)?;
        // Blocked accounts have none.
        let own = self.store.passkeys_of(record.account).await?;
        if !own.iter().any(|own| own.id == record.id) {
            return Err(PasskeyError::Unknown);
        }
        let result = match state {
            State::Registration(..) => return Err(PasskeyError::Stale),
            State::Login(of, _) if *of != record.account => return Err(PasskeyError::Unknown),
            State::Login(_, state) => self.webauthn.finish_passkey_authentication(used, state),
            State::Open(state) => {
                let named = self.webauthn.identify_discoverable_authentication(used);
                if named.map_err(PasskeyError::Refused)?.0 != handle(record.account) {
                    return Err(PasskeyError::Unknown);
                }
                let key = DiscoverableKey::from(&record.key);
                let state = state.clone();
                self.webauthn
                    .finish_discoverable_authentication_v2(used, state, key)
            }
        };
        let result = result.map_err(PasskeyError::Refused)?;
        record.key.update_credential(&result);
        self.store
            .use_passkey(&record.id, &record.key, self.clock.now())
            .await?;
        Ok(record.account)
    }

    /// Ends what was begun for an account, in which no passkey is added any more.
    pub fn forget(&self, account: AccountId) {
        for (token, (state, _)) in &self.states {
            match &*state {
                State::Registration(of, _) | State::Login(of, _) if *of == account => {
                    self.states.invalidate(&*token);
                }
                _ => {}
            }
        }
    }

    fn keep(&self, state: State) -> Token {
        let token = Token::random();
        let until = self.clock.now().plus(GOOD_FOR);
        self.states.insert(token.hash(), (Arc::new(state), until));
        token
    }

    /// Used up, whatever comes of it.
    fn take(&self, token: &Token) -> Result<Arc<State>, PasskeyError> {
        let (state, until) = self
            .states
            .remove(&token.hash())
            .ok_or(PasskeyError::Stale)?;
        (self.clock.now() < until)
            .then_some(state)
            .ok_or(PasskeyError::Stale)
    }
}

/// What devices call an account: its id, which is never used again.
fn handle(account: AccountId) -> Uuid {
    account.to_string().parse().unwrap_or_default()
}

/// A name as it is kept: on one line, and not long.
fn tidy_name(name: &str) -> String {
    let plain = name.trim().chars().filter(|c| !c.is_control());
    let short: String = plain.take(NAME_CHARACTERS).collect();
    short.trim().to_owned()
}

fn id_of(key: &Passkey) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(key.cred_id())
}
