//! `GET /`: the appspaces of whoever is logged in.

use std::collections::HashMap;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use ds_core::{Appspace, AppspaceId, VersionId, usage::UsageDelta};

use super::{
    SiteState,
    appspace::snapshots::alerts,
    error::SiteError,
    pages::{Here, Home, SpaceCard, Welcome, page},
    person::{MaybePerson, to_log_in},
    remote::RemoteRow,
    tile::Tile,
    trash::TrashRow,
    words,
};
use crate::ops::{AppSummary, AppspaceStatus, AppspaceSummary, Names};

/// The appspaces; for strangers, the way in.
pub(super) async fn show(
    State(site): State<SiteState>,
    MaybePerson(person): MaybePerson,
) -> Result<Response, SiteError> {
    let Some(person) = person else {
        return if site.ops.needs_setup().await? {
            Ok(page(StatusCode::OK, &Welcome))
        } else {
            Ok(to_log_in("/").into_response())
        };
    };
    let apps = site.ops.apps(person.account.id).await?;
    let tiles = tiles(&apps);
    let spaces = site.ops.appspaces(person.account.id).await?;
    let used = site.ops.usage_of_all(person.account.id).await?;
    let asks = site.ops.waiting_at(&spaces).await?;
    let trash = site.ops.trash(person.account.id).await?;
    let elsewhere = site.ops.remotes(person.account.id).await?;
    let names = site.ops.names();
    let states = site.ops.backup_states(person.account.id).await?;
    let home = Home {
        alerts: alerts(names, &spaces, &states, person.account.is_admin),
        trash: trash.iter().map(|one| TrashRow::of(names, one)).collect(),
        frame: person.frame(Here::Appspaces),
        elsewhere: elsewhere.iter().map(RemoteRow::of).collect(),
        has_apps: !apps.is_empty(),
        host_job: super::host_job::running(&site.ops, &person).await?,
        spaces: spaces
            .into_iter()
            .map(|summary| SpaceCard {
                asks: asks.get(&summary.appspace.id).map(|many| asking(*many)),
                ..card(site.ops.names(), &tiles, &used, summary)
            })
            .collect(),
    };
    Ok(page(StatusCode::OK, &home))
}

fn tiles(apps: &[AppSummary]) -> HashMap<VersionId, Tile> {
    let each = apps
        .iter()
        .flat_map(|one| one.versions.iter().map(|version| (&one.app, version)));
    each.map(|(app, version)| (version.id, Tile::of(&app.name, version)))
        .collect()
}

fn card(
    names: &Names,
    tiles: &HashMap<VersionId, Tile>,
    used: &HashMap<AppspaceId, UsageDelta>,
    summary: AppspaceSummary,
) -> SpaceCard {
    let Appspace {
        id,
        address,
        version_id,
        version,
        ..
    } = summary.appspace;
    let tile = tiles.get(&version_id).cloned();
    SpaceCard {
        name: super::label(names, &address).to_owned(),
        shown_address: match names.port {
            Some(port) => format!("{address}:{port}"),
            None => address.to_string(),
        },
        address: address.to_string(),
        tile: tile.unwrap_or_else(|| Tile::plain(&summary.app_name, None)),
        app_name: summary.app_name,
        version: version.to_string(),
        state: summary.status.word(),
        why: summary.status.reason().map(super::error::sentence),
        used: used.get(&id).map(lately).unwrap_or_default(),
        asks: None,
        waits: !summary.egress_waiting.is_empty(),
        paused: summary.status == AppspaceStatus::Paused,
        open: matches!(
            summary.status,
            AppspaceStatus::Awake | AppspaceStatus::Asleep
        ),
    }
}

/// `2 ask to be let in`
fn asking(many: usize) -> String {
    match many {
        1 => "1 asks to be let in".to_owned(),
        more => format!("{more} ask to be let in"),
    }
}

/// `1,128 requests in 30 days, 3.0 MiB`
fn lately(used: &UsageDelta) -> String {
    let requests = match used.requests {
        1 => "1 request".to_owned(),
        more => format!("{} requests", words::count(more)),
    };
    #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
    let size = |bytes: u64| format!(", {}", words::mib(bytes as f64 / 1_048_576.0));
    let size = used.disk_bytes.map(size).unwrap_or_default();
    format!("{requests} in 30 days{size}")
}
