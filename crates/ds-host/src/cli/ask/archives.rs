//! Arguments about archives.

use super::{InputError, existing};
use crate::{
    args::{Export, Import},
    control::wire::Command,
};

pub(super) fn export(export: Export) -> Result<Command, InputError> {
    let file = export.file;
    let absolute = std::path::absolute(&file);
    Ok(Command::AppspaceExport {
        which: export.which.into(),
        // The host has another working directory.
        file: absolute.map_err(|source| InputError::Path { path: file, source })?,
        with_package: export.with_package,
    })
}

pub(super) fn import(import: Import) -> Result<Command, InputError> {
    Ok(Command::AppspaceImport {
        owner: import.owner.owner,
        file: existing(import.file)?,
        address: import.address,
        app: import.app,
        install: import.install,
    })
}
