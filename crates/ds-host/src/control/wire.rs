//! What is said over the control socket. [`Reply`] and [`Failure`] are also what `--json` prints.

mod accounts;
mod apps;
mod appspaces;
mod backups;
mod command;
mod failure;
mod jobs;
mod keys;
mod moves;
mod people;
mod reply;
mod schedules;
mod terms;
mod tokens;
mod upgrades;
mod which;

pub use accounts::{Account, ResetLink};
pub use apps::{App, Installed, Version};
pub use appspaces::{Appspace, Barred, JoinLink, Member};
pub use backups::{Backup, BackupKey, Preview};
pub use command::Command;
pub use failure::{Failure, Problem};
pub use jobs::{Job, Trashed, WhichJob};
pub use keys::Key;
pub use moves::{Move, MoveOffer};
pub use people::{Invitation, Note, OpenInvitation, Person};
pub use reply::Reply;
pub use schedules::{Schedule, Setting};
pub use terms::{Egress, Host, Limit, Run, SecretEntry, Usage, Used};
pub use tokens::Token;
pub use upgrades::{HeldBack, Upgrades};
pub use which::{Permit, Secret, Which};
