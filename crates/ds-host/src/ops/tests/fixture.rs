//! Operations over real stores in a temporary directory; installing and making appspaces is faked.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use ds_core::{
    Access, AccountId, Address, ApiVersion, App, AppId, AppVersion, Appspace, AppspaceId, DataDir,
    Manifest, Member, ProxyId, Schema, SystemClock, Timestamp, Version, VersionId,
};
use ds_routes::{Handler, Route, RouteId};
use ds_store::{AppspaceDbs, Store};
use tempfile::TempDir;

use super::{super::*, work::work};

/// A password that the rules allow.
pub(crate) const PASSWORD: &str = "quietly-orbiting-pumpkin-42";

/// A host's operations, and the directory below them.
pub(crate) struct Fixture {
    pub(crate) ops: Ops,
    pub(crate) dir: TempDir,
    pub(crate) store: Arc<Store>,
    fake: Arc<Fake>,
}

impl Fixture {
    /// The members of its appspaces.
    pub(crate) fn inside(&self) -> Arc<AppspaceDbs> {
        self.fake.members.clone()
    }

    /// How often appspaces were visited.
    pub(crate) fn visits(&self) -> usize {
        self.fake.visits.load(Ordering::Relaxed)
    }

    /// From now on something is done to the data of every appspace.
    pub(crate) fn put_at_rest(&self) {
        self.fake.at_rest.store(true, Ordering::Relaxed);
    }

    pub(crate) async fn new() -> Self {
        Self::made(false).await
    }

    /// One that sends mail: into the directory `mail`.
    pub(crate) async fn with_mail() -> Self {
        Self::made(true).await
    }

    async fn made(has_mail: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::new(dir.path());
        data.create().unwrap();
        let store = Arc::new(Store::open(&data.database()).await.unwrap());
        let kept = store.clone();
        let members = Arc::new(AppspaceDbs::of_host(data.clone(), &store));
        let clock = Arc::new(SystemClock);
        let accounts = Accounts::new(store.clone(), clock.clone());
        let fake = Arc::new(Fake {
            data,
            store: store.clone(),
            members: members.clone(),
            awake: Mutex::default(),
            visits: AtomicUsize::new(0),
            at_rest: AtomicBool::new(false),
        });
        let known = fake.clone();
        let work = work(&store, store.clone(), &DataDir::new(dir.path()));
        let sessions =
            Sessions::with_list(store.clone(), members.clone(), store.clone(), clock.clone());
        let parts = Parts {
            work,
            keys: Keys::new(&store, members.clone(), &sessions, clock.clone()),
            archives: no_archives(),
            backups: None,
            post: has_mail.then(|| mail_into(dir.path().join("mail"))),
            people: People::new(&store, clock.clone(), has_mail),
            own: Own::new(
                &store,
                &names(),
                Arc::new(ds_auth::LoginTokens::new(clock.clone())),
                clock.clone(),
            ),
            membership: Membership::new(&members, &store),
            dropids: crate::dropids::tests::over(
                &store,
                members.clone(),
                &names(),
                &DataDir::new(dir.path()),
                Arc::default(),
                clock.clone(),
            ),
            names: names(),
            accounts: Arc::new(accounts),
            account_store: store.clone(),
            sessions,
            tokens: Arc::new(ApiTokens::new(store.clone(), clock.clone())),
            upgrades: Upgrades::new(store.clone()),
            data: DataDir::new(dir.path()),
            terms: terms(&store, clock),
            apps: store.clone(),
            routes: store.clone(),
            appspaces: store,
            members,
            installs: fake.clone(),
            lifecycle: fake,
        };
        Self {
            ops: Ops::new(parts),
            dir,
            store: kept,
            fake: known,
        }
    }

    /// Makes an account; its id.
    pub(crate) async fn account(&self, email: &str, admin: bool) -> AccountId {
        let made = self
            .ops
            .create_account(email, PASSWORD.to_owned(), admin)
            .await;
        made.unwrap().id
    }

    /// Installs a version of an app.
    pub(crate) async fn app(&self, owner: AccountId, name: &str, version: &str) {
        let path = PathBuf::from(format!("/{name}@{version}"));
        self.ops
            .install(owner, Source::Folder(path), None)
            .await
            .unwrap();
    }
}

/// Mail into files.
pub(crate) fn mail_into(dir: PathBuf) -> Post {
    let from = "Dropserver <drop@example.com>".parse().unwrap();
    crate::mail::tests::post_by(from, Box::new(crate::mail::FileTransport::new(dir)))
}

