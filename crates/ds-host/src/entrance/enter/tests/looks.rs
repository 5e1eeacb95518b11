//! How members' own hosts are asked what they look like: never too often, and none at the cost of another.

use std::{
    collections::HashMap,
    io::Write as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use ds_auth::{
    dropid::client::{Bounds, Got, Web, WebError},
    people::SecondSteps,
};
use ds_core::{Appspace, LoginKind, ManualClock, MemberLogin, ProxyId};
use ds_net::GetError;
use ds_testkit::{Memory, sample};
use tokio::sync::{Semaphore, mpsc};
use url::Url;

use super::super::{
    dress::wear,
    refresh::{ask, refresh_after},
};
use crate::{
    entrance::{LoginParts, Logins},
    ops::{Claims, tests::fixture::Fixture},
};

/// Pages of other hosts.
#[derive(Default)]
struct Pages {
    there: Mutex<HashMap<String, Vec<u8>>>,
    asked: Mutex<Vec<String>>,
}

impl Pages {
    fn put(&self, url: &str, body: impl Into<Vec<u8>>) {
        let mut there = self.there.lock().unwrap();
        there.insert(url.to_owned(), body.into());
    }

    /// The page of somebody who is called so, and has a picture there.
    fn card(&self, url: &str, name: &str, photo: &str) {
        let photo = match photo {
            "" => String::new(),
            photo => format!("<img class=u-photo src='{photo}'>"),
        };
        let card = format!("<div class=h-card>{photo}<b class=p-name>{name}</b></div>");
        self.put(url, card);
    }

    /// How often something was asked for whose address begins so.
    fn asked(&self, url: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|one| one.starts_with(url)).count()
    }
}

#[async_trait]
impl Web for Pages {
    async fn get(&self, url: &Url, _: Bounds) -> Result<Got, WebError> {
        self.asked.lock().unwrap().push(url.to_string());
        let host = url.host_str().unwrap().to_owned();
        let source: Box<dyn std::error::Error + Send + Sync> = match &*host {
            "slow.example" => std::future::pending().await,
            "dead.example" => Box::new(GetError::TooSlow {
                url: url.clone(),
                limit: Duration::ZERO,
            }),
            _ => "no such page".into(),
        };
        let body = self.there.lock().unwrap().get(url.as_str()).cloned();
        let body = body.ok_or(WebError { host, source })?;
        Ok(Got {
            seen: vec![url.clone()],
            links: Vec::new(),
            content_type: Some("text/html".into()),
            body,
        })
    }

    async fn post(&self, _: &Url, _: &[(&str, &str)], _: Bounds) -> Result<Vec<u8>, WebError> {
        panic!("nothing is sent")
    }
}

/// An appspace whose members follow.
struct World {
    host: Fixture,
    owner: ds_core::AccountId,
    at: Appspace,
    pages: Arc<Pages>,
    logins: Arc<Logins>,
    clock: Arc<ManualClock>,
}

impl World {
    async fn new() -> Self {
        let host = Fixture::new().await;
        let owner = host.account("ada@example.com", true).await;
        host.app(owner, "notes", "1.0.0").await;
        let made = host.ops.create_appspace(owner, "notes", "diary").await;
        let at = made.unwrap().appspace;
        let (pages, clock) = (Arc::new(Pages::default()), sample::clock());
        let store = Arc::new(Memory::new());
        let logins = Logins::new(LoginParts {
            names: host.ops.names().clone(),
            members: store.clone(),
            known: crate::ops::KnownWays::new(&store),
            pending: store.clone(),
            letters: store.clone(),
            second_steps: SecondSteps::new(store.clone(), store),
            web: pages.clone(),
            mailer: None,
            original: None,
            clock: clock.clone(),
        });
        Self {
            host,
            owner,
            at,
            pages,
            logins: Arc::new(logins),
            clock,
        }
    }

    /// A member who is called as at their own host, and follows it.
    async fn follower(&self, who: &str, name: &str) -> ProxyId {
        let ops = &self.host.ops;
        let added = ops.add_member(self.owner, "diary", who, None).await;
        let id = added.unwrap().proxy_id;
        let claims = Claims {
            name: Some(name.to_owned()),
            photo: None,
        };
        let login = login(who);
        let followed = ops.follow_name(&self.at, &id, &login, &claims, false);
        assert!(!followed.await.unwrap());
        assert_eq!(self.shown(&id).await.0, name);
        id
    }

    /// The name and picture of a member.
    async fn shown(&self, id: &ProxyId) -> (String, String) {
        let found = self.host.ops.members(self.owner, "diary").await.unwrap();
        let member = found.into_iter().find(|one| one.proxy_id == *id).unwrap();
        (member.display_name, member.avatar)
    }

    /// The host of a member is asked now.
    async fn asks(&self, id: &ProxyId) {
        let (lookups, one) = (Semaphore::new(1), (self.at.id, id.clone()));
        let asked = ask(&self.host.ops, &self.logins, &lookups, &one).await;
        asked.unwrap();
    }
}

fn login(who: &str) -> MemberLogin {
    let kind = if who.starts_with("https:") {
        LoginKind::Profile
    } else {
        LoginKind::DropId
    };
    MemberLogin {
        kind,
        name: who.to_owned(),
        signed_by: String::new(),
    }
}

/// A picture of so many pixels a side, and lighter the larger it is.
fn png(side: u8) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let mut crc = flate2::Crc::new();
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        let checked = [kind, data].concat();
        crc.update(&checked);
        [&length[..], &checked, &crc.sum().to_be_bytes()].concat()
    };
    let row = [vec![0], vec![side * 8; usize::from(side)]].concat();
    let rows = row.repeat(usize::from(side));
    let mut pixels = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    pixels.write_all(&rows).unwrap();
    let header = [0, 0, 0, side, 0, 0, 0, side, 8, 0, 0, 0, 0];
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(chunk(b"IHDR", &header));
    png.extend(chunk(b"IDAT", &pixels.finish().unwrap()));
    png.extend(chunk(b"IEND", b""));
    png
}

