//! All that the API can do.

use axum::http::{Method, StatusCode};

use super::input::{self, Input};
use crate::{
    control::wire::{Command, Permit, Secret, Setting, Which},
    ops::OpError,
};

/// One thing that the API can do.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its method.
    pub method: Method,
    /// Its path, below `/api/v1`.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
    /// The status of the answer if it was done, or begun.
    pub status: StatusCode,
    pub(super) does: Does,
}

/// Who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Bearers of any token.
    Read,
    /// Bearers of one that may change things.
    Manage,
    /// The same, of an account that may run the host.
    Admin,
}

impl Who {
    /// In a word, for the guide.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Manage => "manage",
            Self::Admin => "admin",
        }
    }
}

/// What is done.
#[derive(Clone, Copy, Debug)]
pub(super) enum Does {
    /// A command, made of the request; its reply is the answer.
    Command(fn(&Input) -> Result<Command, OpError>),
    /// Tells whose token it is.
    Account,
    /// Shows an appspace.
    Appspace,
    /// Sets limits, as its owner may.
    Limits,
    /// Begins to look through the snapshots.
    Verify,
    /// Tells of a job until it is over.
    Events,
    /// Takes a package in.
    Install,
    /// Takes an archive in.
    Import,
    /// Lets what is in an archive take the place of an appspace's data.
    ImportInto,
    /// Writes an archive, waits for it and sends it.
    Export,
    /// Sends an archive that a job has written.
    Archive,
}

use Does::Command as Do;
use Who::{Admin, Manage, Read};

const OK: StatusCode = StatusCode::OK;
/// A job was begun.
const BEGUN: StatusCode = StatusCode::ACCEPTED;
const MADE: StatusCode = StatusCode::CREATED;

const fn row(
    method: Method,
    path: &'static str,
    who: Who,
    status: StatusCode,
    does: Does,
) -> Endpoint {
    Endpoint {
        method,
        path,
        who,
        status,
        does,
    }
}

const fn get(path: &'static str, does: Does) -> Endpoint {
    row(Method::GET, path, Read, OK, does)
}

const fn post(path: &'static str, status: StatusCode, does: Does) -> Endpoint {
    row(Method::POST, path, Manage, status, does)
}

const fn delete(path: &'static str, does: Does) -> Endpoint {
    row(Method::DELETE, path, Manage, OK, does)
}

const fn put(path: &'static str, does: Does) -> Endpoint {
    row(Method::PUT, path, Manage, OK, does)
}

const fn patch(path: &'static str, does: Does) -> Endpoint {
    row(Method::PATCH, path, Manage, OK, does)
}

