//! Questions and answers that do not arrive.

use std::time::Duration;

use ds_core::moves::Arrival;
use ds_lifecycle::MoveInError;

use super::pair::{Loss, PATIENCE, Pair, When};
use crate::world::scratch;

/// More than a move asks.
const MANY: u32 = 40;

#[tokio::test]
async fn each_question_and_each_answer_is_lost_once() {
    for loss in [Loss::Question, Loss::Answer] {
        let (mut moved, mut stayed) = (0, 0);
        for number in 1..MANY {
            let root = scratch();
            let pair = Pair::new(root.path()).await;
            *pair.line.lose.lock().unwrap() = Some((When::Number(number), loss));
            let offer = pair.offer().await;
            let taken = pair.take(&offer).await;
            let asked = pair.line.heard.lock().unwrap().len();
            let what = format!("{loss:?} {number}: {:?}", pair.line.heard.lock().unwrap());
            // What was lost may have been that the move is given up.
            pair.old.moves.take_back(offer.id).await.ok();
            assert_eq!(pair.new.moves.ask_all().await.unwrap(), 0, "{what}");
            let serving = pair.check_settled(&what).await;
            assert_eq!(serving.1, taken.is_ok(), "{what}: {taken:?}");
            if serving.1 {
                moved += 1;
            } else {
                stayed += 1;
            }
            pair.close().await;
            if asked < number as usize {
                break;
            }
        }
        assert!(moved > 1 && stayed > 1, "{loss:?}: {moved}, {stayed}");
    }
}

/// A pair whose new host has all of it and has lost touch.
async fn undecided(root: &std::path::Path, loss: Loss) -> Pair {
    let pair = Pair::new(root).await;
    *pair.line.lose.lock().unwrap() = Some((When::From("commit"), loss));
    let offer = pair.offer().await;
    let arrived = pair.take(&offer).await.unwrap();
    assert_eq!(arrived.appspace, None);
    assert_eq!(pair.arrivals().await, [Arrival::Undecided]);
    assert_eq!(pair.serving().await, (false, false));
    assert_eq!(pair.new.moves.ask_all().await.unwrap(), 1);
    pair
}

#[tokio::test]
async fn the_decision_is_asked_for_until_it_is_heard() {
    for loss in [Loss::Question, Loss::Answer] {
        let root = scratch();
        let pair = undecided(root.path(), loss).await;
        pair.close_new_and_check(root.path()).await;
    }
}

impl Pair {
    /// The new host starts again while the line is down; then it is up.
    async fn close_new_and_check(self, root: &std::path::Path) {
        let was_decided = self
            .old
            .moves
            .redirect(&crate::world::NOTES.parse().unwrap());
        self.old
            .lifecycle
            .jobs()
            .stop(Duration::from_secs(20))
            .await;
        self.close().await;
        let pair = Pair::open(root, PATIENCE).await;
        assert!(!pair.serving().await.1, "nothing is known yet");
        assert_eq!(pair.new.moves.ask_all().await.unwrap(), 0);
        let serving = pair.check_settled("asked again").await;
        assert_eq!(serving.1, was_decided.is_some());
        pair.close().await;
    }
}

#[tokio::test]
async fn an_old_host_that_was_restarted_keeps_what_was_not_decided() {
    let root = scratch();
    let pair = undecided(root.path(), Loss::Question).await;
    let pair = pair.restart_old(root.path()).await;
    assert_eq!(pair.serving().await, (true, false));
    assert_eq!(
        pair.new.moves.ask_all().await.unwrap(),
        1,
        "the line is down"
    );
    *pair.line.lose.lock().unwrap() = None;
    assert_eq!(pair.new.moves.ask_all().await.unwrap(), 0);
    assert_eq!(pair.check_settled("restarted").await, (true, false));
    assert_eq!(pair.arrivals().await, [Arrival::Refused]);
    pair.close().await;
}

