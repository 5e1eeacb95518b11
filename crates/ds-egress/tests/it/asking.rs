//! Asking for names as a resolver does.

use std::{io, net::Ipv4Addr};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A connection for names.
pub(crate) struct Names(pub(crate) TcpStream);

impl Names {
    /// Sends a message after its length.
    pub(crate) async fn send(&mut self, message: &[u8]) {
        let length = u16::try_from(message.len()).unwrap();
        let framed = [&length.to_be_bytes()[..], message].concat();
        self.0.write_all(&framed).await.unwrap();
    }

    /// Reads an answer: its code, and the address in it.
    pub(crate) async fn answer(&mut self) -> io::Result<(u8, Option<Ipv4Addr>)> {
        let length = self.0.read_u16().await?;
        let mut message = vec![0; usize::from(length)];
        self.0.read_exact(&mut message).await?;
        let has = message[7] == 1;
        let address: [u8; 4] = message[message.len() - 4..].try_into().unwrap();
        Ok((message[3] & 15, has.then(|| address.into())))
    }

    pub(crate) async fn ask(
        &mut self,
        name: &str,
        kind: u16,
    ) -> io::Result<(u8, Option<Ipv4Addr>)> {
        self.send(&question(name, kind)).await;
        self.answer().await
    }
}

/// A question as a resolver writes it.
pub(crate) fn question(name: &str, kind: u16) -> Vec<u8> {
    let mut message = vec![7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        message.push(u8::try_from(label.len()).unwrap());
        message.extend(label.as_bytes());
    }
    message.push(0);
    message.extend(kind.to_be_bytes());
    message.extend([0, 1]);
    message
}
