//! Whatever an app makes comes back as it was.

use std::{
    ffi::OsString,
    fs::{self, File},
    os::unix::{
        ffi::OsStringExt as _,
        fs::{MetadataExt as _, PermissionsExt as _, symlink},
        net::UnixListener,
    },
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use ds_backup::{ArchiveError, ArchiveKind, ExportTree, NoProgress, Progress, recognize};
use proptest::prelude::*;

use super::{about, export, import, listing, quick_dir, sample};

/// Something that an app may make, somewhere below its files.
#[derive(Clone, Debug)]
enum Made {
    File(Vec<u8>, bool, i64, u32),
    Directory(i64),
    Link(Vec<u8>),
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop::num::u8::ANY.prop_filter("in no name", |byte| !matches!(byte, 0 | b'/'));
    let odd = prop::collection::vec(byte, 1..120);
    let plain = prop::sample::select(vec![&b"a"[..], b"b", b"a b", b"-rf", b"x\ny", b"\\", b" "]);
    prop_oneof![plain.prop_map(<[u8]>::to_vec), odd]
        .prop_filter("is no name", |name| name != b"." && name != b"..")
}

fn made() -> impl Strategy<Value = Made> {
    let bytes = prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 0..2000),
        1 => (0..400_000_usize).prop_map(|length| vec![7; length]),
    ];
    let time = -3_000_000_000_i64..9_000_000_000;
    let link = prop_oneof![
        name(),
        Just(b"/etc/passwd".to_vec()),
        Just(vec![b't'; 1000]),
    ];
    prop_oneof![
        (bytes, any::<bool>(), time.clone(), 0..1_000_000_000_u32)
            .prop_map(|(bytes, run, seconds, nanos)| Made::File(bytes, run, seconds, nanos)),
        time.prop_map(Made::Directory),
        link.prop_map(Made::Link),
    ]
}

fn tree() -> impl Strategy<Value = Vec<(Vec<Vec<u8>>, Made)>> {
    let path = prop::collection::vec(name(), 1..4);
    prop::collection::vec((path, made()), 0..12)
}

fn at(seconds: i64, nanos: u32) -> SystemTime {
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let start = if seconds < 0 {
        SystemTime::UNIX_EPOCH - whole
    } else {
        SystemTime::UNIX_EPOCH + whole
    };
    start + Duration::from_nanos(nanos.into())
}

/// Makes it, if its place is free.
fn make(root: &Path, path: &[Vec<u8>], what: &Made) -> std::io::Result<()> {
    let mut place = root.to_owned();
    for part in path {
        place.push(PathBuf::from(OsString::from_vec(part.clone())));
    }
    if let Some(parent) = place.parent() {
        // A link on the way would lead out of the tree.
        let inside = parent.ancestors().take_while(|dir| dir.starts_with(root));
        if inside.into_iter().any(Path::is_symlink) {
            return Ok(());
        }
        fs::create_dir_all(parent)?;
    }
    if place.symlink_metadata().is_ok() {
        return Ok(());
    }
    match what {
        Made::File(bytes, executable, seconds, nanos) => {
            fs::write(&place, bytes)?;
            let mode = if *executable { 0o700 } else { 0o600 };
            fs::set_permissions(&place, fs::Permissions::from_mode(mode))?;
            File::open(&place)?.set_modified(at(*seconds, *nanos))
        }
        Made::Directory(seconds) => {
            fs::create_dir(&place)?;
            File::open(&place)?.set_modified(at(*seconds, 0))
        }
        Made::Link(target) => symlink(OsString::from_vec(target.clone()), &place),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_tree_comes_back(tree in tree()) {
        let dir = quick_dir();
        let (from, to) = (dir.path().join("from"), dir.path().join("to"));
        let files = from.join("data/files");
        fs::create_dir_all(&files).unwrap();
        for (path, what) in &tree {
            // What cannot be made is as good as not drawn.
            let _ = make(&files, path, what);
        }
        let archive = export(&from);
        import(&archive, &to).unwrap();
        prop_assert_eq!(listing(&from), listing(&to));
        // The same tree is the same archive.
        prop_assert!(export(&to) == archive);
    }
}

#[test]
fn what_is_in_it() {
    let dir = quick_dir();
    let (from, to) = (dir.path().join("from"), dir.path().join("to"));
    sample(&from);
    let archive = export(&from);
    let contents = import(&archive, &to).unwrap();
    assert_eq!(listing(&from), listing(&to));
    assert_eq!(contents.about, about());
    let counts = (contents.entries, contents.files, contents.bytes);
    assert_eq!(counts, (13, 4, 510));
    assert!(contents.package);
    assert_eq!(ds_backup::probe(&archive[..]).unwrap(), contents);
    let kind = recognize(&mut std::io::Cursor::new(&archive)).unwrap();
    assert_eq!(kind, ArchiveKind::Archive);

    // Private, whatever the mask of the process is.
    assert_eq!(to.metadata().unwrap().mode() & 0o777, 0o700);
    let file = to.join("data/appspace-meta.db");
    assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600);

    let again = import(&archive, &to);
    assert!(matches!(again, Err(ArchiveError::Exists(_))), "{again:?}");
    assert_eq!(listing(&from), listing(&to));
}

#[test]
fn sockets_are_left_out_and_other_links_refused() {
    let dir = quick_dir();
    let data = dir.path().join("data");
    fs::create_dir_all(data.join("files")).unwrap();
    let _socket = UnixListener::bind(data.join("files/sock")).unwrap();
    let tree = ExportTree {
        about: about(),
        data: data.clone(),
        package: None,
    };
    let exported = ds_backup::export(&tree, std::io::sink(), &NoProgress).unwrap();
    assert_eq!((exported.entries, exported.skipped), (2, 1));

    symlink("/etc", data.join("avatars")).unwrap();
    let refused = ds_backup::export(&tree, std::io::sink(), &NoProgress);
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("`data/avatars`"), "{refused}");
}

/// Gives up after so much.
#[derive(Default)]
struct Until {
    bytes: AtomicU64,
    most: u64,
    asked: AtomicBool,
}

impl Progress for Until {
    fn expect(&self, _bytes: u64, _files: u64) {}
    fn advance(&self, bytes: u64, _files: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
    fn is_cancelled(&self) -> bool {
        self.asked.store(true, Ordering::Relaxed);
        self.bytes.load(Ordering::Relaxed) > self.most
    }
}

#[test]
fn given_up_in_the_middle() {
    let dir = quick_dir();
    let (from, to) = (dir.path().join("from"), dir.path().join("to"));
    fs::create_dir_all(from.join("data/files")).unwrap();
    fs::write(from.join("data/files/big"), vec![1; 3 << 20]).unwrap();
    let until = || Until {
        most: 1 << 20,
        ..Until::default()
    };
    let archive = export(&from);
    let tree = ExportTree {
        about: about(),
        data: from.join("data"),
        package: None,
    };
    let stopped = ds_backup::export(&tree, std::io::sink(), &until());
    assert!(
        matches!(stopped, Err(ArchiveError::Cancelled)),
        "{stopped:?}"
    );
    let bounds = ds_backup::ImportBounds {
        keep_free: 0,
        ..ds_backup::ImportBounds::default()
    };
    let progress = until();
    let stopped = ds_backup::import(&archive[..], &to, &bounds, &progress);
    assert!(
        matches!(stopped, Err(ArchiveError::Cancelled)),
        "{stopped:?}"
    );
    assert!(progress.bytes.load(Ordering::Relaxed) < 2 << 20);
    assert!(!to.exists());
}
