//! The people of a host, beyond their passwords: who may come, who may do what, what else proves who they are, and what was
//! done by whom.

mod audit;
mod halfway;
mod invitations;
mod recovery;
mod resets;
mod roles;
mod second_factor;
mod session_list;
#[cfg(test)]
mod tests;

pub use audit::{AuditAction, AuditEntry, AuditLog};
pub use halfway::HalfLogins;
pub use invitations::{AcceptError, Invitation, InvitationStore, Invitations, InviteError};
pub use resets::{Reset, ResetError, ResetStore, Resets};
pub use roles::{AccountChange, RoleStore};
pub use second_factor::{FactorError, SecondFactor, SecondFactorStore, SecondFactors, TotpOffer};
pub use session_list::{SessionEntry, SessionList};
