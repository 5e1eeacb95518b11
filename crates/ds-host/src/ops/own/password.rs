//! Changing one's password.

use std::net::IpAddr;

use ds_auth::{Account, Standing};

use super::super::{Action, OpError, Ops};

impl Ops {
    /// Changes somebody's password. Every session of theirs ends, on appspaces too, and so do logins that are under way;
    /// whoever asked begins a new one with what comes back.
    ///
    /// # Errors
    /// If the present one is wrong, or the new one breaks the rules; then nothing changes.
    pub async fn change_password(
        &self,
        account: &Account,
        present: String,
        new: String,
        from: Option<IpAddr>,
    ) -> Result<Standing, OpError> {
        let changed = self
            .parts
            .accounts
            .change_password(account, present, new, from);
        let changed = changed.await;
        let who = changed.map_err(|error| self.refusal(&account.email, error.into()))?;
        self.end_changed(account).await?;
        let text = format!(
            "The password of your account at {} was changed, and you were logged out everywhere else. API tokens, and \
             programs that you let in, go on.\n\n\
             If that was not you, set it anew: {}/forgot\n",
            self.names().site_origin(),
            self.names().site_origin()
        );
        self.tell(account, "Your password was changed", text).await;
        let email = account.email.as_str();
        self.note(account.id, Action::PasswordChanged, email).await;
        Ok(who)
    }
}
