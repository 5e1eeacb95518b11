//! What is asked.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Permit, Secret, Setting, Which, WhichJob};

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
    /// List accounts.
    AccountList {
        /// Only those with this in their mail address or name.
        find: Option<String>,
        /// How many are left out, from the oldest.
        #[serde(default)]
        skip: u32,
        /// How many are listed at most.
        #[serde(default)]
        most: Option<u32>,
    },
    /// Show an account.
    AccountShow {
        /// Whose.
        email: String,
    },
    /// List the invitations that are open.
    AccountInvitations,
    /// Take an invitation back.
    AccountWithdraw {
        /// Its id.
        id: String,
    },
    /// List what was done.
    AccountLog {
        /// Of which kind; of all, if `None`.
        kind: Option<String>,
        /// By whom, or to whom or what: a part of it.
        find: Option<String>,
        /// Only what stands before this place.
        before: Option<i64>,
        /// How much at most.
        most: Option<u32>,
    },
    /// Invite somebody.
    AccountInvite {
        /// The only mail address it is for.
        email: Option<String>,
    },
    /// Keep somebody out.
    AccountBlock {
        /// Whom.
        email: String,
        /// Whether their appspaces are paused, too.
        pause: bool,
    },
    /// Let somebody in again.
    AccountUnblock {
        /// Whom.
        email: String,
    },
    /// Let somebody run the host, or not any more.
    AccountAdmin {
        /// Whom.
        email: String,
        /// Whether they run it.
        admin: bool,
    },
    /// Give an account another mail address.
    AccountSetEmail {
        /// Whose.
        email: String,
        /// The new one.
        to: String,
    },
    /// Let the mail address of an account count as its person's.
    AccountVouch {
        /// Whose: the address that is vouched for.
        email: String,
    },
    /// Remove an account with all it has.
    AccountRemove {
        /// Whose.
        email: String,
    },
    /// Make a link to set a password anew.
    AccountReset {
        /// Whose.
        email: String,
        /// Whether their password is to be enough from now on.
        drop_second_step: bool,
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
        /// Their mail address, or their DropID.
        email: String,
        /// The name other members see.
        name: Option<String>,
        /// The role that the app suggests.
        role: Option<String>,
    },
    /// Make an invitation link to an appspace.
    MemberInvite {
        /// Where.
        which: Which,
        /// For whom it is.
        note: String,
        /// The role that the app suggests.
        role: Option<String>,
        /// How many may come with it.
        uses: u32,
        /// For how many days.
        days: u32,
    },
    /// End a membership.
    MemberRemove {
        /// Where.
        which: Which,
        /// Whose.
        member: String,
        /// Whether they are kept from coming back.
        #[serde(default)]
        for_good: bool,
    },
    /// List who may not come back to an appspace.
    MemberBarred(Which),
    /// Let somebody come back.
    MemberLetBack {
        /// Where.
        which: Which,
        /// Its id, as the list tells it.
        id: String,
    },
    /// Give a member a permission.
    MemberGrant(Permit),
    /// Take a permission from a member.
    MemberRevoke(Permit),
    /// Make a key or a secret link.
    KeyAdd {
        /// Where.
        which: Which,
        /// What it is called.
        name: String,
        /// Whether it is a link.
        link: bool,
        /// What it may do.
        permissions: Vec<String>,
        /// For how many days; `None` for ever.
        days: Option<u32>,
        /// Where a link leads.
        path: Option<String>,
    },
    /// List keys, links and programs of an appspace.
    KeyList(Which),
    /// Make one worth nothing.
    KeyRemove {
        /// Where.
        which: Which,
        /// Its id.
        id: String,
    },
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
    /// Open an appspace that came here without the word of its old host.
    MoveInsist(Which),
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
    /// Replace the keys that sign for DropIDs at once.
    DropidRotateKeys,
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
    /// Tell of a job until it is over: the answer has a line of JSON with a [`Job`](super::Job) whenever it got further.
    JobFollow(WhichJob),
    /// Give a job up.
    JobCancel(WhichJob),
}
