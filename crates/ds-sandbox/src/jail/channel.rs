//! Messages between host, launcher and the process that becomes the program: JSON datagrams, with file
//! descriptors beside them.

use std::{
    io::{self, IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags,
    SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg,
    sendmsg, socketpair,
};
use serde::{Serialize, de::DeserializeOwned};

/// The longest message; a plan has some 4 KiB.
const LONGEST: usize = 128 * 1024;
/// The most descriptors beside a message: the ports of an outlet and its name queries.
const MOST_FDS: usize = 65;

/// Two ends of a channel.
pub(crate) fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )?)
}

/// Sends a message. Blocks if the channel is set to block.
pub(crate) fn send(
    to: impl AsFd,
    message: &impl Serialize,
    fds: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let bytes = serde_json::to_vec(message)?;
    if bytes.len() > LONGEST {
        return Err(io::Error::other("the message is too long"));
    }
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FDS))];
    let mut beside = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() && !beside.push(SendAncillaryMessage::ScmRights(fds)) {
        return Err(io::Error::other("there are too many sockets to send"));
    }
    // A launcher that has gone is an error, not a signal.
    sendmsg(
        to,
        &[IoSlice::new(&bytes)],
        &mut beside,
        SendFlags::NOSIGNAL,
    )?;
    Ok(())
}

/// Receives a message; `None` if the other end is gone.
pub(crate) fn receive<T: DeserializeOwned>(
    from: impl AsFd,
) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
    let mut bytes = vec![0; LONGEST];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FDS))];
    let mut beside = RecvAncillaryBuffer::new(&mut space);
    let received = recvmsg(
        from,
        &mut [IoSliceMut::new(&mut bytes)],
        &mut beside,
        RecvFlags::CMSG_CLOEXEC,
    )?;
    let mut fds = Vec::new();
    for message in beside.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = message {
            fds.extend(received);
        }
    }
    if received.bytes == 0 {
        return Ok(None);
    }
    if received.flags.contains(ReturnFlags::TRUNC) {
        return Err(io::Error::other("the message is too long"));
    }
    Ok(Some((
        serde_json::from_slice(&bytes[..received.bytes])?,
        fds,
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs::File, io::Write as _};

    #[test]
    fn messages_arrive_with_what_is_beside_them_and_the_end_is_seen() {
        let (a, b) = pair().unwrap();
        let temp = tempfile::NamedTempFile::new().unwrap();
        send(&a, &vec!["x", "y"], &[temp.as_fd()]).unwrap();
        let (text, fds): (Vec<String>, _) = receive(&b).unwrap().unwrap();
        assert_eq!(text, ["x", "y"]);
        let mut same = File::from(fds.into_iter().next().unwrap());
        same.write_all(b"hello").unwrap();
        assert_eq!(std::fs::read(temp.path()).unwrap(), b"hello");
        drop(a);
        assert!(receive::<String>(&b).unwrap().is_none());
        assert!(send(&b, &"x", &[]).is_err());
    }
}
