//! One's name, and the mail address of one's account.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use ds_core::secret::Token;
use serde::Deserialize;

use super::{
    super::{
        SiteState,
        error::SiteError,
        forms::Fields,
        network::From,
        pages::{Frame, Here, page},
        person::Person,
    },
    Part, after, after_typing,
    view::Typed,
};

/// A name that was typed.
#[derive(Deserialize)]
pub(super) struct Name {
    name: String,
}

/// An address that was typed.
#[derive(Deserialize)]
pub(super) struct Address {
    email: String,
    password: String,
}

/// Asks whoever opened a link in a letter.
#[derive(Debug, Template)]
#[template(path = "account_address.html")]
struct ConfirmPage {
    frame: Frame,
    token: String,
    /// The address of the account now.
    now: String,
    /// The one it is to have.
    wanted: String,
}

/// `POST /account/name`
pub(super) async fn rename(
    State(site): State<SiteState>,
    person: Person,
    headers: HeaderMap,
    Fields(Name { name }): Fields<Name>,
) -> Result<Response, SiteError> {
    let done = site.ops.set_account_name(&person.account, &name).await;
    let typed = Typed {
        name: Some(name),
        ..Typed::default()
    };
    after_typing(&site, &person, &headers, Part::Name, done, typed).await
}

/// `POST /account/address`
pub(super) async fn change(
    State(site): State<SiteState>,
    person: Person,
    From(from): From,
    headers: HeaderMap,
    Fields(Address { email, password }): Fields<Address>,
) -> Result<Response, SiteError> {
    let done = site
        .ops
        .change_address(&person.account, password, &email, from);
    let done = done.await.map(drop);
    let typed = Typed {
        email: Some(email),
        ..Typed::default()
    };
    after_typing(&site, &person, &headers, Part::Address, done, typed).await
}

/// `POST /account/address/prove`
pub(super) async fn prove(
    State(site): State<SiteState>,
    person: Person,
    From(from): From,
    headers: HeaderMap,
) -> Result<Response, SiteError> {
    let done = site.ops.ask_to_prove_address(&person.account, from).await;
    after(&site, &person, &headers, Part::Address, done).await
}

/// `POST /account/address/give-up`
pub(super) async fn give_up(
    State(site): State<SiteState>,
    person: Person,
    headers: HeaderMap,
) -> Result<Response, SiteError> {
    let done = site.ops.give_address_up(&person.account).await;
    after(&site, &person, &headers, Part::Address, done).await
}

/// `GET /account/address/{token}`: programs that look through mail open links, so a person has to press a button.
pub(super) async fn ask(
    State(site): State<SiteState>,
    person: Person,
    Path(token): Path<String>,
) -> Result<Response, SiteError> {
    let presented = Token::presented(&token);
    let change = site
        .ops
        .look_at_address(&person.account, &presented)
        .await?;
    let view = ConfirmPage {
        frame: person.frame(Here::Account),
        token,
        now: person.account.email,
        wanted: change.email,
    };
    Ok(page(StatusCode::OK, &view))
}

/// `POST /account/address/{token}`
pub(super) async fn confirm(
    State(site): State<SiteState>,
    person: Person,
    Path(token): Path<String>,
) -> Result<Response, SiteError> {
    let token = Token::presented(&token);
    site.ops.confirm_address(&person.account, &token).await?;
    Ok(Redirect::to("/account#address").into_response())
}
