//! One's passkeys: what the page's script asks for and sends, and forms.

use axum::{Json, extract::State, http::HeaderMap, response::Response};
use ds_auth::passkeys::{Attestation, CreationChallenge};
use ds_core::secret::Token;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    super::{
        SiteState,
        error::SiteError,
        forms::Fields,
        json::Sent,
        network::{From, user_agent},
        person::{MaybePerson, Person},
        refusal::Problem,
    },
    Part, after,
};
use crate::ops::{ErrorKind, OpError};

/// Whoever wants to add one, once more.
#[derive(Deserialize)]
pub(super) struct Wish {
    password: String,
}

/// What a browser is to ask a device for.
#[derive(Serialize)]
pub(super) struct Begun {
    ceremony: String,
    options: CreationChallenge,
}

/// What the device made.
#[derive(Deserialize)]
pub(super) struct Made {
    ceremony: String,
    credential: Attestation,
    name: String,
}

/// What to remove.
#[derive(Deserialize)]
pub(super) struct Chosen {
    passkey: String,
    password: String,
}

/// What to call one.
#[derive(Deserialize)]
pub(super) struct Renamed {
    passkey: String,
    name: String,
}

/// Whether one is asked for after the password.
#[derive(Deserialize)]
pub(super) struct Follow {
    follows: bool,
    password: String,
}

/// `POST /account/passkeys/begin`
pub(super) async fn begin(
    State(site): State<SiteState>,
    person: MaybePerson,
    From(from): From,
    Sent(wish): Sent<Wish>,
) -> Result<Json<Begun>, Problem> {
    let person = somebody(person)?;
    let begun = site.ops.begin_passkey(&person.account, wish.password, from);
    let (ceremony, options) = begun.await?;
    let ceremony = ceremony.reveal().to_owned();
    Ok(Json(Begun { ceremony, options }))
}

/// `POST /account/passkeys`
pub(super) async fn add(
    State(site): State<SiteState>,
    person: MaybePerson,
    headers: HeaderMap,
    Sent(made): Sent<Made>,
) -> Result<Json<Value>, Problem> {
    let person = somebody(person)?;
    let ceremony = Token::presented(&made.ceremony);
    let device = ds_auth::device_name(user_agent(&headers));
    let (account, key) = (&person.account, &made.credential);
    site.ops
        .add_passkey(account, &ceremony, key, &made.name, &device)
        .await?;
    Ok(Json(json!({ "to": "/account" })))
}

/// `POST /account/passkeys/rename`
pub(super) async fn rename(
    State(site): State<SiteState>,
    person: Person,
    headers: HeaderMap,
    Fields(Renamed { passkey, name }): Fields<Renamed>,
) -> Result<Response, SiteError> {
    let renamed = site.ops.rename_passkey(&person.account, &passkey, &name);
    let renamed = renamed.await;
    after(&site, &person, &headers, Part::Passkeys, renamed).await
}

/// `POST /account/passkeys/remove`
pub(super) async fn remove(
    State(site): State<SiteState>,
    person: Person,
    From(from): From,
    headers: HeaderMap,
    Fields(chosen): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let account = &person.account;
    let removed = site
        .ops
        .remove_passkey(account, chosen.password, &chosen.passkey, from);
    let removed = removed.await;
    after(&site, &person, &headers, Part::Passkeys, removed).await
}

/// `POST /account/passkeys/follow`
pub(super) async fn follow(
    State(site): State<SiteState>,
    person: Person,
    From(from): From,
    headers: HeaderMap,
    Fields(follow): Fields<Follow>,
) -> Result<Response, SiteError> {
    let account = &person.account;
    let changed = site
        .ops
        .let_passkey_follow(account, follow.password, follow.follows, from);
    let changed = changed.await;
    after(&site, &person, &headers, Part::Passkeys, changed).await
}

/// A script cannot be sent to log in as a page can.
fn somebody(MaybePerson(person): MaybePerson) -> Result<Person, Problem> {
    person.ok_or_else(|| {
        OpError::new(ErrorKind::Forbidden, "you are not logged in any more")
            .with_hint("load the page anew")
            .into()
    })
}
