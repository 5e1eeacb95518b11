//! API keys, secret links, and programs that members let in.

use async_trait::async_trait;
use ds_auth::{MemberToken, MemberTokenStore, Subject, TokenKind};
use ds_core::{
    AccountId, AppspaceId, MemberTokenId, ProxyId, StoreError, Timestamp, secret::TokenHash,
};

use super::{Memory, missing, taken};

#[async_trait]
impl MemberTokenStore for Memory {
    async fn add_member_token(
        &self,
        hash: &TokenHash,
        token: &MemberToken,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let is_there =
            |(known, one): &(TokenHash, MemberToken)| known == hash || one.id == token.id;
        if tables.member_tokens.iter().any(is_there) {
            return Err(taken("the key"));
        }
        if token.account.is_some_and(|id| tables.people.is_blocked(id)) {
            return Err(missing("such appspace or account"));
        }
        tables.member_tokens.push((hash.clone(), token.clone()));
        Ok(())
    }

    async fn member_token(&self, hash: &TokenHash) -> Result<Option<MemberToken>, StoreError> {
        let tables = self.tables()?;
        let found = tables.member_tokens.iter().find(|(known, _)| known == hash);
        Ok(found.map(|(_, token)| token.clone()))
    }

    async fn member_tokens(&self, appspace: AppspaceId) -> Result<Vec<MemberToken>, StoreError> {
        let tables = self.tables()?;
        let tokens = tables.member_tokens.iter().map(|(_, token)| token);
        let of = tokens.filter(|token| token.appspace == appspace);
        let mut of: Vec<MemberToken> = of.cloned().collect();
        of.sort_by_key(|token| (token.created, token.id));
        Ok(of)
    }

    async fn note_member_token(
        &self,
        id: MemberTokenId,
        used: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let found = tables
            .member_tokens
            .iter_mut()
            .find(|(_, one)| one.id == id);
        if let Some((_, token)) = found {
            token.last_used = Some(used);
        }
        Ok(())
    }

    async fn remove_member_token(
        &self,
        appspace: AppspaceId,
        id: MemberTokenId,
    ) -> Result<Option<TokenHash>, StoreError> {
        let mut tables = self.tables()?;
        let is_it =
            |(_, token): &(TokenHash, MemberToken)| token.id == id && token.appspace == appspace;
        let at = tables.member_tokens.iter().position(is_it);
        Ok(at.map(|at| tables.member_tokens.remove(at).0))
    }

    async fn remove_tokens_of_member(
        &self,
        appspace: AppspaceId,
        member: &ProxyId,
    ) -> Result<(), StoreError> {
        let stays = |token: &MemberToken| token.appspace != appspace || token.member != *member;
        self.tables()?
            .member_tokens
            .retain(|(_, token)| stays(token));
        Ok(())
    }

    async fn remove_clients_of_account(&self, account: AccountId) -> Result<(), StoreError> {
        let stays =
            |token: &MemberToken| token.account != Some(account) || token.kind != TokenKind::Client;
        self.tables()?
            .member_tokens
            .retain(|(_, token)| stays(token));
        Ok(())
    }

    async fn ended_links(&self, now: Timestamp) -> Result<Vec<(AppspaceId, ProxyId)>, StoreError> {
        let tables = self.tables()?;
        let has_session = |token: &MemberToken| {
            tables.sessions.values().any(|session| {
                matches!(&session.subject, Subject::Member { appspace, proxy_id, .. }
                    if *appspace == token.appspace && *proxy_id == token.member)
            })
        };
        let tokens = tables.member_tokens.iter().map(|(_, token)| token);
        let ended = tokens.filter(|token| {
            let is_over = token.expires.is_some_and(|end| end <= now);
            token.kind == TokenKind::Link && is_over && has_session(token)
        });
        Ok(ended
            .map(|one| (one.appspace, one.member.clone()))
            .collect())
    }

    async fn purge_clients(&self, unused_since: Timestamp) -> Result<(), StoreError> {
        let is_old = |token: &MemberToken| {
            let used = token.last_used.unwrap_or(token.created);
            token.kind == TokenKind::Client && used <= unused_since
        };
        self.tables()?
            .member_tokens
            .retain(|(_, token)| !is_old(token));
        Ok(())
    }
}
