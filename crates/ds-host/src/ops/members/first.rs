//! What members who come from elsewhere are shown with at first.

use ds_auth::pictures::Picture;
use ds_core::{Appspace, Member, MemberLogin};

use super::name_of_login;
use crate::ops::{OpError, Ops};

impl Ops {
    /// Whether nobody has said what a member is to be called: they go by what they log in with.
    pub(crate) fn goes_by_login(member: &Member, login: &MemberLogin) -> bool {
        member.display_name == name_of_login(login.kind, &login.name)
    }

    /// Gives a member what their own host says of them, where nobody has said anything better: the name, if they go by what
    /// they log in with, and the picture, if they have none.
    pub(crate) async fn dress_member(
        &self,
        at: &Appspace,
        member: &Member,
        login: &MemberLogin,
        name: Option<&str>,
        picture: Option<Picture>,
    ) -> Result<(), OpError> {
        let _visit = self.parts.lifecycle.visit(at)?;
        let name = name.filter(|_| Self::goes_by_login(member, login));
        if let Some(name) = name {
            self.rename_self(at, &member.proxy_id, name).await?;
        }
        if picture.is_some() && member.avatar.is_empty() {
            self.put_picture(at.id, &member.proxy_id, picture).await?;
        }
        Ok(())
    }
}
