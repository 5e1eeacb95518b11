//! Letters that cannot be sent at once.

use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use ds_core::{Clock as _, LetterStore as _, ManualClock, WaitingLetter};

use super::*;

/// Refuses so many times, then takes.
struct Scripted {
    refused: usize,
    asked: Arc<AtomicUsize>,
    dir: FileTransport,
}

#[async_trait]
impl Transport for Scripted {
    async fn deliver(&self, message: &Message) -> Result<(), MailError> {
        if self.asked.fetch_add(1, Ordering::SeqCst) < self.refused {
            return Err(MailError::File {
                path: "/nowhere".into(),
                source: std::io::Error::other("not now"),
            });
        }
        self.dir.deliver(message).await
    }
}

fn scripted(refused: usize, asked: &Arc<AtomicUsize>, dir: &Path) -> Scripted {
    Scripted {
        refused,
        asked: Arc::clone(asked),
        dir: FileTransport::new(dir.to_owned()),
    }
}

#[tokio::test(start_paused = true)]
async fn letters_are_tried_again_and_not_for_ever() {
    let check = async |refused: usize, expect: usize, arrives: bool| {
        let dir = tempfile::tempdir().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let post = post_by(from(), Box::new(scripted(refused, &asked, dir.path())));
        post.send(&letter("s", "t")).await.unwrap();
        post.all_sent().await;
        assert_eq!(asked.load(Ordering::SeqCst), expect, "{refused}");
        assert_eq!(
            dir.path().read_dir().unwrap().count() == 1,
            arrives,
            "{refused}"
        );
    };
    check(0, 1, true).await;
    check(3, 4, true).await;
    check(6, 7, true).await;
    check(7, 7, false).await;
    check(usize::MAX, 7, false).await;
}

/// A host that ends and starts again, with what it recorded.
struct Host {
    store: Arc<Memory>,
    clock: Arc<ManualClock>,
    asked: Arc<AtomicUsize>,
    dir: tempfile::TempDir,
}

