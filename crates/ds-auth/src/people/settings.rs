//! What admins set on pages, beside the configuration file.

use async_trait::async_trait;
use ds_core::StoreError;

/// Settings of this host, by name.
#[async_trait]
pub trait SettingStore: Send + Sync {
    /// What a setting was set to; `None` if nobody has.
    async fn setting(&self, name: &str) -> Result<Option<String>, StoreError>;
    /// Sets it.
    async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError>;
}
