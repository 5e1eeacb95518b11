//! An appspace as a client: somebody says who they are, and their own server is asked.
//!
//! ```text
//! begin   identity typed ─▶ discovery ─▶ pending login recorded ─▶ the browser goes to its server
//! finish  the browser comes back ─▶ pending login taken ─▶ code redeemed ─▶ signature, `me` confirmed ─▶ Proof
//! ```
//!
//! What is asked goes through [`Web`], which `ds_net::Client` is.

mod answer;
mod appspace;
mod callback;
mod discovery;
mod error;
mod net;
mod pending;
mod state;
#[cfg(test)]
mod tests;
mod web;

pub use answer::{Picture, Proof, shown_name};
pub use appspace::{CALLBACK_PATH, CLIENT_PATH, Client};
pub use callback::Callback;
pub use discovery::Discovered;
pub use error::LoginError;
pub use pending::{PendingLogin, PendingLoginStore};
pub use web::{Bounds, Got, Want, Web, WebError};

use std::{sync::Arc, time::Duration};

use ds_core::{
    AppspaceId, Clock,
    secret::{Token, TokenHash},
};
use moka::{policy::EvictionPolicy, sync::Cache};
use url::Url;

use super::{
    name::Local,
    pkce::Derived,
    profile::ProfileUrl,
    signing::{Expected, Jwks, SignatureError, verify},
};
use answer::Answer;

/// From the appspace to the server, a person, and back.
const GOOD_FOR: Duration = Duration::from_mins(10);
/// How long published keys are remembered.
const KEYS_FOR: Duration = Duration::from_hours(1);
/// How soon they are asked for again because of an unknown one.
const KEYS_AGAIN: Duration = Duration::from_mins(1);
const SERVERS: u64 = 1_000;
/// How long codes that were redeemed are remembered: no good server takes them for longer.
const CODES_FOR: Duration = Duration::from_mins(10);
const CODES: u64 = 10_000;

/// Logs people in with what their own servers say of them.
pub struct RemoteLogins {
    store: Arc<dyn PendingLoginStore>,
    web: Arc<dyn Web>,
    clock: Arc<dyn Clock>,
    local: Local,
    keys: Cache<Url, Jwks>,
    asked_again: Cache<Url, ()>,
    redeemed: Cache<TokenHash, ()>,
}

/// Somebody who has proved who they are, and where they wanted to go.
#[derive(Debug)]
pub struct Arrived {
    /// Who it is.
    pub proof: Proof,
    /// A path of the appspace.
    pub return_to: String,
}

impl RemoteLogins {
    /// Logins that are recorded in `store` and ask `web`.
    pub fn new(
        store: Arc<dyn PendingLoginStore>,
        web: Arc<dyn Web>,
        clock: Arc<dyn Clock>,
        local: Local,
    ) -> Self {
        let cache = || Cache::builder().max_capacity(SERVERS);
        Self {
            store,
            web,
            clock,
            local,
            keys: cache().time_to_live(KEYS_FOR).build(),
            asked_again: Cache::builder()
                .max_capacity(SERVERS)
                .time_to_live(KEYS_AGAIN)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            // The default policy may forget the newest when it is full, which could then be sent on again.
            redeemed: Cache::builder()
                .max_capacity(CODES)
                .time_to_live(CODES_FOR)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        }
    }

    /// Begins a login of whoever `typed` names, in the browser with this secret in its cookie. Says where to send it.
    /// `return_to` is a path of the appspace that was checked to be one.
    ///
    /// # Errors
    /// If it names nobody, or their server cannot be found or relied on.
    pub async fn begin(
        &self,
        client: &Client,
        appspace: AppspaceId,
        typed: &str,
        browser: &Token,
        return_to: &str,
    ) -> Result<Url, LoginError> {
        let entered = ProfileUrl::typed(typed, self.local)?;
        let found = Discovered::find(&*self.web, entered, self.local).await?;
        let state = state::random();
        let derived = Derived::of(browser, &state);
        let to = client.ask(&found, &state, &derived);
        let pending = PendingLogin {
            appspace,
            browser: browser.hash().as_str().to_owned(),
            entered: found.entered.to_string(),
            seen: found.seen,
            server: found.server,
            client_id: client.id().to_owned(),
            redirect_uri: client.redirect_uri().to_owned(),
            return_to: return_to.to_owned(),
            expires: self.clock.now().plus(GOOD_FOR),
        };
        self.store
            .add_pending_login(&state.hash(), &pending)
            .await?;
        Ok(to)
    }

