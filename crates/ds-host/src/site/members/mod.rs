//! `/appspaces/{name}/members`: who belongs to an appspace, who may join, and what they may do. For its owner.

mod add;
mod card;
mod grants;
mod joining;
mod links;
mod one;
mod page;
mod picture;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use ds_auth::pictures::MOST_BYTES;
use serde::Deserialize;

use super::{Asked, FORM_LIMIT, SiteState, error::SiteError, label, person::Person};

pub(super) use card::MembersCard;
pub(crate) use picture::{Face, face, upload};

/// The pages about members.
pub(super) fn routes() -> Router<SiteState> {
    let all = "/appspaces/{name}/members";
    let one = "/appspaces/{name}/members/{id}";
    let picture = get(picture::show)
        .post(one::change_picture)
        .layer(DefaultBodyLimit::max(MOST_BYTES + FORM_LIMIT));
    Router::new()
        .route(all, get(show).post(add::add))
        .route(&format!("{all}/links"), post(links::make))
        .route(&format!("{all}/links/withdraw"), post(links::withdraw))
        .route(&format!("{all}/joining"), post(joining::change))
        .route(&format!("{all}/requests"), post(joining::answer))
        .route(&format!("{all}/bars/lift"), post(joining::lift))
        .route(one, get(one::show))
        .route(&format!("{one}/name"), post(one::rename))
        .route(&format!("{one}/picture"), picture)
        .route(&format!("{one}/permissions"), post(one::change_permissions))
        .route(&format!("{one}/logins"), post(one::add_login))
        .route(&format!("{one}/logins/remove"), post(one::remove_login))
        .route(&format!("{one}/remove"), post(one::remove))
}

/// Whom the page shows.
#[derive(Deserialize)]
struct Find {
    #[serde(default)]
    find: String,
    #[serde(default)]
    page: usize,
}

/// `GET /appspaces/{name}/members`
async fn show(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Asked(Find { find, page }): Asked<Find>,
) -> Result<Response, SiteError> {
    let said = page::Said {
        find: find.chars().take(300).collect(),
        page,
        ..page::Said::default()
    };
    page::answer(&site, &person, &name, said).await
}

/// Where the members of an appspace are.
fn place(site: &SiteState, name: &str) -> Result<String, SiteError> {
    let address = site.ops.names().address(name)?;
    let label = label(site.ops.names(), &address);
    Ok(format!("/appspaces/{label}/members"))
}

/// Back there, or to a part of it.
fn back(site: &SiteState, name: &str, rest: &str) -> Result<Response, SiteError> {
    let place = place(site, name)?;
    Ok(Redirect::to(&format!("{place}{rest}")).into_response())
}
