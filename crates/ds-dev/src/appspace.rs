//! The appspace that the app runs in: a new one, a directory, or what is in an archive.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, Result, ensure};
use ds_backup::{ImportBounds, NoProgress, ORIGINAL_META, PACKAGE, clone_data};
use ds_core::{AppspaceDir, AppspaceId, Gate, Reason, publish};
use ds_lifecycle::{Inside, Packed, Unpacked};
use ds_store::{AppspaceDbs, Originals};

use crate::{args::RunArgs, project::Project};

/// The appspace's directory: the one that was named, a copy of it, what was in an archive, or a new one for this run;
/// and what to tell of it.
pub(crate) async fn open(
    args: &RunArgs,
    project: &Project,
) -> Result<(AppspaceDir, Option<String>)> {
    let temporary = AppspaceDir::new(project.temporary_appspace());
    let Some(given) = &args.appspace else {
        return Ok((temporary, None));
    };
    if given.is_file() {
        let dir = match &args.keep {
            Some(dir) => AppspaceDir::new(dir),
            None => temporary,
        };
        let about = unpack(given, &dir, args.keep.is_some()).await?;
        return Ok((dir, Some(about)));
    }
    ensure!(
        args.keep.is_none(),
        "--keep is for archives, and {} is none",
        given.display()
    );
    let given = AppspaceDir::new(given);
    if !args.copy {
        return Ok((given, None));
    }
    std::fs::create_dir(temporary.root()).context("cannot make a directory for the copy")?;
    // Nobody else uses it through this program, and that is all a hold can promise here.
    let hold = Gate::new(AppspaceId::new()).hold(Reason::Snapshot).await;
    let shown = given.data().display().to_string();
    let quiet = Arc::new(NoProgress);
    clone_data(&hold, given.data(), temporary.data(), quiet)
        .await
        .with_context(|| format!("cannot copy {shown}"))?;
    Ok((temporary, None))
}

/// Unpacks an archive, or a backup of the original, into a directory that is not there yet.
async fn unpack(from: &Path, into: &AppspaceDir, is_kept: bool) -> Result<String> {
    ensure!(
        !into.root().exists(),
        "{} exists already: name a directory that does not, or use it with --appspace",
        into.root().display()
    );
    let (dbs, id) = (AppspaceDbs::fixed(into.clone()), AppspaceId::new());
    let inside = Inside::new(Arc::new(dbs));
    let packed = Packed {
        from: from.to_owned(),
        bounds: ImportBounds::default(),
        originals: &Originals,
        progress: Arc::new(NoProgress),
    };
    let unpacked = packed.unpack(into, &inside, id).await;
    inside.closes.close(id).await;
    let tidied = match &unpacked {
        Ok(_) => remove_rest(into.root()),
        Err(_) if is_kept => publish::remove_dir(into.root()),
        // It goes with everything temporary.
        Err(_) => Ok(()),
    };
    let unpacked = unpacked.with_context(|| format!("cannot use {}", from.display()))?;
    tidied.with_context(|| format!("cannot tidy up {}", into.root().display()))?;
    let place = if is_kept {
        format!("unpacked into {}", into.root().display())
    } else {
        "unpacked for this run: what the app changes is gone afterwards".to_owned()
    };
    Ok(format!("{}\n  {place}", words(&unpacked)))
}

/// What is not the appspace's own.
fn remove_rest(root: &Path) -> std::io::Result<()> {
    publish::remove_dir(&root.join(PACKAGE))?;
    let original = root.join(ORIGINAL_META);
    if original.exists() {
        std::fs::remove_file(original)?;
    }
    Ok(())
}

fn words(unpacked: &Unpacked) -> String {
    let schema = unpacked.schema;
    match &unpacked.about {
        Some(about) => format!(
            "{} of {}, made by {} {}, schema {schema}",
            about.address,
            about.made,
            // Somebody else wrote it.
            about.app.name.escape_debug(),
            about.app.version
        ),
        None => format!("a backup of the original Dropserver, schema {schema}"),
    }
}
