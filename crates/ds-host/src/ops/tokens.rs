//! Tokens by which programs use an account.

use ds_auth::{ApiToken, ApiTokenError, ApiTokens, Scope, Standing};
use ds_core::AccountId;

use super::{Action, ErrorKind, OpError, Ops, accounts::clip};

impl Ops {
    /// Who presents which token.
    #[must_use]
    pub fn tokens(&self) -> &ApiTokens {
        &self.parts.tokens
    }

    /// Makes a token, good for so many days or for ever; the text is what its bearer presents, told this once. Its person is
    /// told by letter.
    ///
    /// # Errors
    /// If the account was changed since its person showed who they are, or the rules do not allow it.
    pub async fn make_token(
        &self,
        who: Standing,
        name: &str,
        scope: &str,
        days: Option<u32>,
    ) -> Result<(ApiToken, String), OpError> {
        let scope: Scope = scope.parse().map_err(|error: ds_auth::UnknownScope| {
            OpError::new(ErrorKind::Invalid, error.to_string())
        })?;
        let made = self.tokens().make(who, name, scope, days).await?;
        let name = made.0.name.as_str();
        self.note(who.account, Action::TokenMade, name).await;
        self.tell_of_token(who.account, &made.0).await;
        Ok(made)
    }

    async fn tell_of_token(&self, owner: AccountId, token: &ApiToken) {
        let Ok(Some(account)) = self.parts.account_store.account(owner).await else {
            return;
        };
        let may = match token.scope {
            Scope::Read => "see what you have here",
            Scope::Manage => "do what you can do here",
        };
        let site = self.names().site_origin();
        let text = format!(
            "A token for programs, \"{}\", was made for your account at {site}. Whoever has it may {may}.\n\n\
             If that was not you, revoke it, and change your password: {site}/tokens\n",
            token.name
        );
        self.tell(&account, "A token was made for your account", text)
            .await;
    }

    /// The tokens of an account, oldest first.
    pub async fn list_tokens(&self, owner: AccountId) -> Result<Vec<ApiToken>, OpError> {
        Ok(self.tokens().list(owner).await?)
    }

    /// Makes a token worth nothing. It is named by its id.
    pub async fn revoke_token(&self, owner: AccountId, id: &str) -> Result<ApiToken, OpError> {
        let id = id.parse().map_err(|_| {
            let message = format!("`{}` is not the id of a token", clip(id));
            OpError::new(ErrorKind::Invalid, message).with_hint(LIST)
        })?;
        let revoked = self.tokens().revoke(owner, id).await?;
        let name = revoked.name.as_str();
        self.note(owner, Action::TokenRevoked, name).await;
        Ok(revoked)
    }
}

const LIST: &str = "`ds-host account token list` shows them";

impl From<ApiTokenError> for OpError {
    fn from(error: ApiTokenError) -> Self {
        let kind = match &error {
            ApiTokenError::Name | ApiTokenError::Days => ErrorKind::Invalid,
            ApiTokenError::TooMany | ApiTokenError::Changed => ErrorKind::Conflict,
            ApiTokenError::NotThere => ErrorKind::NotFound,
            ApiTokenError::Store(_) => ErrorKind::Internal,
        };
        let told = Self::new(kind, error.to_string()).with_source(error);
        match kind {
            ErrorKind::NotFound => told.with_hint(LIST),
            _ => told,
        }
    }
}
