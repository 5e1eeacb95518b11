//! People beyond their accounts.

mod accounts;
mod admin;
mod connections;
mod email_logins;
mod epochs;
mod factors;
mod logins;
mod profiles;
mod resets;

pub use accounts::{audit_log, dropid_store, invitation_store, role_store};
pub use admin::{registration_store, removals, setting_store};
pub use connections::{connected_site_store, contact_store, remote_appspace_store};
pub use email_logins::email_login_store;
pub use epochs::epochs;
pub use factors::{passkey_store, second_factor_store};
pub use logins::{code_store, pending_login_store, signing_key_store};
pub use profiles::profile_store;
pub use resets::reset_store;

use super::{HostStore, add_account, add_appspace, assert_missing, assert_taken};
