//! What is said over the control socket. [`Reply`] and [`Failure`] are also what `--json` prints.

mod backups;
mod jobs;
mod moves;
mod schedules;
mod terms;
mod tokens;
mod upgrades;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::ops::{ErrorKind, OpError};

pub use backups::{Backup, BackupKey, Preview};
pub use jobs::{Job, Trashed, WhichJob};
pub use moves::{Move, MoveOffer};
pub use schedules::{Schedule, Setting};
pub use terms::{Egress, Host, Limit, Run, SecretEntry, Usage, Used};
pub use tokens::Token;
pub use upgrades::{HeldBack, Upgrades};

/// A command to the running host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Make an account.
    AccountCreate {
        /// Its mail address.
        email: String,
        /// Its password.
        password: Secret,
        /// Whether it may run the host.
        admin: bool,
    },
    /// Install a package.
    AppInstall {
        /// Whose app it will be.
        owner: Option<String>,
        /// An archive or a folder, absolute.
        package: PathBuf,
        /// A folder of remote modules, absolute.
        modules: Option<PathBuf>,
    },
    /// List apps.
    AppList {
        /// Whose.
        owner: Option<String>,
    },
    /// Make an appspace.
    AppspaceCreate {
        /// Whose it will be.
        owner: Option<String>,
        /// `name` or `name@version`.
        app: String,
        /// A label or a full name.
        address: String,
    },
    /// List appspaces.
    AppspaceList {
        /// Whose.
        owner: Option<String>,
    },
    /// Pause an appspace.
    AppspacePause(Which),
    /// Resume an appspace.
    AppspaceResume(Which),
    /// Show the bounds of an appspace, and change some.
    AppspaceLimits {
        /// Where.
        which: Which,
        /// What to set, as `memory_mib=512`.
        set: Vec<String>,
        /// What to leave to the host again.
        reset: Vec<String>,
    },
    /// Show what an appspace used.
    AppspaceUsage {
        /// Where.
        which: Which,
        /// How many days.
        days: Option<u32>,
    },
    /// Show which hosts an app may reach, and allow or deny some.
    AppspaceEgress {
        /// Where.
        which: Which,
        /// The hosts to allow.
        allow: Vec<String>,
        /// The hosts to deny.
        deny: Vec<String>,
    },
    /// Keep a secret for an appspace.
    SecretSet {
        /// Where.
        which: Which,
        /// Its name.
        name: String,
        /// To which host it may be sent.
        host: String,
        /// What is sent.
        value: Secret,
    },
    /// List the secrets of an appspace.
    SecretList(Which),
    /// Remove a secret of an appspace.
    SecretRemove {
        /// Where.
        which: Which,
        /// Its name.
        name: String,
    },
    /// List the members of an appspace.
    MemberList(Which),
    /// Add a member to an appspace.
    MemberAdd {
        /// Where.
        which: Which,
        /// The mail address of an account of this host.
        email: String,
        /// The name other members see.
        name: Option<String>,
    },
    /// Give a member a permission.
    MemberGrant(Permit),
    /// Take a permission from a member.
    MemberRevoke(Permit),
    /// Bring an appspace to another version of its app.
    AppspaceUpgrade {
        /// Where.
        which: Which,
        /// To which version; the newest if `None`.
        version: Option<String>,
    },
    /// Show how an appspace gets newer versions, or choose it.
    AppspaceUpgrades {
        /// Where.
        which: Which,
        /// Whether by itself; as it is, if `None`.
        automatic: Option<bool>,
    },
    /// Make a token for the API.
    TokenCreate {
        /// Whose things it is for.
        owner: Option<String>,
        /// What it is for.
        name: String,
        /// `read` or `manage`.
        scope: String,
        /// How many days it is good for; for ever, if `None`.
        days: Option<u32>,
    },
    /// List the tokens of an account.
    TokenList {
        /// Whose.
        owner: Option<String>,
    },
    /// Make a token worth nothing.
    TokenRevoke {
        /// Whose it is.
        owner: Option<String>,
        /// Its id.
        id: String,
    },
    /// Write an appspace into an archive that is then fetched.
    AppspaceArchive {
        /// Where.
        which: Which,
        /// Whether the app goes in, too.
        with_package: bool,
    },
    /// Fetch what the job wrote: the answer's body is the archive.
    ArchiveFetch(WhichJob),
    /// Write an appspace into an archive.
    AppspaceExport {
        /// Where.
        which: Which,
        /// The file, absolute; it is not there yet.
        file: PathBuf,
        /// Whether the app goes in, too.
        with_package: bool,
    },
    /// Make an appspace from an archive.
    AppspaceImport {
        /// Whose it will be.
        owner: Option<String>,
        /// The file, absolute.
        file: PathBuf,
        /// A label or a full name.
        address: String,
        /// `name` or `name@version`; the one it was exported with, if `None`.
        app: Option<String>,
        /// Whether the app is installed from the archive, if it is not there.
        install: bool,
    },
    /// Let what is in an archive take the place of an appspace's data.
    AppspaceImportInto {
        /// Where.
        which: Which,
        /// The file, absolute.
        file: PathBuf,
    },
    /// Make a code with which another host can take an appspace over.
    MoveOut(Which),
    /// Bring an appspace from another host.
    MoveIn {
        /// Where it will be.
        which: Which,
        /// The code that the other host made.
        code: Secret,
    },
    /// List moves.
    MoveList {
        /// Whose.
        owner: Option<String>,
    },
    /// Cancel a move, or end the redirect of one that is done.
    MoveCancel {
        /// The address here.
        which: Which,
        /// Whether its redirect ends.
        redirect: bool,
    },
    /// Move an appspace to the trash.
    AppspaceDelete(Which),
    /// List the appspaces in the trash.
    TrashList {
        /// Whose.
        owner: Option<String>,
    },
    /// Bring an appspace back from the trash.
    TrashRestore {
        /// Which: its id, or the name it had.
        which: Which,
        /// Where it is to answer; where it did, if `None`.
        address: Option<String>,
    },
    /// Remove what is in the trash for good.
    TrashEmpty {
        /// Whose.
        owner: Option<String>,
        /// Only this one: its id, or the name it had.
        which: Option<String>,
    },
    /// Take a snapshot.
    BackupCreate(Which),
    /// List snapshots.
    BackupList {
        /// Whose.
        owner: Option<String>,
        /// Of which appspace; of all, if `None`.
        address: Option<String>,
    },
    /// Look whether the snapshots are whole.
    BackupVerify {
        /// Whether all data is read.
        read_data: bool,
    },
    /// Put a snapshot back.
    BackupRestore {
        /// Where.
        which: Which,
        /// The beginning of its id, or `latest`.
        snapshot: String,
        /// Where a new appspace is made of it.
        to: Option<String>,
        /// The only file or directory of the app that is put back.
        path: Option<String>,
    },
    /// Forget a snapshot.
    BackupForget {
        /// Where.
        which: Which,
        /// The beginning of its id, or `latest`.
        snapshot: String,
    },
    /// Open a snapshot for a look.
    BackupPreview {
        /// Where.
        which: Which,
        /// The beginning of its id, or `latest`.
        snapshot: String,
    },
    /// List the snapshots that are open for a look.
    BackupPreviews {
        /// Whose.
        owner: Option<String>,
    },
    /// Close one of them.
    BackupClosePreview {
        /// Its URL or its host name.
        which: Which,
    },
    /// Show how often snapshots are taken, and change it for one appspace.
    BackupSchedule {
        /// Whose.
        owner: Option<String>,
        /// Of which appspace; of all, if `None`.
        address: Option<String>,
        /// What to set.
        set: Vec<Setting>,
    },
    /// Send a letter to see whether mail arrives.
    MailTest {
        /// The address it goes to.
        to: String,
    },
    /// Tell the key of the snapshots.
    BackupKey,
    /// List jobs.
    JobList {
        /// Whose.
        owner: Option<String>,
    },
    /// Show a job.
    JobShow(WhichJob),
    /// Tell of a job until it is over: the answer has a line of JSON with a [`Job`] whenever it got further.
    JobFollow(WhichJob),
    /// Give a job up.
    JobCancel(WhichJob),
}

