//! Apps: what is installed, and installing more.

use axum::{
    extract::{Multipart, State, multipart::MultipartRejection},
    http::StatusCode,
    response::Response,
};

use super::{
    SiteState, UPLOAD_LIMIT,
    error::{SiteError, told},
    pages::{AppCard, Apps, Here, InstalledPage, page},
    person::Person,
    tile::Tile,
    to_the_end, upload,
};
use crate::ops::{AppSummary, OpError, Source};

/// `GET /apps`
pub(super) async fn list(
    State(site): State<SiteState>,
    person: Person,
) -> Result<Response, SiteError> {
    answer(&site, &person, None).await
}

/// `POST /apps`: a package.
pub(super) async fn install(
    State(site): State<SiteState>,
    person: Person,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, SiteError> {
    let form = form.map_err(|_| SiteError::BadForm)?;
    let package = upload::receive(&site.data, form).await?;
    person.standing(&site).await?;
    let (ops, owner) = (site.ops.clone(), person.account.id);
    let installed = to_the_end(async move {
        let source = Source::Archive(package.path().to_owned());
        let installed = ops.install(owner, source, None).await;
        drop(package);
        installed
    });
    match installed.await? {
        Ok(installed) => {
            let done = InstalledPage {
                frame: person.frame(Here::Apps),
                name: installed.app.name,
                version: installed.version.version.to_string(),
                version_id: installed.version.id.to_string(),
                warnings: installed.warnings,
            };
            Ok(page(StatusCode::CREATED, &done))
        }
        Err(error) => answer(&site, &person, Some(error)).await,
    }
}

async fn answer(
    site: &SiteState,
    person: &Person,
    error: Option<OpError>,
) -> Result<Response, SiteError> {
    let apps = site.ops.apps(person.account.id).await?;
    let status = error
        .as_ref()
        .map_or(StatusCode::OK, |error| error.kind().status());
    let list = Apps {
        frame: person.frame(Here::Apps),
        apps: apps.into_iter().filter_map(card).collect(),
        problem: error.as_ref().map(told),
        limit_mib: UPLOAD_LIMIT / (1024 * 1024),
    };
    Ok(page(status, &list))
}

fn card(AppSummary { app, versions }: AppSummary) -> Option<AppCard> {
    let newest = versions.last()?;
    Some(AppCard {
        id: app.id.to_string(),
        tile: Tile::of(&app.name, newest),
        newest: newest.id.to_string(),
        description: newest.manifest.short_description.clone(),
        permissions: newest.manifest.permissions.clone(),
        versions: versions
            .iter()
            .rev()
            .map(|version| version.version.to_string())
            .collect(),
        name: app.name,
    })
}
