//! A program on the member's own computer: it opens a browser here, and listens for the answer.

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use ds_auth::oauth::{Asked, Loopback, Refusal};

use super::{
    AUTHORIZE_PATH,
    by_hand::ByHand,
    consent::{self, Asking},
    issuer, pairs,
};
use crate::{
    entrance::{At, EntranceState, inside::Inside},
    ops::{ErrorKind, OpError},
    site::SiteError,
};

/// `GET …/oauth/authorize`
pub(super) async fn ask(
    State(state): State<EntranceState>,
    at: At,
    inside: Inside,
    RawQuery(query): RawQuery,
) -> Result<Response, SiteError> {
    let query = query.unwrap_or_default();
    let asked = match read(&state, &at, pairs(query.as_bytes())).await? {
        Ok(asked) => asked,
        Err(refused) => return Ok(refused),
    };
    let asking = Asking {
        client: &asked.client,
        scope: &asked.scope,
        action: AUTHORIZE_PATH,
        hidden: pairs(query.as_bytes())
            .filter(|(name, _)| Asked::PARAMETERS.contains(&name.as_str()))
            .collect(),
        redirect: Some(&asked.redirect),
        code: None,
    };
    consent::shown(&state, &at, &inside, &asking).await
}

/// `POST …/oauth/authorize`: the decision. What the form repeats is checked again.
pub(super) async fn decide(
    State(state): State<EntranceState>,
    at: At,
    _: ByHand,
    inside: Inside,
    form: Bytes,
) -> Result<Response, SiteError> {
    let (mut answer, mut ticked, mut rest) = (String::new(), Vec::new(), Vec::new());
    for (name, value) in pairs(&form) {
        match name.as_str() {
            "answer" => answer = value,
            "give" => ticked.push(value),
            _ => rest.push((name, value)),
        }
    }
    let asked = match read(&state, &at, rest.into_iter()).await? {
        Ok(asked) => asked,
        Err(refused) => return Ok(refused),
    };
    let issuer = issuer(&state, &at);
    let told = asked.state.as_deref();
    if answer != "allow" {
        let description = "the member said no";
        return Ok(refuse(
            &asked.redirect,
            told,
            &issuer,
            "access_denied",
            description,
        ));
    }
    let client = asked.client.clone();
    let leave = consent::leave(&state, &at, &inside, client, &asked.scope, &ticked).await?;
    let account = leave.account;
    let Ok(code) = state.site.ops.keys().native().allow(&asked, leave) else {
        let description = "the member let many programs in lately";
        return Ok(refuse(
            &asked.redirect,
            told,
            &issuer,
            "temporarily_unavailable",
            description,
        ));
    };
    consent::note(&state, &at, &inside, account, &asked.client).await;
    Ok(tell(&asked.redirect, &[("code", &code)], told, &issuer))
}

/// What is asked; else the answer that says what is wrong with it.
async fn read(
    state: &EntranceState,
    at: &At,
    pairs: impl Iterator<Item = (String, String)>,
) -> Result<Result<Asked, Response>, SiteError> {
    let issuer = issuer(state, at);
    match Asked::read(pairs) {
        Ok(asked) if consent::is_known(state, at, &asked.scope).await? => Ok(Ok(asked)),
        Ok(asked) => {
            let description = "the app has no such permission";
            let Asked {
                redirect, state, ..
            } = asked;
            Ok(Err(refuse(
                &redirect,
                state.as_deref(),
                &issuer,
                "invalid_scope",
                description,
            )))
        }
        Err(Refusal::Told {
            redirect,
            state,
            error,
            description,
        }) => {
            let state = state.as_deref();
            Ok(Err(refuse(&redirect, state, &issuer, error, description)))
        }
        Err(Refusal::Shown(why)) => {
            let message = format!(
                "the program that sent you here asks in a way that cannot be answered: {why}"
            );
            let refused = OpError::new(ErrorKind::Invalid, message);
            Err(refused
                .with_hint("this is for the program's makers to put right")
                .into())
        }
    }
}

fn refuse(
    to: &Loopback,
    state: Option<&str>,
    issuer: &str,
    error: &str,
    description: &str,
) -> Response {
    let answer = [("error", error), ("error_description", description)];
    tell(to, &answer, state, issuer)
}

/// Takes the browser to the program.
fn tell(to: &Loopback, answer: &[(&str, &str)], state: Option<&str>, issuer: &str) -> Response {
    let state = state.map(|state| ("state", state));
    let all: Vec<_> = answer
        .iter()
        .copied()
        .chain(state)
        .chain([("iss", issuer)])
        .collect();
    let url = to.with(&all);
    let url = HeaderValue::try_from(url).unwrap_or(HeaderValue::from_static("/"));
    let no_referrer = HeaderValue::from_static("no-referrer");
    let headers = [
        (header::LOCATION, url),
        (header::REFERRER_POLICY, no_referrer),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
