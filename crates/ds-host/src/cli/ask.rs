//! Arguments become a command for the running host.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _},
    path::PathBuf,
};

use crate::{
    args::{Account, App, Appspace, Member, Permit, Which},
    control::wire::{self, Command, Secret},
};

/// The most that is read as a password, in bytes; what the rules allow is less.
const PASSWORD_MAX: u64 = 4096;

/// What was given cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum InputError {
    /// The path cannot be made absolute.
    #[error("cannot tell where {} is", path.display())]
    Path {
        /// The path.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// There is nothing at the path.
    #[error("cannot read {}", path.display())]
    Missing {
        /// The path.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Standard input had no password.
    #[error("cannot read a password from standard input")]
    Password(#[source] io::Error),
    /// Standard input was empty.
    #[error("there was no password on standard input")]
    NoPassword,
}

pub(super) fn account(account: Account) -> Result<Command, InputError> {
    let Account::Create { email, admin, .. } = account;
    Ok(Command::AccountCreate {
        email,
        password: Secret(password()?),
        admin,
    })
}

pub(super) fn app(app: App) -> Result<Command, InputError> {
    Ok(match app {
        App::Install {
            package,
            modules,
            owner,
        } => Command::AppInstall {
            owner: owner.owner,
            package: existing(package)?,
            modules: modules.map(existing).transpose()?,
        },
        App::List { owner } => Command::AppList { owner: owner.owner },
    })
}

pub(super) fn appspace(appspace: Appspace) -> Command {
    match appspace {
        Appspace::Create {
            app,
            address,
            owner,
        } => Command::AppspaceCreate {
            owner: owner.owner,
            app,
            address,
        },
        Appspace::List { owner } => Command::AppspaceList { owner: owner.owner },
        Appspace::Pause(which) => Command::AppspacePause(which.into()),
        Appspace::Resume(which) => Command::AppspaceResume(which.into()),
        Appspace::Member(Member::List(which)) => Command::MemberList(which.into()),
        Appspace::Member(Member::Add {
            which,
            email,
            display_name,
        }) => Command::MemberAdd {
            which: which.into(),
            email,
            name: display_name,
        },
        Appspace::Member(Member::Grant(permit)) => Command::MemberGrant(permit.into()),
        Appspace::Member(Member::Revoke(permit)) => Command::MemberRevoke(permit.into()),
    }
}

impl From<Which> for wire::Which {
    fn from(which: Which) -> Self {
        Self {
            owner: which.owner.owner,
            address: which.name,
        }
    }
}

impl From<Permit> for wire::Permit {
    fn from(permit: Permit) -> Self {
        Self {
            which: permit.which.into(),
            member: permit.member,
            permission: permit.permission,
        }
    }
}

/// The absolute path of something that is there: the host has another working directory.
fn existing(path: PathBuf) -> Result<PathBuf, InputError> {
    match std::fs::canonicalize(&path) {
        Ok(absolute) => Ok(absolute),
        Err(source) => Err(InputError::Missing { path, source }),
    }
}

/// The first line of standard input.
fn password() -> Result<String, InputError> {
    let input = io::stdin().lock();
    if input.is_terminal() {
        // Whether it was written or not, the password is read.
        let _ = write!(io::stderr(), "Password (it will be visible): ");
    }
    let mut text = String::new();
    let read = input.take(PASSWORD_MAX).read_line(&mut text);
    read.map_err(InputError::Password)?;
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(InputError::NoPassword);
    }
    Ok(password.to_owned())
}
