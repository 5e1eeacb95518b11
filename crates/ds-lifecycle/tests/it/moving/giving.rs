//! Consents: who may begin what, and when it is over.

use std::{fs, time::Duration};

use ds_core::{
    AppspaceId, AppspaceStore as _, MemberStore as _, TrashStore as _,
    moves::{Standing, Taker},
    secret::Token,
};
use ds_lifecycle::{Claim, CreateError, GiveError, MoveInError, Offer, TrashError};

use super::pair::{HERE, ORIGIN, Pair};
use crate::world::{NOTES, scratch};

fn claim(offer: &Offer) -> Claim {
    Claim {
        id: offer.id,
        secret: offer.secret.clone(),
    }
}

fn taker(origin: &str) -> Taker {
    Taker {
        appspace: AppspaceId::new(),
        origin: origin.into(),
    }
}

#[tokio::test]
async fn an_appspace_moves_with_all_that_is_its() {
    let root = scratch();
    let pair = Pair::new(root.path()).await;
    let old = pair.old.world.appspace().await;
    let before = pair.old.world.dbs.members(old.id).await.unwrap();
    let offer = pair.offer().await;
    assert_eq!(
        pair.serving().await,
        (true, false),
        "a consent changes nothing"
    );
    let arrived = pair.take(&offer).await.unwrap();
    assert_eq!(pair.check_settled("moved").await, (false, true));

    let new = arrived.appspace.unwrap();
    assert_eq!(
        (new.address.as_str(), new.version.to_string()),
        (HERE, "2.0.0".into())
    );
    let after = pair.new.world.dbs.members(new.id).await.unwrap();
    let names = |members: &[ds_core::Member]| -> Vec<_> {
        let all = members.iter();
        all.map(|one| (one.proxy_id.clone(), one.display_name.clone()))
            .collect()
    };
    assert_eq!(names(&after), names(&before));
    let kept = pair.old.world.data.trash(old.id).files().join("note");
    assert_eq!(fs::read_to_string(kept).unwrap(), "written by Ada");

    // The address is taken until the owner lets the redirect go.
    let world = &pair.old.world;
    let squatter = world.new_appspace("1.0.0", NOTES).await;
    let refused = pair.old.lifecycle.create(squatter.clone()).await;
    assert!(
        matches!(refused, Err(CreateError::AddressTaken(_))),
        "{refused:?}"
    );
    let back = pair.old.lifecycle.take_out(old.id, None).await;
    assert!(matches!(back, Err(TrashError::AddressTaken(_))), "{back:?}");
    assert!(world.store.trashed(old.id).await.unwrap().is_some());
    pair.old.moves.remove_redirect(offer.id).await.unwrap();
    assert_eq!(pair.old.moves.redirect(&NOTES.parse().unwrap()), None);
    pair.old.lifecycle.create(squatter).await.unwrap();

    let again = pair.take(&offer).await;
    assert!(
        matches!(again, Err(MoveInError::AddressTaken(_))),
        "{again:?}"
    );
    let mut wanted = pair.wanted(&offer).await;
    wanted.new.address = "other.example.org".parse().unwrap();
    let again = pair.new.moves.take(wanted).await.unwrap().wait().await;
    assert!(matches!(again, Err(MoveInError::Ask(_))), "{again:?}");
    pair.close().await;
}

#[tokio::test]
async fn one_that_its_owner_paused_stays_so() {
    let root = scratch();
    let pair = Pair::new(root.path()).await;
    let old = pair.old.world.appspace().await;
    pair.old.world.store.set_paused(old.id, true).await.unwrap();
    let offer = pair.offer().await;
    let arrived = pair.take(&offer).await.unwrap().appspace.unwrap();
    assert!(arrived.paused);
    pair.close().await;
}

