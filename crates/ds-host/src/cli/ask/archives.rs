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
    if let Some(address) = import.into {
        let owner = import.owner.owner;
        return Ok(Command::AppspaceImportInto {
            which: crate::control::wire::Which { owner, address },
            file: existing(import.file)?,
        });
    }
    Ok(Command::AppspaceImport {
        owner: import.owner.owner,
        file: existing(import.file)?,
        // Without it the arguments are refused.
        address: import.address.unwrap_or_default(),
        app: import.app,
        install: import.install,
    })
}
