//! Commands about archives.

use crate::{
    control::wire::{Command, Reply},
    ops::{ErrorKind, OpError, Ops, archives::ImportRequest},
};

/// Does a command if it is one of these.
pub(super) async fn run(ops: &Ops, command: Command) -> Result<Reply, OpError> {
    match command {
        Command::AppspaceExport {
            which,
            file,
            with_package,
        } => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let begun = ops.export_appspace(owner, &which.address, file, with_package);
            Ok(Reply::Begun(begun.await?.into()))
        }
        Command::AppspaceArchive {
            which,
            with_package,
        } => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let begun = ops.begin_archive(owner, &which.address, with_package);
            Ok(Reply::Begun(begun.await?.into()))
        }
        Command::AppspaceImport {
            owner,
            file,
            address,
            app,
            install,
        } => {
            let owner = ops.owner(owner.as_deref()).await?;
            let asked = ImportRequest {
                file,
                address,
                app,
                install,
            };
            let begun = ops.import_appspace(owner, asked).await?;
            Ok(Reply::Begun(begun.into()))
        }
        Command::AppspaceImportInto { which, file } => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let begun = ops.import_into(owner, &which.address, file).await?;
            Ok(Reply::Begun(begun.into()))
        }
        _ => Err(OpError::new(
            ErrorKind::Internal,
            "this command is not known",
        )),
    }
}
