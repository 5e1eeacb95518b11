//! All at once: whatever the order of steps, what was revoked stays revoked.

use std::{collections::VecDeque, sync::Arc};

use ds_core::{AccountId, AppspaceId, Member, secret::Token};
use proptest::prelude::*;

use super::{
    super::*,
    fake::{Fake, member},
};

#[derive(Clone, Copy, Debug)]
enum Revocation {
    End,
    EndMember,
    EndAccount,
    /// The member is removed from the store, and the appspace forgotten.
    Remove,
    /// The member gets a permission, and the appspace is forgotten.
    Grant,
}

struct Scene {
    fake: Arc<Fake>,
    sessions: Sessions,
    space: AppspaceId,
    ada: Member,
    account: AccountId,
    token: Token,
}

impl Scene {
    async fn new() -> Arc<Self> {
        let (fake, sessions) = Fake::with_sessions();
        let (space, ada, account) = (AppspaceId::new(), member("Ada"), AccountId::new());
        fake.put_member(space, &ada);
        let standing = sessions.standing(account).await.unwrap();
        let started = sessions.start_member(space, ada.proxy_id.clone(), Some(standing));
        let token = started.await.unwrap();
        Arc::new(Self {
            fake,
            sessions,
            space,
            ada,
            account,
            token,
        })
    }

    async fn look(&self) -> Option<Arc<Member>> {
        self.sessions.member(self.space, &self.token).await.unwrap()
    }

    async fn revoke(&self, how: Revocation) {
        match how {
            Revocation::End => self.sessions.end(&self.token).await.unwrap(),
            Revocation::EndMember => {
                let ended = self.sessions.end_member(self.space, &self.ada.proxy_id);
                ended.await.unwrap();
            }
            Revocation::EndAccount => {
                self.sessions.end_account(self.account).await.unwrap();
            }
            Revocation::Remove => {
                self.fake.drop_member(self.space, &self.ada.proxy_id);
                self.sessions.forget_appspace(self.space);
            }
            Revocation::Grant => {
                self.fake.put_member(self.space, &self.granted());
                self.sessions.forget_appspace(self.space);
            }
        }
    }

    fn granted(&self) -> Member {
        let mut granted = self.ada.clone();
        granted.permissions.insert("edit".parse().unwrap());
        granted
    }

    /// What every look must see that begins when the revocation is done.
    fn after(&self, how: Revocation) -> Option<Member> {
        matches!(how, Revocation::Grant).then(|| self.granted())
    }
}

/// Some look again and again, while one revokes after a few steps.
async fn run(how: Revocation, wait: u8, lookers: usize, pauses: Vec<u8>) {
    let scene = Scene::new().await;
    *scene.fake.pauses.lock().unwrap() = VecDeque::from(pauses);
    let mut tasks: Vec<_> = (0..lookers)
        .map(|_| {
            let scene = Arc::clone(&scene);
            tokio::spawn(async move {
                for _ in 0..3 {
                    scene.look().await;
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    let revoker = Arc::clone(&scene);
    tasks.push(tokio::spawn(async move {
        for _ in 0..wait {
            tokio::task::yield_now().await;
        }
        revoker.revoke(how).await;
        for _ in 0..4 {
            assert_eq!(revoker.look().await.as_deref(), revoker.after(how).as_ref());
            tokio::task::yield_now().await;
        }
    }));
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(scene.look().await.as_deref(), scene.after(how).as_ref());
}

fn revocation() -> impl Strategy<Value = Revocation> {
    prop::sample::select(vec![
        Revocation::End,
        Revocation::EndMember,
        Revocation::EndAccount,
        Revocation::Remove,
        Revocation::Grant,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn what_was_revoked_stays_revoked(
        how in revocation(),
        wait in 0..12_u8,
        lookers in 1..4_usize,
        pauses in prop::collection::vec(0..6_u8, 0..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(run(how, wait, lookers, pauses));
    }
}
