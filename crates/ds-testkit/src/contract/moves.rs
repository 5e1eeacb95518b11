//! Moves from and to other hosts.

use std::time::Duration;

use ds_core::{
    Appspace, AppspaceId, Job, JobId, MoveId, Timestamp, Work,
    moves::{Arrival, MoveIn, MoveOut, Standing, Taker},
    secret::Token,
};

use super::{HostStore, add_appspace, assert_missing, assert_taken};
use crate::sample::NOW;

const HOUR: Duration = Duration::from_hours(1);

/// [`MoveStore`](ds_core::moves::MoveStore).
pub async fn move_store(store: &impl HostStore) {
    let notes = add_appspace(store, "notes.example.com").await;
    let other = add_appspace(store, "other.example.com").await;
    offers(store, &notes).await;
    let moved = going(store, &notes, &other).await;
    coming(store, &other, &notes.address).await;

    assert_eq!(store.redirects().await.unwrap().len(), 1);
    store.remove_redirect(moved).await.unwrap();
    assert_missing(store.remove_redirect(moved).await);
    assert_eq!(store.redirects().await.unwrap(), []);
    assert_eq!(standing(store, moved).await, Standing::Moved, "it stays");
    let back = begun(store, Work::EmptyTrash { appspace: notes.id }).await;
    store
        .take_out(notes.id, &notes.address, back)
        .await
        .unwrap();
}

fn offer(of: &Appspace, at: Timestamp) -> MoveOut {
    MoveOut {
        id: MoveId::new(),
        appspace: of.id,
        owner: of.owner,
        address: of.address.clone(),
        created: at,
        expires: at.plus(HOUR),
        taker: None,
        job: None,
        moved: None,
        standing: Standing::Offered,
        redirects: false,
    }
}

fn taker() -> Taker {
    Taker {
        appspace: AppspaceId::new(),
        origin: "https://notes.example.org".into(),
    }
}

async fn begun(store: &impl HostStore, work: Work) -> JobId {
    let (id, begun) = (JobId::new(), NOW);
    store.begin(&Job { id, work, begun }).await.unwrap();
    id
}

async fn standing(store: &impl HostStore, id: MoveId) -> Standing {
    store.move_out(id).await.unwrap().unwrap().0.standing
}

async fn offers(store: &impl HostStore, notes: &Appspace) {
    assert_eq!(store.move_out(MoveId::new()).await.unwrap(), None);
    let (first, second) = (offer(notes, NOW), offer(notes, NOW.plus(HOUR)));
    let token = Token::random();
    store.offer(&first, &token.hash()).await.unwrap();
    let found = store.move_out(first.id).await.unwrap().unwrap();
    assert_eq!(found, (first.clone(), token.hash()));
    assert_eq!(first.standing_at(NOW), Standing::Offered);
    assert_eq!(first.standing_at(NOW.plus(HOUR)), Standing::Ended);

    store.offer(&second, &token.hash()).await.unwrap();
    assert_eq!(standing(store, first.id).await, Standing::Ended);
    let listed = store.moves_out(notes.owner).await.unwrap();
    let listed: Vec<MoveId> = listed.iter().map(|one| one.id).collect();
    assert_eq!(listed, [second.id, first.id]);

    store.end_offer(second.id).await.unwrap();
    assert_missing(store.end_offer(second.id).await);
    assert_eq!(standing(store, second.id).await, Standing::Ended);
    let job = JobId::new();
    assert_missing(store.begin_out(second.id, &taker(), job, NOW).await);
}