#[tokio::test]
async fn a_slow_host_holds_up_nobody_else() {
    let world = World::new().await;
    let (tell, seen) = mpsc::channel(100);
    let (ops, logins) = (world.host.ops.clone(), Arc::clone(&world.logins));
    let task = tokio::spawn(refresh_after(Duration::ZERO, ops, logins, seen));
    for n in 0..30 {
        let id = world.follower(&format!("slow.example/ada{n}"), "Ada").await;
        tell.send((world.at.id, id)).await.unwrap();
    }
    let eve = world.follower("b.example/eve", "Eve").await;
    world.pages.card("https://b.example/eve", "Evelyn", "");
    tell.send((world.at.id, eve.clone())).await.unwrap();
    let evelyn = async {
        while world.shown(&eve).await.0 != "Evelyn" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let soon = tokio::time::timeout(Duration::from_secs(5), evelyn).await;
    assert!(soon.is_ok(), "while others wait for their own host");
    assert_eq!(world.pages.asked("https://slow.example/"), 1, "one by one");
    task.abort();
}

#[tokio::test]
async fn who_does_not_answer_is_left_alone_for_longer_and_longer() {
    let world = World::new().await;
    let (one, two) = (
        world.follower("dead.example/one", "One").await,
        world.follower("dead.example/two", "Two").await,
    );
    let mut expect = 0;
    for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
        expect += 1;
        for id in [&one, &two, &one] {
            world.asks(id).await;
        }
        assert_eq!(world.pages.asked("https://dead.example/"), expect);
        world.clock.advance(Duration::from_mins(minutes));
    }
    // A page that is not there is nobody else's fault.
    let (gone, there) = (
        world.follower("b.example/gone", "Gone").await,
        world.follower("b.example/eve", "Eve").await,
    );
    world.pages.card("https://b.example/eve", "Evelyn", "");
    for id in [&gone, &gone, &there] {
        world.asks(id).await;
    }
    assert_eq!(world.pages.asked("https://b.example/gone"), 1);
    assert_eq!(world.shown(&there).await.0, "Evelyn");
}

#[tokio::test]
async fn a_picture_that_cannot_be_had_is_not_asked_for_again_and_again() {
    const PHOTO: &str = "https://photos.example/ada.png";
    let world = World::new().await;
    let ada = world.follower("b.example/ada", "Ada").await;
    world.pages.card("https://b.example/ada", "Ada", PHOTO);
    for _ in 0..3 {
        world.asks(&ada).await;
        world.clock.advance(Duration::from_mins(10));
    }
    assert_eq!(world.pages.asked("https://b.example/ada"), 3);
    assert_eq!(world.pages.asked(PHOTO), 1, "it is not there");
    world.pages.put(PHOTO, "no picture");
    world.clock.advance(Duration::from_hours(1));
    for _ in 0..2 {
        world.asks(&ada).await;
    }
    assert_eq!(world.pages.asked(PHOTO), 2);
    world.pages.put(PHOTO, png(8));
    world.clock.advance(Duration::from_hours(2));
    world.asks(&ada).await;
    assert!(!world.shown(&ada).await.1.is_empty(), "it is there now");

    // The host that pictures are at is asked ten times a minute, whoever's they are.
    let before = world.pages.asked("https://photos.example/");
    world.clock.advance(Duration::from_mins(1));
    for n in 0..12 {
        let (host, photo) = (
            format!("c{n}.example/x"),
            format!("https://photos.example/{n}.png"),
        );
        let id = world.follower(&host, "Eve").await;
        world.pages.put(&photo, png(8));
        world.pages.card(&format!("https://{host}"), "Eve", &photo);
        world.asks(&id).await;
    }
    assert_eq!(world.pages.asked("https://photos.example/") - before, 10);
}

#[tokio::test]
async fn another_picture_at_the_same_address_is_seen_within_a_day() {
    const PHOTO: &str = "https://b.example/ada.png";
    let world = World::new().await;
    let id = world.follower("https://b.example/~ada", "Ada").await;
    world.pages.card("https://b.example/~ada", "Ada", PHOTO);
    world.pages.put(PHOTO, png(8));
    world.asks(&id).await;
    let first = world.shown(&id).await.1;
    assert!(!first.is_empty());
    world.pages.put(PHOTO, png(16));
    world.clock.advance(Duration::from_hours(23));
    world.asks(&id).await;
    assert_eq!(world.shown(&id).await.1, first);
    world.clock.advance(Duration::from_hours(1));
    world.asks(&id).await;
    let second = world.shown(&id).await.1;
    assert!(second != first && !second.is_empty());
    // The same again changes nothing.
    world.clock.advance(Duration::from_hours(24));
    world.asks(&id).await;
    assert_eq!(world.shown(&id).await.1, second);
    assert_eq!(world.pages.asked(PHOTO), 3);

    // What hosts like this one say has another address when it changes.
    let signed = MemberLogin {
        signed_by: "https://b.example/".into(),
        ..login("https://b.example/~ada")
    };
    world.clock.advance(Duration::from_hours(24));
    let claims = Claims {
        name: Some("Ada".into()),
        photo: Some(Url::parse(PHOTO).unwrap()),
    };
    let worn = wear(
        &world.host.ops,
        &world.logins,
        &world.at,
        &id,
        &signed,
        &claims,
    );
    worn.await.unwrap();
    assert_eq!(world.pages.asked(PHOTO), 3);
}
