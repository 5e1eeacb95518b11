//! Approved hosts, and secrets.

use std::collections::HashMap;

use async_trait::async_trait;
use ds_core::{
    AccountId, AppspaceId, EgressRule, StoreError, Timestamp,
    egress_store::{EgressSecret, EgressStore, SecretEntry, SecretName},
};

use super::Memory;

#[async_trait]
impl EgressStore for Memory {
    async fn approved(&self, appspace: AppspaceId) -> Result<Vec<EgressRule>, StoreError> {
        let tables = self.tables()?;
        let own = tables.egress.iter().filter(|(of, _)| *of == appspace);
        Ok(own.map(|(_, rule)| rule.clone()).collect())
    }

    async fn approved_by(
        &self,
        owner: AccountId,
    ) -> Result<HashMap<AppspaceId, Vec<EgressRule>>, StoreError> {
        let tables = self.tables()?;
        let mut all: HashMap<AppspaceId, Vec<EgressRule>> = HashMap::new();
        for (at, rule) in &tables.egress {
            let appspace = tables.appspaces.get(at);
            if appspace.is_some_and(|appspace| appspace.owner == owner) {
                all.entry(*at).or_default().push(rule.clone());
            }
        }
        Ok(all)
    }

    async fn change_approved(
        &self,
        appspace: AppspaceId,
        withdraw: &[EgressRule],
        approve: &[EgressRule],
        _: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        if !approve.is_empty() {
            tables.check_appspace(appspace)?;
        }
        for rule in withdraw {
            tables.egress.remove(&(appspace, rule.clone()));
        }
        let approve = approve.iter().map(|rule| (appspace, rule.clone()));
        tables.egress.extend(approve);
        Ok(())
    }

    async fn secret_entries(&self, appspace: AppspaceId) -> Result<Vec<SecretEntry>, StoreError> {
        let tables = self.tables()?;
        let own = tables.secrets.iter().filter(|((of, _), _)| *of == appspace);
        let entry = |secret: &EgressSecret, set: Timestamp| SecretEntry {
            name: secret.name.clone(),
            host: secret.host.clone(),
            set,
        };
        Ok(own.map(|(_, (secret, set))| entry(secret, *set)).collect())
    }

    async fn secrets(&self, appspace: AppspaceId) -> Result<Vec<EgressSecret>, StoreError> {
        let tables = self.tables()?;
        let own = tables.secrets.iter().filter(|((of, _), _)| *of == appspace);
        Ok(own.map(|(_, (secret, _))| secret.clone()).collect())
    }

    async fn set_secret(
        &self,
        appspace: AppspaceId,
        secret: &EgressSecret,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_appspace(appspace)?;
        let key = (appspace, secret.name.clone());
        tables.secrets.insert(key, (secret.clone(), now));
        Ok(())
    }

    async fn remove_secret(
        &self,
        appspace: AppspaceId,
        name: &SecretName,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        Ok(tables.secrets.remove(&(appspace, name.clone())).is_some())
    }
}