impl Host {
    fn new() -> Self {
        Self {
            store: Arc::new(Memory::new()),
            clock: Arc::new(ManualClock::new(ds_testkit::sample::NOW)),
            asked: Arc::default(),
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// It starts; its server refuses so many letters.
    async fn start(&self, refused: usize) -> Post {
        let post = Post::new(PostParts {
            from: from(),
            transport: Box::new(scripted(
                self.asked() + refused,
                &self.asked,
                self.dir.path(),
            )),
            store: self.store.clone(),
            clock: self.clock.clone(),
        });
        // What cannot be listed is not the matter here.
        let _ = post.try_resume().await;
        post
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn waiting(&self) -> Vec<WaitingLetter> {
        self.store.waiting_letters().await.unwrap()
    }

    fn arrived(&self) -> Vec<String> {
        let files = self.dir.path().read_dir().unwrap();
        let read = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        read.collect()
    }
}

const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test(start_paused = true)]
async fn what_waits_outlives_the_host() {
    let host = Host::new();
    let post = host.start(1).await;
    post.send(&letter("s", "a link")).await.unwrap();
    post.close(PATIENCE).await;
    assert_eq!((host.asked(), host.arrived().len()), (1, 0));
    let waiting = host.waiting().await;
    assert_eq!(waiting[0].tries, 1);
    assert_eq!(
        waiting[0].due,
        host.clock.now().plus(Duration::from_mins(1))
    );

    // Its server is still away.
    host.clock.advance(Duration::from_mins(2));
    host.start(1).await.close(PATIENCE).await;
    assert_eq!((host.asked(), host.waiting().await[0].tries), (2, 2));

    // It is not due.
    host.start(0).await.close(PATIENCE).await;
    assert_eq!(host.asked(), 2);

    host.clock.advance(Duration::from_mins(5));
    host.start(0).await.close(PATIENCE).await;
    let arrived = host.arrived();
    assert_eq!((host.asked(), arrived.len()), (3, 1));
    assert!(arrived[0].contains(&format!("Message-ID: <{}@", waiting[0].id)));
    assert_eq!(host.waiting().await, []);
    host.start(0).await.close(PATIENCE).await;
    assert_eq!(host.asked(), 3, "and no more");
}

#[tokio::test(start_paused = true)]
async fn what_nobody_needs_any_more_is_not_sent() {
    let check = async |useful_for: Duration, passed: Duration, expect: usize| {
        let host = Host::new();
        let post = host.start(1).await;
        let letter = Letter {
            useful_for,
            ..letter("s", "a link")
        };
        post.send(&letter).await.unwrap();
        post.close(PATIENCE).await;
        host.clock.advance(passed);
        host.start(0).await.close(PATIENCE).await;
        assert_eq!(host.arrived().len(), expect, "{useful_for:?} {passed:?}");
        assert_eq!(host.waiting().await, [], "{useful_for:?} {passed:?}");
    };
    let mins = Duration::from_mins;
    check(mins(15), mins(14), 1).await;
    check(mins(15), mins(16), 0).await;
    check(Duration::from_secs(30), Duration::ZERO, 0).await;
}

#[tokio::test]
async fn nothing_is_taken_that_cannot_be_recorded() {
    let host = Host::new();
    let post = host.start(0).await;
    host.store.break_down(true);
    let taken = post.send(&letter("s", "t")).await;
    assert!(matches!(taken, Err(MailError::Keep(_))), "{taken:?}");
    host.store.break_down(false);
    post.close(PATIENCE).await;
    assert_eq!(host.arrived().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_being_written_is_waited_for() {
    let check = async |takes: Duration, expect: usize| {
        let host = Host::new();
        let post = host.start(0).await;
        let writes = post.clone();
        post.write(Box::pin(async move {
            tokio::time::sleep(takes).await;
            let _ = writes.send(&letter("s", "late")).await;
        }));
        post.close(PATIENCE).await;
        assert_eq!(host.arrived().len(), expect, "{takes:?}");
    };
    check(Duration::ZERO, 1).await;
    check(PATIENCE / 2, 1).await;
    check(PATIENCE * 2, 0).await;
}

#[tokio::test(start_paused = true)]
async fn letters_that_cannot_be_listed_are_listed_later() {
    let host = Host::new();
    let post = host.start(1).await;
    post.send(&letter("s", "old")).await.unwrap();
    post.close(PATIENCE).await;
    assert_eq!((host.asked(), host.waiting().await.len()), (1, 1));
    host.clock.advance(Duration::from_mins(2));

    host.store.break_down(true);
    let post = host.start(3).await;
    post.resume();
    let secs = |secs| tokio::time::sleep(Duration::from_secs(secs));
    secs(30).await;
    host.store.break_down(false);
    assert_eq!(host.asked(), 1);
    // It is refused, and not sent by two because it waits when the others are listed.
    post.send(&letter("s", "new")).await.unwrap();
    secs(15).await;
    assert_eq!(host.asked(), 2);
    secs(20).await;
    assert_eq!(host.asked(), 3, "the old one was listed, and is refused");
    secs(35).await;
    assert_eq!(host.asked(), 4, "the new one again");
    secs(240).await;
    assert_eq!((host.asked(), host.arrived().len()), (4, 0), "by one alone");
    secs(30).await;
    assert_eq!((host.asked(), host.arrived().len()), (5, 1));
    post.close(PATIENCE).await;
}

#[tokio::test(start_paused = true)]
async fn strangers_leave_room_for_others() {
    let host = Host::new();
    let never = usize::MAX / 2;
    let post = host.start(never).await;
    let send = async |post: &Post, letter: Letter| post.send(&letter).await.is_ok();
    let by_stranger = || letter("s", "a link").by_stranger();
    let mut taken = [0, 0];
    while send(&post, letter("s", "go on").for_newcomer()).await {
        taken[0] += 1;
    }
    while send(&post, by_stranger()).await {
        taken[1] += 1;
    }
    assert_eq!(taken, [50, 50], "who is known here has room, too");
    assert!(send(&post, letter("s", "you are invited")).await);
    // What waited before counts as what it is.
    post.close(PATIENCE).await;
    assert_eq!(host.waiting().await.len(), 101);
    let post = host.start(never).await;
    assert!(!send(&post, by_stranger()).await);
    for nth in 1..100 {
        assert!(send(&post, letter("s", "you are invited")).await, "{nth}");
    }
    assert!(!send(&post, letter("s", "one too many")).await);
    post.close(PATIENCE).await;
}
