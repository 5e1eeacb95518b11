//! Mounts: changing what is where, old interface and new.

use std::ffi::CStr;

use super::{Steps, told};
use crate::{
    report::Went,
    sys::{aside, call, int, text},
};

pub(super) const ATTEMPTS: &[(&str, Steps)] = &[
    ("mount", MOUNT),
    ("umount", UMOUNT),
    ("new-mounts", NEW),
    ("roots", ROOTS),
];

const MS_BIND: usize = libc::MS_BIND as usize;
const MS_REMOUNT: usize = libc::MS_REMOUNT as usize;
const MS_PRIVATE: usize = libc::MS_PRIVATE as usize;
const MS_MOVE: usize = libc::MS_MOVE as usize;

const MOUNT: Steps = &[
    ("tmpfs", |_| mount(c"tmpfs", c"/tmp", c"tmpfs", 0)),
    ("proc", |_| mount(c"proc", c"/tmp", c"proc", 0)),
    ("sysfs", |_| mount(c"sysfs", c"/tmp", c"sysfs", 0)),
    ("cgroup", |_| mount(c"cgroup", c"/tmp", c"cgroup2", 0)),
    ("overlay", |_| mount(c"overlay", c"/tmp", c"overlay", 0)),
    ("bind", |_| mount(c"/ro", c"/tmp", c"", MS_BIND)),
    ("root", |_| mount(c"/", c"/tmp", c"", MS_BIND)),
    ("writable-app", |_| {
        mount(c"", c"/ro/app", c"", MS_BIND | MS_REMOUNT)
    }),
    ("executable-files", |_| {
        mount(c"", c"/rw/files", c"", MS_BIND | MS_REMOUNT)
    }),
    ("propagation", |_| mount(c"", c"/", c"", MS_PRIVATE)),
    ("move", |_| mount(c"/ro/app", c"/tmp", c"", MS_MOVE)),
];

const UMOUNT: Steps = &[
    ("app", |_| umount(c"/ro/app", libc::MNT_DETACH)),
    ("files", |_| umount(c"/rw/files", libc::MNT_DETACH)),
    ("proc", |_| umount(c"/proc", libc::MNT_DETACH)),
    ("root", |_| umount(c"/", libc::MNT_DETACH)),
    ("root-lazily", |_| umount(c"/", 0)),
];

const NEW: Steps = &[
    ("open_tree", |_| {
        told(call(
            libc::SYS_open_tree,
            &[int(libc::AT_FDCWD), text(c"/"), 1],
        ))
    }),
    ("move_mount", |_| {
        let at = int(libc::AT_FDCWD);
        told(call(
            libc::SYS_move_mount,
            &[at, text(c"/ro/app"), at, text(c"/tmp"), 0],
        ))
    }),
    ("fsopen", |_| {
        told(call(libc::SYS_fsopen, &[text(c"tmpfs"), 0]))
    }),
    ("fspick", |_| {
        told(call(
            libc::SYS_fspick,
            &[int(libc::AT_FDCWD), text(c"/ro/app"), 0],
        ))
    }),
    ("fsmount", |_| told(call(libc::SYS_fsmount, &[0, 0, 0]))),
    ("mount_setattr", |_| {
        // Clears read-only.
        let attributes = [0u64, libc::MOUNT_ATTR_RDONLY, 0, 0];
        let place = [int(libc::AT_FDCWD), text(c"/ro/app"), 0];
        let value = [attributes.as_ptr() as usize, size_of_val(&attributes)];
        told(call(
            libc::SYS_mount_setattr,
            &[place[0], place[1], place[2], value[0], value[1]],
        ))
    }),
    ("statmount", |_| told(call(457, &[0, 0, 0, 0]))),
    ("listmount", |_| told(call(458, &[0, 0, 0, 0]))),
];

const ROOTS: Steps = &[
    ("chroot", |_| {
        told(aside(|| call(libc::SYS_chroot, &[text(c"/tmp")])))
    }),
    ("pivot_root", |_| {
        told(call(libc::SYS_pivot_root, &[text(c"."), text(c".")]))
    }),
    ("pivot_root-tmp", |_| {
        told(call(libc::SYS_pivot_root, &[text(c"/tmp"), text(c"/tmp")]))
    }),
];

fn mount(what: &CStr, place: &CStr, kind: &CStr, flags: usize) -> Went {
    told(call(
        libc::SYS_mount,
        &[text(what), text(place), text(kind), flags, 0],
    ))
}

fn umount(place: &CStr, flags: i32) -> Went {
    told(call(libc::SYS_umount2, &[text(place), int(flags)]))
}
