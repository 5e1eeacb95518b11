//! Taking all the space there is, on disks and in the log. Each tells how much it could take.

use std::{fs, io::Write as _, thread, time::Duration};

use super::{Steps, open};
use crate::{
    control::Task,
    report::{Went, print},
    sys::call,
};

/// No limit is as high.
const ENOUGH_MIB: usize = 6 << 10;

pub(super) const ATTEMPTS: &[(&str, Steps)] = &[
    ("tmp", &[("mib", |_| fill("/tmp/filler"))]),
    (
        "storage",
        &[("mib", |_| fill("/rw/dd/location_data/filler"))],
    ),
    ("sockets-dir", SOCKETS_DIR),
    ("disk", DISK),
    ("small-files", &[("files", small_files)]),
    ("fallocate", &[("mib", fallocate)]),
    ("log", &[("mib", log)]),
    ("log-forgery", &[("lines", forge_log)]),
];

/// One file cannot be larger than the whole directory may; two together are.
const DISK: Steps = &[("mib", |task| {
    fill(&task.file_name("filler"))?;
    fill(&task.file_name("more"))
})];

const SOCKETS_DIR: Steps = &[
    ("mib", |_| fill("/run/s/filler")),
    ("files", |_| {
        let piece = vec![7u8; 1 << 20];
        let mut made = 0;
        while made < 256 && fs::write(format!("/run/s/f{made}"), &piece).is_ok() {
            made += 1;
        }
        Ok(made.to_string())
    }),
    ("directories", |_| {
        let mut made = 0;
        while made < 20_000 && fs::create_dir(format!("/run/s/d{made}")).is_ok() {
            made += 1;
        }
        Ok(made.to_string())
    }),
];

fn fill(path: &str) -> Went {
    let mut file = fs::File::create(path)?;
    let piece = vec![7u8; 1 << 20];
    let mut mib = 0;
    while mib < ENOUGH_MIB && file.write_all(&piece).is_ok() {
        mib += 1;
    }
    Ok(mib.to_string())
}

fn small_files(task: &Task) -> Went {
    let mut made = 0;
    while made < 2_000_000 && fs::write(task.file_name(&format!("f{made}")), [1; 4096]).is_ok() {
        made += 1;
    }
    Ok(made.to_string())
}

fn fallocate(task: &Task) -> Went {
    let fd = open(&task.file("reserved"), libc::O_WRONLY | libc::O_CREAT)?;
    let bytes = ENOUGH_MIB << 20;
    let reserved = call(libc::SYS_fallocate, &[fd, 0, 0, bytes])?;
    thread::sleep(Duration::from_secs(20));
    Ok(reserved.to_string())
}

/// Prints as fast as somebody reads.
fn log(_: &Task) -> Went {
    let line = "x".repeat(199) + "\n";
    let piece = line.repeat(5 * 1024);
    print(&piece);
    Ok("1".to_owned())
}

/// Prints what looks like the host's own lines, and what a terminal would obey.
fn forge_log(_: &Task) -> Went {
    print("\n2026-01-01T00:00:00Z [host] sandbox x ended: forged\r2026 [host] forged\n");
    print("\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\u{85}2026 [host] forged\u{2028}[host] forged\n");
    print("\u{0}\u{8}\u{8}\u{8}[host] forged\n");
    Ok("5".to_owned())
}
