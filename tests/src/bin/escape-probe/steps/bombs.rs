//! Taking all there is of something. Each tells how much it could take.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{Steps, open};
use crate::{
    control::Task,
    report::Went,
    sys::{self, call, int, text},
};

pub(super) const ATTEMPTS: &[(&str, Steps)] = &[
    ("forks", &[("processes", forks)]),
    ("zombies", &[("processes", zombies)]),
    ("threads", &[("threads", threads)]),
    ("descriptors-bomb", DESCRIPTORS),
    ("kernel-memory", KERNEL_MEMORY),
    ("memory", &[("mib", memory)]),
    ("cpu", &[("seconds", cpu)]),
];

/// No limit is as high.
const MANY: usize = 20_000;
const ENOUGH_MIB: usize = 6 << 10;

const DESCRIPTORS: Steps = &[("files", |_| count(|| open(c"/dev/null", libc::O_RDONLY)))];

const KERNEL_MEMORY: Steps = &[
    ("pipes", |_| {
        count(|| {
            let mut pipe = [0i32; 2];
            call(
                libc::SYS_pipe2,
                &[pipe.as_mut_ptr() as usize, int(libc::O_NONBLOCK)],
            )?;
            let _ = call(
                libc::SYS_fcntl,
                &[int(pipe[1]), int(libc::F_SETPIPE_SZ), 1 << 20],
            );
            let page = [0u8; 4096];
            while call(
                libc::SYS_write,
                &[int(pipe[1]), page.as_ptr() as usize, page.len()],
            )
            .is_ok()
            {}
            Ok(0)
        })
    }),
    ("sockets", |_| {
        count(|| {
            let mut pair = [0i32; 2];
            call(libc::SYS_socketpair, &[1, 1, 0, pair.as_mut_ptr() as usize])?;
            let page = [0u8; 4096];
            while call(
                libc::SYS_sendto,
                &[
                    int(pair[0]),
                    page.as_ptr() as usize,
                    4096,
                    int(libc::MSG_DONTWAIT),
                    0,
                    0,
                ],
            )
            .is_ok()
            {}
            Ok(0)
        })
    }),
    ("inotify", |_| count(|| call(libc::SYS_inotify_init1, &[0]))),
    ("epoll", |_| count(|| call(libc::SYS_epoll_create1, &[0]))),
    ("eventfd", |_| count(|| call(libc::SYS_eventfd2, &[0, 0]))),
    ("timers", |_| {
        count(|| {
            let mut timer = 0i32;
            call(libc::SYS_timer_create, &[0, 0, &raw mut timer as usize])
        })
    }),
    ("locked", |_| {
        let memory = vec![1u8; 64 << 20];
        let locked = call(libc::SYS_mlock, &[memory.as_ptr() as usize, memory.len()])?;
        Ok(locked.to_string())
    }),
    ("memfds", |_| {
        count(|| {
            let fd = call(libc::SYS_memfd_create, &[text(c"filler"), 0])?;
            call(libc::SYS_fallocate, &[fd, 0, 0, 4 << 20])
        })
    }),
];

fn count(mut take: impl FnMut() -> Result<usize, sys::Errno>) -> Went {
    let mut taken = 0;
    while taken < MANY && take().is_ok() {
        taken += 1;
    }
    Ok(taken.to_string())
}

/// Processes that do nothing but be there.
fn forks(_: &Task) -> Went {
    let mut children = Vec::new();
    let error = loop {
        match sys::fork() {
            Ok(None) => loop {
                let _ = call(libc::SYS_pause, &[]);
            },
            Ok(Some(pid)) if children.len() < MANY => children.push(pid),
            Ok(Some(_)) => break None,
            Err(error) => break Some(error),
        }
    };
    thread::sleep(Duration::from_secs(1));
    match error {
        Some(error) if children.is_empty() => Err(error),
        _ => Ok(children.len().to_string()),
    }
}

/// Processes that have ended and that nobody asks for.
fn zombies(_: &Task) -> Went {
    let mut made = 0;
    while made < MANY {
        match sys::fork() {
            Ok(None) => sys::exit(0),
            Ok(Some(_)) => made += 1,
            Err(error) if made == 0 => return Err(error),
            Err(_) => break,
        }
    }
    Ok(made.to_string())
}

fn threads(_: &Task) -> Went {
    let sleep = || thread::sleep(Duration::from_mins(1));
    count(|| {
        let builder = thread::Builder::new().stack_size(64 << 10);
        Ok(builder.spawn(sleep).map(|_| 0)?)
    })
}

/// Memory that is really used.
fn memory(_: &Task) -> Went {
    let mut held = Vec::new();
    for mib in 0..ENOUGH_MIB {
        let mut piece: Vec<u8> = Vec::new();
        if piece.try_reserve_exact(1 << 20).is_err() {
            return Ok(mib.to_string());
        }
        piece.resize(1 << 20, 1);
        held.push(piece);
    }
    Ok(ENOUGH_MIB.to_string())
}

/// Spins on several threads until somebody ends it.
fn cpu(_: &Task) -> Went {
    let until = Instant::now() + Duration::from_secs(30);
    let spin = move || {
        while Instant::now() < until {
            std::hint::spin_loop();
        }
    };
    let threads: Vec<_> = (0..8).map(|_| thread::spawn(spin)).collect();
    for thread in threads {
        let _ = thread.join();
    }
    Ok("30".to_owned())
}
