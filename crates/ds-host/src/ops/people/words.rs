//! What was done, in words.

use ds_auth::people::AuditAction as Action;

/// What was done, so that it reads on: "ada@example.com invited: bob@example.com".
#[must_use]
pub fn done_in_words(action: Action) -> &'static str {
    match action {
        Action::Invited => "invited",
        Action::InvitationWithdrawn => "took an invitation back",
        Action::AccountMade => "made an account",
        Action::AccountBlocked => "blocked",
        Action::AccountUnblocked => "let in again",
        Action::AccountRemoved => "removed an account",
        Action::MadeAdmin => "made an admin",
        Action::UnmadeAdmin => "made no admin any more",
        Action::PasswordChanged => "changed a password",
        Action::SecondFactorOn => "switched the second step on",
        Action::SecondFactorOff => "switched the second step off",
        Action::PasskeyAdded => "added a passkey",
        Action::PasskeyRemoved => "removed a passkey",
        Action::SessionsEnded => "ended sessions",
        Action::SettingChanged => "changed a setting",
        Action::KeysReplaced => "replaced the keys that sign for DropIDs",
        Action::LogInRefused => "tried too many passwords",
        Action::ResetAsked => "asked for a new password",
        Action::Registered => "registered",
        Action::RemovalBegun => "began to remove an account",
        Action::EmailChanged => "changed a mail address",
        Action::EmailWanted => "asked for another mail address",
        Action::AddressProven => "proved a mail address, or vouched for it",
        Action::TokenMade => "made an API token",
        Action::TokenRevoked => "revoked an API token",
        Action::AppspaceDeleted => "moved an appspace to the trash",
        Action::AppspaceRemoved => "removed an appspace for good",
        Action::AppspaceRestored => "took an appspace out of the trash",
        Action::MemberInvited => "invited to an appspace",
        Action::MemberAdded => "added a member",
        Action::MemberJoined => "joined an appspace",
        Action::MemberChanged => "changed what a member may do",
        Action::MemberRemoved => "removed a member",
        Action::MemberLeft => "left an appspace",
        Action::JoiningChanged => "changed who may join an appspace",
        Action::KeyMade => "made a key or secret link",
        Action::KeyRevoked => "revoked a key or secret link",
        Action::ProgramLetIn => "let a program in",
        Action::DropIdMade => "made a DropID",
        Action::DropIdRemoved => "gave a DropID up",
    }
}
