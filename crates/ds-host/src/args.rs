//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

mod archives;
mod backups;
mod dropids;
mod jobs;
mod keys;
mod mail;
mod moves;
mod people;
mod tokens;

pub use archives::{Export, Import};
pub use backups::{Backup, Restore, Schedule};
pub use dropids::Dropid;
pub use jobs::{Job, Trash, WhichJob};
pub use keys::Key;
pub use mail::Mail;
pub use moves::{MoveCancel, MoveIn};
pub use people::OnOff;
pub use tokens::{Mode, Scope, Token, Upgrades};

/// Dropserver: a place for small web apps and the people who use them.
///
/// `ds-host serve` runs the host. The other commands talk to a running host and return when their work is
/// done (exit code 0) or undone (another one, with the reason).
#[derive(Debug, Parser)]
#[command(name = "ds-host", version, max_term_width = 100)]
pub struct Arguments {
    /// Where the host keeps everything [default: as the configuration says, else ~/.local/share/dropserver]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The configuration file (TOML); without one, the defaults are used
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print exactly one JSON object on standard output, also if the command fails
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the host
    Serve {
        /// Where to listen [default: as the configuration says, else 127.0.0.1:3000]
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<SocketAddr>,
    },
    /// Tell what stands between apps and this computer; needs no running host
    Doctor,
    /// Accounts of people on this host
    #[command(subcommand)]
    Account(Account),
    /// Apps
    #[command(subcommand)]
    App(App),
    /// Appspaces: an app with its data, at an address
    #[command(subcommand)]
    Appspace(Appspace),
    /// Snapshots of appspaces
    #[command(subcommand)]
    Backup(Backup),
    /// Appspaces that were deleted
    #[command(subcommand)]
    Trash(Trash),
    /// DropIDs: names of this host's people on the web
    #[command(subcommand)]
    Dropid(Dropid),
    /// Mail that the host sends
    #[command(subcommand)]
    Mail(Mail),
    /// Work that takes long: what is being done, and what came of it
    #[command(subcommand)]
    Job(Job),
}

