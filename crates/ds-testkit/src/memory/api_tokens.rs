//! Tokens of the API.

use async_trait::async_trait;
use ds_auth::{ApiToken, ApiTokenStore, Epoch};
use ds_core::{AccountId, ApiTokenId, StoreError, Timestamp, secret::TokenHash};

use super::{Memory, missing, taken};

#[async_trait]
impl ApiTokenStore for Memory {
    async fn add_api_token(
        &self,
        hash: &TokenHash,
        token: &ApiToken,
        since: Epoch,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let is_there = |(known, one): &(TokenHash, ApiToken)| known == hash || one.id == token.id;
        if tables.api_tokens.iter().any(is_there) {
            return Err(taken("the API token"));
        }
        tables.check_unchanged(token.account, since)?;
        tables.api_tokens.push((hash.clone(), token.clone()));
        Ok(())
    }

    async fn api_token(&self, hash: &TokenHash) -> Result<Option<ApiToken>, StoreError> {
        let tables = self.tables()?;
        let found = tables.api_tokens.iter().find(|(known, _)| known == hash);
        let found = found.map(|(_, token)| token);
        let found = found.filter(|token| !tables.people.is_blocked(token.account));
        Ok(found.cloned())
    }

    async fn api_tokens_of(&self, account: AccountId) -> Result<Vec<ApiToken>, StoreError> {
        let tables = self.tables()?;
        let tokens = tables.api_tokens.iter().map(|(_, token)| token);
        let own = tokens.filter(|token| token.account == account);
        let mut own: Vec<ApiToken> = own.cloned().collect();
        own.sort_by_key(|token| (token.created, token.id));
        Ok(own)
    }

    async fn note_api_token(&self, id: ApiTokenId, used: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let found = tables.api_tokens.iter_mut().find(|(_, one)| one.id == id);
        if let Some((_, token)) = found {
            token.last_used = Some(used);
        }
        Ok(())
    }

    async fn remove_api_token(&self, account: AccountId, id: ApiTokenId) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let is_it = |token: &ApiToken| token.id == id && token.account == account;
        let at = tables.api_tokens.iter().position(|(_, token)| is_it(token));
        let at = at.ok_or_else(|| missing("such API token"))?;
        tables.api_tokens.remove(at);
        Ok(())
    }
}
