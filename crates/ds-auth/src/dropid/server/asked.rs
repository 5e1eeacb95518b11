//! A client's question, as it comes with a browser.

use ds_core::secret::{Token, TokenHash};
use url::Url;

use super::{ClientDocument, ClientId, ClientIdError};
use crate::dropid::{
    name::Local,
    pkce,
    profile::{URL_BYTES, web_url},
};

/// The longest `state` and `nonce` that are carried back.
const CARRIED_BYTES: usize = 512;

/// A question whose client is not known to own the redirect address yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    client: ClientId,
    redirect_uri: String,
    back_to: Url,
    rest: Parameters,
}

/// A question that may be put to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub client: ClientId,
    /// Where the answer goes, as it was written.
    pub redirect_uri: String,
    /// Whom the client expects, to preselect them; not to be relied on.
    pub me: Option<String>,
    /// Whether name and picture are asked for.
    pub wants_profile: bool,
    pub(super) challenge: TokenHash,
    pub(super) nonce: Option<String>,
    state: String,
    back_to: Url,
}

/// Why a question is shown as an error: nobody may be sent where it says.
#[derive(Debug, thiserror::Error)]
pub enum Shown {
    /// Something is there twice.
    #[error("the website's question has `{0}` twice")]
    Twice(String),
    /// No client.
    #[error("the website that sent you here does not say which it is")]
    NoClient,
    /// Not a client.
    #[error(transparent)]
    Client(#[from] ClientIdError),
    /// Nowhere to go back to.
    #[error("the website that sent you here does not say where to go back to")]
    NoRedirect,
    /// A redirect address that is not the client's.
    #[error("{client} asks to send you to an address that is not its own")]
    Elsewhere {
        /// The client.
        client: String,
    },
}

/// Why a question is not put to a person.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// To be shown.
    #[error(transparent)]
    Shown(#[from] Shown),
    /// To be sent back to the client.
    #[error("the website's question cannot be answered: {why}")]
    Back {
        /// Where.
        to: Url,
        /// What is wrong.
        why: &'static str,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Parameters {
    response_type: Option<String>,
    state: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    scope: Option<String>,
    nonce: Option<String>,
    me: Option<String>,
}

impl Asked {
    /// Reads a query, or the form of the page that repeats it.
    ///
    /// # Errors
    /// If there is nobody to send an error to.
    pub fn read(query: &str, local: Local) -> Result<Self, Shown> {
        let (mut client, mut redirect) = (None, None);
        let mut rest = Parameters::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let slot = match &*name {
                "client_id" => &mut client,
                "redirect_uri" => &mut redirect,
                "response_type" => &mut rest.response_type,
                "state" => &mut rest.state,
                "code_challenge" => &mut rest.code_challenge,
                "code_challenge_method" => &mut rest.code_challenge_method,
                "scope" => &mut rest.scope,
                "nonce" => &mut rest.nonce,
                "me" => &mut rest.me,
                _ => continue,
            };
            if slot.replace(value.into_owned()).is_some() {
                return Err(Shown::Twice(name.into_owned()));
            }
        }
        let client = ClientId::read(&client.ok_or(Shown::NoClient)?, local)?;
        let redirect_uri = redirect.ok_or(Shown::NoRedirect)?;
        // Apps with schemes of their own are no websites; what runs in a browser comes back over the web.
        let back_to = web_url(&redirect_uri, local).map_err(|_| Shown::Elsewhere {
            client: client.to_string(),
        })?;
        Ok(Self {
            client,
            redirect_uri,
            back_to,
            rest,
        })
    }

    /// Who asks.
    #[must_use]
    pub fn client(&self) -> &ClientId {
        &self.client
    }

    /// Checks the question, with the client's description if it could be had.
    ///
    /// # Errors
    /// If it may not be put to a person.
    pub fn check(
        self,
        document: Option<&ClientDocument>,
        issuer: &str,
    ) -> Result<Request, RequestError> {
        let is_own = self.back_to.origin() == self.client.origin();
        let is_listed = document.is_some_and(|it| it.redirect_uris.contains(&self.redirect_uri));
        if !is_own && !is_listed {
            let client = self.client.to_string();
            return Err(Shown::Elsewhere { client }.into());
        }
        let (error, why) = match self.question() {
            Ok(request) => return Ok(request),
            Err(problem) => problem,
        };
        let state = self
            .rest
            .state
            .as_deref()
            .filter(|s| s.len() <= CARRIED_BYTES);
        let mut pairs = vec![("error", error)];
        pairs.extend(state.map(|state| ("state", state)));
        let to = back(&self.back_to, &pairs, issuer);
        Err(RequestError::Back { to, why })
    }

    /// The rest of the question, or the error of RFC 6749, 4.1.2.1.
    fn question(&self) -> Result<Request, (&'static str, &'static str)> {
        const INVALID: &str = "invalid_request";
        let rest = &self.rest;
        if rest.response_type.as_deref() != Some("code") {
            return Err((
                "unsupported_response_type",
                "it asks for something else than a code",
            ));
        }
        let state = rest
            .state
            .clone()
            .filter(|s| (1..=CARRIED_BYTES).contains(&s.len()));
        let state = state.ok_or((INVALID, "it has no state, or too long a one"))?;
        if rest.code_challenge_method.as_deref() != Some("S256") {
            return Err((INVALID, "it does not use PKCE with S256"));
        }
        let challenge = rest.code_challenge.as_deref().and_then(pkce::challenge);
        let challenge = challenge.ok_or((INVALID, "its PKCE challenge is none"))?;
        if rest
            .nonce
            .as_ref()
            .is_some_and(|nonce| nonce.len() > CARRIED_BYTES)
        {
            return Err((INVALID, "its nonce is too long"));
        }
        let scopes = rest.scope.as_deref().unwrap_or_default();
        Ok(Request {
            client: self.client.clone(),
            redirect_uri: self.redirect_uri.clone(),
            me: rest.me.clone().filter(|me| me.len() <= URL_BYTES),
            wants_profile: scopes.split(' ').any(|scope| scope == "profile"),
            challenge,
            nonce: rest.nonce.clone(),
            state,
            back_to: self.back_to.clone(),
        })
    }
}

impl Request {
    /// Where the browser goes with a code.
    #[must_use]
    pub fn granted(&self, code: &Token, issuer: &str) -> Url {
        let pairs = [("code", code.reveal()), ("state", self.state.as_str())];
        back(&self.back_to, &pairs, issuer)
    }

    /// Where the browser goes if the person says no.
    #[must_use]
    pub fn declined(&self, issuer: &str) -> Url {
        let pairs = [("error", "access_denied"), ("state", self.state.as_str())];
        back(&self.back_to, &pairs, issuer)
    }
}

fn back(to: &Url, pairs: &[(&str, &str)], issuer: &str) -> Url {
    let mut url = to.clone();
    url.query_pairs_mut()
        .extend_pairs(pairs)
        .append_pair("iss", issuer);
    url
}
