//! The programs, where every user of this computer can run them.

use std::{
    env, fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt},
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// Our attacker in Deno's place.
const PROBE: &str = env!("CARGO_BIN_EXE_escape-probe");

/// The directory with `ds-host`, `ds-jail`, `deno` and `escape-probe`.
pub(super) fn dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let dir = place();
        fs::create_dir_all(&dir).unwrap();
        open(&dir);
        let built = Path::new(PROBE).parent().unwrap();
        for name in ["ds-host", "ds-jail", "escape-probe"] {
            put(&built.join(name), &dir.join(name));
        }
        put(&deno(), &dir.join("deno"));
        dir
    })
}

/// Where everybody may look: among the build's own temporary files if the way there is open, else among the
/// computer's.
fn place() -> PathBuf {
    let inside = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let is_open = inside.ancestors().all(|dir| {
        let mode = fs::metadata(dir).map(|metadata| metadata.mode());
        mode.is_ok_and(|mode| mode & 0o005 == 0o005)
    });
    let place = if is_open { inside } else { env::temp_dir() };
    place.join("escape-programs")
}

fn open(path: &Path) {
    fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

/// Links a program there, or copies it if that is another file system. Other tests may be doing the same.
fn put(from: &Path, to: &Path) {
    let is_there = |from: &fs::Metadata, to: &fs::Metadata| {
        (from.ino() == to.ino() && from.dev() == to.dev())
            || (from.len() == to.len() && from.mtime() < to.mtime())
    };
    let source = fs::metadata(from).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; `cargo build --workspace` makes it",
            from.display()
        )
    });
    if fs::metadata(to).is_ok_and(|there| is_there(&source, &there)) {
        return;
    }
    let beside = to.with_extension(std::process::id().to_string());
    let _ = fs::remove_file(&beside);
    if fs::hard_link(from, &beside).is_err() {
        fs::copy(from, &beside).unwrap();
        open(&beside);
    }
    fs::rename(&beside, to).unwrap();
}

/// The real Deno: where the host would find it.
fn deno() -> PathBuf {
    let named = env::var_os("DS_DENO").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let mut on_path = env::split_paths(&path).map(|dir| dir.join("deno"));
    let found = named.or_else(|| on_path.find(|deno| deno.is_file()));
    let found = found.expect("Deno is on the PATH or named by DS_DENO");
    found.canonicalize().unwrap()
}
