//! Who of the members is the owner of an appspace that came from elsewhere.
//!
//! Accounts stay on their host, so its members may not be able to log in, and least of all may its owner be locked
//! out. Who imports an appspace owns it, as a member with the owner's rights and as the only one:
//!
//! | who they are in it | who they become |
//! |---|---|
//! | a member, by their account on this host | that member |
//! | nobody, and it has an owner | its owner: what that one wrote is theirs |
//! | in a backup of the original: the member with their mail address, or the only member | that member |
//! | else | a new member |

use std::collections::BTreeSet;

use ds_core::{Member, OriginalMember, ProxyId, StoreError};

use super::{Import, ImportError, Unpacked};

/// The longest name a member may have, in characters.
const NAME_LENGTH: usize = 30;
/// How the original calls a login by mail address.
const EMAIL: &str = "email";

/// What becomes of the members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Owning {
    /// Who the owner is, if they are a member already.
    member: Option<ProxyId>,
    /// Members who were owners and are not any more.
    others: Vec<ProxyId>,
}

/// By the members of an archive, and which of them has the account of the one who imports it.
fn of_archive(members: Vec<Member>, own: Option<Member>) -> Owning {
    let owners: Vec<ProxyId> = members
        .into_iter()
        .filter(|member| member.is_owner)
        .map(|member| member.proxy_id)
        .collect();
    let member = own.map(|own| own.proxy_id);
    let member = member.or_else(|| owners.first().cloned());
    Owning {
        others: owners
            .into_iter()
            .filter(|id| Some(id) != member.as_ref())
            .collect(),
        member,
    }
}

/// By the members of an original, none of whom is marked as its owner.
fn of_original(members: &[OriginalMember], email: Option<&str>) -> Owning {
    let is_theirs = |member: &&OriginalMember| {
        member.logins.iter().any(|login| {
            login.kind == EMAIL
                && email.is_some_and(|email| login.identifier.eq_ignore_ascii_case(email))
        })
    };
    let only = match members {
        [only] => Some(only),
        _ => None,
    };
    let found = members.iter().find(is_theirs).or(only);
    Owning {
        member: found.map(|member| member.proxy_id.clone()),
        others: Vec::new(),
    }
}

/// Refuses members who are not as ours are.
pub(super) fn check(members: &[Member]) -> Result<(), ImportError> {
    let is_good = |member: &Member| {
        let name = &member.display_name;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        name.chars().count() <= NAME_LENGTH
            && !name.chars().any(char::is_control)
            && member.avatar.len() <= 100
            && member.avatar.chars().all(plain)
            && !member.avatar.starts_with('.')
    };
    match members.iter().find(|member| !is_good(member)) {
        None => Ok(()),
        Some(member) => Err(ImportError::foreign(format!(
            "the member {} with a name or picture that none can have",
            member.proxy_id
        ))),
    }
}

