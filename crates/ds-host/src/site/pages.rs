//! The pages: one struct per template. What a page shows is worked out here; templates only lay it out.

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{appspace::snapshots::Alert, host_job::HostJob, tile::Tile, trash::TrashRow};

/// Which part of the site a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    /// Appspaces.
    Appspaces,
    /// Apps.
    Apps,
    /// Contacts, and one's own DropIDs.
    Contacts,
    /// The people of this host.
    People,
    /// One's own account.
    Account,
}

/// What surrounds the pages of somebody who is logged in.
#[derive(Debug)]
pub struct Frame {
    /// Who is logged in.
    pub email: String,
    /// Whether they run this host.
    pub is_admin: bool,
    /// Where they are.
    pub here: Here,
}

/// `GET /` before there is an account.
#[derive(Debug, Template)]
#[template(path = "welcome.html")]
pub struct Welcome;

/// The log-in form.
#[derive(Debug, Default, Template)]
#[template(path = "login.html")]
pub struct Login {
    /// What was typed.
    pub email: String,
    /// Where to go afterwards.
    pub next: String,
    /// The appspace that asked for it.
    pub to: Option<String>,
    /// Whether another host waits to be told who they are. It is not named before they are known.
    pub vouches: bool,
    /// That appspace's page with other ways to log in.
    pub elsewhere: Option<String>,
    /// Whether people who come by themselves are taken.
    pub can_register: bool,
    /// Whether this host can have passkeys.
    pub passkeys: bool,
    /// Why it did not work.
    pub problem: Option<String>,
}

/// The form for the first account.
#[derive(Debug, Template)]
#[template(path = "setup.html")]
pub struct Setup {
    /// The token of the link.
    pub token: String,
    /// What was typed.
    pub email: String,
    /// The shortest password, in characters.
    pub shortest: usize,
    /// Why it did not work.
    pub problem: Option<String>,
}

/// `GET /`: the appspaces.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct Home {
    /// What surrounds it.
    pub frame: Frame,
    /// The appspaces, by address.
    pub spaces: Vec<SpaceCard>,
    /// Whether there is an app to make one of.
    pub has_apps: bool,
    /// The appspaces without snapshots for too long.
    pub alerts: Vec<Alert>,
    /// The appspaces of others that one goes to.
    pub elsewhere: Vec<super::remote::RemoteRow>,
    /// Work of the whole host that goes on.
    pub host_job: Option<HostJob>,
    /// Those in the trash, deleted last first.
    pub trash: Vec<TrashRow>,
}

/// One appspace.
#[derive(Debug)]
pub struct SpaceCard {
    /// Its label: `notes`.
    pub name: String,
    /// Its full address.
    pub address: String,
    /// Its address as a person would type it, with the port.
    pub shown_address: String,
    /// Its picture.
    pub tile: Tile,
    /// The app in it.
    pub app_name: String,
    /// The app's version.
    pub version: String,
    /// How it is, in a word.
    pub state: &'static str,
    /// Why it is closed.
    pub why: Option<String>,
    /// Whether its owner paused it.
    pub paused: bool,
    /// Whether it can be opened.
    pub open: bool,
    /// What it used lately; empty if nothing.
    pub used: String,
    /// Whether its app asks to reach hosts that nobody has allowed.
    pub waits: bool,
    /// How many ask to be let in, in words; `None` if nobody does.
    pub asks: Option<String>,
}

/// The form for a new appspace.
#[derive(Debug, Template)]
#[template(path = "new_appspace.html")]
pub struct NewAppspace {
    /// What surrounds it.
    pub frame: Frame,
    /// The versions to choose from.
    pub choices: Vec<Choice>,
    /// What was typed.
    pub label: String,
    /// Whether what was typed is the problem.
    pub label_wrong: bool,
    /// Why it did not work.
    pub problem: Option<String>,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// What comes after the label.
    pub domain_and_port: String,
}

/// One version to choose.
#[derive(Debug)]
pub struct Choice {
    /// Its id.
    pub version_id: String,
    /// The app's name.
    pub name: String,
    /// The version.
    pub version: String,
    /// Its picture.
    pub tile: Tile,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// `GET /apps`.
#[derive(Debug, Template)]
#[template(path = "apps.html")]
pub struct Apps {
    /// What surrounds it.
    pub frame: Frame,
    /// The apps, by name.
    pub apps: Vec<AppCard>,
    /// Why the upload did not work.
    pub problem: Option<String>,
    /// The largest package, in MiB.
    pub limit_mib: usize,
}

/// One app.
#[derive(Debug)]
pub struct AppCard {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its picture.
    pub tile: Tile,
    /// Its versions, newest first.
    pub versions: Vec<String>,
    /// The id of the newest.
    pub newest: String,
    /// What the newest says it is for.
    pub description: String,
    /// The permissions the newest declares.
    pub permissions: Vec<ds_core::manifest::DeclaredPermission>,
}

/// What follows an installation.
#[derive(Debug, Template)]
#[template(path = "installed.html")]
pub struct InstalledPage {
    /// What surrounds it.
    pub frame: Frame,
    /// The app's name.
    pub name: String,
    /// The version.
    pub version: String,
    /// Its id.
    pub version_id: String,
    /// What to know about the package.
    pub warnings: Vec<String>,
}

/// Renders a page with its status.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let media_type = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            (status, media_type, html).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
