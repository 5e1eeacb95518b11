//! Answers for names over TCP, inside one sandbox.
//!
//! No question leaves the host here: an approved name has an address of its own at once, and is asked for when the
//! app connects to that. So an app tells nobody anything by the names it asks for.

mod message;

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};

use crate::{outlet::accept, scope::Scope};
use message::{Answer, Question, Unreadable};

/// Connections at once.
const CONNECTIONS: usize = 32;
/// A question is at most this long, in bytes, options included.
const LONGEST: u16 = 512;
/// How long a whole question may take to come, and its answer to go.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers until the sandbox's end.
pub(crate) async fn serve(scope: Arc<Scope>, listener: TcpListener) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // Those beyond wait their turn in the kernel's queue: an app may ask for many names at once.
        let Ok(place) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let stream = accept(&listener).await;
        let asked = Arc::clone(&scope);
        scope.spawn(async move {
            // How a connection for names ends is nobody's news.
            let _ = talk(&asked, stream).await;
            drop(place);
        });
    }
}

async fn talk(scope: &Scope, mut stream: TcpStream) -> io::Result<()> {
    loop {
        let Some(message) = timeout(PATIENCE, read(scope, &mut stream)).await?? else {
            return Ok(());
        };
        let answer = match message::read(&message) {
            Ok(question) => message::write(&question, answer(scope, &question)),
            Err(Unreadable::Bad(refusal)) => message::write_refusal(refusal),
            Err(Unreadable::Noise) => return Ok(()),
        };
        let length = u16::try_from(answer.len()).map_err(io::Error::other)?;
        let framed = [&length.to_be_bytes()[..], &answer].concat();
        timeout(PATIENCE, stream.write_all(&framed)).await??;
    }
}

/// Reads one message after its length; `None` if it is too long.
async fn read(scope: &Scope, stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let length = stream.read_u16().await?;
    if length > LONGEST {
        let why = format!("a question of {length} bytes is longer than {LONGEST}");
        scope.journal.refused("names", &why);
        return Ok(None);
    }
    let mut message = vec![0; usize::from(length)];
    stream.read_exact(&mut message).await?;
    Ok(Some(message))
}

fn answer(scope: &Scope, question: &Question) -> Answer {
    let name = &question.name;
    if !scope.policy.names(name) {
        scope.journal.refused(name, "not approved");
        return Answer::NoSuchName;
    }
    if !question.is_for_v4 {
        return Answer::Nothing;
    }
    if let Some(address) = scope.names.address_of(name) {
        return Answer::Address(address);
    }
    let most = scope.shared.limits.names;
    let why = format!("the app asked for {most} names already");
    scope.journal.refused(name, &why);
    Answer::Refused
}
