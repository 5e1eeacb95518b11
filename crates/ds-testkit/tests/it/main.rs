//! Every store, in memory and in SQLite, keeps the contracts; the scripted engine does as it is told.
#![expect(clippy::unwrap_used, reason = "what fails in a fixture fails the test")]

mod email_logins;
mod engine;
mod member_tokens;
mod people;
mod registrations;

use ds_core::DataDir;
use ds_store::{AppspaceDbs, QueryCount, Store};
use ds_testkit::{Memory, contract};

/// Runs each contract against both implementations, each time on empty stores.
macro_rules! keep {
    ($($contract:ident)*; of_appspaces $($inside:ident)*) => {
        mod memory {
            use super::*;
            $(#[tokio::test] async fn $contract() { contract::$contract(&Memory::new()).await; })*
            $(#[tokio::test] async fn $inside() { contract::$inside(&Memory::new()).await; })*
        }
        mod sqlite {
            use super::*;
            $(#[tokio::test] async fn $contract() {
                let dir = tempfile::tempdir().unwrap();
                let store = Store::open(&dir.path().join("host.db")).await.unwrap();
                contract::$contract(&store).await;
            })*
            $(#[tokio::test] async fn $inside() {
                let dir = tempfile::tempdir().unwrap();
                contract::$inside(&appspace_dbs(dir.path())).await;
            })*
        }
    };
}

keep! {
    account_store api_token_store app_store appspace_store egress_store followed_store job_log join_store last_ends letter_store limit_store member_token_store move_store route_store session_store
    snapshot_store trash_store upgrade_store usage_store
    registration_store removals setting_store
    audit_log code_store connected_site_store contact_store dropid_store email_login_store epochs invitation_store passkey_store
    pending_login_store profile_store remote_appspace_store reset_store role_store
    second_factor_store signing_key_store;
    of_appspaces member_changes member_logins member_looks members_with_logins member_store schema_store
}

/// Databases of appspaces whose directories are made when they are asked for.
fn appspace_dbs(root: &std::path::Path) -> AppspaceDbs {
    let data = DataDir::new(root);
    let place = move |id| {
        let dir = data.appspace(id);
        dir.create().unwrap();
        dir
    };
    AppspaceDbs::new(place, QueryCount::new())
}