/// One that is given up, and one that is moved.
async fn going(store: &impl HostStore, notes: &Appspace, other: &Appspace) -> MoveId {
    let (token, taker) = (Token::random().hash(), taker());
    let work = Work::MoveOut { appspace: notes.id };
    let (given_up, moved) = (offer(notes, NOW), offer(notes, NOW.plus(HOUR)));
    store.offer(&given_up, &token).await.unwrap();
    let job = begun(store, work.clone()).await;
    let late = NOW.plus(HOUR);
    assert_missing(store.begin_out(given_up.id, &taker, job, late).await);
    store
        .begin_out(given_up.id, &taker, job, NOW)
        .await
        .unwrap();
    assert_missing(store.begin_out(given_up.id, &taker, job, NOW).await);
    assert_eq!(standing(store, given_up.id).await, Standing::Begun);
    assert_missing(store.end_offer(given_up.id).await);
    store.end(job, Some("given up")).await.unwrap();
    assert_eq!(standing(store, given_up.id).await, Standing::Ended);
    assert_missing(store.commit_out(given_up.id, NOW, job).await);

    store.offer(&moved, &token).await.unwrap();
    let job = begun(store, work).await;
    let now = moved.created;
    store.begin_out(moved.id, &taker, job, now).await.unwrap();
    assert_missing(store.commit_out(moved.id, NOW, JobId::new()).await);
    assert_eq!(standing(store, moved.id).await, Standing::Begun);
    store.commit_out(moved.id, NOW, job).await.unwrap();
    assert_eq!(store.unfinished().await.unwrap(), []);
    let (found, _) = store.move_out(moved.id).await.unwrap().unwrap();
    assert_eq!(found.standing, Standing::Moved);
    assert_eq!(found.taker.as_ref(), Some(&taker));
    assert!(found.redirects && found.moved == Some(NOW));
    assert_eq!(store.appspace(notes.id).await.unwrap(), None);
    assert!(store.trashed(notes.id).await.unwrap().is_some());
    let redirect = (notes.address.clone(), taker.origin);
    assert_eq!(store.redirects().await.unwrap(), [redirect]);

    let squatter = Appspace {
        id: AppspaceId::new(),
        address: notes.address.clone(),
        ..other.clone()
    };
    assert_taken(store.add(&squatter).await);
    let job = begun(store, Work::EmptyTrash { appspace: notes.id }).await;
    assert_taken(store.add_by(&squatter, job, None).await);
    assert_taken(store.take_out(notes.id, &notes.address, job).await);
    store.end(job, None).await.unwrap();
    moved.id
}

async fn coming(store: &impl HostStore, other: &Appspace, kept: &ds_core::Address) {
    let secret = Token::random();
    let incoming = |address: &str| MoveIn {
        appspace: AppspaceId::new(),
        owner: other.owner,
        address: address.parse().unwrap(),
        version: Some(other.version_id),
        site: "https://dropserver.example.org".into(),
        id: MoveId::new(),
        created: NOW,
        asked: None,
        problem: None,
        paused: true,
        arrival: Arrival::Undecided,
    };
    for taken in [kept, &other.address] {
        let incoming = incoming(taken.as_str());
        let work = Work::Move {
            appspace: incoming.appspace,
        };
        let job = begun(store, work).await;
        assert_taken(store.prepare_in(&incoming, &secret, job).await);
        store.end(job, Some("taken")).await.unwrap();
    }
    for is_published in [true, false] {
        let incoming = incoming("here.example.com");
        let id = incoming.appspace;
        let job = begun(store, Work::Move { appspace: id }).await;
        let stranger = JobId::new();
        assert_missing(store.prepare_in(&incoming, &secret, stranger).await);
        store.prepare_in(&incoming, &secret, job).await.unwrap();
        assert_eq!(store.unfinished().await.unwrap(), []);
        let (found, opened) = store.undecided().await.unwrap().remove(0);
        assert_eq!(found, incoming);
        assert_eq!(opened.reveal(), secret.reveal());
        assert_eq!(store.at(&incoming.address).await.unwrap(), None);
        let squatter = Appspace {
            id: AppspaceId::new(),
            address: incoming.address.clone(),
            ..other.clone()
        };
        assert_taken(store.add(&squatter).await);
        store.note_in(id, "it is silent", NOW).await.unwrap();
        let noted = store.moves_in(other.owner).await.unwrap();
        let noted = noted.iter().find(|one| one.appspace == id).unwrap();
        assert_eq!(noted.problem.as_deref(), Some("it is silent"));
        if is_published {
            store.publish_in(id, NOW).await.unwrap();
            let at = store.at(&incoming.address).await.unwrap().unwrap();
            assert_eq!((at.id, at.version_id), (id, other.version_id));
            assert!(at.paused, "its owner had paused it");
            store.remove(id).await.unwrap();
        } else {
            store.refuse_in(id, "it stays", NOW).await.unwrap();
            store.add(&squatter).await.unwrap();
            store.remove(squatter.id).await.unwrap();
        }
        assert!(store.undecided().await.unwrap().is_empty());
        assert_missing(store.publish_in(id, NOW).await);
        assert_missing(store.refuse_in(id, "again", NOW).await);
    }
    let arrivals = store.moves_in(other.owner).await.unwrap();
    let mut arrivals: Vec<Arrival> = arrivals.iter().map(|one| one.arrival).collect();
    arrivals.sort_by_key(|arrival| *arrival == Arrival::Refused);
    assert_eq!(arrivals, [Arrival::Published, Arrival::Refused]);
}
