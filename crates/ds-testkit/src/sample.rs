//! Things to start a test from.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use ds_auth::{Account, ApiToken, Scope, Session, Subject, passkeys::PasskeyRecord};
use ds_core::{
    AccountId, ApiTokenId, ApiVersion, App, AppId, AppVersion, Appspace, AppspaceId, Manifest,
    ManualClock, Member, ProxyId, Schema, Timestamp, VersionId,
};

/// The moment at which [`clock`] starts: 2026-01-01.
pub const NOW: Timestamp = Timestamp(1_767_225_600_000);

/// A clock that stands at [`NOW`].
#[must_use]
pub fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(NOW))
}

/// An account that is no admin.
#[must_use]
pub fn account(email: &str) -> Account {
    Account {
        id: AccountId::new(),
        email: email.into(),
        email_proven: true,
        is_admin: false,
        created: NOW,
    }
}

/// A passkey that an authenticator in software made.
///
/// # Panics
/// If what is kept of it is not what it was.
#[must_use]
pub fn passkey(id: &str, account: AccountId, created: Timestamp) -> PasskeyRecord {
    let key = serde_json::from_str(include_str!("passkey.json"));
    PasskeyRecord {
        id: id.into(),
        account,
        name: "Phone".into(),
        key: key.expect("it was written by this code"),
        created,
        last_used: None,
    }
}

/// An app.
#[must_use]
pub fn app(owner: AccountId, name: &str) -> App {
    App {
        id: AppId::new(),
        owner,
        name: name.into(),
        created: NOW,
    }
}

/// A version of an app, with a manifest that says little.
#[must_use]
pub fn version(app: &App, number: &str) -> AppVersion {
    let number = number.parse().unwrap();
    AppVersion {
        id: VersionId::new(),
        app: app.id,
        manifest: manifest(&app.name, &number),
        version: number,
        api: ApiVersion::V1,
        schema: Schema(1),
        created: NOW,
    }
}

/// A manifest that says little.
#[must_use]
pub fn manifest(name: &str, version: &ds_core::Version) -> Manifest {
    serde_json::from_value(serde_json::json!({
        "name": name,
        "version": version,
        "entrypoint": "app.ts",
        "ds-api": 1,
        "schema": 1,
    }))
    .unwrap()
}

/// An appspace that runs a version.
#[must_use]
pub fn appspace(owner: AccountId, version: &AppVersion, address: &str) -> Appspace {
    Appspace {
        id: AppspaceId::new(),
        owner,
        address: address.parse().unwrap(),
        app: version.app,
        version_id: version.id,
        version: version.version.clone(),
        paused: false,
        created: NOW,
    }
}

/// A member without permissions.
#[must_use]
pub fn member(name: &str) -> Member {
    Member {
        proxy_id: ProxyId::random(),
        display_name: name.into(),
        avatar: String::new(),
        permissions: BTreeSet::new(),
        is_owner: false,
    }
}

/// A member who is the owner.
#[must_use]
pub fn owner(name: &str) -> Member {
    Member {
        is_owner: true,
        ..member(name)
    }
}

/// A token that reads, for ever.
#[must_use]
pub fn api_token(account: AccountId) -> ApiToken {
    ApiToken {
        id: ApiTokenId::new(),
        account,
        name: "backup".into(),
        scope: Scope::Read,
        created: NOW,
        expires: None,
        last_used: None,
    }
}

/// A session of an hour.
#[must_use]
pub fn session(subject: Subject) -> Session {
    Session {
        subject,
        created: NOW,
        expires: NOW.plus(Duration::from_hours(1)),
    }
}
