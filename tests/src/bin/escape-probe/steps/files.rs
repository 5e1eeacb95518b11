//! Files: what is not to be read, what is not to be written, and what is left for the host to stumble over.

use super::{Steps, open, read, told};
use crate::{
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
    ("harness", |_| create(c"/ro/h/x.js")),
    ("change-harness", |_| {
        told(open(c"/ro/h/harness.js", libc::O_RDWR))
    }),
    ("deno-dir", |_| create(c"/rw/dd/x")),
    ("compiled", |_| create(c"/ro/compiled/x")),
    ("runtime", |_| told(open(c"/deno", libc::O_RDWR))),
    ("root", |_| create(c"/x")),
    ("dev", |_| create(c"/dev/x")),
    ("proc", |_| create(c"/proc/x")),
    ("lib", |_| create(c"/lib/x")),
    ("etc", |_| create(c"/etc/x")),
    ("remove-app", |_| unlink(c"/ro/app/app/app.js")),
    ("remove-harness", |_| unlink(c"/ro/h/harness.js")),
    ("remove-runtime", |_| unlink(c"/deno")),
    ("move-app", |_| rename(c"/ro/app", c"/ro/other")),
    ("move-harness", |_| rename(c"/ro/h", c"/tmp/h")),
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
            &[text(c"/tmp/evil.js"), at, text(c"/ro/h/errors.js")],
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

fn create(path: &std::ffi::CStr) -> Went {
    told(open(path, libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL))
}

fn unlink(path: &std::ffi::CStr) -> Went {
    told(call(
        libc::SYS_unlinkat,
        &[int(libc::AT_FDCWD), text(path), 0],
    ))
}

pub(super) fn rename(from: &std::ffi::CStr, to: &std::ffi::CStr) -> Went {
    let at = int(libc::AT_FDCWD);
    told(call(
        libc::SYS_renameat2,
        &[at, text(from), at, text(to), 0],
    ))
}
