//! What every implementation of a store trait must do.
//!
//! Each function is a test of one trait on empty stores; run it against every implementation. Those of the
//! host's records take a whole [`HostStore`], because an implementation may refuse records that refer to
//! nothing.

mod accounts;
mod api_tokens;
mod apps;
mod appspaces;
mod egress;
mod jobs;
mod joining;
mod letters;
mod limits;
mod looks;
mod member_logins;
mod member_tokens;
mod members;
mod moves;
mod people;
mod routes;
mod sessions;
mod snapshots;
mod trash;
mod upgrades;
mod usage;

pub use accounts::account_store;
pub use api_tokens::api_token_store;
pub use apps::app_store;
pub use appspaces::appspace_store;
pub use egress::egress_store;
pub use jobs::job_log;
pub use joining::{join_store, last_ends};
pub use letters::letter_store;
pub use limits::limit_store;
pub use looks::{followed_store, member_looks};
pub use member_logins::{member_changes, member_logins, members_with_logins};
pub use member_tokens::member_token_store;
pub use members::{member_store, schema_store};
pub use moves::move_store;
pub use people::{
    audit_log, code_store, connected_site_store, contact_store, dropid_store, email_login_store,
    epochs, invitation_store, passkey_store, pending_login_store, profile_store,
    registration_store, remote_appspace_store, removals, reset_store, role_store,
    second_factor_store, setting_store, signing_key_store,
};
pub use routes::route_store;
pub use sessions::session_store;
pub use snapshots::snapshot_store;
pub use trash::trash_store;
pub use upgrades::upgrade_store;
pub use usage::usage_store;

use ds_auth::{
    Account, AccountStore, ApiTokenStore, MemberTokenStore, SessionStore,
    dropid::{
        ConnectedSiteStore, ContactStore, DropIdStore, FollowedStore, RemoteAppspaceStore,
        client::PendingLoginStore, server::CodeStore, signing::SigningKeyStore,
    },
    joining::JoinStore,
    passkeys::PasskeyStore,
    people::{
        AuditLog, EmailLoginStore, InvitationStore, ProfileStore, RegistrationStore, ResetStore,
        RoleStore, SecondFactorStore, SessionList, SettingStore,
    },
};
use ds_core::{
    App, AppStore, AppVersion, Appspace, AppspaceStore, JobLog, StoreError, TrashStore,
    egress_store::EgressStore, limits::LimitStore, moves::MoveStore, snapshots::SnapshotStore,
    upgrades::UpgradeStore, usage::UsageStore,
};
use ds_routes::RouteStore;

use crate::sample;

/// A trait of whatever has all these traits.
macro_rules! all_of {
    ($(#[$doc:meta])* $name:ident: $($one:ident)+) => {
        $(#[$doc])*
        pub trait $name: $($one +)+ {}
        impl<S: $($one +)+> $name for S {}
    };
}

all_of! {
    /// What a host records of people beyond their accounts.
    PeopleStore:
    AuditLog CodeStore ConnectedSiteStore ContactStore DropIdStore EmailLoginStore InvitationStore PasskeyStore PendingLoginStore RegistrationStore ProfileStore RemoteAppspaceStore ResetStore RoleStore SecondFactorStore SessionList SettingStore SigningKeyStore
}

all_of! {
    /// All that a host records.
    HostStore:
    AccountStore ApiTokenStore AppStore AppspaceStore EgressStore FollowedStore JobLog JoinStore LimitStore MemberTokenStore MoveStore PeopleStore RouteStore SessionStore SnapshotStore TrashStore UpgradeStore UsageStore
}

#[track_caller]
fn assert_taken<T>(result: Result<T, StoreError>) {
    assert!(
        matches!(result, Err(StoreError::Taken { .. })),
        "{:?}",
        result.err()
    );
}

#[track_caller]
fn assert_missing<T>(result: Result<T, StoreError>) {
    assert!(
        matches!(result, Err(StoreError::Missing { .. })),
        "{:?}",
        result.err()
    );
}

async fn add_account(store: &impl HostStore, email: &str) -> Account {
    let account = sample::account(email);
    store.add_account(&account, "hash").await.unwrap();
    account
}

async fn add_version(store: &impl HostStore, app: &App, number: &str) -> AppVersion {
    let version = sample::version(app, number);
    store.add_version(app, &version).await.unwrap();
    version
}

/// An appspace, with an account and an app of its own.
async fn add_appspace(store: &impl HostStore, address: &str) -> Appspace {
    let owner = add_account(store, &format!("owner@{address}")).await;
    let version = add_version(store, &sample::app(owner.id, "App"), "1.0.0").await;
    let appspace = sample::appspace(owner.id, &version, address);
    store.add(&appspace).await.unwrap();
    appspace
}
