//! Arguments become a command for the running host.

mod archives;
pub(super) mod backups;
pub(super) mod jobs;
mod keys;
mod moves;
pub(super) mod schedules;
mod tokens;

use std::{
    io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _},
    path::PathBuf,
};

use crate::{
    args::{Account, App, Appspace, Member, OnOff, Permit, Secret as SecretArgs, Which},
    control::wire::{self, Command, Secret},
};

/// The most that is read as a password or a secret, in bytes; what the rules allow is less.
const LINE_MAX: u64 = 8192;

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
    /// Standard input cannot be read.
    #[error("cannot read a {what} from standard input")]
    Line {
        /// What should have been there.
        what: &'static str,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Standard input was empty.
    #[error("there was no {0} on standard input")]
    NoLine(&'static str),
    /// Nobody said that they mean it.
    #[error(transparent)]
    Confirm(#[from] super::confirm::NotConfirmed),
}

pub(super) fn account(account: Account) -> Result<Command, InputError> {
    Ok(match account {
        Account::Create { email, admin, .. } => Command::AccountCreate {
            email,
            password: Secret(line("password")?),
            admin,
        },
        Account::List { find } => Command::AccountList {
            find,
            skip: 0,
            most: None,
        },
        Account::Invitations => Command::AccountInvitations,
        Account::Withdraw { id } => Command::AccountWithdraw { id },
        Account::Log { kind, find, most } => Command::AccountLog {
            kind,
            find,
            before: None,
            most,
        },
        Account::Invite { email } => Command::AccountInvite { email },
        Account::Block { email, pause } => Command::AccountBlock { email, pause },
        Account::SetEmail { email, to } => Command::AccountSetEmail { email, to },
        Account::Vouch { email } => Command::AccountVouch { email },
        Account::Unblock { email } => Command::AccountUnblock { email },
        Account::Admin { email, role } => Command::AccountAdmin {
            email,
            admin: role == OnOff::On,
        },
        Account::Remove { email, yes } => {
            let question = format!(
                "Remove the account {email} for good, with its apps, its appspaces and their snapshots?"
            );
            super::confirm::confirm(yes, &question)?;
            Command::AccountRemove { email }
        }
        Account::Reset {
            email,
            drop_second_step,
        } => Command::AccountReset {
            email,
            drop_second_step,
        },
        Account::Token(token) => tokens::token(token),
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

pub(super) fn appspace(appspace: Appspace) -> Result<Command, InputError> {
    Ok(match appspace {
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
        Appspace::Limits { which, set, reset } => Command::AppspaceLimits {
            which: which.into(),
            set,
            reset,
        },
        Appspace::Usage { which, days } => Command::AppspaceUsage {
            which: which.into(),
            days,
        },
        Appspace::Egress { which, allow, deny } => Command::AppspaceEgress {
            which: which.into(),
            allow,
            deny,
        },
        Appspace::Upgrade { which, version } => Command::AppspaceUpgrade {
            which: which.into(),
            version,
        },
        Appspace::Upgrades(upgrades) => tokens::upgrades(upgrades),
        Appspace::Export(export) => archives::export(export)?,
        Appspace::Import(import) => archives::import(import)?,
        Appspace::MoveOut(which) => Command::MoveOut(which.into()),
        Appspace::MoveIn(take) => moves::take(take)?,
        Appspace::Moves { owner } => Command::MoveList { owner: owner.owner },
        Appspace::MoveCancel(cancel) => moves::cancel(cancel),
        Appspace::MoveInsist(which) => Command::MoveInsist(which.into()),
        Appspace::Delete { which, yes } => jobs::delete(which, yes)?,
        Appspace::Secret(secret) => self::secret(secret)?,
        Appspace::Key(key) => keys::key(key),
        Appspace::Member(about) => member(about),
    })
}

fn member(about: Member) -> Command {
    match about {
        Member::List(which) => Command::MemberList(which.into()),
        Member::Add {
            which,
            who,
            display_name,
            role,
        } => Command::MemberAdd {
            which: which.into(),
            email: who,
            name: display_name,
            role,
        },
        Member::Invite {
            which,
            note,
            role,
            uses,
            days,
        } => Command::MemberInvite {
            which: which.into(),
            note,
            role,
            uses,
            days,
        },
        Member::Remove {
            which,
            member,
            for_good,
        } => Command::MemberRemove {
            which: which.into(),
            member,
            for_good,
        },
        Member::Barred(which) => Command::MemberBarred(which.into()),
        Member::LetBack { which, id } => Command::MemberLetBack {
            which: which.into(),
            id,
        },
        Member::Grant(permit) => Command::MemberGrant(permit.into()),
        Member::Revoke(permit) => Command::MemberRevoke(permit.into()),
    }
}

fn secret(secret: SecretArgs) -> Result<Command, InputError> {
    Ok(match secret {
        SecretArgs::Set {
            which,
            secret,
            host,
        } => Command::SecretSet {
            which: which.into(),
            name: secret,
            host,
            value: Secret(line("secret")?),
        },
        SecretArgs::List(which) => Command::SecretList(which.into()),
        SecretArgs::Remove { which, secret } => Command::SecretRemove {
            which: which.into(),
            name: secret,
        },
    })
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

/// The first line of standard input, where no list of processes and no shell history shows it.
fn line(what: &'static str) -> Result<String, InputError> {
    let input = io::stdin().lock();
    if input.is_terminal() {
        // Whether it was written or not, the line is read.
        let _ = write!(io::stderr(), "The {what} (it will be visible): ");
    }
    let mut text = String::new();
    let read = input.take(LINE_MAX).read_line(&mut text);
    read.map_err(|source| InputError::Line { what, source })?;
    let line = text.trim_end_matches(['\r', '\n']);
    if line.is_empty() {
        return Err(InputError::NoLine(what));
    }
    Ok(line.to_owned())
}
