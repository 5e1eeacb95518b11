//! Codes: what a person's yes is worth, once and shortly, to one client.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use ds_core::{
    AccountId, Clock, StoreError, Timestamp,
    secret::{Token, TokenHash},
};
use serde::{Deserialize, Serialize};

use super::Request;
use crate::{
    Epoch, Standing,
    dropid::{
        name::DropId,
        pkce,
        signing::{Claims, SigningKey, sign},
    },
};

/// From one redirect to one request of a server.
const GOOD_FOR: Duration = Duration::from_mins(1);

/// A person's yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Whose yes it is.
    pub account: AccountId,
    /// Who they are to the client.
    pub dropid: DropId,
    /// Whether name and picture go along.
    pub with_profile: bool,
    /// To whom.
    pub client_id: String,
    /// Where the code was sent.
    pub redirect_uri: String,
    /// Whose hash the verifier has.
    pub challenge: String,
    /// The login it is for, in the client's words.
    pub nonce: Option<String>,
    /// When it ends.
    pub expires: Timestamp,
}

/// Codes that were given out, by their hash. With an account go its codes.
#[async_trait]
pub trait CodeStore: Send + Sync {
    /// Records one, if its account was not changed since then, as [sessions](crate::SessionStore::add_session) know it. There are at
    /// most [`MOST_PENDING`](crate::dropid::MOST_PENDING); those that end first go first.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such account, or it is blocked or was changed.
    async fn add_code(
        &self,
        code: &TokenHash,
        grant: &Grant,
        since: Epoch,
    ) -> Result<(), StoreError>;
    /// Takes one out: of two that come for it, one gets it. An expired one may be returned and is refused by the caller.
    async fn take_code(&self, code: &TokenHash) -> Result<Option<Grant>, StoreError>;
    /// Removes what has ended by now.
    async fn purge_codes(&self, now: Timestamp) -> Result<(), StoreError>;
}

/// Why a code is not redeemed. [`TokenError::code`] is what a client is told.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Not a question as it should be.
    #[error("the question is not as it should be: {0}")]
    Request(&'static str),
    /// Another kind of question.
    #[error("it asks for something else than to redeem a code")]
    GrantType,
    /// Not a code of this client, for this login, now.
    #[error("the code is not good, or not any more")]
    Grant,
    /// The store failed.
    #[error("cannot redeem a code just now")]
    Store(#[from] StoreError),
}

/// Gives codes out and redeems them.
pub struct Codes {
    store: Arc<dyn CodeStore>,
    clock: Arc<dyn Clock>,
}

/// Whom a code stood for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redeemed {
    /// What the person said yes to.
    pub grant: Grant,
}

/// What a client is told of a person besides who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharedProfile {
    /// The name they go by.
    pub name: String,
    /// Where their picture is.
    pub photo: Option<String>,
}

impl Codes {
    /// Codes that are recorded in `store`.
    pub fn new(store: Arc<dyn CodeStore>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Records a person's yes and makes the code for it. That the DropID is theirs was checked.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the account was changed since they showed who they are; or if the store fails.
    pub async fn issue(
        &self,
        request: &Request,
        who: Standing,
        dropid: DropId,
        with_profile: bool,
    ) -> Result<Token, StoreError> {
        let code = Token::random();
        let grant = Grant {
            account: who.account,
            dropid,
            with_profile: with_profile && request.wants_profile,
            client_id: request.client.as_str().to_owned(),
            redirect_uri: request.redirect_uri.clone(),
            challenge: request.challenge.as_str().to_owned(),
            nonce: request.nonce.clone(),
            expires: self.clock.now().plus(GOOD_FOR),
        };
        self.store.add_code(&code.hash(), &grant, who.since).await?;
        Ok(code)
    }

    /// Redeems a code, with the form that a client sent. It is used up whatever the answer.
    ///
    /// # Errors
    /// If it is not that client's, not for that login, or not any more.
    pub async fn redeem(&self, form: &str) -> Result<Redeemed, TokenError> {
        let form = Form::read(form)?;
        let code = Token::presented(&form.code);
        if !code.is_well_formed() {
            return Err(TokenError::Grant);
        }
        let grant = self.store.take_code(&code.hash()).await?;
        let grant = grant.ok_or(TokenError::Grant)?;
        let challenge = TokenHash::stored(grant.challenge.clone());
        let is_good = grant.client_id == form.client_id
            && grant.redirect_uri == form.redirect_uri
            && challenge.matches(&Token::presented(&form.code_verifier))
            && self.clock.now() < grant.expires;
        is_good
            .then_some(Redeemed { grant })
            .ok_or(TokenError::Grant)
    }
}

impl Redeemed {
    /// The answer for the client. `me` is the address of the DropID's page, `profile` what is shared of it.
    #[must_use]
    pub fn answer(
        &self,
        me: &str,
        profile: Option<&SharedProfile>,
        issuer: &str,
        key: &SigningKey,
        now: Timestamp,
    ) -> serde_json::Value {
        let grant = &self.grant;
        let claims = Claims::about(me, issuer, &grant.client_id, grant.nonce.as_deref(), now);
        let mut answer = serde_json::json!({ "me": me, "id_token": sign(&claims, key) });
        if let Some(profile) = profile.filter(|_| grant.with_profile) {
            answer["profile"] = serde_json::json!({ "name": profile.name, "url": me });
            if let Some(photo) = &profile.photo {
                answer["profile"]["photo"] = photo.as_str().into();
            }
        }
        answer
    }
}

impl TokenError {
    /// The error of RFC 6749, 5.2; `None` if it is not the client's.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Request(_) => Some("invalid_request"),
            Self::GrantType => Some("unsupported_grant_type"),
            Self::Grant => Some("invalid_grant"),
            Self::Store(_) => None,
        }
    }
}

#[derive(Default)]
struct Form {
    code: String,
    client_id: String,
    redirect_uri: String,
    code_verifier: String,
}

impl Form {
    fn read(text: &str) -> Result<Self, TokenError> {
        const NAMES: [&str; 5] = [
            "grant_type",
            "code",
            "client_id",
            "redirect_uri",
            "code_verifier",
        ];
        let mut slots = [const { None::<String> }; 5];
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            let Some(at) = NAMES.iter().position(|own| **own == *name) else {
                continue;
            };
            if slots[at].replace(value.into_owned()).is_some() {
                return Err(TokenError::Request("something is there twice"));
            }
        }
        let [grant_type, code, client_id, redirect_uri, code_verifier] = slots;
        if grant_type.is_some_and(|it| it != "authorization_code") {
            return Err(TokenError::GrantType);
        }
        let missing = TokenError::Request("something is missing");
        let (Some(code), Some(client_id), Some(redirect_uri), Some(code_verifier)) =
            (code, client_id, redirect_uri, code_verifier)
        else {
            return Err(missing);
        };
        if !pkce::is_verifier(&code_verifier) {
            return Err(TokenError::Request("its verifier is none"));
        }
        Ok(Self {
            code,
            client_id,
            redirect_uri,
            code_verifier,
        })
    }
}