#[tokio::test]
async fn giving_up_needs_the_word_of_the_other_host() {
    let root = scratch();
    let pair = undecided(root.path(), Loss::Question).await;
    let owner = pair.new.world.account().await.id;
    let id = pair.new.moves.incoming(owner).await.unwrap()[0].appspace;
    let refused = pair.new.moves.give_up(id).await;
    assert!(matches!(refused, Err(MoveInError::Ask(_))), "{refused:?}");
    assert_eq!(pair.arrivals().await, [Arrival::Undecided]);
    *pair.line.lose.lock().unwrap() = None;
    assert_eq!(pair.new.moves.give_up(id).await.unwrap(), None);
    assert_eq!(pair.check_settled("given up").await, (true, false));
    let again = pair.new.moves.give_up(id).await;
    assert!(matches!(again, Err(MoveInError::NotUndecided)), "{again:?}");
    pair.close().await;
}

#[tokio::test]
async fn an_owner_can_insist_when_the_other_host_is_gone() {
    let root = scratch();
    let pair = undecided(root.path(), Loss::Question).await;
    let owner = pair.new.world.account().await.id;
    let id = pair.new.moves.incoming(owner).await.unwrap()[0].appspace;
    assert_eq!(pair.serving().await, (false, false));
    let here = pair.new.moves.insist(id).await.unwrap();
    assert_eq!(here.id, id);
    assert_eq!(pair.arrivals().await, [Arrival::Published]);
    let again = pair.new.moves.insist(id).await;
    assert!(matches!(again, Err(MoveInError::NotUndecided)), "{again:?}");
    assert!(pair.serving().await.1);
    pair.close().await;
}

#[tokio::test]
async fn insisting_does_what_the_other_host_says_if_it_is_there() {
    let root = scratch();
    let pair = undecided(root.path(), Loss::Question).await;
    let owner = pair.new.world.account().await.id;
    let id = pair.new.moves.incoming(owner).await.unwrap()[0].appspace;
    // It was restarted, and keeps what it had not decided.
    let pair = pair.restart_old(root.path()).await;
    *pair.line.lose.lock().unwrap() = None;
    let kept = pair.new.moves.insist(id).await;
    assert!(matches!(kept, Err(MoveInError::Kept)), "{kept:?}");
    assert_eq!(pair.check_settled("kept").await, (true, false));
    pair.close().await;
}

#[tokio::test]
async fn giving_up_what_has_moved_finds_it_here() {
    let root = scratch();
    let pair = undecided(root.path(), Loss::Answer).await;
    *pair.line.lose.lock().unwrap() = None;
    let owner = pair.new.world.account().await.id;
    let id = pair.new.moves.incoming(owner).await.unwrap()[0].appspace;
    let here = pair.new.moves.give_up(id).await.unwrap().unwrap();
    assert_eq!(here.id, id);
    assert_eq!(pair.check_settled("here").await, (false, true));
    pair.close().await;
}

#[tokio::test]
async fn an_old_host_that_hears_nothing_takes_it_back() {
    let root = scratch();
    let pair = undecided(root.path(), Loss::Question).await;
    pair.old
        .lifecycle
        .jobs()
        .stop(Duration::from_secs(20))
        .await;
    pair.close().await;
    // The same with less patience.
    let brief = ds_lifecycle::Patience {
        silence: Duration::from_millis(20),
        ..PATIENCE
    };
    let pair = Pair::open(root.path(), brief).await;
    let offer = pair.offer().await;
    let taker = ds_core::moves::Taker {
        appspace: ds_core::AppspaceId::new(),
        origin: super::pair::ORIGIN.into(),
    };
    let claim = ds_lifecycle::Claim {
        id: offer.id,
        secret: offer.secret.clone(),
    };
    pair.old.moves.begin(&claim, taker).await.unwrap();
    let id = pair.old.world.appspace().await.id;
    while pair.old.lifecycle.jobs().of(id).is_some() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let report = pair.old.moves.state(&claim).await.unwrap();
    assert_eq!(report.standing, ds_core::moves::Standing::Ended);
    assert_eq!(pair.new.moves.ask_all().await.unwrap(), 0);
    assert_eq!(pair.check_settled("silence").await, (true, false));
    pair.close().await;
}
