//! Vouching for people of this host: what they are asked, what they say, and what a client is told.

use ds_auth::{
    Standing,
    dropid::{
        DropId, DropIdRecord, Identity, ProfileUrl,
        client::{CLIENT_PATH, shown_name},
        server::{Asked, Request, RequestError, SharedProfile, TokenError},
    },
};
use ds_core::{AccountId, Address, StoreError, Timestamp, error_chain};
use serde_json::Value;
use url::Url;

use super::{ErrorKind, OpError, Ops};

/// What somebody is asked before a client is told who they are.
#[derive(Debug)]
pub struct Consent {
    /// What the client asks.
    pub request: Request,
    /// What the client calls itself: a claim.
    pub claims: Option<String>,
    /// Since when it is known to this person.
    pub since: Option<Timestamp>,
    /// Who they can be.
    pub dropids: Vec<DropIdRecord>,
    /// Which of them is meant, as far as the client says.
    pub chosen: Option<DropId>,
    /// Whom the client expects, if that is none of theirs.
    pub expected: Option<String>,
    /// The appspace that can be put on their home page with their yes.
    pub offer: Option<Offer>,
}

/// An appspace of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Where it is.
    pub origin: String,
    /// What to call it.
    pub name: String,
}

/// Why nobody is asked.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    /// The question is wrong.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// Something of this host.
    #[error(transparent)]
    Op(#[from] OpError),
}

impl Ops {
    /// What to ask somebody whom a client sent with this query.
    pub async fn consent(&self, account: AccountId, query: &str) -> Result<Consent, ConsentError> {
        let (request, claims) = self.question(query).await?;
        let dropids = self.dropids_of(account).await?;
        let sites = &self.dropids().sites;
        let since = sites
            .connected_since(account, request.client.as_str())
            .await;
        let expected = request.me.as_deref().and_then(|me| self.expected(me));
        let chosen = match &expected {
            Some(Identity::DropId(id)) => dropids.iter().find(|own| own.id == *id),
            _ => None,
        };
        let chosen = chosen.map(|own| own.id.clone());
        Ok(Consent {
            offer: self.offer(account, &request, claims.as_deref()).await?,
            since: since.map_err(OpError::from)?,
            expected: expected
                .filter(|_| chosen.is_none())
                .map(|identity| identity.text()),
            chosen,
            request,
            claims,
            dropids,
        })
    }

    /// Takes somebody's yes: where their browser goes with the code.
    ///
    /// # Errors
    /// If the question is none, or the account was changed since its person showed who they are.
    pub async fn agree(
        &self,
        who: Standing,
        query: &str,
        dropid: &str,
        with_profile: bool,
        on_home: bool,
    ) -> Result<Url, ConsentError> {
        let (request, claims) = self.question(query).await?;
        let account = who.account;
        let own = self.own_dropid(account, dropid).await?;
        let (codes, id) = (&self.dropids().codes, own.id.clone());
        // First: who may not say yes any more leaves nothing behind either.
        let code = codes.issue(&request, who, id, with_profile).await;
        let code = code.map_err(changed)?;
        if on_home && let Some(offer) = self.offer(account, &request, claims.as_deref()).await? {
            self.put_remote(account, offer, Some(own.id.clone()))
                .await?;
        }
        self.note_who_elsewhere(account, &request, &own.id).await?;
        Ok(request.granted(&code, &self.dropids().metadata.issuer))
    }

    /// Takes somebody's no: where their browser goes with it.
    pub async fn decline(&self, query: &str) -> Result<Url, ConsentError> {
        let (request, _) = self.question(query).await?;
        Ok(request.declined(&self.dropids().metadata.issuer))
    }

    /// Tells a client who somebody is, for the code it got.
    pub async fn redeem(&self, form: &str) -> Result<Value, TokenError> {
        let all = self.dropids();
        let redeemed = all.codes.redeem(form).await?;
        let grant = &redeemed.grant;
        let own = all.ids.dropid(&grant.dropid).await?;
        let own = own.filter(|record| record.account == grant.account);
        let own = own.ok_or(TokenError::Grant)?;
        if all.roles.blocked(grant.account).await?.is_some() {
            return Err(TokenError::Grant);
        }
        let me = own.id.url(all.local).ok_or(TokenError::Grant)?;
        let key = all.keys.current().await?;
        let now = all.clock.now();
        let profile = SharedProfile {
            photo: (!own.avatar.is_empty()).then(|| all.picture_url(&own.avatar)),
            name: own.display_name,
        };
        let issuer = &all.metadata.issuer;
        let answer = redeemed.answer(me.as_str(), Some(&profile), issuer, &key, now);
        let noted = all
            .sites
            .note_login(grant.account, &grant.dropid, &grant.client_id, now);
        if let Err(error) = noted.await {
            let error = error_chain(&error);
            tracing::warn!(error, "a login elsewhere cannot be recorded");
        }
        Ok(answer)
    }

