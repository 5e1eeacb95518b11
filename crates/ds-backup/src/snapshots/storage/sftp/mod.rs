//! A repository on another machine, by SFTP. One connection, made anew when it breaks.

mod files;
mod session;

use std::{future::Future, io, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt as _, AsyncSeekExt as _},
    sync::Mutex,
    time::timeout,
};

use self::{
    files::{Failed, is_missing, list, make_dir, write},
    session::{PATIENCE, Session, log_in},
};
use super::{Entry, Storage, UNFINISHED, reactor::Reactor, too_big};
use crate::snapshots::SftpPlace;

/// How long one operation may take: a pack of 16 MiB over a slow line.
const LIMIT: Duration = Duration::from_mins(15);

pub(super) struct Sftp {
    at: Arc<SftpPlace>,
    session: Arc<Mutex<Option<Arc<Session>>>>,
    reactor: Reactor,
}

impl Sftp {
    pub(super) fn connect(at: SftpPlace) -> io::Result<Self> {
        let sftp = Self {
            at: Arc::new(at),
            session: Arc::default(),
            reactor: Reactor::start()?,
        };
        sftp.run(|_, _| async { Ok(()) })?;
        Ok(sftp)
    }

    /// Does something with a session, and once more with a new one if the connection broke: everything that is done
    /// here can be done twice.
    fn run<T, F>(
        &self,
        work: impl Fn(Arc<Session>, Arc<SftpPlace>) -> F + Send + 'static,
    ) -> io::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Failed>> + Send,
    {
        let (at, slot) = (self.at.clone(), self.session.clone());
        self.reactor.wait(LIMIT, async move {
            let mut again = true;
            loop {
                let session = current(&slot, &at).await?;
                match work(session.clone(), at.clone()).await {
                    Err(Failed::Connection(_)) if again => {
                        again = false;
                        forget(&slot, &session).await;
                    }
                    outcome => return outcome.map_err(Failed::into_io),
                }
            }
        })
    }
}

/// The session there is, or a new one.
async fn current(slot: &Mutex<Option<Arc<Session>>>, at: &SftpPlace) -> io::Result<Arc<Session>> {
    let mut slot = slot.lock().await;
    if let Some(session) = &*slot {
        return Ok(session.clone());
    }
    let logged_in = timeout(PATIENCE, log_in(at)).await;
    let session = logged_in.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
    let session = Arc::new(session);
    *slot = Some(session.clone());
    Ok(session)
}

/// Forgets a session that broke, unless somebody did and there is a new one.
async fn forget(slot: &Mutex<Option<Arc<Session>>>, broken: &Arc<Session>) {
    let mut slot = slot.lock().await;
    if slot
        .as_ref()
        .is_some_and(|session| Arc::ptr_eq(session, broken))
    {
        *slot = None;
    }
}

impl Storage for Sftp {
    fn create(&self) -> io::Result<()> {
        self.run(|session, at| async move { make_dir(&session.sftp, &at.path).await })
    }

    fn top(&self) -> io::Result<Vec<String>> {
        self.run(|session, at| async move {
            let entries = session.sftp.read_dir(&at.path).await?;
            Ok(entries.map(|entry| entry.file_name()).collect())
        })
    }

    fn list(&self, dir: &str) -> io::Result<Vec<Entry>> {
        let dir = dir.to_owned();
        self.run(move |session, at| {
            let dir = dir.clone();
            async move { list(&session.sftp, &at.path, &dir).await }
        })
    }

    fn read(&self, name: &str, most: u64) -> io::Result<Bytes> {
        let name = name.to_owned();
        self.run(move |session, at| {
            let name = name.clone();
            async move {
                let file = session.sftp.open(format!("{}/{name}", at.path)).await?;
                let mut content = Vec::new();
                file.take(most + 1).read_to_end(&mut content).await?;
                if content.len() as u64 > most {
                    return Err(too_big(&name).into());
                }
                Ok(content.into())
            }
        })
    }

    fn read_part(&self, name: &str, offset: u64, length: u64) -> io::Result<Bytes> {
        let name = name.to_owned();
        self.run(move |session, at| {
            let name = name.clone();
            async move {
                let mut file = session.sftp.open(format!("{}/{name}", at.path)).await?;
                file.seek(io::SeekFrom::Start(offset)).await?;
                let mut content = Vec::new();
                file.take(length).read_to_end(&mut content).await?;
                if content.len() as u64 != length {
                    return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
                }
                Ok(content.into())
            }
        })
    }

    fn write(&self, name: &str, parts: &[Bytes]) -> io::Result<()> {
        let (name, parts) = (name.to_owned(), parts.to_vec());
        self.run(move |session, at| {
            let (name, parts) = (name.clone(), parts.clone());
            async move { write(&session.sftp, &at.path, &name, &parts).await }
        })
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let name = name.to_owned();
        self.run(move |session, at| {
            let name = name.clone();
            async move {
                let removed = session
                    .sftp
                    .remove_file(format!("{}/{name}", at.path))
                    .await;
                if is_missing(&removed) {
                    return Ok(());
                }
                Ok(removed?)
            }
        })
    }

    fn free(&self) -> io::Result<Option<u64>> {
        self.run(|session, at| async move {
            let found = session.sftp.fs_info(&at.path).await?;
            Ok(found.map(|found| found.blocks_avail.saturating_mul(found.fragment_size)))
        })
    }

    fn tidy(&self) -> io::Result<()> {
        for left in self.list(UNFINISHED)? {
            self.remove(&left.name)?;
        }
        Ok(())
    }
}
