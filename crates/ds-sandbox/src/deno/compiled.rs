//! What V8 compiled of an app's script, kept for each appspace: its next start runs what its last one compiled.
//!
//! It came out of a sandbox, so it is as hostile as the app; it is given to sandboxes of the same appspace and the same
//! version alone, which run that app anyway. V8 takes it only from the version and for the text that it was made
//! with, but believes what it reads: the file's name ends with a checksum, so that what a disk made of it is not used.
//! A sandbox that does not start with it has it removed.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ds_core::publish::sync_dir;
use serde_json::Value;
use tokio::{
    task::spawn_blocking,
    time::{sleep, timeout},
};

use super::{
    control::{Control, Question},
    dirs::make_if_missing,
    find::Deno,
    state::States,
};
use crate::{Death, SandboxSpec};

/// How long after its first response an app is asked: what it does then is done, and compiled.
const SETTLED: Duration = Duration::from_millis(500);
/// How long it may take to answer.
const TO_ANSWER: Duration = Duration::from_secs(5);
/// What a name in the directory begins with.
const PREFIX: &str = "script-";

/// Where an appspace's is.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) dir: PathBuf,
    /// What it is made from.
    of: String,
    /// The name of the file, if there is one.
    pub(super) kept: Option<String>,
}

impl Compiled {
    /// Looks for it; `None` if the app has no script. Blocks.
    pub(super) fn find(spec: &SandboxSpec, deno: &Deno) -> Option<Self> {
        let (appspace, script) = (spec.appspace.as_ref()?, spec.code.script.as_ref()?);
        let script = spec.code.run.join(script);
        let of = fs::metadata(&script).ok()?;
        let mut hasher = DefaultHasher::new();
        // Installed files never change, and their directories' names are never used again.
        (&script, of.ino(), of.len(), of.mtime(), of.mtime_nsec()).hash(&mut hasher);
        deno.version.to_string().hash(&mut hasher);
        let dir = appspace.dir.compiled();
        let of = format!("{PREFIX}{:016x}-", hasher.finish());
        let kept = find_named(&dir, &of);
        Some(Self { dir, of, kept })
    }

    /// The name of the file, if what is in it is what was written. Blocks for as long as it takes to read it.
    pub(super) fn whole(&self) -> Option<&str> {
        let kept = self.kept.as_ref()?;
        let bytes = fs::read(self.dir.join(kept)).ok()?;
        (name(&self.of, &bytes) == *kept).then_some(kept)
    }

    /// Keeps it, and nothing else. What is lost in a power cut is compiled again. Blocks.
    fn keep(&self, bytes: &[u8]) -> io::Result<()> {
        // Not what it is in: the appspace may be in the trash by now, and could not come back to where something is.
        make_if_missing(&self.dir)?;
        let unfinished = self.dir.join("unfinished");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        let name = name(&self.of, bytes);
        fs::rename(&unfinished, self.dir.join(&name))?;
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            if *entry.file_name() != *name {
                fs::remove_file(entry.path())?;
            }
        }
        sync_dir(&self.dir)
    }

    /// Sees to it that no other sandbox gets it.
    pub(super) async fn forget(&self) {
        if let Some(kept) = &self.kept {
            let _ = tokio::fs::remove_file(self.dir.join(kept)).await;
        }
    }

    /// Asks for it, once the app has answered its first request, and keeps it. One with which a process crashes
    /// is not used again.
    pub(super) async fn learn(self, control: Arc<Control>, states: Arc<States>) {
        tokio::select! {
            () = sleep(SETTLED) => {}
            death = states.dead() => {
                if matches!(death, Death::Signalled(_)) {
                    self.forget().await;
                }
                return;
            }
        }
        let answer = timeout(TO_ANSWER, control.ask(Question::Compiled, TO_ANSWER)).await;
        let Ok(Ok(Value::String(text))) = answer else {
            // It had it, or is busy.
            return;
        };
        let kept = spawn_blocking(move || {
            let bytes = BASE64_STANDARD.decode(text).map_err(io::Error::other)?;
            self.keep(&bytes)
        });
        if let Ok(Err(error)) = kept.await {
            tracing::warn!(%error, "cannot keep what was compiled of an app");
        }
    }
}

fn name(of: &str, bytes: &[u8]) -> String {
    format!("{of}{:08x}", crc32fast::hash(bytes))
}

/// The file that was made from this.
fn find_named(dir: &Path, of: &str) -> Option<String> {
    let names = fs::read_dir(dir).ok()?.flatten();
    let mut names = names.filter_map(|entry| entry.file_name().into_string().ok());
    names.find(|name| name.starts_with(of))
}
