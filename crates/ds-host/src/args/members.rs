//! Members of an appspace.

use clap::{Args, Subcommand};

use super::Which;

/// What to do about members.
#[derive(Debug, Subcommand)]
pub enum Member {
    /// List the members of an appspace
    List(Which),
    /// Add somebody: with an account on this host, a DropID of any host, or by mail
    Add {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// Their mail address, or their DropID like example.com/ada
        who: String,
        /// The name other members see (made of their address, if not given)
        #[arg(long = "as", value_name = "NAME")]
        display_name: Option<String>,
        /// What they may do: a role that the app suggests
        #[arg(long, value_name = "ROLE")]
        role: Option<String>,
    },
    /// Make an invitation link: whoever has it and proves who they are becomes a member
    Invite {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// For whom it is, for yourself
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
        /// What they may do: a role that the app suggests
        #[arg(long, value_name = "ROLE")]
        role: Option<String>,
        /// How many may come with it
        #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
        uses: u32,
        /// For how many days it is good
        #[arg(long, value_name = "NUMBER", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=90))]
        days: u32,
    },
    /// End a membership: they are logged out at once, and what they have open ends
    Remove {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// The member: a mail address, a DropID, or an id that `member list` shows
        member: String,
        /// Keep them from becoming a member again, however they log in
        #[arg(long)]
        for_good: bool,
    },
    /// List who may not come back
    Barred(Which),
    /// Let somebody come back: they can become a member again
    LetBack {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// The id that `member barred` shows
        id: String,
    },
    /// Give a member a permission
    Grant(Permit),
    /// Take a permission from a member
    Revoke(Permit),
}

/// A member and a permission.
#[derive(Debug, Args)]
pub struct Permit {
    /// Where.
    #[command(flatten)]
    pub which: Which,
    /// The member: a mail address, a DropID, or an id that `member list` shows
    pub member: String,
    /// The permission, as the app names it
    pub permission: String,
}
