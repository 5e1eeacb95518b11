//! Who somebody is beyond their own host: DropIDs, and logging in with them anywhere.
//!
//! A profile of IndieAuth; `docs/decisions/0012-logging-in-from-another-host.md` has the whole flow and who may attack it.
//! [`client`] is an appspace that asks a person's own server, [`server`] that server, [`signing`] what makes an answer good for
//! one of them alone. Nothing here has a socket.

mod card;
pub mod client;
mod connections;
mod followed;
mod links;
mod metadata;
mod name;
pub(crate) mod pkce;
mod profile;
mod record;
pub mod server;
pub mod signing;

pub use card::Card;
pub use connections::{
    ConnectedSite, ConnectedSiteStore, Contact, ContactStore, RemoteAppspace, RemoteAppspaceStore,
};
pub use followed::FollowedStore;
pub use links::METADATA as METADATA_RELATION;
pub use metadata::{AUTHORIZE_PATH, KEYS_PATH, METADATA_PATH, Metadata, MetadataError};
pub use name::{DropId, DropIdError, Handle, Local};
pub use profile::{Identity, ProfileError, ProfileUrl};
pub use record::{DropIdLook, DropIdRecord, DropIdStore};

/// How many logins under way, and how many codes, a host remembers.
pub const MOST_PENDING: u32 = 10_000;
