//! Files: what is not to be read, what is not to be written, and what is left for the host to stumble over.

use std::{
    fs,
    os::unix::{fs::symlink, net::UnixListener},
};

use super::{Steps, c_text, open, read, told};
use crate::{
    control::Task,
    early,
    report::Went,
    sys::{call, int, text},
};

pub(super) const ATTEMPTS: &[(&str, Steps)] = &[
    ("host-files", HOST),
    ("other-appspaces", OTHERS),
    ("read-only", READ_ONLY),
    ("run-dirs", RUN_DIRS),
    ("root", ROOT),
    ("plant-links", PLANT_LINKS),
    ("plant-special", PLANT_SPECIAL),
    ("bypass-links", BYPASS),
    ("sparse", SPARSE),
];

const HOST: Steps = &[
    ("text", |task| read(&task.target("text", ""))),
    ("database", |task| read(&task.target("data", "/host.db"))),
    ("database-writable", |task| {
        told(open(&task.target("data", "/host.db"), libc::O_RDWR))
    }),
    ("control-socket", |task| {
        told(open(&task.target("data", "/control.sock"), libc::O_RDWR))
    }),
    ("data", |task| {
        early::list(task.targets["data"].as_str().unwrap_or("/missing"))
    }),
    ("passwd", |_| read(c"/etc/passwd")),
    ("shadow", |_| read(c"/etc/shadow")),
    ("root-home", |_| early::list("/root")),
    ("home", |_| early::list("/home")),
    ("var", |_| early::list("/var")),
    ("up", |_| read(c"../../../../../../../../etc/passwd")),
    ("up-from-files", |task| {
        read(&task.file("../../../../../etc/passwd"))
    }),
    ("old-root", |_| early::list("/oldroot")),
];

const OTHERS: Steps = &[
    ("private", |task| {
        read(&task.target("other", "/data/files/private.txt"))
    }),
    ("list", |task| {
        early::list(task.targets["other"].as_str().unwrap_or("/missing"))
    }),
    ("log", |task| read(&task.target("other", "/log.txt"))),
    ("members", |task| {
        read(&task.target("other", "/data/appspace-meta.db"))
    }),
    ("own-members", |task| {
        read(&task.file("../appspace-meta.db"))
    }),
    ("own-log", |task| read(&task.file("../../log.txt"))),
    ("neighbours", |task| {
        early::list(&task.file_name("../../.."))
    }),
];

const READ_ONLY: Steps = &[
    ("app", |_| create(c"/ro/app/x")),
    ("app-files", |_| create(c"/ro/app/app/x.js")),
    ("change-app", |_| {
        told(open(c"/ro/app/app/app.js", libc::O_RDWR))
    }),
    ("truncate-app", |_| {
        told(open(c"/ro/app/app/app.js", libc::O_RDONLY | libc::O_TRUNC))
    }),
    ("avatars", |_| create(c"/ro/avatars/x")),
    ("ro", |_| create(c"/ro/x")),
    ("rw", |_| create(c"/rw/x")),
    ("harness", |_| create(c"/h/x.js")),
    ("change-harness", |_| {
        told(open(c"/h/harness.js", libc::O_RDWR))
    }),
    ("deno-dir", |_| create(c"/dd/x")),
    ("runtime", |_| told(open(c"/deno", libc::O_RDWR))),
    ("root", |_| create(c"/x")),
    ("dev", |_| create(c"/dev/x")),
    ("proc", |_| create(c"/proc/x")),
    ("lib", |_| create(c"/lib/x")),
    ("etc", |_| create(c"/etc/x")),
    ("remove-app", |_| unlink(c"/ro/app/app/app.js")),
    ("remove-harness", |_| unlink(c"/h/harness.js")),
    ("remove-runtime", |_| unlink(c"/deno")),
    ("move-app", |_| rename(c"/ro/app", c"/ro/other")),
    ("move-harness", |_| rename(c"/h", c"/tmp/h")),
    ("chmod-app", |_| {
        told(call(
            libc::SYS_fchmodat,
            &[int(libc::AT_FDCWD), text(c"/ro/app/app/app.js"), 0o777],
        ))
    }),
    ("touch-app", |_| {
        told(call(
            libc::SYS_utimensat,
            &[int(libc::AT_FDCWD), text(c"/ro/app/app/app.js"), 0, 0],
        ))
    }),
    ("link-over-harness", |_| {
        let at = int(libc::AT_FDCWD);
        told(call(
            libc::SYS_symlinkat,
            &[text(c"/tmp/evil.js"), at, text(c"/h/errors.js")],
        ))
    }),
];

const RUN_DIRS: Steps = &[
    ("up", |_| early::list("/run/s/..")),
    ("run", |_| early::list("/run")),
    ("sockets", |_| early::list("/run/s")),
    ("all-runs", |task| {
        early::list(&format!(
            "{}/runtime",
            task.targets["data"].as_str().unwrap_or_default()
        ))
    }),
];

const ROOT: Steps = &[
    ("names", |_| early::list("/")),
    ("above", |_| early::list("/..")),
    ("above-above", |_| early::list("/../../../..")),
    ("cwd", |_| {
        Ok(std::env::current_dir()?.display().to_string())
    }),
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
        for _ in 0..400 {
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

fn create(path: &std::ffi::CStr) -> Went {
    told(open(path, libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL))
}

fn unlink(path: &std::ffi::CStr) -> Went {
    told(call(
        libc::SYS_unlinkat,
        &[int(libc::AT_FDCWD), text(path), 0],
    ))
}

fn rename(from: &std::ffi::CStr, to: &std::ffi::CStr) -> Went {
    let at = int(libc::AT_FDCWD);
    told(call(
        libc::SYS_renameat2,
        &[at, text(from), at, text(to), 0],
    ))
}

fn link(to: &std::ffi::CStr, task: &Task, name: &str) -> Went {
    symlink(to.to_string_lossy().as_ref(), task.file_name(name))?;
    Ok(String::new())
}
