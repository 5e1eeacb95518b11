//! Members who are shown with the name and picture that they have at their own host follow what it says, until somebody
//! chooses another here.

use ds_auth::{
    dropid::{DropId, DropIdRecord, TakenLook},
    pictures::{self, Picture},
};
use ds_core::{Appspace, AppspaceId, LoginKind, Member, MemberLogin, ProxyId, error_chain};
use url::Url;

use super::name_of_login;
use crate::ops::{OpError, Ops};

/// What somebody's own host says of them; a claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claims {
    /// What they are called there.
    pub(crate) name: Option<String>,
    /// Where their picture is; not looked at yet.
    pub(crate) photo: Option<Url>,
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
    /// ([`follow_picture`](Self::follow_picture)).
    pub(crate) async fn follow_name(
        &self,
        at: &Appspace,
        id: &ProxyId,
        login: &MemberLogin,
        claims: &Claims,
    ) -> Result<bool, OpError> {
        // Who is not told anything changes nothing.
        let Some(name) = &claims.name else {
            return Ok(false);
        };
        let _visit = self.parts.lifecycle.visit(at)?;
        let Some(mut standing) = self.look_of(at, id, login).await? else {
            return Ok(false);
        };
        if standing.name_follows(login, name) && standing.look.name != *name {
            if standing.member.display_name != *name {
                self.rename_self(at, id, name).await?;
            }
            standing.look.name.clone_from(name);
            self.put_look(&standing.look).await?;
        }
        let photo = claims.photo.as_ref().map_or("", Url::as_str);
        let follows = standing.picture_follows() && standing.look.photo != photo;
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
        let Some(mut standing) = self.look_of(at, id, login).await? else {
            return Ok(());
        };
        let (photo, picture) = match found {
            Some((photo, picture)) => (photo.as_str(), Some(picture)),
            None => ("", None),
        };
        let now = self.picture_of(at.id, &standing.member).await?;
        let same =
            now.as_ref().map(|(bytes, _)| bytes.as_slice()) == picture.as_ref().map(Picture::bytes);
        let avatar = match (same, standing.picture_follows()) {
            (true, _) => standing.member.avatar,
            (false, true) => self.put_picture(at.id, id, picture).await?,
            // Somebody chose it here.
            (false, false) => return Ok(()),
        };
        standing.look.photo = photo.to_owned();
        standing.look.avatar = avatar;
        self.put_look(&standing.look).await
    }

    /// What a member follows, if they follow anything, and where.
    pub(crate) async fn follows(
        &self,
        at: AppspaceId,
        id: &ProxyId,
    ) -> Result<Option<(Appspace, TakenLook)>, OpError> {
        let Some(look) = self.parts.membership.looks.taken_look(at, id).await? else {
            return Ok(None);
        };
        let appspace = self.parts.appspaces.appspace(at).await?;
        Ok(appspace.map(|appspace| (appspace, look)))
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
        let mut look = nothing(at, id, login);
        if let Some(name) = &claims.name {
            self.rename_self(at, id, name).await?;
            look.name.clone_from(name);
        }
        if let (Some(photo), Some(picture)) = (&claims.photo, picture) {
            look.avatar = self.put_picture(at.id, id, Some(picture)).await?;
            look.photo = photo.to_string();
        }
        self.put_look(&look).await
    }

    /// Shows a changed DropID of this host wherever members of its appspaces follow it, in the background.
    pub(in crate::ops) fn show_everywhere(&self, id: &DropId) {
        let (ops, id) = (self.clone(), id.clone());
        tokio::spawn(async move {
            if let Err(error) = ops.show_now(&id).await {
                let error = error_chain(&error);
                tracing::warn!(%id, error, "a changed DropID is not shown everywhere");
            }
        });
    }

    async fn show_now(&self, id: &DropId) -> Result<(), OpError> {
        let looks = &self.parts.membership.looks;
        for look in looks.looks_taken_from(&id.to_string()).await? {
            // Read each time: it may have changed again.
            let record = self.dropids().ids.dropid(id).await?;
            let Some(record) = record.filter(|record| record.is_public) else {
                return Ok(());
            };
            if let Err(error) = self.show_at(&look, &record).await {
                let error = error_chain(&error);
                tracing::info!(%id, error, "a changed DropID is not shown at an appspace");
            }
        }
        Ok(())
    }

    async fn show_at(&self, look: &TakenLook, record: &DropIdRecord) -> Result<(), OpError> {
        let Some(at) = self.parts.appspaces.appspace(look.appspace).await? else {
            return Ok(());
        };
        let login = MemberLogin {
            kind: LoginKind::DropId,
            name: look.who.clone(),
            signed_by: String::new(),
        };
        let all = self.dropids();
        let photo = (!record.avatar.is_empty()).then(|| all.picture_url(&record.avatar));
        let claims = Claims {
            name: Some(record.display_name.clone()),
            photo: photo.and_then(|photo| Url::parse(&photo).ok()),
        };
        if !self.follow_name(&at, &look.member, &login, &claims).await? {
            return Ok(());
        }
        let found = match &claims.photo {
            None => None,
            Some(photo) => match self.picture(&record.avatar).await? {
                Some((bytes, _)) => match pictures::remake_in_turn(bytes).await {
                    Ok(picture) => Some((photo, picture)),
                    Err(_) => return Ok(()),
                },
                None => return Ok(()),
            },
        };
        self.follow_picture(&at, &look.member, &login, found).await
    }

    /// How a member stands who logs in like that; `None` if they do not any more.
    async fn look_of(
        &self,
        at: &Appspace,
        id: &ProxyId,
        login: &MemberLogin,
    ) -> Result<Option<Standing>, OpError> {
        let membership = &self.parts.membership;
        let found = membership
            .logins
            .member_with(at.id, login.kind, &login.name);
        let found = found.await?.filter(|(member, _)| member.proxy_id == *id);
        let Some((member, _)) = found else {
            // They are gone, or log in otherwise now.
            membership.looks.remove_taken_look(at.id, id).await?;
            return Ok(None);
        };
        let before = membership.looks.taken_look(at.id, id).await?;
        let before = before.filter(|look| look.who == login.name);
        Ok(Some(Standing {
            member,
            is_new: before.is_none(),
            look: before.unwrap_or_else(|| nothing(at, id, login)),
        }))
    }

    async fn put_look(&self, look: &TakenLook) -> Result<(), OpError> {
        Ok(self.parts.membership.looks.put_taken_look(look).await?)
    }
}

/// Nothing was taken over yet.
fn nothing(at: &Appspace, id: &ProxyId, login: &MemberLogin) -> TakenLook {
    TakenLook {
        appspace: at.id,
        member: id.clone(),
        who: login.name.clone(),
        name: String::new(),
        photo: String::new(),
        avatar: String::new(),
    }
}
