//! Sending the archive of an appspace, as it is written: nothing of it is kept, in memory or on disk.

use std::{
    io::{self, BufWriter, Write},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{runtime::Handle, sync::mpsc, time::timeout};

use super::live::Live;

/// How much is sent at once.
const CHUNK: usize = 128 << 10;
/// How many of those wait to be sent.
const AHEAD: usize = 4;
/// How long the other host may take nothing.
const STALLED: Duration = Duration::from_mins(1);

/// An archive on its way. It ends with an error if it is not whole.
#[derive(Debug)]
pub struct Sending(mpsc::Receiver<io::Result<Vec<u8>>>);

impl Sending {
    /// The next part; `None` after the last.
    pub async fn next(&mut self) -> Option<io::Result<Vec<u8>>> {
        self.0.recv().await
    }

    /// As [`next`](Self::next), for streams that are polled.
    pub fn poll_next(
        &mut self,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<io::Result<Vec<u8>>>> {
        self.0.poll_recv(context)
    }

    /// Begins to send. The caller has set [`Live::is_sending`].
    pub(super) fn begin(live: Arc<Live>) -> Self {
        let (to, sending) = mpsc::channel(AHEAD);
        let runtime = Handle::current();
        tokio::task::spawn_blocking(move || {
            let written = write(&live, &to, &runtime);
            match written {
                Ok(()) => live.is_sent.store(true, Ordering::SeqCst),
                Err(error) => {
                    let waited = timeout(STALLED, to.send(Err(error)));
                    // Whoever listens no more needs no error.
                    let _ = runtime.block_on(waited);
                }
            }
            live.is_sending.store(false, Ordering::SeqCst);
            // The last part is followed by the end only now: who has read to the end may say so.
            drop(to);
        });
        Self(sending)
    }
}

fn write(
    live: &Arc<Live>,
    to: &mpsc::Sender<io::Result<Vec<u8>>>,
    runtime: &Handle,
) -> io::Result<()> {
    let ready = live.ready.get().ok_or(io::ErrorKind::NotFound)?;
    let parts = Parts { live, to, runtime };
    let mut writer = BufWriter::with_capacity(CHUNK, parts);
    let written = ds_backup::export(&ready.tree, &mut writer, &*ready.progress);
    written.map_err(io::Error::other)?;
    writer.flush()
}

struct Parts<'a> {
    live: &'a Live,
    to: &'a mpsc::Sender<io::Result<Vec<u8>>>,
    runtime: &'a Handle,
}

impl Write for Parts<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = timeout(STALLED, self.to.send(Ok(bytes.to_vec())));
        match self.runtime.block_on(sent) {
            Ok(Ok(())) => {
                self.live.hear();
                Ok(bytes.len())
            }
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
