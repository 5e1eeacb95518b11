//! What admins set on pages.

use async_trait::async_trait;
use ds_auth::people::SettingStore;
use ds_core::StoreError;

use super::Store;
use crate::row::Reader;

#[async_trait]
impl SettingStore for Store {
    async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        const ACTION: &str = "read a setting";
        let query = sqlx::query("SELECT value FROM host_settings WHERE name = $1").bind(name);
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        let value = row.map(|row| Reader::new("setting", &row).get("value"));
        value.transpose()
    }

    async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO host_settings (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(value);
        self.change_of_person("change a setting", query).await?;
        Ok(())
    }
}
