//! Members who are shown with the name and picture that they have at their own host follow what it says, until somebody
//! chooses another here.
//!
//! What was taken over is recorded with what is shown by it, in one transaction of the appspace's own data: a crash between the
//! two, an older state that is restored, or a move to another host leaves nobody following what they do not show, or the
//! other way round.

use ds_auth::pictures::Picture;
use ds_core::{Appspace, AppspaceId, LoginKind, Member, MemberLogin, ProxyId, TakenLook};
use url::Url;

use super::{check_name, name_of_login};
use crate::ops::{ErrorKind, OpError, Ops};

/// What somebody's own host says of them; a claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claims {
    /// What they are called there.
    pub(crate) name: Option<String>,
    /// Where their picture is; not looked at yet.
    pub(crate) photo: Option<Url>,
}

/// Somebody who follows their own host.
pub(crate) struct Follower {
    /// Where they are a member.
    pub(crate) at: Appspace,
    /// The way in which they log in whose host they follow.
    pub(crate) login: MemberLogin,
}

/// A member, and what they took over before.
struct Standing {
    member: Member,
    look: TakenLook,
    /// Whether nothing is known of before.
    is_new: bool,
}

impl Standing {
    /// Whether nobody has chosen another name since.
    fn name_follows(&self, login: &MemberLogin, claimed: &str) -> bool {
        let shown = &self.member.display_name;
        if self.is_new {
            *shown == name_of_login(login.kind, &login.name) || shown == claimed
        } else {
            *shown == self.look.name
        }
    }

    fn picture_follows(&self) -> bool {
        self.member.avatar == self.look.avatar
    }
}

impl Ops {
    /// Calls a member as their own host does, if that is what they follow. Says whether their picture has to be looked at
    /// ([`follow_picture`](Self::follow_picture)); `again`: also if its address is the one that it was.
    pub(crate) async fn follow_name(
        &self,
        at: &Appspace,
        id: &ProxyId,
        login: &MemberLogin,
        claims: &Claims,
        again: bool,
    ) -> Result<bool, OpError> {
        // Who is not told anything changes nothing.
        let Some(name) = &claims.name else {
            return Ok(false);
        };
        let name = check_name(name)?;
        let _visit = self.parts.lifecycle.visit(at)?;
        let Some(mut standing) = self.how_stands(at.id, id, login).await? else {
            return Ok(false);
        };
        if standing.name_follows(login, &name) && standing.look.name != name {
            let shown = Member {
                display_name: name.clone(),
                ..standing.member.clone()
            };
            standing.look.name = name;
            if !self.wear(at.id, &standing, &shown).await? {
                return Ok(false);
            }
        }
        let photo = claims.photo.as_ref().map_or("", Url::as_str);
        let is_other = standing.look.photo != photo || again && !photo.is_empty();
        let follows = standing.picture_follows() && is_other;
        Ok(follows || standing.is_new && !photo.is_empty())
    }

    /// Gives a member the picture that their own host has of them, if that is what they follow. `None`: they have none
    /// there.
    pub(crate) async fn follow_picture(
        &self,
        at: &Appspace,
        id: &ProxyId,
        login: &MemberLogin,
        found: Option<(&Url, Picture)>,
    ) -> Result<(), OpError> {
        let _visit = self.parts.lifecycle.visit(at)?;
        let Some(mut standing) = self.how_stands(at.id, id, login).await? else {
            return Ok(());
        };
        let (photo, picture) = match found {
            Some((photo, picture)) => (photo.as_str(), Some(picture)),
            None => ("", None),
        };
        let now = self.picture_of(at.id, &standing.member).await?;
        let same =
            now.as_ref().map(|(bytes, _)| bytes.as_slice()) == picture.as_ref().map(Picture::bytes);
        if !same && !standing.picture_follows() {
            // Somebody chose it here.
            return Ok(());
        }
        let before = standing.look.clone();
        photo.clone_into(&mut standing.look.photo);
        if same {
            let shown = standing.member.clone();
            standing.look.avatar.clone_from(&shown.avatar);
            if standing.look == before && !standing.is_new {
                return Ok(());
            }
            return self.wear(at.id, &standing, &shown).await.map(drop);
        }
        self.wear_picture(at.id, standing, None, picture)
            .await
            .map(drop)
    }

