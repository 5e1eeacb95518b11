//! Logins that the account site sends: who opens them, and what becomes of the session before.

use ds_auth::{Epoch, Standing, people::SessionList as _};
use ds_core::{AccountId, ProxyId, secret::Token};

use super::world::{Answer, World};

const OPENED: [(&str, &str); 2] = [
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
];

/// A member and their account.
struct Person(AccountId, ProxyId);

impl Person {
    fn named(id: &str) -> Self {
        Self(AccountId::new(), id.parse().unwrap())
    }

    /// What a browser with this state comes back with.
    fn way_back(&self, world: &World, state: &Token) -> String {
        let who = Standing {
            account: self.0,
            since: Epoch::default(),
        };
        let issued = world
            .logins
            .issue(world.here, self.1.clone(), who, state.hash());
        format!(
            "/.dropserver/login?token={}&path=%2Fmembers",
            issued.reveal()
        )
    }

    async fn sessions(&self, world: &World) -> usize {
        world.memory.sessions_of(self.0).await.unwrap().len()
    }
}

/// The session that an answer sets, as a cookie.
fn session(answer: &Answer) -> Option<String> {
    let all = answer.headers.get_all("set-cookie").iter();
    let mut all = all.map(|value| value.to_str().unwrap().split(';').next().unwrap());
    let found = all.find(|cookie| cookie.starts_with("__Host-ds-member="));
    found.map(ToOwned::to_owned)
}

#[tokio::test]
async fn only_pages_that_people_open_log_them_in() {
    let world = World::new().await;
    let (ada, state) = (Person::named("ada"), Token::random());
    let cookie = format!("__Host-ds-login={}", state.reveal());
    let back = ada.way_back(&world, &state);
    for (mode, dest) in [
        ("no-cors", "empty"),
        ("cors", "empty"),
        ("same-origin", "empty"),
        ("no-cors", "image"),
        ("no-cors", "script"),
        ("navigate", "iframe"),
        ("navigate", "frame"),
        ("navigate", "object"),
        ("navigate", "embed"),
    ] {
        let says = [
            ("cookie", cookie.as_str()),
            ("accept", "text/html"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-mode", mode),
            ("sec-fetch-dest", dest),
        ];
        for (path, status) in [
            ("/.dropserver/login?path=%2F", 403),
            (back.as_str(), 403),
            // Nobody is sent to log in either.
            ("/members", 401),
        ] {
            let answer = world.ask("GET", path, &says).await;
            assert_eq!(answer.status.as_u16(), status, "{path} {mode} {dest}");
            assert_eq!(answer.header("set-cookie"), None, "{path} {mode} {dest}");
        }
    }
    assert_eq!(ada.sessions(&world).await, 0);
    // Nothing of it was used up.
    let mut says = OPENED.to_vec();
    says.push(("cookie", &cookie));
    let answer = world.ask("GET", &back, &says).await;
    assert_eq!(answer.header("location"), Some("/members"));
    assert_eq!(ada.sessions(&world).await, 1);
}

#[tokio::test]
async fn a_browser_has_one_session() {
    let world = World::new().await;
    let (ada, other) = (Person::named("ada"), Person::named("adakey"));
    let log_in = async |who: &Person, before: Option<&str>| {
        let state = Token::random();
        let back = who.way_back(&world, &state);
        let mut cookie = format!("__Host-ds-login={}", state.reveal());
        if let Some(before) = before {
            cookie = format!("{cookie}; {before}");
        }
        let mut says = OPENED.to_vec();
        says.push(("cookie", &cookie));
        let answer = world.ask("GET", &back, &says).await;
        assert_eq!(answer.header("location"), Some("/members"));
        session(&answer)
    };
    let who = async |cookie: &str| {
        let answer = world.ask("GET", "/public", &[("cookie", cookie)]).await;
        answer.who().unwrap()
    };
    let own = log_in(&ada, None).await.unwrap();
    for _ in 0..5 {
        assert_eq!(log_in(&ada, Some(&own)).await, None, "goes straight on");
    }
    assert_eq!(
        (ada.sessions(&world).await, who(&own).await),
        (1, "ada".into())
    );
    // Another browser has another; and another member takes the place of the first.
    let elsewhere = log_in(&ada, None).await.unwrap();
    assert_eq!(ada.sessions(&world).await, 2);
    let others = log_in(&other, Some(&own)).await.unwrap();
    assert_eq!(
        (who(&others).await, who(&own).await),
        ("adakey".into(), "nobody".into())
    );
    assert_eq!(
        (ada.sessions(&world).await, other.sessions(&world).await),
        (1, 1)
    );
    // The same member by another account, too.
    let by_other = Person(AccountId::new(), ada.1.clone());
    let again = log_in(&by_other, Some(&elsewhere)).await.unwrap();
    assert_eq!(
        (who(&again).await, ada.sessions(&world).await),
        ("ada".into(), 0)
    );
    // What is no session is none.
    let unknown = format!("__Host-ds-member={}", Token::random().reveal());
    assert!(log_in(&ada, Some(&unknown)).await.is_some());
}
