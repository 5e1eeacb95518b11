//! What people do at the account site in more than one journey.

use super::{EMAIL, PASSWORD, person::Person};

impl Person {
    /// Sends the log-in form.
    pub(super) async fn logs_in(&self) {
        self.logs_in_as(EMAIL).await;
    }

    /// The same, with another account that has the same password.
    pub(super) async fn logs_in_as(&self, email: &str) {
        self.writes("Email", email).await;
        self.writes("Password", PASSWORD).await;
        self.presses("Log in").await;
    }

    /// Logs out there.
    pub(super) async fn logs_out(&self) {
        self.presses("Log out").await;
        self.waits_until("location.pathname === '/login'").await;
    }

    /// Makes a DropID.
    pub(super) async fn makes_a_dropid(&self, handle: &str, name: &str) {
        self.presses("Contacts").await;
        self.presses("Your DropIDs").await;
        self.writes("Handle", handle).await;
        self.writes("Name", name).await;
        self.presses("Make it").await;
        self.sees("Change name and picture").await;
    }

    /// Adds a passkey, on the page of one's account.
    pub(super) async fn adds_a_passkey(&self, name: &str) {
        self.unfolds("Add a passkey").await;
        self.writes_in("passkey-name", name).await;
        self.writes_in("passkey-password", PASSWORD).await;
        self.presses("Add passkey").await;
        self.sees(name).await;
    }
}
