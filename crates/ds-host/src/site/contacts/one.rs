//! `/contacts/one`: somebody whom one knows, and what is shared with them.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    super::{
        SiteState,
        error::{SiteError, told},
        forms::{Asked, Fields},
        label,
        pages::{Frame, Here, page},
        person::Person,
        to_the_end, words,
    },
    Card, Typed, path_of,
};
use crate::ops::OpError;

/// The page.
#[derive(Debug, Template)]
#[template(path = "contact.html")]
struct ContactPage {
    frame: Frame,
    card: Card,
    /// Their page on the web.
    url: Option<String>,
    since: String,
    shared: Vec<Space>,
    others: Vec<Space>,
    problem: Option<String>,
}

/// One of one's own appspaces.
#[derive(Debug)]
struct Space {
    name: String,
    address: String,
    /// What they are called there.
    called: String,
}

/// Somebody, and an appspace.
#[derive(Debug, Deserialize)]
pub(super) struct Share {
    who: String,
    appspace: String,
}

/// `GET /contacts/one`
pub(super) async fn show(
    State(site): State<SiteState>,
    person: Person,
    Asked(Typed { who }): Asked<Typed>,
) -> Result<Response, SiteError> {
    answer(&site, &person, &who, None).await
}

/// `POST /contacts/refresh`: looks at their page again.
pub(super) async fn refresh(
    State(site): State<SiteState>,
    person: Person,
    Fields(Typed { who }): Fields<Typed>,
) -> Result<Response, SiteError> {
    let (ops, id, again) = (site.ops.clone(), person.account.id, who.clone());
    // Only who is a contact: this adds nobody.
    site.ops.contact(id, &who).await?;
    let looked = to_the_end(async move { ops.add_contact(id, &again).await }).await?;
    after(&site, &person, &who, looked.map(|_| ())).await
}

/// `POST /contacts/remove`
pub(super) async fn remove(
    State(site): State<SiteState>,
    person: Person,
    Fields(Typed { who }): Fields<Typed>,
) -> Result<Response, SiteError> {
    site.ops.remove_contact(person.account.id, &who).await?;
    Ok(Redirect::to("/contacts").into_response())
}

/// `POST /contacts/share`
pub(super) async fn share(
    State(site): State<SiteState>,
    person: Person,
    Fields(Share { who, appspace }): Fields<Share>,
) -> Result<Response, SiteError> {
    let added = site.ops.share_with(person.account.id, &who, &appspace);
    let added = added.await.map(|_| ());
    after(&site, &person, &who, added).await
}

async fn after(
    site: &SiteState,
    person: &Person,
    who: &str,
    outcome: Result<(), OpError>,
) -> Result<Response, SiteError> {
    match outcome {
        Ok(()) => Ok(Redirect::to(&path_of(who)).into_response()),
        Err(error) => answer(site, person, who, Some(error)).await,
    }
}

async fn answer(
    site: &SiteState,
    person: &Person,
    who: &str,
    problem: Option<OpError>,
) -> Result<Response, SiteError> {
    let found = site.ops.contact(person.account.id, who).await?;
    let names = site.ops.names();
    let space = |one: &crate::ops::Shared| Space {
        name: label(names, &one.address).to_owned(),
        address: one.address.to_string(),
        called: one.member.clone().unwrap_or_default(),
    };
    let (shared, others): (Vec<_>, Vec<_>) =
        found.appspaces.iter().partition(|one| one.member.is_some());
    let view = ContactPage {
        frame: person.frame(Here::Contacts),
        card: Card::of(site, &found.contact),
        url: url_of(site, &found.contact),
        since: words::date(found.contact.added),
        shared: shared.into_iter().map(space).collect(),
        others: others.into_iter().map(space).collect(),
        problem: problem.as_ref().map(told),
    };
    let status = problem.map_or(StatusCode::OK, |error| error.kind().status());
    Ok(page(status, &view))
}

fn url_of(site: &SiteState, contact: &ds_auth::dropid::Contact) -> Option<String> {
    use ds_auth::dropid::Identity;
    match &contact.who {
        Identity::DropId(id) => id.url(site.ops.dropids().local).map(String::from),
        Identity::Profile(url) => Some(url.clone()),
    }
}
