//! Running other programs, and becoming more by it.

use std::{ffi::CStr, fs, os::unix::fs::PermissionsExt as _};

use super::{Steps, c_text, open, told};
use crate::{
    control::Task,
    report::Went,
    sys::{self, Errno, aside, call, int, text},
};

pub(super) const ATTEMPTS: &[(&str, Steps)] = &[
    ("programs", PROGRAMS),
    ("own-programs", OWN),
    ("setuid-program", SETUID),
    ("memory-programs", MEMORY),
    ("again", AGAIN),
    ("loader", LOADER),
];

const PROGRAMS: Steps = &[
    ("sh", |_| run(c"/bin/sh")),
    ("usr-sh", |_| run(c"/usr/bin/sh")),
    ("true", |_| run(c"/bin/true")),
    ("su", |_| run(c"/usr/bin/su")),
    ("host", |task| {
        let data = task.targets["data"].as_str().unwrap_or_default();
        run(&c_text(&format!("{data}/../ds-host")))
    }),
    ("jail", |_| run(c"/ds-jail")),
];

const OWN: Steps = &[
    ("from-files", |task| {
        copy_and_run(&task.file_name("program"), 0o755)
    }),
    ("from-tmp", |_| copy_and_run("/tmp/program", 0o755)),
    ("from-storage", |_| {
        copy_and_run("/rw/dd/location_data/program", 0o755)
    }),
    ("from-sockets", |_| copy_and_run("/run/s/program", 0o755)),
    ("script", |task| {
        let path = task.file_name("script");
        fs::write(&path, "#!/deno --version\n")?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        run(&c_text(&path))
    }),
    ("mapped", |task| map(&task.file_name("code"))),
    ("mapped-tmp", |_| map("/tmp/code")),
];

const SETUID: Steps = &[
    ("files", |task| {
        copy_and_run(&task.file_name("setuid"), 0o6777)
    }),
    ("tmp", |_| copy_and_run("/tmp/setuid", 0o6777)),
    ("chown", |task| {
        let path = task.file("chowned");
        fs::write(task.file_name("chowned"), "")?;
        told(call(
            libc::SYS_fchownat,
            &[int(libc::AT_FDCWD), text(&path), 0, 0, 0],
        ))
    }),
    ("file-capabilities", |task| {
        let path = task.file("capable");
        fs::write(task.file_name("capable"), "")?;
        // Version 2, effective, all of them.
        let value = [0x0200_0001u32, u32::MAX, 0, u32::MAX, 0];
        let name = c"security.capability";
        let value = [value.as_ptr() as usize, 20];
        told(call(
            libc::SYS_setxattr,
            &[text(&path), text(name), value[0], value[1], 0],
        ))
    }),
];

const MEMORY: Steps = &[
    ("memfd", |_| {
        let fd = call(libc::SYS_memfd_create, &[text(c"program"), 0])?;
        fill(fd)?;
        told(aside(|| execute_fd(fd)))
    }),
    ("deleted", |_| {
        let fd = open(c"/tmp/deleted", libc::O_RDWR | libc::O_CREAT)?;
        fill(fd)?;
        let _ = fs::remove_file("/tmp/deleted");
        told(aside(|| execute_fd(fd)))
    }),
    ("secret-memory", |_| told(call(447, &[0]))),
    ("proc-fd", |_| {
        let fd = call(libc::SYS_memfd_create, &[text(c"program"), 0])?;
        fill(fd)?;
        run(&c_text(&format!("/proc/self/fd/{fd}")))
    }),
];

const AGAIN: Steps = &[("again", again)];

const LOADER: Steps = &[("own-program", |task| {
    let program = task.file("program");
    fs::copy("/deno", task.file_name("program"))?;
    let arguments = [
        c"/lib64/ld-linux-x86-64.so.2",
        program.as_c_str(),
        c"--version",
    ];
    told(aside(|| execute(arguments[0], &arguments)))
})];

/// Starts this program anew, which may be allowed: what it gained is told, as bits.
fn again(_: &Task) -> Went {
    let Some(pid) = sys::fork()? else {
        let _ = execute(c"/deno", &[c"/deno", c"--confined"]);
        sys::exit(99);
    };
    Ok(match sys::wait(pid)? {
        Ok(99) => return Err(Errno(libc::EACCES)),
        Ok(gained) => gained.to_string(),
        Err(signal) => return Err(Errno(-signal)),
    })
}

fn execute(path: &CStr, arguments: &[&CStr]) -> Result<usize, Errno> {
    let mut pointers: Vec<usize> = arguments.iter().map(|one| text(one)).collect();
    pointers.push(0);
    call(
        libc::SYS_execve,
        &[text(path), pointers.as_ptr() as usize, 0],
    )
}

fn execute_fd(fd: usize) -> Result<usize, Errno> {
    let arguments = [text(c"x"), text(c"--version"), 0];
    let place = [fd, text(c""), arguments.as_ptr() as usize];
    call(
        libc::SYS_execveat,
        &[place[0], place[1], place[2], 0, int(libc::AT_EMPTY_PATH)],
    )
}

/// Runs a program that prints its version or something like it.
fn run(path: &CStr) -> Went {
    told(aside(|| execute(path, &[path, c"--version"])))
}

fn copy_and_run(to: &str, mode: u32) -> Went {
    fs::copy("/deno", to)?;
    // The mode may not be had; the program is to be run all the same.
    let _ = fs::set_permissions(to, fs::Permissions::from_mode(mode));
    run(&c_text(to))
}

/// Maps a file of one's own as code.
fn map(path: &str) -> Went {
    fs::write(path, [0xc3; 4096])?;
    let fd = open(&c_text(path), libc::O_RDONLY)?;
    let protection = int(libc::PROT_READ | libc::PROT_EXEC);
    told(call(
        libc::SYS_mmap,
        &[0, 4096, protection, int(libc::MAP_PRIVATE), fd, 0],
    ))
}

fn fill(fd: usize) -> Result<(), Errno> {
    let program = fs::read("/deno")?;
    let mut rest = &program[..];
    while !rest.is_empty() {
        let written = call(libc::SYS_write, &[fd, rest.as_ptr() as usize, rest.len()])?;
        rest = &rest[written..];
    }
    Ok(())
}