impl Import<'_> {
    /// Who of the members that were unpacked the owner is.
    pub(super) async fn owning(&self, of: &Unpacked) -> Result<Owning, ImportError> {
        if of.about.is_none() {
            let email = self.new.owner_email.as_deref();
            return Ok(of_original(&of.of_original, email));
        }
        let (id, members) = (self.id, &self.inside.members);
        let own = members.member_of_account(id, self.new.owner).await?;
        Ok(of_archive(members.members(id).await?, own))
    }

    /// Makes whoever imports it the owner.
    pub(super) async fn add_owner(&self, owning: Owning) -> Result<(), ImportError> {
        let (id, members) = (self.id, &self.inside.members);
        for other in &owning.others {
            let mut member = self.removed(other).await?;
            member.is_owner = false;
            members.add_member(id, &member, None).await?;
        }
        let owner = match &owning.member {
            Some(present) => self.removed(present).await?,
            None => Member {
                proxy_id: ProxyId::random(),
                display_name: self.new.owner_name.chars().take(NAME_LENGTH).collect(),
                avatar: String::new(),
                permissions: BTreeSet::new(),
                is_owner: true,
            },
        };
        let owner = Member {
            is_owner: true,
            ..owner
        };
        Ok(members.add_member(id, &owner, Some(self.new.owner)).await?)
    }

    /// A member who was taken out with all their logins, to be added again.
    async fn removed(&self, member: &ProxyId) -> Result<Member, StoreError> {
        let members = &self.inside.members;
        let found = members.member(self.id, member).await?;
        let found = found.ok_or_else(|| StoreError::Missing {
            what: format!("member {member}"),
        })?;
        members.remove_member(self.id, member).await?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use ds_core::OriginalLogin;

    use super::*;

    fn id(name: &str) -> ProxyId {
        format!("{name:a<10}").parse().unwrap()
    }

    fn member(name: &str, is_owner: bool) -> Member {
        Member {
            proxy_id: id(name),
            display_name: name.into(),
            avatar: String::new(),
            permissions: BTreeSet::new(),
            is_owner,
        }
    }

    #[test]
    fn who_owns_an_archive() {
        let check = |members: &[(&str, bool)], own: Option<&str>, expect: (&str, &[&str])| {
            let all = members.iter().map(|(name, owner)| member(name, *owner));
            let found = of_archive(all.collect(), own.map(|own| member(own, false)));
            let (owner, others) = expect;
            let owner = (!owner.is_empty()).then(|| id(owner));
            assert_eq!(found.member, owner, "{members:?}");
            let others: Vec<_> = others.iter().map(|other| id(other)).collect();
            assert_eq!(found.others, others, "{members:?}");
        };
        check(&[("ada", true), ("bob", false)], Some("ada"), ("ada", &[]));
        check(&[("ada", true), ("bob", false)], None, ("ada", &[]));
        check(
            &[("ada", true), ("bob", false)],
            Some("bob"),
            ("bob", &["ada"]),
        );
        check(&[("ada", true), ("bob", true)], None, ("ada", &["bob"]));
        check(&[("bob", false)], None, ("", &[]));
        check(&[], None, ("", &[]));
    }

    #[test]
    fn who_owns_an_original() {
        let check = |members: &[(&str, &str)], expect: &str| {
            let all: Vec<_> = members
                .iter()
                .map(|(name, login)| {
                    let (kind, identifier) = login.split_once(' ').unwrap();
                    OriginalMember {
                        proxy_id: id(name),
                        display_name: (*name).into(),
                        avatar: String::new(),
                        permissions: BTreeSet::new(),
                        unknown_permissions: Vec::new(),
                        logins: vec![OriginalLogin {
                            kind: kind.into(),
                            identifier: identifier.into(),
                            extra_name: String::new(),
                        }],
                    }
                })
                .collect();
            let found = of_original(&all, Some("Ada@example.com")).member;
            assert_eq!(
                found,
                (!expect.is_empty()).then(|| id(expect)),
                "{members:?}"
            );
        };
        check(
            &[
                ("bob", "email b@example.com"),
                ("ada", "email ada@example.com"),
            ],
            "ada",
        );
        check(
            &[
                ("bob", "email b@example.com"),
                ("ada", "dropid ada@example.com"),
            ],
            "",
        );
        check(&[("bob", "dropid example.com")], "bob");
        check(&[], "");
    }

    #[test]
    fn which_members_are_refused() {
        let with = |name: &str, avatar: &str| Member {
            display_name: name.into(),
            avatar: avatar.into(),
            ..member("ada", true)
        };
        let accepts = |member: Member| super::check(&[member]).is_ok();
        assert!(accepts(with("Ada", "abc-1.jpg")));
        assert!(accepts(with(&"é".repeat(30), "")));
        for (name, avatar) in [
            ("é".repeat(31).as_str(), ""),
            ("A\nda", ""),
            ("Ada", "../x.jpg"),
            ("Ada", ".."),
            ("Ada", "a/b"),
        ] {
            assert!(!accepts(with(name, avatar)), "{name} {avatar}");
        }
    }
}