#[tokio::test]
async fn who_may_begin() {
    let root = scratch();
    let pair = Pair::new(root.path()).await;
    let moves = &pair.old.moves;
    let earlier = pair.offer().await;
    let offer = pair.offer().await;
    let check = async |claim: Claim, origin: &str, expect: &str| {
        let said = match moves.begin(&claim, taker(origin)).await {
            Ok(report) => format!("{report:?}"),
            Err(error) => error.to_string(),
        };
        assert!(said.contains(expect), "{said}");
    };
    check(claim(&earlier), ORIGIN, "makes a new one").await;
    let wrong = Token::random();
    for secret in [wrong, Token::presented(""), earlier.secret.clone()] {
        let id = offer.id;
        check(Claim { id, secret }, ORIGIN, "no such move").await;
    }
    for origin in ["https://x/y", "javascript:1", "https://a@b.example.com", ""] {
        check(claim(&offer), origin, "no place").await;
    }
    assert_eq!(pair.serving().await, (true, false));

    pair.old.world.clock.advance(Duration::from_hours(2));
    check(claim(&offer), ORIGIN, "too old").await;
    let offer = pair.offer().await;
    moves.take_back(offer.id).await.unwrap();
    check(claim(&offer), ORIGIN, "was cancelled").await;

    let offer = pair.offer().await;
    let first = taker(ORIGIN);
    let begun = moves.begin(&claim(&offer), first.clone()).await.unwrap();
    assert_eq!(begun.standing, Standing::Begun);
    moves.begin(&claim(&offer), first.clone()).await.unwrap();
    check(claim(&offer), ORIGIN, "another host").await;
    let second = moves.offer(pair.old.world.appspace().await.id).await;
    assert!(matches!(second, Err(GiveError::Taken)), "{second:?}");

    while moves.state(&claim(&offer)).await.unwrap().ready.is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(pair.serving().await, (false, false));
    let early = moves.commit(&claim(&offer), first.appspace).await;
    assert!(matches!(early, Err(GiveError::NotFetched)), "{early:?}");
    let stranger = moves.commit(&claim(&offer), AppspaceId::new()).await;
    assert!(matches!(stranger, Err(GiveError::Taken)), "{stranger:?}");
    let stranger = moves.abort(&claim(&offer), AppspaceId::new()).await;
    assert_eq!(stranger.unwrap().standing, Standing::Begun);

    moves.take_back(offer.id).await.unwrap();
    let over = moves.commit(&claim(&offer), first.appspace).await.unwrap();
    assert_eq!(over.standing, Standing::Ended);
    assert_eq!(pair.check_settled("taken back").await, (true, false));
    pair.close().await;
}

#[tokio::test]
async fn what_cannot_be_taken_over_stays_where_it_is() {
    let root = scratch();
    let pair = Pair::new(root.path()).await;
    // Its app is not there, and may not be installed.
    let offer = pair.offer().await;
    let mut wanted = pair.wanted(&offer).await;
    wanted.new.version = None;
    let app = pair.new.world.version("1.0.0").await;
    ds_core::AppStore::remove_version(&*pair.new.world.store, app.id)
        .await
        .unwrap();
    let refused = pair.new.moves.take(wanted).await.unwrap().wait().await;
    assert!(
        matches!(refused, Err(MoveInError::Import(_))),
        "{refused:?}"
    );
    assert_eq!(pair.check_settled("no app").await, (true, false));

    let created = pair.new.world.new_appspace("2.0.0", HERE).await;
    let created = pair.new.lifecycle.create(created).await.unwrap();
    let taken = pair.take(&pair.offer().await).await;
    assert!(
        matches!(taken, Err(MoveInError::AddressTaken(_))),
        "{taken:?}"
    );
    pair.new.world.store.remove(created.id).await.unwrap();
    pair.close().await;
}

#[tokio::test]
async fn a_consent_is_for_one_address() {
    let root = scratch();
    let pair = Pair::new(root.path()).await;
    let (old, moves) = (&pair.old.world, &pair.old.moves);
    let id = old.appspace().await.id;
    let offer = pair.offer().await;
    let ask = async || moves.begin(&claim(&offer), taker(ORIGIN)).await;
    pair.old.lifecycle.delete(id).await.unwrap();
    let described = moves.describe(&claim(&offer)).await;
    assert!(matches!(described, Err(GiveError::Over)), "{described:?}");
    let in_trash = ask().await;
    assert!(matches!(in_trash, Err(GiveError::Over)), "{in_trash:?}");
    // Its job says so a moment before it is over.
    while pair.old.lifecycle.jobs().of(id).is_some() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let elsewhere = "elsewhere.example.com".parse().unwrap();
    let back = pair.old.lifecycle.take_out(id, Some(elsewhere)).await;
    back.unwrap();
    // Somebody else has the address by now: it must not lead to where the first one goes.
    let squatter = old.new_appspace("1.0.0", NOTES).await;
    pair.old.lifecycle.create(squatter).await.unwrap();
    let begun = ask().await;
    assert!(matches!(begun, Err(GiveError::Over)), "{begun:?}");
    assert_eq!(pair.serving().await, (true, false));
    pair.close().await;
}
