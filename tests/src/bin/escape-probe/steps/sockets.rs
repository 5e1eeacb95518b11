//! Sockets: families that reach out, and sockets of others.

use std::{
    io::Read as _,
    os::{
        linux::net::SocketAddrExt as _,
        unix::net::{SocketAddr, UnixStream},
    },
};

use super::{Steps, told};
use crate::{
    control::Task,
    report::Went,
    sys::{Errno, call, from, int},
};

pub(super) const ATTEMPTS: &[(&str, Steps)] = &[
    ("families", FAMILIES),
    ("connect", CONNECT),
    ("abstract", ABSTRACT),
    ("unix", UNIX),
    ("descriptors", DESCRIPTORS),
];

const FAMILIES: Steps = &[
    ("inet-stream", |_| {
        told(socket(libc::AF_INET, libc::SOCK_STREAM))
    }),
    ("inet-datagram", |_| {
        told(socket(libc::AF_INET, libc::SOCK_DGRAM))
    }),
    ("inet-raw", |_| told(socket(libc::AF_INET, libc::SOCK_RAW))),
    ("inet6-stream", |_| {
        told(socket(libc::AF_INET6, libc::SOCK_STREAM))
    }),
    ("inet6-datagram", |_| {
        told(socket(libc::AF_INET6, libc::SOCK_DGRAM))
    }),
    ("netlink", |_| {
        told(socket(libc::AF_NETLINK, libc::SOCK_RAW))
    }),
    ("packet", |_| told(socket(libc::AF_PACKET, libc::SOCK_RAW))),
    ("vsock", |_| told(socket(libc::AF_VSOCK, libc::SOCK_STREAM))),
    ("alg", |_| told(socket(libc::AF_ALG, libc::SOCK_SEQPACKET))),
    ("bluetooth", |_| {
        told(socket(libc::AF_BLUETOOTH, libc::SOCK_RAW))
    }),
    ("can", |_| told(socket(libc::AF_CAN, libc::SOCK_RAW))),
    ("key", |_| told(socket(libc::AF_KEY, libc::SOCK_RAW))),
    ("rds", |_| told(socket(libc::AF_RDS, libc::SOCK_SEQPACKET))),
    ("tipc", |_| {
        told(socket(libc::AF_TIPC, libc::SOCK_SEQPACKET))
    }),
    ("qipcrtr", |_| told(socket(42, libc::SOCK_DGRAM))),
    ("smc", |_| told(socket(43, libc::SOCK_STREAM))),
    ("xdp", |_| told(socket(libc::AF_XDP, libc::SOCK_RAW))),
    ("mctp", |_| told(socket(45, libc::SOCK_DGRAM))),
    ("inet-pair", |_| {
        let mut pair = [0i32; 2];
        told(call(
            libc::SYS_socketpair,
            &[2, 1, 0, pair.as_mut_ptr() as usize],
        ))
    }),
];

const CONNECT: Steps = &[
    ("loopback", |task| connect(task, [127, 0, 0, 1])),
    ("any", |task| connect(task, [0, 0, 0, 0])),
    ("other-loopback", |task| connect(task, [127, 8, 9, 10])),
];

const ABSTRACT: Steps = &[("connect", |task| {
    let name = task.targets["abstractSocket"].as_str().unwrap_or_default();
    let address = SocketAddr::from_abstract_name(name)?;
    told(
        UnixStream::connect_addr(&address)
            .map(|_| 0)
            .map_err(Errno::from),
    )
})];

const UNIX: Steps = &[
    ("canary", |task| {
        reach(task.targets["socket"].as_str().unwrap_or_default())
    }),
    ("host", |task| {
        reach(&format!(
            "{}/control.sock",
            task.targets["data"].as_str().unwrap_or_default()
        ))
    }),
    ("docker", |_| reach("/var/run/docker.sock")),
    ("dbus", |_| reach("/run/dbus/system_bus_socket")),
    ("systemd", |_| reach("/run/systemd/private")),
    ("journal", |_| reach("/dev/log")),
];

/// Sends a great many descriptors to the host, which must not keep them.
const DESCRIPTORS: Steps = &[("send", |task| {
    let stream = task.control.stream()?;
    let mut sent = 0;
    // A frame that asks for somebody unknown, with descriptors at each of its bytes.
    let frame = br#"{"type":"user","id":1,"proxyId":"nobody"}"#;
    let mut bytes = u32::try_from(frame.len())
        .unwrap_or_default()
        .to_be_bytes()
        .to_vec();
    bytes.extend_from_slice(frame);
    for byte in &bytes {
        match send_with_descriptors(&stream, *byte) {
            Ok(count) => sent += count,
            // So many on their way at once are too many for the kernel.
            Err(_) => break,
        }
    }
    Ok(sent.to_string())
})];

pub(super) fn socket(family: i32, kind: i32) -> Result<usize, Errno> {
    call(libc::SYS_socket, &[int(family), int(kind), 0])
}

fn connect(task: &Task, ip: [u8; 4]) -> Went {
    let fd = socket(libc::AF_INET, libc::SOCK_STREAM)?;
    let port = u16::try_from(task.number("port")).unwrap_or_default();
    let mut address = [0u8; 16];
    address[..2].copy_from_slice(&2u16.to_ne_bytes());
    address[2..4].copy_from_slice(&port.to_be_bytes());
    address[4..8].copy_from_slice(&ip);
    told(call(libc::SYS_connect, &[fd, from(&address), 16]))
}

fn reach(path: &str) -> Went {
    let mut stream = UnixStream::connect(path)?;
    let mut said = String::new();
    stream.read_to_string(&mut said)?;
    Ok(said)
}

/// One byte, with as many descriptors as go with one.
fn send_with_descriptors(stream: &UnixStream, byte: u8) -> Result<usize, Errno> {
    use std::os::fd::AsRawFd as _;
    const MOST: usize = 250;
    /// As the kernel lays it out: a length, level and type, then the numbers.
    #[repr(C)]
    struct Passed {
        length: usize,
        level: i32,
        kind: i32,
        fds: [i32; MOST],
    }
    let passed = Passed {
        length: size_of::<Passed>(),
        level: libc::SOL_SOCKET,
        kind: libc::SCM_RIGHTS,
        fds: [0; MOST],
    };
    let data = [byte];
    let parts = [data.as_ptr() as usize, 1];
    let message = [
        0,
        0,
        parts.as_ptr() as usize,
        1,
        from(&passed),
        size_of::<Passed>(),
        0,
    ];
    let fd = int(stream.as_raw_fd());
    call(libc::SYS_sendmsg, &[fd, message.as_ptr() as usize, 0])?;
    Ok(MOST)
}
