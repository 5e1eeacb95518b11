//! What is answered.

use serde::{Deserialize, Serialize};

use super::{
    Account, App, Appspace, Backup, BackupKey, Barred, Egress, Installed, Invitation, Job,
    JoinLink, Key, Limit, Member, Move, MoveOffer, Note, OpenInvitation, Person, Preview,
    ResetLink, Schedule, SecretEntry, Token, Trashed, Upgrades, Usage,
};

/// What a command that was done answers: an object with one key, which says what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// `account create`
    Account(Account),
    /// `account list`
    People(Vec<Person>),
    /// `account block`, `unblock`, `admin`, `set-email` and `vouch`: as it is afterwards
    Person(Person),
    /// `account invite`
    Invited(Invitation),
    /// `account invitations`
    Invitations(Vec<OpenInvitation>),
    /// `account withdraw`: as it was
    Withdrawn(OpenInvitation),
    /// `account log`
    Log(Vec<Note>),
    /// `account remove`: as it was
    Gone(Account),
    /// `account reset`
    Reset(ResetLink),
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
    /// `appspace member invite`
    JoinLink(JoinLink),
    /// `appspace member remove`: as they were
    MemberRemoved(Member),
    /// `appspace member barred`
    Barred(Vec<Barred>),
    /// `appspace member let-back`: as it was
    LetBack(Barred),
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
    /// `dropid rotate-keys`: the name of the key that signs now
    KeysReplaced(String),
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
    /// `appspace move-cancel`, `appspace move-insist`
    Move(Move),
    /// `appspace delete`
    Deleted(Trashed),
    /// `appspace upgrades`
    Upgrades(Upgrades),
    /// `appspace key add` and `remove`
    Key(Key),
    /// `appspace key list`
    Keys(Vec<Key>),
    /// `account token create` and `revoke`
    Token(Token),
    /// `account token list`
    Tokens(Vec<Token>),
    /// `trash list`
    Trash(Vec<Trashed>),
    /// `trash empty`
    Removed(Vec<Trashed>),
}
