//! `/contacts`: people whom one knows by their DropIDs, and the appspaces that one shares with them.

mod one;

use askama::Template;
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use ds_auth::dropid::Contact;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{
    SiteState,
    error::{SiteError, told},
    forms::Fields,
    pages::{Frame, Here, page},
    person::Person,
    to_the_end,
};
use crate::ops::OpError;

pub(super) fn routes() -> Router<SiteState> {
    Router::new()
        .route("/contacts", get(list).post(add))
        .route("/contacts/one", get(one::show))
        .route("/contacts/refresh", post(one::refresh))
        .route("/contacts/remove", post(one::remove))
        .route("/contacts/share", post(one::share))
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "contacts.html")]
struct ContactsPage {
    frame: Frame,
    contacts: Vec<Card>,
    /// One's own DropID, to tell others.
    own: Option<String>,
    problem: Option<String>,
    typed: String,
}

/// A contact.
#[derive(Debug)]
struct Card {
    /// Who it is, in the one spelling.
    who: String,
    /// What their page calls them, else who they are.
    name: String,
    picture: Option<String>,
    /// The first letter, where there is no picture.
    letter: String,
    /// Their page here.
    here: String,
}

impl Card {
    fn of(site: &SiteState, contact: &Contact) -> Self {
        let who = contact.who.text();
        let name = if contact.name.is_empty() {
            who.clone()
        } else {
            contact.name.clone()
        };
        let letter = name.chars().find(|c| c.is_alphanumeric()).unwrap_or('?');
        Self {
            picture: (!contact.picture.is_empty())
                .then(|| site.ops.dropids().picture_url(&contact.picture)),
            letter: letter.to_uppercase().to_string(),
            here: path_of(&who),
            who,
            name,
        }
    }
}

/// The page of a contact.
fn path_of(who: &str) -> String {
    let who = utf8_percent_encode(who, NON_ALPHANUMERIC);
    format!("/contacts/one?who={who}")
}

/// Somebody, as they are typed.
#[derive(Debug, Deserialize)]
struct Typed {
    who: String,
}

/// `GET /contacts`
async fn list(State(site): State<SiteState>, person: Person) -> Result<Response, SiteError> {
    answer(&site, &person, None, String::new()).await
}

/// `POST /contacts`
async fn add(
    State(site): State<SiteState>,
    person: Person,
    Fields(Typed { who }): Fields<Typed>,
) -> Result<Response, SiteError> {
    let (ops, id, typed) = (site.ops.clone(), person.account.id, who.clone());
    let added = to_the_end(async move { ops.add_contact(id, &typed).await }).await?;
    match added {
        Ok(contact) => Ok(Redirect::to(&path_of(&contact.who.text())).into_response()),
        Err(error) => answer(&site, &person, Some(error), who).await,
    }
}

async fn answer(
    site: &SiteState,
    person: &Person,
    problem: Option<OpError>,
    typed: String,
) -> Result<Response, SiteError> {
    let contacts = site.ops.contacts(person.account.id).await?;
    let own = site.ops.dropids_of(person.account.id).await?;
    let view = ContactsPage {
        frame: person.frame(Here::Contacts),
        contacts: contacts.iter().map(|one| Card::of(site, one)).collect(),
        own: own.first().map(|first| first.id.to_string()),
        problem: problem.as_ref().map(told),
        typed: typed.chars().take(300).collect(),
    };
    let status = problem.map_or(StatusCode::OK, |error| error.kind().status());
    Ok(page(status, &view))
}