    /// Reads and checks a client's question.
    async fn question(&self, query: &str) -> Result<(Request, Option<String>), ConsentError> {
        let all = self.dropids();
        let asked = Asked::read(query, all.local).map_err(RequestError::from)?;
        let document = all.documents.find(asked.client()).await;
        let request = asked.check(document.as_ref(), &all.metadata.issuer)?;
        let host = request.client.url().host_str();
        let claims = document.and_then(|document| document.name);
        // That it is called like its address says nothing more.
        let claims = claims.filter(|claims| Some(claims.as_str()) != host);
        Ok((request, claims))
    }

    fn expected(&self, me: &str) -> Option<Identity> {
        let me = ProfileUrl::typed(me, self.dropids().local).ok()?;
        Some(me.identity())
    }

    /// The appspace that asks, if it is one, and neither theirs nor on their page already.
    async fn offer(
        &self,
        account: AccountId,
        request: &Request,
        claims: Option<&str>,
    ) -> Result<Option<Offer>, OpError> {
        let Some(origin) = appspace_that_asks(request) else {
            return Ok(None);
        };
        let known = self.dropids().remotes.remote_appspaces(account).await?;
        if known.iter().any(|one| one.origin == origin)
            || self.is_own(account, request.client.url()).await?
        {
            return Ok(None);
        }
        let label = request.client.host().split('.').next();
        let name = claims.or(label).and_then(shown_name);
        Ok(Some(Offer {
            name: name.unwrap_or_else(|| request.client.host().to_owned()),
            origin,
        }))
    }

    /// Keeps in mind as whom somebody goes to an appspace that is on their home page.
    async fn note_who_elsewhere(
        &self,
        account: AccountId,
        request: &Request,
        dropid: &DropId,
    ) -> Result<(), OpError> {
        let Some(origin) = appspace_that_asks(request) else {
            return Ok(());
        };
        let known = self.remotes(account).await?;
        let known = known.into_iter().find(|one| one.origin == origin);
        match known.filter(|one| one.dropid.as_ref() != Some(dropid)) {
            Some(mut remote) => {
                remote.dropid = Some(dropid.clone());
                Ok(self.dropids().remotes.add_remote(account, &remote).await?)
            }
            None => Ok(()),
        }
    }

    /// Whether something is an appspace of this host that belongs to somebody.
    pub(super) async fn is_own(&self, account: AccountId, url: &Url) -> Result<bool, OpError> {
        let host = url.host_str().and_then(|host| host.parse::<Address>().ok());
        let Some(host) = host else {
            return Ok(false);
        };
        if self.names().origin(&host) != url.origin().ascii_serialization() {
            return Ok(false);
        }
        let found = self.parts.appspaces.at(&host).await?;
        Ok(found.is_some_and(|appspace| appspace.owner == account))
    }
}

/// The origin of the client, if it is an appspace.
fn appspace_that_asks(request: &Request) -> Option<String> {
    let url = request.client.url();
    let is_one = url.path() == CLIENT_PATH && url.query().is_none();
    is_one.then(|| url.origin().ascii_serialization())
}

impl From<&ConsentError> for ErrorKind {
    fn from(error: &ConsentError) -> Self {
        match error {
            ConsentError::Request(_) => Self::Invalid,
            ConsentError::Op(error) => error.kind(),
        }
    }
}

/// Why no code was given out.
fn changed(error: StoreError) -> OpError {
    match error {
        StoreError::Missing { .. } => {
            let message = "your account was changed meanwhile, so nobody was told who you are";
            OpError::new(ErrorKind::Conflict, message)
                .with_hint("go back to where you came from, and log in again")
        }
        error => error.into(),
    }
}