/// The letters in a directory, oldest first, once there are so many.
pub(crate) async fn letters(dir: &std::path::Path, number: usize) -> Vec<String> {
    for _ in 0..2000 {
        let found = std::fs::read_dir(dir).into_iter().flatten();
        let paths = found.map(|entry| entry.unwrap().path());
        let mut paths: Vec<_> = paths
            .filter(|path| path.extension().is_some_and(|kind| kind == "eml"))
            .collect();
        if paths.len() >= number {
            assert_eq!(paths.len(), number, "{paths:?}");
            paths.sort();
            let texts = paths
                .iter()
                .map(|path| std::fs::read_to_string(path).unwrap());
            // Long lines are broken on their way.
            return texts
                .map(|text| text.replace("=\r\n", "").replace("=3D", "="))
                .collect();
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("no {number} letters in {}", dir.display());
}

fn names() -> Names {
    Names::new(
        "dropserver.localhost".parse().unwrap(),
        "localhost".parse().unwrap(),
        false,
        3000,
    )
}

/// Archives that nobody asks for.
pub(crate) fn no_archives() -> Arc<dyn archives::Archives> {
    Arc::new(super::archives::Never)
}

/// The usual bounds over a store.
pub(crate) fn terms<S>(store: &Arc<S>, clock: Arc<SystemClock>) -> Terms
where
    S: LimitStore + EgressStore + UsageStore + 'static,
{
    Terms {
        limits: store.clone(),
        egress: store.clone(),
        usage: store.clone(),
        recorder: Arc::new(Recorder::new(store.clone(), clock.clone())),
        host: Limits::default(),
        egress_enabled: true,
        clock,
    }
}

struct Fake {
    data: DataDir,
    store: Arc<Store>,
    members: Arc<AppspaceDbs>,
    awake: Mutex<BTreeSet<AppspaceId>>,
    visits: AtomicUsize,
    at_rest: AtomicBool,
}

#[async_trait]
impl backend::Installs for Fake {
    /// The path says what is in the package: `/name@version`.
    async fn install(
        &self,
        owner: AccountId,
        source: Source,
        _: Option<PathBuf>,
    ) -> Result<Installed, OpError> {
        let (Source::Archive(path) | Source::Folder(path)) = source;
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some((name, version)) = name.rsplit_once('@') else {
            return Err(OpError::new(ErrorKind::Invalid, "this is not a package"));
        };
        let known = self.store.app_named(owner, name).await?;
        let app = known.unwrap_or_else(|| App {
            id: AppId::new(),
            owner,
            name: name.to_owned(),
            created: Timestamp(0),
        });
        let version = version_of(&app, version.parse().unwrap());
        self.store.set_routes(version.id, &[edit_route()]).await?;
        self.store.add_version(&app, &version).await?;
        Ok(Installed {
            app,
            version,
            warnings: vec!["it has no icon".to_owned()],
        })
    }
}

fn version_of(app: &App, version: Version) -> AppVersion {
    let manifest = serde_json::json!({
        "name": app.name,
        "version": version,
        "entrypoint": "app.ts",
        "permissions": [{ "name": "moderate", "description": "Hide entries" }],
        "roles": [{ "key": "editor", "name": "Editor", "permissions": ["edit", "moderate"] }],
        "egress": ["api.example.com", "*.example.org"],
    });
    let manifest: Manifest = serde_json::from_value(manifest).unwrap();
    AppVersion {
        id: VersionId::new(),
        app: app.id,
        version,
        api: ApiVersion::V0,
        schema: Schema(0),
        manifest,
        created: Timestamp(1_000),
    }
}

fn edit_route() -> Route {
    Route {
        id: RouteId(0),
        method: http::Method::POST,
        pattern: "/".to_owned(),
        end: true,
        access: Access::Authorized {
            permission: Some("edit".parse().unwrap()),
        },
        handler: Handler::Function {
            name: String::new(),
        },
    }
}

#[async_trait]
impl backend::Appspaces for Fake {
    async fn create(
        &self,
        owner: AccountId,
        owner_name: String,
        version: AppVersion,
        address: Address,
    ) -> Result<Appspace, OpError> {
        let appspace = Appspace {
            id: AppspaceId::new(),
            owner,
            address,
            app: version.app,
            version_id: version.id,
            version: version.version,
            paused: false,
            created: Timestamp(2_000),
        };
        self.data.appspace(appspace.id).create().unwrap();
        self.store.add(&appspace).await?;
        let member = Member {
            proxy_id: ProxyId::random(),
            display_name: owner_name,
            avatar: String::new(),
            permissions: BTreeSet::new(),
            is_owner: true,
        };
        self.members
            .add_member(appspace.id, &member, Some(owner))
            .await?;
        self.awake.lock().unwrap().insert(appspace.id);
        Ok(appspace)
    }

    async fn pause(&self, appspace: &Appspace) -> Result<(), OpError> {
        Ok(self.store.set_paused(appspace.id, true).await?)
    }

    async fn resume(&self, appspace: &Appspace) -> Result<(), OpError> {
        self.awake.lock().unwrap().remove(&appspace.id);
        Ok(self.store.set_paused(appspace.id, false).await?)
    }

    async fn renew(&self, appspace: &Appspace) {
        self.awake.lock().unwrap().remove(&appspace.id);
    }

    fn visit(&self, appspace: &Appspace) -> Result<ds_core::Visit, OpError> {
        if self.at_rest.load(Ordering::Relaxed) {
            return Err(OpError::new(ErrorKind::Busy, "it is at rest"));
        }
        self.visits.fetch_add(1, Ordering::Relaxed);
        Ok(ds_core::Gate::new(appspace.id).visit().unwrap())
    }

    fn status(&self, appspace: &Appspace) -> AppspaceStatus {
        match appspace {
            Appspace { paused: true, .. } => AppspaceStatus::Paused,
            Appspace { id, .. } if self.awake.lock().unwrap().contains(id) => AppspaceStatus::Awake,
            _ => AppspaceStatus::Asleep,
        }
    }
}
