//! One thing after another: the memory answers as a plain map does.

use std::{collections::HashMap, time::Duration};

use ds_core::{AccountId, AppspaceId, Clock as _, Member, Timestamp, secret::Token};
use proptest::prelude::*;

use super::{
    super::*,
    fake::{self, Fake},
};

/// Indices are taken modulo what there is.
#[derive(Clone, Debug)]
enum Op {
    StartAccount(usize),
    StartMember {
        space: usize,
        member: usize,
        account: Option<usize>,
    },
    LookAccount(usize),
    LookMember {
        space: usize,
        token: usize,
    },
    End(usize),
    EndMember {
        space: usize,
        member: usize,
    },
    EndAccount(usize),
    /// The member is granted something in the store, and the appspace forgotten.
    Grant {
        space: usize,
        member: usize,
    },
    Remove {
        space: usize,
        member: usize,
    },
    Wait(u64),
}

fn op() -> impl Strategy<Value = Op> {
    let (n, token) = (0..2_usize, 0..8_usize);
    prop_oneof![
        1 => n.clone().prop_map(Op::StartAccount),
        1 => (n.clone(), n.clone(), prop::option::of(n.clone()))
            .prop_map(|(space, member, account)| Op::StartMember { space, member, account }),
        3 => token.clone().prop_map(Op::LookAccount),
        6 => (n.clone(), token.clone()).prop_map(|(space, token)| Op::LookMember { space, token }),
        1 => token.prop_map(Op::End),
        1 => (n.clone(), n.clone()).prop_map(|(space, member)| Op::EndMember { space, member }),
        1 => n.clone().prop_map(Op::EndAccount),
        1 => (n.clone(), n.clone()).prop_map(|(space, member)| Op::Grant { space, member }),
        1 => (n.clone(), n).prop_map(|(space, member)| Op::Remove { space, member }),
        1 => (0..400_u64).prop_map(Op::Wait),
    ]
}

/// What is true, kept naively.
struct World {
    accounts: [AccountId; 2],
    spaces: [AppspaceId; 2],
    members: HashMap<(usize, usize), Member>,
    /// Every token, with what it was made for and when it ends, while it has not been ended.
    tokens: Vec<(Token, Option<(Made, Timestamp)>)>,
    grants: u32,
}

#[derive(Clone, PartialEq)]
enum Made {
    Account(usize),
    Member(usize, usize, Option<usize>),
}

impl World {
    /// What a token was made for, if it is good now; its use moves its end.
    fn look(&mut self, token: usize, now: Timestamp) -> Option<Made> {
        let (made, expires) = self.tokens.get_mut(token)?.1.as_mut()?;
        if *expires <= now {
            return None;
        }
        Some(made.clone())
    }

    fn used(&mut self, token: usize, now: Timestamp) {
        if let Some((made, expires)) = &mut self.tokens[token].1 {
            let lasts = match made {
                Made::Account(_) => ACCOUNT_LASTS,
                Made::Member(..) => MEMBER_LASTS,
            };
            if expires.plus(Duration::from_hours(1)) <= now.plus(lasts) {
                *expires = now.plus(lasts);
            }
        }
    }

    fn end(&mut self, ends: impl Fn(&Made) -> bool) {
        for (_, state) in &mut self.tokens {
            if state.as_ref().is_some_and(|(made, _)| ends(made)) {
                *state = None;
            }
        }
    }
}

async fn run(ops: Vec<Op>) {
    let (fake, sessions) = Fake::with_sessions();
    let mut world = World {
        accounts: [AccountId::new(), AccountId::new()],
        spaces: [AppspaceId::new(), AppspaceId::new()],
        members: HashMap::new(),
        tokens: Vec::new(),
        grants: 0,
    };
    for space in 0..2 {
        for member in 0..2 {
            let joined = fake::member("Somebody");
            fake.put_member(world.spaces[space], &joined);
            world.members.insert((space, member), joined);
        }
    }
    let people = world.members.clone();
    for op in ops {
        step(op, &fake, &sessions, &mut world, &people).await;
    }
}

async fn step(
    op: Op,
    fake: &Fake,
    sessions: &Sessions,
    world: &mut World,
    people: &HashMap<(usize, usize), Member>,
) {
    let now = fake.clock.now();
    match op {
        Op::StartAccount(account) => {
            let who = sessions.standing(world.accounts[account]).await.unwrap();
            let token = sessions.start_account(who).await.unwrap();
            let made = (Made::Account(account), now.plus(ACCOUNT_LASTS));
            world.tokens.push((token, Some(made)));
        }
        Op::StartMember {
            space,
            member,
            account,
        } => {
            let id = people[&(space, member)].proxy_id.clone();
            let since = sessions.epoch().await.unwrap();
            let by = account.map(|account| Standing {
                account: world.accounts[account],
                since,
            });
            let token = sessions
                .start_member(world.spaces[space], id, by)
                .await
                .unwrap();
            let made = (Made::Member(space, member, account), now.plus(MEMBER_LASTS));
            world.tokens.push((token, Some(made)));
        }
        Op::LookAccount(at) => {
            let Some((token, _)) = world.tokens.get(at) else {
                return;
            };
            let got = sessions.account(token).await.unwrap();
            let expect = match world.look(at, now) {
                Some(Made::Account(account)) => Some(world.accounts[account]),
                _ => None,
            };
            assert_eq!(got, expect);
            if expect.is_some() {
                world.used(at, now);
            }
        }
        Op::LookMember { space, token: at } => {
            let Some((token, _)) = world.tokens.get(at) else {
                return;
            };
            let got = sessions.member(world.spaces[space], token).await.unwrap();
            let expect = match world.look(at, now) {
                Some(Made::Member(made, member, _)) if made == space => {
                    world.members.get(&(space, member)).cloned()
                }
                _ => None,
            };
            assert_eq!(got.as_deref(), expect.as_ref());
            if expect.is_some() {
                world.used(at, now);
            }
        }
        Op::End(at) => {
            let Some((token, state)) = world.tokens.get_mut(at) else {
                return;
            };
            sessions.end(token).await.unwrap();
            *state = None;
        }
        Op::EndMember { space, member } => {
            let id = &people[&(space, member)].proxy_id;
            sessions.end_member(world.spaces[space], id).await.unwrap();
            world.end(|made| matches!(made, Made::Member(s, m, _) if (*s, *m) == (space, member)));
        }
        Op::EndAccount(account) => {
            sessions.end_account(world.accounts[account]).await.unwrap();
            world.end(|made| {
                matches!(made, Made::Account(a) | Made::Member(_, _, Some(a)) if *a == account)
            });
        }
        Op::Grant { space, member } => {
            world.grants += 1;
            let mut granted = people[&(space, member)].clone();
            granted
                .permissions
                .insert(format!("p{}", world.grants).parse().unwrap());
            fake.put_member(world.spaces[space], &granted);
            sessions.forget_appspace(world.spaces[space]);
            world.members.insert((space, member), granted);
        }
        Op::Remove { space, member } => {
            fake.drop_member(world.spaces[space], &people[&(space, member)].proxy_id);
            sessions.forget_appspace(world.spaces[space]);
            world.members.remove(&(space, member));
        }
        Op::Wait(hours) => fake.clock.advance(Duration::from_hours(hours)),
    }
}

proptest! {
    #[test]
    fn answers_as_a_map_does(ops in prop::collection::vec(op(), 0..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(run(ops));
    }
}
