//! Names and rules that every other crate of Dropserver shares.
//!
//! An **appspace** is an address, an app at one version, and a data directory. This crate holds the
//! vocabulary (ids, [`App`], [`AppVersion`], [`Manifest`], [`Appspace`], [`Member`], [`Access`]), the
//! [`Gate`] that decides who may use an appspace right now, the layout of the data directory
//! ([`DataDir`]), the [`Clock`], and the store traits of apps and appspaces.
//!
//! It knows no HTTP, no SQL and no processes, and depends on no other crate of the workspace.

mod access;
mod address;
mod api_version;
mod app;
mod appspace;
mod chain;
mod clock;
mod data_dir;
pub mod egress;
pub mod egress_store;
pub mod fault;
mod fold;
mod gate;
mod id;
mod job;
mod letters;
pub mod limits;
pub mod manifest;
mod member;
mod member_changes;
mod member_logins;
mod member_looks;
pub mod moves;
mod original;
pub mod publish;
mod schema;
pub mod secret;
pub mod snapshots;
mod store;
mod trash;
pub mod upgrades;
pub mod usage;
pub mod web;

pub use access::{Access, Permission, PermissionError};
pub use address::{Address, AddressError};
pub use api_version::{ApiVersion, UnknownApiVersion};
pub use app::{App, AppVersion};
pub use appspace::Appspace;
pub use chain::{error_chain, one_line};
pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use data_dir::{AppVersionDir, AppspaceDir, DataDir};
pub use egress::{EgressRule, EgressRuleError};
pub use fold::{contains_folded, folded};
pub use gate::{Closed, Closure, Gate, Gates, Hold, Lease, Reason, Visit};
pub use id::{
    AccountId, ApiTokenId, AppId, AppspaceId, IdError, JobId, LetterId, MemberTokenId, MoveId,
    ProxyId, SandboxId, VersionId,
};
pub use job::{Job, JobKind, JobRecord, Work};
pub use letters::{LetterStore, WaitingLetter};
pub use manifest::Manifest;
pub use member::Member;
pub use member_changes::MemberChanges;
pub use member_logins::{LoginKind, MemberLogin, MemberLogins, MemberWays};
pub use member_looks::{MemberLooks, TakenLook};
pub use original::{OriginalLogin, OriginalMember, OriginalMeta, OriginalReader};
pub use schema::{Direction, MigrationStep, Schema};
pub use semver::Version;
pub use store::{
    AppStore, AppspaceStore, Closes, Integrity, JobLog, MemberStore, SchemaStore, StoreError,
};
pub use trash::{TrashStore, Trashed};