/// Whose things a command is about.
#[derive(Debug, Args)]
pub struct Owner {
    /// Whose it is: the mail address of an account [default: the only account, else the only admin]
    #[arg(long, value_name = "EMAIL")]
    pub owner: Option<String>,
}

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
        /// Only those with this in their mail address
        #[arg(long, value_name = "TEXT")]
        find: Option<String>,
    },
    /// Invite somebody: make a link with which they make an account, within a week and once
    Invite {
        /// The only mail address it is for; the link is mailed there, if the host sends mail
        email: Option<String>,
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

/// What to do about apps.
#[derive(Debug, Subcommand)]
pub enum App {
    /// Install a version of an app
    Install {
        /// A package (.tar.gz) or a folder with dropapp.json in it
        package: PathBuf,
        /// A folder of remote modules that is asked before the network
        #[arg(long, value_name = "DIR")]
        modules: Option<PathBuf>,
        /// Whose app it will be.
        #[command(flatten)]
        owner: Owner,
    },
    /// List the installed apps
    List {
        /// Whose apps.
        #[command(flatten)]
        owner: Owner,
    },
}

/// What to do about appspaces.
#[derive(Debug, Subcommand)]
pub enum Appspace {
    /// Make an appspace
    Create {
        /// The app, as `app list` shows it; without a version, its newest
        #[arg(long, value_name = "NAME[@VERSION]")]
        app: String,
        /// Its name: `notes` becomes notes.localhost, or notes.example.com
        #[arg(long, value_name = "NAME")]
        address: String,
        /// Whose it will be.
        #[command(flatten)]
        owner: Owner,
    },
    /// List the appspaces
    List {
        /// Whose appspaces.
        #[command(flatten)]
        owner: Owner,
    },
    /// Let nobody in until it is resumed
    Pause(Which),
    /// Open a paused appspace
    Resume(Which),
    /// Bring an appspace to another version of its app, newer or older; if that fails, it is as it was
    Upgrade {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// The version [default: the newest that is installed]
        version: Option<String>,
    },
    /// Show how an appspace gets newer versions of its app, or choose that
    Upgrades(Upgrades),
    /// Write an appspace, with all its data and members, into one file
    Export(Export),
    /// Make an appspace from an exported file, or from a backup of the original Dropserver
    Import(Import),
    /// Make a code with which another host can take an appspace over
    MoveOut(Which),
    /// Bring an appspace from another host, with a code that it made
    MoveIn(MoveIn),
    /// List the appspaces that moved to other hosts or came from them
    Moves {
        /// Whose.
        #[command(flatten)]
        owner: Owner,
    },
    /// Cancel a move that is not decided yet
    MoveCancel(MoveCancel),
    /// Open an appspace that came here although its old host, gone for good, never said that it is moved
    MoveInsist(Which),
    /// Move an appspace to the trash
    Delete {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// Do not ask whether this is meant
        #[arg(long)]
        yes: bool,
    },
    /// Show what an appspace may use, and set it
    Limits {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// Set a limit, as in `--set memory_mib=512`; may be given several times
        #[arg(long, value_name = "LIMIT=NUMBER")]
        set: Vec<String>,
        /// Let the host's own limit apply again; may be given several times
        #[arg(long, value_name = "LIMIT")]
        reset: Vec<String>,
    },
    /// Show what an appspace used, and how its last runs ended
    Usage {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// How many days to show
        #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=732))]
        days: Option<u32>,
    },
    /// Show which other hosts an app asks to reach, and allow or deny them
    Egress {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// Allow a host that the app asks for; may be given several times
        #[arg(long, value_name = "HOST")]
        allow: Vec<String>,
        /// Deny a host that was allowed; may be given several times
        #[arg(long, value_name = "HOST")]
        deny: Vec<String>,
    },
    /// Secrets that the host puts into an app's requests to others, so that the app never has them
    #[command(subcommand)]
    Secret(Secret),
    /// Members of an appspace
    #[command(subcommand)]
    Member(Member),
    /// API keys for programs, secret links, and programs that members let in
    #[command(subcommand)]
    Key(Key),
}

/// An appspace.
#[derive(Debug, Args)]
pub struct Which {
    /// The appspace: its name or its full address
    pub name: String,
    /// Whose it is.
    #[command(flatten)]
    pub owner: Owner,
}

/// What to do about secrets.
#[derive(Debug, Subcommand)]
pub enum Secret {
    /// Keep a secret, read from standard input, in the place of one with the same name
    Set {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// Its name; the app writes `{{secret:NAME}}` in a header
        #[arg(value_name = "SECRET")]
        secret: String,
        /// The one host that gets it
        #[arg(long, value_name = "HOST")]
        host: String,
    },
    /// List the secrets of an appspace, without what they are
    List(Which),
    /// Remove a secret
    Remove {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// Its name
        #[arg(value_name = "SECRET")]
        secret: String,
    },
}

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

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_parses() {
        let check = |line: &str, expect: bool| {
            let parsed = Arguments::try_parse_from(line.split(' '));
            assert_eq!(parsed.is_ok(), expect, "{line}: {parsed:?}");
        };
        check("ds-host serve", true);
        check(
            "ds-host serve --listen 127.0.0.1:0 --data-dir d --json",
            true,
        );
        check("ds-host serve --listen nonsense", false);
        check("ds-host --json app list --owner a@b.c", true);
        check(
            "ds-host account create --email a@b.c --admin --password-stdin",
            true,
        );
        check("ds-host account create --email a@b.c --admin", false);
        check("ds-host app install x.tar.gz --modules m", true);
        check(
            "ds-host appspace create --app notes@1.0.0 --address notes",
            true,
        );
        check("ds-host appspace create --app notes", false);
        check("ds-host appspace pause notes --json", true);
        check("ds-host appspace member add notes a@b.c --as Ada", true);
        check("ds-host appspace member grant notes a@b.c edit", true);
        check("ds-host appspace member revoke notes a@b.c", false);
        check("ds-host appspace limits notes", true);
        check(
            "ds-host appspace limits notes --set a=1 --set b=2 --reset c",
            true,
        );
        check("ds-host appspace usage notes --days 7 --json", true);
        check("ds-host appspace usage notes --days 0", false);
        check(
            "ds-host appspace egress notes --allow a.example.com --deny b.example.com",
            true,
        );
        check(
            "ds-host appspace secret set notes KEY --host a.example.com",
            true,
        );
        check("ds-host appspace secret set notes KEY", false);
        check("ds-host appspace secret list notes", true);
        check("ds-host appspace secret remove notes KEY", true);
        check(
            "ds-host appspace export notes n.tar.zst --with-package",
            true,
        );
        check("ds-host appspace export notes", false);
        check(
            "ds-host appspace import n.tar.zst --address b --app x@1.0.0",
            true,
        );
        check(
            "ds-host appspace import n.tar.zst --address b --install",
            true,
        );
        check(
            "ds-host appspace import n.zip --address b --install --app x",
            false,
        );
        check("ds-host appspace import n.tar.zst", false);
        check("ds-host appspace import n.tar.zst --into a", true);
        check(
            "ds-host appspace import n.tar.zst --into a --address b",
            false,
        );
        check(
            "ds-host appspace import n.tar.zst --into a --install",
            false,
        );
        check("ds-host appspace export notes - --with-package", true);
        check("ds-host appspace upgrades notes", true);
        check("ds-host appspace upgrades notes automatic --json", true);
        check("ds-host appspace upgrades notes sometimes", false);
        check("ds-host account token create backup", true);
        check(
            "ds-host account token create backup --scope manage --never-expires",
            true,
        );
        check(
            "ds-host account token create backup --days 7 --never-expires",
            false,
        );
        check("ds-host account token create", false);
        check("ds-host account token list --owner a@b.c", true);
        check("ds-host account token revoke x", true);
        check("ds-host appspace move-out notes --json", true);
        check("ds-host appspace move-in https://a/b#c notes", true);
        check("ds-host appspace move-in notes", false);
        check("ds-host appspace moves", true);
        check("ds-host appspace move-cancel notes --redirect", true);
        check("ds-host backup create notes --json", true);
        check("ds-host backup list", true);
        check("ds-host backup restore notes latest --path a/b", true);
        check("ds-host backup restore notes latest --path a --to b", false);
        check("ds-host backup restore notes", false);
        check("ds-host backup verify --read-data", true);
        check("ds-host backup key", true);
        check("ds-host", false);
    }
}
