//! The account site: where people log in and look after their apps and appspaces.
//!
//! Pages are rendered here and need no JavaScript. Every answer passes two layers: `headers` (what browsers
//! may do with our pages) and `origin` (changes are taken from our own pages alone).

mod account;
mod apps;
mod appspace;
mod appspaces;
pub mod assets;
mod contacts;
mod dropids;
mod error;
mod forms;
mod headers;
mod home;
mod host_job;
mod icon;
mod invited;
mod join;
mod json;
mod keys;
mod leave;
mod local_path;
mod login;
pub(crate) mod members;
pub mod message;
mod moves;
mod moving;
mod network;
mod origin;
pub mod pages;
mod people;
mod person;
mod refusal;
mod register;
mod remote;
mod resets;
mod setup;
mod single_sign_on;
#[cfg(test)]
pub(crate) mod tests;
mod tile;
mod tokens;
mod trash;
mod upload;
pub(crate) mod words;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use ds_auth::{AccountStore, Accounts, Cookies, LoginTokens, Sessions};
use ds_core::{Address, AppspaceStore, DataDir, MemberStore};

pub use dropids::{Domain, domain_router};
pub use error::SiteError;
pub(crate) use error::{sentence, told};
pub(crate) use forms::{Asked, Fields};
pub use local_path::LocalPath;
pub use tile::Tile;

use crate::{
    api,
    arrived::{self, FORM_LIMIT},
    finish::{Finish, finish},
    ops::{Names, Ops},
};

/// The largest package.
pub(crate) const UPLOAD_LIMIT: usize = 128 * 1024 * 1024;

/// What the account site stands on. Clones share everything.
#[derive(Clone)]
pub struct SiteState {
    /// What people can do with this host.
    pub ops: Ops,
    /// Logging in.
    pub accounts: Arc<Accounts>,
    /// Whose account it is.
    pub account_store: Arc<dyn AccountStore>,
    /// Who a browser is.
    pub sessions: Sessions,
    /// Going to an appspace, logged in.
    pub login_tokens: Arc<LoginTokens>,
    /// The names of cookies.
    pub cookies: Cookies,
    /// The appspaces one can go to.
    pub appspaces: Arc<dyn AppspaceStore>,
    /// Who is a member there.
    pub members: Arc<dyn MemberStore>,
    /// Where packages are.
    pub data: DataDir,
}

impl SiteState {
    fn origin(&self) -> String {
        self.ops.names().site_origin()
    }
}

/// The account site as a router. For throttling by network it wants a
/// [`ConnectInfo<SocketAddr>`](axum::extract::ConnectInfo) in each request's extensions.
pub fn router(state: SiteState) -> Router {
    let upload = post(apps::install).layer(DefaultBodyLimit::max(UPLOAD_LIMIT + FORM_LIMIT));
    let pages = Router::new()
        .route("/", get(home::show))
        .route("/setup", get(setup::by_query))
        .route("/setup/{token}", get(setup::form).post(setup::make))
        .route("/appspacelogin", get(single_sign_on::go))
        .route(
            "/appspaces/new",
            get(appspaces::form).post(appspaces::create),
        )
        .route("/appspaces/{name}", get(appspace::show))
        .route("/appspaces/{name}/limits", post(appspace::change_limits))
        .route("/appspaces/{name}/version", post(appspace::change_version))
        .route("/appspaces/{name}/cancel", post(appspace::cancel_job))
        .merge(snapshots())
        .route("/appspaces/{name}/delete", post(appspace::delete))
        .route(
            "/appspaces/{name}/preview",
            get(appspace::show_previews).post(appspace::open_preview),
        )
        .route(
            "/appspaces/{name}/preview/close",
            post(appspace::close_preview),
        )
        .route("/trash/restore", post(trash::restore))
        .route("/tokens", get(tokens::list).post(tokens::make))
        .route("/tokens/revoke", post(tokens::revoke))
        .route("/jobs/cancel", post(host_job::cancel))
        .route(
            "/appspaces/{name}/upgrades",
            post(appspace::choose_upgrades),
        )
        .route("/appspaces/{name}/egress", post(appspace::change_egress))
        .route("/appspaces/{name}/secrets", post(appspace::set_secret))
        .route(
            "/appspaces/{name}/secrets/remove",
            post(appspace::remove_secret),
        )
        .route("/appspaces/{name}/pause", post(appspaces::pause))
        .route("/appspaces/{name}/resume", post(appspaces::resume))
        .route("/apps", get(apps::list).merge(upload))
        .route("/apps/{version}/icon", get(icon::show))
        .route("/assets/{hash}/{name}", get(assets::serve))
        .route("/favicon.ico", get(assets::favicon))
        .merge(account::routes())
        .merge(login::routes())
        .merge(resets::routes())
        .merge(contacts::routes())
        .merge(dropids::routes())
        .merge(remote::routes())
        .merge(people::routes())
        .merge(invited::routes())
        .merge(register::routes())
        .merge(leave::routes())
        .merge(join::routes())
        .merge(members::routes())
        .merge(keys::routes())
        .merge(moves::routes())
        .merge(moving::routes())
        .fallback(async || SiteError::NoPage)
        .method_not_allowed_fallback(async || SiteError::NoMethod)
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(from_fn_with_state(Finish::default(), finish))
        .layer(from_fn(arrived::forms))
        .layer(from_fn_with_state(state.clone(), origin::check))
        .with_state(state.clone());
    Router::new()
        .nest(api::ROOT, api::router(state.clone()))
        .merge(pages)
        .layer(from_fn_with_state(state, headers::add))
}

/// The pages about snapshots.
fn snapshots() -> Router<SiteState> {
    use appspace::snapshots as of;
    let one = "/appspaces/{name}/snapshots/{id}";
    Router::new()
        .route("/appspaces/{name}/snapshots", get(of::show).post(of::take))
        .route(
            "/appspaces/{name}/snapshots/schedule",
            post(of::change_schedule),
        )
        .route(one, get(of::show_one))
        .route(&format!("{one}/restore"), post(of::restore))
        .route(&format!("{one}/anew"), post(of::anew))
        .route(&format!("{one}/forget"), post(of::forget))
}

/// Runs work to its end even if the browser goes away meanwhile.
async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, SiteError> {
    let done = tokio::spawn(work).await;
    done.map_err(SiteError::failed("finish what was begun"))
}

/// The part of an address that its owner chose.
fn label<'a>(names: &Names, address: &'a Address) -> &'a str {
    let label = address.as_str().strip_suffix(names.domain.as_str());
    let label = label.and_then(|rest| rest.strip_suffix('.'));
    label.unwrap_or(address.as_str())
}
