//! Codes of an authenticator app: on and off.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use ds_auth::people::TotpOffer;
use serde::Deserialize;

use super::{
    super::{
        SiteState,
        error::SiteError,
        forms::Fields,
        network::From,
        pages::{Frame, Here, page},
        person::Person,
        refusal::Told,
        words,
    },
    Part, after,
    qr::{self, Picture},
};
use crate::ops::ErrorKind;

/// A password that was typed.
#[derive(Deserialize)]
pub(super) struct Password {
    password: String,
}

/// A first code.
#[derive(Deserialize)]
pub(super) struct First {
    secret: String,
    code: String,
}

/// What to scan, and a field for the first code.
#[derive(Debug, Template)]
#[template(path = "account_codes.html")]
struct OfferPage {
    frame: Frame,
    picture: Option<Picture>,
    secret: String,
    /// The same in fours, to type.
    spelled: String,
    problem: Option<String>,
}

/// The codes on paper, shown once.
#[derive(Debug, Template)]
#[template(path = "account_paper.html")]
struct PaperPage {
    frame: Frame,
    codes: Vec<String>,
    /// Where they are good, and since when: what is printed is to say so.
    host: String,
    made: String,
}

/// `POST /account/codes`
pub(super) async fn offer(
    State(site): State<SiteState>,
    person: Person,
    From(from): From,
    headers: HeaderMap,
    Fields(Password { password }): Fields<Password>,
) -> Result<Response, SiteError> {
    let offered = site.ops.offer_codes(&person.account, password, from);
    match offered.await {
        Ok(offer) => Ok(shown(&person, offer, StatusCode::OK, None)),
        Err(error) => after(&site, &person, &headers, Part::Codes, Err(error)).await,
    }
}

/// `POST /account/codes/on`
pub(super) async fn turn_on(
    State(site): State<SiteState>,
    person: Person,
    From(from): From,
    headers: HeaderMap,
    Fields(First { secret, code }): Fields<First>,
) -> Result<Response, SiteError> {
    let account = &person.account;
    let error = match site.ops.turn_codes_on(account, &secret, &code, from).await {
        Ok(codes) => {
            let frame = person.frame(Here::Account);
            let view = PaperPage {
                frame,
                codes,
                host: site.ops.names().site.to_string(),
                made: words::date(site.ops.now()),
            };
            return Ok(page(StatusCode::OK, &view));
        }
        Err(error) => error,
    };
    // Once more the same, if it is the same: another offer may have been made meanwhile.
    let offer = match error.kind() {
        ErrorKind::Conflict => Err(error),
        _ => Ok((site.ops.offered_codes(account, &secret).await, error)),
    };
    match offer {
        Ok((Ok(offer), error)) => {
            let told = Told::of(error)?;
            let page = shown(&person, offer, told.status, Some(told.text.clone()));
            Ok(told.with_headers(page))
        }
        Ok((Err(error), _)) | Err(error) => {
            after(&site, &person, &headers, Part::Codes, Err(error)).await
        }
    }
}

/// `POST /account/codes/off`
pub(super) async fn turn_off(
    State(site): State<SiteState>,
    person: Person,
    From(from): From,
    headers: HeaderMap,
    Fields(Password { password }): Fields<Password>,
) -> Result<Response, SiteError> {
    let done = site.ops.turn_codes_off(&person.account, password, from);
    let done = done.await;
    after(&site, &person, &headers, Part::Codes, done).await
}

fn shown(
    person: &Person,
    offer: TotpOffer,
    status: StatusCode,
    problem: Option<String>,
) -> Response {
    let fours: Vec<&str> = offer
        .secret
        .as_bytes()
        .chunks(4)
        .filter_map(|four| std::str::from_utf8(four).ok())
        .collect();
    let view = OfferPage {
        frame: person.frame(Here::Account),
        picture: qr::picture(&offer.url),
        spelled: fours.join(" "),
        secret: offer.secret,
        problem,
    };
    page(status, &view)
}
