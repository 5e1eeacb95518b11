//! Does a command with the operations, and puts what they give back into words of the wire.

mod archives;
mod backups;
pub(super) mod jobs;
mod keys;
mod members;
mod moves;
mod people;
mod terms;
mod tokens;

use std::path::PathBuf;

use ds_core::AppVersion;

use super::wire::{self, Command, Reply, Which};
use crate::ops::{Actor, AppSummary, AppspaceSummary, ErrorKind, Installed, OpError, Ops, Source};

/// Does a command of the command line.
pub(crate) async fn run(ops: &Ops, command: Command) -> Result<Reply, OpError> {
    run_by(ops, Actor::CommandLine, command).await
}

/// Does a command for somebody. What it is about an appspace is its owner's to do, whoever sends it.
pub(crate) async fn run_by(ops: &Ops, by: Actor, command: Command) -> Result<Reply, OpError> {
    match command {
        Command::AccountCreate {
            email,
            password,
            admin,
        } => {
            let account = ops.create_account(&email, password.0, admin).await?;
            Ok(Reply::Account(account.into()))
        }
        Command::AccountReset {
            email,
            drop_second_step,
        } => reset(ops, &email, drop_second_step).await,
        command @ (Command::AccountList { .. }
        | Command::AccountShow { .. }
        | Command::AccountInvitations
        | Command::AccountWithdraw { .. }
        | Command::AccountLog { .. }
        | Command::AccountInvite { .. }
        | Command::AccountBlock { .. }
        | Command::AccountUnblock { .. }
        | Command::AccountAdmin { .. }
        | Command::AccountSetEmail { .. }
        | Command::AccountVouch { .. }
        | Command::AccountRemove { .. }) => people::run(ops, by, command).await,
        Command::AppInstall {
            owner,
            package,
            modules,
        } => {
            let owner = ops.owner(owner.as_deref()).await?;
            let installed = ops.install(owner, source(package).await?, modules).await?;
            Ok(Reply::Installed(installed.into()))
        }
        Command::AppList { owner } => {
            let owner = ops.owner(owner.as_deref()).await?;
            let apps = ops.apps(owner).await?;
            Ok(Reply::Apps(apps.into_iter().map(Into::into).collect()))
        }
        Command::AppspaceCreate {
            owner,
            app,
            address,
        } => {
            let owner = ops.owner(owner.as_deref()).await?;
            let made = ops.create_appspace(owner, &app, &address).await?;
            Ok(Reply::Appspace(made.into()))
        }
        Command::AppspaceList { owner } => {
            let owner = ops.owner(owner.as_deref()).await?;
            let found = ops.appspaces(owner).await?;
            Ok(Reply::Appspaces(
                found.into_iter().map(Into::into).collect(),
            ))
        }
        Command::DropidRotateKeys => {
            let key = ops.replace_dropid_keys(Actor::CommandLine).await?;
            Ok(Reply::KeysReplaced(key))
        }
        other => run_on_appspace(ops, other).await,
    }
}

