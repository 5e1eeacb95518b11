//! The stores against real files. That they keep the contracts of their traits is tested in ds-testkit.
#![expect(clippy::unwrap_used, reason = "what fails in a fixture fails the test")]

mod appspace;
mod host;
mod original;

use ds_auth::{Account, AccountStore as _};
use ds_core::{
    AccountId, ApiVersion, App, AppId, AppStore as _, AppVersion, Appspace, AppspaceId,
    AppspaceStore as _, Manifest, Schema, Timestamp, VersionId,
};
use ds_store::Store;

/// A host with an account, an app and an appspace at `notes.example.com`.
struct Host {
    store: Store,
    account: Account,
    version: AppVersion,
    appspace: Appspace,
    dir: tempfile::TempDir,
}

fn account(email: &str) -> Account {
    Account {
        id: AccountId::new(),
        email: email.into(),
        email_proven: true,
        is_admin: true,
        created: Timestamp(1),
    }
}

fn manifest() -> Manifest {
    serde_json::from_str(r#"{"version": "1.2.3", "entrypoint": "app.ts"}"#).unwrap()
}

async fn host() -> Host {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("host.db")).await.unwrap();
    let account = account("ada@example.com");
    store.add_account(&account, "hash").await.unwrap();
    let app = App {
        id: AppId::new(),
        owner: account.id,
        name: "Notes".into(),
        created: Timestamp(2),
    };
    let version = AppVersion {
        id: VersionId::new(),
        app: app.id,
        version: "1.2.3".parse().unwrap(),
        api: ApiVersion::V0,
        schema: Schema(1),
        manifest: manifest(),
        created: Timestamp(2),
    };
    store.add_version(&app, &version).await.unwrap();
    let appspace = appspace(&account, &version, "notes.example.com");
    store.add(&appspace).await.unwrap();
    Host {
        store,
        account,
        version,
        appspace,
        dir,
    }
}

fn appspace(owner: &Account, version: &AppVersion, address: &str) -> Appspace {
    Appspace {
        id: AppspaceId::new(),
        owner: owner.id,
        address: address.parse().unwrap(),
        app: version.app,
        version_id: version.id,
        version: version.version.clone(),
        paused: false,
        created: Timestamp(3),
    }
}
