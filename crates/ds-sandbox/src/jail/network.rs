//! The network of a sandbox that may reach other hosts: loopback alone, with the host listening on it.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    os::fd::OwnedFd,
};

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with,
};

use super::{Doing as _, Failure};

/// Where the C library asks for names.
const DNS: u16 = 53;
/// `RTM_NEWLINK` of rtnetlink(7).
const NEW_LINK: u16 = 16;
/// `NLM_F_REQUEST | NLM_F_ACK`.
const REQUEST_AND_ACKNOWLEDGE: u16 = 1 | 4;
/// `IFF_UP`.
const UP: u32 = 1;
/// Loopback is the first interface of every network.
const LOOPBACK: i32 = 1;

/// Brings loopback up and listens: for name queries, and on every port, on all of 127.0.0.0/8.
pub(super) fn listen(ports: &[u16]) -> Result<Vec<OwnedFd>, Failure> {
    bring_loopback_up().doing("bring its loopback up")?;
    let listen = |address, port| {
        TcpListener::bind((address, port))
            .map(OwnedFd::from)
            .doing(&format!("listen on its port {port}"))
    };
    let queries = listen(Ipv4Addr::LOCALHOST, DNS);
    let others = ports
        .iter()
        .map(|port| listen(Ipv4Addr::UNSPECIFIED, *port));
    [queries].into_iter().chain(others).collect()
}

fn bring_loopback_up() -> io::Result<()> {
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        None,
    )?;
    send(&socket, &up_message(), SendFlags::empty())?;
    let mut answer = [0; 256];
    let (_, length) = recv(&socket, &mut answer, RecvFlags::empty())?;
    // struct nlmsghdr is followed by an error number, which is 0 if it went well.
    match answer.get(16..20).filter(|_| length >= 20) {
        Some([0, 0, 0, 0]) => Ok(()),
        Some(&[a, b, c, d]) => Err(io::Error::from_raw_os_error(-i32::from_ne_bytes([
            a, b, c, d,
        ]))),
        _ => Err(io::Error::other("the kernel's answer is too short")),
    }
}

/// `struct nlmsghdr` and `struct ifinfomsg` (rtnetlink(7)).
fn up_message() -> Vec<u8> {
    let mut message = Vec::new();
    message.extend(32_u32.to_ne_bytes());
    message.extend(NEW_LINK.to_ne_bytes());
    message.extend(REQUEST_AND_ACKNOWLEDGE.to_ne_bytes());
    message.extend([0; 8]);
    message.extend([0; 4]);
    message.extend(LOOPBACK.to_ne_bytes());
    message.extend(UP.to_ne_bytes());
    message.extend(UP.to_ne_bytes());
    message
}
