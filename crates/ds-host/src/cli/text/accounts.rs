//! Accounts in words.

use crate::control::wire::ResetLink;

/// The link is all there is on the first line.
pub(super) fn reset(reset: &ResetLink) -> String {
    let step = if reset.second_step_dropped {
        "\nNo second step is asked for any more."
    } else {
        ""
    };
    format!(
        "{}\n\nWith this link {} can set a new password, once, within a day. Give it to nobody else.{step}\n",
        reset.link.0, reset.email
    )
}