/// The table.
pub const ENDPOINTS: &[Endpoint] = &[
    get("/account", Does::Account),
    // Apps.
    get("/apps", Do(|i| Ok(Command::AppList { owner: i.owner() }))),
    post("/apps", MADE, Does::Install),
    // Appspaces.
    get(
        "/appspaces",
        Do(|i| Ok(Command::AppspaceList { owner: i.owner() })),
    ),
    post(
        "/appspaces",
        MADE,
        Do(|i| {
            let input::NewAppspace { app, address } = i.body()?;
            Ok(Command::AppspaceCreate {
                owner: i.owner(),
                app,
                address,
            })
        }),
    ),
    post("/appspaces/import", BEGUN, Does::Import),
    post("/appspaces/{name}/import", BEGUN, Does::ImportInto),
    get("/appspaces/{name}", Does::Appspace),
    delete(
        "/appspaces/{name}",
        Do(|i| Ok(Command::AppspaceDelete(i.which()))),
    ),
    post(
        "/appspaces/{name}/pause",
        OK,
        Do(|i| Ok(Command::AppspacePause(i.which()))),
    ),
    post(
        "/appspaces/{name}/resume",
        OK,
        Do(|i| Ok(Command::AppspaceResume(i.which()))),
    ),
    post(
        "/appspaces/{name}/upgrade",
        BEGUN,
        Do(|i| {
            let input::Upgrade { version } = i.body()?;
            Ok(Command::AppspaceUpgrade {
                which: i.which(),
                version,
            })
        }),
    ),
    get(
        "/appspaces/{name}/upgrades",
        Do(|i| {
            Ok(Command::AppspaceUpgrades {
                which: i.which(),
                automatic: None,
            })
        }),
    ),
    put(
        "/appspaces/{name}/upgrades",
        Do(|i| {
            let input::Upgrades { mode } = i.body()?;
            let automatic = Some(mode == input::Mode::Automatic);
            Ok(Command::AppspaceUpgrades {
                which: i.which(),
                automatic,
            })
        }),
    ),
    // What may lie on the way for long is a GET of those who may change things: it brings the appspace to rest.
    row(
        Method::GET,
        "/appspaces/{name}/archive",
        Manage,
        OK,
        Does::Export,
    ),
    post(
        "/appspaces/{name}/archives",
        BEGUN,
        Do(|i| {
            let input::Package { package } = i.body()?;
            Ok(Command::AppspaceArchive {
                which: i.which(),
                with_package: package,
            })
        }),
    ),
    // What it may use and reach.
    get(
        "/appspaces/{name}/limits",
        Do(|i| {
            Ok(Command::AppspaceLimits {
                which: i.which(),
                set: Vec::new(),
                reset: Vec::new(),
            })
        }),
    ),
    patch("/appspaces/{name}/limits", Does::Limits),
    get(
        "/appspaces/{name}/usage",
        Do(|i| {
            let input::Days { days } = i.query()?;
            Ok(Command::AppspaceUsage {
                which: i.which(),
                days,
            })
        }),
    ),
    get(
        "/appspaces/{name}/egress",
        Do(|i| {
            Ok(Command::AppspaceEgress {
                which: i.which(),
                allow: Vec::new(),
                deny: Vec::new(),
            })
        }),
    ),
    patch(
        "/appspaces/{name}/egress",
        Do(|i| {
            let input::Egress { allow, deny } = i.body()?;
            Ok(Command::AppspaceEgress {
                which: i.which(),
                allow,
                deny,
            })
        }),
    ),
    get(
        "/appspaces/{name}/secrets",
        Do(|i| Ok(Command::SecretList(i.which()))),
    ),
    put(
        "/appspaces/{name}/secrets/{secret}",
        Do(|i| {
            let input::NewSecret { host, value } = i.body()?;
            let name = i.param("secret").to_owned();
            Ok(Command::SecretSet {
                which: i.which(),
                name,
                host,
                value: Secret(value),
            })
        }),
    ),
    delete(
        "/appspaces/{name}/secrets/{secret}",
        Do(|i| {
            Ok(Command::SecretRemove {
                which: i.which(),
                name: i.param("secret").to_owned(),
            })
        }),
    ),
    // Members.
    get(
        "/appspaces/{name}/members",
        Do(|i| Ok(Command::MemberList(i.which()))),
    ),
    post(
        "/appspaces/{name}/members",
        MADE,
        Do(|i| {
            let input::NewMember { email, name, role } = i.body()?;
            Ok(Command::MemberAdd {
                which: i.which(),
                email,
                name,
                role,
            })
        }),
    ),
    delete(
        "/appspaces/{name}/members/{member}",
        Do(|i| {
            Ok(Command::MemberRemove {
                which: i.which(),
                member: i.param("member").to_owned(),
            })
        }),
    ),
    post(
        "/appspaces/{name}/invitations",
        MADE,
        Do(|i| {
            let input::NewInvitation {
                note,
                role,
                uses,
                days,
            } = i.body()?;
            Ok(Command::MemberInvite {
                which: i.which(),
                note,
                role,
                uses: uses.unwrap_or(1),
                days: days.unwrap_or(7),
            })
        }),
    ),
    put(
        "/appspaces/{name}/members/{member}/permissions/{permission}",
        Do(|i| Ok(Command::MemberGrant(permit(i)))),
    ),
    delete(
        "/appspaces/{name}/members/{member}/permissions/{permission}",
        Do(|i| Ok(Command::MemberRevoke(permit(i)))),
    ),
    // Snapshots.
    get(
        "/snapshots",
        Do(|i| {
            Ok(Command::BackupList {
                owner: i.owner(),
                address: None,
            })
        }),
    ),
    get(
        "/appspaces/{name}/snapshots",
        Do(|i| {
            let address = Some(i.param("name").to_owned());
            Ok(Command::BackupList {
                owner: i.owner(),
                address,
            })
        }),
    ),
    post(
        "/appspaces/{name}/snapshots",
        BEGUN,
        Do(|i| Ok(Command::BackupCreate(i.which()))),
    ),
    delete(
        "/appspaces/{name}/snapshots/{snapshot}",
        Do(|i| {
            Ok(Command::BackupForget {
                which: i.which(),
                snapshot: i.param("snapshot").to_owned(),
            })
        }),
    ),
    post(
        "/appspaces/{name}/snapshots/{snapshot}/restore",
        BEGUN,
        Do(|i| {
            let input::Restore { to, path } = i.body()?;
            let snapshot = i.param("snapshot").to_owned();
            Ok(Command::BackupRestore {
                which: i.which(),
                snapshot,
                to,
                path,
            })
        }),
    ),
    row(
        Method::POST,
        "/snapshots/verify",
        Admin,
        BEGUN,
        Does::Verify,
    ),
    get(
        "/appspaces/{name}/schedule",
        Do(|i| {
            let address = Some(i.param("name").to_owned());
            Ok(schedule(i, address, Vec::new()))
        }),
    ),
    patch(
        "/appspaces/{name}/schedule",
        Do(|i| {
            let address = Some(i.param("name").to_owned());
            Ok(schedule(i, address, i.settings()?))
        }),
    ),
    // Snapshots that are open for a look.
    get(
        "/previews",
        Do(|i| Ok(Command::BackupPreviews { owner: i.owner() })),
    ),
    post(
        "/appspaces/{name}/snapshots/{snapshot}/preview",
        BEGUN,
        Do(|i| {
            let snapshot = i.param("snapshot").to_owned();
            Ok(Command::BackupPreview {
                which: i.which(),
                snapshot,
            })
        }),
    ),
    delete(
        "/previews/{name}",
        Do(|i| Ok(Command::BackupClosePreview { which: i.which() })),
    ),
    // From host to host.
    get("/moves", Do(|i| Ok(Command::MoveList { owner: i.owner() }))),
    post(
        "/appspaces/{name}/move-out",
        MADE,
        Do(|i| Ok(Command::MoveOut(i.which()))),
    ),
    post(
        "/moves",
        BEGUN,
        Do(|i| {
            let input::MoveIn { code, address } = i.body()?;
            let which = Which {
                owner: i.owner(),
                address,
            };
            let code = Secret(code);
            Ok(Command::MoveIn { which, code })
        }),
    ),
    delete(
        "/moves/{name}",
        Do(|i| {
            Ok(Command::MoveCancel {
                which: i.which(),
                redirect: false,
            })
        }),
    ),
    delete(
        "/moves/{name}/redirect",
        Do(|i| {
            Ok(Command::MoveCancel {
                which: i.which(),
                redirect: true,
            })
        }),
    ),
    post(
        "/moves/{name}/insist",
        StatusCode::OK,
        Do(|i| Ok(Command::MoveInsist(i.which()))),
    ),
    // The trash.
    get(
        "/trash",
        Do(|i| Ok(Command::TrashList { owner: i.owner() })),
    ),
    delete(
        "/trash",
        Do(|i| {
            Ok(Command::TrashEmpty {
                owner: i.owner(),
                which: None,
            })
        }),
    ),
    delete(
        "/trash/{name}",
        Do(|i| {
            let which = Some(i.param("name").to_owned());
            Ok(Command::TrashEmpty {
                owner: i.owner(),
                which,
            })
        }),
    ),
    post(
        "/trash/{name}/restore",
        OK,
        Do(|i| {
            let input::NewAddress { address } = i.body()?;
            Ok(Command::TrashRestore {
                which: i.which(),
                address,
            })
        }),
    ),
    // Jobs.
    get("/jobs", Do(|i| Ok(Command::JobList { owner: i.owner() }))),
    get("/jobs/{id}", Do(|i| Ok(Command::JobShow(i.which_job())))),
    delete("/jobs/{id}", Do(|i| Ok(Command::JobCancel(i.which_job())))),
    get("/jobs/{id}/events", Does::Events),
    row(Method::GET, "/jobs/{id}/archive", Manage, OK, Does::Archive),
];

fn schedule(input: &Input, address: Option<String>, set: Vec<Setting>) -> Command {
    Command::BackupSchedule {
        owner: input.owner(),
        address,
        set,
    }
}

fn permit(input: &Input) -> Permit {
    Permit {
        which: input.which(),
        member: input.param("member").to_owned(),
        permission: input.param("permission").to_owned(),
    }
}