async fn run_on_appspace(ops: &Ops, command: Command) -> Result<Reply, OpError> {
    match command {
        Command::AppspacePause(Which { owner, address }) => {
            let owner = ops.owner(owner.as_deref()).await?;
            Ok(Reply::Appspace(ops.pause(owner, &address).await?.into()))
        }
        Command::AppspaceResume(Which { owner, address }) => {
            let owner = ops.owner(owner.as_deref()).await?;
            Ok(Reply::Appspace(ops.resume(owner, &address).await?.into()))
        }
        command @ (Command::MemberList(_)
        | Command::MemberAdd { .. }
        | Command::MemberInvite { .. }
        | Command::MemberRemove { .. }
        | Command::MemberBarred(_)
        | Command::MemberLetBack { .. }
        | Command::MemberGrant(_)
        | Command::MemberRevoke(_)) => members::run(ops, command).await,
        command @ (Command::AppspaceUpgrade { .. }
        | Command::AppspaceDelete(_)
        | Command::TrashList { .. }
        | Command::TrashRestore { .. }
        | Command::TrashEmpty { .. }
        | Command::JobList { .. }
        | Command::JobShow(_)
        | Command::JobCancel(_)) => jobs::run(ops, command).await,
        command @ (Command::AppspaceExport { .. }
        | Command::AppspaceImport { .. }
        | Command::AppspaceImportInto { .. }
        | Command::AppspaceArchive { .. }) => archives::run(ops, command).await,
        command @ (Command::KeyAdd { .. } | Command::KeyList(_) | Command::KeyRemove { .. }) => {
            keys::run(ops, command).await
        }
        command @ (Command::TokenCreate { .. }
        | Command::TokenList { .. }
        | Command::TokenRevoke { .. }
        | Command::AppspaceUpgrades { .. }) => tokens::run(ops, command).await,
        command @ (Command::MoveOut(_)
        | Command::MoveIn { .. }
        | Command::MoveList { .. }
        | Command::MoveCancel { .. }
        | Command::MoveInsist(_)) => moves::run(ops, command).await,
        command @ (Command::BackupCreate(_)
        | Command::BackupList { .. }
        | Command::BackupVerify { .. }
        | Command::BackupRestore { .. }
        | Command::BackupForget { .. }
        | Command::BackupPreview { .. }
        | Command::BackupPreviews { .. }
        | Command::BackupClosePreview { .. }
        | Command::BackupSchedule { .. }
        | Command::MailTest { .. }
        | Command::BackupKey) => backups::run(ops, command).await,
        other => terms::run(ops, other).await,
    }
}

async fn reset(ops: &Ops, email: &str, drop_second_step: bool) -> Result<Reply, OpError> {
    let account = ops.account_by_email(email).await?;
    if drop_second_step {
        let dropped = ops.drop_second_step(Actor::CommandLine, &account);
        dropped.await?;
    }
    let link = ops.reset_link(Actor::CommandLine, &account).await?;
    Ok(Reply::Reset(wire::ResetLink {
        email: account.email,
        link: wire::Secret(link),
        second_step_dropped: drop_second_step,
    }))
}

/// What kind of package is at a path.
async fn source(package: PathBuf) -> Result<Source, OpError> {
    if !package.is_absolute() {
        return Err(OpError::new(
            ErrorKind::Invalid,
            "the path of a package must be absolute",
        ));
    }
    match tokio::fs::metadata(&package).await {
        Ok(found) if found.is_dir() => Ok(Source::Folder(package)),
        Ok(_) => Ok(Source::Archive(package)),
        Err(error) => {
            let message = format!("cannot read the package {}: {error}", package.display());
            Err(OpError::new(ErrorKind::Invalid, message))
        }
    }
}

impl From<ds_auth::Account> for wire::Account {
    fn from(account: ds_auth::Account) -> Self {
        Self {
            id: account.id.to_string(),
            email: account.email,
            admin: account.is_admin,
            created: account.created.to_string(),
        }
    }
}

impl From<Installed> for wire::Installed {
    fn from(installed: Installed) -> Self {
        Self {
            id: installed.app.id.to_string(),
            app: installed.app.name,
            version: (&installed.version).into(),
            warnings: installed.warnings,
        }
    }
}

impl From<AppSummary> for wire::App {
    fn from(summary: AppSummary) -> Self {
        Self {
            id: summary.app.id.to_string(),
            name: summary.app.name,
            versions: summary.versions.iter().map(Into::into).collect(),
        }
    }
}

impl From<&AppVersion> for wire::Version {
    fn from(version: &AppVersion) -> Self {
        Self {
            version: version.version.to_string(),
            api: version.api.number(),
            schema: version.schema.0,
            installed: version.created.to_string(),
        }
    }
}

impl From<AppspaceSummary> for wire::Appspace {
    fn from(summary: AppspaceSummary) -> Self {
        let appspace = summary.appspace;
        Self {
            id: appspace.id.to_string(),
            address: appspace.address.to_string(),
            url: summary.url,
            app: summary.app_name,
            version: appspace.version.to_string(),
            status: summary.status.word().to_owned(),
            reason: summary.status.reason().map(str::to_owned),
            created: appspace.created.to_string(),
            egress_waiting: summary
                .egress_waiting
                .iter()
                .map(ToString::to_string)
                .collect(),
        }
    }
}
