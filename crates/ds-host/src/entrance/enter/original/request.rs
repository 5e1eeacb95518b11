//! A host of the original asks for a token.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, http::StatusCode};
use ds_auth::dropid::DropId;
use ds_core::{LoginKind, error_chain};
use ds_net::Ask;
use serde::Deserialize;
use url::Url;

use crate::{
    entrance::{At, EntranceState, enter::browser::From},
    site::SiteError,
};

/// Where it goes at the DropID's host.
const TOKEN_PATH: &str = "/.dropserver/v0/login-token";

#[derive(Deserialize)]
struct Wire {
    dropid: String,
    #[serde(rename = "ref")]
    reference: String,
}

/// Who is to log in, and by which name the other host knows this request.
struct Asked {
    dropid: DropId,
    reference: String,
}

/// `POST /.dropserver/v0/login-token-request`. Whatever was asked, the answer is the same, and says nothing of members.
pub(super) async fn take(
    State(state): State<EntranceState>,
    at: At,
    From(from): From,
    body: Bytes,
) -> Result<StatusCode, SiteError> {
    let Some(original) = &state.logins.original else {
        return Err(SiteError::NoPage);
    };
    let turn = Arc::clone(&original.turns).try_acquire_owned();
    if let (Some(asked), Ok(turn)) = (read(&body), turn)
        && let Some(page) = asked.dropid.url(state.logins.local)
        && state
            .logins
            .limits
            .count(from, at.appspace.id, &page)
            .is_ok()
    {
        let state = state.clone();
        tokio::spawn(async move {
            send(&state, &at, &asked, page).await;
            drop(turn);
        });
    }
    Ok(StatusCode::ACCEPTED)
}

fn read(body: &[u8]) -> Option<Asked> {
    let wire: Wire = serde_json::from_slice(body).ok()?;
    let reference = wire.reference;
    let is_plain = reference.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_good = is_plain && (8..=12).contains(&reference.len());
    let dropid = wire.dropid.parse().ok()?;
    is_good.then_some(Asked { dropid, reference })
}

/// Sends a token to the host of a member's DropID, if it is a member's.
async fn send(state: &EntranceState, at: &At, asked: &Asked, page: Url) {
    let Some(original) = &state.logins.original else {
        return;
    };
    let id = at.appspace.id;
    let Ok(since) = state.site.sessions.epoch().await else {
        return;
    };
    let found = {
        let Ok(_lease) = at.gate.enter() else { return };
        let name = asked.dropid.to_string();
        let members = &state.logins.members;
        members.member_with(id, LoginKind::DropId, &name).await
    };
    let member = match found {
        Ok(Some((member, _))) => member,
        Ok(None) => return,
        Err(error) => {
            tracing::warn!(error = error_chain(&error), "cannot look up a member");
            return;
        }
    };
    let Some(token) = original.issue(id, &member.proxy_id, since) else {
        return;
    };
    let mut url = page;
    url.set_path(TOKEN_PATH);
    let json = serde_json::json!({
        "appspace": at.appspace.address.as_str(),
        "token": token.reveal(),
        "ref": asked.reference,
    });
    let ask = Ask {
        method: http::Method::POST,
        url,
        authorization: String::new(),
        json: json.to_string(),
    };
    if let Err(error) = original.client.ask(&ask).await {
        let error = error_chain(&error);
        tracing::info!(error, "a login token was not taken by the host of a DropID");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked() {
        let check = |text: &str, expect: Option<&str>| {
            let asked = read(text.as_bytes()).map(|asked| asked.dropid.to_string());
            assert_eq!(asked.as_deref(), expect, "{text}");
        };
        check(
            r#"{"dropid": "B.example/Ada", "ref": "abcdefgh12"}"#,
            Some("b.example/ada"),
        );
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"dropid": "b.example/ada"}"#,
            r#"{"dropid": "b.example/ada", "ref": "short"}"#,
            r#"{"dropid": "b.example/ada", "ref": "abcdefgh12345"}"#,
            r#"{"dropid": "b.example/ada", "ref": "abcdef/../"}"#,
            r#"{"dropid": "https://b.example/ada", "ref": "abcdefgh12"}"#,
            r#"{"dropid": "10.0.0.1/ada", "ref": "abcdefgh12"}"#,
        ] {
            check(bad, None);
        }
    }
}