    /// Ends a login: who came back to the appspace, in the browser with this secret. It is used up whatever the answer.
    ///
    /// # Errors
    /// If it is not the login that began there, or nobody was proved to have come.
    pub async fn finish(
        &self,
        appspace: AppspaceId,
        callback: &Callback,
        browser: Option<&Token>,
    ) -> Result<Arrived, LoginError> {
        let state = state::presented(&callback.state).ok_or(LoginError::Stale)?;
        let pending = self.store.take_pending_login(&state.hash()).await?;
        let pending = pending.ok_or(LoginError::Stale)?;
        let browser = browser.ok_or(LoginError::Stale)?;
        let is_here = pending.appspace == appspace
            && TokenHash::stored(pending.browser.clone()).matches(browser)
            && self.clock.now() < pending.expires;
        if !is_here {
            return Err(LoginError::Stale);
        }
        let code = callback.code_from(&pending.server.issuer)?;
        self.once(&pending.server.issuer, code)?;
        let derived = Derived::of(browser, &state);
        let answer = self.redeem(&pending, code, &derived).await?;
        let signed = self.signed(&pending, &answer, &derived).await?;
        let proof = self.confirmed(&pending, answer, signed).await?;
        Ok(Arrived {
            proof,
            return_to: pending.return_to,
        })
    }

    /// A code works once here, even if its server does not see to that.
    fn once(&self, issuer: &str, code: &str) -> Result<(), LoginError> {
        let code = Token::presented(&format!("{issuer}\n{code}")).hash();
        let is_new = self.redeemed.entry(code).or_insert(()).is_fresh();
        is_new
            .then_some(())
            .ok_or(LoginError::Answer("its code has been used"))
    }

    async fn redeem(
        &self,
        pending: &PendingLogin,
        code: &str,
        derived: &Derived,
    ) -> Result<Answer, LoginError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", &pending.client_id),
            ("redirect_uri", &pending.redirect_uri),
            ("code_verifier", derived.verifier.reveal()),
        ];
        let endpoint = &pending.server.authorization_endpoint;
        let body = self
            .web
            .post(endpoint, &form, Want::Redemption.bounds())
            .await;
        Answer::read(&body.map_err(LoginError::of_web)?)
    }

    /// Whether the answer is signed. A server that says it signs must.
    async fn signed(
        &self,
        pending: &PendingLogin,
        answer: &Answer,
        derived: &Derived,
    ) -> Result<bool, LoginError> {
        let Some(at) = &pending.server.keys else {
            return Ok(false);
        };
        let token = answer.id_token.as_deref();
        let token = token.ok_or(LoginError::Answer("it is not signed, as it has to be"))?;
        let expected = Expected {
            issuer: &pending.server.issuer,
            audience: &pending.client_id,
            nonce: &derived.nonce,
            now: self.clock.now(),
        };
        let keys = self.keys_at(at).await?;
        let claims = match verify(token, &keys, &expected) {
            // Perhaps it has been made since.
            Err(SignatureError::UnknownKey) if !self.asked_again.contains_key(at) => {
                self.asked_again.insert(at.clone(), ());
                self.keys.invalidate(at);
                verify(token, &self.keys_at(at).await?, &expected)
            }
            verified => verified,
        }
        .map_err(LoginError::Signature)?;
        if claims.sub != answer.me {
            return Err(LoginError::Answer("what is signed names somebody else"));
        }
        Ok(true)
    }

    async fn keys_at(&self, at: &Url) -> Result<Jwks, LoginError> {
        if let Some(keys) = self.keys.get(at) {
            return Ok(keys);
        }
        let got = self.web.get(at, Want::Keys.bounds()).await;
        let keys = Jwks::read(&got.map_err(LoginError::of_web)?.body).map_err(LoginError::Keys)?;
        self.keys.insert(at.clone(), keys.clone());
        Ok(keys)
    }

    /// Lets a server speak only for whom it may: who was asked for, or who declares it.
    async fn confirmed(
        &self,
        pending: &PendingLogin,
        answer: Answer,
        signed: bool,
    ) -> Result<Proof, LoginError> {
        let me = ProfileUrl::parse(&answer.me, self.local);
        let me = me.map_err(|_| LoginError::Answer("it names nobody"))?;
        let text = me.to_string();
        let is_known = text == pending.entered || pending.seen.contains(&text);
        if !is_known {
            let found = Discovered::find(&*self.web, me.clone(), self.local).await?;
            let (its, ours) = (&found.server, &pending.server);
            let is_same = its.issuer == ours.issuer
                && its.authorization_endpoint == ours.authorization_endpoint;
            if !is_same {
                return Err(LoginError::NotConfirmed);
            }
        }
        Ok(answer.proof(&me, &pending.server.issuer, signed, self.local))
    }
}