/// An appspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Which {
    /// Whose it is.
    pub owner: Option<String>,
    /// A label or a full name.
    pub address: String,
}

/// A member of an appspace, and a permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permit {
    /// Where.
    pub which: Which,
    /// Who: a mail address or a member's id.
    pub member: String,
    /// What they may do.
    pub permission: String,
}

/// Text that debug output must not show.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What a command that was done answers: an object with one key, which says what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// `account create`
    Account(Account),
    /// `app install`
    Installed(Installed),
    /// `app list`
    Apps(Vec<App>),
    /// `appspace create`, `pause` and `resume`
    Appspace(Appspace),
    /// `appspace list`
    Appspaces(Vec<Appspace>),
    /// `appspace limits`
    Limits(Vec<Limit>),
    /// `appspace usage`
    Usage(Usage),
    /// `appspace egress`
    Egress(Egress),
    /// `appspace secret set`
    Secret(SecretEntry),
    /// `appspace secret list` and `remove`
    Secrets(Vec<SecretEntry>),
    /// `appspace member add`, `grant` and `revoke`
    Member(Member),
    /// `appspace member list`
    Members(Vec<Member>),
    /// A job was begun, or cancelled: it can be followed. Commands do that before they return.
    Begun(Job),
    /// `job show`, and every command that began a job, when it is over
    Job(Job),
    /// `backup list`
    Backups(Vec<Backup>),
    /// `backup forget`
    Forgotten(Backup),
    /// `backup previews`
    Previews(Vec<Preview>),
    /// `backup close-preview`
    PreviewClosed(Preview),
    /// `backup schedule`, as it is afterwards
    Schedules(Vec<Schedule>),
    /// `mail test`: the address it went to
    Mailed(String),
    /// `backup key`
    BackupKey(BackupKey),
    /// `job list`
    Jobs(Vec<Job>),
    /// `appspace move-out`
    MoveOffer(MoveOffer),
    /// `appspace moves`
    Moves(Vec<Move>),
    /// `appspace move-cancel`
    Move(Move),
    /// `appspace delete`
    Deleted(Trashed),
    /// `appspace upgrades`
    Upgrades(Upgrades),
    /// `account token create` and `revoke`
    Token(Token),
    /// `account token list`
    Tokens(Vec<Token>),
    /// `trash list`
    Trash(Vec<Trashed>),
    /// `trash empty`
    Removed(Vec<Trashed>),
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// The mail address to log in with.
    pub email: String,
    /// Whether it may run the host.
    pub admin: bool,
    /// When it was made, RFC 3339.
    pub created: String,
}

