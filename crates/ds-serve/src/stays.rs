//! Whether a member may still have what they have open: a response that goes on, an upload, an answer that takes long.

use std::{future, sync::Arc, time::Duration};

use ds_auth::{Authenticator, Visitor, authorize};
use ds_core::{Access, AppspaceId, Member, ProxyId};
use http::{HeaderMap, header};
use tokio::{sync::watch, time::Instant};

/// What ends by itself (a key, a session) is noticed after this long, if nothing was revoked before.
const LOOK_EVERY: Duration = Duration::from_mins(10);

/// Somebody who was let in. Whenever something is revoked (a session, a membership, a permission, an account), and every
/// [`LOOK_EVERY`], it is asked again who they are and whether they may: what was asked before costs no query.
pub(crate) struct Stays {
    authenticator: Arc<dyn Authenticator>,
    changes: watch::Receiver<()>,
    appspace: AppspaceId,
    /// By which they are known.
    headers: HeaderMap,
    id: ProxyId,
    access: Access,
    /// Something was revoked, or it was time, and it was not looked at to the end.
    is_due: bool,
    /// When it is time.
    next: Instant,
}

impl Stays {
    /// Watches over a member. `changes` was taken before they were identified, so that nothing is missed.
    pub(crate) fn watch(
        authenticator: &Arc<dyn Authenticator>,
        changes: watch::Receiver<()>,
        appspace: AppspaceId,
        all: &HeaderMap,
        member: &Member,
        access: &Access,
    ) -> Self {
        let mut headers = HeaderMap::new();
        for name in [header::COOKIE, header::AUTHORIZATION] {
            for value in all.get_all(&name) {
                headers.append(name.clone(), value.clone());
            }
        }
        Self {
            authenticator: Arc::clone(authenticator),
            changes,
            appspace,
            headers,
            id: member.proxy_id.clone(),
            access: access.clone(),
            is_due: false,
            next: Instant::now() + LOOK_EVERY,
        }
    }

    /// Resolves when they may not any more. May be dropped and called again.
    pub(crate) async fn ended(&mut self) {
        loop {
            if !self.is_due {
                let revoked = async {
                    if self.changes.changed().await.is_err() {
                        // Nobody is left who could revoke anything.
                        future::pending::<()>().await;
                    }
                };
                tokio::select! {
                    () = revoked => {}
                    () = tokio::time::sleep_until(self.next) => {}
                }
                self.is_due = true;
            }
            if !self.may_stay().await {
                return;
            }
            self.is_due = false;
            self.next = Instant::now() + LOOK_EVERY;
        }
    }

    /// Who cannot be told is let go: better a stream that begins again than one that should have ended.
    async fn may_stay(&self) -> bool {
        let visitor = self.authenticator.identify(self.appspace, &self.headers);
        let Ok(Visitor::Member(member)) = visitor.await else {
            return false;
        };
        member.proxy_id == self.id && authorize(&self.access, Visitor::Member(member)).is_ok()
    }
}

/// The same of somebody who may be nobody: the public stays.
pub(crate) async fn ended(stays: &mut Option<Stays>) {
    match stays {
        Some(stays) => stays.ended().await,
        None => future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Mutex, PoisonError},
        time::Duration,
    };

    use async_trait::async_trait;
    use ds_auth::AuthError;

    use super::*;

    struct Fake {
        who: Mutex<Visitor>,
        changes: watch::Sender<()>,
    }

    impl Fake {
        fn becomes(&self, who: Visitor) {
            self.becomes_quietly(who);
            self.changes.send_replace(());
        }

        /// As when a key ends: nothing is revoked.
        fn becomes_quietly(&self, who: Visitor) {
            *self.who.lock().unwrap_or_else(PoisonError::into_inner) = who;
        }
    }

    #[async_trait]
    impl Authenticator for Fake {
        async fn identify(&self, _: AppspaceId, all: &HeaderMap) -> Result<Visitor, AuthError> {
            tokio::task::yield_now().await;
            assert_eq!(all.len(), 1, "what they are known by, and no more");
            let who = self.who.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(who.clone())
        }

        fn changes(&self) -> Option<watch::Receiver<()>> {
            Some(self.changes.subscribe())
        }
    }

    fn member(permissions: &[&str]) -> Member {
        Member {
            proxy_id: "ada".parse().unwrap(),
            display_name: "Ada".into(),
            avatar: String::new(),
            permissions: permissions.iter().map(|p| p.parse().unwrap()).collect(),
            is_owner: false,
        }
    }

    /// Whether somebody who may edit, and reads what `access` guards, stays when they become somebody else.
    async fn check(becomes: Visitor, permission: Option<&str>, expect: bool) {
        let ada = member(&["edit"]);
        let fake = Arc::new(Fake {
            who: Mutex::new(Visitor::Member(Arc::new(ada.clone()))),
            changes: watch::Sender::new(()),
        });
        let by: Arc<dyn Authenticator> = fake.clone();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, header::HeaderValue::from_static("a=b"));
        headers.insert(header::ACCEPT, header::HeaderValue::from_static("*/*"));
        let access = Access::Authorized {
            permission: permission.map(|p| p.parse().unwrap()),
        };
        let (changes, id) = (by.changes().unwrap(), AppspaceId::new());
        let mut stays = Stays::watch(&by, changes, id, &headers, &ada, &access);
        // Before anybody looks: it is not missed.
        fake.becomes(becomes.clone());
        // Dropped in the middle of looking, as a `select!` does: it looks again.
        {
            let mut looking = std::pin::pin!(stays.ended());
            let polled = futures_util::poll!(&mut looking);
            assert!(polled.is_pending());
        }
        let ended = tokio::time::timeout(Duration::from_millis(200), stays.ended());
        assert_eq!(ended.await.is_err(), expect, "{becomes:?} {permission:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_ends_by_itself_is_noticed() {
        let ada = member(&[]);
        let fake = Arc::new(Fake {
            who: Mutex::new(Visitor::Member(Arc::new(ada.clone()))),
            changes: watch::Sender::new(()),
        });
        let by: Arc<dyn Authenticator> = fake.clone();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, header::HeaderValue::from_static("a=b"));
        let access = Access::Authorized { permission: None };
        let (changes, id) = (by.changes().unwrap(), AppspaceId::new());
        let mut stays = Stays::watch(&by, changes, id, &headers, &ada, &access);
        // A day goes by, in which it is dropped and called again, and they stay.
        for _ in 0..24 * 60 {
            let a_minute = tokio::time::timeout(Duration::from_mins(1), stays.ended());
            assert!(a_minute.await.is_err());
        }
        fake.becomes_quietly(Visitor::Anonymous);
        let begun = Instant::now();
        tokio::time::timeout(Duration::from_hours(1), async {
            // Whoever waits may look elsewhere in between.
            while tokio::time::timeout(Duration::from_mins(3), stays.ended())
                .await
                .is_err()
            {}
        })
        .await
        .unwrap();
        assert!(begun.elapsed() <= LOOK_EVERY);
    }

    #[tokio::test(start_paused = true)]
    async fn who_stays() {
        let is = |permissions| Visitor::Member(Arc::new(member(permissions)));
        let other = Member {
            proxy_id: "bob".parse().unwrap(),
            ..member(&["edit"])
        };
        check(is(&["edit"]), Some("edit"), true).await;
        check(is(&[]), Some("edit"), false).await;
        check(is(&[]), None, true).await;
        check(Visitor::Anonymous, None, false).await;
        check(Visitor::Member(Arc::new(other)), None, false).await;
    }
}
