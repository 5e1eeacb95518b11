//! `/remote`: appspaces of others that one wants to find on one's own home page. An invitation there leads here.

use askama::Template;
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use ds_auth::dropid::RemoteAppspace;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use url::{Position, Url};

use super::{
    SiteState,
    error::{SiteError, told},
    forms::{Asked, Fields},
    pages::{Frame, Here, page},
    person::Person,
};
use crate::{entrance::enter::ENTER_PATH, ops::OpError};

pub(super) fn routes() -> Router<SiteState> {
    Router::new()
        .route("/remote", get(show).post(add))
        .route("/remote/rename", post(rename))
        .route("/remote/remove", post(remove))
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "remote.html")]
struct RemotePage {
    frame: Frame,
    /// What the link names, or was typed.
    at: String,
    /// Its host, if it names one.
    host: Option<String>,
    name: String,
    /// Whether it is on the home page now.
    is_there: bool,
    /// Where one gets in.
    open: String,
    /// Who one can be there.
    dropids: Vec<String>,
    problem: Option<String>,
}

/// An appspace elsewhere, on the home page.
#[derive(Debug)]
pub struct RemoteRow {
    /// Where it is.
    pub origin: String,
    /// Its host, and port if there is one.
    pub host: String,
    /// What it is called here.
    pub name: String,
    /// Who one is there.
    pub dropid: Option<String>,
    /// Where one gets in.
    pub open: String,
}

impl RemoteRow {
    /// What the page shows of it.
    pub(super) fn of(remote: &RemoteAppspace) -> Self {
        let host = remote.origin.split_once("://");
        Self {
            host: host
                .map_or(remote.origin.as_str(), |(_, host)| host)
                .to_owned(),
            origin: remote.origin.clone(),
            name: remote.name.clone(),
            dropid: remote.dropid.as_ref().map(ToString::to_string),
            open: way_in(remote, "/"),
        }
    }
}

/// The address that opens an appspace at a path. Where somebody has logged in with a DropID it says which, so that they need
/// not type it there again.
fn way_in(remote: &RemoteAppspace, path: &str) -> String {
    let origin = &remote.origin;
    let Some(dropid) = &remote.dropid else {
        return format!("{origin}{path}");
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("dropid", &dropid.to_string());
    // What is the host's own there is no place to go on to.
    if path != "/" && !path.starts_with("/.dropserver/") {
        query.append_pair("path", path);
    }
    format!("{origin}{ENTER_PATH}?{}", query.finish())
}

/// An appspace elsewhere.
#[derive(Debug, Deserialize)]
struct Wish {
    #[serde(default)]
    at: String,
    #[serde(default)]
    name: String,
}

/// One that is on the page.
#[derive(Debug, Deserialize)]
struct Known {
    origin: String,
    #[serde(default)]
    name: String,
}

/// `GET /remote?at=https://notes.a.example/…`
async fn show(
    State(site): State<SiteState>,
    person: Person,
    Asked(wish): Asked<Wish>,
) -> Result<Response, SiteError> {
    let problem = match site.ops.remote_url(&wish.at) {
        Err(error) if !wish.at.is_empty() => Some(error),
        _ => None,
    };
    answer(&site, &person, wish, problem).await
}

/// `POST /remote`
async fn add(
    State(site): State<SiteState>,
    person: Person,
    Fields(wish): Fields<Wish>,
) -> Result<Response, SiteError> {
    let added = site.ops.add_remote(person.account.id, &wish.at, &wish.name);
    match added.await {
        Ok(_) => {
            let at = utf8_percent_encode(&wish.at, NON_ALPHANUMERIC);
            Ok(Redirect::to(&format!("/remote?at={at}")).into_response())
        }
        Err(error) => answer(&site, &person, wish, Some(error)).await,
    }
}

/// `POST /remote/rename`
async fn rename(
    State(site): State<SiteState>,
    person: Person,
    Fields(known): Fields<Known>,
) -> Result<Response, SiteError> {
    let renamed = site
        .ops
        .rename_remote(person.account.id, &known.origin, &known.name);
    renamed.await?;
    Ok(Redirect::to("/#elsewhere").into_response())
}

/// `POST /remote/remove`
async fn remove(
    State(site): State<SiteState>,
    person: Person,
    Fields(known): Fields<Known>,
) -> Result<Response, SiteError> {
    let removed = site.ops.remove_remote(person.account.id, &known.origin);
    removed.await?;
    Ok(Redirect::to("/#elsewhere").into_response())
}

async fn answer(
    site: &SiteState,
    person: &Person,
    wish: Wish,
    problem: Option<OpError>,
) -> Result<Response, SiteError> {
    let url = site.ops.remote_url(&wish.at).ok();
    let known = site.ops.remotes(person.account.id).await?;
    let origin = url.as_ref().map(|url| url.origin().ascii_serialization());
    let there = known
        .iter()
        .find(|one| Some(&one.origin) == origin.as_ref());
    let dropids = site.ops.dropids_of(person.account.id).await?;
    let open = match (there, &url) {
        (Some(there), Some(url)) => way_in(there, &url[Position::BeforePath..Position::AfterQuery]),
        _ => String::new(),
    };
    let name = match there {
        Some(there) => there.name.clone(),
        None => wish.name,
    };
    let view = RemotePage {
        frame: person.frame(Here::Appspaces),
        host: url.as_ref().map(host_of),
        at: url.map_or_else(|| wish.at.chars().take(300).collect(), String::from),
        name,
        is_there: there.is_some(),
        open,
        dropids: dropids.iter().map(|one| one.id.to_string()).collect(),
        problem: problem.as_ref().map(told),
    };
    let status = problem.map_or(StatusCode::OK, |error| error.kind().status());
    Ok(page(status, &view))
}

fn host_of(url: &Url) -> String {
    url[Position::BeforeHost..Position::AfterPort].to_owned()
}
