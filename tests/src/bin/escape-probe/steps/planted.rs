//! What is left among the files for the host to stumble over, and other names for what is elsewhere.

use std::{
    fs,
    os::unix::{fs::symlink, net::UnixListener},
};

use super::{Steps, c_text, files::rename, read, told};
use crate::{
    control::Task,
    report::Went,
    sys::{call, int, text},
};

pub(super) const ATTEMPTS: &[(&str, Steps)] = &[
    ("plant-links", PLANT_LINKS),
    ("plant-special", PLANT_SPECIAL),
    ("bypass-links", BYPASS),
    ("sparse", SPARSE),
    ("deep", DEEP),
];

/// Links for the host to follow when it serves or copies the appspace's files.
const PLANT_LINKS: Steps = &[
    ("absolute", |task| {
        link(&task.target("text", ""), task, "absolute.txt")
    }),
    ("to-other", |task| {
        link(
            &task.target("other", "/data/files/private.txt"),
            task,
            "other.txt",
        )
    }),
    ("to-database", |task| {
        link(&task.target("data", "/host.db"), task, "host.db")
    }),
    ("relative", |task| {
        link(&c_text("../../../../../secret.txt"), task, "relative.txt")
    }),
    ("to-root", |task| link(c"/", task, "root")),
    ("to-own-members", |task| {
        link(c"../appspace-meta.db", task, "members.db")
    }),
    ("to-proc", |task| {
        link(c"/proc/self/environ", task, "environ.txt")
    }),
    ("loop", |task| link(c"loop.txt", task, "loop.txt")),
    ("directory", |task| link(c"/etc", task, "etc")),
];

/// Things that are no files, for the host to hang on.
const PLANT_SPECIAL: Steps = &[
    ("fifo", |task| {
        let mode = (libc::S_IFIFO | 0o666) as usize;
        told(call(
            libc::SYS_mknodat,
            &[int(libc::AT_FDCWD), text(&task.file("fifo.txt")), mode, 0],
        ))
    }),
    ("socket", |task| {
        UnixListener::bind(task.file_name("socket.txt"))?;
        Ok(String::new())
    }),
    ("directory", |task| {
        fs::create_dir(task.file_name("index.html"))?;
        Ok(String::new())
    }),
    ("deep", |task| {
        let mut path = task.file_name("deep");
        fs::create_dir(&path)?;
        for _ in 0..100 {
            path.push_str("/d");
            fs::create_dir(&path)?;
        }
        Ok(String::new())
    }),
    ("odd-name", |task| {
        use std::os::unix::ffi::OsStrExt as _;
        let name = std::ffi::OsStr::from_bytes(b"odd\n\xff.txt");
        fs::write(std::path::Path::new(&task.file_name("")).join(name), "odd")?;
        Ok(String::new())
    }),
];

/// A file that claims to be a terabyte.
const SPARSE: Steps = &[("terabyte", |task| {
    let file = fs::File::create(task.file_name("sparse.txt"))?;
    file.set_len(1 << 40)?;
    std::thread::sleep(std::time::Duration::from_secs(3));
    Ok(file.metadata()?.len().to_string())
})];

/// Directories in directories, deeper than anybody who walks through them has descriptors or a stack for: what is there
/// is moved to the end of a new chain, again and again.
const DEEP: Steps = &[("levels", |task| {
    std::env::set_current_dir(task.file_name(""))?;
    fs::create_dir("d")?;
    let mut levels = 0;
    while levels < DEEPEST && deeper().is_ok() {
        levels += CHAIN;
    }
    std::thread::sleep(std::time::Duration::from_secs(3));
    Ok(levels.to_string())
})];

/// More than any walk that calls itself can take.
const DEEPEST: usize = 30_000;
const CHAIN: usize = 1000;

/// Moves `d` to the end of a new chain that becomes `d`.
fn deeper() -> std::io::Result<()> {
    let chain = vec!["d"; CHAIN - 1].join("/");
    fs::create_dir_all(format!("longer/{chain}"))?;
    fs::rename("d", format!("longer/{chain}/d"))?;
    fs::rename("longer", "d")
}

/// Names for what is elsewhere that do not pass through a forbidden path.
const BYPASS: Steps = &[
    ("link-to-secret", |task| {
        link(&task.target("text", ""), task, "bypass.txt")?;
        read(&task.file("bypass.txt"))
    }),
    ("link-to-root", |task| {
        link(c"/proc/1/root/etc", task, "bypass-etc")?;
        read(&task.file("bypass-etc/passwd"))
    }),
    ("hard-link-app", |task| {
        let at = int(libc::AT_FDCWD);
        let (from, to) = (c"/ro/app/app/app.js", task.file("hard.js"));
        told(call(libc::SYS_linkat, &[at, text(from), at, text(&to), 0]))
    }),
    ("hard-link-runtime", |task| {
        let at = int(libc::AT_FDCWD);
        told(call(
            libc::SYS_linkat,
            &[at, text(c"/deno"), at, text(&task.file("hard")), 0],
        ))
    }),
    ("hard-link-secret", |task| {
        let at = int(libc::AT_FDCWD);
        let (from, to) = (task.target("text", ""), task.file("hard.txt"));
        told(call(libc::SYS_linkat, &[at, text(&from), at, text(&to), 0]))
    }),
    ("move-out", |task| {
        fs::write(task.file_name("moved"), "x")?;
        rename(&task.file("moved"), &task.file("../../moved"))
    }),
    ("move-onto-log", |task| {
        fs::write(task.file_name("moved"), "x")?;
        rename(&task.file("moved"), &task.file("../../log.txt"))
    }),
];

fn link(to: &std::ffi::CStr, task: &Task, name: &str) -> Went {
    symlink(to.to_string_lossy().as_ref(), task.file_name(name))?;
    Ok(String::new())
}
