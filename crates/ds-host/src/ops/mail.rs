//! Mail from this host.

use super::{ErrorKind, OpError, Ops};
use crate::mail::Letter;

impl Ops {
    /// Sends a letter to show that mail arrives, and says whether the server took it.
    pub async fn test_mail(&self, to: &str) -> Result<(), OpError> {
        let Some(post) = &self.parts.post else {
            return Err(OpError::new(ErrorKind::Conflict, "this host sends no mail")
                .with_hint("its configuration says how under [mail]"));
        };
        let site = self.names().site_origin();
        let text = format!(
            "This is a test: mail from the Dropserver host at {site} arrives at this address.\n"
        );
        let letter = Letter::new(to, "Mail from your host arrives", text);
        let sent = post.send_now(&letter).await;
        sent.map_err(|error| OpError::caused(ErrorKind::Invalid, &error))
    }
}
