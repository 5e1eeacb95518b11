//! Accounts.

use clap::Subcommand;

use super::{OnOff, Token};

/// What to do about accounts.
#[derive(Debug, Subcommand)]
pub enum Account {
    /// Make an account
    Create {
        /// The mail address to log in with
        #[arg(long)]
        email: String,
        /// Let this person run the host
        #[arg(long)]
        admin: bool,
        /// Read the password from standard input, where no list of processes and no shell history shows it
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// List the accounts
    List {
        /// Only those with this in their mail address or name
        #[arg(long, value_name = "TEXT")]
        find: Option<String>,
    },
    /// Invite somebody: make a link with which they make an account, within a week and once
    Invite {
        /// The only mail address it is for; the link is mailed there, if the host sends mail
        email: Option<String>,
    },
    /// List the invitations that are open
    Invitations,
    /// Take an invitation back
    Withdraw {
        /// Its id, as `account invitations` shows it
        id: String,
    },
    /// List what was done by whom, last first
    Log {
        /// Only this kind: accounts, logging-in, appspaces, members, keys or host
        #[arg(long)]
        kind: Option<String>,
        /// Only what has this in who did it, or to whom or what it was done
        #[arg(long, value_name = "TEXT")]
        find: Option<String>,
        /// How much [default: 50]
        #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1000))]
        most: Option<u32>,
    },
    /// Keep somebody out: all their sessions end at once, and they cannot log in
    Block {
        /// The mail address they log in with
        email: String,
        /// Pause their appspaces, too
        #[arg(long)]
        pause: bool,
    },
    /// Let somebody in again
    Unblock {
        /// The mail address they log in with
        email: String,
    },
    /// Let somebody run the host, or not any more
    Admin {
        /// The mail address they log in with
        email: String,
        /// Whether they run it
        #[arg(value_enum)]
        role: OnOff,
    },
    /// Give an account another mail address, to log in with from now on; both addresses are told
    SetEmail {
        /// The mail address they log in with
        email: String,
        /// The new one
        to: String,
    },
    /// Say that a mail address is its account's: who comes with that address is then its person
    Vouch {
        /// The mail address they log in with
        email: String,
    },
    /// Remove an account for good, with its apps, appspaces and their snapshots
    Remove {
        /// The mail address they log in with
        email: String,
        /// Do not ask whether this is meant
        #[arg(long)]
        yes: bool,
    },
    /// Make a link with which somebody sets their password anew, within a day and once
    Reset {
        /// The mail address they log in with
        email: String,
        /// Let them in with their password alone: they lost their phone or their passkeys
        #[arg(long)]
        drop_second_step: bool,
    },
    /// Tokens by which programs use the API for an account
    #[command(subcommand)]
    Token(Token),
}
