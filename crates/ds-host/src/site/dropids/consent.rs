//! "Log in to notes.a.example as b.example/ada?": what somebody is asked each time before a client is told who they are.
//!
//! Until it is known that the client owns the address it wants the answer at, errors are shown and never sent there. The
//! page cannot be framed, and its one form may lead to that address and nowhere else.

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use ds_auth::dropid::{
    AUTHORIZE_PATH,
    server::{Request, RequestError},
};
use serde::Deserialize;
use url::{Position, Url};

use super::{
    super::{
        error::SiteError, forms::Fields, local_path::LocalPath, network, origin::is_surely_ours,
        pages::page, person::Person, refusal::Told, words,
    },
    SiteState,
};
use crate::ops::{Consent, ConsentError, ErrorKind, OpError};

/// The page.
#[derive(Debug, Template)]
#[template(path = "consent.html")]
struct ConsentPage {
    email: String,
    /// The client's host, and its whole name.
    host: String,
    /// The same, to be broken between its parts alone.
    host_parts: Vec<String>,
    client_id: String,
    claims: Option<String>,
    /// Where the answer goes, if that is another host.
    elsewhere: Option<String>,
    since: Option<String>,
    choices: Vec<Choice>,
    expected: Option<String>,
    wants_profile: bool,
    /// What the appspace would be called on the home page.
    offer: Option<String>,
    /// The client's question, repeated with the answer.
    query: String,
    /// This page again.
    here: String,
    /// At which domains a first DropID can be made.
    domains: Vec<String>,
}

/// A DropID to choose.
#[derive(Debug)]
struct Choice {
    id: String,
    name: String,
    picture: Option<String>,
    chosen: bool,
}

/// What was answered.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    query: String,
    answer: String,
    dropid: Option<String>,
    share: Option<String>,
    home: Option<String>,
}

/// `GET /dropid/authorize`
pub(super) async fn ask(
    State(site): State<SiteState>,
    network::From(from): network::From,
    RawQuery(query): RawQuery,
    person: Result<Person, Response>,
) -> Result<Response, SiteError> {
    if let Err(wait) = site.ops.dropids().consents.count_network(from) {
        return too_many(wait);
    }
    // Only people of this host let it ask others.
    let person = match person {
        Ok(person) => person,
        Err(to_log_in) => return Ok(to_log_in),
    };
    let query = query.unwrap_or_default();
    match site.ops.consent(person.account.id, &query).await {
        Ok(consent) => Ok(shown(&site, &person, consent, query)),
        Err(error) => refused(error),
    }
}

/// `POST /dropid/consent`
pub(super) async fn answer(
    State(site): State<SiteState>,
    network::From(from): network::From,
    headers: HeaderMap,
    person: Person,
    Fields(said): Fields<Said>,
) -> Result<Response, SiteError> {
    // A yes is worth a login: here a browser must say that it comes from this very page.
    if !is_surely_ours(&headers, &site.origin()) {
        return Err(SiteError::Foreign);
    }
    if let Err(wait) = site.ops.dropids().consents.count_network(from) {
        return too_many(wait);
    }
    let to = match (said.answer.as_str(), said.dropid.as_deref()) {
        ("yes", Some(dropid)) => {
            let (share, home) = (said.share.is_some(), said.home.is_some());
            let who = person.standing(&site).await?;
            site.ops.agree(who, &said.query, dropid, share, home).await
        }
        ("no", _) => site.ops.decline(&said.query).await,
        _ => return Err(SiteError::BadForm),
    };
    match to {
        Ok(to) => Ok(Redirect::to(to.as_str()).into_response()),
        Err(error) => refused(error),
    }
}

fn too_many(wait: std::time::Duration) -> Result<Response, SiteError> {
    let error = OpError::new(ErrorKind::Busy, "too many questions came from your network");
    let told = Told::of(error.with_retry_after(wait))?;
    let message = SiteError::from(OpError::new(ErrorKind::Busy, told.text.clone()));
    let mut response = told.with_headers(message.into_response());
    *response.status_mut() = told.status;
    Ok(response)
}

fn refused(error: ConsentError) -> Result<Response, SiteError> {
    match error {
        ConsentError::Request(RequestError::Back { to, .. }) => {
            Ok(Redirect::to(to.as_str()).into_response())
        }
        ConsentError::Request(RequestError::Shown(shown)) => {
            let error = OpError::new(ErrorKind::Invalid, shown.to_string());
            Err(error
                .with_hint("nothing was told to it; go back to where you came from")
                .into())
        }
        ConsentError::Op(error) => Err(error.into()),
    }
}

fn shown(site: &SiteState, person: &Person, consent: Consent, query: String) -> Response {
    let here = LocalPath::parse(&format!("{AUTHORIZE_PATH}?{query}"));
    let back_to = Url::parse(&consent.request.redirect_uri).ok();
    let policy = back_to.as_ref().and_then(policy);
    let view = ConsentPage {
        email: person.account.email.clone(),
        host: consent.request.client.host().to_owned(),
        host_parts: parts(consent.request.client.host()),
        client_id: consent.request.client.to_string(),
        claims: consent.claims,
        elsewhere: elsewhere(&consent.request, back_to.as_ref()),
        since: consent.since.map(words::date),
        choices: choices(site, &consent.dropids, consent.chosen.as_ref()),
        expected: consent.expected,
        wants_profile: consent.request.wants_profile,
        offer: consent.offer.map(|offer| offer.name),
        query,
        here: here.unwrap_or_else(LocalPath::root).to_string(),
        domains: site.ops.dropids().domains.all().collect(),
    };
    let page = page(StatusCode::OK, &view);
    match policy {
        Some(policy) => ([(header::CONTENT_SECURITY_POLICY, policy)], page).into_response(),
        None => page,
    }
}

/// A host, split before each dot and colon.
fn parts(host: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for one in host.chars() {
        if matches!(one, '.' | ':') {
            parts.push(String::new());
        }
        if let Some(last) = parts.last_mut() {
            last.push(one);
        }
    }
    parts
}

/// The host where the answer goes, if it is not the client's own.
fn elsewhere(request: &Request, back_to: Option<&Url>) -> Option<String> {
    let back_to = back_to.filter(|to| to.origin() != request.client.origin())?;
    Some(back_to[Position::BeforeHost..Position::AfterPort].to_owned())
}

/// Chromium holds redirects after a form to `form-action` too, and the answer leads to the client.
fn policy(back_to: &Url) -> Option<HeaderValue> {
    let origin = back_to.origin().ascii_serialization();
    let policy = format!(
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
         form-action 'self' {origin}"
    );
    HeaderValue::try_from(policy).ok()
}

fn choices(
    site: &SiteState,
    dropids: &[ds_auth::dropid::DropIdRecord],
    chosen: Option<&ds_auth::dropid::DropId>,
) -> Vec<Choice> {
    let chosen = chosen.or(dropids.first().map(|first| &first.id));
    let choice = |record: &ds_auth::dropid::DropIdRecord| Choice {
        picture: (!record.avatar.is_empty())
            .then(|| site.ops.dropids().picture_url(&record.avatar)),
        chosen: chosen == Some(&record.id),
        id: record.id.to_string(),
        name: record.display_name.clone(),
    };
    dropids.iter().map(choice).collect()
}