/// A version that was just installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// The id of its app.
    pub id: String,
    /// The app's name, as `appspace create --app` takes it.
    pub app: String,
    /// The version.
    pub version: Version,
    /// What the app's developer should know; the app works nevertheless.
    pub warnings: Vec<String>,
}

/// An app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Its id.
    pub id: String,
    /// Its name, as `appspace create --app` takes it.
    pub name: String,
    /// Its installed versions, oldest number first.
    pub versions: Vec<Version>,
}

/// An installed version of an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Its number.
    pub version: String,
    /// The app API it is written for.
    pub api: i64,
    /// The schema its data has.
    pub schema: u32,
    /// When it was installed, RFC 3339.
    pub installed: String,
}

/// An appspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appspace {
    /// Its id.
    pub id: String,
    /// The host name it answers at.
    pub address: String,
    /// Where to open it.
    pub url: String,
    /// The name of its app.
    pub app: String,
    /// The version of its app.
    pub version: String,
    /// `awake` (a sandbox runs), `asleep` (one starts when needed), `paused` or `closed`.
    pub status: String,
    /// Why it is closed, if it is.
    pub reason: Option<String>,
    /// When it was made, RFC 3339.
    pub created: String,
    /// The hosts that its app asks to reach and nobody has allowed.
    pub egress_waiting: Vec<String>,
}

/// A member of an appspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who they are to the app.
    pub id: String,
    /// The name other members see.
    pub name: String,
    /// Whether they own the appspace, which includes every permission.
    pub owner: bool,
    /// What they may do beyond being a member.
    pub permissions: Vec<String>,
}

/// What a command that was not done answers; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Why.
    pub error: Problem,
}

/// Why a command was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `not-found`, `conflict`, `invalid`, `forbidden`, `busy` or `internal`; where no host was asked, `usage`,
    /// `configuration`, `not-running` (there is no host) or `not-started` (`serve` could not start).
    pub kind: String,
    /// What happened.
    pub message: String,
    /// What to do about it, if something can be done.
    pub hint: Option<String>,
}

impl From<&OpError> for Failure {
    fn from(error: &OpError) -> Self {
        Self {
            error: Problem {
                kind: error.kind().name().to_owned(),
                message: error.to_string(),
                hint: error.hint().map(str::to_owned),
            },
        }
    }
}

impl From<Failure> for OpError {
    fn from(Failure { error }: Failure) -> Self {
        let plain = Self::new(ErrorKind::named(&error.kind), error.message);
        match error.hint {
            Some(hint) => plain.with_hint(hint),
            None => plain,
        }
    }
}
