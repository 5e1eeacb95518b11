//! The programs that a member let in.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use ds_auth::MemberToken;
use serde::Deserialize;

use super::{CLIENTS_PATH, consent::described};
use crate::{
    entrance::{At, EntranceFrame, EntranceState, inside::Inside},
    ops::ErrorKind,
    site::{Fields, SiteError, pages::page, words},
};

#[derive(Template)]
#[template(path = "entrance_clients.html")]
struct ClientsPage {
    frame: EntranceFrame,
    clients: Vec<Row>,
}

/// A program.
struct Row {
    id: String,
    name: String,
    /// What it may do beyond being a member.
    may: Vec<(String, String)>,
    /// Since when, and when it was used last.
    when: String,
}

/// The program to end.
#[derive(Deserialize)]
pub(super) struct Chosen {
    client: String,
}

/// `GET /.dropserver/clients`
pub(super) async fn list(
    State(state): State<EntranceState>,
    at: At,
    inside: Inside,
) -> Result<Response, SiteError> {
    let ops = &state.site.ops;
    let known = ops.permissions_at(&at.appspace).await?;
    let clients = ops.clients(&at.appspace, &inside.member.proxy_id).await?;
    let row = |token: MemberToken| {
        let scope = token.scope.iter().flatten();
        let used = match token.last_used {
            Some(used) => format!("last used {}", words::time(used)),
            None => "not used yet".to_owned(),
        };
        Row {
            id: token.id.to_string(),
            may: scope.map(|one| described(one, &known)).collect(),
            when: format!("since {}, {used}", words::date(token.created)),
            name: token.name,
        }
    };
    let view = ClientsPage {
        frame: EntranceFrame::of(&at),
        clients: clients.into_iter().rev().map(row).collect(),
    };
    Ok(page(StatusCode::OK, &view))
}

/// `POST /.dropserver/clients`
pub(super) async fn end(
    State(state): State<EntranceState>,
    at: At,
    inside: Inside,
    Fields(Chosen { client }): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let id = &inside.member.proxy_id;
    match state.site.ops.end_client(&at.appspace, id, &client).await {
        // It ended before: the page shows that.
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(Redirect::to(CLIENTS_PATH).into_response()),
    }
}
