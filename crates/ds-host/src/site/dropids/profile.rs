//! The public page of a DropID: where other hosts and IndieWeb sites begin when somebody says who they are.

use askama::Template;
use axum::{
    Extension, Router,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode, Uri, header},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::get,
};
use ds_auth::dropid::METADATA_RELATION;
use ds_core::Address;

use super::{
    super::{assets, error::SiteError, headers, pages::page},
    SiteState,
};
use crate::dropids::PICTURES_PATH;

/// The domain of DropIDs that a request came to, if it is not the account site's.
#[derive(Clone, Debug)]
pub struct Domain(pub Address);

/// The page.
#[derive(Debug, Template)]
#[template(path = "dropid.html")]
struct ProfilePage {
    id: String,
    /// Its address.
    me: String,
    /// Name and picture, if everybody may see them.
    name: Option<String>,
    picture: Option<String>,
}

/// What answers at the other domains of DropIDs: their pages, and what belongs to them.
pub fn domain_router(state: SiteState) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/{handle}", get(show))
        .route(&format!("{PICTURES_PATH}{{name}}"), get(picture))
        .route("/assets/{hash}/{name}", get(assets::serve))
        .route("/favicon.ico", get(assets::favicon))
        .fallback(async || SiteError::NoPage)
        .method_not_allowed_fallback(async || SiteError::NoMethod)
        .layer(from_fn_with_state(state.clone(), headers::add))
        .with_state(state)
}

/// `GET /{handle}`
pub(super) async fn show(
    State(site): State<SiteState>,
    domain: Option<Extension<Domain>>,
    uri: Uri,
) -> Result<Response, SiteError> {
    let host = domain.map_or_else(|| site.ops.names().site.clone(), |at| at.0.0);
    // As it was written: nothing is decoded, since one name has one spelling.
    let handle = uri.path().strip_prefix('/').unwrap_or_default();
    let found = site.ops.dropid_at(&host, handle).await?;
    let found = found.ok_or(SiteError::NoPage)?;
    let dropids = site.ops.dropids();
    let me = found.id.url(dropids.local).ok_or(SiteError::NoPage)?;
    let picture = (found.is_public && !found.avatar.is_empty())
        .then(|| format!("{PICTURES_PATH}{}", found.avatar));
    let view = ProfilePage {
        id: found.id.to_string(),
        me: me.to_string(),
        name: found.is_public.then_some(found.display_name),
        picture,
    };
    let site_origin = site.origin();
    let metadata = &dropids.metadata;
    let endpoint = &metadata.authorization_endpoint;
    let links = [
        format!(
            "<{site_origin}{}>; rel=\"{METADATA_RELATION}\"",
            ds_auth::dropid::METADATA_PATH
        ),
        // What clients looked for before there was metadata. They get no more than others: S256, and no access tokens.
        format!("<{endpoint}>; rel=\"authorization_endpoint\""),
        format!("<{endpoint}>; rel=\"token_endpoint\""),
    ];
    let mut response = page(StatusCode::OK, &view);
    for link in links
        .iter()
        .filter_map(|link| HeaderValue::try_from(link).ok())
    {
        response.headers_mut().append(header::LINK, link);
    }
    Ok(response)
}

/// `GET /dropids/pictures/{name}`: a picture that this host made. Its name was told to those who may see it.
pub(super) async fn picture(
    State(site): State<SiteState>,
    Path(name): Path<String>,
) -> Result<Response, SiteError> {
    let found = site.ops.picture(&name).await?;
    let (bytes, media_type) = found.ok_or(SiteError::NoPage)?;
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
        // Others show it where they show who somebody is.
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    Ok((headers, bytes).into_response())
}
