//! A program without a browser: a member types the code that it shows.

use askama::Template;
use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use ds_auth::oauth::GrantError;

use super::{
    DEVICE_PATH,
    by_hand::ByHand,
    consent::{self, Asking},
    pairs,
};
use crate::{
    entrance::{At, EntranceFrame, EntranceState, inside::Inside},
    site::{SiteError, pages::page},
};

#[derive(Template)]
#[template(path = "entrance_device.html")]
struct DevicePage<'a> {
    frame: EntranceFrame,
    code: &'a str,
    problem: Option<&'a str>,
    /// What was decided, if that is over.
    done: Option<bool>,
}

/// `GET /.dropserver/device`, with the code after `?user_code=` if the program shows a picture of the address.
pub(super) async fn form(at: At, _: Inside, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let code = pairs(query.as_bytes()).find(|(name, _)| name == "user_code");
    let code: String = code.unwrap_or_default().1.chars().take(20).collect();
    shown(&at, StatusCode::OK, &code, None, None)
}

/// `POST /.dropserver/device`: the code, and then the decision.
pub(super) async fn typed(
    State(state): State<EntranceState>,
    at: At,
    _: ByHand,
    inside: Inside,
    form: Bytes,
) -> Result<Response, SiteError> {
    let (mut code, mut answer, mut ticked) = (String::new(), String::new(), Vec::new());
    for (name, value) in pairs(&form) {
        match name.as_str() {
            "user_code" => code = value.chars().take(40).collect(),
            "answer" => answer = value,
            "give" => ticked.push(value),
            _ => {}
        }
    }
    let (id, native) = (at.appspace.id, state.site.ops.keys().native());
    let ask = match native.typed(id, &inside.member.proxy_id, &code) {
        Ok(Some(ask)) => ask,
        Ok(None) => {
            let problem =
                "Nothing waits with this code. Look again; codes are good for ten minutes.";
            return Ok(shown(
                &at,
                StatusCode::NOT_FOUND,
                &code,
                Some(problem),
                None,
            ));
        }
        Err(GrantError::TooMany(wait)) => {
            let minutes = wait.as_secs().div_ceil(60).max(1);
            let problem = format!("You typed many codes. Try again in {minutes} minutes.");
            let status = StatusCode::TOO_MANY_REQUESTS;
            return Ok(shown(&at, status, "", Some(&problem), None));
        }
        Err(error) => return Err(SiteError::failed("look a code up")(error)),
    };
    let leave = match answer.as_str() {
        "allow" => {
            let client = ask.client.clone();
            Some(consent::leave(&state, &at, &inside, client, &ask.scope, &ticked).await?)
        }
        "deny" => None,
        _ => {
            let asking = Asking {
                client: &ask.client,
                scope: &ask.scope,
                action: DEVICE_PATH,
                hidden: vec![("user_code".to_owned(), ask.user_code.clone())],
                redirect: None,
                code: Some(&ask.user_code),
            };
            return consent::shown(&state, &at, &inside, &asking).await;
        }
    };
    let allowed = leave.as_ref().map(|leave| leave.account);
    if native.decide(id, &code, leave) {
        if let Some(account) = allowed {
            consent::note(&state, &at, &inside, account, &ask.client).await;
        }
        let allowed = allowed.is_some();
        return Ok(shown(&at, StatusCode::OK, "", None, Some(allowed)));
    }
    let problem = "This code was used meanwhile, or its time is over. Begin again on the device.";
    Ok(shown(&at, StatusCode::CONFLICT, "", Some(problem), None))
}

fn shown(
    at: &At,
    status: StatusCode,
    code: &str,
    problem: Option<&str>,
    done: Option<bool>,
) -> Response {
    let view = DevicePage {
        frame: EntranceFrame::of(at),
        code,
        problem,
        done,
    };
    page(status, &view)
}
