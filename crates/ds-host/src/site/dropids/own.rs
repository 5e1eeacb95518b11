//! `/dropids`: one's own DropIDs, how they are shown, and where they were used.

use askama::Template;
use axum::{
    extract::{Multipart, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use ds_auth::dropid::{ConnectedSite, DropIdRecord};
use ds_core::AccountId;
use serde::Deserialize;
use url::{Position, Url};

use super::{
    super::{
        error::{SiteError, told},
        forms::Fields,
        local_path::LocalPath,
        pages::{Frame, Here, page},
        person::Person,
        to_the_end, words,
    },
    SiteState,
};
use crate::ops::{ErrorKind, OpError};

/// The page.
#[derive(Debug, Template)]
#[template(path = "dropids.html")]
struct DropIdsPage {
    frame: Frame,
    dropids: Vec<Row>,
    sites: Vec<SiteRow>,
    domains: Vec<String>,
    problem: Option<String>,
    /// What was typed.
    typed: New,
}

/// A DropID.
#[derive(Debug)]
struct Row {
    id: String,
    url: String,
    name: String,
    picture: Option<String>,
    is_public: bool,
}

/// A client that somebody logged in to.
#[derive(Debug)]
struct SiteRow {
    host: String,
    client_id: String,
    facts: String,
}

/// A new DropID.
#[derive(Debug, Default, Deserialize)]
pub(super) struct New {
    handle: String,
    #[serde(default)]
    domain: String,
    #[serde(default)]
    name: String,
    public: Option<String>,
    /// Where to go afterwards.
    #[serde(default)]
    next: String,
}

/// What is to be changed.
#[derive(Debug, Deserialize)]
pub(super) struct Change {
    dropid: String,
    name: String,
    public: Option<String>,
}

/// A client, or none: all of them.
#[derive(Debug, Deserialize)]
pub(super) struct Forget {
    client: Option<String>,
}

/// `GET /dropids`
pub(super) async fn show(
    State(site): State<SiteState>,
    person: Person,
) -> Result<Response, SiteError> {
    let typed = New {
        public: Some(String::new()),
        ..New::default()
    };
    answer(&site, &person, None, typed).await
}

/// `POST /dropids`
pub(super) async fn make(
    State(site): State<SiteState>,
    person: Person,
    Fields(mut new): Fields<New>,
) -> Result<Response, SiteError> {
    if new.domain.is_empty() {
        new.domain = site.ops.dropids().domains.all().next().unwrap_or_default();
    }
    let (id, is_public) = (person.account.id, new.public.is_some());
    let made = site
        .ops
        .new_dropid(id, &new.domain, &new.handle, &new.name, is_public);
    match made.await {
        Ok(_) => {
            let next = LocalPath::parse(&new.next);
            let next = next.as_ref().map_or("/dropids", LocalPath::as_str);
            Ok(Redirect::to(next).into_response())
        }
        Err(error) => answer(&site, &person, Some(error), new).await,
    }
}

/// `POST /dropids/change`
pub(super) async fn change(
    State(site): State<SiteState>,
    person: Person,
    Fields(change): Fields<Change>,
) -> Result<Response, SiteError> {
    let (id, is_public) = (person.account.id, change.public.is_some());
    let changed = site
        .ops
        .change_dropid(id, &change.dropid, &change.name, is_public);
    after(&site, &person, changed.await).await
}

/// `POST /dropids/picture`
pub(super) async fn change_picture(
    State(site): State<SiteState>,
    person: Person,
    form: Multipart,
) -> Result<Response, SiteError> {
    let Uploaded { dropid, picture } = Uploaded::read(form).await?;
    person.standing(&site).await?;
    let (ops, id) = (site.ops.clone(), person.account.id);
    let set = async move { ops.set_dropid_picture(id, &dropid, picture).await };
    let set = to_the_end(set).await?;
    after(&site, &person, set).await
}

/// `POST /dropids/sites/forget`
pub(super) async fn forget_site(
    State(site): State<SiteState>,
    person: Person,
    Fields(forget): Fields<Forget>,
) -> Result<Response, SiteError> {
    let client = forget.client.as_deref();
    site.ops.forget_sites(person.account.id, client).await?;
    Ok(Redirect::to("/dropids#sites").into_response())
}

async fn after(
    site: &SiteState,
    person: &Person,
    outcome: Result<(), OpError>,
) -> Result<Response, SiteError> {
    match outcome {
        Ok(()) => Ok(Redirect::to("/dropids").into_response()),
        Err(error) => answer(site, person, Some(error), New::default()).await,
    }
}

async fn answer(
    site: &SiteState,
    person: &Person,
    problem: Option<OpError>,
    typed: New,
) -> Result<Response, SiteError> {
    let id: AccountId = person.account.id;
    let dropids = site.ops.dropids_of(id).await?;
    let sites = site.ops.connected_sites(id).await?;
    let view = DropIdsPage {
        frame: person.frame(Here::Contacts),
        dropids: dropids.iter().map(|one| row(site, one)).collect(),
        sites: sites.iter().map(site_row).collect(),
        domains: site.ops.dropids().domains.all().collect(),
        problem: problem.as_ref().map(told),
        typed,
    };
    let status = problem.as_ref().map(OpError::kind);
    Ok(page(
        status.map_or(StatusCode::OK, ErrorKind::status),
        &view,
    ))
}

fn row(site: &SiteState, record: &DropIdRecord) -> Row {
    let dropids = site.ops.dropids();
    let url = record.id.url(dropids.local);
    Row {
        id: record.id.to_string(),
        url: url.map(String::from).unwrap_or_default(),
        name: record.display_name.clone(),
        picture: (!record.avatar.is_empty()).then(|| dropids.picture_url(&record.avatar)),
        is_public: record.is_public,
    }
}

fn site_row(site: &ConnectedSite) -> SiteRow {
    let url = Url::parse(&site.client_id).ok();
    let host = url.map(|url| url[Position::BeforeHost..Position::AfterPort].to_owned());
    SiteRow {
        host: host.unwrap_or_else(|| site.client_id.clone()),
        client_id: site.client_id.clone(),
        facts: format!(
            "as {}, since {}, last {}",
            site.dropid,
            words::date(site.since),
            words::time(site.last)
        ),
    }
}

/// A form with a picture in it, or with the wish for none.
struct Uploaded {
    dropid: String,
    picture: Option<Vec<u8>>,
}

impl Uploaded {
    async fn read(mut form: Multipart) -> Result<Self, SiteError> {
        let refusal = |error: &axum::extract::multipart::MultipartError| {
            if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
                SiteError::TooLarge
            } else {
                SiteError::BadForm
            }
        };
        let (mut dropid, mut picture, mut removes) = (None, None, false);
        while let Some(field) = form.next_field().await.map_err(|error| refusal(&error))? {
            let name = field.name().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(|error| refusal(&error))?;
            match name.as_str() {
                "dropid" => dropid = String::from_utf8(bytes.into()).ok(),
                "picture" if !bytes.is_empty() => picture = Some(Vec::from(bytes)),
                "remove" => removes = true,
                _ => {}
            }
        }
        let dropid = dropid.ok_or(SiteError::BadForm)?;
        match (picture, removes) {
            (_, true) => Ok(Self {
                dropid,
                picture: None,
            }),
            (Some(picture), false) => Ok(Self {
                dropid,
                picture: Some(picture),
            }),
            (None, false) => Err(SiteError::BadForm),
        }
    }
}
