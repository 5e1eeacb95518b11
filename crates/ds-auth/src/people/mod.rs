//! The people of a host, beyond their passwords: who may come, who may do what, what else proves who they are, and what was
//! done by whom.

mod audit;
mod email_logins;
mod halfway;
mod invitations;
mod profile;
mod recovery;
mod registration_rule;
mod registrations;
mod resets;
mod roles;
mod second_factor;
mod second_steps;
mod session_list;
mod settings;
#[cfg(test)]
mod tests;

pub use audit::{
    AuditAction, AuditBounds, AuditClass, AuditEntry, AuditFilter, AuditLog, AuditRow,
    COMMAND_LINE, HOST, SOMEBODY,
};
pub use email_logins::{EMAIL_LINK_FOR, EmailLogin, EmailLoginError, EmailLoginStore, EmailLogins};
pub use halfway::HalfLogins;
pub use invitations::{AcceptError, Invitation, InvitationStore, Invitations, InviteError};
pub use profile::{ADDRESS_LINK_FOR, AddressChange, AddressError, ProfileStore, Profiles};
pub use registration_rule::{RegistrationRule, UnknownRule};
pub use registrations::{
    RegisterError, Registration, RegistrationParts, RegistrationStore, Registrations,
};
pub use resets::{RESET_LINK_FOR, Reset, ResetError, ResetStore, Resets};
pub use roles::{AccountChange, AccountEntry, Removal, RoleStore};
pub use second_factor::{FactorError, SecondFactor, SecondFactorStore, SecondFactors, TotpOffer};
pub use second_steps::{SecondStep, SecondSteps};
pub use session_list::{SessionEntry, SessionList};
pub use settings::SettingStore;