    /// Whom a member follows, if they follow anybody by whose name they log in still.
    pub(crate) async fn follows(
        &self,
        at: AppspaceId,
        id: &ProxyId,
    ) -> Result<Option<Follower>, OpError> {
        let Some(at) = self.parts.appspaces.appspace(at).await? else {
            return Ok(None);
        };
        let _visit = self.parts.lifecycle.visit(&at)?;
        let membership = &self.parts.membership;
        let Some(look) = membership.looks.taken_look(at.id, id).await? else {
            return Ok(None);
        };
        let logins = membership.logins.logins(at.id, id).await?;
        let by_name = [LoginKind::DropId, LoginKind::Profile];
        let login = logins
            .into_iter()
            .find(|login| by_name.contains(&login.kind) && login.name == look.who);
        Ok(login.map(|login| Follower { at, login }))
    }

    /// Lets a member have name and picture of their own host, whatever they had, and follow them.
    pub(crate) async fn take_over(
        &self,
        at: &Appspace,
        id: &ProxyId,
        login: &MemberLogin,
        claims: &Claims,
        picture: Option<Picture>,
    ) -> Result<(), OpError> {
        let _visit = self.parts.lifecycle.visit(at)?;
        let gone = || OpError::new(ErrorKind::Conflict, "you do not log in so any more");
        let mut standing = self.how_stands(at.id, id, login).await?.ok_or_else(gone)?;
        let name = claims.name.as_deref().map(check_name).transpose()?;
        if let Some(name) = &name {
            standing.look.name.clone_from(name);
        }
        let worn = if let (Some(photo), Some(picture)) = (&claims.photo, picture) {
            standing.look.photo = photo.to_string();
            self.wear_picture(at.id, standing, name, Some(picture))
                .await?
        } else {
            let mut shown = standing.member.clone();
            shown.display_name = name.unwrap_or(shown.display_name);
            self.wear(at.id, &standing, &shown).await?
        };
        worn.then_some(()).ok_or_else(|| {
            OpError::new(
                ErrorKind::Conflict,
                "it was changed by somebody else just now",
            )
            .with_hint("look at it, and try again")
        })
    }

    /// How a member stands who logs in like that; `None` if they do not any more.
    async fn how_stands(
        &self,
        at: AppspaceId,
        id: &ProxyId,
        login: &MemberLogin,
    ) -> Result<Option<Standing>, OpError> {
        let membership = &self.parts.membership;
        let found = membership.logins.member_with(at, login.kind, &login.name);
        let found = found.await?.filter(|(member, _)| member.proxy_id == *id);
        let Some((member, _)) = found else {
            return Ok(None);
        };
        self.note_followed(at, &login.name).await?;
        let before = membership.looks.taken_look(at, id).await?;
        let before = before.filter(|look| look.who == login.name);
        Ok(Some(Standing {
            member,
            is_new: before.is_none(),
            look: before.unwrap_or_else(|| nothing(login)),
        }))
    }

    /// Shows a member with another picture, and by another name if there is one; the file is written first, and what nobody
    /// has any more removed last. Says whether it did.
    async fn wear_picture(
        &self,
        at: AppspaceId,
        mut standing: Standing,
        name: Option<String>,
        picture: Option<Picture>,
    ) -> Result<bool, OpError> {
        let mut shown = standing.member.clone();
        shown.display_name = name.unwrap_or(shown.display_name);
        shown.avatar = self.keep_member_picture(at, picture).await?;
        standing.look.avatar.clone_from(&shown.avatar);
        let worn = self.wear(at, &standing, &shown).await;
        let unused = match worn {
            Ok(true) => standing.member.avatar,
            _ => shown.avatar,
        };
        self.remove_pictures(at, unused).await;
        worn
    }

    /// Shows a member differently and records what they took, unless somebody changed them since. Says whether it did.
    async fn wear(
        &self,
        at: AppspaceId,
        standing: &Standing,
        shown: &Member,
    ) -> Result<bool, OpError> {
        let looks = &self.parts.membership.looks;
        let worn = looks
            .wear(at, &standing.member, shown, &standing.look)
            .await;
        self.parts.sessions.forget_appspace(at);
        Ok(worn?)
    }
}

/// Nothing was taken over yet.
fn nothing(login: &MemberLogin) -> TakenLook {
    TakenLook {
        who: login.name.clone(),
        ..TakenLook::default()
    }
}
